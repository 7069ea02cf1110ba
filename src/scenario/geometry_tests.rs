//! Geometry from files: images, arrays, STL, floorplans; repeated shapes and layers.

use super::*;
use crate::expression::{Place, Variable};
use std::path::Path;

/// A scenario beside files.
pub(super) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Bench {
        Bench { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn put(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.path().join(name), content).expect("written");
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, text: &str) -> Result<Scenario, ScenarioErrors> {
        Scenario::parse(text, &self.path("case.toml"), &[])
    }

    pub fn compile(&self, text: &str) -> Scenario {
        self.read(text).unwrap_or_else(|e| panic!("{e}"))
    }
}

pub(super) fn plane(cells: [usize; 2], rest: &str) -> String {
    format!(
        "[grid]\nsize = [4, 2]\ncells = {cells:?}\nmaterial = \"air\"\n[initial]\ntemperature = 300\n\
         [run]\nuntil = 1\n{rest}"
    )
}

pub(super) fn body(rest: &str) -> String {
    format!(
        "[grid]\nsize = [4, 2, 2]\ncells = [4, 2, 2]\nmaterial = \"air\"\n[initial]\ntemperature = 300\n\
         [run]\nuntil = 1\n{rest}"
    )
}

/// Materials by name, x fastest.
pub(super) fn materials(s: &Scenario) -> Vec<&str> {
    s.problem.material.iter().map(|&m| s.problem.materials[usize::from(m)].name.as_str()).collect()
}

#[test]
fn colours_and_gray_levels_of_an_image_paint_from_the_top_row_down() {
    let bench = Bench::new();
    // top row: red, red, blue, black; bottom row: black, blue, blue, black
    let (r, b, k) = ([255u8, 0, 0], [0u8, 0, 255], [0u8; 3]);
    let pixels: Vec<u8> = [r, r, b, k, k, b, b, k].concat();
    image::RgbImage::from_raw(4, 2, pixels).expect("8 pixels").save(bench.path("mask.png")).expect("saved");
    let s = bench.compile(&plane(
        [4, 2],
        "[[region]]\nname = \"wire\"\nmaterial = \"copper\"\nimage = { file = \"mask.png\", color = \"#FF0000\" }\n\
         [[region]]\nname = \"film\"\nmaterial = \"gold\"\nimage = { file = \"mask.png\", color = \"#0000ff\" }\n",
    ));
    assert_eq!(materials(&s), ["air", "gold", "gold", "air", "copper", "copper", "gold", "air"]);

    image::GrayImage::from_raw(2, 1, vec![100, 200]).expect("2 pixels").save(bench.path("gray.png")).expect("saved");
    let s = bench.compile(&plane(
        [4, 2],
        "[[region]]\nname = \"a\"\nmaterial = \"copper\"\nimage = { file = \"gray.png\", gray = [150, 255], box = [[0, 0], [2, 1]] }\n",
    ));
    assert_eq!(materials(&s), ["air", "copper", "air", "air", "air", "air", "air", "air"]);
    let gray_of_colours = plane(
        [4, 2],
        "[[region]]\nname = \"a\"\nmaterial = \"copper\"\nimage = { file = \"mask.png\", gray = [150, 255] }\n",
    );
    assert!(bench.read(&gray_of_colours).expect_err("colours").to_string().contains("color = "));
}

#[test]
fn a_stack_of_pages_is_a_body() {
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("ct.tif")).expect("a file");
    let mut stack = tiff::encoder::TiffEncoder::new(file).expect("an encoder");
    for page in [[0u16, 700, 0, 0], [900, 0, 0, 0]] {
        stack.write_image::<tiff::encoder::colortype::Gray16>(2, 2, &page).expect("a page");
    }
    let s = bench.compile(&body(
        "[[region]]\nname = \"grain\"\nmaterial = \"granite\"\n\
         image = { file = \"ct.tif\", gray = [500, 65535], box = [[0, 0, 0], [2, 2, 2]] }\n",
    ));
    let granite: Vec<usize> = (0..16).filter(|&i| materials(&s)[i] == "granite").collect();
    // low page: its top right element; high page: its top left one
    assert_eq!(granite, [s.problem.grid.index([1, 1, 0]), s.problem.grid.index([0, 1, 1])]);
}

