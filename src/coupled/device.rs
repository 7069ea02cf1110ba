//! The device: a network of cells, terminals and surroundings.

use super::linear::Pattern;
use crate::conduction::Conduction;
use crate::expression::{Place, Variable};
use crate::grid::Side;
use crate::oblique::Unreachable;
use crate::problem::{Conductivity, Problem, VOID, ValueId};
use glam::IVec3;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// What carries charge in a material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carriers {
    /// S/m; none in an insulator.
    pub conductivity: Option<ValueId>,
    /// V/K; none is 0.
    pub seebeck: Option<ValueId>,
}

/// What drives a terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// Its potential is given, V.
    Potential(ValueId),
    /// The current into the device is given, A.
    Current(ValueId),
    /// A resistor (ohm) joins it with another terminal, by index.
    Load(f64, usize),
}

/// Where the outside is wired to the device. The leads have no Seebeck coefficient: what a current brings in or takes out
/// through a surface is the whole heat `s T I` of the material there.
#[derive(Debug, Clone, PartialEq)]
pub struct Terminal {
    /// As the scenario calls it.
    pub name: String,
    /// What drives it.
    pub drive: Drive,
    /// Faces of cells that it covers.
    pub faces: Vec<(u32, Side)>,
    /// Cells that are wired directly: they share its potential.
    pub cells: Vec<u32>,
}

/// What a problem has beside conduction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thermoelectric {
    /// Per material.
    pub carriers: Vec<Carriers>,
    /// Per contact of the problem, ohm m2.
    pub contacts: Vec<f64>,
    /// In the order of the scenario.
    pub terminals: Vec<Terminal>,
}

/// A face between two solid cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Low and high side.
    pub cells: [u32; 2],
    /// 0 = x.
    pub axis: usize,
    /// m2.
    pub area: f64,
    /// Distances from the centres, m.
    pub half: [f64; 2],
    /// Index into [`Problem::contacts`].
    pub contact: Option<usize>,
}

/// A face where solid ends and something holds: a wall, a terminal, or both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// The solid cell.
    pub cell: u32,
    /// Which way it faces.
    pub side: Side,
    /// m2.
    pub area: f64,
    /// From the centre, m.
    pub half: f64,
    /// Index into [`Problem::walls`]; none where no heat is exchanged.
    pub wall: Option<u32>,
    /// Index into [`Thermoelectric::terminals`].
    pub terminal: Option<u32>,
}

/// What fixes the potential of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Held {
    /// Charge is conserved there.
    Free,
    /// The potential of this terminal.
    Terminal(usize),
    /// The zero of a body that nothing is wired to.
    Zero,
}

/// In [`Device::node`]: the cell is an insulator or void.
pub const NO_NODE: u32 = u32::MAX;

/// The network.
#[derive(Debug, Clone)]
pub struct Device {
    /// Heat capacities, walls' values and sources.
    pub conduction: Conduction,
    /// What carries charge.
    pub spec: Thermoelectric,
    /// Faces between solid cells.
    pub faces: Vec<Face>,
    /// Where solid ends.
    pub ends: Vec<End>,
    /// Per cell: where its potential stands.
    pub node: Vec<u32>,
    /// Per terminal: the same.
    pub terminal_node: Vec<u32>,
    /// Per node.
    pub held: Vec<Held>,
    /// Whether any property varies with temperature.
    pub varies: bool,
    pattern: OnceLock<Arc<Pattern>>,
}

/// Why there is no such device.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// A conductivity tensor.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// Nothing fixes the potential of a part that current is sent into.
    #[error("nothing fixes the potential of the part that terminal {0} is wired to")]
    Floating(usize),
}

/// Temperatures and potentials.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Per cell, K, absolute; 0 in void.
    pub temperature: Vec<f64>,
    /// Per node, V.
    pub potential: Vec<f64>,
}

