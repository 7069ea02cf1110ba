use super::*;
use crate::grid::Axis;
use crate::output::field::{Frame, Storage};
use crate::output::{npy, vtk, zarr};
use glam::DVec3;
use serde_json::{Value, json};
use std::fs;

fn grid(nx: usize) -> Grid {
    let y = Axis::from_edges(vec![0.0, 0.5, 2.0]);
    Grid::two_dimensional(Axis::uniform(0.0, 3.0, nx), y, 1.0)
}

/// Six cells, the last one void.
fn frame(shift: f64) -> Frame {
    let mut temperatures: Vec<f64> = (0..6).map(|i| 300.0 + f64::from(i)).collect();
    temperatures[1] += shift;
    temperatures[5] = f64::NAN;
    let mut flux = vec![DVec3::new(3.0, 4.0, 0.0); 6];
    flux[0] += shift * DVec3::new(1.0, 2.0, 2.0);
    flux[5] = DVec3::NAN;
    let fields = vec![Field::vector("flux", "W/m^2", flux), Field::scalar("temperature", "K", temperatures)];
    Frame { grid: grid(3), time: Some(2.0), fields }
}

fn write(path: &Path, frame: &Frame) {
    vtk::write(path, frame, Storage::Double).unwrap();
}

fn difference(field: &str, largest: f64, rms: f64, range: f64, cells: usize) -> FieldDifference {
    let (unit, rms_weight) = match field {
        "temperature" => ("K", Some("volume")),
        "flux" => ("W/m^2", Some("volume")),
        field => (if field.ends_with("_K") { "K" } else { "W" }, None),
    };
    FieldDifference { field: field.to_owned(), unit: unit.to_owned(), largest, rms, rms_weight, range, cells }
}

/// The differences of two that hold the same.
fn both(a: &Path, b: &Path) -> Vec<FieldDifference> {
    compare(a, b).unwrap().differences
}

#[test]
fn what_only_one_side_holds_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let alone = |a: &Path, b: &Path| -> Vec<String> {
        compare(a, b).unwrap().one_sided.iter().map(|o| format!("{} in {}", o.field, o.only_in)).collect()
    };
    let (a, b) = (dir.path().join("a.vtr"), dir.path().join("b.vtr"));
    let mut other = frame(0.0);
    other.fields[0] = Field::scalar("material", "1", vec![1.0; 6]);
    write(&a, &frame(0.0));
    write(&b, &other);
    assert_eq!(alone(&a, &b), ["flux in A", "material in B"]);
    assert!(alone(&a, &a).is_empty());

    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    let mut changed = report(Some(2.0), 305.0);
    changed["probes"]["B"] = json!({ "at_m": [0.0, 1.0], "temperature_K": 300.0 });
    changed["boundaries"].as_object_mut().unwrap().remove("x_max");
    let early = Frame { time: Some(1.0), ..frame(0.0) };
    result(&a, &report(Some(2.0), 305.0), &[("fields_0001.vtr", early.clone()), ("fields_0002.vtr", frame(0.0))]);
    result(&b, &changed, &[("fields_0001.vtr", Frame { fields: vec![early.fields[1].clone()], ..early })]);
    let expected = ["fields_0002 in A", "flux in A", "probes.B.temperature_K in B", "boundaries.x_max.heat_in_W in A"];
    assert_eq!(alone(&a, &b), expected);
}

#[test]
fn frames_differ_by_what_was_added() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.vtr"), dir.path().join("b.vtr"));
    write(&a, &frame(0.0));
    write(&b, &frame(-0.5));
    // cells of the first row have a volume of 0.5 m^3, the others one of 1.5 m^3; one of them is void
    let rms = |d: f64| (0.5 * d * d / 4.5).sqrt();
    let expected = [difference("temperature", 0.5, rms(0.5), 4.0, 5), difference("flux", 1.5, rms(1.5), 0.0, 5)];
    assert_eq!(both(&a, &b), expected);
    let none = both(&a, &a);
    assert!(none.iter().all(|d| d.largest == 0.0 && d.rms == 0.0 && d.cells == 5));
    // the range is that of the first
    assert_eq!(both(&b, &a)[1].range, 5.0 - frame(-0.5).fields[0].magnitude()[0]);
}

