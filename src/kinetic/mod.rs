//! Heat carriers in flight: the Boltzmann equation in the relaxation-time approximation by discrete ordinates.
//!
//! What flies is a deviation from the equilibrium at a reference temperature, held in kelvin: `g` of a band and
//! direction is the temperature at which an equilibrium would have that intensity. In a band of heat capacity C,
//! speed v and mean free path L
//!
//! ```text
//! dg/dt + v s.grad g = (T - g) v / L + source / C_total
//! ```
//!
//! where the pseudo-temperature T makes the collisions conserve energy: `sum over bands of C v/L (<g> - T) = 0`, with `<>`
//! the mean over directions. The energy temperature is `sum C <g> / sum C`; with one band the two are the same. The heat
//! flux is `sum over bands of C v <s g>`.
//!
//! - [`quadrature`]: directions and weights.
//! - [`medium`]: what flies in a material; [`domain`]: what flies where, and what happens at walls.
//! - [`occupation`]: what equilibria hold at large differences, where the above, which is for small ones, has f(T) in place of T.
//! - [`sweep`]: one pass of a family of directions over the grid, for a given pseudo-temperature.
//! - [`tally`]: what passes add up to; [`distribution`]: single directions at chosen places.
//! - [`diffusion`]: Fourier's law on the same grid, which accelerates the iteration.
//! - [`film`], [`grating`]: what is known exactly.
//! - [`gas`]: molecules in flight.
//! - [`anderson`]: extrapolation of what is left.
//! - [`steady`]: the steady state.
//! - [`transient`]: the way through time, on the CPU; [`march`]: wherever it is computed; [`driving`]: what varies on the way.
//! - [`survey`]: what a state means: temperatures, heat, entropy.

pub mod anderson;
pub mod diffusion;
pub mod distribution;
pub mod domain;
pub mod driving;
pub(crate) mod faces;
pub mod film;
pub mod gas;
pub mod grating;
pub mod march;
pub mod medium;
pub mod occupation;
pub mod quadrature;
pub mod steady;
pub mod survey;
pub mod sweep;
pub mod tally;
pub mod transient;

#[cfg(test)]
mod far_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transient_tests;
