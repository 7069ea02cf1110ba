//! The program as users meet it.

use std::path::Path;
use std::process::{Command, Output};

pub fn clausius(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clausius"))
        .args(arguments)
        .current_dir(directory)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub const STEADY: &str = "title = \"Slab\"\nmodel = \"heat\"\n[grid]\nsize = [\"10 mm\", \"10 mm\"]\ncells = [8, 4]\nmaterial = \"copper\"\n[boundary]\nx_min = { temperature = \"300 K\" }\nx_max = { temperature = \"310 K\" }\n[run]\nuntil = \"steady\"\n[output]\nfields = [\"temperature\", \"flux\"]\nformats = [\"png\", \"vti\", \"npy\"]\n";

pub fn write(directory: &Path, name: &str, text: &str) {
    std::fs::write(directory.join(name), text).expect("written");
}

#[test]
fn scenarios_are_compared_only_where_there_is_something_to_compare_with() {
    let output = Command::new(env!("CARGO_BIN_EXE_clausius"))
        .args(["verify", "scenarios", "--backend", "cpu"])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("compared with the CPU"));
}

#[test]
fn a_run_leaves_pictures_fields_series_and_reports_and_does_not_overwrite_them() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    let output = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let results = folder.path().join("results/slab");
    for file in [
        "report.json",
        "report.html",
        "series.csv",
        "images/temperature.png",
        "images/flux.png",
        "fields/fields.vti",
        "fields/temperature.npy",
    ] {
        assert!(results.join(file).is_file(), "no {file}");
    }
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(results.join("report.json")).expect("read")).expect("JSON");
    let heat = report["boundaries"]["x_max"]["heat_in_W"].as_f64().expect("a number");
    assert!((heat - 401.0 * 10.0).abs() < 0.05 * heat, "{heat} W through 10 mm of copper, 1 m deep");
    let again = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu"]);
    assert_eq!(code(&again), 2);
    assert!(said(&again).contains("--force") && said(&again).contains("--resume"), "{}", said(&again));
    assert_eq!(code(&clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "--force", "--quiet"])), 0);
    let own = clausius(folder.path(), &["compare", "results/slab", "results/slab", "--json"]);
    let rows: serde_json::Value = serde_json::from_slice(&own.stdout).expect("JSON");
    assert!(rows.as_array().expect("rows").iter().all(|r| r["largest"] == 0.0));
    let drawn =
        clausius(folder.path(), &["render", "results/slab/fields/fields.vti", "-o", "again.png", "--range", "299:311"]);
    assert_eq!(code(&drawn), 0, "{}", said(&drawn));
    assert!(folder.path().join("again.png").is_file());
    // it says what the run's own picture says
    let drawn = clausius(folder.path(), &["render", "results/slab", "--field", "temperature", "-o", "again.svg"]);
    assert_eq!(code(&drawn), 0, "{}", said(&drawn));
    let svg = std::fs::read_to_string(folder.path().join("again.svg")).expect("a picture");
    assert!(svg.contains("Slab") && svg.contains("steady state"));
    assert_eq!(report["pictures"]["temperature_unit"], "K");
}

