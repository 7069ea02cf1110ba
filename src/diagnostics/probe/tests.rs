//! Probes along axes of one cell.

use super::*;
use crate::conduction::Conduction;
use crate::diagnostics::window::Window;
use crate::scenario::Scenario;
use crate::steady::{self, CpuSolver, Tolerance};
use std::sync::Arc;

/// What is read of the steady state at points along `axis`, and what their windows tell.
fn read(grid: &str, boundary: &str, axis: usize, from: DVec3) -> Vec<[f64; 2]> {
    let text = format!(
        "[grid]\n{grid}\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\nvolumetric_heat_capacity = 1e6\n\
         [boundary]\n{boundary}\n[run]\nuntil = \"steady\"\n"
    );
    let scenario = Scenario::parse(&text, "slab.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
    let problem = scenario.problem;
    let mut conduction = Conduction::new(Arc::new(problem.clone())).unwrap();
    let tolerance = Tolerance { imbalance: 1e-10, rate: 1e-8, iterations: 20 };
    let guess = vec![0.0; problem.grid.len()];
    let solved = steady::solve(&mut conduction, &guess, tolerance, &mut CpuSolver, &mut |_, _| true).unwrap();
    let snapshot = Snapshot::new(&mut conduction, &solved.temperature, 0.0);
    let at = |n: usize| {
        let mut point = from;
        point[axis] = 2.5e-3 * n as f64;
        let mut window = Window::new(&problem, point).unwrap();
        let few: Vec<f64> = window.cells.iter().map(|&c| solved.temperature[c as usize]).collect();
        [temperature(&snapshot, point).unwrap(), window.temperature(&few, 0.0).unwrap()]
    };
    (0..5).map(at).collect()
}

#[test]
fn one_cell_reaches_to_its_surfaces() {
    let through = ["{ flux = 1000 }", "{ convection = 100, ambient = 300 }"];
    let flat = |cells: &str| format!("size = [\"20 mm\", \"10 mm\"]\ncells = {cells}");
    let solid = |size: &str, cells: &str| format!("size = {size}\ncells = {cells}");
    for (grid, axis) in [
        (flat("[2, 1]"), 1),
        (flat("[1, 1]"), 1),
        (flat("[2, 2]"), 1),
        (solid("[0.01, 0.02, 0.02]", "[1, 2, 3]"), 0),
        (solid("[0.02, 0.01, 0.02]", "[3, 1, 2]"), 1),
        (solid("[0.02, 0.02, 0.01]", "[2, 2, 1]"), 2),
        (solid("[0.02, 0.02, 0.01]", "[1, 1, 1]"), 2),
    ] {
        let name = ["x", "y", "z"][axis];
        let boundary = format!("{name}_min = {}\n{name}_max = {}", through[0], through[1]);
        let from = DVec3::new(3e-3, 4e-3, if grid.contains(", 0.0") { 6e-3 } else { 0.5 });
        for (n, found) in read(&grid, &boundary, axis, from).into_iter().enumerate() {
            let exact = 320.0 - 2.5 * n as f64;
            assert!(found.iter().all(|t| (t - exact).abs() < 1e-9), "{grid}, {name}: {found:?}, not {exact}");
        }
    }
}

/// Linear fields, with given temperatures, fluxes and convection, within reach of edges and corners, of re-entrant ones too.
#[test]
fn linear_fields_are_exact_at_edges_and_corners() {
    let rise = DVec3::new(50.0, 20.0, -30.0);
    let exact = |p: DVec3| 300.0 + rise.dot(p);
    // On each side the heat that a linear field takes with it, or its temperatures.
    let given = "{ temperature = \"300 + 50*x + 20*y - 30*z\" }";
    let flux = |axis: usize, high: bool| format!("{{ flux = {} }}", if high { rise[axis] } else { -rise[axis] });
    let sides = |warm: &[&str]| -> String {
        let side = |axis: usize, high: bool| {
            let name = format!("{}_{}", ["x", "y", "z"][axis], if high { "max" } else { "min" });
            let what = if warm.contains(&name.as_str()) { given.into() } else { flux(axis, high) };
            format!("{name} = {what}\n")
        };
        (0..6).map(|n| side(n / 2, n % 2 == 1)).collect()
    };
    let notch = format!(
        "[[region]]\nname = \"notch\"\nmaterial = \"void\"\nbox = [[0.5, 0.5, 0.0], [1.0, 1.0, 1.0]]\nboundary = {given}\n"
    );
    let (whole, notched) = (String::new(), notch);
    for (warm, notch) in
        [(&["x_min"][..], &whole), (&["x_min", "y_min"], &whole), (&["y_max", "z_min"], &whole), (&["x_min"], &notched)]
    {
        let text = format!(
            "[grid]\nsize = [1.0, 1.0, 1.0]\ncells = [4, 6, 4]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\nvolumetric_heat_capacity = 1e6\n{notch}\
             [boundary]\n{}[run]\nuntil = \"steady\"\n",
            sides(warm)
        );
        let problem = Scenario::parse(&text, "block.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}")).problem;
        let centres = (0..problem.grid.len()).map(|i| exact(problem.grid.centre(problem.grid.cell(i))));
        let state: Vec<f64> = centres.map(|t| t - problem.reference).collect();
        let mut conduction = Conduction::new(Arc::new(problem.clone())).unwrap();
        let snapshot = Snapshot::new(&mut conduction, &state, 0.0);
        let places = [0.0, 0.02, 0.31, 0.49, 0.5, 0.51, 0.77, 0.99, 1.0];
        let mut solid = 0;
        for n in 0..places.len().pow(3) {
            let at = DVec3::new(places[n % 9], places[n / 9 % 9], places[n / 81]);
            let Some(found) = temperature(&snapshot, at) else { continue };
            solid += 1;
            let mut window = Window::new(&problem, at).unwrap();
            let few: Vec<f64> = window.cells.iter().map(|&c| state[c as usize]).collect();
            for found in [found, window.temperature(&few, 0.0).unwrap()] {
                assert!((found - exact(at)).abs() < 1e-9, "{warm:?} {at}: {found}, not {}", exact(at));
            }
        }
        assert_eq!(solid, if notch.is_empty() { 729 } else { 729 - 9 * 16 });
    }
}

#[test]
fn one_cell_that_is_joined_to_itself_is_even() {
    let boundary = "x_min = { temperature = 310 }\nx_max = { temperature = 300 }\ny_min = { periodic = true }";
    let grid = "size = [\"10 mm\", \"10 mm\"]\ncells = [4, 1]";
    for [found, window] in read(grid, boundary, 1, DVec3::new(5e-3, 0.0, 0.5)) {
        assert!((found - 305.0).abs() < 1e-9 && (window - 305.0).abs() < 1e-9, "{found} {window}");
    }
}
