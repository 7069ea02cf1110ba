//! Bodies without any contact to a wall: there the steady temperature is known up to a constant only.

use super::matrix::Matrix;

/// In [`Insulated::body`]: the row belongs to no insulated body.
pub const HELD: u32 = u32::MAX;

/// The insulated bodies of a matrix: connected rows without any excess. On each, the constant is in the
/// null space: the solution is known up to a constant, and exists only if the right-hand side sums to zero.
/// A zero row (void, or a cell without any link) is a body of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Insulated {
    body: Vec<u32>,
    rows: Vec<u32>,
}

impl Insulated {
    /// Finds them by flooding.
    pub fn of(matrix: &Matrix) -> Insulated {
        let mut body = vec![HELD; matrix.len()];
        let mut seen = vec![false; matrix.len()];
        let mut rows = Vec::new();
        let mut queue: Vec<u32> = Vec::new();
        for start in 0..matrix.len() {
            if seen[start] {
                continue;
            }
            queue.clear();
            queue.push(start as u32);
            seen[start] = true;
            let mut insulated = true;
            let mut head = 0;
            while head < queue.len() {
                let row = queue[head] as usize;
                head += 1;
                insulated &= matrix.excess()[row] == 0.0;
                for (j, _) in matrix.links(row) {
                    if !seen[j] {
                        seen[j] = true;
                        queue.push(j as u32);
                    }
                }
            }
            if insulated {
                for &row in &queue {
                    body[row as usize] = rows.len() as u32;
                }
                rows.push(queue.len() as u32);
            }
        }
        if rows.is_empty() {
            body.clear();
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
        let shifts: Vec<f64> =
            self.sums(vector).iter().zip(sums).zip(&self.rows).map(|((is, to), &n)| (to - is) / f64::from(n)).collect();
        for (&body, value) in self.body.iter().zip(vector).filter(|(body, _)| **body != HELD) {
            *value += shifts[body as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use glam::IVec3;

    #[test]
    fn a_chain_cut_in_three_has_one_held_and_two_insulated_bodies() {
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 6), Axis::uniform(0.0, 1.0, 1), 1.0);
        let matrix = Matrix::from_families(
            &grid,
            &[(IVec3::X, &[1.0, 0.0, 2.0, 1.0, 0.0, 0.0])],
            &[0.0, 3.0, 0.0, 0.0, 0.0, 0.0],
        );
        let insulated = Insulated::of(&matrix);
        assert_eq!(insulated.body(), [HELD, HELD, 0, 0, 0, 1]);
        let mut x = [9.0, 9.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(insulated.sums(&x), [6.0, 4.0]);
        insulated.shift_to(&[0.0, 1.0], &mut x);
        assert_eq!(x, [9.0, 9.0, -1.0, 0.0, 1.0, 1.0]);
    }
}
