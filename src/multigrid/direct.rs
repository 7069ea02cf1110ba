//! Direct solution of the coarsest system: elimination of a graph Laplacian without subtractions.

use super::matrix::Matrix;

/// Factors `A = L D L^T` of a small matrix, with `L = I - F`, `F >= 0`.
///
/// The elimination works on links and excess (Grassmann, Taksar and Heyman's form): eliminating a cell joins
/// its neighbours by `g_ik g_kj / d_k` and hands its excess on in the same proportion, all sums of
/// non-negative numbers. Each factor is exact to a few roundings whatever the contrast, and the last pivot
/// of a body is zero exactly if the body is insulated; its unknown is then pinned at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    size: usize,
    /// `F^T` by rows: entries `j > k` of row `k`, the rest zero.
    factor: Vec<f64>,
    /// Inverse pivots, 0 where pinned.
    inverse_pivots: Vec<f64>,
}

impl Factors {
    /// Factors a matrix; the work grows as the cube of its size.
    pub fn new(matrix: &Matrix) -> Factors {
        let size = matrix.len();
        let mut links = vec![0.0; size * size];
        for i in 0..size {
            for (j, g) in matrix.links(i).filter(|&(j, _)| j > i) {
                links[i * size + j] = g;
            }
        }
        let mut excess = matrix.excess().to_vec();
        let mut inverse_pivots = vec![0.0; size];
        for k in 0..size {
            let (done, below) = links.split_at_mut((k + 1) * size);
            let row = &mut done[k * size + k + 1..];
            let pivot = excess[k] + row.iter().sum::<f64>();
            if pivot <= 0.0 {
                continue;
            }
            inverse_pivots[k] = 1.0 / pivot;
            for (offset, target) in below.chunks_exact_mut(size).enumerate() {
                let share = row[offset] / pivot;
                if share > 0.0 {
                    excess[k + 1 + offset] += share * excess[k];
                    for (t, g) in target[k + 2 + offset..].iter_mut().zip(&row[offset + 1..]) {
                        *t += share * g;
                    }
                }
            }
            row.iter_mut().for_each(|g| *g /= pivot);
        }
        Factors { size, factor: links, inverse_pivots }
    }

    /// Solves in place.
    pub fn solve(&self, x: &mut [f64]) {
        let n = self.size;
        for k in 0..n {
            let (done, rest) = x.split_at_mut(k + 1);
            let own = done[k];
            for (x, f) in rest.iter_mut().zip(&self.factor[k * n + k + 1..]) {
                *x += f * own;
            }
        }
        for k in (0..n).rev() {
            let row = &self.factor[k * n + k + 1..(k + 1) * n];
            let carried: f64 = row.iter().zip(&x[k + 1..]).map(|(f, x)| f * x).sum();
            x[k] = x[k] * self.inverse_pivots[k] + carried;
        }
    }

    /// Number of unknowns.
    pub fn size(&self) -> usize {
        self.size
    }

    /// `F^T` by rows (strictly upper triangular, in a full square), and the inverse pivots.
    pub fn parts(&self) -> (&[f64], &[f64]) {
        (&self.factor, &self.inverse_pivots)
    }
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
    fn a_chain_of_resistances_in_series_is_exact_over_twenty_decades() {
        let links = [1e10, 1e-10, 1.0, 1e5];
        let mut diagonal = [0.0; 5];
        diagonal[0] = 1e-8;
        let mut x = [0.0, 0.0, 0.0, 0.0, 3.0];
        Factors::new(&chain(&links, &diagonal)).solve(&mut x);
        // All heat passes every link on its way to the only wall, at cell 0.
        let mut expected = 3.0 / diagonal[0];
        assert!((x[0] / expected - 1.0).abs() < 1e-14);
        for (k, g) in links.iter().enumerate() {
            expected += 3.0 / g;
            assert!((x[k + 1] / expected - 1.0).abs() < 1e-14, "cell {}", k + 1);
        }
    }

    #[test]
    fn an_insulated_chain_is_pinned_and_void_stays_at_zero() {
        let mut x = [1.0, -2.0, 1.0, 0.0, 0.5];
        Factors::new(&chain(&[1.0, 4.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 0.0, 2.0])).solve(&mut x);
        assert!((x[0] - x[1] - 1.0).abs() < 1e-15 && (x[2] - x[1] - 0.25).abs() < 1e-15);
        assert_eq!(x[2..], [0.0, 0.0, 0.25]);
    }
}
