//! Formulas over the keys of a report: keys become numbers, and [`Expression`] does the arithmetic.

use crate::expression::Expression;
use std::collections::BTreeMap;

/// Definitions may use each other this deep.
const DEEPEST: usize = 20;

/// Finds the value of a key, at a time in s or at the end.
pub(super) type Lookup<'a> = &'a mut dyn FnMut(&str, Option<f64>) -> Result<f64, String>;

/// The value of a formula; `at` is the time of keys that have none of their own, and `t` in the formula.
///
/// # Errors
/// What a key has no value for, or what is wrong with the formula.
pub(super) fn evaluate(
    text: &str,
    definitions: &BTreeMap<String, String>,
    at: Option<f64>,
    lookup: Lookup,
) -> Result<f64, String> {
    arithmetic(&substitute(text, definitions, at, lookup)?)
}

fn arithmetic(text: &str) -> Result<f64, String> {
    let expression = Expression::parse(text, &[]).map_err(|e| format!("`{text}`: {e}"))?;
    Ok(expression.eval(&Default::default()))
}

/// The formula with every key and every defined name as a number.
///
/// # Errors
/// As [`evaluate`], short of the arithmetic of the formula itself.
pub(super) fn substitute(
    text: &str,
    definitions: &BTreeMap<String, String>,
    at: Option<f64>,
    lookup: Lookup,
) -> Result<String, String> {
    Substitution { definitions, at, lookup, depth: 0 }.apply(text)
}

struct Substitution<'a, 'b> {
    definitions: &'a BTreeMap<String, String>,
    at: Option<f64>,
    lookup: Lookup<'b>,
    depth: usize,
}

impl Substitution<'_, '_> {
    fn apply(&mut self, text: &str) -> Result<String, String> {
        if self.depth > DEEPEST {
            return Err(format!("definitions nested more than {DEEPEST} deep at `{text}`"));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let number = crate::expression::number_length(rest);
            let length = match first {
                _ if number > 0 => number,
                'a'..='z' | 'A'..='Z' | '_' => {
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len())
                }
                _ => first.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            rest = after;
            let is_name = number == 0 && first.is_ascii_alphabetic() || first == '_';
            if !is_name {
                out.push_str(token);
                continue;
            }
            let time = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
                Some((inside, after)) => {
                    rest = after;
                    Some(
                        inside
                            .trim()
                            .parse()
                            .map_err(|_| format!("`{token}[{inside}]`: `{inside}` is no time in s"))?,
                    )
                }
                None => None,
            };
            match self.number(token, time)? {
                Some(value) => out.push_str(&format!("({value:e})")),
                None => out.push_str(token),
            }
        }
        Ok(out)
    }

    /// What a name stands for; `None` for functions and constants of the arithmetic.
    fn number(&mut self, name: &str, time: Option<f64>) -> Result<Option<f64>, String> {
        let value = if name.contains('.') {
            (self.lookup)(name, time.or(self.at))?
        } else if let Some(definition) = self.definitions.get(name) {
            self.depth += 1;
            let inner = self.apply(definition)?;
            self.depth -= 1;
            arithmetic(&inner)?
        } else if name == "t" {
            self.at.ok_or("`t` is the time of the check, which has none")?
        } else {
            return match time {
                Some(_) => Err(format!("`{name}` takes no time")),
                None => Ok(None),
            };
        };
        if value.is_finite() { Ok(Some(value)) } else { Err(format!("{name} is {value}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, at: Option<f64>) -> Result<f64, String> {
        let definitions = BTreeMap::from([
            ("twice".to_owned(), "2*probes.A.temperature_K".to_owned()),
            ("more".to_owned(), "twice + t".to_owned()),
            ("endless".to_owned(), "endless + 1".to_owned()),
        ]);
        let mut lookup = |key: &str, time: Option<f64>| match (key, time) {
            ("probes.A.temperature_K", None) => Ok(-300.0),
            ("probes.A.temperature_K", Some(time)) => Ok(time),
            ("run_2.entropy.nothing", _) => Ok(f64::NAN),
            _ => Err(format!("no {key}")),
        };
        evaluate(text, &definitions, at, &mut lookup)
    }

    #[test]
    fn keys_become_numbers() {
        assert_eq!(value("probes.A.temperature_K^2 - 1.5e1", None), Ok(90000.0 - 15.0));
        assert_eq!(value("2e2-probes.A.temperature_K", None), Ok(500.0));
        assert_eq!(value("sqrt(probes.A.temperature_K[16])/probes.A.temperature_K", Some(2.0)), Ok(2.0));
        assert_eq!(value("more + atan2(0, 1)", Some(7.0)), Ok(21.0));
        assert!((value("log(2)*pi", None).unwrap() - 2.0f64.ln() * std::f64::consts::PI).abs() < 1e-15);
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(value("regions.x.y", None).unwrap_err().contains("regions.x.y"));
        assert!(value("run_2.entropy.nothing", None).unwrap_err().contains("NaN"));
        assert!(value("endless", None).unwrap_err().contains("deep"));
        assert!(value("twice[soon]", None).unwrap_err().contains("soon"));
        assert!(value("t", None).is_err() && value("pi[3]", None).is_err());
        assert!(value("undefined_name", None).is_err());
        assert!(value("1/0", None).is_err());
    }
}
