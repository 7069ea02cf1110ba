//! Runs a scenario of a rarefied gas and makes its report: the sheet of carriers in flight, with what a gas has of its own.

#[cfg(test)]
mod tests;

use super::phonon::aloft::{Aloft, STEADY, unusable};
use super::phonon::sheet::{History, notes, passes};
use super::phonon::state::{State, listening};
use super::phonon::{decay, fourier, heard, way};
use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::kinetic::distribution::Distribution;
use crate::kinetic::gas::pass::WallState;
use crate::kinetic::gas::steady::{self, Elsewhere, Moments, Standing};
use crate::kinetic::gas::survey::Survey;
use crate::kinetic::gas::transient::Transient;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::steady::{KineticError, Tolerance};
use crate::kinetic::survey::Motion;
use crate::report::{self, GasPoint, Named, Range};
use crate::scenario::{End, Gas, Scenario, SteadyTolerance};
use crate::simulation::{Progress, Sample};
use std::f64::consts::PI;
use std::time::Instant;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    gas: &Gas,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let (state, history, samples, laps) = match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, gas, tolerance, options, watch)?,
        End::Time(until) => through_time(scenario, gas, *until, options, watch)?,
    };
    let mut report = state.report(&history, &samples, &scenario.warnings);
    let conductivity = report.phonon.take().map_or(f64::NAN, |carriers| carriers.effective_conductivity);
    report.gas = Some(summary(gas, &state, &history, &samples, [laps, conductivity]));
    report.precision.notes =
        notes("temperatures are those of the molecules' energy; at walls they jump", &history.info);
    if report.state.verdict == report::Verdict::Steady && history.end.is_none() {
        report.state.reason = format!("the molecules came to a steady state in {}", passes(history.steps));
    }
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

fn velocities(scenario: &Scenario, gas: &Gas) -> Velocities {
    let [speeds, polar, azimuthal] = gas.ordinates;
    Velocities::new(scenario.problem.grid.dimensions(), speeds, polar, azimuthal)
}

/// A state, how it was reached, the rows, and passes of a velocity per iteration.
type Reached<'a> = (State<'a>, History, Vec<Sample>, f64);

fn at_rest<'a>(
    scenario: &'a Scenario,
    gas: &'a Gas,
    tolerance: &SteadyTolerance,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Reached<'a>, ExecutionError> {
    let begun = Instant::now();
    let problem = &scenario.problem;
    let domain = &gas.vessel.domain;
    let velocities = velocities(scenario, gas);
    let tolerance =
        Tolerance { residual: tolerance.rate, imbalance: tolerance.imbalance, iterations: tolerance.iterations };
    let mut standing = standing(gas, options)?;
    let before = options.resume.as_ref().map_or(0, |checkpoint| checkpoint.progress.steps as usize);
    let mut device =
        backend::open_molecules(&options.selection, &gas.vessel, &velocities, &mut |text| watch.note(text))?;
    let info = device.as_ref().map_or_else(backend::cpu::info, |device| device.info());
    let elsewhere = device.as_deref_mut().map(|d| d as &mut dyn Elsewhere);
    let mut passes = before;
    let solved = steady::solve_from(&gas.vessel, &velocities, tolerance, elsewhere, &mut standing, &mut |step| {
        passes += 1;
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    });
    if let (Err(KineticError::Interrupted), Some(standing)) = (&solved, &standing) {
        let progress = Progress { steps: passes as u64, ..Progress::default() };
        let Standing { moments, walls } = standing;
        let numbers = moments.kind.iter().flatten().chain(&walls.emission).chain(&walls.inflow).copied().collect();
        let aloft = Aloft { by: STEADY.to_owned(), outputs: 0, numbers };
        watch.checkpoint(aloft.checkpoint(options, moments.temperature().to_vec(), progress))?;
    }
    let solved = solved?;
    let state = State {
        scenario,
        domain: domain.clone(),
        owner: &gas.owner,
        jump: gas.jump,
        spectra: &[],
        survey: Survey::new(&gas.vessel, &solved.tally, &solved.moments).in_si(&gas.units),
        fourier: gas.compare_fourier.then(|| fourier(domain, problem, gas.jump)),
        distribution: heard(&listening(scenario, domain), |cells| {
            Ok(Distribution::of_steady_gas(&gas.vessel, &velocities, &solved, cells))
        })?,
    };
    state.possible("")?;
    watch.frame(&Moment { index: 1, time: None, fields: &|names| state.fields(names) })?;
    let history = History {
        info,
        method: "ordinates-synthetic",
        end: None,
        steps: passes as u64,
        updates: solved.laps as f64 / velocities.families() as f64 * (velocities.len() * domain.grid.len()) as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        directions: velocities.len(),
        residual: solved.steps.last().map_or(f64::NAN, |s| s.residual),
        fastest: 0.0,
        ledger: None,
        law: None,
    };
    let samples = vec![state.sample(0.0)];
    // the last pass is made once more, in full
    let laps = solved.laps as f64 / ((solved.steps.len() + 1) * velocities.families()) as f64;
    Ok((state, history, samples, laps))
}

