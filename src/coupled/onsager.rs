//! Virtual experiments on the linear device: one drop at a time, at one temperature.
//!
//! The device is taken at rest at a temperature T, where its faces answer drops of potential and temperature by their
//! matrices ([`law`]). A drop of temperature with the terminals shorted, and a drop of potential with equal temperatures,
//! each give a current and a heat: the matrix of the whole. Nothing in it assumes that its cross terms agree.

use super::device::{Device, NO_NODE, State};
use super::law::{self, Contact, Half, Matrix2, series};
use super::linear::{Coupling, Kind, Linear, System};
use super::ports::Ports;
use crate::multigrid::components::Insulated;
use crate::multigrid::matrix::Matrix;
use crate::problem::{Condition, VOID};

/// How the matrix of a face follows from its parts, at a temperature (K).
pub type Average = dyn Fn(&Half, &Contact, &Half, f64) -> Matrix2;

/// The average of this program: the parts in series.
pub fn in_series(a: &Half, contact: &Contact, b: &Half, temperature: f64) -> Matrix2 {
    series(&[a.resistance(temperature), contact.resistance(temperature), b.resistance(temperature)])
}

/// Why a device has no matrix.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OnsagerError {
    /// Fewer than two terminals, or more.
    #[error(
        "the experiments are made between two terminals, there are {0}; give two [[terminal]] entries, the first and the last of the current"
    )]
    Terminals(usize),
    /// No two surfaces that exchange heat.
    #[error("the experiments need two surfaces that exchange heat; there are {0}: give two faces a condition")]
    Surfaces(usize),
    /// No two surfaces of a mixture that hold a temperature.
    #[error(
        "the experiments need two surfaces of the mixture that hold a temperature; there are {0}: give two faces one, the others none"
    )]
    Openings(usize),
    /// The linear systems were not solved.
    #[error("the linear response was not found: residual {0:.1e}")]
    NotConverged(f64),
}

/// What the experiments gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// At which all is taken, K.
    pub temperature: f64,
    /// Between the fluxes (I, Q) and the forces (D(phi)/T, D(T)/T^2).
    pub matrix: Matrix2,
    /// The same between (I, Q/T) and (D(phi), D(T)).
    pub by_drops: Matrix2,
    /// Temperatures of the two surfaces in the scenario, colder first, K.
    pub ports: [f64; 2],
    /// What they are called, in that order.
    pub surfaces: [Vec<String>; 2],
    /// Length over area where the surfaces are two opposite faces that the terminals cover, 1/m.
    pub shape: Option<f64>,
    /// Iterations of both experiments.
    pub iterations: usize,
    /// Largest current (A) and heat (W) on any face with every force switched off.
    pub at_rest: [f64; 2],
}

impl Response {
    /// Electrical conductance at equal temperatures, S.
    pub fn conductance(&self) -> f64 {
        self.by_drops[0][0]
    }

    /// Effective Seebeck coefficient, V/K.
    pub fn seebeck(&self) -> f64 {
        self.by_drops[0][1] / self.by_drops[0][0]
    }

    /// Thermal conductance without a current, W/K.
    pub fn thermal_conductance(&self) -> f64 {
        let m = self.by_drops;
        self.temperature * (m[1][1] - m[0][1] * m[1][0] / m[0][0])
    }

    /// Figure of merit.
    pub fn figure_of_merit(&self) -> f64 {
        self.seebeck().powi(2) * self.conductance() * self.temperature / self.thermal_conductance()
    }

    /// Largest coefficient of performance between the two surfaces, as if properties did not vary (Ioffe 1957); none where
    /// it pumps no heat from the colder.
    pub fn largest_cop(&self) -> Option<f64> {
        let [cold, hot] = self.ports;
        let root = (1.0 + self.figure_of_merit()).sqrt();
        let cop = cold / (hot - cold) * (root - hot / cold) / (root + 1.0);
        (hot > cold && cop > 0.0).then_some(cop)
    }

    /// Largest efficiency between the two surfaces, as if properties did not vary (Ioffe 1957).
    pub fn largest_efficiency(&self) -> Option<f64> {
        let [cold, hot] = self.ports;
        let root = (1.0 + self.figure_of_merit()).sqrt();
        (hot > cold).then(|| (1.0 - cold / hot) * (root - 1.0) / (root + cold / hot))
    }
}

/// Runs both experiments.
///
/// # Errors
/// See [`OnsagerError`].
pub fn measure(device: &Device, linear: &mut Linear) -> Result<Response, OnsagerError> {
    measure_with(device, &in_series, linear)
}

