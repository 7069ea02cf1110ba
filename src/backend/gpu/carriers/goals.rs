//! What collisions drive a band to at the temperatures of the cells, as the device holds it.

use super::layout::{Layout, in_two};
use super::{Carriers, floats_from};
use crate::backend::gpu::error::GpuError;
use crate::kinetic::domain::Domain;

/// Of a band, per cell; in void nothing is driven anywhere.
pub(super) struct Goals {
    /// K.
    pub held: Vec<f64>,
    /// Change in the last step, K.
    pub change: Vec<f64>,
    /// Time between collisions, s.
    pub time: Vec<f64>,
}

impl Carriers {
    /// Of a band, now.
    pub(super) fn goals(&self, band: usize) -> Result<Goals, GpuError> {
        let (cells, domain) = (self.layout.cells, &self.domain);
        let is_far = self.layout.far.is_some();
        let of = |c: usize, four: &[f32; 4]| {
            let time = match is_far {
                _ if !domain.is_solid(c) => 1.0,
                true => f64::from(four[3]),
                false => domain.medium_of(c).goal(band, 0.0)[1],
            };
            (f64::from(four[0]) + f64::from(four[1]), f64::from(four[2]), time)
        };
        let told = match is_far {
            true => floats_from(&self.device, &self.passes.goals, 4 * band * cells, 4 * cells)?,
            false => self.floats(&self.passes.ambient, 4 * cells)?,
        };
        let mut goals = Goals { held: Vec::new(), change: Vec::new(), time: Vec::new() };
        for (c, four) in told.as_chunks::<4>().0.iter().enumerate() {
            let (held, change, time) = of(c, four);
            goals.held.push(held);
            goals.change.push(change);
            goals.time.push(time);
        }
        Ok(goals)
    }
}

/// Per band and cell what the device holds of equilibria at these temperatures (deviations, K), far from the reference.
pub(super) fn at_rest(layout: &Layout, domain: &Domain, temperature: &[f64]) -> Vec<[f32; 4]> {
    let of = |band: usize, c: usize| {
        if !domain.is_solid(c) {
            return [0.0, 0.0, 0.0, 1.0];
        }
        // at the place as the device has it
        let t = layout.given(layout.as_given(temperature[c]));
        let [held, time] = domain.medium_of(c).goal(band, t);
        let [first, second] = in_two(held);
        [first, second, 0.0, time as f32]
    };
    (0..layout.bands).flat_map(|band| (0..layout.cells).map(move |c| (band, c))).map(|(band, c)| of(band, c)).collect()
}
