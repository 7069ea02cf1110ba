//! Conduction at finite speed against exact answers: modes of the telegraph equation, Fourier's limit, walls, energy.

use crate::common::{number, run_report, scenario};
use clausius::backend::cpu::Cpu;
use clausius::backend::{Backend, Clock};
use clausius::conduction::Conduction;
use clausius::diagnostics::balance::Snapshot;
use clausius::diagnostics::survey::Survey;
use clausius::execution::{self, Options};
use clausius::scenario::Scenario;
use std::sync::Arc;

/// Final temperatures (K) of all cells.
fn temperatures(scenario: &Scenario) -> Vec<f64> {
    execution::run(scenario, &Options::default(), &mut execution::Quiet).unwrap_or_else(|e| panic!("{e}")).temperature
}

/// An insulated box of side pi with the mode cos(x) cos(y) cos(z) of its dimensions, diffusivity 1 m2/s.
fn mode(dimensions: usize, cells: usize, relaxation: &str, run: &str) -> String {
    let n = |active: bool| if active { cells } else { 1 };
    let sizes = if dimensions == 3 { vec![cells; 3] } else { vec![cells, n(dimensions == 2)] };
    let lengths = vec!["3.141592653589793"; sizes.len()].join(", ");
    let axes = ["x", "y", "z"];
    let shape: Vec<String> = axes[..dimensions].iter().map(|a| format!("cos({a})")).collect();
    format!(
        "[grid]\nsize = [{lengths}]\ncells = {sizes:?}\nmaterial = \"unit\"\n[materials.unit]\nconductivity = 1.0\n\
         volumetric_heat_capacity = 1.0\n{relaxation}\n[initial]\ntemperature = \"300 + 10*{}\"\n[run]\n{run}\n",
        shape.join("*")
    )
}

/// Amplitude of the mode: A'' tau + A' + w A = 0 from rest, with w the squared wave number times the diffusivity.
fn damped(w: f64, tau: f64, t: f64) -> f64 {
    let (decay, root) = (0.5 / tau, w / tau - 0.25 / (tau * tau));
    let s = root.abs().sqrt();
    let (c, s) = if root > 0.0 { ((s * t).cos(), (s * t).sin() / s) } else { ((s * t).cosh(), (s * t).sinh() / s) };
    (-decay * t).exp() * (c + decay * s)
}

/// Largest error of the mode after a time.
fn error(dimensions: usize, cells: usize, tau: f64, until: f64, step: Option<f64>) -> f64 {
    let step = step.map_or(String::new(), |s| format!("time_step = {s}\n"));
    let text = mode(dimensions, cells, &format!("relaxation_time = {tau}"), &format!("until = {until}\n{step}"));
    let scenario = scenario(&text);
    let grid = &scenario.problem.grid;
    let amplitude = damped(dimensions as f64, tau, until);
    let field = temperatures(&scenario);
    (0..grid.len())
        .map(|i| {
            let at = grid.centre(grid.cell(i)).to_array();
            let shape: f64 = at[..dimensions].iter().map(|x| x.cos()).product();
            ((field[i] - 300.0) / 10.0 - amplitude * shape).abs()
        })
        .fold(0.0, f64::max)
}

/// Step and cells refined together: what is of second order in both falls by four.
#[test]
fn order_two_in_space_and_time() {
    for (dimensions, tau) in [(1, 1.0), (1, 0.3), (2, 2.0), (3, 1.0)] {
        let cells = if dimensions == 3 { [8, 16] } else { [24, 48] };
        let errors = cells.map(|n| error(dimensions, n, tau, 2.0, Some(0.4 * tau.sqrt() / n as f64)));
        let order = (errors[0] / errors[1]).log2();
        eprintln!("{dimensions}D, tau = {tau} s: errors {errors:?}, order {order:.3}");
        assert!((1.9..2.2).contains(&order) && errors[1] < 0.01, "{dimensions}D tau {tau}: {errors:?}, order {order}");
    }
}

