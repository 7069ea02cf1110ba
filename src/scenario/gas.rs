//! `model = "gas"`: `[gas]`, what a material's molecules are, walls, and the vessel they fly in.

use super::Model;
use super::boundaries::{ConditionPlan, refuse_periodic};
use super::compile::Temperatures;
use super::item::{Bound, Item, number};
use super::materials::{ConductivityPlan, MaterialPlan, OF_CONDUCTION};
use super::phonon::{Laid, Owner, lay};
use super::plan::Plan;
use super::section::Section;
use super::varying::{SPACE_AND_TIME, Varying};
use crate::expression::{Expression, Place};
use crate::kinetic::driving::Driving;
use crate::kinetic::gas::law::{Gas as Molecules, Vessel};
use crate::kinetic::gas::survey::Units;
use crate::kinetic::medium::{Band, Medium};
use crate::problem::Problem;
use crate::quantity;
use std::f64::consts::PI;

/// The fewest speeds and directions from pole to pole and around that there may be.
pub const LEAST: [usize; 3] = [4, 4, 12];

/// Molar gas constant, J/(mol K) (SI 2019).
const GAS_CONSTANT: f64 = 8.314_462_618_153_24;

/// Of all temperatures, over their mean: the equation is linear, and what it leaves out grows with the square of this.
const WIDE: f64 = 0.1;

/// Beyond this it means nothing.
const TOO_WIDE: f64 = 0.5;

/// `[gas]` as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct GasPlan<'d> {
    item: Item<'d>,
    density: Dense,
    shakhov: bool,
    /// Speeds, directions from pole to pole (3D), and around.
    ordinates: [usize; 3],
    compare_fourier: bool,
}

impl GasPlan<'_> {
    /// How many are followed.
    pub fn velocities(&self, dimensions: usize) -> usize {
        let [speeds, polar, azimuthal] = self.ordinates;
        speeds * if dimensions == 3 { polar * azimuthal } else { azimuthal }
    }
}

#[derive(Debug, Clone, Copy)]
enum Dense {
    /// Pa.
    Pressure(f64),
    /// Mean free path over the extent between walls.
    Knudsen(f64),
}

/// Knudsen number below which nothing is left of what molecules do apart from conducting and flowing.
const CONTINUUM: f64 = 1e-5;

/// kg/mol; no molecule of a gas weighs as much.
const HEAVIEST: f64 = 1.0;

/// Internal degrees of freedom that no molecule has.
const MOST_DEGREES: f64 = 100.0;

/// What a material's molecules are.
#[derive(Debug, Clone)]
pub(super) struct MoleculesPlan<'d> {
    /// kg/mol.
    molar_mass: f64,
    /// Pa s, by temperature.
    viscosity: Varying<'d>,
    prandtl: f64,
    internal: f64,
}

/// The gas of a scenario.
#[derive(Debug, Clone)]
pub struct Gas {
    /// What flies where, with its walls.
    pub vessel: Vessel,
    /// Speeds, directions from pole to pole (3D), and around.
    pub ordinates: [usize; 3],
    /// Whether Fourier's law is solved beside it.
    pub compare_fourier: bool,
    /// "shakhov" or "bgk".
    pub collisions: &'static str,
    /// Per wall: the surface that it belongs to, if any.
    pub owner: Vec<Option<Owner>>,
    /// Kelvin jump of the joined ends of each axis, low end over high end.
    pub jump: [f64; 3],
    /// What its numbers mean: mean pressure at the reference temperature, sqrt(2 R T0), mean density.
    pub units: Units,
    /// What drives it.
    pub driving: Driving,
    /// Mean free path, `sqrt(pi) / 2` viscosity v0 / pressure, m.
    pub mean_free_path: f64,
    /// Mean free path over the shortest extent between walls.
    pub knudsen: f64,
}

