//! Where a formula bends or jumps.

use super::Variable;
use super::node::{Binary, Many, Node, Unary};

/// `offset + slope * variable`.
#[derive(Debug, Clone, Copy)]
struct Line {
    offset: f64,
    slope: f64,
}

impl Node {
    /// This as a straight line in one variable and in nothing else.
    fn line(&self, variable: Variable) -> Option<Line> {
        match self {
            Node::Constant(value) => Some(Line { offset: *value, slope: 0.0 }),
            Node::Variable(own) if *own == variable => Some(Line { offset: 0.0, slope: 1.0 }),
            Node::Sum { constant, terms } => {
                let mut line = Line { offset: *constant, slope: 0.0 };
                for (factor, term) in terms {
                    let part = term.line(variable)?;
                    line.offset += factor * part.offset;
                    line.slope += factor * part.slope;
                }
                Some(line)
            }
            Node::Binary(Binary::Quotient, pair) => {
                let (numerator, divisor) = (pair[0].line(variable)?, pair[1].as_constant()?);
                Some(Line { offset: numerator.offset / divisor, slope: numerator.slope / divisor })
            }
            _ => None,
        }
    }

    /// Straight lines that a nest of `min` and `max` chooses from; the first few, since all pairs may cross.
    fn candidates(&self, variable: Variable, lines: &mut Vec<Line>) {
        match self {
            Node::Many(Many::Min | Many::Max, list) => list.iter().for_each(|node| node.candidates(variable, lines)),
            _ if lines.len() < 8 => lines.extend(self.line(variable)),
            _ => {}
        }
    }

    /// Narrows a range of the variable to what all tables over it cover.
    pub(super) fn cover(&self, variable: Variable, range: &mut [f64; 2]) {
        if let Node::Table(table) = self
            && table.variable() == variable
            && let [first, .., last] = *table.abscissae()
        {
            *range = [range[0].max(first), range[1].min(last)];
        }
        for child in self.children() {
            child.cover(variable, range);
        }
    }

    /// Adds where a jump or bend of this node itself, or of a part, lies along the variable.
    pub(super) fn breakpoints(&self, variable: Variable, points: &mut Vec<f64>) {
        let mut crossing = |a: Option<Line>, b: Option<Line>| {
            if let (Some(a), Some(b)) = (a, b)
                && a.slope != b.slope
            {
                points.push((b.offset - a.offset) / (a.slope - b.slope));
            }
        };
        match self {
            Node::Table(table) if table.variable() == variable => points.extend(table.abscissae()),
            Node::Binary(Binary::Less | Binary::LessEqual | Binary::Equal | Binary::NotEqual, pair) => {
                crossing(pair[0].line(variable), pair[1].line(variable));
            }
            Node::Unary(Unary::Abs | Unary::Sign | Unary::Not, a) => {
                crossing(a.line(variable), Some(Line { offset: 0.0, slope: 0.0 }));
            }
            Node::Many(Many::Min | Many::Max, _) => {
                let mut lines = Vec::new();
                self.candidates(variable, &mut lines);
                for (index, &a) in lines.iter().enumerate() {
                    for &b in &lines[..index] {
                        crossing(Some(a), Some(b));
                    }
                }
            }
            _ => {}
        }
        for child in self.children() {
            child.breakpoints(variable, points);
        }
    }
}
