//! The precision ledger: runs that differ from one in a single thing, and what the differences say of its error.

use super::{Moment, Options, Outcome, Watch, Watched, run_model};
use crate::backend::{Kind, Precision};
use crate::checkpoint::Checkpoint;
use crate::diagnostics::precision::{self, FINER, Spread};
use crate::problem::{Problem, VOID};
use crate::report::{Measured, Region, Report, Twin, Verdict};
use crate::restriction::Restriction;
use crate::scenario::{End, Gas, LEAST_ORDINATES, LEAST_VELOCITIES, Model, Phonon, Scenario};
use crate::simulation::Method;
use crate::spectrum::Spectral;
use crate::steady;

/// Repeats a run with its one difference each: in f64, with half the time step, on grids of half and a quarter of the cells along each axis, and, of what
/// flies, with half the directions and half the bands or speeds. What cannot be made is noted.
pub fn measure(scenario: &Scenario, options: &Options, outcome: &Outcome, watch: &mut dyn Watch) -> Measured {
    let mut measured = Measured::default();
    let mut bench = Bench { scenario, options, outcome, watch, measured: &mut measured };
    if scenario.model.is_coupled() {
        let what = if scenario.mixture.is_some() { "mass fractions are" } else { "potentials and currents are" };
        bench.measured.notes.push(format!("temperatures and heat are compared; {what} not"));
    }
    let steps = [Bench::rounding, Bench::time_step, Bench::grid, Bench::directions, Bench::bands];
    if steps.into_iter().try_for_each(|step| step(&mut bench)).is_err() {
        measured.notes.push("the rest was not measured: it was interrupted".into());
        measured.interrupted = true;
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
            Err(error) if error.is_interrupted() => Err(Stopped),
            Err(error) => {
                self.measured.notes.push(format!("{differs}: {error}"));
                Ok(None)
            }
        }
    }

    /// Books a twin and how far its temperatures are from those of `to`.
    fn book(&mut self, differs: &str, twin: &Outcome, to: &Report, Spread { largest, rms }: Spread) {
        self.measured.twins.push(Twin {
            differs: differs.into(),
            cells_total: twin.report.grid.cells_total,
            steps: twin.report.time.steps,
            largest,
            rms,
            heat_difference: heat_difference(&twin.report, to),
            wall_s: twin.report.time.wall_s,
        });
    }

    /// Runs and books a twin on the grid of the run; gives the largest difference of a temperature (K) with it.
    fn beside(
        &mut self,
        differs: &str,
        scenario: &Scenario,
        options: &Options,
    ) -> Result<Option<(f64, Outcome)>, Stopped> {
        let Some(twin) = self.twin(differs, scenario, options)? else { return Ok(None) };
        let difference = Spread::between(&self.scenario.problem.grid, &self.outcome.temperature, &twin.temperature);
        self.book(differs, &twin, &self.outcome.report, difference);
        Ok(Some((difference.largest, twin)))
    }

    /// Of what flies through time: the step of the run, which cells twice as wide and other directions allow as well.
    fn step_of_flight(&self) -> Option<f64> {
        let report = &self.outcome.report;
        let flies = self.flies() && matches!(self.scenario.run.end, End::Time(_));
        flies.then(|| report.time.end_s / report.time.steps.max(1) as f64)
    }

    fn flies(&self) -> bool {
        self.scenario.phonon.is_some() || self.scenario.gas.is_some()
    }

    /// The method and the step of the run, so that twins differ in one thing only.
    fn alike(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        if scenario.model == Model::Heat && matches!(scenario.run.end, End::Time(_)) {
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
        self.measured.rounding = self.beside("in f64 on the CPU", &self.alike(), &options)?.map(|(largest, _)| largest);
        Ok(())
    }

    fn time_step(&mut self) -> Result<(), Stopped> {
        let End::Time(_) = self.scenario.run.end else { return Ok(()) };
        let mut scenario = self.alike();
        let explicit = self.outcome.report.backend.method == "explicit";
        // Super steps follow a tolerance of their local error, of third order in their length.
        scenario.run.refinement *= 2.0;
        scenario.run.super_steps.tolerance /= 8.0;
        let Some((largest, twin)) = self.beside("with half the time step", &scenario, &self.options())? else {
            return Ok(());
        };
        let ratio = twin.report.time.steps as f64 / self.outcome.report.time.steps.max(1) as f64;
        if ratio < FINER {
            let note = format!("time step: no finer way through time was found ({ratio:.2} times the steps)");
            self.measured.notes.push(note);
            return Ok(());
        }
        let inertia = self.scenario.problem.materials.iter().any(|m| m.relaxation_time.is_some());
        let order = if explicit && !inertia { 1.0 } else { 2.0 };
        if !self.flies() {
            self.measured.time_step = Some(largest / (1.0 - ratio.powf(-order)));
            return Ok(());
        }
        // Step and cells act together, so that the difference falls slowly at first: it is looked at twice, and what then is left goes with the step.
        scenario.run.refinement *= 2.0;
        let differs = "with a quarter of the time step, from that with half";
        let Some(finer) = self.twin(differs, &scenario, &self.options())? else { return Ok(()) };
        let difference = Spread::between(&self.scenario.problem.grid, &twin.temperature, &finer.temperature);
        self.book(differs, &finer, &twin.report, difference);
        self.measured.time_step = Some(largest + 2.0 * difference.largest);
        Ok(())
    }

    fn grid(&mut self) -> Result<(), Stopped> {
        let outcome = self.outcome;
        let mut finer = (self.scenario.problem.clone(), outcome.temperature.clone(), outcome.report.clone());
        let mut found: Vec<(Spread, f64)> = Vec::new();
        for by in [2, 4] {
            let from = if by > 2 { ", from that of 1/2" } else { "" };
            let differs = format!("on a grid of 1/{by} of the cells along each axis{from}");
            let mut scenario = match self.scenario.coarser(by) {
                Ok(scenario) => scenario,
                Err(errors) => {
                    self.measured.notes.push(format!("{differs}: {}", errors.first_line()));
                    break;
                }
            };
            scenario.run.method = self.alike().run.method;
            scenario.run.time_step = self.step_of_flight().or(scenario.run.time_step);
            // The step goes with the cells, its error with that of the grid.
            scenario.run.least_steps /= (by * by) as f64;
            let restriction = Restriction::new(&finer.0.grid, &scenario.problem.grid);
            let ratio = restriction.ratio();
            if ratio < FINER {
                self.measured.notes.push(format!("{differs}: there are too few cells for that"));
                break;
            }
            let cells = [&finer.0, &scenario.problem].map(|problem| problem.grid.cells());
            if by == 2 && (0..3).any(|a| cells[0][a] > 1 && 2 * cells[1][a] > cells[0][a]) {
                self.measured.notes.push("grid: layers of one cell stay such, and their part is not in it".into());
            }
            if let Some((name, part)) = resized(&self.scenario.problem, &scenario.problem) {
                let note =
                    format!("{differs}: \"{name}\" has {part:.2} times its volume there: that would be another body");
                self.measured.notes.push(note);
                break;
            }
            let Some(twin) = self.twin(&differs, &scenario, &self.options())? else { break };
            let mut means = restriction.means(&finer.1);
            let mixed = restriction.mixed(&finer.0, &scenario.problem);
            means.iter_mut().zip(&mixed).filter(|(_, mixed)| **mixed).for_each(|(mean, _)| *mean = f64::NAN);
            let difference = Spread::between(&scenario.problem.grid, &means, &twin.temperature);
            self.book(&differs, &twin, &finer.2, difference);
            found.push((difference, ratio));
            finer = (scenario.problem, twin.temperature, twin.report);
        }
        if self.flies() {
            // Step and cells act together there, and grids of one step show no order to count on.
            self.measured.grid = found.first().map(|(spread, _)| spread.largest);
            return Ok(());
        }
        // Differences that are rounding have no order.
        let rounding = ROUNDING * self.outcome.report.temperature.max.abs();
        found.iter_mut().filter(|(spread, _)| spread.largest <= rounding).for_each(|(spread, _)| spread.rms = 0.0);
        let seen = precision::by_grids(&found);
        (self.measured.grid, self.measured.grid_order) = (seen.error, seen.order);
        self.measured.notes.extend(seen.note);
        Ok(())
    }

    /// Carriers that fly half as many ways.
    fn directions(&mut self) -> Result<(), Stopped> {
        let mut scenario = self.scenario.clone();
        let halved = match (&mut scenario.phonon, &mut scenario.gas) {
            (Some(Phonon { ordinates: [polar, azimuthal], .. }), _) => {
                [halve(polar, 2, LEAST_ORDINATES[0]), halve(azimuthal, 4, LEAST_ORDINATES[1])]
            }
            (None, Some(Gas { ordinates: [_, polar, azimuthal], .. })) => {
                [halve(polar, 2, LEAST_VELOCITIES[1]), halve(azimuthal, 4, LEAST_VELOCITIES[2])]
            }
            (None, None) => return Ok(()),
        };
        if !halved.contains(&true) {
            self.measured.notes.push("directions: there are too few to leave any out".into());
            return Ok(());
        }
        scenario.run.time_step = self.step_of_flight();
        let found = self.beside("with half the directions each way", &scenario, &self.options())?;
        self.measured.directions = found.map(|(largest, _)| largest);
        Ok(())
    }

    /// Molecules of half as many speeds, or phonons in half as many bands.
    fn bands(&mut self) -> Result<(), Stopped> {
        let (differs, scenario) = if let Some(phonon) = &self.scenario.phonon {
            let halved = halved_bands(phonon);
            if halved.is_empty() {
                return Ok(());
            }
            ("with half the bands of each branch", self.scenario.with(&halved))
        } else {
            let mut scenario = self.scenario.clone();
            let Some(gas) = &mut scenario.gas else { return Ok(()) };
            if !halve(&mut gas.ordinates[0], 1, LEAST_VELOCITIES[0]) {
                self.measured.notes.push("speeds: there are too few to leave any out".into());
                return Ok(());
            }
            ("with half the speeds", Ok(scenario))
        };
        match scenario {
            Ok(mut scenario) => {
                scenario.run.time_step = self.step_of_flight();
                let found = self.beside(differs, &scenario, &self.options())?;
                self.measured.bands = found.map(|(largest, _)| largest);
            }
            Err(errors) => self.measured.notes.push(format!("{differs}: {}", errors.first_line())),
        }
        Ok(())
    }
}

