//! What flies in a material, band by band, and what it tends to.

use super::occupation::Occupation;
use std::sync::Arc;

/// Carriers that fly alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// J/(m3 K).
    pub heat_capacity: f64,
    /// Group velocity, m/s.
    pub velocity: f64,
    /// m.
    pub mean_free_path: f64,
}

impl Band {
    /// Conductivity where Fourier's law holds: C v L / 3, W/(m K).
    pub fn conductivity(&self) -> f64 {
        self.heat_capacity * self.velocity * self.mean_free_path / 3.0
    }

    /// Energy that collisions exchange, per kelvin: C v / L, W/(m3 K).
    pub fn exchange(&self) -> f64 {
        self.heat_capacity * self.velocity / self.mean_free_path
    }
}

/// A material as its bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Medium {
    /// At least one; at the reference temperature.
    pub bands: Vec<Band>,
    /// What they hold at other temperatures; `None` where deviations are small, and an equilibrium holds `g` = t.
    pub occupation: Option<Arc<Occupation>>,
}

impl Medium {
    /// Of bands at small deviations from the reference temperature.
    pub fn new(bands: Vec<Band>) -> Medium {
        Medium { bands, occupation: None }
    }

    /// What an equilibrium of a deviation t holds of a band, both K.
    pub fn held(&self, band: usize, t: f64) -> f64 {
        self.occupation.as_ref().map_or(t, |o| o.held(band, t))
    }

    /// How much more of a band an equilibrium holds per kelvin, over what it is at the reference.
    pub fn capacity_ratio(&self, band: usize, t: f64) -> f64 {
        self.occupation.as_ref().map_or(1.0, |o| o.capacity(band, t))
    }

    /// Mean free path of a band at a deviation (K), m.
    pub fn path(&self, band: usize, t: f64) -> f64 {
        match &self.occupation {
            None => self.bands[band].mean_free_path,
            Some(o) => o.mean_free_path(band, t),
        }
    }

    /// Deviation (K) at which bands of such weights hold `total` together: `sum w held(t) = total`.
    pub fn shared(&self, weight: impl Fn(usize) -> f64, total: f64, start: f64) -> f64 {
        match &self.occupation {
            None => total / (0..self.bands.len()).map(weight).sum::<f64>(),
            Some(o) => o.shared(weight, total, start),
        }
    }

    /// What a band is driven to at a deviation t (K), and its time between collisions there (s).
    pub fn goal(&self, band: usize, t: f64) -> [f64; 2] {
        [self.held(band, t), self.path(band, t) / self.bands[band].velocity]
    }

    /// Deviation (K) at which collisions over a time `dt` (s) by the trapezoidal rule keep the energy of bands of which `left` (K) is
    /// left: `sum C/(2 tau + dt) (left - held) = 0`, tau being that of the same temperature.
    pub fn settled(&self, left: impl Fn(usize) -> f64, dt: f64, start: f64) -> f64 {
        let mut t = start;
        for _ in 0..50 {
            let weight = |(b, band): (usize, &Band)| band.heat_capacity / (2.0 * self.path(b, t) / band.velocity + dt);
            let weights: Vec<f64> = self.bands.iter().enumerate().map(weight).collect();
            let total = weights.iter().enumerate().map(|(band, weight)| weight * left(band)).sum();
            let next = self.shared(|band| weights[band], total, t);
            let rounding = self.occupation.as_ref().map_or(f64::INFINITY, |o| o.rounding(next));
            if (next - t).abs() <= rounding {
                return next;
            }
            t = next;
        }
        t
    }

    /// Deviation (K) at which an equilibrium holds such an energy, J/m3.
    pub fn temperature(&self, energy: f64) -> f64 {
        let linear = energy / self.heat_capacity();
        match &self.occupation {
            None => linear,
            Some(o) => o.shared(|band| self.bands[band].heat_capacity, energy, linear),
        }
    }

    /// u (K) of a deviation, where the inverse temperature is 1/T0 - u/T0^2, to second order of small deviations.
    pub fn urge(&self, t: f64) -> f64 {
        self.occupation.as_ref().map_or(t, |o| o.urge(t))
    }

    /// u (K) and Q (K2) of a band that holds `g` (K): its entropy is `C (g/T0 - Q/(2 T0^2))`.
    pub fn told(&self, band: usize, g: f64) -> [f64; 2] {
        self.occupation.as_ref().map_or([g, g * g], |o| o.told(band, g))
    }

    /// What mixing `g` into a wall that holds `e` of the same band produces of entropy, times 2 T0^2/C, K2.
    pub fn mismatch(&self, band: usize, g: f64, e: f64) -> f64 {
        let Some(o) = &self.occupation else { return (g - e) * (g - e) };
        let ([own, square], [urge, emitted]) = (self.told(band, g), self.told(band, e));
        // of what is nearly alike the difference of the squares would leave rounding of either sign
        if o.is_near(g - e) { (own - urge) * (g - e) } else { square - emitted - 2.0 * urge * (g - e) }
    }

    /// What a collision that takes `g` of a band, whose u is `urge`, to an equilibrium of a deviation t produces (all K), times
    /// T0^2/C, K2.
    pub fn unrest(&self, band: usize, [g, urge]: [f64; 2], t: f64) -> f64 {
        (self.held(band, t) - g) * (self.urge(t) - urge)
    }

    /// J/(m3 K).
    pub fn heat_capacity(&self) -> f64 {
        self.bands.iter().map(|b| b.heat_capacity).sum()
    }

    /// Bulk conductivity, W/(m K).
    pub fn conductivity(&self) -> f64 {
        self.bands.iter().map(Band::conductivity).sum()
    }

    /// The gray mean free path of the same conductivity and C v, m.
    pub fn mean_free_path(&self) -> f64 {
        3.0 * self.conductivity() / self.flight()
    }

    /// Energy that collisions of a band exchange at a deviation (K), per kelvin of what it holds: C v / L, W/(m3 K).
    pub fn exchange(&self, band: usize, t: f64) -> f64 {
        match &self.occupation {
            None => self.bands[band].exchange(),
            Some(_) => self.bands[band].heat_capacity * self.bands[band].velocity / self.path(band, t),
        }
    }

    /// Sum of C v, W/(m2 K): a quarter of it is the heat that one side of a plane sends over per kelvin.
    pub fn flight(&self) -> f64 {
        self.bands.iter().map(|b| b.heat_capacity * b.velocity).sum()
    }
}
