//! Coupled transport through time: implicit steps as long as their error allows.

use super::super::{ExecutionError, Moment, Options, Watch};
use super::midway::Midway;
use super::state::Look;
use crate::backend;
use crate::checkpoint::Checkpoint;
use crate::coupled::newton::CoupledError;
use crate::diagnostics::second_law::SecondLaw;
use crate::scenario::{FieldName, Scenario};
use crate::simulation::{Progress, Sample, steps_between};

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

    /// Temperatures (K) and all else that a run goes on from; what comes then depends on nothing else.
    fn midway(&mut self) -> (Vec<f64>, Midway);

    /// Goes on from there at a time (s).
    fn restore(&mut self, temperature: &[f64], midway: &Midway, time: f64);
}

/// How far it came.
pub(super) struct Marched {
    pub samples: Vec<Sample>,
    /// s.
    pub time: f64,
    pub steps: u64,
}

/// The way so far.
struct Way {
    samples: Vec<Sample>,
    time: f64,
    steps: u64,
    stops_done: usize,
    outputs: usize,
    wanted_step: f64,
    last_row: f64,
}

impl Way {
    fn begin(model: &mut dyn March, scenario: &Scenario, until: f64, options: &Options) -> Way {
        match options.resume.as_ref().and_then(|c| c.coupled.as_ref().map(|midway| (c, midway))) {
            Some((Checkpoint { progress, enthalpy, .. }, midway)) => {
                model.restore(enthalpy, midway, progress.start);
                Way {
                    samples: progress.samples.clone(),
                    time: progress.start,
                    steps: progress.steps,
                    stops_done: progress.stops_done,
                    outputs: midway.outputs,
                    wanted_step: midway.wanted_step,
                    last_row: midway.last_row,
                }
            }
            None => Way {
                samples: vec![model.look(0.0).sample(0.0)],
                time: 0.0,
                steps: 0,
                stops_done: 0,
                outputs: 0,
                wanted_step: scenario.run.time_step.unwrap_or(until / 1000.0) / scenario.run.refinement,
                last_row: 0.0,
            },
        }
    }

    /// Hands a checkpoint over.
    fn keep(&self, model: &mut dyn March, options: &Options, watch: &mut dyn Watch) -> Result<(), ExecutionError> {
        let (enthalpy, midway) = model.midway();
        let (outputs, wanted_step, last_row) = (self.outputs, self.wanted_step, self.last_row);
        let progress = Progress {
            stops_done: self.stops_done,
            start: self.time,
            step: 0.0,
            done: 0,
            left: 0,
            trusted: None,
            steps: self.steps,
            sweeps: midway.made as u64,
            leaping: None,
            audit: SecondLaw::default(),
            jumped: 0,
            samples: self.samples.clone(),
        };
        watch.checkpoint(Checkpoint {
            scenario: options.fingerprint,
            storage: None,
            progress,
            ledger: backend::Ledger { surfaces: Vec::new(), sources: 0.0 },
            enthalpy,
            heats: None,
            coupled: Some(Midway { outputs, wanted_step, last_row, ..midway }),
            flight: None,
        })?;
        Ok(())
    }
}

/// Goes to the end, with rows, outputs and checkpoints on the way.
pub(super) fn march(
    model: &mut dyn March,
    scenario: &Scenario,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Marched, ExecutionError> {
    let plan = super::super::plan(scenario);
    let refinement = scenario.run.refinement;
    let given = scenario.run.time_step.map(|step| step / refinement);
    let mut way = Way::begin(model, scenario, until, options);
    let mut kept = way.time;
    if plan.initial && options.resume.is_none() {
        let look = model.look(0.0);
        watch.frame(&Moment { index: 0, time: Some(0.0), fields: &|names: &[FieldName]| look.fields(names) })?;
    }
    for &(stop, wanted) in &plan.stops[way.stops_done..] {
        while way.time < stop {
            let (time, steps) = (way.time, way.steps);
            // steps to a stop are equal where they are given, else the last two share what is left
            let left = stop - time;
            let dt = match given {
                Some(step) => left / steps_between(time, stop, step),
                None if way.wanted_step >= left * (1.0 - 1e-9) => left,
                None if 2.0 * way.wanted_step > left => 0.5 * left,
                None => way.wanted_step,
            };
            let ratio = match model.attempt(time, dt, &mut || watch.going(time, steps)) {
                // The error that is looked at is that of a step of first order.
                Ok(ratio) => ratio * refinement * refinement,
                Err(CoupledError::NotConverged { .. } | CoupledError::Unmixed { .. })
                    if given.is_none() && dt > 1e-9 * until =>
                {
                    way.wanted_step = 0.25 * dt;
                    continue;
                }
                Err(error) => {
                    if error == CoupledError::Interrupted {
                        way.keep(model, options, watch)?;
                        return Err(error.into());
                    }
                    return Err(model.look(time).used_up().unwrap_or(error).into());
                }
            };
            if given.is_none() {
                way.wanted_step = dt * (0.9 / ratio.max(1e-8).sqrt()).clamp(0.2, 4.0);
                if ratio > 2.0 {
                    continue;
                }
            }
            model.accept(time, dt);
            let arrived = dt >= left * (1.0 - 1e-12);
            way.time = if arrived { stop } else { time + dt };
            way.steps += 1;
            way.stops_done += usize::from(arrived);
            if arrived || (!plan.rows_given && way.time - way.last_row >= until / ROWS) {
                way.last_row = way.time;
                let look = model.look(way.time);
                way.samples.push(look.sample(way.time));
                if arrived && wanted {
                    way.outputs += 1;
                    let fields = |names: &[FieldName]| look.fields(names);
                    watch.frame(&Moment { index: way.outputs, time: Some(stop), fields: &fields })?;
                }
            }
            let stopped = !watch.going(way.time, way.steps);
            if stopped || plan.checkpoint_every.is_some_and(|every| way.time - kept >= every) {
                way.keep(model, options, watch)?;
                kept = way.time;
            }
            if stopped {
                return Err(CoupledError::Interrupted.into());
            }
        }
    }
    let Way { samples, time, steps, .. } = way;
    Ok(Marched { samples, time, steps })
}
