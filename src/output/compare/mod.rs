//! How far two results are apart: two field files, or two result directories.

mod results;
mod states;

use super::OutputError;
use super::field::Field;
use super::load::extension;
use crate::grid::Grid;
use crate::sum::Sum;
use serde::Serialize;
use states::State;
use std::path::{Path, PathBuf};

/// How far a quantity of B is from that of A, in its own unit. Differences of vectors are lengths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldDifference {
    /// Name of a field, or path of a value in the report: `probes.A.temperature_K`.
    pub field: String,
    /// Unit of the difference; "1" for a pure number or where files do not tell it.
    pub unit: String,
    /// Largest difference.
    pub largest: f64,
    /// Root of the mean square.
    pub rms: f64,
    /// What cells count by in that mean: "volume", or "cell", every one once, where neither result tells its grid. None for a value of the report.
    pub rms_weight: Option<&'static str>,
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
    /// Why no fields were compared, where that is so.
    pub note: Option<String>,
}

/// Why two results cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] OutputError),
    /// A name that stands for nothing.
    #[error("there is no {}", .0.display())]
    Missing(PathBuf),
    /// A name that stands for no result.
    #[error("{} is neither a result directory nor a .vti, .vtr, .npy, .npz or .zarr", .0.display())]
    Kind(PathBuf),
    /// One is a directory, the other a file.
    #[error("{} is a directory and {} is a file: name two result directories, or two of .vti, .vtr, .npy, .npz and .zarr", .directory.display(), .file.display())]
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

/// Compares two files of fields (`.vti`, `.vtr`, `.npy`, `.npz`, Zarr groups), or two result directories. The temperature comes first, then what
/// else both hold, in the order of A. An array goes with the field of its name, or else with the temperature.
///
/// In two directories, the states of the same name are compared, from whichever files hold them, and the final values of probes and boundaries
/// (`probes.A.temperature_K`, `boundaries.x_min.heat_in_W`); what only one of them holds is listed by name. A
/// steady state is compared with the last state of a transient.
///
/// # Errors
/// If a file cannot be read or the two are not of the same grid, times or body.
pub fn compare(a: &Path, b: &Path) -> Result<Comparison, CompareError> {
    // A name without an ending is meant as a directory.
    if let Some(missing) = [a, b].into_iter().find(|path| !path.exists() && path.extension().is_none()) {
        return Err(CompareError::Missing(missing.to_owned()));
    }
    let result = |path: &Path| path.is_dir() && extension(path).as_deref() != Some("zarr");
    match (result(a), result(b)) {
        (true, true) => results::compare(a, b),
        (true, false) => Err(mixed(a, b)),
        (false, true) => Err(mixed(b, a)),
        (false, false) => {
            let mut tallies = Tallies::default();
            states::add(&mut tallies, states::of_file(a)?, states::of_file(b)?)?;
            Ok(tallies.comparison())
        }
    }
}

