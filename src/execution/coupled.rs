//! Runs a scenario of heat and charge and makes its report.

mod carnot;
mod ledger;
mod sheet;
mod state;

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::coupled::device::{Device, State, Thermoelectric};
use crate::coupled::newton::{self, Balance, CoupledError, Solved, Storage, enthalpies};
use crate::problem::VOID;
use crate::scenario::{End, Scenario, SteadyTolerance};
use ledger::{History, Ledger};
use state::Look;
use std::sync::Arc;
use std::time::Instant;

/// Least rows of the time series of a transient run, where the scenario does not say.
const ROWS: f64 = 200.0;

/// Error of a step in parts of the range of temperatures, for steps that are not given.
const TOLERANCE: f64 = 1e-3;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    spec: &Thermoelectric,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    if options.resume.is_some() || scenario.run.checkpoint_every.is_some() {
        let why =
            "runs with model = \"thermoelectric\" write no checkpoints; leave out --resume and run.checkpoint_every";
        return Err(ExecutionError::Unsupported(why.into()));
    }
    let mut warnings = scenario.warnings.clone();
    if options.selection.kind == backend::Kind::Gpu {
        let note = "model = \"thermoelectric\" is computed on the CPU in f64, whatever the backend";
        watch.note(note);
        warnings.push(note.into());
    }
    let device = Device::new(Arc::new(scenario.problem.clone()), spec.clone())
        .map_err(|e| ExecutionError::Unsupported(e.to_string()))?;
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, &device, tolerance, watch, warnings),
        End::Time(until) => through_time(scenario, &device, *until, watch, warnings),
    }
}

fn at_rest(
    scenario: &Scenario,
    device: &Device,
    tolerance: &SteadyTolerance,
    watch: &mut dyn Watch,
    warnings: Vec<String>,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let mut state = device.initial();
    let most = tolerance.iterations.min(newton::MOST_STEPS);
    let solved = newton::solve(device, &mut state, 0.0, Balance::Steady, most, &mut |step| {
        watch.converging(&crate::steady::Step {
            imbalance: step.heat,
            rate: step.charge,
            linear_iterations: step.linear,
        })
    })?;
    let last = solved.steps.last().expect("a solution took steps");
    if last.heat > tolerance.imbalance {
        let (steps, heat, charge) = (solved.steps.len(), last.heat, last.charge);
        return Err(CoupledError::NotConverged { steps, heat, charge }.into());
    }
    let linear: usize = solved.steps.iter().map(|s| s.linear).sum();
    let history = History {
        method: "newton-krylov-multigrid",
        end: None,
        steps: solved.steps.len() as u64 - 1,
        sweeps: linear as f64,
        wall_s: 0.0,
        ledger: None,
    };
    let look = Look::new(scenario, device, &state, solved, 0.0);
    watch.frame(&Moment { index: 1, time: None, fields: &|names| look.fields(names) })?;
    let samples = vec![look.sample(0.0)];
    let history = History { wall_s: begun.elapsed().as_secs_f64(), ..history };
    let report = look.report(&history, &samples, &warnings);
    Ok(Outcome { report, temperature: look.kelvin(), samples })
}

/// Two implicit stages, stiffly accurate and L-stable, of order 2 (Alexander, SIAM J. Numer. Anal. 14, 1006 (1977)): the
/// potential is solved for within each, so charge is conserved at every instant.
const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

struct Stage {
    solved: Solved,
    state: State,
}

