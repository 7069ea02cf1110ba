//! Geometry and caloric curves as the shaders read them.

use super::pack::{Packed, rounded};
use super::slab::Cut;
use crate::backend::Precision;
use crate::caloric::Curve;
use crate::grid::Grid;

/// Where a curve is, counted from behind the geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CurvePlace {
    pub(super) start: usize,
    pub(super) nodes: usize,
    /// Where the enthalpies are at which melting starts and ends.
    pub(super) mushy: Option<usize>,
}

/// The curves of all materials.
pub(super) struct Tables {
    pub(super) curves: Vec<Option<CurvePlace>>,
    numbers: Packed,
}

impl Tables {
    pub(super) fn new(curves: &[Option<Curve>], precision: Precision) -> Tables {
        let mut numbers = Packed::new(precision);
        let curves = curves.iter().map(|curve| curve.as_ref().map(|curve| place(curve, &mut numbers))).collect();
        Tables { curves, numbers }
    }

    /// Bytes for a slab: widths along x, y, z, centres along x, y, z, curves. Ghosts have the geometry of the cells
    /// that they show.
    pub(super) fn bytes(&self, grid: &Grid, cut: &Cut, slab: usize) -> Vec<u8> {
        let mut all = Packed::new(self.numbers.precision);
        for pick in [crate::grid::Axis::widths, crate::grid::Axis::centres] {
            for axis in 0..3 {
                let values = pick(grid.axis(axis));
                if axis == cut.axis {
                    let planes = cut.slabs[slab].len() + 2 * cut.ghost;
                    all.reals((0..planes).map(|p| cut.source(slab, p).map_or(1.0, |plane| values[plane])));
                } else {
                    all.reals(values.iter().copied());
                }
            }
        }
        all.bytes.extend_from_slice(&self.numbers.bytes);
        all.bytes
    }
}

/// Enthalpies, temperatures, slopes and entropies. The slope of a piece and the temperature at its start belong to the
/// enthalpy as the device rounds it, so that rounding bends nothing.
fn place(curve: &Curve, numbers: &mut Packed) -> CurvePlace {
    let precision = numbers.precision;
    let start = numbers.len();
    let exact = curve.enthalpy.numbers();
    let nodes = exact.len();
    let enthalpy: Vec<f64> = exact.iter().map(|&e| rounded(precision, e)).collect();
    let slope = |i: usize| {
        let i = i.min(nodes - 2);
        (curve.temperature[i + 1] - curve.temperature[i]) / (exact[i + 1] - exact[i])
    };
    numbers.reals(enthalpy.iter().copied());
    numbers.reals((0..nodes).map(|i| curve.temperature[i] + slope(i) * (enthalpy[i] - exact[i])));
    numbers.reals((0..nodes).map(slope));
    numbers.reals(enthalpy.iter().map(|&e| curve.entropy_at(e)));
    let mushy = curve.mushy.map(|ends| {
        let place = numbers.len();
        numbers.reals(ends);
        place
    });
    CurvePlace { start, nodes, mushy }
}