#[test]
fn an_array_chooses_cells_by_value() {
    let bench = Bench::new();
    let values = [0.0, 1.0, 2.0, 3.0, 1.0, 1.0, 0.0, 0.0];
    let storage = crate::output::field::Storage::Double;
    crate::output::npy::write(&bench.path("map.npy"), &[2, 4], values.into_iter(), storage).expect("written");
    let text = plane(
        [4, 2],
        "[[region]]\nname = \"a\"\nmaterial = \"copper\"\narray = { file = \"map.npy\", values = [1, 2] }\n",
    );
    assert_eq!(materials(&bench.compile(&text)), ["air", "copper", "copper", "air", "copper", "copper", "air", "air"]);
    assert!(bench.read(&text.replace("[1, 2]", "[7, 8]")).expect_err("none").to_string().contains("no element"));
}

/// A tetrahedron with its right angle at the origin, as text; its surface may look inwards.
fn tetrahedron(side: f64, inwards: bool) -> String {
    let p = [[0.0; 3], [side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]];
    let facets = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]].map(|mut f| {
        if inwards {
            f.swap(1, 2);
        }
        let corners = f.map(|n| format!("vertex {} {} {}\n", p[n][0], p[n][1], p[n][2])).concat();
        format!("facet normal 0 0 0\nouter loop\n{corners}endloop\nendfacet\n")
    });
    format!("solid t\n{}endsolid t\n", facets.concat())
}

#[test]
fn an_stl_solid_is_painted_by_what_it_encloses() {
    let bench = Bench::new();
    bench.put("t.stl", tetrahedron(1000.0, false).as_bytes());
    let text = "[grid]\nsize = [2, 2, 2]\ncells = [40, 40, 40]\nmaterial = \"air\"\n[initial]\ntemperature = 300\n\
                [run]\nuntil = 1\n[[region]]\nname = \"part\"\nmaterial = \"copper\"\n\
                stl = { file = \"t.stl\", unit = \"mm\", at = [0.5, 0.5, 0.5] }\n";
    let s = bench.compile(text);
    let exact = 1.0 / 6.0;
    let region = &s.problem.regions[0];
    assert!((region.volume / exact - 1.0).abs() < 0.08, "{}", region.volume);
    let fraction = region.volume_fraction().expect("the solid lies within the grid");
    assert!((fraction * exact / region.volume - 1.0).abs() < 1e-12, "{fraction}");
    for (i, name) in materials(&s).into_iter().enumerate() {
        let p = s.problem.grid.centre(s.problem.grid.cell(i)) - 0.5;
        let depth = p.min_element().min(1.0 - p.element_sum());
        assert_eq!(name == "copper", depth > 0.0 || (depth.abs() < 1e-9 && name == "copper"), "{p}");
    }
    // Turned inside out all over it is the same solid.
    bench.put("t.stl", tetrahedron(1000.0, true).as_bytes());
    assert_eq!(materials(&bench.compile(text)), materials(&s));
    let open = tetrahedron(1.0, false).replacen("facet normal 0 0 0", "facet normal 0 0 1", 1);
    bench.put("t.stl", open.replacen("vertex 0 0 0", "vertex 0 0 0.1", 1).as_bytes());
    let error = bench.read(text).expect_err("open").to_string();
    assert!(error.contains("not closed") && error.contains("from (0, 0, 0) to (0, 1, 0)"), "{error}");
    bench.put("t.stl", b"solid nothing\nendsolid nothing\n");
    assert!(bench.read(text).is_err());
}

