//! A small problem to try ways of blocking on.

use super::blocking::Blocking;
use super::kinds::Kinds;
use super::text::Cells;
use crate::backend::Precision;
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::kernel::Slot;
use crate::backend::gpu::pack::Packed;
use crate::backend::gpu::shader::Pipeline;
use crate::backend::gpu::state::{MOST_GROUPS, SlabUniform};
use std::time::{Duration, Instant};
use wgpu::{BindGroup, Buffer, BufferUsages};

/// How long a device is kept busy before.
const WARM: Duration = Duration::from_millis(200);

/// How long passes are timed, s.
const TIMED: f64 = 4e-3;

/// Whether a pass gives the bits of as many passes of one sweep by one cell of each thread.
pub(super) fn is_right(device: &Device, way: Blocking, pipeline: &Pipeline) -> Result<bool, GpuError> {
    let counts = proof(way);
    let threads = if counts[2] > 1 { [16, 8] } else { [64, 1] };
    let (subgroups, pairs) = (false, false);
    let plainest = Blocking { sweeps: 1, columns: 1, lines: 1, threads, rows: 32, subgroups, pairs, ..way };
    let expected = bits(device, counts, plainest, &Bed::new(device, counts)?.compile(plainest)?, way.sweeps)?;
    Ok(bits(device, counts, way, pipeline, 1)? == expected)
}

/// A small grid with more than one tile of a way.
fn proof(way: Blocking) -> [usize; 3] {
    let [x, y] = way.span();
    if y > 1 { [x + 24, y + 16, 24] } else { [x + 104, 64, 1] }
}

/// What passes make of noise, but for the edges, where tiles read beyond the grid.
fn bits(
    device: &Device,
    counts: [usize; 3],
    way: Blocking,
    pipeline: &Pipeline,
    passes: usize,
) -> Result<Vec<u32>, GpuError> {
    let bed = Bed::new(device, counts)?;
    bed.passes(way, pipeline, passes)?;
    let bytes = device.read(&bed.states[passes % 2], 0, 4 * bed.cells() as u64)?;
    let state: Vec<u32> = bytemuck::pod_collect_to_vec(&bytes);
    let edge = way.sweeps * passes;
    let axes = if counts[2] > 1 { 3 } else { 2 };
    let inner = |i: usize| {
        let at = [i % counts[0], i / counts[0] % counts[1], i / (counts[0] * counts[1])];
        (0..axes).all(|axis| at[axis] > edge && at[axis] + edge + 1 < counts[axis])
    };
    Ok(state.into_iter().enumerate().filter(|(i, _)| inner(*i)).map(|(_, bits)| bits).collect())
}

/// A grid of one kind of cell to try ways on.
pub(super) struct Bed<'a> {
    device: &'a Device,
    kinds: Kinds,
    counts: [usize; 3],
    states: [Buffer; 2],
    losts: [Buffer; 2],
    uniform: Buffer,
    bodies: Buffer,
    row: Buffer,
    map: Buffer,
}

/// Bytes of the row of a step.
const ROW: u64 = 256;

