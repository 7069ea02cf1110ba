//! Pictures of fields that lie in files: `.vti` and `.vtr` as we write them, `.npy` arrays, and result directories.

use super::colormap::Colormap;
use super::field::{Field, Frame};
use super::file::{OutputError, write_whole};
use super::label::TemperatureScale;
use super::plane::{self, Plane, Style};
use super::{npy, vtk};
use crate::grid::{Axis, Grid};
use crate::output::scale::extent;
use crate::scenario::Slice;
use std::path::{Path, PathBuf};

/// What to draw and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Field by name; the first of a file if absent.
    pub field: Option<String>,
    /// Cut through 3D fields; the middle of z if absent.
    pub slice: Option<Slice>,
    /// Instead of the field's own.
    pub colormap: Option<Colormap>,
    /// Ends of the colour bar: of temperatures in K, else in the unit of the field. If absent, the same for all
    /// pictures: from the least to the greatest value in any of them.
    pub range: Option<(f64, f64)>,
    /// What temperatures are shown in.
    pub scale: TemperatureScale,
    /// Whether lines of equal value are drawn.
    pub isotherms: bool,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] OutputError),
    /// A directory without fields.
    #[error("{} holds no .vti, .vtr or .npy files; ask a run for them with output.formats = [\"vti\"]", path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// No such field.
    #[error("{} has no field `{asked}`; it has {known}", path.display())]
    NoField {
        /// The file.
        path: PathBuf,
        /// The field that was asked for.
        asked: String,
        /// Those that there are.
        known: String,
    },
    /// A cut that misses the grid.
    #[error("the slice lies outside {}: {axis} goes from {low} m to {high} m", path.display())]
    Outside {
        /// The file.
        path: PathBuf,
        /// The axis that is cut.
        axis: &'static str,
        /// Its low end, m.
        low: f64,
        /// Its high end, m.
        high: f64,
    },
    /// A cut through a plane.
    #[error("{} is 2D and shown whole: leave the slice out", path.display())]
    Flat {
        /// The file.
        path: PathBuf,
    },
    /// Several pictures, one file.
    #[error("{count} pictures do not go into the one file {}: name a directory", path.display())]
    OneFile {
        /// Where they were to go.
        path: PathBuf,
        /// How many there are.
        count: usize,
    },
}

/// A field of a file, ready to be drawn.
struct Subject {
    file: PathBuf,
    frame: Frame,
    field: usize,
    counts_cells: bool,
}

/// Draws a field of a file, or of all files of a result directory, and returns the pictures' paths. `out` is a
/// `.png` for one picture, or a directory; if absent the pictures go beside the files.
///
/// # Errors
/// See [`RenderError`].
pub fn render_file(input: &Path, options: &Options, out: Option<&Path>) -> Result<Vec<PathBuf>, RenderError> {
    let files = field_files(input, options.field.as_deref())?;
    let single = out.filter(|o| o.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")));
    if let (Some(path), true) = (single, files.len() > 1) {
        return Err(RenderError::OneFile { path: path.to_owned(), count: files.len() });
    }
    let range = match options.range {
        Some(range) => Some(range),
        None if files.len() > 1 => common_range(&files, options)?,
        None => None,
    };
    let title = title(input);
    let mut pictures = Vec::new();
    for file in files {
        let subject = open(&file, options)?;
        let (frame, field) = (&subject.frame, &subject.frame.fields[subject.field]);
        let plane = cut(&subject, options)?;
        let moment = frame.time.map_or_else(String::new, |t| plane::moment(Some(t)));
        let style = Style {
            title: &title,
            scale: options.scale,
            colormap: options.colormap,
            range,
            kinds: &[],
            isotherms: options.isotherms,
            counts_cells: subject.counts_cells,
        };
        let picture = plane.draw(&frame.grid, field, &moment, &style);
        let path = match (single, out) {
            (Some(path), _) => path.to_owned(),
            (None, Some(directory)) => directory.join(picture_name(&file, field, &plane)),
            (None, None) => file.with_file_name(picture_name(&file, field, &plane)),
        };
        let mut png = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut png, image::ImageFormat::Png)
            .map_err(|e| OutputError::new(&path, "encode", std::io::Error::other(e)))?;
        write_whole(&path, |w| std::io::Write::write_all(w, png.get_ref()))?;
        pictures.push(path);
    }
    Ok(pictures)
}

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
pub fn field_files(input: &Path, field: Option<&str>) -> Result<Vec<PathBuf>, RenderError> {
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
    if chosen.is_empty() { Err(RenderError::Empty { path: input.to_owned() }) } else { Ok(chosen) }
}

