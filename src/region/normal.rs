//! The surface of a shape: which way it looks, and how large it is.

use super::Shape;
use glam::{DVec2, DVec3};
use std::f64::consts::{PI, TAU};

/// A small part of a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patch {
    /// Its middle, m.
    pub at: DVec3,
    /// Outward.
    pub normal: DVec3,
    /// m2.
    pub area: f64,
    /// The middle of the face that it is of, m: towards it lies more of what the face parts, where an edge is near.
    pub middle: DVec3,
}

/// How a surface lies at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facet {
    /// Outward.
    pub normal: DVec3,
    /// Whether it turns from there on: where a round surface touches a plane of cells it runs along the axes at that place alone.
    pub bent: bool,
}

/// How much more than along the axes the faces of a surface measure before it counts as slanted.
const SLANTED: f64 = 1e-6;

impl Facet {
    /// Area of the faces of cells over that of the surface.
    pub fn steepness(self) -> f64 {
        self.normal.abs().element_sum()
    }

    /// Whether the faces of cells follow it in stairs.
    pub fn is_slanted(self) -> bool {
        self.bent || slants(self.normal)
    }
}

/// Whether a plane runs along no axis.
pub fn slants(normal: DVec3) -> bool {
    normal.abs().element_sum() > 1.0 + SLANTED
}

/// Parts along each side of a smooth surface.
const PARTS: usize = 96;

/// Parts of the surfaces of all copies of a shape, about.
const MOST_PATCHES: usize = 400_000;

impl Shape {
    /// The part of the surface nearest to a point, among the parts that look towards `facing` (a unit
    /// vector along an axis); none where the shape does not tell. In 2D (`planar`) its normal lies in the plane.
    pub fn facet(&self, p: DVec3, facing: DVec3, planar: bool) -> Option<Facet> {
        let flat = |normal| Facet { normal, bent: false };
        let round = |normal| Facet { normal, bent: true };
        match self {
            Shape::Box { .. } => Some(flat(facing)),
            Shape::Sphere { centre, .. } => {
                let mut away = p - centre;
                if planar {
                    away.z = 0.0;
                }
                away.try_normalize().map(round)
            }
            Shape::Cylinder { from, to, radius } => {
                let axis = (to - from).try_normalize()?;
                let along = (p - from).dot(axis);
                let away = p - from - along * axis;
                let ends = [(flat(-axis), along.abs()), (flat(axis), (along - (to - from).length()).abs())];
                let side = away.try_normalize().map(|n| (round(n), (away.length() - radius).abs()));
                nearest(facing, ends.into_iter().chain(side))
            }
            Shape::Polygon { points, low, high } => {
                let turn = signed_area(points).signum();
                let at = p.truncate();
                let sides = points.iter().enumerate().map(|(i, &a)| {
                    let b = points[(i + 1) % points.len()];
                    let edge = b - a;
                    let part = ((at - a).dot(edge) / edge.length_squared()).clamp(0.0, 1.0);
                    (flat(turn * -edge.perp().normalize_or_zero().extend(0.0)), (a + part * edge).distance(at))
                });
                let ends = [(flat(-DVec3::Z), (p.z - low).abs()), (flat(DVec3::Z), (p.z - high).abs())];
                nearest(facing, sides.chain(ends))
            }
            Shape::Repeat { shape, count, pitch } => {
                let (low, high) = shape.bounds();
                let mut first = p;
                for a in (0..3).filter(|&a| count[a] > 1) {
                    let nearest = ((p[a] - 0.5 * (low[a] + high[a])) / pitch[a]).round();
                    first[a] -= pitch[a] * nearest.clamp(0.0, f64::from(count[a] - 1));
                }
                shape.facet(first, facing, planar)
            }
            Shape::Solid(solid) => solid.normal(p, facing).map(flat),
            _ => None,
        }
    }

    /// The surface in small parts; empty where the shape does not tell it or it runs along the axes. In 2D (`planar`) it is a
    /// strip between the heights `ends`, m.
    pub fn patches(&self, planar: bool, ends: [f64; 2]) -> Vec<Patch> {
        self.in_parts(planar, ends, PARTS)
    }

