//! The one time loop: from output time to output time, landing on each exactly.

mod error;
mod impossible;
mod progress;
mod rows;
mod super_steps;

pub use error::SimulationError;
pub use progress::{Progress, Sample};
pub use super_steps::{
    COST, LEAST_STEPS, Leaping, SuperSteps, dividing, followed, longest, obstacle, predicted_sweeps, resolved,
    steps_between, win,
};

use crate::backend::{Backend, BackendError, Clock, Ledger, Proof};
use crate::conduction::Conduction;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::maps::{Maps, Wanted};
use crate::diagnostics::second_law::Boundary;
use crate::diagnostics::window::Window;
use crate::inertia::Heats;
use crate::problem::VOID;
use glam::DVec3;
use std::time::Duration;

/// How time advances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Super steps where they are expected to be faster, else explicit ones.
    Auto,
    /// Explicit Euler steps at the stability bound.
    Explicit,
    /// Runge-Kutta-Legendre super steps.
    SuperTimeStepping,
}

/// When and how a transient run goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Times that are hit exactly, s, rising, the end last; and whether fields are wanted there.
    pub stops: Vec<(f64, bool)>,
    /// Whether fields are wanted of the state at time 0.
    pub initial: bool,
    /// Whether anything varies in time.
    pub driven: bool,
    /// The period in which all that varies repeats itself, s, where it is looked for.
    pub cycle: Option<f64>,
    /// The shortest period that anything has in time, s; infinite where nothing has one.
    pub shortest_period: f64,
    /// Whether the stops are the rows of the time series that are wanted.
    pub rows_given: bool,
    /// How time advances.
    pub method: Method,
    /// How super steps are made.
    pub super_steps: SuperSteps,
    /// Fixed explicit step, longest super step, s.
    pub time_step: Option<f64>,
    /// Part of the stability limit that is used, at most 1.
    pub safety: f64,
    /// Steps are this many times shorter than they would be, but where the error of a super step alone decides.
    pub refinement: f64,
    /// Explicit steps at least, where no step is given.
    pub least_steps: f64,
    /// Simulated time between checkpoints, s.
    pub checkpoint_every: Option<f64>,
    /// Where temperatures are followed.
    pub probes: Vec<DVec3>,
    /// Maps that outputs want.
    pub maps: Wanted,
}

type Observed = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Who watches a run.
pub trait Observer {
    /// A stop at which fields are wanted was reached; `index` counts them from 1, and is 0 for the state at time 0. `maps`: those that the
    /// backend computed.
    ///
    /// # Errors
    /// If the result cannot be taken.
    fn output(&mut self, index: usize, snapshot: &Snapshot, maps: &Maps) -> Observed;

    /// A checkpoint is due.
    ///
    /// # Errors
    /// If it cannot be taken.
    fn checkpoint(&mut self, progress: &Progress, enthalpy: &[f64], heats: Option<&Heats>, ledger: &Ledger)
    -> Observed;

    /// Called often: time reached (s), steps made and steps left to the next stop. `false` stops the run.
    fn going(&mut self, time: f64, steps: u64) -> bool;
}

/// A transient run.
pub struct Simulation<'a> {
    /// For diagnostics of the states.
    pub conduction: Conduction,
    backend: &'a mut dyn Backend,
    plan: Plan,
    /// Around the probes.
    windows: Vec<Window>,
    /// Temperatures stay between those it shows and those there are; none where heat is given.
    boundary: Option<Boundary>,
    /// Why explicit steps are made where super steps would have been chosen.
    pub fallback: Option<String>,
    /// How far it has come.
    pub progress: Progress,
    /// Real time spent on looking at states rather than making them.
    pub diagnosing: Duration,
    /// Steps that the backend has made beyond `progress`, on its clock.
    ahead: u64,
    /// The last bound of explicit steps, 1/s, and the range of temperatures that it is for.
    fastest: Option<(Option<[f64; 2]>, f64)>,
}

/// Steps up to which every time `start + n step` is exact to rounding.
pub const COUNTED: f64 = (1_u64 << 53) as f64;

/// Cells that rows of a driven run may look at in all: a fifth of a second.
const CELLS_OF_ROWS: f64 = 2e7;

/// Rows lie apart by the time since the start or a jump over this: the curve through them ([`crate::diagnostics::integral`]) sums what is produced to a few
/// parts in 1e5. By 4 it misses 3e-4 of it where super steps begin.
const WIDENS: u64 = 8;

/// Steps between two looks at the range of temperatures, where it decides about the step.
const WATCH: u64 = 50;

