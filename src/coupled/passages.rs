//! What passes in a state of the device, by the law of the junctions.

use super::device::{Carriers, Device, Drive, End, Face, NO_NODE, State};
use super::junction::{Cell, Outside, Passage, between, outwards};
use super::law::{Contact, Half};
use crate::environment_flux;
use crate::expression::{Place, Variable};
use crate::links::{CellConductivity, Taken};
use crate::problem::{Condition, VOID, ValueId};
use rayon::prelude::*;

/// The properties of all cells in a state.
pub struct Properties {
    thermal: CellConductivity<'static>,
    electrical: Vec<f64>,
    seebeck: Vec<f64>,
}

impl Properties {
    /// Conductivity of a cell along an axis, W/(m K).
    pub fn thermal(&self, cell: usize, axis: usize) -> f64 {
        self.thermal.at(cell, axis)
    }
}

/// What passes everywhere.
pub struct Passages {
    /// Per face, low side first.
    pub faces: Vec<Passage>,
    /// Per end, out of the cell.
    pub ends: Vec<Passage>,
}

impl Device {
    /// Properties of all cells at temperatures (K) and a time (s).
    pub fn properties(&self, temperature: &[f64], time: f64) -> Properties {
        let problem = self.problem();
        let deviation: Vec<f64> = temperature.iter().map(|t| t - problem.reference).collect();
        let taken = Taken::At { temperature: &deviation, enthalpy: &deviation, time };
        let value = |of: &(dyn Fn(&Carriers) -> Option<ValueId> + Sync)| -> Vec<f64> {
            (0..problem.grid.len())
                .into_par_iter()
                .with_min_len(4096)
                .map(|c| {
                    let m = problem.material[c];
                    let id = if m == VOID { None } else { of(&self.spec.carriers[usize::from(m)]) };
                    let Some(id) = id else { return 0.0 };
                    let at = problem.grid.centre(problem.grid.cell(c));
                    problem.values.at(id, &Place { x: at.x, y: at.y, z: at.z, t: time, temperature: temperature[c] })
                })
                .collect()
        };
        Properties {
            thermal: CellConductivity::of_cells(problem, &self.conduction.curves, taken),
            electrical: value(&|c| c.conductivity),
            seebeck: value(&|c| c.seebeck),
        }
    }

    /// The side of a face that belongs to a cell.
    pub fn side(&self, p: &Properties, state: &State, cell: usize, axis: usize, area: f64, half: f64) -> Cell {
        let node = self.node[cell];
        Cell {
            temperature: state.temperature[cell],
            potential: if node == NO_NODE { 0.0 } else { state.potential[node as usize] },
            half: Half {
                electrical: area * p.electrical[cell] / half,
                thermal: area * p.thermal.at(cell, axis) / half,
                seebeck: p.seebeck[cell],
            },
        }
    }

    /// Contact of a face.
    pub fn contact(&self, face: &Face) -> Contact {
        let problem = self.problem();
        face.contact.map_or(Contact::default(), |c| {
            let area = face.area / problem.slants.of(face.cells[0] as usize, face.axis);
            Contact { electrical: self.spec.contacts[c] / area, thermal: problem.contacts[c].resistance / area }
        })
    }

    /// Both sides of a face.
    pub fn sides(&self, p: &Properties, state: &State, face: &Face) -> [Cell; 2] {
        [0, 1].map(|i| self.side(p, state, face.cells[i] as usize, face.axis, face.area, face.half[i]))
    }

