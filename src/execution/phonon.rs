//! Runs a scenario of phonons in flight and makes its report.

pub(super) mod sheet;
pub(super) mod state;

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::kinetic::diffusion::{Diffusion, Reach};
use crate::kinetic::domain::Domain;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::{self, KineticError, Tolerance};
use crate::kinetic::survey::Survey;
use crate::kinetic::transient::Transient;
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
    if options.resume.is_some() || scenario.run.checkpoint_every.is_some() {
        let why = "runs with model = \"phonon\" write no checkpoints; leave out --resume and run.checkpoint_every";
        return Err(ExecutionError::Unsupported(why.into()));
    }
    let mut warnings = scenario.warnings.clone();
    if options.selection.kind == backend::Kind::Gpu {
        let note = "phonons are computed on the CPU in f64, whatever the backend";
        watch.note(note);
        warnings.push(note.into());
    }
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, carriers, tolerance, watch, &warnings),
        End::Time(until) => through_time(scenario, carriers, *until, watch, &warnings),
    }
}

fn ordinates(scenario: &Scenario, carriers: &Phonon) -> Ordinates {
    Ordinates::new(scenario.problem.grid.dimensions(), carriers.ordinates[0], carriers.ordinates[1])
}

fn at_rest(
    scenario: &Scenario,
    carriers: &Phonon,
    tolerance: &SteadyTolerance,
    watch: &mut dyn Watch,
    warnings: &[String],
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let domain = &carriers.domain;
    let ordinates = ordinates(scenario, carriers);
    let tolerance =
        Tolerance { residual: tolerance.rate, imbalance: tolerance.imbalance, iterations: tolerance.iterations };
    let solved = steady::solve(domain, &ordinates, tolerance, &mut |step| {
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    })?;
    let state = State {
        scenario,
        domain,
        surface: &carriers.surface,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey: Survey::new(domain, &solved.bands, &solved.walls, &solved.pseudo_temperature),
        fourier: carriers.compare_fourier.then(|| fourier(domain, &scenario.problem, carriers.jump)),
    };
    watch.frame(&Moment { index: 1, time: None, fields: &|names| state.fields(names) })?;
    let passes = solved.steps.len();
    let history = History {
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
    watch: &mut dyn Watch,
    warnings: &[String],
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let problem = &scenario.problem;
    let mut carriers = carriers.clone();
    let driven = carriers.is_driven(problem);
    let ordinates = ordinates(scenario, &carriers);
    let directions = ordinates.len();
    let mut transient = Transient::new(carriers.domain.clone(), ordinates, &problem.initial);
    let longest = transient.longest_step();
    if let Some(asked) = scenario.run.time_step.filter(|asked| *asked > longest * (1.0 + 1e-9)) {
        return Err(ExecutionError::Unsupported(format!(
            "run.time_step of {asked:.6e} s is above {longest:.6e} s, in which a phonon crosses a cell; leave it out, or lower it"
        )));
    }
    let step = scenario.run.time_step.unwrap_or(scenario.run.safety * longest);
    let surface = carriers.surface.clone();
    let jump = carriers.jump;
    let spectra = carriers.spectra.clone();
    let make = |survey: Survey, domain: &Domain| -> Sample {
        State { scenario, domain, surface: &surface, jump, spectra: &spectra, survey, fourier: None }.sample(0.0)
    };
    let mut samples = vec![make(transient.survey(), transient.domain())];
    let plan = super::plan(scenario);
    let (mut time, mut steps, mut outputs, mut updates) = (0.0, 0u64, 0, 0.0);
    let mut fastest = 0.0f64;
    for (stop, wanted) in plan.stops {
        let start = time;
        let count = ((stop - start) / step * (1.0 - 1e-12)).ceil().max(1.0) as u64;
        let dt = (stop - start) / count as f64;
        let rows = ((until / dt / ROWS as f64).floor() as u64).max(1);
        for n in 1..=count {
            if driven {
                carriers.set_time(problem, start + (n as f64 - 0.5) * dt);
                carriers.pass_on(transient.domain_mut());
            }
            let row = n == count || (!plan.rows_given && n % rows == 0);
            let before = row.then(|| transient.energy_temperature());
            transient.advance(dt, row);
            time = if n == count { stop } else { start + n as f64 * dt };
            (steps, updates) = (steps + 1, updates + transient.updates() as f64);
            if let Some(before) = before {
                let now = transient.energy_temperature();
                fastest = before.iter().zip(&now).map(|(a, b)| (a - b).abs() / dt).fold(0.0, f64::max);
                if now.iter().any(|t| !t.is_finite()) {
                    return Err(ExecutionError::Unsupported(format!(
                        "temperatures are no numbers at t = {time:.6e} s"
                    )));
                }
                samples.push(Sample { time, ..make(transient.survey(), transient.domain()) });
            }
            if !watch.going(time, steps) {
                return Err(KineticError::Interrupted.into());
            }
        }
        if wanted {
            outputs += 1;
            let survey = transient.survey();
            let domain = transient.domain();
            let state = State { scenario, domain, surface: &surface, jump, spectra: &spectra, survey, fourier: None };
            watch.frame(&Moment { index: outputs, time: Some(stop), fields: &|names| state.fields(names) })?;
        }
    }
    let domain = transient.domain();
    let state = State {
        scenario,
        domain,
        surface: &surface,
        jump,
        spectra: &spectra,
        survey: transient.survey(),
        fourier: None,
    };
    let (entered, heated) = transient.ledger();
    let mut surfaces = vec![0.0; problem.surfaces.len()];
    let mut joined = 0.0;
    for (heat, surface) in entered.iter().zip(&surface) {
        match surface {
            Some(s) => surfaces[usize::from(*s)] += heat,
            None => joined += heat,
        }
    }
    surfaces.push(joined);
    let history = History {
        method: "unified-gas-kinetic",
        end: Some(time),
        steps,
        updates,
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
