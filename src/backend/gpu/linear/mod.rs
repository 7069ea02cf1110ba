//! Linear systems of steady states on a GPU: multigrid-preconditioned conjugate gradients in f32, wholly on the device, refined
//! on the host by residuals in f64. So the answer has the digits of f64, or the CPU takes over.

mod coupled;
mod cycle;
mod kernels;
mod levels;

use super::device::Device;
use super::error::GpuError;
use super::pace::Pace;
use crate::backend::{BackendInfo, Precision, Resolution, Selection};
use crate::multigrid::Hierarchy;
use crate::multigrid::cg;
use crate::multigrid::matrix::Matrix;
use crate::multigrid::refinement::{self, Correct};
use crate::steady::{CpuSolver, LINEAR_ITERATIONS, LinearSolver};
use cycle::Cycle;
use kernels::{Kernels, SCALARS, Scalar};
use levels::Levels;
use std::time::Instant;

pub use coupled::Coupled;
#[cfg(test)]
pub(super) use kernels::drafts;

/// Most iterations of one submission.
const TOGETHER: u64 = 4;

/// Most iterations of one correction: each brings the residual down several times, or f32 is at its end.
const MOST: usize = 60;

/// Solves linear systems on a GPU. Where that fails, or f32 has too few digits, the CPU goes on from what was reached.
pub struct Linear {
    device: Device,
    kernels: Kernels,
    system: Option<System>,
    fallback: Option<String>,
}

/// A system on the device.
struct System {
    levels: Levels,
    cycle: Cycle,
    pace: Pace,
}

impl Linear {
    /// Opens the selected adapter, or else the best GPU.
    ///
    /// # Errors
    /// If no adapter is meant, or it cannot run the kernels.
    pub fn new(selection: &Selection) -> Result<Linear, GpuError> {
        let device = Device::open(selection, Precision::F32)?;
        let kernels = Kernels::new(&device)?;
        Ok(Linear { device, kernels, system: None, fallback: None })
    }

    /// Bytes that a system takes on the device.
    pub fn memory(matrix: &Matrix, hierarchy: &Hierarchy) -> u64 {
        levels::bytes(matrix, hierarchy)
    }

    /// Solves as [`cg::solve`] does, wholly by corrections from the device.
    ///
    /// # Errors
    /// If the device fails, or is too small.
    pub fn refine(
        &mut self,
        matrix: &Matrix,
        hierarchy: &Hierarchy,
        rhs: &[f64],
        x: &mut [f64],
        tolerance: f64,
    ) -> Result<cg::Outcome, GpuError> {
        let system = match &mut self.system {
            Some(system) => system,
            none => none.insert(System::new(&self.device, &self.kernels, matrix, hierarchy)?),
        };
        let mut corrections = Corrections { device: &self.device, kernels: &self.kernels, system };
        refinement::solve(matrix, rhs, x, tolerance, LINEAR_ITERATIONS, &mut corrections)
    }

    /// Destroys the device, as a driver's reset would.
    #[cfg(test)]
    pub(super) fn lose(&self) {
        self.device.device.destroy();
    }
}

impl LinearSolver for Linear {
    fn renewed(&mut self) {
        self.system = None;
    }

    fn solve(&mut self, matrix: &Matrix, hierarchy: &Hierarchy, rhs: &[f64], x: &mut [f64], tolerance: f64) -> usize {
        let mut made = 0;
        if self.fallback.is_none() {
            let start = x.to_vec();
            match self.refine(matrix, hierarchy, rhs, x, tolerance) {
                Ok(outcome) if outcome.converged => return outcome.iterations,
                Ok(outcome) => {
                    made = outcome.iterations;
                    self.fallback = Some(format!(
                        "f32 has too few digits for this system: the residual stayed at {:.1e}, not {tolerance:.1e}",
                        outcome.residual
                    ));
                }
                Err(error) => self.fallback = Some(cause(&self.device, error).to_string()),
            }
            self.system = None;
            if !x.iter().all(|x| x.is_finite()) {
                x.copy_from_slice(&start);
            }
        }
        made + CpuSolver.solve(matrix, hierarchy, rhs, x, tolerance)
    }

    fn info(&self) -> BackendInfo {
        info(&self.device, self.fallback.as_deref())
    }

    fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }
}

/// A lost device first refuses one call or another; that it was lost it tells when polled.
fn cause(device: &Device, error: GpuError) -> GpuError {
    let _ = device.device.poll(wgpu::PollType::Poll);
    match device.check() {
        Err(lost @ GpuError::Lost(_)) => lost,
        _ => error,
    }
}

