//! Why a run ends early.

use crate::backend::BackendError;
use crate::grid::Place;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The asked time step is too long.
    #[error("a time step of {asked:.6e} s is above the stability limit of {limit:.6e} s")]
    Unstable {
        /// s.
        asked: f64,
        /// s.
        limit: f64,
    },
    /// The steps could not be counted.
    #[error("{count:.1e} explicit steps of {step:.1e} s lead there: more than can be counted exactly")]
    Endless {
        /// How many.
        count: f64,
        /// s.
        step: f64,
    },
    /// The method that was asked for cannot be used.
    #[error("super steps cannot be made: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// A temperature is not a number, or not above absolute zero.
    #[error(
        "at t = {time:.6e} s (step {step}) the temperatures reached {low:.3e} to {high:.3e} K, worst near {at}: {hint}"
    )]
    Broken {
        /// s.
        time: f64,
        /// Steps made.
        step: u64,
        /// K.
        low: f64,
        /// K.
        high: f64,
        /// Centre of the cell that is no number, or else of the coldest, m.
        at: Place,
        /// What may help.
        hint: &'static str,
    },
    /// A condition asks for a temperature that does not exist.
    #[error("a boundary or ambient temperature falls to {kelvin:.3} K at t = {time:.6e} s")]
    Impossible {
        /// s.
        time: f64,
        /// K.
        kelvin: f64,
    },
    /// The caller asked to stop; the state is in the checkpoint.
    #[error("interrupted at t = {time:.6e} s")]
    Interrupted {
        /// s.
        time: f64,
    },
    /// The caller could not take a result.
    #[error(transparent)]
    Observer(#[from] Box<dyn std::error::Error + Send + Sync>),
}
