//! Over the faces, with the collisions there, to the end of the step.

use super::Transient;
use super::arrival::{Scratch, add, arrive, tend};
use super::lines::Link;
use crate::kinetic::domain::Law;
use crate::kinetic::gas::faces::Moments;
use crate::kinetic::gas::flyer::PARTS;

/// A group of velocities that cross the faces.
pub(super) struct Crossings<'a> {
    pub gas: &'a Transient,
    /// The first flyer.
    pub first: usize,
    pub state: &'a mut [f64],
    pub look: bool,
}

impl Crossings<'_> {
    /// Moments of what is stored at the end of the step; with `look`, how far what hits each wall is from what that emits.
    pub fn all(self) -> (Moments, Vec<f64>) {
        pulp::Arch::new().dispatch(self)
    }
}

impl pulp::WithSimd for Crossings<'_> {
    type Output = (Moments, Vec<f64>);

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let gas = self.gas;
        let n = gas.vessel.domain.grid.len();
        let parts = gas.vessel.parts().count();
        let mut moments = Moments::zero(&gas.vessel);
        let mut missed = vec![0.0; gas.walls.emission.len()];
        let mut scratch = Scratch::new(gas);
        for (k, state) in self.state.chunks_mut(parts * n).enumerate() {
            let f = self.first + k;
            for (p, stored) in state.chunks_mut(n).enumerate() {
                arrive(gas, f, p, stored, &mut scratch);
                cross(gas, f, p, stored, &mut scratch);
                for (moment, share) in moments.kind.iter_mut().zip(&gas.flyers[f].share[p]) {
                    add(moment, stored, gas.flyers[f].weight * share);
                }
            }
            if self.look {
                look(gas, f, &scratch, &mut missed);
            }
        }
        (moments, missed)
    }
}

/// Collisions on the faces, and the balance of every cell.
#[inline(always)]
fn cross(gas: &Transient, f: usize, part: usize, stored: &mut [f64], scratch: &mut Scratch) {
    let flyer = &gas.flyers[f];
    let (half, face) = (gas.step.half, gas.step.face);
    for (stored, target) in stored.iter_mut().zip(&scratch.target) {
        *stored = target + half * (*stored - target);
    }
    for (n, line) in gas.lines.iter().enumerate() {
        let velocity = flyer.velocity[line.axis];
        let ahead = usize::from(velocity > 0.0);
        tend(&flyer.equilibrium[part], &gas.faces[n][ahead], &mut scratch.target);
        let leaving = &mut scratch.leaving[n][part][..];
        for (out, target) in leaving.iter_mut().zip(&scratch.target) {
            *out = target + face * (*out - target);
        }
        let flown = gas.step.length * velocity.abs();
        for run in &line.open[1 - ahead] {
            let (from, to) = (run.start, run.end);
            let behind =
                if ahead == 1 { from - line.stride..to - line.stride } else { from + line.stride..to + line.stride };
            let enters = &leaving[behind];
            for (((stored, leaves), enters), width) in
                stored[from..to].iter_mut().zip(&leaving[from..to]).zip(enters).zip(&line.width[from..to])
            {
                *stored += flown / width * (enters - leaves);
            }
        }
        for (c, links) in &line.ends {
            let enters = match links[1 - ahead] {
                // in the runs above
                Link::Cell(_) => continue,
                Link::Joined(o, jump) => leaving[o] + flyer.jump(part, jump),
                Link::Wall(w) => gas.enters(&gas.walls, f, w, part),
            };
            stored[*c] += flown / line.width[*c] * (enters - leaving[*c]);
        }
    }
}

/// Counts how far what hits walls is from what they emit.
fn look(gas: &Transient, f: usize, scratch: &Scratch, missed: &mut [f64]) {
    let flyer = &gas.flyers[f];
    for (w, wall) in gas.vessel.domain.walls.iter().enumerate() {
        if !matches!(wall.law, Law::Thermal(_)) || (flyer.velocity[wall.side.axis] > 0.0) != wall.side.high {
            continue;
        }
        let line = gas.lines.iter().position(|l| l.axis == wall.side.axis).expect("an active axis");
        let mut h = [0.0; PARTS];
        for (h, leaving) in h.iter_mut().zip(&scratch.leaving[line]).take(flyer.parts) {
            *h = leaving[wall.cell as usize];
        }
        missed[w] += gas.missed(f, w, &h);
    }
}
