//! What rounding, time step and grid contribute, against errors that are known.

use crate::common::scenario;
use clausius::backend::{Kind, Precision, Selection};
use clausius::execution::{self, Options, Outcome, Quiet};
use clausius::report::Measured;
use std::f64::consts::PI;

const LENGTH: f64 = 0.2;
const TAU: f64 = LENGTH * LENGTH / (PI * PI) / 2e-5;

fn mode(method: &str) -> String {
    format!(
        "[grid]\nsize = [{LENGTH}, 0.05]\ncells = [40, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\nvolumetric_heat_capacity = 2.5e6\n\
         [initial]\ntemperature = \"300 + 10*sin(pi*x/{LENGTH})\"\n[boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = 300 }}\n\
         [run]\nuntil = {TAU}\nmethod = \"{method}\"\n"
    )
}

fn measure(text: &str, precision: Precision) -> (Outcome, Measured) {
    let scenario = scenario(text);
    let selection = Selection { kind: Kind::Cpu, precision: Some(precision), ..Selection::default() };
    let options = Options { selection, ..Options::default() };
    let outcome = execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
    let measured = execution::measure(&scenario, &options, &outcome, &mut Quiet);
    (outcome, measured)
}

fn near(what: &str, got: Option<f64>, wanted: f64, part: f64) {
    let got = got.unwrap_or_else(|| panic!("{what} was not measured"));
    println!("{what}: {got:.4e} where {wanted:.4e} is right");
    assert!((got / wanted - 1.0).abs() < part, "{what}: {got:e} is not {wanted:e}");
}

/// A mode that dies off: the semi-discrete solution, the exact means over cells and the Euler steps are all known.
#[test]
fn errors_of_step_and_grid_are_measured() {
    let (outcome, measured) = measure(&mode("explicit"), Precision::F64);
    let (h, steps) = (LENGTH / 40.0, outcome.report.time.steps as f64);
    let rate = 4.0 * 2e-5 / (h * h) * (0.5 * PI * h / LENGTH).sin().powi(2);
    let (euler, semi_discrete) = ((1.0 - rate * TAU / steps).powf(steps), (-rate * TAU).exp());
    // in the middle of the mode, where cells lie half a cell beside it
    let at_cell = (PI * 0.5 * h / LENGTH).cos();
    near("time step", measured.time_step, 10.0 * at_cell * (semi_discrete - euler).abs(), 0.05);
    // means over pairs of cells, as grids are compared
    let mean = |width: f64| (PI * 0.5 * width / LENGTH).sin() / (PI * 0.5 * width / LENGTH);
    let pair = (PI * h / LENGTH).cos();
    let got = 10.0 * euler * pair * (PI * 0.5 * h / LENGTH).cos();
    let exact = 10.0 * (-1.0_f64).exp() * pair * mean(2.0 * h);
    near("grid", measured.grid, (got - exact).abs(), 0.1);
    near("order", measured.grid_order, 2.0, 0.05);
    assert_eq!(measured.rounding, None);
    assert_eq!(measured.twins.iter().map(|t| t.cells_total).collect::<Vec<_>>(), [40, 20, 10]);
    // the estimates that every report has
    near("foretold", outcome.report.precision.time_step, measured.time_step.unwrap(), 0.1);
    let alone = 10.0 * semi_discrete * pair * (PI * 0.5 * h / LENGTH).cos();
    near("foretold of the grid alone", outcome.report.precision.grid, (alone - exact).abs(), 0.1);
}

#[test]
fn rounding_is_measured_and_stays_below_what_is_foretold() {
    let (outcome, measured) = measure(&mode("explicit"), Precision::F32);
    let (found, foretold) = (measured.rounding.unwrap(), outcome.report.precision.rounding.unwrap());
    assert!(found > 0.0 && found < foretold, "{found:e} and {foretold:e}");
}

