//! Comparing two result directories.

use super::{CompareError, Comparison, Content, FieldDifference, OneSided, Tallies, state_name};
use crate::output::file::{OutputError, read_whole};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Times and places that are this part of themselves apart are the same.
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
    let (pairs, lacking) = pairs(states(a)?, states(b)?)?;
    lacking.iter().for_each(|state| tallies.alone(&state.field, state.only_in));
    for (name, a, b) in pairs {
        let (a, b) = (Content::read(&a)?, Content::read(&b)?);
        same_time(&name, a.time(), b.time())?;
        tallies.add(&a, &b, &format!("{name}: "))?;
    }
    let mut all = tallies.comparison();
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

fn same_time(what: &str, a: Option<f64>, b: Option<f64>) -> Result<(), CompareError> {
    match (a, b) {
        (Some(a), Some(b)) if (a - b).abs() > SAME * a.abs().max(b.abs()) => {
            Err(CompareError::Apart { what: what.to_owned(), a: format!("t = {a} s"), b: format!("t = {b} s") })
        }
        _ => Ok(()),
    }
}

/// Name and number of a state.
type Key = (String, Option<u64>);

/// The states of a directory.
#[derive(Default)]
struct States {
    /// All fields in one file.
    frames: BTreeMap<Key, PathBuf>,
    /// One field to a file.
    arrays: BTreeMap<Key, PathBuf>,
}

fn states(directory: &Path) -> Result<States, OutputError> {
    let fields = directory.join("fields");
    let mut states = States::default();
    if !fields.exists() {
        return Ok(states);
    }
    let failed = |e| OutputError::new(&fields, "read", e);
    for entry in fields.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let group = match path.extension().and_then(|e| e.to_str()) {
            Some("vti" | "vtr") => &mut states.frames,
            Some("npy") => &mut states.arrays,
            _ => continue,
        };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (name, number) = state_name(&stem);
        group.insert((name.to_owned(), number), path);
    }
    Ok(states)
}

/// Files of the same state, frames where both have them, else arrays; and the states that only one has.
type Pairs = (Vec<(String, PathBuf, PathBuf)>, Vec<OneSided>);

fn pairs(a: States, b: States) -> Result<Pairs, CompareError> {
    let frames = !a.frames.is_empty() && !b.frames.is_empty();
    let names = |s: &States| {
        let all: Vec<_> = s.frames.values().chain(s.arrays.values()).filter_map(|p| p.file_name()).collect();
        let some = all.iter().take(4).map(|n| n.to_string_lossy()).collect::<Vec<_>>().join(", ");
        if all.len() > 4 { format!("{some}, ...") } else { some }
    };
    let empty = |s: &States| s.frames.is_empty() && s.arrays.is_empty();
    let either = empty(&a) || empty(&b); // the report alone is compared
    let nothing = CompareError::NothingInCommon { a: names(&a), b: names(&b) };
    let (one, two) = if frames { (a.frames, b.frames) } else { (a.arrays, b.arrays) };
    let single = |group: &BTreeMap<Key, PathBuf>| group.keys().all(|(_, number)| number.is_none());
    let (one, two) = match (single(&one), single(&two)) {
        (true, false) => (one, last(two)),
        (false, true) => (last(one), two),
        _ => (one, two),
    };
    let text = |(name, number): &Key| number.map_or(name.clone(), |n| format!("{name}_{n:04}"));
    let lacking = |a: &BTreeMap<Key, PathBuf>, b: &BTreeMap<Key, PathBuf>, only_in| {
        let keys = a.keys().filter(|key| !b.contains_key(key));
        keys.map(|key| OneSided { field: text(key), only_in }).collect::<Vec<_>>()
    };
    let lacking = [lacking(&one, &two, "A"), lacking(&two, &one, "B")].concat();
    let mut pairs: Vec<(Key, PathBuf, PathBuf)> = one
        .into_iter()
        .filter_map(|(key, path)| two.get(&key).map(|other| (key.clone(), path, other.clone())))
        .collect();
    pairs.sort_by_key(|((_, number), ..)| *number);
    if pairs.is_empty() && !either {
        return Err(nothing);
    }
    Ok((pairs.into_iter().map(|(key, a, b)| (text(&key), a, b)).collect(), lacking))
}

/// Only the last state, as a single one.
fn last(group: BTreeMap<Key, PathBuf>) -> BTreeMap<Key, PathBuf> {
    let last = group.keys().filter_map(|(_, number)| *number).max();
    group.into_iter().filter(|((_, n), _)| *n == last).map(|((name, _), path)| ((name, None), path)).collect()
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
        differences.push(FieldDifference { field, largest: difference, rms: difference, range, cells: 1 });
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
