//! Carriers in flight through time on a GPU: the scheme of [`crate::kinetic::transient`], with what directions carry in f32 less the
//! temperature of the cell, and that temperature in two f32. So what is a small difference between directions keeps its digits.
//!
//! Directions times bands are rows of all cells, in as many buffers as the largest binding asks for. A step reads them twice:
//! what arrives at the faces is summed up, then every cell is balanced, into a spare buffer that changes places with the one
//! it was read from.

mod curves;
mod flights;
mod gas;
mod goals;
mod kept;
mod layout;
mod look;
mod molecules;
mod passes;
mod program;
mod rays;
mod sizes;
mod sweeps;

#[cfg(test)]
mod far_tests;
#[cfg(test)]
mod tests;

use super::device::Device;
use super::error::GpuError;
use super::pace::Pace;
use crate::backend::{BackendError, BackendInfo, Clock, Precision, Resolution, Selection};
use crate::expression::DeviceCode;
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::{Domain, Law, Wall};
use crate::kinetic::driving::Driving;
use crate::kinetic::march::March;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::survey::Survey;
use crate::kinetic::sweep::WallState;
use crate::kinetic::tally::Tally;
pub use flights::Flights;
pub use gas::Gas;
use layout::Layout;
pub use molecules::Molecules;
use passes::{Passes, Turn};
use std::time::{Duration, Instant};

/// Time after which [`March::advance`] reports back.
const REPORT: Duration = Duration::from_millis(200);

/// Why not in f64.
const SINGLE_ONLY: &str = "carriers in flight are computed on GPUs in f32; use `--precision f32` or `--backend cpu`";

/// Walls that mirror.
fn mirrors(domain: &Domain, wall: usize) -> bool {
    matches!(domain.walls[wall].law, Law::Adiabatic { specularity } if specularity > 0.0)
}

