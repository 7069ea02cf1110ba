//! The temperature gradient of the cells of a row: means of the differences over their own links.

use crate::diagnostics::balance::Snapshot;
use crate::links::runs;
use crate::problem::Conductivity;
use glam::{DVec3, IVec3};

/// Differences over the links of each cell of a row, K/m, and how many there are, along each axis.
pub struct Slopes {
    sum: [Vec<f64>; 3],
    count: [Vec<f64>; 3],
}

impl Slopes {
    pub fn new(cells: usize) -> Slopes {
        let none = || [0, 1, 2].map(|_| vec![0.0; cells]);
        Slopes { sum: none(), count: none() }
    }

    /// Goes over a row: links along axes, and walls.
    #[inline(always)]
    pub fn take(&mut self, snapshot: &Snapshot, row: usize) {
        self.sum.iter_mut().chain(&mut self.count).for_each(|numbers| numbers.fill(0.0));
        let conduction = snapshot.conduction;
        let (grid, t) = (&conduction.problem.grid, &*snapshot.temperature);
        let first = row * self.sum[0].len();
        for family in &conduction.links.families {
            let Some(axis) = (0..3).find(|&a| family.offset == IVec3::AXES[a]) else { continue };
            let widths = grid.axis(axis).widths();
            for forward in [true, false] {
                let offset = if forward { family.offset } else { -family.offset };
                for [own, there, n] in runs(grid, offset, row).into_iter().filter(|run| run[2] > 0) {
                    let g = &family.conductance[if forward { own } else { there }..][..n];
                    let (from, to) = if forward { (own, there) } else { (there, own) };
                    let at = own - first..own - first + n;
                    let out = (&mut self.sum[axis][at.clone()], &mut self.count[axis][at]);
                    let [here, other] = [own, there].map(|cell| grid.cell(cell)[axis]);
                    let ends = [&t[from..][..n], &t[to..][..n]];
                    if axis == 0 && !grid.axis(0).is_uniform() {
                        let (a, b) = (&widths[here..][..n], &widths[other..][..n]);
                        add(out, g, ends, |x| 2.0 / (a[x] + b[x]));
                    } else {
                        let per_distance = 2.0 / (widths[here] + widths[other]);
                        add(out, g, ends, |_| per_distance);
                    }
                }
            }
        }
        self.add_walls(snapshot, row);
    }

    /// Adds what lies between cells and walls.
    fn add_walls(&mut self, snapshot: &Snapshot, row: usize) {
        let problem = &snapshot.conduction.problem;
        let first = row * self.sum[0].len();
        // Walls come in the order of their cells.
        let (mut last, mut mean) = (usize::MAX, DVec3::ZERO);
        for w in snapshot.conduction.walls_of_row(row) {
            let wall = &problem.walls[w];
            let (cell, axis) = (wall.cell as usize, wall.side.axis);
            let x = cell - first;
            let rise = snapshot.walls[w].surface - snapshot.temperature[cell];
            let material = &problem.materials[usize::from(problem.material[cell])];
            self.sum[axis][x] += if matches!(material.conductivity, Conductivity::Tensor(_)) {
                if x != last {
                    (last, mean) = (x, self.mean(x));
                }
                // It lies askew: what the field gains along the wall is known from the links.
                let mut displacement = wall.displacement(&problem.grid);
                let normal = std::mem::take(&mut displacement[axis]);
                (rise - (mean * displacement).element_sum()) / normal
            } else {
                rise / if wall.side.high { wall.half } else { -wall.half }
            };
            self.count[axis][x] += 1.0;
        }
    }

    fn mean(&self, x: usize) -> DVec3 {
        DVec3::from_array([0, 1, 2].map(|axis| self.sum[axis][x] / self.count[axis][x].max(1.0)))
    }

    /// Writes |grad T| of the cells, K/m.
    #[inline(always)]
    pub fn lengths(&self, out: &mut [f64]) {
        let n = out.len();
        let [sum, count] = [&self.sum, &self.count].map(|of| of.each_ref().map(|axis| &axis[..n]));
        for x in 0..n {
            let mut squares = 0.0;
            for axis in 0..3 {
                let count = count[axis][x];
                let mean = sum[axis][x] / if count > 1.0 { count } else { 1.0 };
                squares += mean * mean;
            }
            out[x] = squares.sqrt();
        }
    }
}

/// Adds the differences over links with conductances `g` (W/K), 0 where there is none; `per_distance`: the inverse of the length of each, 1/m.
#[inline(always)]
fn add(
    (sum, count): (&mut [f64], &mut [f64]),
    g: &[f64],
    [from, to]: [&[f64]; 2],
    per_distance: impl Fn(usize) -> f64,
) {
    let n = g.len();
    let (sum, count, from, to) = (&mut sum[..n], &mut count[..n], &from[..n], &to[..n]);
    for x in 0..n {
        let [slope, one] = if g[x] > 0.0 { [(to[x] - from[x]) * per_distance(x), 1.0] } else { [0.0; 2] };
        sum[x] += slope;
        count[x] += one;
    }
}
