//! Linear systems of coupled transport on a GPU: GMRES in f32, preconditioned by the K-cycles of every quantity, all vectors on the
//! device, refined on the host by residuals in f64. The host sees the few numbers that an iteration projects by, and no vector.

use super::super::device::Device;
use super::super::error::GpuError;
use super::super::kernel::{Kernel, Slot};
use super::cycle::{Cycle, bind_group, over};
use super::kernels::{self, Kernels, MOST_PARTIALS, SCALARS, Scalar, summing_groups};
use super::levels::{Levels, shape};
use super::{cause, info};
use crate::backend::{BackendInfo, Precision, Selection};
use crate::coupled::krylov::Triangle;
use crate::coupled::linear::{CpuSolver, LINEAR_ITERATIONS, Pattern, Preconditioner, Solver, System};
use crate::multigrid::vector::{add_scaled, norm};
use std::sync::Arc;
use wgpu::{BindGroup, Buffer};

/// Bytes of a number, and of an index.
const WORD: u64 = 4;

/// Iterations of conjugate gradients on every quantity alone, each with one K-cycle.
const ALONE: usize = 2;

/// Most iterations of one correction, all of which keep their vectors.
const MOST: usize = 30;

/// What one correction is asked to leave of the residual: the least, and the most.
const REDUCTION: [f64; 2] = [1e-4, 0.1];

/// A correction that leaves more than this does not help; the second in a row ends the search.
const HELPS: f64 = 0.5;

/// A solution that leaves more is none: the CPU takes over.
const SERVES: f64 = 1e-2;

/// Solves the systems of coupled transport on a GPU. Where that fails, or f32 has too few digits, the CPU takes over.
pub struct Coupled {
    device: Device,
    kernels: Kernels,
    loaded: Option<Loaded>,
    fallback: Option<String>,
}

impl Coupled {
    /// Opens the selected adapter, or else the best GPU.
    ///
    /// # Errors
    /// If no adapter is meant, or it cannot run the kernels.
    pub fn new(selection: &Selection) -> Result<Coupled, GpuError> {
        let device = Device::open(selection, Precision::F32)?;
        let kernels = Kernels::new(&device)?;
        Ok(Coupled { device, kernels, loaded: None, fallback: None })
    }

