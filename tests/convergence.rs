//! Order of convergence on manufactured solutions: 2D and 3D, uniform and smoothly graded, heterogeneous and
//! k(T), every kind of boundary. The method of manufactured solutions is Roache's (2002, J. Fluids Eng. 124).

mod common;

use common::steady_field;

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
            "combined" => format!("flux = 30.0, convection = 7.0, radiation = 0.5, ambient = \"({T}) + 0*x\"",),
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
            for kind in ["temperature", "flux", "convection", "radiation"] {
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

#[test]
fn second_order_in_three_dimensions() {
    // T = 350 + 20 sin(2x) cos(1.5y) exp(z), k = 1 + 0.5 z x
    for grid in [
        |n: usize| format!("size = [1.0, 1.0, 1.0]\ncells = [{n}, {n}, {n}]"),
        |n: usize| {
            format!(
                "x = [{{ thickness = 1.0, cells = {n}, ratio = 2.0 }}]\ny = [{{ thickness = 1.0, cells = {n}, ratio = 0.5 }}]\nz = [{{ thickness = 1.0, cells = {n}, ratio = 3.0 }}]"
            )
        },
    ] {
        let run = |n: usize| {
            let t = "350 + 20*sin(2*x)*cos(1.5*y)*exp(z)";
            let s = "20*sin(2*x)*cos(1.5*y)*exp(z)";
            let tx = "40*cos(2*x)*cos(1.5*y)*exp(z)";
            let text = format!(
                "model = \"heat\"\n[grid]\n{}\nmaterial = \"made\"\n\
                 [materials.made]\nconductivity = \"1 + 0.5*z*x\"\nvolumetric_heat_capacity = 1.0\n\
                 [[region]]\nname = \"source\"\nbox = [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]\n\
                 power_density = \"-((1 + 0.5*z*x)*({s})*(1 - 4 - 2.25) + 0.5*z*({tx}) + 0.5*x*({s}))\"\n\
                 [initial]\ntemperature = 350.0\n[boundary]\n\
                 x_min = {{ temperature = \"{t}\" }}\nx_max = {{ flux = \"(1 + 0.5*z*x)*({tx})\" }}\n\
                 y_min = {{ temperature = \"{t}\" }}\ny_max = {{ convection = 5.0, ambient = \"({t}) + (1 + 0.5*z*x)*(-30*sin(2*x)*sin(1.5*y)*exp(z))/5.0\" }}\n\
                 z_min = {{ temperature = \"{t}\" }}\nz_max = {{ convection = 9.0, ambient = \"({t}) + (1 + 0.5*z*x)*({s})/9.0\" }}\n\
                 [run]\nuntil = \"steady\"\n",
                grid(n)
            );
            let field = steady_field(&text);
            let (mut sum, mut volume) = (0.0, 0.0);
            for (c, t, v) in field {
                sum += (t - 350.0 - 20.0 * (2.0 * c.x).sin() * (1.5 * c.y).cos() * c.z.exp()).powi(2) * v;
                volume += v;
            }
            f64::sqrt(sum / volume)
        };
        assert_second_order("3D", &[run(8), run(16), run(32)]);
    }
}
