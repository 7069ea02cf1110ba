//! Conditions on the surfaces of round voids act on the shape's own area, not on that of the stairs of cells.

use crate::common::{adapter, last_fields, number, run_report, scenario};
use clausius::backend::{Kind, Selection};
use clausius::execution::{self, Options, Quiet};
use clausius::output::field::Values;
use glam::DVec3;
use std::f64::consts::PI;

/// A copper block of 1 m with a void, all at 300 K, a moment after the void's air came to 310 K.
fn block(cells: &str, size: &str, shape: &str, condition: &str) -> String {
    format!(
        "model = \"heat\"\n[grid]\nsize = {size}\ncells = {cells}\nmaterial = \"copper\"\n\
         [[region]]\nname = \"hole\"\nmaterial = \"void\"\n{shape}\nboundary = {{ {condition} }}\n\
         [initial]\ntemperature = 300.0\n[run]\nuntil = \"1 ms\"\n"
    )
}

/// A polygon, turned by half a radian about the middle.
fn turned(points: &[[f64; 2]]) -> String {
    let turn = |[x, y]: &[f64; 2]| DVec3::new(*x, *y, 0.0).rotate_z(0.5) + 0.5;
    let points: Vec<String> = points.iter().map(turn).map(|p| format!("[{}, {}]", p.x, p.y)).collect();
    format!("polygon = {{ points = [{}] }}", points.join(", "))
}

#[test]
fn a_round_void_takes_the_heat_of_its_own_surface() {
    let convection = "convection = 10.0, ambient = 310.0";
    let ball = "sphere = { center = [0.5, 0.5, 0.5], radius = 0.35 }";
    let pipe = "cylinder = { from = [0.5, 0.5, 0.0], to = [0.5, 0.5, 1.0], radius = 0.3 }";
    let circle = "circle = { center = [0.5, 0.5], radius = 0.35 }";
    let rhombus = "polygon = { points = [[0.5, 0.1], [0.9, 0.5], [0.5, 0.9], [0.1, 0.5]] }";
    let capped = "cylinder = { from = [0.25, 0.3, 0.3], to = [0.75, 0.7, 0.6], radius = 0.12 }";
    let angle = [[-0.35, -0.3], [0.35, -0.3], [0.35, 0.0], [0.0, 0.0], [0.0, 0.3], [-0.35, 0.3]];
    let cube = ("[24, 24, 24]", "[1.0, 1.0, 1.0]");
    let square = ("[24, 24]", "[1.0, 1.0]");
    for (name, (cells, size), shape, condition, exact) in [
        ("sphere", cube, ball, convection, 100.0 * 4.0 * PI * 0.35 * 0.35),
        ("sphere, flux", cube, ball, "flux = 100.0", 100.0 * 4.0 * PI * 0.35 * 0.35),
        ("through pipe", cube, pipe, convection, 100.0 * 2.0 * PI * 0.3),
        ("circle", square, circle, convection, 100.0 * 2.0 * PI * 0.35),
        ("rhombus", square, rhombus, convection, 100.0 * 4.0 * 0.4 * 2.0_f64.sqrt()),
        ("capped cylinder", cube, capped, convection, 100.0 * 2.0 * PI * 0.12 * (0.5_f64.sqrt() + 0.12)),
        (
            "turned rectangle",
            square,
            &turned(&[[-0.3, -0.15], [0.3, -0.15], [0.3, 0.15], [-0.3, 0.15]]),
            convection,
            180.0,
        ),
        ("turned angle", square, &turned(&angle), convection, 260.0),
    ] {
        let text = block(cells, size, shape, condition);
        let heat = number(&run_report(&text), "regions.hole.heat_in_W");
        println!("{name}: {:.4} of the exact heat", heat / exact);
        assert!((heat / exact - 1.0).abs() < 0.01, "{name}: {heat} W for {exact} W");
        let notes = scenario(&text).warnings;
        assert!(notes.iter().any(|n| n.contains("times the area of its surface")), "{name}: {notes:?}");
    }
}

