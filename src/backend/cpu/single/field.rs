//! A field in f32 that keeps what rounding takes.

use super::memory::Numbers;
use crate::problem::VOID;
use rayon::prelude::*;

/// Numbers of a vector, and what rows are aligned to.
pub(super) const LANES: usize = 16;

/// So many numbers surround a row or the columns of a tile.
pub(super) const PAD: usize = LANES;

/// A field of two numbers per cell, their sum being meant, in rows with room around them. The numbers beside the ends of a row
/// equal its ends, so that no heat flows there.
pub(super) struct Field {
    cells: usize,
    pitch: usize,
    pub(super) high: Numbers,
    pub(super) low: Numbers,
    pub(super) next: Numbers,
}

impl Field {
    /// Zeros in so many rows, `pitch` numbers apart.
    pub(super) fn new(cells: usize, pitch: usize, rows: usize) -> Field {
        let zeros = || Numbers::zeros(rows * pitch);
        Field { cells, pitch, high: zeros(), low: zeros(), next: zeros() }
    }

    pub(super) fn set(&mut self, values: &[f64]) {
        let (cells, pitch) = (self.cells, self.pitch);
        let (high, low) = (&mut *self.high, &mut *self.low);
        high.par_chunks_mut(pitch).zip(low.par_chunks_mut(pitch)).zip(values.par_chunks(cells)).for_each(
            |((high, low), values)| {
                for ((high, low), value) in high[PAD..].iter_mut().zip(&mut low[PAD..]).zip(values) {
                    *high = *value as f32;
                    *low = (value - f64::from(*high)) as f32;
                }
                mirror(high, PAD, cells);
            },
        );
    }

    pub(super) fn get(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.high.len() / self.pitch * self.cells];
        let rows = out.par_chunks_mut(self.cells).zip(self.high.par_chunks(self.pitch));
        rows.zip(self.low.par_chunks(self.pitch)).for_each(|((out, high), low)| {
            for ((out, high), low) in out.iter_mut().zip(&high[PAD..]).zip(&low[PAD..]) {
                *out = f64::from(*high) + f64::from(*low);
            }
        });
        out
    }

    /// Lowest and highest value over the cells that are not void; not-a-number counts as infinitely far out.
    pub(super) fn range(&self, material: &[u8]) -> [f64; 2] {
        let (high, low) = (self.high.par_chunks(self.pitch), self.low.par_chunks(self.pitch));
        let rows = high.zip(low).zip(material.par_chunks(self.cells));
        rows.map(|((high, low), material)| {
            let cells = high[PAD..].iter().zip(&low[PAD..]).zip(material).filter(|(_, m)| **m != VOID);
            cells.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], ((high, low), _)| {
                let value = f64::from(*high) + f64::from(*low);
                if value.is_nan() { [f64::NEG_INFINITY, f64::INFINITY] } else { [least.min(value), most.max(value)] }
            })
        })
        .reduce(|| [f64::INFINITY, f64::NEG_INFINITY], |a, b| [a[0].min(b[0]), a[1].max(b[1])])
    }

    pub(super) fn cell(&self, cell: usize) -> f64 {
        let at = cell / self.cells * self.pitch + PAD + cell % self.cells;
        f64::from(self.high[at]) + f64::from(self.low[at])
    }
}

/// Makes the numbers beside the ends of a row equal to the ends.
#[inline(always)]
fn mirror(row: &mut [f32], first: usize, cells: usize) {
    row[first - 1] = row[first];
    row[first + cells] = row[first + cells - 1];
}
