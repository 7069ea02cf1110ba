//! The discrete maximum principle: without a source nothing grows hotter than the hottest of what surrounds it, nor
//! colder than the coldest.

use super::{Principle, SecondLaw, Violation};
use crate::backend::cpu::solid_range;
use crate::diagnostics::balance::Snapshot;
use crate::problem::{Condition, VOID};

/// What surrounds each cell: lowest and highest temperature (deviations, K) of its neighbours and of what its walls
/// exchange heat with. Empty (infinite) for cells that a source or a given flux heats, and for void.
fn surroundings(snapshot: &Snapshot) -> Vec<[f64; 2]> {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let grid = &problem.grid;
    let mut range = vec![[f64::INFINITY, f64::NEG_INFINITY]; grid.len()];
    let include = |[low, high]: &mut [f64; 2], t: f64| (*low, *high) = (low.min(t), high.max(t));
    for family in &conduction.links.families {
        for (i, _) in family.conductance.iter().enumerate().filter(|(_, g)| **g > 0.0) {
            let j = grid.index(grid.neighbour(grid.cell(i), family.offset).expect("a link has two ends"));
            include(&mut range[i], snapshot.temperature[j]);
            include(&mut range[j], snapshot.temperature[i]);
        }
    }
    let mut driven: Vec<bool> = match &snapshot.sources {
        Some(sources) => sources.iter().map(|q| *q != 0.0).collect(),
        None => vec![false; grid.len()],
    };
    let row = conduction.row(snapshot.time);
    for wall in &problem.walls {
        let value = |id| conduction.wall_value(id, wall, snapshot.time, &row);
        let cell = wall.cell as usize;
        match problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => include(&mut range[cell], value(id)),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                driven[cell] |= value(flux) != 0.0;
                if value(convection) > 0.0 || value(emissivity) > 0.0 {
                    include(&mut range[cell], value(ambient));
                }
            }
        }
    }
    for (i, range) in range.iter_mut().enumerate() {
        if driven[i] || problem.material[i] == VOID {
            *range = [f64::INFINITY, f64::NEG_INFINITY];
        }
    }
    range
}

/// Looks at a step: the temperatures (deviations, K) that it makes of a state.
pub fn look_at_step(law: &mut SecondLaw, before: &Snapshot, after: &[f64]) {
    let mut range = surroundings(before);
    for ([low, high], &t) in range.iter_mut().zip(&*before.temperature) {
        if low <= high {
            (*low, *high) = (low.min(t), high.max(t));
        }
    }
    let tolerance = 1e-12 * extent(before);
    judge(law, before, &range, after, tolerance, Some(before.time));
}

/// Looks at a steady state, to the accuracy of its solution.
pub fn look_at_state(law: &mut SecondLaw, snapshot: &Snapshot) {
    let range = surroundings(snapshot);
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    let tolerance = 1e-12 * extent(snapshot) + 1e-6 * (high - low);
    judge(law, snapshot, &range, &snapshot.temperature, tolerance, None);
}

/// The size of the numbers that temperatures are made of, K.
fn extent(snapshot: &Snapshot) -> f64 {
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    low.abs().max(high.abs()) + snapshot.conduction.problem.reference
}

fn judge(
    law: &mut SecondLaw,
    snapshot: &Snapshot,
    range: &[[f64; 2]],
    temperature: &[f64],
    tolerance: f64,
    time: Option<f64>,
) {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    for (i, (&[low, high], &t)) in range.iter().zip(temperature).enumerate().filter(|(_, ([low, high], _))| low <= high)
    {
        law.counts[Principle::Surroundings as usize].checked += 1;
        let amount = (low - t).max(t - high);
        if amount.is_nan() || amount > tolerance {
            let [low, high, t] = [low, high, t].map(|t| t + problem.reference);
            let cell = grid.cell(i);
            law.add(Violation {
                principle: Principle::Surroundings,
                time,
                at: Some(grid.centre(cell).to_array()),
                place: format!("cell {cell:?} comes to {t:.6} K between surroundings of {low:.6} to {high:.6} K"),
                amount,
            });
        }
    }
}
