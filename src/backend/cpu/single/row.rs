//! One row of one sweep in f32: loops over slices of one length, which vectorise. `mul_add` gives the same bits on every
//! instruction set.

/// What a sweep adds to what links give: nothing, the rate of sources, or (in all but the first of a pass) the first one's change.
pub(super) const FIRST: u8 = 0;
pub(super) const SOURCED: u8 = 1;
pub(super) const LATER: u8 = 2;

/// The streams of a row. `own` has one number more at each end; `along` has one before.
#[derive(Clone, Copy)]
pub(super) struct Streams<'a, const ACROSS: usize> {
    pub(super) own: &'a [f32],
    /// Neighbours above and below with the conductances to them, by family.
    pub(super) across: [[(&'a [f32], &'a [f32]); 2]; ACROSS],
    pub(super) along: &'a [f32],
    pub(super) per_capacity: &'a [f32],
    /// Rate of change by sources in the first sweep of a pass, the first sweep's change later.
    pub(super) extra: &'a [f32],
}

/// `out`: the change after this sweep. In the first one `own` is the field, later the change so far.
#[inline(always)]
pub(super) fn sweep<const ACROSS: usize, const KIND: u8, const UNIFORM: bool>(
    out: &mut [f32],
    streams: &Streams<ACROSS>,
    step: f32,
) {
    let n = out.len();
    let Streams { own, across, along, per_capacity, extra } = *streams;
    let (west, here, east) = (&own[..n], &own[1..][..n], &own[2..][..n]);
    let (g_west, g_east, c) = (&along[..n], &along[1..][..n], &per_capacity[..n]);
    let mut rows = [[here; 2]; ACROSS];
    let mut conductances = [[here; 2]; ACROSS];
    let mut held = [[0.0; 2]; ACROSS];
    // What a uniform row holds in registers; its first cell stands for all.
    let gain = step * c[0];
    for f in 0..ACROSS {
        for side in 0..2 {
            let (row, g) = across[f][side];
            rows[f][side] = &row[..n];
            conductances[f][side] = &g[..n];
            held[f][side] = gain * g[0];
        }
    }
    let held_along = gain * g_east[0];
    let extra = &extra[..n];
    for x in 0..n {
        let h = here[x];
        let change = if UNIFORM {
            let mut sum = held_along * ((west[x] - h) + (east[x] - h));
            for f in 0..ACROSS {
                sum = held[f][0].mul_add(rows[f][0][x] - h, sum);
                sum = held[f][1].mul_add(rows[f][1][x] - h, sum);
            }
            sum
        } else {
            let mut sum = g_east[x].mul_add(east[x] - h, g_west[x] * (west[x] - h));
            for f in 0..ACROSS {
                sum = conductances[f][0][x].mul_add(rows[f][0][x] - h, sum);
                sum = conductances[f][1][x].mul_add(rows[f][1][x] - h, sum);
            }
            sum * (step * c[x])
        };
        out[x] = match KIND {
            FIRST => change,
            SOURCED => step.mul_add(extra[x], change),
            _ => h + (extra[x] + change),
        };
    }
}

/// Adds a change to a field of two numbers per cell, without loss: what rounding takes goes into the second.
#[inline(always)]
pub(super) fn add(change: &[f32], field: &[f32], rest: &mut [f32], out: &mut [f32]) {
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
