//! Bodies without any contact to a wall: there the steady temperature is known up to a constant only.

use super::Coarse;
use super::matrix::{Matrix, NONE};

/// In [`Insulated::body`]: the row belongs to no insulated body.
pub const HELD: u32 = u32::MAX;

/// The insulated bodies of a matrix: connected rows without any excess. On each, the constant is in the
/// null space: a solution exists only if the right-hand side sums to zero, and is known up to a constant.
/// A zero row (void, or a cell without any link) is not counted among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Insulated {
    body: Vec<u32>,
    rows: Vec<u32>,
}

impl Insulated {
    /// Finds them, from the coarsest level up: an aggregate is connected, and a row that is in none
    /// has excess, which its neighbours' aggregates inherit. So a body is insulated if its coarse rows are.
    pub(super) fn of(matrix: &Matrix, coarse: &[Coarse]) -> Insulated {
        let matrices: Vec<&Matrix> = std::iter::once(matrix).chain(coarse.iter().map(|c| &c.matrix)).collect();
        let last = matrices[matrices.len() - 1];
        let (mut body, mut bodies) = bodies_of(last, matrices.len() > 1);
        for (level, coarse) in coarse.iter().enumerate().rev() {
            let finer = coarse.aggregate.iter().enumerate().map(|(row, &aggregate)| {
                let inverse = matrices[level].inverse_diagonal()[row];
                match aggregate {
                    // a body that has shrunk to one row
                    NONE if level > 0 && inverse == 0.0 => {
                        bodies += 1;
                        bodies - 1
                    }
                    NONE => HELD,
                    aggregate => body[aggregate as usize],
                }
            });
            body = finer.collect();
        }
        if bodies == 0 {
            return Insulated { body: Vec::new(), rows: Vec::new() };
        }
        let mut rows = vec![0; bodies as usize];
        for &b in body.iter().filter(|&&b| b != HELD) {
            rows[b as usize] += 1;
        }
        Insulated { body, rows }
    }

    /// Number of insulated bodies.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Per row: its insulated body, or [`HELD`]. Empty if there are none.
    pub fn body(&self) -> &[u32] {
        &self.body
    }

    /// Sum of a vector over each insulated body. Of a right-hand side in W: the heat that has nowhere to go.
    pub fn sums(&self, vector: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.len()];
        for (&body, value) in self.body.iter().zip(vector).filter(|(body, _)| **body != HELD) {
            sums[body as usize] += value;
        }
        sums
    }

    /// Shifts a vector by a constant on each insulated body, so that it sums to `sums` there.
    pub fn shift_to(&self, sums: &[f64], vector: &mut [f64]) {
        let own = self.sums(vector);
        let shifts: Vec<f64> =
            own.iter().zip(sums).zip(&self.rows).map(|((own, sum), &n)| (sum - own) / f64::from(n)).collect();
        for (&body, value) in self.body.iter().zip(vector).filter(|(body, _)| **body != HELD) {
            *value += shifts[body as usize];
        }
    }
}

/// Labels the connected parts of a small matrix that have no excess; zero rows only if `zero_rows` are bodies.
fn bodies_of(matrix: &Matrix, zero_rows: bool) -> (Vec<u32>, u32) {
    let mut body = vec![HELD; matrix.len()];
    let mut seen = vec![false; matrix.len()];
    let mut bodies = 0;
    for start in 0..matrix.len() {
        if seen[start] || (!zero_rows && matrix.inverse_diagonal()[start] == 0.0) {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut next = 0;
        while next < part.len() {
            for (j, _) in matrix.links(part[next]) {
                if !std::mem::replace(&mut seen[j], true) {
                    part.push(j);
                }
            }
            next += 1;
        }
        if part.iter().all(|&row| matrix.excess()[row] == 0.0) {
            part.iter().for_each(|&row| body[row] = bodies);
            bodies += 1;
        }
    }
    (body, bodies)
}
