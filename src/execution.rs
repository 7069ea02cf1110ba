//! Runs a scenario and makes its report.

use crate::backend::{self, Backend, BackendError, BackendInfo, Ledger, Selection};
use crate::checkpoint::Checkpoint;
use crate::conduction::Conduction;
use crate::diagnostics::balance::{Rates, Snapshot, closure};
use crate::diagnostics::verdict::{self, Threshold};
use crate::diagnostics::{equilibrium, maps, probe, second_law};
use crate::expression::Variable;
use crate::links::Unreachable;
use crate::output::series::{Column, Series};
use crate::problem::{Problem, Surface, VOID};
use crate::report::{self, Named, Report};
use crate::scenario::{End, Scenario};
use crate::simulation::{self, Observer, Plan, Progress, Sample, Simulation, SimulationError};
use crate::steady::{self, CpuSolver, SteadyError};
use crate::sum::Sum;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

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
    /// Largest difference of the final temperatures to another outcome's, over the range of temperatures.
    pub fn apart(&self, other: &Outcome) -> f64 {
        let solid = || self.temperature.iter().zip(&other.temperature).filter(|(a, b)| !(a.is_nan() && b.is_nan()));
        let largest = solid().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let range = self.report.temperature.max - self.report.temperature.min;
        if largest == 0.0 { 0.0 } else { largest / range }
    }
}

/// A state of which fields are wanted.
pub struct Moment<'a> {
    /// From 1.
    pub index: usize,
    /// s; none for a steady state.
    pub time: Option<f64>,
    /// The state.
    pub snapshot: &'a Snapshot<'a>,
    /// Its rates.
    pub rates: &'a Rates,
}

/// What watchers answer.
pub type Watched = Result<(), Box<dyn Error + Send + Sync>>;

/// Who watches a run and takes its results.
pub trait Watch {
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
    /// A result could not be taken.
    #[error(transparent)]
    Watch(#[from] Box<dyn Error + Send + Sync>),
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
    rounding: f64,
}

/// Runs a scenario to its end.
///
/// # Errors
/// See [`ExecutionError`].
pub fn run(scenario: &Scenario, options: &Options, watch: &mut dyn Watch) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let conduction = Conduction::new(Arc::new(scenario.problem.clone()))?;
    let mut warnings = scenario.warnings.clone();
    let (enthalpy, history, samples, mut conduction) = match &scenario.run.end {
        End::Time(_) => transient(scenario, options, conduction, watch)?,
        End::Steady(tolerance) => {
            let tolerance = steady::Tolerance {
                imbalance: tolerance.imbalance,
                rate: tolerance.rate,
                iterations: tolerance.iterations,
            };
            if options.selection.kind == backend::Kind::Gpu {
                let note = "steady states are solved on the CPU in f64, whatever the backend";
                watch.note(note);
                warnings.push(note.into());
            }
            steady_state(scenario, conduction, tolerance, watch)?
        }
    };
    let wall_s = begun.elapsed().as_secs_f64();
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, history.end.unwrap_or(0.0));
    let rates = snapshot.rates();
    if history.end.is_none() {
        watch.frame(&Moment { index: 1, time: None, snapshot: &snapshot, rates: &rates })?;
    }
    let report = assemble(scenario, &history, &snapshot, &rates, wall_s, &mut warnings);
    Ok(Outcome { report, samples, temperature: maps::temperature(&snapshot) })
}

