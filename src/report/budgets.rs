//! The keys of the budgets, of what is lost, and of the audit.

use super::Temperature;
use serde::Serialize;

/// An outer face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Boundary {
    /// Heat that enters the solid through the face now, W.
    #[serde(rename = "heat_in_W")]
    pub heat_in: f64,
    /// Temperature on the face itself; null where nothing of it borders on solid with a condition.
    pub surface: Option<Temperature>,
    /// The parts of the face that exchange heat.
    pub patches: Vec<Patch>,
}

/// A part of an outer face with a condition of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Patch {
    /// Place in the face's list, from 0; null where only beams fall.
    pub index: Option<usize>,
    /// m2.
    pub area_m2: f64,
    /// Heat that enters the solid now, W.
    #[serde(rename = "heat_in_W")]
    pub heat_in: f64,
    /// Entropy that enters with it at the temperature of the surface, W/K.
    #[serde(rename = "entropy_in_W_per_K")]
    pub entropy_in: f64,
    /// Produced now in the half cells behind the patch, W/K.
    #[serde(rename = "entropy_production_W_per_K")]
    pub entropy_production: f64,
    /// On the patch itself.
    pub surface: Option<Temperature>,
}

/// Where two materials or two regions touch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interface {
    /// "materials" or "regions".
    pub of: &'static str,
    /// Names; null for what no region painted.
    pub between: [Option<String>; 2],
    /// m2.
    pub area_m2: f64,
    /// Heat from the first to the second now, W.
    #[serde(rename = "heat_W")]
    pub heat: f64,
    /// Produced where they touch now, W/K: in a contact, or where carriers pass from one to the other.
    #[serde(rename = "entropy_production_W_per_K")]
    pub entropy_production: f64,
}

/// A thermal contact resistance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact {
    /// Names of the two parties.
    pub between: [String; 2],
    /// m2 K/W; of carriers in flight what comes of the energy temperatures on either side.
    #[serde(rename = "resistance_m2K_per_W")]
    pub resistance: f64,
    /// m2.
    pub area_m2: f64,
    /// Heat from the first to the second now, W.
    #[serde(rename = "heat_W")]
    pub heat: f64,
    /// Mean over the area of the step in temperature, from the first to the second, K: positive where the first is warmer.
    #[serde(rename = "temperature_step_K")]
    pub temperature_step: f64,
    /// Produced in it now, W/K.
    #[serde(rename = "entropy_production_W_per_K")]
    pub entropy_production: f64,
}

/// Work that is lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exergy {
    /// Temperature at which heat is worth nothing, K.
    #[serde(rename = "reference_temperature_K")]
    pub reference_temperature: f64,
    /// Where that is from.
    pub reference: String,
    /// Destroyed now, W.
    #[serde(rename = "destruction_W")]
    pub destruction: f64,
    /// Destroyed since the start, J.
    #[serde(rename = "destroyed_J")]
    pub destroyed: f64,
    /// Who destroys it, the largest first. Materials and contacts add up to the whole, regions and contacts too; walls are
    /// the half cells behind a surface, part of their material.
    pub ranking: Vec<Loss>,
}

/// One who loses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loss {
    /// "material", "region", "contact" or "wall".
    pub kind: &'static str,
    /// Its name; of a contact both, joined by " | "; null for what no region painted.
    pub name: Option<String>,
    /// W/K.
    #[serde(rename = "entropy_production_W_per_K")]
    pub entropy_production: f64,
    /// W.
    #[serde(rename = "exergy_destruction_W")]
    pub exergy_destruction: f64,
    /// Of the whole production.
    pub percent: f64,
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
    /// Rate at which what the solid holds changes now, W/K.
    #[serde(rename = "change_rate_W_per_K")]
    pub change_rate: f64,
    /// Error of the budget of these four, |change - boundary - sources - production| over what cells and boundary exchange;
    /// the largest of the states that were looked at. Rounding, for the scheme closes it exactly.
    pub closure: f64,
    /// Change of what the solid holds since the start, J/K.
    #[serde(rename = "change_J_per_K")]
    pub change: f64,
    /// Entered since the start through surfaces and with sources, J/K.
    #[serde(rename = "entered_J_per_K")]
    pub entered: f64,
    /// Produced since the start, J/K, the integrator's defect included.
    #[serde(rename = "produced_J_per_K")]
    pub produced: f64,
    /// The part of it that is the time step's doing: what its steps add to the entropy beyond their length times the rate
    /// of change. Never positive for explicit steps; proportional to their length.
    #[serde(rename = "integrator_defect_J_per_K")]
    pub integrator_defect: f64,
    /// Change less what entered and was produced, J/K: what summing the rates from the rows of the series, instead of
    /// from every step, leaves.
    #[serde(rename = "quadrature_J_per_K")]
    pub quadrature: f64,
    /// Where heat has inertia; null under Fourier's law.
    pub extended: Option<ExtendedEntropy>,
}

