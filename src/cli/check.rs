//! `clausius check`: what a run would take, and what is odd about it.

mod coupled;

use super::arguments::CheckArguments;
use super::progress::duration;
use super::{Failure, print, print_json, told};
use crate::backend::Backend;
use crate::backend::cpu::Cpu;
use crate::backend::gpu::{self, Gpu};
use crate::backend::{Clock, Leap, Precision, Resolution};
use crate::conduction::Conduction;
use crate::diagnostics::precision;
use crate::execution;
use crate::kinetic::gas::pass::{Laps as GasLaps, Passes};
use crate::kinetic::gas::steady::Moments;
use crate::kinetic::gas::transient::Transient as GasTransient;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::sweep::{Laps, Sweeper};
use crate::kinetic::transient::{Transient, longest_step};
use crate::legendre::SuperStep;
use crate::memory;
use crate::output::film::{self, FilmFormat};
use crate::problem::Region;
use crate::quantity;
use crate::scenario::{End, Format, Gas, Phonon, Scenario, ScenarioErrors};
use crate::simulation;
use crate::steady;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl From<ScenarioErrors> for Failure {
    fn from(errors: ScenarioErrors) -> Failure {
        Failure { details: Some(errors.to_json()), ..Failure::input(errors) }
    }
}

/// Reads a scenario after its grid was found to fit into memory.
pub fn load(arguments: &super::arguments::ScenarioArguments) -> Result<Scenario, Failure> {
    let size = Scenario::size(&arguments.scenario, &arguments.overrides)?;
    let too_large = |e: memory::TooLarge| {
        size.written.error("grid.cells", e.to_string(), format!("take fewer cells: {} would fit", e.fitting))
    };
    memory::check(size.total(), memory::at_least(&size)).map_err(too_large)?;
    let mut scenario = Scenario::load(&arguments.scenario, &arguments.overrides)?;
    memory::check(size.total(), memory::needed(&scenario)).map_err(too_large)?;
    without_ffmpeg(&mut scenario, film::has_ffmpeg);
    Ok(scenario)
}

/// Where MP4 is asked for and nothing makes it, another film is made, and the user told before hours are spent on it.
fn without_ffmpeg(scenario: &mut Scenario, has_ffmpeg: impl FnOnce() -> bool) {
    const MP4: Format = Format::Film(FilmFormat::Mp4);
    let formats = &mut scenario.output.formats;
    if !formats.contains(&MP4) || has_ffmpeg() {
        return;
    }
    formats.retain(|format| *format != MP4);
    let instead = if formats.iter().any(|format| matches!(format, Format::Film(_))) {
        "MP4 is left out"
    } else {
        formats.push(Format::Film(FilmFormat::Apng));
        "films are written as APNG instead"
    };
    scenario.warnings.push(format!(
        "output.formats: there is no ffmpeg on this machine, which makes MP4, so that {instead}; install it, or ask for \"apng\" or \"gif\""
    ));
}

/// What a person reads: one line per thing.
struct Sheet(String);

impl Sheet {
    /// Title, and the cells with what is to be said of them.
    fn new(scenario: &Scenario, of_cells: &str) -> Sheet {
        let grid = &scenario.problem.grid;
        let mut sheet = Sheet(format!("{}: good\n", scenario.path.display()));
        sheet.line("title", scenario.title.clone());
        let counts: Vec<String> = grid.cells()[..grid.dimensions()].iter().map(usize::to_string).collect();
        sheet.line("cells", format!("{} = {}{of_cells}", counts.join(" x "), grid.len()));
        sheet.regions(&scenario.problem.regions);
        sheet
    }

    fn line(&mut self, name: &str, value: String) {
        self.0 += &format!("  {name:<13} {value}\n");
    }

