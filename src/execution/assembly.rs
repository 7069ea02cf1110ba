//! The report of a run: its final state judged, its history summed.

use super::History;
use crate::diagnostics::balance::{Rates, Snapshot, closure};
use crate::diagnostics::survey::temperatures;
use crate::diagnostics::verdict::{self, Threshold};
use crate::diagnostics::{equilibrium, maps, probe, second_law};
use crate::problem::{Problem, Surface, VOID};
use crate::report::{self, Named, Report};
use crate::scenario::{End, Scenario};
use crate::sum::Sum;

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
    let threshold = match &scenario.run.end {
        End::Steady(t) => Threshold { imbalance: 10.0 * t.imbalance, rate: 10.0 * t.rate, rounding: history.rounding },
        End::Time(_) => Threshold { imbalance: 1e-6, rate: 1e-6, rounding: history.rounding },
    };
    let state = verdict::judge(snapshot, rates, &net, history.step, threshold);
    let law = second_law::audit(snapshot);
    let produced = maps::entropy_production(snapshot);
    let [low, high, mean] = temperatures(snapshot);
    let at = |p: &crate::scenario::Probe| p.at.to_array()[..dimensions].to_vec();
    if history.end.is_none() && problem.materials.iter().any(|m| m.melting.is_some()) {
        warnings.push(
            "a steady state of a melting material says nothing of when it melts; latent heat plays no part in it"
                .into(),
        );
    }
    Report {
        title: scenario.title.clone(),
        model: scenario.model.name().into(),
        scenario: scenario.path.display().to_string(),
        version: env!("CARGO_PKG_VERSION").into(),
        backend: report::Backend {
            kind: history.info.kind.into(),
            adapter: history.info.adapter.clone(),
            api: history.info.api.clone(),
            driver: history.info.driver.clone(),
            precision: history.info.precision.into(),
            method: history.method.into(),
        },
        grid: report::Grid {
            cells: problem.grid.cells()[..dimensions].to_vec(),
            size_m: (0..dimensions).map(|a| problem.grid.axis(a).length()).collect(),
            cells_total: problem.grid.len(),
        },
        time: report::Time {
            end_s: history.end.unwrap_or(f64::NAN),
            steps: history.steps,
            wall_s,
            cell_updates: history.sweeps as u64,
            cell_updates_per_s: history.sweeps / wall_s.max(1e-9),
        },
        state: report::State {
            verdict: state.verdict,
            reason: state.reason,
            imbalance: state.imbalance,
            scaled_rate: state.scaled_rate,
            largest_rate: state.largest_rate,
            diffusive_time_s: state.diffusive_time,
        },
        temperature: report::Temperature { min: low, max: high, mean },
        boundaries: Named(
            problem
                .surfaces
                .iter()
                .enumerate()
                .filter_map(|(s, surface)| match surface {
                    Surface::Outer(side) => Some((side.name().to_string(), surface_report(snapshot, rates, s))),
                    Surface::Void(_) => None,
                })
                .collect(),
        ),
        sources: report::Sources { heat: rates.source_heat },
        energy: energy(history, snapshot, rates),
        entropy: entropy(history, rates),
        second_law: report::SecondLaw { violations: law.violations, worst: law.worst, checked: law.checked },
        local_equilibrium: equilibrium::judge(snapshot)
            .map(|l| report::LocalEquilibrium { max_knudsen: l.max_knudsen, valid_fraction: l.valid_fraction }),
        precision: report::Precision {
            storage: history.info.precision.into(),
            rounding: Some(history.rounding * (low - problem.reference).abs().max((high - problem.reference).abs())),
            notes: history.info.notes.clone(),
            ..report::Precision::default()
        },
        probes: Named(
            scenario
                .probes
                .iter()
                .map(|p| {
                    (p.name.clone(), report::Probe { at_m: at(p), temperature: probe::temperature(snapshot, p.at) })
                })
                .collect(),
        ),
        regions: Named(
            (0..problem.regions.len())
                .map(|r| (problem.regions[r].name.clone(), region_report(scenario, snapshot, rates, &produced, r)))
                .collect(),
        ),
        phonon: None,
        warnings: warnings.clone(),
    }
}

fn energy(history: &History, snapshot: &Snapshot, rates: &Rates) -> report::Energy {
    let Some((ledger, progress)) = &history.ledger else {
        let mut terms = rates.surface_heat.clone();
        terms.push(rates.source_heat);
        return report::Energy {
            stored_change: f64::NAN,
            boundary_in: f64::NAN,
            source: f64::NAN,
            closure: closure(&terms),
        };
    };
    let boundary = ledger.surfaces.iter().copied().collect::<Sum>().value();
    let stored = progress.change(|s| s.energy);
    // what each surface brought counts by itself: heat that only passes through is a term, too
    let mut terms = ledger.surfaces.clone();
    terms.extend([ledger.sources, -stored]);
    // Where nothing comes or goes, the rounding of what is there is no term.
    let content = snapshot
        .conduction
        .capacity
        .iter()
        .zip(snapshot.enthalpy)
        .map(|(c, e)| c * (e.abs() + snapshot.conduction.problem.reference))
        .collect::<Sum>();
    let idle = terms.iter().all(|t| t.abs() <= 64.0 * history.rounding * content.value());
    report::Energy {
        stored_change: stored,
        boundary_in: boundary,
        source: ledger.sources,
        closure: if idle { 0.0 } else { closure(&terms) },
    }
}

