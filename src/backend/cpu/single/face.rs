//! Walls as a pass in f32 sees them.

use crate::conduction::Conduction;
use crate::expression::Variable;
use crate::problem::{Condition, ValueId};
use rayon::prelude::*;

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
    let constant = |condition: &Condition| {
        let still = |id: ValueId| !problem.values.get(id).depends_on(Variable::Time);
        match *condition {
            Condition::Temperature(id) => still(id),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                [flux, convection, ambient].into_iter().all(still)
                    && problem.values.get(emissivity).as_constant() == Some(0.0)
            }
        }
    };
    let affine: Vec<bool> = problem.conditions.iter().map(constant).collect();
    let values = conduction.row(0.0);
    let walls = problem.walls.par_iter().enumerate().with_min_len(1024).map(|(w, wall)| {
        let cell = wall.cell as usize;
        let (mut offset, mut slope) = (0.0, f64::NAN);
        if affine[wall.condition as usize] {
            let [cold, warm] = [0.0, 1.0].map(|cell| conduction.wall_heat(w, cell, 0.0, &values));
            (offset, slope) = (cold, cold - warm);
        }
        Face { x: (cell % problem.grid.cells()[0]) as u32, offset, slope, gain: per_capacity[cell] }
    });
    walls.collect()
}
