//! `clausius verify`: the catalogue of published and exact cases on this machine.

use super::arguments::VerifyArguments;
use super::{Failure, print, print_json, say, selection};
use crate::backend::{self, Kind, Selection, gpu};
use crate::execution::{self, ExecutionError, Options, Quiet};
use crate::shipped::SCENARIOS;
use crate::verify::{self, Finding, Table, totals};

/// Runs the command.
pub fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let mut selection = selection(&arguments.device)?;
    if selection.kind == Kind::Auto && !gpu::devices().iter().any(|d| d.chosen) {
        if !arguments.quiet {
            say("computing on the CPU: there is no real GPU");
        }
        selection.kind = Kind::Cpu;
    }
    // The shipped scenarios are no cases of the catalogue: they are compared from one backend to another.
    let (scenarios, names): (Vec<String>, Vec<String>) =
        arguments.names.iter().cloned().partition(|name| name == "scenarios");
    let asked = !scenarios.is_empty();
    if asked && selection.kind == Kind::Cpu {
        return Err(Failure::input(
            "scenarios: they are compared with the CPU, which is all there is here; name a GPU with --adapter (`clausius devices` lists them)",
        ));
    }
    if asked && arguments.json {
        return Err(Failure::input("scenarios: their differences are told as a table only; leave --json out"));
    }
    let cases =
        if asked && names.is_empty() { Vec::new() } else { verify::catalogue(&names).map_err(Failure::input)? };
    if selection.kind != Kind::Cpu {
        // Without a device every check would fail of it.
        backend::open_linear(&selection, &mut |_| {}).map_err(ExecutionError::from)?;
    }
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
    } else if !cases.is_empty() {
        let plural = if cases.len() == 1 { "" } else { "s" };
        print(&format!("{good} of {} checks pass in {} case{plural}\n", good + bad, cases.len()))?;
    }
    let compared = match selection.kind {
        Kind::Cpu => Ok(()),
        _ if !asked && (!names.is_empty() || arguments.json) => Ok(()),
        _ => compare_backends(&selection),
    };
    if bad > 0 {
        return Err(Failure::run(format!("{bad} checks fail")));
    }
    compared
}

/// Largest difference of a scenario on a GPU from f64 on the CPU, over its range of temperatures.
const APART: f64 = 1e-4;

/// Energy closure in f32.
const CLOSURE: f64 = 1e-5;

/// How far the shipped scenarios, at reduced size, are apart on the selected backend and in f64 on the CPU.
fn compare_backends(selection: &Selection) -> Result<(), Failure> {
    print(&format!("\n{:<24} {:>10} {:>24} {:>16}\n", "scenario", "on", "from CPU f64, of range", "energy closure"))?;
    let (mut largest, mut open) = ((0.0, ""), (0.0, ""));
    for shipped in SCENARIOS {
        let scenario = shipped.scenario()?;
        let run = |selection: Selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).map_err(|e: ExecutionError| Failure::from(e))
        };
        let (reference, other) = (run(Selection::default())?, run(selection.clone())?);
        let (backend, closure) = (&other.report.backend, other.report.energy.closure);
        let on = format!("{} {}", backend.kind, backend.precision);
        let apart = reference.apart(&other);
        print(&format!("{:<24} {on:>10} {apart:>24.1e} {closure:>16.1e}\n", shipped.name))?;
        if apart.is_nan() || apart > largest.0 {
            largest = (apart, shipped.name);
        }
        if closure.is_nan() || closure > open.0 {
            open = (closure, shipped.name);
        }
    }
    let (apart, name) = largest;
    print(&format!("the largest difference is {apart:.1e} of the range, in {name}\n"))?;
    if apart.is_nan() || apart > APART {
        return Err(Failure::run(format!("{name} is {apart:.1e} of its range from the CPU, more than {APART:.0e}")));
    }
    let (closure, name) = open;
    if closure.is_nan() || closure > CLOSURE {
        return Err(Failure::run(format!("the energy of {name} closes to {closure:.1e}, not {CLOSURE:.0e}")));
    }
    Ok(())
}
