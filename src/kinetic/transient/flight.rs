//! One direction on its way through a step.

use super::Transient;
use super::meeting::Goals;
use crate::kinetic::domain::{Domain, Law, OPEN};
use crate::kinetic::tally::Tally;

/// What lies behind a face of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Beyond {
    /// A cell, so many kelvin colder than it would be on this side.
    Cell(usize, f64),
    Wall(usize),
}

/// One direction's values on their way through a step.
pub(super) struct Scratch {
    pub plus: Vec<f64>,
    pub slope: [Vec<f64>; 3],
    /// Values on the high face of each cell, before collisions.
    pub face: [Vec<f64>; 3],
    /// On walls, what hits them, before collisions.
    pub hit: Vec<f64>,
}

impl Scratch {
    pub fn new(domain: &Domain) -> Scratch {
        let n = domain.grid.len();
        let empty = || [0, 1, 2].map(|a| if domain.active[a] { vec![0.0; n] } else { Vec::new() });
        Scratch { plus: vec![0.0; n], slope: empty(), face: empty(), hit: vec![0.0; domain.walls.len()] }
    }
}

impl Transient {
    pub(super) fn neighbours(&self) -> [[Vec<Beyond>; 2]; 3] {
        let domain = &self.domain;
        let strides = domain.strides();
        [0, 1, 2].map(|axis| {
            [0, 1].map(|side| {
                if !domain.active[axis] {
                    return Vec::new();
                }
                let of = |c: usize| match domain.wall[axis][side][c] {
                    _ if !domain.is_solid(c) => Beyond::Wall(usize::MAX),
                    OPEN => Beyond::Cell(if side == 1 { c + strides[axis] } else { c - strides[axis] }, 0.0),
                    w => match domain.walls[w as usize].law {
                        Law::Periodic { partner, .. } => {
                            let other = &domain.walls[partner as usize];
                            let jump = if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
                            Beyond::Cell(other.cell as usize, jump)
                        }
                        _ => Beyond::Wall(w as usize),
                    },
                };
                (0..domain.grid.len()).map(of).collect()
            })
        })
    }

