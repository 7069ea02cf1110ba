//! What a state is: equilibrium, steady but not equilibrium, periodic, transient, or stalled by rounding.

use super::balance::{Rates, Snapshot};
use super::coarse::View;
use super::cycle::{self, REMAINS, REPEATS};
use super::relaxation::{self, Drive, Relaxation};
use super::second_law::Boundary;
use super::slowest::{self, Slowest};
use super::totals::Totals;
use crate::backend::Resolution;
use crate::backend::cpu::solid_range;
use crate::links::Run;
use crate::quantity::{
    ENTROPY, ENTROPY_PRODUCTION, HEATING_RATE, POWER, TEMPERATURE_DIFFERENCE, TIME, format_quantity,
};
use crate::report::{Course, Cycle, State, Verdict};
use crate::simulation::Sample;
use crate::steady;
use rayon::prelude::*;
use std::borrow::Cow;

/// Below these an output counts as steady.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// |heat in| over the sum of the magnitudes of all heats through walls and from sources.
    pub imbalance: f64,
    /// Largest |dT/dt| times the diffusive time over the range of temperatures.
    pub rate: f64,
    /// Relative rounding of the arithmetic.
    pub rounding: f64,
    /// How finely states are held.
    pub resolution: Resolution,
}

/// The slowest mode costs about as much as a thousand sweeps. It is looked for on a coarser grid that has so many cells at least,
pub(crate) const ENOUGH_CELLS: usize = 4096;

/// and so many along its longest side if there is a finer one,
const ENOUGH_ALONG: usize = 64;

/// or else on the state's own where that is small,
const FEW_CELLS: usize = 100_000;

/// and after runs so long that it does not count.
const MANY_SWEEPS: u64 = 20_000;

/// How many times the noise of temperatures bodies that do not touch differ by at least.
const APART: f64 = 1e3;

/// How a state was reached.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Time step in use, s; 0 if none.
    pub step: f64,
    /// Whether anything changes in time from here on.
    pub driven: bool,
    /// Sweeps over all cells that led there.
    pub sweeps: u64,
    /// The rows so far; none for a steady solve.
    pub rows: &'a [Sample],
}

/// Time in which a disturbance spreads through the domain, s: the squared length of its longest active side over the
/// volume-weighted diffusivity.
pub fn diffusive_time(snapshot: &Snapshot) -> f64 {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    // Sum over the links of conductance x distance^2 is the conductivity times the volume, per axis.
    let links = &snapshot.conduction.links;
    let conductance = links.fold_runs(
        grid,
        || 0.0,
        |sum, Run { at: [x, y, z], conductance, family, .. }| {
            let [widths, steps] = [grid.widths([x, y, z]), links.families[family].offset.as_dvec3()];
            let (along, across) = (steps.x * steps.x, (widths * steps).with_x(0.0).length_squared());
            let widths = &grid.axis(0).widths()[x..];
            *sum += conductance.iter().zip(widths).map(|(g, width)| g * (width * width * along + across)).sum::<f64>();
        },
        |a, b| a + b,
    );
    let capacity = snapshot.conduction.capacity.par_chunks(4096).map(|cells| cells.iter().sum::<f64>());
    let capacity: f64 = capacity.collect::<Vec<f64>>().into_iter().sum();
    let active: Vec<usize> = (0..3).filter(|&a| grid.axis(a).cells() > 1).collect();
    let longest = active.iter().map(|&a| grid.axis(a).length()).fold(0.0, f64::max);
    if conductance > 0.0 { longest * longest * capacity * active.len() as f64 / conductance } else { 0.0 }
}

/// Numbers of a state that verdicts rest on.
struct Seen {
    /// Lowest and highest temperature of cells and surfaces (deviations, K).
    extremes: [f64; 2],
    /// Largest |dT/dt|, K/s.
    rate: f64,
    /// Largest increment of a step in halves of the last place of what it is added to.
    increment: f64,
}

