//! Bounds of an expression over a box of places: interval arithmetic (Moore, Interval Analysis, 1966). They hold up to
//! rounding and may be wide; where nothing is known they are infinite.

use super::node::{Binary, Many, Node, Unary};
use super::table::Table;
use super::{Expression, Place};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

pub(super) type Range = [f64; 2];

const ANY: Range = [f64::NEG_INFINITY, f64::INFINITY];

impl Expression {
    /// A lower and an upper bound of the value at all places between two corners.
    pub fn bounds(&self, low: &Place, high: &Place) -> [f64; 2] {
        self.node.range(low, high)
    }
}

/// Not a number means that nothing is known.
fn known([low, high]: Range) -> Range {
    if low.is_nan() || high.is_nan() { ANY } else { [low, high] }
}

fn hull(a: Range, b: Range) -> Range {
    [a[0].min(b[0]), a[1].max(b[1])]
}

/// Of the corners of two ranges under an operation that is monotone in each of them.
pub(super) fn corners(a: Range, b: Range, operation: impl Fn(f64, f64) -> f64) -> Range {
    let values = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| operation(a[i], b[j]));
    if values.iter().any(|v| v.is_nan()) {
        return ANY;
    }
    values.into_iter().fold([f64::INFINITY, f64::NEG_INFINITY], |range, v| hull(range, [v, v]))
}

/// 0, 1 or either.
fn truth(holds: bool, fails: bool) -> Range {
    [if holds { 1.0 } else { 0.0 }, if fails { 0.0 } else { 1.0 }]
}

fn contains([low, high]: Range, value: f64) -> bool {
    low <= value && value <= high
}

fn holds(range: Range) -> bool {
    !contains(range, 0.0)
}

fn fails(range: Range) -> bool {
    range == [0.0, 0.0]
}

impl Node {
    pub(super) fn range(&self, low: &Place, high: &Place) -> Range {
        let of = |node: &Node| node.range(low, high);
        known(match self {
            Node::Constant(value) => [*value; 2],
            Node::Variable(variable) => [low.get(*variable), high.get(*variable)],
            Node::Sum { constant, terms } => terms.iter().fold([*constant; 2], |sum, (factor, term)| {
                let [a, b] = of(term).map(|v| factor * v);
                [sum[0] + a.min(b), sum[1] + a.max(b)]
            }),
            Node::Many(function, list) => {
                let ranges = list.iter().map(of);
                match function {
                    Many::Product => ranges.fold([1.0; 2], |a, b| corners(a, b, |x, y| x * y)),
                    Many::Min => ranges.fold([f64::INFINITY; 2], |a, b| [a[0].min(b[0]), a[1].min(b[1])]),
                    Many::Max => ranges.fold([f64::NEG_INFINITY; 2], |a, b| [a[0].max(b[0]), a[1].max(b[1])]),
                    Many::All => ranges.fold([1.0; 2], |a, b| truth(holds(a) && holds(b), fails(a) || fails(b))),
                    Many::Any => ranges.fold([0.0; 2], |a, b| truth(holds(a) || holds(b), fails(a) && fails(b))),
                }
            }
            Node::Unary(function, a) => function.range(of(a)),
            Node::Binary(function, pair) => function.range(of(&pair[0]), of(&pair[1])),
            Node::Power(base, n) => {
                let base = of(base);
                let ends = base.map(|v| v.powi(*n));
                match (contains(base, 0.0), n % 2 == 0) {
                    (true, _) if *n < 0 => ANY,
                    (true, true) => [0.0, ends[0].max(ends[1])],
                    _ => [ends[0].min(ends[1]), ends[0].max(ends[1])],
                }
            }
            Node::If(parts) => match of(&parts[0]) {
                condition if holds(condition) => of(&parts[1]),
                condition if fails(condition) => of(&parts[2]),
                _ => hull(of(&parts[1]), of(&parts[2])),
            },
            Node::Raster(raster) => raster.range(),
            Node::Table(table) => table.range([low.get(table.variable()), high.get(table.variable())]),
        })
    }
}

impl Table {
    fn range(&self, [low, high]: Range) -> Range {
        let ends = hull([self.eval(low); 2], [self.eval(high); 2]);
        let within = self.abscissae().iter().zip(self.values()).filter(|(a, _)| contains([low, high], **a));
        within.fold(ends, |range, (_, v)| hull(range, [*v; 2]))
    }
}

impl Unary {
    fn range(self, a: Range) -> Range {
        let ends = a.map(|v| self.eval(v));
        match self {
            Unary::Sin => waves(a),
            Unary::Cos => waves(a.map(|v| v + FRAC_PI_2)),
            Unary::Tan if (a[0] / PI + 0.5).floor() == (a[1] / PI + 0.5).floor() => ends,
            Unary::Tan => ANY,
            Unary::Acos | Unary::Erfc => [ends[1], ends[0]],
            Unary::Abs | Unary::Cosh if contains(a, 0.0) => [self.eval(0.0), ends[0].max(ends[1])],
            Unary::Abs | Unary::Cosh => [ends[0].min(ends[1]), ends[0].max(ends[1])],
            Unary::Not => truth(fails(a), holds(a)),
            _ => ends,
        }
    }
}

