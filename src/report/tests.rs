use super::*;
use serde_json::Value;

/// A small report.
pub(crate) fn example() -> Report {
    let temperature = Temperature { min: 298.15, max: 353.2, mean: 311.0 };
    let patch = Patch {
        index: Some(0),
        area_m2: 3.6e-3,
        heat_in: -31.0,
        entropy_in: -0.1,
        entropy_production: 1e-4,
        surface: Some(temperature),
    };
    Report {
        title: "Copper <spreader> & \"die\"".into(),
        model: "heat".into(),
        scenario: "assets/scenarios/spreader.toml".into(),
        version: "0.1.0".into(),
        backend: Backend {
            kind: "cpu".into(),
            adapter: "x86-64".into(),
            api: "threads".into(),
            driver: "2".into(),
            precision: "f64".into(),
            method: "explicit".into(),
            kernel: String::new(),
        },
        grid: Grid { cells: vec![240, 240, 32], size_m: vec![0.06, 0.06, 0.008], cells_total: 1_843_200 },
        time: Time {
            end_s: 10.0,
            steps: 12_345,
            wall_s: 8.1,
            diagnostics_s: 0.2,
            cell_updates: 22_754_304_000,
            cell_updates_per_s: 2.8e9,
        },
        state: State {
            verdict: Verdict::Transient,
            reason: "temperatures change by up to 1.2 K/s".into(),
            imbalance: 0.2,
            scaled_rate: f64::NAN,
            diffusive_time_s: 31.9,
            course: Course { time_constant_s: Some(3.0), ..Course::default() },
            largest_rate: 1.2,
        },
        temperature,
        boundaries: Named(vec![
            ("z_min".into(), Boundary { heat_in: -31.0, surface: Some(temperature), patches: vec![patch] }),
            ("x_min".into(), Boundary { heat_in: 0.0, surface: None, patches: Vec::new() }),
        ]),
        sources: Sources { heat: 40.0 },
        energy: Energy { stored_change: 90.0, boundary_in: -310.0, source: 400.0, closure: 2e-13 },
        interfaces: vec![Interface {
            of: "materials",
            between: [Some("silicon".into()), Some("copper".into())],
            area_m2: 2.56e-4,
            heat: 40.0,
            entropy_production: 0.001,
        }],
        contacts: vec![Contact {
            between: ["silicon".into(), "copper".into()],
            resistance: 1e-5,
            area_m2: 2.56e-4,
            heat: 40.0,
            temperature_step: 1.6,
            entropy_production: 0.001,
        }],
        entropy: Entropy {
            production: 0.01,
            boundary_flow: -0.1,
            source_flow: 0.12,
            change_rate: 0.03,
            closure: 1e-15,
            change: 0.3,
            entered: 0.21,
            produced: 0.09,
            integrator_defect: -1e-5,
            quadrature: 1e-8,
            extended: None,
        },
        exergy: Exergy {
            reference_temperature: 298.15,
            reference: "the coldest that the boundary meets, on z_min".into(),
            destruction: 2.98,
            destroyed: 26.8,
            ranking: vec![
                Loss {
                    kind: "material",
                    name: Some("silicon".into()),
                    entropy_production: 0.009,
                    exergy_destruction: 2.68,
                    percent: 90.0,
                },
                Loss {
                    kind: "contact",
                    name: Some("silicon | copper".into()),
                    entropy_production: 0.001,
                    exergy_destruction: 0.298,
                    percent: 10.0,
                },
            ],
        },
        minimum_production: Some(MinimumProduction {
            premise_held: false,
            kt2_variation: 0.4,
            fixed_temperatures: false,
            never_rose: Some(false),
            course: [0.0, 0.0, 0.01],
            text: "The theorem does not apply.".into(),
        }),
        second_law: SecondLaw {
            violations: 0,
            worst: 0.0,
            checked: 5_000_000,
            tests: vec![Test { what: "heat runs from hot to cold", checked: 5_000_000, violations: 0 }],
            list: Vec::new(),
        },
        local_equilibrium: None,
        precision: Precision { storage: "f64".into(), rounding: Some(1e-12), ..Precision::default() },
        probes: Named(vec![
            ("B".into(), Probe { at_m: vec![0.03, 0.03, 0.0079], temperature: Some(353.0), mass_fraction: None }),
            ("A".into(), Probe { at_m: vec![0.0, 0.0, 0.0], temperature: None, mass_fraction: None }),
        ]),
        regions: Named(vec![
            (
                "die".into(),
                Region::Solid {
                    material: Some("silicon".into()),
                    volume_m3: 2.56e-7,
                    volume_fraction: Some(0.996),
                    temperature: Some(temperature),
                    heat_in: -31.0,
                    power: 40.0,
                    entropy_production: 0.002,
                },
            ),
            ("room".into(), Region::Void { heat_in: -2.0, surface: Some(temperature), volume_fraction: None }),
        ]),
        materials: Named(vec![(
            "silicon".into(),
            Material { index: 0, volume_m3: 2.56e-7, conductivity: vec![148.0], heat_capacity: 1.66e6, melting: None },
        )]),
        phonon: None,
        gas: None,
        thermoelectric: None,
        mixture: None,
        warnings: vec!["a <warning>".into()],
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn sorted(mut list: Vec<&str>) -> Vec<&str> {
    list.sort_unstable();
    list
}

#[test]
fn keys_are_those_that_readers_rely_on() {
    let json: Value = serde_json::from_str(&example().to_json()).unwrap();
    let check = |value: &Value, expected: &str| {
        assert_eq!(sorted(keys(value)), sorted(expected.split_whitespace().collect()));
    };
    check(
        &json,
        "title model scenario version backend grid time state temperature boundaries sources energy interfaces contacts \
         entropy exergy minimum_production second_law local_equilibrium precision probes regions materials warnings",
    );
    check(&json["backend"], "kind adapter api driver precision method");
    check(&json["grid"], "cells size_m cells_total");
    check(&json["time"], "end_s steps wall_s diagnostics_s cell_updates cell_updates_per_s");
    check(&json["temperature"], "min_K max_K mean_K");
    check(&json["boundaries"]["z_min"], "heat_in_W surface patches");
    check(
        &json["boundaries"]["z_min"]["patches"][0],
        "index area_m2 heat_in_W entropy_in_W_per_K entropy_production_W_per_K surface",
    );
    check(&json["interfaces"][0], "of between area_m2 heat_W entropy_production_W_per_K");
    check(
        &json["contacts"][0],
        "between resistance_m2K_per_W area_m2 heat_W temperature_step_K entropy_production_W_per_K",
    );
    check(&json["exergy"], "reference_temperature_K reference destruction_W destroyed_J ranking");
    check(&json["exergy"]["ranking"][0], "kind name entropy_production_W_per_K exergy_destruction_W percent");
    check(&json["boundaries"]["z_min"]["surface"], "min_K max_K mean_K");
    check(&json["sources"], "heat_W");
    check(&json["energy"], "stored_change_J boundary_in_J source_J closure");
    check(
        &json["entropy"],
        "production_W_per_K boundary_flow_W_per_K source_flow_W_per_K change_rate_W_per_K closure change_J_per_K \
         entered_J_per_K produced_J_per_K integrator_defect_J_per_K quadrature_J_per_K extended",
    );
    check(&json["second_law"], "violations worst checked tests list");
    check(&json["precision"], "storage rounding_K time_step_K grid_K exact measured notes");
    check(&json["probes"]["B"], "at_m temperature_K");
    check(
        &json["regions"]["die"],
        "material volume_m3 volume_fraction temperature heat_in_W power_W entropy_production_W_per_K",
    );
    check(&json["materials"]["silicon"], "index volume_m3 conductivity_W_per_m_K heat_capacity_J_per_m3_K");
    check(&json["regions"]["room"], "heat_in_W surface volume_fraction");
    assert_eq!(json["state"]["verdict"], "transient");
    assert_eq!(json["local_equilibrium"], Value::Null);
}

#[test]
fn what_does_not_exist_is_null_and_order_is_kept() {
    let text = example().to_json();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["state"]["scaled_rate"], Value::Null);
    assert_eq!(json["probes"]["A"]["temperature_K"], Value::Null);
    assert_eq!(json["boundaries"]["x_min"]["surface"], Value::Null);
    assert!(!text.contains("NaN"));
    assert!(text.find("z_min") < text.find("x_min"));
    assert!(text.find("\"B\"") < text.find("\"A\""));
}

#[test]
fn verdicts_are_named_alike_everywhere() {
    for verdict in [Verdict::Equilibrium, Verdict::Steady, Verdict::Periodic, Verdict::Transient, Verdict::Stalled] {
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
    }
}
