//! A solid given by its surface: a closed set of triangles.

use super::filling::Filling;
use super::near::Cubes;
use glam::DVec3;
use robust::{Coord, orient2d};
use std::sync::OnceLock;

/// A closed surface and what it encloses. Inside is where the surface winds around a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Solid {
    pub(super) triangles: Vec<[DVec3; 3]>,
    low: DVec3,
    high: DVec3,
    /// Triangles by bands of y, so that a line along x meets few of them.
    bands: Vec<Vec<u32>>,
    /// Made when the surface near a point is first asked for.
    cubes: OnceLock<Cubes>,
    /// Measured when it is first asked for.
    filling: OnceLock<Filling>,
}

/// Edges of triangles that lack a partner, so that a surface is not closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Open {
    /// How many.
    pub edges: usize,
    /// The ends of one of them, m.
    pub first: [DVec3; 2],
}

/// Where a line along x passes through the surface.
pub(super) struct Crossing {
    pub x: f64,
    /// 1 where the surface looks towards higher x, -1 where it looks back.
    pub turn: i32,
}

impl Solid {
    /// From triangles whose corners run counterclockwise as seen from outside, m.
    ///
    /// # Errors
    /// If the surface is not closed.
    pub fn new(triangles: Vec<[DVec3; 3]>) -> Result<Solid, Open> {
        let mut open: std::collections::HashMap<[[u64; 3]; 2], i64> = std::collections::HashMap::new();
        // -0 and 0 are one place
        let key = |p: DVec3| (p + DVec3::ZERO).to_array().map(f64::to_bits);
        for t in &triangles {
            for k in 0..3 {
                let (a, b) = (key(t[k]), key(t[(k + 1) % 3]));
                match a.cmp(&b) {
                    std::cmp::Ordering::Less => *open.entry([a, b]).or_default() += 1,
                    std::cmp::Ordering::Greater => *open.entry([b, a]).or_default() -= 1,
                    std::cmp::Ordering::Equal => {}
                }
            }
        }
        open.retain(|_, n| *n != 0);
        if let Some(first) = open.keys().min() {
            return Err(Open { edges: open.len(), first: first.map(|p| DVec3::from_array(p.map(f64::from_bits))) });
        }
        let corners = || triangles.iter().flatten().copied();
        let low = corners().reduce(DVec3::min).unwrap_or_default();
        let high = corners().reduce(DVec3::max).unwrap_or_default();
        let mut solid =
            Solid { bands: Vec::new(), cubes: OnceLock::new(), filling: OnceLock::new(), low, high, triangles };
        let count = ((solid.triangles.len() as f64).sqrt() as usize).clamp(1, 4096);
        let mut bands = vec![Vec::new(); count];
        for (n, t) in solid.triangles.iter().enumerate() {
            let ys = t.map(|p| p.y);
            let first = solid.band(ys.into_iter().fold(f64::INFINITY, f64::min), count);
            let last = solid.band(ys.into_iter().fold(f64::NEG_INFINITY, f64::max), count);
            for band in &mut bands[first..=last] {
                band.push(n as u32);
            }
        }
        solid.bands = bands;
        Ok(solid)
    }

    fn band(&self, y: f64, count: usize) -> usize {
        let part = (y - self.low.y) / (self.high.y - self.low.y);
        ((part * count as f64) as usize).min(count - 1)
    }

    /// Corners of the smallest box that holds it.
    pub fn bounds(&self) -> (DVec3, DVec3) {
        (self.low, self.high)
    }

    /// Its triangles by where they lie.
    pub(super) fn cubes(&self) -> &Cubes {
        self.cubes.get_or_init(|| Cubes::new(&self.triangles, self.bounds()))
    }

    /// The same surface looking the other way.
    pub fn turned(mut self) -> Solid {
        self.triangles.iter_mut().for_each(|corners| corners.swap(1, 2));
        self
    }

    /// What the surface encloses, each place counted once.
    pub fn filling(&self) -> Filling {
        *self.filling.get_or_init(|| self.fill())
    }

    /// What its shells enclose in sum, m3, less what those enclose that are turned inwards: the divergence theorem, exact for triangles.
    pub fn signed_volume(&self) -> f64 {
        let origin = 0.5 * (self.low + self.high);
        self.triangles.iter().map(|t| (t[0] - origin).dot((t[1] - origin).cross(t[2] - origin)) / 6.0).sum()
    }

    /// Whether the surface winds around a point.
    pub fn contains(&self, p: DVec3) -> bool {
        winding(&self.crossings(p.y, p.z), p.x) != 0
    }

    /// Calls `each` with those of the rising coordinates `xs` on a line along x that lie inside.
    pub fn along(&self, xs: &[f64], y: f64, z: f64, mut each: impl FnMut(usize)) {
        let crossings = self.crossings(y, z);
        if crossings.is_empty() {
            return;
        }
        for (n, &x) in xs.iter().enumerate() {
            if winding(&crossings, x) != 0 {
                each(n);
            }
        }
    }

