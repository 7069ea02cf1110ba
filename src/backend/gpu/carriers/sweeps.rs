//! Sweeps on a GPU, for whatever flies: every direction is swept by a workgroup of its own, front by front, as many directions
//! together as fit one binding. The rest are sums over directions, and what leaves at walls in each.

use super::layout::{Layout, WallInfo};
use super::program::{self, Swept};
use crate::backend::BackendInfo;
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::kernel::Slot;
use crate::backend::gpu::shader::{LINE, Pipeline};
use crate::kinetic::domain::Domain;
use crate::kinetic::quadrature::Ordinates;
use wgpu::{BindGroup, Buffer, BufferUsages};

/// What the directions of one dispatch may take, bytes.
const TOGETHER: u64 = 1 << 30;

/// Directions of one dispatch at most: workgroups along an axis.
const MOST_ROWS: usize = 65_535;

/// How many numbers the buffers hold; of `held` distributions in every direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub held: usize,
    /// Lines of cells along all axes.
    pub lines: usize,
    /// Directions that are swept together.
    pub rows: usize,
    /// Coefficients.
    pub known: usize,
    /// What enters at walls.
    pub before: usize,
    /// Sums over directions.
    pub sums: usize,
}

impl Sizes {
    /// Of so many coefficients, numbers that enter in all directions alike, and sums.
    pub fn new(domain: &Domain, layout: &Layout, held: usize, numbers: [usize; 3], max_binding: u64) -> Sizes {
        let [nx, ny, nz] = domain.grid.cells();
        let lines = ny * nz + nx * nz + nx * ny;
        let [known, entering, sums] = numbers;
        let widest = 4 * (held * layout.cells.max(lines).max(layout.walls.len())) as u64;
        let rows = (max_binding.min(TOGETHER) / widest) as usize;
        let rows = rows.clamp(1, layout.directions().min(MOST_ROWS));
        Sizes { held, lines, rows, known, before: entering + held * layout.directions() * layout.slots, sums }
    }

    /// Bytes of everything on the device.
    pub fn bytes(&self, layout: &Layout) -> u64 {
        let (cells, walls) = (layout.cells, layout.walls.len());
        let rows = self.rows * self.held * (cells + self.lines + walls);
        4 * (rows + self.known + self.before + self.sums + 2 * cells + 16 * walls) as u64
    }
}

/// Rows of a band that are swept together.
struct Chunk {
    band: usize,
    start: usize,
    end: usize,
    sweep: BindGroup,
    gather: BindGroup,
}

/// The kernels with their buffers.
pub(super) struct Sweeps {
    device: Device,
    sizes: Sizes,
    sweep: Pipeline,
    gather: Pipeline,
    chunks: Vec<Chunk>,
    buffers: Buffers,
    cells: usize,
    walls: usize,
}

impl Sweeps {
    /// Compiles the kernels and takes the memory; `numbers` are the tables of directions and widths.
    pub fn new(
        device: Device,
        domain: &Domain,
        ordinates: &Ordinates,
        layout: &Layout,
        (sizes, swept): (Sizes, &Swept),
        numbers: &[f32],
    ) -> Result<Sweeps, GpuError> {
        device.admit(sizes.bytes(layout))?;
        let (cells, walls) = (layout.cells, layout.walls.len());
        let [sweep, gather] = program::sweeps(domain, layout, sizes.lines, swept);
        let floats = |label: &str, count: usize| device.storage(label, 4 * count as u64);
        let of_rows = sizes.rows * sizes.held;
        let (mut wall_infos, _) = layout.wall_infos(domain, ordinates);
        wall_infos.push(WallInfo::default());
        let buffers = Buffers {
            state: floats("carriers", of_rows * cells)?,
            lines: floats("lines", of_rows * sizes.lines)?,
            outs: floats("what leaves", of_rows * walls)?,
            known: floats("coefficients", sizes.known)?,
            before: floats("what enters", sizes.before)?,
            sums: floats("means", sizes.sums)?,
            cells: device.filled("cells", bytemuck::cast_slice(&layout.cell_infos(domain)))?,
            walls: device.filled("walls", bytemuck::cast_slice(&wall_infos))?,
            numbers: device.filled("numbers", bytemuck::cast_slice(numbers))?,
        };
        let [sweep, gather] = [sweep.compile(&device)?, gather.compile(&device)?];
        let mut chunks = Vec::new();
        for band in 0..layout.bands {
            let end = (band + 1) * layout.directions();
            for start in (band * layout.directions()..end).step_by(sizes.rows) {
                let end = end.min(start + sizes.rows);
                let range = [start as u32, start as u32, end as u32, 0];
                let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
                let uniform = device.buffer("rows of a slab", 16, usage)?;
                device.write(&uniform, bytemuck::cast_slice(&range))?;
                let bind = |pipeline: &Pipeline| {
                    device
                        .scoped(|| pipeline.bind(&device, 0, |slot| buffers.of(slot, &uniform)))
                        .map_err(|error| GpuError::Refused(format!("kernel {}: {error}", pipeline.kernel.entry)))
                };
                chunks.push(Chunk { band, start, end, sweep: bind(&sweep)?, gather: bind(&gather)? });
            }
        }
        Ok(Sweeps { device, sizes, sweep, gather, chunks, buffers, cells, walls })
    }

