//! clausius: a GPU-accelerated field solver for heat and the transport around it.
//!
//! The walk of a run: a TOML text becomes a checked [`scenario::Scenario`], which compiles to a
//! [`problem::Problem`] (what is solved, in SI units and f64); a [`backend::Backend`] advances it;
//! [`diagnostics`] judge its states; [`output`] writes them down.

pub mod expression;
pub mod grid;
pub mod laws;
pub mod nearest;
pub mod problem;
pub mod quantity;
pub mod region;
pub mod scenario;
