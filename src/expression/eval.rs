//! Values in f64.

use super::node::{Binary, Many, Node, Unary};
use super::{Place, Variable};
use glam::DVec3;

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

impl Node {
    pub(super) fn eval(&self, place: &Place) -> f64 {
        match self {
            Node::Constant(value) => *value,
            Node::Variable(variable) => place.get(*variable),
            Node::Sum { constant, terms } => {
                terms.iter().fold(*constant, |sum, (factor, term)| sum + factor * term.eval(place))
            }
            Node::Many(Many::All, list) => truth(list.iter().all(|node| node.eval(place) != 0.0)),
            Node::Many(Many::Any, list) => truth(list.iter().any(|node| node.eval(place) != 0.0)),
            Node::Many(function, list) => {
                let mut values = list.iter().map(|node| node.eval(place));
                let first = values.next().expect("a list of factors, or of candidates, is never empty");
                values.fold(first, |a, b| function.combine(a, b))
            }
            Node::Unary(function, a) => function.eval(a.eval(place)),
            Node::Binary(function, pair) => function.eval(pair[0].eval(place), pair[1].eval(place)),
            Node::Power(base, exponent) => base.eval(place).powi(*exponent),
            Node::If(parts) => parts[if parts[0].eval(place) != 0.0 { 1 } else { 2 }].eval(place),
            Node::Table(table) => table.eval(place.get(table.variable())),
            Node::Raster(raster) => raster.eval(DVec3::new(place.x, place.y, place.z)),
        }
    }
}

impl Place {
    /// The value of a variable here.
    pub fn get(&self, variable: Variable) -> f64 {
        match variable {
            Variable::X => self.x,
            Variable::Y => self.y,
            Variable::Z => self.z,
            Variable::Time => self.t,
            Variable::Temperature => self.temperature,
        }
    }
}

impl Unary {
    pub(super) fn eval(self, v: f64) -> f64 {
        match self {
            Unary::Sin => v.sin(),
            Unary::Cos => v.cos(),
            Unary::Tan => v.tan(),
            Unary::Asin => v.asin(),
            Unary::Acos => v.acos(),
            Unary::Atan => v.atan(),
            Unary::Sinh => v.sinh(),
            Unary::Cosh => v.cosh(),
            Unary::Tanh => v.tanh(),
            Unary::Exp => v.exp(),
            Unary::Log => v.ln(),
            Unary::Log10 => v.log10(),
            Unary::Log2 => v.log2(),
            Unary::Sqrt => v.sqrt(),
            Unary::Cbrt => v.cbrt(),
            Unary::Abs => v.abs(),
            Unary::Floor => v.floor(),
            Unary::Ceil => v.ceil(),
            Unary::Round => v.round(),
            Unary::Sign if v == 0.0 => 0.0,
            Unary::Sign => v.signum(),
            Unary::Erf => libm::erf(v),
            Unary::Erfc => libm::erfc(v),
            Unary::Not => truth(v == 0.0),
        }
    }
}

impl Binary {
    pub(super) fn eval(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Quotient => a / b,
            Binary::Power => a.powf(b),
            Binary::Atan2 => a.atan2(b),
            // Of the sign of b, so that a wave repeats through negative arguments too.
            Binary::Mod => a - b * (a / b).floor(),
            Binary::Less => truth(a < b),
            Binary::LessEqual => truth(a <= b),
            Binary::Equal => truth(a == b),
            Binary::NotEqual => truth(a != b),
        }
    }
}

impl Many {
    /// One constant, as this function of it alone.
    pub(super) fn start_with(self, value: f64) -> f64 {
        match self {
            Many::All | Many::Any => truth(value != 0.0),
            Many::Product | Many::Min | Many::Max => value,
        }
    }

    pub(super) fn combine(self, a: f64, b: f64) -> f64 {
        match self {
            Many::Product => a * b,
            Many::Min => a.min(b),
            Many::Max => a.max(b),
            Many::All => truth(a != 0.0 && b != 0.0),
            Many::Any => truth(a != 0.0 || b != 0.0),
        }
    }
}