#[test]
fn what_is_not_of_one_kind_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.vtr"), dir.path().join("b.vtr"));
    let says = |frame: &Frame, text: &str| {
        write(&b, frame);
        let error = compare(&a, &b).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    };
    write(&a, &frame(0.0));
    let mut other = frame(0.0);
    other.fields[1] = Field::scalar("temperature", "K", vec![300.0; 6]);
    says(&other, "cell 5 of `temperature` is void in A and not in B");
    other.fields = vec![Field::scalar("material", "1", vec![1.0; 6])];
    says(&other, "A holds flux, temperature; B holds material");
    let four = Frame { grid: grid(4), time: None, fields: vec![Field::scalar("temperature", "K", vec![1.0; 8])] };
    says(&four, "A has 3 x 2 cells and B 4 x 2");
    let with = |y: Vec<f64>| {
        let axes = [Axis::uniform(0.0, 3.0, 3), Axis::from_edges(y)];
        let [x, y] = axes;
        Frame { grid: Grid::two_dimensional(x, y, 1.0), ..frame(0.0) }
    };
    says(&with(vec![0.0, 0.75, 2.0]), "edge 1 along y lies at 5.000000e-1 m in A and at 7.500000e-1 m in B");
    says(&with(vec![0.0, 0.5, 4.0]), "y goes from 0.000000e0 m to 2.000000e0 m in A");
    let three = Grid::three_dimensional(
        Axis::uniform(0.0, 3.0, 3),
        Axis::from_edges(vec![0.0, 0.5, 2.0]),
        Axis::uniform(0.0, 1.0, 1),
    );
    says(&Frame { grid: three, ..frame(0.0) }, "A is 2D and B is 3D");

    assert!(matches!(compare(&a, dir.path()), Err(CompareError::Mixed { .. })));
    assert!(matches!(compare(&a, &dir.path().join("a.png")), Err(CompareError::Kind(_))));
    for name in ["nowhere", "nowhere.x"] {
        assert!(matches!(compare(dir.path(), &dir.path().join(name)), Err(CompareError::Missing(_))));
    }
    assert!(matches!(compare(&a, &dir.path().join("no.vti")), Err(CompareError::File(_))));
    fs::write(&b, "damaged").unwrap();
    assert!(matches!(compare(&a, &b), Err(CompareError::File(_))));
}

#[test]
fn arrays_compare_with_arrays_and_frames() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    write(&path("a.vtr"), &frame(0.0));
    let save = |name: &str, shape: &[usize], field: &Field| {
        npy::write(&path(name), shape, field.numbers(), Storage::Double).unwrap();
    };
    let two = frame(2.0);
    save("reference.npy", &[2, 3], &two.fields[1]);
    save("flux_0003.npy", &[2, 3, 3], &two.fields[0]);
    let against = |a: &str, b: &str| compare(&path(a), &path(b)).map(|c| c.differences);
    let found = against("a.vtr", "reference.npy").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].field.as_str(), found[0].largest, found[0].range), ("temperature", 2.0, 4.0));
    let found = against("flux_0003.npy", "a.vtr").unwrap();
    assert_eq!((found[0].field.as_str(), found[0].largest, found[0].cells), ("flux", 6.0, 5));
    assert!(found[0].range > 0.0);
    let found = against("flux_0003.npy", "flux_0003.npy").unwrap();
    assert_eq!((found[0].field.as_str(), found[0].largest, found[0].cells), ("flux", 0.0, 5));
    let found = against("reference.npy", "reference.npy").unwrap();
    assert_eq!((found[0].field.as_str(), found[0].cells), ("reference", 5));

    save("turned.npy", &[3, 2], &two.fields[1]);
    let error = against("reference.npy", "turned.npy").unwrap_err().to_string();
    assert!(error.contains("A has 3 x 2 cells and B 2 x 3"), "{error}");
    let error = against("a.vtr", "turned.npy").unwrap_err().to_string();
    assert!(error.contains("A has 3 x 2 cells and B 2 x 3"), "{error}");
    // the frame tells the volumes; two arrays without axes beside them do not
    let by = |a: &str, b: &str| against(a, b).unwrap()[0].rms_weight;
    assert_eq!((by("a.vtr", "reference.npy"), by("reference.npy", "reference.npy")), (Some("volume"), Some("cell")));
}

fn report(end: Option<f64>, probe: f64) -> Value {
    json!({
        "time": { "end_s": end },
        "temperature": { "min_K": 300.0, "max_K": 310.0, "mean_K": 302.0 },
        "probes": {
            "A": { "at_m": [0.0, 1.0], "temperature_K": probe },
            "in void": { "at_m": [0.0, 0.0], "temperature_K": null },
        },
        "boundaries": { "x_min": { "heat_in_W": 2.0 }, "x_max": { "heat_in_W": -1.0 } },
        "regions": { "die": { "power_W": 1.0 }, "room": { "heat_in_W": -0.5 } },
    })
}

