//! Fields that lie in files: `.vti` and `.vtr` as we write them, `.npy` arrays, and result directories.

use super::field::{Field, Frame, Storage};
use super::file::OutputError;
use super::{npy, vtk};
use crate::grid::{Axis, Grid};
use std::path::{Path, PathBuf};

/// Reads the fields of a file; tells whether its axes merely count cells.
///
/// # Errors
/// If it cannot be read.
pub fn load(path: &Path) -> Result<(Frame, bool), OutputError> {
    match extension(path).as_deref() {
        Some("vti" | "vtr") => Ok((vtk::read(path)?, false)),
        Some("npy") => load_array(path),
        _ => {
            std::fs::metadata(path).map_err(|e| OutputError::new(path, "read", e))?;
            Err(OutputError::invalid(path, "it is neither a result directory nor a .vti, .vtr or .npy file"))
        }
    }
}

/// The field files of a result directory in their order (`.vti` and `.vtr` rather than `.npy`), or the file itself.
///
/// # Errors
/// If the directory cannot be read or holds none.
pub fn field_files(input: &Path, field: Option<&str>) -> Result<Vec<PathBuf>, OutputError> {
    if !input.is_dir() {
        return Ok(vec![input.to_owned()]);
    }
    let fields = input.join("fields");
    let directory = if fields.is_dir() { fields.as_path() } else { input };
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .and_then(|entries| entries.map(|e| Ok(e?.path())).collect())
        .map_err(|e| OutputError::new(directory, "read", e))?;
    files.sort();
    let vtk = |path: &&PathBuf| matches!(extension(path).as_deref(), Some("vti" | "vtr"));
    let wanted = field.unwrap_or("temperature");
    let array = |path: &&PathBuf| extension(path).as_deref() == Some("npy") && array_name(path) == wanted;
    let mut chosen: Vec<PathBuf> = files.iter().filter(vtk).cloned().collect();
    if chosen.is_empty() {
        chosen = files.iter().filter(array).cloned().collect();
    }
    if chosen.is_empty() {
        let reason = "it holds no .vti, .vtr or .npy files; ask a run for them with output.formats = [\"vti\"]";
        Err(OutputError::invalid(input, reason))
    } else {
        Ok(chosen)
    }
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

/// An array as a field. Its axes come from `axes/x.npy` and so on beside it; without them they count cells.
fn load_array(path: &Path) -> Result<(Frame, bool), OutputError> {
    let array = npy::read(path)?;
    let name = array_name(path);
    let mut shape = array.shape.clone();
    let vector = shape.last() == Some(&3) && (shape.len() == 4 || (name == "flux" && shape.len() == 3));
    if vector {
        shape.pop();
    }
    if !(1..=3).contains(&shape.len()) || shape.contains(&0) {
        return Err(OutputError::invalid(path, format!("an array of shape {:?} is no field in 2D or 3D", array.shape)));
    }
    shape.reverse();
    let known = |axis: usize| -> Option<Axis> {
        let edges = npy::read(&path.with_file_name("axes").join(EDGE_FILES[axis])).ok()?.values;
        let rising = edges.windows(2).all(|e| e[0] < e[1]) && edges.iter().all(|e| e.is_finite());
        (rising && edges.len() == shape[axis] + 1).then(|| Axis::from_edges(edges))
    };
    let axes: Option<Vec<Axis>> = (0..shape.len()).map(known).collect();
    let counts_cells = axes.is_none();
    let mut axes = axes.unwrap_or_else(|| shape.iter().map(|n| Axis::uniform(0.0, *n as f64, *n)).collect());
    if axes.len() == 1 {
        axes.push(Axis::uniform(0.0, 0.1 * axes[0].length(), 1));
    }
    let grid = match axes.as_slice() {
        [x, y, z] => Grid::three_dimensional(x.clone(), y.clone(), z.clone()),
        [x, y, ..] => Grid::two_dimensional(x.clone(), y.clone(), 1.0),
        _ => return Err(OutputError::invalid(path, "it has no axes")),
    };
    let components = if vector { 3 } else { 1 };
    let field = Field::from_numbers(&name, Field::known_unit(&name), components, array.values);
    let field = field.ok_or_else(|| OutputError::invalid(path, "it is neither numbers nor vectors"))?;
    Ok((Frame { grid, time: None, fields: vec![field] }, counts_cells))
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
}
