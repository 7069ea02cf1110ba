//! Branches of a dispersion relation, and the rates at which their modes are scattered.

use super::bose;
use serde::Deserialize;

/// One law of scattering: `rate w^frequency T^temperature exp(-activation/T) (1 - exp(-3 T/saturation)) / sinh(hbar w/k_B T)`,
/// where each factor that is not given is 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The constant in front, 1/s over the units of the powers.
    pub rate: f64,
    /// Power of the frequency in rad/s.
    #[serde(default)]
    pub frequency: f64,
    /// Power of the temperature in K.
    #[serde(default)]
    pub temperature: f64,
    /// K.
    #[serde(default)]
    pub activation: f64,
    /// K.
    pub saturation: Option<f64>,
    /// Whether it is divided by sinh(hbar w/(k_B T)).
    #[serde(default)]
    pub sinh: bool,
    /// Holds from this frequency on, rad/s.
    #[serde(default)]
    pub above: f64,
    /// Holds below this frequency, rad/s.
    #[serde(default = "endless")]
    pub below: f64,
}

fn endless() -> f64 {
    f64::INFINITY
}

impl Term {
    /// 1/s, at a frequency in rad/s and a temperature in K.
    pub fn at(&self, omega: f64, kelvin: f64) -> f64 {
        if omega < self.above || omega >= self.below {
            return 0.0;
        }
        let mut rate = self.rate * omega.powf(self.frequency) * kelvin.powf(self.temperature);
        rate *= (-self.activation / kelvin).exp();
        if let Some(theta) = self.saturation {
            rate *= -(-3.0 * kelvin / theta).exp_m1();
        }
        if self.sinh {
            rate /= bose::quanta(omega, kelvin).sinh();
        }
        rate
    }
}

/// Modes of one polarisation: frequency against wave number, alike in all directions.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Such as "LA".
    pub name: String,
    /// Coefficients of the polynomial in k (1/m), rad/s.
    pub frequency: Vec<f64>,
    /// Number of like branches.
    pub degeneracy: f64,
    /// What scatters its modes; the rates add up.
    pub terms: Vec<Term>,
}

impl Branch {
    /// rad/s, at a wave number in 1/m.
    pub fn omega(&self, k: f64) -> f64 {
        self.frequency.iter().rev().fold(0.0, |sum, c| sum * k + c)
    }

    /// |dw/dk|, m/s.
    pub fn velocity(&self, k: f64) -> f64 {
        let slope = self.frequency.iter().enumerate().skip(1).rev().fold(0.0, |sum, (n, c)| sum * k + n as f64 * c);
        slope.abs()
    }

    /// Rate at which a mode is scattered, 1/s.
    pub fn scattering(&self, omega: f64, kelvin: f64) -> f64 {
        self.terms.iter().map(|term| term.at(omega, kelvin)).sum()
    }
}
