//! Super steps on the way to a stop: when they pay, how long they are, and explicit steps where a state is too rough.
//!
//! Each step is as long as its estimated local error allows. A state with jumps allows none: explicit steps, which
//! keep every temperature within the range of its surroundings, smooth it first. A super step that leaves that range
//! in a body without sources is made anew, shorter.

use super::{Method, Plan, Simulation, SimulationError, WIDENS, impossible};
use crate::backend::{Clock, Leap};
use crate::conduction::Conduction;
use crate::diagnostics::cycle;
use crate::legendre::{Order, STAGES, SuperStep};
use serde::{Deserialize, Serialize};

/// How super steps are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SuperSteps {
    /// Largest local error of a step, in parts of the range of temperatures.
    pub tolerance: f64,
    /// Order of accuracy in time.
    pub order: Order,
}

impl Default for SuperSteps {
    fn default() -> SuperSteps {
        SuperSteps { tolerance: 1e-4, order: Order::Second }
    }
}

/// What the next super steps depend on, besides the state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leaping {
    /// Longest explicit step, s.
    pub limit: f64,
    /// Length to try next, s.
    pub next: f64,
    /// Length of the last one, s; 0 before any.
    pub made: f64,
    /// Explicit steps to be made before.
    pub smoothing: u64,
    /// Largest range of temperatures so far, K.
    pub scale: f64,
    /// Whether super steps were made, or about to be made, since the last row.
    pub leapt: bool,
}

/// Parts that the way to a stop is counted in: a power of two, so fine that steps of any length fit.
const LATTICE: u64 = 1 << 44;

/// Explicit steps that smooth a state which allows no super step.
const SMOOTHING: u64 = 8;

/// Steps may be as many times shorter than stability lets the shortest be.
const FINER: f64 = 512.0;

/// Where a tolerance is tighter, steps may be so much shorter than its root lets them be: what drives a body may already ask for the usual one.
const SPARE: f64 = 0.5;

/// What a sweep of a super step costs, in explicit sweeps: measured, see benches/NOTES.md.
pub const COST: f64 = 2.5;

/// Why a problem cannot be advanced by super steps.
pub fn obstacle(conduction: &Conduction, leaps: bool) -> Option<String> {
    if let Some(material) = conduction.problem.materials.iter().find(|m| m.melting.is_some()) {
        return Some(format!("the material '{}' melts, which super steps cannot follow", material.name));
    }
    if conduction.inertia.is_some() {
        return Some("heat has inertia, whose waves super steps would damp".into());
    }
    (!leaps).then(|| {
        "super steps are made in f64 on the CPU, and in f32 or f64 on a device with room for their fields".into()
    })
}

/// Steps of a run at least. Few cells, or such as hardly touch, may be stepped stably in as few as one, which errs by a large part of what it changes: an
/// explicit step errs by half its length over the time in which things change.
pub const LEAST_STEPS: f64 = 200.0;

/// The longest explicit step (s) of a plan, given the longest stable one.
pub fn resolved(plan: &Plan, limit: f64) -> f64 {
    limit.min(plan.stops.last().map_or(limit, |s| s.0 / plan.least_steps))
}

/// The longest super step to a stop, s. Up to 1.1 sqrt(explicit step x time) its error in what has not yet died away by then
/// is below that of explicit steps: `step^2 rate^3 time / 18` against `limit rate^2 time / 2`, for rates up to 7 / time.
pub fn longest(plan: &Plan, limit: f64, start: f64, stop: f64) -> f64 {
    let end = plan.stops.last().map_or(stop, |s| s.0);
    let followed = if plan.driven { (end / 500.0).min(tenth(plan, start, stop)) } else { f64::INFINITY };
    let followed = followed.min(between_rows(plan).unwrap_or(f64::INFINITY));
    let stable = plan.super_steps.order.span(*STAGES.end()) * limit;
    plan.time_step.unwrap_or((1.1 * (limit * stop).sqrt()).max(limit).min(followed)).min(stable) / plan.refinement
}

/// Sweeps to the end of a plan by super steps, and by explicit ones, as far as can be told before.
pub fn predicted_sweeps(plan: &Plan, limit: f64) -> [f64; 2] {
    let mut start = 0.0;
    // a jump at the start takes some hundred sweeps to smooth
    let mut sweeps = [150.0, 0.0];
    for &(stop, _) in &plan.stops {
        let way = stop - start;
        let count = (way / longest(plan, limit, start, stop)).ceil().max(1.0);
        sweeps[0] += count * plan.super_steps.order.stages(way / count / limit) as f64;
        let explicit = match plan.time_step {
            Some(asked) => dividing(plan, asked),
            None => followed(plan, limit, start, stop),
        };
        sweeps[1] += steps_between(start, stop, explicit);
        start = stop;
    }
    sweeps
}

