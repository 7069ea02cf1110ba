//! Time: the order of explicit steps, outputs hit exactly, and resuming bit for bit.

use crate::common::{number, run_report, scenario};
use clausius::backend::{Kind, Precision, Selection};
use clausius::checkpoint::Checkpoint;
use clausius::execution::{self, ExecutionError, Moment, Options, Outcome, Quiet, Watch, Watched};
use clausius::simulation::SimulationError;
use clausius::steady::Step;

/// A cell with a driven wall: C dT/dt = g (T_w(t) - T), solved exactly.
#[test]
fn explicit_steps_are_of_first_order_in_time() {
    let error = |step: f64| {
        let report = run_report(&format!(
            "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [1, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 0.5\nvolumetric_heat_capacity = 1.0\n\
             [initial]\ntemperature = 300.0\n[boundary]\nx_min = {{ temperature = \"300 + 10*sin(t)\" }}\n[run]\nuntil = 2.0\ntime_step = {step}\n"
        ));
        // rate 1/s: T' = 10 sin t - T from 0: T = 5 (sin t - cos t + exp(-t))
        let exact = 5.0 * (2.0_f64.sin() - 2.0_f64.cos() + (-2.0_f64).exp());
        number(&report, "temperature.mean_K") - 300.0 - exact
    };
    let (coarse, fine) = (error(0.02), error(0.01));
    let order = (coarse / fine).abs().log2();
    assert!((order - 1.0).abs() < 0.05, "order {order}: errors {coarse} and {fine}");
}

const BAR: &str = "model = \"heat\"\n[grid]\nsize = [0.1, 0.02]\ncells = [40, 5]\nmaterial = \"m\"\n[materials.m]\nconductivity = \"20 + 0.1*(T-300)\"\n\
    volumetric_heat_capacity = \"3e6 + 100*T\"\n[initial]\ntemperature = 300.0\n[boundary]\nx_min = { temperature = \"300 + 50*sin(t/3)\" }\nx_max = { convection = 100.0, radiation = 0.8, ambient = 350.0 }\n\
    [run]\nuntil = 10.0\ncheckpoint_every = 3.0\n[output]\nat = [0.7, 3.3]\nseries_every = 1.1\n";

/// Keeps checkpoints; stops after so many calls.
struct Keeper {
    checkpoints: Vec<Checkpoint>,
    times: Vec<f64>,
    calls_left: usize,
}

impl Watch for Keeper {
    fn frame(&mut self, moment: &Moment) -> Watched {
        self.times.extend(moment.time);
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        self.checkpoints.push(checkpoint);
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        self.calls_left = self.calls_left.saturating_sub(1);
        self.calls_left > 0
    }
    fn converging(&mut self, _: &Step) -> bool {
        self.going(0.0, 0)
    }
    fn note(&mut self, _: &str) {}
}

fn keeper(calls: usize) -> Keeper {
    Keeper { checkpoints: Vec::new(), times: Vec::new(), calls_left: calls }
}

#[test]
fn outputs_and_rows_land_exactly_on_their_times() {
    let mut keeper = keeper(usize::MAX);
    let outcome = execution::run(&scenario(BAR), &Options::default(), &mut keeper).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(keeper.times, [0.7, 3.3, 10.0]);
    for n in 1..=9 {
        let wanted = f64::from(n) * 1.1;
        assert!(outcome.samples.iter().any(|s| (s.time - wanted).abs() < 1e-12), "no row at {wanted}");
    }
    assert_eq!(outcome.report.time.end_s, 10.0);
}

#[test]
fn a_run_interrupted_anywhere_and_resumed_gives_the_same_bits() {
    let whole = finished(None);
    for calls in [1, 2, 7, 20] {
        let mut keeper = keeper(calls);
        let error = execution::run(&scenario(BAR), &Options::default(), &mut keeper).expect_err("it was stopped");
        assert!(matches!(error, ExecutionError::Simulation(SimulationError::Interrupted { .. })), "{error}");
        let resumed = finished(keeper.checkpoints.pop());
        assert_eq!(resumed.temperature, whole.temperature, "stopped at call {calls}");
        assert_eq!(resumed.report.energy.boundary_in, whole.report.energy.boundary_in);
        assert_eq!(resumed.samples.last(), whole.samples.last());
    }
}

