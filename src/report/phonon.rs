//! `phonon` in `report.json`.

use serde::Serialize;

/// What a run with model = "phonon" found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phonon {
    /// Passes of all directions over the grid; 0 in a transient run.
    pub iterations: usize,
    /// Root mean square of the last correction over the range of temperatures; null in a transient run.
    pub residual: f64,
    /// Gray mean free path over the shortest extent between walls.
    pub knudsen: f64,
    /// Between the two thermalising or jumped faces, W/(m K); null where there are no two.
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// Of the material, W/(m K); null where there are several.
    #[serde(rename = "bulk_conductivity_W_per_mK")]
    pub bulk_conductivity: f64,
    /// Directions that are swept, and bands.
    pub ordinates: usize,
    /// See `ordinates`.
    pub bands: usize,
    /// Which temperature the report shows.
    pub temperature: &'static str,
    /// Where entropy is produced.
    pub entropy: PhononEntropy,
    /// With `compare_fourier`.
    pub fourier: Option<Comparison>,
}

/// Where entropy is produced, W/K.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhononEntropy {
    /// By collisions.
    #[serde(rename = "bulk_W_per_K")]
    pub bulk: f64,
    /// On walls, where what arrives and what leaves differ.
    #[serde(rename = "wall_W_per_K")]
    pub wall: f64,
}

/// Fourier's law on the same grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// W/(m K).
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// Lowest, highest and mean temperature by Fourier's law.
    pub temperature: super::Temperature,
    /// Largest |temperature difference|, K.
    #[serde(rename = "largest_difference_K")]
    pub largest_difference: f64,
    /// Root mean square of it over the volume, K.
    #[serde(rename = "rms_difference_K")]
    pub rms_difference: f64,
}