/// Temperatures that differ by less of their size are the same.
const ROUNDING: f64 = 1e-13;

/// A part of its volume by which a material may differ from grid to grid, such as by its stairs.
const RESIZED: f64 = 0.2;

/// A material whose volume differs too much on another grid, and how many times as large it is there.
fn resized<'a>(problem: &'a Problem, other: &Problem) -> Option<(&'a str, f64)> {
    let volumes = |problem: &Problem| {
        let mut volumes = vec![0.0; problem.materials.len()];
        for (volume, &m) in problem.grid.volumes().zip(&problem.material).filter(|(_, m)| **m != VOID) {
            volumes[usize::from(m)] += volume;
        }
        volumes
    };
    let parts = volumes(other).into_iter().zip(volumes(problem)).map(|(there, here)| there / here);
    let named = problem.materials.iter().map(|m| m.name.as_str()).zip(parts).filter(|(_, part)| part.is_finite());
    named
        .max_by(|(_, a), (_, b)| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()))
        .filter(|(_, part)| (part - 1.0).abs() > RESIZED)
}

/// Halves a number that is to stay a multiple and at or above the least there may be; says whether it did.
fn halve(number: &mut usize, multiple: usize, least: usize) -> bool {
    let half = (*number / 2).div_ceil(multiple) * multiple;
    let halved = half.max(least) < *number;
    *number = if halved { half.max(least) } else { *number };
    halved
}

