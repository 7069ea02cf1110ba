//! What the carriers in a cell do, direction by direction.

use super::domain::Domain;
use super::gas;
use super::gas::flyer::Flyer;
use super::gas::law::Vessel;
use super::gas::steady::Steady as SteadyGas;
use super::gas::velocities::Velocities;
use super::quadrature::Ordinates;
use super::steady::Steady;
use super::sweep::{Laps, Sweeper};
use glam::DVec3;

/// What every direction carries in some cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Unit vectors.
    pub direction: Vec<DVec3>,
    /// Their sum is 1; in 2D a direction stands for its mirror image in z, too.
    pub weight: Vec<f64>,
    /// Per cell and direction: temperature of an equilibrium of that energy (deviation, K). Where deviations are small, its mean over
    /// the directions is the energy temperature of the cell.
    pub carried: Vec<Vec<f64>>,
}

impl Distribution {
    /// `carried` tells g (deviation, K) of the n-th cell, a band and an ordinate whose images along idle axes it stands for.
    pub(crate) fn new(
        domain: &Domain,
        ordinates: &Ordinates,
        cells: &[usize],
        carried: impl Fn(usize, usize, usize) -> f64,
    ) -> Distribution {
        let bits = (0..3).filter(|&a| !domain.active[a]).map(|a| 1 << a).sum::<usize>();
        let idle = bits & (ordinates.images - 1);
        let of_cell = |(n, &c): (usize, &usize)| -> Vec<f64> {
            let medium = domain.medium_of(c);
            let of = |i: usize| {
                let parts =
                    medium.bands.iter().enumerate().map(|(b, band)| band.heat_capacity * carried(n, b, i & !idle));
                medium.temperature(parts.sum())
            };
            (0..ordinates.len()).map(of).collect()
        };
        Distribution {
            direction: ordinates.direction.clone(),
            weight: ordinates.weight.clone(),
            carried: cells.iter().enumerate().map(of_cell).collect(),
        }
    }

    /// Of a gas: `warmth` tells what the n-th cell's molecules of a velocity add to its temperature (deviation, K) per weight.
    pub(crate) fn of_gas(
        vessel: &Vessel,
        velocities: &Velocities,
        cells: &[usize],
        warmth: impl Fn(usize, usize) -> f64,
    ) -> Distribution {
        let ordinates = &velocities.ordinates;
        let (idle, _) = Flyer::idle(vessel, ordinates.images);
        let of = |n: usize, i: usize| -> f64 {
            let weights = velocities.speed_weight.iter().enumerate();
            weights.map(|(speed, weight)| weight * warmth(n, speed * ordinates.len() + (i & !idle))).sum()
        };
        Distribution {
            direction: ordinates.direction.clone(),
            weight: ordinates.weight.clone(),
            carried: (0..cells.len()).map(|n| (0..ordinates.len()).map(|i| of(n, i)).collect()).collect(),
        }
    }

    /// Of a steady gas: its last pass made once more, with an ear in the cells.
    pub fn of_steady_gas(
        vessel: &Vessel,
        velocities: &Velocities,
        steady: &SteadyGas,
        cells: &[usize],
    ) -> Distribution {
        let passes = gas::pass::Passes::new(vessel, velocities).listening(cells);
        let once = gas::pass::Laps { most: 1, change: 0.0 };
        let tally = passes.pass(&steady.moments, &mut steady.walls.clone(), once, true);
        let rays = tally.full.expect("a full pass").rays;
        Distribution::of_gas(vessel, velocities, cells, |n, i| rays[n * velocities.len() + i])
    }

    /// Of a steady state: its last pass made once more, with an ear in the cells.
    pub fn of_steady(domain: &Domain, ordinates: &Ordinates, steady: &Steady, cells: &[usize]) -> Distribution {
        let sweeper = Sweeper::new(domain, ordinates).listening(cells);
        let once = Laps { most: 1, change: 0.0 };
        let rays: Vec<Vec<f64>> = (0..domain.bands())
            .map(|band| {
                let mut walls = steady.walls[band].clone();
                let tally = sweeper.pass(band, &steady.pseudo_temperature, &mut walls, once, true);
                tally.full.expect("a full pass").rays
            })
            .collect();
        Distribution::new(domain, ordinates, cells, |n, band, i| rays[band][n * ordinates.len() + i])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{across, gray, run};
    use super::*;
    use crate::kinetic::medium::{Band, Medium};
    use crate::kinetic::transient::{Transient, longest_step};

    fn ordinates() -> Ordinates {
        Ordinates::new(2, 16, 32)
    }

    /// Without collisions every direction has the temperature of the wall that it comes from.
    #[test]
    fn free_flight_is_a_step() {
        let domain = across(10, gray(1e6));
        let steady = run(&domain, 16, 32);
        let found = Distribution::of_steady(&domain, &ordinates(), &steady, &[0, 7]);
        for carried in &found.carried {
            for (s, g) in found.direction.iter().zip(carried) {
                let wall = if s.x > 0.0 { 1.0 } else { 0.0 };
                assert!((g - wall).abs() < 2e-6 / s.x.abs(), "{s}: {g}");
            }
        }
    }

    /// Chapman and Enskog: T - L mu dT/dx, which is exact where the temperature is linear.
    #[test]
    fn many_collisions_leave_the_first_order() {
        let path = 0.01;
        let domain = across(100, gray(path));
        let steady = run(&domain, 16, 32);
        let t = &steady.pseudo_temperature;
        let found = Distribution::of_steady(&domain, &ordinates(), &steady, &[50]);
        let slope = (t[51] - t[49]) / 0.02;
        for (s, g) in found.direction.iter().zip(&found.carried[0]) {
            let exact = t[50] - path * s.x * slope;
            assert!((g - exact).abs() < 1e-3 * path, "{s}: {g} for {exact}");
        }
    }

    /// Bands weigh by heat capacity, and the mean over directions is the energy temperature of the cell.
    #[test]
    fn its_mean_is_the_temperature() {
        let band = |c: f64, l: f64| Band { heat_capacity: c, velocity: 1.0, mean_free_path: l };
        let domain = across(20, Medium::new(vec![band(1.0, 0.1), band(3.0, 2.0)]));
        let steady = run(&domain, 8, 8);
        let ordinates = Ordinates::new(2, 8, 8);
        let cells = [0, 13];
        let found = Distribution::of_steady(&domain, &ordinates, &steady, &cells);
        for (n, c) in cells.into_iter().enumerate() {
            let mean: f64 = found.weight.iter().zip(&found.carried[n]).map(|(w, g)| w * g).sum();
            let energy = (steady.bands[0].mean[c] + 3.0 * steady.bands[1].mean[c]) / 4.0;
            assert!((mean - energy).abs() < 1e-13, "{mean} {energy}");
        }
    }

    /// What comes to rest through time has the distribution of the steady state.
    #[test]
    fn time_leads_to_the_same() {
        let domain = across(20, gray(1.0));
        let steady = run(&domain, 8, 8);
        let ordinates = Ordinates::new(2, 8, 8);
        let cells = [3];
        let at_rest = Distribution::of_steady(&domain, &ordinates, &steady, &cells);
        let mut transient = Transient::new(domain.clone(), ordinates, &[0.0; 20]);
        let step = 0.9 * longest_step(&domain);
        (0..(30.0 / step) as usize).for_each(|_| transient.advance(step, false));
        let found = transient.distribution(&cells);
        for (a, b) in found.carried[0].iter().zip(&at_rest.carried[0]) {
            assert!((a - b).abs() < 0.02, "{a} for {b}");
        }
    }
}
