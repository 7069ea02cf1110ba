//! The way of a gas through time against exact solutions, a second method, and its own steady states.

use super::law::{Gas, Vessel};
use super::steady::solve;
use super::survey::Survey;
use super::tests::{SHAKHOV, cavity, gas, medium, plates};
use super::transient::Transient;
use super::velocities::Velocities;
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer};
use crate::kinetic::steady::Tolerance;
use std::f64::consts::{PI, TAU};

fn velocities(vessel: &Vessel, speeds: usize, azimuthal: usize) -> Velocities {
    Velocities::new(vessel.domain.grid.dimensions(), speeds, 8, azimuthal)
}

/// Lets molecules of the velocity v0 fly so far.
fn advance(transient: &mut Transient, vessel: &Vessel, velocities: &Velocities, length: f64) {
    let steps = (length / (0.9 * Transient::longest_step(vessel, velocities))).ceil();
    (0..steps as usize).for_each(|_| transient.advance(length / steps, true));
}

/// A line of cells with joined ends, one period long.
fn ring(cells: usize, gas: Gas) -> Vessel {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| match side.axis {
        0 => Outer::Joined(0.0),
        _ => Outer::Law(Law::Adiabatic { specularity: 1.0 }),
    };
    let domain = Domain::new(
        grid,
        vec![0; cells],
        vec![medium()],
        vec![0.0; cells],
        outer,
        |_, _, _| unreachable!(),
        |_, _| None,
    );
    Vessel::new(domain, gas, |_| 1.0)
}

/// Second method for a wave of one length: its amplitude, velocity by velocity on a fine grid of c_x, through time by the rule of
/// Runge and Kutta; the velocities across are integrated over. It knows nothing of cells, of ordinates or of the scheme.
struct Wave {
    velocity: Vec<f64>,
    weight: Vec<f64>,
    /// Per velocity: number, and energy across, real and imaginary.
    h: Vec<[[f64; 2]; 2]>,
    rate: f64,
    prandtl: f64,
}

impl Wave {
    fn new(rate: f64, prandtl: f64) -> Wave {
        let n = 240;
        let velocity: Vec<f64> = (0..n).map(|i| (i as f64 + 0.5) / n as f64 * 11.0 - 5.5).collect();
        let weight: Vec<f64> = velocity.iter().map(|c| 11.0 / n as f64 * (-c * c).exp() / PI.sqrt()).collect();
        // T = 1 under one pressure
        let h = velocity.iter().map(|c| [[c * c + 1.0 - 2.5, 0.0], [1.0, 0.0]]).collect();
        Wave { velocity, weight, h, rate, prandtl }
    }

    /// Density, temperature, velocity and heat flux, real and imaginary.
    fn moments(&self, h: &[[[f64; 2]; 2]]) -> [[f64; 2]; 4] {
        let mut m = [[0.0; 2]; 4];
        for ((c, w), h) in self.velocity.iter().zip(&self.weight).zip(h) {
            for z in 0..2 {
                m[0][z] += w * h[0][z];
                m[1][z] += w * ((c * c - 0.5) * h[0][z] + h[1][z]) / 1.5;
                m[2][z] += w * c * h[0][z];
                m[3][z] += w * c * ((c * c - 1.5) * h[0][z] + h[1][z]);
            }
        }
        m
    }

    fn rate_of_change(&self, h: &[[[f64; 2]; 2]]) -> Vec<[[f64; 2]; 2]> {
        let m = self.moments(h);
        let heat = 0.8 * (1.0 - self.prandtl);
        let each = self.velocity.iter().zip(h).map(|(&c, h)| {
            [0, 1].map(|part| {
                [0, 1].map(|z| {
                    let target = if part == 0 {
                        m[0][z] + m[1][z] * (c * c - 0.5) + 2.0 * c * m[2][z] + heat * (c * c - 1.5) * c * m[3][z]
                    } else {
                        m[1][z] + heat * c * m[3][z]
                    };
                    // - i k c h
                    let flight = if z == 0 { TAU * c * h[part][1] } else { -TAU * c * h[part][0] };
                    flight + self.rate * (target - h[part][z])
                })
            })
        });
        each.collect()
    }

