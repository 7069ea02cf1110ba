//! A conductivity of temperature, and its integral (Kirchhoff's transformation: Carslaw & Jaeger, Conduction of Heat in Solids (1959), section 1.6).
//!
//! Heat that flows steadily between two points of one material is that of a constant conductivity, the mean of k over the temperatures between
//! them. A slab is then exact on any grid, however steeply k changes between two cells: at a jump of a table, or between ice and water.

use crate::expression::{Expression, Place, Variable};
use crate::problem::{Conductivity, Material, Problem, ValueId};
use crate::rising::Rising;

/// Temperatures that are tabulated, K; beyond them k stays.
const LOW: f64 = 1e-2;
const HIGH: f64 = 1e5;
/// Ratio of the temperatures at the ends of a piece, at most.
const RATIO: f64 = 1.018;
/// Halvings of such a piece where k bends sharply, at most.
const HALVINGS: u32 = 12;

/// A conductivity (W/(m K)) of temperature (deviation, K) in pieces, cubic in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Integral {
    starts: Rising,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// Powers of the distance from the start of the piece.
    k: [f64; 4],
    /// Integral of k from the reference to the start of the piece, W/m.
    before: f64,
}

impl Piece {
    /// Through the values in four places between `a` and `b`, counted from `a`.
    fn through(k: &impl Fn(f64) -> f64, a: f64, b: f64) -> Piece {
        let at = [0.05, 0.35, 0.65, 0.95].map(|part| part * (b - a));
        // Newton's divided differences.
        let mut difference = at.map(|d| k(a + d));
        for order in 1..4 {
            for i in (order..4).rev() {
                difference[i] = (difference[i] - difference[i - 1]) / (at[i] - at[i - order]);
            }
        }
        let mut powers = [difference[3], 0.0, 0.0, 0.0];
        for i in (0..3).rev() {
            for p in (1..4).rev() {
                powers[p] = powers[p - 1] - at[i] * powers[p];
            }
            powers[0] = difference[i] - at[i] * powers[0];
        }
        Piece { k: powers, before: 0.0 }
    }

    /// A straight line between the ends.
    fn between(k: &impl Fn(f64) -> f64, a: f64, b: f64) -> Piece {
        let inside = 1e-3 * (b - a);
        let (first, last) = (k(a + inside), k(b - inside));
        Piece { k: [first, (last - first) / (b - a), 0.0, 0.0], before: 0.0 }
    }

    fn constant(k: f64) -> Piece {
        Piece { k: [k, 0.0, 0.0, 0.0], before: 0.0 }
    }

    #[inline]
    fn at(&self, d: f64) -> f64 {
        let [k0, k1, k2, k3] = self.k;
        k0 + d * (k1 + d * (k2 + d * k3))
    }

    /// Mean of k between two distances from the start.
    #[inline]
    fn mean(&self, a: f64, b: f64) -> f64 {
        let [k0, k1, k2, k3] = self.k;
        let sum = a + b;
        let squares = a * a + b * b;
        k0 + k1 * sum / 2.0 + k2 * (squares + a * b) / 3.0 + k3 * sum * squares / 4.0
    }

    /// Whether it is k between `a` and `b`, counted from `start`, to a part `tolerance`.
    fn follows(&self, k: &impl Fn(f64) -> f64, start: f64, a: f64, b: f64, tolerance: f64) -> bool {
        [0.0, 0.12, 0.2, 0.5, 0.8, 0.88, 1.0].into_iter().all(|part| {
            // Where k jumps at an end its value there may be that of the other side.
            let t = a + (b - a) * (1e-9 + (1.0 - 2e-9) * part);
            let exact = k(t);
            (self.at(t - start) - exact).abs() <= tolerance * exact.abs()
        })
    }
}

