//! What results leave, how they are compared, replaced, gone on from and drawn.

use crate::cli::{STEADY, clausius, code, folder, said, write};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs `slab.toml` into a directory, with overrides.
fn run(folder: &Path, directory: &str, overrides: &[&str]) {
    let mut words = vec!["run", "slab.toml", "--backend", "cpu", "--quiet", "-o", directory];
    overrides.iter().for_each(|set| words.extend(["--set", set]));
    let output = clausius(folder, &words);
    assert_eq!(code(&output), 0, "{}", said(&output));
}

#[test]
fn results_are_compared_whatever_files_hold_them() {
    let folder = folder();
    let text = STEADY.replace("until = \"steady\"", "until = \"2 s\"")
        + "every = \"1 s\"\n[initial]\ntemperature = \"300 K\"\n";
    // half the cells along x are nine times narrower
    let graded = "size = [\"10 mm\", \"10 mm\"]\ncells = [8, 4]";
    let layers = "depth = \"5 mm\"\nx = [{ thickness = \"1 mm\", cells = 4 }, { thickness = \"9 mm\", cells = 4 }]\ny = [{ thickness = \"10 mm\", cells = 4 }]";
    assert!(text.contains(graded));
    write(folder.path(), "slab.toml", &text.replace(graded, layers));
    let kinds = ["vti", "npy", "npz", "zarr"];
    for kind in kinds {
        let formats = format!("output.formats=[\"{kind}\"]");
        run(folder.path(), kind, &[&formats]);
        run(folder.path(), &format!("warm_{kind}"), &[&formats, "boundary.x_max.temperature=\"320 K\""]);
    }
    run(folder.path(), "png", &["output.formats=[\"png\"]"]);
    let compare = |a: &str, b: &str| clausius(folder.path(), &["compare", a, b, "--json"]);
    let rows = |output: &Output| serde_json::from_slice::<Value>(&output.stdout).expect("JSON");
    let warmer = rows(&compare("vti", "warm_vti"))[0].clone();
    assert!(warmer["field"] == "temperature" && warmer["unit"] == "K" && warmer["rms_weight"] == "volume", "{warmer}");
    for a in kinds {
        for b in kinds {
            let output = compare(a, b);
            assert_eq!(code(&output), 0, "{a} {b}: {}", said(&output));
            let row = &rows(&output)[0];
            assert!(row["field"] == "temperature" && row["largest"] == 0.0 && row["cells"] == 96, "{a} {b}: {row}");
            let row = &rows(&compare(a, &format!("warm_{b}")))[0];
            let same =
                |key: &str| row[key].as_f64().zip(warmer[key].as_f64()).is_some_and(|(x, y)| (x - y).abs() < 1e-12 * y);
            assert!(
                ["largest", "rms", "range"].iter().all(|key| same(key)) && row["rms_weight"] == "volume",
                "{a} {b}: {row}"
            );
        }
    }
    // by volume, as a hand would add up the last state of both
    let read = |name: &str, n: usize| {
        let path = folder.path().join(name).join(format!("fields/temperature_{n:04}.npy"));
        clausius::output::npy::read(&path).expect("an array").values
    };
    let (mut squares, mut volume) = (0.0, 0.0);
    for n in 0..3 {
        for (cell, (a, b)) in read("npy", n).into_iter().zip(read("warm_npy", n)).enumerate() {
            let width = if cell % 8 < 4 { 0.25 } else { 2.25 };
            squares += width * (a - b) * (a - b);
            volume += width;
        }
    }
    let by_hand = f64::sqrt(squares / volume);
    assert!((warmer["rms"].as_f64().expect("a number") / by_hand - 1.0).abs() < 1e-9, "{by_hand} {warmer}");

    let table = shown(&clausius(folder.path(), &["compare", "npz", "warm_zarr"]));
    let head = table.lines().next().expect("a head");
    assert!(["RMS by volume", "range of A", "unit"].iter().all(|part| head.contains(part)), "{head}");
    assert!(table.lines().any(|line| line.starts_with("flux ") && line.contains(" W/m^2 ")), "{table}");

    // what is compared by itself
    let archive = compare("npz/fields/fields_0002.npz", "zarr/fields/fields.zarr");
    assert!(code(&archive) == 0 && rows(&archive)[0]["largest"] == 0.0, "{}", said(&archive));
    // pictures are no fields
    let pictures = clausius(folder.path(), &["compare", "png", "png"]);
    assert_eq!(code(&pictures), 0);
    let note = said(&pictures);
    assert!(note.contains("no fields to compare") && note.contains("formats = [\"vti\"]"), "{note}");
    let half = clausius(folder.path(), &["compare", "zarr", "png"]);
    assert!(
        code(&half) == 1 && said(&half).contains("B holds none") && said(&half).contains("only in A"),
        "{}",
        said(&half)
    );
}