/// The same with another average on faces.
///
/// # Errors
/// See [`OnsagerError`].
pub fn measure_with(device: &Device, average: &Average, linear: &mut Linear) -> Result<Response, OnsagerError> {
    if device.spec.terminals.len() != 2 {
        return Err(OnsagerError::Terminals(device.spec.terminals.len()));
    }
    let ports = Ports::new(device)?;
    let network = Network::new(device, &ports, average);
    let system = network.system(linear);
    let mut by_drops = [[0.0; 2]; 2];
    let mut iterations = 0;
    for (column, drops) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
        let (fluxes, count) = network.experiment(drops, &system, linear)?;
        iterations += count;
        for (row, flux) in by_drops.iter_mut().zip(fluxes) {
            row[column] = flux;
        }
    }
    let t = ports.temperature;
    let uniform = State {
        temperature: device.problem().material.iter().map(|m| if *m == VOID { 0.0 } else { t }).collect(),
        potential: vec![0.0; device.held.len()],
    };
    let properties = device.properties(&uniform.temperature, 0.0);
    let mut at_rest = [0.0f64; 2];
    for face in &device.faces {
        let [a, b] = device.sides(&properties, &uniform, face);
        let p = super::junction::between(&a, &b, device.contact(face));
        at_rest = [at_rest[0].max(p.current.abs()), at_rest[1].max(p.heat[0].abs())];
    }
    Ok(Response {
        temperature: t,
        matrix: law::entropic(by_drops, t),
        by_drops,
        ports: ports.range,
        surfaces: ports.surfaces,
        shape: ports.shape,
        iterations,
        at_rest,
    })
}

/// Volts that weigh as much as a kelvin.
const VOLT: f64 = 2e-4;

/// Faces and ends with their matrices; a cell's unknowns are its temperature and the potential of its node.
struct Network<'a> {
    device: &'a Device,
    ports: &'a Ports,
    faces: Vec<Matrix2>,
    ends: Vec<Matrix2>,
    /// Potentials that are given: both terminals, and one of every body that touches neither.
    held: Vec<bool>,
}

