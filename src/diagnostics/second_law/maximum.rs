//! The discrete maximum principle: without a source nothing grows hotter than the hottest of what surrounds it, nor
//! colder than the coldest.

use super::{Principle, SecondLaw, Violation};
use crate::backend::cpu::solid_range;
use crate::diagnostics::balance::Snapshot;
use crate::problem::{Condition, VOID};

/// Lowest and highest temperature (deviations, K); empty at first.
type Range = [f64; 2];

const EMPTY: Range = [f64::INFINITY, f64::NEG_INFINITY];

fn include([low, high]: &mut Range, t: f64) {
    (*low, *high) = (low.min(t), high.max(t));
}

/// What surrounds each cell of a row: the temperatures of its neighbours and of what its walls exchange heat with, given the row of
/// values at that time. Empty for cells that a source or a given flux heats, and for void.
fn surroundings(snapshot: &Snapshot, row: usize, values: &[f64], ranges: &mut [Range]) {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let first = row * ranges.len();
    ranges.fill(EMPTY);
    conduction.links.for_ends(&problem.grid, row, |end| {
        include(&mut ranges[end.cell - first], snapshot.temperature[end.other]);
    });
    let mut heated: Vec<usize> = Vec::new();
    for wall in &problem.walls[conduction.walls_of_rows(row..row + 1)] {
        let value = |id| conduction.wall_value(id, wall, snapshot.time, values);
        let x = wall.cell as usize - first;
        match problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => include(&mut ranges[x], value(id)),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                if value(convection) > 0.0 || value(emissivity) > 0.0 {
                    include(&mut ranges[x], value(ambient));
                }
                if value(flux) != 0.0 {
                    heated.push(x);
                }
            }
        }
    }
    heated.into_iter().for_each(|x| ranges[x] = EMPTY);
    for (x, range) in ranges.iter_mut().enumerate() {
        let heated = snapshot.sources.as_ref().is_some_and(|sources| sources[first + x] != 0.0);
        if heated || problem.material[first + x] == VOID {
            *range = EMPTY;
        }
    }
}

/// Looks at a step: the temperatures (deviations, K) that it makes of a state.
pub fn look_at_step(law: &mut SecondLaw, before: &Snapshot, after: &[f64]) {
    let tolerance = 1e-12 * extent(before);
    judge(law, before, true, after, tolerance);
}

/// Looks at a steady state, to the accuracy of its solution.
pub fn look_at_state(law: &mut SecondLaw, snapshot: &Snapshot) {
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    let tolerance = 1e-12 * extent(snapshot) + 1e-6 * (high - low);
    judge(law, snapshot, false, &snapshot.temperature, tolerance);
}

/// The size of the numbers that temperatures are made of, K.
fn extent(snapshot: &Snapshot) -> f64 {
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    low.abs().max(high.abs()) + snapshot.conduction.problem.reference
}

/// Judges temperatures by a state's surroundings; those of a step by what the cells themselves were, too.
fn judge(law: &mut SecondLaw, snapshot: &Snapshot, step: bool, temperature: &[f64], tolerance: f64) {
    let conduction = snapshot.conduction;
    let values = conduction.row(snapshot.time);
    let n = conduction.problem.grid.cells()[0];
    let look = |rows: std::ops::Range<usize>| {
        let mut law = SecondLaw::default();
        let mut ranges = vec![EMPTY; n];
        for row in rows {
            surroundings(snapshot, row, &values, &mut ranges);
            for (i, &range) in (row * n..).zip(&ranges) {
                let mut range = range;
                if range[0] > range[1] {
                    continue;
                }
                if step {
                    include(&mut range, snapshot.temperature[i]);
                }
                let [low, high] = range;
                law.counts[Principle::Surroundings as usize].checked += 1;
                let amount = (low - temperature[i]).max(temperature[i] - high);
                if amount.is_nan() || amount > tolerance {
                    law.add(violation(snapshot, i, [low, high, temperature[i]], amount, step));
                }
            }
        }
        law
    };
    let found = conduction.fold_rows(look, SecondLaw::default(), SecondLaw::join);
    *law = std::mem::take(law).join(found);
}

fn violation(snapshot: &Snapshot, i: usize, deviations: [f64; 3], amount: f64, step: bool) -> Violation {
    let problem = &snapshot.conduction.problem;
    let [low, high, t] = deviations.map(|t| t + problem.reference);
    let cell = problem.grid.cell(i);
    Violation {
        principle: Principle::Surroundings,
        time: step.then_some(snapshot.time),
        at: Some(problem.grid.centre(cell).to_array()),
        place: format!("cell {cell:?} comes to {t:.6} K between surroundings of {low:.6} to {high:.6} K"),
        amount,
    }
}
