//! Multigrid by aggregation, and conjugate gradients with it: the solver behind steady states.

pub mod aggregation;
pub mod cg;
pub mod components;
pub mod cycle;
pub mod direct;
pub mod matrix;
mod quality;
mod vector;

use aggregation::Rule;
use direct::Factors;
use matrix::{Matrix, Members};

/// tuning
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// pairing rounds
    pub rounds: u32,
    /// ratio
    pub ratio: f64,
    /// bound
    pub quality: f64,
    /// smoother
    pub degree: usize,
    /// inner tolerance
    pub inner: f64,
    /// direct size
    pub direct: usize,
}
impl Default for Settings {
    fn default() -> Self {
        Settings { rounds: 4, ratio: 3.9, quality: 8.0, degree: 2, inner: 0.25, direct: 256 }
    }
}

/// A coarse level: how it gathers the rows of the level above, and its matrix.
#[derive(Debug, Clone)]
pub struct Coarse {
    pub(crate) aggregate: Vec<u32>,
    pub(crate) members: Members,
    pub(crate) matrix: Matrix,
}

/// hierarchy
#[derive(Debug, Clone)]
pub struct Hierarchy {
    pub(crate) rows: usize,
    pub(crate) coarse: Vec<Coarse>,
    pub(crate) direct: Factors,
    pub(crate) settings: Settings,
}

impl Hierarchy {
    /// build
    pub fn new(matrix: &Matrix, settings: Settings) -> Hierarchy {
        let mut coarse: Vec<Coarse> = Vec::new();
        loop {
            let last = coarse.last().map_or(matrix, |c| &c.matrix);
            if last.len() <= settings.direct {
                let direct = Factors::new(last);
                return Hierarchy { rows: matrix.len(), coarse, direct, settings };
            }
            let rule = Rule { rounds: settings.rounds, quality: settings.quality, ratio: settings.ratio };
            let (aggregate, members) = aggregation::aggregate(last, rule);
            assert!(members.len() < last.len());
            let next = last.coarsen(&aggregate, &members);
            coarse.push(Coarse { aggregate, members, matrix: next });
        }
    }
    /// sizes
    pub fn sizes(&self) -> Vec<(usize, usize)> {
        self.coarse.iter().map(|c| (c.matrix.len(), c.matrix.entries())).collect()
    }
}
