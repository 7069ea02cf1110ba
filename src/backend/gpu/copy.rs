//! Copy bandwidth of a device, the measure of what its memory gives.

use super::device::Device;
use super::error::GpuError;
use crate::backend::{Precision, Selection};
use std::time::Instant;

/// Read and write together of copies between two buffers of so many bytes, or what a binding may hold, GB/s; the best of several.
///
/// # Errors
/// If no adapter is meant, or the device fails.
pub fn copy_bandwidth(selection: &Selection, bytes: u64) -> Result<f64, GpuError> {
    const COPIES: u64 = 8;
    let device = Device::open(selection, Precision::F32)?;
    let bytes = bytes.min(device.max_binding) / 256 * 256;
    let (from, to) = (device.storage("copied", bytes)?, device.storage("copy", bytes)?);
    let mut best = 0.0_f64;
    for _ in 0..6 {
        let begun = Instant::now();
        let mut encoder = device.encoder();
        for _ in 0..COPIES {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
        }
        let index = device.submit(encoder);
        device.wait(index)?;
        best = best.max((2 * COPIES * bytes) as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
    device.check()?;
    Ok(best)
}
