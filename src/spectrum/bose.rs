//! Bose and Einstein: how many phonons a mode holds at a temperature, and what that is in energy.

/// Planck's constant over 2 pi, J s (exact in the SI).
pub const REDUCED_PLANCK: f64 = 1.054571817646156e-34;
/// J/K (exact in the SI).
pub const BOLTZMANN: f64 = 1.380649e-23;

/// Energy of a quantum over the thermal energy, at a frequency in rad/s.
pub fn quanta(omega: f64, kelvin: f64) -> f64 {
    REDUCED_PLANCK * omega / (BOLTZMANN * kelvin)
}

/// Mean number of quanta 1/(exp x - 1), for x = hbar w/(k_B T).
pub fn occupation(x: f64) -> f64 {
    1.0 / x.exp_m1()
}

/// Heat capacity of a mode over k_B: x^2 exp x/(exp x - 1)^2.
pub fn heat_capacity(x: f64) -> f64 {
    // (x/2 / sinh(x/2))^2 keeps its digits where x is small
    let half = 0.5 * x;
    if half < 1e-8 { 1.0 } else { (half / half.sinh()).powi(2) }
}

/// Energy of a mode without that of its ground state, J.
pub fn energy(omega: f64, kelvin: f64) -> f64 {
    REDUCED_PLANCK * omega * occupation(quanta(omega, kelvin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_of_a_mode() {
        for (x, capacity, number) in [
            (0.01, 0.9999916667, 99.50083333),
            (0.1, 0.9991670832, 9.508331945),
            (1.0, 0.9206735942, 0.5819767069),
            (3.0, 0.4962690495, 0.05239569649),
            (10.0, 0.004540405235, 4.540199101e-05),
        ] {
            assert!((heat_capacity(x) / capacity - 1.0).abs() < 1e-9, "{x}");
            assert!((occupation(x) / number - 1.0).abs() < 1e-9, "{x}");
        }
        // the capacity is the slope of the energy
        let (w, t, d) = (5e13, 300.0, 0.01);
        let slope = (energy(w, t + d) - energy(w, t - d)) / (2.0 * d);
        assert!((slope / (BOLTZMANN * heat_capacity(quanta(w, t))) - 1.0).abs() < 1e-8);
        assert_eq!(heat_capacity(0.0), 1.0);
    }
}
