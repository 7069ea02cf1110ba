//! Heats that are state: the device against the reference, in slabs, and from a state read back.

use super::problems::*;
use super::*;
use crate::backend::Precision;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::survey::Survey;
use crate::inertia::Heats;

/// Steps of a tenth of the shorter relaxation time, or as long as is stable.
fn clock(conduction: &Conduction) -> Clock {
    Clock { start: 0.0, step: stable(conduction, [-100.0, 200.0], 1e4).min(0.04) }
}

fn apart(a: &Heats, b: &Heats) -> f64 {
    let all = |h: &Heats| h.links.iter().flatten().chain(&h.walls).copied().collect::<Vec<f64>>();
    let (a, b) = (all(a), all(b));
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(0.0_f64, |m, q| m.max(q.abs()));
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest
}

/// Heats, totals and what entered against the reference, after steps in some calls; returns the problem with conductances as they are then.
fn agree(problem: Problem, parts: &[u64], options: &Selection) -> Conduction {
    let mut conduction = conduction(problem);
    let clock = clock(&conduction);
    let (mut gpu, mut cpu, difference, range) = after(&conduction, options, clock, parts);
    assert!(range > 1.0 && difference < 5e-6 * range, "{difference:e} of {range:e}");
    let (ours, theirs) = (gpu.heats().unwrap().unwrap(), cpu.heats().unwrap().unwrap());
    assert!(apart(&ours, &theirs) < 1e-5, "{:e}", apart(&ours, &theirs));

    let (now, enthalpy) = (clock.time(parts.iter().sum()), gpu.enthalpy().unwrap());
    let snapshot = Snapshot::with_heats(&mut conduction, &enthalpy, Some(ours), now);
    let host = Survey::of(&snapshot, clock.step);
    let device = gpu.survey(now, clock.step).unwrap().unwrap();
    let gross: f64 = snapshot.rates().gross_heat;
    let near = |what: &str, a: f64, b: f64, scale: f64| assert!((a - b).abs() < 1e-5 * scale, "{what}: {a} and {b}");
    near("production", device.production, host.production, host.production.abs());
    near("held", device.held_entropy, host.held_entropy, host.held_entropy);
    near("extended", device.extended_production, host.extended_production, host.extended_production);
    assert!(host.held_entropy > 0.0 && host.extended_production > 0.0);
    near("inflow", device.entropy_inflow, host.entropy_inflow, gross / REFERENCE);
    assert_eq!([device.step_defect, host.step_defect], [0.0; 2], "steps of second order have no defect of the first");
    for (a, b) in device.surface_heat.iter().zip(&host.surface_heat) {
        near("surface", *a, *b, gross);
    }
    // what entered and what the cells hold
    let energy = |e: &[f64]| conduction.capacity.iter().zip(e).map(|(c, e)| c * e).sum::<f64>();
    let ledger = gpu.ledger().unwrap();
    let entered: f64 = ledger.surfaces.iter().sum::<f64>() + ledger.sources;
    let gained = energy(&enthalpy) - energy(&conduction.enthalpy(&conduction.problem.initial));
    let largest = ledger.surfaces.iter().fold(ledger.sources.abs(), |m, j| m.max(j.abs()));
    assert!((gained - entered).abs() < 2e-6 * largest, "{gained} and {entered}");
    conduction
}

#[test]
fn heats_and_totals_agree_with_the_reference() {
    let Some(options) = options() else { return };
    agree(ringing(false), &[1, 300, 99], &options);
    agree(ringing(true), &[200], &options);
}

/// Conductivities that change with temperature, time and place, and with them the inertias of their links.
pub(super) fn changing_inertias(three: bool) -> Problem {
    let mut problem = conducting(three);
    problem.materials[0].relaxation_time = Some(0.4);
    problem.materials[1].relaxation_time = Some(3.0);
    problem.materials[2].relaxation_time = Some(0.2);
    problem
}

#[test]
fn inertias_that_change_agree() {
    let Some(options) = options() else { return };
    for (three, parts) in [(false, &[1, 300, 99][..]), (true, &[120])] {
        let before = conduction(changing_inertias(three)).inertia;
        let after = agree(changing_inertias(three), parts, &options).inertia;
        assert_ne!(before, after, "no inertia changed");
    }
}

#[test]
fn slabs_give_the_bits_of_one_block() {
    let Some(options) = options() else { return };
    for problem in [ringing(true), changing_inertias(true)] {
        let conduction = conduction(problem);
        let clock = clock(&conduction);
        let run = |options: &Selection| {
            let mut gpu = gpu(&conduction, options);
            gpu.advance(clock, 0, 20).unwrap();
            gpu.advance(clock, 20, 31).unwrap();
            (gpu.slabs(), gpu.enthalpy().unwrap(), gpu.heats().unwrap(), gpu.ledger().unwrap())
        };
        let one = run(&options);
        let whole = run(&Selection { max_binding: Some(40 << 10), ..options.clone() });
        assert!(one.0 == 1 && whole.0 > 2, "{} slabs", whole.0);
        assert!((one.1, one.2, one.3) == (whole.1, whole.2, whole.3));
    }
}

#[test]
fn a_state_that_is_put_back_goes_on_bit_for_bit() {
    let Some(options) = options() else { return };
    let conduction = conduction(ringing(false));
    let clock = clock(&conduction);
    let (mut whole, mut resumed) = (gpu(&conduction, &options), gpu(&conduction, &options));
    whole.advance(clock, 0, 50).unwrap();
    resumed.load(&whole.enthalpy().unwrap(), &whole.ledger().unwrap()).unwrap();
    resumed.load_heats(&whole.heats().unwrap().unwrap()).unwrap();
    for gpu in [&mut whole, &mut resumed] {
        gpu.advance(clock, 50, 30).unwrap();
    }
    assert_eq!(whole.enthalpy().unwrap(), resumed.enthalpy().unwrap());
    assert_eq!(whole.heats().unwrap(), resumed.heats().unwrap());
}

#[test]
fn f64_agrees_to_rounding() {
    let Some(options) = options() else { return };
    let options = Selection { precision: Some(Precision::F64), ..options };
    let mut problem = medley(false, 1);
    problem.materials[1].relaxation_time = Some(3.0);
    let conduction = conduction(problem);
    let (mut gpu, mut cpu, difference, range) = after(&conduction, &options, clock(&conduction), &[1, 200]);
    assert!(difference < 1e-12 * range, "{difference:e} of {range:e}");
    let heats = apart(&gpu.heats().unwrap().unwrap(), &cpu.heats().unwrap().unwrap());
    assert!(heats < 1e-11, "{heats:e}");
}
