//! Why a run ends early.

use crate::backend::BackendError;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The asked time step is too long.
    #[error(
        "time step {asked:.6e} s is above the stability limit of {limit:.6e} s; leave `run.time_step` out, or lower it"
    )]
    Unstable {
        /// s.
        asked: f64,
        /// s.
        limit: f64,
    },
    /// The method that was asked for cannot be used.
    #[error("run.method = \"super-time-stepping\" cannot be used: {reason}; set run.method = \"auto\" or \"explicit\"")]
    Refused {
        /// Why.
        reason: String,
    },
    /// A temperature is not a number, or not above absolute zero.
    #[error("at t = {time:.6e} s (step {step}) the temperatures reached {low:.3e} to {high:.3e} K: {hint}")]
    Broken {
        /// s.
        time: f64,
        /// Steps made.
        step: u64,
        /// K.
        low: f64,
        /// K.
        high: f64,
        /// What may help.
        hint: &'static str,
    },
    /// A condition asks for a temperature that does not exist.
    #[error("a boundary or ambient temperature falls to {kelvin:.3} K at t = {time:.6e} s; keep it above 0 K")]
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
