//! `clausius verify`: the catalogue of published and exact cases on this machine.

use super::arguments::VerifyArguments;
use super::{Failure, print, print_json, selection};
use crate::backend::{Kind, Selection, gpu};
use crate::execution::{self, ExecutionError, Options, Quiet};
use crate::shipped::SCENARIOS;
use crate::verify::{self, Finding, Table, totals};

/// Runs the command.
pub fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let mut selection = selection(&arguments.device)?;
    if selection.kind == Kind::Auto && !gpu::devices().iter().any(|d| d.chosen) {
        if !arguments.quiet {
            eprintln!("computing on the CPU: there is no real GPU");
        }
        selection.kind = Kind::Cpu;
    }
    let cases = verify::catalogue(&arguments.names).map_err(Failure::input)?;
    let mut all: Vec<(usize, Vec<Finding>)> = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let findings = verify::judge(case, |text, label, overrides| verify::run(text, label, overrides, &selection));
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
    if selection.kind != Kind::Cpu && arguments.names.is_empty() && !arguments.json {
        compare_backends(&selection)?;
    }
    if bad > 0 {
        return Err(Failure::run(format!("{bad} checks fail")));
    }
    Ok(())
}

/// How far the shipped scenarios, at reduced size, are apart on the selected backend and in f64 on the CPU.
fn compare_backends(selection: &Selection) -> Result<(), Failure> {
    print(&format!("\n{:<20} {:>10} {:>24}\n", "scenario", "on", "from CPU f64, of range"))?;
    for shipped in SCENARIOS {
        let scenario = shipped.scenario()?;
        let run = |selection: Selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).map_err(|e: ExecutionError| Failure::from(e))
        };
        let (reference, other) = (run(Selection::default())?, run(selection.clone())?);
        let backend = &other.report.backend;
        let on = format!("{} {}", backend.kind, backend.precision);
        print(&format!("{:<20} {on:>10} {:>24.1e}\n", shipped.name, reference.apart(&other)))?;
    }
    Ok(())
}
