//! Runs a scenario of phonons in flight and makes its report.

pub(super) mod aloft;
mod audit;
mod balance;
pub(super) mod decay;
mod passages;
pub(super) mod sheet;
mod spectral;
pub(super) mod state;
pub(super) mod way;

#[cfg(test)]
pub(super) mod tests;

pub use aloft::Aloft;

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend::{self, BackendError};
use crate::kinetic::diffusion::{Diffusion, Reach};
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::Domain;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::{self, KineticError, Passes, Steady, Tolerance};
use crate::kinetic::survey::Survey;
use crate::kinetic::transient::longest_step;
use crate::problem::Problem;
use crate::scenario::{End, Phonon, Scenario, SteadyTolerance};
use crate::simulation::Progress;
use sheet::History;
use state::{State, listening};
use std::time::Instant;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    carriers: &Phonon,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, carriers, tolerance, options, watch),
        End::Time(until) => through_time(scenario, carriers, *until, options, watch),
    }
}

fn through_time(
    scenario: &Scenario,
    carriers: &Phonon,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let ordinates = ordinates(scenario, carriers);
    let directions = ordinates.len();
    let domain = &carriers.domain;
    let mut march = {
        let (flying, selection) = ((domain, &carriers.driving), &options.selection);
        backend::open_carriers(selection, flying, ordinates, &scenario.problem.initial, &mut |text| watch.note(text))?
    };
    let state = State {
        scenario,
        domain: domain.clone(),
        owner: &carriers.owner,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey: march.survey()?,
        fourier: None,
        distribution: None,
    };
    let flying = way::Flying { state, march, directions, longest: longest_step(domain) };
    let (state, history, samples) = way::through_time(flying, until, options, watch)?;
    let report = state.report(&history, &samples, &scenario.warnings);
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

fn ordinates(scenario: &Scenario, carriers: &Phonon) -> Ordinates {
    Ordinates::new(scenario.problem.grid.dimensions(), carriers.ordinates[0], carriers.ordinates[1])
}

fn at_rest(
    scenario: &Scenario,
    carriers: &Phonon,
    tolerance: &SteadyTolerance,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let domain = &carriers.domain;
    let ordinates = ordinates(scenario, carriers);
    let tolerance =
        Tolerance { residual: tolerance.rate, imbalance: tolerance.imbalance, iterations: tolerance.iterations };
    let mut standing = Aloft::standing(options, domain.bands(), domain.walls.len())?;
    let before = options.resume.as_ref().map_or(0, |checkpoint| checkpoint.progress.steps as usize);
    let mut device = backend::open_passes(&options.selection, domain, &ordinates, &mut |text| watch.note(text))?;
    let info = device.as_ref().map_or_else(backend::cpu::info, |device| device.info());
    let elsewhere = device.as_deref_mut().map(|d| d as &mut dyn Passes);
    let mut passes = before;
    let solved = steady::solve_from(domain, &ordinates, tolerance, elsewhere, &mut standing, &mut |step| {
        passes += 1;
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    });
    if let (Err(KineticError::Interrupted), Some(standing)) = (&solved, &standing) {
        let progress = Progress { steps: passes as u64, ..Progress::default() };
        let aloft = Aloft::of_standing(standing);
        watch.checkpoint(aloft.checkpoint(options, standing.temperature.clone(), progress))?;
    }
    let solved = solved?;
    let state = State {
        scenario,
        domain: domain.clone(),
        owner: &carriers.owner,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey: Survey::new(domain, &solved.bands, &solved.walls, &solved.pseudo_temperature),
        fourier: carriers.compare_fourier.then(|| fourier(domain, &scenario.problem, carriers.jump)),
        distribution: heard(&listening(scenario, domain), |cells| {
            Ok(Distribution::of_steady(domain, &ordinates, &solved, cells))
        })?,
    };
    state.possible("")?;
    watch.frame(&Moment { index: 1, time: None, fields: &|names| state.fields(names) })?;
    let history = History {
        info,
        method: "ordinates-synthetic",
        end: None,
        steps: passes as u64,
        updates: (solved.steps.len() + 1) as f64 * (ordinates.len() * domain.bands() * domain.grid.len()) as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        directions: ordinates.len(),
        residual: solved.steps.last().map_or(f64::NAN, |s| s.residual),
        fastest: 0.0,
        ledger: None,
        law: None,
    };
    let samples = vec![state.sample(0.0)];
    let warnings: Vec<String> = scenario.warnings.iter().cloned().chain(lossy(&solved, tolerance, &state)).collect();
    let report = state.report(&history, &samples, &warnings);
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

/// That rounding costs more of the heat than was asked for.
fn lossy(solved: &Steady, tolerance: Tolerance, state: &State<'_>) -> Option<String> {
    let asked = if solved.made_elsewhere > 0 { tolerance.imbalance.max(steady::SINGLE) } else { tolerance.imbalance };
    let lost = solved.steps.last()?.imbalance;
    (lost > asked).then(|| {
        format!(
            "{lost:.1e} of the heat is lost to rounding, and heat and conductivity are uncertain by as much: at so small a Knudsen number ({:.1e}), \
             or so small a drive, what flies one way is nearly what flies the other; model = \"heat\" loses nothing there",
            state::knudsen(&state.domain, state.jump)
        )
    })
}

/// What directions carry in some cells, if there are any.
pub(super) fn heard(
    cells: &[usize],
    ask: impl FnOnce(&[usize]) -> Result<Distribution, BackendError>,
) -> Result<Option<Distribution>, ExecutionError> {
    if cells.is_empty() { Ok(None) } else { Ok(Some(ask(cells)?)) }
}

/// Temperature by Fourier's law, and the conductivity it gives.
pub(super) fn fourier(domain: &Domain, problem: &Problem, jump: [f64; 3]) -> (Vec<f64>, f64) {
    let heat: Vec<f64> = (0..problem.grid.len())
        .map(|c| if domain.is_solid(c) { domain.source[c] * problem.grid.volume(problem.grid.cell(c)) } else { 0.0 })
        .collect();
    let (diffusion, temperature) = Diffusion::settled(domain, Reach::Fourier, &heat, problem.initial.clone(), 1e-12);
    let walls: Vec<f64> = (0..domain.walls.len()).map(|w| diffusion.wall_heat(domain, w, &temperature)).collect();
    let conductivity = state::conductivity(domain, jump, &walls);
    (temperature, conductivity)
}
