//! The steady state of heat with charge, from wherever the search begins.
//!
//! Newton's method finds it from near it. Where it does not, implicit steps through time lead there, each longer than the last as long as they are
//! found (pseudo-transient continuation: Kelley and Keyes, SIAM J. Numer. Anal. 35, 508 (1998)).

use super::device::{Device, State};
use super::linear::Linear;
use super::newton::{self, Balance, CoupledError, Solved, Step, Storage, enthalpies};

/// Newton steps, all together, where the scenario allows no fewer.
pub const MOST_STEPS: usize = 200;

/// Newton steps in which it is found at once or not: each gains digits, or none.
const AT_ONCE: usize = 20;

/// Part of its temperature by which the first implicit step warms or cools a cell at most.
const FIRST: f64 = 0.1;

/// How much longer or shorter the next implicit step is than one that was found or not.
pub const LONGER: f64 = 4.0;

/// The shortest implicit step, in parts of the first.
const SHORTEST: f64 = 1e-9;

/// A step that changes no temperature by more than this part of it ends near the steady state, or is too short to tell.
const NEAR: f64 = 0.03;

/// The length (s) of a step that changes no temperature (K) by more than a part of it, if all goes on as it does: what each cell gains (W) and its heat
/// capacity (J/K) are given.
pub fn first_length(cells: impl Iterator<Item = (f64, f64, f64)>) -> f64 {
    let rate = |(temperature, gain, capacity): (f64, f64, f64)| {
        if capacity > 0.0 { (gain / (capacity * temperature)).abs() } else { 0.0 }
    };
    let fastest = cells.map(rate).fold(0.0, f64::max);
    if fastest > 0.0 { FIRST / fastest } else { 1.0 }
}

/// Finds it, from a state whose potentials are those of its temperatures, or nearly so, in at most so many Newton steps.
///
/// # Errors
/// See [`CoupledError`].
pub fn settle(
    device: &Device,
    state: &mut State,
    most_steps: usize,
    linear: &mut Linear,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Solved, CoupledError> {
    let (mut left, mut way, mut over) = (most_steps, Vec::new(), [0.0; 2]);
    // An attempt; none where it was not found, but may yet be.
    let mut attempt = |state: &mut State, balance: Balance<'_>| {
        let solved = newton::solve(device, state, 0.0, balance, AT_ONCE.min(left), linear, going);
        match solved {
            Err(CoupledError::NotConverged { steps, heat, charge }) => {
                (left, over) = (left - steps, [heat, charge]);
                if left == 0 {
                    return Err(CoupledError::Restless { steps: most_steps, heat, charge });
                }
                Ok(None)
            }
            Err(error) => Err(error),
            Ok(mut solved) => {
                left -= solved.steps.len() - 1;
                // The state that a step begins from is that to which the last one led.
                way.extend_from_slice(&solved.steps[usize::from(!way.is_empty())..]);
                solved.steps = way.clone();
                Ok(Some(solved))
            }
        }
    };
    let capacity = &device.conduction.capacity;
    let gains = newton::look(device, state, 0.0).gains;
    let cells = state.temperature.iter().zip(&gains).zip(capacity).map(|((&t, &gain), &c)| (t, gain, c));
    let first = first_length(cells);
    let (mut length, mut near) = (first, true);
    while length > SHORTEST * first {
        if near {
            let mut rest = state.clone();
            let found = attempt(&mut rest, Balance::Steady);
            // What the caller stops goes on from there.
            if matches!(found, Ok(Some(_)) | Err(CoupledError::Interrupted)) {
                *state = rest;
            }
            if let Some(solved) = found? {
                return Ok(solved);
            }
        }
        let start = enthalpies(device, &state.temperature);
        let mut next = state.clone();
        let storage = Storage { rate: 1.0 / length, start: &start };
        if attempt(&mut next, Balance::Step(storage))?.is_none() {
            (length, near) = (length / LONGER, false);
            continue;
        }
        let moved = next.temperature.iter().zip(&state.temperature).filter(|(_, t)| **t > 0.0);
        near = moved.map(|(next, t)| (next / t - 1.0).abs()).fold(0.0, f64::max) < NEAR;
        (*state, length) = (next, LONGER * length);
    }
    let [heat, charge] = over;
    Err(CoupledError::Restless { steps: most_steps - left, heat, charge })
}
