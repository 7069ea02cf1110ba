//! The semi-discrete heat equation: what each cell gains, in W, from links, walls and sources.

mod gain;

use crate::caloric::{self, Curve};
use crate::expression::{Place, Variable};
use crate::inertia::{Inertia, in_series, weighed};
use crate::laws::STEFAN_BOLTZMANN;
use crate::links::{CellConductivity, Links, Taken, conductivity_varies, wall_conductance};
use crate::oblique::Unreachable;
use crate::problem::{Condition, Problem, VOID, ValueId, Wall};
use crate::{environment_flux, face_heat, surface_step};
use rayon::prelude::*;
use std::sync::Arc;

/// A wall face now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WallState {
    /// Heat into the solid, W.
    pub heat: f64,
    /// Temperature of the surface, deviation, K.
    pub surface: f64,
}

/// A problem made ready for evaluation on the CPU, f64.
#[derive(Debug, Clone)]
pub struct Conduction {
    /// What is solved.
    pub problem: Arc<Problem>,
    /// Per material: enthalpy and temperature, where they differ.
    pub curves: Vec<Option<Curve>>,
    /// Heat capacity of each cell at the reference temperature, J/K; 0 in void.
    pub capacity: Vec<f64>,
    /// Conductances between cells.
    pub links: Links,
    /// Per wall: conductance between cell centre and wall, W/K.
    pub wall_conductance: Vec<f64>,
    /// Inertia of the heats, where a material has a relaxation time.
    pub inertia: Option<Inertia>,
    /// Whether conductances change with the state or in time.
    pub varies: bool,
    /// Walls of row r (of cells along x) are `wall_rows[r]..wall_rows[r + 1]`.
    wall_rows: Vec<usize>,
}

/// Where Newton's method for the temperature of a radiating surface starts: above the root, yet near it however strong a flux is. The
/// surface is no hotter than without radiation, nor hotter than if it gave up the flux by radiation alone.
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
    let fourth = (ambient + reference).powi(4) + flux.max(0.0) / (emissivity * STEFAN_BOLTZMANN);
    let alone = fourth.sqrt().sqrt() - reference;
    ambient.max(without).min(ambient.max(cell).max(alone))
}

/// Newton steps for a surface that radiates; one is exact where none does.
pub(crate) const RADIATION_STEPS: usize = 12;

impl Conduction {
    /// Prepares a problem, its conductances taken in the initial state at time 0.
    ///
    /// # Errors
    /// If a conductivity tensor cannot be carried by the grid.
    pub fn new(problem: Arc<Problem>) -> Result<Conduction, Unreachable> {
        let curves: Vec<Option<Curve>> =
            problem.materials.iter().map(|m| Curve::new(m, &problem.values, problem.reference)).collect();
        let grid = &problem.grid;
        let capacity = (0..grid.len())
            .into_par_iter()
            .map(|i| match problem.material[i] {
                VOID => 0.0,
                m => {
                    let material = &problem.materials[m as usize];
                    let cell = grid.cell(i);
                    let value = problem.values.get(material.heat_capacity);
                    let density = if value.is_spatial() {
                        let centre = grid.centre(cell);
                        value.eval(&Place {
                            x: centre.x,
                            y: centre.y,
                            z: centre.z,
                            temperature: problem.reference,
                            ..Place::default()
                        })
                    } else {
                        caloric::capacity_at(material, &problem.values, problem.reference)
                    };
                    density * grid.volume(cell)
                }
            })
            .collect();
        let enthalpy = enthalpy(&problem, &curves, &problem.initial);
        let taken = Taken::At { temperature: &problem.initial, enthalpy: &enthalpy, time: 0.0 };
        let links = Links::new(&problem, &curves, taken)?;
        let conductivity = CellConductivity::new(&problem, &curves, taken);
        let wall_conductance = problem.walls.iter().map(|w| wall_conductance(w, &conductivity)).collect();
        let inertia = Inertia::new(&problem, &links, &conductivity);
        let row = grid.cells()[0];
        let rows = grid.len() / row;
        let wall_rows = (0..=rows).map(|r| problem.walls.partition_point(|w| (w.cell as usize) < r * row)).collect();
        let varies = conductivity_varies(&problem);
        Ok(Conduction { curves, capacity, links, wall_conductance, inertia, varies, wall_rows, problem })
    }

    /// Temperature deviations (K) of enthalpies (K).
    pub fn temperature(&self, enthalpy: &[f64], out: &mut [f64]) {
        if self.curves.iter().all(Option::is_none) {
            out.copy_from_slice(enthalpy);
            return;
        }
        let problem = &self.problem;
        out.par_iter_mut().zip(enthalpy).zip(&problem.material).with_min_len(4096).for_each(|((t, &e), &m)| {
            *t = match self.curves.get(m as usize) {
                Some(Some(curve)) => curve.temperature_at(e),
                _ => e,
            }
        });
    }

