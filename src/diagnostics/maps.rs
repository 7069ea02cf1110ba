//! Maps of a state: heat flux and entropy production per cell.

use super::balance::Snapshot;
use super::budget;
use crate::problem::VOID;
use glam::DVec3;

/// Heat flux per cell, W/m2, from the heats that the scheme itself moves: the heat of a link crosses half
/// its length in each of its cells. NaN in void.
pub fn flux(snapshot: &Snapshot) -> Vec<DVec3> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let mut moment = vec![DVec3::ZERO; grid.len()];
    for family in &snapshot.conduction.links.families {
        let step = family.offset.as_dvec3();
        for (i, &g) in family.conductance.iter().enumerate().filter(|(_, g)| **g > 0.0) {
            let cell = grid.cell(i);
            let other = grid.neighbour(cell, family.offset).expect("a link has two ends");
            let j = grid.index(other);
            let heat = snapshot.link_heat(i, j, g, family.offset);
            moment[i] += 0.5 * heat * step * grid.widths(cell);
            moment[j] += 0.5 * heat * step * grid.widths(other);
        }
    }
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
        moment[wall.cell as usize] -= state.heat * wall.displacement(grid);
    }
    moment
        .iter()
        .enumerate()
        .map(|(i, m)| if problem.material[i] == VOID { DVec3::NAN } else { *m / grid.volume(grid.cell(i)) })
        .collect()
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
    let mut sum = vec![DVec3::ZERO; grid.len()];
    let mut count = vec![DVec3::ZERO; grid.len()];
    let mut add = |i: usize, axis: usize, slope: f64| {
        sum[i][axis] += slope;
        count[i][axis] += 1.0;
    };
    for family in snapshot.conduction.links.families.iter().filter(|f| f.offset.abs().element_sum() == 1) {
        let axis = (0..3).find(|&a| family.offset[a] == 1).expect("an axis family has one step");
        for i in (0..grid.len()).filter(|&i| family.conductance[i] > 0.0) {
            let cell = grid.cell(i);
            let other = grid.neighbour(cell, family.offset).expect("a link has two ends");
            let j = grid.index(other);
            let distance = 0.5 * (grid.widths(cell)[axis] + grid.widths(other)[axis]);
            let slope = (snapshot.temperature[j] - snapshot.temperature[i]) / distance;
            add(i, axis, slope);
            add(j, axis, slope);
        }
    }
    let mean: Vec<DVec3> = sum.iter().zip(&count).map(|(s, n)| *s / n.max(DVec3::ONE)).collect();
    for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
        let (i, axis) = (wall.cell as usize, wall.side.axis);
        // A tensor's wall lies askew: what the field gains along the wall is known from the links.
        let mut displacement = wall.displacement(grid);
        let normal = std::mem::take(&mut displacement[axis]);
        let along = (mean[i] * displacement).element_sum();
        sum[i][axis] += (state.surface - snapshot.temperature[i] - along) / normal;
        count[i][axis] += 1.0;
    }
    sum.iter().zip(&count).map(|(s, n)| *s / n.max(DVec3::ONE)).collect()
}
