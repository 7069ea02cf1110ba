//! Newton's method for temperatures and mass fractions together.
//!
//! The linear systems go through [`crate::coupled::linear`]; Soret's and Dufour's effects couple the quantities weakly.

use super::law::{Passage, Side};
use super::network::{Blend, Coefficients, Flows, Network};
use super::{Block, MOST_SPECIES};
use crate::coupled::linear::{Coupling, Kind, Linear, System};
use crate::coupled::newton::{CoupledError, enthalpies};
use crate::multigrid::components::Insulated;
use crate::multigrid::matrix::Matrix;
use crate::problem::VOID;
use rayon::prelude::*;

/// What time adds to the balances of a cell: `capacity (now - start) rate` and `mass (now - start) rate`.
#[derive(Clone, Copy)]
pub struct Storage<'a> {
    /// Inverse of the length of the implicit step for matter, 1/s.
    pub rate: f64,
    /// The same for heat; 0 where the temperatures are those of a steady state.
    pub heat_rate: f64,
    /// Enthalpies (K) that it starts from.
    pub enthalpy: &'a [f64],
    /// Mass fractions that it starts from.
    pub fraction: &'a [super::Composition],
}

/// A step of the iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Heat left over in parts of what passes.
    pub heat: f64,
    /// Matter left over in parts of what passes.
    pub matter: f64,
    /// Iterations of GMRES that led here.
    pub linear: usize,
}

/// A solved state.
pub struct Solved {
    /// What passes in it.
    pub flows: Flows,
    /// What each cell gains, W and kg/s.
    pub gains: Vec<[f64; MOST_SPECIES]>,
    /// The way there.
    pub steps: Vec<Step>,
}

/// Steps after which the iteration gives up.
pub const MOST_STEPS: usize = 40;
/// Parts of what passes that may be left over: a step further would be rounding.
const GOOD: f64 = 1e-12;
/// Steps of the difference quotients, K and parts of the mass: what passes is nearly linear in either.
const KELVIN: f64 = 1e-3;
const PART: f64 = 1e-6;

/// Looks at a state without solving for anything.
pub fn look(network: &Network, state: &Blend, time: f64) -> Solved {
    let coefficients = network.coefficients(&state.temperature, time);
    let flows = network.flows(&coefficients, state, time);
    let gains = network.gains(&flows, network.device.conduction.sources(time).as_deref());
    Solved { flows, gains, steps: Vec::new() }
}