    /// Enthalpies (K) of temperature deviations (K).
    pub fn enthalpy(&self, temperature: &[f64]) -> Vec<f64> {
        enthalpy(&self.problem, &self.curves, temperature)
    }

    /// Takes the conductances anew, if they vary.
    pub fn update(&mut self, temperature: &[f64], enthalpy: &[f64], time: f64) {
        if self.varies {
            let conductivity =
                CellConductivity::new(&self.problem, &self.curves, Taken::At { temperature, enthalpy, time });
            self.links.refresh(&self.problem, &conductivity);
            for (g, wall) in self.wall_conductance.iter_mut().zip(&self.problem.walls) {
                *g = wall_conductance(wall, &conductivity);
            }
            self.inertia = Inertia::new(&self.problem, &self.links, &conductivity);
        }
    }

    /// What every wall does at a time.
    pub fn walls(&self, temperature: &[f64], time: f64, out: &mut [WallState]) {
        self.walls_beside(|cell| temperature[cell], time, out);
    }

    /// The same, where the temperatures of cells (deviations, K) are told one by one.
    pub fn walls_beside(&self, temperature: impl Fn(usize) -> f64 + Sync, time: f64, out: &mut [WallState]) {
        let problem = &self.problem;
        let row = self.row(time);
        out.par_iter_mut().zip(&problem.walls).zip(&self.wall_conductance).with_min_len(1024).for_each(
            |((out, wall), &g)| {
                *out = self.wall(wall, g, temperature(wall.cell as usize), time, &row);
            },
        );
    }

    /// Numbers of the walls of some rows of cells along x.
    pub fn walls_of_rows(&self, rows: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.wall_rows[rows.start]..self.wall_rows[rows.end]
    }

    /// Heat through one wall, W, beside a cell of a temperature (deviation, K), given the row of values at that time.
    pub fn wall_heat(&self, wall: usize, cell: f64, time: f64, row: &[f64]) -> f64 {
        self.wall(&self.problem.walls[wall], self.wall_conductance[wall], cell, time, row).heat
    }

    /// All values that do not vary in space, at a time; 0 stands in for the others.
    pub fn row(&self, time: f64) -> Vec<f64> {
        let place = Place { t: time, ..Place::default() };
        self.problem
            .values
            .iter()
            .map(|v| if v.is_spatial() || v.depends_on(Variable::Temperature) { 0.0 } else { v.eval(&place) })
            .collect()
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
        let problem = &self.problem;
        let value = |id: ValueId| self.wall_value(id, wall, time, row);
        let surface = match problem.conditions[wall.condition as usize] {
            Condition::Temperature(id) => value(id),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                let (flux, convection, ambient, emissivity) =
                    (value(flux), value(convection), value(ambient), value(emissivity));
                let steps = if emissivity > 0.0 { RADIATION_STEPS } else { 1 };
                let reference = problem.reference;
                let start = if emissivity > 0.0 {
                    surface_start(g, cell, wall.area, flux, convection, ambient, emissivity, reference)
                } else {
                    cell
                };
                let surface = (0..steps).fold(start, |surface, _| {
                    surface_step(g, cell, wall.area, flux, convection, ambient, emissivity, reference, surface)
                });
                // Of the two sides that balance, the softer one loses fewer digits.
                let exchange = convection + 4.0 * emissivity * STEFAN_BOLTZMANN * (surface + reference).powi(3);
                if wall.area * exchange < g {
                    let heat = wall.area * environment_flux(flux, convection, ambient, emissivity, reference, surface);
                    return WallState { heat, surface };
                }
                surface
            }
        };
        WallState { heat: face_heat(g, cell, surface), surface }
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

    /// Volumetric source of a cell, W/m3, given the row of values at that time.
    pub fn source_density(&self, cell: usize, time: f64, row: &[f64]) -> f64 {
        let id = self.problem.sources[self.problem.source[cell] as usize];
        let value = self.problem.values.get(id);
        if value.is_spatial() {
            let centre = self.problem.grid.centre(self.problem.grid.cell(cell));
            value.eval(&Place { x: centre.x, y: centre.y, z: centre.z, t: time, temperature: 0.0 })
        } else {
            row[id.0 as usize]
        }
    }

