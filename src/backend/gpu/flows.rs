//! Heats that are state on the device ([`crate::inertia`]): a step begins with their relaxation, half a one ends the last.

use super::error::GpuError;
use super::pack::{Packed, rounded, unpack};
use super::stepper::{Pass, Stepper};
use crate::backend::Clock;
use crate::inertia::Heats;

/// The kernels of heats that are state.
pub(super) struct Flows {
    /// What a relaxation leaves, for the step of the row.
    pub(super) decay: Pass,
    /// Of links and walls, over half a step and over a whole one.
    pub(super) relax: [Vec<Pass>; 2],
    /// Relaxation time of every wall of the problem, s.
    pub(super) walls: Vec<f64>,
    /// Whether inertias change with the conductances.
    pub(super) vary: bool,
}

impl Flows {
    /// Relaxation before a step: over half of it for the first, else over both halves that meet there.
    pub(super) fn encode(&self, pass: &mut wgpu::ComputePass, first: bool, now: usize, row: u32) {
        if first || self.vary {
            self.decay.encode(pass, now, row);
        }
        self.relax[usize::from(!first)].iter().for_each(|kernel| kernel.encode(pass, now, row));
    }
}

impl Stepper {
    /// After the last step, at the time before step `n`: the half relaxation that brings the heats to the time of the state.
    pub(super) fn finish_flows(&mut self, clock: Clock, n: u64) -> Result<(), GpuError> {
        let Some(flows) = &self.flows else { return Ok(()) };
        let mut row = Packed::new(self.precision);
        self.values.row(clock, n, &mut row);
        self.inspect(Some(row), &[&flows.decay].into_iter().chain(&flows.relax[0]).collect::<Vec<_>>());
        Ok(())
    }

    /// Puts the heats in.
    pub(super) fn load_heats(&mut self, heats: &Heats) -> Result<(), GpuError> {
        let Some(flows) = &self.flows else { return Ok(()) };
        let parts = |q: f64| [q, q - rounded(self.precision, q)];
        for (s, slab) in self.slabs.iter().enumerate() {
            if let Some(buffer) = &slab.flows {
                let mut packed = Packed::new(self.precision);
                heats.links.iter().for_each(|q| packed.reals(self.cut.pad(s, q, 0.0).flat_map(parts)));
                self.device.write(buffer, &packed.bytes)?;
            }
            if let Some(buffer) = &slab.wall_flows {
                let mut packed = Packed::new(self.precision);
                let walls = heats.walls[slab.walls.clone()].iter().zip(&flows.walls[slab.walls.clone()]);
                packed.reals(walls.flat_map(|(&q, &time)| {
                    let [heat, lost] = parts(q);
                    [heat, lost, time, 0.0]
                }));
                self.device.write(buffer, &packed.bytes)?;
            }
        }
        Ok(())
    }

    /// The heats as they are, W; none where they are not state.
    pub(super) fn heats(&mut self) -> Result<Option<Heats>, GpuError> {
        if self.flows.is_none() {
            return Ok(None);
        }
        let number = self.precision.bytes();
        let mut heats = Heats::default();
        for (s, slab) in self.slabs.iter().enumerate() {
            if let Some(buffer) = &slab.flows {
                let (own, padded) = (self.cut.own(s), self.cut.padded(s) as u64);
                let families = buffer.size() / (2 * number * padded);
                heats.links.resize(families as usize, Vec::new());
                for (family, links) in heats.links.iter_mut().enumerate() {
                    let from = (family as u64 * padded + own.start as u64) * 2 * number;
                    let bytes = self.device.read(buffer, from, own.len() as u64 * 2 * number)?;
                    links.extend(unpack(self.precision, &bytes).chunks_exact(2).map(|parts| parts[0] + parts[1]));
                }
            }
            if let Some(buffer) = &slab.wall_flows {
                let bytes = self.device.read(buffer, 0, slab.walls.len() as u64 * 4 * number)?;
                heats.walls.extend(unpack(self.precision, &bytes).chunks_exact(4).map(|parts| parts[0] + parts[1]));
            }
        }
        Ok(Some(heats))
    }
}
