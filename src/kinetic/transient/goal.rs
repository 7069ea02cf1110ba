//! Where collisions drive a band, and how soon.

use crate::kinetic::domain::Domain;

/// What a band holds at the temperatures of some places, and its time between collisions there.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Goal {
    /// K.
    pub held: Vec<f64>,
    /// s.
    pub time: Vec<f64>,
}

impl Goal {
    /// At places in the cells `cell` of these temperatures (deviations, K); in void nothing is driven anywhere.
    pub fn new(domain: &Domain, band: usize, temperature: &[f64], cell: impl Fn(usize) -> usize) -> Goal {
        let of = |place: usize| match domain.is_solid(cell(place)) {
            true => domain.medium_of(cell(place)).goal(band, temperature[place]),
            false => [0.0, 1.0],
        };
        let (held, time) = (0..temperature.len()).map(of).map(|[held, time]| (held, time)).unzip();
        Goal { held, time }
    }

    /// g after a time `dt` of collisions by the trapezoidal rule, from what was left of it by the first half; `heating` in K/s.
    pub fn reached(&self, place: usize, left: f64, heating: f64, dt: f64) -> f64 {
        let tau = self.time[place];
        (2.0 * tau * left + dt * self.held[place] + dt * tau * heating) / (2.0 * tau + dt)
    }

    /// Change of g by collisions and sources, K/s.
    pub fn change(&self, place: usize, g: f64, heating: f64) -> f64 {
        (self.held[place] - g) / self.time[place] + heating
    }
}
