//! When a formula jumps: the times at which a part of it that depends on time alone goes over from one constant to the next. Ways between two looks that
//! show the same are halved where interval arithmetic cannot tell that nothing else holds between them: a short pulse is found wherever it is.

use super::interval::{Range, corners};
use super::node::{Binary, Node, Unary};
use super::{Place, Variable};

/// Looks within the shortest period of a formula, or over the whole way of one that has none.
const LOOKS: f64 = 64.0;
const LOOKS_OF_ALL: f64 = 4096.0;

/// Looks at a formula, at most, and halvings; what jumps more often is not followed.
const MOST_LOOKS: f64 = 262_144.0;

impl Node {
    /// Whether it jumps; a remainder is a line between its jumps, all others are constant there.
    pub(super) fn is_switch(&self) -> bool {
        matches!(
            self,
            Node::Unary(Unary::Floor | Unary::Ceil | Unary::Round | Unary::Sign | Unary::Not, _)
                | Node::Binary(Binary::Less | Binary::LessEqual | Binary::Mod, _)
        )
    }

    /// The parts that are constant between jumps.
    fn switches<'a>(&'a self, out: &mut Vec<&'a Node>) {
        if self.is_switch() && self.variables() == Variable::Time.bit() {
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

    /// Bounds of what is constant between jumps.
    fn levels(&self, [low, high]: [f64; 2]) -> Range {
        let [low, high] = [low, high].map(|t| Place { t, ..Place::default() });
        match self {
            Node::Binary(Binary::Mod, pair) => {
                let [a, b] = [0, 1].map(|n| pair[n].range(&low, &high));
                if b[0] <= 0.0 && b[1] >= 0.0 {
                    return [f64::NEG_INFINITY, f64::INFINITY];
                }
                corners(a, b, |a, b| a / b).map(f64::floor)
            }
            node => node.range(&low, &high),
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
        let mut found = Vec::new();
        let mut halvings = MOST_LOOKS as u64;
        for node in switches {
            let mut before = 0.0;
            for n in 1..=looks as u64 {
                let now = end * n as f64 / looks;
                between(node, [before, now], &mut halvings, &mut found);
                before = now;
            }
        }
        found.sort_by(f64::total_cmp);
        found.dedup();
        found
    }
}

/// Adds the jumps of a part between two times: each the first time at which the new value holds.
fn between(node: &Node, [mut low, high]: [f64; 2], halvings: &mut u64, found: &mut Vec<f64>) {
    let (mut before, after) = (node.level(low), node.level(high));
    while before != after && !before.is_nan() {
        let jump = jump(node, low, high);
        // What holds for a short time before it shows by itself.
        inside(node, [low, jump.next_down()], halvings, found);
        found.push(jump);
        (low, before) = (jump, node.level(jump));
    }
    inside(node, [low, high], halvings, found);
}

/// The same between two times at which the same holds.
fn inside(node: &Node, [low, high]: [f64; 2], halvings: &mut u64, found: &mut Vec<f64>) {
    let middle = 0.5 * (low + high);
    let levels = node.levels([low, high]);
    if levels[0] == levels[1] || *halvings == 0 || middle <= low || middle >= high {
        return;
    }
    *halvings -= 1;
    between(node, [low, middle], halvings, found);
    between(node, [middle, high], halvings, found);
}

/// The first time after a jump between two times at which different things hold.
fn jump(node: &Node, mut low: f64, mut high: f64) -> f64 {
    let before = node.level(low);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
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
        // short, and between any two looks
        near("if(abs(t - 777.7) < 0.05, 1, 0)", 1e4, &[777.65, 777.75]);
        near("100*(max(t - 5, 0) > 0)", 10.0, &[5.0]);
        let spikes = "if(abs(t - 3) < 1e-6, 1, 0) + if(abs(t - 3.001) < 1e-6, 1, 0)";
        near(spikes, 1e3, &[3.0 - 1e-6, 3.0 + 1e-6, 3.001 - 1e-6, 3.001 + 1e-6]);
        assert_eq!(jumps("if(sin(2*pi*200*t) > 0.99, 1, 0)", 1.0).len(), 400);
        let [edge] = jumps("if(t <= 3, 1, 0)", 10.0)[..] else { panic!() };
        assert!(edge > 3.0);
    }
}
