//! The coupled model against itself refined, against exact solutions, and against Onsager.

use super::device::Device;
use super::law::{Contact, Half, Matrix2, eigenvalues, mismatch};
use super::linear::Linear;
use super::onsager::{OnsagerError, in_series, measure, measure_with};
use crate::checkpoint::Checkpoint;
use crate::execution::{self, Options, Outcome, Quiet};
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

fn scenario(text: &str, set: &[String]) -> Scenario {
    Scenario::parse(text, Path::new("test.toml"), set).unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn device(text: &str, set: &[String]) -> Device {
    let scenario = scenario(text, set);
    let spec = scenario.thermoelectric.clone().expect("a thermoelectric model");
    Device::new(Arc::new(scenario.problem), spec).expect("a device")
}

fn run(text: &str, set: &[String]) -> Outcome {
    execution::run(&scenario(text, set), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

/// Blocks of five materials in no order, some of them insulators, with contacts between two pairs.
pub(crate) fn composite(cells: [usize; 3]) -> String {
    let materials = [("p", 1.5, "1e5", "2e-4"), ("n", 2.0, "7e4", "-1.5e-4"), ("metal", 50.0, "2e7", "3e-6")];
    let mut text = format!(
        "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 8e-4, 6e-4]\ncells = [{}, {}, {}]\nmaterial = \"p\"\n",
        cells[0], cells[1], cells[2]
    );
    for (name, k, sigma, s) in materials {
        text += &format!(
            "[materials.{name}]\nconductivity = {k}\nelectrical_conductivity = {sigma}\nseebeck = {s}\nvolumetric_heat_capacity = 1e6\n"
        );
    }
    text += "[materials.poor]\nconductivity = [0.3, 0.6, 0.9]\nelectrical_conductivity = 800\nseebeck = 8e-4\nvolumetric_heat_capacity = 1e6\n";
    text += "[materials.ceramic]\nconductivity = 30\nvolumetric_heat_capacity = 1e6\n";
    let names = ["p", "n", "metal", "poor", "ceramic"];
    let mut seed = 7u64;
    for k in 0..3 {
        for j in 0..4 {
            for i in 0..5 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let name = names[(seed >> 33) as usize % 5];
                let (low, high) = (
                    [i as f64 * 2e-4, j as f64 * 2e-4, k as f64 * 2e-4],
                    [(i + 1) as f64 * 2e-4, (j + 1) as f64 * 2e-4, (k + 1) as f64 * 2e-4],
                );
                text += &format!("[[region]]\nmaterial = \"{name}\"\nbox = [{low:?}, {high:?}]\n");
            }
        }
    }
    text += "[[contact]]\nbetween = [\"p\", \"metal\"]\nresistance = 1e-6\nelectrical_resistance = 1e-10\n";
    text += "[[contact]]\nbetween = [\"n\", \"poor\"]\nelectrical_resistance = 1e-9\n";
    text += "[boundary]\nx_min = { temperature = 310 }\nx_max = { convection = 5000, ambient = 290 }\n";
    text += "[[terminal]]\nname = \"a\"\nface = \"x_min\"\npotential = 0.02\n";
    text += "[[terminal]]\nname = \"b\"\nface = \"x_max\"\npotential = 0\n[run]\nuntil = \"steady\"\n";
    text
}

#[test]
fn a_random_composite_answers_itself() {
    let device = device(&composite([15, 12, 9]), &[]);
    let response = measure(&device, &mut Linear::on_cpu()).expect("a response");
    assert!(mismatch(response.matrix) < 1e-10, "{response:?}");
    assert!(eigenvalues(response.matrix)[0] > 0.0);
    // without forces nothing flows but the rounding of a mean
    assert!(response.at_rest.iter().all(|v| *v < 1e-12), "{:?}", response.at_rest);
    assert!(response.figure_of_merit() > 1e-3 && response.figure_of_merit() < 5.0, "{response:?}");
}

/// Seebeck's term takes one mean of the two sides and Peltier's another: what peers with two formulas do.
pub(crate) fn two_means(a: &Half, contact: &Contact, b: &Half, t: f64) -> Matrix2 {
    let mut m = in_series(a, contact, b, t);
    m[1][0] = m[0][0] * 0.5 * (a.seebeck + b.seebeck);
    m
}

#[test]
fn a_broken_average_is_seen() {
    let device = device(&composite([10, 8, 6]), &[]);
    let broken = measure_with(&device, &two_means, &mut Linear::on_cpu()).expect("a response");
    assert!(mismatch(broken.matrix) > 1e-4, "{}", mismatch(broken.matrix));
    assert!(mismatch(measure(&device, &mut Linear::on_cpu()).expect("a response").matrix) < 1e-10);
}

/// A flux that is given beside two surfaces of given temperatures is no drop, and a terminal between two others has no part in the experiments.
#[test]
fn a_device_is_measured_between_two_surfaces_and_two_terminals() {
    let text = composite([10, 8, 6]);
    let with = |more: &str| measure(&device(&text, &[more.to_owned()]), &mut Linear::on_cpu());
    let plain = with("boundary.y_min={ flux = 0 }").expect("a response");
    let heated = with("boundary.y_min={ flux = 1e4 }").expect("a response");
    assert_eq!(plain.matrix, heated.matrix);
    assert_eq!(plain.surfaces, heated.surfaces);
    let third = format!("{text}[[terminal]]\nname = \"c\"\nface = \"y_max\"\npotential = 0\n");
    assert_eq!(measure(&device(&third, &[]), &mut Linear::on_cpu()), Err(OnsagerError::Terminals(3)));
}

#[test]
fn laminates_have_their_exact_effective_values() {
    // de Groot & Mazur's matrix per layer; along: means, across: means of the inverse matrices
    for (along, [sigma, alpha, k]) in [(true, [6e4, 1.5e-4, 2.475]), (false, [30303.0303030303, 1e-4, 2.0])] {
        let stripes = if along { "[[0, 0], [1e-3, 5e-4]]" } else { "[[0, 0], [5e-4, 1e-3]]" };
        let text = format!(
            "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [4, 4]\nmaterial = \"a\"\n\
             [materials.a]\nconductivity = 1.5\nelectrical_conductivity = 1e5\nseebeck = 2e-4\n\
             [materials.b]\nconductivity = 3\nelectrical_conductivity = 2e4\nseebeck = -1e-4\n\
             [[region]]\nmaterial = \"b\"\nbox = {stripes}\n\
             [boundary]\nx_min = {{ temperature = 300.5 }}\nx_max = {{ temperature = 299.5 }}\n\
             [[terminal]]\nname = \"a\"\nface = \"x_min\"\npotential = 0\n[[terminal]]\nname = \"b\"\nface = \"x_max\"\npotential = 0\n\
             [run]\nuntil = \"steady\"\n"
        );
        let r = measure(&device(&text, &[]), &mut Linear::on_cpu()).expect("a response");
        let shape = r.shape.expect("two opposite faces");
        let got = [r.conductance() * shape, r.seebeck(), r.thermal_conductance() * shape];
        for (got, expected) in got.into_iter().zip([sigma, alpha, k]) {
            assert!((got / expected - 1.0).abs() < 1e-9, "{got} {expected}");
        }
    }
}

#[test]
fn a_composite_in_use_keeps_charge_energy_and_entropy() {
    let outcome = run(&composite([10, 8, 6]), &["terminal[0].potential = 0.05".to_owned()]);
    let r = &outcome.report;
    let t = r.thermoelectric.as_ref().expect("its section");
    let current = t.terminals.0[0].1.current;
    assert!(current > 0.1, "{t:?}");
    assert!((current + t.terminals.0[1].1.current).abs() < 1e-10 * current);
    assert!(t.charge_error < 1e-10 * current, "{t:?}");
    assert!(t.work_closure < 1e-9 && r.energy.closure < 1e-9, "{} {}", t.work_closure, r.energy.closure);
    assert!(r.entropy.closure < 1e-9, "{:?}", r.entropy);
    assert_eq!(r.second_law.violations, 0);
    assert!(r.second_law.checked > 1000);
}

/// k, sigma and S that vary with T along a bar with a current, at a temperature that is chosen.
fn manufactured(cells: usize) -> Outcome {
    // T = 300 + 40 sin(pi x) + 20 x on 1 m; k = 2 (1 + 0.004 u), S = 2e-4 (1 + 0.005 u), sigma = 1e5 / (1 + 0.006 u), u = T - 300
    let (u, du, ddu) = ("(40*sin(pi*x) + 20*x)", "(40*pi*cos(pi*x) + 20)", "(-40*pi^2*sin(pi*x))");
    let j = 2000.0;
    let source = format!(
        "{j}*(300 + {u})*2e-4*0.005*{du} - 2*((1 + 0.004*{u})*{ddu} + 0.004*{du}^2) - {j}^2*1e-5*(1 + 0.006*{u})"
    );
    let text = format!(
        "model = \"thermoelectric\"\n[grid]\nsize = [1, 1]\ncells = [{cells}, 1]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = \"2*(1 + 0.004*(T - 300))\"\nelectrical_conductivity = \"1e5/(1 + 0.006*(T - 300))\"\n\
         seebeck = \"2e-4*(1 + 0.005*(T - 300))\"\n\
         [[region]]\npower_density = \"{source}\"\nbox = [[0, 0], [1, 1]]\n\
         [boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = 320 }}\n\
         [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = {j}\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
         [run]\nuntil = \"steady\"\n"
    );
    run(&text, &[])
}

#[test]
fn the_coupled_equations_are_solved_to_second_order() {
    // the voltage: the integral of j / sigma + S T'; the second part is exact, 2e-4 (20 + 0.005 * 20^2 / 2)
    let joule = 2000.0 * 1e-5 * (1.0 + 0.006 * (80.0 / std::f64::consts::PI + 10.0));
    let voltage = joule + 2e-4 * (20.0 + 0.0025 * 400.0);
    let errors: Vec<[f64; 2]> = [16, 32, 64]
        .into_iter()
        .map(|n| {
            let outcome = manufactured(n);
            let exact = |x: f64| 300.0 + 40.0 * (std::f64::consts::PI * x).sin() + 20.0 * x;
            let error = |(i, t): (usize, &f64)| (t - exact((i as f64 + 0.5) / n as f64)).powi(2);
            let rms = (outcome.temperature.iter().enumerate().map(error).sum::<f64>() / n as f64).sqrt();
            let t = outcome.report.thermoelectric.expect("its section");
            [rms, (t.terminals.0[0].1.potential - voltage).abs()]
        })
        .collect();
    for pair in errors.windows(2) {
        for i in 0..2 {
            let order = (pair[0][i] / pair[1][i]).log2();
            assert!(order > 1.9, "order {order} of {}: {errors:?}", ["temperature", "voltage"][i]);
        }
    }
}

#[test]
fn a_bent_current_converges_to_second_order() {
    // an L: current and heat turn round a smooth slope of properties; three grids, no exact solution
    let means: Vec<[f64; 2]> = [12, 24, 48]
        .into_iter()
        .map(|n| {
            let text = format!(
                "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [{n}, {n}]\nmaterial = \"a\"\n\
                 [materials.a]\nconductivity = \"2*(1 + 300*x)\"\nelectrical_conductivity = \"1e5/(1 + 700*y)*(1 - 0.002*(T - 300))\"\n\
                 seebeck = \"2e-4*(1 + 0.004*(T - 300) + 400*x*y*1000)\"\n\
                 [boundary]\nx_min = {{ temperature = 310 }}\nx_max = {{ temperature = 290 }}\n\
                 [[terminal]]\nname = \"in\"\nface = \"x_min\"\npotential = 0.03\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
                 [run]\nuntil = \"steady\"\n"
            );
            let r = run(&text, &[]).report;
            [r.temperature.mean, r.thermoelectric.expect("its section").terminals.0[0].1.current]
        })
        .collect();
    for i in 0..2 {
        let order = ((means[0][i] - means[1][i]) / (means[1][i] - means[2][i])).abs().log2();
        assert!(order > 1.9, "order {order}: {means:?}");
    }
}

#[test]
fn time_steps_are_of_second_order_and_lose_no_energy() {
    let text = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [16, 1]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = 1.5\nelectrical_conductivity = \"1e5*(1 - 0.001*(T - 300))\"\n\
         seebeck = \"2e-4*(1 + 0.002*(T - 300))\"\nvolumetric_heat_capacity = \"1.2e6*(1 + 0.001*(T - 300))\"\n\
         [initial]\ntemperature = 300\n\
         [boundary]\nx_min = { convection = 100, ambient = 300 }\nx_max = { temperature = 300 }\n\
         [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = \"4*sin(20*t)\"\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
         [run]\nuntil = 0.1\n";
    let with = |step: f64| run(text, &[format!("run.time_step = {step:e}")]);
    let outcomes: Vec<Outcome> = [4e-3, 2e-3, 1e-3].into_iter().map(with).collect();
    for outcome in &outcomes {
        let r = &outcome.report;
        assert!(r.energy.closure < 1e-9, "{:?}", r.energy);
        assert!(r.thermoelectric.as_ref().expect("its section").electrical_work > 0.0);
        assert_eq!(r.second_law.violations, 0);
    }
    let apart = |a: &Outcome, b: &Outcome| {
        a.temperature.iter().zip(&b.temperature).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let order = (apart(&outcomes[0], &outcomes[1]) / apart(&outcomes[1], &outcomes[2])).log2();
    assert!(order > 1.9, "order {order}");
    // steps of its own choice come as near as they are asked to
    let own = run(text, &[]);
    assert!(apart(&own, &outcomes[2]) < 0.05, "{}", apart(&own, &outcomes[2]));
}

/// 100 W for 5 s, without any thermopower: what is left when the current is off is no current, though potentials still round.
#[test]
fn a_current_may_be_switched_off() {
    for current in ["if(t<5,1000,0)", "1000*exp(-((t-5)/0.05)^2)"] {
        let text = format!(
            "model = \"thermoelectric\"\n[grid]\nsize = [0.01, 0.001]\ncells = [20, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.5\n\
             electrical_conductivity = 1e5\nvolumetric_heat_capacity = 1.2e6\n[[terminal]]\nname = \"a\"\nface = \"x_min\"\ncurrent = \"{current}\"\n\
             [[terminal]]\nname = \"b\"\nface = \"x_max\"\npotential = 0\n[initial]\ntemperature = 300\n[run]\nuntil = 1000\n"
        );
        let report = run(&text, &[]).report;
        // I^2 R, and the square of the pulse is narrower by the root of two
        let exact = if current.starts_with("if") { 500.0 } else { 100.0 * 0.05 * (0.5 * std::f64::consts::PI).sqrt() };
        let found = report.energy.stored_change;
        assert!((found / exact - 1.0).abs() < 2e-3, "{current}: {found} J for {exact} J");
    }
}

#[test]
fn what_a_contact_resists_is_known() {
    // two halves of 1 mm2: electrical contact 1e-8 ohm m2 = 0.01 ohm, thermal contact 1e-4 m2 K/W = 100 K/W
    let text = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ndepth = 1e-3\ncells = [8, 1]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = 1.5\nelectrical_conductivity = 1e5\n\
         [[region]]\nname = \"left\"\nmaterial = \"a\"\nbox = [[0, 0], [5e-4, 1e-3]]\n\
         [[region]]\nname = \"right\"\nmaterial = \"a\"\nbox = [[5e-4, 0], [1e-3, 1e-3]]\n\
         [[contact]]\nbetween = [\"left\", \"right\"]\nresistance = 1e-4\nelectrical_resistance = 1e-8\n\
         [boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 300 }\n\
         [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = 2\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
         [run]\nuntil = \"steady\"\n";
    let r = run(text, &[]).report;
    let t = r.thermoelectric.expect("its section");
    assert!((t.terminals.0[0].1.potential - 2.0 * 0.02).abs() < 1e-12, "{t:?}");
    assert!((t.joule - 4.0 * 0.02).abs() < 1e-12 && t.peltier.abs() < 1e-12);
    // by symmetry half of the contact's heat leaves on either side over 333 K/W, beside that of the half bar
    let side = r.contacts[0].temperature_step;
    assert!(side.abs() < 1e-9, "{side}");
    let joint = r.interfaces.iter().find(|i| i.of == "regions").expect("two regions touch");
    assert!((joint.area_m2 - 1e-6).abs() < 1e-18 && joint.heat.abs() < 1e-12, "{joint:?}");
    assert!((joint.entropy_production / r.contacts[0].entropy_production - 1.0).abs() < 1e-12, "{joint:?}");
}

/// Everything at one temperature and nothing driven: what is left of currents is rounding, and the verdict says so.
#[test]
fn a_device_at_rest_is_in_equilibrium_and_one_with_a_microvolt_is_not() {
    let text = composite([10, 8, 6])
        .replace("temperature = 310", "temperature = 300")
        .replace("ambient = 290", "ambient = 300");
    let verdict = |potential: &str| {
        let set = ["initial.temperature = 310".into(), format!("terminal[0].potential = {potential}")];
        let r = run(&text, &set).report;
        (r.state.verdict.name(), r.thermoelectric.expect("its section").terminals.0[0].1.current)
    };
    let (rest, current) = verdict("0.0");
    println!("at rest {current:e} A");
    assert_eq!(rest, "equilibrium", "{current:e} A");
    let (driven, current) = verdict("1e-6");
    assert_eq!(driven, "steady", "{current:e} A");
}

#[test]
fn a_source_that_changes_in_time_is_reported_as_it_is_at_the_end() {
    let text = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [8, 1]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = 1.5\nelectrical_conductivity = 1e5\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nname = \"heater\"\npower = \"2*t\"\nbox = [[0, 0], [5e-4, 1e-3]]\n\
         [initial]\ntemperature = 300\n[boundary]\nx_max = { temperature = 300 }\n\
         [[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n[run]\nuntil = 0.5\n";
    let r = run(text, &[]).report;
    let crate::report::Region::Solid { power, .. } = &r.regions.0[0].1 else { panic!("a solid region") };
    assert!((power - 1.0).abs() < 1e-12, "{power}");
}

/// Keeps the checkpoints of a run.
#[derive(Default)]
struct Keeper(Vec<Checkpoint>);

impl execution::Watch for Keeper {
    fn frame(&mut self, _: &execution::Moment) -> execution::Watched {
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> execution::Watched {
        self.0.push(checkpoint);
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        true
    }
    fn converging(&mut self, _: &crate::steady::Step) -> bool {
        true
    }
    fn note(&mut self, _: &str) {}
}

#[test]
fn a_run_goes_on_from_its_checkpoint_bit_for_bit() {
    let charged = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 1e-3]\ncells = [8, 2]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = 1.5\nelectrical_conductivity = \"1e5*(1 - 0.001*(T - 300))\"\n\
         seebeck = 2e-4\nvolumetric_heat_capacity = 1.2e6\n[initial]\ntemperature = 300\n\
         [boundary]\nx_min = { convection = 100, ambient = 300 }\nx_max = { temperature = 300 }\n\
         [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = \"4*sin(20*t)\"\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
         [run]\nuntil = 0.1\ncheckpoint_every = 0.03\n[output]\nevery = 0.05\n";
    let mixed = "model = \"mixture\"\n[grid]\nsize = [1e-2, 1e-2]\ncells = [8, 6]\nmaterial = \"a\"\n\
         [mixture]\nmolar_mass = [\"58 g/mol\", \"18 g/mol\"]\n\
         [materials.a]\nconductivity = 0.6\ndensity = 1000\nspecific_heat = 4000\ndiffusivity = 1e-8\nsoret = \"1e-2 + 1e-4*(T - 300)\"\n\
         [materials.wall]\nconductivity = 20\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nmaterial = \"wall\"\nbox = [[0, 0], [1e-2, 2e-3]]\n\
         [initial]\ntemperature = 300\nmass_fraction = 0.3\n\
         [boundary]\ny_min = { temperature = 320 }\ny_max = { temperature = 300, mass_fraction = 0.3 }\n\
         [[probe]]\nname = \"in the wall\"\nat = [5e-3, 1e-3]\n\
         [run]\nuntil = 1000\ncheckpoint_every = 300\n[output]\nevery = 500\n";
    for text in [charged, mixed] {
        let scenario = scenario(text, &[]);
        let mut keeper = Keeper::default();
        let whole = execution::run(&scenario, &Options::default(), &mut keeper).expect("a run");
        assert!(keeper.0.len() >= 2, "{}", keeper.0.len());
        let folder = tempfile::tempdir().expect("a folder");
        keeper.0[1].write(folder.path()).expect("written");
        let read = Checkpoint::read(folder.path(), 0, scenario.problem.grid.len()).expect("read");
        assert!(read.progress.start > 0.0 && read.progress.samples.len() < whole.samples.len());
        let resumed = Options { resume: Some(read), ..Options::default() };
        let rest = execution::run(&scenario, &resumed, &mut Quiet).expect("a run");
        assert!(whole.temperature.iter().zip(&rest.temperature).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert_eq!(whole.samples.len(), rest.samples.len());
        let (a, b) = (&whole.report, &rest.report);
        assert_eq!((&a.energy, a.time.steps), (&b.energy, b.time.steps));
        if let (Some(a), Some(b)) = (&a.mixture, &b.mixture) {
            assert_eq!((a.mass_closure, &a.mass_fraction), (b.mass_closure, &b.mass_fraction));
        }
    }
}

fn wire(drive: &str) -> String {
    format!(
        "model = \"thermoelectric\"\n[grid]\nsize = [\"10 mm\", \"0.1 mm\"]\ndepth = \"0.1 mm\"\ncells = [81, 1]\nmaterial = \"wire\"\n\
         [materials.wire]\nconductivity = 73.2\nelectrical_conductivity = \"1e7*300/T\"\nseebeck = \"1e-4*T/300\"\n\
         [[terminal]]\nname = \"a\"\nface = \"x_min\"\n{drive}\n[[terminal]]\nname = \"b\"\nface = \"x_max\"\npotential = 0\n\
         [boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = 300 }}\n[run]\nuntil = \"steady\"\n"
    )
}

/// Where `k/(sigma T)` is a number L the hottest place of a wire between cold ends is at `sqrt(T0^2 + V^2/(4 L))`, whatever its shape (Kohlrausch, Ann. Phys. 306,
/// 132 (1900)). At 2 V that is some 6000 K: nothing near the state that the search begins from.
#[test]
fn a_wire_becomes_as_hot_as_its_voltage_makes_it() {
    for volts in [0.05_f64, 0.5, 2.0] {
        let text = wire(&format!("potential = {volts}")).replace("seebeck = \"1e-4*T/300\"\n", "");
        let exact = (300.0_f64.powi(2) + volts.powi(2) / (4.0 * 73.2 / (1e7 * 300.0))).sqrt();
        let hottest = run(&text, &[]).report.temperature.max;
        assert!((hottest / exact - 1.0).abs() < 1e-3, "{volts} V: {hottest} K for {exact}");
    }
}

/// A current and the voltage that goes with it lead to one state.
#[test]
fn a_voltage_drives_the_current_that_needs_it() {
    let terminal = |outcome: &Outcome| outcome.report.thermoelectric.as_ref().unwrap().terminals.0[0].1.clone();
    let given = terminal(&run(&wire("current = 1.2"), &[]));
    let driven = terminal(&run(&wire(&format!("potential = {:e}", given.potential)), &[]));
    assert!((driven.current / 1.2 - 1.0).abs() < 1e-8, "{driven:?} for {given:?}");
}

/// What makes more heat the hotter it is has no steady state beyond some voltage.
#[test]
fn a_thermal_runaway_has_no_steady_state() {
    let hotter = "electrical_conductivity = \"1e7*exp((T - 300)/20)\"";
    let text = wire("potential = 0.2").replace("electrical_conductivity = \"1e7*300/T\"", hotter);
    let error = execution::run(&scenario(&text, &[]), &Options::default(), &mut Quiet).expect_err("no steady state");
    assert!(error.to_string().contains("there may be none"), "{error}");
}
