//! A state seen on a coarser grid: what the grid contributes to it.
//!
//! The means of a state over coarser cells leave gains there that differ from the sums of its own gains by what the coarser grid takes for conduction
//! and the finer one does not: the relative truncation error tau (Brandt, Multigrid Techniques: 1984 Guide, section 8.4; Trottenberg, Oosterlee and
//! Schueller, Multigrid (2001), section 5.3.7). Where nothing changes, the coarser grid's own answer is `A^-1 tau` away, so no run on it is needed.

use super::balance::Snapshot;
use super::precision::{self, ByGrids, Spread};
use super::slowest;
use crate::conduction::Conduction;
use crate::grid::Grid;
use crate::multigrid::matrix::Matrix;
use crate::multigrid::vector::dot;
use crate::multigrid::{Hierarchy, cg};
use crate::problem::{Problem, VOID};
use crate::restriction::Restriction;
use crate::steady;
use std::sync::Arc;

/// A body on a coarser grid, with the means of a state.
pub struct Coarse {
    conduction: Conduction,
    /// Enthalpy per cell, K.
    enthalpy: Vec<f64>,
    /// What the finer cells gain, per coarser one, W.
    gains: Vec<f64>,
    /// How far the coarser grid's initial temperatures are from the means of the finer one's, K.
    begun: Vec<f64>,
    /// Cells whose means are of several bodies.
    mixed: Vec<bool>,
    time: f64,
    /// How much wider its cells are.
    ratio: f64,
}

/// The time of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Since the start, s.
    pub elapsed: f64,
    /// For which differences add up: the same, or no more than a driven body remembers, s.
    pub gathers: f64,
    /// Whether anything changes in time but by itself.
    pub driven: bool,
}

/// Means of equal temperatures differ by less.
const ROUNDING: f64 = 1e-13;

/// A state that changes by so many times less than a grid errs in what flows is at rest.
const RESTS: f64 = 1e4;

/// Time constants after which what dies off no longer counts.
const DIES: f64 = 4.0;

/// Linear systems are solved to this part: an estimate has one digit or two.
const SOLVED: f64 = 1e-2;

impl Coarse {
    /// Of a state whose cells gain `net` (W), on the grid of a problem that is the same but for its cells. None where it cannot be seen there.
    pub fn of(fine: &Snapshot, net: &[f64], problem: Problem) -> Option<Coarse> {
        let own = &fine.conduction.problem;
        let restriction = Restriction::new(&own.grid, &problem.grid);
        // Volume, warmth now and at the start (K m3) of what is solid, and gains (W).
        let held = restriction.gather(|cell, volume, part| {
            let volume = if own.material[cell] == VOID { 0.0 } else { volume };
            let warmth = |t: f64| (t + own.reference) * volume;
            [volume, warmth(fine.temperature[cell]), warmth(own.initial[cell]), net[cell] * part]
        });
        let (ratio, mixed) = (restriction.ratio(), restriction.mixed(own, &problem));
        let conduction = Conduction::new(Arc::new(problem)).ok()?;
        let problem = &conduction.problem;
        let [mut temperature, mut begun] = [vec![0.0; held.len()], vec![0.0; held.len()]];
        for cell in (0..held.len()).filter(|&cell| problem.material[cell] != VOID) {
            let [volume, warmth, initial, _] = held[cell];
            // A part that only the coarser grid has.
            if volume <= 0.0 {
                return None;
            }
            temperature[cell] = warmth / volume - problem.reference;
            let kelvin = problem.initial[cell] + problem.reference;
            let apart = kelvin - initial / volume;
            begun[cell] = if apart.abs() > ROUNDING * kelvin { apart } else { 0.0 };
        }
        let enthalpy = conduction.enthalpy(&temperature);
        let gains = held.iter().map(|[.., gain]| *gain).collect();
        Some(Coarse { enthalpy, gains, begun, mixed, time: fine.time, ratio, conduction })
    }

    /// How much wider its cells are.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// Looks at the state.
    pub fn view(&mut self) -> View<'_> {
        let Coarse { conduction, enthalpy, gains, begun, mixed, time, ratio } = self;
        let snapshot = Snapshot::new(conduction, enthalpy, *time);
        View { conductances: slowest::conductances(&snapshot), snapshot, gains, begun, mixed, ratio: *ratio }
    }
}

/// A state on a coarser grid.
pub struct View<'a> {
    /// Of the means.
    pub snapshot: Snapshot<'a>,
    /// What each cell gains of the finer ones, W.
    pub gains: &'a [f64],
    /// A, W/K.
    pub conductances: Matrix,
    begun: &'a [f64],
    mixed: &'a [bool],
    ratio: f64,
}

