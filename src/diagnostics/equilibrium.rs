//! Where Fourier's law may be trusted: the mean free path of the carriers against the lengths over which things change, and the time
//! between their collisions against the times in which they do.

mod length;

use super::balance::Snapshot;
use super::maps;
use crate::backend::cpu::solid_range;
use crate::expression::Place;
use crate::problem::{Conductivity, Problem, VOID};
use rayon::prelude::*;
use serde::Serialize;

/// Below this part Fourier's law is right to about a per cent (Chen 2005, Nanoscale Energy Transport and Conversion, section 1.4).
pub const TRUSTED: f64 = 0.01;

/// From this part on it is wrong by tens of per cent.
pub const BROKEN: f64 = 0.1;

/// A range of temperatures below this part of them is rounding, and nothing varies.
const NOISE: f64 = 1e-9;

/// What is small where a place is near equilibrium by itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Numbers {
    /// `Lambda |grad T| / T`: how far the temperature changes between two collisions.
    pub gradient: f64,
    /// `Lambda / l`, with l the least of the distance over which the temperature varies (its range over |grad T|), the way through the
    /// material between its nearest boundaries, and the size of a heater.
    pub size: f64,
    /// `tau |dT/dt| / T`.
    pub rate: f64,
    /// `tau / t`, with t the time in which the temperature varies: its range over |dT/dt|.
    pub time: f64,
}

impl Numbers {
    /// Knudsen number of the place: the larger of those of space.
    pub fn knudsen(self) -> f64 {
        self.gradient.max(self.size)
    }

    /// The larger of those of time.
    pub fn haste(self) -> f64 {
        self.rate.max(self.time)
    }

    fn worse(self, other: Numbers) -> Numbers {
        Numbers {
            gradient: self.gradient.max(other.gradient),
            size: self.size.max(other.size),
            rate: self.rate.max(other.rate),
            time: self.time.max(other.time),
        }
    }
}

/// The law by which such heat is better computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Advice {
    /// Heat flows down the gradient at once.
    Fourier,
    /// It takes its time to follow.
    Cattaneo,
    /// Carriers in flight.
    Boltzmann,
}

/// How near a state is to equilibrium place by place, or the worst of several states.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalEquilibrium {
    /// Largest of each number.
    pub largest: Numbers,
    /// Part of the volume where all numbers are below [`TRUSTED`], of that whose material gives a mean free path.
    pub valid_fraction: f64,
    /// Part of the solid whose material gives a mean free path.
    pub known_fraction: f64,
    /// Where the Knudsen number is largest, m.
    pub at: [f64; 3],
    /// The material there.
    pub material: String,
    /// Whether any heat has inertia in the run.
    pub inertia: bool,
}

impl LocalEquilibrium {
    /// The worse of two states of one run, number by number.
    pub fn worse(self, other: LocalEquilibrium) -> LocalEquilibrium {
        let largest = self.largest.worse(other.largest);
        let valid_fraction = self.valid_fraction.min(other.valid_fraction);
        let worst = if other.largest.knudsen() > self.largest.knudsen() { other } else { self };
        LocalEquilibrium { largest, valid_fraction, ..worst }
    }

