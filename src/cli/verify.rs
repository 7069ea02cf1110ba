//! `clausius verify`: the catalogue of published and exact cases on this machine.

use super::arguments::VerifyArguments;
use super::{Failure, print, print_json, selection};
use crate::backend::Selection;
use crate::execution::{self, Options, Quiet};
use crate::problem::Surface;
use crate::scenario::Scenario;
use crate::verify::{self, Finding, Outcome, Table, moments, totals};
use std::path::Path;

/// Runs the command.
pub fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let selection = selection(&arguments.device)?;
    let cases = verify::catalogue(&arguments.names).map_err(Failure::input)?;
    let mut all: Vec<(usize, Vec<Finding>)> = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let findings = verify::judge(case, |text, label, overrides| run(text, label, overrides, &selection));
        if !arguments.json {
            print(&format!("{}\n", Table { case, findings: &findings }))?;
        }
        all.push((n, findings));
    }
    let (good, bad) = totals(all.iter().flat_map(|(_, f)| f));
    if arguments.json {
        let rows: Vec<_> = all.iter().flat_map(|(n, f)| verify::rows(&cases[*n], f)).collect();
        print_json(&rows)?;
    } else {
        print(&format!("{good} of {} checks pass in {} cases\n", good + bad, cases.len()))?;
    }
    if bad > 0 {
        return Err(Failure::run(format!("{bad} checks fail")));
    }
    Ok(())
}

/// Runs the scenario of a case.
fn run(text: &str, label: &str, overrides: &[String], selection: &Selection) -> Result<Outcome, String> {
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
    Ok(Outcome {
        report: serde_json::to_value(&outcome.report).map_err(|e| e.to_string())?,
        moments: moments(&outcome.samples, &probes, &surfaces),
        grid: problem.grid.clone(),
        temperature: outcome.temperature,
        integrals: Default::default(),
    })
}
