//! Where the numbers of carriers lie on the device.

use super::curves::{self, OF_INTERVAL};
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::shader::LINE;
use crate::expression::Expression;
use crate::kinetic::domain::{Domain, Law, OPEN, VOID};
use crate::kinetic::driving::{Driving, varies};
use crate::kinetic::medium::Band;
use crate::kinetic::occupation::Occupation;
use crate::kinetic::quadrature::Ordinates;
use glam::DVec3;
use std::sync::Arc;

/// Nothing, where an index might be; `NONE` in the shaders.
const NONE: u32 = u32::MAX;

/// Parts of the directions share the work of a cell until so many threads are at work.
const THREADS: usize = 1 << 14;

/// What the sums of parts may take, bytes.
const SUMS_BYTES: usize = 96 << 10;

/// Bytes of a state above which it is held in several slabs, so that the spare one costs less.
const LARGE: u64 = 64 << 20;

/// Slabs of a large state at least.
const SLABS: usize = 4;

/// Numbers of a band in a medium, in the order of `shaders/lib/carriers.wgsl`.
pub(super) const NUMBERS: [&str; 13] = [
    "KEEP",
    "KEEP_ALL",
    "HALF_FLOWN",
    "HALF_MET",
    "HALF_HEATED",
    "SHARE",
    "FACE_SHARE",
    "EXCHANGE",
    "CARRIED",
    "FREE",
    "RESTATED",
    "RISE",
    "CAPACITY",
];

/// Rows of the state in one buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub first: usize,
    pub end: usize,
}

/// Sizes and tables.
pub(super) struct Layout {
    pub axes: Vec<usize>,
    pub cells: usize,
    pub bands: usize,
    /// What cells can be: medium and how a source shares among its bands.
    kinds: Vec<[u8; 2]>,
    /// Directions that are followed: images along idle axes are left out; image by image, family by family.
    pub followed: Vec<usize>,
    pub weight: Vec<f64>,
    pub families: usize,
    /// Directions are shared among so many threads per cell.
    pub parts: usize,
    pub slots: usize,
    pub slabs: Vec<Rows>,
    /// Per wall of the device: the wall of the domain.
    pub walls: Vec<usize>,
    /// Per wall of the domain: the wall of the device.
    place: Vec<u32>,
    /// Value of each driven wall (per wall of the domain) and cell.
    pub wall_values: Vec<u32>,
    pub cell_values: Vec<u32>,
    /// Values that vary in time: of walls, then of sources; none is without use.
    pub values: Vec<Expression>,
    /// Per wall of the domain: whether single directions keep what they carry there.
    keeps: Vec<bool>,
    /// Curves of any medium where equilibria are not those of small deviations.
    pub far: Option<Arc<Occupation>>,
}

