//! The reader of formulas: precedence climbing over a list of tokens.

use super::functions::{self, Arity};
use super::node::{Binary, Many, Node, Unary};
use super::token::{Kind, Token, tokens};
use super::{ExpressionError, Variable};
use crate::nearest::nearest;
use std::ops::Range;

/// Longest formula, bytes. Longer data belongs in a table.
const LONGEST: usize = 10_000;

/// Deepest nesting of brackets, signs and powers.
const DEEPEST: usize = 100;

pub(super) fn parse(text: &str, allowed: &[Variable]) -> Result<Node, ExpressionError> {
    if text.len() > LONGEST {
        return Err(ExpressionError {
            span: 0..text.len(),
            message: format!("the formula has {} bytes; the limit is {LONGEST}", text.len()),
            help: Some("give long data as a table".into()),
        });
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, allowed };
    if parser.peek().kind == Kind::End {
        return Err(ExpressionError { span: 0..text.len(), message: "the formula is empty".into(), help: None });
    }
    let node = parser.expression(Binding::Or)?;
    match parser.peek().kind {
        Kind::End if node.is_finite() => Ok(node),
        Kind::End => Err(not_finite(0..text.len())),
        _ => Err(parser.unexpected("an operator")),
    }
}

/// How strongly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Comparison,
    Sum,
    Product,
}

fn binding(symbol: &str) -> Option<Binding> {
    Some(match symbol {
        "||" => Binding::Or,
        "&&" => Binding::And,
        "<" | "<=" | ">" | ">=" | "==" | "!=" => Binding::Comparison,
        "+" | "-" => Binding::Sum,
        "*" | "/" => Binding::Product,
        _ => return None,
    })
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    allowed: &'a [Variable],
}

impl<'a> Parser<'a> {
    /// The next token; the list ends with [`Kind::End`], which is never passed.
    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    fn is_next(&self, symbol: &str) -> bool {
        matches!(self.peek().kind, Kind::Symbol(s) if s == symbol)
    }

    /// From the start of one token to the end of the one last read.
    fn since(&self, start: usize) -> Range<usize> {
        start..self.tokens[self.at.saturating_sub(1)].span.end.max(start)
    }

    fn unexpected(&self, expected: &str) -> ExpressionError {
        let token = self.peek();
        let before = self.at.checked_sub(1).map(|i| &self.tokens[i]);
        let after_value = before.is_some_and(|t| matches!(t.kind, Kind::Number(_) | Kind::Name(_) | Kind::Symbol(")")));
        let (message, help) = match token.kind {
            Kind::End => (format!("the formula ends where {expected} is expected"), None),
            Kind::Symbol(symbol) => {
                let help = (symbol == "(" && after_value).then(|| "a product is written with `*`".to_owned());
                (format!("expected {expected}, found `{symbol}`"), help)
            }
            Kind::Number(_) => (format!("expected {expected}, found a number"), None),
            Kind::Name(name) if after_value => {
                let help = if name.starts_with('_') {
                    "digits are written without `_` between them".into()
                } else if is_known(name) {
                    format!("a product is written with `*`, as in `2*{name}`")
                } else {
                    "a formula has plain SI numbers; only a single value can have a unit".into()
                };
                (format!("expected {expected}, found `{name}`"), Some(help))
            }
            Kind::Name(name) => (format!("expected {expected}, found `{name}`"), None),
        };
        ExpressionError { span: token.span.clone(), message, help }
    }

