//! The transport against exact solutions and its own limits.

use super::domain::{Domain, Law, Outer};
use super::medium::{Band, Medium};
use super::quadrature::Ordinates;
use super::steady::{Steady, Tolerance, solve, wall_heat};
use super::survey::Survey;
use crate::grid::{Axis, Grid, Side};

pub fn gray(path: f64) -> Medium {
    Medium::new(vec![Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: path }])
}

fn tolerance() -> Tolerance {
    Tolerance { residual: 1e-8, imbalance: 1e-7, iterations: 200 }
}

/// A film of thickness 1 between walls at 1 and 0.
pub fn across(cells: usize, medium: Medium) -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { 0.0 } else { 1.0 }),
            _ => Law::Adiabatic { specularity: 1.0 },
        })
    };
    let n = grid.len();
    Domain::new(grid, vec![0; n], vec![medium], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None)
}

pub fn run(domain: &Domain, polar: usize, azimuthal: usize) -> Steady {
    let ordinates = Ordinates::new(domain.grid.dimensions(), polar, azimuthal);
    solve(domain, &ordinates, tolerance(), &mut |_| true).unwrap()
}

/// Heat through an outer face into the domain, W.
fn heat_in(domain: &Domain, steady: &Steady, side: Side) -> f64 {
    let outer = |w: &&usize| {
        let wall = &domain.walls[**w];
        wall.side == side && !matches!(wall.law, Law::Interface { .. })
    };
    let walls: Vec<usize> = (0..domain.walls.len()).collect();
    walls.iter().filter(outer).map(|w| wall_heat(domain, &steady.bands, *w)).sum()
}

const LEFT: Side = Side { axis: 0, high: false };
const RIGHT: Side = Side { axis: 0, high: true };

/// Heaslet and Warming 1965; to nine digits by an integral equation and by analytical discrete ordinates.
pub const FILM: [(f64, f64, f64); 8] = [
    (0.01, 0.990275, 0.512613),
    (0.1, 0.915703, 0.571011),
    (0.5, 0.704169, 0.687332),
    (1.0, 0.553406, 0.758146),
    (2.0, 0.390060, 0.830791),
    (5.0, 0.207657, 0.910079),
    (10.0, 0.116745, 0.949448),
    (100.0, 0.0131465, 0.994307),
];

#[test]
fn film_across() {
    for (thickness, flux, wall) in FILM {
        let domain = across(100, gray(1.0 / thickness));
        let steady = run(&domain, 16, 32);
        let q = 4.0 * heat_in(&domain, &steady, LEFT);
        let surface = steady.full(0).surface[0];
        assert!((q / flux - 1.0).abs() < 4e-4, "thickness {thickness}: {q} for {flux}");
        assert!((surface - wall).abs() < 1e-3, "thickness {thickness}: {surface} for {wall}");
        assert!((q + 4.0 * heat_in(&domain, &steady, RIGHT)).abs() < 1e-9 * q);
        assert!(steady.steps.len() <= 12);
    }
}

/// The error falls with the square of the cell.
#[test]
fn film_across_converges() {
    let exact = 0.553406; // at 64 x 64 ordinates the quadrature's own error is below 1e-5
    let error = |cells| {
        let domain = across(cells, gray(1.0));
        (4.0 * heat_in(&domain, &run(&domain, 64, 64), LEFT) - exact).abs()
    };
    let (coarse, fine) = (error(5), error(10));
    assert!(coarse / fine > 2.8, "{coarse:e} {fine:e}");
}

/// A film along which heat flows: joined ends with a jump of `length`, so a gradient of 1.
fn along(cells: [usize; 2], length: f64, medium: Medium, specularity: f64) -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, length, cells[0]), Axis::uniform(0.0, 1.0, cells[1]), 1.0);
    let outer = |_, side: Side| match (side.axis, side.high) {
        (0, true) => Outer::Joined(length),
        (0, false) => Outer::Joined(-length),
        _ => Outer::Law(Law::Adiabatic { specularity }),
    };
    let n = grid.len();
    Domain::new(grid, vec![0; n], vec![medium], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None)
}

#[test]
fn film_along() {
    // Fuchs 1938, Sondheimer 1952: thickness over mean free path, specularity, conductivity over bulk
    for (thickness, p, expected) in [
        (0.1, 0.0, 0.209133),
        (0.1, 0.5, 0.374789),
        (0.1, 1.0, 1.0),
        (1.0, 0.0, 0.683857),
        (1.0, 0.5, 0.829109),
        (10.0, 0.0, 0.9625),
        (100.0, 0.0, 0.99625),
    ] {
        // what flows along does not depend on how the period is cut
        for (cells, length) in [([1, 60], 0.5), ([4, 60], 0.5)] {
            let medium = gray(1.0 / thickness);
            let bulk = medium.conductivity();
            let domain = along(cells, length, medium, p);
            let steady = run(&domain, 16, 32);
            let k = heat_in(&domain, &steady, LEFT) / bulk;
            assert!((k / expected - 1.0).abs() < 0.005, "{thickness} {p} {cells:?}: {k} for {expected}");
            assert!(steady.steps.len() <= 40);
        }
    }
}

