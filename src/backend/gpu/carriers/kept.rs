//! Carriers on the device as numbers in a row, to go on from.

use super::passes::Turn;
use super::{Carriers, floats};
use crate::backend::gpu::error::GpuError;
use wgpu::Buffer;

impl Carriers {
    /// All that the way to come depends on, and what was summed up.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, GpuError> {
        let mut all = vec![self.step, self.steps as f64, self.steady_heated, self.even_steps as f64];
        for (buffer, count) in self.buffers(self.turn) {
            all.extend(floats(&self.device, buffer, count)?.into_iter().map(f64::from));
        }
        Ok(all)
    }

    /// Goes on from what was kept; `false` if that was of other carriers.
    pub(super) fn take_up(&mut self, kept: &[f64]) -> Result<bool, GpuError> {
        let begin = Turn::default();
        let counts: usize = self.buffers(begin).iter().map(|(_, count)| count).sum();
        let Some((&[step, steps, steady_heated, even_steps], mut rest)) = kept.split_first_chunk::<4>() else {
            return Ok(false);
        };
        if rest.len() != counts {
            return Ok(false);
        }
        for (buffer, count) in self.buffers(begin) {
            let (own, others) = rest.split_at(count);
            let single: Vec<f32> = own.iter().map(|&x| x as f32).collect();
            self.device.write(buffer, bytemuck::cast_slice(&single))?;
            rest = others;
        }
        let numbers = self.layout.numbers(&self.domain, &self.ordinates, step, step);
        self.device.write(&self.passes.numbers, bytemuck::cast_slice(&numbers))?;
        (self.step, self.steps, self.turn) = (step, steps as u64, begin);
        (self.steady_heated, self.even_steps) = (steady_heated, even_steps as u64);
        Ok(true)
    }

    /// Buffers that hold the state in a turn, with how many numbers of each.
    fn buffers(&self, turn: Turn) -> Vec<(&Buffer, usize)> {
        let passes = &self.passes;
        let slabs = self.layout.slabs.iter().enumerate().map(|(slab, rows)| {
            (&passes.states[turn.holds(slab, passes.states.len())], (rows.end - rows.first) * self.layout.cells)
        });
        let mut all: Vec<(&Buffer, usize)> = slabs.collect();
        all.push((&passes.ambient, 4 * self.layout.cells));
        if self.layout.far.is_some() {
            all.push((&passes.goals, self.layout.goals()));
        }
        all.push((&passes.entrances[turn.parity()], self.layout.entrances()));
        all.push((&passes.tally, 2 * self.layout.walls.len()));
        if self.layout.is_driven() {
            all.push((&passes.heated, 2 * self.layout.cells));
        }
        all
    }
}
