//! A box cut into elements along its axes: picture elements, entries of an array.

use crate::grid::Grid;
use glam::DVec3;

/// Elements of a box; numbered with x fastest, then y, then z, each from its low end.
#[derive(Debug, Clone, PartialEq)]
pub struct Lattice {
    edges: [Vec<f64>; 3],
}

impl Lattice {
    /// Elements of one size between two corners, m. An axis with one element may be unbounded.
    pub fn uniform(low: DVec3, high: DVec3, size: [usize; 3]) -> Lattice {
        let edges = [0, 1, 2].map(|a| {
            let step = (high[a] - low[a]) / size[a] as f64;
            let inner = (1..size[a]).map(|n| low[a] + step * n as f64);
            std::iter::once(low[a]).chain(inner).chain([high[a]]).collect()
        });
        Lattice { edges }
    }

    /// The cells of a grid; in 2D unbounded along z.
    pub fn of(grid: &Grid) -> Lattice {
        let edges = [0, 1, 2].map(|a| match a {
            2 if grid.dimensions() == 2 => vec![f64::NEG_INFINITY, f64::INFINITY],
            _ => grid.axis(a).edges().to_vec(),
        });
        Lattice { edges }
    }

    /// The same with one element along z, from end to end.
    pub fn flat(self) -> Lattice {
        let [x, y, z] = self.edges;
        Lattice { edges: [x, y, vec![z[0], z[z.len() - 1]]] }
    }

    /// Elements along x, y, z.
    pub fn size(&self) -> [usize; 3] {
        self.edges.each_ref().map(|e| e.len() - 1)
    }

    /// Low corner, m.
    pub fn low(&self) -> DVec3 {
        DVec3::from_array(self.edges.each_ref().map(|e| e[0]))
    }

    /// High corner, m.
    pub fn high(&self) -> DVec3 {
        DVec3::from_array(self.edges.each_ref().map(|e| e[e.len() - 1]))
    }

    /// The element that a point lies in; low edges belong to it. None outside the box.
    pub fn element(&self, p: DVec3) -> Option<usize> {
        (p.cmpge(self.low()).all() && p.cmplt(self.high()).all()).then(|| self.nearest(p))
    }

    /// The element that a point lies in, or of those at the box's faces the nearest.
    pub fn nearest(&self, p: DVec3) -> usize {
        let [x, y, z] = [0, 1, 2].map(|a| {
            let edges = &self.edges[a];
            edges.partition_point(|e| *e <= p[a]).clamp(1, edges.len() - 1) - 1
        });
        let [nx, ny, _] = self.size();
        x + nx * (y + ny * z)
    }

    /// Part of the box that those elements take for which `is` holds; along an unbounded axis all count alike.
    pub fn part(&self, is: impl Fn(usize) -> bool) -> f64 {
        let size = self.size();
        let part = |a: usize, n: usize| match self.edges[a][size[a]] - self.edges[a][0] {
            length if length.is_finite() => (self.edges[a][n + 1] - self.edges[a][n]) / length,
            _ => 1.0 / size[a] as f64,
        };
        let mut sum = 0.0;
        for z in 0..size[2] {
            for y in 0..size[1] {
                let row = size[0] * (y + size[1] * z);
                let along: f64 = (0..size[0]).filter(|x| is(row + x)).map(|x| part(0, x)).sum();
                sum += along * part(1, y) * part(2, z);
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    #[test]
    fn elements_are_half_open_and_a_single_layer_reaches_through() {
        let low = DVec3::new(1.0, 2.0, f64::NEG_INFINITY);
        let high = DVec3::new(3.0, 4.0, f64::INFINITY);
        let lattice = Lattice::uniform(low, high, [2, 2, 1]);
        let at = |x, y| lattice.element(DVec3::new(x, y, 7.0));
        assert_eq!([at(1.0, 2.0), at(2.0, 2.0), at(2.0, 3.0), at(1.9, 3.9)], [Some(0), Some(1), Some(3), Some(2)]);
        assert_eq!([at(3.0, 3.0), at(0.9, 2.0)], [None; 2]);
        assert_eq!((lattice.nearest(DVec3::new(9.0, 2.5, 0.0)), lattice.part(|n| n == 3)), (1, 0.25));
    }

    #[test]
    fn cells_of_a_graded_grid_are_found_at_their_centres() {
        let axis = || Axis::from_edges(vec![0.0, 0.1, 0.4, 1.0]);
        let grid = Grid::three_dimensional(axis(), axis(), axis());
        let lattice = Lattice::of(&grid);
        assert!((0..grid.len()).all(|i| lattice.element(grid.centre(grid.cell(i))) == Some(i)));
        assert!((lattice.part(|n| n == 0) - 1e-3).abs() < 1e-12);
        assert_eq!(lattice.flat().size(), [3, 3, 1]);
    }
}
