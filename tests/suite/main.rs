//! All tests from outside the crate, in one program: linked once, and what waits for a device leaves the cores to the others.

mod catalogue;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod cli_results;
#[cfg(feature = "cli")]
mod cli_studies;
mod common;
mod conservation;
mod convergence;
mod entropy;
mod exact;
mod files;
mod finite_speed;
mod gas_collisions;
mod ledger;
mod multigrid;
mod phonon_monte_carlo;
mod pictures;
mod reference;
mod scenarios;
mod super_steps;
mod surfaces;
mod tensor;
mod time;