impl View<'_> {
    fn grid(&self) -> &Grid {
        &self.snapshot.conduction.problem.grid
    }

    /// How far the coarser grid's own answer would be from these means, K; no number in void and where the means are of several bodies. Without a past the state is
    /// the end of all change. None where something melts.
    ///
    /// Through time the difference e obeys `C de/dt = -A e + tau`. The part of tau that goes with the gains themselves makes the body faster or slower,
    /// and what dies off so is off by the time times that part of its rate; the rest is balanced as at rest. What initial temperatures differ by is
    /// forgotten in two implicit steps.
    fn apart(&self, past: Option<Past>) -> Option<Vec<f64>> {
        let View { snapshot, gains, begun, mixed, conductances, .. } = self;
        let capacity = slowest::capacities(snapshot)?;
        let mut tau = snapshot.net();
        for ((tau, gain), &capacity) in tau.iter_mut().zip(*gains).zip(&capacity) {
            *tau = if capacity > 0.0 { *tau - gain } else { 0.0 };
        }
        let past = past.filter(|past| past.gathers > 0.0);
        let balance = Balance::new(conductances, &capacity, past.map_or(0.0, |past| 1.0 / past.gathers));
        let mut apart = match past {
            None => balance.solve(0.0, &tau),
            Some(Past { elapsed, gathers, driven }) => {
                let over_capacity = |a: &[f64], b: &[f64]| -> f64 {
                    let parts = a.iter().zip(b).zip(&capacity).filter(|(_, c)| **c > 0.0);
                    parts.map(|((a, b), c)| a * b / c).sum()
                };
                let all = over_capacity(gains, gains);
                // What is driven changes at the pace of what drives it.
                let drift = if all > 0.0 && !driven { over_capacity(&tau, gains) / all } else { 0.0 };
                let drift = if drift.abs() < RESTS { drift } else { 0.0 };
                // For no longer than what dies off counts: after that the rest of tau goes with the gains by chance alone.
                let pace: Vec<f64> =
                    gains.iter().zip(&capacity).map(|(gain, c)| if *c > 0.0 { gain / c } else { 0.0 }).collect();
                let mut slowed = vec![0.0; pace.len()];
                conductances.multiply(&pace, &mut slowed);
                let dies = DIES * all / dot(&pace, &slowed);
                let counts = if dies > 0.0 { gathers.min(dies) } else { gathers };
                tau.iter_mut().zip(*gains).for_each(|(tau, gain)| *tau -= drift * gain);
                let mut apart = balance.solve(1.0 / gathers, &tau);
                let mut left = begun.to_vec();
                for _ in 0..2 {
                    let held: Vec<f64> = left.iter().zip(&capacity).map(|(left, c)| 2.0 / elapsed * left * c).collect();
                    left = balance.solve(2.0 / elapsed, &held);
                }
                for (((apart, left), gain), &c) in apart.iter_mut().zip(&left).zip(*gains).zip(&capacity) {
                    *apart += left + if c > 0.0 { drift * counts * gain / c } else { 0.0 };
                }
                apart
            }
        };
        let untold = |(mixed, capacity): (&bool, &f64)| *mixed || *capacity == 0.0;
        let untold = mixed.iter().zip(&capacity).map(untold);
        apart.iter_mut().zip(untold).filter(|(_, untold)| *untold).for_each(|(apart, _)| *apart = f64::NAN);
        Some(apart)
    }
}

/// Linear systems `(rate C + A) x = heat` that differ in the rate.
struct Balance<'a> {
    conductances: &'a Matrix,
    capacity: &'a [f64],
    /// Of the rate that it was made with (1/s), which are of the order of those that it is used with.
    hierarchy: Hierarchy,
}

impl<'a> Balance<'a> {
    fn new(conductances: &'a Matrix, capacity: &'a [f64], rate: f64) -> Balance<'a> {
        let hierarchy = Hierarchy::new(&matrix(conductances, capacity, rate));
        Balance { conductances, capacity, hierarchy }
    }

    /// The solution x, K.
    fn solve(&self, rate: f64, heat: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; heat.len()];
        if heat.iter().any(|q| *q != 0.0) {
            let matrix = matrix(self.conductances, self.capacity, rate);
            cg::solve(&matrix, &self.hierarchy, heat, &mut x, SOLVED, steady::LINEAR_ITERATIONS);
        }
        x
    }
}

/// `rate C + A`.
fn matrix(conductances: &Matrix, capacity: &[f64], rate: f64) -> Matrix {
    conductances.with_excess(conductances.excess().iter().zip(capacity).map(|(g, c)| g + rate * c).collect())
}

/// The error of the grid, from what a coarser one and a still coarser one make of its state.
pub fn grid_error(first: &View, second: Option<&View>, past: Option<Past>) -> ByGrids {
    let (near, far) = rayon::join(|| first.apart(past), || second.and_then(|second| second.apart(past)));
    let Some(near) = near else { return ByGrids::default() };
    let mut found = vec![(Spread::between(first.grid(), &near, &vec![0.0; near.len()]), first.ratio)];
    if let (Some(second), Some(far)) = (second, far) {
        let restriction = Restriction::new(first.grid(), second.grid());
        found.push((Spread::between(second.grid(), &far, &restriction.means(&near)), restriction.ratio()));
    }
    precision::by_grids(&found)
}
