//! The heat equation on a GPU, through wgpu. Explicit steps, walls, sources, varying materials and the
//! exchange between slabs all run on the device; the host only evaluates what depends on time alone.

mod adapter;
mod audit;
mod blocked;
mod carriers;
mod copy;
mod device;
mod error;
mod exact;
mod exchange;
mod faces;
mod flows;
mod generate;
mod inspect;
mod kernel;
mod leap;
mod ledger;
mod linear;
mod maps;
mod pace;
mod pack;
mod program;
mod second_law;
mod self_test;
mod shader;
mod slab;
mod state;
mod stepper;
mod stopwatch;
mod tables;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod values;

pub use adapter::{DeviceSummary, devices};
pub use audit::Audit;
pub use carriers::{Carriers, Flights, Gas, Molecules};
pub use copy::copy_bandwidth;
pub use error::GpuError;
pub use exact::Exact;
pub use linear::{Coupled, Linear};

use super::{Backend, BackendError, BackendInfo, Clock, Landing, Leap, Ledger, Precision, Resolution, Selection};
use crate::conduction::Conduction;
use crate::diagnostics::maps::{Maps, Wanted};
use crate::diagnostics::second_law::SecondLaw;
use crate::diagnostics::survey::Survey;
use crate::inertia::Heats;
use blocked::Blocking;
use device::Device;
use stepper::Stepper;

/// Explicit stepping on a GPU.
pub struct Gpu {
    stepper: Stepper,
    /// Whether sums on this device were found to keep what rounding takes; always so in f64.
    pub compensation_verified: bool,
}

impl Gpu {
    /// Opens the selected adapter, or else the best GPU, and puts the problem there in its initial state.
    ///
    /// # Errors
    /// If no adapter is meant, or the problem does not fit it.
    pub fn new(conduction: &Conduction, selection: &Selection) -> Result<Gpu, GpuError> {
        Gpu::with(conduction, selection, None)
    }

    /// The same with tiles chosen by hand.
    fn with(conduction: &Conduction, selection: &Selection, blocking: Option<Blocking>) -> Result<Gpu, GpuError> {
        let precision = selection.precision.unwrap_or(Precision::F32);
        let device = Device::open(selection, precision)?;
        let compensation_verified = precision == Precision::F64 || self_test::sums_are_compensated(&device)?;
        let stepper = Stepper::new(device, conduction, selection, precision, blocking)?;
        Ok(Gpu { stepper, compensation_verified })
    }

    /// Bytes that a problem takes on the device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even a slab of one plane fits.
    pub fn memory(conduction: &Conduction, precision: Precision, max_binding: u64) -> Result<u64, GpuError> {
        stepper::memory(conduction, precision, max_binding)
    }

    /// Slabs that the grid is cut into.
    pub fn slabs(&self) -> usize {
        self.stepper.slabs()
    }

    /// Range of temperatures, and broken cells.
    ///
    /// # Errors
    /// If the device fails.
    pub fn audit(&mut self) -> Result<Audit, GpuError> {
        self.stepper.audit()
    }
}

impl Backend for Gpu {
    fn info(&self) -> BackendInfo {
        let info = self.stepper.adapter();
        let mut notes = Vec::new();
        if self.stepper.precision == Precision::F32 {
            notes.push(if self.stepper.forgets() {
                "explicit steps keep nothing of what rounding takes, as --plain-sums asks".into()
            } else if self.compensation_verified {
                "sums are compensated, as tested on this device".into()
            } else {
                "this device's compiler removes the compensation of sums: increments below 6e-8 of a temperature's deviation are lost; use `--precision f64` or `--backend cpu`".into()
            });
        }
        if self.slabs() > 1 {
            notes.push(format!("the grid is cut into {} slabs", self.slabs()));
        }
        let resolution = match self.stepper.precision {
            Precision::F64 => Resolution::DOUBLE,
            Precision::F32 if self.compensation_verified && !self.stepper.forgets() => Resolution::COMPENSATED,
            Precision::F32 => Resolution::SINGLE,
        };
        BackendInfo {
            kind: "gpu",
            resolution,
            kernel: self.stepper.kernel.clone(),
            adapter: info.name.clone(),
            api: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
            precision: self.stepper.precision.name(),
            notes,
        }
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        Ok(self.stepper.load(enthalpy, ledger)?)
    }

    fn load_heats(&mut self, heats: &Heats) -> Result<(), BackendError> {
        Ok(self.stepper.load_heats(heats)?)
    }

    fn heats(&mut self) -> Result<Option<Heats>, BackendError> {
        Ok(self.stepper.heats()?)
    }

    fn is_apart(&self) -> bool {
        true
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        Ok(self.stepper.advance(clock, first, count)?)
    }

    fn leaps(&mut self) -> bool {
        self.stepper.prepare_leaps().is_ok()
    }

    fn leap(&mut self, leap: &Leap) -> Result<Landing, BackendError> {
        Ok(self.stepper.leap(leap)?)
    }

    fn keep(&mut self) -> Result<(), BackendError> {
        Ok(self.stepper.keep()?)
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.stepper.enthalpy()?)
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(self.stepper.ledger()?)
    }

    fn survey(&mut self, time: f64, step: f64) -> Result<Option<Survey>, BackendError> {
        Ok(self.stepper.survey(time, step)?)
    }

    fn second_law(&mut self, time: f64, step: f64) -> Result<Option<SecondLaw>, BackendError> {
        Ok(self.stepper.second_law(time, step)?)
    }

    fn maps(&mut self, time: f64, wanted: Wanted) -> Result<Maps, BackendError> {
        Ok(self.stepper.maps(time, wanted)?)
    }

    fn cells(&mut self, cells: &[u32]) -> Result<Vec<f64>, BackendError> {
        Ok(self.stepper.cells(cells)?)
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        let audit = self.stepper.audit()?;
        Ok(if audit.broken > 0 { [f64::NEG_INFINITY, f64::INFINITY] } else { [audit.low, audit.high] })
    }
}
