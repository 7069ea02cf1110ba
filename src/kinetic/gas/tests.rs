//! The gas against exact solutions, published numbers, a second method, and its own limits.

use super::law::{Gas, Vessel};
use super::steady::{Steady, solve, wall_heat};
use super::survey::Survey;
use super::velocities::Velocities;
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer};
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::steady::Tolerance;

pub(super) const SHAKHOV: f64 = 2.0 / 3.0;

pub(super) fn medium() -> Medium {
    Medium::new(vec![Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: 1.0 }])
}

fn tolerance() -> Tolerance {
    Tolerance { residual: 1e-8, imbalance: 1e-7, iterations: 60 }
}

/// Two plates at a distance of 1, at 0.5 and -0.5.
pub(super) fn plates(cells: usize, gas: Gas, accommodation: f64) -> Vessel {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -0.5 } else { 0.5 }),
            _ => Law::Adiabatic { specularity: 1.0 },
        })
    };
    let n = grid.len();
    let domain =
        Domain::new(grid, vec![0; n], vec![medium()], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None);
    Vessel::new(domain, gas, |_| accommodation)
}

pub(super) fn gas(rate: f64, prandtl: f64) -> Gas {
    Gas { rate, prandtl, internal: 0.0 }
}

fn run(vessel: &Vessel, speeds: usize, azimuthal: usize) -> Steady {
    let velocities = Velocities::new(vessel.domain.grid.dimensions(), speeds, 8, azimuthal);
    solve(vessel, &velocities, tolerance(), &mut |_| true).unwrap()
}

fn flux(vessel: &Vessel, steady: &Steady) -> f64 {
    let left = |w: &usize| vessel.domain.walls[*w].side == Side { axis: 0, high: false };
    (0..vessel.domain.walls.len()).filter(left).map(|w| wall_heat(vessel, &steady.tally, w)).sum()
}

/// Second method: the integral equations along characteristics, which know nothing of ordinates, cells in flight or acceleration.
#[test]
fn plates_agree_with_the_integral_equation() {
    for (rate, a) in [(0.01, 1.0), (0.1, 1.0), (1.0, 1.0), (10.0, 1.0), (0.1, 0.5), (1.0, 0.8), (5.0, 0.3)] {
        let exact = super::integral::bgk_plates(rate, a, 240);
        let vessel = plates(60, gas(rate, 1.0), a);
        let steady = run(&vessel, 12, 48);
        let q = flux(&vessel, &steady);
        assert!((q / exact.flux - 1.0).abs() < 2e-3, "{rate} {a}: {q} for {}", exact.flux);
        let t = &steady.tally.moments.kind[1];
        for x in [12, 72, 120] {
            // four slices to a cell
            let at = (x as f64 + 0.5) * 0.25 - 0.5;
            let (low, part) = (at.floor() as usize, at.fract());
            let got = t[low] + part * (t[low + 1] - t[low]);
            assert!((got - exact.temperature[x]).abs() < 3e-3, "{rate} {a} {x}: {got} {}", exact.temperature[x]);
        }
        // Shakhov's plates follow from these: a constant flux only adds a uniform gradient
        let shakhov = plates(60, gas(rate, SHAKHOV), a);
        let got = flux(&shakhov, &run(&shakhov, 12, 48));
        let expected = 1.0 / (1.0 / exact.flux - 0.8 * (1.0 - SHAKHOV) * rate);
        assert!((got / expected - 1.0).abs() < 2e-3, "{rate} {a}: {got} for {expected}");
    }
}

/// Temperature jump of a half space by accommodation (Loyalka 1968, Barichello and Siewert 2000): two layers and the bulk
/// between them make up the plates once they are some free paths apart.
#[test]
fn temperature_jump() {
    for (a, jump) in
        [(0.1, 21.45012), (0.3, 6.630514), (0.5, 3.629125), (0.7, 2.317534), (0.9, 1.570264), (1.0, 1.302716)]
    {
        for prandtl in [1.0, SHAKHOV] {
            let vessel = plates(80, gas(20.0, prandtl), a);
            let steady = run(&vessel, 10, 32);
            let expected = 1.0 / (0.8 * (20.0 * prandtl + 2.0 * jump));
            let q = flux(&vessel, &steady);
            assert!((q / expected - 1.0).abs() < 1e-3, "{a} {prandtl}: {q} for {expected}");
        }
    }
}

