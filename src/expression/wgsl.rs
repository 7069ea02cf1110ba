//! A formula as WGSL, and what the shader must bring along for it.

use super::Place;
use super::node::{Binary, Many, Node, Unary};
use super::table::Table;
use super::{Expression, Variable};

/// WGSL text of the functions that emitted formulas call, besides those of [`Functions`]. Needs the alias `Real`.
pub const LIBRARY: &str = include_str!("../../shaders/lib/functions.wgsl");

/// What emitted formulas refer to. A shader that contains them has, once: the alias `Real`, [`LIBRARY`], the text
/// of `functions`, and a function `signal(index: u32) -> Real` that reads the numbers of `signals`.
#[derive(Debug, Clone, Default)]
pub struct DeviceCode {
    /// Parts that depend on time alone.
    pub signals: Signals,
    /// Helper functions.
    pub functions: Functions,
}

/// The parts of formulas that depend on time alone, each once: evaluated on the host in f64, read on
/// the device as `signal(index)`.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    list: Vec<Expression>,
}

impl Signals {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their values at time `t` (s), in the order of their index.
    pub fn values(&self, t: f64) -> Vec<f64> {
        let place = Place { t, ..Place::default() };
        self.list.iter().map(|signal| signal.eval(&place)).collect()
    }

    fn index(&mut self, node: Node) -> usize {
        let signal = Expression::new(node);
        self.list.iter().position(|known| *known == signal).unwrap_or_else(|| {
            self.list.push(signal);
            self.list.len() - 1
        })
    }
}

/// Helper functions that emitted formulas call: tables, whole powers and pieces of deep formulas,
/// each once.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    tables: Vec<Table>,
    powers: Vec<i32>,
    parts: Vec<String>,
}

impl Functions {
    /// Their WGSL text.
    pub fn text(&self) -> String {
        let powers = self.powers.iter().map(|&exponent| power_function(exponent));
        let tables = self.tables.iter().enumerate().map(|(index, table)| table_function(index, table));
        let parts = self.parts.iter().enumerate().map(|(index, text)| {
            format!(
                "fn part_{index}(x: Real, y: Real, z: Real, temperature: Real) -> Real {{\n    return {text};\n}}\n"
            )
        });
        powers.chain(tables).chain(parts).collect::<Vec<_>>().join("\n")
    }

    fn power(&mut self, exponent: i32) -> String {
        if !self.powers.contains(&exponent) {
            self.powers.push(exponent);
        }
        power_name(exponent)
    }

    /// A piece of a deep formula.
    fn part(&mut self, text: String) -> String {
        let index = self.parts.iter().position(|known| *known == text).unwrap_or_else(|| {
            self.parts.push(text);
            self.parts.len() - 1
        });
        format!("part_{index}(x, y, z, temperature)")
    }

    fn table(&mut self, table: &Table) -> String {
        let index = self.tables.iter().position(|known| known == table).unwrap_or_else(|| {
            self.tables.push(table.clone());
            self.tables.len() - 1
        });
        format!("table_{index}")
    }
}

fn power_name(exponent: i32) -> String {
    let sign = if exponent < 0 { "minus_" } else { "" };
    format!("power_{sign}{}", exponent.unsigned_abs())
}

/// Repeated squaring.
fn power_function(exponent: i32) -> String {
    let n = exponent.unsigned_abs();
    let mut text = format!("fn {}(v1: Real) -> Real {{\n", power_name(exponent));
    let mut factors = Vec::new();
    let mut bit = 1;
    while bit <= n {
        if bit > 1 {
            text.push_str(&format!("    let v{bit} = v{half} * v{half};\n", half = bit / 2));
        }
        if n & bit != 0 {
            factors.push(format!("v{bit}"));
        }
        bit *= 2;
    }
    let product = factors.join(" * ");
    let value = if exponent < 0 { format!("1.0 / ({product})") } else { product };
    text.push_str(&format!("    return {value};\n}}\n"));
    text
}

