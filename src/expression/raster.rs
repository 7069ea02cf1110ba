//! Values of place that stand in an array: each holds in its element of a box.

use super::Variable;
use crate::lattice::Lattice;
use glam::DVec3;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raster {
    lattice: Lattice,
    values: Vec<f64>,
    range: [f64; 2],
    variables: u8,
}

impl Raster {
    /// With one value for each element.
    pub(super) fn new(lattice: Lattice, values: Vec<f64>) -> Raster {
        assert_eq!(values.len(), lattice.size().iter().product::<usize>(), "one value for each element");
        let range = values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
            if v.is_nan() { [f64::NAN; 2] } else { [low.min(*v), high.max(*v)] }
        });
        let axes = [Variable::X, Variable::Y, Variable::Z].into_iter().zip(lattice.size());
        let variables = axes.filter(|(_, n)| *n > 1).fold(0, |bits, (variable, _)| bits | variable.bit());
        Raster { lattice, values, range, variables }
    }

    /// Beyond the box the value of the nearest element.
    pub(super) fn eval(&self, place: DVec3) -> f64 {
        self.values[self.lattice.nearest(place)]
    }

    /// Bits of the variables that it depends on.
    pub(super) fn variables(&self) -> u8 {
        self.variables
    }

    /// Least and greatest value.
    pub(super) fn range(&self) -> [f64; 2] {
        self.range
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|v| v.is_finite())
    }

    /// The value, if there is one alone.
    pub(super) fn as_constant(&self) -> Option<f64> {
        (self.variables == 0).then(|| self.values[0])
    }

    /// The same elements with other values.
    pub(super) fn map(&self, f: impl Fn(f64) -> f64) -> Raster {
        Raster::new(self.lattice.clone(), self.values.iter().map(|v| f(*v)).collect())
    }
}