impl Seen {
    fn new(snapshot: &Snapshot, net: &[f64], step: f64, resolution: Resolution) -> Seen {
        let conduction = snapshot.conduction;
        let [low, high] = solid_range(&snapshot.temperature, &conduction.problem.material);
        let surfaces = snapshot.walls.iter().map(|wall| wall.surface);
        let extremes = surfaces.fold([low, high], |[low, high], t| [low.min(t), high.max(t)]);
        let cells = net.par_iter().zip(&conduction.capacity).zip(snapshot.enthalpy).with_min_len(4096);
        let [rate, increment] = cells
            .map(|((&gain, &capacity), e)| {
                let rate = if capacity > 0.0 { (gain / capacity).abs() } else { 0.0 };
                let lost = 0.5 * resolution.relative * (e.abs() + resolution.offset);
                [rate, if rate > 0.0 { rate * step / lost } else { 0.0 }]
            })
            .reduce(|| [0.0; 2], |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
        Seen { extremes, rate, increment }
    }
}

/// Judges a state, given what each cell gains (W); `coarser`: the same on coarser grids, the finest first.
pub fn judge(
    snapshot: &Snapshot,
    rates: &Rates,
    net: &[f64],
    coarser: &[View],
    past: Past,
    threshold: Threshold,
) -> State {
    let seen = Seen::new(snapshot, net, past.step, threshold.resolution);
    let [low, high] = seen.extremes;
    let range = high - low;
    let diffusive_time_s = diffusive_time(snapshot);
    let imbalance = if rates.gross_heat > 0.0 { rates.net_heat().abs() / rates.gross_heat } else { 0.0 };
    let scaled_rate = if range > 0.0 { seen.rate * diffusive_time_s / range } else { 0.0 };
    // Temperatures are deviations; what they are deviations from was told in f64.
    let reference = snapshot.conduction.problem.reference;
    let noise = 64.0 * (threshold.rounding * high.abs().max(low.abs()) + f64::EPSILON * reference);
    // What the state's own heats would change it by while a disturbance spreads. A source that swings through zero seldom meets it to the bit.
    let stands = seen.rate * diffusive_time_s <= noise;
    let sources_idle = rates.source_heat == 0.0
        && snapshot.sources.iter().flat_map(|sources| sources.iter()).all(|&q| q == 0.0)
        || past.driven && stands;
    let for_now = if past.driven { ", as far as what is told of the time from here on leaves it so" } else { "" };
    // What rounding alone makes of the balances of cells is no change.
    let unexplained = || steady::scaled_rate(snapshot, net, &steady::excess(snapshot), threshold.rounding);
    // How many times larger differences of temperature than noise would carry through the walls what passes there,
    let passes = || match rates.gross_heat > 0.0 {
        true => rates.gross_heat / (noise * steady::excess(snapshot).iter().sum::<f64>()),
        false => 0.0,
    };
    // and produce what there is. What flows by inertia may produce less than nothing, or nothing for a moment.
    let above_noise = || {
        let conduction = snapshot.conduction;
        let inside = conduction.links.total(&conduction.problem).iter().sum::<f64>();
        let production = if snapshot.heats.is_some() { without_inertia(snapshot) } else { rates.production };
        let produced = (production.max(0.0) / inside).sqrt() * (reference + low) / noise;
        if production > 0.0 { passes().max(produced) } else { passes() }
    };
    let still = || stands || snapshot.heats.is_none();
    let idle = || above_noise() <= 1.0 && still();
    // What goes through its cycle comes to a moment in which nothing flows.
    let pauses = || cycle_of(snapshot, past).is_some_and(|cycle| cycle.swing > noise && repeats(&cycle, None));
    let balanced = rates.gross_heat > 0.0 && imbalance <= threshold.imbalance.max(64.0 * threshold.rounding);

    let (verdict, reason, course) = if sources_idle
        && range <= noise
        && still()
        && (past.driven && stands || passes() <= 1.0)
        && !pauses()
    {
        let reason = format!(
            "all temperatures agree within {range:.1e} K, at the level of rounding ({noise:.1e} K): no heat flows and no entropy is produced{for_now}"
        );
        (Verdict::Equilibrium, reason, Course::default())
    } else if sources_idle && !past.driven && idle() {
        let reason = if range <= APART * noise {
            format!(
                "all temperatures agree within {range:.1e} K, which moves no more heat than rounding does ({noise:.1e} K): no heat flows"
            )
        } else {
            format!(
                "no heat flows: bodies that do not touch keep temperatures of their own, up to {} apart",
                kelvins(range)
            )
        };
        (Verdict::Equilibrium, reason, Course::default())
    } else if balanced && !past.driven && unexplained() * diffusive_time_s <= threshold.rate {
        let reason = format!(
            "nothing changes (imbalance {imbalance:.1e}, scaled rate {scaled_rate:.1e}), yet {} of heat pass and {} of entropy are produced: steady, not equilibrium",
            format_quantity(0.5 * rates.gross_heat, POWER),
            format_quantity(rates.production, ENTROPY_PRODUCTION)
        );
        (Verdict::Steady, reason, Course::default())
    } else if past.step > 0.0 && seen.increment < 1.0 && !stands {
        let reason = format!(
            "every increment is below half a unit in the last place while the heat flows leave an imbalance of {imbalance:.1e}: the arithmetic stopped, not the heat"
        );
        (Verdict::Stalled, reason, Course::default())
    } else {
        let slowest = match view_for_slowest(coarser) {
            Some(view) => slowest::mode(&view.snapshot, view.gains, || view.conductances.clone()),
            _ if net.len() <= FEW_CELLS || past.sweeps >= MANY_SWEEPS => {
                slowest::mode(snapshot, net, || slowest::conductances(snapshot))
            }
            _ => None,
        };
        // What tends to one temperature is there when rounding hides the rest; heat that goes on passing balances at last.
        let rests = !past.driven && sources_idle && tends_to_equilibrium(snapshot, noise);
        let balance = imbalance / threshold.imbalance.max(64.0 * threshold.rounding);
        let excess = |slowest: Slowest| match rests {
            true => (slowest.rate * slowest.time_constant / noise).min(above_noise()),
            false => (slowest.rate * diffusive_time_s / (range * threshold.rate)).max(balance),
        };
        let mut course = match snapshot.heats.is_some() && !past.driven {
            // Of waves that die away the rows tell.
            true => {
                let left = |found: Relaxation| match found.to_equilibrium {
                    true => range / noise,
                    false => (scaled_rate / threshold.rate).max(balance),
                };
                relaxation::course(past.rows, Drive::Nothing, [threshold.rounding, diffusive_time_s], 0, left).0
            }
            false => course(snapshot, slowest, past, excess),
        };
        // What no wall lets out stays, and what enters adds up.
        let enters = !past.driven && !balanced && imbalance > 64.0 * threshold.rounding;
        let fills = enters && steady::excess(snapshot).iter().all(|g| *g == 0.0);
        course.time_left_s = course.time_left_s.filter(|_| !fills);
        let changes = format!(
            "temperatures change by up to {} (scaled rate {scaled_rate:.1e}, heat imbalance {imbalance:.1e})",
            format_quantity(seen.rate, HEATING_RATE)
        );
        let (verdict, mut reason, course) = moving(course, changes, rests);
        if fills && verdict == Verdict::Transient {
            reason += &format!(
                "; no wall answers to temperature, so that the {} that enter stay: nothing becomes steady",
                format_quantity(rates.net_heat(), POWER)
            );
        }
        (verdict, reason, course)
    };
    State { verdict, reason, imbalance, scaled_rate, diffusive_time_s, largest_rate: seen.rate, course }
}

/// What a state is that changes, given where it is going, and whether equilibrium waits there.
pub fn moving(course: Course, changes: String, rests: bool) -> (Verdict, String, Course) {
    match course.cycle.filter(|cycle| repeats(cycle, course.time_constant_s)) {
        Some(cycle) => (Verdict::Periodic, told_of_cycle(&cycle), Course { time_left_s: None, ..course }),
        None => (Verdict::Transient, changes + &told_of_course(&course, rests), course),
    }
}

/// The coarsest grid that tells the slowest mode to some parts in ten thousand, or else the finest if it has cells enough.
fn view_for_slowest<'a, 'b>(coarser: &'a [View<'b>]) -> Option<&'a View<'b>> {
    let enough = |view: &&View| view.gains.len() >= ENOUGH_CELLS;
    let along = |view: &&View| view.snapshot.conduction.problem.grid.cells().into_iter().max() >= Some(ENOUGH_ALONG);
    coarser.iter().rev().filter(enough).find(along).or(coarser.first().filter(enough))
}

