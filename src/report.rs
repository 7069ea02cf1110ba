//! `report.json`: what a run found, in SI units. Keys are fixed and carry their unit. A number that does not exist
//! (NaN) is written as null.

use crate::output::file::{OutputError, write_whole};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::io::Write;
use std::path::Path;

/// Everything in `report.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Of the scenario.
    pub title: String,
    /// "heat", ...
    pub model: String,
    /// Path of the scenario.
    pub scenario: String,
    /// Of this program.
    pub version: String,
    /// What computed it.
    pub backend: Backend,
    /// The grid.
    pub grid: Grid,
    /// Simulated and real time.
    pub time: Time,
    /// Equilibrium, steady, transient or stalled, and why.
    pub state: State,
    /// Of the solid.
    pub temperature: Temperature,
    /// Outer faces in their order.
    pub boundaries: Named<Boundary>,
    /// Volumetric sources.
    pub sources: Sources,
    /// Since the start.
    pub energy: Energy,
    /// Now, and since the start.
    pub entropy: Entropy,
    /// Whether heat ran against a temperature difference anywhere.
    pub second_law: SecondLaw,
    /// Null where no material gives a mean free path.
    pub local_equilibrium: Option<LocalEquilibrium>,
    /// How far the numbers can be trusted.
    pub precision: Precision,
    /// In the order of the scenario.
    pub probes: Named<Probe>,
    /// In the order of the scenario.
    pub regions: Named<Region>,
    /// For the reader.
    pub warnings: Vec<String>,
}

/// Named entries in a fixed order, a map in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named(Vec::new())
    }
}

impl<T> FromIterator<(String, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Named(entries.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What computed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backend {
    /// "gpu" or "cpu".
    pub kind: String,
    /// Name of the adapter or processor.
    pub adapter: String,
    /// Graphics interface, or "threads".
    pub api: String,
    /// Driver, or number of threads.
    pub driver: String,
    /// "f32" or "f64".
    pub precision: String,
    /// Time stepping or steady solver.
    pub method: String,
}

/// The grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grid {
    /// Per axis: two or three numbers.
    pub cells: Vec<usize>,
    /// Length of each axis, m.
    pub size_m: Vec<f64>,
    /// All cells.
    pub cells_total: usize,
}

/// Simulated and real time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Time {
    /// Time reached, s.
    pub end_s: f64,
    /// Time steps, or iterations of the steady solver.
    pub steps: u64,
    /// Real time, s.
    pub wall_s: f64,
    /// Cells times stencil sweeps really done.
    pub cell_updates: u64,
    /// Per second of real time.
    pub cell_updates_per_s: f64,
}

/// What a state is. Steady is not equilibrium: in a steady state heat flows and entropy is produced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No heat flows anywhere, beyond rounding.
    Equilibrium,
    /// Nothing changes, yet heat flows.
    Steady,
    /// Temperatures change.
    Transient,
    /// Rounding swallows the changes while heat does not balance.
    Stalled,
}

impl Verdict {
    /// As in the file.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Equilibrium => "equilibrium",
            Verdict::Steady => "steady",
            Verdict::Transient => "transient",
            Verdict::Stalled => "stalled",
        }
    }
}

/// The verdict and the numbers behind it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// The verdict.
    pub verdict: Verdict,
    /// A sentence that says why.
    pub reason: String,
    /// |heat in| over the sum of the magnitudes of all heats.
    pub imbalance: f64,
    /// Largest |dT/dt| times the diffusive time over the range of temperatures.
    pub scaled_rate: f64,
    /// Squared length over diffusivity, s.
    pub diffusive_time_s: f64,
    /// Largest |dT/dt|, K/s.
    #[serde(rename = "largest_rate_K_per_s")]
    pub largest_rate: f64,
}

/// Extremes and mean of a temperature, K.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Temperature {
    /// Lowest.
    #[serde(rename = "min_K")]
    pub min: f64,
    /// Highest.
    #[serde(rename = "max_K")]
    pub max: f64,
    /// Mean by volume, or by area on a surface.
    #[serde(rename = "mean_K")]
    pub mean: f64,
}

