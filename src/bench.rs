//! Benchmarks: explicit steps on large grids, against the copy bandwidth measured in the same run. A score counts only
//! with the physics checked on the same path.

use crate::backend::{self, Backend, BackendError, Clock, Selection};
use crate::conduction::Conduction;
use crate::expression::Expression;
use crate::grid::{Axis, Grid};
use crate::problem::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;

/// A problem to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Constant material, 5 points.
    Plane,
    /// Constant material, 7 points.
    Solid,
    /// Four materials in random blocks of 16 cells, 7 points.
    Blocks,
}

impl Case {
    /// All, with their names.
    pub const ALL: [(&'static str, Case); 3] = [("2d", Case::Plane), ("3d", Case::Solid), ("het3d", Case::Blocks)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, c)| *c == self).map_or("", |(n, _)| n)
    }

    fn cells(self, quick: bool) -> [usize; 3] {
        match (self, quick) {
            (Case::Plane, false) => [4096, 4096, 1],
            (Case::Plane, true) => [512, 512, 1],
            (_, false) => [256, 256, 256],
            (_, true) => [64, 64, 64],
        }
    }

    /// A body with two faces of given temperature and a smooth initial field.
    fn problem(self, cells: [usize; 3]) -> Problem {
        let axis = |a: usize| Axis::uniform(0.0, 1e-3 * cells[a] as f64, cells[a]);
        let grid = if cells[2] == 1 {
            Grid::two_dimensional(axis(0), axis(1), 1e-3)
        } else {
            Grid::three_dimensional(axis(0), axis(1), axis(2))
        };
        let mut values = Values::default();
        let conductivities: &[f64] = if self == Case::Blocks { &[2.0, 10.0, 40.0, 90.0] } else { &[40.0] };
        let materials = conductivities
            .iter()
            .map(|&k| Material {
                name: format!("k{k}"),
                conductivity: Conductivity::Isotropic(values.push(Expression::constant(k))),
                heat_capacity: values.push(Expression::constant(3e6)),
                melting: None,
                mean_free_path: None,
            })
            .collect();
        let none = values.push(Expression::constant(0.0));
        let hot = values.push(Expression::constant(10.0));
        let blocks = |i: usize| {
            let cell = grid.cell(i);
            let block = cell
                .iter()
                .fold(7_u64, |h, &c| (h ^ (c / 16) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29));
            (block % conductivities.len() as u64) as u8
        };
        let material = (0..grid.len()).into_par_iter().map(blocks).collect();
        let initial = (0..grid.len())
            .into_par_iter()
            .map(|i| {
                let c = grid.centre(grid.cell(i)) * 1e3;
                3.0 * (0.07 * c.x).sin() + 2.0 * (0.05 * c.y).cos() + (0.11 * c.z).sin()
            })
            .collect();
        let mut walls = Vec::new();
        for i in 0..grid.len() {
            let cell = grid.cell(i);
            for side in crate::grid::Side::ALL.into_iter().filter(|s| s.axis == 0) {
                if cell[0] == if side.high { cells[0] - 1 } else { 0 } {
                    walls.push(Wall {
                        cell: i as u32,
                        side,
                        condition: u16::from(side.high),
                        surface: u16::from(side.high),
                        area: grid.area(cell, 0),
                        half: 0.5 * grid.widths(cell).x,
                        position: grid.centre(cell),
                    });
                }
            }
        }
        let surfaces = crate::grid::Side::ALL.into_iter().filter(|s| s.axis == 0).map(Surface::Outer).collect();
        Problem {
            region: vec![NO_REGION; grid.len()],
            source: vec![0; grid.len()],
            grid,
            reference: 300.0,
            materials,
            material,
            regions: Vec::new(),
            contacts: Vec::new(),
            conditions: vec![Condition::Temperature(none), Condition::Temperature(hot)],
            surfaces,
            walls,
            sources: vec![none],
            values,
            initial,
        }
    }
}

/// One line of the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Name of the case.
    pub case: String,
    /// "cpu" or "gpu".
    pub backend: String,
    /// Processor or adapter.
    pub adapter: String,
    /// With its version, or the number of threads.
    pub driver: String,
    /// "f64" or "f32".
    pub precision: String,
    /// Along each axis.
    pub cells: [usize; 3],
    /// In each timed repeat.
    pub steps: u64,
    /// Median of the repeats, s.
    pub seconds: f64,
    /// Fastest and slowest repeat, s.
    pub spread_s: [f64; 2],
    /// 1e9 cell updates per second, by the median.
    pub gcells_per_s: f64,
    /// Bytes that one update must move in one sweep per pass: the state in and out; on a GPU the conductances and the heat
    /// capacity too, on the CPU rows of them that repeat stay in the cache.
    pub bytes_per_update: f64,
    /// Copy bandwidth of the processor measured in this run, read and write together, GB/s; none for a GPU.
    pub copy_gb_per_s: Option<f64>,
    /// Part of that bandwidth that the steps used.
    pub share_of_copy: Option<f64>,
    /// Largest difference to an independent f64 sum over faces after some steps, over the range of temperatures.
    pub error: f64,
}

/// Largest error at which a score counts.
pub const TRUSTED_ERROR: f64 = 1e-5;

