//! What flies where: media on a grid, and walls wherever a cell does not simply pass on to its neighbour.

use crate::grid::{Grid, Side};

/// Carriers that fly alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// J/(m3 K).
    pub heat_capacity: f64,
    /// Group velocity, m/s.
    pub velocity: f64,
    /// m.
    pub mean_free_path: f64,
}

impl Band {
    /// Conductivity where Fourier's law holds: C v L / 3, W/(m K).
    pub fn conductivity(&self) -> f64 {
        self.heat_capacity * self.velocity * self.mean_free_path / 3.0
    }

    /// Energy that collisions exchange, per kelvin: C v / L, W/(m3 K).
    pub fn exchange(&self) -> f64 {
        self.heat_capacity * self.velocity / self.mean_free_path
    }
}

/// A material as its bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Medium {
    /// At least one.
    pub bands: Vec<Band>,
}

impl Medium {
    /// J/(m3 K).
    pub fn heat_capacity(&self) -> f64 {
        self.bands.iter().map(|b| b.heat_capacity).sum()
    }

    /// Bulk conductivity, W/(m K).
    pub fn conductivity(&self) -> f64 {
        self.bands.iter().map(Band::conductivity).sum()
    }

    /// The gray mean free path of the same conductivity and C v, m.
    pub fn mean_free_path(&self) -> f64 {
        3.0 * self.conductivity() / self.flight()
    }

    /// Of all bands, W/(m3 K).
    pub fn exchange(&self) -> f64 {
        self.bands.iter().map(Band::exchange).sum()
    }

    /// Sum of C v, W/(m2 K): a quarter of it is the heat that one side of a plane sends over per kelvin.
    pub fn flight(&self) -> f64 {
        self.bands.iter().map(|b| b.heat_capacity * b.velocity).sum()
    }
}

/// In [`Domain::medium`]: nothing flies there.
pub const VOID: u8 = u8::MAX;

/// In [`Domain::wall`]: the face leads to the neighbour.
pub const OPEN: u32 = u32::MAX;

/// What a wall does to what hits it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Absorbs everything and emits an equilibrium of this temperature (deviation, K).
    Thermal(f64),
    /// Lets no heat pass: mirrors the part `specularity`, and sends the rest back evenly into all directions.
    Adiabatic {
        /// From 0 (diffuse) to 1 (mirror).
        specularity: f64,
    },
    /// What leaves here enters at the wall `partner`, `jump` kelvin warmer.
    Periodic {
        /// Index of the wall.
        partner: u32,
        /// K.
        jump: f64,
    },
    /// Another medium begins: the part `transmission` goes over to the wall `partner`, the rest goes back; both
    /// into all directions evenly.
    Interface {
        /// Index of the wall on the other side.
        partner: u32,
        /// Of the energy that hits it from this side.
        transmission: f64,
    },
}

impl Law {
    /// Whether single directions keep what they carry.
    pub fn remembers(&self) -> bool {
        match self {
            Law::Adiabatic { specularity } => *specularity > 0.0,
            Law::Periodic { .. } => true,
            Law::Thermal(_) | Law::Interface { .. } => false,
        }
    }
}

/// A face of a cell behind which something happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wall {
    /// The cell.
    pub cell: u32,
    /// Which of its faces.
    pub side: Side,
    /// m2.
    pub area: f64,
    /// What happens there.
    pub law: Law,
}

/// Where carriers fly.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// Its own `periodic` is not looked at: joined ends are walls.
    pub grid: Grid,
    /// Axes along which anything changes.
    pub active: [bool; 3],
    /// Per cell: index into `media`, or [`VOID`].
    pub medium: Vec<u8>,
    /// All with the same number of bands.
    pub media: Vec<Medium>,
    /// All walls.
    pub walls: Vec<Wall>,
    /// Per axis, low and high side, per cell: index into `walls`, or [`OPEN`].
    pub wall: [[Vec<u32>; 2]; 3],
    /// Heat source per cell, W/m3.
    pub source: Vec<f64>,
    /// How sources share among the bands: per band, its rise over that of an even source, which gives to all bands by their heat
    /// capacity. The first is even.
    pub splits: Vec<Vec<f64>>,
    /// Per cell: index into `splits`.
    pub split: Vec<u8>,
}

