//! Heat in whole numbers: a state that loses nothing, and is the same bytes on every processor.
//!
//! A cell holds its energy as a whole number of quanta. Its temperature is the whole number nearest to that energy over the heat capacity; what the division
//! leaves stays in the energy, so no increment is too small to count. The heat of a link in a step is a product of whole numbers, rounded once, taken
//! from one cell and given to the other: energy is conserved to the bit, and nothing depends on the order of sums, on a compiler or on a processor.
//! Units are powers of two, and coefficients are rounded from f64 by operations that IEEE 754 fixes.

mod body;
mod scale;

pub use body::{Body, Coefficients, WallHeat, checksum};
pub use scale::Scale;

/// Binary digits of the mantissas of [`Factor`] and [`Divisor`].
pub const DIGITS: u32 = 26;

/// Temperatures are kept within so many units of the reference, so that differences of two fit 32 bits.
pub const MOST_UNITS: i32 = (1 << 30) - 1;

/// Why a problem cannot be computed in whole numbers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExactError {
    /// The problem has something that no whole number stands for.
    #[error("`--precision exact` does not cover {0}; take --precision f64")]
    NotCovered(&'static str),
    /// Heat capacities differ by too much.
    #[error(
        "`--precision exact` holds heat capacities of cells within a factor of {most:.1e}, and here the largest is {found:.1e} times the smallest; take --precision f64, or cells that are more alike"
    )]
    Capacities {
        /// That can be held.
        most: f64,
        /// Largest over smallest.
        found: f64,
    },
    /// Temperatures leave what the units can hold.
    #[error(
        "temperatures went {found:.4e} K from {reference:.2} K, and `--precision exact` holds {most:.4e} K here; take --precision f64, or start nearer to where temperatures go"
    )]
    Range {
        /// K.
        found: f64,
        /// K.
        reference: f64,
        /// K.
        most: f64,
    },
    /// The step is too long for the coefficients.
    #[error("a step of {0:.3e} s is above what is stable")]
    Step(f64),
}

/// A number from 0 to below 2^25 as `mantissa / 2^shift`, to 26 binary digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Factor {
    /// Below 2^26.
    pub mantissa: u32,
    /// Below 64.
    pub shift: u32,
}

/// The power of two at or below a positive number.
fn exponent(value: f64) -> i32 {
    ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023
}

/// 2^power.
fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
}

/// A number over a power of two, to the nearest.
#[inline]
fn rounded(number: i64, shift: u32) -> i64 {
    (number + ((1_i64 << shift) >> 1)) >> shift
}

impl Factor {
    /// Nearest to a number; none where that is too large or negative. What is below 2^-62 is nothing.
    pub fn of(value: f64) -> Option<Factor> {
        const MOST_SHIFT: i32 = 62;
        if value == 0.0 {
            return Some(Factor::default());
        }
        let shift = DIGITS as i32 - 1 - exponent(value);
        if value.is_nan() || value < 0.0 || shift < 1 {
            return None;
        }
        let shift = shift.min(MOST_SHIFT);
        Some(Factor { mantissa: (value * power_of_two(shift)).round() as u32, shift: shift as u32 })
    }

    /// The product with a difference of temperatures, in units, rounded: quanta.
    #[inline]
    pub fn times(self, units: i32) -> i64 {
        rounded(i64::from(units) * i64::from(self.mantissa), self.shift)
    }
}

/// Division by a heat capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Divisor {
    /// 2^26 times the power of two at or below the capacity, over the capacity; 0 for void.
    pub mantissa: u32,
    /// That power.
    pub shift: u32,
}

impl Divisor {
    /// By quanta per unit of temperature, 1 at least.
    fn of(capacity: f64) -> Divisor {
        let shift = exponent(capacity);
        let mantissa = (power_of_two(DIGITS as i32 + shift) / capacity).round();
        Divisor { mantissa: mantissa as u32, shift: shift as u32 }
    }

    /// Temperature of an energy.
    #[inline]
    pub fn units(self, energy: i64) -> i32 {
        let most = i64::from(MOST_UNITS);
        let top = rounded(energy, self.shift).clamp(-most, most);
        rounded(top * i64::from(self.mantissa), DIGITS) as i32
    }
}

#[cfg(test)]
mod tests;
