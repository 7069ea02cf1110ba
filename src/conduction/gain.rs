//! What cells gain through their links and walls, row by row.

use super::{Conduction, WallState};
use crate::face_heat;
use crate::grid::Grid;
use crate::links::Family;
use rayon::prelude::*;
use std::ops::Range;

impl Conduction {
    /// Calls `each(row, first cell, gains)` for every row of cells along x, in parallel, with what the cells gain
    /// through links and walls, W. `out` is cut into the same rows and handed on.
    pub fn for_each_row<T: Send>(
        &self,
        temperature: &[f64],
        walls: &[WallState],
        out: &mut [T],
        each: impl Fn(usize, &[f64], &mut [T]) + Sync,
    ) {
        let grid = &self.problem.grid;
        let row = grid.cells()[0];
        let rows = grid.len() / row;
        // Rows are handed out in blocks, so that short rows do not drown in bookkeeping.
        let block = (4096 / row).clamp(1, rows);
        out.par_chunks_mut(block * row).enumerate().for_each_init(
            || vec![0.0; row],
            |gain, (b, out)| {
                for (k, out) in out.chunks_mut(row).enumerate() {
                    let r = b * block + k;
                    self.row_gain(r, temperature, walls, gain);
                    each(r * row, gain, out);
                }
            },
        );
    }

    /// Folds over blocks of rows of cells along x, in parallel, joined in a fixed order.
    pub fn fold_rows<T: Send>(&self, of: impl Fn(Range<usize>) -> T + Sync, zero: T, join: impl Fn(T, T) -> T) -> T {
        let row = self.problem.grid.cells()[0];
        let rows = self.problem.grid.len() / row;
        // A dozen of them at least in a grid that takes its time, so that what each has to set up does not count.
        let block = ((self.problem.grid.len() / 16).clamp(4096, 16384) / row).clamp(1, rows);
        let blocks = (0..rows.div_ceil(block)).into_par_iter();
        let parts: Vec<T> = blocks.map(|b| of(b * block..rows.min((b + 1) * block))).collect();
        parts.into_iter().fold(zero, join)
    }

    /// What the cells of a row gain through links and walls, W.
    pub fn row_gain(&self, row: usize, temperature: &[f64], walls: &[WallState], gain: &mut [f64]) {
        gain.fill(0.0);
        pulp::Arch::new().dispatch(Row { conduction: self, temperature, row, gain });
        for w in self.wall_rows[row]..self.wall_rows[row + 1] {
            gain[self.wall_places[w].cell as usize - row * gain.len()] += walls[w].heat;
        }
    }

    /// What every cell gains from links, walls and sources, W.
    pub fn net(&self, temperature: &[f64], walls: &[WallState], sources: Option<&[f64]>, out: &mut [f64]) {
        self.for_each_row(temperature, walls, out, |first, gain, out| {
            out.copy_from_slice(gain);
            if let Some(sources) = sources {
                for (o, s) in out.iter_mut().zip(&sources[first..]) {
                    *o += s;
                }
            }
        });
    }
}

/// What a row gains over all links.
struct Row<'a> {
    conduction: &'a Conduction,
    temperature: &'a [f64],
    row: usize,
    gain: &'a mut [f64],
}

impl pulp::WithSimd for Row<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for family in &self.conduction.links.families {
            add_family(&self.conduction.problem.grid, family, self.temperature, self.row, self.gain);
        }
    }
}

/// Adds what one row of cells gains over the links of one family.
#[inline(always)]
fn add_family(grid: &Grid, family: &Family, temperature: &[f64], row: usize, gain: &mut [f64]) {
    let [nx, ny, _] = grid.cells();
    let own = &temperature[row * nx..][..nx];
    if family.offset == glam::IVec3::X {
        return add_along_row(&family.conductance[row * nx..][..nx], own, grid.periodic[0], gain);
    }
    let here = [0, row % ny, row / ny];
    let ends = [family.offset, -family.offset].map(|offset| grid.neighbour(here, offset).map(|c| grid.index(c)));
    match ends {
        // inside, across rows: both ends in one go
        [Some(above), Some(below)] if family.offset.x == 0 => {
            let (g_above, g_below) = (&family.conductance[row * nx..][..nx], &family.conductance[below..][..nx]);
            let (above, below) = (&temperature[above..][..nx], &temperature[below..][..nx]);
            for x in 0..nx {
                gain[x] += face_heat(g_above[x], own[x], above[x]) + face_heat(g_below[x], own[x], below[x]);
            }
        }
        _ => add_any(grid, family, temperature, row, gain),
    }
}

/// The faces within a row; `g[x]` joins x and x + 1, the last one x and 0 where the row is periodic.
#[inline(always)]
fn add_along_row(g: &[f64], own: &[f64], periodic: bool, gain: &mut [f64]) {
    let last = own.len() - 1;
    let inner = gain[1..last].iter_mut().zip(own.windows(3)).zip(g.windows(2));
    for ((gain, t), g) in inner {
        *gain += face_heat(g[1], t[1], t[2]) + face_heat(g[0], t[1], t[0]);
    }
    gain[0] += face_heat(g[0], own[0], own[1]);
    gain[last] += face_heat(g[last - 1], own[last], own[last - 1]);
    if periodic {
        gain[0] += face_heat(g[last], own[0], own[last]);
        gain[last] += face_heat(g[last], own[last], own[0]);
    }
}

/// Links of any offset, at any edge of the grid: each end by itself.
#[inline(always)]
fn add_any(grid: &Grid, family: &Family, temperature: &[f64], row: usize, gain: &mut [f64]) {
    let [nx, ny, _] = grid.cells();
    let here = [0, row % ny, row / ny];
    let own = &temperature[row * nx..][..nx];
    for forward in [true, false] {
        let offset = if forward { family.offset } else { -family.offset };
        let across = glam::IVec3::new(0, offset.y, offset.z);
        let Some(there) = grid.neighbour(here, across) else { continue };
        let start = grid.index(there);
        let other = &temperature[start..][..nx];
        // A link is stored with its lower end.
        let conductance =
            if forward { &family.conductance[row * nx..][..nx] } else { &family.conductance[start..][..nx] };
        let shift = offset.x.unsigned_abs() as usize;
        if shift >= nx && shift > 0 && !grid.periodic[0] {
            continue;
        }
        let mut span = |mine: std::ops::Range<usize>, theirs: usize| {
            let n = mine.len();
            let g = if forward { &conductance[mine.start..][..n] } else { &conductance[theirs..][..n] };
            let (a, b) = (&own[mine.start..][..n], &other[theirs..][..n]);
            for (((gain, g), a), b) in gain[mine].iter_mut().zip(g).zip(a).zip(b) {
                *gain += face_heat(*g, *a, *b);
            }
        };
        match offset.x {
            0 => span(0..nx, 0),
            x if x > 0 => {
                let shift = shift % nx;
                span(0..nx - shift, shift);
                if grid.periodic[0] && shift > 0 {
                    span(nx - shift..nx, 0);
                }
            }
            _ => {
                let shift = shift % nx;
                span(shift..nx, 0);
                if grid.periodic[0] && shift > 0 {
                    span(0..shift, nx - shift);
                }
            }
        }
    }
}