/// Finds the state at a time (s), from the one given, in at most so many steps.
///
/// # Errors
/// If it does not converge, if a part of a steady state keeps all its heat, or if `going` says to stop.
pub fn solve(
    network: &Network,
    state: &mut Blend,
    time: f64,
    storage: Storage<'_>,
    most_steps: usize,
    linear: &mut Linear,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Solved, CoupledError> {
    let sources = network.device.conduction.sources(time);
    let independent = network.independent();
    let mut steps: Vec<Step> = Vec::new();
    let mut made = 0;
    loop {
        let coefficients = network.coefficients(&state.temperature, time);
        let flows = network.flows(&coefficients, state, time);
        let gains = network.gains(&flows, sources.as_deref());
        let left = unbalanced(network, state, &gains, storage);
        let ([gross_heat, gross_matter], rounding) = gross(network, &coefficients, state, &flows, storage);
        let part = |range: std::ops::Range<usize>, gross: f64| {
            let sum: f64 = left[range].iter().map(|v| v.abs()).sum();
            if sum == 0.0 { 0.0 } else { sum / gross }
        };
        let cells = network.mass.len();
        let step =
            Step { heat: part(0..cells, gross_heat), matter: part(cells..left.len(), gross_matter), linear: made };
        let before = steps.last().copied();
        steps.push(step);
        if !going(&step) {
            return Err(CoupledError::Interrupted);
        }
        let worst = step.heat.max(step.matter);
        let stands = before.is_some_and(|b| worst > 0.5 * b.heat.max(b.matter));
        let rounded = step.heat <= rounding[0] && step.matter <= rounding[1];
        if rounded || worst <= GOOD || (stands && worst <= 1e-9) {
            return Ok(Solved { flows, gains, steps });
        }
        if worst.is_nan() || steps.len() > most_steps {
            return Err(CoupledError::Unmixed { steps: steps.len() - 1, heat: step.heat, matter: step.matter });
        }
        let slopes = Slopes::new(network, &coefficients, state, &flows, time, storage);
        if storage.heat_rate == 0.0 && steps.len() == 1 {
            slopes.refuse_trapped()?;
            slopes.refuse_flooded(&gains)?;
        }
        let system = slopes.system(Kind::Step(storage.rate), linear);
        let (change, iterations) = linear.solve(&system, &left, 1e-8);
        made = iterations;
        for (c, &m) in network.device.problem().material.iter().enumerate() {
            if m != VOID {
                let t = &mut state.temperature[c];
                *t += change[c].clamp(-0.5 * *t, *t);
            }
            if network.mass[c] > 0.0 {
                for i in 0..independent {
                    state.fraction[c][i] += change[(i + 1) * cells + c];
                }
            }
        }
    }
}

/// What the balances of every cell leave: heat of all cells, W, then each species, kg/s.
fn unbalanced(network: &Network, state: &Blend, gains: &[[f64; MOST_SPECIES]], storage: Storage<'_>) -> Vec<f64> {
    let cells = gains.len();
    let mut left = vec![0.0; cells * (network.independent() + 1)];
    let enthalpy = enthalpies(&network.device, &state.temperature);
    let capacity = &network.device.conduction.capacity;
    for c in 0..cells {
        left[c] = gains[c][0] - capacity[c] * (enthalpy[c] - storage.enthalpy[c]) * storage.heat_rate;
        for i in 0..network.independent() {
            let stored = network.mass[c] * (state.fraction[c][i] - storage.fraction[c][i]) * storage.rate;
            left[(i + 1) * cells + c] = gains[c][i + 1] - stored;
        }
    }
    left
}

/// Sums of the magnitudes of all heats and flows of matter, with what a drop of a millionth would drive, and what rounding may
/// leave of the balances, in parts of them.
fn gross(
    network: &Network,
    p: &Coefficients,
    state: &Blend,
    flows: &Flows,
    storage: Storage<'_>,
) -> ([f64; 2], [f64; 2]) {
    let (mut sums, mut rounding) = ([0.0; 2], [0.0; 2]);
    let capacity = &network.device.conduction.capacity;
    for ((capacity, mass), temperature) in capacity.iter().zip(&network.mass).zip(&state.temperature) {
        let stored = [storage.heat_rate * capacity * temperature, storage.rate * mass * network.independent() as f64];
        (0..2).for_each(|i| {
            sums[i] += 1e-6 * stored[i];
            rounding[i] += stored[i];
        });
    }
    let mut add = |side: &Side, passage: &Passage| {
        let heat = side.temperature * side.half.thermal;
        let matter = side.half.matter.map_or(0.0, |m| {
            let soret = m.soret.iter().map(|s| s.abs()).sum::<f64>() * side.temperature;
            m.length * m.pairs.iter().fold(0.0, |high: f64, d| high.max(*d)) * (1.0 + 0.25 * soret)
        });
        sums[0] += passage.heat.abs() + 1e-6 * heat;
        sums[1] += passage.matter.iter().map(|j| j.abs()).sum::<f64>() + 1e-6 * matter;
        rounding[0] += heat;
        rounding[1] += matter;
    };
    for (face, passage) in network.device.faces.iter().zip(&flows.faces) {
        network.sides(p, state, face).iter().for_each(|side| add(side, passage));
    }
    for (end, passage) in network.device.ends.iter().zip(&flows.ends) {
        add(&network.side_of_end(p, state, end), passage);
    }
    let part = |i: usize| if sums[i] > 0.0 { f64::EPSILON * rounding[i] / sums[i] } else { 0.0 };
    let rounding = [part(0), part(1)];
    (sums, rounding)
}

/// The derivatives of every passage.
pub(super) struct Slopes<'a> {
    network: &'a Network,
    /// Per face: fluxes by the quantities of the first and of the second cell.
    faces: Vec<[Block; 2]>,
    /// Per end: fluxes by the quantities of the cell.
    pub ends: Vec<Block>,
    /// Per quantity and cell: W/K, kg/s.
    storage: Vec<f64>,
}

fn fluxes(passage: &Passage) -> [f64; MOST_SPECIES] {
    let mut out = [passage.heat, 0.0, 0.0, 0.0];
    out[1..].copy_from_slice(&passage.matter);
    out
}

