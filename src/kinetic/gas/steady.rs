//! The steady state: passes of all velocities, corrected by the gas as a continuum and combined by Anderson's extrapolation.

use super::continuum::{Continuum, Correction};
pub use super::faces::Moments;
use super::faces::{DENSITY, TEMPERATURE};
use super::law::Vessel;
use super::pass::{Laps, Passes, WallState};
use super::tally::Tally;
use super::velocities::Velocities;
use crate::backend::{BackendError, BackendInfo};
use crate::kinetic::anderson::Anderson;
use crate::kinetic::domain::Law;
use crate::kinetic::steady::{KineticError, SINGLE, Step, Tolerance, stalls};

/// A gas at rest or in steady motion.
#[derive(Debug, Clone)]
pub struct Steady {
    /// Passes made.
    pub steps: Vec<Step>,
    /// How many of them were made elsewhere.
    pub made_elsewhere: usize,
    /// What collisions tended to in the last pass.
    pub moments: Moments,
    /// The last pass, in full.
    pub tally: Tally,
    /// What walls emitted.
    pub walls: WallState,
    /// Passes of single families, over all steps: more than one a step where walls mirror or ends are joined.
    pub laps: usize,
}

/// Where an iteration stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What collisions tend to.
    pub moments: Moments,
    /// What walls emit.
    pub walls: WallState,
}

/// Makes passes somewhere else, to fewer digits.
pub trait Elsewhere {
    /// Sends all velocities over the grid; counts moments, hits and returns.
    ///
    /// # Errors
    /// If the device fails.
    fn pass(&mut self, moments: &Moments, walls: &mut WallState, laps: Laps) -> Result<Tally, BackendError>;

    /// What it computes with.
    fn info(&self) -> BackendInfo;
}

