//! The operator: heat flows over links between cells.
//!
//! Stepping, steady solving, flux maps, entropy production, budgets and the stability bound all read the
//! same conductances; nothing differentiates a field a second time.

mod conductivity;
mod face;
mod integral;

use conductivity::material_varies;
pub use conductivity::{CellConductivity, Taken, conductivity_varies};

use crate::grid::{Grid, Side};
use crate::oblique::{Oblique, Unreachable};
use crate::problem::{Condition, Conductivity, Problem, VOID, Wall};
use crate::tensor;
use face::ContactFace;
use glam::IVec3;
pub use integral::{Integral, Integrals};
use rayon::prelude::*;
use std::collections::HashSet;
use std::ops::AddAssign;

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
    contacts: Vec<ContactFace>,
    /// Rows of cells along x with a conductivity that changes.
    varying: Vec<bool>,
}

/// Whether numbers are all the same.
pub fn are_alike(numbers: &[f64]) -> bool {
    numbers.windows(2).all(|pair| pair[0] == pair[1])
}

impl Links {
    /// Conductances of a problem.
    ///
    /// # Errors
    /// If a tensor cannot be carried by the grid.
    pub fn new(problem: &Problem, conductivity: &CellConductivity) -> Result<Links, Unreachable> {
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
        let row = problem.grid.cells()[0];
        let varies: Vec<bool> = problem.materials.iter().map(|m| material_varies(problem, m)).collect();
        let of_row = |cells: &[u8]| cells.iter().any(|&m| varies.get(usize::from(m)) == Some(&true));
        let varying = problem.material.par_chunks(row).map(of_row).collect();
        let mut links = Links { families, rim: Vec::new(), contacts: Vec::new(), varying };
        links.add_rim(problem, &oblique);
        links.contacts = links.faces_with_contacts(problem);
        links.fill_faces(problem, conductivity, &oblique, true);
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

    /// Takes the conductivities anew, where they change.
    ///
    /// # Panics
    /// Never for a problem that [`Links::new`] accepted.
    pub fn refresh(&mut self, problem: &Problem, conductivity: &CellConductivity) {
        let oblique = Oblique::new(&problem.grid, &problem.materials, problem.bodies())
            .expect("the tensors were accepted when the links were made");
        self.fill_faces(problem, conductivity, &oblique, false);
    }

    /// What the links of a row are, where all its cells have the same, along axes alone, but for the last, which has none onwards: conductances (W/K) along
    /// the row, and to the rows above and below, family by family; 0 where there are none.
    pub fn of_alike(&self, grid: &Grid, row: usize) -> Option<(f64, [[f64; 2]; 2])> {
        let [nx, ny, _] = grid.cells();
        let own = [0, row % ny, row / ny];
        let (mut along, mut across, mut families) = (0.0, [[0.0; 2]; 2], 0);
        for Family { offset, conductance } in &self.families {
            let of_row = |[_, y, z]: [usize; 3]| &conductance[grid.index([0, y, z])..][..nx];
            match (offset.x, offset.abs().element_sum()) {
                (1, 1) if are_alike(&of_row(own)[..nx - 1]) => along = of_row(own)[0],
                (0, 1) if are_alike(of_row(own)) => {
                    let below = grid.neighbour(own, -*offset).map(of_row);
                    if below.is_some_and(|below| !are_alike(below)) {
                        return None;
                    }
                    across[families] = [of_row(own)[0], below.map_or(0.0, |below| below[0])];
                    families += 1;
                }
                _ => return None,
            }
        }
        Some((along, across))
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

    /// Folds over every link in parallel, rows in a fixed order; each is seen from the end that it is stored with.
    pub fn fold<T: Send>(
        &self,
        grid: &Grid,
        zero: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, End) + Sync,
        join: impl Fn(T, T) -> T,
    ) -> T {
        self.fold_runs(grid, zero, |sum, run| run.links().for_each(|end| each(sum, end)), join)
    }

    /// The same, where neighbours along a row are seen together.
    pub fn fold_runs<T: Send>(
        &self,
        grid: &Grid,
        zero: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, Run) + Sync,
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
                    let [_, y, z] = grid.cell(r * row);
                    for (family, Family { offset, conductance }) in self.families.iter().enumerate() {
                        for [own, other, n] in runs(grid, *offset, r).into_iter().filter(|[.., n]| *n > 0) {
                            let (at, conductance) = ([own - r * row, y, z], &conductance[own..][..n]);
                            each(&mut sum, Run { own, other, at, conductance, family });
                        }
                    }
                }
                sum
            })
            .collect();
        parts.into_iter().fold(zero(), join)
    }

    /// Calls `each` for every link that ends in a row of cells, once for each end there.
    pub fn for_ends(&self, grid: &Grid, row: usize, mut each: impl FnMut(End)) {
        let first = row * grid.cells()[0];
        let at = grid.cell(first);
        for (family, Family { offset, conductance }) in self.families.iter().enumerate() {
            for forward in [true, false] {
                for [own, there, n] in runs(grid, if forward { *offset } else { -*offset }, row) {
                    // A link is stored with its lower end.
                    let start = if forward { own } else { there };
                    for (x, &conductance) in conductance[start..][..n].iter().enumerate().filter(|(_, g)| **g > 0.0) {
                        let at = [own + x - first, at[1], at[2]];
                        each(End { cell: own + x, other: there + x, at, conductance, family, forward });
                    }
                }
            }
        }
    }

    /// Sum over the links that meet in each cell of what is told of each.
    pub fn gather<T: Copy + Send + Sync + AddAssign>(
        &self,
        grid: &Grid,
        zero: T,
        each: impl Fn(End) -> T + Sync,
    ) -> Vec<T> {
        let row = grid.cells()[0];
        let mut sums = vec![zero; grid.len()];
        let rows = sums.par_chunks_mut(row).enumerate().with_min_len(4096_usize.div_ceil(row));
        rows.for_each(|(r, sums)| {
            // Fresh memory that is read before it is written is mapped twice.
            sums.fill(zero);
            self.for_ends(grid, r, |end| sums[end.cell - r * row] += each(end));
        });
        sums
    }

    /// Sum of the conductances that meet in each cell, W/K.
    pub fn total(&self, problem: &Problem) -> Vec<f64> {
        self.gather(&problem.grid, 0.0, |end| end.conductance)
    }
}

