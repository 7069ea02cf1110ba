//! `clausius render`: pictures of fields and series already computed.

use super::arguments::RenderArguments;
use super::{Failure, print};
use crate::nearest::nearest;
use crate::output::about::About;
use crate::output::colormap::Colormap;
use crate::output::flow::FlowStyle;
use crate::output::label::TemperatureScale;
use crate::output::line::Line;
use crate::output::render::{Options, When, render_files};
use crate::output::series_plot;
use crate::output::view::View;
use crate::quantity;
use crate::scenario::Slice;
use std::path::Path;

/// Runs the command.
pub fn render(arguments: &RenderArguments) -> Result<(), Failure> {
    let read = |option: &str, text: &str, e: String| Failure::input(format!("--{option} {text}: {e}"));
    let view = match (&arguments.slice, &arguments.view) {
        (Some(text), _) => Some(Slice::parse(text).map(View::Slice).map_err(|e| read("slice", text, e))?),
        (None, Some(text)) => Some(View::parse(text).map_err(|e| read("view", text, e))?),
        (None, None) => None,
    };
    let line = match &arguments.line {
        Some(text) => Some(Line::parse(text).map_err(|e| read("line", text, e))?),
        None => None,
    };
    let colormap = match &arguments.colormap {
        Some(name) => Some(Colormap::named(name).ok_or_else(|| unknown_colormap(name))?),
        None => None,
    };
    let unknown = |name: &String| Failure::input(format!("--unit {name}: temperatures are shown in K, degC or degF"));
    let scale = match &arguments.unit {
        Some(name) => Some(TemperatureScale::named(name).ok_or_else(|| unknown(name))?),
        None => None,
    };
    let own = || arguments.files.first().map(|file| About::of(file).scale());
    let warm = arguments.field.as_deref().is_none_or(|name| name == "temperature") && arguments.minus.is_none();
    let shown = scale.or_else(own).filter(|_| warm).unwrap_or_default();
    let range = match &arguments.range {
        Some(text) => Some(read_range(text, shown)?),
        None => None,
    };
    let when = match &arguments.time {
        Some(text) => Some(When::parse(text).map_err(|e| read("time", text, e))?),
        None => None,
    };
    if arguments.log && arguments.minus.is_some() && line.is_none() {
        return Err(Failure::input(
            "--log has no colours for a difference, which has two signs: leave one of --log and --minus out",
        ));
    }
    let is_table = |file: &std::path::PathBuf| file.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let tables = arguments.files.iter().any(is_table);
    if let Some((option, what)) = idle(arguments, tables) {
        let plot = if tables { "the curves of a series" } else { "a plot along a line" };
        return Err(Failure::input(format!("{option} is for {what}, and does nothing to {plot}: leave it out")));
    }
    let together = line.is_some() && !arguments.files.iter().any(is_table);
    let one = arguments.output.as_ref().filter(|o| o.extension().is_some());
    let plots = line.is_some() || arguments.files.iter().any(is_table);
    one.map_or(Ok(()), |one| writable(one, plots)).map_err(Failure::input)?;
    if let Some(one) = one.filter(|_| !together && arguments.files.len() > 1) {
        return Err(Failure::input(format!(
            "{} is one file and {} inputs are named; give a directory with -o",
            one.display(),
            arguments.files.len()
        )));
    }
    let options = Options {
        field: arguments.field.clone(),
        view,
        line,
        when,
        minus: arguments.minus.clone(),
        colormap,
        range,
        scale,
        isotherms: arguments.isotherms,
        logarithmic: arguments.log,
        flow: match (arguments.arrows, arguments.streamlines) {
            (true, _) => Some(FlowStyle::Arrows),
            (_, true) => Some(FlowStyle::Streamlines),
            _ => None,
        },
        svg: arguments.svg,
    };
    let out = arguments.output.as_deref();
    let mut written: Vec<std::path::PathBuf> = Vec::new();
    let groups = if together { vec![arguments.files.as_slice()] } else { arguments.files.chunks(1).collect() };
    for files in groups {
        let pictures = match files {
            [file] if is_table(file) => series_plot::render(file, &options, out),
            files => render_files(files, &options, out),
        };
        for picture in pictures.map_err(Failure::input)? {
            print(&format!("{}\n", picture.display()))?;
            if written.contains(&picture) {
                return Err(Failure::input(format!(
                    "{}: two of the inputs give a picture of this name, and the later one took its place; draw them into directories of their own",
                    picture.display()
                )));
            }
            written.push(picture);
        }
    }
    Ok(())
}

