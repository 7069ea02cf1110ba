//! `clausius sweep`: one scenario over several values of a key, as a table and a plot.

mod column;
mod plot;

use super::arguments::SweepArguments;
use super::directory::Claim;
use super::progress::Interrupts;
use super::{Failure, print, print_json, say, selection};
use crate::backend::Selection;
use crate::checkpoint::Checkpoint;
use crate::execution::{self, Moment, Options, Watch, Watched};
use crate::output::file::write_whole;
use crate::scenario::Scenario;
use crate::steady::Step;
use plot::{abscissa, chart};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// One run of the study.
struct Row {
    /// Its place among the values.
    place: usize,
    value: String,
    /// Numbers of the report by their keys.
    numbers: Vec<(String, f64)>,
}

/// A value whose run came to nothing.
struct Failed {
    value: String,
    why: Failure,
}

/// Runs the command.
pub fn sweep(arguments: &SweepArguments) -> Result<(), Failure> {
    let form = "write --over KEY=a,b,c, for example --over materials.film.phonon.mean_free_path=10nm,100nm";
    let (key, list) = arguments.over.split_once('=').ok_or_else(|| Failure::input(form))?;
    let (key, values) = (key.trim(), split(list));
    if key.is_empty() {
        return Err(Failure::input(form));
    }
    if let Some(n) = values.iter().position(String::is_empty) {
        return Err(Failure::input(format!(
            "--over {}: value {} of {} is empty; {form}",
            arguments.over,
            n + 1,
            values.len()
        )));
    }
    let stem = arguments.scenario.scenario.file_stem().unwrap_or_else(|| "sweep".as_ref()).to_string_lossy();
    let directory = arguments.output.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("{stem}_sweep")));
    let selection = selection(&arguments.device)?;
    let interrupts = Interrupts::listen();
    let mut study = Study { arguments, selection, key, directory, title: String::new(), interrupts };
    // All that is wrong is told before anything is computed.
    values.iter().try_for_each(|value| study.scenario(value).map(|_| ()))?;
    let (made, claim) = study.prepare()?;
    let result = study.run(&values);
    // empty it would only be in the way of the next study
    if made && !result.as_ref().is_ok_and(|(rows, _)| !rows.is_empty()) {
        drop(claim);
        let _ = std::fs::remove_dir(&study.directory);
    }
    let (rows, failed) = result?;
    if !rows.is_empty() {
        study.show(&values, &rows, &failed)?;
    }
    study.ended(values.len(), &rows, failed)
}

/// What is run, and where table and plot go.
struct Study<'a> {
    arguments: &'a SweepArguments,
    selection: Selection,
    key: &'a str,
    directory: PathBuf,
    /// Of the last scenario that was run.
    title: String,
    interrupts: Interrupts,
}

/// Ends a run where an interrupt comes.
struct Listening<'a>(&'a Interrupts);

impl Watch for Listening<'_> {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, _: Checkpoint) -> Watched {
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        !self.0.any()
    }
    fn converging(&mut self, _: &Step) -> bool {
        !self.0.any()
    }
    fn note(&mut self, _: &str) {}
}

