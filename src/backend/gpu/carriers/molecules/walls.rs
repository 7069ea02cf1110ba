//! What a gas does at walls between passes on a device: the host keeps it in f64.

use crate::backend::gpu::carriers::layout::Layout;
use crate::kinetic::domain::{Law, OPEN, Wall};
use crate::kinetic::gas::faces::{DENSITY, Moments, OnFaces, TEMPERATURE};
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::pass::{Passes, WallState};
use crate::kinetic::gas::tally::Tally;
use crate::kinetic::gas::velocities::Velocities;
use rayon::prelude::*;
use std::ops::Range;

/// Velocities are counted in at most this many groups side by side, whatever the number of threads: sums then come out the same.
const GROUPS: usize = 8;

/// A wall.
struct Place {
    /// Its number in the domain.
    wall: usize,
    cell: usize,
    axis: usize,
    high: bool,
    /// Whether it joins the ends of one cell.
    ring: bool,
    /// Where the host keeps what comes back to it, or [`OPEN`].
    slot: u32,
}

/// What comes back to a wall that remembers.
struct Return {
    /// The wall itself.
    to: usize,
    /// The wall where it left.
    from: usize,
    /// How far apart the images that it leaves in and comes back in are among the velocities that are followed.
    turned: usize,
    /// K.
    jump: f64,
}

/// All walls in the order of the device, and the velocities as the device follows them.
pub(super) struct Rim {
    places: Vec<Place>,
    returns: Vec<Return>,
    flyers: Vec<Flyer>,
    /// Per flyer: its number among all velocities.
    index: Vec<usize>,
    parts: usize,
    /// Per axis, and flight towards falling or rising coordinates: number and heat over a face, of each moment.
    half: [[[Vec<f64>; 2]; 2]; 3],
}

impl Rim {
    pub fn new(vessel: &Vessel, velocities: &Velocities, layout: &Layout) -> Rim {
        let domain = &vessel.domain;
        let passes = Passes::new(vessel, velocities);
        let moments = Moments::zero(vessel);
        let fly = |&d: &usize| Flyer::numbered(vessel, velocities, d, &moments);
        let flyers: Vec<Flyer> = layout.followed.iter().map(fly).collect();
        let places: Vec<Place> = layout
            .walls
            .iter()
            .map(|&w| {
                let Wall { cell, side, .. } = domain.walls[w];
                let ring = domain.is_ring(side.axis);
                Place { wall: w, cell: cell as usize, axis: side.axis, high: side.high, ring, slot: passes.slot[w] }
            })
            .collect();
        let mut order = vec![0; places.len()];
        places.iter().enumerate().for_each(|(n, place)| order[place.wall] = n);
        let returns = (0..places.len()).filter(|&n| places[n].slot != OPEN).map(|to| {
            let Law::Periodic { partner, .. } = domain.walls[places[to].wall].law else {
                let place = layout.axes.iter().position(|&a| a == places[to].axis).expect("an active axis");
                return Return { to, from: to, turned: layout.families << place, jump: 0.0 };
            };
            let Law::Periodic { jump, .. } = domain.walls[partner as usize].law else { unreachable!("ends join") };
            Return { to, from: order[partner as usize], turned: 0, jump }
        });
        let half = |axis: usize, high: bool, of: &dyn Fn(&Flyer, [f64; 3]) -> f64| -> Vec<f64> {
            let flying = || flyers.iter().filter(|f| (f.velocity[axis] > 0.0) == high);
            let one = |f: &Flyer, kind: usize| {
                f.weight * f.velocity[axis].abs() * of(f, [0, 1, 2].map(|p| f.equilibrium[p][kind]))
            };
            (0..moments.kind.len()).map(|kind| flying().map(|f| one(f, kind)).sum()).collect()
        };
        let half = [0, 1, 2].map(|axis| {
            [false, true].map(|high| [half(axis, high, &|_, e| e[0]), half(axis, high, &|f, e| f.heat(&e))])
        });
        Rim {
            returns: returns.collect(),
            index: layout.followed.clone(),
            parts: vessel.parts().count(),
            half,
            places,
            flyers,
        }
    }

