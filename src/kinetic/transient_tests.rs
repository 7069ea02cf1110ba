//! The way through time against exact solutions.

use super::domain::{Domain, Law, Outer};
use super::medium::{Band, Medium};
use super::quadrature::Ordinates;
use super::steady::{Tolerance, solve};
use super::survey::Survey;
use super::tests::gray;
use super::transient::Transient;
use crate::grid::{Axis, Grid, Side};
use std::f64::consts::TAU;

/// A line of cells between x = 0 and `length`.
fn line(cells: usize, length: f64, medium: Medium, outer: impl Fn([usize; 3], Side) -> Outer) -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, length, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let n = grid.len();
    let outer = |cell, side: Side| match side.axis {
        0 => outer(cell, side),
        _ => Outer::Law(Law::Adiabatic { specularity: 1.0 }),
    };
    Domain::new(grid, vec![0; n], vec![medium], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None)
}

fn joined(_: [usize; 3], _: Side) -> Outer {
    Outer::Joined(0.0)
}

fn held(low: f64, high: f64) -> impl Fn([usize; 3], Side) -> Outer {
    move |_, side: Side| Outer::Law(Law::Thermal(if side.high { high } else { low }))
}

fn advance(transient: &mut Transient, time: f64) {
    let steps = (time / (0.9 * transient.longest_step())).ceil();
    (0..steps as usize).for_each(|_| transient.advance(time / steps, true));
}

/// Collins et al., J. Appl. Phys. 114, 104302 (2013): amplitude of a grating cos(q x) at times t/tau, eta = q L.
#[test]
fn grating_decays() {
    let times = [0.25, 0.5, 1.0, 2.0, 3.0];
    // the steepest needs more cells and directions: after 3 tau its carriers are five periods away
    for (eta, expected) in [
        (0.1, [0.999904, 0.999645, 0.998774, 0.996221, 0.993187]),
        (0.5, [0.997602, 0.991148, 0.969669, 0.908779, 0.840795]),
        (1.0, [0.990429, 0.964898, 0.882501, 0.672744, 0.482305]),
        (5.0, [0.777384, 0.335246, -0.0932394, 0.00455489, 0.00403792]),
        (10.0, [0.289938, -0.143004, -0.00794558, 0.00489447, -0.00175263]),
    ] {
        let cells = if eta > 5.0 { 100 } else { 40 };
        let period = TAU / eta;
        let domain = line(cells, period, gray(1.0), joined);
        let wave: Vec<f64> = (0..cells).map(|i| ((i as f64 + 0.5) / cells as f64 * TAU).cos()).collect();
        let polar = if eta > 5.0 { 32 } else { 16 };
        let mut transient = Transient::new(domain, Ordinates::new(2, polar, 2 * polar), &wave);
        let mut reached = 0.0;
        for (t, a) in times.into_iter().zip(expected) {
            advance(&mut transient, t - reached);
            reached = t;
            let temperature = transient.survey().temperature;
            let got = 2.0 / cells as f64 * temperature.iter().zip(&wave).map(|(t, w)| t * w).sum::<f64>();
            assert!((got - a).abs() < 3e-3, "eta {eta}, t {t}: {got} for {a}");
            assert!(temperature.iter().sum::<f64>().abs() < 1e-10);
        }
    }
}

/// Without scattering: (1 - s)/2 at s = x/(v t), flux (1 - s^2) of C v/4.
#[test]
fn wall_step_without_scattering() {
    let cells = 200;
    let mut transient =
        Transient::new(line(cells, 1.0, gray(1e9), held(1.0, 0.0)), Ordinates::new(2, 16, 64), &vec![0.0; cells]);
    advance(&mut transient, 0.8);
    let survey = transient.survey();
    for s in [0.1, 0.25, 0.5, 0.9] {
        let x = s * 0.8 * cells as f64 - 0.5;
        let i = x as usize;
        let at = |f: &dyn Fn(usize) -> f64| f(i) + (x - i as f64) * (f(i + 1) - f(i));
        let (t, q) = (at(&|i| survey.temperature[i]), 4.0 * at(&|i| survey.flux[i].x));
        assert!((t - 0.5 * (1.0 - s)).abs() < 0.005 && (q - (1.0 - s * s)).abs() < 0.01, "{s}: {t} {q}");
    }
}

