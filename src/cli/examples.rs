//! `clausius examples`: the shipped scenarios.

use super::{Failure, print};
use crate::nearest::nearest;
use crate::shipped::{SCENARIOS, Shipped};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Lists them, or writes one into the present directory.
pub fn examples(name: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name else {
        let mut text = String::new();
        for Shipped { name, text: scenario, .. } in SCENARIOS {
            let title = scenario.lines().find_map(|l| l.strip_prefix("title = ")).unwrap_or("").trim_matches('"');
            text += &format!("{name:<24} {title}\n");
        }
        text += "\n`clausius examples NAME` writes NAME.toml here; `clausius run NAME.toml` runs it. docs/examples.md shows a picture of each.\n";
        return print(&text);
    };
    let wanted = name.trim_end_matches(".toml");
    let Some(shipped) = SCENARIOS.iter().find(|s| s.name == wanted) else {
        let hint = nearest(wanted, SCENARIOS.iter().map(|s| s.name))
            .map_or(String::new(), |n| format!("; did you mean '{n}'?"));
        return Err(Failure::input(format!("no shipped scenario '{name}'{hint} (`clausius examples` lists them)")));
    };
    let file = format!("{wanted}.toml");
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut f| f.write_all(shipped.text.as_bytes()));
    match written.and_then(|()| shipped.write_files(Path::new("."))) {
        Ok(()) => {
            let beside: String = shipped.files.iter().map(|(name, _)| format!(" and {name}")).collect();
            print(&format!("wrote {file}{beside}\n"))
        }
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(Failure::input(format!(
            "{file} is here already, and it may hold changes of yours; remove or rename it, or go to another directory"
        ))),
        Err(e) => Err(Failure::input(format!("cannot write {file}: {e}"))),
    }
}