impl Layout {
    pub fn new(
        domain: &Domain,
        driving: &Driving,
        ordinates: &Ordinates,
        max_binding: u64,
        keeps: impl Fn(usize) -> bool,
    ) -> Result<Layout, GpuError> {
        let axes = domain.axes();
        let cells = domain.grid.len();
        let bands = domain.bands();
        let images: Vec<usize> = (0..1usize << axes.len())
            .map(|image| axes.iter().enumerate().map(|(i, a)| (image >> i & 1) << a).sum())
            .collect();
        let copies = ordinates.images as f64 / images.len() as f64;
        let families = ordinates.families();
        let followed: Vec<usize> =
            images.iter().flat_map(|image| (0..families).map(move |f| f * ordinates.images + image)).collect();
        let weight: Vec<f64> = followed.iter().map(|&d| ordinates.weight[d] * copies).collect();
        let directions = followed.len();
        let far = curves::of(domain)?;
        let sums = 4 * (2 * axes.len() + 1) * cells * if far.is_some() { bands } else { 1 };
        let wanted = THREADS.div_ceil(cells).min(SUMS_BYTES / sums).clamp(1, directions);
        let in_part = directions.div_ceil(wanted);
        let row = 4 * cells as u64;
        let rows = bands * directions;
        let fitting = (max_binding / row) as usize;
        if fitting == 0 {
            let what = "what one direction carries".into();
            return Err(GpuError::TooLarge { what, needed: row, available: max_binding });
        }
        let least = if row * rows as u64 > LARGE { SLABS.min(rows) } else { 1 };
        let count = rows.div_ceil(fitting).max(least);
        let length = rows.div_ceil(count);
        let slabs = (0..rows).step_by(length).map(|first| Rows { first, end: (first + length).min(rows) }).collect();
        let mut walls: Vec<usize> = (0..domain.walls.len()).collect();
        walls.sort_by_key(|&w| (domain.walls[w].cell, domain.walls[w].side.axis, domain.walls[w].side.high));
        let mut place = vec![NONE; walls.len()];
        walls.iter().enumerate().for_each(|(n, &w)| place[w] = n as u32);
        let mut values = Vec::new();
        let mut value_of = |expression: &Expression| -> u32 {
            if !varies(expression) {
                return NONE;
            }
            let known = values.iter().position(|v| v == expression).unwrap_or_else(|| {
                values.push(expression.clone());
                values.len() - 1
            });
            known as u32
        };
        let mut wall_values = vec![NONE; domain.walls.len()];
        for (w, value, _) in &driving.walls {
            wall_values[*w as usize] = value_of(value);
        }
        let sources: Vec<u32> = driving.sources.iter().map(value_of).collect();
        let of_cell = |c: usize| driving.source.get(c).map_or(NONE, |&s| sources[usize::from(s)]);
        let cell_values = (0..cells).map(of_cell).collect();
        let mut kinds: Vec<[u8; 2]> = Vec::new();
        for c in (0..cells).filter(|&c| domain.is_solid(c)) {
            if !kinds.contains(&kind(domain, c)) {
                kinds.push(kind(domain, c));
            }
        }
        if kinds.len() >= usize::from(VOID) {
            let text =
                format!("{} ways in which sources heat bands are too many for a GPU: use --backend cpu", kinds.len());
            return Err(GpuError::Unsupported(text));
        }
        let keeps: Vec<bool> = (0..domain.walls.len()).map(keeps).collect();
        Ok(Layout {
            far,
            parts: directions.div_ceil(in_part),
            axes,
            cells,
            bands,
            kinds,
            followed,
            weight,
            families,
            slots: keeps.iter().filter(|keeps| **keeps).count(),
            slabs,
            walls,
            place,
            wall_values,
            cell_values,
            values,
            keeps,
        })
    }

    pub fn directions(&self) -> usize {
        self.followed.len()
    }

    pub fn in_part(&self) -> usize {
        self.directions().div_ceil(self.parts)
    }

    /// Rows of a slab at most.
    pub fn longest(&self) -> usize {
        self.slabs.iter().map(|s| s.end - s.first).max().unwrap_or(0)
    }

    /// Whether something varies in time.
    pub fn is_driven(&self) -> bool {
        !self.values.is_empty()
    }

    /// Kind and walls of each cell; see `shaders/lib/carriers.wgsl`.
    pub fn cell_infos(&self, domain: &Domain) -> Vec<[u32; 2]> {
        let info = |c: usize| {
            if domain.medium[c] == VOID {
                return [u32::from(VOID) << 8, 0];
            }
            let mut bits = 0;
            let mut first = NONE;
            for (i, &axis) in self.axes.iter().enumerate() {
                for high in 0..2 {
                    let wall = domain.wall[axis][high][c];
                    if wall != OPEN {
                        bits |= 1 << (2 * i + high);
                        first = first.min(self.place[wall as usize]);
                    }
                }
            }
            let kind = self.kinds.iter().position(|k| *k == kind(domain, c)).expect("all kinds were listed");
            [(kind as u32) << 8 | bits, first]
        };
        (0..self.cells).map(info).collect()
    }

    /// The walls, and which of them keep what single directions carry.
    pub fn wall_infos(&self, domain: &Domain, ordinates: &Ordinates) -> (Vec<WallInfo>, Vec<u32>) {
        let mut mirrors = Vec::new();
        let grid = &domain.grid;
        let info = |(n, &w): (usize, &usize)| {
            let wall = &domain.walls[w];
            let i = self.axes.iter().position(|&a| a == wall.side.axis).expect("walls stand along active axes");
            let at = grid.cell(wall.cell as usize);
            let mut centre: DVec3 = grid.centre(at);
            centre[wall.side.axis] =
                grid.axis(wall.side.axis).edges()[at[wall.side.axis] + usize::from(wall.side.high)];
            let mut info = WallInfo {
                cell: wall.cell,
                side: 2 * i as u32 + u32::from(wall.side.high),
                slot: NONE,
                partner: NONE,
                beyond: NONE,
                value: self.wall_values[w],
                area: wall.area as f32,
                flux: ordinates.half_flux(wall.side.axis) as f32,
                centre: centre.as_vec3().to_array(),
                ..WallInfo::default()
            };
            let mut lead = |partner: u32| {
                info.partner = self.place[partner as usize];
                info.beyond = domain.walls[partner as usize].cell;
            };
            match wall.law {
                Law::Thermal(t) => info.given = self.as_given(t),
                Law::Adiabatic { specularity } => (info.kind, info.part) = (1, specularity as f32),
                Law::Periodic { partner, .. } => {
                    lead(partner);
                    info.kind = 2;
                    // as seen from here, what is beyond is warmer by what it tells of itself
                    if let Law::Periodic { jump, .. } = domain.walls[partner as usize].law {
                        info.given = in_two(jump);
                    }
                }
                Law::Interface { partner, crossing } => {
                    lead(partner);
                    (info.kind, info.crossing) = (3, u32::from(crossing));
                }
            }
            if self.keeps[w] {
                info.slot = mirrors.len() as u32;
                mirrors.push(n as u32);
            }
            info
        };
        let infos = self.walls.iter().enumerate().map(info).collect();
        (infos, mirrors)
    }

