//! The operator: heat flows over links between cells.
//!
//! Stepping, steady solving, flux maps, entropy production, budgets and the stability bound all read the
//! same conductances; nothing differentiates a field a second time.

use crate::caloric::Curve;
use crate::expression::{Place, Variable};
use crate::grid::{Grid, Side};
use crate::oblique::{Oblique, Unreachable};
use crate::problem::{Condition, Conductivity, Problem, VOID, ValueId, Wall};
use crate::{face_conductance, tensor};
use glam::IVec3;
use rayon::prelude::*;
use std::collections::HashSet;

/// All links with the same offset.
#[derive(Debug, Clone)]
pub struct Family {
    /// From a cell to the other end of its link, in cells; wrapped where the grid is periodic.
    pub offset: IVec3,
    /// W/K, per cell: the link from this cell to the one `offset` away; 0 where there is none.
    pub conductance: Vec<f64>,
}

/// The conductances between cells.
#[derive(Debug, Clone)]
pub struct Links {
    /// Faces along the active axes first, then the oblique links of tensor materials.
    pub families: Vec<Family>,
    /// What walls of tensor materials add to links along the axes: family, cell, W/K.
    rim: Vec<(usize, usize, f64)>,
}

/// The temperatures at which conductivities are taken.
#[derive(Clone, Copy)]
pub enum Taken<'a> {
    /// In a state: temperature deviations and enthalpies per cell (K), at a time (s).
    At {
        /// K, deviation.
        temperature: &'a [f64],
        /// K.
        enthalpy: &'a [f64],
        /// s.
        time: f64,
    },
    /// The largest value they reach between two temperature deviations (K) and two times (s).
    Largest {
        /// K, deviation.
        temperature: [f64; 2],
        /// s.
        time: [f64; 2],
    },
}

/// Conductivities of the cells along the axes, W/(m K).
pub struct CellConductivity {
    axes: Vec<Vec<f64>>,
}

impl CellConductivity {
    /// Evaluates the materials in every cell.
    pub fn new(problem: &Problem, curves: &[Option<Curve>], taken: Taken) -> CellConductivity {
        let directional = problem.materials.iter().any(|m| !matches!(m.conductivity, Conductivity::Isotropic(_)));
        let axes = (0..if directional { 3 } else { 1 })
            .map(|axis| {
                let uniform: Vec<Option<f64>> =
                    (0..problem.materials.len()).map(|m| Self::uniform(problem, m, axis, taken)).collect();
                (0..problem.grid.len())
                    .into_par_iter()
                    .with_min_len(4096)
                    .map(|i| match problem.material[i] {
                        VOID => 0.0,
                        m => uniform[m as usize]
                            .unwrap_or_else(|| Self::cell(problem, curves, m as usize, axis, i, taken)),
                    })
                    .collect()
            })
            .collect();
        CellConductivity { axes }
    }

    /// W/(m K) of a cell along an axis.
    pub fn at(&self, cell: usize, axis: usize) -> f64 {
        self.axes[if self.axes.len() == 1 { 0 } else { axis }][cell]
    }

    /// W/(m K) of one cell along an axis.
    pub fn of_cell(problem: &Problem, curves: &[Option<Curve>], cell: usize, axis: usize, taken: Taken) -> f64 {
        match problem.material[cell] {
            VOID => 0.0,
            m => Self::cell(problem, curves, m as usize, axis, cell, taken),
        }
    }

    fn value(conductivity: &Conductivity, axis: usize) -> Result<ValueId, f64> {
        match conductivity {
            Conductivity::Isotropic(id) => Ok(*id),
            Conductivity::Diagonal(ids) => Ok(ids[axis]),
            Conductivity::Tensor(k) => Err(k[axis]),
        }
    }