    fn advance(&mut self, length: f64) {
        let steps = (length * (5.5 * TAU + self.rate)).ceil() * 2.0;
        let dt = length / steps;
        let moved = |h: &[[[f64; 2]; 2]], k: &[[[f64; 2]; 2]], by: f64| -> Vec<[[f64; 2]; 2]> {
            let each = h.iter().zip(k).map(|(h, k)| [0, 1].map(|p| [0, 1].map(|z| h[p][z] + by * k[p][z])));
            each.collect()
        };
        for _ in 0..steps as usize {
            let k1 = self.rate_of_change(&self.h);
            let k2 = self.rate_of_change(&moved(&self.h, &k1, 0.5 * dt));
            let k3 = self.rate_of_change(&moved(&self.h, &k2, 0.5 * dt));
            let k4 = self.rate_of_change(&moved(&self.h, &k3, dt));
            for (k, part) in [(k1, 1.0), (k2, 2.0), (k3, 2.0), (k4, 1.0)] {
                self.h = moved(&self.h, &k, part * dt / 6.0);
            }
        }
    }
}

/// A warm wave under one pressure decays as the second method says: by conduction where collisions are many, by flight where they are few.
#[test]
fn a_warm_wave_decays() {
    let cells = 48;
    let wave: Vec<f64> = (0..cells).map(|i| (TAU * (i as f64 + 0.5) / cells as f64).cos()).collect();
    for (rate, prandtl, times) in [
        (1e-3, SHAKHOV, [0.05, 0.2, 0.4]),
        (2.0, SHAKHOV, [0.05, 0.2, 0.5]),
        (2.0, 1.0, [0.05, 0.2, 0.5]),
        (20.0, SHAKHOV, [0.1, 0.3, 1.0]),
        (200.0, SHAKHOV, [0.1, 1.0, 3.0]),
    ] {
        let vessel = ring(cells, gas(rate, prandtl));
        let velocities = velocities(&vessel, 14, 64);
        let mut transient = Transient::new(vessel.clone(), velocities.clone(), &wave);
        let mut exact = Wave::new(rate, prandtl);
        let mut reached = 0.0;
        for time in times {
            advance(&mut transient, &vessel, &velocities, time - reached);
            exact.advance(time - reached);
            reached = time;
            let [density, temperature, velocity, heat] = exact.moments(&exact.h);
            let along = |kind: usize, phase: f64| -> f64 {
                let values = transient.moments().kind[kind].iter().enumerate();
                let of = |i: usize| (TAU * (i as f64 + 0.5) / cells as f64 - phase).cos();
                values.map(|(i, v)| v * of(i)).sum::<f64>() * 2.0 / cells as f64
            };
            // Re(z exp(ikx)) = Re z cos kx - Im z sin kx
            let found = [along(0, 0.0), along(1, 0.0), -along(2, 0.25 * TAU), -along(3, 0.25 * TAU)];
            for (found, expected) in found.into_iter().zip([density[0], temperature[0], velocity[1], heat[1]]) {
                assert!((found - expected).abs() < 5e-3, "{rate} {prandtl} {time}: {found} for {expected}");
            }
        }
    }
}

/// Where collisions are many, at cells of many free paths and steps of many collisions: conductivity over heat capacity at one pressure.
#[test]
fn thick_cells_and_long_steps_conduct() {
    let cells = 80;
    let wave: Vec<f64> = (0..cells).map(|i| (TAU * (i as f64 + 0.5) / cells as f64).cos()).collect();
    for internal in [0.0, 2.0] {
        let vessel = ring(cells, Gas { rate: 4e3, prandtl: 0.7, internal });
        let velocities = velocities(&vessel, 6, 16);
        assert!(Transient::longest_step(&vessel, &velocities) * vessel.gas.rate > 10.0);
        let mut transient = Transient::new(vessel.clone(), velocities.clone(), &wave);
        // in units of p0 / T0 and v0
        let diffusivity = vessel.gas.conductivity() / (0.5 * (5.0 + internal));
        let time = 0.5 / (diffusivity * TAU * TAU);
        advance(&mut transient, &vessel, &velocities, time);
        let temperature = &transient.moments().kind[1];
        let found = temperature.iter().zip(&wave).map(|(t, w)| t * w).sum::<f64>() * 2.0 / cells as f64;
        assert!((found / (-0.5_f64).exp() - 1.0).abs() < 0.01, "{internal}: {found}");
    }
}

