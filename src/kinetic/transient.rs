//! The way of the carriers through time: discrete unified gas kinetic scheme (Guo and Xu, Int. J. Heat Mass Transfer 102,
//! 944 (2016)).
//!
//! The flux over a face is taken at half the step, from the solution along the ray through the face with its collisions,
//! the collisions of a step by the trapezoidal rule. Both are implicit in closed form, so the step is bound by the flight over
//! a cell alone, however short the time between collisions, and in thick cells the scheme turns into Fourier's law.
//!
//! With `W = (T - g) v / L + s` (s: the source over the heat capacity) and a step dt, what is stored is `h = g - dt/2 W`.
//! Then, with `tau = L / v`,
//!
//! ```text
//! T = sum C/(2 tau + dt) <h> / sum C/(2 tau + dt) + dt/2 s       conserves energy
//! g = (2 tau h + dt T + dt tau s) / (2 tau + dt)
//! ```
//!
//! and the same on faces with dt/2 in place of dt.

use super::domain::{Domain, Law, OPEN};
use super::quadrature::Ordinates;
use super::survey::Survey;
use super::sweep::{Tally, WallState};
use rayon::prelude::*;

/// Directions are advanced in this many groups side by side, whatever the number of threads.
const GROUPS: usize = 8;

/// What lies behind a face of a cell.
#[derive(Debug, Clone, Copy)]
enum Beyond {
    /// A cell, so many kelvin colder than it would be on this side.
    Cell(usize, f64),
    Wall(usize),
}

/// Carriers on their way.
#[derive(Debug, Clone)]
pub struct Transient {
    domain: Domain,
    ordinates: Ordinates,
    /// Directions that are followed: images along idle axes are left out.
    followed: Vec<usize>,
    /// Weights of these.
    weight: Vec<f64>,
    /// Place of an ordinate in `followed`.
    place: Vec<usize>,
    /// h per band, followed direction and cell, K.
    state: Vec<f64>,
    /// Pseudo-temperature per cell, K.
    temperature: Vec<f64>,
    /// Step the state is stored for, s.
    step: f64,
    walls: Vec<WallState>,
    /// Per wall: place among mirrors.
    slot: Vec<u32>,
    slots: usize,
    /// Means of the state per band and cell.
    mean: Vec<Vec<f64>>,
    /// Energy that entered through each wall, J.
    entered: Vec<f64>,
    /// Energy from sources, J.
    heated: f64,
    last: Vec<Tally>,
}

/// One direction's values on their way through a step.
struct Scratch {
    plus: Vec<f64>,
    slope: [Vec<f64>; 3],
    /// Values on the high face of each cell, before collisions.
    face: [Vec<f64>; 3],
    /// On walls, what hits them, before collisions.
    hit: Vec<f64>,
}

/// What the directions of a band add up to on the faces.
struct Sums {
    face: [Vec<f64>; 3],
    /// Per wall: sum of w g and of w |s_n| g of what hits it.
    hit: Vec<[f64; 2]>,
}

