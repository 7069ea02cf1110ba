//! One pass of the carriers of one band over the grid, for a given pseudo-temperature.
//!
//! Finite volumes, each direction swept downstream. The value on a face comes from second-order upwinding,
//! `g_f = g + r (g - g_upstream)`. Where cells are thicker than the mean free path that would drown the conduction, which is a
//! small difference between directions, in differences between cells. There the part of `g` that follows the
//! pseudo-temperature, `T - L s.grad T` (Chapman and Enskog), is taken at the face itself:
//!
//! ```text
//! g_f = U(g) + (1 - b) [ (T - L s_n dT/dn)_face - U(T - L s_n dT/dn) ],   b = (1 + d) exp(-d), d = width / 2 L
//! ```
//!
//! with U for the upwinding: the factor is that of the exact solution along a ray of half a cell. Thin cells have b = 1 and
//! plain upwinding, thick ones the compact difference of Fourier's law. A face value outside the range of what enters the
//! cell and of the equilibria in and around it is brought back to that range, so no new extremes appear.

use super::anderson::Anderson;
use super::domain::{Domain, Law, OPEN};
use super::faces::Faces;
use super::quadrature::Ordinates;
use super::tally::Tally;
use rayon::prelude::*;

/// Families are swept in at most this many groups side by side, whatever the number of threads: sums then come out the same.
const GROUPS: usize = 8;

/// Temperatures of a band at the walls, and what single directions carry there.
#[derive(Debug, Clone, Default)]
pub struct WallState {
    /// Per wall: temperature of what it emits evenly, K.
    pub emission: Vec<f64>,
    /// Per family, image and slot of a wall that remembers: what enters there.
    pub inflow: Vec<f64>,
}

/// What stays the same from pass to pass.
#[derive(Debug)]
pub struct Sweeper<'a> {
    domain: &'a Domain,
    ordinates: &'a Ordinates,
    /// Per wall: its place among those that remember, or [`OPEN`].
    slot: Vec<u32>,
    slots: usize,
    /// Cells in which full passes note what each direction carries.
    listening: Vec<usize>,
}

/// How often a family goes round through mirrors and joined ends, and to what change of what enters there, K.
#[derive(Debug, Clone, Copy)]
pub struct Laps {
    /// At most.
    pub most: usize,
    /// K.
    pub change: f64,
}

