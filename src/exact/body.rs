//! A body in whole numbers, and a step of it.

use super::{Divisor, ExactError, Factor, MOST_UNITS, Scale};
use crate::backend::Resolution;
use crate::conduction::Conduction;
use crate::expression::Variable;
use crate::grid::Grid;
use crate::links::runs;
use crate::problem::Condition;
use rayon::prelude::*;

/// A body whose heat can be counted.
pub struct Body {
    /// The body in real numbers.
    pub conduction: Conduction,
    /// What the numbers stand for.
    pub scale: Scale,
    /// Per cell.
    pub divisors: Vec<Divisor>,
}

/// What a wall does in a step: `factor (beyond - T) + given`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WallHeat {
    /// Quanta per unit.
    pub factor: Factor,
    /// Units.
    pub beyond: i32,
    /// Quanta.
    pub given: i64,
}

impl WallHeat {
    /// Into the solid beside a cell, quanta.
    #[inline]
    pub fn heat(self, cell: i32) -> i64 {
        self.factor.times(self.beyond - cell) + self.given
    }
}

/// What links do in a step of some length.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// s.
    pub step: f64,
    /// Per family and cell.
    pub links: Vec<Vec<Factor>>,
}

impl Body {
    /// Of a problem.
    ///
    /// # Errors
    /// What whole numbers do not cover.
    pub fn new(conduction: Conduction) -> Result<Body, ExactError> {
        let refuse = |what| Err(ExactError::NotCovered(what));
        if conduction.varies {
            return refuse("conductivities that change with temperature or in time");
        }
        if conduction.curves.iter().any(Option::is_some) {
            return refuse("heat capacities that change with temperature, and melting");
        }
        if conduction.inertia.is_some() {
            return refuse("materials with relaxation times");
        }
        if conduction.radiates() {
            return refuse("radiation");
        }
        let scale = Scale::of(&conduction)?;
        let per_unit = scale.kelvin / scale.joule;
        let of = |&c: &f64| if c > 0.0 { Divisor::of(c * per_unit) } else { Divisor::default() };
        let divisors = conduction.capacity.iter().map(of).collect();
        Ok(Body { conduction, scale, divisors })
    }

    /// Whether what lies beyond walls changes in time.
    pub fn walls_vary(&self) -> bool {
        let problem = &self.conduction.problem;
        let varies = |id| problem.values.get(id).depends_on(Variable::Time);
        problem.conditions.iter().any(|condition| match *condition {
            Condition::Temperature(id) => varies(id),
            Condition::Environment { flux, convection, ambient, emissivity } => {
                [flux, convection, ambient, emissivity].into_iter().any(varies)
            }
        })
    }

    /// How finely it holds a state: a quantum of the cell that holds most.
    pub fn resolution(&self) -> Resolution {
        let highest = self.conduction.capacity.iter().copied().fold(0.0, f64::max);
        Resolution { relative: f64::EPSILON, offset: self.scale.joule / highest / f64::EPSILON }
    }

    /// Energies of enthalpies (K).
    pub fn energies(&self, enthalpy: &[f64]) -> Vec<i64> {
        let cells = enthalpy.iter().zip(&self.conduction.capacity);
        cells.map(|(e, c)| (e * c / self.scale.joule).round() as i64).collect()
    }

    /// The other way round.
    pub fn enthalpies(&self, energy: &[i64]) -> Vec<f64> {
        let cells = energy.iter().zip(&self.conduction.capacity);
        cells.map(|(e, c)| if *c > 0.0 { *e as f64 * self.scale.joule / c } else { 0.0 }).collect()
    }

    /// Temperatures of energies.
    pub fn units(&self, energy: &[i64]) -> Vec<i32> {
        energy.par_iter().zip(&self.divisors).with_min_len(4096).map(|(e, d)| d.units(*e)).collect()
    }

