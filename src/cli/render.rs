//! `clausius render`: pictures of fields already computed.

use super::arguments::RenderArguments;
use super::{Failure, print};
use crate::nearest::nearest;
use crate::output::colormap::Colormap;
use crate::output::render::{Options, render_file};
use crate::scenario::Slice;

/// Runs the command.
pub fn render(arguments: &RenderArguments) -> Result<(), Failure> {
    let slice = match &arguments.slice {
        Some(text) => Some(Slice::parse(text).map_err(|e| Failure::input(format!("--slice {text}: {e}")))?),
        None => None,
    };
    let colormap = match &arguments.colormap {
        Some(name) => Some(Colormap::named(name).ok_or_else(|| unknown_colormap(name))?),
        None => None,
    };
    let range = match &arguments.range {
        Some(text) => Some(read_range(text)?),
        None => None,
    };
    if let Some(png) =
        arguments.output.as_ref().filter(|o| o.extension().is_some_and(|e| e == "png") && arguments.files.len() > 1)
    {
        return Err(Failure::input(format!(
            "{} is one picture and {} inputs are named; give a directory with -o",
            png.display(),
            arguments.files.len()
        )));
    }
    let options = Options { field: arguments.field.clone(), slice, colormap, range, ..Options::default() };
    for file in &arguments.files {
        for picture in render_file(file, &options, arguments.output.as_deref()).map_err(Failure::input)? {
            print(&format!("{}\n", picture.display()))?;
        }
    }
    Ok(())
}

fn unknown_colormap(name: &str) -> Failure {
    let names: Vec<&str> = Colormap::ALL.iter().map(|(n, _)| *n).collect();
    let hint = nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean '{n}'?"));
    Failure::input(format!("--colormap {name}: allowed are {}{hint}", names.join(", ")))
}

/// `LO:HI`.
fn read_range(text: &str) -> Result<(f64, f64), Failure> {
    let ends = text.split_once(':').and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    match ends {
        Some((low, high)) if low < high && f64::is_finite(high - low) => Ok((low, high)),
        _ => Err(Failure::input(format!("--range {text}: write two numbers, the lower first: 300:350"))),
    }
}