/// At rest in the end, the same as the steady solver; energy is kept on the way.
#[test]
fn rests_where_the_steady_state_is() {
    for kn in [0.1, 1.0] {
        let cells = 50;
        let mut domain = line(cells, 1.0, gray(kn), held(1.0, 0.0));
        domain.source.fill(0.2);
        let ordinates = Ordinates::new(2, 8, 16);
        let steady =
            solve(&domain, &ordinates, Tolerance { residual: 1e-8, imbalance: 1e-7, iterations: 100 }, &mut |_| true)
                .unwrap();
        let steady = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
        let mut transient = Transient::new(domain, ordinates, &vec![0.0; cells]);
        advance(&mut transient, 30.0);
        let survey = transient.survey();
        let energy: f64 = survey.temperature.iter().sum::<f64>() / cells as f64;
        let (entered, heated) = transient.ledger();
        assert!((entered.iter().sum::<f64>() + heated - energy).abs() < 1e-10);
        for (a, b) in survey.temperature.iter().zip(&steady.temperature) {
            assert!((a - b).abs() < 3e-3, "{kn}: {a} {b}");
        }
        assert!((survey.heat[0] / steady.heat[0] - 1.0).abs() < 3e-3);
        let ([a, b], [c, d]) = (survey.entropy(1.0), steady.entropy(1.0));
        assert!((a / c - 1.0).abs() < 0.02 && (b / d - 1.0).abs() < 0.02, "{a} {c} {b} {d}");
    }
}

/// Steps of twenty times between collisions, cells of twenty mean free paths: Fourier's decay.
#[test]
fn thick_cells_and_long_steps_diffuse() {
    let (kn, cells) = (1e-3, 50);
    let domain = line(cells, 1.0, gray(kn), held(0.0, 0.0));
    let k = domain.media[0].conductivity();
    let wave: Vec<f64> = (0..cells).map(|i| ((i as f64 + 0.5) / cells as f64 * TAU / 2.0).sin()).collect();
    let mut transient = Transient::new(domain, Ordinates::new(2, 4, 8), &wave);
    let time = 0.5 / (k * (TAU / 2.0).powi(2));
    advance(&mut transient, time);
    let got = transient.survey().temperature.iter().zip(&wave).map(|(t, w)| t * w).sum::<f64>() * 2.0 / cells as f64;
    assert!((got / (-0.5f64).exp() - 1.0).abs() < 0.01, "{got}");
}

/// Mirrors, diffuse walls, joined ends with a jump, and a pore: energy stays, and the square rests where it should.
#[test]
fn plane_with_a_pore() {
    let axis = || Axis::uniform(0.0, 1.0, 12);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let n = grid.len();
    let void = |c: usize| (4..8).contains(&(c % 12)) && (4..8).contains(&(c / 12));
    let medium: Vec<u8> = (0..n).map(|c| if void(c) { super::domain::VOID } else { 0 }).collect();
    let outer = |_, side: Side| match side.axis {
        0 => Outer::Joined(if side.high { 1.0 } else { -1.0 }),
        _ => Outer::Law(Law::Adiabatic { specularity: 0.5 }),
    };
    let surface = |_, _, _| Law::Adiabatic { specularity: 0.0 };
    let domain = Domain::new(grid, medium, vec![gray(0.5)], vec![0.0; n], outer, surface, |_, _| None);
    let ordinates = Ordinates::new(2, 4, 8);
    let steady =
        solve(&domain, &ordinates, Tolerance { residual: 1e-8, imbalance: 1e-7, iterations: 100 }, &mut |_| true)
            .unwrap();
    let steady = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
    let mut transient = Transient::new(domain, ordinates, &vec![0.0; n]);
    advance(&mut transient, 20.0);
    let survey = transient.survey();
    let low = |s: &Survey| -> f64 {
        let walls = transient.domain().walls.iter().zip(&s.heat);
        walls
            .filter(|(w, _)| w.side == (Side { axis: 0, high: false }))
            .filter(|(w, _)| w.cell % 12 == 0)
            .map(|(_, q)| q)
            .sum()
    };
    assert!((low(&survey) / low(&steady) - 1.0).abs() < 0.02);
    assert!(survey.temperature.iter().sum::<f64>().abs() < 1e-9);
}

