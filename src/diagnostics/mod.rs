//! What a state means: heat, entropy, and what a run amounts to. All in f64, from the scheme's own link heats.

pub mod balance;
pub mod budget;
pub mod coarse;
pub mod cycle;
pub mod equilibrium;
pub mod exergy;
pub mod inertia;
pub mod integral;
mod lanes;
pub mod maps;
pub mod minimum;
pub mod precision;
pub mod probe;
pub mod relaxation;
pub mod second_law;
pub mod slowest;
pub mod survey;
pub mod totals;
pub mod verdict;
pub mod window;
