//! How far two results are apart: two field files, or two result directories.

mod results;

use super::OutputError;
use super::field::{Field, Frame};
use super::npy::{self, Array};
use super::vtk;
use crate::grid::Grid;
use crate::sum::Sum;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How far a quantity of B is from that of A, in its own unit. Differences of vectors are lengths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldDifference {
    /// Name of a field, or path of a value in the report: `probes.A.temperature_K`.
    pub field: String,
    /// Largest difference.
    pub largest: f64,
    /// Root of the mean square, every cell counted once.
    pub rms: f64,
    /// Largest less smallest value in A, of the length for a vector: what a difference may be held against.
    pub range: f64,
    /// Cells that were compared, over all times; void is not counted.
    pub cells: usize,
}

/// Something that only one of two results holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneSided {
    /// Name of a field, of a state or path of a value in the report.
    pub field: String,
    /// "A" or "B".
    pub only_in: &'static str,
}

/// What two results have in common, and what they have not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// What both hold; the temperature first, then in the order of A.
    pub differences: Vec<FieldDifference>,
    /// What only one of them holds.
    pub one_sided: Vec<OneSided>,
}

/// Why two results cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] OutputError),
    /// A name that stands for no result.
    #[error("{} is neither a result directory nor a .vti, .vtr or .npy file", .0.display())]
    Kind(PathBuf),
    /// One is a directory, the other a file.
    #[error("{} is a directory and {} is a file: name two result directories or two field files", .directory.display(), .file.display())]
    Mixed {
        /// The one.
        directory: PathBuf,
        /// The other.
        file: PathBuf,
    },
    /// Different cells.
    #[error("{place}the grids differ: {difference}")]
    Grids {
        /// Which state it is, or nothing.
        place: String,
        /// How they differ.
        difference: String,
    },
    /// A value in one and none in the other.
    #[error("{place} is void in {void} and not in {solid}: they are not of the same body")]
    Void {
        /// The first such cell, or a probe.
        place: String,
        /// "A" or "B".
        void: &'static str,
        /// The other one.
        solid: &'static str,
    },
    /// States of different times, or probes in different places.
    #[error("{what} is at {a} in A and at {b} in B")]
    Apart {
        /// What it is.
        what: String,
        /// Where, or when, it is in A.
        a: String,
        /// And in B.
        b: String,
    },
    /// Nothing can be held against each other.
    #[error("A and B have nothing in common: A holds {a}; B holds {b}")]
    NothingInCommon {
        /// What is in A.
        a: String,
        /// What is in B.
        b: String,
    },
}

/// Compares two `.vti`, `.vtr` or `.npy` files, or two result directories. The temperature comes first, then what
/// else both hold, in the order of A. An array goes with the field of its name, or else with the temperature.
///
/// In two directories, the states of the same name are compared, and the final values of probes and boundaries
/// (`probes.A.temperature_K`, `boundaries.x_min.heat_in_W`); what only one of them holds is listed by name. A
/// steady state is compared with the last state of a transient.
///
/// # Errors
/// If a file cannot be read or the two are not of the same grid, times or body.
pub fn compare(a: &Path, b: &Path) -> Result<Comparison, CompareError> {
    match (a.is_dir(), b.is_dir()) {
        (true, true) => results::compare(a, b),
        (true, false) => Err(CompareError::Mixed { directory: a.to_owned(), file: b.to_owned() }),
        (false, true) => Err(CompareError::Mixed { directory: b.to_owned(), file: a.to_owned() }),
        (false, false) => {
            let mut tallies = Tallies::default();
            tallies.add(&Content::read(a)?, &Content::read(b)?, "")?;
            Ok(tallies.comparison())
        }
    }
}

/// What a field file holds.
enum Content {
    Frame(Frame),
    Array(String, Array),
}

