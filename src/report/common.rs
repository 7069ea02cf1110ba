//! The parts of a report that are made alike whatever the model.

use super::{Backend, Grid, LocalEquilibrium, Named, Probe, Time};
use crate::backend::BackendInfo;
use crate::scenario::Scenario;

impl Backend {
    /// Of what computed, by a method.
    pub fn new(info: &BackendInfo, method: &str) -> Backend {
        Backend {
            kind: info.kind.into(),
            adapter: info.adapter.clone(),
            api: info.api.clone(),
            driver: info.driver.clone(),
            precision: info.precision.into(),
            method: method.into(),
            kernel: info.kernel.clone(),
        }
    }
}

impl Grid {
    /// Of a grid.
    pub fn new(grid: &crate::grid::Grid) -> Grid {
        let dimensions = grid.dimensions();
        Grid {
            cells: grid.cells()[..dimensions].to_vec(),
            size_m: (0..dimensions).map(|a| grid.axis(a).length()).collect(),
            cells_total: grid.len(),
        }
    }
}

impl Time {
    /// Of a run to a time (s; none for a steady state) in so many steps, cell updates and seconds.
    pub fn new(end: Option<f64>, steps: u64, updates: f64, wall_s: f64, diagnostics_s: f64) -> Time {
        Time {
            end_s: end.unwrap_or(f64::NAN),
            steps,
            wall_s,
            diagnostics_s,
            cell_updates: updates as u64,
            cell_updates_per_s: updates / wall_s.max(1e-9),
        }
    }
}

impl LocalEquilibrium {
    /// Of what was found on a grid of some dimensions.
    pub fn new(found: &crate::diagnostics::equilibrium::LocalEquilibrium, dimensions: usize) -> LocalEquilibrium {
        LocalEquilibrium {
            max_knudsen: found.largest.knudsen(),
            valid_fraction: found.valid_fraction,
            known_fraction: found.known_fraction,
            largest: found.largest,
            at_m: found.at[..dimensions].to_vec(),
            material: found.material.clone(),
            advice: found.advice(),
            text: found.text(),
        }
    }
}

impl Named<Probe> {
    /// The probes of a scenario, which read these temperatures, K.
    pub fn of_probes(scenario: &Scenario, temperatures: impl IntoIterator<Item = Option<f64>>) -> Named<Probe> {
        let dimensions = scenario.problem.grid.dimensions();
        let row = |(probe, temperature): (&crate::scenario::Probe, Option<f64>)| {
            (
                probe.name.clone(),
                Probe { at_m: probe.at.to_array()[..dimensions].to_vec(), temperature, mass_fraction: None },
            )
        };
        scenario.probes.iter().zip(temperatures).map(row).collect()
    }
}