impl<'a> Sweeper<'a> {
    /// Prepares passes over a domain.
    pub fn new(domain: &'a Domain, ordinates: &'a Ordinates) -> Sweeper<'a> {
        let mut slots = 0;
        let slot = domain
            .walls
            .iter()
            .map(|w| {
                if w.law.remembers() && !domain.is_ring(w.side.axis) {
                    slots += 1;
                    slots - 1
                } else {
                    OPEN
                }
            })
            .collect();
        Sweeper { domain, ordinates, slot, slots: slots as usize, listening: Vec::new() }
    }

    /// Full passes note what each direction carries in these cells.
    pub fn listening(self, cells: &[usize]) -> Sweeper<'a> {
        Sweeper { listening: cells.to_vec(), ..self }
    }

    fn tally(&self, full: bool) -> Tally {
        let mut tally = Tally::new(self.domain, full);
        tally.inward = vec![0.0; self.domain.grid.len()];
        if let Some(full) = &mut tally.full {
            full.rays = vec![0.0; self.listening.len() * self.ordinates.len()];
        }
        tally
    }

    /// Walls that send back an equilibrium of a band at `temperature` (per cell, K) of the cells before them; given temperatures stay.
    pub fn walls_at(&self, band: usize, temperature: &[f64]) -> WallState {
        let start = |w: &super::domain::Wall| {
            let cell = w.cell as usize;
            self.domain.medium_of(cell).held(band, temperature[cell])
        };
        let emission = self.domain.walls.iter().map(|w| self.domain.emission(w, band, start(w))).collect();
        let mut inflow = vec![0.0; self.ordinates.len() * self.slots];
        for (w, &slot) in self.slot.iter().enumerate().filter(|(_, s)| **s != OPEN) {
            let value = match self.domain.walls[w].law {
                Law::Periodic { partner, .. } => {
                    let other = &self.domain.walls[partner as usize];
                    start(other) + if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 }
                }
                _ => start(&self.domain.walls[w]),
            };
            inflow.iter_mut().skip(slot as usize).step_by(self.slots).for_each(|x| *x = value);
        }
        WallState { emission, inflow }
    }

    /// Sends all directions of band `band` over the grid.
    pub fn pass(&self, band: usize, temperature: &[f64], walls: &mut WallState, laps: Laps, full: bool) -> Tally {
        let faces = Faces::new(self.domain, band, temperature, &walls.emission);
        let families = self.ordinates.families();
        let in_group = families.div_ceil(GROUPS);
        let per_family = self.ordinates.images * self.slots;
        let emission = &walls.emission;
        // without walls that remember there is nothing to hand out, but the groups must come all the same
        let mut nothing = vec![(); families];
        let tallies: Vec<Tally> = if self.slots == 0 {
            nothing
                .par_chunks_mut(in_group)
                .enumerate()
                .map(|(group, members)| {
                    let family = |f| (group * in_group + f, &mut [][..]);
                    self.group(&faces, temperature, emission, laps, full, (0..members.len()).map(family))
                })
                .collect()
        } else {
            walls
                .inflow
                .par_chunks_mut(in_group * per_family)
                .enumerate()
                .map(|(group, inflow)| {
                    let family = |(f, inflow)| (group * in_group + f, inflow);
                    let members = inflow.chunks_mut(per_family).enumerate().map(family);
                    self.group(&faces, temperature, emission, laps, full, members)
                })
                .collect()
        };
        let mut sum = self.tally(full);
        tallies.into_iter().for_each(|t| sum.add(t));
        sum
    }

    fn group<'b>(
        &self,
        faces: &Faces,
        temperature: &[f64],
        emission: &[f64],
        laps: Laps,
        full: bool,
        members: impl Iterator<Item = (usize, &'b mut [f64])>,
    ) -> Tally {
        let mut sum = self.tally(full);
        let mut own = self.tally(full);
        let mut flight = Flight::new(self.domain);
        for (family, inflow) in members {
            // long flights between mirrors and joined ends would take many laps
            let mut anderson = Anderson::new(8);
            for lap in 1.. {
                let mut change = 0.0f64;
                let before = inflow.to_vec();
                let to = if self.slots == 0 { &mut sum } else { &mut own };
                for image in 0..self.ordinates.images {
                    // images that differ only along an axis without change fly alike: one stands for all
                    let idle = (0..3).filter(|&a| !self.domain.active[a]);
                    if idle.clone().any(|a| image >> a & 1 == 1) {
                        continue;
                    }
                    let copies = f64::from(1u32 << idle.filter(|&a| 1 << a < self.ordinates.images).count());
                    let ordinate = Ordinate { index: family * self.ordinates.images + image, image, copies };
                    change = change.max(self.fly(ordinate, faces, temperature, emission, inflow, &mut flight, to));
                }
                if self.slots == 0 {
                    break;
                }
                if change <= laps.change || lap >= laps.most {
                    own.unsettled = change;
                    sum.add(std::mem::replace(&mut own, self.tally(full)));
                    break;
                }
                own.clear();
                if lap > 2 {
                    inflow.copy_from_slice(&anderson.next(&before, inflow.to_vec()));
                }
            }
        }
        sum
    }

    /// One direction over the grid; returns the largest change of what enters at walls that remember.
    fn fly(
        &self,
        ordinate: Ordinate,
        faces: &Faces,
        temperature: &[f64],
        emission: &[f64],
        inflow: &mut [f64],
        flight: &mut Flight,
        tally: &mut Tally,
    ) -> f64 {
        let domain = self.domain;
        let s = self.ordinates.direction[ordinate.index];
        let weight = self.ordinates.weight[ordinate.index] * ordinate.copies;
        let cells = domain.grid.cells();
        let strides = domain.strides();
        let axes = &faces.axes;
        let sign: [usize; 3] = [0, 1, 2].map(|a| ordinate.image >> a & 1);
        let mut change = 0.0f64;
        let order = |axis: usize, k: usize| if sign[axis] == 1 { cells[axis] - 1 - k } else { k };
        for kz in 0..cells[2] {
            for ky in 0..cells[1] {
                for kx in 0..cells[0] {
                    let at = [order(0, kx), order(1, ky), order(2, kz)];
                    let c = at[0] + strides[1] * at[1] + strides[2] * at[2];
                    if !domain.is_solid(c) {
                        continue;
                    }
                    let t = faces.target[c];
                    let mut equilibrium = t + faces.lift[c];
                    for &axis in &faces.rings {
                        // joined ends of one cell: what enters is what leaves and a jump
                        let kappa = s[axis].abs() * faces.inverse_width[axis][0];
                        equilibrium += kappa * self.ring_jump(axis, sign[axis], c) / faces.inverse_path[c];
                    }
                    let mut low = equilibrium.min(t);
                    let mut high = equilibrium.max(t);
                    // face value = a g + b; sum of kappa (in - out) + (T - g) / L + source = 0
                    let mut a = [0.0; 3];
                    let mut b = [0.0; 3];
                    let mut kappa = [0.0; 3];
                    let mut enters = [0.0; 3];
                    let mut gain = equilibrium * faces.inverse_path[c];
                    let mut loss = faces.inverse_path[c];
                    for &axis in axes {
                        let up = sign[axis];
                        let wall = domain.wall[axis][up][c];
                        let (entering, upstream) = if wall == OPEN {
                            let u = if up == 1 { c + strides[axis] } else { c - strides[axis] };
                            (flight.leaving[axis][flight.place(axis, at)], flight.g[u])
                        } else {
                            let x = match self.slot[wall as usize] {
                                OPEN => emission[wall as usize],
                                slot => inflow[ordinate.image * self.slots + slot as usize],
                            };
                            let projected = weight * s[axis].abs();
                            tally.returns[wall as usize] += projected * x;
                            if let Some(full) = &mut tally.full {
                                full.surface[wall as usize] += weight * x;
                                if up == 1 {
                                    full.flux[axis][c] += weight * s[axis] * x;
                                }
                            }
                            (x, x)
                        };
                        let f = &faces.along[axis][up];
                        kappa[axis] = s[axis].abs() * faces.inverse_width[axis][at[axis]];
                        a[axis] = 1.0 + f.reach[c];
                        b[axis] = f.shift[c] + s[axis] * f.tilt[c] - f.reach[c] * upstream;
                        enters[axis] = entering;
                        gain += kappa[axis] * (entering - b[axis]);
                        loss += kappa[axis] * a[axis];
                        low = low.min(entering).min(f.ahead[c]);
                        high = high.max(entering).max(f.ahead[c]);
                    }
                    let mut g = gain / loss;
                    let mut bent = false;
                    for &axis in axes {
                        let out = a[axis] * g + b[axis];
                        let bound = out.clamp(low, high);
                        if bound != out && out != g {
                            let part = ((bound - g) / (out - g)).clamp(0.0, 1.0);
                            let (bent_a, bent_b) = (1.0 + part * (a[axis] - 1.0), part * b[axis]);
                            gain += kappa[axis] * (b[axis] - bent_b);
                            loss += kappa[axis] * (bent_a - a[axis]);
                            (a[axis], b[axis]) = (bent_a, bent_b);
                            bent = true;
                        }
                    }
                    if bent {
                        g = gain / loss;
                    }
                    flight.g[c] = g;
                    tally.mean[c] += weight * g;
                    for &axis in &faces.rings {
                        let half = 0.5 * self.ring_jump(axis, sign[axis], c);
                        let projected = weight * s[axis].abs();
                        tally.inward[c] += projected * faces.inverse_width[axis][0] * (2.0 * half);
                        let (back, front) = (sign[axis], 1 - sign[axis]);
                        let [entry, exit] = [back, front].map(|side| domain.wall[axis][side][c] as usize);
                        tally.returns[entry] += projected * (g + half);
                        tally.hits[exit] += projected * (g - half);
                        if let Some(full) = &mut tally.full {
                            full.surface[entry] += weight * (g + half);
                            full.surface[exit] += weight * (g - half);
                            full.flux[axis][c] += weight * s[axis] * if front == 1 { g - half } else { g + half };
                        }
                    }
                    if let Some(full) = &mut tally.full {
                        let medium = domain.medium_of(c);
                        let [urge, square] = medium.told(faces.band, g);
                        full.unrest[c] += weight * medium.unrest(faces.band, [g, urge], temperature[c]);
                        if !full.squares.is_empty() {
                            full.squares[c] += weight * square;
                            full.urges[c] += weight * urge;
                        }
                        for (n, _) in self.listening.iter().enumerate().filter(|(_, heard)| **heard == c) {
                            full.rays[n * self.ordinates.len() + ordinate.index] = g;
                        }
                    }
                    for &axis in axes {
                        let out = a[axis] * g + b[axis];
                        let place = flight.place(axis, at);
                        flight.leaving[axis][place] = out;
                        tally.inward[c] += weight * (kappa[axis] * (enters[axis] - out));
                        let ahead = 1 - sign[axis];
                        let wall = domain.wall[axis][ahead][c];
                        if let Some(full) = &mut tally.full {
                            if ahead == 1 {
                                full.flux[axis][c] += weight * s[axis] * out;
                            } else if domain.wall[axis][0][c] == OPEN {
                                full.flux[axis][c - strides[axis]] += weight * s[axis] * out;
                            }
                        }
                        if wall != OPEN {
                            let w = wall as usize;
                            let projected = weight * s[axis].abs();
                            tally.hits[w] += projected * out;
                            if let Some(full) = &mut tally.full {
                                full.surface[w] += weight * out;
                                full.mismatch[w] += projected * domain.mismatch(w, faces.band, out, emission[w]);
                            }
                            change = change.max(self.leave(w, ordinate.image, out, emission, inflow));
                        }
                    }
                }
            }
        }
        change
    }

    /// By how much what enters the joined ends of a line of one cell is warmer than what leaves there, in flight towards rising
    /// (0) or falling (1) coordinates, K.
    fn ring_jump(&self, axis: usize, sign: usize, cell: usize) -> f64 {
        match self.domain.walls[self.domain.wall[axis][1 - sign][cell] as usize].law {
            Law::Periodic { jump, .. } => jump,
            _ => 0.0,
        }
    }

    /// Hands what leaves at a wall to where it enters again; returns how much that changed.
    fn leave(&self, wall: usize, image: usize, out: f64, emission: &[f64], inflow: &mut [f64]) -> f64 {
        let law = self.domain.walls[wall].law;
        let (to, there, x) = match law {
            Law::Adiabatic { specularity } if specularity > 0.0 => {
                let mirrored = image ^ (1 << self.domain.walls[wall].side.axis);
                (wall, mirrored, specularity * out + (1.0 - specularity) * emission[wall])
            }
            Law::Periodic { partner, jump } => (partner as usize, image, out + jump),
            _ => return 0.0,
        };
        let place = &mut inflow[there * self.slots + self.slot[to] as usize];
        let change = (x - *place).abs();
        *place = x;
        change
    }
}

#[derive(Debug, Clone, Copy)]
struct Ordinate {
    index: usize,
    image: usize,
    copies: f64,
}

/// What a pass holds of one direction.
#[derive(Debug)]
struct Flight {
    g: Vec<f64>,
    /// Per axis: face values on their way downstream.
    leaving: [Vec<f64>; 3],
    row: usize,
}

impl Flight {
    fn new(domain: &Domain) -> Flight {
        let [nx, ny, nz] = domain.grid.cells();
        Flight { g: vec![0.0; nx * ny * nz], leaving: [vec![0.0; 1], vec![0.0; nx], vec![0.0; nx * ny]], row: nx }
    }

    fn place(&self, axis: usize, at: [usize; 3]) -> usize {
        match axis {
            0 => 0,
            1 => at[0],
            _ => at[0] + self.row * at[1],
        }
    }
}
