//! Where heat passes and where entropy is made: in every cell, over every contact, between every pair of materials and of
//! regions, through every part of a surface. All from the heats that the scheme itself moves, so that the parts add
//! up to the balance.

mod halves;

use super::balance::Snapshot;
use crate::links::{CellConductivity, End, Run, Taken};
use crate::problem::{Conductivity, Material, Problem, ValueId};
use glam::IVec3;
use halves::Halves;
use std::collections::BTreeMap;

/// What passes through a set of faces.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Passage {
    /// m2.
    pub area: f64,
    /// Heat, W, from the first of the two that it lies between to the second; at a wall into the solid.
    pub heat: f64,
    /// Entropy produced in the faces themselves, by contact resistances, W/K; at a wall in the half cell behind it.
    pub production: f64,
    /// Entropy that enters through a wall at the temperature of its surface, W/K; 0 inside.
    pub entropy_in: f64,
    /// Temperature step across the faces times their area, K m2.
    step: f64,
}

impl Passage {
    /// Mean temperature step from the first side to the second, K: positive where the first is warmer.
    pub fn temperature_step(&self) -> f64 {
        if self.area > 0.0 { self.step / self.area } else { 0.0 }
    }

    /// Through a face inside: its area (m2), heat (W), production (W/K), and the temperature step across it (K).
    pub fn inside(area: f64, heat: f64, production: f64, step: f64) -> Passage {
        Passage { area, heat, production, entropy_in: 0.0, step: step * area }
    }

    /// Adds what passes elsewhere between the same two.
    pub fn join(&mut self, other: &Passage) {
        self.area += other.area;
        self.heat += other.heat;
        self.production += other.production;
        self.entropy_in += other.entropy_in;
        self.step += other.step;
    }

    /// As seen from the other side.
    pub fn turned(self) -> Passage {
        Passage { heat: -self.heat, step: -self.step, ..self }
    }
}

/// Everything that passes and is made in a state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budget {
    /// Entropy produced in the material of each cell, half cells at walls included, W/K.
    pub cells: Vec<f64>,
    /// Per contact of the problem, from its first party to its second.
    pub contacts: Vec<Passage>,
    /// Between materials, the lower number first.
    pub materials: BTreeMap<[u8; 2], Passage>,
    /// Between regions, the lower number first; cells of no region count as one.
    pub regions: BTreeMap<[u16; 2], Passage>,
    /// Per surface of the problem and condition on it.
    pub walls: BTreeMap<[u16; 2], Passage>,
}

/// A link taken apart.
struct Split {
    /// From the first cell to the second, W.
    heat: f64,
    /// Entropy produced in the first cell, in the contact, in the second cell, W/K.
    production: [f64; 3],
    /// Temperature step across the contact, K.
    step: f64,
    /// The contact, if there is one.
    contact: Option<usize>,
}

impl Split {
    fn passage(&self, area: f64) -> Passage {
        Passage::inside(area, self.heat, self.production[1], self.step)
    }
}

impl Budget {
    /// Of a state.
    pub fn new(snapshot: &Snapshot) -> Budget {
        let problem = &snapshot.conduction.problem;
        let grid = &problem.grid;
        let parts = Parts::new(snapshot);
        let alike = |run: &Run| {
            let ([a, b], [c, d]) = (run.ends(&problem.material), run.ends(&problem.region));
            a == b && c == d
        };
        let passages = snapshot.conduction.links.fold_runs(
            grid,
            || Passages::none(problem),
            |passages, run| {
                if !alike(&run) {
                    run.links().for_each(|end| passages.look(&parts, end));
                }
            },
            Passages::join,
        );
        let Passages { contacts, materials, regions } = passages;
        let mut budget =
            Budget { cells: parts.production_of_cells(), contacts, materials, regions, walls: BTreeMap::new() };
        for (w, (wall, state)) in problem.walls.iter().zip(&snapshot.walls).enumerate() {
            let production = snapshot.wall_production(w);
            let passage = budget.walls.entry([wall.surface, wall.condition]).or_default();
            passage.area += wall.area;
            passage.heat += state.heat;
            passage.production += production;
            passage.entropy_in += state.heat / (state.surface + problem.reference);
        }
        budget
    }
}

