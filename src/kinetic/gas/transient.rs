//! A gas on its way through time: the discrete unified gas kinetic scheme (Guo, Xu and Wang, Phys. Rev. E 88, 033305 (2013)) with the
//! relaxation of Shakhov (Guo, Wang and Xu, Phys. Rev. E 91, 033313 (2015)), linearised.
//!
//! The flux over a face is taken at half the step, from the solution along the ray through the face with its collisions, the
//! collisions of a step by the trapezoidal rule. A step is measured by the way s that molecules of the velocity v0 fly in it. What is
//! stored is `h - s/2 rate (E - h)`, E what collisions tend to; number, momentum and energy of it are those of h, and its
//! heat flux is larger by `1 + s/2 rate Pr`, so E is known before h and everything is explicit:
//!
//! ```text
//! h = E + (stored - E) / (1 + s/2 rate),   on faces, for half the step, h = E + (arrived - E) / (1 + s/4 rate)
//! ```
//!
//! A step is bound by the flight over a cell, however often molecules collide. In thick cells the scheme is that of a viscous
//! gas that conducts heat. Slopes are those of van Leer, so fronts of free molecules do not ring.

mod arrival;
mod crossing;
mod lines;
pub(crate) mod outset;
pub(crate) mod surface;
pub(crate) mod telling;

use super::faces::{DENSITY, Moments, TEMPERATURE};
use super::flyer::{Flyer, PARTS};
use super::law::Vessel;
use super::survey::Survey;
use super::tally::Tally;
use super::velocities::Velocities;
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::{Domain, Law, OPEN};
use arrival::{Arrivals, Squares, Sums};
use crossing::Crossings;
use lines::{Line, Link};
use outset::{at_rest, resting};
use rayon::prelude::*;
use surface::{Surface, mirrors, surfaces};
use telling::{OnFaces, heat_in, told};

/// Velocities are advanced in this many groups side by side, whatever the number of threads.
const GROUPS: usize = 8;

/// Parts of the numbers of a step in terms of what is stored or arrives, less what collisions tend to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// v0 times the time step, m.
    pub length: f64,
    /// Of h at the start of the step.
    pub now: f64,
    /// Of what sets out for the faces: h and a quarter of its collisions.
    pub quarter: f64,
    /// Of what is balanced: h and half its collisions.
    pub half: f64,
    /// Of h on a face, from what arrives.
    pub face: f64,
    /// What is left of the heat flux of what is stored, and of what arrives.
    pub flux: [f64; 2],
}

impl Step {
    pub fn new(length: f64, vessel: &Vessel) -> Step {
        let met = length * vessel.gas.rate;
        let now = 1.0 / (1.0 + 0.5 * met);
        let left = |part: f64| 1.0 / (1.0 + part * met * vessel.gas.prandtl);
        Step {
            length,
            now,
            quarter: (1.0 - 0.25 * met) * now,
            half: (1.0 - 0.5 * met) * now,
            face: 1.0 / (1.0 + 0.25 * met),
            flux: [left(0.5), left(0.25)],
        }
    }
}

/// What walls send back.
#[derive(Debug, Clone)]
struct Walls {
    /// Per wall, K.
    emission: Vec<f64>,
    /// Per flyer, wall that mirrors, and part: what is mirrored there.
    inflow: Vec<f64>,
}

/// A gas on its way.
#[derive(Debug, Clone)]
pub struct Transient {
    vessel: Vessel,
    velocities: Velocities,
    /// Velocities that are followed: images along idle axes are left out.
    flyers: Vec<Flyer>,
    lines: Vec<Line>,
    /// Kinds of walls, and per wall which it is; [`OPEN`] where ends are joined.
    surfaces: Vec<Surface>,
    surface: Vec<u32>,
    /// Per wall: place among those that mirror, or [`OPEN`].
    slot: Vec<u32>,
    slots: usize,
    /// Per line and direction (towards falling, towards rising coordinates): moments of a jump of 1 K over this half.
    lift: Vec<[Vec<f64>; 2]>,
    /// Per flyer, part and cell: what is stored, K.
    state: Vec<f64>,
    /// Of h.
    moments: Moments,
    step: Step,
    walls: Walls,
    /// The same a step before.
    before: Walls,
    /// Per line, side, kind and cell: moments on the faces in the middle of the last step, as the cell sees them.
    faces: OnFaces,
    /// Heat that entered through each wall, in units of p0 / T0, K m3.
    entered: Vec<f64>,
    /// What the last step that was looked at told of walls and faces.
    last: Tally,
}

