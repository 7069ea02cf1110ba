//! The entropy and heat budgets of whole runs: parts that add up to the balance, productions that are known in closed form,
//! and a time integrator that owns up to its share.

use crate::common::{adapter, last_fields, number, run_report, scenario};
use clausius::backend::cpu::Cpu;
use clausius::backend::{Backend, Clock, Kind, Selection};
use clausius::conduction::Conduction;
use clausius::diagnostics::balance::Snapshot;
use clausius::diagnostics::totals::Totals;
use clausius::execution::{self, Options, Quiet};
use serde_json::Value;
use std::sync::Arc;

fn close(what: &str, got: f64, wanted: f64, tolerance: f64) {
    assert!((got - wanted).abs() <= tolerance, "{what}: {got} is not {wanted} within {tolerance:e}");
}

const TIGHT: &str = "[run]\nuntil = \"steady\"\nsteady = { imbalance = 1e-13, rate = 1e-12 }\n";

/// Steady states between reservoirs of given temperature: name, text without `[run]`, time to come to rest explicitly (s).
fn devices() -> Vec<(&'static str, String, f64)> {
    let slab = "[grid]\nsize = [0.1, 0.02]\ncells = [10, 2]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10.0\nvolumetric_heat_capacity = 1e6\n\
         [initial]\ntemperature = 350.0\n[boundary]\nx_min = { temperature = 400.0 }\nx_max = { temperature = 300.0 }\n";
    let layers = "[grid]\nsize = [0.1, 0.02]\ncells = [12, 2]\n\
         [materials.a]\nconductivity = 10.0\nvolumetric_heat_capacity = 1e6\n[materials.b]\nconductivity = 2.5\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nname = \"left\"\nmaterial = \"a\"\nbox = [[0.0, 0.0], [0.05, 0.02]]\n[[region]]\nname = \"right\"\nmaterial = \"b\"\nbox = [[0.05, 0.0], [0.1, 0.02]]\n\
         [[contact]]\nbetween = [\"right\", \"left\"]\nresistance = 5e-3\n\
         [initial]\ntemperature = 350.0\n[boundary]\nx_min = { temperature = 400.0 }\nx_max = { temperature = 300.0 }\n";
    let cylinder = "[grid]\nsize = [0.1, 0.1]\ncells = [20, 20]\nmaterial = \"matrix\"\n\
         [materials.matrix]\nconductivity = 1.0\nvolumetric_heat_capacity = 1e6\n[materials.rod]\nconductivity = 40.0\nvolumetric_heat_capacity = 4e6\n\
         [[region]]\nname = \"core\"\nmaterial = \"rod\"\ncircle = { center = [0.05, 0.05], radius = 0.025 }\n\
         [[contact]]\nbetween = [\"core\", \"matrix\"]\nresistance = 2e-3\n\
         [initial]\ntemperature = 350.0\n[boundary]\nx_min = { temperature = 400.0 }\nx_max = { temperature = 300.0 }\n";
    let mut composite = String::from(
        "[grid]\nsize = [0.06, 0.05, 0.04]\ncells = [6, 5, 4]\nmaterial = \"m0\"\n\
         [boundary]\nx_min = { temperature = 420.0 }\ny_max = { temperature = 300.0 }\nz_min = [{ box = [[0.0, 0.0], [0.03, 0.05]], temperature = 350.0 }, { temperature = 280.0 }]\n[initial]\ntemperature = 330.0\n",
    );
    let mut seed = 7_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / 2f64.powi(31)
    };
    for m in 0..5 {
        let k = 10f64.powf(2.0 * random());
        composite += &format!("[materials.m{m}]\nconductivity = {k:.6}\nvolumetric_heat_capacity = 1e6\n");
    }
    // one region in each of twelve blocks, so that none hides another
    for r in 0..12 {
        let block = [r % 3, r / 3 % 2, r / 6].map(f64::from);
        let low = [2.0 * block[0], 2.0 * block[1], 2.0 * block[2]].map(|n| n + (2.0 * random()).floor());
        let high = low.map(|n| n + 1.0 + (1.5 * random()).floor());
        let corner = |c: [f64; 3]| c.map(|n| format!("{:.2}", n / 100.0)).join(", ");
        let high =
            [high[0].min(2.0 * block[0] + 2.0), high[1].min(2.0 * block[1] + 2.0), high[2].min(2.0 * block[2] + 2.0)];
        composite += &format!(
            "[[region]]\nname = \"r{r}\"\nmaterial = \"m{}\"\nbox = [[{}], [{}]]\n",
            1 + r % 4,
            corner(low),
            corner(high)
        );
    }
    composite += "[[contact]]\nbetween = [\"m1\", \"m2\"]\nresistance = 1e-3\n[[contact]]\nbetween = [\"m0\", \"m3\"]\nresistance = 4e-4\n";
    vec![
        ("slab", slab.into(), 6000.0),
        ("two layers and a contact", layers.into(), 20_000.0),
        ("cylinder in square", cylinder.into(), 40_000.0),
        ("random composite", composite, 8000.0),
    ]
}

