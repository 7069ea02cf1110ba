//! Wall faces as the shaders read them.

use super::generate::condition_values;
use super::pack::Packed;
use super::slab::Cut;
use super::values::{Kind, kind};
use crate::backend::Precision;
use crate::conduction::Conduction;
use crate::expression::Place;
use crate::problem::Condition;
use std::ops::Range;

/// Members of a face that are `Real`; four of `u32` follow.
const REALS: usize = 10;

/// Numbers that are told of a face.
pub(super) const WALL_STATE: usize = 6;

/// Their bytes.
pub(super) fn wall_state_bytes(precision: Precision) -> u64 {
    WALL_STATE as u64 * precision.bytes()
}

/// Bytes of one face.
pub(super) fn face_bytes(precision: Precision) -> usize {
    REALS * precision.bytes() as usize + 4 * 4
}

/// The walls of a slab, within the problem's list.
pub(super) fn walls_of_slab(conduction: &Conduction, cut: &Cut, slab: usize) -> Range<usize> {
    let cells = cut.cells(slab);
    let walls = &conduction.problem.walls;
    let first = |cell: usize| walls.partition_point(|w| (w.cell as usize) < cell);
    first(cells.start)..first(cells.end)
}

/// The faces of a slab; values that do not change in time are evaluated here, in f64.
pub(super) fn faces(conduction: &Conduction, cut: &Cut, slab: usize, precision: Precision) -> Vec<u8> {
    let problem = &conduction.problem;
    let mut packed = Packed::new(precision);
    for w in walls_of_slab(conduction, cut, slab) {
        let wall = &problem.walls[w];
        let condition = &problem.conditions[wall.condition as usize];
        let place = Place { x: wall.position.x, y: wall.position.y, z: wall.position.z, ..Place::default() };
        let fixed = condition_values(condition).map(|id| {
            id.map(|id| problem.values.get(id))
                .filter(|value| kind(value) == Kind::Fixed)
                .map_or(0.0, |value| value.eval(&place))
        });
        packed.reals([wall.area, conduction.wall_conductance[w], wall.half, place.x, place.y, place.z]);
        packed.reals(fixed);
        let cell = wall.cell as usize - cut.cells(slab).start + cut.own(slab).start;
        packed.index(cell as u32);
        packed.index(u32::from(wall.condition));
        packed.index(wall.side.axis as u32);
        packed.index(u32::from(matches!(condition, Condition::Temperature(_))));
        packed.align(precision.bytes() as usize);
    }
    packed.bytes
}
