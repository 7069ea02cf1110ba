//! Single directions of the carriers on the device.

use super::{Carriers, floats};
use crate::backend::gpu::error::GpuError;
use crate::kinetic::distribution::Distribution;

impl Carriers {
    /// What every direction carries in these cells.
    pub(super) fn rays(&self, cells: &[usize]) -> Result<Distribution, GpuError> {
        let goals = (0..self.layout.bands).map(|band| self.goals(band)).collect::<Result<Vec<_>, _>>()?;
        let directions = self.layout.directions();
        let rows = cells.iter().map(|&c| self.column(c)).collect::<Result<Vec<_>, _>>()?;
        let mut place = vec![usize::MAX; self.ordinates.len()];
        self.layout.followed.iter().enumerate().for_each(|(d, &i)| place[i] = d);
        Ok(Distribution::new(&self.domain, &self.ordinates, cells, |n, band, i| {
            let c = cells[n];
            let tau = goals[band].time[c];
            // as in `unrest`: what is stored is less the goal of a step ago
            let stored = f64::from(rows[n][band * directions + place[i]]) - goals[band].change[c];
            goals[band].held[c] + 2.0 * tau / (2.0 * tau + self.step) * stored
        }))
    }

    /// What is stored of a cell, row by row.
    fn column(&self, cell: usize) -> Result<Vec<f32>, GpuError> {
        let rows = self.layout.bands * self.layout.directions();
        if self.steps == 0 {
            // nothing is stored before the first step: all is at rest
            return Ok(vec![0.0; rows]);
        }
        let gathered = self.device.storage("directions", 4 * rows as u64)?;
        let mut encoder = self.device.encoder();
        for (slab, range) in self.layout.slabs.iter().enumerate() {
            let state = &self.passes.states[self.turn.holds(slab, self.passes.states.len())];
            for row in range.first..range.end {
                let from = 4 * ((row - range.first) * self.layout.cells + cell) as u64;
                encoder.copy_buffer_to_buffer(state, from, &gathered, 4 * row as u64, 4);
            }
        }
        self.device.submit(encoder);
        floats(&self.device, &gathered, rows)
    }
}
