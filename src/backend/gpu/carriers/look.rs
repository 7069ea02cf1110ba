//! What the carriers on the device mean: sums of their bands, brought to the host.

use super::{Carriers, floats};
use crate::backend::Clock;
use crate::backend::gpu::error::GpuError;
use crate::kinetic::domain::Law;
use crate::kinetic::survey::Survey;
use crate::kinetic::tally::Tally;

impl Carriers {
    /// A step, between whose halves every band is asked what crosses faces and walls.
    pub(super) fn watched_step(&mut self, clock: Clock, n: u64) -> Result<(), GpuError> {
        self.prepare(clock)?;
        if self.layout.is_driven() {
            self.upload_rows(clock, n, 1);
            self.driving.set(&mut self.domain, clock.start + (n as f64 + 0.5) * clock.step);
        }
        let mut encoder = self.device.encoder();
        self.passes.meeting(&mut encoder, self.turn, 0);
        self.device.submit(encoder);
        let before = self.temperature()?;
        let mut told = Vec::new();
        for band in 0..self.layout.bands {
            let mut encoder = self.device.encoder();
            self.passes.look(&mut encoder, self.turn, band);
            self.device.submit(encoder);
            told.push(self.floats(&self.passes.looks, self.layout.looks())?);
        }
        let mut encoder = self.device.encoder();
        self.passes.crossing(&mut encoder, self.turn);
        self.turn.next(self.slabs());
        let index = self.device.submit(encoder);
        self.device.wait(index)?;
        self.made(1);
        let now = self.temperature()?;
        let emitted = self.floats(&self.passes.entrances[self.turn.parity()], self.layout.entrances())?;
        let of_band = told.iter().enumerate();
        self.last = of_band.map(|(band, told)| self.tally(told, &before, &now, &emitted, band)).collect();
        Ok(())
    }

    /// What a band told, as sums of whole temperatures.
    fn tally(&mut self, told: &[f32], before: &[f64], now: &[f64], emitted: &[f32], band: usize) -> Tally {
        let (cells, axes) = (self.layout.cells, self.layout.axes.clone());
        let mut tally = Tally::new(&self.domain, true);
        let full = tally.full.as_mut().expect("made in full");
        for (i, &axis) in axes.iter().enumerate() {
            let sums = &told[i * cells..(i + 1) * cells];
            full.flux[axis] = sums.iter().map(|&x| f64::from(x)).collect();
        }
        for (n, &w) in self.layout.walls.iter().enumerate() {
            let wall = &self.domain.walls[w];
            let c = wall.cell as usize;
            let half = self.ordinates.half_flux(wall.side.axis);
            let at = axes.len() * cells + 4 * n;
            let [hits, returns, surface, mismatch] = [0, 1, 2, 3].map(|k| f64::from(told[at + k]));
            tally.hits[w] = half * before[c] + hits;
            tally.returns[w] = half * before[c] + returns;
            // faces were looked at in the middle of the step
            full.surface[w] = surface + 0.5 * (before[c] + now[c]);
            full.mismatch[w] = wall.law.mixes() * mismatch;
            self.walls[band].emission[w] = match wall.law {
                Law::Thermal(t) => t,
                _ => before[c] + f64::from(emitted[band * self.layout.walls.len() + n]),
            };
        }
        tally
    }

    /// Pseudo-temperature per cell (deviation, K).
    pub(super) fn temperature(&self) -> Result<Vec<f64>, GpuError> {
        let ambient = self.floats(&self.passes.ambient, 4 * self.layout.cells)?;
        Ok(ambient.as_chunks::<4>().0.iter().map(|a| f64::from(a[0]) + f64::from(a[1])).collect())
    }

    /// Mean of a band less the temperature, and mean square of that, per cell.
    pub(super) fn unrest(&self, band: usize) -> Result<[Vec<f64>; 2], GpuError> {
        let mut encoder = self.device.encoder();
        self.passes.unrest(&mut encoder, self.turn, band);
        self.device.submit(encoder);
        let told = self.floats(&self.passes.looks, 2 * self.layout.cells)?;
        let (mean, square) = told.split_at(self.layout.cells);
        Ok([mean, square].map(|part| part.iter().map(|&x| f64::from(x)).collect()))
    }

    pub(super) fn floats(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<f32>, GpuError> {
        floats(&self.device, buffer, count)
    }

    pub(super) fn seen(&self) -> Result<Survey, GpuError> {
        let temperature = self.temperature()?;
        let mut bands = self.last.clone();
        for (band, tally) in bands.iter_mut().enumerate() {
            // nothing is stored before the first step: all is at rest
            let [mean, square] =
                if self.steps > 0 { self.unrest(band)? } else { [(); 2].map(|()| vec![0.0; temperature.len()]) };
            tally.mean = mean.iter().zip(&temperature).map(|(m, t)| m + t).collect();
            tally.full.as_mut().expect("made in full").unrest = square;
        }
        Ok(Survey::new(&self.domain, &bands, &self.walls, &temperature))
    }

    pub(super) fn energies(&self) -> Result<Vec<f64>, GpuError> {
        let mut temperature = self.temperature()?;
        if self.layout.bands == 1 || self.steps == 0 {
            return Ok(temperature);
        }
        for band in 0..self.layout.bands {
            let [mean, _] = self.unrest(band)?;
            for (c, t) in temperature.iter_mut().enumerate().filter(|(c, _)| self.domain.is_solid(*c)) {
                let medium = self.domain.medium_of(c);
                *t += medium.bands[band].heat_capacity / medium.heat_capacity() * mean[c];
            }
        }
        Ok(temperature)
    }

    pub(super) fn entered(&self) -> Result<(Vec<f64>, f64), GpuError> {
        let tally = self.floats(&self.passes.tally, 2 * self.layout.walls.len())?;
        let mut entered = vec![0.0; self.layout.walls.len()];
        for (parts, &w) in tally.as_chunks::<2>().0.iter().zip(&self.layout.walls) {
            entered[w] = f64::from(parts[0]) + f64::from(parts[1]);
        }
        let mut heated = self.steady_heated + self.brought();
        if self.layout.is_driven() {
            let rises = self.floats(&self.passes.heated, 2 * self.layout.cells)?;
            for (c, rise) in rises.as_chunks::<2>().0.iter().enumerate().filter(|(c, _)| self.domain.is_solid(*c)) {
                let capacity =
                    self.domain.medium_of(c).heat_capacity() * self.domain.grid.volume(self.domain.grid.cell(c));
                heated += capacity * (f64::from(rise[0]) + f64::from(rise[1]));
            }
        }
        Ok((entered, heated))
    }
}
