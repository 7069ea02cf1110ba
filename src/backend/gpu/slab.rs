//! The grid in slabs: cut across its slowest axis, so that no buffer outgrows one binding.
//!
//! ```text
//!   ghost | own planes of slab 0 | ghost
//!                          ghost | own planes of slab 1 | ghost
//! ```
//! A slab holds copies of `ghost` planes of its neighbours on both sides. All its arrays are padded alike.

use super::error::GpuError;
use crate::grid::Grid;
use crate::links::Family;
use std::ops::Range;

/// Planes of a slab: workgroups along one dimension of a dispatch, as many as every device allows.
const MOST_PLANES: usize = 65_535;

/// `planes` cut into `number` runs of nearly equal length.
fn even(planes: usize, number: usize) -> Vec<Range<usize>> {
    (0..number).map(|s| s * planes / number..(s + 1) * planes / number).collect()
}

/// The grid, cut.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// The axis it is cut across: the slowest that has more than one cell.
    pub(super) axis: usize,
    /// Planes along that axis.
    pub(super) planes: usize,
    /// Cells of a plane, contiguous in memory.
    pub(super) plane: usize,
    /// Ghost planes on each side of a slab.
    pub(super) ghost: usize,
    /// Whether the ends of the axis are joined.
    pub(super) periodic: bool,
    /// Own planes of each slab.
    pub(super) slabs: Vec<Range<usize>>,
}

impl Cut {
    /// Cuts a grid so that `bytes_per_cell` of the widest array of a slab stay within `max_binding`; with at least so many planes of
    /// `ghosts` where there are several slabs.
    pub(super) fn new(
        grid: &Grid,
        families: &[Family],
        bytes_per_cell: u64,
        max_binding: u64,
        ghosts: usize,
    ) -> Result<Cut, GpuError> {
        let counts = grid.cells();
        let axis = if counts[2] > 1 { 2 } else { 1 };
        let planes = counts[axis];
        let plane: usize = counts[..axis].iter().product();
        let reach = families.iter().map(|f| f.offset[axis].unsigned_abs() as usize).max();
        let plane_bytes = plane as u64 * bytes_per_cell;
        let most = (max_binding / plane_bytes).min(u64::from(u32::MAX) / plane as u64) as usize;
        let mut ghost = reach.unwrap_or(0).max(1);
        if planes + 2 * ghost > most.min(MOST_PLANES) {
            ghost = ghost.max(ghosts);
        }
        if most < 1 + 2 * ghost {
            return Err(GpuError::TooLarge {
                what: format!("a slab of one plane of {plane} cells with its ghosts"),
                needed: plane_bytes * (1 + 2 * ghost as u64),
                available: max_binding,
            });
        }
        let number = planes.div_ceil((most - 2 * ghost).min(MOST_PLANES));
        Ok(Cut { axis, planes, plane, ghost, periodic: grid.periodic[axis], slabs: even(planes, number) })
    }

    /// The same with more slabs; none if every plane is one already.
    pub(super) fn finer(&self) -> Option<Cut> {
        let number = (2 * self.slabs.len()).min(self.planes);
        (number > self.slabs.len()).then(|| Cut { slabs: even(self.planes, number), ..self.clone() })
    }

    /// Cells of a slab with its ghosts.
    pub(super) fn padded(&self, slab: usize) -> usize {
        (self.slabs[slab].len() + 2 * self.ghost) * self.plane
    }

    /// Own cells of a slab within its padded array.
    pub(super) fn own(&self, slab: usize) -> Range<usize> {
        let first = self.ghost * self.plane;
        first..first + self.slabs[slab].len() * self.plane
    }

    /// Own cells of a slab within the grid.
    pub(super) fn cells(&self, slab: usize) -> Range<usize> {
        self.slabs[slab].start * self.plane..self.slabs[slab].end * self.plane
    }

    /// The plane of the grid that a padded plane of a slab shows; none beyond a wall.
    pub(super) fn source(&self, slab: usize, padded_plane: usize) -> Option<usize> {
        let plane = (self.slabs[slab].start + padded_plane) as i64 - self.ghost as i64;
        let planes = self.planes as i64;
        if self.periodic {
            Some(plane.rem_euclid(planes) as usize)
        } else {
            (0..planes).contains(&plane).then_some(plane as usize)
        }
    }

    /// The slab that owns a plane of the grid.
    pub(super) fn owner(&self, plane: usize) -> usize {
        self.slabs.partition_point(|s| s.end <= plane)
    }

    /// A slab's part of an array over the grid, ghosts filled as far as there are cells, else with `beyond`.
    pub(super) fn pad<'a, T: Copy>(&'a self, slab: usize, values: &'a [T], beyond: T) -> impl Iterator<Item = T> + 'a {
        (0..self.slabs[slab].len() + 2 * self.ghost).flat_map(move |p| {
            let from = self.source(slab, p).map(|plane| plane * self.plane);
            (0..self.plane).map(move |k| from.map_or(beyond, |from| values[from + k]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use glam::IVec3;

    fn family(offset: IVec3) -> Family {
        Family { offset, conductance: Vec::new() }
    }

    fn grid(periodic: bool) -> Grid {
        let axis = |n| Axis::uniform(0.0, 1.0, n);
        let mut grid = Grid::three_dimensional(axis(3), axis(2), axis(7));
        grid.periodic[2] = periodic;
        grid
    }

    #[test]
    fn slabs_cover_the_grid_once_and_fit() {
        for periodic in [false, true] {
            let grid = grid(periodic);
            for limit in [6 * 4 * 3, 6 * 4 * 4, 6 * 4 * 5, 6 * 4 * 100] {
                let cut = Cut::new(&grid, &[family(IVec3::Z)], 4, limit, 1).unwrap();
                let covered: Vec<usize> = (0..cut.slabs.len()).flat_map(|s| cut.cells(s)).collect();
                assert_eq!(covered, (0..grid.len()).collect::<Vec<_>>());
                assert!((0..cut.slabs.len()).all(|s| cut.padded(s) as u64 * 4 <= limit));
                assert!((0..7).all(|p| cut.slabs[cut.owner(p)].contains(&p)));
            }
        }
        let error = Cut::new(&grid(false), &[family(IVec3::Z)], 4, 6 * 4 * 2, 1).unwrap_err();
        assert!(matches!(error, GpuError::TooLarge { needed: 72, available: 48, .. }));
    }

    #[test]
    fn ghosts_show_the_neighbouring_planes() {
        let cells: Vec<usize> = (0..42).collect();
        let planes = |grid: &Grid, ghost: i32, slab| {
            let cut = Cut::new(grid, &[family(IVec3::new(1, 0, -ghost))], 4, 6 * 4 * 8, 1).unwrap();
            cut.pad(slab, &cells, 99).step_by(6).map(|c| c / 6).collect::<Vec<_>>()
        };
        assert_eq!(planes(&grid(false), 2, 0), [16, 16, 0, 1, 2, 3, 4]);
        assert_eq!(planes(&grid(false), 2, 1), [1, 2, 3, 4, 5, 6, 16, 16]);
        assert_eq!(planes(&grid(true), 2, 0), [5, 6, 0, 1, 2, 3, 4]);
        assert_eq!(planes(&grid(true), 2, 1), [1, 2, 3, 4, 5, 6, 0, 1]);
    }
}
