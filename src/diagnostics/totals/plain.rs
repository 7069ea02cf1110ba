//! Rows whose links all run along axes, in which heat follows at once and heat capacities stay: everything in one pass, from numbers that stay
//! in registers.

use super::even::{Around, Even};
use super::logarithm::{LITTLE, NARROW, beyond_tangent, beyond_tangent_of_little};
use super::row::Row;
use super::tally::Tally;
use super::{Partial, Term};
use crate::conduction::Alike;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::lanes::{Lanes, Number};
use crate::grid::Grid;
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
    /// Cells along each axis.
    cells: [usize; 3],
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
        (lines && stays && across.len() <= 2 && !grid.periodic[0]).then_some(Plain {
            along,
            across,
            even,
            cells: grid.cells(),
        })
    }

    /// Adds a row. What its cells are given stands in `row.net`, which is nothing between rows.
    #[inline(always)]
    pub fn add<S: Simd>(&self, row: &mut Row<'a, S>, sum: &mut Partial, tally: &mut Tally<S>) {
        let (snapshot, first, n) = (row.snapshot, row.first, row.net.len());
        let sources = snapshot.sources_of_row(first / n);
        let places = &snapshot.conduction.wall_places;
        let walls = snapshot.conduction.walls_of_row(first / n);
        for w in walls.clone() {
            row.net[places[w].cell as usize - first] += snapshot.walls[w].heat;
        }
        row.sources(sum);
        let Tally { beyond, defect, .. } = *tally;
        let alike = snapshot.conduction.alike[first / n];
        if alike.is_some_and(|alike| alike.capacity == 0.0) {
            // Void.
            return;
        }
        let alike = alike.filter(|alike| self.is_even(alike));
        let [warmth_is_little, rise_is_little] = match (self.across.len(), alike) {
            (0, Some(alike)) => self.even::<S, 0>(row, alike, sum, tally),
            (1, Some(alike)) => self.even::<S, 1>(row, alike, sum, tally),
            (_, Some(alike)) => self.even::<S, 2>(row, alike, sum, tally),
            (0, None) => self.pass::<S, 0>(row, tally),
            (1, None) => self.pass::<S, 1>(row, tally),
            (_, None) => self.pass::<S, 2>(row, tally),
        };
        // Where formulas for small changes do not reach it is done again.
        if !warmth_is_little {
            tally.beyond = beyond;
            row.beyond(tally);
        }
        if !rise_is_little {
            tally.defect = defect;
            snapshot.row_net(first / n, row.net);
            row.defect(tally);
            row.net.fill(0.0);
        } else if sources.is_some() {
            row.net.fill(0.0);
        } else {
            walls.for_each(|w| row.net[places[w].cell as usize - first] = 0.0);
        }
    }

    /// Whether a row of equal cells is linked alike on both sides, as far as it is linked.
    fn is_even(&self, alike: &Alike) -> bool {
        let both = |&[above, below]: &[f64; 2]| above == below || above == 0.0 || below == 0.0;
        self.even && alike.across[..self.across.len()].iter().all(both)
    }

    /// Where a row is along y and z.
    #[inline(always)]
    fn place(&self, row: usize) -> [usize; 2] {
        let z = row / self.cells[1];
        [row - z * self.cells[1], z]
    }

    /// The first cells of the rows above and below over a family; where there is none the row itself, to which no heat flows.
    #[inline(always)]
    fn beside(&self, f: usize, grid: &Grid, first: usize, place: [usize; 2]) -> [usize; 2] {
        let axis = if self.across[f].offset.y == 0 { 2 } else { 1 };
        let stride = self.cells[0] * if axis == 2 { self.cells[1] } else { 1 };
        let (at, last) = (place[axis - 1], self.cells[axis] - 1);
        let around = if grid.periodic[axis] { last * stride } else { 0 };
        let above = if at < last { first + stride } else { first - around };
        let below = if at > 0 { first - stride } else { first + around };
        if self.across[f].offset.element_sum() > 0 { [above, below] } else { [below, above] }
    }

    /// A row of equal cells.
    #[inline(always)]
    fn even<S: Simd, const ACROSS: usize>(
        &self,
        row: &mut Row<'a, S>,
        Alike { capacity, along, across: conductances }: Alike,
        sum: &mut Partial,
        tally: &mut Tally<S>,
    ) -> [bool; 2] {
        let (snapshot, first, n) = (row.snapshot, row.first, row.net.len());
        let problem = &snapshot.conduction.problem;
        let grid = &problem.grid;
        let (place, own) = (self.place(first / n), row.strips.own.cells());
        let (mut next, mut across) = (first, [[own; 2]; ACROSS]);
        for (f, rows) in across.iter_mut().enumerate() {
            let [above, below] = self.beside(f, grid, first, place);
            let linked = |start: usize, g: f64| if g > 0.0 { &snapshot.temperature[start..][..n] } else { own };
            *rows = [linked(above, conductances[f][0]), linked(below, conductances[f][1])];
            next = if f == 0 && conductances[f][0] > 0.0 { above } else { next };
        }
        let volume = grid.volume([0, place[0], place[1]]);
        sum.add(Term::Volume, n as f64 * volume);
        let even = Even {
            reference: problem.reference,
            capacity,
            volume,
            along,
            across: std::array::from_fn(|f| conductances[f][0].max(conductances[f][1])),
            step: row.step,
        };
        let around = Around {
            own,
            beside: row.strips.own.beside(),
            inverse: row.strips.own.inverse(),
            inverse_after: row.strips.own.inverse_after(),
            across,
            given: row.net,
            next: row.strips.other.cells_mut(),
            changes: &mut *row.term,
        };
        let reached = even.add(row.simd, around, tally);
        if next != first {
            row.strips.other.is(next / n);
        }
        reached
    }

    /// Any row; cells of a row may be void. Returns whether the formulas for small ones reach the largest warmth over the reference and the largest rise
    /// in a step over the temperature.
    #[inline(always)]
    fn pass<S: Simd, const ACROSS: usize>(&self, row: &mut Row<'a, S>, tally: &mut Tally<S>) -> [bool; 2] {
        let (simd, snapshot, first, n) = (row.simd, row.snapshot, row.first, row.net.len());
        let conduction = snapshot.conduction;
        let grid = &conduction.problem.grid;
        let place = self.place(first / n);
        let area = grid.axis(1).widths()[place[0]] * grid.axis(2).widths()[place[1]];
        let (widths, capacity) = (grid.axis(0).widths(), &conduction.capacity[first..][..n]);
        let here = &snapshot.temperature[first..][..n];
        let (mut next, mut across) = (first, [[(here, capacity); 2]; ACROSS]);
        for (f, rows) in across.iter_mut().enumerate() {
            let [above, below] = self.beside(f, grid, first, place);
            let row = |start: usize, stored: usize| {
                (&snapshot.temperature[start..][..n], &self.across[f].conductance[stored..][..n])
            };
            *rows = [row(above, first), row(below, below)];
            next = if f == 0 { above } else { next };
        }
        let g_after = &self.along.conductance[first..][..n];
        // No cell comes before the first.
        row.term[0] = 0.0;
        row.term[1..n].copy_from_slice(&g_after[..n - 1]);
        let g_before = &row.term[..n];
        let all = |value| Lanes::all(simd, value);
        let (reference, one) = (all(conduction.problem.reference), all(1.0));
        let per_reference = all(1.0 / conduction.problem.reference);
        let (step, area) = (all(row.step), all(area));
        let (hottest, coldest, nothing) = (all(f64::NEG_INFINITY), all(f64::INFINITY), all(0.0));
        let (mut low, mut high, mut steepest) = (coldest, hottest, nothing);
        let mut sum = *tally;
        let [before, after] = row.strips.own.beside();
        let (inverse, inverse_after) = (row.strips.own.inverse(), row.strips.own.inverse_after());
        let [next_temperature, next_inverse] = row.strips.other.cells_mut();
        for k in 0..Lanes::<S>::count(here) {
            let at = |row: &[f64]| Lanes::of_row(simd, row, k);
            let (own, over) = (at(here), at(inverse));
            // What links bring and produce, as the laws have it (`face_heat`, `entropy_production`).
            let drop = at(after) - own;
            let heat = at(g_after) * drop;
            let mut net = at(row.net) + heat;
            net = at(g_before).times_plus(at(before) - own, net);
            let mut produced = heat * drop * at(inverse_after);
            for (f, [(above, g_above), (below, g_below)]) in across.iter().enumerate() {
                let other = at(above);
                let over_other = one / (other + reference);
                let drop = other - own;
                let heat = at(g_above) * drop;
                produced = (heat * drop).times_plus(over_other, produced);
                net = at(g_below).times_plus(at(below) - own, net + heat);
                if f == 0 {
                    other.put(next_temperature, k);
                    over_other.put(next_inverse, k);
                }
            }
            sum.production = produced.times_plus(over, sum.production);
            let capacity = at(capacity);
            // Neither void nor beyond the end.
            low = low.min(own.where_positive(capacity, coldest));
            high = high.max(own.where_positive(capacity, hottest));
            let volume = (at(widths) * area).where_positive(capacity, nothing);
            sum.warmth = own.times_plus(volume, sum.warmth);
            sum.volume = sum.volume + volume;
            let change = net * over;
            sum.change = sum.change + change;
            sum.gross = sum.gross + change.abs();
            sum.energy.add(capacity * own);
            sum.beyond = beyond_tangent(own * per_reference).times_plus(capacity, sum.beyond);
            let rise = (step * change / capacity).where_positive(capacity, nothing);
            steepest = steepest.max(rise.abs());
            let beyond =
                if rise.abs().any_above(LITTLE) { beyond_tangent(rise) } else { beyond_tangent_of_little(rise) };
            sum.defect = beyond.times_plus(capacity, sum.defect);
        }
        (sum.low, sum.high) = (sum.low.min(low), sum.high.max(high));
        *tally = sum;
        if next != first {
            row.strips.other.is(next / n);
        }
        let widest = high.max(nothing - low) * per_reference;
        [!widest.any_above(NARROW), !steepest.any_above(NARROW)]
    }
}