/// An explicit step, `step` (s) at most, that follows what varies in time: ten between two stops (the corners of tables are stops), two
/// thousand in a run. The rows of the last cycle divide it, so that all cycles are stepped alike: the error of the step would else count as a change.
pub fn followed(plan: &Plan, step: f64, start: f64, stop: f64) -> f64 {
    if !plan.driven {
        return step;
    }
    let end = plan.stops.last().map_or(stop, |s| s.0);
    dividing(plan, step.min(end / 2000.0)).min(tenth(plan, start, stop))
}

/// The longest step, `step` (s) at most, that divides what the rows of the last cycle lie apart by.
pub fn dividing(plan: &Plan, step: f64) -> f64 {
    between_rows(plan).map_or(step, |between| between / (between / step * (1.0 - 1e-12)).ceil())
}

/// What the rows of the last cycle lie apart by, s.
fn between_rows(plan: &Plan) -> Option<f64> {
    plan.cycle.map(|period| period / f64::from(cycle::ROWS))
}

/// A tenth of the way between two stops, s, but for those that only look at the last cycle.
fn tenth(plan: &Plan, start: f64, stop: f64) -> f64 {
    let way = stop - start;
    if between_rows(plan).is_some_and(|between| way <= between * (1.0 + 1e-9)) { f64::INFINITY } else { 0.1 * way }
}

/// Into how many equal steps of a length (s) at most the way between two times (s) is divided. What the times are rounded by asks for no step of its own.
pub fn steps_between(start: f64, stop: f64, step: f64) -> f64 {
    let rounded = 2.0 * f64::EPSILON * start.abs().max(stop.abs());
    ((stop - start - rounded) / step * (1.0 - 1e-12)).ceil().max(1.0)
}

/// Whether super steps are expected to be faster than explicit ones.
pub fn win(plan: &Plan, limit: f64) -> bool {
    let [by_super_steps, explicit] = predicted_sweeps(plan, limit);
    plan.time_step.is_none() && COST * by_super_steps < explicit
}

