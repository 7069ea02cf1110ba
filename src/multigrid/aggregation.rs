//! Aggregates of strongly linked rows, by repeated pairing.

use super::matrix::{Matrix, Members, NONE};
use super::quality;

/// What aggregates may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// Rounds of pairing; an aggregate has at most `2^rounds` members.
    pub rounds: u32,
    /// Bound on the quality of an aggregate.
    pub quality: f64,
}

/// Pairs rows, then pairs of rows, and so on, each with the partner that promises the best quality among
/// those that keep the bound. Returns the aggregate of each row ([`NONE`]: the smoother alone
/// is enough for it) and the members of each aggregate.
pub(super) fn aggregate(matrix: &Matrix, rule: Rule) -> (Vec<u32>, Members) {
    let mut groups = Groups::singles(matrix, rule.quality);
    for round in 0..rule.rounds {
        groups = groups.paired(matrix, rule.quality, round == 0);
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

impl Groups {
    /// Each row alone. Rows whose excess dominates have a quality within the bound by themselves and
    /// stay out, as do zero rows.
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

    /// One round of pairing, in the order of the groups.
    fn paired(&self, matrix: &Matrix, bound: f64, singles: bool) -> Groups {
        let mut merged = vec![NONE; self.members.len()];
        let (mut diagonal, mut excess) = (Vec::new(), Vec::new());
        let mut near: Vec<(u32, f64)> = Vec::new();
        let mut union: Vec<u32> = Vec::new();
        for own in 0..self.members.len() {
            if merged[own] != NONE {
                continue;
            }
            self.free_neighbours(matrix, own, &merged, &mut near);
            for (other, value) in &mut near {
                let other = *other as usize;
                let promised = quality::of_pair(
                    [self.diagonal[own], self.diagonal[other]],
                    [self.excess[own], self.excess[other]],
                    *value,
                );
                *value = promised;
            }
            let new = diagonal.len() as u32;
            merged[own] = new;
            diagonal.push(self.diagonal[own]);
            excess.push(self.excess[own]);
            while let Some(best) = (0..near.len()).min_by(|&a, &b| near[a].1.total_cmp(&near[b].1)) {
                let (other, promised) = near.remove(best);
                let other = other as usize;
                let good = if singles {
                    promised <= bound
                } else {
                    union.clear();
                    union.extend_from_slice(self.members.of(own));
                    union.extend_from_slice(self.members.of(other));
                    quality::holds(matrix, &union, bound)
                };
                if good {
                    merged[other] = new;
                    let g = self.between(matrix, own, other);
                    *diagonal.last_mut().expect("just pushed") += self.diagonal[other] - 2.0 * g;
                    *excess.last_mut().expect("just pushed") += self.excess[other];
                    break;
                }
            }
        }
        let of_row: Vec<u32> =
            self.of_row.iter().map(|&g| if g == NONE { NONE } else { merged[g as usize] }).collect();
        let members = Members::new(&of_row, diagonal.len());
        Groups { of_row, members, diagonal, excess }
    }

    /// Groups not yet merged that are linked to `own`, with the conductance between them.
    fn free_neighbours(&self, matrix: &Matrix, own: usize, merged: &[u32], near: &mut Vec<(u32, f64)>) {
        near.clear();
        for &i in self.members.of(own) {
            for (j, g) in matrix.links(i as usize) {
                let other = self.of_row[j];
                if other == NONE || other as usize == own || merged[other as usize] != NONE {
                    continue;
                }
                match near.iter_mut().find(|(n, _)| *n == other) {
                    Some((_, sum)) => *sum += g,
                    None => near.push((other, g)),
                }
            }
        }
    }

    /// Conductance between two groups.
    fn between(&self, matrix: &Matrix, a: usize, b: usize) -> f64 {
        let links = self.members.of(a).iter().flat_map(|&i| matrix.links(i as usize));
        links.filter(|&(j, _)| self.of_row[j] as usize == b).map(|(_, g)| g).sum()
    }
}
