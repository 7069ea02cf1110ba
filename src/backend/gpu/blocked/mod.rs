//! Explicit steps, several of them in one pass through memory, where every cell is one of a few kinds ([`kinds`]). A step computes the same
//! bits however many go together and however the grid is tiled. What rounding takes stays beside each cell, as in the general kernel.

mod bed;
mod blocking;
mod kinds;
mod text;
mod tiles;
mod tuner;

use super::device::Device;
use super::error::GpuError;
use super::kernel::{SWEEPS, Slot, parts};
use super::pace::Pace;
use super::pack::Packed;
use super::program::{self, Draft};
use super::shader::{Pipeline, Prelude};
use super::slab::Cut;
use super::state::{MOST_GROUPS, SlabState};
use super::stepper::Stepper;
use crate::backend::{Clock, Precision};
use crate::conduction::Conduction;
use crate::problem::Problem;
use crate::sum::Sum;
pub(super) use blocking::{Blocking, pays_on_software};
pub(super) use kinds::Kinds;
pub(super) use text::Cells;
use tiles::Tiles;
pub(super) use tuner::choose;
use wgpu::{BindGroup, Buffer, BufferUsages, CommandEncoder};

/// What a cell takes besides the state: what rounding took, and its kind.
pub(super) const BYTES: u64 = 4 + 1;

/// Bytes of all rows that are uploaded together.
const ROWS_BYTES: u64 = 4 << 20;

/// What a slab has for blocked sweeps alone.
pub(super) struct Fields {
    /// What rounding took, after a pass.
    lost: Buffer,
    kinds: Buffer,
    rim: Buffer,
    sums: Buffer,
    /// Kinds of the cells with walls.
    walled: Vec<u8>,
}

/// A kernel, and per slab its workgroups and bind groups by the parities of state and carry.
struct Sweep {
    pipeline: Pipeline,
    slabs: Vec<Option<(u32, [BindGroup; 4])>>,
}

/// All kernels of one pass.
struct Pass {
    sweeps: usize,
    kernels: Vec<Sweep>,
}

/// Blocked sweeps over a problem.
pub(super) struct Blocked {
    pub(super) blocking: Blocking,
    kinds: Kinds,
    fields: Vec<Fields>,
    /// Of many sweeps, then of one.
    passes: Vec<Pass>,
    rows: Buffer,
    stride: u64,
    pace: Pace,
    /// Length of the steps that the sums are of, s.
    step: f64,
    /// Per kind and wall, over these steps: temperature beyond it less that beyond all walls of the cell (K), and heat given (W).
    told: Vec<Vec<[Sum; 2]>>,
}

/// Whether steps of a problem are worth sorting its cells: what is plain at once.
pub(super) fn is_plain(conduction: &Conduction) -> bool {
    !conduction.varies && conduction.inertia.is_none() && conduction.curves.iter().all(Option::is_none)
}

/// Most numbers of kinds that are brought to workgroup memory, where all threads find them fast.
const NEAR: usize = 1024;

/// Numbers of kinds in workgroup memory: what a heat of 1 W changes in a step, and conductances between kinds.
fn near(kinds: &Kinds, three: bool) -> usize {
    let count = kinds.list.len();
    let all = count + if three { 3 } else { 2 } * count * count;
    if all <= NEAR { all } else { 0 }
}

/// Most numbers of kinds that are uniform: as many of four as every device has room for.
const FEW: usize = 4096;

