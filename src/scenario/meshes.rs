//! Shapes from STL files.

use super::images::beside;
use super::item::{Bound, Item, number};
use super::section::Section;
use crate::quantity;
use crate::region::{Filling, Shape, Solid, stl};
use glam::{DMat3, DVec3};
use std::f64::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

/// Where the numbers of a file lie in the grid: scaled, turned about the file's origin, moved.
struct Placement {
    /// m.
    scale: DVec3,
    turn: DMat3,
    /// Where the file's origin lies, m.
    at: DVec3,
    /// In its place: where the low corner of the solid lies, m.
    corner: Option<DVec3>,
}

impl Placement {
    fn read(section: &Section<'_>) -> Option<Placement> {
        let lengths = |key: &'static str| match section.get(key) {
            Some(item) => {
                item.quantities(3, "coordinates", quantity::LENGTH, Bound::Any).map(|p| Some(DVec3::from_slice(&p)))
            }
            None => Some(None),
        };
        let (unit, scale, rotate) = (section.get("unit"), section.get("scale"), section.get("rotate"));
        let (at, corner) = (lengths("at"), lengths("corner"));
        section.one_of(&["at", "corner"]);
        let unit = unit.map_or(Some(1.0), |item| read_unit(&item));
        let scale = scale.map_or(Some(DVec3::ONE), |item| read_scale(&item));
        let turn = rotate.map_or(Some(DMat3::IDENTITY), |item| read_turns(&item));
        Some(Placement { scale: unit? * scale?, turn: turn?, at: at?.unwrap_or_default(), corner: corner? })
    }

    fn place(&self, p: [f32; 3]) -> DVec3 {
        self.at + self.turn * (self.scale * DVec3::from_array(p.map(f64::from)))
    }

    /// The numbers of the file for a place.
    fn in_file(&self, p: DVec3) -> DVec3 {
        self.turn.transpose() * (p - self.at) / self.scale + DVec3::ZERO
    }
}

/// Metres in a unit of length.
fn read_unit(item: &Item<'_>) -> Option<f64> {
    let text = item.text()?;
    let size = quantity::parse(&format!("1 {text}"), quantity::LENGTH);
    if size.is_err() {
        item.error(format!("\"{text}\" is no unit of length"), "write \"mm\", \"um\", \"m\" or \"in\"");
    }
    size.ok()
}

/// A factor, or one for each axis of the file.
fn read_scale(item: &Item<'_>) -> Option<DVec3> {
    if item.is_list() {
        let factors = item.quantities(3, "factors", quantity::DIMENSIONLESS, Bound::Positive)?;
        return Some(DVec3::from_slice(&factors));
    }
    item.quantity(quantity::DIMENSIONLESS, Bound::Positive).map(DVec3::splat)
}

/// Angles about x, then y, then z. Quarters of a turn are exact.
fn read_turns(item: &Item<'_>) -> Option<DMat3> {
    let list = item.list_of(3, "angles about x, y and z")?;
    let angle = |item: &Item<'_>| {
        let angle = item.quantity(quantity::ANGLE, Bound::Any)?;
        if angle.abs() > TAU * (1.0 + 1e-12) {
            item.error(
                format!("is more than a whole turn, {} rad", number(angle)),
                "a plain number is in rad; write \"90 deg\"",
            );
            return None;
        }
        Some(angle)
    };
    let angles: Vec<Option<f64>> = list.iter().map(angle).collect();
    let about = |axis: usize, angle: f64| {
        let quarters = (angle / FRAC_PI_2).round();
        let (sin, cos) = if (angle - quarters * FRAC_PI_2).abs() < 1e-12 {
            [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)][quarters.rem_euclid(4.0) as usize]
        } else {
            angle.sin_cos()
        };
        let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
        let mut turn = DMat3::IDENTITY;
        turn.col_mut(u)[u] = cos;
        turn.col_mut(u)[v] = sin;
        turn.col_mut(v)[u] = -sin;
        turn.col_mut(v)[v] = cos;
        turn
    };
    let angles: Vec<f64> = angles.into_iter().collect::<Option<_>>()?;
    Some(about(2, angles[2]) * about(1, angles[1]) * about(0, angles[0]))
}

