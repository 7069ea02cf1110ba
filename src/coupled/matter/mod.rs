//! Heat together with matter: Fick, Soret and Dufour.
//!
//! A mixture of N species has N - 1 independent mass fractions `c_i`. With the partial entropies of mixing `s_i(c)`
//! ([`mixing`]) the entropy production of a face is `q D(1/T) + sum_i J_i D(s_i)`, so the forces are the rise of the inverse
//! temperature and the rise of `s_i = -(d mu_i / dT)` along the fluxes (de Groot & Mazur, Non-equilibrium Thermodynamics,
//! chapter XI; `mu_i` counts against the last species, whose flux follows from the others). `q` is the reduced heat flux: what
//! matter carries as its own enthalpy is left out, which is of second order in the gradients.
//!
//! [`law`] is the matrix of a face between the fluxes and those forces: symmetric by construction, since Soret's and Dufour's
//! coefficients are read from the same place. [`network`] lays it over a grid, [`newton`] solves for temperatures and fractions
//! together, [`survey`] tells what is produced, [`onsager`] measures the matrix of the whole.

pub mod law;
pub mod mixing;
pub mod network;
pub mod newton;
pub mod onsager;
pub mod survey;

#[cfg(test)]
pub(crate) mod tests;

/// Most species of a mixture.
pub const MOST_SPECIES: usize = 4;

/// Mass fractions, or other values, of the independent species; what is not used is 0.
pub type Composition = [f64; MOST_SPECIES - 1];

/// Matrix between heat (first) and the independent species.
pub type Block = [[f64; MOST_SPECIES]; MOST_SPECIES];

/// A block of that size from its entries.
pub fn block(size: usize, of: impl Fn(usize, usize) -> f64) -> Block {
    std::array::from_fn(|i| std::array::from_fn(|j| if i < size && j < size { of(i, j) } else { 0.0 }))
}

/// Product of two blocks.
pub fn product(size: usize, a: &Block, b: &Block) -> Block {
    block(size, |i, j| (0..size).map(|m| a[i][m] * b[m][j]).sum())
}
