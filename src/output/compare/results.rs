//! Comparing two result directories.

use super::states::{self, same_time};
use super::{CompareError, Comparison, FieldDifference, OneSided, Tallies};
use crate::output::file::{OutputError, read_whole};
use serde_json::{Map, Value};
use std::path::Path;

/// Places that are this part of themselves apart are the same.
const SAME: f64 = 1e-9;

/// Compares two directories.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Comparison, CompareError> {
    let (one, two) = (report(a)?, report(b)?);
    let end = |report: &Map<String, Value>| report.get("time").and_then(|t| t.get("end_s")).and_then(Value::as_f64);
    same_time("the end of the run", end(&one), end(&two))?;
    let cells =
        |report: &Map<String, Value>| report.get("grid").and_then(|g| g.get("cells")).cloned().unwrap_or_default();
    if cells(&one) != cells(&two) {
        let difference = format!("{} cells against {}", cells(&one), cells(&two));
        return Err(CompareError::Grids { place: String::new(), difference });
    }
    let mut tallies = Tallies::default();
    let [fields, others] = [states::of_directory(a)?, states::of_directory(b)?];
    let lacking = [(&fields, "A"), (&others, "B")].into_iter().filter(|(held, _)| held.is_empty());
    let lacking: Vec<&str> = lacking.map(|(_, name)| name).collect();
    states::add(&mut tallies, fields, others)?;
    let mut all = tallies.comparison();
    let who = match lacking[..] {
        [] => None,
        [one] => Some(format!("{one} holds")),
        _ => Some("neither A nor B holds".to_owned()),
    };
    all.note = who.map(|who| no_fields(&who, lacking.len() == 1));
    // A single value has no range of its own: temperatures are held against the range of all, heats against all heats and none.
    let warmth = |key: &str| one.get("temperature").and_then(|t| t.get(key)).and_then(Value::as_f64);
    let warm = warmth("max_K").zip(warmth("min_K")).map_or(0.0, |(max, min)| max - min);
    let heats = ["boundaries", "regions"].into_iter().flat_map(|section| heats(&one, section));
    let [least, most] = heats.fold([0.0_f64; 2], |[least, most], heat| [least.min(heat), most.max(heat)]);
    let heat = most - least;
    for (section, key, range) in
        [("probes", "temperature_K", warm), ("boundaries", "heat_in_W", heat), ("regions", "heat_in_W", heat)]
    {
        all.differences.extend(values(&one, &two, section, key, range)?);
        all.one_sided.extend(lacking_values(&one, &two, section, key, "A"));
        all.one_sided.extend(lacking_values(&two, &one, section, key, "B"));
    }
    if all.differences.is_empty() {
        let text = |r: &Map<String, Value>| r.keys().cloned().collect::<Vec<_>>().join(", ");
        return Err(CompareError::NothingInCommon { a: text(&one), b: text(&two) });
    }
    Ok(all)
}

/// Why no fields were compared, and what helps.
fn no_fields(who: &str, one: bool) -> String {
    let any = if one { "none" } else { "any" };
    format!(
        "no fields to compare: {who} {any} (pictures cannot be compared); run again with formats = [\"vti\"] under [output], or with \"npz\", \"npy\" or \"zarr\""
    )
}

/// The report of a directory, an object.
fn report(directory: &Path) -> Result<Map<String, Value>, OutputError> {
    let path = directory.join("report.json");
    let bytes = read_whole(&path)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(report)) => Ok(report),
        Ok(_) => Err(OutputError::invalid(&path, "it is not the report of a run")),
        Err(error) => Err(OutputError::invalid(&path, error.to_string())),
    }
}

/// Heats of a section, W.
fn heats(report: &Map<String, Value>, section: &str) -> Vec<f64> {
    let entries = report.get(section).and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(_, entry)| entry.get("heat_in_W")?.as_f64()).collect()
}

/// Differences of the values `SECTION.*.KEY` that both reports have.
fn values(
    a: &Map<String, Value>,
    b: &Map<String, Value>,
    section: &str,
    key: &str,
    range: f64,
) -> Result<Vec<FieldDifference>, CompareError> {
    let (Some(one), Some(two)) = (a.get(section).and_then(Value::as_object), b.get(section).and_then(Value::as_object))
    else {
        return Ok(Vec::new());
    };
    let mut differences = Vec::new();
    for (name, value) in one {
        let Some((value, other)) = two.get(name).map(|other| (value, other)) else { continue };
        let (Some(x), Some(y)) = (value.get(key), other.get(key)) else { continue };
        let field = format!("{section}.{name}.{key}");
        same_place(&format!("{section}.{name}"), value, other)?;
        let void = |void, solid| CompareError::Void { place: format!("`{field}`"), void, solid };
        let (x, y) = match (x.as_f64(), y.as_f64()) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => continue, // a probe in void
            (None, Some(_)) => return Err(void("A", "B")),
            (Some(_), None) => return Err(void("B", "A")),
        };
        let difference = (x - y).abs();
        let unit = if key.ends_with("_K") { "K" } else { "W" };
        differences.push(FieldDifference {
            field,
            unit: unit.to_owned(),
            largest: difference,
            rms: difference,
            rms_weight: None,
            range,
            cells: 1,
        });
    }
    Ok(differences)
}

/// The values `SECTION.*.KEY` that report `a` has and `b` has not.
fn lacking_values(
    a: &Map<String, Value>,
    b: &Map<String, Value>,
    section: &str,
    key: &str,
    only_in: &'static str,
) -> Vec<OneSided> {
    let entries =
        |report: &Map<String, Value>| report.get(section).and_then(Value::as_object).cloned().unwrap_or_default();
    let other = entries(b);
    let lacks = |name: &str| other.get(name).and_then(|v| v.get(key)).is_none();
    let mine = entries(a);
    let names = mine.iter().filter(|(name, value)| value.get(key).is_some() && lacks(name));
    names.map(|(name, _)| OneSided { field: format!("{section}.{name}.{key}"), only_in }).collect()
}

fn same_place(what: &str, a: &Value, b: &Value) -> Result<(), CompareError> {
    let place = |v: &Value| -> Vec<f64> {
        v.get("at_m").and_then(Value::as_array).map_or(Vec::new(), |at| at.iter().filter_map(Value::as_f64).collect())
    };
    let (one, two) = (place(a), place(b));
    let size = one.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    if one.len() == two.len() && one.iter().zip(&two).all(|(x, y)| (x - y).abs() <= SAME * size) {
        return Ok(());
    }
    Err(CompareError::Apart { what: what.to_owned(), a: format!("{one:?} m"), b: format!("{two:?} m") })
}
