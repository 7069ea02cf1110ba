use super::*;
use crate::diagnostics::survey::Survey;
use crate::grid::{Axis, Grid};
use crate::simulation::Sample;
use serde_json::json;

const CASE: &str = r#"title = "A bar"

[case]
id = "f00"
title = "Bar"
source = "known"
run = [{ name = "a" }, { name = "b", set = ['grid.cells = [2, 1]'] }]
check = [
    { name = "order", value = "log(a.integrals.square/b.integrals.square)/log(2)", expected = 2.0, absolute = 0.1 },
    { name = "probe, end", value = "b.probes.P.temperature_K - a.probes.P.temperature_K", expected = 1.0, relative = 0.5 },
    { name = "probe, 2 s", value = "rise", at = "2 s", expected = 5.0, absolute = 1e-12, published = 5.1 },
    { name = "missing", value = "a.probes.Q.temperature_K", at_least = 0.0 },
]

[case.integral]
square = "(T - 300)^2"

[case.define]
rise = "a.probes.P.temperature_K - a.probes.P.temperature_K[0]"
"#;

fn grid() -> Grid {
    Grid::two_dimensional(Axis::uniform(0.0, 2.0, 2), Axis::uniform(0.0, 1.0, 1), 1.0)
}

fn sample(time: f64, probe: f64) -> Sample {
    let survey = Survey {
        temperature: [300.0, 302.0, 301.0],
        energy: 100.0 + time,
        entropy: 1.0 + 2.0 * time,
        surface_heat: vec![3.0 * time],
        source_heat: 4.0,
        production: time,
        entropy_inflow: 0.0,
        held_entropy: 0.0,
        extended_production: 0.0,
        step_defect: 0.0,
    };
    Sample {
        time,
        steps: time as u64,
        survey,
        leapt: false,
        before: None,
        probes: vec![Some(probe), None],
        more: Vec::new(),
    }
}

fn outcome(probe: f64, deviation: f64) -> Outcome {
    let samples = [sample(0.0, 300.0), sample(2.0, 305.0), sample(3.0, probe)];
    Outcome {
        report: json!({ "time": { "end_s": 3.0 }, "probes": { "P": { "temperature_K": probe } } }),
        moments: moments(&samples, &["P".to_owned(), "Q".to_owned()], &["boundaries.x_min".to_owned()], &[]),
        grid: grid(),
        temperature: vec![300.0 + deviation, 300.0 - deviation],
        integrals: Default::default(),
    }
}

#[test]
fn compares_runs_times_and_integrals() {
    let case = Case::parse("f00_bar", CASE).unwrap();
    let mut asked = Vec::new();
    let findings = judge(&case, |text, label, set| {
        assert_eq!(text, "title = \"A bar\"\n\n");
        asked.push((label.to_owned(), set.to_vec()));
        Ok(if set.is_empty() { outcome(310.0, 2.0) } else { outcome(312.0, 1.0) })
    });
    assert_eq!(asked[0], ("f00_bar (a)".to_owned(), vec![]));
    assert_eq!(asked[1], ("f00_bar (b)".to_owned(), vec!["grid.cells = [2, 1]".to_owned()]));
    assert_eq!(findings[0].got, Ok(2.0));
    assert_eq!(findings[1].got, Ok(2.0));
    assert_eq!(findings[2].got, Ok(5.0));
    assert!(findings[3].got.as_ref().unwrap_err().contains("probes.Q.temperature_K"));
    assert_eq!(findings.iter().map(Finding::passes).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(findings[1].difference(), Some(1.0));
    assert_eq!(totals(&findings), (2, 2));

    let json = serde_json::to_value(rows(&case, &findings).collect::<Vec<_>>()).unwrap();
    assert_eq!(json[2]["published"], 5.1);
    assert_eq!(json[1]["pass"], false);
    assert_eq!(json[1]["tolerance"], 0.5);
    assert_eq!(json[3]["at_least"], 0.0);
    assert!(json[3]["got"].is_null() && json[3]["error"].is_string());

    let table = Table { case: &case, findings: &findings }.to_string();
    assert!(table.contains("source: known") && table.contains("5 (5.1)"), "{table}");
    assert_eq!(table.matches("FAIL").count(), 2, "{table}");
    assert!(table.contains("\n    the report has no number `probes.Q.temperature_K`\n"), "{table}");
}

#[test]
fn a_failed_run_fails_its_checks_and_no_others() {
    let case = Case::parse("f00_bar", CASE).unwrap();
    let findings =
        judge(&case, |_, _, set| if set.is_empty() { Ok(outcome(310.0, 2.0)) } else { Err("unstable".to_owned()) });
    assert_eq!(findings[0].got, Err("unstable".to_owned()));
    assert!(findings[2].passes());
}

#[test]
fn the_series_speaks_the_keys_of_the_report() {
    let outcome = outcome(310.0, 1.0);
    for (key, value) in [
        ("temperature.max_K", 302.0),
        ("sources.heat_W", 4.0),
        ("energy.stored_change_J", 2.0),
        ("entropy.change_J_per_K", 4.0),
        ("entropy.production_W_per_K", 2.0),
        // two steps of 1 s, whose rates at their beginnings are 0 and 1 W/K
        ("entropy.produced_J_per_K", 1.0),
        ("boundaries.x_min.heat_in_W", 6.0),
        ("probes.P.temperature_K", 305.0),
    ] {
        assert_eq!(outcome.number(key, Some(2.0)), Ok(value), "{key}");
    }
    assert!(outcome.number("probes.Q.temperature_K", Some(2.0)).is_err());
    assert!(outcome.number("temperature.max_K", Some(2.1)).unwrap_err().contains("2.1 s"));
    assert!(outcome.number("integrals.square", Some(2.0)).is_err());
}

#[test]
fn integrals_leave_void_out_and_weigh_by_volume() {
    let mut outcome = outcome(310.0, 1.0);
    outcome.grid = Grid::two_dimensional(Axis::from_edges(vec![0.0, 1.0, 4.0]), Axis::uniform(0.0, 1.0, 1), 2.0);
    let density = Expression::parse("T*x*t", &Variable::ALL).unwrap();
    let expected = 3.0 * (301.0 * 0.5 * 2.0 + 299.0 * 2.5 * 6.0);
    assert!((outcome.integral(&density) - expected).abs() < 1e-9);
    outcome.temperature[0] = f64::NAN;
    assert!((outcome.integral(&density) - 3.0 * 299.0 * 2.5 * 6.0).abs() < 1e-9);
}
