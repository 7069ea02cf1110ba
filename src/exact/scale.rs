//! The units of whole numbers.

use super::{ExactError, exponent, power_of_two};
use crate::conduction::Conduction;
use crate::diagnostics::precision;
use crate::problem::VOID;

/// Units of temperature that the largest known deviation has; thirty times that can be held.
const UNITS: i32 = 24;

/// Quanta per unit of temperature of the largest heat capacity have so many digits, so that energies keep to the 53 of an f64.
const QUANTA: i32 = 24;

/// Deviations that are made room for where heat is given and no temperature foretells them, K.
const UNTOLD: f64 = 64.0;

/// What the numbers stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// A unit of temperature, K.
    pub kelvin: f64,
    /// A quantum of energy, J.
    pub joule: f64,
}

impl Scale {
    /// For a body.
    ///
    /// # Errors
    /// If its heat capacities differ by too much.
    pub fn of(conduction: &Conduction) -> Result<Scale, ExactError> {
        let problem = &conduction.problem;
        let started = problem.initial.iter().zip(&problem.material).filter(|(_, m)| **m != VOID);
        let started = started.fold(0.0_f64, |size, (t, _)| size.max(t.abs()));
        let size = precision::size(problem).unwrap_or(started.max(UNTOLD));
        let kelvin = power_of_two(if size > 0.0 { exponent(size) + 1 - UNITS } else { -UNITS });
        let solid = || conduction.capacity.iter().copied().filter(|c| *c > 0.0);
        let (low, high) = (solid().fold(f64::INFINITY, f64::min), solid().fold(0.0, f64::max));
        let joule = power_of_two(exponent(high * kelvin) - QUANTA);
        if low * kelvin < joule {
            return Err(ExactError::Capacities { most: power_of_two(QUANTA), found: high / low });
        }
        Ok(Scale { kelvin, joule })
    }
}