#[test]
fn an_image_that_is_stretched_is_told_with_both_ratios() {
    let bench = Bench::new();
    let told = |size: [u32; 2], place: &str| {
        let pixels = (0..size[0] * size[1]).map(|n| if n % size[0] < size[0] / 2 { 100 } else { 200 }).collect();
        image::GrayImage::from_raw(size[0], size[1], pixels).expect("pixels").save(bench.path("m.png")).expect("saved");
        // two regions of one image are told once
        let region = |name: &str, gray: &str| {
            format!(
                "[[region]]\nname = \"{name}\"\nmaterial = \"copper\"\nimage = {{ file = \"m.png\", gray = {gray}{place} }}\n"
            )
        };
        let both = region("a", "[50, 150]") + &region("b", "[150, 255]");
        let warnings = bench.compile(&plane([8, 4], &both)).warnings;
        warnings.into_iter().filter(|w| w.contains("m.png")).collect::<Vec<_>>()
    };
    assert_eq!(
        told([40, 30], ""),
        ["m.png is stretched: it has 40 x 30 picture elements (1.333 : 1) and fills 4 m x 2 m (2 : 1); \
          give it a box of its own ratio, or [grid] one, unless that is meant"]
    );
    assert!(told([40, 30], ", box = [[0, 0], [1, 2]]")[0].contains("1 : 2)"));
    assert!(told([40, 20], "").is_empty() && told([40, 30], ", box = [[0, 0], [2, 1.5]]").is_empty());
    // what is cut to whole elements, as 4 : 2.02 would be, is no stretch
    assert!(told([40, 21], "").is_empty());
}

/// The facets of a box in millimetres.
fn brick(low: [f64; 3], high: [f64; 3]) -> String {
    let corner = |n: usize| {
        let [x, y, z] = [0, 1, 2].map(|a| if n >> a & 1 == 1 { high[a] } else { low[a] });
        format!("vertex {x} {y} {z}\n")
    };
    let quads = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];
    let triangles = quads.iter().flat_map(|q| [[q[0], q[1], q[2]], [q[0], q[2], q[3]]]);
    let facet =
        |t: [usize; 3]| format!("facet normal 0 0 0\nouter loop\n{}endloop\nendfacet\n", t.map(corner).concat());
    format!("solid brick\n{}endsolid brick\n", triangles.map(facet).collect::<String>())
}

fn with_stl(stl: &str) -> String {
    format!(
        "[grid]\nsize = [\"12 mm\", \"12 mm\", \"12 mm\"]\ncells = [24, 24, 24]\nmaterial = \"air\"\n[initial]\ntemperature = 300\n\
         [run]\nuntil = 1\n[[region]]\nname = \"part\"\nmaterial = \"copper\"\nstl = {{ file = \"b.stl\", unit = \"mm\", {stl} }}\n"
    )
}

/// Extents (mm) and volume (mm3) of what a solid is painted as, and the volume of its surface.
fn painted(s: &Scenario) -> ([f64; 6], [f64; 2]) {
    let region = &s.problem.regions[0];
    let [low, high] = region.reach.expect("a closed surface").map(|p| (p * 1e3).to_array());
    let of = [region.volume, region.shape_volume.expect("it lies within")].map(|v| v * 1e9);
    ([low[0], low[1], low[2], high[0], high[1], high[2]], of)
}

#[test]
fn power_of_a_shape_that_leaves_the_grid_is_told() {
    let told = |shape: &str, source: &str| {
        let text = format!(
            "[grid]\nsize = [0.02, 0.02]\ncells = [20, 20]\nmaterial = \"copper\"\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n\
             [[region]]\nname = \"heater\"\n{shape}\n{source}\n"
        );
        let scenario = Scenario::parse(&text, Path::new("power.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.iter().any(|w| w.contains("\"heater\" reaches out of the grid"))
    };
    let half = "box = [[-0.005, 0.005], [0.005, 0.01]]";
    assert!(told(half, "power = 1"));
    assert!(told("circle = { center = [0, 0.01], radius = 0.004 }", "power = 1"));
    assert!(told(
        "box = [[0.002, 0.002], [0.004, 0.004]]\nrepeat = { count = [5, 1], pitch = [0.005, 0.005] }",
        "power = 1"
    ));
    assert!(!told(half, "power_density = 1e6"));
    assert!(!told("box = [[0, 0.005], [0.005, 0.01]]", "power = 1"));
}

