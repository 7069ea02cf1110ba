//! Which tiles there are, and in which order they run.

use super::blocking::Blocking;
use super::kinds::{APART, Kinds};
use super::text::Cells;
use crate::backend::gpu::slab::Cut;
use rayon::prelude::*;
use std::ops::Range;

/// Added to the kind of a strip's cells: no cells are before the first, behind the last own row of the slab.
pub(super) const ENDS: [u32; 2] = [256, 512];

/// The tiles of a slab: number, and kind of the cells where all are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tiles {
    /// Those whose cells, and all that they read, are of one kind and far from walls.
    pub(super) alike: Vec<[u32; 2]>,
    /// Those whose cells, and all that they read, have neither walls nor sources.
    pub(super) inner: Vec<[u32; 2]>,
    /// What is left, in tiles of another shape.
    pub(super) any: Vec<[u32; 2]>,
}

/// A slab in tiles of one shape.
struct Tiling<'a> {
    blocking: Blocking,
    /// Cells of the slab along each axis, ghosts included.
    padded: [usize; 3],
    cut: &'a Cut,
    /// Tiles along x, y and the axis of the cut.
    counts: [usize; 3],
    own: usize,
    /// Planes that a strip may read: those that show the grid, where it ends with the slab's own.
    shown: Range<usize>,
}

impl Tiling<'_> {
    fn new(blocking: Blocking, padded: [usize; 3], cut: &Cut, slab: usize) -> Tiling<'_> {
        let three = cut.axis == 2;
        let [x, y] = blocking.valid(three);
        let own = cut.slabs[slab].len();
        let high = if three { padded[1].div_ceil(y) } else { 1 };
        let counts = [padded[0].div_ceil(x), high, own.div_ceil(blocking.rows)];
        let ends = |plane: usize| blocking.is_strip() && cut.source(slab, plane).is_none();
        let from = if ends(cut.ghost - 1) { cut.ghost } else { 0 };
        let to = if ends(cut.ghost + own) { cut.ghost + own } else { padded[cut.axis] };
        Tiling { blocking, padded, cut, counts, own, shown: from..to }
    }

    fn len(&self) -> usize {
        self.counts.iter().product()
    }

    /// What a tile writes along x, y and the axis of the cut.
    fn written(&self, number: usize) -> [Range<usize>; 3] {
        let [wide, high, _] = self.counts;
        let [i, j, n] = [number % wide, number / wide % high, number / (wide * high)];
        let [x, y] = self.blocking.valid(self.cut.axis == 2);
        let run = |n: usize, length: usize, most: usize| n * length..((n + 1) * length).min(most);
        let rows = run(n, self.blocking.rows, self.own);
        [
            run(i, x, self.padded[0]),
            run(j, y, if self.cut.axis == 2 { self.padded[1] } else { 1 }),
            rows.start + self.cut.ghost..rows.end + self.cut.ghost,
        ]
    }

    /// What it reads, within the slab; and whether that is all.
    fn read(&self, number: usize) -> ([Range<usize>; 3], bool) {
        let [xs, ys, rows] = self.written(number).map(|range| range.start as i64);
        let three = self.cut.axis == 2;
        let Blocking { sweeps, .. } = self.blocking;
        let [span_x, span_y] = self.blocking.span();
        // one row is read ahead
        let ranges = [
            (xs - self.blocking.margin() as i64, span_x, self.padded[0]),
            if three { (ys - sweeps as i64, span_y, self.padded[1]) } else { (0, 1, 1) },
            (rows - sweeps as i64, self.blocking.passed() + 1, self.padded[self.cut.axis]),
        ];
        let all = ranges.iter().all(|&(from, count, most)| from >= 0 && from + count as i64 <= most as i64);
        let [xs, ys, rows] =
            ranges.map(|(from, count, most)| from.max(0) as usize..((from + count as i64) as usize).min(most));
        ([xs, ys, rows.start.max(self.shown.start)..rows.end.min(self.shown.end)], all)
    }

    /// The tiles that write any of these cells.
    fn over<'a>(&'a self, [xs, ys, rows]: &[Range<usize>; 3]) -> impl Iterator<Item = usize> + use<'a> {
        let [wide, high, _] = self.counts;
        let [x, y] = self.blocking.valid(self.cut.axis == 2);
        let tiles = |range: &Range<usize>, length: usize| range.start / length..range.end.div_ceil(length);
        let (is, js) = (tiles(xs, x), tiles(ys, y));
        let ghost = self.cut.ghost;
        let ns = tiles(&(rows.start - ghost..rows.end - ghost), self.blocking.rows);
        ns.flat_map(move |n| {
            let is = is.clone();
            js.clone().flat_map(move |j| is.clone().map(move |i| i + wide * (j + high * n)))
        })
    }
}

