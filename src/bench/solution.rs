//! Time to solution: a plate that is rough from cell to cell, of two materials, by explicit steps and by super steps.

use crate::backend::Selection;
use crate::execution::{self, ExecutionError, Options, Outcome, Quiet};
use crate::scenario::Scenario;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The way to one solution by two methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// Processor or adapter.
    pub adapter: String,
    /// "f64" or "f32".
    pub precision: String,
    /// Cells of the plate.
    pub cells: usize,
    /// By explicit steps, with many sweeps per pass where the backend can, s.
    pub explicit_s: f64,
    /// By super steps, s.
    pub super_s: f64,
    /// Sweeps over the plate: explicit, super.
    pub sweeps: [f64; 2],
    /// Largest error against the limit of short steps (Richardson), over the range: explicit, super.
    pub errors: [f64; 2],
}

fn run(cells: usize, more: &str, selection: &Selection) -> Result<Outcome, ExecutionError> {
    let text = format!(
        "model = \"heat\"\n[grid]\nsize = [0.256, 0.256]\ncells = [{cells}, {cells}]\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = 40.0\nvolumetric_heat_capacity = 1e6\n\
         [materials.other]\nconductivity = 90.0\nvolumetric_heat_capacity = 3e6\n\
         [[region]]\nname = \"block\"\nmaterial = \"other\"\nbox = [[0.1, 0.05], [0.175, 0.15]]\n\
         [initial]\ntemperature = \"300 + if(abs(x-0.1)+abs(y-0.12)<0.04,100,0) + 10*sin(1e6*x)*cos(7e5*y)\"\n\
         [boundary]\nx_min = {{ temperature = 300 }}\n[run]\nuntil = 600.0\n{more}"
    );
    let scenario = Scenario::parse(&text, Path::new("bench"), &[]).expect("the text is fixed");
    let options = Options { selection: selection.clone(), ..Options::default() };
    execution::run(&scenario, &options, &mut Quiet)
}

/// Runs the plate with so many cells along each axis.
///
/// # Errors
/// If the backend fails, or makes no super steps.
///
/// # Panics
/// Never: the scenario is fixed.
pub fn solution(cells: usize, selection: &Selection) -> Result<Solution, ExecutionError> {
    let half = run(cells, "method = \"explicit\"\nsafety = 0.45\n", selection)?;
    let explicit = run(cells, "method = \"explicit\"\n", selection)?;
    let leaping = run(cells, "method = \"super-time-stepping\"\n", selection)?;
    let exact: Vec<f64> = half.temperature.iter().zip(&explicit.temperature).map(|(h, x)| 2.0 * h - x).collect();
    let error = |outcome: &Outcome| {
        outcome.temperature.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / 120.0
    };
    let sweeps = |outcome: &Outcome| outcome.report.time.cell_updates as f64 / (cells * cells) as f64;
    Ok(Solution {
        adapter: leaping.report.backend.adapter.clone(),
        precision: leaping.report.backend.precision.clone(),
        cells: cells * cells,
        explicit_s: explicit.report.time.wall_s,
        super_s: leaping.report.time.wall_s,
        sweeps: [sweeps(&explicit), sweeps(&leaping)],
        errors: [error(&explicit), error(&leaping)],
    })
}
