//! What must hold to rounding, whatever the grid: heat and entropy budgets, the maximum principle, and the
//! closed-form production of a slab.

use crate::common::{adapter, last_fields, number, run_report, scenario};
use clausius::execution::{self, Options, Quiet};

fn close(got: f64, wanted: f64, relative: f64) {
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{got} is not {wanted} within {relative:e}");
}

const MEDIA: &str = "
[materials.soft]
conductivity = 0.7
volumetric_heat_capacity = 2.0e6
[materials.hard]
conductivity = [30.0, 90.0, 10.0]
volumetric_heat_capacity = 3.1e6
[materials.wax]
conductivity = \"0.2 + 0.001*(T - 300)\"
volumetric_heat_capacity = \"1.8e6 + 500*(T - 300)\"
melting = { solidus = 305.0, liquidus = 309.0, latent_heat = \"1.5e8 J/m^3\" }
";

fn mixed(extra: &str) -> String {
    format!(
        "model = \"heat\"\n[grid]\nx = [{{ thickness = 0.02, cells = 7, ratio = 3.0 }}]\ny = [{{ thickness = 0.03, cells = 9 }}]\nz = [{{ thickness = 0.01, cells = 6 }}]\nmaterial = \"soft\"\n{MEDIA}\n\
         [[region]]\nname = \"block\"\nmaterial = \"hard\"\nbox = [[0.005, 0.0, 0.0], [0.015, 0.02, 0.006]]\npower = \"1.5*sin(0.3*t)^2\"\n\
         [[region]]\nname = \"store\"\nmaterial = \"wax\"\nbox = [[0.0, 0.02, 0.002], [0.02, 0.03, 0.01]]\n\
         [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.008, 0.008, 0.003], [0.012, 0.014, 0.006]]\nboundary = {{ convection = 20.0, ambient = 290.0 }}\n\
         [[contact]]\nbetween = [\"hard\", \"soft\"]\nresistance = 1e-4\n\
         [initial]\ntemperature = \"300 + 8*sin(200*x)*cos(100*y)\"\n\
         [boundary]\nx_min = {{ temperature = \"315 + 5*sin(t)\" }}\ny_max = {{ convection = 30.0, radiation = 0.7, ambient = \"320 + 100*x\" }}\nz_max = [{{ box = [[0.0, 0.0], [0.01, 0.015]], flux = 2e4 }}, {{ convection = 8.0, ambient = 295.0 }}]\n{extra}"
    )
}

#[test]
fn energy_closes_to_rounding_with_everything_at_once() {
    let report = run_report(&mixed("[run]\nuntil = \"20 s\"\n"));
    let closure = number(&report, "energy.closure");
    println!("energy closure {closure:.2e}");
    assert!(closure < 1e-12, "energy closure {closure:e}");
    assert_eq!(number(&report, "second_law.violations"), 0.0);
    assert!(number(&report, "second_law.checked") > 500.0);
}

#[test]
fn a_slab_between_two_temperatures_produces_q_times_the_difference_of_inverse_temperatures() {
    for cells in [1, 4, 33] {
        for k in ["10.0", "\"2 + 0.03*T\""] {
            let report = run_report(&format!(
                "model = \"heat\"\n[grid]\nsize = [0.1, 0.05]\ncells = [{cells}, 2]\nmaterial = \"m\"\n[materials.m]\nconductivity = {k}\nvolumetric_heat_capacity = 1e6\n\
                 [initial]\ntemperature = 350.0\n[boundary]\nx_min = {{ temperature = 400.0 }}\nx_max = {{ temperature = 300.0 }}\n[run]\nuntil = \"steady\"\n"
            ));
            let heat = number(&report, "boundaries.x_min.heat_in_W");
            close(number(&report, "entropy.production_W_per_K"), heat * 100.0 / (400.0 * 300.0), 1e-9);
            close(number(&report, "entropy.boundary_flow_W_per_K"), -heat * 100.0 / (400.0 * 300.0), 1e-9);
            assert!(number(&report, "entropy.closure") < 1e-9);
            assert_eq!(report["state"]["verdict"], "steady");
        }
    }
}

#[test]
fn an_isolated_body_comes_to_equilibrium_and_its_entropy_rises_as_produced() {
    // It starts as a spike one cell wide; what super steps produce is a curve through rows, explicit steps are summed one by one.
    for (method, summed_to) in [("explicit", 3e-5), ("super-time-stepping", 5e-4)] {
        let report = run_report(&format!(
            "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [64, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = 1.0\n\
             [initial]\ntemperature = \"if(x < 0.5, 400, 300)\"\n[run]\nuntil = 6.0\nmethod = \"{method}\"\n"
        ));
        let gain = (350.0_f64 * 350.0 / (400.0 * 300.0)).ln() / 2.0;
        close(number(&report, "entropy.change_J_per_K"), gain, 1e-6);
        close(number(&report, "entropy.produced_J_per_K"), gain, summed_to);
        assert_eq!(report["state"]["verdict"], "equilibrium");
        assert!(number(&report, "energy.closure") < 1e-12);
    }
}

#[test]
fn no_temperature_leaves_its_range_in_a_tilted_tensor() {
    // k ratio 1000 at 30 degrees: centred cross terms would undershoot by kelvins here
    let report = run_report(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [48, 48]\nmaterial = \"m\"\n\
         [materials.m]\nconductivity = [[0.75025, 0.432580, 0], [0.432580, 0.25075, 0], [0, 0, 1.0]]\nvolumetric_heat_capacity = 1.0\n\
         [initial]\ntemperature = \"if((x-0.5)^2 + (y-0.5)^2 < 0.01, 400, 300)\"\n[run]\nuntil = 0.01\n",
    );
    assert!(number(&report, "temperature.min_K") >= 300.0 - 1e-10);
    assert!(number(&report, "temperature.max_K") <= 400.0 + 1e-10);
    assert!(number(&report, "energy.closure") < 1e-12);
}

#[test]
fn a_steady_insulated_body_keeps_its_energy_and_is_in_equilibrium() {
    let report = run_report(
        "model = \"heat\"\n[grid]\nsize = [1.0, 1.0]\ncells = [16, 16]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1.0\nvolumetric_heat_capacity = \"1000 + T\"\n\
         [initial]\ntemperature = \"300 + 100*x\"\n[run]\nuntil = \"steady\"\n",
    );
    // int (1000 + T) dT from the mean enthalpy: H = 1000 T + T^2/2 averaged over 300..400
    let h = 1000.0 * 350.0 + (400.0_f64.powi(3) - 300.0_f64.powi(3)) / 6.0 / 100.0;
    let t = -1000.0 + (1000.0_f64.powi(2) + 2.0 * h).sqrt();
    close(number(&report, "temperature.mean_K"), t, 1e-4);
    assert_eq!(report["state"]["verdict"], "equilibrium");
}

/// A beam that is on for less than a step of the rest of the run brings what it carries, by either method.
/// Heat of either sign, none in all; a body that exchanges nothing; and a conductor of some nanometres at a given temperature.
#[test]
fn steady_balances_are_judged_by_what_passes() {
    let body = "[grid]\nsize = [0.1, 0.03]\ncells = [50, 30]\nmaterial = \"m\"\n[materials.m]\nconductivity = 5\nvolumetric_heat_capacity = 1e6\n";
    let source = |name: &str, x: f64, power: f64| {
        format!("[[region]]\nname = \"{name}\"\nbox = [[{x}, 0], [{}, 0.03]]\npower = {power}\n", x + 0.02)
    };
    let steady = "[run]\nuntil = \"steady\"\n";
    let dipole = format!(
        "{body}{}{}[boundary]\ny_max = {{ convection = 10, ambient = 350 }}\n{steady}",
        source("a", 0.01, 3.0),
        source("b", 0.07, -3.0)
    );
    let report = run_report(&dipole);
    assert!(number(&report, "energy.closure") < 1e-12, "{}", report["energy"]);

    let alone = format!("{body}[initial]\ntemperature = \"300 + 50*x\"\n{steady}");
    let report = run_report(&alone);
    assert_eq!(report["state"]["verdict"], "equilibrium");
    assert!((number(&report, "temperature.min_K") - 302.5).abs() < 1e-9);

    // a body that keeps a temperature which nobody gave is told, one in void is none
    let part = |name: &str, x: f64| {
        format!("[[region]]\nname = \"{name}\"\nmaterial = \"m\"\nbox = [[{x}, 0], [{}, 0.03]]\n", x + 0.04)
    };
    let apart = format!(
        "[grid]\nsize = [0.1, 0.03]\ncells = [50, 30]\nmaterial = \"void\"\n[materials.m]\nconductivity = 5\nvolumetric_heat_capacity = 1e6\n{}{}\
         [boundary]\nx_min = {{ temperature = 350 }}\n",
        part("a", 0.0),
        part("b", 0.06)
    );
    let told = |text: &str| run_report(text)["warnings"].to_string().contains("add [initial]");
    assert!(told(&format!("{apart}{steady}")));
    assert!(!told(&format!("{apart}[initial]\ntemperature = 300\n{steady}")));
    assert!(!told(&format!("{}{steady}", apart.replace(&part("b", 0.06), ""))));

    let film = "[grid]\nx = [{ thickness = \"100 nm\", cells = 2, material = \"f\" }, { thickness = \"1 mm\", cells = 10, material = \"a\" }]\n\
        y = [{ thickness = \"1 mm\", cells = 2 }]\n[materials.f]\nconductivity = 200\nvolumetric_heat_capacity = 1e6\n\
        [materials.a]\nconductivity = 1\nvolumetric_heat_capacity = 1e5\n[boundary]\nx_min = { temperature = 400 }\n\
        x_max = { convection = 5, ambient = 300 }\n";
    let report = run_report(&format!("{film}{steady}"));
    let exact = 100.0 / (1e-7 / 200.0 + 1e-3 + 0.2) * 1e-3;
    let heat = number(&report, "boundaries.x_max.heat_in_W");
    assert!((-heat / exact - 1.0).abs() < 1e-9, "{heat} W for {exact} W");
}

/// A conductivity that overflows on the way ends the search with an error, and not with a report of numbers that are none.
#[test]
fn a_steady_search_that_overflows_ends() {
    let text = "[grid]\nsize = [0.1, 0.02]\ncells = [20, 2]\nmaterial = \"m\"\n[materials.m]\nconductivity = \"exp((T-300)/200)\"\n\
        volumetric_heat_capacity = 1e6\n[boundary]\nx_min = { temperature = 300 }\nx_max = { flux = 1e6 }\n[run]\nuntil = \"steady\"\n";
    match execution::run(&scenario(text), &Options::default(), &mut Quiet) {
        Err(error) => assert!(error.to_string().contains("not reached"), "{error}"),
        Ok(outcome) => assert!(outcome.report.energy.closure < 1e-8, "{:?}", outcome.report.energy),
    }
}

/// A heater that varies in place and time and cuts cells has its own power in the report.
#[test]
fn a_heater_that_cuts_cells_tells_its_own_power() {
    let report = run_report(
        "[grid]\nsize = [\"10 mm\", \"10 mm\"]\ncells = [10, 10]\nmaterial = \"silicon\"\n[[region]]\nname = \"heater\"\n\
         box = [[\"5.5 mm\", 0], [\"10 mm\", \"10 mm\"]]\npower_density = \"1e7*x*(1+t)\"\n[initial]\ntemperature = 300\n[run]\nuntil = \"0.1 s\"\n",
    );
    let (own, all) = (number(&report, "regions.heater.power_W"), number(&report, "sources.heat_W"));
    assert!((own / all - 1.0).abs() < 1e-12, "{own} W of {all} W");
}

/// Both faces of a void are surfaces that a probe may lie on.
#[test]
fn probes_lie_on_either_face_of_a_void() {
    let report = run_report(
        "[grid]\nsize = [\"10 mm\", \"10 mm\"]\ncells = [10, 10]\nmaterial = \"copper\"\n[[region]]\nname = \"hole\"\nmaterial = \"void\"\n\
         box = [[\"4 mm\", \"4 mm\"], [\"6 mm\", \"6 mm\"]]\nboundary = { temperature = 500 }\n[boundary]\nx_min = { temperature = 300 }\n\
         [[probe]]\nname = \"low\"\nat = [\"4 mm\", \"5 mm\"]\n[[probe]]\nname = \"high\"\nat = [\"6 mm\", \"5 mm\"]\n\
         [[probe]]\nname = \"under\"\nat = [\"5.5 mm\", \"4 mm\"]\n[run]\nuntil = \"steady\"\n",
    );
    for probe in ["low", "high", "under"] {
        let t = number(&report, &format!("probes.{probe}.temperature_K"));
        assert!((t - 500.0).abs() < 1e-9, "{probe}: {t} K");
    }
}

#[test]
fn a_flash_brings_what_it_carries() {
    for method in ["explicit", "super-time-stepping"] {
        for (flash, until) in [(0.01, 10.0), (1.0, 200.0)] {
            let report = run_report(&format!(
                "[grid]\nsize = [0.02, 0.02, 0.005]\ncells = [20, 20, 5]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\n\
                 volumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n[[beam]]\nface = \"z_max\"\npower = 1000\n\
                 radius = \"3 mm\"\npath = [{{ t = 0, at = [0.01, 0.01] }}, {{ t = {flash}, at = [0.01, 0.01] }}]\n\
                 [run]\nuntil = {until}\nmethod = \"{method}\"\n"
            ));
            let entered = number(&report, "energy.boundary_in_J");
            assert!((entered / (1000.0 * flash) - 1.0).abs() < 1e-3, "{method}, {flash} s: {entered} J");
            let told = number(&report, "precision.time_step_K");
            let range = number(&report, "temperature.max_K") - number(&report, "temperature.min_K");
            assert!(told < 0.1 * range.max(0.01), "{method}, {flash} s: time step {told} K of {range} K");
        }
    }
}

/// A beam that ends with the run is no error of its time step.
#[test]
fn what_ends_with_the_run_is_no_error_of_the_step() {
    let report = run_report(
        "[grid]\nsize = [0.02, 0.02]\ncells = [20, 20]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\n\
         volumetric_heat_capacity = 2e6\n[initial]\ntemperature = 300\n[[beam]]\nface = \"y_max\"\npower = 10000\n\
         radius = \"3 mm\"\npath = [{ t = 0, at = [0.01] }, { t = 20, at = [0.01] }]\n[run]\nuntil = 20\nmethod = \"explicit\"\n",
    );
    let range = number(&report, "temperature.max_K") - number(&report, "temperature.min_K");
    let told = number(&report, "precision.time_step_K");
    assert!(told < 0.01 * range, "{told} K of {range} K");
}

fn steady(rest: &str) -> String {
    format!(
        "[grid]\nsize = [0.1, 0.1]\ncells = [10, 10]\n{rest}\n[materials.m]\nconductivity = 10\nvolumetric_heat_capacity = 2e6\n\
         [run]\nuntil = \"steady\"\n"
    )
}

#[test]
fn more_cold_than_there_is_is_said_to_be_that() {
    let text = steady(
        "material = \"m\"\n[initial]\ntemperature = 300\n[boundary]\nx_min = { flux = -1e6 }\nx_max = { temperature = 300 }\n",
    );
    let error = execution::run(&scenario(&text), &Options::default(), &mut Quiet).expect_err("too cold").to_string();
    assert!(error.contains("above absolute zero"), "{error}");
}

/// One body between no walls, one held at 300 K: nothing flows.
#[test]
fn bodies_apart_are_in_equilibrium_each_for_itself() {
    let text = steady(
        "material = \"void\"\n[[region]]\nname = \"a\"\nmaterial = \"m\"\nbox = [[0, 0], [0.04, 0.1]]\n\
         [[region]]\nname = \"b\"\nmaterial = \"m\"\nbox = [[0.06, 0], [0.1, 0.1]]\n[initial]\ntemperature = \"300 + 500*x\"\n\
         [boundary]\nx_min = { temperature = 300 }\n",
    );
    let report = run_report(&text);
    assert_eq!(report["state"]["verdict"], "equilibrium", "{}", report["state"]["reason"]);
    assert!((number(&report, "regions.b.temperature.mean_K") - 340.0).abs() < 1e-9);
}

#[test]
fn a_table_that_ends_too_early_is_told() {
    for (reach, told) in [("[250, 450]", false), ("[300, 310]", true)] {
        let table = format!("conductivity = {{ T = {reach}, value = [10, 12] }}\nvolumetric_heat_capacity");
        let text = steady(
            "material = \"m\"\n[initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 400 }\n",
        );
        let report = run_report(&text.replace("conductivity = 10\nvolumetric_heat_capacity", &table));
        let warnings = report["warnings"].to_string();
        assert_eq!(warnings.contains("its tables reach from"), told, "{reach}: {warnings}");
    }
}

#[test]
fn a_metal_beyond_its_melting_point_is_told() {
    let text = |hot: f64| {
        format!(
            "model = \"heat\"\n[grid]\nsize = [0.1, 0.01]\ncells = [20, 2]\nmaterial = \"tin\"\n[boundary]\nx_min = {{ temperature = {hot} }}\n\
             x_max = {{ temperature = 300.0 }}\n[run]\nuntil = \"steady\"\n"
        )
    };
    let warnings = |hot| run_report(&text(hot))["warnings"].to_string();
    assert!(warnings(700.0).contains("melts at 505.1 K, which was not computed"), "{}", warnings(700.0));
    assert!(!warnings(480.0).contains("melts"));
}

/// What is at 4 K keeps its digits in single precision though its surroundings are at 300 K, and what rounding may do is foretold.
#[test]
fn cold_bodies_keep_their_digits_beside_warm_surroundings() {
    let text = |convection: f64| {
        format!(
            "model = \"heat\"\n[grid]\nsize = [0.02, 0.02]\ncells = [20, 20]\nmaterial = \"m\"\n[materials.m]\nconductivity = \"300*(T/4)\"\n\
             density = 1000\nspecific_heat = \"1*(T/4)^3\"\n[initial]\ntemperature = 4\n[boundary]\nx_min = {{ temperature = 4 }}\n\
             x_max = {{ convection = {convection}, ambient = 300 }}\n[run]\nuntil = \"1 ms\"\n[output]\nfields = [\"temperature\"]\n"
        )
    };
    let Some(adapter) = adapter() else { return };
    for convection in [1e-9, 0.1] {
        let scenario = scenario(&text(convection));
        let ((cpu, of_cpu), (gpu, of_gpu)) = (last_fields(&scenario, None), last_fields(&scenario, Some(&adapter)));
        let apart = cpu[0].numbers().zip(gpu[0].numbers()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let foretold = of_gpu.precision.rounding.expect("a number");
        assert!(apart < 2e-5 && apart < foretold, "{apart} K apart, foretold {foretold}");
        let heat = |report: &clausius::report::Report| report.boundaries.0[0].1.heat_in;
        let (cpu, gpu) = (heat(&of_cpu), heat(&of_gpu));
        assert!((cpu - gpu).abs() < 0.05 * cpu.abs() + 0.2, "{cpu} W on the CPU, {gpu} W on a device");
        assert_eq!(of_gpu.second_law.violations, 0);
    }
}
