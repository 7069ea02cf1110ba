//! The buffers of carriers, the kernels bound to them, and the order in which they run.

use super::layout::{Layout, WallInfo};
use super::program::Drafts;
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::kernel::Slot;
use crate::backend::gpu::program::Draft;
use crate::backend::gpu::shader::Pipeline;
use crate::kinetic::domain::Domain;
use crate::kinetic::quadrature::Ordinates;
use wgpu::{BindGroup, Buffer, BufferUsages, CommandEncoder, ComputePass};

/// Workgroups of a dispatch along one axis.
pub(super) const MOST_GROUPS: u32 = 65535;

/// Bytes of all rows of signals that are uploaded together.
const ROWS_BYTES: u64 = 1 << 20;

/// Which buffer holds which slab of the state, and which what enters at walls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Slab n is in buffer n + this, counted round.
    shift: usize,
    parity: usize,
}

impl Turn {
    /// After a step.
    pub(super) fn next(&mut self, slabs: usize) {
        self.shift = (self.shift + slabs) % (slabs + 1);
        self.parity = 1 - self.parity;
    }

    /// Which of `buffers` holds a slab.
    pub(super) fn holds(self, slab: usize, buffers: usize) -> usize {
        (slab + self.shift) % buffers
    }

    /// What enters at walls was written to this one half a step ago.
    pub(super) fn parity(self) -> usize {
        self.parity
    }
}

/// What a dispatch works on.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Range {
    first: u32,
    start: u32,
    end: u32,
    zero: u32,
}

/// A kernel bound to slabs (or none), in every turn.
struct Bound {
    pipeline: Pipeline,
    groups: [u32; 3],
    /// Per range, shift and parity.
    bind_groups: Vec<Vec<[BindGroup; 2]>>,
}