/// The kernel of some sweeps.
pub(super) fn draft(blocking: Blocking, kinds: &Kinds, axis: usize, stride: u64, cells: Cells) -> Draft {
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };
    let void = u32::from(kinds.void());
    let count = kinds.list.len();
    let mut text = format!(
        "const KINDS: u32 = {count}u;\nconst PLAIN: u32 = {}u;\nconst VOID_WORD: u32 = {:#x}u;\nconst STREAM: u32 = {axis}u;\nconst ROW_STRIDE: u32 = {}u;\n",
        kinds.plain(),
        void * 0x0101_0101,
        if kinds.vary { stride / 8 } else { 0 }
    );
    let numbers = kinds.bodies().len();
    let few = blocking.is_strip() && cells != Cells::Alike && numbers <= FEW;
    let near = if cells == Cells::Alike || blocking.is_strip() { 0 } else { near(kinds, axis == 2) };
    let numbers = match near {
        0 if few => {
            text += &format!("const FEW: u32 = {numbers}u;\n");
            parts::FEW
        }
        0 => parts::FAR,
        _ => {
            text += &format!("const NEAR: u32 = {near}u;\nvar<workgroup> near: array<Real, NEAR>;\n");
            parts::NEAR
        }
    };
    let walls = cells == Cells::Any { walls: true };
    let mut files = vec![parts::SLAB, numbers];
    if blocking.pairs {
        files.push(parts::PAIRS);
    }
    if walls {
        files.extend([parts::TWO_SUM, parts::INCREASED_COMPENSATED, parts::BOOK]);
    }
    let needs = |slot| match slot {
        Slot::Rim | Slot::Sums => walls,
        Slot::Lost | Slot::LostNext => blocking.kept,
        Slot::Bodies => !few,
        Slot::Few => few,
        _ => true,
    };
    text += &text::kernel(blocking, axis == 2, cells, kinds.vary);
    program::draft(prelude, &SWEEPS, needs, &files, &text)
}

