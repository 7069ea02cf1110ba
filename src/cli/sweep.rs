//! `clausius sweep`: one scenario over several values of a key, as a table and a plot.

use super::arguments::SweepArguments;
use super::{Failure, print, print_json, selection};
use crate::execution::{self, Options, Quiet};
use crate::kinetic::film;
use crate::output::chart::{Chart, Curve};
use crate::output::file::write_whole;
use crate::quantity;
use crate::scenario::Scenario;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Parts of the report that become columns.
const PARTS: [&str; 11] = [
    "temperature",
    "boundaries",
    "sources",
    "energy",
    "entropy",
    "probes",
    "regions",
    "phonon",
    "gas",
    "thermoelectric",
    "mixture",
];

/// One run of the study.
struct Row {
    value: String,
    /// Numbers of the report by their keys.
    numbers: Vec<(String, f64)>,
}

/// Runs the command.
pub fn sweep(arguments: &SweepArguments) -> Result<(), Failure> {
    let form = "write --over KEY=a,b,c, for example --over materials.film.phonon.mean_free_path=10nm,100nm";
    let (key, list) = arguments.over.split_once('=').ok_or_else(|| Failure::input(form))?;
    let (key, values) = (key.trim(), split(list));
    if key.is_empty() || values.is_empty() {
        return Err(Failure::input(form));
    }
    let selection = selection(&arguments.device)?;
    let overrides_of = |value: &str| -> Vec<String> {
        let mut all = arguments.scenario.overrides.clone();
        all.push(format!("{key}={value}"));
        all
    };
    // All that is wrong is told before anything is computed.
    for value in &values {
        Scenario::load(&arguments.scenario.scenario, &overrides_of(value))?;
    }
    let stem = arguments.scenario.scenario.file_stem().unwrap_or_else(|| "sweep".as_ref()).to_string_lossy();
    let directory = arguments.output.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("{stem}_sweep")));
    std::fs::create_dir_all(&directory)
        .map_err(|e| Failure::input(format!("cannot make {}: {e}; name another with -o", directory.display())))?;
    let (table, plot) = (directory.join("sweep.csv"), directory.join("sweep.svg"));
    if !arguments.force && (table.exists() || plot.exists()) {
        let shown = directory.display();
        return Err(Failure::input(format!("{shown} holds a study; --force replaces it, -o DIR writes elsewhere")));
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut title = String::new();
    for (n, value) in values.iter().enumerate() {
        if !arguments.quiet {
            eprintln!("{key} = {value} ({} of {})", n + 1, values.len());
        }
        let scenario = Scenario::load(&arguments.scenario.scenario, &overrides_of(value))?;
        title.clone_from(&scenario.title);
        let options = Options { selection: selection.clone(), ..Options::default() };
        let outcome = execution::run(&scenario, &options, &mut Quiet)?;
        let report = serde_json::to_value(&outcome.report).map_err(Failure::run)?;
        let mut numbers = Vec::new();
        for part in PARTS {
            collect(part, &report[part], &mut numbers);
        }
        if let Some(k) = scenario.phonon.as_ref().and_then(|p| film::along(&p.domain)) {
            numbers.push(("fuchs_sondheimer_W_per_mK".to_owned(), k));
        }
        rows.push(Row { value: value.clone(), numbers });
    }
    let (abscissa, label) = abscissa(key, &values);
    write_table(&table, key, &rows)?;
    let chart = chart(&title, label, &abscissa, &rows);
    let drawn = chart.write(&plot).map_err(Failure::run)?;
    if arguments.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                let mut map = Map::from_iter([(key.to_owned(), json!(row.value))]);
                map.extend(row.numbers.iter().map(|(k, v)| (k.clone(), json!(v))));
                Value::Object(map)
            })
            .collect();
        let plot = drawn.then(|| plot.display().to_string());
        return print_json(&json!({
            "scenario": arguments.scenario.scenario.display().to_string(),
            "over": key,
            "values": values,
            "rows": rows,
            "table": table.display().to_string(),
            "plot": plot,
        }));
    }
    let mut text = String::new();
    let shown = ordinate(&rows);
    for row in &rows {
        text += &format!("{:<24} {:.6e}  {shown}\n", row.value, number(row, &shown));
    }
    text += &format!("table and plot in {}\n", directory.display());
    print(&text)
}