impl Content {
    fn read(path: &Path) -> Result<Content, CompareError> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("vti" | "vtr") => Ok(Content::Frame(vtk::read(path)?)),
            Some("npy") => {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                Ok(Content::Array(state_name(&stem).0.to_owned(), npy::read(path)?))
            }
            _ => Err(CompareError::Kind(path.to_owned())),
        }
    }

    fn time(&self) -> Option<f64> {
        match self {
            Content::Frame(frame) => frame.time,
            Content::Array(..) => None,
        }
    }

    /// What it holds, for a reader.
    fn names(&self) -> String {
        match self {
            Content::Frame(frame) => frame.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
            Content::Array(name, _) => name.clone(),
        }
    }
}

/// `temperature_0012` is state 12 of `temperature`; no number means a single state.
fn state_name(stem: &str) -> (&str, Option<u64>) {
    match stem.rsplit_once('_') {
        Some((name, digits)) if digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().map_or((stem, None), |number| (name, Some(number)))
        }
        _ => (stem, None),
    }
}

/// Differences as they add up.
#[derive(Default)]
struct Tallies {
    list: Vec<Tally>,
    one_sided: Vec<OneSided>,
}

struct Tally {
    field: String,
    largest: f64,
    squares: Sum,
    low: f64,
    high: f64,
    cells: usize,
}

impl Tallies {
    /// Adds the fields of a state; `place` begins the message where grids differ.
    fn add(&mut self, a: &Content, b: &Content, place: &str) -> Result<(), CompareError> {
        let grids = |difference| CompareError::Grids { place: place.to_owned(), difference };
        let mut common = false;
        match (a, b) {
            (Content::Frame(one), Content::Frame(two)) => {
                differing_grids(&one.grid, &two.grid).map_or(Ok(()), |d| Err(grids(d)))?;
                let same = |a: &Field, b: &Field| a.name == b.name && a.components() == b.components();
                for field in &one.fields {
                    match two.fields.iter().find(|other| same(field, other)) {
                        Some(other) => {
                            self.field(&field.name).add(field.components(), field.numbers(), other.numbers())?;
                            common = true;
                        }
                        None => self.alone(&field.name, "A"),
                    }
                }
                let lacking = two.fields.iter().filter(|field| !one.fields.iter().any(|other| same(field, other)));
                lacking.for_each(|field| self.alone(&field.name, "B"));
            }
            (Content::Array(name, one), Content::Array(_, two)) => {
                if one.shape != two.shape {
                    return Err(grids(format!("A has the shape {:?} and B {:?}", one.shape, two.shape)));
                }
                let (a, b) = (one.values.iter().copied(), two.values.iter().copied());
                self.field(name).add(components(name, &one.shape), a, b)?;
                common = true;
            }
            (Content::Frame(frame), Content::Array(name, array))
            | (Content::Array(name, array), Content::Frame(frame)) => {
                let named = |name: &str| frame.fields.iter().find(|f| f.name == name);
                if let Some(field) = named(name).or_else(|| named("temperature")) {
                    let shape = shape(&frame.grid, field.components());
                    if shape != array.shape {
                        let (array, field) = (&array.shape, &field.name);
                        return Err(grids(format!("the array has the shape {array:?} and `{field}` {shape:?}")));
                    }
                    let numbers = array.values.iter().copied();
                    let tally = self.field(&field.name);
                    match a {
                        Content::Frame(_) => tally.add(field.components(), field.numbers(), numbers)?,
                        Content::Array(..) => tally.add(field.components(), numbers, field.numbers())?,
                    }
                    common = true;
                }
            }
        }
        if common { Ok(()) } else { Err(CompareError::NothingInCommon { a: a.names(), b: b.names() }) }
    }

    fn field(&mut self, name: &str) -> &mut Tally {
        let place = self.list.iter().position(|t| t.field == name).unwrap_or(self.list.len());
        if place == self.list.len() {
            self.list.push(Tally::new(name));
        }
        &mut self.list[place]
    }

    /// Notes, once, what only one side holds.
    fn alone(&mut self, name: &str, only_in: &'static str) {
        let entry = OneSided { field: name.to_owned(), only_in };
        if !self.one_sided.contains(&entry) {
            self.one_sided.push(entry);
        }
    }

    fn comparison(mut self) -> Comparison {
        self.list.sort_by_key(|t| t.field != "temperature");
        Comparison { differences: self.list.iter().map(Tally::difference).collect(), one_sided: self.one_sided }
    }
}

