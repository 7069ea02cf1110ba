//! What the carriers on the device mean: sums of their bands, brought to the host.

use super::{Carriers, floats};
use crate::backend::Clock;
use crate::backend::gpu::error::GpuError;
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
        let before = self.held()?;
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
        let now = self.held()?;
        let emitted = self.floats(&self.passes.entrances[self.turn.parity()], self.layout.entrances())?;
        let of_band = told.iter().enumerate();
        self.last = of_band.map(|(band, told)| self.tally(told, &before[band], &now[band], &emitted, band)).collect();
        Ok(())
    }

    /// What collisions drive bands to, per band and cell.
    fn held(&self) -> Result<Vec<Vec<f64>>, GpuError> {
        (0..self.layout.bands).map(|band| Ok(self.goals(band)?.held)).collect()
    }

    /// What a band told, as sums of all that it holds; `before` and `now` are what it is driven to.
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
            // far from the reference it was told of each wall by itself
            full.mismatch[w] = if self.layout.far.is_none() { wall.law.mixes() } else { 1.0 } * mismatch;
            let otherwise = before[c] + f64::from(emitted[band * self.layout.walls.len() + n]);
            self.walls[band].emission[w] = self.domain.emission(wall, band, otherwise);
        }
        tally
    }

    /// Pseudo-temperature per cell (deviation, K).
    pub(super) fn temperature(&self) -> Result<Vec<f64>, GpuError> {
        let ambient = self.floats(&self.passes.ambient, 4 * self.layout.cells)?;
        let of =
            |(c, a): (usize, &[f32; 4])| if self.domain.is_solid(c) { self.layout.given([a[0], a[1]]) } else { 0.0 };
        Ok(ambient.as_chunks::<4>().0.iter().enumerate().map(of).collect())
    }

    /// What a band tells of itself between steps, per cell; see `shaders/kernels/unrest.wgsl` and the one far from the reference.
    fn unrest(&self, band: usize) -> Result<[Vec<f64>; 4], GpuError> {
        let cells = self.layout.cells;
        if self.steps == 0 {
            // nothing is stored before the first step: all is at rest
            return Ok([(); 4].map(|()| vec![0.0; cells]));
        }
        let mut encoder = self.device.encoder();
        self.passes.unrest(&mut encoder, self.turn, band);
        self.device.submit(encoder);
        let told = self.floats(&self.passes.looks, 4 * cells)?;
        Ok([0, 1, 2, 3].map(|k| told[k * cells..][..cells].iter().map(|&x| f64::from(x)).collect()))
    }

    pub(super) fn floats(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<f32>, GpuError> {
        floats(&self.device, buffer, count)
    }

    pub(super) fn seen(&self) -> Result<Survey, GpuError> {
        let temperature = self.temperature()?;
        let mut bands = self.last.clone();
        for (band, tally) in bands.iter_mut().enumerate() {
            let held = self.goals(band)?.held;
            let [mean, unrest, urges, squares] = self.unrest(band)?;
            tally.mean = mean.iter().zip(&held).map(|(m, t)| m + t).collect();
            let full = tally.full.as_mut().expect("made in full");
            full.unrest = unrest;
            if self.layout.far.is_some() {
                let solid = |c: &usize| self.domain.is_solid(*c);
                for c in (0..self.layout.cells).filter(solid) {
                    let [urge, square] = self.domain.medium_of(c).told(band, held[c]);
                    full.urges[c] = urge + urges[c];
                    full.squares[c] = square + 2.0 * urge * mean[c] + squares[c];
                }
            }
        }
        Ok(Survey::new(&self.domain, &bands, &self.walls, &temperature))
    }

    pub(super) fn energies(&self) -> Result<Vec<f64>, GpuError> {
        let mut temperature = self.temperature()?;
        if self.layout.bands == 1 && self.layout.far.is_none() || self.steps == 0 {
            return Ok(temperature);
        }
        let mut energy = vec![0.0; self.layout.cells];
        for band in 0..self.layout.bands {
            let [mean, ..] = self.unrest(band)?;
            let held = self.goals(band)?.held;
            for (c, sum) in energy.iter_mut().enumerate().filter(|(c, _)| self.domain.is_solid(*c)) {
                *sum += self.domain.medium_of(c).bands[band].heat_capacity * (held[c] + mean[c]);
            }
        }
        for (c, t) in temperature.iter_mut().enumerate().filter(|(c, _)| self.domain.is_solid(*c)) {
            *t = self.domain.medium_of(c).temperature(energy[c]);
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
