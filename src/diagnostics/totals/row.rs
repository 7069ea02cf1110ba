//! What rows of cells add to the totals. Sums are of several cells at once; formulas are loops over a row, which a compiler makes such by itself.

use super::logarithm::{LITTLE, NARROW, beyond_tangent, beyond_tangent_of_little, log_one_plus};
use super::plain::Plain;
use super::strip::Strips;
use super::tally::Tally;
use super::{Partial, Term, through};
use crate::caloric::Curve;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::lanes::{Lanes, Number};
use crate::entropy_production;
use crate::links::runs;
use crate::problem::VOID;
use pulp::Simd;
use std::ops::Range;

/// Some rows to look at.
pub struct Look<'a> {
    pub snapshot: &'a Snapshot<'a>,
    pub plain: Option<Plain<'a>>,
    pub step: f64,
    pub rows: Range<usize>,
}

impl pulp::WithSimd for Look<'_> {
    type Output = Partial;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Partial {
        let Look { snapshot, plain, step, rows } = self;
        let n = snapshot.conduction.problem.grid.cells()[0];
        let (mut sum, mut tally) = (Partial::zero(snapshot.conduction.problem.surfaces.len()), Tally::zero(simd));
        let mut room: [Vec<f64>; 5] = std::array::from_fn(|_| vec![0.0; n]);
        let [net, volume, term, warmth, ratio] = room.each_mut().map(Vec::as_mut_slice);
        let mut strips = Strips::new(n);
        for row in rows.clone() {
            strips.enter(row, snapshot);
            let strips = &mut strips;
            let mut row = Row { snapshot, simd, step, first: row * n, net, strips, volume, term, warmth, ratio };
            match plain {
                Some(plain) => plain.add(&mut row, &mut sum, &mut tally),
                None => row.add(&mut sum, &mut tally),
            }
        }
        if plain.is_some() {
            sum.add(Term::Entropy, tally.energy.total() / snapshot.conduction.problem.reference);
        }
        tally.close(&mut sum);
        through::add(simd, snapshot, snapshot.conduction.walls_of_rows(rows), &mut sum);
        sum
    }
}

/// One row.
pub struct Row<'a, S: Simd> {
    pub snapshot: &'a Snapshot<'a>,
    pub simd: S,
    pub step: f64,
    /// Its first cell.
    pub first: usize,
    /// What each cell gains, W.
    pub net: &'a mut [f64],
    pub strips: &'a mut Strips,
    /// 0 in void, m3.
    volume: &'a mut [f64],
    /// What is being summed.
    pub term: &'a mut [f64],
    /// Of cells whose heat capacity varies.
    warmth: &'a mut [f64],
    ratio: &'a mut [f64],
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
fn total<S: Simd>(simd: S, terms: &[f64]) -> f64 {
    let mut sum = Lanes::all(simd, 0.0);
    for n in 0..Lanes::<S>::count(terms) {
        sum = sum + Lanes::of_row(simd, terms, n);
    }
    sum.sum()
}

