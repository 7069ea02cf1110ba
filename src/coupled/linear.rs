//! The linear systems of coupled transport: several quantities on one network, solved on the CPU or on a device.
//!
//! A system couples elliptic operators, one per quantity. GMRES solves for all of them together, preconditioned by a
//! multigrid solve of each alone; what is left couples them weakly, so that a dozen iterations suffice at any size.

use super::krylov;
use crate::backend::{BackendInfo, cpu};
use crate::multigrid::matrix::Matrix;
use crate::multigrid::vector::for_pieces;
use crate::multigrid::{Hierarchy, cg};
use std::ops::Range;
use std::sync::Arc;

/// Where a matrix has entries. Its rows and columns are the unknowns, one quantity after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Where the unknowns of each quantity begin, and the end of all.
    pub quantities: Vec<u32>,
    /// Per row and quantity: where its entries begin; at last the end of all.
    pub starts: Vec<u32>,
    /// Column of each entry.
    pub columns: Vec<u32>,
    /// Per row and quantity: the column that differences are taken from.
    pub bases: Vec<u32>,
}

impl Pattern {
    /// Of quantities with so many unknowns each. `cliques` hands over sets of unknowns that all depend on each other, twice the
    /// same; `base` tells the unknown of a quantity that stands at the place of a row, where there is one.
    pub fn new(
        sizes: &[usize],
        cliques: impl Fn(&mut dyn FnMut(&[u32])),
        base: impl Fn(u32, usize) -> Option<u32>,
    ) -> Pattern {
        let mut quantities = vec![0u32];
        let mut rows = 0;
        for size in sizes {
            rows += size;
            quantities.push(rows as u32);
        }
        let mut counts = vec![1u32; rows];
        cliques(&mut |set| set.iter().for_each(|&row| counts[row as usize] += set.len() as u32));
        let mut begin = Vec::with_capacity(rows + 1);
        let mut end = 0usize;
        for &count in &counts {
            begin.push(end);
            end += count as usize;
        }
        begin.push(end);
        let mut all = vec![0u32; end];
        let mut filled: Vec<usize> = begin[..rows].to_vec();
        let mut put = |row: u32, column: u32| {
            all[filled[row as usize]] = column;
            filled[row as usize] += 1;
        };
        (0..rows as u32).for_each(|row| put(row, row));
        cliques(&mut |set| set.iter().for_each(|&row| set.iter().for_each(|&column| put(row, column))));
        let mut pattern = Pattern { quantities, starts: vec![0], columns: Vec::new(), bases: Vec::new() };
        for row in 0..rows {
            let own = &mut all[begin[row]..begin[row + 1]];
            own.sort_unstable();
            let mut rest = &*own;
            for q in 0..sizes.len() {
                let count = rest.partition_point(|&column| column < pattern.quantities[q + 1]);
                let (mine, others) = rest.split_at(count);
                rest = others;
                let place = if pattern.range(q).contains(&row) { Some(row as u32) } else { base(row as u32, q) };
                let from = place.filter(|place| mine.contains(place)).or(mine.first().copied()).unwrap_or(0);
                pattern.bases.push(from);
                let mut last = from;
                for &column in mine {
                    if column != from && column != last {
                        pattern.columns.push(column);
                    }
                    last = column;
                }
                pattern.starts.push(pattern.columns.len() as u32);
            }
        }
        pattern
    }

    /// Unknowns of a quantity.
    pub fn range(&self, quantity: usize) -> Range<usize> {
        self.quantities[quantity] as usize..self.quantities[quantity + 1] as usize
    }

    /// How many quantities there are.
    pub fn count(&self) -> usize {
        self.quantities.len() - 1
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        *self.quantities.last().unwrap_or(&0) as usize
    }
}

/// A matrix on a pattern, as `(A x)_i = sum_q excess_iq x_b + sum_j weight_ij (x_b - x_j)` with the base `b` of row and quantity:
/// what is nearly uniform loses no digits, not in f32 either.
#[derive(Debug, Clone, PartialEq)]
pub struct Coupling {
    /// Where it has entries.
    pub pattern: Arc<Pattern>,
    /// Per entry.
    pub weights: Vec<f64>,
    /// Per row and quantity.
    pub excess: Vec<f64>,
}

impl Coupling {
    /// Zeros.
    pub fn new(pattern: Arc<Pattern>) -> Coupling {
        let (entries, bases) = (pattern.columns.len(), pattern.bases.len());
        Coupling { pattern, weights: vec![0.0; entries], excess: vec![0.0; bases] }
    }

    /// Adds to an entry.
    ///
    /// # Panics
    /// If the pattern has none there.
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        let pattern = &self.pattern;
        let q =
            (0..pattern.count()).find(|&q| pattern.range(q).contains(&column)).expect("a column is of some quantity");
        let at = row * pattern.count() + q;
        self.excess[at] += value;
        if pattern.bases[at] as usize != column {
            let range = pattern.starts[at] as usize..pattern.starts[at + 1] as usize;
            let place = pattern.columns[range.clone()].binary_search(&(column as u32));
            self.weights[range.start + place.expect("the pattern has every entry")] -= value;
        }
    }

    fn product_at(&self, row: usize, x: &[f64]) -> f64 {
        let pattern = &self.pattern;
        let count = pattern.count();
        let mut sum = 0.0;
        for at in row * count..(row + 1) * count {
            let own = x[pattern.bases[at] as usize];
            sum += self.excess[at] * own;
            for e in pattern.starts[at] as usize..pattern.starts[at + 1] as usize {
                sum += self.weights[e] * (own - x[pattern.columns[e] as usize]);
            }
        }
        sum
    }

    /// `y = A x`.
    pub fn multiply(&self, x: &[f64], y: &mut [f64]) {
        for_pieces(y, |first, piece| {
            piece.iter_mut().enumerate().for_each(|(k, y)| *y = self.product_at(first + k, x));
        });
    }
}