impl Bound {
    fn encode(&self, pass: &mut ComputePass, range: usize, turn: Turn, offset: &[u32]) {
        let of_range = &self.bind_groups[range];
        pass.set_pipeline(&self.pipeline.pipeline);
        pass.set_bind_group(0, &of_range[turn.shift % of_range.len()][turn.parity], offset);
        let [x, y, z] = self.groups;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// All buffers and kernels.
pub(super) struct Passes {
    /// One more than there are slabs.
    pub states: Vec<Buffer>,
    pub ambient: Buffer,
    pub goals: Buffer,
    pub numbers: Buffer,
    pub entrances: [Buffer; 2],
    pub tally: Buffer,
    pub looks: Buffer,
    pub heated: Buffer,
    pub row: Buffer,
    pub row_stride: u64,
    /// Rows that are uploaded together.
    pub rows: u64,
    drive: Option<Bound>,
    arrive: Bound,
    meet: Bound,
    meet_walls: Option<Bound>,
    bounce: Option<Bound>,
    cross: Bound,
    renew: Bound,
    renew_walls: Option<Bound>,
    look: Bound,
    unrest: Bound,
    restate: Bound,
    /// Per band: the ranges of `look` and `unrest` that belong to it.
    of_band: Vec<std::ops::Range<usize>>,
    slabs: usize,
}

/// Rows of a slab for one dispatch.
struct Job {
    slab: usize,
    start: usize,
    end: usize,
}

impl Passes {
    pub(super) fn new(
        device: &Device,
        layout: &Layout,
        drafts: &Drafts,
        domain: &Domain,
        ordinates: &Ordinates,
    ) -> Result<Passes, GpuError> {
        let floats = |label: &str, count: usize| device.storage(label, 4 * count as u64);
        let states = (0..=layout.slabs.len())
            .map(|_| floats("carriers", layout.longest() * layout.cells))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut walls, mut mirrors) = layout.wall_infos(domain, ordinates);
        if walls.is_empty() {
            walls.push(WallInfo::default());
        }
        mirrors.push(0);
        let numbers = layout.numbers(domain, ordinates, 0.0, 0.0);
        let row_bytes = 4 * drafts.code.signals.len().max(1) as u64;
        let alignment = u64::from(device.device.limits().min_storage_buffer_offset_alignment);
        let row_stride = row_bytes.next_multiple_of(alignment);
        let rows = (ROWS_BYTES.min(device.max_binding) / row_stride).max(1);
        let driven = layout.is_driven();
        let of_cells = |count: usize| if driven { count * layout.cells } else { 1 };
        let cell_values = if driven { &layout.cell_values[..] } else { &[u32::MAX] };
        let buffers = Buffers {
            states,
            ambient: floats("temperatures", 4 * layout.cells)?,
            goals: floats("goals", layout.goals().max(4))?,
            cells: device.filled("cells", bytemuck::cast_slice(&layout.cell_infos(domain)))?,
            walls: device.filled("walls", bytemuck::cast_slice(&walls))?,
            mirrors: device.filled("mirrors", bytemuck::cast_slice(&mirrors))?,
            numbers: device.filled("numbers", bytemuck::cast_slice(&numbers))?,
            entrances: [floats("entrances", layout.entrances())?, floats("entrances", layout.entrances())?],
            sums: floats("sums", layout.sums())?,
            hits: floats("hits", layout.hits())?,
            faces: floats("faces", layout.faces())?,
            tally: floats("tally", layout.tally())?,
            looks: floats("looks", layout.looks())?,
            source_of: device.filled("values", bytemuck::cast_slice(cell_values))?,
            heated: floats("heated", of_cells(2))?,
            row: device.storage("rows", row_stride * if driven { rows } else { 1 })?,
            row_bytes,
        };
        let whole: Vec<Job> = layout
            .slabs
            .iter()
            .enumerate()
            .map(|(slab, rows)| Job { slab, start: rows.first, end: rows.end })
            .collect();
        let directions = layout.directions();
        let mut of_band = Vec::new();
        let mut by_band: Vec<Job> = Vec::new();
        for band in 0..layout.bands {
            let before = by_band.len();
            for (slab, rows) in layout.slabs.iter().enumerate() {
                let (start, end) = (rows.first.max(band * directions), rows.end.min((band + 1) * directions));
                if start < end {
                    by_band.push(Job { slab, start, end });
                }
            }
            of_band.push(before..by_band.len());
        }
        let once = [Job { slab: 0, start: 0, end: 0 }];
        let binder = Binder { device, layout, buffers: &buffers };
        let cells = layout.cells;
        let walls = layout.walls.len();
        let each = |draft: &Draft, jobs: &[Job], threads: usize, z: usize| binder.bind(draft, jobs, threads, z);
        let maybe = |draft: &Option<Draft>, threads: usize, z: usize| {
            draft.as_ref().map(|draft| each(draft, &once, threads, z)).transpose()
        };
        let bounce = match maybe(&drafts.bounce, layout.slots, 1)? {
            Some(mut bounce) => {
                bounce.groups = [Layout::groups(layout.slots), directions as u32, 1];
                Some(bounce)
            }
            None => None,
        };
        let passes = Passes {
            drive: maybe(&drafts.drive, cells.max(walls), 1)?,
            arrive: each(&drafts.arrive, &whole, cells, layout.parts)?,
            meet: each(&drafts.meet, &once, cells, 1)?,
            meet_walls: maybe(&drafts.meet_walls, walls, 1)?,
            bounce,
            cross: each(&drafts.cross, &whole, cells, layout.parts)?,
            renew: each(&drafts.renew, &once, cells, 1)?,
            renew_walls: maybe(&drafts.renew_walls, walls, 1)?,
            look: each(&drafts.look, &by_band, cells, 1)?,
            unrest: each(&drafts.unrest, &by_band, cells, 1)?,
            restate: each(&drafts.restate, &whole, cells, 1)?,
            of_band,
            slabs: layout.slabs.len(),
            states: buffers.states,
            ambient: buffers.ambient,
            goals: buffers.goals,
            numbers: buffers.numbers,
            entrances: buffers.entrances,
            tally: buffers.tally,
            looks: buffers.looks,
            heated: buffers.heated,
            row: buffers.row,
            row_stride,
            rows,
        };
        Ok(passes)
    }

    /// Dispatches of a step.
    pub(super) fn dispatches(&self) -> u64 {
        6 + 2 * self.slabs as u64
    }

    /// Records steps.
    pub(super) fn steps(&self, encoder: &mut CommandEncoder, turn: &mut Turn, steps: u64) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for n in 0..steps {
            self.meet(&mut pass, *turn, (n * self.row_stride) as u32);
            self.cross(&mut pass, *turn);
            turn.next(self.slabs);
        }
    }

    /// Records the first half of a step.
    pub(super) fn meeting(&self, encoder: &mut CommandEncoder, turn: Turn, row: u32) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.meet(&mut pass, turn, row);
    }

    /// Records the second half of a step.
    pub(super) fn crossing(&self, encoder: &mut CommandEncoder, turn: Turn) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.cross(&mut pass, turn);
    }

    fn meet(&self, pass: &mut ComputePass, turn: Turn, row: u32) {
        if let Some(drive) = &self.drive {
            drive.encode(pass, 0, turn, &[row]);
        }
        (0..self.slabs).for_each(|slab| self.arrive.encode(pass, slab, turn, &[]));
        self.meet.encode(pass, 0, turn, &[]);
        for kernel in self.meet_walls.iter().chain(&self.bounce) {
            kernel.encode(pass, 0, turn, &[]);
        }
    }

    fn cross(&self, pass: &mut ComputePass, turn: Turn) {
        // from the first on, so that every slab finds the buffer before its own free, and sums keep their order
        (0..self.slabs).for_each(|slab| self.cross.encode(pass, slab, turn, &[]));
        for kernel in std::iter::once(&self.renew).chain(&self.renew_walls) {
            kernel.encode(pass, 0, turn, &[]);
        }
    }

    /// Records what a band tells in the middle of a step.
    pub(super) fn look(&self, encoder: &mut CommandEncoder, turn: Turn, band: usize) {
        self.ask(&self.look, encoder, turn, band);
    }

    /// Records what a band tells between steps.
    pub(super) fn unrest(&self, encoder: &mut CommandEncoder, turn: Turn, band: usize) {
        self.ask(&self.unrest, encoder, turn, band);
    }

    fn ask(&self, kernel: &Bound, encoder: &mut CommandEncoder, turn: Turn, band: usize) {
        encoder.clear_buffer(&self.looks, 0, None);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.of_band[band].clone().for_each(|range| kernel.encode(&mut pass, range, turn, &[]));
    }

    /// Records the change to another time step.
    pub(super) fn restate(&self, encoder: &mut CommandEncoder, turn: Turn) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        (0..self.slabs).for_each(|slab| self.restate.encode(&mut pass, slab, turn, &[]));
    }
}

