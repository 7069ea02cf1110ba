//! Where a state lives and is advanced: the CPU or a GPU.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
pub mod gpu;
mod selection;

pub use selection::{
    Kind, Precision, Selection, Stepping, open, open_carriers, open_coupled, open_gas, open_linear, open_molecules,
    open_passes,
};

use crate::diagnostics::maps::{Maps, Wanted};
use crate::diagnostics::second_law::SecondLaw;
use crate::diagnostics::survey::Survey;
use crate::exact::{self, Body, ExactError};
use crate::inertia::Heats;
use crate::legendre::SuperStep;
use crate::oblique::Unreachable;
use serde::Serialize;

/// Time of step n: `start + n * step`, n counted, never summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// s.
    pub start: f64,
    /// s.
    pub step: f64,
}

impl Clock {
    /// Time before step `n`, s.
    pub fn time(&self, n: u64) -> f64 {
        self.start + n as f64 * self.step
    }
}

/// Heat that has entered since the start, J.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    /// Per surface of the problem: through its walls.
    pub surfaces: Vec<f64>,
    /// From volumetric sources.
    pub sources: f64,
}

/// How finely a state is held: a change of an enthalpy e below half of `relative * (|e| + offset)` is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Unit in the last place.
    pub relative: f64,
    /// What the numbers are stored above, K: 0 where they are deviations from the reference.
    pub offset: f64,
}

impl Resolution {
    /// One f64.
    pub const DOUBLE: Resolution = Resolution { relative: f64::EPSILON, offset: 0.0 };
    /// One f32.
    pub const SINGLE: Resolution = Resolution { relative: f32::EPSILON as f64, offset: 0.0 };
    /// Two f32, the second of which holds what the first cannot.
    pub const COMPENSATED: Resolution = Resolution { relative: 1.0 / (1_u64 << 46) as f64, offset: 0.0 };
}

/// What a run is computed with.
#[derive(Debug, Clone, PartialEq)]
pub struct BackendInfo {
    /// "cpu" or "gpu".
    pub kind: &'static str,
    /// Name of the processor or adapter.
    pub adapter: String,
    /// Graphics interface, or "threads".
    pub api: String,
    /// Driver, or number of threads.
    pub driver: String,
    /// "f64" or "f32".
    pub precision: &'static str,
    /// How finely it holds a state.
    pub resolution: Resolution,
    /// What makes its explicit steps, and why that; empty where there is no choice.
    pub kernel: String,
    /// What else a report should say of the arithmetic.
    pub notes: Vec<String>,
}

impl BackendInfo {
    /// Unit in the last place of the numbers that heats are computed with.
    pub fn epsilon(&self) -> f64 {
        // Of whole numbers a temperature has about as many digits as in f32.
        if self.precision == Precision::F64.name() { f64::EPSILON } else { f64::from(f32::EPSILON) }
    }
}

/// What whole numbers are called in reports, beside [`Precision::name`].
pub const EXACT: &str = "exact";

/// What a run in whole numbers can be checked by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    /// Stands for the energies of all cells, in hexadecimal digits: the same on every processor.
    pub checksum: String,
    /// Energy that is there less what was there and what has entered since the start, or since it was resumed: 0.
    pub left_quanta: i64,
    /// A unit of temperature, K.
    #[serde(rename = "unit_K")]
    pub kelvin: f64,
    /// A quantum of energy, J.
    #[serde(rename = "quantum_J")]
    pub joule: f64,
}

impl Proof {
    /// Of energies that should add up to so much.
    pub fn of(body: &Body, energy: &[i64], whole: i128) -> Proof {
        let left = energy.iter().map(|e| i128::from(*e)).sum::<i128>() - whole;
        Proof {
            checksum: format!("{:016x}", exact::checksum(energy)),
            left_quanta: i64::try_from(left).unwrap_or(i64::MAX),
            kelvin: body.scale.kelvin,
            joule: body.scale.joule,
        }
    }
}

/// Why a backend could not go on.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The grid cannot carry a tensor.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// No usable device.
    #[error("{0}")]
    NoDevice(String),
    /// The device cannot compute this problem.
    #[error("{0}")]
    Unsupported(String),
    /// Whole numbers cannot.
    #[error(transparent)]
    Exact(#[from] ExactError),
    /// The device failed, or is too small.
    #[error("{0}")]
    Device(String),
}

/// A super step to make.
#[derive(Debug, Clone, Copy)]
pub struct Leap<'a> {
    /// Its coefficients.
    pub scheme: &'a SuperStep,
    /// When it begins, s.
    pub start: f64,
    /// When it ends, s.
    pub end: f64,
}