/// The iteration that goes on from a checkpoint.
fn standing(gas: &Gas, options: &Options) -> Result<Option<Standing>, ExecutionError> {
    let Some((_, aloft)) = Aloft::of(options, STEADY)? else { return Ok(None) };
    let mut moments = Moments::zero(&gas.vessel);
    let n = gas.vessel.domain.grid.len();
    let (kinds, walls) = (moments.kind.len(), gas.vessel.domain.walls.len());
    if aloft.numbers.len() < kinds * n + walls {
        return Err(ExecutionError::Unsupported(unusable()));
    }
    let (of_cells, of_walls) = aloft.numbers.split_at(kinds * n);
    moments.kind.iter_mut().zip(of_cells.chunks(n)).for_each(|(kind, kept)| kind.copy_from_slice(kept));
    let (emission, inflow) = of_walls.split_at(walls);
    Ok(Some(Standing { moments, walls: WallState { emission: emission.to_vec(), inflow: inflow.to_vec() } }))
}

fn through_time<'a>(
    scenario: &'a Scenario,
    gas: &'a Gas,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Reached<'a>, ExecutionError> {
    let velocities = velocities(scenario, gas);
    let directions = velocities.len();
    let longest = Transient::longest_step(&gas.vessel, &velocities) / gas.units.velocity;
    let flying = (&gas.vessel, &gas.units, &gas.driving);
    let mut march =
        backend::open_gas(&options.selection, flying, velocities, &scenario.problem.initial, &mut |text| {
            watch.note(text);
        })?;
    let state = State {
        scenario,
        domain: gas.vessel.domain.clone(),
        owner: &gas.owner,
        jump: gas.jump,
        spectra: &[],
        survey: march.survey()?,
        fourier: None,
        distribution: None,
    };
    let (state, history, samples) =
        way::through_time(way::Flying { state, march, directions, longest }, until, options, watch)?;
    Ok((state, history, samples, f64::NAN))
}

fn summary(
    gas: &Gas,
    state: &State<'_>,
    history: &History,
    samples: &[Sample],
    [laps, effective_conductivity]: [f64; 2],
) -> report::Gas {
    let domain = &state.domain;
    let Motion { density, velocity } = state.motion();
    let dense = (0..density.len()).filter(|&c| domain.is_solid(c)).map(|c| density[c] / gas.units.density);
    let (min, max) = dense.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| (l.min(d), h.max(d)));
    let transient = history.end.is_some();
    report::Gas {
        iterations: if transient { 0 } else { history.steps as usize },
        residual: history.residual,
        collisions: gas.collisions,
        knudsen: gas.knudsen,
        rarefaction: 0.5 * PI.sqrt() / gas.knudsen,
        mean_free_path: gas.mean_free_path,
        pressure: gas.units.pressure,
        reference_temperature: gas.units.temperature,
        effective_conductivity,
        decay_rate: if transient { decay::rate(samples) } else { f64::NAN },
        bulk_conductivity: gas.vessel.domain.media[0].conductivity(),
        velocities: history.directions,
        laps,
        density: Range { min, max },
        largest_velocity: velocity.iter().map(|u| u.length()).fold(0.0, f64::max),
        entropy: state.entropy(),
        fourier: state.comparison(),
        points: points(state),
        distributions: state.distributions(),
    }
}

/// The gas at the probes; none in void.
fn points(state: &State<'_>) -> Named<GasPoint> {
    let Motion { density, velocity } = state.motion();
    let point = |(name, p): (String, report::Point)| {
        let probe = state.scenario.probes.iter().find(|probe| probe.name == name).expect("a probe has a point");
        let cell = state.index_at(probe.at);
        let found = GasPoint {
            temperature: p.pseudo_temperature,
            density: density[cell],
            velocity: velocity[cell].to_array(),
            flux: p.flux,
            unrest: p.unrest,
        };
        (name, found)
    };
    Named(state.points().into_iter().map(point).collect())
}
