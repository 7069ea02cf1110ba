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
    let grid = &snapshot.conduction.problem.grid;
    let cell = snapshot.conduction.problem.solid_cell_at(point)?;
    let solid = |c: [usize; 3]| {
        let i = grid.index(c);
        (snapshot.conduction.problem.material[i] != VOID).then(|| snapshot.kelvin(i))
    };
    // a single cell has surfaces along its axis, too
    Interpolation { snapshot, point }.along(2, cell, &solid)
}

impl Interpolation<'_> {
    /// The field at the point's coordinates along `axis` and all lower axes, in the line of cells of `cell`.
    fn along(&self, axis: usize, cell: [usize; 3], field: Field) -> Option<f64> {
        let grid = &self.snapshot.conduction.problem.grid;
        let below = |c: [usize; 3], f: Field| if axis == 0 { f(c) } else { self.along(axis - 1, c, f) };
        let own = below(cell, field)?;
        let (centre, x) = (grid.axis(axis).centres()[cell[axis]], self.point[axis]);
        if x == centre {
            return Some(own);
        }
        let high = x > centre;
        let mut offset = IVec3::ZERO;
        offset[axis] = if high { 1 } else { -1 };
        let half = 0.5 * grid.axis(axis).widths()[cell[axis]];
        let reach = ((x - centre).abs() / half).min(1.0);
        let across = grid.neighbour(cell, offset).filter(|&c| c != cell && field(c).is_some());
        let face = if let Some(other) = across {
            let there = below(other, field)?;
            own + self.share(axis, cell, other, high) * (there - own)
        } else {
            let surface = |c: [usize; 3]| self.surface(c, axis, high);
            if surface(cell).is_none() { own } else { below(cell, &surface)? }
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
