//! Sums over all steps of a run from the rows of its time series.

use super::survey::Survey;
use crate::simulation::Sample;

/// For every row, the sum over all steps before it of `step * rate`, with the rate as the steps saw it: at their beginning.
/// Where each step has its row the sum is exact. Between rows further apart the rate is a monotone cubic (Fritsch &
/// Butland 1984), summed over the steps in between by the Euler-Maclaurin formula, which is exact for cubics. The steps
/// between two rows are of one length; `weight` is given it, and multiplies what they add.
pub fn over_steps(samples: &[Sample], rate: impl Fn(&Survey) -> f64, weight: impl Fn(f64) -> f64) -> Vec<f64> {
    let value: Vec<f64> = samples.iter().map(|s| rate(&s.survey)).collect();
    let slope = slopes(samples, &value);
    let mut total = crate::sum::Sum::default();
    let mut out = Vec::with_capacity(samples.len());
    for (k, sample) in samples.iter().enumerate() {
        if k > 0 {
            let length = sample.time - samples[k - 1].time;
            let steps = (sample.steps - samples[k - 1].steps).max(1);
            let step = length / steps as f64;
            let (a, b) = (value[k - 1], value[k]);
            let bend = (slope[k - 1] - slope[k]) * (length * length - step * step) / 12.0;
            let sum = if steps == 1 { length * a } else { 0.5 * length * (a + b) - 0.5 * step * (b - a) + bend };
            total.add(weight(step) * sum);
        }
        out.push(total.value());
    }
    out
}

/// Slopes at the rows that keep the curve monotone between them; at the ends, zero curvature of the next piece.
fn slopes(samples: &[Sample], value: &[f64]) -> Vec<f64> {
    let n = samples.len();
    let secant: Vec<f64> =
        (1..n).map(|k| (value[k] - value[k - 1]) / (samples[k].time - samples[k - 1].time)).collect();
    (0..n)
        .map(|k| match k {
            _ if n < 3 => secant.first().copied().unwrap_or(0.0),
            0 => secant[0],
            _ if k == n - 1 => secant[n - 2],
            _ => {
                let (a, b) = (secant[k - 1], secant[k]);
                if a * b <= 0.0 {
                    return 0.0;
                }
                let (before, after) = (samples[k].time - samples[k - 1].time, samples[k + 1].time - samples[k].time);
                let (p, q) = (2.0 * after + before, after + 2.0 * before);
                (p + q) / (p / a + q / b)
            }
        })
        .collect()
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
            step_defect: 0.0,
        };
        Sample { time, steps, survey, probes: Vec::new() }
    }

    #[test]
    fn every_step_with_its_row_is_summed_exactly() {
        let values = [5.0, -1.0, 7.0, 2.0];
        let samples: Vec<Sample> = (0..4).map(|n| row(0.5 * n as f64, n, values[n as usize])).collect();
        assert_eq!(over_steps(&samples, |s| s.production, |_| 1.0), [0.0, 2.5, 2.0, 5.5]);
        assert_eq!(over_steps(&samples, |s| s.production, |step| step), [0.0, 1.25, 1.0, 2.75]);
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
