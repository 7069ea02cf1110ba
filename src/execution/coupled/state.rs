//! A state of heat with charge or matter: its fields, its row of the series, and what a probe reads.

use super::mixed::Mixed;
use crate::coupled::device::{Device, State};
use crate::coupled::newton::{CoupledError, Solved, enthalpies};
use crate::coupled::survey::Survey;
use crate::diagnostics::exergy::Reference;
use crate::diagnostics::survey::Survey as Totals;
use crate::grid::Side;
use crate::output::field::Field;
use crate::problem::{Surface, VOID};
use crate::report;
use crate::scenario::{FieldName, Scenario};
use crate::simulation::Sample;
use crate::sum::Sum;
use glam::DVec3;
use std::collections::HashMap;

/// A solved state with what belongs to it.
pub(super) struct Look<'a> {
    pub scenario: &'a Scenario,
    pub device: &'a Device,
    pub state: &'a State,
    pub solved: &'a Solved,
    pub survey: Survey,
    /// With model = "mixture".
    pub mixed: Option<Mixed<'a>>,
    /// s.
    pub time: f64,
}

impl<'a> Look<'a> {
    pub fn new(
        scenario: &'a Scenario,
        device: &'a Device,
        state: &'a State,
        solved: &'a Solved,
        time: f64,
    ) -> Look<'a> {
        let survey = Survey::new(device, state, solved, time);
        Look { scenario, device, state, solved, survey, mixed: None, time }
    }

    /// Where heat or matter is all but used up, if it is.
    pub fn used_up(&self) -> Option<CoupledError> {
        /// What is left of what was there at first, or is in the mean.
        const LEFT: f64 = 0.05;
        let problem = self.device.problem();
        let solid = || (0..problem.material.len()).filter(|&c| self.is_solid(c));
        let least = |of: &dyn Fn(usize) -> f64| solid().map(|c| (c, of(c))).min_by(|a, b| a.1.total_cmp(&b.1));
        let ends = self.device.ends.iter().zip(&self.solved.passages.ends);
        let surfaces = ends.map(|(end, passage)| (end.cell as usize, passage.temperature[0]));
        let coldest = surfaces.chain(least(&|c| self.state.temperature[c])).min_by(|a, b| a.1.total_cmp(&b.1));
        let (cell, kelvin) = coldest?;
        let (_, first) = least(&|c| problem.initial[c] + problem.reference)?;
        let (time, at) = (self.time, |cell| problem.grid.place(cell));
        if let Some((species, cell, fraction)) = self.mixed.as_ref().and_then(|mixed| mixed.scarce(LEFT)) {
            return Some(CoupledError::Dry { time, species, fraction, at: at(cell) });
        }
        (kelvin < LEFT * first).then(|| CoupledError::Cold { time, kelvin, at: at(cell) })
    }

    pub fn is_solid(&self, cell: usize) -> bool {
        self.device.problem().material[cell] != VOID
    }

    fn solid(&self) -> impl Iterator<Item = usize> {
        (0..self.state.temperature.len()).filter(|&c| self.is_solid(c))
    }

    pub fn volume(&self, cell: usize) -> f64 {
        let grid = &self.device.problem().grid;
        grid.volume(grid.cell(cell))
    }

    /// K; NaN in void.
    pub fn kelvin(&self) -> Vec<f64> {
        let t = &self.state.temperature;
        (0..t.len()).map(|c| if self.is_solid(c) { t[c] } else { f64::NAN }).collect()
    }

    pub fn fields(&self, names: &[FieldName]) -> Vec<Field> {
        let [current, heat] = Survey::fluxes(self.device, self.solved);
        let density = |of: &[f64]| -> Vec<f64> {
            (0..of.len()).map(|c| if self.is_solid(c) { of[c] / self.volume(c) } else { f64::NAN }).collect()
        };
        let scaled = |of: Vec<f64>, by: f64| of.into_iter().map(|v| v * by).collect();
        let potential = || (0..self.state.temperature.len()).map(|c| self.device.potential(self.state, c)).collect();
        let kind = |m: &u8| if *m == VOID { f64::NAN } else { f64::from(*m) };
        let mixed = || self.mixed.as_ref().expect("a mixture has its fields");
        let one = |name: &FieldName| {
            vec![match name {
                FieldName::MassFraction => return mixed().fractions(),
                FieldName::MassFlux => return mixed().fluxes(),
                FieldName::Unrest
                | FieldName::Density
                | FieldName::Velocity
                | FieldName::Knudsen
                | FieldName::LiquidFraction => {
                    unreachable!("a scenario of this model has no such field")
                }
                FieldName::Temperature => Field::scalar("temperature", "K", self.kelvin()),
                FieldName::Flux => Field::vector("flux", "W/m^2", heat.clone()),
                FieldName::EntropyProduction => {
                    Field::scalar("entropy_production", "W/(m^3 K)", density(&self.survey.produced))
                }
                FieldName::ExergyDestruction => Field::scalar(
                    "exergy_destruction",
                    "W/m^3",
                    scaled(density(&self.survey.produced), self.exergy_reference().temperature),
                ),
                FieldName::Material => {
                    Field::scalar("material", "1", self.device.problem().material.iter().map(kind).collect())
                }
                FieldName::CurrentDensity => Field::vector("current_density", "A/m^2", current.clone()),
                FieldName::Potential => Field::scalar("potential", "V", potential()),
                FieldName::JouleHeat => Field::scalar("joule_heat", "W/m^3", density(&self.survey.joule)),
                FieldName::PeltierHeat => Field::scalar("peltier_heat", "W/m^3", density(&self.survey.peltier)),
                FieldName::ThomsonHeat => Field::scalar("thomson_heat", "W/m^3", density(&self.survey.thomson)),
            }]
        };
        names.iter().flat_map(one).collect()
    }

    /// The temperature at which heat is worth nothing.
    pub fn exergy_reference(&self) -> Reference {
        let solid = (0..self.state.temperature.len()).filter(|&c| self.is_solid(c));
        let lowest = || solid.map(|c| self.state.temperature[c]).fold(f64::INFINITY, f64::min);
        Reference::new(&self.device.conduction, self.time, lowest, self.scenario.output.reference_temperature)
    }

    /// Extremes and mean of temperatures (K) by weight.
    pub fn spread(values: impl Iterator<Item = (f64, f64)>) -> Option<report::Temperature> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut sum, mut weight) = (Sum::default(), Sum::default());
        for (t, w) in values {
            (low, high) = (low.min(t), high.max(t));
            sum.add(t * w);
            weight.add(w);
        }
        (weight.value() > 0.0).then(|| report::Temperature { min: low, max: high, mean: sum.value() / weight.value() })
    }

    /// Over some cells, by volume.
    pub fn over(&self, cells: impl Iterator<Item = usize>) -> Option<report::Temperature> {
        Look::spread(cells.filter(|&c| self.is_solid(c)).map(|c| (self.state.temperature[c], self.volume(c))))
    }

    /// On a surface, by area; insulated faces have the temperature of their cells.
    pub fn surface(&self, surface: usize) -> Option<report::Temperature> {
        let problem = self.device.problem();
        let ends = || self.device.ends.iter().zip(&self.solved.passages.ends);
        let here = |wall: u32| usize::from(problem.walls[wall as usize].surface) == surface;
        let mut values: Vec<(f64, f64)> =
            ends().filter(|(e, _)| e.wall.is_some_and(here)).map(|(e, p)| (p.temperature[0], e.area)).collect();
        if let Surface::Outer(side) = problem.surfaces[surface] {
            let grid = &problem.grid;
            let last = if side.high { grid.cells()[side.axis] - 1 } else { 0 };
            let on_edge = |c: usize| grid.cell(c)[side.axis] == last;
            let held: HashMap<u32, f64> = ends()
                .filter(|(e, _)| e.side == side && on_edge(e.cell as usize))
                .map(|(e, p)| (e.cell, if e.wall.is_some() { f64::NAN } else { p.temperature[0] }))
                .collect();
            for c in self.solid().filter(|&c| on_edge(c)) {
                let t = held.get(&(c as u32)).copied().unwrap_or(self.state.temperature[c]);
                if !t.is_nan() {
                    values.push((t, grid.area(grid.cell(c), side.axis)));
                }
            }
        }
        Look::spread(values.into_iter())
    }

    /// A row of the time series.
    pub fn sample(&self, time: f64) -> Sample {
        let conduction = &self.device.conduction;
        let problem = self.device.problem();
        let enthalpy = enthalpies(self.device, &self.state.temperature);
        let entropy = |c: usize| {
            conduction.capacity[c]
                * match &conduction.curves[usize::from(problem.material[c])] {
                    Some(curve) => curve.entropy_at(enthalpy[c]),
                    None => (self.state.temperature[c] / problem.reference).ln(),
                }
                + self.mixed.as_ref().map_or(0.0, |mixed| mixed.entropy(c))
        };
        let spread = self.over(0..enthalpy.len()).expect("some cell is solid");
        Sample {
            time,
            steps: 0,
            leapt: false,
            before: None,
            survey: Totals {
                temperature: [spread.min, spread.max, spread.mean],
                energy: self.solid().map(|c| conduction.capacity[c] * enthalpy[c]).collect::<Sum>().value(),
                entropy: self.solid().map(entropy).collect::<Sum>().value(),
                surface_heat: self.survey.surface_heat.clone(),
                source_heat: self.survey.sources[0],
                production: self.survey.production,
                entropy_inflow: self.survey.surface_entropy.iter().sum::<f64>() + self.survey.sources[1],
                held_entropy: 0.0,
                extended_production: 0.0,
                step_defect: 0.0,
            },
            probes: self.scenario.probes.iter().map(|p| self.probe(p.at)).collect(),
            more: self.more(),
        }
    }

    /// Temperature at a point, K; none in void.
    fn probe(&self, at: DVec3) -> Option<f64> {
        let index = self.cell_at(at);
        let own = |c: usize| self.state.temperature[c];
        let face = |c: u32, side: Side| self.face_of(c, side).map(|(place, n)| place.temperature(self, n));
        self.is_solid(index).then(|| self.between_faces(at, own(index), &face))
    }

    pub fn cell_at(&self, at: DVec3) -> usize {
        let grid = &self.device.problem().grid;
        grid.index([0, 1, 2].map(|a| grid.axis(a).cell_at(at[a])))
    }

    /// A value at a point: straight from that of the centre of its cell to those of the faces around.
    pub fn between_faces(&self, at: DVec3, own: f64, face: &dyn Fn(u32, Side) -> Option<f64>) -> f64 {
        let grid = &self.device.problem().grid;
        let index = self.cell_at(at);
        let cell = grid.cell(index);
        let mut value = own;
        for axis in 0..3 {
            let offset = at[axis] - grid.axis(axis).centres()[cell[axis]];
            let half = 0.5 * grid.axis(axis).widths()[cell[axis]];
            let side = Side { axis, high: offset > 0.0 };
            if let Some(face) = face(index as u32, side) {
                value += (face - own) * (offset.abs() / half).min(1.0);
            }
        }
        value
    }

    /// The end or face on a side of a cell.
    pub fn face_of(&self, cell: u32, side: Side) -> Option<(At, usize)> {
        if let Some(n) = self.device.ends.iter().position(|e| e.cell == cell && e.side == side) {
            return Some((At::End, n));
        }
        let own = usize::from(!side.high);
        let n = self.device.faces.iter().position(|f| f.axis == side.axis && f.cells[own] == cell)?;
        Some((At::Face(own), n))
    }
}

/// Where a cell ends: on an end, or on a face of which it is the given side.
#[derive(Clone, Copy)]
pub(super) enum At {
    End,
    Face(usize),
}

impl At {
    /// Temperature there, K.
    fn temperature(self, look: &Look<'_>, n: usize) -> f64 {
        match self {
            At::End => look.solved.passages.ends[n].temperature[0],
            At::Face(own) => look.solved.passages.faces[n].temperature[own],
        }
    }
}

/// From the lowest to the highest temperature of solid cells, K.
pub(super) fn widest(temperature: &[f64], material: &[u8]) -> f64 {
    let solid = || temperature.iter().zip(material).filter(|(_, m)| **m != VOID).map(|(t, _)| *t);
    solid().fold(f64::NEG_INFINITY, f64::max) - solid().fold(f64::INFINITY, f64::min)
}