    /// Fails where temperatures have gone to half of what can be held: none can have gone farther between two looks.
    ///
    /// # Errors
    /// Then.
    pub fn within_range(&self, units: impl Iterator<Item = i32>) -> Result<(), ExactError> {
        let far = units.fold(0, |far, t| far.max(t.abs()));
        if far <= MOST_UNITS / 2 {
            return Ok(());
        }
        let kelvin = |units: i32| f64::from(units) * self.scale.kelvin;
        let reference = self.conduction.problem.reference;
        Err(ExactError::Range { found: kelvin(far), reference, most: kelvin(MOST_UNITS / 2) })
    }

    /// What links do in a step, s.
    ///
    /// # Errors
    /// If the step is far too long.
    pub fn coefficients(&self, step: f64) -> Result<Coefficients, ExactError> {
        let per_kelvin = step * self.scale.kelvin / self.scale.joule;
        let family = |conductance: &[f64]| -> Option<Vec<Factor>> {
            conductance.iter().map(|g| Factor::of(g * per_kelvin)).collect()
        };
        let links = self.conduction.links.families.iter().map(|f| family(&f.conductance)).collect::<Option<_>>();
        Ok(Coefficients { step, links: links.ok_or(ExactError::Step(step))? })
    }

    /// What walls do in a step from a time, s.
    ///
    /// # Errors
    /// If the step is far too long, or a temperature beyond a wall is out of range.
    pub fn walls(&self, time: f64, step: f64) -> Result<Vec<WallHeat>, ExactError> {
        let Scale { kelvin, joule } = self.scale;
        let row = self.conduction.row(time);
        let walls = self.conduction.problem.walls.iter().zip(&self.conduction.wall_conductance);
        let each = walls.map(|(wall, &g)| {
            let line = self.conduction.line(wall, g, time, &row).ok_or(ExactError::NotCovered("radiation"))?;
            let factor = Factor::of(step * line.slope * kelvin / joule).ok_or(ExactError::Step(step))?;
            let beyond = (line.beyond / kelvin).round();
            // Where nothing depends on it, it is nothing.
            let beyond = if factor.mantissa == 0 { 0.0 } else { beyond };
            self.within_range(std::iter::once(beyond.clamp(-2e9, 2e9) as i32))?;
            Ok(WallHeat { factor, beyond: beyond as i32, given: (step * line.given / joule).round() as i64 })
        });
        each.collect()
    }

    /// What sources give in a step from a time (s), where there are any.
    pub fn sources(&self, time: f64, step: f64) -> Option<Vec<i64>> {
        let quanta = |watt: &f64| (step * watt / self.scale.joule).round() as i64;
        Some(self.conduction.sources(time)?.iter().map(quanta).collect())
    }

    /// Adds to the energies what cells gain over links in a step from temperatures, in units.
    pub fn conduct(&self, coefficients: &Coefficients, units: &[i32], energy: &mut [i64]) {
        let grid = &self.conduction.problem.grid;
        let row = grid.cells()[0];
        let families = self.conduction.links.families.iter().zip(&coefficients.links);
        let families: Vec<_> = families.map(|(family, factors)| (family.offset, factors.as_slice())).collect();
        let rows = energy.par_chunks_mut(row).enumerate().with_min_len(4096_usize.div_ceil(row));
        rows.for_each(|(row, energy)| {
            families.iter().for_each(|&family| conduct_row(grid, family, units, row, energy))
        });
    }
}

/// What a row gains over the links of one family. Each link is seen from the cell that it is stored with, at both of its ends.
fn conduct_row(
    grid: &Grid,
    (offset, factors): (glam::IVec3, &[Factor]),
    units: &[i32],
    row: usize,
    energy: &mut [i64],
) {
    let first = row * energy.len();
    for [own, other, n] in runs(grid, offset, row) {
        for k in 0..n {
            energy[own + k - first] += factors[own + k].times(units[other + k] - units[own + k]);
        }
    }
    for [own, other, n] in runs(grid, -offset, row) {
        for k in 0..n {
            energy[own + k - first] -= factors[other + k].times(units[own + k] - units[other + k]);
        }
    }
}

/// A number that stands for all energies, the same wherever they are (Fowler, Noll and Vo's hash of 64 bits over little-endian bytes).
pub fn checksum(energy: &[i64]) -> u64 {
    let bytes = energy.iter().flat_map(|e| e.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