impl<'a> Simulation<'a> {
    /// Starts at time 0 in the problem's initial state, or where `resume` left off.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn new(
        conduction: Conduction,
        backend: &'a mut dyn Backend,
        plan: Plan,
        resume: Option<(Progress, Vec<f64>, Option<Heats>, Ledger)>,
    ) -> Result<Simulation<'a>, SimulationError> {
        let window = |&at| Window::new(&conduction.problem, at).map_err(BackendError::from);
        let mut simulation = Simulation {
            windows: plan.probes.iter().map(window).collect::<Result<_, _>>()?,
            progress: Progress::default(),
            boundary: Boundary::new(&conduction),
            fallback: None,
            conduction,
            backend,
            plan,
            diagnosing: Duration::ZERO,
            ahead: 0,
            fastest: None,
        };
        if let Some((progress, enthalpy, heats, ledger)) = resume {
            simulation.backend.load(&enthalpy, &ledger)?;
            if let Some(heats) = heats {
                simulation.backend.load_heats(&heats)?;
            }
            simulation.progress = progress;
        } else {
            simulation.choose_method()?;
        }
        Ok(simulation)
    }

    /// Runs to the last stop.
    ///
    /// # Errors
    /// See [`SimulationError`].
    pub fn run(&mut self, observer: &mut dyn Observer) -> Result<(), SimulationError> {
        let mut last_checkpoint = self.progress.time();
        while self.progress.stops_done < self.plan.stops.len() {
            let (stop, wanted) = self.plan.stops[self.progress.stops_done];
            if self.progress.left == 0 {
                self.choose_clock(stop)?;
            }
            if self.progress.samples.is_empty() {
                self.sample()?;
                if self.plan.initial {
                    self.show(observer)?;
                }
            }
            self.approach(stop, observer, &mut last_checkpoint)?;
            // The clock lands on the stop to the last bit.
            self.progress.start = stop;
            (self.progress.done, self.progress.left) = (0, 0);
            self.progress.stops_done += 1;
            let row = self.progress.samples.last().is_none_or(|s| s.time < stop);
            if !row && let Some(last) = self.progress.samples.last_mut() {
                last.time = stop;
            }
            if wanted {
                self.output(stop, row, observer)?;
            } else if row {
                self.sample()?;
            }
        }
        Ok(())
    }

    /// What has entered since the start.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn ledger(&mut self) -> Result<Ledger, SimulationError> {
        Ok(self.backend.ledger()?)
    }

    /// The state, K.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn enthalpy(&mut self) -> Result<Vec<f64>, SimulationError> {
        Ok(self.backend.enthalpy()?)
    }

    /// What whole numbers can be checked by.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn proof(&mut self) -> Result<Option<Proof>, SimulationError> {
        Ok(self.backend.proof()?)
    }

    /// The heats that flow, where they are state, W.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn heats(&mut self) -> Result<Option<Heats>, SimulationError> {
        Ok(self.backend.heats()?)
    }

    /// Divides the way to a stop into equal steps.
    fn choose_clock(&mut self, stop: f64) -> Result<(), SimulationError> {
        let start = self.progress.time();
        let range = self.backend.range()?;
        self.check(range)?;
        self.progress.trusted = self.conduction.depends_on_temperature().then(|| self.trust(range));
        if self.progress.leaping.is_some() {
            return self.choose_lattice(start, stop);
        }
        let limit = self.limit(start, stop);
        let step = match self.plan.time_step {
            Some(asked) if asked > limit * (1.0 + 1e-9) / self.plan.safety => {
                return Err(SimulationError::Unstable { asked, limit: limit / self.plan.safety });
            }
            Some(asked) => dividing(&self.plan, asked),
            // What is driven in time is followed even where stability would allow longer steps.
            None => followed(&self.plan, resolved(&self.plan, limit), start, stop),
        };
        let interval = stop - start;
        let count = steps_between(start, stop, step) * self.plan.refinement;
        if count > COUNTED {
            return Err(SimulationError::Endless { count, step });
        }
        self.progress.start = start;
        self.progress.step = interval / count;
        (self.progress.done, self.progress.left) = (0, count as u64);
        impossible::refuse(&self.conduction.problem, Clock { start, step: self.progress.step }, self.progress.left)
    }

    fn limit(&mut self, start: f64, stop: f64) -> f64 {
        let anywhere = [f64::NEG_INFINITY, f64::INFINITY];
        let trusted = self.progress.trusted;
        let fastest = || self.conduction.fastest_rate(trusted.unwrap_or(anywhere), [start, stop]);
        // What does not depend on time is computed once for each range of temperatures.
        let lasts = !self.plan.driven || !self.conduction.depends_on_temperature();
        let known = self.fastest.filter(|(range, _)| lasts && *range == trusted).map(|(_, rate)| rate);
        let rate = known.unwrap_or_else(fastest);
        self.fastest = Some((trusted, rate));
        if rate > 0.0 { self.plan.safety / rate } else { stop - start }
    }

    /// The range in which a state may move before the step is chosen anew: the one so far, where it still fits.
    fn trust(&self, range: [f64; 2]) -> [f64; 2] {
        /// A range that has shrunk to less than this part lets the steps be longer.
        const FITS: f64 = 0.9;
        let wide = self.conduction.problem.widened(range);
        let fits = |t: &[f64; 2]| t[0] <= range[0] && range[1] <= t[1] && wide[1] - wide[0] >= FITS * (t[1] - t[0]);
        self.progress.trusted.filter(fits).unwrap_or(wide)
    }

    fn check(&mut self, [low, high]: [f64; 2]) -> Result<(), SimulationError> {
        let reference = self.conduction.problem.reference;
        let hint = match () {
            () if !(low.is_finite() && high.is_finite()) => {
                "not a number; an expression may divide by zero or a source may grow without bound"
            }
            () if low + reference <= 0.0 => {
                "below absolute zero; a flux or source takes away more heat there than there is: lower it, or end the run earlier"
            }
            () => return Ok(()),
        };
        let enthalpy = self.backend.enthalpy()?;
        let mut temperature = vec![0.0; enthalpy.len()];
        self.conduction.temperature(&enthalpy, &mut temperature);
        let problem = &self.conduction.problem;
        let key = |i: &usize| if temperature[*i].is_finite() { temperature[*i] } else { f64::NEG_INFINITY };
        let solid = (0..temperature.len()).filter(|&i| problem.material[i] != VOID);
        let worst = solid.min_by(|a, b| key(a).total_cmp(&key(b)));
        Err(SimulationError::Broken {
            time: self.progress.time(),
            step: self.progress.steps,
            low: low + reference,
            high: high + reference,
            at: problem.grid.place(worst.unwrap_or(0)),
            hint,
        })
    }

    fn approach(
        &mut self,
        stop: f64,
        observer: &mut dyn Observer,
        last_checkpoint: &mut f64,
    ) -> Result<(), SimulationError> {
        while self.progress.left > 0 {
            let (range, row) = if self.progress.leaping.is_some() {
                (self.leap(stop)?, self.row_is_due())
            } else {
                (self.step()?, true)
            };
            self.check(range)?;
            let time = self.progress.time();
            let outside = self.progress.trusted.is_some_and(|t| range[0] < t[0] || range[1] > t[1]);
            if self.progress.left > 0 && row {
                self.follow()?;
                if self.judgement_is_due() {
                    self.judge(time, range)?;
                }
            }
            let due = self.plan.checkpoint_every.is_some_and(|every| time - *last_checkpoint >= every);
            let stopped = !observer.going(time, self.progress.steps);
            if due || stopped {
                let (enthalpy, heats) = (self.backend.enthalpy()?, self.backend.heats()?);
                let ledger = self.backend.ledger()?;
                observer.checkpoint(&self.progress, &enthalpy, heats.as_ref(), &ledger)?;
                *last_checkpoint = time;
            }
            if stopped {
                return Err(SimulationError::Interrupted { time });
            }
            if outside && self.progress.left > 0 {
                self.choose_clock(stop)?;
            }
        }
        Ok(())
    }

    /// Explicit steps to the next row; returns the range of temperatures then.
    fn step(&mut self) -> Result<[f64; 2], SimulationError> {
        let count = match std::mem::take(&mut self.ahead) {
            0 => {
                let clock = Clock { start: self.progress.start, step: self.progress.step };
                let count = self.stretch();
                self.backend.advance(clock, self.progress.done, count)?;
                count
            }
            made => made,
        };
        self.progress.done += count;
        self.progress.left -= count;
        self.progress.steps += count;
        self.progress.sweeps += count;
        Ok(self.backend.range()?)
    }

    /// Explicit steps that are made without a look at the state.
    fn stretch(&self) -> u64 {
        let count = self.gap(self.progress.step).min(self.progress.left);
        if self.conduction.depends_on_temperature() { count.min(WATCH) } else { count }
    }

    /// Steps to the next sample: close at the start and after a jump, where things happen fast, wider later on, some 200 in
    /// a run, and 24 in a period as far as that costs nothing: some cells in all, or every hundredth step; where rows are wanted at given
    /// times these are enough.
    fn gap(&self, step: f64) -> u64 {
        let end = self.plan.stops.last().map_or(0.0, |s| s.0);
        let (steps, cells) = (end / step, self.conduction.problem.grid.len() as f64);
        let free = (steps * cells / CELLS_OF_ROWS).clamp(1.0, 100.0);
        let of_period = (self.plan.shortest_period / 24.0 / step).max(free);
        let widest = if self.plan.rows_given { u64::MAX } else { (steps / 200.0).min(of_period).max(1.0) as u64 };
        ((self.progress.steps - self.progress.jumped) / WIDENS).clamp(1, widest)
    }
}

#[cfg(test)]
mod tests;
