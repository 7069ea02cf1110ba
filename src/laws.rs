//! Constants of the physics. The formulas are in `shaders/laws/`: written once, in what WGSL and Rust have
//! in common, they are part of every shader (`Real` is f32 or f64 there) and of this crate (included at its
//! root, `Real` is f64).

/// Stefan-Boltzmann constant, W/(m2 K4), exact since the SI of 2019 (CODATA 2018).
pub const STEFAN_BOLTZMANN: f64 = 5.670_374_419e-8;
