//! Ways of blocking sweeps.

use crate::backend::gpu::device::Device;

/// How sweeps are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(in crate::backend::gpu) struct Blocking {
    /// Sweeps of a pass.
    pub(in crate::backend::gpu) sweeps: usize,
    /// Cells of a thread along x: 1, 2, 4 or 8, and a divisor of those of the grid, since they are read together.
    pub(in crate::backend::gpu) columns: usize,
    /// Cells of a thread along y; 1 in 2D.
    pub(in crate::backend::gpu) lines: usize,
    /// Threads of a workgroup along x and y; y is 1 in 2D.
    pub(in crate::backend::gpu) threads: [usize; 2],
    /// Rows (2D) or planes (3D) that a tile writes.
    pub(in crate::backend::gpu) rows: usize,
    /// Whether threads along x are those of a subgroup, and ask each other for neighbours.
    pub(in crate::backend::gpu) subgroups: bool,
    /// Whether what rounding takes is kept beside each cell.
    pub(in crate::backend::gpu) kept: bool,
}

impl Blocking {
    /// Columns on each side that are read and not written.
    pub(super) fn margin(&self) -> usize {
        self.sweeps.next_multiple_of(self.columns)
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
        [1, 2, 4, 8].contains(&self.columns)
            && cells_along_x.is_multiple_of(self.columns)
            && self.sweeps > 0
            && self.rows > 0
            && self.lines > 0
            && x > 2 * self.margin()
            && (if three { y > 2 * self.sweeps } else { y == 1 })
    }

    /// For the few cells with walls or sources: a pass waits for the slowest of few tiles, so these are short, of few cells a thread. Bits do not depend
    /// on it.
    pub(super) fn edge(&self, three: bool, cells_along_x: usize) -> Blocking {
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

/// Threads that keep a large device busy.
pub(super) const BUSY: usize = 1 << 16;

/// Whether a software device, which waits for arithmetic, gains by these kernels. On lavapipe, where eight threads are a subgroup, they make 8 times the
/// steps of the general one at 2048 x 2048; their compilation, some seconds, has to be earned first. In 3D threads must wait for each other at every
/// row, which costs a software device three times what the general kernel does.
pub(in crate::backend::gpu) fn pays_on_software(device: &Device, counts: [usize; 3]) -> bool {
    device.lanes.is_some() && counts[2] == 1 && counts.iter().product::<usize>() >= 1 << 18
}

/// How sweeps are blocked where nothing was measured.
pub(super) fn usual(three: bool, counts: [usize; 3], device: &Device) -> Blocking {
    let software = device.info.device_type == wgpu::DeviceType::Cpu;
    let lanes = device.lanes;
    let (sweeps, most, lines, y, rows) = match (three, software) {
        (false, true) => (4, 4, 1, 1, 64),
        (false, false) => (8, if lanes.is_some() { 8 } else { 4 }, 1, 1, 256),
        (true, true) => (1, 4, 4, 4, 64),
        (true, false) => (3, 2, if lanes.is_some() { 4 } else { 2 }, 8, 64),
    };
    let columns = [8, 4, 2].into_iter().find(|c| *c <= most && counts[0].is_multiple_of(*c)).unwrap_or(1);
    let across = lanes.unwrap_or(if three { 32 } else { 64 });
    let mut blocking =
        Blocking { sweeps, columns, lines, threads: [across, y], rows, subgroups: lanes.is_some(), kept: true };
    // A subgroup may be too narrow for a tile.
    if !blocking.is_sound(three, counts[0]) {
        blocking = Blocking { threads: [64, y], subgroups: false, ..blocking };
    }
    blocking.fit(counts, if software { 1 << 10 } else { BUSY });
    blocking
}
