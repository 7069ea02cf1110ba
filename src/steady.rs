//! The steady state, without walking through the transient: Newton's method on the heat balance of every
//! cell, each linear system solved by conjugate gradients with algebraic multigrid. The answer knows no time
//! step.

mod transformed;

use crate::backend::{BackendInfo, cpu};
use crate::conduction::{Conduction, WallState};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::verdict::diffusive_time;
use crate::grid::Place;
use crate::laws::STEFAN_BOLTZMANN;
use crate::multigrid::{
    Hierarchy, cg,
    components::{HELD, Insulated},
    matrix::Matrix,
};
use crate::problem::{Condition, VOID, Wall};
use crate::sum::Sum;
use rayon::prelude::*;
use transformed::Transformed;

/// When a state counts as steady.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// |heat in| over the sum of the magnitudes of all heats.
    pub imbalance: f64,
    /// Largest |dT/dt| times the diffusive time over the range of temperatures.
    pub rate: f64,
    /// Newton steps at most.
    pub iterations: usize,
}

/// One Newton step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Of [`Tolerance::imbalance`].
    pub imbalance: f64,
    /// Of [`Tolerance::rate`].
    pub rate: f64,
    /// Conjugate gradient iterations that led here.
    pub linear_iterations: usize,
}

/// A steady state.
#[derive(Debug, Clone, PartialEq)]
pub struct Steady {
    /// Temperature deviation per cell, K.
    pub temperature: Vec<f64>,
    /// How it was reached.
    pub steps: Vec<Step>,
    /// Whether some part exchanges nothing, and so keeps the energy of the guess.
    pub keeps: bool,
}