impl Domain {
    /// Cells with their walls. `outer` says what holds at an outer face of the grid, `surface` at the face (second) of a
    /// solid cell (first) towards the void cell (third), `transmission` what part of the energy passes from one cell
    /// to its neighbour of another medium, or of the same if a wall stands between; `None` if nothing stands there.
    /// Axes with one cell between mirrors, or joined ends without a jump, are left out: nothing changes along them.
    ///
    /// # Panics
    /// If media differ in their number of bands or arrays in length.
    pub fn new(
        grid: Grid,
        medium: Vec<u8>,
        media: Vec<Medium>,
        source: Vec<f64>,
        outer: impl Fn([usize; 3], Side) -> Outer,
        surface: impl Fn(usize, Side, usize) -> Law,
        transmission: impl Fn(usize, usize) -> Option<f64>,
    ) -> Domain {
        assert!(medium.len() == grid.len() && source.len() == grid.len(), "one value per cell");
        assert!(media.windows(2).all(|m| m[0].bands.len() == m[1].bands.len()), "as many bands in every medium");
        let cells = grid.cells();
        let n = grid.len();
        let bands = media.first().map_or(0, |m| m.bands.len());
        let empty = || vec![OPEN; n];
        let mut domain = Domain {
            active: [false; 3],
            medium,
            media,
            walls: Vec::new(),
            wall: [0; 3].map(|_| [empty(), empty()]),
            source,
            splits: vec![vec![1.0; bands]],
            split: vec![0; n],
            grid,
        };
        for axis in 0..domain.grid.dimensions() {
            let mut changes = cells[axis] > 1;
            for index in (0..domain.grid.len()).filter(|&i| domain.medium[i] != VOID) {
                let cell = domain.grid.cell(index);
                for high in [false, true] {
                    let side = Side { axis, high };
                    let last = if high { cells[axis] - 1 } else { 0 };
                    let law = if cell[axis] == last {
                        match outer(cell, side) {
                            Outer::Law(law) => Some(law),
                            Outer::Joined(jump) => {
                                let mut there = cell;
                                there[axis] = cells[axis] - 1 - last;
                                let there = domain.grid.index(there);
                                match domain.medium[there] {
                                    VOID => Some(surface(index, side, there)),
                                    // the partner is set below; joined ends of two media are an interface
                                    m if m == domain.medium[index] => Some(Law::Periodic { partner: OPEN, jump }),
                                    _ => transmission(index, there)
                                        .map(|t| Law::Interface { partner: OPEN, transmission: t }),
                                }
                            }
                        }
                    } else {
                        let mut there = cell;
                        there[axis] = if high { cell[axis] + 1 } else { cell[axis] - 1 };
                        let there = domain.grid.index(there);
                        match domain.medium[there] {
                            VOID => Some(surface(index, side, there)),
                            _ => transmission(index, there).map(|t| Law::Interface { partner: OPEN, transmission: t }),
                        }
                    };
                    let Some(law) = law else { continue };
                    changes |= !matches!(law, Law::Adiabatic { specularity: 1.0 } | Law::Periodic { jump: 0.0, .. });
                    domain.wall[axis][usize::from(high)][index] = domain.walls.len() as u32;
                    let area = domain.grid.area(cell, axis);
                    domain.walls.push(Wall { cell: index as u32, side, area, law });
                }
            }
            domain.active[axis] = changes;
            if !changes {
                domain.walls.retain(|w| w.side.axis != axis);
                domain.wall[axis] = [empty(), empty()];
            }
        }
        domain.join();
        domain
    }

    /// Tells walls that lead to another wall which one it is.
    fn join(&mut self) {
        let cells = self.grid.cells();
        for n in 0..self.walls.len() {
            let Wall { cell, side, .. } = self.walls[n];
            let mut there = self.grid.cell(cell as usize);
            let last = cells[side.axis] - 1;
            there[side.axis] = match (side.high, there[side.axis]) {
                (true, at) if at == last => 0,
                (true, at) => at + 1,
                (false, 0) => last,
                (false, at) => at - 1,
            };
            let other = self.wall[side.axis][usize::from(!side.high)][self.grid.index(there)];
            match &mut self.walls[n].law {
                Law::Periodic { partner, .. } | Law::Interface { partner, .. } => *partner = other,
                Law::Thermal(_) | Law::Adiabatic { .. } => {}
            }
        }
    }