fn square(cells: usize, path: f64) -> Domain {
    let axis = || Axis::uniform(0.0, 1.0, cells);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let outer =
        |_, side: Side| Outer::Law(Law::Thermal(if side == (Side { axis: 1, high: true }) { 1.0 } else { 0.0 }));
    let n = grid.len();
    Domain::new(grid, vec![0; n], vec![gray(path)], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None)
}

#[test]
fn square_with_a_hot_side() {
    // grid-converged integral equation; the centre is at 1/4 by superposition
    for (kn, flux, points) in [
        (10.0, 0.9725539373, [0.193641, 0.25, 0.332586]),
        (1.0, 0.7963323545, [0.172783, 0.25, 0.360489]),
        (0.1, 0.3380501526, [0.132348, 0.25, 0.434578]),
    ] {
        let cells = 41;
        let domain = square(cells, kn);
        let steady = run(&domain, 8, 64);
        let q = 4.0 * heat_in(&domain, &steady, Side { axis: 1, high: true });
        assert!((q / flux - 1.0).abs() < 0.01, "{kn}: {q} for {flux}");
        let column: Vec<f64> = (0..cells).map(|j| steady.pseudo_temperature[cells / 2 + cells * j]).collect();
        for (y, t) in [0.3, 0.5, 0.7].into_iter().zip(points) {
            let x = y * cells as f64 - 0.5;
            let i = x.floor() as usize;
            let got = column[i] + (x - i as f64) * (column[i + 1] - column[i]);
            assert!((got - t).abs() < 0.005, "{kn} {y}: {got} for {t}");
        }
    }
}

/// Source iteration alone takes some (size / mean free path)^2 passes.
#[test]
fn passes_stay_few_at_every_knudsen_number() {
    for kn in [1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0, 10.0, 1e3] {
        for cells in [10, 40] {
            for mut domain in [across(cells, gray(kn)), square(cells, kn)] {
                domain.source.iter_mut().enumerate().for_each(|(c, s)| *s = if c % 7 == 3 { 0.1 } else { 0.0 });
                let steady = run(&domain, 8, 16);
                assert!(steady.steps.len() <= 20, "{kn} {cells}: {}", steady.steps.len());
                assert!(steady.steps.last().unwrap().imbalance < 1e-6);
            }
        }
    }
}

/// In cells of 20 mean free paths, with a source: Fourier's parabola.
#[test]
fn thick_cells_conduct() {
    let (kn, cells) = (1e-3, 50);
    let mut domain = across(cells, gray(kn));
    domain.source.fill(1e-3);
    let steady = run(&domain, 8, 8);
    let k = domain.media[0].conductivity();
    for (i, t) in steady.pseudo_temperature.iter().enumerate() {
        let x = (i as f64 + 0.5) / cells as f64;
        let fourier = 1.0 - x + 1e-3 * x * (1.0 - x) / (2.0 * k);
        assert!((t - fourier).abs() < 3e-3, "{x}: {t} {fourier}");
    }
}

/// Entropy is produced in the volume of thick films and at the walls of thin ones; the sum is q dT / T^2.
#[test]
fn entropy_moves_from_the_volume_to_the_walls() {
    let mut last = 2.0;
    for kn in [1e-2, 0.1, 1.0, 10.0, 100.0] {
        let domain = across(100, gray(kn));
        let steady = run(&domain, 16, 16);
        let q = heat_in(&domain, &steady, LEFT);
        let survey = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
        let [bulk, wall] = survey.entropy(1.0).map(|s| s / q);
        assert!((bulk + wall - 1.0).abs() < 0.01, "{kn}: {bulk} + {wall}");
        assert!(bulk < last);
        last = bulk;
        assert!(survey.flux.iter().all(|f| (f.x / q - 1.0).abs() < 1e-6 && f.y == 0.0));
    }
    assert!(last < 0.02);
}

/// A pore, walls all alike: nothing flows, to rounding.
#[test]
fn equilibrium_is_kept() {
    for kn in [0.1, 10.0] {
        let axis = || Axis::uniform(0.0, 1.0, 10);
        let grid = Grid::three_dimensional(axis(), axis(), Axis::uniform(0.0, 0.7, 6));
        let n = grid.len();
        let void = |c: usize| (0..3).all(|a| (3..6).contains(&grid.cell(c)[a]));
        let medium = (0..n).map(|c| if void(c) { super::domain::VOID } else { u8::from(c % 10 > 6) }).collect();
        let outer = |_, side: Side| match side.axis {
            0 => Outer::Law(Law::Thermal(1.5)),
            1 => Outer::Joined(0.0),
            _ => Outer::Law(Law::Adiabatic { specularity: 0.5 }),
        };
        let surface = |_, _, _| Law::Adiabatic { specularity: 0.0 };
        let cell = grid.clone();
        let pass = move |a: usize, b: usize| {
            let other = |c: usize| cell.cell(c)[0] > 6;
            (other(a) != other(b)).then_some(vec![if other(a) { 0.4 } else { 0.4 * 1.5 }])
        };
        let mut second = gray(0.3 * kn);
        second.bands[0].heat_capacity = 1.5;
        let domain = Domain::new(grid.clone(), medium, vec![gray(kn), second], vec![0.0; n], outer, surface, pass);
        let steady = run(&domain, 4, 8);
        for w in 0..domain.walls.len() {
            assert!(wall_heat(&domain, &steady.bands, w).abs() < 1e-12 * domain.walls[w].area);
        }
        assert!(steady.pseudo_temperature.iter().enumerate().all(|(c, t)| void(c) || (t - 1.5).abs() < 1e-10));
    }
}

