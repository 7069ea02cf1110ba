//! Numbers found by hand.

use super::*;
use crate::conduction::Conduction;
use crate::diagnostics::balance::Snapshot;
use crate::problem::VOID;
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

fn conduction(text: &str) -> Conduction {
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    Conduction::new(Arc::new(scenario.problem)).unwrap_or_else(|e| panic!("{e}"))
}

fn close(what: &str, got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= 1e-9 * wanted, "{what}: {got:e} is not {wanted:e}");
}

/// A slab of 1 um between 400 and 300 K that is Fourier's steady state from the start; one half has a path of 40 nm.
const SLAB: &str = "[grid]\nsize = [\"1 um\", \"1 um\"]\ncells = [20, 20]\nmaterial = \"plain\"\n[materials.plain]\nconductivity = 10\n\
     volumetric_heat_capacity = 2e6\n[materials.film]\nconductivity = 10\nvolumetric_heat_capacity = 2e6\nmean_free_path = \"40 nm\"\n\
     [[region]]\nname = \"upper\"\nmaterial = \"film\"\nbox = [[\"0 um\", \"0.5 um\"], [\"1 um\", \"1 um\"]]\n\
     [initial]\ntemperature = \"400 - 1e8*x\"\n[boundary]\nx_min = { temperature = 400 }\nx_max = { temperature = 300 }\n[run]\nuntil = \"1 ns\"\n";

#[test]
fn a_slab_has_the_numbers_of_hand_and_paper() {
    let mut conduction = conduction(SLAB);
    let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let numbers = numbers(&snapshot, &per_length(&snapshot.conduction.problem).unwrap(), true);
    assert!(numbers[0].size.is_nan(), "nothing is known of the lower half");
    for column in [0, 7, 19] {
        let here = numbers[15 * 20 + column];
        // 40 nm times 1e8 K/m over the temperature in the middle of the cell
        close("gradient", here.gradient, 4.0 / (400.0 - 100.0 * (column as f64 + 0.5) / 20.0));
        // the film is 0.5 um thick; its temperature varies over 1 um
        close("size", here.size, 40.0 / 500.0);
        assert!(here.haste() < 1e-9, "nothing changes: {here:?}");
    }
    let found = judge(&snapshot, &per_length(&snapshot.conduction.problem).unwrap(), false).unwrap();
    close("known", found.known_fraction, 0.5);
    assert_eq!((found.valid_fraction, found.material.as_str(), found.advice()), (0.0, "film", Advice::Fourier));
    assert!(found.text().contains("8 %"), "{}", found.text());
}

#[test]
fn a_step_of_temperature_has_its_own_length_and_a_heater_too() {
    // 1 mm of one material; a step between two cells of 10 um: the gradient of their cells is the mean over two faces, one of them flat
    let text = "[grid]\nsize = [\"1 mm\", \"1 mm\"]\ncells = [100, 100]\nmaterial = \"m\"\n[materials.m]\nconductivity = 150\n\
         volumetric_heat_capacity = 1.6e6\nmean_free_path = \"300 nm\"\nMORE\
         [[region]]\nname = \"wire\"\nbox = [[\"0.2 mm\", \"0.6 mm\"], [\"0.23 mm\", \"0.8 mm\"]]\npower_density = 1e10\n\
         [initial]\ntemperature = \"if(x < 0.0005, 310, 300)\"\n[run]\nuntil = \"1 us\"\n";
    let of = |more: &str| {
        let mut conduction = conduction(&text.replace("MORE", more));
        let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
        let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
        numbers(&snapshot, &per_length(&snapshot.conduction.problem).unwrap(), true)
    };
    let numbers = of("");
    let at = |x: usize, y: usize| numbers[x + 100 * y];
    close("far away", at(10, 10).size, 300e-9 / 1e-3);
    close("in the heater", at(21, 70).size, 300e-9 / 30e-6);
    close("beside the heater", at(24, 70).size, 300e-9 / 1e-3);
    close("at the step", at(50, 10).size, 300e-9 / 20e-6);
    close("at the step", at(50, 10).gradient, 300e-9 * 0.5e6 / 300.0);
    // tau = Lambda^2 C/(3 k); the cell cools at k dT/(C h^2)
    let (tau, rate) = (9e-14 * 1.6e6 / 450.0, 150.0 * 10.0 / (1.6e6 * 1e-10));
    close("rate", at(49, 10).rate, tau * rate / 310.0);
    close("time", at(49, 10).time, tau * rate / 10.0);
    let given = of("collision_time = \"43 ps\"\n");
    close("a time that is given", given[49 + 100 * 10].rate, 43e-12 * rate / 310.0);
}

