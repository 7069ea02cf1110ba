//! A field in f32 that keeps what rounding takes.

use crate::problem::VOID;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

/// Numbers of a vector, and what rows are aligned to.
pub(super) const LANES: usize = 16;

/// So many numbers surround a row or the columns of a tile.
pub(super) const PAD: usize = LANES;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
pub(super) struct Line([f32; LANES]);

pub(super) fn lines(numbers: usize) -> Vec<Line> {
    vec![Line([0.0; LANES]); numbers.div_ceil(LANES)]
}

pub(super) fn numbers(lines: &[Line]) -> &[f32] {
    bytemuck::cast_slice(lines)
}

pub(super) fn numbers_mut(lines: &mut [Line]) -> &mut [f32] {
    bytemuck::cast_slice_mut(lines)
}

/// A field of two numbers per cell, their sum being meant, in rows with room around them. The numbers beside the ends of a row
/// equal its ends, so that no heat flows there.
pub(super) struct Field {
    cells: usize,
    pitch: usize,
    pub(super) high: Vec<Line>,
    pub(super) low: Vec<Line>,
    pub(super) next: Vec<Line>,
}

impl Field {
    /// Zeros in so many rows, `pitch` numbers apart.
    pub(super) fn new(cells: usize, pitch: usize, rows: usize) -> Field {
        let zeros = || lines(rows * pitch);
        Field { cells, pitch, high: zeros(), low: zeros(), next: zeros() }
    }

    pub(super) fn set(&mut self, values: &[f64]) {
        let (cells, pitch) = (self.cells, self.pitch);
        let (high, low) = (numbers_mut(&mut self.high), numbers_mut(&mut self.low));
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
        let mut out = vec![0.0; numbers(&self.high).len() / self.pitch * self.cells];
        let (high, low) = (numbers(&self.high), numbers(&self.low));
        out.par_chunks_mut(self.cells).zip(high.par_chunks(self.pitch)).zip(low.par_chunks(self.pitch)).for_each(
            |((out, high), low)| {
                for ((out, high), low) in out.iter_mut().zip(&high[PAD..]).zip(&low[PAD..]) {
                    *out = f64::from(*high) + f64::from(*low);
                }
            },
        );
        out
    }

    /// Lowest and highest value over the cells that are not void; not-a-number counts as infinitely far out.
    pub(super) fn range(&self, material: &[u8]) -> [f64; 2] {
        let (high, low) = (numbers(&self.high), numbers(&self.low));
        let rows = high.par_chunks(self.pitch).zip(low.par_chunks(self.pitch)).zip(material.par_chunks(self.cells));
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
        f64::from(numbers(&self.high)[at]) + f64::from(numbers(&self.low)[at])
    }
}

/// Makes the numbers beside the ends of a row equal to the ends.
#[inline(always)]
fn mirror(row: &mut [f32], first: usize, cells: usize) {
    row[first - 1] = row[first];
    row[first + cells] = row[first + cells - 1];
}