/// A gas without collisions before a wall that is suddenly warm: each velocity brings what the wall sent out, or nothing yet.
#[test]
fn a_warm_wall_is_seen_by_the_fast_first() {
    let (cells, time) = (200, 0.2);
    let mut vessel = plates(cells, gas(1e-6, SHAKHOV), 1.0);
    for wall in &mut vessel.domain.walls {
        if let Law::Thermal(t) = &mut wall.law {
            *t = if wall.side.high { 0.0 } else { 1.0 };
        }
    }
    let velocities = velocities(&vessel, 24, 96);
    let mut transient = Transient::new(vessel.clone(), velocities.clone(), &vec![0.0; cells]);
    advance(&mut transient, &vessel, &velocities, time);
    let survey = transient.survey();
    for slot in [0.1, 0.5, 1.0, 2.0] {
        let i = (slot * time * cells as f64 - 0.5).round() as usize;
        let slowest = (i as f64 + 0.5) / cells as f64 / time;
        // over c_x beyond the slowest, with the velocities across integrated over
        let integral = |f: &dyn Fn(f64) -> f64| -> f64 {
            let n = 4000;
            let each = (0..n).map(|k| slowest + (k as f64 + 0.5) / n as f64 * 8.0);
            each.map(|c| f(c) * (-c * c).exp() / PI.sqrt() * 8.0 / n as f64).sum()
        };
        let density = integral(&|c| c * c - 1.0);
        let temperature = integral(&|c| c.powi(4) - 1.5 * c * c + 1.5) / 1.5;
        assert!((survey.density[i] - density).abs() < 0.01, "{slot}: {} for {density}", survey.density[i]);
        assert!(
            (survey.temperature[i] - temperature).abs() < 0.01,
            "{slot}: {} for {temperature}",
            survey.temperature[i]
        );
    }
    // it takes up what it would between the plates, as long as nothing comes back
    assert!((survey.heat[0] / vessel.gas.flight() - 1.0).abs() < 1e-6, "{}", survey.heat[0]);
}

