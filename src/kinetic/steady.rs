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
    /// So little of what flies is heat that rounding hides it.
    #[error(
        "rounding hides {lost:.0e} of the heat: at so small a Knudsen number, or so small a drive, what flies one way is too nearly what flies the other; set model = \"heat\", which is exact there"
    )]
    Drowned {
        /// Part of the heat.
        lost: f64,
    },
    /// Rounding has taken over.
    #[error(
        "temperatures are not a number, or beyond all bounds{when}: times between collisions, lengths or sources are too far apart for 64 bits"
    )]
    NotFinite {
        /// Such as " at t = 1e-9 s", or nothing.
        when: String,
    },
    /// What no solid can be.
    #[error(
        "temperatures reached {lowest:.4} K, below absolute zero, near {at}{when}; a source takes away more heat there than there is: lower it"
    )]
    TooCold {
        /// K.
        lowest: f64,
        /// Where.
        at: String,
        /// Such as " at t = 1e-9 s", or nothing.
        when: String,
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

impl Tolerance {
    /// Whether passes brought what was asked for. A residual of zero is as good as rounding allows: heat may then be lost as long as
    /// more passes save no more of it.
    pub(super) fn met(&self, steps: &[Step]) -> bool {
        let Some(last) = steps.last() else { return false };
        let idle = last.residual == 0.0 && last.imbalance <= LOST && stays(steps, |s| s.imbalance);
        last.residual <= self.residual && (last.imbalance <= self.imbalance || idle)
    }

    /// The same of all passes that are allowed.
    pub(super) fn judge(&self, steps: &[Step]) -> Result<(), KineticError> {
        let Step { residual, imbalance } = *steps.last().expect("one pass was made");
        let at_rounding = residual == 0.0 && imbalance <= LOST;
        match self.met(steps) || at_rounding {
            true => Ok(()),
            false if residual == 0.0 => Err(KineticError::Drowned { lost: imbalance }),
            false => Err(KineticError::NotConverged { iterations: steps.len(), residual, imbalance }),
        }
    }
}

/// Part of the heat that rounding may cost.
const LOST: f64 = 1e-4;

/// Spans of the temperatures that an extrapolation may go beyond an image.
const ASTRAY: f64 = 10.0;

/// Residual below which a state that was found in f32 and does not get better counts as found.
pub const SINGLE: f64 = 1e-6;

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
    let mut diffusion = Diffusion::new(domain, Reach::Confined, &vec![0.0; n]);
    let answering: Vec<usize> = domain.walls.iter().filter(|w| answers(&w.law)).map(|w| w.cell as usize).collect();
    // Parts in which nothing fixes the level, with whether each answering wall is of theirs.
    let floating: Vec<(Vec<usize>, Vec<bool>)> = diffusion
        .floating(domain)
        .into_iter()
        .map(|part| {
            let mut inside = vec![false; n];
            part.iter().for_each(|&c| inside[c] = true);
            let walls = answering.iter().map(|&cell| inside[cell]).collect();
            (part, walls)
        })
        .collect();
    let volume: Vec<f64> = (0..n).map(|c| domain.grid.volume(domain.grid.cell(c))).collect();
    let heat: Vec<f64> = domain.source.iter().zip(&volume).map(|(s, v)| s * v).collect();
    let slim = domain.axes().iter().flat_map(|&a| domain.grid.axis(a).widths()).copied().fold(f64::INFINITY, f64::min);
    let Standing { mut temperature, mut walls } = standing.take().unwrap_or_else(|| {
        let temperature = Diffusion::settled(domain, Reach::Confined, &heat, vec![0.0; n], 1e-10).1;
        let walls = (0..domain.bands()).map(|band| sweeper.walls_at(band, &temperature)).collect();
        Standing { temperature, walls }
    });
    let expected = Expected::of(domain, &diffusion, &heat, &temperature);
    let half_flux: Vec<f64> = (0..3).map(|a| ordinates.half_flux(a)).collect();
    let rounding = 8.0 * f64::EPSILON * amplification(domain);
    let mut anderson = Anderson::new(12);
    let mut steps: Vec<Step> = Vec::new();
    let mut change = f64::INFINITY;
    let mut judging = 0;
    loop {
        let range = range(domain, &temperature);
        let scale = scale(domain, largest(domain, &temperature));
        let least = (1e-13 * range).max(f64::EPSILON * scale);
        let laps = Laps { most: 100, change: (0.02 * change).min(0.02 * range).max(least) };
        let ended = elsewhere.is_some() && (tolerance.met(&steps) || stalls(&steps));
        if ended {
            // what f32 found is judged by a pass in f64
            elsewhere = None;
            judging = steps.len();
            anderson.clear();
        }
        let done = !ended && tolerance.met(&steps) || steps.len() >= tolerance.iterations;
        let mut pass = |(band, walls): (usize, &mut WallState)| match &mut elsewhere {
            Some(device) if !done => device.pass(band, &temperature, walls, laps),
            _ => Ok(sweeper.pass(band, &temperature, walls, laps, done || ended)),
        };
        let bands: Vec<Tally> = walls.iter_mut().enumerate().map(&mut pass).collect::<Result<_, _>>()?;
        let Heats { imbalance, lost } = Heats::of(domain, &bands, &heat, expected, &temperature);
        if done {
            // what is handed out is judged, not what led there
            if let Some(last) = steps.last_mut() {
                last.imbalance = imbalance;
            }
            match tolerance.judge(&steps) {
                Err(_) if steps.len() < tolerance.iterations => {}
                judged => {
                    judged?;
                    if lost > LOST {
                        return Err(KineticError::Drowned { lost });
                    }
                    return Ok(Steady {
                        steps,
                        made_elsewhere: judging,
                        pseudo_temperature: temperature,
                        bands,
                        walls,
                    });
                }
            }
        }
        // collisions conserve energy
        let mut image = vec![0.0; n];
        let mut gap = vec![0.0; n];
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let (medium, t) = (domain.medium_of(c), temperature[c]);
            let exchange = |band: usize| medium.exchange(band, t);
            let thick = |(b, tally): (usize, &Tally)| over_faces(domain, slim, [c, b], t, tally).is_some();
            if domain.is_linear() && !bands.iter().enumerate().any(thick) {
                let sum: f64 = bands.iter().enumerate().map(|(b, tally)| exchange(b) * tally.mean[c]).sum();
                image[c] = medium.shared(exchange, sum, t);
                // of an image that is the temperature itself nothing is left, not even rounding
                gap[c] = (0..bands.len()).map(exchange).sum::<f64>() * (image[c] - t) * volume[c];
                continue;
            }
            let gained = |(b, tally): (usize, &Tally)| {
                let in_flight = || exchange(b) * (tally.mean[c] - medium.held(b, t));
                over_faces(domain, slim, [c, b], t, tally).unwrap_or_else(in_flight)
            };
            let gained: f64 = bands.iter().enumerate().map(gained).sum();
            image[c] = if domain.is_linear() {
                t + gained / (0..bands.len()).map(exchange).sum::<f64>()
            } else {
                let held: f64 = (0..bands.len()).map(|b| exchange(b) * medium.held(b, t)).sum();
                medium.shared(exchange, held + gained, t)
            };
            gap[c] = gained * volume[c];
        }
        if !domain.is_linear() {
            diffusion = Diffusion::new(domain, Reach::Confined, &temperature);
        }
        let mut correction = vec![0.0; n];
        diffusion.solve(&gap, false, &mut correction, 1e-5);
        for (t, e) in image.iter_mut().zip(&correction) {
            *t += e;
        }
        let old_emissions = emissions(domain, &walls);
        let risen =
            |cell: usize, band: usize, by: f64| domain.medium_of(cell).capacity_ratio(band, temperature[cell]) * by;
        let mut new_emissions =
            next_emissions(domain, &bands, &half_flux, |cell, band| risen(cell, band, correction[cell]));
        // where nothing fixes the level it stays where it began
        for (part, walls) in &floating {
            let shift = level(part, &temperature, &volume) - level(part, &image, &volume);
            part.iter().for_each(|&c| image[c] += shift);
            for (n, g) in new_emissions.iter_mut().enumerate().filter(|(n, _)| walls[n % walls.len()]) {
                *g += risen(answering[n % walls.len()], n / walls.len(), shift);
            }
        }
        let squares: f64 = image.iter().zip(&temperature).map(|(a, b)| (a - b) * (a - b)).sum();
        let emitted: f64 = new_emissions.iter().zip(&old_emissions).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let cells = domain.medium.iter().filter(|m| **m != super::domain::VOID).count();
        let unsettled = bands.iter().map(|t| t.unsettled).fold(0.0, f64::max);
        change = (squares / cells as f64).sqrt().max(emitted).max(unsettled);
        if !(squares.is_finite() && imbalance.is_finite()) {
            return Err(KineticError::NotFinite { when: String::new() });
        }
        let residual = if change <= rounding * scale { 0.0 } else { change / range };
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
        let span = range.max(self::range(domain, &image)).max(rounding * scale);
        image.extend(new_emissions);
        let mut next = anderson.next(&x, image.clone());
        // rounding is no direction to go on in, and no step leads far beyond all temperatures in play
        let astray = next[..n].iter().zip(&image).any(|(a, b)| (a - b).abs() > ASTRAY * span);
        if residual == 0.0 || astray {
            anderson.clear();
            next = image;
        } else if tolerance.met(&steps) {
            // nor is what is handed out an extrapolation
            next = image;
        }
        temperature.copy_from_slice(&next[..n]);
        put_emissions(domain, &next[n..], &mut walls);
    }
}

