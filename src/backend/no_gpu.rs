//! What stands in for [`gpu`](super) in a build without the feature `gpu`: the same face, and no device behind it.

#[path = "gpu/error.rs"]
mod error;

pub use error::GpuError;

use super::{BackendError, BackendInfo, Precision, Selection, cpu, cpu::Cpu};
use crate::conduction::Conduction;
use crate::coupled::linear;
use crate::kinetic::domain::Domain;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::steady::{Elsewhere, Moments};
use crate::kinetic::gas::survey::Units;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::march::OnCpu;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::Passes;
use crate::kinetic::sweep::{Laps, WallState};
use crate::kinetic::tally::Tally;
use crate::steady::CpuSolver;
use serde::Serialize;
use std::fmt;

fn absent() -> GpuError {
    GpuError::NoDevice { reason: "this build is without the feature `gpu`".to_owned(), found: String::new() }
}

/// An adapter; there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeviceSummary {
    /// Whether it is the one that is chosen of itself.
    pub chosen: bool,
}

impl fmt::Display for DeviceSummary {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// All adapters: none.
pub fn devices() -> Vec<DeviceSummary> {
    Vec::new()
}

/// Nothing to copy on.
///
/// # Errors
/// Always.
pub fn copy_bandwidth(_: &Selection, _: u64) -> Result<f64, GpuError> {
    Err(absent())
}

/// Explicit stepping on a GPU: refused.
#[derive(Debug)]
pub struct Gpu;

/// The same in whole numbers.
#[derive(Debug)]
pub struct Exact;

impl Exact {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    pub fn new(_: &Conduction, _: &Selection) -> Result<cpu::Exact, GpuError> {
        Err(absent())
    }
}

impl Gpu {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    #[allow(clippy::new_ret_no_self, reason = "what stands where a GPU would has the type of the CPU's")]
    pub fn new(_: &Conduction, _: &Selection) -> Result<Cpu, GpuError> {
        Err(absent())
    }

    /// There is no device to take memory on.
    ///
    /// # Errors
    /// Always.
    pub fn memory(_: &Conduction, _: Precision, _: u64) -> Result<u64, GpuError> {
        Err(absent())
    }
}

/// Linear systems on a GPU: refused.
#[derive(Debug)]
pub struct Linear;

impl Linear {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    #[allow(clippy::new_ret_no_self, reason = "what stands where a GPU would has the type of the CPU's")]
    pub fn new(_: &Selection) -> Result<CpuSolver, GpuError> {
        Err(absent())
    }
}

/// Linear systems of coupled transport on a GPU: refused.
#[derive(Debug)]
pub struct Coupled;

impl Coupled {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    #[allow(clippy::new_ret_no_self, reason = "what stands where a GPU would has the type of the CPU's")]
    pub fn new(_: &Selection) -> Result<linear::CpuSolver, GpuError> {
        Err(absent())
    }
}

/// Carriers in flight on a GPU: refused.
#[derive(Debug)]
pub struct Carriers;

impl Carriers {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    #[allow(clippy::new_ret_no_self, reason = "what stands where a GPU would has the type of the CPU's")]
    pub fn new(_: &Domain, _: &Driving, _: &Ordinates, _: &[f64], _: &Selection) -> Result<OnCpu, GpuError> {
        Err(absent())
    }

    /// There is no device to take memory on.
    ///
    /// # Errors
    /// Always.
    pub fn memory(_: &Domain, _: &Driving, _: &Ordinates, _: u64) -> Result<u64, GpuError> {
        Err(absent())
    }
}

/// Passes of carriers on a GPU: refused.
#[derive(Debug)]
pub enum Flights {}

impl Flights {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    pub fn new(_: &Domain, _: &Ordinates, _: &Selection) -> Result<Flights, GpuError> {
        Err(absent())
    }

    /// There is no device to take memory on.
    ///
    /// # Errors
    /// Always.
    pub fn memory(_: &Domain, _: &Ordinates, _: u64) -> Result<u64, GpuError> {
        Err(absent())
    }
}

impl Passes for Flights {
    fn pass(&mut self, _: usize, _: &[f64], _: &mut WallState, _: Laps) -> Result<Tally, BackendError> {
        match *self {}
    }

    fn info(&self) -> BackendInfo {
        match *self {}
    }
}

/// A gas on its way on a GPU: refused.
#[derive(Debug)]
pub struct Gas;

impl Gas {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    #[allow(clippy::new_ret_no_self, reason = "what stands where a GPU would has the type of the CPU's")]
    pub fn new(
        _: (&Vessel, &Units, &Driving),
        _: &Velocities,
        _: &[f64],
        _: &Selection,
    ) -> Result<gas::march::OnCpu, GpuError> {
        Err(absent())
    }

    /// There is no device to take memory on.
    ///
    /// # Errors
    /// Always.
    pub fn memory(_: &Vessel, _: &Driving, _: &Velocities, _: u64) -> Result<u64, GpuError> {
        Err(absent())
    }
}

/// Passes of a gas on a GPU: refused.
#[derive(Debug)]
pub enum Molecules {}

impl Molecules {
    /// There is no GPU.
    ///
    /// # Errors
    /// Always.
    pub fn new(_: &Vessel, _: &Velocities, _: &Selection) -> Result<Molecules, GpuError> {
        Err(absent())
    }

    /// There is no device to take memory on.
    ///
    /// # Errors
    /// Always.
    pub fn memory(_: &Vessel, _: &Velocities, _: u64) -> Result<u64, GpuError> {
        Err(absent())
    }
}

impl Elsewhere for Molecules {
    fn pass(
        &mut self,
        _: &Moments,
        _: &mut gas::pass::WallState,
        _: gas::pass::Laps,
    ) -> Result<gas::tally::Tally, BackendError> {
        match *self {}
    }

    fn info(&self) -> BackendInfo {
        match *self {}
    }
}