impl Transient {
    /// Carriers in equilibrium at a temperature per cell (deviation, K).
    pub fn new(domain: Domain, ordinates: Ordinates, initial: &[f64]) -> Transient {
        let idle = |image: usize| (0..3).any(|a| !domain.active[a] && image >> a & 1 == 1);
        let copies = (0..3).filter(|&a| !domain.active[a] && 1 << a < ordinates.images).map(|_| 2.0).product::<f64>();
        let followed: Vec<usize> = (0..ordinates.len()).filter(|i| !idle(i % ordinates.images)).collect();
        let weight = followed.iter().map(|&i| ordinates.weight[i] * copies).collect();
        let mut place = vec![usize::MAX; ordinates.len()];
        followed.iter().enumerate().for_each(|(p, &i)| place[i] = p);
        let mut slots = 0;
        let slot: Vec<u32> = domain
            .walls
            .iter()
            .map(|w| match w.law {
                Law::Adiabatic { specularity } if specularity > 0.0 => {
                    slots += 1;
                    slots - 1
                }
                _ => OPEN,
            })
            .collect();
        let bands = domain.bands();
        let emission = |w: &super::domain::Wall| match w.law {
            Law::Thermal(t) => t,
            _ => initial[w.cell as usize],
        };
        let mut inflow = vec![0.0; followed.len() * slots as usize];
        for (w, s) in slot.iter().enumerate().filter(|(_, s)| **s != OPEN) {
            let t = initial[domain.walls[w].cell as usize];
            inflow.iter_mut().skip(*s as usize).step_by(slots as usize).for_each(|x| *x = t);
        }
        let wall = WallState { emission: domain.walls.iter().map(emission).collect(), inflow };
        Transient {
            state: (0..bands * followed.len()).flat_map(|_| initial.iter().copied()).collect(),
            temperature: initial.to_vec(),
            step: 0.0,
            walls: vec![wall; bands],
            slot,
            slots: slots as usize,
            mean: vec![initial.to_vec(); bands],
            entered: vec![0.0; domain.walls.len()],
            heated: 0.0,
            last: (0..bands).map(|_| Tally::new(&domain, true)).collect(),
            followed,
            weight,
            place,
            domain,
            ordinates,
        }
        .seen()
    }

    /// The longest step: no carrier flies further than a cell.
    pub fn longest_step(&self) -> f64 {
        longest_step(&self.domain)
    }

    /// Where the carriers fly; walls and sources may be changed between steps.
    pub fn domain_mut(&mut self) -> &mut Domain {
        // what is stored belongs to a source: a new one must find the carriers themselves
        self.restate(0.0);
        &mut self.domain
    }

    /// Energy temperature per cell (deviation, K).
    pub fn energy_temperature(&self) -> Vec<f64> {
        let of = |c: usize| {
            if !self.domain.is_solid(c) {
                return 0.0;
            }
            let medium = self.domain.medium_of(c);
            let shares = medium.bands.iter().zip(&self.mean);
            // what is stored lacks the source of half a step
            shares.map(|(b, m)| b.heat_capacity * m[c]).sum::<f64>() / medium.heat_capacity()
                + 0.5 * self.step * self.heating(c)
        };
        (0..self.domain.grid.len()).map(of).collect()
    }

    /// Where the carriers fly.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Energy that entered through each wall since the start, J, and from sources.
    pub fn ledger(&self) -> (&[f64], f64) {
        (&self.entered, self.heated)
    }

    /// Directions times bands times cells in a step.
    pub fn updates(&self) -> usize {
        self.state.len()
    }

