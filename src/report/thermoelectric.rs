//! `thermoelectric` in `report.json`.

use super::Named;
use serde::Serialize;

/// What a run with model = "thermoelectric" found. Heats count positive where they are released in the device; Joule's,
/// Peltier's and Thomson's add up to the power that the terminals bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Thermoelectric {
    /// In the order of the scenario.
    pub terminals: Named<Terminal>,
    /// Released by resistance now, W.
    #[serde(rename = "joule_W")]
    pub joule: f64,
    /// Released now where the current meets another material or a lead, W; negative where more is absorbed.
    #[serde(rename = "peltier_W")]
    pub peltier: f64,
    /// Released in the bulk now, where the Seebeck coefficient changes with the temperature along the current, W.
    #[serde(rename = "thomson_W")]
    pub thomson: f64,
    /// Power that the terminals bring now, W; negative in a generator.
    #[serde(rename = "electrical_in_W")]
    pub electrical_in: f64,
    /// Energy that they brought since the start, J; null for a steady state.
    #[serde(rename = "electrical_in_J")]
    pub electrical_work: f64,
    /// |electrical_in - joule - peltier - thomson| over the largest of them.
    pub work_closure: f64,
    /// Largest net current into a place that nothing is wired to, A: 0 but for rounding.
    #[serde(rename = "charge_error_A")]
    pub charge_error: f64,
    /// Largest current density, A/m2.
    #[serde(rename = "max_current_density_A_per_m2")]
    pub max_current_density: f64,
    /// Between the two surfaces that exchange heat; null where there are more or fewer.
    pub engine: Option<Engine>,
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Terminal {
    /// V.
    #[serde(rename = "potential_V")]
    pub potential: f64,
    /// Into the device, A.
    #[serde(rename = "current_A")]
    pub current: f64,
    /// That it brings, W.
    #[serde(rename = "power_W")]
    pub power: f64,
    /// In the load that stands between it and another terminal, W; null without one.
    #[serde(rename = "load_W")]
    pub load: Option<f64>,
}

/// The device as a heat pump or a heat engine between two temperatures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Engine {
    /// Of the colder surface where it is coldest, K.
    #[serde(rename = "cold_K")]
    pub cold: f64,
    /// Of the warmer one where it is warmest, K.
    #[serde(rename = "hot_K")]
    pub hot: f64,
    /// Heat that the device takes from the colder surface, W.
    #[serde(rename = "cold_heat_in_W")]
    pub cold_heat: f64,
    /// Heat that it takes from the warmer one, W.
    #[serde(rename = "hot_heat_in_W")]
    pub hot_heat: f64,
    /// Heat taken from the cold over the power that drives it; null where it takes none or none drives it.
    pub cop: Option<f64>,
    /// Carnot's bound of it, between where the colder surface is warmest and the warmer one coldest.
    pub carnot_cop: Option<f64>,
    /// Power delivered over the heat taken from the hot; null where it delivers none.
    pub efficiency: Option<f64>,
    /// Carnot's bound of it, between the two temperatures.
    pub carnot_efficiency: Option<f64>,
}
