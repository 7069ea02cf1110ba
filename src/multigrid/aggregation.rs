//! Aggregates of strongly linked rows, by repeated pairing.

use super::matrix::Matrix;
use super::members::{Members, NONE};
use super::quality;

/// What aggregates may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// Most rounds of pairing.
    pub rounds: u32,
    /// No further round once there are so many times fewer aggregates than rows.
    pub ratio: f64,
    /// Bound on the quality of an aggregate.
    pub quality: f64,
}

/// Pairs rows, then pairs of rows, and so on, each with the partner that promises the best quality among
/// those that keep the bound. Returns the aggregate of each row ([`NONE`]: the smoother alone
/// is enough for it) and the members of each aggregate.
pub(super) fn aggregate(matrix: &Matrix, rule: Rule) -> (Vec<u32>, Members) {
    let mut groups = Groups::singles(matrix, rule.quality);
    let rows = groups.members.len() as f64;
    for _ in 0..rule.rounds {
        groups = groups.paired(matrix, rule.quality);
        if groups.members.len() as f64 * rule.ratio <= rows {
            break;
        }
    }
    (groups.of_row, groups.members)
}

/// A partition of the rows, in the making.
struct Groups {
    of_row: Vec<u32>,
    members: Members,
    /// Diagonal of the Galerkin matrix.
    diagonal: Vec<f64>,
    /// Its excess.
    excess: Vec<f64>,
}

/// The groups of the next round: which of the old ones each unites.
#[derive(Default)]
struct Unions {
    /// New group of each old one.
    of_group: Vec<u32>,
    /// The first old groups of each new one, the unused places [`NONE`]; there are more only if no bound
    /// is set, when nobody asks.
    parts: Vec<[u32; 3]>,
    diagonal: Vec<f64>,
    excess: Vec<f64>,
}

impl Unions {
    fn begin(&mut self, groups: &Groups, own: usize) {
        self.of_group[own] = self.parts.len() as u32;
        self.parts.push([own as u32, NONE, NONE]);
        self.diagonal.push(groups.diagonal[own]);
        self.excess.push(groups.excess[own]);
    }

    /// Adds an old group that is linked to the new one by `g`.
    fn extend(&mut self, groups: &Groups, union: usize, other: usize, g: f64) {
        if let Some(place) = self.parts[union].iter_mut().find(|p| **p == NONE) {
            *place = other as u32;
        }
        self.of_group[other] = union as u32;
        self.diagonal[union] += groups.diagonal[other] - 2.0 * g;
        self.excess[union] += groups.excess[other];
    }
}

impl Groups {
    /// Each row alone. Rows held so firmly by their excess that zero itself keeps half the bound stay out, as do
    /// zero rows.
    fn singles(matrix: &Matrix, bound: f64) -> Groups {
        let mut of_row = vec![NONE; matrix.len()];
        let mut count = 0;
        let (mut diagonal, mut excess) = (Vec::new(), Vec::new());
        for (row, group) in of_row.iter_mut().enumerate() {
            let inverse = matrix.inverse_diagonal()[row];
            if inverse > 0.0 && matrix.excess()[row] * inverse * bound < 2.0 {
                *group = count;
                count += 1;
                diagonal.push(1.0 / inverse);
                excess.push(matrix.excess()[row]);
            }
        }
        let members = Members::new(&of_row, count as usize);
        Groups { of_row, members, diagonal, excess }
    }

    /// One round of pairing, in the order of the groups; then those left alone join a pair next to them if
    /// the bound allows.
    fn paired(&self, matrix: &Matrix, bound: f64) -> Groups {
        let groups = self.members.len();
        let mut unions = Unions { of_group: vec![NONE; groups], ..Unions::default() };
        let mut near: Vec<Candidate> = Vec::new();
        let mut rows: Vec<u32> = Vec::new();
        let mut alone: Vec<u32> = Vec::new();
        for own in 0..groups {
            if unions.of_group[own] != NONE {
                continue;
            }
            self.neighbours(matrix, own, &mut near, |other| (unions.of_group[other] == NONE).then_some(other));
            for c in &mut near {
                c.judge([self.diagonal[own], self.diagonal[c.index]], [self.excess[own], self.excess[c.index]]);
            }
            unions.begin(self, own);
            while let Some(c) = take_best(&mut near) {
                // Of single rows what is promised is what is kept.
                let single = [own, c.index].iter().all(|&group| self.members.of(group).len() == 1);
                let kept = single && c.promised <= bound;
                if kept || !single && self.allows(matrix, bound, &[own as u32, c.index as u32], &mut rows) {
                    unions.extend(self, unions.parts.len() - 1, c.index, c.conductance);
                    break;
                }
            }
            if unions.parts[unions.parts.len() - 1][1] == NONE {
                alone.push(own as u32);
            }
        }
        let mut emptied = vec![false; unions.parts.len()];
        for own in alone.into_iter().map(|own| own as usize) {
            let from = unions.of_group[own] as usize;
            self.neighbours(matrix, own, &mut near, |other| {
                let union = unions.of_group[other] as usize;
                let [_, second, third] = unions.parts[union];
                (second != NONE && (third == NONE || bound.is_infinite())).then_some(union)
            });
            for c in &mut near {
                c.judge([self.diagonal[own], unions.diagonal[c.index]], [self.excess[own], unions.excess[c.index]]);
            }
            while let Some(c) = take_best(&mut near) {
                let [a, b, _] = unions.parts[c.index];
                if self.allows(matrix, bound, &[a, b, own as u32], &mut rows) {
                    unions.extend(self, c.index, own, c.conductance);
                    emptied[from] = true;
                    break;
                }
            }
        }
        self.united(unions, &emptied)
    }

