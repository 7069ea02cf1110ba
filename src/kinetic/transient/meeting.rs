//! What all directions of a step add up to on faces and walls: pseudo-temperatures there, and what walls send back.

use super::{OPEN, Transient};
use crate::kinetic::domain::{Domain, Law};

/// What the directions of a band add up to on the faces.
pub(super) struct Sums {
    pub face: [Vec<f64>; 3],
    /// Per wall: sum of w g and of w |s_n| g of what hits it.
    pub hit: Vec<[f64; 2]>,
}

impl Sums {
    pub fn new(domain: &Domain) -> Sums {
        let n = domain.grid.len();
        let face = [0, 1, 2].map(|a| if domain.active[a] { vec![0.0; n] } else { Vec::new() });
        Sums { face, hit: vec![[0.0; 2]; domain.walls.len()] }
    }

    pub fn add(&mut self, other: &Sums) {
        for (a, b) in self.face.iter_mut().zip(&other.face) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        for (a, b) in self.hit.iter_mut().zip(&other.hit) {
            a[0] += b[0];
            a[1] += b[1];
        }
    }
}

impl Transient {
    /// Pseudo-temperatures on faces and walls at half the step.
    pub(super) fn face_temperatures(&self, sums: &[Sums], dt: f64) -> ([Vec<f64>; 3], Vec<f64>) {
        let domain = &self.domain;
        let half = 0.5 * dt;
        let heated = |c: usize, band: usize| 0.5 * half * domain.heating(c, band);
        let face = [0, 1, 2].map(|axis| {
            if !domain.active[axis] {
                return Vec::new();
            }
            let of = |c: usize| {
                if !domain.is_solid(c) {
                    return 0.0;
                }
                let (mut sum, mut weight) = (0.0, 0.0);
                for (band, carrier) in domain.medium_of(c).bands.iter().enumerate() {
                    let w = carrier.heat_capacity / (2.0 * self.relaxation(band, c) + half);
                    sum += w * (sums[band].face[axis][c] + heated(c, band));
                    weight += w;
                }
                sum / weight
            };
            (0..domain.grid.len()).map(of).collect()
        });
        let walls = domain.walls.iter().enumerate().map(|(w, wall)| {
            let c = wall.cell as usize;
            let (mut sum, mut weight) = (0.0, 0.0);
            for (band, carrier) in domain.medium_of(c).bands.iter().enumerate() {
                let share = half / (2.0 * self.relaxation(band, c) + half);
                let [even, projected] = sums[band].hit[w];
                let flux = self.ordinates.half_flux(wall.side.axis);
                // energy conserved between what hits the wall, with its collisions, and what leaves it
                let (value, w) = match wall.law {
                    Law::Adiabatic { specularity: p } => {
                        ((1.0 + p) * even + 0.5 * (1.0 - p) * projected / flux, 1.0 - share)
                    }
                    _ => {
                        let emitted = 0.5 * self.walls[band].emission[w];
                        (((1.0 - share) * even + emitted) / (1.0 - 0.5 * share), 1.0 - 0.5 * share)
                    }
                };
                let w = w * carrier.exchange();
                sum += w * (value + heated(c, band));
                weight += w;
            }
            sum / weight
        });
        (face, walls.collect())
    }

    /// After the collisions of half a step.
    pub(super) fn collided(&self, band: usize, cell: usize, x: f64, temperature: f64, dt: f64) -> f64 {
        let (tau, half) = (self.relaxation(band, cell), 0.5 * dt);
        (2.0 * tau * x + half * temperature + half * tau * self.domain.heating(cell, band)) / (2.0 * tau + half)
    }

    /// What the walls send back.
    pub(super) fn bounce(&mut self, sums: &[Sums], hits: &[Vec<f64>], wall: &[f64], dt: f64) {
        for band in 0..self.domain.bands() {
            let hit: Vec<f64> = self
                .domain
                .walls
                .iter()
                .enumerate()
                .map(|(w, wl)| {
                    let mean = sums[band].hit[w][1] / self.ordinates.half_flux(wl.side.axis);
                    self.collided(band, wl.cell as usize, mean, wall[w], dt)
                })
                .collect();
            for (w, wl) in self.domain.walls.iter().enumerate() {
                match wl.law {
                    Law::Adiabatic { .. } => self.walls[band].emission[w] = hit[w],
                    Law::Interface { partner, transmission } => {
                        self.walls[band].emission[w] =
                            (1.0 - transmission) * hit[w] + transmission * hit[partner as usize];
                    }
                    Law::Thermal(_) | Law::Periodic { .. } => {}
                }
                let (Law::Adiabatic { specularity }, true) = (wl.law, self.slot[w] != OPEN) else { continue };
                let slot = self.slot[w] as usize;
                for d in 0..self.followed.len() {
                    let s = self.ordinates.direction[self.followed[d]];
                    if (s[wl.side.axis] > 0.0) == wl.side.high {
                        let mirrored = self.place[self.followed[d] ^ (1 << wl.side.axis)];
                        let out = self.collided(band, wl.cell as usize, hits[band][d * self.slots + slot], wall[w], dt);
                        self.walls[band].inflow[mirrored * self.slots + slot] =
                            specularity * out + (1.0 - specularity) * hit[w];
                    }
                }
            }
        }
    }
}
