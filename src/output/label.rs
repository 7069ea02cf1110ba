//! Numbers and units as a person writes them: ticks, prefixes, times.

/// Ticks of an axis or a colour bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ticks {
    /// Where they are, in the unit shown.
    pub values: Vec<f64>,
    /// What is written there; empty for a tick without a number.
    pub labels: Vec<String>,
}

/// Ticks from `low` to `high` at steps of 1, 2 or 5 times a power of ten, at most `most` of them if
/// that leaves two.
/// The labels carry as many decimals as the step needs, and no offset.
pub fn linear_ticks(low: f64, high: f64, most: usize) -> Ticks {
    let range = high - low;
    if !range.is_finite() || range < 1e-290 {
        return Ticks { values: vec![low], labels: vec![significant(low, 6)] };
    }
    let count = |step: f64| ((high / step + 1e-6).floor() - (low / step - 1e-6).ceil() + 1.0) as usize;
    let mut power = (range / most as f64).log10().floor() as i32 - 1;
    let mut chosen = (range, power);
    'found: loop {
        for mantissa in [1.0, 2.0, 5.0] {
            let step = mantissa * 10_f64.powi(power);
            if count(step) < 2 {
                break 'found; // one tick says nothing of the distance
            }
            chosen = (step, power);
            if count(step) <= most {
                break 'found;
            }
        }
        power += 1;
    }
    let (step, power) = chosen;
    let decimals = usize::try_from(-power).unwrap_or(0);
    let first = (low / step - 1e-6).ceil();
    let values: Vec<f64> = (0..count(step)).map(|i| ((first + i as f64) * step).clamp(low, high)).collect();
    let largest = low.abs().max(high.abs());
    let digits = usize::try_from(largest.log10().floor() as i32 - power + 1).unwrap_or(1);
    let text = |value: f64| {
        // beyond these a plain number is a row of zeros
        let plain = (1e-4..1e8).contains(&largest);
        if plain { fixed(value, decimals) } else { significant(value, digits) }
    };
    let labels = (0..values.len()).map(|i| text((first + i as f64) * step)).collect();
    Ticks { values, labels }
}

/// Ticks at powers of ten from `low` to `high` (both above zero), thinned to at most `most`; where there is
/// less than a decade for each, 2 and 5 times them too.
pub fn decade_ticks(low: f64, high: f64, most: usize) -> Ticks {
    let (first, last) = ((low.log10() - 1e-9).ceil() as i32, (high.log10() + 1e-9).floor() as i32);
    let stride = ((last - first + 1).max(1) as usize).div_ceil(most.max(1)).max(1) as i32;
    let mut ticks = Ticks::default();
    for power in first..=last {
        ticks.values.push(10_f64.powi(power).clamp(low, high));
        ticks.labels.push(if (power - first) % stride == 0 {
            format!("10{}", superscript(power))
        } else {
            String::new()
        });
    }
    ticks
}

/// Ticks at 1, 2 and 5 times powers of ten from `low` to `high` (both above zero), for a logarithmic axis of few decades.
pub fn step_ticks(low: f64, high: f64) -> Ticks {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(power)));
    let values: Vec<f64> = all.filter(|t| (low..=high).contains(t)).collect();
    let labels = values.iter().map(|t| significant(*t, 3)).collect();
    Ticks { values, labels }
}

/// A number with that many decimals and a true minus sign; never "−0".
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| matches!(b, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A number with that many significant digits, trailing zeros dropped: 0.0125, 1.5×10⁷.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value.is_nan() {
            "none"
        } else if value > 0.0 {
            "∞"
        } else {
            "−∞"
        }
        .to_owned();
    }
    let digits = digits.max(1);
    let rounded = format!("{:.*e}", digits - 1, value);
    let (mantissa, exponent) = rounded.split_once('e').expect("{:e} writes an exponent");
    let exponent: i32 = exponent.parse().expect("{:e} writes a whole exponent");
    if (-4..6).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        return trimmed(&fixed(value, decimals));
    }
    format!("{}×10{}", trimmed(&mantissa.replace('-', "−")), superscript(exponent))
}

/// A number as it should read beside a range: resolved to about a thousandth of it.
pub fn within_range(value: f64, range: f64) -> String {
    // small numbers that are not small beside the range would be rows of zeros
    let tiny = range < 1e-4 && value.abs() <= range;
    if range > 0.0 && range.is_finite() && value.abs() < 1e6 && !tiny {
        let decimals = (2 - range.log10().floor() as i32).clamp(0, 12);
        return fixed(value, decimals as usize);
    }
    significant(value, if tiny { 3 } else { 6 })
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

fn superscript(power: i32) -> String {
    let digit = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁴' as u32 + (c as u32 - '4' as u32)).unwrap_or(c),
        _ => '⁰',
    };
    power.to_string().chars().map(digit).collect()
}