    /// Source of every cell, W; `None` where nothing in the problem has one.
    pub fn sources(&self, time: f64) -> Option<Vec<f64>> {
        if self.problem.sources.len() < 2 {
            return None;
        }
        let row = self.row(time);
        let grid = &self.problem.grid;
        Some(
            self.problem
                .source
                .par_iter()
                .enumerate()
                .with_min_len(4096)
                .map(
                    |(i, &s)| if s == 0 { 0.0 } else { self.source_density(i, time, &row) * grid.volume(grid.cell(i)) },
                )
                .collect(),
        )
    }

    /// Whether sources change in time.
    pub fn sources_vary(&self) -> bool {
        self.problem.sources.iter().any(|&id| self.problem.values.get(id).depends_on(Variable::Time))
    }

    /// The inverse of the longest stable step, 1/s. Without inertia explicit steps are stable, and keep every
    /// temperature within the range of its surroundings, up to C over the sum of g in every cell (Gershgorin's circle of
    /// its row); with inertia m of a link g weighs `min(1, h/(2 g m))`, see [`crate::inertia`]. Valid while temperatures
    /// (deviations, K) and time (s) stay within the given ranges.
    ///
    /// # Panics
    /// Never for a problem that [`Conduction::new`] accepted.
    pub fn fastest_rate(&self, temperature: [f64; 2], time: [f64; 2]) -> f64 {
        let taken = Taken::Largest { temperature, time };
        let problem = &self.problem;
        let largest = self.varies.then(|| {
            let links = Links::new(problem, &self.curves, taken).expect("the tensors were accepted before");
            let conductivity = CellConductivity::new(problem, &self.curves, taken);
            let walls: Vec<f64> = problem.walls.iter().map(|w| wall_conductance(w, &conductivity)).collect();
            let inertia = Inertia::new(problem, &links, &conductivity);
            (links, walls, inertia)
        });
        let (links, walls, inertia) = match &largest {
            Some((links, walls, inertia)) => (links, walls, inertia),
            None => (&self.links, &self.wall_conductance, &self.inertia),
        };
        let exchange = |(wall, &g): (&Wall, &f64)| self.steepest_exchange(wall, g, temperature[1]);
        let walls: Vec<f64> = problem.walls.iter().zip(walls).map(exchange).collect();
        let sum = |weigh: &dyn Fn(f64, f64) -> f64| weighed(problem, links, &walls, inertia.as_ref(), weigh);
        let total = sum(&|g, _| g);
        // Half the sum of 1/m, and the sum of g where heat follows at once.
        let slow = inertia.as_ref().map(|_| {
            [sum(&|g, m| if m > 0.0 && g > 0.0 { 0.5 / m } else { 0.0 }), sum(&|g, m| if m > 0.0 { 0.0 } else { g })]
        });
        let slopes: Vec<f64> = self
            .curves
            .iter()
            .map(|c| c.as_ref().map_or(1.0, |c| c.steepest(temperature[0], temperature[1])))
            .collect();
        (0..total.len())
            .into_par_iter()
            .filter(|&i| problem.material[i] != VOID)
            .map(|i| {
                let capacity = self.capacity[i] / slopes[problem.material[i] as usize];
                let rate = total[i] / capacity;
                match &slow {
                    // h^2 w + h g = C, solved for 1/h
                    Some([w, g]) => rate.min(0.5 * (g[i] + (g[i] * g[i] + 4.0 * w[i] * capacity).sqrt()) / capacity),
                    None => rate,
                }
            })
            .reduce(|| 0.0, f64::max)
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
    fn steepest_exchange(&self, wall: &Wall, g: f64, hottest: f64) -> f64 {
        let Condition::Environment { flux, convection, ambient, emissivity } =
            self.problem.conditions[wall.condition as usize]
        else {
            return g;
        };
        let constant = |id: ValueId| self.problem.values.get(id).as_constant();
        match (constant(flux), constant(convection), constant(ambient), constant(emissivity)) {
            // A flux may make the surface hotter than any cell.
            (Some(flux), Some(h), Some(ambient), Some(emissivity)) if flux <= 0.0 || emissivity == 0.0 => {
                let t = hottest.max(ambient) + self.problem.reference;
                let outside = wall.area * (h + 4.0 * emissivity * STEFAN_BOLTZMANN * t * t * t);
                in_series(g, outside)
            }
            _ => g,
        }
    }
}

fn enthalpy(problem: &Problem, curves: &[Option<Curve>], temperature: &[f64]) -> Vec<f64> {
    temperature
        .par_iter()
        .zip(&problem.material)
        .map(|(&t, &m)| match curves.get(m as usize) {
            Some(Some(curve)) => curve.enthalpy_at(t),
            _ => t,
        })
        .collect()
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
                for (cell, ambient) in [(0.0, -290.0), (1500.0, 0.0), (0.0, 1500.0)] {
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
