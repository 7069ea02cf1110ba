//! Iterative refinement: corrections from anywhere, in few digits, residuals in f64 (Wilkinson; Higham, Accuracy and Stability of
//! Numerical Algorithms, ch. 12).

use super::cg::{Outcome, Posed, judge};
use super::matrix::Matrix;
use super::vector::add_scaled;

/// What one correction is asked to leave of the residual: the least, and the most.
const REDUCTION: [f64; 2] = [1e-4, 0.1];

/// A correction that leaves more than this does not help; the second in a row ends the search.
const HELPS: f64 = 0.5;

/// Finds corrections: `find(residual, reduction, correction)` solves `A correction = residual` until so much of the residual is
/// left, as well as it can, and returns its iterations.
pub trait Correct {
    /// What may go wrong.
    type Error;

    /// See [`Correct`].
    ///
    /// # Errors
    /// If there is no correction.
    fn find(&mut self, residual: &[f64], reduction: f64, correction: &mut [f64]) -> Result<usize, Self::Error>;
}

/// Solves `A x = b` from the `x` given, as [`super::cg::solve`] does, by corrections. `converged` is false if two of them in
/// a row did not help, or the iterations are used up.
///
/// # Errors
/// What the corrections fail of; `x` is then what was reached.
///
/// # Panics
/// If the lengths differ.
pub fn solve<C: Correct>(
    matrix: &Matrix,
    b: &[f64],
    x: &mut [f64],
    tolerance: f64,
    max_iterations: usize,
    corrections: &mut C,
) -> Result<Outcome, C::Error> {
    let posed = Posed::new(matrix, b, x);
    if let Some(outcome) = posed.answer_of_nothing(x) {
        return Ok(outcome);
    }
    let [mut residual, mut correction] = [(); 2].map(|()| vec![0.0; b.len()]);
    let (mut iterations, mut useless) = (0, 0);
    let mut last = f64::INFINITY;
    loop {
        let mut outcome = judge(matrix, &posed.rhs, x, posed.size, tolerance, &mut residual);
        outcome.iterations = iterations;
        useless = if outcome.residual <= HELPS * last { 0 } else { useless + 1 };
        last = outcome.residual;
        if outcome.converged || useless == 2 || iterations >= max_iterations || !outcome.residual.is_finite() {
            posed.keep(x);
            return Ok(outcome);
        }
        let reduction = (0.5 * tolerance / outcome.residual).clamp(REDUCTION[0], REDUCTION[1]);
        iterations += corrections.find(&residual, reduction, &mut correction)?;
        add_scaled(x, 1.0, &correction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use glam::IVec3;

    /// Leaves a part of the residual of a diagonal matrix.
    struct Leaves(f64);

    impl Correct for Leaves {
        type Error = &'static str;
        fn find(&mut self, residual: &[f64], _: f64, correction: &mut [f64]) -> Result<usize, &'static str> {
            correction.iter_mut().zip(residual).for_each(|(c, r)| *c = (1.0 - self.0) * r / 2.0);
            Ok(1)
        }
    }

    fn diagonal(n: usize) -> Matrix {
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, n), Axis::uniform(0.0, 1.0, 1), 1.0);
        Matrix::from_families(&grid, &[(IVec3::X, &vec![0.0; n])], &vec![2.0; n])
    }

    #[test]
    fn corrections_of_three_digits_give_twelve_and_useless_ones_end_the_search() {
        let (matrix, b) = (diagonal(8), [1.0, -2.0, 3.0, 4.0, 5.0, -6.0, 7.0, 8.0]);
        let mut x = vec![0.0; 8];
        let good = solve(&matrix, &b, &mut x, 1e-12, 100, &mut Leaves(1e-3)).expect("never fails");
        assert!(good.converged && good.iterations <= 5, "{good:?}");
        assert!(x.iter().zip(b).all(|(x, b)| (x - b / 2.0).abs() < 1e-11));
        // nothing to solve is solved, without a correction
        let nothing = solve(&matrix, &[0.0; 8], &mut x, 1e-12, 100, &mut Leaves(f64::NAN)).expect("never fails");
        assert!(nothing.converged && nothing.iterations == 0 && x == [0.0; 8], "{nothing:?}");
        for bad in [0.9, -1.0, 3.0, f64::NAN] {
            let mut x = vec![0.0; 8];
            let outcome = solve(&matrix, &b, &mut x, 1e-12, 100, &mut Leaves(bad)).expect("never fails");
            assert!(!outcome.converged && outcome.iterations <= 2, "{bad}: {outcome:?}");
        }
    }
}
