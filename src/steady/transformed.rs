//! Steps of the steady search where conductivities vary with temperature alone, in Kirchhoff's variable.
//!
//! Between cells of one material heat is the difference of the integrals of k over temperature: linear in these integrals, however k jumps. A step
//! is sought in them, divided by one conductivity for each material, so that across to other materials and surroundings, where temperatures
//! count, it is still nearly one of temperature. Where it is not, the link or wall is taken to be as stiff as the step could make it:
//! the search then falls short instead of beyond.

use super::wall_excess;
use crate::diagnostics::balance::Snapshot;
use crate::links::{Family, Integral};
use crate::multigrid::matrix::Matrix;
use glam::IVec3;
use rayon::prelude::*;

/// The step's variable in a state.
pub struct Transformed<'a> {
    snapshot: &'a Snapshot<'a>,
    /// Per material: what its integral is divided by, W/(m K); none where temperature itself is the variable.
    scale: Vec<Option<f64>>,
}

impl<'a> Transformed<'a> {
    /// None where no material asks for it.
    pub fn of(snapshot: &'a Snapshot<'a>) -> Option<Transformed<'a>> {
        let materials = 0..snapshot.conduction.problem.materials.len();
        let mut transformed = Transformed { snapshot, scale: vec![None; materials.len()] };
        let asking: Vec<usize> =
            materials.filter(|&m| snapshot.conduction.integrals.isotropic(m as u8).is_some()).collect();
        if asking.is_empty() {
            return None;
        }
        let sums = transformed.at_edges();
        for m in asking {
            let [conductivity, weight] = sums[m];
            // Of a body that meets nothing but given temperatures the scale does not matter.
            transformed.scale[m] = Some(if weight > 0.0 { conductivity / weight } else { 1.0 });
        }
        Some(transformed)
    }

    fn conductivity(&self, cell: usize) -> Option<(&'a Integral, f64)> {
        let conduction = self.snapshot.conduction;
        let integral = conduction.integrals.isotropic(conduction.problem.material[cell])?;
        let t = self.snapshot.temperature[cell];
        Some((integral, integral.at(integral.piece(t), t)))
    }

    /// The integral that a link between two cells goes by; none across materials and contacts.
    fn within(&self, i: usize, j: usize) -> Option<&'a Integral> {
        let conduction = self.snapshot.conduction;
        let problem = &conduction.problem;
        let alike = problem.material[i] == problem.material[j];
        let integral = conduction.integrals.isotropic(problem.material[i]).filter(|_| alike)?;
        let apart = !problem.contacts.is_empty() && problem.bodies().contact(i, j).is_some();
        (!apart).then_some(integral)
    }

    /// Per material: conductivities where it meets others, weighed by conductances (W/K), and these.
    fn at_edges(&self) -> Vec<[f64; 2]> {
        let conduction = self.snapshot.conduction;
        let problem = &conduction.problem;
        let mut sums = vec![[0.0; 2]; problem.materials.len()];
        let mut add = |cell: usize, weight: f64| {
            if let Some((_, k)) = self.conductivity(cell) {
                let [sum, weights] = &mut sums[usize::from(problem.material[cell])];
                (*sum, *weights) = (*sum + weight * k, *weights + weight);
            }
        };
        for Family { offset, conductance } in &conduction.links.families {
            for (i, &g) in conductance.iter().enumerate().filter(|(_, g)| **g > 0.0) {
                let j = problem.grid.neighbour(problem.grid.cell(i), *offset).map(|cell| problem.grid.index(cell));
                if let Some(j) = j.filter(|&j| self.within(i, j).is_none()) {
                    add(i, g);
                    add(j, g);
                }
            }
        }
        for (wall, excess, given) in wall_excess(self.snapshot) {
            if !given {
                add(wall.cell as usize, excess);
            }
        }
        sums
    }

    /// How many times as much as the temperature of a cell the variable changes, at least 1.
    fn stiffer(&self, cell: usize) -> f64 {
        let scale = self.scale.get(usize::from(self.snapshot.conduction.problem.material[cell])).copied().flatten();
        scale.zip(self.conductivity(cell)).map_or(1.0, |(scale, (_, k))| (scale / k).max(1.0))
    }

    /// What heat flows by per change of the variable, W/K.
    pub fn matrix(&self) -> Matrix {
        let conduction = self.snapshot.conduction;
        let problem = &conduction.problem;
        let (grid, temperature) = (&problem.grid, &self.snapshot.temperature);
        let scale = |cell: usize| self.scale[usize::from(problem.material[cell])].unwrap_or(1.0);
        let of_family = |family: &Family| -> (IVec3, Vec<f64>) {
            let link = |(i, &g): (usize, &f64)| {
                let Some(j) = grid.neighbour(grid.cell(i), family.offset).filter(|_| g > 0.0) else { return g };
                let j = grid.index(j);
                match self.within(i, j) {
                    Some(integral) => g * scale(i) / integral.mean_between(temperature[i], temperature[j]),
                    None => g * self.stiffer(i).max(self.stiffer(j)),
                }
            };
            let links = family.conductance.par_iter().enumerate().with_min_len(4096).map(link);
            (family.offset, links.collect())
        };
        let families: Vec<(IVec3, Vec<f64>)> = conduction.links.families.iter().map(of_family).collect();
        let mut diagonal = vec![0.0; grid.len()];
        for (wall, excess, given) in wall_excess(self.snapshot) {
            let cell = wall.cell as usize;
            let mean = self.conductivity(cell).map(|_| excess * wall.half / wall.area);
            diagonal[cell] += match mean.filter(|_| given) {
                Some(mean) => excess * scale(cell) / mean,
                None => excess * self.stiffer(cell),
            };
        }
        let families: Vec<(IVec3, &[f64])> = families.iter().map(|(offset, g)| (*offset, g.as_slice())).collect();
        Matrix::from_families(grid, &families, &diagonal)
    }

    /// The changes of temperature (K) that changes of the variable are.
    pub fn changes(&self, change: &mut [f64]) {
        let material = &self.snapshot.conduction.problem.material;
        let temperature = &self.snapshot.temperature;
        change.par_iter_mut().enumerate().with_min_len(4096).for_each(|(cell, change)| {
            let scale = self.scale.get(usize::from(material[cell])).copied().flatten();
            if let Some((scale, (integral, _))) = scale.zip(self.conductivity(cell)) {
                *change = integral.after(temperature[cell], scale * *change) - temperature[cell];
            }
        });
    }
}