/// Why there is none, or none was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SteadyError {
    /// A part without contact to any given temperature or surroundings is heated or cooled for ever.
    #[error(
        "no steady state: {heat_w:.6e} W enter a part of the domain (around {at}) that nothing of given temperature touches"
    )]
    NoWayOut {
        /// W.
        heat_w: f64,
        /// Centre of one of its cells, m.
        at: Place,
    },
    /// Values change in time.
    #[error("no steady state: {what} varies in time; give `run.until` a time instead of \"steady\"")]
    Driven {
        /// What varies.
        what: String,
    },
    /// The iteration ended above the tolerance.
    #[error(
        "the steady state was not reached in {steps} Newton steps: heat imbalance {imbalance:.1e}, scaled rate {rate:.1e}; loosen [run.steady], or start nearer with [initial]"
    )]
    NotConverged {
        /// Steps made.
        steps: usize,
        /// Left over.
        imbalance: f64,
        /// Left over.
        rate: f64,
    },
    /// The iteration was held at the lowest temperature it may reach.
    #[error(
        "no steady state above absolute zero: temperatures fell to {lowest:.1} K on the way, near {at}; a flux or source takes away more heat there than can come"
    )]
    TooCold {
        /// K.
        lowest: f64,
        /// Centre of one such cell, m.
        at: Place,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Solves the linear systems of the Newton iteration: on the CPU, or on a device.
pub trait LinearSolver {
    /// Told before a solve whose matrix or hierarchy differs from that of the last.
    fn renewed(&mut self) {}

    /// Solves `matrix * x = rhs` to a relative residual, preconditioned by the hierarchy; returns the iterations it took.
    fn solve(&mut self, matrix: &Matrix, hierarchy: &Hierarchy, rhs: &[f64], x: &mut [f64], tolerance: f64) -> usize;

    /// What the systems so far were solved with.
    fn info(&self) -> BackendInfo;

    /// Why the CPU took over from a device, where it did.
    fn fallback(&self) -> Option<&str> {
        None
    }
}

/// Conjugate gradients on the CPU.
pub struct CpuSolver;

/// Iterations of one linear solve, at most.
pub const LINEAR_ITERATIONS: usize = 500;

/// Part of its temperature that a Newton step leaves a cell at least.
const LEAST_LEFT: f64 = 0.1;

/// Heat imbalance that is rounding.
const CLOSED: f64 = 1e-13;

impl LinearSolver for CpuSolver {
    fn solve(&mut self, matrix: &Matrix, hierarchy: &Hierarchy, rhs: &[f64], x: &mut [f64], tolerance: f64) -> usize {
        cg::solve(matrix, hierarchy, rhs, x, tolerance, LINEAR_ITERATIONS).iterations
    }

    fn info(&self) -> BackendInfo {
        cpu::info()
    }
}

/// The system of one Newton step. An old hierarchy still preconditions a matrix that changed little; it is renewed
/// when it works half as well as when it was new. What is insulated is so at the start: a conductivity that falls to nothing on the way
/// parts no bodies.
struct System {
    matrix: Matrix,
    hierarchy: Hierarchy,
    insulated: Insulated,
    first: usize,
    last: usize,
}

impl System {
    fn new(matrix: Matrix) -> System {
        let (hierarchy, insulated) = (Hierarchy::new(&matrix), Insulated::of(&matrix));
        System { matrix, hierarchy, insulated, first: 0, last: 0 }
    }

    fn renew(&mut self, matrix: Matrix) {
        if self.last > 2 * self.first.max(4) {
            self.hierarchy = Hierarchy::new(&matrix);
            (self.first, self.last) = (0, 0);
        }
        self.matrix = matrix;
    }

    fn solve(&mut self, linear: &mut dyn LinearSolver, rhs: &[f64], x: &mut [f64], tolerance: f64) -> usize {
        self.last = linear.solve(&self.matrix, &self.hierarchy, rhs, x, tolerance);
        if self.first == 0 {
            self.first = self.last;
        }
        self.last
    }
}

/// Finds the steady state at time 0's values, from a starting guess (temperature deviations, K). An insulated part keeps
/// the energy it has in the guess. `going` is told every step with the enthalpies (K) that it led to, and ends the search with `false`.
///
/// # Errors
/// See [`SteadyError`].
pub fn solve(
    conduction: &mut Conduction,
    guess: &[f64],
    tolerance: Tolerance,
    linear: &mut dyn LinearSolver,
    going: &mut dyn FnMut(&Step, &[f64]) -> bool,
) -> Result<Steady, SteadyError> {
    refuse_driven(conduction)?;
    let mut temperature = guess.to_vec();
    let (kept, coldest) = (energies(conduction, guess), coldest(conduction));
    let mut steps: Vec<Step> = Vec::new();
    let mut linear_iterations = 0;
    let mut system: Option<System> = None;
    let mut last_worst = f64::INFINITY;
    loop {
        let enthalpy = conduction.enthalpy(&temperature);
        let snapshot = Snapshot::new(conduction, &enthalpy, 0.0);
        let conduction = snapshot.conduction;
        let (net, rates) = (snapshot.net(), snapshot.rates());
        let excess = excess(&snapshot);
        let imbalance_beyond = |rounding: f64| match (rates.net_heat().abs(), rates.gross_heat) {
            (_, 0.0) => 0.0,
            (net, gross) if net.is_finite() && gross.is_finite() => (net - rounding).max(0.0) / gross,
            _ => f64::NAN,
        };
        let imbalance = imbalance_beyond(rounding_of_walls(&snapshot, &excess));
        let rate = scaled_rate(&snapshot, &net, &excess, f64::EPSILON) * diffusive_time(&snapshot);
        let step = Step { imbalance, rate, linear_iterations };
        steps.push(step);
        if !going(&step, &enthalpy) {
            return Err(SteadyError::Interrupted);
        }
        let changes = conduction.varies || conduction.radiates();
        let met = imbalance <= tolerance.imbalance && step.rate <= tolerance.rate;
        // Where the balance is linear, one short solve for what the first one left closes it to rounding. Where no heat is to flow all
        // of it is left over, and less than the walls may round off.
        let closed = changes || imbalance_beyond(0.0) <= CLOSED || steps.len() > 2;
        if met && closed && steps.len() > 1 {
            let material = &conduction.problem.material;
            let alone = |(body, m): (&u32, &u8)| *body != HELD && *m != VOID;
            let keeps = system.is_some_and(|s| s.insulated.body().iter().zip(material).any(alone));
            return Ok(Steady { temperature, steps, keeps });
        }
        let worst = (imbalance / tolerance.imbalance).max(step.rate / tolerance.rate);
        if steps.len() > tolerance.iterations || imbalance.is_nan() || worst.is_nan() {
            let held = |(t, m): (&f64, &u8)| *m != VOID && *t <= coldest;
            if let Some(cell) = temperature.iter().zip(&conduction.problem.material).position(held) {
                let (grid, lowest) = (&conduction.problem.grid, coldest + conduction.problem.reference);
                return Err(SteadyError::TooCold { lowest, at: grid.place(cell) });
            }
            return Err(SteadyError::NotConverged { steps: steps.len() - 1, imbalance, rate: step.rate });
        }

        let transformed = Transformed::of(&snapshot);
        if system.is_none() || changes {
            let matrix = transformed.as_ref().map_or_else(|| conduction.matrix(&excess), Transformed::matrix);
            match &mut system {
                None => system = Some(System::new(matrix)),
                Some(system) => system.renew(matrix),
            }
            linear.renewed();
        }
        let system = system.as_mut().expect("assembled above");
        refuse_trapped(conduction, &system.insulated, &net, rates.gross_heat)?;

        let mut change = vec![0.0; net.len()];
        // Newton's own error outweighs that of its first linear systems.
        let accuracy = match () {
            () if changes => 1e-6,
            () if met && steps.len() > 1 => 1e-4,
            () => 1e-11,
        };
        linear_iterations = system.solve(linear, &net, &mut change, accuracy);
        if let Some(transformed) = transformed {
            transformed.changes(&mut change);
        }
        // A step that made things much worse was too bold: the linearisation (radiation, k(T)) reached too far.
        let damp = if worst > 4.0 * last_worst { 0.5 } else { 1.0 };
        last_worst = worst;
        let reference = conduction.problem.reference;
        for ((t, d), &m) in temperature.iter_mut().zip(&change).zip(&conduction.problem.material) {
            if m != VOID {
                // Never below absolute zero on the way, nor near it at once.
                let least = LEAST_LEFT * (*t + reference) - reference;
                *t = (*t + damp * d).max(least).max(coldest);
            }
        }
        keep_energy(conduction, &system.insulated, &kept, &mut temperature);
    }
}

/// The lowest temperature that the iteration may pass through (deviation, K): far below all that walls and surroundings are told, and above
/// absolute zero.
fn coldest(conduction: &Conduction) -> f64 {
    const PART: f64 = 1e-3;
    let (problem, row) = (&conduction.problem, conduction.row(0.0));
    let told = problem.walls.iter().filter_map(|wall| match conduction.said(wall, 0.0, &row) {
        Condition::Temperature(surface) => Some(surface),
        Condition::Environment { convection, ambient, emissivity, .. } => {
            (convection > 0.0 || emissivity > 0.0).then_some(ambient)
        }
    });
    PART * (told.fold(0.0, f64::min) + problem.reference) - problem.reference
}

/// What cannot be steady: anything that varies in time.
fn refuse_driven(conduction: &Conduction) -> Result<(), SteadyError> {
    let problem = &conduction.problem;
    let varies = |id: crate::problem::ValueId| problem.values.get(id).depends_on(crate::expression::Variable::Time);
    for (w, wall) in problem.walls.iter().enumerate() {
        let condition = &problem.conditions[wall.condition as usize];
        let ids = match *condition {
            Condition::Temperature(id) => vec![id],
            Condition::Environment { flux, convection, ambient, emissivity } => {
                vec![flux, convection, ambient, emissivity]
            }
        };
        // conditions are shared by many walls: look at each once
        let seen = w > 0 && problem.walls[w - 1].condition == wall.condition;
        if !seen && ids.into_iter().any(varies) {
            return Err(SteadyError::Driven { what: format!("a condition on {}", wall.side.name()) });
        }
    }
    if conduction.sources_vary() {
        return Err(SteadyError::Driven { what: "a source".into() });
    }
    Ok(())
}

/// What a wall takes from its cell per kelvin, W/K, now.
pub fn excess(snapshot: &Snapshot) -> Vec<f64> {
    let mut excess = vec![0.0; snapshot.conduction.problem.grid.len()];
    wall_excess(snapshot).for_each(|(wall, taken, _)| excess[wall.cell as usize] += taken);
    excess
}

/// What each wall takes from its cell per kelvin, W/K, now, and whether its temperature is given.
fn wall_excess<'a>(snapshot: &'a Snapshot) -> impl Iterator<Item = (&'a Wall, f64, bool)> {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let row = conduction.row(snapshot.time);
    let walls = problem.walls.iter().zip(&snapshot.walls).zip(&conduction.wall_conductance);
    walls.map(move |((wall, state), &g)| match problem.conditions[wall.condition as usize] {
        Condition::Temperature(_) => (wall, g, true),
        Condition::Environment { convection, emissivity, .. } => {
            let h = conduction.wall_value(convection, wall, snapshot.time, &row);
            let emissivity = conduction.wall_value(emissivity, wall, snapshot.time, &row);
            let surface = state.surface + problem.reference;
            let outside = wall.area * (h + 4.0 * emissivity * STEFAN_BOLTZMANN * surface.powi(3));
            (wall, if outside > 0.0 { g * outside / (g + outside) } else { 0.0 }, false)
        }
    })
}

