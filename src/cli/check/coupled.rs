//! What runs of heat with charge or matter take.

use super::super::Failure;
use super::super::arguments::CheckArguments;
use super::{Sheet, tell};
use crate::coupled::device::{Device, NO_NODE, Terminal, Thermoelectric};
use crate::coupled::linear::Linear;
use crate::coupled::matter;
use crate::coupled::matter::network::{Mixture, Network};
use crate::coupled::newton::{self, Balance, enthalpies};
use crate::memory;
use crate::problem::VOID;
use crate::quantity::{self, format_quantity};
use crate::scenario::{End, Scenario};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Steps of Newton's method that a steady state usually takes.
const TO_REST: f64 = 6.0;

/// The same of a mixture, which goes there by ever longer steps in time.
const TO_REST_OF_MATTER: f64 = 20.0;

/// Steps through time where their error decides how long they are, about.
const BY_ERROR: f64 = 120.0;

/// First steps of Newton's method that its two stages cost; later ones find their preconditioner there.
const IN_STAGES: f64 = 2.0;

/// How a run will be made, as far as can be told before.
struct Way {
    method: &'static str,
    /// s; none where the error of a step decides, or nothing goes through time.
    time_step: Option<f64>,
    /// Through time; about, where the error of a step decides.
    steps: Option<f64>,
    /// Steps of Newton's method in all, about.
    newton: f64,
}

impl Way {
    fn of(scenario: &Scenario, to_rest: f64) -> Way {
        match scenario.run.end {
            End::Steady(_) => Way { method: "newton-krylov-multigrid", time_step: None, steps: None, newton: to_rest },
            End::Time(until) => {
                let time_step = scenario.run.time_step;
                let steps = time_step.map_or(BY_ERROR, |step| (until / step).ceil());
                let newton = IN_STAGES * steps;
                Way { method: "sdirk2-newton-krylov-multigrid", time_step, steps: Some(steps), newton }
            }
        }
    }

    fn tell(&self, sheet: &mut Sheet, seconds: f64) {
        sheet.line("method", self.method.into());
        if let Some(steps) = self.steps {
            let step = self.time_step.map(|step| format_quantity(step, quantity::TIME));
            sheet.line("time step", step.unwrap_or_else(|| "by its error".into()));
            let about = if self.time_step.is_some() { "" } else { "about " };
            sheet.line("steps", format!("{about}{steps:.0}"));
        }
        sheet.estimate(seconds);
    }
}

/// What a run of heat and charge takes.
pub fn thermoelectric(arguments: &CheckArguments, scenario: &Scenario, spec: &Thermoelectric) -> Result<(), Failure> {
    let bytes = memory::needed(scenario);
    let device = Device::new(Arc::new(scenario.problem.clone()), spec.clone()).map_err(Failure::input)?;
    let conductors = device.node.iter().filter(|n| **n != NO_NODE).count();
    let way = Way::of(scenario, TO_REST);
    let begun = Instant::now();
    // One step, wherever it leads.
    let _ =
        newton::solve(&device, &mut device.initial(), 0.0, Balance::Steady, 1, &mut Linear::on_cpu(), &mut |_| true);
    let seconds = begun.elapsed().as_secs_f64() * way.newton;
    if arguments.json {
        let more = json!({
            "conducting_cells": conductors,
            "terminals": spec.terminals.iter().map(|t| &t.name).collect::<Vec<_>>(),
            "method": way.method,
            "time_step_s": way.time_step,
            "steps": way.steps,
            "estimated_wall_s": seconds,
        });
        return tell(scenario, bytes, &scenario.warnings, more);
    }
    let mut sheet = Sheet::new(scenario, &format!(", of which {conductors} conduct"));
    let covers = |t: &Terminal| format!("{} ({} faces or cells)", t.name, t.faces.len() + t.cells.len());
    sheet.line("terminals", spec.terminals.iter().map(covers).collect::<Vec<_>>().join(", "));
    sheet.bytes(bytes);
    way.tell(&mut sheet, seconds);
    sheet.finish(&scenario.warnings)
}

/// What a run of heat and matter takes.
pub fn mixture(arguments: &CheckArguments, scenario: &Scenario, spec: &Mixture) -> Result<(), Failure> {
    let bytes = memory::needed(scenario);
    let material = &scenario.problem.material;
    let open = |m: &u8| *m != VOID && spec.solutions[usize::from(*m)].is_some();
    let cells = material.iter().filter(|m| open(m)).count();
    let way = Way::of(scenario, TO_REST_OF_MATTER);
    let network = Network::new(Arc::new(scenario.problem.clone()), spec.clone()).map_err(Failure::input)?;
    let begun = Instant::now();
    let start = network.initial();
    let enthalpy = enthalpies(&network.device, &start.temperature);
    let storage = matter::newton::Storage { rate: 1.0, heat_rate: 1.0, enthalpy: &enthalpy, fraction: &start.fraction };
    let _ = matter::newton::solve(&network, &mut start.clone(), 0.0, storage, 1, &mut Linear::on_cpu(), &mut |_| true);
    let seconds = begun.elapsed().as_secs_f64() * way.newton;
    if arguments.json {
        let more = json!({
            "mixture_cells": cells,
            "species": spec.species,
            "method": way.method,
            "time_step_s": way.time_step,
            "steps": way.steps,
            "estimated_wall_s": seconds,
        });
        return tell(scenario, bytes, &scenario.warnings, more);
    }
    let mut sheet = Sheet::new(scenario, &format!(", of which {cells} hold the mixture"));
    sheet.line("species", spec.species.join(", "));
    sheet.bytes(bytes);
    way.tell(&mut sheet, seconds);
    sheet.finish(&scenario.warnings)
}
