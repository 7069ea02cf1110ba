//! Runge-Kutta-Legendre super steps: coefficients (Meyer, Balsara and Aslam 2014, J. Comput. Phys. 257, 594-626).
//!
//! With `D_j = Y_j - Y_0` the change since the start of the step and `F` the right-hand side, stage j is
//! `D_j = mu D_(j-1) + nu D_(j-2) + step (weight F(Y_(j-1)) + first F(Y_0))`, from `D_0 = 0`. In this form only
//! changes are rounded, never the state itself. s stages stay stable over about s^2/4 (order 2) or s^2/2 (order 1) explicit steps.

use std::ops::RangeInclusive;

/// Order of accuracy in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// RKL1.
    First,
    /// RKL2.
    Second,
}

/// Most stages of a super step: rounding grows with them.
pub const STAGES: RangeInclusive<usize> = 3..=99;

/// One stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stage {
    /// Of the change one stage ago.
    pub mu: f64,
    /// Of the change two stages ago.
    pub nu: f64,
    /// Of the rate of change one stage ago, in steps.
    pub weight: f64,
    /// Of the rate of change at the start, in steps.
    pub first: f64,
    /// When the rate of one stage ago is taken, in steps from the start.
    pub time: f64,
}

/// A super step of s stages.
#[derive(Debug, Clone, PartialEq)]
pub struct SuperStep {
    /// Its order.
    pub order: Order,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// What the rate taken by each stage contributes to the whole change, in steps: they add up to 1. Heat through walls
    /// and from sources is summed with them, so that energy closes.
    pub shares: Vec<f64>,
    /// The local error is this times `step^p d^p y / dt^p`, p = order + 1.
    pub error: f64,
}

impl Order {
    fn exponent(self) -> i32 {
        match self {
            Order::First => 2,
            Order::Second => 3,
        }
    }

    /// How many explicit steps at the stability limit s stages may span.
    pub fn span(self, stages: usize) -> f64 {
        let s = stages as f64;
        match self {
            Order::First => 0.5 * (s * s + s),
            Order::Second => 0.25 * (s * s + s - 2.0),
        }
    }

    /// The least odd number of stages that may span so many explicit steps: odd ones damp what is roughest.
    pub fn stages(self, span: f64) -> usize {
        STAGES.step_by(2).find(|&s| self.span(s) >= span).unwrap_or(*STAGES.end())
    }

    /// By how much longer a step is whose local error is so many times as large.
    pub fn length_for(self, error: f64) -> f64 {
        error.powf(1.0 / f64::from(self.exponent()))
    }

    /// The factor by which a step may change whose local error is so many times what is tolerated.
    pub fn rescale(self, error: f64) -> f64 {
        (0.8 / self.length_for(error)).clamp(0.2, 2.0)
    }
}

impl SuperStep {
    /// The coefficients of an order and number of stages (at least 3).
    pub fn new(order: Order, stages: usize) -> SuperStep {
        let s = stages as f64;
        // b of Meyer et al., equation 16; RKL1 has none.
        let b = |j: usize| match order {
            Order::First => 1.0,
            Order::Second if j < 3 => 1.0 / 3.0,
            Order::Second => {
                let j = j as f64;
                (j * j + j - 2.0) / (2.0 * j * (j + 1.0))
            }
        };
        let w = 1.0 / order.span(stages);
        let mut list = Vec::with_capacity(stages);
        let (mut time, mut before) = (0.0, 0.0);
        for j in 1..=stages {
            let n = j as f64;
            let mut stage = Stage { weight: b(1) * w, time, ..Stage::default() };
            if j > 1 {
                stage.mu = (2.0 * n - 1.0) / n * b(j) / b(j - 1);
                stage.nu = -(n - 1.0) / n * b(j) / b(j - 2);
                stage.weight = stage.mu * w;
                stage.first = -(1.0 - b(j - 1)) * stage.weight;
            }
            (time, before) = (stage.mu * time + stage.nu * before + stage.weight + stage.first, time);
            list.push(stage);
        }
        // Derivatives of the Legendre polynomial at 1 give the stability polynomial's next coefficient.
        let error = match order {
            Order::First => 0.5 - (s - 1.0) * s * (s + 1.0) * (s + 2.0) / 8.0 * w * w / 2.0,
            Order::Second => {
                let third = (s - 2.0) * (s - 1.0) * s * (s + 1.0) * (s + 2.0) * (s + 3.0) / 48.0;
                1.0 / 6.0 - b(stages) * third * w * w * w / 6.0
            }
        };
        let shares = shares(&list);
        SuperStep { order, stages: list, shares, error }
    }

