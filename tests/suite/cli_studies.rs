//! Studies of one key.

use crate::cli::{STEADY, clausius, code, folder, said, write};
use serde_json::Value;

/// A slab that a flux cools: it fails where temperatures would fall below 0 K.
fn cooled() -> String {
    STEADY
        .replace("x_max = { temperature = \"310 K\" }", "x_max = { flux = -100 }")
        .replace("until = \"steady\"", "until = \"0.5 s\"")
        .replace("\"png\", \"vti\", \"npy\"", "\"png\"")
        + "[initial]\ntemperature = \"300 K\"\n[[probe]]\nname = \"A\"\nat = [\"9 mm\", \"5 mm\"]\n"
}

#[test]
fn a_value_that_fails_leaves_the_others() {
    let folder = folder();
    write(folder.path(), "slab.toml", &cooled());
    let sweep = |more: &[&str]| {
        let over = "boundary.x_max.flux=-100,-1000,-1e9,-200";
        clausius(
            folder.path(),
            &[&["sweep", "slab.toml", "--backend", "cpu", "--over", over, "--force"], more].concat(),
        )
    };
    let output = sweep(&["-o", "study"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    let told = said(&output);
    for part in ["-1e9 failed", "below absolute zero", "1 of 4 values failed: -1e9", "the others are in study"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let table = std::fs::read_to_string(folder.path().join("study/sweep.csv")).expect("a table");
    let values: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').next().expect("a value")).collect();
    assert_eq!(values, ["-100", "-1000", "-200"]);
    assert!(folder.path().join("study/sweep.svg").is_file());
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(printed.lines().filter(|line| line.contains("temperature.max_K")).count(), 3, "{printed}");
    assert!(printed.lines().any(|line| line.starts_with("-1e9 ") && line.ends_with("failed")), "{printed}");

    let output = sweep(&["-o", "study", "--json", "--quiet"]);
    assert_eq!(code(&output), 1);
    let study: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(study["rows"].as_array().map(Vec::len), Some(3));
    assert_eq!(study["failed"][0]["value"], "-1e9");
    assert!(study["failed"][0]["error"].as_str().is_some_and(|why| why.contains("below absolute zero")), "{study}");

    // where all fail nothing is left, and a study that was there stays
    let over = ["--over", "boundary.x_max.flux=-1e9,-2e9"];
    let all = |directory: &str| {
        let words = ["sweep", "slab.toml", "--backend", "cpu", "--force", "-o", directory, over[0], over[1]];
        clausius(folder.path(), &words)
    };
    let output = all("other");
    assert!(code(&output) == 1 && said(&output).contains("2 of 2 values failed"), "{}", said(&output));
    assert!(!folder.path().join("other").exists());
    assert_eq!(code(&all("study")), 1);
    assert_eq!(std::fs::read_to_string(folder.path().join("study/sweep.csv")).expect("a table"), table);
}

#[test]
fn the_column_that_is_shown_can_be_chosen() {
    let folder = folder();
    write(folder.path(), "slab.toml", &cooled());
    let sweep = |more: &[&str]| {
        let words =
            ["sweep", "slab.toml", "--backend", "cpu", "--quiet", "--over", "run.until=\"0.1 s\",'0.2 s',0.4 s"];
        clausius(folder.path(), &[&words, more].concat())
    };
    let wrong = sweep(&["-o", "study", "--show", "probes.B.temperature_K"]);
    assert_eq!(code(&wrong), 2);
    assert!(said(&wrong).contains("probes.A.temperature_K"), "{}", said(&wrong));
    assert!(!folder.path().join("study").exists());
    let output = sweep(&["-o", "study", "--show", "boundaries.x_min.heat_in_W"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let table = std::fs::read_to_string(folder.path().join("study/sweep.csv")).expect("a table");
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heads = lines.next().expect("a head");
    let column = heads.iter().position(|head| *head == "boundaries.x_min.heat_in_W").expect("the column");
    for (line, (row, value)) in printed.lines().zip(lines.zip(["0.1 s", "0.2 s", "0.4 s"])) {
        assert_eq!(row[0], value, "the quotes of the command line are not part of the value");
        assert!(line.starts_with(value) && line.ends_with("boundaries.x_min.heat_in_W"), "{line}");
        let (number, expected): (f64, f64) = (
            line[24..].split_whitespace().next().expect("a number").parse().expect("a number"),
            row[column].parse().expect("a number"),
        );
        assert!((number - expected).abs() <= 1e-6 * expected.abs(), "{number} {expected}");
    }
}

/// The first value is quick, the second would take for ever.
#[cfg(unix)]
#[test]
fn an_interrupt_keeps_the_values_that_are_done() {
    let folder = folder();
    write(folder.path(), "slab.toml", &cooled());
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_clausius"))
        .args([
            "sweep",
            "slab.toml",
            "--backend",
            "cpu",
            "-o",
            "study",
            "--over",
            "run.until=0.1 s,1e9 s",
            "--set",
            "run.method=\"explicit\"",
        ])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let table = folder.path().join("study/sweep.csv");
    while !std::fs::read_to_string(&table).is_ok_and(|text| text.lines().count() == 2) {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted after 1 of 2 values") && said.contains("study"), "{said}");
    assert!(folder.path().join("study/sweep.svg").is_file());
}

/// Where there is no device nothing was checked, and no check has failed.
#[test]
fn checks_need_the_device_that_is_named() {
    let folder = folder();
    let output = clausius(folder.path(), &["verify", "slab", "--backend", "gpu", "--adapter", "no such adapter"]);
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(output.stdout.is_empty() && said(&output).contains("no such adapter"), "{}", said(&output));
}

/// What runs of charge and matter take is told before, too, from a real step.
#[test]
fn coupled_runs_are_estimated() {
    let folder = folder();
    for (name, through_time) in [("peltier_module", false), ("soret_cell", true)] {
        assert_eq!(code(&clausius(folder.path(), &["examples", name])), 0);
        let output = clausius(folder.path(), &["check", &format!("{name}.toml"), "--json"]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let estimate = told["estimated_wall_s"].as_f64().expect("a number");
        assert!(estimate > 0.0 && estimate < 600.0, "{name}: {estimate}");
        assert_eq!(told["steps"].as_f64().is_some_and(|steps| steps >= 1.0), through_time, "{name}");
    }
}
