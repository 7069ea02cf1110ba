//! `report.json`: what a run found, in SI units. Keys are fixed and carry their unit. A number that does not exist
//! (NaN) is written as null.

mod budgets;
mod common;
mod gas;
mod mixture;
mod phonon;
mod precision;
mod thermoelectric;

pub use budgets::{
    Boundary, Contact, Entropy, Exergy, ExtendedEntropy, Interface, Loss, MinimumProduction, Patch, SecondLaw, Test,
    Violation,
};
pub use gas::{Gas, GasPoint, Range};
pub use mixture::{Component, Mixture, Spread};
pub use phonon::{BandHeat, Comparison, Distribution, Phonon, PhononEntropy, Point, SpectralHeat, Spectrum};
pub use precision::{Measured, Precision, Twin};
pub use thermoelectric::{Engine, Terminal, Thermoelectric};

pub use crate::diagnostics::equilibrium::{Advice, Numbers};
use crate::output::about::Manner;
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
    /// Where materials touch, then where regions do.
    pub interfaces: Vec<Interface>,
    /// In the order of the scenario.
    pub contacts: Vec<Contact>,
    /// Now, and since the start.
    pub entropy: Entropy,
    /// What the entropy produced is worth.
    pub exergy: Exergy,
    /// Whether the production sank to its least; null where that was not looked at.
    pub minimum_production: Option<MinimumProduction>,
    /// Whether anything ran against the second law anywhere.
    pub second_law: SecondLaw,
    /// Null where no material gives a mean free path.
    pub local_equilibrium: Option<LocalEquilibrium>,
    /// How far the numbers can be trusted.
    pub precision: Precision,
    /// In the order of the scenario.
    pub probes: Named<Probe>,
    /// In the order of the scenario.
    pub regions: Named<Region>,
    /// In the order of the numbers that the field `material` has.
    pub materials: Named<Material>,
    /// With model = "phonon".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phonon: Option<Phonon>,
    /// With model = "gas".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<Gas>,
    /// With model = "thermoelectric".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thermoelectric: Option<Thermoelectric>,
    /// With model = "mixture".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixture: Option<Mixture>,
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
    /// What makes explicit steps on a GPU: several in a pass or one, and why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kernel: String,
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
    /// The part of it that went into looking at states (rows of the series, audits at outputs) rather than making them, s.
    pub diagnostics_s: f64,
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
    /// Everything repeats itself, cycle by cycle, while entropy is produced.
    Periodic,
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
            Verdict::Periodic => "periodic",
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
    /// Where it is going.
    #[serde(flatten)]
    pub course: Course,
}

/// Where a transient is going.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Default)]
pub struct Course {
    /// In which what is slowest falls to 1/e, s; null where it was not looked for.
    pub time_constant_s: Option<f64>,
    /// Until the state will count as steady, or as periodic, s; null where it will not, or nobody knows.
    pub time_left_s: Option<f64>,
    /// The last cycle of a run that is driven periodically.
    pub cycle: Option<Cycle>,
}

/// A cycle of a run that is driven periodically.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cycle {
    /// s.
    pub period_s: f64,
    /// Largest change of a temperature over the cycle (lowest, highest, mean, probes) over the largest swing of one of them in it.
    pub change: f64,
    /// The largest of these swings, K.
    #[serde(rename = "swing_K")]
    pub swing: f64,
    /// Entropy produced in the cycle, J/K.
    #[serde(rename = "produced_J_per_K")]
    pub produced: f64,
    /// Entropy that entered in the cycle, J/K; the opposite of what was produced once it repeats itself.
    #[serde(rename = "entered_J_per_K")]
    pub entered: f64,
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

/// Where Fourier's law may be trusted; of a run the worst of some ten states that were written, the last among them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalEquilibrium {
    /// Largest mean free path over a length of change.
    pub max_knudsen: f64,
    /// Part of the volume where all numbers below are less than 0.01, of that whose material gives a mean free path.
    pub valid_fraction: f64,
    /// Part of the solid whose material gives a mean free path.
    pub known_fraction: f64,
    /// The largest of each number.
    pub largest: Numbers,
    /// Where the Knudsen number is largest, m.
    pub at_m: Vec<f64>,
    /// The material there.
    pub material: String,
    /// "fourier", "cattaneo" or "boltzmann".
    pub advice: Advice,
    /// Why.
    pub text: String,
}

/// A point of interest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// Where: two or three coordinates, m.
    pub at_m: Vec<f64>,
    /// K; null in void.
    #[serde(rename = "temperature_K")]
    pub temperature: Option<f64>,
    /// With model = "mixture": of the independent species; null where no matter is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass_fraction: Option<MassFraction>,
}

/// One mass fraction, or one for every independent species.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum MassFraction {
    /// Of two species.
    One(f64),
    /// Of more.
    Each(Vec<f64>),
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
        /// Volume of its cells as painted, before later regions covered any, over that of its shape; null where that is not
        /// known.
        volume_fraction: Option<f64>,
        /// Null where later regions cover it wholly.
        temperature: Option<Temperature>,
        /// Heat that enters it now from its neighbours and through walls, W.
        #[serde(rename = "heat_in_W")]
        heat_in: f64,
        /// Its source now, W.
        #[serde(rename = "power_W")]
        power: f64,
        /// Produced in it now, half cells at walls included, contacts not, W/K.
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
        /// As of a solid one.
        volume_fraction: Option<f64>,
    },
}

/// A material.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Material {
    /// Its number in the field `material`.
    pub index: usize,
    /// Of its cells, m3.
    pub volume_m3: f64,
    /// At the mean temperature: in all directions, along x, y and z, or xx, yy, zz, xy, xz and yz; null where it varies in space, empty where
    /// the model has none. W/(m K).
    #[serde(rename = "conductivity_W_per_m_K")]
    pub conductivity: Vec<f64>,
    /// At the mean temperature; null where it varies in space. J/(m3 K).
    #[serde(rename = "heat_capacity_J_per_m3_K")]
    pub heat_capacity: f64,
    /// Where its melting is computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub melting: Option<Molten>,
}

/// What of a material is molten.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Molten {
    /// Of its volume.
    pub liquid_fraction: f64,
    /// m3.
    pub liquid_volume_m3: f64,
    /// What melting that volume took, J.
    #[serde(rename = "latent_heat_J")]
    pub latent_heat: f64,
}

impl Report {
    /// What heat enters.
    pub fn filling(&self) -> &'static str {
        if self.gas.is_some() { "gas" } else { "solid" }
    }

    /// The text of `report.json`.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("keys are texts and numbers are plain");
        text.push('\n');
        text
    }

    /// The report with how the pictures of its run show values.
    pub fn record<'a>(&'a self, pictures: &'a Manner) -> Record<'a> {
        Record { report: self, pictures }
    }
}

/// The whole of `report.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Record<'a> {
    #[serde(flatten)]
    report: &'a Report,
    pictures: &'a Manner,
}

impl Record<'_> {
    /// Writes `report.json`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), OutputError> {
        let mut text = serde_json::to_string_pretty(self).expect("keys are texts and numbers are plain");
        text.push('\n');
        write_whole(path, |w| w.write_all(text.as_bytes()))
    }
}

#[cfg(test)]
pub(crate) mod tests;
