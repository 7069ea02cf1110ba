//! Walls of tensor materials: heat reaches a wall along K n, not along n, so a wall face of such a cell is shared by the
//! vectors that end on it (see [`crate::oblique`]).

use crate::grid::{Grid, Side};
use crate::oblique::{Exit, Oblique, Unreachable};
use crate::problem::{Bodies, Conductivity, Material, Wall};
use crate::region::domain;
use crate::tensor::matrix;
use glam::{DVec3, IVec3};
use std::collections::{HashMap, HashSet};

/// Replaces the walls of tensor cells, one per face, by those of their vectors. `given` tells whether a condition is a
/// temperature.
///
/// # Errors
/// If a tensor cannot be carried by the grid.
pub(super) fn spread_walls(
    grid: &Grid,
    materials: &[Material],
    bodies: Bodies,
    walls: Vec<Wall>,
    given: &dyn Fn(u16) -> bool,
) -> Result<Vec<Wall>, Unreachable> {
    let oblique = Oblique::new(grid, materials, bodies)?;
    let (tensor, mut out): (Vec<Wall>, Vec<Wall>) = walls.into_iter().partition(|w| oblique.is_tensor(w.cell as usize));
    if tensor.is_empty() {
        return Ok(out);
    }
    let faces = tensor.iter().map(|w| ((w.cell as usize, w.side), *w)).collect();
    let rim = Rim { grid, materials, material: bodies.material, oblique: &oblique, faces, given };
    for i in oblique.cells() {
        rim.temperatures(grid.cell(i), &mut out);
    }
    // A face that no vector of its own cell meets keeps a wall without area: it tells that the temperature is given.
    let met: HashSet<(u32, Side)> = out.iter().map(|w| (w.cell, w.side)).collect();
    let unmet = tensor.iter().filter(|w| given(w.condition) && !met.contains(&(w.cell, w.side)));
    out.extend(unmet.map(|w| Wall { area: 0.0, ..*w }));
    let mut shares: HashMap<(usize, Side, u16, u16), f64> = HashMap::new();
    for wall in tensor.iter().filter(|w| !given(w.condition)) {
        rim.shares(wall, &mut |cell, share| {
            if share > 1e-9 {
                *shares.entry((cell, wall.side, wall.condition, wall.surface)).or_default() += share * wall.area;
            }
        });
    }
    out.extend(shares.into_iter().map(|((cell, side, condition, surface), area)| {
        let mut wall = rim.wall(cell, side, condition, surface);
        wall.area = area;
        wall
    }));
    out.sort_by_key(|w| (w.cell, w.side, w.condition, w.surface));
    Ok(out)
}

struct Rim<'a> {
    grid: &'a Grid,
    materials: &'a [Material],
    material: &'a [u8],
    oblique: &'a Oblique<'a>,
    faces: HashMap<(usize, Side), Wall>,
    given: &'a dyn Fn(u16) -> bool,
}

