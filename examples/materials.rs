//! What the shipped table knows: which solids spread heat fastest at room temperature.
//!
//! `cargo run --example materials --no-default-features`

use clausius::scenario::{substances, value_at};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut list: Vec<(f64, String, String)> = substances(None)?
        .into_iter()
        .filter_map(|s| {
            let k = value_at(&s.conductivity.first()?.1, 300.0);
            let c = value_at(s.heat_capacity.as_ref()?, 300.0);
            Some((k / c, s.name, s.class))
        })
        .collect();
    list.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (diffusivity, name, class) in list.iter().take(10) {
        println!("{name:<24} {class:<16} {:8.1} mm^2/s", diffusivity * 1e6);
    }
    Ok(())
}