/// Where the surface touches planes of cells, and where it is only a few cells wide.
#[test]
fn the_area_of_a_round_void_does_not_depend_on_where_it_lies_among_cells() {
    let near = |name: &str, heat: f64, area: f64| {
        assert!((heat / (100.0 * area) - 1.0).abs() < 2e-3, "{name}: {} of the exact heat", heat / (100.0 * area));
    };
    for (cells, radius) in [(25, 0.1), (25, 0.2), (50, 0.05), (50, 0.2), (51, 0.05), (51, 0.12), (51, 0.3), (75, 0.3)] {
        let circle = format!("circle = {{ center = [0.5, 0.5], radius = {radius} }}");
        let (cells, size) = (format!("[{cells}, {cells}]"), "[1.0, 1.0]");
        for condition in ["convection = 10.0, ambient = 310.0", "flux = 100.0"] {
            let heat = number(&run_report(&block(&cells, size, &circle, condition)), "regions.hole.heat_in_W");
            near(&format!("{circle} in {cells} cells, {condition}"), heat, 2.0 * PI * radius);
        }
    }
    for (cells, radius) in [(24, 0.1), (25, 0.1), (25, 0.3)] {
        let ball = format!("sphere = {{ center = [0.5, 0.5, 0.5], radius = {radius} }}");
        let text = block(&format!("[{cells}, {cells}, {cells}]"), "[1.0, 1.0, 1.0]", &ball, "flux = 100.0");
        near(
            &format!("{ball}, {cells}"),
            number(&run_report(&text), "regions.hole.heat_in_W"),
            4.0 * PI * radius * radius,
        );
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

/// A ball as triangles, in text, its coordinates times `scale`.
fn stl_of_ball(centre: f64, radius: f64, rings: usize, scale: f64) -> String {
    let steps = 2 * rings;
    let corner = |ring: usize, step: usize| {
        let polar = PI * ring as f64 / rings as f64;
        let (sin, cos) = if ring.is_multiple_of(rings) { (0.0, polar.cos()) } else { polar.sin_cos() };
        let turn = 2.0 * PI * (step % steps) as f64 / steps as f64;
        [sin * turn.cos(), sin * turn.sin(), cos].map(|x| scale * (centre + radius * x))
    };
    let mut text = "solid ball\n".to_owned();
    for (ring, step) in (0..rings).flat_map(|ring| (0..steps).map(move |step| (ring, step))) {
        let [a, b, c, d] =
            [(ring, step), (ring + 1, step), (ring + 1, step + 1), (ring, step + 1)].map(|(r, s)| corner(r, s));
        for [p, q, r] in [[a, b, c], [a, c, d]].into_iter().filter(|t| t[0] != t[1] && t[1] != t[2] && t[2] != t[0]) {
            let vertex = |p: [f64; 3]| format!("vertex {:e} {:e} {:e}\n", p[0], p[1], p[2]);
            text +=
                &format!("facet normal 0 0 0\nouter loop\n{}{}{}endloop\nendfacet\n", vertex(p), vertex(q), vertex(r));
        }
    }
    text + "endsolid ball\n"
}

/// A part from a file gives its heat over its own surface too: 1 W over 4 pi r^2 at 20 W/(m2 K).
#[test]
fn convection_acts_on_the_surface_of_a_part_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ball.stl"), stl_of_ball(12.5, 10.0, 48, 1.0)).expect("written");
    let run = |text: &str| {
        let scenario = clausius::scenario::Scenario::parse(text, &folder.path().join("ball.toml"), &[])
            .unwrap_or_else(|e| panic!("{e}"));
        let outcome = clausius::execution::run(&scenario, &Default::default(), &mut clausius::execution::Quiet);
        serde_json::to_value(&outcome.unwrap_or_else(|e| panic!("{e}")).report).expect("JSON")
    };
    let text = "model = \"heat\"\n[grid]\nsize = [0.025, 0.025, 0.025]\ncells = [40, 40, 40]\nmaterial = \"void\"\n\
                [[region]]\nname = \"around\"\nmaterial = \"void\"\nbox = [[0, 0, 0], [0.025, 0.025, 0.025]]\n\
                boundary = { convection = 20.0, ambient = 300.0 }\n\
                [[region]]\nname = \"part\"\nmaterial = \"copper\"\nstl = { file = \"ball.stl\", unit = \"mm\" }\npower = 1.0\n\
                [run]\nuntil = \"steady\"\n";
    let report = run(text);
    let rise = number(&report, "regions.part.temperature.mean_K") - 300.0;
    let exact = 1.0 / (20.0 * 4.0 * PI * 1e-4);
    assert!((rise / exact - 1.0).abs() < 0.01, "{rise} K for {exact} K: {}", report["warnings"]);
    assert!(number(&report, "regions.part.volume_fraction") > 0.99);
    // half of it lies out of the grid
    let half = run(&text.replace("unit = \"mm\"", "unit = \"mm\", at = [\"12.5 mm\", 0, 0]"));
    let warnings = half["warnings"].to_string();
    assert!(
        warnings.contains("reaches out of the grid, with 0.49") && warnings.contains("15 mm to 35 mm (x)"),
        "{warnings}"
    );
    // its unit forgotten
    let forgotten = text.replace(", unit = \"mm\"", "");
    let refused = clausius::scenario::Scenario::parse(&forgotten, &folder.path().join("ball.toml"), &[]);
    let message = refused.expect_err("it is metres large").to_string();
    assert!(message.contains("lies outside the grid") && message.contains("unit = \"mm\""), "{message}");
}

/// Heat of 1 kW leaves a body through a film of 1e-2 m2 K/W on its surface into one around it, whose own surface is held at 300 K.
#[test]
fn a_contact_on_a_round_body_has_the_area_of_its_surface() {
    let metal = |name: &str| format!("[materials.{name}]\nconductivity = 50.0\nvolumetric_heat_capacity = 1e6\n");
    let text = |cells: &str, size: &str, around: &str, body: &str| {
        let all = if size.matches(',').count() == 1 { "[[0, 0], [1, 1]]" } else { "[[0, 0, 0], [1, 1, 1]]" };
        format!(
            "model = \"heat\"\n[grid]\nsize = {size}\ncells = {cells}\n{}{}\
             [[region]]\nname = \"air\"\nmaterial = \"void\"\nbox = {all}\nboundary = {{ temperature = 300 }}\n\
             [[region]]\nname = \"around\"\nmaterial = \"b\"\n{around}\n\
             [[region]]\nname = \"body\"\nmaterial = \"a\"\n{body}\npower = 1000\n\
             [[contact]]\nbetween = [\"body\", \"around\"]\nresistance = 1e-2\n[run]\nuntil = \"steady\"\n",
            metal("a"),
            metal("b"),
        )
    };
    let circles =
        ["circle = { center = [0.05, 0.05], radius = 0.045 }", "circle = { center = [0.05, 0.05], radius = 0.02 }"];
    let balls = [
        "sphere = { center = [0.05, 0.05, 0.05], radius = 0.045 }",
        "sphere = { center = [0.05, 0.05, 0.05], radius = 0.02 }",
    ];
    let diamond = "polygon = { points = [[0.05, 0.03], [0.07, 0.05], [0.05, 0.07], [0.03, 0.05]] }";
    let (square, cube) = (("[40, 40]", "[0.1, 0.1]"), ("[32, 32, 32]", "[0.1, 0.1, 0.1]"));
    for (name, (cells, size), [around, body], area, tolerance) in [
        ("rod", square, circles, 2.0 * PI * 0.02, 0.005),
        ("ball", cube, balls, 4.0 * PI * 0.02 * 0.02, 0.02),
        ("diamond", square, [circles[0], diamond], 4.0 * 0.02 * 2.0_f64.sqrt(), 0.015),
    ] {
        let report = run_report(&text(cells, size, around, body));
        let contact = &report["contacts"][0];
        let (found, step) = (number(contact, "area_m2"), number(contact, "temperature_step_K"));
        let exact = 1000.0 * 1e-2 / area;
        println!("{name}: {:.4} of the area, {:.4} of the step", found / area, step / exact);
        assert!((found / area - 1.0).abs() < tolerance, "{name}: {found} m2 for {area}");
        assert!((step / exact - 1.0).abs() < tolerance, "{name}: {step} K for {exact}");
        assert!(((number(contact, "heat_W") / 1000.0).abs() - 1.0).abs() < 1e-9);
    }
    // By materials it is the same.
    let rod = text(square.0, square.1, circles[0], circles[1]);
    let step = |text: &str| number(&run_report(text)["contacts"][0], "temperature_step_K");
    let by_region = step(&rod);
    let by_material = step(&rod.replace("[\"body\", \"around\"]", "[\"a\", \"b\"]"));
    assert!((by_material / by_region - 1.0).abs() < 1e-9, "{by_material} K for {by_region}");
    assert!(scenario(&rod).warnings.iter().all(|w| !w.contains("follows the faces of cells")));
}

/// A device has the films on slanted surfaces that the CPU has, where conductances stay and where they are taken anew.
#[test]
fn slanted_contacts_are_the_same_on_a_device() {
    let text = "model = \"heat\"\n[grid]\nsize = [0.1, 0.1]\ncells = [24, 24]\nmaterial = \"b\"\n\
        [materials.a]\nconductivity = \"50 + 0.1*(T - 300)\"\nvolumetric_heat_capacity = 1e6\n\
        [materials.b]\nconductivity = 20.0\nvolumetric_heat_capacity = 1e6\n\
        [[region]]\nname = \"rod\"\nmaterial = \"a\"\ncircle = { center = [0.05, 0.05], radius = 0.03 }\npower = 1000\n\
        [[contact]]\nbetween = [\"a\", \"b\"]\nresistance = 1e-2\n\
        [initial]\ntemperature = 300.0\n[boundary]\nx_min = { temperature = 300 }\n[run]\nuntil = \"20 s\"\n";
    let Some(adapter) = adapter() else { return };
    for text in [text.to_owned(), text.replace("\"50 + 0.1*(T - 300)\"", "50")] {
        let scenario = scenario(&text);
        let run = |selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
        };
        let cpu = run(Selection::default());
        let gpu = run(Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..Selection::default() });
        assert!(cpu.apart(&gpu) < 1e-5, "{:e} of the range apart", cpu.apart(&gpu));
        let step = cpu.report.contacts[0].temperature_step.abs();
        assert!(step > 5.0 && cpu.report.entropy.closure < 1e-10, "{step} K, {:e}", cpu.report.entropy.closure);
    }
}