/// Entropy that reservoirs gain, W/K: from the heats and the temperatures that were given, patch by patch.
fn gained_outside(report: &Value, given: &dyn Fn(&str, usize) -> f64) -> f64 {
    let faces = report["boundaries"].as_object().unwrap();
    let mut sum = 0.0;
    for (face, boundary) in faces {
        for patch in boundary["patches"].as_array().unwrap() {
            let index = patch["index"].as_u64().unwrap() as usize;
            sum -= number(patch, "heat_in_W") / given(face, index);
        }
    }
    sum
}

fn given(name: &str) -> impl Fn(&str, usize) -> f64 {
    move |face: &str, index: usize| match (name, face, index) {
        ("random composite", "x_min", _) => 420.0,
        ("random composite", "y_max", _) => 300.0,
        ("random composite", "z_min", 0) => 350.0,
        ("random composite", _, _) => 280.0,
        (_, "x_min", _) => 400.0,
        _ => 300.0,
    }
}

fn check_device(name: &str, report: &Value, tolerance: f64) {
    let production = number(report, "entropy.production_W_per_K");
    close(name, production, gained_outside(report, &given(name)), tolerance * production);
    if name != "random composite" {
        let heat = number(report, "boundaries.x_min.heat_in_W");
        close(name, production, heat * 100.0 / (400.0 * 300.0), tolerance * production);
    }
    check_sums(name, report, tolerance.max(1e-11));
    assert_eq!(number(report, "second_law.violations"), 0.0, "{name}");
    assert!(number(report, "entropy.closure") < 1e-13, "{name}: {}", report["entropy"]["closure"]);
}

/// Everything that is told in parts adds up to the whole.
fn check_sums(name: &str, report: &Value, tolerance: f64) {
    let list = |v: &Value| v.as_array().unwrap().clone();
    let mut gross = number(report, "sources.heat_W").abs();
    for (face, boundary) in report["boundaries"].as_object().unwrap() {
        let heat = number(boundary, "heat_in_W");
        let patches: f64 = list(&boundary["patches"]).iter().map(|p| number(p, "heat_in_W")).sum();
        gross += list(&boundary["patches"]).iter().map(|p| number(p, "heat_in_W").abs()).sum::<f64>();
        close(&format!("{name}: patches of {face}"), patches, heat, 1e-13 * gross.max(1e-300));
    }
    let whole = number(report, "entropy.production_W_per_K");
    let of = |kinds: [&str; 2]| -> f64 {
        let ranking = list(&report["exergy"]["ranking"]);
        let those = ranking.iter().filter(|l| kinds.contains(&l["kind"].as_str().unwrap()));
        those.map(|l| number(l, "entropy_production_W_per_K")).sum()
    };
    close(&format!("{name}: materials and contacts"), of(["material", "contact"]), whole, 1e-12 * whole);
    close(&format!("{name}: regions and contacts"), of(["region", "contact"]), whole, 1e-12 * whole);
    // what enters the regions and the ground enters the solid
    let regions = report["regions"].as_object().unwrap();
    for (region, r) in regions.iter().filter(|(_, r)| r.get("material").is_some_and(|m| !m.is_null())) {
        let mut through = 0.0;
        for face in list(&report["interfaces"]).iter().filter(|i| i["of"] == "regions") {
            let is = |side: usize| face["between"][side] == region.as_str();
            through += number(face, "heat_W") * (f64::from(u8::from(is(1))) - f64::from(u8::from(is(0))));
        }
        let heat_in = number(r, "heat_in_W");
        // the rest comes through walls
        if name == "two layers and a contact" || name == "cylinder in square" {
            let wall = match region.as_str() {
                "left" => number(report, "boundaries.x_min.heat_in_W"),
                "right" => number(report, "boundaries.x_max.heat_in_W"),
                _ => 0.0,
            };
            close(&format!("{name}: heat into {region}"), heat_in, through + wall, 1e-12 * gross);
            close(&format!("{name}: balance of {region}"), heat_in, 0.0, tolerance * gross);
        }
    }
}

