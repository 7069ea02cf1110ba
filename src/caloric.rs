//! Heat capacity and latent heat: the curve between enthalpy and temperature of a material.
//!
//! The state of a cell is its enthalpy in kelvin, `e = (H(T) - H(T_ref)) / C_ref`, with `C_ref` the volumetric
//! heat capacity at the reference temperature. Energy is then conserved to rounding, whatever the
//! temperature does while the material melts (enthalpy method: Voller & Cross 1981). With a constant heat
//! capacity `e` is the temperature's deviation itself and no curve is needed.

use crate::expression::{Expression, Place, Variable};
use crate::problem::{Material, Values};
use crate::rising::Rising;

/// A monotone, piecewise linear curve; beyond its ends it goes on straight.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Enthalpy `e`, K, rising strictly.
    pub enthalpy: Rising,
    /// Temperature less the reference, K, never falling (flat where a pure substance melts).
    pub temperature: Vec<f64>,
    /// Enthalpy `e` at which melting starts and ends; liquid fraction is linear between.
    pub mushy: Option<[f64; 2]>,
    /// Entropy per `C_ref` at the nodes, zero at the reference.
    entropy: Vec<f64>,
    /// K.
    reference: f64,
}

/// Range of temperatures that curves are tabulated for, K, and the ratio of neighbouring nodes.
const LOW: f64 = 1.0;
const HIGH: f64 = 10_000.0;
const RATIO: f64 = 1.001;