/// What the rounding of temperatures can make of the heat through all walls, W: that through a good conductor of a few nanometres is a small
/// difference times a large conductance.
fn rounding_of_walls(snapshot: &Snapshot, excess: &[f64]) -> f64 {
    let material = &snapshot.conduction.problem.material;
    let [low, high] = cpu::solid_range(&snapshot.temperature, material);
    f64::EPSILON * snapshot.conduction.rounded([low, high]) * excess.iter().copied().collect::<Sum>().value()
}

/// Largest |dT/dt| over the range of temperatures, 1/s. What the rounding of the temperatures (by parts of `epsilon`) alone can make of the
/// balance of a cell does not count; `excess`: what [`excess`] tells.
pub fn scaled_rate(snapshot: &Snapshot, net: &[f64], excess: &[f64], epsilon: f64) -> f64 {
    let conduction = snapshot.conduction;
    let stiffness = conduction.links.total(&conduction.problem);
    let material = &conduction.problem.material;
    let [mut low, mut high] = cpu::solid_range(&snapshot.temperature, material);
    for WallState { surface, .. } in &snapshot.walls {
        (low, high) = (low.min(*surface), high.max(*surface));
    }
    let rounding = 4.0 * epsilon * conduction.rounded([low, high]);
    let largest = (0..net.len())
        .into_par_iter()
        .with_min_len(4096)
        .filter(|&i| material[i] != VOID)
        .map(|i| (net[i].abs() - rounding * (stiffness[i] + excess[i])).max(0.0) / conduction.capacity[i])
        .reduce(|| 0.0, f64::max);
    largest / (high - low).max(f64::EPSILON * conduction.problem.reference)
}

