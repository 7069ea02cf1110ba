//! The report of a run: its final state judged, its history summed.

use super::History;
use super::coarser::{self, Coarser};
use super::{budgets, entropy};
use crate::diagnostics::balance::{Rates, Snapshot, closure};
use crate::diagnostics::budget::Budget;
use crate::diagnostics::coarse;
use crate::diagnostics::equilibrium::{self, LocalEquilibrium};
use crate::diagnostics::verdict::{self, Past, Threshold};
use crate::diagnostics::{precision, probe};
use crate::expression::Variable;
use crate::problem::{Material, VOID};
use crate::report::{self, Named, Report};
use crate::scenario::{End, Scenario};
use crate::sum::Sum;
use rayon::prelude::*;
use std::f64::consts::TAU;

/// Rounding of temperatures below this part of them is that of f64.
const TINY: f64 = 1e-12;

/// Materials that are hotter or colder than their tables reach, which keep their end values there.
fn beyond_tables(snapshot: &Snapshot) -> Vec<String> {
    let problem = &snapshot.conduction.problem;
    let covered = |material: &Material| {
        let tables =
            material.values().into_iter().filter_map(|id| problem.values.get(id).covered(Variable::Temperature));
        tables.reduce(|a, b| [a[0].max(b[0]), a[1].min(b[1])])
    };
    if problem.materials.iter().all(|material| material.fusion.is_none() && covered(material).is_none()) {
        return Vec::new();
    }
    let mut extremes = vec![[f64::INFINITY, f64::NEG_INFINITY]; problem.materials.len()];
    for (t, &m) in snapshot.temperature.iter().zip(&problem.material).filter(|(_, m)| **m != VOID) {
        let [low, high] = &mut extremes[usize::from(m)];
        (*low, *high) = (low.min(t + problem.reference), high.max(t + problem.reference));
    }
    let told = |(material, [low, high]): (&Material, [f64; 2])| {
        let high = material.melting.as_ref().map_or(high, |melting| high.min(melting.solidus));
        let [from, to] = covered(material)?;
        // a kelvin beyond is no matter
        (low < from - 1.0 || high > to + 1.0).then(|| {
            format!(
                "\"{}\" is at {low:.1} to {high:.1} K, and its tables reach from {from:.1} to {to:.1} K: beyond them their end values were taken",
                material.name
            )
        })
    };
    let melts = |(material, [_, high]): (&Material, [f64; 2])| {
        let [point, latent] = material.fusion.filter(|[point, _]| high > *point)?;
        Some(format!(
            "\"{0}\" reaches {high:.1} K and melts at {point:.1} K, which was not computed: give a [materials.{0}] of your own with \
             melting = {{ temperature = \"{point} K\", latent_heat = \"{latent:.4e} J/m^3\" }}",
            material.name
        ))
    };
    let materials = || problem.materials.iter().zip(extremes.iter().copied());
    materials().filter_map(told).chain(materials().filter_map(melts)).collect()
}