#[test]
fn an_stl_is_scaled_turned_and_moved() {
    let bench = Bench::new();
    bench.put("b.stl", brick([0.0; 3], [1.0, 2.0, 3.0]).as_bytes());
    for (stl, extents, volume) in [
        ("at = [0.001, 0, 0]", [1.0, 0.0, 0.0, 2.0, 2.0, 3.0], 6.0),
        ("scale = 2", [0.0, 0.0, 0.0, 2.0, 4.0, 6.0], 48.0),
        ("scale = [4, 1, 0.5]", [0.0, 0.0, 0.0, 4.0, 2.0, 1.5], 12.0),
        // x to y, y to -x
        ("rotate = [0, 0, \"90 deg\"], at = [0.005, 0, 0]", [3.0, 0.0, 0.0, 5.0, 1.0, 3.0], 6.0),
        // first about x (z to -y), then about z
        ("rotate = [\"90 deg\", 0, \"90 deg\"], corner = [0, 0, 0]", [0.0, 0.0, 0.0, 3.0, 1.0, 2.0], 6.0),
        (
            "rotate = [0, \"-180 deg\", 0], scale = 2, corner = [0.001, 0.002, 0.003]",
            [1.0, 2.0, 3.0, 3.0, 6.0, 9.0],
            48.0,
        ),
    ] {
        let (found, [cells, exact]) = painted(&bench.compile(&with_stl(stl)));
        assert!(found.iter().zip(extents).all(|(a, b)| (a - b).abs() < 1e-12), "{stl}: {found:?}");
        assert!((exact - volume).abs() < 1e-9 && (cells - volume).abs() < 1e-9, "{stl}: {cells} {exact}");
    }
    // askew the cells are stairs, and the volume of the surface is kept
    let (_, [cells, exact]) = painted(&bench.compile(&with_stl(
        "scale = 2, rotate = [\"20 deg\", \"-35 deg\", \"0.4 rad\"], corner = [\"1 mm\", \"1 mm\", \"1 mm\"]",
    )));
    assert!((exact - 48.0).abs() < 1e-9 && (cells / 48.0 - 1.0).abs() < 0.02, "{cells} {exact}");
}

#[test]
fn nonsense_about_an_stl_is_an_error() {
    let bench = Bench::new();
    bench.put("b.stl", brick([0.0; 3], [1.0, 2.0, 3.0]).as_bytes());
    for (stl, key, told) in [
        ("scale = 0", "stl.scale", "greater than 0, it is 0"),
        ("scale = -1", "stl.scale", "greater than 0"),
        ("scale = nan", "stl.scale", "not finite"),
        ("scale = [1, inf, 1]", "stl.scale[1]", "not finite"),
        ("scale = [1, 2]", "stl.scale", "3 factors are expected"),
        ("scale = \"2 mm\"", "stl.scale", "plain number"),
        ("rotate = [0, 0, 90]", "stl.rotate[2]", "90 deg"),
        ("rotate = [0, nan, 0]", "stl.rotate[1]", "not finite"),
        ("rotate = \"90 deg\"", "stl.rotate", "list"),
        ("at = [0, 0, 0], corner = [0, 0, 0]", "stl.corner", "cannot stand beside `at`"),
        ("translate = [0, 0, 0]", "stl.translate", "is written `at`"),
    ] {
        let error = bench.read(&with_stl(stl)).expect_err(stl).to_string();
        assert!(error.contains(key) && error.contains(told) && error.contains("case.toml:12"), "{stl}: {error}");
    }
    bench.put("b.stl", brick([0.0; 3], [1.0, 2.0, 3.0]).replacen("vertex 0 0 3", "vertex 0 0 3mm", 1).as_bytes());
    let error = bench.read(&with_stl("scale = 1")).expect_err("broken").to_string();
    assert!(error.contains("b.stl:5: `vertex` with three finite numbers") && error.contains("stl.file"), "{error}");
}