/// Times a case on a backend.
///
/// # Errors
/// If the backend fails.
pub fn time(case: Case, selection: &Selection, quick: bool) -> Result<Score, BackendError> {
    let error = check(case, selection)?;
    let cells = case.cells(quick);
    let conduction = Conduction::new(Arc::new(case.problem(cells)))?;
    let families = conduction.links.families.len() as f64;
    let rate = conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]);
    let clock = Clock { start: 0.0, step: 0.9 / rate };
    let mut backend = open(selection, conduction)?;
    let info = backend.info();
    // warm up, and find how many steps take long enough to time
    let wanted = if quick { 0.2 } else { 1.5 };
    let (mut next, mut steps) = (0, 2);
    let steps = loop {
        let begun = Instant::now();
        backend.advance(clock, next, steps)?;
        backend.range()?;
        next += steps;
        let took = begun.elapsed().as_secs_f64();
        if took > 0.3 * wanted || steps >= 20_000 {
            break ((wanted / took * steps as f64) as u64).clamp(2, 20_000);
        }
        steps *= 4;
    };
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        backend.advance(clock, next, steps)?;
        backend.range()?;
        seconds.push(begun.elapsed().as_secs_f64());
        next += steps;
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[2];
    let number = if info.precision == "f32" { 4.0 } else { 8.0 };
    // compensation of f32 sums is read and written beside the state
    let state = if info.precision == "f32" && info.kind == "gpu" { 4.0 } else { 2.0 };
    let coefficients = if info.kind == "cpu" { 0.0 } else { families + 1.0 };
    let bytes_per_update = number * (state + coefficients);
    let updates = cells.iter().product::<usize>() as f64 * steps as f64;
    let copy =
        (info.kind == "cpu").then(|| copy_bandwidth(cells.iter().product::<usize>() / if quick { 1 } else { 2 }));
    Ok(Score {
        case: case.name().into(),
        backend: info.kind.into(),
        adapter: info.adapter,
        driver: info.driver,
        precision: info.precision.into(),
        cells,
        steps,
        seconds: median,
        spread_s: [seconds[0], seconds[4]],
        gcells_per_s: updates / median / 1e9,
        bytes_per_update,
        copy_gb_per_s: copy,
        share_of_copy: copy.map(|c| updates * bytes_per_update / median / 1e9 / c),
        error,
    })
}

fn open(selection: &Selection, conduction: Conduction) -> Result<Box<dyn Backend>, BackendError> {
    backend::open(selection, &conduction, &mut |_| {})
}

/// Steps a small version of the case and compares with a plain loop over faces written without any of the solver's own
/// parts.
fn check(case: Case, selection: &Selection) -> Result<f64, BackendError> {
    const STEPS: u64 = 60;
    let cells = if case == Case::Plane { [48, 40, 1] } else { [40, 36, 34] };
    let problem = case.problem(cells);
    let conduction = Conduction::new(Arc::new(problem.clone()))?;
    let step = 0.9 / conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]);
    let expected = plain_steps(&problem, step, STEPS);
    let mut backend = open(selection, conduction)?;
    backend.advance(Clock { start: 0.0, step }, 0, STEPS)?;
    let got = backend.enthalpy()?;
    let range = expected.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |r, &t| [r[0].min(t), r[1].max(t)]);
    let worst = got.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    Ok(worst / (range[1] - range[0]))
}

fn plain_steps(problem: &Problem, step: f64, steps: u64) -> Vec<f64> {
    let [nx, ny, nz] = problem.grid.cells();
    let h = 1e-3;
    let constant = |id: ValueId| problem.values.get(id).as_constant().unwrap_or(f64::NAN);
    let k: Vec<f64> = problem
        .material
        .iter()
        .map(|&m| match problem.materials[m as usize].conductivity {
            Conductivity::Isotropic(id) => constant(id),
            _ => f64::NAN,
        })
        .collect();
    let mut t = problem.initial.clone();
    for _ in 0..steps {
        let old = t.clone();
        for z in 0..nz {
            for y in 0..ny {
                for x in 0..nx {
                    let i = x + nx * (y + ny * z);
                    let mut flux = 0.0;
                    let mut toward = |inside: bool, j: usize| {
                        if inside {
                            flux += 2.0 * k[i] * k[j] / (k[i] + k[j]) * (old[j] - old[i]);
                        }
                    };
                    toward(x > 0, i.wrapping_sub(1));
                    toward(x + 1 < nx, i + 1);
                    toward(y > 0, i.wrapping_sub(nx));
                    toward(y + 1 < ny, i + nx);
                    toward(z > 0, i.wrapping_sub(nx * ny));
                    toward(z + 1 < nz, i + nx * ny);
                    if x == 0 {
                        flux += 2.0 * k[i] * (0.0 - old[i]);
                    }
                    if x + 1 == nx {
                        flux += 2.0 * k[i] * (10.0 - old[i]);
                    }
                    t[i] = old[i] + step * flux / (h * h * 3e6);
                }
            }
        }
    }
    t
}

/// Read and write together of a threaded copy, GB/s; the best of several.
pub fn copy_bandwidth(numbers: usize) -> f64 {
    let from = vec![1.0_f64; numbers];
    let mut to = vec![0.0_f64; numbers];
    let mut best = 0.0_f64;
    for _ in 0..6 {
        let begun = Instant::now();
        to.par_chunks_mut(1 << 16).zip(from.par_chunks(1 << 16)).for_each(|(to, from)| to.copy_from_slice(from));
        best = best.max(16.0 * numbers as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
    best
}