impl<'a, S: Simd> Row<'a, S> {
    /// Enthalpy against temperature of a cell, where that is no straight line.
    fn curve(&self, x: usize) -> Option<&'a Curve> {
        let conduction = self.snapshot.conduction;
        let material = conduction.problem.material[self.first + x];
        conduction.curves.get(usize::from(material)).and_then(Option::as_ref)
    }

    fn curved(&self) -> bool {
        self.snapshot.conduction.curves.iter().any(Option::is_some)
            && (0..self.net.len()).any(|x| self.curve(x).is_some())
    }

    /// The row of a field.
    #[inline(always)]
    fn own<'b, T>(&self, field: &'b [T]) -> &'b [T] {
        &field[self.first..][..self.net.len()]
    }

    /// Adds the row, family by family and term by term.
    #[inline(always)]
    fn add(&mut self, sum: &mut Partial, tally: &mut Tally<S>) {
        self.snapshot.row_gain(self.first / self.net.len(), self.net);
        self.sources(sum);
        self.links(sum);
        self.cells(tally);
        self.entropy(tally);
        self.defect(tally);
    }

    /// What sources give to the cells, and its totals.
    #[inline(always)]
    pub fn sources(&mut self, sum: &mut Partial) {
        let Some(sources) = self.snapshot.sources_of_row(self.first / self.net.len()) else { return };
        let simd = self.simd;
        self.net.iter_mut().zip(sources).for_each(|(net, source)| *net += source);
        fill(self.term, [sources, self.strips.own.inverse()], |[source, inverse]| source * inverse);
        sum.add(Term::Source, total(simd, sources));
        sum.add(Term::SourceEntropy, total(simd, self.term));
        fill(self.term, [sources], |[source]| source.abs());
        sum.add(Term::GrossSource, total(simd, self.term));
    }

    /// What the links produce that are stored with the row.
    #[inline(always)]
    fn links(&mut self, sum: &mut Partial) {
        let (t, conduction) = (&self.snapshot.temperature, self.snapshot.conduction);
        let (grid, width) = (&conduction.problem.grid, self.net.len());
        let row = self.first / width;
        // Those that lead to the next row come last.
        for (f, family) in conduction.links.families.iter().enumerate().rev() {
            for [own, other, n] in runs(grid, family.offset, row).into_iter().filter(|run| run[2] > 0) {
                let (g, a, b) = (&family.conductance[own..][..n], &t[own..][..n], &t[other..][..n]);
                let (there, at) = (other / width, other % width);
                if there != row {
                    self.strips.look_at(there, self.snapshot);
                }
                let strips = &*self.strips;
                let over_a = &strips.own.inverse()[own - self.first..][..n];
                let over_b = &(if there == row { &strips.own } else { &strips.other }).inverse()[at..][..n];
                let term = &mut self.term[..n];
                match self.snapshot.inertial(f) {
                    None => {
                        let links = [g, a, b, over_a, over_b];
                        fill(term, links, |[g, a, b, over_a, over_b]| entropy_production(g, a - b, over_a, over_b));
                        sum.add(Term::Production, total(self.simd, term));
                    }
                    Some((inertia, heats)) => {
                        let (inertia, heats) = (&inertia[own..][..n], &heats[own..][..n]);
                        let links = [g, inertia, heats, a, b, over_a, over_b];
                        self.inertial(sum, links);
                    }
                }
            }
        }
    }

    /// What links produce in which heat has inertia (or has none: then it is nothing), with conductances, inertia, heats, and temperatures and 1/T at
    /// both ends: as it is, with the entropy extended, and held back; all of 1/(T_a T_b).
    #[inline(always)]
    fn inertial(&self, sum: &mut Partial, [g, inertia, heats, a, b, over_a, over_b]: [&[f64]; 7]) {
        let simd = self.simd;
        let nothing = Lanes::all(simd, 0.0);
        let [mut produced, mut extended, mut held] = [nothing; 3];
        for k in 0..Lanes::<S>::count(g) {
            let at = |row: &[f64]| Lanes::of_row(simd, row, k);
            let (g, inertia, heat) = (at(g), at(inertia), at(heats));
            let (drop, over) = (at(a) - at(b), at(over_a) * at(over_b));
            held = (inertia * heat * heat).times_plus(over, held);
            let flow = heat.where_positive(inertia, g * drop);
            produced = (flow * drop).times_plus(over, produced);
            extended = (flow * flow / g).where_positive(g, nothing).times_plus(over, extended);
        }
        sum.add(Term::Production, produced.sum());
        sum.add(Term::Extended, extended.sum());
        sum.add(Term::Held, 0.5 * held.sum());
    }

    /// Temperatures, energy, and what the cells gain.
    #[inline(always)]
    fn cells(&mut self, tally: &mut Tally<S>) {
        let (snapshot, simd) = (self.snapshot, self.simd);
        let problem = &snapshot.conduction.problem;
        let grid = &problem.grid;
        let [_, y, z] = grid.cell(self.first);
        let area = grid.axis(1).widths()[y] * grid.axis(2).widths()[z];
        let material = self.own(&problem.material);
        for ((volume, width), &m) in self.volume.iter_mut().zip(grid.axis(0).widths()).zip(material) {
            *volume = if m == VOID { 0.0 } else { width * area };
        }
        let (t, e) = (self.own(&snapshot.temperature), self.own(snapshot.enthalpy));
        let capacity = self.own(&snapshot.conduction.capacity);
        let inverse = self.strips.own.inverse();
        let (hottest, coldest) = (Lanes::all(simd, f64::NEG_INFINITY), Lanes::all(simd, f64::INFINITY));
        // A copy of its own, so that sums stay in registers.
        let mut sum = *tally;
        for n in 0..Lanes::<S>::count(t) {
            let (t, volume) = (Lanes::of_row(simd, t, n), Lanes::of_row(simd, self.volume, n));
            sum.low = sum.low.min(t.where_positive(volume, coldest));
            sum.high = sum.high.max(t.where_positive(volume, hottest));
            sum.volume = sum.volume + volume;
            sum.warmth = sum.warmth + t * volume;
            let (net, inverse) = (Lanes::of_row(simd, self.net, n), Lanes::of_row(simd, inverse, n));
            sum.change = sum.change + net * inverse;
            sum.gross = sum.gross + net.abs() * inverse;
            sum.energy.add(Lanes::of_row(simd, capacity, n) * Lanes::of_row(simd, e, n));
        }
        *tally = sum;
    }

    /// Entropy relative to the reference.
    #[inline(always)]
    fn entropy(&mut self, tally: &mut Tally<S>) {
        let (simd, conduction) = (self.simd, self.snapshot.conduction);
        let reference = conduction.problem.reference;
        let (t, capacity) = (self.own(&self.snapshot.temperature), self.own(&conduction.capacity));
        let per_reference = Lanes::all(simd, 1.0 / reference);
        let mut widest = Lanes::all(simd, 0.0);
        let mut sum = tally.entropy;
        for n in 0..Lanes::<S>::count(t) {
            let x = Lanes::of_row(simd, t, n) * per_reference;
            widest = widest.max(x.abs());
            sum.add(Lanes::of_row(simd, capacity, n) * (beyond_tangent(x) + x));
        }
        let curved = self.curved();
        if curved || widest.largest() >= NARROW {
            fill(self.term, [capacity, t], |[c, t]| c * log_one_plus(t / reference));
            if curved {
                self.curved_entropy(capacity);
            }
            sum = tally.entropy;
            for n in 0..Lanes::<S>::count(self.term) {
                sum.add(Lanes::of_row(simd, self.term, n));
            }
        }
        tally.entropy = sum;
    }

    /// What the entropy has beyond the energy over the reference temperature, whatever the temperatures.
    #[inline(always)]
    pub fn beyond(&mut self, tally: &mut Tally<S>) {
        let (simd, conduction) = (self.simd, self.snapshot.conduction);
        let per_reference = 1.0 / conduction.problem.reference;
        let cells = [self.own(&conduction.capacity), self.own(&self.snapshot.temperature)];
        fill(self.term, cells, |[c, t]| c * (log_one_plus(t * per_reference) - t * per_reference));
        for n in 0..Lanes::<S>::count(self.term) {
            tally.beyond = tally.beyond + Lanes::of_row(simd, self.term, n);
        }
    }

    /// What a step adds to the entropy beyond its length times the rate.
    #[inline(always)]
    pub fn defect(&mut self, tally: &mut Tally<S>) {
        let (simd, step) = (self.simd, self.step);
        if step <= 0.0 {
            return;
        }
        let capacity = self.own(&self.snapshot.conduction.capacity);
        // What a cell rises by, over its temperature; nothing in void.
        let rise = |[net, inverse, c]: [f64; 3]| if c > 0.0 { step * net * inverse / c } else { 0.0 };
        fill(self.term, [self.net, self.strips.own.inverse(), capacity], rise);
        let mut widest = Lanes::all(simd, 0.0);
        let count = Lanes::<S>::count(capacity);
        for n in 0..count {
            widest = widest.max(Lanes::of_row(simd, self.term, n).abs());
        }
        let (curved, widest) = (self.curved(), widest.largest());
        let mut defect = tally.defect;
        if curved || widest >= NARROW {
            fill(self.term, [self.net, self.strips.own.inverse(), capacity], |[net, inverse, c]| {
                let rise = rise([net, inverse, c]);
                c * (rise.ln_1p() - rise)
            });
            if curved {
                self.curved_defect(capacity);
            }
            for n in 0..count {
                defect = defect + Lanes::of_row(simd, self.term, n);
            }
        } else if widest >= LITTLE {
            for n in 0..count {
                let (rise, capacity) = (Lanes::of_row(simd, self.term, n), Lanes::of_row(simd, capacity, n));
                defect = beyond_tangent(rise).times_plus(capacity, defect);
            }
        } else {
            for n in 0..count {
                let (rise, capacity) = (Lanes::of_row(simd, self.term, n), Lanes::of_row(simd, capacity, n));
                defect = beyond_tangent_of_little(rise).times_plus(capacity, defect);
            }
        }
        tally.defect = defect;
    }

    /// The entropies of cells whose heat capacity varies, as [`Curve::entropy_at`] has them, the logarithms all in a row.
    #[inline(always)]
    fn curved_entropy(&mut self, capacity: &[f64]) {
        let enthalpy = self.own(self.snapshot.enthalpy);
        for x in 0..capacity.len() {
            (self.warmth[x], self.ratio[x]) = (0.0, 0.0);
            if let Some(curve) = self.curve(x) {
                let line = curve.line(enthalpy[x]);
                self.warmth[x] = (enthalpy[x] - line.anchor) / line.kelvin;
                self.ratio[x] = line.slope * self.warmth[x];
                self.term[x] = capacity[x] * line.entropy;
            }
        }
        let (warmth, ratio) = (&self.warmth[..capacity.len()], &self.ratio[..capacity.len()]);
        for x in 0..capacity.len() {
            let mean = if ratio[x].abs() < 1e-12 { 1.0 } else { log_one_plus(ratio[x]) / ratio[x] };
            self.term[x] += capacity[x] * warmth[x] * mean;
        }
    }

    /// What a step adds beyond its length times the rate where the heat capacity varies. A rise along a straight piece of the curve, of slope s,
    /// gains (ln(1 + x) - x)/s beyond, with x = s rise/T.
    #[inline(always)]
    fn curved_defect(&mut self, capacity: &[f64]) {
        let enthalpy = self.own(self.snapshot.enthalpy);
        for x in 0..capacity.len() {
            let Some(curve) = self.curve(x) else { continue };
            let (before, rise) = (enthalpy[x], self.step * self.net[x] / capacity[x]);
            let line = curve.line(before);
            let relative = line.slope * rise * self.strips.own.inverse()[x];
            let beyond = if (line.start..line.end).contains(&(before + rise)) && relative.abs() < NARROW {
                if line.slope > 0.0 { beyond_tangent(relative) / line.slope } else { 0.0 }
            } else {
                curve.entropy_at(before + rise) - curve.entropy_at(before) - rise * self.strips.own.inverse()[x]
            };
            self.term[x] = capacity[x] * beyond;
        }
    }
}
