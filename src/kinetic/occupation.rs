//! What bands hold in equilibrium: the curve of Bose and Einstein in place of its tangent, for large temperature differences.
//!
//! `g` of a band stays its energy over its heat capacity at the reference T0, so that flight and walls stay linear. At a temperature
//! T = T0 + t an equilibrium has
//!
//! ```text
//! f(t) = (e(T) - e(T0)) / C(T0)        in place of t
//! u(t) = T0 t / T                      1/T = 1/T0 - u/T0^2
//! ```
//!
//! and scattering leaves the mean free path that gives the conductivity of that temperature. A band at `g` has the temperature
//! whose equilibrium holds as much, and the entropy `C (g/T0 - Q/(2 T0^2))` with `Q(g) = 2 int u df`: for f(t) = t and small
//! deviations that is the `g^2` of the tangent.

use super::medium::Band;
use rayon::prelude::*;

/// ln T from node to node.
const STEP: f64 = 0.02;
/// Nodes below the reference, down to a thirty-second of it.
const BELOW: usize = 174;
/// Nodes above it, up to eightfold.
const ABOVE: usize = 104;

/// What a band holds and carries at some temperature.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Held {
    /// Of the phonons, J/m3.
    pub energy: f64,
    /// J/(m3 K).
    pub heat_capacity: f64,
    /// W/(m K).
    pub conductivity: f64,
}

/// Curves of all bands of a medium over ln(T/T0).
#[derive(Debug, Clone, PartialEq)]
pub struct Occupation {
    /// T0, K.
    reference: f64,
    /// Per band: nodes in rising order of the temperature.
    curves: Vec<Vec<Node>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Node {
    /// f, K, and its slope over ln T.
    held: f64,
    slope: f64,
    /// Logarithm of the mean free path in m.
    path: f64,
    /// Q, K2.
    square: f64,
}

/// A curve between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// f at the lower node, K.
    pub held: f64,
    /// How much it rises to the upper one, K.
    pub chord: f64,
    /// By how much the rise of the whole interval is more at the lower node, and at the upper one, K.
    pub bend: [f64; 2],
    /// Mean free path at the lower node, m.
    pub path: f64,
    /// What its logarithm rises by to the upper one.
    pub thins: f64,
}

/// Cubic of Hermite between two nodes a step apart.
fn between(at: f64, [a, b]: [f64; 2], [slope_a, slope_b]: [f64; 2]) -> f64 {
    let rest = 1.0 - at;
    let chord = b - a;
    a + at * chord + at * rest * (rest * (slope_a * STEP - chord) - at * (slope_b * STEP - chord))
}

impl Occupation {
    /// Of bands at a reference (K), from what they hold at any other temperature (K).
    pub fn new(reference: f64, bands: &[Band], at: impl Fn(f64) -> Vec<Held> + Sync) -> Occupation {
        let nodes = BELOW + ABOVE + 1;
        let place = |n: usize| (n as f64 - BELOW as f64) * STEP;
        let told: Vec<Vec<Held>> = (0..nodes).into_par_iter().map(|n| at(reference * place(n).exp())).collect();
        let curve = |(b, band): (usize, &Band)| {
            let rest = told[BELOW][b].energy;
            let capacity = band.heat_capacity;
            let mut curve: Vec<Node> = (0..nodes)
                .map(|n| {
                    let Held { energy, heat_capacity, conductivity } = told[n][b];
                    let slope = heat_capacity / capacity * reference * place(n).exp();
                    let path = (3.0 * conductivity / (heat_capacity * band.velocity)).ln();
                    let node = Node { held: (energy - rest) / capacity, slope, path, square: 0.0 };
                    // a band that is absent, as where another medium has more of them
                    if capacity > 0.0 {
                        node
                    } else {
                        Node { held: reference * place(n).exp_m1(), slope: reference * place(n).exp(), ..node }
                    }
                })
                .collect();
            // too cold to hold anything: as far as where it does
            for n in (0..nodes).rev() {
                if !curve[n].path.is_finite() {
                    curve[n].path = curve.get(n + 1).map_or(band.mean_free_path.ln(), |next| next.path);
                }
            }
            // Gauss-Legendre of three points in every interval, from the reference on
            let urge = |x: f64| -reference * (-x).exp_m1();
            let part = |curve: &[Node], n: usize| -> f64 {
                let (a, b) = (curve[n], curve[n + 1]);
                let slope = |s: f64| {
                    let chord = (b.held - a.held) / STEP;
                    let rest = 1.0 - s;
                    chord + (1.0 - 2.0 * s) * (rest * (a.slope - chord) - s * (b.slope - chord))
                        - s * rest * (a.slope - chord + b.slope - chord)
                };
                let offset = 0.6f64.sqrt() / 2.0;
                let points = [(0.5 - offset, 5.0), (0.5, 8.0), (0.5 + offset, 5.0)];
                let sum: f64 = points.iter().map(|(s, w)| w / 18.0 * urge(place(n) + s * STEP) * slope(*s)).sum();
                2.0 * STEP * sum
            };
            for n in BELOW..nodes - 1 {
                curve[n + 1].square = curve[n].square + part(&curve, n);
            }
            for n in (0..BELOW).rev() {
                curve[n].square = curve[n + 1].square - part(&curve, n);
            }
            curve
        };
        Occupation { reference, curves: bands.iter().enumerate().map(curve).collect() }
    }

