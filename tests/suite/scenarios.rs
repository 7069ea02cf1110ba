//! The shipped scenarios at reduced size: on the CPU, on a GPU, and both against each other.

use crate::common::adapter;
use clausius::backend::{Kind, Selection};
use clausius::execution::{self, Options, Quiet};
use clausius::output::{field::Storage, npy};
use clausius::report;
use clausius::scenario::{End, Model, Scenario};
use clausius::shipped::SCENARIOS;
use std::path::Path;

#[test]
fn every_scenario_closes_its_budgets_on_the_cpu_and_a_gpu_agrees_within_a_ten_thousandth_of_the_range() {
    let adapter = adapter();
    for shipped in SCENARIOS {
        let scenario = shipped.scenario().unwrap_or_else(|e| panic!("{e}"));
        let run = |selection: Selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{}: {e}", shipped.name))
        };
        let cpu = run(Selection::default());
        let closure = cpu.report.energy.closure;
        // flying carriers are iterated to a tolerance
        let bound = match () {
            () if scenario.phonon.is_some() || scenario.gas.is_some() => 2e-7,
            // the current of good conductors is a small difference
            () if scenario.thermoelectric.is_some() => 1e-9,
            () => 1e-12,
        };
        assert!(closure < bound, "{}: energy closure {closure:e}", shipped.name);
        assert_eq!(cpu.report.second_law.violations, 0, "{}", shipped.name);
        let steady = matches!(scenario.run.end, End::Steady(_));
        let coupled = matches!(scenario.model, Model::Thermoelectric | Model::Mixture);
        let Some(adapter) = adapter.as_ref() else { continue };
        let gpu = run(Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..Selection::default() });
        let closure = gpu.report.energy.closure;
        assert!(closure < 1e-5, "{}: energy closure {closure:e} on the GPU", shipped.name);
        let apart = cpu.apart(&gpu);
        println!("{}: GPU and CPU apart by {apart:.1e} of the range", shipped.name);
        assert!(apart < 1e-4, "{}: {apart:e}", shipped.name);
        if let (Some(a), Some(b)) = (&cpu.report.mixture, &gpu.report.mixture) {
            let [a, b] = [a, b].map(|m| [m.mass_fraction.min, m.mass_fraction.max, m.mass_fraction.mean]);
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9), "{}: {a:?} and {b:?}", shipped.name);
        }
        if let (Some(a), Some(b)) = (&cpu.report.thermoelectric, &gpu.report.thermoelectric) {
            let heats = |t: &report::Thermoelectric| [t.joule, t.peltier, t.thomson, t.electrical_in];
            let scale = heats(a).iter().fold(0.0, |most: f64, h| most.max(h.abs()));
            let (a, b) = (heats(a), heats(b));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6 * scale), "{}: {a:?} and {b:?} W", shipped.name);
        }
        if matches!(scenario.model, Model::Phonon | Model::Gas) {
            assert_eq!(gpu.report.backend.kind, "gpu", "{}", shipped.name);
            assert!(apart < 1e-5, "{}: {apart:e}", shipped.name);
        } else if steady || coupled {
            // solved on the device, refined in f64
            assert_eq!(gpu.report.backend.kind, "gpu", "{}: {:?}", shipped.name, gpu.report.precision.notes);
            assert!(apart < 1e-6, "{}: {apart:e}", shipped.name);
        }
    }
}

