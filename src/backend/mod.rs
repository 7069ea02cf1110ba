//! Where a state lives and is advanced: the CPU or a GPU.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
pub mod gpu;

use crate::conduction::Conduction;
use crate::coupled::linear::Linear;
use crate::diagnostics::maps::{Maps, Wanted};
use crate::diagnostics::second_law::SecondLaw;
use crate::diagnostics::survey::Survey;
use crate::exact::{self, Body, ExactError};
use crate::inertia::Heats;
use crate::kinetic::domain::Domain;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::steady::Elsewhere;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::march::{March, OnCpu};
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::Passes;
use crate::kinetic::transient::Transient;
use crate::legendre::SuperStep;
use crate::oblique::Unreachable;
use crate::steady::{CpuSolver, LinearSolver};
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

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// The best real GPU, else the CPU.
    Auto,
    /// A GPU.
    Gpu,
    /// The CPU.
    #[default]
    Cpu,
}

/// Number format of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bit, compensated.
    F32,
    /// 64 bit.
    F64,
}

impl Precision {
    /// Name of the type in WGSL, and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }
}

/// What to compute with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Where.
    pub kind: Kind,
    /// GPU by number or part of its name.
    pub adapter: Option<String>,
    /// Number format; none: f64 on the CPU, f32 on a GPU.
    pub precision: Option<Precision>,
    /// Whether steps are made in whole numbers ([`crate::exact`]) instead.
    pub exact: bool,
    /// Largest binding that may be used, bytes; none: what the device allows.
    pub max_binding: Option<u64>,
    /// How a GPU makes explicit steps.
    pub stepping: Stepping,
    /// Whether such steps in f32 may forget what rounding takes, which is faster.
    pub plain_sums: bool,
}

/// How a GPU makes explicit steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stepping {
    /// As the next, unless the device is software, which waits for arithmetic and not for memory.
    #[default]
    Usual,
    /// Several in one pass through memory where every cell is one of a few kinds, else one.
    Several,
    /// One in a pass, by the same kernel: the same bits.
    One,
}

/// Opens what solves the linear systems of steady states; `note` is told what was chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot be opened.
pub fn open_linear(selection: &Selection, note: &mut dyn FnMut(&str)) -> Result<Box<dyn LinearSolver>, BackendError> {
    match selection.kind {
        Kind::Cpu => Ok(Box::new(CpuSolver)),
        Kind::Gpu => Ok(Box::new(gpu::Linear::new(selection)?)),
        Kind::Auto => match gpu::Linear::new(selection) {
            Ok(gpu) => Ok(Box::new(gpu)),
            Err(reason) => {
                note_cpu(&reason, note);
                Ok(Box::new(CpuSolver))
            }
        },
    }
}

/// Opens what solves the linear systems of coupled transport; `note` is told what was chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot be opened.
pub fn open_coupled(selection: &Selection, note: &mut dyn FnMut(&str)) -> Result<Linear, BackendError> {
    if selection.exact {
        return Err(ExactError::NotCovered("linear systems").into());
    }
    match selection.kind {
        Kind::Cpu => Ok(Linear::on_cpu()),
        Kind::Gpu => Ok(Linear::new(Box::new(gpu::Coupled::new(selection)?))),
        Kind::Auto => match gpu::Coupled::new(selection) {
            Ok(gpu) => Ok(Linear::new(Box::new(gpu))),
            Err(reason) => {
                note_cpu(&reason, note);
                Ok(Linear::on_cpu())
            }
        },
    }
}

/// Opens what takes carriers through time, in equilibrium at a temperature per cell (deviation, K); `note` is told what was chosen
/// and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot hold the carriers.
pub fn open_carriers(
    selection: &Selection,
    (domain, driving): (&Domain, &Driving),
    ordinates: Ordinates,
    initial: &[f64],
    note: &mut dyn FnMut(&str),
) -> Result<Box<dyn March>, BackendError> {
    let reason = match selection.kind {
        Kind::Cpu => None,
        Kind::Gpu | Kind::Auto => match gpu::Carriers::new(domain, driving, &ordinates, initial, selection) {
            Ok(gpu) => return Ok(Box::new(gpu)),
            Err(reason) if selection.kind == Kind::Gpu => return Err(reason.into()),
            Err(reason) => Some(reason),
        },
    };
    if let Some(reason) = reason {
        note_cpu(&reason, note);
    }
    Ok(Box::new(OnCpu::new(Transient::new(domain.clone(), ordinates, initial), driving)))
}

/// Opens what makes the passes of a steady state of carriers; none: they are made on the CPU in f64. `note` is told what was chosen and why
/// where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot hold the carriers.
pub fn open_passes(
    selection: &Selection,
    domain: &Domain,
    ordinates: &Ordinates,
    note: &mut dyn FnMut(&str),
) -> Result<Option<Box<dyn Passes>>, BackendError> {
    let gpu = elsewhere(selection, || gpu::Flights::new(domain, ordinates, selection), note)?;
    Ok(gpu.map(|gpu| Box::new(gpu) as Box<dyn Passes>))
}

/// Opens what makes the passes of a steady gas; none: they are made on the CPU in f64. `note` is told what was chosen and why where that
/// is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot hold the gas.
pub fn open_molecules(
    selection: &Selection,
    vessel: &Vessel,
    velocities: &Velocities,
    note: &mut dyn FnMut(&str),
) -> Result<Option<Box<dyn Elsewhere>>, BackendError> {
    let gpu = elsewhere(selection, || gpu::Molecules::new(vessel, velocities, selection), note)?;
    Ok(gpu.map(|gpu| Box::new(gpu) as Box<dyn Elsewhere>))
}

/// What is opened on a GPU, if it is to be one.
fn elsewhere<T>(
    selection: &Selection,
    open: impl FnOnce() -> Result<T, gpu::GpuError>,
    note: &mut dyn FnMut(&str),
) -> Result<Option<T>, BackendError> {
    if selection.kind == Kind::Cpu {
        return Ok(None);
    }
    match open() {
        Ok(gpu) => Ok(Some(gpu)),
        Err(reason) if selection.kind == Kind::Gpu => Err(reason.into()),
        Err(reason) => {
            note_cpu(&reason, note);
            Ok(None)
        }
    }
}

fn note_cpu(reason: &dyn std::fmt::Display, note: &mut dyn FnMut(&str)) {
    note(&format!("computing on the CPU: {}", reason.to_string().lines().next().unwrap_or_default()));
}

/// Opens a backend in the problem's initial state; `note` is told what was chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot hold or compute the problem.
pub fn open(
    selection: &Selection,
    conduction: &Conduction,
    note: &mut dyn FnMut(&str),
) -> Result<Box<dyn Backend>, BackendError> {
    let cpu = || -> Result<Box<dyn Backend>, BackendError> {
        Ok(match selection.precision {
            _ if selection.exact => Box::new(cpu::Exact::new(conduction.clone())?),
            Some(Precision::F32) => Box::new(cpu::Single::new(conduction.clone())?),
            _ => Box::new(cpu::Cpu::new(conduction.clone())),
        })
    };
    let gpu = || -> Result<Box<dyn Backend>, BackendError> {
        Ok(match selection.exact {
            true => Box::new(gpu::Exact::new(conduction, selection)?),
            false => Box::new(gpu::Gpu::new(conduction, selection)?),
        })
    };
    match selection.kind {
        Kind::Cpu => cpu(),
        Kind::Gpu => gpu(),
        Kind::Auto => gpu().or_else(|reason| {
            note_cpu(&reason, note);
            cpu()
        }),
    }
}
