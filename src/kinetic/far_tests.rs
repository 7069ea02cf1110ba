//! Large temperature differences: equilibria by Bose's and Einstein's curve, scattering that follows the temperature.

use super::domain::{Domain, Law, Outer};
use super::medium::Medium;
use super::quadrature::Ordinates;
use super::steady::{Steady, Tolerance, solve, wall_heat};
use super::survey::Survey;
use super::transient::Transient;
use crate::grid::{Axis, Grid, Side};
use crate::spectrum::{Spectral, Spectrum, by_frequency, library::named};
use std::sync::Arc;

const REFERENCE: f64 = 300.0;

fn silicon() -> Spectrum {
    named("silicon", None).unwrap()
}

fn medium(bands: usize) -> Medium {
    let spectral = Spectral::of_spectrum(silicon(), REFERENCE, bands);
    Medium { occupation: Some(Arc::new(spectral.occupation(REFERENCE).unwrap())), ..spectral.medium }
}

/// Cells across a film between two walls of given temperatures (deviations, K).
fn film(cells: usize, thickness: f64, medium: Medium, walls: [f64; 2]) -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, thickness, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| {
        Outer::Law(match side.axis {
            0 => Law::Thermal(walls[usize::from(side.high)]),
            _ => Law::Adiabatic { specularity: 1.0 },
        })
    };
    Domain::new(grid, vec![0; cells], vec![medium], vec![0.0; cells], outer, |_, _, _| unreachable!(), |_, _| None)
}

fn run(domain: &Domain) -> Steady {
    let tolerance = Tolerance { residual: 1e-9, imbalance: 1e-9, iterations: 100 };
    solve(domain, &Ordinates::new(2, 8, 16), tolerance, &mut |_| true).unwrap()
}

/// Heat through the low and the high end of a film into it, W.
fn heat(domain: &Domain, steady: &Steady) -> [f64; 2] {
    [0, 1].map(|n| wall_heat(domain, &steady.bands, n * (domain.walls.len() - 1)))
}

/// Integral of a function between two temperatures by Simpson's rule.
fn integral(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const PARTS: usize = 40;
    let h = (high - low) / PARTS as f64;
    let weight = |i: usize| if i == 0 || i == PARTS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    (0..=PARTS).map(|i| weight(i) * f(low + i as f64 * h)).sum::<f64>() * h / 3.0
}

/// Without collisions each wall sends a quarter of v times what its modes hold: the integral of C v/4.
#[test]
fn free_flight_sends_what_bosons_hold() {
    let domain = film(8, 1e-13, medium(3), [150.0, -150.0]);
    let steady = run(&domain);
    let crystal = silicon();
    let modes = crystal.modes();
    let flight =
        |t: f64| -> f64 { modes.iter().map(|m| crystal.band(m, t)).map(|b| b.heat_capacity * b.velocity).sum() };
    let expected = 0.25 * integral(flight, 150.0, 450.0);
    let [q, back] = heat(&domain, &steady);
    // velocities of a band are those of the reference
    assert!((q / expected - 1.0).abs() < 0.01, "{q:e} for {expected:e}");
    assert!((q + back).abs() < 1e-9 * q);
    let linear = 0.25 * domain.media[0].flight() * 300.0;
    assert!((q / linear - 1.0).abs() > 0.03, "the tangent is another matter: {q:e}, {linear:e}");
}

/// Bands that are gathered for what flies between two temperatures bring what it should, far from both as the reference may be.
#[test]
fn free_flight_from_warm_to_cold_is_that_of_all_modes() {
    let crystal = silicon();
    for [cold, warm] in [[10.0, 40.0], [5.0, 40.0], [20.0, 77.0], [20.0, 300.0], [200.0, 400.0]] {
        let (reference, bands) = (f64::sqrt(cold * warm), 8);
        let spectral = Spectral::of_range(crystal.clone(), reference, [cold, warm], bands);
        let occupation = Some(Arc::new(spectral.occupation(reference).unwrap()));
        let domain = film(8, 1e-13, Medium { occupation, ..spectral.medium }, [warm - reference, cold - reference]);
        let steady = run(&domain);
        // 16 directions around send 4e-4 too little
        let energy = |m: &crate::spectrum::Mode, t: f64| m.density * crate::spectrum::bose::energy(m.omega, t);
        let expected: f64 =
            crystal.modes().iter().map(|m| 0.25 * m.velocity * (energy(m, warm) - energy(m, cold))).sum();
        let [q, back] = heat(&domain, &steady);
        assert!((q / expected - 1.0).abs() < 2e-3, "{cold} to {warm} K: {q:e} W for {expected:e}");
        assert!((q + back).abs() < 1e-9 * q);
    }
}

