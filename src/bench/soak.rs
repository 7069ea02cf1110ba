//! Endurance: the same steps again and again, every bit compared, every lap timed.

use super::{Case, Open};
use crate::backend::{BackendError, Clock, Ledger};
use crate::conduction::Conduction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a soak found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Soak {
    /// Name of the case; files of earlier versions do not tell it.
    #[serde(default)]
    pub case: String,
    /// Processor or adapter.
    pub adapter: String,
    /// "f64" or "f32".
    pub precision: String,
    /// Times that the steps were made.
    pub laps: u64,
    /// Seconds in all.
    pub seconds: f64,
    /// Laps with a wrong bit.
    pub wrong_laps: u64,
    /// Bits of the final states that differed from the first lap's, in all.
    pub wrong_bits: u64,
    /// Median lap of the last tenth over that of the first tenth: above 1 the device has slowed down.
    pub slowdown: f64,
}

/// Repeats the same steps of a case from the same state for a time, or until `going` says no.
///
/// # Errors
/// If the backend fails.
pub fn soak(
    case: Case,
    cells: [usize; 3],
    open: Open,
    duration: Duration,
    going: &dyn Fn() -> bool,
) -> Result<Soak, BackendError> {
    const STEPS: u64 = 96;
    let conduction = Conduction::new(Arc::new(case.problem(cells)))?;
    let clock = Clock { start: 0.0, step: 0.9 / conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]) };
    let mut backend = open(&conduction)?;
    let info = backend.info();
    let start = conduction.enthalpy(&conduction.problem.initial);
    let ledger = Ledger { surfaces: vec![0.0; conduction.problem.surfaces.len()], sources: 0.0 };
    let mut first: Option<Vec<f64>> = None;
    let (mut laps, mut wrong_laps, mut wrong_bits) = (Vec::new(), 0, 0);
    let begun = Instant::now();
    while laps.len() < 2 || begun.elapsed() < duration && going() {
        backend.load(&start, &ledger)?;
        let lap = Instant::now();
        backend.advance(clock, 0, STEPS)?;
        backend.ledger()?;
        laps.push(lap.elapsed().as_secs_f64());
        let state = backend.enthalpy()?;
        match &first {
            None => first = Some(state),
            Some(first) => {
                let bits: u64 =
                    first.iter().zip(&state).map(|(a, b)| u64::from((a.to_bits() ^ b.to_bits()).count_ones())).sum();
                wrong_laps += u64::from(bits > 0);
                wrong_bits += bits;
            }
        }
    }
    let tenth = (laps.len() / 10).max(1);
    let median = |laps: &[f64]| {
        let mut laps = laps.to_vec();
        laps.sort_by(f64::total_cmp);
        laps[laps.len() / 2]
    };
    let slowdown = median(&laps[laps.len() - tenth..]) / median(&laps[..tenth]);
    Ok(Soak {
        case: case.name().into(),
        adapter: info.adapter,
        precision: info.precision.into(),
        laps: laps.len() as u64,
        seconds: begun.elapsed().as_secs_f64(),
        wrong_laps,
        wrong_bits,
        slowdown,
    })
}
