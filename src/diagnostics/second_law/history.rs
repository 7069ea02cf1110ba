//! What must hold from row to row of the time series.

use super::{Principle, SecondLaw, Violation};
use crate::conduction::Conduction;
use crate::diagnostics::integral::over_time;
use crate::diagnostics::survey::Survey;
use crate::expression::{Expression, Place, Variable};
use crate::problem::{Condition, Problem, ValueId};
use crate::simulation::Sample;
use glam::DVec3;
use std::sync::Arc;

/// Looks back at the rows of a run, whose arithmetic rounds to `rounding` of a number.
pub fn look_back(law: &mut SecondLaw, conduction: &Conduction, samples: &[Sample], rounding: f64) {
    look_at_range(law, conduction, samples, rounding);
    look_at_entropy(law, conduction, samples, rounding);
}

/// Without sources and given fluxes a row lies within the range of the row before and of the temperatures that the
/// boundary showed to the steps in between.
fn look_at_range(law: &mut SecondLaw, conduction: &Conduction, samples: &[Sample], rounding: f64) {
    let problem = &conduction.problem;
    let Some(mut boundary) = Boundary::new(conduction) else { return };
    for pair in samples.windows(2) {
        let Some([low, high]) = boundary.range(pair[0].time, pair[1].time, pair[1].steps - pair[0].steps) else {
            return;
        };
        let ([a, b, _], [c, d, _]) = (pair[0].survey.temperature, pair[1].survey.temperature);
        let (low, high) = (a.min(low + problem.reference), b.max(high + problem.reference));
        let size = conduction.rounded([low, high].map(|t| t - problem.reference));
        let tolerance = 8.0 * rounding * size + 4.0 * f64::EPSILON * problem.reference;
        law.counts[Principle::Range as usize].checked += 1;
        let amount = (low - c).max(d - high);
        if amount.is_nan() || amount > tolerance {
            law.add(Violation {
                principle: Principle::Range,
                time: Some(pair[1].time),
                at: None,
                place: format!(
                    "temperatures of {c:.6} to {d:.6} K after {low:.6} to {high:.6} K at t = {:.6e} s and on the boundary since",
                    pair[0].time
                ),
                amount,
            });
        }
    }
}

/// Where nothing enters or leaves the entropy may only rise. Where heat has inertia the extended entropy may fall only by what leaves with the
/// heat, to the terms of third order that its theory leaves out: what the heats hold back times the relative range of temperatures, those of walls too. What
/// entered between two rows is a curve through them; how far that may be off is seen from what it says of the energy, which is known.
fn look_at_entropy(law: &mut SecondLaw, conduction: &Conduction, samples: &[Sample], rounding: f64) {
    let problem = &conduction.problem;
    let isolated = problem.walls.is_empty() && problem.sources.len() < 2;
    let extended = conduction.inertia.is_some();
    if !isolated && !extended {
        return;
    }
    let capacity: f64 = conduction.capacity.iter().sum();
    let principle = if extended { Principle::ExtendedEntropy } else { Principle::Entropy };
    let heat = |s: &Survey| s.surface_heat.iter().sum::<f64>() + s.source_heat;
    let mut boundary = Boundary::told(conduction);
    let (entropies, heats) = (over_time(samples, |s| s.entropy_inflow), over_time(samples, heat));
    for (k, pair) in samples.windows(2).enumerate() {
        let (a, b) = (&pair[0].survey, &pair[1].survey);
        let deviation = conduction.rounded([0, 1].map(|n| a.temperature[n] - problem.reference));
        // A body that is all but uniform is as near the reference as these temperatures can tell.
        let deviation = deviation + f64::EPSILON * problem.reference;
        let size = capacity * deviation / a.temperature[0] + a.entropy.abs();
        let shown =
            if extended { boundary.range(pair[0].time, pair[1].time, pair[1].steps - pair[0].steps) } else { None };
        let shown = shown.unwrap_or([f64::INFINITY, f64::NEG_INFINITY]).map(|t| t + problem.reference);
        let widest = a.temperature[1].max(shown[1]) / a.temperature[0].min(shown[0]);
        let neglected = a.held_entropy.max(b.held_entropy) * (widest - 1.0);
        let unseen = match isolated {
            true => 0.0,
            false => {
                let end = pair[1].before.as_ref().unwrap_or(b);
                let line = 0.5 * (pair[1].time - pair[0].time) * (a.entropy_inflow + end.entropy_inflow);
                let bend = (entropies[k + 1] - entropies[k] - line).abs();
                let missed = (b.energy - a.energy - (heats[k + 1] - heats[k])).abs();
                4.0 * bend + 2.0 * missed / a.temperature[0].min(b.temperature[0])
            }
        };
        law.counts[principle as usize].checked += 1;
        let gained = (b.entropy - b.held_entropy) - (a.entropy - a.held_entropy);
        let amount = entropies[k + 1] - entropies[k] - gained;
        if amount.is_nan() || amount > 16.0 * rounding * size + neglected + unseen {
            law.add(Violation {
                principle,
                time: Some(pair[1].time),
                at: None,
                place: format!("the entropy of the whole body fell after t = {:.6e} s", pair[0].time),
                amount,
            });
        }
    }
}

