//! What velocities bring to the faces of their cells at half the step, before the collisions of that half.

use super::Transient;
use super::lines::{Line, Link};
use crate::kinetic::domain::OPEN;
use crate::kinetic::gas::flyer::PARTS;

/// Moments of what leaves every cell, per line, towards falling and rising coordinates, and kind.
pub(super) struct Sums {
    pub of: Vec<[Vec<Vec<f64>>; 2]>,
}

impl Sums {
    pub fn new(gas: &Transient) -> Sums {
        let (n, kinds) = (gas.vessel.domain.grid.len(), gas.moments.kind.len());
        Sums { of: gas.lines.iter().map(|_| [0, 1].map(|_| vec![vec![0.0; n]; kinds])).collect() }
    }

    pub fn add(&mut self, other: &Sums) {
        let kinds = |sums: &Sums| sums.of.iter().flatten().flatten().map(Vec::len).sum::<usize>();
        debug_assert_eq!(kinds(self), kinds(other));
        for (a, b) in self.of.iter_mut().flatten().flatten().zip(other.of.iter().flatten().flatten()) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
    }
}

/// One velocity's values on their way through a step.
pub(super) struct Scratch {
    /// What collisions tend to in the cells.
    pub target: Vec<f64>,
    /// What sets out for the faces.
    pub bound: Vec<f64>,
    /// Per line.
    pub slope: Vec<Vec<f64>>,
    /// Per line and part: what leaves the cells.
    pub leaving: Vec<[Vec<f64>; PARTS]>,
}

impl Scratch {
    pub fn new(gas: &Transient) -> Scratch {
        let n = gas.vessel.domain.grid.len();
        let parts = gas.vessel.parts().count();
        let of_part = |p: usize| if p < parts { vec![0.0; n] } else { Vec::new() };
        Scratch {
            target: vec![0.0; n],
            bound: vec![0.0; n],
            slope: vec![vec![0.0; n]; gas.lines.len()],
            leaving: gas.lines.iter().map(|_| [0, 1, 2].map(of_part)).collect(),
        }
    }
}

/// A group of velocities that arrive.
pub(super) struct Arrivals<'a> {
    pub gas: &'a Transient,
    /// The first flyer.
    pub first: usize,
    pub state: &'a [f64],
}

impl Arrivals<'_> {
    /// What all of them add up to, and what hits the walls that mirror, per flyer, wall and part.
    pub fn all(self) -> (Sums, Vec<f64>) {
        pulp::Arch::new().dispatch(self)
    }
}

impl pulp::WithSimd for Arrivals<'_> {
    type Output = (Sums, Vec<f64>);

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let gas = self.gas;
        let n = gas.vessel.domain.grid.len();
        let parts = gas.vessel.parts().count();
        let mut sums = Sums::new(gas);
        let mut scratch = Scratch::new(gas);
        let mut hits = vec![0.0; self.state.len() / (parts * n) * gas.slots * parts];
        for (k, state) in self.state.chunks(parts * n).enumerate() {
            let f = self.first + k;
            let flyer = &gas.flyers[f];
            for p in 0..parts {
                arrive(gas, f, p, &state[p * n..(p + 1) * n], &mut scratch);
                for (line, (sums, leaving)) in gas.lines.iter().zip(sums.of.iter_mut().zip(&scratch.leaving)) {
                    let sums = &mut sums[usize::from(flyer.velocity[line.axis] > 0.0)];
                    for (sum, share) in sums.iter_mut().zip(&flyer.share[p]) {
                        add(sum, &leaving[p], flyer.weight * share);
                    }
                }
            }
            for (w, wall) in gas.vessel.domain.walls.iter().enumerate() {
                let slot = gas.slot[w];
                if slot != OPEN && (flyer.velocity[wall.side.axis] > 0.0) == wall.side.high {
                    let line = gas.lines.iter().position(|l| l.axis == wall.side.axis).expect("an active axis");
                    for p in 0..parts {
                        hits[(k * gas.slots + slot as usize) * parts + p] =
                            scratch.leaving[line][p][wall.cell as usize];
                    }
                }
            }
        }
        (sums, hits)
    }
}

/// What entropy is made of.
pub(super) struct Squares<'a> {
    pub gas: &'a Transient,
    /// The first flyer.
    pub first: usize,
    pub state: &'a [f64],
}

impl Squares<'_> {
    /// Per cell: mean square of h less what collisions tend to, and of h.
    pub fn all(self) -> [Vec<f64>; 2] {
        pulp::Arch::new().dispatch(self)
    }
}