fn finished(resume: Option<Checkpoint>) -> Outcome {
    let options = Options { resume, ..Options::default() };
    execution::run(&scenario(BAR), &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn a_short_pulse_is_not_stepped_over() {
    let report = run_report(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [4, 4]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nname = \"heater\"\nbox = [[0.0, 0.0], [0.5, 0.5]]\npower = { t = [0.0, 99.0, 100.0, 101.0], value = [0.0, 0.0, 1e6, 0.0] }\n\
         [initial]\ntemperature = 300.0\n[run]\nuntil = \"1 h\"\n",
    );
    let source = number(&report, "energy.source_J");
    assert!((source - 1e6).abs() < 1e-6 * 1e6, "{source} J of a pulse of 1 MJ");
}

#[test]
fn a_boundary_that_dips_below_absolute_zero_between_outputs_is_refused() {
    let text = BAR.replace("300 + 50*sin(t/3)", "300 - 400*exp(-((t - 5.293)/0.006)^2)");
    let error = execution::run(&scenario(&text), &Options::default(), &mut Quiet).expect_err("it is refused");
    let ExecutionError::Scenario(errors) = &error else { panic!("{error}") };
    assert!(errors.list[0].key == "boundary" && errors.list[0].message.contains("boundary or ambient"), "{error}");
}

#[test]
fn a_steady_solve_interrupted_goes_on_from_where_it_was() {
    // radiation, k(T), S(T) and Soret's coefficient that varies: Newton takes several steps
    let heat = "model = \"heat\"\n[grid]\nsize = [1.0, 0.5]\ncells = [16, 8]\nmaterial = \"m\"\n[materials.m]\n\
        conductivity = \"2 + 0.01*T\"\nvolumetric_heat_capacity = 1e6\n[initial]\ntemperature = 300\n[boundary]\n\
        x_min = { temperature = 900 }\nx_max = { radiation = 0.9, ambient = 300 }\n[run]\nuntil = \"steady\"\n";
    let charge = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [8, 2]\nmaterial = \"a\"\n\
        [materials.a]\nconductivity = \"1.5 + 0.002*(T - 300)\"\nelectrical_conductivity = \"1e5*(1 - 0.001*(T - 300))\"\n\
        seebeck = \"2e-4 + 1e-7*(T - 300)\"\nvolumetric_heat_capacity = 1.2e6\n[initial]\ntemperature = 300\n\
        [boundary]\nx_min = { radiation = 0.9, ambient = 300 }\nx_max = { temperature = 300 }\n\
        [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = 2000\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
        [run]\nuntil = \"steady\"\n";
    let matter = "model = \"mixture\"\n[grid]\nsize = [1e-2, 1e-2]\ncells = [8, 6]\nmaterial = \"a\"\n\
        [mixture]\nmolar_mass = [\"58 g/mol\", \"18 g/mol\"]\n\
        [materials.a]\nconductivity = 0.6\ndensity = 1000\nspecific_heat = 4000\ndiffusivity = 1e-8\nsoret = \"1e-2 + 1e-4*(T - 300)\"\n\
        [initial]\ntemperature = 300\nmass_fraction = \"0.3 + 10*x\"\n\
        [boundary]\ny_min = { temperature = 340 }\ny_max = { temperature = 300 }\n[run]\nuntil = \"steady\"\n";
    // With charge the first looks go to the potentials, which come first.
    for (text, after) in [(heat, 4), (charge, 8), (matter, 8)] {
        let run = |resume, watch: &mut dyn Watch| {
            execution::run(&scenario(text), &Options { resume, ..Options::default() }, watch)
        };
        let whole = run(None, &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
        let all = whole.report.time.steps;
        let mut keeper = keeper(after);
        let error = run(None, &mut keeper).expect_err("it was stopped");
        assert!(error.to_string().contains("interrupted"), "{error}");
        let resumed = run(keeper.checkpoints.pop(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
        assert!(
            resumed.report.time.steps + 2 <= all,
            "{} steps after {} of {all}",
            resumed.report.time.steps,
            after - 1
        );
        assert!(resumed.apart(&whole) < 1e-9, "{:e}", resumed.apart(&whole));
        if let (Some(a), Some(b)) = (&resumed.report.mixture, &whole.report.mixture) {
            for (a, b) in [(a.mass_fraction.min, b.mass_fraction.min), (a.mass_fraction.mean, b.mass_fraction.mean)] {
                assert!((a - b).abs() < 1e-9, "{a} and {b}");
            }
        }
        if let (Some(a), Some(b)) = (&resumed.report.thermoelectric, &whole.report.thermoelectric) {
            assert!((a.joule - b.joule).abs() < 1e-9 * b.joule, "{} and {} W", a.joule, b.joule);
        }
    }
}

/// More than ten million steps: a bar that is warmed and cooled in turn comes back to the same temperatures after every cycle, so that what the
/// last cycle has that an early one had not is what rounding did in between.
#[test]
fn ten_million_steps_stay_right() {
    let after = |cycles: u32, precision: Precision| {
        let text = format!(
            "model = \"heat\"\n[grid]\nsize = [0.2, 0.05]\ncells = [64, 4]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50.0\nvolumetric_heat_capacity = 2.5e6\n\
             [initial]\ntemperature = 300.0\n[boundary]\nx_min = {{ temperature = \"300 + 10*sin(2*pi*t/1000)\" }}\nx_max = {{ convection = 500.0, ambient = 300.0 }}\n\
             [[probe]]\nname = \"A\"\nat = [0.05, 0.02]\n[run]\nuntil = {}\nmethod = \"explicit\"\n",
            1000 * cycles
        );
        let selection = Selection { kind: Kind::Cpu, precision: Some(precision), ..Selection::default() };
        let options = Options { selection, ..Options::default() };
        let outcome = execution::run(&scenario(&text), &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
        serde_json::to_value(&outcome.report).expect("a report is JSON")
    };
    for (precision, drift, closure) in [(Precision::F64, 1e-10, 1e-12), (Precision::F32, 1e-6, 1e-5)] {
        let (early, late) = (after(45, precision), after(1500, precision));
        let at = |report| number(report, "probes.A.temperature_K");
        assert!(number(&late, "time.steps") > 1e7);
        assert!((at(&early) - at(&late)).abs() < drift, "{precision:?}: {} and {}", at(&early), at(&late));
        assert!(number(&late, "energy.closure") < closure, "{precision:?}: {}", number(&late, "energy.closure"));
        assert_eq!(late["state"]["verdict"], "periodic", "{}", late["state"]["reason"]);
        assert_eq!(late["backend"]["precision"], precision.name());
    }
}

#[test]
fn strong_convection_counts_in_the_stable_step() {
    let faces: Vec<String> = ["x_min", "x_max", "y_min", "y_max", "z_min", "z_max"]
        .iter()
        .map(|face| format!("{face} = {{ convection = 1e7, ambient = 400.0 }}\n"))
        .collect();
    let report = run_report(&format!(
        "model = \"heat\"\n[grid]\nsize = [0.1, 0.1, 0.1]\ncells = [6, 6, 6]\nmaterial = \"copper\"\n\
         [initial]\ntemperature = 300.0\n[boundary]\n{}[run]\nuntil = \"2 s\"\nmethod = \"explicit\"\n\
         [output]\nevery = \"0.1 s\"\n",
        faces.concat()
    ));
    assert_eq!(number(&report, "second_law.violations"), 0.0);
    assert!(number(&report, "temperature.max_K") <= 400.0);
}

/// Smooth pulses far shorter than a stable step, in what is given and in what surrounds a body, at a wall and inside: each brings what it should (heat that
/// passes a film within 0.05 s; 10 cells with steps of 900 s).
#[test]
fn a_smooth_pulse_is_followed_however_short_it_is() {
    let of = |boundary: &str, more: &str| {
        run_report(&format!(
            "[grid]\nsize = [0.1, 0.001]\ncells = [10, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 0.1\nvolumetric_heat_capacity = 2e6\n\
             [initial]\ntemperature = 300\n[boundary]\n{boundary}\n{more}[run]\nuntil = 1e5\nmethod = \"explicit\"\n"
        ))
    };
    let pulse = "exp(-((t-50000.3)/0.05)^2)";
    let area = 0.001 * 0.05 * std::f64::consts::PI.sqrt();
    let entered = |report: &serde_json::Value| number(report, "energy.boundary_in_J");
    let flux = of(&format!("x_min = {{ flux = \"1e6*{pulse}\" }}"), "");
    assert!((entered(&flux) / (1e6 * area) - 1.0).abs() < 0.01, "{} J", entered(&flux));
    let film = of(&format!("x_min = {{ convection = 1e-3, ambient = \"300 + 1e4*{pulse}\" }}"), "");
    assert!((entered(&film) / (10.0 * area) - 1.0).abs() < 0.01, "{} J", entered(&film));
    let inside = of("", &format!("[[region]]\nbox = [[0, 0], [0.1, 0.001]]\npower_density = \"1e7*{pulse}\"\n"));
    assert!((number(&inside, "energy.source_J") / (1e6 * area) - 1.0).abs() < 0.01, "{inside}");
    for report in [flux, film, inside] {
        assert!(!report["warnings"].to_string().contains("within single steps"), "{}", report["warnings"]);
    }
}

/// What tends to the temperature around it is told for how long it does, and is there then; so is what heat passes through.
#[test]
fn the_time_that_is_left_runs_down() {
    let of = |power: f64, until: f64| {
        run_report(&format!(
            "[grid]\nsize = [0.01, 0.01]\ncells = [10, 10]\nmaterial = \"m\"\n[materials.m]\nconductivity = 100\nvolumetric_heat_capacity = 2e6\n\
             [[region]]\nbox = [[0, 0], [0.01, 0.01]]\npower = {power}\n[initial]\ntemperature = 350\n\
             [boundary]\nx_min = {{ convection = 100, ambient = 300 }}\n[run]\nuntil = {until}\n"
        ))
    };
    for (power, verdict) in [(0.0, "equilibrium"), (20.0, "steady")] {
        let left = |until: f64| number(&of(power, until), "state.time_left_s");
        let (first, later) = (left(200.0), left(2000.0));
        assert!((first - later - 1800.0).abs() < 0.05 * first, "{power} W: {first} s, then {later} s");
        let end = of(power, 200.0 + 1.05 * first);
        assert_eq!(end["state"]["verdict"], verdict, "{power} W after {first} s: {}", end["state"]);
    }
}

/// A formula that does all it does within one step is told, one that steps can follow is not.
#[test]
fn a_formula_that_jumps_is_followed_to_the_jump() {
    let report = run_report(
        "[grid]\nsize = [0.1, 0.1]\ncells = [5, 5]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\n\
         volumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 300 }\n\
         [[region]]\nname = \"r\"\nbox = [[0, 0], [0.1, 0.1]]\npower = \"if(mod(t, 100) < 0.9, 1e5, 0)\"\n\
         [run]\nuntil = 3600\nmethod = \"explicit\"\n",
    );
    let source = number(&report, "energy.source_J");
    assert!((source / (36.0 * 0.9 * 1e5) - 1.0).abs() < 1e-9, "{source} J");
    assert!(!report["warnings"].to_string().contains("within single steps"), "{}", report["warnings"]);
}

#[test]
fn what_falls_between_two_steps_is_told() {
    for (formula, told) in [
        ("1e6*exp(-((mod(t, 3000) - 100)/0.5)^2)", true),
        ("1e6*exp(-((t - 100)/0.5)^2)", false),
        ("1e3*exp(-((t - 100)/50)^2)", false),
        ("1e3*(1 + sin(2*pi*t/600))", false),
        ("t", false),
    ] {
        let report = run_report(&format!(
            "[grid]\nsize = [0.1, 0.1]\ncells = [5, 5]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\n\
             volumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n[boundary]\nx_min = {{ temperature = 300 }}\n\
             [[region]]\nname = \"r\"\nbox = [[0, 0], [0.1, 0.1]]\npower = \"{formula}\"\n\
             [run]\nuntil = 3600\nmethod = \"explicit\"\n"
        ));
        let warnings = report["warnings"].to_string();
        assert_eq!(warnings.contains("within single steps"), told, "{formula}: {warnings}");
    }
}
