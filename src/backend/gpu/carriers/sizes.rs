//! How many numbers each buffer of carriers holds.

use super::layout::Layout;

impl Layout {
    /// Where what mirrors are hit by begins among the hits.
    pub(super) fn mirror_hits(&self) -> usize {
        2 * self.parts * self.bands * self.walls.len()
    }

    pub(super) fn means(&self) -> usize {
        self.parts * self.summed() * 2 * self.axes.len() * self.cells
    }

    /// Bands that are summed up apart from each other.
    fn summed(&self) -> usize {
        if self.far.is_some() { self.bands } else { 1 }
    }

    /// Numbers of each kind of buffer.
    pub fn sums(&self) -> usize {
        self.means() + self.parts * self.summed() * self.cells
    }

    pub fn hits(&self) -> usize {
        self.mirror_hits() + self.bands * self.directions() * self.slots
    }

    pub fn faces(&self) -> usize {
        match self.far {
            None => self.axes.len() * self.cells + self.walls.len(),
            Some(_) => self.bands * (2 * self.axes.len() * self.cells + self.walls.len()),
        }
    }

    pub fn goals(&self) -> usize {
        if self.far.is_some() { 4 * self.bands * self.cells } else { 0 }
    }

    pub fn entrances(&self) -> usize {
        self.bands * (self.walls.len() + self.directions() * self.slots)
    }

    pub fn tally(&self) -> usize {
        (2 + self.parts) * self.walls.len()
    }

    pub fn looks(&self) -> usize {
        (self.axes.len() * self.cells + 4 * self.walls.len()).max(4 * self.cells)
    }

    /// Bytes of everything on the device.
    pub fn bytes(&self) -> u64 {
        let state = (self.slabs.len() + 1) * self.longest() * self.cells;
        let others = self.sums()
            + self.hits()
            + self.faces()
            + 2 * self.entrances()
            + self.tally()
            + self.looks()
            + self.goals();
        let of_cells = if self.is_driven() { 9 } else { 6 };
        4 * (state + others + of_cells * self.cells + 16 * self.walls.len()) as u64
    }
}
