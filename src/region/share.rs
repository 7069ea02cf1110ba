//! How much of each cell lies in a shape.

use super::Shape;
use crate::grid::Grid;

/// A cell and the part of its volume that a shape takes, above 0 and up to 1.
pub type Share = (usize, f64);

impl Shape {
    /// Cells that the shape shares in rising order: of a box by exact overlap, so that no power moves and no mean is shifted by where
    /// the cells' edges lie; of any other shape whole cells, those whose centre lies in it.
    pub fn shares(&self, grid: &Grid) -> Vec<Share> {
        let Shape::Box { low, high } = self else {
            return self.cells(grid).into_iter().map(|cell| (cell, 1.0)).collect();
        };
        let [xs, ys, zs] = [0, 1, 2].map(|a| match a {
            2 if grid.dimensions() == 2 => vec![(0, 1.0)],
            _ => overlaps(grid, a, low[a], high[a]),
        });
        let mut shares = Vec::with_capacity(xs.len() * ys.len() * zs.len());
        for &(z, pz) in &zs {
            for &(y, py) in &ys {
                shares.extend(xs.iter().map(|&(x, px)| (grid.index([x, y, z]), px * py * pz)));
            }
        }
        shares
    }
}

/// Cells along an axis that reach into an interval, with the part of each. Parts within rounding of none or all are that.
fn overlaps(grid: &Grid, axis: usize, low: f64, high: f64) -> Vec<(usize, f64)> {
    const ROUNDING: f64 = 1e-6;
    let axis = grid.axis(axis);
    let part = |(n, edges): (usize, &[f64])| {
        let part = (high.min(edges[1]) - low.max(edges[0])) / (edges[1] - edges[0]);
        let part = if part > 1.0 - ROUNDING { 1.0 } else { part };
        (part > ROUNDING).then_some((n, part))
    };
    axis.edges().windows(2).enumerate().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use glam::DVec3;

    #[test]
    fn shares_of_boxes_that_tile_the_grid_add_up_to_every_cell() {
        let axis = || Axis::from_edges(vec![0.0, 0.1, 0.25, 0.6, 1.0]);
        let grid = Grid::three_dimensional(axis(), axis(), axis());
        let cuts = [0.0, 0.13, 0.25, 0.77, 1.0];
        let mut taken = vec![0.0; grid.len()];
        for z in cuts.windows(2) {
            for y in cuts.windows(2) {
                for x in cuts.windows(2) {
                    let shape = Shape::Box { low: DVec3::new(x[0], y[0], z[0]), high: DVec3::new(x[1], y[1], z[1]) };
                    let shares = shape.shares(&grid);
                    let volume: f64 = shares.iter().map(|&(c, part)| part * grid.volume(grid.cell(c))).sum();
                    let exact = (x[1] - x[0]) * (y[1] - y[0]) * (z[1] - z[0]);
                    assert!((volume / exact - 1.0).abs() < 1e-12, "{volume} for {exact}");
                    assert!(shares.windows(2).all(|w| w[0].0 < w[1].0));
                    shares.into_iter().for_each(|(c, part)| taken[c] += part);
                }
            }
        }
        assert!(taken.iter().all(|t| (t - 1.0).abs() < 1e-12), "{taken:?}");
    }
}