/// What passes between cells.
struct Passages {
    contacts: Vec<Passage>,
    materials: BTreeMap<[u8; 2], Passage>,
    regions: BTreeMap<[u16; 2], Passage>,
}

impl Passages {
    fn none(problem: &Problem) -> Passages {
        let contacts = vec![Passage::default(); problem.contacts.len()];
        Passages { contacts, materials: BTreeMap::new(), regions: BTreeMap::new() }
    }

    fn look(&mut self, parts: &Parts, end: End) {
        let problem = &parts.snapshot.conduction.problem;
        let [i, j] = end.stored();
        let (m, r) = ([problem.material[i], problem.material[j]], [problem.region[i], problem.region[j]]);
        if m[0] == m[1] && r[0] == r[1] {
            return;
        }
        let link = parts.split(end);
        let area = parts.axes[end.family].map_or(0.0, |axis| problem.grid.area(end.at, axis));
        if m[0] != m[1] {
            join_pair(&mut self.materials, m, link.passage(area));
        }
        if r[0] != r[1] {
            join_pair(&mut self.regions, r, link.passage(area));
        }
        if let Some(contact) = link.contact {
            let slant = parts.axes[end.family].map_or(1.0, |axis| problem.slants.of(i, axis));
            let passage = link.passage(area / slant);
            let leads_on = problem.is_first_party(contact, i);
            self.contacts[contact].join(&if leads_on { passage } else { passage.turned() });
        }
    }

    fn join(mut self, other: Passages) -> Passages {
        self.contacts.iter_mut().zip(&other.contacts).for_each(|(sum, other)| sum.join(other));
        other.materials.iter().for_each(|(key, other)| self.materials.entry(*key).or_default().join(other));
        other.regions.iter().for_each(|(key, other)| self.regions.entry(*key).or_default().join(other));
        self
    }
}

/// Adds what passes from `a` to `b`, the lower of which comes first.
pub fn join_pair<K: Ord + Copy>(map: &mut BTreeMap<[K; 2], Passage>, [a, b]: [K; 2], passage: Passage) {
    let (key, passage) = if a < b { ([a, b], passage) } else { ([b, a], passage.turned()) };
    map.entry(key).or_default().join(&passage);
}

fn axis_of(offset: IVec3) -> Option<usize> {
    let steps = offset.abs();
    (steps.element_sum() == 1).then(|| (0..3).find(|&a| steps[a] == 1).expect("one step"))
}

/// Whether a material conducts the same everywhere and always, along each axis.
fn keeps(problem: &Problem, material: &Material) -> bool {
    let constant = |id: &ValueId| problem.values.get(*id).as_constant().is_some();
    material.melting.is_none()
        && match &material.conductivity {
            Conductivity::Isotropic(id) => constant(id),
            Conductivity::Diagonal(ids) => ids.iter().all(constant),
            Conductivity::Tensor(_) => false,
        }
}

/// What links are made of: half cell, contact, half cell in series.
pub struct Parts<'a> {
    snapshot: &'a Snapshot<'a>,
    /// None where no link asks for it: where all cells are as wide as each other, of one material, which [`keeps`].
    conductivity: Option<CellConductivity<'a>>,
    tensor: Vec<bool>,
    /// Materials whose conductivity is the same everywhere and always.
    keeps: Vec<bool>,
    /// Along which axis the links of each family lie; none if they are oblique.
    axes: Vec<Option<usize>>,
}