/// The flux that enters through a round wall passes its cells whole: along the normal it is near what is given, on the CPU and on a device.
#[test]
fn the_flux_beside_a_round_wall_is_the_same_everywhere() {
    let text = "model = \"heat\"\n[grid]\nsize = [0.02, 0.02]\ncells = [40, 40]\nmaterial = \"k\"\n\
        [materials.k]\nconductivity = 10\nvolumetric_heat_capacity = 2e6\n\
        [[region]]\nname = \"v\"\nmaterial = \"void\"\ncircle = { center = [0.01, 0.01], radius = 4e-3 }\nboundary = { flux = 1e4 }\n\
        [initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 300 }\n\
        [run]\nuntil = \"5 s\"\n[output]\nfields = [\"flux\"]\n";
    let scenario = scenario(text);
    let flux = |adapter: Option<&str>| match last_fields(&scenario, adapter).0.remove(0).values {
        Values::Vector(flux) => flux,
        Values::Scalar(_) => panic!("flux has three components"),
    };
    let cpu = flux(None);
    let grid = &scenario.problem.grid;
    let away = |i: usize| grid.centre(grid.cell(i)).with_z(0.0) - DVec3::new(0.01, 0.01, 0.0);
    let beside = (0..grid.len()).filter(|&i| !cpu[i].is_nan() && away(i).length() < 4.4e-3);
    let outward: Vec<f64> = beside.map(|i| cpu[i].dot(away(i).normalize())).collect();
    let mean = outward.iter().sum::<f64>() / outward.len() as f64;
    assert!((mean / 9600.0 - 1.0).abs() < 0.1 && outward.iter().all(|q| *q < 1.15e4), "{mean} W/m2, {outward:?}");
    let Some(adapter) = adapter() else { return };
    let apart = flux(Some(&adapter)).iter().zip(&cpu).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max);
    assert!(apart < 5.0, "{apart} W/m2 apart");
}