    /// Makes a step of `dt` (s), at most [`Transient::longest_step`]. `look` counts what a survey needs.
    pub fn advance(&mut self, dt: f64, look: bool) {
        if dt != self.step {
            self.restate(dt);
        }
        let n = self.domain.grid.len();
        let bands = self.domain.bands();
        let directions = self.followed.len();
        let beyond = self.neighbours();
        let chunk = directions.div_ceil(GROUPS);
        for (state, w) in self.walls.iter_mut().flat_map(|s| s.emission.iter_mut().zip(&self.domain.walls)) {
            if let Law::Thermal(t) = w.law {
                *state = t;
            }
        }
        // what arrives at the faces at half the step
        let mut sums: Vec<Sums> = Vec::new();
        let mut hits: Vec<Vec<f64>> = Vec::new();
        for band in 0..bands {
            let parts: Vec<(Sums, Vec<f64>)> = self.state[band * directions * n..][..directions * n]
                .par_chunks(chunk * n)
                .enumerate()
                .map(|(group, states)| {
                    let mut sums = Sums::new(&self.domain);
                    let mut hits = vec![0.0; states.len() / n * self.slots];
                    let mut scratch = Scratch::new(&self.domain);
                    for (k, state) in states.chunks(n).enumerate() {
                        let d = group * chunk + k;
                        self.arrive(band, d, dt, state, &beyond, &mut scratch);
                        let s = self.ordinates.direction[self.followed[d]];
                        for axis in self.domain.axes() {
                            for (sum, x) in sums.face[axis].iter_mut().zip(&scratch.face[axis]) {
                                *sum += self.weight[d] * x;
                            }
                        }
                        for (w, wall) in self.domain.walls.iter().enumerate() {
                            let along = s[wall.side.axis];
                            if (along > 0.0) == wall.side.high {
                                sums.hit[w][0] += self.weight[d] * scratch.hit[w];
                                sums.hit[w][1] += self.weight[d] * along.abs() * scratch.hit[w];
                                if self.slot[w] != OPEN {
                                    hits[k * self.slots + self.slot[w] as usize] = scratch.hit[w];
                                }
                            }
                        }
                    }
                    (sums, hits)
                })
                .collect();
            let mut total = Sums::new(&self.domain);
            let mut all = Vec::new();
            for (part, hit) in parts {
                total.add(&part);
                all.extend(hit);
            }
            sums.push(total);
            hits.push(all);
        }
        let (face, wall) = self.face_temperatures(&sums, dt);
        self.bounce(&sums, &hits, &wall, dt);
        // over the faces, and on to the end of the step
        let mut tallies = Vec::new();
        let mut state = std::mem::take(&mut self.state);
        for band in 0..bands {
            let parts: Vec<Tally> = state[band * directions * n..][..directions * n]
                .par_chunks_mut(chunk * n)
                .enumerate()
                .map(|(group, states)| {
                    let mut tally = Tally::new(&self.domain, look);
                    let mut scratch = Scratch::new(&self.domain);
                    for (k, state) in states.chunks_mut(n).enumerate() {
                        let d = group * chunk + k;
                        self.arrive(band, d, dt, state, &beyond, &mut scratch);
                        self.cross(band, d, dt, state, &beyond, &mut scratch, (&face, &wall), &mut tally);
                    }
                    tally
                })
                .collect();
            let mut total = Tally::new(&self.domain, look);
            parts.into_iter().for_each(|p| total.add(p));
            for (w, wall) in self.domain.walls.iter().enumerate() {
                let carrier = self.domain.medium_of(wall.cell as usize).bands[band];
                let flight = carrier.heat_capacity * carrier.velocity * wall.area * dt;
                self.entered[w] += flight * (total.returns[w] - total.hits[w]);
            }
            tallies.push(total);
        }
        self.state = state;
        let grid = &self.domain.grid;
        let solid = (0..n).filter(|&c| self.domain.is_solid(c));
        self.heated += dt * solid.map(|c| self.domain.source[c] * grid.volume(grid.cell(c))).sum::<f64>();
        for (mean, tally) in self.mean.iter_mut().zip(&tallies) {
            mean.copy_from_slice(&tally.mean);
        }
        let before = std::mem::take(&mut self.temperature);
        self.temperature = self.cell_temperatures(dt);
        if look {
            // faces were looked at in the middle of the step
            for full in tallies.iter_mut().filter_map(|t| t.full.as_mut()) {
                for (surface, wall) in full.surface.iter_mut().zip(&self.domain.walls) {
                    let c = wall.cell as usize;
                    *surface += 0.5 * (self.temperature[c] - before[c]);
                }
            }
            self.last = tallies;
        }
    }

    /// What the carriers mean; heat and walls as they were in the middle of the last step that looked.
    pub fn survey(&self) -> Survey {
        let n = self.domain.grid.len();
        let directions = self.followed.len();
        let mut bands = self.last.clone();
        for (band, tally) in bands.iter_mut().enumerate() {
            tally.mean.fill(0.0);
            let full = tally.full.as_mut().expect("made in full");
            full.unrest.fill(0.0);
            for d in 0..directions {
                let state = &self.state[(band * directions + d) * n..][..n];
                for c in (0..n).filter(|&c| self.domain.is_solid(c)) {
                    let g = self.carried(band, c, state[c], self.step);
                    tally.mean[c] += self.weight[d] * g;
                    full.unrest[c] += self.weight[d] * (g - self.temperature[c]).powi(2);
                }
            }
        }
        Survey::new(&self.domain, &bands, &self.walls, &self.temperature)
    }