impl Curve {
    /// Tabulates a material; `None` where the heat capacity is constant and nothing melts.
    pub fn new(material: &Material, values: &Values, reference: f64) -> Option<Curve> {
        let solid = values.get(material.heat_capacity);
        if material.melting.is_none() && !solid.depends_on(Variable::Temperature) {
            return None;
        }
        let liquid = material.melting.as_ref().and_then(|m| m.liquid_heat_capacity).map_or(solid, |id| values.get(id));
        let (solidus, liquidus, latent) = material
            .melting
            .as_ref()
            .map_or((f64::INFINITY, f64::INFINITY, 0.0), |m| (m.solidus, m.liquidus, m.latent_heat));
        let capacity = |t: f64| {
            if t < solidus {
                at(solid, t)
            } else if t > liquidus {
                at(liquid, t)
            } else {
                0.5 * (at(solid, t) + at(liquid, t))
            }
        };
        let reference_capacity = capacity_at(material, values, reference);

        let mut nodes: Vec<f64> =
            std::iter::successors(Some(LOW), |t| Some(t * RATIO)).take_while(|&t| t < HIGH).collect();
        nodes.extend([HIGH, reference]);
        nodes.extend(solid.breakpoints(Variable::Temperature));
        nodes.extend(liquid.breakpoints(Variable::Temperature));
        nodes.extend([solidus, liquidus].into_iter().filter(|t| t.is_finite()));
        nodes.retain(|t| (LOW..=HIGH).contains(t));
        nodes.sort_by(f64::total_cmp);
        nodes.dedup();

        let mut enthalpy = vec![0.0];
        let mut temperature = vec![nodes[0]];
        let mut heat = 0.0;
        let mut mushy = [f64::INFINITY; 2];
        let melt = |heat: &mut f64, mushy: &mut [f64; 2]| {
            mushy[0] = *heat;
            *heat += latent;
            mushy[1] = *heat;
        };
        for pair in nodes.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            // Simpson's rule on a piece that holds no node of a table inside.
            let middle = 0.5 * (a + b);
            let inside = |t: f64| capacity(t.clamp(a + 1e-9 * (b - a), b - 1e-9 * (b - a)));
            let mut gain = (b - a) * (inside(a) + 4.0 * inside(middle) + inside(b)) / 6.0;
            let spread = liquidus - solidus;
            if spread > 0.0 && a >= solidus && b <= liquidus {
                gain += latent * (b - a) / spread;
            }
            if spread > 0.0 && a == solidus {
                mushy[0] = heat;
            }
            heat += gain;
            if b == liquidus && spread > 0.0 {
                mushy[1] = heat;
            }
            enthalpy.push(heat);
            temperature.push(b);
            if b == solidus && spread == 0.0 {
                melt(&mut heat, &mut mushy);
                enthalpy.push(heat);
                temperature.push(b);
            }
        }
        let zero = {
            let i = temperature.partition_point(|&t| t < reference).clamp(1, temperature.len() - 1);
            if temperature[i] == reference { enthalpy[i] } else { interpolate(&temperature, &enthalpy, i, reference) }
        };
        let scale = |h: f64| (h - zero) / reference_capacity;
        let mushy = material.melting.as_ref().map(|_| mushy.map(scale));
        for (h, t) in enthalpy.iter_mut().zip(&mut temperature) {
            (*h, *t) = (scale(*h), *t - reference);
        }
        let kept = corners(&enthalpy, &temperature);
        let [enthalpy, temperature] = [enthalpy, temperature].map(|all| kept.iter().map(|&i| all[i]).collect());
        let mut curve = Curve { enthalpy: Rising::new(enthalpy), temperature, mushy, entropy: Vec::new(), reference };
        curve.tabulate_entropy();
        Some(curve)
    }

    /// Temperature deviation of an enthalpy, both K.
    pub fn temperature_at(&self, enthalpy: f64) -> f64 {
        self.piece(self.piece_of(enthalpy), enthalpy)
    }

    /// Enthalpy of a temperature deviation, both K; exactly at a melting point: solid.
    pub fn enthalpy_at(&self, temperature: f64) -> f64 {
        let i = self.temperature.partition_point(|&t| t < temperature).clamp(1, self.temperature.len() - 1);
        let (a, b) = (self.temperature[i - 1], self.temperature[i]);
        if a == b {
            // above the last node that is flat: go on along the next rising piece
            return self.enthalpy.numbers()[i];
        }
        let (e, t) = (self.enthalpy.numbers(), &self.temperature);
        let near = nearest_to_reference(e, i);
        e[near] + (e[i] - e[i - 1]) * (temperature - t[near]) / (t[i] - t[i - 1])
    }

    /// Fraction molten, 0 to 1.
    pub fn liquid_fraction(&self, enthalpy: f64) -> f64 {
        self.mushy.map_or(0.0, |[start, end]| ((enthalpy - start) / (end - start)).clamp(0.0, 1.0))
    }

    /// Largest `dT/de` for temperature deviations within `low..=high`: `C_ref / C` where the material
    /// stores least heat.
    pub fn steepest(&self, low: f64, high: f64) -> f64 {
        let enthalpy = self.enthalpy.numbers();
        let n = enthalpy.len() - 1;
        (0..n)
            .filter(|&i| (i == n - 1 || self.temperature[i + 1] >= low) && (i == 0 || self.temperature[i] <= high))
            .map(|i| (self.temperature[i + 1] - self.temperature[i]) / (enthalpy[i + 1] - enthalpy[i]))
            .fold(0.0, f64::max)
    }

    /// Entropy per `C_ref`, relative to the reference: the integral of de / T, exact for the curve.
    pub fn entropy_at(&self, enthalpy: f64) -> f64 {
        let line = self.line(enthalpy);
        line.entropy + line.gain(enthalpy)
    }

    /// The straight piece that an enthalpy lies on, or the one that goes on to it beyond the ends.
    pub fn line(&self, enthalpy: f64) -> Line {
        self.line_up_to(self.piece_of(enthalpy))
    }

    fn line_up_to(&self, i: usize) -> Line {
        let (e, t) = (self.enthalpy.numbers(), &self.temperature);
        let near = nearest_to_reference(e, i);
        Line {
            start: e[i - 1],
            end: e[i],
            anchor: e[near],
            kelvin: t[near] + self.reference,
            slope: (t[i] - t[i - 1]) / (e[i] - e[i - 1]),
            entropy: self.entropy.get(near).copied().unwrap_or(0.0),
        }
    }

    fn tabulate_entropy(&mut self) {
        self.entropy = vec![0.0];
        for i in 1..self.temperature.len() {
            let line = self.line_up_to(i);
            self.entropy.push(self.entropy[i - 1] + line.gain(line.end) - line.gain(line.start));
        }
        let zero = self.entropy_at(0.0);
        for s in &mut self.entropy {
            *s -= zero;
        }
    }

    /// The high end of the straight piece that an enthalpy lies on.
    fn piece_of(&self, enthalpy: f64) -> usize {
        self.enthalpy.up_to(enthalpy).clamp(1, self.temperature.len() - 1)
    }

    fn piece(&self, i: usize, enthalpy: f64) -> f64 {
        let (e, t) = (self.enthalpy.numbers(), &self.temperature);
        let near = nearest_to_reference(e, i);
        t[near] + (t[i] - t[i - 1]) * (enthalpy - e[near]) / (e[i] - e[i - 1])
    }
}

/// The end of the piece up to node i from which it is followed: the nearer one to the reference, so that what is near it keeps its digits.
fn nearest_to_reference(enthalpy: &[f64], i: usize) -> usize {
    if enthalpy[i] > 0.0 { i - 1 } else { i }
}

/// A straight piece of a curve.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Enthalpies at its ends, K.
    pub start: f64,
    /// K.
    pub end: f64,
    /// The end from which it is followed.
    pub anchor: f64,
    /// Temperature there, K (absolute).
    pub kelvin: f64,
    /// dT/de.
    pub slope: f64,
    /// Entropy per `C_ref` there, relative to the reference.
    pub entropy: f64,
}

impl Line {
    /// Entropy per `C_ref` gained from there on: ln(T2 / T1) over the slope, at a constant T (e2 - e1) / T.
    fn gain(&self, enthalpy: f64) -> f64 {
        let warmth = (enthalpy - self.anchor) / self.kelvin;
        let ratio = self.slope * warmth;
        warmth * if ratio.abs() < 1e-12 { 1.0 } else { ratio.ln_1p() / ratio }
    }
}

