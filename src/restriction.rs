//! From a grid to a coarser one over the same box.

use crate::grid::{Axis, Grid};
use rayon::prelude::*;

/// How the cells of two grids share their volumes.
pub struct Restriction<'a> {
    fine: &'a Grid,
    coarse: &'a Grid,
    /// Along each axis: for every coarse cell the fine ones that share it, and how much of it, m.
    shared: [Vec<Vec<(usize, f64)>>; 3],
}

impl<'a> Restriction<'a> {
    /// Between two grids.
    pub fn new(fine: &'a Grid, coarse: &'a Grid) -> Restriction<'a> {
        Restriction { fine, coarse, shared: [0, 1, 2].map(|a| overlaps(fine.axis(a), coarse.axis(a))) }
    }

    /// How much wider the coarse cells are, by the numbers of cells of the axes that differ.
    pub fn ratio(&self) -> f64 {
        let cells = |grid: &Grid, a: usize| grid.axis(a).cells() as f64;
        let ratios = (0..3).map(|a| cells(self.fine, a) / cells(self.coarse, a)).filter(|r| *r > 1.0);
        let ratios: Vec<f64> = ratios.collect();
        ratios.iter().product::<f64>().powf(1.0 / ratios.len().max(1) as f64)
    }

    /// What each coarse cell holds of an amount that is spread evenly over every fine cell.
    pub fn sums(&self, amount: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
        let sum = |coarse: usize| {
            let mut sum = 0.0;
            self.each(coarse, |fine, shared| sum += amount(fine) * shared / self.fine.volume(self.fine.cell(fine)));
            sum
        };
        (0..self.coarse.len()).into_par_iter().with_min_len(1024).map(sum).collect()
    }

    /// Means of a field over the coarse cells; no number where one of the fine cells has none.
    pub fn means(&self, field: &[f64]) -> Vec<f64> {
        let mut means = self.sums(|fine| field[fine] * self.fine.volume(self.fine.cell(fine)));
        means.iter_mut().enumerate().for_each(|(c, sum)| *sum /= self.coarse.volume(self.coarse.cell(c)));
        means
    }

    /// The fine cells that share a coarse one, with the volume that they share, m3.
    fn each(&self, coarse: usize, mut with: impl FnMut(usize, f64)) {
        let [cx, cy, cz] = self.coarse.cell(coarse);
        let [x, y, z] = &self.shared;
        for &(z, depth) in &z[cz] {
            for &(y, height) in &y[cy] {
                for &(x, width) in &x[cx] {
                    with(self.fine.index([x, y, z]), width * height * depth);
                }
            }
        }
    }
}

fn overlaps(fine: &Axis, coarse: &Axis) -> Vec<Vec<(usize, f64)>> {
    let mut first = 0;
    let of = |c: usize| {
        let (low, high) = (coarse.edges()[c], coarse.edges()[c + 1]);
        let negligible = 1e-9 * (high - low);
        while first + 1 < fine.cells() && fine.edges()[first + 1] - low <= negligible {
            first += 1;
        }
        let cells = (first..fine.cells()).take_while(|&f| fine.edges()[f] < high);
        let part = |f: usize| (f, fine.edges()[f + 1].min(high) - fine.edges()[f].max(low));
        cells.map(part).filter(|(_, part)| *part > negligible).collect()
    };
    (0..coarse.cells()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_sums_follow_the_volumes_shared() {
        let grid =
            |x: &[f64]| Grid::two_dimensional(Axis::from_edges(x.to_vec()), Axis::from_edges(vec![0.0, 2.0]), 1.0);
        let (fine, coarse) = (grid(&[0.0, 1.0, 2.0, 3.0]), grid(&[0.0, 1.5, 3.0]));
        let restriction = Restriction::new(&fine, &coarse);
        assert_eq!(restriction.sums(|fine| [1.0, 4.0, 2.0][fine]), [3.0, 4.0]);
        assert_eq!(restriction.means(&[1.0, 4.0, 7.0]), [2.0, 6.0]);
        assert!(restriction.means(&[1.0, 4.0, f64::NAN])[1].is_nan());
        assert_eq!(restriction.ratio(), 1.5);
    }
}
