//! Full-tensor materials at walls: linear fields are exact, manufactured ones of second order, no temperature leaves its
//! range.

#![allow(clippy::needless_range_loop, reason = "faces are numbered along with their kinds")]

use crate::common::{adapter, last_fields, number, run_report, scenario, steady_field};
use clausius::backend::{Kind, Selection};
use clausius::execution::{self, Options, Quiet};
use clausius::output::field::Values;
use glam::DVec3;

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
fn linear_fields_are_exact_in_the_plane_under_every_pair_of_conditions() {
    // walls without a given temperature: vectors of the decomposition that step over one layer of cells
    for k in
        [[[2.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]], [[2.0, -0.8, 0.0], [-0.8, 1.0, 0.0], [0.0, 0.0, 1.0]]]
    {
        for code in 0..81 {
            let kinds: String = (0..4).map(|f| b"tfc"[code / 3_usize.pow(f) % 3] as char).collect();
            if kinds == "ffff" {
                continue; // nothing fixes the temperature
            }
            let [t, heat] = linear_errors(k, [30.0, -20.0, 0.0], &[1.0, 0.8], &[7, 5], &kinds);
            assert!(t < 1e-9 && heat < 1e-10, "{kinds}: {t:e} K, heat {heat:e}");
        }
    }
}

#[test]
fn linear_fields_are_exact_between_given_temperatures_under_any_tensor() {
    for (xx, xy, yy) in [(2.0, 1.3, 1.0), (3.0, 0.95, 0.32), (1.0, -0.7, 0.5), (0.75025, 0.432580, 0.25075)] {
        let k = [[xx, xy, 0.0], [xy, yy, 0.0], [0.0, 0.0, 1.0]];
        let [t, heat] = linear_errors(k, [30.0, -20.0, 0.0], &[1.0, 1.0], &[12, 12], "tttt");
        // the strongest tensor's vectors are longer than half the block
        let longest = if yy < 0.3 { 1e-3 } else { 1e-10 };
        assert!(t < 1e-9 && heat < longest, "{k:?}: {t:e} K, heat {heat:e}");
    }
    for k in [
        [[2.0, 0.5, 0.3], [0.5, 1.5, -0.4], [0.3, -0.4, 1.6]],
        [[2.0, 0.6, 0.5], [0.6, 1.5, 0.4], [0.5, 0.4, 1.6]],
        [[2.0, 1.2, 0.5], [1.2, 1.0, 0.4], [0.5, 0.4, 1.6]],
    ] {
        let [t, heat] = linear_errors(k, [30.0, -20.0, 15.0], &[1.0, 1.0, 1.0], &[6, 5, 7], "tttttt");
        // at the corners of a block the heats of the faces share what passes with an error of second order
        assert!(t < 1e-9 && heat < 0.03, "{k:?}: {t:e} K, heat {heat:e}");
    }
}

