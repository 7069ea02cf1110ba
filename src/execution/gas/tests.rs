//! Whole runs of a gas: what it does through time, what its velocities carry at the probes, and what an interrupt leaves.

use super::super::phonon::tests::{Shown, in_two, same};
use crate::backend::{Kind, Selection};
use crate::execution::{self, Options, Outcome, Quiet};
use crate::report::{Report, Verdict};
use crate::scenario::{FieldName, Scenario};
use crate::simulation::Sample;
use std::f64::consts::TAU;
use std::path::Path;

/// Two plates and a bar between them, one of the plates a mirror in part.
const GAP: &str = r#"
title = "gap"
model = "gas"
grid = { size = ["2 um", "1 um"], cells = [12, 6], material = "argon" }
materials.argon.gas = { molar_mass = "39.948 g/mol", viscosity = "22.7e-6 Pa s", prandtl = 0.667 }
boundary = { x_min = { temperature = "301 K" }, x_max = { temperature = "299 K", accommodation = 0.6 } }
gas = { pressure = "20 kPa", ordinates = { speeds = 5, azimuthal = 12 } }
run.until = "steady"
[[region]]
name = "bar"
material = "void"
box = [["0.8 um", "0 um"], ["1.2 um", "0.5 um"]]
boundary = { temperature = "300 K" }
[[probe]]
name = "A"
at = ["0.4 um", "0.4 um"]
"#;

fn parse(text: &str, overrides: &[&str]) -> Result<Scenario, String> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    Scenario::parse(text, Path::new("gap.toml"), &overrides).map_err(|e| e.to_string())
}

