//! `clausius bench`: this machine's GPUs and CPU.

use super::arguments::{BackendChoice, BenchArguments};
use super::progress::Interrupts;
use super::{Failure, print, print_json, selection};
use crate::backend::{self, BackendError, Kind, Precision, Selection, Stepping, gpu};
use crate::bench::{self, Case, Flight, Results, Score, Soak, Solution};
use crate::conduction::Conduction;
use crate::execution::ExecutionError;
use crate::memory;
use crate::nearest::nearest;
use crate::output::chart::{Chart, Curve};
use std::path::Path;
use std::time::Duration;

/// Runs the command.
pub fn bench(arguments: &BenchArguments) -> Result<(), Failure> {
    let flies = arguments.case.is_empty() || arguments.case.iter().any(|name| name == bench::FLIGHT);
    let cases = cases(&arguments.case)?;
    if arguments.duration.is_some() && cases.is_empty() {
        return Err(Failure::input(format!(
            "--duration repeats the steps of {}, and --case asks for \"{}\" alone; leave --case out, or name one of them",
            Case::ALL.map(|(name, _)| name).join(", "),
            bench::FLIGHT
        )));
    }
    if arguments.chart.is_some() && cases.is_empty() {
        return Err(Failure::input(format!(
            "--chart draws the steps of {}, and --case asks for \"{}\" alone; leave one out, or name one of them",
            Case::ALL.map(|(name, _)| name).join(", "),
            bench::FLIGHT
        )));
    }
    let folder = arguments.json.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::input(format!(
            "--json: there is no folder {}; make it, or name another",
            folder.display()
        )));
    }
    let before = arguments.compare.as_deref().map(read).transpose()?;
    let selections = selections(arguments)?;
    // Carriers have one format on each device.
    let f32_on_cpu = |s: &&Selection| s.kind == Kind::Cpu && s.precision == Some(Precision::F32);
    let flying = || selections.iter().filter(|s| flies && !s.exact && !f32_on_cpu(s));
    if cases.is_empty() && flying().next().is_none() {
        let what = "--case phonons: they fly in f64 on the CPU and in f32 on a GPU; leave --precision out";
        return Err(Failure::input(what));
    }
    let stdout = arguments.json.as_deref() == Some(Path::new("-"));
    let say = |text: &str| if stdout { Ok(()) } else { print(text) };
    let mut results = Results {
        version: env!("CARGO_PKG_VERSION").into(),
        proofs: Vec::new(),
        scores: Vec::new(),
        solutions: Vec::new(),
        flights: Vec::new(),
        soaks: Vec::new(),
    };
    let broken = |e| Failure::from(ExecutionError::from(e));
    let interrupts = Interrupts::listen();
    // A device that computes wrongly has no score.
    for (n, selection) in selections.iter().enumerate() {
        if selections[..n].iter().any(|s| s.kind == selection.kind) {
            continue;
        }
        let proven = bench::prove(selection).map_err(broken)?;
        if let Some(objection) = proven.objection() {
            return Err(Failure::run(format!("{} has no score: {objection}", proven.adapter)));
        }
        say(&format!(
            "whole numbers: {}, as on every processor; no quantum lost  {}\n",
            proven.checksum, proven.adapter
        ))?;
        results.proofs.push(proven);
    }
    if let Some(duration) = arguments.duration {
        for selection in &selections {
            let open = |c: &Conduction| backend::open(selection, c, &mut |_| {});
            for &case in cases.iter().take_while(|_| !interrupts.any()) {
                let cells = case.sizes(true, false)[0];
                let share = Duration::from_secs_f64(duration / (cases.len() * selections.len()) as f64);
                let soak = bench::soak(case, cells, &open, share, &|| !interrupts.any()).map_err(broken)?;
                say(&endured(&soak))?;
                results.soaks.push(soak);
            }
        }
    } else {
        say(&format!(
            "{:<6} {:<4} {:>15} {:>6} {:>9} {:>9} {:>10} {:>8} {:>8}  adapter\n",
            "case", "on", "cells", "format", "Gcell/s", "GB/s", "us/step", "of copy", "error"
        ))?;
        for selection in &selections {
            measure(arguments, selection, &cases, before.as_ref(), (&say, &interrupts), &mut results)?;
        }
        for selection in flying().take_while(|_| !interrupts.any()) {
            let (sizes, wanted): (&[usize], f64) = if arguments.quick { (&[32], 0.1) } else { (&[64, 256], 1.0) };
            let copy = bench::copy_of(selection, arguments.quick).map_err(broken)?;
            for &cells in sizes.iter().take_while(|_| !interrupts.any()) {
                let flight = bench::flight(selection, cells, copy, wanted).map_err(broken)?;
                say(&flown(&flight))?;
                results.flights.push(flight);
            }
        }
    }
    if let (Some(before), Some(path)) = (&before, &arguments.compare)
        && !interrupts.any()
        && !results.scores.iter().any(|score| matching(score, before).is_some())
    {
        say(&format!(
            "nothing here was measured in {}: it has other adapters, sizes, formats or ways\n",
            path.display()
        ))?;
    }
    if let Some(path) = &arguments.chart {
        chart(&results).write(path).map_err(Failure::run)?;
    }
    if let Some(path) = &arguments.json {
        if stdout {
            print_json(&results)?;
        } else {
            let text = serde_json::to_string_pretty(&results).map_err(Failure::run)?;
            std::fs::write(path, text).map_err(|e| Failure::run(format!("cannot write {}: {e}", path.display())))?;
        }
    }
    let wrong = results.scores.iter().find_map(|s| Some((s, s.checks.objection()?)));
    if let Some((score, objection)) = wrong {
        let (case, adapter) = (&score.case, &score.adapter);
        return Err(Failure::run(format!("{case} on {adapter} ({}) has no score: {objection}", score.precision)));
    }
    if let Some((flight, objection)) = results.flights.iter().find_map(|f| Some((f, f.objection()?))) {
        let adapter = &flight.adapter;
        return Err(Failure::run(format!("{} on {adapter} has no score: {objection}", bench::FLIGHT)));
    }
    match results.soaks.iter().find(|s| s.wrong_bits > 0) {
        Some(s) => Err(Failure::run(format!("{}: {} of {} laps had wrong bits", s.adapter, s.wrong_laps, s.laps))),
        None if interrupts.any() => {
            let message = "interrupted; what was measured until then is all that is told".into();
            Err(Failure { code: 130, message, details: None })
        }
        None => Ok(()),
    }
}

