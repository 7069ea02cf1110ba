//! Tables of materials outside a scenario: the shipped one, and files of the user's own.

use super::document::{Document, Value};
use super::error::ScenarioErrors;
use super::images::beside;
use super::item::Item;
use super::materials::{ConductivityPlan, MaterialKind, SHIPPED, read_material};
use super::section::Section;
use super::{Model, read_text};
use crate::expression::{Expression, Place, Variable};
use std::path::{Path, PathBuf};

/// What is known of a material.
#[derive(Debug, Clone)]
pub struct Substance {
    /// What scenarios call it.
    pub name: String,
    /// What kind of material it is, where the table says so.
    pub class: String,
    /// Where the values are from.
    pub source: String,
    /// Conductivity (W/(m K)) with its directions: "" where it is the same in all.
    pub conductivity: Vec<(&'static str, Expression)>,
    /// Volumetric heat capacity, J/(m3 K).
    pub heat_capacity: Option<Expression>,
    /// Density, kg/m3, where it is given and constant.
    pub density: Option<f64>,
    /// Solidus and liquidus (K) and latent heat (J/m3), if it melts.
    pub melting: Option<[f64; 3]>,
    /// The same where its melting is known, and not computed unless a scenario asks for it.
    pub fusion: Option<[f64; 3]>,
    /// Mean free path of the heat carriers, m.
    pub mean_free_path: Option<f64>,
    /// Relaxation time of the heat flux, s.
    pub relaxation_time: Option<f64>,
    /// Time between collisions of the carriers of heat, s.
    pub collision_time: Option<f64>,
}

impl Substance {
    /// Temperatures (K) that its tables reach over; none where nothing varies with temperature.
    pub fn range(&self) -> Option<(f64, f64)> {
        let points = self.points();
        let (low, high) = (*points.first()?, *points.last()?);
        (low < high).then_some((low, high))
    }

    /// The temperatures (K) at which its tables have an entry, rising.
    pub fn points(&self) -> Vec<f64> {
        let all = self.conductivity.iter().map(|(_, k)| k).chain(&self.heat_capacity);
        let mut points: Vec<f64> = all.flat_map(|e| e.breakpoints(Variable::Temperature)).collect();
        points.sort_by(f64::total_cmp);
        points.dedup();
        points
    }
}

/// A value at a temperature (K), in the origin.
pub fn at(value: &Expression, temperature: f64) -> f64 {
    value.eval(&Place { temperature, ..Place::default() })
}

/// The shipped materials and those of a user's file, which stand first and take the place of shipped ones of the same name.
///
/// # Errors
/// What is wrong with the file, at its place in the file's text.
pub fn substances(file: Option<&Path>) -> Result<Vec<Substance>, ScenarioErrors> {
    let mut list = Vec::new();
    if let Some(path) = file {
        let document = Document::parse(&read_text(path)?, &path.display().to_string(), &[])?;
        list = read_all(&document)?;
    }
    let shipped = read_all(&Document::parse(SHIPPED, "assets/materials.toml", &[])?)?;
    let own: Vec<String> = list.iter().map(|s| s.name.clone()).collect();
    list.extend(shipped.into_iter().filter(|s| !own.contains(&s.name)));
    Ok(list)
}

fn read_all(document: &Document) -> Result<Vec<Substance>, ScenarioErrors> {
    let substances = entries(document).into_iter().filter_map(|(name, item)| read(name, &item)).collect();
    document.outcome()?;
    Ok(substances)
}

fn read(name: &str, item: &Item<'_>) -> Option<Substance> {
    let plan = read_material(name, item, MaterialKind { dimensions: 3, model: Model::Heat, mixing: None })?;
    let text = |key: &'static str| {
        let section = item.section()?;
        section.get(key).and_then(|item| item.as_text()).map(str::to_owned)
    };
    let density = item.section().and_then(|section| section.get("density"));
    let density = density.and_then(|item| {
        let value = item.varying(crate::quantity::DENSITY, super::item::Bound::Positive, super::varying::SPACE)?;
        value.expression.as_constant()
    });
    let conductivity = match plan.conductivity {
        ConductivityPlan::Isotropic(k) => vec![("", k.expression)],
        ConductivityPlan::Diagonal(k) => ["x", "y", "z"].into_iter().zip(k.map(|k| k.expression)).collect(),
        ConductivityPlan::Tensor(k, _) => {
            ["xx", "yy", "zz", "xy", "xz", "yz"].into_iter().zip(k.map(Expression::constant)).collect()
        }
    };
    Some(Substance {
        name: name.to_owned(),
        class: text("class").unwrap_or_default(),
        source: text("source").unwrap_or_default(),
        conductivity,
        heat_capacity: plan.heat_capacity.map(|c| c.expression),
        density,
        melting: plan.melting.map(|m| [m.solidus, m.liquidus, m.latent_heat]),
        fusion: plan.fusion.map(|m| [m.solidus, m.liquidus, m.latent_heat]),
        mean_free_path: plan.mean_free_path,
        relaxation_time: plan.relaxation_time,
        collision_time: plan.collision_time,
    })
}

/// The materials of a table by name.
pub(super) fn entries(document: &Document) -> Vec<(&str, Item<'_>)> {
    let Value::Table(entries) = &document.root.value else { return Vec::new() };
    let item = |e| -> (&str, Item<'_>) {
        let e: &super::document::Entry = e;
        (e.key.as_str(), Item { document, node: &e.node, path: e.key.clone() })
    };
    entries.iter().map(item).collect()
}

/// The files that `materials_file` of a scenario names (one, or a list), read.
///
/// # Errors
/// Of the scenario where a file is not named rightly or cannot be read, of the file where it is no table of materials.
pub(super) fn files_of(scenario: &Document) -> Result<Vec<Document>, ScenarioErrors> {
    let root = Section::root(scenario);
    let Some(item) = root.get("materials_file") else { return Ok(Vec::new()) };
    let items = if item.is_list() { item.list().unwrap_or_default() } else { vec![item] };
    let mut documents = Vec::new();
    for item in items {
        let Some(name) = item.text() else { continue };
        let path: PathBuf = beside(&item, name);
        match std::fs::read_to_string(&path) {
            Ok(text) => documents.push(Document::parse(&text, &path.display().to_string(), &[])?),
            Err(error) => item.error(
                format!("cannot read {}: {error}", path.display()),
                "name a TOML file of materials; a relative path counts from the scenario's folder",
            ),
        }
    }
    scenario.outcome()?;
    for document in &documents {
        if let Some((_, item)) = entries(document).iter().find(|(name, _)| *name == "materials") {
            item.error(
                "is no material",
                "in a file of materials each stands at the top: write [NAME] rather than [materials.NAME]",
            );
        }
        document.outcome()?;
    }
    Ok(documents)
}
