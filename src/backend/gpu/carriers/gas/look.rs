//! What the gas on the device means, and all of it as numbers to go on from.

use super::{Gas, Step};
use crate::backend::Clock;
use crate::backend::gpu::carriers::floats;
use crate::backend::gpu::error::GpuError;
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::Law;
use crate::kinetic::gas::faces::{DENSITY, Moments, TEMPERATURE};
use crate::kinetic::gas::survey::Survey;
use crate::kinetic::gas::transient::telling::{OnFaces, told};
use wgpu::Buffer;

impl Gas {
    /// A step, between whose halves faces and walls are looked at.
    pub(super) fn watched_step(&mut self, clock: Clock, n: u64) -> Result<(), GpuError> {
        self.prepare(clock)?;
        if self.layout.is_driven() {
            self.upload_rows(clock, n, 1);
            self.driving.set(&mut self.vessel.domain, clock.start + (n as f64 + 0.5) * clock.step);
        }
        let mut encoder = self.device.encoder();
        self.kernels.meeting(&mut encoder, self.parity);
        self.kernels.missed(&mut encoder, self.parity);
        self.device.submit(encoder);
        let before = self.moments()?;
        let faces = self.on_faces(&before)?;
        let missed = floats(&self.device, &self.kernels.looks, self.layout.walls.len())?;
        let mut encoder = self.device.encoder();
        self.kernels.crossing(&mut encoder, self.parity);
        let index = self.device.submit(encoder);
        self.device.wait(index)?;
        self.parity = 1 - self.parity;
        self.steps += 1;
        let now = self.moments()?;
        told(&self.vessel, &faces, [&before, &now], &mut self.last);
        let full = self.last.full.as_mut().expect("made in full");
        for (missed, &w) in missed.iter().zip(&self.layout.walls) {
            full.mismatch[w] = f64::from(*missed);
        }
        Ok(())
    }

    /// Moments in the cells.
    pub(super) fn moments(&self) -> Result<Moments, GpuError> {
        let mut moments = Moments::zero(&self.vessel);
        let numbers = floats(&self.device, &self.kernels.ambient, 4 * self.sizes.kinds * self.layout.cells)?;
        let rows = numbers.as_chunks::<4>().0.chunks(self.layout.cells);
        for (kind, row) in moments.kind.iter_mut().zip(rows) {
            kind.iter_mut().zip(row).for_each(|(m, parts)| *m = f64::from(parts[0]) + f64::from(parts[1]));
        }
        Ok(moments)
    }

    /// Moments on faces in the middle of a step that began with `before`.
    fn on_faces(&self, before: &Moments) -> Result<OnFaces, GpuError> {
        let domain = &self.vessel.domain;
        let (cells, kinds) = (self.layout.cells, self.sizes.kinds);
        let numbers = floats(&self.device, &self.kernels.faces, self.sizes.faces)?;
        let mut faces: OnFaces =
            self.layout.axes.iter().map(|_| [0, 1].map(|_| vec![vec![0.0; cells]; kinds])).collect();
        for (i, [_, high]) in faces.iter_mut().enumerate() {
            for (kind, (high, before)) in high.iter_mut().zip(&before.kind).enumerate() {
                let told = &numbers[(i * kinds + kind) * cells..][..cells];
                high.iter_mut().zip(told).zip(before).for_each(|((m, x), b)| *m = f64::from(*x) + b);
            }
        }
        for (n, &w) in self.layout.walls.iter().enumerate() {
            let wall = &domain.walls[w];
            let (c, side) = (wall.cell as usize, usize::from(wall.side.high));
            let i = self.layout.axes.iter().position(|&a| a == wall.side.axis).expect("an active axis");
            for (kind, before) in before.kind.iter().enumerate() {
                let value = if let Law::Periodic { partner, .. } = wall.law {
                    if wall.side.high {
                        continue;
                    }
                    // the face belongs to the cell at the other end
                    let jump = match (kind, domain.walls[partner as usize].law) {
                        (DENSITY, Law::Periodic { jump, .. }) => -jump,
                        (TEMPERATURE, Law::Periodic { jump, .. }) => jump,
                        _ => 0.0,
                    };
                    faces[i][1][kind][domain.walls[partner as usize].cell as usize] + jump
                } else {
                    before[c] + f64::from(numbers[(self.layout.axes.len() * cells + n) * kinds + kind])
                };
                faces[i][side][kind][c] = value;
            }
        }
        Ok(faces)
    }

