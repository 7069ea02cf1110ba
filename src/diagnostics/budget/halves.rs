//! What half cells produce, row by row, where links are nothing but two of them in series, with a contact between them or not.

use super::Parts;
use crate::face_heat;
use crate::links::{End, runs};
use rayon::prelude::*;

/// A state in which no link runs askew, lies in a tensor material, or has inertia.
pub struct Halves<'a>(&'a Parts<'a>);

impl<'a> Halves<'a> {
    /// None of another state.
    pub fn of(parts: &'a Parts<'a>) -> Option<Halves<'a>> {
        (parts.snapshot.heats.is_none() && !parts.tensor.contains(&true) && !parts.axes.contains(&None))
            .then_some(Halves(parts))
    }

    /// Entropy produced in each cell by the halves of links that lie in it, W/K.
    pub fn produced(&self) -> Vec<f64> {
        let grid = &self.0.snapshot.conduction.problem.grid;
        let (n, simd) = (grid.cells()[0], pulp::Arch::new());
        let mut produced = vec![0.0; grid.len()];
        let rows = produced.par_chunks_mut(n).enumerate().with_min_len(4096_usize.div_ceil(n));
        rows.for_each_init(
            || [vec![0.0; n], vec![0.0; n]],
            |room, (row, produced)| simd.dispatch(Row { parts: self.0, row, produced, room }),
        );
        produced
    }
}

/// One row of cells along x.
struct Row<'a> {
    parts: &'a Parts<'a>,
    row: usize,
    produced: &'a mut [f64],
    /// For widths.
    room: &'a mut [Vec<f64>; 2],
}

impl pulp::WithSimd for Row<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _: S) {
        let conduction = self.parts.snapshot.conduction;
        let grid = &conduction.problem.grid;
        // Fresh memory that is read before it is written is mapped twice.
        self.produced.fill(0.0);
        for (number, (family, axis)) in conduction.links.families.iter().zip(&self.parts.axes).enumerate() {
            let Some(axis) = *axis else { continue };
            for forward in [true, false] {
                let runs = runs(grid, if forward { family.offset } else { -family.offset }, self.row);
                for [own, other, n] in runs.into_iter().filter(|[.., n]| *n > 0) {
                    // A link is stored with its lower end.
                    let g = &family.conductance[if forward { own } else { other }..][..n];
                    match &self.parts.conductivity {
                        _ if self.may_pass_contacts([own, other, n]) || self.has_means([own, n]) => {
                            self.add_each(
                                g,
                                End { cell: own, other, at: [0; 3], conductance: 0.0, family: number, forward },
                            );
                        }
                        Some(k) if !self.alike(axis, [own, other, n]) => self.add(axis, [own, other], g, k.along(axis)),
                        _ => self.add_alike([own, other], g),
                    }
                }
            }
        }
    }
}