impl Tiles {
    /// Those whose cells are like that.
    pub(super) fn of(&self, cells: Cells) -> &[[u32; 2]] {
        match cells {
            Cells::Alike => &self.alike,
            Cells::Inner => &self.inner,
            Cells::Any { .. } => &self.any,
        }
    }

    /// `cells`: kinds of the slab's cells, ghosts included; `padded`: how many along each axis; shapes of tiles, and of those that are left.
    pub(super) fn new(
        kinds: &Kinds,
        cells: &[u8],
        padded: [usize; 3],
        cut: &Cut,
        slab: usize,
        [blocking, edge]: [Blocking; 2],
    ) -> Tiles {
        let large = Tiling::new(blocking, padded, cut, slab);
        let (plain, void) = (kinds.plain() as u8, kinds.void());
        let ends = [large.shown.start > 0, large.shown.end < padded[cut.axis]];
        let ends = u32::from(ends[0]) * ENDS[0] + u32::from(ends[1]) * ENDS[1];
        let sort = |number: usize| {
            let ([xs, ys, rows], all) = large.read(number);
            let start = index(padded, cut.axis, [xs.start, ys.start, rows.start]);
            let mut lines = rows.flat_map(|s| ys.clone().map(move |y| [xs.start, y, s])).map(|at| {
                let start = index(padded, cut.axis, at);
                &cells[start..start + xs.len()]
            });
            // strips know where the grid ends
            let same = |k: u8| if blocking.is_strip() { k & !APART } else { k };
            let kind = Some(same(cells[start])).filter(|kind| (all || blocking.is_strip()) && *kind < plain);
            let kind = kind.filter(|kind| lines.clone().all(|line| line.iter().all(|k| same(*k) == *kind)));
            let mut inner = || lines.all(|line| line.iter().all(|k| *k & !APART < plain || *k == void));
            match kind {
                Some(kind) => (Cells::Alike, [number as u32, u32::from(kind) + ends]),
                None if inner() => (Cells::Inner, [number as u32, 0]),
                None => (Cells::Any { walls: true }, [number as u32, 0]),
            }
        };
        let sorted: Vec<_> = (0..large.len()).into_par_iter().map(sort).collect();
        let mut tiles = Tiles::default();
        for (cells, tile) in sorted {
            match cells {
                Cells::Alike => tiles.alike.push(tile),
                Cells::Inner => tiles.inner.push(tile),
                Cells::Any { .. } => tiles.any.push(tile),
            }
        }
        // A dispatch of its own is worth it for many; threads that take turns wait for none.
        if blocking.is_strip() {
            return tiles;
        }
        if tiles.alike.len() < tiles.inner.len() + tiles.any.len() {
            join(&mut tiles.inner, &mut tiles.alike);
        }
        if tiles.inner.len() < tiles.any.len() {
            join(&mut tiles.any, &mut tiles.inner);
        }
        let mut left = vec![false; large.len()];
        tiles.any.iter().for_each(|[number, _]| left[*number as usize] = true);
        let small = Tiling::new(edge, padded, cut, slab);
        let needed = |number: &usize| large.over(&small.written(*number)).any(|n| left[n]);
        tiles.any = (0..small.len()).into_par_iter().filter(needed).map(|number| [number as u32, 0]).collect();
        tiles
    }
}

/// Moves tiles to a list of a more general kernel, in the order of their numbers.
fn join(to: &mut Vec<[u32; 2]>, from: &mut Vec<[u32; 2]>) {
    to.extend(from.drain(..).map(|[number, _]| [number, 0]));
    to.sort_unstable();
}

/// Place of x, y and the row along the cut axis.
fn index(padded: [usize; 3], axis: usize, [x, y, s]: [usize; 3]) -> usize {
    if axis == 2 { x + padded[0] * (y + padded[1] * s) } else { x + padded[0] * s }
}

/// Where the cells with walls of a slab are: for each row of the padded slab where they begin in this list, then their places along
/// x; and their kinds.
pub(super) fn rim(kinds: &Kinds, cells: &[u8], padded: [usize; 3], own: std::ops::Range<usize>) -> (Vec<u32>, Vec<u8>) {
    let walled: Vec<bool> = kinds.list.iter().map(|kind| kind.slope() > 0.0).collect();
    let rows = padded[1] * padded[2];
    let (mut starts, mut places, mut kind) = (Vec::with_capacity(rows + 1), Vec::new(), Vec::new());
    for row in 0..rows {
        starts.push((rows + 1 + places.len()) as u32);
        for x in 0..padded[0] {
            let i = row * padded[0] + x;
            let number = cells[i] & !APART;
            if own.contains(&i) && walled[usize::from(number)] {
                places.push(x as u32);
                kind.push(number);
            }
        }
    }
    starts.push((rows + 1 + places.len()) as u32);
    starts.extend(places);
    (starts, kind)
}
