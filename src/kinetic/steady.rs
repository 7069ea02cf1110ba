//! The steady state: passes of all directions, corrected by a diffusion solve (synthetic acceleration, Kopp 1963,
//! Alcouffe 1977) and combined by Anderson's extrapolation. Passes alone would take (size / mean free path)^2 of
//! them, for a carrier forgets where it came from at every collision.

use super::anderson::Anderson;
use super::diffusion::{Diffusion, Reach};
use super::domain::{Domain, Law};
use super::quadrature::Ordinates;
use super::sweep::{Laps, Sweeper, WallState};
use super::tally::{Full, Tally};
use crate::backend::{BackendError, BackendInfo};

/// When the iteration ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Root mean square of the correction of the pseudo-temperature over the range of temperatures.
    pub residual: f64,
    /// |heat in| over the sum of the magnitudes of all heats.
    pub imbalance: f64,
    /// Passes at most.
    pub iterations: usize,
}

/// Why there is no steady state.
#[derive(Debug, thiserror::Error)]
pub enum KineticError {
    /// Too many passes.
    #[error(
        "the steady state was not reached in {iterations} passes: residual {residual:.1e}, heat imbalance {imbalance:.1e}; allow more with [run.steady] iterations, or loosen its tolerances"
    )]
    NotConverged {
        /// Made.
        iterations: usize,
        /// Left.
        residual: f64,
        /// Left.
        imbalance: f64,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The device that makes the passes.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// How an iteration stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Of [`Tolerance::residual`].
    pub residual: f64,
    /// |heat in| over the sum of the magnitudes of all heats.
    pub imbalance: f64,
}

/// What flies in a steady state.
#[derive(Debug, Clone)]
pub struct Steady {
    /// Passes made.
    pub steps: Vec<Step>,
    /// How many of them were made elsewhere.
    pub made_elsewhere: usize,
    /// Pseudo-temperature per cell, K.
    pub pseudo_temperature: Vec<f64>,
    /// Last pass of each band.
    pub bands: Vec<Tally>,
    /// Walls of each band.
    pub walls: Vec<WallState>,
}

impl Steady {
    /// What the last pass of a band counted in full.
    pub fn full(&self, band: usize) -> &Full {
        self.bands[band].full.as_ref().expect("the last pass counts in full")
    }
}

/// Where an iteration stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Pseudo-temperature per cell, K.
    pub temperature: Vec<f64>,
    /// Walls of each band.
    pub walls: Vec<WallState>,
}

/// Makes passes somewhere else, to fewer digits.
pub trait Passes {
    /// Sends all directions of a band over the grid; counts means, hits and returns.
    ///
    /// # Errors
    /// If the device fails.
    fn pass(
        &mut self,
        band: usize,
        temperature: &[f64],
        walls: &mut WallState,
        laps: Laps,
    ) -> Result<Tally, BackendError>;

    /// What it computes with.
    fn info(&self) -> BackendInfo;
}

/// Residual below which a state that was found in f32 and does not get better counts as found.
pub(super) const SINGLE: f64 = 1e-6;

