//! The surface of a solid near a point, and in small parts.

use super::normal::Patch;
use super::solid::Solid;
use glam::DVec3;

/// Triangles by cubes of the box that holds them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cubes {
    low: DVec3,
    width: f64,
    counts: [usize; 3],
    triangles: Vec<Vec<u32>>,
}

impl Cubes {
    pub fn new(triangles: &[[DVec3; 3]], (low, high): (DVec3, DVec3)) -> Cubes {
        /// Along the longest side, at most.
        const MOST: f64 = 48.0;
        let extent = high - low;
        let width = extent.max_element() / (triangles.len() as f64).sqrt().clamp(1.0, MOST).floor();
        let counts = extent.to_array().map(|length| ((length / width).ceil() as usize).max(1));
        let mut cubes = Cubes { low, width, counts, triangles: vec![Vec::new(); counts.iter().product()] };
        for (n, corners) in triangles.iter().enumerate() {
            let ends = [DVec3::min, DVec3::max].map(|of| cubes.cube(corners.iter().copied().reduce(of).unwrap_or(low)));
            for z in ends[0][2]..=ends[1][2] {
                for y in ends[0][1]..=ends[1][1] {
                    for x in ends[0][0]..=ends[1][0] {
                        let index = cubes.index([x, y, z]);
                        cubes.triangles[index].push(n as u32);
                    }
                }
            }
        }
        cubes
    }

    /// The cube of a point, or the one nearest to it.
    fn cube(&self, p: DVec3) -> [usize; 3] {
        [0, 1, 2].map(|a| (((p[a] - self.low[a]) / self.width) as usize).min(self.counts[a] - 1))
    }

    fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        x + self.counts[0] * (y + self.counts[1] * z)
    }

    /// Calls `each` with the triangles of all cubes that are `ring` cubes away from one.
    fn ring(&self, from: [usize; 3], ring: usize, mut each: impl FnMut(u32)) {
        let along = |a: usize| from[a].saturating_sub(ring)..=(from[a] + ring).min(self.counts[a] - 1);
        for z in along(2) {
            for y in along(1) {
                for x in along(0) {
                    let cube = [x, y, z];
                    if (0..3).map(|a| cube[a].abs_diff(from[a])).max() == Some(ring) {
                        self.triangles[self.index(cube)].iter().for_each(|&n| each(n));
                    }
                }
            }
        }
    }
}

impl Solid {
    /// Outward normal of the triangle nearest to a point, among those that look towards `facing`.
    pub fn normal(&self, p: DVec3, facing: DVec3) -> Option<DVec3> {
        self.nearest(p, facing).map(|(_, normal)| normal)
    }

    /// How far along a unit vector from a point the plane of the triangle lies that is nearest to the middle of a way of `length`, m, among those
    /// that look towards `facing`; none beyond its ends.
    pub fn crossing(&self, from: DVec3, direction: DVec3, length: f64, facing: DVec3) -> Option<f64> {
        let (corner, normal) = self.nearest(from + 0.5 * length * direction, facing)?;
        let distance = (corner - from).dot(normal) / direction.dot(normal);
        (0.0..=length).contains(&distance).then_some(distance)
    }

    /// A corner and the normal of the triangle nearest to a point, among those that look towards `facing`.
    fn nearest(&self, p: DVec3, facing: DVec3) -> Option<(DVec3, DVec3)> {
        let cubes = self.cubes();
        let from = cubes.cube(p);
        let mut best: Option<(f64, (DVec3, DVec3))> = None;
        for ring in 0..*cubes.counts.iter().max()? {
            // Nothing in this ring or beyond is nearer than this.
            let beyond = ring.saturating_sub(1) as f64 * cubes.width;
            if best.is_some_and(|(distance, _)| distance <= beyond) {
                break;
            }
            cubes.ring(from, ring, |n| {
                let corners = &self.triangles[n as usize];
                let Some(normal) = outward(corners).filter(|normal| normal.dot(facing) > 1e-9) else { return };
                let distance = p.distance(closest(corners, p));
                if best.is_none_or(|(least, _)| distance < least) {
                    best = Some((distance, (corners[0], normal)));
                }
            });
        }
        best.map(|(_, plane)| plane)
    }

    /// The surface in parts, some `parts` along its longest side and `most` at most, about.
    pub fn patches(&self, parts: usize, most: usize) -> Vec<Patch> {
        let (low, high) = self.bounds();
        let longest = |t: &[DVec3; 3]| (0..3).map(|k| t[k].distance(t[(k + 1) % 3])).fold(0.0, f64::max);
        let pieces = |length: f64, t: &[DVec3; 3]| (longest(t) / length).ceil().max(1.0);
        let mut length = (high - low).max_element() / parts as f64;
        let count: f64 = self.triangles.iter().map(|t| pieces(length, t).powi(2)).sum();
        length *= (count / most as f64).sqrt().max(1.0);
        let of_triangle = |t: &[DVec3; 3]| {
            let n = pieces(length, t) as usize;
            let (u, v) = ((t[1] - t[0]) / n as f64, (t[2] - t[0]) / n as f64);
            let (origin, cross) = (t[0], 0.5 * u.cross(v));
            let (normal, middle) = (cross.normalize_or_zero(), (t[0] + t[1] + t[2]) / 3.0);
            let patch = move |at: DVec3| Patch { at, normal, area: cross.length(), middle };
            (0..n).flat_map(move |j| {
                (0..n - j).flat_map(move |i| {
                    let corner = origin + i as f64 * u + j as f64 * v;
                    let turned = (i + j + 1 < n).then(|| patch(corner + (2.0 / 3.0) * (u + v)));
                    [Some(patch(corner + (u + v) / 3.0)), turned].into_iter().flatten()
                })
            })
        };
        self.triangles.iter().filter(|t| outward(t).is_some()).flat_map(of_triangle).collect()
    }
}

