//! Newton's method for temperatures and potentials together.
//!
//! Each linear system couples two elliptic operators. GMRES is preconditioned by a multigrid solve of either alone: what is
//! left couples them by at most ZT / (1 + ZT), so that a dozen iterations suffice at any size.

use super::device::{Device, Drive, Held, NO_NODE, State};
use super::junction::{Cell, Passage, between};
use super::krylov;
use super::passages::{Passages, Properties};
use crate::multigrid::Hierarchy;
use crate::multigrid::cg;
use crate::multigrid::components::Insulated;
use crate::multigrid::matrix::Matrix;
use crate::problem::VOID;
use rayon::prelude::*;

/// Why no state was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoupledError {
    /// The iteration stands still above what rounding leaves.
    #[error(
        "temperatures and potentials were not found in {steps} Newton steps (heat left over {heat:.1e}, charge {charge:.1e}, in parts of what passes); lower currents or powers, start nearer with [initial], or lower run.time_step"
    )]
    NotConverged {
        /// Steps made.
        steps: usize,
        /// Of the heat that passes.
        heat: f64,
        /// Of the current that passes.
        charge: f64,
    },
    /// The same of a mixture.
    #[error(
        "temperatures and mass fractions were not found in {steps} Newton steps (heat left over {heat:.1e}, matter {matter:.1e}, in parts of what passes); start nearer with [initial], or lower run.time_step"
    )]
    Unmixed {
        /// Steps made.
        steps: usize,
        /// Of the heat that passes.
        heat: f64,
        /// Of the matter that passes.
        matter: f64,
    },
    /// A part that keeps all its heat.
    #[error(
        "no steady state: no heat leaves the part around x, y, z = {at:?} m; give a face a temperature, convection or radiation"
    )]
    Trapped {
        /// Centre of one of its cells, m.
        at: [f64; 3],
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What time adds to the balance of a cell: `capacity (enthalpy - start) rate`.
#[derive(Clone, Copy)]
pub struct Storage<'a> {
    /// Inverse of the length of the implicit step, 1/s.
    pub rate: f64,
    /// Enthalpies that it starts from, K.
    pub start: &'a [f64],
}

/// What the balance of heat is.
#[derive(Clone, Copy)]
pub enum Balance<'a> {
    /// Nothing is stored.
    Steady,
    /// An implicit step.
    Step(Storage<'a>),
    /// Temperatures stay: only potentials are looked for.
    Held,
}

/// A step of the iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Heat left over in parts of what passes.
    pub heat: f64,
    /// Charge left over in parts of what passes.
    pub charge: f64,
    /// Iterations of GMRES that led here.
    pub linear: usize,
}

/// A solved state.
pub struct Solved {
    /// What passes in it.
    pub passages: Passages,
    /// What each cell gains, W.
    pub gains: Vec<f64>,
    /// The way there.
    pub steps: Vec<Step>,
    /// What rounding may make of the currents, all together, A.
    pub noise: f64,
}

/// Volts that weigh as much as a watt per ampere in the norm of GMRES.
const VOLT: f64 = 0.01;
/// Steps after which the iteration gives up, where nothing else is asked.
pub const MOST_STEPS: usize = 60;
const LINEAR_ITERATIONS: usize = 80;
/// Steps of the central difference quotients, K and V: currents and heats are nearly quadratic in either.
const KELVIN: f64 = 1e-3;
const VOLTS: f64 = 1e-6;

