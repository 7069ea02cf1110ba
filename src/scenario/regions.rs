//! `[[region]]`: shapes, what they are made of, and what heats them.

use super::Model;
use super::boundaries::{ConditionPlan, read_condition};
use super::item::{Bound, Item, metres};
use super::section::{Section, backticks};
use super::varying::{SPACE, SPACE_AND_TIME, TIME, Varying};
use crate::quantity;
use crate::region::{Shape, polygon_area};
use glam::{DVec2, DVec3};

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
    pub boundary: Option<ConditionPlan<'d>>,
    pub initial: Option<Varying<'d>>,
}

/// Reads all regions; those with errors are left out.
pub(super) fn read_regions<'d>(root: &Section<'d>, dimensions: usize, model: Model) -> Vec<RegionPlan<'d>> {
    let Some(list) = root.get("region").and_then(|item| item.list()) else { return Vec::new() };
    let most = usize::from(crate::problem::NO_REGION);
    if list.len() > most {
        list[most].error(format!("there are more than {most} regions"), "join regions of the same material");
        return Vec::new();
    }
    let mut regions: Vec<RegionPlan<'d>> = Vec::new();
    for (number, item) in list.iter().enumerate() {
        let Some(region) = read_region(item, number, dimensions, model) else { continue };
        if regions.iter().any(|r| r.name == region.name) {
            let remedy = "the report names regions: give each its own name";
            let name = item.section().and_then(|section| section.get("name"));
            name.as_ref().unwrap_or(item).error(format!("there are two regions named \"{}\"", region.name), remedy);
        }
        regions.push(region);
    }
    regions
}

fn read_region<'d>(item: &Item<'d>, number: usize, dimensions: usize, model: Model) -> Option<RegionPlan<'d>> {
    let section = item.section()?;
    let name = section.get("name");
    let material = section.get("material");
    let shape = read_shape(&section, dimensions);
    let power = section.get("power");
    let density = section.get("power_density");
    let boundary = section.get("boundary");
    let initial = section.get("initial_temperature");
    section.later(
        &["power_trace"],
        "power traces are not in this version",
        "give the power as a table: power = { t = [...], value = [...] }",
    );
    section.one_of(&["power", "power_density"]);
    section.finish();

    let name = match &name {
        Some(item) => read_name(item),
        None => Some(format!("region_{}", number + 1)),
    };
    let filling = match material {
        Some(item) if item.text()? == "void" => Filling::Void,
        Some(item) => Filling::Material(item),
        None => Filling::Unchanged,
    };
    let source = match (power, density) {
        (Some(item), _) => Some(SourcePlan::Power(item.varying(quantity::POWER, Bound::Any, TIME)?)),
        (None, Some(item)) => {
            Some(SourcePlan::Density(item.varying(quantity::POWER_DENSITY, Bound::Any, SPACE_AND_TIME)?))
        }
        (None, None) => None,
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
            if matches!(filling, Filling::Unchanged) && source.is_none() && initial.is_none() {
                item.error("does nothing", "add material, power or power_density");
            }
        }
    }
    let (shape_item, shape) = shape?;
    Some(RegionPlan {
        name: name?,
        item: item.clone(),
        shape_item,
        shape,
        filling,
        source,
        boundary: boundary_plan,
        initial,
    })
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

fn read_shape<'d>(section: &Section<'d>, dimensions: usize) -> Option<(Item<'d>, Shape)> {
    const SHAPES: [&str; 5] = ["box", "sphere", "circle", "cylinder", "polygon"];
    const LATER: [&str; 3] = ["image", "stl", "floorplan"];
    let later = section.entries().any(|(key, _)| LATER.contains(&key));
    section.later(&LATER, "is not in this version", &format!("this version paints {}", backticks(&SHAPES)));
    let Some((kind, item)) = section.one_of(&SHAPES) else {
        if !later {
            section.item.error(
                "has no shape",
                format!("add one of {}, for example box = [[0, 0], [\"5 mm\", \"5 mm\"]]", backticks(&SHAPES)),
            );
        }
        return None;
    };
    let shape = match kind {
        "box" => read_box(&item, dimensions),
        "sphere" | "circle" => read_sphere(&item, kind, dimensions),
        "cylinder" => read_cylinder(&item, dimensions),
        _ => read_polygon(&item, dimensions),
    };
    shape.map(|shape| (item, shape))
}

