//! Rows of the time series, and what is judged beside them.

use super::{CELLS_OF_ROWS, Sample, Simulation, SimulationError};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::probe;
use crate::diagnostics::survey::Survey;
use std::time::Instant;

/// Rows after which jumps are no longer followed closely: where they cost something, and where they cost nothing.
const MOST_ROWS: [f64; 2] = [1e3, 2e4];

/// Least steps, about, between two judgements of the second law, each of which costs two or three.
const JUDGED: u64 = 100;

impl Simulation<'_> {
    /// Has the backend judge the second law, now and for the next explicit step; returns whether it can. `range`: of the temperatures. A
    /// state that has left the range for which the step was chosen is not stepped from with that step.
    pub(super) fn judge(&mut self, time: f64, range: [f64; 2]) -> Result<bool, SimulationError> {
        let begun = Instant::now();
        let found = self.backend.second_law(time, self.step_within(range))?;
        let judged = found.is_some();
        if let Some(law) = found {
            self.progress.audit = std::mem::take(&mut self.progress.audit).join(law);
        }
        self.diagnosing += begun.elapsed();
        Ok(judged)
    }

    /// Whether the row that was just written passes a multiple of [`JUDGED`] steps.
    pub(super) fn judgement_is_due(&self) -> bool {
        let [.., before, last] = self.progress.samples.as_slice() else { return false };
        before.steps / JUDGED < last.steps / JUDGED
    }

    /// Explicit step from a state whose temperatures have a range, s; 0 where there is none yet.
    pub(super) fn step_within(&self, [low, high]: [f64; 2]) -> f64 {
        let holds = self.progress.trusted.is_none_or(|t| t[0] <= low && high <= t[1]);
        if holds { self.progress.explicit_step() } else { 0.0 }
    }

    /// Writes a row of the series from what the backend itself can tell, or else from its whole state.
    pub(super) fn follow(&mut self) -> Result<(), SimulationError> {
        let begun = Instant::now();
        let time = self.progress.time();
        let Some(survey) = self.backend.survey(time, self.progress.next_step())? else { return self.sample() };
        let leapt = self.progress.begin_row();
        let probes = self.probes(time)?;
        self.progress.samples.push(Sample {
            time,
            steps: self.progress.steps,
            leapt,
            survey,
            before: None,
            probes,
            more: Vec::new(),
        });
        self.diagnosing += begun.elapsed();
        Ok(())
    }

    fn jumps_are_followed(&self) -> bool {
        let free = CELLS_OF_ROWS / self.conduction.problem.grid.len() as f64;
        (self.progress.samples.len() as f64) < free.clamp(MOST_ROWS[0], MOST_ROWS[1])
    }

    /// Temperatures of the probes, from the cells around them alone.
    fn probes(&mut self, time: f64) -> Result<Vec<Option<f64>>, SimulationError> {
        let cells: Vec<u32> = self.windows.iter().flat_map(|w| w.cells.iter().copied()).collect();
        let enthalpies = self.backend.cells(&cells)?;
        let mut rest = enthalpies.as_slice();
        let probes = self.windows.iter_mut().map(|window| {
            let (own, others) = rest.split_at(window.cells.len());
            rest = others;
            window.temperature(own, time)
        });
        Ok(probes.collect())
    }

    /// Totals at some times of the present state in f64, and the temperatures of the probes at the first of them.
    fn look(&mut self, times: &[f64], step: f64) -> Result<(Vec<Survey>, Vec<Option<f64>>), SimulationError> {
        if self.backend.surveys_in_f64() {
            let surveys = times.iter().map(|&time| self.backend.survey(time, step));
            if let Some(surveys) = surveys.collect::<Result<Option<Vec<_>>, _>>()? {
                return Ok((surveys, self.probes(times[0])?));
            }
        }
        let (enthalpy, mut heats) = (self.backend.enthalpy()?, self.backend.heats()?);
        let (mut surveys, mut probes) = (Vec::new(), None);
        for &time in times {
            let snapshot = Snapshot::with_heats(&mut self.conduction, &enthalpy, heats.take(), time);
            surveys.push(Survey::of(&snapshot, step));
            probes
                .get_or_insert_with(|| self.plan.probes.iter().map(|&at| probe::temperature(&snapshot, at)).collect());
            heats = snapshot.heats;
        }
        Ok((surveys, probes.unwrap_or_default()))
    }

    /// Writes a row of the series in f64.
    pub(super) fn sample(&mut self) -> Result<(), SimulationError> {
        let begun = Instant::now();
        let (time, step) = (self.progress.time(), self.progress.next_step());
        // At a stop sources and conditions may jump. The steps that led here saw what held before.
        let at_stop = self.plan.driven && self.progress.left == 0;
        let earlier = (at_stop && self.progress.steps > 0).then(|| time - 1e-3 * self.progress.explicit_step());
        let times: Vec<f64> = [time].into_iter().chain(earlier).collect();
        let (surveys, probes) = self.look(&times, step)?;
        let mut surveys = surveys.into_iter();
        let (survey, before) = (surveys.next().expect("one for each time"), surveys.next());
        if at_stop
            && self.jumps_are_followed()
            && self.progress.samples.last().is_some_and(|last| jumps(&last.survey, &survey))
        {
            self.progress.jumped = self.progress.steps;
        }
        let leapt = self.progress.begin_row();
        self.progress.samples.push(Sample {
            time,
            steps: self.progress.steps,
            leapt,
            survey,
            before,
            probes,
            more: Vec::new(),
        });
        self.diagnosing += begun.elapsed();
        Ok(())
    }
}

/// Whether rates of entropy change a great deal from one row to the next.
fn jumps(last: &Survey, now: &Survey) -> bool {
    let differs = |a: f64, b: f64| (a - b).abs() > 0.3 * a.abs().max(b.abs());
    differs(last.production, now.production) || differs(last.entropy_inflow, now.entropy_inflow)
}