/// Finds the state at a time (s), from the one given, in at most so many steps.
///
/// # Errors
/// See [`CoupledError`].
pub fn solve(
    device: &Device,
    state: &mut State,
    time: f64,
    balance: Balance<'_>,
    most_steps: usize,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Solved, CoupledError> {
    device.set_given(&mut state.potential, time);
    let sources = device.conduction.sources(time);
    let mut steps: Vec<Step> = Vec::new();
    let mut linear = 0;
    loop {
        let properties = device.properties(&state.temperature, time);
        let passages = device.passages(&properties, state, time);
        let gains = device.gains(&passages, sources.as_deref());
        let heat = unbalanced(device, state, &gains, balance);
        let mut charge = device.charges(&passages, state, time);
        charge.iter_mut().zip(&device.held).filter(|(_, h)| **h != Held::Free).for_each(|(c, _)| *c = 0.0);
        let ([gross_heat, gross_charge], rounding) = gross(device, &properties, state, &passages, balance);
        let part = |left: &[f64], gross: f64| {
            let sum: f64 = left.iter().map(|v| v.abs()).sum();
            if sum == 0.0 { 0.0 } else { sum / gross }
        };
        let step = Step { heat: part(&heat, gross_heat), charge: part(&charge, gross_charge), linear };
        let before = steps.last().copied();
        steps.push(step);
        if !going(&step) {
            return Err(CoupledError::Interrupted);
        }
        let worst = step.heat.max(step.charge);
        let stands = before.is_some_and(|b| worst > 0.5 * b.heat.max(b.charge));
        let rounded = step.heat <= rounding[0] && step.charge <= rounding[1];
        if rounded || (stands && worst <= 1e-9) {
            return Ok(Solved { passages, gains, steps, noise: rounding[1] * gross_charge });
        }
        if worst.is_nan() || steps.len() > most_steps {
            return Err(CoupledError::NotConverged { steps: steps.len() - 1, heat: step.heat, charge: step.charge });
        }
        let system = System::new(device, &properties, state, time, balance);
        if let Balance::Steady = balance {
            system.refuse_trapped(device)?;
        }
        let rhs: Vec<f64> = heat.iter().copied().chain(charge.iter().map(|c| c * VOLT)).collect();
        let (change, iterations) = system.solve(&rhs);
        linear = iterations;
        let cells = heat.len();
        for ((t, d), &m) in state.temperature.iter_mut().zip(&change).zip(&device.problem().material) {
            if m != VOID {
                *t += d.clamp(-0.5 * *t, *t);
            }
        }
        for ((p, d), held) in state.potential.iter_mut().zip(&change[cells..]).zip(&device.held) {
            if *held == Held::Free {
                *p += d;
            }
        }
    }
}

/// What the balance of every cell leaves, W.
fn unbalanced(device: &Device, state: &State, gains: &[f64], balance: Balance<'_>) -> Vec<f64> {
    let Storage { rate, start } = match balance {
        Balance::Steady => return gains.to_vec(),
        Balance::Held => return vec![0.0; gains.len()],
        Balance::Step(storage) => storage,
    };
    let enthalpy = enthalpies(device, &state.temperature);
    (0..gains.len()).map(|c| gains[c] - device.conduction.capacity[c] * (enthalpy[c] - start[c]) * rate).collect()
}

/// Enthalpies of temperatures (K), both per cell.
pub fn enthalpies(device: &Device, temperature: &[f64]) -> Vec<f64> {
    let reference = device.problem().reference;
    device.conduction.enthalpy(&temperature.iter().map(|t| t - reference).collect::<Vec<f64>>())
}

/// Sums of the magnitudes of all heats and currents, with what a drop of a millionth would drive, and what the rounding of
/// temperatures and potentials may leave of the balances, in parts of them.
fn gross(
    device: &Device,
    p: &Properties,
    state: &State,
    passages: &Passages,
    balance: Balance<'_>,
) -> ([f64; 2], [f64; 2]) {
    let mut sums = [0.0; 2];
    let mut rounding = [0.0; 2];
    if let Balance::Step(Storage { rate, .. }) = balance {
        let stored = device.conduction.capacity.iter().zip(&state.temperature).map(|(c, t)| c * t);
        let stored = rate * stored.sum::<f64>();
        sums[0] += 1e-6 * stored;
        rounding[0] += stored;
    }
    let mut add = |cell: &Cell, gain: f64, current: f64| {
        let heat = cell.temperature * cell.half.thermal;
        let charge = cell.half.electrical * (cell.potential.abs() + cell.temperature * cell.half.seebeck.abs());
        sums[0] += gain.abs() + 1e-6 * heat;
        sums[1] += current.abs() + 1e-6 * charge;
        rounding[0] += heat;
        rounding[1] += charge;
    };
    for (face, passage) in device.faces.iter().zip(&passages.faces) {
        let sides = device.sides(p, state, face);
        add(&sides[0], passage.gain[0], passage.current);
        add(&sides[1], passage.gain[1], passage.current);
    }
    for (end, passage) in device.ends.iter().zip(&passages.ends) {
        let cell = device.side(p, state, end.cell as usize, end.side.axis, end.area, end.half);
        let current = if end.terminal.is_some() { passage.current } else { 0.0 };
        add(&cell, passage.gain[0], current);
    }
    let part = |i: usize| if sums[i] > 0.0 { f64::EPSILON * rounding[i] / sums[i] } else { 0.0 };
    let rounding = [part(0), part(1)];
    (sums, rounding)
}

/// The linear system of a step: the derivatives of every passage, and the preconditioner.
struct System<'a> {
    device: &'a Device,
    /// Whether temperatures stay.
    held: bool,
    /// Per face: current and both gains, by (T, p) of the first and of the second cell.
    faces: Vec<[[f64; 4]; 3]>,
    /// Per end: current and gain, by T and p of the cell and p of the terminal.
    ends: Vec<[[f64; 3]; 2]>,
    /// Per cell, W/K.
    storage: Vec<f64>,
    thermal: Matrix,
    electrical: Matrix,
    hierarchies: [Hierarchy; 2],
}