/// The time series as columns for files and plots.
pub fn series(scenario: &Scenario, samples: &[Sample]) -> Series {
    let column = |name: &str, unit: &str, value: &dyn Fn(&Sample) -> f64| {
        Column::new(name, unit, samples.iter().map(value).collect())
    };
    let mut columns = vec![
        column("time", "s", &|s| s.time),
        column("temperature min", "K", &|s| s.temperature[0]),
        column("temperature max", "K", &|s| s.temperature[1]),
        column("temperature mean", "K", &|s| s.temperature[2]),
        column("energy", "J", &|s| s.energy),
        column("entropy", "J/K", &|s| s.entropy),
        column("entropy production", "W/K", &|s| s.production),
        column("entropy inflow", "W/K", &|s| s.entropy_inflow),
        column("source heat", "W", &|s| s.source_heat),
    ];
    for (n, surface) in scenario.problem.surfaces.iter().enumerate() {
        let name = scenario.problem.surface_name(surface);
        columns.push(column(&format!("{name} heat in"), "W", &|s| s.surface_heat[n]));
    }
    for (n, probe) in scenario.probes.iter().enumerate() {
        columns.push(column(&format!("probe {} temperature", probe.name), "K", &|s| s.probes[n].unwrap_or(f64::NAN)));
    }
    Series { columns }
}

type Reached = (Vec<f64>, History, Vec<Sample>, Conduction);

struct Relay<'a> {
    watch: &'a mut dyn Watch,
    fingerprint: u32,
}

impl Observer for Relay<'_> {
    fn output(&mut self, index: usize, snapshot: &Snapshot, rates: &Rates) -> Watched {
        self.watch.frame(&Moment { index, time: Some(snapshot.time), snapshot, rates })
    }

    fn checkpoint(&mut self, progress: &Progress, enthalpy: &[f64], ledger: &Ledger) -> Watched {
        self.watch.checkpoint(Checkpoint {
            scenario: self.fingerprint,
            progress: progress.clone(),
            ledger: ledger.clone(),
            enthalpy: enthalpy.to_vec(),
        })
    }

    fn going(&mut self, time: f64, steps: u64) -> bool {
        self.watch.going(time, steps)
    }
}