    /// The reference where curves are over it, K.
    pub fn reference(&self) -> f64 {
        self.far.as_ref().map_or(0.0, |far| far.reference())
    }

    /// A deviation (K) as the device holds that of a cell or wall.
    pub fn as_given(&self, t: f64) -> [f32; 2] {
        match &self.far {
            None => in_two(t),
            Some(far) => {
                let (n, at) = far.place(t);
                [n as f32, at as f32]
            }
        }
    }

    /// The deviation (K) that the device holds so.
    pub fn given(&self, [first, second]: [f32; 2]) -> f64 {
        let place = f64::from(first) + f64::from(second);
        self.far.as_ref().map_or(place, |far| far.deviation(place))
    }

    /// Where the tables begin: directions, widths of each axis, numbers of bands, heat capacities of kinds, centres of each axis, what
    /// interfaces let pass of each band, curves.
    pub fn offsets(&self, domain: &Domain) -> [usize; 7] {
        let widths: usize = self.axes.iter().map(|&a| domain.grid.cells()[a]).sum();
        let directions = 2;
        let width = directions + 4 * self.directions();
        let matter = width + widths;
        let capacity = matter + self.kinds.len() * self.bands * NUMBERS.len();
        let centre = capacity + self.kinds.len();
        let crossing = centre + domain.grid.cells().iter().sum::<usize>();
        let curve = crossing + domain.crossings.iter().map(Vec::len).sum::<usize>();
        [directions, width, matter, capacity, centre, crossing, curve]
    }

    /// The tables for a time step; `before` is the step that the state is stored for.
    pub fn numbers(&self, domain: &Domain, ordinates: &Ordinates, dt: f64, before: f64) -> Vec<f32> {
        let mut numbers = vec![dt as f32, before as f32];
        for (&d, &w) in self.followed.iter().zip(&self.weight) {
            let s = ordinates.direction[d];
            numbers.extend((0..3).map(|i| self.axes.get(i).map_or(0.0, |&a| s[a] as f32)));
            numbers.push(w as f32);
        }
        for &axis in &self.axes {
            numbers.extend(domain.grid.axis(axis).widths().iter().map(|w| *w as f32));
        }
        let medium = |kind: &[u8; 2]| &domain.media[usize::from(kind[0])];
        for kind in &self.kinds {
            let medium = medium(kind);
            let rises = &domain.splits[usize::from(kind[1])];
            let tau = |b: &Band| b.mean_free_path / b.velocity;
            let weigh = |dt: f64| -> f64 { medium.bands.iter().map(|b| b.heat_capacity / (2.0 * tau(b) + dt)).sum() };
            let (whole, half) = (weigh(dt), weigh(0.5 * dt));
            for (band, rise) in medium.bands.iter().zip(rises) {
                let tau = tau(band);
                let all = 2.0 * tau + dt;
                let half_met = 0.5 * dt / (2.0 * tau + 0.5 * dt);
                let of_band = [
                    (2.0 * tau - 0.5 * dt) / all,
                    (2.0 * tau - dt) / all,
                    0.5 * dt * band.velocity,
                    half_met,
                    tau * half_met,
                    band.heat_capacity / all / whole,
                    band.heat_capacity / (2.0 * tau + 0.5 * dt) / half,
                    band.heat_capacity / tau,
                    band.heat_capacity * band.velocity,
                    2.0 * tau / all,
                    all / (2.0 * tau + before),
                    *rise,
                    band.heat_capacity,
                ];
                numbers.extend(of_band.map(|x| x as f32));
            }
        }
        numbers.extend(self.kinds.iter().map(|k| (1.0 / medium(k).heat_capacity()) as f32));
        for axis in 0..3 {
            numbers.extend(domain.grid.axis(axis).centres().iter().map(|x| *x as f32));
        }
        numbers.extend(domain.crossings.iter().flatten().map(|t| *t as f32));
        if let Some(far) = &self.far {
            self.kinds.iter().for_each(|kind| numbers.extend(curves::numbers(medium(kind))));
            numbers.extend((0..Occupation::INTERVALS).map(|n| far.deviation(n as f64) as f32));
        }
        numbers
    }

