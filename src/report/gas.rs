//! `gas` in `report.json`.

use super::{Comparison, Distribution, Named, PhononEntropy};
use serde::Serialize;

/// What a run with model = "gas" found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gas {
    /// Passes of all velocities over the grid; 0 in a transient run.
    pub iterations: usize,
    /// Root mean square of the last correction over the range of temperatures; null in a transient run.
    pub residual: f64,
    /// "shakhov" or "bgk".
    pub collisions: &'static str,
    /// Mean free path `sqrt(pi) / 2` viscosity v0 / pressure, v0 = sqrt(2 R T0), over the shortest extent between walls.
    pub knudsen: f64,
    /// sqrt(pi) / (2 knudsen): extent times pressure / (viscosity v0).
    pub rarefaction: f64,
    /// m.
    #[serde(rename = "mean_free_path_m")]
    pub mean_free_path: f64,
    /// Mean, at the reference temperature, Pa.
    #[serde(rename = "pressure_Pa")]
    pub pressure: f64,
    /// About which the equation is linearised, K.
    #[serde(rename = "reference_temperature_K")]
    pub reference_temperature: f64,
    /// Between the two faces of given temperatures, or joined ones with a jump, W/(m K); null where there are no two.
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// Of the range of temperatures over the second half of a run through time, 1/s; null where that does not fall exponentially.
    #[serde(rename = "decay_rate_per_s")]
    pub decay_rate: f64,
    /// Where collisions are many, W/(m K).
    #[serde(rename = "bulk_conductivity_W_per_mK")]
    pub bulk_conductivity: f64,
    /// Velocities that are followed.
    pub velocities: usize,
    /// Passes of a velocity over the grid for each of `iterations`: more than one where walls mirror or ends are joined; null in a
    /// transient run.
    pub laps: f64,
    /// Of the gas over its mean.
    pub density: Range,
    /// Highest bulk velocity, m/s.
    #[serde(rename = "largest_velocity_m_per_s")]
    pub largest_velocity: f64,
    /// Where entropy is produced.
    pub entropy: PhononEntropy,
    /// With `compare_fourier`.
    pub fourier: Option<Comparison>,
    /// At the probes.
    pub points: Named<GasPoint>,
    /// Direction by direction in the cells that the probes lie in.
    pub distributions: Named<Distribution>,
}

/// The gas at a point: but for its temperature that of the cell that it lies in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GasPoint {
    /// K.
    #[serde(rename = "temperature_K")]
    pub temperature: f64,
    /// kg/m3.
    #[serde(rename = "density_kg_per_m3")]
    pub density: f64,
    /// Of the gas as a whole, m/s.
    #[serde(rename = "velocity_m_per_s")]
    pub velocity: [f64; 3],
    /// W/m2.
    #[serde(rename = "flux_W_per_m2")]
    pub flux: [f64; 3],
    /// Root mean square of the distribution less what collisions tend to, K: 0 in local equilibrium.
    #[serde(rename = "unrest_K")]
    pub unrest: f64,
}

/// Lowest and highest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
}
