//! A reference case: a scenario and, behind it in the same file, what it must give.

use super::formula;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The line that parts scenario and checks.
const HEADING: &str = "[case]";

/// A scenario with the values that are known of its solution.
#[derive(Debug, Clone)]
pub struct Case {
    /// Name of its file, without ending.
    pub name: String,
    /// Its number in the catalogue: `f` heat conduction, `e` entropy production, `p` phonons in flight, `g` gases.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Where the expected values are from.
    pub source: String,
    /// Text of the scenario.
    pub scenario: String,
    /// The runs of that scenario; one without a name where the case lists none.
    pub runs: Vec<Run>,
    /// Integrals of the final state, by name: expressions of `x y z t T` (SI, kelvin), summed over the
    /// cells of solid with their volumes (m3). Checks read them as `integrals.NAME`.
    pub integrals: BTreeMap<String, String>,
    /// Formulas that checks use by name.
    pub definitions: BTreeMap<String, String>,
    /// What is compared.
    pub checks: Vec<Check>,
}

/// One run of a case's scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What formulas call it.
    pub name: String,
    /// `KEY = VALUE` texts laid over the scenario.
    #[serde(default)]
    pub set: Vec<String>,
}

/// One value to compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it is, with its unit.
    pub name: String,
    /// Formula over the keys of the report; see [`super`].
    pub value: String,
    /// Time at which keys without a time of their own are read, s; at the end if there is none.
    pub at: Option<f64>,
    /// What it must be.
    pub expected: Expectation,
    /// The number as its source prints it, where that is rounder than `expected`.
    pub published: Option<f64>,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expectation {
    /// Within a tolerance of a value.
    Near {
        /// The value.
        value: f64,
        /// Largest difference.
        tolerance: f64,
    },
    /// Not below.
    AtLeast(f64),
    /// Not above.
    AtMost(f64),
}

impl Expectation {
    /// Whether a value is what it must be. NaN never is.
    pub fn holds(self, got: f64) -> bool {
        match self {
            Expectation::Near { value, tolerance } => (got - value).abs() <= tolerance,
            Expectation::AtLeast(bound) => got >= bound,
            Expectation::AtMost(bound) => got <= bound,
        }
    }

    /// What a field in single precision can be held to: no closer than a millionth of the value.
    pub fn in_single_precision(self) -> Expectation {
        match self {
            Expectation::Near { value, tolerance } => {
                Expectation::Near { value, tolerance: tolerance.max(1e-6 * value.abs()) }
            }
            bound => bound,
        }
    }

    /// The value or bound.
    pub fn value(self) -> f64 {
        match self {
            Expectation::Near { value, .. } | Expectation::AtLeast(value) | Expectation::AtMost(value) => value,
        }
    }

    /// Largest difference, where there is one.
    pub fn tolerance(self) -> Option<f64> {
        match self {
            Expectation::Near { tolerance, .. } => Some(tolerance),
            _ => None,
        }
    }
}

/// A case that cannot be read or is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CaseError {
    /// Name of the case.
    pub case: String,
    /// What is wrong, with the name of the case.
    pub message: String,
}

impl CaseError {
    pub(super) fn new(case: &str, message: String) -> CaseError {
        CaseError { case: case.to_owned(), message }
    }
}

/// The part of the file behind the scenario.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    case: Heading,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    id: String,
    title: String,
    source: String,
    #[serde(default)]
    run: Vec<Run>,
    check: Vec<Line>,
    #[serde(default)]
    integral: BTreeMap<String, String>,
    #[serde(default)]
    define: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    value: String,
    at: Option<String>,
    expected: Option<f64>,
    absolute: Option<f64>,
    relative: Option<f64>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    published: Option<f64>,
}

impl Line {
    fn check(self) -> Result<Check, String> {
        let expected = match (self.expected, self.absolute, self.relative, self.at_least, self.at_most) {
            (Some(value), Some(tolerance), None, None, None) => Expectation::Near { value, tolerance },
            (Some(value), None, Some(part), None, None) => Expectation::Near { value, tolerance: part * value.abs() },
            (None, None, None, Some(bound), None) => Expectation::AtLeast(bound),
            (None, None, None, None, Some(bound)) => Expectation::AtMost(bound),
            _ => {
                let needed = "`expected` with `absolute` or `relative`, or `at_least`, or `at_most`";
                return Err(format!("check \"{}\" needs {needed}", self.name));
            }
        };
        let at = match &self.at {
            Some(text) => {
                Some(seconds(text).ok_or_else(|| format!("check \"{}\": `{text}` is no time in s", self.name))?)
            }
            None => None,
        };
        Ok(Check { name: self.name, value: self.value, at, expected, published: self.published })
    }
}

/// Reads `32 s`.
fn seconds(text: &str) -> Option<f64> {
    text.strip_suffix('s')?.trim_end().parse().ok().filter(|t: &f64| t.is_finite())
}