fn open(file: &Path, options: &Options) -> Result<Subject, RenderError> {
    let (frame, counts_cells) = load(file)?;
    let field = match &options.field {
        None => Some(0),
        Some(name) => frame.fields.iter().position(|f| f.name == *name),
    };
    match field {
        Some(field) => Ok(Subject { file: file.to_owned(), frame, field, counts_cells }),
        None => Err(RenderError::NoField {
            path: file.to_owned(),
            asked: options.field.clone().unwrap_or_default(),
            known: frame.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn cut(subject: &Subject, options: &Options) -> Result<Plane, RenderError> {
    let grid = &subject.frame.grid;
    let Some(slice) = options.slice else { return Ok(Plane::chosen(grid, &[]).swap_remove(0)) };
    if grid.dimensions() == 2 {
        return Err(RenderError::Flat { path: subject.file.clone() });
    }
    let axis = grid.axis(slice.axis);
    if !(axis.low()..=axis.high()).contains(&slice.at) {
        let name = ["x", "y", "z"][slice.axis];
        return Err(RenderError::Outside {
            path: subject.file.clone(),
            axis: name,
            low: axis.low(),
            high: axis.high(),
        });
    }
    Ok(Plane::slice(grid, slice))
}

fn common_range(files: &[PathBuf], options: &Options) -> Result<Option<(f64, f64)>, RenderError> {
    let mut ends = Vec::new();
    for file in files {
        let subject = open(file, options)?;
        let plane = cut(&subject, options)?;
        let field = &subject.frame.fields[subject.field];
        let values = field.magnitude();
        ends.extend(extent(plane.cells.iter().map(|i| values[*i])).into_iter().flat_map(|(low, high)| [low, high]));
    }
    Ok(extent(ends.into_iter()))
}

/// `fields_0003_flux_z=5mm.png`; a name is not said twice.
fn picture_name(file: &Path, field: &Field, plane: &Plane) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let named = if stem.contains(&field.name) { String::new() } else { format!("_{}", field.name) };
    format!("{stem}{named}{}.png", plane.file_part())
}

/// Title of the run whose result directory this is or belongs to.
fn title(input: &Path) -> String {
    let report = input.ancestors().take(3).find_map(|d| std::fs::read(d.join("report.json")).ok());
    let report = report.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    report.as_ref().and_then(|r| r["title"].as_str()).unwrap_or_default().to_owned()
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase())
}

/// Name of the field in `temperature_0003.npy`.
fn array_name(path: &Path) -> String {
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
        npy::write(
            &directory.join("axes").join(name),
            &[edges.len()],
            edges.iter().copied(),
            super::field::Storage::Double,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::field::Storage;
    use glam::DVec3;

    fn frame(time: f64) -> Frame {
        let axis = |n| Axis::uniform(0.0, 0.01 * n as f64, n);
        let grid = Grid::three_dimensional(axis(4), axis(3), axis(2));
        let t: Vec<f64> = (0..24).map(|i| 300.0 + time * f64::from(i)).collect();
        let q = vec![DVec3::X * time; 24];
        Frame {
            grid,
            time: Some(time),
            fields: vec![Field::scalar("temperature", "K", t), Field::vector("flux", "W/m^2", q)],
        }
    }

    #[test]
    fn a_result_directory_gives_one_picture_per_file() {
        let dir = tempfile::tempdir().unwrap();
        for n in 1..=2 {
            vtk::write(&dir.path().join(format!("fields/fields_000{n}.vti")), &frame(f64::from(n)), Storage::Double)
                .unwrap();
        }
        std::fs::write(dir.path().join("report.json"), r#"{"title": "A run"}"#).unwrap();
        assert_eq!(title(&dir.path().join("fields/fields_0001.vti")), "A run");
        let pictures = render_file(dir.path(), &Options::default(), Some(&dir.path().join("out"))).unwrap();
        let names: Vec<_> = pictures.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["fields_0001_temperature_z=10mm.png", "fields_0002_temperature_z=10mm.png"]);
        assert!(image::open(&pictures[0]).unwrap().width() > 600);
        let options =
            Options { field: Some("flux".into()), slice: Some(Slice { axis: 0, at: 0.001 }), ..Options::default() };
        let one = dir.path().join("one.png");
        render_file(&dir.path().join("fields/fields_0001.vti"), &options, Some(&one)).unwrap();
        assert!(one.exists());
        assert_eq!(
            common_range(&field_files(dir.path(), None).unwrap(), &Options::default()).unwrap(),
            Some((312.0, 346.0))
        );
    }

    #[test]
    fn mistakes_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.vti");
        let message = |options: &Options| render_file(&file, options, None).unwrap_err().to_string();
        assert!(message(&Options::default()).contains("cannot read"));
        vtk::write(&file, &frame(1.0), Storage::Double).unwrap();
        let no_field = Options { field: Some("entropy".into()), ..Options::default() };
        assert!(message(&no_field).contains("it has temperature, flux"));
        let outside = Options { slice: Some(Slice { axis: 2, at: 1.0 }), ..Options::default() };
        assert!(message(&outside).contains("z goes from 0 m to 0.02 m"));
        vtk::write(&dir.path().join("b.vti"), &frame(2.0), Storage::Double).unwrap();
        let several = render_file(dir.path(), &Options::default(), Some(&dir.path().join("x.png"))).unwrap_err();
        assert!(several.to_string().contains("2 pictures"));
        let load = |name: &str| load(&dir.path().join(name)).unwrap_err().to_string();
        assert!(
            load("nowhere").contains("No such file") || load("nowhere").contains("cannot find"),
            "{}",
            load("nowhere")
        );
        std::fs::write(dir.path().join("text.txt"), "").unwrap();
        assert!(load("text.txt").contains("neither"));
        let empty = tempfile::tempdir().unwrap();
        assert!(render_file(empty.path(), &Options::default(), None).unwrap_err().to_string().contains("holds no"));
    }

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
        assert_eq!(render_file(&path, &Options::default(), None).unwrap()[0], dir.path().join("temperature_0001.png"));
        npy::write(&path, &[1, 1, 1, 1, 2], [0.0; 2].into_iter(), Storage::Double).unwrap();
        assert!(load(&path).is_err());
    }
}
