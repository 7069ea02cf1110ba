//! `[materials.NAME]` and the shipped table of materials.

use super::Model;
use super::document::Document;
use super::eigenvalues::eigenvalues;
use super::gas::{self, MoleculesPlan};
use super::item::{Bound, Item, number};
use super::melting::{MeltingPlan, read_melting};
use super::mixture::{self, SolutionPlan};
use super::phonon;
use super::section::Section;
use super::substances;
use super::thermoelectric::{self, CarriersPlan};
use super::varying::{ALL, SPACE, SPACE_AND_TEMPERATURE, Varying};
use crate::coupled::matter::mixing::Mixing;
use crate::expression::Variable;
use crate::quantity;
use crate::spectrum::Spectral;

/// The shipped table: name, values and source of each material.
pub const SHIPPED: &str = include_str!("../../assets/materials.toml");

/// Conductivity as the scenario gives it, W/(m K).
#[derive(Debug, Clone)]
pub(super) enum ConductivityPlan<'d> {
    Isotropic(Varying<'d>),
    Diagonal([Varying<'d>; 3]),
    /// xx, yy, zz, xy, xz, yz.
    Tensor([f64; 6], Item<'d>),
}

/// Keys of a material whose heat is conducted; where carriers fly, it follows from them.
pub(super) const OF_CONDUCTION: [&str; 9] = [
    "conductivity",
    "volumetric_heat_capacity",
    "density",
    "specific_heat",
    "mean_free_path",
    "collision_time",
    "melting",
    "fusion",
    "relaxation_time",
];

/// A material as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct MaterialPlan<'d> {
    pub name: String,
    pub item: Item<'d>,
    pub conductivity: ConductivityPlan<'d>,
    /// Volumetric heat capacity, J/(m3 K); `None` where it is not given.
    pub heat_capacity: Option<Varying<'d>>,
    pub melting: Option<MeltingPlan<'d>>,
    /// What is known of its melting where that is not computed.
    pub fusion: Option<MeltingPlan<'d>>,
    /// m.
    pub mean_free_path: Option<f64>,
    /// s.
    pub collision_time: Option<f64>,
    /// With model = "phonon".
    pub spectral: Option<Spectral>,
    /// With model = "gas".
    pub molecules: Option<MoleculesPlan<'d>>,
    /// With model = "thermoelectric"; none in an insulator.
    pub carriers: Option<CarriersPlan<'d>>,
    /// With model = "mixture"; none where no matter enters.
    pub solution: Option<SolutionPlan<'d>>,
    /// s.
    pub relaxation_time: Option<f64>,
}

impl<'d> MaterialPlan<'d> {
    /// All its values that may vary.
    pub fn values(&self) -> impl Iterator<Item = &Varying<'d>> {
        let conductivity = match &self.conductivity {
            ConductivityPlan::Isotropic(k) => std::slice::from_ref(k),
            ConductivityPlan::Diagonal(k) => k.as_slice(),
            ConductivityPlan::Tensor(..) => &[],
        };
        let melting = self.melting.iter().flat_map(|m| m.liquid_conductivity.iter().chain(&m.liquid_heat_capacity));
        let carriers = self.carriers.iter().flat_map(|c| std::iter::once(&c.conductivity).chain(&c.seebeck));
        let solution = self.solution.iter().flat_map(|s| s.diffusivity.iter().chain(&s.soret));
        conductivity.iter().chain(&self.heat_capacity).chain(melting).chain(carriers).chain(solution)
    }
}

/// All materials that a scenario may name: its own, behind them those of its files, and the shipped ones.
#[derive(Debug)]
pub(super) struct Library<'d> {
    own: Vec<(&'d str, Item<'d>)>,
    tables: Vec<(&'d str, Item<'d>)>,
}

impl<'d> Library<'d> {
    /// Collects the names; `tables` are those of the user's files and [`SHIPPED`], read.
    pub fn new(root: &Section<'d>, tables: &[&'d Document]) -> Library<'d> {
        let own = root.get("materials").and_then(|item| item.section());
        let own: Vec<_> = own.map_or(Vec::new(), |section| section.entries().collect());
        let tables: Vec<_> = tables.iter().flat_map(|table| substances::entries(table)).collect();
        for (name, item) in own.iter().chain(&tables) {
            if *name == "void" {
                item.error("`void` is empty space and no material", "choose another name");
            }
        }
        Library { own, tables }
    }

    /// The material of that name.
    pub fn find(&self, name: &str) -> Option<&Item<'d>> {
        self.own.iter().chain(&self.tables).find(|(n, _)| *n == name).map(|(_, item)| item)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'d str> + '_ {
        self.own.iter().chain(&self.tables).map(|(name, _)| *name)
    }

    /// The scenario's own materials.
    pub fn own(&self) -> &[(&'d str, Item<'d>)] {
        &self.own
    }
}

/// What materials are read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaterialKind<'m> {
    pub dimensions: usize,
    pub model: Model,
    /// With model = "mixture".
    pub mixing: Option<&'m Mixing>,
}