/// On one grid, against its own limit of short steps: the order of the step alone.
#[test]
fn order_two_in_time_alone() {
    let run = |step: f64| {
        temperatures(&scenario(&mode(1, 16, "relaxation_time = 0.5", &format!("until = 2\ntime_step = {step}"))))
    };
    let exact = run(1.0 / 4096.0);
    let off = |step: f64| run(step).iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let errors = [1.0 / 16.0, 1.0 / 32.0, 1.0 / 64.0].map(off);
    eprintln!("errors {errors:?}");
    for pair in errors.windows(2) {
        assert!((1.9..2.1).contains(&(pair[0] / pair[1]).log2()), "{errors:?}");
    }
}

#[test]
fn a_relaxation_far_shorter_than_the_step_is_fouriers_law() {
    let fourier = temperatures(&scenario(&mode(2, 12, "", "until = 0.5")));
    let short = temperatures(&scenario(&mode(2, 12, "relaxation_time = 1e-9", "until = 0.5")));
    let apart = fourier.iter().zip(&short).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-12, "{apart}");
}

/// A body of two materials, one of them with inertia, a contact between, a hole that is cooled, sources, every kind of wall.
const MIXED: &str = r#"
[grid]
size = [1, 1, 1]
cells = [10, 9, 8]
material = "slow"
[materials.slow]
conductivity = "1 + 0.002*(T - 300)"
volumetric_heat_capacity = "1 + 0.001*(T - 300)"
relaxation_time = 0.2
[materials.quick]
conductivity = 3.0
volumetric_heat_capacity = 2.0
[materials.grain]
conductivity = [[2, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1.5]]
volumetric_heat_capacity = 1.5
relaxation_time = 0.05
[[region]]
name = "plate"
material = "quick"
box = [[0, 0, 0], [1, 1, 0.25]]
power = 20.0
[[region]]
name = "block"
material = "grain"
box = [[0, 0, 0.6], [0.5, 1, 1]]
[[region]]
name = "hole"
material = "void"
box = [[0.6, 0.4, 0.4], [0.9, 0.8, 0.8]]
boundary = { convection = 4, ambient = 320 }
[[contact]]
between = ["quick", "slow"]
resistance = 0.1
[initial]
temperature = "300 + 20*x"
[boundary]
x_min = { temperature = 310 }
x_max = { flux = 12 }
y_min = { convection = 3, ambient = 290 }
y_max = { radiation = 0.9, ambient = 350, convection = 0.5 }
z_max = { temperature = "300 + 5*t" }
[run]
until = 1.0
"#;

#[test]
fn energy_closes_in_a_body_of_all_kinds() {
    let report = run_report(MIXED);
    assert!(number(&report, "energy.closure") < 1e-12, "{}", number(&report, "energy.closure"));
    assert!(number(&report, "temperature.max_K") < 500.0);
}

/// Every wall but a driven one: after long the heats are those of the steady solver.
#[test]
fn steady_states_are_fouriers() {
    let text = MIXED.replace("\"300 + 5*t\"", "300");
    let run = |until: &str| temperatures(&scenario(&text.replace("until = 1.0", until)));
    let (late, steady) = (run("until = 40.0"), run("until = \"steady\""));
    let apart = late.iter().zip(&steady).filter(|(a, _)| !a.is_nan()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-4, "{apart}");
}

/// A joined ring: a pulse at rest parts into two halves that run around and meet on the far side.
#[test]
fn halves_of_a_pulse_meet_beyond_the_joined_ends() {
    let text = "[grid]\nsize = [1, 0.1]\ncells = [200, 1]\nmaterial = \"unit\"\n[materials.unit]\nconductivity = 1e4\n\
        volumetric_heat_capacity = 1.0\nrelaxation_time = 1e4\n[initial]\ntemperature = \"300 + 100*exp(-((x - 0.25)/0.03)^2)\"\n\
        [boundary]\nx_min = { periodic = true }\nx_max = { periodic = true }\n[run]\nuntil = 0.5\n";
    let field = temperatures(&scenario(text));
    let peak = (0..200).max_by(|&a, &b| field[a].total_cmp(&field[b])).unwrap_or(0);
    assert!((149..=150).contains(&peak) && (field[peak] - 400.0).abs() < 1.0, "{peak}: {}", field[peak]);
}

