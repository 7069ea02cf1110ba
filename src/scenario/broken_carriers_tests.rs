//! What is wrong with phonons and gases: every error at its line and key, with what is allowed.

use super::broken_tests::{Case, judge, rendered};
use super::*;

const FILM: &str = r#"model = "phonon"

[grid]
size = ["40 nm", "20 nm"]
cells = [8, 4]
material = "film"

[materials.film]
phonon = { heat_capacity = "1.66e6 J/(m^3 K)", group_velocity = "6400 m/s", mean_free_path = "40 nm" }

[materials.cap]
phonon = { heat_capacity = "1e6 J/(m^3 K)", group_velocity = "3000 m/s", relaxation_time = "5 ps" }

[[region]]
name = "half"
material = "cap"
box = [[0, 0], ["20 nm", "20 nm"]]

[[contact]]
between = ["film", "cap"]
transmission = 0.2

[boundary]
x_min = { temperature = "301 K" }
x_max = { temperature = "300 K" }
y_min = { specularity = 0.3 }

[phonon]
ordinates = { polar = 8, azimuthal = 16 }

[run]
until = "steady"
"#;

#[test]
#[rustfmt::skip] // one line a case
fn phonons_that_cannot_fly() {
    Scenario::parse(FILM, Path::new("base.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    judge(FILM, &[
        Case("mean_free_path = \"40 nm\"", "mean_free_path = \"40 ns\"", 0, "materials.film.phonon.mean_free_path", &["time", "length"]),
        Case("group_velocity = \"6400 m/s\"", "group_velocity = \"4e8 m/s\"", 0, "materials.film.phonon.group_velocity", &["faster than light"]),
        Case("mean_free_path = \"40 nm\"", "mean_free_path = 1e-30", 0, "materials.film.phonon.mean_free_path", &["shorter than a nucleus", "model = \"heat\""]),
        Case(", mean_free_path = \"40 nm\"", "", 0, "materials.film.phonon.mean_free_path", &["is missing"]),
        Case("[materials.film]", "[materials.film]\nconductivity = 100", 1, "materials.film.conductivity", &["C v L / 3"]),
        Case("[run]", "[run]\nmethod = \"super-time-stepping\"", 1, "run.method", &["model = \"phonon\""]),
        Case("polar = 8", "polar = 7", 0, "phonon.ordinates.polar", &["multiple of 2", "an even number from 4 to 4096"]),
        Case("polar = 8", "polar = 2", 0, "phonon.ordinates.polar", &["2 is out of range", "an even number from 4 to 4096"]),
        Case("polar = 8", "polar = 5000", 0, "phonon.ordinates.polar", &["5000 is out of range", "an even number from 4 to 4096"]),
        Case("azimuthal = 16", "azimuthal = 18", 0, "phonon.ordinates.azimuthal", &["multiple of 4", "from 8 to 4096"]),
        Case("ordinates = { polar", "ordinate = { polar", 0, "phonon.ordinate", &["did you mean `ordinates`?"]),
        Case("y_min = { specularity = 0.3 }", "y_min = { specularity = 1.3 }", 0, "boundary.y_min.specularity", &["between 0 and 1"]),
        Case("y_min = { specularity = 0.3 }", "y_min = { diffuse = false }", 0, "boundary.y_min.diffuse", &["says nothing"]),
        Case("y_min = { specularity = 0.3 }", "y_min = { specular = true, diffuse = true }", 0, "boundary.y_min.specular", &["cannot stand beside"]),
        Case("y_min = { specularity = 0.3 }", "y_min = { flux = 3 }", 0, "boundary.y_min.flux", &["model = \"heat\""]),
        Case("y_min = { specularity = 0.3 }", "y_min = { temperature_jump = 1 }", 0, "boundary.y_min.temperature_jump", &["periodic = true"]),
        Case("[materials.cap]\nphonon = {", "[materials.cap]\nphonon = { bands = [{ heat_capacity = 1, group_velocity = 1, mean_free_path = 1 }], heat_capacity = 1 } #", 1, "materials.cap.phonon.heat_capacity", &["cannot stand beside `bands`", "each of the bands"]),
        Case("[materials.cap]\nphonon = {", "[materials.cap]\nphonon = { spectrum = \"silicon\", group_velocity = 1 } #", 1, "materials.cap.phonon.group_velocity", &["cannot stand beside `spectrum`", "remove it"]),
        Case("[materials.cap]\nphonon = {", "[materials.cap]\nphonon = { spectrum = \"silicon\", modes = \"a.csv\" } #", 1, "materials.cap.phonon.spectrum", &["cannot stand beside `modes`"]),
        Case("y_min = { specularity = 0.3 }", "y_min = { accommodation = 0.5 }", 0, "boundary.y_min.accommodation", &["model = \"gas\"", "specularity = 0.3"]),
        Case("transmission = 0.2", "transmission = 0.9", -2, "contact[0]", &["way back"]),
        Case("transmission = 0.2", "resistance = 1e-9", 0, "contact[0].resistance", &["transmission"]),
        Case("[materials.cap]\nphonon = {", "[materials.cap]\nphonon = { modes = \"no.csv\" } #", 1, "materials.cap.phonon.modes", &["cannot read no.csv"]),
        Case("[run]", "[initial]\ntemperature = 300\n[run]\nmethod = \"explicit\"", 3, "run.method", &["steady"]),
        Case("[phonon]", "[phonon]\nequilibrium = \"bose\"", 1, "phonon.equilibrium", &["\"bose-einstein\""]),
        Case("[phonon]", "[phonon]\nequilibrium = \"bose-einstein\"", -20, "materials.film", &["change with temperature", "spectrum"]),
        Case("[materials.cap]\nphonon = {", "[materials.cap]\nphonon = { spectrum = \"germanium\" } #", 0, "materials.cap", &["bands of known frequencies", "\"film\" has 1 band without", "keep their frequency"]),
    ]);
    let joined = "model = \"phonon\"\n[grid]\nsize = [\"1 um\", \"1 um\"]\ncells = [4, 4]\nmaterial = \"si\"\n[materials.si]\nphonon = { spectrum = \"silicon\" }\n\
        [boundary]\nx_min = { periodic = true, temperature_jump = 1 }\n[phonon]\n[initial]\ntemperature = 300\n[run]\nuntil = \"steady\"\n";
    judge(joined, &[
        Case("[phonon]", "[phonon]\nequilibrium = \"bose-einstein\"", 0, "phonon.equilibrium", &["temperature_jump", "small"]),
    ]);
    let far = joined.replace("periodic = true, temperature_jump = 1", "temperature = 400").replace("[phonon]", "[phonon]\nequilibrium = \"bose-einstein\"");
    judge(&far, &[
        Case("\"silicon\"", "\"silicon\", temperature = \"350 K\"", 0, "materials.si.phonon.temperature", &["every place", "remove it"]),
    ]);
}

