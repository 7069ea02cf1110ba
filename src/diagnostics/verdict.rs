//! What a state is: equilibrium, steady but not equilibrium, periodic, transient, or stalled by rounding.

use super::balance::{Rates, Snapshot};
use super::cycle::{self, REMAINS, REPEATS};
use super::slowest;
use crate::backend::Resolution;
use crate::problem::VOID;
use crate::quantity::{TIME, format_quantity};
use crate::report::{Course, Cycle, State, Verdict};
use crate::simulation::Sample;

/// Below these an output counts as steady.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// |heat in| over the sum of the magnitudes of all heats through walls and from sources.
    pub imbalance: f64,
    /// Largest |dT/dt| times the diffusive time over the range of temperatures.
    pub rate: f64,
    /// Relative rounding of the arithmetic.
    pub rounding: f64,
    /// How finely states are held.
    pub resolution: Resolution,
}

/// How a state was reached.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Time step in use, s; 0 if none.
    pub step: f64,
    /// Whether anything changes in time.
    pub driven: bool,
    /// The rows so far; none for a steady solve.
    pub rows: &'a [Sample],
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

/// Judges a state, given what each cell gains (W).
pub fn judge(snapshot: &Snapshot, rates: &Rates, net: &[f64], past: Past, threshold: Threshold) -> State {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut largest_rate, mut largest_change) = (0.0_f64, 0.0_f64);
    let Resolution { relative, offset } = threshold.resolution;
    for i in (0..net.len()).filter(|&i| problem.material[i] != VOID) {
        let t = snapshot.temperature[i];
        (low, high) = (low.min(t), high.max(t));
        let rate = (net[i] / conduction.capacity[i]).abs();
        largest_rate = largest_rate.max(rate);
        let lost = 0.5 * relative * (snapshot.enthalpy[i].abs() + offset);
        largest_change = largest_change.max(if rate > 0.0 { rate * past.step / lost } else { 0.0 });
    }
    for state in &snapshot.walls {
        (low, high) = (low.min(state.surface), high.max(state.surface));
    }
    let range = high - low;
    let diffusive_time = diffusive_time(snapshot);
    let imbalance = if rates.gross_heat > 0.0 { rates.net_heat().abs() / rates.gross_heat } else { 0.0 };
    let scaled_rate = if range > 0.0 { largest_rate * diffusive_time / range } else { 0.0 };
    // Temperatures are deviations; what they are deviations from was told in f64.
    let noise = 64.0 * (threshold.rounding * high.abs().max(low.abs()) + f64::EPSILON * problem.reference);
    let sources_idle = rates.source_heat == 0.0 && snapshot.sources.iter().flatten().all(|&q| q == 0.0);
    let state = |verdict, reason, course| State {
        verdict,
        reason,
        imbalance,
        scaled_rate,
        diffusive_time_s: diffusive_time,
        largest_rate,
        course,
    };
    if range <= noise && sources_idle {
        let reason = format!(
            "all temperatures agree within {range:.1e} K, at the level of rounding ({noise:.1e} K): no heat flows and no entropy is produced"
        );
        return state(Verdict::Equilibrium, reason, Course::default());
    }
    // What rounding alone makes of the balances of cells is no change.
    let stiffness = conduction.links.total(problem);
    let rounded = 4.0 * threshold.rounding * high.abs().max(low.abs());
    let unexplained = (0..net.len())
        .filter(|&i| problem.material[i] != VOID)
        .map(|i| (net[i].abs() - rounded * stiffness[i]).max(0.0) / conduction.capacity[i])
        .fold(0.0, f64::max);
    let at_rest = unexplained * diffusive_time <= threshold.rate * range;
    let balanced = rates.gross_heat > 0.0 && imbalance <= threshold.imbalance.max(64.0 * threshold.rounding);
    if at_rest && balanced && !past.driven {
        let reason = format!(
            "nothing changes (imbalance {imbalance:.1e}, scaled rate {scaled_rate:.1e}), yet {:.4} W of heat pass and {:.4e} W/K of entropy are produced: steady, not equilibrium",
            0.5 * rates.gross_heat,
            rates.production
        );
        return state(Verdict::Steady, reason, Course::default());
    }
    if past.step > 0.0 && largest_change < 1.0 {
        let reason = format!(
            "every increment is below half a unit in the last place while the heat flows leave an imbalance of {imbalance:.1e}: the arithmetic stopped, not the heat"
        );
        return state(Verdict::Stalled, reason, Course::default());
    }

    let slowest = slowest::mode(snapshot, net);
    let time_constant = slowest.map(|s| s.time_constant);
    let period = past.driven.then(|| problem.values.period()).flatten();
    let cycle = period.and_then(|period| cycle::last(past.rows, period));
    if let Some(cycle) = cycle.filter(|cycle| repeats(cycle, time_constant)) {
        let reason = format!(
            "every {} is like the last (temperatures swing by {:.4} K and come back to within {:.1e} of it), and each produces {:.4e} J/K of entropy: periodic, not equilibrium",
            format_quantity(cycle.period_s, TIME),
            cycle.swing,
            cycle.change,
            cycle.produced
        );
        return state(
            Verdict::Periodic,
            reason,
            Course { time_constant_s: time_constant, time_left_s: None, cycle: Some(cycle) },
        );
    }
    // Each mode dies off by itself, the slowest last.
    let left = |excess: f64| time_constant.map(|tau| tau * excess.ln().max(0.0));
    let time_left = match (cycle, past.driven) {
        (Some(cycle), _) => left(cycle.change / REPEATS),
        (None, true) => None,
        (None, false) => slowest.and_then(|s| left(s.rate * diffusive_time / (range * threshold.rate))),
    };
    let mut reason = format!(
        "temperatures change by up to {largest_rate:.3e} K/s (scaled rate {scaled_rate:.1e}, heat imbalance {imbalance:.1e})"
    );
    if let Some(cycle) = cycle {
        reason += &format!(
            "; the last cycle of {} still changed them by {:.1e} of their swing",
            format_quantity(cycle.period_s, TIME),
            cycle.change
        );
    }
    if let Some(tau) = time_constant {
        reason += &format!("; what is slowest falls to 1/e in {}", format_quantity(tau, TIME));
        let what = if cycle.is_some() { "cycles repeat themselves" } else { "all is steady" };
        if let Some(left) = time_left.filter(|left| *left > 0.0) {
            reason += &format!(", so that {what} in about {}", format_quantity(left, TIME));
        }
    }
    state(Verdict::Transient, reason, Course { time_constant_s: time_constant, time_left_s: time_left, cycle })
}

/// Whether neither this cycle nor, as the body forgets, all that follow change anything that counts.
fn repeats(cycle: &Cycle, time_constant: Option<f64>) -> bool {
    let to_come = time_constant.map_or(0.0, |tau| cycle.change / -(-cycle.period_s / tau).exp_m1());
    cycle.change <= REPEATS && to_come <= REMAINS
}

#[cfg(test)]
mod tests;
