//! Rows of equal cells with equal links. Four times as many cells as a processor adds go in at once, so that the logarithm is taken of products of four,
//! and only sums of four are added without loss.

use super::lanes::{Lanes, Number};
use super::logarithm::{JOINED, LITTLE, NARROW, beyond_tangent, beyond_tangent_of_little, beyond_tangent_of_product};
use super::tally::Tally;
use pulp::Simd;

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

/// The cells of the row and those around them.
pub struct Around<'a, const ACROSS: usize> {
    pub own: &'a [f64],
    /// Before and after each cell.
    pub beside: [&'a [f64]; 2],
    /// 1/T, 1/K.
    pub inverse: &'a [f64],
    pub inverse_after: &'a [f64],
    /// In the rows above and below.
    pub across: [[&'a [f64]; 2]; ACROSS],
    /// What walls and sources give, W.
    pub given: &'a [f64],
    /// Temperatures and 1/T of the first row above, to be written.
    pub next: [&'a mut [f64]; 2],
}

/// Running sums of a row.
struct Sums<S: Simd, const ACROSS: usize> {
    low: Lanes<S>,
    high: Lanes<S>,
    /// Largest rise in a step over the temperature.
    steepest: Lanes<S>,
    /// Squared drops over both temperatures.
    along: Lanes<S>,
    across: [Lanes<S>; ACROSS],
    /// Products of 1 + t/T_ref beyond the sums of t/T_ref, K, and their logarithms beyond the products.
    joint: Lanes<S>,
    beyond: Lanes<S>,
    defect: Lanes<S>,
}

impl<const ACROSS: usize> Even<ACROSS> {
    /// Adds the row. Returns whether the formulas for small ones reach the largest warmth over the reference and the largest rise in a step over the
    /// temperature.
    #[inline(always)]
    pub fn add<S: Simd>(&self, simd: S, mut around: Around<ACROSS>, tally: &mut Tally<S>) -> [bool; 2] {
        let all = |value| Lanes::all(simd, value);
        let nothing = all(0.0);
        let mut sums = Sums {
            low: all(f64::INFINITY),
            high: all(f64::NEG_INFINITY),
            steepest: nothing,
            along: nothing,
            across: [nothing; ACROSS],
            joint: nothing,
            beyond: nothing,
            defect: nothing,
        };
        // A copy of its own, so that sums stay in registers.
        let mut sum = *tally;
        let (whole, count) = (Lanes::<S>::whole(around.own), Lanes::<S>::count(around.own));
        let mut k = 0;
        while k + 4 <= whole {
            self.look::<S, 4>(simd, &mut around, k, &mut sums, &mut sum);
            k += 4;
        }
        while k < count {
            self.look::<S, 1>(simd, &mut around, k, &mut sums, &mut sum);
            k += 1;
        }
        (sum.low, sum.high) = (sum.low.min(sums.low), sum.high.max(sums.high));
        sum.production = sums.along.times_plus(all(self.along), sum.production);
        for f in 0..ACROSS {
            sum.production = sums.across[f].times_plus(all(self.across[f]), sum.production);
        }
        let per_reference = all(1.0 / self.reference);
        let capacity = all(self.capacity);
        sum.beyond = sums.joint.times_plus(per_reference, sums.beyond).times_plus(capacity, sum.beyond);
        sum.defect = sums.defect.times_plus(capacity, sum.defect);
        *tally = sum;
        let widest = sums.high.max(nothing - sums.low) * per_reference;
        [!widest.any_above(JOINED), !sums.steepest.any_above(NARROW)]
    }

    /// Adds some cells, from the `k`th lanes on.
    #[inline(always)]
    fn look<S: Simd, const N: usize>(
        &self,
        simd: S,
        around: &mut Around<ACROSS>,
        k: usize,
        sums: &mut Sums<S, ACROSS>,
        sum: &mut Tally<S>,
    ) {
        let all = |value| Lanes::all(simd, value);
        // Several are within the row.
        let at = |row: &[f64], n: usize| match N {
            1 => Lanes::of_row(simd, row, k),
            _ => Lanes::within(simd, row, k + n),
        };
        let put = |lanes: Lanes<S>, row: &mut [f64], n: usize| match N {
            1 => lanes.put(row, k),
            _ => lanes.put_within(row, k + n),
        };
        let nothing = all(0.0);
        let [before, after] = around.beside;
        let (mut own, mut rise, mut steepest) = ([nothing; N], [nothing; N], nothing);
        for n in 0..N {
            let (here, over) = (at(around.own, n), at(around.inverse, n));
            let drop = at(after, n) - here;
            let mut net = all(self.along).times_plus(drop + (at(before, n) - here), at(around.given, n));
            sums.along = (drop * drop * at(around.inverse_after, n)).times_plus(over, sums.along);
            for f in 0..ACROSS {
                let [above, below] = around.across[f];
                let other = at(above, n);
                let over_other = all(1.0) / (other + all(self.reference));
                let drop = other - here;
                net = all(self.across[f]).times_plus(drop + (at(below, n) - here), net);
                sums.across[f] = (drop * drop * over_other).times_plus(over, sums.across[f]);
                if f == 0 {
                    let [temperature, inverse] = &mut around.next;
                    put(other, temperature, n);
                    put(over_other, inverse, n);
                }
            }
            let change = net * over;
            sum.change = sum.change + change;
            sum.gross = sum.gross + change.abs();
            // Beyond the end of a row nothing is over T.
            let (low, high) = if N > 1 {
                (here, here)
            } else {
                let beyond = |t| here.where_positive(over, all(t));
                (beyond(f64::INFINITY), beyond(f64::NEG_INFINITY))
            };
            (sums.low, sums.high) = (sums.low.min(low), sums.high.max(high));
            (own[n], rise[n]) = (here, change * all(self.step / self.capacity));
            steepest = steepest.max(rise[n].abs());
        }
        sums.steepest = sums.steepest.max(steepest);
        if steepest.any_above(LITTLE) {
            for rise in &rise {
                sums.defect = sums.defect + beyond_tangent(*rise);
            }
        } else {
            for rise in &rise {
                sums.defect = sums.defect + beyond_tangent_of_little(*rise);
            }
        }
        // (1 + a)(1 + b) = 1 + (a + b) + ab: what is joint is kept apart, so that small differences keep their digits.
        let per_reference = all(1.0 / self.reference);
        let (mut warmth, mut product) = (own, own);
        let mut left = N;
        while left > 1 {
            left /= 2;
            for n in 0..left {
                let joint = product[n] * per_reference * product[n + left];
                product[n] = (product[n] + product[n + left]) + joint;
                warmth[n] = warmth[n] + warmth[n + left];
                sums.joint = sums.joint + joint;
            }
        }
        sum.energy.add(warmth[0] * all(self.capacity));
        sum.warmth = warmth[0].times_plus(all(self.volume), sum.warmth);
        sums.beyond = sums.beyond + beyond_tangent_of_product(product[0] * per_reference);
    }
}
