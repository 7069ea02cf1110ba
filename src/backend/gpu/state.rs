//! The buffers of one slab.

use super::audit;
use super::blocked;
use super::device::Device;
use super::error::GpuError;
use super::faces::{face_bytes, faces, wall_state_bytes, walls_of_slab};
use super::generate::{Stack, axis_families, fixed_part, has_mixed_sources};
use super::kernel::{Slot, Span};
use super::pack::Packed;
use super::program::Drafts;
use super::second_law::FOUND_BYTES;
use super::shader::{LINE, Pipeline, TILE};
use super::slab::Cut;
use crate::backend::Precision;
use crate::conduction::Conduction;
use crate::expression::Place;
use crate::problem::Problem;
use std::ops::Range;
use wgpu::{Buffer, BufferUsages};

/// The uniform `Slab` of `shaders/lib/slab.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct SlabUniform {
    pub(super) counts: [u32; 3],
    pub(super) cells: u32,
    pub(super) first: [u32; 3],
    pub(super) faces: u32,
    pub(super) period: [i32; 3],
    pub(super) zero: u32,
}

/// One slab on the device.
pub(super) struct SlabState {
    pub(super) shape: SlabUniform,
    pub(super) uniform: Buffer,
    /// Enthalpies, in turn before and after a step.
    pub(super) enthalpy: [Buffer; 2],
    temperature: Option<Buffer>,
    /// What rounding took; source heat behind it.
    pub(super) carry: Option<Buffer>,
    coefficients: Buffer,
    palette: Buffer,
    tables: Buffer,
    faces: Option<Buffer>,
    /// Heat through each wall face, J, in two parts.
    pub(super) heats: Option<Buffer>,
    pub(super) parts: Buffer,
    pub(super) totals: Buffer,
    /// What each wall face does now.
    pub(super) walls_now: Option<Buffer>,
    /// What the second law says.
    pub(super) found: Buffer,
    /// The heats that are state, their inertias, and both of walls.
    pub(super) flows: Option<Buffer>,
    pub(super) inertia: Option<Buffer>,
    pub(super) wall_flows: Option<Buffer>,
    /// Its walls within the problem's list.
    pub(super) walls: Range<usize>,
    /// What super steps need; made at the first.
    pub(super) leap: Option<LeapFields>,
}

/// The buffers of super steps.
pub(super) struct LeapFields {
    /// Changes one and two stages ago, rates of change at both ends; see [`ROLES`].
    pub(super) fields: [Buffer; 4],
    pub(super) landings: Buffer,
}

/// Which of the four fields are `Change`, `Earlier` and `Rate`; `Ahead` is the other rate. Two stages in turn, then the
/// rates at the start, and at the end after either stage.
pub(super) const ROLES: [[usize; 3]; 5] = [[0, 1, 2], [1, 0, 2], [0, 2, 3], [0, 3, 2], [1, 3, 2]];

/// What a slab takes on the device, bytes.
pub(super) struct Demand {
    carry: u64,
    cells: u64,
    coefficients: u64,
    faces: u64,
    heats: u64,
    flows: u64,
    /// Everything.
    pub(super) total: u64,
}

impl Demand {
    pub(super) fn new(conduction: &Conduction, cut: &Cut, slab: usize, stack: &Stack, precision: Precision) -> Demand {
        let number = precision.bytes();
        let cells = cut.padded(slab) as u64 * number;
        let walls = walls_of_slab(conduction, cut, slab).len() as u64;
        let carry = match (has_mixed_sources(&conduction.problem), precision) {
            (true, _) => 3 * cells,
            (false, Precision::F32) => cells,
            (false, Precision::F64) => 0,
        };
        let coefficients = stack.arrays as u64 * cells;
        let (faces, heats) = (walls * face_bytes(precision) as u64, walls * 2 * number);
        // what rounding took, before and after, where sweeps are blocked
        let carry_next =
            if precision == Precision::F32 && blocked::is_plain(conduction) { cells + cells / number } else { 0 };
        let fields = if conduction.curves.iter().any(Option::is_some) { 3 } else { 2 };
        let flows = if conduction.inertia.is_some() { 2 * stack.families as u64 * cells } else { 0 };
        let wall_heats = if conduction.inertia.is_some() { 3 } else { 1 } * heats + walls * wall_state_bytes(precision);
        let palette = cut.padded(slab) as u64 * 4;
        let total = fields * cells + carry + carry_next + coefficients + palette + faces + wall_heats + 2 * flows;
        Demand { carry, cells, coefficients, faces, heats, flows, total }
    }
}