#[test]
fn surfaces_in_an_stl_that_overlap_are_filled_once() {
    let bench = Bench::new();
    bench.put("b.stl", (brick([0.0; 3], [2.0; 3]) + &brick([1.0; 3], [3.0; 3])).as_bytes());
    let s = bench.compile(&with_stl("scale = 2, rotate = [\"90 deg\", 0, 0], corner = [0, 0, 0]"));
    let (_, [cells, exact]) = painted(&s);
    assert!((cells - 120.0).abs() < 1e-9 && (exact - 120.0).abs() < 1e-9, "{cells} {exact}");
    let told = |s: &Scenario| s.warnings.join("\n");
    assert!(told(&s).contains("overlap: 8e-9 m^3 (6.667 % of all)"), "{}", told(&s));
    bench.put("b.stl", (brick([0.0; 3], [2.0; 3]) + &brick([2.0; 3], [3.0; 3])).as_bytes());
    let s = bench.compile(&with_stl("scale = 2"));
    assert!((painted(&s).1[1] - 72.0).abs() < 1e-9 && s.warnings.is_empty(), "{}", told(&s));
}

const FLOORPLAN: &str = "# two blocks and a cache\ncore0\t1\t1\t0\t0\ncore1\t1\t1\t1\t0\ncache\t2\t1\t0\t1\n";

fn chip(rest: &str, until: &str) -> String {
    format!(
        "[grid]\nsize = [4, 2, 2]\ncells = [4, 2, 2]\n[initial]\ntemperature = 300\n[run]\nuntil = {until}\n\
         [boundary]\nz_min = {{ temperature = 300 }}\n\
         [grid.z]\n[[region]]\nname = \"die\"\nmaterial = \"silicon\"\nbox = [[0, 0, 0], [4, 2, 2]]\n{rest}"
    )
    .replace("[grid.z]\n", "")
}

fn power_of(s: &Scenario, name: &str, t: f64) -> Option<f64> {
    let region = s.problem.regions.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("{name}"));
    region.power.map(|id| s.problem.values.at(id, &Place { t, ..Place::default() }))
}

#[test]
fn a_floorplan_makes_named_regions_that_follow_a_trace() {
    let bench = Bench::new();
    bench.put("chip.flp", FLOORPLAN.as_bytes());
    bench.put("chip.ptrace", b"core0 core1 cache\n10 0 1\n20 5 1\n0 1 1\n");
    let keys = "floorplan = \"chip.flp\"\npower_trace = \"chip.ptrace\"\nsampling_interval = \"10 ms\"\n";
    let s = bench.compile(&chip(keys, "0.04"));
    let names: Vec<&str> = s.problem.regions.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["die", "core0", "core1", "cache"]);
    for (t, watts) in [(0.0, 10.0), (0.0099, 10.0), (0.01, 20.0), (0.025, 0.0), (0.03, 10.0), (0.039, 10.0)] {
        assert_eq!(power_of(&s, "core0", t), Some(watts), "at {t}");
    }
    let id = s.problem.regions[1].power.expect("a power");
    assert_eq!(s.problem.values.get(id).breakpoints(Variable::Time), [0.0, 0.01, 0.02, 0.03]);
    // what the cells get is what the trace says
    let grid = &s.problem.grid;
    let total: f64 = (0..grid.len())
        .map(|i| {
            let place = Place { t: 0.012, ..Place::default() };
            s.problem.values.at(s.problem.sources[usize::from(s.problem.source[i])], &place) * grid.volume(grid.cell(i))
        })
        .sum();
    assert!((total - 26.0).abs() < 1e-12, "{total}");
    assert_eq!(s.region_cells(1), [grid.index([0, 0, 0]), grid.index([0, 0, 1])]);
    // a steady state takes the mean
    let steady = bench.compile(&chip(keys, "\"steady\""));
    assert_eq!(power_of(&steady, "core0", 0.0), Some(10.0));
}

