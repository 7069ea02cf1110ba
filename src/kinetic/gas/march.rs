//! A gas on its way through time on the CPU, as whatever drives carriers sees it: in SI units.

use super::survey::Units;
use super::transient::Transient;
use crate::backend::{self, BackendError, BackendInfo, Clock};
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::Domain;
use crate::kinetic::driving::Driving;
use crate::kinetic::march::March;
use crate::kinetic::survey::Survey;

/// On the CPU, in f64.
#[derive(Debug)]
pub struct OnCpu {
    transient: Transient,
    units: Units,
    /// None where nothing varies in time.
    driving: Option<Driving>,
}

impl OnCpu {
    /// Takes a gas along what drives it.
    pub fn new(transient: Transient, units: Units, driving: &Driving) -> OnCpu {
        OnCpu { transient, units, driving: driving.varies().then(|| driving.clone()) }
    }

    fn step(&mut self, clock: Clock, n: u64, look: bool) {
        if let Some(driving) = &self.driving {
            driving.set(self.transient.domain_mut(), clock.start + (n as f64 + 0.5) * clock.step);
        }
        self.transient.advance(self.units.velocity * clock.step, look);
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
        Ok(self.transient.survey().in_si(&self.units))
    }

    fn energy_temperature(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.transient.temperature().to_vec())
    }

    fn ledger(&mut self) -> Result<(Vec<f64>, f64), BackendError> {
        let unit = self.units.capacity();
        Ok((self.transient.entered().iter().map(|heat| heat * unit).collect(), 0.0))
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
