//! A field in f32 that keeps what rounding takes.

use super::memory::Numbers;
use crate::problem::VOID;
use rayon::prelude::*;

/// Numbers of a vector, and what rows are aligned to.
pub(super) const LANES: usize = 16;

/// So many numbers surround a row or the columns of a tile.
pub(super) const PAD: usize = LANES;

/// A field of two numbers per cell, their sum being meant, or of one, in rows with room around them. The numbers beside the ends of
/// a row equal its ends, so that no heat flows there.
pub(super) struct Field {
    cells: usize,
    pitch: usize,
    pub(super) high: Numbers,
    /// What rounding took, where that is kept.
    pub(super) low: Option<Numbers>,
    pub(super) next: Numbers,
}

impl Field {
    /// Zeros in so many rows, `pitch` numbers apart.
    pub(super) fn new(cells: usize, pitch: usize, rows: usize) -> Field {
        let zeros = || Numbers::zeros(rows * pitch);
        Field { cells, pitch, high: zeros(), low: Some(zeros()), next: zeros() }
    }

    pub(super) fn set(&mut self, values: &[f64]) {
        let (cells, pitch) = (self.cells, self.pitch);
        self.high.par_chunks_mut(pitch).zip(values.par_chunks(cells)).for_each(|(high, values)| {
            high[PAD..].iter_mut().zip(values).for_each(|(high, value)| *high = *value as f32);
            mirror(high, PAD, cells);
        });
        if let Some(low) = &mut self.low {
            low.par_chunks_mut(pitch).zip(values.par_chunks(cells)).for_each(|(low, values)| {
                low[PAD..]
                    .iter_mut()
                    .zip(values)
                    .for_each(|(low, value)| *low = (value - f64::from(*value as f32)) as f32);
            });
        }
    }

    pub(super) fn get(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.high.len() / self.pitch * self.cells];
        let rows = out.par_chunks_mut(self.cells).enumerate();
        rows.for_each(|(row, out)| out.iter_mut().zip(self.row(row)).for_each(|(out, value)| *out = value));
        out
    }

    /// The values of a row.
    #[inline(always)]
    fn row(&self, row: usize) -> impl Iterator<Item = f64> {
        let at = row * self.pitch + PAD..row * self.pitch + PAD + self.cells;
        let low = self.low.as_ref().map(|low| &low[at.clone()]);
        let rest = move |x: usize| low.map_or(0.0, |low| f64::from(low[x]));
        self.high[at].iter().enumerate().map(move |(x, high)| f64::from(*high) + rest(x))
    }

    /// Lowest and highest value over the cells that are not void; not-a-number counts as infinitely far out.
    pub(super) fn range(&self, material: &[u8]) -> [f64; 2] {
        let rows = material.par_chunks(self.cells).enumerate();
        rows.map(|(row, material)| {
            let cells = self.row(row).zip(material).filter(|(_, m)| **m != VOID);
            cells.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], (value, _)| {
                if value.is_nan() { [f64::NEG_INFINITY, f64::INFINITY] } else { [least.min(value), most.max(value)] }
            })
        })
        .reduce(|| [f64::INFINITY, f64::NEG_INFINITY], |a, b| [a[0].min(b[0]), a[1].max(b[1])])
    }

    pub(super) fn cell(&self, cell: usize) -> f64 {
        let at = cell / self.cells * self.pitch + PAD + cell % self.cells;
        f64::from(self.high[at]) + self.low.as_ref().map_or(0.0, |low| f64::from(low[at]))
    }
}

/// Makes the numbers beside the ends of a row equal to the ends.
#[inline(always)]
fn mirror(row: &mut [f32], first: usize, cells: usize) {
    row[first - 1] = row[first];
    row[first + cells] = row[first + cells - 1];
}