/// Plates, and a square with a body of its own temperature, a mirror and walls that accommodate a part: all rest where the steady
/// state is, energy and number are kept on the way, and the entropy's budget closes.
#[test]
fn rests_where_the_steady_state_is() {
    let mut half_mirrored = cavity(20, Gas { rate: 3.0, prandtl: 0.7, internal: 2.0 }, 0.7, [1.0, 0.3]);
    for (w, wall) in half_mirrored.domain.walls.iter_mut().enumerate() {
        if wall.side == (Side { axis: 1, high: true }) && wall.cell >= 380 {
            wall.law = Law::Adiabatic { specularity: 1.0 };
            half_mirrored.accommodation[w] = 0.0;
        }
    }
    let thin = plates(40, gas(0.5, SHAKHOV), 0.8);
    let dense = plates(40, gas(20.0, SHAKHOV), 1.0);
    for (name, vessel, length) in [("half mirrored", half_mirrored, 16.0), ("thin", thin, 24.0), ("dense", dense, 60.0)]
    {
        let velocities = velocities(&vessel, 8, 24);
        let tolerance = Tolerance { residual: 1e-9, imbalance: 1e-8, iterations: 100 };
        let steady = solve(&vessel, &velocities, tolerance, &mut |_| true).unwrap();
        let steady = Survey::new(&vessel, &steady.tally, &steady.moments);
        let n = vessel.domain.grid.len();
        let mut transient = Transient::new(vessel.clone(), velocities.clone(), &vec![0.0; n]);
        advance(&mut transient, &vessel, &velocities, length);
        let survey = transient.survey();
        let volume = vessel.domain.grid.volume([0; 3]);
        let freedom = 0.5 * (3.0 + vessel.gas.internal);
        let sum = |of: &[f64]| of.iter().sum::<f64>() * volume;
        assert!(sum(&survey.density).abs() < 1e-12, "{name}: {:e}", sum(&survey.density));
        let [stored, entered] = [freedom * sum(&survey.temperature), transient.entered().iter().sum::<f64>()];
        assert!((stored - entered).abs() < 1e-11, "{name}: {stored} {entered}");
        for c in (0..n).filter(|&c| vessel.domain.is_solid(c)) {
            let [a, b] = [survey.temperature[c], steady.temperature[c]];
            assert!((a - b).abs() < 6e-3, "{name} {c}: {a} for {b}");
            let [a, b] = [survey.density[c], steady.density[c]];
            assert!((a - b).abs() < 6e-3, "{name} {c}: density {a} for {b}");
        }
        let largest = steady.heat.iter().fold(0.0_f64, |m, q| m.max(q.abs()));
        for (w, (a, b)) in survey.heat.iter().zip(&steady.heat).enumerate() {
            assert!((a - b).abs() < 0.01 * largest, "{name} {w}: {a} for {b}");
        }
        let [found, expected] = [survey.entropy(), steady.entropy()];
        let all = expected[0] + expected[1];
        for n in 0..2 {
            assert!((found[n] - expected[n]).abs() < 0.02 * all, "{name}: {found:?} for {expected:?}");
        }
    }
}

/// What collisions and walls produce, with what heat brings along, is what the entropy rises by, but for what the scheme adds.
#[test]
fn entropy_rises_by_what_is_produced() {
    let produced_and_risen = |cells: usize| {
        let vessel = plates(cells, gas(2.0, SHAKHOV), 0.7);
        let velocities = velocities(&vessel, 8, 24);
        let initial: Vec<f64> = (0..cells).map(|i| 0.5 * ((i as f64 + 0.5) / cells as f64 * PI).cos()).collect();
        let mut transient = Transient::new(vessel.clone(), velocities.clone(), &initial);
        let volume = vessel.domain.grid.volume([0; 3]);
        // of the second order only: that of the first is the energy, which is kept
        let content = |s: &Survey| -0.5 * s.squares.iter().sum::<f64>() * volume;
        let before = content(&transient.survey());
        let step = 0.9 * Transient::longest_step(&vessel, &velocities);
        let steps = (0.5 / step).ceil() as usize;
        let mut produced = 0.0;
        let mut last: Option<f64> = None;
        let rate = |survey: &Survey| {
            let carried: f64 = (0..vessel.domain.walls.len())
                .map(|w| {
                    let Law::Thermal(t) = vessel.domain.walls[w].law else { return 0.0 };
                    -survey.heat[w] * t
                })
                .sum();
            survey.entropy().iter().sum::<f64>() + carried
        };
        last.get_or_insert(rate(&transient.survey()));
        for _ in 0..steps {
            transient.advance(step, true);
            let now = rate(&transient.survey());
            produced += 0.5 * step * (now + last.replace(now).unwrap());
        }
        [produced, content(&transient.survey()) - before]
    };
    let errors = [20, 40, 80].map(|cells| {
        let [produced, risen] = produced_and_risen(cells);
        (risen / produced - 1.0).abs()
    });
    assert!(errors[2] < 5e-3 && errors[0] > 2.0 * errors[2], "{errors:?}");
}