impl<'a> Slopes<'a> {
    /// Derivatives as quotients of differences to what passes already.
    fn new(
        network: &'a Network,
        p: &Coefficients,
        state: &Blend,
        flows: &Flows,
        time: f64,
        storage: Storage<'_>,
    ) -> Slopes<'a> {
        let device = &network.device;
        let independent = network.independent();
        let warmer: Vec<f64> = state.temperature.iter().map(|t| t + KELVIN).collect();
        let there = network.coefficients(&warmer, time);
        let warm = Blend { temperature: warmer, fraction: state.fraction.clone() };
        let row = device.conduction.row(time);
        let richer = |side: &Side, i: usize| {
            let mut side = *side;
            side.fraction[i] += PART;
            side
        };
        let column = |block: &mut Block, k: usize, now: &Passage, then: Passage, by: f64| {
            let (now, then) = (fluxes(now), fluxes(&then));
            (0..MOST_SPECIES).for_each(|i| block[i][k] = (then[i] - now[i]) / by);
        };
        let faces = device.faces.par_iter().zip(&flows.faces).with_min_len(256).map(|(face, now)| {
            let sides = network.sides(p, state, face);
            let warmed = network.sides(&there, &warm, face);
            let mut blocks = [[[0.0; MOST_SPECIES]; MOST_SPECIES]; 2];
            for (n, block) in blocks.iter_mut().enumerate() {
                let with = |side: Side| {
                    let mut sides = sides;
                    sides[n] = side;
                    network.between(face, &sides)
                };
                column(block, 0, now, with(warmed[n]), KELVIN);
                if sides.iter().all(|s| s.half.matter.is_some()) {
                    (0..independent).for_each(|i| column(block, i + 1, now, with(richer(&sides[n], i)), PART));
                }
            }
            blocks
        });
        let ends = device.ends.par_iter().zip(&flows.ends).with_min_len(256).map(|(end, now)| {
            let side = network.side_of_end(p, state, end);
            let through = |side: &Side| network.through(end, side, time, &row);
            let mut block = [[0.0; MOST_SPECIES]; MOST_SPECIES];
            column(&mut block, 0, now, through(&network.side_of_end(&there, &warm, end)), KELVIN);
            if side.half.matter.is_some() {
                (0..independent).for_each(|i| column(&mut block, i + 1, now, through(&richer(&side, i)), PART));
            }
            block
        });
        let (faces, ends): (Vec<[Block; 2]>, Vec<Block>) = (faces.collect(), ends.collect());
        let cells = network.mass.len();
        let mut stored = vec![0.0; cells * (independent + 1)];
        let [now, then] = [state, &warm].map(|state| enthalpies(device, &state.temperature));
        for c in 0..cells {
            stored[c] = device.conduction.capacity[c] * storage.heat_rate * (then[c] - now[c]) / KELVIN;
            (1..=independent).for_each(|i| stored[i * cells + c] = network.mass[c] * storage.rate);
        }
        Slopes { network, faces, ends, storage: stored }
    }

    /// Of a device around its uniform state, which stores nothing.
    pub fn linear(network: &'a Network, faces: Vec<[Block; 2]>, ends: Vec<Block>) -> Slopes<'a> {
        let storage = vec![0.0; network.mass.len() * (network.independent() + 1)];
        Slopes { network, faces, ends, storage }
    }

    /// Whether a quantity of a cell is looked for.
    fn is_free(&self, quantity: usize, cell: usize) -> bool {
        if quantity == 0 { self.network.device.problem().material[cell] != VOID } else { self.network.mass[cell] > 0.0 }
    }

    /// Sum of the storage and all conductances of a quantity.
    fn size(&self, i: usize) -> f64 {
        let cells = self.network.mass.len();
        let stored: f64 = self.storage[i * cells..(i + 1) * cells].iter().sum();
        stored + self.faces.iter().map(|[a, b]| a[i][i] - b[i][i]).sum::<f64>()
    }

    /// The operator of one quantity alone, symmetric.
    fn alone(&self, i: usize) -> Matrix {
        let cells = self.network.mass.len();
        self.alone_with(i, self.storage[i * cells..(i + 1) * cells].to_vec())
    }

    /// The same with another storage of each cell.
    fn alone_with(&self, i: usize, mut excess: Vec<f64>) -> Matrix {
        let device = &self.network.device;
        let faces = device.faces.iter().zip(&self.faces);
        let links: Vec<(u32, u32, f64)> = faces
            .map(|(face, [a, b])| (face.cells[0], face.cells[1], 0.5 * (a[i][i] - b[i][i])))
            .filter(|link| link.2 > 0.0)
            .collect();
        for (end, block) in device.ends.iter().zip(&self.ends) {
            excess[end.cell as usize] += block[i][i].max(0.0);
        }
        for (c, excess) in excess.iter_mut().enumerate() {
            if !self.is_free(i, c) {
                *excess = 1.0;
            }
        }
        Matrix::from_links(&links, &excess)
    }

    fn refuse_trapped(&self) -> Result<(), CoupledError> {
        let insulated = Insulated::of(&self.alone(0));
        if insulated.is_empty() {
            return Ok(());
        }
        let mut solid = (0..self.network.mass.len()).filter(|&c| self.is_free(0, c));
        match solid.find(|&c| (insulated.body()[c] as usize) < insulated.len()) {
            Some(c) => {
                let grid = &self.network.device.problem().grid;
                Err(CoupledError::Trapped { at: grid.place(c) })
            }
            None => Ok(()),
        }
    }

    /// A steady state of a part that matter enters and nothing lets out, or the other way round.
    fn refuse_flooded(&self, gains: &[[f64; MOST_SPECIES]]) -> Result<(), CoupledError> {
        /// Of what passes.
        const BALANCED: f64 = 1e-9;
        let cells = self.network.mass.len();
        for i in 1..=self.network.independent() {
            let insulated = Insulated::of(&self.alone_with(i, vec![0.0; cells]));
            let of = |each: fn(f64) -> f64| insulated.sums(&gains.iter().map(|g| each(g[i])).collect::<Vec<f64>>());
            let flooded = of(|g| g).into_iter().zip(of(f64::abs)).position(|(net, gross)| net.abs() > BALANCED * gross);
            if let Some(body) = flooded {
                let cell = insulated.body().iter().position(|&b| b as usize == body).unwrap_or(0);
                let grid = &self.network.device.problem().grid;
                return Err(CoupledError::Flooded { at: grid.place(cell) });
            }
        }
        Ok(())
    }

    /// What a change takes from the balances.
    pub fn system(&self, kind: Kind, linear: &mut Linear) -> System {
        let device = &self.network.device;
        let cells = self.network.mass.len();
        let size = self.network.independent() + 1;
        let mut matrix = Coupling::new(self.network.pattern());
        // a row that is not looked for stands for itself; what it does to others is nothing
        let mut add = |row: u32, column: u32, block: &Block, sign: f64| {
            let [row, column] = [row, column].map(|c| c as usize);
            for i in (0..size).filter(|&i| self.is_free(i, row)) {
                for j in (0..size).filter(|&j| self.is_free(j, column)) {
                    matrix.add(i * cells + row, j * cells + column, sign * block[i][j]);
                }
            }
        };
        for (face, [da, db]) in device.faces.iter().zip(&self.faces) {
            let [a, b] = face.cells;
            add(a, a, da, 1.0);
            add(a, b, db, 1.0);
            add(b, a, da, -1.0);
            add(b, b, db, -1.0);
        }
        for (end, block) in device.ends.iter().zip(&self.ends) {
            add(end.cell, end.cell, block, 1.0);
        }
        for i in 0..size {
            for c in 0..cells {
                let n = i * cells + c;
                matrix.add(n, n, if self.is_free(i, c) { self.storage[n] } else { 1.0 });
            }
        }
        let sizes: Vec<f64> = (0..size).map(|i| self.size(i)).collect();
        let weights = sizes.iter().map(|own| if *own > 0.0 { sizes[0] / own } else { 1.0 }).collect();
        let make = || (0..size).map(|i| self.alone(i)).collect();
        let preconditioner = linear.preconditioner(kind, &matrix.pattern, make);
        System { matrix, preconditioner, weights }
    }
}

/// A solution to rounding, with the iterations and what is left over in parts of the right-hand side.
pub(super) fn refined(system: &System, rhs: &[f64], linear: &mut Linear) -> (Vec<f64>, usize, f64) {
    let size = |v: &[f64]| system.weighted(v).iter().map(|v| v * v).sum::<f64>().sqrt();
    let whole = size(rhs);
    let (mut found, mut made, mut left) = (vec![0.0; rhs.len()], 0, rhs.to_vec());
    let mut part = 1.0;
    for _ in 0..6 {
        let (change, iterations) = linear.solve(system, &left, 1e-8);
        made += iterations;
        found.iter_mut().zip(&change).for_each(|(x, d)| *x += d);
        let mut product = vec![0.0; rhs.len()];
        system.matrix.multiply(&found, &mut product);
        left = rhs.iter().zip(&product).map(|(b, p)| b - p).collect();
        let now = size(&left) / whole;
        let stands = now > 0.3 * part;
        part = now;
        if stands || part < 1e-15 {
            break;
        }
    }
    (found, made, part)
}