    /// Fills what is known before the first step.
    fn seen(mut self) -> Transient {
        for tally in &mut self.last {
            let full = tally.full.as_mut().expect("made in full");
            for (w, wall) in self.domain.walls.iter().enumerate() {
                let t = self.temperature[wall.cell as usize];
                let out = self.walls[0].emission[w];
                let half = self.ordinates.half_flux(wall.side.axis);
                tally.hits[w] = half * t;
                tally.returns[w] = half * out;
                full.surface[w] = 0.5 * (t + out);
                full.mismatch[w] = half * (t - out).powi(2);
            }
        }
        self
    }

    fn relaxation(&self, band: usize, cell: usize) -> f64 {
        let band = self.domain.medium_of(cell).bands[band];
        band.mean_free_path / band.velocity
    }

    /// Source over heat capacity, K/s.
    fn heating(&self, cell: usize) -> f64 {
        self.domain.source[cell] / self.domain.medium_of(cell).heat_capacity()
    }

    /// g from what is stored for a step.
    fn carried(&self, band: usize, cell: usize, h: f64, dt: f64) -> f64 {
        let tau = self.relaxation(band, cell);
        (2.0 * tau * h + dt * self.temperature[cell] + dt * tau * self.heating(cell)) / (2.0 * tau + dt)
    }

    /// Pseudo-temperature from the means of what is stored for a step.
    fn cell_temperatures(&self, dt: f64) -> Vec<f64> {
        (0..self.domain.grid.len())
            .map(|c| {
                if !self.domain.is_solid(c) {
                    return 0.0;
                }
                let (mut sum, mut weight) = (0.0, 0.0);
                for (band, carrier) in self.domain.medium_of(c).bands.iter().enumerate() {
                    let w = carrier.heat_capacity / (2.0 * self.relaxation(band, c) + dt);
                    sum += w * self.mean[band][c];
                    weight += w;
                }
                sum / weight + 0.5 * dt * self.heating(c)
            })
            .collect()
    }

    /// Stores the same carriers for another step.
    fn restate(&mut self, dt: f64) {
        let n = self.domain.grid.len();
        let directions = self.followed.len();
        let mut state = std::mem::take(&mut self.state);
        let old = self.step;
        for band in 0..self.domain.bands() {
            let mut mean = vec![0.0; n];
            for d in 0..directions {
                let h = &mut state[(band * directions + d) * n..][..n];
                for c in (0..n).filter(|&c| self.domain.is_solid(c)) {
                    let g = self.carried(band, c, h[c], old);
                    let change = (self.temperature[c] - g) / self.relaxation(band, c) + self.heating(c);
                    h[c] = g - 0.5 * dt * change;
                    mean[c] += self.weight[d] * h[c];
                }
            }
            self.mean[band] = mean;
        }
        self.state = state;
        self.step = dt;
    }

