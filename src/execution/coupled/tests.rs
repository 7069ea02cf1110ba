//! Whole runs of heat with charge or matter: who loses, what heat is worth, and where a transient goes.

use crate::execution::{self, Options, Quiet};
use crate::report::{Loss, Report, Verdict};
use crate::scenario::Scenario;
use std::f64::consts::PI;
use std::path::Path;

fn run(text: &str, overrides: &[&str]) -> Report {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let scenario = Scenario::parse(text, Path::new("bar.toml"), &overrides).unwrap_or_else(|e| panic!("{e}"));
    execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}")).report
}

/// A bar that carries a current over a contact, cooled by air at one end.
const BAR: &str = r#"
    model = "thermoelectric"
    grid = { size = ["20 mm", "5 mm"], cells = [20, 4], material = "p" }
    materials.p = { conductivity = 1.6, volumetric_heat_capacity = 1.2e6, electrical_conductivity = 1e5, seebeck = 2e-4 }
    boundary = { x_min = { temperature = "310 K" }, x_max = { convection = "2000 W/(m^2 K)", ambient = "280 K" } }
    initial.temperature = "300 K"
    run.until = "steady"
    [[region]]
    name = "half"
    material = "p"
    box = [["0 mm", "0 mm"], ["10 mm", "5 mm"]]
    [[region]]
    name = "rest"
    material = "p"
    box = [["10 mm", "0 mm"], ["20 mm", "5 mm"]]
    [[contact]]
    between = ["half", "rest"]
    resistance = "5e-4 m^2 K/W"
    [[terminal]]
    name = "in"
    face = "x_min"
    current = "20 A"
    [[terminal]]
    name = "out"
    face = "x_max"
    potential = 0
"#;

#[test]
fn who_loses_adds_up_and_heat_is_worth_nothing_in_the_air() {
    let report = run(BAR, &[]);
    let exergy = &report.exergy;
    assert_eq!(exergy.reference_temperature, 280.0, "{}", exergy.reference);
    let whole = report.entropy.production;
    for kinds in [["material", "contact"], ["region", "contact"]] {
        let those = |l: &&Loss| kinds.contains(&l.kind);
        let sum: f64 = exergy.ranking.iter().filter(those).map(|l| l.entropy_production).sum();
        assert!((sum / whole - 1.0).abs() < 1e-12, "{sum} of {whole}");
    }
    let contact = exergy.ranking.iter().find(|l| l.kind == "contact").expect("a contact loses");
    assert!((contact.entropy_production / report.contacts[0].entropy_production - 1.0).abs() < 1e-12);
    // q^2 R / (T1 T2) of the heat that falls over it
    let [q, drop] = [report.contacts[0].heat, report.contacts[0].temperature_step];
    assert!((q * 5e-4 / report.contacts[0].area_m2 / drop - 1.0).abs() < 1e-9);
    let between = report.interfaces.iter().find(|i| i.of == "regions").expect("the halves touch");
    assert!((between.heat / q - 1.0).abs() < 1e-12 && exergy.ranking.iter().any(|l| l.kind == "wall"));
}

/// Without a current a bar between two temperatures comes to rest as L^2 / (pi^2 alpha) has it.
#[test]
fn a_bar_tells_how_fast_it_comes_to_rest() {
    let plain = BAR.split("[[region]]").next().unwrap();
    let more = [
        "terminal=[{ name = \"in\", face = \"x_min\", current = 0 }, { name = \"out\", face = \"x_max\", potential = 0 }]",
        "boundary.x_max={ temperature = \"300 K\" }",
    ];
    let tau = 0.02 * 0.02 / (PI * PI * 1.6 / 1.2e6);
    let at = |until: f64| run(plain, &[more[0], more[1], &format!("run.until={until}")]).state;
    // Heat that still spreads tells of no time.
    for early in [0.1 * tau, 0.3 * tau] {
        assert_eq!(at(early).course.time_constant_s, None);
    }
    let states = [3.5 * tau, 5.0 * tau].map(at);
    for state in &states {
        assert_eq!(state.verdict, Verdict::Transient, "{}", state.reason);
        let found = state.course.time_constant_s.unwrap_or_else(|| panic!("{}", state.reason));
        assert!((found / tau - 1.0).abs() < 0.05, "{found} for {tau}");
    }
    let left = states.each_ref().map(|state| state.course.time_left_s.unwrap());
    assert!((left[0] - left[1] - 1.5 * tau).abs() < 0.2 * tau, "{left:?}");
    assert_eq!(at(100.0 * tau).verdict, Verdict::Steady);
}

