//! One row of one sweep in f32: loops over slices of one length, which vectorise. `mul_add` gives the same bits on every
//! instruction set.

#![expect(
    clippy::needless_range_loop,
    reason = "loops by number are compiled for the instruction set at hand, iterators not always"
)]

/// What a sweep adds to what links give: nothing, the rate of sources, or (in all but the first of a pass) the first one's change. From
/// the third on it finds the plane below where it puts its own.
pub(super) const FIRST: u8 = 0;
pub(super) const SOURCED: u8 = 1;
pub(super) const APART: u8 = 2;
pub(super) const OVER: u8 = 3;

/// Rows a pitch apart.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    numbers: &'a [f32],
    pitch: usize,
}

impl<'a> Block<'a> {
    #[inline(always)]
    pub(super) fn new(numbers: &'a [f32], first: usize, pitch: usize) -> Block<'a> {
        Block { numbers: &numbers[first..], pitch }
    }

    /// So many numbers of a row.
    #[inline(always)]
    pub(super) fn row(&self, row: usize, n: usize) -> &'a [f32] {
        &self.numbers[row * self.pitch..][..n]
    }
}

/// Rows a pitch apart that are written, so many numbers of each.
pub(super) struct Out<'a> {
    pub(super) numbers: &'a mut [f32],
    pub(super) pitch: usize,
    pub(super) rows: usize,
    pub(super) n: usize,
}

