//! Sparse matrices of links: a weighted graph Laplacian plus a diagonal.

use super::members::{Members, NONE};
use super::vector::{PIECE, for_pieces, sum_for_pieces};
use crate::grid::Grid;
use glam::IVec3;
use rayon::prelude::*;
use std::sync::Arc;

/// A symmetric positive semi-definite matrix stored as the links of a graph:
/// `(A x)_i = excess_i x_i + sum_j g_ij (x_i - x_j)`, with `g_ij = g_ji > 0` and `excess_i >= 0`.
///
/// Links and excess are kept instead of diagonal and off-diagonal entries because nothing is ever
/// subtracted then: an insulated body has an excess of exactly zero on every level of a multigrid, and the
/// product with a nearly constant vector loses no digits. A row without links and excess (void) is a zero
/// row; products give 0 there and smoothers leave the unknown at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    graph: Arc<Graph>,
    excess: Vec<f64>,
    inverse_diagonal: Vec<f64>,
}

/// The links, row by row.
#[derive(Debug, PartialEq)]
struct Graph {
    starts: Vec<u32>,
    columns: Vec<u32>,
    conductance: Vec<f64>,
}

/// Rows built by one piece of work: entries per row, their columns and conductances, and the excess.
#[derive(Default)]
struct Rows {
    counts: Vec<u32>,
    columns: Vec<u32>,
    conductance: Vec<f64>,
    excess: Vec<f64>,
}

impl Matrix {
    /// The matrix of link families on a grid: in `(offset, conductance)`, `conductance[i]` joins cell `i`
    /// and the cell `offset` away (W/K; 0 or less: no link; links that leave the grid are ignored).
    /// `diagonal` is what each cell has beside its links (walls; W/K).
    ///
    /// # Panics
    /// If an array's length is not the number of cells, or there are 2^32 entries or more.
    pub fn from_families(grid: &Grid, families: &[(IVec3, &[f64])], diagonal: &[f64]) -> Matrix {
        let cells = grid.len();
        assert_eq!(diagonal.len(), cells, "one diagonal entry per cell");
        assert!(families.iter().all(|(_, g)| g.len() == cells), "one conductance per cell");
        let directions = directions(grid, families);
        // Two ways lead to one cell across a short periodic axis alone.
        let joins = grid.periodic.contains(&true);
        let starts_of_pieces: Vec<usize> = (0..cells).step_by(PIECE).collect();
        let pieces: Vec<Rows> = starts_of_pieces
            .par_iter()
            .map(|&first| {
                let range = first..(first + PIECE).min(cells);
                let mut rows = Rows { excess: diagonal[range.clone()].to_vec(), ..Rows::default() };
                rows.columns.reserve(range.len() * directions.len());
                rows.conductance.reserve(range.len() * directions.len());
                let mut cell = grid.cell(first);
                for i in range {
                    let begin = rows.columns.len();
                    for direction in &directions {
                        let Some(j) = direction.neighbour(grid, cell, i) else { continue };
                        let g = direction.conductance[if direction.forward { i } else { j }];
                        if g > 0.0 && i != j {
                            if joins { rows.add(begin, j as u32, g) } else { rows.push(j as u32, g) }
                        }
                    }
                    rows.counts.push((rows.columns.len() - begin) as u32);
                    cell[0] += 1;
                    if cell[0] == grid.cells()[0] {
                        cell = grid.cell(i + 1);
                    }
                }
                rows
            })
            .collect();
        Matrix::from_rows(&pieces)
    }

    /// The matrix of a list of links: both ends and a conductance (links of 0 or less, or to itself, are left out).
    /// `diagonal` is what each row has beside them.
    ///
    /// # Panics
    /// If an end is no row.
    pub fn from_links(links: &[(u32, u32, f64)], diagonal: &[f64]) -> Matrix {
        let mut ends: Vec<(u32, u32, f64)> =
            links.iter().filter(|(a, b, g)| a != b && *g > 0.0).flat_map(|&(a, b, g)| [(a, b, g), (b, a, g)]).collect();
        ends.sort_unstable_by_key(|&(a, b, _)| (a, b));
        let mut rows = Rows { counts: vec![0; diagonal.len()], excess: diagonal.to_vec(), ..Rows::default() };
        let mut last = None;
        for (a, b, g) in ends {
            match rows.conductance.last_mut() {
                Some(joined) if last == Some((a, b)) => *joined += g,
                _ => {
                    rows.push(b, g);
                    rows.counts[a as usize] += 1;
                    last = Some((a, b));
                }
            }
        }
        Matrix::from_rows(&[rows])
    }

