//! Several sweeps over the field in one pass through memory: bands of planes for the threads, tiles of rows that fit the cache,
//! planes in turn. What lies beyond a tile is computed again by each side, walls and sources included, so that a
//! pass of many sweeps gives the same bits as many passes of one.

use super::rows::Rows;
use super::wavefront::{reach, wavefront};
use crate::conduction::{Conduction, WallState};
use rayon::prelude::*;
use std::ops::Range;

/// Bytes of the rows that a thread keeps at hand.
const CACHE: usize = 640 << 10;

/// What a row's sweep adds up: links alone, sources too, or what a super step needs.
const PLAIN: u8 = 0;
const SOURCED: u8 = 1;
const LEAPING: u8 = 2;

/// Most sweeps of a pass.
const MOST: usize = 8;

/// What one sweep does: `state <- now state + before earlier + start rate + gain net / capacity`.
#[derive(Debug, Clone, Default)]
pub(super) struct Sweep {
    pub(super) now: f64,
    pub(super) before: f64,
    pub(super) start: f64,
    /// s.
    pub(super) gain: f64,
    /// When walls are taken, s.
    pub(super) time: f64,
    /// Values that do not vary in space, then.
    pub(super) values: Vec<f64>,
}

/// What a pass starts from.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    /// The field that links act on.
    pub(super) state: &'a [f64],
    /// Sources of the cells, W.
    pub(super) sources: Option<&'a [f64]>,
    /// Where the field is a change since the start of a super step: what that needs.
    pub(super) leap: Option<LeapInput<'a>>,
}

/// A change's surroundings.
#[derive(Clone, Copy)]
pub(super) struct LeapInput<'a> {
    /// The change one sweep before.
    pub(super) earlier: &'a [f64],
    /// Rate of change at the start.
    pub(super) rate: &'a [f64],
    /// Enthalpies at the start.
    pub(super) enthalpy: &'a [f64],
    /// Walls at the start.
    pub(super) walls: &'a [WallState],
}

/// How a grid is passed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Sweeps of a pass.
    pub(super) sweeps: usize,
    /// Rows of a tile, out of those of a plane.
    tile: usize,
    /// Bands of planes.
    bands: usize,
}

impl Plan {
    /// As many sweeps as the rows at hand fit the cache for, so long as what is computed twice stays little.
    pub(super) fn new(rows: &Rows) -> Plan {
        let [wide, planes] = rows.shape;
        let bytes = 3 * 8 * rows.cells;
        let fit = |sweeps: usize| (CACHE / bytes / (sweeps - 1)).checked_sub(2 * sweeps);
        let good = |&s: &usize| {
            if wide == 1 { CACHE / bytes >= s - 1 } else { fit(s).is_some_and(|tile| tile >= wide.min(8 * s)) }
        };
        let sweeps = (2..=MOST).rev().find(good).unwrap_or(1);
        let tile = if sweeps == 1 || wide == 1 { wide } else { fit(sweeps).unwrap_or(wide) };
        // tiles of one height
        let tile = wide.div_ceil(wide.div_ceil(tile.max(1)));
        let threads = rayon::current_num_threads();
        let small = rows.cells * wide * planes <= 4096;
        let bands = if small { 1 } else { (planes / (4 * sweeps)).clamp(1, 4 * threads) };
        Plan { sweeps, tile, bands }
    }
}

/// A grid that is passed through.
pub(super) struct Passes {
    pub(super) rows: Rows,
    pub(super) plan: Plan,
    /// Rows at hand, per band and sweep but the last: memory that is fresh each time would cost more than the sweeps.
    rings: Vec<Vec<Vec<f64>>>,
}

impl Passes {
    pub(super) fn new(rows: Rows) -> Passes {
        Passes { plan: Plan::new(&rows), rows, rings: Vec::new() }
    }

    /// Room for the tiles of so many bands and sweeps.
    fn room(&mut self, bands: usize, sweeps: usize) {
        let height = (self.plan.tile + 2 * sweeps).min(self.rows.shape[0]);
        let size = 3 * height * self.rows.cells;
        if self.rings.len() < bands || self.rings[0].len() + 1 < sweeps || sweeps > 1 && self.rings[0][0].len() < size {
            self.rings = vec![vec![vec![0.0; size]; sweeps - 1]; bands];
        }
    }
}

/// The part of one thread.
struct Band<'a> {
    rows: &'a Rows,
    conduction: &'a Conduction,
    input: Input<'a>,
    sweeps: &'a [Sweep],
    tile: usize,
    planes: Range<usize>,
    last: &'a mut [f64],
    /// The state before the last sweep, if it is wanted.
    second: Option<&'a mut [f64]>,
    rings: &'a mut [Vec<f64>],
    /// Heat of the band's walls, by sweep, W.
    heats: Vec<Vec<f64>>,
    /// The first of those walls.
    first_wall: usize,
}

