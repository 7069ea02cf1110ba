//! Running scenario texts in tests.

use clausius::backend::{Kind, Selection};
use clausius::checkpoint::Checkpoint;
use clausius::execution::{self, Moment, Options, Watch, Watched};
use clausius::output::field::Field;
use clausius::report::Report;
use clausius::scenario::{FieldName, Scenario};
use clausius::steady::Step;
use glam::DVec3;
use serde_json::Value;
use std::path::Path;

/// A scenario from its text.
pub fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Runs a scenario on the CPU and returns its report.
pub fn run_report(text: &str) -> Value {
    let outcome =
        execution::run(&scenario(text), &Options::default(), &mut execution::Quiet).unwrap_or_else(|e| panic!("{e}"));
    serde_json::to_value(&outcome.report).expect("a report is JSON")
}

/// Final temperatures of a steady scenario: centre (m), temperature (K), volume (m3) of every solid cell.
pub fn steady_field(text: &str) -> Vec<(DVec3, f64, f64)> {
    let scenario = scenario(text);
    let outcome =
        execution::run(&scenario, &Options::default(), &mut execution::Quiet).unwrap_or_else(|e| panic!("{e}"));
    let grid = &scenario.problem.grid;
    (0..grid.len())
        .filter(|&i| !outcome.temperature[i].is_nan())
        .map(|i| (grid.centre(grid.cell(i)), outcome.temperature[i], grid.volume(grid.cell(i))))
        .collect()
}

/// The last state's fields that a scenario names, where it is computed on the CPU or on an adapter, and the report.
pub fn last_fields(scenario: &Scenario, adapter: Option<&str>) -> (Vec<Field>, Report) {
    struct Last(Vec<FieldName>, Vec<Field>);
    impl Watch for Last {
        fn frame(&mut self, moment: &Moment) -> Watched {
            self.1 = (moment.fields)(&self.0);
            Ok(())
        }
        fn checkpoint(&mut self, _: Checkpoint) -> Watched {
            Ok(())
        }
        fn going(&mut self, _: f64, _: u64) -> bool {
            true
        }
        fn converging(&mut self, _: &Step) -> bool {
            true
        }
        fn note(&mut self, _: &str) {}
    }
    let kind = if adapter.is_some() { Kind::Gpu } else { Kind::Cpu };
    let selection = Selection { kind, adapter: adapter.map(str::to_owned), ..Selection::default() };
    let mut last = Last(scenario.output.fields.clone(), Vec::new());
    let options = Options { selection, ..Options::default() };
    let outcome = execution::run(scenario, &options, &mut last).unwrap_or_else(|e| panic!("{e}"));
    (last.1, outcome.report)
}

/// A number in a report by its dotted path.
pub fn number(report: &Value, path: &str) -> f64 {
    let value =
        path.split('.').try_fold(report, |v, key| v.get(key)).unwrap_or_else(|| panic!("no {path} in the report"));
    value.as_f64().unwrap_or_else(|| panic!("{path} is {value}"))
}

/// An adapter for GPU tests: a real GPU if there is one, else the software Vulkan. Without any, tests that need it say so and
/// pass, unless `CLAUSIUS_REQUIRE_GPU` is set.
pub fn adapter() -> Option<String> {
    let devices = clausius::backend::gpu::devices();
    let found = devices.iter().find(|d| d.chosen).or(devices.first()).map(|d| d.index.to_string());
    if found.is_none() {
        assert!(std::env::var_os("CLAUSIUS_REQUIRE_GPU").is_none(), "a GPU adapter is required and there is none");
        eprintln!("NOT RUN: there is no GPU adapter, not even a software one");
    }
    found
}

/// Marsaglia's xorshift64*, uniform in (0, 1).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}
