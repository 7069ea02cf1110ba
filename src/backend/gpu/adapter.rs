//! Which adapters there are, and which one is meant.

use super::error::GpuError;
use serde::Serialize;
use wgpu::{Adapter, AdapterInfo, Backends, DeviceType, Features};

/// What `clausius devices` tells of an adapter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeviceSummary {
    /// Number to choose it by.
    pub index: usize,
    /// As the driver calls it.
    pub name: String,
    /// Graphics interface: vulkan, metal or dx12.
    pub api: String,
    /// discrete, integrated, virtual, software or other.
    pub kind: &'static str,
    /// Name of the driver.
    pub driver: String,
    /// Its version.
    pub driver_info: String,
    /// Whether shaders can compute in f64.
    pub shader_f64: bool,
    /// Whether it has time stamps.
    pub timestamps: bool,
    /// Largest part of a buffer that a shader can see, bytes.
    pub max_binding_bytes: u64,
    /// Largest buffer, bytes.
    pub max_buffer_bytes: u64,
    /// Storage buffers that one kernel can see.
    pub max_storage_buffers: u32,
    /// Threads in a workgroup.
    pub max_workgroup_threads: u32,
    /// Whether it is chosen when none is named.
    pub chosen: bool,
}

impl std::fmt::Display for DeviceSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        const MIB: u64 = 1 << 20;
        let has = |yes| if yes { "yes" } else { "no" };
        let mark = if self.chosen { " (default)" } else { "" };
        writeln!(f, "{}: {}{mark}", self.index, self.name)?;
        writeln!(f, "   {}, through {}, driver {} {}", self.kind, self.api, self.driver, self.driver_info)?;
        writeln!(
            f,
            "   f64 {}, time stamps {}, bindings to {} MiB, buffers to {} MiB, {} storage buffers, {} threads a group",
            has(self.shader_f64),
            has(self.timestamps),
            self.max_binding_bytes / MIB,
            self.max_buffer_bytes / MIB,
            self.max_storage_buffers,
            self.max_workgroup_threads
        )
    }
}

/// Every adapter of every graphics interface that computes.
pub(super) fn adapters() -> Vec<Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = Backends::VULKAN | Backends::METAL | Backends::DX12;
    let backends = descriptor.backends;
    pollster::block_on(wgpu::Instance::new(descriptor).enumerate_adapters(backends))
}

/// All adapters, in the order of their numbers.
pub fn devices() -> Vec<DeviceSummary> {
    let adapters = adapters();
    let infos: Vec<AdapterInfo> = adapters.iter().map(Adapter::get_info).collect();
    let best = best(&infos);
    adapters
        .iter()
        .zip(&infos)
        .enumerate()
        .map(|(index, (adapter, info))| {
            let limits = adapter.limits();
            DeviceSummary {
                index,
                name: info.name.clone(),
                api: info.backend.to_string(),
                kind: kind(info),
                driver: info.driver.clone(),
                driver_info: info.driver_info.clone(),
                shader_f64: adapter.features().contains(Features::SHADER_F64),
                timestamps: adapter.features().contains(Features::TIMESTAMP_QUERY),
                max_binding_bytes: limits.max_storage_buffer_binding_size,
                max_buffer_bytes: limits.max_buffer_size,
                max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
                max_workgroup_threads: limits.max_compute_invocations_per_workgroup,
                chosen: best == Some(index),
            }
        })
        .collect()
}

