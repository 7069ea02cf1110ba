//! What a steady or passing state of the carriers means: temperatures, heat, entropy.

use super::domain::{Domain, Law};
use super::steady::{wall_heat, wall_heat_of_band};
use super::sweep::WallState;
use super::tally::Tally;
use crate::sum::Sum;
use glam::DVec3;

/// The carriers seen from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Energy temperature per cell (deviation, K); 0 in void.
    pub temperature: Vec<f64>,
    /// Energy per cell above that of the reference, J/m3.
    pub energy: Vec<f64>,
    /// u per cell (K) of the entropy that a source brings: mean over the bands that it heats, for small deviations their temperature.
    pub source_urge: Vec<f64>,
    /// Pseudo-temperature per cell (deviation, K); 0 in void.
    pub pseudo_temperature: Vec<f64>,
    /// Heat flux per cell, W/m2: mean of what crosses its faces.
    pub flux: Vec<DVec3>,
    /// Per axis and cell: heat flux through its high face, W/m2; nothing along idle axes.
    pub through: [Vec<f64>; 3],
    /// Per band: heat flux, mean over the volume, W/m2.
    pub flux_of_bands: Vec<DVec3>,
    /// Per cell: mean square over bands, by heat capacity, and directions of g - T, K2.
    pub unrest: Vec<f64>,
    /// Per wall: pseudo-temperature extended to it (deviation, K): mean over bands, by what they exchange, of the carriers there.
    pub surface_pseudo_temperature: Vec<f64>,
    /// Per wall: heat into its cell, W.
    pub heat: Vec<f64>,
    /// Per band and wall: its part of that heat, W.
    pub heat_of_bands: Vec<Vec<f64>>,
    /// Per wall: energy temperature of the carriers at the wall (deviation, K).
    pub surface: Vec<f64>,
    /// Per cell: sum over bands of C <g^2>, or the mean of Q where differences are large, J K/m3.
    pub squares: Vec<f64>,
    /// Per cell: entropy produced by collisions, times the square of the reference temperature, W K.
    pub bulk: Vec<f64>,
    /// Per wall: entropy produced on it, times the square of the reference temperature, W K.
    pub wall: Vec<f64>,
    /// Of what has mass.
    pub motion: Option<Motion>,
}

/// Where the mass of a gas is, and how it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Motion {
    /// Per cell, kg/m3.
    pub density: Vec<f64>,
    /// Per cell, m/s.
    pub velocity: Vec<DVec3>,
}

