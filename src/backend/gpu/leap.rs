//! Super steps on the device: the stages of [`SuperStep`](crate::legendre::SuperStep), recorded together; the host reads
//! where a step lands and decides whether it counts.

use super::audit;
use super::device::Device;
use super::error::GpuError;
use super::pack::{Packed, unpack};
use super::program::{Draft, LeapDrafts};
use super::state::{ROLES, SlabState, landing_bytes};
use super::stepper::{Pass, Stepper};
use super::values::Values;
use crate::backend::{Clock, Landing, Leap, Precision};
use crate::legendre::{STAGES, Stage};
use wgpu::{Buffer, CommandEncoder};

/// Numbers that a super step adds to a row.
const ADDED: usize = 4;

/// Stages that are handed over together.
const TOGETHER: usize = 16;

/// The roles at the start of a step, and at its end after a stage of either parity.
const START: usize = 2;
const END: usize = 3;

/// The kernels of super steps.
pub(super) struct Leaper {
    prepare: Vec<Pass>,
    begin: Pass,
    stage: Pass,
    wall: Option<Pass>,
    stage_state: Pass,
    landing: Pass,
    keep: Pass,
    rows: Buffer,
    stride: u64,
    /// Which stage role has the last change.
    last: usize,
    /// Heat of the sources that the host knows, J.
    source_heat: f64,
}

impl Leaper {
    pub(super) fn new(
        device: &Device,
        drafts: &LeapDrafts,
        slabs: &[SlabState],
        values: &Values,
        precision: Precision,
    ) -> Result<Leaper, GpuError> {
        let row_bytes = (values.row_length() + ADDED) as u64 * precision.bytes();
        let alignment = u64::from(device.device.limits().min_storage_buffer_offset_alignment);
        let stride = row_bytes.next_multiple_of(alignment);
        let rows = device.storage("rows of a super step", stride * (*STAGES.end() as u64 + 3))?;
        let pass = |draft: &Draft| -> Result<Pass, GpuError> {
            let pipeline = draft.compile(device)?;
            device
                .scoped(|| Pass::new(device, pipeline, slabs, 2 * ROLES.len(), &rows, row_bytes))
                .map_err(|error| GpuError::Refused(format!("kernel {}: {error}", draft.kernel.entry)))
        };
        Ok(Leaper {
            prepare: drafts.prepare.iter().map(pass).collect::<Result<_, _>>()?,
            begin: pass(&drafts.begin)?,
            stage: pass(&drafts.stage)?,
            wall: drafts.wall.as_ref().map(pass).transpose()?,
            stage_state: pass(&drafts.state)?,
            landing: pass(&drafts.landing)?,
            keep: pass(&drafts.keep)?,
            rows,
            stride,
            last: 0,
            source_heat: 0.0,
        })
    }

    /// What cells gain in the state `enthalpy[now]`, summed up by the roles given.
    fn encode_gains(&self, encoder: &mut CommandEncoder, now: usize, role: usize, row: u32) {
        let mut pass = compute(encoder);
        self.prepare.iter().for_each(|kernel| kernel.encode(&mut pass, now, row));
        self.stage.encode(&mut pass, now + 2 * role, row);
        if let Some(wall) = &self.wall {
            wall.encode(&mut pass, now + 2 * role, row);
        }
    }
}

fn compute(encoder: &mut CommandEncoder) -> wgpu::ComputePass<'_> {
    encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("super step"), timestamp_writes: None })
}

impl Stepper {
    /// Computes a super step beside the state.
    pub(super) fn leap(&mut self, leap: &Leap) -> Result<Landing, GpuError> {
        self.prepare_leaps()?;
        self.settle_account()?;
        let rows = self.upload_leap_rows(leap);
        let mut encoder = self.clear_sums();
        let Some(leaper) = &self.leaper else { return Err(GpuError::Unsupported("no super steps".into())) };
        let (state, beside) = (self.now, 1 - self.now);
        let row = |n: usize| (n as u64 * leaper.stride) as u32;
        for slab in &self.slabs {
            if let Some(fields) = &slab.leap {
                encoder.clear_buffer(&fields.fields[0], 0, None);
            }
        }
        leaper.encode_gains(&mut encoder, state, START, row(0));
        leaper.begin.encode(&mut compute(&mut encoder), state, row(1));
        let mut role = 1;
        for n in 1..leap.scheme.stages.len() {
            leaper.stage_state.encode(&mut compute(&mut encoder), state + 2 * role, 0);
            self.encode_exchange_of(&mut encoder, beside);
            leaper.encode_gains(&mut encoder, beside, role, row(n + 1));
            role = 1 - role;
            if n % TOGETHER == 0 {
                self.device.submit(std::mem::replace(&mut encoder, self.device.encoder()));
            }
        }
        leaper.stage_state.encode(&mut compute(&mut encoder), state + 2 * role, 0);
        self.encode_exchange_of(&mut encoder, beside);
        leaper.encode_gains(&mut encoder, beside, END + role, row(rows - 2));
        leaper.landing.encode(&mut compute(&mut encoder), beside + 2 * role, row(rows - 1));
        self.device.submit(encoder);
        let sweeps = leap.scheme.stages.len() as u64 + 1;
        if let Some(leaper) = &mut self.leaper {
            leaper.last = role;
        }
        self.read_landing(sweeps)
    }