impl Bed<'_> {
    pub(super) fn new(device: &Device, counts: [usize; 3]) -> Result<Bed<'_>, GpuError> {
        let kinds = Kinds::uniform();
        let cells: usize = counts.iter().product();
        let field = || device.storage("noise", 4 * cells as u64);
        let packed = |numbers: Vec<f64>| {
            let mut packed = Packed::new(Precision::F32);
            packed.reals(numbers);
            packed.bytes
        };
        let mut row = packed(vec![0.1, 1.0, 0.0, 0.0, 0.0, 0.0]);
        row.resize(ROW as usize, 0);
        let shape = SlabUniform {
            counts: counts.map(|n| n as u32),
            cells: cells as u32,
            first: [0; 3],
            faces: 0,
            period: [i32::MAX; 3],
            zero: 0,
        };
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let bed = Bed {
            device,
            counts,
            states: [field()?, field()?],
            losts: [field()?, field()?],
            uniform: device.buffer("slab", size_of::<SlabUniform>() as u64, usage)?,
            bodies: device.filled("bodies", &packed(kinds.bodies()))?,
            row: device.filled("row", &row)?,
            map: device.storage("kinds", 16)?,
            kinds,
        };
        device.write(&bed.uniform, bytemuck::bytes_of(&shape))?;
        // of neither zeros nor numbers that round alike
        let mut state = 1_u32;
        let noise: Vec<f32> = (0..cells.min(1 << 20))
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 1e6
            })
            .collect();
        let bytes: &[u8] = bytemuck::cast_slice(&noise);
        device.write(&bed.states[0], bytes)?;
        let mut encoder = device.encoder();
        let (piece, total) = (bytes.len() as u64, 4 * cells as u64);
        for n in 1..total.div_ceil(piece) {
            encoder.copy_buffer_to_buffer(&bed.states[0], 0, &bed.losts[0], 0, piece);
            encoder.copy_buffer_to_buffer(&bed.losts[0], 0, &bed.states[0], n * piece, piece.min(total - n * piece));
        }
        encoder.clear_buffer(&bed.losts[0], 0, None);
        device.submit(encoder);
        Ok(bed)
    }

    fn cells(&self) -> usize {
        self.counts.iter().product()
    }

    pub(super) fn compile(&self, way: Blocking) -> Result<Pipeline, GpuError> {
        super::draft(way, &self.kinds, if self.counts[2] > 1 { 2 } else { 1 }, ROW, Cells::Alike).compile(self.device)
    }

    /// A GPU that has had nothing to do runs slowly at first.
    pub(super) fn warm_up(&self, way: Blocking, pipeline: &Pipeline) -> Result<(), GpuError> {
        let begun = Instant::now();
        while self.device.info.device_type != wgpu::DeviceType::Cpu && begun.elapsed() < WARM {
            self.passes(way, pipeline, 20)?;
        }
        Ok(())
    }

    /// 1e9 cell updates per second.
    pub(super) fn rate(&self, way: Blocking, pipeline: &Pipeline) -> Result<f64, GpuError> {
        self.passes(way, pipeline, 2)?;
        let once = self.passes(way, pipeline, 4)? / 4.0;
        let passes = ((TIMED / once) as usize).clamp(4, 1000);
        let seconds = self.passes(way, pipeline, passes)?.min(self.passes(way, pipeline, passes)?);
        Ok((self.cells() * way.sweeps * passes) as f64 / seconds / 1e9)
    }

    /// Makes passes from the first state, and tells how long they took, s.
    fn passes(&self, way: Blocking, pipeline: &Pipeline, passes: usize) -> Result<f64, GpuError> {
        let tiles = way.tiles(self.counts) as u32;
        let list: Vec<[u32; 2]> = (0..tiles).map(|n| [n, 0]).collect();
        let list = self.device.filled("tiles", bytemuck::cast_slice(&list))?;
        let groups = [0, 1].map(|turn| self.bind(pipeline, &list, turn));
        let stopwatch = self.device.stopwatch();
        let mut encoder = self.device.encoder();
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some("trial"),
            timestamp_writes: stopwatch.as_ref().map(|s| s.around()),
        });
        pass.set_pipeline(&pipeline.pipeline);
        let workgroups = way.groups(tiles as usize);
        let rows = workgroups.div_ceil(MOST_GROUPS);
        for n in 0..passes {
            pass.set_bind_group(0, &groups[n % 2], &[0]);
            pass.dispatch_workgroups(workgroups.div_ceil(rows), rows, 1);
        }
        drop(pass);
        if let Some(stopwatch) = &stopwatch {
            stopwatch.keep(&mut encoder);
        }
        let begun = Instant::now();
        let index = self.device.submit(encoder);
        self.device.wait(index)?;
        let waited = begun.elapsed().as_secs_f64();
        stopwatch.map_or(Ok(waited), |stopwatch| stopwatch.read(self.device))
    }

    fn bind(&self, pipeline: &Pipeline, tiles: &Buffer, turn: usize) -> BindGroup {
        let buffer = |slot: Slot| match slot {
            Slot::Old => &self.states[turn],
            Slot::New => &self.states[1 - turn],
            Slot::Lost => &self.losts[turn],
            Slot::LostNext => &self.losts[1 - turn],
            Slot::Kinds => &self.map,
            Slot::Bodies => &self.bodies,
            Slot::Beyond => &self.row,
            Slot::Tiles => tiles,
            _ => &self.uniform,
        };
        pipeline.bind(self.device, ROW, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::gpu::tests::options;

    fn plain() -> Blocking {
        let threads = [64, 1];
        Blocking { sweeps: 2, columns: 1, lines: 1, threads, rows: 64, subgroups: false, pairs: false, kept: true }
    }

    #[test]
    fn a_wrong_way_is_found_out() {
        let Some(options) = options() else { return };
        let device = Device::open(&options, Precision::F32).unwrap();
        let deep = Blocking { sweeps: 3, lines: 2, columns: 2, threads: [16, 8], ..plain() };
        for way in [plain(), deep, Blocking { kept: false, ..plain() }] {
            let bed = |way: Blocking| Bed::new(&device, proof(way)).unwrap().compile(way).unwrap();
            assert!(is_right(&device, way, &bed(way)).unwrap(), "{way:?}");
            assert!(bits(&device, proof(way), way, &bed(way), 1).unwrap().len() > 500);
            // a sweep too few, under the name of another way
            let wrong = Blocking { sweeps: way.sweeps + 1, ..way };
            assert!(!is_right(&device, way, &bed(wrong)).unwrap(), "{way:?}");
        }
    }
}
