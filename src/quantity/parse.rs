//! The reader of quantities.

use super::dimension::{self, Dimension, Powers};
use super::unit;
use crate::expression::number_length;
use crate::nearest::nearest;
use std::ops::Range;

/// Longest text of a quantity, bytes.
const LONGEST: usize = 200;

/// Deepest nesting of brackets.
const DEEPEST: usize = 8;

/// Why a quantity was refused: where in its text, why, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QuantityError {
    /// Bytes of the text that the message is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right, if that is known.
    pub help: Option<String>,
}

fn error<T>(span: Range<usize>, message: impl Into<String>, help: Option<String>) -> Result<T, QuantityError> {
    Err(QuantityError { span, message: message.into(), help })
}

/// A quantity such as `"5 mm"` in SI units. A number without a unit is in SI already.
///
/// # Errors
/// If it is no number with a unit, the unit is of another dimension than `expected`, an absolute temperature
/// is below 0 K, or the value is not finite in SI units.
pub fn parse(text: &str, expected: Dimension) -> Result<f64, QuantityError> {
    if text.len() > LONGEST {
        return error(0..text.len(), format!("a quantity has at most {LONGEST} bytes"), None);
    }
    let Some((number, unit_start)) = number(text) else {
        let at = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
        let example = if expected.unit() == "1" { "\"0.5\"".to_owned() } else { format!("\"1 {}\"", expected.unit()) };
        return error(
            at..text.trim_end().len().max(at),
            "expected a number with a unit",
            Some(format!("such as {example}")),
        );
    };
    let unit_text = text[unit_start..].trim_end();
    let unit_span = unit_start..unit_start + unit_text.len();
    if unit_text.is_empty() {
        return finish(number, expected, 0..unit_start);
    }
    let (size, powers) = Reader { text: &text[..unit_span.end], at: unit_start, depth: 0 }.whole()?;
    if powers != expected.powers() {
        let message = format!("expected {}, got {}", expected.in_words(), dimension::in_words(powers));
        let help = (expected.unit() != "1")
            .then(|| format!("give it in {} or another unit of {}", expected.unit(), expected.name()));
        return error(unit_span, message, help);
    }
    let value = match unit::zero(unit_text).filter(|_| expected.is_absolute_temperature()) {
        Some(zero) => number * size + zero,
        None => times_size(text[..unit_start].trim(), size).unwrap_or(number * size),
    };
    finish(value, expected, 0..unit_span.end)
}

/// A decimal number times a power of ten, rounded once: `6.9 mm` is the number nearest 0.0069.
fn times_size(number: &str, size: f64) -> Option<f64> {
    let shift = size.log10().round();
    if (size / 10_f64.powf(shift) - 1.0).abs() > 1e-14 {
        return None;
    }
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    format!("{}e{}", digits.replace('−', "-"), exponent.checked_add(shift as i32)?).parse().ok()
}

fn finish(value: f64, expected: Dimension, span: Range<usize>) -> Result<f64, QuantityError> {
    if !value.is_finite() {
        return error(span, format!("the value is too large for a {}", expected.name()), None);
    }
    if expected.is_absolute_temperature() && value < 0.0 {
        return error(span, format!("{value} K is below absolute zero"), None);
    }
    Ok(value)
}

/// The number at the start, and where the unit would start.
fn number(text: &str) -> Option<(f64, usize)> {
    let start = text.find(|c: char| !c.is_whitespace())?;
    let sign = ["-", "−", "+"].into_iter().find(|sign| text[start..].starts_with(sign)).unwrap_or("");
    let digits = start + sign.len();
    let length = number_length(&text[digits..]);
    let value: f64 = text[digits..digits + length].parse().ok()?;
    let rest = &text[digits + length..];
    let unit = text.len() - rest.trim_start().len();
    Some((if matches!(sign, "-" | "−") { -value } else { value }, unit))
}

/// Quantities of one kind, whatever it is, in SI units; temperatures count as absolute ones.
pub fn parse_alike<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Option<(Dimension, Vec<f64>)> {
    let kinds = std::iter::once(dimension::TEMPERATURE).chain(dimension::ALL.iter().copied());
    kinds.into_iter().find_map(|kind| {
        let values: Option<Vec<f64>> = texts.clone().map(|text| parse(text, kind).ok()).collect();
        Some((kind, values?))
    })
}

