//! The scenario's text as a tree whose every key and value knows where it was written.

use super::error::{ScenarioError, ScenarioErrors};
use crate::grid::Grid;
use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Where a key or a value was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    /// Bytes of the file.
    Text(Range<usize>),
    /// The `--set` option of that number.
    Override(usize),
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub origin: Origin,
    pub value: Value,
}

/// A TOML value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Real(f64),
    Boolean(bool),
    Date,
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key of a table with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    pub origin: Origin,
    pub node: Node,
}

impl Value {
    /// What it is, with an article.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a string",
            Value::Whole(_) => "a whole number",
            Value::Real(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// A read document, and what was found wrong with it so far.
#[derive(Debug)]
pub(super) struct Document {
    pub file: String,
    pub text: Arc<str>,
    pub options: Vec<String>,
    pub root: Node,
    /// What the scenario is laid on, once its `[grid]` is read.
    pub grid: OnceCell<Grid>,
    errors: RefCell<Vec<ScenarioError>>,
    warnings: RefCell<Vec<String>>,
}

impl Document {
    /// Reads a TOML text and lays the overrides over it.
    ///
    /// # Errors
    /// Everything that is no TOML, and every override that has no place to go.
    pub fn parse(text: &str, file: &str, overrides: &[String]) -> Result<Document, ScenarioErrors> {
        let (table, faults) = DeTable::parse_recoverable(text);
        let text: Arc<str> = Arc::from(text);
        if !faults.is_empty() {
            return Err(ScenarioErrors::new(file, Arc::clone(&text), syntax_errors(&text, &faults)));
        }
        let place = |span: Range<usize>| Origin::Text(span);
        let root = Node { origin: Origin::Text(0..0), value: convert_table(table.get_ref(), &place) };
        let document = Document {
            file: file.to_owned(),
            text,
            options: overrides.to_vec(),
            root,
            grid: OnceCell::new(),
            errors: RefCell::default(),
            warnings: RefCell::default(),
        };
        document.with_overrides()
    }

    fn with_overrides(mut self) -> Result<Document, ScenarioErrors> {
        let mut root = self.root.clone();
        for (number, option) in self.options.iter().enumerate() {
            if let Err(error) = super::overrides::apply(&mut root, option, number) {
                self.errors.borrow_mut().push(*error);
            }
        }
        self.root = root;
        self.outcome()?;
        Ok(self)
    }

    /// Notes an error.
    pub fn error(&self, origin: &Origin, key: &str, message: String, remedy: String) {
        let error = ScenarioError::at(&self.text, &self.options, origin, key, message, remedy);
        self.errors.borrow_mut().push(error);
    }

    /// Notes something that the user should know and that stops nothing.
    pub fn warn(&self, warning: String) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Whether an error was noted.
    pub fn is_broken(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    /// The errors so far, if there are any.
    pub fn outcome(&self) -> Result<(), ScenarioErrors> {
        let errors = self.errors.borrow();
        if errors.is_empty() {
            return Ok(());
        }
        Err(ScenarioErrors::new(&self.file, Arc::clone(&self.text), errors.clone()))
    }

    /// The warnings so far.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }
}

/// Converts the parser's value; `place` says where a byte range of it comes from.
pub(super) fn convert(value: &DeValue<'_>, place: &dyn Fn(Range<usize>) -> Origin) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(whole) => Value::Whole(whole),
            Err(_) => Value::Real(digits.as_str().parse().unwrap_or(f64::INFINITY)),
        },
        DeValue::Float(digits) => Value::Real(digits.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(is) => Value::Boolean(*is),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => Value::List(
            list.iter().map(|v| Node { origin: place(v.span()), value: convert(v.get_ref(), place) }).collect(),
        ),
        DeValue::Table(table) => convert_table(table, place),
    }
}

fn convert_table(table: &DeTable<'_>, place: &dyn Fn(Range<usize>) -> Origin) -> Value {
    let mut entries: Vec<(usize, Entry)> = table
        .iter()
        .map(|(key, value)| {
            let node = Node { origin: place(value.span()), value: convert(value.get_ref(), place) };
            (key.span().start, Entry { key: key.get_ref().to_string(), origin: place(key.span()), node })
        })
        .collect();
    entries.sort_by_key(|(start, _)| *start);
    Value::Table(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// The parser's errors less those that only follow from an earlier one: an open bracket makes every line below it
/// wrong.
fn syntax_errors(text: &str, faults: &[toml::de::Error]) -> Vec<ScenarioError> {
    const FARTHEST: usize = 3;
    const MOST: usize = 5;
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut kept: Vec<ScenarioError> = Vec::new();
    let mut last = None;
    // What is no scenario at all has one in every line.
    for fault in faults {
        let start = fault.span().map_or(0, |span| span.start);
        let line = ends.partition_point(|end| *end < start);
        if last.is_none_or(|last: usize| line.abs_diff(last) > FARTHEST) {
            kept.push(syntax_error(text, fault));
        }
        if kept.len() == MOST {
            break;
        }
        last = Some(line);
    }
    kept
}

fn syntax_error(text: &str, fault: &toml::de::Error) -> ScenarioError {
    let span = fault.span().unwrap_or(0..0);
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    let key = if is_plain(key) { key } else { "" };
    let key = match table_of(&text[..line_start]) {
        Some(table) if !key.is_empty() => format!("{table}.{key}"),
        _ => key.to_owned(),
    };
    let message = format!("this is no TOML: {}", fault.message());
    let remedy = if fault.message().contains("duplicate") {
        "give each key once in its table; remove or rename one of the two"
    } else if fault.message().contains("array") {
        "put commas between the entries of a list and close it with ], perhaps on a line above"
    } else {
        "write one `key = value` a line, with text and units in quotes (\"5 mm\"), lists as [1, 2] and tables as [name] or { key = value }"
    };
    ScenarioError::in_text(text, span, &key, message, remedy.to_owned())
}

/// Whether it is a key without quotes, or several with points between.
fn is_plain(key: &str) -> bool {
    key.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// The path of the table that is open at the end of a text: `grid` below `[grid]`, `region[1]` below the second `[[region]]`.
fn table_of(before: &str) -> Option<String> {
    let heading = |line: &str| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let list =
            line.strip_prefix("[[").and_then(|line| line.strip_suffix("]]")).map(|name| (name.trim().to_owned(), true));
        let table = || line.strip_prefix('[')?.strip_suffix(']').map(|name| (name.trim().to_owned(), false));
        list.or_else(table).filter(|(name, _)| !name.is_empty() && is_plain(name))
    };
    let (name, list) = before.lines().rev().find_map(heading)?;
    if !list {
        return Some(name);
    }
    let count = before.lines().filter_map(heading).filter(|(other, list)| *list && *other == name).count();
    Some(format!("{name}[{}]", count - 1))
}
