//! Running sums over the cells of some rows.

use super::{Partial, Term};
use crate::diagnostics::lanes::{Exact, Lanes};
use pulp::Simd;

/// Of several cells at once.
#[derive(Clone, Copy)]
pub struct Tally<S: Simd> {
    /// Lowest and highest temperature.
    pub low: Lanes<S>,
    pub high: Lanes<S>,
    pub volume: Lanes<S>,
    pub warmth: Lanes<S>,
    pub production: Lanes<S>,
    pub change: Lanes<S>,
    pub gross: Lanes<S>,
    pub defect: Lanes<S>,
    /// What is followed by its differences in time is summed without loss.
    pub energy: Exact<S>,
    pub entropy: Exact<S>,
    /// What the entropy of cells of constant heat capacity has beyond their energy over the reference temperature.
    pub beyond: Lanes<S>,
}

impl<S: Simd> Tally<S> {
    #[inline(always)]
    pub fn zero(simd: S) -> Tally<S> {
        let all = |value| Lanes::all(simd, value);
        let nothing = all(0.0);
        Tally {
            low: all(f64::INFINITY),
            high: all(f64::NEG_INFINITY),
            volume: nothing,
            warmth: nothing,
            production: nothing,
            change: nothing,
            gross: nothing,
            defect: nothing,
            energy: Exact::zero(simd),
            entropy: Exact::zero(simd),
            beyond: nothing,
        }
    }

    /// Books them.
    #[inline(always)]
    pub fn close(self, sum: &mut Partial) {
        (sum.low, sum.high) = (sum.low.min(self.low.least()), sum.high.max(self.high.largest()));
        let terms = [
            (Term::Volume, self.volume),
            (Term::Warmth, self.warmth),
            (Term::Production, self.production),
            (Term::Change, self.change),
            (Term::GrossChange, self.gross),
            (Term::Defect, self.defect),
            (Term::Entropy, self.beyond),
        ];
        terms.into_iter().for_each(|(term, lanes)| sum.add(term, lanes.sum()));
        sum.add(Term::Energy, self.energy.total());
        sum.add(Term::Entropy, self.entropy.total());
    }
}
