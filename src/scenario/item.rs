//! Reading one value: typed getters that note an error and give `None` where the value does not fit.

use super::document::{Document, Node, Origin, Value};
use super::section::Section;
use crate::nearest::nearest;
use crate::quantity::{self, Dimension, QuantityError};
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

/// The values that are allowed beyond their dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Any finite number.
    Any,
    /// Greater than zero.
    Positive,
    /// Zero or more.
    NonNegative,
    /// From 0 to 1.
    Fraction,
    /// An absolute temperature, greater than 0 K.
    Temperature,
}

/// Nothing in nature is larger in SI units, and products of a few such numbers can still be computed.
const LARGEST: f64 = 1e60;

/// The same of what must not be zero.
const SMALLEST: f64 = 1e-60;

/// K; matter of any kind is cooler.
const HOTTEST: f64 = 1e12;

impl Bound {
    /// Whether a value lies within.
    pub fn holds(self, value: f64) -> bool {
        value.abs() <= LARGEST
            && match self {
                Bound::Any => true,
                Bound::Positive => value >= SMALLEST,
                Bound::Temperature => value > 0.0 && value <= HOTTEST,
                Bound::NonNegative => value >= 0.0,
                Bound::Fraction => (0.0..=1.0).contains(&value),
            }
    }

    /// What is wrong with a value that is outside.
    pub fn message(self, value: f64) -> String {
        match self {
            _ if !value.is_finite() => format!("{value} is not finite"),
            _ if value.abs() > LARGEST => format!("must not be beyond {LARGEST:e}, it is {}", number(value)),
            Bound::Temperature if value > 0.0 => format!("must not be above {HOTTEST:e} K, it is {} K", number(value)),
            Bound::Positive if value > 0.0 => format!("must not be below {SMALLEST:e}, it is {}", number(value)),
            Bound::Any => format!("{value} is not allowed"),
            Bound::Positive => format!("must be greater than 0, it is {}", number(value)),
            Bound::NonNegative => format!("must not be negative, it is {}", number(value)),
            Bound::Fraction => format!("must lie between 0 and 1, it is {}", number(value)),
            Bound::Temperature => format!("must be above absolute zero, it is {} K", number(value)),
        }
    }

    /// What to write instead.
    pub fn remedy(self, value: f64) -> &'static str {
        match self {
            _ if value.abs() > LARGEST => "a plain number is in SI units; write others with their unit, \"5 mm\"",
            Bound::Any => "write a finite number",
            Bound::Positive => "write a number greater than 0",
            Bound::NonNegative => "write 0 or a positive number",
            Bound::Fraction => "write a number from 0 to 1",
            Bound::Temperature => "plain numbers are kelvin; write \"20 degC\" for degrees Celsius",
        }
    }
}

/// A value of the document and the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Item<'d> {
    pub document: &'d Document,
    pub node: &'d Node,
    pub path: String,
}

impl<'d> Item<'d> {
    /// Notes an error of this value.
    pub fn error(&self, message: impl Into<String>, remedy: impl Into<String>) {
        self.document.error(&self.node.origin, &self.path, message.into(), remedy.into());
    }

    /// Notes an error of a part (bytes) of a string.
    pub fn error_within(&self, part: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        let origin = match (&self.node.origin, &self.node.value) {
            (Origin::Text(span), Value::Text(text)) => {
                let written = self.document.text.get(span.clone()).unwrap_or_default();
                // Only a string without escapes has its bytes where they are in the file.
                if written.len() == text.len() + 2 && written.get(1..written.len() - 1) == Some(text) {
                    Origin::Text(span.start + 1 + part.start..span.start + 1 + part.end)
                } else {
                    self.node.origin.clone()
                }
            }
            (origin, _) => origin.clone(),
        };
        self.document.error(&origin, &self.path, message.into(), remedy.into());
    }

    fn wrong_kind(&self, expected: &str, remedy: &str) {
        self.error(format!("{} is expected, this is {}", expected, self.node.value.kind()), remedy);
    }

