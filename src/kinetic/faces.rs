//! What a pass of one band meets at the faces of the cells: the coefficients of the upwinding (see [`super::sweep`]).

use super::domain::{Domain, Law, OPEN};
use rayon::prelude::*;

/// Per cell, what the upwinding towards one side needs.
#[derive(Debug, Default)]
pub(crate) struct Along {
    /// r: half a cell over the distance to the upstream value.
    pub reach: Vec<f64>,
    /// (1 - b) (T_face - U(T)), K.
    pub shift: Vec<f64>,
    /// -(1 - b) L (dT/dn_face - U(dT/dn)), K; to be multiplied with s_n.
    pub tilt: Vec<f64>,
    /// T on the face ahead, K.
    pub ahead: Vec<f64>,
}

/// What a band meets at the faces, at a given pseudo-temperature.
#[derive(Debug)]
pub(crate) struct Faces {
    pub band: usize,
    /// Axes along which values are carried from cell to cell.
    pub axes: Vec<usize>,
    /// Axes of one cell whose ends are joined.
    pub rings: Vec<usize>,
    /// Per axis, and 0 for flight towards rising, 1 towards falling coordinates.
    pub along: [[Along; 2]; 3],
    /// 1/m.
    pub inverse_width: [Vec<f64>; 3],
    /// Per cell: what the band holds in equilibrium, K. It stands for T in all of this.
    pub target: Vec<f64>,
    /// Per cell, 1/m.
    pub inverse_path: Vec<f64>,
    /// Per cell: source L / (C v), K.
    pub lift: Vec<f64>,
}

impl Faces {
    pub fn new(domain: &Domain, band: usize, pseudo_temperature: &[f64], emission: &[f64]) -> Faces {
        let grid = &domain.grid;
        let n = grid.len();
        let per_cell = |f: &(dyn Fn(usize) -> f64 + Sync)| -> Vec<f64> {
            (0..n).into_par_iter().with_min_len(4096).map(|c| if domain.is_solid(c) { f(c) } else { 0.0 }).collect()
        };
        let target = per_cell(&|c| domain.medium_of(c).held(band, pseudo_temperature[c]));
        let temperature = &target;
        let paths = per_cell(&|c| domain.medium_of(c).path(band, pseudo_temperature[c]));
        let path = |c: usize| paths[c];
        let inverse_path = per_cell(&|c| 1.0 / path(c));
        let lift = per_cell(&|c| {
            let medium = domain.medium_of(c);
            domain.rise(c, band) * (domain.source[c] * path(c) / (medium.heat_capacity() * medium.bands[band].velocity))
        });
        let mut along: [[Along; 2]; 3] = Default::default();
        for axis in domain.axes() {
            let widths = grid.axis(axis).widths();
            let stride = domain.strides()[axis];
            let at = |c: usize| grid.cell(c)[axis];
            // temperature and its derivative along the axis on both faces of every cell
            let face = |c: usize, high: bool| -> (f64, f64) {
                let t = temperature[c];
                let half = 0.5 * widths[at(c)];
                let outward = if high { 1.0 } else { -1.0 };
                let wall = domain.wall[axis][usize::from(high)][c];
                let towards = |other: f64, distance: f64| {
                    let slope = (other - t) / distance;
                    (t + slope * half, outward * slope)
                };
                if wall == OPEN {
                    let o = if high { c + stride } else { c - stride };
                    return towards(temperature[o], half + 0.5 * widths[at(o)]);
                }
                match domain.walls[wall as usize].law {
                    Law::Adiabatic { .. } => (t, 0.0),
                    Law::Periodic { partner, .. } => {
                        let other = &domain.walls[partner as usize];
                        let jump = if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
                        towards(temperature[other.cell as usize] + jump, half + domain.half_width(other))
                    }
                    // Marshak: the surface is 2/3 L dT/dn off what the wall emits
                    Law::Thermal(_) | Law::Interface { .. } => {
                        towards(emission[wall as usize], half + 2.0 / 3.0 * path(c))
                    }
                }
            };
            let faces: Vec<[(f64, f64); 2]> = (0..n)
                .into_par_iter()
                .with_min_len(4096)
                .map(|c| if domain.is_solid(c) { [face(c, false), face(c, true)] } else { [(0.0, 0.0); 2] })
                .collect();
            let gradient = |c: usize| (faces[c][1].0 - faces[c][0].0) / widths[at(c)];
            for (up, along) in along[axis].iter_mut().enumerate() {
                let ahead = 1 - up;
                let thickness = |c: usize| 0.5 * widths[at(c)] / path(c);
                let keep = |c: usize| (1.0 + thickness(c)) * (-thickness(c)).exp();
                let open = |c: usize| domain.wall[axis][up][c] == OPEN;
                let upstream = |c: usize| if up == 1 { c + stride } else { c - stride };
                along.reach = per_cell(&|c| {
                    if open(c) { widths[at(c)] / (widths[at(c)] + widths[at(upstream(c))]) } else { keep(c) }
                });
                // U(T) where the upstream value is a cell's; behind a wall r = b, and T takes the place of U(T): together
                // exact where the temperature is linear, whatever the thickness of the cell
                let wind = |c: usize, own: f64, behind: &dyn Fn(usize) -> f64| {
                    if open(c) { own + along.reach[c] * (own - behind(upstream(c))) } else { own }
                };
                along.shift =
                    per_cell(&|c| (1.0 - keep(c)) * (faces[c][ahead].0 - wind(c, temperature[c], &|u| temperature[u])));
                along.tilt =
                    per_cell(&|c| -(1.0 - keep(c)) * path(c) * (faces[c][ahead].1 - wind(c, gradient(c), &gradient)));
                along.ahead = per_cell(&|c| faces[c][ahead].0);
            }
        }
        let inverse_width = [0, 1, 2].map(|a| grid.axis(a).widths().iter().map(|w| 1.0 / w).collect());
        let (rings, axes) = domain.axes().into_iter().partition(|&a| domain.is_ring(a));
        Faces { band, axes, rings, along, inverse_width, target, inverse_path, lift }
    }
}
