//! A run through time, watched: states as they come, stopped when the middle is warm enough.
//!
//! `cargo run --release --example watching`

use clausius::checkpoint::Checkpoint;
use clausius::execution::{self, Moment, Options, Watch, Watched};
use clausius::scenario::{FieldName, Scenario};
use clausius::steady::Step;
use std::error::Error;
use std::path::Path;

const ROD: &str = r#"
title = "A rod in a flame"

[grid]
size = ["100 mm", "10 mm"]
cells = [100, 10]
material = "copper"

[initial]
temperature = "20 degC"

[boundary]
x_min = { flux = "200 kW/m^2" }

[run]
until = "20 s"

[output]
every = "1 s"
"#;

/// Ends the run when a cell in the middle passes 50 degC.
struct UntilWarm {
    warm: bool,
}

impl Watch for UntilWarm {
    fn frame(&mut self, moment: &Moment) -> Watched {
        let fields = (moment.fields)(&[FieldName::Temperature]);
        let middle = fields[0].magnitude()[5 * 100 + 50] - 273.15;
        println!("{:4.1} s: {middle:.2} degC in the middle", moment.time.unwrap_or_default());
        self.warm = middle > 50.0;
        Ok(())
    }

    fn checkpoint(&mut self, _: Checkpoint) -> Watched {
        Ok(())
    }

    fn going(&mut self, _: f64, _: u64) -> bool {
        !self.warm
    }

    fn converging(&mut self, _: &Step) -> bool {
        true
    }

    fn note(&mut self, text: &str) {
        println!("{text}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let scenario = Scenario::parse(ROD, Path::new("rod"), &[])?;
    let mut watch = UntilWarm { warm: false };
    match execution::run(&scenario, &Options::default(), &mut watch) {
        Ok(outcome) => println!("cold to the end: {:.1} K at most", outcome.report.temperature.max),
        Err(_) if watch.warm => println!("warm enough"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
