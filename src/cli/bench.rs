//! `clausius bench`: this machine's GPUs and CPU.

use super::arguments::{BackendChoice, BenchArguments};
use super::{Failure, print, print_json, selection};
use crate::backend::{Kind, Selection, gpu};
use crate::bench::{self, Case, Score, TRUSTED_ERROR};
use crate::execution::ExecutionError;
use crate::nearest::nearest;
use std::path::Path;

/// Runs the command.
pub fn bench(arguments: &BenchArguments) -> Result<(), Failure> {
    let chosen = selection(&arguments.device)?;
    let cases = cases(&arguments.case)?;
    let before = arguments.compare.as_deref().map(read_scores).transpose()?;
    let mut selections = Vec::new();
    if arguments.device.backend != BackendChoice::Cpu {
        if chosen.kind == Kind::Gpu {
            selections.push(chosen.clone());
        } else if gpu::devices().iter().any(|d| d.chosen) {
            selections.push(Selection { kind: Kind::Gpu, ..chosen.clone() });
        }
    }
    if chosen.kind != Kind::Gpu {
        selections.push(Selection { kind: Kind::Cpu, adapter: None, ..chosen });
    }
    let stdout = arguments.json.as_deref() == Some(Path::new("-"));
    if !stdout {
        print(&format!(
            "{:<6} {:<5} {:>16} {:>6} {:>10} {:>10} {:>8} {:>9}  adapter\n",
            "case", "on", "cells", "format", "Gcell/s", "GB/s", "of copy", "error"
        ))?;
    }
    let mut scores = Vec::new();
    for selection in &selections {
        for case in &cases {
            let score =
                bench::time(*case, selection, arguments.quick).map_err(|e| Failure::from(ExecutionError::from(e)))?;
            if !stdout {
                print(&line(&score, before.as_deref()))?;
            }
            scores.push(score);
        }
    }
    if let Some(path) = &arguments.json {
        if stdout {
            print_json(&scores)?;
        } else {
            let text = serde_json::to_string_pretty(&scores).map_err(Failure::run)?;
            std::fs::write(path, text).map_err(|e| Failure::run(format!("cannot write {}: {e}", path.display())))?;
        }
    }
    match scores.iter().find(|s| s.error > TRUSTED_ERROR) {
        Some(wrong) => Err(Failure::run(format!(
            "{} on {} is wrong by {:.1e} of the range: its score does not count",
            wrong.case, wrong.adapter, wrong.error
        ))),
        None => Ok(()),
    }
}

fn cases(names: &[String]) -> Result<Vec<Case>, Failure> {
    if names.is_empty() {
        return Ok(Case::ALL.iter().map(|(_, c)| *c).collect());
    }
    names
        .iter()
        .map(|name| {
            Case::ALL.iter().find(|(n, _)| n == name).map(|(_, c)| *c).ok_or_else(|| {
                let hint = nearest(name, Case::ALL.iter().map(|(n, _)| *n))
                    .map_or(String::new(), |n| format!("; did you mean '{n}'?"));
                Failure::input(format!("--case {name}: allowed are 2d, 3d, het3d{hint}"))
            })
        })
        .collect()
}

fn read_scores(path: &Path) -> Result<Vec<Score>, Failure> {
    let unusable = |e: &dyn std::fmt::Display| Failure::input(format!("--compare {}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| unusable(&e))?;
    serde_json::from_str(&text).map_err(|e| unusable(&e))
}

fn line(score: &Score, before: Option<&[Score]>) -> String {
    let cells: Vec<String> = score.cells.iter().filter(|n| **n > 1).map(usize::to_string).collect();
    let rate = score.gcells_per_s * score.bytes_per_update;
    let share = score.share_of_copy.map_or("-".to_string(), |s| format!("{:.0} %", 100.0 * s));
    // a wrong answer has no speed
    let speed = if score.error <= TRUSTED_ERROR { format!("{:.4}", score.gcells_per_s) } else { "wrong".into() };
    let old = before
        .and_then(|b| b.iter().find(|o| (&o.case, &o.adapter, o.cells) == (&score.case, &score.adapter, score.cells)));
    let ratio = old.map_or(String::new(), |o| format!("  x{:.2}", score.gcells_per_s / o.gcells_per_s));
    format!(
        "{:<6} {:<5} {:>16} {:>6} {:>10} {:>10.1} {:>8} {:>9.1e}  {}{ratio}\n",
        score.case,
        score.backend,
        cells.join(" x "),
        score.precision,
        speed,
        rate,
        share,
        score.error,
        score.adapter
    )
}
