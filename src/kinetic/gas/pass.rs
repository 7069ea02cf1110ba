//! One pass of all velocities over the grid, for given moments.
//!
//! Finite volumes, swept downstream, as [`crate::kinetic::sweep`] does for phonons: second-order upwinding U, and in cells thicker
//! than the free path `l = c / rate` the part that follows the moments (Chapman and Enskog) at the face itself,
//!
//! ```text
//! h_f = U(h) + (1 - b) [ (E - l s_n dE/dn)_face - U(E - l s_n dE/dn) ],   b = (1 + d) exp(-d), d = width / 2 l
//! ```
//!
//! with E for what collisions tend to. Unlike there, nothing is limited: h has no bounds, and the scheme stays linear.

use super::faces::{Faces, Moments};
use super::flyer::{Flyer, PARTS, dot};
use super::law::{Parts, Vessel};
use super::tally::Tally;
use super::velocities::Velocities;
use crate::kinetic::anderson::Anderson;
use crate::kinetic::domain::{Law, OPEN};
use rayon::prelude::*;

/// Families are swept in at most this many groups side by side, whatever the number of threads: sums then come out the same.
const GROUPS: usize = 8;

/// What is known at the walls.
#[derive(Debug, Clone, Default)]
pub struct WallState {
    /// Per wall: density of the Maxwellian that it emits, as the number of molecules it stands for, K.
    pub emission: Vec<f64>,
    /// Per family, image, slot of a wall that remembers, and part: what is mirrored or joined on there.
    pub inflow: Vec<f64>,
}

/// How often a family goes round through mirrors and joined ends, and to what change of what enters there, K.
#[derive(Debug, Clone, Copy)]
pub struct Laps {
    /// At most.
    pub most: usize,
    /// K.
    pub change: f64,
}

/// What stays the same from pass to pass.
#[derive(Debug)]
pub struct Passes<'a> {
    vessel: &'a Vessel,
    velocities: &'a Velocities,
    parts: Parts,
    /// Per wall: its place among those that remember, or [`OPEN`].
    pub(crate) slot: Vec<u32>,
    slots: usize,
    /// Cells whose velocities are told one by one.
    listening: Vec<usize>,
}

