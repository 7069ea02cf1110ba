//! Runs a scenario of heat with charge or with matter and makes its report.

mod carnot;
mod charge;
mod columns;
mod ledger;
mod march;
mod matter;
mod mixed;
mod sheet;
mod state;

pub use columns::{More, columns};

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
    let model = scenario.model.name();
    if options.resume.is_some() || scenario.run.checkpoint_every.is_some() {
        let why =
            format!("runs with model = \"{model}\" write no checkpoints; leave out --resume and run.checkpoint_every");
        return Err(ExecutionError::Unsupported(why));
    }
    let mut warnings = scenario.warnings.clone();
    if options.selection.kind == backend::Kind::Gpu {
        let note = format!("model = \"{model}\" is computed on the CPU in f64, whatever the backend");
        watch.note(&note);
        warnings.push(note);
    }
    match beside {
        Beside::Charge(spec) => charge::run(scenario, spec, watch, warnings),
        Beside::Matter(mixture) => matter::run(scenario, mixture, watch, warnings),
    }
}

/// Hands the fields of a steady state over.
fn show(look: &Look<'_>, watch: &mut dyn Watch) -> Result<(), ExecutionError> {
    watch.frame(&Moment { index: 1, time: None, fields: &|names| look.fields(names) })?;
    Ok(())
}

fn finish(look: &Look<'_>, history: &History, samples: Vec<Sample>, warnings: &[String]) -> Outcome {
    let report = look.report(history, &samples, warnings);
    Outcome { report, temperature: look.kelvin(), samples }
}