#[test]
fn a_gpu_takes_conductivities_from_a_file_beside_others_that_vary() {
    let Some(adapter) = adapter() else { return };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let grains = (0..24 * 20).map(|i| 1.0 + f64::from(i * 7919 % 101) / 20.0);
    npy::write(&folder.path().join("k.npy"), &[20, 24], grains, Storage::Double).expect("written");
    let alone = "[grid]\nsize = [1.0, 1.0]\ncells = [24, 20]\nmaterial = \"grains\"\n[materials.grains]\nconductivity = \"k.npy\"\n\
        volumetric_heat_capacity = 1e3\n[initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 310 }\n\
        y_max = { convection = 50, ambient = 330 }\n[run]\nuntil = 20\n";
    let beside = format!(
        "{alone}[materials.other]\nconductivity = \"1 + 0.02*(T - 300)\"\nvolumetric_heat_capacity = 1e3\n[[region]]\nname = \"b\"\n\
         material = \"other\"\nbox = [[0.5, 0.0], [1.0, 0.4]]\n[[contact]]\nbetween = [\"grains\", \"other\"]\nresistance = 0.01\n"
    );
    // a map of heat, and a heater that varies in time over a part of it
    let heated = format!(
        "{alone}[[region]]\nname = \"map\"\nbox = [[0.0, 0.0], [1.0, 1.0]]\npower_density = {{ file = \"k.npy\", unit = \"kW/m^3\" }}\n\
         [[region]]\nname = \"heater\"\nbox = [[0.2, 0.3], [0.7, 0.6]]\npower_density = \"3000*(1 + sin(t))*x\"\n\
         [[region]]\nname = \"timed\"\nbox = [[0.5, 0.1], [0.9, 0.9]]\npower_density = \"2000*exp(-t/5)\"\n"
    );
    for text in [alone, &beside, &heated] {
        let scenario = Scenario::parse(text, &folder.path().join("grains.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        let run = |selection: Selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
        };
        let cpu = run(Selection::default());
        let gpu = run(Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..Selection::default() });
        assert_eq!(gpu.report.backend.kind, "gpu");
        assert!(cpu.apart(&gpu) < 1e-5, "{:e} of the range apart", cpu.apart(&gpu));
        assert!(gpu.report.energy.closure < 1e-5, "{:e}", gpu.report.energy.closure);
        let source = [&cpu, &gpu].map(|o| o.report.energy.source);
        assert!((source[0] - source[1]).abs() <= 1e-5 * source[0], "{source:?} J");
        let production = [&cpu, &gpu].map(|o| o.report.entropy.production);
        assert!((production[0] - production[1]).abs() < 1e-5 * production[0], "{production:?} W/K");
    }
}

/// Rises (K) over 13 K of the probes one and two millimetres from the heater, with their times (s).
fn second_sound(line_of_relaxation: &str) -> Vec<[f64; 3]> {
    let shipped = SCENARIOS.iter().find(|s| s.name == "second_sound").expect("a shipped scenario");
    let text: String = shipped
        .text
        .lines()
        .map(|line| if line.starts_with("relaxation_time") { line_of_relaxation } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    let overrides: Vec<String> = shipped.reduced.iter().map(ToString::to_string).collect();
    let scenario = Scenario::parse(&text, Path::new(shipped.name), &overrides).unwrap_or_else(|e| panic!("{e}"));
    let outcome = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
    let rise = |probe: Option<f64>| probe.expect("a probe in the crystal") - 13.0;
    outcome.samples.iter().map(|row| [row.time, rise(row.probes[1]), rise(row.probes[2])]).collect()
}

/// The pulse is strongest at 0.15 us and runs at sqrt(k / (C tau)) = 2193 m/s: its crest passes 1 mm at 0.606 us. Nothing may be
/// felt before the first heat can have come. By Fourier's law it is felt at once.
#[test]
fn second_sound_arrives_when_it_should() {
    let speed = (10_200.0_f64 / (4_900.0 * 0.433e-6)).sqrt();
    let wave = second_sound("relaxation_time = \"0.433 us\"");
    let crest = wave.iter().copied().fold([0.0; 3], |a, b| if b[1] > a[1] { b } else { a });
    println!("crest of {:.4} K at 1 mm after {:.3e} s", crest[1], crest[0]);
    assert!((crest[0] - (0.15e-6 + 1e-3 / speed)).abs() < 0.02e-6, "{crest:?}");
    let early = |rows: &[[f64; 3]], n: usize| {
        let ahead = rows.iter().filter(|row| row[0] < 0.97 * n as f64 * 1e-3 / speed);
        ahead.map(|row| row[n].abs()).fold(0.0, f64::max)
    };
    for n in [1, 2] {
        assert!(early(&wave, n) < 1e-3 * crest[1], "{n} mm: {}", early(&wave, n));
    }
    let fourier = second_sound("");
    assert!(early(&fourier, 1) > 0.03 * crest[1], "{}", early(&fourier, 1));
}
