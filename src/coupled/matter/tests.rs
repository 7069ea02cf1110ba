//! The mixture against exact solutions, refined against itself, and against Onsager.

use super::Block;
use super::network::Network;
use super::onsager::{measure, measure_with};
use crate::coupled::linear::Linear;
use crate::execution::{self, Options, Outcome, Quiet};
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

fn scenario(text: &str, set: &[String]) -> Scenario {
    Scenario::parse(text, Path::new("test.toml"), set).unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn network(text: &str) -> Network {
    let scenario = scenario(text, &[]);
    Network::new(Arc::new(scenario.problem), scenario.mixture.expect("a mixture")).expect("a network")
}

fn run(text: &str, set: &[String]) -> Outcome {
    execution::run(&scenario(text, set), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

/// Probes of a run: temperatures and mass fractions.
fn read(outcome: &Outcome, probe: usize) -> (f64, f64) {
    let row = &outcome.report.probes.0[probe].1;
    let fraction = match row.mass_fraction.as_ref().expect("a mixture") {
        crate::report::MassFraction::One(c) => *c,
        crate::report::MassFraction::Each(c) => c[0],
    };
    (row.temperature.expect("solid"), fraction)
}

/// Blocks of five materials in no order, one of which nothing enters.
pub(crate) fn composite(species: &str, pairs: usize) -> String {
    let independent = if pairs == 1 { 1 } else { 2 };
    let list = |values: &[f64]| format!("{:?}", values);
    let mut text = format!(
        "model = \"mixture\"\n[grid]\nsize = [1e-3, 8e-4, 6e-4]\ncells = [15, 12, 9]\nmaterial = \"a\"\n\
         [mixture]\n{species}\n[initial]\nmass_fraction = {}\n",
        list(&[0.3, 0.2][..independent])
    );
    for (n, name) in ["a", "b", "c", "d"].iter().enumerate() {
        let by = 1.0 + 2.0 * n as f64;
        let d: Vec<f64> = (0..pairs).map(|p| 1e-7 * by * (1.0 + p as f64)).collect();
        let soret: Vec<f64> = (0..independent).map(|i| 3e-3 * (by - 3.5) * (1.0 - 1.4 * i as f64)).collect();
        text += &format!(
            "[materials.{name}]\nconductivity = {}\ndensity = {}\nspecific_heat = 2000\ndiffusivity = {}\nsoret = {}\n",
            0.2 * by,
            1000.0 + 100.0 * by,
            list(&d),
            list(&soret)
        );
    }
    text += "[materials.wall]\nconductivity = 20\nvolumetric_heat_capacity = 1e6\n";
    let names = ["a", "b", "c", "d", "wall"];
    let mut seed = 7u64;
    for k in 0..3 {
        for j in 0..4 {
            for i in 0..5 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let name = names[(seed >> 33) as usize % 5];
                let low = [i as f64 * 2e-4, j as f64 * 2e-4, k as f64 * 2e-4];
                let high = low.map(|x| x + 2e-4);
                text += &format!("[[region]]\nmaterial = \"{name}\"\nbox = [{low:?}, {high:?}]\n");
            }
        }
    }
    let (low, high) = (list(&[0.32, 0.2][..independent]), list(&[0.28, 0.25][..independent]));
    text += "[[contact]]\nbetween = [\"a\", \"b\"]\nresistance = 1e-4\n";
    text += &format!(
        "[boundary]\nx_min = {{ temperature = 310, mass_fraction = {low} }}\nx_max = {{ temperature = 290, mass_fraction = {high} }}\n\
         [run]\nuntil = \"steady\"\n"
    );
    text
}

pub(crate) const SALT: &str = "molar_mass = [\"58 g/mol\", \"18 g/mol\"]";
pub(crate) const THREE: &str =
    "species = [\"p\", \"q\", \"rest\"]\nmolar_mass = [\"58 g/mol\", \"30 g/mol\", \"18 g/mol\"]";

#[test]
fn a_random_composite_answers_itself() {
    for (species, pairs) in [(SALT, 1), (THREE, 3)] {
        let response = measure(&network(&composite(species, pairs)), &mut Linear::on_cpu()).expect("a response");
        assert!(response.mismatch() < 1e-9, "{response:?}");
        assert!(response.scaled_eigenvalues()[0] > 0.0 && response.eigenvalues()[0] > 0.0, "{response:?}");
        let trace: f64 = (0..response.size).map(|i| response.matrix[i][i]).sum();
        assert!((response.eigenvalues().iter().sum::<f64>() / trace - 1.0).abs() < 1e-12, "{response:?}");
        let coupling = response.matrix[0][1].abs() / (response.matrix[0][0] * response.matrix[1][1]).sqrt();
        assert!(coupling > 1e-4, "the cross terms are there: {coupling:e}");
    }
}

#[test]
fn a_broken_face_is_seen() {
    // Dufour's coefficient from another average than Soret's
    let broken = |mut k: Block| {
        k[0][1] *= 1.02;
        k
    };
    let network = network(&composite(SALT, 1));
    let response = measure_with(&network, &broken, &mut Linear::on_cpu()).expect("a response");
    assert!(response.mismatch() > 1e-5, "{}", response.mismatch());
    assert!(measure(&network, &mut Linear::on_cpu()).expect("a response").mismatch() < 1e-9);
}

#[test]
fn a_composite_in_use_keeps_matter_energy_and_entropy() {
    for (species, pairs) in [(SALT, 1), (THREE, 3)] {
        let r = run(&composite(species, pairs), &[]).report;
        let m = r.mixture.as_ref().expect("its section");
        assert!(m.mass_closure < 1e-9, "{m:?}");
        assert!(r.energy.closure < 1e-9, "{}", r.energy.closure);
        assert!(r.entropy.closure < 1e-10, "{}", r.entropy.closure);
        assert_eq!(r.second_law.violations, 0);
        assert!(m.onsager_mismatch.expect("known") < 1e-10, "{m:?}");
        assert!(m.components.0[0].1.inflow.abs() < 1e-9 * m.boundaries.0[0].1.0[0].1.abs(), "{m:?}");
    }
}

/// A closed plate whose temperature is harmonic; at rest `ln(c / (1 - c))` is the integral of -S_T whatever else holds.
fn closed_plate(cells: usize, grading: &str) -> f64 {
    let text = format!(
        "model = \"mixture\"\n[grid]\nsize = [1.0, 1.0]\ncells = [{cells}, {cells}]\n{grading}material = \"m\"\n\
         [materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\ndensity = 1.0\n\
         diffusivity = \"0.5 + 0.01*(T - 300)\"\nsoret = \"0.02 + 0.001*(T - 300)\"\n\
         [initial]\nmass_fraction = 0.3\n\
         [boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = \"300 + 20*sin(pi*y)\" }}\n\
         y_min = {{ temperature = 300 }}\ny_max = {{ temperature = 300 }}\n[run]\nuntil = \"steady\"\n"
    );
    let scenario = scenario(&text, &[]);
    let mut fields = Taken::default();
    execution::run(&scenario, &Options::default(), &mut fields).expect("a run");
    let grid = &scenario.problem.grid;
    let mut level: Option<f64> = None;
    let (mut sum, mut weight) = (0.0, 0.0);
    let exact = |c: usize| {
        let at = grid.centre(grid.cell(c));
        let pi = std::f64::consts::PI;
        let rise = 20.0 * (pi * at.y).sin() * (pi * at.x).sinh() / pi.sinh();
        -(0.02 * rise + 0.0005 * rise * rise)
    };
    let logit = |c: f64| (c / (1.0 - c)).ln();
    // the constant is that of the mean over all cells
    for c in 0..grid.len() {
        sum += grid.volume(grid.cell(c)) * (logit(fields.0[c]) - exact(c));
        weight += grid.volume(grid.cell(c));
    }
    let constant = *level.get_or_insert(sum / weight);
    let square: f64 =
        (0..grid.len()).map(|c| grid.volume(grid.cell(c)) * (logit(fields.0[c]) - exact(c) - constant).powi(2)).sum();
    (square / weight).sqrt()
}

/// Keeps the mass fractions of the last frame.
#[derive(Default)]
struct Taken(Vec<f64>);

impl execution::Watch for Taken {
    fn frame(&mut self, moment: &execution::Moment) -> execution::Watched {
        let field = (moment.fields)(&[crate::scenario::FieldName::MassFraction]).remove(0);
        if let crate::output::field::Values::Scalar(values) = field.values {
            self.0 = values;
        }
        Ok(())
    }
    fn checkpoint(&mut self, _: crate::checkpoint::Checkpoint) -> execution::Watched {
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
fn separation_in_a_harmonic_field_is_of_second_order() {
    let [coarse, fine] = [16, 32].map(|n| closed_plate(n, ""));
    let order = (coarse / fine).log2();
    assert!(order > 1.9, "{order}: {coarse:e} {fine:e}");
    assert!(fine < 2e-3, "{fine:e}");
}

/// Amplitudes of temperature and composition of a small mode at a time, less the exact ones, over the exact ones.
fn mode(cells: usize, steps: f64, dimensions: usize, given: bool) -> f64 {
    let [size, count, place] = match dimensions {
        2 => ["[1.0, 1.0]".to_owned(), format!("[{cells}, {cells}]"), "[0.3, 0.3]".to_owned()],
        _ => ["[1.0, 1.0, 1.0]".to_owned(), format!("[{cells}, {cells}, {cells}]"), "[0.3, 0.3, 0.3]".to_owned()],
    };
    let wave = if given { "sin" } else { "cos" };
    let axes = &["x", "y", "z"][..dimensions];
    let shape: Vec<String> = axes.iter().map(|a| format!("{wave}(pi*{a})")).collect();
    let faces: String = match given {
        true => axes.iter().map(|a| format!("{a}_min = {{ temperature = 300, mass_fraction = 0.5 }}\n{a}_max = {{ temperature = 300, mass_fraction = 0.5 }}\n")).collect(),
        false => String::new(),
    };
    let text = format!(
        "model = \"mixture\"\n[grid]\nsize = {size}\ncells = {count}\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = 1.0\ndensity = 1.0\nspecific_heat = 1.0\ndiffusivity = 0.5\nsoret = 2.4\n\
         [mixture]\nmixing_slope = 7.407407407407407e-6\n\
         [initial]\ntemperature = \"300 + 1e-4*{}\"\nmass_fraction = 0.5\n[boundary]\n{faces}\
         [run]\nuntil = 0.06\ntime_step = {}\n[[probe]]\nname = \"p\"\nat = {place}\n",
        shape.join("*"),
        0.06 / steps
    );
    let (t, c) = read(&run(&text, &[]), 0);
    let at: f64 = (std::f64::consts::PI * 0.3).sin_cos().0;
    let at = if given { at } else { (std::f64::consts::PI * 0.3).cos() };
    let unit = 1e-4 * at.powi(dimensions as i32);
    // exp(-d pi^2 t K) on (1, 0), K = [[1, 0.2], [0.3, 0.5]] with eigenvalues 1.1 and 0.4
    let s = dimensions as f64 * std::f64::consts::PI.powi(2) * 0.06;
    let (fast, slow) = ((-1.1 * s).exp(), (-0.4 * s).exp());
    let expected = [(6.0 * fast + slow) / 7.0, 3.0 / 7.0 * (fast - slow)];
    let got = [(t - 300.0) / unit, (c - 0.5) / unit];
    (got[0] - expected[0]).hypot(got[1] - expected[1])
}

#[test]
fn coupled_modes_are_of_second_order_in_space_and_time() {
    for (dimensions, given, [coarse, fine]) in [(2, false, [10, 20]), (2, true, [10, 20]), (3, true, [10, 20])] {
        let (first, second) = (mode(coarse, 8.0, dimensions, given), mode(fine, 16.0, dimensions, given));
        let order = (first / second).log2();
        assert!(order > 1.9, "{dimensions}D given {given}: {order} ({first:e}, {second:e})");
    }
}

#[test]
fn layers_and_open_ends_have_their_exact_composition() {
    // two layers of other conductivity and Soret coefficient, closed: ln(c / (1 - c)) falls by S_T dT of each
    let text = "model = \"mixture\"\n[grid]\nsize = [2.0, 0.1]\ncells = [64, 1]\nmaterial = \"a\"\n\
        [materials.a]\nconductivity = 1.0\ndensity = 900\nspecific_heat = 1000\ndiffusivity = 1e-3\nsoret = 0.01\n\
        [materials.b]\nconductivity = 3.0\ndensity = 1500\nspecific_heat = 1000\ndiffusivity = 5e-3\nsoret = -0.02\n\
        [[region]]\nmaterial = \"b\"\nbox = [[1, 0], [2, 0.1]]\n[initial]\nmass_fraction = 0.4\n\
        [boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 340 }\n[run]\nuntil = \"steady\"\n\
        [[probe]]\nname = \"left\"\nat = [0, 0.05]\n[[probe]]\nname = \"joint\"\nat = [1, 0.05]\n[[probe]]\nname = \"right\"\nat = [2, 0.05]\n";
    let outcome = run(text, &[]);
    let [left, joint, right] = [0, 1, 2].map(|n| read(&outcome, n));
    let logit = |c: f64| (c / (1.0 - c)).ln();
    assert!((joint.0 - 330.0).abs() < 1e-9, "{joint:?}");
    // 40 K over 10 K/W and 10/3 K/W, from the second to the first
    let passed = &outcome.report.interfaces[0];
    assert!(passed.of == "materials" && (passed.heat + 3.0).abs() < 1e-9, "{passed:?}");
    assert!((logit(left.1) - logit(joint.1) - 0.3).abs() < 2e-4, "{left:?} {joint:?}");
    assert!((logit(joint.1) - logit(right.1) + 0.2).abs() < 2e-4, "{joint:?} {right:?}");
    let mean = outcome.report.mixture.as_ref().expect("its section").mass_fraction.mean;
    assert!((mean - 0.4).abs() < 1e-12, "{mean}");

    // given flux in at one end, given fraction at the other, no temperature drop: a straight line of slope J / (rho D)
    let text = "model = \"mixture\"\n[grid]\nsize = [1.0, 0.1]\ncells = [8, 1]\nmaterial = \"a\"\n\
        [materials.a]\nconductivity = 1.0\ndensity = 1000\ndiffusivity = 1e-6\n[initial]\nmass_fraction = 0.4\n\
        [boundary]\nx_min = { temperature = 300, mass_flux = 1e-4 }\nx_max = { temperature = 300, mass_fraction = 0.2 }\n\
        [run]\nuntil = \"steady\"\n[[probe]]\nname = \"left\"\nat = [0, 0.05]\n";
    let outcome = run(text, &[]);
    assert!((read(&outcome, 0).1 - 0.3).abs() < 1e-9, "{:?}", read(&outcome, 0));
    let m = outcome.report.mixture.as_ref().expect("its section");
    assert!((m.boundaries.0[0].1.0[0].1 - 1e-5).abs() < 1e-16, "{m:?}");
}

/// Three species of equal molar mass.
fn ternary(d: [f64; 3], first: &str) -> Outcome {
    let text = format!(
        "model = \"mixture\"\n[grid]\nsize = [1.0, 0.1]\ncells = [64, 1]\nmaterial = \"m\"\n\
         [mixture]\nspecies = [\"p\", \"q\", \"rest\"]\nmolar_mass = [\"30 g/mol\", \"30 g/mol\", \"30 g/mol\"]\n\
         [materials.m]\nconductivity = 1.0\ndensity = 1.0\nspecific_heat = 1.0\ndiffusivity = {d:?}\n\
         [initial]\ntemperature = 300\nmass_fraction = [\"{first}\", 0.3]\n\
         [run]\nuntil = 0.05\ntime_step = 0.0005\n[[probe]]\nname = \"p\"\nat = [0.25, 0.05]\n"
    );
    run(&text, &[])
}

#[test]
fn three_species_diffuse_by_maxwell_and_stefan() {
    let each = |outcome: &Outcome| match outcome.report.probes.0[0].1.mass_fraction.clone().expect("a mixture") {
        crate::report::MassFraction::Each(c) => [c[0], c[1]],
        crate::report::MassFraction::One(_) => panic!("three species have two fractions"),
    };
    // with one diffusivity of all pairs each species follows Fick's law alone
    let [p, q] = each(&ternary([1.0; 3], "0.3 + 0.2*cos(pi*x)"));
    let decay = (-std::f64::consts::PI.powi(2) * 0.05).exp();
    let expected = 0.3 + 0.2 * decay * (0.25 * std::f64::consts::PI).cos();
    assert!((p - expected).abs() < 2e-4 && (q - 0.3).abs() < 1e-9, "{p} {expected} {q}");
    // else the second, even at first, is dragged along: osmotic diffusion
    let outcome = ternary([0.2, 1.0, 2.0], "0.3 + 0.2*cos(pi*x)");
    let [_, q] = each(&outcome);
    assert!((q - 0.3).abs() > 0.01, "{q}");
    assert_eq!(outcome.report.second_law.violations, 0);
    assert!(outcome.report.mixture.as_ref().expect("its section").mass_closure < 1e-12);
    assert!(outcome.report.entropy.closure < 1e-12 && outcome.report.entropy.produced > 0.0);
}

#[test]
fn mixing_produces_the_entropy_of_mixing() {
    // a step of composition in a closed, insulated box; no Soret effect: temperatures stay, the entropy is that of mixing
    let text = "model = \"mixture\"\n[grid]\nsize = [1.0, 0.1]\ncells = [32, 1]\nmaterial = \"m\"\n\
        [mixture]\nmolar_mass = [\"40 g/mol\", \"20 g/mol\"]\n\
        [materials.m]\nconductivity = 1.0\ndensity = 1.0\nspecific_heat = 1.0\ndiffusivity = 1.0\n\
        [initial]\ntemperature = 300\nmass_fraction = \"if(x < 0.5, 0.8, 0.2)\"\n[run]\nuntil = 30.0\n";
    let outcome = run(text, &[]);
    let specific = |c: f64| {
        let n = [c / 0.04, (1.0 - c) / 0.02];
        -8.314462618 * n.iter().map(|k| k * (k / (n[0] + n[1])).ln()).sum::<f64>()
    };
    let exact = 0.1 * (specific(0.5) - 0.5 * (specific(0.8) + specific(0.2)));
    let e = &outcome.report.entropy;
    assert!((e.change / exact - 1.0).abs() < 1e-9, "{} {exact}", e.change);
    assert!((e.produced / exact - 1.0).abs() < 1e-9, "{} {exact}", e.produced);
    assert!(e.integrator_defect.abs() < 2e-3 * exact, "{e:?}");
    assert_eq!(outcome.report.state.verdict.name(), "equilibrium", "{:?}", outcome.report.state);
}

/// Matter that goes faster where it is hot, with Dufour's heat and steep ends: the first Newton step leads far away. Finer grids differ by ever less.
#[test]
fn a_steady_state_is_found_from_afar_on_any_grid() {
    let flow = |cells: usize| {
        let text = format!(
            "model = \"mixture\"\n[grid]\nsize = [\"10 mm\", \"5 mm\"]\ndepth = \"2 mm\"\ncells = [{cells}, 1]\nmaterial = \"b\"\n\
             [materials.b]\nconductivity = 0.6\nvolumetric_heat_capacity = 4e6\ndensity = 1000\n\
             diffusivity = \"1e-9*exp(2000*(1/298 - 1/T))\"\nsoret = 0.02\n\
             [mixture]\nspecies = [\"s\", \"w\"]\nmolar_mass = [\"40 g/mol\", \"18 g/mol\"]\n\
             [initial]\ntemperature = 310\nmass_fraction = 0.3\n[boundary]\nx_min = {{ temperature = 300, mass_fraction = 0.6 }}\n\
             x_max = {{ temperature = 340, mass_fraction = 0.1 }}\n[run]\nuntil = \"steady\"\n"
        );
        let report = run(&text, &[]).report.mixture.expect("a mixture");
        assert!(report.mass_closure < 1e-7, "{}", report.mass_closure);
        report.boundaries.0[0].1.0[0].1
    };
    let [coarse, middle, fine] = [20, 40, 80].map(flow);
    let [first, second] = [(coarse - middle).abs(), (middle - fine).abs()];
    assert!(fine != 0.0 && first < 1e-2 * fine.abs() && second < 0.4 * first, "{coarse:e} {middle:e} {fine:e}");
}
