//! `clausius devices`: adapters with drivers, limits and features.

use super::{Failure, print, print_json};
use crate::backend::gpu;

/// Runs the command.
pub fn devices(json: bool) -> Result<(), Failure> {
    let devices = gpu::devices();
    if json {
        return print_json(&devices);
    }
    if devices.is_empty() {
        return print("no Vulkan, Metal or DX12 adapter was found; runs use the CPU\n");
    }
    let mut text = String::new();
    for device in &devices {
        text += &device.to_string();
        text.push('\n');
    }
    print(&text)
}
