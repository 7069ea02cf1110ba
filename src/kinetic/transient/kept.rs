//! Carriers as numbers in a row, to go on from bit for bit.

use super::Transient;
use crate::kinetic::domain::Law;

impl Transient {
    /// All that the way to come depends on, and what was summed up.
    pub fn kept(&mut self) -> Vec<f64> {
        let mut all = vec![self.step, self.heated];
        self.arrays().into_iter().for_each(|array| all.extend_from_slice(array));
        all.extend(self.domain.walls.iter().map(|w| if let Law::Thermal(t) = w.law { t } else { 0.0 }));
        all
    }

    /// Goes on from what was kept; `false` if that was of other carriers.
    pub fn restore(&mut self, kept: &[f64]) -> bool {
        let walls = self.domain.walls.len();
        let count = 2 + self.arrays().iter().map(|a| a.len()).sum::<usize>() + walls;
        if kept.len() != count {
            return false;
        }
        (self.step, self.heated) = (kept[0], kept[1]);
        let mut rest = &kept[2..];
        for array in self.arrays() {
            let (own, others) = rest.split_at(array.len());
            array.copy_from_slice(own);
            rest = others;
        }
        // walls and sources as they were driven last: what is stored belongs to them
        for (wall, t) in self.domain.walls.iter_mut().zip(rest) {
            if let Law::Thermal(given) = &mut wall.law {
                *given = *t;
            }
        }
        self.heating = super::heating(&self.domain);
        self.drive();
        true
    }

    fn arrays(&mut self) -> Vec<&mut Vec<f64>> {
        let mut all = vec![&mut self.state, &mut self.temperature, &mut self.entered, &mut self.domain.source];
        all.extend(self.mean.iter_mut());
        for state in self.walls.iter_mut().chain(&mut self.before) {
            all.extend([&mut state.emission, &mut state.inflow]);
        }
        all
    }
}
