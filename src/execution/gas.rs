//! Runs a scenario of a rarefied gas and makes its report: the sheet of carriers in flight, with what a gas has of its own.

use super::phonon::sheet::History;
use super::phonon::state::State;
use super::phonon::{fourier, state};
use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::kinetic::gas::steady::{self, Elsewhere, Steady};
use crate::kinetic::gas::survey::Survey as GasSurvey;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::steady::Tolerance;
use crate::kinetic::survey::Survey;
use crate::output::field::Field;
use crate::report::{self, Range};
use crate::scenario::{End, FieldName, Gas, Scenario};
use glam::DVec3;
use std::f64::consts::PI;
use std::time::Instant;

/// Runs to the steady state.
pub(super) fn run(
    scenario: &Scenario,
    gas: &Gas,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    if options.resume.is_some() {
        return Err(ExecutionError::Unsupported(
            "runs with model = \"gas\" write no checkpoints; leave out --resume".into(),
        ));
    }
    let End::Steady(tolerance) = &scenario.run.end else {
        return Err(ExecutionError::Unsupported("a gas is solved for its steady state only".into()));
    };
    let begun = Instant::now();
    let problem = &scenario.problem;
    let domain = &gas.vessel.domain;
    let [speeds, polar, azimuthal] = gas.ordinates;
    let velocities = Velocities::new(problem.grid.dimensions(), speeds, polar, azimuthal);
    let tolerance =
        Tolerance { residual: tolerance.rate, imbalance: tolerance.imbalance, iterations: tolerance.iterations };
    let mut device =
        backend::open_molecules(&options.selection, &gas.vessel, &velocities, &mut |text| watch.note(text))?;
    let info = device.as_ref().map_or_else(backend::cpu::info, |device| device.info());
    let elsewhere = device.as_deref_mut().map(|d| d as &mut dyn Elsewhere);
    let solved = steady::solve_with(&gas.vessel, &velocities, tolerance, elsewhere, &mut |step| {
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    })?;
    let seen = GasSurvey::new(&gas.vessel, &solved.tally, &solved.moments);
    let state = State {
        scenario,
        domain: domain.clone(),
        surface: &gas.surface,
        jump: gas.jump,
        spectra: &[],
        survey: survey(gas, problem.reference, &seen),
        fourier: gas.compare_fourier.then(|| fourier(domain, problem, gas.jump)),
        distribution: None,
    };
    watch.frame(&Moment { index: 1, time: None, fields: &|names| fields(names, gas, &seen, &state) })?;
    let passes = solved.steps.len();
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
    };
    let samples = vec![state.sample(0.0)];
    let mut report = state.report(&history, &samples, &scenario.warnings);
    report.phonon = None;
    report.gas = Some(summary(gas, &solved, &velocities, &seen, &state, &history));
    report.precision.notes = ["temperatures are those of the molecules' energy; at walls they jump".to_owned()]
        .into_iter()
        .chain(history.info.notes.iter().cloned())
        .collect();
    if report.state.verdict == report::Verdict::Steady {
        report.state.reason = format!("the molecules came to a steady state in {} passes", history.steps);
    }
    Ok(Outcome { report, temperature: state.kelvin(), samples })
}

/// In SI units, as carriers in flight have it.
fn survey(gas: &Gas, reference: f64, seen: &GasSurvey) -> Survey {
    let flight = gas.pressure * gas.velocity / reference;
    let times = |values: &[f64], factor: f64| -> Vec<f64> { values.iter().map(|v| v * factor).collect() };
    Survey {
        temperature: seen.temperature.clone(),
        source_temperature: seen.temperature.clone(),
        pseudo_temperature: seen.temperature.clone(),
        flux: seen.flux.iter().map(|q| *q * flight).collect(),
        flux_of_bands: Vec::new(),
        unrest: seen.unrest.clone(),
        surface_pseudo_temperature: seen.surface.clone(),
        heat: times(&seen.heat, flight),
        heat_of_bands: Vec::new(),
        surface: seen.surface.clone(),
        squares: vec![0.0; seen.temperature.len()],
        bulk: times(&seen.bulk, flight),
        wall: times(&seen.wall, flight),
    }
}

fn fields(names: &[FieldName], gas: &Gas, seen: &GasSurvey, state: &State<'_>) -> Vec<Field> {
    let reference = state.problem().reference;
    let solid = |c: usize| gas.vessel.domain.is_solid(c);
    let own: Vec<FieldName> =
        names.iter().copied().filter(|n| !matches!(n, FieldName::Density | FieldName::Velocity)).collect();
    let mut fields = state.fields(&own);
    for name in names {
        match name {
            FieldName::Density => {
                let of = |c: usize| if solid(c) { gas.density * (1.0 + seen.density[c] / reference) } else { f64::NAN };
                fields.push(Field::scalar("density", "kg/m^3", (0..seen.density.len()).map(of).collect()));
            }
            FieldName::Velocity => {
                let scale = gas.velocity / reference;
                let of = |c: usize| if solid(c) { seen.velocity[c] * scale } else { DVec3::NAN };
                fields.push(Field::vector("velocity", "m/s", (0..seen.velocity.len()).map(of).collect()));
            }
            _ => {}
        }
    }
    fields
}

fn summary(
    gas: &Gas,
    solved: &Steady,
    velocities: &Velocities,
    seen: &GasSurvey,
    state: &State<'_>,
    history: &History,
) -> report::Gas {
    let reference = state.problem().reference;
    let solid = |c: &usize| gas.vessel.domain.is_solid(*c);
    let density = (0..seen.density.len()).filter(solid).map(|c| 1.0 + seen.density[c] / reference);
    let (min, max) = density.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| (l.min(d), h.max(d)));
    let fastest = seen.velocity.iter().map(|u| u.length()).fold(0.0, f64::max);
    report::Gas {
        iterations: solved.steps.len(),
        residual: history.residual,
        collisions: gas.collisions,
        knudsen: gas.knudsen,
        rarefaction: 0.5 * PI.sqrt() / gas.knudsen,
        mean_free_path: gas.mean_free_path,
        pressure: gas.pressure,
        reference_temperature: reference,
        effective_conductivity: state::conductivity(&gas.vessel.domain, gas.jump, &state.survey.heat),
        bulk_conductivity: gas.vessel.domain.media[0].conductivity(),
        velocities: velocities.len(),
        // the last pass is made once more, in full
        laps: solved.laps as f64 / ((solved.steps.len() + 1) * velocities.families()) as f64,
        density: Range { min, max },
        largest_velocity: fastest * gas.velocity / reference,
        entropy: state.entropy(),
        fourier: state.comparison(),
    }
}