fn result(directory: &Path, report: &Value, frames: &[(&str, Frame)]) {
    fs::create_dir_all(directory).unwrap();
    fs::write(directory.join("report.json"), report.to_string()).unwrap();
    for (name, frame) in frames {
        write(&directory.join("fields").join(name), frame);
    }
}

#[test]
fn directories_compare_states_probes_and_heats() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    let at = |time, shift| Frame { time, ..frame(shift) };
    let early = ("fields_0001.vtr", at(Some(1.0), 0.0));
    result(&a, &report(Some(2.0), 305.0), &[early.clone(), ("fields_0002.vtr", at(Some(2.0), 0.0))]);
    result(&b, &report(Some(2.0), 304.0), &[early, ("fields_0002.vtr", at(Some(2.0), 1.0))]);
    let found = both(&a, &b);
    let expected = [
        difference("temperature", 1.0, (0.5_f64 / 9.0).sqrt(), 4.0, 10),
        difference("flux", 3.0, (4.5_f64 / 9.0).sqrt(), 0.0, 10),
        difference("probes.A.temperature_K", 1.0, 1.0, 10.0, 1),
        difference("boundaries.x_min.heat_in_W", 0.0, 0.0, 3.0, 1),
        difference("boundaries.x_max.heat_in_W", 0.0, 0.0, 3.0, 1),
        difference("regions.room.heat_in_W", 0.0, 0.0, 3.0, 1),
    ];
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(
            (&found.field, &found.unit, found.largest, found.rms_weight, found.range, found.cells),
            (&expected.field, &expected.unit, expected.largest, expected.rms_weight, expected.range, expected.cells)
        );
        assert!((found.rms - expected.rms).abs() < 1e-15);
    }

    // a steady state goes with the last state of a transient
    let steady = dir.path().join("steady");
    result(&steady, &report(None, 305.0), &[("fields.vtr", at(None, 5.0))]);
    for (one, two) in [(&b, &steady), (&steady, &b)] {
        let found = both(one, two);
        assert_eq!((found[0].field.as_str(), found[0].largest, found[0].cells), ("temperature", 4.0, 5));
    }
}

#[test]
fn directories_that_do_not_match_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    result(&a, &report(Some(2.0), 305.0), &[("fields_0001.vtr", frame(0.0))]);
    let says = |text: &str| {
        let error = compare(&a, &b).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    };
    fs::create_dir_all(&b).unwrap();
    says("report.json");
    fs::write(b.join("report.json"), "[1]").unwrap();
    says("not the report of a run");
    fs::write(b.join("report.json"), "{}").unwrap();
    says("nothing in common");
    result(&b, &report(Some(3.0), 305.0), &[]);
    says("the end of the run is at t = 2 s in A and at t = 3 s in B");
    let mut moved = report(Some(2.0), 305.0);
    moved["probes"]["A"]["at_m"] = json!([0.5, 1.0]);
    result(&b, &moved, &[]);
    says("probes.A is at [0.0, 1.0] m in A and at [0.5, 1.0] m in B");
    let mut void = report(Some(2.0), 305.0);
    void["probes"]["A"]["temperature_K"] = Value::Null;
    result(&b, &void, &[]);
    says("`probes.A.temperature_K` is void in B");

    // without fields the reports still compare
    result(&b, &report(Some(2.0), 306.0), &[]);
    assert_eq!(both(&a, &b)[0].field, "probes.A.temperature_K");
    result(&b, &report(Some(2.0), 305.0), &[("fields_0009.vtr", frame(0.0))]);
    says("A holds fields_0001.vtr; B holds fields_0009.vtr");
    result(&b, &report(Some(2.0), 305.0), &[("fields_0001.vtr", Frame { time: Some(1.0), ..frame(0.0) })]);
    says("fields_0001 is at t = 2 s in A and at t = 1 s in B");
}

