//! Pictures of fields that lie in files: maps, differences, cuts along a line, films.

use super::about::About;
use super::chart::{Chart, Curve, Run};
use super::colormap::Colormap;
use super::field::{Field, Frame, Values};
use super::file::{OutputError, write_whole};
use super::film::{self, FilmFormat};
use super::flow::FlowStyle;
use super::label::{self, TemperatureScale};
use super::line::{self, Line};
use super::load::{StateFile, field_files, load};
use super::plane::{self, Style};
use super::scale::{MOST_DECADES, extent};
use super::sheet::Sheet;
use super::view::{Look, View};
use crate::quantity;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to draw and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Field by name; the first of a file if absent.
    pub field: Option<String>,
    /// What is shown of 3D fields; the middle of z if absent.
    pub view: Option<View>,
    /// Instead of maps, a plot along this line.
    pub line: Option<Line>,
    /// Of several states the one that is drawn; all if absent.
    pub when: Option<When>,
    /// A file or directory whose fields are taken off.
    pub minus: Option<PathBuf>,
    /// Instead of the one that the run's own pictures have, or the field's own.
    pub colormap: Option<Colormap>,
    /// Ends of the colour bar: of temperatures in K, else in the unit of the field. If absent, those of the run's own pictures of temperatures, or
    /// the same for all pictures: from the least to the greatest value in any of them.
    pub range: Option<(f64, f64)>,
    /// What temperatures are shown in; as in the run's own pictures if absent.
    pub scale: Option<TemperatureScale>,
    /// Whether lines of equal value are drawn.
    pub isotherms: bool,
    /// Whether colours follow the logarithm, beside where they do in the run's own pictures.
    pub logarithmic: bool,
    /// How the field `flux` is drawn over the map, if it is.
    pub flow: Option<FlowStyle>,
    /// Whether pictures are SVG where their names are ours to choose.
    pub svg: bool,
}

/// One state of several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// The last.
    Last,
    /// The one nearest to a time, s.
    At(f64),
}

impl When {
    /// Reads `last` or a time such as `30 s`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<When, String> {
        if text.trim() == "last" {
            return Ok(When::Last);
        }
        let time = quantity::parse(text.trim(), quantity::TIME);
        time.map(When::At).map_err(|e| format!("{e}; write last, or a time such as \"30 s\""))
    }

    /// The state among those of an input.
    fn choose(self, input: &Path, mut files: Vec<StateFile>) -> Result<Vec<StateFile>, RenderError> {
        let When::At(wanted) = self else { return Ok(files.pop().into_iter().collect()) };
        let unseen = |reason: String| RenderError::Unseen { path: input.to_owned(), reason };
        let mut timed = Vec::new();
        for file in files {
            if let Some(time) = load(&file)?.0.time {
                timed.push((time, file));
            }
        }
        let times = timed.iter().map(|(time, _)| *time);
        let [first, last] = times.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], t| [a.min(t), b.max(t)]);
        let nearest = timed.into_iter().min_by(|a, b| (a.0 - wanted).abs().total_cmp(&(b.0 - wanted).abs()));
        let Some((_, nearest)) = nearest else {
            return Err(unseen("its states tell no times: leave time out, take last, or name the file".into()));
        };
        // Times are told to some digits.
        let slack = 1e-6 * last.abs();
        if wanted < first - slack || wanted > last + slack {
            let [first, last] = [first, last].map(|time| quantity::format_quantity(time, quantity::TIME));
            let there = if first == last { format!("is of {first}") } else { format!("reach from {first} to {last}") };
            let what = if first == last { "state" } else { "states" };
            return Err(unseen(format!("there is nothing at {wanted} s: its {what} {there}")));
        }
        Ok(vec![nearest])
    }
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] OutputError),
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
    /// A view or a line that the grid cannot give.
    #[error("{}: {reason}", path.display())]
    Unseen {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Two results on different grids.
    #[error("{} and {} lie on different grids: there is no difference to draw", a.display(), b.display())]
    Grids {
        /// The one.
        a: PathBuf,
        /// The other.
        b: PathBuf,
    },
    /// Several pictures, one file.
    #[error("{count} pictures do not go into the one file {}: name a directory, or a .gif, .apng or .mp4{hint}", path.display())]
    OneFile {
        /// Where they were to go.
        path: PathBuf,
        /// How many there are.
        count: usize,
        /// How one of them is drawn alone.
        hint: String,
    },
}