#[test]
fn the_wall_of_a_void_in_a_linear_field_takes_what_it_gives() {
    let k = [[2.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let text = linear(k, [30.0, -20.0, 0.0], &[1.0, 1.0], &[12, 12], "tttt")
        + "[[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.25, 0.25], [0.5, 0.75]]\n\
           boundary = { temperature = \"300 + 30*x - 20*y\" }\n";
    for (at, t, _) in steady_field(&text) {
        assert!((t - 300.0 - 30.0 * at.x + 20.0 * at.y).abs() < 1e-9, "{t} K at {at}");
    }
    assert!(number(&run_report(&text), "regions.hole.heat_in_W").abs() < 1e-9);
}

/// T = 350 + 20 sin(2x + 0.5) cos(1.5y) under a rotated tensor, kinds per face as above; errors of T (root mean square,
/// K) and of the heats of the faces (largest, of the gross heat).
fn made_errors(ratio: f64, degrees: f64, grid: &str, kinds: &str) -> [f64; 2] {
    let (s, c) = degrees.to_radians().sin_cos();
    let (xx, xy, yy) = (c * c + ratio * s * s, (1.0 - ratio) * s * c, s * s + ratio * c * c);
    let t = "350 + 20*sin(2*x + 0.5)*cos(1.5*y)";
    let (tx, ty) = ("(40*cos(2*x + 0.5)*cos(1.5*y))", "(-30*sin(2*x + 0.5)*sin(1.5*y))");
    let (txx, tyy) = ("(-80*sin(2*x + 0.5)*cos(1.5*y))", "(-45*sin(2*x + 0.5)*cos(1.5*y))");
    let txy = "(-60*cos(2*x + 0.5)*sin(1.5*y))";
    let mut text = format!(
        "model = \"heat\"\n[grid]\n{grid}\nmaterial = \"m\"\n[materials.m]\n\
         conductivity = [[{xx:e}, {xy:e}, 0.0], [{xy:e}, {yy:e}, 0.0], [0.0, 0.0, 1.0]]\nvolumetric_heat_capacity = 1.0\n\
         [[region]]\nname = \"source\"\nbox = [[0.0, 0.0], [1.0, 1.0]]\n\
         power_density = \"-({xx:e}*{txx} + 2*{xy:e}*{txy} + {yy:e}*{tyy})\"\n\
         [initial]\ntemperature = 350.0\n[boundary]\n"
    );
    for (f, kind) in kinds.chars().enumerate() {
        let sign = if f % 2 == 0 { -1.0 } else { 1.0 };
        let [a, b] = if f < 2 { [xx, xy] } else { [xy, yy] };
        let flux = format!("{sign}*({a:e}*{tx} + {b:e}*{ty})");
        let condition = match kind {
            't' => format!("temperature = \"{t}\""),
            'f' => format!("flux = \"{flux}\""),
            'c' => format!("convection = 3.0, ambient = \"{t} + ({flux})/3.0\""),
            'r' => format!("radiation = 0.8, ambient = \"(({t})^4 + {flux}/(0.8*5.670374419e-8))^0.25\""),
            other => panic!("no such kind: {other}"),
        };
        text += &format!("{} = {{ {condition} }}\n", FACES[f]);
    }
    text += "[run]\nuntil = \"steady\"\n[run.steady]\nimbalance = 1e-10\nrate = 1e-10\n";
    let exact = |x: f64, y: f64| 350.0 + 20.0 * (2.0 * x + 0.5).sin() * (1.5 * y).cos();
    let (mut sum, mut volume) = (0.0, 0.0);
    for (at, t, v) in steady_field(&text) {
        sum += (t - exact(at.x, at.y)).powi(2) * v;
        volume += v;
    }
    let report = run_report(&text);
    let slope = |x: f64, y: f64| {
        (40.0 * (2.0 * x + 0.5).cos() * (1.5 * y).cos(), -30.0 * (2.0 * x + 0.5).sin() * (1.5 * y).sin())
    };
    let (mut heat, mut gross) = (0.0_f64, 0.0);
    for f in 0..4 {
        let sign = if f % 2 == 0 { -1.0 } else { 1.0 };
        let at = f64::from(u8::from(f % 2 == 1));
        let points = 4000;
        let exact: f64 = (0..points)
            .map(|i| (f64::from(i) + 0.5) / f64::from(points))
            .map(|s| {
                let (gx, gy) = if f < 2 { slope(at, s) } else { slope(s, at) };
                sign * if f < 2 { xx * gx + xy * gy } else { xy * gx + yy * gy } / f64::from(points)
            })
            .sum();
        gross += exact.abs();
        heat = heat.max((number(&report, &format!("boundaries.{}.heat_in_W", FACES[f])) - exact).abs());
    }
    [f64::sqrt(sum / volume), heat / gross]
}

fn orders(errors: &[[f64; 2]]) -> [f64; 2] {
    let last = errors.len() - 1;
    [0, 1].map(|q| (errors[last - 1][q] / errors[last][q]).log2())
}

fn uniform(n: usize) -> String {
    format!("size = [1.0, 1.0]\ncells = [{n}, {n}]")
}

#[test]
fn second_order_at_every_wall_of_a_tilted_tensor() {
    for (ratio, degrees) in [(0.3, 30.0), (0.1, 30.0), (0.3, -50.0)] {
        for kinds in ["tttt", "tftf", "fftf", "tcfc", "rrrr"] {
            let errors: Vec<_> = [16, 32, 64].map(|n| made_errors(ratio, degrees, &uniform(n), kinds)).into();
            let [t, heat] = orders(&errors);
            println!("ratio {ratio} at {degrees}, {kinds}: {errors:?}, orders {t:.2}, {heat:.2}");
            // Heats of single faces carry a logarithm at corners between given temperatures, as with isotropic materials.
            assert!(t >= 1.9 && heat >= 1.65, "{kinds}: orders {t:.2}, {heat:.2}: {errors:?}");
        }
    }
}

#[test]
fn second_order_between_given_temperatures_however_strong_the_tensor() {
    for (ratio, degrees) in [(0.02, 20.0), (0.02, 65.0), (0.001, 30.0)] {
        let errors: Vec<_> = [16, 32, 64].map(|n| made_errors(ratio, degrees, &uniform(n), "tttt")).into();
        let [t, heat] = orders(&errors);
        println!("ratio {ratio} at {degrees}: {errors:?}, orders {t:.2}, {heat:.2}");
        assert!(t >= 1.9 && heat >= 1.6, "orders {t:.2}, {heat:.2}: {errors:?}");
    }
}

#[test]
fn graded_grids_stay_near_second_order() {
    let graded = |n: usize| {
        format!(
            "x = [{{ thickness = 1.0, cells = {n}, ratio = 2.0 }}]\ny = [{{ thickness = 1.0, cells = {n}, ratio = 0.5 }}]"
        )
    };
    for (ratio, degrees, kinds) in
        [(0.3, 30.0, "tttt"), (0.3, 30.0, "tftf"), (0.3, 30.0, "tccc"), (0.1, -60.0, "tftf"), (0.05, 25.0, "tttt")]
    {
        let errors: Vec<_> = [16, 32, 64].map(|n| made_errors(ratio, degrees, &graded(n), kinds)).into();
        let [t, heat] = orders(&errors);
        println!("graded, ratio {ratio} at {degrees}, {kinds}: {errors:?}, orders {t:.2}, {heat:.2}");
        assert!(t >= 1.9 && heat >= 1.65, "{kinds}: orders {t:.2}, {heat:.2}: {errors:?}");
    }
}

#[test]
fn second_order_in_space() {
    // T = 350 + 20 sin(2x) cos(1.5y) exp(z)
    let k = [[2.0, 0.5, 0.3], [0.5, 1.5, -0.4], [0.3, -0.4, 1.6]];
    let t = "20*sin(2*x)*cos(1.5*y)*exp(z)";
    let g = ["40*cos(2*x)*cos(1.5*y)*exp(z)", "(-30)*sin(2*x)*sin(1.5*y)*exp(z)", t];
    let cross = ["(-60)*cos(2*x)*sin(1.5*y)*exp(z)", g[0], g[1]];
    let source = format!(
        "-((2.0*(-4) + 1.5*(-2.25) + 1.6)*({t}) + 2*(0.5*({}) + 0.3*({}) - 0.4*({})))",
        cross[0], cross[1], cross[2]
    );
    for kinds in ["tttttt", "tftftf", "tccftf"] {
        let run = |n: usize| {
            let mut text = format!(
                "model = \"heat\"\n[grid]\nsize = [1.0, 1.0, 1.0]\ncells = [{n}, {n}, {n}]\nmaterial = \"m\"\n[materials.m]\n\
                 conductivity = {k:?}\nvolumetric_heat_capacity = 1.0\n[[region]]\nname = \"source\"\n\
                 box = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]\npower_density = \"{source}\"\n\
                 [initial]\ntemperature = 350.0\n[boundary]\n"
            );
            for (f, kind) in kinds.chars().enumerate() {
                let sign = if f % 2 == 0 { -1.0 } else { 1.0 };
                let [a, b, c] = k[f / 2];
                let flux = format!("{sign}*({a}*({}) + ({b})*({}) + ({c})*({}))", g[0], g[1], g[2]);
                let condition = match kind {
                    't' => format!("temperature = \"350 + {t}\""),
                    'f' => format!("flux = \"{flux}\""),
                    _ => format!("convection = 3.0, ambient = \"350 + {t} + ({flux})/3.0\""),
                };
                text += &format!("{} = {{ {condition} }}\n", FACES[f]);
            }
            text += "[run]\nuntil = \"steady\"\n";
            let (mut sum, mut volume) = (0.0, 0.0);
            for (c, t, v) in steady_field(&text) {
                sum += (t - 350.0 - 20.0 * (2.0 * c.x).sin() * (1.5 * c.y).cos() * c.z.exp()).powi(2) * v;
                volume += v;
            }
            f64::sqrt(sum / volume)
        };
        let errors = [run(8), run(16), run(32)];
        let order = (errors[1] / errors[2]).log2();
        println!("3D {kinds}: {errors:?}, order {order:.2}");
        assert!(order >= 1.9, "{kinds}: order {order:.2}: {errors:?}");
    }
}

const STRONG: &str = "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [24, 20]\nmaterial = \"m\"\n\
    [materials.m]\nconductivity = [[0.75025, 0.432580, 0], [0.432580, 0.25075, 0], [0, 0, 1.0]]\n\
    volumetric_heat_capacity = 1.0\n[initial]\ntemperature = \"if(x < 0.4, 400, 300)\"\n\
    [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.5, 0.4], [0.75, 0.6]]\nboundary = { convection = 4.0, ambient = 320.0 }\n\
    [boundary]\nx_min = { temperature = \"if(y < 0.5, 300, 400)\" }\nx_max = { convection = 10.0, ambient = 350.0 }\n\
    y_min = [{ box = [[0.0], [0.5]], temperature = 400.0 }, { radiation = 0.9, ambient = 300.0 }]\n[run]\nuntil = 0.02\n";

#[test]
fn no_temperature_leaves_the_range_of_its_surroundings_at_walls() {
    let report = run_report(STRONG);
    assert!(number(&report, "temperature.min_K") >= 300.0 - 1e-10);
    assert!(number(&report, "temperature.max_K") <= 400.0 + 1e-10);
    assert!(number(&report, "energy.closure") < 1e-12);
    assert_eq!(report["second_law"]["violations"], 0);
    let extremes = [number(&report, "temperature.min_K"), number(&report, "temperature.max_K")];
    assert!(extremes[1] - extremes[0] > 80.0, "{extremes:?}");
}

#[test]
fn a_gpu_agrees_at_the_walls_of_a_tensor() {
    let Some(adapter) = adapter() else { return };
    let scenario = scenario(STRONG);
    let run = |selection| {
        let options = Options { selection, ..Options::default() };
        execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
    };
    let cpu = run(Selection::default());
    let gpu = run(Selection { kind: Kind::Gpu, adapter: Some(adapter), ..Selection::default() });
    assert!(cpu.apart(&gpu) < 1e-5, "{:e} of the range apart", cpu.apart(&gpu));
    assert!(gpu.report.energy.closure < 1e-5, "{:e}", gpu.report.energy.closure);
}

/// Two halves, or two parts with a film between, of one tensor material; contacts of `resistance` between the parts. Joined along y.
fn parted(k: [[f64; 2]; 2], cells: usize, film: bool, resistance: f64) -> String {
    let width = 1.0 / cells as f64;
    let right = if film { 0.5 + width } else { 0.5 };
    let part = |name: &str, low: f64, high: f64| {
        format!("[[region]]\nname = \"{name}\"\nmaterial = \"m\"\nbox = [[{low}, 0.0], [{high}, 1.0]]\n")
    };
    let contact =
        |a: &str, b: &str| format!("[[contact]]\nbetween = [\"{a}\", \"{b}\"]\nresistance = {resistance:e}\n");
    let film = if film {
        part("film", 0.5, right) + &contact("left", "film") + &contact("film", "right")
    } else {
        contact("left", "right")
    };
    format!(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [{cells}, {cells}]\n[materials.m]\nconductivity = {k:?}\n\
         volumetric_heat_capacity = 1.0\n{}{}{film}[boundary]\nx_min = {{ temperature = 300.0 }}\nx_max = {{ temperature = 310.0 }}\n\
         y_min = {{ periodic = true }}\ny_max = {{ periodic = true }}\n[[probe]]\nname = \"a\"\nat = [0.4, 0.3]\n\
         [run]\nuntil = \"steady\"\n[run.steady]\nimbalance = 1e-11\nrate = 1e-11\n",
        part("left", 0.0, 0.5),
        part("right", right, 1.0),
    )
}

#[test]
fn a_contact_within_a_tensor_material_resists() {
    // alike along y, so that the flux is K_xx dT/dx on both sides of the contact
    let resistance = 0.25;
    for (k, cells, tolerance) in [
        ([[3.0, 1.0], [1.0, 2.0]], 8, 1e-9),
        // Selling's vectors step over two layers: first order at the contact
        ([[3.0, 1.9], [1.9, 1.5]], 16, 0.1),
        ([[3.0, 1.9], [1.9, 1.5]], 48, 0.035),
    ] {
        let report = run_report(&parted(k, cells, false, resistance));
        let heat = number(&report, "boundaries.x_max.heat_in_W");
        let exact = 10.0 / (1.0 / k[0][0] + resistance);
        println!("{cells}: {:.3e}", heat / exact - 1.0);
        assert!((heat / exact - 1.0).abs() < tolerance, "{heat} W for {exact} W");
        let probe = number(&report, "probes.a.temperature_K");
        let there = 300.0 + exact / k[0][0] * 0.4;
        assert!((probe - there).abs() < 10.0 * tolerance, "{probe} K for {there} K");
        let through = number(&report["contacts"][0], "heat_W");
        assert!((through.abs() / heat - 1.0).abs() < 1e-8, "{through} W over the contact");
    }
}

#[test]
fn no_vector_leaps_over_a_film_behind_contacts() {
    let report = run_report(&parted([[3.0, 1.9], [1.9, 1.5]], 16, true, 1e3));
    let heat = number(&report, "boundaries.x_max.heat_in_W");
    assert!(heat > 0.0 && heat < 1.01 * 10.0 / 2e3, "{heat} W");
}

/// Across joined ends a vector comes back to its own layer, were that of one cell: what is alike along an axis needs no second cell there.
#[test]
fn one_cell_between_joined_ends_carries_the_whole_tensor() {
    let text = |grid: &str, conductivity: &str, joined: &str| {
        format!(
            "model = \"heat\"\n[grid]\n{grid}\nmaterial = \"a\"\n[materials.a]\nconductivity = {conductivity}\nvolumetric_heat_capacity = 2e6\n\
             [initial]\ntemperature = \"300 + 1000*y\"\n[boundary]\n{joined} = {{ periodic = true }}\n\
             y_min = {{ temperature = 300 }}\ny_max = {{ temperature = 308 }}\n"
        )
    };
    let plane = "[[10, 5], [5, 8]]";
    let space = "[[10, 0, 0], [0, 8, -2], [0, -2, 12]]";
    for (grid, conductivity, joined, exact) in [
        ("size = [1e-3, 8e-3]\ncells = [1, 16]", plane, "x_min", 8.0),
        ("size = [1e-3, 8e-3]\ncells = [2, 16]", plane, "x_min", 8.0),
        ("size = [4e-3, 8e-3, 1e-3]\ncells = [4, 8, 1]", space, "z_min", 0.032),
        ("size = [4e-3, 8e-3, 1e-3]\ncells = [4, 8, 2]", space, "z_min", 0.032),
    ] {
        let text = text(grid, conductivity, joined);
        let report = run_report(&(text.clone() + "[run]\nuntil = \"steady\"\n"));
        let heat = number(&report, "boundaries.y_max.heat_in_W");
        assert!((heat / exact - 1.0).abs() < 1e-9, "{grid}: {heat} W for {exact} W");
        // Along and across, on the CPU and on a device: q = -K grad T.
        let scenario = scenario(&(text + "[run]\nuntil = 0.01\n[output]\nfields = [\"flux\"]\n"));
        let Some(adapter) = adapter() else { return };
        let across = if joined == "x_min" { [-5000.0, -8000.0, 0.0] } else { [0.0, -8000.0, 2000.0] };
        for adapter in [None, Some(&*adapter)] {
            let (fields, _) = last_fields(&scenario, adapter);
            let Values::Vector(flux) = &fields[0].values else { panic!("flux has three components") };
            // (the foot of a wall is known within the period alone)
            let [nx, ny, _] = scenario.problem.grid.cells();
            let inner = |i: &usize| (1..ny - 1).contains(&(i / nx % ny));
            for q in (0..flux.len()).filter(inner).map(|i| flux[i]) {
                assert!((q - DVec3::from(across)).length() < 8.0, "{grid} on {adapter:?}: {q}");
            }
        }
    }
}