    /// The Galerkin matrix of piecewise constants on aggregates: `aggregate[i]` is the coarse row of row
    /// `i`, or [`NONE`] where the coarse space is zero (its links become excess of the coarse rows).
    pub(super) fn coarsen(&self, aggregate: &[u32], members: &Members) -> Matrix {
        let coarse: Vec<usize> = (0..members.len()).step_by(PIECE / 4).collect();
        let pieces: Vec<Rows> = coarse
            .par_iter()
            .map(|&first| {
                let mut rows = Rows::default();
                let mut gathered: Vec<(u32, f64)> = Vec::new();
                for own in first..(first + PIECE / 4).min(members.len()) {
                    let mut excess = 0.0;
                    gathered.clear();
                    for &i in members.of(own) {
                        excess += self.excess[i as usize];
                        for (j, g) in self.links(i as usize) {
                            match aggregate[j] {
                                NONE => excess += g,
                                other if other as usize == own => {}
                                other => gathered.push((other, g)),
                            }
                        }
                    }
                    let begin = rows.columns.len();
                    gathered.sort_unstable_by_key(|&(other, _)| other);
                    for &(other, g) in &gathered {
                        match rows.columns[begin..].last() {
                            Some(&last) if last == other => {
                                *rows.conductance.last_mut().expect("as long as the columns") += g;
                            }
                            _ => rows.push(other, g),
                        }
                    }
                    rows.counts.push((rows.columns.len() - begin) as u32);
                    rows.excess.push(excess);
                }
                rows
            })
            .collect();
        Matrix::from_rows(&pieces)
    }

    /// Joins rows built in pieces.
    fn from_rows(pieces: &[Rows]) -> Matrix {
        let entries: usize = pieces.iter().map(|p| p.columns.len()).sum();
        assert!(u32::try_from(entries).is_ok(), "a matrix has fewer than 2^32 entries");
        let mut starts = vec![0];
        let mut end = 0;
        for count in pieces.iter().flat_map(|p| &p.counts) {
            end += count;
            starts.push(end);
        }
        let columns = pieces.iter().map(|p| p.columns.as_slice()).collect::<Vec<_>>().concat();
        let conductance = pieces.iter().map(|p| p.conductance.as_slice()).collect::<Vec<_>>().concat();
        let excess = pieces.iter().map(|p| p.excess.as_slice()).collect::<Vec<_>>().concat();
        Matrix::new(Arc::new(Graph { starts, columns, conductance }), excess)
    }

    fn new(graph: Arc<Graph>, excess: Vec<f64>) -> Matrix {
        let mut matrix = Matrix { graph, inverse_diagonal: vec![0.0; excess.len()], excess };
        let mut inverse = std::mem::take(&mut matrix.inverse_diagonal);
        for_pieces(&mut inverse, |first, piece| {
            for (k, inverse) in piece.iter_mut().enumerate() {
                let diagonal = matrix.links(first + k).fold(matrix.excess[first + k], |sum, (_, g)| sum + g);
                *inverse = if diagonal > 0.0 { 1.0 / diagonal } else { 0.0 };
            }
        });
        matrix.inverse_diagonal = inverse;
        matrix
    }

    /// The same links with something else on the diagonal beside them, W/K.
    ///
    /// # Panics
    /// If that is not one number per row.
    pub fn with_excess(&self, excess: Vec<f64>) -> Matrix {
        assert_eq!(excess.len(), self.len(), "one number per row");
        Matrix::new(self.graph.clone(), excess)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.excess.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.excess.is_empty()
    }

    /// Stored links; each is stored from both its ends.
    pub fn entries(&self) -> usize {
        self.graph.columns.len()
    }

    /// Row `i` has the entries `starts[i]..starts[i + 1]`.
    pub fn starts(&self) -> &[u32] {
        &self.graph.starts
    }