impl Simulation<'_> {
    /// Decides how the run is advanced. What it was resumed with stands.
    pub(super) fn choose_method(&mut self) -> Result<(), SimulationError> {
        let wanted = match self.plan.method {
            Method::Explicit => false,
            Method::SuperTimeStepping => true,
            Method::Auto => {
                let end = self.plan.stops.last().map_or(0.0, |s| s.0);
                let problem = &self.conduction.problem;
                let range = problem.with_surroundings(self.backend.range()?, 0.0);
                self.progress.trusted = self.conduction.depends_on_temperature().then(|| problem.widened(range));
                let limit = self.limit(0.0, end);
                win(&self.plan, resolved(&self.plan, limit))
            }
        };
        if !wanted {
            return Ok(());
        }
        match obstacle(&self.conduction, self.backend.leaps()) {
            Some(reason) if self.plan.method == Method::SuperTimeStepping => {
                return Err(SimulationError::Refused { reason });
            }
            Some(reason) => self.fallback = Some(reason),
            None => {
                // The start mostly jumps from what the boundary shows, and its entropy is best told by explicit steps.
                let (next, smoothing) = self.plan.time_step.map_or((0.0, SMOOTHING), |asked| (asked, 0));
                self.progress.leaping =
                    Some(Leaping { limit: 0.0, next, made: 0.0, smoothing, scale: 0.0, leapt: smoothing == 0 });
            }
        }
        Ok(())
    }

    /// Counts the way to a stop in parts.
    pub(super) fn choose_lattice(&mut self, start: f64, stop: f64) -> Result<(), SimulationError> {
        let limit = self.limit(start, stop);
        let limit = resolved(&self.plan, limit);
        let range = self.backend.range()?;
        let ends = self.ends(start);
        if let Some(leaping) = &mut self.progress.leaping {
            leaping.limit = limit;
            leaping.scale = leaping.scale.max(range[1].max(ends[1]) - range[0].min(ends[0]));
            if leaping.next == 0.0 {
                leaping.next = self.plan.super_steps.order.span(*STAGES.start()) * limit;
            }
        }
        self.progress.start = start;
        self.progress.step = (stop - start) / LATTICE as f64;
        (self.progress.done, self.progress.left) = (0, LATTICE);
        let looks = (stop - start) / limit;
        impossible::refuse(&self.conduction.problem, Clock { start, step: limit }, looks as u64 + 1)
    }

    /// Lowest and highest temperature that walls are given at a time (deviations, K), as far as it is the same everywhere.
    fn ends(&self, time: f64) -> [f64; 2] {
        let row = self.conduction.row(time);
        let problem = &self.conduction.problem;
        let mut ends = [f64::INFINITY, f64::NEG_INFINITY];
        for id in problem.conditions.iter().filter_map(|condition| problem.outside(condition)) {
            if !problem.values.get(id).is_spatial() {
                let t = row[id.0 as usize];
                ends = [ends[0].min(t), ends[1].max(t)];
            }
        }
        ends
    }

    /// One super step, or some explicit ones; returns the range of temperatures then.
    pub(super) fn leap(&mut self, stop: f64) -> Result<[f64; 2], SimulationError> {
        let Some(mut leaping) = self.progress.leaping else { return Ok(self.backend.range()?) };
        let order = self.plan.super_steps.order;
        let (tick, left) = (self.progress.step, self.progress.left);
        let longest = longest(&self.plan, leaping.limit, self.progress.start, stop);
        let shortest = order.span(*STAGES.start()) * leaping.limit;
        // What allows no shorter step is roughness, or a tolerance tighter than usual, which shorter ones keep.
        let tighter = self.plan.super_steps.tolerance / SuperSteps::default().tolerance;
        let finer = if tighter < 1.0 { SPARE * order.length_for(tighter) } else { 1.0 };
        let least = shortest.min(longest) * finer.max(1.0 / FINER);
        let before = self.backend.range()?;
        let range = loop {
            if leaping.smoothing > 0 {
                let ticks = ((leaping.limit.min(longest) / tick) as u64).clamp(1, left);
                let count = leaping.smoothing.min(left / ticks).min((self.progress.steps / 8).max(1));
                let clock = Clock { start: self.progress.time(), step: ticks as f64 * tick };
                self.backend.advance(clock, 0, count)?;
                leaping.smoothing -= count;
                self.went(ticks * count, count, count);
                break self.backend.range()?;
            }
            let clock = Clock { start: self.progress.start, step: tick };
            // Short stretches between stops leave short steps behind, which the shortest scheme outgrows at once.
            let asked = leaping.next.max(least).min(longest);
            let count = (left as f64 * tick / asked * (1.0 - 1e-9)).ceil().max(1.0);
            let ticks = (left / count as u64).max(1);
            let [start, end] = [self.progress.done, self.progress.done + ticks].map(|n| clock.time(n));
            let step = end - start;
            let shown = self.boundary.as_mut().and_then(|boundary| boundary.range(start, end, 4));
            let allowed = shown.map(|[low, high]| [before[0].min(low), before[1].max(high)]);
            let scheme = SuperStep::new(order, order.stages(step / leaping.limit));
            let landing = self.backend.leap(&Leap { scheme: &scheme, start, end })?;
            self.progress.sweeps += landing.sweeps;
            let allowed_error = (self.plan.super_steps.tolerance * leaping.scale).max(landing.rounding);
            let error = landing.error / allowed_error.max(f64::MIN_POSITIVE);
            let leaves = |range: [f64; 2], slack: f64| {
                landing.range[0] < range[0] - slack || landing.range[1] > range[1] + slack
            };
            let factor = if error > 0.0 { order.rescale(error) } else { 2.0 };
            // Not a number is not good either.
            let good = error <= 1.0
                && !allowed.is_some_and(|range| leaves(range, landing.rounding))
                && !self.progress.trusted.is_some_and(|range| leaves(range, 0.0));
            if good {
                self.backend.keep()?;
                (leaping.leapt, leaping.made) = (true, step);
                // a step cut short by the stop says little of how long the next may be
                let cut = step < 0.99 * asked && factor >= 1.0;
                leaping.next = if cut { asked.max(step * factor) } else { step * factor }.min(longest);
                self.went(ticks, 1, 0);
                break landing.range;
            }
            leaping.next = step * factor.min(0.7);
            if leaping.next < least {
                leaping.next = shortest;
                leaping.smoothing = SMOOTHING;
            }
        };
        leaping.scale = leaping.scale.max(range[1] - range[0]);
        self.progress.leaping = Some(leaping);
        Ok(range)
    }

    fn went(&mut self, ticks: u64, steps: u64, sweeps: u64) {
        self.progress.done += ticks;
        self.progress.left -= ticks;
        self.progress.steps += steps;
        self.progress.sweeps += sweeps;
    }

    /// Whether the series should have a row now: close at the start and after a jump, some hundred in a run, and 24 in a period.
    pub(super) fn row_is_due(&self) -> bool {
        let end = self.plan.stops.last().map_or(0.0, |s| s.0);
        let rows = &self.progress.samples;
        let last = rows.last().map_or(0.0, |s| s.time);
        let before = rows.partition_point(|s| s.steps <= self.progress.jumped);
        let jumped = rows[..before].last().map_or(0.0, |s| s.time);
        let widest =
            if self.plan.rows_given { f64::INFINITY } else { (end / 64.0).min(self.plan.shortest_period / 24.0) };
        self.progress.time() - last >= ((last - jumped) / WIDENS as f64).min(widest)
    }
}
