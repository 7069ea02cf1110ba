//! Every published and exact case of the catalogue, on the CPU and on a GPU.

use crate::common::adapter;
use clausius::backend::{Kind, Selection};
use clausius::verify::{self, totals};

/// Runs the cases whose names begin with one of these letters, and asks for so many checks and steady states or flights.
fn run_all(selection: &Selection, letters: &str, least: usize, steady: usize) {
    let mut cases = verify::catalogue(&[]).expect("the shipped cases are well formed");
    cases.retain(|case| case.id.starts_with(|letter| letters.contains(letter)));
    if selection.kind == Kind::Gpu {
        // fifteen bands take minutes on a software device; two bands are compared by the tests of the library
        cases.retain(|case| case.id != "p08");
    }
    let mut failures = Vec::new();
    let (mut checks, mut meant) = (0, 0);
    for case in &cases {
        let findings = verify::judge(case, |text, label, overrides| {
            let outcome = verify::run(text, label, overrides, selection)?;
            let key = |path: &str| outcome.report.pointer(path).and_then(|v| v.as_str()).unwrap_or_default();
            let method = key("/backend/method");
            if method.ends_with("multigrid") || ["ordinates-synthetic", "unified-gas-kinetic"].contains(&method) {
                let kind = if selection.kind == Kind::Gpu { "gpu" } else { "cpu" };
                assert_eq!(key("/backend/kind"), kind, "{label}: {}", outcome.report["precision"]["notes"]);
                meant += 1;
            }
            Ok(outcome)
        });
        let (good, bad) = totals(&findings);
        checks += good + bad;
        if bad > 0 {
            failures.push(verify::Table { case, findings: &findings }.to_string());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checks >= least, "only {checks} checks");
    assert!(meant >= steady, "only {meant} steady states and flights of carriers");
}

/// Conduction, its entropy and floorplans; the other letters are carriers in flight, gases and coupled transport.
const CONDUCTION: &str = "efh";
const OTHERS: &str = "cgp";

#[test]
fn all_cases_hold_on_the_cpu() {
    run_all(&Selection::default(), &[CONDUCTION, OTHERS].concat(), 780, 160);
}

fn on_a_gpu(letters: &str, least: usize, steady: usize) {
    let Some(adapter) = adapter() else { return };
    run_all(&Selection { kind: Kind::Gpu, adapter: Some(adapter), ..Selection::default() }, letters, least, steady);
}

#[test]
fn cases_of_conduction_hold_on_a_gpu_in_single_precision() {
    on_a_gpu(CONDUCTION, 395, 70);
}

#[test]
fn all_other_cases_hold_on_a_gpu_in_single_precision() {
    on_a_gpu(OTHERS, 350, 80);
}