#[test]
fn a_run_that_fails_says_why_in_its_directory() {
    let folder = folder();
    let bent = STEADY.replace("{ temperature = \"310 K\" }", "{ radiation = 0.9, ambient = \"2000 K\" }");
    write(folder.path(), "slab.toml", &(bent + "[run.steady]\niterations = 1\n"));
    let cold = "[grid]\nsize = [0.01, 0.01]\ncells = [10, 10]\nmaterial = \"copper\"\n[initial]\ntemperature = 300\n[boundary]\n\
                x_max = { flux = -1e8 }\n[run]\nuntil = 10\n";
    write(folder.path(), "cold.toml", cold);
    for (name, why) in [("slab", "Newton step"), ("cold", "below absolute zero")] {
        let scenario = format!("{name}.toml");
        let failed = clausius(folder.path(), &["run", &scenario, "--backend", "cpu", "-o", name]);
        assert_eq!(code(&failed), 1, "{}", said(&failed));
        let told = std::fs::read_to_string(folder.path().join(name).join("error.txt")).expect("error.txt");
        assert!(told.contains(why), "{told}");
        // a 2D grid has no z to tell
        assert!(!told.contains("x, y, z"), "{told}");
    }
    // what is refused leaves no directory behind, and none that was there is taken away
    std::fs::create_dir(folder.path().join("old")).expect("made");
    for (name, stays) in [("new", false), ("old", true)] {
        let words = ["run", "cold.toml", "--backend", "cpu", "--set", "run.time_step=9", "-o", name];
        assert_eq!(code(&clausius(folder.path(), &words)), 2);
        assert_eq!(folder.path().join(name).exists(), stays, "{name}");
    }
}

#[test]
fn replacing_a_result_keeps_what_a_user_put_beside_it() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    run(folder.path(), "a", &["output.formats=[\"png\", \"vti\", \"npy\", \"npz\", \"zarr\"]"]);
    let own = ["images/notes.txt", "fields/measured.csv", "thoughts.md"];
    own.iter().for_each(|name| std::fs::write(folder.path().join("a").join(name), "mine").expect("written"));
    let again =
        ["run", "slab.toml", "--backend", "cpu", "--quiet", "-o", "a", "--force", "--set", "output.formats=[\"svg\"]"];
    assert_eq!(code(&clausius(folder.path(), &again)), 0);
    for name in own {
        assert_eq!(std::fs::read_to_string(folder.path().join("a").join(name)).ok().as_deref(), Some("mine"), "{name}");
    }
    let names = |part: &str| {
        let entries = folder.path().join("a").join(part).read_dir().expect("a folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("read").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("images"), ["flux.svg", "notes.txt", "temperature.svg"]);
    assert_eq!(names("fields"), ["measured.csv"]);
}

#[test]
fn a_complete_run_is_told_as_such() {
    let folder = folder();
    let text = STEADY.replace("until = \"steady\"", "until = \"2 s\"\ncheckpoint_every = \"0.5 s\"")
        + "[initial]\ntemperature = \"300 K\"\n";
    write(folder.path(), "slab.toml", &text);
    run(folder.path(), "a", &[]);
    let resumed = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "a", "--resume"]);
    let told = said(&resumed);
    assert_eq!(code(&resumed), 2);
    assert!(told.contains("complete") && told.contains("--force") && !told.contains("checkpoint_every"), "{told}");
    assert!(folder.path().join("a/report.json").exists());
    let nowhere = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "b", "--resume"]);
    assert!(code(&nowhere) == 2 && said(&nowhere).contains("checkpoint_every"), "{}", said(&nowhere));
    assert!(!folder.path().join("b").exists());
}

#[test]
fn pictures_that_cannot_be_written_or_drawn_as_asked_are_refused() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    run(folder.path(), "a", &[]);
    let render = |more: &[&str]| clausius(folder.path(), &[&["render", "a"], more].concat());
    let refused = render(&["-o", "x8.jpg"]);
    assert!(code(&refused) == 2 && said(&refused).contains(".png, .svg, .gif"), "{}", said(&refused));
    assert!(!folder.path().join("x8.jpg").exists());
    let refused = render(&["--log", "--range", "0:10000", "-o", "x.png"]);
    assert!(code(&refused) == 2 && said(&refused).contains("logarithmic"), "{}", said(&refused));
    assert_eq!(code(&render(&["--log", "--range", "1:10000", "-o", "x.png"])), 0);
}
