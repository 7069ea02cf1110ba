//! `[[region]]`: shapes, what they are made of, and what heats them.

use super::Model;
use super::boundaries::{ConditionPlan, read_condition};
use super::floorplan::{FloorplanItems, Traced};
use super::heated_bands::HeatedBands;
use super::item::{Bound, Item};
use super::legend::read_legend;
use super::section::Section;
use super::shapes::read_shape;
use super::varying::{SPACE, SPACE_AND_TIME, TIME, Varying};
use crate::quantity;
use crate::region::Shape;

/// What a region is made of.
#[derive(Debug, Clone)]
pub(super) enum Filling<'d> {
    /// A material by name.
    Material(Item<'d>),
    /// Empty space.
    Void,
    /// Whatever is there: the region only adds a source.
    Unchanged,
}

impl<'d> Filling<'d> {
    /// The name of a material, or `void`.
    pub fn read(item: &Item<'d>) -> Option<Filling<'d>> {
        Some(if item.text()? == "void" { Filling::Void } else { Filling::Material(item.clone()) })
    }

    /// What it is called, if it is anything.
    pub fn name(&self) -> Option<&'d str> {
        match self {
            Filling::Material(item) => item.as_text(),
            Filling::Void => Some("void"),
            Filling::Unchanged => None,
        }
    }
}

/// What heats a region.
#[derive(Debug, Clone)]
pub(super) enum SourcePlan<'d> {
    /// W over the whole region.
    Power(Varying<'d>),
    /// W/m3.
    Density(Varying<'d>),
}

/// A region as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct RegionPlan<'d> {
    pub name: String,
    pub item: Item<'d>,
    pub shape_item: Item<'d>,
    pub shape: Shape,
    pub filling: Filling<'d>,
    pub source: Option<SourcePlan<'d>>,
    /// Which phonons the source heats, if not all.
    pub bands: Option<HeatedBands<'d>>,
    pub boundary: Option<ConditionPlan<'d>>,
    pub initial: Option<Varying<'d>>,
    /// Power that becomes its source when the end of the run is known.
    pub trace: Option<Traced<'d>>,
}

impl RegionPlan<'_> {
    /// Whether it heats the part of each cell that lies in it, rather than cells whose centre does: a region that paints
    /// nothing, no material and no temperature.
    pub fn shares_cells(&self) -> bool {
        matches!(self.filling, Filling::Unchanged) && self.initial.is_none()
    }
}

/// All of a region but its place.
#[derive(Debug, Clone)]
pub(super) struct Body<'d> {
    pub filling: Filling<'d>,
    pub source: Option<SourcePlan<'d>>,
    pub bands: Option<HeatedBands<'d>>,
    pub boundary: Option<ConditionPlan<'d>>,
    pub initial: Option<Varying<'d>>,
}

/// Reads all regions, which come after `layers`; those with errors are left out.
pub(super) fn read_regions<'d>(
    root: &Section<'d>,
    layers: Vec<RegionPlan<'d>>,
    dimensions: usize,
    model: Model,
) -> Vec<RegionPlan<'d>> {
    let Some(list) = root.get("region").and_then(|item| item.list()) else { return layers };
    let most = usize::from(crate::problem::NO_REGION);
    if list.len() > most {
        list[most].error(format!("there are more than {most} regions"), "join regions of the same material");
        return Vec::new();
    }
    let mut regions = layers;
    for (number, item) in list.iter().enumerate() {
        let Some(read) = read_region(item, number, dimensions, model) else { continue };
        let is_map = item.section().is_some_and(|section| section.has("legend"));
        let parent = match read.first() {
            Some(first) if !is_map => first.name.clone(),
            _ => unnamed(number),
        };
        for (n, mut region) in read.into_iter().enumerate() {
            let is_taken = |name: &str| regions.iter().any(|r| r.name == name);
            if (n > 0 || is_map) && is_taken(&region.name) {
                region.name = format!("{parent}.{}", region.name);
            }
            if is_taken(&region.name) {
                let remedy = "the report names regions: give each its own name";
                let name = item.section().and_then(|section| section.get("name"));
                name.as_ref().unwrap_or(item).error(format!("there are two regions named \"{}\"", region.name), remedy);
            }
            regions.push(region);
        }
    }
    if regions.len() > most {
        root.item.error(format!("there are more than {most} regions"), "join blocks of the floorplan");
        return Vec::new();
    }
    regions
}