    /// Whether an axis has one cell and joined ends.
    pub fn is_ring(&self, axis: usize) -> bool {
        let joined = |w: &Wall| w.side.axis == axis && matches!(w.law, Law::Periodic { .. });
        self.grid.cells()[axis] == 1 && self.walls.iter().any(joined)
    }

    /// Number of bands.
    pub fn bands(&self) -> usize {
        self.media[0].bands.len()
    }

    /// The medium of a cell that is not void.
    pub fn medium_of(&self, cell: usize) -> &Medium {
        &self.media[usize::from(self.medium[cell])]
    }

    /// Heat that a source gives to a band over the band's heat capacity, K/s.
    pub fn heating(&self, cell: usize, band: usize) -> f64 {
        self.rise(cell, band) * (self.source[cell] / self.medium_of(cell).heat_capacity())
    }

    /// By how much a source heats a band more than it would if it were even.
    pub fn rise(&self, cell: usize, band: usize) -> f64 {
        self.splits[usize::from(self.split[cell])][band]
    }

    /// Makes a source give the parts `parts` of its heat (their sum is 1) to the bands of a cell.
    ///
    /// # Panics
    /// If there are more than 255 ways to share.
    pub fn share_source(&mut self, cell: usize, parts: &[f64]) {
        let medium = self.medium_of(cell);
        let capacity = medium.heat_capacity();
        let rises: Vec<f64> = parts.iter().zip(&medium.bands).map(|(p, b)| p * capacity / b.heat_capacity).collect();
        let known = self.splits.iter().position(|s| *s == rises).unwrap_or_else(|| {
            self.splits.push(rises);
            self.splits.len() - 1
        });
        self.split[cell] = u8::try_from(known).expect("few ways to share");
    }

    /// Whether something flies in a cell.
    pub fn is_solid(&self, cell: usize) -> bool {
        self.medium[cell] != VOID
    }

    /// Steps in the index from a cell to its neighbours along the axes.
    pub fn strides(&self) -> [usize; 3] {
        let [nx, ny, _] = self.grid.cells();
        [1, nx, nx * ny]
    }

    /// Half the distance from face to face of a wall's cell, m.
    pub fn half_width(&self, wall: &Wall) -> f64 {
        0.5 * self.grid.axis(wall.side.axis).widths()[self.grid.cell(wall.cell as usize)[wall.side.axis]]
    }

    /// The shortest extent between walls, or else the shortest period, m; `jump` tells along which axes ends are joined with one.
    pub fn extent(&self, jump: [f64; 3]) -> f64 {
        let axes = self.axes();
        let joined = |axis: usize| {
            jump[axis] != 0.0 || self.walls.iter().any(|w| w.side.axis == axis && matches!(w.law, Law::Periodic { .. }))
        };
        let length = |axes: &mut dyn Iterator<Item = usize>| {
            axes.map(|a| self.grid.axis(a).length()).fold(f64::INFINITY, f64::min)
        };
        let between = length(&mut axes.iter().copied().filter(|&a| !joined(a)));
        if between.is_finite() { between } else { length(&mut axes.iter().copied()) }
    }

    /// Heat of all sources, W.
    pub fn source_heat(&self) -> f64 {
        let solid = (0..self.grid.len()).filter(|&c| self.is_solid(c));
        solid.map(|c| self.source[c] * self.grid.volume(self.grid.cell(c))).sum()
    }

    /// The active axes in rising order.
    pub fn axes(&self) -> Vec<usize> {
        (0..3).filter(|&a| self.active[a]).collect()
    }
}

/// What holds at an outer face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outer {
    /// A wall.
    Law(Law),
    /// The opposite face joins on; what enters it from here is so many kelvin warmer.
    Joined(f64),
}
