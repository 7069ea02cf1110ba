//! `clausius run`: a scenario to fields, pictures and a report.

use super::arguments::RunArguments;
use super::check::load;
use super::directory::{Claim, Replaced, prepare};
use super::progress::{Interrupts, Progress, duration};
use super::results::{Results, Told};
use super::{Failure, kelvin, print, print_json, say, selection, told};
use crate::backend::Selection;
use crate::checkpoint::Checkpoint;
use crate::execution::{self, Options, Outcome, Watch};
use crate::output::about::Manner;
use crate::output::screen::Screen;
use crate::quantity::{CONDUCTIVITY, CURRENT, DIMENSIONLESS, POTENTIAL, POWER, PRESSURE, format_quantity};
use crate::scenario::{End, Format, Scenario};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs the command.
pub fn run(arguments: &RunArguments) -> Result<(), Failure> {
    told(ran(arguments), arguments.json)
}

fn ran(arguments: &RunArguments) -> Result<(), Failure> {
    let selection = selection(&arguments.device)?;
    let scenario = load(&arguments.scenario)?;
    if !arguments.quiet {
        scenario.warnings.iter().for_each(|w| say(&format!("warning: {w}")));
    }
    let directory = arguments.output.clone().unwrap_or_else(|| default_directory(&scenario));
    let made = !directory.exists();
    let ready = prepare(&directory, arguments.resume, arguments.force)?;
    computed(arguments, selection, &scenario, &directory, ready).inspect_err(|_| {
        if made {
            let _ = std::fs::remove_dir(&directory); // empty it would tell nothing; it stays where anything is in it
        }
    })
}

/// What an interrupt does to films.
const FILM_IS_CUT: &str = "a film begins where the run went on; its earlier frames were not kept";

/// Runs a scenario into a directory that is ready.
fn computed(
    arguments: &RunArguments,
    selection: Selection,
    scenario: &Scenario,
    directory: &Path,
    (_claim, replaced): (Claim, Option<Replaced>),
) -> Result<(), Failure> {
    let fingerprint = fingerprint(&arguments.scenario.scenario, &arguments.scenario.overrides);
    let resume = if arguments.resume {
        let kept = directory.join("checkpoint").join(crate::checkpoint::FILE);
        if !kept.exists() {
            return Err(Failure::input(no_checkpoint(directory, &kept)));
        }
        let cells = scenario.problem.grid.len();
        Some(Checkpoint::read(&directory.join("checkpoint"), fingerprint, cells).map_err(Failure::input)?)
    } else {
        None
    };
    let end = match scenario.run.end {
        End::Time(until) => until,
        End::Steady(_) => 1.0,
    };
    let progress = Progress::new(end, scenario.problem.grid.len(), arguments.quiet);
    let resumed = resume.as_ref().map(|checkpoint| checkpoint.progress.time());
    let films = scenario.output.formats.iter().any(|f| matches!(f, Format::Film(_)));
    let cut = (resumed.is_some() && films).then_some(FILM_IS_CUT);
    if let Some(text) = cut.filter(|_| !arguments.quiet) {
        say(&format!("warning: {text}"));
    }
    let screen = (arguments.watch && !arguments.quiet).then(|| Screen::new(scenario)).flatten();
    let interrupts = Interrupts::listen();
    let told = Told { progress, interrupts, quiet: arguments.quiet, screen };
    let mut results = Results::new(scenario, directory, told, resumed, replaced)?;
    if arguments.verbose {
        results.note(&format!(
            "{} cells, {} walls, results in {}",
            scenario.problem.grid.len(),
            scenario.problem.walls.len(),
            directory.display()
        ));
    }
    let options = Options { selection, resume, fingerprint };
    let mut outcome = match execution::run(scenario, &options, &mut results) {
        Ok(outcome) => outcome,
        Err(error) => {
            let failure = interrupted(error.into(), directory);
            results.abandon(&failure);
            return Err(failure);
        }
    };
    outcome.report.warnings.extend(cut.map(str::to_owned));
    if arguments.ledger {
        let measured = execution::measure(scenario, &options, &outcome, &mut results);
        outcome.report.precision.measured = Some(measured);
        outcome.report.precision.notes.retain(|note| !note.ends_with(execution::UNMEASURED));
    }
    if arguments.verbose && !outcome.report.backend.kernel.is_empty() {
        results.note(&format!("explicit steps: {}", outcome.report.backend.kernel));
    }
    let command: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let written = results.finish(&outcome, &typed(&command));
    if arguments.json {
        print_json(&outcome.report.record(&Manner::of(&scenario.output)))?;
    } else if !arguments.quiet {
        print(&summary(&outcome, directory))?;
    }
    written?;
    if outcome.report.precision.measured.as_ref().is_some_and(|measured| measured.interrupted) {
        let text = format!("the ledger was interrupted; the results of the run itself are in {}", directory.display());
        return Err(Failure { code: 130, message: text, details: None });
    }
    let law = &outcome.report.second_law;
    if law.violations > 0 {
        let first = law.list.first().map_or_else(String::new, |v| {
            format!("; the first: {} by {:.3e} {}, against \"{}\"", v.place, v.amount, v.unit, v.what)
        });
        return Err(Failure::run(format!(
            "the second law is violated in {} of {} places{first}; the results are in {}",
            law.violations,
            law.checked,
            directory.display()
        )));
    }
    Ok(())
}

