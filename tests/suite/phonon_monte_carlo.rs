//! Phonons in flight against particles: a Monte Carlo method written for this test alone, which shares nothing with the
//! discrete ordinates but the problem.
//!
//! A square, infinite along z, one black wall at 1, three at 0. In the gray steady state collisions and walls at 0 and 1 make
//! the energy density of each place the chance that a bundle which left the hot wall is there: bundles start there with
//! Lambert's law, fly exponentially distributed ways, are sent anywhere by collisions, and end at a wall. The way that they
//! spend in a cell, over its volume, is the density (track-length estimator).

use crate::common::Random;
use clausius::grid::{Axis, Grid, Side};
use clausius::kinetic::domain::{Domain, Law, Outer};
use clausius::kinetic::medium::{Band, Medium};
use clausius::kinetic::quadrature::Ordinates;
use clausius::kinetic::steady::{Tolerance, solve, wall_heat};

const CELLS: usize = 20;

/// Temperature per cell, and heat from the hot wall over that without collisions to other walls' temperature (C v/4).
fn particles(path: f64, bundles: usize, seed: u64) -> (Vec<f64>, f64) {
    let mut random = Random(seed);
    let mut way = vec![0.0; CELLS * CELLS];
    let mut back = 0usize;
    for _ in 0..bundles {
        // at the hot wall y = 1: cosine law downwards
        let (mut x, mut y) = (random.next(), 1.0);
        let (sine, turn) = (random.next().sqrt(), std::f64::consts::TAU * random.next());
        let (mut dx, mut dy) = (sine * turn.cos(), -(1.0 - sine * sine).sqrt());
        'life: loop {
            let mut free = -path * random.next().ln();
            // from cell face to cell face
            while free > 0.0 {
                let cell = |at: f64, d: f64| {
                    let scaled = at * CELLS as f64;
                    let i = if d > 0.0 { (scaled + 1e-9).floor() } else { (scaled - 1e-9).ceil() - 1.0 };
                    i.clamp(0.0, CELLS as f64 - 1.0)
                };
                let (i, j) = (cell(x, dx), cell(y, dy));
                let reach = |at: f64, d: f64, i: f64| {
                    let face = if d > 0.0 { i + 1.0 } else { i } / CELLS as f64;
                    ((face - at) / d).max(0.0)
                };
                let step = reach(x, dx, i).min(reach(y, dy, j)).min(free);
                way[i as usize + CELLS * j as usize] += step;
                (x, y, free) = (x + step * dx, y + step * dy, free - step);
                let out = |at: f64, d: f64| (at <= 1e-12 && d < 0.0) || (at >= 1.0 - 1e-12 && d > 0.0);
                if out(x, dx) || out(y, dy) {
                    back += usize::from(y >= 1.0 - 1e-12 && dy > 0.0);
                    break 'life;
                }
            }
            let (mu, turn) = (2.0 * random.next() - 1.0, std::f64::consts::TAU * random.next());
            let sine = (1.0 - mu * mu).sqrt();
            (dx, dy) = (sine * turn.cos(), sine * turn.sin());
        }
    }
    // the wall emits C v/4 per area: energy in a cell = C/4 times way over bundles
    let scale = 0.25 * (CELLS * CELLS) as f64 / bundles as f64;
    (way.iter().map(|w| w * scale).collect(), 1.0 - back as f64 / bundles as f64)
}

fn ordinates(path: f64) -> (Vec<f64>, f64) {
    let axis = || Axis::uniform(0.0, 1.0, CELLS);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let hot = Side { axis: 1, high: true };
    let n = grid.len();
    let outer = |_, side: Side| Outer::Law(Law::Thermal(if side == hot { 1.0 } else { 0.0 }));
    let medium = Medium::new(vec![Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: path }]);
    let domain =
        Domain::new(grid, vec![0; n], vec![medium], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None);
    let tolerance = Tolerance { residual: 1e-8, imbalance: 1e-7, iterations: 100 };
    let steady = solve(&domain, &Ordinates::new(2, 8, 64), tolerance, &mut |_| true).expect("a steady state");
    let walls = (0..domain.walls.len()).filter(|&w| domain.walls[w].side == hot);
    let heat: f64 = walls.map(|w| wall_heat(&domain, &steady.bands, w)).sum();
    (steady.pseudo_temperature, 4.0 * heat)
}

#[test]
fn square_with_a_hot_wall() {
    for (path, bundles) in [(10.0, 300_000), (1.0, 300_000), (0.1, 200_000)] {
        let (expected, heat) = particles(path, bundles, 0x9E37_79B9_7F4A_7C15);
        let (got, flux) = ordinates(path);
        assert!((flux - heat).abs() < 0.006, "path {path}: {flux} for {heat}");
        // 300 000 bundles leave some 0.002 of noise in a cell; the corners of the hot wall are sharp
        let mut squares = 0.0;
        for (c, (a, b)) in got.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() < 0.03, "path {path}, cell {c}: {a} for {b}");
            squares += (a - b) * (a - b);
        }
        let rms = (squares / got.len() as f64).sqrt();
        assert!(rms < 0.005, "path {path}: {rms}");
        // the centreline, two cells and their mirror images beside it
        for j in 0..CELLS {
            let line = |t: &[f64]| 0.5 * (t[CELLS / 2 - 1 + CELLS * j] + t[CELLS / 2 + CELLS * j]);
            assert!(
                (line(&got) - line(&expected)).abs() < 0.012,
                "path {path}, row {j}: {} for {}",
                line(&got),
                line(&expected)
            );
        }
        println!("path {path}: heat {flux:.4} for {heat:.4}, rms {rms:.4}");
    }
}
