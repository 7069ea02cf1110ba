//! Carriers in flight on their way through time.

use super::aloft::{Aloft, unusable};
use super::audit::joined;
use super::balance::Entered;
use super::heard;
use super::sheet::History;
use super::state::{State, listening};
use crate::backend::Clock;
use crate::diagnostics::relaxation::Drive;
use crate::execution::{self, ExecutionError, Moment, Options, Watch};
use crate::kinetic::march::March;
use crate::kinetic::steady::KineticError;
use crate::simulation::{Progress, Sample, steps_between};
use std::time::Instant;

/// Rows of the time series, where the scenario does not say.
const ROWS: usize = 200;

/// How far a run has come.
#[derive(Default)]
struct Way {
    samples: Vec<Sample>,
    stops_done: usize,
    outputs: usize,
    /// Steps to the stops that were reached.
    steps: u64,
    /// Where the way to the next stop began, s, and the steps made on it.
    start: f64,
    made: u64,
}

impl Way {
    fn of(progress: &Progress, outputs: usize) -> Way {
        Way {
            samples: progress.samples.clone(),
            stops_done: progress.stops_done,
            outputs,
            steps: progress.steps - progress.done,
            start: progress.start,
            made: progress.done,
        }
    }

    fn keep(
        &self,
        clock: Clock,
        march: &mut dyn March,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Result<(), ExecutionError> {
        let progress = Progress {
            stops_done: self.stops_done,
            start: self.start,
            step: clock.step,
            done: self.made,
            steps: self.steps + self.made,
            samples: self.samples.clone(),
            ..Progress::default()
        };
        let aloft = Aloft { by: march.info().kind.to_owned(), outputs: self.outputs, numbers: march.kept()? };
        let temperature = march.energy_temperature()?;
        watch.checkpoint(aloft.checkpoint(options, temperature, progress))?;
        Ok(())
    }
}

/// Rows lie apart by the steps since the start over this, where most happens, and later on by no more than is said.
const WIDENS: u64 = 8;

/// The step of the next row after some steps.
fn next_row(made: u64, widest: u64) -> u64 {
    let mut row = 0;
    while row <= made {
        row += (row / WIDENS).clamp(1, widest);
    }
    row
}

/// A time as errors tell it, s.
fn when(time: f64) -> String {
    format!(" at t = {time:.6e} s")
}

/// Carriers that set out.
pub(in crate::execution) struct Flying<'a> {
    /// As they set out.
    pub state: State<'a>,
    pub march: Box<dyn March>,
    pub directions: usize,
    /// The longest time step, s.
    pub longest: f64,
}

/// Takes carriers to the time `until` (s); tells where they are then, how they came there, and the rows on the way.
pub(in crate::execution) fn through_time<'a>(
    flying: Flying<'a>,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<(State<'a>, History, Vec<Sample>), ExecutionError> {
    let begun = Instant::now();
    let Flying { mut state, mut march, directions, longest } = flying;
    let scenario = state.scenario;
    execution::flight(scenario, longest).map_err(ExecutionError::Scenario)?;
    let step = scenario.run.time_step.unwrap_or(scenario.safety() * longest) / scenario.run.refinement;
    let see = |state: &mut State<'a>, march: &mut dyn March| -> Result<(), ExecutionError> {
        state.survey = march.survey()?;
        state.domain.clone_from(march.domain());
        Ok(())
    };
    let plan = execution::plan(scenario);
    let mut way = match Aloft::of(options, march.info().kind)? {
        Some((checkpoint, aloft)) => {
            if !march.restore(&aloft.numbers)? {
                return Err(ExecutionError::Unsupported(unusable()));
            }
            Way::of(&checkpoint.progress, aloft.outputs)
        }
        None => {
            if plan.initial {
                watch.frame(&Moment { index: 0, time: Some(0.0), fields: &|names| state.fields(names) })?;
            }
            Way { samples: vec![state.sample(0.0)], ..Way::default() }
        }
    };
    let resumed = way.steps + way.made;
    let mut fastest = 0.0f64;
    let mut stopped = false;
    let mut kept = f64::NAN;
    let mut law = None;
    for (stop, wanted) in plan.stops.into_iter().skip(way.stops_done) {
        let count = steps_between(way.start, stop, step) as u64;
        let clock = Clock { start: way.start, step: (stop - way.start) / count as f64 };
        let rows = ((until / clock.step / ROWS as f64) as u64).max(1);
        while way.made < count {
            let time = clock.time(way.made);
            let due = plan.checkpoint_every.is_some_and(|every| time - kept >= every);
            if stopped || due {
                way.keep(clock, march.as_mut(), options, watch)?;
            }
            if due || kept.is_nan() {
                kept = time;
            }
            if stopped {
                return Err(KineticError::Interrupted.into());
            }
            let row =
                if plan.rows_given { count } else { (next_row(way.steps + way.made, rows) - way.steps).min(count) };
            if way.made + 1 < row {
                way.made += march.advance(clock, way.made, row - 1 - way.made)?;
            } else {
                let before = march.energy_temperature()?;
                march.look(clock, way.made)?;
                way.made = row;
                let now = march.energy_temperature()?;
                fastest = before.iter().zip(&now).map(|(a, b)| (a - b).abs() / clock.step).fold(0.0, f64::max);
                let time = if way.made == count { stop } else { clock.time(way.made) };
                if now.iter().any(|t| !t.is_finite()) {
                    return Err(KineticError::NotFinite { when: when(time) }.into());
                }
                see(&mut state, march.as_mut())?;
                state.possible(&when(time))?;
                let found = state.audit(Some(time));
                law = Some(match law {
                    Some(before) => joined(before, found),
                    None => found,
                });
                way.samples.push(Sample { time, ..state.sample(0.0) });
            }
            let time = if way.made == count { stop } else { clock.time(way.made) };
            stopped |= !watch.going(time, way.steps + way.made);
        }
        (way.start, way.made) = (stop, 0);
        way.steps += count;
        way.stops_done += 1;
        if wanted {
            // a stop has a row, so this state was looked at
            way.outputs += 1;
            watch.frame(&Moment { index: way.outputs, time: Some(stop), fields: &|names| state.fields(names) })?;
        }
    }
    state.distribution = heard(&listening(scenario, &state.domain), |cells| march.distribution(cells))?;
    let (entered, heated) = march.ledger()?;
    let mut surfaces = vec![0.0; state.problem().surfaces.len()];
    let mut joined = 0.0;
    for (heat, owner) in entered.iter().zip(state.owner) {
        match owner {
            Some(owner) => surfaces[usize::from(owner.surface)] += heat,
            None => joined += heat,
        }
    }
    surfaces.push(joined);
    let history = History {
        info: march.info(),
        method: "unified-gas-kinetic",
        end: Some(way.start),
        steps: way.steps,
        updates: (way.steps - resumed) as f64 * march.updates() as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        directions,
        residual: f64::NAN,
        fastest,
        law,
        ledger: Some(Entered {
            surfaces,
            sources: heated,
            entropy: (Drive::of(state.problem(), 0.0) == Drive::Nothing && heated == 0.0)
                .then(|| state.entropy_through_walls(&entered)),
        }),
    };
    Ok((state, history, way.samples))
}
