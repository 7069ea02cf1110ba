//! What the upwinding needs of the moments: their values and slopes on the faces of all cells, and how far these are from
//! what the upwinding makes of the cells (see [`super::pass`]).

use super::law::Vessel;
use crate::kinetic::domain::{Law, OPEN};
use rayon::prelude::*;

/// Moments of the distribution, one value per cell and kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Axes along which anything changes; vectors have a component for each.
    pub axes: Vec<usize>,
    /// Density, temperature, then the components of the velocity, of the heat flux of flight, and, with internal energy, of the
    /// flux of its temperature; all in kelvin.
    pub kind: Vec<Vec<f64>>,
}

/// Kind of the density.
pub const DENSITY: usize = 0;
/// Kind of the temperature.
pub const TEMPERATURE: usize = 1;

impl Moments {
    /// Nothing.
    pub fn zero(vessel: &Vessel) -> Moments {
        let axes = vessel.domain.axes();
        let vectors = if vessel.gas.internal > 0.0 { 3 } else { 2 };
        let kind = vec![vec![0.0; vessel.domain.grid.len()]; 2 + vectors * axes.len()];
        Moments { axes, kind }
    }

    /// Per cell (deviation, K).
    pub fn temperature(&self) -> &[f64] {
        &self.kind[TEMPERATURE]
    }

    /// Kind of the velocity along an active axis, by its place among them.
    pub fn velocity(&self, axis: usize) -> usize {
        2 + axis
    }

    /// Kind of the heat flux of flight.
    pub fn flux(&self, axis: usize) -> usize {
        2 + self.axes.len() + axis
    }

    /// Kind of the flux of internal temperature.
    pub fn internal_flux(&self, axis: usize) -> usize {
        2 + 2 * self.axes.len() + axis
    }
}

/// Along one axis, in flight towards one side. Kinds of a cell stand side by side.
#[derive(Debug, Default)]
pub(crate) struct Along {
    /// Per cell: half a cell over the distance to the upstream value; 0 behind a wall.
    pub reach: Vec<f64>,
    /// Value on the face ahead less what the upwinding makes of the cells.
    pub shift: Vec<f64>,
    /// The same of the derivative along the axis, 1/m.
    pub tilt: Vec<f64>,
}

/// All that a pass needs of the moments.
#[derive(Debug)]
pub(crate) struct Faces {
    /// Kinds of moments.
    pub kinds: usize,
    /// Axes along which values are carried from cell to cell.
    pub axes: Vec<usize>,
    /// Axes of one cell whose ends are joined.
    pub rings: Vec<usize>,
    /// Per axis, and 0 for flight towards rising, 1 towards falling coordinates.
    pub along: [[Along; 2]; 3],
    /// Moments, those of a cell side by side.
    pub cell: Vec<f64>,
}

impl Faces {
    pub fn new(vessel: &Vessel, moments: &Moments) -> Faces {
        let domain = &vessel.domain;
        let (n, kinds) = (domain.grid.len(), moments.kind.len());
        let (rings, axes) = domain.axes().into_iter().partition(|&a| domain.is_ring(a));
        let mut along: [[Along; 2]; 3] = Default::default();
        for &axis in &axes {
            let widths = domain.grid.axis(axis).widths();
            let at = |c: usize| domain.grid.cell(c)[axis];
            let stride = domain.strides()[axis];
            let faces = on_faces(vessel, moments, axis);
            for (up, along) in along[axis].iter_mut().enumerate() {
                let open = |c: usize| domain.is_solid(c) && domain.wall[axis][up][c] == OPEN;
                let upstream = |c: usize| if up == 1 { c + stride } else { c - stride };
                along.reach = (0..n)
                    .map(|c| if open(c) { widths[at(c)] / (widths[at(c)] + widths[at(upstream(c))]) } else { 0.0 })
                    .collect();
                let gradient = |c: usize, k: usize| {
                    let [low, high] = faces[c * kinds + k];
                    (high.0 - low.0) / widths[at(c)]
                };
                let reach = &along.reach;
                let wind = |c: usize, of: &dyn Fn(usize) -> f64| {
                    if open(c) { of(c) + reach[c] * (of(c) - of(upstream(c))) } else { of(c) }
                };
                let each = |value: &(dyn Fn(usize, usize) -> f64 + Sync)| -> Vec<f64> {
                    let all = (0..n * kinds).into_par_iter().with_min_len(4096);
                    all.map(|i| if domain.is_solid(i / kinds) { value(i / kinds, i % kinds) } else { 0.0 }).collect()
                };
                along.shift = each(&|c, k| faces[c * kinds + k][1 - up].0 - wind(c, &|c| moments.kind[k][c]));
                along.tilt = each(&|c, k| faces[c * kinds + k][1 - up].1 - wind(c, &|c| gradient(c, k)));
            }
        }
        let mut cell = vec![0.0; n * kinds];
        for (k, values) in moments.kind.iter().enumerate() {
            cell.iter_mut().skip(k).step_by(kinds).zip(values).for_each(|(c, v)| *c = *v);
        }
        Faces { kinds, axes, rings, along, cell }
    }
}

