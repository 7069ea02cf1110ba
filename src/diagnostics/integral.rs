//! Sums over all steps of a run from the rows of its time series.

use super::survey::Survey;
use crate::simulation::Sample;
use crate::sum::Sum;

/// Rows that lie further apart than this part of the time since the start or a jump follow what dies off as a power of that time.
const WIDE: f64 = 1.0 / 16.0;

/// Powers that differ by less from one piece to the next are those of one law.
const ALIKE: f64 = 0.5;

/// For every row, the sum over all steps before it of `step * rate`, with the rate as the steps saw it: at their beginning.
/// Where each step has its row the sum is exact. Between rows further apart the rate is a monotone cubic of the time (Fritsch &
/// Butland 1984); where they widen after the start or a jump the rate times the time since then is a cubic of the logarithm of that time, with the
/// slopes of powers. It is summed over the steps in between by the Euler-Maclaurin formula, which is exact for cubics. The steps
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
    let jumps = |row: usize| before[row] != after[row];
    // Slopes at the row where piece k begins and where it ends.
    let slope = |k: usize, row: usize| match row {
        0 => secant[k],
        _ if row == length.len() || jumps(row) => secant[k],
        _ => smooth(secant[row - 1], secant[row], length[row - 1], length[row]),
    };
    // The row since which things happen more and more slowly, for each piece.
    let origin: Vec<usize> = (0..length.len())
        .scan(0, |origin, k| {
            *origin = if jumps(k) { k } else { *origin };
            Some(*origin)
        })
        .collect();
    let age = |k: usize, row: usize| samples[row].time - samples[origin[k]].time;
    // How much the logarithm of the time since then rises along piece k, and with which power of it the rate times it rises, if any.
    let rise = |k: usize| (age(k, k + 1) / age(k, k)).ln();
    let power = |k: usize| {
        let ratio = before[k + 1] / after[k];
        (k > origin[k] && ratio > 0.0 && ratio.is_finite()).then(|| ratio.ln() / rise(k) + 1.0)
    };
    // The integral along piece k where rows are wide apart, if it goes as those beside it do.
    let widening = |k: usize| {
        let own = power(k).filter(|_| length[k] > WIDE * age(k, k))?;
        let ahead = (k + 1 < length.len() && !jumps(k + 1)).then(|| power(k + 1));
        let (behind, ahead) = (power(k - 1), ahead.flatten());
        let agree = |other: &f64| (other - own).abs() < ALIKE;
        if behind.is_none() && ahead.is_none() || ![behind, ahead].iter().flatten().all(agree) {
            return None;
        }
        let with = |other: Option<f64>, k_other: usize| {
            other.map_or(own, |other| (own * rise(k_other) + other * rise(k)) / (rise(k) + rise(k_other)))
        };
        let (begins, ends) = (with(behind, k - 1), with(ahead, k + 1));
        let (a, b, rise) = (after[k] * age(k, k), before[k + 1] * age(k, k + 1), rise(k));
        Some(0.5 * rise * (a + b) + (begins * a - ends * b) * rise * rise / 12.0)
    };
    let mut total = Sum::default();
    let mut out = vec![0.0; samples.len().min(1)];
    for (k, &length) in length.iter().enumerate() {
        let steps = (samples[k + 1].steps - samples[k].steps).max(1);
        let leapt = smooth_before(&samples[k + 1]);
        let step = if leapt { 0.0 } else { length / steps as f64 };
        let (a, b) = (after[k], before[k + 1]);
        let bend = (slope(k, k) - slope(k, k + 1)) / 12.0;
        let integral = || widening(k).unwrap_or(0.5 * length * (a + b) + bend * length * length);
        let sum =
            if steps == 1 && !leapt { length * a } else { integral() - 0.5 * step * (b - a) - bend * step * step };
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

    /// On rows as a run writes them, a third of the time since the start apart until that is the 200th part of it.
    #[test]
    fn what_is_fast_at_the_start_is_summed_to_a_millionth_on_widening_rows() {
        const STEP: f64 = 1e-2;
        let rates: [fn(f64) -> f64; 6] = [
            |t| 1.0 / (1.0 + t).sqrt(),
            |t| 1.0 / (0.01 + t).sqrt(),
            |t| -1.0 / (1.0 + 10.0 * t),
            |t| 1.0 + 1.0 / (0.01 + t).sqrt(),
            |t| (-t / 50.0).exp(),
            |_| 2.0,
        ];
        let mut steps = vec![0_u64];
        while *steps.last().unwrap() < 40_000 {
            let last = *steps.last().unwrap();
            steps.push(last + (last / 3).clamp(1, 200));
        }
        for (n, rate) in rates.into_iter().enumerate() {
            let mut samples: Vec<Sample> =
                steps.iter().map(|&n| row(n as f64 * STEP, n, rate(n as f64 * STEP))).collect();
            let exact: f64 = (0..*steps.last().unwrap()).map(|n| STEP * rate(n as f64 * STEP)).sum();
            let sum = |samples: &[Sample]| *over_steps(samples, |s| s.production, |_| 1.0).last().unwrap();
            let wrong = sum(&samples) / exact - 1.0;
            assert!(wrong.abs() < 2e-6, "rate {n}: {wrong:e}");
            // The same after a jump, and again from there on.
            let jump = samples.last().unwrap().time;
            let (first, later) = (samples[0].clone(), samples.split_off(1));
            let last = *steps.last().unwrap();
            let again = later.iter().map(|s| Sample { time: s.time + jump, steps: s.steps + last, ..s.clone() });
            let mut both: Vec<Sample> = [first.clone()].into_iter().chain(later.iter().cloned()).chain(again).collect();
            let end = later.len();
            both[end].before = Some(both[end].survey.clone());
            both[end].survey = first.survey.clone();
            let wrong = sum(&both) / (2.0 * exact) - 1.0;
            assert!(wrong.abs() < 2e-6, "rate {n} twice: {wrong:e}");
        }
    }
}