/// A binary search written out.
fn table_function(index: usize, table: &Table) -> String {
    let (a, v) = (table.abscissae(), table.values());
    let last = a.len() - 1;
    let mut text = format!("fn table_{index}(v: Real) -> Real {{\n");
    text.push_str(&format!("    if v <= {} {{ return {}; }}\n", literal(a[0]), literal(v[0])));
    text.push_str(&format!("    if v >= {} {{ return {}; }}\n", literal(a[last]), literal(v[last])));
    segments(table, 0, last, 1, &mut text);
    text.push_str("}\n");
    text
}

/// The segments between two points, of which there is at least one.
fn segments(table: &Table, low: usize, high: usize, depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    let (a, v) = (table.abscissae(), table.values());
    if high - low <= 1 {
        let slope = if high > low { (v[high] - v[low]) / (a[high] - a[low]) } else { 0.0 };
        text.push_str(&format!(
            "{indent}return {} + {} * (v - {});\n",
            literal(v[low]),
            literal(slope),
            literal(a[low])
        ));
        return;
    }
    let middle = low.midpoint(high);
    text.push_str(&format!("{indent}if v < {} {{\n", literal(a[middle])));
    segments(table, low, middle, depth + 1, text);
    text.push_str(&format!("{indent}}} else {{\n"));
    segments(table, middle, high, depth + 1, text);
    text.push_str(&format!("{indent}}}\n"));
}

/// A number as WGSL, within the range of f32; a negative one in brackets.
fn literal(value: f64) -> String {
    let limit = f64::from(f32::MAX);
    let value = value.clamp(-limit, limit);
    // `{:?}` always has a point or an exponent.
    if value < 0.0 { format!("({value:?})") } else { format!("{:?}", value.abs()) }
}

/// Joins texts two by two, so that a long list nests no deeper than its logarithm.
fn balanced(mut texts: Vec<String>, join: &dyn Fn(String, String) -> String) -> String {
    match texts.len() {
        1 => texts.remove(0),
        n => {
            let right = texts.split_off(n.div_ceil(2));
            join(balanced(texts, join), balanced(right, join))
        }
    }
}

/// Levels of the tree in one text. WGSL readers limit nesting, naga to 200 steps of its parser, of which a
/// level takes four at most and a long list some more; what is deeper becomes a function of its own.
const DEEPEST: usize = 16;

/// The formula; an operand of any operator as it stands.
pub(super) fn write(node: &Node, device: &mut DeviceCode, level: usize) -> String {
    let time = Variable::Time.bit();
    if node.variables() == time {
        return signal(node.clone(), device);
    }
    if level >= DEEPEST && node.children().next().is_some() {
        let text = write(node, device, 0);
        return device.functions.part(text);
    }
    let below = level + 1;
    match node {
        Node::Constant(value) => literal(*value),
        Node::Variable(variable) => name(*variable).to_owned(),
        Node::Table(table) => format!("{}({})", device.functions.table(table), name(table.variable())),
        Node::Raster(_) => panic!("an array of values has no text in WGSL"),
        Node::Sum { constant, terms } => sum(*constant, terms, device, below),
        Node::Many(Many::All | Many::Any, _)
        | Node::Unary(Unary::Not, _)
        | Node::Binary(Binary::Less | Binary::LessEqual | Binary::Equal | Binary::NotEqual, _) => {
            format!("select(Real(0.0), Real(1.0), {})", condition(node, device, level))
        }
        Node::Many(function, list) => {
            let (timed, rest): (Vec<_>, Vec<_>) = list.iter().partition(|part| part.variables() == time);
            let mut texts: Vec<String> = rest.into_iter().map(|part| write(part, device, below)).collect();
            if !timed.is_empty() {
                texts.push(signal(Node::many(*function, timed.into_iter().cloned()), device));
            }
            balanced(texts, &|a, b| match function {
                Many::Min => format!("min({a}, {b})"),
                Many::Max => format!("max({a}, {b})"),
                _ => format!("({a} * {b})"),
            })
        }
        Node::Unary(function, a) => unary(*function, &write(a, device, below)),
        Node::Binary(function, pair) => {
            let [a, b] = [write(&pair[0], device, below), write(&pair[1], device, below)];
            match function {
                Binary::Quotient => format!("({a} / {b})"),
                Binary::Power => format!("real_power({a}, {b})"),
                Binary::Atan2 => format!("atan2({a}, {b})"),
                _ => format!("modulo({a}, {b})"),
            }
        }
        Node::Power(base, exponent) => {
            let base = write(base, device, below);
            format!("{}({base})", device.functions.power(*exponent))
        }
        Node::If(parts) => {
            let holds = condition(&parts[0], device, below);
            let [then, otherwise] = [write(&parts[1], device, below), write(&parts[2], device, below)];
            format!("select(Real({otherwise}), Real({then}), {holds})")
        }
    }
}

