//! The network of a device that matter passes, and what passes in it.

use super::law::{Half, Open, Outside, Passage, Paths, Side, between, outwards};
use super::mixing::Mixing;
use super::{Composition, MOST_SPECIES};
use crate::coupled::device::{Carriers, Device, DeviceError, End, Face, Thermoelectric};
use crate::coupled::linear::Pattern;
use crate::coupled::passages::Properties;
use crate::environment_flux;
use crate::expression::Place;
use crate::problem::{Condition, Problem, VOID, ValueId};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// What a mixture is.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// Names of all species; the last is the rest, whose fraction follows from the others.
    pub species: Vec<String>,
    /// The entropy of mixing.
    pub mixing: Mixing,
    /// Per material; none where no matter enters.
    pub solutions: Vec<Option<Solution>>,
    /// Per condition of the problem; none where it lets no matter pass.
    pub conditions: Vec<Option<Given>>,
    /// Per independent species: initial mass fraction of every cell.
    pub initial: Vec<Vec<f64>>,
}

/// What matter finds in a material.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// kg/m3.
    pub density: f64,
    /// Of the pairs (1,2), (1,3), .. (2,3), .., m2/s.
    pub diffusivity: Vec<ValueId>,
    /// Soret coefficients of the independent species, 1/K.
    pub soret: Vec<Option<ValueId>>,
}

/// A condition on matter, with a value for every independent species.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Mass fractions on the surface.
    Fraction(Vec<ValueId>),
    /// What enters, kg/(m2 s).
    Flux(Vec<ValueId>),
}

/// The network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Heat capacities, faces and ends.
    pub device: Device,
    /// What passes beside heat.
    pub mixture: Mixture,
    /// Per cell: kg; 0 where no matter enters.
    pub mass: Vec<f64>,
    pattern: OnceLock<Arc<Pattern>>,
}

/// Temperatures and compositions.
#[derive(Debug, Clone, PartialEq)]
pub struct Blend {
    /// Per cell, K, absolute; 0 in void.
    pub temperature: Vec<f64>,
    /// Per cell; 0 where no matter enters.
    pub fraction: Vec<Composition>,
}

impl Blend {
    /// Of temperatures, and of the fractions of all cells one after the other.
    pub fn of((temperature, fractions): (&[f64], &[f64])) -> Blend {
        Blend { temperature: temperature.to_vec(), fraction: fractions.as_chunks().0.to_vec() }
    }
}

/// The properties of all cells in a state.
pub struct Coefficients {
    heat: Properties,
    /// Without the length.
    matter: Vec<Option<Paths>>,
}

/// What passes everywhere.
pub struct Flows {
    /// Per face, low side first.
    pub faces: Vec<Passage>,
    /// Per end, out of the cell.
    pub ends: Vec<Passage>,
}

impl Network {
    /// Lays a mixture over a problem.
    ///
    /// # Errors
    /// If the problem has a conductivity tensor that its grid cannot carry.
    pub fn new(problem: Arc<Problem>, mixture: Mixture) -> Result<Network, DeviceError> {
        let none = Thermoelectric {
            carriers: vec![Carriers { conductivity: None, seebeck: None }; problem.materials.len()],
            contacts: vec![0.0; problem.contacts.len()],
            terminals: Vec::new(),
        };
        let device = Device::new(problem, none)?;
        let problem = device.problem();
        let mass = (0..problem.grid.len())
            .map(|c| match problem.material[c] {
                VOID => 0.0,
                m => mixture.solutions[usize::from(m)]
                    .as_ref()
                    .map_or(0.0, |s| s.density * problem.grid.volume(problem.grid.cell(c))),
            })
            .collect();
        Ok(Network { device, mixture, mass, pattern: OnceLock::new() })
    }

    /// How many fractions a composition has.
    pub fn independent(&self) -> usize {
        self.mixture.species.len() - 1
    }

    /// Where the equations of all temperatures and fractions have entries.
    pub fn pattern(&self) -> Arc<Pattern> {
        let lay = || {
            let (cells, size) = (self.mass.len() as u32, self.independent() + 1);
            let cliques = |each: &mut dyn FnMut(&[u32])| {
                let mut set = Vec::with_capacity(2 * size);
                let mut hand_over = |of: &[u32]| {
                    set.clear();
                    for &c in of {
                        let quantities = if self.mass[c as usize] > 0.0 { size } else { 1 };
                        set.extend((0..quantities as u32).map(|i| i * cells + c));
                    }
                    each(&set);
                };
                self.device.faces.iter().for_each(|face| hand_over(&face.cells));
                self.device.ends.iter().for_each(|end| hand_over(&[end.cell]));
            };
            let base = |row: u32, quantity: usize| Some(quantity as u32 * cells + row % cells);
            Arc::new(Pattern::new(&vec![self.mass.len(); size], cliques, base))
        };
        Arc::clone(self.pattern.get_or_init(lay))
    }

    /// The state that a run starts from.
    pub fn initial(&self) -> Blend {
        let mut fraction = vec![Composition::default(); self.mass.len()];
        for (i, of) in self.mixture.initial.iter().enumerate() {
            for (c, value) in of.iter().enumerate().filter(|(c, _)| self.mass[*c] > 0.0) {
                fraction[c][i] = *value;
            }
        }
        Blend { temperature: self.device.initial().temperature, fraction }
    }

