//! Order of convergence on manufactured solutions: 2D and 3D, uniform and smoothly graded, heterogeneous and
//! k(T), every kind of boundary. The method of manufactured solutions is Roache's (2002, J. Fluids Eng. 124).

use crate::common::steady_field;

/// T = 350 + 20 sin(2x + 0.5) cos(1.5y), written so that its derivatives stay in sight.
const T: &str = "350 + 20*sin(2*x + 0.5)*cos(1.5*y)";
const TX: &str = "(40*cos(2*x + 0.5)*cos(1.5*y))";
const TY: &str = "(-30*sin(2*x + 0.5)*sin(1.5*y))";
const LAPLACIAN: &str = "(-125*sin(2*x + 0.5)*cos(1.5*y))";

fn exact(x: f64, y: f64) -> f64 {
    350.0 + 20.0 * (2.0 * x + 0.5).sin() * (1.5 * y).cos()
}

/// A material: k as a formula, its slope in T, x and y, all in terms of x, y and (for the source) the exact T.
struct Medium {
    k: &'static str,
    k_at_exact: String,
    slope: [String; 3],
}

fn constant() -> Medium {
    Medium { k: "3", k_at_exact: "3".into(), slope: ["0".into(), "0".into(), "0".into()] }
}

fn heterogeneous() -> Medium {
    Medium {
        k: "2 + sin(3*x)*y",
        k_at_exact: "(2 + sin(3*x)*y)".into(),
        slope: ["0".into(), "(3*cos(3*x)*y)".into(), "sin(3*x)".into()],
    }
}

fn of_temperature() -> Medium {
    Medium {
        k: "1 + 0.01*(T - 300)",
        k_at_exact: format!("(1 + 0.01*(({T}) - 300))"),
        slope: ["0.01".into(), "0".into(), "0".into()],
    }
}

/// The boundary condition of a kind on all four faces that the exact solution meets.
fn boundary(kind: &str, medium: &Medium) -> String {
    let k = &medium.k_at_exact;
    let faces =
        [("x_min", format!("(-{TX})")), ("x_max", TX.into()), ("y_min", format!("(-{TY})")), ("y_max", TY.into())];
    let mut text = String::from("[boundary]\n");
    for (n, (face, outward)) in faces.iter().enumerate() {
        let inward = format!("({k})*{outward}"); // heat into the solid
        let condition = match kind {
            "temperature" => format!("temperature = \"{T}\""),
            // one face keeps its temperature, or the level would be free
            "flux" if n > 0 => format!("flux = \"{inward}\""),
            "flux" => format!("temperature = \"{T}\""),
            "convection" => format!("convection = 7.0, ambient = \"{T} + {inward}/7.0\""),
            "radiation" => format!("radiation = 0.8, ambient = \"(({T})^4 + {inward}/(0.8*5.670374419e-8))^0.25\""),
            // Surroundings of 350 K: the flux makes up for what convection and radiation do not bring.
            "combined" => format!(
                "flux = \"{inward} - 7*(350 - ({T})) - 0.5*5.670374419e-8*(350^4 - ({T})^4)\", convection = 7.0, \
                 radiation = 0.5, ambient = 350.0"
            ),
            other => panic!("no such kind: {other}"),
        };
        text += &format!("{face} = {{ {condition} }}\n");
    }
    text
}

fn scenario(n: usize, graded: bool, medium: &Medium, kind: &str) -> String {
    let grid = if graded {
        format!(
            "x = [{{ thickness = 1.0, cells = {n}, ratio = 3.0 }}]\ny = [{{ thickness = 0.8, cells = {n}, ratio = 0.4 }}]"
        )
    } else {
        format!("size = [1.0, 0.8]\ncells = [{n}, {n}]")
    };
    let [kt, kx, ky] = &medium.slope;
    let source = format!("-(({kt})*({TX}^2 + {TY}^2) + ({kx})*{TX} + ({ky})*{TY} + {}*{LAPLACIAN})", medium.k_at_exact);
    format!(
        "model = \"heat\"\n[grid]\n{grid}\nmaterial = \"made\"\n[materials.made]\nconductivity = \"{}\"\nvolumetric_heat_capacity = 1.0\n\
         [[region]]\nname = \"source\"\nbox = [[0.0, 0.0], [1.0, 0.8]]\npower_density = \"{source}\"\n\
         [initial]\ntemperature = 350.0\n{}\n[run]\nuntil = \"steady\"\n[run.steady]\nimbalance = 1e-9\nrate = 1e-9\n",
        medium.k,
        boundary(kind, medium),
    )
}

fn error(text: &str) -> f64 {
    let field = steady_field(text);
    let (mut sum, mut volume) = (0.0, 0.0);
    for (centre, t, v) in field {
        sum += (t - exact(centre.x, centre.y)).powi(2) * v;
        volume += v;
    }
    f64::sqrt(sum / volume)
}