impl Transient {
    /// A gas at rest under one pressure, at a temperature per cell (deviation, K).
    pub fn new(vessel: Vessel, velocities: Velocities, initial: &[f64]) -> Transient {
        let domain = &vessel.domain;
        let n = domain.grid.len();
        let mut moments = Moments::zero(&vessel);
        let (idle, _) = Flyer::idle(&vessel, velocities.ordinates.images);
        let followed = (0..velocities.len()).filter(|i| (i % velocities.ordinates.images) & idle == 0);
        let flyers: Vec<Flyer> = followed.map(|i| Flyer::numbered(&vessel, &velocities, i, &moments)).collect();
        let lines: Vec<Line> = moments.axes.iter().map(|&axis| Line::new(domain, axis)).collect();
        let (surfaces, surface) = surfaces(&vessel, &flyers, &moments);
        let mut slots = 0;
        let mut place = |w: usize| {
            slots += u32::from(mirrors(&vessel, w));
            if mirrors(&vessel, w) { slots - 1 } else { OPEN }
        };
        let slot: Vec<u32> = (0..domain.walls.len()).map(&mut place).collect();
        let kinds = moments.kind.len();
        let lift = lines.iter().map(|line| {
            [false, true].map(|rising| {
                let mut sum = vec![0.0; kinds];
                let along = flyers.iter().filter(|f| (f.velocity[line.axis] > 0.0) == rising);
                along.for_each(|f| f.add(&[f.jump(0, 1.0), 1.0, 1.0], &mut sum));
                sum
            })
        });
        let lift = lift.collect();
        at_rest(&vessel, initial, &mut moments);
        let state = flyers.iter().flat_map(|f| (0..f.parts).map(move |p| (f, p))).flat_map(|(f, p)| {
            let moments = &moments;
            (0..n).map(move |c| f.equilibrium[p].iter().zip(&moments.kind).map(|(e, m)| e * m[c]).sum::<f64>())
        });
        let state: Vec<f64> = state.collect();
        let at_wall = |w: &crate::kinetic::domain::Wall| {
            let c = w.cell as usize;
            moments.kind[DENSITY][c] + 0.5 * moments.kind[TEMPERATURE][c]
        };
        let parts = vessel.parts().count();
        let mut walls = Walls {
            emission: domain.walls.iter().map(at_wall).collect(),
            inflow: vec![0.0; flyers.len() * slots as usize * parts],
        };
        for (w, wall) in domain.walls.iter().enumerate().filter(|(w, _)| slot[*w] != OPEN) {
            for row in 0..flyers.len() * parts {
                let (f, part) = (row / parts, row % parts);
                walls.inflow[(f * slots as usize + slot[w] as usize) * parts + part] =
                    state[row * n + wall.cell as usize];
            }
        }
        let faces = lines.iter().map(|_| [0, 1].map(|_| vec![vec![0.0; n]; kinds])).collect();
        Transient {
            last: resting(&vessel, &flyers, &moments),
            step: Step::new(0.0, &vessel),
            before: walls.clone(),
            entered: vec![0.0; domain.walls.len()],
            slots: slots as usize,
            walls,
            faces,
            velocities,
            flyers,
            lines,
            surfaces,
            surface,
            slot,
            lift,
            state,
            moments,
            vessel,
        }
    }

    /// The longest way that molecules of the velocity v0 may fly in a step, m: the fastest that is followed flies no further than a cell.
    pub fn longest_step(vessel: &Vessel, velocities: &Velocities) -> f64 {
        let domain = &vessel.domain;
        let fastest = velocities.speed.iter().copied().fold(0.0, f64::max);
        let thin = |c: usize| {
            let at = domain.grid.cell(c);
            domain.axes().iter().map(|&a| domain.grid.axis(a).widths()[at[a]].powi(-2)).sum::<f64>().sqrt()
        };
        let rate = (0..domain.grid.len()).filter(|&c| domain.is_solid(c)).map(thin).fold(0.0, f64::max);
        1.0 / (fastest * rate)
    }