#[test]
fn limits_are_exact() {
    for a in [1.0, 0.9, 0.4] {
        for internal in [0.0, 2.0] {
            let free = Gas { rate: 1e-7, prandtl: SHAKHOV, internal };
            let vessel = plates(10, free, a);
            let q = flux(&vessel, &run(&vessel, 6, 16));
            let expected = a / (2.0 - a) * free.flight();
            assert!((q / expected - 1.0).abs() < 1e-6, "{a} {internal}: {q} for {expected}");
            let dense = Gas { rate: 3e3, prandtl: 0.7, internal };
            let vessel = plates(30, dense, a);
            let q = flux(&vessel, &run(&vessel, 6, 16));
            let jumps = dense.conductivity() / (1.0 + 2.0 * dense.jump_distance(a));
            assert!((q / jumps - 1.0).abs() < 5e-4, "{a} {internal}: {q} for {jumps}");
        }
    }
}

/// A second-order scheme, and moments that hardly depend on the number of velocities.
#[test]
fn cells_and_velocities_converge() {
    let q = |cells, speeds, azimuthal| {
        let vessel = plates(cells, gas(2.0, SHAKHOV), 0.8);
        flux(&vessel, &run(&vessel, speeds, azimuthal))
    };
    let fine = q(160, 8, 24);
    let [coarse, middle] = [10, 20].map(|cells| (q(cells, 8, 24) - fine).abs());
    assert!(coarse / middle > 2.8, "{coarse:e} {middle:e}");
    let best = q(40, 20, 96);
    let errors = [(4, 12), (8, 24), (12, 48)].map(|(speeds, azimuthal)| (q(40, speeds, azimuthal) / best - 1.0).abs());
    assert!(errors[0] < 2e-2 && errors[1] < 1e-3 && errors[2] < 2e-4, "{errors:?}");
}

/// A cavity with a hot side, and in it an obstacle of its own temperature.
pub(super) fn cavity(cells: usize, gas: Gas, accommodation: f64, [hot, obstacle]: [f64; 2]) -> Vessel {
    let axis = || Axis::uniform(0.0, 1.0, cells);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let n = grid.len();
    let inside = |i: usize| (2 * cells / 5..3 * cells / 5).contains(&i);
    let medium_of =
        (0..n).map(|c| if inside(c % cells) && inside(c / cells) { crate::kinetic::domain::VOID } else { 0 });
    let outer =
        |_, side: Side| Outer::Law(Law::Thermal(if side == (Side { axis: 0, high: false }) { hot } else { 0.0 }));
    let surface = |_, _, _| Law::Thermal(obstacle);
    let domain = Domain::new(grid, medium_of.collect(), vec![medium()], vec![0.0; n], outer, surface, |_, _| None);
    Vessel::new(domain, gas, |_| accommodation)
}

#[test]
fn passes_stay_few_at_every_knudsen_number() {
    for delta in [1e-3, 0.1, 1.0, 10.0, 100.0, 1e3] {
        for a in [1.0, 0.5] {
            let vessel = cavity(20, gas(delta, SHAKHOV), a, [1.0, 0.3]);
            let steady = run(&vessel, 6, 16);
            let last = steady.steps.last().unwrap();
            assert!(steady.steps.len() <= 50, "{delta} {a}: {}", steady.steps.len());
            assert!(last.imbalance < 1e-6);
            // no number of molecules is made or lost at a wall
            for (w, (hits, returns)) in steady.tally.hits.iter().zip(&steady.tally.returns).enumerate() {
                assert!((hits - returns).abs() < 1e-6, "{delta} {a} {w}: {hits} {returns}");
            }
            let density: f64 = steady.tally.moments.kind[0].iter().sum::<f64>() / 384.0;
            assert!(density.abs() < 1e-6, "{density}");
        }
    }
}

