//! Reference cases: scenarios whose solution is known, and the comparison with it.
//!
//! A case is one TOML file: a scenario, and behind the line `[case]` its id, its source and its checks.
//!
//! ```toml
//! [case]
//! id = "f02"
//! title = "NAFEMS T3"
//! source = "The Standard NAFEMS Benchmarks T3 (1990)"
//! run = [{ name = "coarse" }, { name = "fine", set = ['grid.cells = [200, 1]'] }]   # may be left out
//! check = [
//!     { name = "T(0.08 m), degC", value = "fine.probes.x08.temperature_K - 273.15", at = "32 s", expected = 36.60311595, absolute = 0.02 },
//! ]
//! ```
//!
//! A formula reads keys of `report.json` (`probes.x08.temperature_K`), with the name of the run in front
//! where there are several. With `at`, or with a time in s behind the key (`entropy.change_J_per_K[0.5]`), it
//! reads the time series instead. `[case.integral]` adds integrals over the final state, `[case.define]`
//! names for formulas.

mod case;
mod catalogue;
mod formula;
mod outcome;
mod table;

pub use case::{Case, CaseError, Check, Expectation, Run};
pub use catalogue::catalogue;
pub use outcome::{Moment, Outcome, moments};
pub use table::{Table, totals};

use crate::backend::Selection;
use crate::execution::{self, Options, Quiet};
use crate::expression::{Expression, Variable};
use crate::problem::Surface;
use crate::scenario::Scenario;
use serde::Serialize;
use std::path::Path;

/// What a check came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Name of the check.
    pub check: String,
    /// What the value must be.
    pub expected: Expectation,
    /// The number as the source prints it.
    pub published: Option<f64>,
    /// What it is, or why there is no value.
    pub got: Result<f64, String>,
}

impl Finding {
    /// Whether the value is what it must be.
    pub fn passes(&self) -> bool {
        self.got.as_ref().is_ok_and(|&got| self.expected.holds(got))
    }

    /// Value less expectation.
    pub fn difference(&self) -> Option<f64> {
        self.got.as_ref().ok().map(|got| got - self.expected.value())
    }
}

/// Runs a case and compares. `run` is given the text of the scenario, a name for messages, and the
/// `KEY = VALUE` texts to lay over it.
///
/// Where a run fails, the checks that need it carry its message.
pub fn judge<R>(case: &Case, mut run: R) -> Vec<Finding>
where
    R: FnMut(&str, &str, &[String]) -> Result<Outcome, String>,
{
    let results: Vec<(&str, Result<Outcome, String>)> = case
        .runs
        .iter()
        .map(|r| {
            let label = if r.name.is_empty() { case.name.clone() } else { format!("{} ({})", case.name, r.name) };
            let outcome = run(&case.scenario, &label, &r.set).and_then(|mut outcome| {
                integrate(case, &mut outcome)?;
                Ok(outcome)
            });
            (r.name.as_str(), outcome)
        })
        .collect();
    let single = |outcome: &Outcome| outcome.report.pointer("/backend/precision").is_some_and(|p| p == "f32");
    let single = results.iter().any(|(_, r)| r.as_ref().is_ok_and(single));
    let mut lookup = |key: &str, time: Option<f64>| {
        let (run, key) = match results.as_slice() {
            [("", only)] => (only, key),
            _ => {
                let (name, key) = key.split_once('.').unwrap_or((key, ""));
                let found = results.iter().find(|(n, _)| *n == name);
                (found.map(|(_, r)| r).ok_or_else(|| format!("there is no run `{name}`"))?, key)
            }
        };
        run.as_ref().map_err(Clone::clone)?.number(key, time)
    };
    case.checks
        .iter()
        .map(|check| Finding {
            check: check.name.clone(),
            expected: if single { check.expected.in_single_precision() } else { check.expected },
            published: check.published,
            got: formula::evaluate(&check.value, &case.definitions, check.at, &mut lookup),
        })
        .collect()
}

/// Adds the integrals of the case to what the run left.
fn integrate(case: &Case, outcome: &mut Outcome) -> Result<(), String> {
    for (name, text) in &case.integrals {
        let density = Expression::parse(text, &Variable::ALL).map_err(|e| format!("integral {name}: {e}"))?;
        let value = outcome.integral(&density);
        outcome.integrals.insert(name.clone(), value);
    }
    Ok(())
}

/// Runs the scenario of a case: `text`, called `label` in messages, under overrides.
///
/// # Errors
/// What the scenario or its run failed of.
pub fn run(text: &str, label: &str, overrides: &[String], selection: &Selection) -> Result<Outcome, String> {
    let scenario = Scenario::parse(text, Path::new(label), overrides).map_err(|e| e.to_string())?;
    let options = Options { selection: selection.clone(), ..Options::default() };
    let outcome = execution::run(&scenario, &options, &mut Quiet).map_err(|e| e.to_string())?;
    let probes: Vec<String> = scenario.probes.iter().map(|p| p.name.clone()).collect();
    let problem = &scenario.problem;
    let surfaces: Vec<String> = problem
        .surfaces
        .iter()
        .map(|s| match s {
            Surface::Outer(_) => format!("boundaries.{}", problem.surface_name(s)),
            Surface::Void(_) => format!("regions.{}", problem.surface_name(s)),
        })
        .collect();
    let more: Vec<String> = execution::columns_of(&scenario).into_iter().map(|m| m.key).collect();
    Ok(Outcome {
        report: serde_json::to_value(&outcome.report).map_err(|e| e.to_string())?,
        moments: moments(&outcome.samples, &probes, &surfaces, &more),
        grid: problem.grid.clone(),
        temperature: outcome.temperature,
        integrals: Default::default(),
    })
}

/// A finding as `verify --json` writes it.
#[derive(Debug, Clone, Serialize)]
pub struct Row<'a> {
    /// Name of the case.
    pub case: &'a str,
    /// Of the case.
    pub id: &'a str,
    /// Name of the check.
    pub check: &'a str,
    /// Where the expected value is from.
    pub source: &'a str,
    /// Expected value, if it is one.
    pub expected: Option<f64>,
    /// Lower bound, if that is all.
    pub at_least: Option<f64>,
    /// Upper bound, if that is all.
    pub at_most: Option<f64>,
    /// The number as the source prints it.
    pub published: Option<f64>,
    /// Null where the run failed.
    pub got: Option<f64>,
    /// Got less expected.
    pub difference: Option<f64>,
    /// Largest difference allowed.
    pub tolerance: Option<f64>,
    /// The verdict.
    pub pass: bool,
    /// Why there is no value.
    pub error: Option<&'a str>,
}

/// The findings of a case as rows.
pub fn rows<'a>(case: &'a Case, findings: &'a [Finding]) -> impl Iterator<Item = Row<'a>> {
    findings.iter().map(move |f| Row {
        case: &case.name,
        id: &case.id,
        check: &f.check,
        source: &case.source,
        expected: f.expected.tolerance().map(|_| f.expected.value()),
        at_least: if let Expectation::AtLeast(bound) = f.expected { Some(bound) } else { None },
        at_most: if let Expectation::AtMost(bound) = f.expected { Some(bound) } else { None },
        published: f.published,
        got: f.got.as_ref().ok().copied(),
        difference: f.difference(),
        tolerance: f.expected.tolerance(),
        pass: f.passes(),
        error: f.got.as_ref().err().map(String::as_str),
    })
}

#[cfg(test)]
mod tests;
