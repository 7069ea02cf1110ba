//! One type for every number that may vary: a constant, a formula of `x y z t T`, or a table.
//!
//! A formula is folded while it is built: constants are gathered across sums, so that a temperature less
//! its reference, `(300 + f(x)) - 300`, is exactly `f(x)` and keeps its digits in f32. On the device a
//! formula becomes WGSL; whatever depends on time alone is evaluated on the host in f64 and handed over
//! as a *signal* ([`DeviceCode`]).

mod eval;
mod fold;
mod functions;
mod interval;
mod jumps;
mod node;
mod parse;
mod period;
mod raster;
mod shape;
mod steep;
mod table;
mod token;
mod wgsl;

#[cfg(test)]
mod mutation_tests;

pub use period::common_period;
pub use table::TableError;
pub(crate) use token::number_length;
pub use wgsl::{DeviceCode, Functions, LIBRARY, Signals};

use crate::lattice::Lattice;
use node::Node;
use std::ops::Range;
use std::sync::Arc;

/// What a value may vary with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `x`, m.
    X,
    /// `y`, m.
    Y,
    /// `z`, m.
    Z,
    /// `t`, s.
    Time,
    /// `T`, absolute, K.
    Temperature,
}

impl Variable {
    /// All of them.
    pub const ALL: [Variable; 5] = [Variable::X, Variable::Y, Variable::Z, Variable::Time, Variable::Temperature];

    /// How it is written in a formula: `x`, `y`, `z`, `t`, `T`.
    pub fn symbol(self) -> &'static str {
        ["x", "y", "z", "t", "T"][self as usize]
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Where, when and how hot: what an expression is evaluated at.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// m.
    pub x: f64,
    /// m.
    pub y: f64,
    /// m.
    pub z: f64,
    /// Time, s.
    pub t: f64,
    /// Absolute temperature, K.
    pub temperature: f64,
}

/// Why a formula was refused: where in its text, why, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// Bytes of the text that the message is about (on character boundaries; may be empty at its end).
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right, if that is known.
    pub help: Option<String>,
}

/// A number that may vary in space, in time and with temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    node: Node,
    variables: u8,
}

impl Default for Expression {
    /// Zero.
    fn default() -> Self {
        Expression::constant(0.0)
    }
}

impl From<f64> for Expression {
    fn from(value: f64) -> Self {
        Expression::constant(value)
    }
}

impl Expression {
    fn new(node: Node) -> Self {
        let variables = node.variables();
        Expression { node, variables }
    }

    /// The same number everywhere.
    pub fn constant(value: f64) -> Self {
        Expression::new(Node::Constant(value))
    }

    /// The variable itself.
    pub fn variable(variable: Variable) -> Self {
        Expression::new(Node::Variable(variable))
    }

    /// Reads a formula such as `300 + 20*sin(2*pi*t/86400)` in the variables `allowed`.
    ///
    /// Numbers; `x y z t T`; `pi`; `+ - * / ^` (`^` from the right and before a leading minus); comparisons,
    /// `&&`, `||`, `!` (1 is true, 0 false); and the functions `sin cos tan asin acos atan atan2(y, x) sinh cosh
    /// tanh exp log` (or `ln`) `log10 log2 sqrt cbrt square pow(base, exponent) abs sign floor ceil round mod(v, period)
    /// min max clamp(v, low, high) step(edge, v) heaviside erf erfc if(condition, then, otherwise)`.
    ///
    /// # Errors
    /// With the place in the text, where it is not such a formula, names something unknown or not
    /// allowed, or contains a constant that is not finite.
    pub fn parse(text: &str, allowed: &[Variable]) -> Result<Self, ExpressionError> {
        parse::parse(text, allowed).map(Expression::new)
    }

    /// Linear between the points `(abscissa, value)`, constant beyond the first and last.
    ///
    /// # Errors
    /// If there is no point, a number is not finite, or the abscissae do not rise strictly.
    pub fn table(variable: Variable, points: Vec<(f64, f64)>) -> Result<Self, TableError> {
        let table = table::Table::new(variable, points)?;
        Ok(Expression::new(Node::from_table(Arc::new(table))))
    }

