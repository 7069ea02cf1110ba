//! What shows only once a scenario is laid out or run, told at the key that asks for it.

use super::ExecutionError;
use crate::coupled::newton::CoupledError;
use crate::scenario::{Scenario, ScenarioErrors};
use crate::simulation::SimulationError;
use crate::steady::SteadyError;

/// The same error with its place in the scenario, where it is one of what was written there.
pub fn placed(error: ExecutionError, scenario: &Scenario) -> ExecutionError {
    let at = |key: &str, message: &dyn ToString, remedy: &str| {
        ExecutionError::Scenario(scenario.written.error(key, message.to_string(), remedy))
    };
    let fixed =
        "give a face a temperature, convection or radiation, let as much leave as enters, or set until to a time";
    match &error {
        ExecutionError::Simulation(SimulationError::Unstable { asked, limit }) => {
            ExecutionError::Scenario(too_long(scenario, *asked, *limit, "the stability limit of"))
        }
        ExecutionError::Simulation(SimulationError::Endless { count, step }) => {
            ExecutionError::Scenario(endless(scenario, *count, *step))
        }
        ExecutionError::Simulation(SimulationError::Refused { reason }) => {
            at("run.method", &format!("cannot be used: {reason}"), "write method = \"auto\", or \"explicit\"")
        }
        ExecutionError::Simulation(e @ SimulationError::Impossible { .. }) => {
            at("boundary", e, "keep temperatures and ambients above 0 K at all times of the run")
        }
        ExecutionError::Steady(e @ SteadyError::NoWayOut { .. }) => at("run.until", e, fixed),
        ExecutionError::Coupled(e @ CoupledError::Trapped { .. }) => at("run.until", e, fixed),
        ExecutionError::Coupled(e @ CoupledError::Flooded { .. }) => {
            at("run.until", e, "give a surface there a mass_fraction, or set until to a time")
        }
        ExecutionError::Steady(e @ SteadyError::TooCold { .. }) => {
            at("run.until", e, "take away less heat there, or set until to a time")
        }
        _ => error,
    }
}

/// That a run would go on in other numbers than it began with: its report tells of the rounding of one kind.
///
/// # Errors
/// Where they differ.
pub(super) fn other_storage(before: &str, now: &str) -> Result<(), ExecutionError> {
    if before == now {
        return Ok(());
    }
    let text = format!(
        "the checkpoint was left by a run in {before}, and this one computes in {now}: its report would tell the rounding of {now} alone; \
         go on with --precision {before}, or start anew with --force"
    );
    Err(ExecutionError::Unsupported(text))
}

/// That the asked step is longer than it may be.
pub fn too_long(scenario: &Scenario, asked: f64, limit: f64, what: &str) -> ScenarioErrors {
    let message = format!("{asked:.6e} s is above {what} {limit:.6e} s");
    scenario.written.error("run.time_step", message, "leave it out, or lower it")
}

/// That the asked step is longer than the flight of a phonon through a cell, where it is.
///
/// # Errors
/// Then.
pub fn flight(scenario: &Scenario, longest: f64) -> Result<(), ScenarioErrors> {
    match scenario.run.time_step {
        Some(asked) if asked > longest * (1.0 + 1e-9) => {
            Err(too_long(scenario, asked, longest, "the time in which the fastest that fly cross a cell,"))
        }
        _ => Ok(()),
    }
}

/// That the way has more explicit steps than can be counted.
pub fn endless(scenario: &Scenario, count: f64, step: f64) -> ScenarioErrors {
    let remedy = "make the thinnest cells thicker, end the run earlier, or write until = \"steady\"";
    scenario.written.error("run.until", SimulationError::Endless { count, step }.to_string(), remedy)
}

#[cfg(test)]
mod tests;
