//! What a wall makes of what hits it, within a step.
//!
//! Molecules that hit a wall have met others on the way, and tend to what the moments at the wall say, to which what comes back
//! from it belongs as well. All of that is linear: with x what hits the wall before these collisions, `a x + (1 - a) E(M)` what
//! does after them, H the moments of what tends to M over this half, R the mirror and `e = hits / half flux` what comes
//! back of all that does not mirror,
//!
//! ```text
//! M = a (1 + (1 - A) R + A e) x + (1 - a) (1 + (1 - A) R + A e) H M + A t T
//! ```
//!
//! for an accommodation A and a wall at t, whose Maxwellian of no net number has the moments T. The system is solved once for each
//! kind of wall.

use crate::grid::Side;
use crate::kinetic::domain::{Law, OPEN};
use crate::kinetic::gas::faces::Moments;
use crate::kinetic::gas::flyer::{Flyer, dot};
use crate::kinetic::gas::law::Vessel;

/// Walls that face one way and have one accommodation.
#[derive(Debug, Clone)]
pub(crate) struct Surface {
    side: Side,
    accommodation: f64,
    /// Kind of the velocity across, and 1 or -1 if it counts outwards.
    across: (usize, f64),
    /// Per kind: 1, or -1 where a mirror turns it.
    mirror: Vec<f64>,
    /// Moments of what comes back at unit emission, and of a Maxwellian at 1 K without number.
    emitted: [Vec<f64>; 2],
    /// Per kind: moments over what flies towards the wall of what tends to one of this kind.
    towards: Vec<Vec<f64>>,
    /// sum w |c_n| over one half.
    half_flux: f64,
    /// For the step in hand: what collisions leave of what hits, and the inverse of the system.
    keep: f64,
    inverse: Vec<Vec<f64>>,
}

/// Kinds of walls of a vessel, and per wall which it is; [`OPEN`] where ends are joined.
pub(crate) fn surfaces(vessel: &Vessel, flyers: &[Flyer], moments: &Moments) -> (Vec<Surface>, Vec<u32>) {
    let mut surfaces: Vec<Surface> = Vec::new();
    let of_wall = vessel.domain.walls.iter().zip(&vessel.accommodation).map(|(wall, &accommodation)| {
        if let Law::Periodic { .. } = wall.law {
            return OPEN;
        }
        let known = surfaces.iter().position(|s| s.side == wall.side && s.accommodation == accommodation);
        known.unwrap_or_else(|| {
            surfaces.push(Surface::new(wall.side, accommodation, flyers, moments));
            surfaces.len() - 1
        }) as u32
    });
    let of_wall = of_wall.collect();
    (surfaces, of_wall)
}

/// Whether single velocities keep what they carry at a wall.
pub(crate) fn mirrors(vessel: &Vessel, wall: usize) -> bool {
    vessel.accommodation[wall] < 1.0 && !matches!(vessel.domain.walls[wall].law, Law::Periodic { .. })
}

/// What a wall adds to what its cell tends to: rows for every kind and last for the emission.
#[derive(Debug, Clone)]
pub(crate) struct Relative {
    /// From moments of what hits it, less what collisions tend to in the cell.
    pub hits: Vec<Vec<f64>>,
    /// From velocity and heat fluxes in the cell; nothing from density and temperature.
    pub cell: Vec<Vec<f64>>,
    /// From the temperature of the wall less that in the cell.
    pub warmth: Vec<f64>,
}

impl Surface {
    pub fn new(side: Side, accommodation: f64, flyers: &[Flyer], moments: &Moments) -> Surface {
        let kinds = moments.kind.len();
        let place = moments.axes.iter().position(|&a| a == side.axis).expect("walls stand across active axes");
        let outward = if side.high { 1.0 } else { -1.0 };
        let mut mirror = vec![1.0; kinds];
        let turned = [moments.velocity(place), moments.flux(place)];
        turned.into_iter().for_each(|k| mirror[k] = -1.0);
        if kinds > moments.internal_flux(0) {
            mirror[moments.internal_flux(place)] = -1.0;
        }
        let mut emitted = [vec![0.0; kinds], vec![0.0; kinds]];
        let mut towards = vec![vec![0.0; kinds]; kinds];
        let mut half_flux = 0.0;
        for flyer in flyers {
            let along = outward * flyer.velocity[side.axis];
            if along > 0.0 {
                half_flux += flyer.weight * along;
                for (l, moments) in towards.iter_mut().enumerate() {
                    let h = [0, 1, 2].map(|p| flyer.equilibrium[p][l]);
                    flyer.add(&h, moments);
                }
            } else {
                flyer.add(&flyer.emitted(1.0, 0.0), &mut emitted[0]);
                flyer.add(&flyer.emitted(0.0, 1.0), &mut emitted[1]);
            }
        }
        let across = (moments.velocity(place), outward);
        Surface {
            side,
            accommodation,
            across,
            mirror,
            emitted,
            towards,
            half_flux,
            keep: 1.0,
            inverse: identity(kinds),
        }
    }