fn assert_second_order(name: &str, errors: &[f64]) {
    let order = (errors[errors.len() - 2] / errors[errors.len() - 1]).log2();
    println!("{name}: errors {errors:?}, order {order:.3}");
    assert!(order >= 1.9, "{name}: errors {errors:?} K fall with order {order:.3} only");
}

#[test]
fn second_order_in_space_for_every_boundary_medium_and_grading() {
    for graded in [false, true] {
        for (what, medium) in [("constant", constant()), ("k(x,y)", heterogeneous()), ("k(T)", of_temperature())] {
            for kind in ["temperature", "flux", "convection", "radiation", "combined"] {
                let errors: Vec<f64> =
                    [16, 32, 64].iter().map(|&n| error(&scenario(n, graded, &medium, kind))).collect();
                assert_second_order(&format!("2D {what}, {kind}, graded: {graded}"), &errors);
            }
        }
    }
}

#[test]
fn a_contact_and_a_jump_in_conductivity_keep_second_order() {
    // x < 0.5: k = 2, x > 0.5: k = 10, contact R = 0.02; q_x = A cos(y) is continuous at x = 0.5:
    // T = 350 + B_i(x) cos(y), B_1 = 8 (x - 0.5) + 12 (x - 0.5)^2, B_2 = R*16 + 1.6 (x - 0.5) - 3 (x - 0.5)^2.
    let run = |n: usize| {
        let text = format!(
            "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [{n}, {n}]\nmaterial = \"left\"\n\
             [materials.left]\nconductivity = 2.0\nvolumetric_heat_capacity = 1.0\n\
             [materials.right]\nconductivity = 10.0\nvolumetric_heat_capacity = 1.0\n\
             [[region]]\nname = \"a\"\nmaterial = \"left\"\nbox = [[0.0, 0.0], [0.5, 1.0]]\n\
             power_density = \"-2*(24 - (8*(x-0.5) + 12*(x-0.5)^2))*cos(y)\"\n\
             [[region]]\nname = \"b\"\nmaterial = \"right\"\nbox = [[0.5, 0.0], [1.0, 1.0]]\n\
             power_density = \"-10*(-6 - (0.32 + 1.6*(x-0.5) - 3*(x-0.5)^2))*cos(y)\"\n\
             [[contact]]\nbetween = [\"left\", \"right\"]\nresistance = 0.02\n\
             [initial]\ntemperature = 350.0\n[boundary]\n\
             x_min = {{ temperature = \"350 + (8*(x-0.5) + 12*(x-0.5)^2)*cos(y)\" }}\n\
             x_max = {{ temperature = \"350 + (0.32 + 1.6*(x-0.5) - 3*(x-0.5)^2)*cos(y)\" }}\n\
             y_min = {{ temperature = \"350 + if(x < 0.5, 8*(x-0.5) + 12*(x-0.5)^2, 0.32 + 1.6*(x-0.5) - 3*(x-0.5)^2)*cos(y)\" }}\n\
             y_max = {{ temperature = \"350 + if(x < 0.5, 8*(x-0.5) + 12*(x-0.5)^2, 0.32 + 1.6*(x-0.5) - 3*(x-0.5)^2)*cos(y)\" }}\n\
             [run]\nuntil = \"steady\"\n"
        );
        let exact = |x: f64, y: f64| {
            let s = x - 0.5;
            350.0 + if s < 0.0 { 8.0 * s + 12.0 * s * s } else { 0.32 + 1.6 * s - 3.0 * s * s } * y.cos()
        };
        let field = steady_field(&text);
        let n = field.len() as f64;
        (field.iter().map(|(c, t, _)| (t - exact(c.x, c.y)).powi(2)).sum::<f64>() / n).sqrt()
    };
    assert_second_order("contact and jump", &[run(16), run(32), run(64)]);
}

/// T in three dimensions, and its gradient.
const T3: &str = "(350 + 20*sin(2*x)*cos(1.5*y)*exp(z))";
const GRADIENT3: [&str; 3] =
    ["(40*cos(2*x)*cos(1.5*y)*exp(z))", "(-30*sin(2*x)*sin(1.5*y)*exp(z))", "(20*sin(2*x)*cos(1.5*y)*exp(z))"];

