//! Rows of cells at hand, with their inverse temperatures.

use crate::diagnostics::balance::Snapshot;

/// One row, with room at both ends for the neighbours that it has not.
pub struct Strip {
    /// Temperatures (deviations, K); beyond the ends those of the last cells, to which no heat flows.
    temperature: Vec<f64>,
    /// 1/T, 1/K; 0 beyond the ends.
    inverse: Vec<f64>,
    /// Which row it is.
    row: usize,
}

impl Strip {
    fn new(cells: usize) -> Strip {
        Strip { temperature: vec![0.0; cells + 2], inverse: vec![0.0; cells + 2], row: usize::MAX }
    }

    /// Temperatures of the cells (deviations, K).
    #[inline(always)]
    pub fn cells(&self) -> &[f64] {
        &self.temperature[1..self.temperature.len() - 1]
    }

    /// Temperatures of the cells before and after each (deviations, K).
    #[inline(always)]
    pub fn beside(&self) -> [&[f64]; 2] {
        [&self.temperature[..self.temperature.len() - 2], &self.temperature[2..]]
    }

    /// 1/T of the cells, 1/K.
    #[inline(always)]
    pub fn inverse(&self) -> &[f64] {
        &self.inverse[1..self.inverse.len() - 1]
    }

    /// That of the cells after each.
    #[inline(always)]
    pub fn inverse_after(&self) -> &[f64] {
        &self.inverse[2..]
    }

    /// Temperatures and 1/T of the cells, to be written.
    #[inline(always)]
    pub fn cells_mut(&mut self) -> [&mut [f64]; 2] {
        let last = self.inverse.len() - 1;
        [&mut self.temperature[1..last], &mut self.inverse[1..last]]
    }

    /// Tells which row was written.
    #[inline(always)]
    pub fn is(&mut self, row: usize) {
        let last = self.temperature.len() - 1;
        (self.temperature[0], self.temperature[last]) = (self.temperature[1], self.temperature[last - 1]);
        self.row = row;
    }

    #[inline(always)]
    fn take(&mut self, row: usize, snapshot: &Snapshot) {
        let reference = snapshot.conduction.problem.reference;
        let [own, inverse] = self.cells_mut();
        let n = own.len();
        let from = &snapshot.temperature[row * n..][..n];
        own.copy_from_slice(from);
        for x in 0..n {
            inverse[x] = 1.0 / (from[x] + reference);
        }
        self.is(row);
    }
}

/// A row, and one of those that its links lead to, which is often the next.
pub struct Strips {
    pub own: Strip,
    pub other: Strip,
}

impl Strips {
    pub fn new(cells: usize) -> Strips {
        Strips { own: Strip::new(cells), other: Strip::new(cells) }
    }

    /// Goes on to a row.
    #[inline(always)]
    pub fn enter(&mut self, row: usize, snapshot: &Snapshot) {
        if self.other.row == row {
            std::mem::swap(&mut self.own, &mut self.other);
        } else {
            self.own.take(row, snapshot);
        }
        self.other.row = usize::MAX;
    }

    /// Has another row at hand.
    #[inline(always)]
    pub fn look_at(&mut self, row: usize, snapshot: &Snapshot) {
        if self.other.row != row {
            self.other.take(row, snapshot);
        }
    }
}
