//! Explicit steps in f32. A pass of several sweeps works on the change since its start, whose rounding is that of the change and not
//! of the field; the field keeps what rounding takes as a second number per cell, as on a GPU. So small increments are never lost,
//! unless it is to forget them.

mod ahead;
mod band;
mod cache;
mod face;
mod field;
mod layout;
mod memory;
mod row;
mod tiles;

use super::info;
use super::rows::Rows;
use crate::backend::{Backend, BackendError, BackendInfo, Clock, Ledger, Resolution};
use crate::conduction::Conduction;
use crate::sum::Sum;
use face::Walls;
use field::Field;
use rayon::prelude::*;
use tiles::{Passes, Start, Sweep};

/// Explicit stepping in f32, where all links run along axes and conductances and heat capacities stay.
pub struct Single {
    conduction: Conduction,
    field: Field,
    per_capacity: Vec<f64>,
    passes: Passes,
    walls: Walls,
    /// Heat of each wall, added up over the steps of one call, W.
    heats: Vec<f64>,
    surfaces: Vec<Sum>,
    sources: Sum,
    /// Sources: rate of change, K/s, in the layout of the field, and their sum, W; when they were taken.
    taken: Option<(f64, Option<(Field, f64)>)>,
}

impl Single {
    /// Starts in the problem's initial state.
    ///
    /// # Errors
    /// If the problem needs f64: what is missing and what to do.
    pub fn new(conduction: Conduction) -> Result<Single, BackendError> {
        let problem = conduction.problem.clone();
        let refuse = |what: &str| {
            Err(BackendError::Unsupported(format!("f32 on the CPU does not cover {what}; take --precision f64")))
        };
        if conduction.varies {
            return refuse("conductivities that change with temperature or in time");
        }
        if conduction.inertia.is_some() {
            return refuse("materials with relaxation times");
        }
        if conduction.curves.iter().any(Option::is_some) {
            return refuse("heat capacities that change with temperature, and melting");
        }
        let per_capacity: Vec<f64> = conduction.capacity.iter().map(|&c| if c > 0.0 { 1.0 / c } else { 0.0 }).collect();
        let Some(rows) = Rows::new(&conduction, &per_capacity) else {
            return refuse("joined (periodic) ends, full conductivity tensors, and grids of one cell along x");
        };
        let walls = Walls::new(&conduction, &per_capacity, &rows);
        let passes = Passes::new(rows);
        let mut single = Single {
            field: passes.field(),
            passes,
            walls,
            per_capacity,
            heats: vec![0.0; problem.walls.len()],
            surfaces: vec![Sum::default(); problem.surfaces.len()],
            sources: Sum::default(),
            taken: None,
            conduction,
        };
        single.field.set(&single.conduction.enthalpy(&problem.initial));
        Ok(single)
    }

    /// The same with a field of one number per cell, which forgets what rounding takes once a pass.
    pub fn forgetting(mut self) -> Single {
        self.field.low = None;
        self
    }

    /// Takes the sources at a time, where they are not known yet.
    fn take_sources(&mut self, time: f64) {
        let stale = self.taken.as_ref().is_none_or(|(at, _)| *at != time && self.conduction.sources_vary());
        if stale {
            let sources = self.conduction.sources(time).map(|s| {
                let total = s.iter().copied().collect::<Sum>().value();
                let mut s = s.to_vec();
                s.par_iter_mut().zip(&self.per_capacity).with_min_len(4096).for_each(|(s, c)| *s *= c);
                let mut field = self.passes.field();
                field.set(&s);
                (field, total)
            });
            self.taken = Some((time, sources));
        }
    }

    /// Makes steps in one pass; returns how many.
    fn pass(&mut self, clock: Clock, first: u64, count: u64) -> u64 {
        // Sources that vary are taken for one step.
        let most = if self.conduction.sources_vary() { 1 } else { self.passes.plan.sweeps as u64 };
        let sweeps: Vec<Sweep> = (first..first + count.min(most))
            .map(|n| Sweep { time: clock.time(n), values: self.conduction.row(clock.time(n)) })
            .collect();
        self.take_sources(clock.time(first));
        let sources = self.taken.as_ref().and_then(|(_, s)| s.as_ref());
        let start = Start { step: clock.step, walls: &self.walls, sources: sources.map(|(s, _)| s) };
        if let Some((_, total)) = sources {
            self.sources.add(clock.step * sweeps.len() as f64 * total);
        }
        tiles::pass(&mut self.passes, &self.conduction, &mut self.field, start, &sweeps, &mut self.heats);
        sweeps.len() as u64
    }
}

impl Backend for Single {
    fn info(&self) -> BackendInfo {
        let changes = format!("changes of up to {} steps in f32", self.passes.plan.sweeps);
        let (resolution, kernel, note) = match self.field.low {
            Some(_) => (Resolution::COMPENSATED, "", format!("{changes}, added to a field of two f32 per cell")),
            None => (
                Resolution::SINGLE,
                "plain sums",
                format!("{changes}, whose sums keep nothing of what rounding takes, as --plain-sums asks"),
            ),
        };
        BackendInfo { precision: "f32", resolution, kernel: kernel.into(), notes: vec![note], ..info() }
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        self.field.set(enthalpy);
        self.surfaces = ledger.surfaces.iter().map(|&j| Sum::from(j)).collect();
        self.sources = Sum::from(ledger.sources);
        Ok(())
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        // One entry into the pool of threads for all steps: small grids would spend their time at its door.
        rayon::scope(|_| {
            let mut done = 0;
            while done < count {
                done += self.pass(clock, first + done, count - done);
            }
        });
        for (wall, heat) in self.conduction.problem.walls.iter().zip(&mut self.heats) {
            self.surfaces[wall.surface as usize].add(clock.step * std::mem::take(heat));
        }
        Ok(())
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.field.get())
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(Ledger { surfaces: self.surfaces.iter().map(Sum::value).collect(), sources: self.sources.value() })
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        Ok(self.field.range(&self.conduction.problem.material))
    }

    fn cells(&mut self, cells: &[u32]) -> Result<Vec<f64>, BackendError> {
        Ok(cells.iter().map(|&cell| self.field.cell(cell as usize)).collect())
    }
}

#[cfg(test)]
mod tests;