impl<'a> Network<'a> {
    fn new(device: &'a Device, ports: &'a Ports, average: &Average) -> Network<'a> {
        let t = ports.temperature;
        let problem = device.problem();
        let state = State {
            temperature: problem.material.iter().map(|m| if *m == VOID { 0.0 } else { t }).collect(),
            potential: vec![0.0; device.held.len()],
        };
        let p = device.properties(&state.temperature, 0.0);
        let faces: Vec<Matrix2> = device
            .faces
            .iter()
            .map(|face| {
                let [a, b] = device.sides(&p, &state, face);
                average(&a.half, &device.contact(face), &b.half, t)
            })
            .collect();
        let row = device.conduction.row(0.0);
        let ends: Vec<Matrix2> = device
            .ends
            .iter()
            .map(|end| {
                let half = device.side(&p, &state, end.cell as usize, end.side.axis, end.area, end.half).half;
                let outside = end.wall.map(|w| {
                    let wall = &problem.walls[w as usize];
                    let value = |id| device.conduction.wall_value(id, wall, 0.0, &row);
                    match problem.conditions[usize::from(wall.condition)] {
                        Condition::Temperature(_) => 0.0,
                        Condition::Environment { convection, emissivity, .. } => {
                            let radiation = 4.0 * value(emissivity) * crate::laws::STEFAN_BOLTZMANN * t.powi(3);
                            let outside = end.area * (value(convection) + radiation);
                            if outside > 0.0 { 1.0 / outside } else { 0.0 }
                        }
                    }
                });
                end_matrix(&half, outside, end.terminal.is_some(), t)
            })
            .collect();
        let mut held = vec![false; device.held.len()];
        for &n in &device.terminal_node[..2] {
            held[n as usize] = true;
        }
        for body in loose(device, &held) {
            held[body] = true;
        }
        Network { device, ports, faces, ends, held }
    }

    /// What a change of temperatures and potentials makes leave.
    fn system(&self, linear: &mut Linear) -> System {
        let device = self.device;
        let cells = device.node.len();
        let mut matrix = Coupling::new(device.pattern());
        let node = |n: u32| (n != NO_NODE).then_some(n as usize);
        // drops of a matrix from one place to another, each with its unknowns of temperature and potential
        let mut add = |m: &Matrix2, from: [Option<usize>; 2], to: [Option<usize>; 2]| {
            let joined = from[0].is_some() && to[0].is_some();
            for (row, sign) in [(from, 1.0), (to, -1.0)] {
                for (column, other) in [(from, 1.0), (to, -1.0)] {
                    for i in 0..2 {
                        for j in 0..2 {
                            let Some(r) = row[i] else { continue };
                            let Some(c) = column[j] else { continue };
                            let is_held = i == 0 && self.held[r];
                            if !is_held && (joined || (i == 1 && j == 1)) {
                                let offsets = [cells, 0];
                                matrix.add(r + offsets[i], c + offsets[j], sign * other * m[i][j]);
                            }
                        }
                    }
                }
            }
        };
        for (face, m) in device.faces.iter().zip(&self.faces) {
            let [a, b] = face.cells.map(|c| [node(device.node[c as usize]), Some(c as usize)]);
            add(m, a, b);
        }
        for ((end, m), side) in device.ends.iter().zip(&self.ends).zip(&self.ports.side) {
            let c = end.cell as usize;
            let own = [node(device.node[c]), side.map(|_| c)];
            let outside = [end.terminal.map(|t| device.terminal_node[t as usize] as usize), None];
            add(m, own, outside);
        }
        for (c, _) in device.problem().material.iter().enumerate().filter(|(_, m)| **m == VOID) {
            matrix.add(c, c, 1.0);
        }
        for (n, _) in self.held.iter().enumerate().filter(|(_, held)| **held) {
            matrix.add(cells + n, cells + n, 1.0);
        }
        let make = || {
            let of = |held| operator(device, &self.faces, &self.ends, held, self.ports);
            vec![of(None), of(Some(&self.held))]
        };
        let preconditioner = linear.preconditioner(Kind::Steady, &matrix.pattern, make);
        System { matrix, preconditioner, weights: vec![1.0, VOLT] }
    }

    /// What passes an end, (I, Q/T) out of its cell, given temperatures, potentials and the drops over the device, of which
    /// half is given on either side.
    fn end_fluxes(&self, n: usize, t: &[f64], p: &[f64], drops: [f64; 2]) -> [f64; 2] {
        let (end, m) = (&self.device.ends[n], &self.ends[n]);
        let c = end.cell as usize;
        let volts = match (end.terminal, self.device.node[c]) {
            (Some(terminal), node) if node != NO_NODE => {
                p[node as usize] - p[self.device.terminal_node[terminal as usize] as usize]
            }
            _ => 0.0,
        };
        let kelvin = match self.ports.side[n] {
            Some(first) => t[c] - if first { 0.5 * drops[1] } else { -0.5 * drops[1] },
            None => 0.0,
        };
        [m[0][0] * volts + m[0][1] * kelvin, m[1][0] * volts + m[1][1] * kelvin]
    }

    /// What leaves every cell, entropy (W/K), and every node, current (A).
    fn outflow(&self, t: &[f64], p: &[f64], drops: [f64; 2], entropy: &mut [f64], current: &mut [f64]) {
        entropy.fill(0.0);
        current.fill(0.0);
        let device = self.device;
        for (face, m) in device.faces.iter().zip(&self.faces) {
            let [a, b] = face.cells.map(|c| c as usize);
            let [na, nb] = [device.node[a], device.node[b]];
            let joined = na != NO_NODE && nb != NO_NODE;
            let volts = if joined { p[na as usize] - p[nb as usize] } else { 0.0 };
            let kelvin = t[a] - t[b];
            let heat = m[1][0] * volts + m[1][1] * kelvin;
            entropy[a] += heat;
            entropy[b] -= heat;
            if joined {
                let i = m[0][0] * volts + m[0][1] * kelvin;
                current[na as usize] += i;
                current[nb as usize] -= i;
            }
        }
        for (n, end) in device.ends.iter().enumerate() {
            let [i, heat] = self.end_fluxes(n, t, p, drops);
            entropy[end.cell as usize] += heat;
            if let Some(terminal) = end.terminal {
                current[device.node[end.cell as usize] as usize] += i;
                current[device.terminal_node[terminal as usize] as usize] -= i;
            }
        }
    }

    /// Current and entropy flow that drops of potential (V) and temperature (K) drive, A and W/K.
    fn experiment(
        &self,
        drops: [f64; 2],
        system: &System,
        linear: &mut Linear,
    ) -> Result<([f64; 2], usize), OnsagerError> {
        let device = self.device;
        let cells = device.node.len();
        let nodes = self.held.len();
        let (mut t, mut p) = (vec![0.0; cells], vec![0.0; nodes]);
        p[device.terminal_node[0] as usize] = 0.5 * drops[0];
        p[device.terminal_node[1] as usize] = -0.5 * drops[0];
        let (mut entropy, mut current) = (vec![0.0; cells], vec![0.0; nodes]);
        let mut count = 0;
        let mut first = f64::INFINITY;
        let mut last = f64::INFINITY;
        // solved anew for what the last solution leaves, until rounding
        for _ in 0..12 {
            self.outflow(&t, &p, drops, &mut entropy, &mut current);
            for (i, held) in current.iter_mut().zip(&self.held) {
                *i = if *held { 0.0 } else { -*i };
            }
            let rhs: Vec<f64> = entropy.iter().map(|s| -s).chain(current.iter().copied()).collect();
            let size = system.weighted(&rhs).iter().map(|r| r * r).sum::<f64>().sqrt();
            first = if first.is_infinite() { size } else { first };
            if size == 0.0 || (size > 0.3 * last && size <= 1e-10 * first) {
                last = size;
                break;
            }
            last = size;
            let (change, iterations) = linear.solve(system, &rhs, 1e-9);
            count += iterations;
            t.iter_mut().zip(&change).for_each(|(t, d)| *t += d);
            p.iter_mut().zip(&change[cells..]).for_each(|(p, d)| *p += d);
        }
        if last.is_nan() || last > 1e-9 * first {
            return Err(OnsagerError::NotConverged(last / first));
        }
        self.outflow(&t, &p, drops, &mut entropy, &mut current);
        let flows = [0, 1].map(|i| current[device.terminal_node[i] as usize]);
        let mut heats = [0.0; 2];
        for n in 0..device.ends.len() {
            if let Some(side) = self.ports.side[n] {
                heats[usize::from(!side)] -= self.end_fluxes(n, &t, &p, drops)[1];
            }
        }
        Ok(([0.5 * (flows[0] - flows[1]), 0.5 * (heats[0] - heats[1])], count))
    }
}

