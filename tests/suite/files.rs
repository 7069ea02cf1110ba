//! Result files in the eyes of others: VTK, NumPy and zarr-python read what we write, and we read what they write.
//!
//! The readers run in the Python that `CLAUSIUS_PYTHON` names, which must have the packages `vtk`, `numpy` and `zarr`.

use clausius::grid::{Axis, Grid};
use clausius::output::field::{Field, Frame, Storage, Values};
use clausius::output::series::{Column, Series};
use clausius::output::{compare, npy, series, vtk, zarr};
use glam::DVec3;
use serde_json::{Map, Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Numbers that show every lost bit, and a void cell.
fn frame(grid: Grid, time: Option<f64>) -> Frame {
    let cells = grid.len();
    let scalar = |i: usize| if i == 1 { f64::NAN } else { 300.0 + (i as f64).sqrt() };
    let vector = |i: usize| {
        if i == 1 { DVec3::NAN } else { DVec3::new(-(i as f64).cbrt() * 1e7, (0.1 + i as f64) * 1e-300, -0.0) }
    };
    let fields = vec![
        Field::scalar("temperature", "K", (0..cells).map(scalar).collect()),
        Field::vector("flux", "W/m^2", (0..cells).map(vector).collect()),
        Field::scalar("a <\"b\" & c>", "W/(m^3 K)", (0..cells).map(|i| scalar(i) * 1e-12).collect()),
    ];
    Frame { grid, time, fields }
}

fn numbers(values: impl Iterator<Item = f64>) -> Value {
    values.map(|v| if v.is_nan() { Value::Null } else { json!(v) }).collect()
}

/// What VTK should find in a file of a frame.
fn vtk_expectation(frame: &Frame, storage: Storage) -> Value {
    let grid = &frame.grid;
    let [nx, ny, nz] = grid.cells();
    let flat = grid.dimensions() == 2;
    let axes = [0, 1, 2].map(|a| grid.axis(a));
    let stored = |v: f64| if storage == Storage::Double { v } else { f64::from(v as f32) };
    let kind = if storage == Storage::Double { "double" } else { "float" };
    let fields: Map<String, Value> = frame
        .fields
        .iter()
        .map(|f| {
            let values = numbers(f.numbers().map(stored));
            let value = json!({ "components": f.components(), "unit": f.unit, "type": kind, "values": values });
            (f.name.clone(), value)
        })
        .collect();
    let z = if flat { &axes[2].edges()[..1] } else { axes[2].edges() };
    json!({
        "extent": [0, nx, 0, ny, 0, if flat { 0 } else { nz }],
        "cells": grid.len(),
        "origin": axes.map(Axis::low),
        "spacing": axes.map(|a| a.widths()[0]),
        "edges": { "x": axes[0].edges(), "y": axes[1].edges(), "z": z },
        "time": frame.time,
        "fields": fields,
        "void": [1],
    })
}

/// Writes files of every kind; returns what is in them, by name.
fn write_files(directory: &Path) -> Map<String, Value> {
    let mut expected = Map::new();
    let uniform = Axis::uniform;
    let graded = || Axis::from_edges(vec![-1e-3, 0.1e-3, 0.3e-3, 5.0]);
    let two = Grid::two_dimensional;
    let three = Grid::three_dimensional;
    let grids = [
        ("uniform_2d.vti", two(uniform(-0.1, 0.3, 3), uniform(0.0, 0.7, 4), 0.25)),
        ("uniform_3d.vti", three(uniform(0.1, 60e-3, 7), uniform(0.0, 0.7, 3), uniform(-1.0 / 3.0, 1e-6, 2))),
        ("graded_2d.vtr", two(graded(), uniform(0.0, 0.7, 4), 0.25)),
        ("graded_3d.vtr", three(uniform(0.0, 1.0, 2), uniform(0.0, 0.7, 4), graded())),
        ("one_cell_thick.vti", three(uniform(0.0, 1.0, 4), uniform(0.0, 1.0, 2), uniform(0.0, 1e-9, 1))),
    ];
    for (name, grid) in grids {
        let frame = frame(grid, name.contains("3d").then_some(0.1 + 0.2));
        for storage in [Storage::Double, Storage::Single] {
            let name = if storage == Storage::Double { name.to_owned() } else { format!("single_{name}") };
            assert!(name.ends_with(vtk::extension(&frame.grid)));
            vtk::write(&directory.join(&name), &frame, storage).unwrap();
            expected.insert(name, vtk_expectation(&frame, storage));
        }
        let [nx, ny, nz] = frame.grid.cells();
        let spatial = if frame.grid.dimensions() == 2 { vec![ny, nx] } else { vec![nz, ny, nx] };
        for field in &frame.fields[..2] {
            let mut shape = spatial.clone();
            shape.extend(matches!(field.values, Values::Vector(_)).then_some(3));
            let file = format!("{name}_{}.npy", field.name);
            npy::write(&directory.join(&file), &shape, field.numbers(), Storage::Double).unwrap();
            expected.insert(file, json!({ "shape": shape, "type": "<f8", "values": numbers(field.numbers()) }));
        }
    }
    npy::write(&directory.join("single.npy"), &[2], [0.1, -1e30].into_iter(), Storage::Single).unwrap();
    let single = [0.1_f32, -1e30].map(f64::from);
    expected.insert("single.npy".into(), json!({ "shape": [2], "type": "<f4", "values": single }));

    let small = frame(two(graded(), uniform(0.0, 0.7, 4), 0.25), None);
    let arrays = [("temperature", 0), ("flux", 1)].map(|(name, n)| {
        let mut shape = vec![4, 3];
        shape.extend((n == 1).then_some(3));
        (name, npy::Array { shape, values: small.fields[n].numbers().collect() })
    });
    npy::write_archive(&directory.join("fields.npz"), &arrays).unwrap();
    let inside = |(name, a): &(&str, npy::Array)| {
        let value = json!({ "shape": a.shape, "type": "<f8", "values": numbers(a.values.iter().copied()) });
        ((*name).to_owned(), value)
    };
    expected.insert("fields.npz".into(), arrays.iter().map(inside).collect::<Map<_, _>>().into());

    // large enough for two chunks a state, the last of them not full
    let large = three(uniform(0.0, 1.0, 120), uniform(0.0, 1.0, 100), uniform(0.0, 0.5, 50));
    let mut group = zarr::Group::open(&directory.join("run.zarr"), &large, None).unwrap();
    for time in [0.5, 86_400.0] {
        let values: Vec<f64> = (0..large.len()).map(|i| if i == 1 { f64::NAN } else { i as f64 + time }).collect();
        let flux = (0..large.len()).map(|i| DVec3::new(i as f64, time, -1.0)).collect();
        let fields = vec![Field::scalar("temperature", "K", values), Field::vector("flux", "W/m^2", flux)];
        group.add(&Frame { grid: large.clone(), time: Some(time), fields }).unwrap();
    }
    let x = numbers(large.axis(0).centres().iter().copied());
    expected.insert("run.zarr".into(), json!({ "shape": [2, 50, 100, 120], "time": [0.5, 86_400.0], "x": x }));

    let states: Vec<(f64, String)> = [0.1 + 0.2, 1e-9, 86_400.0].map(|t| (t, format!("state & {t:e}.vti"))).into();
    for (time, name) in &states {
        let grid = two(uniform(0.0, 1.0, 2), uniform(0.0, 1.0, 2), 1.0);
        vtk::write(&directory.join(name), &frame(grid, Some(*time)), Storage::Double).unwrap();
    }
    vtk::write_series(&directory.join("all.pvd"), &states).unwrap();
    expected.insert("all.pvd".into(), json!({ "states": states }));

    let columns = vec![
        Column::new("time", "s", vec![0.0, 0.1 + 0.2, 1e-9]),
        Column::new("probe \"A, top\" temperature", "K", vec![300.0, f64::NAN, 1.0 / 3.0]),
        Column::new("entropy production", "W/K", vec![5e-324, -1e300, 1e22]),
    ];
    let table = Series { columns };
    series::write(&directory.join("series.csv"), &table).unwrap();
    let headings: Vec<String> = table.columns.iter().map(Column::heading).collect();
    let rows: Vec<Value> = (0..3).map(|row| numbers(table.columns.iter().map(|c| c.values[row]))).collect();
    expected.insert("series.csv".into(), json!({ "headings": headings, "rows": rows }));
    expected
}

/// Reads what VTK and NumPy wrote.
fn read_theirs(directory: &Path) {
    let expected: Map<String, Value> =
        serde_json::from_slice(&fs::read(directory.join("expected.json")).unwrap()).unwrap();
    assert!(expected.len() > 20);
    for (name, content) in &expected {
        let path = directory.join(name);
        let values: Vec<f64> = serde_json::from_value(content["values"].clone()).unwrap();
        if name.ends_with(".npy") {
            let array = npy::read(&path).unwrap();
            assert_eq!((json!(array.shape), array.values), (content["shape"].clone(), values), "{name}");
            continue;
        }
        let frame = vtk::read(&path).unwrap();
        assert_eq!((frame.fields[0].name.as_str(), &frame.fields[0].values), ("temperature", &Values::Scalar(values)));
        assert_eq!(frame.grid.cells(), [4, 3, 2]);
        if let Some(edges) = content["edges"].as_array() {
            for (axis, edges) in edges.iter().enumerate() {
                assert_eq!(json!(frame.grid.axis(axis).edges()), *edges);
            }
        } else {
            let (low, widths) = ([0, 1, 2].map(|a| frame.grid.axis(a).low()), frame.grid.widths([0; 3]).to_array());
            assert_eq!(low, [-0.1, 0.0, 0.2]);
            assert!(widths.iter().zip([0.1, 0.25, 1e-6]).all(|(a, b)| (a / b - 1.0).abs() < 1e-15), "{widths:?}");
        }
        let error = vtk::read(&directory.join(format!("compressed_{name}"))).unwrap_err().to_string();
        assert!(error.contains("compress"), "{error}");
    }
}

/// Prints past the capture of the test harness: whether others have read the files must be seen.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("the terminal takes a line");
}

