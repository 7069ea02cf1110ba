//! Zarr version 3: all states of a run in one group, written while it runs. Each field is an array `[time, z, y, x]` (`[time, y, x]` in 2D,
//! with a last 3 for vectors), cut into chunks of one state and at most [`CHUNK`] numbers, each compressed by gzip. Arrays `time`, `z`, `y`, `x`
//! hold seconds and the cells' centres in metres, and the names of dimensions say so: xarray opens it as a data set.
//!
//! Format: <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>.

use super::field::{Field, Frame};
use super::file::{OutputError, read_whole, write_whole};
use crate::grid::{Axis, Grid};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Most numbers in a chunk, about: a few MB.
pub const CHUNK: usize = 1 << 19;

/// A group that states are added to.
#[derive(Debug, Clone)]
pub struct Group {
    path: PathBuf,
    times: Vec<f64>,
}

impl Group {
    /// A group at a directory such as `fields.zarr`. Where it holds states up to `resumed` (s) already, those stay and others go.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn open(path: &Path, grid: &Grid, resumed: Option<f64>) -> Result<Group, OutputError> {
        let mut group = Group { path: path.to_owned(), times: Vec::new() };
        if let Some(until) = resumed {
            group.times = read_times(&path.join("time")).into_iter().filter(|t| *t <= until * (1.0 + 1e-12)).collect();
        }
        write_json(&path.join("zarr.json"), &json!({ "zarr_format": 3, "node_type": "group", "attributes": {} }))?;
        for (axis, name) in AXES.iter().enumerate().take(grid.dimensions()) {
            let centres = grid.axis(axis).centres();
            let array = group.path.join(name);
            write_chunk(&array.join("c").join("0"), centres.iter().copied())?;
            let attributes = json!({ "units": "m", "edges": grid.axis(axis).edges() });
            write_array(&array, &[centres.len()], &[centres.len()], &[(*name).to_owned()], attributes)?;
        }
        Ok(group)
    }

    /// Adds a state: first its chunks, then the new length, so that a reader never finds a state that is not there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, frame: &Frame) -> Result<(), OutputError> {
        let state = self.times.len();
        for field in &frame.fields {
            self.add_field(&frame.grid, field, state)?;
        }
        self.times.push(frame.time.unwrap_or(0.0));
        for field in &frame.fields {
            let (shape, chunk, mut names) = layout(&frame.grid, field);
            let with_time = |first: usize, rest: &[usize]| [&[first], rest].concat();
            names.insert(0, "time".to_owned());
            let array = self.path.join(&field.name);
            write_array(
                &array,
                &with_time(self.times.len(), &shape),
                &with_time(1, &chunk),
                &names,
                json!({ "units": field.unit }),
            )?;
        }
        let times = self.path.join("time");
        write_chunk(&times.join("c").join("0"), padded(&self.times))?;
        write_array(
            &times,
            &[self.times.len()],
            &[padded(&self.times).count()],
            &["time".to_owned()],
            json!({ "units": "s" }),
        )
    }

    fn add_field(&self, grid: &Grid, field: &Field, state: usize) -> Result<(), OutputError> {
        let (shape, chunk, _) = layout(grid, field);
        let numbers: Vec<f64> = field.numbers().collect();
        // only one axis is cut: chunks are runs of numbers, whole even where the array ends within one
        let cut = (0..shape.len()).find(|&a| chunk[a] > 1).unwrap_or(0);
        let run = chunk.iter().product();
        for (outer, slab) in numbers.chunks(shape[cut..].iter().product()).enumerate() {
            for (n, piece) in slab.chunks(run).enumerate() {
                let mut place = unravel(outer, &shape[..cut]);
                place.push(n);
                place.resize(shape.len(), 0);
                let mut path = self.path.join(&field.name).join("c").join(state.to_string());
                place.iter().for_each(|p| path.push(p.to_string()));
                write_chunk(&path, piece.iter().copied().chain(std::iter::repeat(f64::NAN)).take(run))?;
            }
        }
        Ok(())
    }
}

const AXES: [&str; 3] = ["x", "y", "z"];

/// Times in a chunk that has room for the next ones, so that its length changes seldom.
fn padded(times: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let room = times.len().next_power_of_two().max(64);
    times.iter().copied().chain(std::iter::repeat(f64::NAN)).take(room)
}

