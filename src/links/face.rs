//! Conductances of the faces between cells.

use super::{CellConductivity, Family, Links};
use crate::face_conductance;
use crate::grid::Grid;
use crate::oblique::Oblique;
use crate::problem::{Conductivity, Problem, VOID};
use glam::IVec3;
use rayon::prelude::*;

/// A face with a contact on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContactFace {
    family: usize,
    /// The lower of its cells.
    cell: usize,
    /// m2 K/W.
    resistance: f64,
}

impl Family {
    /// The axis it runs along, if it joins cells to their next neighbours.
    fn axis(&self) -> Option<usize> {
        (0..3).find(|&a| self.offset == IVec3::AXES[a])
    }
}

impl Links {
    /// The faces on which contacts lie.
    pub(super) fn contacts(&self, problem: &Problem) -> Vec<ContactFace> {
        if problem.contacts.is_empty() {
            return Vec::new();
        }
        let (grid, bodies) = (&problem.grid, problem.bodies());
        let axes = self.families.iter().enumerate().filter(|(_, f)| f.axis().is_some());
        axes.flat_map(|(family, f)| {
            let found = (0..grid.len()).into_par_iter().with_min_len(4096).filter_map(move |cell| {
                let other = grid.index(grid.neighbour(grid.cell(cell), f.offset)?);
                let solid = problem.material[cell] != VOID && problem.material[other] != VOID;
                let contact = if solid { bodies.contact(cell, other) } else { None };
                contact.map(|c| ContactFace { family, cell, resistance: problem.contacts[c].resistance })
            });
            found.collect::<Vec<_>>()
        })
        .collect()
    }

    /// Takes the conductivities of the cells.
    pub(super) fn fill_faces(&mut self, problem: &Problem, k: &CellConductivity, oblique: &Oblique) {
        let grid = &problem.grid;
        let row = grid.cells()[0];
        let simd = pulp::Arch::new();
        for family in &mut self.families {
            let (Some(axis), offset) = (family.axis(), family.offset) else { continue };
            let rows = family.conductance.par_chunks_mut(row).with_min_len(4096_usize.div_ceil(row));
            rows.enumerate().for_each(|(r, out)| simd.dispatch(Row { grid, k: k.along(axis), axis, row: r, out }));
            if problem.materials.iter().any(|m| matches!(m.conductivity, Conductivity::Tensor(_))) {
                family.conductance.par_iter_mut().enumerate().with_min_len(4096).for_each(|(i, g)| {
                    let cell = grid.cell(i);
                    if let Some(other) = oblique.is_tensor(i).then(|| oblique.same(cell, offset)).flatten() {
                        let (p, q) = (oblique.weight(cell, offset), oblique.weight(other, offset));
                        *g = if p > 0.0 && q > 0.0 { 2.0 * p * q / (p + q) } else { 0.0 };
                    }
                });
            }
        }
        for &ContactFace { family, cell: i, resistance } in &self.contacts {
            let family = &mut self.families[family];
            let cell = grid.cell(i);
            let ends = family.axis().zip(grid.neighbour(cell, family.offset));
            let (axis, other) = ends.expect("contacts lie on faces between cells");
            let half = |cell: [usize; 3]| 0.5 * grid.axis(axis).widths()[cell[axis]];
            let (k_i, k_j) = (k.at(i, axis), k.at(grid.index(other), axis));
            family.conductance[i] =
                face_conductance(grid.area(cell, axis), half(cell), k_i, half(other), k_j, resistance);
        }
        for &(family, cell, conductance) in &self.rim {
            self.families[family].conductance[cell] += conductance;
        }
    }
}

/// The faces of a row of cells along x with the next cells along an axis, where nothing lies on them.
struct Row<'a> {
    grid: &'a Grid,
    /// Conductivities along the axis, W/(m K), 0 in void: no heat crosses.
    k: &'a [f64],
    axis: usize,
    row: usize,
    out: &'a mut [f64],
}

impl pulp::WithSimd for Row<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Row { grid, k, axis, row, out } = self;
        let n = out.len();
        let here = grid.cell(row * n);
        let own = &k[row * n..][..n];
        let widths = grid.axis(axis).widths();
        if axis == 0 {
            let area = grid.area(here, 0);
            let face = |x: usize, next: usize| {
                face_conductance(area, 0.5 * widths[x], own[x], 0.5 * widths[next], own[next], 0.0)
            };
            for (x, out) in out[..n - 1].iter_mut().enumerate() {
                *out = face(x, x + 1);
            }
            out[n - 1] = if grid.periodic[0] { face(n - 1, 0) } else { 0.0 };
            return;
        }
        let Some(there) = grid.neighbour(here, IVec3::AXES[axis]) else { return out.fill(0.0) };
        let other = &k[grid.index(there)..][..n];
        let [half_own, half_other] = [here, there].map(|cell| 0.5 * widths[cell[axis]]);
        // The third axis, along which a face of this row is as wide as its cells.
        let depth = grid.axis(3 - axis).widths()[here[3 - axis]];
        let along = &grid.axis(0).widths()[..n];
        for x in 0..n {
            out[x] = face_conductance(along[x] * depth, half_own, own[x], half_other, other[x], 0.0);
        }
    }
}
