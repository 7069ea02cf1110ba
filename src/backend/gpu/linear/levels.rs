//! The levels of a hierarchy on the device.

use super::super::device::Device;
use super::super::error::GpuError;
use super::super::kernel::Slot;
use super::super::state::SlabUniform;
use super::kernels::{MOST_PARTIALS, SCALARS};
use crate::multigrid::direct::Factors;
use crate::multigrid::matrix::Matrix;
use crate::multigrid::{Coarse, Hierarchy};
use wgpu::{Buffer, BufferUsages};

/// Bytes of a number, and of an index.
const WORD: u64 = 4;

/// Vectors of the finest level, and of each coarser one.
const VECTORS: [u64; 2] = [7, 5];

/// The buffers of one level.
pub(super) struct Level {
    pub(super) rows: u32,
    /// Rows of the next level; 0 on the last.
    pub(super) aggregates: u32,
    uniform: Buffer,
    matrix: Option<MatrixBuffers>,
    transfer: Option<Transfer>,
    inverse: Option<Buffer>,
    pub(super) scalars: Buffer,
    pub(super) rhs: Buffer,
    pub(super) solution: Buffer,
    /// First direction; on the finest level the last one.
    pub(super) first: Buffer,
    /// Its product with the matrix.
    pub(super) product: Buffer,
    pub(super) spare: Buffer,
    pub(super) fine: Option<Fine>,
}

/// What the outer iteration needs besides.
pub(super) struct Fine {
    /// What rounding took from the solution.
    pub(super) carry: Buffer,
    pub(super) preconditioned: Buffer,
}

struct MatrixBuffers {
    pattern: Buffer,
    weights: Buffer,
    diagonal: Buffer,
}

/// To the next level and back.
struct Transfer {
    aggregate: Buffer,
    members: Buffer,
}

/// All levels, the finest first. Conductances are scaled so that the largest diagonal is about 1, by a power of two.
pub(super) struct Levels {
    pub(super) levels: Vec<Level>,
    pub(super) partials: Buffer,
    /// Factor of the conductances.
    pub(super) scale: f64,
}

/// Bytes that the levels take on a device.
pub(in super::super) fn bytes(matrix: &Matrix, hierarchy: &Hierarchy) -> u64 {
    let level = |n: usize, matrix: &Matrix| {
        let (rows, entries) = (matrix.len() as u64, matrix.entries() as u64);
        let transfer = hierarchy.coarse().get(n).map_or(0, |c| 2 * rows + c.matrix().len() as u64);
        WORD * (rows * (3 + VECTORS[n.min(1)]) + 2 * entries + transfer)
    };
    let coarse = hierarchy.coarse().iter().enumerate();
    let size = hierarchy.factors().size() as u64;
    level(0, matrix) + coarse.map(|(n, c)| level(n + 1, c.matrix())).sum::<u64>() + WORD * size * size
}

impl Levels {
    /// Uploads a hierarchy.
    pub(super) fn new(device: &Device, matrix: &Matrix, hierarchy: &Hierarchy) -> Result<Levels, GpuError> {
        device.admit(bytes(matrix, hierarchy))?;
        let softest = matrix.inverse_diagonal().iter().filter(|&&d| d > 0.0).fold(f64::INFINITY, |a, &b| a.min(b));
        let scale = if softest.is_finite() { softest.log2().round().exp2() } else { 1.0 };
        let matrices = std::iter::once(matrix).chain(hierarchy.coarse().iter().map(Coarse::matrix));
        let levels = matrices
            .enumerate()
            .map(|(n, matrix)| Level::new(device, matrix, hierarchy, n, scale))
            .collect::<Result<_, _>>()?;
        let partials = device.storage("sums", u64::from(MOST_PARTIALS) * 4 * WORD)?;
        Ok(Levels { levels, partials, scale })
    }
}