/// What solved the systems, the CPU where it took over for a reason.
fn info(device: &Device, fallback: Option<&str>) -> BackendInfo {
    let info = &device.info;
    if let Some(reason) = fallback {
        let note = format!("the CPU took over from {}: {reason}", info.name);
        return BackendInfo { notes: vec![note], ..CpuSolver.info() };
    }
    BackendInfo {
        kind: "gpu",
        adapter: info.name.clone(),
        api: info.backend.to_string(),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
        precision: Precision::F64.name(),
        resolution: Resolution::DOUBLE,
        kernel: String::new(),
        notes: vec!["linear systems are solved on the device in f32 and refined in f64".into()],
    }
}

impl System {
    fn new(device: &Device, kernels: &Kernels, matrix: &Matrix, hierarchy: &Hierarchy) -> Result<System, GpuError> {
        let levels = Levels::new(device, matrix, hierarchy)?;
        let cycle = device
            .scoped(|| Cycle::new(device, kernels, &levels))
            .map_err(|error| GpuError::Refused(format!("linear solver: {error}")))?;
        let pace = Pace::new(cycle.len() as u64, TOGETHER);
        Ok(System { levels, cycle, pace })
    }
}

/// Corrections from the device.
struct Corrections<'a> {
    device: &'a Device,
    kernels: &'a Kernels,
    system: &'a mut System,
}

impl Correct for Corrections<'_> {
    type Error = GpuError;

    fn find(&mut self, residual: &[f64], reduction: f64, correction: &mut [f64]) -> Result<usize, GpuError> {
        let largest = residual.iter().fold(0.0_f64, |a, r| a.max(r.abs()));
        let scale = largest.log2().round().exp2();
        let rhs: Vec<f32> = residual.iter().map(|r| (r / scale) as f32).collect();
        let mut square: f64 = rhs.iter().map(|&r| f64::from(r).powi(2)).sum();
        // The device compares in f32.
        let target = f64::from((square * reduction * reduction) as f32);
        let mut scalars = [0.0_f32; SCALARS];
        scalars[Scalar::Square as usize] = square as f32;
        scalars[Scalar::Target as usize] = target as f32;
        self.start(&rhs, &scalars)?;
        let mut iterations = 0;
        while square > target && iterations < MOST {
            let before = iterations;
            let together = self.system.pace.steps();
            let begun = Instant::now();
            let scalars = self.advance(together)?;
            self.system.pace.record(together, begun.elapsed());
            iterations = scalars[Scalar::Iterations as usize] as usize;
            square = f64::from(scalars[Scalar::Square as usize]);
            // A direction that brings nothing ends it as well.
            if iterations == before {
                break;
            }
        }
        self.read(scale, correction)?;
        Ok(iterations)
    }
}

impl Corrections<'_> {
    fn start(&self, rhs: &[f32], scalars: &[f32]) -> Result<(), GpuError> {
        let level = &self.system.levels.levels[0];
        self.device.write(&level.rhs, bytemuck::cast_slice(rhs))?;
        self.device.write(&level.scalars, bytemuck::cast_slice(scalars))?;
        let mut encoder = self.device.encoder();
        encoder.clear_buffer(&level.solution, 0, None);
        if let Some(fine) = &level.fine {
            encoder.clear_buffer(&fine.carry, 0, None);
        }
        self.device.submit(encoder);
        Ok(())
    }

    /// Makes so many iterations, and tells the numbers that steer them.
    fn advance(&self, iterations: u64) -> Result<Vec<f32>, GpuError> {
        let mut encoder = self.device.encoder();
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for _ in 0..iterations {
            self.system.cycle.encode(self.kernels, &mut pass);
        }
        drop(pass);
        let index = self.device.submit(encoder);
        self.device.wait(index)?;
        self.floats(&self.system.levels.levels[0].scalars, SCALARS)
    }

    /// The solution, in both its parts.
    fn read(&self, scale: f64, correction: &mut [f64]) -> Result<(), GpuError> {
        let level = &self.system.levels.levels[0];
        let factor = scale * self.system.levels.scale;
        correction.fill(0.0);
        for part in [Some(&level.solution), level.fine.as_ref().map(|fine| &fine.carry)].into_iter().flatten() {
            let values = self.floats(part, correction.len())?;
            correction.iter_mut().zip(values).for_each(|(c, v)| *c += factor * f64::from(v));
        }
        Ok(())
    }

    fn floats(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<f32>, GpuError> {
        let bytes = self.device.read(buffer, 0, 4 * count as u64)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
    }
}