/// Links of one family between neighbours along a row and as many in the same or another row.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The first cell, of those that the links are stored with.
    pub own: usize,
    /// The cell at the other end of its link.
    pub other: usize,
    /// The place of the first cell in the grid.
    pub at: [usize; 3],
    /// W/K; 0 where there is no link.
    pub conductance: &'a [f64],
    /// Which of the families they are of.
    pub family: usize,
}

impl<'a> Run<'a> {
    /// The links one by one.
    pub fn links(self) -> impl Iterator<Item = End> + use<'a> {
        let Run { own, other, at: [first, y, z], conductance, family } = self;
        let there = conductance.iter().enumerate().filter(|(_, g)| **g != 0.0);
        there.map(move |(x, &conductance)| {
            let at = [first + x, y, z];
            End { cell: own + x, other: other + x, at, conductance, family, forward: true }
        })
    }

    /// The values of a field at both ends of the links.
    #[inline(always)]
    pub fn ends<'b, T>(&self, field: &'b [T]) -> [&'b [T]; 2] {
        [self.own, self.other].map(|first| &field[first..][..self.conductance.len()])
    }
}

/// A link seen from one of its ends.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// The cell at this end.
    pub cell: usize,
    /// The cell at the other.
    pub other: usize,
    /// The place of the cell at this end in the grid.
    pub at: [usize; 3],
    /// W/K.
    pub conductance: f64,
    /// Which of the families it is of.
    pub family: usize,
    /// Whether the link is stored with this end, so that its offset leads from here to the other.
    pub forward: bool,
}

impl End {
    /// The end that the link is stored with, and the other.
    pub fn stored(self) -> [usize; 2] {
        if self.forward { [self.cell, self.other] } else { [self.other, self.cell] }
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

/// Conductance of the half cell between a cell's centre and its wall, W/K, which has a `surface` temperature (deviation, K) if one is given.
pub fn wall_conductance(wall: &Wall, conductivity: &CellConductivity, surface: Option<f64>) -> f64 {
    let (cell, axis) = (wall.cell as usize, wall.side.axis);
    let mean = surface.and_then(|surface| conductivity.mean_to(cell, axis, surface));
    wall.area * mean.unwrap_or_else(|| conductivity.at(cell, axis)) / wall.half
}