/// With many collisions heat follows the conductivity of every place: q l = integral of k(T), which falls threefold on the way.
#[test]
fn many_collisions_follow_the_conductivity() {
    let thickness = 1e-2;
    let domain = film(40, thickness, medium(3), [150.0, -150.0]);
    let steady = run(&domain);
    let [q, back] = heat(&domain, &steady);
    let crystal = silicon();
    let whole = integral(|t| crystal.conductivity(t), 150.0, 450.0);
    let expected = whole / thickness;
    assert!((q / expected - 1.0).abs() < 5e-3, "{q:e} for {expected:e}");
    // at a Knudsen number of 1e-5 rounding is what is left
    assert!((q + back).abs() < 3e-6 * q && steady.steps.len() < 40, "{q:e} {back:e} in {}", steady.steps.len());
    // half of the heat's way is where half of the integral lies
    let (mut low, mut high) = (150.0, 450.0);
    for _ in 0..12 {
        let middle = 0.5 * (low + high);
        let below = integral(|t| crystal.conductivity(t), 150.0, middle);
        if below < 0.5 * whole { low = middle } else { high = middle }
    }
    let found = 0.5 * (steady.pseudo_temperature[19] + steady.pseudo_temperature[20]) + REFERENCE;
    assert!((found - low).abs() < 1.0, "{found} K for {low} K");
}

/// Nothing is left out of the entropy: what walls and collisions produce is Q (1/T_cold - 1/T_hot), between the limits, too.
#[test]
fn entropy_of_large_differences_closes() {
    let mut shares = Vec::new();
    for thickness in [1e-12, 1e-7, 1e-5] {
        let domain = film(40, thickness, medium(2), [150.0, -150.0]);
        let steady = run(&domain);
        let survey = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
        let [bulk, wall] = survey.entropy(REFERENCE);
        let expected = heat(&domain, &steady)[0] * (1.0 / 150.0 - 1.0 / 450.0);
        shares.push(bulk / (bulk + wall));
        // the scheme's own share is that of its cells
        let bound = if thickness < 1e-9 { 1e-6 } else { 0.02 };
        assert!(((bulk + wall) / expected - 1.0).abs() < bound, "{thickness}: {bulk:e} + {wall:e} for {expected:e}");
        assert!(survey.bulk.iter().chain(&survey.wall).all(|s| *s >= -1e-9 * expected));
    }
    assert!(shares.is_sorted() && shares[0] < 1e-3 && shares[2] > 0.5, "{shares:?}");
}

/// Walls all alike, far from the reference: nothing flows, to rounding.
#[test]
fn equilibrium_far_from_the_reference_is_kept() {
    for (thickness, t) in [(1e-9, 170.0), (1e-6, -200.0)] {
        let domain = film(12, thickness, medium(3), [t, t]);
        let steady = run(&domain);
        let flight = domain.media[0].flight() * t.abs();
        assert!(heat(&domain, &steady).iter().all(|q| q.abs() < 1e-13 * flight));
        assert!(steady.pseudo_temperature.iter().all(|found| (found - t).abs() < 1e-9));
        let mut transient = Transient::new(domain, Ordinates::new(2, 4, 8), &[t; 12]);
        let step = transient.longest_step();
        (0..20).for_each(|_| transient.advance(step, true));
        assert!(transient.energy_temperature().iter().all(|found| (found - t).abs() < 1e-9));
    }
}