/// A command line as one would type it.
fn typed(words: &[String]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    let quoted = |word: &String| match word.is_empty() || !word.chars().all(plain) {
        true => format!("'{}'", word.replace('\'', "'\\''")),
        false => word.clone(),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Why there is nothing to go on from.
fn no_checkpoint(directory: &Path, kept: &Path) -> String {
    if directory.join("report.json").exists() {
        return format!(
            "the run in {} is complete, and a finished run keeps no checkpoint; --force runs it anew, for example with a later run.until, -o DIR does so elsewhere, `clausius render` draws what is there",
            directory.display()
        );
    }
    format!(
        "there is no checkpoint {}: a run leaves one when it is interrupted, or by run.checkpoint_every; to start anew leave --resume out",
        kept.display()
    )
}

fn interrupted(failure: Failure, directory: &Path) -> Failure {
    if failure.code == 130 && directory.join("checkpoint").join(crate::checkpoint::FILE).exists() {
        return Failure {
            message: format!("{}; --resume goes on from {}", failure.message, directory.display()),
            ..failure
        };
    }
    failure
}

/// `results/NAME` where the scenario file is called NAME.toml.
fn default_directory(scenario: &Scenario) -> PathBuf {
    Path::new("results").join(scenario.path.file_stem().unwrap_or_else(|| "run".as_ref()))
}

/// Identifies a scenario with its overrides.
fn fingerprint(path: &Path, overrides: &[String]) -> u32 {
    let mut text = std::fs::read(path).unwrap_or_default();
    for line in overrides {
        text.push(b'\n');
        text.extend_from_slice(line.as_bytes());
    }
    crc32fast::hash(&text)
}

fn watts(heat: f64) -> String {
    format_quantity(heat, POWER)
}

fn number(value: f64) -> String {
    format_quantity(value, DIMENSIONLESS)
}

/// What is told of an effective conductivity behind other things.
fn effective(conductivity: f64) -> String {
    let told = || format!(", effective conductivity {}", format_quantity(conductivity, CONDUCTIVITY));
    if conductivity.is_finite() { told() } else { String::new() }
}

fn summary(outcome: &Outcome, directory: &Path) -> String {
    let r = &outcome.report;
    let mut text = format!("{}\n  verdict      {}: {}\n", r.title, r.state.verdict.name(), r.state.reason);
    let mut line = |name: &str, value: String| text += &format!("  {name:<12} {value}\n");
    line(
        "temperature",
        format!("{} to {}, mean {}", kelvin(r.temperature.min), kelvin(r.temperature.max), kelvin(r.temperature.mean)),
    );
    for (name, molten) in r.materials.0.iter().filter_map(|(name, m)| Some((name, m.melting?))) {
        line("molten", format!("{} % of {name}", number(100.0 * molten.liquid_fraction)));
    }
    for (name, surface) in r.boundaries.0.iter().filter(|(_, s)| s.heat_in != 0.0) {
        line(name, format!("{} into the {}", watts(surface.heat_in), r.filling()));
    }
    if r.sources.heat != 0.0 {
        line("sources", watts(r.sources.heat));
    }
    line("entropy", format!("{:.6e} W/K produced, budget closed to {:.1e}", r.entropy.production, r.entropy.closure));
    if let Some(extended) = &r.entropy.extended {
        let (production, held) = (extended.production, extended.held);
        line(
            "extended",
            format!("{production:.6e} W/K produced; heat with inertia holds back {held:.6e} J/K of the entropy"),
        );
    }
    line("energy", format!("closed to {:.1e} of the largest term", r.energy.closure));
    line(
        "second law",
        if r.second_law.checked > 0 {
            format!("{} violations in {} places looked at", r.second_law.violations, r.second_law.checked)
        } else {
            "not looked at".into()
        },
    );
    let errors = [("rounding", r.precision.rounding), ("time step", r.precision.time_step), ("grid", r.precision.grid)];
    let known = errors.iter().filter_map(|(name, error)| error.map(|e| format!("{name} {e:.1e} K")));
    line("errors", known.collect::<Vec<_>>().join(", "));
    if let Some(local) = &r.local_equilibrium {
        let advice = format!("{:?}", local.advice);
        line("local", format!("Knudsen number up to {:.2e}: {advice}", local.max_knudsen));
    }
    if let Some(phonon) = &r.phonon {
        let shown = effective(phonon.effective_conductivity);
        line("phonons", format!("Knudsen number {}{shown}", number(phonon.knudsen)));
    }
    if let Some(gas) = &r.gas {
        let shown = effective(gas.effective_conductivity);
        let pressure = format_quantity(gas.pressure, PRESSURE);
        line("gas", format!("{pressure}, Knudsen number {}{shown}", number(gas.knudsen)));
    }
    if let Some(t) = &r.thermoelectric {
        for (name, terminal) in &t.terminals.0 {
            let [volts, amperes] =
                [(terminal.potential, POTENTIAL), (terminal.current, CURRENT)].map(|(x, of)| format_quantity(x, of));
            line(name, format!("{volts}, {amperes} into the device"));
        }
        line(
            "current",
            format!(
                "{} in: Joule {}, Peltier {}, Thomson {}",
                watts(t.electrical_in),
                watts(t.joule),
                watts(t.peltier),
                watts(t.thomson)
            ),
        );
        if let Some((cop, engine)) = t.engine.as_ref().and_then(|e| e.cop.map(|cop| (cop, e))) {
            line("COP", format!("{} between {} and {}", number(cop), kelvin(engine.cold), kelvin(engine.hot)));
        }
        if let Some((part, engine)) = t.engine.as_ref().and_then(|e| e.efficiency.map(|part| (part, e))) {
            line("efficiency", format!("{} between {} and {}", number(part), kelvin(engine.cold), kelvin(engine.hot)));
        }
    }
    for (name, c) in r.mixture.iter().flat_map(|m| &m.components.0) {
        let spread = &c.mass_fraction;
        line(
            name,
            format!("mass fraction {} to {}, mean {}", number(spread.min), number(spread.max), number(spread.mean)),
        );
    }
    for (name, probe) in &r.probes.0 {
        line(name, probe.temperature.map_or("in void".into(), kelvin));
    }
    let speed = if r.time.steps > 0 && r.time.end_s.is_finite() {
        format!(", {:.1} Mcell/s", r.time.cell_updates_per_s / 1e6)
    } else {
        String::new()
    };
    line(
        "computed",
        format!(
            "{} {} in {}{speed} on {} ({}, {})",
            r.time.steps,
            if r.time.steps == 1 { "step" } else { "steps" },
            duration(Duration::from_secs_f64(r.time.wall_s)),
            r.backend.adapter,
            r.backend.precision,
            r.backend.method
        ),
    );
    line("results", format!("{} (open report.html)", directory.display()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["clausius", "run", "a b.toml", "it's", "--set", "run.until=2 s", ""].map(str::to_owned);
        assert_eq!(typed(&words), r"clausius run 'a b.toml' 'it'\''s' --set 'run.until=2 s' ''");
        assert_eq!(typed(&["run".to_owned(), "-o".to_owned(), "../a_b/c-d.toml".to_owned()]), "run -o ../a_b/c-d.toml");
    }

    #[test]
    fn small_devices_have_their_digits() {
        let mut report = example();
        report.sources.heat = 3.25e-9;
        for (_, surface) in &mut report.boundaries.0 {
            surface.heat_in = -4.5e-10;
        }
        let outcome = Outcome { report, temperature: Vec::new(), samples: Vec::new() };
        let told = summary(&outcome, "results".as_ref());
        assert!(told.contains("3.25 nW\n") && told.contains("-450 pW into the solid"), "{told}");
        assert_eq!([0.0, 3.1e-5, 12.345_67].map(number), ["0", "3.1e-5", "12.35"]);
    }
}
