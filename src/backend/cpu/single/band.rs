//! One thread's planes: tile by tile, all sweeps of a tile in turn.

use super::super::rows::Rows;
use super::super::wavefront::{reach, wavefront};
use super::ahead::Ahead;
use super::field::{LANES, PAD};
use super::layout::Layout;
use super::row::{self, APART, Alike, Block, Coefficients, FIRST, OVER, Out, Reads, SOURCED};
use super::tiles::{NOT_ALIKE, Plan, Start, Sweep};
use crate::conduction::Conduction;
use std::ops::Range;

/// The part of one thread.
pub(super) struct Band<'a> {
    pub(super) rows: &'a Rows<f32>,
    pub(super) alike: &'a [Alike],
    pub(super) which: &'a [u32],
    pub(super) runs: &'a [u8],
    pub(super) conduction: &'a Conduction,
    pub(super) start: Start<'a>,
    pub(super) sweeps: &'a [Sweep],
    pub(super) plan: Plan,
    /// Its own planes, and its own rows of each.
    pub(super) planes: Range<usize>,
    pub(super) own_rows: Range<usize>,
    /// The field, all of it.
    pub(super) high: &'a [f32],
    /// Its own rows, plane by plane.
    pub(super) own: Vec<Own<'a>>,
    pub(super) ring: &'a mut [f32],
}

/// What a band writes of a plane.
pub(super) struct Own<'a> {
    /// What rounding took, where that is kept.
    pub(super) low: Option<&'a mut [f32]>,
    /// The field after the pass.
    pub(super) next: &'a mut [f32],
    /// Heat of the walls, added up over sweeps, W.
    pub(super) heats: &'a mut [f64],
    /// The first of those walls.
    pub(super) first_wall: usize,
}

impl pulp::WithSimd for Band<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _: S) {
        match self.rows.families_across() {
            0 => self.run::<0>(),
            1 => self.run::<1>(),
            _ => self.run::<2>(),
        }
    }
}

