//! Fields that lie in files: `.vti`, `.vtr`, lists of them (`.pvd`) and Zarr groups as we write them, `.npy` arrays, `.npz` archives, and result
//! directories.

use super::field::{Field, Frame, Storage};
use super::file::OutputError;
use super::{npy, vtk, zarr};
use crate::grid::{Axis, Grid};
use std::path::{Path, PathBuf};

/// A state that lies in a file, or with others in one Zarr group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFile {
    /// The file, or the group's directory.
    pub path: PathBuf,
    /// Its number in the group, from 0.
    pub state: Option<usize>,
    /// Its number among the states of its run, of which 0 is the initial one, where its file does not tell that.
    number: usize,
}

impl StateFile {
    /// The only state of a file.
    pub fn single(path: &Path) -> StateFile {
        StateFile { path: path.to_owned(), state: None, number: 0 }
    }

    /// The states of a Zarr group, which are numbered as those in other files are.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn group(path: &Path) -> Result<Vec<StateFile>, OutputError> {
        let times = zarr::times(path)?;
        let from = usize::from(times.len() < 2 || times[0] > 0.0);
        Ok((0..times.len()).map(|n| StateFile { path: path.to_owned(), state: Some(n), number: from + n }).collect())
    }

    /// Its name, less the ending: `fields_0003`.
    pub fn stem(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        self.state.map_or_else(|| stem.to_string(), |_| format!("{stem}_{:04}", self.number))
    }
}

/// Reads the fields of a state; tells whether its axes merely count cells.
///
/// # Errors
/// If it cannot be read.
pub fn load(file: &StateFile) -> Result<(Frame, bool), OutputError> {
    let path = file.path.as_path();
    match (file.state, extension(path).as_deref()) {
        (Some(state), _) => Ok((zarr::read(path, state)?, false)),
        (None, Some("vti" | "vtr")) => Ok((vtk::read(path)?, false)),
        (None, Some("npy")) => load_arrays(&[path]),
        (None, Some("npz")) => load_archive(path),
        _ => {
            std::fs::metadata(path).map_err(|e| OutputError::new(path, "read", e))?;
            Err(OutputError::invalid(
                path,
                "it is neither a result directory nor a .vti, .vtr, .pvd, .npy, .npz or .zarr",
            ))
        }
    }
}

/// The states of a result directory in their order (from `.vti` and `.vtr` rather than `.npz`, Zarr, `.npy`), of a Zarr group, those that a
/// `.pvd` lists, or the file itself.
///
/// # Errors
/// If the directory or the list cannot be read or holds none.
pub fn field_files(input: &Path, field: Option<&str>) -> Result<Vec<StateFile>, OutputError> {
    if extension(input).as_deref() == Some("zarr") {
        return StateFile::group(input);
    }
    if extension(input).as_deref() == Some("pvd") {
        return listed(input);
    }
    if !input.is_dir() {
        return Ok(vec![StateFile::single(input)]);
    }
    let fields = input.join("fields");
    let directory = if fields.is_dir() { fields.as_path() } else { input };
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .and_then(|entries| entries.map(|e| Ok(e?.path())).collect())
        .map_err(|e| OutputError::new(directory, "read", e))?;
    files.sort();
    let of = |endings: &[&str]| -> Vec<&PathBuf> {
        files.iter().filter(|path| extension(path).is_some_and(|e| endings.contains(&e.as_str()))).collect()
    };
    let single = |paths: Vec<&PathBuf>| paths.into_iter().map(|path| StateFile::single(path)).collect();
    if let Some(group_path) = of(&["zarr"]).first().filter(|_| of(&["vti", "vtr", "npz"]).is_empty()) {
        return StateFile::group(group_path);
    }
    let mut chosen =
        [&["vti", "vtr"][..], &["npz"]].into_iter().map(of).find(|list| !list.is_empty()).unwrap_or_default();
    if chosen.is_empty() {
        let wanted = field.unwrap_or("temperature");
        chosen = of(&["npy"]).into_iter().filter(|path| array_name(path) == wanted).collect();
    }
    if chosen.is_empty() {
        let reason = "it holds no .vti, .vtr, .npz, .zarr or .npy; ask a run for them with output.formats = [\"vti\"]";
        Err(OutputError::invalid(input, reason))
    } else {
        Ok(single(chosen))
    }
}

/// The files that a `.pvd` names, which lie beside it.
fn listed(path: &Path) -> Result<Vec<StateFile>, OutputError> {
    std::fs::metadata(path).map_err(|e| OutputError::new(path, "read", e))?;
    let states = vtk::read_series(path);
    if states.is_empty() {
        return Err(OutputError::invalid(
            path,
            "it lists no file of fields; name a .vti or .vtr, or the result directory",
        ));
    }
    Ok(states.into_iter().map(|(_, file)| StateFile::single(&path.with_file_name(file))).collect())
}

