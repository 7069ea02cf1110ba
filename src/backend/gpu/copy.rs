//! Copy bandwidth of a device, the measure of what its memory gives.

use super::device::Device;
use super::error::GpuError;
use super::kernel::Slot;
use super::program;
use super::state::MOST_GROUPS;
use crate::backend::{Precision, Selection};
use std::time::Instant;

/// Read and write together between two buffers of so many bytes, or what a binding may hold, GB/s: the best of several, by a kernel and by the device's own
/// copies, which some devices leave to a slow engine (an NVIDIA H200 copies 0.84 TB/s so, and 4.3 by a kernel).
///
/// # Errors
/// If no adapter is meant, or the device fails.
pub fn copy_bandwidth(selection: &Selection, bytes: u64) -> Result<f64, GpuError> {
    const COPIES: u32 = 16;
    const THREADS: u32 = 256;
    let device = Device::open(selection, Precision::F32)?;
    let bytes = bytes.min(device.max_binding) / 256 * 256;
    let (from, to) = (device.storage("copied", bytes)?, device.storage("copy", bytes)?);
    let pipeline = program::copy().compile(&device)?;
    let bind_group = pipeline.bind(&device, 0, |slot| if slot == Slot::Old { &from } else { &to });
    let groups = ((bytes / 16) as u32).div_ceil(THREADS);
    let rows = groups.div_ceil(MOST_GROUPS);
    let mut best = 0.0_f64;
    for turn in 0..12 {
        let begun = Instant::now();
        let mut encoder = device.encoder();
        if turn % 2 == 0 {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline.pipeline);
            pass.set_bind_group(0, &bind_group, &[]);
            (0..COPIES).for_each(|_| pass.dispatch_workgroups(groups.div_ceil(rows), rows, 1));
        } else {
            (0..COPIES).for_each(|_| encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes));
        }
        let index = device.submit(encoder);
        device.wait(index)?;
        best = best.max((2 * u64::from(COPIES) * bytes) as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
    device.check()?;
    Ok(best)
}
