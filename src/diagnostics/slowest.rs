//! The slowest way in which a body forgets: the least eigenvalue of conduction at a state, and how much of it there is.
//!
//! Near a state the deviations from what it tends to obey `C dv/dt = -A v`, with the conductances of links and the exchange of walls in A. The
//! modes `A v = lambda C v` die off as exp(-lambda t), and the slowest has the least Rayleigh quotient `v.A v / v.C v`. Conjugate gradients on that
//! quotient (Knyazev, SIAM J. Sci. Comput. 23 (2001) 517), preconditioned by one multigrid cycle a step, find it from the present rates of
//! change, whose cycle tells about how much there is of each. In insulated bodies the mean does not change; what is slowest there is orthogonal to it.
//! A mode of which there is nothing, as symmetry may have it, is put aside, and the search goes on orthogonal to it.

use super::balance::Snapshot;
use crate::multigrid::Hierarchy;
use crate::multigrid::components::Insulated;
use crate::multigrid::cycle::{Workspace, precondition};
use crate::multigrid::matrix::Matrix;
use crate::multigrid::vector::{add_scaled, dot, for_pieces};
use crate::problem::VOID;
use crate::steady;

/// The slowest mode of a body at a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slowest {
    /// In which it falls to 1/e, s.
    pub time_constant: f64,
    /// Largest |dT/dt| that it has now, K/s.
    pub rate: f64,
}

/// Cycles at most.
const CYCLES: usize = 40;

/// Relative error of the eigenvalue, about, at which the search ends; what the mode itself is wrong by is the root of it.
const ENOUGH: f64 = 1e-5;

/// Modes that are looked for at most, while there is nothing of those found.
const MODES: usize = 4;

/// Parts of all that is left to change: a mode that is lower may be a little of others, as exact as it is, and is looked for once more, to
/// [`CLOSE`]; of one that is still as low as this there is nothing.
const LITTLE: f64 = 1e-2;
const NOTHING: f64 = 1e-5;

/// Relative error of the eigenvalue of what is to be told from nothing.
const CLOSE: f64 = 1e-12;

/// Rounds of the inverse iteration in two or three dimensions.
const ROUNDS: usize = 30;

/// Cells above which nothing is solved for it.
const MOST_CELLS: usize = 2_000_000;

/// Finds it, given what each cell gains (W) and A. None where nothing changes, something melts, heat has inertia, or there are too many cells.
pub fn mode(snapshot: &Snapshot, net: &[f64], matrix: impl FnOnce() -> Matrix) -> Option<Slowest> {
    if net.len() > MOST_CELLS || snapshot.heats.is_some() {
        return None;
    }
    let capacity = capacities(snapshot)?;
    let matrix = matrix();
    let insulated = Insulated::of(&matrix);
    let weights = insulated.sums(&capacity);
    // Takes the mean out of insulated bodies, and modes of which there is nothing.
    let level = |x: &mut [f64], absent: &[Way]| {
        let means: Vec<f64> = insulated
            .sums(&x.iter().zip(&capacity).map(|(x, c)| x * c).collect::<Vec<f64>>())
            .iter()
            .zip(&weights)
            .map(|(sum, weight)| if *weight > 0.0 { sum / weight } else { 0.0 })
            .collect();
        for (x, &body) in x.iter_mut().zip(insulated.body()) {
            *x -= means.get(body as usize).copied().unwrap_or(0.0);
        }
        for mode in absent {
            let part = dot(x, &mode.heat) / dot(&mode.of, &mode.heat);
            add_scaled(x, -part, &mode.of);
        }
    };
    let start: Vec<f64> = net.iter().zip(&capacity).map(|(q, c)| if *c > 0.0 { q / c } else { 0.0 }).collect();
    let hierarchy = Hierarchy::new(&matrix);
    let mut work = Workspace::new(&hierarchy);
    let mut cycle = |heat: &[f64], absent: &[Way]| {
        let mut corrected = vec![0.0; heat.len()];
        precondition(&matrix, &hierarchy, &mut work, heat, &mut corrected);
        let about_lost = dot(heat, &corrected);
        level(&mut corrected, absent);
        (corrected, about_lost)
    };
    let largest = |x: &[f64]| x.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let mut absent = Vec::new();
    // Where there is nothing of any, the first is the body's own.
    let mut own = None;
    while absent.len() < MODES {
        // What is slow hardly changes beside what is fast: about what there is of each, whose rates of change these are.
        let (left, _) = cycle(net, &absent);
        let height = largest(&left);
        let Some(mut mode) = Way::new(&matrix, &capacity, left) else { break };
        let mut found = None;
        for enough in [ENOUGH, CLOSE] {
            mode = least_of_all(mode, enough, |r| cycle(r, &absent), &matrix, &capacity);
            let eigenvalue = mode.quotient();
            if eigenvalue <= 0.0 {
                return own;
            }
            let rate = (dot(&mode.heat, &start) / dot(&mode.heat, &mode.of) * largest(&mode.of)).abs();
            let part = rate / (eigenvalue * height);
            found = Some(Slowest { time_constant: 1.0 / eigenvalue, rate });
            if part >= if enough > CLOSE { LITTLE } else { NOTHING } {
                return found;
            }
        }
        own = own.or(found);
        absent.push(mode);
    }
    own
}

