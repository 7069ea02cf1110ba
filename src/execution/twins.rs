//! The precision ledger: runs that differ from one in a single thing, and what the differences say of its error.

use super::{ExecutionError, Moment, Options, Outcome, Watch, Watched, run_model};
use crate::backend::{Kind, Precision};
use crate::checkpoint::Checkpoint;
use crate::grid::{Axis, Grid};
use crate::report::{Measured, Twin};
use crate::scenario::{End, Model, Scenario, ScenarioErrors};
use crate::simulation::{Method, SimulationError};
use crate::steady;

/// Fewer steps than this many times those of the run are no finer way through time.
const FINER: f64 = 1.3;

/// Orders of accuracy that a grid may show.
const ORDERS: [f64; 2] = [0.3, 2.0];

/// Repeats a run with its one difference each: in f64, with half the time step, and on grids of half and a quarter of the cells along each
/// axis, which `coarser` makes. What cannot be made is noted.
pub fn measure(
    scenario: &Scenario,
    options: &Options,
    outcome: &Outcome,
    coarser: &dyn Fn(u64) -> Result<Scenario, ScenarioErrors>,
    watch: &mut dyn Watch,
) -> Measured {
    let mut measured = Measured::default();
    if scenario.model != Model::Heat {
        measured.notes.push(format!("nothing is measured with model = \"{}\"", scenario.model.name()));
        return measured;
    }
    let mut bench = Bench { scenario, options, outcome, watch, measured: &mut measured };
    let done = bench.rounding().and_then(|()| bench.time_step()).and_then(|()| bench.grid(coarser));
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

    fn book(&mut self, differs: &str, twin: &Outcome, [largest, rms]: [f64; 2]) {
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
        (options.selection.adapter, options.selection.max_binding) = (None, None);
        let differs = "in f64 on the CPU";
        if let Some(twin) = self.twin(differs, &self.alike(), &options)? {
            let difference = same_grid(&self.scenario.problem.grid, &self.outcome.temperature, &twin.temperature);
            self.book(differs, &twin, difference);
            self.measured.rounding = Some(difference[0]);
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
        let difference = same_grid(&self.scenario.problem.grid, &self.outcome.temperature, &twin.temperature);
        self.book(differs, &twin, difference);
        let ratio = twin.report.time.steps as f64 / self.outcome.report.time.steps.max(1) as f64;
        if ratio < FINER {
            let note = format!("time step: no finer way through time was found ({ratio:.2} times the steps)");
            self.measured.notes.push(note);
            return Ok(());
        }
        let inertia = self.scenario.problem.materials.iter().any(|m| m.relaxation_time.is_some());
        let order = if explicit && !inertia { 1.0 } else { 2.0 };
        self.measured.time_step = Some(difference[0] / (1.0 - ratio.powf(-order)));
        Ok(())
    }

    fn grid(&mut self, coarser: &dyn Fn(u64) -> Result<Scenario, ScenarioErrors>) -> Result<(), Stopped> {
        let mut finer = (self.scenario.problem.grid.clone(), self.outcome.temperature.clone());
        let mut found: Vec<([f64; 2], f64)> = Vec::new();
        for by in [2, 4] {
            let differs = format!("on a grid of 1/{by} of the cells along each axis");
            let mut scenario = match coarser(by) {
                Ok(scenario) => scenario,
                Err(errors) => {
                    let first = errors.to_string().lines().next().unwrap_or_default().to_owned();
                    self.measured.notes.push(format!("{differs}: {first}"));
                    break;
                }
            };
            scenario.run.method = self.alike().run.method;
            let ratio = ratio(&finer.0, &scenario.problem.grid);
            if ratio < FINER {
                self.measured.notes.push(format!("{differs}: there are too few cells for that"));
                break;
            }
            let Some(twin) = self.twin(&differs, &scenario, &self.options())? else { break };
            let difference = other_grid(&finer.0, &finer.1, &scenario.problem.grid, &twin.temperature);
            self.book(&differs, &twin, difference);
            found.push((difference, ratio));
            finer = (scenario.problem.grid.clone(), twin.temperature);
        }
        let [least, most] = ORDERS;
        (self.measured.grid, self.measured.grid_order) = match found[..] {
            [] => (None, None),
            [([largest, _], ratio)] => (Some(largest / (ratio.powf(most) - 1.0)), None),
            [([largest, near], ratio), ([_, far], _), ..] => {
                let order = (far / near).ln() / ratio.ln();
                if near == 0.0 {
                    (Some(0.0), None)
                } else if order.is_finite() && order >= least {
                    (Some(largest / (ratio.powf(order.min(most)) - 1.0)), Some(order))
                } else {
                    let note = format!(
                        "grid: the three grids do not converge yet (order {order:.2}); the whole difference counts"
                    );
                    self.measured.notes.push(note);
                    (Some(largest), Some(order))
                }
            }
        };
        Ok(())
    }
}

/// How much wider the cells of a grid are, by the number of cells of the axes that differ.
fn ratio(fine: &Grid, coarse: &Grid) -> f64 {
    let ratios = (0..3).map(|a| fine.axis(a).cells() as f64 / coarse.axis(a).cells() as f64).filter(|r| *r > 1.0);
    let ratios: Vec<f64> = ratios.collect();
    ratios.iter().product::<f64>().powf(1.0 / ratios.len().max(1) as f64)
}

/// Largest and root mean square difference, K.
fn same_grid(grid: &Grid, a: &[f64], b: &[f64]) -> [f64; 2] {
    spread((0..a.len()).map(|i| (grid.volume(grid.cell(i)), a[i] - b[i])))
}

fn spread(differences: impl Iterator<Item = (f64, f64)>) -> [f64; 2] {
    let (mut largest, mut square, mut volume) = (0.0_f64, 0.0, 0.0);
    for (v, difference) in differences.filter(|d| !d.1.is_nan()) {
        largest = largest.max(difference.abs());
        square += v * difference * difference;
        volume += v;
    }
    [largest, if volume > 0.0 { (square / volume).sqrt() } else { 0.0 }]
}

/// The same of the means over the cells of a coarser grid. Cells that hold void on either grid are left out.
fn other_grid(fine: &Grid, values: &[f64], coarse: &Grid, means: &[f64]) -> [f64; 2] {
    let [x, y, z] = [0, 1, 2].map(|a| overlaps(fine.axis(a), coarse.axis(a)));
    let difference = |i: usize| {
        let [cx, cy, cz] = coarse.cell(i);
        let (mut sum, mut weight) = (0.0, 0.0);
        for &(fz, wz) in &z[cz] {
            for &(fy, wy) in &y[cy] {
                for &(fx, wx) in &x[cx] {
                    let w = wx * wy * wz;
                    sum += w * values[fine.index([fx, fy, fz])];
                    weight += w;
                }
            }
        }
        (coarse.volume(coarse.cell(i)), means[i] - sum / weight)
    };
    spread((0..coarse.len()).map(difference))
}

/// For every cell of an axis, the cells of a finer one that share it, and how much of it, m.
fn overlaps(fine: &Axis, coarse: &Axis) -> Vec<Vec<(usize, f64)>> {
    let part = |c: usize, f: usize| {
        let low = coarse.edges()[c].max(fine.edges()[f]);
        (coarse.edges()[c + 1].min(fine.edges()[f + 1]) - low).max(0.0)
    };
    let negligible = |c: usize| 1e-9 * (coarse.edges()[c + 1] - coarse.edges()[c]);
    let of = |c: usize| (0..fine.cells()).map(|f| (f, part(c, f))).filter(|(_, w)| *w > negligible(c)).collect();
    (0..coarse.cells()).map(of).collect()
}