    /// The value of a material where it is the same in all its cells.
    fn uniform(problem: &Problem, material: usize, axis: usize, taken: Taken) -> Option<f64> {
        let m = &problem.materials[material];
        let solid = match Self::value(&m.conductivity, axis) {
            Err(constant) => return Some(constant),
            Ok(id) => id,
        };
        let liquid = m.melting.as_ref().and_then(|melting| melting.liquid_conductivity);
        let ids = [Some(solid), liquid];
        let spatial = ids.iter().flatten().any(|&id| problem.values.get(id).is_spatial());
        match taken {
            Taken::Largest { .. } if !spatial => Some(Self::largest(problem, ids, Place::default(), taken)),
            Taken::At { .. } if liquid.is_none() => problem.values.get(solid).as_constant(),
            _ => None,
        }
    }

    fn largest(problem: &Problem, ids: [Option<ValueId>; 2], place: Place, taken: Taken) -> f64 {
        let Taken::Largest { temperature, time } = taken else { return 0.0 };
        let [low, high] = temperature.map(|t| t + problem.reference);
        let mut largest = 0.0_f64;
        for id in ids.into_iter().flatten() {
            let value = problem.values.get(id);
            let samples = if value.depends_on(Variable::Time) { 64 } else { 0 };
            let mut times: Vec<f64> =
                (0..=samples).map(|n| time[0] + (time[1] - time[0]) * n as f64 / samples.max(1) as f64).collect();
            times.extend(value.breakpoints(Variable::Time).into_iter().filter(|t| (time[0]..=time[1]).contains(t)));
            for t in times {
                largest = largest.max(value.bounds_over_temperature(low, high, &Place { t, ..place }).1);
            }
        }
        largest
    }

    fn cell(problem: &Problem, curves: &[Option<Curve>], material: usize, axis: usize, i: usize, taken: Taken) -> f64 {
        let m = &problem.materials[material];
        let solid = match Self::value(&m.conductivity, axis) {
            Err(constant) => return constant,
            Ok(id) => id,
        };
        let liquid = m.melting.as_ref().and_then(|melting| melting.liquid_conductivity);
        let centre = problem.grid.centre(problem.grid.cell(i));
        let mut place = Place { x: centre.x, y: centre.y, z: centre.z, ..Place::default() };
        match taken {
            Taken::Largest { .. } => Self::largest(problem, [Some(solid), liquid], place, taken),
            Taken::At { temperature, enthalpy, time } => {
                place.t = time;
                place.temperature = temperature[i] + problem.reference;
                let k = problem.values.at(solid, &place);
                match (liquid, &curves[material]) {
                    (Some(id), Some(curve)) => {
                        let f = curve.liquid_fraction(enthalpy[i]);
                        (1.0 - f) * k + f * problem.values.at(id, &place)
                    }
                    _ => k,
                }
            }
        }
    }
}

/// Whether conductivities change while the problem runs.
pub fn conductivity_varies(problem: &Problem) -> bool {
    let varies = |id: &ValueId| {
        let value = problem.values.get(*id);
        value.depends_on(Variable::Temperature) || value.depends_on(Variable::Time)
    };
    problem.materials.iter().any(|m| {
        m.melting.as_ref().is_some_and(|melting| melting.liquid_conductivity.is_some())
            || match &m.conductivity {
                Conductivity::Isotropic(id) => varies(id),
                Conductivity::Diagonal(ids) => ids.iter().any(varies),
                Conductivity::Tensor(_) => false,
            }
    })
}

/// Contact resistance on the face between two cells, m2 K/W.
pub fn contact_resistance(problem: &Problem, a: usize, b: usize) -> f64 {
    problem.bodies().contact(a, b).map_or(0.0, |c| problem.contacts[c].resistance)
}

impl Links {
    /// Conductances of a problem.
    ///
    /// # Errors
    /// If a tensor cannot be carried by the grid.
    pub fn new(problem: &Problem, curves: &[Option<Curve>], taken: Taken) -> Result<Links, Unreachable> {
        let oblique = Oblique::new(&problem.grid, &problem.materials, problem.bodies())?;
        let axes = (0..3).filter(|&a| problem.grid.axis(a).cells() > 1);
        let mut families: Vec<Family> = axes
            .map(|a| Family {
                offset: IVec3::from_array([0, 1, 2].map(|b| i32::from(a == b))),
                conductance: vec![0.0; problem.grid.len()],
            })
            .collect();
        for offset in oblique.offsets() {
            let grid = &problem.grid;
            let conductance = (0..grid.len())
                .into_par_iter()
                .map(|i| {
                    let cell = grid.cell(i);
                    let mean = |other| 0.5 * (oblique.weight(cell, offset) + oblique.weight(other, offset));
                    oblique.same(cell, offset).map_or(0.0, mean)
                })
                .collect();
            families.push(Family { offset, conductance });
        }
        let mut links = Links { families, rim: Vec::new() };
        links.add_rim(problem, &oblique);
        links.fill_faces(problem, &CellConductivity::new(problem, curves, taken), &oblique);
        Ok(links)
    }

