//! Super steps: their order, their gain on rough data, conservation, the maximum principle, resuming, and every transient
//! case of the catalogue once more.

use crate::common::scenario;
use clausius::checkpoint::Checkpoint;
use clausius::conduction::Conduction;
use clausius::execution::{self, ExecutionError, Moment, Options, Outcome, Quiet, Watch, Watched};
use clausius::scenario::{End, Model, Scenario};
use clausius::simulation::SimulationError;
use clausius::steady::Step;
use clausius::verify::{self, totals};
use std::path::Path;
use std::sync::Arc;

fn outcome(text: &str) -> Outcome {
    execution::run(&scenario(text), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

fn furthest(a: &Outcome, b: &Outcome) -> f64 {
    a.temperature.iter().zip(&b.temperature).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A bar with everything that is smooth in time: k(T), c(T), a driven wall, radiation, a driven source.
const SMOOTH: &str = "model = \"heat\"\n[grid]\nsize = [0.1, 0.01]\ncells = [60, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = \"20 + 0.1*(T-300)\"\n\
    volumetric_heat_capacity = \"3e6 + 3000*(T-300)\"\n[[region]]\nname = \"heater\"\nbox = [[0.0, 0.0], [0.1, 0.01]]\npower_density = \"2e6*(1-cos(t/20))\"\n\
    [initial]\ntemperature = \"320 + 20*cos(31.4159*x)\"\n[boundary]\nx_min = { temperature = \"340 + 10*(1-cos(t/20))\" }\nx_max = { convection = 100.0, radiation = 0.8, ambient = \"300 + 25*(1-cos(t/20))\" }\n\
    [run]\nuntil = 50.0\n";

#[test]
fn the_orders_in_time_are_two_and_one() {
    for (order, least, most) in [(2, 1.8, 2.5), (1, 0.85, 1.3)] {
        let run = |step: f64| {
            outcome(&format!(
                "{SMOOTH}method = \"super-time-stepping\"\ntime_step = {step}\nsuper_time_stepping = {{ tolerance = 1.0, order = {order} }}\n"
            ))
        };
        let [a, b, c] = [2.5, 1.25, 0.625].map(run);
        assert!(a.report.time.cell_updates > 2 * 60 * a.report.time.steps, "not super steps");
        let measured = (furthest(&a, &b) / furthest(&b, &c)).log2();
        println!("order {order}: {measured:.2}");
        assert!((least..most).contains(&measured), "order {order}: {measured}");
    }
}

/// A hot block in a plate that is rough from cell to cell.
fn plate(k: &str, block: &str, run: &str) -> String {
    format!(
        "model = \"heat\"\n[grid]\nsize = [0.128, 0.016]\ncells = [128, 16]\nmaterial = \"m\"\n[materials.m]\nconductivity = {k}\nvolumetric_heat_capacity = 1e6\n\
         [materials.other]\nconductivity = 90.0\nvolumetric_heat_capacity = 3e6\n{block}\n\
         [initial]\ntemperature = \"300 + if(abs(x-0.06) + abs(y-0.006) < 0.012, 100, 0) + 10*sin(1e6*x)*cos(7e5*y)\"\n\
         [boundary]\nx_min = {{ temperature = 300.0 }}\ny_max = {{ convection = 50.0, ambient = 320.0 }}\n[run]\n{run}\n"
    )
}

const BLOCK: &str = "[[region]]\nname = \"block\"\nmaterial = \"other\"\nbox = [[0.03, 0.004], [0.08, 0.012]]\n";

#[test]
fn on_rough_data_they_take_an_eighth_of_the_sweeps_at_no_larger_error() {
    for (block, until) in [("", 600.0), (BLOCK, 900.0)] {
        let run = |more: &str| outcome(&plate("40.0", block, &format!("until = {until}\n{more}")));
        let explicit = run("method = \"explicit\"\n");
        let half = run("method = \"explicit\"\nsafety = 0.45\n");
        let leaps = run("");
        assert_eq!(leaps.report.backend.method, "super-time-stepping");
        // Richardson: the error of the explicit result is of first order in its step
        let mut exact = half.clone();
        for (e, (h, x)) in exact.temperature.iter_mut().zip(half.temperature.iter().zip(&explicit.temperature)) {
            *e = 2.0 * h - x;
        }
        let (ours, theirs) = (furthest(&leaps, &exact), furthest(&explicit, &exact));
        let ratio = explicit.report.time.cell_updates as f64 / leaps.report.time.cell_updates as f64;
        println!(
            "{} against {} sweeps: {ratio:.1} times fewer; error {ours:.1e} against {theirs:.1e} K",
            leaps.report.time.cell_updates / 2048,
            explicit.report.time.cell_updates / 2048
        );
        assert!(ours <= theirs && ratio >= 8.0);
    }
}

#[test]
fn no_temperature_leaves_its_range_after_a_jump() {
    for (k, block) in [("40.0", ""), ("40.0", BLOCK), ("[[75.0, 43.2, 0], [43.2, 25.2, 0], [0, 0, 60.0]]", "")] {
        for order in [1, 2] {
            let text = plate(
                k,
                block,
                &format!(
                    "until = 20.0\nmethod = \"super-time-stepping\"\nsuper_time_stepping = {{ tolerance = 1e-2, order = {order} }}\n[output]\nseries_every = 0.1\n"
                ),
            );
            let outcome = outcome(&text);
            let mut before = [f64::NEG_INFINITY, f64::INFINITY];
            for sample in &outcome.samples {
                let [low, high, _] = sample.survey.temperature;
                assert!(low >= before[0].min(300.0) - 1e-10 && high <= before[1].max(320.0) + 1e-10, "{sample:?}");
                before = [low, high];
            }
            assert_eq!(outcome.report.second_law.violations, 0);
            assert!(outcome.report.energy.closure < 1e-12, "{}", outcome.report.energy.closure);
        }
    }
}

#[test]
fn energy_closes_to_rounding() {
    for text in [
        format!("{SMOOTH}method = \"super-time-stepping\"\n"),
        plate("\"40 + 0.1*(T-300)\"", BLOCK, "until = 20.0\nmethod = \"super-time-stepping\"\n"),
    ] {
        let report = outcome(&text).report;
        println!("energy closure {:.1e}", report.energy.closure);
        assert!(report.energy.closure < 1e-12);
    }
}

/// Keeps checkpoints; stops after so many calls.
struct Keeper {
    checkpoints: Vec<Checkpoint>,
    calls_left: usize,
}

impl Watch for Keeper {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        self.checkpoints.push(checkpoint);
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        self.calls_left -= 1;
        self.calls_left > 0
    }
    fn converging(&mut self, _: &Step) -> bool {
        true
    }
    fn note(&mut self, _: &str) {}
}

#[test]
fn a_resumed_run_gives_the_same_bits() {
    let rough = plate("40.0", BLOCK, "until = 2.0\nmethod = \"super-time-stepping\"\n[output]\nat = [0.7, 1.1]\n");
    for text in [format!("{SMOOTH}method = \"super-time-stepping\"\n"), rough] {
        let whole = outcome(&text);
        for calls in [1, 4, 9] {
            let mut keeper = Keeper { checkpoints: Vec::new(), calls_left: calls };
            let stopped =
                execution::run(&scenario(&text), &Options::default(), &mut keeper).expect_err("it was stopped");
            assert!(matches!(stopped, ExecutionError::Simulation(SimulationError::Interrupted { .. })), "{stopped}");
            let options = Options { resume: keeper.checkpoints.pop(), ..Options::default() };
            let resumed = execution::run(&scenario(&text), &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(resumed.temperature, whole.temperature, "stopped at call {calls}");
            assert_eq!(resumed.report.energy.boundary_in, whole.report.energy.boundary_in);
            assert_eq!(resumed.samples.last(), whole.samples.last());
        }
    }
}

#[test]
fn what_melts_is_stepped_explicitly_and_said_so() {
    let text = plate("40.0", "", "until = 100.0\n").replace(
        "volumetric_heat_capacity = 1e6\n",
        "volumetric_heat_capacity = 1e6\nmelting = { solidus = 305.0, liquidus = 309.0, latent_heat = \"1.5e8 J/m^3\" }\n",
    );
    assert_eq!(outcome(&text).report.backend.method, "explicit");
    let asked = text.replace("[run]", "[run]\nmethod = \"super-time-stepping\"");
    let error = Scenario::parse(&asked, Path::new("test.toml"), &[]).expect_err("refused").to_string();
    assert!(error.contains("melts") && error.contains("\"explicit\""), "{error}");
}

/// Radiation sets the clock anew whenever temperatures leave their range, sometimes close before the end.
#[test]
fn no_stretch_is_too_short_to_be_crossed() {
    for until in 5..60 {
        let text = format!(
            "[grid]\nsize = [0.01, 0.01]\ncells = [8, 8]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\n\
             volumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n[boundary]\n\
             x_min = {{ radiation = 0.9, convection = 50, ambient = \"400 + 50*sin(t)\" }}\n\
             [run]\nuntil = {until}\nmethod = \"super-time-stepping\"\n"
        );
        struct Bounded(u64);
        impl Watch for Bounded {
            fn frame(&mut self, _: &Moment) -> Watched {
                Ok(())
            }
            fn checkpoint(&mut self, _: Checkpoint) -> Watched {
                Ok(())
            }
            fn going(&mut self, _: f64, steps: u64) -> bool {
                self.0 = steps;
                steps < 20_000
            }
            fn converging(&mut self, _: &Step) -> bool {
                true
            }
            fn note(&mut self, _: &str) {}
        }
        let mut bounded = Bounded(0);
        let outcome = execution::run(&scenario(&text), &Options::default(), &mut bounded);
        assert!(outcome.is_ok(), "to {until} s: not there after {} steps", bounded.0);
    }
}

#[test]
fn every_transient_case_of_the_catalogue_holds() {
    let mut failures = Vec::new();
    let mut checks = 0;
    for case in &verify::catalogue(&[]).expect("the shipped cases are well formed") {
        // without what melts or has inertia, what is steady, and what is known of one explicit step length alone
        let mut used = true;
        let findings = verify::judge(case, |text, label, overrides| {
            let mut overrides = overrides.to_vec();
            let plain = Scenario::parse(text, Path::new(label), &overrides);
            let fits = plain.as_ref().is_ok_and(|s| {
                s.model == Model::Heat
                    && matches!(s.run.end, End::Time(_))
                    && s.run.time_step.is_none()
                    && s.problem.materials.iter().all(|m| m.melting.is_none() && m.relaxation_time.is_none())
            });
            used &= fits;
            if fits {
                overrides.push("run.method=\"super-time-stepping\"".into());
            }
            verify::run(text, label, &overrides, &Default::default())
        });
        let (good, bad) = totals(&findings);
        if used {
            checks += good + bad;
            println!("{}: {good} good, {bad} bad", case.name);
        }
        if used && bad > 0 {
            failures.push(verify::Table { case, findings: &findings }.to_string());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checks > 50, "only {checks} checks");
}

/// A hot bar of a conductivity that is ten times larger once its surroundings have cooled it: the steps that it will need are known at the start.
#[test]
fn check_foretells_the_method_of_a_quench() {
    let quench = scenario(
        "model = \"heat\"\n[grid]\nsize = [0.06, 0.01]\ncells = [60, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = { T = [300, 1100], value = [60.0, 6.0] }\n\
         volumetric_heat_capacity = 4e6\n[initial]\ntemperature = 1100.0\n[boundary]\nx_min = { convection = 1000.0, ambient = 300.0 }\n[run]\nuntil = 60.0\n",
    );
    let conduction = Conduction::new(Arc::new(quench.problem.clone())).unwrap();
    let prospect = execution::prospect(&quench, &conduction, 60.0);
    let report = execution::run(&quench, &Options::default(), &mut Quiet).unwrap().report;
    assert!(prospect.leaps, "explicit steps were foretold");
    assert_eq!(report.backend.method, "super-time-stepping");
}

/// A mode that decays, against its exact discrete solution: what the report says of the time step is what super steps err by, whatever their order and tolerance.
#[test]
fn the_error_of_the_time_step_is_that_of_super_steps() {
    let cells = 64;
    let bar = |run: &str| {
        format!(
            "model = \"heat\"\n[grid]\nsize = [1.0, 0.1]\ncells = [{cells}, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
             [initial]\ntemperature = \"300 + 100*sin(pi*x)\"\n[boundary]\nx_min = {{ temperature = 300.0 }}\nx_max = {{ temperature = 300.0 }}\n\
             [run]\nuntil = 0.2\nmethod = \"super-time-stepping\"\n{run}"
        )
    };
    let h = 1.0 / f64::from(cells);
    let rate = 4.0 / (h * h) * (0.5 * std::f64::consts::PI * h).sin().powi(2);
    // the middle cells' amplitude
    let exact = 300.0 + 100.0 * (0.5 * std::f64::consts::PI * (1.0 - h)).sin() * (-0.2 * rate).exp();
    for run in [
        "",
        "super_time_stepping = { order = 1 }\n",
        "super_time_stepping = { tolerance = 1e-7 }\n",
        "time_step = 0.005\n",
    ] {
        let found = outcome(&bar(run));
        let error = (found.temperature[31] - exact).abs();
        let told = found.report.precision.time_step.unwrap();
        println!("{run:?}: {error:e} K, told {told:e} K");
        assert!(told < 4.0 * error && error < 2.0 * told, "{run:?}: {error:e} K, told {told:e} K");
    }
}

/// A bar of few cells whose end swings: steps that follow the swing are shorter than stability asks, and a tight tolerance makes them shorter still.
#[test]
fn a_tight_tolerance_is_kept_where_the_boundary_is_driven() {
    let bar = "model = \"heat\"\n[grid]\nsize = [0.01, 0.01]\ncells = [1, 12]\nmaterial = \"m\"\n\
        [materials.m]\nconductivity = 100.0\nvolumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n\
        [boundary]\ny_min = { temperature = \"300 + 10*sin(2*pi*t/0.4)\" }\n[run]\nuntil = 1.0\n";
    let exact = outcome(&format!("{bar}method = \"explicit\"\ntime_step = 2e-5\n"));
    for tolerance in [1e-5, 1e-6, 1e-7] {
        let steps =
            format!("method = \"super-time-stepping\"\nsuper_time_stepping = {{ tolerance = {tolerance:e} }}\n");
        let found = outcome(&format!("{bar}{steps}"));
        let (error, foretold) = (furthest(&found, &exact), found.report.precision.time_step.expect("foretold"));
        println!("{tolerance:e}: {error:.2e} K, foretold {foretold:.2e} K");
        assert!(error < 2e-3 && error < 2.0 * foretold, "{tolerance:e}: {error:e} K, foretold {foretold:e} K");
    }
}
