//! A formula's text cut into words.

use super::ExpressionError;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'a> {
    Number(f64),
    Name(&'a str),
    /// An operator, bracket or comma, in its plain spelling.
    Symbol(&'static str),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) span: Range<usize>,
}

/// Spellings and what they mean; longer ones first.
const SYMBOLS: [(&str, &str); 23] = [
    ("&&", "&&"),
    ("||", "||"),
    ("<=", "<="),
    (">=", ">="),
    ("==", "=="),
    ("!=", "!="),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("<", "<"),
    (">", ">"),
    ("!", "!"),
    ("+", "+"),
    ("-", "-"),
    ("−", "-"),
    ("*", "*"),
    ("·", "*"),
    ("×", "*"),
    ("/", "/"),
    ("^", "^"),
    ("(", "("),
    (")", ")"),
    (",", ","),
];

/// What other languages write, and what is written here.
const FOREIGN: [(&str, &str); 6] = [
    ("**", "a power is written `^`, as in `x^2`"),
    ("=", "equality is written `==`"),
    ("&", "\"and\" is written `&&`"),
    ("|", "\"or\" is written `||`, an absolute value `abs(...)`"),
    ("%", "the remainder is written `mod(a, b)`, a percentage as a fraction"),
    ("?", "a choice is written `if(condition, then, otherwise)`"),
];

/// The length of the number at the start of `text`: digits with at most one point, and an exponent if it has digits.
pub(crate) fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExpressionError> {
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let number = number_length(rest);
        let (kind, length) = if number > 0 {
            let value: f64 = rest[..number].parse().expect("digits with a point and an exponent are a number");
            if !value.is_finite() {
                return Err(ExpressionError {
                    span: at..at + number,
                    message: "the number is too large".into(),
                    help: None,
                });
            }
            (Kind::Number(value), number)
        } else if c.is_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Kind::Name(&rest[..length]), length)
        } else if let Some((_, help)) = FOREIGN.iter().find(|(symbol, _)| {
            rest.starts_with(symbol) && !rest.starts_with("==") && !rest.starts_with("&&") && !rest.starts_with("||")
        }) {
            return Err(unexpected(at, c, Some((*help).into())));
        } else if let Some((spelling, meaning)) = SYMBOLS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            (Kind::Symbol(meaning), spelling.len())
        } else {
            return Err(unexpected(at, c, None));
        };
        list.push(Token { kind, span: at..at + length });
        at += length;
    }
    list.push(Token { kind: Kind::End, span: text.len()..text.len() });
    Ok(list)
}

fn unexpected(at: usize, c: char, help: Option<String>) -> ExpressionError {
    ExpressionError {
        span: at..at + c.len_utf8(),
        message: format!("`{}` has no meaning in a formula", c.escape_debug()),
        help,
    }
}
