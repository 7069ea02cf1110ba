//! Stepping: kernels and exchanges recorded for many steps at a time, the state loaded and read back.

use super::blocked::{self, Blocked, Blocking, Kinds};
use super::device::Device;
use super::error::GpuError;
use super::exchange::Exchange;
use super::flows::Flows;
use super::generate::{Stack, has_mixed_sources};
use super::kernel::Slot;
use super::leap::Leaper;
use super::ledger::Account;
use super::maps::{COMPONENTS, MapDraft, Mapper};
use super::pace::Pace;
use super::pack::Packed;
use super::program::{self, LeapDrafts};
use super::shader::Pipeline;
use super::slab::Cut;
use super::state::{Demand, SlabState};
use super::values::Values;
use crate::backend::{Clock, Precision, Selection, Stepping};
use crate::conduction::Conduction;
use crate::inertia::Heats;
use crate::problem::{Problem, VOID};
use crate::sum::Sum;
use std::sync::Arc;
use std::time::Instant;
use wgpu::{BindGroup, Buffer, CommandEncoder, SubmissionIndex};

/// Bytes of all rows that are uploaded together.
const ROWS_BYTES: u64 = 4 << 20;

/// A kernel bound to a slab, for the state in either of the two buffers.
struct Bound {
    groups: [u32; 3],
    /// Whether it reads the row of the step.
    reads_row: bool,
    bind_groups: Vec<BindGroup>,
}

/// A kernel bound to every slab that has something for it to do.
pub(super) struct Pass {
    pipeline: Pipeline,
    slabs: Vec<Option<Bound>>,
}

impl Pass {
    /// Binds a pipeline for `turns` arrangements of the buffers; see [`SlabState::bind`].
    pub(super) fn new(
        device: &Device,
        pipeline: Pipeline,
        slabs: &[SlabState],
        turns: usize,
        row: &Buffer,
        row_bytes: u64,
    ) -> Pass {
        let reads_row = pipeline.bindings.iter().any(|b| b.slot == Slot::Row);
        let bind = |slab: &SlabState| {
            let bound: Option<Vec<_>> =
                (0..turns).map(|turn| slab.bind(device, &pipeline, turn, row, row_bytes)).collect();
            Some(Bound { groups: slab.groups(pipeline.kernel.span), reads_row, bind_groups: bound? })
        };
        let slabs = slabs.iter().map(bind).collect();
        Pass { pipeline, slabs }
    }

    pub(super) fn reads_row(&self) -> bool {
        self.pipeline.bindings.iter().any(|b| b.slot == Slot::Row)
    }

    pub(super) fn encode(&self, pass: &mut wgpu::ComputePass, turn: usize, row: u32) {
        pass.set_pipeline(&self.pipeline.pipeline);
        for bound in self.slabs.iter().flatten() {
            let offset: &[u32] = if bound.reads_row { &[row] } else { &[] };
            pass.set_bind_group(0, &bound.bind_groups[turn], offset);
            let [x, y, z] = bound.groups;
            pass.dispatch_workgroups(x, y, z);
        }
    }
}

/// A problem on a device.
pub(super) struct Stepper {
    pub(super) device: Device,
    pub(super) precision: Precision,
    pub(super) problem: Arc<Problem>,
    pub(super) cut: Cut,
    pub(super) slabs: Vec<SlabState>,
    pub(super) exchange: Exchange,
    pub(super) step: Vec<Pass>,
    settle: Option<Pass>,
    /// How many kernels of a step bring temperatures and conductances up to date.
    pub(super) preparing: usize,
    pub(super) audit: Pass,
    pub(super) survey: Vec<Pass>,
    pub(super) second_law_drafts: Vec<program::Draft>,
    /// What judges the second law; made at the first look, empty where this device cannot.
    pub(super) second_law: Option<Vec<Pass>>,
    /// Where heats are state.
    pub(super) flows: Option<Flows>,
    /// Volume of all solid, m3.
    pub(super) volume: f64,
    pub(super) values: Values,
    pub(super) rows: Buffer,
    row_stride: u64,
    pace: Pace,
    /// Which of the two buffers holds the state.
    pub(super) now: usize,
    pub(super) account: Account,
    /// None where this device computes no maps.
    pub(super) map_drafts: Option<Box<[MapDraft; COMPONENTS]>>,
    /// What maps need; made at the first.
    pub(super) mapper: Option<Mapper>,
    leap_drafts: LeapDrafts,
    /// What super steps need; made at the first.
    pub(super) leaper: Option<Leaper>,
    /// Whether the device has sums that the account has not.
    pub(super) unread: bool,
    /// What makes explicit steps, and why.
    pub(super) kernel: String,
    /// Where several steps go in one pass.
    pub(super) blocked: Option<Box<Blocked>>,
}

