//! `report.json`: keys carry their unit and stay as they are.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// What a run amounts to. Numbers that do not exist (for instance the end time of a steady state) are null.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Of the scenario.
    pub title: String,
    /// "heat".
    pub model: String,
    /// Path of the scenario.
    pub scenario: String,
    /// Of the program.
    pub version: String,
    /// What it was computed with.
    pub backend: BackendReport,
    /// The grid.
    pub grid: GridReport,
    /// Time, steps and speed.
    pub time: TimeReport,
    /// The verdict.
    pub state: StateReport,
    /// Over all solid cells.
    pub temperature: Spread,
    /// Per outer face: heat entering now, and the face's own temperature.
    pub boundaries: Named<SurfaceReport>,
    /// Volumetric sources.
    pub sources: SourceReport,
    /// Since the start.
    pub energy: EnergyReport,
    /// Now and since the start.
    pub entropy: EntropyReport,
    /// The audit.
    pub second_law: SecondLawReport,
    /// Null where no material gives a mean free path.
    pub local_equilibrium: Option<LocalEquilibriumReport>,
    /// What rounding and the time step contribute.
    pub precision: PrecisionReport,
    /// In the scenario's order.
    pub probes: Named<ProbeReport>,
    /// In the scenario's order.
    pub regions: Named<RegionReport>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// `backend`.
#[derive(Debug, Clone, Serialize)]
pub struct BackendReport {
    /// "gpu" or "cpu".
    pub kind: String,
    /// Name of the adapter or processor.
    pub adapter: String,
    /// "Vulkan", "Metal", "Dx12" or "threads".
    pub api: String,
    /// Driver with its version, or the number of threads.
    pub driver: String,
    /// "f32", "f64".
    pub precision: String,
    /// "explicit" or "newton-multigrid".
    pub method: String,
    /// What else there is to say of the arithmetic.
    pub notes: Vec<String>,
}

/// `grid`.
#[derive(Debug, Clone, Serialize)]
pub struct GridReport {
    /// Along each axis; two entries in 2D.
    pub cells: Vec<usize>,
    /// Along each axis, m.
    pub size_m: Vec<f64>,
    /// All cells.
    pub cells_total: usize,
}

/// `time`.
#[derive(Debug, Clone, Serialize)]
pub struct TimeReport {
    /// Time reached, s; null for a steady state.
    pub end_s: Option<f64>,
    /// Time steps, or Newton steps of a steady state.
    pub steps: u64,
    /// Seconds on the clock of the wall.
    pub wall_s: f64,
    /// Cells x sweeps over the stencil.
    pub cell_updates: f64,
    /// Per second of wall time.
    pub cell_updates_per_s: f64,
}

/// `state`.
#[derive(Debug, Clone, Serialize)]
pub struct StateReport {
    /// "equilibrium", "steady", "transient" or "stalled".
    pub verdict: String,
    /// A sentence.
    pub reason: String,
    /// Heat that does not balance over the sum of the magnitudes of all heats.
    pub imbalance: f64,
    /// Largest |dT/dt| x diffusive time / range of temperatures.
    pub scaled_rate: f64,
    /// Largest |dT/dt|, K/s.
    pub largest_rate_k_per_s: f64,
    /// L^2 / alpha of the domain, s.
    pub diffusive_time_s: f64,
}

/// Lowest, highest and mean temperature.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    /// K.
    #[serde(rename = "min_K")]
    pub min: f64,
    /// K.
    #[serde(rename = "max_K")]
    pub max: f64,
    /// By volume or by area, K.
    #[serde(rename = "mean_K")]
    pub mean: f64,
}

/// An entry of `boundaries`.
#[derive(Debug, Clone, Serialize)]
pub struct SurfaceReport {
    /// Heat into the solid, W.
    #[serde(rename = "heat_in_W")]
    pub heat_in: f64,
    /// Temperatures on the surface itself, by area; null where there is no solid.
    pub surface: Option<Spread>,
}

/// `sources`.
#[derive(Debug, Clone, Serialize)]
pub struct SourceReport {
    /// W.
    #[serde(rename = "heat_W")]
    pub heat: f64,
}

/// `energy`.
#[derive(Debug, Clone, Serialize)]
pub struct EnergyReport {
    /// J; null for a steady state, which has no history.
    #[serde(rename = "stored_change_J")]
    pub stored_change: Option<f64>,
    /// J.
    #[serde(rename = "boundary_in_J")]
    pub boundary_in: Option<f64>,
    /// J.
    #[serde(rename = "source_J")]
    pub source: Option<f64>,
    /// |stored - boundary - source| over the largest of them; of the heat rates for a steady state.
    pub closure: f64,
}

/// `entropy`.
#[derive(Debug, Clone, Serialize)]
pub struct EntropyReport {
    /// Now, W/K.
    #[serde(rename = "production_W_per_K")]
    pub production: f64,
    /// Into the solid through walls, now, W/K.
    #[serde(rename = "boundary_flow_W_per_K")]
    pub boundary_flow: f64,
    /// With the heat of sources, now, W/K.
    #[serde(rename = "source_flow_W_per_K")]
    pub source_flow: f64,
    /// Since the start, J/K; null for a steady state.
    #[serde(rename = "change_J_per_K")]
    pub change: Option<f64>,
    /// Integral of the production over the samples of the series, J/K.
    #[serde(rename = "produced_J_per_K")]
    pub produced: Option<f64>,
    /// What is left of the balance over its largest term: of the integrals, or of the rates for a steady state.
    pub closure: f64,
}

/// `second_law`.
#[derive(Debug, Clone, Serialize)]
pub struct SecondLawReport {
    /// Heat flows from cold to hot.
    pub violations: u64,
    /// Most negative production, W/K.
    pub worst: f64,
    /// Links and walls looked at.
    pub checked: u64,
}

/// `local_equilibrium`.
#[derive(Debug, Clone, Serialize)]
pub struct LocalEquilibriumReport {
    /// Mean free path over the shortest length in play.
    pub max_knudsen: f64,
    /// Part of the volume where Fourier's law may be trusted.
    pub valid_fraction: f64,
}

/// `precision`.
#[derive(Debug, Clone, Serialize)]
pub struct PrecisionReport {
    /// How temperatures are stored.
    pub storage: String,
    /// Temperatures are stored less this, K.
    #[serde(rename = "reference_K")]
    pub reference: f64,
    /// Estimated error of a temperature from rounding, K.
    #[serde(rename = "rounding_K")]
    pub rounding: f64,
    /// Longest time step, s; null for a steady state.
    pub time_step_s: Option<f64>,
}

/// An entry of `probes`.
#[derive(Debug, Clone, Serialize)]
pub struct ProbeReport {
    /// m.
    pub at_m: Vec<f64>,
    /// K.
    #[serde(rename = "temperature_K")]
    pub temperature: Option<f64>,
}

/// An entry of `regions`.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum RegionReport {
    /// A solid region.
    Solid {
        /// Name of its material.
        material: String,
        /// m3.
        volume_m3: f64,
        /// By volume; null where later regions took every cell.
        temperature: Option<Spread>,
        /// Its sources now, W.
        #[serde(rename = "power_W")]
        power: f64,
        /// W/K.
        #[serde(rename = "entropy_production_W_per_K")]
        entropy_production: f64,
    },
    /// A void with a condition on its surface.
    Void {
        /// Heat into the solid, W.
        #[serde(rename = "heat_in_W")]
        heat_in: f64,
        /// Temperatures on the surface, by area.
        surface: Option<Spread>,
    },
}

/// A map that keeps its order.
#[derive(Debug, Clone)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