/// Reads one material.
pub(super) fn read_material<'d>(name: &str, item: &Item<'d>, kind: MaterialKind<'_>) -> Option<MaterialPlan<'d>> {
    let MaterialKind { dimensions, model, mixing } = kind;
    if model == Model::Phonon {
        return phonon::read_material(name, item);
    }
    if model == Model::Gas {
        return gas::read_material(name, item);
    }
    let section = item.section()?;
    let matrix = if matches!(model, Model::Thermoelectric | Model::Mixture) { section.get("onsager") } else { None };
    let conductivity = match &matrix {
        Some(_) => None,
        None => section.require("conductivity", "add conductivity = \"400 W/(m K)\""),
    };
    let melting = section.get("melting");
    let fusion = section.get("fusion");
    let mean_free_path = section.get("mean_free_path");
    let collision_time = section.get("collision_time");
    let relaxation_time = section.get("relaxation_time");
    section.get("source");
    section.get("class");
    let density = section.get("density");
    let specific = section.get("specific_heat");
    let volumetric = section.get("volumetric_heat_capacity");
    let (mut from_matrix, mut carriers, mut solution) = (None, Some(None), Some(None));
    match (model, &matrix) {
        (Model::Thermoelectric, Some(item)) => {
            let read = thermoelectric::read_matrix(&section, item);
            (from_matrix, carriers) = (read.as_ref().map(|r| r.0.clone()), read.map(|r| Some(r.1)));
        }
        (Model::Thermoelectric, None) => carriers = thermoelectric::read_carriers(&section),
        (Model::Mixture, Some(item)) => {
            let read = mixture::read_matrix(&section, item, density.as_ref(), mixing);
            (from_matrix, solution) = (read.as_ref().map(|r| r.0.clone()), read.map(|r| Some(r.1)));
        }
        (Model::Mixture, None) => solution = mixture::read_solution(&section, density.as_ref()),
        _ => {}
    }
    refuse_other_models(&section, model);
    section.finish();

    let conductivity = match matrix {
        Some(_) => from_matrix.map(ConductivityPlan::Isotropic),
        None => conductivity.and_then(|item| read_conductivity(&item, dimensions)),
    };
    let density = match &density {
        Some(item) => Some(item.varying(quantity::DENSITY, Bound::Positive, SPACE)?),
        None => None,
    };
    let heat_capacity = read_heat_capacity(&section, density.as_ref(), specific, volumetric, model)?;
    let constant_density = density.as_ref().and_then(|d| d.expression.as_constant());
    let melting = match melting {
        Some(item) => {
            let plan = read_melting(&item, constant_density)?;
            if heat_capacity.as_ref().is_some_and(|c| c.expression.is_spatial()) {
                item.error("needs a heat capacity that does not vary in space", "give a constant or a function of T");
            }
            if plan.liquid_conductivity.is_some() && matches!(conductivity, Some(ConductivityPlan::Tensor(..))) {
                item.error(
                    "`liquid_conductivity` cannot stand beside a conductivity tensor",
                    "remove liquid_conductivity",
                );
            }
            Some(plan)
        }
        None => None,
    };
    let fusion = match fusion {
        Some(item) => Some(read_melting(&item, constant_density)?),
        None => None,
    };
    let positive = |item: Option<Item<'d>>, dimension| match item {
        Some(item) => item.quantity(dimension, Bound::Positive).map(Some),
        None => Some(None),
    };
    let mean_free_path = positive(mean_free_path, quantity::LENGTH)?;
    let collision_time = positive(collision_time, quantity::TIME)?;
    let relaxation_time = positive(relaxation_time, quantity::TIME)?;
    if collision_time.is_some() && mean_free_path.is_none() {
        item.document.warn(format!(
            "collision_time of \"{name}\" says nothing without its mean_free_path: local equilibrium is judged by both"
        ));
    }
    let plan = MaterialPlan {
        name: name.to_owned(),
        item: item.clone(),
        conductivity: conductivity?,
        heat_capacity,
        melting,
        fusion,
        mean_free_path,
        collision_time,
        spectral: None,
        molecules: None,
        relaxation_time,
        carriers: carriers?,
        solution: solution?,
    };
    if matches!(model, Model::Thermoelectric | Model::Mixture) {
        thermoelectric::check_material(&plan, model);
    }
    Some(plan)
}

fn refuse_other_models(section: &Section<'_>, model: Model) {
    section.later(
        &["phonon"],
        "belongs to model = \"phonon\"",
        "set model = \"phonon\", or remove the key and give conductivity and heat capacity",
    );
    if model != Model::Thermoelectric {
        section.later(
            &["electrical_conductivity", "seebeck"],
            "belongs to model = \"thermoelectric\"",
            "remove the key, or set model = \"thermoelectric\"",
        );
    }
    if model != Model::Mixture {
        section.later(
            &["diffusivity", "soret"],
            "belongs to model = \"mixture\"",
            "remove the key, or set model = \"mixture\"",
        );
    }
    if model == Model::Heat {
        section.later(
            &["onsager"],
            "belongs to model = \"thermoelectric\" or \"mixture\"",
            "remove the key, or set the model",
        );
    }
    section.later(
        &["gas"],
        "belongs to model = \"gas\"",
        "set model = \"gas\", or remove the key and give conductivity and heat capacity",
    );
}