/// Cuts the grid for a largest binding.
fn cut(
    conduction: &Conduction,
    precision: Precision,
    max_binding: u64,
    ghosts: usize,
) -> Result<(Cut, Stack), GpuError> {
    let families = &conduction.links.families;
    let stack = Stack::new(&conduction.problem, families);
    let flows = if conduction.inertia.is_some() { 2 * families.len() } else { 1 };
    let sources = if has_mixed_sources(&conduction.problem) { 3 } else { 1 };
    let arrays = stack.arrays.max(flows).max(sources) as u64;
    let mut cut = Cut::new(&conduction.problem.grid, families, arrays * precision.bytes(), max_binding, ghosts)?;
    // Walls of a slab share a buffer too: more slabs, until they fit.
    while let Some(largest) = (0..cut.slabs.len()).map(|s| super::faces::walls_of_slab(conduction, &cut, s).len()).max()
    {
        if (largest * super::faces::face_bytes(precision)) as u64 <= max_binding {
            break;
        }
        cut = cut.finer().ok_or_else(|| GpuError::TooLarge {
            what: "the wall faces of one plane of cells".into(),
            needed: (largest * super::faces::face_bytes(precision)) as u64,
            available: max_binding,
        })?;
    }
    Ok((cut, stack))
}

/// Bytes that a problem takes on a device.
pub(super) fn memory(conduction: &Conduction, precision: Precision, max_binding: u64) -> Result<u64, GpuError> {
    let (cut, stack) = cut(conduction, precision, max_binding, 1)?;
    let general: u64 = (0..cut.slabs.len()).map(|s| Demand::new(conduction, &cut, s, &stack, precision).total).sum();
    let blocked = precision == Precision::F32 && blocked::is_plain(conduction);
    Ok(general + if blocked { blocked::BYTES * conduction.problem.grid.len() as u64 } else { 0 })
}