    fn in_parts(&self, planar: bool, ends: [f64; 2], parts: usize) -> Vec<Patch> {
        let middle = |n: usize, of: usize| (n as f64 + 0.5) / of as f64;
        let middle_height = 0.5 * (ends[0] + ends[1]);
        match self {
            Shape::Sphere { centre, radius } => {
                // rings of equal height have equal area (Archimedes)
                let rings = if planar { 1 } else { parts };
                let steps = 2 * parts;
                let area = if planar {
                    TAU * radius * (ends[1] - ends[0]) / steps as f64
                } else {
                    4.0 * PI * radius * radius / (rings * steps) as f64
                };
                let patch = |(ring, step): (usize, usize)| {
                    let height = if planar { 0.0 } else { 2.0 * middle(ring, rings) - 1.0 };
                    let turn = DVec2::from_angle(TAU * (middle(step, steps) + 0.618 * ring as f64));
                    let normal = (turn * (1.0 - height * height).sqrt()).extend(height);
                    let mut at = centre + *radius * normal;
                    if planar {
                        at.z = middle_height;
                    }
                    Patch { at, normal, area, middle: at }
                };
                pairs(rings, steps).map(patch).collect()
            }
            Shape::Cylinder { from, to, radius } => {
                let (axis, length) = ((to - from).normalize_or_zero(), (to - from).length());
                let (u, v) = axis.any_orthonormal_pair();
                let away = |turn: f64| u * (TAU * turn).cos() + v * (TAU * turn).sin();
                let side = pairs(parts, 2 * parts).map(|(n, step)| {
                    let normal = away(middle(step, 2 * parts));
                    let area = TAU * radius * length / (2 * parts * parts) as f64;
                    let along = |part: f64| from + part * length * axis + *radius * normal;
                    Patch { at: along(middle(n, parts)), normal, area, middle: along(0.5) }
                });
                let discs = pairs(parts, 2 * parts).flat_map(|(n, step)| {
                    let out = *radius * middle(n, parts).sqrt() * away(middle(step, 2 * parts));
                    let area = PI * radius * radius / (2 * parts * parts) as f64;
                    [(*from, -axis), (*to, axis)].map(|(end, normal)| Patch {
                        at: end + out,
                        normal,
                        area,
                        middle: end,
                    })
                });
                side.chain(discs).collect()
            }
            Shape::Polygon { points, low, high } => {
                let turn = signed_area(points).signum();
                let [low, high] = if planar { ends } else { [low.max(ends[0]), high.min(ends[1])] };
                let heights = if planar { 1 } else { parts };
                let of_edge = |(i, &a): (usize, &DVec2)| {
                    let edge = points[(i + 1) % points.len()] - a;
                    let normal = turn * -edge.perp().normalize_or_zero().extend(0.0);
                    let area = edge.length() * (high - low) / (heights * parts) as f64;
                    let on_it = move |along: f64, up: f64| (a + along * edge).extend(low + up * (high - low));
                    let patch = move |(n, m): (usize, usize)| {
                        let at = on_it(middle(m, parts), middle(n, heights));
                        Patch { at, normal, area, middle: on_it(0.5, 0.5) }
                    };
                    pairs(heights, parts).map(patch).collect::<Vec<_>>()
                };
                points.iter().enumerate().flat_map(of_edge).collect()
            }
            Shape::Repeat { shape, count, pitch } => {
                let copies: usize = count.iter().map(|&n| n as usize).product();
                let parts = (((MOST_PATCHES / copies) as f64).sqrt() as usize / 2).clamp(4, parts);
                let first = shape.in_parts(planar, ends, parts);
                let places = (0..count[2]).flat_map(|k| {
                    (0..count[1])
                        .flat_map(move |j| (0..count[0]).map(move |i| DVec3::new(i.into(), j.into(), k.into())))
                });
                let moved = |place: DVec3| {
                    first.iter().map(move |p| Patch {
                        at: p.at + place * pitch,
                        middle: p.middle + place * pitch,
                        ..*p
                    })
                };
                places.flat_map(moved).collect()
            }
            Shape::Solid(solid) => solid.patches(parts, MOST_PATCHES),
            _ => Vec::new(),
        }
    }
}

/// All pairs of numbers below two bounds.
fn pairs(a: usize, b: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..a).flat_map(move |i| (0..b).map(move |j| (i, j)))
}

/// Of parts and their distances the nearest that looks the right way.
fn nearest(facing: DVec3, parts: impl Iterator<Item = (Facet, f64)>) -> Option<Facet> {
    parts.filter(|(part, _)| part.normal.dot(facing) > 1e-9).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(part, _)| part)
}

