//! Whether a device computes rightly: some steps in whole numbers, whose bytes are known.

use super::Case;
use crate::backend::{self, BackendError, Clock, Selection};
use crate::conduction::Conduction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the steps come to on every processor that computes rightly.
const KNOWN: &str = "16a45008bfe865a7";

/// What a device came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proven {
    /// Processor or adapter.
    pub adapter: String,
    /// Of all energies.
    pub checksum: String,
    /// Energy that is left over; 0.
    pub left_quanta: i64,
}

impl Proven {
    /// What is wrong with it; none if nothing is.
    pub fn objection(&self) -> Option<String> {
        if self.left_quanta != 0 {
            return Some(format!("{} quanta of energy are left over in whole numbers", self.left_quanta));
        }
        (self.checksum != KNOWN).then(|| {
            format!("its steps in whole numbers come to {}, and rightly computed they come to {KNOWN}", self.checksum)
        })
    }
}

/// Makes the steps: four materials in blocks, two walls, and a start as rough as can be, of numbers that no library of functions has a part in.
///
/// # Errors
/// If the device fails.
pub fn prove(selection: &Selection) -> Result<Proven, BackendError> {
    const STEPS: u64 = 240;
    let mut problem = Case::Blocks.problem([40, 36, 34]);
    let mut random = 1_u64;
    for t in &mut problem.initial {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *t = (random >> 40) as f64 / f64::from(1 << 21) - 4.0;
    }
    let conduction = Conduction::new(Arc::new(problem))?;
    let step = 0.9 / conduction.fastest_rate([-10.0, 20.0], [0.0, 1.0]);
    let mut backend =
        backend::open(&Selection { exact: true, precision: None, ..selection.clone() }, &conduction, &mut |_| {})?;
    backend.advance(Clock { start: 0.0, step }, 0, STEPS)?;
    let proof = backend.proof()?.expect("whole numbers have a proof");
    Ok(Proven { adapter: backend.info().adapter, checksum: proof.checksum, left_quanta: proof.left_quanta })
}
