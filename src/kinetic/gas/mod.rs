//! A rarefied gas: the linearised Boltzmann equation with the relaxation of Shakhov (1968), or of Bhatnagar, Gross and Krook
//! (1954), by discrete ordinates.
//!
//! Molecular velocities `c` are in units of `v0 = sqrt(2 R T0)`, and what flies is the deviation of their distribution from the
//! Maxwellian of the reference temperature T0 and mean density n0, `f = f0 (1 + h / T0)`, held in kelvin:
//!
//! ```text
//! c.grad h = rate (r + t (c^2 - 3/2) + 2 c.u + 4/5 (1 - Pr) (c^2 - 5/2) c.q - h),   rate = p0 / (viscosity v0)
//! ```
//!
//! with the deviations of density `r = T0 (n / n0 - 1)` and temperature `t`, the bulk velocity `u` (of v0 / T0) and the heat flux `q`
//! (of p0 v0 / T0), all moments of h. Everything is linear, so temperature differences must be small beside T0.
//!
//! Reduced distributions: in 2D nothing depends on the velocity along z, and `h = h_0 + (c_z^2 - 1/2) e` holds exactly, for the
//! equilibrium and what walls emit have this form; so two functions of two velocities are followed. The energy of
//! `j` internal degrees of freedom is one more such function.
//!
//! - [`law`]: the gas, and how it comes back from walls.
//! - [`velocities`]: velocities and weights.
//! - `flyer`: one velocity, and what it has to do with the moments.
//! - `faces`: what the upwinding needs of the moments.
//! - [`pass`]: one pass of all velocities over the grid, for given moments.
//! - [`tally`]: what passes add up to.
//! - [`continuum`]: heat conduction and slow viscous flow with jump and slip, which accelerate the iteration.
//! - [`steady`]: the steady state.
//! - [`transient`]: the way through time, on the CPU; [`march`]: in SI units.
//! - [`survey`]: what a state means.

pub mod continuum;
pub(crate) mod faces;
pub(crate) mod flyer;
pub mod law;
pub mod march;
pub mod pass;
pub mod steady;
pub mod survey;
pub mod tally;
pub mod transient;
pub mod velocities;

#[cfg(test)]
mod integral;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transient_tests;
