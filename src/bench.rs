//! Benchmarks: explicit steps from small grids to ones that fill memory, against the copy bandwidth of the same run; the way to a solution by
//! super steps; endurance. A score counts only with the physics checked on the same path.

mod case;
mod copy;
mod energy;
mod flight;
mod judge;
mod proof;
mod soak;
mod solution;
#[cfg(test)]
mod tests;

pub use case::Case;
pub use copy::copy_bandwidth;
pub use flight::{Flight, NAME as FLIGHT, flight};
pub use judge::Checks;
pub use proof::{Proven, prove};
pub use soak::{Soak, soak};
pub use solution::{Solution, solution};

use crate::backend::{self, Backend, BackendError, Clock, Resolution, Selection, gpu};
use crate::conduction::Conduction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;

/// Opens a backend in the initial state of a problem.
pub type Open<'a> = &'a dyn Fn(&Conduction) -> Result<Box<dyn Backend>, BackendError>;

/// All that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Of the program.
    pub version: String,
    /// Steps in whole numbers, whose bytes are known.
    #[serde(default)]
    pub proofs: Vec<Proven>,
    /// Explicit steps.
    pub scores: Vec<Score>,
    /// Time to solution.
    pub solutions: Vec<Solution>,
    /// Carriers in flight.
    #[serde(default)]
    pub flights: Vec<Flight>,
    /// Endurance, if it was asked for.
    pub soaks: Vec<Soak>,
}

/// One line of the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Name of the case.
    pub case: String,
    /// "cpu" or "gpu".
    pub backend: String,
    /// Processor or adapter.
    pub adapter: String,
    /// With its version, or the number of threads.
    pub driver: String,
    /// "f64", "f32" or "exact".
    pub precision: String,
    /// What made the steps on a GPU, and why.
    #[serde(default)]
    pub kernel: String,
    /// Along each axis.
    pub cells: [usize; 3],
    /// In each timed repeat.
    pub steps: u64,
    /// Median of the repeats, s.
    pub seconds: f64,
    /// Fastest and slowest repeat, s.
    pub spread_s: [f64; 2],
    /// 1e9 cell updates per second, by the median; none if a check failed.
    pub gcells_per_s: Option<f64>,
    /// Bytes that one update must move in one sweep per pass: the state in and out; on a GPU what rounding took, and a byte that tells the kind
    /// of a cell, or conductances and heat capacity; on the CPU rows of them that repeat stay in the cache.
    pub bytes_per_update: f64,
    /// Copy bandwidth measured in this run, read and write together, GB/s.
    pub copy_gb_per_s: f64,
    /// Bytes per update times updates per second over that bandwidth; above 1 where many sweeps go with one pass, or the grid fits a
    /// cache.
    pub share_of_copy: Option<f64>,
    /// Energy that the device took for the timed repeat, J, where the platform tells.
    #[serde(default)]
    pub joules: Option<f64>,
    /// What was checked.
    pub checks: Checks,
}

/// Repeats of a timing; the median counts.
const REPEATS: usize = 5;

/// Copy bandwidth of what is selected, GB/s: arrays of 256 MiB, or what a binding may hold.
///
/// # Errors
/// If the device fails.
pub fn copy_of(selection: &Selection, quick: bool) -> Result<f64, BackendError> {
    let bytes = if quick { 64 << 20 } else { 256 << 20 };
    match selection.kind {
        backend::Kind::Cpu => Ok(copy_bandwidth(bytes / 8)),
        _ => Ok(gpu::copy_bandwidth(selection, bytes as u64)?),
    }
}

/// Steps of a repeat at least: fewer would not fill passes of several sweeps, and be made one by one.
const FEWEST: u64 = 16;

/// Times a case on a grid; `copy` is the bandwidth to compare with, GB/s, `wanted` the length of a repeat, s.
///
/// # Errors
/// If the backend fails.
pub fn time(case: Case, cells: [usize; 3], open: Open, copy: f64, wanted: f64) -> Result<Score, BackendError> {
    let error = judge::error(case, open)?;
    let conduction = Conduction::new(Arc::new(case.problem(cells)))?;
    let families = conduction.links.families.len() as f64;
    let clock = Clock { start: 0.0, step: 0.9 / conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]) };
    let mut backend = open(&conduction)?;
    let info = backend.info();
    // Warm up, and find how many steps take long enough to time.
    let (mut next, mut steps) = (0, FEWEST);
    let mut run = |backend: &mut dyn Backend, steps: u64| -> Result<f64, BackendError> {
        let begun = Instant::now();
        backend.advance(clock, next, steps)?;
        // once it answers, what was handed to a device is done
        backend.ledger()?;
        next += steps;
        Ok(begun.elapsed().as_secs_f64())
    };
    let steps = loop {
        let took = run(backend.as_mut(), steps)?;
        if took > 0.3 * wanted || steps >= 100_000 {
            break ((wanted / took * steps as f64) as u64).clamp(FEWEST, 200_000);
        }
        steps *= 4;
    };
    let mut seconds = [0.0; REPEATS];
    let meter = energy::Meter::start();
    for repeat in &mut seconds {
        *repeat = run(backend.as_mut(), steps)?;
    }
    let watts = meter.watts(info.kind, &info.adapter, seconds.iter().sum());
    seconds.sort_by(f64::total_cmp);
    let median = seconds[REPEATS / 2];
    let [energy_closure, overshoot] = judge::balance(&conduction, backend.as_mut())?;
    let checks = Checks { error, energy_closure, overshoot };
    let number = if info.precision == "f32" { 4.0 } else { 8.0 };
    // on a GPU what rounding takes from f32 sums is read and written beside the state
    let keeps = info.kind == "gpu" && info.resolution == Resolution::COMPENSATED;
    let state = if keeps { 4.0 } else { 2.0 };
    let coefficients = match (info.kind, info.kernel.starts_with("blocked")) {
        ("cpu", _) => 0.0,
        (_, true) => 1.0 / number,
        (_, false) => families + 1.0,
    };
    let bytes_per_update = number * (state + coefficients);
    let rate = cells.iter().product::<usize>() as f64 * steps as f64 / median / 1e9;
    let counts = checks.objection().is_none();
    Ok(Score {
        case: case.name().into(),
        backend: info.kind.into(),
        adapter: info.adapter,
        driver: info.driver,
        precision: info.precision.into(),
        kernel: info.kernel,
        cells,
        steps,
        seconds: median,
        spread_s: [seconds[0], seconds[REPEATS - 1]],
        gcells_per_s: counts.then_some(rate),
        bytes_per_update,
        copy_gb_per_s: copy,
        share_of_copy: counts.then_some(rate * bytes_per_update / copy),
        joules: watts.map(|watts| watts * median),
        checks,
    })
}
