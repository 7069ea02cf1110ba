//! A state seen on a coarser grid: what the grid contributes to it.
//!
//! The means of a state over coarser cells leave gains there that differ from the sums of its own gains by what the coarser grid takes for conduction
//! and the finer one does not: the relative truncation error tau (Brandt, Multigrid Techniques: 1984 Guide, section 8.4; Trottenberg, Oosterlee and
//! Schueller, Multigrid (2001), section 5.3.7). Where nothing changes, the coarser grid's own answer is `A^-1 tau` away, so no run on it is needed.

use super::balance::Snapshot;
use super::precision::{self, ByGrids, Spread};
use super::slowest;
use crate::conduction::Conduction;
use crate::multigrid::matrix::Matrix;
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
    time: f64,
    /// How much wider its cells are.
    ratio: f64,
}

/// Linear systems are solved to this part.
const SOLVED: f64 = 1e-4;

impl Coarse {
    /// Of a state whose cells gain `net` (W), on the grid of a problem that is the same but for its cells. None where it cannot be seen there.
    pub fn of(fine: &Snapshot, net: &[f64], problem: Problem) -> Option<Coarse> {
        let own = &fine.conduction.problem;
        let restriction = Restriction::new(&own.grid, &problem.grid);
        let volume = |cell: usize| if own.material[cell] == VOID { 0.0 } else { own.grid.volume(own.grid.cell(cell)) };
        let volumes = restriction.sums(volume);
        let warmth = restriction.sums(|cell| volume(cell) * (fine.temperature[cell] + own.reference));
        let gains = restriction.sums(|cell| net[cell]);
        let ratio = restriction.ratio();
        let conduction = Conduction::new(Arc::new(problem)).ok()?;
        let problem = &conduction.problem;
        let mut temperature = vec![0.0; volumes.len()];
        for (cell, t) in temperature.iter_mut().enumerate().filter(|(cell, _)| problem.material[*cell] != VOID) {
            // A part that only the coarser grid has.
            if volumes[cell] <= 0.0 {
                return None;
            }
            *t = warmth[cell] / volumes[cell] - problem.reference;
        }
        let enthalpy = conduction.enthalpy(&temperature);
        Some(Coarse { enthalpy, gains, time: fine.time, ratio, conduction })
    }

    /// How much wider its cells are.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// The state, with what each cell gains of the finer ones, W.
    pub fn snapshot(&mut self) -> (Snapshot<'_>, &[f64]) {
        (Snapshot::new(&mut self.conduction, &self.enthalpy, self.time), &self.gains)
    }

    /// How far the coarser grid's own answer would be from these means, K; no number in void. `gathers`: for how long differences add up (s); none where
    /// the state is the end of all change. None where something melts.
    ///
    /// Through time the difference e obeys `C de/dt = -A e + tau`. The part of tau that goes with the gains themselves makes the body faster or slower,
    /// and what dies off so is off by the time times that part of its rate; the rest is balanced as at rest.
    fn apart(&mut self, gathers: Option<f64>) -> Option<Vec<f64>> {
        let (snapshot, gains) = self.snapshot();
        let conduction = snapshot.conduction;
        let problem = &conduction.problem;
        let capacity = slowest::capacities(&snapshot)?;
        let mut tau = snapshot.net();
        for ((tau, gain), &capacity) in tau.iter_mut().zip(gains).zip(&capacity) {
            *tau = if capacity > 0.0 { *tau - gain } else { 0.0 };
        }
        let mut diagonal = steady::excess(&snapshot);
        let mut drift = 0.0;
        if let Some(time) = gathers.filter(|time| *time > 0.0) {
            let per_capacity = |a: &[f64], b: &[f64]| -> f64 {
                let parts = a.iter().zip(b).zip(&capacity).filter(|(_, c)| **c > 0.0);
                parts.map(|((a, b), c)| a * b / c).sum()
            };
            let all = per_capacity(gains, gains);
            drift = if all > 0.0 { per_capacity(&tau, gains) / all } else { 0.0 };
            tau.iter_mut().zip(gains).for_each(|(tau, gain)| *tau -= drift * gain);
            diagonal.iter_mut().zip(&capacity).for_each(|(d, c)| *d += c / time);
            drift *= time;
        }
        let families: Vec<_> = conduction.links.families.iter().map(|f| (f.offset, f.conductance.as_slice())).collect();
        let matrix = Matrix::from_families(&problem.grid, &families, &diagonal);
        let mut apart = vec![0.0; tau.len()];
        cg::solve(&matrix, &Hierarchy::new(&matrix), &tau, &mut apart, SOLVED, steady::LINEAR_ITERATIONS);
        for ((apart, gain), &capacity) in apart.iter_mut().zip(gains).zip(&capacity) {
            *apart = if capacity > 0.0 { *apart + drift * gain / capacity } else { f64::NAN };
        }
        Some(apart)
    }
}

/// The error of the grid, from what a coarser one and a still coarser one make of its state.
pub fn grid_error(first: &mut Coarse, second: Option<&mut Coarse>, gathers: Option<f64>) -> ByGrids {
    let Some(near) = first.apart(gathers) else { return ByGrids::default() };
    let spread = |coarse: &Coarse, a: &[f64], b: &[f64]| Spread::between(&coarse.conduction.problem.grid, a, b);
    let mut found = vec![(spread(first, &near, &vec![0.0; near.len()]), first.ratio)];
    if let Some(second) = second
        && let Some(far) = second.apart(gathers)
    {
        let grids = [&*first, &*second].map(|coarse| &coarse.conduction.problem.grid);
        let restriction = Restriction::new(grids[0], grids[1]);
        found.push((spread(second, &far, &restriction.means(&near)), restriction.ratio()));
    }
    precision::by_grids(&found)
}
