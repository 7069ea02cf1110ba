//! Whether this device keeps what rounding takes. WGSL lets a compiler reorder sums, which would turn the
//! compensation into zeros; no document says which drivers do, so it is tried out.

use super::device::Device;
use super::error::GpuError;
use super::kernel::Slot;
use super::program;
use super::shader::LINE;
use super::state::SlabUniform;
use wgpu::BufferUsages;

const PAIRS: u32 = 4096;

/// Adds pairs on the device and compares with the exact answers.
pub(super) fn sums_are_compensated(device: &Device) -> Result<bool, GpuError> {
    let pipeline = program::self_test().compile(device)?;
    let pairs = pairs();
    let buffer = device.filled("pairs", bytemuck::cast_slice(&pairs))?;
    let uniform =
        device.buffer("slab", size_of::<SlabUniform>() as u64, BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
    let bind_group = pipeline.bind(device, 0, |slot| if slot == Slot::Slab { &uniform } else { &buffer });
    let mut encoder = device.encoder();
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline.pipeline);
    pass.set_bind_group(0, &bind_group, &[]);
    pass.dispatch_workgroups(PAIRS.div_ceil(LINE), 1, 1);
    drop(pass);
    let index = device.submit(encoder);
    device.wait(index)?;
    let bytes = device.read(&buffer, 0, u64::from(PAIRS) * 8)?;
    let sums: Vec<[f32; 2]> = bytes.as_chunks::<8>().0.iter().map(|b| bytemuck::pod_read_unaligned(b)).collect();
    Ok(pairs.iter().zip(&sums).all(|(&pair, sum)| *sum == exact(pair)))
}

/// Summands whose magnitudes differ by up to 2^27, so that f64 holds their sum exactly, of either sign.
fn pairs() -> Vec<[f32; 2]> {
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    (0..PAIRS)
        .map(|_| {
            let mut number = || {
                let digits = 1.0 + f64::from(random() & 0x7f_ffff) / f64::from(1 << 23);
                let exponent = (random() % 27) as i32 - 20;
                let sign = if random() & 1 == 0 { 1.0 } else { -1.0 };
                (sign * digits * f64::from(exponent).exp2()) as f32
            };
            [number(), number()]
        })
        .collect()
}

/// The rounded sum, and what rounding took.
fn exact([a, b]: [f32; 2]) -> [f32; 2] {
    let sum = f64::from(a) + f64::from(b);
    let rounded = sum as f32;
    [rounded, (sum - f64::from(rounded)) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_pairs_lose_something_to_rounding() {
        let lossy = pairs().into_iter().filter(|&pair| exact(pair)[1] != 0.0).count();
        assert!(lossy > PAIRS as usize * 8 / 10, "{lossy}");
        for [a, b] in pairs() {
            let [sum, lost] = exact([a, b]);
            assert_eq!(f64::from(sum) + f64::from(lost), f64::from(a) + f64::from(b));
        }
    }
}
