//! A gas on its way through time on a GPU: the scheme of [`crate::kinetic::gas::transient`] in f32. What velocities store is held
//! less what collisions tend to in the cell, what is on faces less the same in the cell that it leaves, and the moments that say so in two
//! f32 (`shaders/lib/gas.wgsl`). So equilibrium has no rounding, small steps do not stall, and thick cells keep the little that
//! carries heat.
//!
//! Velocities are rows of all cells, in as many buffers as the largest binding asks for; behind the rows of a buffer stands what leaves
//! their cells along each axis. A step reads them twice: what arrives at the faces is summed up, then every cell is balanced in place.

mod kernels;
mod look;
mod tables;

#[cfg(test)]
mod tests;

use super::layout::{Layout, in_two};
use super::{info, paced, signals};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::pace::Pace;
use crate::backend::{BackendError, BackendInfo, Clock, Precision, Selection};
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::Domain;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas::faces::{Moments, TEMPERATURE};
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::survey::Units;
use crate::kinetic::gas::tally::Tally;
use crate::kinetic::gas::transient::Step;
use crate::kinetic::gas::transient::outset::{at_rest, resting};
use crate::kinetic::gas::transient::surface::{Surface, mirrors, surfaces};
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::march::March;
use crate::kinetic::survey::Survey;
use kernels::{Kernels, Sizes};

/// A gas on a GPU.
pub struct Gas {
    device: Device,
    vessel: Vessel,
    velocities: Velocities,
    units: Units,
    driving: Driving,
    layout: Layout,
    sizes: Sizes,
    kernels: Kernels,
    pace: Pace,
    /// In the order of the rows.
    flyers: Vec<Flyer>,
    surfaces: Vec<Surface>,
    /// Per wall.
    surface: Vec<u32>,
    step: Step,
    /// Steps made.
    steps: u64,
    /// Which buffer holds what entered at walls in the last step.
    parity: usize,
    /// What the last step that was looked at told.
    last: Tally,
}

fn plan(
    vessel: &Vessel,
    driving: &Driving,
    velocities: &Velocities,
    max_binding: u64,
) -> Result<(Layout, Sizes), GpuError> {
    let planes = vessel.parts().count() * (1 + vessel.domain.axes().len());
    let keeps = |w| mirrors(vessel, w);
    let layout = Layout::new(&vessel.domain, driving, &velocities.all(), max_binding / planes as u64, keeps)?;
    let sizes = Sizes::new(vessel, &layout, planes);
    Ok((layout, sizes))
}

impl Gas {
    /// Opens the selected adapter, or else the best GPU, and puts a gas there at rest under one pressure, at a temperature per cell
    /// (deviation, K).
    ///
    /// # Errors
    /// If no adapter is meant, or the gas does not fit it.
    pub fn new(
        (vessel, units, driving): (&Vessel, &Units, &Driving),
        velocities: &Velocities,
        initial: &[f64],
        selection: &Selection,
    ) -> Result<Gas, GpuError> {
        if selection.precision == Some(Precision::F64) {
            return Err(GpuError::Unsupported(super::SINGLE_ONLY.into()));
        }
        let device = Device::open(selection, Precision::F32)?;
        let (layout, sizes) = plan(vessel, driving, velocities, device.max_binding)?;
        device.admit(sizes.bytes(&layout))?;
        let mut moments = Moments::zero(vessel);
        let flyers: Vec<Flyer> =
            layout.followed.iter().map(|&d| Flyer::numbered(vessel, velocities, d, &moments)).collect();
        let (surfaces, surface) = surfaces(vessel, &flyers, &moments);
        let numbers =
            tables::numbers(vessel, velocities, &layout, (&flyers, &surfaces, &surface), [Step::new(0.0, vessel); 2]);
        let constants = tables::constants(vessel, velocities, &layout, surfaces.len());
        let kernels = Kernels::new(&device, vessel, &velocities.all(), (&layout, &sizes), &numbers, &constants)?;
        at_rest(vessel, initial, &mut moments);
        let cells = layout.cells;
        let mut ambient = vec![[0.0_f32; 4]; moments.kind.len() * cells];
        for (kind, values) in moments.kind.iter().enumerate() {
            for (c, value) in values.iter().enumerate() {
                let [first, second] = in_two(*value);
                ambient[kind * cells + c] = [first, second, 0.0, 0.0];
            }
        }
        device.write(&kernels.ambient, bytemuck::cast_slice(&ambient))?;
        Ok(Gas {
            pace: Pace::new(kernels.dispatches(), if layout.is_driven() { kernels.rows } else { u64::MAX }),
            step: Step::new(0.0, vessel),
            steps: 0,
            parity: 0,
            last: resting(vessel, &flyers, &moments),
            vessel: vessel.clone(),
            velocities: velocities.clone(),
            units: *units,
            driving: driving.clone(),
            device,
            layout,
            sizes,
            kernels,
            flyers,
            surfaces,
            surface,
        })
    }