/// An isolated bar that rings: classical entropy falls for a while, extended entropy never does and grows as its production says;
/// energy stays; a state that is put back goes on bit for bit.
#[test]
fn extended_entropy_grows_and_a_state_goes_on() {
    let problem = scenario(&mode(2, 12, "relaxation_time = 2.0", "until = 1")).problem;
    let mut conduction = Conduction::new(Arc::new(problem)).expect("a conduction");
    let mut cpu = Cpu::new(conduction.clone());
    let clock = Clock { start: 0.0, step: 0.02 };
    let (mut classical, mut extended, mut produced) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..300 {
        cpu.advance(clock, n, 1).expect("a step");
        let (enthalpy, heats) = (cpu.enthalpy().expect("state"), cpu.heats().expect("heats"));
        let snapshot = Snapshot::with_heats(&mut conduction, &enthalpy, heats, clock.time(n + 1));
        assert!(snapshot.net().iter().sum::<f64>().abs() < 1e-10);
        let survey = Survey::of(&snapshot, clock.step);
        classical.push(survey.entropy);
        extended.push(survey.entropy - survey.held_entropy);
        produced.push(snapshot.extended_production());
        assert!(snapshot.rates().entropy_closure() < 1e-12);
    }
    let fell = classical.windows(2).any(|s| s[1] < s[0]);
    assert!(fell, "a ringing bar gives classical entropy back for a while");
    let scale = extended[299] - extended[0];
    assert!(extended.windows(2).all(|s| s[1] > s[0] - 1e-4 * scale), "extended entropy falls");
    let integral: f64 = produced.windows(2).map(|p| 0.5 * clock.step * (p[0] + p[1])).sum();
    assert!((integral / scale - 1.0).abs() < 0.01, "{integral} against {scale}");

    let mut resumed = Cpu::new(conduction);
    resumed.load(&cpu.enthalpy().expect("state"), &cpu.ledger().expect("ledger")).expect("loaded");
    resumed.load_heats(&cpu.heats().expect("heats").expect("they are state")).expect("loaded");
    for backend in [&mut cpu, &mut resumed] {
        backend.advance(clock, 300, 50).expect("steps");
    }
    assert_eq!(cpu.enthalpy().expect("state"), resumed.enthalpy().expect("state"));
    assert_eq!(cpu.heats().expect("heats"), resumed.heats().expect("heats"));
}

/// A ringing bar through the whole program: heat runs uphill for a while, which is told and not held against it.
#[test]
fn a_ringing_bar_keeps_the_second_law_in_its_extended_form() {
    let report = run_report(&mode(1, 128, "relaxation_time = 4.0", "until = 3.0"));
    let count = |what: &str| {
        let tests = report["second_law"]["tests"].as_array().expect("tests");
        let test = tests.iter().find(|t| t["what"].as_str().is_some_and(|w| w.starts_with(what))).expect("a test");
        number(test, "checked")
    };
    assert_eq!(number(&report, "second_law.violations"), 0.0);
    assert!(count("the extended entropy") > 20.0);
    assert_eq!((count("heat runs"), count("temperatures stay"), count("the entropy of an")), (0.0, 0.0, 0.0));
    assert!(number(&report, "entropy.closure") < 1e-12, "{}", number(&report, "entropy.closure"));
    assert!(number(&report, "entropy.extended.production_W_per_K") > 0.0);
    assert!(number(&report, "entropy.extended.held_J_per_K") > 0.0);
    // by then classical production has been negative: the extended one accounts for the difference
    let (change, extended) =
        (number(&report, "entropy.change_J_per_K"), number(&report, "entropy.extended.change_J_per_K"));
    assert!((change - extended - number(&report, "entropy.extended.held_J_per_K")).abs() < 1e-12 && extended > 0.0);
}

