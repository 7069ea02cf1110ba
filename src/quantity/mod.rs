//! Numbers with units: `"5 mm"`, `"20 degC"`, `"400 W/(m K)"` to SI and back.
//!
//! A unit is a product of named units with SI prefixes, whole powers and brackets. What follows a `/` is one
//! unit, a bracket, or units joined by `·`: `W/(m K)`, `W/m/K` and `W/m·K` are the same; `W/m K` and
//! `W/m*K` are refused because readers differ about them. Offset scales (degC, degF) count from their
//! zero only where an absolute temperature is expected and they stand alone; elsewhere they are differences.

mod dimension;
mod display;
mod parse;
mod unit;

#[cfg(test)]
mod tests;

pub use dimension::*;
pub use display::{DisplayUnit, display_unit, format_quantity};
pub use parse::{QuantityError, looks_like_quantity, parse, parse_alike};
