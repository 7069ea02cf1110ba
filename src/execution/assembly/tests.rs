//! What the energy of a run is said to close to.

use crate::backend::{Kind, Precision, Selection};
use crate::execution::{self, Options, Quiet};
use crate::report::Report;
use crate::scenario::Scenario;

/// A cold and a hot half that nothing else touches, of ice and warm water or of what does not melt.
fn mixing(until: f64, melting: &str, boundary: &str, precision: Precision) -> Report {
    let text = format!(
        "[grid]\nsize = [0.02, 0.01]\ncells = [20, 10]\nmaterial = \"ice\"\n[materials.ice]\nconductivity = 2\ndensity = 1000\n\
         specific_heat = 2000\n{melting}\n[[region]]\nname = \"water\"\nbox = [[0.01, 0], [0.02, 0.01]]\ninitial_temperature = \"60 degC\"\n\
         [initial]\ntemperature = \"-10 degC\"\n[boundary]\n{boundary}\n[run]\nuntil = {until}\nmethod = \"explicit\"\n"
    );
    let scenario = Scenario::parse(&text, "mixing.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
    let selection = Selection { kind: Kind::Cpu, precision: Some(precision), ..Selection::default() };
    let options = Options { selection, ..Options::default() };
    execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}")).report
}

const MELTS: &str = "melting = { temperature = \"0 degC\", latent_heat = \"334 kJ/kg\" }";

#[test]
fn what_steps_round_off_is_no_term() {
    for until in [1e4, 1e5] {
        let energy = mixing(until, MELTS, "", Precision::F64).energy;
        // 64 units in the last place of the heat that is there are 2.5e-9 J
        assert!(energy.stored_change.abs() > 1e-8, "little was rounded off: {energy:?}");
        assert_eq!(energy.closure, 0.0, "{until} s: {energy:?}");
    }
}

/// A part in 10^8 of the heat that is there.
#[test]
fn a_little_heat_is_a_term() {
    for melting in [MELTS, ""] {
        let energy = mixing(1e4, melting, "x_min = { flux = 1e-5 }", Precision::F64).energy;
        assert!((energy.boundary_in - 1e-3).abs() < 1e-9, "{energy:?}");
        assert!(energy.closure > 0.0 && energy.closure < 1e-2, "{energy:?}");
    }
}

/// Two f32 hold an enthalpy: what steps round off is far less than a part in 10^4 of the heat.
#[test]
fn many_steps_in_f32_hide_no_heat() {
    let energy = mixing(3e4, "", "x_min = { flux = 0.1 }", Precision::F32).energy;
    assert!((energy.boundary_in / 30.0 - 1.0).abs() < 1e-6 && energy.closure > 0.0, "{energy:?}");
}