/// Passes by which something must get better.
const PASSES: usize = 3;

fn least(steps: &[Step], of: impl Fn(&Step) -> f64) -> f64 {
    steps.iter().map(of).fold(f64::INFINITY, f64::min)
}

/// Whether the last passes did not halve something.
fn stays(steps: &[Step], of: impl Fn(&Step) -> f64 + Copy) -> bool {
    let (before, last) = steps.split_at(steps.len().saturating_sub(PASSES));
    !before.is_empty() && least(last, of) > 0.5 * least(before, of)
}

/// Whether the last passes brought a small residual no further down.
pub(super) fn stalls(steps: &[Step]) -> bool {
    let last = &steps[steps.len().saturating_sub(PASSES)..];
    least(last, |s| s.residual) < 1e-4 && stays(steps, |s| s.residual)
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
fn next_emissions(
    domain: &Domain,
    bands: &[Tally],
    half_flux: &[f64],
    correction: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let hit = |band: usize, w: usize| {
        let wall = &domain.walls[w];
        bands[band].hits[w] / half_flux[wall.side.axis] + correction(wall.cell as usize, band)
    };
    let answering = || (0..domain.walls.len()).filter(|&w| answers(&domain.walls[w].law));
    (0..bands.len()).flat_map(|band| answering().map(move |w| (band, w))).map(|(b, w)| domain.sent(w, b, hit)).collect()
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

/// What conduction foretells of the heats.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// Sum of the magnitudes, W.
    gross: f64,
    /// Whether that is more than the error of a solution, K: given temperatures differ, or there are sources.
    driven: bool,
}

impl Expected {
    fn of(domain: &Domain, diffusion: &Diffusion, heat: &[f64], temperature: &[f64]) -> Expected {
        let outer = || (0..domain.walls.len()).filter(|&w| !matches!(domain.walls[w].law, Law::Interface { .. }));
        let walls: f64 = outer().map(|w| diffusion.wall_heat(domain, w, temperature).abs()).sum();
        let per_kelvin: f64 = outer().map(|w| diffusion.conductance(w)).sum();
        let sources: f64 = heat.iter().map(|q| q.abs()).sum();
        let error = 1e-8 * scale(domain, largest(domain, temperature)) * per_kelvin;
        Expected { gross: walls + sources, driven: walls + sources > error }
    }
}

/// What the heats of a state tell.
struct Heats {
    /// Net heat over the sum of the magnitudes; 0 where nothing drives heat and no more flows than rounding makes.
    imbalance: f64,
    /// Part of the heat that rounding may be.
    lost: f64,
}

impl Heats {
    fn of(domain: &Domain, bands: &[Tally], heat: &[f64], expected: Expected, temperature: &[f64]) -> Heats {
        let (mut net, mut gross) = (0.0, 0.0);
        for (w, wall) in domain.walls.iter().enumerate() {
            if !matches!(wall.law, Law::Interface { .. }) {
                let q = wall_heat(domain, bands, w);
                net += q;
                gross += q.abs();
            }
        }
        for q in heat {
            net += q;
            gross += q.abs();
        }
        let noise = heat_of_rounding(domain, largest(domain, temperature));
        if !expected.driven && gross <= noise {
            return Heats { imbalance: 0.0, lost: 0.0 };
        }
        Heats { imbalance: if gross > 0.0 { net.abs() / gross } else { 0.0 }, lost: noise / gross.max(expected.gross) }
    }
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

/// How much the diffusion solve enlarges the rounding of a pass: heat that C v of it carries, against what conducts.
fn amplification(domain: &Domain) -> f64 {
    let length = domain.axes().iter().map(|&a| domain.grid.axis(a).length()).fold(0.0, f64::max);
    let conducts = |b: &super::medium::Band| b.conductivity() / (1.0 + 4.0 / 3.0 * b.mean_free_path / length);
    let of = |m: &super::medium::Medium| length * m.flight() / m.bands.iter().map(conducts).sum::<f64>();
    domain.media.iter().map(of).fold(1.0, f64::max)
}

/// Mean free paths in a cell from which on the mean of what flies in it has lost too many digits.
const THICK: f64 = 100.0;

/// Energy that collisions in a cell take from a band, less what they give to it at a deviation t (K), W/m3, as what comes in over the faces less what
/// leaves. Only of cells that many mean free paths thick: all directions are nearly alike there, and their mean would leave little but rounding.
fn over_faces(domain: &Domain, slim: f64, [cell, band]: [usize; 2], t: f64, tally: &Tally) -> Option<f64> {
    let medium = domain.medium_of(cell);
    let inward = tally.inward.get(cell).filter(|_| THICK * medium.path(band, t) < slim)?;
    let carriers = medium.bands[band];
    let part = domain.rise(cell, band) * carriers.heat_capacity / medium.heat_capacity();
    Some(carriers.heat_capacity * carriers.velocity * inward + part * domain.source[cell])
}

/// Heat (W) that rounding makes of what flies, where deviations reach `largest` (K): what is no more is none.
pub fn heat_of_rounding(domain: &Domain, largest: f64) -> f64 {
    let per_kelvin = domain.walls.iter().map(|w| w.area * domain.medium_of(w.cell as usize).flight()).sum::<f64>();
    ROUNDING * scale(domain, largest) * per_kelvin
}

/// Roundings that add up in a temperature.
pub const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// What is rounded of a deviation (K): curves of Bose and Einstein are kept over the temperature itself.
pub fn scale(domain: &Domain, largest: f64) -> f64 {
    let reference = domain.media.iter().filter_map(|m| m.occupation.as_ref()).map(|o| o.reference());
    largest + reference.fold(0.0, f64::max)
}

fn largest(domain: &Domain, temperature: &[f64]) -> f64 {
    let walls = domain.walls.iter().filter_map(|w| if let Law::Thermal(t) = w.law { Some(t) } else { None });
    temperature.iter().copied().chain(walls).fold(0.0, |m: f64, t| m.max(t.abs()))
}