/// Makes sweeps: `last` is the state after them, `second` that before the last one. Returns what each wall gave at each
/// sweep, W, by bands in the order of the walls.
pub(super) fn pass(
    passes: &mut Passes,
    conduction: &Conduction,
    input: Input,
    sweeps: &[Sweep],
    last: &mut [f64],
    second: Option<&mut [f64]>,
) -> Vec<Vec<Vec<f64>>> {
    let plan = passes.plan;
    let [wide, planes] = passes.rows.shape;
    let band = planes.div_ceil(plan.bands);
    passes.room(planes.div_ceil(band), sweeps.len());
    let Passes { rows, rings, .. } = passes;
    let rows = &*rows;
    let cells = band * wide * rows.cells;
    let seconds: Vec<Option<&mut [f64]>> = match second {
        Some(second) => second.chunks_mut(cells).map(Some).collect(),
        None => (0..planes.div_ceil(band)).map(|_| None).collect(),
    };
    let bands: Vec<Band> = last
        .chunks_mut(cells)
        .zip(seconds)
        .zip(rings)
        .enumerate()
        .map(|(n, ((last, second), rings))| {
            let planes = n * band..planes.min((n + 1) * band);
            let walls = conduction.walls_of_rows(planes.start * wide..planes.end * wide);
            Band {
                rows,
                conduction,
                input,
                sweeps,
                tile: plan.tile,
                last,
                second,
                rings,
                heats: vec![vec![0.0; walls.len()]; sweeps.len()],
                first_wall: walls.start,
                planes,
            }
        })
        .collect();
    let simd = pulp::Arch::new();
    bands.into_par_iter().map(|band| simd.dispatch(band)).collect()
}

impl pulp::WithSimd for Band<'_> {
    type Output = Vec<Vec<f64>>;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(mut self, _: S) -> Vec<Vec<f64>> {
        match self.rows.families_across() {
            0 => self.across::<0>(),
            1 => self.across::<1>(),
            _ => self.across::<2>(),
        }
        self.heats
    }
}

impl Band<'_> {
    #[inline(always)]
    fn across<const ACROSS: usize>(&mut self) {
        match (self.input.leap, self.input.sources) {
            (Some(_), _) => self.run::<ACROSS, LEAPING>(),
            (None, Some(_)) => self.run::<ACROSS, SOURCED>(),
            (None, None) => self.run::<ACROSS, PLAIN>(),
        }
    }

    #[inline(always)]
    fn run<const ACROSS: usize, const KIND: u8>(&mut self) {
        let wide = self.rows.shape[0];
        let mut from = 0;
        while from < wide {
            let to = wide.min(from + self.tile);
            self.tile::<ACROSS, KIND>(from..to);
            from = to;
        }
    }

    /// All sweeps of one tile, planes in turn: sweep l has done plane p when sweep l - 1 has done p + 1.
    #[inline(always)]
    fn tile<const ACROSS: usize, const KIND: u8>(&mut self, tile: Range<usize>) {
        let [wide, planes] = self.rows.shape;
        let (n, count) = (self.rows.cells, self.sweeps.len());
        let rows = self.rows;
        // Rows that are at hand of a plane, and the first of them.
        let base = tile.start.saturating_sub(count);
        let height = (tile.end + count).min(wide) - base;
        let rings = &mut *self.rings;
        for (level, plane, margin) in wavefront(&self.planes, count, planes) {
            let sweep = &self.sweeps[level - 1];
            let (done, rest) = rings.split_at_mut(level - 1);
            // Where a row is found after so many sweeps; all of it, or what is at hand.
            let place = |row: usize| ((row / wide % 3) * height + row % wide - base) * n;
            for m in reach(&tile, margin, wide) {
                let row = plane * wide + m;
                let of = |row: usize| -> &[f64] {
                    match done.last() {
                        None => &self.input.state[row * n..][..n],
                        Some(ring) => &ring[place(row)..][..n],
                    }
                };
                let own = of(row);
                // A loop, since what the array's own methods call is compiled for no instruction set in particular.
                let mut across = [[(own, own); 2]; ACROSS];
                for (f, pair) in across.iter_mut().enumerate() {
                    let [(above, g_above), (below, g_below)] = rows.across(f, row);
                    *pair = [(of(above), g_above), (of(below), g_below)];
                }
                let leap = match self.input.leap {
                    Some(leap) => {
                        let earlier = match level {
                            1 => &leap.earlier[row * n..][..n],
                            2 => &self.input.state[row * n..][..n],
                            _ => &done[level - 3][place(row)..][..n],
                        };
                        (earlier, &leap.rate[row * n..][..n])
                    }
                    None => (own, own),
                };
                let owned = self.planes.contains(&plane) && tile.contains(&m);
                let at = ((plane - self.planes.start.min(plane)) * wide + m) * n;
                let out = if level == count { &mut self.last[at..][..n] } else { &mut rest[0][place(row)..][..n] };
                let sources = self.input.sources.map_or(own, |s| &s[row * n..][..n]);
                let (along, per_capacity) = (rows.along(row), rows.per_capacity(row));
                if rows.uniform(row) {
                    sweep_row::<ACROSS, KIND, true>(out, own, &across, along, per_capacity, sources, leap, sweep);
                } else {
                    sweep_row::<ACROSS, KIND, false>(out, own, &across, along, per_capacity, sources, leap, sweep);
                }
                for w in self.conduction.walls_of_rows(row..row + 1) {
                    let x = self.conduction.wall_places[w].cell as usize - row * n;
                    let (mut heat, mut start) = (own[x], 0.0);
                    if let Some(leap) = &self.input.leap {
                        heat += leap.enthalpy[row * n + x];
                        start = leap.walls[w].heat;
                    }
                    heat = match &self.conduction.wall_lines[w] {
                        Some(line) => line.heat(heat),
                        None => self.conduction.wall_heat(w, heat, sweep.time, &sweep.values),
                    };
                    out[x] += sweep.gain * per_capacity[x] * (heat - start);
                    if owned {
                        self.heats[level - 1][w - self.first_wall] = heat;
                    }
                }
                if let (true, Some(second)) = (owned && level + 1 == count, &mut self.second) {
                    second[at..][..n].copy_from_slice(out);
                }
            }
        }
    }
}