    /// Bytes that a gas takes on a device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even what one velocity carries fits.
    pub fn memory(
        vessel: &Vessel,
        driving: &Driving,
        velocities: &Velocities,
        max_binding: u64,
    ) -> Result<u64, GpuError> {
        let (layout, sizes) = plan(vessel, driving, velocities, max_binding)?;
        Ok(sizes.bytes(&layout))
    }

    /// Stores the same gas for another step.
    fn restate(&mut self, step: Step) -> Result<(), GpuError> {
        self.surfaces.iter_mut().for_each(|s| s.prepare(step.face));
        let walls = (&self.flyers[..], &self.surfaces[..], &self.surface[..]);
        let numbers = tables::numbers(&self.vessel, &self.velocities, &self.layout, walls, [self.step, step]);
        self.device.write(&self.kernels.numbers, bytemuck::cast_slice(&numbers))?;
        if self.steps > 0 {
            let mut encoder = self.device.encoder();
            self.kernels.restate(&mut encoder);
            let index = self.device.submit(encoder);
            self.device.wait(index)?;
        }
        self.step = step;
        Ok(())
    }

    fn prepare(&mut self, clock: Clock) -> Result<(), GpuError> {
        let length = clock.step * self.units.velocity;
        if length == self.step.length { Ok(()) } else { self.restate(Step::new(length, &self.vessel)) }
    }

    /// Uploads what depends on time alone, for steps from `first` on.
    fn upload_rows(&self, clock: Clock, first: u64, rows: u64) {
        let bytes = signals(&self.kernels.code, clock, first, rows, self.kernels.row_stride);
        self.device.queue.write_buffer(&self.kernels.row, 0, &bytes);
    }

    fn march(&mut self, clock: Clock, first: u64, count: u64) -> Result<u64, GpuError> {
        self.prepare(clock)?;
        let (mut pace, mut parity) = (self.pace.clone(), self.parity);
        let done = paced(&self.device, &mut pace, count, |encoder, done, steps| {
            if self.layout.is_driven() {
                self.upload_rows(clock, first + done, steps);
            }
            self.kernels.steps(encoder, &mut parity, steps);
        })?;
        (self.pace, self.parity) = (pace, parity);
        self.steps += done;
        Ok(done)
    }
}

impl March for Gas {
    fn info(&self) -> BackendInfo {
        let held = "velocities are held in f32 less what collisions tend to in the cell, its moments in two f32";
        let mut notes = vec![held.to_owned()];
        if self.layout.slabs.len() > 1 {
            notes.push(format!("velocities are held in {} slabs", self.layout.slabs.len()));
        }
        info(&self.device, notes)
    }

    fn domain(&self) -> &Domain {
        &self.vessel.domain
    }

    fn updates(&self) -> usize {
        self.flyers.len() * self.layout.cells
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<u64, BackendError> {
        Ok(self.march(clock, first, count)?)
    }

    fn look(&mut self, clock: Clock, n: u64) -> Result<(), BackendError> {
        Ok(self.watched_step(clock, n)?)
    }

    fn survey(&mut self) -> Result<Survey, BackendError> {
        Ok(self.seen()?.in_si(&self.units))
    }

    fn energy_temperature(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.moments()?.kind.swap_remove(TEMPERATURE))
    }

    fn ledger(&mut self) -> Result<(Vec<f64>, f64), BackendError> {
        let entered = self.entered()?;
        Ok((entered.iter().map(|heat| heat * self.units.capacity()).collect(), 0.0))
    }

    fn distribution(&mut self, cells: &[usize]) -> Result<Distribution, BackendError> {
        Ok(self.rays(cells)?)
    }

    fn kept(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.numbers()?)
    }

    fn restore(&mut self, kept: &[f64]) -> Result<bool, BackendError> {
        Ok(self.take_up(kept)?)
    }
}