    /// ln T from end to end of an interval.
    pub const STEP: f64 = STEP;
    /// Number of intervals.
    pub const INTERVALS: usize = BELOW + ABOVE;
    /// The interval that begins at the reference.
    pub const AT_REFERENCE: usize = BELOW;

    /// The reference temperature, K.
    pub fn reference(&self) -> f64 {
        self.reference
    }

    /// The curve of a band in an interval.
    pub fn interval(&self, band: usize, n: usize) -> Interval {
        let [a, b] = [self.curves[band][n], self.curves[band][n + 1]];
        let chord = b.held - a.held;
        let bend = [a, b].map(|node| node.slope * STEP - chord);
        Interval { held: a.held, chord, bend, path: a.path.exp(), thins: b.path - a.path }
    }

    /// Deviation (K) so many intervals above the lowest node.
    pub fn deviation(&self, place: f64) -> f64 {
        self.reference * ((place - BELOW as f64) * STEP).exp_m1()
    }

    /// The interval that a deviation (K) lies in, and where within: from 0 to 1, beyond only outside of all nodes.
    pub fn place(&self, t: f64) -> (usize, f64) {
        let lowest = -(BELOW as f64) * STEP;
        let x = (t / self.reference).max(-1.0).ln_1p().max(2.0 * lowest) / STEP + BELOW as f64;
        let n = (x.max(0.0) as usize).min(BELOW + ABOVE - 1);
        (n, x - n as f64)
    }

    fn held_at(&self, band: usize, (n, at): (usize, f64)) -> f64 {
        let [a, b] = [self.curves[band][n], self.curves[band][n + 1]];
        match at {
            at if at < 0.0 => a.held + at * STEP * a.slope,
            at if at > 1.0 => b.held + (at - 1.0) * STEP * b.slope,
            at => between(at, [a.held, b.held], [a.slope, b.slope]),
        }
    }

    /// f of a band at a deviation, both K.
    pub fn held(&self, band: usize, t: f64) -> f64 {
        self.held_at(band, self.place(t))
    }

    /// df/dt: heat capacity over that at the reference.
    pub fn capacity(&self, band: usize, t: f64) -> f64 {
        let (n, at) = self.place(t);
        let [a, b] = [self.curves[band][n], self.curves[band][n + 1]];
        (a.slope + at.clamp(0.0, 1.0) * (b.slope - a.slope)) / (self.reference + t).max(1e-3 * self.reference)
    }

    /// Mean free path of a band at a deviation (K), m.
    pub fn mean_free_path(&self, band: usize, t: f64) -> f64 {
        let (n, at) = self.place(t);
        let [a, b] = [self.curves[band][n].path, self.curves[band][n + 1].path];
        (a + at.clamp(0.0, 1.0) * (b - a)).exp()
    }

