//! When a formula jumps: the times at which a part of it that depends on time alone goes over from one constant to the next.

use super::node::{Binary, Node, Unary};
use super::{Place, Variable};

/// Looks within the shortest period of a formula, or over the whole way of one that has none.
const LOOKS: f64 = 64.0;
const LOOKS_OF_ALL: f64 = 4096.0;

/// Looks at a formula, at most; what jumps more often is not followed.
const MOST_LOOKS: f64 = 262_144.0;

impl Node {
    /// The parts that are constant between jumps.
    fn switches<'a>(&'a self, out: &mut Vec<&'a Node>) {
        let switches = matches!(
            self,
            Node::Unary(Unary::Floor | Unary::Ceil | Unary::Round | Unary::Sign | Unary::Not, _)
                | Node::Binary(Binary::Less | Binary::LessEqual | Binary::Mod, _)
        );
        if switches && self.variables() == Variable::Time.bit() {
            out.push(self);
        }
        self.children().for_each(|child| child.switches(out));
    }

    /// What is constant between jumps.
    fn level(&self, t: f64) -> f64 {
        let place = Place { t, ..Place::default() };
        match self {
            Node::Binary(Binary::Mod, pair) => (pair[0].eval(&place) / pair[1].eval(&place)).floor(),
            node => node.eval(&place),
        }
    }

    /// Times from 0 to `end` at which it jumps, rising: each the first at which the new value holds.
    pub(super) fn jumps(&self, end: f64) -> Vec<f64> {
        let mut switches = Vec::new();
        self.switches(&mut switches);
        let looks = (LOOKS * end / self.shortest_period()).max(LOOKS_OF_ALL).ceil();
        if switches.is_empty() || looks > MOST_LOOKS {
            return Vec::new();
        }
        let mut times: Vec<f64> = (0..=looks as u64).map(|n| end * n as f64 / looks).collect();
        let mut found: Vec<f64> = Vec::new();
        // What holds for a short time after one jump shows once that is looked at, too.
        for _ in 0..2 {
            found = times
                .windows(2)
                .flat_map(|pair| switches.iter().filter_map(move |node| jump(node, pair[0], pair[1])))
                .collect();
            times.extend(&found);
            times.sort_by(f64::total_cmp);
            times.dedup();
        }
        found.sort_by(f64::total_cmp);
        found.dedup();
        found
    }
}

/// The first time after a jump between two times.
fn jump(node: &Node, mut low: f64, mut high: f64) -> Option<f64> {
    let before = node.level(low);
    if node.level(high) == before || before.is_nan() {
        return None;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(high);
        }
        if node.level(middle) == before { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Expression, Variable};

    fn jumps(text: &str, end: f64) -> Vec<f64> {
        Expression::parse(text, &Variable::ALL).unwrap().jumps(end)
    }

    #[test]
    fn formulas_tell_when_they_jump() {
        let near = |text: &str, end: f64, expected: &[f64]| {
            let found = jumps(text, end);
            assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
            for (f, e) in found.iter().zip(expected) {
                assert!((f - e).abs() < 1e-12 * end, "{text}: {found:?}");
            }
        };
        near("if(t < 3, 1, 0)", 10.0, &[3.0]);
        // on for a short time after each wrap
        near("if(mod(t, 100) < 0.9, 1e5, 0)", 250.0, &[0.9, 100.0, 100.9, 200.0, 200.9]);
        near("x*step(0.5, cos(2*pi*t/6))", 12.0, &[1.0, 5.0, 7.0, 11.0]);
        near("floor(t/4) + x", 10.0, &[4.0, 8.0]);
        near("exp(-t) + x + T", 10.0, &[]);
        // where it jumps depends on the place
        near("if(t < x, 1, 0)", 10.0, &[]);
        let [edge] = jumps("if(t <= 3, 1, 0)", 10.0)[..] else { panic!() };
        assert!(edge > 3.0);
    }
}