    /// A string.
    pub fn text(&self) -> Option<&'d str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong_kind("a string", "put the text in quotes");
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        match &self.node.value {
            Value::Boolean(is) => Some(*is),
            _ => {
                self.wrong_kind("true or false", "write true or false, without quotes");
                None
            }
        }
    }

    /// A whole number from 1 to `most`.
    pub fn count(&self, most: u64) -> Option<u64> {
        self.multiple(1, 1..=most)
    }

    /// A whole number in a range that is a multiple of another.
    pub fn multiple(&self, of: u64, range: RangeInclusive<u64>) -> Option<u64> {
        let kind = match of {
            1 => "a whole number".to_owned(),
            2 => "an even number".to_owned(),
            _ => format!("a multiple of {of}"),
        };
        let remedy = format!("write {kind} from {} to {}", range.start(), range.end());
        match &self.node.value {
            Value::Whole(n) => match u64::try_from(*n).ok().filter(|n| range.contains(n)) {
                Some(n) if n % of == 0 => Some(n),
                Some(n) => {
                    self.error(format!("{n} is no multiple of {of}"), remedy);
                    None
                }
                None => {
                    self.error(format!("{n} is out of range"), remedy);
                    None
                }
            },
            Value::Real(x) if x.is_finite() => {
                self.error(format!("{x} is no whole number in range"), remedy);
                None
            }
            _ => {
                self.wrong_kind("a whole number", &remedy);
                None
            }
        }
    }

    /// A number (SI) or a string with a unit.
    pub fn quantity(&self, dimension: Dimension, bound: Bound) -> Option<f64> {
        let value = match &self.node.value {
            Value::Whole(n) => *n as f64,
            Value::Real(x) => *x,
            Value::Text(text) => match quantity::parse(text, dimension) {
                Ok(value) => value,
                Err(error) => {
                    self.wrong_quantity(error, dimension);
                    return None;
                }
            },
            _ => {
                self.wrong_kind(&dimension.with_article(), &example(dimension));
                return None;
            }
        };
        if bound.holds(value) {
            return Some(value);
        }
        self.error(bound.message(value), bound.remedy(value));
        None
    }

    /// Notes why a string is no such quantity.
    pub fn wrong_quantity(&self, error: QuantityError, dimension: Dimension) {
        self.error_within(error.span, error.message, error.help.unwrap_or_else(|| example(dimension)));
    }

    /// The entries of a list.
    pub fn list(&self) -> Option<Vec<Item<'d>>> {
        match &self.node.value {
            Value::List(list) => Some(
                list.iter()
                    .enumerate()
                    .map(|(i, node)| Item { document: self.document, node, path: format!("{}[{i}]", self.path) })
                    .collect(),
            ),
            _ => {
                self.wrong_kind("a list", "write a list in brackets: [ ... ]");
                None
            }
        }
    }

    /// The entries of a list of known length; `what` names them ("2 coordinates").
    pub fn list_of(&self, count: usize, what: &str) -> Option<Vec<Item<'d>>> {
        let list = self.list()?;
        if list.len() == count {
            return Some(list);
        }
        self.error(
            format!("{count} {what} are expected, there are {}", list.len()),
            format!("write {count} entries: [ ... ]"),
        );
        None
    }

    /// As many quantities as asked for.
    pub fn quantities(&self, count: usize, what: &str, dimension: Dimension, bound: Bound) -> Option<Vec<f64>> {
        let list = self.list_of(count, what)?;
        let values: Vec<Option<f64>> = list.iter().map(|item| item.quantity(dimension, bound)).collect();
        values.into_iter().collect()
    }

    /// A table.
    pub fn section(&self) -> Option<Section<'d>> {
        match &self.node.value {
            Value::Table(entries) => Some(Section::new(self.clone(), entries)),
            _ => {
                self.wrong_kind("a table", "write a table: { key = value, ... }");
                None
            }
        }
    }

    /// Whether the value is a table.
    pub fn is_table(&self) -> bool {
        matches!(self.node.value, Value::Table(_))
    }

    /// Whether the value is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&'d str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// One of a few words. `later` are words of the language that this version has not.
    pub fn choice<T: Clone>(&self, known: &[(&str, T)], later: &[&str]) -> Option<T> {
        let word = self.text()?;
        if let Some((_, choice)) = known.iter().find(|(name, _)| *name == word) {
            return Some(choice.clone());
        }
        let names = quoted_list(known.iter().map(|(name, _)| *name));
        if later.contains(&word) {
            self.error(format!("\"{word}\" is not in this version"), format!("this version knows {names}"));
        } else {
            let near = nearest(word, known.iter().map(|(name, _)| *name));
            let meant = near.map_or(String::new(), |n| format!("did you mean \"{n}\"? "));
            self.error(format!("\"{word}\" is not known"), format!("{meant}allowed: {names}"));
        }
        None
    }
}

/// How such a quantity is written.
pub(super) fn example(dimension: Dimension) -> String {
    if dimension.unit() == "1" {
        return "write a plain number".to_owned();
    }
    let example = match dimension.unit() {
        "K" if dimension.is_absolute_temperature() => "20 degC".to_owned(),
        "m" => "5 mm".to_owned(),
        unit => format!("10 {unit}"),
    };
    format!("write a number in {}, or a string with a unit, such as \"{example}\"", dimension.unit())
}

/// A number with seven digits and no trailing zeros.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.6e}").parse::<f64>().unwrap_or(value);
    if rounded == 0.0 || (1e-9..1e15).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// A length with a sensible unit.
pub(super) fn metres(length: f64) -> String {
    let unit = quantity::display_unit(length, quantity::LENGTH);
    format!("{} {}", number(length / unit.size), unit.text)
}

/// `"a", "b", "c"`.
pub(super) fn quoted_list<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", ")
}
