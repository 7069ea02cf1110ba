//! Tensor cells at the edge of their material: where the vectors of Selling's decomposition end.
//!
//! A vector that reaches a cell of the same material is a link. One that leaves through a wall of given temperature ends
//! there, after the part `theta` of its length: a conductance `weight / theta`, exact for linear fields as the
//! whole link is. Those that leave through any other wall are dropped together: for a linear field the
//! sum of what they would carry is the normal heat flux times the area, which the condition gives. What is left of
//! second order, `(S - d d^T / D_nn) / 2` with `S = sum w v_t v_t^T` and `d = sum w v_n v_t` over the dropped ones, is a
//! conduction along the wall (the skin); by Cauchy and Schwarz it is not negative, so the scheme stays monotone.

use crate::grid::{Grid, Side};
use crate::problem::{Bodies, Conductivity, Material, VOID};
use crate::tensor::{self, Term};
use glam::{DMat3, IVec3};
use std::collections::HashMap;

/// The furthest that a link may reach, in cells.
pub const REACH: i32 = 32;

/// A tensor that the grid cannot carry: its links would reach further than [`REACH`] cells.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "the tensor of '{material}' on cells of {widths:?} m needs links over more than {REACH} cells: they are too flat across its strong direction"
)]
pub struct Unreachable {
    /// Name of the material.
    pub material: String,
    /// Widths of the cell, m.
    pub widths: [f64; 3],
}

/// Selling's terms of tensor cells, W/K per unit of index step; one entry per kind of cell.
pub struct Oblique<'a> {
    grid: &'a Grid,
    material: &'a [u8],
    bodies: Bodies<'a>,
    is_tensor: Vec<bool>,
    terms: Vec<Vec<Term>>,
    kind: HashMap<(u8, [u64; 3]), usize>,
}

/// A face through which a vector leaves its material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// The cell whose face it is.
    pub cell: usize,
    /// Which of its faces.
    pub side: Side,
    /// Layers of cells between the face and the start of the vector.
    pub layer: i32,
    /// Whether another solid lies beyond, so that it is no wall.
    pub interface: bool,
}

