//! Shapes that regions are painted with: which cells they hold, and how large they really are.

mod filling;
mod mask;
mod near;
mod normal;
mod share;
mod solid;
pub mod stl;

pub use filling::Filling;
pub use mask::Mask;
pub use normal::{Facet, Patch, slants};
pub use share::Share;
pub use solid::{Open, Solid};

use crate::grid::Grid;
use glam::{DVec2, DVec3};
use std::f64::consts::PI;
use std::sync::Arc;

/// A shape, m. In 2D its z extent is unbounded.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A box along the axes.
    Box {
        /// Low corner.
        low: DVec3,
        /// High corner.
        high: DVec3,
    },
    /// A sphere; in 2D a circle.
    Sphere {
        /// Centre.
        centre: DVec3,
        /// Radius.
        radius: f64,
    },
    /// A cylinder with flat ends.
    Cylinder {
        /// Centre of one end.
        from: DVec3,
        /// Centre of the other end.
        to: DVec3,
        /// Radius.
        radius: f64,
    },
    /// A polygon in the x-y plane, extruded along z.
    Polygon {
        /// Corners in order; the last joins the first.
        points: Vec<DVec2>,
        /// Low end along z.
        low: f64,
        /// High end along z.
        high: f64,
    },
    /// Picture elements.
    Mask(Arc<Mask>),
    /// What a closed surface encloses.
    Solid(Arc<Solid>),
    /// The same shape again and again along the axes.
    Repeat {
        /// The first of them.
        shape: Box<Shape>,
        /// How many along x, y, z.
        count: [u32; 3],
        /// From each to the next, m.
        pitch: DVec3,
    },
}

impl Shape {
    /// Whether a point lies in the shape. Low edges belong to it, high edges do not, so that shapes
    /// that touch share no cell and leave none out.
    pub fn contains(&self, p: DVec3) -> bool {
        match self {
            Shape::Box { low, high } => p.cmpge(*low).all() && p.cmplt(*high).all(),
            Shape::Sphere { centre, radius } => (p - centre).length_squared() < radius * radius,
            Shape::Cylinder { from, to, radius } => {
                let axis = to - from;
                let along = (p - from).dot(axis) / axis.length_squared();
                (0.0..1.0).contains(&along) && (p - from - along * axis).length_squared() < radius * radius
            }
            Shape::Polygon { points, low, high } => (*low..*high).contains(&p.z) && inside(points, p.truncate()),
            Shape::Mask(mask) => mask.contains(p),
            Shape::Solid(solid) => solid.contains(p),
            Shape::Repeat { shape, count, pitch } => {
                let (low, high) = shape.bounds();
                // those whose bounds may hold the point
                let near = [0, 1, 2].map(|a| {
                    if count[a] == 1 {
                        return 0..1;
                    }
                    let first = ((p[a] - high[a]) / pitch[a]).floor().max(0.0) as u32;
                    let last = ((p[a] - low[a]) / pitch[a]).ceil().clamp(0.0, f64::from(count[a]) - 1.0) as u32;
                    first..last + 1
                });
                let [xs, ys, zs] = near;
                zs.into_iter().any(|k| {
                    ys.clone().any(|j| {
                        xs.clone()
                            .any(|i| shape.contains(p - pitch * DVec3::new(f64::from(i), f64::from(j), f64::from(k))))
                    })
                })
            }
        }
    }

    /// Corners of the smallest box along the axes that holds the shape.
    pub fn bounds(&self) -> (DVec3, DVec3) {
        match self {
            Shape::Box { low, high } => (*low, *high),
            Shape::Sphere { centre, radius } => (centre - DVec3::splat(*radius), centre + DVec3::splat(*radius)),
            Shape::Cylinder { from, to, radius } => {
                let axis = (to - from).normalize_or_zero();
                let reach = *radius * (DVec3::ONE - axis * axis).max(DVec3::ZERO).map(f64::sqrt);
                (from.min(*to) - reach, from.max(*to) + reach)
            }
            Shape::Polygon { points, low, high } => {
                let min = points.iter().copied().reduce(DVec2::min).unwrap_or_default();
                let max = points.iter().copied().reduce(DVec2::max).unwrap_or_default();
                (min.extend(*low), max.extend(*high))
            }
            Shape::Mask(mask) => (mask.lattice.low(), mask.lattice.high()),
            Shape::Solid(solid) => solid.bounds(),
            Shape::Repeat { shape, count, pitch } => {
                let (low, high) = shape.bounds();
                let reach = DVec3::from_array([0, 1, 2].map(|a| match count[a] {
                    1 => 0.0,
                    n => pitch[a] * f64::from(n - 1),
                }));
                (low, high + reach)
            }
        }
    }

    /// The solid that was read from a file, and how many copies there are of it.
    pub fn solid(&self) -> Option<(&Solid, u32)> {
        match self {
            Shape::Solid(solid) => Some((solid, 1)),
            Shape::Repeat { shape, count, .. } => {
                shape.solid().map(|(solid, copies)| (solid, copies * count.iter().product::<u32>()))
            }
            _ => None,
        }
    }

