use super::*;
use crate::conduction::Conduction;
use crate::scenario::Scenario;
use std::sync::Arc;

#[test]
fn factors_and_products_keep_their_digits() {
    for n in -120..98 {
        let value = 1.37 * 2.0_f64.powf(f64::from(n) / 4.0);
        let factor = Factor::of(value).unwrap();
        assert!(factor.mantissa >= 1 << (DIGITS - 1) || factor.shift == 62, "{value}: {factor:?}");
        for units in [0, 1, -1, 3, -70_001, 123_456_789, -MOST_UNITS, 2 * MOST_UNITS] {
            let exact = value * f64::from(units);
            let got = factor.times(units) as f64;
            assert!((got - exact).abs() <= 0.5 + exact.abs() * 2.0_f64.powi(-26), "{value} x {units}: {got}");
        }
    }
    assert_eq!((Factor::of(0.0).unwrap().times(77), Factor::of(1e8), Factor::of(-1.0)), (0, None, None));
}

#[test]
fn what_a_division_leaves_stays_in_the_energy() {
    for capacity in [1.0, 1.5, 640.3, 1.7e7] {
        let divisor = Divisor::of(capacity);
        for units in [0_i64, 1, -1, 5_000, -16_000_000] {
            let got = f64::from(divisor.units((units as f64 * capacity) as i64));
            assert!(
                (got - units as f64).abs() <= 1.5 + units.abs() as f64 * 2.0_f64.powi(-26),
                "{capacity} {units}: {got}"
            );
        }
        // an increment far below a unit is not lost
        let steps = (4.0 * capacity) as i64;
        let energy = (0..steps).fold(0, |energy, _| energy + 1);
        assert!((3..=5).contains(&divisor.units(energy)), "{capacity}: {}", divisor.units(energy));
    }
    assert_eq!(Divisor::of(3.0).units(1 << 61), Divisor::of(3.0).units(1 << 60));
}

#[test]
fn a_checkpoint_keeps_every_quantum() {
    let text = "[grid]\nsize = [1, 1]\ncells = [12, 10]\nmaterial = \"a\"\n[materials.a]\nconductivity = 3\nvolumetric_heat_capacity = 1.7e6\n\
        [materials.b]\nconductivity = 1\nvolumetric_heat_capacity = 1.3e3\n[[region]]\nmaterial = \"b\"\nbox = [[0, 0], [0.5, 0.7]]\n\
        [initial]\ntemperature = \"300 + 90*sin(7*x)*cos(9*y)\"\n[run]\nuntil = 1\n";
    let scenario = Scenario::parse(text, "bar.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
    let body = Body::new(Conduction::new(Arc::new(scenario.problem)).unwrap()).unwrap();
    let energy: Vec<i64> = body.energies(&body.conduction.problem.initial).iter().map(|e| e + e % 7).collect();
    assert!(energy.iter().any(|e| e.abs() > 1 << 45));
    assert_eq!(body.energies(&body.enthalpies(&energy)), energy);
}