/// Spectra far from where they are linearised are told of.
#[test]
fn linearised_spectra_warn_of_large_differences() {
    let text = |temperature: &str, walls: [f64; 2]| {
        format!(
            "model = \"phonon\"\n[grid]\nsize = [\"1 um\", \"1 um\"]\ncells = [4, 4]\nmaterial = \"si\"\n\
             [materials.si]\nphonon = {{ spectrum = \"silicon\"{temperature} }}\n\
             [boundary]\nx_min = {{ temperature = {} }}\nx_max = {{ temperature = {} }}\n[run]\nuntil = \"steady\"\n",
            walls[0], walls[1]
        )
    };
    let warned = |text: &str, overrides: &[String]| {
        let scenario = Scenario::parse(text, Path::new("base.toml"), overrides).unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.iter().any(|w| w.contains("linearised at") && w.contains("bose-einstein"))
    };
    assert!(warned(&text("", [101.0, 100.0]), &[]));
    assert!(!warned(&text(", temperature = \"100 K\"", [101.0, 100.0]), &[]));
    assert!(warned(&text("", [350.0, 250.0]), &[]));
    assert!(!warned(&text("", [350.0, 250.0]), &["phonon.equilibrium=bose-einstein".to_owned()]));
    assert!(!warned(&text("", [301.0, 300.0]), &[]));
}

const PLATES: &str = r#"model = "gas"

[grid]
size = ["1 um", "1 um"]
cells = [8, 4]

[materials.argon]
gas = { molar_mass = "39.948 g/mol", viscosity = "22.7e-6 Pa s", prandtl = 0.667 }

[materials.helium]
gas = { molar_mass = "4.0026 g/mol", viscosity = "19.9e-6 Pa s" }

[[region]]
name = "gap"
material = "argon"
box = [[0, 0], ["1 um", "1 um"]]

[boundary]
x_min = { temperature = "301 K", accommodation = 0.9 }
x_max = { temperature = "300 K" }
y_min = { specular = true }

[gas]
pressure = "1 kPa"
ordinates = { speeds = 6, azimuthal = 16 }

[run]
until = "steady"
"#;