/// Reads `[gas]`.
pub(super) fn read_gas<'d>(root: &Section<'d>, model: Model, dimensions: usize) -> Option<GasPlan<'d>> {
    if model != Model::Gas {
        if let Some(item) = root.get("gas") {
            item.error("belongs to model = \"gas\"", "remove the section, or set model = \"gas\"");
        }
        return None;
    }
    let form = "pressure = \"100 Pa\", or knudsen = 0.1 (mean free path over the shortest extent between walls)";
    let item = root.require("gas", &format!("add a table: [gas] with {form}"))?;
    let section = item.section()?;
    let dense = section.one_of(&["pressure", "knudsen"]);
    if dense.is_none() && !(section.has("pressure") && section.has("knudsen")) {
        section.require("pressure", &format!("add {form}"));
    }
    let collisions = section.get("collisions");
    let ordinates = section.get("ordinates");
    let compare = section.get("compare_fourier");
    section.finish();
    let density = match dense? {
        ("pressure", item) => Dense::Pressure(item.quantity(quantity::PRESSURE, Bound::Positive)?),
        (_, item) => Dense::Knudsen(item.quantity(quantity::DIMENSIONLESS, Bound::Positive)?),
    };
    let shakhov = match collisions {
        Some(item) => item.choice(&[("shakhov", true), ("bgk", false)], &[])?,
        None => true,
    };
    let mut plan = GasPlan {
        item,
        density,
        shakhov,
        ordinates: if dimensions == 3 { [6, 8, 16] } else { [10, 0, 32] },
        compare_fourier: compare.and_then(|c| c.boolean()).unwrap_or_default(),
    };
    if let Some(section) = ordinates.and_then(|item| item.section()) {
        let items = [section.get("speeds"), section.get("polar"), section.get("azimuthal")];
        section.finish();
        let [speeds, polar, azimuthal] = LEAST.map(|least| least as u64);
        let allowed = [(1, speeds..=40), (2, polar..=4096), (4, azimuthal..=4096)];
        for (slot, (item, (multiple, range))) in items.into_iter().zip(allowed).enumerate() {
            let Some(item) = item else { continue };
            if slot == 1 && dimensions == 2 {
                item.error("has no meaning in 2D: the velocity along z is integrated over", "remove it");
            }
            if let Some(count) = item.multiple(multiple, range) {
                plan.ordinates[slot] = count as usize;
            }
        }
    }
    Some(plan)
}

/// Reads the molecules of a material. Its conductivity follows from them.
pub(super) fn read_material<'d>(name: &str, item: &Item<'d>) -> Option<MaterialPlan<'d>> {
    let section = item.section()?;
    let form = "gas = { molar_mass = \"39.948 g/mol\", viscosity = \"22.7e-6 Pa s\", prandtl = 0.667 }";
    let gas = section.get("gas");
    section.get("source");
    section.get("class");
    if gas.is_none() {
        section.item.error(
            format!("material \"{name}\" does not say what its molecules are: `gas` is missing"),
            format!("add {form} under [materials.{name}]"),
        );
        return None;
    }
    section.later(
        &OF_CONDUCTION,
        "belongs to model = \"heat\"; here it follows from `gas`",
        "remove it: the conductivity is c_p viscosity / prandtl",
    );
    section.finish();
    let gas = gas?;
    let section = gas.section()?;
    let molar_mass = section.require("molar_mass", &format!("write {form}"));
    let viscosity = section.require("viscosity", &format!("write {form}"));
    let prandtl = section.get("prandtl");
    let internal = section.get("internal_degrees");
    section.finish();
    let molar_mass = {
        let item = molar_mass?;
        let mass = item.quantity(quantity::MOLAR_MASS, Bound::Positive)?;
        if mass > HEAVIEST {
            item.error(
                format!("{} kg/mol is no gas", number(mass)),
                "a number without a unit is in kg/mol: write \"39.948 g/mol\"",
            );
            return None;
        }
        mass
    };
    let viscosity =
        viscosity?.varying(quantity::VISCOSITY, Bound::Positive, &[crate::expression::Variable::Temperature])?;
    let prandtl_value = match &prandtl {
        Some(item) => item.quantity(quantity::DIMENSIONLESS, Bound::Positive)?,
        None => 2.0 / 3.0,
    };
    if let Some(item) = prandtl.filter(|_| prandtl_value > 1.0) {
        item.error(
            format!("{} is above 1", number(prandtl_value)),
            "gases have 2/3 (monatomic) to about 1; entropy would be destroyed in this model above 1",
        );
        return None;
    }
    let internal = match internal {
        Some(item) => {
            let degrees = item.quantity(quantity::DIMENSIONLESS, Bound::NonNegative)?;
            if degrees > MOST_DEGREES {
                item.error(
                    format!("{} are more than any molecule has", number(degrees)),
                    "rotation has 2 (linear molecules) or 3, each vibration that is warm 2 more",
                );
                return None;
            }
            degrees
        }
        None => 0.0,
    };
    let heat = (0.5 * (5.0 + internal)) * GAS_CONSTANT / molar_mass;
    let at = Place { temperature: 300.0, ..Place::default() };
    let conductivity = heat * viscosity.expression.eval(&at) / prandtl_value;
    let constant =
        |value: f64| Varying { expression: Expression::constant(value), item: gas.clone(), bound: Bound::Positive };
    Some(MaterialPlan {
        name: name.to_owned(),
        item: item.clone(),
        conductivity: ConductivityPlan::Isotropic(constant(conductivity)),
        heat_capacity: None,
        melting: None,
        mean_free_path: None,
        spectral: None,
        molecules: Some(MoleculesPlan { molar_mass, viscosity, prandtl: prandtl_value, internal }),
        carriers: None,
        solution: None,
        collision_time: None,
        fusion: None,
        relaxation_time: None,
    })
}