impl Entropy {
    /// Of a moment, which knows of no start: produced, entering through surfaces and with sources, and change of what is held, W/K; and
    /// how these close.
    pub fn now([production, boundary_flow, source_flow, change_rate]: [f64; 4], closure: f64) -> Entropy {
        Entropy {
            production,
            boundary_flow,
            source_flow,
            change_rate,
            closure,
            change: f64::NAN,
            entered: f64::NAN,
            produced: f64::NAN,
            integrator_defect: f64::NAN,
            quadrature: f64::NAN,
            extended: None,
        }
    }
}

/// Entropy of a body in which heat has inertia (Cattaneo): that of local equilibrium less what the flowing heats hold back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExtendedEntropy {
    /// What the flowing heats hold back now, J/K.
    #[serde(rename = "held_J_per_K")]
    pub held: f64,
    /// Extended entropy produced now, W/K; never negative, while that of local equilibrium may be.
    #[serde(rename = "production_W_per_K")]
    pub production: f64,
    /// Change of the extended entropy since the start, J/K.
    #[serde(rename = "change_J_per_K")]
    pub change: f64,
    /// Entered with heat since the start, J/K, as leapfrog steps of second order see it.
    #[serde(rename = "entered_J_per_K")]
    pub entered: f64,
    /// Produced since the start, J/K.
    #[serde(rename = "produced_J_per_K")]
    pub produced: f64,
    /// What these leave: by summing over rows of the series, and the terms of third order that the theory leaves out, J/K.
    #[serde(rename = "quadrature_J_per_K")]
    pub quadrature: f64,
}

/// The second-law audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SecondLaw {
    /// Of all tests.
    pub violations: u64,
    /// The most negative production of a link, a wall or a cell, W/K; 0 if there is none.
    pub worst: f64,
    /// Links, walls, cells and rows looked at.
    pub checked: u64,
    /// How each test came out.
    pub tests: Vec<Test>,
    /// The first violations of each test.
    pub list: Vec<Violation>,
}

/// One test of the audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Test {
    /// What must hold.
    pub what: &'static str,
    /// Times it was looked at; 0 where it does not apply.
    pub checked: u64,
    /// Times it did not hold.
    pub violations: u64,
}

/// Something that runs against the second law.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// What was violated.
    pub what: &'static str,
    /// The place in words.
    #[serde(rename = "where")]
    pub place: String,
    /// m; null where it concerns the whole body.
    pub at_m: Option<Vec<f64>>,
    /// s; null in a steady state.
    pub time_s: Option<f64>,
    /// By how much.
    pub amount: f64,
    /// Of the amount.
    pub unit: &'static str,
}

/// Whether the production sank to its least, and whether theory asks that of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MinimumProduction {
    /// Whether the premise of the theorem of minimum entropy production holds.
    pub premise_held: bool,
    /// Largest over smallest k T^2 of a material over the temperatures reached, less 1; the theorem asks for 0.
    pub kt2_variation: f64,
    /// Whether all heat comes and goes at given temperatures that do not change, without sources.
    pub fixed_temperatures: bool,
    /// Whether the production never rose from one row to the next; null for a steady state.
    pub never_rose: Option<bool>,
    /// First, lowest and last production of the series, W/K.
    #[serde(rename = "first_lowest_last_W_per_K")]
    pub course: [f64; 3],
    /// All that in words.
    pub text: String,
}