    /// Makes ready for steps in which collisions leave the part `keep` of what hits.
    pub fn prepare(&mut self, keep: f64) {
        let kinds = self.mirror.len();
        let mut matrix = identity(kinds);
        for (l, moments) in self.towards.iter().enumerate() {
            let answer = self.answered(moments);
            (0..kinds).for_each(|k| matrix[k][l] -= (1.0 - keep) * answer[k]);
        }
        self.keep = keep;
        self.inverse = inverted(matrix);
    }

    /// Number that hits the wall for moments over what flies towards it, as emission.
    fn number(&self, hits: &[f64]) -> f64 {
        let (kind, outward) = self.across;
        outward * hits[kind] / self.half_flux
    }

    /// Moments of what hits and what comes back, but for the wall's warmth.
    fn answered(&self, hits: &[f64]) -> Vec<f64> {
        let (a, number) = (self.accommodation, self.number(hits));
        let of = |k: usize| hits[k] * (1.0 + (1.0 - a) * self.mirror[k]) + a * number * self.emitted[0][k];
        (0..hits.len()).map(of).collect()
    }

    /// Moments at the wall and its emission; `hits` are the moments of what hits before its collisions, the wall is at `t` (K).
    pub fn moments(&self, hits: &[f64], t: f64) -> (Vec<f64>, f64) {
        let mut known = self.answered(hits);
        for (known, warm) in known.iter_mut().zip(&self.emitted[1]) {
            *known = self.keep * *known + self.accommodation * t * warm;
        }
        let at_wall: Vec<f64> = self.inverse.iter().map(|row| dot(row, &known)).collect();
        let met: Vec<f64> = (0..hits.len())
            .map(|k| {
                let tending: f64 = self.towards.iter().zip(&at_wall).map(|(moments, m)| moments[k] * m).sum();
                self.keep * hits[k] + (1.0 - self.keep) * tending
            })
            .collect();
        let emission = self.number(&met);
        (at_wall, emission)
    }
}

impl Surface {
    /// The same for moments N of a cell, and all others less these: where both are in equilibrium there is nothing to
    /// add, so nothing large cancels. With Q for what answers hits, `M = N + m` solves
    ///
    /// ```text
    /// m = a Q x + (1 - a) Q H m + (Q H - 1) N' + A (t - t_N) T,   N' the part of N with a direction
    /// ```
    pub fn relative(&self) -> Relative {
        let kinds = self.mirror.len();
        let column = |l: usize| -> Vec<f64> {
            let mut unit = vec![0.0; kinds];
            unit[l] = 1.0;
            unit
        };
        let solved = |known: &[f64]| -> Vec<f64> { self.inverse.iter().map(|row| dot(row, known)).collect() };
        let towards = |m: &[f64]| -> Vec<f64> {
            (0..kinds).map(|k| self.towards.iter().zip(m).map(|(moments, m)| moments[k] * m).sum()).collect()
        };
        let (keep, met) = (self.keep, 1.0 - self.keep);
        let mut all = Relative {
            hits: vec![vec![0.0; kinds]; kinds + 1],
            cell: vec![vec![0.0; kinds]; kinds + 1],
            warmth: vec![0.0; kinds + 1],
        };
        for l in 0..kinds {
            let unit = column(l);
            let known: Vec<f64> = self.answered(&unit).iter().map(|x| keep * x).collect();
            let m = solved(&known);
            all.hits[kinds][l] = keep * self.number(&unit) + met * self.number(&towards(&m));
            (0..kinds).for_each(|k| all.hits[k][l] = m[k]);
            if l < 2 {
                continue;
            }
            let half = towards(&unit);
            let known: Vec<f64> = self.answered(&half).iter().zip(&unit).map(|(x, n)| x - n).collect();
            let m = solved(&known);
            all.cell[kinds][l] = self.number(&half) + met * self.number(&towards(&m));
            (0..kinds).for_each(|k| all.cell[k][l] = m[k]);
        }
        let known: Vec<f64> = self.emitted[1].iter().map(|x| self.accommodation * x).collect();
        let m = solved(&known);
        all.warmth[kinds] = met * self.number(&towards(&m));
        all.warmth[..kinds].copy_from_slice(&m);
        all
    }
}

fn identity(n: usize) -> Vec<Vec<f64>> {
    (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect()
}

/// Inverse by Gauss's and Jordan's elimination with row pivots; of a dozen rows at most.
fn inverted(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    let mut inverse = identity(n);
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).expect("a row");
        a.swap(k, pivot);
        inverse.swap(k, pivot);
        let scale = 1.0 / a[k][k];
        a[k].iter_mut().chain(&mut inverse[k]).for_each(|x| *x *= scale);
        let (row, inverse_row) = (a[k].clone(), inverse[k].clone());
        for i in (0..n).filter(|&i| i != k) {
            let factor = a[i][k];
            a[i].iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
            inverse[i].iter_mut().zip(&inverse_row).for_each(|(x, y)| *x -= factor * y);
        }
    }
    inverse
}