/// Refuses a body in which heat stays for ever, at a starting guess (temperature deviations, K).
///
/// # Errors
/// [`SteadyError::NoWayOut`].
pub fn refuse_endless(conduction: &mut Conduction, guess: &[f64]) -> Result<(), SteadyError> {
    let enthalpy = conduction.enthalpy(guess);
    let snapshot = Snapshot::new(conduction, &enthalpy, 0.0);
    let insulated = Insulated::of(&snapshot.conduction.matrix(&excess(&snapshot)));
    refuse_trapped(snapshot.conduction, &insulated, &snapshot.net(), snapshot.rates().gross_heat)
}

fn refuse_trapped(conduction: &Conduction, insulated: &Insulated, net: &[f64], gross: f64) -> Result<(), SteadyError> {
    let shifted = insulated.sums(&net.iter().map(|heat| heat.abs()).collect::<Vec<_>>());
    for (body, heat) in insulated.sums(net).into_iter().enumerate() {
        // what an insulated body only shifts within itself leaves rounding
        if heat.abs() > 1e-9 * gross + 1e-12 * shifted[body] {
            let grid = &conduction.problem.grid;
            let cell = insulated.body().iter().position(|&b| b as usize == body).unwrap_or(0);
            return Err(SteadyError::NoWayOut { heat_w: heat, at: grid.place(cell) });
        }
    }
    Ok(())
}

fn energies(conduction: &Conduction, temperature: &[f64]) -> Vec<f64> {
    conduction.enthalpy(temperature).iter().zip(&conduction.capacity).map(|(e, c)| e * c).collect()
}