fn point(item: &Item<'_>, dimensions: usize, z: f64) -> Option<DVec3> {
    let p = item.quantities(dimensions, "coordinates", quantity::LENGTH, Bound::Any)?;
    Some(DVec3::new(p[0], p[1], p.get(2).copied().unwrap_or(z)))
}

fn read_box(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let corners = item.list_of(2, "corners")?;
    let low = point(&corners[0], dimensions, f64::NEG_INFINITY);
    let high = point(&corners[1], dimensions, f64::INFINITY);
    let (low, high) = (low?, high?);
    for a in 0..dimensions {
        if low[a] >= high[a] {
            corners[1].error(
                format!(
                    "the box has no extent along {}: {} to {}",
                    ["x", "y", "z"][a],
                    metres(low[a]),
                    metres(high[a])
                ),
                "write the low corner first: [[x0, y0, z0], [x1, y1, z1]]",
            );
            return None;
        }
    }
    Some(Shape::Box { low, high })
}

fn read_sphere(item: &Item<'_>, kind: &str, dimensions: usize) -> Option<Shape> {
    if kind == "circle" && dimensions == 3 {
        item.error("belongs to 2D", "use sphere = { center, radius } or cylinder = { from, to, radius }");
        return None;
    }
    let section = item.section()?;
    let form = "write { center = [\"5 mm\", \"5 mm\"], radius = \"2 mm\" } (three coordinates in 3D)";
    let centre = section.require("center", form);
    let radius = section.require("radius", form);
    section.finish();
    let centre = point(&centre?, dimensions, 0.0);
    let radius = radius?.quantity(quantity::LENGTH, Bound::Positive);
    Some(Shape::Sphere { centre: centre?, radius: radius? })
}

fn read_cylinder(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    if dimensions == 2 {
        item.error("belongs to 3D", "use circle = { center, radius }");
        return None;
    }
    let section = item.section()?;
    let form = "write { from = [x, y, z], to = [x, y, z], radius = \"2 mm\" }";
    let from = section.require("from", form);
    let to = section.require("to", form);
    let radius = section.require("radius", form);
    section.finish();
    let from = point(&from?, 3, 0.0);
    let to_item = to?;
    let to = point(&to_item, 3, 0.0);
    let radius = radius?.quantity(quantity::LENGTH, Bound::Positive);
    let (from, to) = (from?, to?);
    if from == to {
        to_item.error("is the same point as `from`", "give the centres of the two ends");
        return None;
    }
    Some(Shape::Cylinder { from, to, radius: radius? })
}

fn read_polygon(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let section = item.section()?;
    let form = if dimensions == 2 {
        "write { points = [[x, y], [x, y], [x, y]] }"
    } else {
        "write { points = [[x, y], [x, y], [x, y]], z = [low, high] }"
    };
    let points = section.require("points", form);
    let z = if dimensions == 3 { section.require("z", form) } else { section.get("z") };
    section.finish();
    if dimensions == 2
        && let Some(z) = &z
    {
        z.error("belongs to 3D", "remove z");
        return None;
    }
    let points_item = points?;
    let points: Vec<Option<DVec2>> =
        points_item.list()?.iter().map(|i| point(i, 2, 0.0).map(DVec3::truncate)).collect();
    let points: Vec<DVec2> = points.into_iter().collect::<Option<_>>()?;
    let extent = points.iter().fold(0.0f64, |m, p| m.max((*p - points[0]).abs().max_element()));
    if points.len() < 3 || polygon_area(&points) <= 1e-12 * extent * extent {
        points_item.error("encloses no area", "give at least three corners in order around the shape");
        return None;
    }
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    if dimensions == 3 {
        let z_item = z?;
        let ends = z_item.quantities(2, "heights", quantity::LENGTH, Bound::Any)?;
        (low, high) = (ends[0], ends[1]);
        if low >= high {
            z_item.error("has no extent", "write the low end first: z = [low, high]");
            return None;
        }
    }
    Some(Shape::Polygon { points, low, high })
}
