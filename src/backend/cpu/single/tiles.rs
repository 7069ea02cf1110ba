//! Several sweeps over an f32 field in one pass through memory: bands of planes for the threads, tiles that fit the cache, planes
//! in turn. What lies beyond a tile is computed again by each side, walls and sources included: tiles and bands change no bit.

use super::super::rows::Rows;
use super::band::{Band, Own};
use super::cache;
use super::face::Walls;
use super::field::{Field, LANES, PAD};
use super::layout::Layout;
use super::memory::Numbers;
use super::row::Alike;
use crate::conduction::Conduction;
use rayon::prelude::*;

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
    pub(super) walls: &'a Walls,
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
    /// Bands of planes, and parts of each plane, whole tiles.
    pub(super) bands: usize,
    pub(super) parts: usize,
}

impl Plan {
    fn new<T>(rows: &Rows<T>) -> Plan {
        let [wide, planes] = rows.shape;
        // Of shallow grids too much would be computed twice.
        let (sweeps, columns) = match planes {
            _ if wide == 1 => (16, 4096),
            192.. => (12, 512),
            _ => ((planes / 8).clamp(4, 8), 512),
        };
        let even = |all: usize, part: usize| all.div_ceil(all.div_ceil(part));
        let columns = even(rows.cells.div_ceil(LANES), columns / LANES) * LANES;
        let tile = |height| Layout::size(columns + 4 * PAD, height, sweeps) * size_of::<f32>();
        let room = cache::share();
        let height = (1..=wide).rev().find(|h| tile(h + 2 * sweeps) <= room).unwrap_or(1);
        let threads = rayon::current_num_threads();
        let height = even(wide, height);
        let tiles = wide.div_ceil(height);
        // Few bands, since their edges are computed twice, but enough that no thread waits long. Edges of tiles are computed twice anyhow.
        let parts = if tiles.is_multiple_of(threads) { threads } else { 1 };
        let bands = if rows.cells * wide * planes <= 4096 {
            1
        } else {
            let each = threads / parts;
            (planes / (16 * sweeps)).min(4 * each).max(each.min(planes / (2 * sweeps))).max(1)
        };
        Plan { sweeps, columns, height, bands, parts }
    }
}

/// Of a row whose cells differ.
pub(super) const NOT_ALIKE: u32 = u32::MAX;

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
    rings: Vec<Numbers>,
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
    let (band, part) = (planes.div_ceil(plan.bands), wide.div_ceil(plan.height).div_ceil(plan.parts) * plan.height);
    let size = Layout::size(plan.columns + 4 * PAD, (plan.height + 2 * sweeps.len()).min(wide), sweeps.len());
    let (bands, parts) = (planes.div_ceil(band), wide.div_ceil(part));
    if rings.len() < bands * parts || rings[0].len() < size {
        *rings = (0..bands * parts).map(|_| Numbers::zeros(size)).collect();
    }
    let mut rings = rings.iter_mut();
    let mut all: Vec<Band> = Vec::with_capacity(bands * parts);
    for planes in (0..bands).map(|n| n * band..planes.min((n + 1) * band)) {
        for own_rows in (0..parts).map(|n| n * part..wide.min((n + 1) * part)) {
            let (own, ring) = (Vec::with_capacity(planes.len()), rings.next().expect("one for each"));
            let (planes, high) = (planes.clone(), &*field.high);
            all.push(Band {
                rows,
                alike,
                which,
                runs,
                conduction,
                start,
                sweeps,
                plan,
                planes,
                own_rows,
                high,
                own,
                ring,
            });
        }
    }
    // Rows, and walls too, come plane by plane.
    let numbers = part * rows.pitch;
    let mut lows = field.low.as_mut().map(|low| low.chunks_mut(wide * rows.pitch));
    for (plane, next) in field.next.chunks_mut(wide * rows.pitch).enumerate() {
        let mut low = lows.as_mut().and_then(Iterator::next).map(|low| low.chunks_mut(numbers));
        for (n, next) in next.chunks_mut(numbers).enumerate() {
            let band = &mut all[plane / band * parts + n];
            let row = plane * wide;
            let walls = conduction.walls_of_rows(row + band.own_rows.start..row + band.own_rows.end);
            let own = heats.split_off_mut(..walls.len()).unwrap_or_default();
            let low = low.as_mut().and_then(Iterator::next);
            band.own.push(Own { low, next, heats: own, first_wall: walls.start });
        }
    }
    let simd = pulp::Arch::new();
    all.into_par_iter().for_each(|band| simd.dispatch(band));
    std::mem::swap(&mut field.high, &mut field.next);
}