    /// Exact volume of the part within the grid, m3; `None` where it is not known, as of a round shape that sticks out. Copies
    /// of a shape are taken not to overlap.
    pub fn volume_within(&self, grid: &Grid) -> Option<f64> {
        let planar = grid.dimensions() == 2;
        let (low, high) = domain(grid);
        let (from, to) = self.bounds();
        let sticks_out = (0..grid.dimensions()).any(|a| from[a] < low[a] || to[a] > high[a]);
        let depth = high.z - low.z;
        match self {
            Shape::Box { .. } => {
                let size = (to.min(high) - from.max(low)).max(DVec3::ZERO);
                Some(if planar { size.x * size.y * depth } else { size.element_product() })
            }
            Shape::Polygon { points, .. } => {
                let area = clipped_area(points, low.truncate(), high.truncate());
                Some(area * (to.z.min(high.z) - from.z.max(low.z)).max(0.0))
            }
            _ if sticks_out => None,
            Shape::Mask(mask) => {
                let size = to.min(high) - from.max(low);
                Some(mask.fraction() * if planar { size.x * size.y * depth } else { size.element_product() })
            }
            Shape::Solid(_) if planar => None,
            Shape::Solid(solid) => Some(solid.filling().volume),
            Shape::Repeat { shape, count, .. } => {
                shape.volume_within(grid).map(|v| v * count.iter().map(|&n| f64::from(n)).product::<f64>())
            }
            Shape::Sphere { radius, .. } if planar => Some(PI * radius * radius * depth),
            Shape::Sphere { radius, .. } => Some(4.0 / 3.0 * PI * radius.powi(3)),
            Shape::Cylinder { from, to, radius } => Some(PI * radius * radius * (to - from).length()),
        }
    }

    /// Calls `paint` with the index of every cell whose centre lies in the shape, in rising order.
    pub fn for_each_cell(&self, grid: &Grid, mut paint: impl FnMut(usize)) {
        let (low, high) = self.bounds();
        let range = |a: usize| {
            let centres = grid.axis(a).centres();
            let first = centres.partition_point(|&c| c < low[a]);
            let end = centres.partition_point(|&c| c <= high[a]);
            first..end.max(first)
        };
        let planar = grid.dimensions() == 2;
        let (xs, ys) = (range(0), range(1));
        let zs = if planar { 0..1 } else { range(2) };
        for z in zs {
            for y in ys.clone() {
                if let Shape::Solid(solid) = self {
                    let first = grid.index([xs.start, y, z]);
                    let (cy, cz) = (grid.axis(1).centres()[y], if planar { 0.0 } else { grid.axis(2).centres()[z] });
                    solid.along(&grid.axis(0).centres()[xs.clone()], cy, cz, |n| paint(first + n));
                    continue;
                }
                for x in xs.clone() {
                    let mut centre = grid.centre([x, y, z]);
                    if planar {
                        centre.z = self.plane();
                    }
                    if self.contains(centre) {
                        paint(grid.index([x, y, z]));
                    }
                }
            }
        }
    }

    /// Indices of the cells whose centre lies in the shape, in rising order.
    pub fn cells(&self, grid: &Grid) -> Vec<usize> {
        let mut cells = Vec::new();
        self.for_each_cell(grid, |cell| cells.push(cell));
        cells
    }

    /// How far from a point the surface crosses the line of a given length (m) along a unit vector; none where both ends of
    /// the line lie on one side of it.
    pub fn crossing(&self, from: DVec3, direction: DVec3, length: f64, planar: bool) -> Option<f64> {
        let mut start = from;
        if planar {
            start.z = self.plane();
        }
        let inside = |distance: f64| self.contains(start + distance * direction);
        let (mut near, mut far) = (0.0, length);
        let first = inside(near);
        if inside(far) == first {
            return None;
        }
        // Of a solid of many triangles the nearest one tells it, to the order of the grid.
        if let Shape::Solid(solid) = self {
            let facing = if first { direction } else { -direction };
            if let Some(distance) = solid.crossing(start, direction, length, facing) {
                return Some(distance);
            }
        }
        for _ in 0..48 {
            let middle = 0.5 * (near + far);
            if inside(middle) == first { near = middle } else { far = middle }
        }
        Some(0.5 * (near + far))
    }

    /// Height at which a 2D grid cuts the shape.
    fn plane(&self) -> f64 {
        match self {
            Shape::Sphere { centre, .. } => centre.z,
            Shape::Repeat { shape, .. } => shape.plane(),
            _ => 0.0,
        }
    }
}

/// Corners of the grid, m.
pub fn domain(grid: &Grid) -> (DVec3, DVec3) {
    let corner =
        |high: bool| DVec3::from_array([0, 1, 2].map(|a| if high { grid.axis(a).high() } else { grid.axis(a).low() }));
    (corner(false), corner(true))
}