/// Reads the condition in a table. `outer` tells an outer face from a void's surface.
pub(super) fn read_condition<'d>(section: &Section<'d>, outer: bool) -> Option<ConditionPlan<'d>> {
    let periodic = refuse_periodic(section, outer);
    let kind = section.one_of(&["temperature", "specular"]);
    let accommodation = section.get("accommodation");
    const FORMS: &str = "write { temperature = \"300 K\" }, with accommodation = 0.9 if not 1, or { specular = true }";
    let of_heat = section.later(
        &["flux", "convection", "radiation", "ambient"],
        "belongs to model = \"heat\"",
        &format!("molecules meet a temperature or a mirror: {FORMS}"),
    );
    let of_mixture = section.later(&["mass_fraction", "mass_flux"], "belongs to model = \"mixture\"", FORMS);
    let of_phonons = section.later(
        &["diffuse", "specularity"],
        "belongs to model = \"phonon\"",
        "a wall that scatters molecules has a temperature: { temperature = \"300 K\" }; without one write specular = true",
    );
    section.finish();
    if periodic {
        return None;
    }
    let Some((key, item)) = kind else {
        match accommodation {
            // what stands there instead was told
            _ if of_heat || of_mixture || of_phonons => (),
            Some(item) => item.error(
                "goes with a temperature, and there is none",
                "add temperature = \"300 K\", which the molecules take on to that part",
            ),
            None => section.item.error("has no condition", FORMS),
        }
        return None;
    };
    if key == "specular" {
        if let Some(item) = accommodation {
            item.error("goes with a temperature: a mirror accommodates nothing", "remove it, or give a temperature");
            return None;
        }
        if !item.boolean()? {
            item.error("false says nothing", "remove it, or give a temperature");
            return None;
        }
        return Some(ConditionPlan::Adiabatic(1.0));
    }
    let temperature = item.varying(quantity::TEMPERATURE, Bound::Temperature, SPACE_AND_TIME)?;
    let Some(item) = accommodation else { return Some(ConditionPlan::Temperature(temperature)) };
    let part = item.quantity(quantity::DIMENSIONLESS, Bound::Fraction)?;
    if part < 1e-3 {
        item.error(
            format!("{} is too little", number(part)),
            "a wall that accommodates nothing is a mirror: write { specular = true }; else from 0.001 to 1",
        );
        return None;
    }
    Some(ConditionPlan::Maxwell(Box::new(ConditionPlan::Temperature(temperature)), part))
}

