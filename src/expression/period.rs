//! After how long a formula repeats itself in time, as far as that is plain from it.

use super::Variable;
use super::node::{Binary, Node, Unary};
use std::f64::consts::TAU;

/// How often a period may fit into a common one.
const MOST: u32 = 1000;

/// The period of what has several of them: infinite where nothing changes, none where one part does not repeat, or all never together.
pub fn common_period(mut periods: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    periods.try_fold(f64::INFINITY, |common, own| match (common, own?) {
        (f64::INFINITY, period) | (period, f64::INFINITY) => Some(period),
        (a, b) => multiple(a, b),
    })
}

/// The least time that is a whole multiple of both, if a small one is.
fn multiple(a: f64, b: f64) -> Option<f64> {
    let (short, long) = (a.min(b), a.max(b));
    (1..=MOST).map(|n| f64::from(n) * long).find(|multiple| {
        let count = multiple / short;
        (count - count.round()).abs() < 1e-9 * count
    })
}

impl Node {
    fn is_in_time(&self) -> bool {
        self.variables() & Variable::Time.bit() != 0
    }

    /// What it grows by per second, where that is the same everywhere and always.
    fn rate(&self) -> Option<f64> {
        match self {
            node if !node.is_in_time() => Some(0.0),
            Node::Variable(_) => Some(1.0),
            Node::Sum { terms, .. } => terms.iter().map(|(factor, term)| Some(factor * term.rate()?)).sum(),
            Node::Binary(Binary::Quotient, pair) => Some(pair[0].rate()? / pair[1].as_constant()?),
            _ => None,
        }
    }

    /// The shortest period that a part of it has, s; infinite where none has one.
    pub(super) fn shortest_period(&self) -> f64 {
        let own = match self {
            Node::Unary(Unary::Sin | Unary::Cos | Unary::Tan, _) | Node::Binary(Binary::Mod, _) => self.period(),
            _ => None,
        };
        self.children().map(Node::shortest_period).fold(own.unwrap_or(f64::INFINITY), f64::min)
    }

    /// Its period, s: infinite where time does not occur, none where it does not repeat.
    pub(super) fn period(&self) -> Option<f64> {
        let turning = |node: &Node| node.rate().filter(|rate| *rate != 0.0).map(f64::abs);
        match self {
            node if !node.is_in_time() => Some(f64::INFINITY),
            Node::Variable(_) | Node::Table(_) => None,
            Node::Unary(Unary::Sin | Unary::Cos, a) if turning(a).is_some() => turning(a).map(|rate| TAU / rate),
            Node::Unary(Unary::Tan, a) if turning(a).is_some() => turning(a).map(|rate| 0.5 * TAU / rate),
            Node::Binary(Binary::Mod, pair) if turning(&pair[0]).is_some() => {
                Some(pair[1].as_constant()?.abs() / turning(&pair[0])?)
            }
            _ => common_period(self.children().map(Node::period)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Expression, Variable};

    fn period(text: &str) -> Option<f64> {
        Expression::parse(text, &Variable::ALL).unwrap().period()
    }

    #[test]
    fn formulas_that_repeat_tell_after_how_long() {
        let near = |text: &str, expected: f64| {
            let found = period(text).unwrap_or_else(|| panic!("{text}"));
            assert!((found / expected - 1.0).abs() < 1e-9, "{text}: {found}");
        };
        near("300 + 20*sin(2*pi*t/86400)", 86400.0);
        near("max(0, sin(2*pi*t/86400)) * (x + 1)", 86400.0);
        near("sin(2*pi*(t/30 - x/0.1))", 30.0);
        near("sin(2*pi*t/40) + cos(2*pi*t/60 + y)", 120.0);
        near("if(mod(t, 10) < 3, 1e5, 0)", 10.0);
        near("exp(-mod(2*t + 1, 10))", 5.0);
        near("sin(2*pi*t/3.1e7) * cos(2*pi*t/(3.1e7/365))", 3.1e7);
        assert_eq!(period("x + T"), Some(f64::INFINITY));
        let shortest = |text: &str| Expression::parse(text, &Variable::ALL).unwrap().shortest_period();
        assert!((shortest("exp(-t)*sin(2*pi*t/3.1e7)*cos(2*pi*t/86400)") / 86400.0 - 1.0).abs() < 1e-9);
        assert_eq!(shortest("exp(-t)"), f64::INFINITY);
    }

    #[test]
    fn others_do_not() {
        for text in
            ["t", "sin(t) + t/100", "exp(-t)*sin(t)", "sin(t^2)", "sin(t) + sin(sqrt(2)*t)", "if(t < 3, sin(t), 0)"]
        {
            assert_eq!(period(text), None, "{text}");
        }
        let table = Expression::table(Variable::Time, vec![(0.0, 1.0), (1.0, 2.0)]).unwrap();
        assert_eq!(table.period(), None);
    }
}
