//! The rectilinear grid: cell edges along three axes, and all index arithmetic.

use glam::{DVec3, IVec3};

/// One axis of the grid: `n + 1` rising cell edges, m.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    edges: Vec<f64>,
    centres: Vec<f64>,
    widths: Vec<f64>,
}

impl Axis {
    /// An axis from its rising edges, m.
    ///
    /// # Panics
    /// If fewer than two edges are given or they do not rise.
    pub fn from_edges(edges: Vec<f64>) -> Axis {
        assert!(edges.len() >= 2, "an axis needs at least one cell");
        assert!(edges.windows(2).all(|e| e[0] < e[1]), "cell edges must rise");
        let centres = edges.windows(2).map(|e| 0.5 * (e[0] + e[1])).collect();
        let widths = edges.windows(2).map(|e| e[1] - e[0]).collect();
        Axis { edges, centres, widths }
    }

    /// `cells` equal cells from `origin` over `size`, m. Widths are all exactly `size / cells`, so that
    /// a uniform grid is uniform to the last bit.
    pub fn uniform(origin: f64, size: f64, cells: usize) -> Axis {
        let h = size / cells as f64;
        let mut edges: Vec<f64> = (0..=cells).map(|i| origin + i as f64 * h).collect();
        edges[cells] = origin + size;
        let centres = (0..cells).map(|i| origin + (i as f64 + 0.5) * h).collect();
        Axis { edges, centres, widths: vec![h; cells] }
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.widths.len()
    }

    /// Cell edges, m (`cells + 1` values).
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Cell centres, m.
    pub fn centres(&self) -> &[f64] {
        &self.centres
    }

    /// Cell widths, m.
    pub fn widths(&self) -> &[f64] {
        &self.widths
    }

    /// Low end, m.
    pub fn low(&self) -> f64 {
        self.edges[0]
    }

    /// High end, m.
    pub fn high(&self) -> f64 {
        self.edges[self.edges.len() - 1]
    }

    /// Length, m.
    pub fn length(&self) -> f64 {
        self.high() - self.low()
    }

    /// Whether all cells have the same width.
    pub fn is_uniform(&self) -> bool {
        self.widths.iter().all(|&w| w == self.widths[0])
    }

    /// The cell that holds coordinate `x`, clamped to the axis.
    pub fn cell_at(&self, x: f64) -> usize {
        self.edges.partition_point(|&e| e <= x).clamp(1, self.cells()) - 1
    }
}

/// The grid: three axes. A 2D problem is one cell of thickness `depth` along z.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    axes: [Axis; 3],
    dimensions: usize,
    /// Whether opposite ends of each axis are joined.
    pub periodic: [bool; 3],
}

/// The centre of a cell as messages tell it, m: `x, y = [0.01, 0.02] m`; a 2D grid has no z to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Place(Vec<f64>);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {:?} m", ["x", "y", "z"][..self.0.len()].join(", "), self.0)
    }
}

impl Grid {
    /// A 2D grid of thickness `depth` (m).
    pub fn two_dimensional(x: Axis, y: Axis, depth: f64) -> Grid {
        Grid { axes: [x, y, Axis::uniform(0.0, depth, 1)], dimensions: 2, periodic: [false; 3] }
    }

    /// A 3D grid.
    pub fn three_dimensional(x: Axis, y: Axis, z: Axis) -> Grid {
        Grid { axes: [x, y, z], dimensions: 3, periodic: [false; 3] }
    }

    /// 2 or 3.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The axis of that number (0 = x).
    pub fn axis(&self, axis: usize) -> &Axis {
        &self.axes[axis]
    }

    /// Cells along each axis.
    pub fn cells(&self) -> [usize; 3] {
        [0, 1, 2].map(|a| self.axes[a].cells())
    }

    /// Where a cell is, for messages.
    pub fn place(&self, index: usize) -> Place {
        Place(self.centre(self.cell(index)).to_array()[..self.dimensions].to_vec())
    }