/// Even-odd rule; points on a low edge are inside.
fn inside(points: &[DVec2], p: DVec2) -> bool {
    let mut within = false;
    for (i, &a) in points.iter().enumerate() {
        let b = points[(i + 1) % points.len()];
        if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
            within = !within;
        }
    }
    within
}

/// Area of the part of a polygon within a rectangle (Sutherland and Hodgman 1974: the clipped outline
/// may run along an edge twice, its area is right all the same).
fn clipped_area(points: &[DVec2], low: DVec2, high: DVec2) -> f64 {
    let mut outline = points.to_vec();
    for (axis, limit, sign) in [(0, low.x, 1.0), (0, high.x, -1.0), (1, low.y, 1.0), (1, high.y, -1.0)] {
        let depth = |p: DVec2| sign * (p[axis] - limit);
        let mut clipped = Vec::with_capacity(outline.len() + 4);
        for (i, &a) in outline.iter().enumerate() {
            let b = outline[(i + 1) % outline.len()];
            if depth(a) >= 0.0 {
                clipped.push(a);
            }
            if (depth(a) > 0.0 && depth(b) < 0.0) || (depth(a) < 0.0 && depth(b) > 0.0) {
                clipped.push(a + (b - a) * (depth(a) / (depth(a) - depth(b))));
            }
        }
        outline = clipped;
    }
    polygon_area(&outline)
}

/// Area of a polygon that does not cross itself.
pub fn polygon_area(points: &[DVec2]) -> f64 {
    let twice: f64 = points.iter().enumerate().map(|(i, a)| a.perp_dot(points[(i + 1) % points.len()])).sum();
    0.5 * twice.abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    fn cube(n: usize) -> Grid {
        Grid::three_dimensional(Axis::uniform(0.0, 1.0, n), Axis::uniform(0.0, 1.0, n), Axis::uniform(0.0, 1.0, n))
    }

    fn painted(shape: &Shape, grid: &Grid) -> f64 {
        shape.cells(grid).iter().map(|&i| grid.volume(grid.cell(i))).sum()
    }

    #[test]
    fn painted_volumes_approach_the_exact_ones() {
        let grid = cube(64);
        let c = DVec3::splat(0.5);
        let shapes = [
            Shape::Box { low: DVec3::splat(0.25), high: DVec3::new(0.5, 0.75, 2.0) },
            Shape::Sphere { centre: c, radius: 0.4 },
            Shape::Cylinder { from: DVec3::new(0.3, 0.3, 0.3), to: DVec3::new(0.6, 0.7, 0.7), radius: 0.2 },
            Shape::Polygon {
                points: vec![DVec2::new(-0.5, 0.1), DVec2::new(0.9, 0.2), DVec2::new(0.5, 0.5), DVec2::new(0.8, 1.4)],
                low: 0.25,
                high: 0.75,
            },
        ];
        for shape in &shapes {
            let exact = shape.volume_within(&grid).expect("inside");
            let got = painted(shape, &grid);
            assert!((got / exact - 1.0).abs() < 0.02, "{shape:?}: {got} for {exact}");
        }
    }

    #[test]
    fn shapes_that_touch_share_no_cell() {
        let grid = cube(9);
        let half =
            |low: f64, high: f64| Shape::Box { low: DVec3::new(low, 0.0, 0.0), high: DVec3::new(high, 1.0, 1.0) };
        let middle = grid.axis(0).centres()[4];
        let (a, b) = (half(0.0, middle).cells(&grid), half(middle, 1.0).cells(&grid));
        assert_eq!(a.len() + b.len(), grid.len());
        assert_eq!(a.len(), 4 * 81);
    }

    #[test]
    fn copies_stand_at_their_pitch() {
        let grid = cube(40);
        let one = Shape::Sphere { centre: DVec3::splat(0.15), radius: 0.1 };
        let many = Shape::Repeat { shape: Box::new(one.clone()), count: [4, 3, 1], pitch: DVec3::new(0.25, 0.3, 0.0) };
        let (single, all) = (one.cells(&grid), many.cells(&grid));
        assert_eq!(all.len(), 12 * single.len());
        let shift = [10 * 3, 12 * 2, 0];
        for &i in &single {
            let c = grid.cell(i);
            assert!(all.contains(&grid.index([c[0] + shift[0], c[1] + shift[1], c[2]])));
        }
        let (got, exact) = (painted(&many, &grid), many.volume_within(&grid).expect("inside"));
        assert!((got / exact - 1.0).abs() < 0.05, "{got} for {exact}");
    }

    #[test]
    fn polygon_is_clipped_exactly() {
        let triangle = [DVec2::new(0.0, 0.0), DVec2::new(2.0, 0.0), DVec2::new(0.0, 2.0)];
        assert!((clipped_area(&triangle, DVec2::ZERO, DVec2::ONE) - 1.0).abs() < 1e-15);
        assert!((clipped_area(&triangle, DVec2::splat(-1.0), DVec2::splat(3.0)) - 2.0).abs() < 1e-15);
    }
}