/// A film, a series for ParaView, archives and a Zarr group all begin with the initial state and hold the same moments.
#[test]
fn a_run_with_outputs_begins_with_its_initial_state() {
    let folder = folder();
    let text = STEADY.replace("until = \"steady\"", "until = \"3 s\"") + "[initial]\ntemperature = \"20 degC\"\n";
    let formats = "[output]\nevery = \"1 s\"\ntemperature_unit = \"degC\"";
    let text = text.replace("[output]", formats).replace("\"npy\"]", "\"npz\", \"zarr\", \"gif\"]");
    write(folder.path(), "slab.toml", &text);
    let output = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "--quiet"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let results = folder.path().join("results/slab");
    let names = |folder: &str, ending: &str| {
        let entries = results.join(folder).read_dir().expect("a folder").map(|e| e.expect("an entry").file_name());
        let mut names: Vec<String> =
            entries.map(|n| n.to_string_lossy().into_owned()).filter(|n| n.ends_with(ending)).collect();
        names.sort();
        names
    };
    let numbered = |name: &str, ending: &str| (0..4).map(|n| format!("{name}_{n:04}.{ending}")).collect::<Vec<_>>();
    assert_eq!(names("fields", ".vti"), numbered("fields", "vti"));
    assert_eq!(names("fields", ".npz"), numbered("fields", "npz"));
    assert_eq!(names("images", ".png")[4..], numbered("temperature", "png"));
    let series = clausius::output::vtk::read_series(&results.join("fields/fields.pvd"));
    assert_eq!(series.iter().map(|s| s.0).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(
        clausius::output::zarr::times(&results.join("fields/fields.zarr")).expect("times"),
        [0.0, 1.0, 2.0, 3.0]
    );
    let first = clausius::output::vtk::read(&results.join("fields/fields_0000.vti")).expect("a state");
    assert!(first.fields[0].numbers().all(|t| t == 293.15), "the initial temperature");
    // the list for ParaView is drawn as the run drew it
    let drawn =
        clausius(folder.path(), &["render", "results/slab/fields/fields.pvd", "--time", "2 s", "-o", "two.svg"]);
    assert_eq!(code(&drawn), 0, "{}", said(&drawn));
    let svg = std::fs::read_to_string(folder.path().join("two.svg")).expect("a picture");
    for part in ["Slab", "t = 2 s", "°C"] {
        assert!(svg.contains(part), "{part}");
    }
    let together = clausius(folder.path(), &["render", "results/slab/fields/fields.pvd", "-o", "one.png"]);
    assert!(code(&together) == 2 && said(&together).contains("--time last"), "{}", said(&together));
}

#[test]
fn force_does_not_empty_a_directory_that_is_not_a_result() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    std::fs::create_dir(folder.path().join("mine")).expect("made");
    write(&folder.path().join("mine"), "thesis.txt", "years of work");
    let output = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "mine", "--force"]);
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert!(folder.path().join("mine/thesis.txt").is_file());
}

#[test]
fn a_bad_scenario_ends_with_two_and_names_file_line_key_and_remedy() {
    let folder = folder();
    write(folder.path(), "bad.toml", &STEADY.replace("size = [\"10 mm\"", "size = [\"10 s\""));
    let output = clausius(folder.path(), &["run", "bad.toml"]);
    assert_eq!(code(&output), 2);
    let text = said(&output);
    assert!(text.contains("bad.toml:4") && text.contains("grid.size") && text.contains("length"), "{text}");
    let missing = clausius(folder.path(), &["run", "nowhere.toml"]);
    assert_eq!(code(&missing), 2);
    assert!(said(&missing).contains("nowhere.toml"));
    assert_eq!(code(&clausius(folder.path(), &["run", "slab.toml", "--bakend", "cpu"])), 2);
}

#[test]
fn a_run_that_cannot_fit_is_refused_at_once() {
    let folder = folder();
    let steady = STEADY.replace("cells = [8, 4]", "cells = [40000, 40000]");
    let heat = steady.replace("\"steady\"", "\"1 s\"");
    // few cells, but millions of directions in each
    let phonon = "model = \"phonon\"\n[grid]\nsize = [1e-7, 1e-7]\ncells = [200, 200]\nmaterial = \"film\"\n[materials.film]\n\
        phonon = { heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = \"40 nm\" }\n[phonon]\n\
        ordinates = { polar = 4096, azimuthal = 4096 }\n[initial]\ntemperature = 300\n[run]\nuntil = \"1 ns\"\n";
    for (text, line, cells) in [(steady.as_str(), 5, "1600000000"), (&heat, 5, "1600000000"), (phonon, 4, "40000")] {
        write(folder.path(), "huge.toml", text);
        for command in ["run", "check"] {
            let began = std::time::Instant::now();
            let output = clausius(folder.path(), &[command, "huge.toml"]);
            assert_eq!(code(&output), 2, "{}", said(&output));
            let place = format!("huge.toml:{line}:");
            for part in ["GiB", "would fit", "grid.cells", &place, cells] {
                assert!(said(&output).contains(part), "{part}: {}", said(&output));
            }
            assert!(began.elapsed().as_secs_f64() < 5.0, "{command} took {:?}", began.elapsed());
        }
    }
}