/// Whatever a run writes its states into, they are the same states.
#[test]
fn fields_are_read_from_every_kind_of_file_that_a_run_writes() {
    let dir = tempfile::tempdir().unwrap();
    let kinds = ["vtr", "npy", "npz", "zarr"];
    let place = |kind: &str, steady: bool| dir.path().join(format!("{kind}_{steady}"));
    for kind in kinds {
        let steady = Frame { time: None, ..frame(0.5) };
        write_as(kind, &place(kind, true), std::slice::from_ref(&steady), &report(None, 305.0));
        let states = [Frame { time: Some(1.0), ..frame(3.0) }, Frame { time: Some(2.0), ..steady }];
        write_as(kind, &place(kind, false), &states, &report(Some(2.0), 305.0));
    }
    let shifted = dir.path().join("shifted");
    let states = [3.0, 1.5].map(|shift| Frame { time: Some(if shift > 2.0 { 1.0 } else { 2.0 }), ..frame(shift) });
    write_as("zarr", &shifted, &states, &report(Some(2.0), 305.0));
    for one in kinds {
        for two in kinds {
            for steady in [[true, true], [true, false], [false, true], [false, false]] {
                let found = compare(&place(one, steady[0]), &place(two, steady[1])).unwrap();
                assert!(found.one_sided.is_empty() && found.note.is_none(), "{one} {two} {found:?}");
                let both = if steady == [false, false] { 2 } else { 1 };
                for (field, name) in found.differences.iter().zip(["temperature", "flux"]) {
                    assert_eq!(
                        (field.field.as_str(), field.cells, field.largest),
                        (name, 5 * both, 0.0),
                        "{one} {two}"
                    );
                    assert_eq!(field.rms_weight, Some("volume"), "{one} {two}");
                }
            }
        }
        let found = &both(&place(one, false), &shifted)[0];
        let expected = difference("temperature", 1.0, (0.5_f64 / 9.0).sqrt(), found.range, 10);
        assert!((found.rms - expected.rms).abs() < 1e-12);
        assert_eq!(*found, FieldDifference { rms: found.rms, ..expected }, "{one}");
    }
    // named by themselves
    let file = |kind: &str, name: &str| place(kind, false).join("fields").join(name);
    let [archive, group] = [file("npz", "fields_0002.npz"), file("zarr", "fields.zarr")];
    for (a, b) in [(&archive, &group), (&group, &archive), (&archive, &file("vtr", "fields_0002.vtr"))] {
        assert_eq!((both(a, b)[0].largest, both(a, b)[0].cells), (0.0, 5));
    }
    assert_eq!((both(&group, &group)[0].cells), 10);
    assert_eq!(both(&archive, &file("npz", "fields_0001.npz"))[0].largest, 2.5);
}

/// Writes states as a run does.
fn write_as(kind: &str, directory: &Path, states: &[Frame], report: &Value) {
    result(directory, report, &[]);
    let fields = directory.join("fields");
    let mut group = (kind == "zarr").then(|| zarr::Group::open(&fields.join("fields.zarr"), &grid(3), None).unwrap());
    for (n, frame) in states.iter().enumerate() {
        let number = frame.time.map_or_else(String::new, |_| format!("_{:04}", n + 1));
        let arrays = frame.fields.iter().map(|field| {
            let shape = if field.components() == 3 { vec![2, 3, 3] } else { vec![2, 3] };
            (field.name.as_str(), npy::Array { shape, values: field.numbers().collect() })
        });
        let edges = [0, 1].map(|axis| frame.grid.axis(axis).edges().to_vec());
        match kind {
            "vtr" => write(&fields.join(format!("fields{number}.vtr")), frame),
            "npy" => {
                crate::output::load::write_edges(&fields, &frame.grid).unwrap();
                for (name, array) in arrays {
                    let path = fields.join(format!("{name}{number}.npy"));
                    npy::write(&path, &array.shape, array.values.into_iter(), Storage::Double).unwrap();
                }
            }
            "npz" => {
                let mut all: Vec<(&str, npy::Array)> = arrays.collect();
                for (name, values) in ["x", "y"].into_iter().zip(edges) {
                    all.push((name, npy::Array { shape: vec![values.len()], values }));
                }
                all.extend(frame.time.map(|t| ("time", npy::Array { shape: Vec::new(), values: vec![t] })));
                npy::write_archive(&fields.join(format!("fields{number}.npz")), &all).unwrap();
            }
            _ => group.as_mut().unwrap().add(frame).unwrap(),
        }
    }
}

#[test]
fn results_without_fields_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let (bare, full) = (dir.path().join("bare"), dir.path().join("full"));
    result(&bare, &report(Some(2.0), 305.0), &[]);
    fs::create_dir_all(bare.join("images")).unwrap();
    fs::write(bare.join("images/temperature.png"), "a picture").unwrap();
    result(&full, &report(Some(2.0), 305.0), &[("fields_0001.vtr", frame(0.0))]);
    let found = compare(&bare, &bare).unwrap();
    let note = found.note.unwrap();
    for part in ["no fields to compare", "neither A nor B", "pictures", "[output]", "formats = [\"vti\"]"] {
        assert!(note.contains(part), "{part}: {note}");
    }
    let found = compare(&full, &bare).unwrap();
    assert!(found.note.unwrap().contains("B holds none"));
    assert_eq!(found.one_sided, [OneSided { field: "fields".to_owned(), only_in: "A" }]);
    assert_eq!(compare(&full, &full).unwrap().note, None);
}
