//! Heats that are state, and the entropy of a body in which they flow.
//!
//! With inertia a heat may run from cold to hot for a while, and the entropy of local equilibrium may fall. What does not fall is the
//! extended entropy (Jou, Casas-Vazquez and Lebon, Extended Irreversible Thermodynamics, ch. 2): less by `m Q^2/(2 T_i T_j)` per
//! link, per volume `tau q^2/(2 k T^2)`. With `m dQ/dt + Q/g = T_i - T_j` its rate is the classical production
//! `Q (T_i - T_j)/(T_i T_j)` less `m Q dQ/dt/(T_i T_j)`, that is `Q^2/(g T_i T_j) >= 0`, plus a term of third order in Q and
//! dT/dt that the theory leaves out.

use super::balance::Snapshot;
use crate::face_heat;
use crate::sum::Sum;
use glam::IVec3;

impl Snapshot<'_> {
    /// Inertia of the link of cell `i` over an offset, K s/W; 0 where heat follows at once.
    pub fn link_inertia(&self, i: usize, offset: IVec3) -> f64 {
        match (&self.conduction.inertia, self.heats.is_some(), self.family(offset)) {
            (Some(inertia), true, Some(f)) => inertia.links[f][i],
            _ => 0.0,
        }
    }

    /// Inertia of the half cell at a wall, K s/W; 0 where heat follows at once.
    pub fn wall_inertia(&self, wall: usize) -> f64 {
        match (&self.conduction.inertia, self.heats.is_some()) {
            (Some(inertia), true) => inertia.walls[wall],
            _ => 0.0,
        }
    }

    /// Heat of the link of cell `i` to `j` with conductance `g` over an offset, W, from `i` to `j`.
    pub fn link_heat(&self, i: usize, j: usize, g: f64, offset: IVec3) -> f64 {
        match (&self.heats, self.family(offset)) {
            (Some(heats), Some(f)) if self.link_inertia(i, offset) > 0.0 => heats.links[f][i],
            _ => face_heat(g, self.temperature[j], self.temperature[i]),
        }
    }

    /// Entropy of local equilibrium produced by a link, W/K; below 0 while its heat runs from cold to hot.
    pub fn link_production(&self, i: usize, j: usize, g: f64, offset: IVec3) -> f64 {
        if self.link_inertia(i, offset) == 0.0 {
            return crate::entropy_production(g, self.kelvin(i), self.kelvin(j));
        }
        let difference = self.temperature[i] - self.temperature[j];
        self.link_heat(i, j, g, offset) * difference / (self.kelvin(i) * self.kelvin(j))
    }

    /// Extended entropy produced by a link, W/K; Fourier's where there is no inertia.
    pub fn extended_link_production(&self, i: usize, j: usize, g: f64, offset: IVec3) -> f64 {
        let heat = self.link_heat(i, j, g, offset);
        heat * heat / (g * self.kelvin(i) * self.kelvin(j))
    }

    /// Extended entropy produced by the half cell at a wall, W/K.
    pub fn extended_wall_production(&self, wall: usize) -> f64 {
        let heat = self.walls[wall].heat;
        heat * heat / (self.conduction.wall_conductance[wall] * self.wall_kelvins(wall))
    }

    /// Entropy of local equilibrium produced between cells, W/K.
    pub fn production_between_cells(&self) -> f64 {
        self.over_links(&|i, j, g, offset| self.link_production(i, j, g, offset))
    }

    /// Extended entropy produced by all links and walls, W/K.
    pub fn extended_production(&self) -> f64 {
        self.over_links(&|i, j, g, offset| self.extended_link_production(i, j, g, offset))
            + (0..self.walls.len()).map(|w| self.extended_wall_production(w)).collect::<Sum>().value()
    }

    /// What flowing heats hold back: entropy of local equilibrium less extended entropy, J/K; 0 where nothing has inertia.
    pub fn held_entropy(&self) -> f64 {
        if self.heats.is_none() {
            return 0.0;
        }
        let links = self.over_links(&|i, j, g, offset| {
            let heat = self.link_heat(i, j, g, offset);
            self.link_inertia(i, offset) * heat * heat / (self.kelvin(i) * self.kelvin(j))
        });
        let walls = match (&self.conduction.inertia, &self.heats) {
            (Some(inertia), Some(heats)) => (0..self.walls.len())
                .map(|w| inertia.walls[w] * heats.walls[w] * heats.walls[w] / self.wall_kelvins(w))
                .collect::<Sum>()
                .value(),
            _ => 0.0,
        };
        0.5 * (links + walls)
    }

    fn family(&self, offset: IVec3) -> Option<usize> {
        self.conduction.links.families.iter().position(|f| f.offset == offset)
    }

    /// Temperature of a wall's surface times that of its cell, K2.
    fn wall_kelvins(&self, wall: usize) -> f64 {
        let problem = &self.conduction.problem;
        self.kelvin(problem.walls[wall].cell as usize) * (self.walls[wall].surface + problem.reference)
    }

    fn over_links(&self, each: &(dyn Fn(usize, usize, f64, IVec3) -> f64 + Sync)) -> f64 {
        let add = |mut a: Sum, b: Sum| {
            a.add(b.value());
            a
        };
        let links = &self.conduction.links;
        let grid = &self.conduction.problem.grid;
        links.fold(grid, Sum::default, |sum, i, j, g, offset| sum.add(each(i, j, g, offset)), add).value()
    }
}
