//! `cargo bench --bench super_steps`: time to solution of super steps against explicit steps, CPU, on a plate that is rough from
//! cell to cell, of one material and of two. Errors against explicit steps of half the length (Richardson).

use clausius::execution::{self, Options, Outcome, Quiet};
use clausius::scenario::Scenario;
use std::path::Path;

const CELLS: f64 = 256.0 * 256.0;

fn run(block: bool, more: &str) -> Outcome {
    let block = if block {
        "[[region]]\nname = \"block\"\nmaterial = \"other\"\nbox = [[0.1, 0.05], [0.175, 0.15]]\n"
    } else {
        ""
    };
    let text = format!(
        "model = \"heat\"\n[grid]\nsize = [0.256, 0.256]\ncells = [256, 256]\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = 40.0\nvolumetric_heat_capacity = 1e6\n\
         [materials.other]\nconductivity = 90.0\nvolumetric_heat_capacity = 3e6\n{block}\
         [initial]\ntemperature = \"300 + if(abs(x-0.1)+abs(y-0.12)<0.04,100,0) + 10*sin(1e6*x)*cos(7e5*y)\"\n\
         [boundary]\nx_min = {{ temperature = 300 }}\n[run]\nuntil = 600.0\n{more}"
    );
    let scenario = Scenario::parse(&text, Path::new("bench"), &[]).unwrap_or_else(|e| panic!("{e}"));
    execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

fn main() {
    for block in [false, true] {
        let half = run(block, "method = \"explicit\"\nsafety = 0.45\n");
        let explicit = run(block, "method = \"explicit\"\n");
        let exact: Vec<f64> = half.temperature.iter().zip(&explicit.temperature).map(|(h, x)| 2.0 * h - x).collect();
        for (name, outcome) in [("explicit", &explicit), ("super steps", &run(block, ""))] {
            let error = outcome.temperature.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let time = &outcome.report.time;
            println!(
                "{} {name:<11} {:>8.0} sweeps {:>8.3} s  error {error:.1e} K  ({})",
                if block { "two materials" } else { "one material " },
                time.cell_updates as f64 / CELLS,
                time.wall_s,
                outcome.report.backend.method
            );
        }
    }
}
