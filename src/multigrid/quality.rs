//! How well a constant stands for the error on an aggregate.
//!
//! With `D` the diagonal and `A_G` the links inside an aggregate plus its excess (all other links cut), the
//! quality is the least `mu` with `|v - mean(v)|_D^2 <= mu v.A_G v` for all `v` (`mean` weighted by `D`).
//! If every aggregate has `mu <= bound`, the two-grid method with a Jacobi-like smoother has a condition
//! number of the order of `bound`, whatever the contrast and anisotropy (Napov and Notay, SIAM J. Sci.
//! Comput. 34 (2012) A1079).

use super::matrix::Matrix;

/// Most members of an aggregate that can be judged.
pub(super) const LARGEST: usize = 32;

/// Quality of two single rows joined by a link: diagonals, excesses and conductance.
pub(super) fn of_pair(diagonal: [f64; 2], excess: [f64; 2], g: f64) -> f64 {
    let harmonic = |a: f64, b: f64| if a + b > 0.0 { a * b / (a + b) } else { 0.0 };
    harmonic(diagonal[0], diagonal[1]) / (g + harmonic(excess[0], excess[1]))
}

/// Whether the quality of an aggregate is at least as good as `bound`: the Cholesky factorisation of
/// `bound A_G - D (I - 1 1^T D / 1^T D 1)` meets no negative pivot.
pub(super) fn holds(matrix: &Matrix, members: &[u32], bound: f64) -> bool {
    // Most are small, and clearing the room of the largest would take longer than their answer.
    match members.len() {
        0..=8 => holds_in::<{ 8 * 8 }>(matrix, members, bound),
        9..=LARGEST => holds_in::<{ LARGEST * LARGEST }>(matrix, members, bound),
        _ => false,
    }
}

fn holds_in<const ROOM: usize>(matrix: &Matrix, members: &[u32], bound: f64) -> bool {
    let n = members.len();
    let mut z = [0.0; ROOM];
    let mut diagonal = [0.0; LARGEST];
    let mut total = 0.0;
    for (a, &i) in members.iter().enumerate() {
        let i = i as usize;
        diagonal[a] = 1.0 / matrix.inverse_diagonal()[i];
        total += diagonal[a];
        z[a * n + a] = bound * matrix.excess()[i] - diagonal[a];
        for (j, g) in matrix.links(i) {
            if let Some(b) = members.iter().position(|&m| m as usize == j) {
                z[a * n + a] += bound * g;
                z[a * n + b] -= bound * g;
            }
        }
    }
    for a in 0..n {
        for b in 0..n {
            z[a * n + b] += diagonal[a] * diagonal[b] / total;
        }
    }
    // Without excess the constant is in the null space: the last pivot is zero up to rounding.
    for k in 0..n {
        let pivot = z[k * n + k];
        let rounding = 1e-10 * bound * diagonal[k];
        if pivot <= rounding {
            return k + 1 == n && pivot > -rounding;
        }
        for a in k + 1..n {
            let share = z[a * n + k] / pivot;
            for b in k + 1..n {
                z[a * n + b] -= share * z[k * n + b];
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use glam::IVec3;

    fn chain(links: &[f64], diagonal: &[f64]) -> Matrix {
        let n = diagonal.len();
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, n), Axis::uniform(0.0, 1.0, 1), 1.0);
        let mut g = links.to_vec();
        g.resize(n, 0.0);
        Matrix::from_families(&grid, &[(IVec3::X, &g)], diagonal)
    }

    #[test]
    fn four_in_a_line_have_the_quality_of_the_slowest_mode() {
        let matrix = chain(&[1.0; 9], &[0.0; 10]);
        // Inner rows: D = 2, and the path of four has the eigenvalue 2 - sqrt 2.
        let exact = 2.0 / (2.0 - 2.0_f64.sqrt());
        assert!(holds(&matrix, &[3, 4, 5, 6], exact * 1.0001));
        assert!(!holds(&matrix, &[3, 4, 5, 6], exact * 0.9999));
    }

    #[test]
    fn the_formula_for_pairs_agrees_with_the_factorisation() {
        let matrix = chain(&[3.0, 0.7, 5.0], &[0.1, 0.6, 0.3, 2.0]);
        let diagonal = [1, 2].map(|i: usize| 1.0 / matrix.inverse_diagonal()[i]);
        let exact = of_pair(diagonal, [0.6, 0.3], 0.7);
        assert!(holds(&matrix, &[1, 2], exact * 1.0001) && !holds(&matrix, &[1, 2], exact * 0.9999));
    }

    #[test]
    fn cells_without_a_link_between_them_never_make_an_aggregate() {
        assert!(!holds(&chain(&[1.0; 5], &[0.0; 6]), &[1, 4], 1e6));
    }
}
