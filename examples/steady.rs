//! The library without its program: a scenario in the code, its steady state, one number and one picture.
//!
//! `cargo run --release --example steady --no-default-features` needs neither the command line nor a GPU.

use clausius::execution::{self, Options, Quiet};
use clausius::output::field::Field;
use clausius::output::plane::Style;
use clausius::output::render::write_sheet;
use clausius::output::view::View;
use clausius::scenario::Scenario;
use std::error::Error;
use std::path::Path;

const WALL: &str = r#"
title = "A corner of a wall"

[grid]
size = ["1 m", "1 m"]
cells = [80, 80]
material = "brick"

[[region]]
name = "room"
material = "void"
box = [["0.3 m", "0.3 m"], ["1 m", "1 m"]]
boundary = { convection = "7.7 W/(m^2 K)", ambient = "20 degC" }

[boundary]
x_min = { convection = "25 W/(m^2 K)", ambient = "-5 degC" }
y_min = { convection = "25 W/(m^2 K)", ambient = "-5 degC" }

[run]
until = "steady"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let scenario = Scenario::parse(WALL, Path::new("wall"), &[])?;
    let outcome = execution::run(&scenario, &Options::default(), &mut Quiet)?;
    let heat: f64 = outcome.report.boundaries.0.iter().map(|(_, face)| face.heat_in).sum();
    println!("{:.2} W leave the room for each metre of height", -heat);

    let grid = &scenario.problem.grid;
    let field = Field::scalar("temperature", "K", outcome.temperature);
    let look = View::Whole.look(grid, &field, None);
    let style = Style { title: &scenario.title, isotherms: true, ..Style::default() };
    let picture = std::env::temp_dir().join("wall.svg");
    write_sheet(&picture, &View::Whole.show(grid, &look, "steady state", &style))?;
    println!("picture in {}", picture.display());
    Ok(())
}
