//! What is solved: a checked, compiled problem in SI units and f64. A backend is given nothing else.
//!
//! Temperatures are held as deviations from [`Problem::reference`] wherever a field is stored: f32 then
//! keeps its digits for the differences that drive heat.

use crate::expression::{Expression, Place, common_period};
use crate::grid::{Grid, Side};
use glam::DVec3;

/// Names a value in [`Values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueId(pub u32);

/// Every number of the problem that may vary (in space, time or temperature), in one table, so that
/// the host and the device evaluate the same list.
#[derive(Debug, Clone, Default)]
pub struct Values {
    list: Vec<Expression>,
}

impl Values {
    /// Adds a value.
    pub fn push(&mut self, value: Expression) -> ValueId {
        self.list.push(value);
        ValueId(u32::try_from(self.list.len() - 1).expect("fewer than 2^32 values"))
    }

    /// The expression behind a name.
    pub fn get(&self, id: ValueId) -> &Expression {
        &self.list[id.0 as usize]
    }

    /// Its value at a place.
    pub fn at(&self, id: ValueId, place: &Place) -> f64 {
        self.get(id).eval(place)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether anything changes in time from some time (s) on.
    pub fn change_from(&self, time: f64) -> bool {
        self.list.iter().any(|value| !value.rests_from(time))
    }

    /// After how long everything repeats itself, s; none where nothing changes in time, or it does not repeat.
    pub fn period(&self) -> Option<f64> {
        common_period(self.list.iter().map(Expression::period)).filter(|period| period.is_finite())
    }

    /// All of them, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Expression> {
        self.list.iter()
    }
}

/// Thermal conductivity, W/(m K).
#[derive(Debug, Clone, PartialEq)]
pub enum Conductivity {
    /// The same in every direction; may vary in x, y, z, t and T.
    Isotropic(ValueId),
    /// Along the axes; each may vary in x, y, z, t and T.
    Diagonal([ValueId; 3]),
    /// A symmetric positive definite tensor: xx, yy, zz, xy, xz, yz. Constant.
    Tensor([f64; 6]),
}

/// Melting and freezing.
#[derive(Debug, Clone, PartialEq)]
pub struct Melting {
    /// Melting starts here, K (absolute).
    pub solidus: f64,
    /// and ends here, K (absolute); equal for a pure substance.
    pub liquidus: f64,
    /// Latent heat, J/m3.
    pub latent_heat: f64,
    /// Conductivity of the liquid, if it differs; between the two by liquid fraction.
    pub liquid_conductivity: Option<ValueId>,
    /// Volumetric heat capacity of the liquid, if it differs, J/(m3 K).
    pub liquid_heat_capacity: Option<ValueId>,
}

/// A solid material.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// As the scenario calls it.
    pub name: String,
    /// W/(m K).
    pub conductivity: Conductivity,
    /// Volumetric heat capacity, J/(m3 K); may vary in T, or in x, y, z, not both.
    pub heat_capacity: ValueId,
    /// Melting, if it melts.
    pub melting: Option<Melting>,
    /// Where it would begin to melt, K (absolute), and its latent heat, J/m3, if they are known and its melting is not computed.
    pub fusion: Option<[f64; 2]>,
    /// Mean free path of the heat carriers, m, if known.
    pub mean_free_path: Option<f64>,
    /// Time between their collisions, s, if known.
    pub collision_time: Option<f64>,
    /// Relaxation time of the heat flux, s; none: heat follows Fourier's law at once.
    pub relaxation_time: Option<f64>,
}

impl Material {
    /// Its values that may vary, of the solid where it melts.
    pub fn values(&self) -> Vec<ValueId> {
        let mut values = match &self.conductivity {
            Conductivity::Isotropic(k) => vec![*k],
            Conductivity::Diagonal(k) => k.to_vec(),
            Conductivity::Tensor(_) => Vec::new(),
        };
        values.push(self.heat_capacity);
        values
    }
}