fn name(variable: Variable) -> &'static str {
    match variable {
        Variable::X => "x",
        Variable::Y => "y",
        Variable::Z => "z",
        Variable::Time => "t",
        Variable::Temperature => "temperature",
    }
}

fn signal(node: Node, device: &mut DeviceCode) -> String {
    format!("signal({}u)", device.signals.index(node))
}

fn sum(constant: f64, terms: &[(f64, Node)], device: &mut DeviceCode, level: usize) -> String {
    let (timed, rest): (Vec<_>, Vec<_>) = terms.iter().partition(|(_, term)| term.variables() == Variable::Time.bit());
    let mut texts = Vec::new();
    if !timed.is_empty() {
        texts.push(signal(Node::Sum { constant, terms: timed.into_iter().cloned().collect() }, device));
    } else if constant != 0.0 {
        texts.push(literal(constant));
    }
    for (factor, term) in rest {
        let text = write(term, device, level);
        texts.push(match *factor {
            1.0 => text,
            -1.0 => format!("(-{text})"),
            factor => format!("{} * {text}", literal(factor)),
        });
    }
    format!(
        "({})",
        balanced(texts, &|a, b| if a.len() + b.len() > 400 { format!("({a}) + ({b})") } else { format!("{a} + {b}") })
    )
}

fn unary(function: Unary, v: &str) -> String {
    let name = match function {
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Sinh => "sinh",
        Unary::Cosh => "cosh",
        Unary::Tanh => "bounded_tanh",
        Unary::Exp => "exp",
        Unary::Log => "log",
        Unary::Log10 => return format!("(log({v}) * {:?})", std::f64::consts::LOG10_E),
        Unary::Log2 => "log2",
        Unary::Sqrt => "sqrt",
        Unary::Cbrt => "cube_root",
        Unary::Abs => "abs",
        Unary::Floor => "floor",
        Unary::Ceil => "ceil",
        Unary::Round => "round_half_away",
        Unary::Sign => "sign",
        Unary::Erf => "error_function",
        Unary::Erfc => "error_function_complement",
        Unary::Not => return format!("select(Real(0.0), Real(1.0), {v} == 0.0)"),
    };
    format!("{name}({v})")
}

/// Whether the node is not zero, as a WGSL `bool` in brackets.
fn condition(node: &Node, device: &mut DeviceCode, level: usize) -> String {
    let below = level + 1;
    if level >= DEEPEST || node.variables() == Variable::Time.bit() {
        return format!("({} != 0.0)", write(node, device, below));
    }
    match node {
        Node::Binary(function @ (Binary::Less | Binary::LessEqual | Binary::Equal | Binary::NotEqual), pair) => {
            let [a, b] = [write(&pair[0], device, below), write(&pair[1], device, below)];
            let symbol = match function {
                Binary::Less => "<",
                Binary::LessEqual => "<=",
                Binary::Equal => "==",
                _ => "!=",
            };
            format!("({a} {symbol} {b})")
        }
        Node::Unary(Unary::Not, a) => format!("(!{})", condition(a, device, below)),
        Node::Many(function @ (Many::All | Many::Any), list) => {
            let symbol = if *function == Many::All { "&&" } else { "||" };
            let texts = list.iter().map(|part| condition(part, device, below)).collect();
            balanced(texts, &|a, b| format!("({a} {symbol} {b})"))
        }
        _ => format!("({} != 0.0)", write(node, device, below)),
    }
}

#[cfg(all(test, feature = "gpu"))]
mod tests;
