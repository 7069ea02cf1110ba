//! Virtual experiments on the linear device: one drop at a time between two surfaces, around a uniform state.
//!
//! At one temperature and composition nothing flows, and what flows near it is linear: a face answers small drops by its matrix.
//! A drop of temperature at equal compositions, and a drop of each fraction at one temperature, give the heat and the
//! matter that pass: the matrix of the whole. Nothing in it assumes that its cross terms agree.

use super::law::{self, inverse};
use super::network::{Blend, Network};
use super::newton::{Slopes, refined};
use super::{Block, Composition, MOST_SPECIES, block, product};
use crate::coupled::linear::{Kind, Linear};
use crate::coupled::onsager::OnsagerError;
use crate::problem::{Condition, VOID};

/// How the matrix of a face between fluxes and differences may be changed before it is used; for those who want to see a
/// broken law.
pub type Change = dyn Fn(Block) -> Block;

/// What the experiments gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// At which all is taken, K.
    pub temperature: f64,
    /// At which all is taken.
    pub fraction: Composition,
    /// Between the fluxes (Q, J_i) in W and kg/s and the forces (D(1/T), D(s_i)).
    pub matrix: Block,
    /// Quantities: 1 + independent species.
    pub size: usize,
    /// Between the fluxes and the drops of temperature and mass fractions.
    pub by_drops: Block,
    /// Iterations of all experiments.
    pub iterations: usize,
}

impl Response {
    /// Largest |L_ij - L_ji| / sqrt(L_ii L_jj).
    pub fn mismatch(&self) -> f64 {
        mismatch(&self.matrix, self.size)
    }

    /// Eigenvalues of the symmetric part after every flux is measured in its own unit, so that the diagonal is 1: all
    /// positive where entropy is produced, rising.
    pub fn scaled_eigenvalues(&self) -> Vec<f64> {
        let l = &self.matrix;
        let scaled = |i: usize, j: usize| 0.5 * (l[i][j] + l[j][i]) / (l[i][i] * l[j][j]).sqrt();
        jacobi(block(self.size, scaled), self.size)
    }

    /// The same of the matrix as it stands, in W, kg/s and their forces.
    pub fn eigenvalues(&self) -> Vec<f64> {
        let l = &self.matrix;
        jacobi(block(self.size, |i, j| 0.5 * (l[i][j] + l[j][i])), self.size)
    }
}

/// Largest |L_ij - L_ji| / sqrt(L_ii L_jj).
pub fn mismatch(l: &Block, size: usize) -> f64 {
    let pairs = (0..size).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.map(|(i, j)| (l[i][j] - l[j][i]).abs() / (l[i][i] * l[j][j]).sqrt()).fold(0.0, f64::max)
}

