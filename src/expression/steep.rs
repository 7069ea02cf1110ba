//! When a formula changes fast: times between which its parts in time alone change by little each. A smooth pulse is found wherever it is, for interval
//! arithmetic tells where nothing happens.

use super::node::Node;
use super::{Place, Variable};

/// Part of its range over the whole way by which a part of a formula may change between two times.
const LITTLE: f64 = 0.05;

/// Parts of the whole way that are short: what changes more slowly is followed by any steps.
const SHORT: f64 = 1.0 / 256.0;

/// Shortest parts of the whole way.
const SHORTEST: f64 = 1e-12;

/// Looks at a formula, at most, and times that are followed.
const MOST_LOOKS: usize = 20_000;
const MOST_TIMES: usize = 500;

impl Node {
    /// The largest parts that change in time alone, without jumps and without a period.
    fn glides<'a>(&'a self, end: f64, out: &mut Vec<&'a Node>) {
        if self.variables() == Variable::Time.bit() && self.is_smooth() && self.shortest_period() > end {
            out.push(self);
        } else {
            self.children().for_each(|child| child.glides(end, out));
        }
    }

    /// Corners of tables are found as such.
    fn is_smooth(&self) -> bool {
        !(self.is_switch() || matches!(self, Node::Table(_))) && self.children().all(Node::is_smooth)
    }

    fn within(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        let [low, high] = [low, high].map(|t| Place { t, ..Place::default() });
        self.range(&low, &high)
    }

    /// Times from 0 to `end` between which it changes little, where these are close; rising.
    pub(super) fn steep(&self, end: f64) -> Vec<f64> {
        let mut glides = Vec::new();
        self.glides(end, &mut glides);
        let mut found: Vec<f64> = glides.into_iter().flat_map(|node| times(node, end).unwrap_or_default()).collect();
        found.sort_by(f64::total_cmp);
        found.dedup();
        found
    }
}

/// The same of one part; none where there are too many, or where nothing is known of it.
fn times(node: &Node, end: f64) -> Option<Vec<f64>> {
    let [low, high] = node.within([0.0, end]);
    let little = LITTLE * (high - low);
    if !(little > 0.0 && little.is_finite()) {
        return None;
    }
    let (mut looks, mut found, mut ways) = (0, Vec::new(), vec![[0.0, end]]);
    while let Some([start, stop]) = ways.pop() {
        looks += 1;
        if looks > MOST_LOOKS || found.len() > MOST_TIMES {
            return None;
        }
        let [low, high] = node.within([start, stop]);
        let length = stop - start;
        if high - low > little && length > SHORTEST * end {
            let middle = 0.5 * (start + stop);
            ways.extend([[middle, stop], [start, middle]]);
        } else if length < SHORT * end {
            found.extend([start, stop]);
        }
    }
    found.dedup();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::super::{Expression, Variable};

    fn steep(text: &str, end: f64) -> Vec<f64> {
        Expression::parse(text, &Variable::ALL).unwrap().steep(end)
    }

    /// Steps from time to time that begin with what holds then bring all of a short pulse.
    #[test]
    fn smooth_pulses_are_found_wherever_they_are() {
        for width in [100.0, 1.0, 0.05, 1e-4] {
            let text = format!("300 + 20*exp(-((t - 50000.3)/{width})^2)");
            let times = steep(&text, 1e5);
            assert!((10..200).contains(&times.len()), "{width}: {} times", times.len());
            let value = |t: f64| 20.0 * (-((t - 50000.3) / width).powi(2)).exp();
            let brought: f64 = times.windows(2).map(|t| (t[1] - t[0]) * value(t[0])).sum();
            let all = 20.0 * width * std::f64::consts::PI.sqrt();
            assert!((brought / all - 1.0).abs() < 0.02, "{width}: {brought} for {all}");
        }
    }

    #[test]
    fn a_pulse_stays_one_where_other_things_vary() {
        for text in
            ["x*exp(-((t - 7.3)/0.01)^2)", "if(t < 3, 1, 2) + exp(-((t - 7.3)/0.01)^2)", "sin(t)*tanh((t - 7.3)/0.01)"]
        {
            let times = steep(text, 10.0);
            assert!(times.iter().filter(|t| (**t - 7.3).abs() < 0.02).count() > 8, "{text}: {times:?}");
        }
    }

    #[test]
    fn what_is_slow_or_repeats_itself_is_left_to_the_steps() {
        for text in ["300 + t", "exp(-t/3)", "sin(2*pi*t/0.01)", "if(t < 3, 1, 0)", "x + T", "5"] {
            assert!(steep(text, 10.0).is_empty(), "{text}");
        }
    }
}