    /// Where the molecules fly.
    pub fn domain(&self) -> &Domain {
        &self.vessel.domain
    }

    /// The same; temperatures of walls may be changed between steps.
    pub fn domain_mut(&mut self) -> &mut Domain {
        &mut self.vessel.domain
    }

    /// What h is made of, cell by cell.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// Per cell (deviation, K).
    pub fn temperature(&self) -> &[f64] {
        self.moments.temperature()
    }

    /// Heat that entered through each wall since the start, in units of p0 / T0, K m3.
    pub fn entered(&self) -> &[f64] {
        &self.entered
    }

    /// Velocities times cells in a step.
    pub fn updates(&self) -> usize {
        self.flyers.len() * self.vessel.domain.grid.len()
    }

    /// Makes a step in which molecules of the velocity v0 fly `length` (m), at most [`Transient::longest_step`]. `look` counts what a
    /// survey needs.
    pub fn advance(&mut self, length: f64, look: bool) {
        if length != self.step.length {
            self.restate(length);
        }
        let n = self.vessel.domain.grid.len();
        let parts = self.vessel.parts().count();
        let in_group = self.flyers.len().div_ceil(GROUPS);
        self.before.clone_from(&self.walls);
        // what arrives at the faces at half the step
        let groups: Vec<(Sums, Vec<f64>)> = self
            .state
            .par_chunks(in_group * parts * n)
            .enumerate()
            .map(|(group, state)| Arrivals { gas: self, first: group * in_group, state }.all())
            .collect();
        let mut sums = Sums::new(self);
        let mut hits = Vec::new();
        for (part, hit) in groups {
            sums.add(&part);
            hits.extend(hit);
        }
        self.meet(&sums);
        let at_wall = self.meet_walls(&sums);
        self.bounce(&hits, &at_wall);
        // over the faces, and on to the end of the step
        let mut state = std::mem::take(&mut self.state);
        let groups: Vec<(Moments, Vec<f64>)> = state
            .par_chunks_mut(in_group * parts * n)
            .enumerate()
            .map(|(group, state)| Crossings { gas: self, first: group * in_group, state, look }.all())
            .collect();
        self.state = state;
        let mut moments = Moments::zero(&self.vessel);
        let mut mismatch = vec![0.0; self.walls.emission.len()];
        for (part, missed) in groups {
            for (to, from) in moments.kind.iter_mut().zip(&part.kind) {
                to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
            }
            mismatch.iter_mut().zip(&missed).for_each(|(a, b)| *a += b);
        }
        let before = std::mem::replace(&mut self.moments, moments);
        // what is left of the heat fluxes after the collisions that belong to what is stored
        let (fluxes, left) = (self.moments.flux(0), self.step.flux[0]);
        self.moments.kind[fluxes..].iter_mut().flatten().for_each(|q| *q *= left);
        for (w, entered) in self.entered.iter_mut().enumerate() {
            *entered += length * self.vessel.domain.walls[w].area * heat_in(&self.vessel, &self.faces, &before, w);
        }
        if look {
            told(&self.vessel, &self.faces, [&before, &self.moments], &mut self.last);
            self.last.full.as_mut().expect("made in full").mismatch = mismatch;
        }
    }

