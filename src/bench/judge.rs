//! Whether an answer is right. A wrong one has no speed.

use super::Open;
use super::case::{Case, plain_steps};
use crate::backend::{Backend, BackendError, Clock};
use crate::conduction::Conduction;
use crate::sum::Sum;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What was found wrong, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    /// Largest difference to an independent sum over faces in f64 after some steps on a small grid, over the range of
    /// temperatures.
    pub error: f64,
    /// Energy stored less energy that entered during the timed steps, over the largest of the terms.
    pub energy_closure: f64,
    /// How far the state after the timed steps lies beyond the range of the first state and the walls, over that range.
    pub overshoot: f64,
}

impl Checks {
    /// What each may be at most.
    pub const LIMITS: Checks = Checks { error: 1e-5, energy_closure: 1e-5, overshoot: 1e-6 };

    /// What keeps the score from counting; none if nothing does. Numbers that are no numbers are wrong.
    pub fn objection(&self) -> Option<String> {
        let tests = [
            (self.error, Self::LIMITS.error, "the answer differs from plain f64 steps by"),
            (self.energy_closure, Self::LIMITS.energy_closure, "energy does not close, by"),
            (self.overshoot, Self::LIMITS.overshoot, "temperatures leave the range of their surroundings by"),
        ];
        let wrong = tests.iter().find(|(value, limit, _)| value.is_nan() || value > limit);
        wrong.map(|(value, limit, what)| format!("{what} {value:.1e}, allowed {limit:.0e}"))
    }
}

/// Steps a small grid and compares with a plain loop.
pub(super) fn error(case: Case, open: Open) -> Result<f64, BackendError> {
    const STEPS: u64 = 60;
    let problem = case.problem(case.small());
    let conduction = Conduction::new(Arc::new(problem.clone()))?;
    let step = 0.9 / conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]);
    let expected = plain_steps(&problem, step, STEPS);
    let mut backend = open(&conduction)?;
    backend.advance(Clock { start: 0.0, step }, 0, STEPS)?;
    let got = backend.enthalpy()?;
    let range = expected.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |r, &t| [r[0].min(t), r[1].max(t)]);
    // a fold that keeps what is no number
    let worst = got.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, |m: f64, d| if d <= m { m } else { d });
    Ok(worst / (range[1] - range[0]))
}

/// Energy closure and overshoot of a state that came from the problem's initial one.
pub(super) fn balance(conduction: &Conduction, backend: &mut dyn Backend) -> Result<[f64; 2], BackendError> {
    let start = &conduction.problem.initial;
    let state = backend.enthalpy()?;
    let change = |sign: fn(f64) -> bool| {
        let gains = state.iter().zip(start).zip(&conduction.capacity).map(|((a, b), c)| c * (a - b));
        gains.filter(|g| sign(*g) || g.is_nan()).collect::<Sum>().value()
    };
    let (gained, lost) = (change(|g| g > 0.0), change(|g| g < 0.0));
    let ledger = backend.ledger()?;
    let entered = ledger.surfaces.iter().sum::<f64>() + ledger.sources;
    let largest = ledger.surfaces.iter().fold(gained.max(-lost), |m, s| m.max(s.abs()));
    let closure = (gained + lost - entered).abs() / largest;
    // the faces are held at 0 and at the temperature of the warm one
    let allowed = start.iter().fold([0.0, super::case::HOT], |r: [f64; 2], &t| [r[0].min(t), r[1].max(t)]);
    let beyond = state.iter().fold(0.0, |m: f64, &t| {
        let d = (allowed[0] - t).max(t - allowed[1]);
        if t.is_nan() { f64::INFINITY } else { m.max(d) }
    });
    Ok([closure, beyond / (allowed[1] - allowed[0])])
}