/// Numbers of kinds as uniform, as far as kernels read them there.
fn few(device: &Device, kinds: &Kinds) -> Result<Buffer, GpuError> {
    let mut packed = Packed::new(Precision::F32);
    kinds.bodies().into_iter().take(FEW).for_each(|number| packed.reals([number, 0.0, 0.0, 0.0]));
    let few = device.buffer("few bodies", packed.bytes.len() as u64, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
    device.write(&few, &packed.bytes)?;
    Ok(few)
}

impl Blocked {
    /// Makes blocked sweeps ready.
    ///
    /// # Errors
    /// If the device is too small or refuses a kernel.
    pub(super) fn new(
        device: &Device,
        kinds: Kinds,
        blocking: Blocking,
        cut: &Cut,
        slabs: &[SlabState],
    ) -> Result<Blocked, GpuError> {
        let three = cut.axis == 2;
        let limits = device.device.limits();
        if !tuner::fits(&blocking, &kinds, three, padded(&slabs[0])[0], &limits) {
            return Err(GpuError::Unsupported(format!("{blocking:?} is more than {} allows", device.info.name)));
        }
        let alignment = u64::from(limits.min_storage_buffer_offset_alignment);
        let stride = (8 * (1 + kinds.list.len() as u64)).next_multiple_of(alignment);
        let count =
            if kinds.vary { (ROWS_BYTES.min(device.max_binding) / stride).max(blocking.sweeps as u64) } else { 1 };
        let rows = device.storage("rows of sweeps", stride * count)?;
        let mut packed = Packed::new(Precision::F32);
        packed.reals(kinds.bodies());
        let bodies = device.filled("bodies", &packed.bytes)?;
        let few = few(device, &kinds)?;
        let blocking = blocking.on_slab(cut.slabs.iter().map(|own| own.len()).max().unwrap_or(1));
        let mut fields = Vec::new();
        let mut cells_of_slabs = Vec::new();
        for (s, slab) in slabs.iter().enumerate() {
            let cells: Vec<u8> = cut.pad(s, &kinds.cells, kinds.void()).collect();
            let (rim, walled) = tiles::rim(&kinds, &cells, padded(slab), cut.own(s));
            let mut bytes = cells.clone();
            bytes.resize(bytes.len().next_multiple_of(4), kinds.void());
            fields.push(Fields {
                lost: device.storage("carry", if blocking.kept { 4 * cells.len() as u64 } else { 0 })?,
                kinds: device.filled("kinds", &bytes)?,
                rim: device.filled("rim", bytemuck::cast_slice(&rim))?,
                sums: device.storage("sums of walls", 8 * walled.len() as u64)?,
                walled,
            });
            cells_of_slabs.push(cells);
        }
        let any = Cells::Any { walls: kinds.has_slopes() };
        let mut passes = Vec::new();
        for sweeps in [blocking.sweeps, 1] {
            let blocking = blocking.of_sweeps(sweeps);
            let edge = if kinds.is_mostly_plain() { blocking.edge(three, padded(&slabs[0])[0]) } else { blocking };
            let tiles: Vec<Tiles> = (0..slabs.len())
                .map(|s| Tiles::new(&kinds, &cells_of_slabs[s], padded(&slabs[s]), cut, s, [blocking, edge]))
                .collect();
            let mut kernels = Vec::new();
            for cells in [Cells::Alike, Cells::Inner, any] {
                if tiles.iter().all(|tiles| tiles.of(cells).is_empty()) {
                    continue;
                }
                let shape = if cells == any { edge } else { blocking };
                let pipeline = draft(shape, &kinds, cut.axis, stride, cells).compile(device)?;
                let spanned = stride * if kinds.vary { sweeps as u64 } else { 1 };
                let mut bound = Vec::new();
                for (s, tiles) in tiles.iter().enumerate() {
                    let list = tiles.of(cells);
                    if list.is_empty() {
                        bound.push(None);
                        continue;
                    }
                    let buffer = device.filled("tiles", bytemuck::cast_slice(list))?;
                    let own = Own {
                        slab: &slabs[s],
                        fields: &fields[s],
                        tiles: &buffer,
                        bodies: &bodies,
                        few: &few,
                        rows: &rows,
                    };
                    let groups = [0, 1, 2, 3].map(|turn| own.bind(device, &pipeline, turn, spanned));
                    bound.push(Some((shape.groups(list.len()), groups)));
                }
                kernels.push(Sweep { pipeline, slabs: bound });
            }
            passes.push(Pass { sweeps, kernels });
            if sweeps == 1 {
                break;
            }
        }
        device.check()?;
        let dispatches = 2 * slabs.len() as u64 * if slabs.len() > 1 { 4 } else { 1 };
        let per_pass = count / blocking.sweeps as u64;
        Ok(Blocked {
            pace: Pace::new(dispatches, if kinds.vary { per_pass } else { u64::MAX }),
            told: kinds.list.iter().map(|kind| vec![[Sum::default(); 2]; kind.walls.len()]).collect(),
            blocking,
            fields,
            passes,
            rows,
            stride,
            step: 0.0,
            kinds,
        })
    }

    /// One line on what runs.
    pub(super) fn describe(&self) -> String {
        let Blocking { sweeps, columns, lines, rows, .. } = self.blocking;
        let [x, y] = self.blocking.span();
        format!(
            "blocked, {sweeps} sweeps a pass{}: every cell is one of {} kinds; tiles of {x} x {y} cells by {rows} rows, {columns} x {lines} cells a thread",
            if self.blocking.kept { "" } else { ", plain sums" },
            self.kinds.list.len() - 1
        )
    }

    /// Writes what steps `first ..` of a clock need, and adds up what the host knows of their walls, each row standing for `steps` steps.
    fn upload(&mut self, device: &Device, problem: &Problem, clock: Clock, first: u64, rows: u64, steps: u64) {
        let mut bytes = Vec::with_capacity((rows * self.stride) as usize);
        for n in first..first + rows {
            let t = clock.time(n);
            let mut row = Packed::new(Precision::F32);
            row.reals([clock.step, 1.0]);
            for (kind, told) in self.kinds.list.iter().zip(&mut self.told) {
                let beyond = kind.beyond(problem, t);
                row.reals(beyond);
                for (wall, [apart, given]) in kind.walls.iter().zip(told) {
                    apart.add(steps as f64 * (wall.beyond(problem, t) - beyond[0]));
                    given.add(steps as f64 * wall.given(problem, t));
                }
            }
            bytes.extend_from_slice(&row.bytes);
            bytes.resize(bytes.len().next_multiple_of(self.stride as usize), 0);
        }
        device.queue.write_buffer(&self.rows, 0, &bytes);
    }

    /// Forgets the sums of heat.
    pub(super) fn forget(&mut self, encoder: &mut CommandEncoder) {
        self.fields.iter().for_each(|f| encoder.clear_buffer(&f.sums, 0, None));
        self.told.iter_mut().flatten().for_each(|sums| *sums = [Sum::default(); 2]);
    }

    /// Heat through walls by the last steps: surface and J.
    pub(super) fn heats(&self, device: &Device) -> Result<Vec<(usize, f64)>, GpuError> {
        let mut warmer = vec![Sum::default(); self.kinds.list.len()];
        for fields in self.fields.iter().filter(|f| !f.walled.is_empty()) {
            let bytes = device.read(&fields.sums, 0, 8 * fields.walled.len() as u64)?;
            for (&kind, parts) in fields.walled.iter().zip(super::pack::unpack(Precision::F32, &bytes).chunks_exact(2))
            {
                warmer[usize::from(kind)].add(parts[0] + parts[1]);
            }
        }
        let mut heats = Vec::new();
        for ((kind, told), warmer) in self.kinds.list.iter().zip(&self.told).zip(&warmer) {
            let total: f64 = kind.walls.iter().map(|w| w.slope).sum();
            // as the device took them
            let share = if total > 0.0 { kind.slope() / total } else { 0.0 };
            for (wall, [apart, given]) in kind.walls.iter().zip(told) {
                let cells = kind.cells as f64;
                let driven = share * wall.slope * (warmer.value() + cells * apart.value());
                heats.push((wall.surface, self.step * (driven + cells * given.value())));
            }
        }
        Ok(heats)
    }
}

/// What the bindings of a sweep lead to.
struct Own<'a> {
    slab: &'a SlabState,
    fields: &'a Fields,
    tiles: &'a Buffer,
    bodies: &'a Buffer,
    few: &'a Buffer,
    rows: &'a Buffer,
}