/// The way through time ends where the steady search does; energy is kept on the way, and entropy accounted for.
#[test]
fn a_way_through_time_ends_at_the_steady_state() {
    let thickness = 1e-7;
    let domain = film(24, thickness, medium(2), [150.0, -150.0]);
    let steady = run(&domain);
    let expected = heat(&domain, &steady)[0];
    let mut transient = Transient::new(domain.clone(), Ordinates::new(2, 8, 16), &[-150.0; 24]);
    let step = 0.9 * transient.longest_step();
    let content = |survey: &Survey| -> f64 { survey.energy.iter().sum::<f64>() * thickness / 24.0 };
    let entropy = |survey: &Survey| -> f64 {
        let of = |c: usize| survey.energy[c] / REFERENCE - 0.5 * survey.squares[c] / (REFERENCE * REFERENCE);
        (0..24).map(of).sum::<f64>() * thickness / 24.0
    };
    let begun = transient.survey();
    let (mut produced, mut entered) = (0.0, 0.0);
    for _ in 0..4000 {
        transient.advance(step, true);
        let survey = transient.survey();
        produced += step * survey.entropy(REFERENCE).iter().sum::<f64>();
        entered += step * (survey.heat[0] / 450.0 + survey.heat[survey.heat.len() - 1] / 150.0);
    }
    let ended = transient.survey();
    let gained: f64 = transient.ledger().0.iter().sum();
    let stored = content(&ended) - content(&begun);
    assert!((gained - stored).abs() < 1e-10 * stored, "{gained:e} for {stored:e}");
    let change = entropy(&ended) - entropy(&begun);
    assert!(
        (change - produced - entered).abs() < 0.02 * produced,
        "{change:e}, {produced:e} made, {entered:e} entered"
    );
    let q = ended.heat[0];
    assert!((q / expected - 1.0).abs() < 0.01, "{q:e} for {expected:e}");
    for (found, rest) in ended.pseudo_temperature.iter().zip(&steady.pseudo_temperature) {
        assert!((found - rest).abs() < 2.0, "{found} for {rest}");
    }
}

/// Where silicon and germanium meet, each frequency goes over by itself: without collisions the heat is that of the mismatch, and
/// between walls all alike there is none. Both far from the reference, too.
#[test]
fn frequencies_keep_to_themselves_where_materials_meet() {
    let of = |name: &str| Spectral::of_spectrum(named(name, None).unwrap(), REFERENCE, 4);
    let (materials, group) = by_frequency(&[of("silicon"), of("germanium")], 12).unwrap();
    for full in [false, true] {
        let media: Vec<Medium> = materials
            .iter()
            .map(|m| Medium {
                occupation: full.then(|| Arc::new(m.occupation(REFERENCE).unwrap())),
                ..m.medium.clone()
            })
            .collect();
        let flight = |m: usize, g: u16| -> f64 {
            let bands = media[m].bands.iter().zip(&group).filter(|(_, of)| **of == g);
            bands.map(|(b, _)| b.heat_capacity * b.velocity).sum()
        };
        let pass = |a: usize, b: usize| {
            let side = |c: usize| usize::from(c >= 5);
            let part = |g: &u16| {
                let [own, other] = [flight(side(a), *g), flight(side(b), *g)];
                if own > 0.0 && other > 0.0 { other / (own + other) } else { 0.0 }
            };
            (side(a) != side(b)).then(|| group.iter().map(part).collect())
        };
        for (thickness, walls) in [(1e-13, [100.0, -100.0]), (1e-7, [100.0, 100.0])] {
            let grid = Grid::two_dimensional(Axis::uniform(0.0, thickness, 10), Axis::uniform(0.0, 1.0, 1), 1.0);
            let outer = |_, side: Side| {
                Outer::Law(match side.axis {
                    0 => Law::Thermal(walls[usize::from(side.high)]),
                    _ => Law::Adiabatic { specularity: 1.0 },
                })
            };
            let medium = (0..10).map(|c| u8::from(c >= 5)).collect();
            let mut domain =
                Domain::new(grid, medium, media.clone(), vec![0.0; 10], outer, |_, _, _| unreachable!(), pass);
            domain.group = group.clone();
            let steady = run(&domain);
            let [q, back] = heat(&domain, &steady);
            let held = |band: usize| media[0].held(band, walls[0]) - media[0].held(band, walls[1]);
            let mut expected = 0.0;
            for (band, own) in media[0].bands.iter().enumerate() {
                let [a, b] = [flight(0, group[band]), flight(1, group[band])];
                let part = if a > 0.0 { b / (a + b) } else { 0.0 };
                expected += 0.25 * own.heat_capacity * own.velocity * part * held(band);
            }
            let scale = 0.25 * media[0].flight() * 100.0;
            assert!((q - expected).abs() < 1e-4 * scale, "{full} {thickness}: {q:e} for {expected:e}");
            assert!((q + back).abs() < 1e-8 * scale);
            if walls[0] == walls[1] {
                assert!(steady.pseudo_temperature.iter().all(|t| (t - walls[0]).abs() < 1e-8));
                continue;
            }
            let survey = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
            let [bulk, wall] = survey.entropy(REFERENCE);
            let made = match full {
                true => q * (1.0 / 200.0 - 1.0 / 400.0),
                false => q * 200.0 / (REFERENCE * REFERENCE),
            };
            assert!(((bulk + wall) / made - 1.0).abs() < 1e-4, "{full}: {bulk:e} + {wall:e} for {made:e}");
        }
    }
}