impl Device {
    /// Lays the network over a problem.
    ///
    /// # Errors
    /// See [`DeviceError`].
    pub fn new(problem: Arc<Problem>, spec: Thermoelectric) -> Result<Device, DeviceError> {
        let conduction = Conduction::new(problem.clone())?;
        let conducts = |cell: usize| match problem.material[cell] {
            VOID => false,
            m => spec.carriers[usize::from(m)].conductivity.is_some(),
        };
        let mut faces = Vec::new();
        for_each_face(&problem, |face| faces.push(face));
        let mut ends: Vec<End> = problem
            .walls
            .iter()
            .enumerate()
            .map(|(n, w)| End {
                cell: w.cell,
                side: w.side,
                area: w.area,
                half: w.half,
                wall: Some(n as u32),
                terminal: None,
            })
            .collect();
        let of_wall: HashMap<(u32, Side), usize> =
            ends.iter().enumerate().map(|(n, e)| ((e.cell, e.side), n)).collect();
        for (t, terminal) in spec.terminals.iter().enumerate() {
            for &(cell, side) in terminal.faces.iter().filter(|(c, _)| conducts(*c as usize)) {
                if let Some(&n) = of_wall.get(&(cell, side)) {
                    ends[n].terminal = Some(t as u32);
                    continue;
                }
                let at = problem.grid.cell(cell as usize);
                ends.push(End {
                    cell,
                    side,
                    area: problem.grid.area(at, side.axis),
                    half: 0.5 * problem.grid.widths(at)[side.axis],
                    wall: None,
                    terminal: Some(t as u32),
                });
            }
        }
        let (node, terminal_node, nodes) = number_nodes(&problem, &spec, &conducts);
        let mut device = Device {
            varies: varies(&problem, &spec),
            conduction,
            spec,
            faces,
            ends,
            node,
            terminal_node,
            held: vec![Held::Free; nodes],
            pattern: OnceLock::new(),
        };
        device.hold()?;
        Ok(device)
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.conduction.problem
    }

    /// Where the equations of all temperatures and potentials have entries.
    pub fn pattern(&self) -> Arc<Pattern> {
        Arc::clone(self.pattern.get_or_init(|| Arc::new(self.lay_pattern())))
    }

    fn lay_pattern(&self) -> Pattern {
        let cells = self.node.len() as u32;
        let sizes = [self.node.len(), self.held.len()];
        let mut cell_of = vec![None; self.held.len()];
        for (c, &n) in self.node.iter().enumerate().filter(|(_, n)| **n != NO_NODE) {
            cell_of[n as usize].get_or_insert(c as u32);
        }
        let cliques = |each: &mut dyn FnMut(&[u32])| {
            let mut set = Vec::with_capacity(4);
            let mut hand_over = |of_cells: &[u32], nodes: &[u32]| {
                set.clear();
                set.extend_from_slice(of_cells);
                set.extend(nodes.iter().filter(|n| **n != NO_NODE).map(|n| cells + n));
                each(&set);
            };
            for face in &self.faces {
                hand_over(&face.cells, &face.cells.map(|c| self.node[c as usize]));
            }
            for end in &self.ends {
                let terminal = end.terminal.map_or(NO_NODE, |t| self.terminal_node[t as usize]);
                hand_over(&[end.cell], &[self.node[end.cell as usize], terminal]);
            }
            for (t, terminal) in self.spec.terminals.iter().enumerate() {
                if let Drive::Load(_, to) = terminal.drive {
                    hand_over(&[], &[t, to].map(|t| self.terminal_node[t]));
                }
            }
        };
        let base = |row: u32, quantity: usize| match quantity {
            0 => cell_of[(row - cells) as usize],
            _ => Some(self.node[row as usize]).filter(|n| *n != NO_NODE).map(|n| cells + n),
        };
        Pattern::new(&sizes, cliques, base)
    }

    /// Fixes the potentials that are given, and one of every body that is wired to nothing.
    fn hold(&mut self) -> Result<(), DeviceError> {
        for (t, terminal) in self.spec.terminals.iter().enumerate() {
            if let Drive::Potential(_) = terminal.drive {
                self.held[self.terminal_node[t] as usize] = Held::Terminal(t);
            }
        }
        let mut parent: Vec<u32> = (0..self.held.len() as u32).collect();
        fn root(parent: &mut [u32], mut n: u32) -> u32 {
            while parent[n as usize] != n {
                parent[n as usize] = parent[parent[n as usize] as usize];
                n = parent[n as usize];
            }
            n
        }
        let mut join = |a: u32, b: u32| {
            if a != NO_NODE && b != NO_NODE {
                let (a, b) = (root(&mut parent, a), root(&mut parent, b));
                parent[a as usize] = b;
            }
        };
        for face in &self.faces {
            let [a, b] = face.cells.map(|c| self.node[c as usize]);
            join(a, b);
        }
        for end in &self.ends {
            if let Some(t) = end.terminal {
                join(self.node[end.cell as usize], self.terminal_node[t as usize]);
            }
        }
        for (t, terminal) in self.spec.terminals.iter().enumerate() {
            if let Drive::Load(_, to) = terminal.drive {
                join(self.terminal_node[t], self.terminal_node[to]);
            }
        }
        let mut fixed = vec![false; self.held.len()];
        for n in 0..self.held.len() {
            if self.held[n] != Held::Free {
                fixed[root(&mut parent, n as u32) as usize] = true;
            }
        }
        for (t, terminal) in self.spec.terminals.iter().enumerate() {
            let driven = !matches!(terminal.drive, Drive::Potential(_));
            if driven && !fixed[root(&mut parent, self.terminal_node[t]) as usize] {
                return Err(DeviceError::Floating(t));
            }
        }
        for n in 0..self.held.len() {
            let body = root(&mut parent, n as u32) as usize;
            if !fixed[body] {
                fixed[body] = true;
                self.held[n] = Held::Zero;
            }
        }
        Ok(())
    }

