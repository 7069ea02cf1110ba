//! How a state of heat and charge was reached, and what passed on the way.

use super::Stage;
use crate::coupled::device::Device;
use crate::coupled::survey::Survey;
use crate::sum::Sum;

/// How a state was reached.
pub(super) struct History {
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
pub(super) struct Ledger {
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
    /// Parts that ran against the second law, and parts looked at.
    pub violations: u64,
    pub checked: u64,
    pub worst: f64,
}

impl Ledger {
    pub fn new(device: &Device) -> Ledger {
        Ledger {
            surfaces: vec![Sum::default(); device.problem().surfaces.len()],
            sources: Sum::default(),
            work: Sum::default(),
            entered: Sum::default(),
            produced: Sum::default(),
            violations: 0,
            checked: 0,
            worst: 0.0,
        }
    }

    pub fn add(&mut self, device: &Device, stages: &[Stage; 2], time: f64, dt: f64, gamma: f64) {
        for (stage, (weight, at)) in stages.iter().zip([(1.0 - gamma, gamma), (gamma, 1.0)]) {
            let survey = Survey::new(device, &stage.state, &stage.solved, time + at * dt);
            let by = weight * dt;
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
    }
}
