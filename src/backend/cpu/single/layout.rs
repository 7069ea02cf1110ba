//! Where a tile has its rows.

use std::ops::Range;

/// Where the rows of one tile are kept between sweeps. Planes of the first sweep's change stay as long as later ones add them. A later
/// sweep leaves plane p where the one before had p - 1, which it reads last, so that what it writes is at hand.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Numbers of a row.
    pub(super) pitch: usize,
    /// Rows of a plane, and the first.
    pub(super) height: usize,
    pub(super) base: usize,
    pub(super) sweeps: usize,
}

impl Layout {
    /// Planes of the first sweep's change.
    pub(super) fn firsts(sweeps: usize) -> usize {
        sweeps.max(3)
    }

    /// Planes of later ones.
    pub(super) fn laters(sweeps: usize) -> usize {
        (2 * sweeps).saturating_sub(2)
    }

    /// Numbers of the rows of a tile for so many sweeps.
    pub(super) fn size(pitch: usize, height: usize, sweeps: usize) -> usize {
        (Layout::firsts(sweeps) + Layout::laters(sweeps)) * height * pitch
    }

    /// Numbers of a plane.
    pub(super) fn area(&self) -> usize {
        self.height * self.pitch
    }

    /// Where a plane is after the first sweep.
    #[inline(always)]
    pub(super) fn first(&self, plane: usize) -> usize {
        plane % Layout::firsts(self.sweeps) * self.area()
    }

    /// Where a plane is after a later one.
    #[inline(always)]
    pub(super) fn later(&self, level: usize, plane: usize) -> Range<usize> {
        let laters = Layout::laters(self.sweeps);
        let at = (plane + laters - level) % laters * self.area();
        at..at + self.area()
    }

    /// Place of a row in its plane.
    #[inline(always)]
    pub(super) fn row(&self, m: usize) -> usize {
        (m - self.base) * self.pitch
    }
}
