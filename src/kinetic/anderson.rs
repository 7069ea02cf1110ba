//! Anderson's extrapolation of a fixed-point iteration (J. ACM 12, 547 (1965); type II, Walker and Ni 2011).

use super::quadrature::solve_small;
use rayon::prelude::*;
use std::collections::VecDeque;

/// Remembers the last steps of `x -> image(x)` and combines them so that the residuals cancel best.
#[derive(Debug)]
pub struct Anderson {
    depth: usize,
    /// Differences of residuals and images, newest last.
    changes: VecDeque<(Vec<f64>, Vec<f64>)>,
    last: Option<(Vec<f64>, Vec<f64>)>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // pieces of fixed size, so that threads do not change the sum
    let pieces: Vec<f64> =
        a.par_chunks(8192).zip(b.par_chunks(8192)).map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum()).collect();
    pieces.iter().sum()
}

impl Anderson {
    /// Remembers `depth` steps.
    pub fn new(depth: usize) -> Anderson {
        Anderson { depth, changes: VecDeque::new(), last: None }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.changes.clear();
        self.last = None;
    }

    /// From `x` and its image to the next `x`.
    pub fn next(&mut self, x: &[f64], image: Vec<f64>) -> Vec<f64> {
        let residual: Vec<f64> = image.iter().zip(x).map(|(i, x)| i - x).collect();
        if let Some((r, i)) = self.last.take() {
            let less = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
            self.changes.push_back((less(&residual, &r), less(&image, &i)));
            if self.changes.len() > self.depth {
                self.changes.pop_front();
            }
        }
        let m = self.changes.len();
        let mut next = image.clone();
        if m > 0 {
            let products = |of: &[f64]| self.changes.iter().map(|(r, _)| dot(of, r)).collect::<Vec<f64>>();
            let mut system: Vec<Vec<f64>> = self.changes.iter().map(|(r, _)| products(r)).collect();
            for (row, right) in system.iter_mut().zip(products(&residual)) {
                row.push(right);
            }
            // equilibrated, so that old, large steps do not drown the new ones
            let scale: Vec<f64> = (0..m).map(|i| if system[i][i] > 0.0 { system[i][i].sqrt() } else { 1.0 }).collect();
            for (i, row) in system.iter_mut().enumerate() {
                for (x, s) in row.iter_mut().zip(scale.iter().chain([&1.0])) {
                    *x /= s * scale[i];
                }
                row[i] += 1e-13;
            }
            for ((gamma, s), (_, change)) in solve_small(system).iter().zip(&scale).zip(&self.changes) {
                let gamma = gamma / s;
                for (n, c) in next.iter_mut().zip(change) {
                    *n -= gamma * c;
                }
            }
        }
        self.last = Some((residual, image));
        next
    }
}