/// Shape, chunk and names of dimensions of a state of a field. Chunks are cut along the slowest axes.
fn layout(grid: &Grid, field: &Field) -> (Vec<usize>, Vec<usize>, Vec<String>) {
    let dimensions = grid.dimensions();
    let mut shape: Vec<usize> = (0..dimensions).rev().map(|a| grid.cells()[a]).collect();
    let mut names: Vec<String> = (0..dimensions).rev().map(|a| AXES[a].to_owned()).collect();
    if field.components() > 1 {
        shape.push(field.components());
        names.push("component".to_owned());
    }
    let mut chunk = shape.clone();
    for axis in 0..chunk.len() {
        let rest: usize = chunk[axis + 1..].iter().product();
        chunk[axis] = (CHUNK / rest.max(1)).clamp(1, shape[axis]);
        if chunk[axis] > 1 {
            break;
        }
    }
    (shape, chunk, names)
}

fn unravel(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut place = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        place[axis] = index % shape[axis];
        index /= shape[axis];
    }
    place
}

fn write_json(path: &Path, value: &Value) -> Result<(), OutputError> {
    write_whole(path, |w| write!(w, "{value:#}"))
}

fn write_array(
    path: &Path,
    shape: &[usize],
    chunk: &[usize],
    names: &[String],
    attributes: Value,
) -> Result<(), OutputError> {
    write_json(
        &path.join("zarr.json"),
        &json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": shape,
            "data_type": "float64",
            "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk } },
            "chunk_key_encoding": { "name": "default", "configuration": { "separator": "/" } },
            "fill_value": "NaN",
            "codecs": [
                { "name": "bytes", "configuration": { "endian": "little" } },
                { "name": "gzip", "configuration": { "level": LEVEL } },
            ],
            "attributes": attributes,
            "dimension_names": names,
        }),
    )
}

/// Of gzip: fields compress little beyond the first.
const LEVEL: u32 = 1;

fn write_chunk(path: &Path, values: impl Iterator<Item = f64>) -> Result<(), OutputError> {
    write_whole(path, |w| {
        // All at once: a call for each number takes several times as long as packing them.
        let bytes: Vec<u8> = values.flat_map(f64::to_le_bytes).collect();
        let mut encoder = GzEncoder::new(w, Compression::new(LEVEL));
        encoder.write_all(&bytes)?;
        encoder.finish().map(|_| ())
    })
}

/// Times of the states that are there; none where nothing can be read.
fn read_times(array: &Path) -> Vec<f64> {
    Stored::open(array).and_then(|stored| stored.times()).unwrap_or_default()
}

/// An array that lies in a group.
struct Stored {
    path: PathBuf,
    shape: Vec<usize>,
    chunk: Vec<usize>,
    names: Vec<String>,
    attributes: Value,
    gzip: bool,
}

impl Stored {
    fn open(path: &Path) -> Result<Stored, OutputError> {
        let file = path.join("zarr.json");
        let invalid = |reason: &str| OutputError::invalid(&file, reason);
        let array: Value = serde_json::from_slice(&read_whole(&file)?).map_err(|e| invalid(&e.to_string()))?;
        let numbers = |value: &Value| -> Option<Vec<usize>> {
            value.as_array()?.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect()
        };
        let names = array["dimension_names"].as_array().into_iter().flatten();
        let names = names.map(|name| name.as_str().unwrap_or_default().to_owned()).collect();
        let codecs: Vec<&str> =
            array["codecs"].as_array().into_iter().flatten().filter_map(|codec| codec["name"].as_str()).collect();
        let gzip = match codecs[..] {
            ["bytes"] => false,
            ["bytes", "gzip"] => true,
            _ => {
                return Err(invalid(&format!(
                    "arrays packed by {} are not read, only those by gzip",
                    codecs.join(", ")
                )));
            }
        };
        if array["data_type"] != "float64" || array["codecs"][0]["configuration"]["endian"] != "little" {
            return Err(invalid("it holds no little-endian float64"));
        }
        let shape = numbers(&array["shape"]);
        let chunk = numbers(&array["chunk_grid"]["configuration"]["chunk_shape"]);
        match (shape, chunk) {
            (Some(shape), Some(chunk)) if shape.len() == chunk.len() && !chunk.contains(&0) => {
                Ok(Stored { path: path.to_owned(), shape, chunk, names, attributes: array["attributes"].clone(), gzip })
            }
            _ => Err(invalid("its shape or its chunks are missing")),
        }
    }

    /// How many values lie at an index of so many first axes; none where no memory holds as many.
    fn count(&self, first: usize) -> Option<usize> {
        let each = |lengths: &[usize]| lengths.iter().try_fold(1usize, |n, length| n.checked_mul(*length));
        each(&self.chunk)?.checked_mul(8)?;
        self.shape.get(first..).and_then(each)
    }