/// Makes the report. `history` tells how the state was reached.
pub(super) fn assemble(
    scenario: &Scenario,
    history: &History,
    snapshot: &Snapshot,
    rates: &Rates,
    wall_s: f64,
    warnings: &mut Vec<String>,
) -> Report {
    let problem = &snapshot.conduction.problem;
    let dimensions = problem.grid.dimensions();
    let net = snapshot.net();
    // A steady solve meets its own tolerance; a transient that came to rest is held to looser ones.
    let (imbalance, rate) = match &scenario.run.end {
        End::Steady(t) => (10.0 * t.imbalance, 10.0 * t.rate),
        End::Time(_) => (1e-6, 1e-6),
    };
    let rounding = history.info.epsilon();
    let threshold = Threshold { imbalance, rate, rounding, resolution: history.info.resolution };
    let progress = history.ledger.as_ref().map(|(_, progress)| progress);
    let rows = progress.map_or(&[][..], |progress| &progress.samples);
    // Rounding of what was larger before may still be there.
    let extremes = rows.iter().map(|row| row.survey.temperature).chain([rates.temperature]);
    let widest = extremes.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], [low, high, _]| [a.min(low), b.max(high)]);
    let widest = widest.map(|t| t - problem.reference);
    let size = snapshot.conduction.rounded(widest);
    let noise = Some(precision::rounding(size, rounding, history.info.resolution, 1.0));
    let noise = noise.filter(|noise| *noise > TINY * size).unwrap_or(0.0);
    let quiet = (noise > 0.0).then(|| precision::without_noise(snapshot, net.clone(), noise));
    let quiet = quiet.as_deref().unwrap_or(&net);
    let past = Past {
        step: history.step,
        driven: problem.values.change_from(snapshot.time),
        sweeps: progress.map_or(0, |progress| progress.sweeps),
        rows,
    };
    let driven = problem.values.iter().any(|v| v.depends_on(Variable::Time));
    // A steady solve spends more on each cell.
    let updates = progress.map_or(f64::INFINITY, |progress| progress.sweeps as f64 * problem.grid.len() as f64);
    let (mut coarser, budget) =
        rayon::join(|| Coarser::of(scenario, snapshot, quiet, updates), || Budget::new(snapshot));
    let (note, views) = (coarser.note(), coarser.views());
    let elapsed = history.end.unwrap_or(0.0);
    let grid_error = |gathers| {
        let past = history.end.map(|elapsed| coarse::Past { elapsed, gathers, driven });
        coarser::grid_error(&views, note.clone(), past)
    };
    // What is not driven gathers errors since the start; else the verdict tells for how long they are remembered.
    let (state, grid) = rayon::join(
        || verdict::judge(snapshot, rates, quiet, &views, past, threshold),
        || (!driven).then(|| grid_error(elapsed)),
    );
    // A body remembers for its slowest time constant; that of a slab held at both ends stands in where it was not looked for.
    let remembers = state.course.time_constant_s.unwrap_or(state.diffusive_time_s / std::f64::consts::PI.powi(2));
    let [low, high, mean] = rates.temperature;
    let steps = if history.step > 0.0 { elapsed.min(remembers) / history.step } else { 0.0 };
    let rounded = precision::rounding(size, rounding, history.info.resolution, steps);
    // Heat with inertia is stepped to second order, of which this estimate knows nothing.
    let gathers = if driven { elapsed.min(remembers) } else { elapsed };
    let undriven = (!driven).then_some(quiet);
    // What swings takes back after half a period what it gathered before; what drifts from cycle to cycle goes on.
    let cycle = state.course.cycle;
    let gathers_steps = cycle.map_or(gathers, |cycle| gathers.min(cycle.period_s / TAU));
    let drift = cycle.map_or(0.0, |cycle| 0.5 * history.step * cycle.change * cycle.swing / cycle.period_s);
    let time_step = (history.step > 0.0 && snapshot.heats.is_none())
        .then(|| precision::time_step(snapshot, undriven, [history.step, gathers_steps, noise]));
    let made = progress.and_then(|progress| progress.leaping).map_or(0.0, |leaping| leaping.made);
    let capacity = &snapshot.conduction.capacity;
    let fastest = || {
        let rates = quiet.iter().zip(capacity).filter(|(_, c)| **c > 0.0).map(|(net, c)| (net / c).abs());
        rates.fold(0.0, f64::max)
    };
    let by_super_steps = |explicit: f64| {
        let lengths = [history.step, made, gathers_steps];
        precision::of_super_steps(explicit, lengths, scenario.run.super_steps.order, fastest())
    };
    let time_step = if made > 0.0 { time_step.map(by_super_steps) } else { time_step };
    // No error is larger than all that there was, and none is told of what rounding hides.
    let told = time_step.filter(|error| *error > 0.0 || noise == 0.0);
    let time_step = told.map(|error| (error + drift).min(widest[1] - widest[0]));
    let grid = grid.unwrap_or_else(|| grid_error(gathers));
    let changes = history.end.is_some();
    let last = history.per_length.as_ref().and_then(|per_length| equilibrium::judge(snapshot, per_length, changes));
    let local = LocalEquilibrium::worst(history.local.clone(), last);
    let mut materials = super::substances::materials(problem, Some(mean));
    super::substances::tell_molten(snapshot, &mut materials);
    let law = entropy::audit(history, snapshot, rates);
    let balance = entropy::balance(history, snapshot, rates, &law);
    if history.end.is_none() && problem.materials.iter().any(|m| m.melting.is_some()) {
        warnings.push(
            "a steady state of a melting material says nothing of when it melts; latent heat plays no part in it"
                .into(),
        );
    }
    warnings.extend(beyond_tables(snapshot));
    warnings.extend(entropy::coarse_rows(&balance));
    Report {
        title: scenario.title.clone(),
        model: scenario.model.name().into(),
        scenario: scenario.path.display().to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        backend: report::Backend::new(&history.info, history.method),
        grid: report::Grid::new(&problem.grid),
        time: report::Time::new(history.end, history.steps, history.sweeps, wall_s, history.diagnosing),
        state,
        temperature: report::Temperature { min: low, max: high, mean },
        boundaries: budgets::boundaries(scenario, snapshot, rates, &budget),
        sources: report::Sources { heat: rates.source_heat },
        energy: energy(history, snapshot, rates),
        interfaces: budgets::interfaces(problem, &budget),
        contacts: budgets::contacts(problem, &budget),
        exergy: entropy::exergy(scenario, snapshot, rates, &budget, balance.produced),
        entropy: balance,
        minimum_production: Some(entropy::minimum_production(history, snapshot, rates)),
        second_law: entropy::second_law(&law, dimensions),
        local_equilibrium: local.map(|found| report::LocalEquilibrium::new(&found, dimensions)),
        precision: report::Precision {
            storage: history.info.precision.into(),
            rounding: Some(rounded),
            time_step,
            grid: grid.error,
            exact: history.proof.clone(),
            measured: None,
            notes: history.info.notes.iter().cloned().chain(grid.note).collect(),
        },
        probes: Named::of_probes(scenario, scenario.probes.iter().map(|p| probe::temperature(snapshot, p.at))),
        regions: budgets::regions(scenario, (snapshot, &net), rates, &budget),
        materials,
        phonon: None,
        gas: None,
        thermoelectric: None,
        mixture: None,
        warnings: warnings.clone(),
    }
}

