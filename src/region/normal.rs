//! Which way the surface of a shape looks.

use super::Shape;
use glam::{DVec2, DVec3};

impl Shape {
    /// Outward normal of the part of the surface nearest to a point, among the parts that look towards `facing` (a unit
    /// vector along an axis); none where the shape does not tell. In 2D (`planar`) it lies in the plane.
    pub fn normal(&self, p: DVec3, facing: DVec3, planar: bool) -> Option<DVec3> {
        match self {
            Shape::Box { .. } => Some(facing),
            Shape::Sphere { centre, .. } => {
                let mut away = p - centre;
                if planar {
                    away.z = 0.0;
                }
                away.try_normalize()
            }
            Shape::Cylinder { from, to, radius } => {
                let axis = (to - from).try_normalize()?;
                let along = (p - from).dot(axis);
                let away = p - from - along * axis;
                let ends = [(-axis, along.abs()), (axis, (along - (to - from).length()).abs())];
                let side = away.try_normalize().map(|n| (n, (away.length() - radius).abs()));
                nearest(facing, ends.into_iter().chain(side))
            }
            Shape::Polygon { points, low, high } => {
                let turn = signed_area(points).signum();
                let at = p.truncate();
                let sides = points.iter().enumerate().map(|(i, &a)| {
                    let b = points[(i + 1) % points.len()];
                    let edge = b - a;
                    let part = ((at - a).dot(edge) / edge.length_squared()).clamp(0.0, 1.0);
                    (turn * -edge.perp().normalize_or_zero().extend(0.0), (a + part * edge).distance(at))
                });
                let ends = [(-DVec3::Z, (p.z - low).abs()), (DVec3::Z, (p.z - high).abs())];
                nearest(facing, sides.chain(ends))
            }
            Shape::Repeat { shape, count, pitch } => {
                let (low, high) = shape.bounds();
                let mut first = p;
                for a in (0..3).filter(|&a| count[a] > 1) {
                    let nearest = ((p[a] - 0.5 * (low[a] + high[a])) / pitch[a]).round();
                    first[a] -= pitch[a] * nearest.clamp(0.0, f64::from(count[a] - 1));
                }
                shape.normal(first, facing, planar)
            }
            _ => None,
        }
    }
}

/// Of normals and distances the nearest that looks the right way.
fn nearest(facing: DVec3, parts: impl Iterator<Item = (DVec3, f64)>) -> Option<DVec3> {
    parts.filter(|(n, _)| n.dot(facing) > 1e-9).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(n, _)| n)
}

/// Positive where the points run counterclockwise.
fn signed_area(points: &[DVec2]) -> f64 {
    points.iter().enumerate().map(|(i, a)| a.perp_dot(points[(i + 1) % points.len()])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use std::f64::consts::PI;

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
                    let normal = shape.normal(face, outward, planar).unwrap();
                    let area = grid.area(cell, side.axis);
                    sums[0] += area;
                    sums[1] += area / normal.abs().element_sum();
                }
            }
        }
        sums
    }

    #[test]
    fn faces_weighted_by_the_normal_have_the_area_of_the_shape() {
        let axis = |n| Axis::uniform(0.0, 1.0, n);
        let cube = Grid::three_dimensional(axis(24), axis(24), axis(24));
        let c = DVec3::splat(0.503);
        let (r, l) = (0.35_f64, 0.5_f64);
        let prism = vec![DVec2::new(0.15, 0.2), DVec2::new(0.85, 0.3), DVec2::new(0.6, 0.8), DVec2::new(0.2, 0.7)];
        let outline: f64 = (0..4).map(|i| prism[i].distance(prism[(i + 1) % 4])).sum();
        let slanted = DVec3::new(2.0, 1.0, 1.5).normalize() * l;
        let turned: Vec<DVec2> = prism.iter().rev().copied().collect();
        for (shape, exact, tolerance) in [
            (Shape::Sphere { centre: c, radius: r }, 4.0 * PI * r * r, 0.01),
            (
                Shape::Cylinder { from: c - 0.25 * DVec3::Z, to: c + 0.25 * DVec3::Z, radius: r },
                2.0 * PI * r * (r + l),
                0.02,
            ),
            (
                Shape::Cylinder { from: c - 0.5 * slanted, to: c + 0.5 * slanted, radius: 0.25 },
                2.0 * PI * 0.25 * (0.25 + l),
                0.03,
            ),
            (
                Shape::Polygon { points: prism, low: 0.25, high: 0.75 },
                outline * 0.5 + 2.0 * super::super::polygon_area(&turned),
                0.03,
            ),
            (
                Shape::Polygon { points: turned.clone(), low: 0.25, high: 0.75 },
                outline * 0.5 + 2.0 * super::super::polygon_area(&turned),
                0.03,
            ),
        ] {
            let [stairs, found] = areas(&shape, &cube);
            println!("{:.4} of the area by the faces alone, {:.4} weighted: {shape:?}", stairs / exact, found / exact);
            assert!((found / exact - 1.0).abs() < tolerance, "{found} for {exact}: {shape:?}");
        }
        let square = Grid::two_dimensional(axis(24), axis(24), 2.0);
        let circle = Shape::Sphere { centre: c, radius: r };
        let [_, found] = areas(&circle, &square);
        assert!((found / (2.0 * PI * r * 2.0) - 1.0).abs() < 0.01, "{found}");
        let four = Shape::Repeat {
            shape: Box::new(Shape::Sphere { centre: DVec3::splat(0.25), radius: 0.2 }),
            count: [2, 2, 1],
            pitch: DVec3::new(0.5, 0.5, 0.0),
        };
        let [_, found] = areas(&four, &square);
        assert!((found / (4.0 * 2.0 * PI * 0.2 * 2.0) - 1.0).abs() < 0.02, "{found}");
    }
}