/// What a region without a name is called; they are counted from 1.
fn unnamed(number: usize) -> String {
    format!("region_{}", number + 1)
}

/// The region, with the blocks of its floorplan; or the regions of its legend.
fn read_region<'d>(item: &Item<'d>, number: usize, dimensions: usize, model: Model) -> Option<Vec<RegionPlan<'d>>> {
    let section = item.section()?;
    if let Some(legend) = section.get("legend") {
        return read_legend(&section, &legend, dimensions, model);
    }
    let name = section.get("name");
    let shape = read_shape(&section, dimensions);
    let floorplan = FloorplanItems::of(&section);
    let body = read_body(&section, model, floorplan.is_some());
    section.finish();
    let name = match &name {
        Some(item) => read_name(item),
        None => Some(unnamed(number)),
    };
    let Body { filling, source, bands, boundary, initial } = body?;
    let (shape_item, shape) = shape?;
    let region = RegionPlan {
        name: name?,
        item: item.clone(),
        shape_item,
        shape,
        filling,
        source,
        bands,
        boundary,
        initial,
        trace: None,
    };
    let blocks = match floorplan {
        Some(floorplan) if matches!(region.filling, Filling::Void) => {
            floorplan.floorplan.error("void holds no heat", "put the floorplan into a solid region");
            return None;
        }
        Some(floorplan) => floorplan.blocks(&region)?,
        None => Vec::new(),
    };
    Some(std::iter::once(region).chain(blocks).collect())
}

/// Reads what a region is made of and what acts in it; `carries`: whether it serves without any of that.
pub(super) fn read_body<'d>(section: &Section<'d>, model: Model, carries: bool) -> Option<Body<'d>> {
    let material = section.get("material");
    let power = section.get("power");
    let density = section.get("power_density");
    let boundary = section.get("boundary");
    let initial = section.get("initial_temperature");
    let into = section.get("power_into");
    section.one_of(&["power", "power_density"]);
    let filling = match material {
        Some(item) => Filling::read(&item)?,
        None => Filling::Unchanged,
    };
    let source = match (power, density) {
        (Some(item), _) => Some(SourcePlan::Power(item.varying(quantity::POWER, Bound::Any, TIME)?)),
        (None, Some(item)) => {
            Some(SourcePlan::Density(item.varying(quantity::POWER_DENSITY, Bound::Any, SPACE_AND_TIME)?))
        }
        (None, None) => None,
    };
    let bands = match &into {
        Some(item) if model != Model::Phonon => {
            item.error("belongs to model = \"phonon\"", "remove it: other models know no bands of phonons");
            return None;
        }
        Some(item) if source.is_none() && !carries => {
            item.error("tells where a power goes, and there is none", "add `power` or `power_density`");
            return None;
        }
        Some(item) => Some(HeatedBands::read(item)?),
        None => None,
    };
    let boundary_plan = match &boundary {
        Some(item) => Some(read_condition(&item.section()?, false, model)?),
        None => None,
    };
    let initial = match initial {
        Some(item) => Some(item.varying(quantity::TEMPERATURE, Bound::Temperature, SPACE)?),
        None => None,
    };
    match filling {
        Filling::Void => {
            if source.is_some() {
                let key = if section.has("power") { "power" } else { "power_density" };
                section.error_of_key(key, "void holds no heat", "remove it, or put the source into a solid region");
            }
            if initial.is_some() {
                section.error_of_key("initial_temperature", "void has no temperature", "remove it");
            }
        }
        Filling::Material(_) | Filling::Unchanged => {
            if let Some(item) = &boundary {
                item.error(
                    "belongs to a region of `material = \"void\"`",
                    "conditions on solid hold on the grid's faces ([boundary]) and on the surface of void regions",
                );
            }
            if matches!(filling, Filling::Unchanged) && source.is_none() && initial.is_none() && !carries {
                section.item.error("does nothing", "add material, power or power_density");
            }
        }
    }
    Some(Body { filling, source, bands, boundary: boundary_plan, initial })
}

/// A name that can stand in a report and in a table's heading.
pub(super) fn read_name(item: &Item<'_>) -> Option<String> {
    let name = item.text()?;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        item.error("is no usable name", "write a short name such as \"die\"");
        return None;
    }
    Some(name.to_owned())
}
