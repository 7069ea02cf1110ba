//! Constructors of nodes: every operation folds what it can.

use super::node::{Binary, Many, Node, Unary};
use std::sync::Arc;

/// Whole exponents up to this size are held as such.
const LARGEST_WHOLE_POWER: f64 = 64.0;

impl Node {
    /// Whether a constant added to this can vanish into constants inside.
    fn absorbs(&self) -> bool {
        match self {
            Node::Constant(_) | Node::Table(_) | Node::Raster(_) => true,
            Node::Sum { constant, .. } => *constant != 0.0,
            Node::If(parts) => parts[1].absorbs() || parts[2].absorbs(),
            Node::Many(Many::Min | Many::Max, list) => list.iter().any(Node::absorbs),
            _ => false,
        }
    }

    /// Whether a factor is carried inside rather than kept in front.
    fn takes_factor(&self) -> bool {
        match self {
            Node::Constant(_) | Node::Sum { .. } | Node::Table(_) | Node::Raster(_) => true,
            Node::Binary(Binary::Quotient, _) => true,
            Node::If(parts) => parts[1].takes_factor() || parts[2].takes_factor(),
            Node::Many(Many::Min | Many::Max, list) => list.iter().any(Node::takes_factor),
            _ => false,
        }
    }

    /// A sum in normal form. Terms are neither sums nor constants.
    fn sum(mut constant: f64, mut terms: Vec<(f64, Node)>) -> Node {
        if constant != 0.0
            && let Some((_, term)) = terms.iter_mut().find(|(factor, term)| *factor == 1.0 && term.absorbs())
        {
            *term = std::mem::replace(term, Node::Constant(0.0)).shifted(constant);
            constant = 0.0;
        }
        match terms.as_slice() {
            [] => Node::Constant(constant),
            [(factor, _)] if constant == 0.0 && *factor == 1.0 => terms.remove(0).1,
            _ => Node::Sum { constant, terms },
        }
    }

    fn into_sum(self) -> (f64, Vec<(f64, Node)>) {
        match self {
            Node::Constant(value) => (value, Vec::new()),
            Node::Sum { constant, terms } => (constant, terms),
            other => (0.0, vec![(1.0, other)]),
        }
    }

    /// Adds a constant.
    pub(super) fn shifted(self, by: f64) -> Node {
        if by == 0.0 {
            return self;
        }
        match self {
            Node::Table(table) => Node::Table(Arc::new(table.map(|value| value + by))),
            Node::Raster(raster) => Node::Raster(Arc::new(raster.map(|value| value + by))),
            Node::If(parts) if parts[1].absorbs() || parts[2].absorbs() => {
                let [condition, then, otherwise] = *parts;
                Node::If(Box::new([condition, then.shifted(by), otherwise.shifted(by)]))
            }
            Node::Many(which @ (Many::Min | Many::Max), list) if list.iter().any(Node::absorbs) => {
                Node::Many(which, list.into_iter().map(|node| node.shifted(by)).collect())
            }
            other => {
                let (constant, terms) = other.into_sum();
                Node::sum(constant + by, terms)
            }
        }
    }

    /// Multiplies by a constant.
    pub(super) fn scaled(self, by: f64) -> Node {
        if by == 1.0 {
            return self;
        }
        if by == 0.0 {
            return Node::Constant(0.0);
        }
        match self {
            Node::Constant(value) => Node::Constant(value * by),
            Node::Sum { constant, terms } => {
                let scale = |(factor, term): (f64, Node)| {
                    if term.takes_factor() { (factor, term.scaled(by)) } else { (factor * by, term) }
                };
                Node::sum(constant * by, terms.into_iter().map(scale).collect())
            }
            Node::Table(table) => Node::Table(Arc::new(table.map(|value| value * by))),
            Node::Raster(raster) => Node::Raster(Arc::new(raster.map(|value| value * by))),
            Node::If(parts) if parts[1].takes_factor() || parts[2].takes_factor() => {
                let [condition, then, otherwise] = *parts;
                Node::If(Box::new([condition, then.scaled(by), otherwise.scaled(by)]))
            }
            Node::Many(which @ (Many::Min | Many::Max), list) if list.iter().any(Node::takes_factor) => {
                // A negative factor turns the order round.
                let turned = match (which, by < 0.0) {
                    (Many::Min, true) => Many::Max,
                    (Many::Max, true) => Many::Min,
                    _ => which,
                };
                Node::Many(turned, list.into_iter().map(|node| node.scaled(by)).collect())
            }
            Node::Binary(Binary::Quotient, pair) => {
                let [numerator, denominator] = *pair;
                numerator.scaled(by).over(denominator)
            }
            other => Node::Sum { constant: 0.0, terms: vec![(by, other)] },
        }
    }

    pub(super) fn plus(self, other: Node) -> Node {
        if let Some(value) = other.as_constant() {
            return self.shifted(value);
        }
        if let Some(value) = self.as_constant() {
            return other.shifted(value);
        }
        let (a, mut terms) = self.into_sum();
        let (b, more) = other.into_sum();
        terms.extend(more);
        Node::sum(a + b, terms)
    }

