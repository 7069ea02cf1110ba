//! Copy bandwidth, the measure of what memory gives.

use rayon::prelude::*;
use std::time::Instant;

/// Read and write together of a threaded copy, GB/s; the best of several.
pub fn copy_bandwidth(numbers: usize) -> f64 {
    let from = vec![1.0_f64; numbers];
    let mut to = vec![0.0_f64; numbers];
    let mut best = 0.0_f64;
    for _ in 0..6 {
        let begun = Instant::now();
        to.par_chunks_mut(1 << 16).zip(from.par_chunks(1 << 16)).for_each(|(to, from)| to.copy_from_slice(from));
        best = best.max(16.0 * numbers as f64 / begun.elapsed().as_secs_f64() / 1e9);
    }
    best
}
