//! The scenario as it was written, kept to tell its places of what shows only once it is laid out or run.

use super::document::{Document, Node, Value};
use super::error::{ScenarioError, ScenarioErrors};
use std::sync::Arc;

/// A scenario's text with the places of its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    file: String,
    text: Arc<str>,
    options: Arc<[String]>,
    root: Arc<Node>,
}

impl Written {
    pub(super) fn of(document: &Document) -> Written {
        Written {
            file: document.file.clone(),
            text: Arc::clone(&document.text),
            options: document.options.clone().into(),
            root: Arc::new(document.root.clone()),
        }
    }

    /// The text, as it stands in the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The overrides laid over it.
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Whether a section or key of the top table is given.
    pub fn has(&self, key: &str) -> bool {
        matches!(&self.root.value, Value::Table(entries) if entries.iter().any(|e| e.key == key))
    }

    /// An error of a key, `run.time_step`, at its value; where it was left out, at the table that it would stand in.
    pub fn error(&self, key: &str, message: impl Into<String>, remedy: impl Into<String>) -> ScenarioErrors {
        let mut node = &*self.root;
        for name in key.split('.') {
            let Value::Table(entries) = &node.value else { break };
            let Some(entry) = entries.iter().find(|e| e.key == name) else { break };
            node = &entry.node;
        }
        let error = ScenarioError::at(&self.text, &self.options, &node.origin, key, message.into(), remedy.into());
        ScenarioErrors::new(&self.file, Arc::clone(&self.text), vec![error])
    }
}