    fn neighbours(&self) -> [[Vec<Beyond>; 2]; 3] {
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
    fn arrive(&self, band: usize, d: usize, dt: f64, h: &[f64], beyond: &[[Vec<Beyond>; 2]; 3], out: &mut Scratch) {
        let domain = &self.domain;
        let grid = &domain.grid;
        let n = grid.len();
        let s = self.ordinates.direction[self.followed[d]];
        let axes = domain.axes();
        let [nx, ny, _] = grid.cells();
        let at = |c: usize| [c % nx, (c / nx) % ny, c / (nx * ny)];
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let g = self.carried(band, c, h[c], dt);
            let change = (self.temperature[c] - g) / self.relaxation(band, c) + self.heating(c);
            out.plus[c] = g + 0.25 * dt * change;
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
                            OPEN => self.walls[band].emission[w],
                            slot => self.walls[band].inflow[d * self.slots + slot as usize],
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

    /// Pseudo-temperatures on faces and walls at half the step.
    fn face_temperatures(&self, sums: &[Sums], dt: f64) -> ([Vec<f64>; 3], Vec<f64>) {
        let domain = &self.domain;
        let half = 0.5 * dt;
        let heated = |c: usize| 0.5 * half * self.heating(c);
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
                    sum += w * sums[band].face[axis][c];
                    weight += w;
                }
                sum / weight + heated(c)
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
                sum += w * value;
                weight += w;
            }
            sum / weight + heated(c)
        });
        (face, walls.collect())
    }

    /// After the collisions of half a step.
    fn collided(&self, band: usize, cell: usize, x: f64, temperature: f64, dt: f64) -> f64 {
        let (tau, half) = (self.relaxation(band, cell), 0.5 * dt);
        (2.0 * tau * x + half * temperature + half * tau * self.heating(cell)) / (2.0 * tau + half)
    }

    /// What the walls send back.
    fn bounce(&mut self, sums: &[Sums], hits: &[Vec<f64>], wall: &[f64], dt: f64) {
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

    /// Collisions on the faces, the balance of every cell, and the collisions of the step.
    fn cross(
        &self,
        band: usize,
        d: usize,
        dt: f64,
        h: &mut [f64],
        beyond: &[[Vec<Beyond>; 2]; 3],
        scratch: &mut Scratch,
        (face, wall): (&[Vec<f64>; 3], &[f64]),
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
                    scratch.face[axis][c] = self.collided(band, c, scratch.face[axis][c], face[axis][c], dt);
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
                self.collided(band, domain.walls[w].cell as usize, scratch.hit[w], wall[w], dt)
            };
            if entering {
                tally.returns[w] += projected * x
            } else {
                tally.hits[w] += projected * x
            }
            if let Some(full) = &mut tally.full {
                full.surface[w] += weight * x;
                if !entering {
                    full.mismatch[w] += projected * (x - self.walls[band].emission[w]).powi(2);
                }
            }
            x
        };
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            let velocity = domain.medium_of(c).bands[band].velocity;
            let g = self.carried(band, c, h[c], dt);
            let change = (self.temperature[c] - g) / self.relaxation(band, c) + self.heating(c);
            let mut x = g + 0.5 * dt * change;
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

/// The longest step of a domain: no carrier flies further than a cell.
pub fn longest_step(domain: &Domain) -> f64 {
    let grid = &domain.grid;
    let fastest = |c: usize| {
        let at = grid.cell(c);
        let thin: f64 = domain.axes().iter().map(|&a| grid.axis(a).widths()[at[a]].powi(-2)).sum();
        let velocity = domain.medium_of(c).bands.iter().map(|b| b.velocity).fold(0.0, f64::max);
        velocity * thin.sqrt()
    };
    let rate = (0..grid.len()).filter(|&c| domain.is_solid(c)).map(fastest).fold(0.0, f64::max);
    1.0 / rate
}

/// The slope between two one-sided ones that makes no new extreme: van Leer's monotonized central one.
fn monotone(a: f64, b: f64) -> f64 {
    if a * b <= 0.0 { 0.0 } else { a.signum() * (0.5 * (a + b).abs()).min(2.0 * a.abs()).min(2.0 * b.abs()) }
}

impl Scratch {
    fn new(domain: &Domain) -> Scratch {
        let n = domain.grid.len();
        let empty = || [0, 1, 2].map(|a| if domain.active[a] { vec![0.0; n] } else { Vec::new() });
        Scratch { plus: vec![0.0; n], slope: empty(), face: empty(), hit: vec![0.0; domain.walls.len()] }
    }
}

impl Sums {
    fn new(domain: &Domain) -> Sums {
        let n = domain.grid.len();
        let face = [0, 1, 2].map(|a| if domain.active[a] { vec![0.0; n] } else { Vec::new() });
        Sums { face, hit: vec![[0.0; 2]; domain.walls.len()] }
    }

    fn add(&mut self, other: &Sums) {
        for (a, b) in self.face.iter_mut().zip(&other.face) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        for (a, b) in self.hit.iter_mut().zip(&other.hit) {
            a[0] += b[0];
            a[1] += b[1];
        }
    }
}