    /// Moments of the cells at walls, wall by wall.
    pub fn in_cells(&self, cells: &[f64], kinds: usize) -> Vec<f64> {
        self.places.iter().flat_map(|p| &cells[p.cell * kinds..][..kinds]).copied().collect()
    }

    /// Takes the moments on the walls across an axis.
    pub fn take(&self, axis: usize, on: &OnFaces, kinds: usize, moments: &mut [f64]) {
        for (place, to) in self.places.iter().zip(moments.chunks_mut(kinds)).filter(|(p, _)| p.axis == axis) {
            for (kind, to) in to.iter_mut().enumerate() {
                *to = on[place.cell * kinds + kind][usize::from(place.high)].0;
            }
        }
    }

    /// What the device reads: per wall what it emits less the moments on it, then these less those of the cell; per velocity and
    /// wall that remembers what comes back there, less what collisions tend to on it.
    pub fn entering(&self, vessel: &Vessel, moments: &Moments, on_walls: &[f64], walls: &WallState) -> Vec<f32> {
        let kinds = moments.kind.len();
        let places = || self.places.iter().zip(on_walls.chunks(kinds));
        let mut out = Vec::with_capacity(2 * on_walls.len());
        for (place, on) in places() {
            let own = emitted(vessel, place.wall, walls.emission[place.wall]);
            let a = vessel.accommodation[place.wall];
            out.extend(on.iter().enumerate().map(|(k, on)| (a * (own.get(k).unwrap_or(&0.0) - on)) as f32));
        }
        for (place, on) in places() {
            out.extend(on.iter().zip(&moments.kind).map(|(on, kind)| (on - kind[place.cell]) as f32));
        }
        let returned = self.flyers.par_iter().zip(&self.index).flat_map_iter(|(flyer, &index)| {
            self.returns.iter().flat_map(move |Return { to, .. }| {
                let on = &on_walls[to * kinds..][..kinds];
                let part = 1.0 - vessel.accommodation[self.places[*to].wall];
                let kept = walls.inflow[self.inflow(index, *to)..].iter().zip(&flyer.equilibrium).take(self.parts);
                kept.map(move |(x, e)| (part * (x - dot(e, on))) as f32)
            })
        });
        out.par_extend(returned);
        out
    }

    /// Hands what left at walls to where it enters again; tells the largest change, and the largest value that the device held, K.
    pub fn next_inflow(&self, vessel: &Vessel, on_walls: &[f64], outs: &[f32], inflow: &mut [f64]) -> [f64; 2] {
        if self.returns.is_empty() {
            return [0.0; 2];
        }
        let kinds = on_walls.len() / self.places.len();
        let of_velocity = self.returns.len() * self.parts;
        let mut row_of = vec![None; inflow.len() / of_velocity];
        self.index.iter().enumerate().for_each(|(row, &index)| row_of[index] = Some(row));
        let each = inflow.par_chunks_mut(of_velocity).zip(row_of).filter_map(|(inflow, row)| Some((inflow, row?)));
        let renewed = each.map(|(inflow, row)| {
            let mut most = [0.0_f64; 2];
            for &Return { to, from, turned, jump } in &self.returns {
                let here = &self.places[to];
                if (self.flyers[row].velocity[here.axis] > 0.0) == here.high {
                    continue;
                }
                // images with a negative component stand behind those with a positive one
                let row = if here.high { row - turned } else { row + turned };
                let on = &on_walls[from * kinds..][..kinds];
                let part = 1.0 - vessel.accommodation[here.wall];
                let kept = &mut inflow[here.slot as usize * self.parts..][..self.parts];
                for ((p, kept), e) in kept.iter_mut().enumerate().zip(&self.flyers[row].equilibrium) {
                    let out = f64::from(outs[(row * self.parts + p) * self.places.len() + from]);
                    let x = dot(e, on) + out + jump * (e[TEMPERATURE] - e[DENSITY]);
                    most = [most[0].max(part * (x - *kept).abs()), most[1].max(part * out.abs())];
                    *kept = x;
                }
            }
            most
        });
        renewed.reduce(|| [0.0; 2], |a, b| [a[0].max(b[0]), a[1].max(b[1])])
    }

