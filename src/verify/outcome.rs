//! What a run leaves for the checks.

use crate::diagnostics::integral::over_steps;
use crate::expression::{Expression, Place};
use crate::grid::Grid;
use crate::simulation::Sample;
use crate::sum::Sum;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a run leaves for the checks.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `report.json`.
    pub report: Value,
    /// Values of the report at earlier times.
    pub moments: Vec<Moment>,
    /// The grid.
    pub grid: Grid,
    /// Final temperature per cell, K; NaN in void.
    pub temperature: Vec<f64>,
    /// Integrals of the case over the final state, by name.
    pub integrals: BTreeMap<String, f64>,
}

/// What is known of one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// s.
    pub time: f64,
    /// By the keys of the report.
    pub values: BTreeMap<String, f64>,
}

/// Times this near are the same, relative.
const SAME_TIME: f64 = 1e-9;

impl Outcome {
    /// The number behind a key, at a time or at the end.
    ///
    /// # Errors
    /// What there is no number for.
    pub fn number(&self, key: &str, time: Option<f64>) -> Result<f64, String> {
        if let Some(name) = key.strip_prefix("integrals.") {
            return match time {
                None => self.integrals.get(name).copied().ok_or_else(|| format!("there is no integral `{name}`")),
                Some(_) => Err(format!("`{key}` is known at the end only")),
            };
        }
        let Some(time) = time else {
            // an entry of a list is called by its number
            let pointer = format!("/{}", key.replace('.', "/"));
            let value = self.report.pointer(&pointer);
            return value.and_then(Value::as_f64).ok_or_else(|| format!("the report has no number `{key}`"));
        };
        let moment = self.moments.iter().find(|m| (m.time - time).abs() <= SAME_TIME * time.abs());
        let moment = moment.ok_or_else(|| format!("the series has no row at {time} s"))?;
        moment.values.get(key).copied().ok_or_else(|| format!("the series has no `{key}`"))
    }

    /// Integral of a density over the solid in its final state, times m3.
    pub fn integral(&self, density: &Expression) -> f64 {
        let t = self.report.pointer("/time/end_s").and_then(Value::as_f64).unwrap_or(0.0);
        let mut sum = Sum::default();
        for (i, &temperature) in self.temperature.iter().enumerate().filter(|(_, t)| !t.is_nan()) {
            let cell = self.grid.cell(i);
            let centre = self.grid.centre(cell);
            let place = Place { x: centre.x, y: centre.y, z: centre.z, t, temperature };
            sum.add(density.eval(&place) * self.grid.volume(cell));
        }
        sum.value()
    }
}

/// The rows of a time series by the keys of the report. `probes` are the names of the probes; `surfaces` are
/// the keys of the surfaces, such as `boundaries.x_min` or `regions.room`, and `more` those of what a coupled model adds, in the
/// order of the rows.
///
/// `energy.stored_change_J` and `entropy.change_J_per_K` count from the first row;
/// `entropy.produced_J_per_K` is summed over the steps before, as in the report.
pub fn moments(samples: &[Sample], probes: &[String], surfaces: &[String], more: &[String]) -> Vec<Moment> {
    let produced = over_steps(samples, |s| s.production, |_| 1.0);
    let defect = over_steps(samples, |s| s.step_defect, |step| step);
    samples
        .iter()
        .zip(produced.iter().zip(&defect))
        .map(|(sample, (produced, defect))| {
            let [low, high, mean] = sample.survey.temperature;
            let mut values = BTreeMap::from([
                ("temperature.min_K".to_owned(), low),
                ("temperature.max_K".to_owned(), high),
                ("temperature.mean_K".to_owned(), mean),
                ("sources.heat_W".to_owned(), sample.survey.source_heat),
                ("energy.stored_change_J".to_owned(), sample.survey.energy - samples[0].survey.energy),
                ("entropy.change_J_per_K".to_owned(), sample.survey.entropy - samples[0].survey.entropy),
                ("entropy.production_W_per_K".to_owned(), sample.survey.production),
                ("entropy.produced_J_per_K".to_owned(), produced + defect),
            ]);
            let solid = probes.iter().zip(&sample.probes).filter_map(|(name, t)| Some((name, (*t)?)));
            values.extend(solid.map(|(name, t)| (format!("probes.{name}.temperature_K"), t)));
            values.extend(
                surfaces.iter().zip(&sample.survey.surface_heat).map(|(key, &q)| (format!("{key}.heat_in_W"), q)),
            );
            values.extend(more.iter().cloned().zip(sample.more.iter().copied()));
            Moment { time: sample.time, values }
        })
        .collect()
}
