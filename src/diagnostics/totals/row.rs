//! What one row of cells adds to the totals. Every loop does one thing to a whole row, so that a processor may do several cells at once.

use super::logarithm::{NARROW, beyond_tangent, log_one_plus};
use super::{LANES, Partial};
use crate::diagnostics::balance::Snapshot;
use crate::problem::VOID;
use crate::sum::Sum;

/// Room for four rows: what cells gain, 1/T, their volumes, and what is being summed.
#[derive(Default)]
pub struct Scratch(Vec<f64>);

impl Scratch {
    fn rows(&mut self, n: usize) -> [&mut [f64]; 4] {
        self.0.resize(4 * n, 0.0);
        let (first, second) = self.0.split_at_mut(2 * n);
        let ((a, b), (c, d)) = (first.split_at_mut(n), second.split_at_mut(n));
        [a, b, c, d]
    }
}

/// Replaces a row by what `each` gives for the cells of others.
#[inline(always)]
fn fill<const N: usize>(out: &mut [f64], from: [&[f64]; N], each: impl Fn([f64; N]) -> f64) {
    // Lengths are told, so that no index need be checked.
    let n = out.len();
    let from = from.map(|row| &row[..n]);
    for x in 0..n {
        out[x] = each(from.map(|row| row[x]));
    }
}

/// Sum of a row.
#[inline(always)]
fn total(terms: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = terms.as_chunks::<LANES>();
    for chunk in whole {
        for (lane, term) in lanes.iter_mut().zip(chunk) {
            *lane += term;
        }
    }
    lanes.iter().chain(rest).sum()
}

/// The same, and nothing is lost to rounding: every lane keeps what its sum could not hold (Knuth, The Art of Computer Programming 2,
/// section 4.2.2).
#[inline(always)]
fn exact_total(terms: &[f64]) -> f64 {
    let (mut sums, mut lost) = ([0.0; LANES], [0.0; LANES]);
    let (whole, rest) = terms.as_chunks::<LANES>();
    for chunk in whole {
        for ((sum, lost), term) in sums.iter_mut().zip(&mut lost).zip(chunk) {
            let next = *sum + term;
            let back = next - *sum;
            *lost += (*sum - (next - back)) + (term - back);
            *sum = next;
        }
    }
    sums.into_iter().chain(lost).chain(rest.iter().copied()).collect::<Sum>().value()
}

/// Adds a row of cells, given what they gain through links and walls, W. Energies and entropies, whose differences in time count,
/// are summed without loss.
#[inline(always)]
pub fn look_at_row(snapshot: &Snapshot, step: f64, sum: &mut Partial, scratch: &mut Scratch, row: usize, gain: &[f64]) {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let (grid, n) = (&problem.grid, gain.len());
    let cells = row * n..(row + 1) * n;
    let [_, y, z] = grid.cell(row * n);
    let area = grid.axis(1).widths()[y] * grid.axis(2).widths()[z];
    let (t, e) = (&snapshot.temperature[cells.clone()], &snapshot.enthalpy[cells.clone()]);
    let (material, capacity) = (&problem.material[cells.clone()], &conduction.capacity[cells.clone()]);
    let [net, inverse, volumes, term] = scratch.rows(n);
    for ((volume, width), &m) in volumes.iter_mut().zip(grid.axis(0).widths()).zip(material) {
        *volume = if m == VOID { 0.0 } else { width * area };
    }
    let reference = problem.reference;

    let [mut low, mut high] = [f64::INFINITY, f64::NEG_INFINITY];
    for (&t, &v) in t.iter().zip(&*volumes) {
        low = low.min(if v > 0.0 { t } else { f64::INFINITY });
        high = high.max(if v > 0.0 { t } else { f64::NEG_INFINITY });
    }
    (sum.low, sum.high) = (sum.low.min(low), sum.high.max(high));
    fill(inverse, [t], |[t]| 1.0 / (t + reference));
    let volume = total(volumes);
    fill(term, [t, volumes], |[t, volume]| t * volume);
    let warmth = total(term);
    net.copy_from_slice(gain);
    let (mut source, mut gross_source, mut source_entropy) = (0.0, 0.0, 0.0);
    if let Some(sources) = snapshot.sources.as_ref().map(|s| &s[cells]) {
        fill(net, [gain, sources], |[gain, source]| gain + source);
        source = total(sources);
        fill(term, [sources], |[source]| source.abs());
        gross_source = total(term);
        fill(term, [sources, inverse], |[source, inverse]| source * inverse);
        source_entropy = total(term);
    }
    fill(term, [net, inverse], |[net, inverse]| net * inverse);
    let change = total(term);
    fill(term, [net, inverse], |[net, inverse]| net.abs() * inverse);
    let gross = total(term);
    fill(term, [capacity, e], |[c, e]| c * e);
    let energy = exact_total(term);

    let curve = |x: usize| conduction.curves.get(usize::from(material[x])).and_then(Option::as_ref);
    let curved = conduction.curves.iter().any(Option::is_some) && (0..gain.len()).any(|x| curve(x).is_some());
    fill(term, [capacity, t], |[c, t]| c * log_one_plus(t / reference));
    if curved {
        for (x, term) in term.iter_mut().enumerate() {
            *term = curve(x).map_or(*term, |curve| capacity[x] * curve.entropy_at(e[x]));
        }
    }
    let entropy = exact_total(term);

    let mut defect = 0.0;
    if step > 0.0 {
        // What each cell rises by, K; none in void.
        let rise = volumes;
        fill(rise, [net, capacity], |[net, c]| if c > 0.0 { step * net / c } else { 0.0 });
        let mut widest = 0.0_f64;
        for (rise, inverse) in rise.iter().zip(&*inverse) {
            widest = widest.max((rise * inverse).abs());
        }
        if widest < NARROW {
            fill(term, [rise, inverse, capacity], |[rise, inverse, c]| c * beyond_tangent(rise * inverse));
        } else {
            fill(term, [rise, inverse, capacity], |[rise, inverse, c]| c * ((rise * inverse).ln_1p() - rise * inverse));
        }
        if curved {
            for (x, term) in term.iter_mut().enumerate() {
                if let Some(curve) = curve(x) {
                    let gained = curve.entropy_at(e[x] + rise[x]) - curve.entropy_at(e[x]);
                    *term = capacity[x] * (gained - rise[x] * inverse[x]);
                }
            }
        }
        defect = total(term);
    }
    sum.add([warmth, volume, energy, entropy, change, gross, defect, source, gross_source, source_entropy]);
}
