//! The buffers of a gas on its way, the kernels bound to them, and the order in which they run.

use crate::backend::gpu::carriers::layout::{Layout, WallInfo};
use crate::backend::gpu::carriers::passes::MOST_GROUPS;
use crate::backend::gpu::carriers::program::{draft, kernel, values};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::kernel::Slot::{
    After, Ambient, Before, CellInfos, Gathered, Hits, Looks, Meeting, Mirrors, NextCarried, Numbers, Row, Slab, Tally,
    Walls,
};
use crate::backend::gpu::kernel::{Kernel, Part, Slot, parts};
use crate::backend::gpu::program::Draft;
use crate::backend::gpu::shader::Pipeline;
use crate::expression::DeviceCode;
use crate::kinetic::gas::faces::Moments;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::quadrature::Ordinates;
use wgpu::{BindGroup, Buffer, BufferUsages, CommandEncoder, ComputePass};

/// Bytes of all rows of signals that are uploaded together.
const ROWS_BYTES: u64 = 1 << 20;

const ARRIVE: Kernel = kernel(
    "arrive",
    parts::GAS_ARRIVE,
    &[Slab, Ambient, CellInfos, Walls, Numbers, Before],
    &[NextCarried, Gathered, Hits],
);
const MEET: Kernel =
    kernel("meet", parts::GAS_MEET, &[Slab, Ambient, CellInfos, Walls, Numbers, Gathered], &[NextCarried, Meeting]);
const MEET_WALLS: Kernel = kernel(
    "meet_walls",
    parts::GAS_MEET_WALLS,
    &[Slab, Ambient, Walls, Numbers, Gathered],
    &[NextCarried, Meeting, After, Tally],
);
const BOUNCE: Kernel = kernel(
    "bounce",
    parts::GAS_BOUNCE,
    &[Slab, Ambient, Walls, Mirrors, Numbers, Hits, Meeting],
    &[NextCarried, After],
);
const CROSS: Kernel = kernel(
    "cross_faces",
    parts::GAS_CROSS,
    &[Slab, Ambient, CellInfos, Walls, Numbers, After, Meeting],
    &[NextCarried, Gathered],
);
const RENEW: Kernel = kernel("renew", parts::GAS_RENEW, &[Slab, Walls, Numbers], &[NextCarried, Ambient, Gathered]);
const LOOK: Kernel =
    kernel("look", parts::GAS_LOOK, &[Slab, Ambient, CellInfos, Walls, Numbers], &[NextCarried, Looks]);
const MISSED: Kernel =
    kernel("missed", parts::GAS_MISSED, &[Slab, Ambient, Walls, Numbers, After, Meeting], &[NextCarried, Looks]);
const RESTATE: Kernel =
    kernel("restate", parts::GAS_RESTATE, &[Slab, Ambient, CellInfos, Walls, Numbers], &[NextCarried]);
const DRIVE: Kernel = kernel("drive", parts::DRIVE_WALLS, &[Slab, Row, Numbers], &[Walls]);

/// How many numbers the buffers hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Of a velocity in a cell: what it stores, and what leaves along each axis, of all distributions.
    pub planes: usize,
    pub held: usize,
    pub kinds: usize,
    pub sums: usize,
    pub hits: usize,
    pub faces: usize,
    pub entrances: usize,
    pub looks: usize,
}

impl Sizes {
    pub fn new(vessel: &Vessel, layout: &Layout, planes: usize) -> Sizes {
        let kinds = Moments::zero(vessel).kind.len();
        let (held, axes, walls) = (vessel.parts().count(), layout.axes.len(), layout.walls.len());
        let mirrored = layout.directions() * layout.slots * held;
        Sizes {
            planes,
            held,
            kinds,
            sums: layout.parts * (2 * axes + 1) * kinds * layout.cells,
            hits: mirrored,
            faces: (axes * layout.cells + walls) * kinds,
            entrances: walls + mirrored,
            looks: (2 * layout.cells).max(walls),
        }
    }