fn run(text: &str, overrides: &[&str]) -> Outcome {
    let scenario = parse(text, overrides).unwrap_or_else(|e| panic!("{e}"));
    execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

/// The same gap, driven.
const DRIVEN: [&str; 4] = [
    "run.until=\"4 ns\"",
    "initial.temperature=300",
    "output.every=\"2 ns\"",
    "boundary.x_min.temperature=\"300 + sin(2*pi*t/5e-9)\"",
];

#[test]
fn a_way_that_was_stopped_goes_on_bit_for_bit() {
    let scenario = parse(GAP, &DRIVEN).unwrap();
    let whole = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap();
    assert!(whole.report.energy.closure < 1e-11, "{:e}", whole.report.energy.closure);
    let looks = whole.samples.len() / 2;
    for looks in [2, looks, looks + 1] {
        same(&in_two(&scenario, &Selection::default(), looks), &whole);
    }
}

#[test]
fn outputs_begin_with_the_initial_state() {
    let mut frames: Vec<(usize, f64, f64)> = Vec::new();
    let mut shown = Shown(|moment| {
        let fields = (moment.fields)(&[FieldName::Temperature]);
        let warmest = fields[0].numbers().filter(|t| t.is_finite()).fold(0.0, f64::max);
        frames.push((moment.index, moment.time.expect("a time"), warmest));
    });
    execution::run(&parse(GAP, &DRIVEN).unwrap(), &Options::default(), &mut shown).unwrap();
    let told: Vec<(usize, f64)> = frames.iter().map(|f| (f.0, f.1)).collect();
    assert_eq!(told, [(0, 0.0), (1, 2e-9), (2, 4e-9)]);
    assert!(frames[0].2 == 300.0 && frames[1].2 > 300.1, "{frames:?}");
}

#[test]
fn a_way_on_a_gpu_goes_on_bit_for_bit() {
    let Some(selection) = crate::backend::gpu::tests::options() else { return };
    let selection = Selection { kind: Kind::Gpu, ..selection };
    let scenario = parse(GAP, &DRIVEN).unwrap();
    let options = Options { selection: selection.clone(), ..Options::default() };
    let whole = execution::run(&scenario, &options, &mut Quiet).unwrap();
    assert_eq!(whole.report.backend.kind, "gpu");
    assert!(whole.report.energy.closure < 1e-5, "{:e}", whole.report.energy.closure);
    let on_cpu = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap();
    assert!(whole.apart(&on_cpu) < 1e-6, "{:e}", whole.apart(&on_cpu));
    same(&in_two(&scenario, &selection, 3), &whole);
}

#[test]
fn an_iteration_that_was_stopped_goes_on() {
    let scenario = parse(GAP, &[]).unwrap();
    let whole = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap();
    let passes = whole.report.gas.as_ref().unwrap().iterations;
    assert!(passes > 4);
    let resumed = in_two(&scenario, &Selection::default(), passes - 2);
    assert!(whole.apart(&resumed) < 1e-6, "{:e}", whole.apart(&resumed));
    let all = resumed.report.gas.as_ref().unwrap().iterations;
    assert!(all <= passes + 4, "{all} for {passes}");
}

/// A run through time that lasts comes to what the steady solver finds, at the probe direction by direction.
#[test]
fn time_leads_to_the_steady_state() {
    let fine = "grid.cells=[24, 12]";
    let steady = run(GAP, &[fine]).report;
    let rested = run(GAP, &[fine, "run.until=\"200 ns\"", "initial.temperature=300"]).report;
    assert!((rested.energy.stored_change - rested.energy.boundary_in).abs() < 1e-10 * rested.energy.boundary_in.abs());
    for ((face, a), (_, b)) in rested.boundaries.0.iter().zip(&steady.boundaries.0) {
        let largest = steady.boundaries.0[0].1.heat_in.abs();
        assert!((a.heat_in - b.heat_in).abs() < 0.02 * largest, "{face}: {} for {}", a.heat_in, b.heat_in);
    }
    let [rested, steady] = [rested, steady].map(|r| r.gas.unwrap());
    let [(_, a), (_, b)] = [&rested.points.0[0], &steady.points.0[0]];
    assert!((a.temperature - b.temperature).abs() < 0.01, "{} {}", a.temperature, b.temperature);
    assert!((a.density / b.density - 1.0).abs() < 1e-4 && (a.unrest - b.unrest).abs() < 0.03 * b.unrest);
    let [(_, a), (_, b)] = [&rested.distributions.0[0], &steady.distributions.0[0]];
    let largest = b.deviation.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    for found in [a, b] {
        let mean: f64 = found.weight.iter().zip(&found.deviation).map(|(w, d)| w * d).sum();
        assert!(mean.abs() < 1e-9, "{mean:e}");
    }
    for (n, (a, b)) in a.deviation.iter().zip(&b.deviation).enumerate() {
        assert!((a - b).abs() < 0.05 * largest, "{n}: {a} for {b}");
    }
}

/// The page of a gas speaks of a gas, and shows what flies at the probes.
#[test]
fn the_page_speaks_of_a_gas() {
    let report = run(GAP, &[]).report;
    let pictures = crate::output::html::flight::pictures(&report);
    assert_eq!(pictures.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["distribution_A"]);
    assert_eq!(report.filling(), "gas");
}

/// A warm wave in dense argon, with the gas free to flow, dies away by conduction at one pressure.
#[test]
fn a_warm_wave_decays_by_conduction_at_one_pressure() {
    let text = r#"
model = "gas"
grid = { size = ["40 um", "1 um"], cells = [80, 1], material = "argon" }
materials.argon.gas = { molar_mass = "39.948 g/mol", viscosity = "22.7e-6 Pa s", prandtl = 0.667 }
boundary.x_min.periodic = true
initial.temperature = "300 + cos(2*pi*x/40e-6)"
gas = { pressure = "100 kPa", ordinates = { speeds = 6, azimuthal = 16 } }
run.until = "2 us"
"#;
    let outcome = run(text, &[]);
    let range = |s: &Sample| s.survey.temperature[1] - s.survey.temperature[0];
    let [first, last] = [outcome.samples.first(), outcome.samples.last()].map(|s| range(s.unwrap()));
    let report = outcome.report;
    assert_eq!(report.state.verdict, Verdict::Transient);
    assert!(report.energy.closure == 0.0 || report.energy.closure < 1e-9, "{:e}", report.energy.closure);
    let gas = report.gas.unwrap();
    assert!(gas.iterations == 0 && gas.residual.is_nan() && gas.laps.is_nan());
    assert!(gas.effective_conductivity.is_nan(), "a moment of a change tells of none");
    // 5/2 of p/T is the heat capacity at one pressure
    let diffusivity = gas.bulk_conductivity / (2.5 * 100e3 / 300.0);
    let expected = diffusivity * (TAU / 40e-6_f64).powi(2);
    // the flow that sets in sounds a little on its way
    let found = (first / last).ln() / 2e-6;
    assert!((found / expected - 1.0).abs() < 0.03, "{found} for {expected}");
}

#[test]
fn what_a_way_through_time_cannot_be_is_told() {
    let told = |overrides: &[&str]| parse(GAP, overrides).unwrap_err();
    let message = told(&["run.until=\"1 ns\""]);
    assert!(message.contains("initial.temperature") && message.contains("is missing"), "{message}");
    let message = told(&["run.until=\"1 ns\"", "initial.temperature=300", "gas.compare_fourier=true"]);
    assert!(message.contains("compares steady states"), "{message}");
    // walls that will be, and what it begins with, count as well
    let message = told(&["run.until=\"1 ns\"", "initial.temperature=600"]);
    assert!(message.contains("of their mean"), "{message}");
    let message =
        told(&["run.until=\"1 ns\"", "initial.temperature=300", "boundary.x_min.temperature=\"300 + 4e11*t\""]);
    assert!(message.contains("of their mean"), "{message}");
    let message = told(&["boundary.x_min.temperature=\"300 + 1e6*t\""]);
    assert!(message.contains("varies in time"), "{message}");
    let scenario = parse(GAP, &["run.until=\"1 ns\"", "initial.temperature=300", "run.time_step=\"0.5 ns\""]).unwrap();
    let refused = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_err().to_string();
    assert!(refused.contains("run.time_step") && refused.contains("cross a cell"), "{refused}");
}

/// A body in a corner on cells of two free paths leaves some per cent of the entropy open, plain plates next to nothing: the first is said.
#[test]
fn a_budget_of_entropy_that_stays_open_is_told() {
    const CORNER: &str = "model = \"gas\"\n[grid]\nsize = [\"2 um\", \"2 um\", \"2 um\"]\ncells = [6, 6, 4]\nmaterial = \"ar\"\n\
        [materials.ar]\ngas = { molar_mass = \"39.948 g/mol\", viscosity = \"2.27e-5 Pa s\" }\n\
        [[region]]\nname = \"hot\"\nmaterial = \"void\"\nbox = [[0, 0, 0], [\"1 um\", \"1 um\", \"1 um\"]]\nboundary = { temperature = 303 }\n\
        [boundary]\nx_max = { temperature = 300, accommodation = 0.5 }\nz_max = { temperature = \"300 + x*1e6\", accommodation = 0.9 }\n\
        [gas]\npressure = \"1 bar\"\nordinates = { speeds = 4, polar = 4, azimuthal = 12 }\n[run]\nuntil = \"steady\"\n";
    const PLATES: &str = "model = \"gas\"\n[grid]\nsize = [\"2 um\", \"2 um\"]\ncells = [40, 1]\nmaterial = \"ar\"\n\
        [materials.ar]\ngas = { molar_mass = \"39.948 g/mol\", viscosity = \"2.27e-5 Pa s\" }\n\
        [boundary]\nx_min = { temperature = 301 }\nx_max = { temperature = 300 }\n[gas]\npressure = \"20 kPa\"\n[run]\nuntil = \"steady\"\n";
    for (text, open) in [(CORNER, true), (PLATES, false)] {
        let report = run(text, &[]).report;
        assert_eq!(report.entropy.closure > 0.02, open, "{:e}", report.entropy.closure);
        assert_eq!(
            report.warnings.iter().any(|w| w.contains("entropy budget closes to")),
            open,
            "{:?}",
            report.warnings
        );
    }
}

/// Between mirrors and joined ends nothing holds a gas fast: it conducts as the bulk does, at any pressure.
#[test]
fn a_period_without_a_wall_conducts_as_the_bulk() {
    const PERIOD: &str = r#"
        model = "gas"
        grid = { size = ["1 um", "1 um"], cells = [10, 4], material = "argon" }
        materials.argon.gas = { molar_mass = "39.948 g/mol", viscosity = "22.7e-6 Pa s", prandtl = 0.667 }
        boundary.x_min = { periodic = true, temperature_jump = "1 K" }
        gas = { pressure = "10 kPa", ordinates = { speeds = 5, azimuthal = 12 } }
        run.until = "steady"
    "#;
    for pressure in ["1 kPa", "100 kPa"] {
        let report = run(PERIOD, &[&format!("gas.pressure=\"{pressure}\"")]).report;
        let gas = report.gas.as_ref().unwrap();
        let ratio = gas.effective_conductivity / gas.bulk_conductivity;
        assert!((ratio - 1.0).abs() < 1e-6, "{pressure}: {ratio}");
        assert!((report.temperature.mean - 300.0).abs() < 1e-9 && gas.largest_velocity < 1e-6);
        let ends: Vec<f64> = report.boundaries.0.iter().map(|(_, b)| b.heat_in).filter(|q| q.abs() > 1e-9).collect();
        assert!(ends.len() == 2 && (ends[0] / gas.effective_conductivity - 1.0).abs() < 1e-9, "{ends:?}");
    }
}

/// The Knudsen number is that of the extent between walls: what lies between mirrors has no end, however many cells it is cut into.
#[test]
fn mirrors_bound_no_extent() {
    let slit = |cells: &str| {
        let scenario = parse(
            GAP.split("[[region]]").next().unwrap(),
            &["grid.size=[\"1 um\", \"0.1 um\"]", &format!("grid.cells={cells}"), "gas={ knudsen = 0.5 }"],
        );
        scenario.unwrap().gas.unwrap()
    };
    let (one, two) = (slit("[8, 1]"), slit("[8, 2]"));
    assert_eq!([one.knudsen, two.knudsen], [0.5; 2]);
    assert!((one.units.pressure / two.units.pressure - 1.0).abs() < 1e-12);
    assert!((one.mean_free_path / 0.5e-6 - 1.0).abs() < 1e-12, "{}", one.mean_free_path);
}

/// What was uneven has died away to rounding, and the verdict says so.
#[test]
fn a_gas_that_came_to_rest_is_in_equilibrium() {
    let text = GAP.split("[[region]]").next().unwrap();
    let wave = [
        "run.until=\"900 ns\"",
        "initial.temperature=\"300 + sin(pi*x/2e-6)\"",
        "boundary={ x_min = { temperature = 300 }, x_max = { temperature = 300 } }",
        "grid.cells=[12, 1]",
        "gas.pressure=\"1 kPa\"",
        "output.series_every=\"10 ns\"",
    ];
    let state = run(text, &wave).report.state;
    assert_eq!(state.verdict, Verdict::Equilibrium, "{}", state.reason);
}

/// Two plates a micrometre apart, faces of the grid or voids within it.
#[test]
fn a_gap_between_voids_is_as_rarefied_as_one_between_faces() {
    const BETWEEN: &str = "model = \"gas\"\n[grid]\nsize = [\"4 um\", \"0.1 um\"]\ncells = [80, 1]\nmaterial = \"ar\"\n\
        [materials.ar]\ngas = { molar_mass = \"39.948 g/mol\", viscosity = \"2.2e-5\" }\n\
        [[region]]\nname = \"hot\"\nmaterial = \"void\"\nbox = [[0, 0], [\"1.5 um\", \"0.1 um\"]]\nboundary = { temperature = 301 }\n\
        [[region]]\nname = \"cold\"\nmaterial = \"void\"\nbox = [[\"2.5 um\", 0], [\"4 um\", \"0.1 um\"]]\nboundary = { temperature = 299 }\n\
        [gas]\nknudsen = 0.8\nordinates = { speeds = 4, azimuthal = 12 }\n[run]\nuntil = \"steady\"\n";
    const FACES: &str = "model = \"gas\"\n[grid]\nsize = [\"1 um\", \"0.1 um\"]\ncells = [20, 1]\nmaterial = \"ar\"\n\
        [materials.ar]\ngas = { molar_mass = \"39.948 g/mol\", viscosity = \"2.2e-5\" }\n\
        [boundary]\nx_min = { temperature = 301 }\nx_max = { temperature = 299 }\n\
        [gas]\nknudsen = 0.8\nordinates = { speeds = 4, azimuthal = 12 }\n[run]\nuntil = \"steady\"\n";
    let [a, b] = [BETWEEN, FACES].map(|text| run(text, &[]).report);
    let pressure = |report: &Report| report.gas.as_ref().expect("a gas").pressure;
    assert!((pressure(&a) / pressure(&b) - 1.0).abs() < 1e-12, "{} {}", pressure(&a), pressure(&b));
    // Where what flies one way is what flies the other but for rounding, no number stands for the heat.
    let scenario = Scenario::parse(FACES, Path::new("gap.toml"), &["gas.knudsen=1e-7".to_owned()]).unwrap();
    let refused = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_err().to_string();
    assert!(refused.contains("rounding hides"), "{refused}");
}
