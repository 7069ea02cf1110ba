//! Valid scenarios and what they compile to.

use super::*;
use crate::expression::{Place, Variable};
use crate::grid::Side;
use crate::problem::{Condition, Conductivity, Party, Surface, Wall};

pub(super) fn compile(text: &str) -> Scenario {
    compile_with(text, &[])
}

fn compile_with(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|o| o.to_string()).collect();
    Scenario::parse(text, Path::new("test.toml"), &overrides).unwrap_or_else(|e| panic!("{e}"))
}

fn area<'w>(walls: impl IntoIterator<Item = &'w Wall>) -> f64 {
    walls.into_iter().map(|w| w.area).sum()
}

pub(super) fn close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1e-300), "{got} for {want}");
}

/// Heat of all sources at a time, W.
fn source_power(s: &Scenario, t: f64) -> f64 {
    let p = &s.problem;
    (0..p.grid.len())
        .map(|c| {
            let cell = p.grid.cell(c);
            let at = p.grid.centre(cell);
            let place = Place { x: at.x, y: at.y, z: at.z, t, temperature: 300.0 };
            p.values.at(p.sources[usize::from(p.source[c])], &place) * p.grid.volume(cell)
        })
        .sum()
}

const SPREADER: &str = r#"
title = "Copper spreader on a hot die"
model = "heat"

[grid]
size = ["60 mm", "60 mm", "12 mm"]
cells = [30, 30, 12]

[materials.silicon]
conductivity = "148 W/(m K)"
volumetric_heat_capacity = "1.66e6 J/(m^3 K)"

[[region]]
name = "spreader"
material = "copper"
box = [[0, 0, 0], ["60 mm", "60 mm", "7 mm"]]

[[region]]
name = "room"
material = "void"
box = [["0 mm", "0 mm", "7 mm"], ["60 mm", "60 mm", "12 mm"]]
boundary = { convection = "8 W/(m^2 K)", ambient = "20 degC" }

[[region]]
name = "die"
material = "silicon"
box = [["22 mm", "22 mm", "7 mm"], ["38 mm", "38 mm", "8 mm"]]
power = "40 W"

[[contact]]
between = ["silicon", "copper"]
resistance = "1e-5 m^2 K/W"

[initial]
temperature = "300 K"

[boundary]
z_min = { convection = "2500 W/(m^2 K)", ambient = "25 degC" }
x_min = { temperature = "300 K" }

[run]
until = "10 s"

[[probe]]
name = "A"
at = ["30 mm", "30 mm", "7.9 mm"]

[output]
every = "1 s"
fields = ["temperature", "flux", "entropy_production"]
formats = ["png", "vti"]
slices = ["z=5mm"]
"#;

#[test]
fn the_scenario_of_the_manual() {
    let s = compile(SPREADER);
    let p = &s.problem;
    assert_eq!(s.title, "Copper spreader on a hot die");
    assert_eq!(p.materials.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["copper", "silicon"]);
    assert_eq!(p.contacts[0].between, [Party::Material(1), Party::Material(0)]);
    let sides: Vec<Surface> = Side::ALL.iter().map(|s| Surface::Outer(*s)).chain([Surface::Void(1)]).collect();
    assert_eq!(p.surfaces, sides);
    let on = |surface: usize| p.walls.iter().filter(move |w| usize::from(w.surface) == surface);
    close(area(on(0)), 0.06 * 0.007);
    assert_eq!(on(1).count(), 0, "an insulated face has no walls");
    close(area(on(4)), 0.06 * 0.06);
    // The top of the spreader less the die, the top of the die and its four flanks.
    close(area(on(6)), 0.06 * 0.06 + 4.0 * 0.016 * 0.001);
    assert!(p.walls.is_sorted_by_key(|w| w.cell));
    for w in &p.walls {
        assert!(p.material[w.cell as usize] != VOID);
        close(w.half, 0.5 * p.grid.axis(w.side.axis).widths()[0]);
    }
    close(source_power(&s, 0.0), 40.0);
    close(p.values.at(p.regions[2].power.expect("given"), &Place::default()), 40.0);
    assert_eq!(p.regions[2].cells, 64);
    close(p.regions[2].volume, 0.016 * 0.016 * 0.001);
    assert_eq!(s.region_cells(2).len(), 64);
    assert_eq!(s.region_cells(1).len(), 0);
    // 293.15 K to 300 K.
    assert_eq!(p.reference, 296.5);
    close(p.initial[0], 300.0 - 296.5);
    assert_eq!(p.initial[p.grid.len() - 1], 0.0);
    assert_eq!(s.output.times, (1..=10).map(f64::from).collect::<Vec<_>>());
    assert!(s.output.initial, "0 is a multiple of every interval");
    let outputs = |at: &str| {
        let output = compile(&SPREADER.replace("every = \"1 s\"", at)).output;
        (output.initial, output.times)
    };
    assert_eq!(outputs(""), (false, vec![10.0]));
    assert_eq!(outputs("at = [3, 1]"), (false, vec![1.0, 3.0, 10.0]));
    assert_eq!(outputs("at = [\"0 s\", 3]"), (true, vec![3.0, 10.0]));
    assert_eq!(s.output.slices, [Slice { axis: 2, at: 0.005 }]);
    assert_eq!(s.run.end, End::Time(10.0));
    assert!(s.warnings.is_empty(), "{:?}", s.warnings);
}