fn entropy(history: &History, rates: &Rates) -> report::Entropy {
    let mut entropy = report::Entropy {
        production: rates.production,
        boundary_flow: rates.boundary_entropy,
        source_flow: rates.source_entropy,
        change: f64::NAN,
        produced: f64::NAN,
        closure: closure(&[rates.production, rates.boundary_entropy, rates.source_entropy]),
    };
    if let Some((_, progress)) = &history.ledger {
        let change = progress.change(|s| s.entropy);
        entropy.change = change;
        entropy.produced = progress.produced;
        entropy.closure = closure(&[change, -progress.produced, -progress.entropy_entered]);
    }
    entropy
}

fn surface_report(snapshot: &Snapshot, rates: &Rates, surface: usize) -> report::Boundary {
    let problem = &snapshot.conduction.problem;
    let mut spread = Gather::default();
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls).filter(|(w, _)| w.surface as usize == surface) {
        spread.add(state.surface + problem.reference, wall.area);
    }
    if let Surface::Outer(side) = problem.surfaces[surface] {
        insulated_faces(problem, side, |cell, area| spread.add(snapshot.kelvin(cell), area));
    }
    report::Boundary { heat_in: rates.surface_heat[surface], surface: spread.spread() }
}

/// Solid cells at an outer face that no condition holds on: insulated, at the temperature of their cell.
fn insulated_faces(problem: &Problem, side: crate::grid::Side, mut each: impl FnMut(usize, f64)) {
    let grid = &problem.grid;
    let with_condition: std::collections::HashSet<u32> =
        problem.walls.iter().filter(|w| w.side == side && is_outer(problem, w)).map(|w| w.cell).collect();
    let at = if side.high { grid.axis(side.axis).cells() - 1 } else { 0 };
    for i in (0..grid.len()).filter(|&i| grid.cell(i)[side.axis] == at) {
        if problem.material[i] != VOID && !with_condition.contains(&(i as u32)) {
            each(i, grid.area(grid.cell(i), side.axis));
        }
    }
}

fn is_outer(problem: &Problem, wall: &crate::problem::Wall) -> bool {
    matches!(problem.surfaces[wall.surface as usize], Surface::Outer(_))
}

fn region_report(
    scenario: &Scenario,
    snapshot: &Snapshot,
    rates: &Rates,
    produced: &[f64],
    region: usize,
) -> report::Region {
    let problem = &snapshot.conduction.problem;
    let r = &problem.regions[region];
    if r.material == Some(VOID) {
        let surface = problem.surfaces.iter().position(|s| matches!(s, Surface::Void(v) if usize::from(*v) == region));
        return match surface {
            Some(s) => {
                let report::Boundary { heat_in, surface } = surface_report(snapshot, rates, s);
                report::Region::Void { heat_in, surface }
            }
            None => report::Region::Void { heat_in: 0.0, surface: None },
        };
    }
    let mut spread = Gather::default();
    let (mut volume, mut production, mut power) = (Sum::default(), Sum::default(), Sum::default());
    for i in scenario.region_cells(region) {
        power.add(snapshot.sources.as_ref().map_or(0.0, |s| s[i]));
        let v = problem.grid.volume(problem.grid.cell(i));
        spread.add(snapshot.kelvin(i), v);
        volume.add(v);
        production.add(produced[i]);
    }
    report::Region::Solid {
        material: r.material.map(|m| problem.materials[m as usize].name.clone()),
        volume_m3: volume.value(),
        temperature: spread.spread(),
        power: power.value(),
        entropy_production: production.value(),
    }
}

/// Extremes and weighted mean.
struct Gather {
    low: f64,
    high: f64,
    sum: Sum,
    weight: Sum,
}

impl Default for Gather {
    fn default() -> Gather {
        Gather { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: Sum::default(), weight: Sum::default() }
    }
}

impl Gather {
    fn add(&mut self, value: f64, weight: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.sum.add(value * weight);
        self.weight.add(weight);
    }

    fn spread(&self) -> Option<report::Temperature> {
        (self.weight.value() > 0.0).then(|| report::Temperature {
            min: self.low,
            max: self.high,
            mean: self.sum.value() / self.weight.value(),
        })
    }
}
