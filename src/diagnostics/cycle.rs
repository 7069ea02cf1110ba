//! The last cycle of a run that is driven periodically: whether it is like the one before.

use super::integral::over_steps;
use super::survey::Survey;
use crate::report::Cycle;
use crate::simulation::Sample;

/// A cycle counts as repeating itself when it changes temperatures, and the energy, by less than this part of their swings,
pub const REPEATS: f64 = 1e-3;

/// and when all cycles to come will change them by less than this part.
pub const REMAINS: f64 = 1e-2;

/// Rows at equal times through the last cycle of a run that is driven periodically.
pub const ROWS: u32 = 32;

/// When these rows are due, given the end and the period, s.
pub fn times(end: f64, period: f64) -> impl Iterator<Item = f64> {
    (0..=ROWS).map(move |n| end - period * f64::from(ROWS - n) / f64::from(ROWS))
}

/// When runs stop at the end, s: at these rows and at those of the cycle before, so that both are stepped alike.
pub fn stops(end: f64, period: f64) -> impl Iterator<Item = f64> {
    times(end - period, period).chain(times(end, period).skip(1))
}

/// Those rows; none where the run is shorter than the period, or one is missing.
fn rows(samples: &[Sample], period: f64) -> Option<Vec<&Sample>> {
    let near = |time: f64| samples.iter().find(|row| (row.time - time).abs() <= 1e-6 * period);
    times(samples.last()?.time, period).map(near).collect()
}

/// The integral over the cycle by the trapezoidal rule, which is exact to all orders for what is smooth and periodic.
fn integral(rows: &[&Sample], rate: impl Fn(&Survey) -> f64) -> f64 {
    let pieces = rows.windows(2).map(|pair| {
        let end = pair[1].before.as_ref().unwrap_or(&pair[1].survey);
        0.5 * (pair[1].time - pair[0].time) * (rate(&pair[0].survey) + rate(end))
    });
    pieces.sum()
}

/// What the steps of the cycle add to the entropy beyond their length times its rate, J/K.
fn defect(rows: &[&Sample]) -> f64 {
    let pieces = rows.windows(2).filter(|pair| !pair[1].leapt).map(|pair| {
        let steps = (pair[1].steps - pair[0].steps).max(1) as f64;
        let length = pair[1].time - pair[0].time;
        0.5 * (pair[0].survey.step_defect + pair[1].survey.step_defect) * length * length / steps
    });
    pieces.sum()
}

/// What the last cycle did; none where the rows do not show it.
pub fn last(samples: &[Sample], period: f64) -> Option<Cycle> {
    let rows = rows(samples, period)?;
    let probes = rows[0].probes.len();
    let seen = |row: &Sample| -> Vec<Option<f64>> {
        row.survey.temperature.iter().map(|t| Some(*t)).chain(row.probes.iter().copied()).collect()
    };
    let all: Vec<Vec<Option<f64>>> = rows.iter().map(|row| seen(row)).collect();
    let (mut change, mut swing) = (0.0_f64, 0.0_f64);
    for k in 0..3 + probes {
        let values: Option<Vec<f64>> = all.iter().map(|row| row[k]).collect();
        let Some(values) = values else { continue };
        change = change.max((values[values.len() - 1] - values[0]).abs());
        swing = swing.max(extent(&values));
    }
    let energies: Vec<f64> = rows.iter().map(|row| row.survey.energy).collect();
    let stored = (energies[energies.len() - 1] - energies[0]).abs() / extent(&energies);
    // Where something jumps within the cycle, all rows of it count: they stand at the jumps, those at equal times do not.
    let first = samples.iter().position(|row| row.time >= rows[0].time).unwrap_or(0);
    let within = &samples[first..];
    let jumps = jumps(within, |s| s.entropy_inflow) || jumps(within, |s| s.production);
    let sum = |rate: fn(&Survey) -> f64| match jumps {
        true => over_steps(within, rate, |_| 1.0).last().copied().unwrap_or(0.0),
        false => integral(&rows, rate),
    };
    let by_steps = match jumps {
        true => over_steps(within, |s| s.step_defect, |step| step).last().copied().unwrap_or(0.0),
        false => defect(&rows),
    };
    (swing > 0.0).then(|| Cycle {
        period_s: period,
        change: (change / swing).max(if stored.is_finite() { stored } else { 0.0 }),
        swing,
        // and what the time steps themselves take of it
        produced: sum(|s| s.production) + by_steps,
        entered: sum(|s| s.entropy_inflow),
    })
}

/// Whether a rate jumps at a row, by more than a hundredth of its largest value.
fn jumps(rows: &[Sample], rate: impl Fn(&Survey) -> f64) -> bool {
    let largest = rows.iter().map(|row| rate(&row.survey).abs()).fold(0.0, f64::max);
    let jump = |row: &Sample| row.before.as_ref().map_or(0.0, |before| (rate(before) - rate(&row.survey)).abs());
    rows.iter().any(|row| jump(row) > 1e-2 * largest)
}

fn extent(values: &[f64]) -> f64 {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    high - low
}