impl<'a> System<'a> {
    fn new(device: &'a Device, p: &Properties, state: &State, time: f64, balance: Balance<'_>) -> System<'a> {
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
        let held = matches!(balance, Balance::Held);
        let thermal = if held {
            Matrix::from_links(&[], &vec![1.0; stored.len()])
        } else {
            thermal(device, &faces, &ends, &stored)
        };
        let electrical = electrical(device, &faces, &ends);
        let hierarchies = [Hierarchy::new(&thermal), Hierarchy::new(&electrical)];
        System { device, held, faces, ends, storage: stored, thermal, electrical, hierarchies }
    }

    fn refuse_trapped(&self, device: &Device) -> Result<(), CoupledError> {
        let insulated = Insulated::of(&self.thermal);
        if insulated.is_empty() {
            return Ok(());
        }
        let solid = |c: &usize| device.problem().material[*c] != VOID;
        let trapped = (0..device.node.len()).filter(solid).find(|&c| (insulated.body()[c] as usize) < insulated.len());
        match trapped {
            Some(c) => {
                let grid = &device.problem().grid;
                Err(CoupledError::Trapped { at: grid.centre(grid.cell(c)).to_array() })
            }
            None => Ok(()),
        }
    }

    fn solve(&self, rhs: &[f64]) -> (Vec<f64>, usize) {
        let cells = self.device.node.len();
        let mut precondition = |r: &[f64], z: &mut [f64]| {
            let (heat, charge) = z.split_at_mut(cells);
            cg::solve(&self.thermal, &self.hierarchies[0], &r[..cells], heat, 1e-2, 30);
            let scaled: Vec<f64> = r[cells..].iter().map(|v| v / VOLT).collect();
            cg::solve(&self.electrical, &self.hierarchies[1], &scaled, charge, 1e-2, 30);
        };
        krylov::solve(rhs, 1e-7, LINEAR_ITERATIONS, &mut |x, y| self.multiply(x, y), &mut precondition)
    }

    /// What a change of temperatures and potentials takes from the balances.
    fn multiply(&self, x: &[f64], y: &mut [f64]) {
        let device = self.device;
        let cells = device.node.len();
        let (t, p) = x.split_at(cells);
        let (heat, charge) = y.split_at_mut(cells);
        heat.iter_mut().zip(&self.storage).zip(t).for_each(|((h, s), t)| *h = s * t);
        charge.fill(0.0);
        let potential = |n: u32| if n == NO_NODE { 0.0 } else { p[n as usize] };
        for (face, d) in device.faces.iter().zip(&self.faces) {
            let [a, b] = face.cells.map(|c| c as usize);
            let [na, nb] = [device.node[a], device.node[b]];
            let x = [t[a], potential(na), t[b], potential(nb)];
            let of = |row: &[f64; 4]| row[0] * x[0] + row[1] * x[1] + row[2] * x[2] + row[3] * x[3];
            heat[a] -= of(&d[1]);
            heat[b] -= of(&d[2]);
            if na != NO_NODE && nb != NO_NODE {
                let current = of(&d[0]);
                charge[na as usize] += VOLT * current;
                charge[nb as usize] -= VOLT * current;
            }
        }
        for (end, d) in device.ends.iter().zip(&self.ends) {
            let c = end.cell as usize;
            let node = device.node[c];
            let terminal = end.terminal.map(|n| device.terminal_node[n as usize]);
            let x = [t[c], potential(node), terminal.map_or(0.0, potential)];
            let of = |row: &[f64; 3]| row[0] * x[0] + row[1] * x[1] + row[2] * x[2];
            heat[c] -= of(&d[1]);
            if let Some(n) = terminal {
                let current = VOLT * of(&d[0]);
                charge[node as usize] += current;
                charge[n as usize] -= current;
            }
        }
        for (n, terminal) in device.spec.terminals.iter().enumerate() {
            if let Drive::Load(resistance, to) = terminal.drive {
                let [n, to] = [n, to].map(|n| device.terminal_node[n] as usize);
                let current = VOLT * (p[n] - p[to]) / resistance;
                charge[n] += current;
                charge[to] -= current;
            }
        }
        for (n, _) in device.held.iter().enumerate().filter(|(_, h)| **h != Held::Free) {
            charge[n] = VOLT * p[n];
        }
        for (c, _) in device.problem().material.iter().enumerate().filter(|(_, m)| self.held || **m == VOID) {
            heat[c] = t[c];
        }
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
