//! Conductances of the faces between cells.

use super::{CellConductivity, Family, Links, runs};
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
    /// m2 K/W of the face.
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
    pub(super) fn faces_with_contacts(&self, problem: &Problem) -> Vec<ContactFace> {
        if problem.contacts.is_empty() {
            return Vec::new();
        }
        let (grid, bodies) = (&problem.grid, problem.bodies());
        let axes = self.families.iter().enumerate().filter(|(_, f)| f.axis().is_some());
        axes.flat_map(|(family, f)| {
            let axis = f.axis()?;
            let found = (0..grid.len()).into_par_iter().with_min_len(4096).filter_map(move |cell| {
                let other = grid.index(grid.neighbour(grid.cell(cell), f.offset)?);
                let solid = problem.material[cell] != VOID && problem.material[other] != VOID;
                let contact = if solid { bodies.contact(cell, other) } else { None };
                contact.map(|_| ContactFace { family, cell, resistance: problem.contact_resistance(cell, other, axis) })
            });
            Some(found.collect::<Vec<_>>())
        })
        .flatten()
        .collect()
    }

    /// Takes the conductivities of the cells: of all, or of those beside which one changes.
    pub(super) fn fill_faces(&mut self, problem: &Problem, k: &CellConductivity, oblique: &Oblique, all: bool) {
        let grid = &problem.grid;
        let row = grid.cells()[0];
        // What walls add to faces is added once for each time that they are filled.
        let all = all || !self.rim.is_empty();
        let varying = &self.varying;
        let changes = |r: usize, offset: IVec3| {
            let there = grid.neighbour(grid.cell(r * row), IVec3::new(0, offset.y, offset.z));
            all || varying[r] || there.is_some_and(|there| varying[grid.index(there) / row])
        };
        let simd = pulp::Arch::new();
        for family in &mut self.families {
            let (Some(axis), offset) = (family.axis(), family.offset) else { continue };
            let rows = family.conductance.par_chunks_mut(row).with_min_len(4096_usize.div_ceil(row));
            rows.enumerate().filter(|(r, _)| changes(*r, offset)).for_each(|(r, out)| {
                simd.dispatch(Row { grid, k: k.along(axis), axis, row: r, out });
                if varying[r] {
                    fill_means(grid, k, axis, r, out);
                }
            });
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

/// Those between cells of one material whose conductivity varies with temperature alone.
fn fill_means(grid: &Grid, k: &CellConductivity, axis: usize, row: usize, out: &mut [f64]) {
    let widths = grid.axis(axis).widths();
    for run in runs(grid, IVec3::AXES[axis], row).into_iter().filter(|[.., n]| *n > 0) {
        let [first, y, z] = grid.cell(run[0]);
        let length = |at: usize| 0.5 * (widths[at] + widths[if at + 1 == widths.len() { 0 } else { at + 1 }]);
        if axis == 0 {
            let area = grid.area([first, y, z], 0);
            k.means_of_run(axis, run, |x, mean| out[first + x] = area * mean / length(first + x));
        } else {
            let depth = grid.axis(3 - axis).widths()[[y, z][2 - axis]] / length([y, z][axis - 1]);
            let along = &grid.axis(0).widths()[first..];
            k.means_of_run(axis, run, |x, mean| out[first + x] = along[x] * depth * mean);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conduction::Conduction;
    use crate::links::Taken;
    use crate::scenario::Scenario;
    use std::path::Path;
    use std::sync::Arc;

    /// Faces beside what varies, beside contacts and tensors, at joined ends, and all others: as if all were made in that state.
    #[test]
    fn conductances_taken_anew_are_those_of_links_made_in_that_state() {
        let text = "[grid]\nsize = [0.6, 0.5, 0.4]\ncells = [6, 5, 4]\nmaterial = \"still\"\n\
            [materials.still]\nconductivity = 3.0\nvolumetric_heat_capacity = 1e6\n\
            [materials.warm]\nconductivity = \"2 + 0.01*T\"\nvolumetric_heat_capacity = 1e6\n\
            [materials.ice]\nconductivity = 2.2\nvolumetric_heat_capacity = 1e6\n\
            melting = { temperature = 300, latent_heat = \"100 MJ/m^3\", liquid_conductivity = 0.6 }\n\
            [materials.slanted]\nconductivity = [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]\nvolumetric_heat_capacity = 1e6\n\
            [[region]]\nname = \"a\"\nmaterial = \"warm\"\nbox = [[0.1, 0.1, 0.1], [0.3, 0.2, 0.3]]\n\
            [[region]]\nname = \"b\"\nmaterial = \"ice\"\nbox = [[0.3, 0.3, 0.0], [0.5, 0.5, 0.1]]\n\
            [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.0, 0.0, 0.0], [0.1, 0.1, 0.4]]\nSLANTED\
            [[contact]]\nbetween = [\"still\", \"warm\"]\nresistance = 0.02\n\
            [initial]\ntemperature = 290.0\n[boundary]\nx_min = { periodic = true }\nx_max = { periodic = true }\n\
            z_max = { temperature = 300.0 }\n[run]\nuntil = 1.0\n";
        let slanted = "[[region]]\nname = \"c\"\nmaterial = \"slanted\"\nbox = [[0.2, 0.2, 0.2], [0.6, 0.5, 0.4]]\n";
        for more in ["", slanted] {
            let text = text.replace("SLANTED", more);
            let scenario = Scenario::parse(&text, Path::new("t.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
            let mut conduction = Conduction::new(Arc::new(scenario.problem)).expect("links");
            let problem = conduction.problem.clone();
            let state: Vec<f64> = (0..problem.grid.len()).map(|i| (i * 37 % 101) as f64 - 50.0).collect();
            let mut temperature = vec![0.0; state.len()];
            conduction.temperature(&state, &mut temperature);
            let taken = Taken::At { temperature: &temperature, enthalpy: &state, time: 0.0 };
            let k = CellConductivity::new(&problem, &conduction.curves, &conduction.integrals, taken);
            let made = Links::new(&problem, &k).expect("links");
            conduction.update(&temperature, &state, 0.0);
            for (anew, made) in conduction.links.families.iter().zip(&made.families) {
                assert_eq!(anew.offset, made.offset);
                assert_eq!(anew.conductance, made.conductance, "{:?}", made.offset);
            }
            assert!(!conduction.links.contacts.is_empty());
        }
    }
}