fn mixed(directory: &Path, file: &Path) -> CompareError {
    match file.exists() {
        true => CompareError::Mixed { directory: directory.to_owned(), file: file.to_owned() },
        false => CompareError::Missing(file.to_owned()),
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
    unit: String,
    largest: f64,
    /// Each times the weight of its cell.
    squares: Sum,
    weights: Sum,
    by_volume: bool,
    low: f64,
    high: f64,
    cells: usize,
}

impl Tallies {
    /// Adds the fields of a state; `place` begins the message where grids differ.
    fn add(&mut self, a: &State, b: &State, place: &str) -> Result<(), CompareError> {
        let (one, two) = (&a.frame, &b.frame);
        if let Some(difference) = differing_grids(&one.grid, &two.grid, a.axes.min(b.axes)) {
            return Err(CompareError::Grids { place: place.to_owned(), difference });
        }
        let told = [a, b].into_iter().find(|state| state.axes > 0);
        let volumes: Option<Vec<f64>> = told.map(|state| state.frame.grid.volumes().collect());
        let pairs = partners(a, b);
        for [x, y] in &pairs {
            let named = if a.lone_array && !b.lone_array { y } else { x };
            self.field(named).add(x, y, volumes.as_deref())?;
        }
        if !a.lone_array && !b.lone_array {
            let alone = |field: &Field| !pairs.iter().flatten().any(|paired| std::ptr::eq(*paired, field));
            one.fields.iter().filter(|f| alone(f)).for_each(|f| self.alone(&f.name, "A"));
            two.fields.iter().filter(|f| alone(f)).for_each(|f| self.alone(&f.name, "B"));
        }
        if pairs.is_empty() { Err(CompareError::NothingInCommon { a: a.names(), b: b.names() }) } else { Ok(()) }
    }

    fn field(&mut self, field: &Field) -> &mut Tally {
        let place = self.list.iter().position(|t| t.field == field.name).unwrap_or(self.list.len());
        if place == self.list.len() {
            self.list.push(Tally::new(field));
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
        let differences = self.list.iter().map(Tally::difference).collect();
        Comparison { differences, one_sided: self.one_sided, note: None }
    }
}

impl Tally {
    fn new(field: &Field) -> Tally {
        Tally {
            field: field.name.clone(),
            unit: field.unit.clone(),
            largest: 0.0,
            squares: Sum::default(),
            weights: Sum::default(),
            by_volume: true,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            cells: 0,
        }
    }

    /// Adds cell after cell; without volumes every one counts once.
    fn add(&mut self, a: &Field, b: &Field, volumes: Option<&[f64]>) -> Result<(), CompareError> {
        let components = a.components();
        let mut pairs = a.numbers().zip(b.numbers());
        self.by_volume &= volumes.is_some();
        for cell in 0..a.len() {
            let (mut difference, mut value, mut void) = (0.0_f64, 0.0_f64, [false; 2]);
            for (x, y) in pairs.by_ref().take(components) {
                difference = if x == y { difference } else { difference.hypot(x - y) };
                value = if components == 1 { x } else { value.hypot(x) };
                void = [void[0] || x.is_nan(), void[1] || y.is_nan()];
            }
            match void {
                [false, false] => {
                    self.largest = self.largest.max(difference);
                    let weight = volumes.map_or(1.0, |volumes| volumes[cell]);
                    self.squares.add(weight * difference * difference);
                    self.weights.add(weight);
                    (self.low, self.high) = (self.low.min(value), self.high.max(value));
                    self.cells += 1;
                }
                [true, true] => {}
                [true, false] => return Err(self.void(cell, "A", "B")),
                [false, true] => return Err(self.void(cell, "B", "A")),
            }
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
            unit: self.unit.clone(),
            largest: self.largest,
            rms: if some { (self.squares.value() / self.weights.value()).sqrt() } else { 0.0 },
            rms_weight: Some(if self.by_volume { "volume" } else { "cell" }),
            range: if some { self.high - self.low } else { 0.0 },
            cells: self.cells,
        }
    }
}

/// Fields of two states that go together: those of one name. An array alone whose name is nobody's goes with the other array, or with the temperature.
fn partners<'a>(a: &'a State, b: &'a State) -> Vec<[&'a Field; 2]> {
    let (one, two) = (&a.frame.fields, &b.frame.fields);
    let named = |fields: &'a [Field], name: &str| fields.iter().find(|field| field.name == name);
    let beside =
        |array: &Field, fields: &'a [Field]| named(fields, &array.name).or_else(|| named(fields, "temperature"));
    let pairs: Vec<[&Field; 2]> = match (a.lone_array, b.lone_array) {
        (true, true) => vec![[&one[0], &two[0]]],
        (true, false) => beside(&one[0], two).map(|field| [&one[0], field]).into_iter().collect(),
        (false, true) => beside(&two[0], one).map(|field| [field, &two[0]]).into_iter().collect(),
        (false, false) => one.iter().filter_map(|field| Some([field, named(two, &field.name)?])).collect(),
    };
    pairs.into_iter().filter(|[x, y]| x.components() == y.components()).collect()
}

/// Edges that are this part of the length of the axis apart are the same.
const SAME_EDGE: f64 = 1e-9;

/// How two grids differ in their cells and their first axes, if they do.
fn differing_grids(a: &Grid, b: &Grid, axes: usize) -> Option<String> {
    if a.dimensions() != b.dimensions() {
        return Some(format!("A is {}D and B is {}D", a.dimensions(), b.dimensions()));
    }
    if a.cells() != b.cells() {
        let text = |grid: &Grid| {
            grid.cells()[..grid.dimensions()].iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
        };
        return Some(format!("A has {} cells and B {}", text(a), text(b)));
    }
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate().take(axes) {
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
