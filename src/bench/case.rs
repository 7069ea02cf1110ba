//! What is timed, and the answer to it by a plain loop.

use crate::expression::Expression;
use crate::grid::{Axis, Grid};
use crate::problem::*;
use rayon::prelude::*;

/// Temperature of the warm face, K above the reference.
pub(super) const HOT: f64 = 10.0;

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

    /// As `--case` takes it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, c)| *c == self).map_or("", |(n, _)| n)
    }

    /// Grids to time, from one that fits a cache to one that fills memory; a GPU's caches hold more.
    pub fn sizes(self, quick: bool, gpu: bool) -> &'static [[usize; 3]] {
        match (self, quick, gpu) {
            (Case::Plane, true, _) => &[[128, 128, 1], [512, 512, 1]],
            (Case::Plane, false, false) => &[[128, 128, 1], [512, 512, 1], [2048, 2048, 1], [4096, 4096, 1]],
            (Case::Plane, false, true) => &[[128, 128, 1], [512, 512, 1], [2048, 2048, 1], [8192, 8192, 1]],
            (_, true, _) => &[[64, 64, 64]],
            (_, false, false) => &[[32, 32, 32], [128, 128, 128], [256, 256, 256]],
            (_, false, true) => &[[32, 32, 32], [128, 128, 128], [384, 384, 384]],
        }
    }

    /// The grid on which the answer is compared with an independent one.
    pub(super) fn small(self) -> [usize; 3] {
        if self == Case::Plane { [48, 40, 1] } else { [40, 36, 34] }
    }

    /// A body with two faces of given temperature, 0 and 10 K, and a smooth initial field.
    pub fn problem(self, cells: [usize; 3]) -> Problem {
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
                collision_time: None,
                fusion: None,
                relaxation_time: None,
            })
            .collect();
        let none = values.push(Expression::constant(0.0));
        let hot = values.push(Expression::constant(HOT));
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
            slants: crate::problem::Slants::default(),
            conditions: vec![Condition::Temperature(none), Condition::Temperature(hot)],
            surfaces,
            walls,
            sources: vec![none],
            values,
            initial,
        }
    }
}

/// Explicit steps by a loop over faces that uses none of the solver's own parts.
pub(super) fn plain_steps(problem: &Problem, step: f64, steps: u64) -> Vec<f64> {
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