impl SlabState {
    pub(super) fn new(
        device: &Device,
        conduction: &Conduction,
        cut: &Cut,
        slab: usize,
        drafts: &Drafts,
        precision: Precision,
    ) -> Result<SlabState, GpuError> {
        let walls = walls_of_slab(conduction, cut, slab);
        let shape = shape(conduction, cut, slab, walls.len());
        let demand = Demand::new(conduction, cut, slab, &drafts.stack, precision);
        let groups = audit::groups(shape.cells);
        let uniform =
            device.buffer("slab", size_of::<SlabUniform>() as u64, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
        device.write(&uniform, bytemuck::bytes_of(&shape))?;
        let optional =
            |label: &str, bytes: u64| if bytes > 0 { device.storage(label, bytes).map(Some) } else { Ok(None) };
        let state = SlabState {
            shape,
            uniform,
            enthalpy: [device.storage("enthalpy", demand.cells)?, device.storage("enthalpy", demand.cells)?],
            temperature: optional("temperature", if drafts.has_curves { demand.cells } else { 0 })?,
            carry: optional("carry", demand.carry)?,
            coefficients: device.storage("coefficients", demand.coefficients)?,
            palette: device.filled("palette", &palette(conduction, cut, slab))?,
            tables: device.filled("tables", &drafts.tables.bytes(&conduction.problem.grid, cut, slab))?,
            faces: optional("faces", demand.faces)?,
            heats: optional("heats", demand.heats)?,
            parts: device.storage("parts", u64::from(groups) * audit::part_bytes(precision) as u64)?,
            totals: device.storage("totals", u64::from(groups) * audit::totals_bytes(precision) as u64)?,
            walls_now: optional("walls now", walls.len() as u64 * wall_state_bytes(precision))?,
            found: device.storage("found", 2 * u64::from(groups) * FOUND_BYTES)?,
            flows: optional("flows", demand.flows)?,
            inertia: optional("inertia", demand.flows)?,
            wall_flows: optional("wall flows", if demand.flows > 0 { 2 * demand.heats } else { 0 })?,
            walls,
            leap: None,
        };
        device.write(&state.coefficients, &coefficients(conduction, cut, slab, &drafts.stack, precision))?;
        if let Some(buffer) = &state.faces {
            device.write(buffer, &faces(conduction, cut, slab, precision))?;
        }
        if let (Some(buffer), Some(inertia)) = (&state.inertia, &conduction.inertia) {
            let mut packed = Packed::new(precision);
            inertia.links.iter().for_each(|m| packed.reals(cut.pad(slab, m, 0.0).flat_map(|m| [0.0, m])));
            device.write(buffer, &packed.bytes)?;
        }
        Ok(state)
    }

    /// Makes room for super steps.
    pub(super) fn prepare_leaps(&mut self, device: &Device, precision: Precision) -> Result<(), GpuError> {
        let bytes = u64::from(self.shape.cells) * precision.bytes();
        let field = || device.storage("super step", bytes);
        let parts = u64::from(audit::groups(self.shape.cells)) * landing_bytes(precision) as u64;
        self.leap = Some(LeapFields {
            fields: [field()?, field()?, field()?, field()?],
            landings: device.storage("landings", parts)?,
        });
        Ok(())
    }

    /// Where a kernel finds a slot when the state is in `enthalpy[turn % 2]` and a super step's fields have the roles
    /// `ROLES[turn / 2]`.
    fn buffer<'a>(&'a self, slot: Slot, turn: usize, row: &'a Buffer) -> Option<&'a Buffer> {
        let now = turn % 2;
        let [change, earlier, rate] = ROLES[turn / 2];
        let field = |n: usize| self.leap.as_ref().map(|leap| &leap.fields[n]);
        match slot {
            Slot::Change => field(change),
            Slot::Earlier => field(earlier),
            Slot::Rate => field(rate),
            Slot::Ahead => field(5 - rate),
            Slot::Landings => self.leap.as_ref().map(|leap| &leap.landings),
            Slot::Slab => Some(&self.uniform),
            Slot::Row => Some(row),
            Slot::Temperature => self.temperature.as_ref().or(Some(&self.enthalpy[now])),
            Slot::Enthalpy => Some(&self.enthalpy[now]),
            Slot::Next => Some(&self.enthalpy[1 - now]),
            Slot::Carry => self.carry.as_ref(),
            Slot::Coefficients => Some(&self.coefficients),
            Slot::Palette => Some(&self.palette),
            Slot::Tables => Some(&self.tables),
            Slot::Faces => self.faces.as_ref(),
            Slot::Heats => self.heats.as_ref(),
            Slot::Parts => Some(&self.parts),
            Slot::Totals => Some(&self.totals),
            Slot::WallsNow => self.walls_now.as_ref(),
            Slot::Found => Some(&self.found),
            Slot::Flows => self.flows.as_ref(),
            Slot::Inertia => self.inertia.as_ref(),
            Slot::WallFlows => self.wall_flows.as_ref(),
            // Of the self-test and the linear solver.
            _ => None,
        }
    }

    /// Binds a kernel to this slab; none where the slab has nothing for it to do.
    pub(super) fn bind(
        &self,
        device: &Device,
        pipeline: &Pipeline,
        turn: usize,
        row: &Buffer,
        row_bytes: u64,
    ) -> Option<wgpu::BindGroup> {
        if pipeline.kernel.span == Span::Faces && self.shape.faces == 0 {
            return None;
        }
        let entries: Option<Vec<_>> = pipeline
            .bindings
            .iter()
            .map(|binding| {
                let size = if binding.slot == Slot::Row { wgpu::BufferSize::new(row_bytes) } else { None };
                let buffer = self.buffer(binding.slot, turn, row)?;
                let resource = wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: 0, size });
                Some(wgpu::BindGroupEntry { binding: binding.slot as u32, resource })
            })
            .collect();
        Some(device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(pipeline.kernel.entry),
            layout: &pipeline.layout,
            entries: &entries?,
        }))
    }

    /// Workgroups of a kernel.
    pub(super) fn groups(&self, span: Span) -> [u32; 3] {
        let lines = |threads: u32| {
            let groups = threads.div_ceil(LINE).max(1);
            let rows = groups.div_ceil(MOST_GROUPS);
            [groups.div_ceil(rows), rows, 1]
        };
        match span {
            Span::Own => {
                [self.shape.counts[0].div_ceil(TILE[0]), self.shape.counts[1].div_ceil(TILE[1]), self.shape.counts[2]]
            }
            Span::Padded => lines(self.shape.cells),
            Span::Faces => lines(self.shape.faces),
            Span::Groups => [audit::groups(self.shape.cells), 1, 1],
        }
    }
}