#[test]
#[rustfmt::skip] // one line a case
fn gases_that_cannot_fly() {
    Scenario::parse(PLATES, Path::new("base.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    judge(PLATES, &[
        Case("viscosity = \"22.7e-6 Pa s\"", "viscosity = \"22.7e-6 m\"", 0, "materials.argon.gas.viscosity", &["length", "viscosity"]),
        Case(", viscosity = \"22.7e-6 Pa s\"", "", 0, "materials.argon.gas.viscosity", &["is missing"]),
        Case("molar_mass = \"39.948 g/mol\"", "molar_mass = 39.948", 0, "materials.argon.gas.molar_mass", &["no gas", "g/mol"]),
        Case("prandtl = 0.667", "prandtl = 0.667, internal_degrees = 1000", 0, "materials.argon.gas.internal_degrees", &["more than any molecule"]),
        Case("prandtl = 0.667", "prandtl = 1.2", 0, "materials.argon.gas.prandtl", &["above 1"]),
        Case("[materials.argon]", "[materials.argon]\nconductivity = 0.02", 1, "materials.argon.conductivity", &["c_p viscosity / prandtl"]),
        Case("pressure = \"1 kPa\"", "pressure = \"1 kPa\"\nknudsen = 0.1", 1, "gas.knudsen", &["cannot stand beside"]),
        Case("pressure = \"1 kPa\"", "", -1, "gas.pressure", &["is missing", "knudsen"]),
        Case("pressure = \"1 kPa\"", "knudsen = 0", 0, "gas.knudsen", &["greater than"]),
        Case("pressure = \"1 kPa\"", "pressure = \"1 kPa\"\ncollisions = \"hard\"", 1, "gas.collisions", &["shakhov"]),
        Case("speeds = 6", "speeds = 3", 0, "gas.ordinates.speeds", &["3 is out of range", "a whole number from 4 to 40"]),
        Case("speeds = 6", "speeds = 50", 0, "gas.ordinates.speeds", &["50 is out of range", "a whole number from 4 to 40"]),
        Case("azimuthal = 16", "azimuthal = 18", 0, "gas.ordinates.azimuthal", &["multiple of 4", "from 12 to 4096"]),
        Case("speeds = 6", "polar = 8", 0, "gas.ordinates.polar", &["no meaning in 2D"]),
        Case("accommodation = 0.9", "accommodation = 1.1", 0, "boundary.x_min.accommodation", &["between 0 and 1"]),
        Case("accommodation = 0.9", "accommodation = 0", 0, "boundary.x_min.accommodation", &["specular = true"]),
        Case("y_min = { specular = true }", "y_min = { specular = true, accommodation = 0.5 }", 0, "boundary.y_min.accommodation", &["mirror"]),
        Case("y_min = { specular = true }", "y_min = { diffuse = true }", 0, "boundary.y_min.diffuse", &["has a temperature"]),
        Case("y_min = { specular = true }", "y_min = { flux = 3 }", 0, "boundary.y_min.flux", &["model = \"heat\""]),
        Case("until = \"steady\"", "until = \"1 ms\"\n[initial]\ntemperature = 600", -5, "gas", &["of their mean"]),
        Case("material = \"argon\"", "material = \"argon\"\npower = \"1 W\"", -2, "region[0]", &["heats a gas"]),
        Case("[boundary]", "[[region]]\nname = \"other\"\nmaterial = \"helium\"\nbox = [[0, 0], [\"0.5 um\", \"1 um\"]]\n[boundary]", -8, "materials.helium", &["second gas"]),
        Case("temperature = \"301 K\"", "temperature = \"600 K\"", 4, "gas", &["linearised"]),
    ]);
}

/// Keys of another model are told by themselves, with what this one knows.
#[test]
fn conditions_of_another_model_are_told_once() {
    for (text, from, knows) in [
        (FILM, "{ specularity = 0.3 }", ["{ diffuse = true }", "{ specularity = 0.3 }"]),
        (PLATES, "{ specular = true }", ["accommodation = 0.9", "{ specular = true }"]),
    ] {
        for (to, keys) in [
            ("{ convection = 5, ambient = 300 }", &["convection", "ambient"][..]),
            ("{ mass_fraction = 0.5 }", &["mass_fraction"]),
        ] {
            let errors = rendered(&text.replace(&format!("y_min = {from}"), &format!("y_min = {to}")), &[]);
            let found: Vec<&str> = errors.list.iter().map(|e| e.key.as_str()).collect();
            let wanted: Vec<String> = keys.iter().map(|key| format!("boundary.y_min.{key}")).collect();
            assert_eq!(found, wanted, "{errors}");
            for error in &errors.list {
                assert!(
                    error.message.contains("belongs to model = ") && knows.iter().all(|k| error.remedy.contains(k)),
                    "{errors}"
                );
            }
        }
    }
    let errors = rendered(&PLATES.replace("y_min = { specular = true }", "y_min = { accommodation = 1 }"), &[]);
    let [error] = &errors.list[..] else { panic!("{errors}") };
    assert_eq!(error.key, "boundary.y_min.accommodation", "{errors}");
    assert!(error.message.contains("there is none") && error.remedy.contains("add temperature"), "{errors}");
}