#[test]
fn a_time_step_above_the_limit_is_refused_by_check_and_run() {
    let folder = folder();
    let text = STEADY.replace("until = \"steady\"", "until = \"1 s\"\ntime_step = \"0.1 s\"")
        + "[initial]\ntemperature = \"300 K\"\n";
    write(folder.path(), "fast.toml", &text);
    for command in [&["check", "fast.toml"][..], &["run", "fast.toml", "--backend", "cpu"]] {
        let output = clausius(folder.path(), command);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert!(said(&output).contains("stability limit"), "{}", said(&output));
    }
    let output = clausius(folder.path(), &["run", "fast.toml", "--backend", "cpu", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["errors"][0]["key"], "run.time_step");
    assert_eq!(value["errors"][0]["line"], 12, "{value}");
}

#[test]
fn what_a_failed_run_leaves_can_be_replaced() {
    let folder = folder();
    let text = "[grid]\nsize = [0.01, 0.01]\ncells = [10, 10]\nmaterial = \"copper\"\n[initial]\ntemperature = 300\n[boundary]\n\
                x_max = { flux = -1e7 }\n[run]\nuntil = 10\n[output]\nevery = 0.2\n";
    write(folder.path(), "cold.toml", text);
    let run =
        |more: &[&str]| clausius(folder.path(), &[&["run", "cold.toml", "--backend", "cpu", "-o", "a"], more].concat());
    let failed = run(&[]);
    assert_eq!(code(&failed), 1, "{}", said(&failed));
    assert!(
        said(&failed).contains("worst near x, y = [0.0095") && said(&failed).contains("below absolute zero"),
        "{}",
        said(&failed)
    );
    assert!(folder.path().join("a/images").is_dir());
    let why = std::fs::read_to_string(folder.path().join("a/error.txt")).expect("read");
    assert!(why.contains("below absolute zero"), "{why}");
    let again = run(&["--force", "--set", "boundary.x_max.flux=-1"]);
    assert_eq!(code(&again), 0, "{}", said(&again));
    assert!(!folder.path().join("a/error.txt").exists());
    // what is refused before it begins leaves nothing in the way
    let refused =
        clausius(folder.path(), &["run", "cold.toml", "--backend", "cpu", "-o", "b", "--set", "run.time_step=9"]);
    assert_eq!(code(&refused), 2, "{}", said(&refused));
    // nor does it take what was there
    for more in [["--set", "run.time_step=9"], ["--adapter", "no such adapter"]] {
        let refused = run(&["--force", more[0], more[1]]);
        assert!(matches!(code(&refused), 2 | 3), "{}", said(&refused));
        let there = |file: &str| folder.path().join("a").join(file).exists();
        assert!(there("report.json") && there("images") && !there("error.txt"), "{more:?}");
    }
    let next = clausius(folder.path(), &["run", "cold.toml", "--backend", "cpu", "-o", "b", "--set", "run.until=0.1"]);
    assert_eq!(code(&next), 0, "{}", said(&next));
}

#[test]
fn what_shows_only_on_the_way_is_told_at_its_key() {
    let folder = folder();
    let slab = "[grid]\nsize = [1.0, 1.0]\ncells = [8, 8]\n";
    let parts = "[[region]]\nname = \"a\"\nmaterial = \"copper\"\nbox = [[0, 0], [0.25, 1]]\n[[region]]\nname = \"gap\"\nmaterial = \"void\"\n\
                 box = [[0.25, 0], [0.75, 1]]\n[[region]]\nname = \"b\"\nmaterial = \"copper\"\nbox = [[0.75, 0], [1, 1]]\npower = 1\n\
                 [boundary]\nx_min = { temperature = 300 }\n";
    let copper = "material = \"copper\"\n[boundary]\nx_min = { temperature = 300 }\n";
    let cold = "x_max = { flux = -1e9 }\n[run]\nuntil = \"steady\"\n";
    let falling = "x_max = { temperature = \"300 - 600*exp(-((t - 502)/0.6)^2)\" }\n[initial]\ntemperature = 300\n[run]\nuntil = 1000\n";
    let ages = "[initial]\ntemperature = 300\n[run]\nuntil = 3600\nmethod = \"explicit\"\n";
    for (text, key, line, remedy) in [
        (format!("{slab}{parts}[run]\nuntil = \"steady\"\n"), "run.until", 20, "convection"),
        (format!("{slab}{copper}{cold}"), "run.until", 9, "take away less"),
        (format!("{slab}{copper}{falling}"), "boundary", 5, "above 0 K"),
        (format!("{}{copper}{ages}", slab.replace("1.0, 1.0", "1e-9, 1e-9")), "run.until", 10, "end the run earlier"),
    ] {
        write(folder.path(), "late.toml", &text);
        let output = clausius(folder.path(), &["run", "late.toml", "--backend", "cpu"]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        for part in [key, &format!("late.toml:{line}:"), remedy] {
            assert!(said(&output).contains(part), "{part}: {}", said(&output));
        }
    }
}

#[test]
fn an_adapter_that_is_not_there_ends_with_three() {
    let folder = folder();
    let text = STEADY.replace("until = \"steady\"", "until = \"1 ms\"") + "[initial]\ntemperature = \"300 K\"\n";
    write(folder.path(), "slab.toml", &text);
    let output = clausius(folder.path(), &["run", "slab.toml", "--adapter", "no such card"]);
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("no such card"));
    // What is asked for outranks the environment, in which an empty name is none.
    let in_environment = |name: &str, more: &[&str]| {
        let run = ["run", "slab.toml", "-o", "out", "--force", "--quiet"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_clausius"));
        let output = command.args(run).args(more).env("CLAUSIUS_ADAPTER", name).current_dir(folder.path()).output();
        code(&output.expect("the program starts"))
    };
    assert_eq!(in_environment("no such card", &[]), 3);
    assert_eq!(
        [in_environment("no such card", &["--backend", "cpu"]), in_environment(" ", &["--backend", "cpu"])],
        [0, 0]
    );
    assert_eq!(code(&clausius(folder.path(), &["run", "slab.toml", "--adapter", ""])), 2);
}

/// Names of files need not be text.
#[cfg(target_os = "linux")]
#[test]
fn a_run_may_have_any_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    let name = OsStr::from_bytes(b"out\xff");
    let mut command = Command::new(env!("CARGO_BIN_EXE_clausius"));
    let output = command.args(["run", "slab.toml", "-o"]).arg(name).current_dir(folder.path()).output();
    let output = output.expect("the program starts");
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(folder.path().join(name).join("report.json").is_file());
}

#[test]
fn errors_of_a_scenario_are_json_where_json_is_asked_for() {
    let folder = folder();
    write(folder.path(), "slab.toml", &STEADY.replace("cells = [8, 4]", "cells = [8, -4]"));
    for command in [&["check", "slab.toml", "--json"][..], &["run", "slab.toml", "--json"]] {
        let output = clausius(folder.path(), command);
        assert_eq!(code(&output), 2);
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(value["file"], "slab.toml");
        let error = &value["errors"][0];
        assert_eq!(
            (&error["line"], &error["key"], &error["value"]),
            (&5.into(), &"grid.cells[1]".into(), &"-4".into())
        );
        assert!(error["remedy"].as_str().is_some_and(|r| r.contains("from 1 to")), "{value}");
        assert!(said(&output).contains("grid.cells[1]"));
    }
    assert!(clausius(folder.path(), &["check", "slab.toml"]).stdout.is_empty());
}

#[test]
fn compare_ends_with_one_where_a_field_has_no_partner() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    for (name, fields) in [("a", "output.fields=[\"temperature\", \"flux\"]"), ("b", "output.fields=[\"temperature\"]")]
    {
        let run = ["run", "slab.toml", "--backend", "cpu", "--quiet", "-o", name, "--set", fields];
        assert_eq!(code(&clausius(folder.path(), &run)), 0);
    }
    let output = clausius(folder.path(), &["compare", "a", "b", "--json"]);
    assert_eq!(code(&output), 1);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let alone = |row: &&serde_json::Value| row["field"] == "flux" && row["only_in"] == "A";
    assert!(rows.as_array().is_some_and(|rows| rows.iter().any(|row| alone(&row))), "{rows}");
    assert!(said(&output).contains("flux (only in A)"), "{}", said(&output));
}

