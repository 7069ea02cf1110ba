//! The shapes of regions.

use super::item::{Bound, Item, metres};
use super::section::{Section, backticks};
use super::{images, meshes};
use crate::quantity;
use crate::region::{Shape, polygon_area};
use glam::{DVec2, DVec3};

/// Reads the one shape of a region, and how often it repeats.
pub(super) fn read_shape<'d>(section: &Section<'d>, dimensions: usize) -> Option<(Item<'d>, Shape)> {
    const SHAPES: [&str; 8] = ["box", "sphere", "circle", "cylinder", "polygon", "image", "array", "stl"];
    let repeat = section.get("repeat");
    let Some((kind, item)) = section.one_of(&SHAPES) else {
        section.item.error(
            "has no shape",
            format!("add one of {}, for example box = [[0, 0], [\"5 mm\", \"5 mm\"]]", backticks(&SHAPES)),
        );
        return None;
    };
    let shape = match kind {
        "box" => read_box(&item, dimensions),
        "sphere" | "circle" => read_sphere(&item, kind, dimensions),
        "cylinder" => read_cylinder(&item, dimensions),
        "polygon" => read_polygon(&item, dimensions),
        "image" => images::read_image(&item, dimensions),
        "array" => images::read_array(&item, dimensions),
        _ => meshes::read_stl(&item, dimensions),
    };
    let shape = match repeat {
        Some(repeat) => read_repeat(&repeat, shape?, dimensions),
        None => shape,
    };
    shape.map(|shape| (item, shape))
}

/// `{ count = [4, 4], pitch = ["1 mm", "1 mm"] }`: copies along the axes, the given one first.
fn read_repeat(item: &Item<'_>, shape: Shape, dimensions: usize) -> Option<Shape> {
    const MOST: u64 = 1_000_000;
    let section = item.section()?;
    let form = "write { count = [4, 4], pitch = [\"1 mm\", \"1 mm\"] } (three entries in 3D)";
    let count = section.require("count", form);
    let pitch = section.require("pitch", form);
    section.finish();
    let (count_item, pitch_item) = (count?, pitch?);
    let counts: Vec<Option<u64>> =
        count_item.list_of(dimensions, "counts, one for each axis")?.iter().map(|i| i.count(MOST)).collect();
    let counts: Vec<u64> = counts.into_iter().collect::<Option<_>>()?;
    let pitches = pitch_item.quantities(dimensions, "distances", quantity::LENGTH, Bound::NonNegative)?;
    let mut count = [1u32; 3];
    let mut pitch = DVec3::ZERO;
    for a in 0..dimensions {
        count[a] = counts[a] as u32;
        pitch[a] = pitches[a];
        if count[a] > 1 && pitch[a] == 0.0 {
            pitch_item.error(
                format!("{} copies along {} at no distance", count[a], ["x", "y", "z"][a]),
                "write the distance from one copy to the next",
            );
            return None;
        }
    }
    Some(Shape::Repeat { shape: Box::new(shape), count, pitch })
}

pub(super) fn point(item: &Item<'_>, dimensions: usize, z: f64) -> Option<DVec3> {
    let p = item.quantities(dimensions, "coordinates", quantity::LENGTH, Bound::Any)?;
    Some(DVec3::new(p[0], p[1], p.get(2).copied().unwrap_or(z)))
}

pub(super) fn read_box(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
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
