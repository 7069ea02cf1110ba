//! The tree behind an expression. Nodes are made by the constructors in `fold`, which keep it in a normal
//! form: no sum directly in a sum, no product in a product, no operation on constants alone.

use super::Variable;
use super::raster::Raster;
use super::table::Table;
use std::sync::Arc;

/// A function of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Log,
    Log10,
    Log2,
    Sqrt,
    Cbrt,
    Abs,
    Floor,
    Ceil,
    Round,
    Sign,
    Erf,
    Erfc,
    Not,
}

/// A function of two arguments. `a > b` is held as `b < a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Quotient,
    Power,
    Atan2,
    Mod,
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

/// A function of any number of arguments whose order does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    Product,
    Min,
    Max,
    All,
    Any,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Constant(f64),
    Variable(Variable),
    /// `constant` + each coefficient times its term.
    Sum {
        constant: f64,
        terms: Vec<(f64, Node)>,
    },
    Many(Many, Vec<Node>),
    Unary(Unary, Box<Node>),
    Binary(Binary, Box<[Node; 2]>),
    /// To a whole power.
    Power(Box<Node>, i32),
    /// Condition, value where it holds, value elsewhere.
    If(Box<[Node; 3]>),
    Table(Arc<Table>),
    Raster(Arc<Raster>),
}

impl Node {
    pub(super) fn as_constant(&self) -> Option<f64> {
        match self {
            Node::Constant(value) => Some(*value),
            _ => None,
        }
    }

    /// Direct parts of the node.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match self {
            Node::Constant(_) | Node::Variable(_) | Node::Table(_) | Node::Raster(_) => Box::new(std::iter::empty()),
            Node::Sum { terms, .. } => Box::new(terms.iter().map(|(_, node)| node)),
            Node::Many(_, list) => Box::new(list.iter()),
            Node::Unary(_, a) | Node::Power(a, _) => Box::new(std::iter::once(a.as_ref())),
            Node::Binary(_, pair) => Box::new(pair.iter()),
            Node::If(parts) => Box::new(parts.iter()),
        }
    }

    /// Bits of the variables that occur.
    pub(super) fn variables(&self) -> u8 {
        match self {
            Node::Variable(variable) => variable.bit(),
            Node::Table(table) => table.variable().bit(),
            Node::Raster(raster) => raster.variables(),
            _ => self.children().fold(0, |bits, child| bits | child.variables()),
        }
    }

    pub(super) fn from_table(table: Arc<Table>) -> Node {
        match table.as_constant() {
            Some(value) => Node::Constant(value),
            None => Node::Table(table),
        }
    }

    pub(super) fn from_raster(raster: Raster) -> Node {
        match raster.as_constant() {
            Some(value) => Node::Constant(value),
            None => Node::Raster(Arc::new(raster)),
        }
    }

    pub(super) fn reads_raster(&self) -> bool {
        matches!(self, Node::Raster(_)) || self.children().any(Node::reads_raster)
    }
}

impl Node {
    /// A number in it that f32 does not hold: too large, or so small that it would be 0; what depends on time alone is left out.
    pub(super) fn beyond_f32(&self) -> Option<f64> {
        let is = |number: f64| {
            let size = number.abs();
            size.is_finite() && (size > f64::from(f32::MAX) || size > 0.0 && size < f64::from(f32::MIN_POSITIVE))
        };
        if self.variables() == Variable::Time.bit() {
            return None;
        }
        let own = match self {
            Node::Constant(value) => Some(*value).filter(|n| is(*n)),
            Node::Sum { constant, terms } => {
                terms.iter().map(|(factor, _)| *factor).chain([*constant]).find(|n| is(*n))
            }
            Node::Table(table) => table.values().iter().copied().find(|n| is(*n)),
            _ => None,
        };
        own.or_else(|| self.children().find_map(Node::beyond_f32))
    }

    /// Whether all its numbers are.
    pub(super) fn is_finite(&self) -> bool {
        let own = match self {
            Node::Constant(value) => value.is_finite(),
            Node::Sum { constant, terms } => constant.is_finite() && terms.iter().all(|(factor, _)| factor.is_finite()),
            Node::Table(table) => table.values().iter().all(|value| value.is_finite()),
            Node::Raster(raster) => raster.is_finite(),
            _ => true,
        };
        own && self.children().all(Node::is_finite)
    }
}