    /// What rounding leaves of a deviation, both K.
    pub fn rounding(&self, t: f64) -> f64 {
        f64::EPSILON * (self.reference + t.abs())
    }

    /// Whether so much more (K) is held by what is nearly as warm: a curve is its chord there, to 1e-5 of it.
    pub fn is_near(&self, more: f64) -> bool {
        more.abs() < 1e-4 * self.reference
    }

    /// u of a deviation, both K.
    pub fn urge(&self, t: f64) -> f64 {
        self.reference * t / (self.reference + t)
    }

    /// Where a band holds `g` (K).
    fn found(&self, band: usize, g: f64) -> (usize, f64) {
        let curve = &self.curves[band];
        let n = curve.partition_point(|node| node.held <= g).clamp(1, BELOW + ABOVE) - 1;
        let (a, b) = (curve[n], curve[n + 1]);
        if g <= a.held || g >= b.held {
            let (end, slope, base) = if g <= a.held { (a.held, a.slope, 0.0) } else { (b.held, b.slope, 1.0) };
            let beyond = if slope > 0.0 { (g - end) / (slope * STEP) } else { 0.0 };
            return (n, (base + beyond).max(0.0));
        }
        let (mut low, mut high) = (0.0, 1.0);
        let mut at = (g - a.held) / (b.held - a.held);
        for _ in 0..60 {
            let value = self.held_at(band, (n, at)) - g;
            if value < 0.0 {
                low = at
            } else {
                high = at
            }
            let slope = STEP * (a.slope + at * (b.slope - a.slope));
            let next = at - value / slope;
            let next = if (low..=high).contains(&next) { next } else { 0.5 * (low + high) };
            let change = (next - at).abs();
            at = next;
            if change <= 1e-9 {
                break;
            }
        }
        (n, at)
    }

    /// Temperature at which an equilibrium of a band holds `g`, a deviation, both K.
    pub fn temperature(&self, band: usize, g: f64) -> f64 {
        let (n, at) = self.found(band, g);
        self.deviation(n as f64 + at)
    }

    /// u (K) and Q (K2) of a band that holds `g` (K).
    pub fn told(&self, band: usize, g: f64) -> [f64; 2] {
        let (n, at) = self.found(band, g);
        let [a, b] = [self.curves[band][n], self.curves[band][n + 1]];
        let urge = |place: f64| -self.reference * ((BELOW as f64 - place) * STEP).exp_m1();
        let slopes = [2.0 * urge(n as f64) * a.slope, 2.0 * urge(n as f64 + 1.0) * b.slope];
        let square = match at {
            at if at > 1.0 => b.square + (at - 1.0) * STEP * slopes[1],
            at => between(at, [a.square, b.square], slopes),
        };
        [urge(n as f64 + at), square]
    }

    /// The temperature (deviation, K) at which bands of such weights hold `total` together: `sum w f(t) = total`.
    pub fn shared(&self, weight: impl Fn(usize) -> f64, total: f64, start: f64) -> f64 {
        let weights: Vec<f64> = (0..self.curves.len()).map(weight).collect();
        let (mut low, mut high) = (-self.reference, f64::INFINITY);
        let mut t = start;
        for _ in 0..100 {
            let place = self.place(t);
            let (mut value, mut slope) = (-total, 0.0);
            for (band, w) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
                value += w * self.held_at(band, place);
                slope += w * self.capacity(band, t);
            }
            let next = t - value / slope;
            // before the ends close in: a step of nothing lies on one of them
            if (next - t).abs() <= self.rounding(t) {
                return next;
            }
            if value < 0.0 {
                low = t
            } else {
                high = t
            }
            let next = match high.is_finite() {
                _ if next > low && next < high => next,
                true => 0.5 * (low + high),
                false => t + 0.5 * (self.reference + t),
            };
            if (next - t).abs() <= self.rounding(t) {
                return next;
            }
            t = next;
        }
        t
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::bose;

    const REFERENCE: f64 = 300.0;

