//! The entropy of a run as the report tells it: balance, exergy, audit, and the theorem of minimum production.

use super::{History, budgets};
use crate::diagnostics::balance::{Rates, Snapshot};
use crate::diagnostics::budget::Budget;
use crate::diagnostics::exergy::Reference;
use crate::diagnostics::integral::{over_steps, over_time};
use crate::diagnostics::minimum::{Premise, never_rose};
use crate::diagnostics::second_law::{self, Principle, SecondLaw};
use crate::report;
use crate::scenario::Scenario;
use crate::simulation::Sample;

fn rows(history: &History) -> &[Sample] {
    history.ledger.as_ref().map_or(&[], |(_, progress)| &progress.samples)
}

/// The balance now and since the start.
pub(super) fn balance(history: &History, snapshot: &Snapshot, rates: &Rates, law: &SecondLaw) -> report::Entropy {
    let now = [rates.production, rates.boundary_entropy, rates.source_entropy, rates.entropy_change];
    let mut entropy = report::Entropy::now(now, law.closure.max(rates.entropy_closure()));
    let Some((_, progress)) = &history.ledger else { return entropy };
    let last = |sums: Vec<f64>| sums.last().copied().unwrap_or(0.0);
    entropy.change = progress.change(|s| s.entropy);
    entropy.extended = snapshot.heats.is_some().then(|| {
        let change = progress.change(|s| s.entropy - s.held_entropy);
        let entered = last(over_time(&progress.samples, |s| s.entropy_inflow));
        let produced = last(over_time(&progress.samples, |s| s.extended_production));
        report::ExtendedEntropy {
            held: snapshot.held_entropy(),
            production: snapshot.extended_production(),
            change,
            entered,
            produced,
            quadrature: change - entered - produced,
        }
    });
    entropy.entered = last(over_steps(&progress.samples, |s| s.entropy_inflow, |_| 1.0));
    entropy.integrator_defect = last(over_steps(&progress.samples, |s| s.step_defect, |step| step));
    entropy.produced = last(over_steps(&progress.samples, |s| s.production, |_| 1.0)) + entropy.integrator_defect;
    entropy.quadrature = entropy.change - entropy.entered - entropy.produced;
    entropy
}

/// That the rows are too far apart for what happened between them.
pub(super) fn coarse_rows(balance: &report::Entropy) -> Option<String> {
    const TOLERATED: f64 = 0.02;
    let (left, scale) = (balance.quadrature, balance.produced.abs().max(balance.change.abs()));
    // what a run of next to nothing leaves is rounding
    let means = left.abs() > 1e-9 * balance.entered.abs();
    (means && left.abs() > TOLERATED * scale).then(|| {
        format!(
            "entropy.entered_J_per_K and produced_J_per_K are sums over the rows of the series, which miss {left:.2e} J/K: shorten output.series_every or run.time_step"
        )
    })
}

/// What the production is worth.
pub(super) fn exergy(
    scenario: &Scenario,
    snapshot: &Snapshot,
    rates: &Rates,
    budget: &Budget,
    produced: f64,
) -> report::Exergy {
    let Reference { temperature, origin } = Reference::of(snapshot, scenario.output.reference_temperature);
    report::Exergy {
        reference_temperature: temperature,
        reference: origin,
        destruction: temperature * rates.production,
        destroyed: temperature * produced,
        ranking: budgets::losses(&snapshot.conduction.problem, rates.production, budget, temperature),
    }
}

/// The audit of the whole run.
pub(super) fn audit(history: &History, snapshot: &Snapshot, rates: &Rates) -> SecondLaw {
    let Some((_, progress)) = &history.ledger else {
        let mut law = SecondLaw::default();
        law.look(snapshot, rates, None);
        return law;
    };
    let mut law = progress.audit.clone();
    second_law::look_back(&mut law, snapshot.conduction, &progress.samples, history.info.epsilon());
    law
}

/// The audit with its tests and what they found.
pub(super) fn second_law(law: &SecondLaw, dimensions: usize) -> report::SecondLaw {
    let test = |principle: Principle| {
        let count = law.count(principle);
        report::Test { what: principle.statement(), checked: count.checked, violations: count.violations }
    };
    let violation = |v: &second_law::Violation| report::Violation {
        what: v.principle.statement(),
        place: v.place.clone(),
        at_m: v.at.map(|at| at[..dimensions].to_vec()),
        time_s: v.time,
        amount: v.amount,
        unit: v.principle.unit(),
    };
    report::SecondLaw {
        violations: law.violations(),
        worst: law.worst,
        checked: law.checked(),
        tests: Principle::ALL.map(test).to_vec(),
        list: law.list.iter().map(violation).collect(),
    }
}

/// Whether the production sank to its least, and whether theory asks that of it.
pub(super) fn minimum_production(history: &History, snapshot: &Snapshot, rates: &Rates) -> report::MinimumProduction {
    let rows = rows(history);
    let mut reached = [f64::INFINITY, f64::NEG_INFINITY];
    let mut reach = |low: f64, high: f64| reached = [reached[0].min(low), reached[1].max(high)];
    rows.iter().for_each(|row| reach(row.survey.temperature[0], row.survey.temperature[1]));
    let reference = snapshot.conduction.problem.reference;
    snapshot.walls.iter().for_each(|wall| reach(wall.surface + reference, wall.surface + reference));
    let [low, high, _] = rates.temperature;
    reach(low, high);
    let premise = Premise::new(snapshot.conduction, reached);
    let course: Vec<f64> = match rows {
        [] => vec![rates.production],
        rows => rows.iter().map(|row| row.survey.production).collect(),
    };
    let lowest = course.iter().copied().fold(f64::INFINITY, f64::min);
    report::MinimumProduction {
        premise_held: premise.holds(),
        kt2_variation: premise.variation,
        fixed_temperatures: premise.fixed_temperatures,
        never_rose: (course.len() > 1).then(|| never_rose(&course)),
        course: [course[0], lowest, course[course.len() - 1]],
        text: premise.text(&course),
    }
}
