//! `clausius materials`: what is known of the shipped materials and of a user's own.

use super::arguments::MaterialsArguments;
use super::{Failure, kelvin, print, print_json};
use crate::nearest::nearest;
use crate::output::chart::{Chart, Curve, Run};
use crate::scenario::{Substance, substances, value_at};
use std::path::Path;

/// Temperature of the table, K.
const ROOM: f64 = 300.0;

/// Runs the command.
pub fn materials(arguments: &MaterialsArguments) -> Result<(), Failure> {
    let list = substances(arguments.file.as_deref()).map_err(Failure::input)?;
    let Some(name) = &arguments.name else {
        if let Some(plot) = &arguments.output {
            return Err(Failure::input(format!("{}: name the material to plot", plot.display())));
        }
        return if arguments.json {
            print_json(&list.iter().map(json).collect::<Vec<_>>())
        } else {
            print(&table(&list))
        };
    };
    let Some(substance) = list.iter().find(|s| s.name == *name) else {
        let hint = nearest(name, list.iter().map(|s| s.name.as_str()));
        let hint = hint.map_or_else(String::new, |n| format!("; did you mean '{n}'?"));
        return Err(Failure::input(format!("no material '{name}'{hint} (`clausius materials` lists them)")));
    };
    if let Some(path) = &arguments.output {
        plot(substance, path)?;
    }
    if arguments.json {
        return print_json(&json(substance));
    }
    print(&sheet(substance))?;
    arguments.output.as_ref().map_or(Ok(()), |path| print(&format!("plot in {}\n", path.display())))
}

fn conductivity(substance: &Substance) -> String {
    let all: Vec<String> = substance.conductivity.iter().map(|(_, k)| digits(value_at(k, ROOM))).collect();
    all.join(" / ")
}

/// Four digits.
fn digits(value: f64) -> String {
    format!("{value:.3e}").parse::<f64>().unwrap_or(value).to_string()
}

/// All by class: conductivity and heat capacity at 300 K, what more is known.
fn table(list: &[Substance]) -> String {
    let mut classes: Vec<&str> = Vec::new();
    for substance in list {
        if !classes.contains(&substance.class.as_str()) {
            classes.push(&substance.class);
        }
    }
    let mut text = format!("{:<26} {:>16} {:>14} {:>10}  more\n", "at 300 K", "k, W/(m K)", "c, MJ/(m^3 K)", "kg/m^3");
    for class in classes {
        text += &format!("\n{}\n", if class.is_empty() { "your own" } else { class });
        for s in list.iter().filter(|s| s.class == class) {
            let capacity = s.heat_capacity.as_ref().map_or("-".into(), |c| digits(value_at(c, ROOM) * 1e-6));
            let mut more: Vec<String> = Vec::new();
            more.extend(s.range().map(|(low, high)| format!("{low:.0} to {high:.0} K")));
            more.extend(s.melting.or(s.fusion).map(|[solidus, ..]| format!("melts at {solidus:.1} K")));
            more.extend(s.mean_free_path.map(|l| format!("mean free path {} nm", digits(l * 1e9))));
            more.extend(s.collision_time.map(|t| format!("collisions every {t:.2e} s")));
            more.extend(s.relaxation_time.map(|t| format!("relaxation time {t:.2e} s")));
            let density = s.density.map_or("-".into(), digits);
            text += &format!(
                "  {:<24} {:>16} {capacity:>14} {density:>10}  {}\n",
                s.name,
                conductivity(s),
                more.join(", ")
            );
        }
    }
    text += "\n`clausius materials NAME` tells the source and the table, with -o NAME.svg or .png it plots k(T) and c(T).\n";
    text
}

/// Temperatures at which a substance is told, K.
fn temperatures(substance: &Substance) -> Vec<f64> {
    match substance.range() {
        Some((low, high)) => (0..=120).map(|n| low + (high - low) * f64::from(n) / 120.0).collect(),
        None => vec![ROOM],
    }
}

