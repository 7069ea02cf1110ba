//! Coefficients of the links along the axes, row by row. Rows that are alike stand once, so that a field of few materials
//! streams its state alone from memory: the same numbers as the conductances of the links, without an index per cell.

use crate::conduction::Conduction;
use rayon::prelude::*;
use std::collections::HashMap;

/// One coefficient per cell, by rows along x.
struct Array {
    /// Rows, one after the other.
    pool: Vec<f64>,
    /// Which row of the pool each row of the grid is.
    which: Vec<u32>,
}

impl Array {
    /// Keeps each row of an array once.
    fn new(values: &[f64], row: usize) -> Array {
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

    #[inline(always)]
    fn row(&self, n: usize, cells: usize) -> &[f64] {
        &self.pool[self.which[n] as usize * cells..][..cells]
    }
}

/// A family of links across rows: to the row `stride` further on.
pub(super) struct Across {
    pub(super) stride: usize,
    conductance: Array,
}

/// The links of a grid whose links all run along its axes.
pub(super) struct Rows {
    /// Cells of a row.
    pub(super) cells: usize,
    /// Rows of a plane of the slowest axis that has more than one plane; planes.
    pub(super) shape: [usize; 2],
    along: Array,
    across: Vec<Across>,
    per_capacity: Array,
    /// Whether all cells of a row, but for its ends, have the same coefficients.
    uniform: Vec<bool>,
}

impl Rows {
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
        let mut rows = Rows { cells: nx, shape, along: along?, across, per_capacity, uniform: Vec::new() };
        rows.uniform = (0..shape[0] * shape[1]).into_par_iter().map(|row| rows.is_uniform(row)).collect();
        Some(rows)
    }

    fn is_uniform(&self, row: usize) -> bool {
        let alike = |row: &[f64]| row.windows(2).all(|w| w[0] == w[1]);
        alike(&self.along(row)[..self.cells - 1])
            && alike(self.per_capacity(row))
            && (0..self.across.len()).all(|f| self.across(f, row).iter().all(|(_, g)| alike(g)))
    }

    /// Whether all cells of a row, but for its ends, have the same coefficients.
    #[inline(always)]
    pub(super) fn uniform(&self, row: usize) -> bool {
        self.uniform[row]
    }

    /// How many families run across rows.
    pub(super) fn families_across(&self) -> usize {
        self.across.len()
    }

    /// Conductances to the next cell of a row.
    #[inline(always)]
    pub(super) fn along(&self, row: usize) -> &[f64] {
        self.along.row(row, self.cells)
    }

    /// Inverse heat capacities of a row.
    #[inline(always)]
    pub(super) fn per_capacity(&self, row: usize) -> &[f64] {
        self.per_capacity.row(row, self.cells)
    }

    /// The rows that a family joins a row to, above and below, and the conductances to them. Where there is none it is the row
    /// itself, to which no heat flows.
    #[inline(always)]
    pub(super) fn across(&self, family: usize, row: usize) -> [(usize, &[f64]); 2] {
        let Across { stride, conductance } = &self.across[family];
        // the row's place along the family's axis
        let (at, planes) = if self.across.len() == 2 && *stride == 1 {
            (row % self.shape[0], self.shape[0])
        } else {
            (row / stride, self.shape[1])
        };
        let own = conductance.row(row, self.cells);
        let above = if at + 1 < planes { row + stride } else { row };
        let below = if at > 0 { (row - stride, conductance.row(row - stride, self.cells)) } else { (row, own) };
        [(above, own), below]
    }
}

#[cfg(test)]
impl Rows {
    /// The shape alone.
    pub(super) fn example(cells: usize, shape: [usize; 2]) -> Rows {
        let none = || Array { pool: Vec::new(), which: Vec::new() };
        Rows { cells, shape, along: none(), across: Vec::new(), per_capacity: none(), uniform: Vec::new() }
    }
}
