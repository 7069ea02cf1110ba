//! Surfaces of voids that follow the faces of cells: how much of a shape's surface each face stands for, and where it lies.

use super::plan::Plan;
use crate::grid::Grid;
use crate::problem::{Conductivity, Material, NO_REGION, VOID, Wall};
use crate::region::{Patch, Shape};
use glam::DVec3;
use std::collections::BTreeMap;

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
            let Some(normal) = self.shape(owner).normal(wall.position, facing, planar) else {
                known = false;
                continue;
            };
            let steepness = normal.abs().element_sum();
            if let Some(distance) = self.distance(wall) {
                // the heat takes the short way, along the normal
                self.end(wall, distance, distance * normal[wall.side.axis].abs());
            }
            wall.area /= steepness;
            if steepness > 1.0 + SLANTED {
                slanted.entry(owner).or_default().push(w);
            }
        }
        let ends = [self.grid.axis(2).low(), self.grid.axis(2).high()];
        for (owner, list) in slanted {
            let patches = self.shape(owner).patches(planar, ends);
            let exact: f64 = patches.iter().filter(|p| self.parts(p, owner, void)).map(|p| p.area).sum();
            let found: f64 = list.iter().map(|&w| walls[w].area).sum();
            // Where the surface is cut off by others within a cell or two the two areas may be of different parts.
            let factor = exact / found;
            if (0.8..1.25).contains(&factor) {
                list.iter().for_each(|&w| walls[w].area *= factor);
            }
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
        if shape.normal(wall.position, facing, planar)?.abs().element_sum() <= 1.0 + SLANTED {
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

    /// Whether a slanted part of the surface of `owner` lies between a void and solid, as far as the cells on both
    /// sides tell, more than half a cell's diagonal away.
    fn parts(&self, patch: &Patch, owner: u16, void: u16) -> bool {
        if patch.normal.abs().element_sum() <= 1.0 + SLANTED {
            return false;
        }
        let Some(here) = self.cell_at(patch.at) else { return false };
        let reach = 1.3 * (self.grid.widths(here) * patch.normal).length();
        let across = [1.0, -1.0].map(|sign| {
            let mut at = patch.at + sign * reach * patch.normal;
            for a in 0..3 {
                at[a] = at[a].clamp(self.grid.axis(a).low(), self.grid.axis(a).high());
            }
            self.cell_at(at).map(|c| self.grid.index(c))
        });
        let [Some(outer), Some(inner)] = across else { return false };
        let is_void = |i: usize| self.material[i] == VOID && self.region[i] == void;
        let is_solid = |i: usize| self.material[i] != VOID;
        self.region[inner] == owner && ((is_void(outer) && is_solid(inner)) || (is_void(inner) && is_solid(outer)))
    }

    fn cell_at(&self, p: DVec3) -> Option<[usize; 3]> {
        let within = |a: usize| (self.grid.axis(a).low()..=self.grid.axis(a).high()).contains(&p[a]);
        (0..3).all(within).then(|| [0, 1, 2].map(|a| self.grid.axis(a).cell_at(p[a])))
    }
}

/// How much more than along the axes the faces of a surface measure before it counts as slanted.
const SLANTED: f64 = 1e-6;

/// Says on which area the conditions of a void's surface act, where the stairs of cells have another.
pub(super) fn note_of_area(name: &str, stairs: f64, area: f64, unknown: bool) -> Option<String> {
    if unknown {
        return Some(format!(
            "the surface of void \"{name}\" follows the faces of cells: where the shape is round or slanted it comes out up to 1.3 \
             times (2D) or 1.5 times (3D) too large at any resolution, and with it what convection, radiation or a flux \
             carry there; lower those coefficients by the same factor, or draw it by sphere, cylinder, polygon, box or an STL"
        ));
    }
    (stairs > 1.005 * area).then(|| {
        format!(
            "void \"{name}\": the faces of its cells have {:.4} times the area of its surface; flux, convection and radiation \
             act on the surface's own {area:.4e} m2",
            stairs / area
        )
    })
}