/// Whether all that heat is exchanged with has one temperature, to the noise of temperatures (K), and no heat is given.
fn tends_to_equilibrium(snapshot: &Snapshot, noise: f64) -> bool {
    let shown =
        Boundary::new(snapshot.conduction).and_then(|mut boundary| boundary.range(snapshot.time, snapshot.time, 1));
    shown.is_some_and(|[low, high]| high - low <= noise)
}

/// Where a state that changes is going; `excess`: how many times what is slowest is larger than what no longer counts.
fn course(snapshot: &Snapshot, slowest: Option<Slowest>, past: Past, excess: impl Fn(Slowest) -> f64) -> Course {
    let time_constant_s = slowest.map(|s| s.time_constant);
    let cycle = cycle_of(snapshot, past);
    // Each mode dies off by itself, the slowest last.
    let left = |excess: f64| time_constant_s.map(|tau| tau * excess.ln().max(0.0));
    let time_left_s = match (cycle, past.driven) {
        (Some(cycle), _) => left((cycle.change / REPEATS).max(to_come(&cycle, time_constant_s) / REMAINS)),
        (None, true) => None,
        (None, false) => slowest.and_then(|s| left(excess(s))),
    };
    Course { time_constant_s, time_left_s, cycle }
}

/// The last cycle of what is driven periodically.
fn cycle_of(snapshot: &Snapshot, past: Past) -> Option<Cycle> {
    let period = past.driven.then(|| snapshot.conduction.problem.values.period()).flatten();
    period.and_then(|period| cycle::last(past.rows, period))
}

