//! Directions of flight and their weights.

use glam::DVec3;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// A function and its integral.
type Moment = (fn(f64) -> f64, f64);

/// A product quadrature over the sphere, mirrored into every octant.
///
/// The polar axis is z, the polar cosine is integrated by Gauss and Legendre on each half, the azimuth on each
/// quadrant. The weights are then changed by the least amount that makes the moments exact which walls and the diffusive
/// limit live on: `sum w = 1`, `sum w s_a^2 = 1/3`, and `sum w |s_a| = 1/4` over each half sphere.
///
/// Ordinates come in families: the mirror images of one direction, `images` of them, one after the other. Bit `a` of the
/// place in the family tells that the component along axis `a` is negative. In 2D nothing depends on z, and
/// one half sphere stands for both.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordinates {
    /// Unit vectors.
    pub direction: Vec<DVec3>,
    /// Weights; their sum is 1.
    pub weight: Vec<f64>,
    /// Members of a family: 4 in 2D, 8 in 3D.
    pub images: usize,
}

impl Ordinates {
    /// `polar` directions from pole to pole (even), `azimuthal` around (a multiple of 4).
    ///
    /// # Panics
    /// If the numbers are not as said or are zero.
    pub fn new(dimensions: usize, polar: usize, azimuthal: usize) -> Ordinates {
        assert!(
            polar > 0 && polar.is_multiple_of(2) && azimuthal > 0 && azimuthal.is_multiple_of(4),
            "{polar} x {azimuthal}"
        );
        let (mu, mut polar_weight) = gauss_legendre(polar / 2, 0.0, 1.0);
        let moments: [Moment; 4] =
            [(|_| 1.0, 1.0), (|m| m * m, 1.0 / 3.0), (|m| (1.0 - m * m).sqrt(), FRAC_PI_4), (|m| m, 0.5)];
        make_exact(&mu, &mut polar_weight, &moments);
        let (phi, azimuth_weight) = azimuths(azimuthal);
        let images = if dimensions == 2 { 4 } else { 8 };
        let (mut direction, mut weight) = (Vec::new(), Vec::new());
        for (m, wm) in mu.iter().zip(&polar_weight) {
            for (p, wp) in phi.iter().zip(&azimuth_weight) {
                let sine = (1.0 - m * m).sqrt();
                let base = DVec3::new(sine * p.cos(), sine * p.sin(), *m);
                for image in 0..images {
                    let sign = |axis: usize| if image >> axis & 1 == 1 { -1.0 } else { 1.0 };
                    direction.push(base * DVec3::new(sign(0), sign(1), sign(2)));
                    weight.push(wm * wp / FRAC_PI_2 / images as f64);
                }
            }
        }
        Ordinates { direction, weight, images }
    }

    /// `azimuthal` directions around (a multiple of 4) in the plane of x and y, for what moves there alone.
    ///
    /// # Panics
    /// If the number is not as said or is zero.
    pub fn planar(azimuthal: usize) -> Ordinates {
        assert!(azimuthal > 0 && azimuthal.is_multiple_of(4), "{azimuthal}");
        let (mut direction, mut weight) = (Vec::new(), Vec::new());
        let (phi, azimuth_weight) = azimuths(azimuthal);
        for (p, w) in phi.iter().zip(&azimuth_weight) {
            for image in 0..4 {
                let sign = |axis: usize| if image >> axis & 1 == 1 { -1.0 } else { 1.0 };
                direction.push(DVec3::new(sign(0) * p.cos(), sign(1) * p.sin(), 0.0));
                weight.push(w / FRAC_PI_2 / 4.0);
            }
        }
        Ordinates { direction, weight, images: 4 }
    }

    /// How many directions [`Ordinates::new`] makes.
    pub fn count(dimensions: usize, polar: usize, azimuthal: usize) -> usize {
        polar * azimuthal / if dimensions == 2 { 2 } else { 1 }
    }

    /// Number of directions.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }

    /// Number of families.
    pub fn families(&self) -> usize {
        self.len() / self.images
    }

    /// `sum w |s_axis|` over the half sphere beyond a face: 1/4 where there are enough ordinates.
    pub fn half_flux(&self, axis: usize) -> f64 {
        0.5 * self.direction.iter().zip(&self.weight).map(|(s, w)| w * s[axis].abs()).sum::<f64>()
    }
}

/// Angles in the first quadrant, and weights with the sum pi/2, for so many directions all around.
fn azimuths(azimuthal: usize) -> (Vec<f64>, Vec<f64>) {
    let (phi, mut weight) = gauss_legendre(azimuthal / 4, 0.0, FRAC_PI_2);
    let moments: [Moment; 2] = [(|_| 1.0, FRAC_PI_2), (|p| p.cos() + p.sin(), 2.0)];
    make_exact(&phi, &mut weight, &moments);
    (phi, weight)
}

