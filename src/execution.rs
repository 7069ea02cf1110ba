//! Runs a scenario and makes its report.

mod assembly;
mod budgets;
mod coarser;
mod coupled;
mod entropy;
mod gas;
mod phonon;
mod prospect;
mod refusal;
mod substances;
mod twins;

pub use coupled::{Midway, More, columns as columns_of};
pub use phonon::Aloft;
pub use prospect::{Prospect, missed, plan, prospect};
pub use refusal::{endless, flight, placed, too_long};
pub use twins::measure;

use crate::backend::{self, Backend, BackendError, BackendInfo, Ledger, Proof, Selection};
use crate::checkpoint::Checkpoint;
use crate::conduction::Conduction;
use crate::coupled::newton::CoupledError;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::equilibrium::{self, LocalEquilibrium};
use crate::diagnostics::survey::Survey;
use crate::diagnostics::{maps, probe};
use crate::inertia::Heats;
use crate::kinetic::steady::KineticError;
use crate::oblique::Unreachable;
use crate::output::field::Field;
use crate::output::pictures;
use crate::output::series::{Column, Series};
use crate::report::Report;
use crate::scenario::{End, FieldName, Model, Scenario, ScenarioErrors};
use crate::simulation::{Observer, Progress, Sample, Simulation, SimulationError};
use crate::steady::{self, SteadyError};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a scenario is run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where to compute.
    pub selection: Selection,
    /// Where to go on from.
    pub resume: Option<Checkpoint>,
    /// Identifies the scenario's text in checkpoints.
    pub fingerprint: u32,
}

/// What a run leaves.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `report.json`.
    pub report: Report,
    /// Rows of the time series; one for a steady state.
    pub samples: Vec<Sample>,
    /// Final temperature per cell, K; NaN in void.
    pub temperature: Vec<f64>,
}

impl Outcome {
    /// Largest difference of the final temperatures to another outcome's, over the range of temperatures. Heat that flies along a film
    /// between joined ends leaves every mean at one temperature: there the relative difference of the conductivities.
    pub fn apart(&self, other: &Outcome) -> f64 {
        let conductivity = |outcome: &Outcome| {
            outcome.report.phonon.as_ref().map(|phonon| phonon.effective_conductivity).filter(|k| k.is_finite())
        };
        if self.report.temperature.max - self.report.temperature.min < 1e-9
            && let (Some(own), Some(other)) = (conductivity(self), conductivity(other))
        {
            return ((other - own) / own).abs();
        }
        let solid = || self.temperature.iter().zip(&other.temperature).filter(|(a, b)| !(a.is_nan() && b.is_nan()));
        let largest = solid().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let range = self.report.temperature.max - self.report.temperature.min;
        if largest == 0.0 { 0.0 } else { largest / range }
    }
}

/// A state of which fields are wanted.
pub struct Moment<'a> {
    /// From 1; the state at time 0 has 0.
    pub index: usize,
    /// s; none for a steady state.
    pub time: Option<f64>,
    /// Computes fields of the state.
    pub fields: &'a dyn Fn(&[FieldName]) -> Vec<Field>,
}

/// What watchers answer.
pub type Watched = Result<(), Box<dyn Error + Send + Sync>>;

/// Who watches a run and takes its results.
pub trait Watch: Send {
    /// Fields are wanted of this state.
    ///
    /// # Errors
    /// If they cannot be taken; the run ends with that error.
    fn frame(&mut self, moment: &Moment) -> Watched;

    /// A checkpoint is due.
    ///
    /// # Errors
    /// If it cannot be taken.
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched;

    /// Called often with the time reached (s) and the steps made; `false` stops the run.
    fn going(&mut self, time: f64, steps: u64) -> bool;

    /// Called for every step of a steady solve; `false` stops it.
    fn converging(&mut self, step: &steady::Step) -> bool;

    /// Something worth a line.
    fn note(&mut self, text: &str);
}

/// Watches nothing.
pub struct Quiet;

impl Watch for Quiet {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, _: Checkpoint) -> Watched {
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        true
    }
    fn converging(&mut self, _: &steady::Step) -> bool {
        true
    }
    fn note(&mut self, _: &str) {}
}

