//! `phonon = { spectrum = ... }`: a spectrum by name, from a file, or as a table.

use super::document::{Node, Value};
use super::item::{Bound, Item};
use super::section::Section;
use crate::quantity;
use crate::spectrum::{Spectral, Spectrum, library};
use std::path::Path;

/// Bands that the modes of a branch are gathered into, unless the scenario says otherwise.
const BANDS: usize = 8;
/// K, unless the scenario says otherwise.
const TEMPERATURE: f64 = 300.0;

/// Reads `spectrum` and the keys beside it: `rates`, `temperature` and `bands` (per branch).
pub(super) fn read(spectrum: &Item<'_>, section: &Section<'_>) -> Option<Spectral> {
    let rates = section.get("rates");
    let temperature = section.get("temperature");
    let bands = section.get("bands_of_branch");
    section.finish();
    let kelvin = match temperature {
        Some(item) => item.quantity(quantity::TEMPERATURE, Bound::Temperature)?,
        None => TEMPERATURE,
    };
    let count = match bands {
        Some(item) => item.count(1000)? as usize,
        None => BANDS,
    };
    let rates = match &rates {
        Some(item) => Some(item.text()?),
        None => None,
    };
    match find(spectrum, rates) {
        Ok(found) => Some(Spectral::of_spectrum(found, kelvin, count)),
        Err(message) => {
            spectrum.error(
                message,
                "name a shipped spectrum (\"silicon\", \"germanium\", \"GaAs\"), a TOML file of that form, or write the table itself",
            );
            None
        }
    }
}

fn find(item: &Item<'_>, rates: Option<&str>) -> Result<Spectrum, String> {
    if let Value::Table(_) = item.node.value {
        let toml::Value::Table(table) = plain(item.node) else { unreachable!("a table stays one") };
        return library::from_table("spectrum", table, rates);
    }
    let Value::Text(name) = &item.node.value else {
        return Err(format!("a name or a table is expected, this is {}", item.node.value.kind()));
    };
    if !name.ends_with(".toml") {
        return library::named(name, rates);
    }
    let folder = Path::new(&item.document.file).parent().unwrap_or(Path::new(""));
    let text = std::fs::read_to_string(folder.join(name)).map_err(|e| format!("cannot read {name}: {e}"))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| format!("{name}: {e}"))?;
    library::from_table(name, table, rates).map_err(|e| format!("{name}: {e}"))
}

/// The value without its places.
fn plain(node: &Node) -> toml::Value {
    match &node.value {
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Whole(n) => toml::Value::Integer(*n),
        Value::Real(x) => toml::Value::Float(*x),
        Value::Boolean(is) => toml::Value::Boolean(*is),
        Value::Date => toml::Value::String("a date".to_owned()),
        Value::List(list) => toml::Value::Array(list.iter().map(plain).collect()),
        Value::Table(entries) => toml::Value::Table(entries.iter().map(|e| (e.key.clone(), plain(&e.node))).collect()),
    }
}
