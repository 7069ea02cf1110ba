//! A probe's neighbourhood as a small problem of its own, so that its temperature can be followed without the rest of
//! the field.

use super::balance::Snapshot;
use super::probe;
use crate::conduction::Conduction;
use crate::grid::{Axis, Grid};
use crate::oblique::Unreachable;
use crate::problem::{Problem, Wall};
use glam::DVec3;
use std::ops::Range;
use std::sync::Arc;

/// The cells around a probe: its own and the next ones on each side, along a periodic axis all of them.
pub struct Window {
    at: DVec3,
    conduction: Conduction,
    /// The cells of the whole grid that it consists of.
    pub cells: Vec<u32>,
}

impl Window {
    /// Cuts the neighbourhood of a point out of a problem.
    ///
    /// # Errors
    /// Never for a problem whose conduction was made already.
    pub fn new(problem: &Problem, at: DVec3) -> Result<Window, Unreachable> {
        let grid = &problem.grid;
        let own = problem.solid_cell_at(at).unwrap_or_else(|| [0, 1, 2].map(|a| grid.axis(a).cell_at(at[a])));
        let ranges: [Range<usize>; 3] = [0, 1, 2].map(|a| {
            let (cells, own) = (grid.axis(a).cells(), own[a]);
            if grid.periodic[a] { 0..cells } else { own.saturating_sub(1)..(own + 2).min(cells) }
        });
        let axis = |a: usize| Axis::from_edges(grid.axis(a).edges()[ranges[a].start..=ranges[a].end].to_vec());
        let mut small = Grid::three_dimensional(axis(0), axis(1), axis(2));
        small.periodic = grid.periodic;
        let start = [0, 1, 2].map(|a| ranges[a].start);
        let outer = |i: usize| {
            let cell = small.cell(i);
            grid.index([0, 1, 2].map(|a| start[a] + cell[a]))
        };
        let cells: Vec<usize> = (0..small.len()).map(outer).collect();
        let walls = cells.iter().enumerate().flat_map(|(i, &cell)| {
            let first = problem.walls.partition_point(|w| (w.cell as usize) < cell);
            let of_cell = problem.walls[first..].iter().take_while(move |w| w.cell as usize == cell);
            of_cell.map(move |w| Wall { cell: i as u32, ..*w })
        });
        let cut = Problem {
            walls: walls.collect(),
            material: cells.iter().map(|&c| problem.material[c]).collect(),
            region: cells.iter().map(|&c| problem.region[c]).collect(),
            source: cells.iter().map(|&c| problem.source[c]).collect(),
            initial: cells.iter().map(|&c| problem.initial[c]).collect(),
            reference: problem.reference,
            values: problem.values.clone(),
            materials: problem.materials.clone(),
            regions: problem.regions.clone(),
            contacts: problem.contacts.clone(),
            slants: problem.slants.part(&cells),
            conditions: problem.conditions.clone(),
            surfaces: problem.surfaces.clone(),
            sources: problem.sources.clone(),
            grid: small,
        };
        let cells = cells.into_iter().map(|c| c as u32).collect();
        Ok(Window { at, conduction: Conduction::new(Arc::new(cut))?, cells })
    }

    /// Absolute temperature at the point, K, from the enthalpies of the cells; `None` in void.
    pub fn temperature(&mut self, enthalpy: &[f64], time: f64) -> Option<f64> {
        probe::temperature(&Snapshot::new(&mut self.conduction, enthalpy, time), self.at)
    }
}