/// `"part.stl"`, or `{ file = "part.stl", unit = "mm", scale = 1, rotate = ["0 deg", "0 deg", "90 deg"], at = [x, y, z] }`: a closed surface, its
/// coordinates in that unit (m if it is left out).
pub(super) fn read_stl(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let (file, placement) = if item.as_text().is_some() {
        (
            Some(item.clone()),
            Some(Placement { scale: DVec3::ONE, turn: DMat3::IDENTITY, at: DVec3::ZERO, corner: None }),
        )
    } else {
        let section = item.section()?;
        let file = section.require("file", "write { file = \"part.stl\", unit = \"mm\" }");
        let placement = Placement::read(&section);
        section.later(&["translate"], "is written `at`", "at = [x, y, z] tells where the origin of the file lies");
        section.finish();
        (file, placement)
    };
    if dimensions == 2 {
        item.error("belongs to 3D", "use polygon = { points = [...] } or an image in 2D");
        return None;
    }
    let (file, mut placement) = (file?, placement?);
    let path = beside(&file, file.text()?);
    let remedy = "name an STL file (text or binary); a relative path counts from the scenario's folder";
    let read = match std::fs::read(&path) {
        Ok(bytes) => stl::read(&bytes),
        Err(error) => {
            file.error(format!("{}: {error}", path.display()), remedy);
            return None;
        }
    };
    let triangles = match read {
        Ok(triangles) => triangles,
        Err(stl::Broken { line: Some(line), what }) => {
            file.error(
                format!("{}:{line}: {what}", path.display()),
                "mend that line, or export the file anew, as binary",
            );
            return None;
        }
        Err(stl::Broken { line: None, what }) => {
            file.error(format!("{}: {what}", path.display()), remedy);
            return None;
        }
    };
    let laid = |placement: &Placement| triangles.iter().map(|t| t.map(|p| placement.place(p))).collect::<Vec<_>>();
    let mut placed = laid(&placement);
    if placed.is_empty() || !placed.iter().flatten().all(|p| p.is_finite()) {
        file.error(format!("{} holds no triangles, or numbers that are not finite", path.display()), "export it anew");
        return None;
    }
    if let Some(corner) = placement.corner {
        placement.at = corner - placed.iter().flatten().copied().reduce(DVec3::min).unwrap_or_default();
        placed = laid(&placement);
    }
    let solid = match Solid::new(placed) {
        // What a surface encloses that is turned inside out all over is plain.
        Ok(solid) if solid.signed_volume() < 0.0 => solid.turned(),
        Ok(solid) if solid.signed_volume() > 0.0 => solid,
        Ok(_) => {
            file.error("its surface encloses nothing", "export a solid, all its triangles turned outwards");
            return None;
        }
        Err(open) => {
            let [from, to] = open.first.map(|p| {
                let place = placement.in_file(p);
                format!("({}, {}, {})", number(place.x), number(place.y), number(place.z))
            });
            let edges = open.edges;
            file.error(
                format!("its surface is not closed: {edges} edges of triangles have no partner, one of them from {from} to {to} in the file"),
                "export a closed (watertight) solid, all its triangles turned outwards and sharing their corners, or mend it in the program that made it",
            );
            return None;
        }
    };
    tell_of_shells(&file, solid.filling());
    Some(Shape::Solid(Arc::new(solid)))
}

/// Says where surfaces in a file overlap, or look the wrong way.
fn tell_of_shells(file: &Item<'_>, Filling { volume, again, inverted }: Filling) {
    let part =
        |of: f64| format!("{} ({:.3} % of all)", quantity::format_quantity(of, quantity::VOLUME), 100.0 * of / volume);
    if again > 0.0 {
        file.document.warn(format!(
            "{}: surfaces in the file overlap: {} lie within more than one of them, and are filled and counted once",
            file.path,
            part(again)
        ));
    }
    if inverted > 0.0 {
        file.document.warn(format!(
            "{}: {} are enclosed by triangles that are turned inwards and no others; they are filled all the same, but what acts on their surface \
             may miss it: turn them outwards in the program that made the file",
            file.path,
            part(inverted)
        ));
    }
}