impl Integral {
    /// Of a conductivity (W/(m K)) of temperature (K), smooth between `breaks`, to a part `tolerance`.
    fn new(k: impl Fn(f64) -> f64, breaks: &[f64], reference: f64, tolerance: f64) -> Integral {
        let mut ends: Vec<f64> =
            std::iter::successors(Some(LOW), |t| Some(t * RATIO)).take_while(|&t| t < HIGH).collect();
        ends.push(HIGH);
        ends.extend(breaks.iter().filter(|t| (LOW..HIGH).contains(*t)));
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let mut pieces = vec![(LOW, Piece::constant(k(LOW)))];
        for pair in ends.windows(2) {
            add(
                &k,
                pair[0],
                pair[1],
                tolerance,
                HALVINGS,
                breaks.binary_search_by(|b| b.total_cmp(&pair[0])).is_ok(),
                &mut pieces,
            );
        }
        pieces.push((HIGH, Piece::constant(k(HIGH))));
        let starts: Vec<f64> = pieces.iter().map(|(start, _)| start - reference).collect();
        let mut integral =
            Integral { starts: Rising::new(starts), pieces: pieces.into_iter().map(|(_, piece)| piece).collect() };
        for p in 1..integral.pieces.len() {
            let whole = integral.whole(p - 1);
            // What is no number on one side of a temperature leaves the sums of the other alone.
            integral.pieces[p].before = integral.pieces[p - 1].before + if whole.is_nan() { 0.0 } else { whole };
        }
        let (zero, starts) = (integral.piece(0.0), integral.starts.numbers());
        let Piece { before, .. } = integral.pieces[zero];
        let d = -starts[zero];
        let zero = before + d * integral.pieces[zero].mean(0.0, d);
        for piece in &mut integral.pieces {
            piece.before -= zero;
        }
        integral
    }

    /// Over all of a piece, W/m.
    fn whole(&self, piece: usize) -> f64 {
        let starts = self.starts.numbers();
        let width = starts[piece + 1] - starts[piece];
        width * self.pieces[piece].mean(0.0, width)
    }

    /// Which piece a temperature lies in.
    #[inline]
    pub fn piece(&self, temperature: f64) -> usize {
        self.starts.up_to(temperature).saturating_sub(1)
    }

    /// The same, mostly the one that the cell before lies in.
    #[inline]
    pub fn piece_near(&self, near: usize, temperature: f64) -> usize {
        let starts = self.starts.numbers();
        let within = near + 1 < starts.len() && starts[near] <= temperature && temperature < starts[near + 1];
        if within { near } else { self.piece(temperature) }
    }

    /// k at a temperature that lies in a piece.
    #[inline]
    pub fn at(&self, piece: usize, temperature: f64) -> f64 {
        self.pieces[piece].at(temperature - self.starts.numbers()[piece])
    }

    /// Mean of k between two temperatures, each with the piece it lies in.
    #[inline]
    pub fn mean(&self, a: (usize, f64), b: (usize, f64)) -> f64 {
        if a.0 == b.0 {
            let start = self.starts.numbers()[a.0];
            return self.pieces[a.0].mean(a.1 - start, b.1 - start);
        }
        self.mean_across(a, b)
    }

    fn mean_across(&self, a: (usize, f64), b: (usize, f64)) -> f64 {
        let ((p, low), (q, high)) = if a.1 <= b.1 { (a, b) } else { (b, a) };
        let starts = self.starts.numbers();
        let (first, last) = (&self.pieces[p], &self.pieces[q]);
        // No difference of large numbers: from `low` to the end of its piece, whole pieces, and from the start of that of `high`.
        let end = starts[p + 1];
        let between = if q == p + 1 { 0.0 } else { last.before - self.pieces[p + 1].before };
        let head = (end - low) * first.mean(low - starts[p], end - starts[p]);
        let tail = (high - starts[q]) * last.mean(0.0, high - starts[q]);
        (head + between + tail) / (high - low)
    }

    /// Mean of k between two temperatures.
    pub fn mean_between(&self, a: f64, b: f64) -> f64 {
        self.mean((self.piece(a), a), (self.piece(b), b))
    }

