//! The derivatives of what passes, and the linear system of a Newton step.

use super::device::{Device, Drive, Held, NO_NODE, State};
use super::junction::{Cell, Passage, between};
use super::linear::{Coupling, Kind, Linear, System};
use super::newton::{Balance, CoupledError, Storage, enthalpies};
use super::passages::Properties;
use crate::multigrid::components::Insulated;
use crate::multigrid::matrix::Matrix;
use crate::problem::VOID;
use rayon::prelude::*;

/// Volts that weigh as much as a watt per ampere in the norm of GMRES.
const VOLT: f64 = 0.01;
/// Steps of the central difference quotients, K and V: currents and heats are nearly quadratic in either.
const KELVIN: f64 = 1e-3;
const VOLTS: f64 = 1e-6;

/// The derivatives of every passage.
pub(super) struct Slopes<'a> {
    device: &'a Device,
    kind: Kind,
    /// Per face: current and both gains, by (T, p) of the first and of the second cell.
    faces: Vec<[[f64; 4]; 3]>,
    /// Per end: current and gain, by T and p of the cell and p of the terminal.
    ends: Vec<[[f64; 3]; 2]>,
    /// Per cell, W/K.
    storage: Vec<f64>,
}

impl<'a> Slopes<'a> {
    /// Of a state at a time (s), by difference quotients.
    pub fn new(device: &'a Device, p: &Properties, state: &State, time: f64, balance: Balance<'_>) -> Slopes<'a> {
        let shifted = [KELVIN, -KELVIN].map(|by| State {
            temperature: state.temperature.iter().map(|t| t + by).collect(),
            potential: state.potential.clone(),
        });
        let there = device.varies.then(|| shifted.each_ref().map(|s| device.properties(&s.temperature, time)));
        let there = |up: usize| there.as_ref().map_or(p, |there| &there[up]);
        let row = device.conduction.row(time);
        let faces: Vec<[[f64; 4]; 3]> = device
            .faces
            .par_iter()
            .with_min_len(512)
            .map(|face| {
                let sides = device.sides(p, state, face);
                let warm = [0, 1].map(|up| device.sides(there(up), &shifted[up], face));
                let contact = device.contact(face);
                let slopes = |k: usize| {
                    let side = k / 2;
                    if k % 2 == 1 && sides[side].half.electrical == 0.0 {
                        return [0.0; 3];
                    }
                    let by = if k.is_multiple_of(2) { KELVIN } else { VOLTS };
                    let [up, down] = [0, 1].map(|n| {
                        let mut changed = sides;
                        if k.is_multiple_of(2) {
                            changed[side] = warm[n][side];
                        } else {
                            changed[side].potential += if n == 0 { VOLTS } else { -VOLTS };
                        }
                        between(&changed[0], &changed[1], contact)
                    });
                    [up.current - down.current, up.gain[0] - down.gain[0], up.gain[1] - down.gain[1]]
                        .map(|change| change / (2.0 * by))
                };
                let columns = [0, 1, 2, 3].map(slopes);
                [0, 1, 2].map(|row| columns.map(|column| column[row]))
            })
            .collect();
        let ends: Vec<[[f64; 3]; 2]> = device
            .ends
            .par_iter()
            .with_min_len(512)
            .map(|end| {
                let terminal = device.terminal_potential(state, end);
                let at = |p: &Properties, state: &State| {
                    device.side(p, state, end.cell as usize, end.side.axis, end.area, end.half)
                };
                let cell = at(p, state);
                let through = |cell: &Cell, terminal: Option<f64>| device.through(end, cell, terminal, time, &row);
                let mut out = [[0.0; 3]; 2];
                let mut take = |k: usize, [up, down]: [Passage; 2], by: f64| {
                    out[0][k] = (up.current - down.current) / (2.0 * by);
                    out[1][k] = (up.gain[0] - down.gain[0]) / (2.0 * by);
                };
                take(0, [0, 1].map(|up| through(&at(there(up), &shifted[up]), terminal)), KELVIN);
                if let Some(potential) = terminal {
                    let raised = |by: f64| Cell { potential: cell.potential + by, ..cell };
                    take(1, [VOLTS, -VOLTS].map(|by| through(&raised(by), terminal)), VOLTS);
                    take(2, [VOLTS, -VOLTS].map(|by| through(&cell, Some(potential + by))), VOLTS);
                }
                out
            })
            .collect();
        let mut stored = vec![0.0; device.node.len()];
        if let Balance::Step(Storage { rate, .. }) = balance {
            let [up, down] = shifted.each_ref().map(|s| enthalpies(device, &s.temperature));
            for c in 0..stored.len() {
                stored[c] = device.conduction.capacity[c] * rate * (up[c] - down[c]) / (2.0 * KELVIN);
            }
        }
        let kind = match balance {
            Balance::Held => Kind::Held,
            Balance::Steady => Kind::Steady,
            Balance::Step(Storage { rate, .. }) => Kind::Step(rate),
        };
        Slopes { device, kind, faces, ends, storage: stored }
    }

    /// Refuses a part that keeps all its heat.
    pub fn refuse_trapped(&self) -> Result<(), CoupledError> {
        let insulated = Insulated::of(&self.thermal());
        if insulated.is_empty() {
            return Ok(());
        }
        let problem = self.device.problem();
        let solid = |c: &usize| problem.material[*c] != VOID;
        let trapped = (0..self.storage.len()).filter(solid).find(|&c| (insulated.body()[c] as usize) < insulated.len());
        match trapped {
            Some(c) => Err(CoupledError::Trapped { at: problem.grid.place(c) }),
            None => Ok(()),
        }
    }

    /// What a change of temperatures and potentials takes from the balances.
    pub fn system(&self, linear: &mut Linear) -> System {
        let device = self.device;
        let cells = device.node.len();
        let held = self.kind == Kind::Held;
        let mut matrix = Coupling::new(device.pattern());
        let is_void: Vec<bool> = device.problem().material.iter().map(|m| *m == VOID).collect();
        let free = |n: u32| device.held[n as usize] == Held::Free;
        let node = |n: u32| (n != NO_NODE).then_some(cells + n as usize);
        let mut add = |row: Option<usize>, columns: &[Option<usize>], slopes: &[f64], sign: f64| {
            let Some(row) = row else { return };
            for (column, slope) in columns.iter().zip(slopes) {
                if let Some(column) = column {
                    matrix.add(row, *column, sign * slope);
                }
            }
        };
        for (face, d) in device.faces.iter().zip(&self.faces) {
            let [a, b] = face.cells.map(|c| c as usize);
            let [na, nb] = [device.node[a], device.node[b]];
            let columns = [Some(a), node(na), Some(b), node(nb)];
            if !held {
                add(Some(a), &columns, &d[1], -1.0);
                add(Some(b), &columns, &d[2], -1.0);
            }
            if na != NO_NODE && nb != NO_NODE {
                add(node(na).filter(|_| free(na)), &columns, &d[0], 1.0);
                add(node(nb).filter(|_| free(nb)), &columns, &d[0], -1.0);
            }
        }
        for (end, d) in device.ends.iter().zip(&self.ends) {
            let c = end.cell as usize;
            let own = device.node[c];
            let terminal = end.terminal.map(|n| device.terminal_node[n as usize]);
            let columns = [Some(c), node(own), terminal.and_then(node)];
            if !held {
                add(Some(c), &columns, &d[1], -1.0);
            }
            if let Some(n) = terminal {
                add(node(own).filter(|_| free(own)), &columns, &d[0], 1.0);
                add(node(n).filter(|_| free(n)), &columns, &d[0], -1.0);
            }
        }
        for (n, terminal) in device.spec.terminals.iter().enumerate() {
            if let Drive::Load(resistance, to) = terminal.drive {
                let [n, to] = [n, to].map(|n| device.terminal_node[n]);
                let (columns, slopes) = ([node(n), node(to)], [1.0 / resistance, -1.0 / resistance]);
                add(node(n).filter(|_| free(n)), &columns, &slopes, 1.0);
                add(node(to).filter(|_| free(to)), &columns, &slopes, -1.0);
            }
        }
        for (c, storage) in self.storage.iter().enumerate() {
            matrix.add(c, c, if held || is_void[c] { 1.0 } else { *storage });
        }
        for (n, _) in device.held.iter().enumerate().filter(|(_, h)| **h != Held::Free) {
            matrix.add(cells + n, cells + n, 1.0);
        }
        let make = || {
            let thermal = if held { Matrix::from_links(&[], &vec![1.0; cells]) } else { self.thermal() };
            vec![thermal, electrical(device, &self.faces, &self.ends)]
        };
        let preconditioner = linear.preconditioner(self.kind, &matrix.pattern, make);
        System { matrix, preconditioner, weights: vec![1.0, VOLT] }
    }

    fn thermal(&self) -> Matrix {
        thermal(self.device, &self.faces, &self.ends, &self.storage)
    }
}

