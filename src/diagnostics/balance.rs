//! Heat and entropy balances of one state.

use super::totals::Totals;
use crate::conduction::{Conduction, WallState};
use crate::inertia::Heats;
use crate::sum::Sum;
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;

/// A state with everything that flows in it.
pub struct Snapshot<'a> {
    /// The system, its conductances taken in this state.
    pub conduction: &'a Conduction,
    /// s.
    pub time: f64,
    /// Enthalpy per cell, K.
    pub enthalpy: &'a [f64],
    /// Temperature deviation per cell, K.
    pub temperature: Cow<'a, [f64]>,
    /// What each wall does.
    pub walls: Vec<WallState>,
    /// Source of each cell, W.
    pub sources: Option<Arc<[f64]>>,
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
    /// Rate at which the entropy of the solid changes, the sum over cells of what each gains over its temperature, W/K.
    pub entropy_change: f64,
    /// The same sum of magnitudes: what the cells give and take, W/K.
    pub gross_entropy: f64,
    /// Lowest, highest and volume-weighted mean temperature, K.
    pub temperature: [f64; 3],
}

impl Rates {
    /// Heat that enters, W.
    pub fn net_heat(&self) -> f64 {
        self.surface_heat.iter().copied().chain([self.source_heat]).collect::<Sum>().value()
    }

    /// How well the entropy budget of the state closes: |change - boundary - sources - production| over what the cells
    /// and the boundary exchange. It holds for the scheme at any state, so this is rounding.
    pub fn entropy_closure(&self) -> f64 {
        let terms = [self.entropy_change, -self.boundary_entropy, -self.source_entropy, -self.production];
        let scale = terms.iter().fold(self.gross_entropy, |m, t| m.max(t.abs()));
        let residual = terms.into_iter().collect::<Sum>().value().abs();
        if scale == 0.0 { 0.0 } else { residual / scale }
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
        let temperature = conduction.temperatures(enthalpy);
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
        self.rates_with(&Totals::of(self, 0.0))
    }

    /// All rates, given the totals of the state.
    pub fn rates_with(&self, totals: &Totals) -> Rates {
        Rates {
            surface_heat: totals.surface_heat.clone(),
            source_heat: totals.source_heat,
            gross_heat: totals.gross_wall + totals.gross_source,
            boundary_entropy: totals.boundary_entropy,
            source_entropy: totals.source_entropy,
            production: totals.production + totals.wall_production,
            entropy_change: totals.entropy_change,
            gross_entropy: totals.gross_entropy,
            temperature: totals.temperatures(self.conduction.problem.reference),
        }
    }

    /// What every cell gains, W.
    pub fn net(&self) -> Vec<f64> {
        let mut net = vec![0.0; self.temperature.len()];
        let row = self.conduction.problem.grid.cells()[0];
        let rows = net.par_chunks_mut(row).enumerate().with_min_len(4096_usize.div_ceil(row));
        rows.for_each(|(row, net)| self.row_net(row, net));
        net
    }

    /// Writes what the cells of a row along x gain, W.
    pub fn row_net(&self, row: usize, net: &mut [f64]) {
        self.row_gain(row, net);
        if let Some(sources) = self.sources_of_row(row) {
            net.iter_mut().zip(sources).for_each(|(net, source)| *net += source);
        }
    }

    /// What sources give to the cells of a row along x, W; none where there are none.
    pub fn sources_of_row(&self, row: usize) -> Option<&[f64]> {
        let n = self.conduction.problem.grid.cells()[0];
        let sources = self.sources.as_ref().filter(|_| self.conduction.is_heated(row))?;
        Some(&sources[row * n..][..n])
    }

    /// Enthalpies (K) a step of some length (s) from here, given what every cell gains (W).
    pub fn after(&self, step: f64, mut net: Vec<f64>) -> Vec<f64> {
        const TOGETHER: usize = 4096;
        net.par_chunks_mut(TOGETHER).enumerate().for_each(|(n, net)| self.step_on(n * TOGETHER, step, net));
        net
    }

    /// Writes the enthalpies (K) of a row of cells along x an explicit step of some length (s) from here.
    pub fn row_after(&self, row: usize, step: f64, next: &mut [f64]) {
        self.row_net(row, next);
        self.step_on(row * next.len(), step, next);
    }

    /// Replaces what cells from the first on gain (W) by their enthalpies (K) a step later.
    fn step_on(&self, first: usize, step: f64, net: &mut [f64]) {
        let held = self.enthalpy[first..].iter().zip(&self.conduction.capacity[first..]);
        for (next, (e, c)) in net.iter_mut().zip(held) {
            *next = e + if *c > 0.0 { step * *next / c } else { 0.0 };
        }
    }
}

/// |sum of the terms| over the largest of them; 0 where nothing flows.
pub fn closure(terms: &[f64]) -> f64 {
    let largest = terms.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
    if largest == 0.0 { 0.0 } else { terms.iter().copied().collect::<Sum>().value().abs() / largest }
}