struct Buffers {
    states: Vec<Buffer>,
    ambient: Buffer,
    goals: Buffer,
    cells: Buffer,
    walls: Buffer,
    mirrors: Buffer,
    numbers: Buffer,
    entrances: [Buffer; 2],
    sums: Buffer,
    hits: Buffer,
    faces: Buffer,
    tally: Buffer,
    looks: Buffer,
    source_of: Buffer,
    heated: Buffer,
    row: Buffer,
    row_bytes: u64,
}

struct Binder<'a> {
    device: &'a Device,
    layout: &'a Layout,
    buffers: &'a Buffers,
}

impl Binder<'_> {
    fn bind(&self, draft: &Draft, jobs: &[Job], threads: usize, z: usize) -> Result<Bound, GpuError> {
        let pipeline = draft.compile(self.device)?;
        let turns = self.layout.slabs.len() + 1;
        let refused = |error| GpuError::Refused(format!("kernel {}: {error}", draft.kernel.entry));
        let mut bind_groups = Vec::new();
        for job in jobs {
            let range = Range {
                first: self.layout.slabs[job.slab].first as u32,
                start: job.start as u32,
                end: job.end as u32,
                zero: 0,
            };
            let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
            let uniform = self.device.buffer("rows of a slab", size_of::<Range>() as u64, usage)?;
            self.device.write(&uniform, bytemuck::bytes_of(&range))?;
            let of_shift =
                |shift: usize| [0, 1].map(|parity| self.bind_group(&pipeline, &uniform, job.slab, shift, parity));
            let made = self.device.scoped(|| (0..turns).map(of_shift).collect::<Vec<_>>()).map_err(refused)?;
            bind_groups.push(made);
        }
        let groups = Layout::groups(threads);
        let x = groups.min(MOST_GROUPS);
        Ok(Bound { pipeline, groups: [x, groups.div_ceil(x), z as u32], bind_groups })
    }

    fn bind_group(&self, pipeline: &Pipeline, uniform: &Buffer, slab: usize, shift: usize, parity: usize) -> BindGroup {
        let b = self.buffers;
        let state = |step: usize| &b.states[(slab + shift + step) % b.states.len()];
        let next = b.states.len() - 1;
        let in_place = pipeline.kernel.entry == "restate";
        let buffer = |slot: Slot| match slot {
            Slot::Slab => uniform,
            Slot::Carried => state(0),
            Slot::NextCarried => state(if in_place { 0 } else { next }),
            Slot::Ambient => &b.ambient,
            Slot::Goals => &b.goals,
            Slot::CellInfos => &b.cells,
            Slot::Walls => &b.walls,
            Slot::Mirrors => &b.mirrors,
            Slot::Numbers => &b.numbers,
            Slot::Before => &b.entrances[parity],
            Slot::After => &b.entrances[1 - parity],
            Slot::Gathered => &b.sums,
            Slot::Hits => &b.hits,
            Slot::Meeting => &b.faces,
            Slot::Tally => &b.tally,
            Slot::Looks => &b.looks,
            Slot::SourceOf => &b.source_of,
            Slot::Heated => &b.heated,
            Slot::Row => &b.row,
            other => unreachable!("no kernel of carriers sees {other:?}"),
        };
        let entries: Vec<_> = pipeline
            .bindings
            .iter()
            .map(|binding| {
                let whole = buffer(binding.slot).as_entire_binding();
                let resource = match (binding.slot, whole) {
                    (Slot::Row, wgpu::BindingResource::Buffer(mut part)) => {
                        part.size = std::num::NonZeroU64::new(b.row_bytes);
                        wgpu::BindingResource::Buffer(part)
                    }
                    (_, whole) => whole,
                };
                wgpu::BindGroupEntry { binding: binding.slot as u32, resource }
            })
            .collect();
        self.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(pipeline.kernel.entry),
            layout: &pipeline.layout,
            entries: &entries,
        })
    }
}