#[test]
fn other_programs_read_our_files_and_we_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let expected = write_files(directory.path());
    fs::write(directory.path().join("expected.json"), serde_json::to_vec(&expected).unwrap()).unwrap();
    let Some(python) = std::env::var_os("CLAUSIUS_PYTHON").filter(|p| !p.is_empty()) else {
        say(
            "NOT RUN: the readers of VTK, NumPy and Zarr; set CLAUSIUS_PYTHON to a Python that has `vtk`, `numpy` and `zarr`",
        );
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers.py");
    let run = Command::new(python).arg(script).arg(directory.path()).output().expect("CLAUSIUS_PYTHON can be run");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    say(out.trim());
    read_theirs(&directory.path().join("theirs"));
}

/// Calls a reader on every beginning of a file and on the file with a bit turned in each byte: it must come back,
/// with an error or with no more numbers than the file has room for. Returns how many of the turned ones were
/// noticed.
fn damage(path: &Path, read: impl Fn(&Path) -> Option<usize>) -> usize {
    let good = fs::read(path).unwrap();
    let damaged = path.with_file_name(format!("damaged_{}", path.file_name().unwrap().to_string_lossy()));
    let try_it = |bytes: &[u8]| {
        fs::write(&damaged, bytes).unwrap();
        let numbers = read(&damaged);
        assert!(numbers.is_none_or(|n| n <= bytes.len()), "{numbers:?} numbers from {} bytes", bytes.len());
        numbers.is_none()
    };
    assert!(!try_it(&good), "the whole file reads");
    for cut in 0..good.len() {
        try_it(&good[..cut]);
    }
    let mut noticed = 0;
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << (place % 8);
        noticed += usize::from(try_it(&bytes));
    }
    noticed
}

