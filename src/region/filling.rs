//! How often the shells of a solid wind around what they enclose, and how much that is.

use super::solid::Solid;
use glam::DVec3;
use rayon::prelude::*;

/// What a surface encloses, each place counted once however many of its shells hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filling {
    /// m3; exact where no shells overlap, else to about a thousandth of what they share.
    pub volume: f64,
    /// The part of it that lies in more than one shell, m3.
    pub again: f64,
    /// The part that is bounded by triangles turned inwards, m3.
    pub inverted: f64,
}

/// Lines along y and z that look for places where shells overlap.
const LOOKS: usize = 96;
/// Lines that measure them.
const LINES: usize = 512;

impl Solid {
    /// Measures what it encloses. Shells that are apart, or hollow out one another, wind once around it, and its volume is that of the divergence
    /// theorem; what winds otherwise is taken off that along lines.
    pub(super) fn fill(&self) -> Filling {
        let volume = self.signed_volume();
        let hair = 1e-9 * volume.abs();
        let [excess, again, inverted] = self.surplus(LOOKS);
        if excess.abs() + again + inverted <= hair {
            return Filling { volume, again: 0.0, inverted: 0.0 };
        }
        let [excess, again, inverted] = self.surplus(LINES);
        Filling { volume: volume - excess, again, inverted }
    }

    /// By how much the windings exceed one where there are any, and the volumes with several and with negative ones, m3.
    fn surplus(&self, lines: usize) -> [f64; 3] {
        let (ys, zs) = (self.places(1, lines), self.places(2, lines));
        let row = |&(z, depth): &(f64, f64)| {
            let mut sum = [0.0; 3];
            for &(y, width) in &ys {
                let along = self.excess(y, z);
                (0..3).for_each(|n| sum[n] += width * depth * along[n]);
            }
            sum
        };
        let add = |a: [f64; 3], b: [f64; 3]| [0, 1, 2].map(|n| a[n] + b[n]);
        // in order, so that the sum is the same on any number of threads
        zs.par_iter().map(row).collect::<Vec<_>>().into_iter().fold([0.0; 3], add)
    }

    /// The same along a line, m.
    fn excess(&self, y: f64, z: f64) -> [f64; 3] {
        let mut crossings = self.crossings(y, z);
        crossings.sort_by(|a, b| a.x.total_cmp(&b.x));
        let (mut winds, mut from, mut sum) = (0, f64::NEG_INFINITY, [0.0; 3]);
        for crossing in &crossings {
            if winds != 0 {
                let length = crossing.x - from;
                sum[0] += f64::from(winds - 1) * length;
                sum[1] += if winds > 1 { length } else { 0.0 };
                sum[2] += if winds < 0 { length } else { 0.0 };
            }
            // a surface that looks back is entered
            winds -= crossing.turn;
            from = crossing.x;
        }
        sum
    }

    /// Middles and widths of about as many parts of an axis. Where corners of triangles are few, they lie between parts, so that boxes are exact.
    fn places(&self, axis: usize, count: usize) -> Vec<(f64, f64)> {
        let (low, high) = self.bounds();
        let (low, length) = (low[axis], high[axis] - low[axis]);
        let mut edges: Vec<f64> = self.triangles.iter().flatten().map(|p: &DVec3| p[axis]).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|b, a| *b - *a <= 1e-12 * length);
        if edges.len() > count / 2 {
            edges = vec![low, low + length];
        }
        let part = length / count as f64;
        let between = |ends: &[f64]| {
            let (from, wide) = (ends[0], ends[1] - ends[0]);
            let n = (wide / part).ceil().max(1.0);
            (0..n as usize).map(move |i| (from + (i as f64 + 0.5) / n * wide, wide / n))
        };
        edges.windows(2).flat_map(between).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::solid::tests::{ball, cube};
    use std::f64::consts::PI;

    fn filling(shells: &[Vec<[DVec3; 3]>]) -> Filling {
        Solid::new(shells.concat()).expect("closed").fill()
    }

    fn turned(shell: &[[DVec3; 3]]) -> Vec<[DVec3; 3]> {
        shell.iter().map(|t| [t[0], t[2], t[1]]).collect()
    }

    #[test]
    fn shells_that_overlap_are_filled_once() {
        let at = DVec3::splat;
        let [two, three] = [cube(at(0.0), at(2.0)), cube(at(1.0), at(3.0))];
        let both = filling(&[two.clone(), three.clone()]);
        assert!((both.volume - 15.0).abs() < 1e-12 && (both.again - 1.0).abs() < 1e-12, "{both:?}");
        // one within the other, both turned outwards
        let within = filling(&[cube(at(0.0), at(3.0)), cube(at(1.0), at(2.0))]);
        assert!((within.volume - 27.0).abs() < 1e-12 && (within.again - 1.0).abs() < 1e-12, "{within:?}");
        // a lens of two balls, whose corners lie everywhere
        let rings = 80;
        let balls = filling(&[ball(at(0.0), 1.0, rings), ball(DVec3::X, 1.0, rings)]);
        let lens = PI * 5.0 / 12.0;
        let round = Solid::new(ball(at(0.0), 1.0, rings)).expect("closed").signed_volume();
        assert!((balls.again - lens).abs() < 4e-3 * lens, "{balls:?}");
        assert!((balls.volume - (2.0 * round - lens)).abs() < 1e-3 * balls.volume, "{balls:?}");
    }

    #[test]
    fn shells_apart_and_hollow_ones_are_exact() {
        let at = DVec3::splat;
        let hollow = filling(&[cube(at(0.0), at(3.0)), turned(&cube(at(1.0), at(2.0)))]);
        assert_eq!((hollow.again, hollow.inverted), (0.0, 0.0));
        assert!((hollow.volume - 26.0).abs() < 1e-12);
        let touching = filling(&[cube(at(0.0), at(0.3)), cube(DVec3::new(0.3, 0.0, 0.0), DVec3::new(0.7, 0.3, 0.3))]);
        assert!(touching.again == 0.0 && (touching.volume - 0.7 * 0.09).abs() < 1e-15, "{touching:?}");
        let own = Solid::new(ball(at(0.1), 1.0, 24)).expect("closed");
        assert_eq!(own.fill().volume, own.signed_volume());
    }

    #[test]
    fn a_shell_that_is_turned_inwards_and_lies_apart_is_filled_too() {
        let at = DVec3::splat;
        let odd = filling(&[cube(at(0.0), at(2.0)), turned(&cube(at(3.0), at(4.0)))]);
        assert!((odd.volume - 9.0).abs() < 1e-12 && (odd.inverted - 1.0).abs() < 1e-12, "{odd:?}");
    }
}
