//! Time that a device takes, by its own clock.

use super::device::Device;
use super::error::GpuError;
use wgpu::{Buffer, BufferUsages, CommandEncoder, ComputePassTimestampWrites, Features, QuerySet};

/// The beginning and the end of a compute pass.
pub(super) struct Stopwatch {
    queries: QuerySet,
    ticks: Buffer,
    /// ns.
    tick: f64,
}

impl Stopwatch {
    /// None where the device has no time stamps.
    pub(super) fn new(device: &Device) -> Option<Stopwatch> {
        if !device.device.features().contains(Features::TIMESTAMP_QUERY) {
            return None;
        }
        let queries = device.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("stopwatch"),
            ty: wgpu::QueryType::Timestamp,
            count: 2,
        });
        let ticks = device.buffer("ticks", 16, BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC).ok()?;
        Some(Stopwatch { queries, ticks, tick: f64::from(device.queue.get_timestamp_period()) })
    }

    /// For the descriptor of the pass.
    pub(super) fn around(&self) -> ComputePassTimestampWrites<'_> {
        ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        }
    }

    /// Keeps what was measured, after the pass.
    pub(super) fn keep(&self, encoder: &mut CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2, &self.ticks, 0);
    }

    /// Seconds, once the device is done.
    pub(super) fn read(&self, device: &Device) -> Result<f64, GpuError> {
        let bytes = device.read(&self.ticks, 0, 16)?;
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes);
        Ok(ticks[1].saturating_sub(ticks[0]).max(1) as f64 * self.tick * 1e-9)
    }
}
