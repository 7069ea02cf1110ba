//! The final state on coarser grids, for what the grid contributes to it.

use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::coarse::{Coarse, Past, grid_error};
use crate::diagnostics::precision::{ByGrids, FINER};
use crate::scenario::Scenario;

/// Cells of the first coarser grid, at most, so that looking there is a small part of any run.
const MOST_CELLS: usize = 100_000;

/// A state on two coarser grids, as far as they can be had.
#[derive(Default)]
pub(super) struct Coarser {
    views: Vec<Coarse>,
    /// Why there is none.
    note: Option<String>,
}

impl Coarser {
    /// Of a state whose cells gain `net`, W.
    pub(super) fn of(scenario: &Scenario, snapshot: &Snapshot, net: &[f64]) -> Coarser {
        let grid = &scenario.problem.grid;
        let axes = (0..3).filter(|&a| grid.axis(a).cells() > 1).count();
        let mut by: u64 = 2;
        while grid.len() >> (axes * by.ilog2() as usize) > MOST_CELLS {
            by *= 2;
        }
        let mut coarser = Coarser::default();
        if snapshot.heats.is_some() {
            coarser.note = Some("heat has inertia".into());
            return coarser;
        }
        for by in [by, 2 * by] {
            let note = match scenario.coarser(by) {
                Err(errors) => errors.first_line(),
                Ok(scenario) => match Coarse::of(snapshot, net, scenario.problem) {
                    Some(view)
                        if coarser.views.iter().map(Coarse::ratio).fold(view.ratio(), |r, before| r / before)
                            >= FINER =>
                    {
                        coarser.views.push(view);
                        continue;
                    }
                    _ => format!("cells {by} times wider show other parts, or there are too few of them"),
                },
            };
            if coarser.views.is_empty() {
                coarser.note = Some(note);
            }
            break;
        }
        coarser
    }

    /// The state on the first of them.
    pub(super) fn first(&mut self) -> Option<(Snapshot<'_>, &[f64])> {
        self.views.first_mut().map(Coarse::snapshot)
    }

    /// The error of the grid; a steady state has no past.
    pub(super) fn grid_error(mut self, past: Option<Past>) -> ByGrids {
        let none = |note: String| ByGrids { note: Some(format!("grid: not foretold: {note}")), ..ByGrids::default() };
        let [first, rest @ ..] = self.views.as_mut_slice() else { return none(self.note.unwrap_or_default()) };
        let seen = grid_error(first, rest.first_mut(), past);
        if seen.error.is_none() { none("something melts".into()) } else { seen }
    }
}