impl Band<'_> {
    #[inline(always)]
    fn run<const ACROSS: usize>(&mut self) {
        let (end, cells) = (self.own_rows.end, self.rows.cells);
        let mut from = self.own_rows.start;
        while from < end {
            let to = end.min(from + self.plan.height);
            let mut left = 0;
            while left < cells {
                let right = cells.min(left + self.plan.columns);
                self.tile::<ACROSS>(from..to, left..right);
                left = right;
            }
            from = to;
        }
    }

    /// All sweeps of one tile, planes in turn: sweep l has done plane p when sweep l - 1 has done p + 1.
    #[inline(always)]
    fn tile<const ACROSS: usize>(&mut self, tile: Range<usize>, columns: Range<usize>) {
        let rows = self.rows;
        let [wide, planes] = rows.shape;
        let (cells, count) = (rows.cells, self.sweeps.len());
        // The columns that are computed, aligned. Their outermost ones go wrong, one more with each sweep, and are never kept.
        let left = columns.start.saturating_sub(PAD);
        let right = if columns.end == cells { cells } else { columns.end + PAD };
        let n = (right - left).next_multiple_of(LANES);
        let base = tile.start.saturating_sub(count);
        let layout = Layout { pitch: n + 2 * PAD, height: (tile.end + count).min(wide) - base, base, sweeps: count };
        let ring = std::mem::take(&mut self.ring);
        let (firsts, laters) = ring.split_at_mut(Layout::firsts(count) * layout.area());
        let step = self.start.step as f32;
        let ahead = Ahead::new();
        for (level, plane, margin) in wavefront(&self.planes, count, planes) {
            let (up, down) = ((plane + 1).min(planes - 1), plane.saturating_sub(1));
            // The plane itself, above and below, as far as there are any, and where it goes. Below of most sweeps is what they overwrite.
            let (here, above, below, out): (&[f32], &[f32], &[f32], &mut [f32]);
            let (base, pitch, inside, extra);
            match level {
                1 => {
                    let of = |plane: usize| &self.high[plane * wide * rows.pitch..][..wide * rows.pitch];
                    (here, above, below) = (of(plane), of(up), of(down));
                    (base, pitch, inside) = (0, rows.pitch, PAD + left);
                    out = &mut firsts[layout.first(plane)..][..layout.area()];
                    extra = match self.start.sources {
                        Some(sources) => &sources.high[plane * wide * rows.pitch..],
                        None => here,
                    };
                }
                2 => {
                    let of = |plane: usize| &firsts[layout.first(plane)..][..layout.area()];
                    (here, above, below) = (of(plane), of(up), of(down));
                    (base, pitch, inside) = (layout.base, layout.pitch, PAD);
                    out = &mut laters[layout.later(2, plane)];
                    extra = here;
                }
                _ => {
                    let [o, h, a] = [
                        layout.later(level, plane),
                        layout.later(level - 1, plane),
                        layout.later(level - 1, plane + 1),
                    ];
                    let [o, h, a] = laters.get_disjoint_mut([o, h, a]).expect("three planes");
                    (here, out) = (h, o);
                    (above, below) = (if up > plane { a } else { here }, here);
                    (base, pitch, inside) = (layout.base, layout.pitch, PAD);
                    extra = &firsts[layout.first(plane)..][..layout.area()];
                }
            }
            let kind = match level {
                1 if self.start.sources.is_some() => SOURCED,
                1 => FIRST,
                2 => APART,
                _ if plane == 0 => APART,
                _ => OVER,
            };
            let coming = plane + level + 1;
            let leaving = coming.checked_sub(count + self.planes.start);
            let part = n * (level - 1) / count..n * level / count;
            let own_plane = self.planes.contains(&plane);
            // Columns that must still be right.
            let within = reach(&columns, margin, cells);
            let reached = reach(&tile, margin, wide);
            let mut m = reached.start;
            while m < reached.end {
                let row = plane * wide + m;
                let height = usize::from(self.runs[row]).min(reached.end - m);
                let at = (m - base) * pitch + inside;
                let own = Block::new(here, at - 1, pitch);
                let mut across = [[own; 2]; ACROSS];
                if ACROSS == 2 {
                    let next = if m + 1 < wide { at + pitch } else { at };
                    across[0] =
                        [Block::new(here, next, pitch), Block::new(here, if m > 0 { at - pitch } else { at }, pitch)];
                }
                if ACROSS > 0 {
                    across[ACROSS - 1] = [Block::new(above, at, pitch), Block::new(below, at, pitch)];
                }
                let extra = Block::new(extra, at, pitch);
                let sums = Block::new(here, at - PAD, pitch);
                let reads = Reads { own, across, extra };
                // What the first and the last sweep will need of their next planes is asked for, a part of it at each sweep.
                for r in m..m + height {
                    let at = (coming * wide + r) * rows.pitch + PAD + left;
                    ahead.fetch(self.high, at + part.start..at + part.end);
                }
                if let Some(own) = leaving.and_then(|plane| self.own.get(plane)) {
                    for r in m.max(self.own_rows.start)..(m + height).min(self.own_rows.end) {
                        let at = (r - self.own_rows.start) * rows.pitch + PAD + left;
                        if let Some(low) = &own.low {
                            ahead.fetch(low, at + part.start..at + part.end);
                        }
                        ahead.fetch(own.next, at + part.start..at + part.end);
                    }
                }
                let lines = &mut out[layout.row(m)..][..height * layout.pitch];
                let out = Out { numbers: &mut lines[PAD..], pitch: layout.pitch, rows: height, n };
                let which = self.which[row];
                if which == NOT_ALIKE {
                    let inside = PAD + left;
                    let mut across = [[&[] as &[f32]; 2]; ACROSS];
                    for (f, pair) in across.iter_mut().enumerate() {
                        let [(_, above), (_, below)] = rows.across(f, row);
                        *pair = [&above[inside..], &below[inside..]];
                    }
                    let along = &rows.along(row)[inside - 1..];
                    let per_capacity = &rows.per_capacity(row)[inside..];
                    let coefficients = Coefficients { along, across, per_capacity };
                    match kind {
                        FIRST => row::sweep::<ACROSS, FIRST>(out, reads, coefficients, step),
                        SOURCED => row::sweep::<ACROSS, SOURCED>(out, reads, coefficients, step),
                        APART => row::sweep::<ACROSS, APART>(out, reads, coefficients, step),
                        _ => row::sweep::<ACROSS, OVER>(out, reads, coefficients, step),
                    }
                } else {
                    let alike = &self.alike[which as usize];
                    match kind {
                        FIRST => row::sweep_alike::<ACROSS, FIRST>(out, reads, alike, step),
                        SOURCED => row::sweep_alike::<ACROSS, SOURCED>(out, reads, alike, step),
                        APART => row::sweep_alike::<ACROSS, APART>(out, reads, alike, step),
                        _ => row::sweep_alike::<ACROSS, OVER>(out, reads, alike, step),
                    }
                }
                let strip = Strip { level, plane, row, height, left, n, pitch: layout.pitch, columns: &columns };
                let is_own = |r: usize| own_plane && tile.contains(&(m + r));
                self.feed(&strip, own, sums, lines, &within, is_own);
                if level == count {
                    self.land(&strip, lines);
                } else {
                    self.close(&strip, sums, lines);
                }
                m += height;
            }
        }
        self.ring = ring;
    }

    /// What walls give to the rows of a strip, whose cells were `before` this sweep; booked for those rows that are the band's own.
    /// Walls that later sweeps find beside the ends are booked with the last one, by the `sums` of the changes that those found.
    #[inline(always)]
    fn feed(
        &mut self,
        strip: &Strip,
        before: Block,
        sums: Block,
        lines: &mut [f32],
        within: &Range<usize>,
        is_own: impl Fn(usize) -> bool,
    ) {
        let (conduction, sweeps, level, walls) = (self.conduction, self.sweeps, strip.level, self.start.walls);
        let (rows, last) = (strip.row..strip.row + strip.height, level == sweeps.len());
        if level > 1 && !last && walls.are_beside(rows.clone()) {
            return;
        }
        for w in conduction.walls_of_rows(rows) {
            let face = &walls.faces[w];
            let (r, x) = (face.row as usize - strip.row, face.x as usize);
            if !within.contains(&x) {
                continue;
            }
            let is_kept = is_own(r) && strip.columns.contains(&x);
            if level > 1 && face.beside {
                if last && is_kept {
                    self.book(strip.plane, w, -face.slope * f64::from(sums.row(r, 2)[usize::from(x > 0)]));
                }
                continue;
            }
            let change = f64::from(before.row(r, strip.n + 2)[x - strip.left + 1]);
            let field = || f64::from(self.high[(strip.row + r) * self.rows.pitch + PAD + x]);
            let heat = |level: usize, cell: f64| {
                conduction.wall_heat(w, cell, sweeps[level - 1].time, &sweeps[level - 1].values)
            };
            // What it gives beyond what the first sweep's change holds, which later ones add; and what is booked: at the first
            // sweep for all of them, where the wall is linear.
            let (gain, booked) = match (level, face.is_linear()) {
                (1, true) => (face.heat(field()), face.heat(field()) * sweeps.len() as f64),
                (1, false) => (heat(1, field()), heat(1, field())),
                (_, true) => (-face.slope * change, -face.slope * change),
                (_, false) => {
                    let heat_now = heat(level, field() + change);
                    (heat_now - heat(1, field()), heat_now)
                }
            };
            lines[r * strip.pitch + PAD + x - strip.left] += (face.gain * self.start.step * gain) as f32;
            if is_kept {
                self.book(strip.plane, w, booked);
            }
        }
    }

    /// Books what a wall of its own gave, W.
    #[inline(always)]
    fn book(&mut self, plane: usize, wall: usize, heat: f64) {
        let own = &mut self.own[plane - self.planes.start];
        own.heats[wall - own.first_wall] += heat;
    }

    /// Puts beside the ends of a strip's rows what the next sweep is to find there, and at the start of each row the sums of the
    /// changes at both ends.
    #[inline(always)]
    fn close(&self, strip: &Strip, sums: Block, lines: &mut [f32]) {
        let last = PAD + self.rows.cells - 1 - strip.left;
        let (at_left, at_right) = (strip.left == 0, last < PAD + strip.n);
        let ends = &self.start.walls.ends[strip.row..][..strip.height];
        for (r, (line, [west, east])) in lines.chunks_exact_mut(strip.pitch).zip(ends).enumerate() {
            let before = if strip.level > 1 { sums.row(r, 2) } else { &[0.0; 2] };
            if at_left {
                (line[PAD - 1], line[0]) = (west * line[PAD], before[0] + line[PAD]);
            }
            if at_right {
                (line[last + 1], line[1]) = (east * line[last], before[1] + line[last]);
            }
        }
    }

    /// Adds the changes of a whole pass to the field.
    #[inline(always)]
    fn land(&mut self, strip: &Strip, lines: &[f32]) {
        let (rows, columns) = (self.rows, strip.columns);
        let first = strip.row - strip.plane * rows.shape[0] - self.own_rows.start;
        let own = &mut self.own[strip.plane - self.planes.start];
        for (r, line) in lines.chunks_exact(strip.pitch).enumerate() {
            let row = strip.row + r;
            let at = (first + r) * rows.pitch + PAD;
            let keep = at + columns.start..at + columns.end;
            let field = &self.high[row * rows.pitch + PAD..][columns.clone()];
            let change = &line[PAD + columns.start - strip.left..];
            let next = &mut own.next[keep.clone()];
            match &mut own.low {
                Some(low) => row::add_without_loss(change, field, &mut low[keep], next),
                None => row::add(change, field, next),
            }
            if columns.start == 0 {
                own.next[at - 1] = own.next[at];
            }
            if columns.end == rows.cells {
                own.next[at + rows.cells] = own.next[at + rows.cells - 1];
            }
        }
    }
}

/// Rows that one sweep goes through together.
struct Strip<'a> {
    /// Which sweep it is, from 1 on.
    level: usize,
    plane: usize,
    /// The first row of all planes, and how many.
    row: usize,
    height: usize,
    /// The first column that is computed, and how many.
    left: usize,
    n: usize,
    /// From row to row of what is written.
    pitch: usize,
    /// Those that are kept.
    columns: &'a Range<usize>,
}
