//! What is wrong with a scenario: every error names the place, the key, the value and the remedy.

use super::document::Origin;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One error of a scenario file or of an option that overrides it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioError {
    /// What is wrong.
    pub message: String,
    /// Dotted path of the key, `region[0].box`; empty where the whole file is meant.
    pub key: String,
    /// The value as written, if there is one.
    pub value: Option<String>,
    /// Line, from 1; `None` where no place in the file is meant.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The `--set` option that gave the value, if one did.
    pub option: Option<String>,
    /// What to do about it.
    pub remedy: String,
    #[serde(skip)]
    span: Option<Range<usize>>,
}

impl ScenarioError {
    /// An error of what was written at a place.
    pub(super) fn at(
        text: &str,
        options: &[String],
        origin: &Origin,
        key: &str,
        message: String,
        remedy: String,
    ) -> ScenarioError {
        match origin {
            Origin::Text(span) if span.is_empty() && span.start == 0 => ScenarioError::of_file(key, message, remedy),
            Origin::Text(span) => ScenarioError::in_text(text, span.clone(), key, message, remedy),
            Origin::Override(number) => ScenarioError::in_option(&options[*number], key, message, remedy),
        }
    }

    /// An error of a place in the text (bytes `span`).
    pub(super) fn in_text(text: &str, span: Range<usize>, key: &str, message: String, remedy: String) -> ScenarioError {
        let span = within(text, span);
        let before = &text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let value = text[span.clone()].lines().next().unwrap_or_default();
        ScenarioError {
            message,
            key: key.to_owned(),
            value: Some(shortened(value)).filter(|v| !v.is_empty()),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before[line_start..].chars().count() + 1),
            option: None,
            remedy,
            span: Some(span),
        }
    }

    /// An error of a value that a `--set` option gave.
    pub(super) fn in_option(option: &str, key: &str, message: String, remedy: String) -> ScenarioError {
        let value = option.split_once('=').map(|(_, v)| shortened(v.trim()));
        ScenarioError { option: Some(option.to_owned()), value, ..ScenarioError::of_file(key, message, remedy) }
    }

    /// An error of the file as a whole.
    pub(super) fn of_file(key: &str, message: String, remedy: String) -> ScenarioError {
        ScenarioError {
            message,
            key: key.to_owned(),
            value: None,
            line: None,
            column: None,
            option: None,
            remedy,
            span: None,
        }
    }

    fn title(&self) -> String {
        if self.key.is_empty() { self.message.clone() } else { format!("{}: {}", self.key, self.message) }
    }
}

/// All that is wrong with a scenario, at least one error.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioErrors {
    /// The file as the user named it.
    pub file: String,
    /// The errors in the order in which they stand in the file; those without a place first.
    pub list: Vec<ScenarioError>,
    text: Arc<str>,
}

impl ScenarioErrors {
    /// Sorted errors of one file.
    pub(super) fn new(file: &str, text: Arc<str>, mut list: Vec<ScenarioError>) -> ScenarioErrors {
        list.sort_by_key(|e| e.span.as_ref().map_or(0, |s| s.start + 1));
        list.dedup();
        ScenarioErrors { file: file.to_owned(), list, text }
    }

    /// What is wrong first, in a line.
    pub fn first_line(&self) -> String {
        self.list.first().map_or_else(String::new, ScenarioError::title)
    }

    /// The errors as a person reads them, each with its line of the file; `colour` for a terminal.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(120);
        let mut out: Vec<String> = self.list.iter().map(|e| self.render_one(&renderer, e)).collect();
        if self.list.len() > 1 {
            out.push(format!("{} errors in {}", self.list.len(), self.file));
        }
        out.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, error: &ScenarioError) -> String {
        let help = Level::HELP.message(error.remedy.as_str());
        let group = Level::ERROR.primary_title(error.title());
        let group = match (&error.span, &error.option) {
            (Some(span), _) => group
                .element(
                    Snippet::source(&*self.text)
                        .path(self.file.as_str())
                        .annotation(AnnotationKind::Primary.span(first_line(&self.text, span))),
                )
                .element(help),
            (None, Some(option)) => {
                let at = option.find('=').map_or(0, |i| i + 1);
                group
                    .element(
                        Snippet::source(option.as_str())
                            .path("option --set")
                            .annotation(AnnotationKind::Primary.span(at..option.len())),
                    )
                    .element(help)
            }
            (None, None) => group.element(annotate_snippets::Origin::path(self.file.as_str())).element(help),
        };
        renderer.render(&[group])
    }

    /// The errors for a program: `{ file, errors: [{ message, key, value, line, column, option, remedy }] }`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "file": self.file, "errors": self.list })
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for ScenarioErrors {}

/// The span cut to the text and to character boundaries.
fn within(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    start..end
}

/// The part of a span on its first line: a table of twenty lines is marked by its first.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let line = text[span.clone()].lines().next().unwrap_or_default();
    span.start..span.start + line.len()
}

fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let mut short: String = value.chars().take(LONGEST).collect();
    short.push_str("...");
    short
}
