//! What flies where: media on a grid, and walls wherever a cell does not simply pass on to its neighbour.

use super::medium::{Band, Medium};
use crate::grid::{Grid, Side};

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
    /// Another medium begins: a part of every band goes over to the wall `partner`, the rest goes back; both into all directions
    /// evenly, and into all bands of their group by what these carry.
    Interface {
        /// Index of the wall on the other side.
        partner: u32,
        /// Index into [`Domain::crossings`].
        crossing: u16,
    },
}

impl Law {
    /// Of the entropy that a wall produces which sends all evenly, what this one does: a mirror leaves directions as they are.
    pub fn mixes(&self) -> f64 {
        match self {
            Law::Adiabatic { specularity } => 1.0 - specularity * specularity,
            Law::Thermal(_) | Law::Periodic { .. } | Law::Interface { .. } => 1.0,
        }
    }

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
    /// Of interfaces: per band, the part of the energy that goes over of what hits it from this side.
    pub crossings: Vec<Vec<f64>>,
    /// Per band: the group within which interfaces hand on, such as all bands of one frequency. Each is its own at first.
    pub group: Vec<u16>,
}

impl Domain {
    /// Cells with their walls. `outer` says what holds at an outer face of the grid, `surface` at the face (second) of a
    /// solid cell (first) towards the void cell (third), `transmission` what part of the energy of each band passes from one cell
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
        transmission: impl Fn(usize, usize) -> Option<Vec<f64>>,
    ) -> Domain {
        assert!(medium.len() == grid.len() && source.len() == grid.len(), "one value per cell");
        assert!(media.windows(2).all(|m| m[0].bands.len() == m[1].bands.len()), "as many bands in every medium");
        let cells = grid.cells();
        let n = grid.len();
        let bands = media.first().map_or(0, |m| m.bands.len());
        let empty = || vec![OPEN; n];
        let mut crossings: Vec<Vec<f64>> = Vec::new();
        let mut interface = |own: usize, there: usize| {
            transmission(own, there).map(|parts| {
                let crossing = crossings.iter().position(|c| *c == parts).unwrap_or_else(|| {
                    crossings.push(parts);
                    crossings.len() - 1
                });
                // the partner is set below
                Law::Interface { partner: OPEN, crossing: crossing as u16 }
            })
        };
        let mut domain = Domain {
            active: [false; 3],
            medium,
            media,
            walls: Vec::new(),
            wall: [0; 3].map(|_| [empty(), empty()]),
            source,
            splits: vec![vec![1.0; bands]],
            split: vec![0; n],
            crossings: Vec::new(),
            group: (0..bands as u16).collect(),
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
                                    // joined ends of two media are an interface
                                    m if m == domain.medium[index] => Some(Law::Periodic { partner: OPEN, jump }),
                                    _ => interface(index, there),
                                }
                            }
                        }
                    } else {
                        let mut there = cell;
                        there[axis] = if high { cell[axis] + 1 } else { cell[axis] - 1 };
                        let there = domain.grid.index(there);
                        match domain.medium[there] {
                            VOID => Some(surface(index, side, there)),
                            _ => interface(index, there),
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
        domain.crossings = crossings;
        domain.join();
        domain
    }

    /// What an interface sends into a band (K), where `hit` tells the mean of what hits a wall of a band. Energy is kept, and
    /// equilibrium if t C v of every group is equal both ways.
    pub fn sent(&self, wall: usize, band: usize, hit: impl Fn(usize, usize) -> f64) -> f64 {
        let Law::Interface { partner, crossing } = self.walls[wall].law else { return hit(band, wall) };
        let part = self.crossings[usize::from(crossing)][band];
        let own = self.hit_of_group(wall, band, &hit);
        if part > 0.0 { (1.0 - part) * own + part * self.hit_of_group(partner as usize, band, &hit) } else { own }
    }

    /// Mean over the bands of the group of one, by what they carry.
    fn hit_of_group(&self, wall: usize, band: usize, hit: impl Fn(usize, usize) -> f64) -> f64 {
        let bands = &self.medium_of(self.walls[wall].cell as usize).bands;
        let (mut sum, mut weight) = (0.0, 0.0);
        for (b, carriers) in bands.iter().enumerate().filter(|(b, _)| self.group[*b] == self.group[band]) {
            let flight = carriers.heat_capacity * carriers.velocity;
            sum += flight * hit(b, wall);
            weight += flight;
        }
        if weight > 0.0 { sum / weight } else { hit(band, wall) }
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

    /// Whether equilibria hold what small deviations do.
    pub fn is_linear(&self) -> bool {
        self.media.iter().all(|m| m.occupation.is_none())
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
        let rise = |(part, band): (&f64, &Band)| if *part > 0.0 { part * capacity / band.heat_capacity } else { 0.0 };
        let rises: Vec<f64> = parts.iter().zip(&medium.bands).map(rise).collect();
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

    /// What a wall of given temperature emits of a band (K), or else `otherwise`.
    pub fn emission(&self, wall: &Wall, band: usize, otherwise: f64) -> f64 {
        match wall.law {
            Law::Thermal(t) => self.medium_of(wall.cell as usize).held(band, t),
            _ => otherwise,
        }
    }

    /// Entropy that a wall which holds `e` of a band produces of what hits it as `g` (K), times 2 T0^2/C, K2.
    pub fn mismatch(&self, wall: usize, band: usize, g: f64, e: f64) -> f64 {
        let Wall { cell, law, .. } = self.walls[wall];
        let medium = self.medium_of(cell as usize);
        match law {
            Law::Adiabatic { specularity } if medium.occupation.is_some() => {
                let back = e + specularity * (g - e);
                medium.mismatch(band, g, e) - medium.mismatch(band, back, e)
            }
            _ => law.mixes() * medium.mismatch(band, g, e),
        }
    }

    /// Half the distance from face to face of a wall's cell, m.
    pub fn half_width(&self, wall: &Wall) -> f64 {
        0.5 * self.grid.axis(wall.side.axis).widths()[self.grid.cell(wall.cell as usize)[wall.side.axis]]
    }

    /// The shortest extent along an axis from wall to wall, those of voids too, or else the shortest period, m; `jump` tells along which axes ends are joined
    /// with one. At mirrors nothing ends: they count only where there is nothing else. Interfaces let through. Where walls are not parallel a tenth of the
    /// ways between them is shorter.
    pub fn extent(&self, jump: [f64; 3]) -> f64 {
        let joined = |axis: usize| {
            let periodic = |w: &Wall| w.side.axis == axis && matches!(w.law, Law::Periodic { .. });
            jump[axis] != 0.0 || self.walls.iter().any(periodic)
        };
        let shortest = |counts: &dyn Fn(usize) -> bool| {
            let lengths = self.axes().into_iter().filter(|&a| counts(a)).map(|a| self.grid.axis(a).length());
            lengths.reduce(f64::min)
        };
        let along = |axis: usize| {
            let from = self.walls.iter().filter(|w| w.side.axis == axis && !w.side.high && self.ends(w));
            let mut ways: Vec<(f64, f64)> = from.filter_map(|w| Some((self.way(w)?, w.area))).collect();
            ways.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut left = SHORTER * ways.iter().map(|way| way.1).sum::<f64>();
            let within = |&(_, area): &(f64, f64)| {
                left -= area;
                left < 0.0
            };
            ways.into_iter().find(within).map(|way| way.0)
        };
        let between = self.axes().into_iter().filter_map(along).reduce(f64::min);
        between.or_else(|| shortest(&joined)).or_else(|| shortest(&|_| true)).unwrap_or(f64::INFINITY)
    }

    /// Whether a flight ends at a wall: it sends back others than come, which mirrors and joined ends do not.
    pub fn ends(&self, wall: &Wall) -> bool {
        match wall.law {
            Law::Thermal(_) => true,
            Law::Adiabatic { specularity } => specularity < 1.0,
            Law::Periodic { .. } | Law::Interface { .. } => false,
        }
    }

    /// How far it is from a wall on the low side of its cell to the next along its axis at which flights end, m; none where a mirror or a joined end
    /// lies in the way.
    fn way(&self, from: &Wall) -> Option<f64> {
        let axis = from.side.axis;
        let (widths, stride) = (self.grid.axis(axis).widths(), self.strides()[axis]);
        let (mut cell, mut place) = (from.cell as usize, self.grid.cell(from.cell as usize)[axis]);
        let mut length = 0.0;
        loop {
            length += widths[place];
            let wall = self.wall[axis][1][cell];
            if wall != OPEN {
                let wall = &self.walls[wall as usize];
                match wall.law {
                    Law::Interface { .. } => {}
                    _ => return self.ends(wall).then_some(length),
                }
            }
            (cell, place) = (cell + stride, place + 1);
        }
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

/// Part of the ways between walls that may be shorter than their extent.
const SHORTER: f64 = 0.1;

/// What holds at an outer face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outer {
    /// A wall.
    Law(Law),
    /// The opposite face joins on; what enters it from here is so many kelvin warmer.
    Joined(f64),
}
