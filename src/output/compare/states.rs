//! The states that two results hold, whatever files they lie in, and which of them go together.

use super::{CompareError, Tallies};
use crate::output::field::Frame;
use crate::output::file::OutputError;
use crate::output::load::{StateFile, extension, load, load_arrays};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Times that are this part of themselves apart are the same.
const SAME: f64 = 1e-9;

/// A state as it was read.
pub(super) struct State {
    pub(super) frame: Frame,
    /// Axes whose edges it tells: none where they merely count cells, and in 2D the third, which is the depth, only in VTK's files.
    pub(super) axes: usize,
    /// Whether it is one array that was named by itself.
    pub(super) lone_array: bool,
}

impl State {
    /// What it holds, for a reader.
    pub(super) fn names(&self) -> String {
        self.frame.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Where a state lies.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// All fields in one file, or in one group with other states.
    Together(StateFile),
    /// One field to a file.
    Arrays(Vec<PathBuf>),
}

impl Place {
    fn read(&self) -> Result<State, CompareError> {
        match self {
            Place::Together(file) => {
                let (mut frame, counts_cells) = load(file)?;
                // a steady state has no time, and a group has to give it one
                frame.time = frame.time.filter(|time| file.state.is_none() || *time > 0.0);
                let ending = extension(&file.path).unwrap_or_default();
                let vtk = ["vti", "vtr"].contains(&ending.as_str());
                let axes = told(&frame, counts_cells, vtk);
                Ok(State { frame, axes, lone_array: ending == "npy" })
            }
            Place::Arrays(paths) => {
                let (frame, counts_cells) = load_arrays(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
                let axes = told(&frame, counts_cells, false);
                Ok(State { frame, axes, lone_array: false })
            }
        }
    }

    fn file(&self) -> Option<String> {
        let path = match self {
            Place::Together(file) => &file.path,
            Place::Arrays(paths) => paths.first()?,
        };
        Some(path.file_name()?.to_string_lossy().into_owned())
    }
}

fn told(frame: &Frame, counts_cells: bool, depth: bool) -> usize {
    match (counts_cells, depth) {
        (true, _) => 0,
        (false, true) => 3,
        (false, false) => frame.grid.dimensions(),
    }
}

/// Name and number of a state; no number means a single one, no name that its file was named.
type Key = (String, Option<u64>);

fn text((name, number): &Key) -> String {
    match number {
        Some(n) if name.is_empty() => format!("state {n}"),
        Some(n) => format!("{name}_{n:04}"),
        None => name.clone(),
    }
}

/// The states of a result.
pub(super) type States = BTreeMap<Key, Place>;

/// The states of a file that was named.
pub(super) fn of_file(path: &Path) -> Result<States, CompareError> {
    match extension(path).as_deref() {
        Some("zarr") => Ok(of_group(path, "")?),
        Some("vti" | "vtr" | "npy" | "npz") => {
            Ok(States::from([((String::new(), None), Place::Together(StateFile::single(path)))]))
        }
        _ => Err(CompareError::Kind(path.to_owned())),
    }
}

/// The states of a Zarr group; a single one has no number, since it may be steady.
fn of_group(path: &Path, name: &str) -> Result<States, OutputError> {
    let files = StateFile::group(path)?;
    let single = files.len() == 1;
    let number = |file: &StateFile| state_name(&file.stem()).1.filter(|_| !single);
    Ok(files.into_iter().map(|file| ((name.to_owned(), number(&file)), Place::Together(file))).collect())
}

/// The states in the fields of a result directory, from the first kind of files that holds any: a run writes the same into all.
pub(super) fn of_directory(directory: &Path) -> Result<States, OutputError> {
    let fields = directory.join("fields");
    if !fields.exists() {
        return Ok(States::new());
    }
    let failed = |e| OutputError::new(&fields, "read", e);
    let mut paths = Vec::new();
    for entry in fields.read_dir().map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    let of = |endings: &[&str]| -> Vec<PathBuf> {
        paths.iter().filter(|p| extension(p).is_some_and(|e| endings.contains(&e.as_str()))).cloned().collect()
    };
    for endings in [&["vti", "vtr"][..], &["npz"]] {
        let files = of(endings);
        if !files.is_empty() {
            let keyed = |path: PathBuf| (key(&path), Place::Together(StateFile::single(&path)));
            return Ok(files.into_iter().map(keyed).collect());
        }
    }
    if let Some(group) = of(&["zarr"]).first() {
        return of_group(group, "fields");
    }
    let mut states: BTreeMap<Option<u64>, Vec<PathBuf>> = BTreeMap::new();
    of(&["npy"]).into_iter().for_each(|path| states.entry(key(&path).1).or_default().push(path));
    Ok(states.into_iter().map(|(number, paths)| (("fields".to_owned(), number), Place::Arrays(paths))).collect())
}

fn key(path: &Path) -> Key {
    state_name(&path.file_stem().unwrap_or_default().to_string_lossy())
}

/// `fields_0012` is state 12 of `fields`.
fn state_name(stem: &str) -> Key {
    match stem.rsplit_once('_') {
        Some((name, digits)) if digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().map_or((stem.to_owned(), None), |number| (name.to_owned(), Some(number)))
        }
        _ => (stem.to_owned(), None),
    }
}

/// Adds the states that both hold, and tells those that only one holds.
pub(super) fn add(tallies: &mut Tallies, a: States, b: States) -> Result<(), CompareError> {
    let either_empty = a.is_empty() || b.is_empty();
    let names = |states: &States| {
        let all: Vec<String> = states.values().filter_map(Place::file).collect();
        let more = if all.len() > 4 { ", ..." } else { "" };
        all.iter().take(4).cloned().collect::<Vec<_>>().join(", ") + more
    };
    let nothing = CompareError::NothingInCommon { a: names(&a), b: names(&b) };
    let single = |states: &States| states.keys().all(|(_, number)| number.is_none());
    let (one, two) = match (single(&a), single(&b)) {
        (true, false) => (a, last(b)),
        (false, true) => (last(a), b),
        _ => (a, b),
    };
    for (mine, other, only_in) in [(&one, &two, "A"), (&two, &one, "B")] {
        mine.keys().filter(|key| !other.contains_key(key)).for_each(|key| tallies.alone(&text(key), only_in));
    }
    let mut common: Vec<(&Key, &Place, &Place)> =
        one.iter().filter_map(|(key, place)| Some((key, place, two.get(key)?))).collect();
    common.sort_by_key(|((_, number), ..)| *number);
    if common.is_empty() && !either_empty {
        return Err(nothing);
    }
    for (key, a, b) in common {
        let (a, b) = (a.read()?, b.read()?);
        let name = text(key);
        if name.is_empty() {
            tallies.add(&a, &b, "")?; // two files may well be of two times
            continue;
        }
        same_time(&name, a.frame.time, b.frame.time)?;
        tallies.add(&a, &b, &format!("{name}: "))?;
    }
    Ok(())
}

/// Only the last state, as a single one.
fn last(states: States) -> States {
    let last = states.keys().filter_map(|(_, number)| *number).max();
    states.into_iter().filter(|((_, n), _)| *n == last).map(|((name, _), place)| ((name, None), place)).collect()
}

pub(super) fn same_time(what: &str, a: Option<f64>, b: Option<f64>) -> Result<(), CompareError> {
    match (a, b) {
        (Some(a), Some(b)) if (a - b).abs() > SAME * a.abs().max(b.abs()) => {
            Err(CompareError::Apart { what: what.to_owned(), a: format!("t = {a} s"), b: format!("t = {b} s") })
        }
        _ => Ok(()),
    }
}
