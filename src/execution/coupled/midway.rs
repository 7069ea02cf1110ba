//! Where a run of coupled transport stands between its start and its end.

use super::super::{ExecutionError, Options, Watch};
use super::ledger::Ledger;
use crate::backend;
use crate::checkpoint::Checkpoint;
use crate::coupled::device::Device;
use crate::coupled::matter::Composition;
use crate::simulation::Progress;
use serde::{Deserialize, Serialize};

/// What a checkpoint of coupled transport holds beside temperatures and rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Midway {
    /// What passed since the start.
    pub ledger: Ledger,
    /// Per surface: kg of every independent species that entered.
    pub entered: Vec<Composition>,
    /// Iterations of the linear systems so far.
    pub made: usize,
    /// Widest ranges of temperatures and mass fractions so far.
    pub range: [f64; 2],
    /// Length that the next step wants, s.
    pub wanted_step: f64,
    /// Time of the last row, s.
    pub last_row: f64,
    /// Outputs made.
    pub outputs: usize,
    /// Potentials of the nodes, V; or mass fractions, cell by cell.
    pub beside: Vec<f64>,
}

/// Temperatures (K), and what beside them, that an interrupted search for a steady state had come to.
pub(super) fn found_before(options: &Options) -> Option<(&[f64], &[f64])> {
    let checkpoint = options.resume.as_ref()?;
    Some((&checkpoint.enthalpy, &checkpoint.coupled.as_ref()?.beside))
}

/// Hands over what a search for a steady state has come to, for [`found_before`].
pub(super) fn keep_search(
    device: &Device,
    temperature: &[f64],
    beside: Vec<f64>,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<(), ExecutionError> {
    let midway = Midway {
        ledger: Ledger::new(device),
        entered: Vec::new(),
        made: 0,
        range: [0.0; 2],
        wanted_step: 0.0,
        last_row: 0.0,
        outputs: 0,
        beside,
    };
    watch.checkpoint(Checkpoint {
        scenario: options.fingerprint,
        storage: None,
        progress: Progress::default(),
        ledger: backend::Ledger::default(),
        enthalpy: temperature.to_vec(),
        heats: None,
        coupled: Some(midway),
        flight: None,
    })?;
    Ok(())
}
