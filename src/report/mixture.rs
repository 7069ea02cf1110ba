//! `mixture` in `report.json`.

use super::Named;
use serde::Serialize;

/// What a run with model = "mixture" found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mixture {
    /// Of the first species.
    pub mass_fraction: Spread,
    /// All species, in the order of the scenario.
    pub components: Named<Component>,
    /// What enters now through every surface that matter passes, kg/s by species.
    #[serde(rename = "boundaries_kg_per_s")]
    pub boundaries: Named<Named<f64>>,
    /// What the budget of a species leaves: through time in parts of its content, at rest in parts of what passes.
    pub mass_closure: f64,
    /// Largest |L_ij - L_ji| / sqrt(L_ii L_jj) of all faces: Onsager's relation; null where the entropy of mixing is not known.
    pub onsager_mismatch: Option<f64>,
}

/// Extremes and mean by mass.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Lowest of all cells.
    pub min: f64,
    /// Highest of all cells.
    pub max: f64,
    /// By mass.
    pub mean: f64,
}

/// A species.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// Over the cells that matter enters.
    pub mass_fraction: Spread,
    /// kg.
    #[serde(rename = "mass_kg")]
    pub mass: f64,
    /// Through all surfaces now, kg/s.
    #[serde(rename = "inflow_kg_per_s")]
    pub inflow: f64,
    /// Through all surfaces since the start, kg; null for a steady state.
    #[serde(rename = "entered_kg")]
    pub entered: Option<f64>,
}