/// Where nothing drives heat there is none, and a next to nothing of a drive is followed: rounding of the whole temperature leads
/// no search astray.
#[test]
fn next_to_nothing_of_a_drive_is_followed() {
    let rest = film(20, 1e-7, medium(3), [0.0, 0.0]);
    let steady = run(&rest);
    assert!(steady.pseudo_temperature.iter().all(|t| *t == 0.0) && heat(&rest, &steady) == [0.0, 0.0]);
    let last = *steady.steps.last().unwrap();
    assert_eq!((last.residual, last.imbalance), (0.0, 0.0));
    let linear = Medium::new(medium(3).bands);
    for walls in [[5e-7, -5e-7], [1e-6, 0.0]] {
        let domain = film(20, 1e-7, medium(3), walls);
        let q = heat(&domain, &run(&domain));
        let expected = film(20, 1e-7, linear.clone(), walls);
        let expected = heat(&expected, &run(&expected))[0];
        assert!((q[0] / expected - 1.0).abs() < 1e-4, "{q:?} for {expected}");
        assert!((q[0] + q[1]).abs() < 1e-4 * q[0], "{q:?}");
    }
    // mirrors and a little source
    let mut heated = film(20, 1e-7, medium(3), [0.0, 0.0]);
    let last = heated.walls.len() - 1;
    heated.walls[last].law = Law::Adiabatic { specularity: 1.0 };
    heated.source.fill(1e10);
    let steady = run(&heated);
    let q = heat(&heated, &steady)[0];
    assert!((q + 1e10 * 1e-7).abs() < 1e-4 * 1e3, "{q}");
    assert!(steady.pseudo_temperature.iter().all(|t| (0.0..1e-4).contains(t)));
    heated.source.fill(0.0);
    let steady = run(&heated);
    assert!(steady.pseudo_temperature.iter().all(|t| *t == 0.0));
}

/// What a wall makes of what is nearly its equal is the square of the difference, and never negative.
#[test]
fn no_entropy_is_lost_near_equilibrium() {
    let medium = medium(3);
    for t in [-100.0, -0.3, 0.0, 0.2, 150.0] {
        for more in [1e-13, 1e-10, 1e-6, 1e-3, 0.029, 0.031, 0.5] {
            for more in [more, -more] {
                let (e, g) = (medium.held(0, t), medium.held(0, t) + more);
                let made = medium.mismatch(0, g, e);
                let [urge, _] = medium.told(0, e);
                let slope = (medium.told(0, e + 1e-3)[0] - urge) / 1e-3;
                let rounding = 1e-14 * REFERENCE * REFERENCE * (more / REFERENCE).abs();
                assert!(
                    (made - slope * more * more).abs() < 0.02 * slope * more * more + rounding,
                    "{t} {more}: {made:e}"
                );
            }
        }
    }
}