    fn add_rim(&mut self, problem: &Problem, oblique: &Oblique) {
        let given: HashSet<(usize, Side)> = problem
            .walls
            .iter()
            .filter(|w| matches!(problem.conditions[usize::from(w.condition)], Condition::Temperature(_)))
            .map(|w| (w.cell as usize, w.side))
            .collect();
        for (cell, offset, conductance) in oblique.rim(&|cell, side| given.contains(&(cell, side))) {
            let stored = tensor::canonical(offset);
            let grid = &problem.grid;
            let start = match grid.neighbour(grid.cell(cell), offset) {
                Some(other) if stored != offset => grid.index(other),
                _ => cell,
            };
            let family = self.families.iter().position(|f| f.offset == stored).unwrap_or_else(|| {
                self.families.push(Family { offset: stored, conductance: vec![0.0; grid.len()] });
                self.families.len() - 1
            });
            if stored.abs().element_sum() == 1 {
                self.rim.push((family, start, conductance));
            } else {
                self.families[family].conductance[start] += conductance;
            }
        }
    }

    /// Takes the conductivities anew.
    ///
    /// # Panics
    /// Never for a problem that [`Links::new`] accepted.
    pub fn refresh(&mut self, problem: &Problem, conductivity: &CellConductivity) {
        let oblique = Oblique::new(&problem.grid, &problem.materials, problem.bodies())
            .expect("the tensors were accepted when the links were made");
        self.fill_faces(problem, conductivity, &oblique);
    }

    fn fill_faces(&mut self, problem: &Problem, k: &CellConductivity, oblique: &Oblique) {
        let grid = &problem.grid;
        let row = grid.cells()[0];
        let is_tensor: Vec<bool> =
            problem.materials.iter().map(|m| matches!(m.conductivity, Conductivity::Tensor(_))).collect();
        for family in
            self.families.iter_mut().filter(|f| f.offset.element_sum() == 1 && f.offset.abs().element_sum() == 1)
        {
            let axis = (0..3).find(|&a| family.offset[a] == 1).expect("an axis family has one step");
            let offset = family.offset;
            let widths = grid.axis(axis).widths();
            family.conductance.par_chunks_mut(row).enumerate().for_each(|(r, out)| {
                let here = grid.cell(r * row);
                // Along x the other end lies in the same row, otherwise at the same x of another row.
                let across = if axis == 0 { IVec3::ZERO } else { offset };
                let Some(there) = grid.neighbour(here, across) else { return out.fill(0.0) };
                let start = grid.index(there);
                for (x, out) in out.iter_mut().enumerate() {
                    *out = 0.0;
                    let x_there = match axis {
                        0 if x + 1 < row => x + 1,
                        0 if grid.periodic[0] => 0,
                        0 => continue,
                        _ => x,
                    };
                    let (i, j) = (r * row + x, start + x_there);
                    let (a, b) = (problem.material[i], problem.material[j]);
                    if a == VOID || b == VOID || i == j {
                        continue;
                    }
                    let (cell, other) = ([x, here[1], here[2]], [x_there, there[1], there[2]]);
                    let contact = problem.bodies().contact(i, j);
                    if a == b && is_tensor[a as usize] && contact.is_none() {
                        let (p, q) = (oblique.weight(cell, offset), oblique.weight(other, offset));
                        *out = if p > 0.0 && q > 0.0 { 2.0 * p * q / (p + q) } else { 0.0 };
                        continue;
                    }
                    let resistance = contact.map_or(0.0, |c| problem.contacts[c].resistance);
                    *out = face_conductance(
                        grid.area(cell, axis),
                        0.5 * widths[cell[axis]],
                        k.at(i, axis),
                        0.5 * widths[other[axis]],
                        k.at(j, axis),
                        resistance,
                    );
                }
            });
        }
        for &(family, cell, conductance) in &self.rim {
            self.families[family].conductance[cell] += conductance;
        }
    }