#[test]
fn steady_devices_produce_what_their_reservoirs_gain() {
    for (name, text, _) in devices() {
        let report = run_report(&format!("{text}{TIGHT}"));
        check_device(name, &report, 1e-10);
    }
}

#[test]
fn a_contact_produces_its_own_share_exactly() {
    let (_, text, _) = devices().swap_remove(1);
    let report = run_report(&format!("{text}{TIGHT}"));
    // 100 K over 0.05/10 + 5e-3 + 0.05/2.5 m2 K/W: the faces of the contact are at 383.33 and 366.67 K
    let flux = 100.0 / (0.005 + 0.005 + 0.02);
    let (hot, cold) = (400.0 - flux * 0.005, 300.0 + flux * 0.02);
    let contact = &report["contacts"][0];
    let share = flux * 0.02 * (1.0 / cold - 1.0 / hot);
    close("contact", number(contact, "entropy_production_W_per_K"), share, 1e-10 * share);
    close("q^2 R / (T1 T2)", share, flux * flux * 5e-3 * 0.02 / (hot * cold), 1e-12);
    // from the first party named, the right one
    close("heat", number(contact, "heat_W"), -flux * 0.02, 1e-9 * flux);
    close("step", number(contact, "temperature_step_K"), cold - hot, 1e-8);
    close("area", number(contact, "area_m2"), 0.02, 1e-15);
    close(
        "left",
        number(&report, "regions.left.entropy_production_W_per_K"),
        flux * 0.02 * (1.0 / hot - 1.0 / 400.0),
        1e-10,
    );
    close(
        "right",
        number(&report, "regions.right.entropy_production_W_per_K"),
        flux * 0.02 * (1.0 / 300.0 - 1.0 / cold),
        1e-10,
    );
    let first = &report["exergy"]["ranking"][0];
    assert_eq!((first["kind"].as_str(), first["name"].as_str()), (Some("material"), Some("b")));
    close("percent", number(first, "percent"), 100.0 * (1.0 / 300.0 - 1.0 / cold) / (1.0 / 300.0 - 1.0 / 400.0), 1e-8);
    close(
        "exergy",
        number(&report, "exergy.destruction_W"),
        300.0 * number(&report, "entropy.production_W_per_K"),
        1e-12,
    );
}

#[test]
fn on_a_gpu_devices_at_rest_produce_what_their_reservoirs_gain() {
    let Some(adapter) = adapter() else { return };
    for (name, text, rest) in devices() {
        let scenario = scenario(&format!("{text}[run]\nuntil = {rest:.1}\n"));
        let selection = Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..Selection::default() };
        let options = Options { selection, ..Options::default() };
        let outcome = execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{name}: {e}"));
        let report = serde_json::to_value(&outcome.report).unwrap();
        check_device(name, &report, 1e-4);
        let quadrature = number(&report, "entropy.quadrature_J_per_K");
        let produced = number(&report, "entropy.produced_J_per_K");
        println!("{name}: quadrature {:.1e} of what was produced", quadrature / produced);
        assert!(quadrature.abs() < 1e-3 * produced, "{name}: {quadrature} of {produced}");
    }
}

const TWO_BODIES: &str = "[grid]\nsize = [2.0, 1.0]\ncells = [2, 1]\n[materials.a]\nconductivity = 1.0\nvolumetric_heat_capacity = 1000.0\n\
     [materials.b]\nconductivity = 1.0\nvolumetric_heat_capacity = 3000.0\n\
     [[region]]\nname = \"hot\"\nmaterial = \"a\"\nbox = [[0.0, 0.0], [1.0, 1.0]]\ninitial_temperature = 400.0\n\
     [[region]]\nname = \"cold\"\nmaterial = \"b\"\nbox = [[1.0, 0.0], [2.0, 1.0]]\n[initial]\ntemperature = 300.0\n";