impl Own<'_> {
    /// `turn`: the state is in `enthalpy[turn % 2]`, what rounding took in the second buffer where `turn / 2` is 1.
    fn bind(&self, device: &Device, pipeline: &Pipeline, turn: usize, spanned: u64) -> BindGroup {
        let kept = self.slab.carry.as_ref().unwrap_or(&self.fields.lost);
        let carries = [kept, &self.fields.lost];
        let buffer = |slot: Slot| match slot {
            Slot::Lost => carries[turn / 2],
            Slot::LostNext => carries[1 - turn / 2],
            Slot::Kinds => &self.fields.kinds,
            Slot::Bodies => self.bodies,
            Slot::Few => self.few,
            Slot::Tiles => self.tiles,
            Slot::Rim => &self.fields.rim,
            Slot::Sums => &self.fields.sums,
            Slot::Beyond => self.rows,
            Slot::New => &self.slab.enthalpy[1 - turn % 2],
            Slot::Slab => &self.slab.uniform,
            _ => &self.slab.enthalpy[turn % 2],
        };
        pipeline.bind(device, spanned, buffer)
    }
}

/// Cells of a slab along each axis, ghosts included.
fn padded(slab: &SlabState) -> [usize; 3] {
    [0, 1, 2].map(|a| (slab.shape.counts[a] + 2 * slab.shape.first[a]) as usize)
}