impl Tally {
    fn new(field: &str) -> Tally {
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        Tally { field: field.to_owned(), largest: 0.0, squares: Sum::default(), low, high, cells: 0 }
    }

    /// Adds cell after cell, the components of a cell together.
    fn add(
        &mut self,
        components: usize,
        a: impl Iterator<Item = f64>,
        b: impl Iterator<Item = f64>,
    ) -> Result<(), CompareError> {
        let mut pairs = a.zip(b).peekable();
        let mut cell = 0;
        while pairs.peek().is_some() {
            let (mut difference, mut value, mut void) = (0.0_f64, 0.0_f64, [false; 2]);
            for (x, y) in pairs.by_ref().take(components) {
                difference = if x == y { difference } else { difference.hypot(x - y) };
                value = if components == 1 { x } else { value.hypot(x) };
                void = [void[0] || x.is_nan(), void[1] || y.is_nan()];
            }
            match void {
                [false, false] => {
                    self.largest = self.largest.max(difference);
                    self.squares.add(difference * difference);
                    (self.low, self.high) = (self.low.min(value), self.high.max(value));
                    self.cells += 1;
                }
                [true, true] => {}
                [true, false] => return Err(self.void(cell, "A", "B")),
                [false, true] => return Err(self.void(cell, "B", "A")),
            }
            cell += 1;
        }
        Ok(())
    }

    fn void(&self, cell: usize, void: &'static str, solid: &'static str) -> CompareError {
        CompareError::Void { place: format!("cell {cell} of `{}`", self.field), void, solid }
    }

    fn difference(&self) -> FieldDifference {
        let some = self.cells > 0;
        FieldDifference {
            field: self.field.clone(),
            largest: self.largest,
            rms: if some { (self.squares.value() / self.cells as f64).sqrt() } else { 0.0 },
            range: if some { self.high - self.low } else { 0.0 },
            cells: self.cells,
        }
    }
}

/// Shape of a field as an array.
fn shape(grid: &Grid, components: usize) -> Vec<usize> {
    let [nx, ny, nz] = grid.cells();
    let mut shape = if grid.dimensions() == 2 { vec![ny, nx] } else { vec![nz, ny, nx] };
    if components > 1 {
        shape.push(components);
    }
    shape
}

/// Numbers of an array that belong together: a shape `[.., .., 3]` alone does not tell 2D vectors from 3D scalars.
fn components(name: &str, shape: &[usize]) -> usize {
    match shape {
        [_, _, _, 3] => 3,
        [_, _, 3] if name == "flux" => 3,
        _ => 1,
    }
}

/// Edges that are this part of the length of the axis apart are the same.
const SAME_EDGE: f64 = 1e-9;

/// How two grids differ, if they do.
fn differing_grids(a: &Grid, b: &Grid) -> Option<String> {
    if a.dimensions() != b.dimensions() {
        return Some(format!("A is {}D and B is {}D", a.dimensions(), b.dimensions()));
    }
    if a.cells() != b.cells() {
        let text = |grid: &Grid| {
            grid.cells()[..grid.dimensions()].iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
        };
        return Some(format!("A has {} cells and B {}", text(a), text(b)));
    }
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        let (one, two) = (a.axis(axis), b.axis(axis));
        let far = |x: f64, y: f64| (x - y).abs() > SAME_EDGE * one.length();
        if far(one.low(), two.low()) || far(one.high(), two.high()) {
            let [one, two] = [one, two].map(|axis| format!("{:.6e} m to {:.6e} m", axis.low(), axis.high()));
            return Some(format!("{name} goes from {one} in A and from {two} in B"));
        }
        let edges = one.edges().iter().zip(two.edges()).enumerate();
        if let Some((n, (x, y))) = edges.into_iter().find(|(_, (x, y))| far(**x, **y)) {
            return Some(format!("edge {n} along {name} lies at {x:.6e} m in A and at {y:.6e} m in B"));
        }
    }
    None
}

#[cfg(test)]
mod tests;