impl Survey {
    /// Sums up full passes of all bands.
    ///
    /// With entropy s = `C <g> / T0 - C <g^2> / (2 T0^2)` to second order in the deviation, collisions produce
    /// `C v/L <(g - T)^2> / T0^2` and a wall that sends back evenly at E what hits it as g produces
    /// `C v sum w |s_n| (g - E)^2 / (2 T0^2)`; one that mirrors the part p, 1 - p^2 of it. For large differences see
    /// [`super::occupation`]: the squares become what entropy makes of them, and nothing is left out.
    ///
    /// # Panics
    /// If the passes were not full.
    pub fn new(domain: &Domain, bands: &[Tally], walls: &[WallState], pseudo_temperature: &[f64]) -> Survey {
        let grid = &domain.grid;
        let n = grid.len();
        let full: Vec<_> = bands.iter().map(|t| t.full.as_ref().expect("a full pass")).collect();
        let mut out = Survey {
            temperature: vec![0.0; n],
            energy: vec![0.0; n],
            source_urge: vec![0.0; n],
            pseudo_temperature: pseudo_temperature.to_vec(),
            flux: vec![DVec3::ZERO; n],
            through: [0, 1, 2].map(|axis| vec![0.0; if domain.active[axis] { n } else { 0 }]),
            flux_of_bands: vec![DVec3::ZERO; bands.len()],
            unrest: vec![0.0; n],
            surface_pseudo_temperature: vec![0.0; domain.walls.len()],
            heat: (0..domain.walls.len()).map(|w| wall_heat(domain, bands, w)).collect(),
            heat_of_bands: bands
                .iter()
                .enumerate()
                .map(|(b, tally)| (0..domain.walls.len()).map(|w| wall_heat_of_band(domain, b, tally, w)).collect())
                .collect(),
            surface: vec![0.0; domain.walls.len()],
            squares: vec![0.0; n],
            bulk: vec![0.0; n],
            wall: vec![0.0; domain.walls.len()],
            motion: None,
        };
        let strides = domain.strides();
        let solid_volume: f64 = (0..n).filter(|&c| domain.is_solid(c)).map(|c| grid.volume(grid.cell(c))).sum();
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let medium = domain.medium_of(c);
            let volume = grid.volume(grid.cell(c));
            for (index, ((band, tally), full)) in medium.bands.iter().zip(bands).zip(&full).enumerate() {
                out.unrest[c] += band.heat_capacity / medium.heat_capacity() * full.unrest[c];
                let share = band.heat_capacity / medium.heat_capacity();
                out.energy[c] += band.heat_capacity * tally.mean[c];
                let t = pseudo_temperature[c];
                let urge = full.urges.get(c).copied().unwrap_or(tally.mean[c]);
                out.source_urge[c] += domain.rise(c, index) * (share * urge);
                let square = full.squares.get(c).copied();
                let square = square.unwrap_or(full.unrest[c] + t * (2.0 * tally.mean[c] - t));
                out.squares[c] += band.heat_capacity * square;
                out.bulk[c] += medium.exchange(index, t) * full.unrest[c] * volume;
                let flight = band.heat_capacity * band.velocity;
                for axis in domain.axes() {
                    let low = match domain.wall[axis][0][c] {
                        super::domain::OPEN => full.flux[axis][c - strides[axis]],
                        wall => tally.returns[wall as usize] - tally.hits[wall as usize],
                    };
                    let flux = flight * 0.5 * (low + full.flux[axis][c]);
                    out.flux[c][axis] += flux;
                    out.through[axis][c] += flight * full.flux[axis][c];
                    out.flux_of_bands[index][axis] += flux * volume / solid_volume;
                }
            }
            out.temperature[c] = medium.temperature(out.energy[c]);
        }
        let level = |cell: usize| domain.medium_of(cell).urge(pseudo_temperature[cell]);
        for (w, wall) in domain.walls.iter().enumerate() {
            let cell = wall.cell as usize;
            let medium = domain.medium_of(cell);
            let (mut energy, mut exchanged) = (0.0, 0.0);
            let exchange = |band: usize| medium.exchange(band, pseudo_temperature[cell]);
            for (index, (((band, state), full), tally)) in
                medium.bands.iter().zip(walls).zip(&full).zip(bands).enumerate()
            {
                energy += band.heat_capacity * full.surface[w];
                exchanged += exchange(index) * full.surface[w];
                let flight = 0.5 * wall.area * band.heat_capacity * band.velocity;
                out.wall[w] += match wall.law {
                    Law::Thermal(_) | Law::Adiabatic { .. } => flight * full.mismatch[w],
                    // what both sides lose: what hits them squared, less what they emit squared; whatever level u is counted from,
                    // for what one loses the other gains, and the nearer the less rounding
                    Law::Interface { partner, .. } => {
                        let [emitted, _] = medium.told(index, state.emission[w]);
                        let level = 0.5 * (level(cell) + level(domain.walls[partner as usize].cell as usize));
                        flight * (full.mismatch[w] + 2.0 * (emitted - level) * (tally.hits[w] - tally.returns[w]))
                    }
                    Law::Periodic { .. } => 0.0,
                };
            }
            // of an interface both sides lose together, on one of them alone entropy may fall
            if let Law::Interface { partner, .. } = wall.law
                && let p = partner as usize
                && p < w
            {
                let both = 0.5 * (out.wall[p] + out.wall[w]);
                (out.wall[p], out.wall[w]) = (both, both);
            }
            out.surface[w] = medium.temperature(energy);
            out.surface_pseudo_temperature[w] = medium.shared(exchange, exchanged, out.surface[w]);
        }
        out
    }

    /// Entropy production in the volume and on the walls, W/K, at a reference temperature in K.
    pub fn entropy(&self, reference: f64) -> [f64; 2] {
        let total = |parts: &[f64]| parts.iter().copied().collect::<Sum>().value() / (reference * reference);
        [total(&self.bulk), total(&self.wall)]
    }
}
