//! Heats that are state, and the entropy of a body in which they flow.
//!
//! With inertia a heat may run from cold to hot for a while, and the entropy of local equilibrium may fall. What does not fall is the
//! extended entropy (Jou, Casas-Vazquez and Lebon, Extended Irreversible Thermodynamics, ch. 2): less by `m Q^2/(2 T_i T_j)` per
//! link, per volume `tau q^2/(2 k T^2)`. With `m dQ/dt + Q/g = T_i - T_j` its rate is the classical production
//! `Q (T_i - T_j)/(T_i T_j)` less `m Q dQ/dt/(T_i T_j)`, that is `Q^2/(g T_i T_j) >= 0`, plus a term of third order in Q and
//! dT/dt that the theory leaves out.

use super::balance::Snapshot;
use super::totals::Totals;
use crate::face_heat;
use crate::links::{End, runs};
use crate::sum::Sum;

impl Snapshot<'_> {
    /// Inertia of a link, K s/W; 0 where heat follows at once.
    pub fn link_inertia(&self, end: End) -> f64 {
        self.inertial(end.family).map_or(0.0, |(inertia, _)| inertia[end.stored()[0]])
    }

    /// Inertia of the half cell at a wall, K s/W; 0 where heat follows at once.
    pub fn wall_inertia(&self, wall: usize) -> f64 {
        match (&self.conduction.inertia, self.heats.is_some()) {
            (Some(inertia), true) => inertia.walls[wall],
            _ => 0.0,
        }
    }

    /// Heat of a link, W, along its offset: from the end that it is stored with.
    pub fn link_heat(&self, end: End) -> f64 {
        let [i, j] = end.stored();
        self.heat(end.family, i, j, end.conductance)
    }

    fn heat(&self, family: usize, i: usize, j: usize, g: f64) -> f64 {
        match self.inertial(family) {
            Some((inertia, heats)) if inertia[i] > 0.0 => heats[i],
            _ => face_heat(g, self.temperature[j], self.temperature[i]),
        }
    }

    /// Extended entropy produced by the half cell at a wall, W/K.
    pub fn extended_wall_production(&self, wall: usize) -> f64 {
        let heat = self.walls[wall].heat;
        heat * heat / (self.conduction.wall_conductance[wall] * self.wall_kelvins(wall))
    }

    /// Extended entropy produced by all links and walls, W/K; 0 where nothing has inertia.
    pub fn extended_production(&self) -> f64 {
        self.extended_production_with(&Totals::of(self, 0.0))
    }

    /// The same, given the totals of the state.
    pub fn extended_production_with(&self, totals: &Totals) -> f64 {
        if self.heats.is_none() {
            return 0.0;
        }
        let walls = (0..self.walls.len()).map(|w| self.extended_wall_production(w));
        walls.chain([totals.extended_production]).collect::<Sum>().value()
    }

    /// What flowing heats hold back: entropy of local equilibrium less extended entropy, J/K; 0 where nothing has inertia.
    pub fn held_entropy(&self) -> f64 {
        self.held_entropy_with(&Totals::of(self, 0.0))
    }

    /// The same, given the totals of the state.
    pub fn held_entropy_with(&self, totals: &Totals) -> f64 {
        let (Some(inertia), Some(heats)) = (&self.conduction.inertia, &self.heats) else { return 0.0 };
        let walls = inertia.walls.iter().zip(&heats.walls).enumerate();
        let walls = walls.map(|(w, (inertia, heat))| 0.5 * inertia * heat * heat / self.wall_kelvins(w));
        walls.chain([totals.held_entropy]).collect::<Sum>().value()
    }

    /// What a row of cells along x gains through links and walls, W.
    pub fn row_gain(&self, row: usize, gain: &mut [f64]) {
        let (conduction, t) = (self.conduction, &self.temperature);
        if self.heats.is_none() {
            return conduction.row_gain(row, t, &self.walls, gain);
        }
        gain.fill(0.0);
        let grid = &conduction.problem.grid;
        let first = row * gain.len();
        for (f, family) in conduction.links.families.iter().enumerate() {
            for forward in [true, false] {
                let runs = runs(grid, if forward { family.offset } else { -family.offset }, row);
                for [own, other, n] in runs.into_iter().filter(|[.., n]| *n > 0) {
                    let gain = &mut gain[own - first..][..n];
                    // A link is stored with its lower end, and its heat flows from there.
                    let (stored, [own, other]) =
                        (if forward { own } else { other }, [own, other].map(|cell| &t[cell..][..n]));
                    let g = &family.conductance[stored..][..n];
                    let Some((inertia, heats)) = self.inertial(f) else {
                        (0..n).for_each(|x| gain[x] += face_heat(g[x], own[x], other[x]));
                        continue;
                    };
                    let (inertia, heats) = (&inertia[stored..][..n], &heats[stored..][..n]);
                    let sign = if forward { -1.0 } else { 1.0 };
                    for x in 0..n {
                        let follows = face_heat(g[x], own[x], other[x]);
                        gain[x] += if inertia[x] > 0.0 { sign * heats[x] } else { follows };
                    }
                }
            }
        }
        for w in conduction.walls_of_row(row) {
            gain[conduction.problem.walls[w].cell as usize - first] += self.walls[w].heat;
        }
    }

    /// Inertias and heats of a family of links, where heats are state.
    pub fn inertial(&self, family: usize) -> Option<(&[f64], &[f64])> {
        let (inertia, heats) = (self.conduction.inertia.as_ref()?, self.heats.as_ref()?);
        Some((&inertia.links[family], &heats.links[family]))
    }

    /// Temperature of a wall's surface times that of its cell, K2.
    fn wall_kelvins(&self, wall: usize) -> f64 {
        let problem = &self.conduction.problem;
        self.kelvin(problem.walls[wall].cell as usize) * (self.walls[wall].surface + problem.reference)
    }
}