    /// What passes an end, given its cell and the potential of its terminal (V); `row` are the values at the time.
    pub fn through(&self, end: &End, cell: &Cell, terminal: Option<f64>, time: f64, row: &[f64]) -> Passage {
        let problem = self.problem();
        let reference = problem.reference;
        let id = self.spec.carriers[usize::from(problem.material[end.cell as usize])].seebeck;
        let seebeck = |t: f64| match id {
            Some(id) if terminal.is_some() && problem.values.get(id).depends_on(Variable::Temperature) => {
                let at = problem.grid.centre(problem.grid.cell(end.cell as usize));
                problem.values.at(id, &Place { x: at.x, y: at.y, z: at.z, t: time, temperature: t })
            }
            _ => cell.half.seebeck,
        };
        let Some(wall) = end.wall.map(|w| &problem.walls[w as usize]) else {
            return outwards(cell, &seebeck, &Outside::Exchange(&|_| (0.0, 0.0), cell.temperature), terminal);
        };
        let value = |id: ValueId| self.conduction.wall_value(id, wall, time, row);
        match problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => outwards(cell, &seebeck, &Outside::Given(value(id) + reference), terminal),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                let (flux, convection, ambient, emissivity) =
                    (value(flux), value(convection), value(ambient), value(emissivity));
                let sent = |t: f64| {
                    let heat = environment_flux(flux, convection, ambient, emissivity, reference, t - reference);
                    let slope = -convection - 4.0 * emissivity * crate::laws::STEFAN_BOLTZMANN * t.powi(3);
                    (end.area * heat, end.area * slope)
                };
                let start = if emissivity > 0.0 { cell.temperature.max(ambient + reference) } else { cell.temperature };
                outwards(cell, &seebeck, &Outside::Exchange(&sent, start), terminal)
            }
        }
    }

    /// Potential of the terminal of an end, V.
    pub fn terminal_potential(&self, state: &State, end: &End) -> Option<f64> {
        end.terminal.map(|t| state.potential[self.terminal_node[t as usize] as usize])
    }

    /// What passes everywhere in a state.
    pub fn passages(&self, p: &Properties, state: &State, time: f64) -> Passages {
        let row = self.conduction.row(time);
        let faces = self.faces.par_iter().with_min_len(1024).map(|face| {
            let [a, b] = self.sides(p, state, face);
            between(&a, &b, self.contact(face))
        });
        let ends = self.ends.par_iter().with_min_len(1024).map(|end| {
            let cell = self.side(p, state, end.cell as usize, end.side.axis, end.area, end.half);
            self.through(end, &cell, self.terminal_potential(state, end), time, &row)
        });
        Passages { faces: faces.collect(), ends: ends.collect() }
    }

    /// Current into the device through a terminal that is driven by one or by a load, A.
    pub fn driven_current(&self, terminal: usize, state: &State, time: f64) -> f64 {
        match self.spec.terminals[terminal].drive {
            Drive::Potential(_) => 0.0,
            Drive::Current(id) => self.problem().values.at(id, &Place { t: time, ..Place::default() }),
            Drive::Load(resistance, to) => {
                let at = |t: usize| state.potential[self.terminal_node[t] as usize];
                (at(to) - at(terminal)) / resistance
            }
        }
    }

    /// Net current into every node, A: 0 where charge is conserved.
    pub fn charges(&self, passages: &Passages, state: &State, time: f64) -> Vec<f64> {
        let mut charge = self.device_charges(passages);
        for (t, terminal) in self.spec.terminals.iter().enumerate() {
            let current = self.driven_current(t, state, time);
            charge[self.terminal_node[t] as usize] += current;
            if let Drive::Load(_, to) = terminal.drive {
                charge[self.terminal_node[to] as usize] -= current;
            }
        }
        charge
    }

    /// The same without what comes from outside: at a terminal's node less the current into the device.
    pub fn device_charges(&self, passages: &Passages) -> Vec<f64> {
        let mut charge = vec![0.0; self.held.len()];
        for (face, passage) in self.faces.iter().zip(&passages.faces) {
            if passage.current != 0.0 {
                let [a, b] = face.cells.map(|c| self.node[c as usize] as usize);
                charge[a] -= passage.current;
                charge[b] += passage.current;
            }
        }
        for (end, passage) in self.ends.iter().zip(&passages.ends) {
            if let Some(t) = end.terminal {
                charge[self.node[end.cell as usize] as usize] -= passage.current;
                charge[self.terminal_node[t as usize] as usize] += passage.current;
            }
        }
        charge
    }

    /// Current into the device through every terminal, A.
    pub fn terminal_currents(&self, passages: &Passages) -> Vec<f64> {
        let charge = self.device_charges(passages);
        self.terminal_node.iter().map(|&n| -charge[n as usize]).collect()
    }

    /// What every cell gains from faces, ends and sources, W.
    pub fn gains(&self, passages: &Passages, sources: Option<&[f64]>) -> Vec<f64> {
        let mut gain = sources.map_or_else(|| vec![0.0; self.node.len()], <[f64]>::to_vec);
        for (face, passage) in self.faces.iter().zip(&passages.faces) {
            gain[face.cells[0] as usize] += passage.gain[0];
            gain[face.cells[1] as usize] += passage.gain[1];
        }
        for (end, passage) in self.ends.iter().zip(&passages.ends) {
            gain[end.cell as usize] += passage.gain[0];
        }
        gain
    }
}
