//! `clausius check`: what a run would take, and what is odd about it.

use super::arguments::CheckArguments;
use super::progress::duration;
use super::{Failure, print, print_json};
use crate::backend::Backend;
use crate::backend::Clock;
use crate::backend::cpu::{Cpu, solid_range};
use crate::conduction::Conduction;
use crate::execution;
use crate::memory;
use crate::quantity;
use crate::scenario::{End, Scenario, ScenarioErrors};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl From<ScenarioErrors> for Failure {
    fn from(errors: ScenarioErrors) -> Failure {
        Failure::input(errors)
    }
}

/// Reads a scenario after its grid was found to fit into memory.
pub fn load(arguments: &super::arguments::ScenarioArguments) -> Result<Scenario, Failure> {
    let size = Scenario::size(&arguments.scenario, &arguments.overrides)?;
    memory::check(size.total(), false, false).map_err(|e| Failure::input(format!("{}: {e}", arguments.scenario.display())))?;
    let scenario = Scenario::load(&arguments.scenario, &arguments.overrides)?;
    let steady = matches!(scenario.run.end, End::Steady(_));
    let inertia = scenario.problem.materials.iter().any(|m| m.relaxation_time.is_some());
    memory::check(size.total(), steady, inertia)
        .map_err(|e| Failure::input(format!("{}: {e}", arguments.scenario.display())))?;
    Ok(scenario)
}

/// Runs the command.
pub fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let scenario = load(&arguments.scenario)?;
    let problem = Arc::new(scenario.problem.clone());
    let cells = problem.grid.len();
    let steady = matches!(scenario.run.end, End::Steady(_));
    let conduction = Conduction::new(problem.clone()).map_err(Failure::input)?;
    let bytes = memory::check(cells, steady, conduction.inertia.is_some()).map_err(Failure::input)?;

    let mut warnings = scenario.warnings.clone();
    let (mut time_step, mut steps, mut seconds) = (None, None, None);
    if let End::Time(until) = scenario.run.end {
        let [low, high] = solid_range(&problem.initial, &problem.material);
        let margin = 0.1 * (high - low) + 0.02 * (high + problem.reference);
        let rate = conduction.fastest_rate([low - margin, high + margin], [0.0, until]);
        let limit = if rate > 0.0 { scenario.run.safety / rate } else { until };
        if let Some(asked) = scenario.run.time_step.filter(|asked| *asked > limit / scenario.run.safety * (1.0 + 1e-9))
        {
            return Err(Failure::input(format!(
                "{}: run.time_step of {asked:.6e} s is above the stability limit of {:.6e} s; leave it out, or lower it",
                scenario.path.display(),
                limit / scenario.run.safety
            )));
        }
        let step = scenario.run.time_step.unwrap_or(limit);
        let plan = execution::plan(&scenario);
        let mut count = 0.0;
        let mut start = 0.0;
        for (stop, _) in plan.stops {
            // as the run itself divides the way to a stop
            let followed = if plan.driven { (until / 2000.0).min((stop - start) / 10.0) } else { step };
            let step = if scenario.run.time_step.is_some() { step } else { step.min(followed) };
            count += ((stop - start) / step * (1.0 - 1e-12)).ceil().max(1.0);
            start = stop;
        }
        let per_step = measure(conduction, step.min(until))?;
        let total = count * per_step;
        if total > 3600.0 {
            warnings.push(format!(
                "{count:.2e} explicit steps would take about {} on this CPU; coarser cells where layers are thin, a GPU, or until = \"steady\" shorten it",
                duration(Duration::from_secs_f64(total.min(1e12)))
            ));
        }
        (time_step, steps, seconds) = (Some(step), Some(count), Some(total));
    }
    if arguments.json {
        return print_json(&json!({
            "scenario": scenario.path.display().to_string(),
            "title": scenario.title,
            "cells": problem.grid.cells()[..problem.grid.dimensions()],
            "cells_total": cells,
            "memory_bytes": bytes,
            "time_step_s": time_step,
            "steps": steps,
            "estimated_wall_s": seconds,
            "walls": problem.walls.len(),
            "warnings": warnings,
        }));
    }
    let mut text = format!("{}: good\n", scenario.path.display());
    let mut line = |name: &str, value: String| text += &format!("  {name:<12} {value}\n");
    line("title", scenario.title.clone());
    let counts: Vec<String> = problem.grid.cells()[..problem.grid.dimensions()].iter().map(usize::to_string).collect();
    line("cells", format!("{} = {cells}", counts.join(" x ")));
    line("memory", format!("about {:.1} MiB", bytes / 1_048_576.0));
    match (time_step, steps, seconds) {
        (Some(step), Some(steps), Some(seconds)) => {
            line("time step", quantity::format_quantity(step, quantity::TIME));
            line("steps", format!("{steps:.0}"));
            line("estimate", format!("{} on this CPU", duration(Duration::from_secs_f64(seconds.min(1e12)))));
        }
        _ => line("method", "steady: solved directly, without time steps".into()),
    }
    for warning in &warnings {
        line("warning", warning.clone());
    }
    print(&text)
}

/// Seconds per step, from a few real ones.
fn measure(conduction: Conduction, step: f64) -> Result<f64, Failure> {
    let mut cpu = Cpu::new(conduction);
    let begun = Instant::now();
    let mut made = 0;
    while made < 3 || (begun.elapsed() < Duration::from_millis(100) && made < 2000) {
        cpu.advance(Clock { start: 0.0, step }, 0, 1).map_err(Failure::run)?;
        made += 1;
    }
    Ok(begun.elapsed().as_secs_f64() / f64::from(made))
}