    /// What the shaders must know of all this.
    pub fn constants(&self, domain: &Domain) -> String {
        let n = domain.grid.cells();
        let strides = domain.strides();
        let list = |values: &[usize]| {
            let words: Vec<String> = values.iter().map(|v| format!("{v}u")).collect();
            format!("array<u32, {}>({})", values.len(), words.join(", "))
        };
        let [direction, width, matter, capacity, centre, crossing, curve] = self.offsets(domain);
        let mut widths = Vec::new();
        let mut next = width;
        for &axis in &self.axes {
            widths.push(next);
            next += n[axis];
        }
        let along: Vec<usize> = self.axes.iter().map(|&a| strides[a]).collect();
        let lengths: Vec<usize> = self.axes.iter().map(|&a| n[a]).collect();
        let mut text = String::new();
        for (name, value) in [
            ("AXES", self.axes.len()),
            ("SIDES", 2 * self.axes.len()),
            ("COUNT", self.cells),
            ("BANDS", self.bands),
            ("DIRECTIONS", self.directions()),
            ("FAMILIES", self.families),
            ("PARTS", self.parts),
            ("IN_PART", self.in_part()),
            ("WALLS", self.walls.len()),
            ("SLOTS", self.slots),
            ("MIRRORS", self.mirror_hits()),
            ("MEANS", self.means()),
            ("STEP", 0),
            ("STEP_BEFORE", 1),
            ("DIRECTION", direction),
            ("MATTER", matter),
            ("NUMBERS_OF_BAND", NUMBERS.len()),
            ("PER_CAPACITY_OF_KINDS", capacity),
            ("CROSSINGS", crossing),
            ("CURVES", curve),
            ("NODES", curve + self.kinds.len() * self.bands * Occupation::INTERVALS * OF_INTERVAL),
            ("INTERVALS", Occupation::INTERVALS),
        ] {
            text += &format!("const {name}: u32 = {value}u;\n");
        }
        text += &format!("const FAR: bool = {};\n", self.far.is_some());
        text += &format!("const RUNG: Real = {:?};\n", Occupation::STEP);
        text += &format!("const PLACE_OF_REFERENCE: Real = {:?};\n", Occupation::AT_REFERENCE as f64);
        text += &format!("const UNEVEN: bool = {};\n", self.kinds.iter().any(|k| k[1] != 0));
        for (n, name) in NUMBERS.iter().enumerate() {
            text += &format!("const {name}: u32 = {n}u;\n");
        }
        // bands of a group follow each other
        let first = |band: &u16| domain.group.partition_point(|g| g < band);
        let end = |band: &u16| domain.group.partition_point(|g| g <= band);
        let firsts: Vec<usize> = domain.group.iter().map(first).collect();
        let ends: Vec<usize> = domain.group.iter().map(end).collect();
        for (name, values) in [
            ("WIDTHS", &widths),
            ("STRIDE", &along),
            ("LENGTH", &lengths),
            ("GROUP_FIRST", &firsts),
            ("GROUP_END", &ends),
        ] {
            text += &format!("const {name} = {};\n", list(values));
        }
        text + &format!(
            "const GRID = vec3<u32>({}u, {}u, {}u);\nconst CENTRES = vec3<u32>({centre}u, {}u, {}u);\n",
            n[0],
            n[1],
            n[2],
            centre + n[0],
            centre + n[0] + n[1]
        )
    }

    /// Workgroups for so many threads.
    pub fn groups(threads: usize) -> u32 {
        (threads as u32).div_ceil(LINE).max(1)
    }
}

/// Medium of a solid cell, and how a source shares among its bands.
fn kind(domain: &Domain, cell: usize) -> [u8; 2] {
    [domain.medium[cell], domain.split[cell]]
}

/// A number as two f32.
pub(super) fn in_two(value: f64) -> [f32; 2] {
    let first = value as f32;
    [first, (value - f64::from(first)) as f32]
}

/// `Wall` in `shaders/lib/carriers.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct WallInfo {
    cell: u32,
    side: u32,
    kind: u32,
    partner: u32,
    beyond: u32,
    slot: u32,
    value: u32,
    area: f32,
    given: [f32; 2],
    part: f32,
    flux: f32,
    centre: [f32; 3],
    crossing: u32,
}