    /// Estimate of the local error (K) from the change over the step (K) and the rates of change at its ends (K/s):
    /// of order 2 by the trapezoidal rule, as Sommeijer, Shampine and Verwer do (1998, J. Comput. Appl. Math. 88).
    pub fn estimate(&self, step: f64, change: f64, rate_before: f64, rate_after: f64) -> f64 {
        let [change_weight, before, after] = self.estimate_weights(step);
        change_weight * change + before * rate_before + after * rate_after
    }

    /// The estimate is linear: weights of the change and of both rates.
    pub fn estimate_weights(&self, step: f64) -> [f64; 3] {
        match self.order {
            Order::First => [0.0, -self.error * step, self.error * step],
            Order::Second => [-12.0 * self.error, 6.0 * self.error * step, 6.0 * self.error * step],
        }
    }
}

/// How much of each rate is in the last change: the recurrence run backwards.
fn shares(stages: &[Stage]) -> Vec<f64> {
    let mut shares = vec![0.0; stages.len()];
    // what the last change holds of the change after this stage and of the one before it
    let (mut now, mut before) = (1.0, 0.0);
    for (j, stage) in stages.iter().enumerate().rev() {
        shares[j] += now * stage.weight;
        shares[0] += now * stage.first;
        (now, before) = (before + now * stage.mu, now * stage.nu);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The change over a step of y' = z y from y = 1.
    fn change(step: &SuperStep, z: f64) -> f64 {
        let (mut d, mut before) = (0.0, 0.0);
        for stage in &step.stages {
            (d, before) = (stage.mu * d + stage.nu * before + stage.weight * z * (1.0 + d) + stage.first * z, d);
        }
        d
    }

    #[test]
    fn the_stability_polynomial_agrees_with_the_exponential_to_its_order_and_its_error_is_known() {
        for s in [3, 5, 9, 25] {
            let z = -1e-2;
            let second = SuperStep::new(Order::Second, s);
            let local = 1.0 + change(&second, z) - f64::exp(z);
            assert!((local + second.error * z.powi(3)).abs() < 0.02 * local.abs(), "s = {s}: {local}");
            let first = SuperStep::new(Order::First, s);
            let local = 1.0 + change(&first, z) - f64::exp(z);
            assert!((local + first.error * z.powi(2)).abs() < 0.02 * local.abs(), "s = {s}: {local}");
        }
    }

    #[test]
    fn it_is_stable_up_to_its_span_and_not_beyond() {
        for order in [Order::First, Order::Second] {
            for s in [3, 7, 31, 99] {
                let step = SuperStep::new(order, s);
                // an explicit step at its limit has z = -2
                let most = -2.0 * order.span(s);
                for k in 0..=2000 {
                    let r = 1.0 + change(&step, most * f64::from(k) / 2000.0);
                    assert!(r.abs() <= 1.0 + 1e-9, "{order:?} {s} {k}: {r}");
                }
                assert!((1.0 + change(&step, 2.0 * most)).abs() > 1.0);
            }
        }
    }

    #[test]
    fn shares_sum_up_what_the_recurrence_does() {
        for order in [Order::First, Order::Second] {
            let step = SuperStep::new(order, 11);
            assert!((step.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let rates: Vec<f64> = (0..11).map(|j| f64::from(j * j % 7) - 2.5).collect();
            let (mut d, mut before) = (0.0, 0.0);
            for (stage, rate) in step.stages.iter().zip(&rates) {
                (d, before) = (stage.mu * d + stage.nu * before + stage.weight * rate + stage.first * rates[0], d);
            }
            let by_shares: f64 = step.shares.iter().zip(&rates).map(|(a, b)| a * b).sum();
            assert!((d - by_shares).abs() < 1e-12);
        }
    }

    #[test]
    fn a_monotone_profile_stays_monotone_in_one_dimension() {
        for order in [Order::First, Order::Second] {
            let step = SuperStep::new(order, 15);
            let span = order.span(15);
            let start: Vec<f64> = (0..80).map(|i| if i < 40 { 1.0 } else { 0.0 }).collect();
            let rate = |y: &[f64]| -> Vec<f64> {
                (0..80usize).map(|i| 0.5 * (y[i.saturating_sub(1)] - 2.0 * y[i] + y[(i + 1).min(79)])).collect()
            };
            let first = rate(&start);
            let (mut d, mut before) = (vec![0.0; 80], vec![0.0; 80]);
            for stage in &step.stages {
                let y: Vec<f64> = start.iter().zip(&d).map(|(a, b)| a + b).collect();
                let now = rate(&y);
                let next = (0..80)
                    .map(|i| {
                        stage.mu * d[i] + stage.nu * before[i] + span * (stage.weight * now[i] + stage.first * first[i])
                    })
                    .collect();
                before = std::mem::replace(&mut d, next);
            }
            let end: Vec<f64> = start.iter().zip(&d).map(|(a, b)| a + b).collect();
            assert!(end.windows(2).all(|w| w[0] >= w[1] - 1e-12), "{order:?}: {end:?}");
        }
    }
}
