//! The totals of a state that a time series follows.

use super::balance::{Rates, Snapshot};
use super::totals::Totals;
use serde::{Deserialize, Serialize};

/// Totals of a state at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// Lowest, highest and volume-weighted mean temperature, K.
    pub temperature: [f64; 3],
    /// Energy above the reference, J.
    pub energy: f64,
    /// Entropy above the reference, J/K.
    pub entropy: f64,
    /// Heat into the solid through each surface, W.
    pub surface_heat: Vec<f64>,
    /// Heat from sources, W.
    pub source_heat: f64,
    /// Entropy production, W/K.
    pub production: f64,
    /// Entropy that enters through walls and from sources, W/K.
    pub entropy_inflow: f64,
    /// What heats with inertia hold back of the entropy, J/K ([`Snapshot::held_entropy`]).
    pub held_entropy: f64,
    /// Extended entropy produced where heats have inertia, W/K; 0 where none has ([`Snapshot::extended_production`]).
    pub extended_production: f64,
    /// What a step adds to the entropy beyond the step times its rate, over the square of the step, W/(K s); never
    /// positive.
    pub step_defect: f64,
}

impl Survey {
    /// Of a state from which steps of length `step` (s) lead on; 0 where none do.
    pub fn of(snapshot: &Snapshot, step: f64) -> Survey {
        let totals = Totals::of(snapshot, step);
        Survey::with(snapshot, &totals, &snapshot.rates_with(&totals))
    }

    /// The same, given the totals and rates of the state.
    pub fn with(snapshot: &Snapshot, totals: &Totals, rates: &Rates) -> Survey {
        Survey {
            temperature: rates.temperature,
            energy: totals.energy,
            entropy: totals.entropy,
            held_entropy: snapshot.held_entropy_with(totals),
            extended_production: snapshot.extended_production_with(totals),
            production: rates.production,
            entropy_inflow: rates.boundary_entropy + rates.source_entropy,
            surface_heat: rates.surface_heat.clone(),
            source_heat: rates.source_heat,
            step_defect: totals.step_defect,
        }
    }
}