    /// One frequency, and one so low that it holds k T.
    fn two(omega: f64) -> (Vec<Band>, Occupation) {
        let at = |kelvin: f64| -> Vec<Held> {
            let of = |w: f64| {
                let heat_capacity = bose::heat_capacity(bose::quanta(w, kelvin));
                let energy = bose::energy(w, kelvin) / bose::BOLTZMANN;
                Held { energy, heat_capacity, conductivity: heat_capacity * 1e-8 * REFERENCE / kelvin }
            };
            vec![of(omega), of(1e6)]
        };
        let band = |held: Held| Band { heat_capacity: held.heat_capacity, velocity: 3.0, mean_free_path: 1e-8 };
        let bands: Vec<Band> = at(REFERENCE).into_iter().map(band).collect();
        let occupation = Occupation::new(REFERENCE, &bands, at);
        (bands, occupation)
    }

    #[test]
    fn curves_are_those_of_bose_and_einstein() {
        for omega in [1e13, 5e13, 1e14] {
            let (bands, occupation) = two(omega);
            for t in [-200.0, -150.5, -20.0, -1e-6, 0.0, 1e-6, 3.3, 99.0, 250.0, 700.0] {
                let kelvin = REFERENCE + t;
                let energy = |kelvin: f64| bose::energy(omega, kelvin) / bose::BOLTZMANN;
                let exact =
                    if t.abs() < 1e-3 { t } else { (energy(kelvin) - energy(REFERENCE)) / bands[0].heat_capacity };
                let found = occupation.held(0, t);
                assert!((found - exact).abs() <= 2e-7 * exact.abs(), "{omega:e} {t}: {found} for {exact}");
                assert!((occupation.held(1, t) - t).abs() <= 1e-7 * t.abs(), "{t}: {}", occupation.held(1, t));
                let capacity = bose::heat_capacity(bose::quanta(omega, kelvin)) / bands[0].heat_capacity;
                assert!((occupation.capacity(0, t) / capacity - 1.0).abs() < 1e-3, "{omega:e} {t}");
                let path = occupation.mean_free_path(0, t) * kelvin / REFERENCE;
                assert!((path / 1e-8 - 1.0).abs() < 1e-9, "{omega:e} {t}: {path:e}");
                let back = occupation.temperature(0, found);
                assert!((back - t).abs() <= 1e-11 * REFERENCE, "{omega:e} {t}: {back}");
                let [u, _] = occupation.told(0, found);
                assert!((u - occupation.urge(t)).abs() <= 1e-9 * REFERENCE, "{omega:e} {t}: {u}");
            }
        }
    }

    /// Entropy of a mode, (1 + n) ln(1 + n) - n ln n, against `C (g/T0 - Q/(2 T0^2))`.
    #[test]
    fn entropy_is_that_of_bosons() {
        let omega = 5e13;
        let (bands, occupation) = two(omega);
        let entropy = |kelvin: f64| {
            let n = bose::occupation(bose::quanta(omega, kelvin));
            (1.0 + n) * (1.0 + n).ln() - n * n.ln()
        };
        for t in [-220.0, -100.0, -5.0, 5.0, 100.0, 400.0] {
            let g = occupation.held(0, t);
            let found =
                bands[0].heat_capacity * (g / REFERENCE - occupation.told(0, g)[1] / (2.0 * REFERENCE * REFERENCE));
            let exact = entropy(REFERENCE + t) - entropy(REFERENCE);
            assert!((found - exact).abs() < 2e-7 * exact.abs(), "{t}: {found} for {exact}");
        }
        // near the reference Q is the square of g
        assert!((occupation.told(0, 1e-3)[1] / 1e-6 - 1.0).abs() < 1e-4);
    }

    #[test]
    fn bands_share_to_rounding() {
        let (_, occupation) = two(8e13);
        for t in [-250.0, -30.0, -1e-9, 0.0, 1e-9, 12.0, 600.0] {
            let weight = |band: usize| [3.0, 0.5][band];
            let total: f64 = (0..2).map(|b| weight(b) * occupation.held(b, t)).sum();
            for start in [0.0, -280.0, 900.0] {
                let found = occupation.shared(weight, total, start);
                assert!((found - t).abs() <= 1e-12 * REFERENCE.max(t.abs()), "{t} from {start}: {found}");
            }
        }
    }
}
