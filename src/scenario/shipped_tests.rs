//! What is shipped and what is read from files.

use super::compile_tests::{PLATE, close, compile};
use super::*;

const KIND: materials::MaterialKind<'_> =
    materials::MaterialKind { dimensions: 3, model: super::Model::Heat, mixing: None };

#[test]
fn every_shipped_material_is_whole() {
    let shipped = Document::parse(SHIPPED_MATERIALS, "assets/materials.toml", &[]).expect("TOML");
    let root = Section::root(&shipped);
    let names: Vec<&str> = root.entries().map(|(name, _)| name).collect();
    assert!(names.len() >= 25);
    for (name, item) in root.entries() {
        let material = materials::read_material(name, &item, KIND);
        shipped.outcome().unwrap_or_else(|e| panic!("{e}"));
        assert!(material.expect(name).heat_capacity.is_some());
        let source = item.section().expect("a table").get("source").and_then(|s| s.text()).expect("a source");
        assert!(source.len() > 10, "{name}");
        compile(&PLATE.replace("steel", name));
    }
}

#[test]
fn initial_temperatures_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let values: Vec<f64> = (0..32).map(|i| 300.0 + f64::from(i)).collect();
    let write = |shape: &[usize], values: &[f64]| {
        let storage = crate::output::field::Storage::Double;
        crate::output::npy::write(&folder.path().join("start.npy"), shape, values.iter().copied(), storage)
            .expect("written");
    };
    let text = PLATE.replace("\"20 degC\"", "\"start.npy\"");
    let path = folder.path().join("plate.toml");
    write(&[4, 8], &values);
    let p = Scenario::parse(&text, &path, &[]).expect("a scenario").problem;
    for (got, want) in p.initial.iter().zip(&values) {
        close(got + p.reference, *want);
    }
    write(&[8, 4], &values);
    assert!(Scenario::parse(&text, &path, &[]).expect_err("transposed").to_string().contains("shape [8, 4]"));
    write(&[4, 8], &vec![-1.0; 32]);
    assert!(Scenario::parse(&text, &path, &[]).expect_err("too cold").to_string().contains("kelvin"));
}

#[test]
fn the_shipped_scenarios_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("shipped scenarios") {
        let path = file.expect("readable").path();
        if path.extension().is_some_and(|e| e == "toml") {
            let mut scenario = Scenario::load(&path, &[]).unwrap_or_else(|e| panic!("{e}"));
            // that round voids end in stairs is told always
            scenario.warnings.retain(|w| !(w.contains("void") && w.contains("surface")));
            assert!(scenario.warnings.is_empty(), "{}: {:#?}", path.display(), scenario.warnings);
            assert_eq!(Scenario::size(&path, &[]).map(|s| s.total()), Ok(scenario.problem.grid.len()));
            count += 1;
        }
    }
    assert!(count >= 8);
}

#[test]
fn every_shipped_scenario_has_its_picture_in_the_documents() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = std::fs::read_to_string(documents.join("examples.md")).expect("the page");
    for shipped in crate::shipped::SCENARIOS {
        assert!(page.contains(&format!("(examples/{}.png)", shipped.name)), "{} is not shown", shipped.name);
        let picture = image::open(documents.join(format!("examples/{}.png", shipped.name)));
        assert!(picture.is_ok_and(|p| p.width() > 200), "{} has no picture", shipped.name);
    }
}
