//! What a steady state of the gas means: density, temperature, motion, heat, entropy.

use super::faces::{DENSITY, Moments, TEMPERATURE};
use super::law::Vessel;
use super::steady::wall_heat;
use super::tally::Tally;
use crate::kinetic::domain::{Law, OPEN};
use crate::kinetic::survey::{Motion, Survey as InSi};
use crate::sum::Sum;
use glam::DVec3;

/// The gas seen from outside; fluxes in units of p0 v0 / T0 times K.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Per cell: deviation of the density over the mean density, times T0, K; 0 in void.
    pub density: Vec<f64>,
    /// Per cell: deviation, K.
    pub temperature: Vec<f64>,
    /// Per cell: energy at that temperature over n0 k, K.
    pub energy: Vec<f64>,
    /// Per cell: bulk velocity over v0, times T0, K.
    pub velocity: Vec<DVec3>,
    /// Per cell: mean of what crosses its faces.
    pub flux: Vec<DVec3>,
    /// Per axis and cell: through its high face; nothing along idle axes.
    pub through: [Vec<f64>; 3],
    /// Per cell: mean square of h less what collisions tend to, K2.
    pub unrest: Vec<f64>,
    /// Per cell: mean square of h, K2; 0 in a steady state.
    pub squares: Vec<f64>,
    /// Per wall: heat into its cell, times m2.
    pub heat: Vec<f64>,
    /// Per wall: temperature of the gas there (deviation, K).
    pub surface: Vec<f64>,
    /// Per cell: entropy produced by collisions, times T0, K m2.
    pub bulk: Vec<f64>,
    /// Per wall: entropy produced on it, times T0, K m2.
    pub wall: Vec<f64>,
}

/// What the units of the gas are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Units {
    /// p0, Pa.
    pub pressure: f64,
    /// v0, m/s.
    pub velocity: f64,
    /// T0, K.
    pub temperature: f64,
    /// n0 as mass, kg/m3.
    pub density: f64,
}

impl Units {
    /// Of heat per area and kelvin, W/(m2 K).
    pub fn flight(&self) -> f64 {
        self.pressure * self.velocity / self.temperature
    }

    /// Of energy per volume and kelvin, J/(m3 K).
    pub fn capacity(&self) -> f64 {
        self.pressure / self.temperature
    }
}

impl Survey {
    /// As carriers in flight are seen.
    pub fn in_si(&self, units: &Units) -> InSi {
        let flight = units.flight();
        let times = |values: &[f64], factor: f64| -> Vec<f64> { values.iter().map(|v| v * factor).collect() };
        let density = self.density.iter().map(|d| units.density * (1.0 + d / units.temperature)).collect();
        let velocity = self.velocity.iter().map(|u| *u * (units.velocity / units.temperature)).collect();
        InSi {
            temperature: self.temperature.clone(),
            energy: times(&self.energy, units.capacity()),
            source_urge: self.temperature.clone(),
            pseudo_temperature: self.temperature.clone(),
            flux: self.flux.iter().map(|q| *q * flight).collect(),
            through: self.through.each_ref().map(|faces| times(faces, flight)),
            flux_of_bands: Vec::new(),
            unrest: self.unrest.clone(),
            surface_pseudo_temperature: self.surface.clone(),
            heat: times(&self.heat, flight),
            heat_of_bands: Vec::new(),
            surface: self.surface.clone(),
            squares: times(&self.squares, units.capacity()),
            bulk: times(&self.bulk, flight),
            wall: times(&self.wall, flight),
            motion: Some(Motion { density, velocity }),
        }
    }

    /// Sums up a full pass, or a step, made towards what `tended` says.
    ///
    /// The entropy of the gas is `-<h^2> / 2` to second order. Collisions produce `rate (<(h - E)^2> + Pr (1 - Pr) Q^2)`, Q the part of
    /// h that carries heat: what is left when the flux relaxes more slowly than the rest. A wall of accommodation a
    /// produces `(1 - (1 - a)^2) / 2 <|c_n| (h - M)^2>` over what hits it, M what it emits.
    pub fn new(vessel: &Vessel, tally: &Tally, tended: &Moments) -> Survey {
        let (domain, gas) = (&vessel.domain, &vessel.gas);
        let full = tally.full.as_ref().expect("the last pass counts in full");
        let n = domain.grid.len();
        let (moments, strides) = (&tally.moments, domain.strides());
        let mut out = Survey {
            density: moments.kind[DENSITY].clone(),
            temperature: moments.kind[TEMPERATURE].clone(),
            energy: moments.kind[TEMPERATURE].iter().map(|t| 0.5 * (3.0 + gas.internal) * t).collect(),
            velocity: vec![DVec3::ZERO; n],
            flux: vec![DVec3::ZERO; n],
            through: full.flux.clone(),
            unrest: full.unrest.clone(),
            squares: vec![0.0; n],
            heat: (0..domain.walls.len()).map(|w| wall_heat(vessel, tally, w)).collect(),
            surface: full.surface.clone(),
            bulk: vec![0.0; n],
            wall: vec![0.0; domain.walls.len()],
        };
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let mut carried = 0.0;
            for (place, &axis) in moments.axes.iter().enumerate() {
                out.velocity[c][axis] = moments.kind[moments.velocity(place)][c];
                carried += 0.8 * tended.kind[moments.flux(place)][c].powi(2);
                if gas.internal > 0.0 {
                    carried += gas.internal * tended.kind[moments.internal_flux(place)][c].powi(2);
                }
                let low = match domain.wall[axis][0][c] {
                    OPEN => full.flux[axis][c - strides[axis]],
                    wall => tally.heat_returns[wall as usize] - tally.heat_hits[wall as usize],
                };
                out.flux[c][axis] = 0.5 * (low + full.flux[axis][c]);
            }
            let volume = domain.grid.volume(domain.grid.cell(c));
            out.bulk[c] = gas.rate * volume * (full.unrest[c] + gas.prandtl * (1.0 - gas.prandtl) * carried);
        }
        for (w, wall) in domain.walls.iter().enumerate() {
            if let Law::Thermal(_) = wall.law {
                let mirrored = 1.0 - vessel.accommodation[w];
                out.wall[w] = 0.5 * wall.area * (1.0 - mirrored * mirrored) * full.mismatch[w];
            }
        }
        out
    }

    /// Entropy production in the volume and on the walls, times T0.
    pub fn entropy(&self) -> [f64; 2] {
        [&self.bulk, &self.wall].map(|parts| parts.iter().copied().collect::<Sum>().value())
    }
}
