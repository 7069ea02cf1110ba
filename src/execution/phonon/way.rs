//! Phonons on their way through time.

use super::aloft::{Aloft, unusable};
use super::sheet::History;
use super::state::{State, listening};
use super::{heard, ordinates};
use crate::backend::{self, Clock};
use crate::execution::{self, ExecutionError, Moment, Options, Outcome, Watch};
use crate::kinetic::domain::Domain;
use crate::kinetic::march::March;
use crate::kinetic::steady::KineticError;
use crate::kinetic::survey::Survey;
use crate::kinetic::transient::longest_step;
use crate::scenario::{Phonon, Scenario};
use crate::simulation::{Progress, Sample};
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

pub(super) fn through_time(
    scenario: &Scenario,
    carriers: &Phonon,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let problem = &scenario.problem;
    let ordinates = ordinates(scenario, carriers);
    let directions = ordinates.len();
    let longest = longest_step(&carriers.domain);
    execution::flight(scenario, longest).map_err(ExecutionError::Scenario)?;
    let step = scenario.run.time_step.unwrap_or(scenario.run.safety * longest);
    let mut march = {
        let flying = (&carriers.domain, &carriers.driving);
        let selection = &options.selection;
        backend::open_carriers(selection, flying, ordinates, &problem.initial, &mut |text| watch.note(text))?
    };
    let see = |survey: Survey, domain: &Domain| State {
        scenario,
        domain: domain.clone(),
        surface: &carriers.surface,
        jump: carriers.jump,
        spectra: &carriers.spectra,
        survey,
        fourier: None,
        distribution: None,
    };
    let mut way = match Aloft::of(options, march.info().kind)? {
        Some((checkpoint, aloft)) => {
            if !march.restore(&aloft.numbers)? {
                return Err(ExecutionError::Unsupported(unusable()));
            }
            Way::of(&checkpoint.progress, aloft.outputs)
        }
        None => Way { samples: vec![see(march.survey()?, march.domain()).sample(0.0)], ..Way::default() },
    };
    let plan = execution::plan(scenario);
    let resumed = way.steps + way.made;
    let mut fastest = 0.0f64;
    let mut stopped = false;
    let mut kept = f64::NAN;
    for (stop, wanted) in plan.stops.into_iter().skip(way.stops_done) {
        let count = ((stop - way.start) / step * (1.0 - 1e-12)).ceil().max(1.0) as u64;
        let clock = Clock { start: way.start, step: (stop - way.start) / count as f64 };
        let rows = ((until / clock.step / ROWS as f64).floor() as u64).max(1);
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
            let row = if plan.rows_given { count } else { (way.made / rows + 1).saturating_mul(rows).min(count) };
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
                    return Err(ExecutionError::Unsupported(format!(
                        "temperatures are no numbers at t = {time:.6e} s"
                    )));
                }
                way.samples.push(Sample { time, ..see(march.survey()?, march.domain()).sample(0.0) });
            }
            let time = if way.made == count { stop } else { clock.time(way.made) };
            stopped |= !watch.going(time, way.steps + way.made);
        }
        (way.start, way.made) = (stop, 0);
        way.steps += count;
        way.stops_done += 1;
        if wanted {
            way.outputs += 1;
            let state = see(march.survey()?, march.domain());
            watch.frame(&Moment { index: way.outputs, time: Some(stop), fields: &|names| state.fields(names) })?;
        }
    }
    let distribution = heard(&listening(scenario, &carriers.domain), |cells| march.distribution(cells))?;
    let state = State { distribution, ..see(march.survey()?, march.domain()) };
    let (entered, heated) = march.ledger()?;
    let mut surfaces = vec![0.0; problem.surfaces.len()];
    let mut joined = 0.0;
    for (heat, surface) in entered.iter().zip(&carriers.surface) {
        match surface {
            Some(s) => surfaces[usize::from(*s)] += heat,
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
        ledger: Some((surfaces, heated)),
    };
    let report = state.report(&history, &way.samples, &scenario.warnings);
    Ok(Outcome { report, temperature: state.kelvin(), samples: way.samples })
}