    /// Counts what hits walls and comes back from them.
    pub fn count(
        &self,
        vessel: &Vessel,
        on_walls: &[f64],
        outs: &[f32],
        (emission, inflow): (&[f64], &[f64]),
        tally: &mut Tally,
    ) {
        for (place, on) in self.places.iter().zip(on_walls.chunks(tally.moments.kind.len())) {
            let w = place.wall;
            let [away, towards] = [!place.high, place.high].map(|high| &self.half[place.axis][usize::from(high)]);
            [tally.hits[w], tally.heat_hits[w]] = [0, 1].map(|of| dot(&towards[of], on));
            let own = emitted(vessel, w, emission[w]).map(|m| vessel.accommodation[w] * m);
            [tally.returns[w], tally.heat_returns[w]] = [0, 1].map(|of| dot(&away[of], &own));
        }
        let in_group = self.flyers.len().div_ceil(GROUPS);
        let groups: Vec<Vec<[f64; 4]>> = (0..self.flyers.len())
            .into_par_iter()
            .step_by(in_group)
            .map(|first| self.counted(vessel, first..self.flyers.len().min(first + in_group), outs, inflow))
            .collect();
        for sums in groups {
            for (place, [hits, heat_hits, returns, heat_returns]) in self.places.iter().zip(sums) {
                tally.hits[place.wall] += hits;
                tally.heat_hits[place.wall] += heat_hits;
                tally.returns[place.wall] += returns;
                tally.heat_returns[place.wall] += heat_returns;
            }
        }
        // joined ends of one cell: what enters is what leaves and a jump, and its middle is what the cell carries
        for place in self.places.iter().filter(|p| p.ring) {
            let Law::Periodic { partner, jump } = vessel.domain.walls[place.wall].law else { continue };
            let (w, partner) = (place.wall, partner as usize);
            let towards = &self.half[place.axis][usize::from(place.high)];
            let [number, heat] = [0, 1].map(|of| 0.5 * jump * (towards[of][TEMPERATURE] - towards[of][DENSITY]));
            (tally.returns[partner], tally.heat_returns[partner]) = (tally.hits[w] + number, tally.heat_hits[w] + heat);
            tally.hits[w] -= number;
            tally.heat_hits[w] -= heat;
        }
    }

    /// Per wall: number and heat that some velocities bring less what collisions tend to there, and bring back.
    fn counted(&self, vessel: &Vessel, rows: Range<usize>, outs: &[f32], inflow: &[f64]) -> Vec<[f64; 4]> {
        let walls = self.places.len();
        let mut sums = vec![[0.0; 4]; walls];
        for row in rows {
            let (flyer, left) = (&self.flyers[row], &outs[row * self.parts * walls..][..self.parts * walls]);
            let mut add = |n: usize, at: usize, x: [f64; 3]| {
                let weight = flyer.weight * flyer.velocity[self.places[n].axis].abs();
                sums[n][at] += weight * x[0];
                sums[n][at + 1] += weight * flyer.heat(&x);
            };
            for (n, place) in self.places.iter().enumerate() {
                let mut x = [0.0; 3];
                if (flyer.velocity[place.axis] > 0.0) == place.high {
                    x.iter_mut().zip(left[n..].iter().step_by(walls)).for_each(|(x, out)| *x = f64::from(*out));
                    add(n, 0, x);
                } else if place.slot != OPEN {
                    let part = 1.0 - vessel.accommodation[place.wall];
                    let kept = inflow[self.inflow(self.index[row], n)..].iter().take(self.parts);
                    x.iter_mut().zip(kept).for_each(|(x, kept)| *x = part * kept);
                    add(n, 2, x);
                }
            }
        }
        sums
    }

    /// Where what comes back at a wall that remembers begins, of a velocity.
    fn inflow(&self, index: usize, place: usize) -> usize {
        (index * self.returns.len() + self.places[place].slot as usize) * self.parts
    }
}

/// Density and temperature of the Maxwellian that a wall emits: it sends out the more the warmer it is, by half its temperature.
fn emitted(vessel: &Vessel, wall: usize, emission: f64) -> [f64; 2] {
    match vessel.domain.walls[wall].law {
        Law::Thermal(t) => [emission - 0.5 * t, t],
        _ => [0.0; 2],
    }
}

/// Of as many numbers as both have.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