/// A steady state of carriers is fixed by temperatures alone.
#[test]
fn carriers_without_walls_are_offered_none_of_heat() {
    for text in [FILM, PLATES] {
        let start = text.find("[boundary]").expect("there");
        let end = start + text[start..].find("\n\n").expect("a gap");
        let bare = [&text[..start], &text[end..]].concat();
        let shown = rendered(&bare, &[]).to_string();
        assert!(
            shown.contains("fixes the temperature") && shown.contains("give a face a temperature, or run"),
            "{shown}"
        );
        assert!(!shown.contains("convection") && !shown.contains("radiation"), "{shown}");
    }
}

/// Nobody knows what the numbers of a column mean that is passed over.
#[test]
fn modes_with_unknown_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = FILM.replace(
        "phonon = { heat_capacity = \"1e6 J/(m^3 K)\", group_velocity = \"3000 m/s\", relaxation_time = \"5 ps\" }",
        "phonon = { modes = \"cap.csv\" }",
    );
    let refused = |heading: &str| {
        std::fs::write(folder.path().join("cap.csv"), format!("{heading}\n1e6,3000,5e-12,2\n")).expect("written");
        Scenario::parse(&text, &folder.path().join("film.toml"), &[]).map_err(|e| e.to_string())
    };
    let shown = refused("C,v,tau,degeneracy").expect_err("refused");
    for word in ["materials.cap.phonon.modes: cap.csv: ", "`degeneracy`", "`C`, `v`, `vx`, `vy`, `vz`, `tau`, `omega`"]
    {
        assert!(shown.contains(word), "`{word}` is missing\n{shown}");
    }
    let shown = refused("C,v,tau,omga").expect_err("refused");
    assert!(shown.contains("`omga`") && shown.contains("did you mean `omega`?"), "{shown}");
}

#[test]
fn gases_that_are_continua_are_told() {
    let warned = |pressure: &str| {
        let text = PLATES.replace("\"1 kPa\"", pressure);
        let scenario = Scenario::parse(&text, Path::new("plates.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        scenario.warnings.iter().any(|w| w.contains("nothing is rarefied") && w.contains("model = \"heat\""))
    };
    assert!(warned("\"10 GPa\"") && !warned("\"100 kPa\""));
}

/// A band of 0.2 um in a film of 1 um between walls, against the closed form (a second code of discrete directions that crowd where they graze found the
/// whole solver to miss as much: 5.5, 22, 27 and 45 %).
#[test]
fn heated_layers_that_too_few_directions_run_along_are_told() {
    let warned = |dimensions: usize, path: &str| {
        let (size, cells) = if dimensions == 2 { ("", "") } else { (", \"0.1 um\"", ", 1") };
        let (low, high) = if dimensions == 2 { ("", "") } else { (", 0", ", \"0.1 um\"") };
        let text = format!(
            "model = \"phonon\"\n[grid]\nsize = [\"1 um\", \"0.1 um\"{size}]\ncells = [50, 1{cells}]\nmaterial = \"m\"\n\
             [materials.m]\nphonon = {{ heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = \"{path}\" }}\n\
             [[region]]\nname = \"band\"\nmaterial = \"m\"\nbox = [[\"0.4 um\", 0{low}], [\"0.6 um\", \"0.1 um\"{high}]]\npower_density = 1e15\n\
             [boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = 300 }}\n[run]\nuntil = \"steady\"\n"
        );
        let scenario = Scenario::parse(&text, Path::new("band.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        let told = scenario.warnings.into_iter().find(|w| w.contains("heated layer"))?;
        let percent = told.split("some ").nth(1)?.split(' ').next()?.to_owned();
        Some(percent.parse::<f64>().unwrap())
    };
    assert_eq!([warned(2, "1 um"), warned(3, "0.1 um")], [None; 2]);
    for (dimensions, path, measured) in
        [(2, "10 um", 5.5), (3, "10 um", 22.0), (2, "100 um", 27.0), (3, "100 um", 45.0)]
    {
        let told = warned(dimensions, path).unwrap_or_else(|| panic!("{dimensions} {path}"));
        assert!((told - measured).abs() < 3.0, "{told} % for {measured} %");
    }
}
