//! Sums over all cells of a state, in one pass.

mod logarithm;
mod row;

use super::balance::Snapshot;
use crate::entropy_production;
use crate::links::Family;
use crate::sum::Sum;
use glam::IVec3;
use row::{Scratch, look_at_row};

/// Cells that a processor may do at once.
const LANES: usize = 8;

/// Sums over the cells of a state and the links between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Lowest and highest temperature (deviations, K).
    pub range: [f64; 2],
    /// Mean temperature by volume (deviation, K).
    pub mean: f64,
    /// Energy above the reference, J.
    pub energy: f64,
    /// Entropy relative to the reference, J/K.
    pub entropy: f64,
    /// Entropy produced between cells, W/K.
    pub production: f64,
    /// What the cells gain over their temperatures, W/K.
    pub entropy_change: f64,
    /// The same sum of magnitudes, W/K.
    pub gross_entropy: f64,
    /// What a step adds to the entropy beyond its length times the rate of change, over the square of the step, W/(K s).
    pub step_defect: f64,
    /// Heat from sources, W.
    pub source_heat: f64,
    /// Sum of the magnitudes of all sources, W.
    pub gross_source: f64,
    /// Entropy that enters with the sources, W/K.
    pub source_entropy: f64,
}

/// Of some rows of cells.
#[derive(Clone, Copy)]
pub struct Partial {
    low: f64,
    high: f64,
    production: Sum,
    sums: [Sum; 10],
}

impl Partial {
    fn zero() -> Partial {
        let production = Sum::default();
        Partial { low: f64::INFINITY, high: f64::NEG_INFINITY, production, sums: [Sum::default(); 10] }
    }

    /// Adds what links produce, W/K.
    fn produced(&mut self, production: f64) {
        self.production.add(production);
    }

    fn add(&mut self, terms: [f64; 10]) {
        self.sums.iter_mut().zip(terms).for_each(|(sum, term)| sum.add(term));
    }

    fn join(mut self, other: Partial) -> Partial {
        (self.low, self.high) = (self.low.min(other.low), self.high.max(other.high));
        self.produced(other.production.value());
        self.add(other.sums.map(|sum| sum.value()));
        self
    }
}

impl Totals {
    /// Lowest, highest and mean temperature, K.
    pub fn temperatures(&self, reference: f64) -> [f64; 3] {
        [self.range[0], self.range[1], self.mean].map(|t| t + reference)
    }

    /// Of a state from which steps of length `step` (s) lead on; 0 where none do.
    pub fn of(snapshot: &Snapshot, step: f64) -> Totals {
        let simd = pulp::Arch::new();
        let look = |(sum, scratch): &mut (Partial, Scratch), row: usize, gain: &[f64]| {
            simd.dispatch(Look { snapshot, step, sum, scratch, row, gain })
        };
        let zero = || (Partial::zero(), Scratch::default());
        let (sum, _) = match &snapshot.heats {
            None => snapshot.conduction.fold_rows(
                &snapshot.temperature,
                &snapshot.walls,
                zero,
                look,
                |(a, scratch), (b, _)| (a.join(b), scratch),
            ),
            Some(_) => {
                let gains = snapshot.heat_in();
                let mut sum = zero();
                sum.0.produced(snapshot.production_between_cells());
                let rows = gains.chunks(snapshot.conduction.problem.grid.cells()[0]).enumerate();
                rows.for_each(|(row, gain)| look(&mut sum, row, gain));
                sum
            }
        };
        let [warmth, volume, energy, entropy, change, gross, defect, source, gross_source, source_entropy] =
            sum.sums.map(|sum| sum.value());
        Totals {
            range: [sum.low, sum.high],
            mean: warmth / volume,
            energy,
            entropy,
            production: sum.production.value(),
            entropy_change: change,
            gross_entropy: gross,
            step_defect: if step > 0.0 { defect / (step * step) } else { 0.0 },
            source_heat: source,
            gross_source,
            source_entropy,
        }
    }
}

/// A look at one row.
struct Look<'a> {
    snapshot: &'a Snapshot<'a>,
    step: f64,
    sum: &'a mut Partial,
    scratch: &'a mut Scratch,
    row: usize,
    gain: &'a [f64],
}

impl pulp::WithSimd for Look<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        if self.snapshot.heats.is_none() {
            for family in &self.snapshot.conduction.links.families {
                self.sum.produced(production_of_row(self.snapshot, family, self.row));
            }
        }
        look_at_row(self.snapshot, self.step, self.sum, self.scratch, self.row, self.gain);
    }
}

/// Entropy produced by the links of a family that are stored with a row of cells, W/K.
#[inline(always)]
fn production_of_row(snapshot: &Snapshot, family: &Family, row: usize) -> f64 {
    let (t, problem) = (&snapshot.temperature, &snapshot.conduction.problem);
    let (grid, reference) = (&problem.grid, problem.reference);
    let [nx, ny, _] = grid.cells();
    let IVec3 { x, y, z } = family.offset;
    let Some(there) = grid.neighbour([0, row % ny, row / ny], IVec3::new(0, y, z)) else { return 0.0 };
    let (own, other) = (row * nx, grid.index(there));
    let shift = x.unsigned_abs() as usize;
    if shift >= nx && shift > 0 && !grid.periodic[0] {
        return 0.0;
    }
    let shift = shift % nx;
    let wraps = grid.periodic[0] && shift > 0;
    // Runs of cells, and where those at the other ends begin.
    let spans = match x >= 0 {
        true => [(0..nx - shift, shift), (nx - shift..nx, 0)],
        false => [(shift..nx, 0), (0..shift, nx - shift)],
    };
    let mut sum = 0.0;
    for (mine, theirs) in spans.into_iter().take(if wraps { 2 } else { 1 }) {
        let (n, a, b) = (mine.len(), own + mine.start, other + theirs);
        sum += produced(&family.conductance[a..][..n], &t[a..][..n], &t[b..][..n], reference);
    }
    sum
}

/// What links between two runs of cells produce, in lanes that a processor may do at once.
#[inline(always)]
fn produced(g: &[f64], a: &[f64], b: &[f64], reference: f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let whole = g.len() / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let i = start + lane;
            *sum += entropy_production(g[i], a[i] + reference, b[i] + reference);
        }
    }
    let rest = whole..g.len();
    lanes.into_iter().sum::<f64>()
        + rest.map(|i| entropy_production(g[i], a[i] + reference, b[i] + reference)).sum::<f64>()
}
