//! What rows of the time series hold beside heat.

use super::state::Look;
use crate::scenario::Scenario;
use crate::simulation::Sample;

/// A column of the time series that a coupled model adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct More {
    /// Such as "probe A mass fraction".
    pub name: String,
    /// Empty for a pure number.
    pub unit: &'static str,
    /// Of the same number in the report.
    pub key: String,
}

/// Columns of every independent species.
const OF_SPECIES: [&str; 3] = ["min", "max", "mean"];

/// The columns, in their order.
pub fn columns(scenario: &Scenario) -> Vec<More> {
    let mut columns = Vec::new();
    let mut add = |name: String, unit: &'static str, key: String| columns.push(More { name, unit, key });
    if let Some(mixture) = &scenario.mixture {
        let independent = mixture.species.len() - 1;
        let named = |i: usize| match independent {
            1 => "mass fraction".to_owned(),
            _ => format!("{} mass fraction", mixture.species[i]),
        };
        for (i, species) in mixture.species[..independent].iter().enumerate() {
            for what in OF_SPECIES {
                let key = format!("mixture.components.{species}.mass_fraction.{what}");
                add(format!("{} {what}", named(i)), "", key);
            }
        }
        for probe in &scenario.probes {
            for i in 0..independent {
                let place = if independent == 1 { String::new() } else { format!(".{i}") };
                let key = format!("probes.{}.mass_fraction{place}", probe.name);
                add(format!("probe {} {}", probe.name, named(i)), "", key);
            }
        }
    }
    for terminal in scenario.thermoelectric.iter().flat_map(|spec| &spec.terminals) {
        let key = |what: &str| format!("thermoelectric.terminals.{}.{what}", terminal.name);
        add(format!("{} potential", terminal.name), "V", key("potential_V"));
        add(format!("{} current in", terminal.name), "A", key("current_A"));
    }
    columns
}

/// How many of them are of fields, which come first; what is told of terminals follows from fields.
pub fn fields(scenario: &Scenario) -> usize {
    let independent = scenario.mixture.as_ref().map_or(0, |mixture| mixture.species.len() - 1);
    independent * (OF_SPECIES.len() + scenario.probes.len())
}

/// The mean mass fraction of a species in a row.
pub(super) fn mean(sample: &Sample, species: usize) -> f64 {
    sample.more[OF_SPECIES.len() * species + 2]
}

impl Look<'_> {
    /// The values of the columns.
    pub fn more(&self) -> Vec<f64> {
        let mut values = Vec::new();
        if let Some(mixed) = &self.mixed {
            let independent = mixed.network.independent();
            for i in 0..independent {
                let spread = mixed.spread(i);
                values.extend([spread.min, spread.max, spread.mean]);
            }
            for probe in &self.scenario.probes {
                let found = mixed.probe(self, probe.at);
                values.extend((0..independent).map(|i| found.map_or(f64::NAN, |c| c[i])));
            }
        }
        values.extend(self.survey.terminals.iter().flatten());
        values
    }
}
