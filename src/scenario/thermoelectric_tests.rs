//! Broken thermoelectric scenarios: each is refused with its key and a remedy.

use super::Scenario;
use std::path::Path;

const LEG: &str = r#"model = "thermoelectric"
[grid]
size = ["1 mm", "1 mm"]
cells = [4, 2]
material = "leg"
[materials.leg]
conductivity = 1.5
electrical_conductivity = "1e5 S/m"
seebeck = "200 uV/K"
volumetric_heat_capacity = 1e6
[boundary]
x_min = { temperature = 280 }
x_max = { temperature = 300 }
[[terminal]]
name = "cold"
face = "x_min"
current = "1 A"
[[terminal]]
name = "hot"
face = "x_max"
potential = "0 V"
[run]
until = "steady"
"#;

fn refused(from: &str, to: &str, parts: &[&str]) {
    assert!(LEG.contains(from), "{from}");
    let text = LEG.replace(from, to);
    let error = Scenario::parse(&text, Path::new("leg.toml"), &[]).expect_err(to).to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in:\n{error}");
    }
}

#[test]
fn the_leg_is_good() {
    let scenario = Scenario::parse(LEG, Path::new("leg.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let spec = scenario.thermoelectric.expect("its network");
    assert_eq!((spec.terminals.len(), spec.terminals[0].faces.len()), (2, 2));
}

#[test]
fn wrong_terminals_are_refused() {
    refused("potential = \"0 V\"", "current = \"-1 A\"", &["fixes the potential", "potential = \"0 V\""]);
    refused("current = \"1 A\"", "current = \"1 V\"", &["current", "potential"]);
    refused("current = \"1 A\"", "load = { resistance = 0.1, to = \"hott\" }", &["hott", "did you mean \"hot\"?"]);
    refused("current = \"1 A\"", "load = { resistance = 0.1, to = \"cold\" }", &["itself"]);
    refused("current = \"1 A\"", "current = \"1 A\"\npotential = 0", &["cannot stand beside"]);
    refused("current = \"1 A\"\n", "", &["driven by nothing", "terminal[0]"]);
    refused("current = \"1 A\"", "current = \"sin(t)\"", &["varies in time"]);
    refused("face = \"x_max\"", "face = \"x_min\"", &["covers a part of terminal \"cold\""]);
    refused("face = \"x_max\"", "face = \"z_max\"", &["z_max", "allowed"]);
    refused("face = \"x_max\"", "region = \"pad\"", &["no region is named \"pad\"", "the scenario has no regions"]);
    refused("\"1e5 S/m\"", "true", &["an electrical conductivity is expected, this is true or false"]);
    refused("name = \"hot\"", "name = \"cold\"", &["two terminals named"]);
    refused(
        "[materials.leg]\nconductivity",
        "[materials.leg]\nmelting = {temperature = 400, latent_heat = \"1e8 J/m^3\"}\nconductivity",
        &["melts"],
    );
    refused("x_max = { temperature = 300 }", "x_max = { temperature = 300, periodic = true }", &["periodic"]);
}

#[test]
fn insulators_take_no_terminals() {
    refused("electrical_conductivity = \"1e5 S/m\"\nseebeck = \"200 uV/K\"\n", "", &["touches no conductor"]);
    refused("electrical_conductivity = \"1e5 S/m\"\n", "", &["insulator", "seebeck"]);
    refused("electrical_conductivity = \"1e5 S/m\"", "electrical_conductivity = \"-1 S/m\"", &["greater than 0"]);
    refused("conductivity = 1.5", "conductivity = [[1.5, 0.1], [0.1, 1.5]]", &["tensor", "along the axes"]);
}

#[test]
fn a_matrix_must_be_onsagers() {
    let given = "conductivity = 1.5\nelectrical_conductivity = \"1e5 S/m\"\nseebeck = \"200 uV/K\"";
    let matrix = |m: &str| format!("onsager = {{ matrix = {m}, temperature = 300 }}");
    // sigma T, sigma S T^2, (k + sigma S^2 T) T^2
    let good = LEG.replace(given, &matrix("[[3e7, 1.8e6], [1.8e6, 2.43e5]]"));
    let scenario = Scenario::parse(&good, Path::new("leg.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let carriers = scenario.thermoelectric.expect("its network").carriers[0];
    let value = |id: Option<crate::problem::ValueId>| scenario.problem.values.get(id.expect("given")).as_constant();
    assert!((value(carriers.conductivity).expect("constant") / 1e5 - 1.0).abs() < 1e-12);
    assert!((value(carriers.seebeck).expect("constant") / 2e-4 - 1.0).abs() < 1e-12);
    let crate::problem::Conductivity::Isotropic(k) = scenario.problem.materials[0].conductivity else { panic!("k") };
    assert!((value(Some(k)).expect("constant") / 1.5 - 1.0).abs() < 1e-9);
    refused(given, &matrix("[[3e7, 1.8e6], [1.7e6, 2.43e5]]"), &["not symmetric", "eigenvalues", "Onsager", "1750000"]);
    refused(
        given,
        &matrix("[[3e7, 1.8e7], [1.8e7, 2.43e5]]"),
        &["not positive definite", "eigenvalues", "sqrt(L_ee L_qq)"],
    );
    refused(given, &format!("conductivity = 1\n{}", matrix("[[1, 0], [0, 1]]")), &["cannot stand beside `onsager`"]);
}

#[test]
fn heat_has_no_potential() {
    let text = "model = \"heat\"\n[grid]\nsize = [1, 1]\ncells = [2, 2]\nmaterial = \"copper\"\n[boundary]\nx_min = { temperature = 300 }\n[run]\nuntil = \"steady\"\n[output]\nfields = [\"potential\"]\n[[terminal]]\nname = \"a\"\nface = \"x_min\"\npotential = 0\n";
    let error = Scenario::parse(text, Path::new("a.toml"), &[]).expect_err("refused").to_string();
    assert!(error.contains("no field of model = \"heat\"") && error.contains("thermoelectric"), "{error}");
}

#[test]
fn what_would_say_nothing_is_refused() {
    let until = "until = \"steady\"";
    refused(until, "until = \"steady\"\nsteady = { rate = 1e-3 }", &["run.steady.rate", "no meaning", "imbalance"]);
    refused(until, "until = \"1 s\"\nsafety = 0.5", &["run.safety", "no meaning"]);
    refused(until, "until = \"1 s\"\nmethod = \"explicit\"", &["run.method", "no meaning"]);
}

/// The number of steps that is allowed is the number that is made.
#[test]
fn iterations_are_held_to() {
    let text = LEG.replace("until = \"steady\"", "until = \"steady\"\nsteady = { iterations = 1 }");
    let scenario = Scenario::parse(&text, Path::new("leg.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let error =
        crate::execution::run(&scenario, &Default::default(), &mut crate::execution::Quiet).expect_err("one step");
    assert!(error.to_string().contains("not found in 1 Newton steps"), "{error}");
}
