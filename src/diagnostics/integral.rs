//! Sums over all steps of a run from the rows of its time series.

use super::survey::Survey;
use crate::simulation::Sample;
use crate::sum::Sum;

/// For every row, the sum over all steps before it of `step * rate`, with the rate as the steps saw it: at their beginning.
/// Where each step has its row the sum is exact. Between rows further apart the rate is a monotone cubic (Fritsch &
/// Butland 1984), summed over the steps in between by the Euler-Maclaurin formula, which is exact for cubics. The steps
/// between two rows are of one length; `weight` is given it, and multiplies what they add. Super steps count as steps of no length.
pub fn over_steps(samples: &[Sample], rate: impl Fn(&Survey) -> f64, weight: impl Fn(f64) -> f64) -> Vec<f64> {
    pieces(samples, rate, weight, |piece| piece.leapt)
}

/// For every row, the integral of a rate up to it: the same curve. Leapfrog steps are of second order and see it so.
pub fn over_time(samples: &[Sample], rate: impl Fn(&Survey) -> f64) -> Vec<f64> {
    pieces(samples, rate, |_| 1.0, |_| true)
}

/// Sums up to every row; those before a row that is `smooth_before` count as a curve, not as steps.
fn pieces(
    samples: &[Sample],
    rate: impl Fn(&Survey) -> f64,
    weight: impl Fn(f64) -> f64,
    smooth_before: impl Fn(&Sample) -> bool,
) -> Vec<f64> {
    // A rate may jump at a row: pieces begin with `after` and end with `before`.
    let after: Vec<f64> = samples.iter().map(|s| rate(&s.survey)).collect();
    let before: Vec<f64> = samples.iter().map(|s| rate(s.before.as_ref().unwrap_or(&s.survey))).collect();
    let length: Vec<f64> = samples.windows(2).map(|pair| pair[1].time - pair[0].time).collect();
    let secant: Vec<f64> = (0..length.len()).map(|k| (before[k + 1] - after[k]) / length[k]).collect();
    // Slopes at the row where piece k begins and where it ends.
    let slope = |k: usize, row: usize| match row {
        0 => secant[k],
        _ if row == length.len() || before[row] != after[row] => secant[k],
        _ => smooth(secant[row - 1], secant[row], length[row - 1], length[row]),
    };
    let mut total = Sum::default();
    let mut out = vec![0.0; samples.len().min(1)];
    for (k, &length) in length.iter().enumerate() {
        let steps = (samples[k + 1].steps - samples[k].steps).max(1);
        let leapt = smooth_before(&samples[k + 1]);
        let step = if leapt { 0.0 } else { length / steps as f64 };
        let (a, b) = (after[k], before[k + 1]);
        let bend = (slope(k, k) - slope(k, k + 1)) * (length * length - step * step) / 12.0;
        let sum = if steps == 1 && !leapt { length * a } else { 0.5 * length * (a + b) - 0.5 * step * (b - a) + bend };
        total.add(weight(step) * sum);
        out.push(total.value());
    }
    out
}

/// A slope between two secants over pieces of some lengths that keeps the curve monotone.
fn smooth(a: f64, b: f64, before: f64, after: f64) -> f64 {
    if a * b <= 0.0 {
        return 0.0;
    }
    let (p, q) = (2.0 * after + before, after + 2.0 * before);
    (p + q) / (p / a + q / b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(time: f64, steps: u64, production: f64) -> Sample {
        let survey = Survey {
            temperature: [300.0; 3],
            energy: 0.0,
            entropy: 0.0,
            surface_heat: Vec::new(),
            source_heat: 0.0,
            production,
            entropy_inflow: 0.0,
            held_entropy: 0.0,
            extended_production: 0.0,
            step_defect: 0.0,
        };
        Sample { time, steps, leapt: false, survey, before: None, probes: Vec::new(), more: Vec::new() }
    }

    #[test]
    fn every_step_with_its_row_is_summed_exactly() {
        let values = [5.0, -1.0, 7.0, 2.0];
        let samples: Vec<Sample> = (0..4).map(|n| row(0.5 * n as f64, n, values[n as usize])).collect();
        assert_eq!(over_steps(&samples, |s| s.production, |_| 1.0), [0.0, 2.5, 2.0, 5.5]);
        assert_eq!(over_steps(&samples, |s| s.production, |step| step), [0.0, 1.25, 1.0, 2.75]);
    }

    #[test]
    fn a_pulse_that_ends_at_a_row_is_summed_up_to_it() {
        let mut samples: Vec<Sample> = [(0, 3.0), (10, 0.0), (20, 0.0)].map(|(n, v)| row(n as f64, n, v)).into();
        samples[1].before = Some(Survey { production: 3.0, ..samples[1].survey.clone() });
        assert_eq!(over_steps(&samples, |s| s.production, |_| 1.0), [0.0, 30.0, 30.0]);
    }

    #[test]
    fn between_super_steps_a_rate_is_a_curve() {
        let mut samples: Vec<Sample> = (0..4).map(|n| row(n as f64, n, 4.0 - n as f64)).collect();
        samples.iter_mut().for_each(|s| s.leapt = true);
        assert_eq!(over_steps(&samples, |s| s.production, |_| 1.0), [0.0, 3.5, 6.0, 7.5]);
        assert_eq!(over_steps(&samples, |s| s.production, |step| step), [0.0; 4]);
        samples.iter_mut().for_each(|s| s.leapt = false);
        assert_eq!(over_time(&samples, |s| s.production), [0.0, 3.5, 6.0, 7.5]);
    }

    #[test]
    fn a_decay_on_widening_rows_is_summed_to_a_few_millionths() {
        // rows at a distance of an eighth of the steps made, as a run writes them
        let rate = |n: u64| 1.0 / (1.0 + n as f64 * 1e-2).sqrt();
        let mut rows = vec![0_u64];
        while *rows.last().unwrap() < 40_000 {
            let last = *rows.last().unwrap();
            rows.push(last + (last / 8).clamp(1, 200));
        }
        let samples: Vec<Sample> = rows.iter().map(|&n| row(n as f64 * 1e-2, n, rate(n))).collect();
        let exact: f64 = (0..*rows.last().unwrap()).map(|n| 1e-2 * rate(n)).sum();
        let sum = *over_steps(&samples, |s| s.production, |_| 1.0).last().unwrap();
        assert!((sum / exact - 1.0).abs() < 5e-6, "{:e}", sum / exact - 1.0);
    }
}