    /// Rows of the rate at the start, every stage, the rate at the end, the estimate of the error; their number.
    fn upload_leap_rows(&mut self, leap: &Leap) -> usize {
        let (scheme, step) = (leap.scheme, leap.end - leap.start);
        let mut bytes = Vec::new();
        let mut count = 0;
        let mut heat = 0.0;
        let mut add = |time: f64, share: f64, added: [f64; ADDED]| {
            let mut row = Packed::new(self.precision);
            let densities = self.values.row(Clock { start: time, step: share }, 0, &mut row);
            heat += share * self.account.source_heat(&densities);
            row.reals(added);
            bytes.extend_from_slice(&row.bytes);
            if let Some(leaper) = &self.leaper {
                bytes.resize(bytes.len().next_multiple_of(leaper.stride as usize), 0);
            }
            count += 1;
        };
        let rate_alone = [0.0, 0.0, 0.0, 1.0];
        add(leap.start, step * scheme.shares[0], rate_alone);
        for (n, stage) in scheme.stages.iter().enumerate() {
            let Stage { mu, nu, weight, first, time } = *stage;
            if n == 0 {
                add(leap.start, 0.0, [0.0, 0.0, step * (weight + first), 0.0]);
            } else {
                add(leap.start + time * step, step * scheme.shares[n], [mu, nu, step * first, step * weight]);
            }
        }
        add(leap.end, 0.0, rate_alone);
        let [change, before, after] = scheme.estimate_weights(step);
        add(leap.end, 0.0, [change, before, after, 0.0]);
        if let Some(leaper) = &mut self.leaper {
            leaper.source_heat = heat;
            self.device.queue.write_buffer(&leaper.rows, 0, &bytes);
        }
        count
    }

    fn read_landing(&self, sweeps: u64) -> Result<Landing, GpuError> {
        let (number, size) = (self.precision.bytes() as usize, landing_bytes(self.precision));
        let places: Vec<_> = self
            .slabs
            .iter()
            .filter_map(|s| {
                s.leap.as_ref().map(|l| (&l.landings, 0, u64::from(audit::groups(s.shape.cells)) * size as u64))
            })
            .collect();
        let mut landing = Landing { error: 0.0, range: [f64::INFINITY, f64::NEG_INFINITY], rounding: 0.0, sweeps };
        for part in self.device.collect(&places)?.chunks_exact(size) {
            let (numbers, counts) = part.split_at(3 * number);
            let numbers = unpack(self.precision, numbers);
            let [solid, broken] =
                [0, 4].map(|at| u32::from_le_bytes([counts[at], counts[at + 1], counts[at + 2], counts[at + 3]]));
            if solid > 0 {
                landing.range = [landing.range[0].min(numbers[0]), landing.range[1].max(numbers[1])];
                landing.error = landing.error.max(numbers[2]);
            }
            if broken > 0 {
                return Ok(Landing { error: f64::INFINITY, ..landing });
            }
        }
        let unit = if self.precision == Precision::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        landing.rounding = 4.0 * unit * landing.range[0].abs().max(landing.range[1].abs());
        Ok(landing)
    }

    /// Takes the last super step over.
    pub(super) fn keep(&mut self) -> Result<(), GpuError> {
        let Some(leaper) = &self.leaper else { return Ok(()) };
        let mut encoder = self.device.encoder();
        leaper.keep.encode(&mut compute(&mut encoder), self.now + 2 * leaper.last, 0);
        self.account.add_source(leaper.source_heat);
        self.now = 1 - self.now;
        self.encode_exchange_of(&mut encoder, self.now);
        self.encode_settling(&mut encoder);
        let index = self.device.submit(encoder);
        self.unread = true;
        self.device.wait(index)
    }
}