    /// Solves by corrections from the device: the solution, the iterations, and what is left of the weighted right-hand side.
    ///
    /// # Errors
    /// If the device fails, or is too small.
    pub fn refine(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> Result<(Vec<f64>, usize, f64), GpuError> {
        let (device, kernels) = (&self.device, &self.kernels);
        let serves = |loaded: &Loaded| Arc::ptr_eq(&loaded.pattern, &system.matrix.pattern);
        let mut loaded = match self.loaded.take().filter(serves) {
            Some(loaded) => loaded,
            None => Loaded::new(device, system)?,
        };
        loaded.take(device, kernels, system)?;
        let mut solution = vec![0.0; rhs.len()];
        let whole = norm(&system.weighted(rhs));
        let (mut left, mut product) = (rhs.to_vec(), vec![0.0; rhs.len()]);
        let (mut made, mut useless, mut last) = (0, 0, f64::INFINITY);
        let part = loop {
            let weighted = system.weighted(&left);
            let part = if whole > 0.0 { norm(&weighted) / whole } else { 0.0 };
            useless = if part <= HELPS * last { 0 } else { useless + 1 };
            last = part;
            if part <= tolerance || useless == 2 || made >= LINEAR_ITERATIONS || !part.is_finite() {
                break part;
            }
            let reduction = (0.5 * tolerance / part).clamp(REDUCTION[0], REDUCTION[1]);
            let (correction, iterations) = loaded.correct(device, kernels, &weighted, reduction)?;
            made += iterations;
            add_scaled(&mut solution, 1.0, &correction);
            system.matrix.multiply(&solution, &mut product);
            left.copy_from_slice(rhs);
            add_scaled(&mut left, -1.0, &product);
        };
        self.loaded = Some(loaded);
        Ok((solution, made, part))
    }

    /// Destroys the device, as a driver's reset would.
    #[cfg(test)]
    pub(in super::super) fn lose(&self) {
        self.device.device.destroy();
    }
}

impl Solver for Coupled {
    fn solve(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> (Vec<f64>, usize) {
        if self.fallback.is_none() {
            match self.refine(system, rhs, tolerance) {
                Ok((solution, iterations, left)) if left <= SERVES => return (solution, iterations),
                Ok((_, _, left)) => {
                    let reason = "f32 has too few digits for this system: the residual stayed at";
                    self.fallback = Some(format!("{reason} {left:.1e}, not {tolerance:.1e}"));
                }
                Err(error) => self.fallback = Some(cause(&self.device, error).to_string()),
            }
            self.loaded = None;
        }
        CpuSolver.solve(system, rhs, tolerance)
    }

    fn info(&self) -> BackendInfo {
        info(&self.device, self.fallback.as_deref())
    }

    fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }
}

/// A vector of all unknowns, and the numbers of its projection.
struct Vector {
    values: Buffer,
    scalars: Buffer,
}

/// A dispatch.
struct Command {
    kernel: usize,
    bind_group: BindGroup,
    groups: u32,
}

/// A quantity alone.
struct Block {
    levels: Levels,
    cycle: Cycle,
}

/// A system on the device.
struct Loaded {
    pattern: Arc<Pattern>,
    preconditioner: Option<Arc<Preconditioner>>,
    blocks: Vec<Block>,
    /// Per quantity: what a unit of a solution from the device is.
    units: Vec<f64>,
    rows: u32,
    uniform: Buffer,
    partials: Buffer,
    places: Buffer,
    weights: Buffer,
    /// What conjugate gradients start with.
    fresh: Buffer,
    solution: Buffer,
    /// Orthonormal directions, of which each iteration adds one.
    basis: Vec<Vector>,
    /// The same, preconditioned.
    searched: Vec<Buffer>,
    /// Per iteration: what follows the preconditioner.
    iterations: Vec<Vec<Command>>,
    /// Per iteration: its part of the solution.
    parts: Vec<Command>,
}

impl Loaded {
    fn new(device: &Device, system: &System) -> Result<Loaded, GpuError> {
        let pattern = Arc::clone(&system.matrix.pattern);
        let rows = pattern.rows() as u32;
        let places = [pattern.starts.as_slice(), &pattern.bases, &pattern.columns].concat();
        let weights = (pattern.columns.len() + pattern.bases.len()) as u64;
        let bytes = WORD * (places.len() as u64 + weights + 8 * u64::from(rows));
        device.admit(bytes)?;
        let mut scalars = [0.0_f32; SCALARS];
        scalars[Scalar::Square as usize] = 1.0;
        let mut loaded = Loaded {
            preconditioner: None,
            blocks: Vec::new(),
            units: Vec::new(),
            rows,
            uniform: shape(device, rows, pattern.count() as u32)?,
            partials: device.storage("sums", u64::from(MOST_PARTIALS) * 4 * WORD)?,
            places: device.filled("pattern", bytemuck::cast_slice(&places))?,
            weights: device.storage("weights", weights * WORD)?,
            fresh: device.filled("fresh scalars", bytemuck::cast_slice(&scalars))?,
            solution: device.storage("solution", u64::from(rows) * WORD)?,
            basis: Vec::new(),
            searched: Vec::new(),
            iterations: Vec::new(),
            parts: Vec::new(),
            pattern,
        };
        loaded.basis.push(loaded.vector(device)?);
        Ok(loaded)
    }

    fn vector(&self, device: &Device) -> Result<Vector, GpuError> {
        Ok(Vector {
            values: device.storage("direction", u64::from(self.rows) * WORD)?,
            scalars: device.storage("scalars", SCALARS as u64 * WORD)?,
        })
    }

