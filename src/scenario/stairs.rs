//! Surfaces of voids that follow the faces of cells: how much of a shape's surface each face stands for, and where it lies.

use super::plan::Plan;
use crate::grid::Grid;
use crate::problem::{Bodies, Conductivity, Contact, Material, NO_REGION, Slants, VOID, Wall};
use crate::quantity::{AREA, format_quantity};
use crate::region::{Patch, Shape, slants};
use glam::{DVec3, IVec3};
use std::collections::{BTreeMap, BTreeSet};

/// A face with a contact that stands for a slanted surface.
struct Slanted {
    /// The cell on its low side, and its axis.
    face: (u32, u8),
    /// Its area over that of the surface by its normal alone.
    steepness: f64,
    /// m2, of the surface.
    area: f64,
}

/// A painted grid and what it was painted with.
pub(super) struct Stairs<'a> {
    pub grid: &'a Grid,
    pub palette: &'a [Material],
    pub material: &'a [u8],
    pub region: &'a [u16],
    pub plan: &'a Plan<'a>,
}

impl Stairs<'_> {
    /// Gives the walls of void `void` the area of the surface that they stand for; `false` where a shape does not tell it. Stairs
    /// have |n_x| + |n_y| + |n_z| times the area of a surface of normal n; what is left, as cells meet the shape by chance,
    /// follows from the area of the shape's own surface between this void and solid.
    pub fn weigh(&self, void: u16, walls: &mut [Wall]) -> bool {
        let planar = self.grid.dimensions() == 2;
        let mut known = true;
        // per shape: its slanted walls
        let mut slanted: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (w, wall) in walls.iter_mut().enumerate() {
            let (owner, facing) = self.owner(wall);
            let Some(facet) = self.shape(owner).facet(wall.position, facing, planar) else {
                known = false;
                continue;
            };
            if let Some(distance) = self.distance(wall) {
                // the heat takes the short way, along the normal
                self.end(wall, distance, distance * facet.normal[wall.side.axis].abs());
            }
            wall.area /= facet.steepness();
            if facet.is_slanted() {
                slanted.entry(owner).or_default().push(w);
            }
        }
        let is_void = |i: usize| self.material[i] == VOID && self.region[i] == void;
        let is_solid = |i: usize| self.material[i] != VOID;
        let between = |a: usize, b: usize| is_void(a) && is_solid(b) || is_void(b) && is_solid(a);
        for (owner, list) in slanted {
            let factor = self.factor(owner, list.iter().map(|&w| walls[w].area).sum(), between);
            list.iter().for_each(|&w| walls[w].area *= factor);
        }
        known
    }

    /// Ends walls on slanted surfaces where the surface itself crosses the line between the centres of solid and void. For given
    /// temperatures this is of second order and leaves the operator symmetric (Gibou, Fedkiw, Cheng & Kang, J. Comput. Phys.
    /// 176 (2002) 205).
    pub fn reach(&self, walls: &mut [Wall]) {
        for wall in walls {
            if let Some(distance) = self.distance(wall) {
                self.end(wall, distance, distance);
            }
        }
    }

    /// Faces with contacts that stand for a slanted surface, whose normal and area their shapes tell as they do for voids; and the contacts
    /// that lie on faces of which no shape tells.
    pub fn contacts(&self, contacts: &[Contact]) -> (Slants, BTreeSet<usize>) {
        let (mut faces, mut unknown) = (Vec::new(), BTreeSet::new());
        if contacts.is_empty() {
            return (Slants::default(), unknown);
        }
        let (grid, planar) = (self.grid, self.grid.dimensions() == 2);
        let bodies = Bodies { material: self.material, region: self.region, contacts };
        let solid = |i: usize| self.material[i] != VOID;
        // per shape and contact: its slanted faces
        let mut slanted: BTreeMap<(u16, usize), Vec<Slanted>> = BTreeMap::new();
        for (i, axis) in (0..grid.len()).flat_map(|i| (0..grid.dimensions()).map(move |axis| (i, axis))) {
            let cell = grid.cell(i);
            let Some(j) = grid.neighbour(cell, IVec3::AXES[axis]).map(|next| grid.index(next)) else { continue };
            let contact = if solid(i) && solid(j) { bodies.contact(i, j) } else { None };
            let Some(contact) = contact else { continue };
            let (owner, sign) = match (self.region[i], self.region[j]) {
                (own, next) if own == next => {
                    unknown.insert(contact);
                    continue;
                }
                (own, NO_REGION) => (own, 1.0),
                (NO_REGION, next) => (next, -1.0),
                (own, next) => (own.max(next), if own > next { 1.0 } else { -1.0 }),
            };
            let mut at = grid.centre(cell);
            at[axis] += 0.5 * grid.widths(cell)[axis];
            let Some(facet) = self.shape(owner).facet(at, sign * DVec3::AXES[axis], planar) else {
                unknown.insert(contact);
                continue;
            };
            let steepness = facet.steepness();
            if facet.is_slanted() {
                let face = (i as u32, axis as u8);
                let area = grid.area(cell, axis) / steepness;
                slanted.entry((owner, contact)).or_default().push(Slanted { face, steepness, area });
            }
        }
        for ((owner, contact), list) in slanted {
            let between = |a: usize, b: usize| solid(a) && solid(b) && bodies.contact(a, b) == Some(contact);
            let factor = self.factor(owner, list.iter().map(|s| s.area).sum(), between);
            faces.extend(list.into_iter().map(|s| (s.face, s.steepness / factor)));
        }
        (Slants::new(faces), unknown)
    }

    /// Area of the slanted surface of `owner` where it parts cells that `between` asks for, over that of the faces that stand for it (m2).
    /// Where the surface is cut off by others within a cell or two the two areas may be of different parts: 1 if they are far apart.
    fn factor(&self, owner: u16, faces: f64, between: impl Fn(usize, usize) -> bool) -> f64 {
        let ends = [self.grid.axis(2).low(), self.grid.axis(2).high()];
        let mut patches = self.shape(owner).patches(self.grid.dimensions() == 2, ends);
        patches.retain(|patch| slants(patch.normal));
        let area = |parts: &dyn Fn(&Patch) -> bool| patches.iter().filter(|p| parts(p)).map(|p| p.area).sum::<f64>();
        let (own, whole) = (area(&|p| self.parts(p, owner, &between)), area(&|_| true));
        let factor = own / faces;
        let all = own > 0.0 && own == whole;
        if all || (0.8..1.25).contains(&factor) { factor } else { 1.0 }
    }

    /// How far along its axis the slanted surface that a wall stands for lies from the centre of its cell. Walls of tensors end
    /// where Selling's vectors do.
    fn distance(&self, wall: &Wall) -> Option<f64> {
        let planar = self.grid.dimensions() == 2;
        let material = &self.palette[usize::from(self.material[wall.cell as usize])];
        if matches!(material.conductivity, Conductivity::Tensor(_)) {
            return None;
        }
        let (owner, facing) = self.owner(wall);
        let shape = self.shape(owner);
        if !shape.facet(wall.position, facing, planar)?.is_slanted() {
            return None;
        }
        let cell = self.grid.cell(wall.cell as usize);
        let outward = wall.side.outward();
        let beyond = self.grid.neighbour(cell, outward)?;
        let length = wall.half + 0.5 * self.grid.widths(beyond)[wall.side.axis];
        shape.crossing(self.grid.centre(cell), outward.as_dvec3(), length, planar)
    }

    /// Ends a wall `distance` from the centre of its cell; its heat passes `half` on the way, but no less than a tenth of the
    /// cell, which would make explicit steps too short.
    fn end(&self, wall: &mut Wall, distance: f64, half: f64) {
        let axis = wall.side.axis;
        let outward = if wall.side.high { 1.0 } else { -1.0 };
        wall.position[axis] = self.grid.centre(self.grid.cell(wall.cell as usize))[axis] + outward * distance;
        wall.half = half.max(0.2 * wall.half);
    }

    fn shape(&self, region: u16) -> &Shape {
        &self.plan.regions[usize::from(region)].shape
    }

    /// The region whose shape ends at a wall, the one painted later, and which way is out of it.
    fn owner(&self, wall: &Wall) -> (u16, DVec3) {
        let cell = self.grid.cell(wall.cell as usize);
        let outward = wall.side.outward().as_dvec3();
        let beyond = self.grid.neighbour(cell, wall.side.outward()).map(|c| self.region[self.grid.index(c)]);
        let (solid, void) = (self.region[wall.cell as usize], beyond.unwrap_or(NO_REGION));
        if solid != NO_REGION && (solid > void || void == NO_REGION) { (solid, outward) } else { (void, -outward) }
    }

    /// Whether a part of the surface of `owner` lies between cells that `between` asks for, as far as those on both
    /// sides tell, more than half a cell's diagonal away.
    fn parts(&self, patch: &Patch, owner: u16, between: &impl Fn(usize, usize) -> bool) -> bool {
        let Some(here) = self.cell_at(patch.at) else { return false };
        let widths = self.grid.widths(here);
        let reach = 1.3 * (widths * patch.normal).length();
        // Near an edge of the shape the stairs of another of its faces may be met.
        let aside = (patch.middle - patch.at).clamp_length_max(1.5 * widths.max_element());
        for aside in [DVec3::ZERO, aside] {
            let across = [1.0, -1.0].map(|sign| {
                let mut at = patch.at + aside + sign * reach * patch.normal;
                for a in 0..3 {
                    at[a] = at[a].clamp(self.grid.axis(a).low(), self.grid.axis(a).high());
                }
                self.cell_at(at).map(|c| self.grid.index(c))
            });
            let [Some(outer), Some(inner)] = across else { return false };
            if self.region[inner] == owner && self.region[outer] != owner {
                return between(outer, inner);
            }
        }
        false
    }

    fn cell_at(&self, p: DVec3) -> Option<[usize; 3]> {
        let within = |a: usize| (self.grid.axis(a).low()..=self.grid.axis(a).high()).contains(&p[a]);
        (0..3).all(within).then(|| [0, 1, 2].map(|a| self.grid.axis(a).cell_at(p[a])))
    }
}