#[test]
fn two_bodies_gain_c_ln_and_the_entropy_rises_at_every_step() {
    let report = run_report(&format!("{TWO_BODIES}[run]\nuntil = 50000.0\n"));
    let exact = 1000.0 * (325.0_f64 / 400.0).ln() + 3000.0 * (325.0_f64 / 300.0).ln();
    close("change", number(&report, "entropy.change_J_per_K"), exact, 1e-9);
    close("produced", number(&report, "entropy.produced_J_per_K"), exact, 1e-4 * exact);
    assert_eq!(number(&report, "entropy.entered_J_per_K"), 0.0);
    assert!(number(&report, "entropy.integrator_defect_J_per_K") < 0.0);
    let tests = report["second_law"]["tests"].as_array().unwrap();
    let entropy_test = tests.iter().find(|t| t["what"] == "the entropy of an isolated body never falls").unwrap();
    assert!(number(entropy_test, "checked") > 20.0);
    assert_eq!(number(&report, "second_law.violations"), 0.0);

    let mut conduction =
        Conduction::new(Arc::new(scenario(&format!("{TWO_BODIES}[run]\nuntil = 1.0\n")).problem)).unwrap();
    let step = 0.9 / conduction.fastest_rate([-100.0, 100.0], [0.0, 1.0]);
    let mut cpu = Cpu::new(conduction.clone());
    let mut last = f64::NEG_INFINITY;
    for n in 0..60 {
        let enthalpy = cpu.enthalpy().unwrap();
        let entropy = Totals::of(&Snapshot::new(&mut conduction, &enthalpy, 0.0), step).entropy;
        let rounding = 4.0 * f64::EPSILON * entropy.abs();
        assert!(entropy >= last - rounding, "step {n}: {entropy} after {last}");
        last = entropy;
        cpu.advance(Clock { start: 0.0, step }, n, 1).unwrap();
    }
}

const DRIVEN: &str = "[grid]\nx = [{ thickness = 0.02, cells = 7, ratio = 3.0 }]\ny = [{ thickness = 0.03, cells = 9 }]\nz = [{ thickness = 0.01, cells = 4 }]\nmaterial = \"soft\"\n\
     [materials.soft]\nconductivity = \"0.7 + 0.002*(T - 300)\"\nvolumetric_heat_capacity = \"2.0e6 + 3000*(T - 300)\"\n\
     [materials.grain]\nconductivity = [[30.0, 10.0, 0.0], [10.0, 20.0, 0.0], [0.0, 0.0, 15.0]]\nvolumetric_heat_capacity = 3.1e6\n\
     [[region]]\nname = \"block\"\nmaterial = \"grain\"\nbox = [[0.005, 0.0, 0.0], [0.015, 0.02, 0.006]]\npower = \"1.5*sin(0.3*t)^2\"\n\
     [[contact]]\nbetween = [\"grain\", \"soft\"]\nresistance = 1e-4\n\
     [initial]\ntemperature = \"300 + 8*sin(200*x)*cos(100*y)\"\n\
     [boundary]\nx_min = { temperature = \"315 + 5*sin(t)\" }\ny_max = { convection = 30.0, radiation = 0.7, ambient = \"320 + 100*x\" }\nz_max = [{ box = [[0.0, 0.0], [0.01, 0.015]], flux = 2e4 }, { convection = 8.0, ambient = 295.0 }]\n";

#[test]
fn with_a_row_at_every_step_nothing_is_left_to_quadrature() {
    let defect = |steps: u32| {
        let step = 0.06 / f64::from(steps);
        let report = run_report(&format!("{DRIVEN}[run]\nuntil = 0.06\ntime_step = {step}\n"));
        assert_eq!(number(&report, "time.steps"), f64::from(steps));
        let scale = number(&report, "entropy.produced_J_per_K");
        let left = number(&report, "entropy.quadrature_J_per_K");
        println!("{steps} steps: {:.1e} left", left / scale);
        // the entropies of the two states are sums of some 1e3 J/K
        assert!(left.abs() < 1e-9 * scale, "{left} of {scale}");
        assert!(number(&report, "entropy.closure") < 1e-12);
        number(&report, "entropy.integrator_defect_J_per_K")
    };
    let (coarse, fine) = (defect(6), defect(12));
    assert!(fine < 0.0 && (coarse / fine - 2.0).abs() < 0.1, "the defect is of first order: {coarse} and {fine}");
}

