//! A state on its way to the device and back, and the sums of heat that the device keeps.

use super::error::GpuError;
use super::generate::has_mixed_sources;
use super::pack::{Packed, rounded, unpack};
use super::stepper::Stepper;
use crate::backend::{Ledger, Precision};
use wgpu::CommandEncoder;

/// What ghosts beyond a wall hold. No conductance leads there; under test a number that would show if one did.
const BEYOND: f64 = if cfg!(test) { 1e6 } else { 0.0 };

impl Stepper {
    pub(super) fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), GpuError> {
        for (s, slab) in self.slabs.iter().enumerate() {
            let mut packed = Packed::new(self.precision);
            packed.reals(self.cut.pad(s, enthalpy, BEYOND));
            self.device.write(&slab.enthalpy[self.now], &packed.bytes)?;
            if let Some(carry) = &slab.carry {
                let mut packed = Packed::new(self.precision);
                packed.reals(self.cut.pad(s, enthalpy, 0.0).map(|e| e - rounded(self.precision, e)));
                self.device.write(carry, &packed.bytes)?;
            }
        }
        self.account.load(ledger);
        self.unread = false;
        Ok(())
    }

    /// Sets the sums of heat on the device to zero.
    pub(super) fn clear_sums(&mut self) -> CommandEncoder {
        let mut encoder = self.device.encoder();
        if let Some(blocked) = &mut self.blocked {
            blocked.forget(&mut encoder);
        }
        for slab in &self.slabs {
            if let Some(heats) = &slab.heats {
                encoder.clear_buffer(heats, 0, None);
            }
            if let (true, Some(carry)) = (has_mixed_sources(&self.problem), &slab.carry) {
                encoder.clear_buffer(carry, carry.size() / 3, None);
            }
        }
        encoder
    }

    /// Books the sums of heat that are on the device. Done once between two advances, whoever asks, so that a run
    /// that was resumed has the same sums as one that was not.
    pub(super) fn settle_account(&mut self) -> Result<(), GpuError> {
        if !std::mem::take(&mut self.unread) {
            return Ok(());
        }
        if let Some(blocked) = &self.blocked {
            for (surface, heat) in blocked.heats(&self.device)? {
                self.account.add_wall(surface, heat);
            }
        }
        for (s, slab) in self.slabs.iter().enumerate() {
            if let Some(heats) = &slab.heats {
                let bytes = self.device.read(heats, 0, slab.walls.len() as u64 * 2 * self.precision.bytes())?;
                for (wall, parts) in
                    self.problem.walls[slab.walls.clone()].iter().zip(unpack(self.precision, &bytes).chunks_exact(2))
                {
                    self.account.add_wall(wall.surface as usize, parts[0] + parts[1]);
                }
            }
            if let (true, Some(carry)) = (has_mixed_sources(&self.problem), &slab.carry) {
                let (cells, number) = (self.cut.padded(s), self.precision.bytes());
                let heats =
                    unpack(self.precision, &self.device.read(carry, cells as u64 * number, 2 * cells as u64 * number)?);
                self.cut.own(s).for_each(|i| self.account.add_source(heats[i] + heats[cells + i]));
            }
        }
        Ok(())
    }

    pub(super) fn ledger(&mut self) -> Result<Ledger, GpuError> {
        self.settle_account()?;
        Ok(self.account.ledger())
    }

    pub(super) fn enthalpy(&mut self) -> Result<Vec<f64>, GpuError> {
        let mut all = Vec::with_capacity(self.problem.grid.len());
        let number = self.precision.bytes();
        for (s, slab) in self.slabs.iter().enumerate() {
            let own = self.cut.own(s);
            let (from, bytes) = (own.start as u64 * number, own.len() as u64 * number);
            let first = unpack(self.precision, &self.device.read(&slab.enthalpy[self.now], from, bytes)?);
            match (&slab.carry, self.precision) {
                (Some(carry), Precision::F32) => {
                    let second = unpack(self.precision, &self.device.read(carry, from, bytes)?);
                    all.extend(first.iter().zip(&second).map(|(a, b)| a + b));
                }
                _ => all.extend(first),
            }
        }
        Ok(all)
    }
}
