//! Molecular velocities and their weights under the Maxwellian.

use crate::kinetic::quadrature::{Ordinates, gauss_legendre};
use glam::DVec3;

/// A product of speeds and directions. Moments of the Maxwellian are exact up to the power `2 speeds - 1` of the
/// speed, which holds for all that collisions and walls conserve; those of directions as in [`Ordinates`].
#[derive(Debug, Clone, PartialEq)]
pub struct Velocities {
    /// Directions, in the plane in 2D.
    pub ordinates: Ordinates,
    /// In units of v0.
    pub speed: Vec<f64>,
    /// Their sum is 1.
    pub speed_weight: Vec<f64>,
}

impl Velocities {
    /// `azimuthal` directions around (a multiple of 4) and, in 3D, `polar` from pole to pole (even), at `speeds` speeds each.
    ///
    /// # Panics
    /// If the numbers of directions are not as said, or there are not 4 to 40 speeds.
    pub fn new(dimensions: usize, speeds: usize, polar: usize, azimuthal: usize) -> Velocities {
        assert!((4..=40).contains(&speeds), "{speeds} speeds");
        let ordinates =
            if dimensions == 2 { Ordinates::planar(azimuthal) } else { Ordinates::new(3, polar, azimuthal) };
        let (speed, speed_weight) = half_range_gauss(speeds, dimensions as i32 - 1);
        Velocities { ordinates, speed, speed_weight }
    }

    /// Number of velocities.
    pub fn len(&self) -> usize {
        self.speed.len() * self.ordinates.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.speed.is_empty()
    }

    /// Families of mirrored velocities: all speeds of all families of directions.
    pub fn families(&self) -> usize {
        self.speed.len() * self.ordinates.families()
    }

    /// Speed, direction and weight of an image in a family.
    pub fn at(&self, family: usize, image: usize) -> (f64, DVec3, f64) {
        let (speed, family) = (family / self.ordinates.families(), family % self.ordinates.families());
        let index = family * self.ordinates.images + image;
        let weight = self.speed_weight[speed] * self.ordinates.weight[index];
        (self.speed[speed], self.ordinates.direction[index], weight)
    }

    /// Every velocity as a direction that is as long as it is fast, family by family.
    pub fn all(&self) -> Ordinates {
        let images = self.ordinates.images;
        let each = (0..self.len()).map(|n| self.at(n / images, n % images));
        let (direction, weight) = each.map(|(speed, direction, weight)| (speed * direction, weight)).unzip();
        Ordinates { direction, weight, images }
    }

    /// `sum w |c_axis|` over the half space beyond a face: 1 / (2 sqrt(pi)).
    pub fn half_flux(&self, axis: usize) -> f64 {
        let mean: f64 = self.speed.iter().zip(&self.speed_weight).map(|(c, w)| c * w).sum();
        mean * self.ordinates.half_flux(axis)
    }
}

/// Gauss's nodes for the weight `c^power exp(-c^2)` from 0 to infinity, weights with the sum 1. The recurrence
/// is found by Stieltjes' procedure on a fine rule, the zeros by bisection between those of the polynomial before.
fn half_range_gauss(count: usize, power: i32) -> (Vec<f64>, Vec<f64>) {
    const END: f64 = 12.0;
    let (x, mut w) = gauss_legendre(600, 0.0, END);
    w.iter_mut().zip(&x).for_each(|(w, x)| *w *= x.powi(power) * (-x * x).exp());
    let sum: f64 = w.iter().sum();
    w.iter_mut().for_each(|w| *w /= sum);
    // orthonormal polynomials: b[k+1] p[k+1] = (x - a[k]) p[k] - b[k] p[k-1]
    let (mut a, mut b) = (Vec::new(), vec![0.0]);
    let (mut before, mut now) = (vec![0.0; x.len()], vec![1.0; x.len()]);
    for k in 0..count {
        a.push((0..x.len()).map(|i| w[i] * x[i] * now[i] * now[i]).sum::<f64>());
        let mut next: Vec<f64> = (0..x.len()).map(|i| (x[i] - a[k]) * now[i] - b[k] * before[i]).collect();
        let size = (0..x.len()).map(|i| w[i] * next[i] * next[i]).sum::<f64>().sqrt();
        next.iter_mut().for_each(|p| *p /= size);
        b.push(size);
        (before, now) = (now, next);
    }
    let values = |x: f64, degree: usize| -> Vec<f64> {
        let mut p = vec![1.0];
        for k in 0..degree {
            let lower = if k > 0 { b[k] * p[k - 1] } else { 0.0 };
            p.push(((x - a[k]) * p[k] - lower) / b[k + 1]);
        }
        p
    };
    let mut zeros: Vec<f64> = Vec::new();
    for degree in 1..=count {
        let bounds: Vec<f64> = [0.0].into_iter().chain(zeros).chain([END]).collect();
        zeros = bounds
            .windows(2)
            .map(|ends| {
                let [mut low, mut high] = [ends[0], ends[1]];
                let sign = values(low, degree)[degree] > 0.0;
                for _ in 0..80 {
                    let middle = 0.5 * (low + high);
                    if (values(middle, degree)[degree] > 0.0) == sign { low = middle } else { high = middle }
                }
                0.5 * (low + high)
            })
            .collect();
    }
    let weights = zeros.iter().map(|x| 1.0 / values(*x, count - 1).iter().map(|p| p * p).sum::<f64>()).collect();
    (zeros, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn moments_of_the_maxwellian() {
        for (dimensions, speeds, polar, azimuthal) in [(2, 4, 0, 12), (2, 10, 0, 32), (2, 16, 0, 64), (3, 6, 8, 16)] {
            let v = Velocities::new(dimensions, speeds, polar, azimuthal);
            let sum = |f: &dyn Fn(f64, DVec3) -> f64| -> f64 {
                let all = (0..v.families()).flat_map(|n| (0..v.ordinates.images).map(move |i| (n, i)));
                all.map(|(n, i)| v.at(n, i)).map(|(c, s, w)| w * f(c, c * s)).sum()
            };
            let d = dimensions as f64;
            assert!((sum(&|_, _| 1.0) - 1.0).abs() < 1e-13);
            for axis in 0..dimensions {
                let along = |f: fn(f64, f64) -> f64| sum(&|c, v| f(c, v[axis]));
                assert!(along(|_, v| v).abs() < 1e-14);
                assert!((along(|_, v| v * v) - 0.5).abs() < 1e-12);
                assert!((along(|c, v| v * v * c * c) - (d + 2.0) / 4.0).abs() < 1e-12);
                assert!((v.half_flux(axis) - 0.5 / PI.sqrt()).abs() < 1e-12);
                assert!((along(|c, v| v.abs() * c * c) - (d + 1.0) / 2.0 / PI.sqrt()).abs() < 1e-12);
            }
            assert!((sum(&|c, _| c * c) - 0.5 * d).abs() < 1e-12);
            assert!((sum(&|c, _| c.powi(4)) - d * (d + 2.0) / 4.0).abs() < 1e-12);
            assert!(v.speed_weight.iter().all(|w| *w > 0.0));
        }
    }
}