#[test]
fn check_tells_cells_memory_steps_and_time() {
    let folder = folder();
    clausius(folder.path(), &["examples", "nafems_t3"]);
    let output = clausius(folder.path(), &["check", "nafems_t3.toml", "--json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["cells_total"], 200);
    assert!(value["steps"].as_f64().expect("steps") > 1000.0);
    for key in ["memory_bytes", "time_step_s", "estimated_wall_s"] {
        assert!(value[key].as_f64().expect(key) > 0.0);
    }
}

#[test]
fn check_and_report_tell_what_part_of_an_stl_its_cells_have() {
    let folder = folder();
    clausius(folder.path(), &["examples", "cooler_stl"]);
    let coarse = ["--set", "grid.cells=[100, 30, 33]"];
    let checked = clausius(folder.path(), &[&["check", "cooler_stl.toml"][..], &coarse].concat());
    let line = "cooler: its cells have ";
    assert!(String::from_utf8_lossy(&checked.stdout).contains(line), "{}", said(&checked));
    let told = clausius(folder.path(), &[&["check", "cooler_stl.toml", "--json"][..], &coarse].concat());
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let part = told["regions"]["cooler"]["volume_fraction"].as_f64().expect("a fraction");
    assert!((0.001..0.5).contains(&(part - 1.0).abs()), "{part}");
    let run = [&["run", "cooler_stl.toml", "--backend", "cpu", "--json", "--output", "out"][..], &coarse].concat();
    let run = clausius(folder.path(), &run);
    let report: serde_json::Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}", said(&run)));
    assert_eq!(report["regions"]["cooler"]["volume_fraction"].as_f64(), Some(part));
}

#[test]
fn overrides_reach_any_key_and_wrong_ones_are_named() {
    let folder = folder();
    write(folder.path(), "slab.toml", STEADY);
    let output = clausius(folder.path(), &["check", "slab.toml", "--set", "grid.cells=[16, 2]"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("16 x 2 = 32"), "{}", said(&output));
    let wrong = clausius(folder.path(), &["check", "slab.toml", "--set", "grid.cels=[16, 2]"]);
    assert_eq!(code(&wrong), 2);
    assert!(said(&wrong).contains("cells"), "{}", said(&wrong));
}

#[test]
fn verify_prints_a_table_and_json() {
    let folder = folder();
    let table = clausius(folder.path(), &["verify", "nafems"]);
    assert_eq!(code(&table), 0);
    assert!(String::from_utf8_lossy(&table.stdout).contains("checks pass"));
    let json = clausius(folder.path(), &["verify", "f03", "--json"]);
    let rows: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert!(rows.as_array().is_some_and(|r| r.iter().all(|r| r["pass"] == true)));
    let unknown = clausius(folder.path(), &["verify", "nafens"]);
    assert_eq!(code(&unknown), 2);
}

#[test]
fn examples_completions_man_and_devices_answer() {
    let folder = folder();
    let list = clausius(folder.path(), &["examples"]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("copper_spreader"));
    assert_eq!(code(&clausius(folder.path(), &["examples", "nafems_t4"])), 0);
    assert!(folder.path().join("nafems_t4.toml").is_file());
    assert_eq!(code(&clausius(folder.path(), &["examples", "nafems_t4"])), 2, "it overwrites nothing");
    assert_eq!(code(&clausius(folder.path(), &["examples", "nafems_t5"])), 2);
    for shell in ["bash", "zsh", "fish"] {
        assert!(!clausius(folder.path(), &["completions", shell]).stdout.is_empty());
    }
    assert!(String::from_utf8_lossy(&clausius(folder.path(), &["man"]).stdout).contains(".TH"));
    let devices = clausius(folder.path(), &["devices", "--json"]);
    assert!(serde_json::from_slice::<serde_json::Value>(&devices.stdout).is_ok());
}

#[test]
fn bench_checks_its_answers_and_compares() {
    let folder = folder();
    let bench = |more: &[&str]| clausius(folder.path(), &[&["bench", "--quick", "--backend", "cpu"], more].concat());
    let first = bench(&["--case", "2d,het3d", "--precision", "f32", "--json", "a.json", "--chart", "a.svg"]);
    assert_eq!(code(&first), 0, "{}", said(&first));
    let second = bench(&["--case", "het3d", "--precision", "f32", "--compare", "a.json"]);
    assert!(String::from_utf8_lossy(&second.stdout).lines().any(|l| l.contains("  x")), "{}", said(&second));
    let results: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("a.json")).expect("read")).expect("JSON");
    assert!(results["scores"][1]["checks"]["error"].as_f64().expect("error") < 1e-6);
    assert!(results["scores"][2]["gcells_per_s"].as_f64().expect("a score") > 0.0);
    assert!(std::fs::read_to_string(folder.path().join("a.svg")).expect("a chart").contains("het3d cpu f32"));
    let soak = bench(&["--case", "2d", "--duration", "0.2"]);
    assert_eq!(code(&soak), 0, "{}", said(&soak));
    assert!(String::from_utf8_lossy(&soak.stdout).contains("0 with wrong bits"));
    assert_eq!(code(&bench(&["--duration", "-1"])), 2);
    // nothing of carriers is repeated
    assert_eq!(code(&bench(&["--duration", "1", "--case", "phonons"])), 2);
    assert_eq!(code(&bench(&["--duration", "1", "--compare", "a.json"])), 2);
    // What nothing comes of is refused before anything is measured.
    assert_eq!(code(&bench(&["--case", "phonons", "--precision", "f32"])), 2);
    assert_eq!(code(&bench(&["--case", "phonons", "--chart", "b.svg"])), 2);
    assert_eq!(code(&bench(&["--case", "2d", "--json", "nowhere/b.json"])), 2);
}

