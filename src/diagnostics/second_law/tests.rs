//! The audit against a scheme that deserves it: centred cross terms.

use super::*;
use crate::backend::cpu::Cpu;
use crate::backend::{Backend, Clock};
use crate::conduction::Conduction;
use crate::diagnostics::survey::Survey;
use crate::scenario::Scenario;
use crate::simulation::Sample;
use std::path::Path;
use std::sync::Arc;

const CELLS: usize = 24;
const TENSOR: [f64; 3] = [0.75025, 0.25075, 0.432580]; // xx, yy, xy: 1 and 1e-3 at 30 degrees

fn insulated() -> Conduction {
    let text = format!(
        "[grid]\nsize = [1.0, 1.0]\ncells = [{CELLS}, {CELLS}]\nmaterial = \"m\"\n[materials.m]\n\
         conductivity = [[{0}, {2}, 0], [{2}, {1}, 0], [0, 0, 1.0]]\nvolumetric_heat_capacity = 1.0\n\
         [initial]\ntemperature = \"if((x-0.5)^2 + (y-0.5)^2 < 0.02, 400, 300)\"\n[run]\nuntil = 1.0\n",
        TENSOR[0], TENSOR[1], TENSOR[2]
    );
    let scenario = Scenario::parse(&text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    Conduction::new(Arc::new(scenario.problem)).unwrap()
}

/// One explicit step of the textbook scheme: at every corner of cells the gradient of the four cells around it, the full
/// tensor on it, and the divergence of that. It conserves energy, and its entropy rises: q . grad(1/T) >= 0 at every
/// corner. Yet it is not monotone.
fn centred_step(t: &[f64], step: f64) -> Vec<f64> {
    let [xx, yy, xy] = TENSOR;
    let h = 1.0 / CELLS as f64;
    let at = |x: usize, y: usize| x + CELLS * y;
    let mut next = t.to_vec();
    for y in 0..CELLS - 1 {
        for x in 0..CELLS - 1 {
            let corner = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
            let [a, b, c, d] = corner.map(|i| t[i]);
            let (gx, gy) = ((b - a + d - c) / (2.0 * h), (c - a + d - b) / (2.0 * h));
            let (qx, qy) = (-(xx * gx + xy * gy), -(xy * gx + yy * gy));
            // half of each of the faces that meet in the corner
            let (x_part, y_part) = (0.5 * step / h * qx, 0.5 * step / h * qy);
            for (i, sign) in corner.into_iter().zip([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]) {
                next[i] += sign[0] * x_part + sign[1] * y_part;
            }
        }
    }
    next
}

/// The rows of a field.
fn rows_of(field: &[f64]) -> impl Fn(usize, &mut [f64]) + Sync + '_ {
    |row, now| now.copy_from_slice(&field[row * now.len()..][..now.len()])
}

fn row(conduction: &mut Conduction, state: &[f64], n: u64, step: f64) -> Sample {
    let snapshot = Snapshot::new(conduction, state, 0.0);
    Sample {
        time: n as f64 * step,
        steps: n,
        leapt: false,
        survey: Survey::of(&snapshot, 0.0),
        before: None,
        probes: Vec::new(),
        more: Vec::new(),
    }
}

#[test]
fn an_undershoot_of_centred_cross_terms_is_caught_though_the_entropy_rises() {
    let mut conduction = insulated();
    let step = 0.2 / (CELLS * CELLS) as f64;
    let mut state = conduction.enthalpy(&conduction.problem.initial.clone());
    let mut law = SecondLaw::default();
    let mut rows = vec![row(&mut conduction, &state, 0, step)];
    for n in 1..=10 {
        let next = centred_step(&state, step);
        look_at_step(&mut law, &Snapshot::new(&mut conduction, &state, 0.0), rows_of(&next));
        state = next;
        rows.push(row(&mut conduction, &state, n, step));
    }
    look_back(&mut law, &conduction, &rows, f64::EPSILON);
    let undershoot = 300.0 - rows.iter().map(|r| r.survey.temperature[0]).fold(f64::INFINITY, f64::min);
    assert!(undershoot > 1.0, "it undershoots by {undershoot} K");
    assert_eq!(law.count(Principle::Entropy), Count { checked: 10, violations: 0 });
    assert!(law.count(Principle::Surroundings).violations > 10);
    assert!(law.count(Principle::Range).violations > 0);
    // located, and told in words
    let first = law.list.iter().find(|v| v.principle == Principle::Surroundings).unwrap();
    let [x, y, _] = first.at.unwrap();
    assert!((0.0..1.0).contains(&x) && (0.0..1.0).contains(&y) && first.place.contains("between surroundings"));
    assert!(law.list.iter().filter(|v| v.principle == Principle::Surroundings).count() == LISTED);
}