/// The thermal operator alone, symmetric.
fn thermal(device: &Device, faces: &[[[f64; 4]; 3]], ends: &[[[f64; 3]; 2]], storage: &[f64]) -> Matrix {
    let links: Vec<(u32, u32, f64)> = device
        .faces
        .iter()
        .zip(faces)
        .map(|(face, d)| {
            let [a, b] = face.cells;
            let own = 0.5 * (d[1][0] + d[2][2]).abs();
            (a, b, (0.5 * (d[1][2] + d[2][0])).max(1e-3 * own))
        })
        .collect();
    let mut excess = storage.to_vec();
    for (end, d) in device.ends.iter().zip(ends) {
        excess[end.cell as usize] += (-d[1][0]).max(0.0);
    }
    Matrix::from_links(&links, &excess)
}

/// The electrical operator alone: links to nodes that are held become excess.
fn electrical(device: &Device, faces: &[[[f64; 4]; 3]], ends: &[[[f64; 3]; 2]]) -> Matrix {
    let mut excess = vec![0.0; device.held.len()];
    let mut links = Vec::new();
    let free = |n: u32| device.held[n as usize] == Held::Free;
    let mut link = |a: u32, b: u32, g: f64| match (free(a), free(b)) {
        _ if a == b || g <= 0.0 => {}
        (true, true) => links.push((a, b, g)),
        (true, false) => excess[a as usize] += g,
        (false, true) => excess[b as usize] += g,
        (false, false) => {}
    };
    for (face, d) in device.faces.iter().zip(faces) {
        let [a, b] = face.cells.map(|c| device.node[c as usize]);
        if a != NO_NODE && b != NO_NODE {
            link(a, b, 0.5 * (d[0][1] - d[0][3]));
        }
    }
    for (end, d) in device.ends.iter().zip(ends) {
        if let Some(t) = end.terminal {
            link(device.node[end.cell as usize], device.terminal_node[t as usize], 0.5 * (d[0][1] - d[0][2]));
        }
    }
    for (t, terminal) in device.spec.terminals.iter().enumerate() {
        if let Drive::Load(resistance, to) = terminal.drive {
            link(device.terminal_node[t], device.terminal_node[to], 1.0 / resistance);
        }
    }
    for (excess, held) in excess.iter_mut().zip(&device.held) {
        if *held != Held::Free {
            *excess = 1.0;
        }
    }
    Matrix::from_links(&links, &excess)
}