/// All of a row but its ends.
#[inline(always)]
fn middle(inner: usize, row: &[f64]) -> &[f64] {
    &row[1..][..inner]
}

/// One row of one sweep; `UNIFORM`: all its cells have the coefficients of the first, but the last has no link onwards.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the streams of one loop")]
fn sweep_row<const ACROSS: usize, const KIND: u8, const UNIFORM: bool>(
    out: &mut [f64],
    own: &[f64],
    across: &[[(&[f64], &[f64]); 2]; ACROSS],
    along: &[f64],
    per_capacity: &[f64],
    sources: &[f64],
    (earlier, rate): (&[f64], &[f64]),
    sweep: &Sweep,
) {
    let n = own.len();
    let last = n - 1;
    // The ends of the row, where one neighbour is missing.
    for (x, inward, g) in [(0, 1, along[0]), (last, last - 1, along[last - 1])] {
        let mut gain = g * (own[inward] - own[x]);
        for pair in across {
            gain += pair[0].1[x] * (pair[0].0[x] - own[x]) + pair[1].1[x] * (pair[1].0[x] - own[x]);
        }
        let gain = sweep.gain * per_capacity[x] * if KIND == SOURCED { gain + sources[x] } else { gain };
        out[x] = match KIND {
            LEAPING => sweep.now * own[x] + sweep.before * earlier[x] + sweep.start * rate[x] + gain,
            _ => sweep.now * own[x] + gain,
        };
    }
    // Slices of one length each, so that the loop has no check and vectorises.
    let inner = last - 1;
    let (west, here, east) = (&own[..inner], middle(inner, own), &own[2..][..inner]);
    let (g_west, g_east, c) = (&along[..inner], middle(inner, along), middle(inner, per_capacity));
    let mut inner_across = *across;
    let mut one_across = [[0.0; 2]; ACROSS];
    for ((pair, one), whole) in inner_across.iter_mut().zip(&mut one_across).zip(across) {
        let [(above, g_above), (below, g_below)] = *whole;
        *pair = [(middle(inner, above), middle(inner, g_above)), (middle(inner, below), middle(inner, g_below))];
        *one = [g_above[0], g_below[0]];
    }
    let sources = if KIND == SOURCED { middle(inner, sources) } else { here };
    let (earlier, rate) = if KIND == LEAPING { (middle(inner, earlier), middle(inner, rate)) } else { (here, here) };
    let out = &mut out[1..][..inner];
    // Numbers that a uniform row holds in registers.
    let (one_along, one_c) = (along[0], per_capacity[0]);
    for x in 0..inner {
        let (g_east, g_west) = if UNIFORM { (one_along, one_along) } else { (g_east[x], g_west[x]) };
        let mut gain = g_east * (east[x] - here[x]) + g_west * (west[x] - here[x]);
        for (pair, one) in inner_across.iter().zip(&one_across) {
            let (g_above, g_below) = if UNIFORM { (one[0], one[1]) } else { (pair[0].1[x], pair[1].1[x]) };
            gain += g_above * (pair[0].0[x] - here[x]) + g_below * (pair[1].0[x] - here[x]);
        }
        let gain =
            sweep.gain * if UNIFORM { one_c } else { c[x] } * if KIND == SOURCED { gain + sources[x] } else { gain };
        out[x] = match KIND {
            LEAPING => sweep.now * here[x] + sweep.before * earlier[x] + sweep.start * rate[x] + gain,
            _ => sweep.now * here[x] + gain,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cpu;
    use super::super::medley::conduction;
    use super::*;
    use crate::backend::{Backend, Clock, Leap};
    use crate::legendre::{Order, SuperStep};

    fn cpu(cells: &str, size: &str, more: &str) -> Cpu {
        Cpu::new(conduction(cells, size, more))
    }

    fn cases() -> Vec<(&'static str, Cpu)> {
        vec![
            ("2d", cpu("[70, 45]", "[0.04, 0.04]", "")),
            ("3d", cpu("[24, 21, 26]", "[0.04, 0.04, 0.03]", "z_min = { temperature = 305 }\n")),
            ("thin", cpu("[33, 1, 40]", "[0.04, 0.04, 0.03]", "z_min = { temperature = 305 }\n")),
        ]
    }

    fn run(cpu: &mut Cpu) -> (Vec<f64>, crate::backend::Ledger) {
        let step = 0.9 / cpu.conduction.fastest_rate([-100.0, 100.0], [0.0, 100.0]);
        cpu.advance(Clock { start: 0.0, step }, 0, 3).expect("steps");
        cpu.advance(Clock { start: 0.0, step }, 3, 26).expect("steps");
        let scheme = SuperStep::new(Order::Second, 9);
        for n in 0..4 {
            let [start, end] = [n, n + 1].map(|n| (29.0 + 15.0 * f64::from(n)) * step);
            cpu.leap(&Leap { scheme: &scheme, start, end }).expect("a super step");
            cpu.keep().expect("kept");
        }
        (cpu.enthalpy().expect("a state"), cpu.ledger().expect("a ledger"))
    }

    #[test]
    fn many_sweeps_in_a_pass_give_the_same_bits_as_one_whatever_the_tiles() {
        for n in 0..cases().len() {
            let with = |plan: Plan| {
                let (name, mut cpu) = cases().swap_remove(n);
                if let Some(passes) = &mut cpu.fused {
                    passes.plan = plan;
                }
                assert!(cpu.fused.is_some(), "{name}");
                (name, run(&mut cpu))
            };
            let (name, one) = with(Plan { sweeps: 1, tile: 1000, bands: 1 });
            for plan in [
                Plan { sweeps: 1, tile: 5, bands: 3 },
                Plan { sweeps: 2, tile: 7, bands: 2 },
                Plan { sweeps: 4, tile: 6, bands: 3 },
                Plan { sweeps: 8, tile: 1000, bands: 2 },
                Plan { sweeps: 5, tile: 1, bands: 26 },
            ] {
                let (_, many) = with(plan);
                assert!(one.0 == many.0, "{name}: {plan:?}");
                assert_eq!(one.1, many.1, "{name}: {plan:?}");
            }
        }
    }

    #[test]
    fn fused_rows_agree_with_links_taken_family_by_family() {
        for (name, mut cpu) in cases() {
            let fused = run(&mut cpu);
            let (_, mut plain) = cases().into_iter().find(|c| c.0 == name).expect("the case");
            plain.fused = None;
            let plain = run(&mut plain);
            let worst = fused.0.iter().zip(&plain.0).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-11, "{name}: {worst:e}");
            for (a, b) in fused.1.surfaces.iter().zip(&plain.1.surfaces) {
                assert!((a - b).abs() <= 1e-11 * b.abs(), "{name}: {a} {b}");
            }
        }
    }

    #[test]
    fn plans_fit_the_cache() {
        let rows = |cells, shape| Rows::example(cells, shape);
        for (cells, shape) in
            [(4096, [1, 4096]), (256, [256, 256]), (512, [512, 512]), (16384, [1, 16384]), (8, [1, 4])]
        {
            let plan = Plan::new(&rows(cells, shape));
            println!("{cells} x {shape:?}: {plan:?}");
            assert!(plan.sweeps >= 2 || cells > 10_000 && plan.tile >= 1);
            let height = plan.tile + 2 * plan.sweeps * usize::from(shape[0] > 1);
            assert!(24 * cells * height * (plan.sweeps - 1) <= CACHE);
        }
    }
}