/// A hundred days: rows follow the period, or what entered would come out with the wrong sign. Rows that do not are told.
#[test]
fn many_periods_close_in_sum() {
    let run = |thickness: f64, wall: &str, days: u32, output: &str| {
        run_report(&format!(
            "[grid]\nx = [{{ thickness = {thickness}, cells = 20, ratio = 10 }}]\ny = [{{ thickness = 1, cells = 1 }}]\nmaterial = \"soil\"\n\
             [materials.soil]\nconductivity = 1.5\nvolumetric_heat_capacity = 2e6\n[initial]\ntemperature = \"10 degC\"\n\
             [boundary]\nx_min = {{ temperature = \"{wall}\" }}\n[run]\nuntil = \"{days} d\"\nmethod = \"explicit\"\n{output}"
        ))
    };
    let (sine, square) = ("283.15 + 10*sin(2*pi*t/86400)", "283.15 + 10*step(0, sin(2*pi*t/86400))");
    let told = |report: &serde_json::Value| report["warnings"].to_string().contains("rows of the series");
    for (wall, tolerance) in [(sine, 1e-3), (square, 2e-2)] {
        let report = run(2.0, wall, 100, "");
        let entropy = |key: &str| number(&report, &format!("entropy.{key}_J_per_K"));
        let left = (entropy("quadrature") / entropy("produced")).abs();
        assert!(left < tolerance && !told(&report), "{wall}: {left}");
    }
    assert!(told(&run(2.0, sine, 100, "[output]\nseries_every = \"7.3 d\"\n")));
    // what a cycle produces leaves it, jumps or not
    for wall in [sine, square] {
        let report = run(0.1, wall, 5, "");
        let cycle = |key: &str| number(&report, &format!("state.cycle.{key}_J_per_K"));
        let left = (cycle("produced") + cycle("entered")) / cycle("produced");
        assert!(left.abs() < 2e-2, "{wall}: {}", report["state"]["cycle"]);
    }
}

#[test]
fn a_long_driven_run_closes_with_little_quadrature() {
    let report = run_report(&format!("{DRIVEN}[run]\nuntil = 20.0\n"));
    let scale = number(&report, "entropy.produced_J_per_K");
    let left = number(&report, "entropy.quadrature_J_per_K");
    println!("quadrature {:.1e} of what was produced", left / scale);
    assert!(left.abs() < 1e-3 * scale, "{left} of {scale}");
    assert!(number(&report, "entropy.closure") < 1e-12);
    assert_eq!(number(&report, "second_law.violations"), 0.0, "{}", report["second_law"]);
    check_sums("driven", &report, 1e-10);
    assert_eq!(report["boundaries"]["z_max"]["patches"].as_array().unwrap().len(), 2);
    assert_eq!(report["minimum_production"]["fixed_temperatures"], false);
}

#[test]
fn least_production_is_reached_only_under_the_premise_of_its_theorem() {
    let run = |k: &str| {
        run_report(&format!(
            "[grid]\nsize = [0.1, 0.01]\ncells = [20, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = {k}\nvolumetric_heat_capacity = 1e6\n\
             [initial]\ntemperature = \"500/exp(x/0.1*1.6094379124341003)\"\n[boundary]\nx_min = {{ temperature = 500.0 }}\nx_max = {{ temperature = 100.0 }}\n[run]\nuntil = 20000.0\n"
        ))
    };
    // between 500 and 100 K, from the profile of least production of a constant k: it can but rise
    let fourier = run("10.0");
    assert_eq!(fourier["minimum_production"]["premise_held"], false);
    assert_eq!(fourier["minimum_production"]["never_rose"], false);
    close("k T^2", number(&fourier, "minimum_production.kt2_variation"), 24.0, 0.2);
    let premise = run("\"9e5/T^2\"");
    assert_eq!(premise["minimum_production"]["premise_held"], true);
    assert_eq!(premise["minimum_production"]["never_rose"], true);
}

#[test]
fn the_map_of_destroyed_exergy_and_the_contacts_add_up_to_the_whole() {
    let (_, text, _) = devices().swap_remove(3);
    let text =
        format!("{text}{TIGHT}[output]\nreference_temperature = \"20 degC\"\nfields = [\"exergy_destruction\"]\n");
    let scenario = scenario(&text);
    let outcome = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
    let report = &outcome.report;
    assert_eq!(report.exergy.reference_temperature, 293.15);
    assert!(report.exergy.reference.contains("reference_temperature"), "{}", report.exergy.reference);
    let mut conduction = Conduction::new(Arc::new(scenario.problem.clone())).unwrap();
    let deviations: Vec<f64> = outcome.temperature.iter().map(|t| t - scenario.problem.reference).collect();
    let enthalpy = conduction.enthalpy(&deviations);
    let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
    let field = clausius::output::pictures::field(&scenario, &snapshot, &Default::default(), scenario.output.fields[0]);
    let grid = &scenario.problem.grid;
    let map: f64 = field.numbers().enumerate().map(|(i, w)| w * grid.volume(grid.cell(i))).sum();
    let contacts: f64 = report.contacts.iter().map(|c| 293.15 * c.entropy_production).sum();
    let whole = 293.15 * report.entropy.production;
    close("destruction", report.exergy.destruction, whole, 1e-12 * whole);
    assert!(contacts > 1e-3 * whole);
    close("map and contacts", map + contacts, whole, 1e-9 * whole);
}