    /// Sets the potentials that are given at a time (s).
    pub fn set_given(&self, potential: &mut [f64], time: f64) {
        for (p, held) in potential.iter_mut().zip(&self.held) {
            match held {
                Held::Free => {}
                Held::Zero => *p = 0.0,
                Held::Terminal(t) => {
                    if let Drive::Potential(id) = self.spec.terminals[*t].drive {
                        *p = self.problem().values.at(id, &Place { t: time, ..Place::default() });
                    }
                }
            }
        }
    }

    /// A state of the problem's initial temperatures.
    pub fn initial(&self) -> State {
        let problem = self.problem();
        let kelvin = |(t, &m): (&f64, &u8)| if m == VOID { 0.0 } else { t + problem.reference };
        State {
            temperature: problem.initial.iter().zip(&problem.material).map(kelvin).collect(),
            potential: vec![0.0; self.held.len()],
        }
    }

    /// Potential of a cell; NaN in insulators and void.
    pub fn potential(&self, state: &State, cell: usize) -> f64 {
        match self.node[cell] {
            NO_NODE => f64::NAN,
            n => state.potential[n as usize],
        }
    }
}

/// Numbers cells that conduct and terminals; cells that a terminal is wired to share its node.
fn number_nodes(
    problem: &Problem,
    spec: &Thermoelectric,
    conducts: &dyn Fn(usize) -> bool,
) -> (Vec<u32>, Vec<u32>, usize) {
    let mut node = vec![NO_NODE; problem.grid.len()];
    let terminal_node: Vec<u32> = (0..spec.terminals.len() as u32).collect();
    for (t, terminal) in spec.terminals.iter().enumerate() {
        for &cell in terminal.cells.iter().filter(|c| conducts(**c as usize)) {
            node[cell as usize] = t as u32;
        }
    }
    let mut next = terminal_node.len() as u32;
    for (cell, node) in node.iter_mut().enumerate() {
        if *node == NO_NODE && conducts(cell) {
            *node = next;
            next += 1;
        }
    }
    (node, terminal_node, next as usize)
}

fn for_each_face(problem: &Problem, mut each: impl FnMut(Face)) {
    let grid = &problem.grid;
    for axis in (0..3).filter(|&a| grid.axis(a).cells() > 1) {
        let mut offset = IVec3::ZERO;
        offset[axis] = 1;
        let widths = grid.axis(axis).widths();
        for i in 0..grid.len() {
            let cell = grid.cell(i);
            let Some(other) = grid.neighbour(cell, offset) else { continue };
            let j = grid.index(other);
            if problem.material[i] == VOID || problem.material[j] == VOID {
                continue;
            }
            each(Face {
                cells: [i as u32, j as u32],
                axis,
                area: grid.area(cell, axis),
                half: [0.5 * widths[cell[axis]], 0.5 * widths[other[axis]]],
                contact: if problem.contacts.is_empty() { None } else { problem.bodies().contact(i, j) },
            });
        }
    }
}

fn varies(problem: &Problem, spec: &Thermoelectric) -> bool {
    let warm = |id: &ValueId| problem.values.get(*id).depends_on(Variable::Temperature);
    let conductivity = problem.materials.iter().any(|m| match &m.conductivity {
        Conductivity::Isotropic(id) => warm(id),
        Conductivity::Diagonal(ids) => ids.iter().any(warm),
        Conductivity::Tensor(_) => false,
    });
    conductivity || spec.carriers.iter().any(|c| c.conductivity.iter().chain(&c.seebeck).any(warm))
}
