//! Coefficients of the links along the axes, row by row. Rows that are alike stand once, so that a field of few materials
//! streams its state alone from memory: the same numbers as the conductances of the links, without an index per cell.

use crate::conduction::Conduction;
use rayon::prelude::*;
use std::collections::HashMap;

/// One coefficient per cell, by rows along x.
struct Array<T> {
    /// Rows, one after the other.
    pool: Vec<T>,
    /// Which row of the pool each row of the grid is.
    which: Vec<u32>,
}

impl Array<f64> {
    /// Keeps each row of an array once.
    fn new(values: &[f64], row: usize) -> Array<f64> {
        let hashes: Vec<u64> = values
            .par_chunks(row)
            .map(|row| {
                row.iter().fold(7, |h: u64, v| (h ^ v.to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
            })
            .collect();
        let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
        let (mut pool, mut which) = (Vec::new(), Vec::with_capacity(hashes.len()));
        for (own, hash) in values.chunks(row).zip(hashes) {
            let alike = known.entry(hash).or_default();
            let found = alike.iter().copied().find(|&n| &pool[n as usize * row..][..row] == own);
            which.push(found.unwrap_or_else(|| {
                let n = (pool.len() / row) as u32;
                pool.extend_from_slice(own);
                alike.push(n);
                n
            }));
        }
        pool.shrink_to_fit();
        Array { pool, which }
    }

    /// The same rows in f32, in parts of `unit`, with zeros around them.
    fn narrow(self, row: usize, pad: usize, pitch: usize, unit: f64) -> Array<f32> {
        let mut pool = vec![0.0; self.pool.len() / row * pitch];
        for (to, from) in pool.chunks_mut(pitch).zip(self.pool.chunks(row)) {
            to[pad..][..row].iter_mut().zip(from).for_each(|(to, from)| *to = (from / unit) as f32);
        }
        Array { pool, which: self.which }
    }
}

impl<T> Array<T> {
    #[inline(always)]
    fn row(&self, n: usize, pitch: usize) -> &[T] {
        &self.pool[self.which[n] as usize * pitch..][..pitch]
    }
}

/// A family of links across rows: to the row `stride` further on.
struct Across<T> {
    stride: usize,
    conductance: Array<T>,
}

/// The links of a grid whose links all run along its axes.
pub(super) struct Rows<T = f64> {
    /// Cells of a row.
    pub(super) cells: usize,
    /// Numbers of a row, with those around it.
    pub(super) pitch: usize,
    /// Rows of a plane of the slowest axis that has more than one plane; planes.
    pub(super) shape: [usize; 2],
    along: Array<T>,
    across: Vec<Across<T>>,
    per_capacity: Array<T>,
    /// Whether all cells of a row, but for its ends, have the same coefficients.
    uniform: Vec<bool>,
}

impl Rows<f64> {
    /// None where the grid has other links, or ends that are joined.
    pub(super) fn new(conduction: &Conduction, per_capacity: &[f64]) -> Option<Rows> {
        let grid = &conduction.problem.grid;
        let [nx, ny, nz] = grid.cells();
        let plain = conduction.links.families.iter().all(|f| f.offset.abs().element_sum() == 1);
        if !plain || nx < 2 || grid.periodic.contains(&true) {
            return None;
        }
        let mut along = None;
        let mut across = Vec::new();
        for family in &conduction.links.families {
            let conductance = Array::new(&family.conductance, nx);
            match (family.offset.x, family.offset.y) {
                (1, _) => along = Some(conductance),
                (_, 1) => across.push(Across { stride: 1, conductance }),
                _ => across.push(Across { stride: ny, conductance }),
            }
        }
        let shape = if nz > 1 { [ny, nz] } else { [1, ny] };
        let per_capacity = Array::new(per_capacity, nx);
        let uniform = conduction.alike.iter().map(Option::is_some).collect();
        Some(Rows { cells: nx, pitch: nx, shape, along: along?, across, per_capacity, uniform })
    }

    /// The same in f32: conductances in parts of the largest, which inverse capacities are multiplied by; zeros around the
    /// rows, but that a row conducts beyond its ends as beside them.
    pub(super) fn narrow(self, pad: usize, pitch: usize) -> Rows<f32> {
        let arrays = self.across.iter().map(|a| &a.conductance).chain([&self.along]);
        let largest = arrays.flat_map(|a| &a.pool).fold(0.0, |m: f64, &g| m.max(g));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let cells = self.cells;
        let narrow =
            |a: Across<f64>| Across { stride: a.stride, conductance: a.conductance.narrow(cells, pad, pitch, unit) };
        let mut along = self.along.narrow(cells, pad, pitch, unit);
        for row in along.pool.chunks_mut(pitch) {
            (row[pad - 1], row[pad + cells - 1]) = (row[pad], row[pad + cells - 2]);
        }
        Rows {
            cells,
            pitch,
            shape: self.shape,
            along,
            across: self.across.into_iter().map(narrow).collect(),
            per_capacity: self.per_capacity.narrow(cells, pad, pitch, 1.0 / unit),
            uniform: self.uniform,
        }
    }
}

impl<T> Rows<T> {
    /// Whether all cells of a row, but for its ends, have the same coefficients.
    #[inline(always)]
    pub(super) fn uniform(&self, row: usize) -> bool {
        self.uniform[row]
    }

    /// Whether two rows stand for the same coefficients.
    pub(super) fn same(&self, a: usize, b: usize) -> bool {
        let same = |array: &Array<T>, a: usize, b: usize| array.which[a] == array.which[b];
        let across = |family: &Across<T>| {
            let below = |row: usize| row.saturating_sub(family.stride);
            same(&family.conductance, a, b) && same(&family.conductance, below(a), below(b))
        };
        same(&self.along, a, b) && same(&self.per_capacity, a, b) && self.across.iter().all(across)
    }

    /// How many families run across rows.
    pub(super) fn families_across(&self) -> usize {
        self.across.len()
    }

    /// Conductances to the next cell of a row.
    #[inline(always)]
    pub(super) fn along(&self, row: usize) -> &[T] {
        self.along.row(row, self.pitch)
    }

    /// Inverse heat capacities of a row.
    #[inline(always)]
    pub(super) fn per_capacity(&self, row: usize) -> &[T] {
        self.per_capacity.row(row, self.pitch)
    }

    /// The rows that a family joins a row to, above and below, and the conductances to them. Where there is none it is the row
    /// itself, to which no heat flows.
    #[inline(always)]
    pub(super) fn across(&self, family: usize, row: usize) -> [(usize, &[T]); 2] {
        let Across { stride, conductance } = &self.across[family];
        // the row's place along the family's axis
        let (at, planes) = if self.across.len() == 2 && *stride == 1 {
            (row % self.shape[0], self.shape[0])
        } else {
            (row / stride, self.shape[1])
        };
        let own = conductance.row(row, self.pitch);
        let above = if at + 1 < planes { row + stride } else { row };
        let below = if at > 0 { (row - stride, conductance.row(row - stride, self.pitch)) } else { (row, own) };
        [(above, own), below]
    }
}

#[cfg(test)]
impl Rows {
    /// The shape alone.
    pub(super) fn example(cells: usize, shape: [usize; 2]) -> Rows {
        let none = || Array { pool: Vec::new(), which: Vec::new() };
        Rows {
            cells,
            pitch: cells,
            shape,
            along: none(),
            across: Vec::new(),
            per_capacity: none(),
            uniform: Vec::new(),
        }
    }
}