    /// Column of each entry.
    pub fn columns(&self) -> &[u32] {
        &self.graph.columns
    }

    /// Conductance of each entry, W/K.
    pub fn conductance(&self) -> &[f64] {
        &self.graph.conductance
    }

    /// What each row has on the diagonal beside its links, W/K.
    pub fn excess(&self) -> &[f64] {
        &self.excess
    }

    /// Inverse of the diagonal, K/W; 0 in a zero row.
    pub fn inverse_diagonal(&self) -> &[f64] {
        &self.inverse_diagonal
    }

    /// Links of a row: other end and conductance.
    #[inline]
    pub fn links(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let Graph { starts, columns, conductance } = &*self.graph;
        let range = starts[row] as usize..starts[row + 1] as usize;
        columns[range.clone()].iter().zip(&conductance[range]).map(|(&j, &g)| (j as usize, g))
    }

    /// `(A x)_i`.
    #[inline]
    pub(super) fn product_at(&self, row: usize, x: &[f64]) -> f64 {
        let own = x[row];
        self.links(row).fold(self.excess[row] * own, |sum, (j, g)| sum + g * (own - x[j]))
    }

    /// `(|A| |x|)_i`.
    #[inline]
    pub(super) fn magnitude_at(&self, row: usize, x: &[f64]) -> f64 {
        let own = x[row].abs();
        self.links(row).fold(self.excess[row] * own, |sum, (j, g)| sum + g * (own + x[j].abs()))
    }

    /// `y = A x`.
    pub fn multiply(&self, x: &[f64], y: &mut [f64]) {
        for_pieces(y, |first, piece| {
            for (k, y) in piece.iter_mut().enumerate() {
                *y = self.product_at(first + k, x);
            }
        });
    }

    /// `y = A x`, and the sums of `f(i, y_i)`.
    pub(super) fn multiply_and_sum<const N: usize>(
        &self,
        x: &[f64],
        y: &mut [f64],
        f: impl Fn(usize, f64) -> [f64; N] + Sync,
    ) -> [f64; N] {
        sum_for_pieces(y, |first, piece| {
            let mut sums = [0.0; N];
            for (k, y) in piece.iter_mut().enumerate() {
                *y = self.product_at(first + k, x);
                sums.iter_mut().zip(f(first + k, *y)).for_each(|(sum, term)| *sum += term);
            }
            sums
        })
    }

    /// `r = b - A x`.
    pub fn residual(&self, b: &[f64], x: &[f64], r: &mut [f64]) {
        for_pieces(r, |first, piece| {
            for (k, r) in piece.iter_mut().enumerate() {
                *r = b[first + k] - self.product_at(first + k, x);
            }
        });
    }
}

impl Rows {
    fn push(&mut self, column: u32, g: f64) {
        self.columns.push(column);
        self.conductance.push(g);
    }

    /// Adds a link to the row that began at `begin`; two links to one cell (a short periodic axis) join.
    fn add(&mut self, begin: usize, column: u32, g: f64) {
        match self.columns[begin..].iter().position(|&c| c == column) {
            Some(k) => self.conductance[begin + k] += g,
            None => self.push(column, g),
        }
    }
}

/// One of the ways out of a cell.
struct Direction<'a> {
    offset: IVec3,
    forward: bool,
    conductance: &'a [f64],
    stride: isize,
}

impl Direction<'_> {
    /// Index of the neighbour of cell `i`.
    #[inline]
    fn neighbour(&self, grid: &Grid, cell: [usize; 3], i: usize) -> Option<usize> {
        let counts = grid.cells();
        let inside = (0..3).all(|a| cell[a].wrapping_add_signed(self.offset[a] as isize) < counts[a]);
        if inside {
            return i.checked_add_signed(self.stride);
        }
        grid.neighbour(cell, self.offset).map(|cell| grid.index(cell))
    }
}

