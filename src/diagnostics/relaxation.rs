//! Where a transient goes, as its rows tell: how fast what is left dies away. For models whose slowest mode is not solved for.

use super::cycle::{self, REMAINS};
use crate::problem::Problem;
use crate::report::Course;
use crate::simulation::Sample;

/// A row, numbers that change as the state does, some of which may be missing.
type Numbers = Vec<Option<f64>>;

/// A number that two parts of a run find to fall at rates further apart than the second (by their logarithms) falls in no single way yet. Where some are closer
/// than the first, the others do not count: a sum of two ways may look like a slower one.
const AGREE: [f64; 2] = [0.02, 0.2];

/// Of a time constant above this part of the run there is no more than a bend.
const LONGEST: f64 = 0.5;

/// Times by which another number may fall more slowly and count as falling alike.
const SLOWER: f64 = 1.5;

/// Changes below this part of what a number went through in the run tell of rounding.
const TOLD: f64 = 1e-6;

/// Changes from cycle to cycle below this part of what temperatures swing by may be those of steps and rounding.
const CHANCE: f64 = 1e-4;

/// What dies away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relaxation {
    /// In which it falls to 1/e, s.
    pub time_constant: f64,
    /// Whether the range of temperatures falls towards nothing.
    pub to_equilibrium: bool,
}

/// What of a run depends on time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// Nothing.
    Nothing,
    /// What repeats itself after a period, s.
    Cycle(f64),
    /// Something else.
    Something,
}

impl Drive {
    /// What drives a problem from a time (s) on.
    pub fn of(problem: &Problem, time: f64) -> Drive {
        let driven = problem.values.change_from(time);
        match problem.values.period() {
            _ if !driven => Drive::Nothing,
            Some(period) => Drive::Cycle(period),
            None => Drive::Something,
        }
    }
}

/// Where a run goes, and whether equilibrium waits there. `rounding`: relative, of what the rows tell; `spreads`: in which a disturbance goes
/// through the whole, s; so many `fields` are the first that rows hold more; `excess` tells how many times what is left is larger than what no longer counts.
pub fn course(
    rows: &[Sample],
    drive: Drive,
    [rounding, spreads]: [f64; 2],
    fields: usize,
    excess: impl Fn(Relaxation) -> f64,
) -> (Course, bool) {
    match drive {
        Drive::Nothing => {
            let found = relaxation(rows, rounding, fields);
            let left = |found: Relaxation| found.time_constant * excess(found).ln().max(0.0);
            let course = Course {
                time_constant_s: found.map(|found| found.time_constant),
                time_left_s: found.map(left).filter(|left| left.is_finite()),
                cycle: None,
            };
            (course, found.is_some_and(|found| found.to_equilibrium))
        }
        Drive::Cycle(period) => (cycles(rows, period, spreads).unwrap_or_default(), false),
        Drive::Something => (Course::default(), false),
    }
}

/// The last cycle. None where the rows do not show it and the one before, or where temperatures drift from cycle to cycle by what adds up.
/// What changes of two cycles that hardly differ are to each other is chance: they add up for no longer than a disturbance spreads.
fn cycles(rows: &[Sample], period: f64, spreads: f64) -> Option<Course> {
    let last = cycle::last(rows, period)?;
    let end = rows.last()?.time;
    let near = |time: f64| rows.iter().find(|row| (row.time - time).abs() <= 1e-6 * period);
    let [first, before, now] =
        [near(end - 2.0 * period)?, near(end - period)?, rows.last()?].map(|row| numbers(row, 0));
    // Lowest, highest and mean temperature, then probes.
    let temperatures = (0..3).chain(OTHERS..OTHERS + rows.last()?.probes.len());
    let to_come = temperatures.filter_map(|k| {
        let (earlier, later) = (before[k]? - first[k]?, now[k]? - before[k]?);
        let (part, drifts) = (later / earlier, later.abs() > TOLD * last.swing && later * earlier > 0.0);
        Some(match drifts {
            false => 0.0,
            true if part < 1.0 => later.abs() * part / (1.0 - part),
            true if later.abs() <= CHANCE * last.swing => later.abs() * (spreads / period).max(1.0),
            true => f64::INFINITY,
        })
    });
    let settles = to_come.fold(0.0, f64::max) <= REMAINS * last.swing;
    settles.then_some(Course { cycle: Some(last), ..Course::default() })
}