/// What is seen of a file.
struct Seen {
    file: StateFile,
    frame: Frame,
    view: View,
    look: Look,
    /// What was taken off.
    less: Option<String>,
    counts_cells: bool,
}

/// The states of an input that are drawn.
fn states(input: &Path, options: &Options) -> Result<Vec<StateFile>, RenderError> {
    let files = field_files(input, options.field.as_deref())?;
    options.when.map_or(Ok(files.clone()), |when| when.choose(input, files))
}

/// Draws a field of files, or of all files of result directories: maps of each, or curves along a line all in one plot.
///
/// # Errors
/// See [`RenderError`].
pub fn render_files(inputs: &[PathBuf], options: &Options, out: Option<&Path>) -> Result<Vec<PathBuf>, RenderError> {
    if let Some(line) = &options.line {
        return along_line(inputs, line, options, out);
    }
    let pictures: Result<Vec<Vec<PathBuf>>, RenderError> =
        inputs.iter().map(|input| render_file(input, options, out)).collect();
    pictures.map(|pictures| pictures.concat())
}

/// Draws a field of a file, or of all files of a result directory, and returns the pictures' paths. `out` is a `.png` or `.svg` for one
/// picture, a `.gif`, `.apng` or `.mp4` for a film of all, or a directory; if absent the pictures go beside the files.
///
/// # Errors
/// See [`RenderError`].
pub fn render_file(input: &Path, options: &Options, out: Option<&Path>) -> Result<Vec<PathBuf>, RenderError> {
    let files = states(input, options)?;
    let film = out.and_then(FilmFormat::of);
    let single = out.filter(|o| film.is_none() && is_picture(o));
    if let (Some(path), true) = (single, files.len() > 1) {
        let hint = match files[files.len() - 1].state {
            None => format!("; or draw one state alone: --time last, or {}", files[files.len() - 1].path.display()),
            Some(_) => "; or draw one state alone: --time last".to_owned(),
        };
        return Err(RenderError::OneFile { path: path.to_owned(), count: files.len(), hint });
    }
    let range = match options.range {
        Some(range) => Some(range),
        None if files.len() > 1 => common_range(&files, options)?,
        None => None,
    };
    let about = About::of(input);
    let mut frames = Vec::new();
    let mut pictures = Vec::new();
    for file in &files {
        let seen = look(file, options)?;
        let sheet = draw(&seen, &about, range, options)?;
        if film.is_some() {
            frames.push(sheet.image());
            continue;
        }
        let name = picture_name(&seen, if options.svg { "svg" } else { "png" });
        let path = match (single, out) {
            (Some(path), _) => path.to_owned(),
            (None, Some(directory)) => directory.join(name),
            (None, None) => file.path.with_file_name(name),
        };
        write_sheet(&path, &sheet)?;
        pictures.push(path);
    }
    if let (Some(format), Some(path)) = (film, out) {
        film::write(path, format, frames.into_iter())?;
        pictures.push(path.to_owned());
    }
    Ok(pictures)
}

fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|e| ["png", "svg"].iter().any(|p| e.eq_ignore_ascii_case(p)))
}

/// Writes a picture: SVG or PNG by the ending of its name.
///
/// # Errors
/// If the file cannot be written.
pub fn write_sheet(path: &Path, sheet: &Sheet) -> Result<(), OutputError> {
    let svg = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
    let bytes = if svg { sheet.svg().into_bytes() } else { sheet.png() };
    write_whole(path, |w| w.write_all(&bytes))
}

