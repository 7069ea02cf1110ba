//! How fast what was uneven dies away.

use crate::simulation::Sample;

/// Rows that a rate is taken from at least.
const ROWS: usize = 8;

/// Rate at which the range of temperatures falls over the second half of the rows, 1/s; NaN where that is not exponential to a
/// hundredth of its fall.
pub(in crate::execution) fn rate(samples: &[Sample]) -> f64 {
    let points: Vec<(f64, f64)> = samples[samples.len() / 2..]
        .iter()
        .map(|s| (s.time, (s.survey.temperature[1] - s.survey.temperature[0]).ln()))
        .collect();
    straight(&points)
}

fn straight(points: &[(f64, f64)]) -> f64 {
    if points.len() < ROWS || points.iter().any(|p| !p.1.is_finite()) {
        return f64::NAN;
    }
    let count = points.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (t, y) = (mean(&|p| p.0), mean(&|p| p.1));
    let slope = mean(&|p| (p.0 - t) * (p.1 - y)) / mean(&|p| (p.0 - t).powi(2));
    let off = points.iter().map(|p| (p.1 - y - slope * (p.0 - t)).abs()).fold(0.0, f64::max);
    let fall = -slope * (points[points.len() - 1].0 - points[0].0);
    if fall > 0.01 && off < 0.01 * fall { -slope } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::straight;

    #[test]
    fn only_what_falls_exponentially_has_a_rate() {
        let of = |f: &dyn Fn(f64) -> f64| straight(&(0..20).map(f64::from).map(|t| (t, f(t))).collect::<Vec<_>>());
        assert!((of(&|t| 3.0 - 0.25 * t) - 0.25).abs() < 1e-12);
        for none in [of(&|t| 3.0 + 0.25 * t), of(&|t| 3.0 - 0.01 * t * t), of(&|_| 1.0), of(&|t| -1.0 / t)] {
            assert!(none.is_nan());
        }
    }
}
