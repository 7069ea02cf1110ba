//! The budgets of energy and entropy of carriers, and what is said where they leave something open.

use super::sheet::History;
use crate::diagnostics::balance::closure;
use crate::output::label::significant;
use crate::report;
use crate::simulation::Sample;
use crate::sum::Sum;

/// What entered since the start.
pub(in crate::execution) struct Entered {
    /// Energy through every surface, joined ends last, J.
    pub surfaces: Vec<f64>,
    /// Energy from sources, J.
    pub sources: f64,
    /// Entropy, J/K, where walls keep their temperatures and nothing else brings any; else the rows have to tell.
    pub entropy: Option<f64>,
}

/// The budget of energy. `net` and `gross`: heat that comes in now, and the magnitudes of all of it, wall by wall: what a face takes and gives may
/// be the same. `unnoticed`: no more than rounding.
pub fn energy(history: &History, [net, gross]: [f64; 2], samples: &[Sample], unnoticed: f64) -> report::Energy {
    let Some(Entered { surfaces, sources, .. }) = &history.ledger else {
        let closure = if gross <= unnoticed { 0.0 } else { closure(&[0.5 * (gross + net), 0.5 * (net - gross)]) };
        return report::Energy { stored_change: f64::NAN, boundary_in: f64::NAN, source: f64::NAN, closure };
    };
    let stored = change(samples, |s| s.survey.energy);
    let mut terms = surfaces.clone();
    terms.extend([*sources, -stored]);
    let passed = 0.5 * gross * history.end.unwrap_or(0.0);
    let idle = terms.iter().all(|t| t.abs() <= unnoticed);
    let left = terms.iter().copied().collect::<Sum>().value().abs();
    let largest = terms.iter().fold(passed, |m, t| m.max(t.abs()));
    report::Energy {
        stored_change: stored,
        boundary_in: surfaces.iter().copied().collect::<Sum>().value(),
        source: *sources,
        closure: if idle { 0.0 } else { left / largest },
    }
}

/// Part of the production that a budget may leave open without a word.
const TOLERATED: f64 = 0.02;

/// The budget of entropy, and how much of what is produced it leaves open where that is more than tolerated.
pub fn entropy(
    history: &History,
    [production, walls, sources]: [f64; 3],
    samples: &[Sample],
    [unnoticed, missed]: [f64; 2],
) -> (report::Entropy, Option<f64>) {
    let mut entropy = report::Entropy::now([production, walls, sources, latest_rate(samples)], f64::NAN);
    let mut terms = vec![production, walls, sources];
    if history.end.is_some() {
        // trapezoidal rule over the rows
        let integral = |value: &dyn Fn(&Sample) -> f64| -> f64 {
            samples.windows(2).map(|s| 0.5 * (s[1].time - s[0].time) * (value(&s[0]) + value(&s[1]))).sum()
        };
        entropy.change = change(samples, |s| s.survey.entropy);
        entropy.produced = integral(&|s| s.survey.production);
        let told = history.ledger.as_ref().and_then(|entered| entered.entropy);
        entropy.entered = told.unwrap_or_else(|| integral(&|s| s.survey.entropy_inflow));
        terms = vec![-entropy.produced, -entropy.entered, entropy.change];
    }
    // the first is what is produced
    let idle = terms.iter().all(|t| t.abs() <= unnoticed);
    entropy.closure = if idle { 0.0 } else { closure(&terms) };
    let defect = terms.iter().copied().collect::<Sum>().value().abs();
    let open = defect / terms[0].abs();
    let open = (!idle && defect > missed && entropy.closure.max(open) > TOLERATED).then_some(open);
    (entropy, open)
}

/// Says that the budget of entropy leaves more open than a few per cent of what is produced, and what to do about it.
pub fn loose(entropy: &report::Entropy, open: f64, history: &History, samples: &[Sample]) -> String {
    let remedy = match history.end.map(|end| rows(end, history.steps, samples.len(), open)) {
        Some(Some(every)) => format!(
            "through time it is a sum over the {} rows of the series: set output.series_every to {every:.1e} s or less; what then stays open is that of cells and directions",
            samples.len()
        ),
        _ => "what is produced on these cells, by these directions and rows, is known no better".to_owned(),
    };
    format!(
        "the entropy budget closes to {} % of its largest term, {} % of what is produced: {remedy}; heat and temperatures do not follow from it",
        significant(100.0 * entropy.closure, 2),
        significant(100.0 * open, 3)
    )
}

/// Time from row to row (s) that closes a sum by the trapezoidal rule, whose error falls with its square; none where rows are hardly further apart than
/// steps.
fn rows(end: f64, steps: u64, count: usize, open: f64) -> Option<f64> {
    let (step, every) = (end / steps as f64, end / (count.max(2) - 1) as f64);
    (every >= 2.0 * step).then(|| (every * (0.25 * TOLERATED / open).sqrt()).clamp(step, 0.5 * every))
}

/// Rate at which the entropy changed between the last two rows, W/K; none of a single state, which is at rest.
fn latest_rate(samples: &[Sample]) -> f64 {
    match samples {
        [.., before, last] => (last.survey.entropy - before.survey.entropy) / (last.time - before.time),
        _ => 0.0,
    }
}

fn change(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => value(last) - value(first),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 29 rows in 600 steps and 290 in 580: closer ones help; 300 rows in 580 steps are all but one for each.
    #[test]
    fn closer_rows_are_asked_for_where_there_is_room_for_them() {
        assert_eq!(rows(600.0, 600, 29, 1e4 * TOLERATED), Some(1.0));
        assert_eq!(rows(600.0, 600, 31, 0.25 * TOLERATED), Some(10.0));
        assert_eq!(rows(580.0, 580, 291, 100.0 * TOLERATED), Some(1.0));
        assert_eq!(rows(580.0, 580, 301, 100.0 * TOLERATED), None);
    }
}
