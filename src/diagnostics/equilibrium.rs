//! Where Fourier's law may be trusted: the mean free path of the carriers against the lengths over which things change, and the time
//! between their collisions against the times in which they do.

mod gradient;
mod length;
mod row;

use super::balance::Snapshot;
use crate::problem::Problem;
use crate::quantity::{DIMENSIONLESS, format_quantity};
use row::Rows;
use serde::Serialize;

/// Below this part Fourier's law is right to about a per cent (Chen 2005, Nanoscale Energy Transport and Conversion, section 1.4).
pub const TRUSTED: f64 = 0.01;

/// From this part on it is wrong by tens of per cent.
pub const BROKEN: f64 = 0.1;

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
        let percent = |part: f64| format!("{} %", format_quantity(100.0 * part, DIMENSIONLESS));
        let way = format!("carriers of heat fly up to {} of the shortest length that counts", percent(knudsen));
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
                    "Lengths are long enough for Fourier's law, but temperatures change so fast that the time between collisions is {} \
                     of the time in which they do: heat takes its time to follow. {does}",
                    percent(haste)
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

/// The inverse of the shortest length that counts at each cell, 1/m, which does not change: 0 where nothing bounds; `None` where no material gives
/// a mean free path.
pub fn per_length(problem: &Problem) -> Option<Vec<f64>> {
    problem.materials.iter().find_map(|m| m.mean_free_path)?;
    let mut lengths = length::shortest(problem);
    lengths.iter_mut().for_each(|length| *length = 1.0 / *length);
    Some(lengths)
}

/// The numbers of every cell, given the inverse of the shortest length that counts there, and whether it changes in time; NaN in void and where the
/// material gives no mean free path.
pub fn numbers(snapshot: &Snapshot, per_length: &[f64], changes: bool) -> Vec<Numbers> {
    Rows::new(snapshot, per_length, changes).numbers()
}

/// Judges a state, given [`per_length`], and whether it changes in time; `None` where nothing is known.
pub fn judge(snapshot: &Snapshot, per_length: &[f64], changes: bool) -> Option<LocalEquilibrium> {
    let problem = &snapshot.conduction.problem;
    let found = Rows::new(snapshot, per_length, changes).judge();
    let (_, worst) = found.worst?;
    Some(LocalEquilibrium {
        largest: found.largest,
        valid_fraction: found.valid / found.known,
        known_fraction: found.known / found.solid,
        at: problem.grid.centre(problem.grid.cell(worst)).to_array(),
        material: problem.materials[usize::from(problem.material[worst])].name.clone(),
        inertia: snapshot.heats.is_some(),
    })
}

#[cfg(test)]
mod tests;
