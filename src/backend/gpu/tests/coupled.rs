//! Coupled transport on a device, against the CPU.

use super::super::Coupled;
use super::options;
use crate::backend::{Kind, Selection};
use crate::coupled::law::mismatch;
use crate::coupled::linear::{CpuSolver, Linear, Solver, System};
use crate::coupled::matter::tests::{SALT, THREE, composite as blend, network};
use crate::coupled::onsager::{measure, measure_with};
use crate::coupled::tests::{composite, device, two_means};
use crate::coupled::{matter, onsager};
use crate::execution::{self, Options, Outcome, Quiet};
use crate::multigrid::vector::norm;
use crate::scenario::Scenario;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// Both solvers on every system: iterations of either, and the larger of the residuals that they leave.
struct Both {
    coupled: Coupled,
    found: Rc<RefCell<Vec<(usize, usize, f64)>>>,
}

impl Solver for Both {
    fn solve(&mut self, system: &System, rhs: &[f64], tolerance: f64) -> (Vec<f64>, usize) {
        let left = |x: &[f64]| {
            let mut product = vec![0.0; rhs.len()];
            system.matrix.multiply(x, &mut product);
            let left: Vec<f64> = rhs.iter().zip(&product).map(|(b, p)| b - p).collect();
            norm(&system.weighted(&left)) / norm(&system.weighted(rhs))
        };
        let (theirs, reference) = CpuSolver.solve(system, rhs, tolerance);
        let (ours, iterations, claimed) = self.coupled.refine(system, rhs, tolerance).unwrap();
        assert!((left(&ours) - claimed).abs() <= 1e-3 * claimed, "{claimed}");
        self.found.borrow_mut().push((iterations, reference, left(&ours).max(left(&theirs)) / tolerance));
        (ours, iterations)
    }

    fn info(&self) -> crate::backend::BackendInfo {
        self.coupled.info()
    }
}

#[test]
fn a_random_composite_answers_itself_on_a_device_as_it_does_on_the_cpu() {
    let Some(selection) = options() else { return };
    let found = Rc::new(RefCell::new(Vec::new()));
    let both = Both { coupled: Coupled::new(&selection).unwrap(), found: Rc::clone(&found) };
    let mut linear = Linear::new(Box::new(both));
    let small = device(&composite([15, 12, 9]), &[]);
    let ours = measure(&small, &mut linear).expect("a response");
    let theirs = measure(&small, &mut Linear::on_cpu()).expect("a response");
    println!("heat and charge: mismatch {:.1e}", mismatch(ours.matrix));
    assert!(mismatch(ours.matrix) < 1e-9, "{ours:?}");
    for (ours, theirs) in ours.matrix.iter().flatten().zip(theirs.matrix.iter().flatten()) {
        assert!((ours / theirs - 1.0).abs() < 1e-9, "{ours} {theirs}");
    }
    for (species, pairs) in [(SALT, 1), (THREE, 3)] {
        let network = network(&blend(species, pairs));
        let ours = matter::onsager::measure(&network, &mut linear).expect("a response");
        let theirs = matter::onsager::measure(&network, &mut Linear::on_cpu()).expect("a response");
        println!("heat and {pairs} pairs: mismatch {:.1e}", ours.mismatch());
        assert!(ours.mismatch() < 1e-9, "{ours:?}");
        for i in 0..ours.size {
            let apart = (ours.matrix[i][i] / theirs.matrix[i][i] - 1.0).abs();
            assert!(apart < 1e-9, "{apart}");
        }
    }
    for (ours, theirs, left) in found.borrow().iter() {
        assert!(*left < 2.0, "{left} of what was asked for");
        assert!(*ours <= 3 * theirs + 6, "{ours} iterations, on the CPU {theirs}");
    }
    println!("iterations {:?}", found.borrow());
}

#[test]
fn a_broken_average_is_seen_on_a_device_too() {
    let Some(selection) = options() else { return };
    let mut linear = Linear::new(Box::new(Coupled::new(&selection).unwrap()));
    let device = device(&composite([10, 8, 6]), &[]);
    let broken = measure_with(&device, &two_means, &mut linear).expect("a response");
    assert!(mismatch(broken.matrix) > 1e-4, "{}", mismatch(broken.matrix));
    let whole = measure_with(&device, &onsager::in_series, &mut linear).expect("a response");
    assert!(mismatch(whole.matrix) < 1e-9, "{}", mismatch(whole.matrix));
}

