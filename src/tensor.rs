//! Splitting a conductivity tensor into non-negative conductances between cells.
//!
//! Selling's decomposition (Selling 1874; Conway & Sloane 1992; as a monotone scheme for anisotropic
//! diffusion: Fehrenbach & Mirebeau 2014) writes every symmetric positive definite matrix as
//! `D = sum_k lambda_k e_k e_k^T` with `lambda_k >= 0` and integer vectors `e_k`. Each term is a link between
//! a cell and the one `e_k` away, so the discrete operator has non-negative off-diagonals: no temperature
//! leaves the range of its surroundings, heat is conserved, and the second moments of a spreading
//! spot are exact.

use glam::{DMat3, DVec3, IVec3};

/// One term: integer direction and weight (the unit of the matrix).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Canonical sign: the last non-zero component is positive.
    pub offset: IVec3,
    /// Not negative.
    pub weight: f64,
}

/// Of `v` and `-v` the one whose last non-zero component is positive.
pub fn canonical(v: IVec3) -> IVec3 {
    let last = [v.z, v.y, v.x].into_iter().find(|&c| c != 0).unwrap_or(0);
    if last < 0 { -v } else { v }
}

/// Decomposes a symmetric positive definite matrix; at most six terms. Terms below 1e-14 of the trace
/// are left out.
///
/// Returns `None` if the reduction does not end within 1000 flips (the matrix is not positive definite or
/// hopelessly stretched).
pub fn decompose(matrix: DMat3) -> Option<Vec<Term>> {
    let mut base = [IVec3::X, IVec3::Y, IVec3::Z, IVec3::NEG_ONE];
    let product = |a: IVec3, b: IVec3| a.as_dvec3().dot(matrix * b.as_dvec3());
    let trace = matrix.x_axis.x + matrix.y_axis.y + matrix.z_axis.z;
    const PAIRS: [(usize, usize, usize, usize); 6] =
        [(0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2), (1, 2, 0, 3), (1, 3, 0, 2), (2, 3, 0, 1)];
    'reduce: for _ in 0..1000 {
        for (i, j, k, l) in PAIRS {
            if product(base[i], base[j]) > 1e-15 * trace {
                let flipped = base[i];
                base[i] = -flipped;
                base[k] += flipped;
                base[l] += flipped;
                continue 'reduce;
            }
        }
        let mut terms: Vec<Term> = PAIRS
            .iter()
            .map(|&(i, j, k, l)| Term { offset: canonical(base[k].cross(base[l])), weight: -product(base[i], base[j]) })
            .filter(|term| term.weight > 1e-14 * trace)
            .collect();
        terms.sort_by_key(|term| term.offset.to_array().map(i32::abs).iter().sum::<i32>());
        return Some(terms);
    }
    None
}

/// The symmetric matrix of the components xx, yy, zz, xy, xz, yz.
pub fn matrix(components: [f64; 6]) -> DMat3 {
    let [xx, yy, zz, xy, xz, yz] = components;
    DMat3::from_cols(DVec3::new(xx, xy, xz), DVec3::new(xy, yy, yz), DVec3::new(xz, yz, zz))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebuild(terms: &[Term]) -> DMat3 {
        terms.iter().fold(DMat3::ZERO, |sum, term| {
            let e = term.offset.as_dvec3();
            sum + DMat3::from_cols(e * e.x, e * e.y, e * e.z) * term.weight
        })
    }

    #[test]
    fn a_diagonal_matrix_gives_the_axes() {
        let terms = decompose(matrix([3.0, 2.0, 1.0, 0.0, 0.0, 0.0])).expect("diagonal");
        assert_eq!(terms.len(), 3);
        assert!(terms.contains(&Term { offset: IVec3::X, weight: 3.0 }));
        assert!(terms.contains(&Term { offset: IVec3::Z, weight: 1.0 }));
    }

    #[test]
    fn random_tensors_are_rebuilt_from_non_negative_terms() {
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        for _ in 0..2000 {
            let column = |r: &mut dyn FnMut() -> f64| DVec3::new(r(), r(), r()) - 0.5;
            let a = DMat3::from_cols(column(&mut random), column(&mut random), column(&mut random));
            let d = a * a.transpose() + DMat3::IDENTITY * 1e-3;
            let terms = decompose(d).expect("positive definite");
            assert!(terms.len() <= 6 && terms.iter().all(|t| t.weight > 0.0));
            let error = (rebuild(&terms) - d).to_cols_array().into_iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            assert!(error < 1e-12, "{error}");
        }
    }
}
