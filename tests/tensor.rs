//! Full-tensor materials at walls: linear fields are exact, manufactured ones of second order, no temperature leaves its
//! range.

mod common;

use common::{adapter, number, run_report, scenario, steady_field};

const FACES: [&str; 6] = ["x_min", "x_max", "y_min", "y_max", "z_min", "z_max"];

/// A block with T = 300 + g.r; `kinds` per face: t(emperature), f(lux), c(onvection).
fn linear(k: [[f64; 3]; 3], g: [f64; 3], size: &[f64], cells: &[usize], kinds: &str) -> String {
    let dimensions = size.len();
    let t = format!("300 + {}*x + {}*y + {}*z", g[0], g[1], if dimensions == 3 { g[2] } else { 0.0 });
    let mut text = format!(
        "model = \"heat\"\n[grid]\nsize = {size:?}\ncells = {cells:?}\nmaterial = \"m\"\n[materials.m]\nconductivity = {k:?}\n\
         volumetric_heat_capacity = 1.0\n[initial]\ntemperature = 300.0\n[boundary]\n"
    );
    for (n, kind) in kinds.chars().enumerate() {
        let axis = n / 2;
        let flux: f64 = (0..dimensions).map(|b| k[axis][b] * g[b]).sum::<f64>() * if n % 2 == 0 { -1.0 } else { 1.0 };
        let condition = match kind {
            't' => format!("temperature = \"{t}\""),
            'f' => format!("flux = {flux:e}"),
            'c' => format!("convection = 5.0, ambient = \"{t} + {:e}\"", flux / 5.0),
            other => panic!("no such kind: {other}"),
        };
        text += &format!("{} = {{ {condition} }}\n", FACES[n]);
    }
    text + "[run]\nuntil = \"steady\"\n[run.steady]\nimbalance = 1e-11\nrate = 1e-11\n"
}

/// Largest error of the field, K, and of the heats of the faces, of the largest.
fn linear_errors(k: [[f64; 3]; 3], g: [f64; 3], size: &[f64], cells: &[usize], kinds: &str) -> [f64; 2] {
    let text = linear(k, g, size, cells, kinds);
    let worst = steady_field(&text)
        .iter()
        .map(|(c, t, _)| {
            let z = if size.len() == 3 { g[2] * c.z } else { 0.0 };
            (t - 300.0 - g[0] * c.x - g[1] * c.y - z).abs()
        })
        .fold(0.0, f64::max);
    let report = run_report(&text);
    let (mut heat, mut largest) = (0.0_f64, 0.0_f64);
    for n in 0..kinds.len() {
        let axis = n / 2;
        let area: f64 = (0..size.len()).filter(|&a| a != axis).map(|a| size[a]).product();
        let sign = if n % 2 == 0 { -1.0 } else { 1.0 };
        let exact: f64 = (0..size.len()).map(|b| k[axis][b] * g[b]).sum::<f64>() * sign * area;
        largest = largest.max(exact.abs());
        let found = number(&report, &format!("boundaries.{}.heat_in_W", FACES[n]));
        heat = heat.max((found - exact).abs());
    }
    [worst, heat / largest]
}

#[test]
fn scratch() {
    let tensors = [
        ("mild", [[2.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("negative", [[2.0, -0.8, 0.0], [-0.8, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("two", [[2.0, 1.3, 0.0], [1.3, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("three", [[3.0, 0.95, 0.0], [0.95, 0.32, 0.0], [0.0, 0.0, 1.0]]),
    ];
    for (name, k) in tensors {
        for kinds in ["tttt", "tfff", "fftf", "tftf", "ttff", "fftt", "tccc", "cccc", "cfct"] {
            let e = linear_errors(k, [30.0, -20.0, 0.0], &[1.0, 1.0], &[10, 10], kinds);
            println!("{name} {kinds}: T {:.1e} K, heat {:.1e}", e[0], e[1]);
        }
    }
    let tensors = [
        ("mild", [[2.0, 0.5, 0.3], [0.5, 1.5, -0.4], [0.3, -0.4, 1.6]]),
        ("positive", [[2.0, 0.6, 0.5], [0.6, 1.5, 0.4], [0.5, 0.4, 1.6]]),
    ];
    for (name, k) in tensors {
        for kinds in ["tttttt", "tfffff", "ttffff", "ffttff", "tfttff", "tccccc"] {
            let e = linear_errors(k, [30.0, -20.0, 15.0], &[1.0, 1.0, 1.0], &[5, 6, 5], kinds);
            println!("3D {name} {kinds}: T {:.1e} K, heat {:.1e}", e[0], e[1]);
        }
    }
}