/// The temperatures that the boundary shows.
pub struct Boundary {
    problem: Arc<Problem>,
    /// Values that do not vary in time: lowest and highest (deviations, K).
    fixed: [f64; 2],
    /// Values that do, with the places where they hold.
    varying: Vec<(ValueId, Vec<DVec3>)>,
    /// Evaluations that may still be spent.
    left: u64,
}

impl Boundary {
    /// `None` where sources or given fluxes heat or cool, or heat has inertia: temperatures then have no such bound.
    pub fn new(conduction: &Conduction) -> Option<Boundary> {
        let problem = &conduction.problem;
        let zero = |id| problem.values.get(id).as_constant() == Some(0.0);
        if !problem.sources.iter().all(|id| zero(*id)) || conduction.inertia.is_some() {
            return None;
        }
        let given = |c: &Condition| matches!(*c, Condition::Environment { flux, .. } if !zero(flux));
        (!problem.conditions.iter().any(given)).then(|| Boundary::told(conduction))
    }

    /// What its conditions tell, whatever heats or cools besides.
    fn told(conduction: &Conduction) -> Boundary {
        let problem = &conduction.problem;
        let zero = |id| problem.values.get(id).as_constant() == Some(0.0);
        let mut boundary = Boundary {
            problem: conduction.problem.clone(),
            fixed: [f64::INFINITY, f64::NEG_INFINITY],
            varying: Vec::new(),
            left: 4_000_000,
        };
        for (n, condition) in problem.conditions.iter().enumerate() {
            let id = match *condition {
                Condition::Temperature(id) => id,
                Condition::Environment { convection, emissivity, .. } if zero(convection) && zero(emissivity) => {
                    continue;
                }
                Condition::Environment { ambient, .. } => ambient,
            };
            let value = problem.values.get(id);
            let walls = problem.walls.iter().filter(|w| usize::from(w.condition) == n).map(|w| w.position);
            let places: Vec<DVec3> = if value.is_spatial() { walls.collect() } else { walls.take(1).collect() };
            if value.depends_on(Variable::Time) {
                boundary.varying.push((id, places));
            } else {
                for t in places.iter().map(|at| at_place(value, at, 0.0)) {
                    boundary.fixed = [boundary.fixed[0].min(t), boundary.fixed[1].max(t)];
                }
            }
        }
        boundary
    }

    /// Lowest and highest over the steps between two times; `None` once that would take too long.
    pub fn range(&mut self, start: f64, end: f64, steps: u64) -> Option<[f64; 2]> {
        let places: usize = self.varying.iter().map(|(_, places)| places.len()).sum();
        self.left = self.left.checked_sub((steps + 1).saturating_mul(places as u64))?;
        let mut range = self.fixed;
        // The end belongs to it: a jump may fall to either side of a step by rounding.
        for n in 0..=steps {
            let time = start + (end - start) * n as f64 / steps as f64;
            for (id, places) in &self.varying {
                for t in places.iter().map(|at| at_place(self.problem.values.get(*id), at, time)) {
                    range = [range[0].min(t), range[1].max(t)];
                }
            }
        }
        Some(range)
    }
}

fn at_place(value: &Expression, at: &DVec3, time: f64) -> f64 {
    value.eval(&Place { x: at.x, y: at.y, z: at.z, t: time, temperature: 0.0 })
}
