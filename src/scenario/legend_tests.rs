//! Whole pictures and arrays by a legend, and values that stand in arrays.

use super::geometry_tests::{Bench, body, materials, plane};
use super::*;
use crate::output::field::Storage;
use crate::output::npy;
use std::path::Path;

/// Top row: red, red, blue, black; bottom row: black, blue, blue, black.
fn map(path: &Path) {
    let (r, b, k) = ([255u8, 0, 0], [0u8, 0, 255], [0u8; 3]);
    let pixels: Vec<u8> = [r, r, b, k, k, b, b, k].concat();
    image::RgbImage::from_raw(4, 2, pixels).expect("8 pixels").save(path).expect("saved");
}

fn array(path: &Path, shape: &[usize], values: &[f64]) {
    npy::write(path, shape, values.iter().copied(), Storage::Double).expect("written");
}

fn names(s: &Scenario) -> Vec<&str> {
    s.problem.regions.iter().map(|r| r.name.as_str()).collect()
}

#[test]
fn a_legend_makes_a_region_of_each_colour() {
    let bench = Bench::new();
    map(&bench.path("map.png"));
    let legend = "legend = { \"#ff0000\" = { material = \"copper\", name = \"wire\", power = \"3 W\", initial_temperature = 350 }, \
                  \"#0000FF\" = \"gold\", \"#000000\" = \"air\", \"#123456\" = \"iron\" }";
    let region = format!("[[region]]\nimage = \"map.png\"\n{legend}\n");
    let s = bench.compile(&plane([4, 2], &region));
    assert_eq!(materials(&s), ["air", "gold", "gold", "air", "copper", "copper", "gold", "air"]);
    assert_eq!(names(&s), ["wire", "gold", "air"]);
    assert_eq!(s.own_power(0, 0.0), None);
    let power = s.problem.regions[0].power.expect("a power");
    assert_eq!(s.problem.values.get(power).as_constant(), Some(3.0));
    assert_eq!(s.problem.initial[4] + s.problem.reference, 350.0);
    assert!(s.warnings.iter().any(|w| w.contains("no element of \"#123456\"")), "{:?}", s.warnings);

    // a name goes before those of the parts; two colours of one material are one part; a place of its own
    let named = plane(
        [8, 4],
        "[[region]]\nname = \"board\"\nimage = { file = \"map.png\", box = [[0, 0], [2, 1]] }\n\
         legend = { \"#ff0000\" = \"copper\", \"0\" = \"void\", \"#0000ff\" = \"copper\" }\n",
    );
    let s = bench.compile(&named);
    assert_eq!(names(&s), ["board.copper", "board.void"]);
    assert_eq!((s.problem.regions[0].cells, s.problem.regions[1].cells), (5, 3));
    assert!(s.problem.material.iter().filter(|m| **m == crate::problem::VOID).count() == 3);

    let bad = |legend: &str| {
        let text = plane([4, 2], &format!("[[region]]\nimage = \"map.png\"\nlegend = {{ {legend} }}\n"));
        bench.read(&text).expect_err(legend).to_string()
    };
    let unknown = bad("\"#ff0000\" = \"copper\", \"#000000\" = \"air\", \"#0000f0\" = \"gold\"");
    for part in ["case.toml:10", "pixel (2, 0)", "#0000ff", "3 elements", "the nearest is \"#0000f0\"", "anti-aliasing"]
    {
        assert!(unknown.contains(part) || part == "case.toml:10", "{part}: {unknown}");
    }
    assert!(bad("\"red\" = \"copper\"").contains("#rrggbb"));
    assert!(bad("\"9..3\" = \"copper\"").contains("0..99"));
    assert!(bad("\"0..10\" = \"copper\", \"#050505\" = \"gold\"").contains("means too"));
    assert!(bad("\"#ff0000\" = 3").contains("no material"));
    assert!(
        bad("\"#ff0000\" = \"coper\", \"#0000ff\" = \"gold\", \"0\" = \"air\"").contains("did you mean \"copper\"")
    );
    let beside = named.replace("legend =", "material = \"gold\"\nlegend =");
    assert!(bench.read(&beside).expect_err("both").to_string().contains("cannot stand beside `legend`"));
    let boxed = plane([4, 2], "[[region]]\nbox = [[0, 0], [1, 1]]\nlegend = { \"1\" = \"gold\" }\n");
    assert!(bench.read(&boxed).expect_err("a box").to_string().contains("needs an image or an array"));
}

