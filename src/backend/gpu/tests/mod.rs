//! The GPU against the CPU reference, on small problems that use every part.

mod agreement;
mod blocked;
mod coupled;
mod flows;
mod layouts;
mod leaps;
mod linear;
mod maps;
mod problems;
mod second_law;
mod slabs;
mod windows;

use super::{Gpu, GpuError};
use crate::backend::cpu::Cpu;
use crate::backend::{Backend, Clock, Selection};
use crate::conduction::Conduction;
use crate::problem::Problem;
use std::sync::Arc;

/// Any adapter, software or not. Without one the test is skipped, and says so, unless `CLAUSIUS_REQUIRE_GPU=1`.
fn adapter() -> Option<String> {
    let devices = super::devices();
    let device = devices.iter().find(|d| d.chosen).or(devices.first());
    if device.is_none() {
        let required = std::env::var("CLAUSIUS_REQUIRE_GPU").is_ok_and(|v| v == "1");
        assert!(!required, "CLAUSIUS_REQUIRE_GPU=1, and there is no adapter");
        eprintln!("skipped: no adapter");
    }
    device.map(|d| d.index.to_string())
}

pub(crate) fn options() -> Option<Selection> {
    adapter().map(|adapter| Selection { adapter: Some(adapter), ..Selection::default() })
}

fn conduction(problem: Problem) -> Conduction {
    Conduction::new(Arc::new(problem)).unwrap()
}

fn gpu(conduction: &Conduction, options: &Selection) -> Gpu {
    Gpu::new(conduction, options).unwrap_or_else(|error: GpuError| panic!("{error}"))
}

/// 0.9 of the stability limit between two deviations.
fn stable(conduction: &Conduction, temperature: [f64; 2], end: f64) -> f64 {
    0.9 / conduction.fastest_rate(temperature, [0.0, end])
}

/// Both backends after the same steps: largest difference of enthalpies, and range of the reference's.
fn after(conduction: &Conduction, options: &Selection, clock: Clock, parts: &[u64]) -> (Gpu, Cpu, f64, f64) {
    let mut gpu = gpu(conduction, options);
    let mut cpu = Cpu::new(conduction.clone());
    let mut first = 0;
    for &count in parts {
        gpu.advance(clock, first, count).unwrap();
        cpu.advance(clock, first, count).unwrap();
        first += count;
    }
    let (a, b) = (gpu.enthalpy().unwrap(), cpu.enthalpy().unwrap());
    let difference = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(a.iter().all(|e| e.is_finite()));
    let [low, high] = b.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], &e| [l.min(e), h.max(e)]);
    (gpu, cpu, difference, high - low)
}
