//! Newton's method for temperatures and potentials together.
//!
//! Each linear system couples two elliptic operators, by at most ZT / (1 + ZT) of what either has ([`super::linear`]).

use super::device::{Device, Held, State};
use super::junction::Cell;
use super::linear::Linear;
use super::passages::{Passages, Properties};
use super::slopes::Slopes;
use crate::grid::Place;
use crate::problem::VOID;

/// Why no state was found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoupledError {
    /// The iteration stands still above what rounding leaves.
    #[error(
        "temperatures and potentials were not found in {steps} Newton steps (heat left over {heat:.1e}, charge {charge:.1e}, in parts of what passes); lower currents or powers, or lower run.time_step"
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
        "temperatures and mass fractions were not found in {steps} Newton steps (heat left over {heat:.1e}, matter {matter:.1e}, in parts of what passes); lower run.time_step"
    )]
    Unmixed {
        /// Steps made.
        steps: usize,
        /// Of the heat that passes.
        heat: f64,
        /// Of the matter that passes.
        matter: f64,
    },
    /// No steady state of heat with charge.
    #[error(
        "a steady state was not found in {steps} Newton steps (heat left over {heat:.1e}, charge {charge:.1e}, in parts of what passes): there may be none, where a part makes more heat the hotter it is; lower currents, potentials or powers, or give run.until a time and see where it goes"
    )]
    Restless {
        /// Steps made.
        steps: usize,
        /// Of the heat that passes.
        heat: f64,
        /// Of the current that passes.
        charge: f64,
    },
    /// No steady state of a mixture.
    #[error(
        "a steady state was not found in {steps} Newton steps (heat left over {heat:.1e}, matter {matter:.1e}, in parts of what passes); start nearer with [initial], or give run.until a time and see where it goes"
    )]
    Unsettled {
        /// Steps made.
        steps: usize,
        /// Of the heat that passes.
        heat: f64,
        /// Of the matter that passes.
        matter: f64,
    },
    /// What takes heat away has left none.
    #[error(
        "at t = {time:.6e} s temperatures near {at} come to {kelvin:.3} K, and there is no step from there: a flux or source takes away more heat there than there is, so lower it, or end the run earlier"
    )]
    Cold {
        /// Last time that was reached, s.
        time: f64,
        /// Lowest temperature, K.
        kelvin: f64,
        /// Where, m.
        at: Place,
    },
    /// What takes matter away has left none.
    #[error(
        "at t = {time:.6e} s the mass fraction of {species} comes to {fraction:.3e} near {at}, and there is no step from there: more is taken away there than diffusion brings, so lower mass_flux, or end the run earlier"
    )]
    Dry {
        /// Last time that was reached, s.
        time: f64,
        /// What is used up.
        species: String,
        /// Its lowest mass fraction.
        fraction: f64,
        /// Where, m.
        at: Place,
    },
    /// A part that keeps all its heat.
    #[error(
        "there is more than one steady state: no heat comes to or leaves the part around {at}, whatever its temperature; give a surface of it a temperature, that of [initial] for instance, or give run.until a time"
    )]
    Trapped {
        /// Centre of one of its cells, m.
        at: Place,
    },
    /// A part that matter enters or leaves for ever.
    #[error(
        "no steady state: matter enters or leaves the part around {at}, and no surface of it has a given mass fraction"
    )]
    Flooded {
        /// Centre of one of its cells, m.
        at: Place,
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

/// Steps after which the iteration gives up, where nothing else is asked.
pub const MOST_STEPS: usize = 60;

/// Looks at a state without solving for anything.
pub fn look(device: &Device, state: &State, time: f64) -> Solved {
    let properties = device.properties(&state.temperature, time);
    let passages = device.passages(&properties, state, time);
    let gains = device.gains(&passages, device.conduction.sources(time).as_deref());
    let ([_, gross], [_, rounding], _) = gross(device, &properties, state, &passages, Balance::Steady);
    Solved { passages, gains, steps: Vec::new(), noise: rounding * gross }
}

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
    linear: &mut Linear,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Solved, CoupledError> {
    device.set_given(&mut state.potential, time);
    let sources = device.conduction.sources(time);
    let mut steps: Vec<Step> = Vec::new();
    let mut made = 0;
    loop {
        let properties = device.properties(&state.temperature, time);
        let passages = device.passages(&properties, state, time);
        let gains = device.gains(&passages, sources.as_deref());
        let heat = unbalanced(device, state, &gains, balance);
        let mut charge = device.charges(&passages, state, time);
        charge.iter_mut().zip(&device.held).filter(|(_, h)| **h != Held::Free).for_each(|(c, _)| *c = 0.0);
        let ([gross_heat, gross_charge], rounding, nothing) = gross(device, &properties, state, &passages, balance);
        let part = |left: &[f64], gross: f64, nothing: f64| {
            let sum: f64 = left.iter().map(|v| v.abs()).sum();
            if sum <= nothing { 0.0 } else { sum / gross }
        };
        let [heat_left, charge_left] = [part(&heat, gross_heat, 0.0), part(&charge, gross_charge, nothing)];
        let step = Step { heat: heat_left, charge: charge_left, linear: made };
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
        let slopes = Slopes::new(device, &properties, state, time, balance);
        if matches!(balance, Balance::Steady) && steps.len() == 1 {
            slopes.refuse_trapped()?;
        }
        let system = slopes.system(linear);
        let rhs = [heat.as_slice(), &charge].concat();
        let (change, iterations) = linear.solve(&system, &rhs, 1e-7);
        made = iterations;
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

/// A current that heats by the square of this part of what rounding makes of heat is none.
const NO_CURRENT: f64 = 1e-6;

/// Sums of the magnitudes of all heats and currents, with what a drop of a millionth would drive, what the rounding of
/// temperatures and potentials may leave of the balances, in parts of them, and a current that is none (A).
fn gross(
    device: &Device,
    p: &Properties,
    state: &State,
    passages: &Passages,
    balance: Balance<'_>,
) -> ([f64; 2], [f64; 2], f64) {
    let mut conductance = 0.0;
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
        conductance += cell.half.electrical;
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
    let nothing = NO_CURRENT * (f64::EPSILON * rounding[0] * conductance).sqrt();
    (sums, [part(0), part(1)], nothing)
}