/// A limit on the size of files stands for a disk without room.
#[cfg(unix)]
#[test]
fn a_full_disk_takes_fields_but_not_the_report() {
    let folder = folder();
    let text = STEADY.replace("cells = [8, 4]", "cells = [96, 96]").replace("until = \"steady\"", "until = \"0.1 s\"")
        + "every = \"0.05 s\"\n[initial]\ntemperature = \"300 K\"\n";
    write(folder.path(), "slab.toml", &text);
    let run = format!(
        "trap '' XFSZ; ulimit -f 60; exec {} run slab.toml --backend cpu -o out",
        env!("CARGO_BIN_EXE_clausius")
    );
    let output = Command::new("sh").args(["-c", &run]).current_dir(folder.path()).output().expect("sh runs");
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(
        said(&output).contains("the run goes on") && said(&output).contains("out/report.json"),
        "{}",
        said(&output)
    );
    let report = std::fs::read(folder.path().join("out/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["time"]["end_s"], 0.1);
    assert!(folder.path().join("out/series.csv").is_file());
    assert!(!folder.path().join("out/.reserve").exists());
    assert!(String::from_utf8_lossy(&output.stdout).contains("verdict"));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_a_checkpoint_that_resume_finishes_with_the_same_fields() {
    let folder = folder();
    let text = STEADY.replace("cells = [8, 4]", "cells = [96, 96]").replace("until = \"steady\"", "until = \"20 s\"")
        + "[initial]\ntemperature = \"300 K\"\n";
    let text = text.replace("[output]", "[output]\nevery = \"1 s\"");
    assert!(text.contains("every"));
    write(folder.path(), "slab.toml", &text);
    let mut child = Command::new(env!("CARGO_BIN_EXE_clausius"))
        .args(["run", "slab.toml", "--backend", "cpu", "-o", "a", "--quiet"])
        .current_dir(folder.path())
        .spawn()
        .expect("it starts");
    std::thread::sleep(std::time::Duration::from_millis(400));
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(folder.path().join("a/checkpoint/state.bin").is_file());
    let resumed = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "a", "--resume", "--quiet"]);
    assert_eq!(code(&resumed), 0, "{}", said(&resumed));
    assert_eq!(code(&clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "b", "--quiet"])), 0);
    let read = |d: &str, file: &str| std::fs::read(folder.path().join(d).join(file)).expect(file);
    for file in ["fields/temperature_0001.npy", "fields/temperature_0020.npy", "fields/fields.pvd"] {
        assert!(read("a", file) == read("b", file), "the resumed run differs in {file}");
    }
    let none = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "-o", "c", "--resume"]);
    assert_eq!(code(&none), 2);
    assert!(said(&none).contains("no checkpoint") && said(&none).contains("leave --resume out"), "{}", said(&none));
}