fn floats(device: &Device, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<f32>, GpuError> {
    floats_from(device, buffer, 0, count)
}

fn floats_from(device: &Device, buffer: &wgpu::Buffer, first: usize, count: usize) -> Result<Vec<f32>, GpuError> {
    let bytes = device.read(buffer, 4 * first as u64, 4 * count as u64)?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
}

/// What computes carriers in f32, with notes of how they are held.
fn info(device: &Device, notes: Vec<String>) -> BackendInfo {
    let info = &device.info;
    BackendInfo {
        kind: "gpu",
        resolution: Resolution::COMPENSATED,
        adapter: info.name.clone(),
        api: info.backend.to_string(),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
        precision: Precision::F32.name(),
        kernel: String::new(),
        notes,
    }
}

/// What depends on time alone, for steps from `first` on, a row of `stride` bytes each.
fn signals(code: &DeviceCode, clock: Clock, first: u64, rows: u64, stride: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((rows * stride) as usize);
    for n in first..first + rows {
        let t = clock.start + (n as f64 + 0.5) * clock.step;
        for value in code.signals.values(t) {
            bytes.extend_from_slice(&(value as f32).to_le_bytes());
        }
        bytes.resize(((n - first + 1) * stride) as usize, 0);
    }
    bytes
}

/// Makes steps until it is time to report, at least one and at most `count`; tells how many. `record` is told how many are done and how many
/// to record.
fn paced(
    device: &Device,
    pace: &mut Pace,
    count: u64,
    mut record: impl FnMut(&mut wgpu::CommandEncoder, u64, u64),
) -> Result<u64, GpuError> {
    let begun = Instant::now();
    let mut done = 0;
    while done < count && (done == 0 || begun.elapsed() < REPORT) {
        let steps = pace.steps().min(count - done);
        let since = Instant::now();
        let mut encoder = device.encoder();
        record(&mut encoder, done, steps);
        let index = device.submit(encoder);
        device.wait(index)?;
        pace.record(steps, since.elapsed());
        done += steps;
    }
    Ok(done)
}

/// Carriers on a GPU.
pub struct Carriers {
    device: Device,
    domain: Domain,
    driving: Driving,
    ordinates: Ordinates,
    layout: Layout,
    passes: Passes,
    code: DeviceCode,
    pace: Pace,
    turn: Turn,
    /// Step that the state is stored for, s.
    step: f64,
    /// Steps made.
    steps: u64,
    /// Heat of sources that do not vary, W, and what they brought before the present time step, J.
    steady_heat: f64,
    steady_heated: f64,
    /// Steps made of the present length.
    even_steps: u64,
    /// What the last step that was looked at told of each band.
    last: Vec<Tally>,
    walls: Vec<WallState>,
}

impl Carriers {
    /// Opens the selected adapter, or else the best GPU, and puts carriers there in equilibrium at a temperature per cell (deviation, K).
    ///
    /// # Errors
    /// If no adapter is meant, or the carriers do not fit it.
    pub fn new(
        domain: &Domain,
        driving: &Driving,
        ordinates: &Ordinates,
        initial: &[f64],
        selection: &Selection,
    ) -> Result<Carriers, GpuError> {
        if selection.precision == Some(Precision::F64) {
            return Err(GpuError::Unsupported(SINGLE_ONLY.into()));
        }
        let device = Device::open(selection, Precision::F32)?;
        let layout = Layout::new(domain, driving, ordinates, device.max_binding, |w| mirrors(domain, w))?;
        device.admit(layout.bytes())?;
        let drafts = program::drafts(domain, &layout);
        let passes = Passes::new(&device, &layout, &drafts, domain, ordinates)?;
        let volume = |c: usize| domain.grid.volume(domain.grid.cell(c));
        let fixed = |c: &usize| domain.is_solid(*c) && layout.cell_values[*c] == u32::MAX;
        let mut carriers = Carriers {
            steady_heat: (0..layout.cells).filter(fixed).map(|c| domain.source[c] * volume(c)).sum(),
            pace: Pace::new(passes.dispatches(), if layout.is_driven() { passes.rows } else { u64::MAX }),
            turn: Turn::default(),
            step: 0.0,
            steps: 0,
            steady_heated: 0.0,
            even_steps: 0,
            last: (0..layout.bands).map(|_| Tally::new(domain, true)).collect(),
            walls: Vec::new(),
            code: drafts.code,
            driving: driving.clone(),
            ordinates: ordinates.clone(),
            domain: domain.clone(),
            layout,
            passes,
            device,
        };
        carriers.start(initial)?;
        Ok(carriers)
    }

    /// Bytes that carriers take on a device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even what one direction carries fits.
    pub fn memory(
        domain: &Domain,
        driving: &Driving,
        ordinates: &Ordinates,
        max_binding: u64,
    ) -> Result<u64, GpuError> {
        Ok(Layout::new(domain, driving, ordinates, max_binding, |w| mirrors(domain, w))?.bytes())
    }

    /// Buffers that hold the state, besides the spare one.
    pub fn slabs(&self) -> usize {
        self.layout.slabs.len()
    }

    /// Equilibrium everywhere.
    fn start(&mut self, initial: &[f64]) -> Result<(), GpuError> {
        let (domain, bands) = (&self.domain, self.layout.bands);
        let solid = |c: usize| domain.is_solid(c);
        let ambient: Vec<[f32; 4]> = (0..self.layout.cells)
            .map(|c| {
                let [first, second] = if solid(c) { self.layout.as_given(initial[c]) } else { [0.0; 2] };
                let heating = if solid(c) { domain.source[c] / domain.medium_of(c).heat_capacity() } else { 0.0 };
                [first, second, 0.0, heating as f32]
            })
            .collect();
        self.device.write(&self.passes.ambient, bytemuck::cast_slice(&ambient))?;
        if self.layout.far.is_some() {
            let goals = goals::at_rest(&self.layout, domain, initial);
            self.device.write(&self.passes.goals, bytemuck::cast_slice(&goals))?;
        }
        let own = |wall: &Wall, band: usize| {
            let c = wall.cell as usize;
            domain.medium_of(c).held(band, initial[c])
        };
        let emitted = |band: usize| {
            let emission = domain.walls.iter().map(|w| domain.emission(w, band, own(w, band))).collect();
            WallState { emission, inflow: Vec::new() }
        };
        self.walls = (0..bands).map(emitted).collect();
        // what is known before the first step
        for (band, tally) in self.last.iter_mut().enumerate() {
            let full = tally.full.as_mut().expect("made in full");
            for (w, wall) in domain.walls.iter().enumerate() {
                let (t, out) = (own(wall, band), self.walls[band].emission[w]);
                let half = self.ordinates.half_flux(wall.side.axis);
                (tally.hits[w], tally.returns[w]) = (half * t, half * out);
                full.surface[w] = 0.5 * (t + out);
                full.mismatch[w] = half * domain.mismatch(w, band, t, out);
            }
        }
        Ok(())
    }

    /// Stores the same carriers for another time step.
    fn restate(&mut self, dt: f64) -> Result<(), GpuError> {
        let numbers = self.layout.numbers(&self.domain, &self.ordinates, dt, self.step);
        self.device.write(&self.passes.numbers, bytemuck::cast_slice(&numbers))?;
        if self.steps > 0 {
            let mut encoder = self.device.encoder();
            self.passes.restate(&mut encoder, self.turn);
            let index = self.device.submit(encoder);
            self.device.wait(index)?;
        }
        self.steady_heated += self.brought();
        self.even_steps = 0;
        self.step = dt;
        Ok(())
    }

    /// What sources that do not vary brought in steps of the present length, J: counted, for how many steps are submitted together
    /// depends on the clock of the wall.
    fn brought(&self) -> f64 {
        self.even_steps as f64 * self.step * self.steady_heat
    }

    /// Uploads what depends on time alone, for steps from `first` on.
    fn upload_rows(&self, clock: Clock, first: u64, rows: u64) {
        let bytes = signals(&self.code, clock, first, rows, self.passes.row_stride);
        self.device.queue.write_buffer(&self.passes.row, 0, &bytes);
    }

    fn prepare(&mut self, clock: Clock) -> Result<(), GpuError> {
        if clock.step != self.step { self.restate(clock.step) } else { Ok(()) }
    }

    fn made(&mut self, steps: u64) {
        self.steps += steps;
        self.even_steps += steps;
    }

    fn march(&mut self, clock: Clock, first: u64, count: u64) -> Result<u64, GpuError> {
        self.prepare(clock)?;
        let (mut pace, mut turn) = (self.pace.clone(), self.turn);
        let done = paced(&self.device, &mut pace, count, |encoder, done, steps| {
            if self.layout.is_driven() {
                self.upload_rows(clock, first + done, steps);
            }
            self.passes.steps(encoder, &mut turn, steps);
        })?;
        (self.pace, self.turn) = (pace, turn);
        self.made(done);
        Ok(done)
    }
}

impl March for Carriers {
    fn info(&self) -> BackendInfo {
        let less = match self.layout.far {
            None => "the temperature of the cell, that in two f32",
            Some(_) => "what an equilibrium at the temperature of the cell holds, that in two f32",
        };
        let mut notes = vec![format!("directions are held in f32 less {less}")];
        if self.slabs() > 1 {
            notes.push(format!("directions are held in {} slabs", self.slabs()));
        }
        info(&self.device, notes)
    }

    fn domain(&self) -> &Domain {
        &self.domain
    }

    fn updates(&self) -> usize {
        self.layout.bands * self.layout.directions() * self.layout.cells
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<u64, BackendError> {
        Ok(self.march(clock, first, count)?)
    }

    fn look(&mut self, clock: Clock, n: u64) -> Result<(), BackendError> {
        Ok(self.watched_step(clock, n)?)
    }

    fn survey(&mut self) -> Result<Survey, BackendError> {
        Ok(self.seen()?)
    }

    fn energy_temperature(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.energies()?)
    }

    fn ledger(&mut self) -> Result<(Vec<f64>, f64), BackendError> {
        Ok(self.entered()?)
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