/// Why a run gave no outcome.
#[derive(Debug, thiserror::Error)]
pub enum ExecutionError {
    /// What was written does not go with what shows on the way.
    #[error(transparent)]
    Scenario(ScenarioErrors),
    /// The backend.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// A tensor that the grid cannot carry.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The transient.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The steady solver.
    #[error(transparent)]
    Steady(#[from] SteadyError),
    /// Heat and charge together.
    #[error(transparent)]
    Coupled(#[from] CoupledError),
    /// The carriers in flight.
    #[error(transparent)]
    Kinetic(#[from] KineticError),
    /// What the model cannot do.
    #[error("{0}")]
    Unsupported(String),
    /// A result could not be taken.
    #[error(transparent)]
    Watch(#[from] Box<dyn Error + Send + Sync>),
}

/// How notes end that tell what only the ledger measures.
pub const UNMEASURED: &str = "run --ledger measures it";

impl ExecutionError {
    /// Whether the user ended it.
    pub fn is_interrupted(&self) -> bool {
        matches!(
            self,
            ExecutionError::Simulation(SimulationError::Interrupted { .. })
                | ExecutionError::Steady(SteadyError::Interrupted)
                | ExecutionError::Coupled(CoupledError::Interrupted)
                | ExecutionError::Kinetic(KineticError::Interrupted)
        )
    }
}

/// What the report needs to know of how the state was reached.
struct History {
    info: BackendInfo,
    method: &'static str,
    end: Option<f64>,
    steps: u64,
    sweeps: f64,
    step: f64,
    ledger: Option<(Ledger, Progress)>,
    /// The inverse of the shortest lengths that count, 1/m, and how far the states that were written were from equilibrium place by place, at worst.
    per_length: Option<Vec<f64>>,
    local: Option<LocalEquilibrium>,
    /// Real time spent on looking at states, s.
    diagnosing: f64,
    /// What whole numbers can be checked by.
    proof: Option<Proof>,
}

/// Runs a scenario to its end.
///
/// # Errors
/// See [`ExecutionError`].
pub fn run(scenario: &Scenario, options: &Options, watch: &mut dyn Watch) -> Result<Outcome, ExecutionError> {
    if options.selection.exact && (scenario.model != Model::Heat || matches!(scenario.run.end, End::Steady(_))) {
        let what = "`--precision exact` makes explicit steps of model = \"heat\" through time, and nothing else";
        return Err(ExecutionError::Unsupported(format!("{what}; leave it out, or set run.until to a time")));
    }
    // One entry into the pool of threads for all of it: each costs about what a look at a small grid does. A thread that waits for a writer or a device
    // leaves another to do what they ask of the pool.
    let outcome = match rayon::current_num_threads() {
        1 => run_model(scenario, options, watch),
        _ => rayon::scope(|_| run_model(scenario, options, watch)),
    };
    let mut outcome = outcome.map_err(|e| refusal::placed(e, scenario))?;
    let report = &mut outcome.report;
    if scenario.model != Model::Heat {
        // Heat tells of them as they are found.
        let found = report.warnings.iter().filter(|warning| !scenario.warnings.contains(warning));
        found.for_each(|warning| watch.note(&format!("warning: {warning}")));
    }
    if let Some(asked) = options.selection.precision.filter(|asked| asked.name() != report.backend.precision) {
        let (asked, got) = (asked.name(), &report.backend.precision);
        let note = format!(
            "--precision {asked} has no effect here: what runs by {} is computed in {got}",
            report.backend.method
        );
        watch.note(&note);
        report.warnings.push(note);
    }
    if options.selection.plain_sums && !report.backend.kernel.contains("plain sums") {
        let note = "--plain-sums has no effect here: it is for explicit steps in f32, on a GPU where every cell is one of a few kinds".to_string();
        watch.note(&note);
        report.warnings.push(note);
    }
    Ok(outcome)
}

fn run_model(scenario: &Scenario, options: &Options, watch: &mut dyn Watch) -> Result<Outcome, ExecutionError> {
    if let Some(carriers) = &scenario.phonon {
        return phonon::run(scenario, carriers, options, watch);
    }
    if let Some(vessel) = &scenario.gas {
        return gas::run(scenario, vessel, options, watch);
    }
    if let Some(spec) = &scenario.thermoelectric {
        return coupled::run(scenario, &coupled::Beside::Charge(spec), options, watch);
    }
    if let Some(mixture) = &scenario.mixture {
        return coupled::run(scenario, &coupled::Beside::Matter(mixture), options, watch);
    }
    let begun = Instant::now();
    let conduction = Conduction::new(Arc::new(scenario.problem.clone()))?;
    let mut warnings = scenario.warnings.clone();
    if let Some(text) = missed(scenario, &conduction) {
        watch.note(&format!("warning: {text}"));
        warnings.push(text);
    }
    let (enthalpy, heats, history, samples, mut conduction) = match &scenario.run.end {
        End::Time(_) => transient(scenario, options, conduction, watch)?,
        End::Steady(tolerance) => {
            let tolerance = steady::Tolerance {
                imbalance: tolerance.imbalance,
                rate: tolerance.rate,
                iterations: tolerance.iterations,
            };
            steady_state(scenario, options, conduction, tolerance, (watch, &mut warnings))?
        }
    };
    let wall_s = begun.elapsed().as_secs_f64();
    let judging = Instant::now();
    let snapshot = Snapshot::with_heats(&mut conduction, &enthalpy, heats, history.end.unwrap_or(0.0));
    let rates = snapshot.rates();
    if history.end.is_none() {
        let fields = |names: &[FieldName]| pictures::fields(scenario, &snapshot, &maps::Maps::default(), names);
        watch.frame(&Moment { index: 1, time: None, fields: &fields })?;
    }
    let said = warnings.len();
    let mut report = assembly::assemble(scenario, &history, &snapshot, &rates, wall_s, &mut warnings);
    warnings[said..].iter().for_each(|text| watch.note(&format!("warning: {text}")));
    let judged = judging.elapsed().as_secs_f64();
    report.time.wall_s += judged;
    report.time.diagnostics_s += judged;
    Ok(Outcome { report, samples, temperature: maps::temperature(&snapshot) })
}

/// The time series as columns for files and plots.
pub fn series(scenario: &Scenario, samples: &[Sample]) -> Series {
    let column = |name: &str, unit: &str, value: &dyn Fn(&Sample) -> f64| {
        Column::new(name, unit, samples.iter().map(value).collect())
    };
    let mut columns = vec![
        column("time", "s", &|s| s.time),
        column("temperature min", "K", &|s| s.survey.temperature[0]),
        column("temperature max", "K", &|s| s.survey.temperature[1]),
        column("temperature mean", "K", &|s| s.survey.temperature[2]),
        column("energy", "J", &|s| s.survey.energy),
        column("entropy", "J/K", &|s| s.survey.entropy),
        column("entropy production", "W/K", &|s| s.survey.production),
        column("entropy inflow", "W/K", &|s| s.survey.entropy_inflow),
        column("source heat", "W", &|s| s.survey.source_heat),
    ];
    for (n, surface) in scenario.problem.surfaces.iter().enumerate() {
        let name = scenario.problem.surface_name(surface);
        columns.push(column(&format!("{name} heat in"), "W", &|s| s.survey.surface_heat[n]));
    }
    for (n, probe) in scenario.probes.iter().enumerate() {
        columns.push(column(&format!("probe {} temperature", probe.name), "K", &|s| s.probes[n].unwrap_or(f64::NAN)));
    }
    for (n, more) in columns_of(scenario).iter().enumerate() {
        columns.push(column(&more.name, more.unit, &|s| s.more[n]));
    }
    Series { columns }
}

type Reached = (Vec<f64>, Option<Heats>, History, Vec<Sample>, Conduction);

struct Relay<'a> {
    scenario: &'a Scenario,
    watch: &'a mut dyn Watch,
    fingerprint: u32,
    /// What it is computed in.
    storage: &'static str,
    /// The inverse of the shortest lengths that count (1/m), where something is known.
    per_length: Option<Vec<f64>>,
    /// How far the states so far were from equilibrium place by place, at worst; when the next is to be judged (s), and the time it took.
    local: Option<LocalEquilibrium>,
    due: f64,
    judging: Duration,
}

/// States of a run, about, that are judged for local equilibrium; the last one always is.
const JUDGED: f64 = 10.0;

impl Observer for Relay<'_> {
    fn output(&mut self, index: usize, snapshot: &Snapshot, maps: &maps::Maps) -> Watched {
        let scenario = self.scenario;
        // jumps of the initial state are no rates that anything passes on
        if let End::Time(end) = scenario.run.end
            && index > 0
            && (self.due..end).contains(&snapshot.time)
        {
            let begun = Instant::now();
            self.due = snapshot.time + end / JUDGED;
            let judge = |per_length: &Vec<f64>| equilibrium::judge(snapshot, per_length, true);
            self.local = LocalEquilibrium::worst(self.local.take(), self.per_length.as_ref().and_then(judge));
            self.judging += begun.elapsed();
        }
        let fields = |names: &[FieldName]| pictures::fields(scenario, snapshot, maps, names);
        self.watch.frame(&Moment { index, time: Some(snapshot.time), fields: &fields })
    }

    fn checkpoint(&mut self, progress: &Progress, enthalpy: &[f64], heats: Option<&Heats>, ledger: &Ledger) -> Watched {
        self.watch.checkpoint(Checkpoint {
            scenario: self.fingerprint,
            storage: Some(self.storage.to_owned()),
            progress: progress.clone(),
            ledger: ledger.clone(),
            enthalpy: enthalpy.to_vec(),
            heats: heats.cloned(),
            coupled: None,
            flight: None,
        })
    }

    fn going(&mut self, time: f64, steps: u64) -> bool {
        self.watch.going(time, steps)
    }
}

fn transient(
    scenario: &Scenario,
    options: &Options,
    conduction: Conduction,
    watch: &mut dyn Watch,
) -> Result<Reached, ExecutionError> {
    let selection = prospect::precise(scenario, &options.selection, &conduction, watch);
    let mut backend: Box<dyn Backend> = backend::open(&selection, &conduction, &mut |note| watch.note(note))?;
    let info = backend.info();
    if let Some(storage) = options.resume.as_ref().and_then(|checkpoint| checkpoint.storage.as_deref()) {
        refusal::other_storage(storage, info.precision)?;
    }
    let cells = scenario.problem.grid.len() as f64;
    let resume = options.resume.clone().map(|c| (c.progress, c.enthalpy, c.heats, c.ledger));
    let sweeps_before = resume.as_ref().map_or(0, |(p, ..)| p.sweeps);
    let mut simulation = Simulation::new(conduction, backend.as_mut(), plan(scenario), resume)?;
    if let Some(reason) = &simulation.fallback {
        watch.note(&format!("explicit time steps: {reason}"));
    }
    let begun = Instant::now();
    let mut relay = Relay {
        scenario,
        watch,
        fingerprint: options.fingerprint,
        storage: info.precision,
        per_length: equilibrium::per_length(&scenario.problem),
        local: None,
        due: 0.0,
        judging: begun.elapsed(),
    };
    simulation.run(&mut relay)?;
    let Relay { per_length, local, judging, .. } = relay;
    let (enthalpy, heats, ledger) = (simulation.enthalpy()?, simulation.heats()?, simulation.ledger()?);
    let proof = simulation.proof()?;
    let progress = simulation.progress.clone();
    let history = History {
        info,
        method: if progress.leaping.is_some() { "super-time-stepping" } else { "explicit" },
        end: Some(progress.time()),
        steps: progress.steps,
        sweeps: cells * (progress.sweeps - sweeps_before) as f64,
        step: progress.explicit_step(),
        diagnosing: (simulation.diagnosing + judging).as_secs_f64(),
        proof,
        per_length,
        local,
        ledger: Some((ledger, progress.clone())),
    };
    Ok((enthalpy, heats, history, progress.samples, simulation.conduction))
}

fn steady_state(
    scenario: &Scenario,
    options: &Options,
    mut conduction: Conduction,
    tolerance: steady::Tolerance,
    (watch, warnings): (&mut dyn Watch, &mut Vec<String>),
) -> Result<Reached, ExecutionError> {
    let mut guess = scenario.problem.initial.clone();
    if let Some(checkpoint) = &options.resume {
        conduction.temperature(&checkpoint.enthalpy, &mut guess);
    }
    let mut linear = backend::open_linear(&options.selection, &mut |note| watch.note(note))?;
    let mut kept = Ok(());
    let solved = steady::solve(&mut conduction, &guess, tolerance, linear.as_mut(), &mut |step, enthalpy| {
        let going = watch.converging(step);
        if !going {
            kept = watch.checkpoint(Checkpoint {
                scenario: options.fingerprint,
                storage: None,
                progress: Progress::default(),
                ledger: Ledger::default(),
                enthalpy: enthalpy.to_vec(),
                heats: None,
                coupled: None,
                flight: None,
            });
        }
        going
    });
    kept?;
    let solved = solved?;
    if solved.keeps && !scenario.written.has("initial") {
        let text = "a part exchanges nothing with any surroundings and keeps the temperature it starts with, which nothing says: the mean of what is given elsewhere was taken; add [initial]";
        watch.note(&format!("warning: {text}"));
        warnings.push(text.into());
    }
    if let Some(reason) = linear.fallback() {
        let text = format!("the CPU took over from the GPU: {reason}");
        watch.note(&text);
        warnings.push(text);
    }
    let enthalpy = conduction.enthalpy(&solved.temperature);
    let iterations: usize = solved.steps.iter().map(|s| s.linear_iterations).sum();
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let probes = scenario.probes.iter().map(|p| probe::temperature(&snapshot, p.at)).collect();
    let sample = Sample {
        time: 0.0,
        steps: 0,
        leapt: false,
        survey: Survey::of(&snapshot, 0.0),
        before: None,
        probes,
        more: Vec::new(),
    };
    let history = History {
        info: linear.info(),
        method: "newton-multigrid",
        end: None,
        steps: solved.steps.len() as u64 - 1,
        sweeps: scenario.problem.grid.len() as f64 * iterations as f64,
        step: 0.0,
        diagnosing: 0.0,
        proof: None,
        per_length: equilibrium::per_length(&scenario.problem),
        local: None,
        ledger: None,
    };
    Ok((enthalpy, None, history, vec![sample], conduction))
}