impl Stepper {
    /// `blocking`: how sweeps are blocked where the problem allows it; none: as is usual for the device.
    pub(super) fn new(
        device: Device,
        conduction: &Conduction,
        selection: &Selection,
        precision: Precision,
        blocking: Option<Blocking>,
    ) -> Result<Stepper, GpuError> {
        let problem = conduction.problem.clone();
        device.admit(memory(conduction, precision, device.max_binding)?)?;
        let counts = problem.grid.cells();
        let software = device.info.device_type == wgpu::DeviceType::Cpu;
        let kinds = match precision {
            Precision::F64 => Err("f64".into()),
            Precision::F32
                if software
                    && blocking.is_none()
                    && selection.stepping == Stepping::Usual
                    && !selection.plain_sums
                    && !blocked::pays_on_software(counts) =>
            {
                Err("on a software device this pays on large grids alone".into())
            }
            Precision::F32 => Kinds::new(conduction),
        };
        let (blocking, chosen) = match blocking {
            Some(blocking) => (blocking, String::new()),
            None => blocked::choose(&device, counts, selection, kinds.as_ref().ok()),
        };
        let ghosts = if kinds.is_ok() { blocking.sweeps } else { 1 };
        let (cut, ghosts) = match cut(conduction, precision, device.max_binding, ghosts) {
            Ok((cut, _)) => (cut, ghosts),
            // Planes so large that only few fit one binding.
            Err(_) => (cut(conduction, precision, device.max_binding, 1)?.0, 1),
        };
        let drafts = program::drafts(conduction, &cut, precision)?;

        let row_bytes = drafts.values.row_length() as u64 * precision.bytes();
        let alignment = u64::from(device.device.limits().min_storage_buffer_offset_alignment);
        let row_stride = row_bytes.next_multiple_of(alignment);
        let row_count =
            if drafts.values.rows_vary() { (ROWS_BYTES.min(device.max_binding) / row_stride).max(1) } else { 1 };
        let rows = device.storage("rows", row_stride * row_count)?;

        let slabs = (0..cut.slabs.len())
            .map(|s| SlabState::new(&device, conduction, &cut, s, &drafts, precision))
            .collect::<Result<Vec<_>, _>>()?;
        let exchange = Exchange::new(&device, &cut, precision.bytes())?;
        let pass = |draft: &program::Draft| -> Result<Pass, GpuError> {
            let pipeline = draft.compile(&device)?;
            device
                .scoped(|| Pass::new(&device, pipeline, &slabs, 2, &rows, row_bytes))
                .map_err(|error| GpuError::Refused(format!("kernel {}: {error}", draft.kernel.entry)))
        };
        let step = drafts.step.iter().map(pass).collect::<Result<Vec<_>, _>>()?;
        let settle = drafts.settle.as_ref().map(pass).transpose()?;
        let audit = pass(&drafts.audit)?;
        let survey = drafts.survey.iter().map(pass).collect::<Result<Vec<_>, _>>()?;
        let passes = |drafts: &[program::Draft]| drafts.iter().map(pass).collect::<Result<Vec<_>, _>>();
        let flows = match (&drafts.flows, &conduction.inertia) {
            (Some(flows), Some(inertia)) => Some(Flows {
                decay: pass(&flows.decay)?,
                relax: [passes(&flows.relax[0])?, passes(&flows.relax[1])?],
                walls: problem
                    .walls
                    .iter()
                    .zip(&inertia.walls)
                    .map(|(wall, m)| if *m > 0.0 { problem.relaxation_time(wall.cell as usize) } else { 0.0 })
                    .collect(),
                vary: conduction.varies,
            }),
            _ => None,
        };
        let commands = slabs.len() * step.len() + if exchange.is_needed() { 4 * slabs.len() } else { 0 };
        let mut stepper = Stepper {
            pace: Pace::new(commands as u64, if drafts.values.rows_vary() { row_count } else { u64::MAX }),
            account: Account::new(conduction),
            preparing: drafts.preparing,
            volume: volume(&problem),
            values: drafts.values,
            second_law_drafts: drafts.second_law,
            second_law: None,
            map_drafts: drafts.maps,
            mapper: None,
            leap_drafts: drafts.leap,
            leaper: None,
            precision,
            problem,
            cut,
            slabs,
            exchange,
            step,
            settle,
            audit,
            survey,
            flows,
            rows,
            row_stride,
            now: 0,
            unread: false,
            kernel: String::new(),
            blocked: None,
            device,
        };
        let kinds = kinds.and_then(|kinds| {
            let fits = stepper.slabs.len() == 1 || ghosts >= blocking.sweeps;
            if fits { Ok(kinds) } else { Err("slabs are thin".into()) }
        });
        let blocked = kinds.and_then(|kinds| {
            Blocked::new(&stepper.device, kinds, blocking, &stepper.cut, &stepper.slabs).map_err(|e| e.to_string())
        });
        stepper.kernel = match &blocked {
            Ok(blocked) if chosen.is_empty() => blocked.describe(),
            Ok(blocked) => format!("{}; {chosen}", blocked.describe()),
            Err(reason) => format!("one sweep a pass: {reason}"),
        };
        stepper.blocked = blocked.ok().map(Box::new);
        let enthalpy = conduction.enthalpy(&conduction.problem.initial);
        let ledger = stepper.account.ledger();
        stepper.load(&enthalpy, &ledger)?;
        if stepper.flows.is_some() {
            stepper.load_heats(&Heats::still(conduction))?;
        }
        Ok(stepper)
    }

    /// A shader bound to every slab, for the state in either buffer.
    pub(super) fn pass(&self, draft: &program::Draft) -> Result<Pass, GpuError> {
        let row_bytes = self.values.row_length() as u64 * self.precision.bytes();
        let pipeline = draft.compile(&self.device)?;
        self.device
            .scoped(|| Pass::new(&self.device, pipeline, &self.slabs, 2, &self.rows, row_bytes))
            .map_err(|error| GpuError::Refused(format!("kernel {}: {error}", draft.kernel.entry)))
    }

    /// Makes room and kernels for super steps.
    pub(super) fn prepare_leaps(&mut self) -> Result<(), GpuError> {
        if self.leaper.is_none() {
            for slab in &mut self.slabs {
                slab.prepare_leaps(&self.device, self.precision)?;
            }
            self.leaper =
                Some(Leaper::new(&self.device, &self.leap_drafts, &self.slabs, &self.values, self.precision)?);
        }
        Ok(())
    }

    /// Whether explicit steps keep nothing of what rounding takes.
    pub(super) fn forgets(&self) -> bool {
        self.blocked.as_ref().is_some_and(|blocked| !blocked.blocking.kept)
    }

    pub(super) fn slabs(&self) -> usize {
        self.slabs.len()
    }

    pub(super) fn adapter(&self) -> &wgpu::AdapterInfo {
        &self.device.info
    }

    /// Destroys the device, as a driver's reset would.
    #[cfg(test)]
    pub(super) fn lose(&self) {
        self.device.device.destroy();
    }

