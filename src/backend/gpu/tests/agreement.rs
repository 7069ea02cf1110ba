//! GPU and CPU reference side by side.

use super::problems::*;
use super::*;
use crate::backend::Precision;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::totals::Totals;
use crate::grid::{Axis, Grid};

/// Largest difference of temperatures, relative to their range, and of heats, relative to the largest: f32 keeps
/// 24 bits of each conductance and each difference.
const AGREE: f64 = 2e-6;

/// The same in f64.
const AGREE_F64: f64 = 1e-12;

fn clock_for(problem: &Problem) -> Clock {
    Clock { start: 0.0, step: stable(&conduction(problem.clone()), [-100.0, 200.0], 1e4) }
}

fn agree(name: &str, problem: Problem, parts: &[u64]) {
    let Some(options) = options() else { return };
    agree_within(name, problem, parts, &options, AGREE);
}

pub(super) fn agree_within(name: &str, problem: Problem, parts: &[u64], options: &Selection, tolerance: f64) {
    let clock = clock_for(&problem);
    let conduction = conduction(problem);
    let (mut gpu, mut cpu, difference, range) = after(&conduction, options, clock, parts);
    assert!(gpu.compensation_verified, "{name}");
    assert!(range > 1.0, "{name}: nothing happened");
    assert!(difference < tolerance * range, "{name}: {difference:e} of {range:e}");
    let ([a, b], [c, d]) = (gpu.range().unwrap(), cpu.range().unwrap());
    assert!((a - c).abs() < tolerance * range && (b - d).abs() < tolerance * range, "{name}: range {a}..{b}, {c}..{d}");
    let (ours, theirs) = (gpu.ledger().unwrap(), cpu.ledger().unwrap());
    let largest = theirs.surfaces.iter().chain([&theirs.sources]).fold(0.0_f64, |m, j| m.max(j.abs()));
    for (a, b) in ours.surfaces.iter().zip(&theirs.surfaces).chain([(&ours.sources, &theirs.sources)]) {
        assert!((a - b).abs() < tolerance * largest, "{name}: heat {a} against {b}");
    }
    let energy =
        |e: &[f64], c: &Conduction| c.capacity.iter().zip(e).map(|(c, e)| c * e).collect::<crate::sum::Sum>().value();
    let enthalpy = gpu.enthalpy().unwrap();
    let gained =
        energy(&enthalpy, &conduction) - energy(&conduction.enthalpy(&conduction.problem.initial), &conduction);
    let entered: f64 = ours.surfaces.iter().sum::<f64>() + ours.sources;
    assert!(
        (gained - entered).abs() < tolerance * largest.max(gained.abs()),
        "{name}: gained {gained}, entered {entered}"
    );
    let now = clock.time(parts.iter().sum());
    check_survey(name, &mut gpu, conduction, &enthalpy, Clock { start: now, ..clock }, tolerance);
}

/// The device's totals against those of the same state on the host; heats and entropies relative to the largest.
fn check_survey(name: &str, gpu: &mut Gpu, mut conduction: Conduction, enthalpy: &[f64], clock: Clock, tolerance: f64) {
    let some = [0, 7, enthalpy.len() as u32 - 1, 7];
    assert_eq!(gpu.cells(&some).unwrap(), some.map(|i| enthalpy[i as usize]));
    assert_eq!(gpu.cells(&[]).unwrap(), [0.0; 0]);
    let Some(survey) = gpu.survey(clock.start, clock.step).unwrap() else {
        assert!(tolerance < AGREE, "{name}: f32 has a survey");
        return;
    };
    let snapshot = Snapshot::new(&mut conduction, enthalpy, clock.start);
    let totals = Totals::of(&snapshot, clock.step);
    let rates = snapshot.rates_with(&totals);
    let near = |what: &str, a: f64, b: f64, scale: f64| {
        assert!((a - b).abs() < 1e-5 * scale.abs(), "{name}: {what} {a} against {b}");
    };
    let temperatures = totals.temperatures(REFERENCE);
    for (a, b) in survey.temperature.iter().zip(temperatures) {
        near("temperature", *a, b, temperatures[1] - temperatures[0]);
    }
    near("energy", survey.energy, totals.energy, totals.energy);
    near("entropy", survey.entropy, totals.entropy, totals.entropy);
    near("production", survey.production, rates.production, rates.production);
    near("defect of a step", survey.step_defect, totals.step_defect, 10.0 * totals.step_defect);
    near("sources", survey.source_heat, rates.source_heat, rates.gross_heat);
    let inflow = rates.boundary_entropy + rates.source_entropy;
    near("inflow", survey.entropy_inflow, inflow, rates.gross_heat / REFERENCE);
    for (a, b) in survey.surface_heat.iter().zip(&rates.surface_heat) {
        near("surface", *a, *b, rates.gross_heat);
    }
}

