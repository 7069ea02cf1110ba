//! Several sweeps over an f32 field in one pass through memory: bands of planes for the threads, tiles that fit the cache, planes
//! in turn. What lies beyond a tile is computed again by each side, walls and sources included: tiles and bands change no bit.

use super::super::rows::Rows;
use super::super::wavefront::{reach, wavefront};
use super::ahead::Ahead;
use super::cache;
use super::face::Face;
use super::field::{Field, LANES, Line, PAD, lines, numbers, numbers_mut};
use super::row::{self, APART, Alike, Block, Coefficients, FIRST, OVER, Out, Reads, SOURCED};
use crate::conduction::Conduction;
use rayon::prelude::*;
use std::ops::Range;

/// Most rows of a plane that are taken together.
const STRIP: usize = 8;

/// When a sweep takes its walls.
pub(super) struct Sweep {
    /// s.
    pub(super) time: f64,
    /// Values that do not vary in space, then.
    pub(super) values: Vec<f64>,
}

/// What all sweeps of a pass share.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    /// s.
    pub(super) step: f64,
    pub(super) faces: &'a [Face],
    /// Rate of change by sources, K/s.
    pub(super) sources: Option<&'a Field>,
}

/// How a grid is passed through. The number of sweeps is part of the arithmetic, all else is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Sweeps of a pass.
    pub(super) sweeps: usize,
    /// Columns of a tile, a multiple of [`LANES`].
    pub(super) columns: usize,
    /// Rows of a tile, out of those of a plane.
    pub(super) height: usize,
    /// Bands of planes.
    pub(super) bands: usize,
}

impl Plan {
    fn new<T>(rows: &Rows<T>) -> Plan {
        let [wide, planes] = rows.shape;
        let (sweeps, columns) = if wide == 1 { (16, 4096) } else { ((planes / 8).clamp(4, 8), 512) };
        let even = |all: usize, part: usize| all.div_ceil(all.div_ceil(part));
        let columns = even(rows.cells.div_ceil(LANES), columns / LANES) * LANES;
        let tile = |height| Layout::size(columns + 4 * PAD, height, sweeps) * size_of::<f32>();
        let room = cache::share();
        let height = (1..=wide).rev().find(|h| tile(h + 2 * sweeps) <= room).unwrap_or(1);
        let threads = rayon::current_num_threads();
        // Few bands, since their edges are computed twice, but enough that no thread waits long.
        let bands = if rows.cells * wide * planes <= 4096 {
            1
        } else {
            (planes / (16 * sweeps)).min(4 * threads).max(threads.min(planes / (2 * sweeps))).max(1)
        };
        Plan { sweeps, columns, height: even(wide, height), bands }
    }
}

/// Of a row whose cells differ.
const NOT_ALIKE: u32 = u32::MAX;

/// A grid that is passed through.
pub(super) struct Passes {
    rows: Rows<f32>,
    /// Coefficients of the rows whose cells are alike, once for rows in sequence, and which of them each row has; others have none.
    alike: Vec<Alike>,
    which: Vec<u32>,
    /// How many rows of a plane from each on have the same coefficients and as many neighbours: those are taken together.
    runs: Vec<u8>,
    pub(super) plan: Plan,
    /// Rows at hand, per band, of all sweeps.
    rings: Vec<Vec<Line>>,
}

impl Passes {
    pub(super) fn new(rows: Rows) -> Passes {
        let pitch = rows.cells.next_multiple_of(LANES) + 2 * PAD;
        let rows = rows.narrow(PAD, pitch);
        let (mut alike, mut which) = (Vec::new(), Vec::new());
        let mut last = (Alike::default(), NOT_ALIKE);
        for row in 0..rows.shape[0] * rows.shape[1] {
            if !rows.uniform(row) {
                which.push(NOT_ALIKE);
                continue;
            }
            let mut own =
                Alike { along: rows.along(row)[PAD], per_capacity: rows.per_capacity(row)[PAD], across: [[0.0; 2]; 2] };
            for f in 0..rows.families_across() {
                own.across[f] = rows.across(f, row).map(|(other, g)| if other == row { 0.0 } else { g[PAD] });
            }
            if last.1 == NOT_ALIKE || last.0 != own {
                last = (own, alike.len() as u32);
                alike.push(own);
            }
            which.push(last.1);
        }
        let wide = rows.shape[0];
        let mut runs = vec![1; which.len()];
        for row in (0..which.len() - 1).rev() {
            let inside = row % wide != 0 && row % wide + 2 < wide;
            if inside && which[row] == which[row + 1] && rows.same(row, row + 1) {
                runs[row] = (runs[row + 1] + 1).min(STRIP as u8);
            }
        }
        Passes { plan: Plan::new(&rows), rows, alike, which, runs, rings: Vec::new() }
    }