/// Eigenvalues of a symmetric matrix, by Jacobi's rotations.
fn jacobi(mut a: Block, size: usize) -> Vec<f64> {
    for _ in 0..50 {
        for p in 0..size {
            for q in p + 1..size {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = 0.5 * (a[q][q] - a[p][p]) / a[p][q];
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                let mut turn = block(size, |i, j| if i == j { 1.0 } else { 0.0 });
                (turn[p][p], turn[p][q], turn[q][p], turn[q][q]) = (c, s, -s, c);
                let back = block(size, |i, j| turn[j][i]);
                a = product(size, &product(size, &back, &a), &turn);
            }
        }
    }
    let mut values: Vec<f64> = (0..size).map(|i| a[i][i]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Experiments between the two surfaces that hold a temperature; whatever the scenario says of matter there, each is taken to hold a
/// composition, too.
///
/// # Errors
/// If there are not two such surfaces, or the linear systems are not solved.
pub fn measure(network: &Network, linear: &mut Linear) -> Result<Response, OnsagerError> {
    measure_with(network, &|k| k, linear)
}

/// The same with matrices of faces that are changed first.
///
/// # Errors
/// As [`measure`].
pub fn measure_with(network: &Network, change: &Change, linear: &mut Linear) -> Result<Response, OnsagerError> {
    let problem = network.device.problem();
    let size = network.independent() + 1;
    let held = |wall: u32| {
        let wall = &problem.walls[wall as usize];
        let given = matches!(problem.conditions[usize::from(wall.condition)], Condition::Temperature(_));
        given && network.mass[wall.cell as usize] > 0.0
    };
    let surface_of = |wall: u32| problem.walls[wall as usize].surface;
    let mut ports: Vec<u16> =
        network.device.ends.iter().filter_map(|e| e.wall).filter(|w| held(*w)).map(surface_of).collect();
    ports.sort_unstable();
    ports.dedup();
    let [_, second] = ports[..] else { return Err(OnsagerError::Openings(ports.len())) };

    // the middle between the two surfaces as the scenario has them
    let start = network.initial();
    let coefficients = network.coefficients(&start.temperature, 0.0);
    let flows = network.flows(&coefficients, &start, 0.0);
    let (mut temperature, mut fraction, mut count) = ([0.0; 2], [Composition::default(); 2], [0.0; 2]);
    for (end, flow) in network.device.ends.iter().zip(&flows.ends) {
        let Some(wall) = end.wall.filter(|w| held(*w)) else { continue };
        let port = usize::from(surface_of(wall) == second);
        temperature[port] += flow.temperature[0];
        count[port] += 1.0;
        (0..size - 1).for_each(|i| fraction[port][i] += flow.fraction[i]);
    }
    let temperature = 0.5 * (temperature[0] / count[0] + temperature[1] / count[1]);
    let mut middle = Composition::default();
    (0..size - 1).for_each(|i| middle[i] = 0.5 * (fraction[0][i] / count[0] + fraction[1][i] / count[1]));
    let fill = |m: &u8, value: f64| if *m == VOID { 0.0 } else { value };
    let state = Blend {
        temperature: problem.material.iter().map(|m| fill(m, temperature)).collect(),
        fraction: network.mass.iter().map(|m| if *m > 0.0 { middle } else { Composition::default() }).collect(),
    };

    let coefficients = network.coefficients(&state.temperature, 0.0);
    let mixing = &network.mixture.mixing;
    let faces: Vec<[Block; 2]> = network
        .device
        .faces
        .iter()
        .map(|face| {
            let [a, b] = network.sides(&coefficients, &state, face);
            let k = change(law::linear(&a, Some(&b), network.device.contact(face).thermal, mixing, size - 1));
            [k, k.map(|row| row.map(|v| -v))]
        })
        .collect();
    let mut port_of = Vec::with_capacity(network.device.ends.len());
    let ends: Vec<Block> = network
        .device
        .ends
        .iter()
        .map(|end| {
            let port = end.wall.filter(|w| held(*w)).map(|w| usize::from(surface_of(w) == second));
            port_of.push(port);
            let side = network.side_of_end(&coefficients, &state, end);
            match port {
                Some(_) => change(law::linear(&side, None, 0.0, mixing, size - 1)),
                None => Block::default(),
            }
        })
        .collect();
    let cells = network.mass.len();
    let slopes = Slopes::linear(network, faces, ends);
    let system = slopes.system(Kind::Steady, linear);
    let mut by_drops = Block::default();
    let mut iterations = 0;
    for drop in 0..size {
        // at the first surface half up, at the second half down
        let held = [0.5, -0.5];
        let mut drive = vec![0.0; size * cells];
        for ((end, k), port) in network.device.ends.iter().zip(&slopes.ends).zip(&port_of) {
            let Some(port) = port else { continue };
            (0..size).for_each(|i| drive[i * cells + end.cell as usize] += k[i][drop] * held[*port]);
        }
        let (found, made, left) = refined(&system, &drive, linear);
        iterations += made;
        if left > 1e-11 {
            return Err(OnsagerError::NotConverged(left));
        }
        let mut through = [[0.0; MOST_SPECIES]; 2];
        for ((end, k), port) in network.device.ends.iter().zip(&slopes.ends).zip(&port_of) {
            let Some(port) = *port else { continue };
            for i in 0..size {
                let outside = k[i][drop] * held[port];
                let inside: f64 = (0..size).map(|j| k[i][j] * found[j * cells + end.cell as usize]).sum();
                through[port][i] += outside - inside;
            }
        }
        // what enters at the first surface leaves at the second
        (0..size).for_each(|i| by_drops[i][drop] = 0.5 * (through[0][i] - through[1][i]));
    }
    let curvature = mixing.curvature(&middle, &middle);
    let forces = law::forces(temperature * temperature, &curvature, size);
    let matrix = product(size, &by_drops, &inverse(&forces, size));
    Ok(Response { temperature, fraction: middle, matrix, size, by_drops, iterations })
}
