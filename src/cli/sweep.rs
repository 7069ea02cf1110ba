//! `clausius sweep`: one scenario over several values of a key, as a table and a plot.

use super::arguments::SweepArguments;
use super::{Failure, print, print_json, selection};
use crate::execution::{self, Options, Quiet};
use crate::kinetic::film;
use crate::kinetic::grating::grating;
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

/// Columns of what is known exactly, and of the limit of thin films.
const FUCHS_SONDHEIMER: &str = "fuchs_sondheimer_W_per_mK";
const HEASLET_WARMING: &str = "heaslet_warming_W_per_mK";
const FREE_FLIGHT: &str = "free_flight_W_per_mK";
/// Rates at which a wave dies away.
const DECAY: &str = "exact_decay_rate_per_s";
const DECAY_BY_FOURIER: &str = "fourier_decay_rate_per_s";
const BULK: &str = "phonon.bulk_conductivity_W_per_mK";

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
        if let Some(carriers) = &scenario.phonon {
            numbers.extend(film::along(&carriers.domain).map(|k| (FUCHS_SONDHEIMER.to_owned(), k)));
            let across = film::across(&carriers.domain);
            numbers.extend(across.and_then(|film| film.exact).map(|k| (HEASLET_WARMING.to_owned(), k)));
            numbers.extend(across.map(|film| (FREE_FLIGHT.to_owned(), film.free_flight)));
            let wave = grating(&carriers.domain, &scenario.problem.initial);
            numbers.extend(wave.and_then(|wave| wave.exact).map(|rate| (DECAY.to_owned(), rate)));
            numbers.extend(wave.map(|wave| (DECAY_BY_FOURIER.to_owned(), wave.fourier)));
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

/// Without the quotes around it.
fn bare(value: &str) -> String {
    value.trim_matches(['"', '\'']).to_owned()
}

/// The entry in which lists of one length differ, if there is just one.
fn varying_entry(values: &[String]) -> Option<(usize, Vec<String>)> {
    let inner =
        |value: &String| Some(split(value.strip_prefix('[')?.strip_suffix(']')?).iter().map(|v| bare(v)).collect());
    let lists: Vec<Vec<String>> = values.iter().map(inner).collect::<Option<_>>()?;
    let first = lists.first()?;
    let mut varying = (0..first.len()).filter(|&n| lists.iter().any(|l| l.get(n) != first.get(n)));
    let place = varying.next()?;
    let alike = varying.next().is_none() && lists.iter().all(|l| l.len() == first.len());
    alike.then(|| (place, lists.iter().map(|l| l[place].clone()).collect()))
}

fn number(row: &Row, key: &str) -> f64 {
    row.numbers.iter().find(|(k, _)| k == key).map_or(f64::NAN, |(_, v)| *v)
}

/// Values as numbers, in SI units if all are quantities of one kind; of lists the one entry that varies; else their places in
/// the list.
fn abscissa(key: &str, values: &[String]) -> (Vec<f64>, String) {
    if let Some((place, entries)) = varying_entry(values) {
        return abscissa(&format!("{key}[{place}]"), &entries);
    }
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
        let parsed: Option<Vec<f64>> = values.iter().map(|v| quantity::parse(&bare(v), dimension).ok()).collect();
        if let Some(parsed) = parsed {
            return (parsed, format!("{key}, {}", dimension.unit()));
        }
    }
    ((1..=values.len()).map(|n| n as f64).collect(), format!("{key} (number in the list)"))
}