impl<'a> Parts<'a> {
    /// Takes the conductivities of a state.
    pub fn new(snapshot: &'a Snapshot<'a>) -> Parts<'a> {
        let conduction = snapshot.conduction;
        let problem = &conduction.problem;
        let taken = Taken::At { temperature: &snapshot.temperature, enthalpy: snapshot.enthalpy, time: snapshot.time };
        let tensor = |m: &Material| matches!(m.conductivity, Conductivity::Tensor(_));
        let keeps: Vec<bool> = problem.materials.iter().map(|m| keeps(problem, m)).collect();
        let alike = keeps == [true] && problem.contacts.is_empty() && (0..3).all(|a| problem.grid.axis(a).is_uniform());
        Parts {
            snapshot,
            conductivity: (!alike).then(|| CellConductivity::of_cells(problem, &conduction.curves, taken)),
            tensor: problem.materials.iter().map(tensor).collect(),
            keeps,
            axes: conduction.links.families.iter().map(|family| axis_of(family.offset)).collect(),
        }
    }

    /// The parts of a link's resistance that lie in the first cell, the contact and the second cell.
    #[inline]
    fn shares(&self, end: End) -> ([f64; 3], Option<usize>) {
        let [i, j] = end.stored();
        let problem = &self.snapshot.conduction.problem;
        let grid = &problem.grid;
        let (m, n) = (problem.material[i], problem.material[j]);
        // An oblique link is the mean of what its two cells, of one material, would have.
        let Some(axis) = self.axes[end.family] else { return ([0.5, 0.0, 0.5], None) };
        let widths = grid.axis(axis).widths();
        let (near, far) = (end.at[axis], end.at[axis] + if end.forward { 1 } else { widths.len() - 1 });
        let (near, far) = (0.5 * widths[near], 0.5 * widths[far % widths.len()]);
        let [a, b] = if end.forward { [near, far] } else { [far, near] };
        let contact = if problem.contacts.is_empty() { None } else { problem.bodies().contact(i, j) };
        let mean = self.snapshot.conduction.integrals.of(m, axis).is_some();
        let same = m == n && (self.tensor[usize::from(m)] || self.keeps[usize::from(m)] || mean) && contact.is_none();
        let Some(conductivity) = self.conductivity.as_ref().filter(|_| !same) else {
            return ([a / (a + b), 0.0, b / (a + b)], None);
        };
        // Half widths over conductivities, all times both of these.
        let k = conductivity.along(axis);
        let between = contact.map_or(0.0, |_| problem.contact_resistance(i, j, axis) * k[i] * k[j]);
        let resistance = [a * k[j], between, b * k[i]];
        let whole = 1.0 / (resistance[0] + resistance[1] + resistance[2]);
        (resistance.map(|r| r * whole), contact)
    }

    /// Takes a link apart: the temperatures of the two faces of a contact lie between those of the cells, as the series
    /// of resistances divides them, and `q (1/T_cold - 1/T_hot)` of the three parts adds up to that of the whole.
    fn split(&self, end: End) -> Split {
        let [i, j] = end.stored();
        let heat = self.snapshot.link_heat(end);
        let (a, b) = (self.snapshot.kelvin(i), self.snapshot.kelvin(j));
        let (share, contact) = self.shares(end);
        let drop = self.snapshot.temperature[i] - self.snapshot.temperature[j];
        let (face_a, face_b) = (a - share[0] * drop, b + share[2] * drop);
        let production = [
            heat * share[0] * drop / (a * face_a),
            heat * share[1] * drop / (face_a * face_b),
            heat * share[2] * drop / (face_b * b),
        ];
        Split { heat, production, step: share[1] * drop, contact }
    }

    /// Entropy produced in the half of a link that lies in the cell at this end, W/K.
    #[inline]
    fn production(&self, end: End) -> f64 {
        let heat = self.snapshot.link_heat(end);
        let (own, share) = (self.snapshot.kelvin(end.cell), self.shares(end).0);
        let (share, sign) = if end.forward { (share[0], 1.0) } else { (share[2], -1.0) };
        let drop = share * (self.snapshot.temperature[end.cell] - self.snapshot.temperature[end.other]);
        sign * heat * drop / (own * (own - drop))
    }

    /// Entropy produced in the material of each cell, W/K: its parts of the links that meet in it, and the half cells at its walls.
    fn production_of_cells(&self) -> Vec<f64> {
        let (snapshot, conduction) = (self.snapshot, self.snapshot.conduction);
        let grid = &conduction.problem.grid;
        let mut produced = match Halves::of(self) {
            Some(halves) => halves.produced(),
            None => conduction.links.gather(grid, 0.0, |end| self.production(end)),
        };
        for (w, wall) in conduction.problem.walls.iter().enumerate() {
            produced[wall.cell as usize] += snapshot.wall_production(w);
        }
        produced
    }
}

/// Entropy produced in the material of each cell, W/K.
pub fn production_of_cells(snapshot: &Snapshot) -> Vec<f64> {
    Parts::new(snapshot).production_of_cells()
}