/// Bytes of one partial result of a landing: three numbers and two counts.
pub(super) fn landing_bytes(precision: Precision) -> usize {
    3 * precision.bytes() as usize + 2 * 4
}

/// Workgroups along one dimension of a dispatch: what every device allows.
pub(super) const MOST_GROUPS: u32 = 65_535;

fn shape(conduction: &Conduction, cut: &Cut, slab: usize, walls: usize) -> SlabUniform {
    let mut counts = conduction.problem.grid.cells();
    counts[cut.axis] = cut.slabs[slab].len();
    let ghosts = |a| if a == cut.axis { cut.ghost as u32 } else { 0 };
    SlabUniform {
        counts: counts.map(|n| n as u32),
        cells: cut.padded(slab) as u32,
        first: [0, 1, 2].map(ghosts),
        faces: walls as u32,
        period: [0, 1, 2].map(|a| if a == cut.axis { i32::MAX } else { counts[a] as i32 }),
        zero: 0,
    }
}

fn palette(conduction: &Conduction, cut: &Cut, slab: usize) -> Vec<u8> {
    let problem = &conduction.problem;
    let materials = cut.pad(slab, &problem.material, crate::problem::VOID);
    let sources = cut.pad(slab, &problem.source, 0);
    materials.zip(sources).flat_map(|(m, s)| (u32::from(m) | u32::from(s) << 8).to_le_bytes()).collect()
}

/// The centre of a cell.
fn place_of(problem: &Problem, cell: usize) -> Place {
    let centre = problem.grid.centre(problem.grid.cell(cell));
    Place { x: centre.x, y: centre.y, z: centre.z, ..Place::default() }
}

fn coefficients(conduction: &Conduction, cut: &Cut, slab: usize, stack: &Stack, precision: Precision) -> Vec<u8> {
    let problem = &conduction.problem;
    let mut packed = Packed::new(precision);
    packed.bytes.reserve_exact(stack.arrays * cut.padded(slab) * precision.bytes() as usize);
    for family in &conduction.links.families {
        packed.reals(cut.pad(slab, &family.conductance, 0.0));
    }
    packed.reals(cut.pad(slab, &conduction.capacity, 0.0).map(|c| if c > 0.0 { 1.0 / c } else { 0.0 }));
    if stack.fixed_sources.is_some() {
        let fixed: Vec<_> = problem.sources.iter().map(|&id| fixed_part(problem, id)).collect();
        let density = |i: usize| {
            fixed[usize::from(problem.source[i])].as_ref().map_or(0.0, |part| part.eval(&place_of(problem, i)))
        };
        let all: Vec<f64> = (0..problem.grid.len()).map(density).collect();
        packed.reals(cut.pad(slab, &all, 0.0));
    }
    if stack.resistances.is_some() {
        for (n, axis) in axis_families(&conduction.links.families) {
            let offset = conduction.links.families[n].offset;
            let all: Vec<f64> = (0..problem.grid.len())
                .map(|i| {
                    problem
                        .grid
                        .neighbour(problem.grid.cell(i), offset)
                        .map_or(0.0, |other| problem.contact_resistance(i, problem.grid.index(other), axis))
                })
                .collect();
            packed.reals(cut.pad(slab, &all, 0.0));
        }
    }
    for &(id, _) in &stack.rasters {
        let all: Vec<f64> = (0..problem.grid.len()).map(|i| problem.values.at(id, &place_of(problem, i))).collect();
        packed.reals(cut.pad(slab, &all, 0.0));
    }
    packed.bytes
}