    /// Uploads the numbers of a system, and its preconditioner where that is another one.
    fn take(&mut self, device: &Device, kernels: &Kernels, system: &System) -> Result<(), GpuError> {
        let same = self.preconditioner.as_ref().is_some_and(|own| Arc::ptr_eq(own, &system.preconditioner));
        if !same {
            self.preconditioner = None;
            self.blocks.clear();
            for (matrix, hierarchy) in &system.preconditioner.operators {
                let levels = Levels::new(device, matrix, hierarchy)?;
                let cycle = device
                    .scoped(|| Cycle::new(device, kernels, &levels))
                    .map_err(|error| GpuError::Refused(format!("linear solver: {error}")))?;
                self.blocks.push(Block { levels, cycle });
            }
            self.preconditioner = Some(Arc::clone(&system.preconditioner));
        }
        // balances by their weights, unknowns so that each quantity alone is what its levels hold
        self.units = self.blocks.iter().zip(&system.weights).map(|(block, w)| block.levels.scale / w).collect();
        let (matrix, count) = (&system.matrix, self.pattern.count());
        let quantity = |row: usize| (0..count).find(|&q| self.pattern.range(q).contains(&row)).unwrap_or(0);
        let mut numbers = vec![0.0_f32; matrix.weights.len() + matrix.excess.len()];
        for row in 0..self.pattern.rows() {
            let weight = system.weights[quantity(row)];
            for q in 0..count {
                let (part, factor) = (row * count + q, weight * self.units[q]);
                numbers[matrix.weights.len() + part] = (matrix.excess[part] * factor) as f32;
                let entries = self.pattern.starts[part] as usize..self.pattern.starts[part + 1] as usize;
                for (number, weight) in numbers[entries.clone()].iter_mut().zip(&matrix.weights[entries]) {
                    *number = (weight * factor) as f32;
                }
            }
        }
        device.write(&self.weights, bytemuck::cast_slice(&numbers))
    }

    /// One correction from GMRES: solves for a weighted residual until so much of it is left, as well as it can.
    fn correct(
        &mut self,
        device: &Device,
        kernels: &Kernels,
        residual: &[f64],
        reduction: f64,
    ) -> Result<(Vec<f64>, usize), GpuError> {
        let size = norm(residual);
        let start: Vec<f32> = residual.iter().map(|r| (r / size) as f32).collect();
        device.write(&self.basis[0].values, bytemuck::cast_slice(&start))?;
        let mut triangle = Triangle::new(1.0);
        for k in 0..MOST {
            self.prepare(device, kernels, k)?;
            let column = self.iterate(device, kernels, k)?;
            if !triangle.push(column) || triangle.left() <= reduction {
                break;
            }
        }
        let shares = triangle.solve();
        let mut encoder = device.encoder();
        encoder.clear_buffer(&self.solution, 0, None);
        device.submit(encoder);
        for (share, vector) in shares.iter().zip(&self.basis) {
            let mut scalars = [0.0_f32; SCALARS];
            scalars[Scalar::OfKnown as usize] = *share as f32;
            scalars[Scalar::OfResult as usize] = 1.0;
            device.write(&vector.scalars, bytemuck::cast_slice(&scalars))?;
        }
        let mut encoder = device.encoder();
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.parts[..shares.len()].iter().for_each(|part| part.encode(kernels, &mut pass));
        drop(pass);
        device.submit(encoder);
        let bytes = device.read(&self.solution, 0, u64::from(self.rows) * WORD)?;
        let values = bytes.as_chunks::<4>().0.iter().map(|&b| f64::from(f32::from_le_bytes(b)));
        let mut correction: Vec<f64> = values.collect();
        for (q, unit) in self.units.iter().enumerate() {
            correction[self.pattern.range(q)].iter_mut().for_each(|v| *v *= unit * size);
        }
        Ok((correction, shares.len()))
    }

    /// Makes what an iteration needs, once.
    fn prepare(&mut self, device: &Device, kernels: &Kernels, k: usize) -> Result<(), GpuError> {
        if self.iterations.len() > k {
            return Ok(());
        }
        self.basis.push(self.vector(device)?);
        self.searched.push(device.storage("search", u64::from(self.rows) * WORD)?);
        let made = device.scoped(|| self.commands(device, kernels, k));
        let (commands, part) = made.map_err(|error| GpuError::Refused(format!("linear solver: {error}")))?;
        self.iterations.push(commands);
        self.parts.push(part);
        Ok(())
    }

