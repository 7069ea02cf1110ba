//! Reading a table: known keys are asked for, all others are refused.

use super::document::{Document, Entry, Node, Value};
use super::item::Item;
use crate::nearest::nearest;
use std::cell::RefCell;

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Section<'d> {
    pub item: Item<'d>,
    entries: &'d [Entry],
    known: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<(&'static str, String)>>,
}

impl<'d> Section<'d> {
    pub fn new(item: Item<'d>, entries: &'d [Entry]) -> Section<'d> {
        Section { item, entries, known: RefCell::default(), missing: RefCell::default() }
    }

    /// The document's top table.
    pub fn root(document: &'d Document) -> Section<'d> {
        let entries: &[Entry] = match &document.root.value {
            Value::Table(entries) => entries,
            _ => &[],
        };
        Section::new(Item { document, node: &document.root, path: String::new() }, entries)
    }

    fn path_of(&self, key: &str) -> String {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let key = if plain { key.to_owned() } else { format!("\"{key}\"") };
        if self.item.path.is_empty() { key } else { format!("{}.{key}", self.item.path) }
    }

    fn item_of(&self, key: &str, node: &'d Node) -> Item<'d> {
        Item { document: self.item.document, node, path: self.path_of(key) }
    }

    /// The value of a key, if it is given. Asking makes the key known.
    pub fn get(&self, key: &'static str) -> Option<Item<'d>> {
        if !self.known.borrow().contains(&key) {
            self.known.borrow_mut().push(key);
        }
        self.entries.iter().find(|e| e.key == key).map(|e| self.item_of(key, &e.node))
    }

    /// Whether a key is given. Asking makes the key known.
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// The value of a key that must be given; if it is not, [`Section::finish`] says so with this remedy.
    pub fn require(&self, key: &'static str, remedy: &str) -> Option<Item<'d>> {
        let found = self.get(key);
        if found.is_none() {
            self.missing.borrow_mut().push((key, remedy.to_owned()));
        }
        found
    }

    /// Refuses keys of the language that have no place here; tells whether there were any.
    pub fn later(&self, keys: &[&'static str], reason: &str, remedy: &str) -> bool {
        let mut found = false;
        for &key in keys {
            if let Some(entry) = self.entries.iter().find(|e| e.key == key) {
                let path = self.path_of(key);
                self.item.document.error(&entry.origin, &path, reason.to_owned(), remedy.to_owned());
                self.known.borrow_mut().push(key);
                found = true;
            }
        }
        found
    }

    /// All entries, for tables whose keys are names.
    pub fn entries(&self) -> impl Iterator<Item = (&'d str, Item<'d>)> + '_ {
        self.entries.iter().map(|e| (e.key.as_str(), self.item_of(&e.key, &e.node)))
    }

    /// Notes an error of a key rather than of its value.
    pub fn error_of_key(&self, key: &str, message: impl Into<String>, remedy: impl Into<String>) {
        let entry = self.entries.iter().find(|e| e.key == key);
        let origin = entry.map_or(&self.item.node.origin, |e| &e.origin);
        self.item.document.error(origin, &self.path_of(key), message.into(), remedy.into());
    }

    /// Of keys that exclude each other, the first one given; an error if there are two.
    pub fn one_of(&self, keys: &[&'static str]) -> Option<(&'static str, Item<'d>)> {
        let given: Vec<&'static str> = keys.iter().copied().filter(|&key| self.has(key)).collect();
        if let [first, second, ..] = given[..] {
            self.error_of_key(
                second,
                format!("cannot stand beside `{first}`"),
                format!("keep only one of {}", backticks(&given)),
            );
        }
        let first = *given.first()?;
        self.get(first).map(|item| (first, item))
    }

    /// Refuses the keys that nobody asked for, and tells what is missing. Each section is finished once, when all
    /// its keys have been asked for.
    pub fn finish(&self) {
        let known = self.known.borrow();
        let mut meant = Vec::new();
        for entry in self.entries.iter().filter(|e| !known.contains(&e.key.as_str())) {
            let near = nearest(&entry.key, known.iter().copied());
            meant.extend(near);
            let remedy = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", backticks(&known)),
            };
            self.item.document.error(&entry.origin, &self.path_of(&entry.key), "is no known key".to_owned(), remedy);
        }
        // A key that is missing because it is misspelt is one error, not two.
        for (key, remedy) in self.missing.borrow().iter().filter(|(key, _)| !meant.contains(key)) {
            self.item.document.error(
                &self.item.node.origin,
                &self.path_of(key),
                "is missing".to_owned(),
                remedy.clone(),
            );
        }
    }
}

/// `` `a`, `b` ``.
pub(super) fn backticks(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