/// What a super step came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landing {
    /// Largest estimated local error of a cell's enthalpy, K.
    pub error: f64,
    /// Lowest and highest temperature (deviations, K) at its end.
    pub range: [f64; 2],
    /// What rounding alone may add to the range, K.
    pub rounding: f64,
    /// Sweeps over all cells that it took.
    pub sweeps: u64,
}

/// Holds a state and advances it.
pub trait Backend: Send {
    /// What it computes with.
    fn info(&self) -> BackendInfo;

    /// Puts a state in: enthalpy per cell (K), and what has entered so far.
    ///
    /// # Errors
    /// If the device fails.
    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError>;

    /// Puts in the heats that flow, where they are state ([`crate::inertia`]); after [`Backend::load`].
    ///
    /// # Errors
    /// If the device fails.
    fn load_heats(&mut self, heats: &Heats) -> Result<(), BackendError> {
        let _ = heats;
        Ok(())
    }

    /// The heats that flow, where they are state; none where they follow from the temperatures.
    ///
    /// # Errors
    /// If the device fails.
    fn heats(&mut self) -> Result<Option<Heats>, BackendError> {
        Ok(None)
    }

    /// Makes explicit Euler steps `first .. first + count` of a clock.
    ///
    /// # Errors
    /// If the device fails.
    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError>;

    /// Whether [`Backend::leap`] can be used; makes room for it.
    fn leaps(&mut self) -> bool {
        false
    }

    /// Computes a super step from the present state, which stays as it is until [`Backend::keep`].
    ///
    /// # Errors
    /// If the device fails, or this backend makes explicit steps only.
    fn leap(&mut self, leap: &Leap) -> Result<Landing, BackendError> {
        let _ = leap;
        Err(BackendError::Unsupported("this backend makes explicit steps only".into()))
    }

    /// Takes the last super step over.
    ///
    /// # Errors
    /// If the device fails.
    fn keep(&mut self) -> Result<(), BackendError> {
        Ok(())
    }

    /// The state: enthalpy per cell, K; 0 in void.
    ///
    /// # Errors
    /// If the device fails.
    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError>;

    /// What has entered since the start.
    ///
    /// # Errors
    /// If the device fails.
    fn ledger(&mut self) -> Result<Ledger, BackendError>;

    /// Lowest and highest temperature (deviations, K).
    ///
    /// # Errors
    /// If the device fails.
    fn range(&mut self) -> Result<[f64; 2], BackendError>;

    /// Whether [`Backend::survey`] has the digits of f64, so that a row at a stop needs no other.
    fn surveys_in_f64(&self) -> bool {
        false
    }

    /// Whether it computes on something of its own, so that the host has time for other things meanwhile.
    fn is_apart(&self) -> bool {
        false
    }

    /// Totals of the state at a time (s) from which steps of a length (s) lead on, computed where it lives, to the digits of its arithmetic; `None` where
    /// they are best computed from [`Backend::enthalpy`].
    ///
    /// # Errors
    /// If the device fails.
    fn survey(&mut self, time: f64, step: f64) -> Result<Option<Survey>, BackendError> {
        let _ = (time, step);
        Ok(None)
    }

    /// What the second law says of the state at a time (s) and of its next explicit step (s; 0: none), judged where the state lives, to the
    /// digits of its arithmetic; `None` where that is best done with [`Backend::enthalpy`].
    ///
    /// # Errors
    /// If the device fails.
    fn second_law(&mut self, time: f64, step: f64) -> Result<Option<SecondLaw>, BackendError> {
        let _ = (time, step);
        Ok(None)
    }

    /// Maps of the state at a time (s), computed where it lives; what is absent is best computed from
    /// [`Backend::enthalpy`].
    ///
    /// # Errors
    /// If the device fails.
    fn maps(&mut self, time: f64, wanted: Wanted) -> Result<Maps, BackendError> {
        let _ = (time, wanted);
        Ok(Maps::default())
    }

    /// What whole numbers can be checked by; `None` where the state is held in others.
    ///
    /// # Errors
    /// If the device fails.
    fn proof(&mut self) -> Result<Option<Proof>, BackendError> {
        Ok(None)
    }

    /// The enthalpies of some cells, K.
    ///
    /// # Errors
    /// If the device fails.
    fn cells(&mut self, cells: &[u32]) -> Result<Vec<f64>, BackendError> {
        let all = self.enthalpy()?;
        Ok(cells.iter().map(|&cell| all[cell as usize]).collect())
    }
}