fn energy(history: &History, snapshot: &Snapshot, rates: &Rates) -> report::Energy {
    let Some((ledger, progress)) = &history.ledger else {
        // all that comes in against all that goes out
        let (gross, net) = (rates.gross_heat, rates.net_heat());
        return report::Energy {
            stored_change: f64::NAN,
            boundary_in: f64::NAN,
            source: f64::NAN,
            closure: closure(&[0.5 * (gross + net), 0.5 * (net - gross)]),
        };
    };
    let boundary = ledger.surfaces.iter().copied().collect::<Sum>().value();
    let stored = progress.change(|s| s.energy);
    // what each surface brought counts by itself: heat that only passes through is a term, too
    let mut terms = ledger.surfaces.clone();
    terms.extend([ledger.sources, -stored]);
    // Where nothing comes or goes, the rounding of what is there is no term.
    let conduction = snapshot.conduction;
    let cells = conduction.capacity.par_chunks(4096).zip(snapshot.enthalpy.par_chunks(4096));
    let content = cells.map(|(capacity, enthalpy)| {
        capacity.iter().zip(enthalpy).map(|(c, e)| c * (e.abs() + conduction.problem.reference)).sum()
    });
    let content: f64 = content.collect::<Vec<f64>>().into_iter().sum();
    // Besides, every sweep may round each enthalpy off in its last place: of a body that melts these are many degrees, and what
    // rests keeps rounding the same way.
    let lost = 0.5 * history.info.resolution.relative * progress.sweeps as f64;
    let idle = terms.iter().all(|t| t.abs() <= (64.0 * history.info.epsilon() + lost) * content);
    report::Energy {
        stored_change: stored,
        boundary_in: boundary,
        source: ledger.sources,
        closure: if idle { 0.0 } else { closure(&terms) },
    }
}

#[cfg(test)]
mod tests;