/// The stops of a run: outputs, and rows of the series at exact times where asked for.
pub fn plan(scenario: &Scenario) -> Plan {
    let mut stops: Vec<(f64, bool)> = scenario.output.times.iter().map(|&t| (t, true)).collect();
    let end = stops.last().map_or(0.0, |s| s.0);
    if let Some(every) = scenario.output.series_every {
        let rows = (end / every).floor() as u64;
        for n in 1..=rows {
            let t = n as f64 * every;
            if !stops.iter().any(|s| (s.0 - t).abs() <= 1e-9 * every) {
                stops.push((t, false));
            }
        }
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    // Corners of tables in time are stops, or a short pulse would fall between two steps.
    let values = || scenario.problem.values.iter().filter(|v| v.depends_on(Variable::Time));
    let corners = values().flat_map(|v| v.breakpoints(Variable::Time)).filter(|t| *t > 0.0 && *t < end);
    let near = |t: f64, stops: &[(f64, bool)]| stops.iter().any(|s| (s.0 - t).abs() <= 1e-12 * end);
    for corner in corners {
        if !near(corner, &stops) {
            stops.push((corner, false));
        }
    }
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    Plan {
        stops,
        driven: values().next().is_some(),
        rows_given: scenario.output.series_every.is_some(),
        time_step: scenario.run.time_step,
        safety: scenario.run.safety,
        checkpoint_every: scenario.run.checkpoint_every,
        probes: scenario.probes.iter().map(|p| p.at).collect(),
    }
}

fn transient(
    scenario: &Scenario,
    options: &Options,
    conduction: Conduction,
    watch: &mut dyn Watch,
) -> Result<Reached, ExecutionError> {
    let mut backend: Box<dyn Backend> = backend::open(&options.selection, &conduction, &mut |note| watch.note(note))?;
    let info = backend.info();
    let cells = scenario.problem.grid.len() as f64;
    let resume = options.resume.clone().map(|c| (c.progress, c.enthalpy, c.ledger));
    let steps_before = resume.as_ref().map_or(0, |(p, _, _)| p.steps);
    let mut simulation = Simulation::new(conduction, backend.as_mut(), plan(scenario), resume)?;
    simulation.run(&mut Relay { watch, fingerprint: options.fingerprint })?;
    let (enthalpy, ledger) = (simulation.enthalpy()?, simulation.ledger()?);
    let progress = simulation.progress.clone();
    let rounding = match info.precision {
        "f32" => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    };
    let history = History {
        info,
        method: "explicit",
        end: Some(progress.time()),
        steps: progress.steps,
        sweeps: cells * (progress.steps - steps_before) as f64,
        step: progress.step,
        rounding,
        ledger: Some((ledger, progress.clone())),
    };
    Ok((enthalpy, history, progress.samples, simulation.conduction))
}

fn steady_state(
    scenario: &Scenario,
    mut conduction: Conduction,
    tolerance: steady::Tolerance,
    watch: &mut dyn Watch,
) -> Result<Reached, ExecutionError> {
    let guess = scenario.problem.initial.clone();
    let solved = steady::solve(&mut conduction, &guess, tolerance, &mut CpuSolver, &mut |step| watch.converging(step))?;
    let enthalpy = conduction.enthalpy(&solved.temperature);
    let iterations: usize = solved.steps.iter().map(|s| s.linear_iterations).sum();
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let rates = snapshot.rates();
    let sample = Sample {
        time: 0.0,
        temperature: simulation::temperatures(&snapshot),
        energy: snapshot.energy(),
        entropy: snapshot.entropy(),
        production: rates.production,
        entropy_inflow: rates.boundary_entropy + rates.source_entropy,
        surface_heat: rates.surface_heat,
        source_heat: rates.source_heat,
        probes: scenario.probes.iter().map(|p| probe::temperature(&snapshot, p.at)).collect(),
    };
    let history = History {
        info: backend::cpu::info(),
        method: "newton-multigrid",
        end: None,
        steps: solved.steps.len() as u64 - 1,
        sweeps: scenario.problem.grid.len() as f64 * iterations as f64,
        step: 0.0,
        rounding: f64::EPSILON,
        ledger: None,
    };
    Ok((enthalpy, history, vec![sample], conduction))
}

fn assemble(
    scenario: &Scenario,
    history: &History,
    snapshot: &Snapshot,
    rates: &Rates,
    wall_s: f64,
    warnings: &mut Vec<String>,
) -> Report {
    let problem = &snapshot.conduction.problem;
    let dimensions = problem.grid.dimensions();
    let net = snapshot.net();
    // A steady solve meets its own tolerance; a transient that came to rest is held to looser ones.
    let threshold = match &scenario.run.end {
        End::Steady(t) => Threshold { imbalance: 10.0 * t.imbalance, rate: 10.0 * t.rate, rounding: history.rounding },
        End::Time(_) => Threshold { imbalance: 1e-6, rate: 1e-6, rounding: history.rounding },
    };
    let state = verdict::judge(snapshot, rates, &net, history.step, threshold);
    let law = second_law::audit(snapshot);
    let produced = maps::entropy_production(snapshot);
    let [low, high, mean] = simulation::temperatures(snapshot);
    let at = |p: &crate::scenario::Probe| p.at.to_array()[..dimensions].to_vec();
    if history.end.is_none() && problem.materials.iter().any(|m| m.melting.is_some()) {
        warnings.push(
            "a steady state of a melting material says nothing of when it melts; latent heat plays no part in it"
                .into(),
        );
    }
    Report {
        title: scenario.title.clone(),
        model: scenario.model.name().into(),
        scenario: scenario.path.display().to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        backend: report::Backend {
            kind: history.info.kind.into(),
            adapter: history.info.adapter.clone(),
            api: history.info.api.clone(),
            driver: history.info.driver.clone(),
            precision: history.info.precision.into(),
            method: history.method.into(),
        },
        grid: report::Grid {
            cells: problem.grid.cells()[..dimensions].to_vec(),
            size_m: (0..dimensions).map(|a| problem.grid.axis(a).length()).collect(),
            cells_total: problem.grid.len(),
        },
        time: report::Time {
            end_s: history.end.unwrap_or(f64::NAN),
            steps: history.steps,
            wall_s,
            cell_updates: history.sweeps as u64,
            cell_updates_per_s: history.sweeps / wall_s.max(1e-9),
        },
        state: report::State {
            verdict: state.verdict,
            reason: state.reason,
            imbalance: state.imbalance,
            scaled_rate: state.scaled_rate,
            largest_rate: state.largest_rate,
            diffusive_time_s: state.diffusive_time,
        },
        temperature: report::Temperature { min: low, max: high, mean },
        boundaries: Named(
            problem
                .surfaces
                .iter()
                .enumerate()
                .filter_map(|(s, surface)| match surface {
                    Surface::Outer(side) => Some((side.name().to_string(), surface_report(snapshot, rates, s))),
                    Surface::Void(_) => None,
                })
                .collect(),
        ),
        sources: report::Sources { heat: rates.source_heat },
        energy: energy(history, snapshot, rates),
        entropy: entropy(history, rates),
        second_law: report::SecondLaw { violations: law.violations, worst: law.worst, checked: law.checked },
        local_equilibrium: equilibrium::judge(snapshot)
            .map(|l| report::LocalEquilibrium { max_knudsen: l.max_knudsen, valid_fraction: l.valid_fraction }),
        precision: report::Precision {
            storage: history.info.precision.into(),
            rounding: Some(history.rounding * (low - problem.reference).abs().max((high - problem.reference).abs())),
            notes: history.info.notes.clone(),
            ..report::Precision::default()
        },
        probes: Named(
            scenario
                .probes
                .iter()
                .map(|p| {
                    (p.name.clone(), report::Probe { at_m: at(p), temperature: probe::temperature(snapshot, p.at) })
                })
                .collect(),
        ),
        regions: Named(
            (0..problem.regions.len())
                .map(|r| (problem.regions[r].name.clone(), region_report(scenario, snapshot, rates, &produced, r)))
                .collect(),
        ),
        warnings: warnings.clone(),
    }
}

fn energy(history: &History, snapshot: &Snapshot, rates: &Rates) -> report::Energy {
    let Some((ledger, progress)) = &history.ledger else {
        let mut terms = rates.surface_heat.clone();
        terms.push(rates.source_heat);
        return report::Energy {
            stored_change: f64::NAN,
            boundary_in: f64::NAN,
            source: f64::NAN,
            closure: closure(&terms),
        };
    };
    let boundary = ledger.surfaces.iter().copied().collect::<Sum>().value();
    let last = progress.samples.last().map_or(progress.first_energy, |s| s.energy);
    let stored = last - progress.first_energy;
    // what each surface brought counts by itself: heat that only passes through is a term, too
    let mut terms = ledger.surfaces.clone();
    terms.extend([ledger.sources, -stored]);
    // Where nothing comes or goes, the rounding of what is there is no term.
    let content = snapshot
        .conduction
        .capacity
        .iter()
        .zip(snapshot.enthalpy)
        .map(|(c, e)| c * (e.abs() + snapshot.conduction.problem.reference))
        .collect::<Sum>();
    let idle = terms.iter().all(|t| t.abs() <= 64.0 * history.rounding * content.value());
    report::Energy {
        stored_change: stored,
        boundary_in: boundary,
        source: ledger.sources,
        closure: if idle { 0.0 } else { closure(&terms) },
    }
}

fn entropy(history: &History, rates: &Rates) -> report::Entropy {
    let mut entropy = report::Entropy {
        production: rates.production,
        boundary_flow: rates.boundary_entropy,
        source_flow: rates.source_entropy,
        change: f64::NAN,
        produced: f64::NAN,
        closure: closure(&[rates.production, rates.boundary_entropy, rates.source_entropy]),
    };
    if let Some((_, progress)) = &history.ledger {
        let last = progress.samples.last().map_or(progress.first_entropy, |s| s.entropy);
        let change = last - progress.first_entropy;
        entropy.change = change;
        entropy.produced = progress.produced;
        entropy.closure = closure(&[change, -progress.produced, -progress.entropy_entered]);
    }
    entropy
}

fn surface_report(snapshot: &Snapshot, rates: &Rates, surface: usize) -> report::Boundary {
    let problem = &snapshot.conduction.problem;
    let mut spread = Gather::default();
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls).filter(|(w, _)| w.surface as usize == surface) {
        spread.add(state.surface + problem.reference, wall.area);
    }
    if let Surface::Outer(side) = problem.surfaces[surface] {
        insulated_faces(problem, side, |cell, area| spread.add(snapshot.kelvin(cell), area));
    }
    report::Boundary { heat_in: rates.surface_heat[surface], surface: spread.spread() }
}

