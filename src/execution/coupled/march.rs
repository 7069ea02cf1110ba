//! Coupled transport through time: implicit steps as long as their error allows.

use super::super::{ExecutionError, Moment, Watch};
use super::state::Look;
use crate::coupled::newton::CoupledError;
use crate::scenario::Scenario;
use crate::simulation::Sample;

/// Two implicit stages, stiffly accurate and L-stable, of order 2 (Alexander, SIAM J. Numer. Anal. 14, 1006 (1977)): what is
/// elliptic is solved for within each, so charge is conserved at every instant.
pub(super) const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// Least rows of the time series, where the scenario does not say.
const ROWS: f64 = 200.0;

/// Error of a step in parts of the range of what changes, for steps that are not given.
pub(super) const TOLERANCE: f64 = 1e-3;

/// Something that goes through time in implicit steps.
pub(super) trait March {
    /// Tries a step from a time (s) and gives its error in parts of what is tolerated; `going` may stop it.
    fn attempt(&mut self, time: f64, dt: f64, going: &mut dyn FnMut() -> bool) -> Result<f64, CoupledError>;

    /// Makes the step that was tried last.
    fn accept(&mut self, time: f64, dt: f64);

    /// The present state.
    fn look(&self, time: f64) -> Look<'_>;
}

/// How far it came.
pub(super) struct Marched {
    pub samples: Vec<Sample>,
    /// s.
    pub time: f64,
    pub steps: u64,
}

/// Goes to the end, with rows and outputs on the way.
pub(super) fn march(
    model: &mut dyn March,
    scenario: &Scenario,
    until: f64,
    watch: &mut dyn Watch,
) -> Result<Marched, ExecutionError> {
    let mut samples = vec![model.look(0.0).sample(0.0)];
    let plan = super::super::plan(scenario);
    let given = scenario.run.time_step;
    let (mut time, mut steps, mut outputs) = (0.0, 0u64, 0);
    let mut wanted_step = given.unwrap_or(until / 1000.0);
    let mut last_row = 0.0;
    for (stop, wanted) in plan.stops {
        while time < stop {
            // steps to a stop are equal where they are given, else the last two share what is left
            let left = stop - time;
            let dt = match given {
                Some(step) => left / (left / step * (1.0 - 1e-12)).ceil().max(1.0),
                None if wanted_step >= left * (1.0 - 1e-9) => left,
                None if 2.0 * wanted_step > left => 0.5 * left,
                None => wanted_step,
            };
            let ratio = match model.attempt(time, dt, &mut || watch.going(time, steps)) {
                Ok(ratio) => ratio,
                Err(CoupledError::NotConverged { .. } | CoupledError::Unmixed { .. })
                    if given.is_none() && dt > 1e-9 * until =>
                {
                    wanted_step = 0.25 * dt;
                    continue;
                }
                Err(e) => return Err(e.into()),
            };
            if given.is_none() {
                wanted_step = dt * (0.9 / ratio.max(1e-8).sqrt()).clamp(0.2, 4.0);
                if ratio > 2.0 {
                    continue;
                }
            }
            model.accept(time, dt);
            let arrived = dt >= left * (1.0 - 1e-12);
            time = if arrived { stop } else { time + dt };
            steps += 1;
            if arrived || (!plan.rows_given && time - last_row >= until / ROWS) {
                last_row = time;
                let look = model.look(time);
                samples.push(look.sample(time));
                if arrived && wanted {
                    outputs += 1;
                    watch.frame(&Moment { index: outputs, time: Some(stop), fields: &|names| look.fields(names) })?;
                }
            }
            if !watch.going(time, steps) {
                return Err(CoupledError::Interrupted.into());
            }
        }
    }
    Ok(Marched { samples, time, steps })
}
