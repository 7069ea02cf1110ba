//! What all directions of a step add up to on faces and walls: pseudo-temperatures there, and what walls send back.

use super::goal::Goal;
use super::{OPEN, Transient};
use crate::kinetic::domain::{Domain, Law, Wall};
use rayon::prelude::*;

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

/// Where collisions drive a band on faces and at walls.
pub(super) struct Goals {
    /// Per axis, at the high face of each cell.
    pub face: [Goal; 3],
    pub wall: Goal,
}

impl Transient {
    /// What collisions drive the bands to on faces and at walls, at half the step.
    pub(super) fn goals(&self, sums: &[Sums], dt: f64) -> Vec<Goals> {
        let domain = &self.domain;
        let half = 0.5 * dt;
        let heated = |c: usize, band: usize| 0.5 * half * self.heating[band][c];
        let face = [0, 1, 2].map(|axis| {
            if !domain.active[axis] {
                return Vec::new();
            }
            let of = |c: usize| {
                let left = |band: usize| sums[band].face[axis][c] + heated(c, band);
                if domain.is_solid(c) { domain.medium_of(c).settled(left, half, self.temperature[c]) } else { 0.0 }
            };
            (0..domain.grid.len()).into_par_iter().map(of).collect()
        });
        let at_wall = |(w, wall): (usize, &Wall)| {
            let c = wall.cell as usize;
            let medium = domain.medium_of(c);
            // energy conserved between what hits the wall, with its collisions, and what leaves it
            let parts: Vec<[f64; 2]> = (0..domain.bands())
                .map(|band| {
                    let tau = self.goal[band].time[c];
                    let share = half / (2.0 * tau + half);
                    let [even, projected] = sums[band].hit[w];
                    let flux = self.ordinates.half_flux(wall.side.axis);
                    let (value, weight) = match wall.law {
                        Law::Adiabatic { specularity: p } => {
                            ((1.0 + p) * even + 0.5 * (1.0 - p) * projected / flux, 1.0 - share)
                        }
                        _ => {
                            let emitted = 0.5 * self.walls[band].emission[w];
                            (((1.0 - share) * even + emitted) / (1.0 - 0.5 * share), 1.0 - 0.5 * share)
                        }
                    };
                    [weight * medium.bands[band].heat_capacity / tau, value + heated(c, band)]
                })
                .collect();
            let total = parts.iter().map(|[weight, value]| weight * value).sum();
            medium.shared(|band| parts[band][0], total, self.temperature[c])
        };
        let wall: Vec<f64> = domain.walls.iter().enumerate().map(at_wall).collect();
        let of_band = |band: usize| Goals {
            face: [0, 1, 2].map(|axis| Goal::new(domain, band, &face[axis], |c| c)),
            wall: Goal {
                time: domain.walls.iter().map(|w| self.goal[band].time[w.cell as usize]).collect(),
                ..Goal::new(domain, band, &wall, |w| domain.walls[w].cell as usize)
            },
        };
        (0..domain.bands()).into_par_iter().map(of_band).collect()
    }

    /// What hits a wall after the collisions of half a step.
    pub(super) fn collided(&self, band: usize, wall: usize, x: f64, goals: &Goals, dt: f64) -> f64 {
        let cell = self.domain.walls[wall].cell as usize;
        goals.wall.reached(wall, x, self.heating[band][cell], 0.5 * dt)
    }

    /// What the walls send back.
    pub(super) fn bounce(&mut self, sums: &[Sums], hits: &[Vec<f64>], goals: &[Goals], dt: f64) {
        let of = |band: usize, w: usize| {
            let mean = sums[band].hit[w][1] / self.ordinates.half_flux(self.domain.walls[w].side.axis);
            self.collided(band, w, mean, &goals[band], dt)
        };
        let walls = self.domain.walls.len();
        let hit: Vec<Vec<f64>> = (0..sums.len()).map(|b| (0..walls).map(|w| of(b, w)).collect()).collect();
        for band in 0..self.domain.bands() {
            for (w, wl) in self.domain.walls.iter().enumerate() {
                if let Law::Adiabatic { .. } | Law::Interface { .. } = wl.law {
                    self.walls[band].emission[w] = self.domain.sent(w, band, |b, w| hit[b][w]);
                }
                let (Law::Adiabatic { specularity }, true) = (wl.law, self.slot[w] != OPEN) else { continue };
                let slot = self.slot[w] as usize;
                for d in 0..self.followed.len() {
                    let s = self.ordinates.direction[self.followed[d]];
                    if (s[wl.side.axis] > 0.0) == wl.side.high {
                        let mirrored = self.place[self.followed[d] ^ (1 << wl.side.axis)];
                        let out = self.collided(band, w, hits[band][d * self.slots + slot], &goals[band], dt);
                        self.walls[band].inflow[mirrored * self.slots + slot] =
                            specularity * out + (1.0 - specularity) * hit[band][w];
                    }
                }
            }
        }
    }
}
