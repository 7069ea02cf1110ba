//! Super steps in f64: the stages of [`SuperStep`](crate::legendre::SuperStep) over the link operator.
//!
//! Where conductances and heat capacities are constant the links act on the change since the start of the step, and the
//! rate at the start stands for the rest; elsewhere each stage takes temperatures and conductances of its own state.

use super::super::{Landing, Leap};
use super::solid_range;
use super::sweeps::{self, Input, LeapInput, Passes, Sweep};
use crate::conduction::{Conduction, WallState};
use crate::sum::Sum;
use rayon::prelude::*;
use std::sync::Arc;

/// Sources of all cells, W, and their sum.
type Sources = Option<(Arc<[f64]>, f64)>;

/// The fields of a super step beside the state.
pub(super) struct Leaper {
    /// Change of the enthalpies one stage ago and two stages ago, K.
    change: [Vec<f64>; 2],
    /// Where many stages are made in one pass: room for the changes that it leaves.
    spare: Option<[Vec<f64>; 2]>,
    /// Rate of change of the enthalpies at the start and at the end of the step, K/s.
    rate: [Vec<f64>; 2],
    /// When the first rate was taken; none if it was not.
    taken: Option<f64>,
    /// Enthalpies and temperatures of a stage, where the links cannot act on the change alone.
    stage: Option<[Vec<f64>; 2]>,
    /// Walls at the start of the step, at its end and at a stage.
    walls: [Vec<WallState>; 3],
    /// Sources that do not change in time.
    constant: Option<Sources>,
    /// Heat that enters during the step, J: through each surface, and from sources.
    heat: (Vec<Sum>, Sum),
    end: f64,
}

fn sources(conduction: &Conduction, time: f64) -> Sources {
    conduction.sources(time).map(|s| {
        let total = s.iter().copied().collect::<Sum>().value();
        (s, total)
    })
}

impl Leaper {
    pub(super) fn new(conduction: &Conduction, fused: bool) -> Leaper {
        let cells = conduction.capacity.len();
        let field = || vec![0.0; cells];
        let follows = conduction.varies || conduction.curves.iter().any(Option::is_some);
        let walls = || vec![WallState::default(); conduction.problem.walls.len()];
        Leaper {
            change: [field(), field()],
            spare: fused.then(|| [field(), field()]),
            rate: [field(), field()],
            taken: None,
            stage: follows.then(|| [field(), field()]),
            walls: [walls(), walls(), walls()],
            constant: (!conduction.sources_vary()).then(|| sources(conduction, 0.0)),
            heat: (vec![Sum::default(); conduction.problem.surfaces.len()], Sum::default()),
            end: 0.0,
        }
    }

    /// The state was changed by other means.
    pub(super) fn forget(&mut self) {
        self.taken = None;
    }

