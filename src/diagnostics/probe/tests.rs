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

#[test]
fn one_cell_that_is_joined_to_itself_is_even() {
    let boundary = "x_min = { temperature = 310 }\nx_max = { temperature = 300 }\ny_min = { periodic = true }";
    let grid = "size = [\"10 mm\", \"10 mm\"]\ncells = [4, 1]";
    for [found, window] in read(grid, boundary, 1, DVec3::new(5e-3, 0.0, 0.5)) {
        assert!((found - 305.0).abs() < 1e-9 && (window - 305.0).abs() < 1e-9, "{found} {window}");
    }
}