/// An outer face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Boundary {
    /// Heat that enters the solid through the face now, W.
    #[serde(rename = "heat_in_W")]
    pub heat_in: f64,
    /// Temperature on the face itself; null where nothing of it borders on solid with a condition.
    pub surface: Option<Temperature>,
}

/// Volumetric sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sources {
    /// Now, W.
    #[serde(rename = "heat_W")]
    pub heat: f64,
}

/// Energy balance since the start, J.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Energy {
    /// Change of what the solid stores.
    #[serde(rename = "stored_change_J")]
    pub stored_change: f64,
    /// Came in through surfaces.
    #[serde(rename = "boundary_in_J")]
    pub boundary_in: f64,
    /// Came from sources.
    #[serde(rename = "source_J")]
    pub source: f64,
    /// |residual| over the largest term.
    pub closure: f64,
}

/// Entropy balance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entropy {
    /// Produced now, W/K.
    #[serde(rename = "production_W_per_K")]
    pub production: f64,
    /// Enters through surfaces now, at their temperature, W/K.
    #[serde(rename = "boundary_flow_W_per_K")]
    pub boundary_flow: f64,
    /// Enters with the heat of sources now, W/K.
    #[serde(rename = "source_flow_W_per_K")]
    pub source_flow: f64,
    /// Change of what the solid holds since the start, J/K.
    #[serde(rename = "change_J_per_K")]
    pub change: f64,
    /// Produced since the start, J/K.
    #[serde(rename = "produced_J_per_K")]
    pub produced: f64,
    /// |residual| over the largest term.
    pub closure: f64,
}

/// Heat must not run from cold to hot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecondLaw {
    /// Links and walls where entropy is destroyed.
    pub violations: u64,
    /// The most negative production, W/K; 0 if there is none.
    pub worst: f64,
    /// Links and walls looked at.
    pub checked: u64,
}

/// Where Fourier's law may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LocalEquilibrium {
    /// Largest mean free path over a length of change.
    pub max_knudsen: f64,
    /// Part of the volume below the limit of trust.
    pub valid_fraction: f64,
}

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
    /// Estimated largest error by the grid, K; null if not estimated.
    #[serde(rename = "grid_K")]
    pub grid: Option<f64>,
    /// What else is to be said of the arithmetic.
    pub notes: Vec<String>,
}

/// A point of interest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// Where: two or three coordinates, m.
    pub at_m: Vec<f64>,
    /// K; null in void.
    #[serde(rename = "temperature_K")]
    pub temperature: Option<f64>,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Region {
    /// Of solid, or a source within solid.
    Solid {
        /// Name; null for a region that only adds a source.
        material: Option<String>,
        /// m3.
        volume_m3: f64,
        /// Null where later regions cover it wholly.
        temperature: Option<Temperature>,
        /// Its source now, W.
        #[serde(rename = "power_W")]
        power: f64,
        /// Produced in it now, W/K.
        #[serde(rename = "entropy_production_W_per_K")]
        entropy_production: f64,
    },
    /// An environment inside the domain.
    Void {
        /// Heat that enters the solid through its surface now, W.
        #[serde(rename = "heat_in_W")]
        heat_in: f64,
        /// Temperature on the surface itself; null where it is insulated.
        surface: Option<Temperature>,
    },
}

impl Report {
    /// The text of `report.json`.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("keys are texts and numbers are plain");
        text.push('\n');
        text
    }

    /// Writes `report.json`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), OutputError> {
        write_whole(path, |w| w.write_all(self.to_json().as_bytes()))
    }
}

