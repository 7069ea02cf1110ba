//! Broken scenarios: each must be refused with its line, its key and a remedy.

use super::*;

const SOLID: &str = r#"title = "Block"
model = "heat"

[grid]
size = ["6 mm", "6 mm", "6 mm"]
cells = [6, 6, 6]
material = "steel"

[materials.gel]
conductivity = "2 W/(m K)"
density = "1000 kg/m^3"
specific_heat = "2000 J/(kg K)"
melting = { temperature = "40 degC", latent_heat = "200 kJ/kg" }

[[region]]
name = "pad"
material = "gel"
box = [[0, 0, 0], ["6 mm", "6 mm", "2 mm"]]

[[region]]
name = "heater"
material = "copper"
sphere = { center = ["3 mm", "3 mm", "4.5 mm"], radius = "1.8 mm" }
power = "5 W"

[[region]]
name = "duct"
material = "void"
cylinder = { from = [0, 0, "5 mm"], to = ["6 mm", 0, "5 mm"], radius = "2 mm" }
boundary = { convection = 20, ambient = "20 degC" }

[[contact]]
between = ["pad", "steel"]
resistance = "1e-5 m^2 K/W"

[[beam]]
face = "z_max"
power = "10 W"
radius = "2 mm"
path = [{ t = 0, at = ["3 mm", "3 mm"] }, { t = 1, at = ["3 mm", "5 mm"] }]

[initial]
temperature = "20 degC"

[boundary]
x_min = { temperature = "300 + 5*sin(t)" }
y_max = [{ box = [[0, 0], ["3 mm", "3 mm"]], flux = "1e4 W/m^2" }, { convection = 10, ambient = 290 }]
z_min = { radiation = 0.8, ambient = { t = [0, 10], value = ["10 degC", "20 degC"] } }

[run]
until = "10 s"
safety = 0.8

[[probe]]
name = "A"
at = ["3 mm", "3 mm", "1 mm"]

[output]
every = "1 s"
fields = ["temperature"]
formats = ["png"]
slices = ["z=3mm"]
"#;

const FLAT: &str = r#"[grid]
size = ["6 mm", "4 mm"]
cells = [6, 4]
material = "steel"

[materials.grain]
conductivity = [[2, 0.5], [0.5, 1]]
volumetric_heat_capacity = 1e6

[[region]]
name = "log"
material = "grain"
polygon = { points = [[0, 0], ["3 mm", 0], ["3 mm", "3 mm"]] }

[boundary]
x_min = { temperature = 300 }
y_min = [{ box = ["1 mm", "3 mm"], flux = 100 }]

[run]
until = "steady"
"#;

/// What is broken: `from` in the base becomes `to`; the error stands on the line `below` lines under the start
/// of `to`, and its text holds the key and the words.
pub(super) struct Case(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) isize,
    pub(super) &'static str,
    pub(super) &'static [&'static str],
);

pub(super) fn rendered(text: &str, overrides: &[&str]) -> ScenarioErrors {
    let overrides: Vec<String> = overrides.iter().map(|o| o.to_string()).collect();
    match Scenario::parse(text, Path::new("broken.toml"), &overrides) {
        Ok(_) => panic!("this was accepted:\n{text}"),
        Err(errors) => errors,
    }
}

pub(super) fn judge(base: &str, cases: &[Case]) {
    let mut faults = Vec::new();
    for Case(from, to, below, key, words) in cases {
        assert_eq!(base.matches(from).count(), 1, "`{from}` must stand once in the base");
        let at = base.find(from).expect("counted");
        let text = base.replace(from, to);
        let line = (base[..at].matches('\n').count() + 1).saturating_add_signed(*below);
        let errors = rendered(&text, &[]);
        let shown = errors.to_string();
        let place = format!("broken.toml:{line}:");
        let title = format!("error: {key}: ");
        let whole = shown.contains(&place) && shown.contains(&title) && shown.contains("help: ");
        let missing: Vec<_> = words.iter().filter(|w| !shown.contains(**w)).collect();
        if !whole || !missing.is_empty() || errors.list.len() > 2 {
            faults.push(format!("`{to}`: wanted {place} {title} {missing:?}\n{shown}"));
        }
    }
    assert!(faults.is_empty(), "{} faults\n\n{}", faults.len(), faults.join("\n\n"));
}