    /// Bytes of everything on the device.
    pub fn bytes(&self, layout: &Layout) -> u64 {
        let state = layout.directions() * self.planes * layout.cells;
        let others = self.sums + self.hits + self.faces + 2 * self.entrances + self.looks;
        4 * (state + others + (4 * self.kinds + 2) * layout.cells + 20 * layout.walls.len()) as u64
    }
}

/// A kernel bound to slabs (or the first alone), for both parities.
struct Bound {
    pipeline: Pipeline,
    groups: [u32; 3],
    bind_groups: Vec<[BindGroup; 2]>,
}

impl Bound {
    fn encode(&self, pass: &mut ComputePass, slab: usize, parity: usize, offset: &[u32]) {
        pass.set_pipeline(&self.pipeline.pipeline);
        pass.set_bind_group(0, &self.bind_groups[slab][parity], offset);
        let [x, y, z] = self.groups;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// All buffers and kernels.
pub(super) struct Kernels {
    pub slabs: Vec<Buffer>,
    pub ambient: Buffer,
    pub numbers: Buffer,
    pub entrances: [Buffer; 2],
    pub faces: Buffer,
    pub looks: Buffer,
    pub tally: Buffer,
    pub row: Buffer,
    pub row_stride: u64,
    /// Rows of signals that are uploaded together.
    pub rows: u64,
    /// What depends on time alone.
    pub code: DeviceCode,
    drive: Option<Bound>,
    arrive: Bound,
    meet: Bound,
    meet_walls: Option<Bound>,
    bounce: Option<Bound>,
    cross: Bound,
    renew: Bound,
    look: Bound,
    missed: Option<Bound>,
    restate: Bound,
}

/// The shaders, in the order above.
pub(super) struct Drafts {
    drive: Option<Draft>,
    meeting: [Draft; 4],
    crossing: [Draft; 2],
    others: [Draft; 3],
    code: DeviceCode,
}

pub(super) fn drafts(layout: &Layout, constants: &str) -> Drafts {
    let mut code = DeviceCode::default();
    let driven = values(layout, &mut code);
    let of = |kernel: &Kernel, more: &[Part], generated: &str| draft(kernel, more, &[constants, generated].concat());
    let gas = [parts::MOMENTS, parts::GAS];
    let sums = [parts::MOMENTS, parts::GAS, parts::TWO_SUM, parts::INCREASED_COMPENSATED];
    Drafts {
        drive: layout.is_driven().then(|| of(&DRIVE, &[parts::PLACE, parts::FUNCTIONS], &driven)),
        meeting: [of(&ARRIVE, &gas, ""), of(&MEET, &gas, ""), of(&MEET_WALLS, &sums, ""), of(&BOUNCE, &gas, "")],
        crossing: [of(&CROSS, &gas, ""), of(&RENEW, &sums, "")],
        others: [of(&LOOK, &gas, ""), of(&MISSED, &gas, ""), of(&RESTATE, &gas, "")],
        code,
    }
}

impl Drafts {
    /// All of them.
    #[cfg(test)]
    pub fn all(self) -> impl Iterator<Item = Draft> {
        self.meeting.into_iter().chain(self.crossing).chain(self.others).chain(self.drive)
    }
}

impl Kernels {
    /// Compiles the kernels and takes the memory.
    pub fn new(
        device: &Device,
        vessel: &Vessel,
        all: &Ordinates,
        (layout, sizes): (&Layout, &Sizes),
        numbers: &[f32],
        constants: &str,
    ) -> Result<Kernels, GpuError> {
        let floats = |label: &str, count: usize| device.storage(label, 4 * count.max(1) as u64);
        let (mut walls, mut mirrors) = layout.wall_infos(&vessel.domain, all);
        walls.push(WallInfo::default());
        mirrors.push(0);
        let Drafts { drive, meeting, crossing, others, code } = drafts(layout, constants);
        let row_bytes = 4 * code.signals.len().max(1) as u64;
        let alignment = u64::from(device.device.limits().min_storage_buffer_offset_alignment);
        let row_stride = row_bytes.next_multiple_of(alignment);
        let rows = (ROWS_BYTES.min(device.max_binding) / row_stride).max(1);
        let of_slab = |r: &crate::backend::gpu::carriers::layout::Rows| {
            floats("velocities", (r.end - r.first) * sizes.planes * layout.cells)
        };
        let slabs = layout.slabs.iter().map(of_slab).collect::<Result<Vec<_>, _>>()?;
        let uniforms = layout.slabs.iter().map(|rows| {
            let range = [rows.first as u32, rows.first as u32, rows.end as u32, 0];
            let uniform = device.buffer("rows of a slab", 16, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
            device.write(&uniform, bytemuck::cast_slice(&range))?;
            Ok(uniform)
        });
        let buffers = Buffers {
            uniforms: uniforms.collect::<Result<Vec<_>, GpuError>>()?,
            slabs,
            ambient: floats("moments", 4 * sizes.kinds * layout.cells)?,
            cells: device.filled("cells", bytemuck::cast_slice(&layout.cell_infos(&vessel.domain)))?,
            walls: device.filled("walls", bytemuck::cast_slice(&walls))?,
            mirrors: device.filled("mirrors", bytemuck::cast_slice(&mirrors))?,
            numbers: device.filled("numbers", bytemuck::cast_slice(numbers))?,
            entrances: [floats("entrances", sizes.entrances)?, floats("entrances", sizes.entrances)?],
            sums: floats("sums", sizes.sums)?,
            hits: floats("hits", sizes.hits)?,
            faces: floats("faces", sizes.faces)?,
            looks: floats("looks", sizes.looks)?,
            tally: floats("tally", 2 * layout.walls.len())?,
            row: device.storage("rows", row_stride * if layout.is_driven() { rows } else { 1 })?,
            row_bytes,
        };
        let bind =
            |draft: &Draft, slabs: usize, threads: usize, z: usize| buffers.bind(device, draft, slabs, [threads, z]);
        let (cells, count) = (layout.cells, layout.walls.len());
        let all_slabs = layout.slabs.len();
        let [arrive, meet, meet_walls, bounce] = &meeting;
        let [cross, renew] = &crossing;
        let [look, missed, restate] = &others;
        let at_walls = |draft: &Draft, slabs: usize| (count > 0).then(|| bind(draft, slabs, count, 1)).transpose();
        let bounce = match layout.slots {
            0 => None,
            slots => {
                let mut bound = bind(bounce, 1, slots, 1)?;
                bound.groups = [Layout::groups(slots), layout.directions() as u32, 1];
                Some(bound)
            }
        };
        Ok(Kernels {
            drive: drive.map(|drive| bind(&drive, 1, count, 1)).transpose()?,
            arrive: bind(arrive, all_slabs, cells, layout.parts)?,
            meet: bind(meet, 1, cells, 1)?,
            meet_walls: at_walls(meet_walls, 1)?,
            bounce,
            cross: bind(cross, all_slabs, cells, layout.parts)?,
            renew: bind(renew, 1, cells, 1)?,
            look: bind(look, all_slabs, cells, 1)?,
            missed: at_walls(missed, all_slabs)?,
            restate: bind(restate, all_slabs, cells, 1)?,
            slabs: buffers.slabs,
            ambient: buffers.ambient,
            numbers: buffers.numbers,
            entrances: buffers.entrances,
            faces: buffers.faces,
            looks: buffers.looks,
            tally: buffers.tally,
            row: buffers.row,
            row_stride,
            rows,
            code,
        })
    }

    /// Dispatches of a step.
    pub fn dispatches(&self) -> u64 {
        5 + 2 * self.slabs.len() as u64
    }

    /// Records steps.
    pub fn steps(&self, encoder: &mut CommandEncoder, parity: &mut usize, steps: u64) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for n in 0..steps {
            self.meet(&mut pass, *parity, (n * self.row_stride) as u32);
            self.cross(&mut pass, *parity);
            *parity = 1 - *parity;
        }
    }

    /// Records the first half of a step.
    pub fn meeting(&self, encoder: &mut CommandEncoder, parity: usize) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.meet(&mut pass, parity, 0);
    }

    /// Records the second half of a step.
    pub fn crossing(&self, encoder: &mut CommandEncoder, parity: usize) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.cross(&mut pass, parity);
    }