#[test]
fn every_condition_and_source_agrees_in_2d_and_3d() {
    agree("2d", medley(false, 1), &[1, 400, 99]);
    agree("3d", medley(true, 1), &[1, 200]);
}

#[test]
fn what_changes_in_time_agrees() {
    agree("2d", changing(false), &[1, 400, 99]);
    agree("3d", changing(true), &[200]);
}

#[test]
fn changing_conductivities_agree() {
    agree("2d", conducting(false), &[1, 400, 99]);
    agree("3d", conducting(true), &[200]);
}

#[test]
fn melting_agrees() {
    agree("2d", melting(false), &[1, 400, 99]);
    agree("3d", melting(true), &[200]);
}

/// A device with f64 in its shaders, if there is one.
fn f64_options() -> Option<Selection> {
    let options = options()?;
    let index: usize = options.adapter.as_ref()?.parse().ok()?;
    let able = crate::backend::gpu::devices()[index].shader_f64;
    if !able {
        eprintln!("skipped: no f64 in shaders");
    }
    able.then_some(Selection { precision: Some(Precision::F64), ..options })
}

#[test]
fn f64_agrees_to_rounding() {
    let Some(options) = f64_options() else { return };
    agree_within("plain", medley(true, 1), &[1, 200], &options, AGREE_F64);
    // what moves or waves in place stays out: shaders have no exp or sin in f64
    let mut problem = melting(false);
    problem.conditions[1] = problem.environment(["500*cos(t/30)", "8 + t/100", "-15 + y*t", "0.9"]);
    problem.conditions[3] = problem.environment(["3000*abs(x - 0.001*t)", "0", "0", "0"]);
    let still = problem.value("4e6*max(0, 1 - ((x - 0.07 - 1e-4*t)/0.02)^2)");
    problem.sources[4] = still;
    agree_within("melting", problem, &[1, 400, 99], &options, AGREE_F64);
}

#[test]
fn f64_refuses_what_shaders_would_compute_wrongly() {
    let Some(options) = f64_options() else { return };
    let error = Gpu::new(&conduction(changing(false)), &options).err().unwrap();
    assert!(matches!(&error, GpuError::Unsupported(m) if m.contains("`exp`") || m.contains("`sin`")), "{error}");
}

#[test]
fn joined_ends_agree() {
    let axis = || Axis::uniform(0.0, 0.1, 12);
    let mut grid = Grid::three_dimensional(axis(), graded(0.1, 10, 1.1), Axis::uniform(0.0, 0.05, 5));
    grid.periodic = [true; 3];
    let mut problem = block(grid);
    problem.start("20*sin(2*pi*(x/0.1 + y/0.1 + z/0.05))");
    problem.heat("1e6", |[x, y, _]| x < 2 && y < 2);
    // early, while the wave has not died out
    agree("periodic", problem, &[1, 9]);
}