    fn deeper(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ExpressionError {
                span: self.peek().span.clone(),
                message: format!("the formula is nested more than {DEEPEST} deep"),
                help: None,
            });
        }
        Ok(())
    }

    /// A formula within brackets.
    fn inner(&mut self) -> Result<Node, ExpressionError> {
        self.deeper()?;
        let node = self.expression(Binding::Or)?;
        self.depth -= 1;
        Ok(node)
    }

    /// Operands joined by operators that bind at least as strongly as `least`.
    fn expression(&mut self, least: Binding) -> Result<Node, ExpressionError> {
        let start = self.peek().span.start;
        let mut left = self.signed()?;
        let mut compared = false;
        while let Kind::Symbol(symbol) = self.peek().kind {
            let Some(strength) = binding(symbol).filter(|&strength| strength >= least) else { break };
            if strength == Binding::Comparison && std::mem::replace(&mut compared, true) {
                return Err(ExpressionError {
                    span: self.peek().span.clone(),
                    message: "comparisons cannot be chained".into(),
                    help: Some("join them, as in `a < b && b < c`".into()),
                });
            }
            compared = strength == Binding::Comparison;
            let operator = self.next().span;
            let right = match strength {
                Binding::Or => self.expression(Binding::And),
                Binding::And => self.expression(Binding::Comparison),
                Binding::Comparison => self.expression(Binding::Sum),
                Binding::Sum => self.expression(Binding::Product),
                Binding::Product => self.signed(),
            }?;
            if symbol == "/" && right.as_constant() == Some(0.0) {
                return Err(ExpressionError { span: operator, message: "division by zero".into(), help: None });
            }
            left = join(symbol, left, right);
            self.check(&left, start)?;
        }
        Ok(left)
    }

    /// Refuses a constant that is not finite, where it arises.
    fn check(&self, node: &Node, start: usize) -> Result<(), ExpressionError> {
        match node.as_constant() {
            Some(value) if !value.is_finite() => Err(not_finite(self.since(start))),
            _ => Ok(()),
        }
    }

    /// An operand with its signs.
    fn signed(&mut self) -> Result<Node, ExpressionError> {
        let Kind::Symbol(symbol @ ("-" | "+" | "!")) = self.peek().kind else { return self.power() };
        self.next();
        self.deeper()?;
        let node = self.signed()?;
        self.depth -= 1;
        Ok(match symbol {
            "-" => node.scaled(-1.0),
            "!" => Node::unary(Unary::Not, node),
            _ => node,
        })
    }

    fn power(&mut self) -> Result<Node, ExpressionError> {
        let start = self.peek().span.start;
        let base = self.operand()?;
        if !self.is_next("^") {
            return Ok(base);
        }
        self.next();
        self.deeper()?;
        let exponent = self.signed()?;
        self.depth -= 1;
        let node = Node::binary(Binary::Power, base, exponent);
        self.check(&node, start)?;
        Ok(node)
    }

    fn operand(&mut self) -> Result<Node, ExpressionError> {
        match self.peek().kind {
            Kind::Number(value) => {
                self.next();
                Ok(Node::Constant(value))
            }
            Kind::Symbol("(") => {
                self.next();
                let node = self.inner()?;
                self.close()?;
                Ok(node)
            }
            Kind::Name(name) => {
                let span = self.next().span;
                self.named(name, span)
            }
            _ => Err(self.unexpected("a number, a name or `(`")),
        }
    }

    fn close(&mut self) -> Result<(), ExpressionError> {
        if !self.is_next(")") {
            return Err(self.unexpected("an operator or `)`"));
        }
        self.next();
        Ok(())
    }

    fn named(&mut self, name: &str, span: Range<usize>) -> Result<Node, ExpressionError> {
        if let Some(function) = functions::find(name) {
            if !self.is_next("(") {
                return Err(ExpressionError {
                    span,
                    message: format!("`{name}` is a function"),
                    help: Some(format!("write `{}`", function.usage)),
                });
            }
            return self.call(function, span);
        }
        if name == "pi" || name == "π" {
            return Ok(Node::Constant(std::f64::consts::PI));
        }
        match Variable::ALL.into_iter().find(|v| v.symbol() == name) {
            Some(variable) if self.allowed.contains(&variable) => Ok(Node::Variable(variable)),
            Some(_) => Err(ExpressionError {
                span,
                message: format!("the value cannot depend on `{name}`"),
                help: Some(self.what_is_allowed()),
            }),
            None => Err(self.unknown(name, span)),
        }
    }

    fn what_is_allowed(&self) -> String {
        let symbols: Vec<String> = self.allowed.iter().map(|v| format!("`{}`", v.symbol())).collect();
        match symbols.as_slice() {
            [] => "it is a plain number: no variable is allowed here".into(),
            [one] => format!("only {one} is allowed here"),
            [rest @ .., last] => format!("allowed here: {} and {last}", rest.join(", ")),
        }
    }

    fn unknown(&self, name: &str, span: Range<usize>) -> ExpressionError {
        let help = match name {
            "e" | "E" => Some("Euler's number is `exp(1)`".to_owned()),
            "time" => Some("time is `t`".into()),
            "temperature" | "Temperature" => Some("temperature is `T`".into()),
            "and" => Some("\"and\" is written `&&`".into()),
            "or" => Some("\"or\" is written `||`".into()),
            "not" => Some("\"not\" is written `!`".into()),
            "arcsin" | "arccos" | "arctan" => Some(format!("write `{}`", name.replacen("arc", "a", 1))),
            _ => {
                let variables = self.allowed.iter().map(|v| v.symbol());
                let names = functions::all().map(|f| f.name).chain(["pi"]);
                let near = if self.is_next("(") { nearest(name, names) } else { nearest(name, names.chain(variables)) };
                near.map(|known| format!("did you mean `{known}`?"))
            }
        };
        let (what, known) = if self.is_next("(") {
            let functions: Vec<&str> = functions::all().map(|f| f.name).collect();
            ("unknown function", format!("functions: {}", functions.join(", ")))
        } else {
            ("unknown name", self.what_is_allowed())
        };
        ExpressionError { span, message: format!("{what} `{name}`"), help: Some(help.unwrap_or(known)) }
    }

    fn call(&mut self, function: &functions::Function, name: Range<usize>) -> Result<Node, ExpressionError> {
        self.next();
        let mut arguments = Vec::new();
        if !self.is_next(")") {
            arguments.push(self.inner()?);
            while self.is_next(",") {
                self.next();
                arguments.push(self.inner()?);
            }
        }
        self.close()?;
        let span = self.since(name.start);
        if !function.arity.admits(arguments.len()) {
            let expected = match function.arity {
                Arity::Exactly(1) => "one argument".to_owned(),
                Arity::Exactly(n) => format!("{n} arguments"),
                Arity::AtLeast(n) => format!("at least {n} arguments"),
            };
            return Err(ExpressionError {
                span,
                message: format!("`{}` takes {expected}, not {}", function.name, arguments.len()),
                help: Some(format!("write `{}`", function.usage)),
            });
        }
        let node = (function.build)(arguments);
        self.check(&node, name.start)?;
        Ok(node)
    }
}

fn is_known(name: &str) -> bool {
    name == "pi" || functions::find(name).is_some() || Variable::ALL.iter().any(|v| v.symbol() == name)
}

fn not_finite(span: Range<usize>) -> ExpressionError {
    ExpressionError { span, message: "this is not a finite number".into(), help: None }
}

fn join(symbol: &str, a: Node, b: Node) -> Node {
    match symbol {
        "||" => Node::many(Many::Any, [a, b]),
        "&&" => Node::many(Many::All, [a, b]),
        "<" => Node::binary(Binary::Less, a, b),
        "<=" => Node::binary(Binary::LessEqual, a, b),
        ">" => Node::binary(Binary::Less, b, a),
        ">=" => Node::binary(Binary::LessEqual, b, a),
        "==" => Node::binary(Binary::Equal, a, b),
        "!=" => Node::binary(Binary::NotEqual, a, b),
        "+" => a.plus(b),
        "-" => a.plus(b.scaled(-1.0)),
        "*" => a.times(b),
        _ => a.over(b),
    }
}

#[cfg(test)]
mod tests;