    /// A field of zeros in the layout of the grid.
    pub(super) fn field(&self) -> Field {
        let Rows { cells, pitch, shape: [wide, planes], .. } = self.rows;
        Field::new(cells, pitch, wide * planes)
    }
}

/// Where the rows of one tile are kept between sweeps. Planes of the first sweep's change stay as long as later ones add them. A later
/// sweep leaves plane p where the one before had p - 1, which it reads last, so that what it writes is at hand.
#[derive(Clone, Copy)]
struct Layout {
    /// Numbers of a row.
    pitch: usize,
    /// Rows of a plane, and the first.
    height: usize,
    base: usize,
    sweeps: usize,
}

impl Layout {
    /// Planes of the first sweep's change.
    fn firsts(sweeps: usize) -> usize {
        sweeps.max(3)
    }

    /// Planes of later ones.
    fn laters(sweeps: usize) -> usize {
        (2 * sweeps).saturating_sub(2)
    }

    /// Numbers of the rows of a tile for so many sweeps.
    fn size(pitch: usize, height: usize, sweeps: usize) -> usize {
        (Layout::firsts(sweeps) + Layout::laters(sweeps)) * height * pitch
    }

    /// Numbers of a plane.
    fn area(&self) -> usize {
        self.height * self.pitch
    }

    /// Where a plane is after the first sweep.
    #[inline(always)]
    fn first(&self, plane: usize) -> usize {
        plane % Layout::firsts(self.sweeps) * self.area()
    }

    /// Where a plane is after a later one.
    #[inline(always)]
    fn later(&self, level: usize, plane: usize) -> Range<usize> {
        let laters = Layout::laters(self.sweeps);
        let at = (plane + laters - level) % laters * self.area();
        at..at + self.area()
    }

    /// Place of a row in its plane.
    #[inline(always)]
    fn row(&self, m: usize) -> usize {
        (m - self.base) * self.pitch
    }
}

/// The part of one thread.
struct Band<'a> {
    rows: &'a Rows<f32>,
    alike: &'a [Alike],
    which: &'a [u32],
    runs: &'a [u8],
    conduction: &'a Conduction,
    start: Start<'a>,
    sweeps: &'a [Sweep],
    plan: Plan,
    planes: Range<usize>,
    /// The field, all of it.
    high: &'a [f32],
    /// What rounding took, of the band.
    low: &'a mut [f32],
    /// The field after the pass, of the band.
    next: &'a mut [f32],
    ring: &'a mut [f32],
    /// Heat of the band's walls, added up over sweeps, W.
    heats: &'a mut [f64],
    /// The first of those walls.
    first_wall: usize,
}