/// A unit as printed: `W/(m^3 K)` becomes W/(m³·K).
pub fn printed_unit(unit: &str) -> String {
    let mut text = unit.replace("^-1", "⁻¹").replace("^2", "²").replace("^3", "³").replace("^4", "⁴").replace(' ', "·");
    if text.starts_with("um") {
        text.replace_range(..1, "µ");
    }
    text
}

/// A factor that brings the largest magnitude to a readable size, and the unit with its prefix. Kelvins and
/// pure numbers stay as they are.
pub fn scaled_unit(unit: &str, largest: f64) -> (f64, String) {
    const PREFIXES: [(i32, &str); 9] =
        [(-15, "f"), (-12, "p"), (-9, "n"), (-6, "µ"), (-3, "m"), (3, "k"), (6, "M"), (9, "G"), (12, "T")];
    let printed = printed_unit(unit);
    let prefixable = ["W", "J", "A", "V"].iter().any(|u| unit.starts_with(u));
    if !prefixable || !largest.is_finite() || largest == 0.0 || (0.1..1e4).contains(&largest) {
        return (1.0, printed);
    }
    let power = (largest.log10() + 1e-9).floor().div_euclid(3.0) as i32 * 3;
    let nearest = PREFIXES.iter().min_by_key(|(p, _)| (p - power).abs()).expect("there are prefixes");
    (10_f64.powi(-nearest.0), format!("{}{printed}", nearest.1))
}

/// Factor from metres and unit for lengths up to `longest` metres.
pub fn length_unit(longest: f64) -> (f64, &'static str) {
    match longest {
        l if l >= 1e4 => (1e-3, "km"),
        l if l >= 1.0 => (1.0, "m"),
        l if l >= 1e-3 => (1e3, "mm"),
        l if l >= 1e-6 => (1e6, "µm"),
        _ => (1e9, "nm"),
    }
}

/// The length whose unit an axis of the length `own` has beside others up to `longest`: theirs, unless that makes its numbers a row
/// of zeros.
pub fn common_length(own: f64, longest: f64) -> f64 {
    if longest < 100.0 * own { longest } else { own }
}

/// A length in a sensible unit: "7.9 mm".
pub fn length(metres: f64) -> String {
    let (factor, unit) = if metres == 0.0 { (1e3, "mm") } else { length_unit(metres.abs() * (1.0 + 1e-9)) };
    format!("{} {unit}", significant(metres * factor, 5))
}

/// Factor from seconds and unit for times up to `longest` seconds.
pub fn time_unit(longest: f64) -> (f64, &'static str) {
    const DAY: f64 = 86400.0;
    match longest {
        t if t >= 2.0 * 365.25 * DAY => (1.0 / (365.25 * DAY), "years"),
        t if t >= 4.0 * DAY => (1.0 / DAY, "days"),
        t if t >= 3.0 * 3600.0 => (1.0 / 3600.0, "h"),
        t if t >= 0.1 || t == 0.0 => (1.0, "s"),
        t if t >= 1e-4 => (1e3, "ms"),
        t if t >= 1e-7 => (1e6, "µs"),
        t if t >= 1e-10 => (1e9, "ns"),
        _ => (1e12, "ps"),
    }
}

/// A time in a sensible unit: "32 s", "1.5 h".
pub fn time(seconds: f64) -> String {
    let (factor, unit) = time_unit(seconds.abs());
    // hours and longer are seldom whole: 7.6667 h
    format!("{} {unit}", significant(seconds * factor, if factor < 1.0 { 5 } else { 6 }))
}

/// What temperatures are shown in; stored and computed they are kelvins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum TemperatureScale {
    /// K.
    #[default]
    #[serde(rename = "K")]
    Kelvin,
    /// °C.
    #[serde(rename = "degC")]
    Celsius,
    /// °F.
    #[serde(rename = "degF")]
    Fahrenheit,
}

impl TemperatureScale {
    /// An absolute temperature on this scale.
    pub fn show(self, kelvin: f64) -> f64 {
        match self {
            TemperatureScale::Kelvin => kelvin,
            TemperatureScale::Celsius => kelvin - 273.15,
            TemperatureScale::Fahrenheit => (kelvin - 273.15) * 1.8 + 32.0,
        }
    }

    /// By the name that it has in scenarios.
    pub fn named(name: &str) -> Option<TemperatureScale> {
        [TemperatureScale::Kelvin, TemperatureScale::Celsius, TemperatureScale::Fahrenheit]
            .into_iter()
            .find(|scale| scale.name() == name)
    }