/// Walls all alike: nothing flows and nothing moves, to rounding.
#[test]
fn equilibrium_is_kept() {
    for delta in [1e-2, 1.0, 100.0] {
        for a in [1.0, 0.4] {
            let mut vessel = cavity(10, Gas { rate: delta, prandtl: SHAKHOV, internal: 2.0 }, a, [1.5, 1.5]);
            for wall in &mut vessel.domain.walls {
                if let Law::Thermal(t) = &mut wall.law {
                    *t = 1.5;
                }
            }
            let steady = run(&vessel, 6, 16);
            for w in 0..vessel.domain.walls.len() {
                assert!(wall_heat(&vessel, &steady.tally, w).abs() < 1e-11 * vessel.domain.walls[w].area);
            }
            let survey = Survey::new(&vessel, &steady.tally, &steady.moments);
            for c in (0..100).filter(|&c| vessel.domain.is_solid(c)) {
                assert!((survey.temperature[c] - 1.5).abs() < 1e-11 && survey.velocity[c].length() < 1e-11);
            }
        }
    }
}

/// Collisions and walls produce q dT / T^2 between them, collisions less and less of it.
#[test]
fn entropy_moves_from_the_volume_to_the_walls() {
    for (a, internal) in [(1.0, 0.0), (0.6, 2.0)] {
        let mut last = 2.0;
        for rate in [100.0, 10.0, 1.0, 0.1, 0.01] {
            let vessel = plates(80, Gas { rate, prandtl: SHAKHOV, internal }, a);
            let steady = run(&vessel, 8, 24);
            let q = flux(&vessel, &steady);
            let survey = Survey::new(&vessel, &steady.tally, &steady.moments);
            let [bulk, wall] = survey.entropy().map(|s| s / q);
            assert!((bulk + wall - 1.0).abs() < 0.01, "{a} {rate}: {bulk} + {wall}");
            assert!(bulk < last && survey.bulk.iter().chain(&survey.wall).all(|s| *s >= 0.0));
            assert!(survey.flux.iter().all(|f| (f.x / q - 1.0).abs() < 1e-6));
            last = bulk;
        }
        assert!(last < 0.05);
    }
}

/// Gas creeps along walls towards the warm end: slip coefficient 1.175 of Shakhov's model (Sharipov 2004), far from walls.
#[test]
fn thermal_creep() {
    let rate = 40.0;
    let length = 0.5;
    for cells in [1, 3] {
        let grid = Grid::two_dimensional(Axis::uniform(0.0, length, cells), Axis::uniform(0.0, 1.0, 60), 1.0);
        let outer = |_, side: Side| match (side.axis, side.high) {
            (0, high) => Outer::Joined(if high { length } else { -length }),
            _ => Outer::Law(Law::Thermal(0.0)),
        };
        let n = grid.len();
        let mut domain =
            Domain::new(grid, vec![0; n], vec![medium()], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None);
        if cells > 1 {
            // walls as warm as the gas before them
            for w in 0..domain.walls.len() {
                let at = domain.grid.centre(domain.grid.cell(domain.walls[w].cell as usize)).x;
                if let Law::Thermal(t) = &mut domain.walls[w].law {
                    *t = 0.5 * length - at;
                }
            }
        }
        let vessel = Vessel::new(domain, gas(rate, SHAKHOV), |_| 1.0);
        let steady = run(&vessel, 8, 32);
        let survey = Survey::new(&vessel, &steady.tally, &steady.moments);
        // the temperature falls with x, so the gas flows back
        let velocity = -survey.velocity[30 * cells].x;
        let expected = 1.175 / (2.0 * rate);
        assert!((velocity / expected - 1.0).abs() < 0.02, "{cells}: {velocity} for {expected}");
        let mid = survey.flux[30 * cells].x;
        assert!((mid / vessel.gas.conductivity() - 1.0).abs() < 0.02, "{cells}: {mid}");
    }
}