    /// What follows the preconditioner, and what adds the share of the iteration to the solution.
    fn commands(&self, device: &Device, kernels: &Kernels, k: usize) -> (Vec<Command>, Command) {
        let command = |kernel: &Kernel, groups: u32, buffers: &[(Slot, &Buffer)]| {
            let (place, pipeline) = kernels.find(kernel);
            let find = |slot: Slot| match slot {
                Slot::Slab => &self.uniform,
                Slot::Partials => &self.partials,
                Slot::Pattern => &self.places,
                Slot::Weights => &self.weights,
                _ => buffers.iter().find(|(s, _)| *s == slot).map(|b| b.1).expect("all that a kernel sees is named"),
            };
            Command { kernel: place, bind_group: bind_group(device, pipeline, find), groups }
        };
        let (rows, sums) = (over(self.rows), summing_groups(self.rows));
        let (next, searched) = (&self.basis[k + 1], &self.searched[k]);
        let mut commands =
            vec![command(&kernels::COUPLE, rows, &[(Slot::Known, searched), (Slot::Result, &next.values)])];
        for other in &self.basis[..=k] {
            let blend = [(Slot::Known, &other.values), (Slot::Scalars, &other.scalars), (Slot::Result, &next.values)];
            commands.extend([
                command(&kernels::DOT, sums, &[(Slot::Known, &other.values), (Slot::Other, &next.values)]),
                command(&kernels::PROJECT, 1, &[(Slot::Scalars, &other.scalars)]),
                command(&kernels::BLEND, rows, &blend),
            ]);
        }
        let blend =
            [(Slot::Known, &self.basis[0].values), (Slot::Scalars, &next.scalars), (Slot::Result, &next.values)];
        commands.extend([
            command(&kernels::DOT, sums, &[(Slot::Known, &next.values), (Slot::Other, &next.values)]),
            command(&kernels::NORMALISE, 1, &[(Slot::Scalars, &next.scalars)]),
            command(&kernels::BLEND, rows, &blend),
        ]);
        let own = &self.basis[k].scalars;
        let part = [(Slot::Known, searched), (Slot::Scalars, own), (Slot::Result, &self.solution)];
        (commands, command(&kernels::BLEND, rows, &part))
    }

    /// One iteration: what its product has along every direction so far, and beside them.
    fn iterate(&self, device: &Device, kernels: &Kernels, k: usize) -> Result<Vec<f64>, GpuError> {
        let mut encoder = device.encoder();
        for (q, block) in self.blocks.iter().enumerate() {
            let level = &block.levels.levels[0];
            let range = self.pattern.range(q);
            let (from, bytes) = (WORD * range.start as u64, WORD * range.len() as u64);
            encoder.copy_buffer_to_buffer(&self.basis[k].values, from, &level.rhs, 0, bytes);
            encoder.copy_buffer_to_buffer(&self.fresh, 0, &level.scalars, 0, WORD * SCALARS as u64);
            encoder.clear_buffer(&level.solution, 0, None);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            (0..ALONE).for_each(|_| block.cycle.encode(kernels, &mut pass));
            drop(pass);
            encoder.copy_buffer_to_buffer(&level.solution, 0, &self.searched[k], from, bytes);
        }
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.iterations[k].iter().for_each(|command| command.encode(kernels, &mut pass));
        drop(pass);
        device.submit(encoder);
        let at = |vector: &'_ Vector, scalar: Scalar| (vector.scalars.clone(), WORD * scalar as u64);
        let mut places: Vec<(Buffer, u64)> = self.basis[..=k].iter().map(|v| at(v, Scalar::Length)).collect();
        places.push(at(&self.basis[k + 1], Scalar::Square));
        let places: Vec<(&Buffer, u64, u64)> = places.iter().map(|(buffer, from)| (buffer, *from, WORD)).collect();
        let bytes = device.collect(&places)?;
        let mut column: Vec<f64> = bytes.as_chunks::<4>().0.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect();
        if let Some(last) = column.last_mut() {
            *last = last.sqrt();
        }
        Ok(column)
    }
}

impl Command {
    fn encode(&self, kernels: &Kernels, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&kernels.at(self.kernel).pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.dispatch_workgroups(self.groups, 1, 1);
    }
}