/// Finds the steady state on the CPU. `going` is told after every pass and ends the search with `false`.
///
/// # Errors
/// See [`KineticError`].
pub fn solve(
    vessel: &Vessel,
    velocities: &Velocities,
    tolerance: Tolerance,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Steady, KineticError> {
    solve_from(vessel, velocities, tolerance, None, &mut None, going)
}

/// Finds the steady state from where an iteration stands, or else from conduction, with passes made elsewhere as long as these bring
/// it nearer. The last pass is made here, judges the state in f64 and may go on from it. Where `going` ends the search, `standing` is how far
/// it came.
///
/// # Errors
/// See [`KineticError`].
pub fn solve_from(
    vessel: &Vessel,
    velocities: &Velocities,
    tolerance: Tolerance,
    mut elsewhere: Option<&mut dyn Elsewhere>,
    standing: &mut Option<Standing>,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Steady, KineticError> {
    let domain = &vessel.domain;
    let n = domain.grid.len();
    let passes = Passes::new(vessel, velocities);
    let continuum = Continuum::new(vessel);
    let volume: Vec<f64> =
        (0..n).map(|c| if domain.is_solid(c) { domain.grid.volume(domain.grid.cell(c)) } else { 0.0 }).collect();
    let half_flux: Vec<f64> = (0..3).map(|a| velocities.half_flux(a)).collect();
    let parts = bodies(vessel);
    let kept: Vec<Vec<usize>> = parts.iter().map(|part| unanswered(vessel, part)).collect();
    let driven = parts.iter().any(|part| drives(vessel, part));
    let Standing { mut moments, mut walls } = standing.take().unwrap_or_else(|| {
        let mut moments = Moments::zero(vessel);
        moments.kind[TEMPERATURE] = continuum.conduction();
        moments.kind[DENSITY] = moments.kind[TEMPERATURE].iter().map(|t| -t).collect();
        let walls = passes.walls_at(&moments.kind[TEMPERATURE]);
        Standing { moments, walls }
    });
    // rounding of a wall's heat, and what the flow of heat in the thickest vessel makes of it
    let length = domain.axes().iter().map(|&a| domain.grid.axis(a).length()).fold(0.0, f64::max);
    let rounding = 8.0 * f64::EPSILON * (length * vessel.gas.rate).powi(2).max(1.0);
    let mut anderson = Anderson::new(15);
    let mut steps: Vec<Step> = Vec::new();
    let mut laps_made = 0;
    let mut change = f64::INFINITY;
    let mut judging = 0;
    loop {
        let (range, largest) = range(vessel, &moments);
        let least = 1e-13 * range.max(1e-3 * largest);
        let laps = Laps { most: 60, change: (0.02 * change).clamp(least, least.max(0.02 * range)) };
        let ended = elsewhere.is_some() && (tolerance.met(&steps) || stalls(&steps));
        if ended {
            // what f32 found is judged by a pass in f64
            elsewhere = None;
            judging = steps.len();
            anderson.clear();
        }
        let done = !ended && tolerance.met(&steps) || steps.len() >= tolerance.iterations;
        let tally = match &mut elsewhere {
            Some(device) if !done => device.pass(&moments, &mut walls, laps)?,
            _ => passes.pass(&moments, &mut walls, laps, done || ended),
        };
        laps_made += tally.laps;
        let noise = 64.0 * f64::EPSILON * largest * (length * vessel.gas.rate).max(1.0);
        let imbalance = imbalance(vessel, &tally, noise);
        if done {
            tolerance.judge(&steps)?;
            // Where heat is to flow, none of what is missing is forgiven as rounding.
            let lost = if driven { self::imbalance(vessel, &tally, 0.0) } else { 0.0 };
            if lost > DROWNED {
                return Err(KineticError::Drowned { lost });
            }
            return Ok(Steady { steps, made_elsewhere: judging, moments, tally, walls, laps: laps_made });
        }
        let correction = continuum.correct(&moments, &tally.moments);
        let mut image = tally.moments.clone();
        apply(vessel, &correction, &mut image);
        let mut emission: Vec<f64> = (0..domain.walls.len())
            .map(|w| {
                let wall = &domain.walls[w];
                let cell = wall.cell as usize;
                tally.hits[w] / half_flux[wall.side.axis] + correction.pressure[cell]
                    - 0.5 * correction.temperature[cell]
            })
            .collect();
        // What nothing in a part of the vessel answers to stays as it is: the number of its molecules, and between mirrors and joined ends their
        // energy and the way they drift.
        for (part, kept) in parts.iter().zip(&kept) {
            let weight: f64 = part.iter().map(|&c| volume[c]).sum();
            let mut level = |kind: usize| {
                let mean = part.iter().map(|&c| volume[c] * image.kind[kind][c]).sum::<f64>() / weight;
                part.iter().for_each(|&c| image.kind[kind][c] -= mean);
                mean
            };
            for &kind in kept {
                level(kind);
            }
            let mean = level(DENSITY);
            let mut inside = vec![false; n];
            part.iter().for_each(|&c| inside[c] = true);
            let own = emission.iter_mut().zip(&domain.walls).filter(|(_, w)| inside[w.cell as usize]);
            own.for_each(|(e, _)| *e -= mean);
        }
        let thermal = |w: &usize| matches!(domain.walls[*w].law, Law::Thermal(_));
        let answering: Vec<usize> = (0..domain.walls.len()).filter(thermal).collect();
        let mut x = moments.kind.concat();
        let mut to = image.kind.concat();
        let squares: f64 = x.iter().zip(&to).map(|(a, b)| (a - b) * (a - b)).sum();
        let emitted = answering.iter().map(|&w| (emission[w] - walls.emission[w]).abs()).fold(0.0, f64::max);
        let cells = volume.iter().filter(|v| **v > 0.0).count();
        change = (squares / cells as f64).sqrt().max(emitted).max(tally.unsettled);
        let residual = if change <= rounding * largest { 0.0 } else { change / range };
        let step = Step { residual, imbalance };
        steps.push(step);
        if !going(&step) {
            answering.iter().for_each(|&w| walls.emission[w] = emission[w]);
            *standing = Some(Standing { moments: image, walls });
            return Err(KineticError::Interrupted);
        }
        let close = |value: f64, asked: f64| value <= asked.max(SINGLE);
        if ended && close(residual, tolerance.residual) && close(imbalance, tolerance.imbalance) {
            return Ok(Steady { steps, made_elsewhere: judging, moments, tally, walls, laps: laps_made });
        }
        x.extend(answering.iter().map(|&w| walls.emission[w]));
        to.extend(answering.iter().map(|&w| emission[w]));
        let next = anderson.next(&x, to);
        for (kind, values) in moments.kind.iter_mut().zip(next.chunks(n)) {
            kind.copy_from_slice(&values[..n]);
        }
        let kinds = moments.kind.len();
        for (&w, value) in answering.iter().zip(&next[kinds * n..]) {
            walls.emission[w] = *value;
        }
    }
}

/// Part of the heat that rounding may hide at most.
const DROWNED: f64 = 1e-3;

/// Adds a correction with the heat flux that belongs to it.
fn apply(vessel: &Vessel, correction: &Correction, moments: &mut Moments) {
    let gas = &vessel.gas;
    let add = |to: &mut [f64], from: &[f64], factor: f64| to.iter_mut().zip(from).for_each(|(a, b)| *a += factor * b);
    add(&mut moments.kind[TEMPERATURE], &correction.temperature, 1.0);
    add(&mut moments.kind[DENSITY], &correction.pressure, 1.0);
    add(&mut moments.kind[DENSITY], &correction.temperature, -1.0);
    for axis in 0..moments.axes.len() {
        let (velocity, flux, internal) = (moments.velocity(axis), moments.flux(axis), moments.internal_flux(axis));
        add(&mut moments.kind[velocity], &correction.velocity[axis], 1.0);
        add(&mut moments.kind[flux], &correction.gradient[axis], -1.25 / (gas.prandtl * gas.rate));
        if gas.internal > 0.0 {
            add(&mut moments.kind[internal], &correction.gradient[axis], -0.5 / (gas.prandtl * gas.rate));
        }
    }
}

/// Parts of the vessel that no molecule leaves, as lists of cells.
pub(super) fn bodies(vessel: &Vessel) -> Vec<Vec<usize>> {
    let domain = &vessel.domain;
    let mut seen: Vec<bool> = (0..domain.grid.len()).map(|c| !domain.is_solid(c)).collect();
    let mut out = Vec::new();
    for start in 0..seen.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut part = vec![start];
        let mut next = 0;
        while next < part.len() {
            let c = part[next];
            next += 1;
            for axis in domain.axes() {
                for high in [false, true] {
                    let wall = domain.wall[axis][usize::from(high)][c];
                    let other = if wall == crate::kinetic::domain::OPEN {
                        if high { c + domain.strides()[axis] } else { c - domain.strides()[axis] }
                    } else if let Law::Periodic { partner, .. } = domain.walls[wall as usize].law {
                        domain.walls[partner as usize].cell as usize
                    } else {
                        continue;
                    };
                    if !std::mem::replace(&mut seen[other], true) {
                        part.push(other);
                    }
                }
            }
        }
        out.push(part);
    }
    out
}

/// Whether anything makes heat flow in a part of the vessel: walls of different temperatures, or a jump.
fn drives(vessel: &Vessel, part: &[usize]) -> bool {
    let domain = &vessel.domain;
    let mut inside = vec![false; domain.grid.len()];
    part.iter().for_each(|&c| inside[c] = true);
    let (mut low, mut high, mut jumps) = (f64::INFINITY, f64::NEG_INFINITY, false);
    for wall in domain.walls.iter().filter(|wall| inside[wall.cell as usize]) {
        match wall.law {
            Law::Thermal(t) => (low, high) = (low.min(t), high.max(t)),
            Law::Periodic { jump, .. } => jumps |= jump != 0.0,
            _ => {}
        }
    }
    jumps || high > low
}

/// Moments of a part of the vessel, beside its density, that no wall of it changes: its temperature where no wall has one, and its velocities where all walls
/// are mirrors or joined.
fn unanswered(vessel: &Vessel, part: &[usize]) -> Vec<usize> {
    let domain = &vessel.domain;
    let mut inside = vec![false; domain.grid.len()];
    part.iter().for_each(|&c| inside[c] = true);
    let mut walls = domain.walls.iter().filter(|wall| inside[wall.cell as usize]);
    if walls.clone().any(|wall| matches!(wall.law, Law::Thermal(_))) {
        return Vec::new();
    }
    let moments = Moments::zero(vessel);
    let slips = walls.all(|wall| matches!(wall.law, Law::Adiabatic { specularity: 1.0 } | Law::Periodic { .. }));
    let velocities = (0..moments.axes.len()).filter(|_| slips).map(|place| moments.velocity(place));
    std::iter::once(TEMPERATURE).chain(velocities).collect()
}

/// Heat through every wall into its cell, in units of p0 v0 / T0, K m2.
pub fn wall_heat(vessel: &Vessel, tally: &Tally, wall: usize) -> f64 {
    vessel.domain.walls[wall].area * (tally.heat_returns[wall] - tally.heat_hits[wall])
}

/// Net heat over the sum of the magnitudes; what temperatures below `rounding` (K) make of it does not count.
fn imbalance(vessel: &Vessel, tally: &Tally, rounding: f64) -> f64 {
    let (mut net, mut gross, mut noise) = (0.0, 0.0, 0.0);
    for (w, wall) in vessel.domain.walls.iter().enumerate() {
        let q = wall_heat(vessel, tally, w);
        net += q;
        gross += q.abs();
        noise += wall.area * rounding;
    }
    if net.abs() > noise { net.abs() / gross } else { 0.0 }
}

/// The span of the temperatures in play, and the largest one, K.
fn range(vessel: &Vessel, moments: &Moments) -> (f64, f64) {
    let (mut low, mut high, mut jumps) = (f64::INFINITY, f64::NEG_INFINITY, 0.0f64);
    for wall in &vessel.domain.walls {
        match wall.law {
            Law::Thermal(t) => (low, high) = (low.min(t), high.max(t)),
            Law::Periodic { jump, .. } => jumps = jumps.max(jump.abs()),
            _ => {}
        }
    }
    let largest = moments.kind[TEMPERATURE].iter().fold(0.0f64, |m, t| m.max(t.abs()));
    let largest = if low <= high { largest.max(low.abs()).max(high.abs()) } else { largest };
    ((high - low).max(jumps).max(f64::MIN_POSITIVE), largest.max(jumps))
}