    fn meet(&self, pass: &mut ComputePass, parity: usize, row: u32) {
        if let Some(drive) = &self.drive {
            drive.encode(pass, 0, parity, &[row]);
        }
        (0..self.slabs.len()).for_each(|slab| self.arrive.encode(pass, slab, parity, &[]));
        self.meet.encode(pass, 0, parity, &[]);
        for kernel in self.meet_walls.iter().chain(&self.bounce) {
            kernel.encode(pass, 0, parity, &[]);
        }
    }

    fn cross(&self, pass: &mut ComputePass, parity: usize) {
        (0..self.slabs.len()).for_each(|slab| self.cross.encode(pass, slab, parity, &[]));
        self.renew.encode(pass, 0, parity, &[]);
    }

    /// Records what is asked for between steps.
    pub fn look(&self, encoder: &mut CommandEncoder) {
        self.ask(&self.look, encoder, 0);
    }

    /// Records what walls miss in the middle of a step.
    pub fn missed(&self, encoder: &mut CommandEncoder, parity: usize) {
        if let Some(missed) = &self.missed {
            self.ask(missed, encoder, parity);
        }
    }

    fn ask(&self, kernel: &Bound, encoder: &mut CommandEncoder, parity: usize) {
        encoder.clear_buffer(&self.looks, 0, None);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        (0..self.slabs.len()).for_each(|slab| kernel.encode(&mut pass, slab, parity, &[]));
    }