/// The way of the least quotient that conjugate gradients find from some way, its eigenvalue to a part `enough`. `cycle`: what about balances a
/// heat (W), and their product.
fn least_of_all(
    mut mode: Way,
    enough: f64,
    mut cycle: impl FnMut(&[f64]) -> (Vec<f64>, f64),
    matrix: &Matrix,
    capacity: &[f64],
) -> Way {
    let mut before: Option<Way> = None;
    let (mut residual, mut eigenvalue) = (vec![0.0; capacity.len()], mode.quotient());
    for _ in 0..CYCLES {
        residual.copy_from_slice(&mode.flow);
        add_scaled(&mut residual, -eigenvalue, &mode.heat);
        // The cycle is nearly the inverse, so that this is nearly what the quotient can still lose.
        let (correction, error) = cycle(&residual);
        if error <= enough * eigenvalue {
            break;
        }
        let Some(mut way) = Way::new(matrix, capacity, correction) else { break };
        let parts = match &before {
            Some(before) => least([&mode, &way, before]),
            None => least([&mode, &way]).map(|[a, b]| [a, b, 0.0]),
        };
        let Some([own, new, old]) = parts else { break };
        way.scale(new);
        if let Some(before) = &before {
            way.add(old, before);
        }
        mode.scale(own);
        mode.add(1.0, &way);
        eigenvalue = mode.quotient();
        before = Some(way);
    }
    mode
}

/// A at a state, W/K.
pub fn conductances(snapshot: &Snapshot) -> Matrix {
    snapshot.conduction.matrix(&steady::excess(snapshot))
}

/// A vector v with A v and C v.
struct Way {
    of: Vec<f64>,
    flow: Vec<f64>,
    heat: Vec<f64>,
}

impl Way {
    /// With `v.C v = 1`; none where v is nothing.
    fn new(matrix: &Matrix, capacity: &[f64], of: Vec<f64>) -> Option<Way> {
        let [mut flow, mut heat] = [vec![0.0; of.len()], vec![0.0; of.len()]];
        matrix.multiply(&of, &mut flow);
        for_pieces(&mut heat, |first, piece| {
            for (k, heat) in piece.iter_mut().enumerate() {
                *heat = of[first + k] * capacity[first + k];
            }
        });
        let mut way = Way { of, flow, heat };
        let size = dot(&way.of, &way.heat).sqrt();
        way.scale(1.0 / size);
        (size > 0.0 && size.is_finite()).then_some(way)
    }

    fn quotient(&self) -> f64 {
        dot(&self.of, &self.flow) / dot(&self.of, &self.heat)
    }

    fn scale(&mut self, factor: f64) {
        for vector in [&mut self.of, &mut self.flow, &mut self.heat] {
            for_pieces(vector, |_, piece| piece.iter_mut().for_each(|x| *x *= factor));
        }
    }

    fn add(&mut self, factor: f64, other: &Way) {
        add_scaled(&mut self.of, factor, &other.of);
        add_scaled(&mut self.flow, factor, &other.flow);
        add_scaled(&mut self.heat, factor, &other.heat);
    }
}

/// Parts of some vectors whose sum, of `v.C v = 1`, has the least quotient (Rayleigh and Ritz), by inverse iteration from the first of them; none where
/// rounding leaves no answer.
fn least<const N: usize>(ways: [&Way; N]) -> Option<[f64; N]> {
    let gram = |product: fn(&Way) -> &[f64]| ways.map(|a| ways.map(|b| dot(&a.of, product(b))));
    let (flow, heat) = (gram(|way| &way.flow), gram(|way| &way.heat));
    let times = |m: &[[f64; N]; N], v: [f64; N]| m.map(|row| row.iter().zip(v).map(|(m, v)| m * v).sum::<f64>());
    let mut parts = [0.0; N];
    parts[0] = 1.0;
    for _ in 0..ROUNDS {
        let (mut rows, mut next) = (flow, times(&heat, parts));
        for k in 0..N {
            for a in k + 1..N {
                let share = rows[a][k] / rows[k][k];
                (k..N).for_each(|b| rows[a][b] -= share * rows[k][b]);
                next[a] -= share * next[k];
            }
        }
        for k in (0..N).rev() {
            (k + 1..N).for_each(|a| next[k] -= rows[k][a] * next[a]);
            next[k] /= rows[k][k];
        }
        let size = next.iter().zip(times(&heat, next)).map(|(a, b)| a * b).sum::<f64>().sqrt();
        parts = next.map(|part| part / size);
    }
    parts.iter().all(|part| part.is_finite()).then_some(parts)
}