    /// A function of time whose values each hold until the next point; the first one holds before it.
    ///
    /// # Errors
    /// As [`Expression::table`].
    pub fn held(points: Vec<(f64, f64)>) -> Result<Self, TableError> {
        let table = table::Table::new(Variable::Time, points)?.held();
        Ok(Expression::new(Node::from_table(Arc::new(table))))
    }

    /// A value for each element of a box, x fastest; beyond the box that of the nearest element.
    ///
    /// # Panics
    /// If there are more or fewer values than elements.
    pub fn raster(lattice: Lattice, values: Vec<f64>) -> Self {
        Expression::new(Node::from_raster(raster::Raster::new(lattice, values)))
    }

    /// Whether it reads an array of values ([`Expression::raster`]), which has no text in WGSL.
    pub fn reads_raster(&self) -> bool {
        self.node.reads_raster()
    }

    /// A number in it that f32 does not hold: too large, or so small that it would be 0; what depends on time alone is left out.
    pub fn beyond_f32(&self) -> Option<f64> {
        self.node.beyond_f32()
    }

    /// The value at a place. May be infinite or NaN where the formula is, as `1/x` at 0.
    pub fn eval(&self, place: &Place) -> f64 {
        self.node.eval(place)
    }

    /// The value, if it is the same everywhere and always.
    pub fn as_constant(&self) -> Option<f64> {
        self.node.as_constant()
    }

    /// Whether the variable occurs in it.
    pub fn depends_on(&self, variable: Variable) -> bool {
        self.variables & variable.bit() != 0
    }

    /// Whether it varies in x, y or z.
    pub fn is_spatial(&self) -> bool {
        self.variables & (Variable::X.bit() | Variable::Y.bit() | Variable::Z.bit()) != 0
    }

    /// The sum.
    #[allow(clippy::should_implement_trait, reason = "reads as algebra on values that are not Copy")]
    pub fn add(self, other: Self) -> Self {
        Expression::new(self.node.plus(other.node))
    }

    /// The difference.
    #[allow(clippy::should_implement_trait, reason = "as `add`")]
    pub fn sub(self, other: Self) -> Self {
        Expression::new(self.node.plus(other.node.scaled(-1.0)))
    }

    /// What of a sum changes neither in time nor with temperature, and the rest of it.
    pub fn split(&self) -> (Self, Self) {
        let changes = |node: &Node| node.variables() & (Variable::Time.bit() | Variable::Temperature.bit()) != 0;
        let Node::Sum { constant, terms } = &self.node else {
            let (whole, none) = (self.clone(), Expression::default());
            return if changes(&self.node) { (none, whole) } else { (whole, none) };
        };
        let sum = |start: f64, changing: bool| {
            let own = terms.iter().filter(|(_, term)| changes(term) == changing);
            Expression::new(
                own.fold(Node::Constant(start), |sum, (factor, term)| sum.plus(term.clone().scaled(*factor))),
            )
        };
        (sum(*constant, false), sum(0.0, true))
    }

    /// The product.
    #[allow(clippy::should_implement_trait, reason = "as `add`")]
    pub fn mul(self, other: Self) -> Self {
        Expression::new(self.node.times(other.node))
    }

    /// e to the power of it.
    pub fn exp(self) -> Self {
        Expression::new(Node::unary(node::Unary::Exp, self.node))
    }

    /// Where the value or its slope jumps along one variable, as far as that is plain from the formula:
    /// points of tables, and the places where comparisons, `abs`, `min` and `max` of a linear function of that
    /// variable alone change over. Rising, each once.
    pub fn breakpoints(&self, variable: Variable) -> Vec<f64> {
        let mut points = Vec::new();
        self.node.breakpoints(variable, &mut points);
        points.retain(|p| p.is_finite());
        points.sort_by(f64::total_cmp);
        points.dedup();
        points
    }

    /// The range of a variable that its tables cover; beyond it they keep their end values. None without tables over it.
    pub fn covered(&self, variable: Variable) -> Option<[f64; 2]> {
        let mut range = [f64::NEG_INFINITY, f64::INFINITY];
        self.node.cover(variable, &mut range);
        range[0].is_finite().then_some(range)
    }

    /// Whether it stays what it is from a time (s) on, as far as its bounds tell.
    pub fn rests_from(&self, time: f64) -> bool {
        let all = f64::INFINITY;
        let [low, high] = self.bounds(
            &Place { x: -all, y: -all, z: -all, t: time, temperature: 0.0 },
            &Place { x: all, y: all, z: all, t: all, temperature: all },
        );
        !self.depends_on(Variable::Time) || low == high
    }