/// Says on which area the conditions of a void's surface act, where the stairs of cells have another.
pub(super) fn note_of_area(name: &str, stairs: f64, area: f64, unknown: bool) -> Option<String> {
    if unknown {
        return Some(format!(
            "the surface of void \"{name}\" follows the faces of cells: where the shape is round or slanted it comes out up to 1.42 \
             times (2D) or 1.74 times (3D) too large at any resolution, and with it what convection, radiation or a flux \
             carry there; lower those coefficients by the same factor, or draw it by sphere, cylinder, polygon, box or an STL"
        ));
    }
    (stairs > 1.005 * area).then(|| {
        format!(
            "void \"{name}\": the faces of its cells have {:.4} times the area of its surface; flux, convection and radiation \
             act on the surface's own {}",
            stairs / area,
            format_quantity(area, AREA)
        )
    })
}

/// Says that carriers in flight meet the stairs of cells, where these have another area than the void's surface.
pub(super) fn note_of_flights(name: &str, stairs: f64, area: f64) -> Option<String> {
    (stairs > 1.005 * area).then(|| {
        format!(
            "void \"{name}\": carriers meet the faces of its cells, which have {:.4} times the area of its surface at any resolution: where they fly \
             farther than it is wide it takes, or scatters, up to so many times what it should, and a mirror of stairs sends them back as corners do; \
             surfaces along the axes are free of it",
            stairs / area
        )
    })
}