/// Positive where the points run counterclockwise.
fn signed_area(points: &[DVec2]) -> f64 {
    points.iter().enumerate().map(|(i, a)| a.perp_dot(points[(i + 1) % points.len()])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::region::Solid;
    use crate::region::solid::tests::ball;

    /// Area of the faces between the cells of a shape and the others, and the same with each face taken for what it shows
    /// of the surface.
    fn areas(shape: &Shape, grid: &Grid) -> [f64; 2] {
        let planar = grid.dimensions() == 2;
        let mut inside = vec![false; grid.len()];
        shape.for_each_cell(grid, |cell| inside[cell] = true);
        let mut sums = [0.0; 2];
        for i in (0..grid.len()).filter(|&i| inside[i]) {
            let cell = grid.cell(i);
            for side in crate::grid::Side::ALL.into_iter().filter(|s| s.axis < grid.dimensions()) {
                let Some(other) = grid.neighbour(cell, side.outward()) else { continue };
                if !inside[grid.index(other)] {
                    let outward = side.outward().as_dvec3();
                    let face = grid.centre(cell) + 0.5 * outward * grid.widths(cell);
                    let facet = shape.facet(face, outward, planar).unwrap();
                    let area = grid.area(cell, side.axis);
                    sums[0] += area;
                    sums[1] += area / facet.steepness();
                }
            }
        }
        sums
    }

    #[test]
    fn faces_weighted_by_the_normal_have_about_the_area_of_the_shape() {
        let axis = |n| Axis::uniform(0.0, 1.0, n);
        let cube = Grid::three_dimensional(axis(24), axis(24), axis(24));
        let c = DVec3::splat(0.503);
        let (r, l) = (0.35_f64, 0.5_f64);
        let prism = vec![DVec2::new(0.15, 0.2), DVec2::new(0.85, 0.3), DVec2::new(0.6, 0.8), DVec2::new(0.2, 0.7)];
        let outline: f64 = (0..4).map(|i| prism[i].distance(prism[(i + 1) % 4])).sum();
        let ends = 2.0 * super::super::polygon_area(&prism);
        let turned: Vec<DVec2> = prism.iter().rev().copied().collect();
        let slanted = DVec3::new(2.0, 1.0, 1.5).normalize() * l;
        let tilted = Shape::Cylinder { from: c - 0.5 * slanted, to: c + 0.5 * slanted, radius: 0.25 };
        let upright = Shape::Cylinder { from: c - 0.25 * DVec3::Z, to: c + 0.25 * DVec3::Z, radius: r };
        for (shape, exact) in [
            (Shape::Sphere { centre: c, radius: r }, 4.0 * PI * r * r),
            (upright, 2.0 * PI * r * (r + l)),
            (tilted, 2.0 * PI * 0.25 * (0.25 + l)),
            (Shape::Polygon { points: prism, low: 0.25, high: 0.75 }, outline * 0.5 + ends),
            (Shape::Polygon { points: turned, low: 0.25, high: 0.75 }, outline * 0.5 + ends),
        ] {
            let [stairs, found] = areas(&shape, &cube);
            println!("{:.4} of the area by the faces alone, {:.4} weighted: {shape:?}", stairs / exact, found / exact);
            assert!((found / exact - 1.0).abs() < 0.06, "{found} for {exact}: {shape:?}");
            let patches = shape.patches(false, [0.0, 1.0]);
            let flat = if matches!(shape, Shape::Polygon { .. }) { ends } else { 0.0 };
            let sum = patches.iter().map(|p| p.area).sum::<f64>() + flat;
            assert!((sum / exact - 1.0).abs() < 1e-9, "{sum} for {exact}: {shape:?}");
            // closed, and each part looks outwards
            let closed: DVec3 = patches.iter().map(|p| p.area * p.normal).sum();
            assert!(closed.length() < 1e-9, "{closed}");
            let outward = patches
                .iter()
                .filter(|p| shape.contains(p.at - 1e-6 * p.normal) && !shape.contains(p.at + 1e-6 * p.normal));
            assert_eq!(outward.count(), patches.len(), "{shape:?}");
        }
        let ball = Shape::Solid(std::sync::Arc::new(Solid::new(ball(c, r, 40)).expect("closed")));
        let exact: f64 = ball.patches(false, [0.0, 1.0]).iter().map(|p| p.area).sum();
        assert!((exact / (4.0 * PI * r * r) - 1.0).abs() < 0.003, "{exact}");
        let [stairs, found] = areas(&ball, &cube);
        assert!(stairs / exact > 1.4 && (found / exact - 1.0).abs() < 0.06, "{stairs} and {found} for {exact}");
        let square = Grid::two_dimensional(axis(24), axis(24), 2.0);
        let circle = Shape::Sphere { centre: c, radius: r };
        let [_, found] = areas(&circle, &square);
        assert!((found / (2.0 * PI * r * 2.0) - 1.0).abs() < 0.06, "{found}");
        let four = Shape::Repeat {
            shape: Box::new(Shape::Sphere { centre: DVec3::splat(0.25), radius: 0.2 }),
            count: [2, 2, 1],
            pitch: DVec3::new(0.5, 0.5, 0.0),
        };
        let sum: f64 = four.patches(true, [0.0, 2.0]).iter().map(|p| p.area).sum();
        assert!((sum / (4.0 * 2.0 * PI * 0.2 * 2.0) - 1.0).abs() < 1e-9, "{sum}");
    }
}