    /// What part of the volume of its shape each region has; of many regions only those whose volume is another are named.
    fn regions(&mut self, regions: &[Region]) {
        for r in regions {
            if let Some([low, high]) = r.reach {
                let corner =
                    |p: glam::DVec3| p.to_array().map(|x| quantity::format_quantity(x, quantity::LENGTH)).join(", ");
                self.line(
                    "region",
                    format!("{}: a closed surface from ({}) to ({})", r.name, corner(low), corner(high)),
                );
            }
        }
        let known: Vec<_> = regions.iter().filter_map(|r| r.volume_fraction().map(|part| (&r.name, part))).collect();
        let named = |part: f64| known.len() <= 8 || (part - 1.0).abs() > 1e-9;
        for (name, part) in known.iter().filter(|(_, part)| named(*part)) {
            self.line("region", format!("{name}: its cells have {:.2} % of the volume of its shape", 100.0 * part));
        }
        let others = known.iter().filter(|(_, part)| !named(*part)).count();
        if others > 0 {
            self.line("regions", format!("{others} more have the volume of their shapes"));
        }
    }

    fn bytes(&mut self, bytes: f64) {
        self.line("memory", format!("about {:.1} MiB", bytes / 1_048_576.0));
    }

    fn on_a_gpu(&mut self, bytes: Option<f64>) {
        if let Some(bytes) = bytes {
            self.line("on a GPU", format!("about {:.1} MiB of its memory, in f32", bytes / 1_048_576.0));
        }
    }

    fn estimate(&mut self, seconds: f64) {
        self.line("estimate", format!("{} on this CPU", duration(Duration::from_secs_f64(seconds.min(1e12)))));
    }

    fn finish(mut self, warnings: &[String]) -> Result<(), Failure> {
        warnings.iter().for_each(|warning| self.line("warning", warning.clone()));
        print(&self.0)
    }
}

/// What a program reads: what all models tell, and more.
fn tell(scenario: &Scenario, bytes: f64, warnings: &[String], more: serde_json::Value) -> Result<(), Failure> {
    let grid = &scenario.problem.grid;
    let region = |r: &Region| {
        let told = json!({ "cells": r.cells, "reach_m": r.reach.map(|ends| ends.map(|p| p.to_array())), "shape_volume_m3": r.shape_volume, "volume_fraction": r.volume_fraction() });
        (r.name.clone(), told)
    };
    let regions: serde_json::Map<_, _> = scenario.problem.regions.iter().map(region).collect();
    let mut all = json!({
        "scenario": scenario.path.display().to_string(),
        "title": scenario.title,
        "model": scenario.model.name(),
        "cells": grid.cells()[..grid.dimensions()],
        "cells_total": grid.len(),
        "memory_bytes": bytes,
        "regions": regions,
        "warnings": warnings,
    });
    if let (Some(all), serde_json::Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    print_json(&all)
}

/// Runs the command.
pub fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    told(looked_at(arguments), arguments.json)
}

