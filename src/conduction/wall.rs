//! What walls do: the temperature of a surface, and the heat through it.

use super::Conduction;
use crate::expression::{Place, Variable};
use crate::inertia::in_series;
use crate::laws::STEFAN_BOLTZMANN;
use crate::problem::{Condition, ValueId, Wall};
use crate::{environment_flux, face_heat, surface_step};
use rayon::prelude::*;

/// A wall face now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WallState {
    /// Heat into the solid, W.
    pub heat: f64,
    /// Temperature of the surface, deviation, K.
    pub surface: f64,
}

/// Where a wall is, in numbers that lie close together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WallPlace {
    /// Its cell.
    pub cell: u32,
    /// Index into [`crate::problem::Problem::surfaces`].
    pub surface: u16,
    /// Index into [`crate::problem::Problem::conditions`].
    pub condition: u16,
}

impl WallPlace {
    pub(super) fn of(wall: &Wall) -> WallPlace {
        WallPlace { cell: wall.cell, surface: wall.surface, condition: wall.condition }
    }
}

/// What a wall without radiation does, a straight line of its cell's temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WallLine {
    /// W/K.
    pub slope: f64,
    /// Temperature beyond it (deviation, K).
    pub beyond: f64,
    /// Heat that it gives whatever the cell's temperature is, W.
    pub given: f64,
}

impl WallLine {
    /// Beside a wall of conductance `g` (W/K) to its cell's centre, by a film of `convection` (W/(m2 K)) and a flux (W/m2).
    fn of_environment(area: f64, g: f64, flux: f64, convection: f64, ambient: f64) -> WallLine {
        let outside = area * convection;
        // What is given at the surface divides between the cell and what lies outside.
        WallLine { slope: in_series(g, outside), beyond: ambient, given: area * flux / (1.0 + outside / g) }
    }

    /// Heat into the solid, W, beside a cell of a temperature (deviation, K).
    #[inline(always)]
    pub fn heat(&self, cell: f64) -> f64 {
        face_heat(self.slope, cell, self.beyond) + self.given
    }
}

/// Where Newton's method for the temperature of a radiating surface starts: above the root, yet within a fifth of it. The surface is no hotter
/// than without radiation, nor hotter than if it gave up by radiation alone all that conduction from the cell, flux and convection bring.
#[expect(clippy::too_many_arguments, reason = "as the laws, whose arguments these are")]
fn surface_start(
    conductance: f64,
    cell: f64,
    area: f64,
    flux: f64,
    convection: f64,
    ambient: f64,
    emissivity: f64,
    reference: f64,
) -> f64 {
    let without = (conductance * cell + area * (flux + convection * ambient)) / (conductance + area * convection);
    let brought = conductance / area * (cell + reference) + convection * (ambient + reference) + flux.max(0.0);
    let fourth = (ambient + reference).powi(4) + brought / (emissivity * STEFAN_BOLTZMANN);
    ambient.max(without).min(fourth.sqrt().sqrt() - reference)
}

/// Newton steps for a surface that radiates; one is exact where none does.
pub(crate) const RADIATION_STEPS: usize = 12;

impl Conduction {
    /// What every wall does at a time.
    pub fn walls(&self, temperature: &[f64], time: f64, out: &mut [WallState]) {
        self.walls_beside(|cell| temperature[cell], time, out);
    }

    /// The same, where the temperatures of cells (deviations, K) are told one by one.
    pub fn walls_beside(&self, temperature: impl Fn(usize) -> f64 + Sync, time: f64, out: &mut [WallState]) {
        let problem = &self.problem;
        let row = self.row(time);
        // What a condition says is the same for many walls.
        let everywhere: Vec<Option<Condition<f64>>> =
            problem.conditions.iter().map(|&condition| self.everywhere(condition, &row)).collect();
        let held: Vec<bool> = problem.conditions.iter().map(|c| matches!(c, Condition::Temperature(_))).collect();
        let walls = (out, &self.wall_places, &self.wall_lines, &self.wall_conductance).into_par_iter();
        walls.enumerate().with_min_len(4096).for_each(|(w, (out, place, line, &g))| {
            let (cell, condition) = (temperature(place.cell as usize), usize::from(place.condition));
            *out = match line {
                Some(line) => {
                    let heat = line.heat(cell);
                    WallState { heat, surface: if held[condition] { line.beyond } else { cell + heat / g } }
                }
                None => {
                    let wall = &problem.walls[w];
                    let said = everywhere[condition].unwrap_or_else(|| self.said(wall, time, &row));
                    self.under(said, wall.area, g, cell)
                }
            };
        });
    }