/// Each pair of opposite faces has a kind of its own, turned round from one case to the next, so that every kind stands on every axis.
fn scenario3(n: usize, graded: bool, medium: usize, kinds: [&str; 3]) -> String {
    // k, k at the exact temperature, and what grad k adds to k times the Laplacian
    let [tx, ty, tz] = GRADIENT3;
    let media = [
        ("3", "3".to_string(), "0".to_string()),
        ("1 + 0.5*z*x", "(1 + 0.5*z*x)".to_string(), format!("(0.5*z*{tx} + 0.5*x*{tz})")),
        ("1 + 0.01*(T - 300)", format!("(1 + 0.01*({T3} - 300))"), format!("0.01*({tx}^2 + {ty}^2 + {tz}^2)")),
    ];
    let (k, k_exact, more) = &media[medium];
    let grid = if graded {
        [("x", 2.0), ("y", 0.5), ("z", 3.0)]
            .map(|(axis, ratio)| format!("{axis} = [{{ thickness = 1.0, cells = {n}, ratio = {ratio} }}]"))
            .join("\n")
    } else {
        format!("size = [1.0, 1.0, 1.0]\ncells = [{n}, {n}, {n}]")
    };
    let mut boundary = String::new();
    for (axis, kind) in kinds.iter().enumerate() {
        for (end, sign) in [("min", -1.0), ("max", 1.0)] {
            let inward = format!("({sign}*{k_exact}*{})", GRADIENT3[axis]);
            let condition = match *kind {
                "temperature" => format!("temperature = \"{T3}\""),
                "flux" => format!("flux = \"{inward}\""),
                "convection" => format!("convection = 7.0, ambient = \"{T3} + {inward}/7\""),
                "radiation" => {
                    format!("radiation = 0.8, ambient = \"({T3}^4 + {inward}/(0.8*5.670374419e-8))^0.25\"")
                }
                "combined" => format!(
                    "flux = \"{inward} - 7*(350 - {T3}) - 0.5*5.670374419e-8*(350^4 - {T3}^4)\", convection = 7.0, \
                     radiation = 0.5, ambient = 350.0"
                ),
                other => panic!("no such kind: {other}"),
            };
            boundary += &format!("{}_{end} = {{ {condition} }}\n", ["x", "y", "z"][axis]);
        }
    }
    format!(
        "model = \"heat\"\n[grid]\n{grid}\nmaterial = \"made\"\n[materials.made]\nconductivity = \"{k}\"\n\
         volumetric_heat_capacity = 1.0\n[[region]]\nname = \"source\"\nbox = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]\n\
         power_density = \"-({k_exact}*{tz}*(1 - 4 - 2.25) + {more})\"\n[initial]\ntemperature = 350.0\n\
         [boundary]\n{boundary}[run]\nuntil = \"steady\"\n"
    )
}

#[test]
fn second_order_in_three_dimensions_for_every_boundary_medium_and_grading() {
    let error = |text: &str| {
        let (mut sum, mut volume) = (0.0, 0.0);
        for (c, t, v) in steady_field(text) {
            sum += (t - 350.0 - 20.0 * (2.0 * c.x).sin() * (1.5 * c.y).cos() * c.z.exp()).powi(2) * v;
            volume += v;
        }
        f64::sqrt(sum / volume)
    };
    let kinds = ["temperature", "flux", "convection", "radiation", "combined"];
    for graded in [false, true] {
        for medium in 0..3 {
            for turn in 0..kinds.len() {
                let on_axes = [0, 1, 2].map(|axis| kinds[(turn + axis) % kinds.len()]);
                let errors = [8, 16, 32].map(|n| error(&scenario3(n, graded, medium, on_axes)));
                let name = format!("3D, medium {medium}, {on_axes:?}, graded: {graded}");
                assert_second_order(&name, &errors);
            }
        }
    }
}

#[test]
fn joined_and_insulated_ends_keep_second_order() {
    let t = |x: &str, y: &str, z: &str| format!("20*sin(2*pi*{x} + 1)*cos(pi*{y})*exp({z})");
    let run = |n: usize, graded: bool| {
        let axis = |axis: &str, ratio: f64| format!("{axis} = [{{ thickness = 1.0, cells = {n}, ratio = {ratio} }}]\n");
        let grid = match graded {
            true => axis("x", 1.0) + &axis("y", 2.0) + &axis("z", 3.0),
            false => format!("size = [1.0, 1.0, 1.0]\ncells = [{n}, {n}, {n}]\n"),
        };
        let (here, k) = (t("x", "y", "z"), "(2 + sin(2*pi*x))");
        let text = format!(
            "model = \"heat\"\n[grid]\n{grid}material = \"made\"\n[materials.made]\nconductivity = \"{k}\"\n\
             volumetric_heat_capacity = 1.0\n[[region]]\nname = \"source\"\nbox = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]\n\
             power_density = \"-({k}*{here}*(1 - 5*pi^2) + 2*pi*cos(2*pi*x)*40*pi*cos(2*pi*x + 1)*cos(pi*y)*exp(z))\"\n\
             [initial]\ntemperature = 350.0\n[boundary]\nx_min = {{ periodic = true }}\nx_max = {{ periodic = true }}\n\
             z_min = {{ temperature = \"350 + {here}\" }}\nz_max = {{ temperature = \"350 + {here}\" }}\n\
             [run]\nuntil = \"steady\"\n"
        );
        let (mut sum, mut volume) = (0.0, 0.0);
        for (c, t, v) in steady_field(&text) {
            use std::f64::consts::PI;
            sum += (t - 350.0 - 20.0 * (2.0 * PI * c.x + 1.0).sin() * (PI * c.y).cos() * c.z.exp()).powi(2) * v;
            volume += v;
        }
        f64::sqrt(sum / volume)
    };
    for graded in [false, true] {
        assert_second_order(&format!("joined, graded: {graded}"), &[8, 16, 32].map(|n| run(n, graded)));
    }
}
