//! `clausius onsager`: virtual experiments on a device, and how well they answer each other.

use super::arguments::OnsagerArguments;
use super::{Failure, print, print_json, say, selection};
use crate::backend::{self, BackendInfo};
use crate::coupled::device::Device;
use crate::coupled::law::{eigenvalues, mismatch};
use crate::coupled::linear::Linear;
use crate::coupled::matter;
use crate::coupled::matter::mixing::Mixing;
use crate::coupled::matter::network::{Mixture, Network};
use crate::coupled::onsager::{Response, measure};
use crate::execution::ExecutionError;
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::sync::Arc;

/// Above this the cross terms do not agree.
const TOLERANCE: f64 = 1e-9;

/// Runs the command.
pub fn onsager(arguments: &OnsagerArguments) -> Result<(), Failure> {
    let scenario = Scenario::load(&arguments.scenario.scenario, &arguments.scenario.overrides)?;
    let shown = scenario.path.display();
    let mut linear = backend::open_coupled(&selection(&arguments.device)?, &mut |note| say(note))
        .map_err(|e| Failure::from(ExecutionError::from(e)))?;
    if let Some(spec) = &scenario.mixture {
        return of_mixture(arguments, &scenario, spec, &mut linear);
    }
    let Some(spec) = &scenario.thermoelectric else {
        return Err(Failure::input(format!(
            "{shown}: model = \"{}\" has one flux only; `clausius onsager` takes model = \"thermoelectric\" or \"mixture\"",
            scenario.model.name()
        )));
    };
    let device = Device::new(Arc::new(scenario.problem.clone()), spec.clone()).map_err(Failure::input)?;
    let response = measure(&device, &mut linear).map_err(|e| Failure::input(format!("{shown}: {e}")))?;
    if arguments.json {
        print_json(&sheet(&scenario, &response, &linear.info()))?;
    } else {
        print(&summary(&scenario, &response, &linear.info()))?;
    }
    let mismatch = mismatch(response.matrix);
    let lowest = eigenvalues(response.matrix)[0];
    if mismatch > TOLERANCE || lowest < 0.0 {
        return Err(Failure::run(format!(
            "{shown}: the matrix is not Onsager's: mismatch {mismatch:.1e}, lowest eigenvalue {lowest:.3e}"
        )));
    }
    Ok(())
}

fn of_mixture(
    arguments: &OnsagerArguments,
    scenario: &Scenario,
    spec: &Mixture,
    linear: &mut Linear,
) -> Result<(), Failure> {
    let shown = scenario.path.display();
    if spec.mixing == Mixing::Unknown {
        return Err(Failure::input(format!(
            "{shown}: the forces on matter are not known; add molar_mass = [...] or mixing_slope to [mixture]"
        )));
    }
    let network = Network::new(Arc::new(scenario.problem.clone()), spec.clone()).map_err(Failure::input)?;
    let r = matter::onsager::measure(&network, linear).map_err(|e| Failure::input(format!("{shown}: {e}")))?;
    let rows =
        |block: &matter::Block| -> Vec<Vec<f64>> { block[..r.size].iter().map(|row| row[..r.size].to_vec()).collect() };
    let (mismatch, scaled) = (r.mismatch(), r.scaled_eigenvalues());
    let species = &spec.species[..r.size - 1];
    if arguments.json {
        let fluxes = std::iter::once("Q (W)".to_owned()).chain(species.iter().map(|s| format!("{s} (kg/s)")));
        let forces =
            std::iter::once("D(1/T) (1/K)".to_owned()).chain(species.iter().map(|s| format!("D(s_{s}) (J/(kg K))")));
        print_json(&json!({
            "scenario": shown.to_string(),
            "title": scenario.title,
            "model": scenario.model.name(),
            "temperature_K": r.temperature,
            "mass_fraction": r.fraction[..r.size - 1],
            "fluxes": fluxes.collect::<Vec<_>>(),
            "forces": forces.collect::<Vec<_>>(),
            "L": rows(&r.matrix),
            "mismatch": mismatch,
            "eigenvalues": r.eigenvalues(),
            "eigenvalues_of_scaled": scaled,
            "by_drops": rows(&r.by_drops),
            "iterations": r.iterations,
            "backend": computed_by(&linear.info()),
        }))?;
    } else {
        let mut text = format!("{}\n", scenario.title);
        let mut line = |name: &str, value: String| text += &format!("  {name:<12} {value}\n");
        let fractions: Vec<String> = species.iter().zip(r.fraction).map(|(s, c)| format!("{s} {c:.6}")).collect();
        line("taken at", format!("{:.3} K, mass fraction of {}", r.temperature, fractions.join(", ")));
        line("fluxes", "heat in W, then every species in kg/s".into());
        line("forces", "D(1/T) in 1/K, then D(s) in J/(kg K)".into());
        for (n, row) in rows(&r.matrix).iter().enumerate() {
            let row: Vec<String> = row.iter().map(|v| format!("{v:+.12e}")).collect();
            line(&format!("L row {}", n + 1), row.join("  "));
        }
        line("mismatch", format!("{mismatch:.1e} of sqrt(L_ii L_jj)"));
        let values: Vec<String> = scaled.iter().map(|v| format!("{v:.6e}")).collect();
        line("eigenvalues", format!("{} after scaling the diagonal to 1", values.join(", ")));
        line("computed on", computed_on(&linear.info()));
        print(&text)?;
    }
    if mismatch > TOLERANCE || scaled[0] < 0.0 {
        return Err(Failure::run(format!(
            "{shown}: the matrix is not Onsager's: mismatch {mismatch:.1e}, lowest eigenvalue {:.3e}",
            scaled[0]
        )));
    }
    Ok(())
}