/// An option that does nothing to plots of lines or tables, and what it is for.
fn idle(arguments: &RenderArguments, tables: bool) -> Option<(&'static str, &'static str)> {
    let of_maps = [
        ("--range", arguments.range.is_some()),
        ("--colormap", arguments.colormap.is_some()),
        ("--isotherms", arguments.isotherms),
        ("--arrows", arguments.arrows),
        ("--streamlines", arguments.streamlines),
        ("--slice", arguments.slice.is_some()),
        ("--view", arguments.view.is_some()),
    ];
    let of_fields = [
        ("--line", arguments.line.is_some()),
        ("--time", arguments.time.is_some()),
        ("--minus", arguments.minus.is_some()),
    ];
    let given = |options: &[(&'static str, bool)]| options.iter().find(|(_, given)| *given).map(|(option, _)| *option);
    let on_maps = given(&of_maps).filter(|_| tables || arguments.line.is_some()).map(|option| (option, "maps"));
    on_maps.or_else(|| given(&of_fields).filter(|_| tables).map(|option| (option, "fields")))
}

/// Whether a name that has an ending is one that can be written, or else a directory's.
fn writable(out: &Path, plots: bool) -> Result<(), String> {
    let directory = out.is_dir() || out.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    let ending = out.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let known = if plots { &["png", "svg"][..] } else { &["png", "svg", "gif", "apng", "mp4"] };
    if directory || known.contains(&ending.as_str()) {
        return Ok(());
    }
    let what = if plots { "a plot" } else { "a picture or film" };
    Err(format!(
        "-o {}: {what} is written as .{}; the name of a new directory with a dot ends with {}",
        out.display(),
        known.join(", ."),
        std::path::MAIN_SEPARATOR
    ))
}

fn unknown_colormap(name: &str) -> Failure {
    let names: Vec<&str> = Colormap::ALL.iter().map(|(n, _)| *n).collect();
    let hint = nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean '{n}'?"));
    Failure::input(format!("--colormap {name}: allowed are {}{hint}", names.join(", ")))
}

/// `LO:HI`: numbers in the unit that temperatures are shown in, or temperatures with their own; other fields are in SI units.
fn read_range(text: &str, shown: TemperatureScale) -> Result<(f64, f64), Failure> {
    let end = |end: &str| {
        let end = end.trim();
        match (end.parse::<f64>(), shown) {
            (Ok(number), TemperatureScale::Kelvin) => Some(number),
            (Ok(_), shown) => quantity::parse(&format!("{end} {}", shown.name()), quantity::TEMPERATURE).ok(),
            (Err(_), _) => quantity::parse(end, quantity::TEMPERATURE).ok(),
        }
    };
    match text.split_once(':').and_then(|(low, high)| Some((end(low)?, end(high)?))) {
        Some((low, high)) if low < high && f64::is_finite(high - low) => Ok((low, high)),
        _ => Err(Failure::input(format!(
            "--range {text}: write two numbers, the lower first: 300:350, or \"20 degC:80 degC\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("old.jpg")).unwrap();
        for (name, plots, good) in [
            ("x.png", false, true),
            ("x.PNG", true, true),
            ("x.mp4", false, true),
            ("x.mp4", true, false),
            ("x.jpg", false, false),
            ("old.jpg", false, true),
            ("v1.2/", false, true),
        ] {
            assert_eq!(writable(&path(name), plots).is_ok(), good, "{name}");
        }
        let says = writable(Path::new("x8.jpg"), false).unwrap_err();
        assert!(says.contains("x8.jpg") && says.contains(".png, .svg, .gif, .apng, .mp4"), "{says}");
    }

    #[test]
    fn ranges_are_in_the_unit_that_is_shown() {
        let near = |text: &str, unit: TemperatureScale, expected: (f64, f64)| {
            let (low, high) = read_range(text, unit).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert!((low - expected.0).abs() < 1e-9 && (high - expected.1).abs() < 1e-9, "{text}: {low} {high}");
        };
        near("300:350", TemperatureScale::Kelvin, (300.0, 350.0));
        near("-2e4:1e5", TemperatureScale::Kelvin, (-2e4, 1e5));
        near("20:80", TemperatureScale::Celsius, (293.15, 353.15));
        near("20 degC:80 degC", TemperatureScale::Kelvin, (293.15, 353.15));
        assert!(
            read_range("80:20", TemperatureScale::Kelvin).is_err()
                && read_range("a:b", TemperatureScale::Kelvin).is_err()
        );
    }
}
