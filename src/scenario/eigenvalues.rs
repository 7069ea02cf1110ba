//! Eigenvalues of a symmetric 3 x 3 matrix, to tell whether a conductivity lets heat flow the right way.

/// Eigenvalues, rising, of the symmetric matrix xx, yy, zz, xy, xz, yz by Jacobi rotations
/// (Jacobi 1846); each to about 1e-15 of the largest.
pub(super) fn eigenvalues(k: [f64; 6]) -> [f64; 3] {
    let [xx, yy, zz, xy, xz, yz] = k;
    let mut a = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
    const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];
    for _ in 0..30 {
        for (p, q) in PAIRS {
            if a[p][q] == 0.0 {
                continue;
            }
            let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            for row in &mut a {
                (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
            }
            let (low, high) = (a[p], a[q]);
            for i in 0..3 {
                (a[p][i], a[q][i]) = (c * low[i] - s * high[i], s * low[i] + c * high[i]);
            }
        }
    }
    let mut values = [a[0][0], a[1][1], a[2][2]];
    values.sort_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::eigenvalues;

    #[test]
    fn known_matrices() {
        let close = |got: [f64; 3], want: [f64; 3]| {
            for (g, w) in got.iter().zip(want) {
                assert!((g - w).abs() < 1e-12, "{got:?} {want:?}");
            }
        };
        close(eigenvalues([1.0, 2.0, 3.0, 0.0, 0.0, 0.0]), [1.0, 2.0, 3.0]);
        close(eigenvalues([2.0, 2.0, 2.0, -1.0, 0.0, -1.0]), [2.0 - 2f64.sqrt(), 2.0, 2.0 + 2f64.sqrt()]);
        close(eigenvalues([0.775, 0.325, 1.0, 0.389_711_431_702_997_4, 0.0, 0.0]), [0.1, 1.0, 1.0]);
        close(eigenvalues([1.0, 1.0, 1.0, 2.0, 0.0, 0.0]), [-1.0, 1.0, 3.0]);
    }
}