fn looked_at(arguments: &CheckArguments) -> Result<(), Failure> {
    let scenario = load(&arguments.scenario)?;
    let problem = Arc::new(scenario.problem.clone());
    if let Some(carriers) = &scenario.phonon {
        return phonons(arguments, &scenario, carriers);
    }
    if let Some(vessel) = &scenario.gas {
        return gas(arguments, &scenario, vessel);
    }
    if let Some(spec) = &scenario.thermoelectric {
        return coupled::thermoelectric(arguments, &scenario, spec);
    }
    if let Some(spec) = &scenario.mixture {
        return coupled::mixture(arguments, &scenario, spec);
    }
    let cells = problem.grid.len();
    let steady = matches!(scenario.run.end, End::Steady(_));
    let mut conduction = Conduction::new(problem.clone()).map_err(Failure::input)?;
    let bytes = memory::needed(&scenario);
    let device_bytes = if steady {
        Some(memory::steady_on_gpu(cells, conduction.links.families.len()))
    } else {
        Gpu::memory(&conduction, Precision::F32, u64::MAX).ok().map(|bytes| bytes as f64)
    };

    let mut warnings = scenario.warnings.clone();
    warnings.extend(execution::missed(&scenario, &conduction));
    let (mut time_step, mut steps, mut seconds) = (None, None, None);
    let mut method = "newton-multigrid";
    if steady {
        let endless = steady::refuse_endless(&mut conduction, &problem.initial);
        endless.map_err(|e| execution::placed(e.into(), &scenario))?;
    }
    if let End::Time(until) = scenario.run.end {
        let execution::Prospect { limit, step, leaps, sweeps: count } =
            execution::prospect(&scenario, &conduction, until);
        let explicit_limit = limit / scenario.safety() * (1.0 + 1e-9);
        let forced = scenario.run.method == simulation::Method::SuperTimeStepping;
        if let Some(asked) = scenario.run.time_step.filter(|asked| !forced && *asked > explicit_limit) {
            let limit = limit / scenario.safety();
            return Err(execution::too_long(&scenario, asked, limit, "the stability limit of").into());
        }
        if !leaps && count > simulation::COUNTED {
            return Err(execution::endless(&scenario, count, step).into());
        }
        let step = scenario.run.time_step.unwrap_or(step);
        let scheme = leaps.then(|| SuperStep::new(scenario.run.super_steps.order, TYPICAL_STAGES));
        let per_sweep = measure(conduction, step.min(until), scheme.as_ref())?;
        let total = count * per_sweep;
        method = if leaps { "super-time-stepping" } else { "explicit" };
        if total > 3600.0 {
            warnings.push(format!(
                "{count:.2e} sweeps would take about {} on this CPU; coarser cells where layers are thin, a GPU, or until = \"steady\" shorten it",
                duration(Duration::from_secs_f64(total.min(1e12)))
            ));
        }
        if precision::single(count) > precision::TOO_COARSE {
            warnings.push(format!(
                "so many sweeps in f32 may round temperatures by {:.0e} of what they rise by; run takes f64 by itself, unless --backend gpu or --precision f32 asks for the other",
                precision::single(count)
            ));
        }
        (time_step, steps, seconds) = (Some(step), Some(count), Some(total));
    }
    // Per kelvin that temperatures are from the reference, which is known only where nothing but temperatures is given.
    // As many as the report takes: explicit steps of that length, though super steps make fewer sweeps.
    let sums = match (&scenario.run.end, time_step) {
        (End::Time(until), Some(step)) => until / step,
        _ => 0.0,
    };
    let single = precision::single(sums);
    let double = precision::rounding(1.0, f64::EPSILON, Resolution::DOUBLE, sums);
    let size = precision::size(&problem);
    if arguments.json {
        let more = json!({
            "rounding_per_K": { "f32": if steady { None } else { Some(single) }, "f64": double },
            "rounding_K": size.map(|size| json!({ "f32": if steady { None } else { Some(single * size) }, "f64": double * size })),
            "device_memory_bytes": device_bytes,
            "method": method,
            "time_step_s": time_step,
            "steps": steps,
            "estimated_wall_s": seconds,
            "walls": problem.walls.len(),
        });
        return tell(&scenario, bytes, &warnings, more);
    }
    let mut sheet = Sheet::new(&scenario, "");
    sheet.bytes(bytes);
    if let Some(bytes) = device_bytes {
        sheet.line("on a GPU", format!("about {:.1} MiB of its memory, in f32", bytes / 1_048_576.0));
    }
    let (unit, of) = size.map_or((1.0, "of what temperatures rise by"), |size| (size, "K"));
    let (single, double) = (single * unit, double * unit);
    sheet.line(
        "rounding",
        match steady {
            true => format!("below {double:.0e} {of}"),
            false => format!("below {single:.0e} {of} in f32 (GPU), {double:.0e} in f64"),
        },
    );
    match (time_step, steps, seconds) {
        (Some(step), Some(steps), Some(seconds)) => {
            sheet.line("method", method.into());
            sheet.line("explicit step", quantity::format_quantity(step, quantity::TIME));
            sheet.line("sweeps", format!("about {steps:.0}"));
            sheet.estimate(seconds);
        }
        _ => sheet.line("method", "steady: solved directly, without time steps".into()),
    }
    sheet.finish(&warnings)
}