#[test]
fn the_bases_are_whole() {
    for text in [SOLID, FLAT] {
        Scenario::parse(text, Path::new("base.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
#[rustfmt::skip] // one line a case
fn values_that_do_not_fit() {
    judge(SOLID, &[
        Case("\"2 W/(m K)\"", "\"2 W/m\"", 0, "materials.gel.conductivity", &["thermal conductivity", "W/(m K)"]),
        Case("\"2 W/(m K)\"", "-2", 0, "materials.gel.conductivity", &["greater than 0", "-2"]),
        Case("\"2 W/(m K)\"", "\"2 + x +\"", 0, "materials.gel.conductivity", &["^"]),
        Case("\"2 W/(m K)\"", "\"2*temp\"", 0, "materials.gel.conductivity", &["temp"]),
        Case("\"2 W/(m K)\"", "\"x - 0.003\"", 0, "materials.gel.conductivity", &["greater than 0", "x = "]),
        Case("\"2 W/(m K)\"", "\"280 - T\"", 0, "materials.gel.conductivity", &["greater than 0", "T = "]),
        Case("\"2 W/(m K)\"", "{ T = [300, 400], value = [2, 0] }", 0, "materials.gel.conductivity.value[1]", &["greater than 0"]),
        Case("\"2 W/(m K)\"", "{ T = [400, 300], value = [2, 1] }", 0, "materials.gel.conductivity", &["rise"]),
        Case("\"2 W/(m K)\"", "{ T = [300, 400], value = [2] }", 0, "materials.gel.conductivity", &["2 values of T and 1"]),
        Case("\"2 W/(m K)\"", "{ value = [2] }", 0, "materials.gel.conductivity", &["T = [...]"]),
        Case("\"2 W/(m K)\"", "[1, 2]", 0, "materials.gel.conductivity", &["[kx, ky, kz]"]),
        Case("\"2 W/(m K)\"", "[[1, 0, 0], [0, 1, 2], [0, 0, 1]]", 0, "materials.gel.conductivity", &["not symmetric", "yz = 2"]),
        Case("\"2 W/(m K)\"", "[[1, 2, 0], [2, 1, 0], [0, 0, 1]]", 0, "materials.gel.conductivity", &["eigenvalue is -1", "off-diagonal"]),
        Case("\"2 W/(m K)\"", "1e200", 0, "materials.gel.conductivity", &["beyond 1e60"]),
        Case("\"2 W/(m K)\"", "1e-200", 0, "materials.gel.conductivity", &["below 1e-60"]),
        Case("temperature = \"20 degC\"", "temperature = 1e300", 0, "initial.temperature", &["beyond 1e60"]),
        Case("temperature = \"20 degC\"", "temperature = 1e20", 0, "initial.temperature", &["above 1e12 K"]),
        Case("\"2 W/(m K)\"", "nan", 0, "materials.gel.conductivity", &["not finite"]),
        Case("\"2 W/(m K)\"", "true", 0, "materials.gel.conductivity", &["true or false", "such as"]),
        Case("\"1000 kg/m^3\"", "\"1 g/m\"", 0, "materials.gel.density", &["density"]),
        Case("\"200 kJ/kg\"", "200e3", 0, "materials.gel.melting.latent_heat", &["unit", "J/m^3"]),
        Case("\"200 kJ/kg\"", "\"200 kJ\"", 0, "materials.gel.melting.latent_heat", &["latent heat"]),
        Case("temperature = \"40 degC\", ", "solidus = 300, ", 0, "materials.gel.melting", &["solidus", "liquidus"]),
        Case("temperature = \"40 degC\", ", "solidus = 300, liquidus = 290, ", 0, "materials.gel.melting.liquidus", &["below solidus"]),
        Case("temperature = \"20 degC\"", "temperature = \"-300 degC\"", 0, "initial.temperature", &["absolute zero"]),
        Case("temperature = \"20 degC\"", "temperature = \"300 - 1e6*x\"", 0, "initial.temperature", &["absolute zero", "x = "]),
        Case("temperature = \"20 degC\"", "temperature = \"300 + t\"", 0, "initial.temperature", &["t"]),
        Case("temperature = \"20 degC\"", "temperature = \"start.npy\"", 0, "initial.temperature", &["start.npy"]),
        Case("\"300 + 5*sin(t)\"", "\"300 - 100*t\"", 0, "boundary.x_min.temperature", &["absolute zero", "t = "]),
        Case("radiation = 0.8", "radiation = 1.2", 0, "boundary.z_min.radiation", &["between 0 and 1"]),
        Case("convection = 20", "convection = -20", 0, "region[2].boundary.convection", &["negative"]),
        Case("until = \"10 s\"", "until = \"10 m\"", 0, "run.until", &["length", "time"]),
        Case("until = \"10 s\"", "until = \"stead\"", 0, "run.until", &["\"steady\""]),
        Case("until = \"10 s\"", "until = 0", 0, "run.until", &["greater than 0"]),
        Case("safety = 0.8", "safety = 1.5", 0, "run.safety", &["at most 1"]),
        Case("safety = 0.8", "time_step = \"-1 s\"", 0, "run.time_step", &["greater than 0"]),
        Case("safety = 0.8", "method = \"implicit\"", 0, "run.method", &["\"auto\"", "\"explicit\""]),
        Case("power = \"5 W\"", "power = \"5 W/m^3\"", 0, "region[1].power", &["power"]),
        Case("power = \"5 W\"", "power = \"5*x\"", 0, "region[1].power", &["x"]),
        Case("resistance = \"1e-5 m^2 K/W\"", "resistance = -1", 0, "contact[0].resistance", &["negative"]),
    ]);
}

#[test]
#[rustfmt::skip] // one line a case
fn keys_that_are_unknown_missing_or_clash() {
    judge(SOLID, &[
        Case("conductivity = \"2 W/(m K)\"", "conductivty = 2", 0, "materials.gel.conductivty", &["did you mean `conductivity`?"]),
        Case("[initial]", "[intial]", 0, "intial", &["did you mean `initial`?"]),
        Case("safety = 0.8", "saftey = 0.8", 0, "run.saftey", &["did you mean `safety`?"]),
        Case("radius = \"1.8 mm\"", "diameter = 3", 0, "region[1].sphere.radius", &["is missing", "radius"]),
        Case("until = \"10 s\"\n", "", -1, "run.until", &["is missing", "steady"]),
        Case("conductivity = \"2 W/(m K)\"\n", "", -1, "materials.gel.conductivity", &["is missing", "W/(m K)"]),
        Case("specific_heat = \"2000 J/(kg K)\"\n", "", -1, "materials.gel.density", &["specific heat"]),
        Case("density = \"1000 kg/m^3\"", "", 1, "materials.gel.specific_heat", &["density"]),
        Case("density = \"1000 kg/m^3\"", "volumetric_heat_capacity = 2e6", 1, "materials.gel.specific_heat", &["cannot stand beside"]),
        Case("power = \"5 W\"", "power = 5\npower_density = 5", 1, "region[1].power_density", &["cannot stand beside `power`"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { temperature = 300, flux = 5 }", 0, "boundary.x_min.flux", &["cannot stand beside `temperature`"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { convection = 5 }", 0, "boundary.x_min.convection", &["add ambient"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { ambient = 300 }", 0, "boundary.x_min.ambient", &["add convection"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { flux = 3, ambient = 300 }", 0, "boundary.x_min.ambient", &["remove ambient"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = {}", 0, "boundary.x_min", &["has no condition", "temperature"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { diffuse = true }", 0, "boundary.x_min.diffuse", &["model = \"phonon\""]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "xmin = { temperature = 300 }", 0, "boundary.xmin", &["did you mean `x_min`?"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "y_min = { periodic = true }", 1, "boundary.y_max[0]", &["opposite face y_min is periodic"]),
        Case("x_min = { temperature = \"300 + 5*sin(t)\" }", "x_min = { periodic = true, flux = 3 }", 0, "boundary.x_min.flux", &["periodic"]),
        Case("{ convection = 10, ambient = 290 }]", "{ flux = 0 }, { flux = 1 }]", 0, "boundary.y_max[2]", &["second entry without a box"]),
        Case("every = \"1 s\"", "every = 1\nat = [1]", 1, "output.at", &["cannot stand beside `every`"]),
        Case("title = \"Block\"", "titel = \"Block\"", 0, "titel", &["did you mean `title`?"]),
        Case("name = \"pad\"", "name = \"heater\"", 5, "region[1].name", &["two regions named"]),
        Case("name = \"A\"\n", "", -1, "probe[0].name", &["is missing"]),
        Case("safety = 0.8", "safety = 0.8\n[run.steady]\nrate = 1e-6", 1, "run.steady", &["until = \"steady\""]),
    ]);
}

#[test]
#[rustfmt::skip] // one line a case
fn shapes_places_and_names_that_lead_nowhere() {
    judge(SOLID, &[
        Case("cells = [6, 6, 6]", "cells = [6, 6]", 0, "grid.cells", &["`size` has 3"]),
        Case("cells = [6, 6, 6]", "cells = [6, 6, 0]", 0, "grid.cells[2]", &["from 1 to"]),
        Case("cells = [6, 6, 6]", "cells = [6, 6, 2.5]", 0, "grid.cells[2]", &["whole number"]),
        Case("cells = [6, 6, 6]", "cells = [60000, 60000, 60000]", 0, "grid.cells", &["too many"]),
        Case("cells = [6, 6, 6]", "cells = [99999999999999999999, 1, 1]", 0, "grid.cells[0]", &["whole number"]),
        Case("size = [\"6 mm\", \"6 mm\", \"6 mm\"]", "size = [\"6 mm\", \"6 mm\", \"-6 mm\"]", 0, "grid.size[2]", &["greater than 0"]),
        Case("size = [\"6 mm\", \"6 mm\", \"6 mm\"]", "size = [1, 1, 1, 1]", 0, "grid.size", &["two entries for 2D, three for 3D"]),
        Case("size = [\"6 mm\", \"6 mm\", \"6 mm\"]", "size = [\"6 s\", 1, 1]", 0, "grid.size[0]", &["length", "time"]),
        Case("material = \"steel\"", "material = \"steal\"", 0, "grid.material", &["did you mean \"steel\"?"]),
        Case("material = \"steel\"", "material = \"unobtainium\"", 0, "grid.material", &["[materials.unobtainium]", "`clausius materials` lists"]),
        Case("material = \"steel\"", "material = \"carbon_steel\"", 0, "grid.material", &["stainless_steel", "carbon_dioxide"]),
        Case("material = \"steel\"", "depth = 1", 0, "grid.depth", &["2D"]),
    ]);
    judge(SOLID, &[
        Case("material = \"gel\"", "material = \"void\"\npower = 3", 1, "region[0].power", &["void"]),
        Case("material = \"gel\"", "boundary = { flux = 1 }\nmaterial = \"gel\"", 0, "region[0].boundary", &["void"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[0, 0], [1, 1]]", 0, "region[0].box[0]", &["3 coordinates"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[0, 0, 0], [1, 1, 0]]", 0, "region[0].box[1]", &["no extent along z"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[5, 5, 5], [6, 6, 6]]", 0, "region[0].box", &["outside the grid"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[0, 0, 0], [1, 1, \"0.1 mm\"]]", 0, "region[0].box", &["no cell centre"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "stl = \"pad.stl\"", 0, "region[0].stl", &["pad.stl", "STL file"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "image = { file = \"pad.png\", gray = [0, 9] }", 0, "region[0].image.file", &["pad.png", "PNG or TIFF"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "image = { file = \"pad.png\", gray = [9, 0] }", 0, "region[0].image.gray", &["high end first"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "image = { file = \"pad.png\", color = \"red\" }", 0, "region[0].image.color", &["#rrggbb"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "array = { file = \"pad.npy\", values = [1, 1] }", 0, "region[0].array.file", &["pad.npy"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "sphere = { center = [0, 0, 0], radius = \"1 mm\" }\nrepeat = { count = [2, 2, 1], pitch = [\"1 mm\", 0, 0] }", 1, "region[0].repeat.pitch", &["no distance"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]\npower_trace = \"a.ptrace\"", 1, "region[0].power_trace", &["needs a floorplan"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]\nfloorplan = \"chip.flp\"", 1, "region[0].floorplan", &["chip.flp"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "", -3, "region[0]", &["has no shape"]),
        Case("box = [[0, 0, 0], [\"6 mm\", \"6 mm\", \"2 mm\"]]", "circle = { center = [0, 0], radius = 1 }", 0, "region[0].circle", &["2D"]),
        Case("to = [\"6 mm\", 0, \"5 mm\"]", "to = [0, 0, \"5 mm\"]", 0, "region[2].cylinder.to", &["same point"]),
        Case("[\"pad\", \"steel\"]", "[\"pad\", \"copper\"]", -1, "contact[0]", &["never touch"]),
        Case("[\"pad\", \"steel\"]", "[\"pad\", \"pads\"]", 0, "contact[0].between[1]", &["did you mean \"pad\"?"]),
        Case("[\"pad\", \"steel\"]", "[\"pad\", \"duct\"]", 0, "contact[0].between[1]", &["no material"]),
        Case("[\"pad\", \"steel\"]", "[\"steel\", \"steel\"]", 0, "contact[0].between[1]", &["two different"]),
        Case("box = [[0, 0], [\"3 mm\", \"3 mm\"]], flux", "box = [[\"7 mm\", 0], [\"8 mm\", \"3 mm\"]], flux", 0, "boundary.y_max[0]", &["no face centre"]),
        Case("at = [\"3 mm\", \"3 mm\", \"1 mm\"]", "at = [\"3 mm\", \"3 mm\"]", 0, "probe[0].at", &["3 coordinates"]),
        Case("at = [\"3 mm\", \"3 mm\", \"1 mm\"]", "at = [\"3 mm\", \"3 mm\", \"7 mm\"]", 0, "probe[0].at", &["outside the grid", "z = 7 mm", "z from 0 m to 6 mm"]),
        Case("at = [\"3 mm\", \"3 mm\", \"1 mm\"]", "at = [\"3 mm\", 0, \"5 mm\"]", 0, "probe[0].at", &["void"]),
        Case("slices = [\"z=3mm\"]", "slices = [\"z=8mm\"]", 0, "output.slices[0]", &["outside the grid"]),
        Case("slices = [\"z=3mm\"]", "slices = [\"w=3mm\"]", 0, "output.slices[0]", &["x, y or z"]),
        Case("fields = [\"temperature\"]", "fields = [\"temprature\"]", 0, "output.fields[0]", &["did you mean \"temperature\"?"]),
        Case("fields = [\"temperature\"]", "fields = [\"temp\"]", 0, "output.fields[0]", &["allowed: \"temperature\", \"flux\", \"entropy_production\", \"exergy_destruction\", \"material\", \"knudsen\""]),
        Case("fields = [\"temperature\"]", "fields = [\"temp\", \"velocity\"]", 0, "output.fields", &["\"velocity\", is no field of model = \"heat\""]),
        Case("title = \"Block\"", "titel_of_it = 1", 0, "titel_of_it", &["`terminal`", "`phonon`", "`mixture`"]),
        Case("formats = [\"png\"]", "formats = [\"hdf5\"]", 0, "output.formats[0]", &["not in this version"]),
        Case("slices = [\"z=3mm\"]", "views = [\"abov z\"]", 0, "output.views[0]", &["is no view", "cutaway"]),
        Case("slices = [\"z=3mm\"]", "views = [\"z=3mm\"]", 0, "output.views[0]", &["is a slice"]),
        Case("slices = [\"z=3mm\"]", "flow = \"arrow\"", 0, "output.flow", &["did you mean \"arrows\"?"]),
        Case("slices = [\"z=3mm\"]", "logarithmic = [\"flux\"]", 0, "output.logarithmic", &["which is not written"]),
        Case("title = \"Block\"", "materials_file = \"none.toml\"", 0, "materials_file", &["cannot read", "none.toml"]),
        Case("every = \"1 s\"", "every = \"1 ns\"", 0, "output.every", &["outputs", "at least"]),
        Case("every = \"1 s\"", "at = [\"11 s\"]", 0, "output.at[0]", &["after the end"]),
        Case("face = \"z_max\"", "face = \"top\"", 0, "beam[0].face", &["z_max"]),
        Case("path = [{ t = 0, at = [\"3 mm\", \"3 mm\"] }, { t = 1,", "path = [{ t = 20, at = [\"3 mm\", \"3 mm\"] }, { t = 21,", -4, "beam[0]", &["run is over", "run longer"]),
        Case("[[beam]]", "[[contact]]\nbetween = [\"steel\", \"pad\"]\nresistance = 1e-4\n[[beam]]", -4, "contact[0]", &["holds nowhere", "list it after"]),
        Case("safety = 0.8", "safety = 0.8\nmethod = \"super-time-stepping\"", 1, "run.method", &["melts", "\"explicit\""]),
        Case("{ t = 1, at", "{ t = 0, at", 0, "beam[0].path[1]", &["must rise"]),
        Case("face = \"z_max\"", "face = \"x_min\"", -1, "beam[0]", &["temperature is given"]),
        Case("radius = \"2 mm\"\npath", "radius = \"0.4 mm\"\npath", -3, "beam[0]", &["narrower than the cells", "1 mm along", "at most 200 um"]),
        Case("model = \"heat\"", "model = \"hot\"", 0, "model", &["is not known"]),
        Case("safety = 0.8", "super_time_stepping = { tolerance = 2 }", 0, "run.super_time_stepping.tolerance", &["at most 1"]),
        Case("safety = 0.8", "super_time_stepping = { order = 3 }", 0, "run.super_time_stepping.order", &["from 1 to 2"]),
        Case("safety = 0.8", "method = \"explicit\"\nsuper_time_stepping = { order = 1 }", 1, "run.super_time_stepping", &["no meaning"]),
        Case("density = \"1000 kg/m^3\"", "density = 1000\nrelaxation_time = \"0 s\"", 1, "materials.gel.relaxation_time", &["must be greater than 0"]),
    ]);
}

#[test]
#[rustfmt::skip] // one line a case
fn flat_and_steady() {
    judge(FLAT, &[
        Case("size = [\"6 mm\", \"4 mm\"]", "size = [1e20, 1e20]", -1, "grid", &["long along x", "write lengths from"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "size = [1e-20, 1e-20]", -1, "grid", &["long along x", "write lengths from"]),
        Case("x_min = { temperature = 300 }", "z_min = { temperature = 300 }", 0, "boundary.z_min", &["no faces along z"]),
        Case("x_min = { temperature = 300 }", "", 4, "run.until", &["fixes the temperature"]),
        Case("x_min = { temperature = 300 }", "x_min = { temperature = \"300 + t\" }", 0, "boundary.x_min.temperature", &["varies in time"]),
        Case("until = \"steady\"", "until = \"steady\"\ntime_step = 1", 1, "run.time_step", &["no meaning"]),
        Case("until = \"steady\"", "until = \"steady\"\nsteady = { imbalance = 2 }", 1, "run.steady.imbalance", &["out of range"]),
        Case("until = \"steady\"", "until = \"steady\"\n[output]\nevery = 1", 2, "output.every", &["one state"]),
        Case("until = \"steady\"", "until = \"steady\"\n[output]\nslices = [\"x=1mm\"]", 2, "output.slices", &["3D"]),
        Case("until = \"steady\"", "until = \"steady\"\n[output]\nrange = [400, 300]", 2, "output.range", &["low temperature first"]),
        Case("until = \"steady\"", "until = \"steady\"\n[output]\ncolormap = \"jet\"", 2, "output.colormap", &["\"inferno\""]),
        Case("polygon = { points = [[0, 0], [\"3 mm\", 0], [\"3 mm\", \"3 mm\"]] }", "cylinder = { radius = 3 }", 0, "region[0].cylinder", &["circle"]),
        Case("points = [[0, 0], [\"3 mm\", 0], [\"3 mm\", \"3 mm\"]]", "points = [[0, 0], [1, 0]]", 0, "region[0].polygon.points", &["three corners"]),
        Case("points = [[0, 0], [\"3 mm\", 0], [\"3 mm\", \"3 mm\"]]", "z = [0, 1], points = [[0, 0], [1, 0], [1, 1]]", 0, "region[0].polygon.z", &["3D"]),
        Case("box = [\"1 mm\", \"3 mm\"]", "box = [\"3 mm\", \"1 mm\"]", 0, "boundary.y_min[0].box", &["low corner first"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "x = [{ thickness = 1, cells = 2, ratio = -1 }]\nsize = [1, 1]", 0, "grid.x[0].ratio", &["greater than 0"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "x = [{ thickness = 1 }]\nsize = [1, 1]", 0, "grid.x[0].cells", &["is missing"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "x = { edges = [0, 2, 1] }\nsize = [1, 1]", 0, "grid.x.edges[2]", &["must rise"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "x = [{ thickness = 1, cells = 6 }]\nsize = [2, 1]", 0, "grid.x", &["`size` and `cells`"]),
        Case("size = [\"6 mm\", \"4 mm\"]", "size = [\"6 mm\", \"4 mm\"]\norigin = [1e9, 0]", -1, "grid", &["too fine"]),
    ]);
}

#[test]
#[rustfmt::skip] // one line a case
fn text_that_is_no_toml() {
    judge(FLAT, &[
        Case("cells = [6, 4]", "cells = [6, 4", 1, "grid.material", &["no TOML"]),
        Case("cells = [6, 4]", "cells = [6, 4]\ncells = [6, 4]", 1, "grid.cells", &["duplicate", "remove or rename"]),
        Case("cells = [6, 4]", "cells = [6, 4]\ndepth = 1\ndepth = 1", 2, "grid.depth", &["duplicate"]),
        Case("name = \"log\"", "name = \"log\"\nname = \"log\"", 1, "region[0].name", &["duplicate"]),
        Case("conductivity = [[2, 0.5], [0.5, 1]]", "conductivity = 2\nconductivity = 2", 1, "materials.grain.conductivity", &["duplicate"]),
        Case("until = \"steady\"", "until = steady", 0, "run.until", &["no TOML", "quotes"]),
        Case("[grid]", "depth = 1\ndepth = 1\n[grid]", 1, "depth", &["duplicate"]),
        Case("[grid]", "[grid\nx = 3", 0, "this is no TOML", &["unclosed table"]),
    ]);
}

#[test]
fn periodic_where_it_cannot_be_is_one_error() {
    let whole = "x_min = { temperature = \"300 + 5*sin(t)\" }";
    for (from, to, key) in [
        (whole, "x_min = [{ periodic = true }]", "boundary.x_min[0].periodic"),
        (
            whole,
            "x_min = [{ box = [[0, 0], [1, 1]], periodic = true }, { temperature = 300 }]",
            "boundary.x_min[0].periodic",
        ),
        ("convection = 20", "periodic = true", "region[2].boundary.periodic"),
    ] {
        let text = SOLID.replace(from, to).replace("periodic = true, ambient = \"20 degC\"", "periodic = true");
        let errors = rendered(&text, &[]);
        assert!(errors.list.len() == 1 && errors.list[0].key == key, "{to}: {errors}");
    }
}

#[test]
fn options_are_named_instead_of_lines() {
    let cases: &[(&str, &[&str])] = &[
        ("run.until=5 m", &["option --set", "run.until", "run.until=5 m", "time"]),
        ("run.untill=5 s", &["option --set", "run.untill", "did you mean `until`?"]),
        ("region.lok.power=5 W", &["option --set", "did you mean `log`?"]),
        ("region[3].power=5 W", &["option --set", "has no entry 3"]),
        ("probe[0].name=a", &["option --set", "probe[0].name: the scenario has no [[probe]]", "add [[probe]]"]),
        ("contact.lid.resistance=1", &["option --set", "the scenario has no [[contact]]"]),
        ("regoin[0].power=5 W", &["option --set", "no `regoin`", "did you mean `region`?"]),
        ("grid.x[0].cells=3", &["option --set", "no `grid.x`", "no entry 0", "KEY=[...]"]),
        ("region[0.power=5 W", &["option --set", "bracket"]),
        ("title", &["has no value", "KEY=VALUE"]),
        ("title.x=3", &["option --set", "`title` is"]),
        ("run..until=3", &["option --set", "empty part"]),
        ("materials.grain.conductivity=[1, -1, 1]", &["option --set", "greater than 0"]),
    ];
    let titled = format!("title = \"Flat\"\n{FLAT}");
    for (option, words) in cases {
        let errors = rendered(&titled, &[option]);
        let shown = errors.to_string();
        for word in *words {
            assert!(shown.contains(word), "--set {option}: `{word}` is missing\n{shown}");
        }
        assert!(errors.list[0].line.is_none() && !errors.list[0].remedy.is_empty());
    }
}

#[test]
fn several_errors_come_at_once_and_as_json() {
    let text = SOLID
        .replace("safety = 0.8", "saftey = 0.8")
        .replace("cells = [6, 6, 6]", "cells = [6, 6, -6]")
        .replace("radiation = 0.8", "radiation = 8")
        .replace("\"2 W/(m K)\"", "\"2 W/m\"");
    let errors = rendered(&text, &[]);
    let lines: Vec<Option<usize>> = errors.list.iter().map(|e| e.line).collect();
    assert_eq!(lines, [Some(6), Some(10), Some(48), Some(52)], "{errors}");
    let json = errors.to_json();
    assert_eq!(json["file"], "broken.toml");
    assert_eq!(json["errors"][2]["key"], "boundary.z_min.radiation");
    assert_eq!(json["errors"][2]["value"], "8");
    assert_eq!(json["errors"][2]["column"], 23);
    assert!(json["errors"][0]["remedy"].as_str().is_some_and(|r| r.contains("from 1 to")));
    assert!(errors.render(true).contains('\u{1b}') && !errors.render(false).contains('\u{1b}'));
    assert!(errors.to_string().contains("4 errors in broken.toml"));
}

#[test]
fn files_that_cannot_be_read() {
    let missing = Scenario::load(Path::new("nowhere/none.toml"), &[]).expect_err("no such file");
    assert!(missing.to_string().contains("cannot read nowhere/none.toml"), "{missing}");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("latin.toml");
    std::fs::write(&path, b"title = \"ok\"\n# caf\xe9\n").expect("written");
    let latin = Scenario::load(&path, &[]).expect_err("no UTF-8");
    assert!(latin.to_string().contains("line 2"), "{latin}");
}

const SLANTED: &str = "[grid]\nsize = [1.0, 0.02]\ncells = [20, 20]\nmaterial = \"crystal\"\n[materials.crystal]\n\
    conductivity = [[1.0, 0.9], [0.9, 1.0]]\nvolumetric_heat_capacity = 1e6\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n";

#[test]
fn a_tensor_that_flat_cells_cannot_carry() {
    Scenario::parse(&SLANTED.replace("0.02", "0.2"), Path::new("base.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let errors = Scenario::parse(SLANTED, Path::new("base.toml"), &[]).expect_err("too flat");
    let [error] = &errors.list[..] else { panic!("{errors}") };
    assert_eq!((error.key.as_str(), error.line), ("materials.crystal.conductivity", Some(6)), "{errors}");
    assert!(error.message.contains("crystal") && error.remedy.contains("cubes"), "{errors}");
}

#[test]
fn nothing_is_set_where_nothing_is() {
    let text =
        "[grid]\nsize = [1, 1]\ncells = [4, 4]\nmaterial = \"steel\"\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n";
    for option in ["region[3].power=1", "region.die.power=30", "probe[0].name=a"] {
        let errors = rendered(text, &[option]);
        let list = option.split(['[', '.']).next().expect("a word");
        let [error] = &errors.list[..] else { panic!("{errors}") };
        assert!(error.message.contains(&format!("has no [[{list}]], so there is none to set")), "{errors}");
        assert!(error.remedy.contains(&format!("add [[{list}]]")), "{errors}");
    }
    // a list can be given whole
    Scenario::parse(text, Path::new("base.toml"), &["probe=[{name=\"a\", at=[0.5, 0.5]}]".to_owned()])
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_map_of_knudsen_numbers_needs_a_mean_free_path() {
    let text = format!("{FLAT}[output]\nfields = [\"temperature\", \"knudsen\"]\n");
    let shown = rendered(&text, &[]).to_string();
    for word in ["output.fields", "knudsen", "mean_free_path"] {
        assert!(shown.contains(word), "`{word}` is missing\n{shown}");
    }
}

/// Words that act on nothing are told of, where they are no error.
#[test]
fn words_for_pictures_ask_for_pictures() {
    let warned = |output: &str| {
        let text = format!("{FLAT}[output]\n{output}\n");
        let scenario = Scenario::parse(&text, Path::new("flat.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.into_iter().filter(|w| w.starts_with("output.")).collect::<Vec<_>>()
    };
    for quiet in
        ["isotherms = true", "formats = [\"vti\", \"svg\"]\nflow = \"arrows\"", "formats = []\nisotherms = true"]
    {
        assert!(warned(quiet).is_empty(), "{quiet}");
    }
    let told = warned("formats = [\"npy\"]\nisotherms = true\nflow = \"arrows\"");
    assert!(told.len() == 2 && told[0].starts_with("output.isotherms is for pictures"), "{told:?}");
    assert_eq!(warned("fields = [\"flux\"]\nrange = [300, 400]").len(), 1);
}
