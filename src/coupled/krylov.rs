//! Flexible GMRES with right preconditioning (Saad, SIAM J. Sci. Comput. 14, 461 (1993)).
//! Its vectors are worked on by all threads, with sums that do not depend on how many there are.

use crate::multigrid::vector::{add_scaled, dot, norm};

/// Solves `A x = b` from zero until `|b - A x| <= tolerance |b|` or after `most` iterations; returns `x` and the iterations.
///
/// `multiply` and `precondition` write into their second argument.
pub fn solve(
    b: &[f64],
    tolerance: f64,
    most: usize,
    multiply: &mut dyn FnMut(&[f64], &mut [f64]),
    precondition: &mut dyn FnMut(&[f64], &mut [f64]),
) -> (Vec<f64>, usize) {
    let n = b.len();
    let size = norm(b);
    let mut x = vec![0.0; n];
    if size == 0.0 || !size.is_finite() {
        return (x, 0);
    }
    let mut basis: Vec<Vec<f64>> = vec![b.iter().map(|v| v / size).collect()];
    let mut search: Vec<Vec<f64>> = Vec::new();
    let mut triangle = Triangle::new(size);
    for k in 0..most {
        let mut z = vec![0.0; n];
        precondition(&basis[k], &mut z);
        let mut w = vec![0.0; n];
        multiply(&z, &mut w);
        search.push(z);
        let mut column = Vec::with_capacity(k + 2);
        for v in &basis {
            let h = dot(&w, v);
            add_scaled(&mut w, -h, v);
            column.push(h);
        }
        // once more: orthogonal to rounding
        for (v, h) in basis.iter().zip(&mut column) {
            let more = dot(&w, v);
            add_scaled(&mut w, -more, v);
            *h += more;
        }
        let last = norm(&w);
        column.push(last);
        if !triangle.push(column) || triangle.left() <= tolerance * size {
            break;
        }
        basis.push(w.into_iter().map(|v| v / last).collect());
    }
    let shares = triangle.solve();
    for (z, y) in search.iter().zip(&shares) {
        add_scaled(&mut x, *y, z);
    }
    (x, shares.len())
}

/// The small least-squares problem of the iterations, whose columns are turned into an upper triangle as they come.
pub(crate) struct Triangle {
    columns: Vec<Vec<f64>>,
    rotations: Vec<(f64, f64)>,
    rhs: Vec<f64>,
}

impl Triangle {
    /// For a right-hand side of this norm.
    pub fn new(size: f64) -> Triangle {
        Triangle { columns: Vec::new(), rotations: Vec::new(), rhs: vec![size] }
    }

    /// Takes the parts of a product along all directions so far, and the length of what is beside them. Nothing beside them ends the
    /// iterations: `false`.
    pub fn push(&mut self, mut column: Vec<f64>) -> bool {
        let k = self.columns.len();
        for (i, (c, s)) in self.rotations.iter().enumerate() {
            let (a, b) = (column[i], column[i + 1]);
            column[i] = c * a + s * b;
            column[i + 1] = c * b - s * a;
        }
        let last = column[k + 1];
        let length = column[k].hypot(last);
        if length == 0.0 || !length.is_finite() {
            return false;
        }
        let (c, s) = (column[k] / length, last / length);
        self.rotations.push((c, s));
        column[k] = length;
        column.truncate(k + 1);
        self.columns.push(column);
        self.rhs.push(-s * self.rhs[k]);
        self.rhs[k] *= c;
        last != 0.0
    }

    /// Norm of what is left of the right-hand side.
    pub fn left(&self) -> f64 {
        self.rhs[self.columns.len()].abs()
    }

    /// Shares of the directions in the solution.
    pub fn solve(&self) -> Vec<f64> {
        let count = self.columns.len();
        let mut y = vec![0.0; count];
        for i in (0..count).rev() {
            let above: f64 = (i + 1..count).map(|j| self.columns[j][i] * y[j]).sum();
            y[i] = (self.rhs[i] - above) / self.columns[i][i];
        }
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_an_unsymmetric_system() {
        let n = 40;
        let mut multiply = |x: &[f64], y: &mut [f64]| {
            for i in 0..n {
                let (low, high) = (if i > 0 { x[i - 1] } else { 0.0 }, if i + 1 < n { x[i + 1] } else { 0.0 });
                y[i] = (3.0 + i as f64) * x[i] - 1.5 * low - 0.2 * high;
            }
        };
        let mut precondition = |x: &[f64], y: &mut [f64]| {
            y.iter_mut().zip(x).enumerate().for_each(|(i, (y, x))| *y = x / (3.0 + i as f64));
        };
        let b: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let (x, count) = solve(&b, 1e-13, n, &mut multiply, &mut precondition);
        let mut product = vec![0.0; n];
        multiply(&x, &mut product);
        assert!(product.iter().zip(&b).all(|(p, b)| (p - b).abs() < 1e-12) && count < n, "{count}");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let n = 40_000;
        let b: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let mut multiply = |x: &[f64], y: &mut [f64]| {
                for i in 0..n {
                    let (low, high) = (if i > 0 { x[i - 1] } else { 0.0 }, if i + 1 < n { x[i + 1] } else { 0.0 });
                    y[i] = 4.0 * x[i] - 1.5 * low - 0.2 * high;
                }
            };
            let mut keep = |x: &[f64], y: &mut [f64]| y.copy_from_slice(x);
            pool.install(|| solve(&b, 1e-10, 60, &mut multiply, &mut keep))
        };
        let (x, count) = with(1);
        assert!(count < 60, "{count}");
        assert_eq!((x, count), with(3));
    }
}