/// What a run of phonons in flight takes.
fn phonons(arguments: &CheckArguments, scenario: &Scenario, carriers: &Phonon) -> Result<(), Failure> {
    let (domain, grid) = (&carriers.domain, &scenario.problem.grid);
    let full = Ordinates::new(grid.dimensions(), carriers.ordinates[0], carriers.ordinates[1]);
    let updates = (full.len() * domain.bands() * grid.len()) as f64;
    let bytes = memory::needed(scenario);
    let device_bytes = match scenario.run.end {
        End::Steady(_) => gpu::Flights::memory(domain, &full, u64::MAX),
        End::Time(_) => gpu::Carriers::memory(domain, &carriers.driving, &full, u64::MAX),
    };
    let device_bytes = device_bytes.ok().map(|bytes| bytes as f64);
    let few = Ordinates::new(grid.dimensions(), 4, 8);
    let part = (few.len() * domain.bands() * grid.len()) as f64;
    let begun = Instant::now();
    let (time_step, steps) = match scenario.run.end {
        End::Steady(_) => {
            let sweeper = Sweeper::new(domain, &few);
            let initial = &scenario.problem.initial;
            let laps = Laps { most: 1, change: f64::INFINITY };
            (0..domain.bands())
                .for_each(|b| drop(sweeper.pass(b, initial, &mut sweeper.walls_at(b, initial), laps, false)));
            (None, if domain.is_linear() { TYPICAL_PASSES } else { FAR_PASSES })
        }
        End::Time(until) => {
            let longest = longest_step(domain);
            execution::flight(scenario, longest)?;
            let step = scenario.run.time_step.unwrap_or(scenario.safety() * longest);
            let mut transient = Transient::new(domain.clone(), few, &scenario.problem.initial);
            transient.advance(step, false);
            (Some(step), (until / step).ceil())
        }
    };
    let seconds = begun.elapsed().as_secs_f64() * updates / part * steps;
    if arguments.json {
        let more = json!({
            "ordinates": full.len(),
            "bands": domain.bands(),
            "device_memory_bytes": device_bytes,
            "time_step_s": time_step,
            "steps": steps,
            "estimated_wall_s": seconds,
            "walls": domain.walls.len(),
        });
        return tell(scenario, bytes, &scenario.warnings, more);
    }
    let mut sheet = Sheet::new(scenario, "");
    sheet.line("directions", format!("{} in {} bands, {updates:.3e} updates a step", full.len(), domain.bands()));
    sheet.bytes(bytes);
    sheet.on_a_gpu(device_bytes);
    match time_step {
        Some(step) => {
            sheet.line("time step", quantity::format_quantity(step, quantity::TIME));
            sheet.line("steps", format!("{steps:.0}"));
        }
        None => sheet.line("method", format!("steady: passes with diffusion acceleration, about {steps:.0}")),
    }
    sheet.estimate(seconds);
    sheet.finish(&scenario.warnings)
}

/// What a run of a rarefied gas takes.
fn gas(arguments: &CheckArguments, scenario: &Scenario, gas: &Gas) -> Result<(), Failure> {
    let grid = &scenario.problem.grid;
    let [speeds, polar, azimuthal] = gas.ordinates;
    let full = Velocities::new(grid.dimensions(), speeds, polar, azimuthal);
    let few = Velocities::new(grid.dimensions(), 4, 4, 12);
    let bytes = memory::needed(scenario);
    let device_bytes = match scenario.run.end {
        End::Steady(_) => gpu::Molecules::memory(&gas.vessel, &full, u64::MAX),
        End::Time(_) => gpu::Gas::memory(&gas.vessel, &gas.driving, &full, u64::MAX),
    };
    let device_bytes = device_bytes.ok().map(|bytes| bytes as f64);
    let initial = &scenario.problem.initial;
    let (time_step, steps, once) = match scenario.run.end {
        End::Steady(_) => {
            let passes = Passes::new(&gas.vessel, &few);
            let mut walls = passes.walls_at(initial);
            let laps = GasLaps { most: 1, change: f64::INFINITY };
            let begun = Instant::now();
            drop(passes.pass(&Moments::zero(&gas.vessel), &mut walls, laps, false));
            (None, TYPICAL_PASSES, begun.elapsed())
        }
        End::Time(until) => {
            let longest = GasTransient::longest_step(&gas.vessel, &full) / gas.units.velocity;
            execution::flight(scenario, longest)?;
            let step = scenario.run.time_step.unwrap_or(scenario.safety() * longest);
            let mut transient = GasTransient::new(gas.vessel.clone(), few.clone(), initial);
            let begun = Instant::now();
            transient.advance(step * gas.units.velocity, false);
            (Some(step), (until / step).ceil(), begun.elapsed())
        }
    };
    let seconds = once.as_secs_f64() * full.len() as f64 / few.len() as f64 * steps;
    if arguments.json {
        let more = json!({
            "velocities": full.len(),
            "pressure_Pa": gas.units.pressure,
            "knudsen": gas.knudsen,
            "device_memory_bytes": device_bytes,
            "time_step_s": time_step,
            "steps": steps,
            "estimated_wall_s": seconds,
            "walls": gas.vessel.domain.walls.len(),
        });
        return tell(scenario, bytes, &scenario.warnings, more);
    }
    let mut sheet = Sheet::new(scenario, "");
    sheet.line(
        "gas",
        format!(
            "{}, Knudsen number {}",
            quantity::format_quantity(gas.units.pressure, quantity::PRESSURE),
            quantity::format_quantity(gas.knudsen, quantity::DIMENSIONLESS)
        ),
    );
    sheet.line("velocities", format!("{}, {:.3e} updates a pass", full.len(), (full.len() * grid.len()) as f64));
    sheet.bytes(bytes);
    sheet.on_a_gpu(device_bytes);
    match time_step {
        Some(step) => {
            sheet.line("time step", quantity::format_quantity(step, quantity::TIME));
            sheet.line("steps", format!("{steps:.0}"));
        }
        None => sheet.line("method", format!("steady: passes with continuum acceleration, about {steps:.0}")),
    }
    sheet.estimate(seconds);
    sheet.finish(&scenario.warnings)
}