/// Walls and gas all alike: nothing happens, to rounding.
#[test]
fn equilibrium_is_kept() {
    for accommodation in [1.0, 0.4] {
        let mut vessel = cavity(10, Gas { rate: 1.0, prandtl: SHAKHOV, internal: 2.0 }, accommodation, [1.5, 1.5]);
        for wall in &mut vessel.domain.walls {
            if let Law::Thermal(t) = &mut wall.law {
                *t = 1.5;
            }
        }
        let velocities = velocities(&vessel, 6, 16);
        let mut transient = Transient::new(vessel.clone(), velocities.clone(), &[1.5; 100]);
        advance(&mut transient, &vessel, &velocities, 3.0);
        let survey = transient.survey();
        for c in (0..100).filter(|&c| vessel.domain.is_solid(c)) {
            assert!((survey.temperature[c] - 1.5).abs() < 1e-12 && survey.velocity[c].length() < 1e-12);
            // of the pressure that is given, and so much thinner as it is warmer
            assert!((survey.density[c] + 1.5).abs() < 1e-12);
        }
        assert!(survey.heat.iter().all(|q| q.abs() < 1e-13), "{:?}", survey.heat);
    }
}

/// The mean velocity of the gas between mirrors is what sound makes it: a warm half sends a wave of pressure through the cold one, which
/// travels at `sqrt(5/6)` v0.
#[test]
fn pressure_travels_with_sound() {
    let cells = 200;
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, cells), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| match side {
        Side { axis: 0, high: false } => Outer::Law(Law::Thermal(1.0)),
        _ => Outer::Law(Law::Adiabatic { specularity: 1.0 }),
    };
    let domain = Domain::new(
        grid,
        vec![0; cells],
        vec![medium()],
        vec![0.0; cells],
        outer,
        |_, _, _| unreachable!(),
        |_, _| None,
    );
    let vessel = Vessel::new(domain, gas(2000.0, SHAKHOV), |_| 1.0);
    let velocities = velocities(&vessel, 5, 12);
    let mut transient = Transient::new(vessel.clone(), velocities.clone(), &vec![0.0; cells]);
    advance(&mut transient, &vessel, &velocities, 0.6);
    let moments = transient.moments();
    let pressure = |i: usize| moments.kind[0][i] + moments.kind[1][i];
    let front = 0.6 * (5.0_f64 / 6.0).sqrt();
    let at = |x: f64| (x * cells as f64) as usize;
    // the boundary layer grows with the square root of time, so the pressure behind the front is highest at it
    let steepest = (at(0.2)..at(0.9)).max_by(|a, b| {
        let slope = |i: usize| pressure(i) - pressure(i + 1);
        slope(*a).total_cmp(&slope(*b))
    });
    let found = (steepest.unwrap() as f64 + 1.0) / cells as f64;
    assert!((found - front).abs() < 0.02, "{found} for {front}");
    assert!(pressure(at(front + 0.1)).abs() < 0.02 * pressure(at(front - 0.1)));
}

/// Goes on bit for bit from what was kept, and hardly depends on the length of the steps.
#[test]
fn goes_on_from_what_was_kept() {
    let vessel = cavity(10, gas(2.0, SHAKHOV), 0.6, [1.0, 0.3]);
    let velocities = velocities(&vessel, 5, 12);
    let step = 0.9 * Transient::longest_step(&vessel, &velocities);
    let mut one = Transient::new(vessel.clone(), velocities.clone(), &[0.0; 100]);
    (0..10).for_each(|_| one.advance(step, false));
    let kept = one.kept();
    let mut other = Transient::new(vessel.clone(), velocities.clone(), &[0.2; 100]);
    assert!(!other.restore(&kept[1..]) && other.restore(&kept));
    for gas in [&mut one, &mut other] {
        (0..5).for_each(|_| gas.advance(step, false));
        (0..6).for_each(|_| gas.advance(0.5 * step, true));
    }
    assert_eq!(one.kept(), other.kept());
    let mut whole = Transient::new(vessel, velocities, &[0.0; 100]);
    (0..18).for_each(|_| whole.advance(step, true));
    for (a, b) in whole.moments().kind[1].iter().zip(&one.moments().kind[1]) {
        assert!((a - b).abs() < 0.01, "{a} for {b}");
    }
}