/// The same bar between a wall that swings and an environment: it is not isolated, and its extended entropy has a budget that closes over the
/// run, in which nothing is produced backwards; the classical production was negative on the way.
#[test]
fn extended_entropy_has_a_budget_that_closes_for_a_body_that_is_not_isolated() {
    let driven = mode(1, 64, "relaxation_time = 4.0", "until = 12.0").replace(
        "[run]",
        "[boundary]\nx_min = { temperature = \"300 + 5*sin(2*t)\" }\nx_max = { convection = 0.5, ambient = 310 }\n[run]",
    );
    let report = run_report(&format!("{driven}[output]\nseries_every = 0.05\n"));
    let extended = |key: &str| number(&report, &format!("entropy.extended.{key}"));
    let (left, produced) = (extended("quadrature_J_per_K"), extended("produced_J_per_K"));
    println!("left {left:.2e} of {produced:.2e} J/K produced");
    assert!(produced > 0.0 && left.abs() < 1e-2 * produced, "{left} of {produced}");
    assert_eq!(number(&report, "second_law.violations"), 0.0, "{}", report["second_law"]["list"]);
    let tests = report["second_law"]["tests"].as_array().expect("tests");
    let test = tests.iter().find(|t| t["what"].as_str().is_some_and(|w| w.starts_with("the extended entropy")));
    assert!(number(test.expect("a test"), "checked") > 100.0);
}

/// A flux that is given flows at once: no heat with inertia stands in the way of it, and the extended entropy falls nowhere.
#[test]
fn a_given_flux_keeps_the_second_law() {
    for flux in ["-1000", "\"1e4*sin(t/30)\"", "\"1e4*(1 - exp(-t/100))\""] {
        let text = format!(
            "[grid]\nsize = [0.1, 0.1]\ncells = [1, 20]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\nvolumetric_heat_capacity = 1e6\n\
             relaxation_time = 500\n[initial]\ntemperature = 300\n[boundary]\ny_min = {{ flux = {flux} }}\n[run]\nuntil = 300\ntime_step = 0.1\n"
        );
        let law = run_report(&text)["second_law"].clone();
        assert!(law["violations"] == 0, "{flux}: {law}");
    }
}

/// A wall that is suddenly hot: what runs into the bar falls from the wall to the front, and is nothing beyond. Below the limit of the step it would ring.
#[test]
fn fronts_do_not_ring() {
    let bar = scenario(
        "[grid]\nsize = [4.0, 0.1]\ncells = [400, 1]\nmaterial = \"unit\"\n[materials.unit]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
         relaxation_time = 1.0\n[initial]\ntemperature = 300.0\n[boundary]\nx_min = { temperature = 400.0 }\n[run]\nuntil = 1.5\n",
    );
    let t = temperatures(&bar);
    let rise = t.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::NEG_INFINITY, f64::max);
    assert!(rise < 0.1 && t[0] <= 400.0 && t[399] >= 300.0, "{rise} K uphill, {} K beside the wall", t[0]);
    // the height of the front, 100 exp(-t/(2 tau))
    assert!((t[147] - 300.0 - 100.0 * (-0.75_f64).exp()).abs() < 1.5 && t[153] < 300.1, "{} and {}", t[147], t[153]);
}

/// A flux that is given does not answer to the cell behind it, however it varies: it makes no step shorter.
#[test]
fn a_flux_that_varies_shortens_no_step() {
    let rate = |relaxation: &str, flux: &str| {
        let bar = scenario(&format!(
            "[grid]\nsize = [1.0, 1.0]\ncells = [10, 10]\nmaterial = \"unit\"\n[materials.unit]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
             {relaxation}\n[initial]\ntemperature = 300.0\n[boundary]\nx_min = {{ flux = {flux} }}\n[run]\nuntil = 1.0\n"
        ));
        Conduction::new(Arc::new(bar.problem.clone())).unwrap().fastest_rate([-50.0, 50.0], [0.0, 1.0])
    };
    for relaxation in ["", "relaxation_time = 1.0"] {
        let still = rate(relaxation, "0.0");
        assert_eq!([rate(relaxation, "100.0"), rate(relaxation, "\"100*(1 + sin(t))\"")], [still; 2]);
    }
}
