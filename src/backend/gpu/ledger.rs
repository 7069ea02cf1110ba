//! What has entered: walls and sources that vary in place and time are summed on the device, all else in f64 on
//! the host.

use super::generate::is_fixed_in_space;
use super::values::{Kind, kind};
use crate::backend::Ledger;
use crate::conduction::Conduction;
use crate::expression::Place;
use crate::problem::ValueId;
use crate::sum::Sum;

/// Heat since the start, J.
pub(super) struct Account {
    surfaces: Vec<Sum>,
    sources: Sum,
    /// Volume of every source of the palette, m3, where its density does not vary in space.
    volumes: Vec<f64>,
    /// Heat of the sources that vary in space alone, W.
    fixed: f64,
}

impl Account {
    pub(super) fn new(conduction: &Conduction) -> Account {
        let problem = &conduction.problem;
        let mut volumes = vec![Sum::default(); problem.sources.len()];
        let mut fixed = Sum::default();
        let is_fixed: Vec<bool> = problem.sources.iter().map(|&id| is_fixed_in_space(problem, id)).collect();
        let is_mixed = |id: &ValueId| kind(problem.values.get(*id)) == Kind::Mixed;
        let is_mixed: Vec<bool> = problem.sources.iter().map(is_mixed).collect();
        for (i, &source) in problem.source.iter().enumerate().filter(|(_, s)| **s != 0) {
            let (source, cell) = (source as usize, problem.grid.cell(i));
            let volume = problem.grid.volume(cell);
            if is_fixed[source] {
                let centre = problem.grid.centre(cell);
                let place = Place { x: centre.x, y: centre.y, z: centre.z, ..Place::default() };
                fixed.add(volume * problem.values.at(problem.sources[source], &place));
            } else if !is_mixed[source] {
                volumes[source].add(volume);
            }
        }
        Account {
            surfaces: vec![Sum::default(); problem.surfaces.len()],
            sources: Sum::default(),
            volumes: volumes.iter().map(Sum::value).collect(),
            fixed: fixed.value(),
        }
    }

    /// Starts from what had entered before.
    pub(super) fn load(&mut self, ledger: &Ledger) {
        self.surfaces = ledger.surfaces.iter().map(|&j| Sum::from(j)).collect();
        self.sources = Sum::from(ledger.sources);
    }

    /// Heat of the sources that the host knows, W, from their densities now (W/m3).
    pub(super) fn source_heat(&self, densities: &[f64]) -> f64 {
        self.fixed + self.volumes.iter().zip(densities).map(|(v, q)| v * q).sum::<f64>()
    }

    /// Adds heat of sources, J.
    pub(super) fn add_source(&mut self, heat: f64) {
        self.sources.add(heat);
    }

    /// Adds heat through a wall of a surface, J.
    pub(super) fn add_wall(&mut self, surface: usize, heat: f64) {
        self.surfaces[surface].add(heat);
    }

    pub(super) fn ledger(&self) -> Ledger {
        Ledger { surfaces: self.surfaces.iter().map(Sum::value).collect(), sources: self.sources.value() }
    }
}