/// Backward directions from the last family, then forward ones from the first: with the usual families
/// the columns rise.
fn directions<'a>(grid: &Grid, families: &[(IVec3, &'a [f64])]) -> Vec<Direction<'a>> {
    let [nx, ny, _] = grid.cells();
    let direction = |offset: IVec3, forward, conductance| {
        let stride = offset.x as isize + nx as isize * (offset.y as isize + ny as isize * offset.z as isize);
        Direction { offset, forward, conductance, stride }
    };
    let backward = families.iter().rev().map(|&(offset, g)| direction(-offset, false, g));
    backward.chain(families.iter().map(|&(offset, g)| direction(offset, true, g))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    fn grid(cells: [usize; 3], periodic: [bool; 3]) -> Grid {
        let [x, y, z] = cells.map(|n| Axis::uniform(0.0, 1.0, n));
        let mut grid = Grid::three_dimensional(x, y, z);
        grid.periodic = periodic;
        grid
    }

    /// Conductances that differ everywhere, a third of them 0.
    fn conductance(n: usize, seed: usize) -> Vec<f64> {
        (0..n).map(|i| if (i + seed).is_multiple_of(3) { 0.0 } else { 1.0 + ((i * 7 + seed) % 11) as f64 }).collect()
    }

    /// What the families say, written down link by link.
    fn by_definition(grid: &Grid, families: &[(IVec3, &[f64])], diagonal: &[f64], x: &[f64]) -> Vec<f64> {
        let mut y: Vec<f64> = diagonal.iter().zip(x).map(|(d, x)| d * x).collect();
        for &(offset, g) in families {
            for i in 0..grid.len() {
                if let Some(j) = grid.neighbour(grid.cell(i), offset).map(|c| grid.index(c)) {
                    y[i] += g[i] * (x[i] - x[j]);
                    y[j] += g[i] * (x[j] - x[i]);
                }
            }
        }
        y
    }

    #[test]
    fn the_matrix_is_what_the_families_say_also_across_short_periodic_axes_and_with_oblique_links() {
        for (cells, periodic) in [([5, 4, 3], [false; 3]), ([2, 1, 7], [true; 3]), ([40, 30, 20], [true, false, true])]
        {
            let grid = grid(cells, periodic);
            let n = grid.len();
            let offsets = [IVec3::X, IVec3::Y, IVec3::Z, IVec3::new(1, -1, 0), IVec3::new(2, 1, 0)];
            let arrays: Vec<Vec<f64>> = (0..offsets.len()).map(|s| conductance(n, s)).collect();
            let families: Vec<(IVec3, &[f64])> = offsets.into_iter().zip(arrays.iter().map(Vec::as_slice)).collect();
            let diagonal: Vec<f64> = (0..n).map(|i| (i % 5) as f64).collect();
            let x: Vec<f64> = (0..n).map(|i| (i as f64 * 1.7).sin()).collect();
            let matrix = Matrix::from_families(&grid, &families, &diagonal);
            let mut y = vec![0.0; n];
            matrix.multiply(&x, &mut y);
            let expected = by_definition(&grid, &families, &diagonal, &x);
            assert!(y.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-11), "{cells:?} {periodic:?}");
        }
    }

    #[test]
    fn the_coarse_matrix_is_the_galerkin_product() {
        let grid = grid([7, 6, 5], [false; 3]);
        let n = grid.len();
        let (gx, gy) = (conductance(n, 0), conductance(n, 1));
        let diagonal: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
        let matrix = Matrix::from_families(&grid, &[(IVec3::X, &gx), (IVec3::Y, &gy)], &diagonal);
        let aggregate: Vec<u32> = (0..n).map(|i| if i % 13 == 0 { NONE } else { (i / 6) as u32 }).collect();
        let members = Members::new(&aggregate, n / 6);
        let coarse = matrix.coarsen(&aggregate, &members);
        let x: Vec<f64> = (0..n / 6).map(|a| (a as f64).cos()).collect();
        let spread: Vec<f64> = aggregate.iter().map(|&a| x.get(a as usize).copied().unwrap_or(0.0)).collect();
        let (mut fine, mut expected, mut y) = (vec![0.0; n], vec![0.0; n / 6], vec![0.0; n / 6]);
        matrix.multiply(&spread, &mut fine);
        members.restrict(&mut expected, |i| fine[i]);
        coarse.multiply(&x, &mut y);
        assert!(y.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-11));
    }
}
