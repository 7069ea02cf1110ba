//! Walls as a pass in f32 sees them.

use crate::conduction::{Conduction, WallLine};
use crate::problem::Wall;

/// A wall as a pass sees it: what it gives is `offset - slope * cell`, W, or has to be evaluated where the slope is not a number.
pub(super) struct Face {
    /// Row and column of its cell.
    pub(super) row: u32,
    pub(super) x: u32,
    offset: f64,
    /// W/K.
    pub(super) slope: f64,
    /// Inverse heat capacity of its cell, K/J.
    pub(super) gain: f64,
}

impl Face {
    /// Whether its heat is a line that stays.
    #[inline(always)]
    pub(super) fn is_linear(&self) -> bool {
        !self.slope.is_nan()
    }

    /// What it gives then, W.
    #[inline(always)]
    pub(super) fn heat(&self, cell: f64) -> f64 {
        self.offset - self.slope * cell
    }
}

/// The walls of a problem, in their order.
pub(super) fn faces(conduction: &Conduction, per_capacity: &[f64]) -> Vec<Face> {
    let problem = &conduction.problem;
    let width = problem.grid.cells()[0];
    let of_wall = |(wall, line): (&Wall, Option<WallLine>)| {
        let cell = wall.cell as usize;
        let (offset, slope) = line.map_or((0.0, f64::NAN), |line| (line.heat(0.0), line.slope));
        Face { row: (cell / width) as u32, x: (cell % width) as u32, offset, slope, gain: per_capacity[cell] }
    };
    problem.walls.iter().zip(conduction.lasting_lines()).map(of_wall).collect()
}
