//! Plots of a time series: the quantities of one kind share a frame.

use super::about::About;
use super::chart::{Chart, Curve, Run};
use super::label::{self, TemperatureScale};
use super::render::{Options, RenderError};
use super::series::{self, Column, Series};
use std::path::{Path, PathBuf};

/// Columns of one kind, with what they have in common.
pub struct Group<'a> {
    /// "Probes", "Heat into the solid", ...
    pub title: &'static str,
    /// As files write it.
    pub unit: &'a str,
    /// The columns, none without a number other than zero.
    pub columns: Vec<&'a Column>,
}

/// The columns of a series but its times, by kind.
pub fn groups(series: &Series) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for column in series.columns.iter().skip(1).filter(|c| c.values.iter().any(|v| *v != 0.0)) {
        let title = kind(column);
        match groups.iter_mut().find(|g| g.title == title && g.unit == column.unit) {
            Some(group) => group.columns.push(column),
            None => groups.push(Group { title, unit: &column.unit, columns: vec![column] }),
        }
    }
    groups
}

fn kind(column: &Column) -> &'static str {
    match column.unit.as_str() {
        "K" if column.name.starts_with("probe ") => "Probes",
        "K" => "Temperature",
        "W" => "Heat into the solid",
        "J" => "Energy",
        "J/K" => "Entropy",
        "W/K" if column.name == "entropy production" => "Entropy production",
        "W/K" => "Entropy that enters",
        _ => "Other quantities",
    }
}

/// Name of a curve beneath the title of its plot.
pub fn short_name(column: &Column) -> &str {
    let name = column.name.as_str();
    if let Some(probe) = name.strip_prefix("probe ") {
        return probe.strip_suffix(" temperature").unwrap_or(probe);
    }
    name.strip_prefix("temperature ").or_else(|| name.strip_suffix(" heat in")).unwrap_or(name)
}

/// The plot of a group.
pub fn chart(times: &Column, group: &Group, title: &str, scale: TemperatureScale) -> Chart {
    let longest = times.values.iter().copied().fold(0.0, |m: f64, t| m.max(t.abs()));
    let (time_factor, time_unit) = label::time_unit(longest);
    let warm = group.unit == "K";
    let most =
        group.columns.iter().flat_map(|c| &c.values).filter(|v| v.is_finite()).fold(0.0, |m: f64, v| m.max(v.abs()));
    let (factor, unit) = if warm { (1.0, scale.unit().to_owned()) } else { label::scaled_unit(group.unit, most) };
    let show = |v: f64| if warm { scale.show(v) } else { v * factor };
    let curve = |column: &&Column| Curve {
        name: short_name(column).to_owned(),
        points: times.values.iter().zip(&column.values).map(|(t, v)| (t * time_factor, show(*v))).collect(),
        marked: false,
    };
    let label =
        if unit.is_empty() || unit == "1" { group.title.to_owned() } else { format!("{} ({unit})", group.title) };
    Chart {
        title: title.to_owned(),
        labels: [format!("t ({time_unit})"), label],
        runs: [Run::Linear; 2],
        curves: group.columns.iter().map(curve).collect(),
        ..Chart::default()
    }
}

/// Plots of a `series.csv`, one for each kind of quantity: beside it, in the directory `out`, or in the one file `out`. A field chooses
/// the columns whose name holds it.
///
/// # Errors
/// If the file cannot be read, no column is left, or several plots were to go into one file.
pub fn render(path: &Path, options: &Options, out: Option<&Path>) -> Result<Vec<PathBuf>, RenderError> {
    let mut series = series::read(path)?;
    let names: Vec<String> = series.columns.iter().skip(1).map(|c| c.name.clone()).collect();
    if let Some(wanted) = &options.field {
        let mut first = true;
        series.columns.retain(|c| std::mem::take(&mut first) || c.name.contains(wanted.as_str()));
        if series.columns.len() < 2 {
            return Err(RenderError::NoField { path: path.to_owned(), asked: wanted.clone(), known: names.join(", ") });
        }
    }
    let Some(times) = series.columns.first() else {
        return Err(RenderError::Unseen { path: path.to_owned(), reason: "it has no columns".into() });
    };
    let groups = groups(&series);
    let one = out.filter(|o| o.extension().is_some_and(|e| e == "png" || e == "svg"));
    if let (Some(one), true) = (one, groups.len() > 1) {
        return Err(RenderError::OneFile {
            path: one.to_owned(),
            count: groups.len(),
            hint: "; or choose one with --field".into(),
        });
    }
    let about = About::of(path);
    let scale = options.scale.unwrap_or(about.scale());
    let mut pictures = Vec::new();
    for group in &groups {
        let mut chart = chart(times, group, &about.title, scale);
        if options.logarithmic {
            chart.runs[1] = Run::Logarithmic;
        }
        let ending = if options.svg { "svg" } else { "png" };
        let name = format!("series_{}.{ending}", group.title.to_lowercase().replace(' ', "_"));
        let place = match (one, out) {
            (Some(one), _) => one.to_owned(),
            (None, Some(directory)) => directory.join(name),
            (None, None) => path.with_file_name(name),
        };
        if chart.write(&place)? {
            pictures.push(place);
        }
    }
    if pictures.is_empty() {
        return Err(RenderError::Unseen { path: path.to_owned(), reason: "it has no number to plot".into() });
    }
    Ok(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_gives_a_plot_for_each_kind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("series.csv");
        let columns = vec![
            Column::new("time", "s", vec![0.0, 50.0, 100.0]),
            Column::new("temperature max", "K", vec![300.0, 310.0, 312.0]),
            Column::new("probe die temperature", "K", vec![300.0, f64::NAN, 311.0]),
            Column::new("z_min heat in", "W", vec![0.0, -5.0, -9.0]),
            Column::new("source heat", "W", vec![0.0, 0.0, 0.0]),
        ];
        series::write(&path, &Series { columns }).unwrap();
        let plots = render(&path, &Options::default(), None).unwrap();
        let names: Vec<_> = plots.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["series_temperature.png", "series_probes.png", "series_heat_into_the_solid.png"]);
        let die = Options { field: Some("die".into()), ..Options::default() };
        assert_eq!(render(&path, &die, Some(&dir.path().join("die.svg"))).unwrap().len(), 1);
        let none = Options { field: Some("dye".into()), ..Options::default() };
        assert!(render(&path, &none, None).unwrap_err().to_string().contains("probe die temperature"));
        assert!(render(&path, &Options::default(), Some(&dir.path().join("a.png"))).is_err());
    }
}
