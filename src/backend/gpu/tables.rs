//! Geometry and caloric curves as the shaders read them.

use super::pack::{Packed, rounded};
use super::slab::Cut;
use crate::backend::Precision;
use crate::caloric::Curve;
use crate::conduction::Conduction;
use crate::grid::Grid;
use crate::links::{Integral, Integrals};

/// Where a curve is, counted from behind the geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CurvePlace {
    pub(super) start: usize,
    pub(super) nodes: usize,
    /// Where the enthalpies are at which melting starts and ends.
    pub(super) mushy: Option<usize>,
}

/// Where a conductivity of temperature is, counted from behind the geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IntegralPlace {
    pub(super) start: usize,
    pub(super) pieces: usize,
}

/// The curves and integrals of all materials.
pub(super) struct Tables {
    pub(super) curves: Vec<Option<CurvePlace>>,
    /// Along each axis.
    pub(super) integrals: Vec<[Option<IntegralPlace>; 3]>,
    numbers: Packed,
}

/// To what part conductivities of temperature are tabulated in f32.
const TABULATED: f64 = 1e-7;

impl Tables {
    pub(super) fn new(conduction: &Conduction, precision: Precision) -> Tables {
        let mut numbers = Packed::new(precision);
        let curves = &conduction.curves;
        let curves = curves.iter().map(|curve| curve.as_ref().map(|curve| place(curve, &mut numbers))).collect();
        let coarse;
        let integrals = match precision {
            Precision::F64 => &*conduction.integrals,
            Precision::F32 => {
                coarse = Integrals::new(&conduction.problem, TABULATED);
                &coarse
            }
        };
        let materials = 0..conduction.problem.materials.len() as u8;
        let mut of_axis = |m: u8, axis: usize| integrals.of(m, axis).map(|k| place_integral(k, &mut numbers));
        let integrals = materials.map(|m| [0, 1, 2].map(|axis| of_axis(m, axis))).collect();
        Tables { curves, integrals, numbers }
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

/// Starts, powers and integrals.
fn place_integral(integral: &Integral, numbers: &mut Packed) -> IntegralPlace {
    let start = numbers.len();
    let pieces: Vec<(f64, [f64; 4], f64)> = integral.pieces().collect();
    numbers.reals(pieces.iter().map(|(start, ..)| *start));
    for power in 0..4 {
        numbers.reals(pieces.iter().map(|(_, k, _)| k[power]));
    }
    numbers.reals(pieces.iter().map(|(.., before)| *before));
    IntegralPlace { start, pieces: pieces.len() }
}

/// Enthalpies, temperatures, slopes and entropies. The slope of a piece and the temperature at the end from which it is followed belong to the
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
    let followed = |i: usize| slope(if exact[i] > 0.0 || i == 0 { i } else { i - 1 });
    numbers.reals((0..nodes).map(|i| curve.temperature[i] + followed(i) * (enthalpy[i] - exact[i])));
    numbers.reals((0..nodes).map(slope));
    numbers.reals(enthalpy.iter().map(|&e| curve.entropy_at(e)));
    let mushy = curve.mushy.map(|ends| {
        let place = numbers.len();
        numbers.reals(ends);
        place
    });
    CurvePlace { start, nodes, mushy }
}
