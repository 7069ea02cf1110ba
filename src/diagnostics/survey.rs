//! The totals of a state that a time series follows.

use super::balance::Snapshot;
use crate::backend::cpu::solid_range;
use crate::problem::VOID;
use crate::sum::Sum;
use serde::{Deserialize, Serialize};

/// Totals of a state at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// Lowest, highest and volume-weighted mean temperature, K.
    pub temperature: [f64; 3],
    /// Energy above the reference, J.
    pub energy: f64,
    /// Entropy above the reference, J/K.
    pub entropy: f64,
    /// Heat into the solid through each surface, W.
    pub surface_heat: Vec<f64>,
    /// Heat from sources, W.
    pub source_heat: f64,
    /// Entropy production, W/K.
    pub production: f64,
    /// Entropy that enters through walls and from sources, W/K.
    pub entropy_inflow: f64,
}

impl Survey {
    /// Of a state.
    pub fn of(snapshot: &Snapshot) -> Survey {
        let rates = snapshot.rates();
        Survey {
            temperature: temperatures(snapshot),
            energy: snapshot.energy(),
            entropy: snapshot.entropy(),
            production: rates.production,
            entropy_inflow: rates.boundary_entropy + rates.source_entropy,
            surface_heat: rates.surface_heat,
            source_heat: rates.source_heat,
        }
    }
}

/// Lowest, highest and volume-weighted mean temperature, K.
pub fn temperatures(snapshot: &Snapshot) -> [f64; 3] {
    let problem = &snapshot.conduction.problem;
    let [low, high] = solid_range(&snapshot.temperature, &problem.material);
    let solid = |i: usize| if problem.material[i] == VOID { 0.0 } else { problem.grid.volume(problem.grid.cell(i)) };
    let volume = Sum::of(problem.material.len(), solid);
    let warmth = Sum::of(problem.material.len(), |i| solid(i) * snapshot.temperature[i]);
    [low + problem.reference, high + problem.reference, warmth / volume + problem.reference]
}