/// What a system is preconditioned by: every quantity alone, symmetric.
#[derive(Debug)]
pub struct Preconditioner {
    /// Per quantity.
    pub operators: Vec<(Matrix, Hierarchy)>,
}

impl Preconditioner {
    /// Of the matrices of all quantities.
    pub fn new(matrices: Vec<Matrix>) -> Preconditioner {
        let with = |matrix: Matrix| {
            let hierarchy = Hierarchy::new(&matrix);
            (matrix, hierarchy)
        };
        Preconditioner { operators: matrices.into_iter().map(with).collect() }
    }
}

/// A system of linear equations.
pub struct System {
    /// The whole.
    pub matrix: Coupling,
    /// Every quantity alone; may be that of a similar system.
    pub preconditioner: Arc<Preconditioner>,
    /// Per quantity: how much a unit of its balances counts.
    pub weights: Vec<f64>,
}

impl System {
    /// A vector of balances, with their weights.
    pub fn weighted(&self, vector: &[f64]) -> Vec<f64> {
        let mut out = vector.to_vec();
        self.weigh(&mut out);
        out
    }

    fn weigh(&self, vector: &mut [f64]) {
        for (q, weight) in self.weights.iter().enumerate() {
            vector[self.matrix.pattern.range(q)].iter_mut().for_each(|v| *v *= weight);
        }
    }
}

/// Solves the systems of coupled transport.
pub trait Solver {
    /// Solves for all unknowns until the weighted residual is so small a part of the weighted right-hand side, as well as it can;
    /// returns the iterations, too.
    fn solve(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> (Vec<f64>, usize);

    /// What it computes with.
    fn info(&self) -> BackendInfo;

    /// Why the CPU took over from a device, where it did.
    fn fallback(&self) -> Option<&str> {
        None
    }
}

/// Most iterations of one solve.
pub const LINEAR_ITERATIONS: usize = 100;

/// Iterations of a quantity alone, and what it is asked to leave of its residual.
const ALONE: (usize, f64) = (30, 1e-2);

/// GMRES on the CPU.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuSolver;

impl Solver for CpuSolver {
    fn solve(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> (Vec<f64>, usize) {
        let pattern = &system.matrix.pattern;
        let mut precondition = |r: &[f64], z: &mut [f64]| {
            for (q, (matrix, hierarchy)) in system.preconditioner.operators.iter().enumerate() {
                let own: Vec<f64> = r[pattern.range(q)].iter().map(|v| v / system.weights[q]).collect();
                cg::solve(matrix, hierarchy, &own, &mut z[pattern.range(q)], ALONE.1, ALONE.0);
            }
        };
        let mut multiply = |x: &[f64], y: &mut [f64]| {
            system.matrix.multiply(x, y);
            system.weigh(y);
        };
        krylov::solve(&system.weighted(rhs), tolerance, LINEAR_ITERATIONS, &mut multiply, &mut precondition)
    }

    fn info(&self) -> BackendInfo {
        cpu::info()
    }
}

/// For which balance a preconditioner was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// One quantity is given.
    Held,
    /// Nothing is stored.
    Steady,
    /// A step of this length, inverted, 1/s.
    Step(f64),
}

/// A preconditioner, and what it was made for.
struct Kept {
    kind: Kind,
    pattern: Arc<Pattern>,
    made: Arc<Preconditioner>,
}

/// The solver of a run. A preconditioner serves similar systems until it takes twice the iterations that it took at first.
pub struct Linear {
    solver: Box<dyn Solver>,
    kept: Option<Kept>,
    first: usize,
    last: usize,
}

impl Linear {
    /// With this solver.
    pub fn new(solver: Box<dyn Solver>) -> Linear {
        Linear { solver, kept: None, first: 0, last: 0 }
    }

    /// On the CPU.
    pub fn on_cpu() -> Linear {
        Linear::new(Box::new(CpuSolver))
    }

    /// The preconditioner of a balance on a pattern, made anew where the last one does not serve.
    pub fn preconditioner(
        &mut self,
        kind: Kind,
        pattern: &Arc<Pattern>,
        make: impl FnOnce() -> Vec<Matrix>,
    ) -> Arc<Preconditioner> {
        let alike = |kept: Kind| match (kept, kind) {
            (Kind::Step(a), Kind::Step(b)) => (0.5..=2.0).contains(&(a / b)),
            (a, b) => a == b,
        };
        let tired = self.last > 2 * self.first.max(4);
        match &self.kept {
            Some(kept) if !tired && alike(kept.kind) && Arc::ptr_eq(&kept.pattern, pattern) => Arc::clone(&kept.made),
            _ => {
                let made = Arc::new(Preconditioner::new(make()));
                self.kept = Some(Kept { kind, pattern: Arc::clone(pattern), made: Arc::clone(&made) });
                self.first = 0;
                self.last = 0;
                made
            }
        }
    }

    /// Lets go of the preconditioner: what follows no longer depends on what was before.
    pub fn forget(&mut self) {
        self.kept = None;
    }

    /// See [`Solver::solve`].
    pub fn solve(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> (Vec<f64>, usize) {
        let (x, iterations) = self.solver.solve(system, rhs, tolerance);
        self.first = if self.first == 0 { iterations } else { self.first };
        self.last = iterations;
        (x, iterations)
    }

    /// What it computes with.
    pub fn info(&self) -> BackendInfo {
        self.solver.info()
    }

    /// Why the CPU took over from a device, where it did.
    pub fn fallback(&self) -> Option<&str> {
        self.solver.fallback()
    }
}