/// What is plotted: the effective conductivity or the rate of decay where there is one, else the heat from the surface of a gas's first void, else
/// the highest temperature.
fn ordinate(rows: &[Row]) -> String {
    let known = [
        "phonon.effective_conductivity_W_per_mK",
        "gas.effective_conductivity_W_per_mK",
        "phonon.decay_rate_per_s",
        "gas.decay_rate_per_s",
    ];
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
    let beside = match () {
        () if shown.ends_with("conductivity_W_per_mK") => vec![
            (FUCHS_SONDHEIMER, "Fuchs and Sondheimer"),
            (HEASLET_WARMING, "Heaslet and Warming"),
            (BULK, "bulk"),
            ("gas.bulk_conductivity_W_per_mK", "many collisions"),
        ],
        () if shown.ends_with("_per_s") => vec![(DECAY, "exact"), (DECAY_BY_FOURIER, "Fourier's law")],
        () => Vec::new(),
    };
    for (key, name) in beside {
        if rows.iter().any(|row| number(row, key).is_finite()) {
            curves.push(curve(key, name, false));
        }
    }
    if shown.ends_with("conductivity_W_per_mK") {
        // C v D / 4 says something up to where it crosses the bulk
        let mut limit = curve(FREE_FLIGHT, "free flight limit", false);
        for (point, row) in limit.points.iter_mut().zip(rows) {
            point.1 = Some(point.1).filter(|k| *k <= number(row, BULK)).unwrap_or(f64::NAN);
        }
        if limit.points.iter().any(|p| p.1.is_finite()) {
            curves.push(limit);
        }
    }
    let unit = match () {
        () if shown.ends_with("_K") => "K",
        () if shown.ends_with("_W") => "W",
        () if shown.ends_with("_per_s") => "1/s",
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
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Words {
        #[command(flatten)]
        sweep: SweepArguments,
    }

    #[test]
    fn values_are_parted_outside_brackets() {
        assert_eq!(split("1, 2,3"), ["1", "2", "3"]);
        assert_eq!(split("[1, 2],\"a, b\",{ x = 1, y = 2 }"), ["[1, 2]", "\"a, b\"", "{ x = 1, y = 2 }"]);
        assert_eq!(abscissa("k", &["10 nm".into(), "\"1 um\"".into()]).0, [1e-8, 1e-6]);
        assert_eq!(abscissa("k", &["a".into(), "b".into()]).0, [1.0, 2.0]);
        let (places, label) = abscissa("grid.size", &["['1 nm', '4 nm']".into(), "[\"1 nm\", '5 um']".into()]);
        assert_eq!((places, label.as_str()), (vec![4e-9, 5e-6], "grid.size[1], m"));
        assert_eq!(abscissa("k", &["[1, 2]".into(), "[3, 4]".into()]).0, [1.0, 2.0]);
    }

    /// Where films are thin beside the mean free path their conductivity grows like the thickness; all along it is that of Heaslet
    /// and Warming.
    #[test]
    fn conductivity_of_a_thin_film_is_its_thickness_over_the_mean_free_path() {
        // the mean free path is 1 mm
        let over = "grid.size=['1 um','1 mm'],['3 um','1 mm'],['10 um','1 mm'],['1 mm','1 mm'],['100 mm','1 mm']";
        let (column, plot) = study("cold_film", over, &[]);
        let found = column("phonon.effective_conductivity_W_per_mK");
        let (exact, free) = (column(HEASLET_WARMING), column(FREE_FLIGHT));
        for n in 0..2 {
            let slope = (found[n + 1] / found[n]).ln() / (free[n + 1] / free[n]).ln();
            assert!((slope - 1.0).abs() < 0.03, "{slope}");
        }
        assert!((found[0] / free[0] - 1.0).abs() < 2e-3, "{found:?} {free:?}");
        assert!(found.iter().zip(&exact).all(|(k, e)| (k / e - 1.0).abs() < 2e-3), "{found:?} {exact:?}");
        let chart: Vec<&str> = plot.curves.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(chart, ["effective_conductivity_W_per_mK", "Heaslet and Warming", "bulk", "free flight limit"],);
        let [x, y] = &plot.labels;
        assert_eq!((x.as_str(), y.as_str()), ("grid.size[0], m", "W/(m K)"));
        assert_eq!(plot.curves[3].points.iter().filter(|p| p.1.is_finite()).count(), 4);
    }

    /// Waves die as the exact dispersion has it: in the end faster than by Fourier's law, for heat has inertia.
    #[test]
    fn gratings_die_as_they_should() {
        let over = "materials.silicon.phonon.mean_free_path=10nm,40nm,80nm";
        let few = ["phonon.ordinates={ polar = 8, azimuthal = 16 }", "grid.cells=[40, 1]"];
        let (column, plot) = study("transient_grating", over, &few);
        let (found, exact) = (column("phonon.decay_rate_per_s"), column(DECAY));
        assert!(found.iter().zip(&exact).all(|(a, b)| (a / b - 1.0).abs() < 0.01), "{found:?} {exact:?}");
        assert!(exact.iter().zip(column(DECAY_BY_FOURIER)).all(|(e, f)| *e > f));
        assert_eq!(plot.curves.len(), 3);
    }

    type Columns = Box<dyn Fn(&str) -> Vec<f64>>;

    /// The columns of a study of a shipped scenario, and its chart.
    fn study(name: &str, over: &str, overrides: &[&str]) -> (Columns, Chart) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scenario.toml");
        let shipped = crate::shipped::SCENARIOS.iter().find(|s| s.name == name).expect("a shipped scenario");
        std::fs::write(&path, shipped.text).expect("written");
        let output = folder.path().join("study");
        let [path, output] = [path, output].map(|p| p.display().to_string());
        let mut words = vec!["sweep", &path, "--over", over, "--quiet", "--backend", "cpu", "-o", &output];
        overrides.iter().for_each(|set| words.extend(["--set", set]));
        let words = Words::try_parse_from(words).expect("good arguments");
        sweep(&words.sweep).map_err(|e| e.message).expect("a study");
        let table = std::fs::read_to_string(Path::new(&output).join("sweep.csv")).expect("a table");
        assert!(Path::new(&output).join("sweep.svg").exists());
        let mut lines = csv(&table);
        let heads = lines.remove(0);
        let rows: Vec<Row> = lines
            .iter()
            .map(|line| Row {
                value: line[0].trim_matches('"').to_owned(),
                numbers: heads
                    .iter()
                    .cloned()
                    .zip(line.iter().map(|x| x.parse().unwrap_or(f64::NAN)))
                    .skip(1)
                    .collect(),
            })
            .collect();
        let values: Vec<String> = rows.iter().map(|r| r.value.clone()).collect();
        let (abscissa, label) = abscissa(heads[0].trim_matches('"'), &values);
        let chart = chart(name, label, &abscissa, &rows);
        (Box::new(move |key| rows.iter().map(|row| number(row, key)).collect()), chart)
    }

    /// Lines of a table, parted at the commas outside quotes.
    fn csv(text: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| {
            let mut inside = false;
            let parted = line.split(|c| {
                inside ^= c == '"';
                c == ',' && !inside
            });
            parted.map(str::to_owned).collect()
        };
        text.lines().map(cells).collect()
    }
}
