//! Which rows make up each coarse row.

use super::vector::{PIECE, THREADED};
use rayon::prelude::*;

/// No aggregate: the row has no part in the coarse matrix.
pub const NONE: u32 = u32::MAX;

/// The rows of each aggregate, in one list.
#[derive(Debug, Clone, PartialEq)]
pub struct Members {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Members {
    /// Sorts rows by aggregate, rising within each; `aggregates` is their number.
    pub(super) fn new(aggregate: &[u32], aggregates: usize) -> Members {
        let mut starts = vec![0_u32; aggregates + 1];
        for &a in aggregate.iter().filter(|&&a| a != NONE) {
            starts[a as usize + 1] += 1;
        }
        for a in 0..aggregates {
            starts[a + 1] += starts[a];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; starts[aggregates] as usize];
        for (row, &a) in aggregate.iter().enumerate().filter(|(_, a)| **a != NONE) {
            rows[next[a as usize] as usize] = row as u32;
            next[a as usize] += 1;
        }
        Members { starts, rows }
    }

    /// Number of aggregates.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows of one aggregate.
    #[inline]
    pub fn of(&self, aggregate: usize) -> &[u32] {
        &self.rows[self.starts[aggregate] as usize..self.starts[aggregate + 1] as usize]
    }

    /// Aggregate `a` has the rows `rows()[starts()[a]..starts()[a + 1]]`.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Rows, sorted by aggregate.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Sums `value(row)` over each aggregate.
    pub(super) fn restrict(&self, coarse: &mut [f64], value: impl Fn(usize) -> f64 + Sync) {
        let sum = |a: usize| self.of(a).iter().map(|&i| value(i as usize)).sum();
        if self.rows.len() < THREADED {
            coarse.iter_mut().enumerate().for_each(|(a, out)| *out = sum(a));
        } else {
            coarse.par_chunks_mut(PIECE / 4).enumerate().for_each(|(p, piece)| {
                piece.iter_mut().enumerate().for_each(|(k, out)| *out = sum(p * (PIECE / 4) + k));
            });
        }
    }
}
