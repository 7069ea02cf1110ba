//! Ways of blocking sweeps.

use crate::backend::gpu::device::Device;

/// How sweeps are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(in crate::backend::gpu) struct Blocking {
    /// Sweeps of a pass.
    pub(in crate::backend::gpu) sweeps: usize,
    /// Cells of a thread along x: 1, 2, 4 or 8, and a divisor of those of the grid, since they are read together; any number in a strip.
    pub(in crate::backend::gpu) columns: usize,
    /// Cells of a thread along y; 1 in 2D.
    pub(in crate::backend::gpu) lines: usize,
    /// Threads of a tile along x and y; y is 1 in 2D. A strip ([`Blocking::is_strip`]) if x is 1.
    pub(in crate::backend::gpu) threads: [usize; 2],
    /// Rows (2D) or planes (3D) that a tile writes.
    pub(in crate::backend::gpu) rows: usize,
    /// Whether threads along x, of a strip along y, are those of a subgroup, and ask each other for neighbours.
    pub(in crate::backend::gpu) subgroups: bool,
    /// Whether a strip moves two cells as one number of 64 bits, of which there are half as many.
    pub(in crate::backend::gpu) pairs: bool,
    /// Whether what rounding takes is kept beside each cell.
    pub(in crate::backend::gpu) kept: bool,
}

impl Blocking {
    /// Tiles whose threads read all columns that they need. In 3D those of a subgroup, where they are known, are one tile and ask each other for lines;
    /// else each thread has its own, and nobody is asked. `width`: cells along x that a tile writes, at least; `lines`: of a thread.
    fn strip(sweeps: usize, width: usize, lines: usize, counts: [usize; 3], device: &Device) -> Blocking {
        let lanes = asking(counts, device);
        let pack = [4, 2, 1].into_iter().find(|pack| counts[0].is_multiple_of(*pack)).unwrap_or(1);
        // no more cells are read together than divide the grid
        let width = width.next_multiple_of(4) + pack % 4;
        let rows = if counts[2] > 1 { PLANES } else { (counts[1] / 8).clamp(8 * sweeps, 256) };
        Blocking {
            sweeps,
            columns: width + 2 * sweeps.next_multiple_of(pack),
            lines,
            threads: [1, lanes.unwrap_or(1)],
            rows,
            subgroups: lanes.is_some(),
            pairs: device.int64 && pack > 1,
            kept: true,
        }
    }

    /// The same with other sweeps; a strip writes the same columns by them, and where a thread has it alone the same lines.
    pub(super) fn of_sweeps(&self, sweeps: usize) -> Blocking {
        let mut other = Blocking { sweeps, ..*self };
        if self.is_strip() {
            other.columns = self.columns - 2 * self.margin() + 2 * other.margin();
            if self.lines > 1 && !self.subgroups {
                other.lines = self.lines - 2 * self.sweeps + 2 * sweeps;
            }
        }
        other
    }

    /// The same with rows such that tiles of a strip on a slab of so many are as long as each other: threads of a processor are given as many of them,
    /// not whoever is free.
    pub(super) fn on_slab(&self, own: usize) -> Blocking {
        let rows = if self.is_strip() { own.div_ceil(own.div_ceil(self.rows)) } else { self.rows };
        Blocking { rows, ..*self }
    }

    /// Whether a thread has all columns of its lines.
    pub(super) fn is_strip(&self) -> bool {
        self.threads[0] == 1
    }

    /// Cells that are read together.
    pub(in crate::backend::gpu) fn pack(&self) -> usize {
        [4, 2].into_iter().find(|pack| self.columns.is_multiple_of(*pack)).unwrap_or(1)
    }

    /// Workgroups of so many tiles.
    pub(super) fn groups(&self, tiles: usize) -> u32 {
        (if self.threads == [1, 1] { tiles.div_ceil(TOGETHER) } else { tiles }) as u32
    }

    /// Columns on each side that are read and not written.
    pub(super) fn margin(&self) -> usize {
        self.sweeps.next_multiple_of(if self.is_strip() { self.pack() } else { self.columns })
    }

    /// Cells along x and y that a tile reads.
    pub(super) fn span(&self) -> [usize; 2] {
        [self.threads[0] * self.columns, self.threads[1] * self.lines]
    }

    /// Cells along x and y that a tile writes.
    pub(super) fn valid(&self, three: bool) -> [usize; 2] {
        let [x, y] = self.span();
        [x - 2 * self.margin(), if three { y - 2 * self.sweeps } else { 1 }]
    }

    /// Whether a tile writes anything at all.
    pub(super) fn is_sound(&self, three: bool, cells_along_x: usize) -> bool {
        let [x, y] = self.span();
        let together = if self.is_strip() { self.pack() } else { self.columns };
        [1, 2, 4, 8].contains(&together)
            && cells_along_x.is_multiple_of(together)
            && (!self.pairs || self.is_strip() && together > 1)
            && self.sweeps > 0
            && self.rows > 0
            && self.lines > 0
            && x > 2 * self.margin()
            && (!self.is_strip() || x <= 2 * self.margin() + WIDEST)
            && (if three { y > 2 * self.sweeps } else { y == 1 })
    }