    pub(super) fn seen(&self) -> Result<Survey, GpuError> {
        let cells = self.layout.cells;
        let mut encoder = self.device.encoder();
        self.kernels.look(&mut encoder);
        self.device.submit(encoder);
        let looks = floats(&self.device, &self.kernels.looks, 2 * cells)?;
        let [unrest, squares] =
            [0, 1].map(|n| looks[n * cells..(n + 1) * cells].iter().map(|&x| f64::from(x)).collect());
        let mut tally = self.last.clone();
        tally.moments = self.moments()?;
        tally.full.as_mut().expect("made in full").unrest = unrest;
        let moments = tally.moments.clone();
        Ok(Survey { squares, ..Survey::new(&self.vessel, &tally, &moments) })
    }

    /// Heat that entered through each wall, in units of p0 / T0, K m3.
    pub(super) fn entered(&self) -> Result<Vec<f64>, GpuError> {
        let tally = floats(&self.device, &self.kernels.tally, 2 * self.layout.walls.len())?;
        let mut entered = vec![0.0; self.layout.walls.len()];
        for (parts, &w) in tally.as_chunks::<2>().0.iter().zip(&self.layout.walls) {
            entered[w] = f64::from(parts[0]) + f64::from(parts[1]);
        }
        Ok(entered)
    }

    /// What every direction carries in these cells.
    pub(super) fn rays(&self, cells: &[usize]) -> Result<Distribution, GpuError> {
        let held = self.sizes.held;
        let moments = self.moments()?;
        let numbers = floats(&self.device, &self.kernels.ambient, 4 * self.sizes.kinds * self.layout.cells)?;
        let mut place = vec![usize::MAX; self.velocities.len()];
        self.layout.followed.iter().enumerate().for_each(|(row, &d)| place[d] = row);
        let mut columns = Vec::new();
        for &c in cells {
            let gathered = self.device.storage("velocities", 4 * (held * self.flyers.len()) as u64)?;
            let mut encoder = self.device.encoder();
            for (slab, rows) in self.kernels.slabs.iter().zip(&self.layout.slabs) {
                for row in rows.first * held..rows.end * held {
                    let from = 4 * ((row - rows.first * held) * self.layout.cells + c) as u64;
                    encoder.copy_buffer_to_buffer(slab, from, &gathered, 4 * row as u64, 4);
                }
            }
            self.device.submit(encoder);
            let stored = floats(&self.device, &gathered, held * self.flyers.len())?;
            let now: Vec<f64> = moments.kind.iter().map(|m| m[c]).collect();
            let changed = (0..self.sizes.kinds).map(|k| f64::from(numbers[4 * (k * self.layout.cells + c) + 2]));
            columns.push((stored, now, changed.collect::<Vec<f64>>()));
        }
        Ok(Distribution::of_gas(&self.vessel, &self.velocities, cells, |n, d| {
            let (stored, now, changed) = &columns[n];
            let flyer = &self.flyers[place[d]];
            let mut h = flyer.tends_to(now);
            let changed = flyer.tends_to(changed);
            for (p, h) in h.iter_mut().enumerate().take(held) {
                *h += self.step.now * (f64::from(stored[place[d] * held + p]) - changed[p]);
            }
            flyer.warmth(&h)
        }))
    }

    /// All that the way to come depends on, and what was summed up.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, GpuError> {
        let mut all = vec![self.step.length, self.steps as f64];
        for (buffer, count) in self.buffers(self.parity) {
            all.extend(floats(&self.device, buffer, count)?.into_iter().map(f64::from));
        }
        Ok(all)
    }

    /// Goes on from what was kept; `false` if that was of another gas.
    pub(super) fn take_up(&mut self, kept: &[f64]) -> Result<bool, GpuError> {
        let counts: usize = self.buffers(0).iter().map(|(_, count)| count).sum();
        let Some((&[length, steps], mut rest)) = kept.split_first_chunk::<2>() else { return Ok(false) };
        if rest.len() != counts {
            return Ok(false);
        }
        for (buffer, count) in self.buffers(0) {
            let (own, others) = rest.split_at(count);
            let single: Vec<f32> = own.iter().map(|&x| x as f32).collect();
            self.device.write(buffer, bytemuck::cast_slice(&single))?;
            rest = others;
        }
        // what is stored is for that step already
        (self.steps, self.parity) = (0, 0);
        self.restate(Step::new(length, &self.vessel))?;
        self.steps = steps as u64;
        Ok(true)
    }

    /// Buffers that hold the state, with how many numbers of each.
    fn buffers(&self, parity: usize) -> Vec<(&Buffer, usize)> {
        let cells = self.layout.cells;
        let slabs = self.kernels.slabs.iter().zip(&self.layout.slabs);
        let mut all: Vec<(&Buffer, usize)> =
            slabs.map(|(slab, rows)| (slab, (rows.end - rows.first) * self.sizes.held * cells)).collect();
        all.push((&self.kernels.ambient, 4 * self.sizes.kinds * cells));
        all.push((&self.kernels.entrances[parity], self.sizes.entrances));
        all.push((&self.kernels.tally, 2 * self.layout.walls.len()));
        all
    }
}