impl<'a> Passes<'a> {
    /// Prepares passes over a vessel.
    pub fn new(vessel: &'a Vessel, velocities: &'a Velocities) -> Passes<'a> {
        let mut slots = 0;
        let slot = (0..vessel.domain.walls.len())
            .map(|w| {
                slots += u32::from(vessel.remembers(w));
                if vessel.remembers(w) { slots - 1 } else { OPEN }
            })
            .collect();
        Passes { vessel, velocities, parts: vessel.parts(), slot, slots: slots as usize, listening: Vec::new() }
    }

    /// The same, with an ear in some cells: full passes tell what each velocity carries there.
    pub fn listening(self, cells: &[usize]) -> Passes<'a> {
        Passes { listening: cells.to_vec(), ..self }
    }

    fn tally(&self, full: bool) -> Tally {
        let mut tally = Tally::new(self.vessel, full);
        if let Some(full) = &mut tally.full {
            full.rays = vec![0.0; self.listening.len() * self.velocities.len()];
        }
        tally
    }

    /// Walls before a gas of these temperatures (per cell, K) at rest under one pressure.
    pub fn walls_at(&self, temperature: &[f64]) -> WallState {
        let domain = &self.vessel.domain;
        let emission = domain.walls.iter().map(|w| -0.5 * temperature[w.cell as usize]).collect();
        let parts = self.parts.count();
        let per_image = self.slots * parts;
        let mut inflow = vec![0.0; self.velocities.len() * per_image];
        for (n, image) in inflow.chunks_mut(per_image.max(1)).enumerate() {
            let (square, d) =
                (self.velocities.at(n / self.velocities.ordinates.images, 0).0.powi(2), self.parts.dimensions());
            for (w, &slot) in self.slot.iter().enumerate().filter(|(_, s)| **s != OPEN) {
                let wall = &domain.walls[w];
                let mut t = temperature[wall.cell as usize];
                if let Law::Periodic { partner, .. } = wall.law {
                    let other = &domain.walls[partner as usize];
                    t = temperature[other.cell as usize];
                    t += if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
                }
                let place = &mut image[slot as usize * parts..][..parts];
                place.fill(t);
                place[0] = t * (square - 0.5 * d - 1.0);
            }
        }
        WallState { emission, inflow }
    }

    /// Sends all velocities over the grid.
    pub fn pass(&self, moments: &Moments, walls: &mut WallState, laps: Laps, full: bool) -> Tally {
        let faces = Faces::new(self.vessel, moments);
        let families = self.velocities.families();
        let in_group = families.div_ceil(GROUPS);
        let per_family = self.velocities.ordinates.images * self.slots * self.parts.count();
        let emission = &walls.emission;
        let mut left = &mut walls.inflow[..];
        let mut jobs: Vec<(usize, usize, &mut [f64])> = Vec::new();
        for first in (0..families).step_by(in_group) {
            let count = in_group.min(families - first);
            let (own, rest) = left.split_at_mut(count * per_family);
            jobs.push((first, count, own));
            left = rest;
        }
        let mut tallies: Vec<Tally> = jobs
            .into_par_iter()
            .map(|(first, count, inflow)| {
                let mut sum = self.tally(full);
                for n in 0..count {
                    let own = &mut inflow[n * per_family..(n + 1) * per_family];
                    self.family(first + n, &faces, emission, own, laps, &mut sum);
                }
                sum
            })
            .collect();
        let mut sum = self.tally(full);
        tallies.iter_mut().for_each(|t| sum.add(t));
        sum
    }

    /// All images of a velocity, until what they hand to each other has settled.
    fn family(&self, family: usize, faces: &Faces, emission: &[f64], inflow: &mut [f64], laps: Laps, sum: &mut Tally) {
        let images = self.velocities.ordinates.images;
        let (idle, copies) = Flyer::idle(self.vessel, images);
        let mut flight = Flight::new(self.vessel);
        let mut own = self.tally(sum.full.is_some());
        // long flights between mirrors and joined ends would take many laps
        let mut anderson = Anderson::new(8);
        for lap in 1.. {
            let before = inflow.to_vec();
            let mut change = 0.0f64;
            // images that differ only along an axis without change fly alike: one stands for all
            for image in (0..images).filter(|image| image & idle == 0) {
                let flyer = Flyer::new(self.vessel, self.velocities, [family, image], copies, &own.moments);
                change = change.max(self.fly(&flyer, faces, emission, inflow, &mut flight, &mut own));
            }
            own.laps += 1;
            if self.slots == 0 || change <= laps.change || lap >= laps.most {
                own.unsettled = if self.slots == 0 { 0.0 } else { change };
                sum.add(&mut own);
                return;
            }
            own.clear();
            if lap > 2 {
                inflow.copy_from_slice(&anderson.next(&before, inflow.to_vec()));
            }
        }
    }

    /// One velocity over the grid; returns the largest change of what enters at walls that remember.
    fn fly(
        &self,
        flyer: &Flyer,
        faces: &Faces,
        emission: &[f64],
        inflow: &mut [f64],
        flight: &mut Flight,
        tally: &mut Tally,
    ) -> f64 {
        let domain = &self.vessel.domain;
        let parts = self.parts.count();
        let cells = domain.grid.cells();
        let strides = domain.strides();
        let axes = &faces.axes;
        let kinds = faces.kinds;
        let speed = flyer.square.sqrt();
        let s = flyer.velocity.map(|v| v / speed);
        let sign: [usize; 3] = [0, 1, 2].map(|a| flyer.image >> a & 1);
        // of the exact solution along a ray of half a cell, by the place along each axis
        let keep: [Vec<f64>; 3] = [0, 1, 2].map(|a| {
            let thickness = |w: &f64| 0.5 * w / flyer.path;
            domain.grid.axis(a).widths().iter().map(|w| (1.0 + thickness(w)) * (-thickness(w)).exp()).collect()
        });
        let inverse_path = 1.0 / flyer.path;
        let order = |axis: usize, k: usize| if sign[axis] == 1 { cells[axis] - 1 - k } else { k };
        let mut change = 0.0f64;
        for kz in 0..cells[2] {
            for ky in 0..cells[1] {
                for kx in 0..cells[0] {
                    let at = [order(0, kx), order(1, ky), order(2, kz)];
                    let c = at[0] + strides[1] * at[1] + strides[2] * at[2];
                    if !domain.is_solid(c) {
                        continue;
                    }
                    let moments = &faces.cell[c * kinds..(c + 1) * kinds];
                    let target = flyer.tends_to(moments);
                    let mut gain = target.map(|e| e * inverse_path);
                    let mut loss = inverse_path;
                    for &axis in &faces.rings {
                        // joined ends of one cell: what enters is what leaves and a jump
                        let kappa = s[axis].abs() / domain.grid.axis(axis).widths()[at[axis]];
                        let jump = self.ring_jump(axis, sign[axis], c);
                        let entering = gain.iter_mut().enumerate().take(parts);
                        entering.for_each(|(part, gain)| *gain += kappa * flyer.jump(part, jump));
                    }
                    // face value = a h + b
                    let mut a = [0.0; 3];
                    let mut b = [[0.0; PARTS]; 3];
                    for &axis in axes {
                        let up = sign[axis];
                        let wall = domain.wall[axis][up][c];
                        let keep = keep[axis][at[axis]];
                        let along = &faces.along[axis][up];
                        let (shift, tilt) = (&along.shift[c * kinds..][..kinds], &along.tilt[c * kinds..][..kinds]);
                        let (entering, upstream, reach) = if wall == OPEN {
                            let u = if up == 1 { c + strides[axis] } else { c - strides[axis] };
                            (flight.leaving[axis][flight.place(axis, at)], flight.h[u], along.reach[c])
                        } else {
                            let x = self.enters(wall as usize, flyer, emission, inflow);
                            self.count(wall as usize, axis, c, up == 1, flyer, x, false, emission, tally);
                            (x, x, keep)
                        };
                        let kappa = s[axis].abs() / domain.grid.axis(axis).widths()[at[axis]];
                        a[axis] = 1.0 + reach;
                        loss += kappa * a[axis];
                        for part in 0..parts {
                            let e = &flyer.equilibrium[part];
                            let bent = dot(e, shift) - flyer.path * s[axis] * dot(e, tilt);
                            b[axis][part] = (1.0 - keep) * bent - reach * upstream[part];
                            gain[part] += kappa * (entering[part] - b[axis][part]);
                        }
                    }
                    let h = gain.map(|g| g / loss);
                    flight.h[c] = h;
                    self.add(c, flyer, &h, tally);
                    if let Some(full) = &mut tally.full {
                        full.unrest[c] += flyer.weight * flyer.squared(&h, &target);
                        for (n, _) in self.listening.iter().enumerate().filter(|(_, heard)| **heard == c) {
                            full.rays[n * self.velocities.len() + flyer.number] = flyer.warmth(&h);
                        }
                    }
                    for &axis in &faces.rings {
                        let jump = self.ring_jump(axis, sign[axis], c);
                        let shifted = |by: f64| {
                            let mut x = h;
                            (0..parts).for_each(|p| x[p] += by * flyer.jump(p, jump));
                            x
                        };
                        let (back, front) = (sign[axis], 1 - sign[axis]);
                        let [entry, exit] = [back, front].map(|side| domain.wall[axis][side][c] as usize);
                        self.count(entry, axis, c, back == 1, flyer, shifted(0.5), false, emission, tally);
                        self.count(exit, axis, c, front == 1, flyer, shifted(-0.5), true, emission, tally);
                    }
                    for &axis in axes {
                        let mut out = [0.0; PARTS];
                        (0..parts).for_each(|p| out[p] = a[axis] * h[p] + b[axis][p]);
                        let place = flight.place(axis, at);
                        flight.leaving[axis][place] = out;
                        let ahead = 1 - sign[axis];
                        let wall = domain.wall[axis][ahead][c];
                        if wall != OPEN {
                            self.count(wall as usize, axis, c, ahead == 1, flyer, out, true, emission, tally);
                            change = change.max(self.leave(wall as usize, flyer, out, inflow));
                        } else if let Some(full) = &mut tally.full {
                            let face = if ahead == 1 { c } else { c - strides[axis] };
                            full.flux[axis][face] += flyer.weight * flyer.velocity[axis] * flyer.heat(&out);
                        }
                    }
                }
            }
        }
        change
    }

    /// What the moments of a cell take from a velocity.
    fn add(&self, c: usize, flyer: &Flyer, h: &[f64; PARTS], tally: &mut Tally) {
        for (k, moment) in tally.moments.kind.iter_mut().enumerate() {
            let sum: f64 = flyer.share.iter().zip(h).take(flyer.parts).map(|(share, h)| share[k] * h).sum();
            moment[c] += flyer.weight * sum;
        }
    }

    /// What a wall sends back at a velocity of its own: its Maxwellian.
    fn emitted(&self, wall: usize, flyer: &Flyer, emission: &[f64]) -> [f64; PARTS] {
        let Law::Thermal(t) = self.vessel.domain.walls[wall].law else { return [0.0; PARTS] };
        flyer.emitted(emission[wall], t)
    }

    /// What enters at a wall.
    fn enters(&self, wall: usize, flyer: &Flyer, emission: &[f64], inflow: &[f64]) -> [f64; PARTS] {
        let own = self.emitted(wall, flyer, emission);
        let slot = self.slot[wall];
        if slot == OPEN {
            return own;
        }
        let (parts, a) = (self.parts.count(), self.vessel.accommodation[wall]);
        let kept = &inflow[(flyer.image * self.slots + slot as usize) * parts..][..parts];
        let mut x = own.map(|x| a * x);
        kept.iter().zip(&mut x).for_each(|(kept, x)| *x += (1.0 - a) * kept);
        x
    }

    /// Hands what leaves at a wall to where it enters again; returns how much that changed.
    fn leave(&self, wall: usize, flyer: &Flyer, out: [f64; PARTS], inflow: &mut [f64]) -> f64 {
        let (to, image, jump) = match self.vessel.domain.walls[wall].law {
            Law::Periodic { partner, jump } => (partner as usize, flyer.image, jump),
            _ => (wall, flyer.image ^ (1 << self.vessel.domain.walls[wall].side.axis), 0.0),
        };
        if self.slot[to] == OPEN {
            return 0.0;
        }
        let parts = self.parts.count();
        let mut change = 0.0f64;
        let kept = &mut inflow[(image * self.slots + self.slot[to] as usize) * parts..][..parts];
        for (part, kept) in kept.iter_mut().enumerate() {
            let x = out[part] + flyer.jump(part, jump);
            change = change.max((x - *kept).abs() * (1.0 - self.vessel.accommodation[to]));
            *kept = x;
        }
        change
    }

    /// Counts what enters or hits at a wall.
    fn count(
        &self,
        wall: usize,
        axis: usize,
        c: usize,
        high: bool,
        flyer: &Flyer,
        x: [f64; PARTS],
        hits: bool,
        emission: &[f64],
        tally: &mut Tally,
    ) {
        let weight = flyer.weight * flyer.velocity[axis].abs();
        let heat = flyer.heat(&x);
        let (number, heats) =
            if hits { (&mut tally.hits, &mut tally.heat_hits) } else { (&mut tally.returns, &mut tally.heat_returns) };
        number[wall] += weight * x[0];
        heats[wall] += weight * heat;
        let Some(full) = &mut tally.full else { return };
        if high {
            full.flux[axis][c] += flyer.weight * flyer.velocity[axis] * heat;
        }
        let freedom = 0.5 * (3.0 + self.vessel.gas.internal);
        full.surface[wall] += flyer.weight * (heat + x[0]) / freedom;
        if hits {
            let own = self.emitted(wall, flyer, emission);
            full.mismatch[wall] += weight * flyer.squared(&x, &own);
        }
    }

    /// By how much what enters the joined ends of a line of one cell is warmer than what leaves there, in flight towards rising
    /// (0) or falling (1) coordinates, K.
    fn ring_jump(&self, axis: usize, sign: usize, cell: usize) -> f64 {
        let domain = &self.vessel.domain;
        match domain.walls[domain.wall[axis][1 - sign][cell] as usize].law {
            Law::Periodic { jump, .. } => jump,
            _ => 0.0,
        }
    }
}

/// What a pass holds of one velocity.
#[derive(Debug)]
struct Flight {
    h: Vec<[f64; PARTS]>,
    /// Per axis: face values on their way downstream.
    leaving: [Vec<[f64; PARTS]>; 3],
    row: usize,
}

impl Flight {
    fn new(vessel: &Vessel) -> Flight {
        let [nx, ny, nz] = vessel.domain.grid.cells();
        let empty = |n: usize| vec![[0.0; PARTS]; n];
        Flight { h: empty(nx * ny * nz), leaving: [empty(1), empty(nx), empty(nx * ny)], row: nx }
    }

    fn place(&self, axis: usize, at: [usize; 3]) -> usize {
        match axis {
            0 => 0,
            1 => at[0],
            _ => at[0] + self.row * at[1],
        }
    }
}
