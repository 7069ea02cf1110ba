//! Several numbers at once, in formulas that read like those of one.

use crate::sum::Sum;
use pulp::{Simd, bytemuck};
use std::ops::{Add, Div, Mul, Sub};

/// A number, or several at once.
pub trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// A constant like this.
    fn constant(self, value: f64) -> Self;

    /// `self * factor + term`, in one operation where the processor has it.
    fn times_plus(self, factor: Self, term: Self) -> Self;
}

impl Number for f64 {
    #[inline(always)]
    fn constant(self, value: f64) -> f64 {
        value
    }

    #[inline(always)]
    fn times_plus(self, factor: f64, term: f64) -> f64 {
        self * factor + term
    }
}

/// As many numbers as a processor adds at once.
#[derive(Clone, Copy)]
pub struct Lanes<S: Simd> {
    simd: S,
    pub of: S::f64s,
}

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    pub fn of(simd: S, of: S::f64s) -> Lanes<S> {
        Lanes { simd, of }
    }

    #[inline(always)]
    pub fn all(simd: S, value: f64) -> Lanes<S> {
        Lanes { simd, of: simd.splat_f64s(value) }
    }

    /// How many of them make up a row; zeros fill up the last.
    #[inline(always)]
    pub fn count(row: &[f64]) -> usize {
        row.len().div_ceil(size_of::<S::f64s>() / size_of::<f64>())
    }

    /// The `n`th of a row.
    #[inline(always)]
    pub fn of_row(simd: S, row: &[f64], n: usize) -> Lanes<S> {
        let (whole, rest) = S::as_simd_f64s(row);
        let of = if n < whole.len() { whole[n] } else { simd.partial_load_f64s(rest) };
        Lanes { simd, of }
    }

    /// Writes them as the `n`th of a row.
    #[inline(always)]
    pub fn put(self, row: &mut [f64], n: usize) {
        let (whole, rest) = S::as_mut_simd_f64s(row);
        if n < whole.len() {
            whole[n] = self.of;
        } else {
            self.simd.partial_store_f64s(rest, self.of);
        }
    }

    #[inline(always)]
    pub fn abs(self) -> Lanes<S> {
        Lanes { of: self.simd.abs_f64s(self.of), ..self }
    }

    #[inline(always)]
    pub fn min(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.min_f64s(self.of, other.of), ..self }
    }

    #[inline(always)]
    pub fn max(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.max_f64s(self.of, other.of), ..self }
    }

    /// These where `sign` is positive, others elsewhere.
    #[inline(always)]
    pub fn where_positive(self, sign: Lanes<S>, elsewhere: Lanes<S>) -> Lanes<S> {
        let simd = self.simd;
        let mask = simd.less_than_f64s(simd.splat_f64s(0.0), sign.of);
        Lanes { of: simd.select_f64s(mask, self.of, elsewhere.of), ..self }
    }

    /// Whether any of them is larger.
    #[inline(always)]
    pub fn any_above(self, limit: f64) -> bool {
        let simd = self.simd;
        let mask = simd.less_than_f64s(simd.splat_f64s(limit), self.of);
        simd.first_true_m64s(mask) < size_of::<S::f64s>() / size_of::<f64>()
    }

    #[inline(always)]
    pub fn sum(self) -> f64 {
        self.simd.reduce_sum_f64s(self.of)
    }

    #[inline(always)]
    pub fn least(self) -> f64 {
        self.simd.reduce_min_f64s(self.of)
    }

    #[inline(always)]
    pub fn largest(self) -> f64 {
        self.simd.reduce_max_f64s(self.of)
    }

    fn each(self) -> impl Iterator<Item = f64> {
        let of = self.of;
        (0..size_of::<S::f64s>() / size_of::<f64>()).map(move |n| bytemuck::cast_slice(std::slice::from_ref(&of))[n])
    }
}

impl<S: Simd> Number for Lanes<S> {
    #[inline(always)]
    fn constant(self, value: f64) -> Lanes<S> {
        Lanes::all(self.simd, value)
    }

    #[inline(always)]
    fn times_plus(self, factor: Lanes<S>, term: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.mul_add_e_f64s(self.of, factor.of, term.of), ..self }
    }
}

impl<S: Simd> Add for Lanes<S> {
    type Output = Lanes<S>;

    #[inline(always)]
    fn add(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.add_f64s(self.of, other.of), ..self }
    }
}

impl<S: Simd> Sub for Lanes<S> {
    type Output = Lanes<S>;

    #[inline(always)]
    fn sub(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.sub_f64s(self.of, other.of), ..self }
    }
}

impl<S: Simd> Mul for Lanes<S> {
    type Output = Lanes<S>;

    #[inline(always)]
    fn mul(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.mul_f64s(self.of, other.of), ..self }
    }
}

impl<S: Simd> Div for Lanes<S> {
    type Output = Lanes<S>;

    #[inline(always)]
    fn div(self, other: Lanes<S>) -> Lanes<S> {
        Lanes { of: self.simd.div_f64s(self.of, other.of), ..self }
    }
}

/// Running sums that lose nothing to rounding: each keeps what it could not hold (Knuth, The Art of Computer Programming 2, section 4.2.2).
#[derive(Clone, Copy)]
pub struct Exact<S: Simd> {
    sum: Lanes<S>,
    lost: Lanes<S>,
}

impl<S: Simd> Exact<S> {
    #[inline(always)]
    pub fn zero(simd: S) -> Exact<S> {
        Exact { sum: Lanes::all(simd, 0.0), lost: Lanes::all(simd, 0.0) }
    }

    #[inline(always)]
    pub fn add(&mut self, term: Lanes<S>) {
        let next = self.sum + term;
        let back = next - self.sum;
        self.lost = self.lost + ((self.sum - (next - back)) + (term - back));
        self.sum = next;
    }

    /// All of them together.
    pub fn total(self) -> f64 {
        self.sum.each().chain(self.lost.each()).collect::<Sum>().value()
    }
}