#[test]
fn a_patch_that_is_heated_counts_with_its_width_and_joined_ends_do_not() {
    let text = "[grid]\nsize = [\"10 um\", \"4 um\"]\ncells = [40, 16]\nmaterial = \"m\"\n[materials.m]\nconductivity = 150\n\
         volumetric_heat_capacity = 1.6e6\nmean_free_path = \"100 nm\"\nrelaxation_time = \"50 ps\"\n[initial]\ntemperature = 300\n\
         [boundary]\nx_min = { periodic = true }\nx_max = { periodic = true }\n\
         y_max = [{ box = [\"2 um\", \"3 um\"], flux = 1e8 }]\ny_min = { temperature = 300 }\n[run]\nuntil = \"1 ns\"\n";
    let mut conduction = conduction(text);
    let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let numbers = numbers(&snapshot, &per_length(&snapshot.conduction.problem).unwrap(), true);
    close("elsewhere", numbers[30 + 40 * 8].size, 0.1 / 4.0);
    let below = numbers[9 + 40 * 15];
    // the flux drops by 1e8 * half a cell / k over half a cell, which with the flat face on the other side makes half the slope
    let range = 1e8 * 0.125e-6 / 150.0;
    let slope = 0.5 * 1e8 / 150.0;
    close("below the patch", below.size, 100e-9 / 1e-6_f64.min(range / slope));
    let rate = 1e8 / (1.6e6 * 0.25e-6);
    close("its own relaxation time", below.rate, 50e-12 * rate / 300.0);
}

/// Void, tensors, walls of all kinds and unequal cells: the gradient link by link, and the judgement cell by cell.
#[test]
fn rows_have_what_links_one_by_one_have() {
    let text = "[grid]\nsize = [\"12 um\", \"8 um\", \"6 um\"]\ncells = [21, 9, 7]\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = \"100*(300/T)\"\nvolumetric_heat_capacity = 1.6e6\nmean_free_path = \"5 nm\"\n\
         [materials.b]\nconductivity = [[30, 4, 0], [4, 20, 3], [0, 3, 10]]\nvolumetric_heat_capacity = \"2e6*(T/300)\"\nmean_free_path = \"80 nm\"\n\
         [materials.c]\nconductivity = 5\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nname = \"b\"\nmaterial = \"b\"\nbox = [[\"4 um\", \"2 um\", 0], [\"9 um\", \"8 um\", \"4 um\"]]\n\
         [[region]]\nname = \"c\"\nmaterial = \"c\"\nbox = [[0, 0, \"4 um\"], [\"12 um\", \"2 um\", \"6 um\"]]\npower = 1e-3\n\
         [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[\"1 um\", \"3 um\", \"1 um\"], [\"3 um\", \"5 um\", \"6 um\"]]\nboundary = { convection = 1e5, ambient = 320 }\n\
         [initial]\ntemperature = \"300 + 20*sin(9e5*x)*cos(7e5*y + 3e5*z)\"\n\
         [boundary]\nx_min = { temperature = 320 }\ny_max = { temperature = 290 }\nz_max = { convection = 1e6, ambient = 280 }\n[run]\nuntil = \"1 ns\"\n";
    let mut conduction = conduction(text);
    let enthalpy = conduction.enthalpy(&conduction.problem.initial.clone());
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let problem = &snapshot.conduction.problem;
    let (grid, t) = (&problem.grid, &snapshot.temperature);
    let mut slopes = vec![[[0.0, 0.0]; 3]; grid.len()];
    for row in 0..grid.len() / grid.cells()[0] {
        snapshot.conduction.links.for_ends(grid, row, |end| {
            let offset = snapshot.conduction.links.families[end.family].offset;
            let Some(axis) = (0..3).find(|&axis| offset == glam::IVec3::AXES[axis]) else { return };
            let [a, b] = end.stored();
            let distance = grid.centre(grid.cell(b)) - grid.centre(grid.cell(a));
            slopes[end.cell][axis][0] += (t[b] - t[a]) / distance[axis];
            slopes[end.cell][axis][1] += 1.0;
        });
    }
    let mean = |slopes: &[[f64; 2]; 3]| slopes.map(|[sum, count]| sum / f64::max(count, 1.0));
    let inner: Vec<[f64; 3]> = slopes.iter().map(mean).collect();
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
        let (i, axis) = (wall.cell as usize, wall.side.axis);
        let way = wall.displacement(grid);
        let along: f64 = (0..3).filter(|&other| other != axis).map(|other| inner[i][other] * way[other]).sum();
        slopes[i][axis][0] += (state.surface - t[i] - along) / way[axis];
        slopes[i][axis][1] += 1.0;
    }
    let per_length = per_length(problem).unwrap();
    let (numbers, net) = (numbers(&snapshot, &per_length, true), snapshot.net());
    let (mut largest, mut worst) = (Numbers::default(), (0.0, 0));
    let [mut valid, mut known, mut solid] = [0.0; 3];
    for (i, numbers) in numbers.iter().enumerate() {
        let material = problem.material[i];
        let volume = grid.volume(grid.cell(i));
        solid += if material == VOID { 0.0 } else { volume };
        let [path, k] = match material {
            0 => [5e-9, 100.0 * 300.0 / snapshot.kelvin(i)],
            1 => [80e-9, 20.0],
            _ => {
                assert!([numbers.gradient, numbers.size, numbers.rate, numbers.time].iter().all(|n| n.is_nan()));
                continue;
            }
        };
        let slope = mean(&slopes[i]).iter().map(|s| s * s).sum::<f64>().sqrt();
        close("gradient", numbers.gradient, path * slope / snapshot.kelvin(i));
        let tau = snapshot.conduction.capacity[i] / volume * path * path / (3.0 * k);
        // Of b the heat capacity follows the temperature, from that at the reference on.
        let follows = if material == 1 { problem.reference / snapshot.kelvin(i) } else { 1.0 };
        let rate = (net[i] / snapshot.conduction.capacity[i]).abs() * follows;
        let got = numbers.rate;
        assert!((got - tau * rate / snapshot.kelvin(i)).abs() < 1e-3 * got + 1e-15, "{i}: {got:e}");
        known += volume;
        valid += if numbers.knudsen().max(numbers.haste()) < TRUSTED { volume } else { 0.0 };
        largest = largest.worse(*numbers);
        worst = if numbers.knudsen() > worst.0 { (numbers.knudsen(), i) } else { worst };
    }
    let found = judge(&snapshot, &per_length, true).unwrap();
    assert_eq!((found.largest, found.at), (largest, grid.centre(grid.cell(worst.1)).to_array()));
    close("valid", found.valid_fraction, valid / known);
    close("known", found.known_fraction, known / solid);
    assert!(valid > 0.0 && valid < known && known < solid);
}