/// The position of the adapter that is meant: by number, by a part of its name, or the best GPU.
pub(super) fn choose(infos: &[AdapterInfo], asked: Option<&str>) -> Result<usize, GpuError> {
    let Some(asked) = asked else {
        return best(infos).ok_or_else(|| GpuError::NoDevice {
            reason: if infos.is_empty() {
                "no adapter was found (are the drivers installed?)".into()
            } else {
                "the only adapters are software rasterizers, which are used only when named".into()
            },
            found: list(infos),
        });
    };
    let unnamed = |problem| GpuError::Unnamed { asked: asked.into(), problem, found: list(infos) };
    if let Ok(index) = asked.parse::<usize>() {
        return if index < infos.len() { Ok(index) } else { Err(unnamed("matches no adapter")) };
    }
    let wanted = asked.to_lowercase();
    let mut fitting = (0..infos.len()).filter(|&i| infos[i].name.to_lowercase().contains(&wanted));
    match (fitting.next(), fitting.next()) {
        (Some(index), None) => Ok(index),
        (None, _) => Err(unnamed("matches no adapter")),
        (Some(_), Some(_)) => Err(unnamed("matches several adapters")),
    }
}

fn best(infos: &[AdapterInfo]) -> Option<usize> {
    let rank = |info: &AdapterInfo| match info.device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other | DeviceType::Cpu => 3,
    };
    (0..infos.len()).filter(|&i| !is_software(&infos[i])).min_by_key(|&i| rank(&infos[i]))
}

/// Whether an adapter computes on the processor.
fn is_software(info: &AdapterInfo) -> bool {
    const NAMES: [&str; 5] = ["lavapipe", "llvmpipe", "swiftshader", "warp", "basic render"];
    let name = info.name.to_lowercase();
    info.device_type == DeviceType::Cpu || NAMES.iter().any(|software| name.contains(software))
}

fn kind(info: &AdapterInfo) -> &'static str {
    match info.device_type {
        _ if is_software(info) => "software",
        DeviceType::DiscreteGpu => "discrete",
        DeviceType::IntegratedGpu => "integrated",
        DeviceType::VirtualGpu => "virtual",
        DeviceType::Other | DeviceType::Cpu => "other",
    }
}

fn list(infos: &[AdapterInfo]) -> String {
    infos
        .iter()
        .enumerate()
        .map(|(i, info)| format!("  {i}: {} ({}, {})\n", info.name, info.backend, kind(info)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, device_type: DeviceType) -> AdapterInfo {
        let mut info = AdapterInfo::new(device_type, wgpu::Backend::Vulkan);
        info.name = name.into();
        info
    }

    fn machine() -> Vec<AdapterInfo> {
        vec![
            info("llvmpipe (LLVM 15)", DeviceType::Cpu),
            info("Small Graphics 630", DeviceType::IntegratedGpu),
            info("Large Card 9000", DeviceType::DiscreteGpu),
            info("Large Card 9001", DeviceType::DiscreteGpu),
        ]
    }

    #[test]
    fn the_best_gpu_is_taken_when_none_is_named() {
        assert_eq!(choose(&machine(), None), Ok(2));
        assert_eq!(choose(&machine()[..2], None), Ok(1));
    }

    #[test]
    fn software_is_taken_only_when_named() {
        let only = [info("llvmpipe (LLVM 15)", DeviceType::Cpu), info("SwiftShader Device", DeviceType::Other)];
        let error = choose(&only, None).unwrap_err();
        assert!(matches!(error, GpuError::NoDevice { .. }));
        assert!(error.to_string().contains("0: llvmpipe (LLVM 15) (vulkan, software)"), "{error}");
        assert_eq!(choose(&only, Some("LLVMpipe")), Ok(0));
        assert_eq!(choose(&only, Some("1")), Ok(1));
        assert!(choose(&[], None).unwrap_err().to_string().contains("no adapter was found"));
    }

    #[test]
    fn a_name_must_fit_exactly_one_adapter() {
        assert_eq!(choose(&machine(), Some("card 9001")), Ok(3));
        assert_eq!(choose(&machine(), Some("3")), Ok(3));
        let several = choose(&machine(), Some("large")).unwrap_err().to_string();
        assert!(several.contains("matches several") && several.contains("2: Large Card 9000"), "{several}");
        for asked in ["4", "radium", "-1"] {
            assert!(matches!(choose(&machine(), Some(asked)), Err(GpuError::Unnamed { .. })), "{asked}");
        }
    }
}
