//! The final state on coarser grids, for what the grid contributes to it.

use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::coarse::{self, Coarse, Past, View};
use crate::diagnostics::precision::{ByGrids, FINER};
use crate::diagnostics::verdict::ENOUGH_CELLS;
use crate::scenario::Scenario;
use rayon::prelude::*;

/// Cells of the first coarser grid, at most: so many for each of the updates of a cell that a run makes, but within bounds. Looking there takes as long as
/// some hundred updates of each, and is to be a small part of any run; where fewer than the least are asked for, cells twice as wide still leave enough to
/// find the slowest mode.
const PER_UPDATE: f64 = 1.0 / 60_000.0;
const MOST_CELLS: [f64; 2] = [8.0 * ENOUGH_CELLS as f64, 1e5];

/// A state on two coarser grids, as far as they can be had.
#[derive(Default)]
pub(super) struct Coarser {
    views: Vec<Coarse>,
    /// Why there is none.
    note: Option<String>,
}

impl Coarser {
    /// Of a state whose cells gain `net` (W), to which so many updates of a cell have led.
    pub(super) fn of(scenario: &Scenario, snapshot: &Snapshot, net: &[f64], updates: f64) -> Coarser {
        let grid = &scenario.problem.grid;
        let axes = (0..3).filter(|&a| grid.axis(a).cells() > 1).count();
        let most = (updates * PER_UPDATE).clamp(MOST_CELLS[0], MOST_CELLS[1]) as usize;
        let mut by: u64 = 2;
        while grid.len() >> (axes * by.ilog2() as usize) > most {
            by *= 2;
        }
        let mut coarser = Coarser::default();
        if snapshot.heats.is_some() {
            coarser.note = Some("heat has inertia".into());
            return coarser;
        }
        let look = |by| {
            let scenario = scenario.coarser(by).map_err(|errors| errors.first_line())?;
            Coarse::of(snapshot, net, scenario.problem).ok_or_else(|| unseen(by))
        };
        let (first, second) = rayon::join(|| look(by), || look(2 * by));
        for (by, view) in [(by, first), (2 * by, second)] {
            let finest = coarser.views.first().map_or(1.0, Coarse::ratio);
            match view {
                Ok(view) if view.ratio() / finest >= FINER => coarser.views.push(view),
                // Nothing is told by a grid beyond one that tells nothing.
                other => {
                    if coarser.views.is_empty() {
                        coarser.note = Some(other.err().unwrap_or_else(|| unseen(by)));
                    }
                    break;
                }
            }
        }
        coarser
    }

    /// Looks at the state on them.
    pub(super) fn views(&mut self) -> Vec<View<'_>> {
        self.views.par_iter_mut().map(Coarse::view).collect()
    }

    /// Why there is none.
    pub(super) fn note(&self) -> Option<String> {
        self.note.clone()
    }
}

fn unseen(by: u64) -> String {
    format!("cells {by} times wider show other parts, or there are too few of them")
}

/// The error of the grid; a steady state has no past. `note`: why there are no views.
pub(super) fn grid_error(views: &[View], note: Option<String>, past: Option<Past>) -> ByGrids {
    let none = |note: String| ByGrids { note: Some(format!("grid: not foretold: {note}")), ..ByGrids::default() };
    let [first, rest @ ..] = views else { return none(note.unwrap_or_default()) };
    let seen = coarse::grid_error(first, rest.first(), past);
    if seen.error.is_none() { none("something melts".into()) } else { seen }
}