impl pulp::WithSimd for Squares<'_> {
    type Output = [Vec<f64>; 2];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let gas = self.gas;
        let n = gas.vessel.domain.grid.len();
        let parts = gas.vessel.parts().count();
        let [mut unrest, mut squares] = [vec![0.0; n], vec![0.0; n]];
        let mut target = vec![0.0; n];
        for (row, stored) in self.state.chunks(n).enumerate() {
            let (flyer, part) = (&gas.flyers[self.first + row / parts], row % parts);
            tend(&flyer.equilibrium[part], &gas.moments.kind, &mut target);
            let weight = flyer.weight * if part == 0 { 1.0 } else { flyer.energy[part] };
            let now = gas.step.now;
            for (((unrest, square), stored), target) in unrest.iter_mut().zip(&mut squares).zip(stored).zip(&target) {
                let off = now * (stored - target);
                *unrest += weight * off * off;
                *square += weight * (target + off) * (target + off);
            }
        }
        [unrest, squares]
    }
}

/// Adds a multiple.
#[inline(always)]
pub(super) fn add(to: &mut [f64], from: &[f64], factor: f64) {
    if factor == 0.0 {
        return;
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

/// What collisions tend to.
#[inline(always)]
pub(super) fn tend(weights: &[f64], moments: &[Vec<f64>], out: &mut [f64]) {
    out.fill(0.0);
    for (weight, moment) in weights.iter().zip(moments) {
        add(out, moment, *weight);
    }
}

/// What a part of a flyer brings to the faces that it leaves its cells by.
#[inline(always)]
pub(super) fn arrive(gas: &Transient, f: usize, part: usize, stored: &[f64], scratch: &mut Scratch) {
    let flyer = &gas.flyers[f];
    let Scratch { target, bound, slope, leaving } = scratch;
    tend(&flyer.equilibrium[part], &gas.moments.kind, target);
    let quarter = gas.step.quarter;
    for ((bound, stored), target) in bound.iter_mut().zip(stored).zip(&*target) {
        *bound = target + quarter * (stored - target);
    }
    for (line, slope) in gas.lines.iter().zip(slope.iter_mut()) {
        slopes(gas, f, part, line, bound, slope);
    }
    let flown = 0.5 * gas.step.length;
    for (n, line) in gas.lines.iter().enumerate() {
        let out = &mut leaving[n][part][..];
        let half = 0.5 * flyer.velocity[line.axis].signum();
        for (((out, bound), slope), width) in out.iter_mut().zip(&*bound).zip(&slope[n]).zip(&line.width) {
            *out = bound + half * width * slope;
        }
        for (along, slope) in gas.lines.iter().zip(slope.iter()) {
            add(out, slope, -flown * flyer.velocity[along.axis]);
        }
    }
}

/// Slopes in the cells along a line.
#[inline(always)]
fn slopes(gas: &Transient, f: usize, part: usize, line: &Line, x: &[f64], out: &mut [f64]) {
    let s = line.stride;
    for run in &line.inner {
        let (from, to) = (run.start, run.end);
        let low = x[from - s..to - s].iter().zip(&line.closer[0][from..to]);
        let high = x[from + s..to + s].iter().zip(&line.closer[1][from..to]);
        for (((out, own), low), high) in out[from..to].iter_mut().zip(&x[from..to]).zip(low).zip(high) {
            *out = monotone((own - low.0) * low.1, (high.0 - own) * high.1);
        }
    }
    let rising = gas.flyers[f].velocity[line.axis] > 0.0;
    for (c, links) in &line.ends {
        let own = x[*c];
        let difference = |side: usize| {
            let value = match links[side] {
                Link::Cell(o) => x[o],
                Link::Joined(o, jump) => x[o] + gas.flyers[f].jump(part, jump),
                // what enters at a wall counts as its value there
                Link::Wall(w) if rising == (side == 0) => gas.enters(&gas.before, f, w, part),
                Link::Wall(_) => return None,
            };
            Some((value - own) * line.closer[side][*c])
        };
        out[*c] = match (difference(0).map(|d| -d), difference(1)) {
            (Some(a), Some(b)) => monotone(a, b),
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) => 0.0,
        };
    }
}

/// The slope between two one-sided ones that makes no new extreme: van Leer's monotonized central one.
#[inline(always)]
fn monotone(a: f64, b: f64) -> f64 {
    let size = (0.5 * (a + b).abs()).min(2.0 * a.abs()).min(2.0 * b.abs());
    if a * b > 0.0 { size.copysign(a) } else { 0.0 }
}