/// Parts a list at the commas that stand in no brackets or quotes.
fn split(list: &str) -> Vec<String> {
    let (mut depth, mut quote, mut parts) = (0i32, None, vec![String::new()]);
    for c in list.chars() {
        match (c, quote) {
            (',', None) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            ('[' | '{' | '(', None) => depth += 1,
            (']' | '}' | ')', None) => depth -= 1,
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            _ => {}
        }
        parts.last_mut().expect("never empty").push(c);
    }
    parts.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

/// All numbers below a key.
fn collect(key: &str, value: &Value, out: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(n) => out.extend(n.as_f64().map(|n| (key.to_owned(), n))),
        Value::Object(map) => map.iter().for_each(|(k, v)| collect(&format!("{key}.{k}"), v, out)),
        _ => {}
    }
}

fn number(row: &Row, key: &str) -> f64 {
    row.numbers.iter().find(|(k, _)| k == key).map_or(f64::NAN, |(_, v)| *v)
}

/// Values as numbers, in SI units if all are quantities of one kind; else their places in the list.
fn abscissa(key: &str, values: &[String]) -> (Vec<f64>, String) {
    let plain: Option<Vec<f64>> = values.iter().map(|v| v.parse().ok()).collect();
    if let Some(plain) = plain {
        return (plain, key.to_owned());
    }
    let known = [
        quantity::LENGTH,
        quantity::TIME,
        quantity::POWER,
        quantity::TEMPERATURE,
        quantity::CONDUCTIVITY,
        quantity::PRESSURE,
    ];
    for dimension in known {
        let parsed: Option<Vec<f64>> =
            values.iter().map(|v| quantity::parse(v.trim_matches('"'), dimension).ok()).collect();
        if let Some(parsed) = parsed {
            return (parsed, format!("{key}, {}", dimension.unit()));
        }
    }
    ((1..=values.len()).map(|n| n as f64).collect(), format!("{key} (number in the list)"))
}

/// What is plotted: the effective conductivity where there is one, else the heat from the surface of a gas's first void, else
/// the highest temperature.
fn ordinate(rows: &[Row]) -> String {
    let known = ["phonon.effective_conductivity_W_per_mK", "gas.effective_conductivity_W_per_mK"];
    let has = |key: &&str| rows.iter().any(|row| number(row, key).is_finite());
    let mut keys = rows.iter().flat_map(|row| &row.numbers).map(|(key, _)| key.as_str());
    let gas = keys.clone().any(|key| key == "gas.knudsen");
    let heat = keys.find(|key| gas && key.starts_with("regions.") && key.ends_with(".heat_in_W"));
    known.into_iter().find(has).or(heat).unwrap_or("temperature.max_K").to_owned()
}

fn chart(title: &str, label: String, abscissa: &[f64], rows: &[Row]) -> Chart {
    let shown = ordinate(rows);
    let curve = |key: &str, name: &str, marked: bool| Curve {
        name: name.to_owned(),
        points: abscissa.iter().zip(rows).map(|(x, row)| (*x, number(row, key))).collect(),
        marked,
    };
    let mut curves = vec![curve(&shown, shown.rsplit('.').next().unwrap_or(&shown), true)];
    let beside = [
        ("fuchs_sondheimer_W_per_mK", "Fuchs and Sondheimer"),
        ("phonon.bulk_conductivity_W_per_mK", "bulk"),
        ("gas.bulk_conductivity_W_per_mK", "many collisions"),
    ];
    if shown.ends_with("conductivity_W_per_mK") {
        for (key, name) in beside {
            if rows.iter().any(|row| number(row, key).is_finite()) {
                curves.push(curve(key, name, false));
            }
        }
    }
    let unit = match () {
        () if shown.ends_with("_K") => "K",
        () if shown.ends_with("_W") => "W",
        () => "W/(m K)",
    };
    Chart { title: title.to_owned(), labels: [label, unit.to_owned()], curves, ..Chart::default() }
}

fn write_table(path: &Path, key: &str, rows: &[Row]) -> Result<(), Failure> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flat_map(|r| &r.numbers) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let quoted = |text: &str| {
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let mut text = format!("{},{}\n", quoted(key), columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(","));
    for row in rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|c| Some(number(row, c)).filter(|x| x.is_finite()).map_or(String::new(), |x| x.to_string()))
            .collect();
        text += &format!("{},{}\n", quoted(&row.value), cells.join(","));
    }
    write_whole(path, |w| w.write_all(text.as_bytes())).map_err(Failure::run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parted_outside_brackets() {
        assert_eq!(split("1, 2,3"), ["1", "2", "3"]);
        assert_eq!(split("[1, 2],\"a, b\",{ x = 1, y = 2 }"), ["[1, 2]", "\"a, b\"", "{ x = 1, y = 2 }"]);
        assert_eq!(abscissa("k", &["10 nm".into(), "\"1 um\"".into()]).0, [1e-8, 1e-6]);
        assert_eq!(abscissa("k", &["a".into(), "b".into()]).0, [1.0, 2.0]);
    }
}