fn sheet(scenario: &Scenario, r: &Response, info: &BackendInfo) -> Value {
    let per_length = |conductance: f64| r.shape.map(|shape| conductance * shape);
    json!({
        "scenario": scenario.path.display().to_string(),
        "title": scenario.title,
        "model": scenario.model.name(),
        "temperature_K": r.temperature,
        "fluxes": ["I (A)", "Q (W)"],
        "forces": ["D(phi)/T (V/K)", "D(T)/T^2 = D(1/T) (1/K)"],
        "L": r.matrix,
        "mismatch": mismatch(r.matrix),
        "eigenvalues": eigenvalues(r.matrix),
        "seebeck_V_per_K": r.seebeck(),
        "ZT": r.figure_of_merit(),
        "conductance_S": r.conductance(),
        "thermal_conductance_W_per_K": r.thermal_conductance(),
        "electrical_conductivity_S_per_m": per_length(r.conductance()),
        "thermal_conductivity_W_per_mK": per_length(r.thermal_conductance()),
        "cold_K": r.ports[0],
        "hot_K": r.ports[1],
        "cold_surfaces": r.surfaces[0],
        "hot_surfaces": r.surfaces[1],
        "max_cop": r.largest_cop(),
        "max_efficiency": r.largest_efficiency(),
        "at_rest": { "largest_current_A": r.at_rest[0], "largest_heat_W": r.at_rest[1] },
        "iterations": r.iterations,
        "backend": computed_by(info),
    })
}

fn computed_by(info: &BackendInfo) -> Value {
    json!({ "kind": info.kind, "adapter": info.adapter, "precision": info.precision, "notes": info.notes })
}

fn computed_on(info: &BackendInfo) -> String {
    format!("{} ({})", info.adapter, info.kind)
}

fn summary(scenario: &Scenario, r: &Response, info: &BackendInfo) -> String {
    let mut text = format!("{}\n", scenario.title);
    let mut line = |name: &str, value: String| text += &format!("  {name:<12} {value}\n");
    line(
        "taken at",
        format!("{:.3} K, drops between {:.3} K and {:.3} K in the scenario", r.temperature, r.ports[0], r.ports[1]),
    );
    line("between", r.surfaces.each_ref().map(|names| names.join(", ")).join(" and "));
    line("fluxes", "(I, Q) in A and W".into());
    line("forces", "(D(phi)/T, D(T)/T^2) in V/K and 1/K".into());
    for (n, row) in r.matrix.iter().enumerate() {
        line(&format!("L row {}", n + 1), format!("{:+.12e}  {:+.12e}", row[0], row[1]));
    }
    line("mismatch", format!("{:.1e} of sqrt(L11 L22)", mismatch(r.matrix)));
    let [low, high] = eigenvalues(r.matrix);
    line("eigenvalues", format!("{low:.6e}, {high:.6e}"));
    line("Seebeck", format!("{:.6e} V/K", r.seebeck()));
    line("electrical", format!("{:.6e} S", r.conductance()));
    line("thermal", format!("{:.6e} W/K without a current", r.thermal_conductance()));
    if let Some(shape) = r.shape {
        let (sigma, k) = (r.conductance() * shape, r.thermal_conductance() * shape);
        line("effective", format!("{sigma:.6e} S/m, {k:.6} W/(m K)"));
    }
    line("ZT", format!("{:.6}", r.figure_of_merit()));
    let [cold, hot] = r.ports;
    let none = if hot > cold {
        "none: it pumps no heat across so large a difference of temperatures"
    } else {
        "none: the scenario holds both surfaces at one temperature"
    };
    line("largest COP", r.largest_cop().map_or(none.to_owned(), |cop| format!("{cop:.6}")));
    line("efficiency", r.largest_efficiency().map_or(none.to_owned(), |most| format!("{most:.6} at most")));
    line("computed on", computed_on(info));
    line("at rest", format!("{:.1e} A and {:.1e} W at most with every force off", r.at_rest[0], r.at_rest[1]));
    text
}