/// Heat per kelvin of each cell at its temperature, J/K; 0 in void. None where something is melting, or is solid in one place and liquid in another.
pub(super) fn capacities(snapshot: &Snapshot) -> Option<Vec<f64>> {
    /// A part of the way along a curve, K.
    const STEP: f64 = 1e-3;
    let conduction = snapshot.conduction;
    let cells = conduction.capacity.iter().zip(&conduction.problem.material).zip(snapshot.enthalpy);
    let mushy = |m: &u8| conduction.curves.get(usize::from(*m))?.as_ref()?.mushy;
    let mut sides = vec![[false; 2]; conduction.curves.len()];
    for (m, e) in conduction.problem.material.iter().zip(snapshot.enthalpy) {
        if let Some([start, end]) = mushy(m) {
            let [solid, liquid] = &mut sides[usize::from(*m)];
            (*solid, *liquid) = (*solid || *e < end, *liquid || *e > start);
        }
    }
    if sides.contains(&[true; 2]) {
        return None;
    }
    let of_cell = |((&capacity, &material), &e): ((&f64, &u8), &f64)| match material {
        VOID => Some(0.0),
        m => match &conduction.curves[usize::from(m)] {
            Some(curve) => {
                let slope = (curve.temperature_at(e + STEP) - curve.temperature_at(e)) / STEP;
                (slope > 1e-2).then(|| capacity / slope)
            }
            None => Some(capacity),
        },
    };
    cells.map(of_cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conduction::Conduction;
    use crate::scenario::Scenario;
    use std::f64::consts::PI;
    use std::sync::Arc;

    const ALPHA: f64 = 50.0 / 2.5e6;

    fn slowest(boundary: &str, initial: &str) -> Slowest {
        let text = format!(
            "model = \"heat\"\n[grid]\nsize = [0.2, 0.05]\ncells = [80, 20]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\n\
             volumetric_heat_capacity = 2.5e6\n[initial]\ntemperature = \"{initial}\"\n[boundary]\n{boundary}\n[run]\nuntil = 1\n"
        );
        let scenario = Scenario::parse(&text, "slab.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
        let mut conduction = Conduction::new(Arc::new(scenario.problem)).unwrap();
        let enthalpy = conduction.enthalpy(&conduction.problem.initial);
        let snapshot = Snapshot::new(&mut conduction, &enthalpy, 0.0);
        mode(&snapshot, &snapshot.net(), || conductances(&snapshot)).unwrap()
    }

    /// Time constants of slabs (Incropera et al., Fundamentals of Heat and Mass Transfer, section 5.5): (L/zeta)^2/alpha.
    #[test]
    fn slabs_have_the_time_constants_of_theory() {
        let near = |found: Slowest, zeta: f64| {
            let exact = (0.2 / zeta).powi(2) / ALPHA;
            assert!((found.time_constant / exact - 1.0).abs() < 2e-3, "{} against {exact}", found.time_constant);
        };
        let rough = "300 + 10*x/0.2 + 5*(-1)^floor(x/0.01)*(-1)^floor(y/0.01)";
        near(slowest("x_min = { temperature = 300 }\nx_max = { temperature = 300 }", rough), PI);
        near(slowest("x_min = { temperature = 300 }", rough), 0.5 * PI);
        near(slowest("", rough), PI);
        // Biot number 2: zeta tan zeta = 2
        near(slowest("x_min = { convection = 500, ambient = 300 }", rough), 1.076_873_986);
    }

    /// A body all but insulated: what is fast changes it a hundred million times as fast as what is slow.
    #[test]
    fn a_slow_mode_is_found_beside_fast_ones() {
        let found = slowest("x_min = { convection = 1e-3, ambient = 310 }", "300 + 50*x");
        let exact = 2.5e6 * 0.2 / 1e-3;
        assert!((found.time_constant / exact - 1.0).abs() < 1e-3, "{} against {exact}", found.time_constant);
    }

    /// Warm in the middle, and insulated: the slowest mode is odd about the middle, and nothing of it is there.
    #[test]
    fn a_mode_that_symmetry_forbids_is_none() {
        for mode in [2.0, 3.0] {
            let found = slowest("", &format!("300 + 10*cos({mode}*pi*x/0.2)"));
            let exact = (0.2 / (mode * PI)).powi(2) / ALPHA;
            assert!((found.time_constant / exact - 1.0).abs() < 1e-2, "{} against {exact}", found.time_constant);
        }
    }

    /// The first mode alone: its rate is alpha (pi/L)^2 times its height, and all of it.
    #[test]
    fn the_rate_of_the_slowest_mode_is_its_part_of_the_whole() {
        let held = "x_min = { temperature = 300 }\nx_max = { temperature = 300 }";
        let exact = 10.0 * ALPHA * (PI / 0.2).powi(2);
        for fast in ["", " + 3*sin(5*pi*x/0.2)"] {
            let found = slowest(held, &format!("300 + 10*sin(pi*x/0.2){fast}"));
            assert!((found.rate / exact - 1.0).abs() < 5e-3, "{} against {exact}", found.rate);
        }
    }
}
