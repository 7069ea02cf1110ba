//! What a state is: equilibrium, steady but not equilibrium, transient, or stalled by rounding.

use super::balance::{Rates, Snapshot};
use crate::problem::VOID;
use crate::report::Verdict;

/// A verdict with the numbers behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The verdict.
    pub verdict: Verdict,
    /// A sentence that says why.
    pub reason: String,
    /// |heat in| over the sum of the magnitudes of all heats through walls and from sources.
    pub imbalance: f64,
    /// Largest |dT/dt| times the diffusive time over the range of temperatures.
    pub scaled_rate: f64,
    /// L^2 / alpha of the domain, s.
    pub diffusive_time: f64,
    /// Largest |dT/dt|, K/s.
    pub largest_rate: f64,
}

/// Below these an output counts as steady.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Of [`State::imbalance`].
    pub imbalance: f64,
    /// Of [`State::scaled_rate`].
    pub rate: f64,
    /// Relative rounding of a stored temperature.
    pub rounding: f64,
}

/// Time in which a disturbance spreads through the domain, s: the squared length of its longest active side over the
/// volume-weighted diffusivity.
pub fn diffusive_time(snapshot: &Snapshot) -> f64 {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    // Sum over the links of conductance x distance^2 is the conductivity times the volume, per axis.
    let conductance = snapshot.conduction.links.fold(
        grid,
        || 0.0,
        |sum, i, _, g, offset| *sum += g * (grid.widths(grid.cell(i)) * offset.as_dvec3()).length_squared(),
        |a, b| a + b,
    );
    let capacity: f64 = snapshot.conduction.capacity.iter().sum();
    let active: Vec<usize> = (0..3).filter(|&a| grid.axis(a).cells() > 1).collect();
    let longest = active.iter().map(|&a| grid.axis(a).length()).fold(0.0, f64::max);
    if conductance > 0.0 { longest * longest * capacity * active.len() as f64 / conductance } else { 0.0 }
}

/// Judges a state. `step` is the time step in use (s), 0 if none.
pub fn judge(snapshot: &Snapshot, rates: &Rates, net: &[f64], step: f64, threshold: Threshold) -> State {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let reference = problem.reference;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut largest_rate, mut largest_change) = (0.0_f64, 0.0_f64);
    for i in (0..net.len()).filter(|&i| problem.material[i] != VOID) {
        let t = snapshot.temperature[i];
        (low, high) = (low.min(t), high.max(t));
        let rate = (net[i] / conduction.capacity[i]).abs();
        largest_rate = largest_rate.max(rate);
        largest_change = largest_change.max(rate * step / (0.5 * threshold.rounding * (t.abs() + reference)));
    }
    for state in &snapshot.walls {
        (low, high) = (low.min(state.surface), high.max(state.surface));
    }
    let range = high - low;
    let diffusive_time = diffusive_time(snapshot);
    let imbalance = if rates.gross_heat > 0.0 { rates.net_heat().abs() / rates.gross_heat } else { 0.0 };
    let scaled_rate = if range > 0.0 { largest_rate * diffusive_time / range } else { 0.0 };
    let noise = 64.0 * threshold.rounding * (reference + high.abs().max(low.abs()));
    let sources_idle = rates.source_heat == 0.0 && snapshot.sources.iter().flatten().all(|&q| q == 0.0);
    let (verdict, reason) = if range <= noise && sources_idle {
        (
            Verdict::Equilibrium,
            format!(
                "all temperatures agree within {range:.1e} K, at the level of rounding: no heat flows and no entropy is produced"
            ),
        )
    } else if scaled_rate <= threshold.rate && imbalance <= threshold.imbalance {
        (
            Verdict::Steady,
            format!(
                "nothing changes (imbalance {imbalance:.1e}, scaled rate {scaled_rate:.1e}), yet {:.4} W of heat pass and {:.4e} W/K of entropy are produced: steady, not equilibrium",
                0.5 * rates.gross_heat,
                rates.production
            ),
        )
    } else if step > 0.0 && largest_change < 1.0 {
        (
            Verdict::Stalled,
            format!(
                "every increment is below half a unit in the last place while the heat flows leave an imbalance of {imbalance:.1e}: the arithmetic stopped, not the heat"
            ),
        )
    } else {
        (
            Verdict::Transient,
            format!(
                "temperatures change by up to {largest_rate:.3e} K/s (scaled rate {scaled_rate:.1e}, heat imbalance {imbalance:.1e})"
            ),
        )
    };
    State { verdict, reason, imbalance, scaled_rate, diffusive_time, largest_rate }
}