fn outward(t: &[DVec3; 3]) -> Option<DVec3> {
    (t[1] - t[0]).cross(t[2] - t[0]).try_normalize()
}

/// The point of a triangle that is closest to another (Ericson, Real-Time Collision Detection, section 5.1.5).
fn closest([a, b, c]: &[DVec3; 3], p: DVec3) -> DVec3 {
    let (ab, ac) = (b - a, c - a);
    let [d1, d2] = [ab, ac].map(|side| side.dot(p - a));
    let [d3, d4] = [ab, ac].map(|side| side.dot(p - b));
    let [d5, d6] = [ab, ac].map(|side| side.dot(p - c));
    if d1 <= 0.0 && d2 <= 0.0 {
        return *a;
    }
    if d3 >= 0.0 && d4 <= d3 {
        return *b;
    }
    if d6 >= 0.0 && d5 <= d6 {
        return *c;
    }
    let (vc, vb, va) = (d1 * d4 - d3 * d2, d5 * d2 - d1 * d6, d3 * d6 - d5 * d4);
    if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return a + d1 / (d1 - d3) * ab;
    }
    if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return a + d2 / (d2 - d6) * ac;
    }
    if va <= 0.0 && d4 >= d3 && d5 >= d6 {
        return b + (d4 - d3) / (d4 - d3 + d5 - d6) * (c - b);
    }
    a + (vb * ab + vc * ac) / (va + vb + vc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::solid::tests::{ball, cube};

    #[test]
    fn the_nearest_triangle_is_found_wherever_it_lies() {
        let solid = Solid::new(ball(DVec3::new(0.2, -0.1, 0.3), 1.5, 24)).expect("closed");
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        for _ in 0..300 {
            let p = DVec3::new(random(), random(), random()) * 6.0 - 3.0;
            let facing = [DVec3::X, -DVec3::Y, DVec3::Z][(random() * 3.0) as usize];
            let looking = solid.triangles.iter().filter(|t| outward(t).is_some_and(|n| n.dot(facing) > 1e-9));
            let least = looking.map(|t| p.distance(closest(t, p))).fold(f64::INFINITY, f64::min);
            let found = solid.normal(p, facing).expect("there is one");
            let same = solid.triangles.iter().filter(|t| outward(t).is_some_and(|n| n.distance(found) < 1e-12));
            let there = same.map(|t| p.distance(closest(t, p))).fold(f64::INFINITY, f64::min);
            assert!((there - least).abs() < 1e-12, "{p}: {there} for {least}");
        }
    }

    /// Where lines leave a ball, by the planes of its triangles and exactly.
    #[test]
    fn lines_cross_the_surface_where_it_lies() {
        let solid = Solid::new(ball(DVec3::ZERO, 1.0, 64)).expect("closed");
        for (y, z) in [(0.0, 0.0), (0.3, 0.2), (0.6, -0.5), (-0.1, 0.9)] {
            let exact = (1.0_f64 - y * y - z * z).sqrt();
            let from = DVec3::new(exact - 0.03, y, z);
            let found = solid.crossing(from, DVec3::X, 0.05, DVec3::X).expect("it leaves");
            assert!((found - 0.03).abs() < 3e-3, "{found} at {y}, {z}");
        }
    }

    #[test]
    fn the_parts_make_up_the_surface() {
        for (triangles, area) in
            [(cube(DVec3::ZERO, DVec3::new(1.0, 2.0, 3.0)), 22.0), (ball(DVec3::ZERO, 1.0, 16), 0.0)]
        {
            let own: f64 = triangles.iter().map(|t| 0.5 * (t[1] - t[0]).cross(t[2] - t[0]).length()).sum();
            let solid = Solid::new(triangles).expect("closed");
            for parts in [4, 31] {
                let patches = solid.patches(parts, 100_000);
                let sum: f64 = patches.iter().map(|p| p.area).sum();
                assert!((sum / own - 1.0).abs() < 1e-12 && (area == 0.0 || (sum - area).abs() < 1e-9), "{sum}");
                let outward =
                    |p: &Patch| solid.contains(p.at - 1e-9 * p.normal) && !solid.contains(p.at + 1e-9 * p.normal);
                assert!(patches.iter().all(outward));
            }
            assert!(solid.patches(1000, 5000).len() < 20_000);
        }
    }
}
