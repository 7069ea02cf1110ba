//! Flexible conjugate gradients preconditioned by multigrid cycles.

use super::Hierarchy;
use super::components::Insulated;
use super::cycle::{Workspace, precondition};
use super::matrix::Matrix;
use super::vector::{add_scaled, dot, norm, scale_and_add, sum_for_pieces};

/// Iterations between two looks at the true residual.
const CHECK: usize = 8;

/// How a solution went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Iterations, each with one multigrid cycle.
    pub iterations: usize,
    /// `|b - A x| / |b|`, computed from the solution returned.
    pub residual: f64,
    /// What the rounding of `x` to f64 may contribute to the residual: `epsilon ||A| |x|| / |b|`.
    pub rounding: f64,
    /// Whether the residual is below the tolerance or, if that is larger, below the rounding.
    pub converged: bool,
}

/// Solves `A x = b` from the `x` given, until `|b - A x| <= tolerance |b|` or rounding forbids more.
///
/// On insulated bodies, where a solution exists only if `b` sums to zero, the mean of `b` is left out
/// ([`Insulated::sums`] tells what that was), and `x` keeps the sum it came with.
///
/// # Panics
/// If the lengths differ.
pub fn solve(
    matrix: &Matrix,
    hierarchy: &Hierarchy,
    b: &[f64],
    x: &mut [f64],
    tolerance: f64,
    max_iterations: usize,
) -> Outcome {
    let posed = Posed::new(matrix, b, x);
    if let Some(outcome) = posed.answer_of_nothing(x) {
        return outcome;
    }
    let (rhs, size) = (&posed.rhs, posed.size);
    let mut iteration = Iteration::new(matrix, hierarchy);
    let mut outcome = iteration.judge(rhs, x, size, tolerance);
    while !outcome.converged && outcome.iterations < max_iterations {
        let before = outcome;
        let steps = CHECK.min(max_iterations - before.iterations);
        let taken = iteration.advance(x, steps, tolerance * size);
        outcome = iteration.judge(rhs, x, size, tolerance);
        outcome.iterations = before.iterations + taken;
        if taken == 0 {
            break;
        }
    }
    posed.keep(x);
    outcome
}

/// A system that has an answer: on insulated bodies the right side sums to zero.
pub(super) struct Posed {
    insulated: Insulated,
    /// Sums of `x` on insulated bodies as it came.
    kept: Vec<f64>,
    /// The right side.
    pub(super) rhs: Vec<f64>,
    /// Its norm.
    pub(super) size: f64,
}

impl Posed {
    pub(super) fn new(matrix: &Matrix, b: &[f64], x: &[f64]) -> Posed {
        assert!(b.len() == matrix.len() && x.len() == matrix.len(), "one value per row");
        let insulated = Insulated::of(matrix);
        let kept = insulated.sums(x);
        let mut rhs = b.to_vec();
        insulated.shift_to(&vec![0.0; insulated.len()], &mut rhs);
        Posed { insulated, kept, size: norm(&rhs), rhs }
    }

    /// Solves the system of no right side.
    pub(super) fn answer_of_nothing(&self, x: &mut [f64]) -> Option<Outcome> {
        if self.size > 0.0 || self.size.is_nan() {
            return None;
        }
        x.fill(0.0);
        self.keep(x);
        Some(Outcome { iterations: 0, residual: 0.0, rounding: 0.0, converged: true })
    }

    /// Gives `x` on insulated bodies the sum it came with.
    pub(super) fn keep(&self, x: &mut [f64]) {
        self.insulated.shift_to(&self.kept, x);
    }
}

/// Computes the true residual of `x`, whose right-hand side has the norm `size`, and what rounding makes of it.
pub(super) fn judge(matrix: &Matrix, b: &[f64], x: &[f64], size: f64, tolerance: f64, residual: &mut [f64]) -> Outcome {
    let [square, rounding] = sum_for_pieces(residual, |first, piece| {
        let mut sums = [0.0; 2];
        for (k, r) in piece.iter_mut().enumerate() {
            *r = b[first + k] - matrix.product_at(first + k, x);
            sums[0] += *r * *r;
            sums[1] += matrix.magnitude_at(first + k, x).powi(2);
        }
        sums
    });
    let (square, rounding) = (square.sqrt(), f64::EPSILON * rounding.sqrt());
    let relative = |value: f64| if value == 0.0 { 0.0 } else { value / size };
    let (residual, rounding) = (relative(square), relative(rounding));
    Outcome { iterations: 0, residual, rounding, converged: residual <= tolerance.max(rounding) }
}

/// The vectors of the iteration.
struct Iteration<'a> {
    matrix: &'a Matrix,
    hierarchy: &'a Hierarchy,
    work: Workspace,
    residual: Vec<f64>,
    preconditioned: Vec<f64>,
    direction: Vec<f64>,
    product: Vec<f64>,
    /// Scalar product of the last direction and its product; 0 before the first.
    energy: f64,
}

impl<'a> Iteration<'a> {
    fn new(matrix: &'a Matrix, hierarchy: &'a Hierarchy) -> Iteration<'a> {
        let zeros = || vec![0.0; matrix.len()];
        Iteration {
            matrix,
            hierarchy,
            work: Workspace::new(hierarchy),
            residual: zeros(),
            preconditioned: zeros(),
            direction: zeros(),
            product: zeros(),
            energy: 0.0,
        }
    }

    /// Computes the true residual, from which the iteration then goes on, and its rounding.
    fn judge(&mut self, b: &[f64], x: &[f64], size: f64, tolerance: f64) -> Outcome {
        judge(self.matrix, b, x, size, tolerance, &mut self.residual)
    }

    /// Takes up to so many steps, fewer if the residual falls to `target`. Returns their number.
    fn advance(&mut self, x: &mut [f64], steps: usize, target: f64) -> usize {
        for step in 0..steps {
            precondition(self.matrix, self.hierarchy, &mut self.work, &self.residual, &mut self.preconditioned);
            let turn = if self.energy > 0.0 { -dot(&self.preconditioned, &self.product) / self.energy } else { 0.0 };
            scale_and_add(&mut self.direction, turn, &self.preconditioned);
            let (p, r) = (&self.direction, &self.residual);
            let [energy, projection] =
                self.matrix.multiply_and_sum(p, &mut self.product, |i, q| [q * p[i], r[i] * p[i]]);
            self.energy = energy;
            if energy <= 0.0 {
                return step;
            }
            let length = projection / energy;
            add_scaled(x, length, &self.direction);
            let product = &self.product;
            let [square] = sum_for_pieces(&mut self.residual, |first, piece| {
                let mut sum = 0.0;
                for (r, q) in piece.iter_mut().zip(&product[first..]) {
                    *r -= length * q;
                    sum += *r * *r;
                }
                [sum]
            });
            if square.sqrt() <= target {
                return step + 1;
            }
        }
        steps
    }
}
