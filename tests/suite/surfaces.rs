//! Conditions on the surfaces of round voids act on the shape's own area, not on that of the stairs of cells.

use crate::common::{number, run_report, scenario};
use std::f64::consts::PI;

/// A copper block of 1 m with a void, all at 300 K, a moment after the void's air came to 310 K.
fn block(cells: &str, size: &str, shape: &str, condition: &str) -> String {
    format!(
        "model = \"heat\"\n[grid]\nsize = {size}\ncells = {cells}\nmaterial = \"copper\"\n\
         [[region]]\nname = \"hole\"\nmaterial = \"void\"\n{shape}\nboundary = {{ {condition} }}\n\
         [initial]\ntemperature = 300.0\n[run]\nuntil = \"1 ms\"\n"
    )
}

#[test]
fn a_round_void_takes_the_heat_of_its_own_surface() {
    let convection = "convection = 10.0, ambient = 310.0";
    let ball = "sphere = { center = [0.5, 0.5, 0.5], radius = 0.35 }";
    let pipe = "cylinder = { from = [0.5, 0.5, 0.0], to = [0.5, 0.5, 1.0], radius = 0.3 }";
    let circle = "circle = { center = [0.5, 0.5], radius = 0.35 }";
    let rhombus = "polygon = { points = [[0.5, 0.1], [0.9, 0.5], [0.5, 0.9], [0.1, 0.5]] }";
    let cube = ("[24, 24, 24]", "[1.0, 1.0, 1.0]");
    let square = ("[24, 24]", "[1.0, 1.0]");
    for (name, (cells, size), shape, condition, exact) in [
        ("sphere", cube, ball, convection, 100.0 * 4.0 * PI * 0.35 * 0.35),
        ("sphere, flux", cube, ball, "flux = 100.0", 100.0 * 4.0 * PI * 0.35 * 0.35),
        ("through pipe", cube, pipe, convection, 100.0 * 2.0 * PI * 0.3),
        ("circle", square, circle, convection, 100.0 * 2.0 * PI * 0.35),
        ("rhombus", square, rhombus, convection, 100.0 * 4.0 * 0.4 * 2.0_f64.sqrt()),
    ] {
        let text = block(cells, size, shape, condition);
        let heat = number(&run_report(&text), "regions.hole.heat_in_W");
        println!("{name}: {:.4} of the exact heat", heat / exact);
        assert!((heat / exact - 1.0).abs() < 0.01, "{name}: {heat} W for {exact} W");
        let notes = scenario(&text).warnings;
        assert!(notes.iter().any(|n| n.contains("times the area of its surface")), "{name}: {notes:?}");
    }
}

#[test]
fn a_solid_ball_in_a_void_has_the_area_of_a_ball() {
    let text = block(
        "[24, 24, 24]",
        "[1.0, 1.0, 1.0]",
        "box = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]",
        "convection = 10.0, ambient = 310.0",
    )
    .replace(
        "[initial]",
        "[[region]]\nname = \"ball\"\nmaterial = \"copper\"\nsphere = { center = [0.5, 0.5, 0.5], radius = 0.35 }\n[initial]",
    );
    let heat = number(&run_report(&text), "regions.hole.heat_in_W");
    let exact = 100.0 * 4.0 * PI * 0.35 * 0.35;
    assert!((heat / exact - 1.0).abs() < 0.01, "{heat} W for {exact} W");
}

/// Heat from a round void at 400 K to surroundings at 300 K, W, at several numbers of cells per side.
fn heats(text: &str, cells: &[u32]) -> Vec<f64> {
    cells
        .iter()
        .map(|n| number(&run_report(&text.replace("CELLS", &n.to_string())), "regions.core.heat_in_W"))
        .collect()
}

#[test]
fn given_temperatures_hold_on_round_surfaces_to_second_order() {
    let material = "[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n";
    // Shape factor of a circle of radius 1/4 in the unit square: harmonics of the square matched at 400 points of its edge.
    let pipe = format!(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [CELLS, CELLS]\nmaterial = \"m\"\n{material}\
         [[region]]\nname = \"core\"\nmaterial = \"void\"\ncircle = {{ center = [0.5, 0.5], radius = 0.25 }}\n\
         boundary = {{ temperature = 400.0 }}\n[boundary]\nx_min = {{ temperature = 300.0 }}\nx_max = {{ temperature = 300.0 }}\n\
         y_min = {{ temperature = 300.0 }}\ny_max = {{ temperature = 300.0 }}\n[run]\nuntil = \"steady\"\n"
    );
    // The shell between two spheres, the outer one a solid painted into a void.
    let shell = format!(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0, 1.0]\ncells = [CELLS, CELLS, CELLS]\n{material}\
         [[region]]\nname = \"outside\"\nmaterial = \"void\"\nbox = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]\n\
         boundary = {{ temperature = 300.0 }}\n\
         [[region]]\nname = \"ball\"\nmaterial = \"m\"\nsphere = {{ center = [0.5, 0.5, 0.5], radius = 0.45 }}\n\
         [[region]]\nname = \"core\"\nmaterial = \"void\"\nsphere = {{ center = [0.5, 0.5, 0.5], radius = 0.2 }}\n\
         boundary = {{ temperature = 400.0 }}\n[run]\nuntil = \"steady\"\n"
    );
    let exact_shell = 100.0 * 4.0 * PI * 0.45 * 0.2 / 0.25;
    for (name, text, exact, cells, bound) in
        [("pipe", pipe, 817.247_084_772, [25, 50, 100, 200], 4.0), ("shell", shell, exact_shell, [12, 24, 48, 64], 7.0)]
    {
        for (n, heat) in cells.into_iter().zip(heats(&text, &cells)) {
            let error = heat / exact - 1.0;
            println!("{name}, {n} cells: {error:.2e}, times n^2: {:.2}", error * f64::from(n * n));
            assert!(error.abs() < bound / f64::from(n * n), "{name}, {n} cells: {heat} W for {exact} W");
        }
    }
}

/// Convection on the same circle, Bi = h R / k = 2.5: harmonics that keep the balance of the circle, matched at the edge of the square.
#[test]
fn convection_acts_where_a_round_surface_is() {
    let text = "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [CELLS, CELLS]\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
         [[region]]\nname = \"core\"\nmaterial = \"void\"\ncircle = { center = [0.5, 0.5], radius = 0.25 }\n\
         boundary = { convection = 10.0, ambient = 400.0 }\n[boundary]\nx_min = { temperature = 300.0 }\n\
         x_max = { temperature = 300.0 }\ny_min = { temperature = 300.0 }\ny_max = { temperature = 300.0 }\n\
         [run]\nuntil = \"steady\"\n";
    let cells = [50, 100, 200];
    for (n, heat) in cells.into_iter().zip(heats(text, &cells)) {
        let error = heat / 537.516_752_569 - 1.0;
        println!("{n} cells: {error:.2e}");
        assert!(error.abs() < 0.2 / f64::from(n), "{n} cells: {heat} W");
    }
}