    /// What a direction brings to the faces at half the step, before the collisions of that half step.
    pub(super) fn arrive(
        &self,
        band: usize,
        d: usize,
        dt: f64,
        h: &[f64],
        beyond: &[[Vec<Beyond>; 2]; 3],
        out: &mut Scratch,
    ) {
        let domain = &self.domain;
        let grid = &domain.grid;
        let n = grid.len();
        let s = self.ordinates.direction[self.followed[d]];
        let axes = domain.axes();
        let [nx, ny, _] = grid.cells();
        let at = |c: usize| [c % nx, (c / nx) % ny, c / (nx * ny)];
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let g = self.carried(band, c, h[c], dt);
            out.plus[c] = g + 0.25 * dt * self.change(band, c, g);
        }
        for &axis in &axes {
            let widths = grid.axis(axis).widths();
            for c in (0..n).filter(|&c| domain.is_solid(c)) {
                let own = out.plus[c];
                let width = widths[at(c)[axis]];
                let difference = |side: usize| match beyond[axis][side][c] {
                    Beyond::Cell(o, jump) => Some((out.plus[o] + jump - own) / (0.5 * (width + widths[at(o)[axis]]))),
                    // what enters at a wall counts as its value there
                    Beyond::Wall(w) if (s[axis] > 0.0) == (side == 0) => {
                        let value = match self.slot[w] {
                            OPEN => self.before[band].emission[w],
                            slot => self.before[band].inflow[d * self.slots + slot as usize],
                        };
                        Some((value - own) / (0.5 * width))
                    }
                    Beyond::Wall(_) => None,
                };
                let (low, high) = (difference(0).map(|x| -x), difference(1));
                out.slope[axis][c] = match (low, high) {
                    (Some(a), Some(b)) => monotone(a, b),
                    (Some(a), None) | (None, Some(a)) => a,
                    (None, None) => 0.0,
                };
            }
        }
        for &axis in &axes {
            let widths = grid.axis(axis).widths();
            let ahead = usize::from(s[axis] > 0.0);
            let sign = s[axis].signum();
            for c in (0..n).filter(|&c| domain.is_solid(c)) {
                let flown = 0.5 * dt * domain.medium_of(c).bands[band].velocity;
                let mut x = out.plus[c] + 0.5 * sign * widths[at(c)[axis]] * out.slope[axis][c];
                for &along in &axes {
                    x -= flown * s[along] * out.slope[along][c];
                }
                match beyond[axis][ahead][c] {
                    Beyond::Wall(w) => out.hit[w] = x,
                    Beyond::Cell(..) if ahead == 1 => out.face[axis][c] = x,
                    // a face belongs to the cell below it, and is as warm as that
                    Beyond::Cell(o, jump) => out.face[axis][o] = x - jump,
                }
            }
        }
    }

    /// Collisions on the faces, the balance of every cell, and the collisions of the step.
    pub(super) fn cross(
        &self,
        band: usize,
        d: usize,
        dt: f64,
        h: &mut [f64],
        beyond: &[[Vec<Beyond>; 2]; 3],
        scratch: &mut Scratch,
        goals: &Goals,
        tally: &mut Tally,
    ) {
        let domain = &self.domain;
        let grid = &domain.grid;
        let n = grid.len();
        let s = self.ordinates.direction[self.followed[d]];
        let weight = self.weight[d];
        let axes = domain.axes();
        let [nx, ny, _] = grid.cells();
        let at = |c: usize| [c % nx, (c / nx) % ny, c / (nx * ny)];
        for &axis in &axes {
            for c in (0..n).filter(|&c| domain.is_solid(c)) {
                if let Beyond::Cell(..) = beyond[axis][1][c] {
                    let arrived = scratch.face[axis][c];
                    scratch.face[axis][c] = goals.face[axis].reached(c, arrived, self.heating[band][c], 0.5 * dt);
                }
            }
        }
        let edge = |axis: usize, w: usize, tally: &mut Tally| -> f64 {
            let entering = (s[axis] > 0.0) != domain.walls[w].side.high;
            let projected = weight * s[axis].abs();
            let x = if entering {
                match self.slot[w] {
                    OPEN => self.walls[band].emission[w],
                    slot => self.walls[band].inflow[d * self.slots + slot as usize],
                }
            } else {
                self.collided(band, w, scratch.hit[w], goals, dt)
            };
            if entering {
                tally.returns[w] += projected * x
            } else {
                tally.hits[w] += projected * x
            }
            if let Some(full) = &mut tally.full {
                full.surface[w] += weight * x;
                if !entering {
                    full.mismatch[w] += projected * domain.mismatch(w, band, x, self.walls[band].emission[w]);
                }
            }
            x
        };
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let velocity = domain.medium_of(c).bands[band].velocity;
            let g = self.carried(band, c, h[c], dt);
            let mut x = g + 0.5 * dt * self.change(band, c, g);
            for &axis in &axes {
                let high = match beyond[axis][1][c] {
                    Beyond::Cell(..) => scratch.face[axis][c],
                    Beyond::Wall(w) => edge(axis, w, tally),
                };
                let low = match beyond[axis][0][c] {
                    Beyond::Cell(o, jump) => scratch.face[axis][o] + jump,
                    Beyond::Wall(w) => edge(axis, w, tally),
                };
                if let Some(full) = &mut tally.full {
                    full.flux[axis][c] += weight * s[axis] * high;
                }
                // joined ends are walls of the domain, too: what leaves and enters there is counted
                for (side, value) in [(0, low), (1, high)] {
                    let w = domain.wall[axis][side][c];
                    if w != OPEN
                        && let Law::Periodic { .. } = domain.walls[w as usize].law
                    {
                        let projected = weight * s[axis].abs() * value;
                        let entering = (s[axis] > 0.0) == (side == 0);
                        if entering {
                            tally.returns[w as usize] += projected
                        } else {
                            tally.hits[w as usize] += projected
                        }
                        if let Some(full) = &mut tally.full {
                            full.surface[w as usize] += weight * value;
                        }
                    }
                }
                x -= dt * velocity * s[axis] * (high - low) / grid.axis(axis).widths()[at(c)[axis]];
            }
            h[c] = x;
            tally.mean[c] += weight * x;
        }
    }
}

/// The slope between two one-sided ones that makes no new extreme: van Leer's monotonized central one.
fn monotone(a: f64, b: f64) -> f64 {
    if a * b <= 0.0 { 0.0 } else { a.signum() * (0.5 * (a + b).abs()).min(2.0 * a.abs()).min(2.0 * b.abs()) }
}