/// Makes sweeps of one length, and adds to `heats` what each wall gave at each sweep, W.
pub(super) fn pass(
    passes: &mut Passes,
    conduction: &Conduction,
    field: &mut Field,
    start: Start,
    sweeps: &[Sweep],
    mut heats: &mut [f64],
) {
    let Passes { rows, alike, which, runs, plan, rings } = passes;
    let (rows, alike, which, runs, plan) = (&*rows, &**alike, &**which, &**runs, *plan);
    let [wide, planes] = rows.shape;
    let band = planes.div_ceil(plan.bands);
    let size = Layout::size(plan.columns + 4 * PAD, (plan.height + 2 * sweeps.len()).min(wide), sweeps.len());
    let bands = planes.div_ceil(band);
    if rings.len() < bands || numbers(&rings[0]).len() < size {
        *rings = (0..bands).map(|_| lines(size)).collect();
    }
    let numbers_of_band = band * wide * rows.pitch;
    let high = numbers(&field.high);
    let bands: Vec<Band> = numbers_mut(&mut field.next)
        .chunks_mut(numbers_of_band)
        .zip(numbers_mut(&mut field.low).chunks_mut(numbers_of_band))
        .zip(rings)
        .enumerate()
        .map(|(n, ((next, low), ring))| {
            let planes = n * band..planes.min((n + 1) * band);
            let walls = conduction.walls_of_rows(planes.start * wide..planes.end * wide);
            let own = heats.split_off_mut(..walls.len()).unwrap_or_default();
            Band {
                rows,
                alike,
                which,
                runs,
                conduction,
                start,
                sweeps,
                plan,
                high,
                low,
                next,
                ring: numbers_mut(ring),
                heats: own,
                first_wall: walls.start,
                planes,
            }
        })
        .collect();
    let simd = pulp::Arch::new();
    bands.into_par_iter().for_each(|band| simd.dispatch(band));
    std::mem::swap(&mut field.high, &mut field.next);
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
        let (wide, cells) = (self.rows.shape[0], self.rows.cells);
        let mut from = 0;
        while from < wide {
            let to = wide.min(from + self.plan.height);
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
        let (at_left, at_right) = (left == 0, left + n >= cells);
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
                        Some(sources) => &numbers(&sources.high)[plane * wide * rows.pitch..],
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
            let (coming, leaving) = (plane + level + 1, (plane + level + 1).saturating_sub(count));
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
                let reads = Reads { own, across, extra };
                // What the first and the last sweep will need of their next planes is asked for, a part of it at each sweep.
                for r in m..m + height {
                    let at = (coming * wide + r) * rows.pitch + PAD + left;
                    ahead.fetch(self.high, at + part.start..at + part.end);
                    if leaving >= self.planes.start {
                        let at = ((leaving - self.planes.start) * wide + r) * rows.pitch + PAD + left;
                        ahead.fetch(self.low, at + part.start..at + part.end);
                        ahead.fetch(self.next, at + part.start..at + part.end);
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
                let strip = Strip { level, row, height, left, n, pitch: layout.pitch, columns: &columns };
                let is_own = |r: usize| own_plane && tile.contains(&(m + r));
                self.feed(&strip, own, lines, &within, is_own);
                if level == count {
                    self.land(&strip, lines);
                    m += height;
                    continue;
                }
                for line in lines.chunks_exact_mut(layout.pitch) {
                    if at_left {
                        line[PAD - 1] = line[PAD];
                    }
                    if at_right {
                        line[PAD + cells - left] = line[PAD + cells - left - 1];
                    }
                }
                m += height;
            }
        }
        self.ring = ring;
    }

    /// What walls give to the rows of a strip, whose cells were `before` this sweep; booked for those rows that are the band's own.
    #[inline(always)]
    fn feed(
        &mut self,
        strip: &Strip,
        before: Block,
        lines: &mut [f32],
        within: &Range<usize>,
        is_own: impl Fn(usize) -> bool,
    ) {
        let (conduction, sweeps, level) = (self.conduction, self.sweeps, strip.level);
        for w in conduction.walls_of_rows(strip.row..strip.row + strip.height) {
            let face = &self.start.faces[w];
            let (r, x) = (face.row as usize - strip.row, face.x as usize);
            if !within.contains(&x) {
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
            if is_own(r) && strip.columns.contains(&x) {
                self.heats[w - self.first_wall] += booked;
            }
        }
    }

    /// Adds the changes of a whole pass to the field.
    #[inline(always)]
    fn land(&mut self, strip: &Strip, lines: &[f32]) {
        let (rows, columns) = (self.rows, strip.columns);
        for (r, line) in lines.chunks_exact(strip.pitch).enumerate() {
            let row = strip.row + r;
            let at = (row - self.planes.start * rows.shape[0]) * rows.pitch + PAD;
            let keep = at + columns.start..at + columns.end;
            let field = &self.high[row * rows.pitch + PAD..][columns.clone()];
            let change = &line[PAD + columns.start - strip.left..];
            row::add(change, field, &mut self.low[keep.clone()], &mut self.next[keep]);
            if columns.start == 0 {
                self.next[at - 1] = self.next[at];
            }
            if columns.end == rows.cells {
                self.next[at + rows.cells] = self.next[at + rows.cells - 1];
            }
        }
    }
}

/// Rows that one sweep goes through together.
struct Strip<'a> {
    /// Which sweep it is, from 1 on.
    level: usize,
    /// The first row, and how many.
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