impl<'a> Oblique<'a> {
    /// Decomposes the tensors on the cells that hold them.
    ///
    /// # Errors
    /// If a tensor cannot be carried by the grid.
    pub fn new(grid: &'a Grid, materials: &[Material], bodies: Bodies<'a>) -> Result<Oblique<'a>, Unreachable> {
        let material = bodies.material;
        let tensors: Vec<Option<[f64; 6]>> = materials
            .iter()
            .map(|m| if let Conductivity::Tensor(k) = m.conductivity { Some(k) } else { None })
            .collect();
        let is_tensor = tensors.iter().map(Option::is_some).collect();
        let mut oblique = Oblique { grid, material, bodies, is_tensor, terms: Vec::new(), kind: HashMap::new() };
        for i in oblique.cells().collect::<Vec<_>>() {
            let Some(mut k) = tensors[material[i] as usize] else { continue };
            if grid.dimensions() == 2 {
                (k[4], k[5]) = (0.0, 0.0); // nothing varies along z
            }
            let widths = grid.widths(grid.cell(i));
            let key = oblique.key(grid.cell(i));
            if oblique.kind.contains_key(&key) {
                continue;
            }
            let per_width = DMat3::from_diagonal(1.0 / widths);
            let scaled = per_width * tensor::matrix(k) * per_width * widths.element_product();
            let terms = tensor::decompose(scaled)
                .filter(|terms| terms.iter().all(|t| t.offset.abs().max_element() <= REACH))
                .ok_or_else(|| Unreachable {
                    material: materials[material[i] as usize].name.clone(),
                    widths: widths.to_array(),
                })?;
            oblique.kind.insert(key, oblique.terms.len());
            oblique.terms.push(terms);
        }
        Ok(oblique)
    }

    fn key(&self, cell: [usize; 3]) -> (u8, [u64; 3]) {
        (self.material[self.grid.index(cell)], self.grid.widths(cell).to_array().map(f64::to_bits))
    }

    /// Whether a cell's conductivity is a full tensor.
    pub fn is_tensor(&self, cell: usize) -> bool {
        self.material[cell] != VOID && self.is_tensor[self.material[cell] as usize]
    }

    /// All cells with a tensor.
    pub fn cells(&self) -> impl Iterator<Item = usize> {
        let any = self.is_tensor.contains(&true);
        (0..if any { self.grid.len() } else { 0 }).filter(|&i| self.is_tensor(i))
    }

    /// The terms of a tensor cell.
    pub fn terms(&self, cell: [usize; 3]) -> &[Term] {
        self.kind.get(&self.key(cell)).map_or(&[], |&kind| &self.terms[kind])
    }

    /// Weight of one vector in a cell, W/K; 0 where it has none.
    pub fn weight(&self, cell: [usize; 3], offset: IVec3) -> f64 {
        self.terms(cell).iter().find(|t| t.offset == offset).map_or(0.0, |t| t.weight)
    }

    /// Offsets that are not along an axis.
    pub fn offsets(&self) -> Vec<IVec3> {
        let mut offsets: Vec<IVec3> = Vec::new();
        for term in self.terms.iter().flatten() {
            // Around joined ends the next cell may be the same one again.
            let reaches = |a: usize| self.grid.axis(a).cells() > 1 || self.grid.periodic[a];
            let flat = (0..3).all(|a| term.offset[a] == 0 || reaches(a));
            let axis = term.offset.abs().element_sum() == 1;
            if flat && !axis && !offsets.contains(&term.offset) {
                offsets.push(term.offset);
            }
        }
        offsets
    }

    /// The cell at an offset, if it is of the same material as `cell` and no contact lies between; around joined ends it may be `cell` itself.
    fn within(&self, cell: [usize; 3], offset: IVec3) -> Option<[usize; 3]> {
        let other = self.grid.neighbour(cell, offset)?;
        let [i, j] = [cell, other].map(|cell| self.grid.index(cell));
        (self.material[i] == self.material[j] && !self.is_parted(cell, offset)).then_some(other)
    }

    /// The same, if it is another cell.
    pub fn same(&self, cell: [usize; 3], offset: IVec3) -> Option<[usize; 3]> {
        self.within(cell, offset).filter(|other| *other != cell)
    }

    /// Whether a vector from a cell passes a contact.
    fn is_parted(&self, cell: [usize; 3], offset: IVec3) -> bool {
        if self.bodies.contacts.is_empty() {
            return false;
        }
        let mut at = IVec3::ZERO;
        let mut here = self.grid.index(cell);
        while at != offset {
            at = met(offset, at).into_iter().fold(at, |at, side| at + side.outward());
            let Some(next) = self.grid.neighbour(cell, at).map(|c| self.grid.index(c)) else { return false };
            if self.bodies.contact(here, next).is_some() {
                return true;
            }
            here = next;
        }
        false
    }

    /// Whether solid ends at a face of a cell: the grid's end or void lies beyond.
    pub fn is_exposed(&self, cell: [usize; 3], side: Side) -> bool {
        side.axis < self.grid.dimensions()
            && self.grid.neighbour(cell, side.outward()).is_none_or(|c| self.material[self.grid.index(c)] == VOID)
    }

    /// The faces of a cell itself at which solid ends and through which a vector points outwards.
    pub fn faced(&self, cell: [usize; 3], offset: IVec3) -> Vec<Side> {
        sides_of(offset).filter(|&side| self.is_exposed(cell, side)).collect()
    }

    /// Through which faces a vector leaves its material first; more than one where it meets an edge. Empty where it
    /// ends in a cell of the same material.
    pub fn exits(&self, cell: [usize; 3], offset: IVec3) -> Vec<Exit> {
        if self.within(cell, offset).is_some() {
            return Vec::new();
        }
        let mut at = IVec3::ZERO;
        let here = |at: IVec3| at == IVec3::ZERO || self.within(cell, at).is_some();
        let step = |side: Side| side.outward();
        while at != offset {
            let met = met(offset, at);
            let beyond = met.iter().fold(at, |at, &s| at + step(s));
            if here(beyond) {
                at = beyond;
                continue;
            }
            let through = |from: IVec3, side: Side| {
                let owner = self.grid.neighbour(cell, from)?;
                let beyond = self.grid.neighbour(owner, side.outward());
                let interface = beyond.is_some_and(|c| self.material[self.grid.index(c)] != VOID);
                Some(Exit { cell: self.grid.index(owner), side, layer: from[side.axis].abs(), interface })
            };
            let straight: Vec<Exit> =
                met.iter().filter(|s| !here(at + step(**s))).filter_map(|&s| through(at, s)).collect();
            if !straight.is_empty() {
                return straight;
            }
            // only the cell across the edge is another: its faces are those of the cells beside it
            return met
                .iter()
                .filter(|s| here(beyond - step(**s)))
                .filter_map(|&s| through(beyond - step(s), s))
                .collect();
        }
        Vec::new()
    }

    /// Distance from the centre of a cell to the face `layers` further on, m.
    pub fn distance(&self, cell: [usize; 3], side: Side, layers: i32) -> f64 {
        let width = |at: [usize; 3]| self.grid.widths(at)[side.axis];
        let passed = (1..=layers).filter_map(|n| self.grid.neighbour(cell, side.outward() * n));
        0.5 * width(cell) + passed.map(width).sum::<f64>()
    }

    /// What walls without a given temperature add between cells: (cell, offset, conductance in W/K). `given` tells
    /// whether a face has a given temperature.
    pub fn rim(&self, given: &dyn Fn(usize, Side) -> bool) -> Vec<(usize, IVec3, f64)> {
        let mut out = Vec::new();
        let open = |cell: [usize; 3], side: Side| self.is_exposed(cell, side) && !given(self.grid.index(cell), side);
        for i in self.cells() {
            let cell = self.grid.cell(i);
            for term in self.terms(cell) {
                for v in [term.offset, -term.offset] {
                    if self.faced(cell, v).into_iter().any(|side| open(cell, side)) {
                        continue;
                    }
                    let exits = self.exits(cell, v);
                    for exit in &exits {
                        if exit.layer > 0 && !exit.interface && !given(exit.cell, exit.side) {
                            let weight = term.weight / exits.len() as f64;
                            self.shorten(cell, v, *exit, weight, &mut |offset, g| out.push((i, offset, g)));
                        }
                    }
                }
            }
            for side in Side::ALL.into_iter().filter(|&side| open(cell, side)) {
                for (along, g) in skin(self.terms(cell), side.axis) {
                    for offset in [along, -along] {
                        if self.same(cell, offset).is_some_and(|other| open(other, side)) {
                            out.push((i, offset, 0.5 * g)); // the other half comes from the other end
                        }
                    }
                }
            }
        }
        out
    }

    /// A vector from a deeper layer ends on the outermost layer of cells instead, between its cells.
    fn shorten(&self, cell: [usize; 3], v: IVec3, exit: Exit, weight: f64, each: &mut dyn FnMut(IVec3, f64)) {
        let part = f64::from(exit.layer) / f64::from(v[exit.side.axis].abs());
        let end = v.as_dvec3() * part;
        let mut targets: Vec<(IVec3, f64)> = Vec::new();
        for corner in 0..8 {
            let (mut offset, mut share) = (IVec3::ZERO, 1.0);
            for a in 0..3 {
                let (low, rest) =
                    if a == exit.side.axis { (end[a].round(), 0.0) } else { (end[a].floor(), end[a] - end[a].floor()) };
                let up = corner >> a & 1;
                offset[a] = low as i32 + up;
                share *= if up == 1 { rest } else { 1.0 - rest };
            }
            if share > 1e-12 && self.within(cell, offset).is_some() {
                targets.push((offset, share));
            }
        }
        let total: f64 = targets.iter().map(|t| t.1).sum();
        for (offset, share) in targets.into_iter().filter(|(offset, _)| self.same(cell, *offset).is_some()) {
            each(offset, weight / part * share / total);
        }
    }
}