/// Whether a text is a number followed by something like a unit, rather than a formula: `"5 mm"`, `"3 1/K"`, but
/// not `"5"`, `"5*x"`. Whether the unit is a known one is left to [`parse`].
pub fn looks_like_quantity(text: &str) -> bool {
    let Some((_, unit)) = number(text) else { return false };
    let rest = text[unit..].trim_end();
    let starts = rest.starts_with(|c: char| c.is_alphabetic() || "°%‰℃℉".contains(c)) || rest.starts_with("1/");
    starts && !rest.contains(['<', '>', '=', '&', '|', '!', '+', ','])
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    fn whole(mut self) -> Result<(f64, Powers), QuantityError> {
        let unit = self.unit()?;
        match self.rest().chars().next() {
            None => Ok(unit),
            Some(c) => {
                let help = match c {
                    ',' => Some("the decimal point is `.`, and digits are not grouped".into()),
                    '+' | '-' | '(' => {
                        Some("a formula has plain SI numbers; only a single value can have a unit".into())
                    }
                    _ => None,
                };
                error(
                    self.at..self.at + c.len_utf8(),
                    format!("`{}` does not belong in a unit", c.escape_debug()),
                    help,
                )
            }
        }
    }

    /// Products, each but the first divided by.
    fn unit(&mut self) -> Result<(f64, Powers), QuantityError> {
        self.space();
        let leading = self.rest().starts_with('/');
        let mut total = if leading { (1.0, [0; 7]) } else { self.product(false)? };
        loop {
            self.space();
            if !self.take("/") {
                return Ok(total);
            }
            let divisor = self.product(true)?;
            total = (total.0 / divisor.0, std::array::from_fn(|i| total.1[i] - divisor.1[i]));
        }
    }

    /// Factors side by side.
    fn product(&mut self, divides: bool) -> Result<(f64, Powers), QuantityError> {
        self.space();
        let start = self.at;
        let mut total = self.factor()?;
        let mut end = self.at;
        let mut loose = false;
        loop {
            self.space();
            let tight = self.take("·") || self.take("⋅") || self.take("×");
            let joined = tight || self.take("*");
            self.space();
            let starts = self.rest().starts_with(|c: char| is_letter(c) || c == '(');
            if !starts && !joined {
                break;
            }
            loose |= !tight;
            let factor = self.factor()?;
            total = (total.0 * factor.0, std::array::from_fn(|i| total.1[i] + factor.1[i]));
            end = self.at;
        }
        if divides && loose {
            let factors = self.text[start..end].replace('*', " ");
            let before = &self.text[..start];
            let unit = before.trim_start_matches(|c: char| !is_letter(c) && c != '/');
            return error(
                start..end,
                "it is not clear what the `/` divides by",
                Some(format!("write `{unit}({factors})` if it divides by both")),
            );
        }
        Ok(total)
    }

    /// A named unit or a bracket, with its power.
    fn factor(&mut self) -> Result<(f64, Powers), QuantityError> {
        let start = self.at;
        let base = if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return error(start..start + 1, format!("more than {DEEPEST} brackets in one another"), None);
            }
            let inner = self.unit()?;
            self.depth -= 1;
            if !self.take(")") {
                return error(self.at..self.at, "expected `)`", None);
            }
            inner
        } else if self.rest().starts_with('1')
            && !self.rest()[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.')
        {
            self.at += 1;
            (1.0, [0; 7])
        } else {
            let length = self.rest().find(|c: char| !is_letter(c)).unwrap_or(self.rest().len());
            self.at += length;
            self.named(start)?
        };
        let power = self.power()?;
        Ok((base.0.powi(power), base.1.map(|p| p * power)))
    }

    fn named(&self, start: usize) -> Result<(f64, Powers), QuantityError> {
        let name = &self.text[start..self.at];
        if name.is_empty() {
            return match self.rest().chars().next() {
                Some(c) => {
                    error(start..start + c.len_utf8(), format!("expected a unit, found `{}`", c.escape_debug()), None)
                }
                None => error(start..start, "expected a unit", None),
            };
        }
        if let Some(found) = unit::find(name) {
            return Ok(found);
        }
        let help = match name {
            "C" => Some("degrees Celsius are written `degC`".to_owned()),
            "F" => Some("degrees Fahrenheit are written `degF`".into()),
            _ => {
                let names = unit::names();
                let near = nearest(name, names.iter().map(String::as_str));
                near.map(|known| format!("did you mean `{known}`?"))
            }
        };
        error(start..self.at, format!("unknown unit `{name}`"), help)
    }

    /// `^2`, `^-1`, `²`, `⁻¹`, or digits right behind the name, as in `m2` and `s-1`.
    fn power(&mut self) -> Result<i32, QuantityError> {
        const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let start = self.at;
        let caret = self.take("^");
        let negative = if caret { self.take("-") || self.take("−") } else { self.take("⁻") };
        let digit = |c: char| c.to_digit(10).or_else(|| RAISED.iter().position(|&r| r == c).map(|i| i as u32));
        let plain_minus = !caret
            && !negative
            && self.rest().starts_with('-')
            && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit());
        if plain_minus {
            self.at += 1;
        }
        let mut power = None;
        while let Some((c, d)) = self.rest().chars().next().and_then(|c| Some((c, digit(c)?))) {
            power = Some(power.unwrap_or(0) * 10 + d as i32);
            self.at += c.len_utf8();
            if power > Some(9) {
                return error(start..self.at, "the power of a unit is at most 9", None);
            }
        }
        match power {
            Some(power) => Ok(if negative || plain_minus { -power } else { power }),
            None if caret || negative => error(start..self.at, "expected a whole number as the power", None),
            None => Ok(1),
        }
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || "°%‰℃℉".contains(c)
}
