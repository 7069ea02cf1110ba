//! Phonon spectra: from branches and scattering rates to what flies, band by band.
//!
//! A mode of frequency w has the heat capacity k_B x^2 exp x/(exp x - 1)^2, x = hbar w/(k_B T) ([`bose`]), flies with its group
//! velocity and is scattered at the rate of its branch ([`branch`]). Modes are counted in an isotropic zone, k^2 dk/(2 pi^2) to a
//! branch, and gathered into [`Band`]s that carriers in flight are followed by ([`Spectral`]); those of materials that meet by
//! frequency ([`by_frequency`]).

pub mod bose;
pub mod branch;
mod frequencies;
pub mod library;
mod spectral;

#[cfg(test)]
mod tests;

use crate::kinetic::medium::Band;
use branch::Branch;
pub use frequencies::by_frequency;
pub use spectral::{Accumulation, Spectral};

/// Modes of a branch are sampled at this many wave numbers.
const SAMPLES: usize = 2000;
/// Modes that hardly move are taken to move with this part of the fastest one's velocity.
const SLOWEST: f64 = 1e-4;

/// Branches of a crystal with one set of scattering rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Such as "silicon".
    pub name: String,
    /// Name of the set of rates.
    pub rates: String,
    /// Where its numbers are from.
    pub source: String,
    /// Radius of the isotropic Brillouin zone, 1/m.
    pub cutoff: f64,
    /// At least one.
    pub branches: Vec<Branch>,
}

/// A mode, or a handful of like ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Index of its branch.
    pub branch: usize,
    /// rad/s.
    pub omega: f64,
    /// Number per volume, 1/m3.
    pub density: f64,
    /// m/s.
    pub velocity: f64,
}

impl Spectrum {
    /// All modes: midpoints of intervals of k, finer towards the centre of the zone, where mean free paths are long.
    pub fn modes(&self) -> Vec<Mode> {
        let edge = |i: usize| self.cutoff * (i as f64 / SAMPLES as f64).powf(1.5);
        let mut modes: Vec<Mode> = Vec::new();
        for (branch, b) in self.branches.iter().enumerate() {
            for i in 0..SAMPLES {
                let (low, high) = (edge(i), edge(i + 1));
                let k = 0.5 * (low + high);
                let shell = (high.powi(3) - low.powi(3)) / 3.0;
                let density = b.degeneracy * shell / (2.0 * std::f64::consts::PI.powi(2));
                modes.push(Mode { branch, omega: b.omega(k), density, velocity: b.velocity(k) });
            }
        }
        let fastest = modes.iter().map(|m| m.velocity).fold(0.0, f64::max).max(1.0);
        modes.iter_mut().for_each(|m| m.velocity = m.velocity.max(SLOWEST * fastest));
        modes
    }

    /// A mode as a band of its own, at a temperature in K.
    pub fn band(&self, mode: &Mode, kelvin: f64) -> Band {
        let capacity = bose::BOLTZMANN * bose::heat_capacity(bose::quanta(mode.omega, kelvin));
        let rate = self.branches[mode.branch].scattering(mode.omega, kelvin);
        Band { heat_capacity: mode.density * capacity, velocity: mode.velocity, mean_free_path: mode.velocity / rate }
    }

    /// Bulk conductivity at a temperature in K, W/(m K).
    pub fn conductivity(&self, kelvin: f64) -> f64 {
        self.modes().iter().map(|m| self.band(m, kelvin).conductivity()).sum()
    }

    /// Heat capacity at a temperature in K, J/(m3 K).
    pub fn heat_capacity(&self, kelvin: f64) -> f64 {
        self.modes().iter().map(|m| self.band(m, kelvin).heat_capacity).sum()
    }
}