    /// Numbers of the walls of some rows of cells along x.
    pub fn walls_of_rows(&self, rows: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.wall_rows[rows.start]..self.wall_rows[rows.end]
    }

    /// Heat through one wall, W, beside a cell of a temperature (deviation, K), given the row of values at that time.
    pub fn wall_heat(&self, wall: usize, cell: f64, time: f64, row: &[f64]) -> f64 {
        self.wall(&self.problem.walls[wall], self.wall_conductance[wall], cell, time, row).heat
    }

    /// A value at a wall, given the row of values at that time.
    pub fn wall_value(&self, id: ValueId, wall: &Wall, time: f64, row: &[f64]) -> f64 {
        let value = self.problem.values.get(id);
        if !value.is_spatial() {
            return row[id.0 as usize];
        }
        let at = wall.position;
        value.eval(&Place { x: at.x, y: at.y, z: at.z, t: time, temperature: 0.0 })
    }

    pub(crate) fn wall(&self, wall: &Wall, g: f64, cell: f64, time: f64, row: &[f64]) -> WallState {
        self.under(self.said(wall, time, row), wall.area, g, cell)
    }

    /// What holds at a wall, given the row of values at that time.
    pub(crate) fn said(&self, wall: &Wall, time: f64, row: &[f64]) -> Condition<f64> {
        self.problem.conditions[usize::from(wall.condition)].map(|id| self.wall_value(id, wall, time, row))
    }

    /// What holds at all walls of a condition; none where it varies from place to place.
    pub(crate) fn everywhere(&self, condition: Condition, row: &[f64]) -> Option<Condition<f64>> {
        let mut varies = false;
        let said = condition.map(|id| {
            varies |= self.problem.values.get(id).is_spatial();
            row[id.0 as usize]
        });
        (!varies).then_some(said)
    }

    /// What a wall of an area (m2) and of conductance `g` (W/K) to the centre of its cell (deviation, K) does.
    fn under(&self, said: Condition<f64>, area: f64, g: f64, cell: f64) -> WallState {
        let (flux, convection, ambient, emissivity) = match said {
            Condition::Temperature(surface) => return WallState { heat: face_heat(g, cell, surface), surface },
            Condition::Environment { flux, convection, ambient, emissivity } => (flux, convection, ambient, emissivity),
        };
        if emissivity <= 0.0 {
            let heat = WallLine::of_environment(area, g, flux, convection, ambient).heat(cell);
            return WallState { heat, surface: cell + heat / g };
        }
        let reference = self.problem.reference;
        let start = surface_start(g, cell, area, flux, convection, ambient, emissivity, reference);
        let surface = (0..RADIATION_STEPS).fold(start, |surface, _| {
            surface_step(g, cell, area, flux, convection, ambient, emissivity, reference, surface)
        });
        // Of the two sides that balance, the softer one loses fewer digits.
        let exchange = convection + 4.0 * emissivity * STEFAN_BOLTZMANN * (surface + reference).powi(3);
        let heat = if area * exchange < g {
            area * environment_flux(flux, convection, ambient, emissivity, reference, surface)
        } else {
            face_heat(g, cell, surface)
        };
        WallState { heat, surface }
    }