/// Two bands, the second slow and heavy.
fn two_bands() -> Medium {
    let band = |c: f64, v: f64, l: f64| Band { heat_capacity: c, velocity: v, mean_free_path: l };
    Medium::new(vec![band(1.0, 1.0, 0.5), band(3.0, 0.2, 0.4)])
}

/// Heat for one band alone, everywhere: all energy counts, and that band is ahead of the other by `S C_other / (C G)`, with G
/// what they exchange per kelvin.
#[test]
fn a_heated_band_is_ahead_of_the_other() {
    let (source, time) = (0.7, 24.0);
    for heated in [0, 1] {
        let mut domain = line(4, 1.0, two_bands(), joined);
        domain.source.fill(source);
        let parts = if heated == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
        (0..4).for_each(|c| domain.share_source(c, &parts));
        let [first, second] = [domain.media[0].bands[0], domain.media[0].bands[1]];
        let exchange = first.exchange() * second.exchange() / (first.exchange() + second.exchange());
        let [other, own] = if heated == 0 { [second, first] } else { [first, second] };
        let mut transient = Transient::new(domain, Ordinates::new(2, 4, 8), &[0.0; 4]);
        advance(&mut transient, time);
        let survey = transient.survey();
        let mean = source * time / 4.0;
        // of the heated band over the mean of both
        let ahead = source * other.heat_capacity / (4.0 * exchange) * (1.0 - own.heat_capacity / 4.0);
        for c in 0..4 {
            assert!((survey.temperature[c] / mean - 1.0).abs() < 1e-12, "{} for {mean}", survey.temperature[c]);
            let found = survey.source_urge[c] - survey.temperature[c];
            assert!((found / ahead - 1.0).abs() < 1e-6, "{found} for {ahead}");
        }
        let (_, given) = transient.ledger();
        assert!((given / (source * time) - 1.0).abs() < 1e-12);
    }
}

/// Steady states of heat for one band alone, by passes and through time.
#[test]
fn a_heated_band_rests_where_the_steady_state_is() {
    let cells = 30;
    let mut domain = line(cells, 1.0, two_bands(), held(0.0, 0.0));
    (0..cells).filter(|c| c % 2 == 0).for_each(|c| domain.share_source(c, &[0.1, 0.9]));
    domain.source.iter_mut().enumerate().for_each(|(c, s)| *s = if c < 12 { 1.0 } else { 0.0 });
    let ordinates = Ordinates::new(2, 8, 16);
    let tolerance = Tolerance { residual: 1e-9, imbalance: 1e-9, iterations: 100 };
    let steady = solve(&domain, &ordinates, tolerance, &mut |_| true).unwrap();
    let found = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
    let net = found.heat.iter().sum::<f64>() + domain.source_heat();
    assert!(net.abs() < 1e-8 * domain.source_heat(), "{net:e}");
    let mut transient = Transient::new(domain, ordinates, &vec![0.0; cells]);
    advance(&mut transient, 40.0);
    let rested = transient.survey();
    let largest = found.temperature.iter().fold(0.0_f64, |m, t| m.max(*t));
    for (a, b) in rested.temperature.iter().zip(&found.temperature) {
        assert!((a - b).abs() < 0.01 * largest, "{a} for {b}");
    }
}