impl Rim<'_> {
    /// K n of a cell's material, W/(m K).
    fn conormal(&self, cell: usize, axis: usize) -> DVec3 {
        match self.materials[usize::from(self.material[cell])].conductivity {
            Conductivity::Tensor(k) => matrix(k).col(axis),
            _ => DVec3::AXES[axis],
        }
    }

    fn given(&self, cell: usize, side: Side) -> Option<&Wall> {
        self.faces.get(&(cell, side)).filter(|w| (self.given)(w.condition))
    }

    /// The walls of given temperature that the vectors of a cell end on. At the end of a wall without a given
    /// temperature the vectors nearest to the edge stand for the flow along that wall: half the component across.
    fn temperatures(&self, cell: [usize; 3], out: &mut Vec<Wall>) {
        let i = self.grid.index(cell);
        for term in self.oblique.terms(cell) {
            let ends = [term.offset, -term.offset].map(|v| (v, self.oblique.exits(cell, v)));
            let open = ends.each_ref().map(|(v, exits)| {
                let faced = if exits.is_empty() { Vec::new() } else { self.oblique.faced(cell, *v) };
                faced.into_iter().filter(|&side| self.given(i, side).is_none()).collect::<Vec<Side>>()
            });
            for (n, (v, exits)) in ends.iter().enumerate() {
                let (mine, others) = (&open[n], &open[1 - n]);
                let mut shares: Vec<(Exit, f64)> = Vec::new();
                let mut add = |exit: &Exit, share: f64| match shares.iter_mut().find(|(e, _)| e == exit) {
                    Some((_, sum)) => *sum += share,
                    None => shares.push((*exit, share)),
                };
                let ends_on = |exit: &&Exit| self.given(exit.cell, exit.side).is_some();
                // flow along a wall normal to one side that its end on the other has to carry
                let component = |side: &Side| f64::from(v[side.axis].abs());
                let along = |exit: &Exit, side: &Side| 0.5 * component(&exit.side) * component(side);
                let direct: Vec<Exit> = if exits.is_empty() { Vec::new() } else { self.oblique.faced(cell, *v) }
                    .into_iter()
                    .map(|side| Exit { cell: i, side, layer: 0, interface: false })
                    .collect();
                for exit in direct.iter().filter(ends_on) {
                    let beside = others.iter().filter(|side| side.axis != exit.side.axis);
                    let beside: f64 = beside.map(|side| along(exit, side)).sum();
                    let ahead: f64 = mine.iter().map(|side| (component(&exit.side) - along(exit, side)).max(0.0)).sum();
                    add(exit, beside + ahead);
                }
                if mine.is_empty() {
                    for exit in exits.iter().filter(ends_on) {
                        add(exit, 1.0 / exits.len() as f64);
                    }
                    if others.is_empty() {
                        // both ends on walls: an edge lies between, and what passes it goes round the cell
                        let opposite = &ends[1 - n].1;
                        for exit in exits.iter().filter(ends_on) {
                            let pairs = opposite.iter().filter(ends_on).filter(|o| o.side.axis != exit.side.axis);
                            add(exit, 0.5 * pairs.count() as f64);
                        }
                    }
                }
                for (exit, share) in shares.into_iter().filter(|(_, share)| *share > 0.0) {
                    out.push(self.foot(cell, *v, exit, term.weight * share));
                }
            }
        }
    }

    /// The wall at which a vector ends. Its area is its part in what the face conducts along its normal, so
    /// that area times K_nn over the distance is the conductance `weight / theta`.
    fn foot(&self, cell: [usize; 3], v: IVec3, exit: Exit, weight: f64) -> Wall {
        let (i, side) = (self.grid.index(cell), exit.side);
        let face = &self.faces[&(exit.cell, side)];
        let widths = self.grid.widths(cell);
        let half = self.oblique.distance(cell, side, exit.layer);
        let normal = f64::from(v[side.axis].abs()) * widths[side.axis];
        let area = weight * normal / self.conormal(i, side.axis)[side.axis];
        let mut position = self.within(self.grid.centre(cell) + half / normal * v.as_dvec3() * widths);
        position[side.axis] = face.position[side.axis];
        Wall { cell: i as u32, half, area, position, ..*face }
    }

    /// The wall of a cell for an environment: at the foot of the conormal.
    fn wall(&self, cell: usize, side: Side, condition: u16, surface: u16) -> Wall {
        let at = self.grid.cell(cell);
        let half = 0.5 * self.grid.widths(at)[side.axis];
        let position = self.within(self.grid.centre(at) + self.slant(cell, side) + half * side.outward().as_dvec3());
        Wall { cell: cell as u32, side, condition, surface, area: 0.0, half, position }
    }

    /// From the centre of a face to the foot of the conormal, m.
    fn slant(&self, cell: usize, side: Side) -> DVec3 {
        let column = self.conormal(cell, side.axis);
        let half = 0.5 * self.grid.widths(self.grid.cell(cell))[side.axis];
        let outward = if side.high { half } else { -half };
        let mut slant = outward / column[side.axis] * column;
        slant[side.axis] = 0.0;
        slant
    }

    fn within(&self, mut position: DVec3) -> DVec3 {
        let (low, high) = domain(self.grid);
        for a in (0..3).filter(|&a| self.grid.periodic[a]) {
            position[a] = low[a] + (position[a] - low[a]).rem_euclid(high[a] - low[a]);
        }
        position.clamp(low, high)
    }

    /// The cells that the heat through a face with an environment comes to, with their shares: the face of a cell, moved
    /// by the slant, lies over faces of its neighbours.
    fn shares(&self, wall: &Wall, each: &mut dyn FnMut(usize, f64)) {
        let (i, side) = (wall.cell as usize, wall.side);
        let cell = self.grid.cell(i);
        let slant = self.slant(i, side);
        let along: Vec<Vec<(IVec3, f64)>> = (0..self.grid.dimensions())
            .filter(|&a| a != side.axis && slant[a] != 0.0)
            .map(|axis| self.overlaps(cell, side, axis, slant[axis]))
            .collect();
        let moved = |list: &Vec<(IVec3, f64)>| -> f64 {
            list.iter().filter(|(offset, _)| *offset != IVec3::ZERO).map(|(_, share)| share).sum()
        };
        let stays = 1.0 - along.iter().map(moved).sum::<f64>();
        // Both slants in turn would move a part twice at the ends of the wall; side by side they balance there.
        let parts: Vec<(IVec3, f64)> = if stays >= 0.0 {
            let each = along.into_iter().flatten().filter(|(offset, _)| *offset != IVec3::ZERO);
            each.chain([(IVec3::ZERO, stays)]).collect()
        } else {
            along.iter().fold(vec![(IVec3::ZERO, 1.0)], |parts, list| {
                parts.iter().flat_map(|(o, p)| list.iter().map(move |(q, s)| (*o + *q, p * s))).collect()
            })
        };
        for (offset, share) in parts {
            each(self.open(cell, side, offset).map_or(i, |c| self.grid.index(c)), share);
        }
    }

    /// The cell at an offset, if its face on the same side belongs to no given temperature either.
    fn open(&self, cell: [usize; 3], side: Side, offset: IVec3) -> Option<[usize; 3]> {
        let other = if offset == IVec3::ZERO { Some(cell) } else { self.oblique.same(cell, offset) };
        other.filter(|&c| self.oblique.is_exposed(c, side) && self.given(self.grid.index(c), side).is_none())
    }

    /// Along one axis: the offsets of the cells whose moved faces cover this one, with the parts they cover.
    fn overlaps(&self, cell: [usize; 3], side: Side, axis: usize, slant: f64) -> Vec<(IVec3, f64)> {
        let back = Side { axis, high: slant < 0.0 }.outward();
        let width = |c: [usize; 3]| self.grid.widths(c)[axis];
        let own = width(cell);
        let mut out = Vec::new();
        // what lies before `reach`, seen along the slant, belongs to cells further back
        let mut reach = slant.abs();
        let mut left = 1.0;
        let mut offset = IVec3::ZERO;
        loop {
            let next = self.open(cell, side, offset + back);
            let covered = if next.is_some() { (left - reach / own).max(0.0) } else { left };
            if covered > 0.0 {
                out.push((offset, covered));
                left -= covered;
            }
            let Some(next) = next.filter(|_| left > 1e-12) else { return out };
            reach -= width(next);
            if reach < 0.0 {
                reach = 0.0;
            }
            offset += back;
            if offset.abs().element_sum() > 2 * crate::oblique::REACH {
                return out;
            }
        }
    }
}