pub(super) fn extension(path: &Path) -> Option<String> {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase())
}

/// Name of the field in `temperature_0003.npy`.
pub(super) fn array_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match stem.rsplit_once('_') {
        Some((name, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
        _ => stem.into_owned(),
    }
}

/// Arrays of one state as fields. Their axes come from `axes/x.npy` and so on beside the first; without them they count cells.
///
/// # Errors
/// If one cannot be read, or they do not fit each other.
pub fn load_arrays(paths: &[&Path]) -> Result<(Frame, bool), OutputError> {
    let Some(first) = paths.first() else { return Err(OutputError::invalid(Path::new(""), "there is no array")) };
    let edges = |axis: usize| Some(npy::read(&first.with_file_name("axes").join(EDGE_FILES[axis])).ok()?.values);
    let arrays = paths.iter().map(|path| Ok((array_name(path), npy::read(path)?)));
    framed(first, arrays.collect::<Result<_, OutputError>>()?, None, &edges)
}

/// The arrays of an archive as fields; those named x, y, z hold the cells' edges, `time` the seconds.
fn load_archive(path: &Path) -> Result<(Frame, bool), OutputError> {
    let (about, fields): (Vec<_>, Vec<_>) =
        npy::read_archive(path)?.into_iter().partition(|(name, _)| ["x", "y", "z", "time"].contains(&name.as_str()));
    let known = |name: &str| about.iter().find(|(n, _)| n == name).map(|(_, array)| array.values.clone());
    let time = known("time").and_then(|values| values.first().copied());
    framed(path, fields, time, &|axis| known(["x", "y", "z"][axis]))
}

/// Arrays of one grid as fields; `edges` are those of the cells along an axis, if they are known.
fn framed(
    path: &Path,
    arrays: Vec<(String, npy::Array)>,
    time: Option<f64>,
    edges: &dyn Fn(usize) -> Option<Vec<f64>>,
) -> Result<(Frame, bool), OutputError> {
    let mut grid: Option<(Vec<usize>, Grid, bool)> = None;
    let mut fields = Vec::new();
    for (name, array) in arrays {
        let mut shape = array.shape.clone();
        let vector = shape.last() == Some(&3) && (shape.len() == 4 || (Field::known_vector(&name) && shape.len() == 3));
        if vector {
            shape.pop();
        }
        if !(1..=3).contains(&shape.len()) || shape.contains(&0) {
            let reason = format!("{name}, an array of shape {:?}, is no field in 2D or 3D", array.shape);
            return Err(OutputError::invalid(path, reason));
        }
        if grid.as_ref().is_some_and(|(first, ..)| *first != shape) {
            return Err(OutputError::invalid(path, format!("{name} has another shape than the arrays before it")));
        }
        if grid.is_none() {
            let (own, counts_cells) = grid_of(&shape, edges);
            grid = Some((shape, own, counts_cells));
        }
        let components = if vector { 3 } else { 1 };
        let field = Field::from_numbers(&name, Field::known_unit(&name), components, array.values);
        fields.push(field.ok_or_else(|| OutputError::invalid(path, "it is neither numbers nor vectors"))?);
    }
    fields.sort_by_key(|field| field.name != "temperature");
    let (_, grid, counts_cells) = grid.ok_or_else(|| OutputError::invalid(path, "it holds no field"))?;
    Ok((Frame { grid, time, fields }, counts_cells))
}

/// A grid for an array of a shape [nz, ny, nx], [ny, nx] or [nx], and whether its axes merely count cells.
fn grid_of(shape: &[usize], edges: &dyn Fn(usize) -> Option<Vec<f64>>) -> (Grid, bool) {
    let cells: Vec<usize> = shape.iter().rev().copied().collect();
    let known = |axis: usize| -> Option<Axis> {
        let edges = edges(axis)?;
        let rising = edges.windows(2).all(|e| e[0] < e[1]) && edges.iter().all(|e| e.is_finite());
        (rising && edges.len() == cells[axis] + 1).then(|| Axis::from_edges(edges))
    };
    let axes: Option<Vec<Axis>> = (0..cells.len()).map(known).collect();
    let counts_cells = axes.is_none();
    let mut axes = axes.unwrap_or_else(|| cells.iter().map(|n| Axis::uniform(0.0, *n as f64, *n)).collect());
    if axes.len() == 1 {
        axes.push(Axis::uniform(0.0, 0.1 * axes[0].length(), 1));
    }
    let grid = match axes.as_slice() {
        [x, y, z] => Grid::three_dimensional(x.clone(), y.clone(), z.clone()),
        _ => Grid::two_dimensional(axes[0].clone(), axes[1].clone(), 1.0),
    };
    (grid, counts_cells)
}

const EDGE_FILES: [&str; 3] = ["x.npy", "y.npy", "z.npy"];

/// Writes the cell edges of a grid (m) to `axes/` in the directory of `.npy` fields, so that others know where the
/// cells are.
///
/// # Errors
/// If a file cannot be written.
pub fn write_edges(directory: &Path, grid: &Grid) -> Result<(), OutputError> {
    for (axis, name) in EDGE_FILES.iter().enumerate().take(grid.dimensions()) {
        let edges = grid.axis(axis).edges();
        npy::write(&directory.join("axes").join(name), &[edges.len()], edges.iter().copied(), Storage::Double)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_take_their_axes_from_beside_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("temperature_0001.npy");
        npy::write(&path, &[2, 3], (0..6).map(f64::from), Storage::Double).unwrap();
        let load = |path: &Path| load(&StateFile::single(path));
        let (counted, counts_cells) = load(&path).unwrap();
        assert!(counts_cells && counted.grid.axis(0).length() == 3.0);
        let grid = Grid::two_dimensional(Axis::from_edges(vec![0.0, 0.1, 0.3, 0.35]), Axis::uniform(0.0, 1.0, 2), 1.0);
        write_edges(dir.path(), &grid).unwrap();
        let (frame, counts_cells) = load(&path).unwrap();
        assert!(
            !counts_cells
                && frame.grid
                    == Grid::two_dimensional(grid.axis(0).clone(), Axis::from_edges(vec![0.0, 0.5, 1.0]), 1.0)
        );
        assert_eq!(frame.fields[0].unit, "K");
        npy::write(&path, &[1, 1, 1, 1, 2], [0.0; 2].into_iter(), Storage::Double).unwrap();
        assert!(load(&path).is_err());
    }

    #[test]
    fn archives_and_groups_come_back_as_they_went() {
        let dir = tempfile::tempdir().unwrap();
        let fields = dir.path().join("fields");
        let grid = Grid::two_dimensional(Axis::from_edges(vec![0.0, 0.1, 0.3, 0.35]), Axis::uniform(0.0, 1.0, 2), 1.0);
        let temperature = npy::Array { shape: vec![2, 3], values: (0..6).map(f64::from).collect() };
        let flux = npy::Array { shape: vec![2, 3, 3], values: (0..18).map(f64::from).collect() };
        let edges =
            |a: usize| npy::Array { shape: vec![grid.axis(a).cells() + 1], values: grid.axis(a).edges().to_vec() };
        let time = npy::Array { shape: Vec::new(), values: vec![2.5] };
        let arrays = [
            ("flux", flux.clone()),
            ("velocity", flux),
            ("temperature", temperature),
            ("x", edges(0)),
            ("y", edges(1)),
            ("time", time),
        ];
        npy::write_archive(&fields.join("fields_0001.npz"), &arrays).unwrap();
        let files = field_files(dir.path(), None).unwrap();
        assert_eq!(files, [StateFile::single(&fields.join("fields_0001.npz"))]);
        let (frame, counts_cells) = load(&files[0]).unwrap();
        assert!(!counts_cells && frame.grid == grid && frame.time == Some(2.5));
        assert_eq!(
            frame.fields.iter().map(|f| (f.name.as_str(), f.components())).collect::<Vec<_>>(),
            [("temperature", 1), ("flux", 3), ("velocity", 3)]
        );

        let good = std::fs::read(&files[0].path).unwrap();
        for cut in 0..good.len() {
            std::fs::write(&files[0].path, &good[..cut]).unwrap();
            assert!(load(&files[0]).is_err(), "{cut}");
        }
        std::fs::remove_file(&files[0].path).unwrap();
        let mut group = zarr::Group::open(&fields.join("fields.zarr"), &grid, None).unwrap();
        (1..=3).for_each(|n| group.add(&Frame { time: Some(f64::from(n)), ..frame.clone() }).unwrap());
        for place in [dir.path(), &fields.join("fields.zarr")] {
            let files = field_files(place, None).unwrap();
            assert_eq!((files.len(), files[2].stem().as_str()), (3, "fields_0003"));
            let (back, _) = load(&files[2]).unwrap();
            assert!(back.fields == frame.fields && back.time == Some(3.0) && back.grid == grid);
        }
        let path = dir.path().join("whole.zarr");
        let mut group = zarr::Group::open(&path, &grid, None).unwrap();
        (0..3).for_each(|n| group.add(&Frame { time: Some(f64::from(n)), ..frame.clone() }).unwrap());
        let names: Vec<_> = field_files(&path, None).unwrap().iter().map(StateFile::stem).collect();
        assert_eq!(names, ["whole_0000", "whole_0001", "whole_0002"], "the initial state has number 0");
    }
}
