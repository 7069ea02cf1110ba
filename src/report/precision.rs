//! The keys of what rounding, time step and grid contribute.

use crate::backend::Proof;
use serde::Serialize;

/// What rounding, time step and grid contribute.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Precision {
    /// "f32" or "f64".
    pub storage: String,
    /// Estimated largest error by rounding, K; null if not estimated.
    #[serde(rename = "rounding_K")]
    pub rounding: Option<f64>,
    /// Estimated largest error by the time step, K; null if not estimated.
    #[serde(rename = "time_step_K")]
    pub time_step: Option<f64>,
    /// Estimated largest error by the grid, K, from what coarser grids make of the final state; null if not estimated.
    #[serde(rename = "grid_K")]
    pub grid: Option<f64>,
    /// What a run in whole numbers can be checked by; null with other numbers.
    pub exact: Option<Proof>,
    /// What runs beside this one found; null unless they were asked for.
    pub measured: Option<Measured>,
    /// What else is to be said of the arithmetic.
    pub notes: Vec<String>,
}

/// What runs that differ in one thing found.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Measured {
    /// Largest difference of a temperature to the same run in f64, K; null where the run was in f64 itself.
    #[serde(rename = "rounding_K")]
    pub rounding: Option<f64>,
    /// Largest error by the time step, K, from a run with half the step and the order of the method; null for a steady state.
    #[serde(rename = "time_step_K")]
    pub time_step: Option<f64>,
    /// Largest error by the grid and the step that goes with it, K, from grids of half and a quarter of the cells along each axis; of what flies the whole difference to half
    /// the cells.
    #[serde(rename = "grid_K")]
    pub grid: Option<f64>,
    /// Order of the grid's error as seen from three grids; null where only two could be made and 2 was taken, and of what flies.
    pub grid_order: Option<f64>,
    /// Largest difference of a temperature to the run with half the directions of flight each way, K; null where nothing flies.
    #[serde(rename = "directions_K")]
    pub directions: Option<f64>,
    /// Largest difference of a temperature to the run with half the speeds of molecules, or bands of each branch of phonons, K; null with other carriers.
    #[serde(rename = "bands_K")]
    pub bands: Option<f64>,
    /// The runs.
    pub twins: Vec<Twin>,
    /// What could not be measured, and why.
    pub notes: Vec<String>,
    /// Whether the user ended it.
    #[serde(skip)]
    pub interrupted: bool,
}

/// A run beside the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Twin {
    /// What is different in it.
    pub differs: String,
    /// Its cells.
    pub cells_total: usize,
    /// Its time steps.
    pub steps: u64,
    /// Largest difference of a temperature, K; on another grid of the means over its cells, and to the next finer one.
    #[serde(rename = "largest_difference_K")]
    pub largest: f64,
    /// Root of the mean square by volume of these differences, K.
    #[serde(rename = "rms_difference_K")]
    pub rms: f64,
    /// Largest difference of the heat through a face of the domain or the surface of a void over the largest of these heats, or of the effective conductivity along joined
    /// ends; on another grid to the next finer one; null where no heat flows that way.
    pub heat_difference: Option<f64>,
    /// Real time that it took, s.
    pub wall_s: f64,
}
