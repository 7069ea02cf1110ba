//! What a run does not go on from.

use crate::backend::{Kind, Precision, Selection};
use crate::checkpoint::Checkpoint;
use crate::execution::{self, ExecutionError, Moment, Options, Quiet, Watch, Watched};
use crate::scenario::Scenario;
use crate::steady::Step;

/// Stops at the first look and keeps what is left.
#[derive(Default)]
struct Stopping(Option<Checkpoint>);

impl Watch for Stopping {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        self.0 = Some(checkpoint);
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        false
    }
    fn converging(&mut self, _: &Step) -> bool {
        false
    }
    fn note(&mut self, _: &str) {}
}

fn on(precision: Precision, resume: Option<Checkpoint>) -> Options {
    let selection = Selection { kind: Kind::Cpu, precision: Some(precision), ..Selection::default() };
    Options { selection, resume, ..Options::default() }
}

fn plate(until: &str) -> Scenario {
    let text = format!(
        "[grid]\nsize = [0.01, 0.01]\ncells = [8, 8]\nmaterial = \"steel\"\n[boundary]\nx_min = {{ temperature = 330 }}\n\
         [initial]\ntemperature = 300\n[run]\nuntil = {until}\n"
    );
    Scenario::parse(&text, "plate.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// A run that stopped after it had begun in `first`, gone on with in `second`.
fn in_two(until: &str, first: Precision, second: Precision) -> Result<execution::Outcome, ExecutionError> {
    let scenario = plate(until);
    let mut stopping = Stopping::default();
    execution::run(&scenario, &on(first, None), &mut stopping).expect_err("it was stopped");
    let folder = tempfile::tempdir().expect("a folder");
    stopping.0.expect("a checkpoint").write(folder.path()).expect("written");
    let kept = Checkpoint::read(folder.path(), 0, scenario.problem.grid.len()).expect("read");
    execution::run(&scenario, &on(second, Some(kept)), &mut Quiet)
}

#[test]
fn a_run_goes_on_in_the_numbers_it_began_with() {
    for (first, second) in [(Precision::F64, Precision::F32), (Precision::F32, Precision::F64)] {
        let refused = in_two("1", first, second).expect_err("refused");
        assert!(matches!(refused, ExecutionError::Unsupported(_)), "{refused}");
        let told = refused.to_string();
        for word in [format!("left by a run in {}", first.name()), format!("--precision {}", first.name())] {
            assert!(told.contains(&word), "`{word}` is missing: {told}");
        }
        assert!(in_two("1", first, first).is_ok());
    }
    // a steady state is as good as its own solve
    assert!(in_two("\"steady\"", Precision::F64, Precision::F32).is_ok());
}
