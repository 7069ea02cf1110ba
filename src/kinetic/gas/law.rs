//! The gas as its molecules collide, and as it comes back from walls.

use crate::kinetic::domain::{Domain, Law};

/// What molecules are and how they collide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gas {
    /// Collisions per length at the velocity v0, 1/m.
    pub rate: f64,
    /// Prandtl number; 1 with the relaxation of Bhatnagar, Gross and Krook.
    pub prandtl: f64,
    /// Degrees of freedom of a molecule beside its flight.
    pub internal: f64,
}

impl Gas {
    /// Conductivity where Fourier's law holds, in units of p0 v0 / T0 times m.
    pub fn conductivity(&self) -> f64 {
        (5.0 + self.internal) / (4.0 * self.prandtl * self.rate)
    }

    /// Heat that a wall at 1 K sends over to one at 0 K without collisions, in units of p0 v0 / T0.
    pub fn flight(&self) -> f64 {
        (1.0 + 0.25 * self.internal) / std::f64::consts::PI.sqrt()
    }

    /// How far behind a wall the temperature outside the layer of the last collisions reaches the wall's (Maxwell's estimate), m.
    pub fn jump_distance(&self, accommodation: f64) -> f64 {
        reflected(accommodation) * self.conductivity() / (2.0 * self.flight())
    }

    /// The same of the velocity along the wall, m.
    pub fn slip_distance(&self, accommodation: f64) -> f64 {
        reflected(accommodation) * 0.5 * std::f64::consts::PI.sqrt() / self.rate
    }
}

/// (2 - a) / a, which a mirror would make infinite.
fn reflected(accommodation: f64) -> f64 {
    (2.0 - accommodation) / accommodation.max(1e-6)
}

/// A gas between walls. Of the laws of the domain it knows `Thermal` (Maxwell's wall, with an accommodation), `Adiabatic` with
/// specularity 1, and `Periodic`.
#[derive(Debug, Clone, PartialEq)]
pub struct Vessel {
    /// Cells and walls; of its media only conductivity is used.
    pub domain: Domain,
    /// Per wall: the part of the molecules that comes back as the wall's own Maxwellian; the rest is mirrored.
    pub accommodation: Vec<f64>,
    /// What fills it.
    pub gas: Gas,
}

impl Vessel {
    /// A vessel; a wall's accommodation is asked for by its index.
    ///
    /// # Panics
    /// If a wall has a law that the gas does not know.
    pub fn new(domain: Domain, gas: Gas, accommodation: impl Fn(usize) -> f64) -> Vessel {
        let of = |w: usize| match domain.walls[w].law {
            Law::Thermal(_) => accommodation(w),
            Law::Adiabatic { specularity: 1.0 } | Law::Periodic { .. } => 0.0,
            law => panic!("{law:?}"),
        };
        let accommodation = (0..domain.walls.len()).map(of).collect();
        Vessel { domain, accommodation, gas }
    }

    /// Distributions that are followed: of number, of the energy along z in 2D, of internal energy.
    pub fn parts(&self) -> Parts {
        Parts { planar: self.domain.grid.dimensions() == 2, internal: self.gas.internal }
    }

    /// Whether single velocities keep what they carry at a wall.
    pub fn remembers(&self, wall: usize) -> bool {
        self.accommodation[wall] < 1.0 && !self.domain.is_ring(self.domain.walls[wall].side.axis)
    }
}

/// Which distributions are followed beside that of number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Whether the velocity along z is integrated over.
    pub planar: bool,
    /// Internal degrees of freedom.
    pub internal: f64,
}

impl Parts {
    /// Number of distributions, at most 3.
    pub fn count(&self) -> usize {
        1 + usize::from(self.planar) + usize::from(self.internal > 0.0)
    }

    /// Half the degrees of freedom whose energy the distribution holds, and whether they are internal; part 0 is that of number.
    pub fn energy(&self, part: usize) -> (f64, bool) {
        if part == 1 && self.planar { (0.5, false) } else { (0.5 * self.internal, true) }
    }

    /// Dimensions of the velocity space.
    pub fn dimensions(&self) -> f64 {
        if self.planar { 2.0 } else { 3.0 }
    }
}
