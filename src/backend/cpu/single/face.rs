//! Walls as a pass in f32 sees them.

use crate::conduction::{Conduction, WallLine};
use crate::problem::Wall;

/// A wall as a pass sees it: what it gives is `offset - slope * cell`, W, or has to be evaluated where the slope is not a number.
pub(super) struct Face {
    /// Column of its cell.
    pub(super) x: u32,
    offset: f64,
    /// W/K.
    slope: f64,
    /// Inverse heat capacity of its cell, K/J.
    pub(super) gain: f64,
}

impl Face {
    #[inline(always)]
    pub(super) fn affine(&self, cell: f64) -> Option<f64> {
        (!self.slope.is_nan()).then_some(self.offset - self.slope * cell)
    }
}

/// The walls of a problem, in their order.
pub(super) fn faces(conduction: &Conduction, per_capacity: &[f64]) -> Vec<Face> {
    let problem = &conduction.problem;
    let of_wall = |(wall, line): (&Wall, Option<WallLine>)| {
        let cell = wall.cell as usize;
        let (offset, slope) = line.map_or((0.0, f64::NAN), |line| (line.heat(0.0), line.slope));
        Face { x: (cell % problem.grid.cells()[0]) as u32, offset, slope, gain: per_capacity[cell] }
    };
    problem.walls.iter().zip(conduction.lasting_lines()).map(of_wall).collect()
}