impl Row<'_> {
    /// Whether some cells and those beside them are all as wide, and of one material that conducts the same everywhere.
    fn alike(&self, axis: usize, [own, other, n]: [usize; 3]) -> bool {
        let problem = &self.parts.snapshot.conduction.problem;
        let m = problem.material[own];
        let one = |first: usize| problem.material[first..][..n].iter().all(|other| *other == m);
        problem.grid.axis(axis).is_uniform()
            && self.parts.keeps.get(usize::from(m)) == Some(&true)
            && one(own)
            && one(other)
    }

    /// Whether some of the links from some cells to others may pass a contact.
    fn may_pass_contacts(&self, [own, other, n]: [usize; 3]) -> bool {
        let problem = &self.parts.snapshot.conduction.problem;
        let one = |first: usize| {
            let (materials, regions) = (&problem.material[first..][..n], &problem.region[first..][..n]);
            materials.iter().all(|m| *m == materials[0]) && regions.iter().all(|r| *r == regions[0])
        };
        let alike = one(own) && one(other);
        !problem.contacts.is_empty() && (!alike || problem.bodies().contact(own, other).is_some())
    }

    /// Whether conductances of some cells may be means over temperature.
    fn has_means(&self, [own, n]: [usize; 2]) -> bool {
        let conduction = self.parts.snapshot.conduction;
        let means = |m: &u8| conduction.integrals.of(*m, 0).is_some();
        !conduction.integrals.is_empty() && conduction.problem.material[own..][..n].iter().any(means)
    }

    /// Adds halves of links with some conductances (W/K) one by one; `first`: the first of them.
    fn add_each(&mut self, g: &[f64], first: End) {
        let grid = &self.parts.snapshot.conduction.problem.grid;
        for (x, &conductance) in g.iter().enumerate().filter(|(_, g)| **g > 0.0) {
            let cell = first.cell + x;
            let end = End { cell, other: first.other + x, at: grid.cell(cell), conductance, ..first };
            self.produced[cell % self.produced.len()] += self.parts.production(end);
        }
    }

    /// Adds halves of links from some cells to others, where they are alike: `g d^2/(T (T + T_other))` of a difference d.
    #[inline(always)]
    fn add_alike(&mut self, [own, other]: [usize; 2], g: &[f64]) {
        let (n, nx, t) = (g.len(), self.produced.len(), &self.parts.snapshot.temperature);
        let reference = self.parts.snapshot.conduction.problem.reference;
        let [t_own, t_other] = [own, other].map(|first| &t[first..][..n]);
        let produced = &mut self.produced[own % nx..][..n];
        for x in 0..n {
            let (difference, kelvin) = (t_own[x] - t_other[x], t_own[x] + reference);
            let both = kelvin * (kelvin + (t_other[x] + reference));
            produced[x] += if g[x] > 0.0 { g[x] * difference * difference / both } else { 0.0 };
        }
    }

    /// The same of any, whose conductivities are told.
    #[inline(always)]
    fn add(&mut self, axis: usize, [own, other]: [usize; 2], g: &[f64], k: &[f64]) {
        let conduction = self.parts.snapshot.conduction;
        let (grid, reference) = (&conduction.problem.grid, conduction.problem.reference);
        let (n, nx, widths) = (g.len(), self.produced.len(), grid.axis(axis).widths());
        for (room, first) in self.room.iter_mut().zip([own, other]) {
            match axis {
                0 => room[..n].copy_from_slice(&widths[first % nx..][..n]),
                _ => room[..n].fill(widths[grid.cell(first)[axis]]),
            }
        }
        let [near, far] = self.room.each_ref().map(|room| &room[..n]);
        let [t_own, t_other] = [own, other].map(|first| &self.parts.snapshot.temperature[first..][..n]);
        let [k_own, k_other] = [own, other].map(|first| &k[first..][..n]);
        let produced = &mut self.produced[own % nx..][..n];
        for x in 0..n {
            let resistances = [near[x] * k_other[x], far[x] * k_own[x]];
            let difference = t_own[x] - t_other[x];
            let drop = resistances[0] / (resistances[0] + resistances[1]) * difference;
            let kelvin = t_own[x] + reference;
            let heat = face_heat(g[x], t_other[x], t_own[x]);
            produced[x] += if g[x] > 0.0 { heat * drop / (kelvin * (kelvin - drop)) } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::cpu::medley;
    use crate::conduction::Conduction;
    use crate::diagnostics::balance::Snapshot;
    use crate::diagnostics::budget::Budget;
    use crate::diagnostics::totals::Totals;
    use crate::scenario::Scenario;
    use std::path::Path;
    use std::sync::Arc;

    /// Of three materials, and of one alone, for which no conductivities are taken.
    #[test]
    fn rows_of_halves_produce_what_links_taken_apart_one_by_one_do() {
        let plate = medley::conduction("[37, 20]", "[0.04, 0.04]", "");
        let block = medley::conduction("[19, 12, 8]", "[0.04, 0.04, 0.03]", "");
        let more = "[[region]]\nname = \"rest\"\nmaterial = \"n\"\nbox = [[0.02, 0.0, 0.0], [0.03, 0.015, 0.007]]\n\
            [materials.n]\nconductivity = 7\nvolumetric_heat_capacity = 1e6\n\
            [[contact]]\nbetween = [\"m\", \"n\"]\nresistance = 1e-3\n";
        for (mut conduction, one) in [(plate, false), (block, false), (holed(more), false), (holed(""), true)] {
            let state = conduction.enthalpy(&conduction.problem.initial);
            let snapshot = Snapshot::new(&mut conduction, &state, 0.7);
            let parts = Parts::new(&snapshot);
            assert_eq!(parts.conductivity.is_none(), one);
            let produced = Halves::of(&parts).expect("half cells alone").produced();
            let links = &snapshot.conduction.links;
            let each = links.gather(&snapshot.conduction.problem.grid, 0.0, |end| parts.production(end));
            let largest = each.iter().copied().fold(0.0, f64::max);
            for (cell, (a, b)) in produced.iter().zip(&each).enumerate() {
                assert!((a - b).abs() <= 1e-14 * largest, "cell {cell}: {a:e} {b:e}");
            }
            // Together they are what is produced between cells.
            let (sum, all) = (produced.iter().sum::<f64>(), Totals::of(&snapshot, 0.0).production);
            let contacts = Budget::new(&snapshot).contacts.iter().map(|c| c.production).sum::<f64>();
            assert_eq!(contacts > 0.0, !snapshot.conduction.problem.contacts.is_empty());
            assert!(all > 0.0 && (sum + contacts - all).abs() <= 1e-12 * all, "{sum:e} {contacts:e} {all:e}");
        }
    }

    /// A block of one material with a hole, and what more is told of it.
    fn holed(more: &str) -> Conduction {
        let text = "[grid]\nsize = [0.03, 0.02, 0.01]\ncells = [21, 10, 5]\nmaterial = \"m\"\n\
            [materials.m]\nconductivity = [30, 20, 5]\nvolumetric_heat_capacity = 2e6\n\
            [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.01, 0.0, 0.0], [0.02, 0.01, 0.01]]\n\
            [initial]\ntemperature = \"300 + 90*sin(200*x)*cos(300*y + 100*z)\"\n[run]\nuntil = 1\n";
        let scenario =
            Scenario::parse(&format!("{text}{more}"), Path::new("one.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        Conduction::new(Arc::new(scenario.problem)).unwrap()
    }
}