    /// Moments on the faces between cells at half the step.
    fn meet(&mut self, sums: &Sums) {
        let left = self.step.flux[1];
        let first = self.moments.flux(0);
        for (n, line) in self.lines.iter().enumerate() {
            let [low, high] = &mut self.faces[n];
            let [falling, rising] = &sums.of[n];
            for k in 0..low.len() {
                let left = if k >= first { left } else { 1.0 };
                for run in &line.open[1] {
                    let beyond = run.start + line.stride..run.end + line.stride;
                    let own = high[k][run.clone()].iter_mut().zip(&rising[k][run.clone()]);
                    let other = low[k][beyond.clone()].iter_mut().zip(&falling[k][beyond]);
                    for ((high, up), (low, down)) in own.zip(other) {
                        let value = left * (up + down);
                        (*high, *low) = (value, value);
                    }
                }
                for (c, links) in &line.ends {
                    if let Link::Joined(o, jump) = links[0] {
                        low[k][*c] = left * (falling[k][*c] + rising[k][o] + jump * self.lift[n][1][k]);
                    }
                    if let Link::Joined(o, jump) = links[1] {
                        high[k][*c] = left * (rising[k][*c] + falling[k][o] + jump * self.lift[n][0][k]);
                    }
                }
            }
        }
    }

    /// Moments at walls at half the step, and what walls emit.
    fn meet_walls(&mut self, sums: &Sums) -> Vec<Vec<f64>> {
        let kinds = self.moments.kind.len();
        let mut all = Vec::with_capacity(self.surface.len());
        for (w, wall) in self.vessel.domain.walls.iter().enumerate() {
            if self.surface[w] == OPEN {
                all.push(Vec::new());
                continue;
            }
            let (c, side) = (wall.cell as usize, usize::from(wall.side.high));
            let n = self.lines.iter().position(|l| l.axis == wall.side.axis).expect("a line along every wall's axis");
            let hits: Vec<f64> = (0..kinds).map(|k| sums.of[n][side][k][c]).collect();
            let t = if let Law::Thermal(t) = wall.law { t } else { 0.0 };
            let (moments, emission) = self.surfaces[self.surface[w] as usize].moments(&hits, t);
            self.walls.emission[w] = emission;
            for (k, m) in moments.iter().enumerate() {
                self.faces[n][side][k][c] = *m;
            }
            all.push(moments);
        }
        all
    }

    /// What mirrors send back of `hits`, per flyer, wall that mirrors, and part.
    fn bounce(&mut self, hits: &[f64], at_wall: &[Vec<f64>]) {
        let parts = self.vessel.parts().count();
        for (w, wall) in self.vessel.domain.walls.iter().enumerate().filter(|(w, _)| self.slot[*w] != OPEN) {
            let slot = self.slot[w] as usize;
            for (f, flyer) in self.flyers.iter().enumerate() {
                if (flyer.velocity[wall.side.axis] > 0.0) != wall.side.high {
                    continue;
                }
                let target = flyer.tends_to(&at_wall[w]);
                let to = self.place(flyer.number ^ (1 << wall.side.axis));
                for (p, target) in target.iter().enumerate().take(parts) {
                    let arrived = hits[(f * self.slots + slot) * parts + p];
                    self.walls.inflow[(to * self.slots + slot) * parts + p] =
                        target + self.step.face * (arrived - target);
                }
            }
        }
    }

    /// Where a velocity is among those that are followed.
    fn place(&self, number: usize) -> usize {
        self.flyers.binary_search_by_key(&number, |f| f.number).expect("a velocity that is followed")
    }

    /// What enters at a wall.
    fn enters(&self, walls: &Walls, flyer: usize, wall: usize, part: usize) -> f64 {
        let t = if let Law::Thermal(t) = self.vessel.domain.walls[wall].law { t } else { 0.0 };
        let a = self.vessel.accommodation[wall];
        let mut x = if a > 0.0 { a * self.flyers[flyer].emitted(walls.emission[wall], t)[part] } else { 0.0 };
        if self.slot[wall] != OPEN {
            let parts = self.flyers[flyer].parts;
            x += (1.0 - a) * walls.inflow[(flyer * self.slots + self.slot[wall] as usize) * parts + part];
        }
        x
    }

    /// h of a flyer in a cell, per part.
    fn carried(&self, flyer: usize, cell: usize) -> [f64; PARTS] {
        let n = self.vessel.domain.grid.len();
        let f = &self.flyers[flyer];
        let here: Vec<f64> = self.moments.kind.iter().map(|m| m[cell]).collect();
        let mut h = f.tends_to(&here);
        for (p, h) in h.iter_mut().enumerate().take(f.parts) {
            *h += self.step.now * (self.state[(flyer * f.parts + p) * n + cell] - *h);
        }
        h
    }

