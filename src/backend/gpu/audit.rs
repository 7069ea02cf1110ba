//! Range, energy and broken cells of a state, summed on the device.

use super::pack::unpack;
use super::shader::LINE;
use crate::backend::Precision;
use crate::sum::Sum;

/// Most workgroups of an audit.
const MOST_GROUPS: u32 = 256;

/// Cells that one thread goes through before more workgroups are worth their while.
const CELLS_PER_THREAD: u32 = 16;

/// Workgroups that audit so many cells; each leaves one partial result.
pub(super) fn groups(cells: u32) -> u32 {
    cells.div_ceil(LINE * CELLS_PER_THREAD).clamp(1, MOST_GROUPS)
}

/// What the device tells of a whole state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audit {
    /// Lowest temperature (deviation), K; infinite if no cell holds a number.
    pub low: f64,
    /// Highest temperature (deviation), K.
    pub high: f64,
    /// Energy above the reference, J.
    pub energy: f64,
    /// Cells whose temperature is infinite or not a number; they count nowhere else.
    pub broken: u64,
}

/// Bytes of one partial result: four numbers and two counts.
pub(super) fn part_bytes(precision: Precision) -> usize {
    4 * precision.bytes() as usize + 2 * 4
}

/// Puts partial results together.
pub(super) fn joined(precision: Precision, slabs: &[Vec<u8>]) -> Audit {
    let mut audit = Audit { low: f64::INFINITY, high: f64::NEG_INFINITY, energy: 0.0, broken: 0 };
    let mut energy = Sum::default();
    for part in slabs.iter().flat_map(|slab| slab.chunks_exact(part_bytes(precision))) {
        let (numbers, counts) = part.split_at(4 * precision.bytes() as usize);
        let numbers = unpack(precision, numbers);
        let [broken, solid] =
            [0, 4].map(|at| u32::from_le_bytes([counts[at], counts[at + 1], counts[at + 2], counts[at + 3]]));
        audit.broken += u64::from(broken);
        if solid > 0 {
            audit.low = audit.low.min(numbers[0]);
            audit.high = audit.high.max(numbers[1]);
            energy.add(numbers[2]);
            energy.add(numbers[3]);
        }
    }
    audit.energy = energy.value();
    audit
}