/// Passes that steady states of carriers in flight usually take.
const TYPICAL_PASSES: f64 = 12.0;

/// The same where conductivities follow large temperature differences.
const FAR_PASSES: f64 = 28.0;

/// Stages of a super step, as they mostly are.
const TYPICAL_STAGES: usize = 9;

/// Seconds per sweep, from a few real ones: explicit steps of length `step` (s), or the stages of a super step from such steps.
fn measure(conduction: Conduction, step: f64, super_step: Option<&SuperStep>) -> Result<f64, Failure> {
    /// Steps in one go, which a run makes more of: several go through the cells at once.
    const TOGETHER: u64 = 8;
    let mut cpu = Cpu::new(conduction);
    let begun = Instant::now();
    let mut sweeps = 0;
    while sweeps == 0 || begun.elapsed() < Duration::from_millis(100) {
        sweeps += match super_step {
            Some(scheme) => {
                let end = scheme.order.span(scheme.stages.len()) * step;
                cpu.leap(&Leap { scheme, start: 0.0, end }).map_err(Failure::run)?.sweeps
            }
            None => {
                cpu.advance(Clock { start: 0.0, step }, 0, TOGETHER).map_err(Failure::run)?;
                TOGETHER
            }
        };
    }
    Ok(begun.elapsed().as_secs_f64() / sweeps as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_ffmpeg_a_film_takes_another_format_and_says_so_once() {
        let film = Format::Film;
        let cases = [
            (&["png", "mp4"][..], vec![Format::Png, film(FilmFormat::Apng)], "as APNG instead"),
            (&["mp4", "gif"], vec![film(FilmFormat::Gif)], "MP4 is left out"),
        ];
        for (asked, left, says) in cases {
            let text = format!(
                "[grid]\nsize = [1, 1]\ncells = [4, 4]\nmaterial = \"m\"\n[materials.m]\nconductivity = 1\n\
                 volumetric_heat_capacity = 1e6\n[initial]\ntemperature = 300\n[run]\nuntil = 1\n[output]\nformats = {asked:?}\n"
            );
            let scenario = || Scenario::parse(&text, "film.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
            let (mut with, mut without) = (scenario(), scenario());
            without_ffmpeg(&mut with, || true);
            assert_eq!((with.output.formats.len(), with.warnings.len()), (2, scenario().warnings.len()));
            without_ffmpeg(&mut without, || false);
            assert_eq!(without.output.formats, left);
            assert_eq!(without.warnings.len(), with.warnings.len() + 1);
            assert!(without.warnings.iter().any(|w| w.contains(says) && w.contains("install it")));
        }
    }
}
