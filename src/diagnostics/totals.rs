//! Sums over all cells of a state, in one pass.

use super::balance::Snapshot;
use crate::entropy_production;
use crate::links::Family;
use crate::problem::VOID;
use crate::sum::Sum;
use glam::IVec3;
use std::ops::Range;

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
struct Partial {
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
        let sum = match &snapshot.heats {
            None => snapshot.conduction.fold_rows(
                &snapshot.temperature,
                &snapshot.walls,
                Partial::zero,
                |sum, row, gain| {
                    let families = snapshot.conduction.links.families.iter();
                    families.for_each(|family| sum.produced(production_of_row(snapshot, family, row)));
                    look_at_row(snapshot, step, sum, row, gain);
                },
                Partial::join,
            ),
            Some(_) => of_heats(snapshot, step),
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

/// Of a state whose heats are state, too.
fn of_heats(snapshot: &Snapshot, step: f64) -> Partial {
    let gains = snapshot.heat_in();
    let mut sum = Partial::zero();
    sum.produced(snapshot.production_between_cells());
    for (row, gain) in gains.chunks(snapshot.conduction.problem.grid.cells()[0]).enumerate() {
        look_at_row(snapshot, step, &mut sum, row, gain);
    }
    sum
}

/// Adds a row of cells, given what they gain through links and walls, W. Within a row energies and entropies, whose differences
/// in time count, are summed without loss.
fn look_at_row(snapshot: &Snapshot, step: f64, sum: &mut Partial, r: usize, gain: &[f64]) {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let grid = &problem.grid;
    let first = r * gain.len();
    let cells = first..first + gain.len();
    let [_, y, z] = grid.cell(first);
    let area = grid.axis(1).widths()[y] * grid.axis(2).widths()[z];
    let sources = snapshot.sources.as_ref().map(|s| &s[cells.clone()]);
    let (t, e) = (&snapshot.temperature[cells.clone()], &snapshot.enthalpy[cells.clone()]);
    let (material, capacity) = (&problem.material[cells.clone()], &conduction.capacity[cells]);
    let (mut energy, mut entropy) = (Sum::default(), Sum::default());
    let (mut warmth, mut volume, mut change, mut gross, mut defect) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut source, mut gross_source, mut source_entropy) = (0.0, 0.0, 0.0);
    for (x, width) in grid.axis(0).widths().iter().enumerate().filter(|(x, _)| material[*x] != VOID) {
        let inverse = 1.0 / (t[x] + problem.reference);
        let own = sources.map_or(0.0, |s| s[x]);
        let gain = gain[x] + own;
        (sum.low, sum.high) = (sum.low.min(t[x]), sum.high.max(t[x]));
        warmth += t[x] * width * area;
        volume += width * area;
        change += gain * inverse;
        gross += gain.abs() * inverse;
        source += own;
        gross_source += own.abs();
        source_entropy += own * inverse;
        energy.add(capacity[x] * e[x]);
        let rise = step * gain / capacity[x];
        match &conduction.curves[usize::from(material[x])] {
            Some(curve) => {
                let here = curve.entropy_at(e[x]);
                entropy.add(capacity[x] * here);
                if step > 0.0 {
                    defect += capacity[x] * (curve.entropy_at(e[x] + rise) - here - rise * inverse);
                }
            }
            None => {
                entropy.add(capacity[x] * (t[x] / problem.reference).ln_1p());
                if step > 0.0 {
                    defect += capacity[x] * log_beyond_tangent(rise * inverse);
                }
            }
        }
    }
    let (energy, entropy) = (energy.value(), entropy.value());
    sum.add([warmth, volume, energy, entropy, change, gross, defect, source, gross_source, source_entropy]);
}

/// Entropy produced by the links of a family that are stored with a row of cells, W/K.
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
    let span = |mine: Range<usize>, theirs: usize| {
        let (n, a, b) = (mine.len(), own + mine.start, other + theirs);
        let g = &family.conductance[a..][..n];
        produced(g, &t[a..][..n], &t[b..][..n], reference)
    };
    let shift = shift % nx;
    let wraps = grid.periodic[0] && shift > 0;
    if x >= 0 {
        span(0..nx - shift, shift) + if wraps { span(nx - shift..nx, 0) } else { 0.0 }
    } else {
        span(shift..nx, 0) + if wraps { span(0..shift, nx - shift) } else { 0.0 }
    }
}

/// What links between two runs of cells produce, in lanes that a processor may do at once.
fn produced(g: &[f64], a: &[f64], b: &[f64], reference: f64) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let one = |i: usize| entropy_production(g[i], a[i] + reference, b[i] + reference);
    let whole = g.len() / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += one(start + lane);
        }
    }
    lanes.into_iter().sum::<f64>() + (whole..g.len()).map(one).sum::<f64>()
}

/// ln(1 + x) - x to twelve digits, at small x too.
fn log_beyond_tangent(x: f64) -> f64 {
    if x.abs() > 1e-3 {
        return x.ln_1p() - x;
    }
    x * x * (x * (1.0 / 3.0 + x * (0.2 * x - 0.25)) - 0.5)
}
