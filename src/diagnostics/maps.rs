//! Maps of a state: heat flux and entropy production per cell.

use super::balance::Snapshot;
use super::budget;
use crate::problem::VOID;
use glam::{DVec3, IVec3};
use rayon::prelude::*;
use std::ops::AddAssign;

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
        moment[wall.cell as usize] -= state.heat * wall.displacement(grid);
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

/// Absolute temperature per cell, K; NaN in void.
pub fn temperature(snapshot: &Snapshot) -> Vec<f64> {
    let material = &snapshot.conduction.problem.material;
    (0..material.len()).map(|i| if material[i] == VOID { f64::NAN } else { snapshot.kelvin(i) }).collect()
}

/// Temperature gradient per cell, K/m: mean of the differences over the cell's own links along each axis.
pub fn temperature_gradient(snapshot: &Snapshot) -> Vec<DVec3> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let links = &snapshot.conduction.links;
    let mut slopes = links.gather(grid, Slopes::default(), |end| {
        let offset = links.families[end.family].offset;
        let Some(axis) = (0..3).find(|&a| offset == IVec3::AXES[a]) else { return Slopes::default() };
        let width = |cell: usize| grid.axis(axis).widths()[grid.cell(cell)[axis]];
        let [i, j] = end.stored();
        let distance = 0.5 * (width(i) + width(j));
        Slopes::one(axis, (snapshot.temperature[j] - snapshot.temperature[i]) / distance)
    });
    let mean: Vec<DVec3> = slopes.par_iter().map(Slopes::mean).collect();
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
        let (i, axis) = (wall.cell as usize, wall.side.axis);
        // A tensor's wall lies askew: what the field gains along the wall is known from the links.
        let mut displacement = wall.displacement(grid);
        let normal = std::mem::take(&mut displacement[axis]);
        let along = (mean[i] * displacement).element_sum();
        slopes[i] += Slopes::one(axis, (state.surface - snapshot.temperature[i] - along) / normal);
    }
    slopes.par_iter().map(Slopes::mean).collect()
}

/// Differences over links, K/m, and how many there are, along each axis.
#[derive(Debug, Clone, Copy, Default)]
struct Slopes {
    sum: DVec3,
    count: DVec3,
}

impl Slopes {
    fn one(axis: usize, slope: f64) -> Slopes {
        Slopes { sum: slope * DVec3::AXES[axis], count: DVec3::AXES[axis] }
    }

    fn mean(&self) -> DVec3 {
        self.sum / self.count.max(DVec3::ONE)
    }
}

impl AddAssign for Slopes {
    fn add_assign(&mut self, other: Slopes) {
        self.sum += other.sum;
        self.count += other.count;
    }
}