/// A heated fin between voids with rough walls over a cold base: what is heated leaves through the base.
#[test]
fn heat_leaves_a_fin_between_voids() {
    let axis = || Axis::uniform(0.0, 1.0, 12);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let n = grid.len();
    let void = |c: usize| c / 12 >= 6 && !(4..8).contains(&(c % 12));
    let medium: Vec<u8> = (0..n).map(|c| if void(c) { super::domain::VOID } else { 0 }).collect();
    let source = (0..n).map(|c| if c / 12 >= 9 && !void(c) { 1.0 } else { 0.0 }).collect();
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (1, false) => Law::Thermal(0.0),
            _ => Law::Adiabatic { specularity: 0.0 },
        })
    };
    let surface = |_, _, _| Law::Adiabatic { specularity: 0.0 };
    let mut medium_of = gray(0.5);
    medium_of.bands.push(Band { heat_capacity: 0.5, velocity: 0.3, mean_free_path: 0.05 });
    let domain = Domain::new(grid, medium, vec![medium_of], source, outer, surface, |_, _| None);
    let steady = run(&domain, 4, 8);
    let heat = heat_in(&domain, &steady, Side { axis: 1, high: false });
    assert!((heat + 12.0 / 144.0).abs() < 1e-6, "{heat}");
    assert!(steady.pseudo_temperature.iter().all(|t| *t > -1e-9));
}

/// Two films with an interface: without scattering the heat is that of the interface alone.
#[test]
fn interface_between_media() {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 20), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { 0.0 } else { 1.0 }),
            _ => Law::Adiabatic { specularity: 1.0 },
        })
    };
    let mut second = gray(1e5);
    second.bands[0].heat_capacity = 2.0;
    let medium = (0..20).map(|c| u8::from(c >= 8)).collect();
    // diffuse mismatch: C_b v_b / (C_a v_a + C_b v_b)
    let pass = |a: usize, b: usize| ((a < 8) != (b < 8)).then_some(vec![if a < 8 { 2.0 / 3.0 } else { 1.0 / 3.0 }]);
    let media = vec![gray(1e5), second];
    let domain = Domain::new(grid, medium, media, vec![0.0; 20], outer, |_, _, _| unreachable!(), pass);
    let steady = run(&domain, 8, 16);
    let q = heat_in(&domain, &steady, LEFT);
    assert!((q - 2.0 / 3.0 / 4.0).abs() < 1e-4, "{q}");
    assert!((q + heat_in(&domain, &steady, RIGHT)).abs() < 1e-6 * q);
    let survey = Survey::new(&domain, &steady.bands, &steady.walls, &steady.pseudo_temperature);
    let [bulk, wall] = survey.entropy(1.0);
    assert!((bulk + wall - q).abs() < 1e-3 * q, "{bulk} + {wall} for {q}");
}

/// In solids of very many mean free paths heat is what little differs between directions: it is kept, or the search says that it is lost.
#[test]
fn thick_films_keep_their_heat_or_say_so() {
    let ordinates = Ordinates::new(2, 8, 16);
    for (path, lost) in [(1e-5, 1e-7), (1e-7, 1e-6), (4e-9, 1e-4_f64)] {
        let domain = across(20, gray(path));
        let steady = solve(&domain, &ordinates, tolerance(), &mut |_| true).unwrap_or_else(|e| panic!("{path}: {e}"));
        let expected = path / 3.0 / (1.0 + 4.0 / 3.0 * path);
        let [q, back] = [LEFT, RIGHT].map(|side| heat_in(&domain, &steady, side));
        assert!((q / expected - 1.0).abs() < lost.max(3e-5), "{path}: {q:e} for {expected:e}");
        assert!((q + back).abs() < lost * q, "{path}: {q:e} {back:e}");
        let last = steady.steps.last().unwrap();
        assert!((last.imbalance - (q + back).abs() / (q.abs() + back.abs())).abs() < 1e-12, "told is what is");
    }
    for path in [1e-12, 4e-16] {
        let domain = across(20, gray(path));
        let error = solve(&domain, &ordinates, tolerance(), &mut |_| true).unwrap_err();
        assert!(matches!(error, super::steady::KineticError::Drowned { .. }), "{path}: {error}");
        assert!(error.to_string().contains("model = \"heat\""), "{error}");
    }
}
