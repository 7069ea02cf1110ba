//! Words to calls; prints; exit codes.

mod arguments;
mod bench;
mod check;
mod compare;
mod devices;
mod directory;
mod examples;
mod materials;
mod onsager;
mod progress;
mod render;
mod results;
mod run;
mod sweep;
mod verify;

use crate::backend::BackendError;
use crate::backend::{Kind, Precision, Selection, Stepping};
use crate::coupled::newton::CoupledError;
use crate::exact::ExactError;
use crate::execution::ExecutionError;
use crate::simulation::SimulationError;
use crate::steady::SteadyError;
use arguments::{Arguments, Command, DeviceArguments};
use clap::{CommandFactory, Parser};
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// Why a command ended badly: what to print and the exit code that says what kind it is.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    /// The same for a program, where it is more than a text.
    details: Option<serde_json::Value>,
}

impl Failure {
    /// The run or a check failed.
    fn run(message: impl Display) -> Failure {
        Failure { code: 1, message: message.to_string(), details: None }
    }

    /// Bad input or usage.
    fn input(message: impl Display) -> Failure {
        Failure { code: 2, message: message.to_string(), details: None }
    }
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Failure {
        let code = match &error {
            ExecutionError::Scenario(errors) => return errors.clone().into(),
            ExecutionError::Backend(e) | ExecutionError::Simulation(SimulationError::Backend(e)) => match e {
                BackendError::NoDevice(_) => 3,
                BackendError::Device(_) => 1,
                BackendError::Unreachable(_) | BackendError::Unsupported(_) => 2,
                BackendError::Exact(ExactError::Range { .. }) => 1,
                BackendError::Exact(_) => 2,
            },
            ExecutionError::Unreachable(_)
            | ExecutionError::Unsupported(_)
            | ExecutionError::Simulation(
                SimulationError::Unstable { .. }
                | SimulationError::Endless { .. }
                | SimulationError::Impossible { .. }
                | SimulationError::Refused { .. },
            )
            | ExecutionError::Coupled(CoupledError::Trapped { .. } | CoupledError::Flooded { .. })
            | ExecutionError::Steady(
                SteadyError::Driven { .. } | SteadyError::NoWayOut { .. } | SteadyError::TooCold { .. },
            ) => 2,
            interrupted if interrupted.is_interrupted() => 130,
            ExecutionError::Simulation(_)
            | ExecutionError::Steady(_)
            | ExecutionError::Kinetic(_)
            | ExecutionError::Coupled(_)
            | ExecutionError::Watch(_) => 1,
        };
        Failure { code, message: error.to_string(), details: None }
    }
}

/// Runs the program; the exit code is 0 good, 1 failed, 2 bad input or usage, 3 no usable device, 130 interrupted.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Run(a) => run::run(&a),
        Command::Check(a) => check::check(&a),
        Command::Sweep(a) => sweep::sweep(&a),
        Command::Onsager(a) => onsager::onsager(&a),
        Command::Verify(a) => verify::verify(&a),
        Command::Bench(a) => bench::bench(&a),
        Command::Render(a) => render::render(&a),
        Command::Compare(a) => compare::compare(&a),
        Command::Materials(a) => materials::materials(&a),
        Command::Devices(a) => devices::devices(a.json),
        Command::Examples { name } => examples::examples(name.as_deref()),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "clausius", &mut text);
            print(&String::from_utf8_lossy(&text))
        }
        Command::Man => {
            let mut text = Vec::new();
            match clap_mangen::Man::new(Arguments::command()).render(&mut text) {
                Ok(()) => print(&String::from_utf8_lossy(&text)),
                Err(e) => Err(Failure::run(e)),
            }
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                let plain = failure.message.starts_with("error");
                say(&format!("{}{}", if plain { "" } else { "error: " }, failure.message.trim_end()));
            }
            ExitCode::from(failure.code)
        }
    }
}

/// Says something on stderr; a reader that has gone away is no fault.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints to stdout; a reader that has gone away is no fault.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::run(format!("cannot write to stdout: {e}")))
        }
        _ => Ok(()),
    }
}

/// With `--json` tells a program on stdout what is wrong with its scenario; people read it on stderr.
fn told<T>(result: Result<T, Failure>, json: bool) -> Result<T, Failure> {
    if let (Err(Failure { details: Some(details), .. }), true) = (&result, json) {
        print_json(details)?;
    }
    result
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::run)?;
    print(&(text + "\n"))
}

/// Threads per processor, at most: more only wait for each other.
const MOST_THREADS: usize = 8;

/// Applies `--threads` and turns device words into a selection.
fn selection(device: &DeviceArguments) -> Result<Selection, Failure> {
    if let Some(threads) = device.threads {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        if usize::from(threads) > MOST_THREADS * processors {
            return Err(Failure::input(format!(
                "--threads {threads}: this machine runs {processors} at once; leave it out, or give at most {}",
                MOST_THREADS * processors
            )));
        }
        // Fails only where the pool exists already; one command sets it once.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let precision = match device.precision {
        Some(arguments::Precision::F32) => Some(Precision::F32),
        Some(arguments::Precision::F64) => Some(Precision::F64),
        Some(arguments::Precision::Exact) | None => None,
    };
    if device.adapter.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Failure::input(
            "--adapter names no GPU; give its number or part of its name (`clausius devices` lists them)",
        ));
    }
    // What is asked for here outranks the environment.
    let usual = || std::env::var("CLAUSIUS_ADAPTER").ok().filter(|name| !name.trim().is_empty());
    let of_environment = if device.backend == arguments::BackendChoice::Cpu { None } else { usual() };
    let adapter = device.adapter.clone().or(of_environment);
    let kind = match device.backend {
        arguments::BackendChoice::Auto if adapter.is_some() => Kind::Gpu,
        arguments::BackendChoice::Auto => Kind::Auto,
        arguments::BackendChoice::Gpu => Kind::Gpu,
        arguments::BackendChoice::Cpu => Kind::Cpu,
    };
    if kind == Kind::Cpu && adapter.is_some() {
        return Err(Failure::input("--adapter names a GPU and --backend cpu asks for none; leave one out"));
    }
    let max_binding = device.max_binding.map(|mib| (mib * 1_048_576.0) as u64);
    Ok(Selection {
        kind,
        adapter,
        precision,
        exact: device.precision == Some(arguments::Precision::Exact),
        max_binding,
        stepping: Stepping::default(),
        plain_sums: device.plain_sums,
    })
}

/// Fewer digits for people.
fn kelvin(value: f64) -> String {
    format!("{value:.3} K ({:.3} degC)", value - 273.15)
}