    /// The temperature (deviation, K) up to which the integral of k from `temperature` is `integral` (W/m). Where k is not positive on the way no
    /// more is promised than a number or not-a-number.
    pub fn after(&self, temperature: f64, integral: f64) -> f64 {
        let starts = self.starts.numbers();
        let (mut p, mut from, mut left) = (self.piece(temperature), temperature, integral);
        // Piece by piece to the one that holds it.
        loop {
            let (start, piece) = (starts[p], &self.pieces[p]);
            let end = if left >= 0.0 { starts.get(p + 1) } else { (p > 0).then_some(&start) };
            let Some(end) = end else { break };
            let whole = (end - from) * piece.mean(from - start, end - start);
            if whole.abs() >= left.abs() || whole.is_nan() {
                break;
            }
            (left, from) = (left - whole, *end);
            p = if left >= 0.0 { p + 1 } else { p - 1 };
        }
        // Within a piece k changes little, or, where it jumps, along a line: Newton's method.
        let (start, piece) = (starts[p], &self.pieces[p]);
        let mut to = from + left / piece.at(from - start);
        for _ in 0..60 {
            let missing = left - (to - from) * piece.mean(from - start, to - start);
            let step = missing / piece.at(to - start);
            to += step;
            if step.abs() <= 1e-15 * (to.abs() + from.abs()) || !step.is_finite() {
                break;
            }
        }
        to
    }

    /// Its pieces: start (deviation, K), powers of the distance from it, and the integral from the reference to it.
    pub fn pieces(&self) -> impl Iterator<Item = (f64, [f64; 4], f64)> {
        self.starts.numbers().iter().zip(&self.pieces).map(|(start, piece)| (*start, piece.k, piece.before))
    }
}

/// Adds pieces from `a` to `b`: none if the last one goes on so, more where one is not enough. `fresh`: k may jump at `a`.
fn add(
    k: &impl Fn(f64) -> f64,
    a: f64,
    b: f64,
    tolerance: f64,
    halvings: u32,
    fresh: bool,
    pieces: &mut Vec<(f64, Piece)>,
) {
    let (start, last) = pieces[pieces.len() - 1];
    if !fresh && pieces.len() > 1 && last.follows(k, start, a, b, tolerance) {
        return;
    }
    let piece = Piece::through(k, a, b);
    if piece.follows(k, a, a, b, tolerance) {
        return pieces.push((a, piece));
    }
    if halvings == 0 || !(1..10).any(|n| k(a + 0.1 * f64::from(n) * (b - a)).is_finite()) {
        return pieces.push((a, Piece::between(k, a, b)));
    }
    let middle = 0.5 * (a + b);
    add(k, a, middle, tolerance, halvings - 1, fresh, pieces);
    add(k, middle, b, tolerance, halvings - 1, false, pieces);
}

/// Of all materials, along the axes: none where k stays, or varies with more than temperature.
#[derive(Debug, Clone, Default)]
pub struct Integrals(Vec<Vec<Integral>>);

impl Integrals {
    /// To a part `tolerance`.
    pub fn new(problem: &Problem, tolerance: f64) -> Integrals {
        Integrals(problem.materials.iter().map(|m| of_material(problem, m, tolerance)).collect())
    }

    /// That of a material along an axis.
    #[inline]
    pub fn of(&self, material: u8, axis: usize) -> Option<&Integral> {
        let axes = self.0.get(usize::from(material))?;
        axes.get(if axes.len() == 1 { 0 } else { axis })
    }

    /// That of a material along all axes alike.
    pub fn isotropic(&self, material: u8) -> Option<&Integral> {
        self.0.get(usize::from(material)).filter(|axes| axes.len() == 1)?.first()
    }

    /// Whether no material has one.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }
}