    /// Its name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            TemperatureScale::Kelvin => "K",
            TemperatureScale::Celsius => "degC",
            TemperatureScale::Fahrenheit => "degF",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            TemperatureScale::Kelvin => "K",
            TemperatureScale::Celsius => "°C",
            TemperatureScale::Fahrenheit => "°F",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, most: usize) -> String {
        linear_ticks(low, high, most).labels.join(" ")
    }

    #[test]
    fn ticks_are_round_and_fully_written() {
        assert_eq!(labels(0.0, 60.0, 8), "0 10 20 30 40 50 60");
        assert_eq!(labels(-0.31, 0.3, 6), "−0.2 0.0 0.2");
        assert_eq!(labels(300.001, 300.002, 7), "300.0010 300.0012 300.0014 300.0016 300.0018 300.0020");
        assert_eq!(labels(0.0, 0.1 + 0.2, 4), "0.0 0.1 0.2 0.3");
        assert_eq!(labels(1.0e6, 3.0e6, 5), "1000000 1500000 2000000 2500000 3000000");
        assert_eq!(labels(300.0, 300.0, 5), "300");
        assert_eq!(labels(-50.0, 50.0, 2), "−50 0 50");
        assert_eq!(labels(0.0, f64::MIN_POSITIVE, 5), "0");
        assert_eq!(labels(-1e-7, 2e-7, 4), "−1×10⁻⁷ 0 1×10⁻⁷ 2×10⁻⁷");
        assert_eq!(labels(1.0e9, 1.2e9, 3), "1×10⁹ 1.1×10⁹ 1.2×10⁹");
        let extreme = linear_ticks(-1e300, 1e300, 5);
        assert!(extreme.values.len() >= 2 && extreme.values.len() <= 5);
    }

    #[test]
    fn ticks_stay_inside() {
        for (low, high) in [(0.013, 0.27), (-5.0e-9, 1.0e-9), (273.15, 1e4), (1e-30, 1.1e-30)] {
            let ticks = linear_ticks(low, high, 6);
            assert!(ticks.values.iter().all(|v| (low..=high).contains(v)), "{ticks:?}");
            assert!((2..=6).contains(&ticks.values.len()), "{ticks:?}");
        }
    }

    #[test]
    fn decades() {
        assert_eq!(decade_ticks(1e-3, 1e2, 9).labels.join(" "), "10⁻³ 10⁻² 10⁻¹ 10⁰ 10¹ 10²");
        assert_eq!(decade_ticks(1e-12, 1e0, 5).labels.iter().filter(|l| !l.is_empty()).count(), 5);
    }

    #[test]
    fn numbers() {
        assert_eq!(significant(0.0125, 4), "0.0125");
        assert_eq!(significant(-1.5e7, 4), "−1.5×10⁷");
        assert_eq!(significant(999_999.6, 4), "1×10⁶");
        assert_eq!(significant(f64::NAN, 4), "none");
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(within_range(353.2049, 60.0), "353.2");
        assert_eq!(within_range(300.001_234, 1e-3), "300.00123");
        assert_eq!((within_range(7e-12, 7e-12).as_str(), within_range(0.0, 7e-12).as_str()), ("7×10⁻¹²", "0"));
    }

    #[test]
    fn units() {
        assert_eq!(scaled_unit("W/m^2", 3.2e6), (1e-6, "MW/m²".into()));
        assert_eq!(scaled_unit("W/(m^3 K)", 5e-3), (1e3, "mW/(m³·K)".into()));
        assert_eq!(scaled_unit("A/m^2", 2.5e6), (1e-6, "MA/m²".into()));
        assert_eq!(scaled_unit("V", 3e-3), (1e3, "mV".into()));
        assert_eq!(scaled_unit("K", 1e5), (1.0, "K".into()));
        assert_eq!(scaled_unit("W/m^2", 500.0), (1.0, "W/m²".into()));
        assert_eq!(scaled_unit("W", 1000e3), (1e-6, "MW".into()));
        assert_eq!(length(0.0079), "7.9 mm");
        assert_eq!(length(1e-6), "1 µm");
        assert_eq!(time(32.0), "32 s");
        assert_eq!(time(0.0), "0 s");
        assert_eq!(time(86400.0), "24 h");
        assert_eq!((time(27_600.0), time(365.25 * 86400.0)), ("7.6667 h".into(), "365.25 days".into()));
        assert_eq!(time(2.5e-6), "2.5 µs");
        assert_eq!(TemperatureScale::Celsius.show(300.0), 300.0 - 273.15);
    }
}
