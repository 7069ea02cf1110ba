//! Values over time, and `series.csv`.

use super::file::{OutputError, read_whole, write_whole};
use std::io::Write;
use std::path::Path;

/// One quantity over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it is: "probe A temperature".
    pub name: String,
    /// As files write it: "K", "W/K"; empty for a pure number.
    pub unit: String,
    /// One value per row; NaN where there is none.
    pub values: Vec<f64>,
}

/// A table over time; column 0 is the time in s.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// All of one length.
    pub columns: Vec<Column>,
}

/// Units that a heading can end in, longest first.
const UNITS: [&str; 10] = ["W/(m^3 K)", "W/m^2", "J/K", "W/K", "K", "W", "J", "s", "A", "V"];

impl Column {
    /// A column.
    pub fn new(name: &str, unit: &str, values: Vec<f64>) -> Column {
        Column { name: name.to_owned(), unit: unit.to_owned(), values }
    }

    /// Heading in the file: `probe A temperature_K`.
    pub fn heading(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{}_{}", self.name, key(&self.unit)) }
    }

    fn from_heading(heading: &str) -> Column {
        for unit in UNITS {
            if let Some(name) = heading.strip_suffix(&key(unit)).and_then(|n| n.strip_suffix('_')) {
                return Column::new(name, unit, Vec::new());
            }
        }
        Column::new(heading, "", Vec::new())
    }
}

/// A unit as part of a key: W/K becomes `W_per_K`.
fn key(unit: &str) -> String {
    unit.replace('/', "_per_").replace(['(', ')', '^', ' '], "")
}

/// Writes a series as comma-separated values. Numbers read back to the last bit; what is absent is an empty cell.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, series: &Series) -> Result<(), OutputError> {
    write_whole(path, |w| {
        let headings: Vec<String> = series.columns.iter().map(|c| quoted(&c.heading())).collect();
        writeln!(w, "{}", headings.join(","))?;
        for row in 0..series.columns.first().map_or(0, |c| c.values.len()) {
            let cells: Vec<String> = series.columns.iter().map(|c| number(c.values[row])).collect();
            writeln!(w, "{}", cells.join(","))?;
        }
        Ok(())
    })
}

/// Reads a series back.
///
/// # Errors
/// If the file cannot be read or is no table of numbers.
pub fn read(path: &Path) -> Result<Series, OutputError> {
    let bytes = read_whole(path)?;
    parse(&bytes).map_err(|message| OutputError::invalid(path, message))
}

fn parse(bytes: &[u8]) -> Result<Series, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no text")?;
    let mut rows = records(text).into_iter();
    let mut columns: Vec<Column> =
        rows.next().ok_or("it is empty")?.iter().map(|heading| Column::from_heading(heading)).collect();
    for (i, row) in rows.enumerate() {
        if row.len() != columns.len() {
            return Err(format!("row {} has {} cells and the heading has {}", i + 2, row.len(), columns.len()));
        }
        for (column, cell) in columns.iter_mut().zip(row) {
            let value = if cell.is_empty() { Ok(f64::NAN) } else { cell.trim().parse() };
            column.values.push(value.map_err(|_| format!("row {}: `{cell}` is no number", i + 2))?);
        }
    }
    Ok(Series { columns })
}

/// Splits comma-separated values with quotes (RFC 4180) into rows of cells.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut inside = false;
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let row = rows.last_mut().expect("there is always a row");
        let cell = row.last_mut().expect("there is always a cell");
        match c {
            '"' if inside && letters.peek() == Some(&'"') => cell.push(letters.next().unwrap_or('"')),
            '"' => inside = !inside,
            ',' if !inside => row.push(String::new()),
            '\n' if !inside => rows.push(vec![String::new()]),
            '\r' if !inside => {}
            c => cell.push(c),
        }
    }
    rows.retain(|row| row.len() > 1 || !row[0].is_empty());
    rows
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The shortest text that reads back to the same number.
fn number(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => String::new(),
        a if a != 0.0 && !(1e-4..1e16).contains(&a) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("series.csv");
        let series = Series {
            columns: vec![
                Column::new("time", "s", vec![0.0, 0.1 + 0.2, 1e-9]),
                Column::new("probe A, \"top\"\nleft temperature", "K", vec![300.0, 1.0 / 3.0, 2e20]),
                Column::new("entropy production", "W/K", vec![-0.0, f64::MIN_POSITIVE, 5.0]),
                Column::new("steps", "", vec![1.0, 2.0, 3.0]),
            ],
        };
        write(&path, &series).unwrap();
        assert_eq!(read(&path).unwrap(), series);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("time_s,\"probe A, \"\"top\"\"\nleft temperature_K\",entropy production_W_per_K,steps\n")
        );
    }

    #[test]
    fn gaps_are_empty_cells() {
        assert_eq!(number(f64::NAN), "");
        let series = parse(b"time_s,a_K\r\n0,\r\n1,2\r\n").unwrap();
        assert!(series.columns[1].values[0].is_nan() && series.columns[1].values[1] == 2.0);
    }

    #[test]
    fn bad_tables_are_errors() {
        assert!(parse(b"").is_err());
        assert!(parse(b"a,b\n1\n").unwrap_err().contains("row 2"));
        assert!(parse(b"a\nx\n").unwrap_err().contains("`x`"));
        assert!(parse(&[0xff, 0xfe]).is_err());
    }
}