/// A corner where 100 K meets insulation on the same face: the error falls with the first order only, and the ledger sees it.
#[test]
fn a_steady_state_has_no_step_and_a_singular_corner_its_own_order() {
    let text = "[grid]\nsize = [1, 1]\ncells = [64, 64]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\nvolumetric_heat_capacity = 1\n\
         [initial]\ntemperature = 300\n[boundary]\ny_min = [{ box = [0, 0.5], temperature = 400 }]\ny_max = { temperature = 300 }\n\
         [run]\nuntil = \"steady\"\n";
    let (outcome, measured) = measure(text, Precision::F64);
    assert_eq!((measured.time_step, measured.twins.len()), (None, 2));
    let order = measured.grid_order.unwrap();
    assert!(order > 0.5 && order < 1.7, "order {order}");
    assert!(measured.grid.unwrap() > 0.01);
    // a linear system at rest: foretold is what the coarser grids would have come to
    near("foretold", outcome.report.precision.grid, measured.grid.unwrap(), 1e-2);
}

/// What no formula knows: materials side by side, walls that radiate, k(T), a heater, and a body that warms up.
#[test]
fn the_error_of_the_grid_is_foretold_where_nothing_is_plain() {
    let text = |wall: &str, until: &str| {
        format!(
            "[grid]\nsize = [0.1, 0.08]\ncells = [48, 40]\nmaterial = \"m\"\n[materials.m]\nconductivity = \"5 + 0.01*(T - 300)\"\nvolumetric_heat_capacity = 2e6\n\
             [materials.n]\nconductivity = 0.3\nvolumetric_heat_capacity = 1e6\n\
             [[region]]\nname = \"n\"\nmaterial = \"n\"\nbox = [[0.025, 0.02], [0.075, 0.06]]\n\
             [[region]]\nname = \"heater\"\nbox = [[0.0, 0.0], [0.05, 0.04]]\npower = 500\n[initial]\ntemperature = 300\n\
             [boundary]\nx_min = {{ temperature = {wall} }}\nx_max = {{ convection = 30, radiation = 0.9, ambient = 300 }}\n\
             [run]\nuntil = {until}\n"
        )
    };
    let driven = "\"320 + 15*sin(t/40)\"";
    for (wall, until) in [("320", "\"steady\""), ("320", "60"), ("320", "1500"), (driven, "200")] {
        let (outcome, measured) = measure(&text(wall, until), Precision::F64);
        let (foretold, found) = (outcome.report.precision.grid.unwrap(), measured.grid.unwrap());
        println!("until {until}: {foretold:.3e} K foretold, {found:.3e} K measured, orders {:?}", measured.grid_order);
        assert!(foretold > 0.5 * found && foretold < 2.0 * found, "until {until}: {foretold:e} K for {found:e} K");
    }
}

#[test]
fn super_steps_are_measured_with_their_own_order() {
    let (outcome, measured) = measure(&mode("super-time-stepping"), Precision::F64);
    assert_eq!(outcome.report.backend.method, "super-time-stepping");
    let found = measured.time_step.unwrap_or_else(|| panic!("{:?}", measured.notes));
    let h = LENGTH / 40.0;
    let rate = 4.0 * 2e-5 / (h * h) * (0.5 * PI * h / LENGTH).sin().powi(2);
    let exact = 300.0 + 10.0 * (-rate * TAU).exp() * (PI * 0.5 * h / LENGTH).cos();
    let error = (outcome.temperature[20] - exact).abs();
    println!("super steps are wrong by {error:.2e} K, measured {found:.2e} K");
    assert!(found > 0.3 * error && found < 3.0 * error + 1e-9);
}