impl Level {
    fn new(
        device: &Device,
        matrix: &Matrix,
        hierarchy: &Hierarchy,
        level: usize,
        scale: f64,
    ) -> Result<Level, GpuError> {
        let rows = matrix.len() as u32;
        let next = hierarchy.coarse().get(level);
        let uniform = shape(device, rows, 1)?;
        let vector = |label| device.storage(label, u64::from(rows) * WORD);
        // The last level is solved by its inverse, and multiplied by only if it is the first as well.
        let matrix = (next.is_some() || level == 0).then(|| MatrixBuffers::new(device, matrix, scale)).transpose()?;
        let inverse =
            next.is_none().then(|| device.filled("inverse", &inverse(hierarchy.factors(), scale))).transpose()?;
        let fine = (level == 0)
            .then(|| Ok(Fine { carry: vector("carry")?, preconditioned: vector("preconditioned")? }))
            .transpose()?;
        Ok(Level {
            rows,
            aggregates: next.map_or(0, |next| next.matrix().len() as u32),
            uniform,
            matrix,
            transfer: next.map(|next| Transfer::new(device, next)).transpose()?,
            inverse,
            scalars: device.storage("scalars", SCALARS as u64 * WORD)?,
            rhs: vector("right-hand side")?,
            solution: vector("solution")?,
            first: vector("direction")?,
            product: vector("product")?,
            spare: vector("spare")?,
            fine,
        })
    }

    /// What the level itself gives a kernel.
    pub(super) fn buffer(&self, slot: Slot) -> Option<&Buffer> {
        let matrix = self.matrix.as_ref();
        let transfer = self.transfer.as_ref();
        match slot {
            Slot::Slab => Some(&self.uniform),
            Slot::Pattern => matrix.map(|m| &m.pattern),
            Slot::Weights => matrix.map(|m| &m.weights),
            Slot::Diagonal => matrix.map(|m| &m.diagonal),
            Slot::Aggregate => transfer.map(|t| &t.aggregate),
            Slot::Members => transfer.map(|t| &t.members),
            Slot::Inverse => self.inverse.as_ref(),
            Slot::Scalars => Some(&self.scalars),
            Slot::Rhs => Some(&self.rhs),
            _ => None,
        }
    }
}

/// The uniform of so many rows, whose matrix couples so many quantities.
pub(super) fn shape(device: &Device, rows: u32, quantities: u32) -> Result<Buffer, GpuError> {
    let shape = SlabUniform {
        counts: [rows, quantities, 1],
        cells: rows,
        first: [0; 3],
        faces: 0,
        period: [rows as i32, 1, 1],
        zero: 0,
    };
    let bytes = bytemuck::bytes_of(&shape);
    let uniform = device.buffer("level", bytes.len() as u64, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
    device.write(&uniform, bytes)?;
    Ok(uniform)
}

impl MatrixBuffers {
    fn new(device: &Device, matrix: &Matrix, scale: f64) -> Result<MatrixBuffers, GpuError> {
        let pattern = [matrix.starts(), matrix.columns()].concat();
        let weights: Vec<f32> = matrix.conductance().iter().map(|g| (g * scale) as f32).collect();
        let diagonal: Vec<[f32; 2]> = matrix
            .excess()
            .iter()
            .zip(matrix.inverse_diagonal())
            .map(|(e, d)| [(e * scale) as f32, (d / scale) as f32])
            .collect();
        Ok(MatrixBuffers {
            pattern: device.filled("pattern", bytemuck::cast_slice(&pattern))?,
            weights: device.filled("conductances", bytemuck::cast_slice(&weights))?,
            diagonal: device.filled("diagonal", bytemuck::cast_slice(&diagonal))?,
        })
    }
}

impl Transfer {
    fn new(device: &Device, next: &Coarse) -> Result<Transfer, GpuError> {
        let members = [&[next.members().len() as u32], next.members().starts(), next.members().rows()].concat();
        Ok(Transfer {
            aggregate: device.filled("aggregates", bytemuck::cast_slice(next.aggregate()))?,
            members: device.filled("members", bytemuck::cast_slice(&members))?,
        })
    }
}

/// The inverse of the scaled last matrix, in full; zero where an insulated body is pinned.
fn inverse(factors: &Factors, scale: f64) -> Vec<u8> {
    let size = factors.size();
    let mut column = vec![0.0; size];
    let mut all: Vec<f32> = Vec::with_capacity(size * size);
    for i in 0..size {
        column.fill(0.0);
        column[i] = 1.0;
        factors.solve(&mut column);
        all.extend(column.iter().map(|v| (v / scale) as f32));
    }
    bytemuck::cast_slice(&all).to_vec()
}
