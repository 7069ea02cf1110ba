//! The precision ledger: runs that differ from one in a single thing, and what the differences say of its error.

use super::{ExecutionError, Moment, Options, Outcome, Watch, Watched, run_model};
use crate::backend::{Kind, Precision};
use crate::checkpoint::Checkpoint;
use crate::diagnostics::precision::{self, FINER, Spread};
use crate::report::{Measured, Twin};
use crate::restriction::Restriction;
use crate::scenario::{End, Model, Scenario};
use crate::simulation::{Method, SimulationError};
use crate::steady;

/// Repeats a run with its one difference each: in f64, with half the time step, and on grids of half and a quarter of the cells along each
/// axis. What cannot be made is noted.
pub fn measure(scenario: &Scenario, options: &Options, outcome: &Outcome, watch: &mut dyn Watch) -> Measured {
    let mut measured = Measured::default();
    if scenario.model != Model::Heat {
        measured.notes.push(format!("nothing is measured with model = \"{}\"", scenario.model.name()));
        return measured;
    }
    let mut bench = Bench { scenario, options, outcome, watch, measured: &mut measured };
    let done = bench.rounding().and_then(|()| bench.time_step()).and_then(|()| bench.grid());
    if let Err(Stopped) = done {
        measured.notes.push("the rest was not measured: it was interrupted".into());
    }
    measured
}

/// The user wants no more.
struct Stopped;

struct Bench<'a> {
    scenario: &'a Scenario,
    options: &'a Options,
    outcome: &'a Outcome,
    watch: &'a mut dyn Watch,
    measured: &'a mut Measured,
}

/// A run beside the run hears when to stop, and shows nothing.
struct Beside<'a>(&'a mut dyn Watch);

impl Watch for Beside<'_> {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, _: Checkpoint) -> Watched {
        Ok(())
    }
    fn going(&mut self, time: f64, steps: u64) -> bool {
        self.0.going(time, steps)
    }
    fn converging(&mut self, step: &steady::Step) -> bool {
        self.0.converging(step)
    }
    fn note(&mut self, _: &str) {}
}

impl Bench<'_> {
    /// Runs a twin; none, with a note, where it cannot be run.
    fn twin(&mut self, differs: &str, scenario: &Scenario, options: &Options) -> Result<Option<Outcome>, Stopped> {
        self.watch.note(&format!("ledger: {differs}"));
        match run_model(scenario, options, &mut Beside(self.watch)) {
            Ok(outcome) => Ok(Some(outcome)),
            Err(ExecutionError::Simulation(SimulationError::Interrupted { .. })) => Err(Stopped),
            Err(error) => {
                self.measured.notes.push(format!("{differs}: {error}"));
                Ok(None)
            }
        }
    }

    fn book(&mut self, differs: &str, twin: &Outcome, Spread { largest, rms }: Spread) {
        self.measured.twins.push(Twin {
            differs: differs.into(),
            cells_total: twin.report.grid.cells_total,
            steps: twin.report.time.steps,
            largest,
            rms,
            wall_s: twin.report.time.wall_s,
        });
    }

    /// The method of the run, so that twins differ in one thing only.
    fn alike(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        if matches!(scenario.run.end, End::Time(_)) {
            scenario.run.method = match self.outcome.report.backend.method.as_str() {
                "explicit" => Method::Explicit,
                _ => Method::SuperTimeStepping,
            };
        }
        scenario
    }

    fn options(&self) -> Options {
        Options { selection: self.options.selection.clone(), ..Options::default() }
    }

    fn rounding(&mut self) -> Result<(), Stopped> {
        let backend = &self.outcome.report.backend;
        if backend.precision == "f64" {
            let note = "rounding: the run is in f64 itself, and its estimate stands";
            self.measured.notes.push(note.into());
            return Ok(());
        }
        let mut options = self.options();
        (options.selection.kind, options.selection.precision) = (Kind::Cpu, Some(Precision::F64));
        options.selection.exact = false;
        (options.selection.adapter, options.selection.max_binding) = (None, None);
        let differs = "in f64 on the CPU";
        if let Some(twin) = self.twin(differs, &self.alike(), &options)? {
            let difference = Spread::between(&self.scenario.problem.grid, &self.outcome.temperature, &twin.temperature);
            self.book(differs, &twin, difference);
            self.measured.rounding = Some(difference.largest);
        }
        Ok(())
    }

    fn time_step(&mut self) -> Result<(), Stopped> {
        let End::Time(_) = self.scenario.run.end else { return Ok(()) };
        let mut scenario = self.alike();
        let explicit = self.outcome.report.backend.method == "explicit";
        // Super steps follow a tolerance of their local error, of third order in their length.
        scenario.run.refinement *= 2.0;
        scenario.run.super_steps.tolerance /= 8.0;
        let differs = "with half the time step";
        let Some(twin) = self.twin(differs, &scenario, &self.options())? else { return Ok(()) };
        let difference = Spread::between(&self.scenario.problem.grid, &self.outcome.temperature, &twin.temperature);
        self.book(differs, &twin, difference);
        let ratio = twin.report.time.steps as f64 / self.outcome.report.time.steps.max(1) as f64;
        if ratio < FINER {
            let note = format!("time step: no finer way through time was found ({ratio:.2} times the steps)");
            self.measured.notes.push(note);
            return Ok(());
        }
        let inertia = self.scenario.problem.materials.iter().any(|m| m.relaxation_time.is_some());
        let order = if explicit && !inertia { 1.0 } else { 2.0 };
        self.measured.time_step = Some(difference.largest / (1.0 - ratio.powf(-order)));
        Ok(())
    }

    fn grid(&mut self) -> Result<(), Stopped> {
        let mut finer = (self.scenario.problem.clone(), self.outcome.temperature.clone());
        let mut found: Vec<(Spread, f64)> = Vec::new();
        for by in [2, 4] {
            let differs = format!("on a grid of 1/{by} of the cells along each axis");
            let mut scenario = match self.scenario.coarser(by) {
                Ok(scenario) => scenario,
                Err(errors) => {
                    self.measured.notes.push(format!("{differs}: {}", errors.first_line()));
                    break;
                }
            };
            scenario.run.method = self.alike().run.method;
            // The step goes with the cells, its error with that of the grid.
            scenario.run.least_steps /= (by * by) as f64;
            let restriction = Restriction::new(&finer.0.grid, &scenario.problem.grid);
            let ratio = restriction.ratio();
            if ratio < FINER {
                self.measured.notes.push(format!("{differs}: there are too few cells for that"));
                break;
            }
            let Some(twin) = self.twin(&differs, &scenario, &self.options())? else { break };
            let mut means = restriction.means(&finer.1);
            let mixed = restriction.mixed(&finer.0, &scenario.problem);
            means.iter_mut().zip(&mixed).filter(|(_, mixed)| **mixed).for_each(|(mean, _)| *mean = f64::NAN);
            let difference = Spread::between(&scenario.problem.grid, &means, &twin.temperature);
            self.book(&differs, &twin, difference);
            found.push((difference, ratio));
            finer = (scenario.problem, twin.temperature);
        }
        let seen = precision::by_grids(&found);
        (self.measured.grid, self.measured.grid_order) = (seen.error, seen.order);
        self.measured.notes.extend(seen.note);
        Ok(())
    }
}
