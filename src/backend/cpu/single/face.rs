//! Walls as a pass in f32 sees them.

use super::super::rows::Rows;
use crate::conduction::{Conduction, WallLine};
use crate::problem::Wall;
use std::ops::Range;

/// Most that a wall at the end of a row may conduct, of what the row does there, for its change to be told by the number beside the end.
const MOST: f64 = 1e6;

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
    /// Whether later sweeps find what it gives in the number beside the end of its row.
    pub(super) beside: bool,
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

/// The walls of a problem.
pub(super) struct Walls {
    /// In their order.
    pub(super) faces: Vec<Face>,
    /// The change beside both ends of each row, in parts of the change at the end, that takes through the row's own conductance what
    /// walls there take: 1 where there are none.
    pub(super) ends: Vec<[f32; 2]>,
    /// How many walls of the rows before each are not told that way.
    apart: Vec<u32>,
}

impl Walls {
    pub(super) fn new(conduction: &Conduction, per_capacity: &[f64], rows: &Rows) -> Walls {
        let problem = &conduction.problem;
        let width = rows.cells;
        let of_wall = |(wall, line): (&Wall, &Option<WallLine>)| {
            let cell = wall.cell as usize;
            let (offset, slope) = line.map_or((0.0, f64::NAN), |line| (line.heat(0.0), line.slope));
            let (row, x) = ((cell / width) as u32, (cell % width) as u32);
            Face { row, x, offset, slope, gain: per_capacity[cell], beside: false }
        };
        let mut faces: Vec<Face> = problem.walls.iter().zip(&conduction.wall_lines).map(of_wall).collect();
        let mut ends = vec![[1.0; 2]; rows.shape[0] * rows.shape[1]];
        let mut apart = vec![0; ends.len() + 1];
        for face in &mut faces {
            let (row, x) = (face.row as usize, face.x as usize);
            if x == 0 || x + 1 == width {
                let along = rows.along(row)[x.min(width - 2)];
                face.beside = face.slope < MOST * along;
                if face.beside {
                    ends[row][usize::from(x > 0)] -= face.slope / along;
                }
            }
            apart[row + 1] += u32::from(!face.beside);
        }
        for row in 0..ends.len() {
            apart[row + 1] += apart[row];
        }
        Walls { faces, ends: ends.iter().map(|ends| ends.map(|end| end as f32)).collect(), apart }
    }

    /// Whether later sweeps of some rows find all their walls in the numbers beside the ends.
    #[inline(always)]
    pub(super) fn are_beside(&self, rows: Range<usize>) -> bool {
        self.apart[rows.start] == self.apart[rows.end]
    }
}