#[test]
fn a_floorplan_takes_powers_by_name_and_refuses_what_does_not_fit() {
    let bench = Bench::new();
    bench.put("chip.flp", FLOORPLAN.as_bytes());
    let s = bench.compile(&chip("floorplan = \"chip.flp\"\nblock_power = { core1 = \"3 W\" }\n", "1"));
    assert_eq!((power_of(&s, "core1", 0.0), power_of(&s, "core0", 0.0)), (Some(3.0), None));
    let error = |rest: &str| bench.read(&chip(rest, "1")).expect_err(rest).to_string();
    assert!(error("floorplan = \"chip.flp\"\nblock_power = { core7 = 3 }\n").contains("core0, core1, cache"));
    assert!(error("floorplan = \"chip.flp\"\npower_trace = \"x.ptrace\"\n").contains("sampling_interval"));
    bench.put("x.ptrace", b"core0 core9\n1 2\n");
    let trace = "floorplan = \"chip.flp\"\npower_trace = \"x.ptrace\"\nsampling_interval = 1\n";
    assert!(error(trace).contains("no block core9"));
    bench.put("chip.flp", b"big 5 1 0 0\n");
    assert!(error("floorplan = \"chip.flp\"\n").contains("as large as the floorplan"));
}

#[test]
fn layers_name_their_material_and_shapes_repeat() {
    let text = "[grid]\nsize = [4, 2]\ncells = [8, 4]\n\
        z = [{ thickness = 1, cells = 2, material = \"copper\" }, { thickness = 2, cells = 1, material = \"silicon\", name = \"die\" }]\n\
        [initial]\ntemperature = 300\n[run]\nuntil = 1\n\
        [[region]]\nname = \"vias\"\nmaterial = \"gold\"\nbox = [[0, 0, 0], [0.5, 0.5, 1]]\n\
        repeat = { count = [4, 2, 1], pitch = [1, 1, 0] }\n";
    let s = Scenario::parse(text, Path::new("layers.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let names: Vec<&str> = s.problem.regions.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["z_layer_1", "die", "vias"]);
    let m = materials(&s);
    let grid = &s.problem.grid;
    assert_eq!(grid.cells(), [8, 4, 3]);
    for (i, name) in m.into_iter().enumerate() {
        let [x, y, z] = grid.cell(i);
        let expected = match z {
            2 => "silicon",
            _ if x % 2 == 0 && y % 2 == 0 => "gold",
            _ => "copper",
        };
        assert_eq!(name, expected, "{x} {y} {z}");
    }
    assert_eq!(s.problem.regions[2].volume, 8.0 * 0.25);
}

#[test]
fn materials_come_from_a_file_and_its_mistakes_are_told_at_their_place() {
    let bench = Bench::new();
    let text = "materials_file = \"my.toml\"\n[grid]\nsize = [4, 2]\ncells = [8, 4]\nmaterial = \"putty\"\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n";
    bench.put("my.toml", b"[putty]\nclass = \"paste\"\nconductivity = \"5 W/(m K)\"\nvolumetric_heat_capacity = 2e6\n");
    let s = bench.compile(text);
    assert_eq!(s.problem.materials[0].name, "putty");
    for (bad, line, part) in [
        ("[putty]\nconductivity = \"5 W\"\nvolumetric_heat_capacity = 2e6\n", 2, "conductivity"),
        (
            "[putty]\nconductivity = 1\nvolumetric_heat_capacity = \"1e6 + 1e5*(250 - T)\"\n",
            3,
            "must be greater than 0",
        ),
        ("[putty\n", 1, "TOML"),
        ("[materials.putty]\nconductivity = 1\n", 1, "[NAME]"),
    ] {
        bench.put("my.toml", bad.as_bytes());
        let errors = bench.read(text).expect_err(bad);
        assert!(errors.file.ends_with("my.toml"), "{}", errors.file);
        assert_eq!(errors.list[0].line, Some(line), "{errors}");
        assert!(errors.to_string().contains(part), "{errors}");
    }
}