    pub(super) fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), GpuError> {
        self.settle_account()?;
        let encoder = self.clear_sums();
        if let Some(mut blocked) = self.blocked.take() {
            let advanced = self.advance_blocked(&mut blocked, encoder, clock, first, count);
            self.blocked = Some(blocked);
            return advanced;
        }
        let mut encoder = Some(encoder);
        let mut done = 0;
        if !self.values.rows_vary() {
            self.upload_rows(clock, first, 1, count);
        }
        // One submission runs while the next is recorded.
        let mut running: Option<(SubmissionIndex, u64)> = None;
        let mut since = Instant::now();
        while done < count {
            let steps = self.pace.steps().min(count - done);
            let mut commands = encoder.take().unwrap_or_else(|| self.device.encoder());
            if self.values.rows_vary() {
                self.upload_rows(clock, first + done, steps, 1);
            }
            self.encode_steps(&mut commands, steps, done == 0);
            done += steps;
            if done == count {
                self.encode_settling(&mut commands);
            }
            if running.is_none() {
                since = Instant::now();
            }
            let index = self.device.submit(commands);
            if let Some((before, steps)) = running.replace((index, steps)) {
                self.device.wait(before)?;
                self.pace.record(steps, since.elapsed());
                since = Instant::now();
            }
        }
        if let Some((index, steps)) = running {
            self.device.wait(index)?;
            self.pace.record(steps, since.elapsed());
        }
        self.unread = count > 0;
        if count > 0 { self.finish_flows(clock, first + count) } else { Ok(()) }
    }

    /// Writes rows `first .. first + rows` of a clock and books what the host knows of the sources, each row
    /// standing for `steps` steps.
    fn upload_rows(&mut self, clock: Clock, first: u64, rows: u64, steps: u64) {
        let mut bytes = Vec::with_capacity((rows * self.row_stride) as usize);
        for n in first..first + rows {
            let mut row = Packed::new(self.precision);
            let densities = self.values.row(clock, n, &mut row);
            self.account.add_source(steps as f64 * clock.step * self.account.source_heat(&densities));
            bytes.extend_from_slice(&row.bytes);
            bytes.resize(bytes.len().next_multiple_of(self.row_stride as usize), 0);
        }
        self.device.queue.write_buffer(&self.rows, 0, &bytes);
    }

    /// `first`: they are the first of a call.
    fn encode_steps(&mut self, encoder: &mut CommandEncoder, steps: u64, first: bool) {
        let vary = self.values.rows_vary();
        let row = |n: u64| if vary { (n * self.row_stride) as u32 } else { 0 };
        let mut n = 0;
        while n < steps {
            // Copies end a pass; without any, one pass holds all steps.
            let together = if self.exchange.is_needed() { 1 } else { steps };
            let mut pass = encoder
                .begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("steps"), timestamp_writes: None });
            for k in n..n + together {
                let (prepare, step) = self.step.split_at(self.preparing);
                prepare.iter().for_each(|kernel| kernel.encode(&mut pass, self.now, row(k)));
                if let Some(flows) = &self.flows {
                    flows.encode(&mut pass, first && k == 0, self.now, row(k));
                }
                step.iter().for_each(|kernel| kernel.encode(&mut pass, self.now, row(k)));
                self.now = 1 - self.now;
            }
            drop(pass);
            self.encode_exchange(encoder);
            n += together;
        }
    }

    fn encode_exchange(&self, encoder: &mut CommandEncoder) {
        self.encode_exchange_of(encoder, self.now);
    }

    /// Fills the ghosts of one of the two buffers of enthalpies.
    pub(super) fn encode_exchange_of(&self, encoder: &mut CommandEncoder, which: usize) {
        let buffers: Vec<&Buffer> = self.slabs.iter().map(|s| &s.enthalpy[which]).collect();
        self.exchange.encode(encoder, &buffers);
    }

    /// After the last step: both parts of the enthalpies in the form in which they can be read and loaded again.
    pub(super) fn encode_settling(&self, encoder: &mut CommandEncoder) {
        if let Some(settle) = &self.settle {
            let mut pass = encoder
                .begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("settle"), timestamp_writes: None });
            // Its `next` is the state itself.
            settle.encode(&mut pass, 1 - self.now, 0);
            drop(pass);
            self.encode_exchange(encoder);
        }
    }
}

/// Volume of all solid, m3.
fn volume(problem: &Problem) -> f64 {
    let solid = (0..problem.grid.len()).filter(|&i| problem.material[i] != VOID);
    solid.map(|i| problem.grid.volume(problem.grid.cell(i))).collect::<Sum>().value()
}