/// The rows that a sweep reads: the rows themselves with one number more at each end, and their neighbours below and above
/// along the other axes.
#[derive(Clone, Copy)]
pub(super) struct Reads<'a, const ACROSS: usize> {
    pub(super) own: Block<'a>,
    /// Above, below.
    pub(super) across: [[Block<'a>; 2]; ACROSS],
    /// The rate of sources or the first sweep's change.
    pub(super) extra: Block<'a>,
}

/// Coefficients of a row, one per cell. `along` has one before.
#[derive(Clone, Copy)]
pub(super) struct Coefficients<'a, const ACROSS: usize> {
    pub(super) along: &'a [f32],
    pub(super) across: [[&'a [f32]; 2]; ACROSS],
    pub(super) per_capacity: &'a [f32],
}

/// Coefficients of a row whose cells are alike: along, inverse capacity, above and below by family.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Alike {
    pub(super) along: f32,
    pub(super) per_capacity: f32,
    pub(super) across: [[f32; 2]; 2],
}

#[inline(always)]
fn end<const KIND: u8>(change: f32, here: f32, extra: f32, step: f32) -> f32 {
    match KIND {
        FIRST => change,
        SOURCED => step.mul_add(extra, change),
        _ => here + (extra + change),
    }
}

/// The change after a sweep. In the first one of a pass `own` is the field, later the change so far.
#[inline(always)]
pub(super) fn sweep<const ACROSS: usize, const KIND: u8>(
    out: Out,
    reads: Reads<ACROSS>,
    coefficients: Coefficients<ACROSS>,
    step: f32,
) {
    let Out { numbers, pitch, rows, n } = out;
    let Coefficients { along, mut across, per_capacity } = coefficients;
    let (g_west, g_east, c) = (&along[..n], &along[1..][..n], &per_capacity[..n]);
    for f in 0..ACROSS {
        for side in 0..2 {
            across[f][side] = &across[f][side][..n];
        }
    }
    for r in 0..rows {
        let out = &mut numbers[r * pitch..][..n];
        let own = reads.own.row(r, n + 2);
        let (west, here, east) = (&own[..n], &own[1..][..n], &own[2..][..n]);
        let mut rows = [[own; 2]; ACROSS];
        for f in 0..ACROSS {
            for side in 0..2 {
                rows[f][side] = reads.across[f][side].row(r, n);
            }
        }
        let extra = reads.extra.row(r, n);
        for x in 0..n {
            let h = here[x];
            let mut sum = g_east[x].mul_add(east[x] - h, g_west[x] * (west[x] - h));
            for f in 0..ACROSS {
                let below = if KIND == OVER && f == ACROSS - 1 { out[x] } else { rows[f][1][x] };
                sum = across[f][0][x].mul_add(rows[f][0][x] - h, sum);
                sum = across[f][1][x].mul_add(below - h, sum);
            }
            out[x] = end::<KIND>(sum * (step * c[x]), h, extra[x], step);
        }
    }
}

/// The same for rows whose cells are alike.
#[inline(always)]
pub(super) fn sweep_alike<const ACROSS: usize, const KIND: u8>(
    out: Out,
    reads: Reads<ACROSS>,
    alike: &Alike,
    step: f32,
) {
    if KIND >= APART && alike.across[..ACROSS].iter().all(|[above, below]| above == below) {
        return sweep_amid::<ACROSS, KIND>(out, reads, alike, step);
    }
    let Out { numbers, pitch, rows, n } = out;
    let gain = step * alike.per_capacity;
    let along = gain * alike.along;
    let mut g = [[0.0; 2]; ACROSS];
    for f in 0..ACROSS {
        for side in 0..2 {
            g[f][side] = gain * alike.across[f][side];
        }
    }
    for r in 0..rows {
        let out = &mut numbers[r * pitch..][..n];
        let own = reads.own.row(r, n + 2);
        let (west, here, east) = (&own[..n], &own[1..][..n], &own[2..][..n]);
        let mut rows = [[own; 2]; ACROSS];
        for f in 0..ACROSS {
            for side in 0..2 {
                rows[f][side] = reads.across[f][side].row(r, n);
            }
        }
        let extra = reads.extra.row(r, n);
        for x in 0..n {
            let h = here[x];
            let mut sum = along * ((west[x] - h) + (east[x] - h));
            for f in 0..ACROSS {
                let below = if KIND == OVER && f == ACROSS - 1 { out[x] } else { rows[f][1][x] };
                sum = g[f][0].mul_add(rows[f][0][x] - h, sum);
                sum = g[f][1].mul_add(below - h, sum);
            }
            out[x] = end::<KIND>(sum, h, extra[x], step);
        }
    }
}

/// A later sweep of rows amid others that are alike: changes are of one size, so that neighbours may be added first, which is fewer operations.
#[inline(always)]
fn sweep_amid<const ACROSS: usize, const KIND: u8>(out: Out, reads: Reads<ACROSS>, alike: &Alike, step: f32) {
    let Out { numbers, pitch, rows, n } = out;
    let gain = step * alike.per_capacity;
    let along = gain * alike.along;
    let mut g = [0.0; ACROSS];
    for f in 0..ACROSS {
        g[f] = gain * alike.across[f][0];
    }
    for r in 0..rows {
        let out = &mut numbers[r * pitch..][..n];
        let own = reads.own.row(r, n + 2);
        let (west, here, east) = (&own[..n], &own[1..][..n], &own[2..][..n]);
        let mut rows = [[own; 2]; ACROSS];
        for f in 0..ACROSS {
            for side in 0..2 {
                rows[f][side] = reads.across[f][side].row(r, n);
            }
        }
        let first = reads.extra.row(r, n);
        for x in 0..n {
            let h = here[x];
            let mut sum = along.mul_add(h.mul_add(-2.0, west[x] + east[x]), first[x]);
            for f in 0..ACROSS {
                let below = if KIND == OVER && f == ACROSS - 1 { out[x] } else { rows[f][1][x] };
                sum = g[f].mul_add(h.mul_add(-2.0, rows[f][0][x] + below), sum);
            }
            out[x] = h + sum;
        }
    }
}

/// Adds a change to a field of one number per cell.
#[inline(always)]
pub(super) fn add(change: &[f32], field: &[f32], out: &mut [f32]) {
    let n = out.len();
    let (change, field) = (&change[..n], &field[..n]);
    for x in 0..n {
        out[x] = field[x] + change[x];
    }
}

/// Adds a change to a field of two numbers per cell, without loss: what rounding takes goes into the second.
#[inline(always)]
pub(super) fn add_without_loss(change: &[f32], field: &[f32], rest: &mut [f32], out: &mut [f32]) {
    let n = out.len();
    let (change, field, rest) = (&change[..n], &field[..n], &mut rest[..n]);
    for x in 0..n {
        let (a, b) = (field[x], change[x] + rest[x]);
        let sum = a + b;
        let shown = sum - a;
        rest[x] = (a - (sum - shown)) + (b - shown);
        out[x] = sum;
    }
}
