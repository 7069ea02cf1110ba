//! What users type.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Heat on large grids: transient and steady conduction on GPUs and CPUs, with entropy budgets.
#[derive(Debug, Parser)]
#[command(name = "clausius", version, about, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Start with `clausius examples`, then `clausius run copper_spreader.toml`.\nExit codes: 0 good, 1 the run or a check failed, 2 bad input or usage, 3 no usable device, 130 interrupted."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario: fields, pictures and a report
    Run(RunArguments),
    /// Validate a scenario: cells, memory, time step, steps, estimated time, warnings
    Check(CheckArguments),
    /// Run a scenario over several values of a key: one table, one plot
    ///
    /// A value whose run fails is told and left out of both; the command then ends as that run would.
    Sweep(SweepArguments),
    /// Measure the matrix of a coupled device: its reciprocity, Seebeck coefficient, ZT
    Onsager(OnsagerArguments),
    /// Run the shipped reference cases against published and exact answers
    Verify(VerifyArguments),
    /// Benchmark this machine's GPUs and CPU
    Bench(BenchArguments),
    /// Draw pictures of fields already computed
    Render(RenderArguments),
    /// Largest and RMS difference of two results, per field
    ///
    /// Fields are read from .vti, .vtr, .npz, .zarr or .npy, whichever each result has. The RMS weighs cells by volume, or counts every cell once where
    /// no file tells the grid. The range is the largest less the smallest value in A. Ends with 1 where one holds what the other lacks.
    Compare(CompareArguments),
    /// List the shipped materials; with a name, tell and plot what is known of it
    Materials(MaterialsArguments),
    /// List adapters with drivers, limits and features
    Devices(JsonFlag),
    /// List the shipped scenarios; with a name, write it here
    Examples {
        /// Scenario to write into this directory
        name: Option<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// `clausius materials`.
#[derive(Debug, Args)]
pub struct MaterialsArguments {
    /// The material
    pub name: Option<String>,
    /// A file of your own materials, as a scenario's `materials_file` names it
    #[arg(long, value_name = "TOML")]
    pub file: Option<PathBuf>,
    /// Plot k(T) into this .svg or .png, c(T) beside it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// `--json` alone.
#[derive(Debug, Args)]
pub struct JsonFlag {
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackendChoice {
    /// The best real GPU, else the CPU
    Auto,
    /// A GPU
    Gpu,
    /// The CPU
    Cpu,
}

/// Number format of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bit, sums in two parts
    F32,
    /// 64 bit
    F64,
    /// Whole numbers: energy conserved to the bit, the same bytes on every processor
    Exact,
}

/// What to compute with.
#[derive(Debug, Clone, Args)]
pub struct DeviceArguments {
    /// Where to compute
    #[arg(long, value_enum, default_value = "auto")]
    pub backend: BackendChoice,
    /// GPU by number or part of its name (see `clausius devices`); names software rasterizers too [default: CLAUSIUS_ADAPTER in the environment]
    #[arg(long, value_name = "NAME_OR_INDEX")]
    pub adapter: Option<String>,
    /// Number format of the field [default: f64 on the CPU, f32 on a GPU]
    #[arg(long, value_enum)]
    pub precision: Option<Precision>,
    /// Forget what rounding takes in explicit steps in f32: faster, and the report says how much less exact
    #[arg(long)]
    pub plain_sums: bool,
    /// CPU threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
    /// Cut the grid into slabs whose bindings stay below this many MiB (GPU; for tests)
    #[arg(long, value_name = "MIB", hide = true)]
    pub max_binding: Option<f64>,
}

/// A scenario and what is laid over it.
#[derive(Debug, Clone, Args)]
pub struct ScenarioArguments {
    /// Scenario file (TOML)
    pub scenario: PathBuf,
    /// Override a key, e.g. --set run.until="5 s"
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

/// `clausius run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Result directory [default: results/NAME_OF_SCENARIO]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Go on from the checkpoint in the result directory
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// Replace an existing result: removes what runs write in its directory, and no other file
    #[arg(long)]
    pub force: bool,
    /// Repeat the run in f64, with half the time step and on coarser grids: what rounding, time step and grid contribute
    #[arg(long)]
    pub ledger: bool,
    /// No progress, no summary
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more on stderr
    #[arg(short, long)]
    pub verbose: bool,
    /// Show a small map of the temperature in the terminal while running
    #[arg(long)]
    pub watch: bool,
    /// Print the report as JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// `clausius check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// `clausius onsager`.
#[derive(Debug, Args)]
pub struct OnsagerArguments {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Where to compute.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// `clausius sweep`.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// The scenario.
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Key and values, e.g. --over materials.film.phonon.mean_free_path=10nm,100nm,1um
    #[arg(long, value_name = "KEY=a,b,c")]
    pub over: String,
    /// Column that is printed and plotted: a dotted key of report.json that is in sweep.csv, e.g. probes.A.temperature_K
    /// [default: temperature.max_K; of phonons and gases an effective conductivity, a rate or a heat where there is one]
    #[arg(long, value_name = "KEY")]
    pub show: Option<String>,
    /// Directory of table and plot [default: results/NAME_OF_SCENARIO_sweep]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace an existing study
    #[arg(long)]
    pub force: bool,
    /// The device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// No progress
    #[arg(short, long)]
    pub quiet: bool,
    /// Print the table as JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// `clausius verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Cases by name or beginning of a name, or "scenarios": how far the shipped ones are on a GPU from the CPU [default: all]
    pub names: Vec<String>,
    /// The device.
    #[command(flatten)]
    pub device: DeviceArguments,
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
    /// No progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// `clausius bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// Small grids and few repeats
    #[arg(long)]
    pub quick: bool,
    /// Write all numbers to a file (`-` for stdout)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print ratios to an earlier --json file
    #[arg(long, value_name = "FILE", conflicts_with = "duration")]
    pub compare: Option<PathBuf>,
    /// Draw speed against size (SVG)
    #[arg(long, value_name = "FILE", conflicts_with = "duration")]
    pub chart: Option<PathBuf>,
    /// Instead of timing, repeat the same steps for so many seconds and look for wrong bits and slowdown
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<f64>,
    /// Cases: 2d, 3d, het3d, phonons [default: all]
    #[arg(long, value_delimiter = ',', value_name = "CASE")]
    pub case: Vec<String>,
    /// The device.
    #[command(flatten)]
    pub device: DeviceArguments,
}

/// `clausius render`.
#[derive(Debug, Args)]
pub struct RenderArguments {
    /// .vti, .vtr, .pvd, .npy or .npz files, .zarr groups, result directories, or a series.csv
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Picture (.png, .svg), film of all states (.gif, .apng, .mp4), or directory [default: beside the file]
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
    /// Field to draw [default: the first]; of a series the columns whose name holds it
    #[arg(long)]
    pub field: Option<String>,
    /// Cut through a 3D field, e.g. z=5mm [default: the middle of z]
    #[arg(long)]
    pub slice: Option<String>,
    /// Another view of a 3D field: cutaway, "max z", "mean y", "min x"
    #[arg(long, conflicts_with = "slice")]
    pub view: Option<String>,
    /// Instead of maps, a plot along a line, a curve for each file: y=5mm, or in 3D y=5mm,z=1mm
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["slice", "view"])]
    pub line: Option<String>,
    /// Of several states only one: last, or the nearest to a time, e.g. "30 s" [default: all]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub time: Option<String>,
    /// Draw the difference to this file or result
    #[arg(long, value_name = "FILE|DIR")]
    pub minus: Option<PathBuf>,
    /// Lines of equal value, labelled
    #[arg(long)]
    pub isotherms: bool,
    /// Arrows along the field `flux`
    #[arg(long)]
    pub arrows: bool,
    /// Streamlines of the field `flux`
    #[arg(long, conflicts_with = "arrows")]
    pub streamlines: bool,
    /// Logarithmic colours; of a series a logarithmic axis
    #[arg(long)]
    pub log: bool,
    /// inferno, viridis, cividis, batlow, vik or grey [default: that of the run's own pictures]
    #[arg(long)]
    pub colormap: Option<String>,
    /// Colour range, e.g. 300:350, in the unit that is shown; or with units, "20 degC:80 degC"
    #[arg(long, value_name = "LO:HI", allow_hyphen_values = true)]
    pub range: Option<String>,
    /// Unit of temperatures: K, degC or degF [default: that of the run's own pictures]
    #[arg(long)]
    pub unit: Option<String>,
    /// Pictures as SVG
    #[arg(long)]
    pub svg: bool,
}

/// `clausius compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Result directory, or .vti, .vtr, .npy, .npz, .zarr
    pub a: PathBuf,
    /// The same
    pub b: PathBuf,
    /// Print JSON to stdout
    #[arg(long)]
    pub json: bool,
}

/// A time to spend, s.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s > 0.0 && s <= 1e6 => Ok(s),
        _ => Err("a number of seconds above 0, at most 1e6".into()),
    }
}
