//! The reference of the scenario file, `docs/scenario.md`: its examples are scenarios, and it names all that the program reads.

use clausius::scenario::{FieldName, Format, Scenario};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn reference() -> String {
    read(&place("docs/scenario.md"))
}

/// Fenced blocks of TOML, each with the number of the line that opens it.
fn examples(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (number, line) in text.lines().enumerate() {
        if is_open && line.trim_end() == "```" {
            is_open = false;
        } else if is_open {
            let (_, block) = found.last_mut().expect("an open block was begun");
            block.push_str(line);
            block.push('\n');
        } else if line.trim_end() == "```toml" {
            is_open = true;
            found.push((number + 1, String::new()));
        }
    }
    assert!(!is_open, "the last block is not closed");
    found
}

/// What stands between double quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// What follows each occurrence of a word.
fn after<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(word).map(move |(at, _)| &text[at + word.len()..])
}

/// The quoted words of each list that a word opens, up to the bracket that closes it.
fn lists<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    after(text, word).flat_map(|rest| quoted(rest.split(']').next().unwrap_or_default()))
}

/// Keys that a reader of the scenario asks for by a literal.
fn asked_for(source: &str) -> BTreeSet<String> {
    let calls = ["get(", "has(", "require(", "plain_key("];
    let single = calls.into_iter().flat_map(|call| after(source, call)).filter_map(|rest| {
        let literal = rest.trim_start().strip_prefix('"')?;
        literal.split('"').next()
    });
    let of_lists = ["one_of(&[", "const SHAPES: [&str; 8] = ["].into_iter().flat_map(|word| lists(source, word));
    single.chain(of_lists).map(str::to_owned).collect()
}

/// All keys that `src/scenario` asks for, with the file that does.
fn keys() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    for entry in fs::read_dir(place("src/scenario")).expect("the sources are here") {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(".rs") || name.ends_with("_tests.rs") {
            continue;
        }
        let source = read(&path);
        let source = source.split("mod tests {").next().unwrap_or_default();
        keys.extend(asked_for(source).into_iter().map(|key| (key, name.clone())));
    }
    keys
}

/// Whether a text names a key: in backticks, as a TOML key, or as a table.
fn names(text: &str, key: &str) -> bool {
    let is_assigned = || {
        text.match_indices(&format!("{key} =")).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    };
    text.contains(&format!("`{key}`"))
        || text.contains(&format!("[{key}]"))
        || text.contains(&format!("[{key}."))
        || is_assigned()
}

#[test]
fn every_example_of_the_reference_is_a_scenario() {
    let mut models = BTreeSet::new();
    for (line, text) in examples(&reference()) {
        let scenario = Scenario::parse(&text, &place("docs/scenario.md"), &[])
            .unwrap_or_else(|errors| panic!("the example at line {line} of docs/scenario.md:\n{errors}"));
        models.insert(scenario.model.name());
    }
    let all = BTreeSet::from(["heat", "phonon", "gas", "thermoelectric", "mixture"]);
    assert_eq!(models, all, "each model has an example");
}

#[test]
fn the_reference_names_every_key_that_the_program_reads() {
    let (text, keys) = (reference(), keys());
    assert!(keys.len() > 140, "the search for keys in src/scenario finds {} only", keys.len());
    let missing: Vec<_> = keys.iter().filter(|(key, _)| !names(&text, key)).collect();
    assert!(missing.is_empty(), "docs/scenario.md does not tell of {missing:?}");
}

#[test]
fn the_reference_names_every_field_format_unit_and_function() {
    let text = reference();
    let units = read(&place("src/quantity/unit.rs"));
    let functions = read(&place("src/expression/functions.rs"));
    let of_one = functions.split("= unary! {").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    let of_more = after(&functions, "name: ").filter_map(|rest| rest.strip_prefix('"')?.split('"').next());

    let formats = Format::ALL.into_iter().map(|(name, _)| format!("`\"{name}\"`"));
    let fields = FieldName::ALL.into_iter().map(|(name, _)| format!("`{name}`"));
    let units: Vec<String> = lists(&units, "(&[").map(|name| format!("`{name}`")).collect();
    let functions: Vec<String> = quoted(of_one).chain(of_more).map(|name| format!("`{name}")).collect();
    assert!(units.len() > 70 && functions.len() > 30, "{} units, {} functions", units.len(), functions.len());
    let missing: Vec<String> =
        formats.chain(fields).chain(units).chain(functions).filter(|name| !text.contains(name)).collect();
    assert!(missing.is_empty(), "docs/scenario.md does not tell of {missing:?}");
}