#[test]
fn the_monotone_scheme_is_clean() {
    let mut conduction = insulated();
    let step = 0.9 / conduction.fastest_rate([-100.0, 100.0], [0.0, 1.0]);
    let mut cpu = Cpu::new(conduction.clone());
    let mut law = SecondLaw::default();
    let mut rows = vec![row(&mut conduction, &cpu.enthalpy().unwrap(), 0, step)];
    for n in 1..=20 {
        let before = cpu.enthalpy().unwrap();
        cpu.advance(Clock { start: 0.0, step }, n - 1, 1).unwrap();
        let after = cpu.enthalpy().unwrap();
        let snapshot = Snapshot::new(&mut conduction, &before, 0.0);
        law.look(&snapshot, &snapshot.rates(), Some(step));
        look_at_step(&mut law, &snapshot, rows_of(&after));
        rows.push(row(&mut conduction, &after, n, step));
    }
    look_back(&mut law, &conduction, &rows, f64::EPSILON);
    assert_eq!(law.violations(), 0, "{:?}", law.list);
    // all but the last, which is of heat with inertia
    assert!(Principle::ALL[..5].iter().all(|&p| law.count(p).checked > 0), "{:?}", law.counts);
    assert!(law.closure < 1e-12, "{:e}", law.closure);
}

#[test]
fn a_step_that_is_too_long_is_caught() {
    let mut conduction = insulated();
    let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
    let step = 3.0 / conduction.fastest_rate([-100.0, 100.0], [0.0, 1.0]);
    let mut law = SecondLaw::default();
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    law.look(&snapshot, &snapshot.rates(), Some(step));
    assert!(law.count(Principle::Surroundings).violations > 0);
    assert_eq!(law.count(Principle::HotToCold).violations, 0);
}

#[test]
fn heat_that_runs_uphill_is_caught_and_located() {
    let text = "[grid]\nsize = [1.0, 1.0]\ncells = [4, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
         [initial]\ntemperature = 300.0\n[boundary]\nx_max = { temperature = 310.0 }\n[run]\nuntil = 1.0\n";
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let mut conduction = Conduction::new(Arc::new(scenario.problem)).unwrap();
    let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
    let mut snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let rates = snapshot.rates();
    snapshot.walls[0].heat = -snapshot.walls[0].heat;
    let mut law = SecondLaw::default();
    law.look(&snapshot, &rates, Some(0.0));
    assert_eq!(law.count(Principle::HotToCold), Count { checked: 4, violations: 1 });
    let found = &law.list[0];
    assert!(found.place.contains("x_max") && found.at.unwrap()[0] == 1.0, "{found:?}");
    // 80 W between 300 and 310 K
    assert!((found.amount - 80.0 * 10.0 / (300.0 * 310.0)).abs() < 1e-12 && law.worst == -found.amount);
}

#[test]
fn a_hot_spot_without_a_source_is_no_steady_state() {
    let mut conduction = insulated();
    let mut spot = vec![10.0; CELLS * CELLS];
    let mut law = SecondLaw::default();
    look_at_state(&mut law, &Snapshot::new(&mut conduction, &spot, 0.0));
    assert_eq!(law.count(Principle::Surroundings).violations, 0, "a plateau is no extreme");
    spot[CELLS * CELLS / 2 + CELLS / 2] += 5.0;
    let snapshot = Snapshot::new(&mut conduction, &spot, 0.0);
    look_at_state(&mut law, &snapshot);
    assert_eq!(law.count(Principle::Surroundings).violations, 1);
    assert!((law.list[0].amount - 5.0).abs() < 1e-9);
}

/// A wave that is amplified takes more out of the entropy than the heats of the row before held: the audit sees it, whether the body is isolated
/// or not.
#[test]
fn heats_that_grow_by_themselves_are_caught() {
    let count = |boundary: &str, factor: f64| {
        let text = format!(
            "[grid]\nsize = [1.0, 0.1]\ncells = [24, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\n\
             volumetric_heat_capacity = 1.0\nrelaxation_time = 1.0\n[initial]\ntemperature = \"300 + 10*cos(3.141592653589793*x)\"\n\
             {boundary}[run]\nuntil = 1.0\n"
        );
        let scenario = Scenario::parse(&text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        let mut conduction = Conduction::new(Arc::new(scenario.problem)).unwrap();
        let mut cpu = Cpu::new(conduction.clone());
        let step = 0.02;
        let mut samples = Vec::new();
        for n in 0..40 {
            let (enthalpy, heats) = (cpu.enthalpy().unwrap(), cpu.heats().unwrap());
            let time = n as f64 * step;
            let snapshot = Snapshot::with_heats(&mut conduction, &enthalpy, heats.clone(), time);
            let survey = Survey::of(&snapshot, 0.0);
            let (before, probes, more) = (None, Vec::new(), Vec::new());
            samples.push(Sample { time, steps: n, leapt: false, survey, before, probes, more });
            let mut heats = heats.unwrap();
            heats.links.iter_mut().flatten().for_each(|q| *q *= factor);
            cpu.load_heats(&heats).unwrap();
            cpu.advance(Clock { start: 0.0, step }, n, 1).unwrap();
        }
        let mut law = SecondLaw::default();
        look_back(&mut law, &conduction, &samples, f64::EPSILON);
        law.count(Principle::ExtendedEntropy)
    };
    let wall = "[boundary]\nx_max = { convection = 1.0, ambient = 305.0 }\n";
    for boundary in ["", wall] {
        assert_eq!(count(boundary, 1.0), Count { checked: 39, violations: 0 }, "{boundary}");
        assert!(count(boundary, 1.2).violations > 10, "{boundary}");
    }
}
