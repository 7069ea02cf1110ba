//! Carriers on their way through time, wherever they are computed.

use super::distribution::Distribution;
use super::domain::Domain;
use super::driving::Driving;
use super::survey::Survey;
use super::transient::Transient;
use crate::backend::{self, BackendError, BackendInfo, Clock};

/// Holds carriers and takes them through time.
pub trait March {
    /// What it computes with.
    fn info(&self) -> BackendInfo;

    /// Where the carriers fly.
    fn domain(&self) -> &Domain;

    /// Directions times bands times cells in a step.
    fn updates(&self) -> usize;

    /// Makes steps of a clock from number `first` on: at least one, at most `count`; tells how many.
    ///
    /// # Errors
    /// If the device fails.
    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<u64, BackendError>;

    /// Makes step `n` and counts what a survey needs.
    ///
    /// # Errors
    /// If the device fails.
    fn look(&mut self, clock: Clock, n: u64) -> Result<(), BackendError>;

    /// What the carriers mean; heat and walls as they were in the middle of the last step that was looked at.
    ///
    /// # Errors
    /// If the device fails.
    fn survey(&mut self) -> Result<Survey, BackendError>;

    /// Energy temperature per cell (deviation, K).
    ///
    /// # Errors
    /// If the device fails.
    fn energy_temperature(&mut self) -> Result<Vec<f64>, BackendError>;

    /// Energy that entered through each wall since the start, J, and from sources.
    ///
    /// # Errors
    /// If the device fails.
    fn ledger(&mut self) -> Result<(Vec<f64>, f64), BackendError>;

    /// What every direction carries in some cells.
    ///
    /// # Errors
    /// If the device fails.
    fn distribution(&mut self, cells: &[usize]) -> Result<Distribution, BackendError>;

    /// All that the way to come depends on, and what was summed up.
    ///
    /// # Errors
    /// If the device fails.
    fn kept(&mut self) -> Result<Vec<f64>, BackendError>;

    /// Goes on from what was kept; `false` if that was of other carriers. What a survey says holds once a step was looked at.
    ///
    /// # Errors
    /// If the device fails.
    fn restore(&mut self, kept: &[f64]) -> Result<bool, BackendError>;
}

/// On the CPU, in f64.
#[derive(Debug)]
pub struct OnCpu {
    transient: Transient,
    /// None where nothing varies in time.
    driving: Option<Driving>,
}

impl OnCpu {
    /// Takes carriers along what drives them.
    pub fn new(transient: Transient, driving: &Driving) -> OnCpu {
        OnCpu { transient, driving: driving.varies().then(|| driving.clone()) }
    }

    fn step(&mut self, clock: Clock, n: u64, look: bool) {
        if let Some(driving) = &self.driving {
            driving.set(self.transient.domain_mut(), clock.start + (n as f64 + 0.5) * clock.step);
        }
        self.transient.advance(clock.step, look);
    }
}

impl March for OnCpu {
    fn info(&self) -> BackendInfo {
        backend::cpu::info()
    }

    fn domain(&self) -> &Domain {
        self.transient.domain()
    }

    fn updates(&self) -> usize {
        self.transient.updates()
    }

    fn advance(&mut self, clock: Clock, first: u64, _: u64) -> Result<u64, BackendError> {
        self.step(clock, first, false);
        Ok(1)
    }

    fn look(&mut self, clock: Clock, n: u64) -> Result<(), BackendError> {
        self.step(clock, n, true);
        Ok(())
    }

    fn survey(&mut self) -> Result<Survey, BackendError> {
        Ok(self.transient.survey())
    }

    fn energy_temperature(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.transient.energy_temperature())
    }

    fn ledger(&mut self) -> Result<(Vec<f64>, f64), BackendError> {
        let (entered, heated) = self.transient.ledger();
        Ok((entered.to_vec(), heated))
    }

    fn distribution(&mut self, cells: &[usize]) -> Result<Distribution, BackendError> {
        Ok(self.transient.distribution(cells))
    }

    fn kept(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.transient.kept())
    }

    fn restore(&mut self, kept: &[f64]) -> Result<bool, BackendError> {
        Ok(self.transient.restore(kept))
    }
}
