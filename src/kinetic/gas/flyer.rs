//! One velocity, and what it has to do with the moments.

use super::faces::{DENSITY, Moments, TEMPERATURE};
use super::law::Vessel;
use super::velocities::Velocities;

/// Distributions at most.
pub(crate) const PARTS: usize = 3;

/// One velocity.
#[derive(Debug, Clone)]
pub(crate) struct Flyer {
    /// Among all velocities.
    pub number: usize,
    /// Which of its family's mirror images.
    pub image: usize,
    /// With all images that fly alike.
    pub weight: f64,
    /// c s, in units of v0.
    pub velocity: [f64; 3],
    /// c^2.
    pub square: f64,
    /// c / rate, m.
    pub path: f64,
    /// Distributions that are followed.
    pub parts: usize,
    /// Per part and kind: what collisions tend to is the sum of these times the moments.
    pub equilibrium: [Vec<f64>; PARTS],
    /// Per part and kind: what it adds to the moments, times the weight.
    pub share: [Vec<f64>; PARTS],
    /// Half the degrees of freedom of each part's energy; 0 for that of number.
    pub energy: [f64; PARTS],
    /// What a number that flies so carries of the heat: its energy less the enthalpy, both without what the parts hold.
    excess: f64,
}

impl Flyer {
    /// An image in a family, which stands for `copies`; of the moments only their number is asked.
    pub fn new(
        vessel: &Vessel,
        velocities: &Velocities,
        [family, image]: [usize; 2],
        copies: f64,
        moments: &Moments,
    ) -> Flyer {
        let gas = &vessel.gas;
        let parts = vessel.parts();
        let (speed, direction, weight) = velocities.at(family, image);
        let velocity = [0, 1, 2].map(|a| speed * direction[a]);
        let (square, d) = (speed * speed, parts.dimensions());
        let excess = square - 0.5 * d - 1.0;
        let none = || [0, 1, 2].map(|_| vec![0.0; moments.kind.len()]);
        let (mut equilibrium, mut share) = (none(), none());
        let mut energy = [0.0; PARTS];
        let freedom = 0.5 * (3.0 + gas.internal);
        let heat = 0.8 * (1.0 - gas.prandtl);
        equilibrium[0][DENSITY] = 1.0;
        share[0][DENSITY] = 1.0;
        equilibrium[0][TEMPERATURE] = square - 0.5 * d;
        share[0][TEMPERATURE] = (square - 0.5 * d) / freedom;
        for (n, &axis) in moments.axes.iter().enumerate() {
            equilibrium[0][moments.velocity(n)] = 2.0 * velocity[axis];
            share[0][moments.velocity(n)] = velocity[axis];
            equilibrium[0][moments.flux(n)] = heat * excess * velocity[axis];
            share[0][moments.flux(n)] = excess * velocity[axis];
        }
        for part in 1..parts.count() {
            let (half, internal) = parts.energy(part);
            energy[part] = half;
            equilibrium[part][TEMPERATURE] = 1.0;
            share[part][TEMPERATURE] = half / freedom;
            for (n, &axis) in moments.axes.iter().enumerate() {
                let (kind, factor, carried) = if internal {
                    (moments.internal_flux(n), 2.0 * (1.0 - gas.prandtl), 1.0)
                } else {
                    (moments.flux(n), heat, half)
                };
                equilibrium[part][kind] = factor * velocity[axis];
                share[part][kind] = carried * velocity[axis];
            }
        }
        Flyer {
            number: family * velocities.ordinates.images + image,
            image,
            weight: weight * copies,
            velocity,
            square,
            path: speed / gas.rate,
            parts: parts.count(),
            equilibrium,
            share,
            energy,
            excess,
        }
    }

    /// One of all velocities, with the images that fly alike.
    pub fn numbered(vessel: &Vessel, velocities: &Velocities, number: usize, moments: &Moments) -> Flyer {
        let images = velocities.ordinates.images;
        let (_, copies) = Flyer::idle(vessel, images);
        Flyer::new(vessel, velocities, [number / images, number % images], copies, moments)
    }

    /// Which images along idle axes stand for others, and for how many each.
    pub fn idle(vessel: &Vessel, images: usize) -> (usize, f64) {
        let bits = (0..3).filter(|&a| !vessel.domain.active[a]).map(|a| 1 << a).sum::<usize>() & (images - 1);
        (bits, f64::from(1u32 << bits.count_ones()))
    }

    /// What collisions tend to, for moments of every kind.
    pub fn tends_to(&self, moments: &[f64]) -> [f64; PARTS] {
        let mut target = [0.0; PARTS];
        for (target, weights) in target.iter_mut().zip(&self.equilibrium).take(self.parts) {
            *target = dot(weights, moments);
        }
        target
    }

    /// What it carries of the heat: its energy less the enthalpy of its number, 5/2 + j/2 kT each.
    pub fn heat(&self, h: &[f64; PARTS]) -> f64 {
        let passive: f64 = (1..self.parts).map(|p| self.energy[p] * h[p]).sum();
        self.excess * h[0] + passive
    }

    /// What it adds to the temperature, times its weight.
    pub fn warmth(&self, h: &[f64; PARTS]) -> f64 {
        self.share.iter().zip(h).take(self.parts).map(|(share, h)| share[TEMPERATURE] * h).sum()
    }

    /// What a jump of the temperature under one pressure adds.
    pub fn jump(&self, part: usize, jump: f64) -> f64 {
        if part == 0 { jump * self.excess } else { jump }
    }

    /// The Maxwellian that a wall of a temperature sends out: one of one density sends out the more the warmer it is, by half its
    /// temperature.
    pub fn emitted(&self, emission: f64, temperature: f64) -> [f64; PARTS] {
        [emission + temperature * (self.excess + 0.5), temperature, temperature]
    }

    /// Adds what it carries to the moments of every kind.
    pub fn add(&self, h: &[f64; PARTS], moments: &mut [f64]) {
        for (share, h) in self.share.iter().zip(h).take(self.parts) {
            share.iter().zip(moments.iter_mut()).for_each(|(share, m)| *m += self.weight * share * h);
        }
    }

    /// Square of a difference, as entropy counts it.
    pub fn squared(&self, a: &[f64; PARTS], b: &[f64; PARTS]) -> f64 {
        let square = |p: usize| (a[p] - b[p]).powi(2);
        square(0) + (1..self.parts).map(|p| self.energy[p] * square(p)).sum::<f64>()
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
