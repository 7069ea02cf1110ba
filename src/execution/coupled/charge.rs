//! Heat with charge, at rest and through time.

use super::super::{ExecutionError, Options, Outcome, Watch};
use super::ledger::{History, Ledger};
use super::march::{GAMMA, March, TOLERANCE, march};
use super::midway::{Midway, found_before, keep_search};
use super::state::{Look, widest};
use super::{finish, show};
use crate::coupled::device::{Device, State, Thermoelectric};
use crate::coupled::linear::Linear;
use crate::coupled::newton::{self, Balance, CoupledError, Solved, Storage, enthalpies};
use crate::coupled::settle;
use crate::coupled::survey::Survey;
use crate::scenario::{End, Scenario, SteadyTolerance};
use std::sync::Arc;
use std::time::Instant;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    spec: &Thermoelectric,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    let device = Device::new(Arc::new(scenario.problem.clone()), spec.clone())
        .map_err(|e| ExecutionError::Unsupported(e.to_string()))?;
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, &device, tolerance, options, watch, linear),
        End::Time(until) => through_time(scenario, &device, *until, options, watch, linear),
    }
}

fn at_rest(
    scenario: &Scenario,
    device: &Device,
    tolerance: &SteadyTolerance,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let mut going = |step: &newton::Step| {
        let (imbalance, rate, linear_iterations) = (step.heat, step.charge, step.linear);
        watch.converging(&crate::steady::Step { imbalance, rate, linear_iterations })
    };
    let (mut state, spread) = match found_before(options) {
        Some((temperature, potential)) => {
            (State { temperature: temperature.to_vec(), potential: potential.to_vec() }, Ok(()))
        }
        None => {
            // A potential that has not spread yet would drive all its current through the half cell behind the terminal.
            let mut state = device.initial();
            let most = newton::MOST_STEPS;
            let spread = newton::solve(device, &mut state, 0.0, Balance::Held, most, linear, &mut going);
            (state, spread.map(|_| ()))
        }
    };
    let most = tolerance.iterations.min(settle::MOST_STEPS);
    let solved = spread.and_then(|()| settle::settle(device, &mut state, most, linear, &mut going));
    if matches!(solved, Err(CoupledError::Interrupted)) {
        keep_search(device, &state.temperature, state.potential.clone(), options, watch)?;
    }
    let solved = solved?;
    let last = solved.steps.last().expect("a solution took steps");
    if last.heat > tolerance.imbalance {
        let (steps, heat, charge) = (solved.steps.len(), last.heat, last.charge);
        return Err(CoupledError::Restless { steps, heat, charge }.into());
    }
    let made: usize = solved.steps.iter().map(|s| s.linear).sum();
    let look = Look::new(scenario, device, &state, &solved, 0.0);
    show(&look, watch)?;
    let history = History {
        info: linear.info(),
        fallback: linear.fallback().map(str::to_owned),
        method: "newton-krylov-multigrid",
        end: None,
        steps: solved.steps.len() as u64 - 1,
        sweeps: made as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        ledger: None,
    };
    let samples = vec![look.sample(0.0)];
    Ok(finish(&look, &history, samples, watch))
}

struct Stage {
    solved: Solved,
    state: State,
}

struct Charged<'a> {
    scenario: &'a Scenario,
    device: &'a Device,
    state: State,
    solved: Solved,
    tried: Option<[Stage; 2]>,
    ledger: Ledger,
    linear: &'a mut Linear,
    made: usize,
    /// Widest range of temperatures so far, K.
    range: f64,
}

fn through_time(
    scenario: &Scenario,
    device: &Device,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let mut state = device.initial();
    let solved = newton::solve(device, &mut state, 0.0, Balance::Held, newton::MOST_STEPS, linear, &mut |_| true)?;
    let range = widest(&state.temperature, &device.problem().material).max(0.1);
    let ledger = Ledger::new(device);
    let mut charged = Charged { scenario, device, state, solved, tried: None, ledger, linear, made: 0, range };
    let marched = march(&mut charged, scenario, until, options, watch)?;
    let look = charged.look(marched.time);
    let history = History {
        info: charged.linear.info(),
        fallback: charged.linear.fallback().map(str::to_owned),
        method: "sdirk2-newton-krylov-multigrid",
        end: Some(marched.time),
        steps: marched.steps,
        sweeps: charged.made as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        ledger: Some(charged.ledger.clone()),
    };
    Ok(finish(&look, &history, marched.samples, watch))
}

impl March for Charged<'_> {
    /// Both stages; the error is the largest difference to the step of first order that the first stage alone gives.
    fn attempt(&mut self, time: f64, dt: f64, going: &mut dyn FnMut() -> bool) -> Result<f64, CoupledError> {
        let device = self.device;
        let capacity = &device.conduction.capacity;
        let rate = 1.0 / (GAMMA * dt);
        let start = enthalpies(device, &self.state.temperature);
        let mut first = self.state.clone();
        let most = newton::MOST_STEPS;
        let balance = Balance::Step(Storage { rate, start: &start });
        let one = newton::solve(device, &mut first, time + GAMMA * dt, balance, most, self.linear, &mut |_| going())?;
        let between: Vec<f64> = (0..start.len())
            .map(|c| if capacity[c] > 0.0 { start[c] + (1.0 - GAMMA) * dt * one.gains[c] / capacity[c] } else { 0.0 })
            .collect();
        let mut second = first.clone();
        let balance = Balance::Step(Storage { rate, start: &between });
        let two = newton::solve(device, &mut second, time + dt, balance, most, self.linear, &mut |_| going())?;
        let error = (0..start.len())
            .filter(|&c| capacity[c] > 0.0)
            .map(|c| GAMMA * dt * (two.gains[c] - one.gains[c]).abs() / capacity[c])
            .fold(0.0, f64::max);
        self.tried = Some([Stage { solved: one, state: first }, Stage { solved: two, state: second }]);
        Ok(error / (TOLERANCE * self.range))
    }

    fn accept(&mut self, time: f64, dt: f64) {
        let Some(stages) = self.tried.take() else { return };
        for (stage, (weight, at)) in stages.iter().zip([(1.0 - GAMMA, GAMMA), (GAMMA, 1.0)]) {
            self.made += stage.solved.steps.iter().map(|s| s.linear).sum::<usize>();
            let survey = Survey::new(self.device, &stage.state, &stage.solved, time + at * dt);
            self.ledger.add(&survey, weight * dt);
        }
        let [_, second] = stages;
        (self.state, self.solved) = (second.state, second.solved);
        self.range = self.range.max(widest(&self.state.temperature, &self.device.problem().material));
    }

    fn look(&self, time: f64) -> Look<'_> {
        Look::new(self.scenario, self.device, &self.state, &self.solved, time)
    }

    fn midway(&mut self) -> (Vec<f64>, Midway) {
        self.linear.forget();
        let midway = Midway {
            ledger: self.ledger.clone(),
            entered: Vec::new(),
            made: self.made,
            range: [self.range, 0.0],
            wanted_step: 0.0,
            last_row: 0.0,
            outputs: 0,
            beside: self.state.potential.clone(),
        };
        (self.state.temperature.clone(), midway)
    }

    fn restore(&mut self, temperature: &[f64], midway: &Midway, time: f64) {
        self.state = State { temperature: temperature.to_vec(), potential: midway.beside.clone() };
        self.solved = newton::look(self.device, &self.state, time);
        self.ledger = midway.ledger.clone();
        self.made = midway.made;
        self.range = midway.range[0];
        self.linear.forget();
    }
}