    /// Computes a step from `enthalpy` to `next`.
    pub(super) fn leap(
        &mut self,
        leap: &Leap,
        conduction: &mut Conduction,
        mut fused: Option<&mut Passes>,
        enthalpy: &[f64],
        per_capacity: &[f64],
        next: &mut [f64],
    ) -> Landing {
        let (scheme, step) = (leap.scheme, leap.end - leap.start);
        let mut sweeps = 0;
        let mut held = match self.constant.take() {
            Some(constant) => constant,
            None => sources(conduction, leap.start),
        };
        if self.taken != Some(leap.start) {
            self.rate_of(enthalpy, conduction, fused.as_deref_mut(), per_capacity, held.as_ref(), leap.start, 0);
            self.taken = Some(leap.start);
            sweeps += 1;
        }
        self.heat.0.fill(Sum::default());
        self.heat.1 = Sum::default();
        book(&mut self.heat, conduction, &self.walls[0], held.as_ref().map(|s| s.1), step * scheme.shares[0]);

        let first = &scheme.stages[0];
        let (change, rate) = (&mut self.change, &self.rate);
        change[1].fill(0.0);
        change[0]
            .par_iter_mut()
            .zip(&rate[0])
            .with_min_len(4096)
            .for_each(|(d, r)| *d = step * (first.weight + first.first) * r);
        let vary = conduction.sources_vary();
        let links_alone = self.stage.is_none();
        let together = fused.is_some() && !vary;
        if let (true, Some(passes)) = (together, &mut fused) {
            self.fused_stages(leap, conduction, passes, enthalpy, held.as_ref().map(|s| s.1));
            sweeps += scheme.stages.len() as u64 - 1;
        }
        for (j, stage) in scheme.stages.iter().enumerate().skip(if together { usize::MAX } else { 1 }) {
            let time = leap.start + stage.time * step;
            let now = if vary { sources(conduction, time) } else { None };
            let total = if vary { now.as_ref() } else { held.as_ref() }.map(|s| s.1);
            let (weight, first) = (step * stage.weight, step * stage.first);
            let [one_ago, two_ago] = &mut self.change;
            // What the rate at the start stands for, where the links act on the change.
            let (field, stands, extra): (&[f64], f64, Sources) = match &mut self.stage {
                Some([stage_enthalpy, temperature]) => {
                    add(enthalpy, one_ago, stage_enthalpy);
                    conduction.temperature(stage_enthalpy, temperature);
                    conduction.update(temperature, stage_enthalpy, time);
                    conduction.walls(temperature, time, &mut self.walls[2]);
                    (temperature, 0.0, if vary { now } else { None })
                }
                None => {
                    conduction.walls_beside(|cell| enthalpy[cell] + one_ago[cell], time, &mut self.walls[2]);
                    let extra = now.zip(held.as_ref()).map(|((mut now, total), (then, _))| {
                        Arc::make_mut(&mut now)
                            .par_iter_mut()
                            .zip(&**then)
                            .with_min_len(4096)
                            .for_each(|(a, b)| *a -= b);
                        (now, total)
                    });
                    (one_ago, 1.0, extra)
                }
            };
            let shares = step * scheme.shares[j];
            book(&mut self.heat, conduction, &self.walls[2], total, shares);
            if links_alone {
                let [before, _, now] = &mut self.walls;
                now.iter_mut().zip(before.iter()).for_each(|(now, before)| now.heat -= before.heat);
            }
            // Sources that stay the same are in the rate at the start, or have to be added to the whole rate.
            let extra = match &extra {
                Some((s, _)) => Some(&**s),
                None if links_alone => None,
                None => held.as_ref().map(|(s, _)| &**s),
            };
            let rate = &self.rate[0];
            let start = first + stands * weight;
            let one_ago = &*one_ago;
            conduction.for_each_row(field, &self.walls[2], two_ago, |from, gain, out| {
                let n = out.len();
                let cells = (&one_ago[from..][..n], &rate[from..][..n], &per_capacity[from..][..n]);
                match extra {
                    Some(extra) => {
                        let extra = &extra[from..][..n];
                        for x in 0..n {
                            out[x] = stage.mu * cells.0[x]
                                + stage.nu * out[x]
                                + start * cells.1[x]
                                + weight * cells.2[x] * (gain[x] + extra[x]);
                        }
                    }
                    None => {
                        for x in 0..n {
                            out[x] = stage.mu * cells.0[x]
                                + stage.nu * out[x]
                                + start * cells.1[x]
                                + weight * cells.2[x] * gain[x];
                        }
                    }
                }
            });
            self.change.swap(0, 1);
            sweeps += 1;
        }
        add(enthalpy, &self.change[0], next);
        if vary {
            held = sources(conduction, leap.end);
        }
        self.rate_of(next, conduction, fused, per_capacity, held.as_ref(), leap.end, 1);
        sweeps += 1;
        if !vary {
            self.constant = Some(held);
        }
        self.end = leap.end;
        let range = match &self.stage {
            Some([_, temperature]) => solid_range(temperature, &conduction.problem.material),
            None => solid_range(next, &conduction.problem.material),
        };
        let rounding = 4.0 * f64::EPSILON * range[0].abs().max(range[1].abs());
        Landing { error: self.error(leap), range, rounding, sweeps }
    }

