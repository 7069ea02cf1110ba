//! The entropy of mixing.

use super::Composition;
use super::MOST_SPECIES;

/// Gas constant, J/(mol K).
pub const GAS_CONSTANT: f64 = 8.314_462_618;

/// Fractions below this count as this in logarithms.
const TRACE: f64 = 1e-9;

/// How the entropy of a mixture depends on its composition.
#[derive(Debug, Clone, PartialEq)]
pub enum Mixing {
    /// An ideal mixture of these molar masses, kg/mol; the last is that of the dependent species.
    Ideal(Vec<f64>),
    /// Two species with this slope of the chemical potential at constant temperature, over the temperature:
    /// `(d(mu_1 - mu_2)/dc) / T`, J/(kg K).
    Slope(f64),
    /// Not known: neither Dufour's effect nor the entropy of mixing can be told.
    Unknown,
}

/// `(b - a) / ln(b / a)`.
fn logarithmic_mean(a: f64, b: f64) -> f64 {
    let ratio = (b - a) / a;
    if ratio.abs() < 1e-3 {
        // ln(1 + r) / r to rounding
        let series = 1.0 - ratio * (0.5 - ratio * (1.0 / 3.0 - ratio * (0.25 - ratio * 0.2)));
        a / series
    } else {
        (b - a) / ratio.ln_1p()
    }
}

/// Moles per kilogram of all species, of traces at least [`TRACE`] by mass.
fn moles(molar: &[f64], c: &Composition) -> [f64; MOST_SPECIES] {
    let independent = molar.len() - 1;
    let rest = 1.0 - c[..independent].iter().sum::<f64>();
    let mut moles = [0.0; MOST_SPECIES];
    for k in 0..=independent {
        let fraction = if k == independent { rest } else { c[k] };
        moles[k] = fraction.max(TRACE) / molar[k];
    }
    moles
}

impl Mixing {
    /// The specific entropy of mixing, J/(kg K).
    pub fn entropy(&self, c: &Composition) -> f64 {
        match self {
            Mixing::Ideal(molar) => {
                let n = moles(molar, c);
                let all: f64 = n.iter().sum();
                -GAS_CONSTANT * n[..molar.len()].iter().map(|n| n * (n / all).ln()).sum::<f64>()
            }
            Mixing::Slope(slope) => -0.5 * slope * c[0] * c[0],
            Mixing::Unknown => 0.0,
        }
    }

    /// Its derivatives `s_i` by the fractions, J/(kg K).
    pub fn partial(&self, c: &Composition) -> Composition {
        let mut s = Composition::default();
        match self {
            Mixing::Ideal(molar) => {
                let last = molar.len() - 1;
                let n = moles(molar, c);
                let all: f64 = n.iter().sum();
                let of = |k: usize| -GAS_CONSTANT * (n[k] / all).ln() / molar[k];
                (0..last).for_each(|i| s[i] = of(i) - of(last));
            }
            Mixing::Slope(slope) => s[0] = -slope * c[0],
            Mixing::Unknown => {}
        }
        s
    }

    /// The symmetric, positive semidefinite matrix `G` with `s(b) - s(a) = G (a - b)`, J/(kg K): the curvature of the
    /// entropy, taken so that it holds between two compositions as they are. For an ideal mixture `s_i` is linear in logarithms
    /// of the moles, and `ln b - ln a` is `(b - a)` over their logarithmic mean.
    pub fn curvature(&self, a: &Composition, b: &Composition) -> [Composition; MOST_SPECIES - 1] {
        let mut matrix = [Composition::default(); MOST_SPECIES - 1];
        match self {
            Mixing::Ideal(molar) => {
                let last = molar.len() - 1;
                let (mean, all) = mean_moles(molar, a, b);
                let rest = 1.0 / (molar[last] * molar[last] * mean[last]);
                let slope = |k: usize| 1.0 / molar[k] - 1.0 / molar[last];
                for (i, row) in matrix.iter_mut().enumerate().take(last) {
                    for (j, entry) in row.iter_mut().enumerate().take(last) {
                        let own = if i == j { 1.0 / (molar[i] * molar[i] * mean[i]) } else { 0.0 };
                        *entry = GAS_CONSTANT * (own + rest - slope(i) * slope(j) / all);
                    }
                }
            }
            Mixing::Slope(slope) => matrix[0][0] = *slope,
            Mixing::Unknown => {}
        }
        matrix
    }
}

/// Logarithmic means of the moles of every species, and of all together, mol/kg.
pub fn mean_moles(molar: &[f64], a: &Composition, b: &Composition) -> ([f64; MOST_SPECIES], f64) {
    let (na, nb) = (moles(molar, a), moles(molar, b));
    let mut mean = [0.0; MOST_SPECIES];
    for k in 0..molar.len() {
        mean[k] = logarithmic_mean(na[k], nb[k]);
    }
    (mean, logarithmic_mean(na.iter().sum(), nb.iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curvature_joins_two_compositions_exactly() {
        let salt = Mixing::Ideal(vec![0.058_44, 0.018_015]);
        let gas = Mixing::Ideal(vec![0.004, 0.028, 0.044]);
        let cases = [
            (&salt, [0.1, 0.0, 0.0], [0.3, 0.0, 0.0], 1),
            (&salt, [0.1, 0.0, 0.0], [0.1 + 1e-6, 0.0, 0.0], 1),
            (&gas, [0.1, 0.6, 0.0], [0.3, 0.2, 0.0], 2),
            (&Mixing::Slope(7.0), [0.1, 0.0, 0.0], [0.3, 0.0, 0.0], 1),
        ];
        for (mixing, a, b, n) in cases {
            let (sa, sb) = (mixing.partial(&a), mixing.partial(&b));
            let g = mixing.curvature(&a, &b);
            for i in 0..n {
                let through: f64 = (0..n).map(|j| g[i][j] * (a[j] - b[j])).sum();
                assert!((sb[i] - sa[i] - through).abs() < 1e-9 * sa[i].abs(), "{i}: {} {through}", sb[i] - sa[i]);
                assert!((0..n).all(|j| (g[i][j] - g[j][i]).abs() <= 1e-12 * g[i][i]));
            }
        }
    }

    #[test]
    fn partial_entropies_are_the_slopes_of_the_entropy() {
        let gas = Mixing::Ideal(vec![0.004, 0.028, 0.044]);
        let c = [0.2, 0.5, 0.0];
        let s = gas.partial(&c);
        for i in 0..2 {
            let at = |by: f64| {
                let mut c = c;
                c[i] += by;
                gas.entropy(&c)
            };
            let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert!((slope / s[i] - 1.0).abs() < 1e-8, "{slope} {}", s[i]);
        }
    }

    #[test]
    fn equal_molar_masses_give_the_known_slope() {
        // d mu / dc = R T / (M c (1 - c))
        let mixing = Mixing::Ideal(vec![0.05, 0.05]);
        let g = mixing.curvature(&[0.3, 0.0, 0.0], &[0.3, 0.0, 0.0])[0][0];
        assert!((g / (GAS_CONSTANT / (0.05 * 0.3 * 0.7)) - 1.0).abs() < 1e-12, "{g}");
    }
}