/// An end: `outside` is the thermal resistance of the surroundings (K/W), none where nothing is exchanged.
fn end_matrix(half: &Half, outside: Option<f64>, wired: bool, t: f64) -> Matrix2 {
    let wired = wired && half.electrical > 0.0;
    match (outside.filter(|r| r.is_finite()), wired) {
        (Some(r), true) => series(&[half.resistance(t), Contact { electrical: 0.0, thermal: r }.resistance(t)]),
        (Some(r), false) => [[0.0, 0.0], [0.0, 1.0 / (t * (1.0 / half.thermal + r))]],
        // no heat: the drop of temperature is what the current makes of it
        (None, true) => [[1.0 / half.resistance(t)[0][0], 0.0], [0.0, 0.0]],
        (None, false) => [[0.0; 2]; 2],
    }
}

/// One of the two operators alone: thermal, or electrical with the nodes that are held.
fn operator(device: &Device, faces: &[Matrix2], ends: &[Matrix2], held: Option<&[bool]>, ports: &Ports) -> Matrix {
    let mut links = Vec::new();
    let Some(held) = held else {
        let mut excess = vec![0.0; device.node.len()];
        for (face, m) in device.faces.iter().zip(faces) {
            links.push((face.cells[0], face.cells[1], m[1][1]));
        }
        for ((end, m), side) in device.ends.iter().zip(ends).zip(&ports.side) {
            excess[end.cell as usize] += if side.is_some() { m[1][1] } else { 0.0 };
        }
        return Matrix::from_links(&links, &excess);
    };
    let mut excess: Vec<f64> = held.iter().map(|h| f64::from(u8::from(*h))).collect();
    let mut link = |a: u32, b: u32, g: f64| match (held[a as usize], held[b as usize]) {
        (false, false) => links.push((a, b, g)),
        (false, true) => excess[a as usize] += g,
        (true, false) => excess[b as usize] += g,
        (true, true) => {}
    };
    for (face, m) in device.faces.iter().zip(faces) {
        let [a, b] = face.cells.map(|c| device.node[c as usize]);
        if a != NO_NODE && b != NO_NODE && a != b {
            link(a, b, m[0][0]);
        }
    }
    for (end, m) in device.ends.iter().zip(ends) {
        if let Some(t) = end.terminal {
            link(device.node[end.cell as usize], device.terminal_node[t as usize], m[0][0]);
        }
    }
    Matrix::from_links(&links, &excess)
}

/// A node of every body that touches no held one.
fn loose(device: &Device, held: &[bool]) -> Vec<usize> {
    let links: Vec<(u32, u32, f64)> =
        device
            .faces
            .iter()
            .map(|f| f.cells.map(|c| device.node[c as usize]))
            .filter(|[a, b]| *a != NO_NODE && *b != NO_NODE)
            .map(|[a, b]| (a, b, 1.0))
            .chain(device.ends.iter().filter_map(|e| {
                e.terminal.map(|t| (device.node[e.cell as usize], device.terminal_node[t as usize], 1.0))
            }))
            .collect();
    let excess: Vec<f64> = held.iter().map(|h| f64::from(u8::from(*h))).collect();
    let bodies = Insulated::of(&Matrix::from_links(&links, &excess));
    (0..bodies.len()).filter_map(|body| bodies.body().iter().position(|b| *b as usize == body)).collect()
}