/// In [`Problem::material`]: no material, no temperature.
pub const VOID: u8 = u8::MAX;

/// In [`Problem::region`]: the cell was painted by no region (it is the grid's own material).
pub const NO_REGION: u16 = u16::MAX;

/// A named part of the domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// As the scenario calls it.
    pub name: String,
    /// Material index, [`VOID`], or `None` for a region that only adds a source.
    pub material: Option<u8>,
    /// Volume of its cells as painted, before later regions covered any, m3.
    pub volume: f64,
    /// Volume of its shape itself within the grid, m3, where it is known.
    pub shape_volume: Option<f64>,
    /// Corners of the box that holds its shape, m, where that was read from a file.
    pub reach: Option<[DVec3; 2]>,
    /// Cells it was painted over and that no later region took (cells of a source-only region: all).
    pub cells: usize,
    /// Its own source in W, as a value of time, if it has one (a density has been integrated over its cells).
    pub power: Option<ValueId>,
    /// Its own source in W/m3, where it varies in space and time at once, so that `power` has no closed form.
    pub density: Option<ValueId>,
}

impl Region {
    /// Volume of its cells as painted over that of its shape.
    pub fn volume_fraction(&self) -> Option<f64> {
        self.shape_volume.map(|shape| self.volume / shape)
    }
}

/// What a contact lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Any cell of that material.
    Material(u8),
    /// Any cell of that region.
    Region(u16),
}

/// Thermal contact resistance on every face between two parties. The last one listed wins.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The two parties, in either order.
    pub between: [Party; 2],
    /// m2 K/W.
    pub resistance: f64,
}

/// Faces with a contact that stand for a slanted or round surface: the stairs of cells are larger than it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slants(Vec<((u32, u8), f64)>);

impl Slants {
    /// Of faces, by the cell on their low side (at joined ends: the last one) and their axis: their area over that of the surface.
    pub fn new(mut faces: Vec<((u32, u8), f64)>) -> Slants {
        faces.sort_by_key(|(face, _)| *face);
        Slants(faces)
    }

    /// Area of a face over that of the surface it stands for; 1 where nothing is told.
    pub fn of(&self, cell: usize, axis: usize) -> f64 {
        let face = (cell as u32, axis as u8);
        self.0.binary_search_by_key(&face, |(face, _)| *face).map_or(1.0, |found| self.0[found].1)
    }

    /// Whether all contacts lie along the axes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of a part of the grid whose cells were others before.
    pub fn part(&self, cells: &[usize]) -> Slants {
        let faces = cells.iter().enumerate().flat_map(|(new, &old)| {
            (0..3).map(move |axis| ((new as u32, axis as u8), self.of(old, axis))).filter(|(_, slant)| *slant != 1.0)
        });
        Slants(faces.collect())
    }
}

/// What cells are made of, where they belong and what lies between them.
#[derive(Debug, Clone, Copy)]
pub struct Bodies<'a> {
    /// See [`Problem::material`].
    pub material: &'a [u8],
    /// See [`Problem::region`].
    pub region: &'a [u16],
    /// See [`Problem::contacts`].
    pub contacts: &'a [Contact],
}

impl Bodies<'_> {
    /// The contact on the face between two cells, as an index into the contacts: of those that name both sides the last
    /// one listed.
    pub fn contact(&self, a: usize, b: usize) -> Option<usize> {
        let is = |party: Party, cell: usize| match party {
            Party::Material(m) => self.material[cell] == m,
            Party::Region(r) => self.region[cell] == r,
        };
        let between = |[p, q]: [Party; 2]| (is(p, a) && is(q, b)) || (is(p, b) && is(q, a));
        let same = |[p, q]: [Party; 2]| p == q;
        self.contacts.iter().rposition(|c| between(c.between) && !same(c.between))
    }
}