/// Finds the steady state on the CPU. `going` is told after every pass and ends the search with `false`.
///
/// # Errors
/// See [`KineticError`].
pub fn solve(
    domain: &Domain,
    ordinates: &Ordinates,
    tolerance: Tolerance,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Steady, KineticError> {
    solve_with(domain, ordinates, tolerance, None, going)
}

/// Finds the steady state with passes made elsewhere, as long as these bring it nearer. The last pass is made here, judges the
/// state in f64 and may go on from it.
///
/// # Errors
/// See [`KineticError`].
pub fn solve_with(
    domain: &Domain,
    ordinates: &Ordinates,
    tolerance: Tolerance,
    elsewhere: Option<&mut dyn Passes>,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Steady, KineticError> {
    solve_from(domain, ordinates, tolerance, elsewhere, &mut None, going)
}

/// The same from where an iteration stood, if it did; one that is stopped leaves there how far it came.
///
/// # Errors
/// See [`KineticError`].
pub fn solve_from(
    domain: &Domain,
    ordinates: &Ordinates,
    tolerance: Tolerance,
    mut elsewhere: Option<&mut dyn Passes>,
    standing: &mut Option<Standing>,
    going: &mut dyn FnMut(&Step) -> bool,
) -> Result<Steady, KineticError> {
    let n = domain.grid.len();
    let sweeper = Sweeper::new(domain, ordinates);
    let diffusion = Diffusion::new(domain, Reach::Confined);
    // Parts in which nothing fixes the level, with whether each emission is of theirs.
    let floating: Vec<(Vec<usize>, Vec<bool>)> = diffusion
        .floating(domain)
        .into_iter()
        .map(|part| {
            let mut inside = vec![false; n];
            part.iter().for_each(|&c| inside[c] = true);
            let answering = domain.walls.iter().filter(|wall| answers(&wall.law));
            let walls = answering.map(|wall| inside[wall.cell as usize]).collect();
            (part, walls)
        })
        .collect();
    let volume: Vec<f64> = (0..n).map(|c| domain.grid.volume(domain.grid.cell(c))).collect();
    let heat: Vec<f64> = domain.source.iter().zip(&volume).map(|(s, v)| s * v).collect();
    let Standing { mut temperature, mut walls } = standing.take().unwrap_or_else(|| {
        let mut temperature = vec![0.0; n];
        diffusion.solve(&heat, true, &mut temperature, 1e-10);
        let walls = (0..domain.bands()).map(|_| sweeper.walls_at(&temperature)).collect();
        Standing { temperature, walls }
    });
    let half_flux: Vec<f64> = (0..3).map(|a| ordinates.half_flux(a)).collect();
    let rounding = 8.0 * f64::EPSILON * amplification(domain);
    let mut anderson = Anderson::new(12);
    let mut steps: Vec<Step> = Vec::new();
    let mut change = f64::INFINITY;
    let mut judging = 0;
    loop {
        let range = range(domain, &temperature);
        let laps = Laps { most: 100, change: (0.02 * change).clamp(1e-13 * range, 0.02 * range) };
        // a residual of zero is as good as rounding allows, unless heat is lost
        let met = |s: &Step| {
            let imbalance = if s.residual == 0.0 { tolerance.imbalance.max(1e-4) } else { tolerance.imbalance };
            s.residual <= tolerance.residual && s.imbalance <= imbalance
        };
        let ended = elsewhere.is_some() && (steps.last().is_some_and(met) || stalls(&steps));
        if ended {
            // what f32 found is judged by a pass in f64
            elsewhere = None;
            judging = steps.len();
            anderson.clear();
        }
        let done = !ended && steps.last().is_some_and(met) || steps.len() >= tolerance.iterations;
        let mut pass = |(band, walls): (usize, &mut WallState)| match &mut elsewhere {
            Some(device) if !done => device.pass(band, &temperature, walls, laps),
            _ => Ok(sweeper.pass(band, &temperature, walls, laps, done || ended)),
        };
        let bands: Vec<Tally> = walls.iter_mut().enumerate().map(&mut pass).collect::<Result<_, _>>()?;
        let noise = 64.0 * f64::EPSILON * amplification(domain).sqrt() * largest(domain, &temperature);
        let imbalance = imbalance(domain, &bands, &heat, noise);
        if done {
            let last = steps.last().expect("one pass was made");
            if !met(last) {
                let Step { residual, imbalance } = *last;
                return Err(KineticError::NotConverged { iterations: steps.len(), residual, imbalance });
            }
            return Ok(Steady { steps, made_elsewhere: judging, pseudo_temperature: temperature, bands, walls });
        }
        // collisions conserve energy
        let mut image = vec![0.0; n];
        let mut gap = vec![0.0; n];
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let medium = domain.medium_of(c);
            let sum: f64 = medium.bands.iter().zip(&bands).map(|(b, t)| b.exchange() * t.mean[c]).sum();
            image[c] = sum / medium.exchange();
            gap[c] = medium.exchange() * (image[c] - temperature[c]) * volume[c];
        }
        let mut correction = vec![0.0; n];
        diffusion.solve(&gap, false, &mut correction, 1e-5);
        for (t, e) in image.iter_mut().zip(&correction) {
            *t += e;
        }
        let old_emissions = emissions(domain, &walls);
        let mut new_emissions = next_emissions(domain, &bands, &half_flux, &correction);
        // where nothing fixes the level it stays where it began
        for (part, walls) in &floating {
            let shift = level(part, &temperature, &volume) - level(part, &image, &volume);
            part.iter().for_each(|&c| image[c] += shift);
            let shifted = new_emissions.iter_mut().zip(walls.iter().cycle()).filter(|(_, inside)| **inside);
            shifted.for_each(|(t, _)| *t += shift);
        }
        let squares: f64 = image.iter().zip(&temperature).map(|(a, b)| (a - b) * (a - b)).sum();
        let emitted: f64 = new_emissions.iter().zip(&old_emissions).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let cells = domain.medium.iter().filter(|m| **m != super::domain::VOID).count();
        let unsettled = bands.iter().map(|t| t.unsettled).fold(0.0, f64::max);
        change = (squares / cells as f64).sqrt().max(emitted).max(unsettled);
        let residual = if change <= rounding * largest(domain, &temperature) { 0.0 } else { change / range };
        let step = Step { residual, imbalance };
        steps.push(step);
        if !going(&step) {
            put_emissions(domain, &new_emissions, &mut walls);
            *standing = Some(Standing { temperature: image, walls });
            return Err(KineticError::Interrupted);
        }
        let close = |value: f64, asked: f64| value <= asked.max(SINGLE);
        if ended && close(residual, tolerance.residual) && close(imbalance, tolerance.imbalance) {
            return Ok(Steady { steps, made_elsewhere: judging, pseudo_temperature: temperature, bands, walls });
        }
        let x: Vec<f64> = temperature.iter().chain(&old_emissions).copied().collect();
        image.extend(new_emissions);
        let next = anderson.next(&x, image);
        temperature.copy_from_slice(&next[..n]);
        put_emissions(domain, &next[n..], &mut walls);
    }
}

/// Whether the last passes brought a small residual no further down.
pub(super) fn stalls(steps: &[Step]) -> bool {
    const PASSES: usize = 3;
    if steps.len() <= PASSES {
        return false;
    }
    let (before, last) = steps.split_at(steps.len() - PASSES);
    let least = |steps: &[Step]| steps.iter().map(|s| s.residual).fold(f64::INFINITY, f64::min);
    least(last) < 1e-4 && least(last) > 0.5 * least(before)
}

/// Whether a wall's emission follows from what hits it.
fn answers(law: &Law) -> bool {
    match law {
        Law::Adiabatic { specularity } => *specularity < 1.0,
        Law::Interface { .. } => true,
        Law::Thermal(_) | Law::Periodic { .. } => false,
    }
}

fn emissions(domain: &Domain, walls: &[WallState]) -> Vec<f64> {
    let answering = || domain.walls.iter().enumerate().filter(|(_, w)| answers(&w.law));
    walls.iter().flat_map(|state| answering().map(|(w, _)| state.emission[w])).collect()
}

fn put_emissions(domain: &Domain, values: &[f64], walls: &mut [WallState]) {
    let mut values = values.iter();
    for state in walls {
        for (w, _) in domain.walls.iter().enumerate().filter(|(_, w)| answers(&w.law)) {
            state.emission[w] = *values.next().expect("as many as were taken");
        }
    }
}

/// What the walls that answer emit next: what hit them, and the correction of the cell before them.
fn next_emissions(domain: &Domain, bands: &[Tally], half_flux: &[f64], correction: &[f64]) -> Vec<f64> {
    let mut out = Vec::new();
    for tally in bands {
        let hit = |w: usize| {
            let wall = &domain.walls[w];
            tally.hits[w] / half_flux[wall.side.axis] + correction[wall.cell as usize]
        };
        for (w, wall) in domain.walls.iter().enumerate() {
            match wall.law {
                Law::Adiabatic { specularity } if specularity < 1.0 => out.push(hit(w)),
                // with detailed balance, t_ab C_a v_a = t_ba C_b v_b
                Law::Interface { partner, transmission } => {
                    out.push((1.0 - transmission) * hit(w) + transmission * hit(partner as usize));
                }
                _ => {}
            }
        }
    }
    out
}

/// Heat through every wall into its cell, W.
pub fn wall_heat(domain: &Domain, bands: &[Tally], wall: usize) -> f64 {
    bands.iter().enumerate().map(|(band, tally)| wall_heat_of_band(domain, band, tally, wall)).sum()
}

/// Heat of one band through every wall into its cell, W.
pub fn wall_heat_of_band(domain: &Domain, band: usize, tally: &Tally, wall: usize) -> f64 {
    let w = &domain.walls[wall];
    let carriers = domain.medium_of(w.cell as usize).bands[band];
    w.area * (carriers.heat_capacity * carriers.velocity * (tally.returns[wall] - tally.hits[wall]))
}

/// Net heat over the sum of the magnitudes; what temperatures below `rounding` (K) make of it does not count.
fn imbalance(domain: &Domain, bands: &[Tally], heat: &[f64], rounding: f64) -> f64 {
    let (mut net, mut gross, mut noise) = (0.0, 0.0, 0.0);
    for (w, wall) in domain.walls.iter().enumerate() {
        if !matches!(wall.law, Law::Interface { .. }) {
            let q = wall_heat(domain, bands, w);
            net += q;
            gross += q.abs();
            noise += wall.area * domain.medium_of(wall.cell as usize).flight() * rounding;
        }
    }
    for q in heat {
        net += q;
        gross += q.abs();
    }
    if net.abs() > noise { net.abs() / gross } else { 0.0 }
}

fn level(cells: &[usize], temperature: &[f64], volume: &[f64]) -> f64 {
    let weight: f64 = cells.iter().map(|&c| volume[c]).sum();
    cells.iter().map(|&c| volume[c] * temperature[c]).sum::<f64>() / weight
}

/// The span of the temperatures in play, K.
fn range(domain: &Domain, temperature: &[f64]) -> f64 {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (c, &t) in temperature.iter().enumerate() {
        if domain.is_solid(c) {
            (low, high) = (low.min(t), high.max(t));
        }
    }
    let mut jump = 0.0f64;
    for wall in &domain.walls {
        match wall.law {
            Law::Thermal(t) => (low, high) = (low.min(t), high.max(t)),
            Law::Periodic { jump: j, .. } => jump = jump.max(j.abs()),
            _ => {}
        }
    }
    (high - low).max(jump).max(f64::MIN_POSITIVE)
}

/// How much the diffusion solve enlarges what a pass leaves over: a pass sees a gap of the temperature only through the
/// few carriers that do not collide on their way.
fn amplification(domain: &Domain) -> f64 {
    let length = domain.axes().iter().map(|&a| domain.grid.axis(a).length()).fold(0.0, f64::max);
    let of = |m: &super::domain::Medium| length * length * m.exchange() / m.conductivity();
    domain.media.iter().map(of).fold(1.0, f64::max)
}

fn largest(domain: &Domain, temperature: &[f64]) -> f64 {
    let walls = domain.walls.iter().filter_map(|w| if let Law::Thermal(t) = w.law { Some(t) } else { None });
    temperature.iter().copied().chain(walls).fold(0.0, |m: f64, t| m.max(t.abs()))
}
