//! `clausius compare`: how far two results are apart.

use super::arguments::CompareArguments;
use super::{Failure, print, print_json};
use crate::output::compare as differences;

/// Runs the command.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let found = differences::compare(&arguments.a, &arguments.b).map_err(Failure::input)?;
    if arguments.json {
        return print_json(&found);
    }
    let mut text = format!("{:<24} {:>14} {:>14} {:>14} {:>10}\n", "field", "largest", "RMS", "range", "cells");
    for d in &found {
        text += &format!("{:<24} {:>14.6e} {:>14.6e} {:>14.6e} {:>10}\n", d.field, d.largest, d.rms, d.range, d.cells);
    }
    print(&text)
}