    /// For the few cells with walls or sources: a pass waits for the slowest of few tiles, so these are short, of few cells a thread. Bits do not depend
    /// on it.
    pub(super) fn edge(&self, three: bool, cells_along_x: usize) -> Blocking {
        if self.is_strip() {
            return *self;
        }
        let shapes = [(1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (self.columns, self.lines)];
        let shapes = shapes.map(|(columns, lines)| Blocking {
            columns,
            lines: lines.min(self.lines),
            rows: self.rows.min(if three { 8 } else { 16 }),
            ..*self
        });
        // half of what is read at least is written
        let pays = |b: &Blocking| {
            let [x, y] = b.span();
            b.is_sound(three, cells_along_x) && x >= 4 * b.margin() && (!three || y >= 4 * b.sweeps)
        };
        shapes.into_iter().find(pays).unwrap_or(Blocking { rows: shapes[0].rows, ..*self })
    }

    /// Tiles of a grid.
    pub(super) fn tiles(&self, counts: [usize; 3]) -> usize {
        let three = counts[2] > 1;
        if !self.is_sound(three, self.columns) {
            return usize::MAX;
        }
        let [x, y] = self.valid(three);
        let across = counts[0].div_ceil(x);
        if three {
            across * counts[1].div_ceil(y) * counts[2].div_ceil(self.rows)
        } else {
            across * counts[1].div_ceil(self.rows)
        }
    }

    /// Shortens tiles until so many threads are at work: few leave a device idle, though of short tiles more is read twice.
    pub(super) fn fit(&mut self, counts: [usize; 3], least: usize) {
        while self.tiles(counts).saturating_mul(self.threads[0] * self.threads[1]) < least
            && self.rows > 4 * self.sweeps
        {
            self.rows /= 2;
        }
    }

    /// Bytes of workgroup memory that show neighbours.
    pub(super) fn shelf_bytes(&self, three: bool) -> usize {
        4 * 2 * self.sweeps * self.shown(three).len() * self.threads[0] * self.threads[1]
    }

    /// Rows that a tile goes through.
    pub(super) fn passed(&self) -> usize {
        self.rows + 2 * self.sweeps
    }

    /// Cells (line and column) that a thread shows to the others of its workgroup.
    pub(super) fn shown(&self, three: bool) -> Vec<[usize; 2]> {
        if self.is_strip() {
            return Vec::new();
        }
        let (last_line, last_column) = (self.lines - 1, self.columns - 1);
        let cells = (0..self.lines).flat_map(|v| (0..self.columns).map(move |c| [v, c]));
        cells
            .filter(|&[v, c]| {
                let along_y = three && (v == 0 || v == last_line);
                let along_x = !self.subgroups && (c == 0 || c == last_column);
                along_y || along_x
            })
            .collect()
    }
}

/// Most planes that a tile of a strip writes: longer marches are slower, probably since what the next tile along x reads again has left the caches by then.
const PLANES: usize = 32;

/// Most cells along x that a strip writes: bits of a word tell which have walls.
const WIDEST: usize = 32;

/// Threads of a workgroup where each has a tile of its own: a subgroup of lavapipe.
pub(super) const TOGETHER: usize = 8;

/// Threads that keep a large device busy.
pub(super) const BUSY: usize = 1 << 16;

/// Whether a software device earns the seconds that compilation takes; in 3D there are more of them, and small blocks are little else than edges.
pub(in crate::backend::gpu) fn pays_on_software(counts: [usize; 3]) -> bool {
    counts.iter().product::<usize>() >= 1 << if counts[2] > 1 { 20 } else { 18 }
}

/// Ways for a software device, the most promising first. It runs threads one after the other, some eight at a time in the lanes of a processor: each number
/// that they ask of memory or of each other costs as much as ten operations, a barrier more. More sweeps or wider strips take several times longer to compile.
pub(super) fn on_software(counts: [usize; 3], one: bool, device: &Device) -> Vec<Blocking> {
    let ways: &[(usize, usize, usize)] = match (counts[2] > 1, asking(counts, device).is_some(), one) {
        (false, _, false) => &[(4, 16, 1)],
        (false, _, true) => &[(1, 16, 1), (1, 32, 1)],
        (true, true, false) => &[(2, 16, 2)],
        (true, true, true) => &[(1, 16, 2)],
        (true, false, false) => &[(2, 8, 8)],
        (true, false, true) => &[(1, 8, 6)],
    };
    ways.iter().map(|&(sweeps, width, lines)| Blocking::strip(sweeps, width, lines, counts, device)).collect()
}

/// Threads of a strip that ask each other for lines.
fn asking(counts: [usize; 3], device: &Device) -> Option<usize> {
    device.lanes.filter(|lanes| counts[2] > 1 && *lanes > 1)
}

/// How sweeps are blocked where nothing was measured.
pub(super) fn usual(three: bool, counts: [usize; 3], device: &Device) -> Blocking {
    if device.info.device_type == wgpu::DeviceType::Cpu {
        return on_software(counts, false, device)[0];
    }
    let lanes = device.lanes;
    let (sweeps, most, lines, y, rows) = if three {
        (3, 2, if lanes.is_some() { 4 } else { 2 }, 8, 64)
    } else {
        (8, if lanes.is_some() { 8 } else { 4 }, 1, 1, 256)
    };
    let columns = [8, 4, 2].into_iter().find(|c| *c <= most && counts[0].is_multiple_of(*c)).unwrap_or(1);
    let across = lanes.unwrap_or(if three { 32 } else { 64 });
    let (threads, subgroups) = ([across, y], lanes.is_some());
    let mut blocking = Blocking { sweeps, columns, lines, threads, rows, subgroups, pairs: false, kept: true };
    // A subgroup may be too narrow for a tile.
    if !blocking.is_sound(three, counts[0]) {
        blocking = Blocking { threads: [64, y], subgroups: false, ..blocking };
    }
    blocking.fit(counts, BUSY);
    blocking
}