    /// Whether a contact lies within one tensor material.
    pub fn parts_tensors(&self, problem: &Problem) -> bool {
        let tensor =
            |m: u8| m != VOID && matches!(problem.materials[usize::from(m)].conductivity, Conductivity::Tensor(_));
        let bodies = problem.bodies();
        !problem.contacts.is_empty()
            && self.families.iter().any(|family| {
                (0..problem.grid.len()).filter(|&i| tensor(problem.material[i])).any(|i| {
                    let other = problem.grid.neighbour(problem.grid.cell(i), family.offset);
                    let other = other.map(|c| problem.grid.index(c));
                    other.is_some_and(|j| problem.material[j] == problem.material[i] && bodies.contact(i, j).is_some())
                })
            })
    }

    /// Folds over every link in parallel, rows in a fixed order: `each(sum, cell, other, conductance, offset)`.
    pub fn fold<T: Send>(
        &self,
        grid: &Grid,
        zero: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, usize, usize, f64, IVec3) + Sync,
        join: impl Fn(T, T) -> T,
    ) -> T {
        let row = grid.cells()[0];
        let rows = grid.len() / row;
        let block = (4096 / row).clamp(1, rows);
        let parts: Vec<T> = (0..rows.div_ceil(block))
            .into_par_iter()
            .map(|b| {
                let mut sum = zero();
                for r in b * block..rows.min((b + 1) * block) {
                    for family in &self.families {
                        for x in 0..row {
                            let i = r * row + x;
                            let g = family.conductance[i];
                            if g != 0.0 {
                                let other = grid.neighbour(grid.cell(i), family.offset).expect("a link has two ends");
                                each(&mut sum, i, grid.index(other), g, family.offset);
                            }
                        }
                    }
                }
                sum
            })
            .collect();
        parts.into_iter().fold(zero(), join)
    }

    /// Sum of the conductances that meet in each cell, W/K.
    pub fn total(&self, problem: &Problem) -> Vec<f64> {
        let grid = &problem.grid;
        let mut total = vec![0.0; grid.len()];
        for family in &self.families {
            for (i, &g) in family.conductance.iter().enumerate().filter(|(_, g)| **g > 0.0) {
                let other = grid.neighbour(grid.cell(i), family.offset).expect("a link has two ends");
                total[i] += g;
                total[grid.index(other)] += g;
            }
        }
        total
    }
}

/// Runs of cells of a row, and where the cells begin that an offset leads to from them: first cell, first cell there, how many; none
/// where the offset leaves the grid.
pub fn runs(grid: &Grid, offset: IVec3, row: usize) -> [[usize; 3]; 2] {
    const NONE: [usize; 3] = [0; 3];
    let [nx, ny, _] = grid.cells();
    let Some(there) = grid.neighbour([0, row % ny, row / ny], IVec3::new(0, offset.y, offset.z)) else {
        return [NONE; 2];
    };
    let (own, other) = (row * nx, grid.index(there));
    let shift = offset.x.unsigned_abs() as usize;
    if shift >= nx && shift > 0 && !grid.periodic[0] {
        return [NONE; 2];
    }
    let shift = shift % nx;
    let (first, last) = match offset.x >= 0 {
        true => ([own, other + shift, nx - shift], [own + nx - shift, other, shift]),
        false => ([own + shift, other, nx - shift], [own, other + nx - shift, shift]),
    };
    [first, if grid.periodic[0] { last } else { NONE }]
}

/// Conductance of the half cell between a cell's centre and its wall, W/K.
pub fn wall_conductance(wall: &Wall, conductivity: &CellConductivity) -> f64 {
    wall.area * conductivity.at(wall.cell as usize, wall.side.axis) / wall.half
}