    /// Records the change to another step.
    pub fn restate(&self, encoder: &mut CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        (0..self.slabs.len()).for_each(|slab| self.restate.encode(&mut pass, slab, 0, &[]));
    }
}

struct Buffers {
    uniforms: Vec<Buffer>,
    slabs: Vec<Buffer>,
    ambient: Buffer,
    cells: Buffer,
    walls: Buffer,
    mirrors: Buffer,
    numbers: Buffer,
    entrances: [Buffer; 2],
    sums: Buffer,
    hits: Buffer,
    faces: Buffer,
    looks: Buffer,
    tally: Buffer,
    row: Buffer,
    row_bytes: u64,
}

impl Buffers {
    fn bind(&self, device: &Device, draft: &Draft, slabs: usize, [threads, z]: [usize; 2]) -> Result<Bound, GpuError> {
        let pipeline = draft.compile(device)?;
        let refused = |error| GpuError::Refused(format!("kernel {}: {error}", draft.kernel.entry));
        let of_slab = |slab: usize| {
            [0, 1].map(|parity| pipeline.bind(device, self.row_bytes, |slot| self.of(slot, slab, parity)))
        };
        let bind_groups = device.scoped(|| (0..slabs).map(of_slab).collect()).map_err(refused)?;
        let groups = Layout::groups(threads);
        let x = groups.min(MOST_GROUPS);
        Ok(Bound { pipeline, groups: [x, groups.div_ceil(x), z as u32], bind_groups })
    }

    fn of(&self, slot: Slot, slab: usize, parity: usize) -> &Buffer {
        match slot {
            Slab => &self.uniforms[slab],
            NextCarried => &self.slabs[slab],
            Ambient => &self.ambient,
            CellInfos => &self.cells,
            Walls => &self.walls,
            Mirrors => &self.mirrors,
            Numbers => &self.numbers,
            Before => &self.entrances[parity],
            After => &self.entrances[1 - parity],
            Gathered => &self.sums,
            Hits => &self.hits,
            Meeting => &self.faces,
            Looks => &self.looks,
            Tally => &self.tally,
            Row => &self.row,
            other => unreachable!("no kernel of a gas sees {other:?}"),
        }
    }
}