/// The sides through which a vector that has come to the cell at `at` leaves it: more than one where it meets an edge.
fn met(offset: IVec3, at: IVec3) -> Vec<Side> {
    // The planes between cells lie at (2 steps + 1) / (2 |component|) of its length.
    let sooner = |a: &Side, b: &Side| {
        let next = |s: &Side| i64::from(2 * at[s.axis].abs() + 1);
        let length = |s: &Side| i64::from(offset[s.axis].abs());
        (next(a) * length(b)).cmp(&(next(b) * length(a)))
    };
    let Some(first) = sides_of(offset).min_by(sooner) else { return Vec::new() };
    sides_of(offset).filter(|s| sooner(s, &first).is_eq()).collect()
}

/// The sides that a vector points to.
fn sides_of(offset: IVec3) -> impl Iterator<Item = Side> {
    (0..3).filter(move |&axis| offset[axis] != 0).map(move |axis| Side { axis, high: offset[axis] > 0 })
}

/// The conduction along a wall that stands for its dropped vectors: offsets and W/K. With slopes `u = v_t / v_n` and shares
/// `p = w v_n^2 / D_nn`, `(S - d d^T / D_nn) / 2 = D_nn / 2 * sum over pairs of p_i p_j (u_i - u_j)(u_i - u_j)^T`.
fn skin(terms: &[Term], axis: usize) -> Vec<(IVec3, f64)> {
    let crossing: Vec<(IVec3, f64)> =
        terms.iter().filter(|t| t.offset[axis] != 0).map(|t| (t.offset * t.offset[axis].signum(), t.weight)).collect();
    let normal: f64 = crossing.iter().map(|(v, w)| w * f64::from(v[axis]).powi(2)).sum();
    let mut out: Vec<(IVec3, f64)> = Vec::new();
    for (n, (a, p)) in crossing.iter().enumerate() {
        for (b, q) in &crossing[n + 1..] {
            let (la, lb) = (a[axis], b[axis]);
            // u_a - u_b, times la lb
            let difference = *a * lb - *b * la;
            let common = difference.to_array().into_iter().fold(0, gcd);
            if common == 0 {
                continue;
            }
            let (along, length) = (difference / common, f64::from(common) / f64::from(la * lb));
            let (p, q) = (p * f64::from(la).powi(2), q * f64::from(lb).powi(2));
            out.push((along, 0.5 * p * q / normal * length * length));
        }
    }
    // Vectors from deeper layers that were shortened to points between cells conduct along the wall already.
    for (v, w) in &crossing {
        let layers = v[axis];
        for tangent in (0..3).filter(|&t| t != axis && v[t] != 0) {
            let spread = |layer: i32| {
                let part = f64::from(layer) / f64::from(layers);
                let between = (f64::from(v[tangent]) * part).rem_euclid(1.0);
                w / part * between * (1.0 - between)
            };
            let surplus: f64 = (1..layers).map(spread).sum();
            let along = Side { axis: tangent, high: true }.outward();
            out.push((along, -surplus));
        }
    }
    let mut merged: Vec<(IVec3, f64)> = Vec::new();
    for (along, g) in out {
        let along = tensor::canonical(along);
        match merged.iter_mut().find(|(o, _)| *o == along) {
            Some((_, sum)) => *sum += g,
            None => merged.push((along, g)),
        }
    }
    merged.retain(|(_, g)| *g > 1e-12 * normal);
    merged
}

fn gcd(a: i32, b: i32) -> i32 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}