    /// The partition after a round; unions that gave their only part away vanish.
    fn united(&self, unions: Unions, emptied: &[bool]) -> Groups {
        let mut number = vec![NONE; emptied.len()];
        let (mut diagonal, mut excess) = (Vec::new(), Vec::new());
        for union in (0..emptied.len()).filter(|&u| !emptied[u]) {
            number[union] = diagonal.len() as u32;
            diagonal.push(unions.diagonal[union]);
            excess.push(unions.excess[union]);
        }
        let new = |&group: &u32| match group {
            NONE => NONE,
            group => number[unions.of_group[group as usize] as usize],
        };
        let of_row: Vec<u32> = self.of_row.iter().map(new).collect();
        let members = Members::new(&of_row, diagonal.len());
        Groups { of_row, members, diagonal, excess }
    }

    /// Whether groups may be united.
    fn allows(&self, matrix: &Matrix, bound: f64, parts: &[u32], rows: &mut Vec<u32>) -> bool {
        if bound.is_infinite() {
            return true;
        }
        rows.clear();
        parts.iter().for_each(|&p| rows.extend_from_slice(self.members.of(p as usize)));
        quality::holds(matrix, rows, bound)
    }

    /// What is linked to group `own` and wanted: `wanted` says under which index, and for which groups.
    fn neighbours(
        &self,
        matrix: &Matrix,
        own: usize,
        near: &mut Vec<Candidate>,
        wanted: impl Fn(usize) -> Option<usize>,
    ) {
        near.clear();
        for &i in self.members.of(own) {
            for (j, g) in matrix.links(i as usize) {
                let other = self.of_row[j];
                if other == NONE || other as usize == own {
                    continue;
                }
                let Some(index) = wanted(other as usize) else { continue };
                match near.iter_mut().find(|c| c.index == index) {
                    Some(c) => c.conductance += g,
                    None => near.push(Candidate { index, conductance: g, promised: 0.0 }),
                }
            }
        }
    }
}

/// A group that another may be united with.
struct Candidate {
    index: usize,
    conductance: f64,
    /// Quality of the union, were both single rows of the Galerkin matrix.
    promised: f64,
}

impl Candidate {
    fn judge(&mut self, diagonal: [f64; 2], excess: [f64; 2]) {
        self.promised = quality::of_pair(diagonal, excess, self.conductance);
    }
}

/// Removes the most promising candidate.
fn take_best(near: &mut Vec<Candidate>) -> Option<Candidate> {
    let best = (0..near.len()).min_by(|&a, &b| near[a].promised.total_cmp(&near[b].promised))?;
    Some(near.remove(best))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use glam::IVec3;

    fn square(n: usize, gx: f64, gy: f64) -> (Grid, Matrix) {
        let axis = Axis::uniform(0.0, 1.0, n);
        let grid = Grid::two_dimensional(axis.clone(), axis, 1.0);
        let cells = grid.len();
        let (x, y) = (vec![gx; cells], vec![gy; cells]);
        let matrix = Matrix::from_families(&grid, &[(IVec3::X, &x), (IVec3::Y, &y)], &vec![0.0; cells]);
        (grid, matrix)
    }

    #[test]
    fn aggregates_follow_the_strong_direction_and_keep_the_bound() {
        for (gx, gy) in [(1.0, 1.0), (1.0, 1e4), (1e4, 1.0)] {
            let (grid, matrix) = square(32, gx, gy);
            let (aggregate, members) = aggregate(&matrix, Rule { rounds: 4, ratio: 3.7, quality: 6.0 });
            assert!(members.len() * 3 < grid.len(), "{} aggregates", members.len());
            assert!(aggregate.iter().all(|&a| (a as usize) < members.len()));
            for a in 0..members.len() {
                assert!(quality::holds(&matrix, members.of(a), 6.0));
                let column = |&i: &u32| grid.cell(i as usize)[0];
                let row = |&i: &u32| grid.cell(i as usize)[1];
                let first = &members.of(a)[0];
                assert!(gy <= gx || members.of(a).iter().all(|i| column(i) == column(first)));
                assert!(gx <= gy || members.of(a).iter().all(|i| row(i) == row(first)));
            }
        }
    }

    #[test]
    fn without_a_bound_even_a_star_shrinks_to_half() {
        // One cell linked to all others, which have no other link.
        let n = 400;
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, n), Axis::uniform(0.0, 1.0, 1), 1.0);
        let arrays: Vec<Vec<f64>> =
            (1..n).map(|k| (0..n).map(|i| if i == 0 { k as f64 } else { 0.0 }).collect()).collect();
        let families: Vec<(IVec3, &[f64])> =
            arrays.iter().enumerate().map(|(k, g)| (IVec3::new(k as i32 + 1, 0, 0), g.as_slice())).collect();
        let matrix = Matrix::from_families(&grid, &families, &vec![0.0; n]);
        let (_, members) = aggregate(&matrix, Rule { rounds: 1, ratio: 3.7, quality: f64::INFINITY });
        assert!(members.len() * 2 <= n);
    }
}