    /// The line of a wall of conductance `g` (W/K) to its cell's centre; none where it radiates.
    pub(crate) fn line(&self, wall: &Wall, g: f64, time: f64, row: &[f64]) -> Option<WallLine> {
        let value = |id: ValueId| self.wall_value(id, wall, time, row);
        match self.problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => Some(WallLine { slope: g, beyond: value(id), given: 0.0 }),
            Condition::Environment { emissivity, .. } if value(emissivity) > 0.0 => None,
            Condition::Environment { flux, convection, ambient, .. } => {
                Some(WallLine::of_environment(wall.area, g, value(flux), value(convection), value(ambient)))
            }
        }
    }

    /// Per wall its line, where that stays the same in time.
    pub(super) fn lasting_lines(&self) -> Vec<Option<WallLine>> {
        let problem = &self.problem;
        let lasts = |id: ValueId| !problem.values.get(id).depends_on(Variable::Time);
        let lasting: Vec<bool> = problem
            .conditions
            .iter()
            .map(|condition| match *condition {
                Condition::Temperature(id) => lasts(id),
                Condition::Environment { flux, convection, ambient, emissivity } => {
                    [flux, convection, ambient, emissivity].into_iter().all(lasts)
                }
            })
            .collect();
        let row = self.row(0.0);
        let walls = problem.walls.par_iter().zip(&self.wall_conductance).with_min_len(1024);
        walls
            .map(|(wall, &g)| lasting[usize::from(wall.condition)].then(|| self.line(wall, g, 0.0, &row)).flatten())
            .collect()
    }

    /// What the environment of a wall takes per kelvin of its surface (deviation, K), W/K; infinite where the surface's
    /// temperature is given.
    pub(crate) fn wall_exchange(&self, wall: &Wall, surface: f64, time: f64, row: &[f64]) -> f64 {
        match self.problem.conditions[wall.condition as usize] {
            Condition::Temperature(_) => f64::INFINITY,
            Condition::Environment { convection, emissivity, .. } => {
                let value = |id: ValueId| self.wall_value(id, wall, time, row);
                let kelvin = surface + self.problem.reference;
                wall.area * (value(convection) + 4.0 * value(emissivity) * STEFAN_BOLTZMANN * kelvin.powi(3))
            }
        }
    }

    /// Heat that the environment of a wall sends to its surface (deviation, K), W; 0 where the temperature is given.
    pub(crate) fn wall_supply(&self, wall: &Wall, surface: f64, time: f64, row: &[f64]) -> f64 {
        match self.problem.conditions[wall.condition as usize] {
            Condition::Temperature(_) => 0.0,
            Condition::Environment { flux, convection, ambient, emissivity } => {
                let value = |id: ValueId| self.wall_value(id, wall, time, row);
                let (flux, convection) = (value(flux), value(convection));
                let (ambient, emissivity) = (value(ambient), value(emissivity));
                wall.area * environment_flux(flux, convection, ambient, emissivity, self.problem.reference, surface)
            }
        }
    }

    /// The walls of a row of cells along x.
    pub(crate) fn walls_of_row(&self, row: usize) -> std::ops::Range<usize> {
        self.wall_rows[row]..self.wall_rows[row + 1]
    }

    /// Whether rates change with temperature.
    pub fn depends_on_temperature(&self) -> bool {
        self.varies || self.curves.iter().any(Option::is_some) || self.radiates()
    }

    /// Whether any surface radiates.
    pub fn radiates(&self) -> bool {
        self.problem.conditions.iter().any(|c| match c {
            Condition::Temperature(_) => false,
            Condition::Environment { emissivity, .. } => {
                self.problem.values.get(*emissivity).as_constant() != Some(0.0)
            }
        })
    }

    /// Largest heat per kelvin of its cell that a wall can take, W/K.
    pub(super) fn steepest_exchange(&self, wall: &Wall, g: f64, hottest: f64) -> f64 {
        let Condition::Environment { flux, convection, ambient, emissivity } =
            self.problem.conditions[wall.condition as usize]
        else {
            return g;
        };
        let constant = |id: ValueId| self.problem.values.get(id).as_constant();
        match (constant(convection), constant(emissivity), constant(flux), constant(ambient)) {
            // Whatever is given of flux and surroundings, they do not answer to the cell.
            (Some(h), Some(0.0), ..) => in_series(g, wall.area * h),
            // A flux may make the surface hotter than any cell.
            (Some(h), Some(emissivity), Some(flux), Some(ambient)) if flux <= 0.0 => {
                let t = hottest.max(ambient) + self.problem.reference;
                in_series(g, wall.area * (h + 4.0 * emissivity * STEFAN_BOLTZMANN * t * t * t))
            }
            _ => g,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However strong the flux, however thick the half cell, and whichever is hotter: conduction carries what the surface takes.
    #[test]
    fn the_surface_of_a_wall_balances_whatever_it_is_given() {
        let (area, reference) = (1e-6, 300.0);
        for conductance in [1e-6, 1e-2, 10.0] {
            // What takes more heat away than conduction brings has no surface above 0 K.
            let coldest = if conductance > 1e-3 { -1e3 } else { 0.0 };
            for flux in [coldest, 0.0, 1e3, 1e7, 6e9] {
                for (cell, ambient) in [(0.0, -290.0), (1500.0, 0.0), (0.0, 1500.0), (1e6, 0.0)] {
                    for convection in [0.0, 500.0] {
                        let start = surface_start(conductance, cell, area, flux, convection, ambient, 0.4, reference);
                        let step =
                            |s, _| surface_step(conductance, cell, area, flux, convection, ambient, 0.4, reference, s);
                        let surface = (0..RADIATION_STEPS).fold(start, step);
                        let sent = area * environment_flux(flux, convection, ambient, 0.4, reference, surface);
                        let carried = conductance * (surface - cell);
                        let size = area * (flux.abs() + 1e3) + conductance * (cell.abs() + surface.abs());
                        assert!(
                            (sent - carried).abs() < 1e-9 * size,
                            "{conductance} {flux} {cell} {ambient}: {sent} {carried}"
                        );
                    }
                }
            }
        }
    }
}
