//! Composition of shaders: constants printed from Rust, bindings, laws, library, generated functions, one kernel.
//! A place in the whole maps back to the file that it came from.

use super::device::Device;
use super::error::GpuError;
use super::kernel::{Binding, Kernel, Part, Slot};
use crate::backend::Precision;
use crate::conduction::RADIATION_STEPS;
use crate::laws::STEFAN_BOLTZMANN;

/// Threads along x and y of the kernels that run over blocks.
pub(super) const TILE: [u32; 2] = [64, 4];

/// Threads of the kernels that run over lines.
pub(super) const LINE: u32 = 64;

/// What all shaders of a problem have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Prelude {
    pub(super) precision: Precision,
    /// Temperatures are stored less this, K.
    pub(super) reference: f64,
    /// Where inverse heat capacities are among the coefficients.
    pub(super) per_capacity: usize,
    /// Numbers of a row; what a super step adds stands behind them.
    pub(super) row: usize,
}

impl Prelude {
    fn text(self) -> String {
        format!(
            "alias Real = {};\nconst STEFAN_BOLTZMANN: Real = {STEFAN_BOLTZMANN:e};\nconst REFERENCE: Real = {:?};\nconst PER_CAPACITY: u32 = {}u;\nconst ROW: u32 = {}u;\nconst RADIATION_STEPS: u32 = {RADIATION_STEPS}u;\nconst tile_x: u32 = {}u;\nconst tile_y: u32 = {}u;\nconst line: u32 = {LINE}u;\n",
            self.precision.name(),
            self.reference,
            self.per_capacity,
            self.row,
            TILE[0],
            TILE[1]
        )
    }
}

/// A composed shader.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) text: String,
    /// First line (from 1) and name of each part.
    parts: Vec<(usize, String)>,
}

impl Source {
    /// Puts a shader together.
    pub(super) fn new(
        prelude: Prelude,
        kernel: &Kernel,
        bindings: &[Binding],
        parts: &[Part],
        generated: &str,
    ) -> Source {
        let mut source = Source { text: String::new(), parts: Vec::new() };
        source.add("(constants)", &prelude.text());
        source.add("(bindings)", &bindings.iter().map(|b| b.text()).collect::<String>());
        for part in parts {
            source.add(part.file, part.text);
        }
        source.add("(generated)", generated);
        source.add(kernel.part.file, kernel.part.text);
        source
    }

    fn add(&mut self, name: &str, text: &str) {
        self.parts.push((self.text.lines().count() + 1, name.to_string()));
        self.text.push_str(text);
        if !text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// File and line that a line (from 1) of the whole came from.
    pub(super) fn place(&self, line: usize) -> (String, usize) {
        let part = self.parts.partition_point(|(first, _)| *first <= line).max(1) - 1;
        let (first, name) = &self.parts[part];
        (name.clone(), (line + 1).saturating_sub(*first))
    }

    /// Compiles it for a device.
    pub(super) fn compile(&self, device: &Device, kernel: &Kernel, bindings: &[Binding]) -> Result<Pipeline, GpuError> {
        self.check(kernel)?;
        let entries: Vec<_> = bindings.iter().map(|b| b.layout()).collect();
        let label = Some(kernel.entry);
        let made = device.scoped(|| {
            let module = device.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label,
                source: wgpu::ShaderSource::Wgsl(self.text.as_str().into()),
            });
            let layout =
                device.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
            let pipeline_layout = device.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label,
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = device.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label,
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(kernel.entry),
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            });
            (layout, pipeline)
        });
        let (layout, pipeline) =
            made.map_err(|error| GpuError::Refused(format!("kernel {}: {error}", kernel.entry)))?;
        Ok(Pipeline { kernel: *kernel, bindings: bindings.to_vec(), layout, pipeline })
    }

    /// Parses and validates it, without a device.
    pub(super) fn check(&self, kernel: &Kernel) -> Result<wgpu::naga::Module, GpuError> {
        use wgpu::naga::front::wgsl;
        use wgpu::naga::valid::{self, Capabilities};
        let fault = |line: usize, message: String| {
            let (file, line) = self.place(line);
            GpuError::Shader { file, line, message: format!("in kernel {}: {message}", kernel.entry) }
        };
        let module = wgsl::parse_str(&self.text).map_err(|error| {
            let line = error.location(&self.text).map_or(1, |l| l.line_number as usize);
            fault(line, error.message().to_string())
        })?;
        let capabilities = Capabilities::FLOAT64 | Capabilities::SHADER_INT64 | Capabilities::SUBGROUP;
        valid::Validator::new(valid::ValidationFlags::all(), capabilities).validate(&module).map_err(|error| {
            let line = error.location(&self.text).map_or(1, |l| l.line_number as usize);
            fault(line, error.emit_to_string(&self.text))
        })?;
        Ok(module)
    }
}

/// A kernel, ready to run.
pub(super) struct Pipeline {
    pub(super) kernel: Kernel,
    pub(super) bindings: Vec<Binding>,
    pub(super) layout: wgpu::BindGroupLayout,
    pub(super) pipeline: wgpu::ComputePipeline,
}

impl Pipeline {
    /// Binds a buffer to each slot that it sees; `part`: how many bytes of a slot that is bound at an offset.
    pub(super) fn bind<'a>(
        &self,
        device: &Device,
        part: u64,
        buffer: impl Fn(Slot) -> &'a wgpu::Buffer,
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = self
            .bindings
            .iter()
            .map(|&Binding { slot, .. }| {
                let size = if slot.moves() { wgpu::BufferSize::new(part) } else { None };
                let resource =
                    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer: buffer(slot), offset: 0, size });
                wgpu::BindGroupEntry { binding: slot as u32, resource }
            })
            .collect();
        device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.kernel.entry),
            layout: &self.layout,
            entries: &entries,
        })
    }
}