/// Day after day the same: a whole cycle is like the one before, once the first have died away.
#[test]
fn cycles_of_a_bar_come_to_be_alike() {
    let plain = BAR.split("[[region]]").next().unwrap();
    let more = [
        "terminal=[{ name = \"in\", face = \"x_min\", current = 0 }, { name = \"out\", face = \"x_max\", potential = 0 }]",
        "boundary.x_min={ temperature = \"300 + 5*sin(2*pi*t/40)\" }",
        "boundary.x_max={ temperature = \"300 K\" }",
    ];
    let at = |cycles: f64| run(plain, &[&more[..], &[&format!("run.until={}", 40.0 * cycles)]].concat()).state;
    let early = at(1.5);
    assert_eq!((early.verdict, early.course.cycle), (Verdict::Transient, None));
    let late = at(15.0);
    assert_eq!(late.verdict, Verdict::Periodic, "{}", late.reason);
    assert!((late.course.cycle.unwrap().period_s / 40.0 - 1.0).abs() < 1e-12 && late.course.time_constant_s.is_none());
}

/// Water and ethanol between two plates.
const CELL: &str = r#"
        model = "mixture"
        grid = { size = ["1 mm", "6 mm"], cells = [2, 24], material = "m" }
        mixture = { molar_mass = ["46.069 g/mol", "18.015 g/mol"] }
        materials.m = { conductivity = 0.39, density = 936, specific_heat = 4040, diffusivity = 4.3e-10, soret = 3.2e-3 }
        initial = { temperature = "25 degC", mass_fraction = 0.39 }
        boundary = { y_min = { temperature = "22 degC" }, y_max = { temperature = "28 degC" } }
        output.series_every = "15 min"
        run.until = "9 h"
    "#;

/// What separates by Soret's effect in a closed cell does so as L^2 / (pi^2 D) has it, long after its temperatures have settled.
#[test]
fn a_soret_cell_tells_how_long_it_takes() {
    let tau = 6e-3_f64.powi(2) / (PI * PI * 4.3e-10);
    let state = run(CELL, &[]).state;
    let found = state.course.time_constant_s.unwrap_or_else(|| panic!("{}", state.reason));
    assert!((found / tau - 1.0).abs() < 0.05, "{found} for {tau}: {}", state.reason);
    assert!(state.course.time_left_s.unwrap() > tau && state.scaled_rate < 1e-6, "{}", state.reason);
}

/// What a link produces falls to either side by what it resists: 1 % to a good conductor beside a bad one.
#[test]
fn what_a_mixture_produces_falls_to_what_resists() {
    const PAIR: &str = r#"
        model = "mixture"
        grid = { size = ["10 mm", "2 mm"], cells = [10, 2], material = "a" }
        mixture = { molar_mass = ["46 g/mol", "18 g/mol"] }
        materials.a = { conductivity = 100, density = 1000, specific_heat = 1000, diffusivity = 1e-9 }
        materials.b = { conductivity = 1, density = 1000, specific_heat = 1000, diffusivity = 1e-9 }
        initial = { temperature = "300 K", mass_fraction = 0.3 }
        boundary = { x_min = { temperature = "310 K" }, x_max = { temperature = "300 K" } }
        run.until = "steady"
        [[region]]
        name = "right"
        material = "b"
        box = [["5 mm", "0 mm"], ["10 mm", "2 mm"]]
    "#;
    let report = run(PAIR, &[]);
    let of = |name: &str| report.exergy.ranking.iter().find(|l| l.name.as_deref() == Some(name)).unwrap().percent;
    // q (1/T_cold - 1/T_hot) of either half, the temperature between them 10/101 K below the hot end
    let between = 310.0 - 10.0 / 101.0;
    let share = (1.0 / between - 1.0 / 310.0) / (1.0 / 300.0 - 1.0 / 310.0);
    assert!((of("a") / 100.0 / share - 1.0).abs() < 1e-6, "{} for {}", of("a"), 100.0 * share);
}

