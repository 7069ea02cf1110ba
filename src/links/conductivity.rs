//! Conductivities of the cells in a state.

use super::Integrals;
use crate::caloric::Curve;
use crate::expression::{Expression, Place, Variable};
use crate::problem::{Conductivity, Material, Problem, VOID, ValueId};
use rayon::prelude::*;

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
pub struct CellConductivity<'a> {
    axes: Vec<Vec<f64>>,
    means: Option<Means<'a>>,
}

/// What means of a conductivity between two temperatures are made of.
struct Means<'a> {
    integrals: &'a Integrals,
    material: &'a [u8],
    /// Per cell, deviations, K.
    temperature: &'a [f64],
    /// Per axis and cell: the piece of its integral that the temperature lies in; 0 where it has none.
    pieces: Vec<Vec<u32>>,
}

impl<'a> Means<'a> {
    fn new(problem: &'a Problem, integrals: &'a Integrals, temperature: &'a [f64]) -> Means<'a> {
        let material = &problem.material;
        let of_axis = |axis| {
            let mut asks = [false; 256];
            asks.iter_mut().enumerate().for_each(|(m, asks)| *asks = integrals.of(m as u8, axis).is_some());
            let mut pieces = vec![0; material.len()];
            let parts = pieces.par_chunks_mut(1024).zip(material.par_chunks(1024)).zip(temperature.par_chunks(1024));
            parts.for_each(|((pieces, material), temperature)| {
                if !material.iter().any(|m| asks[usize::from(*m)]) {
                    return;
                }
                let mut near = 0;
                for ((piece, &m), &t) in pieces.iter_mut().zip(material).zip(temperature) {
                    if let Some(k) = integrals.of(m, axis) {
                        near = k.piece_near(near, t);
                        *piece = near as u32;
                    }
                }
            });
            pieces
        };
        Means { integrals, material, temperature, pieces: (0..axes(problem)).map(of_axis).collect() }
    }

    fn piece(&self, cell: usize, axis: usize) -> (usize, f64) {
        let pieces = &self.pieces[if self.pieces.len() == 1 { 0 } else { axis }];
        (pieces[cell] as usize, self.temperature[cell])
    }
}

/// How many axes conductivities are told for: one for all of them where no material has a direction.
fn axes(problem: &Problem) -> usize {
    let directional = problem.materials.iter().any(|m| !matches!(m.conductivity, Conductivity::Isotropic(_)));
    if directional { 3 } else { 1 }
}

/// Conductivities of the cells along an axis, W/(m K).
fn along(problem: &Problem, curves: &[Option<Curve>], axis: usize, taken: Taken, means: Option<&Means>) -> Vec<f64> {
    let laws: Vec<Law> = (0..problem.materials.len()).map(|m| Law::of(problem, m, axis, taken)).collect();
    let of_cell = |(i, &m): (usize, &u8)| match laws.get(usize::from(m)) {
        None => 0.0,
        Some(Law::Constant(k)) => *k,
        Some(Law::OfTemperature(k, temperature, time)) => {
            match means.and_then(|means| Some((means.integrals.of(m, axis)?, means.piece(i, axis)))) {
                Some((integral, (piece, temperature))) => integral.at(piece, temperature),
                None => {
                    let temperature = temperature[i] + problem.reference;
                    k.eval(&Place { t: *time, temperature, ..Place::default() })
                }
            }
        }
        Some(Law::OfCell) => CellConductivity::cell(problem, curves, usize::from(m), axis, i, taken),
    };
    problem.material.par_iter().enumerate().with_min_len(4096).map(of_cell).collect()
}

impl<'a> CellConductivity<'a> {
    /// Evaluates the materials in every cell.
    pub fn new(
        problem: &'a Problem,
        curves: &[Option<Curve>],
        integrals: &'a Integrals,
        taken: Taken<'a>,
    ) -> CellConductivity<'a> {
        let means = match taken {
            Taken::At { temperature, .. } if !integrals.is_empty() => Some(Means::new(problem, integrals, temperature)),
            _ => None,
        };
        let axes = (0..axes(problem)).map(|axis| along(problem, curves, axis, taken, means.as_ref())).collect();
        CellConductivity { axes, means }
    }

