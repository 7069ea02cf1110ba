//! The second law as the device judges it, against the host's audit in f64, on states that keep it and on states that do not.

use super::flows::changing_inertias;
use super::problems::*;
use super::*;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::second_law::{Principle, SecondLaw};
use crate::problem::VOID;

/// What device and host say of a state and of a step (s) from it.
fn said(conduction: &mut Conduction, options: &Selection, state: &[f64], step: f64) -> [SecondLaw; 2] {
    let mut gpu = gpu(conduction, options);
    gpu.load(state, &Default::default()).unwrap();
    let (state, heats) = (gpu.enthalpy().unwrap(), gpu.heats().unwrap());
    let device = gpu.second_law(3.0, step).unwrap().unwrap();
    let snapshot = Snapshot::with_heats(conduction, &state, heats, 3.0);
    let mut host = SecondLaw::default();
    host.look(&snapshot, &snapshot.rates(), Some(step));
    [device, host]
}

#[test]
fn states_that_keep_it_are_clean_and_as_much_is_looked_at_as_by_the_host() {
    let Some(options) = options() else { return };
    let slabs = Selection { max_binding: Some(40 << 10), ..options.clone() };
    for (three, options) in [(false, &options), (true, &options), (true, &slabs)] {
        for problem in [medley(three, 1), changing(three), conducting(three), melting(three)] {
            let mut conduction = conduction(problem);
            let step = stable(&conduction, [-100.0, 200.0], 1e4);
            let mut gpu = gpu(&conduction, options);
            gpu.advance(Clock { start: 0.0, step }, 0, 60).unwrap();
            let [device, host] = said(&mut conduction, options, &gpu.enthalpy().unwrap(), step);
            assert_eq!((device.violations(), host.violations()), (0, 0), "{:?}", device.list);
            assert_eq!(device.count(Principle::HotToCold), host.count(Principle::HotToCold));
            // The device's first look is at all cells without a source, walls left out; its second at those with walls.
            let least = host.count(Principle::Surroundings).checked;
            let without_source = (0..conduction.problem.grid.len())
                .filter(|&i| conduction.problem.material[i] != VOID && conduction.problem.source[i] == 0)
                .count() as u64;
            let checked = device.count(Principle::Surroundings).checked;
            assert!(least > 0 && checked >= without_source && checked >= least, "{checked}, {least}");
        }
    }
}

#[test]
fn heat_with_inertia_is_judged_where_it_follows_at_once() {
    let Some(options) = options() else { return };
    for mut problem in [ringing(true), changing_inertias(true)] {
        problem.materials[0].relaxation_time = None;
        let mut conduction = conduction(problem);
        let clock = Clock { start: 0.0, step: 0.5 * stable(&conduction, [-100.0, 200.0], 1e4) };
        let mut gpu = gpu(&conduction, &options);
        gpu.advance(clock, 0, 60).unwrap();
        let device = gpu.second_law(clock.time(60), clock.step).unwrap().unwrap();
        let state = gpu.enthalpy().unwrap();
        let heats = gpu.heats().unwrap();
        let snapshot = Snapshot::with_heats(&mut conduction, &state, heats, clock.time(60));
        let mut host = SecondLaw::default();
        host.look(&snapshot, &snapshot.rates(), Some(clock.step));
        assert_eq!((device.violations(), host.violations()), (0, 0), "{:?}", device.list);
        assert!(device.count(Principle::HotToCold).checked > 100);
        assert_eq!(device.count(Principle::HotToCold), host.count(Principle::HotToCold));
        assert_eq!(device.count(Principle::Surroundings).checked, 0, "waves may leave every range");
    }
}

#[test]
fn heat_that_runs_uphill_is_found_where_it_does() {
    let Some(options) = options() else { return };
    let mut conduction = conduction(medley(true, 1));
    let step = stable(&conduction, [-100.0, 200.0], 1e4);
    let state = conduction.enthalpy(&conduction.problem.initial);
    let cell = conduction.problem.grid.index([2, 3, 1]);
    conduction.links.families[0].conductance[cell] *= -1.0;
    let [device, host] = said(&mut conduction, &options, &state, step);
    assert_eq!(device.count(Principle::HotToCold), host.count(Principle::HotToCold));
    assert_eq!(device.count(Principle::HotToCold).violations, 1);
    assert!((device.worst / host.worst - 1.0).abs() < 1e-4, "{} and {}", device.worst, host.worst);
    let centre = conduction.problem.grid.centre([2, 3, 1]).to_array();
    assert!(device.list.iter().any(|v| v.principle == Principle::HotToCold && v.at == Some(centre)));
}

#[test]
fn a_step_that_is_too_long_leaves_the_surroundings() {
    let Some(options) = options() else { return };
    for three in [false, true] {
        let mut problem = melting(three);
        problem.start("20*(-1)^floor(400*x) + 15*(-1)^floor(300*y)");
        let mut conduction = conduction(problem);
        let step = 40.0 * stable(&conduction, [-100.0, 200.0], 1e4);
        let state = conduction.enthalpy(&conduction.problem.initial);
        let [device, host] = said(&mut conduction, &options, &state, step);
        let found = [&device, &host].map(|law| law.count(Principle::Surroundings).violations);
        // A cell at a wall may leave its surroundings without its walls, with them, or both.
        assert!(found[1] > 10 && found[0] >= found[1] && found[0] < 3 * found[1], "{found:?}");
        let worst = |law: &SecondLaw| {
            let steps = law.list.iter().filter(|v| v.principle == Principle::Surroundings);
            steps.map(|v| v.amount).fold(0.0, f64::max)
        };
        assert!(worst(&device) >= 0.99 * worst(&host), "{} and {}", worst(&device), worst(&host));
    }
}
