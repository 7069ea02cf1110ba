//! What to compute with, and opening it.

use super::{Backend, BackendError, cpu, gpu};
use crate::conduction::Conduction;
use crate::coupled::linear::Linear;
use crate::exact::ExactError;
use crate::kinetic::domain::Domain;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::steady::Elsewhere;
use crate::kinetic::gas::survey::Units;
use crate::kinetic::gas::transient::Transient as GasTransient;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::march::{March, OnCpu};
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::Passes;
use crate::kinetic::transient::Transient;
use crate::steady::{CpuSolver, LinearSolver};
use std::fmt::Display;

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
    /// Whether explicit steps in f32 may forget what rounding takes, which is faster.
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

/// What opens on a GPU; none where the CPU is to compute, or must because no GPU can: `note` is told why.
fn on_gpu<T, E: Display + Into<BackendError>>(
    selection: &Selection,
    open: impl FnOnce() -> Result<T, E>,
    note: &mut dyn FnMut(&str),
) -> Result<Option<T>, BackendError> {
    if selection.kind == Kind::Cpu {
        return Ok(None);
    }
    match open() {
        Ok(gpu) => Ok(Some(gpu)),
        Err(reason) if selection.kind == Kind::Gpu => Err(reason.into()),
        Err(reason) => {
            note(&format!("computing on the CPU: {}", reason.to_string().lines().next().unwrap_or_default()));
            Ok(None)
        }
    }
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
    let gpu = || -> Result<Box<dyn Backend>, BackendError> {
        Ok(match selection.exact {
            true => Box::new(gpu::Exact::new(conduction, selection)?),
            false => Box::new(gpu::Gpu::new(conduction, selection)?),
        })
    };
    if let Some(gpu) = on_gpu(selection, gpu, note)? {
        return Ok(gpu);
    }
    Ok(match selection.precision {
        _ if selection.exact => Box::new(cpu::Exact::new(conduction.clone())?),
        Some(Precision::F32) => {
            let single = cpu::Single::new(conduction.clone())?;
            Box::new(if selection.plain_sums { single.forgetting() } else { single })
        }
        _ => Box::new(cpu::Cpu::new(conduction.clone())),
    })
}

/// Opens what solves the linear systems of steady states; `note` is told what was chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot be opened.
pub fn open_linear(selection: &Selection, note: &mut dyn FnMut(&str)) -> Result<Box<dyn LinearSolver>, BackendError> {
    Ok(match on_gpu(selection, || gpu::Linear::new(selection), note)? {
        Some(gpu) => Box::new(gpu),
        None => Box::new(CpuSolver),
    })
}

/// Opens what solves the linear systems of coupled transport; `note` is told what was chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot be opened.
pub fn open_coupled(selection: &Selection, note: &mut dyn FnMut(&str)) -> Result<Linear, BackendError> {
    if selection.exact {
        return Err(ExactError::NotCovered("linear systems").into());
    }
    let gpu = on_gpu(selection, || gpu::Coupled::new(selection), note)?;
    Ok(gpu.map_or_else(Linear::on_cpu, |gpu| Linear::new(Box::new(gpu))))
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
    let gpu = || gpu::Carriers::new(domain, driving, &ordinates, initial, selection);
    Ok(match on_gpu(selection, gpu, note)? {
        Some(gpu) => Box::new(gpu),
        None => Box::new(OnCpu::new(Transient::new(domain.clone(), ordinates, initial), driving)),
    })
}

/// Opens what takes a gas through time, at rest under one pressure at a temperature per cell (deviation, K); `note` is told what was
/// chosen and why where that is not plain.
///
/// # Errors
/// If a GPU was asked for and there is none, or it cannot hold the gas.
pub fn open_gas(
    selection: &Selection,
    flying: (&Vessel, &Units, &Driving),
    velocities: Velocities,
    initial: &[f64],
    note: &mut dyn FnMut(&str),
) -> Result<Box<dyn March>, BackendError> {
    if let Some(gpu) = on_gpu(selection, || gpu::Gas::new(flying, &velocities, initial, selection), note)? {
        return Ok(Box::new(gpu));
    }
    let (vessel, units, driving) = flying;
    Ok(Box::new(gas::march::OnCpu::new(GasTransient::new(vessel.clone(), velocities, initial), *units, driving)))
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
    let gpu = on_gpu(selection, || gpu::Flights::new(domain, ordinates, selection), note)?;
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
    let gpu = on_gpu(selection, || gpu::Molecules::new(vessel, velocities, selection), note)?;
    Ok(gpu.map(|gpu| Box::new(gpu) as Box<dyn Elsewhere>))
}