/// `volumetric_heat_capacity`, or `density` and `specific_heat`; outer `None` after an error.
fn read_heat_capacity<'d>(
    section: &Section<'d>,
    density: Option<&Varying<'d>>,
    specific: Option<Item<'d>>,
    volumetric: Option<Item<'d>>,
    model: Model,
) -> Option<Option<Varying<'d>>> {
    let capacity = match (volumetric, specific, density) {
        (Some(_), Some(item), _) => {
            item.error("cannot stand beside `volumetric_heat_capacity`", "keep one of the two");
            return None;
        }
        (Some(item), None, _) => {
            item.varying(quantity::HEAT_CAPACITY_VOLUMETRIC, Bound::Positive, SPACE_AND_TEMPERATURE)?
        }
        (None, Some(item), Some(density)) => {
            let mut value = item.varying(quantity::SPECIFIC_HEAT, Bound::Positive, SPACE_AND_TEMPERATURE)?;
            value.expression = value.expression.mul(density.expression.clone());
            value
        }
        (None, Some(item), None) => {
            item.error("needs a density", "add density = \"8960 kg/m^3\", or give volumetric_heat_capacity");
            return None;
        }
        // the density of a mixture is its own
        (None, None, Some(_)) if model == Model::Mixture => return Some(None),
        (None, None, Some(_)) => {
            section.error_of_key("density", "needs a specific heat", "add specific_heat = \"385 J/(kg K)\"");
            return None;
        }
        (None, None, None) => return Some(None),
    };
    if capacity.expression.is_spatial() && capacity.expression.depends_on(Variable::Temperature) {
        capacity.item.error("varies in space and with T", "let the heat capacity vary in x, y, z or with T, not both");
        return None;
    }
    Some(Some(capacity))
}

/// A scalar, entries along the axes, or a symmetric tensor.
fn read_conductivity<'d>(item: &Item<'d>, dimensions: usize) -> Option<ConductivityPlan<'d>> {
    let scalar = |item: &Item<'d>| item.varying(quantity::CONDUCTIVITY, Bound::Positive, ALL);
    if !item.is_list() {
        return scalar(item).map(ConductivityPlan::Isotropic);
    }
    let list = item.list()?;
    if list.len() != 3 && !(dimensions == 2 && list.len() == 2) {
        item.error(
            format!("has {} entries", list.len()),
            "write one number, [kx, ky, kz], or a tensor [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]",
        );
        return None;
    }
    if list.iter().any(Item::is_list) {
        return read_tensor(item, &list, dimensions);
    }
    let entries: Vec<Option<Varying<'d>>> = list.iter().map(scalar).collect();
    let mut entries: Vec<Varying<'d>> = entries.into_iter().collect::<Option<_>>()?;
    if entries.len() == 2 {
        // Nothing flows along z in 2D.
        entries.push(entries[1].clone());
    }
    entries.try_into().ok().map(ConductivityPlan::Diagonal)
}

fn read_tensor<'d>(item: &Item<'d>, rows: &[Item<'d>], dimensions: usize) -> Option<ConductivityPlan<'d>> {
    let n = rows.len();
    let rows: Vec<Option<Vec<f64>>> =
        rows.iter().map(|row| row.quantities(n, "entries in each row", quantity::CONDUCTIVITY, Bound::Any)).collect();
    let rows: Vec<Vec<f64>> = rows.into_iter().collect::<Option<_>>()?;
    let largest = rows.iter().flatten().fold(0.0f64, |m, k| m.max(k.abs()));
    for i in 0..n {
        for j in 0..i {
            if (rows[i][j] - rows[j][i]).abs() > 1e-9 * largest {
                let axis = ["x", "y", "z"];
                item.error(
                    format!(
                        "is not symmetric: {0}{1} = {2} but {1}{0} = {3}",
                        axis[j], axis[i], rows[j][i], rows[i][j]
                    ),
                    "a conductivity tensor is symmetric (Onsager): make the two entries equal",
                );
                return None;
            }
        }
    }
    let mean = |i: usize, j: usize| 0.5 * (rows[i][j] + rows[j][i]);
    let mut tensor = match n {
        2 => [rows[0][0], rows[1][1], rows[0][0].max(rows[1][1]), mean(0, 1), 0.0, 0.0],
        _ => [rows[0][0], rows[1][1], rows[2][2], mean(0, 1), mean(0, 2), mean(1, 2)],
    };
    let lowest = eigenvalues(tensor)[0];
    if lowest.is_nan() || lowest <= 1e-12 * largest {
        item.error(
            format!("is not positive definite: its lowest eigenvalue is {} W/(m K)", number(lowest)),
            "heat would flow from cold to hot; reduce the off-diagonal entries",
        );
        return None;
    }
    if dimensions == 2 {
        // What flows along z does not change along z, so it heats nothing.
        (tensor[4], tensor[5]) = (0.0, 0.0);
    }
    Some(ConductivityPlan::Tensor(tensor, item.clone()))
}
