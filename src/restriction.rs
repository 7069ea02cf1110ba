//! From a grid to a coarser one over the same box.

use crate::grid::{Axis, Grid};
use crate::problem::{Problem, VOID};
use rayon::prelude::*;

/// How the cells of two grids share their volumes.
pub struct Restriction<'a> {
    fine: &'a Grid,
    coarse: &'a Grid,
    /// Along each axis, for every coarse cell.
    shared: [Vec<Vec<Shared>>; 3],
}

/// What a fine cell shares with a coarse one along an axis.
#[derive(Clone, Copy)]
struct Shared {
    fine: usize,
    /// m.
    length: f64,
    /// Of the fine cell's width.
    part: f64,
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

    /// Means of a field over the coarse cells; no number where one of the fine cells has none.
    pub fn means(&self, field: &[f64]) -> Vec<f64> {
        let integrals = self.gather(|fine, volume, _| [field[fine] * volume]);
        integrals.into_iter().zip(self.coarse.volumes()).map(|([sum], volume)| sum / volume).collect()
    }

    /// Coarse cells that hold something else than they are painted with: another material or region, or void. Their means are of several bodies, which may be far
    /// apart, and tell nothing of an error. None where most solid cells are such.
    pub fn mixed(&self, fine: &Problem, coarse: &Problem) -> Vec<bool> {
        let one =
            |p: &Problem| p.material.iter().all(|m| *m == p.material[0]) && p.region.iter().all(|r| *r == p.region[0]);
        if one(fine) && one(coarse) {
            return vec![false; self.coarse.len()];
        }
        // A number for each kind of cell, so that only cells of one kind have no variance.
        let mark = |p: &Problem, i: usize| {
            let kind =
                f64::from(p.material[i]) * 0.618_033_988_749_895 + f64::from(p.region[i]) * 0.414_213_562_373_095;
            1.0 + kind.fract()
        };
        let sums = self.gather(|cell, volume, _| {
            let mark = mark(fine, cell);
            [volume, volume * mark, volume * mark * mark]
        });
        let is_mixed = |(cell, [volume, first, second]): (usize, [f64; 3])| {
            let mark = mark(coarse, cell);
            second - 2.0 * mark * first + mark * mark * volume > 1e-12 * volume
        };
        let mixed: Vec<bool> = sums.into_iter().enumerate().map(is_mixed).collect();
        let solid = || mixed.iter().zip(&coarse.material).filter(|(_, m)| **m != VOID);
        let most = 2 * solid().filter(|(mixed, _)| **mixed).count() > solid().count();
        if most { vec![false; mixed.len()] } else { mixed }
    }

    /// Sums over the fine cells that share each coarse one, of what is told of the fine cell, the volume that they share (m3), and which part
    /// of the fine cell that is.
    pub fn gather<const N: usize>(&self, each: impl Fn(usize, f64, f64) -> [f64; N] + Sync) -> Vec<[f64; N]> {
        let [x, y, z] = &self.shared;
        let [n, ny, _] = self.coarse.cells();
        let mut sums = vec![[0.0; N]; self.coarse.len()];
        // Fine rows are gone along from end to end.
        sums.par_chunks_mut(n).enumerate().with_min_len(1024_usize.div_ceil(n)).for_each(|(row, sums)| {
            // Fresh memory that is read before it is written is mapped twice.
            sums.fill([0.0; N]);
            for z in &z[row / ny] {
                for y in &y[row % ny] {
                    let (area, part) = (y.length * z.length, y.part * z.part);
                    let first = self.fine.index([0, y.fine, z.fine]);
                    for (sums, x) in sums.iter_mut().zip(x) {
                        for x in x {
                            let told = each(first + x.fine, x.length * area, x.part * part);
                            sums.iter_mut().zip(told).for_each(|(sum, told)| *sum += told);
                        }
                    }
                }
            }
        });
        sums
    }
}

fn overlaps(fine: &Axis, coarse: &Axis) -> Vec<Vec<Shared>> {
    let mut first = 0;
    let of = |c: usize| {
        let (low, high) = (coarse.edges()[c], coarse.edges()[c + 1]);
        let negligible = 1e-9 * (high - low);
        while first + 1 < fine.cells() && fine.edges()[first + 1] - low <= negligible {
            first += 1;
        }
        let cells = (first..fine.cells()).take_while(|&f| fine.edges()[f] < high);
        let shared = |f: usize| {
            let length = fine.edges()[f + 1].min(high) - fine.edges()[f].max(low);
            Shared { fine: f, length, part: length / fine.widths()[f] }
        };
        cells.map(shared).filter(|shared| shared.length > negligible).collect()
    };
    (0..coarse.cells()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    /// Two bodies that meet within a coarse cell, or where two meet; a hole within one.
    #[test]
    fn cells_of_several_bodies_are_told() {
        let problem = |cells: usize, edge: f64| {
            let text = format!(
                "[grid]\nsize = [1, 1]\ncells = [{cells}, 1]\nmaterial = \"copper\"\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n\
                 [[region]]\nname = \"a\"\nmaterial = \"copper\"\nbox = [[0, 0], [{edge}, 1]]\n\
                 [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.9375, 0], [1, 1]]\n"
            );
            Scenario::parse(&text, "two.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}")).problem
        };
        let mixed = |edge: f64| {
            let (fine, coarse) = (problem(16, edge), problem(8, edge));
            Restriction::new(&fine.grid, &coarse.grid).mixed(&fine, &coarse)
        };
        assert_eq!(mixed(0.25), [false, false, false, false, false, false, false, true]);
        assert_eq!(mixed(0.3125), [false, false, true, false, false, false, false, true]);
    }

    #[test]
    fn means_and_sums_follow_the_volumes_shared() {
        let grid =
            |x: &[f64]| Grid::two_dimensional(Axis::from_edges(x.to_vec()), Axis::from_edges(vec![0.0, 2.0]), 1.0);
        let (fine, coarse) = (grid(&[0.0, 1.0, 2.0, 3.0]), grid(&[0.0, 1.5, 3.0]));
        let restriction = Restriction::new(&fine, &coarse);
        assert_eq!(restriction.gather(|fine, _, part| [[1.0, 4.0, 2.0][fine] * part]), [[3.0], [4.0]]);
        assert_eq!(restriction.means(&[1.0, 4.0, 7.0]), [2.0, 6.0]);
        assert!(restriction.means(&[1.0, 4.0, f64::NAN])[1].is_nan());
        assert_eq!(restriction.ratio(), 1.5);
    }
}