#[test]
fn overrides_reach_every_key() {
    let s = compile_with(
        SPREADER,
        &[
            "run.until=5 s",
            "region.die.power=\"20 W\"",
            "region[0].material=aluminium",
            "boundary.x_min.temperature=310",
            "grid.cells=[60, 60, 12]",
            "probe.A.at[2]=1 mm",
            "title=Another",
            "contact[0].between=[\"die\", \"spreader\"]",
        ],
    );
    assert_eq!((s.run.end, s.title.as_str()), (End::Time(5.0), "Another"));
    assert_eq!(s.problem.grid.cells(), [60, 60, 12]);
    assert_eq!(s.problem.materials[0].name, "aluminium");
    assert_eq!(s.probes[0].at.z, 0.001);
    assert_eq!(s.problem.contacts[0].between, [Party::Region(2), Party::Region(0)]);
}

pub(super) const PLATE: &str = r#"
[grid]
size = ["4 mm", "2 mm"]
cells = [8, 4]
depth = "10 mm"
material = "steel"
[initial]
temperature = "20 degC"
[run]
until = "1 s"
"#;

#[test]
fn a_plate_takes_conditions_by_patch_and_in_combination() {
    let s = compile(&format!(
        "{PLATE}
[boundary]
y_max = [ {{ box = [\"1 mm\", \"2 mm\"], flux = \"1e5 W/m^2\" }}, {{ temperature = \"300 K\" }}, {{ box = [[0], [\"0.5 mm\"]], flux = 0 }} ]
x_min = {{ flux = \"5*y\", convection = 10, radiation = 0.9, ambient = \"280 + 10*sin(t)\" }}
"
    ));
    let p = &s.problem;
    assert_eq!(p.surfaces.len(), 4);
    let on = |surface: usize| p.walls.iter().filter(move |w| usize::from(w.surface) == surface);
    assert_eq!(on(0).count(), 4);
    // Eight faces: one insulated, two with flux, five with a temperature.
    assert_eq!(on(3).count(), 7);
    let fluxes = on(3).filter(|w| matches!(p.conditions[usize::from(w.condition)], Condition::Environment { .. }));
    close(area(fluxes), 0.001 * 0.01);
    let wall = on(0).nth(1).expect("four");
    let Condition::Environment { flux, convection, ambient, emissivity } = p.conditions[usize::from(wall.condition)]
    else {
        panic!("an environment");
    };
    let place = Place { x: wall.position.x, y: wall.position.y, t: 0.5, ..Place::default() };
    close(p.values.at(flux, &place), 5.0 * 0.00075);
    close(p.values.at(convection, &place), 10.0);
    close(p.values.at(emissivity, &place), 0.9);
    close(p.values.at(ambient, &place) + p.reference, 280.0 + 10.0 * 0.5f64.sin());
    assert!(!p.values.iter().any(|v| v.depends_on(Variable::Z)));
}

#[test]
fn graded_axes() {
    let s = compile(
        r#"
[grid]
size = ["6 mm", "6 mm"]
cells = [6, 6]
z = [ { thickness = "6.9 mm", cells = 8 }, { thickness = "1 mm", cells = 4, ratio = 8 }, { thickness = "20 um", cells = 1 } ]
origin = [0, 0, "-1 mm"]
material = "copper"
[initial]
temperature = 300
[run]
until = 1
"#,
    );
    let z = s.problem.grid.axis(2);
    assert_eq!(z.cells(), 13);
    close(z.low(), -0.001);
    assert!((z.high() - 0.00692).abs() < 1e-15);
    assert!((z.edges()[12] - 0.0069).abs() < 1e-15 && (z.edges()[8] - 0.0059).abs() < 1e-15);
    let w = &z.widths()[8..12];
    for pair in w.windows(2) {
        assert!((pair[1] / pair[0] - 2.0).abs() < 1e-9, "{w:?}");
    }
    let s = compile(
        "[grid]\nx = { edges = [0, 1, 3] }\ny = { edges = [0, 2, 3] }\nmaterial = \"copper\"\n[initial]\ntemperature = 300\n[run]\nuntil = 1",
    );
    assert_eq!(s.problem.grid.cells(), [2, 2, 1]);
    assert_eq!(s.problem.grid.axis(0).widths(), [1.0, 2.0]);
}

#[test]
fn power_goes_to_what_is_left_of_a_region() {
    let s = compile(&format!(
        "{PLATE}
[[region]]
name = \"a\"
material = \"copper\"
box = [[0, 0], [\"2 mm\", \"2 mm\"]]
power = {{ t = [0, \"2 s\"], value = [\"0 W\", \"4 W\"] }}
[[region]]
name = \"b\"
material = \"gold\"
box = [[\"1 mm\", 0], [\"3 mm\", \"2 mm\"]]
power_density = \"1e6*x\"
[[region]]
name = \"heater\"
box = [[0, 0], [\"4 mm\", \"1 mm\"]]
power = 3
"
    ));
    let p = &s.problem;
    let gold = 1e6 * (0.00125 + 0.00175 + 0.00225 + 0.00275) * 0.0005 * 0.002 * 0.01;
    close(source_power(&s, 1.0), 2.0 + gold + 3.0);
    close(source_power(&s, 0.0), gold + 3.0);
    let power = |r: usize, t: f64| p.values.at(p.regions[r].power.expect("given"), &Place { t, ..Place::default() });
    close(power(0, 1.0), 2.0);
    close(power(1, 1.0), gold);
    close(power(2, 1.0), 3.0);
    assert_eq!(p.regions[0].cells, 8);
    close(p.regions[0].volume, 0.002 * 0.002 * 0.01);
    assert_eq!(s.region_cells(2).len(), 16);
    assert_eq!(s.warnings.len(), 1, "{:?}", s.warnings);
    assert!(s.warnings[0].contains("8 of 16 cells"), "{:?}", s.warnings);
}

#[test]
fn a_beam_is_held_against_the_cells_that_it_meets() {
    let text = |from: &str, to: &str| {
        format!(
            r#"
[grid]
size = ["10 mm", "2 mm", "0.5 mm"]
x = [{{ thickness = "4 mm", cells = 80 }}, {{ thickness = "6 mm", cells = 6 }}]
cells = [86, 40, 2]
material = "stainless_steel"
[[beam]]
name = "laser"
face = "z_max"
power = "100 W"
radius = "0.2 mm"
path = [ {{ t = 0, at = ["{from}", "1 mm"] }}, {{ t = "1 s", at = ["{to}", "1 mm"] }} ]
[initial]
temperature = 300
[run]
until = "2 s"
"#
        )
        .replace(
            "cells = [86, 40, 2]\n",
            "y = [{ thickness = \"2 mm\", cells = 40 }]\nz = [{ thickness = \"0.5 mm\", cells = 2 }]\n",
        )
        .replace("size = [\"10 mm\", \"2 mm\", \"0.5 mm\"]\n", "")
    };
    // over the fine part alone the coarse cells beside it do not matter
    assert!(compile(&text("1 mm", "3 mm")).warnings.is_empty());
    let scenario = |from, to| Scenario::parse(&text(from, to), std::path::Path::new("beam.toml"), &[]);
    let refused = scenario("1 mm", "6 mm").expect_err("cells of 1 mm").to_string();
    assert!(refused.contains("narrower than the cells") && refused.contains("1 mm along x"), "{refused}");
    // the spot reaches over the edge of the fine part
    assert!(scenario("1 mm", "3.9 mm").is_err());
    let warned = compile(&text("1 mm", "3 mm").replace("radius = \"0.2 mm\"", "radius = \"0.09 mm\"")).warnings;
    assert!(warned.len() == 1 && warned[0].contains("use cells of at most 45 um"), "{warned:?}");
}

#[test]
fn a_beam_brings_its_power_and_then_stops() {
    let text = r#"
[grid]
size = ["4 mm", "2 mm", "0.5 mm"]
cells = [80, 40, 2]
material = "stainless_steel"
[[beam]]
name = "laser"
face = "z_max"
power = "100 W"
absorptivity = 0.4
radius = "0.2 mm"
path = [ { t = 0, at = ["1 mm", "1 mm"] }, { t = "1 s", at = ["3 mm", "1 mm"] } ]
[boundary]
z_max = { convection = 10, ambient = 300 }
[initial]
temperature = 300
[run]
until = "2 s"
"#;
    let s = compile(text);
    let lit = compile(&text.replace("until = \"2 s\"", "until = \"1 s\""));
    let p = &s.problem;
    let power_of = |p: &Problem, t: f64| -> f64 {
        p.walls
            .iter()
            .map(|w| {
                let Condition::Environment { flux, .. } = p.conditions[usize::from(w.condition)] else { return 0.0 };
                w.area
                    * p.values
                        .at(flux, &Place { x: w.position.x, y: w.position.y, z: w.position.z, t, temperature: 300.0 })
            })
            .sum()
    };
    let power = |t: f64| power_of(p, t);
    assert!((power(0.5) - 40.0).abs() < 1e-3, "{}", power(0.5));
    assert!((power(0.999999) - 40.0).abs() < 1e-3);
    // The step that begins when the path ends gets none.
    assert_eq!(power(1.0), 0.0);
    // With the end of the run no step begins: it ends lit.
    assert!((power_of(&lit.problem, 1.0) - 40.0).abs() < 1e-3);
    let hottest = p.walls.iter().max_by(|a, b| {
        let flux = |w: &Wall| match p.conditions[usize::from(w.condition)] {
            Condition::Environment { flux, .. } => {
                p.values.at(flux, &Place { x: w.position.x, y: w.position.y, t: 0.25, ..Place::default() })
            }
            Condition::Temperature(_) => 0.0,
        };
        flux(a).total_cmp(&flux(b))
    });
    let at = hottest.expect("walls").position;
    assert!((at.x - 0.0015).abs() < 5e-5 && (at.y - 0.001).abs() < 5e-5, "{at}");
    assert!(s.warnings.is_empty(), "{:?}", s.warnings);
}

#[test]
fn a_tensor_moves_the_place_of_its_wall_values() {
    let s = compile(
        r#"
[grid]
size = [1, 1]
cells = [10, 10]
material = "wood_grain"
[materials.wood_grain]
conductivity = [[2, 0.5], [0.5, 1]]
volumetric_heat_capacity = 1e6
[boundary]
x_max = { temperature = "300 + y" }
x_min = { temperature = 300 }
[run]
until = "steady"
[run.steady]
imbalance = 1e-6
"#,
    );
    let p = &s.problem;
    assert_eq!(p.materials[0].conductivity, Conductivity::Tensor([2.0, 1.0, 2.0, 0.5, 0.0, 0.0]));
    // D = 2 (x) + 1 (y) + 0.5 (xy) is 1.5 along (1, 0), 0.5 along (0, 1) and 0.5 along (1, 1): straight and askew
    let of_cell: Vec<&Wall> = p.walls.iter().filter(|w| w.cell == 59).collect();
    assert_eq!(of_cell.len(), 2);
    for (wall, area, y) in [(of_cell[0], 0.075, 0.55), (of_cell[1], 0.025, 0.6)] {
        close(wall.area, area);
        close(wall.half, 0.05);
        close(wall.position.x, 1.0);
        close(wall.position.y, y);
    }
    for side in 0..2 {
        close(area(p.walls.iter().filter(|w| usize::from(w.surface) == side)), 1.0);
    }
    let End::Steady(tolerance) = &s.run.end else { panic!("steady") };
    assert_eq!((tolerance.imbalance, tolerance.rate), (1e-6, 1e-8));
    assert!(s.output.times.is_empty());
}

#[test]
fn periodic_faces_join() {
    let s = compile(&format!("{PLATE}[boundary]\nx_min = {{ periodic = true }}\ny_min = {{ temperature = 300 }}"));
    assert_eq!(s.problem.grid.periodic, [true, false, false]);
    assert_eq!(s.problem.surfaces.len(), 2);
    assert_eq!(s.problem.walls.len(), 8);
}

#[test]
fn melting_heat_by_mass_or_by_volume() {
    let s = compile(&PLATE.replace("\"steel\"", "\"ice\""));
    let melting = s.problem.materials[0].melting.as_ref().expect("ice melts");
    close(melting.latent_heat, 333.6e3 * 917.0);
    assert_eq!((melting.solidus, melting.liquidus), (273.15, 273.15));
    let liquid = melting.liquid_heat_capacity.expect("given");
    close(s.problem.values.at(liquid, &Place::default()), 917.0 * 4190.0);
}

#[test]
fn initial_temperatures_by_region() {
    let s = compile(&format!(
        "{PLATE}
[[region]]
name = \"hot\"
material = \"copper\"
box = [[0, 0], [\"2 mm\", \"2 mm\"]]
initial_temperature = \"400 + 1000*x\"
"
    ));
    let p = &s.problem;
    close(p.initial[0] + p.reference, 400.25);
    close(p.initial[7] + p.reference, 293.15);
}

/// Water at 0 degC that is cooled freezes, and gives its latent heat away; ice at 0 degC that is warmed melts.
#[test]
fn what_starts_at_its_melting_temperature_is_what_can_change() {
    let start = |more: &str| {
        let text = format!(
            "[grid]\nsize = [0.1, 0.01]\ncells = [10, 1]\nmaterial = \"ice\"\n[initial]\ntemperature = \"0 degC\"\n[run]\nuntil = 1\n{more}"
        );
        let s = compile(&text);
        let conduction = crate::conduction::Conduction::new(std::sync::Arc::new(s.problem.clone())).unwrap();
        let enthalpy = conduction.enthalpy(&s.problem.initial);
        let molten = conduction.curves[0].as_ref().unwrap().liquid_fraction(enthalpy[0]);
        (molten, s.warnings.iter().any(|w| w.contains("melting temperature")))
    };
    let cold = "[boundary]\nx_min = { temperature = \"-10 degC\" }\n";
    assert_eq!(start(cold), (1.0, true));
    assert_eq!(start("[boundary]\nx_min = { flux = -100 }\n"), (1.0, true));
    assert_eq!(start("[boundary]\nx_min = { temperature = \"10 degC\" }\n"), (0.0, false));
    assert_eq!(start(&format!("{cold}x_max = {{ convection = 5, ambient = \"20 degC\" }}\n")), (0.0, true));
    assert_eq!(start(""), (0.0, false));
}

#[test]
fn the_size_is_known_without_the_rest() {
    let text = "[grid]\nsize = [1, 1, 1]\ncells = [1200, 1200, 1200]\nmaterial = \"copper\"\n";
    let size = Scenario::size_of_text(text, Path::new("large.toml"), &[]).expect("a grid");
    assert_eq!((size.dimensions, size.total()), (3, 1_728_000_000));
}

/// It would shift the temperature that the equation is linear about, and with it the heat.
#[test]
fn what_a_steady_gas_starts_from_does_not_count() {
    let text = "model = \"gas\"\n[grid]\nsize = [\"2 um\", \"1 um\"]\ncells = [8, 4]\nmaterial = \"a\"\n[materials.a]\n\
        gas = { molar_mass = \"39.948 g/mol\", viscosity = \"2.27e-5*(T/300)^0.8\", prandtl = 0.667 }\n\
        [boundary]\nx_min = { temperature = 301 }\nx_max = { temperature = 299 }\n[gas]\npressure = \"10 kPa\"\n[run]\nuntil = \"steady\"\n";
    let reference = |more: &str| compile(&format!("{text}{more}")).problem.reference;
    assert_eq!(reference(""), 300.0);
    assert_eq!(reference("[initial]\ntemperature = 600\n"), 300.0);
    let walls_free = text.replace(
        "x_min = { temperature = 301 }\nx_max = { temperature = 299 }",
        "x_min = { periodic = true, temperature_jump = 1 }",
    );
    let joined = compile(&format!("{walls_free}[initial]\ntemperature = 400\n"));
    assert_eq!(joined.problem.reference, 400.0);
}

#[test]
fn cells_in_no_region_take_the_ground_and_void_touching_the_edge_has_no_wall() {
    let s = compile(&format!(
        "{PLATE}
[[region]]
name = \"duct\"
material = \"void\"
circle = {{ center = [\"2 mm\", 0], radius = \"1 mm\" }}
boundary = {{ temperature = 350 }}
[boundary]
y_min = {{ temperature = 300 }}
"
    ));
    let p = &s.problem;
    let void = p.material.iter().filter(|m| **m == VOID).count();
    assert_eq!(void, 6);
    let on = |surface: usize| p.walls.iter().filter(move |w| usize::from(w.surface) == surface).count();
    assert_eq!(p.surfaces.len(), 5);
    assert_eq!((on(2), on(4)), (4, 8));
    assert_eq!(p.walls.len(), 12);
}

/// A spot that is smaller than the cells has another heat at their centres than it has.
#[test]
fn a_source_that_changes_within_cells_is_told() {
    let warned = |width: &str| {
        let s = compile(&format!(
            "[grid]\nsize = [0.1, 0.1]\ncells = [10, 10]\nmaterial = \"copper\"\n[[region]]\nname = \"spot\"\nbox = [[0, 0], [0.1, 0.1]]\n\
             power_density = \"1e9*exp(-((x-0.02-0.01*t)^2+(y-0.05)^2)/(2*{width}^2))\"\n[initial]\ntemperature = 300\n[run]\nuntil = 5\n"
        ));
        s.warnings.iter().any(|w| w.contains("changes within single cells"))
    };
    assert!(warned("0.002") && !warned("0.02"));
}

/// Where the vectors of a tensor end at another material the scheme is of first order, and says so.
#[test]
fn a_tensor_that_meets_another_material_is_told() {
    let warned = |other: &str| {
        let s = compile(&format!(
            "[grid]\nsize = [0.1, 0.1]\ncells = [10, 10]\nmaterial = \"fibres\"\n[materials.fibres]\nconductivity = [[3.0, 1.2], [1.2, 1.0]]\n\
             volumetric_heat_capacity = 1e6\n{other}[initial]\ntemperature = 300\n[run]\nuntil = 5\n"
        ));
        s.warnings.iter().any(|w| w.contains("a full conductivity tensor ends"))
    };
    let half = |material: &str| {
        format!("[[region]]\nname = \"half\"\nmaterial = \"{material}\"\nbox = [[0, 0], [0.05, 0.1]]\n")
    };
    assert!(warned(&half("copper")) && !warned(&half("void")) && !warned(""));
}

/// Carriers meet the stairs of a round pore, and the faces of one that lies along the axes.
#[test]
fn carriers_on_stairs_are_told() {
    let warned = |pore: &str| {
        let s = compile(&format!(
            "model = \"phonon\"\n[grid]\nsize = [1e-7, 1e-7]\ncells = [20, 20]\nmaterial = \"m\"\n[materials.m]\n\
             phonon = {{ heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = 4e-8 }}\n\
             [[region]]\nname = \"pore\"\nmaterial = \"void\"\n{pore}\nboundary = {{ diffuse = true }}\n\
             [boundary]\nx_min = {{ temperature = 301 }}\nx_max = {{ temperature = 300 }}\n[run]\nuntil = \"steady\"\n"
        ));
        s.warnings.iter().any(|w| w.contains("carriers meet the faces of its cells"))
    };
    assert!(
        warned("circle = { center = [5e-8, 5e-8], radius = 2e-8 }") && !warned("box = [[3e-8, 3e-8], [7e-8, 7e-8]]")
    );
}