    /// All stages but the first, several in one pass.
    fn fused_stages(
        &mut self,
        leap: &Leap,
        conduction: &Conduction,
        passes: &mut Passes,
        enthalpy: &[f64],
        sources: Option<f64>,
    ) {
        let (scheme, step) = (leap.scheme, leap.end - leap.start);
        let Some(spare) = &mut self.spare else { return };
        let mut done = 1;
        while done < scheme.stages.len() {
            let together = passes.plan.sweeps.min(scheme.stages.len() - done);
            let stages = &scheme.stages[done..][..together];
            let made: Vec<Sweep> = stages
                .iter()
                .map(|stage| {
                    let (gain, time) = (step * stage.weight, leap.start + stage.time * step);
                    let values = conduction.row(time);
                    Sweep { now: stage.mu, before: stage.nu, start: step * stage.first + gain, gain, time, values }
                })
                .collect();
            let [one_ago, two_ago] = &self.change;
            let surroundings = LeapInput { earlier: two_ago, rate: &self.rate[0], enthalpy, walls: &self.walls[0] };
            let input = Input { state: one_ago, sources: None, leap: Some(surroundings) };
            let [last, second] = spare;
            let heats =
                sweeps::pass(passes, conduction, input, &made, last, (together > 1).then_some(second.as_mut_slice()));
            for n in 0..together {
                let share = step * scheme.shares[done + n];
                let walls = heats.iter().flat_map(|band| &band[n]);
                for (wall, heat) in conduction.problem.walls.iter().zip(walls) {
                    self.heat.0[wall.surface as usize].add(share * heat);
                }
                if let Some(total) = sources {
                    self.heat.1.add(share * total);
                }
            }
            if together > 1 {
                std::mem::swap(&mut self.change, spare);
            } else {
                self.change.swap(0, 1);
                std::mem::swap(&mut self.change[0], &mut spare[0]);
            }
            done += together;
        }
    }

    /// Rate of change of a state, K/s, into `rate[which]`; what its walls do into `walls[which]`.
    fn rate_of(
        &mut self,
        enthalpy: &[f64],
        conduction: &mut Conduction,
        fused: Option<&mut Passes>,
        per_capacity: &[f64],
        sources: Option<&(Arc<[f64]>, f64)>,
        time: f64,
        which: usize,
    ) {
        let temperature = match &mut self.stage {
            Some([_, temperature]) => {
                conduction.temperature(enthalpy, temperature);
                conduction.update(temperature, enthalpy, time);
                temperature.as_slice()
            }
            None => enthalpy,
        };
        conduction.walls(temperature, time, &mut self.walls[which]);
        if let Some(passes) = fused {
            let sweep = Sweep { gain: 1.0, time, values: conduction.row(time), ..Sweep::default() };
            let input = Input { state: temperature, sources: sources.map(|s| &*s.0), leap: None };
            sweeps::pass(passes, conduction, input, &[sweep], &mut self.rate[which], None);
            return;
        }
        conduction.for_each_row(temperature, &self.walls[which], &mut self.rate[which], |from, gain, out| {
            let per_capacity = &per_capacity[from..][..out.len()];
            match sources {
                Some((s, _)) => {
                    let s = &s[from..][..out.len()];
                    for (((out, gain), c), s) in out.iter_mut().zip(gain).zip(per_capacity).zip(s) {
                        *out = c * (gain + s);
                    }
                }
                None => {
                    for ((out, gain), c) in out.iter_mut().zip(gain).zip(per_capacity) {
                        *out = c * gain;
                    }
                }
            }
        });
    }

    /// Largest estimated error, K; infinite where a number broke.
    fn error(&self, leap: &Leap) -> f64 {
        let step = leap.end - leap.start;
        self.change[0]
            .par_iter()
            .zip(&self.rate[0])
            .zip(&self.rate[1])
            .with_min_len(4096)
            .map(|((&d, &before), &after)| leap.scheme.estimate(step, d, before, after).abs())
            .map(|e| if e.is_nan() { f64::INFINITY } else { e })
            .reduce(|| 0.0, f64::max)
    }

    /// The step counts: what entered is booked, and the rate at its end is that at the next one's start.
    pub(super) fn keep(&mut self, surfaces: &mut [Sum], sources: &mut Sum) {
        for (sum, heat) in surfaces.iter_mut().zip(&self.heat.0) {
            sum.add(heat.value());
        }
        sources.add(self.heat.1.value());
        self.rate.swap(0, 1);
        self.walls.swap(0, 1);
        self.taken = Some(self.end);
    }
}

/// Adds the heat of a stage, J.
fn book(heat: &mut (Vec<Sum>, Sum), conduction: &Conduction, walls: &[WallState], sources: Option<f64>, share: f64) {
    for (wall, state) in conduction.problem.walls.iter().zip(walls) {
        heat.0[wall.surface as usize].add(share * state.heat);
    }
    if let Some(total) = sources {
        heat.1.add(share * total);
    }
}

fn add(a: &[f64], b: &[f64], out: &mut [f64]) {
    out.par_iter_mut().zip(a).zip(b).with_min_len(4096).for_each(|((out, a), b)| *out = a + b);
}
