//! Heat and entropy balances of one state.

use crate::conduction::{Conduction, WallState};
use crate::inertia::Heats;
use crate::problem::VOID;
use crate::sum::Sum;

/// A state with everything that flows in it.
pub struct Snapshot<'a> {
    /// The system, its conductances taken in this state.
    pub conduction: &'a Conduction,
    /// s.
    pub time: f64,
    /// Enthalpy per cell, K.
    pub enthalpy: &'a [f64],
    /// Temperature deviation per cell, K.
    pub temperature: Vec<f64>,
    /// What each wall does.
    pub walls: Vec<WallState>,
    /// Source of each cell, W.
    pub sources: Option<Vec<f64>>,
    /// The heats of links and walls, where they are state ([`crate::inertia`]).
    pub heats: Option<Heats>,
}

/// Rates at which heat and entropy enter and are produced.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rates {
    /// Per surface: heat into the solid, W.
    pub surface_heat: Vec<f64>,
    /// Heat from volumetric sources, W.
    pub source_heat: f64,
    /// Sum of the magnitudes of all wall and source heats, W.
    pub gross_heat: f64,
    /// Entropy that enters with the heat through walls, at the temperature of the surface, W/K.
    pub boundary_entropy: f64,
    /// Entropy that enters with the sources, at the temperature of the cell, W/K.
    pub source_entropy: f64,
    /// Entropy produced by conduction between cells and between cells and walls, W/K.
    pub production: f64,
}

impl Rates {
    /// Heat that enters, W.
    pub fn net_heat(&self) -> f64 {
        self.surface_heat.iter().copied().chain([self.source_heat]).collect::<Sum>().value()
    }
}

impl<'a> Snapshot<'a> {
    /// Takes a state; conductances are renewed if they vary.
    pub fn new(conduction: &'a mut Conduction, enthalpy: &'a [f64], time: f64) -> Snapshot<'a> {
        Snapshot::with_heats(conduction, enthalpy, None, time)
    }

    /// Takes a state whose heats are state, too.
    pub fn with_heats(
        conduction: &'a mut Conduction,
        enthalpy: &'a [f64],
        heats: Option<Heats>,
        time: f64,
    ) -> Snapshot<'a> {
        let mut temperature = vec![0.0; enthalpy.len()];
        conduction.temperature(enthalpy, &mut temperature);
        conduction.update(&temperature, enthalpy, time);
        let mut walls = vec![WallState::default(); conduction.problem.walls.len()];
        conduction.walls(&temperature, time, &mut walls);
        if let Some(heats) = &heats {
            conduction.carry(&heats.walls, time, &mut walls);
        }
        let sources = conduction.sources(time);
        Snapshot { conduction, time, enthalpy, temperature, walls, sources, heats }
    }

    /// Absolute temperature of a cell, K.
    pub fn kelvin(&self, cell: usize) -> f64 {
        self.temperature[cell] + self.conduction.problem.reference
    }

    /// Entropy produced at a wall, between its surface and the cell's centre, W/K.
    pub fn wall_production(&self, wall: usize) -> f64 {
        let reference = self.conduction.problem.reference;
        let cell = self.kelvin(self.conduction.problem.walls[wall].cell as usize);
        let surface = self.walls[wall].surface + reference;
        // heat (1/T_cell - 1/T_surface), with the heat that really flows
        self.walls[wall].heat * (surface - cell) / (cell * surface)
    }

    /// All rates.
    pub fn rates(&self) -> Rates {
        let problem = &self.conduction.problem;
        let mut surface_heat = vec![Sum::default(); problem.surfaces.len()];
        let (mut gross, mut boundary, mut production) = (Sum::default(), Sum::default(), Sum::default());
        for (w, (wall, state)) in problem.walls.iter().zip(&self.walls).enumerate() {
            surface_heat[wall.surface as usize].add(state.heat);
            gross.add(state.heat.abs());
            boundary.add(state.heat / (state.surface + problem.reference));
            production.add(self.wall_production(w));
        }
        production.add(
            self.conduction
                .links
                .fold(
                    &problem.grid,
                    Sum::default,
                    |sum, i, j, g, offset| sum.add(self.link_production(i, j, g, offset)),
                    |mut a, b| {
                        a.add(b.value());
                        a
                    },
                )
                .value(),
        );
        let (mut source_heat, mut source_entropy) = (Sum::default(), Sum::default());
        for (i, &q) in self.sources.iter().flatten().enumerate().filter(|(_, q)| **q != 0.0) {
            source_heat.add(q);
            gross.add(q.abs());
            source_entropy.add(q / self.kelvin(i));
        }
        Rates {
            surface_heat: surface_heat.iter().map(Sum::value).collect(),
            source_heat: source_heat.value(),
            gross_heat: gross.value(),
            boundary_entropy: boundary.value(),
            source_entropy: source_entropy.value(),
            production: production.value(),
        }
    }

    /// What every cell gains, W.
    pub fn net(&self) -> Vec<f64> {
        let mut net = vec![0.0; self.temperature.len()];
        if self.heats.is_none() {
            self.conduction.net(&self.temperature, &self.walls, self.sources.as_deref(), &mut net);
            return net;
        }
        let grid = &self.conduction.problem.grid;
        for family in &self.conduction.links.families {
            for (i, &g) in family.conductance.iter().enumerate().filter(|(_, g)| **g > 0.0) {
                let j = grid.index(grid.neighbour(grid.cell(i), family.offset).expect("a link has two ends"));
                let heat = self.link_heat(i, j, g, family.offset);
                net[i] -= heat;
                net[j] += heat;
            }
        }
        for (wall, state) in self.conduction.problem.walls.iter().zip(&self.walls) {
            net[wall.cell as usize] += state.heat;
        }
        net.iter_mut().zip(self.sources.iter().flatten()).for_each(|(net, source)| *net += source);
        net
    }

    /// Energy above the reference, J.
    pub fn energy(&self) -> f64 {
        energy(self.conduction, self.enthalpy)
    }

    /// Entropy relative to the reference, J/K.
    pub fn entropy(&self) -> f64 {
        let problem = &self.conduction.problem;
        (0..self.enthalpy.len())
            .filter(|&i| problem.material[i] != VOID)
            .map(|i| {
                let specific = match &self.conduction.curves[problem.material[i] as usize] {
                    Some(curve) => curve.entropy_at(self.enthalpy[i]),
                    None => (self.temperature[i] / problem.reference).ln_1p(),
                };
                self.conduction.capacity[i] * specific
            })
            .collect::<Sum>()
            .value()
    }
}

/// Energy of a state above the reference, J.
pub fn energy(conduction: &Conduction, enthalpy: &[f64]) -> f64 {
    conduction.capacity.iter().zip(enthalpy).map(|(c, e)| c * e).collect::<Sum>().value()
}

/// |sum of the terms| over the largest of them; 0 where nothing flows.
pub fn closure(terms: &[f64]) -> f64 {
    let largest = terms.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
    if largest == 0.0 { 0.0 } else { terms.iter().copied().collect::<Sum>().value().abs() / largest }
}