    /// Stores the same gas for another step.
    fn restate(&mut self, length: f64) {
        let n = self.vessel.domain.grid.len();
        let (old, new) = (self.step, Step::new(length, &self.vessel));
        // h less what collisions tend to is the same
        let change = old.now / new.now;
        let (flyers, moments) = (&self.flyers, &self.moments);
        let parts = self.vessel.parts().count();
        self.state.par_chunks_mut(n).enumerate().for_each(|(row, state)| {
            let weights = &flyers[row / parts].equilibrium[row % parts];
            for (c, x) in state.iter_mut().enumerate() {
                let target: f64 = weights.iter().zip(&moments.kind).map(|(e, m)| e * m[c]).sum();
                *x = target + change * (*x - target);
            }
        });
        self.step = new;
        self.surfaces.iter_mut().for_each(|s| s.prepare(new.face));
    }

    /// How far what hits a wall is from what the wall emits, as entropy counts it.
    fn missed(&self, flyer: usize, wall: usize, h: &[f64; PARTS]) -> f64 {
        let Law::Thermal(t) = self.vessel.domain.walls[wall].law else { return 0.0 };
        let f = &self.flyers[flyer];
        let own = f.emitted(self.walls.emission[wall], t);
        f.weight * f.velocity[self.vessel.domain.walls[wall].side.axis].abs() * f.squared(h, &own)
    }

    /// What the gas means; heat and walls as they were in the middle of the last step that looked.
    pub fn survey(&self) -> Survey {
        let n = self.vessel.domain.grid.len();
        let mut tally = self.last.clone();
        tally.moments = self.moments.clone();
        let parts = self.vessel.parts().count();
        let in_group = self.flyers.len().div_ceil(GROUPS);
        let sums: Vec<[Vec<f64>; 2]> = self
            .state
            .par_chunks(in_group * parts * n)
            .enumerate()
            .map(|(group, state)| Squares { gas: self, first: group * in_group, state }.all())
            .collect();
        let mut squares = vec![0.0; n];
        let full = tally.full.as_mut().expect("made in full");
        full.unrest.fill(0.0);
        for [unrest, square] in &sums {
            full.unrest.iter_mut().zip(unrest).for_each(|(a, b)| *a += b);
            squares.iter_mut().zip(square).for_each(|(a, b)| *a += b);
        }
        Survey { squares, ..Survey::new(&self.vessel, &tally, &self.moments) }
    }

    /// What every direction carries in these cells.
    pub fn distribution(&self, cells: &[usize]) -> Distribution {
        Distribution::of_gas(&self.vessel, &self.velocities, cells, |n, i| {
            let f = self.place(i);
            self.flyers[f].warmth(&self.carried(f, cells[n]))
        })
    }

    /// All that the way to come depends on, and what was summed up.
    pub fn kept(&mut self) -> Vec<f64> {
        let mut all = vec![self.step.length];
        self.arrays().into_iter().for_each(|array| all.extend_from_slice(array));
        all
    }

    /// Goes on from what was kept; `false` if that was of another gas.
    pub fn restore(&mut self, kept: &[f64]) -> bool {
        let count = 1 + self.arrays().iter().map(|a| a.len()).sum::<usize>();
        if kept.len() != count {
            return false;
        }
        self.step = Step::new(kept[0], &self.vessel);
        let keep = self.step.face;
        self.surfaces.iter_mut().for_each(|s| s.prepare(keep));
        let mut rest = &kept[1..];
        for array in self.arrays() {
            let (own, others) = rest.split_at(array.len());
            array.copy_from_slice(own);
            rest = others;
        }
        true
    }

    fn arrays(&mut self) -> Vec<&mut Vec<f64>> {
        let mut all = vec![&mut self.state, &mut self.entered];
        all.extend(self.moments.kind.iter_mut());
        for walls in [&mut self.walls, &mut self.before] {
            all.extend([&mut walls.emission, &mut walls.inflow]);
        }
        all
    }
}