/// In 3D nothing is integrated over; the plates stay the same.
#[test]
fn three_dimensions() {
    let grid =
        Grid::three_dimensional(Axis::uniform(0.0, 1.0, 30), Axis::uniform(0.0, 1.0, 1), Axis::uniform(0.0, 1.0, 2));
    let outer = |_, side: Side| match (side.axis, side.high) {
        (0, high) => Outer::Law(Law::Thermal(if high { -0.5 } else { 0.5 })),
        (1, _) => Outer::Law(Law::Adiabatic { specularity: 1.0 }),
        _ => Outer::Joined(0.0),
    };
    let n = grid.len();
    let domain =
        Domain::new(grid, vec![0; n], vec![medium()], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None);
    let vessel = Vessel::new(domain, gas(2.0, SHAKHOV), |_| 0.8);
    let flat = plates(30, gas(2.0, SHAKHOV), 0.8);
    let [q, expected] = [&vessel, &flat].map(|v| flux(v, &run(v, 8, 16)));
    assert!((q / expected - 1.0).abs() < 2e-3, "{q} for {expected}");
}

/// Free molecules in a square with one hot side: each wall gets what it sees, by the view factors of crossed strings.
#[test]
fn free_molecules_fly_straight() {
    let axis = || Axis::uniform(0.0, 1.0, 24);
    let grid = Grid::two_dimensional(axis(), axis(), 1.0);
    let n = grid.len();
    let hot = Side { axis: 0, high: false };
    let outer = |_, side: Side| Outer::Law(Law::Thermal(if side == hot { 1.0 } else { 0.0 }));
    let domain =
        Domain::new(grid, vec![0; n], vec![medium()], vec![0.0; n], outer, |_, _, _| unreachable!(), |_, _| None);
    let vessel = Vessel::new(domain, gas(1e-6, SHAKHOV), |_| 1.0);
    let steady = run(&vessel, 6, 64);
    let into = |side: Side| {
        let walls = (0..vessel.domain.walls.len()).filter(|w| vessel.domain.walls[*w].side == side);
        walls.map(|w| wall_heat(&vessel, &steady.tally, w)).sum::<f64>() / vessel.gas.flight()
    };
    let opposite = 2.0_f64.sqrt() - 1.0;
    assert!((into(hot) - 1.0).abs() < 1e-4, "{}", into(hot));
    let across = into(Side { axis: 0, high: true });
    assert!((across + opposite).abs() < 0.004, "{across}");
    let beside = into(Side { axis: 1, high: true });
    assert!((beside + 0.5 * (1.0 - opposite)).abs() < 0.004, "{beside}");
}

/// What a warm obstacle sends to a wall is what the wall, as warm, would send to it, and both together are the sum.
#[test]
fn reciprocity_and_superposition() {
    for rate in [0.2, 5.0] {
        let heat = |temperatures: [f64; 2]| {
            let vessel = cavity(20, gas(rate, SHAKHOV), 0.7, temperatures);
            let steady = run(&vessel, 6, 24);
            let grid = &vessel.domain.grid;
            let side = |w: usize| {
                let wall = &vessel.domain.walls[w];
                let at = grid.cell(wall.cell as usize);
                let outer = at[wall.side.axis] == if wall.side.high { 19 } else { 0 };
                (outer, outer && wall.side == Side { axis: 0, high: false })
            };
            let sum = |wanted: &dyn Fn((bool, bool)) -> bool| -> f64 {
                let walls = (0..vessel.domain.walls.len()).filter(|w| wanted(side(*w)));
                walls.map(|w| wall_heat(&vessel, &steady.tally, w)).sum()
            };
            [sum(&|(_, hot)| hot), sum(&|(outer, _)| !outer)]
        };
        let [wall, obstacle, both] = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(heat);
        let mutual = (wall[1] - obstacle[0]).abs() / wall[1].abs();
        assert!(mutual < 0.01, "{rate}: {} {}", wall[1], obstacle[0]);
        for n in 0..2 {
            assert!((wall[n] + obstacle[n] - both[n]).abs() < 1e-6, "{rate}: {wall:?} {obstacle:?} {both:?}");
        }
    }
}
