//! The findings as a table for readers.

use super::{Case, Expectation, Finding};
use std::fmt;

/// The findings of one case: a heading with its source, and a line for every check.
pub struct Table<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its findings.
    pub findings: &'a [Finding],
}

/// How many findings pass and how many do not.
pub fn totals<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> (usize, usize) {
    findings.into_iter().fold((0, 0), |(good, bad), f| if f.passes() { (good + 1, bad) } else { (good, bad + 1) })
}

const HEADS: [&str; 6] = ["check", "expected", "got", "difference", "tolerance", ""];

/// A number with as many digits as a comparison needs.
fn digits(value: f64) -> String {
    if value == 0.0 || (1e-4..1e7).contains(&value.abs()) {
        let places = (6 - value.abs().max(1e-4).log10().floor() as i64).clamp(0, 10) as usize;
        let text = format!("{value:.places$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        format!("{value:.6e}")
    }
}

fn cells(finding: &Finding) -> [String; 6] {
    let expected = match finding.expected {
        Expectation::Near { value, .. } => match finding.published {
            Some(published) if published != value => format!("{} ({published})", digits(value)),
            _ => digits(value),
        },
        Expectation::AtLeast(bound) => format!(">= {}", digits(bound)),
        Expectation::AtMost(bound) => format!("<= {}", digits(bound)),
    };
    let got = match &finding.got {
        Ok(got) => digits(*got),
        Err(_) => "none".to_owned(),
    };
    let brief = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:.1e}"));
    let verdict = if finding.passes() { "pass" } else { "FAIL" };
    [
        finding.check.clone(),
        expected,
        got,
        brief(finding.difference()),
        brief(finding.expected.tolerance()),
        verdict.to_owned(),
    ]
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &[String; 6], widths: &[usize; 6]) -> fmt::Result {
    write!(f, "  {:<width$}", line[0], width = widths[0])?;
    for (cell, width) in line[1..5].iter().zip(&widths[1..]) {
        write!(f, "  {cell:>width$}")?;
    }
    writeln!(f, "{}{}", if line[5].is_empty() { "" } else { "  " }, line[5])
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<[String; 6]> = self.findings.iter().map(cells).collect();
        let mut widths = HEADS.map(str::len);
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        writeln!(f, "{}  {}", self.case.name, self.case.title)?;
        writeln!(f, "  source: {}", self.case.source)?;
        write_line(f, &HEADS.map(str::to_owned), &widths)?;
        let mut last = None;
        for (line, finding) in lines.iter().zip(self.findings) {
            write_line(f, line, &widths)?;
            let error = finding.got.as_ref().err();
            if error.is_some() && error != last {
                writeln!(f, "    {}", error.map_or("", String::as_str))?;
            }
            last = error;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_that_are_compared() {
        assert_eq!(digits(36.60311595), "36.60312");
        assert_eq!(digits(0.0), "0");
        assert_eq!(digits(-0.0123456789), "-0.01234568");
        assert_eq!(digits(79788.45608), "79788.46");
        assert_eq!(digits(2.5e-9), "2.500000e-9");
        assert_eq!(digits(1.0), "1");
    }
}