/// Solid cells at an outer face that no condition holds on: insulated, at the temperature of their cell.
fn insulated_faces(problem: &Problem, side: crate::grid::Side, mut each: impl FnMut(usize, f64)) {
    let grid = &problem.grid;
    let with_condition: std::collections::HashSet<u32> =
        problem.walls.iter().filter(|w| w.side == side && is_outer(problem, w)).map(|w| w.cell).collect();
    let at = if side.high { grid.axis(side.axis).cells() - 1 } else { 0 };
    for i in (0..grid.len()).filter(|&i| grid.cell(i)[side.axis] == at) {
        if problem.material[i] != VOID && !with_condition.contains(&(i as u32)) {
            each(i, grid.area(grid.cell(i), side.axis));
        }
    }
}

fn is_outer(problem: &Problem, wall: &crate::problem::Wall) -> bool {
    matches!(problem.surfaces[wall.surface as usize], Surface::Outer(_))
}

fn region_report(
    scenario: &Scenario,
    snapshot: &Snapshot,
    rates: &Rates,
    produced: &[f64],
    region: usize,
) -> report::Region {
    let problem = &snapshot.conduction.problem;
    let r = &problem.regions[region];
    if r.material == Some(VOID) {
        let surface = problem.surfaces.iter().position(|s| matches!(s, Surface::Void(v) if usize::from(*v) == region));
        return match surface {
            Some(s) => {
                let report::Boundary { heat_in, surface } = surface_report(snapshot, rates, s);
                report::Region::Void { heat_in, surface }
            }
            None => report::Region::Void { heat_in: 0.0, surface: None },
        };
    }
    let mut spread = Gather::default();
    let (mut volume, mut production, mut power) = (Sum::default(), Sum::default(), Sum::default());
    for i in scenario.region_cells(region) {
        power.add(snapshot.sources.as_ref().map_or(0.0, |s| s[i]));
        let v = problem.grid.volume(problem.grid.cell(i));
        spread.add(snapshot.kelvin(i), v);
        volume.add(v);
        production.add(produced[i]);
    }
    report::Region::Solid {
        material: r.material.map(|m| problem.materials[m as usize].name.clone()),
        volume_m3: volume.value(),
        temperature: spread.spread(),
        power: power.value(),
        entropy_production: production.value(),
    }
}

/// Extremes and weighted mean.
struct Gather {
    low: f64,
    high: f64,
    sum: Sum,
    weight: Sum,
}

impl Default for Gather {
    fn default() -> Gather {
        Gather { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: Sum::default(), weight: Sum::default() }
    }
}

impl Gather {
    fn add(&mut self, value: f64, weight: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.sum.add(value * weight);
        self.weight.add(weight);
    }

    fn spread(&self) -> Option<report::Temperature> {
        (self.weight.value() > 0.0).then(|| report::Temperature {
            min: self.low,
            max: self.high,
            mean: self.sum.value() / self.weight.value(),
        })
    }
}