    /// The worse of what there is.
    pub fn worst(a: Option<LocalEquilibrium>, b: Option<LocalEquilibrium>) -> Option<LocalEquilibrium> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.worse(b)),
            (a, b) => a.or(b),
        }
    }

    /// What to compute with.
    pub fn advice(&self) -> Advice {
        if self.largest.knudsen() >= BROKEN {
            Advice::Boltzmann
        } else if self.largest.haste() >= BROKEN {
            Advice::Cattaneo
        } else {
            Advice::Fourier
        }
    }

    /// The advice in words, for those who never heard of it.
    pub fn text(&self) -> String {
        let (knudsen, haste) = (self.largest.knudsen(), self.largest.haste());
        let way = format!("carriers of heat fly up to {:.2} % of the shortest length that counts", 100.0 * knudsen);
        match self.advice() {
            Advice::Boltzmann => format!(
                "Fourier's law fails here: in {} {way} between two collisions, so that heat does not follow the local gradient. The Boltzmann equation \
                 (model = \"phonon\" where lattice waves carry the heat) tells what really flows, usually less.",
                self.material
            ),
            Advice::Cattaneo => {
                let does = if self.inertia {
                    "This run lets it (relaxation_time)."
                } else {
                    "Give the material a relaxation_time to let it (Cattaneo's law)."
                };
                format!(
                    "Lengths are long enough for Fourier's law, but temperatures change so fast that the time between collisions is {:.2} % \
                     of the time in which they do: heat takes its time to follow. {does}",
                    100.0 * haste
                )
            }
            Advice::Fourier if knudsen.max(haste) < TRUSTED => {
                format!("Fourier's law may be trusted: {way} between two collisions, and meet equilibrium everywhere.")
            }
            Advice::Fourier => format!(
                "Fourier's law is right to some per cent: in {} {way} between two collisions. Nearer than that it cannot be.",
                self.material
            ),
        }
    }
}

/// The shortest length that counts at each cell, m, which does not change; `None` where no material gives a mean free path.
pub fn lengths(problem: &Problem) -> Option<Vec<f64>> {
    problem.materials.iter().find_map(|m| m.mean_free_path)?;
    Some(length::shortest(problem))
}

/// The numbers of every cell, given the shortest length that counts there and what each gains (W; none where nothing changes in time); NaN in void
/// and where the material gives no mean free path.
pub fn numbers(snapshot: &Snapshot, lengths: &[f64], net: Option<&[f64]>) -> Vec<Numbers> {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let grid = &problem.grid;
    let gradient = maps::temperature_gradient(snapshot);
    let rates = net.map_or_else(|| vec![0.0; grid.len()], |net| rates(snapshot, net));
    let surfaces = snapshot.walls.iter().map(|wall| wall.surface);
    let solid = solid_range(&snapshot.temperature, &problem.material);
    let [low, high] = surfaces.fold(solid, |[low, high], t| [low.min(t), high.max(t)]);
    let range = high - low;
    let varies = range > NOISE * (high + problem.reference);
    let unknown = Numbers { gradient: f64::NAN, size: f64::NAN, rate: f64::NAN, time: f64::NAN };
    let of_cell = |i: usize| {
        let material = problem.materials.get(usize::from(problem.material[i]));
        let Some((material, path)) = material.and_then(|m| m.mean_free_path.map(|path| (m, path))) else {
            return unknown;
        };
        let kelvin = snapshot.kelvin(i);
        let slope = if varies { gradient[i].length() } else { 0.0 };
        let rate = if varies { rates[i] } else { 0.0 };
        // k = C v Lambda / 3 and Lambda = v tau (kinetic theory) where no time is given
        let time = material.relaxation_time.or(material.collision_time).unwrap_or_else(|| {
            let conductivity = conductivity(snapshot, &material.conductivity, i);
            conduction.capacity[i] / grid.volume(grid.cell(i)) * path * path / (3.0 * conductivity)
        });
        Numbers {
            gradient: path * slope / kelvin,
            size: path / lengths[i].min(range / slope),
            rate: time * rate / kelvin,
            time: if varies { time * rate / range } else { 0.0 },
        }
    };
    (0..grid.len()).into_par_iter().with_min_len(4096).map(of_cell).collect()
}