    /// All values of the times of states.
    fn times(&self) -> Result<Vec<f64>, OutputError> {
        if self.shape.len() != 1 || self.count(0).is_none_or(|count| count > MOST_STATES) {
            return Err(OutputError::invalid(&self.path.join("zarr.json"), "it does not tell the times of states"));
        }
        self.read(&[])
    }

    /// Values at an index of the first axes, all of the others; chunks that are not there are NaN.
    fn read(&self, first: &[usize]) -> Result<Vec<f64>, OutputError> {
        let (shape, chunk) = (&self.shape[first.len()..], &self.chunk[first.len()..]);
        let mut values = vec![f64::NAN; shape.iter().product()];
        let counts: Vec<usize> = shape.iter().zip(chunk).map(|(s, c)| s.div_ceil(*c)).collect();
        let within = first.iter().zip(&self.chunk).fold(0, |place, (at, c)| place * c + at % c);
        let length: usize = chunk.iter().product();
        for n in 0..counts.iter().product() {
            let place = unravel(n, &counts);
            let mut path = self.path.join("c");
            first.iter().zip(&self.chunk).for_each(|(at, c)| path.push((at / c).to_string()));
            place.iter().for_each(|p| path.push(p.to_string()));
            if !path.exists() {
                continue;
            }
            let mut bytes = read_whole(&path)?;
            if self.gzip {
                let mut plain = Vec::new();
                let limit = 8 * self.chunk.iter().product::<usize>() as u64;
                GzDecoder::new(&bytes[..])
                    .take(limit)
                    .read_to_end(&mut plain)
                    .map_err(|e| OutputError::new(&path, "read", e))?;
                bytes = plain;
            }
            let numbers = bytes.as_chunks::<8>().0;
            let numbers = numbers.get(within * length..(within + 1) * length);
            let numbers = numbers.ok_or_else(|| OutputError::invalid(&path, "the chunk is cut off"))?;
            // row by row of the last axis
            let row = chunk[chunk.len() - 1];
            for (r, numbers) in numbers.chunks(row).enumerate() {
                let inner = unravel(r, &chunk[..chunk.len() - 1]);
                let at: Vec<usize> =
                    place.iter().zip(chunk).zip(inner.iter().chain([&0])).map(|((p, c), i)| p * c + i).collect();
                if at.iter().zip(shape).all(|(a, s)| a < s) {
                    let start = at.iter().zip(shape).fold(0, |index, (a, s)| index * s + a);
                    let count = row.min(shape[shape.len() - 1] - at[at.len() - 1]);
                    values[start..start + count].iter_mut().zip(numbers).for_each(|(v, n)| *v = f64::from_le_bytes(*n));
                }
            }
        }
        Ok(values)
    }
}

/// Times of the states that a group holds, s.
///
/// # Errors
/// If it cannot be read.
pub fn times(path: &Path) -> Result<Vec<f64>, OutputError> {
    Stored::open(&path.join("time"))?.times()
}

/// States that a group may hold.
const MOST_STATES: usize = 1 << 24;