#[test]
fn gray_ranges_and_arrays_have_legends_too() {
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("ct.tif")).expect("a file");
    let mut stack = tiff::encoder::TiffEncoder::new(file).expect("an encoder");
    for page in [[0u16, 700, 0, 0], [900, 0, 40_000, 0]] {
        stack.write_image::<tiff::encoder::colortype::Gray16>(2, 2, &page).expect("a page");
    }
    let region = |high: u32| {
        body(&format!(
            "[[region]]\nname = \"ct\"\nimage = {{ file = \"ct.tif\", box = [[0, 0, 0], [2, 2, 2]] }}\n\
             legend = {{ \"0..499\" = \"water\", \"500..{high}\" = \"granite\" }}\n"
        ))
    };
    let s = bench.compile(&region(65535));
    assert_eq!(names(&s), ["ct.water", "ct.granite"]);
    assert_eq!((s.problem.regions[0].cells, s.problem.regions[1].cells), (5, 3));
    let error = bench.read(&region(1000)).expect_err("too bright").to_string();
    assert!(error.contains("pixel (0, 1) of page 2") && error.contains("gray level 40000"), "{error}");

    // of a graded grid each cell takes its own entry
    array(&bench.path("map.npy"), &[2, 3], &[1.0, 2.0, 2.0, 3.0, 3.0, 1.0]);
    let graded = "[grid]\nx = [{ thickness = 1, cells = 1 }, { thickness = 0.01, cells = 1 }, { thickness = 5, cells = 1 }]\n\
        y = [{ thickness = 3, cells = 1 }, { thickness = 0.1, cells = 1 }]\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n\
        [[region]]\narray = \"map.npy\"\nlegend = { 1 = \"copper\", \"2..3\" = \"gold\" }\n";
    let s = bench.compile(graded);
    assert_eq!(materials(&s), ["copper", "gold", "gold", "gold", "gold", "copper"]);
    let error = bench.read(&graded.replace("2..3", "2")).expect_err("no 3").to_string();
    assert!(error.contains("element [1, 0] has the value 3"), "{error}");
    assert!(bench.read(&graded.replace("1 =", "\"#ff0000\" =")).is_err());
}

#[test]
fn values_stand_in_arrays() {
    let bench = Bench::new();
    let values: Vec<f64> = (1..=8).map(f64::from).collect();
    array(&bench.path("a.npy"), &[2, 4], &values);
    let text = plane(
        [4, 2],
        "[materials.grains]\nconductivity = \"a.npy\"\nvolumetric_heat_capacity = { file = \"a.npy\", unit = \"kJ/(m^3 K)\" }\n\
         [[region]]\nname = \"body\"\nmaterial = \"grains\"\nbox = [[0, 0], [4, 2]]\n\
         power_density = { file = \"a.npy\", unit = \"kW/m^3\", box = [[0, 0], [2, 1]] }\ninitial_temperature = \"a.npy\"\n",
    );
    let s = bench.compile(&text);
    let p = &s.problem;
    let conduction = crate::conduction::Conduction::new(std::sync::Arc::new(p.clone())).expect("links");
    for (i, v) in values.iter().enumerate() {
        assert_eq!(conduction.capacity[i], 1e3 * v);
        assert_eq!(p.initial[i] + p.reference, *v);
        let next = &conduction.links.families[0].conductance[i];
        // half cells of 0.5 m in series, 1 m2
        let exact = if i % 4 == 3 { 0.0 } else { 1.0 / (0.5 / v + 0.5 / (v + 1.0)) };
        assert!((next - exact).abs() < 1e-12, "{i}: {next} for {exact}");
    }
    // 8 entries on 2 x 1 m2, each under the centres of no cell but 4 m2 of the last ones' edges beyond
    let density = |i: usize| conduction.source_density(i, 0.0, &conduction.row(0.0));
    assert_eq!([0, 1, 2, 3].map(density), [6e3, 8e3, 8e3, 8e3]);
    let total: f64 = (0..8).map(density).sum();
    let power = p.values.at(p.regions[0].power.expect("a power"), &Default::default());
    assert!((power / total - 1.0).abs() < 1e-12);

    let error =
        |change: (&str, &str)| bench.read(&text.replacen(change.0, change.1, 1)).expect_err(change.1).to_string();
    array(&bench.path("b.npy"), &[4, 2], &values);
    assert!(error(("\"a.npy\"", "\"b.npy\"")).contains("the grid has [2, 4]"));
    array(&bench.path("b.npy"), &[2, 4], &[1.0, 2.0, 0.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let negative = error(("\"a.npy\"", "\"b.npy\""));
    assert!(negative.contains("greater than 0, it is 0 at x = 2.5 m, y = 0.5 m"), "{negative}");
    assert!(error(("kW/m^3", "kW/m^2")).contains("power density"));
    assert!(error(("\"a.npy\"", "\"none.npy\"")).contains("none.npy"));
    let power = text.replace(
        "power_density = { file = \"a.npy\", unit = \"kW/m^3\", box = [[0, 0], [2, 1]] }",
        "power = \"a.npy\"",
    );
    assert!(bench.read(&power).expect_err("a total").to_string().contains("does not vary in space"));
}