/// The slowest of what the rows tell to fall exponentially, by the second quarter of a run and by its second half; `rounding`: relative, of what is told.
pub fn relaxation(rows: &[Sample], rounding: f64, fields: usize) -> Option<Relaxation> {
    let end = rows.last()?.time;
    let at = |time: f64| rows.partition_point(|row| row.time < time * (1.0 - 1e-9)).min(rows.len() - 1);
    // Two parts of the run, one after the other: what still spreads seems to fall in a time as long as it has run. Where rows are few the last there are,
    // which have to agree the better.
    let mut parts = [[0.25, 0.375, 0.5], [0.5, 0.75, 1.0]].map(|parts| parts.map(|part| at(part * end)));
    let few = parts.iter().any(|[a, b, c]| a >= b || b >= c);
    if few {
        let last = rows.len() - 1;
        parts = [[last.checked_sub(3)?, last - 2, last - 1], [last - 2, last - 1, last]];
    }
    let [first, second] = parts;
    let numbers: Vec<Numbers> = rows.iter().map(|row| numbers(row, fields)).collect();
    let constant = |k: usize, places: [usize; 3]| {
        let values = places.map(|n| numbers[n][k]);
        let [Some(a), Some(b), Some(c)] = values else { return None };
        time_constant([a, b, c], places.map(|n| rows[n].time))
    };
    let told = |k: usize| {
        let all = numbers.iter().filter_map(|row| row[k]);
        let [low, high] = all.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], v| [l.min(v), h.max(v)]);
        let [before, last] = [second[0], second[2]].map(|n| numbers[n][k]);
        let change = (last? - before?).abs();
        let noise = 256.0 * rounding * low.abs().max(high.abs());
        (change > (TOLD * (high - low)).max(noise)).then_some(())
    };
    let found = (0..numbers[0].len()).filter_map(|k| {
        told(k)?;
        let (early, late) = (constant(k, first)?, constant(k, second)?);
        Some((late, (early / late).ln().abs()))
    });
    let found: Vec<(f64, f64)> = found.collect();
    let slowest = |agree: &f64| {
        let agreed = found.iter().filter(|(_, apart)| apart < agree).map(|(tau, _)| *tau);
        agreed.max_by(f64::total_cmp)
    };
    let time_constant =
        AGREE[..if few { 1 } else { 2 }].iter().find_map(slowest).filter(|tau| *tau <= LONGEST * end)?;
    // A field that falls more slowly yet in no single way, or does not fall at all, is what is slowest. What is produced goes with its squares.
    let slower = |k: usize| told(k).is_some() && constant(k, second).is_none_or(|late| late > SLOWER * time_constant);
    if (0..=ENERGY).chain(OTHERS..numbers[0].len()).any(slower) {
        return None;
    }
    // What it comes to, if it goes on as it does.
    let range = |n: usize| rows[n].survey.temperature[1] - rows[n].survey.temperature[0];
    let passed = ((rows[second[0]].time - end) / time_constant).exp();
    let rest = (range(second[2]) - range(second[0]) * passed) / (1.0 - passed);
    Some(Relaxation { time_constant, to_equilibrium: rest.abs() < 0.02 * range(second[2]) })
}

/// Where the energy is among the numbers of a row, after three temperatures,
const ENERGY: usize = 3;

/// and how many numbers come before those of probes.
const OTHERS: usize = 7;

fn numbers(row: &Sample, fields: usize) -> Numbers {
    let survey = &row.survey;
    let more = row.more.iter().take(fields).copied().map(Some);
    let totals = [survey.energy, survey.entropy, survey.production, survey.entropy_inflow];
    let all = survey.temperature.into_iter().chain(totals).map(Some);
    all.chain(row.probes.iter().copied()).chain(more).map(|v| v.filter(|v| v.is_finite())).collect()
}

/// Of an exponential through three points at rising times; none where they do not lie on one that dies away.
fn time_constant([a, b, c]: [f64; 3], [ta, tb, tc]: [f64; 3]) -> Option<f64> {
    let part = (c - b) / (b - a);
    let [near, far] = [tb - ta, tc - ta];
    // The change after over that before, for a time constant: from nothing to the lengths of time themselves.
    let foretold = |tau: f64| ((-near / tau).exp() - (-far / tau).exp()) / -(-near / tau).exp_m1();
    let [mut low, mut high] = [far * 1e-3, far * 1e4];
    if !(part > foretold(low) && part < foretold(high)) {
        return None;
    }
    for _ in 0..80 {
        let middle = (low * high).sqrt();
        if foretold(middle) < part { low = middle } else { high = middle }
    }
    Some((low * high).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_points_tell_of_an_exponential() {
        for tau in [0.3_f64, 1.0, 40.0] {
            let times = [1.0, 1.7, 3.0];
            for sign in [1.0, -1.0] {
                let found = time_constant(times.map(|t| 5.0 + sign * (-t / tau).exp()), times).unwrap();
                assert!((found / tau - 1.0).abs() < 1e-6, "{found} {tau}");
            }
        }
        for none in [[1.0, 2.0, 4.0], [1.0, 2.0, 1.0], [1.0, 1.0, 1.0], [0.0, 1.0, 2.3]] {
            assert_eq!(time_constant(none, [0.0, 1.0, 2.0]), None);
        }
    }
}