fn sheet(s: &Substance) -> String {
    let mut text = format!("{}\n", s.name);
    let mut line = |name: &str, value: String| text += &format!("  {name:<22} {value}\n");
    if !s.class.is_empty() {
        line("class", s.class.clone());
    }
    for (direction, k) in &s.conductivity {
        line(&format!("conductivity {direction}"), format!("{} W/(m K) at 300 K", digits(value_at(k, ROOM))));
    }
    if let Some(c) = &s.heat_capacity {
        let specific = s.density.map_or(String::new(), |d| format!(", {} J/(kg K)", digits(value_at(c, ROOM) / d)));
        line("heat capacity", format!("{} J/(m^3 K){specific} at 300 K", digits(value_at(c, ROOM))));
    }
    if let Some(density) = s.density {
        line("density", format!("{} kg/m^3", digits(density)));
    }
    if let (Some(k), Some(c)) = (s.conductivity.first(), &s.heat_capacity) {
        line("diffusivity", format!("{:.3e} m^2/s at 300 K", value_at(&k.1, ROOM) / value_at(c, ROOM)));
    }
    for (told, computed) in [(s.melting, ""), (s.fusion, "; computed where a scenario has it as `melting`")] {
        if let Some([solidus, liquidus, latent]) = told {
            let range = if solidus == liquidus {
                kelvin(solidus)
            } else {
                format!("{} to {}", kelvin(solidus), kelvin(liquidus))
            };
            line("melting", format!("{range}, {} J/m^3{computed}", digits(latent)));
        }
    }
    if let Some(path) = s.mean_free_path {
        line("mean free path", format!("{} nm", digits(path * 1e9)));
    }
    if let Some(time) = s.collision_time {
        line("collision time", format!("{time:.3e} s"));
    }
    if let Some(time) = s.relaxation_time {
        line("relaxation time", format!("{time:.3e} s"));
    }
    if let Some((low, high)) = s.range() {
        line("tables", format!("{low:.0} K to {high:.0} K, linear between these points, held beyond"));
        for t in s.points() {
            let k: Vec<String> = s.conductivity.iter().map(|(_, k)| digits(value_at(k, t))).collect();
            let c = s
                .heat_capacity
                .as_ref()
                .map_or(String::new(), |c| format!(", c = {} J/(m^3 K)", digits(value_at(c, t))));
            line(&format!("  {t:.1} K"), format!("k = {} W/(m K){c}", k.join(" / ")));
        }
    }
    if !s.source.is_empty() {
        line("source", s.source.clone());
    }
    text
}

fn json(s: &Substance) -> serde_json::Value {
    let temperatures: Vec<f64> = temperatures(s).into_iter().step_by(10).collect();
    let over = |e: &crate::expression::Expression| temperatures.iter().map(|t| value_at(e, *t)).collect::<Vec<f64>>();
    let conductivity: serde_json::Map<String, serde_json::Value> = s
        .conductivity
        .iter()
        .map(|(direction, k)| {
            let key = if direction.is_empty() { "all" } else { direction };
            (key.to_owned(), serde_json::json!(over(k)))
        })
        .collect();
    let melting = |[solidus, liquidus, latent]: [f64; 3]| serde_json::json!({ "solidus_K": solidus, "liquidus_K": liquidus, "latent_heat_J_per_m3": latent });
    serde_json::json!({
        "name": s.name,
        "class": s.class,
        "source": s.source,
        "temperature_K": temperatures,
        "conductivity_W_per_mK": conductivity,
        "volumetric_heat_capacity_J_per_m3K": s.heat_capacity.as_ref().map(over),
        "density_kg_per_m3": s.density,
        "melting": s.melting.map(melting),
        "fusion": s.fusion.map(melting),
        "mean_free_path_m": s.mean_free_path,
        "collision_time_s": s.collision_time,
        "relaxation_time_s": s.relaxation_time,
    })
}

/// Writes k(T), and c(T) beside it: `NAME.svg` and `NAME_c.svg`.
fn plot(s: &Substance, path: &Path) -> Result<(), Failure> {
    if !path.extension().is_some_and(|e| e == "svg" || e == "png") {
        return Err(Failure::input(format!("{}: a plot is .svg or .png", path.display())));
    }
    let (low, high) = s.range().unwrap_or((200.0, 400.0));
    let places: Vec<f64> = (0..=240).map(|n| low + (high - low) * f64::from(n) / 240.0).collect();
    let curve = |name: String, e: &crate::expression::Expression, factor: f64| Curve {
        name,
        points: places.iter().map(|t| (*t, factor * value_at(e, *t))).collect(),
        marked: false,
    };
    let chart = |label: &str, curves: Vec<Curve>| Chart {
        title: s.name.replace('_', " "),
        subtitle: s.source.clone(),
        labels: ["T (K)".to_owned(), label.to_owned()],
        runs: [Run::Linear, Run::Fitting],
        curves,
    };
    let named = |letter: &str, direction: &str| {
        if direction.is_empty() { letter.to_owned() } else { format!("{letter} {direction}") }
    };
    let k = s.conductivity.iter().map(|(direction, k)| curve(named("k", direction), k, 1.0)).collect();
    chart("Conductivity (W/(m·K))", k).write(path).map_err(Failure::run)?;
    if let Some(c) = &s.heat_capacity {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!("{stem}_c.{ending}"));
        let curves = vec![curve("c".to_owned(), c, 1e-6)];
        chart("Volumetric heat capacity (MJ/(m³·K))", curves).write(&beside).map_err(Failure::run)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_material_is_listed_told_and_has_its_source_and_class() {
        let list = substances(None).unwrap();
        assert!(list.len() >= 120);
        for s in &list {
            assert!(!s.source.is_empty() && !s.class.is_empty(), "{}", s.name);
            assert!(sheet(s).contains("source"), "{}", s.name);
            assert!(json(s)["conductivity_W_per_mK"].is_object());
        }
        let text = table(&list);
        assert!(list.iter().all(|s| text.contains(&s.name)));
        let dir = tempfile::tempdir().unwrap();
        let copper = list.iter().find(|s| s.name == "silicon").unwrap();
        plot(copper, &dir.path().join("si.svg")).unwrap();
        assert!(std::fs::read_to_string(dir.path().join("si_c.svg")).unwrap().starts_with("<svg"));
    }
}