/// Per cell and kind: value and derivative on the low and the high face.
pub(crate) type OnFaces = Vec<[(f64, f64); 2]>;

/// Values and derivatives on all faces across an axis.
pub(crate) fn on_faces(vessel: &Vessel, moments: &Moments, axis: usize) -> OnFaces {
    let (domain, kinds) = (&vessel.domain, moments.kind.len());
    let mut faces = vec![[(0.0, 0.0); 2]; domain.grid.len() * kinds];
    faces.par_chunks_mut(kinds).enumerate().filter(|(c, _)| domain.is_solid(*c)).for_each(|(c, faces)| {
        for high in [false, true] {
            for (kind, face) in faces.iter_mut().enumerate() {
                face[usize::from(high)] = on_face(vessel, moments, axis, high, c, kind);
            }
        }
    });
    faces
}

/// Value and derivative along the axis of a kind on a face of a cell.
fn on_face(vessel: &Vessel, moments: &Moments, axis: usize, high: bool, c: usize, kind: usize) -> (f64, f64) {
    let domain = &vessel.domain;
    let widths = domain.grid.axis(axis).widths();
    let at = |c: usize| domain.grid.cell(c)[axis];
    let outward = if high { 1.0 } else { -1.0 };
    let half = 0.5 * widths[at(c)];
    let own = moments.kind[kind][c];
    let towards = |other: f64, distance: f64| {
        let slope = (other - own) / distance;
        (own + slope * half, outward * slope)
    };
    let index = domain.wall[axis][usize::from(high)][c];
    if index == OPEN {
        let stride = domain.strides()[axis];
        let o = if high { c + stride } else { c - stride };
        return towards(moments.kind[kind][o], half + 0.5 * widths[at(o)]);
    }
    let wall = &domain.walls[index as usize];
    let accommodation = vessel.accommodation[index as usize];
    let components = moments.axes.len();
    let vector = kind.checked_sub(2).map(|v| (v / components, moments.axes[v % components] == axis));
    match (wall.law, kind, vector) {
        (Law::Periodic { partner, .. }, ..) => {
            let other = &domain.walls[partner as usize];
            let jump = if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
            let sign = [-1.0, 1.0].get(kind).copied().unwrap_or(0.0);
            towards(moments.kind[kind][other.cell as usize] + sign * jump, half + domain.half_width(other))
        }
        // the pressure does not change towards a wall, so the density does against the temperature
        (Law::Thermal(t), DENSITY | TEMPERATURE, _) => {
            let slope = (t - moments.kind[TEMPERATURE][c]) / (half + vessel.gas.jump_distance(accommodation));
            let slope = if kind == TEMPERATURE { slope } else { -slope };
            (own + slope * half, outward * slope)
        }
        // nothing flows into a wall, and a diffuse one holds back what flows along
        (Law::Thermal(_), _, Some((0, false))) => towards(0.0, half + vessel.gas.slip_distance(accommodation)),
        (_, _, Some((0, true))) => towards(0.0, half),
        // a mirror turns what points into it
        (Law::Adiabatic { .. }, _, Some((_, true))) => towards(0.0, half),
        _ => (own, 0.0),
    }
}