    /// The same without means.
    pub fn of_cells(problem: &Problem, curves: &[Option<Curve>], taken: Taken) -> CellConductivity<'a> {
        let axes = (0..axes(problem)).map(|axis| along(problem, curves, axis, taken, None)).collect();
        CellConductivity { axes, means: None }
    }

    /// Mean over the temperatures between two cells of one material, W/(m K); none where its conductivity stays, or varies with more than
    /// temperature.
    pub fn mean(&self, a: usize, b: usize, axis: usize) -> Option<f64> {
        let means = self.means.as_ref()?;
        let integral =
            means.integrals.of(means.material[a], axis).filter(|_| means.material[a] == means.material[b])?;
        Some(integral.mean(means.piece(a, axis), means.piece(b, axis)))
    }

    /// Calls `each` with the means between cells of a run and those beside them, one by one from the first cells on.
    pub fn means_of_run(&self, axis: usize, [own, other, n]: [usize; 3], mut each: impl FnMut(usize, f64)) {
        let Some(means) = &self.means else { return };
        let m = means.material[own];
        let one = |first: usize| means.material[first..][..n].iter().all(|other| *other == m);
        if !(one(own) && one(other)) {
            (0..n).for_each(|x| {
                if let Some(mean) = self.mean(own + x, other + x, axis) {
                    each(x, mean);
                }
            });
            return;
        }
        let Some(integral) = means.integrals.of(m, axis) else { return };
        let pieces = &means.pieces[if means.pieces.len() == 1 { 0 } else { axis }];
        let [(p, t), (q, u)] = [own, other].map(|first| (&pieces[first..][..n], &means.temperature[first..][..n]));
        for x in 0..n {
            each(x, integral.mean((p[x] as usize, t[x]), (q[x] as usize, u[x])));
        }
    }

    /// The mean between the temperature of a cell and that of a surface (deviation, K).
    pub fn mean_to(&self, cell: usize, axis: usize, surface: f64) -> Option<f64> {
        let means = self.means.as_ref()?;
        let integral = means.integrals.of(means.material[cell], axis)?;
        Some(integral.mean(means.piece(cell, axis), (integral.piece(surface), surface)))
    }

    /// W/(m K) of the cells along an axis.
    pub fn along(&self, axis: usize) -> &[f64] {
        &self.axes[if self.axes.len() == 1 { 0 } else { axis }]
    }

    /// W/(m K) of a cell along an axis.
    pub fn at(&self, cell: usize, axis: usize) -> f64 {
        self.along(axis)[cell]
    }

    /// W/(m K) of one cell along an axis.
    pub fn of_cell(problem: &Problem, curves: &[Option<Curve>], cell: usize, axis: usize, taken: Taken) -> f64 {
        match problem.material[cell] {
            VOID => 0.0,
            m => Self::cell(problem, curves, m as usize, axis, cell, taken),
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
        let solid = match value(&m.conductivity, axis) {
            Err(constant) => return constant,
            Ok(id) => id,
        };
        let liquid = m.melting.as_ref().and_then(|melting| melting.liquid_conductivity);
        let mut place = Place::default();
        if [Some(solid), liquid].iter().flatten().any(|&id| problem.values.get(id).is_spatial()) {
            let centre = problem.grid.centre(problem.grid.cell(i));
            place = Place { x: centre.x, y: centre.y, z: centre.z, ..place };
        }
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

/// How the conductivity of a material is found in a cell.
enum Law<'a> {
    /// The same in all of them.
    Constant(f64),
    /// From the cell's temperature (deviations, K) at a time (s).
    OfTemperature(&'a Expression, &'a [f64], f64),
    /// From its place, or from what of it has melted.
    OfCell,
}

impl<'a> Law<'a> {
    fn of(problem: &'a Problem, material: usize, axis: usize, taken: Taken<'a>) -> Law<'a> {
        let m = &problem.materials[material];
        let solid = match value(&m.conductivity, axis) {
            Err(constant) => return Law::Constant(constant),
            Ok(id) => id,
        };
        let liquid = m.melting.as_ref().and_then(|melting| melting.liquid_conductivity);
        let ids = [Some(solid), liquid];
        let spatial = ids.iter().flatten().any(|&id| problem.values.get(id).is_spatial());
        match taken {
            Taken::Largest { .. } if !spatial => {
                Law::Constant(CellConductivity::largest(problem, ids, Place::default(), taken))
            }
            Taken::At { temperature, time, .. } if liquid.is_none() && !spatial => {
                let k = problem.values.get(solid);
                k.as_constant().map_or(Law::OfTemperature(k, temperature, time), Law::Constant)
            }
            _ => Law::OfCell,
        }
    }
}

fn value(conductivity: &Conductivity, axis: usize) -> Result<ValueId, f64> {
    match conductivity {
        Conductivity::Isotropic(id) => Ok(*id),
        Conductivity::Diagonal(ids) => Ok(ids[axis]),
        Conductivity::Tensor(k) => Err(k[axis]),
    }
}

/// Whether conductivities change while the problem runs.
pub fn conductivity_varies(problem: &Problem) -> bool {
    problem.materials.iter().any(|m| material_varies(problem, m))
}

/// Whether the conductivity of a material changes while the problem runs.
pub(super) fn material_varies(problem: &Problem, material: &Material) -> bool {
    let varies = |id: &ValueId| {
        let value = problem.values.get(*id);
        value.depends_on(Variable::Temperature) || value.depends_on(Variable::Time)
    };
    material.melting.as_ref().is_some_and(|melting| melting.liquid_conductivity.is_some())
        || match &material.conductivity {
            Conductivity::Isotropic(id) => varies(id),
            Conductivity::Diagonal(ids) => ids.iter().any(varies),
            Conductivity::Tensor(_) => false,
        }
}