    /// The constant factor in front, and the rest.
    fn into_factors(self) -> (f64, Vec<Node>) {
        match self {
            Node::Constant(value) => (value, Vec::new()),
            Node::Sum { constant: 0.0, mut terms } if terms.len() == 1 => {
                let (factor, term) = terms.remove(0);
                let (inner, list) = term.into_factors();
                (factor * inner, list)
            }
            Node::Many(Many::Product, list) => (1.0, list),
            other => (1.0, vec![other]),
        }
    }

    pub(super) fn times(self, other: Node) -> Node {
        if let Some(value) = other.as_constant() {
            return self.scaled(value);
        }
        if let Some(value) = self.as_constant() {
            return other.scaled(value);
        }
        // One quotient of products, whatever the order of `*` and `/`.
        match (self, other) {
            (Node::Binary(Binary::Quotient, pair), factor) | (factor, Node::Binary(Binary::Quotient, pair)) => {
                let [numerator, denominator] = *pair;
                numerator.times(factor).over(denominator)
            }
            (a, b) => a.times_plain(b),
        }
    }

    /// The product of two nodes that are neither constants nor quotients.
    fn times_plain(self, other: Node) -> Node {
        let (a, mut list) = self.into_factors();
        let (b, more) = other.into_factors();
        list.extend(more);
        Node::Many(Many::Product, list).scaled(a * b)
    }

    /// The quotient. Division by a number stays one, rounded once, unless the reciprocal is exact.
    pub(super) fn over(self, other: Node) -> Node {
        if let Some(divisor) = other.as_constant() {
            if let Some(value) = self.as_constant() {
                return Node::Constant(value / divisor);
            }
            let reciprocal = 1.0 / divisor;
            let is_power_of_two = divisor.is_normal() && reciprocal.is_normal() && divisor.to_bits() << 12 == 0;
            if is_power_of_two {
                return self.scaled(reciprocal);
            }
        }
        match self {
            Node::Binary(Binary::Quotient, pair) => {
                let [numerator, denominator] = *pair;
                Node::Binary(Binary::Quotient, Box::new([numerator, denominator.times(other)]))
            }
            numerator => Node::Binary(Binary::Quotient, Box::new([numerator, other])),
        }
    }

    pub(super) fn power(self, exponent: Node) -> Node {
        match (self.as_constant(), exponent.as_constant()) {
            (Some(base), Some(exponent)) => Node::Constant(base.powf(exponent)),
            (None, Some(0.0)) => Node::Constant(1.0),
            (None, Some(1.0)) => self,
            (None, Some(n)) if n.fract() == 0.0 && n.abs() <= LARGEST_WHOLE_POWER => {
                Node::Power(Box::new(self), n as i32)
            }
            _ => Node::Binary(Binary::Power, Box::new([self, exponent])),
        }
    }

    pub(super) fn unary(function: Unary, argument: Node) -> Node {
        match argument.as_constant() {
            Some(value) => Node::Constant(function.eval(value)),
            None => Node::Unary(function, Box::new(argument)),
        }
    }

    pub(super) fn binary(function: Binary, a: Node, b: Node) -> Node {
        match (function, a.as_constant(), b.as_constant()) {
            (_, Some(p), Some(q)) => Node::Constant(function.eval(p, q)),
            (Binary::Quotient, ..) => a.over(b),
            (Binary::Power, ..) => a.power(b),
            _ => Node::Binary(function, Box::new([a, b])),
        }
    }

    /// `min`, `max`, `and`, `or`, product of a list; constants are gathered into one.
    pub(super) fn many(function: Many, list: impl IntoIterator<Item = Node>) -> Node {
        if function == Many::Product {
            return list.into_iter().fold(Node::Constant(1.0), Node::times);
        }
        let mut constant: Option<f64> = None;
        let mut rest = Vec::new();
        for node in list {
            match node {
                Node::Constant(value) => {
                    constant = Some(constant.map_or(function.start_with(value), |c| function.combine(c, value)));
                }
                Node::Many(inner, nodes) if inner == function => rest.extend(nodes),
                other => rest.push(other),
            }
        }
        match (constant, function) {
            (Some(value), _) if rest.is_empty() => return Node::Constant(value),
            (Some(0.0), Many::All) => return Node::Constant(0.0),
            (Some(1.0), Many::Any) => return Node::Constant(1.0),
            (Some(value), Many::Min | Many::Max) => rest.insert(0, Node::Constant(value)),
            _ => {}
        }
        match (rest.len(), function) {
            (1, Many::Min | Many::Max) => rest.remove(0),
            _ => Node::Many(function, rest),
        }
    }

    pub(super) fn choose(condition: Node, then: Node, otherwise: Node) -> Node {
        match condition.as_constant() {
            Some(0.0) => otherwise,
            Some(_) => then,
            None => Node::If(Box::new([condition, then, otherwise])),
        }
    }
}