impl Study<'_> {
    fn table(&self) -> PathBuf {
        self.directory.join("sweep.csv")
    }

    fn plot(&self) -> PathBuf {
        self.directory.join("sweep.svg")
    }

    fn scenario(&self, value: &str) -> Result<Scenario, Failure> {
        let mut overrides = self.arguments.scenario.overrides.clone();
        overrides.push(format!("{}={value}", self.key));
        Ok(Scenario::load(&self.arguments.scenario.scenario, &overrides)?)
    }

    /// Readies and claims the directory; tells whether it was made.
    fn prepare(&self) -> Result<(bool, Claim), Failure> {
        let shown = self.directory.display();
        let made = !self.directory.exists();
        std::fs::create_dir_all(&self.directory)
            .map_err(|e| Failure::input(format!("cannot make {shown}: {e}; name another with -o")))?;
        let claim = Claim::of(&self.directory)?;
        if !self.arguments.force && (self.table().exists() || self.plot().exists()) {
            return Err(Failure::input(format!("{shown} holds a study; --force replaces it, -o DIR writes elsewhere")));
        }
        Ok((made, claim))
    }

    /// Runs one value after the other. The table is written after each, so that what was computed stays whatever comes next; a value
    /// whose run fails is told and left out.
    fn run(&mut self, values: &[String]) -> Result<(Vec<Row>, Vec<Failed>), Failure> {
        let (mut rows, mut failed) = (Vec::new(), Vec::new());
        for (place, value) in values.iter().enumerate() {
            if !self.arguments.quiet {
                say(&format!("{} = {value} ({} of {})", self.key, place + 1, values.len()));
            }
            let scenario = self.scenario(value)?;
            self.title.clone_from(&scenario.title);
            let options = Options { selection: self.selection.clone(), ..Options::default() };
            let outcome = match execution::run(&scenario, &options, &mut Listening(&self.interrupts)) {
                Ok(outcome) => outcome,
                Err(error) if error.is_interrupted() => break,
                Err(error) => {
                    let why = Failure::from(error);
                    if why.code == NO_DEVICE {
                        return Err(why); // nor would there be one for the others
                    }
                    say(&format!("{} = {value} failed: {}", self.key, why.message.trim_end()));
                    failed.push(Failed { value: bare(value), why });
                    continue;
                }
            };
            let columns = column::columns(&scenario, &serde_json::to_value(&outcome.report).map_err(Failure::run)?);
            if rows.is_empty() {
                // told after the first run rather than after all
                self.arguments
                    .show
                    .iter()
                    .try_for_each(|asked| column::known(asked, &columns))
                    .map_err(Failure::input)?;
                let _ = std::fs::remove_file(self.plot()); // of another study, which --force replaces
            }
            let numbers = columns.into_iter().filter_map(|(name, number)| Some((name, number?))).collect();
            rows.push(Row { place, value: bare(value), numbers });
            write_table(&self.table(), self.key, &rows)?;
        }
        Ok((rows, failed))
    }

    /// Draws the plot and tells what was found.
    fn show(&self, values: &[String], rows: &[Row], failed: &[Failed]) -> Result<(), Failure> {
        let shown = self.arguments.show.clone().unwrap_or_else(|| column::usual(rows));
        let drawn =
            chart(&self.title, abscissa(self.key, values), rows, &shown).write(&self.plot()).map_err(Failure::run)?;
        if self.arguments.json {
            let told: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let mut map = Map::from_iter([(self.key.to_owned(), json!(row.value))]);
                    map.extend(row.numbers.iter().map(|(k, v)| (k.clone(), json!(v))));
                    Value::Object(map)
                })
                .collect();
            let failed = failed.iter().map(|f| json!({ "value": f.value, "error": f.why.message.trim_end() }));
            return print_json(&json!({
                "scenario": self.arguments.scenario.scenario.display().to_string(),
                "over": self.key,
                "values": values.iter().map(|value| bare(value)).collect::<Vec<_>>(),
                "shown": shown,
                "rows": told,
                "failed": failed.collect::<Vec<_>>(),
                "table": self.table().display().to_string(),
                "plot": drawn.then(|| self.plot().display().to_string()),
            }));
        }
        let line = |row: &Row| format!("{:<24} {:.6e}  {shown}\n", row.value, number(row, &shown));
        let mut text: String = rows.iter().map(line).collect();
        failed.iter().for_each(|f| text += &format!("{:<24} failed\n", f.value));
        print(&format!("{text}table and plot in {}\n", self.directory.display()))
    }

    /// A study with values that failed ends as the first of them.
    fn ended(&self, count: usize, rows: &[Row], failed: Vec<Failed>) -> Result<(), Failure> {
        if self.interrupts.any() {
            let done = rows.len();
            let kept = match rows {
                [] => String::new(),
                _ => format!(", which are in {}", self.directory.display()),
            };
            let message = format!("interrupted after {done} of {count} values{kept}");
            return Err(Failure { code: 130, message, details: None });
        }
        let names: Vec<&str> = failed.iter().map(|f| f.value.as_str()).collect();
        let kept = match rows {
            [] => String::new(),
            _ => format!("; the others are in {}", self.directory.display()),
        };
        let message = format!("{} of {count} values failed: {}{kept}", names.len(), names.join(", "));
        match failed.into_iter().next() {
            Some(first) => Err(Failure { message, ..first.why }),
            None => Ok(()),
        }
    }
}

/// Exit code where there is no usable device.
const NO_DEVICE: u8 = 3;

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
    parts.iter().map(|p| p.trim().to_owned()).collect()
}

/// Without the quotes around it.
fn bare(value: &str) -> String {
    value.trim_matches(['"', '\'']).to_owned()
}

fn number(row: &Row, key: &str) -> f64 {
    row.numbers.iter().find(|(k, _)| k == key).map_or(f64::NAN, |(_, v)| *v)
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
    use super::column::*;
    use super::*;
    use crate::output::chart::Chart;
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
        assert_eq!(chart, ["phonon.effective_conductivity", "Heaslet and Warming", "bulk", "free flight limit"],);
        let [x, y] = &plot.labels;
        assert_eq!((x.as_str(), y.as_str()), ("grid.size[0], m", "phonon.effective_conductivity, W/(m K)"));
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
            .enumerate()
            .map(|(place, line)| Row {
                place,
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
        let abscissa = abscissa(heads[0].trim_matches('"'), &values);
        let chart = chart(name, abscissa, &rows, &usual(&rows));
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
