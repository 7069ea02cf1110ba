//! An opened device: memory, transfers and waiting, with every failure as a [`GpuError`].

use super::adapter;
use super::error::GpuError;
use super::stopwatch::Stopwatch;
use crate::backend::{Precision, Selection};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wgpu::{Buffer, BufferUsages, CommandEncoder, ErrorFilter, Features, SubmissionIndex};

/// Longest that the device may take over one submission before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A limit below this could not hold what does not grow with the grid.
const LEAST_BINDING: u64 = 32 << 10;

/// Bytes moved to or from the device at a time.
const CHUNK: u64 = 32 << 20;

/// What the device reported outside of any call.
#[derive(Debug, Default)]
struct Events {
    lost: Option<String>,
    refused: Option<String>,
}

/// An opened device.
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) info: wgpu::AdapterInfo,
    /// Largest binding, bytes.
    pub(super) max_binding: u64,
    /// Threads of a subgroup that can ask each other for numbers, where all subgroups have as many.
    pub(super) lanes: Option<usize>,
    /// Whether shaders have whole numbers of 64 bits.
    pub(super) int64: bool,
    events: Arc<Mutex<Events>>,
}

impl Device {
    /// Opens the selected adapter.
    pub(super) fn open(selection: &Selection, precision: Precision) -> Result<Device, GpuError> {
        let adapters = adapter::adapters();
        let infos: Vec<_> = adapters.iter().map(wgpu::Adapter::get_info).collect();
        let index = adapter::choose(&infos, selection.adapter.as_deref())?;
        let (adapter, info) = (&adapters[index], infos[index].clone());
        let mut features = Features::empty();
        if precision == Precision::F64 {
            if !adapter.features().contains(Features::SHADER_F64) {
                return Err(GpuError::Unsupported(format!(
                    "{} has no f64 in its shaders; use `--precision f32` or `--backend cpu`",
                    info.name
                )));
            }
            features |= Features::SHADER_F64;
        }
        let lanes = (info.subgroup_min_size == info.subgroup_max_size
            && adapter.features().contains(Features::SUBGROUP))
        .then_some(info.subgroup_min_size as usize);
        if lanes.is_some() {
            features |= Features::SUBGROUP;
        }
        features |= adapter.features() & (Features::TIMESTAMP_QUERY | Features::SHADER_INT64);
        let int64 = features.contains(Features::SHADER_INT64);
        let mut limits = adapter.limits();
        if let Some(most) = selection.max_binding {
            limits.max_storage_buffer_binding_size =
                limits.max_storage_buffer_binding_size.min(most.max(LEAST_BINDING));
        }
        let max_binding = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("clausius"),
            required_features: features,
            required_limits: limits,
            ..Default::default()
        }))
        .map_err(|error| GpuError::Refused(format!("{} cannot be opened: {error}", info.name)))?;
        let events = Arc::new(Mutex::new(Events::default()));
        let note = Arc::clone(&events);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note.lock().unwrap_or_else(PoisonError::into_inner).refused.get_or_insert(error.to_string());
        }));
        let note = Arc::clone(&events);
        device.set_device_lost_callback(move |reason, message| {
            note.lock().unwrap_or_else(PoisonError::into_inner).lost = Some(format!("{message} ({reason:?})"));
        });
        Ok(Device { device, queue, info, max_binding, lanes, int64, events })
    }

    /// Refuses what cannot fit. A real GPU's free memory is not told; one that computes on the processor uses the
    /// processor's, and would be killed rather than refused.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), GpuError> {
        match crate::memory::available().map(|bytes| bytes as u64) {
            Some(available) if self.info.device_type == wgpu::DeviceType::Cpu && bytes > available => {
                Err(GpuError::TooLarge { what: "the problem".into(), needed: bytes, available })
            }
            _ => Ok(()),
        }
    }

    /// Fails if the device reported an error or was lost.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        match (&events.lost, &events.refused) {
            (Some(reason), _) => Err(GpuError::Lost(reason.clone())),
            (None, Some(message)) => Err(GpuError::Refused(message.clone())),
            (None, None) => Ok(()),
        }
    }

    /// What times a compute pass on the device, where it can.
    pub(super) fn stopwatch(&self) -> Option<Stopwatch> {
        Stopwatch::new(self)
    }

    /// Runs `make` so that what the device objects to becomes an error.
    pub(super) fn scoped<T>(&self, make: impl FnOnce() -> T) -> Result<T, wgpu::Error> {
        let internal = self.device.push_error_scope(ErrorFilter::Internal);
        let memory = self.device.push_error_scope(ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(ErrorFilter::Validation);
        let made = make();
        let errors = [
            pollster::block_on(validation.pop()),
            pollster::block_on(memory.pop()),
            pollster::block_on(internal.pop()),
        ];
        errors.into_iter().flatten().next().map_or(Ok(made), Err)
    }

    /// A buffer of zeros.
    pub(super) fn buffer(&self, label: &str, bytes: u64, usage: BufferUsages) -> Result<Buffer, GpuError> {
        let available =
            if usage.contains(BufferUsages::STORAGE) { self.max_binding } else { self.device.limits().max_buffer_size };
        if bytes > available {
            return Err(GpuError::TooLarge { what: label.into(), needed: bytes, available });
        }
        let size = bytes.next_multiple_of(4).max(16);
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        self.scoped(|| self.device.create_buffer(&descriptor)).map_err(|error| match error {
            wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory { what: label.into(), bytes },
            other => GpuError::Refused(format!("{label}: {other}")),
        })
    }

    /// A storage buffer that can be copied from and to.
    pub(super) fn storage(&self, label: &str, bytes: u64) -> Result<Buffer, GpuError> {
        self.buffer(label, bytes, BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC)
    }

    /// A storage buffer with these contents.
    pub(super) fn filled(&self, label: &str, contents: &[u8]) -> Result<Buffer, GpuError> {
        let buffer = self.storage(label, contents.len() as u64)?;
        self.write(&buffer, contents)?;
        Ok(buffer)
    }

    /// Writes from the start of a buffer, in pieces, so that staging memory stays small.
    pub(super) fn write(&self, buffer: &Buffer, contents: &[u8]) -> Result<(), GpuError> {
        let pieces = contents.len().div_ceil(CHUNK as usize);
        for (n, piece) in contents.chunks(CHUNK as usize).enumerate() {
            self.queue.write_buffer(buffer, n as u64 * CHUNK, piece);
            if pieces > 1 {
                let index = self.queue.submit([]);
                self.wait(index)?;
            }
        }
        self.check()
    }

    /// Reads part of a buffer.
    pub(super) fn read(&self, buffer: &Buffer, from: u64, bytes: u64) -> Result<Vec<u8>, GpuError> {
        let mut contents = Vec::with_capacity(bytes as usize);
        if bytes == 0 {
            return Ok(contents);
        }
        let staging = self.buffer("read back", bytes.min(CHUNK), BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        while (contents.len() as u64) < bytes {
            let done = contents.len() as u64;
            let piece = (bytes - done).min(CHUNK);
            let mut encoder = self.encoder();
            encoder.copy_buffer_to_buffer(buffer, from + done, &staging, 0, piece);
            let index = self.submit(encoder);
            staging.map_async(wgpu::MapMode::Read, 0..piece, |_| {});
            self.wait(index)?;
            let refused = |error: &dyn std::fmt::Display| GpuError::Refused(format!("read back: {error}"));
            let view = staging.get_mapped_range(0..piece).map_err(|error| refused(&error))?;
            contents.extend_from_slice(&view);
            drop(view);
            staging.unmap();
        }
        self.check()?;
        Ok(contents)
    }

    /// Reads small parts of buffers, one after the other: buffer, first byte, bytes.
    pub(super) fn collect(&self, places: &[(&Buffer, u64, u64)]) -> Result<Vec<u8>, GpuError> {
        let total = places.iter().map(|(_, _, bytes)| bytes).sum();
        let gathered = self.buffer("gathered", total, BufferUsages::COPY_SRC | BufferUsages::COPY_DST)?;
        let mut encoder = self.encoder();
        let mut to = 0;
        for &(buffer, from, bytes) in places {
            encoder.copy_buffer_to_buffer(buffer, from, &gathered, to, bytes);
            to += bytes;
        }
        self.submit(encoder);
        self.read(&gathered, 0, total)
    }

    /// Records commands.
    pub(super) fn encoder(&self) -> CommandEncoder {
        self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("clausius") })
    }

    /// Hands commands over.
    pub(super) fn submit(&self, encoder: CommandEncoder) -> SubmissionIndex {
        self.queue.submit([encoder.finish()])
    }

    /// Waits until the work handed over up to `index` is done.
    pub(super) fn wait(&self, index: SubmissionIndex) -> Result<(), GpuError> {
        let poll = wgpu::PollType::Wait { submission_index: Some(index), timeout: Some(PATIENCE) };
        let polled = self.device.poll(poll);
        self.check()?;
        match polled {
            Ok(_) => Ok(()),
            Err(wgpu::PollError::Timeout) => Err(GpuError::Timeout(PATIENCE)),
            Err(other) => Err(GpuError::Refused(other.to_string())),
        }
    }
}
