//! Carriers in flight, timed: directions times bands times cells a second against the copy bandwidth of the same run.

use crate::backend::{self, BackendError, Clock, Selection};
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer};
use crate::kinetic::driving::Driving;
use crate::kinetic::march::March;
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::transient::longest_step;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// What `--case` calls it.
pub const NAME: &str = "phonons";

/// Largest error of the front, and of the balance of energy.
const LIMITS: [f64; 2] = [6e-3, 1e-5];

/// One line of the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// "cpu" or "gpu".
    pub backend: String,
    /// Processor or adapter.
    pub adapter: String,
    /// "f64" or "f32".
    pub precision: String,
    /// Along each axis.
    pub cells: [usize; 3],
    /// Directions times bands.
    pub directions: usize,
    /// In each timed repeat.
    pub steps: u64,
    /// Median of the repeats, s.
    pub seconds: f64,
    /// 1e9 updates of a direction in a cell per second; none if a check failed.
    pub gupdates_per_s: Option<f64>,
    /// Bytes that one update must move: what it carries read twice and written.
    pub bytes_per_update: f64,
    /// Copy bandwidth measured in this run, read and write together, GB/s.
    pub copy_gb_per_s: f64,
    /// Bytes per update times updates per second over that bandwidth.
    pub share_of_copy: Option<f64>,
    /// Largest error of the front behind a wall without scattering, over the step of temperature.
    pub error: f64,
    /// Energy stored less energy that entered, over the largest of the terms.
    pub energy_closure: f64,
}

impl Flight {
    /// What keeps the score from counting; none if nothing does.
    pub fn objection(&self) -> Option<String> {
        let tests = [
            (self.error, LIMITS[0], "the front is wrong by"),
            (self.energy_closure, LIMITS[1], "energy does not close, by"),
        ];
        let wrong = tests.iter().find(|(value, limit, _)| value.is_nan() || value > limit);
        wrong.map(|(value, limit, what)| format!("{what} {value:.1e}, allowed {limit:.0e}"))
    }
}

/// A gray medium between two walls along x; those along y mirror the part `specularity`.
fn between_walls(cells: [usize; 2], path: f64, specularity: f64) -> Domain {
    let axis = |n: usize| Axis::uniform(0.0, n as f64 / cells[0] as f64, n);
    let grid = Grid::two_dimensional(axis(cells[0]), axis(cells[1]), 1.0);
    let n = grid.len();
    let outer = |_, side: Side| {
        Outer::Law(match side.axis {
            0 => Law::Thermal(if side.high { 0.0 } else { 1.0 }),
            _ => Law::Adiabatic { specularity },
        })
    };
    let band = Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: path };
    let medium = Medium::new(vec![band]);
    Domain::new(grid, vec![0; n], vec![medium], vec![0.0; n], outer, |_, _, _| Law::Thermal(0.0), |_, _| None)
}

fn open(selection: &Selection, domain: &Domain, ordinates: &Ordinates) -> Result<Box<dyn March>, BackendError> {
    let still = vec![0.0; domain.grid.len()];
    backend::open_carriers(selection, (domain, &Driving::default()), ordinates.clone(), &still, &mut |_| {})
}

fn advance(march: &mut dyn March, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
    let mut made = 0;
    while made < count {
        made += march.advance(clock, first + made, count - made)?;
    }
    Ok(())
}

/// Without scattering the temperature behind the front is (1 - s)/2 with s = x / v t.
fn front(selection: &Selection) -> Result<f64, BackendError> {
    const CELLS: usize = 200;
    let domain = between_walls([CELLS, 1], 1e9, 1.0);
    let ordinates = Ordinates::new(2, 16, 64);
    let mut march = open(selection, &domain, &ordinates)?;
    let time = 0.8;
    let steps = (time / (0.9 * longest_step(&domain))).ceil();
    advance(march.as_mut(), Clock { start: 0.0, step: time / steps }, 0, steps as u64)?;
    let temperature = march.energy_temperature()?;
    let error = [0.1, 0.25, 0.5, 0.9].map(|s| {
        let x = s * time * CELLS as f64 - 0.5;
        let (i, part) = (x as usize, x.fract());
        let got = temperature[i] + part * (temperature[i + 1] - temperature[i]);
        (got - 0.5 * (1.0 - s)).abs()
    });
    Ok(error.iter().fold(0.0, |m: f64, e| m.max(*e)))
}

/// Times steps on a square; `copy` is the bandwidth to compare with, GB/s, `wanted` the length of a repeat, s.
///
/// # Errors
/// If the backend fails.
pub fn flight(selection: &Selection, cells: usize, copy: f64, wanted: f64) -> Result<Flight, BackendError> {
    let error = front(selection)?;
    let domain = between_walls([cells, cells], 0.1, 0.0);
    let ordinates = Ordinates::new(2, 4, 32);
    let mut march = open(selection, &domain, &ordinates)?;
    let info = march.info();
    let clock = Clock { start: 0.0, step: 0.9 * longest_step(&domain) };
    let (mut next, mut steps) = (0, 1);
    let mut run = |march: &mut dyn March, steps: u64| -> Result<f64, BackendError> {
        let begun = Instant::now();
        advance(march, clock, next, steps)?;
        next += steps;
        Ok(begun.elapsed().as_secs_f64())
    };
    let steps = loop {
        let took = run(march.as_mut(), steps)?;
        if took > 0.3 * wanted || steps >= 10_000 {
            break ((wanted / took * steps as f64) as u64).clamp(1, 20_000);
        }
        steps *= 4;
    };
    let mut seconds = [0.0; 3];
    for repeat in &mut seconds {
        *repeat = run(march.as_mut(), steps)?;
    }
    seconds.sort_by(f64::total_cmp);
    let energy: f64 = march.energy_temperature()?.iter().sum::<f64>() / (cells * cells) as f64;
    let (entered, _) = march.ledger()?;
    let gross = entered.iter().fold(energy.abs(), |m, e| m.max(e.abs()));
    let updates = march.updates() as f64;
    let mut flight = Flight {
        backend: info.kind.into(),
        adapter: info.adapter,
        precision: info.precision.into(),
        cells: [cells, cells, 1],
        directions: march.updates() / (cells * cells),
        steps,
        seconds: seconds[1],
        gupdates_per_s: None,
        bytes_per_update: 3.0 * if info.precision == "f32" { 4.0 } else { 8.0 },
        copy_gb_per_s: copy,
        share_of_copy: None,
        error,
        energy_closure: (entered.iter().sum::<f64>() - energy).abs() / gross,
    };
    if flight.objection().is_none() {
        let rate = updates * steps as f64 / seconds[1] / 1e9;
        flight.gupdates_per_s = Some(rate);
        flight.share_of_copy = Some(rate * flight.bytes_per_update / copy);
    }
    Ok(flight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_stands_on_front_and_balance() {
        let mut flight = flight(&Selection::default(), 6, 10.0, 1e-3).expect("a score");
        assert!(flight.gupdates_per_s.is_some() && flight.error < LIMITS[0] && flight.energy_closure < 1e-12);
        assert_eq!((flight.directions, flight.bytes_per_update), (64, 24.0));
        flight.error = 0.1;
        assert!(flight.objection().expect("a reason").contains("front"));
        flight.error = f64::NAN;
        assert!(flight.objection().is_some());
    }
}