/// Nodes and weights of Gauss and Legendre between two ends.
pub(super) fn gauss_legendre(n: usize, low: f64, high: f64) -> (Vec<f64>, Vec<f64>) {
    let mut nodes = vec![0.0; n];
    let mut weights = vec![0.0; n];
    for i in 0..n {
        // Newton's method from Tricomi's guess
        let mut x = (std::f64::consts::PI * (n as f64 - i as f64 - 0.25) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut p, mut before) = (1.0, 0.0);
            for k in 0..n {
                let next = ((2 * k + 1) as f64 * x * p - k as f64 * before) / (k + 1) as f64;
                (before, p) = (p, next);
            }
            slope = n as f64 * (x * p - before) / (x * x - 1.0);
            let step = p / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        nodes[i] = 0.5 * ((high - low) * x + high + low);
        weights[i] = (high - low) / ((1.0 - x * x) * slope * slope);
    }
    (nodes, weights)
}

/// Changes weights by the least relative amount (in the weighted norm) that gives the moments; of more moments than
/// nodes the first are kept.
fn make_exact(nodes: &[f64], weights: &mut [f64], moments: &[Moment]) {
    let n = moments.len().min(nodes.len());
    let moments = &moments[..n];
    let mut system = vec![vec![0.0; n + 1]; n];
    for (row, (f, value)) in system.iter_mut().zip(moments) {
        row[n] = *value;
        for (x, w) in nodes.iter().zip(&*weights) {
            row[n] -= w * f(*x);
            for (k, (g, _)) in moments.iter().enumerate() {
                row[k] += w * f(*x) * g(*x);
            }
        }
    }
    let multipliers = solve_small(system);
    for (x, w) in nodes.iter().zip(weights) {
        *w *= 1.0 + moments.iter().zip(&multipliers).map(|((f, _), l)| l * f(*x)).sum::<f64>();
    }
}

/// Gauss's elimination for a symmetric positive semi-definite system; a row that depends on those before it gives 0.
pub(super) fn solve_small(mut a: Vec<Vec<f64>>) -> Vec<f64> {
    let n = a.len();
    let scale = a.iter().flat_map(|row| &row[..n]).fold(0.0f64, |m, x| m.max(x.abs()));
    for k in 0..n {
        if a[k][k].abs() <= 1e-14 * scale {
            a[k].fill(0.0);
            a[k][k] = 1.0;
        }
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            if factor != 0.0 {
                let (above, below) = a.split_at_mut(i);
                below[0][k..].iter_mut().zip(&above[k][k..]).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    let mut x = vec![0.0; n];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * x[j]).sum();
        x[k] = (a[k][n] - known) / a[k][k];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact() {
        for (dimensions, polar, azimuthal) in [(2, 2, 4), (2, 8, 8), (2, 16, 32), (3, 8, 12), (3, 16, 16)] {
            let o = Ordinates::new(dimensions, polar, azimuthal);
            assert_eq!(o.len(), Ordinates::count(dimensions, polar, azimuthal));
            let sum =
                |f: &dyn Fn(DVec3) -> f64| -> f64 { o.direction.iter().zip(&o.weight).map(|(s, w)| w * f(*s)).sum() };
            assert!((sum(&|_| 1.0) - 1.0).abs() < 1e-14);
            for axis in 0..dimensions {
                assert!(sum(&|s| s[axis]).abs() < 1e-15);
                if polar >= 6 && azimuthal >= 12 {
                    assert!((o.half_flux(axis) - 0.25).abs() < 1e-14, "{polar} {azimuthal} {}", o.half_flux(axis));
                }
                if polar >= 4 {
                    assert!((sum(&|s| s[axis] * s[axis]) - 1.0 / 3.0).abs() < 1e-14);
                }
            }
            assert!(sum(&|s| s.x * s.y).abs() < 1e-15);
            assert!(o.direction.iter().all(|s| (s.length() - 1.0).abs() < 1e-15));
            assert!(o.weight.iter().all(|w| *w > 0.0));
        }
    }

    #[test]
    fn images_mirror() {
        let o = Ordinates::new(3, 4, 8);
        for (i, s) in o.direction.iter().enumerate() {
            for axis in 0..3 {
                let mut mirrored = *s;
                mirrored[axis] = -mirrored[axis];
                assert_eq!(o.direction[i ^ (1 << axis)], mirrored);
                assert_eq!(o.weight[i ^ (1 << axis)], o.weight[i]);
            }
        }
    }
}
