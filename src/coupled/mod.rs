//! Coupled transport: heat together with charge, and in [`matter`] together with the species of a mixture.
//!
//! One flux law, `J_i = sum_j L_ij X_j` ([`law`]), with the fluxes of charge `I` (A) and heat `Q` (W) and the forces that
//! belong to them in the entropy production `I X_e + Q X_q`:
//!
//! - `X_e = -D(phi) / T`, the drop of the electric potential over the temperature,
//! - `X_q = D(1/T)`, the rise of the inverse temperature.
//!
//! A face joins two half cells. Charge and heat pass one after the other through both, so their resistance matrices (and
//! that of a contact) add, and the inverse of the sum is the matrix of the face: exact for layers, symmetric and positive
//! semidefinite whatever the materials are. Peltier heat at junctions and Thomson heat in the bulk are not terms of their
//! own: both are the heat `S T I` that the current carries, which changes where S or T does (Onsager 1931; Domenicali,
//! Rev. Mod. Phys. 26, 237 (1954)).
//!
//! [`junction`] holds the law at finite differences, where the temperature of the face decides what the current carries and
//! Joule's heat falls to the cells. [`device`] is the network of faces, ends and terminals, [`passages`] what passes in it; [`newton`] solves for
//! temperatures and potentials together, so that charge is conserved to rounding, its linear systems by [`linear`]; [`settle`] leads to rest; [`survey`] tells what passes.

pub mod device;
pub mod junction;
pub(crate) mod krylov;
pub mod law;
pub mod linear;
pub mod matter;
pub mod newton;
pub mod onsager;
pub mod passages;
mod ports;
pub mod settle;
mod slopes;
pub mod survey;

#[cfg(test)]
pub(crate) mod tests;