fn of_material(problem: &Problem, material: &Material, tolerance: f64) -> Vec<Integral> {
    let solids = match &material.conductivity {
        Conductivity::Isotropic(id) => vec![*id],
        Conductivity::Diagonal(ids) => ids.to_vec(),
        Conductivity::Tensor(_) => return Vec::new(),
    };
    let melting = material.melting.as_ref().and_then(|m| Some((m.solidus, m.liquidus, m.liquid_conductivity?)));
    let value = |id: ValueId| problem.values.get(id);
    let all = || solids.iter().copied().chain(melting.map(|(.., liquid)| liquid)).map(value);
    let plain = |v: &Expression| !v.is_spatial() && !v.depends_on(Variable::Time);
    let varies = melting.is_some() || all().any(|v| v.depends_on(Variable::Temperature));
    if !varies || !all().all(plain) {
        return Vec::new();
    }
    let at = |id: ValueId, temperature: f64| value(id).eval(&Place { temperature, ..Place::default() });
    let of_axis = |&solid: &ValueId| {
        let mut breaks = value(solid).breakpoints(Variable::Temperature);
        let Some((solidus, liquidus, liquid)) = melting else {
            return Integral::new(|t| at(solid, t), &breaks, problem.reference, tolerance);
        };
        breaks.extend(value(liquid).breakpoints(Variable::Temperature));
        breaks.extend([solidus, liquidus]);
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        let k = |t: f64| match () {
            () if t < solidus => at(solid, t),
            () if t >= liquidus => at(liquid, t),
            () => {
                let molten = (t - solidus) / (liquidus - solidus);
                (1.0 - molten) * at(solid, t) + molten * at(liquid, t)
            }
        };
        Integral::new(k, &breaks, problem.reference, tolerance)
    };
    solids.iter().map(of_axis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: f64 = 300.0;

    fn mean(integral: &Integral, a: f64, b: f64) -> f64 {
        integral.mean_between(a - REFERENCE, b - REFERENCE)
    }

    /// Powers, jumps, a narrow peak and a line: means and values against integrals in closed form, over spans of 1e-6 to 1000 K.
    #[test]
    fn means_are_those_of_exact_integrals() {
        let jump = |t: f64| if t < 310.0 { 1.0 } else { 50.0 };
        let jump_sum = |t: f64| if t < 310.0 { t } else { 310.0 + 50.0 * (t - 310.0) };
        let peak = |t: f64| 1.0 + 99.0 / (1.0 + (t - 320.0).powi(2));
        type Law<'a> = &'a dyn Fn(f64) -> f64;
        let cases: [(&str, Law, Law, Vec<f64>, usize); 4] = [
            (
                "power",
                &|t| 148.0 * (t / 300.0).powf(-1.3),
                &|t| -148.0 / 0.3 * 300.0 * (t / 300.0).powf(-0.3),
                vec![],
                6000,
            ),
            ("line", &|t| 2.0 + 0.01 * t, &|t| 2.0 * t + 0.005 * t * t, vec![], 20),
            ("jump", &jump, &jump_sum, vec![310.0], 20),
            ("peak", &peak, &|t| t + 99.0 * (t - 320.0).atan(), vec![], 6000),
        ];
        for (name, k, sum, breaks, most) in cases {
            let integral = Integral::new(k, &breaks, REFERENCE, 1e-11);
            assert!(integral.pieces.len() < most, "{name}: {} pieces", integral.pieces.len());
            for a in [4.0, 120.0, 299.9, 309.5, 319.0, 350.0, 1500.0] {
                let p = integral.piece(a - REFERENCE);
                assert!((integral.at(p, a - REFERENCE) / k(a) - 1.0).abs() < 1e-10, "{name} at {a}");
                for span in [1e-6, 1e-3, 0.3, 7.0, 1000.0] {
                    let exact = if span < 1e-4 { k(a + 0.5 * span) } else { (sum(a + span) - sum(a)) / span };
                    for (from, to) in [(a, a + span), (a + span, a)] {
                        let found = mean(&integral, from, to);
                        // (what the closed forms lose to rounding)
                        assert!((found / exact - 1.0).abs() < 1e-9, "{name} {from} {to}: {found} for {exact}");
                    }
                }
            }
        }
    }

    /// A law that is no number below some temperature has means above it; beyond all that is tabulated k stays.
    #[test]
    fn what_is_undefined_stays_apart() {
        let integral = Integral::new(|t| (t - 200.0).sqrt(), &[], REFERENCE, 1e-11);
        let exact = 2.0 / 3.0 * (100.0_f64.powf(1.5) - 50.0_f64.powf(1.5)) / 50.0;
        assert!((mean(&integral, 250.0, 300.0) / exact - 1.0).abs() < 1e-9);
        assert!(mean(&integral, 150.0, 160.0).is_nan());
        assert!((mean(&integral, 2e5, 3e5) / (1e5_f64 - 200.0).sqrt() - 1.0).abs() < 1e-12);
    }
}