    /// Where the line through y and z passes. Whether it passes a triangle is decided in exact arithmetic (Shewchuk 1997);
    /// a line through an edge or a corner is counted as if it ran a hair towards higher y, then higher z, so that
    /// it passes exactly one of the triangles that meet there.
    pub(super) fn crossings(&self, y: f64, z: f64) -> Vec<Crossing> {
        if !(self.low.y..=self.high.y).contains(&y) || !(self.low.z..=self.high.z).contains(&z) {
            return Vec::new();
        }
        let at = Coord { x: y, y: z };
        let flat = |p: DVec3| Coord { x: p.y, y: p.z };
        let mut crossings = Vec::new();
        for t in self.bands[self.band(y, self.bands.len())].iter().map(|&n| &self.triangles[n as usize]) {
            if t.iter().all(|p| p.z < z) || t.iter().all(|p| p.z > z) {
                continue;
            }
            let area = orient2d(flat(t[0]), flat(t[1]), flat(t[2]));
            if area == 0.0 {
                continue;
            }
            let turn = if area > 0.0 { 1 } else { -1 };
            let side = |a: DVec3, b: DVec3| {
                let side = f64::from(turn) * orient2d(flat(a), flat(b), at);
                if side != 0.0 {
                    return side > 0.0;
                }
                // on the line through the edge: moved a hair, it lies to the left if the edge runs down in z,
                // or along y upwards
                let (dy, dz) = (f64::from(turn) * (b.y - a.y), f64::from(turn) * (b.z - a.z));
                dz < 0.0 || (dz == 0.0 && dy > 0.0)
            };
            if side(t[0], t[1]) && side(t[1], t[2]) && side(t[2], t[0]) {
                let normal = (t[1] - t[0]).cross(t[2] - t[0]);
                let x = t[0].x - (normal.y * (y - t[0].y) + normal.z * (z - t[0].z)) / normal.x;
                // a triangle seen almost from its edge tells little of x
                let [low, high] = [f64::min, f64::max].map(|of| of(of(t[0].x, t[1].x), t[2].x));
                crossings.push(Crossing { x: x.clamp(low, high), turn });
            }
        }
        crossings
    }
}

fn winding(crossings: &[Crossing], x: f64) -> i32 {
    crossings.iter().filter(|c| c.x > x).map(|c| c.turn).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::f64::consts::{PI, TAU};

    /// A ball of twice as many meridians as there are rings.
    pub fn ball(centre: DVec3, radius: f64, rings: usize) -> Vec<[DVec3; 3]> {
        let steps = 2 * rings;
        let corner = |ring: usize, step: usize| {
            // one place for each pole, and for both ends of a ring
            let (sin, cos) = if ring == 0 || ring == rings {
                (0.0, 1.0 - 2.0 * (ring / rings) as f64)
            } else {
                (PI * ring as f64 / rings as f64).sin_cos()
            };
            let turn = TAU * (step % steps) as f64 / steps as f64;
            centre + radius * DVec3::new(sin * turn.cos(), sin * turn.sin(), cos)
        };
        let quad = |n: usize| {
            let (ring, step) = (n / steps, n % steps);
            let [a, b, c, d] =
                [(ring, step), (ring + 1, step), (ring + 1, step + 1), (ring, step + 1)].map(|(r, s)| corner(r, s));
            [[a, b, c], [a, c, d]]
        };
        let flat = |t: &[DVec3; 3]| t[0] == t[1] || t[1] == t[2] || t[2] == t[0];
        (0..rings * steps).flat_map(quad).filter(|t| !flat(t)).collect()
    }

    /// A box of twelve triangles.
    pub fn cube(low: DVec3, high: DVec3) -> Vec<[DVec3; 3]> {
        let c = |n: usize| DVec3::from_array([0, 1, 2].map(|a| if n >> a & 1 == 1 { high[a] } else { low[a] }));
        let quads = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];
        quads.iter().flat_map(|q| [[c(q[0]), c(q[1]), c(q[2])], [c(q[0]), c(q[2]), c(q[3])]]).collect()
    }

    #[test]
    fn points_on_edges_of_triangles_are_counted_once() {
        let solid = Solid::new(cube(DVec3::ZERO, DVec3::ONE)).expect("closed");
        assert!((solid.signed_volume() - 1.0).abs() < 1e-15);
        // the diagonal of each side is an edge of two triangles; corners and edges of the cube too
        for n in 0..=8 {
            let v = f64::from(n) / 8.0;
            for (y, z) in [(v, v), (v, 1.0 - v), (0.0, v), (v, 0.0), (0.5, v)] {
                let inside = solid.contains(DVec3::new(0.5, y, z));
                assert_eq!(inside, (0.0..1.0).contains(&y) && (0.0..1.0).contains(&z), "{y} {z}");
            }
        }
        assert!(!solid.contains(DVec3::new(-0.1, 0.5, 0.5)) && !solid.contains(DVec3::new(1.1, 0.5, 0.5)));
    }

    #[test]
    fn a_hole_is_outside_and_overlapping_parts_are_inside() {
        let mut hollow = cube(DVec3::ZERO, DVec3::splat(3.0));
        hollow.extend(cube(DVec3::ONE, DVec3::splat(2.0)).iter().map(|t| [t[0], t[2], t[1]]));
        let hollow = Solid::new(hollow).expect("closed");
        assert!(!hollow.contains(DVec3::splat(1.5)) && hollow.contains(DVec3::splat(0.5)));
        assert!((hollow.signed_volume() - 26.0).abs() < 1e-12);
        let mut two = cube(DVec3::ZERO, DVec3::splat(2.0));
        two.extend(cube(DVec3::ONE, DVec3::splat(3.0)));
        assert!(Solid::new(two).expect("closed").contains(DVec3::splat(1.5)));
    }

    #[test]
    fn an_open_surface_is_refused() {
        let mut open = cube(DVec3::ZERO, DVec3::ONE);
        open.pop();
        assert_eq!(Solid::new(open).unwrap_err().edges, 3);
    }
}
