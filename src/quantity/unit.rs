//! The table of units.

use super::dimension::Powers;

/// A unit: its spellings, its size in SI units, its powers of the base units.
pub(super) struct Unit {
    names: &'static [&'static str],
    size: f64,
    powers: Powers,
    prefixes: Prefixes,
}

/// Which SI prefixes a unit is used with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefixes {
    None,
    Thousands,
    /// Also centi and deci.
    Metric,
}

/// Prefixes in steps of a thousand; the first spelling of each size is the one we print.
pub(super) const THOUSANDS: [(&str, f64); 12] = [
    ("f", 1e-15),
    ("p", 1e-12),
    ("n", 1e-9),
    ("u", 1e-6),
    ("µ", 1e-6),
    ("μ", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
];

const METRIC: [(&str, f64); 2] = [("c", 1e-2), ("d", 1e-1)];

const ENERGY: Powers = [2, 1, -2, 0, 0, 0, 0];
const POWER: Powers = [2, 1, -3, 0, 0, 0, 0];
const PRESSURE: Powers = [-1, 1, -2, 0, 0, 0, 0];
const LENGTH: Powers = [1, 0, 0, 0, 0, 0, 0];
const MASS: Powers = [0, 1, 0, 0, 0, 0, 0];
const TIME: Powers = [0, 0, 1, 0, 0, 0, 0];
const TEMPERATURE: Powers = [0, 0, 0, 1, 0, 0, 0];
const NUMBER: Powers = [0; 7];

const fn unit(names: &'static [&'static str], size: f64, powers: Powers) -> Unit {
    Unit { names, size, powers, prefixes: Prefixes::None }
}

const fn si(names: &'static [&'static str], size: f64, powers: Powers) -> Unit {
    Unit { names, size, powers, prefixes: Prefixes::Thousands }
}

/// Sizes are exact by definition, or the international conventional values (NIST SP 811, appendix B):
/// thermochemical calorie, International Table Btu.
static UNITS: [Unit; 43] = [
    Unit { prefixes: Prefixes::Metric, ..unit(&["m"], 1.0, LENGTH) },
    unit(&["micron", "microns"], 1e-6, LENGTH),
    unit(&["angstrom", "Å", "Å"], 1e-10, LENGTH),
    unit(&["in", "inch"], 0.0254, LENGTH),
    unit(&["ft"], 0.3048, LENGTH),
    unit(&["mil"], 25.4e-6, LENGTH),
    Unit { prefixes: Prefixes::Metric, ..unit(&["l", "L"], 1e-3, [3, 0, 0, 0, 0, 0, 0]) },
    si(&["g"], 1e-3, MASS),
    unit(&["t"], 1e3, MASS),
    unit(&["lb"], 0.453_592_37, MASS),
    si(&["s"], 1.0, TIME),
    unit(&["sec", "second", "seconds"], 1.0, TIME),
    unit(&["min", "minute", "minutes"], 60.0, TIME),
    unit(&["h", "hr", "hour", "hours"], 3600.0, TIME),
    unit(&["d", "day", "days"], 86400.0, TIME),
    unit(&["week", "weeks"], 604_800.0, TIME),
    unit(&["yr", "year", "years"], 31_557_600.0, TIME),
    si(&["Hz"], 1.0, [0, 0, -1, 0, 0, 0, 0]),
    si(&["K", "kelvin"], 1.0, TEMPERATURE),
    unit(&["degC", "°C", "℃", "celsius"], 1.0, TEMPERATURE),
    unit(&["degF", "°F", "℉", "fahrenheit"], 5.0 / 9.0, TEMPERATURE),
    si(&["J"], 1.0, ENERGY),
    si(&["eV"], 1.602_176_634e-19, ENERGY),
    si(&["Wh"], 3600.0, ENERGY),
    si(&["cal"], 4.184, ENERGY),
    unit(&["Btu", "BTU"], 1_055.055_852_62, ENERGY),
    si(&["W"], 1.0, POWER),
    si(&["N"], 1.0, [1, 1, -2, 0, 0, 0, 0]),
    si(&["Pa"], 1.0, PRESSURE),
    unit(&["hPa"], 100.0, PRESSURE),
    si(&["bar"], 1e5, PRESSURE),
    unit(&["atm"], 101_325.0, PRESSURE),
    unit(&["Torr", "torr"], 101_325.0 / 760.0, PRESSURE),
    si(&["A"], 1.0, [0, 0, 0, 0, 1, 0, 0]),
    si(&["V"], 1.0, [2, 1, -3, 0, -1, 0, 0]),
    si(&["ohm", "Ohm", "Ω", "Ω"], 1.0, [2, 1, -3, 0, -2, 0, 0]),
    si(&["S"], 1.0, [-2, -1, 3, 0, 2, 0, 0]),
    si(&["mol"], 1.0, [0, 0, 0, 0, 0, 1, 0]),
    si(&["rad"], 1.0, [0, 0, 0, 0, 0, 0, 1]),
    unit(&["deg", "°", "degree", "degrees"], std::f64::consts::PI / 180.0, [0, 0, 0, 0, 0, 0, 1]),
    unit(&["%", "percent"], 1e-2, NUMBER),
    unit(&["‰"], 1e-3, NUMBER),
    unit(&["ppm"], 1e-6, NUMBER),
];

/// Size and powers of a unit with or without prefix.
pub(super) fn find(name: &str) -> Option<(f64, Powers)> {
    let exact = |name: &str| UNITS.iter().find(|unit| unit.names.contains(&name));
    if let Some(unit) = exact(name) {
        return Some((unit.size, unit.powers));
    }
    let with = |prefix: &(&str, f64), least: Prefixes| {
        let unit = exact(name.strip_prefix(prefix.0)?)?;
        let allowed = unit.prefixes == least || unit.prefixes == Prefixes::Metric;
        allowed.then_some((unit.size * prefix.1, unit.powers))
    };
    THOUSANDS
        .iter()
        .find_map(|prefix| with(prefix, Prefixes::Thousands))
        .or_else(|| METRIC.iter().find_map(|prefix| with(prefix, Prefixes::Metric)))
}

/// The zero of an offset scale, as `value * size + zero` in K.
pub(super) fn zero(name: &str) -> Option<f64> {
    match name {
        "degC" | "°C" | "℃" | "celsius" => Some(273.15),
        // 0 degF; 459.67 degF above absolute zero.
        "degF" | "°F" | "℉" | "fahrenheit" => Some(459.67 * 5.0 / 9.0),
        _ => None,
    }
}

/// All names, also the usual prefixed ones.
pub(super) fn names() -> Vec<String> {
    let mut list: Vec<String> = UNITS.iter().flat_map(|unit| unit.names).map(|name| (*name).to_owned()).collect();
    for unit in &UNITS {
        if unit.prefixes != Prefixes::None {
            list.extend(THOUSANDS.iter().map(|(prefix, _)| format!("{prefix}{}", unit.names[0])));
        }
        if unit.prefixes == Prefixes::Metric {
            list.extend(METRIC.iter().map(|(prefix, _)| format!("{prefix}{}", unit.names[0])));
        }
    }
    list
}