    /// After how long it repeats itself, s, as far as that is plain from the formula; infinite where time does not occur, none where it
    /// does not repeat.
    pub fn period(&self) -> Option<f64> {
        self.node.period()
    }

    /// The shortest period that a part of it has in time, s; infinite where none has one.
    pub fn shortest_period(&self) -> f64 {
        self.node.shortest_period()
    }

    /// Times from 0 to `end` (s) at which parts that depend on time alone jump (`if(t < 3, ...)`, `mod`, `step`), rising: each the first at
    /// which the new value holds.
    pub fn jumps(&self, end: f64) -> Vec<f64> {
        self.node.jumps(end)
    }

    /// Times from 0 to `end` (s) between which parts that depend on time alone change little, where they change fast; rising. What repeats itself or jumps
    /// is left out.
    pub fn steep(&self, end: f64) -> Vec<f64> {
        self.node.steep(end)
    }

    /// Least and greatest value over temperatures from `low` to `high` (K), else at `place`: from 257 evenly
    /// spaced samples and the breakpoints between. NaN where any sample is.
    pub fn bounds_over_temperature(&self, low: f64, high: f64, place: &Place) -> (f64, f64) {
        let at = |temperature: f64| self.eval(&Place { temperature, ..*place });
        if !self.depends_on(Variable::Temperature) {
            let value = self.eval(place);
            return (value, value);
        }
        let samples = (0..=256).map(|i| low + (high - low) * f64::from(i) / 256.0);
        let breaks = self.breakpoints(Variable::Temperature).into_iter().filter(|&b| low < b && b < high);
        samples.chain(breaks).map(at).fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), v| {
            if v.is_nan() || least.is_nan() { (f64::NAN, f64::NAN) } else { (least.min(v), greatest.max(v)) }
        })
    }

    /// The value as a WGSL expression of type `Real` over variables `x`, `y`, `z` and `temperature` (absolute, K)
    /// of type `Real`. Whatever depends on time alone reads `signal(<index>u)`; see [`DeviceCode`] for
    /// what the shader must bring along.
    ///
    /// # Panics
    /// If it reads an array of values ([`Expression::reads_raster`]).
    pub fn wgsl(&self, device: &mut DeviceCode) -> String {
        wgsl::write(&self.node, device, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Expression {
        Expression::parse(text, &Variable::ALL).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    const SOMEWHERE: Place = Place { x: 0.3, y: -1.25, z: 2.0, t: 7.5, temperature: 412.0 };

    #[test]
    fn a_sum_splits_into_what_changes_and_what_does_not() {
        let (fixed, rest) = parse("3 + 2*x - 4*sin(t) + x*t + y^2 - T").split();
        let later = Place { t: 9.0, temperature: 500.0, ..SOMEWHERE };
        assert_eq!(fixed.eval(&SOMEWHERE), fixed.eval(&later));
        assert_eq!(fixed.eval(&SOMEWHERE), 3.0 + 2.0 * 0.3 + 1.25 * 1.25);
        let whole = parse("3 + 2*x - 4*sin(t) + x*t + y^2 - T").eval(&later);
        assert!((fixed.eval(&later) + rest.eval(&later) - whole).abs() < 1e-12 * whole.abs());
        assert_eq!(parse("x*y").split().1.as_constant(), Some(0.0));
        assert_eq!(parse("x*t").split().0.as_constant(), Some(0.0));
    }

    #[test]
    fn folds_the_reference_away() {
        let three_hundred = || Expression::constant(300.0);
        assert_eq!(parse("300 + sin(x)").sub(three_hundred()), parse("sin(x)"));
        assert_eq!(parse("sin(x) + 290 - y + 10").sub(three_hundred()), parse("sin(x) - y"));
        assert_eq!(parse("300*(1 + 0.01*x)").sub(three_hundred()), parse("300*0.01*x"));
        assert_eq!(parse("-(x - 300)").sub(three_hundred()), parse("-x"));
        assert_eq!(parse("if(x < 1, 310, 300)").sub(three_hundred()), parse("if(x < 1, 10, 0)"));
        assert_eq!(parse("max(300, 300 + x)").sub(three_hundred()), parse("max(0, x)"));
        assert_eq!(parse("300 + if(x < 1, 5, 0)").sub(three_hundred()), parse("if(x < 1, 5, 0)"));
        assert_eq!(parse("2*min(150, 150 + x)").sub(three_hundred()), parse("2*min(0, x)"));
        let table = Expression::table(Variable::X, vec![(0.0, 300.0), (1.0, 310.0)]).unwrap();
        let shifted = Expression::table(Variable::X, vec![(0.0, 0.0), (1.0, 10.0)]).unwrap();
        assert_eq!(table.sub(three_hundred()), shifted);
    }

    #[test]
    fn folds_zero_and_one() {
        let f = || parse("sin(x)*T");
        assert_eq!(f().mul(Expression::constant(0.0)).as_constant(), Some(0.0));
        assert_eq!(f().mul(Expression::constant(1.0)), f());
        assert_eq!(f().add(Expression::constant(0.0)), f());
        assert_eq!(parse("2*3 + 4^2 - sqrt(9)").as_constant(), Some(19.0));
    }

    #[test]
    fn algebra_agrees_with_numbers() {
        let list = ["x", "3", "x + 2*y", "x*y*z", "T/3", "if(x<y, x, 2)", "min(x, 3, y)", "-max(x, 2)", "x^3"];
        for a in list {
            for b in list {
                let (p, q) = (parse(a), parse(b));
                let (u, v) = (p.eval(&SOMEWHERE), q.eval(&SOMEWHERE));
                for (got, expected) in [
                    (p.clone().add(q.clone()), u + v),
                    (p.clone().sub(q.clone()), u - v),
                    (p.clone().mul(q.clone()), u * v),
                ] {
                    let got = got.eval(&SOMEWHERE);
                    assert!((got - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{a}, {b}: {got} {expected}");
                }
            }
        }
    }

    #[test]
    fn knows_what_it_depends_on() {
        let e = parse("300 + 20*sin(2*pi*t/86400)");
        assert!(e.depends_on(Variable::Time) && !e.is_spatial() && e.as_constant().is_none());
        assert!(parse("z*T").is_spatial() && parse("z*T").depends_on(Variable::Temperature));
        assert!(!parse("0*x").is_spatial());
    }

    #[test]
    fn knows_when_it_comes_to_rest() {
        assert!(
            parse("if(t < 100, 300 + x, 310)").rests_from(100.0) && !parse("if(t < 100, 300, 310)").rests_from(99.0)
        );
        assert!(
            parse("300 + x").rests_from(0.0) && !parse("sin(t)").rests_from(5.0) && !parse("exp(-t)").rests_from(10.0)
        );
        let held = Expression::held(vec![(0.0, 1.0), (10.0, 2.0)]).unwrap();
        assert!(held.rests_from(10.0) && !held.rests_from(9.0));
    }

    #[test]
    fn finds_breakpoints() {
        let table = Expression::table(Variable::Time, vec![(1.0, 0.0), (2.0, 1.0), (4.0, 0.0)]).unwrap();
        assert_eq!(table.mul(parse("x + (t < 3)")).breakpoints(Variable::Time), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(parse("if(2*t - 1 >= 9 && T < 400, 1, abs(t - 8))").breakpoints(Variable::Time), [5.0, 8.0]);
        assert_eq!(parse("max(t, 4) + (x < t)").breakpoints(Variable::Time), [4.0]);
        assert_eq!(parse("step(2, t)*clamp(t, 3, 6)").breakpoints(Variable::Time), [2.0, 3.0, 6.0]);
    }

    #[test]
    fn bounds_include_table_points() {
        let peak = vec![(300.0, 1.0), (300.001, 9.0), (300.002, 1.0)];
        let table = Expression::table(Variable::Temperature, peak).unwrap();
        assert_eq!(table.bounds_over_temperature(250.0, 777.0, &Place::default()), (1.0, 9.0));
        assert_eq!(parse("x").bounds_over_temperature(1.0, 2.0, &SOMEWHERE), (0.3, 0.3));
        assert!(parse("sqrt(300 - T)").bounds_over_temperature(250.0, 400.0, &SOMEWHERE).0.is_nan());
    }

    #[test]
    fn is_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>() {}
        shared::<Expression>();
    }
}