fn draw(seen: &Seen, about: &About, range: Option<(f64, f64)>, options: &Options) -> Result<Sheet, RenderError> {
    let moment = if about.steady {
        plane::moment(None)
    } else {
        seen.frame.time.map_or_else(String::new, |t| plane::moment(Some(t)))
    };
    let less = seen.less.as_ref().map_or_else(String::new, |less| format!("less {less}"));
    let moment = [moment, less].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    // a difference has colours of its own
    let manner = about.manner.as_ref().filter(|_| seen.less.is_none());
    let field = &seen.look.field;
    let fixed = manner.and_then(|m| m.range).filter(|_| options.range.is_none() && field.is_temperature());
    let scale = options.scale.unwrap_or(about.scale());
    let logarithmic = options.logarithmic || manner.is_some_and(|m| m.logarithmic.contains(&field.name));
    let shown = |end: f64| if field.is_temperature() { scale.show(end) } else { end };
    // how far up a range begins, as a part of its end: what a logarithmic scale has to reach
    let begins = options.range.map(|(low, high)| shown(low) / shown(high).max(f64::MIN_POSITIVE));
    if logarithmic && !field.is_kinds() && begins.is_some_and(|part| part < 10_f64.powf(-MOST_DECADES)) {
        let asked = if options.logarithmic { "leave --log out" } else { "take another --field" };
        return Err(RenderError::Unseen {
            path: seen.file.path.clone(),
            reason: format!(
                "a logarithmic scale reaches {MOST_DECADES} decades down from its top and not to zero: let the range begin above {:e}, or {asked}",
                shown(options.range.unwrap_or_default().1).max(0.0) * 10_f64.powf(-MOST_DECADES)
            ),
        });
    }
    let style = Style {
        title: &about.title,
        scale,
        colormap: options.colormap.or(manner.and_then(|m| m.colormap.as_deref()).and_then(Colormap::named)),
        range: fixed.map(|[low, high]| (low, high)).or(range),
        kinds: &about.kinds,
        isotherms: options.isotherms,
        logarithmic,
        linear: begins.is_some_and(|part| part <= 0.0),
        counts_cells: seen.counts_cells,
        flow: options.flow,
    };
    Ok(seen.view.show(&seen.frame.grid, &seen.look, &moment, &style))
}