/// Prints a line.
type Say<'a> = &'a dyn Fn(&str) -> Result<(), Failure>;

/// What to measure: a GPU, and the CPU in both formats, as far as they are asked for.
fn selections(arguments: &BenchArguments) -> Result<Vec<Selection>, Failure> {
    let chosen = selection(&arguments.device)?;
    let mut selections = Vec::new();
    if chosen.kind == Kind::Gpu {
        selections.push(chosen.clone());
    } else if arguments.device.backend != BackendChoice::Cpu && gpu::devices().iter().any(|d| d.chosen) {
        selections.push(Selection { kind: Kind::Gpu, ..chosen.clone() });
    }
    if chosen.kind != Kind::Gpu {
        let formats = match chosen.precision {
            None if !chosen.exact => vec![Some(Precision::F64), Some(Precision::F32)],
            only => vec![only],
        };
        let cpu = |precision| Selection { kind: Kind::Cpu, precision, ..chosen.clone() };
        selections.extend(formats.into_iter().map(cpu));
    }
    Ok(selections)
}

fn measure(
    arguments: &BenchArguments,
    selection: &Selection,
    cases: &[Case],
    before: Option<&Results>,
    (say, interrupts): (Say<'_>, &Interrupts),
    results: &mut Results,
) -> Result<(), Failure> {
    if interrupts.any() {
        return Ok(());
    }
    let broken = |e| Failure::from(ExecutionError::from(e));
    let quick = arguments.quick;
    let (wanted, patience) = if quick { (0.1, 2.0) } else { (1.0, 60.0) };
    let copy = bench::copy_of(selection, quick).map_err(broken)?;
    // A GPU makes several steps in a pass, or one; in f64 it has no choice.
    let choice = selection.kind == Kind::Gpu && selection.precision != Some(Precision::F64) && !selection.exact;
    let ways = if choice { &[Stepping::Usual, Stepping::One][..] } else { &[Stepping::Usual] };
    for (&case, &stepping) in cases.iter().flat_map(|case| ways.iter().map(move |way| (case, way))) {
        let selection = Selection { stepping, ..selection.clone() };
        let open = |c: &Conduction| backend::open(&selection, c, &mut |_| {});
        let mut last: Option<&Score> = None;
        for &cells in case.sizes(quick, selection.kind == Kind::Gpu) {
            // A device that would take minutes for two steps is not asked.
            let more = |s: &Score| s.seconds / s.steps as f64 * volume(cells) / volume(s.cells);
            let room = memory::available().unwrap_or(f64::INFINITY);
            let too_much = |s| 20.0 * more(s) > patience || volume(cells) * memory::TRANSIENT > room;
            if interrupts.any() || last.is_some_and(too_much) {
                break;
            }
            let score = match (bench::time(case, cells, &open, copy, wanted), last) {
                (Ok(score), _) => score,
                // what a device has room for, it alone knows
                (Err(e @ BackendError::Device(_)), Some(_)) => {
                    say(&format!("{} {cells:?} is too much: {e}\n", case.name()))?;
                    break;
                }
                (Err(e), _) => return Err(broken(e)),
            };
            say(&line(&score, before))?;
            results.scores.push(score);
            last = results.scores.last();
        }
    }
    // f32 on the CPU makes explicit steps only, and so do whole numbers
    let leaps = selection.kind == Kind::Gpu || selection.precision != Some(Precision::F32);
    if cases.contains(&Case::Plane) && leaps && !selection.exact && !interrupts.any() {
        let solution = bench::solution(if quick { 64 } else { 256 }, selection)?;
        say(&solved(&solution))?;
        results.solutions.push(solution);
    }
    Ok(())
}

fn volume(cells: [usize; 3]) -> f64 {
    cells.iter().product::<usize>() as f64
}

fn cases(names: &[String]) -> Result<Vec<Case>, Failure> {
    if names.is_empty() {
        return Ok(Case::ALL.iter().map(|(_, c)| *c).collect());
    }
    names
        .iter()
        .filter(|name| *name != bench::FLIGHT)
        .map(|name| {
            Case::ALL.iter().find(|(n, _)| n == name).map(|(_, c)| *c).ok_or_else(|| {
                let hint = nearest(name, Case::ALL.iter().map(|(n, _)| *n).chain([bench::FLIGHT]))
                    .map_or(String::new(), |n| format!("; did you mean '{n}'?"));
                Failure::input(format!("--case {name}: allowed are 2d, 3d, het3d, phonons{hint}"))
            })
        })
        .collect()
}

fn read(path: &Path) -> Result<Results, Failure> {
    let unusable = |e: &dyn std::fmt::Display| Failure::input(format!("--compare {}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| unusable(&e))?;
    serde_json::from_str(&text).map_err(|e| unusable(&e))
}

/// The same measurement among earlier ones.
fn matching<'a>(score: &Score, before: &'a Results) -> Option<&'a Score> {
    let same = |o: &&Score| {
        (&o.case, &o.adapter, &o.precision, o.cells) == (&score.case, &score.adapter, &score.precision, score.cells)
            && passes(&o.kernel) == passes(&score.kernel)
    };
    before.scores.iter().find(same)
}

fn line(score: &Score, before: Option<&Results>) -> String {
    let cells: Vec<String> = score.cells.iter().filter(|n| **n > 1).map(usize::to_string).collect();
    let number = |value: Option<f64>, digits| value.map_or("-".into(), |v| format!("{v:.digits$}"));
    // a wrong answer has no speed
    let speed = if score.gcells_per_s.is_some() { number(score.gcells_per_s, 4) } else { "no score".into() };
    let old = before.and_then(|before| matching(score, before)).and_then(|o| o.gcells_per_s);
    let ratio = old.zip(score.gcells_per_s).map_or(String::new(), |(old, new)| format!("  x{:.2}", new / old));
    format!(
        "{:<6} {:<4} {:>15} {:>6} {:>9} {:>9} {:>10.1} {:>8} {:>8.0e}  {}{}{ratio}\n",
        score.case,
        score.backend,
        cells.join("x"),
        score.precision,
        speed,
        number(score.gcells_per_s.map(|g| g * score.bytes_per_update), 1),
        1e6 * score.seconds / score.steps as f64,
        number(score.share_of_copy, 2),
        score.checks.error,
        score.adapter,
        if score.kernel.is_empty() { String::new() } else { format!("; {}", passes(&score.kernel)) }
    )
}

/// The part of a kernel's description that tells how many sweeps a pass has.
fn passes(kernel: &str) -> &str {
    kernel.split(':').next().unwrap_or_default()
}

fn solved(s: &Solution) -> String {
    format!(
        "to solution, {} cells, two materials, {}: explicit {:.3} s ({:.0} sweeps, error {:.0e}), super steps {:.3} s ({:.0} sweeps, error {:.0e}): {:.1} times as fast\n",
        s.cells,
        s.precision,
        s.explicit_s,
        s.sweeps[0],
        s.errors[0],
        s.super_s,
        s.sweeps[1],
        s.errors[1],
        s.explicit_s / s.super_s
    )
}

fn flown(f: &Flight) -> String {
    let number = |value: Option<f64>, digits| value.map_or("no score".into(), |v| format!("{v:.digits$}"));
    format!(
        "phonons {} {}, {} x {} cells, {} directions: {} Gupdate/s, {:.1} us/step, {} of copy, error of the front {:.0e}, energy {:.0e}  {}\n",
        f.backend,
        f.precision,
        f.cells[0],
        f.cells[1],
        f.directions,
        number(f.gupdates_per_s, 4),
        1e6 * f.seconds / f.steps as f64,
        number(f.share_of_copy, 2),
        f.error,
        f.energy_closure,
        f.adapter
    )
}

fn endured(s: &Soak) -> String {
    format!(
        "{:<6} {} {}: {} laps in {:.0} s, {} with wrong bits ({} bits), last laps take {:.2} of the first\n",
        s.case, s.adapter, s.precision, s.laps, s.seconds, s.wrong_laps, s.wrong_bits, s.slowdown
    )
}

/// Speed against size, a curve per case, device and format.
fn chart(results: &Results) -> Chart {
    let mut curves: Vec<Curve> = Vec::new();
    for score in &results.scores {
        let name = format!("{} {} {} {}", score.case, score.backend, score.precision, passes(&score.kernel));
        let name = name.trim_end().to_string();
        let point = (volume(score.cells), score.gcells_per_s.unwrap_or(f64::NAN));
        match curves.iter_mut().find(|c| c.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { name, points: vec![point], marked: true }),
        }
    }
    let labels = ["cells".into(), "1e9 cell updates per second".into()];
    Chart { title: "Explicit steps".into(), labels, curves, ..Chart::default() }
}