/// Heat with charge goes in implicit steps of second order; without a thermopower it is conduction alone, and its steps are those of the mode that dies off.
#[test]
fn implicit_steps_of_coupled_transport_are_measured() {
    let text = format!("model = \"thermoelectric\"\n{}", mode("explicit"))
        .replace("method = \"explicit\"", &format!("time_step = {}", TAU / 20.0))
        .replace("conductivity = 50\n", "conductivity = 50\nelectrical_conductivity = 1e6\nseebeck = 0\n");
    let (outcome, measured) = measure(&text, Precision::F64);
    let h = LENGTH / 40.0;
    let rate = 4.0 * 2e-5 / (h * h) * (0.5 * PI * h / LENGTH).sin().powi(2);
    let exact = 300.0 + 10.0 * (-rate * TAU).exp() * (PI * 0.5 * h / LENGTH).cos();
    near("time step", measured.time_step, (outcome.temperature[20] - exact).abs(), 0.1);
    near("order", measured.grid_order, 2.0, 0.05);
    assert_eq!(measured.twins.iter().map(|t| t.steps).collect::<Vec<_>>(), [40, 20, 20]);
    assert!(measured.notes.iter().any(|n| n.contains("currents are not")), "{:?}", measured.notes);
    assert!(measured.twins.iter().all(|t| t.heat_difference.is_some_and(|part| part > 0.0 && part < 0.1)));
}

/// What flies has directions beside: each part against runs that are finer in one thing.
#[test]
fn carriers_in_flight_are_measured() {
    let film = |step: &str, polar: usize, azimuthal: usize| {
        format!(
            "model = \"phonon\"\n[grid]\nsize = [400e-9, 10e-9]\ncells = [40, 1]\nmaterial = \"m\"\n[materials.m]\n\
             phonon = {{ heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = 40e-9 }}\n\
             [initial]\ntemperature = \"300 - cos(2*pi*x/400e-9)\"\n[boundary]\nx_min = {{ periodic = true }}\n\
             [phonon]\nordinates = {{ polar = {polar}, azimuthal = {azimuthal} }}\n[run]\nuntil = 60e-12\ntime_step = {step}\n"
        )
    };
    let (outcome, measured) = measure(&film("1.25e-12", 8, 16), Precision::F64);
    let to = |text: &str| {
        let finer = execution::run(&scenario(text), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
        outcome.temperature.iter().zip(&finer.temperature).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    near("time step", measured.time_step, to(&film("0.125e-12", 8, 16)), 0.3);
    let (directions, found) = (to(&film("1.25e-12", 32, 64)), measured.directions.expect("directions"));
    assert!(found > directions && found < 0.1, "{found:e} K for {directions:e} K");
    assert!(measured.grid.is_some_and(|k| k > 1e-5 && k < 0.1), "{:?}", measured.grid);
    assert_eq!((measured.bands, measured.twins.len()), (None, 5));
    assert_eq!(measured.twins.iter().map(|t| t.steps).collect::<Vec<_>>(), [96, 192, 48, 48, 48]);
}

/// Half the cells would make a thin layer half as thick again: another body, which tells nothing of this one.
#[test]
fn a_grid_that_shows_another_body_is_not_compared() {
    let text = "[grid]\nsize = [1, 0.1]\ncells = [20, 2]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\nvolumetric_heat_capacity = 1\n\
         [materials.layer]\nconductivity = 0.1\nvolumetric_heat_capacity = 1\n[[region]]\nmaterial = \"layer\"\nbox = [[0.5, 0], [0.65, 0.1]]\n\
         [boundary]\nx_min = { temperature = 400 }\nx_max = { temperature = 300 }\n[run]\nuntil = \"steady\"\n";
    let (_, measured) = measure(text, Precision::F64);
    assert_eq!((measured.grid, measured.twins.len()), (None, 0));
    assert!(measured.notes.iter().any(|n| n.contains("\"layer\" has")), "{:?}", measured.notes);
}

#[test]
fn what_cannot_be_measured_is_told() {
    let text = mode("explicit")
        .replace("cells = [40, 1]", "cells = [2, 1]")
        .replace(&format!("until = {TAU}"), "until = 100.0");
    let (_, measured) = measure(&text, Precision::F64);
    assert!(measured.notes.iter().any(|n| n.contains("f64")), "{:?}", measured.notes);
    assert!(measured.notes.iter().any(|n| n.contains("1/4") && n.contains("too few cells")), "{:?}", measured.notes);
    assert!(measured.grid.is_some() && measured.grid_order.is_none());
}
