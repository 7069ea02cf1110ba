//! Runs a scenario of phonons in flight and makes its report.

pub(super) mod sheet;
pub(super) mod state;

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend::{self, Clock, Selection};
use crate::kinetic::diffusion::{Diffusion, Reach};
use crate::kinetic::domain::Domain;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::{self, KineticError, Passes, Tolerance};
use crate::kinetic::survey::Survey;
use crate::kinetic::transient::longest_step;
use crate::problem::Problem;
use crate::scenario::{End, Phonon, Scenario, SteadyTolerance};
use crate::simulation::Sample;
use sheet::History;
use state::State;
use std::time::Instant;

/// Rows of the time series of a transient run, where the scenario does not say.
const ROWS: usize = 200;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    carriers: &Phonon,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    if options.resume.is_some() {
        let why = "runs with model = \"phonon\" write no checkpoints; leave out --resume";
        return Err(ExecutionError::Unsupported(why.into()));
    }
    let warnings = scenario.warnings.clone();
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, carriers, tolerance, (&options.selection, watch), &warnings),
        End::Time(until) => through_time(scenario, carriers, *until, (&options.selection, watch), &warnings),
    }
}

fn ordinates(scenario: &Scenario, carriers: &Phonon) -> Ordinates {
    Ordinates::new(scenario.problem.grid.dimensions(), carriers.ordinates[0], carriers.ordinates[1])
}

fn at_rest(
    scenario: &Scenario,
    carriers: &Phonon,
    tolerance: &SteadyTolerance,
    (selection, watch): (&Selection, &mut dyn Watch),
    warnings: &[String],
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let domain = &carriers.domain;
    let ordinates = ordinates(scenario, carriers);
    let tolerance =
        Tolerance { residual: tolerance.rate, imbalance: tolerance.imbalance, iterations: tolerance.iterations };
    let mut device = backend::open_passes(selection, domain, &ordinates, &mut |text| watch.note(text))?;
    let info = device.as_ref().map_or_else(backend::cpu::info, |device| device.info());
    let elsewhere = device.as_deref_mut().map(|d| d as &mut dyn Passes);
    let solved = steady::solve_with(domain, &ordinates, tolerance, elsewhere, &mut |step| {
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    })?;
    let state = State {
        scenario,
        domain: domain.clone(),
        surface: &carriers.surface,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey: Survey::new(domain, &solved.bands, &solved.walls, &solved.pseudo_temperature),
        fourier: carriers.compare_fourier.then(|| fourier(domain, &scenario.problem, carriers.jump)),
    };
    watch.frame(&Moment { index: 1, time: None, fields: &|names| state.fields(names) })?;
    let passes = solved.steps.len();
    let history = History {
        info,
        method: "ordinates-synthetic",
        end: None,
        steps: passes as u64,
        updates: (passes + 1) as f64 * (ordinates.len() * domain.bands() * domain.grid.len()) as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        directions: ordinates.len(),
        residual: solved.steps.last().map_or(f64::NAN, |s| s.residual),
        fastest: 0.0,
        ledger: None,
    };
    let samples = vec![state.sample(0.0)];
    let report = state.report(&history, &samples, warnings);
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

fn through_time(
    scenario: &Scenario,
    carriers: &Phonon,
    until: f64,
    (selection, watch): (&Selection, &mut dyn Watch),
    warnings: &[String],
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let problem = &scenario.problem;
    let ordinates = ordinates(scenario, carriers);
    let directions = ordinates.len();
    let longest = longest_step(&carriers.domain);
    super::flight(scenario, longest).map_err(ExecutionError::Scenario)?;
    let step = scenario.run.time_step.unwrap_or(scenario.run.safety * longest);
    let mut march = {
        let flying = (&carriers.domain, &carriers.driving);
        backend::open_carriers(selection, flying, ordinates, &problem.initial, &mut |text| watch.note(text))?
    };
    let see = |survey: Survey, domain: &Domain| State {
        scenario,
        domain: domain.clone(),
        surface: &carriers.surface,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey,
        fourier: None,
    };
    let mut samples = vec![see(march.survey()?, march.domain()).sample(0.0)];
    let plan = super::plan(scenario);
    let (mut time, mut steps, mut outputs) = (0.0, 0u64, 0);
    let mut fastest = 0.0f64;
    for (stop, wanted) in plan.stops {
        let start = time;
        let count = ((stop - start) / step * (1.0 - 1e-12)).ceil().max(1.0) as u64;
        let clock = Clock { start, step: (stop - start) / count as f64 };
        let rows = ((until / clock.step / ROWS as f64).floor() as u64).max(1);
        let mut made = 0;
        while made < count {
            let row = if plan.rows_given { count } else { (made / rows + 1).saturating_mul(rows).min(count) };
            if made + 1 < row {
                made += march.advance(clock, made, row - 1 - made)?;
            } else {
                let before = march.energy_temperature()?;
                march.look(clock, made)?;
                made = row;
                let now = march.energy_temperature()?;
                fastest = before.iter().zip(&now).map(|(a, b)| (a - b).abs() / clock.step).fold(0.0, f64::max);
                time = if made == count { stop } else { clock.time(made) };
                if now.iter().any(|t| !t.is_finite()) {
                    return Err(ExecutionError::Unsupported(format!(
                        "temperatures are no numbers at t = {time:.6e} s"
                    )));
                }
                samples.push(Sample { time, ..see(march.survey()?, march.domain()).sample(0.0) });
            }
            time = if made == count { stop } else { clock.time(made) };
            if !watch.going(time, steps + made) {
                return Err(KineticError::Interrupted.into());
            }
        }
        steps += count;
        if wanted {
            outputs += 1;
            let state = see(march.survey()?, march.domain());
            watch.frame(&Moment { index: outputs, time: Some(stop), fields: &|names| state.fields(names) })?;
        }
    }
    let state = see(march.survey()?, march.domain());
    let (entered, heated) = march.ledger()?;
    let mut surfaces = vec![0.0; problem.surfaces.len()];
    let mut joined = 0.0;
    for (heat, surface) in entered.iter().zip(&carriers.surface) {
        match surface {
            Some(s) => surfaces[usize::from(*s)] += heat,
            None => joined += heat,
        }
    }
    surfaces.push(joined);
    let history = History {
        info: march.info(),
        method: "unified-gas-kinetic",
        end: Some(time),
        steps,
        updates: steps as f64 * march.updates() as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        directions,
        residual: f64::NAN,
        fastest,
        ledger: Some((surfaces, heated)),
    };
    let report = state.report(&history, &samples, warnings);
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

/// Temperature by Fourier's law, and the conductivity it gives.
pub(super) fn fourier(domain: &Domain, problem: &Problem, jump: [f64; 3]) -> (Vec<f64>, f64) {
    let diffusion = Diffusion::new(domain, Reach::Fourier);
    let heat: Vec<f64> = (0..problem.grid.len())
        .map(|c| if domain.is_solid(c) { domain.source[c] * problem.grid.volume(problem.grid.cell(c)) } else { 0.0 })
        .collect();
    let mut temperature = problem.initial.clone();
    diffusion.solve(&heat, true, &mut temperature, 1e-12);
    let walls: Vec<f64> = (0..domain.walls.len()).map(|w| diffusion.wall_heat(domain, w, &temperature)).collect();
    let conductivity = state::conductivity(domain, jump, &walls);
    (temperature, conductivity)
}
