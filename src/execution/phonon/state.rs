//! A state of phonons in flight: its fields, totals, and what a probe reads.

use crate::diagnostics::exergy::Reference;
use crate::diagnostics::survey::Survey as Totals;
use crate::grid::Side;
use crate::kinetic::distribution::Distribution;
use crate::kinetic::domain::{Domain, Law, OPEN};
use crate::kinetic::steady::{KineticError, ROUNDING, heat_of_rounding, scale};
use crate::kinetic::survey::{Motion, Survey};
use crate::output::field::Field;
use crate::problem::{Problem, Surface, VOID};
use crate::report::{self, Comparison, PhononEntropy};
use crate::scenario::{FieldName, Owner, Scenario};
use crate::simulation::Sample;
use crate::spectrum::Spectral;
use crate::sum::Sum;
use glam::DVec3;

/// Reference temperatures that no deviation comes to but by rounding.
const WILD: f64 = 1e6;

/// A state of the carriers with what belongs to it.
pub(in crate::execution) struct State<'a> {
    pub scenario: &'a Scenario,
    pub domain: Domain,
    /// Per wall: the surface that it belongs to, if any.
    pub owner: &'a [Option<Owner>],
    pub jump: [f64; 3],
    /// What flies in each medium.
    pub spectra: &'a [(String, Spectral)],
    pub survey: Survey,
    /// By Fourier's law: deviation, K, and effective conductivity, W/(m K).
    pub fourier: Option<(Vec<f64>, f64)>,
    /// In the cells of the probes that lie in solid.
    pub distribution: Option<Distribution>,
}

/// The cells that the probes in solid lie in.
pub(in crate::execution) fn listening(scenario: &Scenario, domain: &Domain) -> Vec<usize> {
    let cell = |at: DVec3| domain.grid.index([0, 1, 2].map(|a| domain.grid.axis(a).cell_at(at[a])));
    scenario.probes.iter().map(|p| cell(p.at)).filter(|&c| domain.is_solid(c)).collect()
}

/// Gray mean free path over the shortest extent between walls, or else over the shortest period.
pub(in crate::execution) fn knudsen(domain: &Domain, jump: [f64; 3]) -> f64 {
    domain.media.iter().map(|m| m.mean_free_path()).fold(0.0, f64::max) / domain.extent(jump)
}

/// Between two faces of given temperatures, each its own all over, or two joined ones with a jump; NaN if there are none.
pub(super) fn conductivity(domain: &Domain, jump: [f64; 3], heat: &[f64]) -> f64 {
    let grid = &domain.grid;
    for axis in domain.axes() {
        let area: f64 = (0..3).filter(|&a| a != axis).map(|a| grid.axis(a).length()).product();
        let end = |high: bool| {
            let last = if high { grid.cells()[axis] - 1 } else { 0 };
            domain.walls.iter().enumerate().filter(move |(_, w)| {
                w.side.axis == axis && w.side.high == high && grid.cell(w.cell as usize)[axis] == last
            })
        };
        let enters = |high: bool| end(high).map(|(w, _)| heat[w]).sum::<f64>();
        let flow = 0.5 * (enters(false) - enters(true));
        if jump[axis] != 0.0 {
            return flow * grid.axis(axis).length() / (area * jump[axis]);
        }
        let temperature = |high: bool| {
            let mut all = end(high).map(|(_, w)| if let Law::Thermal(t) = w.law { t } else { f64::NAN });
            let first = all.next()?;
            all.all(|t| t == first).then_some(first).filter(|t| !t.is_nan())
        };
        if let (Some(low), Some(high)) = (temperature(false), temperature(true))
            && low != high
        {
            return flow * grid.axis(axis).length() / (area * (low - high));
        }
    }
    f64::NAN
}

