//! What a run will be, as far as can be told before.

use super::Watch;
use crate::backend::cpu::solid_range;
use crate::backend::{Kind, Precision, Selection};
use crate::conduction::Conduction;
use crate::diagnostics::{cycle, maps, precision};
use crate::expression::{Expression, Place, Variable};
use crate::quantity::{TIME, format_quantity};
use crate::scenario::{End, FieldName, Scenario};
use crate::simulation::{self, Method, Plan};

/// The stops of a run: outputs, and rows of the series at exact times where asked for.
pub fn plan(scenario: &Scenario) -> Plan {
    let mut stops: Vec<(f64, bool)> = scenario.output.times.iter().map(|&t| (t, true)).collect();
    let end = stops.last().map_or(0.0, |s| s.0);
    if let Some(every) = scenario.output.series_every {
        let rows = (end / every).floor() as u64;
        for n in 1..=rows {
            let t = n as f64 * every;
            if !stops.iter().any(|s| (s.0 - t).abs() <= 1e-9 * every) {
                stops.push((t, false));
            }
        }
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    // Jumps of formulas, corners of tables in time and what changes fast are stops, or a short pulse would fall between two steps.
    let values = || scenario.problem.values.iter().filter(|v| v.depends_on(Variable::Time));
    let jumps: Vec<f64> = values().flat_map(|v| v.jumps(end)).collect();
    let jumps = if jumps.len() > MOST_JUMPS { Vec::new() } else { jumps };
    let corners = values().flat_map(|v| v.breakpoints(Variable::Time));
    let steep = values().flat_map(|v| v.steep(end));
    let corners = jumps.into_iter().chain(corners).chain(steep).filter(|t| *t > 0.0 && *t < end);
    let near = |t: f64, stops: &[(f64, bool)]| stops.iter().any(|s| (s.0 - t).abs() <= 1e-12 * end);
    for corner in corners {
        if !near(corner, &stops) {
            stops.push((corner, false));
        }
    }
    // Rows through the last two cycles, to tell whether they repeat themselves.
    let period = scenario.problem.values.period().filter(|period| *period < end);
    if let Some(period) = period {
        for time in cycle::stops(end, period).filter(|t| *t > 0.0) {
            if !near(time, &stops) {
                stops.push((time, false));
            }
        }
    }
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    let longest = end / scenario.run.least_steps;
    let has_waves = scenario.problem.materials.iter().any(|m| m.relaxation_time.is_some_and(|time| time > longest));
    let wants = |name| scenario.output.fields.contains(&name);
    Plan {
        stops,
        initial: scenario.output.initial,
        driven: values().next().is_some(),
        cycle: period,
        shortest_period: values().map(Expression::shortest_period).fold(f64::INFINITY, f64::min),
        method: scenario.run.method,
        super_steps: scenario.run.super_steps,
        rows_given: scenario.output.series_every.is_some(),
        time_step: scenario.run.time_step,
        safety: scenario.safety(),
        refinement: scenario.run.refinement,
        // Waves that are stepped at their own speed keep their shape, by shorter steps they lose it.
        least_steps: if has_waves { 0.0 } else { scenario.run.least_steps },
        checkpoint_every: scenario.run.checkpoint_every,
        probes: scenario.probes.iter().map(|p| p.at).collect(),
        maps: maps::Wanted {
            flux: wants(FieldName::Flux),
            production: wants(FieldName::EntropyProduction) || wants(FieldName::ExergyDestruction),
        },
    }
}

/// How a run to a time will be made, as far as can be told before.
#[derive(Debug, Clone, Copy)]
pub struct Prospect {
    /// Longest explicit step that is stable, s.
    pub limit: f64,
    /// Explicit step in use, s.
    pub step: f64,
    /// Whether super steps are made.
    pub leaps: bool,
    /// Sweeps over all cells.
    pub sweeps: f64,
}

/// Foretells a run to a time (s).
pub fn prospect(scenario: &Scenario, conduction: &Conduction, until: f64) -> Prospect {
    let problem = &scenario.problem;
    let [mut low, mut high] = solid_range(&problem.initial, &problem.material);
    if conduction.depends_on_temperature() {
        [low, high] = problem.with_surroundings([low, high], 0.0);
    }
    let rate = conduction.fastest_rate(problem.widened([low, high]), [0.0, until]);
    let limit = if rate > 0.0 { scenario.safety() / rate } else { until };
    let plan = plan(scenario);
    let step = simulation::resolved(&plan, limit);
    let [by_super_steps, explicit] = simulation::predicted_sweeps(&plan, step);
    let obstacle = simulation::obstacle(conduction, true);
    let leaps = match plan.method {
        Method::Explicit => false,
        Method::SuperTimeStepping => obstacle.is_none(),
        Method::Auto => obstacle.is_none() && simulation::win(&plan, step),
    };
    Prospect { limit, step, leaps, sweeps: if leaps { by_super_steps } else { explicit } }
}

/// Jumps of formulas up to which they are stops.
const MOST_JUMPS: usize = 2000;

/// A value that steps over what it does in time brings a wrong amount, from this part on worth a warning.
const MISSED: f64 = 0.01;

/// Steps of a run beyond which it is not looked for.
const MANY_STEPS: f64 = 50_000.0;

/// Says so where something varies in time within single steps, so that what it brings over the run comes out wrong: what explicit steps
/// take of each value, at their beginnings, against its integral.
pub fn missed(scenario: &Scenario, conduction: &Conduction) -> Option<String> {
    /// Looks at a value in one step.
    const LOOKS: usize = 16;
    let End::Time(until) = scenario.run.end else { return None };
    let plan = plan(scenario);
    if !plan.driven {
        return None;
    }
    let Prospect { step, leaps, .. } = prospect(scenario, conduction, until);
    let length = |start, stop| match plan.time_step {
        Some(asked) => simulation::dividing(&plan, asked),
        None if leaps => simulation::longest(&plan, step, start, stop),
        None => simulation::followed(&plan, step, start, stop),
    };
    let starts = std::iter::once(0.0).chain(plan.stops.iter().map(|s| s.0));
    let ways: Vec<[f64; 3]> = starts
        .zip(&plan.stops)
        .map(|(start, &(stop, _))| [start, stop, simulation::steps_between(start, stop, length(start, stop))])
        .collect();
    if ways.iter().map(|way| way[2]).sum::<f64>() > MANY_STEPS {
        return None;
    }
    let in_time =
        |v: &&Expression| v.depends_on(Variable::Time) && !v.is_spatial() && !v.depends_on(Variable::Temperature);
    let off = |value: &Expression| {
        let at = |t| value.eval(&Place { t, ..Place::default() });
        let (mut taken, mut whole, mut size) = (0.0, 0.0, 0.0);
        let jumps = value.jumps(until);
        let mut jumps = jumps.iter().copied().peekable();
        for &[start, stop, count] in &ways {
            let step = (stop - start) / count;
            for n in 0..count as usize {
                let begin = start + n as f64 * step;
                taken += step * at(begin);
                for look in 0..LOOKS {
                    let [mut from, to] = [look, look + 1].map(|look| begin + look as f64 / LOOKS as f64 * step);
                    while from < to {
                        let end = jumps.next_if(|jump| *jump < to).map_or(to, |jump| jump.max(from));
                        let part = (end - from) * at(0.5 * (from + end));
                        whole += part;
                        size += part.abs();
                        from = end;
                    }
                }
            }
        }
        if size > 0.0 { (taken - whole) / size } else { 0.0 }
    };
    let worst = scenario.problem.values.iter().filter(in_time).map(off).max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    let step = ways.iter().map(|[start, stop, count]| (stop - start) / count).fold(0.0, f64::max);
    (worst.abs() > MISSED).then(|| {
        format!(
            "a source or condition varies in time within single steps (up to {}): what it brings over the run comes out {} off; \
             set run.time_step well below the shortest of its changes, or give it as a table, whose corners are met exactly",
            format_quantity(step, TIME),
            if worst.abs() < 10.0 { format!("{:+.0} %", 100.0 * worst) } else { "far".into() }
        )
    })
}

/// What to compute with: in f64 where f32 would round too much and nobody asked for it.
pub(super) fn precise(
    scenario: &Scenario,
    selection: &Selection,
    conduction: &Conduction,
    watch: &mut dyn Watch,
) -> Selection {
    let mut selection = selection.clone();
    let End::Time(until) = scenario.run.end else { return selection };
    if selection.precision.is_some() || selection.exact || selection.kind == Kind::Cpu {
        return selection;
    }
    let rounding = precision::single(prospect(scenario, conduction, until).sweeps);
    if rounding > precision::TOO_COARSE {
        let what = format!("so many steps in f32 may round temperatures by {rounding:.0e} of what they rise by");
        if selection.kind == Kind::Gpu {
            watch.note(&format!("{what}; --precision f64 avoids it where the GPU has it"));
        } else {
            watch.note(&format!("computing in f64: {what}"));
            selection.precision = Some(Precision::F64);
        }
    }
    selection
}
