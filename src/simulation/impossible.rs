//! Temperatures that conditions ask for, held above absolute zero before any step meets them.

use super::SimulationError;
use crate::backend::Clock;
use crate::expression::{Expression, Place, Variable};
use crate::problem::{Condition, Problem};
use glam::DVec3;

/// Boxes of places and times that are looked at; what is not settled by then is sampled.
const LOOKS: u64 = 4_000_000;

/// Refuses a temperature of the surface or the surroundings that is not above 0 K, at any wall and any of the times of the steps
/// `0 ..= count`. Bounds over boxes of walls and times settle most at one look; boxes that they leave open are halved,
/// down to one wall at one time, where the value itself is taken.
///
/// # Errors
/// [`SimulationError::Impossible`] with such a time and temperature.
pub(super) fn refuse(problem: &Problem, clock: Clock, count: u64) -> Result<(), SimulationError> {
    for (n, condition) in problem.conditions.iter().enumerate() {
        let (Condition::Temperature(id) | Condition::Environment { ambient: id, .. }) = *condition;
        let value = problem.values.get(id);
        if value.as_constant().is_some() {
            continue;
        }
        let walls = problem.walls.iter().filter(|w| usize::from(w.condition) == n).map(|w| w.position);
        let places: Vec<DVec3> = if value.is_spatial() { walls.collect() } else { walls.take(1).collect() };
        let count = if value.depends_on(Variable::Time) { count } else { 0 };
        let mut search = Search { value, reference: problem.reference, clock, left: LOOKS };
        let found = if places.is_empty() { None } else { search.within(&places, 0, count) };
        if let Some((time, kelvin)) =
            found.or_else(|| if search.left == 0 { search.sampled(&places, count) } else { None })
        {
            return Err(SimulationError::Impossible { time, kelvin });
        }
    }
    Ok(())
}

struct Search<'a> {
    value: &'a Expression,
    reference: f64,
    clock: Clock,
    left: u64,
}

impl Search<'_> {
    /// A time (s) and temperature (K) that cannot be, at some of the places and at steps `first ..= last`.
    fn within(&mut self, places: &[DVec3], first: u64, last: u64) -> Option<(f64, f64)> {
        self.left = self.left.saturating_sub(places.len() as u64);
        if self.left == 0 {
            return None;
        }
        if let ([at], true) = (places, first == last) {
            return self.at(at, first);
        }
        let low = places.iter().copied().fold(DVec3::INFINITY, DVec3::min);
        let high = places.iter().copied().fold(DVec3::NEG_INFINITY, DVec3::max);
        let corner = |p: DVec3, n: u64| Place { x: p.x, y: p.y, z: p.z, t: self.clock.time(n), temperature: 0.0 };
        if self.value.bounds(&corner(low, first), &corner(high, last))[0] + self.reference > 0.0 {
            return None;
        }
        if last - first + 1 >= places.len() as u64 {
            let middle = first + (last - first) / 2;
            return self.within(places, first, middle).or_else(|| self.within(places, middle + 1, last));
        }
        let (one, other) = places.split_at(places.len() / 2);
        self.within(one, first, last).or_else(|| self.within(other, first, last))
    }

    fn at(&self, p: &DVec3, n: u64) -> Option<(f64, f64)> {
        let time = self.clock.time(n);
        let kelvin = self.value.eval(&Place { x: p.x, y: p.y, z: p.z, t: time, temperature: 0.0 }) + self.reference;
        (kelvin.is_nan() || kelvin <= 0.0).then_some((time, kelvin))
    }

    fn sampled(&self, places: &[DVec3], count: u64) -> Option<(f64, f64)> {
        let stride = (places.len() as u64).saturating_mul(count + 1) / LOOKS + 1;
        (0..=count).step_by(stride as usize).find_map(|n| places.iter().find_map(|p| self.at(p, n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str, walls: usize, count: u64) -> (Option<(f64, f64)>, u64) {
        let value = Expression::parse(text, &Variable::ALL).unwrap();
        let places: Vec<DVec3> = (0..walls).map(|n| DVec3::new(n as f64, 0.5, 0.0)).collect();
        let clock = Clock { start: 1.0, step: 0.01 };
        let mut search = Search { value: &value, reference: 300.0, clock, left: LOOKS };
        let found = search.within(&places, 0, count);
        (found, LOOKS - search.left)
    }

    #[test]
    fn a_dip_at_one_wall_and_one_step_is_found_and_none_is_not_invented() {
        let dip = "20*sin(t) - 400*exp(-((x - 1234)/0.1)^2 - ((t - 71.23)/0.001)^2)";
        let (found, looks) = search(dip, 5000, 20_000);
        let (time, kelvin) = found.unwrap();
        assert!((time - 71.23).abs() < 1e-9 && kelvin < -80.0, "{time} {kelvin}");
        assert!(looks < 200_000, "{looks} for 1e8 values");
        // half way between two steps nobody meets it
        assert_eq!(search(&dip.replace("71.23", "71.235"), 5000, 20_000).0, None);
        let (found, looks) = search("200*sin(t) + 50*cos(x)", 5000, 20_000);
        assert!(found.is_none() && looks == 5000, "{looks}");
    }
}
