//! Which tiles there are, and in which order they run.

use super::kinds::{APART, Kinds};
use super::text::Blocking;
use crate::backend::gpu::slab::Cut;

/// The tiles of a slab: number, and kind of the cells where all are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tiles {
    /// Those whose cells, and all that they read, are of one kind and far from walls.
    pub(super) alike: Vec<[u32; 2]>,
    pub(super) any: Vec<[u32; 2]>,
}

impl Tiles {
    /// `cells`: kinds of the slab's cells, ghosts included; `padded`: how many along each axis.
    pub(super) fn new(cells: &[u8], padded: [usize; 3], cut: &Cut, slab: usize, blocking: Blocking) -> Tiles {
        let three = cut.axis == 2;
        let [valid_x, valid_y] = blocking.valid(three);
        let wide = padded[0].div_ceil(valid_x);
        let high = if three { padded[1].div_ceil(valid_y) } else { 1 };
        let long = cut.slabs[slab].len().div_ceil(blocking.rows);
        let margin = blocking.sweeps as i64;
        // one is read ahead
        let rows = blocking.passed() as i64 + 1;
        let tile_x = (blocking.threads[0] * blocking.columns) as i64;
        let mut tiles = Tiles::default();
        for number in 0..wide * high * long {
            let [i, j, n] = [number % wide, number / wide % high, number / (wide * high)];
            let x = (i * valid_x) as i64 - margin;
            let first = (n * blocking.rows + cut.ghost) as i64 - margin;
            let (y, span_y) = if three { ((j * valid_y) as i64 - margin, blocking.threads[1] as i64) } else { (0, 1) };
            let number = number as u32;
            let within = x >= 0
                && y >= 0
                && first >= 0
                && x + tile_x <= padded[0] as i64
                && (!three || y + span_y <= padded[1] as i64)
                && first + rows <= padded[cut.axis] as i64;
            let kind = within.then(|| cells[index(padded, cut.axis, [x, y, first])]).filter(|k| *k < APART);
            let alike = kind.filter(|kind| {
                (first..first + rows).all(|s| {
                    (y..y + span_y).all(|y| {
                        let start = index(padded, cut.axis, [x, y, s]);
                        cells[start..start + tile_x as usize].iter().all(|k| k == kind)
                    })
                })
            });
            match alike {
                Some(kind) => tiles.alike.push([number, u32::from(kind)]),
                None => tiles.any.push([number, 0]),
            }
        }
        // A dispatch of its own is worth it for many.
        if tiles.alike.len() < tiles.any.len() {
            tiles.any.extend(tiles.alike.drain(..).map(|[number, _]| [number, 0]));
            tiles.any.sort_unstable();
        }
        tiles
    }
}

/// Place of x, y and the row along the cut axis.
fn index(padded: [usize; 3], axis: usize, [x, y, s]: [i64; 3]) -> usize {
    let [x, y, s] = [x, y, s].map(|n| n as usize);
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
