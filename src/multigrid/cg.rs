//! Flexible conjugate gradients preconditioned by multigrid cycles.

use super::Hierarchy;
use super::components::Insulated;
use super::cycle::{Workspace, precondition};
use super::matrix::Matrix;
use super::vector::{add_scaled, dot, norm, scale_and_add, sum_for_pieces};

/// How a solution went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Iterations, each with one multigrid cycle.
    pub iterations: usize,
    /// `|b - A x| / |b|`, computed from the solution returned.
    pub residual: f64,
    /// Whether the residual met the tolerance, or the rounding of `x` alone allows no better.
    pub converged: bool,
}

/// Solves `A x = b` from the `x` given, until `|b - A x| <= tolerance |b|`.
///
/// On insulated bodies (and in zero rows), where no solution exists unless `b` sums to zero, the mean of `b`
/// is left out, and `x` keeps the mean it came with.
pub fn solve(matrix: &Matrix, hierarchy: &Hierarchy, b: &[f64], x: &mut [f64], tolerance: f64, max_iterations: usize) -> Outcome {
    let n = matrix.len();
    let insulated = Insulated::of(matrix);
    let kept = insulated.sums(x);
    let balanced = vec![0.0; insulated.len()];
    let mut rhs = b.to_vec();
    insulated.shift_to(&balanced, &mut rhs);
    let b = rhs;
    let size = norm(&b);
    let mut work = Workspace::new(hierarchy);
    let mut r = vec![0.0; n];
    matrix.residual(&b, x, &mut r);
    let mut residual = norm(&r);
    let (mut z, mut p, mut q) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut energy = 0.0;
    let mut iterations = 0;
    while residual > tolerance * size && iterations < max_iterations {
        precondition(matrix, hierarchy, &mut work, &r, &mut z);
        if energy > 0.0 {
            let beta = -dot(&z, &q) / energy;
            scale_and_add(&mut p, beta, &z);
        } else {
            p.copy_from_slice(&z);
        }
        let [new, projection] = { let (p, r) = (&p, &r); matrix.multiply_and_sum(p, &mut q, |i, q| [q * p[i], p[i] * r[i]]) };
        energy = new;
        if energy <= 0.0 { break; }
        let alpha = projection / energy;
        add_scaled(x, alpha, &p);
        let [square] = sum_for_pieces(&mut r, |first, piece| {
            let mut sum = 0.0;
            for (r, q) in piece.iter_mut().zip(&q[first..]) {
                *r -= alpha * q;
                sum += *r * *r;
            }
            [sum]
        });
        residual = square.sqrt(); if std::env::var("HIST").is_ok() { eprintln!("{iterations} {:.3e} {:.3e}", residual/size, (alpha*projection).sqrt()); }
        iterations += 1;
    }
    insulated.shift_to(&kept, x);
    matrix.residual(&b, x, &mut r);
    let residual = if size > 0.0 { norm(&r) / size } else { 0.0 };
    Outcome { iterations, residual, converged: residual <= tolerance }
}
