//! Conditions on the surfaces of round voids act on the shape's own area, not on that of the stairs of cells.

mod common;

use common::{number, run_report, scenario};
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
