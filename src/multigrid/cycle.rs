//! One multigrid cycle: the preconditioner of the conjugate gradients.

use super::matrix::Matrix;
use super::vector::{add_scaled, for_pieces};
use super::{Hierarchy, SMOOTHING_STEPS};

/// The vectors of a coarse system and of the inner iteration that solves it.
#[derive(Debug, Clone)]
struct System {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    /// First preconditioned residual, its product with the matrix, and the second one's product.
    first: Vec<f64>,
    first_product: Vec<f64>,
    second_product: Vec<f64>,
}

/// Room for the vectors of a cycle.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Per level from the finest, for the smoother.
    spare: Vec<Vec<f64>>,
    /// Per level from the second.
    systems: Vec<System>,
}

impl Workspace {
    /// Allocates what the hierarchy needs.
    pub fn new(hierarchy: &Hierarchy) -> Workspace {
        let coarse = || hierarchy.coarse.iter().map(|c| c.matrix.len());
        let system = |rows| System {
            rhs: vec![0.0; rows],
            solution: vec![0.0; rows],
            first: vec![0.0; rows],
            first_product: vec![0.0; rows],
            second_product: vec![0.0; rows],
        };
        Workspace {
            spare: std::iter::once(hierarchy.rows).chain(coarse()).map(|rows| vec![0.0; rows]).collect(),
            systems: coarse().map(system).collect(),
        }
    }
}

/// `z = B r`: one cycle on the residual `r`, from `z = 0`.
pub fn precondition(matrix: &Matrix, hierarchy: &Hierarchy, work: &mut Workspace, r: &[f64], z: &mut [f64]) {
    Cycle { fine: matrix, hierarchy }.precondition(0, &mut work.spare, &mut work.systems, r, z);
}

struct Cycle<'a> {
    fine: &'a Matrix,
    hierarchy: &'a Hierarchy,
}

impl Cycle<'_> {
    fn matrix(&self, level: usize) -> &Matrix {
        if level == 0 { self.fine } else { &self.hierarchy.coarse[level - 1].matrix }
    }

    /// Smoothing, correction from the next level, smoothing. `systems` begins with that of the next level.
    fn precondition(&self, level: usize, spare: &mut [Vec<f64>], systems: &mut [System], r: &[f64], z: &mut [f64]) {
        let matrix = self.matrix(level);
        let (Some(coarse), Some(next)) = (self.hierarchy.coarse.get(level), systems.first_mut()) else {
            // The last level: on the finest if the whole grid is that small.
            z.copy_from_slice(r);
            self.hierarchy.factors.solve(z);
            return;
        };
        smooth_from_zero(matrix, r, z, &mut spare[0]);
        let smoothed = &*z;
        coarse.members.restrict(&mut next.rhs, |i| r[i] - matrix.product_at(i, smoothed));
        self.solve(level + 1, &mut spare[1..], systems);
        let correction = &systems[0].solution;
        for_pieces(z, |first, piece| {
            for (z, &a) in piece.iter_mut().zip(&coarse.aggregate[first..]) {
                if let Some(c) = correction.get(a as usize) {
                    *z += c;
                }
            }
        });
        smooth(matrix, r, z, &mut spare[0]);
    }

    /// Solves a coarse system well enough: directly on the last level, else by two steps of flexible
    /// conjugate gradients (the K-cycle of Notay and Vassilevski, Numer. Linear Algebra Appl. 15 (2008) 473).
    /// `systems` begins with that of this level.
    fn solve(&self, level: usize, spare: &mut [Vec<f64>], systems: &mut [System]) {
        let matrix = self.matrix(level);
        let (System { rhs, solution, first, first_product, second_product }, coarser) =
            systems.split_first_mut().expect("one system per coarse level");
        if level == self.hierarchy.coarse.len() {
            solution.copy_from_slice(rhs);
            self.hierarchy.factors.solve(solution);
            return;
        }
        self.precondition(level, spare, coarser, rhs, first);
        let (c, r) = (&*first, &*rhs);
        let [energy, projection] = matrix.multiply_and_sum(c, first_product, |i, v| [v * c[i], r[i] * c[i]]);
        if energy <= 0.0 {
            solution.copy_from_slice(first);
            return;
        }
        let step = projection / energy;
        add_scaled(rhs, -step, first_product);
        self.precondition(level, spare, coarser, rhs, solution);
        let (c, d, r) = (&*first, &*solution, &*rhs);
        let [own_energy, shared, projection] =
            matrix.multiply_and_sum(d, second_product, |i, w| [w * d[i], w * c[i], d[i] * r[i]]);
        let remaining = own_energy - shared * shared / energy;
        let second_step = if remaining > 0.0 { projection / remaining } else { 0.0 };
        let first_step = step - second_step * shared / energy;
        for_pieces(solution, |start, piece| {
            piece.iter_mut().zip(&first[start..]).for_each(|(d, c)| *d = first_step * c + second_step * *d);
        });
    }
}

/// Coefficients of step `k` (from 1) of the fourth-kind Chebyshev smoother for the spectrum `(0, 2]` of
/// `D^-1 A`: `x_k = x + a (x - x_before) + c D^-1 (b - A x)` (Lottes, Numer. Linear Algebra Appl. 30 (2023) e2518).
pub(crate) fn coefficients(step: usize) -> [f64; 2] {
    let k = step as f64;
    [(2.0 * k - 3.0) / (2.0 * k + 1.0), (4.0 * k - 2.0) / (2.0 * k + 1.0)]
}

/// `x = p(D^-1 A) D^-1 b`.
fn smooth_from_zero(matrix: &Matrix, b: &[f64], x: &mut [f64], before: &mut [f64]) {
    let c = coefficients(1)[1];
    let inverse = matrix.inverse_diagonal();
    for_pieces(x, |first, piece| {
        for (k, x) in piece.iter_mut().enumerate() {
            *x = c * inverse[first + k] * b[first + k];
        }
    });
    before.fill(0.0);
    steps(matrix, 2, b, x, before);
}

/// The same polynomial on the residual of `x`.
fn smooth(matrix: &Matrix, b: &[f64], x: &mut [f64], before: &mut [f64]) {
    before.copy_from_slice(x);
    steps(matrix, 1, b, x, before);
}

/// The steps from `first` on; `before` is what `x` was one step ago.
fn steps(matrix: &Matrix, first: usize, b: &[f64], x: &mut [f64], before: &mut [f64]) {
    let inverse = matrix.inverse_diagonal();
    let (mut now, mut old) = (x, before);
    for step in first..=SMOOTHING_STEPS {
        let [a, c] = coefficients(step);
        let current = &*now;
        for_pieces(old, |first, piece| {
            for (k, next) in piece.iter_mut().enumerate() {
                let i = first + k;
                let residual = b[i] - matrix.product_at(i, current);
                *next = current[i] + a * (current[i] - *next) + c * inverse[i] * residual;
            }
        });
        std::mem::swap(&mut now, &mut old);
    }
    if (SMOOTHING_STEPS + 1 - first) % 2 == 1 {
        old.copy_from_slice(now);
    }
}
