//! `cargo bench --bench outputs`: what a picture at every percent of a run costs. The same run is made with its last state alone and with a hundred
//! states, in turns; one thread computes, so that the writer has a core beside it, as it has beside a GPU.

use std::path::Path;
use std::process::Command;

const REPEATS: usize = 3;

const SCENARIO: &str = r#"title = "Copper block"
[grid]
size = ["60 mm", "60 mm", "24 mm"]
cells = [60, 60, 24]
material = "copper"
[[region]]
name = "die"
material = "silicon"
box = [["22 mm", "22 mm", "20 mm"], ["38 mm", "38 mm", "24 mm"]]
power = "40 W"
[initial]
temperature = "25 degC"
[boundary]
z_min = { convection = "2500 W/(m^2 K)", ambient = "25 degC" }
[run]
until = "40 s"
method = "explicit"
[output]
formats = ["png"]
isotherms = true
"#;

/// Wall time of a run with a state every so often, s.
fn run(folder: &Path, every: &str) -> f64 {
    let output = Command::new(env!("CARGO_BIN_EXE_clausius"))
        .args(["run", "block.toml", "-o", "out", "--force", "--quiet", "--json", "--backend", "cpu", "--threads", "1"])
        .args(["--set", &format!("output.every=\"{every}\"")])
        .current_dir(folder)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    report["time"]["wall_s"].as_f64().expect("a wall time")
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("block.toml"), SCENARIO).expect("written");
    let mut ratios = Vec::new();
    for _ in 0..REPEATS {
        let [one, hundred] = ["40 s", "400 ms"].map(|every| run(folder.path(), every));
        println!("one state {one:.2} s, a hundred states {hundred:.2} s: {:+.1} %", 100.0 * (hundred / one - 1.0));
        ratios.push(hundred / one);
    }
    ratios.sort_by(f64::total_cmp);
    println!("a hundred states cost {:+.1} % (middle of {REPEATS})", 100.0 * (ratios[REPEATS / 2] - 1.0));
}