    /// Properties of all cells at temperatures (K) and a time (s).
    pub fn coefficients(&self, temperature: &[f64], time: f64) -> Coefficients {
        let problem = self.device.problem();
        let of = |c: usize| {
            if self.mass[c] == 0.0 {
                return None;
            }
            let solution = self.mixture.solutions[usize::from(problem.material[c])].as_ref()?;
            let at = problem.grid.centre(problem.grid.cell(c));
            let place = Place { x: at.x, y: at.y, z: at.z, t: time, temperature: temperature[c] };
            let mut paths = Paths { length: solution.density, ..Paths::default() };
            for (slot, id) in paths.pairs.iter_mut().zip(&solution.diffusivity) {
                *slot = problem.values.at(*id, &place);
            }
            for (slot, id) in paths.soret.iter_mut().zip(&solution.soret) {
                *slot = id.map_or(0.0, |id| problem.values.at(id, &place));
            }
            Some(paths)
        };
        let matter = (0..self.mass.len()).into_par_iter().with_min_len(2048).map(of).collect();
        Coefficients { heat: self.device.properties(temperature, time), matter }
    }

    /// The side of a face that belongs to a cell.
    pub fn side(&self, p: &Coefficients, state: &Blend, cell: usize, axis: usize, area: f64, half: f64) -> Side {
        let matter = p.matter[cell].map(|paths| Paths { length: paths.length * area / half, ..paths });
        let thermal = area * p.heat.thermal(cell, axis) / half;
        Side { temperature: state.temperature[cell], fraction: state.fraction[cell], half: Half { thermal, matter } }
    }

    /// Both sides of a face.
    pub fn sides(&self, p: &Coefficients, state: &Blend, face: &Face) -> [Side; 2] {
        [0, 1].map(|i| self.side(p, state, face.cells[i] as usize, face.axis, face.area, face.half[i]))
    }

    /// The side of an end.
    pub fn side_of_end(&self, p: &Coefficients, state: &Blend, end: &End) -> Side {
        self.side(p, state, end.cell as usize, end.side.axis, end.area, end.half)
    }

    /// What passes between two sides of a face.
    pub fn between(&self, face: &Face, [a, b]: &[Side; 2]) -> Passage {
        between(a, b, self.device.contact(face).thermal, &self.mixture.mixing, self.independent())
    }

    /// What passes an end; `row` are the values at the time.
    pub fn through(&self, end: &End, side: &Side, time: f64, row: &[f64]) -> Passage {
        let problem = self.device.problem();
        let reference = problem.reference;
        let wall = &problem.walls[end.wall.expect("without terminals every end is a wall") as usize];
        let value = |id: ValueId| self.device.conduction.wall_value(id, wall, time, row);
        let list = |ids: &[ValueId], by: f64| {
            let mut list = Composition::default();
            list.iter_mut().zip(ids).for_each(|(slot, id)| *slot = by * value(*id));
            list
        };
        let open = match &self.mixture.conditions[usize::from(wall.condition)] {
            Some(Given::Fraction(ids)) => Open::Fraction(list(ids, 1.0)),
            Some(Given::Flux(ids)) => Open::Inflow(list(ids, end.area)),
            None => Open::Inflow(Composition::default()),
        };
        let (mixing, independent) = (&self.mixture.mixing, self.independent());
        match problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => {
                outwards(side, &Outside::Given(value(id) + reference), open, mixing, independent)
            }
            Condition::Environment { flux, convection, ambient, emissivity } => {
                let [flux, convection, ambient, emissivity] = [flux, convection, ambient, emissivity].map(value);
                let sent = |t: f64| {
                    let heat = environment_flux(flux, convection, ambient, emissivity, reference, t - reference);
                    let slope = -convection - 4.0 * emissivity * crate::laws::STEFAN_BOLTZMANN * t.powi(3);
                    (end.area * heat, end.area * slope)
                };
                let start = if emissivity > 0.0 { side.temperature.max(ambient + reference) } else { side.temperature };
                outwards(side, &Outside::Exchange(&sent, start), open, mixing, independent)
            }
        }
    }

    /// What passes everywhere in a state.
    pub fn flows(&self, p: &Coefficients, state: &Blend, time: f64) -> Flows {
        let row = self.device.conduction.row(time);
        let faces = self.device.faces.par_iter().with_min_len(1024);
        let ends = self.device.ends.par_iter().with_min_len(1024);
        Flows {
            faces: faces.map(|face| self.between(face, &self.sides(p, state, face))).collect(),
            ends: ends.map(|end| self.through(end, &self.side_of_end(p, state, end), time, &row)).collect(),
        }
    }

    /// What every cell gains: heat, W, with sources, and matter, kg/s.
    pub fn gains(&self, flows: &Flows, sources: Option<&[f64]>) -> Vec<[f64; MOST_SPECIES]> {
        let mut gains = vec![[0.0; MOST_SPECIES]; self.mass.len()];
        if let Some(sources) = sources {
            gains.iter_mut().zip(sources).for_each(|(gain, s)| gain[0] = *s);
        }
        let mut add = |cell: u32, passage: &Passage, sign: f64| {
            let gain = &mut gains[cell as usize];
            gain[0] += sign * passage.heat;
            for i in 0..self.independent() {
                gain[i + 1] += sign * passage.matter[i];
            }
        };
        for (face, passage) in self.device.faces.iter().zip(&flows.faces) {
            add(face.cells[0], passage, -1.0);
            add(face.cells[1], passage, 1.0);
        }
        for (end, passage) in self.device.ends.iter().zip(&flows.ends) {
            add(end.cell, passage, -1.0);
        }
        gains
    }
}
