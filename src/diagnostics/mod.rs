//! What a state means: heat, entropy, and what a run amounts to. All in f64, from the scheme's own link heats.

pub mod balance;
pub mod equilibrium;
pub mod inertia;
pub mod maps;
pub mod probe;
pub mod second_law;
pub mod survey;
pub mod verdict;
pub mod window;