/// A bar that is warmed at one end: long before its 9.5 s it falls in no single way, whatever else has come to rest.
#[test]
fn nothing_is_told_of_what_has_hardly_begun() {
    let slow = ["initial.temperature=300", "boundary.x_min={ flux = 1000 }", "terminal[0].current=0"];
    for until in ["0.5 s", "2 s", "4 s"] {
        let state = run(BAR, &[&slow[..], &[&format!("run.until=\"{until}\"")]].concat()).state;
        assert!(state.course.time_constant_s.is_none_or(|tau| tau > 50.0), "{until}: {}", state.reason);
    }
}

/// A source within is a third place for heat to come from: Carnot's bound between two surfaces says nothing of it, nor of what still warms up.
#[test]
fn carnot_binds_two_surfaces_alone() {
    let cools = ["boundary.x_min.temperature=290", "boundary.x_max={ temperature = 300 }", "terminal[0].current=0.2"];
    let engine = |more: &[&str]| {
        let report = run(BAR, &[&cools[..], more].concat());
        assert_eq!(report.second_law.violations, 0);
        report.thermoelectric.unwrap().engine
    };
    assert!(engine(&[]).is_some());
    assert!(engine(&["region[0].power=-0.05"]).is_none());
    assert!(engine(&["initial.temperature=200", "run.until=\"0.2 s\""]).is_none());
}

/// What comes into a region comes through its faces: what a current releases in it leaves again.
#[test]
fn the_heat_of_a_current_leaves_its_region() {
    let even = ["boundary.x_max={ temperature = 310 }", "materials.p.seebeck=0"];
    let report = run(BAR, &even);
    let heat = |name: &str| {
        let of = |region: &crate::report::Region| match region {
            crate::report::Region::Solid { heat_in, .. } => *heat_in,
            crate::report::Region::Void { .. } => f64::NAN,
        };
        report.regions.0.iter().find(|(n, _)| n == name).map(|(_, region)| of(region)).unwrap()
    };
    let electrical = report.thermoelectric.as_ref().unwrap().electrical_in;
    assert!(electrical > 0.01 && ((heat("half") + heat("rest")) / electrical + 1.0).abs() < 1e-9, "{electrical}");
    let between: f64 = report.interfaces.iter().filter(|i| i.of == "regions").map(|i| i.heat).sum();
    let end = report.boundaries.0.iter().find(|(n, _)| n == "x_min").unwrap().1.heat_in;
    assert!((heat("half") - (end - between)).abs() < 1e-9 * electrical, "{} {end} {between}", heat("half"));
}

/// Where a flux takes what is not there the run ends with that, not with what Newton's method made of it.
#[test]
fn what_is_used_up_is_named() {
    let ends = |text: &str, overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let scenario = Scenario::parse(text, Path::new("bar.toml"), &overrides).unwrap_or_else(|e| panic!("{e}"));
        execution::run(&scenario, &Options::default(), &mut Quiet)
            .map(|o| o.report.state.reason)
            .unwrap_err()
            .to_string()
    };
    let cold = ends(BAR, &["boundary.x_min={ flux = -3e5 }", "terminal[0].current=0", "run.until=10"]);
    assert!(cold.contains("takes away more heat there than there is"), "{cold}");
    let dry = ends(CELL, &["boundary.x_min={ mass_flux = -1e-4, temperature = 300 }", "run.until=20000"]);
    assert!(dry.contains("more is taken away there than diffusion brings"), "{dry}");
}