impl Stepper {
    /// Makes explicit steps in blocked sweeps; the sums of heat have been cleared.
    pub(super) fn advance_blocked(
        &mut self,
        blocked: &mut Blocked,
        mut encoder: CommandEncoder,
        clock: Clock,
        first: u64,
        count: u64,
    ) -> Result<(), GpuError> {
        if blocked.blocking.kept {
            self.exchange_carries(&mut encoder, blocked, 0);
        } else {
            self.slabs.iter().filter_map(|slab| slab.carry.as_ref()).for_each(|c| encoder.clear_buffer(c, 0, None));
        }
        let mut encoder = Some(encoder);
        blocked.step = clock.step;
        if !blocked.kinds.vary {
            blocked.upload(&self.device, &self.problem, clock, first, 1, count);
        }
        let mut carried = 0;
        let mut done = 0;
        let sweeps = blocked.blocking.sweeps as u64;
        let mut running: Option<(wgpu::SubmissionIndex, u64)> = None;
        let mut since = std::time::Instant::now();
        while done < count {
            let steps = (blocked.pace.steps() * sweeps).min(count - done);
            let mut commands = encoder.take().unwrap_or_else(|| self.device.encoder());
            if blocked.kinds.vary {
                blocked.upload(&self.device, &self.problem, clock, first + done, steps, 1);
            }
            self.book_sources(clock, first + done, steps);
            self.encode_passes(&mut commands, blocked, steps, &mut carried);
            done += steps;
            if done == count {
                if carried == 1 {
                    for (slab, fields) in self.slabs.iter().zip(&blocked.fields) {
                        if let Some(carry) = &slab.carry {
                            commands.copy_buffer_to_buffer(
                                &fields.lost,
                                0,
                                carry,
                                0,
                                fields.lost.size().min(carry.size()),
                            );
                        }
                    }
                }
                self.encode_settling(&mut commands);
            }
            if running.is_none() {
                since = std::time::Instant::now();
            }
            let index = self.device.submit(commands);
            if let Some((before, steps)) = running.replace((index, steps)) {
                self.device.wait(before)?;
                blocked.pace.record(steps.div_ceil(sweeps), since.elapsed());
                since = std::time::Instant::now();
            }
        }
        if let Some((index, steps)) = running {
            self.device.wait(index)?;
            blocked.pace.record(steps.div_ceil(sweeps), since.elapsed());
        }
        self.unread = count > 0;
        Ok(())
    }

    /// Heat that the host knows of sources, of steps `first .. first + steps`.
    fn book_sources(&mut self, clock: Clock, first: u64, steps: u64) {
        let (rows, each) = if self.values.rows_vary() { (steps, 1) } else { (1, steps) };
        for n in first..first + rows {
            let densities = self.values.row(clock, n, &mut Packed::new(self.precision));
            self.account.add_source(each as f64 * clock.step * self.account.source_heat(&densities));
        }
    }

    fn encode_passes(&mut self, encoder: &mut CommandEncoder, blocked: &Blocked, steps: u64, carried: &mut usize) {
        let mut n = 0;
        let mut open = None;
        while n < steps {
            let many = &blocked.passes[0];
            let pass = if steps - n >= many.sweeps as u64 { many } else { &blocked.passes[blocked.passes.len() - 1] };
            let offset = if blocked.kinds.vary { (n * blocked.stride) as u32 } else { 0 };
            let commands = open.get_or_insert_with(|| {
                let descriptor = wgpu::ComputePassDescriptor { label: Some("sweeps"), timestamp_writes: None };
                encoder.begin_compute_pass(&descriptor).forget_lifetime()
            });
            for kernel in &pass.kernels {
                commands.set_pipeline(&kernel.pipeline.pipeline);
                for (workgroups, groups) in kernel.slabs.iter().flatten() {
                    commands.set_bind_group(0, &groups[self.now + 2 * *carried], &[offset]);
                    let rows = workgroups.div_ceil(MOST_GROUPS);
                    commands.dispatch_workgroups(workgroups.div_ceil(rows), rows, 1);
                }
            }
            n += pass.sweeps as u64;
            self.now = 1 - self.now;
            if blocked.blocking.kept {
                *carried = 1 - *carried;
            }
            // Copies end a pass; without any, one pass holds all steps.
            if self.exchange.is_needed() {
                open = None;
                self.encode_exchange_of(encoder, self.now);
                if blocked.blocking.kept {
                    self.exchange_carries(encoder, blocked, *carried);
                }
            }
        }
    }

    fn exchange_carries(&self, encoder: &mut CommandEncoder, blocked: &Blocked, carried: usize) {
        let both = self.slabs.iter().zip(&blocked.fields);
        let carries: Vec<&Buffer> = both
            .filter_map(|(slab, fields)| if carried == 1 { Some(&fields.lost) } else { slab.carry.as_ref() })
            .collect();
        if self.exchange.is_needed() {
            self.exchange.encode(encoder, &carries);
        }
    }
}