impl Case {
    /// Reads a case; `name` is that of its file.
    ///
    /// # Errors
    /// What is missing or wrong in its heading and checks. The scenario is not read here.
    pub fn parse(name: &str, text: &str) -> Result<Case, CaseError> {
        let fail = |message: String| CaseError::new(name, format!("reference case {name}: {message}"));
        let start = text
            .match_indices(HEADING)
            .map(|(i, _)| i)
            .find(|&i| i == 0 || text[..i].ends_with('\n'))
            .ok_or_else(|| fail(format!("has no line {HEADING}")))?;
        let (scenario, sheet) = text.split_at(start);
        let Sheet { case: heading } = toml::from_str(sheet).map_err(|e| fail(e.to_string()))?;
        let checks =
            heading.check.into_iter().map(Line::check).collect::<Result<Vec<Check>, String>>().map_err(fail)?;
        let runs = if heading.run.is_empty() { vec![Run::default()] } else { heading.run };
        Ok(Case {
            name: name.to_owned(),
            id: heading.id,
            title: heading.title,
            source: heading.source,
            scenario: scenario.to_owned(),
            runs,
            integrals: heading.integral,
            definitions: heading.define,
            checks,
        })
    }

    /// Whether `wanted` names this case: it is found in its name, id or title.
    pub fn is_called(&self, wanted: &str) -> bool {
        let wanted = wanted.to_lowercase();
        [&self.name, &self.id, &self.title].iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    /// Every key that a check reads, with its run in front where the case has several.
    ///
    /// # Errors
    /// A formula that uses a name without meaning or defines itself by itself.
    pub fn keys(&self) -> Result<BTreeSet<String>, CaseError> {
        let mut keys = BTreeSet::new();
        for check in &self.checks {
            // Roots of whole numbers stand in for the values, so that no difference of values or of differences is zero.
            let mut reads = 0.0;
            let mut note = |key: &str, _: Option<f64>| {
                keys.insert(key.to_owned());
                reads += 1.0;
                Ok(f64::sqrt(reads))
            };
            formula::substitute(&check.value, &self.definitions, check.at, &mut note)
                .map_err(|e| CaseError::new(&self.name, format!("{}: check \"{}\": {e}", self.name, check.name)))?;
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Why\ntitle = \"A bar\"\n\n[case]\nid = \"f01\"\ntitle = \"Bar\"\nsource = \"known\"\ncheck = [\n    \
        { name = \"T\", value = \"probes.A.temperature_K\", at = \"32 s\", expected = -2.0, relative = 0.1, published = -2.1 },\n    \
        { name = \"k\", value = \"1\", at_most = 2.0 },\n]\n";

    #[test]
    fn parts_scenario_and_checks() {
        let case = Case::parse("f01_bar", TEXT).unwrap();
        assert_eq!(case.scenario, "# Why\ntitle = \"A bar\"\n\n");
        assert_eq!((case.id.as_str(), case.title.as_str(), case.source.as_str()), ("f01", "Bar", "known"));
        assert_eq!(case.runs, [Run::default()]);
        assert_eq!(case.checks[0].at, Some(32.0));
        assert_eq!(case.checks[0].expected, Expectation::Near { value: -2.0, tolerance: 0.2 });
        assert_eq!(case.checks[0].published, Some(-2.1));
        assert_eq!(case.checks[1].expected, Expectation::AtMost(2.0));
        assert_eq!(case.keys().unwrap().into_iter().collect::<Vec<_>>(), ["probes.A.temperature_K"]);
    }

    #[test]
    fn refuses_what_it_would_not_use() {
        let change = |from: &str, to: &str| Case::parse("f01_bar", &TEXT.replace(from, to)).unwrap_err().to_string();
        assert!(change("[case]", "[kase]").contains("[case]"));
        assert!(change("relative = 0.1", "relativ = 0.1").contains("relativ"));
        assert!(change(", relative = 0.1", "").contains("absolute"));
        assert!(change("relative = 0.1", "relative = 0.1, at_most = 3").contains("at_most"));
        assert!(change("32 s", "32 h").contains("32 h"));
        assert!(change("source = \"known\"\n", "").contains("source"));
    }

    #[test]
    fn nan_meets_no_expectation() {
        for e in [
            Expectation::Near { value: 0.0, tolerance: f64::INFINITY },
            Expectation::AtLeast(0.0),
            Expectation::AtMost(0.0),
        ] {
            assert!(!e.holds(f64::NAN));
            assert!(e.holds(0.0));
        }
        assert!(!Expectation::Near { value: 1.0, tolerance: 0.1 }.holds(1.2));
        assert!(!Expectation::AtLeast(1.0).holds(0.9) && !Expectation::AtMost(1.0).holds(1.1));
    }
}