/// Shifts each insulated body to the energy it had.
fn keep_energy(conduction: &Conduction, insulated: &Insulated, kept: &[f64], temperature: &mut [f64]) {
    if insulated.is_empty() {
        return;
    }
    let wanted = insulated.sums(kept);
    let capacity = insulated.sums(&conduction.capacity);
    // One shift is exact for constant heat capacities; curves take a few.
    for _ in 0..30 {
        let now = insulated.sums(&energies(conduction, temperature));
        // Void counts as a body without capacity.
        let shift = |b: usize| if capacity[b] > 0.0 { (wanted[b] - now[b]) / capacity[b] } else { 0.0 };
        let shifts: Vec<f64> = (0..wanted.len()).map(shift).collect();
        for (t, &body) in temperature.iter_mut().zip(insulated.body()) {
            if let Some(shift) = shifts.get(body as usize) {
                *t += shift;
            }
        }
        if shifts.iter().copied().map(f64::abs).collect::<Sum>().value() < 1e-12 * conduction.problem.reference {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::execution::{self, Options, Quiet};
    use crate::scenario::Scenario;
    use std::path::Path;

    /// Heat (W) into a bar of 0.1 m2/m and 1 W/(m K) between two ends, and the coldest of its cells, K.
    fn between(hot: f64, cold: &str, cells: usize, guess: f64) -> (f64, f64) {
        let text = format!(
            "[grid]\nsize = [0.1, 1]\ncells = [{cells}, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\n\
             [initial]\ntemperature = {guess}\n[boundary]\nx_min = {{ temperature = {hot} }}\nx_max = {{ {cold} }}\n[run]\nuntil = \"steady\"\n"
        );
        let scenario = Scenario::parse(&text, Path::new("bar.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        let outcome = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
        (outcome.report.boundaries.0[0].1.heat_in, outcome.report.temperature.min)
    }

    /// Heat (W/m2) through a slab of 0.1 m between two temperatures.
    fn through(material: &str, [hot, cold]: [f64; 2], cells: usize) -> f64 {
        let text = format!(
            "[grid]\nsize = [0.1, 1]\ncells = [{cells}, 1]\nmaterial = \"m\"\n[materials.m]\nvolumetric_heat_capacity = 2e6\n{material}\n\
             [initial]\ntemperature = {cold}\n[boundary]\nx_min = {{ temperature = {hot} }}\nx_max = {{ temperature = {cold} }}\n[run]\nuntil = \"steady\"\n"
        );
        let scenario = Scenario::parse(&text, Path::new("slab.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        let outcome =
            execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{material}: {e}"));
        outcome.report.boundaries.0[0].1.heat_in
    }

    /// What passes through a slab is the integral of k over temperature by its thickness, however few the cells and however k changes
    /// between two of them (Carslaw & Jaeger 1959, section 1.6).
    #[test]
    fn slabs_of_any_conductivity_of_temperature_are_exact() {
        let jump = "conductivity = { T = [309.999, 310.001], value = [1, 50] }";
        let ice = "conductivity = 2.2\nmelting = { temperature = 273.15, latent_heat = \"306 MJ/m^3\", liquid_conductivity = 0.6 }";
        let mush = "conductivity = 2\nmelting = { solidus = 300, liquidus = 320, latent_heat = \"300 MJ/m^3\", liquid_conductivity = 1 }";
        let exact_power = 148.0 / 0.3 * 300.0 * (1.0 - 2.0_f64.powf(-0.3));
        let exact_peak = 100.0 + 99.0 * (50.0_f64.atan() + 50.0_f64.atan());
        let cases = [
            (jump, [350.0, 290.0], 20.0 + 50.0 * 40.0),
            (ice, [293.15, 253.15], 2.2 * 20.0 + 0.6 * 20.0),
            (mush, [330.0, 290.0], 20.0 + 30.0 + 10.0),
            ("conductivity = \"148*(T/300)^-1.3\"", [600.0, 300.0], exact_power),
            ("conductivity = \"1 + 99/(1 + (T - 320)^2)\"", [370.0, 270.0], exact_peak),
            ("conductivity = [\"T/100\", 7]", [500.0, 300.0], (500.0 * 500.0 - 300.0 * 300.0) / 200.0),
        ];
        for (material, ends, sum) in cases {
            for cells in [1, 7, 40] {
                let (found, exact) = (through(material, ends, cells), 10.0 * sum);
                assert!((found / exact - 1.0).abs() < 1e-7, "{material} on {cells} cells: {found} for {exact} W");
            }
        }
    }

    /// However cold an end is, and however near it the cells, the steady state of a bar is a straight line.
    #[test]
    fn cold_ends_are_reached_from_any_guess() {
        for (hot, cold) in [(300.0, 4.0), (1000.0, 20.0), (30.0, 4.0), (300.0, 0.01)] {
            for (cells, guess) in [(10, 300.0), (160, 300.0), (160, 20.0)] {
                let (heat, coldest) = between(hot, &format!("temperature = {cold}"), cells, guess);
                let exact = 10.0 * (hot - cold);
                assert!((heat / exact - 1.0).abs() < 1e-9, "{hot} to {cold} K: {heat} for {exact} W");
                let last = cold + 0.5 * (hot - cold) / cells as f64;
                assert!((coldest / last - 1.0).abs() < 1e-6, "{hot} to {cold} K: {coldest} for {last} K");
            }
        }
    }
}