/// Fills the vessel.
pub(super) fn place(plan: &Plan<'_>, problem: &Problem, range: Temperatures) -> Option<Gas> {
    let settings = plan.gas.as_ref()?;
    if let (super::End::Time(_), true) = (&plan.run.end, settings.compare_fourier) {
        settings.item.document.error(
            &settings.item.node.origin,
            "gas.compare_fourier",
            "compares steady states".to_owned(),
            "remove it, or set until = \"steady\"".to_owned(),
        );
        return None;
    }
    if let Some(beam) = plan.beams.first() {
        beam.item.error("belongs to model = \"heat\"", "remove it: a gas is heated by its walls");
        return None;
    }
    if let Some(region) = plan.regions.iter().find(|r| r.source.is_some()) {
        region.item.error("heats a gas", "remove its power: a gas is heated by its walls");
        return None;
    }
    if let Some(contact) = plan.contacts.first() {
        contact.item.error("stands between solids", "remove it: in a gas there are walls and voids only");
        return None;
    }
    let (material, others) = plan.materials.split_first()?;
    if let Some(other) = others.first() {
        other.item.error(
            format!("is a second gas beside \"{}\"", material.name),
            "one gas fills the vessel; solids are regions of material = \"void\" with a boundary",
        );
        return None;
    }
    let molecules = material.molecules.as_ref()?;
    let t0 = problem.reference;
    let at = Place { temperature: t0, ..Place::default() };
    let viscosity = molecules.viscosity.expression.eval(&at);
    if !molecules.viscosity.check(&[at]) {
        return None;
    }
    let velocity = (2.0 * GAS_CONSTANT / molecules.molar_mass * t0).sqrt();
    let band = Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: 1.0 };
    let Laid { mut domain, owner, thermal, jump, conditions } =
        lay(plan, problem, vec![Medium::new(vec![band])], 1.0, |_, _| None)?;
    if domain.axes().is_empty() {
        settings.item.error("nothing changes along any axis", "give two walls different temperatures");
        return None;
    }
    let extent = domain.extent(jump);
    let free = |pressure: f64| 0.5 * PI.sqrt() * viscosity * velocity / pressure;
    let pressure = match settings.density {
        Dense::Pressure(pressure) => pressure,
        Dense::Knudsen(knudsen) => free(knudsen * extent),
    };
    let mean_free_path = free(pressure);
    if mean_free_path < CONTINUUM * extent {
        settings.item.document.warn(format!(
            "molecules fly {} between collisions, a {:.0e} part of the shortest extent between walls: nothing is rarefied there, and a steady state takes many passes, if it is found; model = \"heat\" tells the same at once where the gas rests",
            quantity::format_quantity(mean_free_path, quantity::LENGTH),
            mean_free_path / extent
        ));
    }
    // With one relaxation for all, the conductivity is kept, and the viscosity is too large by 1 / Pr.
    let (rate, prandtl) = match settings.shakhov {
        true => (pressure / (viscosity * velocity), molecules.prandtl),
        false => (pressure / (viscosity * velocity) * molecules.prandtl, 1.0),
    };
    let gas = Molecules { rate, prandtl, internal: molecules.internal };
    // what Fourier's law needs
    let flight = pressure * velocity / t0;
    domain.media[0].bands[0] = Band {
        heat_capacity: 0.5 * (3.0 + gas.internal) * pressure / t0,
        velocity,
        mean_free_path: 3.0 * gas.conductivity() * flight / (0.5 * (3.0 + gas.internal) * pressure / t0 * velocity),
    };
    let accommodation = |w: usize| match &conditions[w] {
        Some(ConditionPlan::Maxwell(_, part)) => *part,
        _ => 1.0,
    };
    let vessel = Vessel::new(domain, gas, accommodation);
    // what walls are at any time, and in a run through time what it begins with
    let steepest = jump.iter().fold(0.0f64, |m, j| m.max(j.abs())).max(range.high - range.low) / t0;
    if steepest > TOO_WIDE {
        settings.item.error(
            format!("temperatures differ by {} of their mean", number((steepest * 100.0).round() / 100.0)),
            "the equation is linearised about the mean temperature, and differences must stay below half of it (below a tenth to be good)",
        );
        return None;
    }
    if steepest > WIDE {
        settings.item.document.warn(format!(
            "temperatures differ by {:.0} % of their mean; the gas is linearised about the mean, which is good for small differences only",
            100.0 * steepest
        ));
    }
    Some(Gas {
        vessel,
        ordinates: settings.ordinates,
        compare_fourier: settings.compare_fourier,
        collisions: if settings.shakhov { "shakhov" } else { "bgk" },
        owner,
        jump,
        units: Units {
            pressure,
            velocity,
            temperature: t0,
            density: pressure * molecules.molar_mass / (GAS_CONSTANT * t0),
        },
        driving: Driving { walls: thermal, sources: Vec::new(), source: Vec::new() },
        mean_free_path,
        knudsen: mean_free_path / extent,
    })
}