/// The sine over a range of angles.
fn waves([low, high]: Range) -> Range {
    let width = high - low;
    if width.is_nan() || width >= TAU {
        return [-1.0, 1.0];
    }
    // whether an angle of that phase lies within
    let passes = |phase: f64| ((low - phase) / TAU).ceil() <= ((high - phase) / TAU).floor();
    let (a, b) = (low.sin(), high.sin());
    [if passes(-FRAC_PI_2) { -1.0 } else { a.min(b) }, if passes(FRAC_PI_2) { 1.0 } else { a.max(b) }]
}

impl Binary {
    fn range(self, a: Range, b: Range) -> Range {
        match self {
            Binary::Quotient if contains(b, 0.0) => ANY,
            Binary::Quotient => corners(a, b, |x, y| x / y),
            // exp(b ln a) is bilinear in b and ln a
            Binary::Power if a[0] > 0.0 => corners(a, b, f64::powf),
            Binary::Power => ANY,
            Binary::Atan2 => [-PI, PI],
            Binary::Mod if b[0] == b[1] && (a[0] / b[0]).floor() == (a[1] / b[0]).floor() => {
                let ends = a.map(|v| self.eval(v, b[0]));
                [ends[0].min(ends[1]), ends[0].max(ends[1])]
            }
            Binary::Mod => hull(b, [0.0; 2]),
            Binary::Less => truth(a[1] < b[0], a[0] >= b[1]),
            Binary::LessEqual => truth(a[1] <= b[0], a[0] > b[1]),
            Binary::Equal => truth(a == b && a[0] == a[1], a[1] < b[0] || b[1] < a[0]),
            Binary::NotEqual => truth(a[1] < b[0] || b[1] < a[0], a == b && a[0] == a[1]),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::{Expression, Place, Variable};

    const FORMULAS: &[&str] = &[
        "300 + 20*sin(2*pi*t/3)*cos(x - y)",
        "x*y - z^2 + t^3",
        "(x + 2)/(y^2 + 1) - 1/(3 + x)",
        "if(x < y && t > 1 || !(z <= 0), exp(x), -abs(t))",
        "max(x, y, 0.3) - min(t, z)",
        "tan(x/4) + atan2(y, x) + mod(t, 1.3) + mod(-x, 0.7)",
        "sqrt(x + 5) + log(y + 7) + cbrt(z) + erf(x) - erfc(y) + tanh(t)",
        "(x + 5)^y + 2^t + acos(x/9) + asin(y/9) + cosh(z) - sinh(x)",
        "floor(x) + ceil(y) + round(t) + sign(z) + (x == y) + (x != z)",
        "x^-2 + 1/(x - y)",
    ];

    #[test]
    fn bounds_hold_everywhere_in_the_box() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        let table = Expression::table(Variable::Time, vec![(-1.0, 4.0), (0.5, -3.0), (0.6, 8.0), (2.0, 0.0)]).unwrap();
        let held = Expression::held(vec![(-1.0, 4.0), (0.5, -3.0), (0.6, 8.0)]).unwrap();
        let formulas = FORMULAS.iter().map(|text| Expression::parse(text, &Variable::ALL).unwrap());
        for expression in formulas.chain([table, held]) {
            for _ in 0..200 {
                let size = 3.0 * random().powi(3);
                let corner = [0; 4].map(|_| -2.0 + 4.0 * random());
                let place = |[x, y, z, t]: [f64; 4]| Place { x, y, z, t, temperature: 0.0 };
                let [low, high] = expression.bounds(&place(corner), &place(corner.map(|c| c + size)));
                for _ in 0..50 {
                    let value = expression.eval(&place(corner.map(|c| c + size * random())));
                    let slack = 1e-12 * (1.0 + value.abs());
                    assert!(value.is_nan() || (low - slack <= value && value <= high + slack), "{low} {value} {high}");
                }
            }
        }
    }

    #[test]
    fn bounds_close_in_on_the_value() {
        for text in FORMULAS {
            let expression = Expression::parse(text, &Variable::ALL).unwrap();
            let at = |by: f64| Place { x: 0.31 + by, y: -1.27 + by, z: 1.9 + by, t: 0.83 + by, temperature: 0.0 };
            let [low, high] = expression.bounds(&at(0.0), &at(1e-6));
            assert!(high - low < 1e-3 || text.contains("atan2"), "{text}: {low} {high}");
        }
    }
}
