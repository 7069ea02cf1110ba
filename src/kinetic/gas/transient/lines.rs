//! Cells along an axis: which lie side by side, and what is behind the faces of the others.

use crate::kinetic::domain::{Domain, Law, OPEN};
use std::ops::Range;

/// What lies behind a face of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link {
    /// The neighbour.
    Cell(usize),
    /// A cell at the joined end, so many kelvin warmer than it is there.
    Joined(usize, f64),
    /// A wall.
    Wall(usize),
}

/// All cells along one axis.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub axis: usize,
    pub stride: usize,
    /// Cells with a neighbour on both sides.
    pub inner: Vec<Range<usize>>,
    /// Cells with a neighbour on the low, and on the high side.
    pub open: [Vec<Range<usize>>; 2],
    /// All others in which something flies.
    pub ends: Vec<(usize, [Link; 2])>,
    /// Per cell: one over the distance of its centre to that beyond the low and the high face, or to the wall, 1/m.
    pub closer: [Vec<f64>; 2],
    /// Per cell, m; 1 in void.
    pub width: Vec<f64>,
}

impl Line {
    pub fn new(domain: &Domain, axis: usize) -> Line {
        let n = domain.grid.len();
        let stride = domain.strides()[axis];
        let widths = domain.grid.axis(axis).widths();
        let width_of = |c: usize| widths[domain.grid.cell(c)[axis]];
        let link = |c: usize, side: usize| match domain.wall[axis][side][c] {
            OPEN => Link::Cell(if side == 1 { c + stride } else { c - stride }),
            wall => match domain.walls[wall as usize].law {
                Law::Periodic { partner, .. } => {
                    let other = &domain.walls[partner as usize];
                    let jump = if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
                    Link::Joined(other.cell as usize, jump)
                }
                _ => Link::Wall(wall as usize),
            },
        };
        let solid = |c: usize| domain.is_solid(c);
        let open = [0, 1].map(|side| runs(n, |c| solid(c) && domain.wall[axis][side][c] == OPEN));
        let inside = |c: usize| solid(c) && domain.wall[axis][0][c] == OPEN && domain.wall[axis][1][c] == OPEN;
        let ends = (0..n).filter(|&c| solid(c) && !inside(c)).map(|c| (c, [0, 1].map(|side| link(c, side)))).collect();
        let closer = [0, 1].map(|side| {
            let distance = |c: usize| match link(c, side) {
                Link::Cell(o) | Link::Joined(o, _) => 0.5 * (width_of(c) + width_of(o)),
                Link::Wall(_) => 0.5 * width_of(c),
            };
            (0..n).map(|c| if solid(c) { 1.0 / distance(c) } else { 0.0 }).collect()
        });
        let width = (0..n).map(|c| if solid(c) { width_of(c) } else { 1.0 }).collect();
        Line { axis, stride, inner: runs(n, inside), open, ends, closer, width }
    }
}

/// Places in a row at which something holds.
fn runs(n: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for c in (0..n).filter(|&c| holds(c)) {
        match out.last_mut() {
            Some(run) if run.end == c => run.end += 1,
            _ => out.push(c..c + 1),
        }
    }
    out
}