/// A field of a frame by name, the first if none is asked for.
fn choose<'a>(file: &Path, frame: &'a Frame, name: Option<&str>) -> Result<&'a Field, RenderError> {
    let found = match name {
        None => frame.fields.first(),
        Some(name) => frame.fields.iter().find(|f| f.name == name),
    };
    found.ok_or_else(|| RenderError::NoField {
        path: file.to_owned(),
        asked: name.unwrap_or_default().to_owned(),
        known: frame.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// A field to draw.
struct Opened {
    frame: Frame,
    field: Field,
    /// What was taken off it.
    less: Option<String>,
    counts_cells: bool,
}

/// A file with the field that is drawn, less that of the other file where there is one.
fn open(file: &StateFile, options: &Options) -> Result<Opened, RenderError> {
    let (frame, counts_cells) = load(file)?;
    let path = &file.path;
    let field = choose(path, &frame, options.field.as_deref())?.clone();
    let Some(other) = &options.minus else { return Ok(Opened { frame, field, less: None, counts_cells }) };
    // of a directory the file of the same name, else its last state
    let others = field_files(other, Some(&field.name))?;
    let same = others.iter().find(|o| o.stem() == file.stem()).or(others.last());
    let other = same.cloned().unwrap_or_else(|| StateFile::single(other));
    let (before, _) = load(&other)?;
    let taken = choose(&other.path, &before, Some(&field.name))?;
    let edges = |f: &Frame| [0, 1, 2].map(|a| f.grid.axis(a).edges().to_vec());
    let alike = |a: &[f64], b: &[f64]| {
        let length = a.last().copied().unwrap_or(0.0) - a[0];
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * length)
    };
    if !edges(&frame).iter().zip(&edges(&before)).all(|(a, b)| alike(a, b)) || taken.components() != field.components()
    {
        return Err(RenderError::Grids { a: path.clone(), b: other.path });
    }
    let values: Vec<f64> = field.numbers().zip(taken.numbers()).map(|(a, b)| a - b).collect();
    let name = format!("{}_difference", field.name);
    let difference = Field::from_numbers(&name, &field.unit, field.components(), values).unwrap_or(field);
    let moment = before.time.map_or_else(String::new, |t| format!(" at {}", plane::moment(Some(t))));
    let less = Some(format!("{}{moment}", named(&other.path)));
    Ok(Opened { frame, field: difference, less, counts_cells })
}

/// A file by the directory of its run, or that it lies in, and its stem.
fn named(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.ancestors().skip(1).filter_map(Path::file_name).find(|name| *name != "fields");
    folder.map_or(stem.clone(), |folder| format!("{}/{stem}", folder.to_string_lossy()))
}

fn look(file: &StateFile, options: &Options) -> Result<Seen, RenderError> {
    let Opened { frame, field, less, counts_cells } = open(file, options)?;
    let grid = &frame.grid;
    let unseen = |reason: String| RenderError::Unseen { path: file.path.clone(), reason };
    let view = match options.view {
        None => View::chosen(grid, &[], &[])[0],
        Some(_) if grid.dimensions() == 2 => {
            return Err(unseen("it is 2D and shown whole: leave slice and view out".into()));
        }
        Some(view) => view,
    };
    if let View::Slice(slice) = view {
        let axis = grid.axis(slice.axis);
        if !(axis.low()..=axis.high()).contains(&slice.at) {
            let name = plane::AXIS_NAMES[slice.axis];
            return Err(unseen(format!(
                "the slice lies outside: {name} goes from {} m to {} m",
                axis.low(),
                axis.high()
            )));
        }
    }
    let flux = match options.flow {
        None => None,
        Some(_) => Some(choose(&file.path, &frame, Some("flux"))?).filter(|f| matches!(f.values, Values::Vector(_))),
    };
    if view == View::Cutaway && (options.isotherms || options.flow.is_some()) {
        return Err(unseen("a cut-away shows neither isotherms nor flow: leave them out, or take --slice".into()));
    }
    let look = view.look(grid, &field, flux);
    Ok(Seen { file: file.clone(), frame, view, look, less, counts_cells })
}

fn common_range(files: &[StateFile], options: &Options) -> Result<Option<(f64, f64)>, RenderError> {
    let mut ends = Vec::new();
    let mut last = None;
    for file in files {
        let seen = look(file, options)?;
        ends.extend(extent(seen.look.field.numbers()).into_iter().flat_map(|(low, high)| [low, high]));
        last = Some(seen.look.field);
    }
    Ok(last.zip(extent(ends.into_iter())).map(|(field, range)| plane::common_ends(&field, range)))
}

/// Curves of a field along a line, one for each file; those of several inputs are named after them.
fn along_line(
    inputs: &[PathBuf],
    line: &Line,
    options: &Options,
    out: Option<&Path>,
) -> Result<Vec<PathBuf>, RenderError> {
    let mut curves = Vec::new();
    let mut labels = [String::new(), String::new()];
    let mut all_files = Vec::new();
    for input in inputs {
        let files = states(input, options)?;
        all_files.extend(files.into_iter().map(|file| (input.display().to_string(), file)));
    }
    let scale = options.scale.or(inputs.first().map(|input| About::of(input).scale())).unwrap_or_default();
    for (input, file) in &all_files {
        let Opened { frame, field, counts_cells, .. } = open(file, options)?;
        let cut =
            line::cut(&frame.grid, line).map_err(|reason| RenderError::Unseen { path: file.path.clone(), reason })?;
        let warm = field.is_temperature();
        let all = field.magnitude();
        let length = frame.grid.axis(cut.axis).length();
        let (factor, unit) = if counts_cells { (1.0, "cells") } else { label::length_unit(length) };
        let value = |i: usize| if warm { scale.show(all[i]) } else { all[i] };
        let points = cut.cells.iter().map(|&(at, cell)| (at * factor, value(cell))).collect();
        let shown = if warm { scale.unit().to_owned() } else { label::printed_unit(&field.unit) };
        labels = [format!("{} ({unit})", plane::AXIS_NAMES[cut.axis]), format!("{} ({shown})", field.title())];
        curves.push(Curve {
            name: match frame.time.map(|t| plane::moment(Some(t))) {
                Some(moment) if inputs.len() > 1 => format!("{input}, {moment}"),
                None if inputs.len() > 1 => input.clone(),
                moment => moment.unwrap_or_else(|| file.stem()),
            },
            points,
            marked: false,
        });
    }
    let vertical = if options.logarithmic { Run::Logarithmic } else { Run::Linear };
    let named = inputs.iter().map(|input| About::of(input).title).reduce(|a, b| if a == b { a } else { String::new() });
    let chart = Chart {
        title: named.unwrap_or_default(),
        subtitle: line.told(),
        labels,
        runs: [Run::Linear, vertical],
        curves,
    };
    let ending = if options.svg { "svg" } else { "png" };
    let name = format!(
        "{}_{}.{ending}",
        options.field.as_deref().unwrap_or("line"),
        plane::file_part(&line.told().replace(", ", "_"))
    );
    let path = match out {
        Some(path) if is_picture(path) => path.to_owned(),
        Some(directory) => directory.join(name),
        None => all_files[0].1.path.with_file_name(name),
    };
    chart.write(&path)?;
    Ok(vec![path])
}

/// `fields_0003_flux_z=5mm.png`; a name is not said twice.
fn picture_name(seen: &Seen, ending: &str) -> String {
    let stem = seen.file.stem();
    let name = &seen.look.field.name;
    let named = if stem.contains(name.as_str()) { String::new() } else { format!("_{name}") };
    format!("{stem}{named}{}.{ending}", seen.view.file_part(&seen.frame.grid))
}

#[cfg(test)]
mod tests;