#[test]
fn the_advice_follows_the_numbers() {
    let of = |knudsen: f64, time: f64| LocalEquilibrium {
        largest: Numbers { size: knudsen, time, ..Numbers::default() },
        valid_fraction: 1.0,
        known_fraction: 1.0,
        at: [0.0; 3],
        material: "m".into(),
        inertia: false,
    };
    assert_eq!(of(0.001, 0.001).advice(), Advice::Fourier);
    assert!(of(0.001, 0.001).text().contains("may be trusted"));
    assert!(of(0.05, 0.001).text().contains("some per cent"));
    assert_eq!(of(0.05, 0.2).advice(), Advice::Cattaneo);
    assert_eq!(of(0.2, 0.2).advice(), Advice::Boltzmann);
    let worse = of(0.05, 0.3).worse(of(0.2, 0.1));
    assert_eq!((worse.largest.size, worse.largest.time), (0.2, 0.3));
}

/// A film that one cell spans is as thin as what bounds it on both sides; a plane of symmetry bounds nothing.
#[test]
fn one_cell_between_walls_counts_as_a_length() {
    let film = |boundary: &str| {
        let text = format!(
            "[grid]\nsize = [1e-6, 1e-8]\ncells = [10, 1]\nmaterial = \"m\"\n\
             [materials.m]\nconductivity = 10\nvolumetric_heat_capacity = 1e6\nmean_free_path = 4e-8\n[initial]\ntemperature = 300\n\
             [boundary]\nx_min = {{ temperature = 301 }}\n{boundary}[run]\nuntil = 1e-9\n"
        );
        let scenario = Scenario::parse(&text, "film.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
        1.0 / per_length(&scenario.problem).expect("a free path is given")[0]
    };
    let air = "{ convection = 10, ambient = 300 }";
    assert!((film(&format!("y_min = {air}\ny_max = {air}\n")) / 1e-8 - 1.0).abs() < 1e-12);
    assert!((film(&format!("y_min = {air}\n")) / 1e-6 - 1.0).abs() < 1e-12);
    assert!((film("") / 1e-6 - 1.0).abs() < 1e-12);
}
