//! `clausius compare`: how far two results are apart.

use super::arguments::CompareArguments;
use super::{Failure, print, print_json, say};
use crate::output::compare as differences;

/// Runs the command; what only one of the two holds makes it end with 1.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let found = differences::compare(&arguments.a, &arguments.b).map_err(Failure::input)?;
    if arguments.json {
        let rows = found.differences.iter().map(|d| serde_json::json!(d));
        let alone = found.one_sided.iter().map(|o| serde_json::json!(o));
        print_json(&rows.chain(alone).collect::<Vec<_>>())?;
    } else {
        let names = found.differences.iter().map(|d| &d.field).chain(found.one_sided.iter().map(|o| &o.field));
        let wide = names.map(|name| name.chars().count()).max().unwrap_or(0).max(24);
        // arrays without a grid say so at the head of their column
        let by_cell = found.differences.iter().any(|d| d.rms_weight == Some("cell"));
        let rms = if by_cell { "RMS by cell" } else { "RMS by volume" };
        let mut text = format!(
            "{:<wide$} {:>14} {:>14} {:>14} {:<9} {:>10}\n",
            "field", "largest", rms, "range of A", "unit", "cells"
        );
        for d in &found.differences {
            text += &format!(
                "{:<wide$} {:>14.6e} {:>14.6e} {:>14.6e} {:<9} {:>10}\n",
                d.field, d.largest, d.rms, d.range, d.unit, d.cells
            );
        }
        for o in &found.one_sided {
            text += &format!("{:<wide$} only in {}\n", o.field, o.only_in);
        }
        print(&text)?;
    }
    if let Some(note) = &found.note {
        say(&format!("note: {note}"));
    }
    if found.one_sided.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        found.one_sided.iter().take(4).map(|o| format!("{} (only in {})", o.field, o.only_in)).collect();
    let rest = if found.one_sided.len() > 4 { ", ..." } else { "" };
    Err(Failure::run(format!("not all could be compared: {}{rest}", names.join(", "))))
}
