//! Explicit steps in whole numbers.

use super::info;
use crate::backend::{Backend, BackendError, BackendInfo, Clock, EXACT, Ledger, Proof};
use crate::conduction::Conduction;
use crate::exact::{Body, Coefficients, ExactError, WallHeat};

/// Explicit stepping in whole numbers.
pub struct Exact {
    body: Body,
    energy: Vec<i64>,
    /// Taken for a length of the step.
    coefficients: Option<Coefficients>,
    entered: Entered,
    /// Sum of the energies when they were loaded.
    loaded: i128,
}

/// Heat that has entered, quanta: what was loaded, and since then.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entered {
    before: Ledger,
    /// Per surface.
    pub surfaces: Vec<i128>,
    /// From sources.
    pub sources: i128,
}

impl Entered {
    /// Nothing yet, since a ledger.
    pub fn since(before: Ledger) -> Entered {
        Entered { surfaces: vec![0; before.surfaces.len()], sources: 0, before }
    }

    /// All of it, J.
    pub fn ledger(&self, joule: f64) -> Ledger {
        let surfaces = self.before.surfaces.iter().zip(&self.surfaces).map(|(b, s)| b + *s as f64 * joule);
        Ledger { surfaces: surfaces.collect(), sources: self.before.sources + self.sources as f64 * joule }
    }

    /// Quanta since the ledger.
    pub fn total(&self) -> i128 {
        self.surfaces.iter().sum::<i128>() + self.sources
    }
}

/// What a backend in whole numbers is told as, beside its device.
pub fn told(body: &Body, info: BackendInfo) -> BackendInfo {
    let notes = vec![format!(
        "whole numbers: temperatures in units of {:.2e} K, energies in quanta of {:.2e} J",
        body.scale.kelvin, body.scale.joule
    )];
    BackendInfo { precision: EXACT, resolution: body.resolution(), notes, ..info }
}

impl Exact {
    /// Starts in the problem's initial state.
    ///
    /// # Errors
    /// What whole numbers do not cover.
    pub fn new(conduction: Conduction) -> Result<Exact, ExactError> {
        let enthalpy = conduction.enthalpy(&conduction.problem.initial);
        let surfaces = vec![0.0; conduction.problem.surfaces.len()];
        let body = Body::new(conduction)?;
        let energy = body.energies(&enthalpy);
        let loaded = energy.iter().map(|e| i128::from(*e)).sum();
        let entered = Entered::since(Ledger { surfaces, sources: 0.0 });
        Ok(Exact { body, energy, coefficients: None, entered, loaded })
    }

    fn advance_by(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), ExactError> {
        let coefficients = match self.coefficients.take().filter(|c| c.step == clock.step) {
            Some(coefficients) => coefficients,
            None => self.body.coefficients(clock.step)?,
        };
        let body = &self.body;
        let walls_vary = body.walls_vary();
        let sources_vary = body.conduction.sources_vary();
        let mut walls: Vec<WallHeat> = body.walls(clock.time(first), clock.step)?;
        let mut sources = body.sources(clock.time(first), clock.step);
        let mut units = body.units(&self.energy);
        for n in first..first + count {
            let time = clock.time(n);
            if n > first {
                units = body.units(&self.energy);
                if walls_vary {
                    walls = body.walls(time, clock.step)?;
                }
                if sources_vary {
                    sources = body.sources(time, clock.step);
                }
            }
            body.conduct(&coefficients, &units, &mut self.energy);
            for (wall, heat) in body.conduction.problem.walls.iter().zip(&walls) {
                let heat = heat.heat(units[wall.cell as usize]);
                self.energy[wall.cell as usize] += heat;
                self.entered.surfaces[wall.surface as usize] += i128::from(heat);
            }
            if let Some(sources) = &sources {
                self.energy.iter_mut().zip(sources).for_each(|(e, s)| *e += s);
                self.entered.sources += sources.iter().map(|s| i128::from(*s)).sum::<i128>();
            }
        }
        self.coefficients = Some(coefficients);
        self.body.within_range(self.body.units(&self.energy).into_iter())
    }
}

impl Backend for Exact {
    fn info(&self) -> BackendInfo {
        told(&self.body, info())
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        self.energy = self.body.energies(enthalpy);
        self.loaded = self.energy.iter().map(|e| i128::from(*e)).sum();
        self.entered = Entered::since(ledger.clone());
        Ok(())
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        Ok(rayon::scope(|_| self.advance_by(clock, first, count))?)
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.body.enthalpies(&self.energy))
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(self.entered.ledger(self.body.scale.joule))
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        Ok(super::solid_range(&self.body.enthalpies(&self.energy), &self.body.conduction.problem.material))
    }

    fn proof(&mut self) -> Result<Option<Proof>, BackendError> {
        Ok(Some(Proof::of(&self.body, &self.energy, self.loaded + self.entered.total())))
    }
}
