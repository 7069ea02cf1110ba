//! Maps of a state: heat flux and entropy production per cell.

use super::balance::Snapshot;
use super::budget;
use crate::problem::VOID;
use glam::DVec3;
use rayon::prelude::*;

/// Which maps are wanted of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Heat flux.
    pub flux: bool,
    /// Entropy production.
    pub production: bool,
}

/// Maps that were computed where the state lives; others follow from a [`Snapshot`]. NaN in void.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Maps {
    /// As of [`flux`].
    pub flux: Option<Vec<DVec3>>,
    /// As of [`entropy_production_density`].
    pub production: Option<Vec<f64>>,
}

/// Heat flux per cell, W/m2, from the heats that the scheme itself moves: the heat of a link crosses half
/// its length in each of its cells. NaN in void.
pub fn flux(snapshot: &Snapshot) -> Vec<DVec3> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let links = &snapshot.conduction.links;
    let mut moment = links.gather(grid, DVec3::ZERO, |end| {
        let step = links.families[end.family].offset.as_dvec3();
        0.5 * snapshot.link_heat(end) * step * grid.widths(end.at)
    });
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
        // A wall that stands for a slanted surface ends elsewhere than its face, but the volume is that of the cell.
        let mut way = wall.displacement(grid);
        let width = grid.widths(grid.cell(wall.cell as usize))[wall.side.axis];
        way[wall.side.axis] = if wall.side.high { 0.5 * width } else { -0.5 * width };
        moment[wall.cell as usize] -= state.heat * way;
    }
    let per_volume =
        |(i, m): (usize, &DVec3)| if problem.material[i] == VOID { DVec3::NAN } else { *m / grid.volume(grid.cell(i)) };
    moment.par_iter().enumerate().with_min_len(4096).map(per_volume).collect()
}

/// Entropy production per volume, W/(m3 K): what the material of a cell produces, half cells at walls included, contacts
/// not. NaN in void.
pub fn entropy_production_density(snapshot: &Snapshot) -> Vec<f64> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let per_volume =
        |(i, p): (usize, f64)| if problem.material[i] == VOID { f64::NAN } else { p / grid.volume(grid.cell(i)) };
    budget::production_of_cells(snapshot).into_iter().enumerate().map(per_volume).collect()
}

/// Part of each cell that is molten; 0 in what does not melt, NaN in void.
pub fn liquid_fraction(snapshot: &Snapshot) -> Vec<f64> {
    let conduction = snapshot.conduction;
    let cells = conduction.problem.material.par_iter().zip(snapshot.enthalpy).with_min_len(4096);
    let molten = |(&m, &e): (&u8, &f64)| match m {
        VOID => f64::NAN,
        m => conduction.curves[usize::from(m)].as_ref().map_or(0.0, |curve| curve.liquid_fraction(e)),
    };
    cells.map(molten).collect()
}

/// Absolute temperature per cell, K; NaN in void.
pub fn temperature(snapshot: &Snapshot) -> Vec<f64> {
    let material = &snapshot.conduction.problem.material;
    (0..material.len()).map(|i| if material[i] == VOID { f64::NAN } else { snapshot.kelvin(i) }).collect()
}