/// Entropy that conduction at once would produce at these temperatures, W/K.
fn without_inertia(snapshot: &Snapshot) -> f64 {
    let temperature = Cow::Borrowed(&*snapshot.temperature);
    let (walls, sources) = (snapshot.walls.clone(), snapshot.sources.clone());
    let Snapshot { conduction, time, enthalpy, .. } = *snapshot;
    Totals::of(&Snapshot { conduction, time, enthalpy, temperature, walls, sources, heats: None }, 0.0).production
}

fn kelvins(difference: f64) -> String {
    format_quantity(difference, TEMPERATURE_DIFFERENCE)
}

fn told_of_cycle(cycle: &Cycle) -> String {
    format!(
        "every {} is like the last (temperatures swing by {} and come back to within {:.1e} of it), and {}: periodic, not equilibrium",
        format_quantity(cycle.period_s, TIME),
        kelvins(cycle.swing),
        cycle.change,
        match cycle.produced > 0.0 {
            true => format!("each produces {} of entropy", format_quantity(cycle.produced, ENTROPY)),
            // All of it is what steps take.
            false => "none produces entropy that counts".to_owned(),
        }
    )
}

fn told_of_course(course: &Course, rests: bool) -> String {
    let mut told = String::new();
    if let Some(cycle) = &course.cycle {
        let period = format_quantity(cycle.period_s, TIME);
        told += &format!("; the last cycle of {period} still changed them by {:.1e} of their swing", cycle.change);
    }
    if let Some(tau) = course.time_constant_s {
        told += &format!("; what is slowest falls to 1/e in {}", format_quantity(tau, TIME));
        let what = match course.cycle {
            Some(_) => "cycles repeat themselves",
            None if rests => "all is in equilibrium",
            None => "all is steady",
        };
        if let Some(left) = course.time_left_s.filter(|left| *left > 0.0) {
            told += &format!(", so that {what} in about {}", format_quantity(left, TIME));
        }
    }
    told
}

/// Whether neither this cycle nor, as the body forgets, all that follow change anything that counts.
fn repeats(cycle: &Cycle, time_constant: Option<f64>) -> bool {
    cycle.change <= REPEATS && to_come(cycle, time_constant) <= REMAINS
}

/// What a cycle and all that follow change, as the body forgets, in parts of what they swing by.
fn to_come(cycle: &Cycle, time_constant: Option<f64>) -> f64 {
    time_constant.map_or(0.0, |tau| cycle.change / -(-cycle.period_s / tau).exp_m1())
}

#[cfg(test)]
mod tests;