#[test]
fn resuming_is_bit_for_bit() {
    let Some(options) = options() else { return };
    let problem = medley(false, 1);
    let clock = clock_for(&problem);
    let conduction = conduction(problem);
    let mut whole = gpu(&conduction, &options);
    whole.advance(clock, 0, 37).unwrap();
    let (state, ledger) = (whole.enthalpy().unwrap(), whole.ledger().unwrap());
    whole.advance(clock, 37, 50).unwrap();
    let mut resumed = gpu(&conduction, &options);
    resumed.load(&state, &ledger).unwrap();
    assert_eq!(resumed.enthalpy().unwrap(), state);
    resumed.advance(clock, 37, 50).unwrap();
    assert_eq!(resumed.enthalpy().unwrap(), whole.enthalpy().unwrap());
    assert_eq!(resumed.ledger().unwrap(), whole.ledger().unwrap());
}

#[test]
fn broken_cells_are_counted() {
    let Some(options) = options() else { return };
    let conduction = conduction(medley(true, 1));
    let mut gpu = gpu(&conduction, &options);
    let mut state = gpu.enthalpy().unwrap();
    let solid = conduction.problem.material.iter().position(|&m| m == 1).unwrap();
    (state[0], state[solid]) = (f64::NAN, f64::INFINITY);
    gpu.load(&state, &Default::default()).unwrap();
    assert_eq!(gpu.audit().unwrap().broken, 2);
    assert_eq!(gpu.range().unwrap(), [f64::NEG_INFINITY, f64::INFINITY]);
}

/// A bar at 300 K heated by 1 K at one end stalls in plain f32 kelvin; here its linear profile is reached.
#[test]
fn small_increments_are_not_lost() {
    let Some(options) = options() else { return };
    let mut problem = block(Grid::two_dimensional(Axis::uniform(0.0, 0.064, 64), Axis::uniform(0.0, 0.001, 1), 0.001));
    let (cold, hot) = (problem.value("0"), problem.value("1"));
    problem.cover(side(0, false), crate::problem::Condition::Temperature(cold));
    problem.cover(side(0, true), crate::problem::Condition::Temperature(hot));
    let clock = clock_for(&problem);
    let conduction = conduction(problem);
    let mut gpu = gpu(&conduction, &options);
    gpu.advance(clock, 0, 20_000).unwrap();
    let worst = gpu
        .enthalpy()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(i, e)| (e - (i as f64 + 0.5) / 64.0).abs())
        .fold(0.0, f64::max);
    assert!(worst < 1e-6, "{worst:e}");
}

#[test]
fn a_lost_device_is_an_error() {
    let Some(options) = options() else { return };
    let conduction = conduction(medley(false, 1));
    let mut gpu = gpu(&conduction, &options);
    gpu.stepper.lose();
    let clock = Clock { start: 0.0, step: 1e-3 };
    let error = gpu.advance(clock, 0, 10).or_else(|_| gpu.enthalpy().map(|_| ())).unwrap_err().to_string();
    assert!(error.contains("lost") || error.contains("refused"), "{error}");
    assert!(gpu.range().is_err());
}

/// A flux given into fine cells arrives to the last digit, however hot they are: it is not taken from a difference.
#[test]
fn a_given_flux_arrives_whole() {
    let Some(options) = options() else { return };
    let mut problem = block(Grid::two_dimensional(Axis::uniform(0.0, 1e-5, 10), Axis::uniform(0.0, 1e-5, 10), 1e-5));
    let flux = problem.environment(["1000", "0", "0", "0"]);
    problem.cover(side(0, false), flux);
    problem.start("80 + 0*x");
    let clock = clock_for(&problem);
    let mut gpu = gpu(&conduction(problem), &options);
    gpu.advance(clock, 0, 100).unwrap();
    let entered = gpu.ledger().unwrap().surfaces[0];
    let given = 1000.0 * 1e-10 * 100.0 * clock.step;
    assert!((entered / given - 1.0).abs() < 3e-7, "{entered:e} of {given:e}");
}