fn run(text: &str, selection: &Selection) -> Outcome {
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let options = Options { selection: selection.clone(), ..Options::default() };
    execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

/// A bar that a current heats and cools through time, with properties that vary.
const PULSED: &str = "model = \"thermoelectric\"\n[grid]\nsize = [1e-3, 5e-4]\ncells = [24, 12]\nmaterial = \"a\"\n\
     [materials.a]\nconductivity = 1.5\nelectrical_conductivity = \"1e5*(1 - 0.001*(T - 300))\"\n\
     seebeck = \"2e-4*(1 + 0.002*(T - 300))\"\nvolumetric_heat_capacity = \"1.2e6*(1 + 0.001*(T - 300))\"\n\
     [materials.b]\nconductivity = 3\nelectrical_conductivity = 4e5\nseebeck = -1e-4\nvolumetric_heat_capacity = 2e6\n\
     [[region]]\nmaterial = \"b\"\nbox = [[5e-4, 0], [1e-3, 3e-4]]\n\
     [initial]\ntemperature = 300\n\
     [boundary]\nx_min = { convection = 100, ambient = 300 }\nx_max = { temperature = 300 }\n\
     [[terminal]]\nname = \"in\"\nface = \"x_min\"\ncurrent = \"2000*sin(20*t)\"\n[[terminal]]\nname = \"out\"\nface = \"x_max\"\npotential = 0\n\
     [run]\nuntil = 0.05\ntime_step = 5e-3\n";

/// Three species that a drop of temperature separates while they mix.
const STIRRED: &str = "model = \"mixture\"\n[grid]\nsize = [1.0, 0.5]\ncells = [24, 12]\nmaterial = \"m\"\n\
     [mixture]\nspecies = [\"p\", \"q\", \"rest\"]\nmolar_mass = [\"58 g/mol\", \"30 g/mol\", \"18 g/mol\"]\n\
     [materials.m]\nconductivity = \"1.0 + 0.002*(T - 300)\"\ndensity = 1e-4\nspecific_heat = 1e4\ndiffusivity = [0.2, \"1.0 + 0.01*(T - 300)\", 2.0]\n\
     soret = [\"0.01 + 1e-4*(T - 300)\", -0.02]\n\
     [initial]\ntemperature = 300\nmass_fraction = [\"0.3 + 0.2*cos(pi*x)\", 0.3]\n\
     [boundary]\nx_min = { temperature = 320 }\nx_max = { temperature = 300 }\n\
     [run]\nuntil = 0.05\ntime_step = 5e-3\n";

#[test]
fn states_and_ways_through_time_are_those_of_the_cpu() {
    let Some(selection) = options() else { return };
    let selection = Selection { kind: Kind::Gpu, ..selection };
    let steady = composite([10, 8, 6]);
    let mixed = blend(THREE, 3);
    for (name, text) in [("composite", steady.as_str()), ("blend", &mixed), ("pulsed", PULSED), ("stirred", STIRRED)] {
        let (gpu, cpu) = (run(text, &selection), run(text, &Selection::default()));
        let (r, reference) = (&gpu.report, &cpu.report);
        println!("{name}: apart {:.1e}, {} sweeps", gpu.apart(&cpu), r.time.cell_updates);
        assert_eq!(r.backend.kind, "gpu", "{name}: {:?}", r.warnings);
        assert!(gpu.apart(&cpu) < 1e-9, "{name}: {:e}", gpu.apart(&cpu));
        assert!(r.energy.closure < 1e-9 && r.entropy.closure < 1e-9, "{name}: {:?} {:?}", r.energy, r.entropy);
        assert_eq!(r.second_law.violations, 0, "{name}");
        if let (Some(t), Some(u)) = (&r.thermoelectric, &reference.thermoelectric) {
            let current = u.terminals.0[1].1.current.abs();
            assert!(t.charge_error < 1e-10 * current && u.charge_error < 1e-10 * current, "{name}: {t:?}");
            for ((_, t), (_, u)) in t.terminals.0.iter().zip(&u.terminals.0) {
                assert!((t.current - u.current).abs() < 1e-9 * current, "{name}: {t:?} {u:?}");
            }
        }
        if let (Some(m), Some(n)) = (&r.mixture, &reference.mixture) {
            assert!(m.mass_closure < 1e-9, "{name}: {m:?}");
            assert!((m.mass_fraction.max - n.mass_fraction.max).abs() < 1e-9, "{name}: {m:?} {n:?}");
        }
    }
}

#[test]
fn a_lost_device_leaves_the_answer_to_the_cpu() {
    let Some(selection) = options() else { return };
    let coupled = Coupled::new(&selection).unwrap();
    coupled.lose();
    let mut linear = Linear::new(Box::new(coupled));
    let device = device(&composite([10, 8, 6]), &[]);
    let response = measure(&device, &mut linear).expect("a response");
    assert!(mismatch(response.matrix) < 1e-10);
    assert_eq!(linear.info().kind, "cpu");
    println!("{}", linear.fallback().expect("a reason"));
}
