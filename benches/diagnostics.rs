//! `cargo bench --bench diagnostics`: what part of a run on the CPU goes into looking at its states, with a row of the series at every percent of it, the
//! report at its end included (`time.diagnostics_s` over `time.wall_s`). `cargo bench --bench diagnostics -- 1024^2`: of one size alone.

use clausius::backend::{Kind, Selection};
use clausius::execution::{self, Options, Quiet};
use clausius::scenario::Scenario;
use std::path::Path;

const REPEATS: usize = 5;

/// Name, cells along each axis, dimensions, explicit steps (about), method, relaxation time (s).
const CASES: [(&str, usize, usize, f64, &str, f64); 11] = [
    ("plate", 256, 2, 21_900.0, "explicit", 0.0),
    ("plate", 256, 2, 100_000.0, "explicit", 0.0),
    ("large plate", 1024, 2, 2_000.0, "explicit", 0.0),
    ("large plate", 1024, 2, 16_000.0, "explicit", 0.0),
    ("block", 64, 3, 4_000.0, "explicit", 0.0),
    ("block", 64, 3, 16_000.0, "explicit", 0.0),
    ("plate, super steps", 256, 2, 100_000.0, "super-time-stepping", 0.0),
    ("plate, auto", 512, 2, 52_000.0, "auto", 0.0),
    ("plate, auto", 1024, 2, 84_000.0, "auto", 0.0),
    ("block, auto", 64, 3, 7_400.0, "auto", 0.0),
    ("plate, finite speed", 256, 2, 4_000.0, "explicit", 0.1),
];

const CONDUCTIVITY: f64 = 40.0;
const CAPACITY: f64 = 1e6;
const WIDTH: f64 = 1e-3;

fn scenario(cells: usize, dimensions: usize, steps: f64, method: &str, relaxation: f64) -> Scenario {
    let diffusivity = CONDUCTIVITY / CAPACITY;
    let bound = WIDTH * WIDTH / (2.0 * dimensions as f64 * diffusivity);
    // Heat with inertia is stepped at the speed of its waves.
    let wave = WIDTH * (relaxation / (dimensions as f64 * diffusivity)).sqrt();
    let until = 0.9 * steps * bound.max(wave);
    let relaxation = if relaxation > 0.0 { format!("relaxation_time = {relaxation}\n") } else { String::new() };
    let text = format!(
        "[grid]\nsize = {:?}\ncells = {:?}\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = {CONDUCTIVITY}\nvolumetric_heat_capacity = {CAPACITY}\nmean_free_path = 1e-7\n{relaxation}\
         [initial]\ntemperature = 300.0\n\
         [boundary]\nx_min = {{ temperature = 400.0 }}\nx_max = {{ temperature = 300.0 }}\n\
         y_min = {{ convection = 200.0, ambient = 320.0 }}\ny_max = {{ convection = 100.0, ambient = 290.0 }}\n\
         [run]\nuntil = {until}\nmethod = \"{method}\"\n[output]\nformats = []\nseries_every = {}\n",
        vec![cells as f64 * WIDTH; dimensions],
        vec![cells; dimensions],
        until / 100.0
    );
    Scenario::parse(&text, Path::new("bench"), &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn main() {
    let selection = Selection { kind: Kind::Cpu, ..Selection::default() };
    let options = Options { selection, ..Options::default() };
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, cells, dimensions, steps, method, relaxation) in CASES {
        let name = format!("{name} {cells}^{dimensions}");
        if !name.contains(&only) {
            continue;
        }
        let scenario = scenario(cells, dimensions, steps, method, relaxation);
        let mut runs: Vec<_> = (0..REPEATS)
            .map(|_| execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}")))
            .map(|outcome| (outcome.report.time, outcome.samples.len()))
            .collect();
        runs.sort_by(|(a, _), (b, _)| (a.diagnostics_s / a.wall_s).total_cmp(&(b.diagnostics_s / b.wall_s)));
        let (time, rows) = &runs[REPEATS / 2];
        println!(
            "{name}: {} steps, {rows} rows: {:.3} of {:.3} s, {:.1} % (middle of {REPEATS})",
            time.steps,
            time.diagnostics_s,
            time.wall_s,
            100.0 * time.diagnostics_s / time.wall_s
        );
    }
}
