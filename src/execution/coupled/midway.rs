//! Where a run of coupled transport stands between its start and its end.

use super::ledger::Ledger;
use crate::coupled::matter::Composition;
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
