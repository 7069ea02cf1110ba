//! The slowest way in which a body forgets: the least eigenvalue of conduction at a state, and how much of it there is.
//!
//! Near a state the deviations from what it tends to obey `C dv/dt = -A v`, with the conductances of links and the exchange of walls in A. The
//! modes `A v = lambda C v` die off as exp(-lambda t). Inverse iteration (Golub and Van Loan, Matrix Computations, section 7.6) from the
//! present rates of change, which hold most of what is slowest, finds the least lambda in a few multigrid solves. In insulated bodies
//! the mean does not change; what is slowest there is orthogonal to it.

use super::balance::Snapshot;
use crate::multigrid::components::Insulated;
use crate::multigrid::matrix::Matrix;
use crate::multigrid::{Hierarchy, cg};
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

/// Solves at most.
const ITERATIONS: usize = 12;

/// Relative change of the eigenvalue at which the iteration ends; the value itself is then good to less.
const ENOUGH: f64 = 1e-3;

/// Cells above which nothing is solved for it.
const MOST_CELLS: usize = 2_000_000;

/// Finds it, given what each cell gains (W). None where nothing changes, something melts, heat has inertia, or there are too many cells.
pub fn mode(snapshot: &Snapshot, net: &[f64]) -> Option<Slowest> {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    if net.len() > MOST_CELLS || snapshot.heats.is_some() {
        return None;
    }
    let capacity = capacities(snapshot)?;
    let families: Vec<_> = conduction.links.families.iter().map(|f| (f.offset, f.conductance.as_slice())).collect();
    let matrix = Matrix::from_families(&problem.grid, &families, &steady::excess(snapshot));
    let insulated = Insulated::of(&matrix);
    let weights = insulated.sums(&capacity);
    // Takes the mean out of insulated bodies.
    let level = |x: &mut [f64]| {
        let means: Vec<f64> = insulated
            .sums(&x.iter().zip(&capacity).map(|(x, c)| x * c).collect::<Vec<f64>>())
            .iter()
            .zip(&weights)
            .map(|(sum, weight)| if *weight > 0.0 { sum / weight } else { 0.0 })
            .collect();
        for (x, &body) in x.iter_mut().zip(insulated.body()) {
            *x -= means.get(body as usize).copied().unwrap_or(0.0);
        }
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(&capacity).map(|((a, b), c)| a * b * c).sum::<f64>();
    let start: Vec<f64> = net.iter().zip(&capacity).map(|(q, c)| if *c > 0.0 { q / c } else { 0.0 }).collect();
    let mut mode = start.clone();
    level(&mut mode);
    let hierarchy = Hierarchy::new(&matrix);
    let (mut product, mut eigenvalue) = (vec![0.0; net.len()], f64::INFINITY);
    for _ in 0..ITERATIONS {
        let size = dot(&mode, &mode).sqrt();
        if !(size > 0.0 && size.is_finite()) {
            return None;
        }
        mode.iter_mut().for_each(|x| *x /= size);
        let rhs: Vec<f64> = mode.iter().zip(&capacity).map(|(x, c)| x * c).collect();
        let guess = if eigenvalue.is_finite() { 1.0 / eigenvalue } else { 0.0 };
        let mut next: Vec<f64> = mode.iter().map(|x| guess * x).collect();
        cg::solve(&matrix, &hierarchy, &rhs, &mut next, 1e-2, steady::LINEAR_ITERATIONS);
        level(&mut next);
        matrix.multiply(&next, &mut product);
        let energy: f64 = next.iter().zip(&product).map(|(x, p)| x * p).sum();
        let last = std::mem::replace(&mut eigenvalue, energy / dot(&next, &next));
        mode = next;
        if (last - eigenvalue).abs() <= ENOUGH * eigenvalue {
            break;
        }
    }
    let largest = mode.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let part = dot(&mode, &start) / dot(&mode, &mode);
    (eigenvalue > 0.0).then(|| Slowest { time_constant: 1.0 / eigenvalue, rate: (part * largest).abs() })
}

/// Heat per kelvin of each cell at its temperature, J/K; 0 in void. None where something is melting.
fn capacities(snapshot: &Snapshot) -> Option<Vec<f64>> {
    /// A part of the way along a curve, K.
    const STEP: f64 = 1e-3;
    let conduction = snapshot.conduction;
    let cells = conduction.capacity.iter().zip(&conduction.problem.material).zip(snapshot.enthalpy);
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
        mode(&snapshot, &snapshot.net()).unwrap()
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
