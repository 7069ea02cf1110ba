//! Zarr version 3: all states of a run in one group, written while it runs. Each field is an array `[time, z, y, x]` (`[time, y, x]` in 2D,
//! with a last 3 for vectors), cut into chunks of one state and at most [`CHUNK`] numbers, each compressed by gzip. Arrays `time`, `z`, `y`, `x`
//! hold seconds and the cells' centres in metres, and the names of dimensions say so: xarray opens it as a data set.
//!
//! Format: <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>.

use super::field::{Field, Frame};
use super::file::{OutputError, write_whole};
use crate::grid::Grid;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
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
            write_array(&array, &[centres.len()], &[centres.len()], &[(*name).to_owned()], "m")?;
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
            write_array(&array, &with_time(self.times.len(), &shape), &with_time(1, &chunk), &names, &field.unit)?;
        }
        let times = self.path.join("time");
        write_chunk(&times.join("c").join("0"), padded(&self.times))?;
        write_array(&times, &[self.times.len()], &[padded(&self.times).count()], &["time".to_owned()], "s")
    }

    fn add_field(&self, grid: &Grid, field: &Field, state: usize) -> Result<(), OutputError> {
        let (shape, chunk, _) = layout(grid, field);
        let numbers: Vec<f64> = field.numbers().collect();
        let counts: Vec<usize> = shape.iter().zip(&chunk).map(|(s, c)| s.div_ceil(*c)).collect();
        for n in 0..counts.iter().product() {
            let place = unravel(n, &counts);
            let mut path = self.path.join(&field.name).join("c").join(state.to_string());
            place.iter().for_each(|p| path.push(p.to_string()));
            // a chunk is whole even where the array ends within it
            let within = (0..chunk.iter().product::<usize>()).map(|m| {
                let inner = unravel(m, &chunk);
                let at: Vec<usize> = place.iter().zip(&chunk).zip(&inner).map(|((p, c), i)| p * c + i).collect();
                let inside = at.iter().zip(&shape).all(|(a, s)| a < s);
                if inside { numbers[at.iter().zip(&shape).fold(0, |index, (a, s)| index * s + a)] } else { f64::NAN }
            });
            write_chunk(&path, within)?;
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

fn write_array(path: &Path, shape: &[usize], chunk: &[usize], names: &[String], unit: &str) -> Result<(), OutputError> {
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
            "attributes": { "units": unit },
            "dimension_names": names,
        }),
    )
}

/// Of gzip: fields compress little beyond the first.
const LEVEL: u32 = 1;

fn write_chunk(path: &Path, values: impl Iterator<Item = f64>) -> Result<(), OutputError> {
    write_whole(path, |w| {
        let mut encoder = GzEncoder::new(w, Compression::new(LEVEL));
        for value in values {
            encoder.write_all(&value.to_le_bytes())?;
        }
        encoder.finish().map(|_| ())
    })
}

/// Times of the states that are there; none where nothing can be read.
fn read_times(array: &Path) -> Vec<f64> {
    let read = || -> Option<Vec<f64>> {
        let text = std::fs::read_to_string(array.join("zarr.json")).ok()?;
        let count = serde_json::from_str::<Value>(&text).ok()?["shape"][0].as_u64()? as usize;
        let mut bytes = Vec::new();
        let file = std::fs::File::open(array.join("c").join("0")).ok()?;
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut bytes).ok()?;
        Some(bytes.as_chunks::<8>().0.iter().take(count).map(|b| f64::from_le_bytes(*b)).collect())
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

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
