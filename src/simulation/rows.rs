//! Rows of the time series, and what is judged beside them.

use super::{CELLS_OF_ROWS, Observer, Simulation, SimulationError};
use crate::backend::{Backend, Clock};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::probe;
use crate::diagnostics::survey::Survey;
use crate::diagnostics::totals::Totals;
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
        let probes = self.probes(time)?;
        self.progress.write(survey, None, probes, false);
        self.diagnosing += begun.elapsed();
        Ok(())
    }

    /// Whether rows are close again after what may jump here.
    fn jumps_are_followed(&self) -> bool {
        if !self.plan.driven || self.progress.left > 0 {
            return false;
        }
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

    /// Totals at some times of the present state, and the temperatures of the probes at the first of them; in f64 at the start, which changes are
    /// counted from, and where something may jump.
    fn look(&mut self, times: &[f64], step: f64) -> Result<(Vec<Survey>, Vec<Option<f64>>), SimulationError> {
        let any = !self.plan.driven && !self.progress.samples.is_empty();
        if any || self.backend.surveys_in_f64() {
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

    /// Writes a row of the series at the start or a stop.
    pub(super) fn sample(&mut self) -> Result<(), SimulationError> {
        let begun = Instant::now();
        let times: Vec<f64> = [self.progress.time()].into_iter().chain(self.before_jump()).collect();
        let (surveys, probes) = self.look(&times, self.progress.next_step())?;
        let mut surveys = surveys.into_iter();
        let (survey, before) = (surveys.next().expect("one for each time"), surveys.next());
        let follow = self.jumps_are_followed();
        self.progress.write(survey, before, probes, follow);
        self.diagnosing += begun.elapsed();
        Ok(())
    }

    /// Hands a state on at a stop, judged, and writes the row of the series that is due there: both in f64, from one look at it. A device
    /// goes on meanwhile.
    pub(super) fn output(&mut self, stop: f64, row: bool, observer: &mut dyn Observer) -> Result<(), SimulationError> {
        let index = self.plan.stops[..self.progress.stops_done].iter().filter(|s| s.1).count();
        let range = self.backend.range()?;
        let (judged, explicit) = (self.judge(stop, range)?, self.step_within(range));
        let begun = Instant::now();
        let maps = self.backend.maps(stop, self.plan.maps)?;
        let (enthalpy, mut heats) = (self.backend.enthalpy()?, self.backend.heats()?);
        let next = self.progress.next_step();
        let mut before = None;
        if row && let Some(time) = self.before_jump() {
            let snapshot = Snapshot::with_heats(&mut self.conduction, &enthalpy, heats, time);
            before = Some(Survey::of(&snapshot, next));
            heats = snapshot.heats;
        }
        // What a backend judges to the digits of its arithmetic is judged once in f64, at the end.
        let audited = !judged || self.progress.stops_done == self.plan.stops.len();
        let follow = self.jumps_are_followed();
        let ahead = self.way_ahead(follow);
        let Simulation { conduction, backend, progress, plan, diagnosing, .. } = self;
        let observed = beside(*backend, ahead, || {
            let snapshot = Snapshot::with_heats(conduction, &enthalpy, heats, stop);
            let totals = Totals::of(&snapshot, next);
            let rates = snapshot.rates_with(&totals);
            if row {
                let probes = plan.probes.iter().map(|&at| probe::temperature(&snapshot, at)).collect();
                progress.write(Survey::with(&snapshot, &totals, &rates), before, probes, follow);
            }
            if audited {
                progress.audit.look(&snapshot, &rates, Some(explicit));
            }
            *diagnosing += begun.elapsed();
            Ok(observer.output(index, &snapshot, &maps)?)
        });
        self.ahead = ahead.map_or(0, |(_, count)| count);
        observed
    }

    /// Hands the state at time 0 on, whose row is written. A device goes on meanwhile.
    pub(super) fn show(&mut self, observer: &mut dyn Observer) -> Result<(), SimulationError> {
        let begun = Instant::now();
        let maps = self.backend.maps(0.0, self.plan.maps)?;
        let (enthalpy, heats) = (self.backend.enthalpy()?, self.backend.heats()?);
        let ahead = self.stretch_ahead();
        let snapshot = Snapshot::with_heats(&mut self.conduction, &enthalpy, heats, 0.0);
        self.diagnosing += begun.elapsed();
        beside(self.backend, ahead, || Ok(observer.output(0, &snapshot, &maps)?))?;
        self.ahead = ahead.map_or(0, |(_, count)| count);
        Ok(())
    }

    /// The steps that a device can make beside the host: the first explicit ones on the way to the next stop, where the host has not to look first
    /// whether something jumps (`follow`).
    fn way_ahead(&mut self, follow: bool) -> Option<(Clock, u64)> {
        let &(stop, _) = self.plan.stops.get(self.progress.stops_done)?;
        if follow || !self.goes_apart() {
            return None;
        }
        if self.choose_clock(stop).is_err() {
            // It is refused once more after this state is handed on.
            (self.progress.done, self.progress.left) = (0, 0);
            return None;
        }
        self.stretch_ahead()
    }

    /// Whether a device makes explicit steps by itself.
    fn goes_apart(&self) -> bool {
        self.backend.is_apart() && self.progress.leaping.is_none()
    }

    /// The explicit steps from here that such a device can make beside the host.
    fn stretch_ahead(&self) -> Option<(Clock, u64)> {
        let clock = Clock { start: self.progress.start, step: self.progress.step };
        self.goes_apart().then(|| (clock, self.stretch()))
    }

    /// At a stop sources and conditions may jump; the steps that led there saw what held just before, at this time.
    fn before_jump(&self) -> Option<f64> {
        let at_stop = self.plan.driven && self.progress.left == 0 && self.progress.steps > 0;
        at_stop.then(|| self.progress.time() - 1e-3 * self.progress.explicit_step())
    }
}

/// Does some work on the host while a device makes the first steps of a clock.
fn beside(
    backend: &mut dyn Backend,
    ahead: Option<(Clock, u64)>,
    work: impl FnOnce() -> Result<(), SimulationError>,
) -> Result<(), SimulationError> {
    std::thread::scope(|threads| {
        let going = ahead.map(|(clock, count)| threads.spawn(move || backend.advance(clock, 0, count)));
        work()?;
        going.map_or(Ok(()), |going| going.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))?;
        Ok(())
    })
}