/// A state of a group, from 0.
///
/// # Errors
/// If it cannot be read, or there is no such state.
pub fn read(path: &Path, state: usize) -> Result<Frame, OutputError> {
    let times = times(path)?;
    let time = times.get(state).copied();
    let time = time.ok_or_else(|| OutputError::invalid(path, format!("it has {} states", times.len())))?;
    let mut axes = Vec::new();
    for name in AXES {
        let array = path.join(name);
        if !array.join("zarr.json").exists() {
            break;
        }
        let edges: Vec<f64> = Stored::open(&array)?.attributes["edges"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect();
        if edges.len() < 2 || edges.windows(2).any(|e| e[0] >= e[1]) {
            return Err(OutputError::invalid(&array, "its cells' edges are not told (attribute `edges`)"));
        }
        axes.push(Axis::from_edges(edges));
    }
    let grid = match &axes[..] {
        [x, y] => Grid::two_dimensional(x.clone(), y.clone(), 1.0),
        [x, y, z] => Grid::three_dimensional(x.clone(), y.clone(), z.clone()),
        _ => return Err(OutputError::invalid(path, "it has no axes x, y")),
    };
    let mut names: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|e| Ok(e?.path())).collect())
        .map_err(|e| OutputError::new(path, "read", e))?;
    names.sort();
    let mut fields = Vec::new();
    for array in names.iter().filter(|array| array.join("zarr.json").exists()) {
        let stored = Stored::open(array)?;
        if stored.shape.len() < 3 || stored.names.first().is_none_or(|name| name != "time") {
            continue;
        }
        let components = if stored.names.last().is_some_and(|name| name == "component") { 3 } else { 1 };
        let unit = stored.attributes["units"].as_str().unwrap_or_default().to_owned();
        let name = array.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // before there is any room made for them
        let fits = stored.count(1) == Some(components * grid.len());
        let values = if fits { Some(stored.read(&[state])?) } else { None };
        let field = values.and_then(|values| Field::from_numbers(&name, &unit, components, values));
        fields.push(field.ok_or_else(|| OutputError::invalid(array, "it does not fit the axes"))?);
    }
    // temperature first, as a run writes them
    fields.sort_by_key(|field| field.name != "temperature");
    Ok(Frame { grid, time: Some(time), fields })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    /// A damaged shape asks for no memory.
    #[test]
    fn shapes_that_nothing_holds_are_refused() {
        let stored = |shape: Vec<usize>| Stored {
            path: PathBuf::from("time"),
            chunk: vec![1; shape.len()],
            shape,
            names: Vec::new(),
            attributes: Value::Null,
            gzip: true,
        };
        for shape in [vec![usize::MAX], vec![1 << 32], vec![2, 2], Vec::new()] {
            let refused = stored(shape).times().expect_err("refused").to_string();
            assert!(refused.contains("does not tell the times"), "{refused}");
        }
        assert_eq!(stored(vec![3, usize::MAX, 2]).count(1), None);
        assert_eq!(stored(vec![3, 4, 5]).count(1), Some(20));
        assert!(stored(vec![2]).times().expect("no chunks").iter().all(|t| t.is_nan()));
    }

    #[test]
    fn chunks_are_cut_along_the_slowest_axis() {
        let axis = |n| Axis::uniform(0.0, 1.0, n);
        let grid = Grid::three_dimensional(axis(200), axis(300), axis(50));
        let field = Field::scalar("temperature", "K", Vec::new());
        let (shape, chunk, names) = layout(&grid, &field);
        assert_eq!((shape, chunk), (vec![50, 300, 200], vec![8, 300, 200]));
        assert_eq!(names, ["z", "y", "x"]);
        let wide = Grid::three_dimensional(axis(2000), axis(3000), axis(5));
        assert_eq!(layout(&wide, &field).1, [1, 262, 2000]);
    }

    #[test]
    fn states_come_back() {
        let graded = Axis::from_edges(vec![0.0, 1e-3, 1.5e-3, 9e-3]);
        let tall = Axis::uniform(0.0, 1.0, CHUNK / 2);
        for grid in [
            Grid::two_dimensional(graded.clone(), tall.clone(), 1.0),
            Grid::three_dimensional(tall, Axis::uniform(0.0, 1.0, 1), graded),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("fields.zarr");
            let mut group = Group::open(&path, &grid, None).unwrap();
            let frame = |t: f64| Frame {
                grid: grid.clone(),
                time: Some(t),
                fields: vec![
                    Field::scalar("temperature", "K", (0..grid.len()).map(|i| i as f64 + t).collect()),
                    Field::vector(
                        "flux",
                        "W/m^2",
                        (0..grid.len()).map(|i| glam::DVec3::new(i as f64, t, -1.0)).collect(),
                    ),
                ],
            };
            [0.5, 2.0].iter().for_each(|t| group.add(&frame(*t)).unwrap());
            assert_eq!(times(&path).unwrap().len(), 2);
            let back = read(&path, 1).unwrap();
            assert_eq!(back.time, Some(2.0));
            assert!((0..3).all(|a| back.grid.axis(a).edges() == grid.axis(a).edges()));
            assert!(back.fields == frame(2.0).fields);
            assert!(read(&path, 2).unwrap_err().to_string().contains("2 states"));
        }
    }

    #[test]
    fn a_resumed_run_goes_on_after_its_checkpoint() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fields.zarr");
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 3), Axis::uniform(0.0, 1.0, 2), 1.0);
        let frame = |t: f64| Frame {
            grid: grid.clone(),
            time: Some(t),
            fields: vec![Field::scalar("temperature", "K", vec![t; 6])],
        };
        let mut group = Group::open(&path, &grid, None).unwrap();
        (1..=3).for_each(|n| group.add(&frame(f64::from(n))).unwrap());
        assert_eq!(read_times(&path.join("time")), [1.0, 2.0, 3.0]);
        assert_eq!(Group::open(&path, &grid, Some(2.0)).unwrap().times, [1.0, 2.0]);
        assert!(Group::open(&path, &grid, None).unwrap().times.is_empty());
    }
}