/// What is laid over a scenario so that spectra are gathered into half as many bands of each branch.
fn halved_bands(phonon: &Phonon) -> Vec<String> {
    let most = |spectral: &Spectral| {
        let of_branch = |branch| spectral.branch_of_band.iter().filter(|b| **b == branch).count();
        (0..spectral.branches.len()).map(of_branch).max().filter(|most| spectral.spectrum.is_some() && *most > 1)
    };
    let halved = |(name, spectral): &(String, Spectral)| {
        most(spectral).map(|most| format!("materials.{name}.phonon.bands_of_branch={}", most / 2))
    };
    phonon.spectra.iter().filter_map(halved).collect()
}

/// Largest difference of the heat through a face of the domain or the surface of a void over the largest of `to`, or of the conductivity along joined ends;
/// none where no heat flows that way.
fn heat_difference(report: &Report, to: &Report) -> Option<f64> {
    /// Parts of the heat that what is produced tells of, below which heat through surfaces is rounding.
    const NONE: f64 = 1e-6;
    if to.state.verdict == Verdict::Equilibrium {
        return None;
    }
    let heats = |report: &Report| -> Vec<f64> {
        let faces = report.boundaries.0.iter().map(|(_, face)| face.heat_in);
        let voids = report.regions.0.iter().filter_map(|(_, region)| match region {
            Region::Void { heat_in, .. } => Some(*heat_in),
            Region::Solid { .. } => None,
        });
        faces.chain(voids).collect()
    };
    let largest = heats(to).into_iter().fold(0.0, |m: f64, q| m.max(q.abs()));
    // Q from T + D to T produces Q D/T^2
    let [low, high] = [to.temperature.min, to.temperature.max];
    let told = to.entropy.production * high * low / (high - low);
    if largest > 0.0 && largest > NONE * told {
        let apart = heats(report).into_iter().zip(heats(to)).map(|(a, b)| (a - b).abs());
        return Some(apart.fold(0.0, f64::max) / largest);
    }
    let conductivity = |report: &Report| {
        let found = report.phonon.as_ref().map(|p| p.effective_conductivity);
        found.or(report.gas.as_ref().map(|g| g.effective_conductivity)).filter(|k| k.is_finite())
    };
    Some((conductivity(report)? / conductivity(to)? - 1.0).abs())
}
