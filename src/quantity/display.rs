//! Numbers for readers: a sensible prefix and four digits.

use super::dimension::{Dimension, TIME};
use super::unit::THOUSANDS;

/// A unit to show numbers in.
#[derive(Debug, Clone, PartialEq)]
pub struct DisplayUnit {
    /// Its size in the SI unit: divide SI values by this.
    pub size: f64,
    /// Such as "mm"; empty for plain numbers.
    pub text: String,
}

/// Larger units of time, and from how many seconds on they are used.
const LONG_TIMES: [(f64, f64, &str); 4] =
    [(2.0 * 31_557_600.0, 31_557_600.0, "yr"), (172_800.0, 86_400.0, "d"), (7200.0, 3600.0, "h"), (120.0, 60.0, "min")];

/// The unit in which a number of this size (SI), or an axis up to this size, reads well: a prefix in
/// steps of a thousand for units that take one, minutes to years for long times, else the SI unit.
pub fn display_unit(magnitude: f64, dimension: Dimension) -> DisplayUnit {
    let magnitude = four_digits(magnitude.abs());
    let base = if dimension.unit() == "1" { "" } else { dimension.unit() };
    let plain = DisplayUnit { size: 1.0, text: base.to_owned() };
    if dimension.powers() == TIME.powers() && magnitude >= 120.0 && magnitude.is_finite() {
        let long = LONG_TIMES.iter().find(|(from, ..)| magnitude >= *from);
        return long.map_or(plain, |&(_, size, text)| DisplayUnit { size, text: text.into() });
    }
    let first = base.split(['/', ' ']).next().unwrap_or("");
    let takes_prefix = ["m", "s", "W", "J", "Pa", "A", "V", "S", "ohm"].contains(&first);
    if !takes_prefix || magnitude == 0.0 || !magnitude.is_finite() || (1.0..1000.0).contains(&magnitude) {
        return plain;
    }
    let prefix = THOUSANDS.iter().rev().filter(|(name, _)| name.is_ascii()).find(|(_, size)| {
        let size = if magnitude < 1000.0 && *size > 1.0 { f64::INFINITY } else { *size };
        magnitude >= size
    });
    let (name, size) = prefix.copied().unwrap_or(THOUSANDS[0]);
    DisplayUnit { size, text: format!("{name}{base}") }
}

/// A number (SI) with four digits and a sensible unit: `9.2e-6` m is "9.2 um".
pub fn format_quantity(value: f64, dimension: Dimension) -> String {
    let unit = display_unit(value, dimension);
    let number = format_number(value / unit.size);
    if unit.text.is_empty() { number } else { format!("{number} {}", unit.text) }
}

fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Four digits without trailing zeros; with an exponent where there would be many zeros.
fn format_number(value: f64) -> String {
    let value = four_digits(value);
    if value == 0.0 {
        return "0".into();
    }
    if value.is_finite() && !(1e-3..1e5).contains(&value.abs()) { format!("{value:e}") } else { format!("{value}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::*;

    #[test]
    fn reads_well() {
        for (value, dimension, expected) in [
            (9.2e-6, LENGTH, "9.2 um"),
            (0.06, LENGTH, "60 mm"),
            (0.999_99, LENGTH, "1 m"),
            (999.96e-9, LENGTH, "1 um"),
            (3.4e-10, LENGTH, "340 pm"),
            (2500.0, LENGTH, "2.5 km"),
            (-0.005, LENGTH, "-5 mm"),
            (0.0, LENGTH, "0 m"),
            (1e-20, LENGTH, "1e-5 fm"),
            (300.0, TEMPERATURE, "300 K"),
            (0.0123456, TEMPERATURE_DIFFERENCE, "0.01235 K"),
            (2e-7, TEMPERATURE_DIFFERENCE, "2e-7 K"),
            (1.5e-6, TIME, "1.5 us"),
            (100.0, TIME, "100 s"),
            (600.0, TIME, "10 min"),
            (86400.0, TIME, "24 h"),
            (31_557_600.0, TIME, "365.2 d"),
            (40.0, POWER, "40 W"),
            (3.2e7, ENERGY, "32 MJ"),
            (25e3, HEAT_FLUX, "25 kW/m^2"),
            (400.0, CONDUCTIVITY, "400 W/(m K)"),
            (3.55e6, HEAT_CAPACITY_VOLUMETRIC, "3.55 MJ/(m^3 K)"),
            (1e-5, CONTACT_RESISTANCE, "1e-5 m^2 K/W"),
            (2e-4, AREA, "2e-4 m^2"),
            (0.25, DIMENSIONLESS, "0.25"),
            (f64::NAN, LENGTH, "NaN m"),
            (f64::INFINITY, TIME, "inf s"),
        ] {
            assert_eq!(format_quantity(value, dimension), expected, "{value} {dimension}");
        }
    }

    #[test]
    fn axes_take_one_unit() {
        let unit = display_unit(0.06, LENGTH);
        assert_eq!((unit.size, unit.text.as_str()), (1e-3, "mm"));
    }
}