fn through_time(
    scenario: &Scenario,
    device: &Device,
    until: f64,
    watch: &mut dyn Watch,
    warnings: Vec<String>,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let mut state = device.initial();
    let mut going = true;
    let mut solved = newton::solve(device, &mut state, 0.0, Balance::Held, newton::MOST_STEPS, &mut |_| true)?;
    let first = Look::new(scenario, device, &state, solved, 0.0);
    let mut samples = vec![first.sample(0.0)];
    solved = first.solved;
    let mut ledger = Ledger::new(device);
    let plan = super::plan(scenario);
    let widest = |state: &State| -> f64 {
        let solid = || state.temperature.iter().zip(&device.problem().material).filter(|(_, m)| **m != VOID);
        let high = solid().fold(f64::NEG_INFINITY, |m, (t, _)| m.max(*t));
        high - solid().fold(f64::INFINITY, |m, (t, _)| m.min(*t))
    };
    let mut range = widest(&state).max(0.1);
    let (mut time, mut steps, mut outputs, mut linear) = (0.0, 0u64, 0, 0usize);
    let mut wanted_step = scenario.run.time_step.unwrap_or(until / 1000.0);
    let mut last_row = 0.0;
    for (stop, wanted) in plan.stops {
        while time < stop {
            let given = scenario.run.time_step;
            // steps to a stop are equal where they are given, else the last two share what is left
            let left = stop - time;
            let dt = match given {
                Some(step) => left / (left / step * (1.0 - 1e-12)).ceil().max(1.0),
                None if wanted_step >= left * (1.0 - 1e-9) => left,
                None if 2.0 * wanted_step > left => 0.5 * left,
                None => wanted_step,
            };
            let mut interrupted = false;
            let result = step(device, &state, time, dt, &mut |_| {
                interrupted |= !watch.going(time, steps);
                !interrupted
            });
            let (stages, error) = match result {
                Ok(stages) => stages,
                Err(CoupledError::NotConverged { .. }) if given.is_none() && dt > 1e-9 * until => {
                    wanted_step = 0.25 * dt;
                    continue;
                }
                Err(e) => return Err(e.into()),
            };
            let ratio = error / (TOLERANCE * range);
            if given.is_none() {
                wanted_step = dt * (0.9 / ratio.max(1e-8).sqrt()).clamp(0.2, 4.0);
                if ratio > 2.0 {
                    continue;
                }
            }
            let arrived = dt >= left * (1.0 - 1e-12);
            let end = if arrived { stop } else { time + dt };
            linear += stages.iter().flat_map(|s| &s.solved.steps).map(|s| s.linear).sum::<usize>();
            ledger.add(device, &stages, time, dt, GAMMA);
            let [_, second] = stages;
            (state, solved) = (second.state, second.solved);
            (time, steps) = (end, steps + 1);
            range = range.max(widest(&state));
            let row = arrived || (!plan.rows_given && time - last_row >= until / ROWS);
            if row {
                last_row = time;
                let look = Look::new(scenario, device, &state, solved, time);
                samples.push(look.sample(time));
                if arrived && wanted {
                    outputs += 1;
                    watch.frame(&Moment { index: outputs, time: Some(stop), fields: &|names| look.fields(names) })?;
                }
                solved = look.solved;
            }
            going &= watch.going(time, steps);
            if !going {
                return Err(CoupledError::Interrupted.into());
            }
        }
    }
    let history = History {
        method: "sdirk2-newton-krylov-multigrid",
        end: Some(time),
        steps,
        sweeps: linear as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        ledger: Some(ledger),
    };
    let look = Look::new(scenario, device, &state, solved, time);
    let report = look.report(&history, &samples, &warnings);
    Ok(Outcome { report, temperature: look.kelvin(), samples })
}

/// One step: both stages, and the largest difference to the step of first order that the first stage alone gives, K.
fn step(
    device: &Device,
    state: &State,
    time: f64,
    dt: f64,
    going: &mut dyn FnMut(&newton::Step) -> bool,
) -> Result<([Stage; 2], f64), CoupledError> {
    let capacity = &device.conduction.capacity;
    let rate = 1.0 / (GAMMA * dt);
    let start = enthalpies(device, &state.temperature);
    let mut first = state.clone();
    let most = newton::MOST_STEPS;
    let balance = Balance::Step(Storage { rate, start: &start });
    let one = newton::solve(device, &mut first, time + GAMMA * dt, balance, most, going)?;
    let between: Vec<f64> = (0..start.len())
        .map(|c| if capacity[c] > 0.0 { start[c] + (1.0 - GAMMA) * dt * one.gains[c] / capacity[c] } else { 0.0 })
        .collect();
    let mut second = first.clone();
    let balance = Balance::Step(Storage { rate, start: &between });
    let two = newton::solve(device, &mut second, time + dt, balance, most, going)?;
    let error = (0..start.len())
        .filter(|&c| capacity[c] > 0.0)
        .map(|c| GAMMA * dt * (two.gains[c] - one.gains[c]).abs() / capacity[c])
        .fold(0.0, f64::max);
    Ok(([Stage { solved: one, state: first }, Stage { solved: two, state: second }], error))
}