#[test]
fn a_ledger_tells_what_the_grid_contributes() {
    let folder = folder();
    write(
        folder.path(),
        "slab.toml",
        &STEADY.replace("\"300 K\"", "\"300 + 1000*y\"").replace("[\"png\", \"vti\", \"npy\"]", "[\"npy\"]"),
    );
    let output = clausius(folder.path(), &["run", "slab.toml", "--backend", "cpu", "--ledger", "--json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let (grid, measured) = (report["precision"]["grid_K"].as_f64(), &report["precision"]["measured"]);
    let found = measured["grid_K"].as_f64().expect("a number");
    assert!(
        found > 0.0 && found < 1.0 && grid.is_some_and(|k| (k / found - 1.0).abs() < 1e-2),
        "{}",
        report["precision"]
    );
    assert_eq!(measured["twins"].as_array().map(Vec::len), Some(2), "{measured}");
    let page = std::fs::read_to_string(folder.path().join("results/slab/report.html")).expect("read");
    assert!(page.contains("How far to trust the numbers") && page.contains("root mean square"));

    // carriers in flight have directions beside
    assert_eq!(code(&clausius(folder.path(), &["examples", "silicon_film"])), 0);
    let fewer = [
        "run",
        "silicon_film.toml",
        "--set",
        "grid.cells=[1, 24]",
        "--set",
        "phonon.ordinates={ polar = 8, azimuthal = 16 }",
    ];
    let output = clausius(folder.path(), &[&fewer[..], &["--backend", "cpu", "--ledger", "--json"]].concat());
    assert_eq!(code(&output), 0, "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let measured = &report["precision"]["measured"];
    let twins = measured["twins"].as_array().expect("twins");
    assert_eq!(twins.len(), 3, "{measured}");
    // all means have one temperature; it is the heat along the film that differs
    assert!(
        twins.iter().all(|t| t["heat_difference"].as_f64().is_some_and(|part| part > 1e-5 && part < 0.1)),
        "{measured}"
    );
    let page = std::fs::read_to_string(folder.path().join("results/silicon_film/report.html")).expect("read");
    assert!(page.contains("with half the directions each way"));
}

/// A bar that 10 W enter at one end and leave at the other keeps the mean that it starts with: 10 W over 5 W/(m K), 0.06 m and 0.05 m2, and half of
/// that over each end of 0.02 m. Where less leaves nothing is steady, and the check says so.
#[test]
fn what_enters_and_leaves_an_insulated_body_is_steady_about_its_mean() {
    let folder = folder();
    let bar = |out: &str| {
        format!(
            "[grid]\nsize = [0.1, 0.05]\ncells = [100, 4]\nmaterial = \"m\"\n[materials.m]\nconductivity = 5\nvolumetric_heat_capacity = 2e6\n\
             [[region]]\nbox = [[0, 0], [0.02, 0.05]]\npower = 10\n[[region]]\nbox = [[0.08, 0], [0.1, 0.05]]\npower = {out}\n\
             [initial]\ntemperature = 310\n[run]\nuntil = \"steady\"\n"
        )
    };
    write(folder.path(), "bar.toml", &bar("-10"));
    let output = clausius(folder.path(), &["run", "bar.toml", "--backend", "cpu", "--json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let kelvin = |key: &str| report["temperature"][key].as_f64().expect("a number");
    let drop = 10.0 / 5.0 / 0.05 * (0.06 + 0.02);
    assert!((kelvin("mean_K") - 310.0).abs() < 1e-9, "{}", report["temperature"]);
    assert!(((kelvin("max_K") - kelvin("min_K")) / drop - 1.0).abs() < 2e-3, "{}", report["temperature"]);
    assert_eq!(report["state"]["verdict"], "steady");
    write(folder.path(), "warming.toml", &bar("-9"));
    for command in ["check", "run"] {
        let refused = clausius(folder.path(), &[command, "warming.toml"]);
        assert!(code(&refused) == 2 && said(&refused).contains("1.000000e0 W enter"), "{command}: {}", said(&refused));
        assert!(said(&refused).contains("warming.toml:17"), "{command}: {}", said(&refused));
    }
}

#[test]
fn what_cannot_be_is_told_before_or_at_once() {
    let folder = folder();
    let film = "model = \"phonon\"\n[grid]\nsize = [\"100 nm\", \"50 nm\"]\ncells = [10, 5]\nmaterial = \"f\"\n[materials.f]\n\
        phonon = { heat_capacity = \"1.66e6 J/(m^3 K)\", group_velocity = \"6400 m/s\", mean_free_path = \"40 nm\" }\n\
        [initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 301 }\nx_max = { temperature = 300 }\n\
        [run]\nuntil = \"60 ps\"\ntime_step = \"5 ps\"\n";
    write(folder.path(), "film.toml", film);
    for command in ["check", "run"] {
        let refused = clausius(folder.path(), &[command, "film.toml"]);
        assert!(code(&refused) == 2 && said(&refused).contains("film.toml:15"), "{command}: {}", said(&refused));
    }
    // salt that enters for ever has no steady state
    let brine = "model = \"mixture\"\n[grid]\nsize = [\"10 mm\", \"2 mm\"]\ncells = [20, 4]\nmaterial = \"b\"\n[materials.b]\n\
        conductivity = 0.6\ndensity = 1000\nspecific_heat = 4000\ndiffusivity = \"1e-9 m^2/s\"\n[initial]\nmass_fraction = 0.1\n\
        [boundary]\nx_min = { temperature = 300 }\nx_max = { mass_flux = \"1e-6 kg/(m^2 s)\" }\n[run]\nuntil = \"steady\"\n";
    write(folder.path(), "brine.toml", brine);
    let refused = clausius(folder.path(), &["run", "brine.toml"]);
    assert!(code(&refused) == 2 && said(&refused).contains("has a given mass fraction"), "{}", said(&refused));
    let let_out = brine.replace("{ temperature = 300 }", "{ temperature = 300, mass_fraction = 0.1 }");
    write(folder.path(), "brine.toml", &let_out);
    let good = clausius(folder.path(), &["run", "brine.toml", "--force"]);
    assert_eq!(code(&good), 0, "{}", said(&good));
    // one Newton step does not do where Soret's coefficient varies
    let bent = let_out
        .replace("diffusivity", "soret = \"1e-3*T\"\ndiffusivity")
        .replace("x_max = { ", "x_max = { temperature = 350, ");
    write(folder.path(), "brine.toml", &format!("{bent}[run.steady]\niterations = 1\n"));
    let stopped = clausius(folder.path(), &["run", "brine.toml", "--force"]);
    assert!(code(&stopped) == 1 && said(&stopped).contains("1 Newton step"), "{}", said(&stopped));
    write(folder.path(), "brine.toml", &format!("{let_out}[output]\nseries_every = 1.0\n"));
    let idle = clausius(folder.path(), &["check", "brine.toml"]);
    assert!(code(&idle) == 2 && said(&idle).contains("series_every"), "{}", said(&idle));
    write(folder.path(), "brine.toml", &let_out);
    let whole = clausius(folder.path(), &["onsager", "brine.toml", "--precision", "exact"]);
    assert!(code(&whole) == 2 && said(&whole).contains("--precision exact"), "{}", said(&whole));
}

#[test]
fn plain_sums_are_owned_up_to_and_refused_silence_where_they_do_nothing() {
    let folder = folder();
    let text = STEADY
        .replace("until = \"steady\"", "until = \"0.05 s\"\nmethod = \"explicit\"")
        .replace("cells = [8, 4]", "cells = [64, 32]")
        .replace("[run]", "[initial]\ntemperature = \"300 + 4*sin(900*x)\"\n[run]");
    write(folder.path(), "slab.toml", &text);
    let run = |more: &[&str]| {
        let output = clausius(folder.path(), &[&["run", "slab.toml", "--json", "--force"], more].concat());
        assert_eq!(code(&output), 0, "{}", said(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let on_cpu = run(&["--backend", "cpu", "--plain-sums"]);
    assert!(on_cpu["warnings"].to_string().contains("--plain-sums has no effect"), "{}", on_cpu["warnings"]);
    let own_up = |on: &[&str]| {
        let kept = run(on);
        let plain = run(&[on, &["--plain-sums"]].concat());
        assert!(plain["backend"]["kernel"].to_string().contains("plain sums"), "{}", plain["backend"]);
        assert!(plain["precision"]["notes"].to_string().contains("--plain-sums"), "{}", plain["precision"]);
        assert!(!plain["warnings"].to_string().contains("--plain-sums"), "{}", plain["warnings"]);
        let heat = |report: &serde_json::Value| report["boundaries"]["x_max"]["heat_in_W"].as_f64().expect("a number");
        assert!((heat(&plain) - heat(&kept)).abs() < 1e-3 * heat(&kept).abs());
        let rounding = |report: &serde_json::Value| report["precision"]["rounding_K"].as_f64().expect("a number");
        assert!(rounding(&plain) > 10.0 * rounding(&kept), "{} {}", rounding(&plain), rounding(&kept));
    };
    own_up(&["--backend", "cpu", "--precision", "f32"]);
    let Some(device) = clausius::backend::gpu::devices().first().map(|d| d.index.to_string()) else {
        assert!(std::env::var_os("CLAUSIUS_REQUIRE_GPU").is_none());
        return;
    };
    own_up(&["--backend", "gpu", "--adapter", &device]);
}

#[test]
fn so_many_steps_that_f32_would_round_are_foretold() {
    let folder = folder();
    let text = STEADY
        .replace("until = \"steady\"", "until = \"1000000 h\"\nmethod = \"explicit\"")
        .replace("[run]", "[initial]\ntemperature = \"300 K\"\n[run]");
    write(folder.path(), "slab.toml", &text);
    let checked = clausius(folder.path(), &["check", "slab.toml", "--json"]);
    let sheet: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert!(sheet["steps"].as_f64().is_some_and(|n| n > 1.4e9), "{sheet}");
    assert!(sheet["warnings"].to_string().contains("run takes f64 by itself"), "{}", sheet["warnings"]);
}
