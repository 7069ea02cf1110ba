//! Temperature at a point: linear between cell centres, bent at faces where the conductivity changes, and
//! honest at boundaries.

use super::balance::Snapshot;
use crate::links::{CellConductivity, Taken};
use crate::problem::{Condition, VOID, Wall};
use glam::{DVec3, IVec3};

type Field<'a> = &'a dyn Fn([usize; 3]) -> Option<f64>;

struct Interpolation<'a> {
    snapshot: &'a Snapshot<'a>,
    point: DVec3,
}

/// Absolute temperature at a point, K; `None` in void. On a boundary it is the surface's temperature.
pub fn temperature(snapshot: &Snapshot, point: DVec3) -> Option<f64> {
    let cell = snapshot.conduction.problem.solid_cell_at(point)?;
    let interpolation = Interpolation { snapshot, point };
    // a single cell has surfaces along its axis, too
    interpolation.given().or_else(|| interpolation.along(2, cell, &|c| interpolation.solid(c)))
}

/// To the next cell along an axis.
fn step(axis: usize, high: bool) -> IVec3 {
    let mut offset = IVec3::ZERO;
    offset[axis] = if high { 1 } else { -1 };
    offset
}

impl Interpolation<'_> {
    /// Temperature of a cell, K; `None` in void.
    fn solid(&self, cell: [usize; 3]) -> Option<f64> {
        let problem = &self.snapshot.conduction.problem;
        let i = problem.grid.index(cell);
        (problem.material[i] != VOID).then(|| self.snapshot.kelvin(i))
    }

    /// What the surfaces that the point lies on are given as their temperature, K; the mean where they disagree, `None` where none is.
    fn given(&self) -> Option<f64> {
        let (conduction, time) = (self.snapshot.conduction, self.snapshot.time);
        let (problem, grid) = (&conduction.problem, &conduction.problem.grid);
        let row = conduction.row(time);
        let of_wall = |wall: &Wall| {
            let Condition::Temperature(id) = problem.conditions[usize::from(wall.condition)] else { return None };
            let (axis, cell) = (wall.side.axis, grid.cell(wall.cell as usize));
            let face = grid.axis(axis).edges()[cell[axis] + usize::from(wall.side.high)];
            let near = 1e-9 * grid.axis(axis).widths()[cell[axis]];
            // A wall that stands for a slanted surface lies elsewhere.
            let lies = [self.point, wall.position].iter().all(|at| (at[axis] - face).abs() <= near);
            let there = Wall { position: self.point, ..*wall };
            lies.then(|| conduction.wall_value(id, &there, time, &row) + problem.reference)
        };
        let (mut sum, mut count) = (0.0, 0.0);
        for cell in problem.solid_cells_at(self.point).map(|cell| grid.index(cell)) {
            let first = problem.walls.partition_point(|w| (w.cell as usize) < cell);
            let walls = problem.walls[first..].iter().take_while(|w| w.cell as usize == cell);
            for temperature in walls.filter_map(of_wall) {
                (sum, count) = (sum + temperature, count + 1.0);
            }
        }
        (count > 0.0).then(|| sum / count)
    }

    /// What the temperature rises by from the centre of a cell to that of a face, K.
    fn rise(&self, cell: [usize; 3], axis: usize, high: bool) -> Option<f64> {
        let own = self.solid(cell)?;
        let across = self.snapshot.conduction.problem.grid.neighbour(cell, step(axis, high)).filter(|&c| c != cell);
        Some(match across.and_then(|other| Some((other, self.solid(other)?))) {
            Some((other, there)) => self.share(axis, cell, other, high) * (there - own),
            None => self.surface(cell, axis, high).map_or(0.0, |surface| surface - own),
        })
    }

    /// A field (of temperatures of cells, or of their surfaces along a higher axis) at the point's coordinates along `axis` and all lower axes, in the
    /// line of cells of `cell`.
    fn along(&self, axis: usize, cell: [usize; 3], field: Field) -> Option<f64> {
        let grid = &self.snapshot.conduction.problem.grid;
        let below = |c: [usize; 3], f: Field| if axis == 0 { f(c) } else { self.along(axis - 1, c, f) };
        let own = below(cell, field)?;
        let (centre, x) = (grid.axis(axis).centres()[cell[axis]], self.point[axis]);
        if x == centre {
            return Some(own);
        }
        let high = x > centre;
        let half = 0.5 * grid.axis(axis).widths()[cell[axis]];
        let reach = ((x - centre).abs() / half).min(1.0);
        let across = grid.neighbour(cell, step(axis, high)).filter(|&c| c != cell && field(c).is_some());
        let face = if let Some(other) = across {
            let there = below(other, field)?;
            own + self.share(axis, cell, other, high) * (there - own)
        } else {
            // At an edge or a corner what it rises by along each axis adds up.
            below(cell, &|c| Some(field(c)? + self.rise(c, axis, high)?))?
        };
        Some(own + reach * (face - own))
    }

    /// Part of the temperature drop between two cells that lies in the first one.
    fn share(&self, axis: usize, cell: [usize; 3], other: [usize; 3], high: bool) -> f64 {
        let conduction = self.snapshot.conduction;
        let (problem, grid) = (&conduction.problem, &conduction.problem.grid);
        let (i, j) = (grid.index(cell), grid.index(other));
        let widths = grid.axis(axis).widths();
        let (here, there) = (widths[cell[axis]], widths[other[axis]]);
        let plain = here / (here + there);
        if problem.material[i] == problem.material[j] && problem.bodies().contact(i, j).is_none() {
            return plain;
        }
        let family =
            conduction.links.families.iter().find(|f| f.offset[axis] == 1 && f.offset.abs().element_sum() == 1);
        let conductance = family.map_or(0.0, |f| f.conductance[if high { i } else { j }]);
        let taken = Taken::At {
            temperature: &self.snapshot.temperature,
            enthalpy: self.snapshot.enthalpy,
            time: self.snapshot.time,
        };
        let k = CellConductivity::of_cell(problem, &conduction.curves, i, axis, taken);
        let share = conductance * 0.5 * here / (k * grid.area(cell, axis));
        if share > 0.0 && share <= 1.0 { share } else { plain }
    }

    /// Temperature of a surface at the centre of a cell's face.
    fn surface(&self, cell: [usize; 3], axis: usize, high: bool) -> Option<f64> {
        let problem = &self.snapshot.conduction.problem;
        let i = problem.grid.index(cell);
        let first = problem.walls.partition_point(|w| (w.cell as usize) < i);
        let of_face = || {
            problem.walls[first..]
                .iter()
                .zip(&self.snapshot.walls[first..])
                .take_while(|(w, _)| w.cell as usize == i)
                .filter(|(w, _)| w.side.axis == axis && w.side.high == high)
        };
        let (wall, _) = of_face().next()?;
        if let (true, Condition::Temperature(id)) =
            (of_face().count() > 1, problem.conditions[usize::from(wall.condition)])
        {
            let mut position = problem.grid.centre(cell);
            position[axis] = wall.position[axis];
            let conduction = self.snapshot.conduction;
            let row = conduction.row(self.snapshot.time);
            let there = Wall { position, ..*wall };
            return Some(conduction.wall_value(id, &there, self.snapshot.time, &row) + problem.reference);
        }
        let (mut sum, mut area) = (0.0, 0.0);
        for (wall, state) in of_face() {
            let mut displacement = wall.displacement(&problem.grid);
            displacement[axis] = 0.0;
            let along =
                (0..3).map(|a| if displacement[a] == 0.0 { 0.0 } else { displacement[a] * self.slope(cell, a) });
            sum += wall.area * (state.surface - along.sum::<f64>());
            area += wall.area;
        }
        Some(sum / area + problem.reference)
    }

    /// Slope of the temperature between the neighbours of a cell, K/m.
    fn slope(&self, cell: [usize; 3], axis: usize) -> f64 {
        let problem = &self.snapshot.conduction.problem;
        let grid = &problem.grid;
        let at = |sign: i32| {
            let mut offset = IVec3::ZERO;
            offset[axis] = sign;
            let next = grid.neighbour(cell, offset)?;
            let distance = 0.5 * (grid.widths(cell)[axis] + grid.widths(next)[axis]);
            let there = grid.index(next);
            (problem.material[there] == problem.material[grid.index(cell)])
                .then(|| (f64::from(sign) * distance, self.snapshot.temperature[there]))
        };
        let own = (0.0, self.snapshot.temperature[grid.index(cell)]);
        let ((a, low), (b, high)) = (at(-1).unwrap_or(own), at(1).unwrap_or(own));
        if a == b { 0.0 } else { (high - low) / (b - a) }
    }
}

#[cfg(test)]
mod tests;
