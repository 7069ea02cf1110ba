//! clausius: a GPU-accelerated field solver for heat and the transport around it.
//!
//! The walk of a run: a TOML text becomes a checked [`scenario::Scenario`], which compiles to a
//! [`problem::Problem`] (what is solved, in SI units and f64); a [`backend::Backend`] advances it;
//! [`diagnostics`] judge its states; [`output`] writes them down.
//!
//! ```
//! use clausius::execution::{self, Options, Quiet};
//! use clausius::scenario::Scenario;
//! use std::path::Path;
//!
//! let text = r#"
//!     [grid]
//!     size = ["10 mm", "1 mm"]
//!     cells = [20, 1]
//!     material = "copper"
//!     [boundary]
//!     x_min = { temperature = "310 K" }
//!     x_max = { temperature = "300 K" }
//!     [run]
//!     until = "steady"
//! "#;
//! let scenario = Scenario::parse(text, Path::new("bar"), &[])?;
//! let outcome = execution::run(&scenario, &Options::default(), &mut Quiet)?;
//! let heat = outcome.report.boundaries.0[0].1.heat_in;
//! assert!((heat / (401.0 * 1e-3 * 1.0 * 10.0 / 10e-3) - 1.0).abs() < 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features, both on by default: `cli` is the program and what it needs, `gpu` is wgpu; without it all is computed on the CPU. The
//! folder `examples/` has programs that use the library.

#![allow(
    clippy::needless_return,
    clippy::too_many_arguments,
    reason = "the laws, included below, are written in what WGSL and Rust have in common"
)]

pub mod backend;
pub mod bench;
pub mod caloric;
pub mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
pub mod conduction;
pub mod coupled;
pub mod diagnostics;
pub mod exact;
pub mod execution;
pub mod expression;
pub mod grid;
pub mod inertia;
pub mod kinetic;
pub mod lattice;
pub mod laws;
pub mod legendre;
pub mod links;
pub mod memory;
pub mod multigrid;
pub mod nearest;
pub mod oblique;
pub mod output;
pub mod problem;
pub mod quantity;
pub mod region;
pub mod report;
mod restriction;
mod rising;
pub mod scenario;
pub mod shipped;
pub mod simulation;
pub mod spectrum;
pub mod steady;
pub mod sum;
pub mod tensor;
pub mod verify;

use laws::STEFAN_BOLTZMANN;

/// Scalar of the laws on this side.
type Real = f64;

// The laws, shared with the shaders. Private items of the root are visible to the whole crate.
include!("../shaders/laws/conduction.wgsl");
include!("../shaders/laws/boundary.wgsl");
include!("../shaders/laws/entropy.wgsl");