/// The nodes that do not lie on the straight line through their neighbours, both ends, and the reference.
fn corners(e: &[f64], t: &[f64]) -> Vec<usize> {
    let mut keep = vec![0];
    for i in 1..e.len() - 1 {
        let last = keep[keep.len() - 1];
        let line = t[last] + (t[i + 1] - t[last]) * (e[i] - e[last]) / (e[i + 1] - e[last]);
        if t[i] == 0.0 || (line - t[i]).abs() > 1e-12 * (t[i].abs() + 1.0) {
            keep.push(i);
        }
    }
    keep.push(e.len() - 1);
    keep
}

fn interpolate(x: &[f64], y: &[f64], i: usize, at: f64) -> f64 {
    y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1])
}

fn at(capacity: &Expression, temperature: f64) -> f64 {
    capacity.eval(&Place { temperature, ..Place::default() })
}

/// Volumetric heat capacity at a temperature (K), J/(m3 K), without latent heat: of the liquid above the
/// liquidus.
pub fn capacity_at(material: &Material, values: &Values, temperature: f64) -> f64 {
    let liquid = material.melting.as_ref().filter(|m| temperature > m.liquidus).and_then(|m| m.liquid_heat_capacity);
    at(values.get(liquid.unwrap_or(material.heat_capacity)), temperature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Conductivity;

    fn curve(capacity: &str, melting: Option<(f64, f64, f64)>) -> Curve {
        let mut values = Values::default();
        let one = values.push(Expression::constant(1.0));
        let heat_capacity = values.push(Expression::parse(capacity, &Variable::ALL).expect("a formula"));
        let melting = melting.map(|(solidus, liquidus, latent_heat)| crate::problem::Melting {
            solidus,
            liquidus,
            latent_heat,
            liquid_conductivity: None,
            liquid_heat_capacity: None,
        });
        let conductivity = Conductivity::Isotropic(one);
        let material = Material {
            name: "m".into(),
            conductivity,
            heat_capacity,
            melting,
            mean_free_path: None,
            collision_time: None,
            fusion: None,
            relaxation_time: None,
        };
        Curve::new(&material, &values, 300.0).expect("not constant")
    }

    #[test]
    fn a_linear_heat_capacity_integrates_to_a_parabola_and_a_logarithm() {
        let curve = curve("1000 + 2*T", None);
        // H(T) = 1000 T + T^2, C_ref = 1600; S(T) = 1000 ln T + 2 T
        for t in [150.0, 290.0, 300.0, 311.0, 800.0] {
            let e = (1000.0 * (t - 300.0) + t * t - 9e4) / 1600.0;
            assert!((curve.enthalpy_at(t - 300.0) - e).abs() < 1e-5 * (e.abs() + 1.0), "{t}");
            assert!((curve.temperature_at(e) + 300.0 - t).abs() < 1e-3 + 1e-5 * (t - 300.0).abs(), "{t}");
            let s = (1000.0 * (t / 300.0_f64).ln() + 2.0 * (t - 300.0)) / 1600.0;
            assert!((curve.entropy_at(e) - s).abs() < 1e-5 * (s.abs() + 0.01), "{t}");
        }
    }

    #[test]
    fn melting_takes_its_latent_heat_at_one_temperature() {
        let curve = curve("2000", Some((350.0, 350.0, 1e5)));
        assert!((curve.enthalpy_at(49.9) - 49.9).abs() < 1e-9);
        assert!((curve.temperature_at(50.0 + 25.0) - 50.0).abs() < 1e-12);
        assert!((curve.liquid_fraction(75.0) - 0.5).abs() < 1e-9);
        assert!((curve.temperature_at(50.0 + 50.0 + 7.0) - 57.0).abs() < 1e-9);
        let latent = curve.entropy_at(100.0) - curve.entropy_at(50.0);
        assert!((latent - 50.0 / 350.0).abs() < 1e-9);
    }

    /// What differs little from the reference keeps as many digits as it has.
    #[test]
    fn near_the_reference_nothing_is_rounded_as_far_nodes_are() {
        for curve in [curve("2000", Some((350.0, 350.0, 1e5))), curve("2000", Some((340.0, 360.0, 4e4)))] {
            for e in [1e-9, -1e-9, 0.3, -0.3] {
                assert!((curve.temperature_at(e) / e - 1.0).abs() < 1e-13, "{e}");
                assert!((curve.enthalpy_at(e) / e - 1.0).abs() < 1e-13, "{e}");
                let s = (e / 300.0_f64).ln_1p();
                assert!((curve.entropy_at(e) / s - 1.0).abs() < 1e-13, "{e}");
            }
        }
    }

    #[test]
    fn a_mushy_range_spreads_the_latent_heat() {
        let curve = curve("2000", Some((340.0, 360.0, 4e4)));
        assert!((curve.enthalpy_at(60.0) - (60.0 + 20.0)).abs() < 1e-9);
        assert!((curve.steepest(-100.0, 100.0) - 1.0).abs() < 1e-9);
        assert!((curve.steepest(41.0, 59.0) - 0.5).abs() < 1e-9);
        assert!((curve.liquid_fraction(curve.enthalpy_at(50.0)) - 0.5).abs() < 1e-9);
    }
}
