//! The last cycle of a run that is driven periodically: whether it is like the one before.

use super::integral::over_steps;
use crate::report::Cycle;
use crate::simulation::Sample;

/// A cycle counts as repeating itself when it changes temperatures, and the energy, by less than this part of their swings,
pub const REPEATS: f64 = 1e-3;

/// and when all cycles to come will change them by less than this part.
pub const REMAINS: f64 = 1e-2;

/// The rows of the last whole period; none where the run is shorter, or no row stands at its beginning.
fn rows(samples: &[Sample], period: f64) -> Option<&[Sample]> {
    let end = samples.last()?.time;
    let first = samples.iter().position(|row| (row.time - (end - period)).abs() <= 1e-6 * period)?;
    (samples.len() - first > 4).then(|| &samples[first..])
}

/// What the last cycle did; none where the rows do not show it.
pub fn last(samples: &[Sample], period: f64) -> Option<Cycle> {
    let rows = rows(samples, period)?;
    let probes = rows[0].probes.len();
    let seen = |row: &Sample| -> Vec<Option<f64>> {
        row.survey.temperature.iter().map(|t| Some(*t)).chain(row.probes.iter().copied()).collect()
    };
    let all: Vec<Vec<Option<f64>>> = rows.iter().map(seen).collect();
    let (mut change, mut swing) = (0.0_f64, 0.0_f64);
    for k in 0..3 + probes {
        let values: Option<Vec<f64>> = all.iter().map(|row| row[k]).collect();
        let Some(values) = values else { continue };
        change = change.max((values[values.len() - 1] - values[0]).abs());
        swing = swing.max(extent(&values));
    }
    let energies: Vec<f64> = rows.iter().map(|row| row.survey.energy).collect();
    let stored = (energies[energies.len() - 1] - energies[0]).abs() / extent(&energies);
    let sum = |rate: &dyn Fn(&crate::diagnostics::survey::Survey) -> f64, own: bool| {
        let defect = over_steps(rows, |s| s.step_defect, |step| step);
        let sums = over_steps(rows, rate, |_| 1.0);
        sums[sums.len() - 1] + if own { defect[defect.len() - 1] } else { 0.0 }
    };
    (swing > 0.0).then(|| Cycle {
        period_s: period,
        change: (change / swing).max(if stored.is_finite() { stored } else { 0.0 }),
        swing,
        produced: sum(&|s| s.production, true),
        entered: sum(&|s| s.entropy_inflow, false),
    })
}

fn extent(values: &[f64]) -> f64 {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    high - low
}
