//! Runs a scenario of heat with charge or with matter and makes its report.

#[cfg(test)]
mod tests;

mod carnot;
mod charge;
mod columns;
mod interfaces;
mod ledger;
mod march;
mod matter;
mod midway;
mod mixed;
mod sheet;
mod state;

pub use columns::{More, columns};
pub use midway::Midway;

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::coupled::device::Thermoelectric;
use crate::coupled::matter::network::Mixture;
use crate::scenario::Scenario;
use crate::simulation::Sample;
use ledger::History;
use state::Look;

/// What passes beside heat.
pub(super) enum Beside<'a> {
    Charge(&'a Thermoelectric),
    Matter(&'a Mixture),
}

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    beside: &Beside<'_>,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let mut linear = backend::open_coupled(&options.selection, &mut |note| watch.note(note))?;
    match beside {
        Beside::Charge(spec) => charge::run(scenario, spec, options, watch, &mut linear),
        Beside::Matter(mixture) => matter::run(scenario, mixture, options, watch, &mut linear),
    }
}

/// Hands the fields of a steady state over.
fn show(look: &Look<'_>, watch: &mut dyn Watch) -> Result<(), ExecutionError> {
    watch.frame(&Moment { index: 1, time: None, fields: &|names| look.fields(names) })?;
    Ok(())
}

fn finish(look: &Look<'_>, history: &History, samples: Vec<Sample>, watch: &mut dyn Watch) -> Outcome {
    let mut warnings = look.scenario.warnings.clone();
    if let Some(reason) = &history.fallback {
        let text = format!("the CPU took over from the GPU: {reason}");
        watch.note(&text);
        warnings.push(text);
    }
    let report = look.report(history, &samples, &warnings);
    Outcome { report, temperature: look.kelvin(), samples }
}
