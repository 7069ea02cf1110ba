//! Shapes from STL files.

use super::images::beside;
use super::item::{Bound, Item, number};
use crate::quantity;
use crate::region::{Shape, Solid};
use glam::DVec3;
use std::sync::Arc;

/// `"part.stl"`, or `{ file = "part.stl", unit = "mm", at = [x, y, z] }`: a closed surface, its coordinates in that unit (m if it is left out),
/// its origin moved to `at`.
pub(super) fn read_stl(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let (file, unit, at) = if item.as_text().is_some() {
        (Some(item.clone()), None, None)
    } else {
        let section = item.section()?;
        let file = section.require("file", "write { file = \"part.stl\", unit = \"mm\" }");
        let (unit, at) = (section.get("unit"), section.get("at"));
        section.finish();
        (file, unit, at)
    };
    if dimensions == 2 {
        item.error("belongs to 3D", "use polygon = { points = [...] } or an image in 2D");
        return None;
    }
    let scale = match &unit {
        Some(item) => {
            let text = item.text()?;
            match quantity::parse(&format!("1 {text}"), quantity::LENGTH) {
                Ok(scale) => scale,
                Err(_) => {
                    item.error(format!("\"{text}\" is no unit of length"), "write \"mm\", \"um\", \"m\" or \"in\"");
                    return None;
                }
            }
        }
        None => 1.0,
    };
    let at = match at {
        Some(item) => DVec3::from_slice(&item.quantities(3, "coordinates", quantity::LENGTH, Bound::Any)?),
        None => DVec3::ZERO,
    };
    let file = file?;
    let path = beside(&file, file.text()?);
    let mesh = std::fs::File::open(&path).and_then(|f| stl_io::read_stl(&mut std::io::BufReader::new(f)));
    let mesh = match mesh {
        Ok(mesh) => mesh,
        Err(error) => {
            let what = match error.kind() {
                std::io::ErrorKind::UnexpectedEof => "it ends too early, or is no STL file".to_owned(),
                _ => error.to_string(),
            };
            file.error(
                format!("{}: {what}", path.display()),
                "name an STL file (text or binary); a relative path counts from the scenario's folder",
            );
            return None;
        }
    };
    let corner = |n: usize| {
        let v = mesh.vertices[n];
        at + scale * DVec3::new(f64::from(v[0]), f64::from(v[1]), f64::from(v[2]))
    };
    let triangles: Vec<[DVec3; 3]> = mesh.faces.iter().map(|f| f.vertices.map(corner)).collect();
    if triangles.is_empty() || !triangles.iter().flatten().all(|p| p.is_finite()) {
        file.error(format!("{} holds no triangles, or numbers that are not finite", path.display()), "export it anew");
        return None;
    }
    match Solid::new(triangles) {
        // What a surface encloses that is turned inside out all over is plain.
        Ok(solid) if solid.volume() < 0.0 => Some(Shape::Solid(Arc::new(solid.turned()))),
        Ok(solid) if solid.volume() > 0.0 => Some(Shape::Solid(Arc::new(solid))),
        Ok(_) => {
            file.error("its surface encloses nothing", "export a solid, all its triangles turned outwards");
            None
        }
        Err(open) => {
            let [from, to] = open.first.map(|p| {
                let place = (p - at) / scale;
                format!("({}, {}, {})", number(place.x), number(place.y), number(place.z))
            });
            let edges = open.edges;
            file.error(
                format!("its surface is not closed: {edges} edges of triangles have no partner, one of them from {from} to {to} in the file"),
                "export a closed (watertight) solid, all its triangles turned outwards and sharing their corners, or mend it in the program that made it",
            );
            None
        }
    }
}
