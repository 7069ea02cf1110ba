//! How a state of heat with charge or matter was reached, and what passed on the way.

use crate::backend::BackendInfo;
use crate::coupled::device::Device;
use crate::coupled::survey::Survey;
use crate::sum::Sum;
use serde::{Deserialize, Serialize};

/// How a state was reached.
pub(super) struct History {
    /// What the linear systems were solved with.
    pub info: BackendInfo,
    /// Why the CPU took over from a device, where it did.
    pub fallback: Option<String>,
    pub method: &'static str,
    /// s; none for a steady state.
    pub end: Option<f64>,
    /// Newton steps or time steps.
    pub steps: u64,
    /// Iterations of GMRES in all.
    pub sweeps: f64,
    pub wall_s: f64,
    pub ledger: Option<Ledger>,
}

/// What passed since the start, summed with the weights of the stages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Per surface, J.
    pub surfaces: Vec<Sum>,
    /// From sources, J.
    pub sources: Sum,
    /// Through terminals, J.
    pub work: Sum,
    /// Entered with heat, J/K.
    pub entered: Sum,
    /// J/K.
    pub produced: Sum,
    /// Parts that ran against the second law.
    pub violations: u64,
    /// Parts looked at.
    pub checked: u64,
    /// The worst of them, W/K.
    pub worst: f64,
    /// Cells with a composition that is none.
    pub outside: u64,
    /// Cells looked at.
    pub cells: u64,
    /// By how much the worst of them is out.
    pub excess: f64,
}

impl Ledger {
    pub(super) fn new(device: &Device) -> Ledger {
        Ledger {
            surfaces: vec![Sum::default(); device.problem().surfaces.len()],
            sources: Sum::default(),
            work: Sum::default(),
            entered: Sum::default(),
            produced: Sum::default(),
            violations: 0,
            checked: 0,
            worst: 0.0,
            outside: 0,
            cells: 0,
            excess: 0.0,
        }
    }

    /// Adds what a state passes over a time (s).
    pub(super) fn add(&mut self, survey: &Survey, by: f64) {
        for (sum, heat) in self.surfaces.iter_mut().zip(&survey.surface_heat) {
            sum.add(by * heat);
        }
        self.sources.add(by * survey.sources[0]);
        self.work.add(by * survey.electrical);
        self.entered.add(by * (survey.surface_entropy.iter().sum::<f64>() + survey.sources[1]));
        self.produced.add(by * survey.production);
        self.violations += survey.violations;
        self.checked += survey.checked;
        self.worst = self.worst.min(survey.worst);
    }

    /// Adds how many of so many cells had a composition outside of what there is.
    pub(super) fn outside(&mut self, outside: u64, cells: u64, excess: f64) {
        self.outside += outside;
        self.cells += cells;
        self.excess = self.excess.max(excess);
    }
}