/// What holds on a surface, by values or, at one place and time, by numbers. Heat counts positive into the solid. Temperatures are deviations from
/// the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition<V = ValueId> {
    /// The surface has this temperature (deviation, K).
    Temperature(V),
    /// An environment exchanges heat with the surface; what is absent is a value of zero.
    Environment {
        /// Given heat flux into the solid, W/m2.
        flux: V,
        /// Convection coefficient, W/(m2 K).
        convection: V,
        /// Temperature of the surroundings (deviation, K).
        ambient: V,
        /// Grey emissivity towards the surroundings.
        emissivity: V,
    },
}

impl<V> Condition<V> {
    /// The same with what `each` makes of its values.
    pub fn map<W>(self, mut each: impl FnMut(V) -> W) -> Condition<W> {
        match self {
            Condition::Temperature(surface) => Condition::Temperature(each(surface)),
            Condition::Environment { flux, convection, ambient, emissivity } => Condition::Environment {
                flux: each(flux),
                convection: each(convection),
                ambient: each(ambient),
                emissivity: each(emissivity),
            },
        }
    }
}

/// A surface that the report names: an outer face of the grid or the surface of a void region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surface {
    /// An outer face.
    Outer(Side),
    /// Faces between the void of this region (index) and solid.
    Void(u16),
}

/// One wall of one solid cell: where the solid ends. A face of a cell is one wall; that of a tensor material is shared by
/// several, one for each direction in which heat comes to it (see [`crate::oblique`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wall {
    /// The solid cell.
    pub cell: u32,
    /// Which way it faces.
    pub side: Side,
    /// Index into [`Problem::conditions`].
    pub condition: u16,
    /// Index into [`Problem::surfaces`].
    pub surface: u16,
    /// m2.
    pub area: f64,
    /// From cell centre to the wall, m.
    pub half: f64,
    /// Where the condition's values are evaluated, m: the centre of the face (for a tensor, the foot of
    /// the conormal or of one of Selling's vectors, within the domain).
    pub position: DVec3,
}

impl Wall {
    /// From the centre of its cell to its position, the short way where the grid is periodic, m.
    pub fn displacement(&self, grid: &Grid) -> DVec3 {
        let mut d = self.position - grid.centre(grid.cell(self.cell as usize));
        for axis in (0..3).filter(|&a| grid.periodic[a]) {
            let length = grid.axis(axis).length();
            d[axis] -= length * (d[axis] / length).round();
        }
        d
    }
}

/// Everything that is solved.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The grid.
    pub grid: Grid,
    /// Temperatures are stored less this, K.
    pub reference: f64,
    /// All numbers that may vary.
    pub values: Values,
    /// Palette of materials (at most 255).
    pub materials: Vec<Material>,
    /// Per cell: index into `materials`, or [`VOID`].
    pub material: Vec<u8>,
    /// Named regions in painting order.
    pub regions: Vec<Region>,
    /// Per cell: the last region that gave it its material, or [`NO_REGION`].
    pub region: Vec<u16>,
    /// Contact resistances.
    pub contacts: Vec<Contact>,
    /// Where contacts lie askew.
    pub slants: Slants,
    /// Conditions that walls refer to.
    pub conditions: Vec<Condition>,
    /// Surfaces that walls belong to, in report order.
    pub surfaces: Vec<Surface>,
    /// All wall faces with a condition, sorted by cell; a wall without one is insulated and not listed.
    pub walls: Vec<Wall>,
    /// Palette of volumetric sources, W/m3; entry 0 is "none" and is zero.
    pub sources: Vec<ValueId>,
    /// Per cell: index into `sources`.
    pub source: Vec<u16>,
    /// Initial temperature per cell, deviation from `reference`, K; 0 in void.
    pub initial: Vec<f64>,
}

impl Problem {
    /// Whether a cell is of the first party of a contact.
    pub fn is_first_party(&self, contact: usize, cell: usize) -> bool {
        match self.contacts[contact].between[0] {
            Party::Material(m) => self.material[cell] == m,
            Party::Region(r) => self.region[cell] == r,
        }
    }