/// A small report for tests.
#[cfg(test)]
pub(crate) fn example() -> Report {
    let temperature = Temperature { min: 298.15, max: 353.2, mean: 311.0 };
    Report {
        title: "Copper <spreader> & \"die\"".into(),
        model: "heat".into(),
        scenario: "assets/scenarios/spreader.toml".into(),
        version: "0.1.0".into(),
        backend: Backend {
            kind: "cpu".into(),
            adapter: "x86-64".into(),
            api: "threads".into(),
            driver: "2".into(),
            precision: "f64".into(),
            method: "explicit".into(),
        },
        grid: Grid { cells: vec![240, 240, 32], size_m: vec![0.06, 0.06, 0.008], cells_total: 1_843_200 },
        time: Time { end_s: 10.0, steps: 12_345, wall_s: 8.1, cell_updates: 22_754_304_000, cell_updates_per_s: 2.8e9 },
        state: State {
            verdict: Verdict::Transient,
            reason: "temperatures change by up to 1.2 K/s".into(),
            imbalance: 0.2,
            scaled_rate: f64::NAN,
            diffusive_time_s: 31.9,
            largest_rate: 1.2,
        },
        temperature,
        boundaries: Named(vec![
            ("z_min".into(), Boundary { heat_in: -31.0, surface: Some(temperature) }),
            ("x_min".into(), Boundary { heat_in: 0.0, surface: None }),
        ]),
        sources: Sources { heat: 40.0 },
        energy: Energy { stored_change: 90.0, boundary_in: -310.0, source: 400.0, closure: 2e-13 },
        entropy: Entropy { production: 0.01, boundary_flow: -0.1, source_flow: 0.12, change: 0.3, produced: 0.09, closure: 1e-4 },
        second_law: SecondLaw { violations: 0, worst: 0.0, checked: 5_000_000 },
        local_equilibrium: None,
        precision: Precision { storage: "f64".into(), rounding: Some(1e-12), ..Precision::default() },
        probes: Named(vec![
            ("B".into(), Probe { at_m: vec![0.03, 0.03, 0.0079], temperature: Some(353.0) }),
            ("A".into(), Probe { at_m: vec![0.0, 0.0, 0.0], temperature: None }),
        ]),
        regions: Named(vec![
            (
                "die".into(),
                Region::Solid {
                    material: Some("silicon".into()),
                    volume_m3: 2.56e-7,
                    temperature: Some(temperature),
                    power: 40.0,
                    entropy_production: 0.002,
                },
            ),
            ("room".into(), Region::Void { heat_in: -2.0, surface: Some(temperature) }),
        ]),
        warnings: vec!["a <warning>".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    fn sorted(mut list: Vec<&str>) -> Vec<&str> {
        list.sort_unstable();
        list
    }

    #[test]
    fn keys_are_those_that_readers_rely_on() {
        let json: Value = serde_json::from_str(&example().to_json()).unwrap();
        let check = |value: &Value, expected: &str| {
            assert_eq!(sorted(keys(value)), sorted(expected.split_whitespace().collect()));
        };
        check(
            &json,
            "title model scenario version backend grid time state temperature boundaries sources energy entropy \
             second_law local_equilibrium precision probes regions warnings",
        );
        check(&json["backend"], "kind adapter api driver precision method");
        check(&json["grid"], "cells size_m cells_total");
        check(&json["time"], "end_s steps wall_s cell_updates cell_updates_per_s");
        check(&json["temperature"], "min_K max_K mean_K");
        check(&json["boundaries"]["z_min"], "heat_in_W surface");
        check(&json["boundaries"]["z_min"]["surface"], "min_K max_K mean_K");
        check(&json["sources"], "heat_W");
        check(&json["energy"], "stored_change_J boundary_in_J source_J closure");
        check(
            &json["entropy"],
            "production_W_per_K boundary_flow_W_per_K source_flow_W_per_K change_J_per_K produced_J_per_K closure",
        );
        check(&json["second_law"], "violations worst checked");
        check(&json["probes"]["B"], "at_m temperature_K");
        check(
            &json["regions"]["die"],
            "material volume_m3 temperature power_W entropy_production_W_per_K",
        );
        check(&json["regions"]["room"], "heat_in_W surface");
        assert_eq!(json["state"]["verdict"], "transient");
        assert_eq!(json["local_equilibrium"], Value::Null);
    }

    #[test]
    fn what_does_not_exist_is_null_and_order_is_kept() {
        let text = example().to_json();
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["state"]["scaled_rate"], Value::Null);
        assert_eq!(json["probes"]["A"]["temperature_K"], Value::Null);
        assert_eq!(json["boundaries"]["x_min"]["surface"], Value::Null);
        assert!(!text.contains("NaN"));
        assert!(text.find("z_min") < text.find("x_min"));
        assert!(text.find("\"B\"") < text.find("\"A\""));
    }

    #[test]
    fn verdicts_are_named_alike_everywhere() {
        for verdict in [Verdict::Equilibrium, Verdict::Steady, Verdict::Transient, Verdict::Stalled] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
    }
}
