//! Single directions of the carriers on their way.

use super::Transient;
use crate::kinetic::distribution::Distribution;

impl Transient {
    /// What every direction carries in these cells.
    pub fn distribution(&self, cells: &[usize]) -> Distribution {
        let n = self.domain.grid.len();
        Distribution::new(&self.domain, &self.ordinates, cells, |k, band, i| {
            let row = band * self.followed.len() + self.place[i];
            self.carried(band, cells[k], self.state[row * n + cells[k]], self.step)
        })
    }
}