/// Rounding of enthalpies that reach to absolute zero is none of a body near its reference.
#[test]
fn what_could_melt_and_does_not_breaks_no_law() {
    let wax = "model = \"heat\"\n[grid]\nsize = [0.01, 0.01]\ncells = [6, 6]\nmaterial = \"wax\"\n\
        [materials.wax]\nconductivity = 1\nvolumetric_heat_capacity = 2.0e6\nmelting = { temperature = 320, latent_heat = \"1.3e8 J/m^3\" }\n\
        [initial]\ntemperature = \"300+1000*x\"\n[run]\nuntil = \"2000 s\"\nmethod = \"explicit\"\n";
    let report = run_report(wax);
    assert_eq!(number(&report, "second_law.violations"), 0.0, "{report}");
    let steady = "model = \"heat\"\n[grid]\nsize = [0.01, 0.01]\ncells = [1, 60]\nmaterial = \"metal\"\n\
        [materials.metal]\nconductivity = 230\nvolumetric_heat_capacity = 2.4e6\nmelting = { temperature = 305, latent_heat = \"1e8 J/m^3\" }\n\
        [initial]\ntemperature = 283.15\n[boundary]\ny_min = { convection = 9.1, ambient = 293.15 }\n\
        y_max = { convection = 16.7, ambient = 273.15 }\n[run]\nuntil = \"steady\"\n";
    let heat = number(&run_report(steady), "boundaries.y_min.heat_in_W");
    let exact = 0.01 * 20.0 / (1.0 / 9.1 + 0.01 / 230.0 + 1.0 / 16.7);
    assert!((heat / exact - 1.0).abs() < 1e-9, "{heat} for {exact}");
    // half a wax that touches its cold wall, in f32 on a device
    let Some(adapter) = adapter() else { return };
    let touched = "model = \"heat\"\n[grid]\nsize = [0.1, 0.1]\ncells = [4, 8]\nmaterial = \"a\"\n\
        [materials.a]\nconductivity = 2.2\nvolumetric_heat_capacity = 2.0e6\nmelting = { solidus = 350.47, liquidus = 359.47, latent_heat = \"4e7 J/m^3\" }\n\
        [initial]\ntemperature = 349.47\n[boundary]\ny_min = { temperature = 347.11 }\n[run]\nuntil = 5000\n";
    let (_, report) = last_fields(&scenario(touched), Some(&adapter));
    assert_eq!(report.second_law.violations, 0, "{:?}", report.second_law.list);
}

/// Heat that falls behind walls whose temperature is far from the body's, and rises.
#[test]
fn inertia_beside_rising_surroundings_breaks_no_law() {
    for condition in ["convection = 6, ambient = \"300+t\"", "radiation = 0.9, ambient = \"300+t\""] {
        let text = format!(
            "[grid]\nsize = [0.004, 0.003]\ncells = [1, 1]\nmaterial = \"naf\"\n\
             [materials.naf]\nconductivity = 1.0\nvolumetric_heat_capacity = 4900\nrelaxation_time = 0.433e-6\n\
             [initial]\ntemperature = 13\n[boundary]\nx_min = {{ {condition} }}\n[run]\nuntil = 3e-6\n"
        );
        let report = run_report(&text);
        assert_eq!(number(&report, "second_law.violations"), 0.0, "{condition}: {report}");
    }
}

/// More heat is asked of a wall than the half cell behind it can conduct: its surface would be colder than absolute zero.
#[test]
fn a_surface_below_absolute_zero_is_a_violation() {
    let text = "[grid]\nsize = [0.05, 0.05]\ncells = [2, 2]\nmaterial = \"a\"\n[materials.a]\nconductivity = 0.01\nvolumetric_heat_capacity = 1e6\n\
        [initial]\ntemperature = 300\n[boundary]\ny_min = { flux = -600.0 }\n[run]\nuntil = 0.3\n";
    assert!(number(&run_report(text), "second_law.violations") > 0.0);
}
