//! Rows whose links all run along axes, in which heat follows at once and heat capacities stay: everything in one pass, from numbers that stay
//! in registers. A row of one material with equal cells reads nothing but temperatures.

use super::lanes::{Lanes, Number};
use super::logarithm::{LITTLE, NARROW, beyond_tangent, beyond_tangent_of_little};
use super::row::Row;
use super::tally::Tally;
use super::{Partial, Term};
use crate::diagnostics::balance::Snapshot;
use crate::links::Family;
use glam::IVec3;
use pulp::Simd;

/// A state of which all rows are such.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    along: &'a Family,
    /// The families that join rows.
    across: &'a [Family],
    /// Whether cells of a row are equally wide.
    even: bool,
}

impl<'a> Plain<'a> {
    /// None where some rows may be others.
    pub fn of(snapshot: &Snapshot<'a>) -> Option<Plain<'a>> {
        let conduction = snapshot.conduction;
        let grid = &conduction.problem.grid;
        let (along, across) = conduction.links.families.split_first()?;
        let lines =
            along.offset == IVec3::X && across.iter().all(|f| f.offset.x == 0 && f.offset.abs().element_sum() == 1);
        let stays = snapshot.heats.is_none() && conduction.curves.iter().all(Option::is_none);
        let even = grid.axis(0).is_uniform();
        (lines && stays && across.len() <= 2 && !grid.periodic[0]).then_some(Plain { along, across, even })
    }

    /// Adds a row. What its cells are given stands in `row.net`, which is nothing between rows.
    #[inline(always)]
    pub fn add<S: Simd>(&self, row: &mut Row<S>, sum: &mut Partial, tally: &mut Tally<S>) {
        let (snapshot, first, n) = (row.snapshot, row.first, row.net.len());
        let problem = &snapshot.conduction.problem;
        let walls = snapshot.conduction.walls_of_row(first / n);
        for w in walls.clone() {
            row.net[problem.walls[w].cell as usize - first] += snapshot.walls[w].heat;
        }
        row.sources(sum);
        let Tally { beyond, defect, .. } = *tally;
        let uniform = self.even && snapshot.conduction.uniform[first / n] && snapshot.conduction.capacity[first] > 0.0;
        if uniform {
            sum.add(Term::Volume, n as f64 * problem.grid.volume(problem.grid.cell(first)));
        }
        let [widest, steepest] = match (self.across.len(), uniform) {
            (0, true) => self.pass::<S, 0, true>(row, tally),
            (0, false) => self.pass::<S, 0, false>(row, tally),
            (1, true) => self.pass::<S, 1, true>(row, tally),
            (1, false) => self.pass::<S, 1, false>(row, tally),
            (_, true) => self.pass::<S, 2, true>(row, tally),
            (_, false) => self.pass::<S, 2, false>(row, tally),
        };
        // Where these series do not reach it is done again.
        if widest >= NARROW {
            tally.beyond = beyond;
            row.beyond(tally);
        }
        if steepest >= LITTLE {
            tally.defect = defect;
            snapshot.row_gain(first / n, row.net);
            if let Some(sources) = &snapshot.sources {
                row.net.iter_mut().zip(&sources[first..]).for_each(|(net, source)| *net += source);
            }
            row.defect(tally);
            row.net.fill(0.0);
        } else if snapshot.sources.is_some() {
            row.net.fill(0.0);
        } else {
            walls.for_each(|w| row.net[problem.walls[w].cell as usize - first] = 0.0);
        }
    }

    /// Returns the largest warmth over the reference and the largest rise in a step over the temperature, as the series for small ones went into
    /// the sums. `UNIFORM`: all cells have the volume, heat capacity and links of the first.
    #[inline(always)]
    fn pass<S: Simd, const ACROSS: usize, const UNIFORM: bool>(
        &self,
        row: &mut Row<S>,
        tally: &mut Tally<S>,
    ) -> [f64; 2] {
        let (simd, snapshot, first, n) = (row.simd, row.snapshot, row.first, row.net.len());
        let (conduction, t) = (snapshot.conduction, &snapshot.temperature[..]);
        let grid = &conduction.problem.grid;
        let own = grid.cell(first);
        let area = grid.axis(1).widths()[own[1]] * grid.axis(2).widths()[own[2]];
        let (widths, capacity) = (grid.axis(0).widths(), &conduction.capacity[first..][..n]);
        // The rows above and below, with the conductances to them; where there is none the row itself, to which no heat flows.
        let here = &t[first..][..n];
        let mut across = [[(here, capacity); 2]; ACROSS];
        let mut next = first;
        for (k, (pair, family)) in across.iter_mut().zip(self.across).enumerate() {
            let start = |offset| grid.neighbour(own, offset).map_or(first, |cell| grid.index(cell));
            let (above, below) = (start(family.offset), start(-family.offset));
            let g = &family.conductance;
            *pair = [(&t[above..][..n], &g[first..][..n]), (&t[below..][..n], &g[below..][..n])];
            if k == 0 {
                next = above;
            }
        }
        let g_after = &self.along.conductance[first..][..n];
        let g_before = if UNIFORM {
            g_after
        } else {
            // No cell comes before the first.
            row.term[0] = 0.0;
            row.term[1..n].copy_from_slice(&g_after[..n - 1]);
            &row.term[..n]
        };
        let all = |value| Lanes::all(simd, value);
        let (reference, one) = (all(conduction.problem.reference), all(1.0));
        let per_reference = all(1.0 / conduction.problem.reference);
        let step = all(row.step);
        let (step_per_capacity, volume) = (all(row.step / capacity[0]), all(widths[0] * area));
        let area = all(area);
        let (hottest, coldest, nothing) = (all(f64::NEG_INFINITY), all(f64::INFINITY), all(0.0));
        let (mut low, mut high, mut steepest) = (coldest, hottest, nothing);
        let mut sum = *tally;
        let [before, after] = row.strips.own.beside();
        let (temperature, inverse, inverse_after) =
            (row.strips.own.temperature(), row.strips.own.inverse(), row.strips.own.inverse_after());
        let [next_temperature, next_inverse] = row.strips.other.cells_mut();
        for k in 0..Lanes::<S>::count(here) {
            let own = Lanes::of_row(simd, temperature, k);
            let over = Lanes::of_row(simd, inverse, k);
            // What links bring and produce, as the laws have it (`face_heat`, `entropy_production`).
            let drop = Lanes::of_row(simd, after, k) - own;
            let heat = coefficient::<S, UNIFORM>(simd, g_after, k) * drop;
            let mut net = Lanes::of_row(simd, row.net, k) + heat;
            net = coefficient::<S, UNIFORM>(simd, g_before, k).times_plus(Lanes::of_row(simd, before, k) - own, net);
            let mut produced = heat * drop * Lanes::of_row(simd, inverse_after, k);
            for (f, [(above, g_above), (below, g_below)]) in across.iter().enumerate() {
                let other = Lanes::of_row(simd, above, k);
                let over_other = one / (other + reference);
                let drop = other - own;
                let heat = coefficient::<S, UNIFORM>(simd, g_above, k) * drop;
                produced = (heat * drop).times_plus(over_other, produced);
                net = coefficient::<S, UNIFORM>(simd, g_below, k)
                    .times_plus(Lanes::of_row(simd, below, k) - own, net + heat);
                if f == 0 {
                    other.put(next_temperature, k);
                    over_other.put(next_inverse, k);
                }
            }
            sum.production = produced.times_plus(over, sum.production);
            let capacity = coefficient::<S, UNIFORM>(simd, capacity, k);
            // Neither void nor beyond the end.
            let solid = if UNIFORM { over } else { capacity };
            low = low.min(own.where_positive(solid, coldest));
            high = high.max(own.where_positive(solid, hottest));
            if UNIFORM {
                sum.warmth = own.times_plus(volume, sum.warmth);
            } else {
                let volume = (Lanes::of_row(simd, widths, k) * area).where_positive(capacity, nothing);
                sum.warmth = own.times_plus(volume, sum.warmth);
                sum.volume = sum.volume + volume;
            }
            let change = net * over;
            let magnitude = change.abs();
            sum.change = sum.change + change;
            sum.gross = sum.gross + magnitude;
            sum.energy.add(capacity * own);
            sum.beyond = beyond_tangent(own * per_reference).times_plus(capacity, sum.beyond);
            let rise = if UNIFORM {
                steepest = steepest.max(magnitude);
                change * step_per_capacity
            } else {
                let rise = (step * change / capacity).where_positive(capacity, nothing);
                steepest = steepest.max(rise.abs());
                rise
            };
            sum.defect = beyond_tangent_of_little(rise).times_plus(capacity, sum.defect);
        }
        (sum.low, sum.high) = (sum.low.min(low), sum.high.max(high));
        if UNIFORM {
            steepest = steepest * step_per_capacity;
        }
        if next != first {
            row.strips.other.is(next / n);
        }
        *tally = sum;
        let widest = high.max(nothing - low) * per_reference;
        [widest.largest(), steepest.largest()]
    }
}

/// The `k`th of a row of coefficients.
#[inline(always)]
fn coefficient<S: Simd, const UNIFORM: bool>(simd: S, row: &[f64], k: usize) -> Lanes<S> {
    if UNIFORM { Lanes::all(simd, row[0]) } else { Lanes::of_row(simd, row, k) }
}
