//! Threaded vector arithmetic whose results do not depend on the number of threads: every sum runs over
//! fixed pieces of [`PIECE`] entries, and the pieces are added in order.

use rayon::prelude::*;

/// Entries of one piece of work.
pub(super) const PIECE: usize = 4096;

/// Vectors shorter than this are handled by the calling thread: waking others costs more.
pub(super) const THREADED: usize = 4 * PIECE;

/// Sum of `f(a, b)` over the pieces of two vectors of equal length.
fn sum_of_pieces(a: &[f64], b: &[f64], f: impl Fn(&[f64], &[f64]) -> f64 + Sync) -> f64 {
    if a.len() < THREADED {
        return a.chunks(PIECE).zip(b.chunks(PIECE)).map(|(a, b)| f(a, b)).sum();
    }
    let parts: Vec<f64> = a.par_chunks(PIECE).zip(b.par_chunks(PIECE)).map(|(a, b)| f(a, b)).collect();
    parts.iter().sum()
}

/// Scalar product of two short vectors, in four partial sums.
fn dot_of_piece(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (quads_a, quads_b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = quads_a.remainder().iter().zip(quads_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in quads_a.zip(quads_b) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Scalar product.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum_of_pieces(a, b, dot_of_piece)
}

/// Euclidean norm.
pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Rewrites a vector piece by piece: `f(first index, piece)`.
pub(crate) fn for_pieces(out: &mut [f64], f: impl Fn(usize, &mut [f64]) + Sync) {
    if out.len() < THREADED {
        for (piece, values) in out.chunks_mut(PIECE).enumerate() {
            f(piece * PIECE, values);
        }
    } else {
        out.par_chunks_mut(PIECE).enumerate().for_each(|(piece, values)| f(piece * PIECE, values));
    }
}

/// Rewrites a vector piece by piece and adds up what `f(first index, piece)` returns.
pub(super) fn sum_for_pieces<const N: usize>(
    out: &mut [f64],
    f: impl Fn(usize, &mut [f64]) -> [f64; N] + Sync,
) -> [f64; N] {
    let add = |mut total: [f64; N], part: [f64; N]| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    };
    if out.len() < THREADED {
        return out.chunks_mut(PIECE).enumerate().map(|(p, values)| f(p * PIECE, values)).fold([0.0; N], add);
    }
    let parts: Vec<[f64; N]> = out.par_chunks_mut(PIECE).enumerate().map(|(p, values)| f(p * PIECE, values)).collect();
    parts.into_iter().fold([0.0; N], add)
}

/// `y += a x`.
pub(crate) fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for_pieces(y, |first, piece| {
        for (y, x) in piece.iter_mut().zip(&x[first..]) {
            *y += a * x;
        }
    });
}

/// `y = x + a y`.
pub(super) fn scale_and_add(y: &mut [f64], a: f64, x: &[f64]) {
    for_pieces(y, |first, piece| {
        for (y, x) in piece.iter_mut().zip(&x[first..]) {
            *y = x + a * *y;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_product_has_the_same_bits_on_one_and_on_three_threads() {
        let a: Vec<f64> = (0..50_001).map(|i| (i as f64 * 0.7).sin()).collect();
        let b: Vec<f64> = (0..50_001).map(|i| (i as f64 * 1.3).cos()).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| dot(&a, &b))
        };
        assert_eq!(with(1).to_bits(), with(3).to_bits());
        let plain: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        assert!((with(1) - plain).abs() < 1e-9);
    }
}
