//! Rows of equal cells with equal links: one loop over as many cells at once as a processor adds. Logarithms are taken of products of some cells, and only
//! sums of some are added without loss.

use super::logarithm::{
    JOINED, LITTLE, NARROW, TINY, beyond_tangent, beyond_tangent_by_powers, beyond_tangent_of_little,
    beyond_tangent_of_product,
};
use super::tally::Tally;
use crate::diagnostics::lanes::{Lanes, Number};
use pulp::Simd;
use std::ops::Range;

/// What all cells of such a row have.
pub struct Even<const ACROSS: usize> {
    pub reference: f64,
    /// Of a cell, J/K.
    pub capacity: f64,
    /// Of a cell, m3.
    pub volume: f64,
    /// Conductance along the row, W/K.
    pub along: f64,
    /// Conductances to the rows above and below, W/K.
    pub across: [f64; ACROSS],
    /// s.
    pub step: f64,
}

/// The cells of a row and those around them: numbers, or as many at once as a processor adds.
pub struct Around<'a, T, const ACROSS: usize> {
    pub own: &'a [T],
    /// Before and after each cell.
    pub beside: [&'a [T]; 2],
    /// 1/T, 1/K.
    pub inverse: &'a [T],
    pub inverse_after: &'a [T],
    /// In the rows above and below.
    pub across: [[&'a [T]; 2]; ACROSS],
    /// What walls and sources give, W.
    pub given: &'a [T],
    /// Temperatures and 1/T of the first row above, to be written.
    pub next: [&'a mut [T]; 2],
    /// Room for what the cells gain over their temperatures, W/K.
    pub changes: &'a mut [T],
}

impl<const ACROSS: usize> Even<ACROSS> {
    /// Adds the row. Returns whether the formulas for small ones reach the largest warmth over the reference and the largest rise in a step over the
    /// temperature.
    #[inline(always)]
    pub fn add<S: Simd>(&self, simd: S, around: Around<f64, ACROSS>, tally: &mut Tally<S>) -> [bool; 2] {
        let Around {
            own,
            beside: [before, after],
            inverse,
            inverse_after,
            across,
            given,
            next: [next, next_inverse],
            changes,
        } = around;
        let vectors = |row| S::as_simd_f64s(row).0;
        let (next, last_next) = S::as_mut_simd_f64s(next);
        let (next_inverse, last_inverse) = S::as_mut_simd_f64s(next_inverse);
        let row = Around {
            own: vectors(own),
            beside: [vectors(before), vectors(after)],
            inverse: vectors(inverse),
            inverse_after: vectors(inverse_after),
            across: across.map(|rows| rows.map(vectors)),
            given: vectors(given),
            next: [next, next_inverse],
            changes: S::as_mut_simd_f64s(changes).0,
        };
        let extremes = row.own.iter().map(|&t| [Lanes::of(simd, t); 2]);
        let mut reached = self.look(simd, row, extremes, tally);
        if !last_next.is_empty() {
            let rest = |row| [simd.partial_load_f64s(S::as_simd_f64s(row).1)];
            let (own, inverse, across) = (rest(own), rest(inverse), across.map(|rows| rows.map(rest)));
            let [mut next, mut next_inverse, mut changes] = [[simd.splat_f64s(0.0)]; 3];
            let row = Around {
                own: &own,
                beside: [&rest(before), &rest(after)],
                inverse: &inverse,
                inverse_after: &rest(inverse_after),
                across: std::array::from_fn(|f| [&across[f][0][..], &across[f][1][..]]),
                given: &rest(given),
                next: [&mut next, &mut next_inverse],
                changes: &mut changes,
            };
            // Beyond the end of a row nothing is over T.
            let [t, over] = [own[0], inverse[0]].map(|lanes| Lanes::of(simd, lanes));
            let extremes = [f64::INFINITY, f64::NEG_INFINITY].map(|none| t.where_positive(over, t.constant(none)));
            let rest_reached = self.look(simd, row, [extremes].into_iter(), tally);
            (0..2).for_each(|n| reached[n] &= rest_reached[n]);
            simd.partial_store_f64s(last_next, next[0]);
            simd.partial_store_f64s(last_inverse, next_inverse[0]);
        }
        reached
    }

    /// Adds cells, whose lowest and highest temperatures are told.
    #[inline(always)]
    fn look<S: Simd>(
        &self,
        simd: S,
        mut row: Around<S::f64s, ACROSS>,
        extremes: impl Iterator<Item = [Lanes<S>; 2]>,
        tally: &mut Tally<S>,
    ) -> [bool; 2] {
        let all = |value| Lanes::all(simd, value);
        let none = [all(f64::INFINITY), all(f64::NEG_INFINITY)];
        let [low, high] = extremes.fold(none, |[low, high], [t, u]| [low.min(t), high.max(u)]);
        (tally.low, tally.high) = (tally.low.min(low), tally.high.max(high));
        let widest = high.max(all(0.0) - low);
        let joined = JOINED.iter().find(|(_, reach)| !widest.any_above(reach * self.reference));
        let (together, _) = joined.unwrap_or(&JOINED[JOINED.len() - 1]);
        let (mut first, mut steepest) = (0, all(0.0));
        while first < row.own.len() {
            let end = row.own.len().min(first + together);
            steepest = steepest.max(self.group(simd, &mut row, first..end, tally));
            first = end;
        }
        [joined.is_some(), !steepest.any_above(self.gain(NARROW))]
    }

    /// The gain over the temperature (W/K) with which a step warms a cell by a part of its temperature.
    #[inline(always)]
    fn gain(&self, part: f64) -> f64 {
        part * self.capacity / self.step
    }

    /// Adds cells whose logarithms are taken together. Returns the largest gains over the temperature, W/K.
    #[inline(always)]
    fn group<S: Simd>(
        &self,
        simd: S,
        row: &mut Around<S::f64s, ACROSS>,
        cells: Range<usize>,
        tally: &mut Tally<S>,
    ) -> Lanes<S> {
        let all = |value| Lanes::all(simd, value);
        let at = |row: &[S::f64s], n: usize| Lanes::of(simd, row[n]);
        // All as long as each other, so that no index need be checked.
        let (own, given) = (&row.own[cells.clone()], &row.given[cells.clone()]);
        let (inverse, inverse_after) = (&row.inverse[cells.clone()], &row.inverse_after[cells.clone()]);
        let (before, after) = (&row.beside[0][cells.clone()], &row.beside[1][cells.clone()]);
        let mut across = row.across;
        for rows in &mut across {
            *rows = [&rows[0][cells.clone()], &rows[1][cells.clone()]];
        }
        let [next, next_inverse] = &mut row.next;
        let (next, next_inverse) = (&mut next[cells.clone()], &mut next_inverse[cells.clone()]);
        // The same room for all groups stays near.
        let changes = &mut row.changes[..own.len()];
        // Sums of the group alone: few, so that they stay in registers.
        let nothing = all(0.0);
        let (mut warmth, mut product, mut joints) = (nothing, nothing, nothing);
        let (mut total, mut gross, mut steepest, mut powers) = (nothing, nothing, nothing, [nothing; 3]);
        let (mut produced_along, mut produced_across) = (nothing, [nothing; ACROSS]);
        for n in 0..own.len() {
            let (here, over) = (at(own, n), at(inverse, n));
            let drop = at(after, n) - here;
            let mut net = all(self.along).times_plus(drop + (at(before, n) - here), at(given, n));
            produced_along = (drop * drop * at(inverse_after, n)).times_plus(over, produced_along);
            for f in 0..ACROSS {
                let [above, below] = across[f];
                let other = at(above, n);
                let over_other = all(1.0) / (other + all(self.reference));
                let drop = other - here;
                net = all(self.across[f]).times_plus(drop + (at(below, n) - here), net);
                produced_across[f] = (drop * drop * over_other).times_plus(over, produced_across[f]);
                if f == 0 {
                    (next[n], next_inverse[n]) = (other.of, over_other.of);
                }
            }
            let change = net * over;
            let size = change.abs();
            (total, gross, steepest) = (total + change, gross + size, steepest.max(size));
            changes[n] = change.of;
            let square = change * change;
            powers[0] = powers[0] + square;
            powers[1] = square.times_plus(change, powers[1]);
            powers[2] = square.times_plus(square, powers[2]);
            // (1 + a)(1 + b) = 1 + (a + b) + ab: what is joint is kept apart, so that small differences keep their digits.
            let part = here * all(1.0 / self.reference);
            let joint = product * part;
            product = (product + part) + joint;
            (joints, warmth) = (joints + joint, warmth + here);
        }
        let capacity = all(self.capacity);
        (tally.change, tally.gross) = (tally.change + total, tally.gross + gross);
        tally.production = produced_along.times_plus(all(self.along), tally.production);
        for (produced, &g) in produced_across.iter().zip(&self.across) {
            tally.production = produced.times_plus(all(g), tally.production);
        }
        tally.energy.add(warmth * capacity);
        tally.warmth = warmth.times_plus(all(self.volume), tally.warmth);
        tally.beyond = (joints + beyond_tangent_of_product(product)).times_plus(capacity, tally.beyond);
        let rise = all(self.step / self.capacity);
        let mut defect = nothing;
        if !steepest.any_above(self.gain(TINY)) {
            defect = beyond_tangent_by_powers(powers, rise);
        } else if !steepest.any_above(self.gain(LITTLE)) {
            for &change in &*changes {
                defect = defect + beyond_tangent_of_little(Lanes::of(simd, change) * rise);
            }
        } else {
            for &change in &*changes {
                defect = defect + beyond_tangent(Lanes::of(simd, change) * rise);
            }
        }
        tally.defect = defect.times_plus(capacity, tally.defect);
        steepest
    }
}