#[test]
fn damaged_files_are_errors_or_values() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let x = || Axis::uniform(0.0, 1.0, 2);
    let count = |path: &Path| vtk::read(path).ok().map(|f| f.fields.iter().map(|f| f.numbers().count()).sum());
    for (name, y) in [("a.vti", x()), ("a.vtr", Axis::from_edges(vec![0.0, 1.0, 3.0]))] {
        let mut frame = frame(Grid::two_dimensional(x(), y, 1.0), None);
        frame.fields.truncate(1);
        vtk::write(&place(name), &frame, Storage::Double).unwrap();
        let noticed = damage(&place(name), count);
        assert!(noticed > 200, "{noticed}");
    }
    npy::write(&place("a.npy"), &[2, 3], (0..6).map(f64::from), Storage::Double).unwrap();
    let noticed = damage(&place("a.npy"), |path| npy::read(path).ok().map(|a| a.values.len()));
    assert!(noticed > 40, "{noticed}");
    let columns = vec![Column::new("time", "s", vec![0.0, 1.5]), Column::new("a, \"b\"", "K", vec![300.0, f64::NAN])];
    series::write(&place("a.csv"), &Series { columns }).unwrap();
    let cells = |path: &Path| series::read(path).ok().map(|s| s.columns.iter().map(|c| c.values.len()).sum());
    damage(&place("a.csv"), cells);

    let report = json!({
        "time": { "end_s": 1.0 },
        "probes": { "A": { "at_m": [0.0, 1.0], "temperature_K": 300.0 } },
        "boundaries": { "x_min": { "heat_in_W": 1e-3 } },
    });
    fs::write(place("report.json"), report.to_string()).unwrap();
    let noticed = damage(&place("report.json"), |path| {
        let damaged = directory.path().join("other");
        fs::create_dir_all(&damaged).unwrap();
        fs::copy(path, damaged.join("report.json")).unwrap();
        compare::compare(directory.path(), &damaged).ok().map(|d| d.differences.len())
    });
    assert!(noticed > 40, "{noticed}");
}
