//! The linear law of a face: matrices of half cells in series.
//!
//! Matrices are written between the fluxes (I, Q/T) and the drops (D(phi), D(T)) along them, in which a half cell
//! of electrical conductance `g` (S), thermal conductance `k` (W/K) at zero current and Seebeck coefficient `s` (V/K) has
//! `L = [[g, g s], [g s, g s^2 + k/T]]` (Callen, Thermodynamics, chapter 14). The forces of the entropy production are
//! the drops over `T` and `T^2`, [`entropic`].

/// A matrix of two coupled fluxes; symmetric unless something is wrong.
pub type Matrix2 = [[f64; 2]; 2];

/// Half a cell between its centre and a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Half {
    /// S; 0 in an insulator.
    pub electrical: f64,
    /// At zero current, W/K.
    pub thermal: f64,
    /// V/K.
    pub seebeck: f64,
}

/// What lies between two half cells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Contact {
    /// ohm.
    pub electrical: f64,
    /// K/W.
    pub thermal: f64,
}

impl Half {
    /// Resistance matrix at a temperature (K): the inverse of the conductance matrix, written out so that nothing cancels.
    pub fn resistance(&self, temperature: f64) -> Matrix2 {
        let thermal = temperature / self.thermal;
        let cross = -self.seebeck * thermal;
        [[1.0 / self.electrical - self.seebeck * cross, cross], [cross, thermal]]
    }
}

impl Contact {
    /// Resistance matrix at a temperature (K).
    pub fn resistance(&self, temperature: f64) -> Matrix2 {
        [[self.electrical, 0.0], [0.0, self.thermal * temperature]]
    }
}

/// Conductance matrix of parts in series.
pub fn series(parts: &[Matrix2]) -> Matrix2 {
    let sum = parts.iter().fold([[0.0; 2]; 2], |a, b| add(a, *b));
    if sum[0][0].is_infinite() {
        return [[0.0, 0.0], [0.0, 1.0 / sum[1][1]]];
    }
    inverse(sum)
}

fn add(a: Matrix2, b: Matrix2) -> Matrix2 {
    [[a[0][0] + b[0][0], a[0][1] + b[0][1]], [a[1][0] + b[1][0], a[1][1] + b[1][1]]]
}

fn inverse(m: Matrix2) -> Matrix2 {
    let determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    [[m[1][1] / determinant, -m[0][1] / determinant], [-m[1][0] / determinant, m[0][0] / determinant]]
}

/// The matrix between (I, Q) and the forces (D(phi)/T, D(T)/T^2) from that between (I, Q/T) and the drops.
pub fn entropic(m: Matrix2, temperature: f64) -> Matrix2 {
    let t = temperature;
    [[m[0][0] * t, m[0][1] * t * t], [m[1][0] * t * t, m[1][1] * t * t * t]]
}

/// Eigenvalues of the symmetric part, lower first.
pub fn eigenvalues(m: Matrix2) -> [f64; 2] {
    let off = 0.5 * (m[0][1] + m[1][0]);
    let (mean, half) = (0.5 * (m[0][0] + m[1][1]), 0.5 * (m[0][0] - m[1][1]));
    let high = mean + half.hypot(off);
    // the product of the two is the determinant, which keeps the small one's digits
    let low = if high > 0.0 { (m[0][0] * m[1][1] - off * off) / high } else { mean - half.hypot(off) };
    [low, high]
}

/// |L12 - L21| / sqrt(L11 L22); 0 where both cross terms are.
pub fn mismatch(m: Matrix2) -> f64 {
    let difference = (m[0][1] - m[1][0]).abs();
    if difference == 0.0 { 0.0 } else { difference / (m[0][0] * m[1][1]).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_cell_and_its_inverse_are_onsagers_matrix() {
        let half = Half { electrical: 40.0, thermal: 2e-3, seebeck: 2e-4 };
        let m = series(&[half.resistance(300.0)]);
        let expected = [[40.0, 8e-3], [8e-3, 40.0 * 4e-8 + 2e-3 / 300.0]];
        for i in 0..2 {
            for j in 0..2 {
                assert!((m[i][j] / expected[i][j] - 1.0).abs() < 1e-12, "{m:?}");
            }
        }
        assert!(mismatch(m) < 1e-15 && eigenvalues(m)[0] > 0.0);
        let e = eigenvalues(m);
        assert!((e[0] * e[1] / (40.0 * 2e-3 / 300.0) - 1.0).abs() < 1e-12, "determinant g k / T");
    }

    #[test]
    fn layers_in_series_have_the_known_effective_values() {
        // two layers of equal thickness across: resistances add, the Seebeck voltages add by their share of D(T)
        let (a, b) = (
            Half { electrical: 1e5, thermal: 1.5, seebeck: 2e-4 },
            Half { electrical: 2e4, thermal: 3.0, seebeck: -1e-4 },
        );
        let m = series(&[a.resistance(300.0), b.resistance(300.0)]);
        let (sigma, alpha) = (2.0 * m[0][0], m[0][1] / m[0][0]);
        let k = 2.0 * 300.0 * (m[1][1] - m[0][1] * m[1][0] / m[0][0]);
        // less than the 33333 S/m of the resistances alone: Peltier heat at the joint makes a counter voltage
        assert!((sigma / 30303.0303030303 - 1.0).abs() < 1e-9, "{sigma}");
        assert!((alpha - 1e-4).abs() < 1e-9, "{alpha}");
        // the open-circuit Seebeck coefficient weighs by D(T): (2e-4 / 1.5 - 1e-4 / 3) / (1 / 1.5 + 1 / 3)
        assert!((k - 2.0).abs() < 1e-9, "{k}");
    }

    #[test]
    fn an_insulator_passes_heat_alone() {
        let metal = Half { electrical: 40.0, thermal: 2e-3, seebeck: 2e-4 };
        let ceramic = Half { electrical: 0.0, thermal: 2e-3, seebeck: 0.0 };
        let m = series(&[metal.resistance(300.0), ceramic.resistance(300.0)]);
        assert_eq!((m[0][0], m[0][1], m[1][0]), (0.0, 0.0, 0.0));
        assert!((m[1][1] - 1e-3 / 300.0).abs() < 1e-20);
    }
}