impl State<'_> {
    pub fn problem(&self) -> &Problem {
        &self.scenario.problem
    }

    pub fn conductivity(&self, heat: &[f64]) -> f64 {
        conductivity(&self.domain, self.jump, heat)
    }

    pub fn volume(&self, cell: usize) -> f64 {
        let grid = &self.domain.grid;
        grid.volume(grid.cell(cell))
    }

    /// Of all cells together, J/K.
    pub fn capacity(&self) -> f64 {
        let solid = (0..self.domain.grid.len()).filter(|&c| self.domain.is_solid(c));
        solid.map(|c| self.domain.medium_of(c).heat_capacity() * self.volume(c)).sum()
    }

    /// Refuses temperatures that no solid has; `when` such as " at t = 1e-9 s", or nothing.
    ///
    /// # Errors
    /// Where one is not a number or beyond all bounds, or below absolute zero.
    pub fn possible(&self, when: &str) -> Result<(), KineticError> {
        let solid = (0..self.survey.temperature.len()).filter(|&c| self.domain.is_solid(c));
        let kelvin = |c: usize| self.survey.temperature[c] + self.problem().reference;
        let Some(coldest) = solid.min_by(|&a, &b| kelvin(a).total_cmp(&kelvin(b))) else { return Ok(()) };
        let lowest = kelvin(coldest);
        if self.survey.temperature.iter().any(|t| !t.is_finite() || t.abs() > WILD * self.problem().reference) {
            return Err(KineticError::NotFinite { when: when.to_owned() });
        }
        if lowest < 0.0 {
            let at = self.domain.grid.place(coldest).to_string();
            return Err(KineticError::TooCold { lowest, at, when: when.to_owned() });
        }
        Ok(())
    }

    /// The largest deviation in play, K.
    fn largest(&self) -> f64 {
        let walls = self.domain.walls.iter().filter_map(|w| if let Law::Thermal(t) = w.law { Some(t) } else { None });
        self.survey.temperature.iter().copied().chain(walls).fold(0.0, |m, t| m.max(t.abs()))
    }

    /// What of temperatures (K) and of heat through walls (W) is no more than rounding.
    pub fn rounding(&self) -> [f64; 2] {
        self.rounding_after(&[])
    }

    /// The same after some rows: rounding of what was larger before may still be there.
    pub fn rounding_after(&self, rows: &[Sample]) -> [f64; 2] {
        let extremes = rows.iter().flat_map(|row| [row.survey.temperature[0], row.survey.temperature[1]]);
        let largest = extremes.map(|t| (t - self.problem().reference).abs()).fold(self.largest(), f64::max);
        [ROUNDING * scale(&self.domain, largest), heat_of_rounding(&self.domain, largest)]
    }

    /// What rounding makes of the entropy that collisions in a cell and a wall produce, W/K: products of two differences of what
    /// curves of Bose and Einstein give. Of small deviations they are squares.
    pub fn production_of_rounding(&self) -> [f64; 2] {
        if self.domain.is_linear() {
            return [0.0; 2];
        }
        let share = (self.rounding()[0] / self.problem().reference).powi(2);
        let exchange = |c: usize| -> f64 {
            let medium = self.domain.medium_of(c);
            (0..medium.bands.len()).map(|b| medium.exchange(b, self.survey.pseudo_temperature[c])).sum()
        };
        let solid = (0..self.survey.temperature.len()).filter(|&c| self.domain.is_solid(c));
        let cells = solid.map(|c| exchange(c) * self.volume(c)).fold(0.0, f64::max);
        let walls = self.domain.walls.iter().map(|w| w.area * self.domain.medium_of(w.cell as usize).flight());
        [share * cells, share * walls.fold(0.0, f64::max)]
    }

    /// Energy temperature per cell, K; NaN in void.
    pub fn kelvin(&self) -> Vec<f64> {
        let t = &self.survey.temperature;
        let of = |c: usize| if self.domain.is_solid(c) { t[c] + self.problem().reference } else { f64::NAN };
        (0..t.len()).map(of).collect()
    }

    /// The temperature at which heat is worth nothing: as given, or of the coldest wall that has one, or the lowest there is.
    pub fn exergy_reference(&self) -> Reference {
        if let Some(given) = self.scenario.output.reference_temperature {
            return Reference::given(given);
        }
        let problem = self.problem();
        let walls = self.domain.walls.iter().zip(self.owner).filter_map(|(wall, owner)| match (wall.law, owner) {
            (Law::Thermal(t), Some(owner)) => Some((t, usize::from(owner.surface))),
            _ => None,
        });
        match walls.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((t, surface)) => Reference::outside(t + problem.reference, problem, surface),
            None => {
                let solid = (0..self.survey.temperature.len()).filter(|&c| self.domain.is_solid(c));
                let lowest = solid.map(|c| self.survey.temperature[c]).fold(f64::INFINITY, f64::min);
                Reference::of_body(lowest + problem.reference)
            }
        }
    }

    pub fn entropy(&self) -> PhononEntropy {
        let [bulk, wall] = self.survey.entropy(self.problem().reference);
        PhononEntropy { bulk, wall }
    }

    /// Entropy produced per cell, what a wall produces falls to its cell, W/K.
    pub fn produced(&self) -> Vec<f64> {
        let square = self.problem().reference.powi(2);
        let mut produced: Vec<f64> = self.survey.bulk.iter().map(|s| s / square).collect();
        for (wall, s) in self.domain.walls.iter().zip(&self.survey.wall) {
            produced[wall.cell as usize] += s / square;
        }
        produced
    }

    pub fn fields(&self, names: &[FieldName]) -> Vec<Field> {
        let in_void = |values: Vec<f64>| -> Vec<f64> {
            values.iter().enumerate().map(|(c, v)| if self.domain.is_solid(c) { *v } else { f64::NAN }).collect()
        };
        let mut fields: Vec<Field> = names
            .iter()
            .map(|name| match name {
                FieldName::Temperature => Field::scalar("temperature", "K", self.kelvin()),
                FieldName::Flux => {
                    let of = |c: usize| if self.domain.is_solid(c) { self.survey.flux[c] } else { DVec3::NAN };
                    Field::vector("flux", "W/m^2", (0..self.survey.flux.len()).map(of).collect())
                }
                FieldName::EntropyProduction => {
                    let density = self.produced().iter().enumerate().map(|(c, s)| s / self.volume(c)).collect();
                    Field::scalar("entropy_production", "W/(m^3 K)", in_void(density))
                }
                FieldName::ExergyDestruction => {
                    let reference = self.exergy_reference().temperature;
                    let density =
                        self.produced().iter().enumerate().map(|(c, s)| reference * s / self.volume(c)).collect();
                    Field::scalar("exergy_destruction", "W/m^3", in_void(density))
                }
                FieldName::CurrentDensity
                | FieldName::Potential
                | FieldName::JouleHeat
                | FieldName::PeltierHeat
                | FieldName::ThomsonHeat
                | FieldName::MassFraction
                | FieldName::MassFlux
                | FieldName::Knudsen
                | FieldName::LiquidFraction => unreachable!("a scenario of this model has no such field"),
                FieldName::Unrest => {
                    let root = self.survey.unrest.iter().map(|square| square.sqrt()).collect();
                    Field::scalar("unrest", "K", in_void(root))
                }
                FieldName::Density => Field::scalar("density", "kg/m^3", in_void(self.motion().density.clone())),
                FieldName::Velocity => {
                    let velocity = &self.motion().velocity;
                    let of = |c: usize| if self.domain.is_solid(c) { velocity[c] } else { DVec3::NAN };
                    Field::vector("velocity", "m/s", (0..velocity.len()).map(of).collect())
                }
                FieldName::Material => {
                    let kind = |m: &u8| if *m == VOID { f64::NAN } else { f64::from(*m) };
                    Field::scalar("material", "1", self.problem().material.iter().map(kind).collect())
                }
            })
            .collect();
        if let Some((fourier, _)) = &self.fourier {
            let kelvin = fourier.iter().map(|t| t + self.problem().reference).collect();
            let difference = self.survey.temperature.iter().zip(fourier).map(|(a, b)| a - b).collect();
            fields.push(Field::scalar("temperature_by_fourier", "K", in_void(kelvin)));
            fields.push(Field::scalar("temperature_less_fourier", "K", in_void(difference)));
        }
        fields
    }

    pub fn motion(&self) -> &Motion {
        self.survey.motion.as_ref().expect("only a gas has a density and a velocity")
    }

    /// Extremes and mean over cells, K.
    pub fn spread(&self, temperature: &[f64], cells: impl Iterator<Item = usize>) -> Option<report::Temperature> {
        mean(
            cells.filter(|&c| self.domain.is_solid(c)).map(|c| (temperature[c], self.volume(c))),
            self.problem().reference,
        )
    }

    pub fn comparison(&self) -> Option<Comparison> {
        let (fourier, effective_conductivity) = self.fourier.as_ref()?;
        let (mut largest, mut squares, mut volume) = (0.0f64, Sum::default(), Sum::default());
        for c in (0..fourier.len()).filter(|&c| self.domain.is_solid(c)) {
            let difference = self.survey.temperature[c] - fourier[c];
            largest = largest.max(difference.abs());
            squares.add(difference * difference * self.volume(c));
            volume.add(self.volume(c));
        }
        Some(Comparison {
            effective_conductivity: *effective_conductivity,
            temperature: self.spread(fourier, 0..fourier.len())?,
            largest_difference: largest,
            rms_difference: (squares.value() / volume.value()).sqrt(),
        })
    }

    /// Heat into the solid through each surface of the problem, W.
    pub fn surface_heat(&self) -> Vec<f64> {
        let mut heat = vec![Sum::default(); self.problem().surfaces.len()];
        for (q, owner) in self.survey.heat.iter().zip(self.owner) {
            if let Some(owner) = owner {
                heat[usize::from(owner.surface)].add(*q);
            }
        }
        heat.into_iter().map(|s| s.value()).collect()
    }

    /// Heat that enters over the joined end of a side, W.
    pub fn joined_heat(&self, side: Side) -> f64 {
        let walls = self.domain.walls.iter().zip(&self.survey.heat);
        let joined = walls.filter(|(wall, _)| wall.side == side && matches!(wall.law, Law::Periodic { .. }));
        joined.map(|(_, q)| *q).collect::<Sum>().value()
    }

    /// The magnitudes of all heat through walls that lead out, and over joined ends, W.
    pub fn gross_heat(&self) -> f64 {
        let walls = self.domain.walls.iter().zip(&self.survey.heat);
        walls.filter(|(wall, _)| !matches!(wall.law, Law::Interface { .. })).map(|(_, q)| q.abs()).sum()
    }

    /// Walls of a surface.
    pub fn walls_of(&self, surface: usize) -> impl Iterator<Item = usize> {
        (0..self.domain.walls.len()).filter(move |&w| self.owner[w].is_some_and(|o| usize::from(o.surface) == surface))
    }

    /// Temperature on some walls: the energy temperature of the carriers there.
    pub fn on_walls(&self, walls: impl Iterator<Item = usize>) -> Option<report::Temperature> {
        let there = walls.map(|w| (self.survey.surface[w], self.domain.walls[w].area));
        mean(there, self.problem().reference)
    }

    /// Temperature on a surface.
    pub fn surface(&self, surface: usize) -> Option<report::Temperature> {
        let reference = self.problem().reference;
        let found = self.on_walls(self.walls_of(surface));
        match self.problem().surfaces[surface] {
            // mirrors along which nothing changes are no walls
            Surface::Outer(side) if found.is_none() => {
                let grid = &self.domain.grid;
                let last = if side.high { grid.cells()[side.axis] - 1 } else { 0 };
                let at = (0..grid.len()).filter(|&c| self.domain.is_solid(c) && grid.cell(c)[side.axis] == last);
                mean(at.map(|c| (self.survey.temperature[c], grid.area(grid.cell(c), side.axis))), reference)
            }
            _ => found,
        }
    }

    /// Entropy that comes with heat, W, of a u (K), W/K; to second order in deviations that are small.
    fn carried(&self, heat: f64, urge: f64) -> f64 {
        let reference = self.problem().reference;
        heat / reference - heat * urge / (reference * reference)
    }

    /// Entropy that enters through walls and joined ends with so much heat through each (W, or J and then J/K).
    pub fn entropy_through_walls(&self, heat: &[f64]) -> f64 {
        heat.iter().enumerate().map(|(w, &heat)| self.entropy_through(w, heat)).collect::<Sum>().value()
    }

    /// The same through one of them.
    pub fn entropy_through(&self, wall: usize, heat: f64) -> f64 {
        let wall = &self.domain.walls[wall];
        match wall.law {
            Law::Thermal(t) => self.carried(heat, self.domain.medium_of(wall.cell as usize).urge(t)),
            // what enters the warm end took the jump along
            Law::Periodic { jump, .. } => self.carried(heat, -0.5 * jump),
            Law::Adiabatic { .. } | Law::Interface { .. } => 0.0,
        }
    }

    /// Entropy that enters through walls and joined ends, and with sources, W/K.
    pub fn entropy_inflow(&self) -> [f64; 2] {
        let mut sources = Sum::default();
        for c in (0..self.domain.source.len()).filter(|&c| self.domain.is_solid(c)) {
            sources.add(self.carried(self.domain.source[c] * self.volume(c), self.survey.source_urge[c]));
        }
        [self.entropy_through_walls(&self.survey.heat), sources.value()]
    }

    pub fn source_heat(&self) -> f64 {
        let solid = (0..self.domain.source.len()).filter(|&c| self.domain.is_solid(c));
        solid.map(|c| self.domain.source[c] * self.volume(c)).collect::<Sum>().value()
    }

    /// A row of the time series.
    pub fn sample(&self, time: f64) -> Sample {
        let reference = self.problem().reference;
        let n = self.survey.temperature.len();
        let solid = || (0..n).filter(|&c| self.domain.is_solid(c));
        let energy = |c: usize| self.survey.energy[c] * self.volume(c);
        // to second order in the deviations
        let content =
            |c: usize| energy(c) / reference - 0.5 * self.survey.squares[c] * self.volume(c) / (reference * reference);
        let spread = self.spread(&self.survey.temperature, 0..n).expect("some cell is solid");
        let entropy = self.entropy();
        Sample {
            time,
            steps: 0,
            leapt: false,
            before: None,
            survey: Totals {
                temperature: [spread.min, spread.max, spread.mean],
                energy: solid().map(energy).collect::<Sum>().value(),
                entropy: solid().map(content).collect::<Sum>().value(),
                surface_heat: self.surface_heat(),
                source_heat: self.source_heat(),
                production: entropy.bulk + entropy.wall,
                entropy_inflow: self.entropy_inflow().iter().sum(),
                held_entropy: 0.0,
                extended_production: 0.0,
                step_defect: 0.0,
            },
            probes: self.scenario.probes.iter().map(|p| self.probe(p.at)).collect(),
            more: Vec::new(),
        }
    }

    /// Energy temperature at a point, linear between cell centres and walls, K; none in void.
    fn probe(&self, at: DVec3) -> Option<f64> {
        self.read([&self.survey.temperature, &self.survey.surface], at)
    }

    /// Values of cells and walls at a point, linear between cell centres and walls, plus the reference temperature; none in void.
    fn read(&self, values: [&[f64]; 2], at: DVec3) -> Option<f64> {
        let cell = self.cell_at(at);
        let solid = self.domain.is_solid(self.domain.grid.index(cell));
        solid.then(|| self.along(values, 2, cell, at) + self.problem().reference)
    }

    /// The cell that a point lies in.
    pub fn index_at(&self, at: DVec3) -> usize {
        self.domain.grid.index(self.cell_at(at))
    }

    fn cell_at(&self, at: DVec3) -> [usize; 3] {
        [0, 1, 2].map(|a| self.domain.grid.axis(a).cell_at(at[a]))
    }

    /// The carriers at the probes; none in void.
    pub fn points(&self) -> Vec<(String, report::Point)> {
        let point = |at: DVec3| {
            let cell = self.index_at(at);
            let values = [&self.survey.pseudo_temperature[..], &self.survey.surface_pseudo_temperature];
            self.read(values, at).map(|pseudo_temperature| report::Point {
                pseudo_temperature,
                flux: self.survey.flux[cell].to_array(),
                unrest: self.survey.unrest[cell].sqrt(),
            })
        };
        self.scenario.probes.iter().filter_map(|p| Some((p.name.clone(), point(p.at)?))).collect()
    }

    /// Along `axis` and all lower axes, in the line of cells of `cell`.
    fn along(&self, values: [&[f64]; 2], axis: usize, cell: [usize; 3], at: DVec3) -> f64 {
        let [cells, walls] = values;
        let grid = &self.domain.grid;
        let below = |c: [usize; 3]| {
            if axis == 0 { cells[grid.index(c)] } else { self.along(values, axis - 1, c, at) }
        };
        let own = below(cell);
        let offset = at[axis] - grid.axis(axis).centres()[cell[axis]];
        if offset == 0.0 || !self.domain.active[axis] {
            return own;
        }
        let high = offset > 0.0;
        let half = 0.5 * grid.axis(axis).widths()[cell[axis]];
        match self.domain.wall[axis][usize::from(high)][grid.index(cell)] {
            OPEN => {
                let mut other = cell;
                other[axis] = if high { cell[axis] + 1 } else { cell[axis] - 1 };
                let distance = half + 0.5 * grid.axis(axis).widths()[other[axis]];
                own + (below(other) - own) * offset.abs() / distance
            }
            wall => own + (walls[wall as usize] - own) * (offset.abs() / half).min(1.0),
        }
    }
}

/// Extremes and weighted mean of deviations, K.
fn mean(values: impl Iterator<Item = (f64, f64)>, reference: f64) -> Option<report::Temperature> {
    let (mut low, mut high, mut sum, mut weight) = (f64::INFINITY, f64::NEG_INFINITY, Sum::default(), Sum::default());
    for (t, w) in values {
        (low, high) = (low.min(t), high.max(t));
        sum.add(t * w);
        weight.add(w);
    }
    (weight.value() > 0.0).then(|| report::Temperature {
        min: low + reference,
        max: high + reference,
        mean: sum.value() / weight.value() + reference,
    })
}
