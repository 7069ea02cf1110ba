//! The linear solver behind steady states: conjugate gradients preconditioned by multigrid.
//!
//! The systems are graph Laplacians with a non-negative diagonal ([`matrix::Matrix`]). A [`Hierarchy`] of
//! ever smaller ones is built by aggregation: strongly linked cells become one coarse cell, on which the
//! correction is constant, so that every coarse system is again such a Laplacian: links between aggregates
//! add up in parallel. Aggregates follow the strong links and are judged one by one ([`aggregation`]), which
//! makes the method indifferent to contrasts, aspect ratios, voids and oblique links alike.
//!
//! A constant is a poor guess of a smooth error, so one cycle visits each coarse level twice, inside
//! two steps of conjugate gradients (the K-cycle, [`cycle`]). As the cycle is then not a fixed linear map,
//! the outer iteration is the flexible one ([`cg`]). The smoother is a Chebyshev polynomial in `D^-1 A`: a
//! Laplacian's spectrum lies in `[0, 2]` by Gershgorin's theorem, so nothing has to be estimated, and
//! it runs on any number of threads, or a GPU, with the same result.
//!
//! # Choices and what they gave
//! Iterations to a residual of 1e-8: four decades at random in blocks of 16 cells and layers whose strong direction
//! turns (128^2), the latter and four decades from cell to cell (64^3), and a layered package of a million cells:
//!
//! | | blocks, 2D | turning, 2D | turning, 3D | cells, 3D | package |
//! |---|---|---|---|---|---|
//! | as built | 16 | 23 | 23 | 17 | 24 |
//! | one smoothing step | 22 | 26 | 27 | 22 | 30 |
//! | three smoothing steps | 15 | 22 | 21 | 15 | 22 |
//! | three steps, eight rows per aggregate, bound 8 | 23 | 22 | 22 | 17 | 21 |
//! | bound 9 on the quality of aggregates | 19 | 24 | 24 | 18 | 24 |
//! | bound 4.5 | 16 | 23 | 23 | 16 | 21, slower to set up |
//!
//! A second inner step taken only where the first leaves over a quarter, as is usual, cost up to a quarter more
//! iterations. Without letting lonely rows join a pair, random contrasts coarsened by less than two per level, and
//! the K-cycle's work grew without bound. Solving the second level exactly would save a quarter of the iterations in
//! the hardest case (blocks of contrast 1e4 on cells of aspect 100, up to 35).

pub mod aggregation;
pub mod cg;
pub mod components;
pub mod cycle;
pub mod direct;
pub mod matrix;
pub mod members;
mod quality;
pub mod refinement;
pub(crate) mod vector;

use aggregation::Rule;
use direct::Factors;
use matrix::Matrix;
use members::Members;

/// Steps of the smoother before and after each coarse correction.
pub const SMOOTHING_STEPS: usize = 2;

/// Systems up to this size are solved directly.
pub const DIRECT_ROWS: usize = 256;

/// Bound on the quality of aggregates; where it would coarsen too slowly, the next one, and after the last none.
const QUALITIES: [f64; 2] = [6.0, 24.0];

/// Fewest rows per coarse row: the K-cycle visits each level twice as often as the one above, and its work must fall.
const LEAST_RATIO: f64 = 2.2;

/// A coarse level: how it gathers the rows of the level above, and its matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Coarse {
    aggregate: Vec<u32>,
    members: Members,
    matrix: Matrix,
}

impl Coarse {
    /// Aggregate of each row of the level above, or [`members::NONE`].
    pub fn aggregate(&self) -> &[u32] {
        &self.aggregate
    }

    /// Rows of the level above in each aggregate.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Galerkin matrix of the aggregates.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }
}

/// The coarse levels of a matrix and the factors of the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    rows: usize,
    coarse: Vec<Coarse>,
    factors: Factors,
}

impl Hierarchy {
    /// Builds the levels. The result may also precondition a matrix with the same links and somewhat
    /// different conductances.
    pub fn new(matrix: &Matrix) -> Hierarchy {
        let mut coarse: Vec<Coarse> = Vec::new();
        let mut last = matrix;
        while last.len() > DIRECT_ROWS {
            let next = coarsen(last);
            coarse.push(next);
            last = &coarse[coarse.len() - 1].matrix;
        }
        let factors = Factors::new(last);
        Hierarchy { rows: matrix.len(), coarse, factors }
    }

    /// The coarse levels, the finest first; none if the matrix itself is small.
    pub fn coarse(&self) -> &[Coarse] {
        &self.coarse
    }

    /// Factors of the last level's matrix.
    pub fn factors(&self) -> &Factors {
        &self.factors
    }
}

/// The next level.
fn coarsen(matrix: &Matrix) -> Coarse {
    let attempt = |quality| aggregation::aggregate(matrix, Rule { rounds: 4, ratio: 3.7, quality });
    let enough = |(_, members): &(Vec<u32>, Members)| members.len() as f64 * LEAST_RATIO <= matrix.len() as f64;
    let bounded = QUALITIES.into_iter().map(attempt).find(enough);
    let (aggregate, members) = bounded.unwrap_or_else(|| attempt(f64::INFINITY));
    let coarse = matrix.coarsen(&aggregate, &members);
    Coarse { aggregate, members, matrix: coarse }
}
