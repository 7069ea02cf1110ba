//! Heat in whole numbers: against f64, to the bit between processors, and to the last quantum.

use crate::common::{adapter, scenario};
use clausius::backend::{Kind, Precision, Selection};
use clausius::bench::{self, Proven};
use clausius::execution::{self, Options, Outcome, Quiet};

/// Materials side by side with a resistance between them, a duct, films, a flux, and a heater.
const COMPOSITE: &str = "[grid]\nsize = [0.1, 0.06, 0.04]\ncells = [20, 12, 8]\nmaterial = \"a\"\n[materials.a]\nconductivity = [30, 12, 5]\n\
    volumetric_heat_capacity = 2.1e6\n[materials.b]\nconductivity = 0.2\nvolumetric_heat_capacity = 1.4e3\n\
    [[region]]\nname = \"plug\"\nmaterial = \"b\"\nbox = [[0.02, 0.01, 0.0], [0.06, 0.03, 0.02]]\n\
    [[region]]\nname = \"duct\"\nmaterial = \"void\"\nbox = [[0.07, 0.02, 0.01], [0.08, 0.04, 0.03]]\nboundary = { convection = 400, ambient = 280 }\n\
    [[region]]\nname = \"heater\"\nbox = [[0.0, 0.0, 0.02], [0.03, 0.03, 0.04]]\npower = 20\n\
    [[contact]]\nbetween = [\"a\", \"b\"]\nresistance = 1e-3\n[initial]\ntemperature = 300\n\
    [boundary]\nx_min = { temperature = 350 }\nx_max = { convection = 50, ambient = 290 }\nz_max = { flux = 2e3 }\n[run]\nuntil = 40\n";

/// Joined ends and links askew, a wall and a heater that change in time, nothing but small differences.
const DRIVEN: &str = "[grid]\nsize = [0.1, 0.08]\ncells = [25, 16]\nmaterial = \"a\"\n[materials.a]\nconductivity = [[40, 12], [12, 9]]\n\
    volumetric_heat_capacity = 3e6\n[[region]]\nname = \"heater\"\nbox = [[0.03, 0.02], [0.05, 0.04]]\npower_density = \"2e5*(1 + sin(t/3))\"\n\
    [initial]\ntemperature = \"300 + 0.1*x\"\n[boundary]\nx_min = { periodic = true }\nx_max = { periodic = true }\n\
    y_min = { temperature = \"300 + 2*sin(t/5)\" }\ny_max = { convection = 90, ambient = 301 }\n[run]\nuntil = 30\n";

/// A bar that cools for so long that nothing but the last digits move.
const BAR: &str = "[grid]\nsize = [0.2, 0.05]\ncells = [32, 2]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\nvolumetric_heat_capacity = 2.5e6\n\
    [initial]\ntemperature = \"300 + 4000*x*(0.2 - x)\"\n[boundary]\nx_min = { temperature = 310 }\nx_max = { convection = 500, ambient = 300 }\n[run]\nuntil = 20000\n";

/// A cell alone, which has walls and no links.
const CELL: &str = "[grid]\nsize = [0.01, 0.01]\ncells = [1, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\nvolumetric_heat_capacity = 2.5e6\n\
    [initial]\ntemperature = 300\n[boundary]\nx_min = { convection = 500, ambient = 330 }\n[run]\nuntil = 20\n";

fn run(text: &str, selection: Selection) -> Outcome {
    let options = Options { selection, ..Options::default() };
    execution::run(&scenario(text), &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

fn exact() -> Selection {
    Selection { kind: Kind::Cpu, exact: true, ..Selection::default() }
}

#[test]
fn whole_numbers_follow_f64_and_lose_no_quantum() {
    for (name, text) in [("composite", COMPOSITE), ("driven", DRIVEN), ("bar", BAR)] {
        let explicit = format!("{text}method = \"explicit\"\n");
        let double = run(&explicit, Selection { precision: Some(Precision::F64), ..Selection::default() });
        let whole = run(text, exact());
        let proof = whole.report.precision.exact.clone().expect("a proof");
        let apart = double.apart(&whole);
        println!("{name}: {} steps, {apart:.1e} of the range from f64, {proof:?}", whole.report.time.steps);
        assert_eq!((proof.left_quanta, whole.report.time.steps), (0, double.report.time.steps), "{name}");
        assert!(apart < 1e-6, "{name}: {apart:e}");
        assert!(whole.report.energy.closure < 1e-9, "{name}: {:e}", whole.report.energy.closure);
        assert_eq!(whole.report.second_law.violations, 0, "{name}: {:?}", whole.report.second_law);
        assert_eq!(whole.report.backend.precision, "exact");
    }
}

/// What these runs come to on any processor; a sine may differ from library to library.
#[test]
fn the_bytes_are_those_of_every_other_processor() {
    let known = [
        ("composite", COMPOSITE, Some("40ae04d0c5132947")),
        ("driven", DRIVEN, None),
        ("bar", BAR, Some("f48af8a23005668d")),
        ("cell", CELL, None),
    ];
    let adapter = adapter();
    for (name, text, checksum) in known {
        let proof = run(text, exact()).report.precision.exact.expect("a proof");
        println!("{name}: {}", proof.checksum);
        if let Some(adapter) = &adapter {
            let gpu = run(text, Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..exact() });
            assert_eq!(gpu.report.backend.kind, "gpu");
            assert_eq!(gpu.report.precision.exact.as_ref(), Some(&proof), "{name}");
        }
        assert!(checksum.is_none_or(|known| known == proof.checksum), "{name}: {}", proof.checksum);
    }
}

#[test]
fn what_whole_numbers_do_not_cover_is_refused() {
    let refused = |text: &str| {
        let options = Options { selection: exact(), ..Options::default() };
        execution::run(&scenario(text), &options, &mut Quiet).err().map_or_else(String::new, |e| e.to_string())
    };
    let radiating = BAR.replace("convection = 500", "radiation = 0.5");
    let steady = BAR.replace("until = 20000", "until = \"steady\"");
    let varying = BAR.replace("conductivity = 50", "conductivity = \"50 + T\"");
    let thin = COMPOSITE.replace("1.4e3", "1e-2");
    // heated beyond what the known temperatures leave room for
    let hot = BAR.replace("x_max = { convection = 500, ambient = 300 }", "x_max = { flux = 1e9 }");
    for (text, told) in [
        (radiating, "radiation"),
        (steady, "until"),
        (varying, "conductivities"),
        (thin, "heat capacities"),
        (hot, "K from"),
    ] {
        let error = refused(&text);
        assert!(error.contains("--precision exact") && error.contains(told), "{told}: {error}");
    }
}

#[test]
fn a_device_is_proven_before_it_has_a_score() {
    let prove = |selection: Selection| bench::prove(&selection).unwrap_or_else(|e| panic!("{e}"));
    let cpu = prove(Selection { kind: Kind::Cpu, ..Selection::default() });
    assert_eq!(cpu.objection(), None);
    if let Some(adapter) = adapter() {
        let gpu = prove(Selection { kind: Kind::Gpu, adapter: Some(adapter), ..Selection::default() });
        assert_eq!(gpu.objection(), None);
    }
    let wrong = Proven { checksum: cpu.checksum.replace('1', "2"), ..cpu.clone() };
    assert!(wrong.objection().is_some_and(|o| o.contains(&cpu.checksum)));
    assert!(Proven { left_quanta: -1, ..cpu }.objection().is_some_and(|o| o.contains("-1 quanta")));
}
