//! Range and totals of a state, computed on the device in partial results that are put together here.

use super::pack::unpack;
use super::shader::LINE;
use crate::backend::Precision;
use crate::sum::Sum;

/// Most workgroups of an audit or survey.
const MOST_GROUPS: u32 = 256;

/// Cells that one thread goes through before more workgroups are worth their while.
const CELLS_PER_THREAD: u32 = 16;

/// Workgroups for so many cells; each leaves one partial result.
pub(super) fn groups(cells: u32) -> u32 {
    cells.div_ceil(LINE * CELLS_PER_THREAD).clamp(1, MOST_GROUPS)
}

/// Range of the temperatures of a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audit {
    /// Lowest temperature (deviation), K; infinite if no cell holds a number.
    pub low: f64,
    /// Highest temperature (deviation), K.
    pub high: f64,
    /// Cells whose temperature is infinite or not a number; they count nowhere else.
    pub broken: u64,
}

/// Bytes of one partial result: two numbers and two counts.
pub(super) fn part_bytes(precision: Precision) -> usize {
    2 * precision.bytes() as usize + 2 * 4
}

/// Puts partial results together.
pub(super) fn joined(precision: Precision, parts: &[u8]) -> Audit {
    let mut audit = Audit { low: f64::INFINITY, high: f64::NEG_INFINITY, broken: 0 };
    for part in parts.chunks_exact(part_bytes(precision)) {
        let (numbers, counts) = part.split_at(2 * precision.bytes() as usize);
        let numbers = unpack(precision, numbers);
        let [broken, solid] =
            [0, 4].map(|at| u32::from_le_bytes([counts[at], counts[at + 1], counts[at + 2], counts[at + 3]]));
        audit.broken += u64::from(broken);
        if solid > 0 {
            audit.low = audit.low.min(numbers[0]);
            audit.high = audit.high.max(numbers[1]);
        }
    }
    audit
}

/// Totals over the cells of a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Totals {
    /// J.
    pub(super) energy: f64,
    /// J/K.
    pub(super) entropy: f64,
    /// Temperature deviation times volume, K m3.
    pub(super) warmth: f64,
    /// W/K.
    pub(super) production: f64,
    /// W.
    pub(super) source_heat: f64,
    /// W/K.
    pub(super) source_entropy: f64,
    /// What a step adds to the entropy beyond its length times the rate, walls apart, J/K.
    pub(super) step_defect: f64,
    /// What flowing heats hold back of the entropy, walls apart, J/K.
    pub(super) held: f64,
    /// Extended entropy that they produce, walls apart, W/K.
    pub(super) extended: f64,
}

/// Bytes of one partial result of a survey: nine sums in two parts.
pub(super) fn totals_bytes(precision: Precision) -> usize {
    18 * precision.bytes() as usize
}

/// Puts partial results together.
pub(super) fn summed(precision: Precision, parts: &[u8]) -> Totals {
    let mut sums = [Sum::default(); 9];
    for part in parts.chunks_exact(totals_bytes(precision)) {
        for (sum, parts) in sums.iter_mut().zip(unpack(precision, part).chunks_exact(2)) {
            sum.add(parts[0] + parts[1]);
        }
    }
    let [energy, entropy, warmth, production, source_heat, source_entropy, step_defect, held, extended] =
        sums.map(|sum| sum.value());
    Totals { energy, entropy, warmth, production, source_heat, source_entropy, step_defect, held, extended }
}