    /// All cells.
    pub fn len(&self) -> usize {
        self.cells().iter().product()
    }

    /// Never true: an axis has at least one cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the cell (x fastest, then y, then z).
    pub fn index(&self, cell: [usize; 3]) -> usize {
        let [nx, ny, _] = self.cells();
        cell[0] + nx * (cell[1] + ny * cell[2])
    }

    /// Position of a cell from its index.
    pub fn cell(&self, index: usize) -> [usize; 3] {
        let [nx, ny, _] = self.cells();
        [index % nx, (index / nx) % ny, index / (nx * ny)]
    }

    /// Volumes of all cells in their order, m3.
    pub fn volumes(&self) -> impl Iterator<Item = f64> + '_ {
        let [x, y, z] = [0, 1, 2].map(|a| self.axis(a).widths());
        z.iter().flat_map(move |z| y.iter().flat_map(move |y| x.iter().map(move |x| x * y * z)))
    }

    /// The first cell of every line of cells along an axis.
    pub fn starts(&self, axis: usize) -> impl Iterator<Item = usize> + '_ {
        let mut cells = self.cells();
        cells[axis] = 1;
        let rows = (0..cells[2]).flat_map(move |z| (0..cells[1]).map(move |y| self.index([0, y, z])));
        rows.flat_map(move |row| row..row + cells[0])
    }

    /// The cell `offset` away, wrapped where the grid is periodic; `None` outside.
    pub fn neighbour(&self, cell: [usize; 3], offset: IVec3) -> Option<[usize; 3]> {
        let mut out = cell;
        for a in 0..3 {
            let n = self.axes[a].cells() as i64;
            let mut c = cell[a] as i64 + i64::from(offset[a]);
            if !(0..n).contains(&c) {
                if !self.periodic[a] {
                    return None;
                }
                c = c.rem_euclid(n);
            }
            out[a] = c as usize;
        }
        Some(out)
    }

    /// Centre of a cell, m.
    pub fn centre(&self, cell: [usize; 3]) -> DVec3 {
        DVec3::from_array([0, 1, 2].map(|a| self.axes[a].centres()[cell[a]]))
    }

    /// Widths of a cell, m.
    pub fn widths(&self, cell: [usize; 3]) -> DVec3 {
        DVec3::from_array([0, 1, 2].map(|a| self.axes[a].widths()[cell[a]]))
    }

    /// Volume of a cell, m3.
    pub fn volume(&self, cell: [usize; 3]) -> f64 {
        self.widths(cell).element_product()
    }

    /// Area of a face of the cell normal to `axis`, m2.
    pub fn area(&self, cell: [usize; 3], axis: usize) -> f64 {
        (0..3).filter(|&a| a != axis).map(|a| self.axes[a].widths()[cell[a]]).product()
    }
}

/// One of the six outer faces of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Side {
    /// 0 = x, 1 = y, 2 = z.
    pub axis: usize,
    /// Whether it is the high end.
    pub high: bool,
}

impl Side {
    /// All six, low before high.
    pub const ALL: [Side; 6] = [
        Side { axis: 0, high: false },
        Side { axis: 0, high: true },
        Side { axis: 1, high: false },
        Side { axis: 1, high: true },
        Side { axis: 2, high: false },
        Side { axis: 2, high: true },
    ];

    /// `x_min` .. `z_max`.
    pub fn name(self) -> &'static str {
        const NAMES: [[&str; 2]; 3] = [["x_min", "x_max"], ["y_min", "y_max"], ["z_min", "z_max"]];
        NAMES[self.axis][usize::from(self.high)]
    }

    /// Unit step out of the domain through this side.
    pub fn outward(self) -> IVec3 {
        let mut v = IVec3::ZERO;
        v[self.axis] = if self.high { 1 } else { -1 };
        v
    }
}