    /// Its cells and contacts.
    pub fn bodies(&self) -> Bodies<'_> {
        Bodies { material: &self.material, region: &self.region, contacts: &self.contacts }
    }

    /// Thermal resistance of the contact on the face between a cell and the next one along an axis, m2 K/W of the face; 0 without one.
    pub fn contact_resistance(&self, cell: usize, next: usize, axis: usize) -> f64 {
        let contact = if self.contacts.is_empty() { None } else { self.bodies().contact(cell, next) };
        contact.map_or(0.0, |c| self.contacts[c].resistance * self.slants.of(cell, axis))
    }

    /// The temperature that a condition draws a surface to; `None` where it exchanges nothing with surroundings.
    pub fn outside(&self, condition: &Condition) -> Option<ValueId> {
        match *condition {
            Condition::Temperature(id) => Some(id),
            Condition::Environment { convection, ambient, emissivity, .. } => {
                let exchanges = |id| self.values.get(id).as_constant() != Some(0.0);
                (exchanges(convection) || exchanges(emissivity)).then_some(ambient)
            }
        }
    }

    /// A range of temperatures (deviations, K) and those that surfaces are given, or surroundings have, at a time (s).
    pub fn with_surroundings(&self, range: [f64; 2], time: f64) -> [f64; 2] {
        let of_wall = |wall: &Wall| {
            let id = self.outside(&self.conditions[usize::from(wall.condition)])?;
            let at = wall.position;
            Some(self.values.at(id, &Place { x: at.x, y: at.y, z: at.z, t: time, ..Place::default() }))
        };
        self.walls.iter().filter_map(of_wall).fold(range, |[low, high], t| [low.min(t), high.max(t)])
    }

    /// A range of temperatures (deviations, K) with a margin in which a state may move before a step is chosen anew.
    pub fn widened(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        let margin = 0.1 * (high - low) + 0.02 * (high + self.reference);
        [low - margin, high + margin]
    }

    /// The cell that tells of a point: the one that holds it, or a solid one whose face it lies on; `None` within void.
    pub fn solid_cell_at(&self, point: DVec3) -> Option<[usize; 3]> {
        self.solid_cells_at(point).next()
    }

    /// The solid cells that hold a point or have it on a face.
    pub fn solid_cells_at(&self, point: DVec3) -> impl Iterator<Item = [usize; 3]> + '_ {
        let grid = &self.grid;
        let touching = [0, 1, 2].map(|a| {
            let (axis, cell) = (grid.axis(a), grid.axis(a).cell_at(point[a]));
            let near = 1e-9 * axis.widths()[cell];
            let beside = match () {
                () if cell > 0 && point[a] - axis.edges()[cell] <= near => Some(cell - 1),
                () if cell + 1 < axis.cells() && axis.edges()[cell + 1] - point[a] <= near => Some(cell + 1),
                () => None,
            };
            (cell, beside)
        });
        let [x, y, z] = touching.map(|(cell, beside)| [Some(cell), beside].into_iter().flatten());
        x.flat_map(move |x| y.clone().map(move |y| (x, y)))
            .flat_map(move |(x, y)| z.clone().map(move |z| [x, y, z]))
            .filter(move |&cell| self.material[grid.index(cell)] != VOID)
    }

    /// Time that heat in a solid cell takes to follow, s; 0 under Fourier's law.
    pub fn relaxation_time(&self, cell: usize) -> f64 {
        self.materials[usize::from(self.material[cell])].relaxation_time.unwrap_or(0.0)
    }

    /// What a surface is called: `x_min`, or the name of the void region.
    pub fn surface_name(&self, surface: &Surface) -> String {
        match surface {
            Surface::Outer(side) => side.name().to_string(),
            Surface::Void(region) => self.regions[usize::from(*region)].name.clone(),
        }
    }
}