    /// Sets the coefficients.
    pub fn know(&self, coefficients: &[f32]) -> Result<(), GpuError> {
        self.device.write(&self.buffers.known, bytemuck::cast_slice(coefficients))
    }

    /// Sets what enters at walls.
    pub fn let_in(&self, entering: &[f32]) -> Result<(), GpuError> {
        self.device.write(&self.buffers.before, bytemuck::cast_slice(entering))
    }

    /// One lap of a band: sums over its directions, and what leaves at walls, direction by direction.
    pub fn lap(&self, band: usize) -> Result<(Vec<f32>, Vec<f32>), GpuError> {
        let of_row = self.sizes.held * self.walls;
        let mut outs = Vec::new();
        let mut encoder = self.device.encoder();
        encoder.clear_buffer(&self.buffers.sums, 0, None);
        for chunk in self.chunks.iter().filter(|c| c.band == band) {
            let rows = chunk.end - chunk.start;
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.sweep.pipeline);
            pass.set_bind_group(0, &chunk.sweep, &[]);
            pass.dispatch_workgroups(rows as u32, 1, 1);
            pass.set_pipeline(&self.gather.pipeline);
            pass.set_bind_group(0, &chunk.gather, &[]);
            let groups = (self.cells as u32).div_ceil(LINE);
            let x = groups.min(super::passes::MOST_GROUPS);
            pass.dispatch_workgroups(x, groups.div_ceil(x), 1);
            drop(pass);
            let index = self.device.submit(std::mem::replace(&mut encoder, self.device.encoder()));
            self.device.wait(index)?;
            outs.extend(super::floats(&self.device, &self.buffers.outs, rows * of_row)?);
        }
        Ok((super::floats(&self.device, &self.buffers.sums, self.sizes.sums)?, outs))
    }

    /// What makes the passes; `less` tells what is subtracted from what flies.
    pub fn info(&self, less: &str) -> BackendInfo {
        super::info(&self.device, vec![format!("passes are made on the device in f32, less {less}")])
    }
}

struct Buffers {
    state: Buffer,
    lines: Buffer,
    outs: Buffer,
    known: Buffer,
    before: Buffer,
    sums: Buffer,
    cells: Buffer,
    walls: Buffer,
    numbers: Buffer,
}

impl Buffers {
    fn of<'a>(&'a self, slot: Slot, uniform: &'a Buffer) -> &'a Buffer {
        match slot {
            Slot::Slab => uniform,
            Slot::Carried => &self.state,
            Slot::Lines => &self.lines,
            Slot::Outs => &self.outs,
            Slot::Known => &self.known,
            Slot::Before => &self.before,
            Slot::Gathered => &self.sums,
            Slot::CellInfos => &self.cells,
            Slot::Walls => &self.walls,
            Slot::Numbers => &self.numbers,
            other => unreachable!("no sweep sees {other:?}"),
        }
    }
}