/// Judges a state, given the [`lengths`] and what each cell gains (W; none where nothing changes in time); `None` where nothing is known.
pub fn judge(snapshot: &Snapshot, lengths: &[f64], net: Option<&[f64]>) -> Option<LocalEquilibrium> {
    let numbers = numbers(snapshot, lengths, net);
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let look = |chunk: usize| {
        let mut found = Found::default();
        for i in (chunk * CHUNK..numbers.len().min((chunk + 1) * CHUNK)).filter(|&i| problem.material[i] != VOID) {
            let (numbers, volume) = (numbers[i], grid.volume(grid.cell(i)));
            found.solid += volume;
            if numbers.size.is_nan() {
                continue;
            }
            found.known += volume;
            found.largest = found.largest.worse(numbers);
            if found.worst.is_none_or(|(knudsen, _)| numbers.knudsen() > knudsen) {
                found.worst = Some((numbers.knudsen(), i));
            }
            if numbers.knudsen() < TRUSTED && numbers.haste() < TRUSTED {
                found.valid += volume;
            }
        }
        found
    };
    let parts: Vec<Found> = (0..numbers.len().div_ceil(CHUNK)).into_par_iter().map(look).collect();
    let found = parts.into_iter().fold(Found::default(), Found::join);
    let (_, worst) = found.worst?;
    Some(LocalEquilibrium {
        largest: found.largest,
        valid_fraction: found.valid / found.known,
        known_fraction: found.known / found.solid,
        at: grid.centre(grid.cell(worst)).to_array(),
        material: problem.materials[usize::from(problem.material[worst])].name.clone(),
        inertia: snapshot.heats.is_some(),
    })
}

/// Cells that are looked at in one go.
const CHUNK: usize = 4096;

/// What some cells have.
#[derive(Default)]
struct Found {
    largest: Numbers,
    /// The largest Knudsen number, and where.
    worst: Option<(f64, usize)>,
    /// Volumes (m3) where Fourier's law holds, where that can be told, and of all that is solid.
    valid: f64,
    known: f64,
    solid: f64,
}

impl Found {
    fn join(self, later: Found) -> Found {
        Found {
            largest: self.largest.worse(later.largest),
            worst: match (self.worst, later.worst) {
                (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
                (a, b) => a.or(b),
            },
            valid: self.valid + later.valid,
            known: self.known + later.known,
            solid: self.solid + later.solid,
        }
    }
}

/// |dT/dt| of every cell, K/s.
fn rates(snapshot: &Snapshot, net: &[f64]) -> Vec<f64> {
    let conduction = snapshot.conduction;
    let cells = net.par_iter().zip(&conduction.capacity).with_min_len(4096);
    let mut rates: Vec<f64> = cells.map(|(gain, c)| if *c > 0.0 { gain / c } else { 0.0 }).collect();
    if conduction.curves.iter().any(Option::is_some) {
        // What rises is the enthalpy; the temperature follows by the slope of its curve.
        const STEP: f64 = 1e-6;
        let moved: Vec<f64> = snapshot.enthalpy.iter().zip(&rates).map(|(e, r)| e + STEP.copysign(*r)).collect();
        let mut temperature = vec![0.0; moved.len()];
        conduction.temperature(&moved, &mut temperature);
        for (i, rate) in rates.iter_mut().enumerate() {
            *rate *= (temperature[i] - snapshot.temperature[i]) / (moved[i] - snapshot.enthalpy[i]);
        }
    }
    rates.par_iter_mut().with_min_len(4096).for_each(|rate| *rate = rate.abs());
    rates
}

/// Mean over the axes, W/(m K).
fn conductivity(snapshot: &Snapshot, of: &Conductivity, cell: usize) -> f64 {
    let problem = &snapshot.conduction.problem;
    let place = || {
        let at = problem.grid.centre(problem.grid.cell(cell));
        Place { x: at.x, y: at.y, z: at.z, t: snapshot.time, temperature: snapshot.kelvin(cell) }
    };
    let value = |id| problem.values.get(id).as_constant().unwrap_or_else(|| problem.values.at(id, &place()));
    match of {
        Conductivity::Isotropic(id) => value(*id),
        Conductivity::Diagonal(ids) => ids.iter().map(|id| value(*id)).sum::<f64>() / 3.0,
        Conductivity::Tensor(k) => (k[0] + k[1] + k[2]) / 3.0,
    }
}

#[cfg(test)]
mod tests;
