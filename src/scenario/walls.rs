//! Wall faces: where solid ends at the grid's outer faces and at void, and what holds there.

use super::beams::BeamPlan;
use super::boundaries::{ConditionPlan, FacePlan, Patch};
use super::foot::spread_walls;
use super::item::metres;
use super::materials::ConductivityPlan;
use super::mixture::MatterPlan;
use super::paint::nearest_edge;
use super::plan::Plan;
use super::stairs::{Stairs, note_of_area, note_of_flights};
use super::varying::Varying;
use crate::expression::Expression;
use crate::grid::{Grid, Side};
use crate::problem::{Bodies, Condition, Material, NO_REGION, Surface, VOID, ValueId, Values, Wall};
use glam::DVec3;
use std::collections::HashMap;

/// A condition in use: what the user gave, with the beams that fall on the same face.
#[derive(Debug)]
pub(super) struct UsedCondition<'p> {
    /// What holds for heat.
    pub plan: Option<&'p ConditionPlan<'p>>,
    /// What holds for matter.
    pub matter: Option<&'p MatterPlan<'p>>,
    beams: Vec<&'p BeamPlan<'p>>,
    /// Which entry of its face's list it is; none for a void's surface, and where beams alone fall.
    patch: Option<usize>,
}

/// All walls before their conditions are compiled.
#[derive(Debug)]
pub(super) struct WallPlan<'p> {
    pub surfaces: Vec<Surface>,
    pub walls: Vec<Wall>,
    pub used: Vec<UsedCondition<'p>>,
    /// What the user should know of the surfaces of voids.
    pub notes: Vec<String>,
}

impl<'d> ConditionPlan<'d> {
    /// All values of the condition.
    pub fn values(&self) -> impl Iterator<Item = &Varying<'d>> {
        let list: [Option<&Varying<'d>>; 4] = match self {
            ConditionPlan::Temperature(t) => [Some(t), None, None, None],
            ConditionPlan::Adiabatic(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..) => [None; 4],
            ConditionPlan::Environment(e) => {
                [e.flux.as_ref(), e.convection.as_ref(), e.emissivity.as_ref(), e.ambient.as_ref()]
            }
        };
        list.into_iter().flatten()
    }

    /// Those of its values that are temperatures.
    pub fn temperatures(&self) -> impl Iterator<Item = &Varying<'d>> {
        match self {
            ConditionPlan::Temperature(t) => Some(t),
            ConditionPlan::Environment(e) => e.ambient.as_ref(),
            ConditionPlan::Adiabatic(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..) => None,
        }
        .into_iter()
    }

    /// Whether nothing passes: the same as no condition.
    fn is_insulated(&self) -> bool {
        match self {
            ConditionPlan::Temperature(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..) => false,
            ConditionPlan::Adiabatic(_) => true,
            ConditionPlan::Environment(e) => [&e.flux, &e.convection, &e.emissivity]
                .into_iter()
                .flatten()
                .all(|value| value.expression.as_constant() == Some(0.0)),
        }
    }
}

/// Finds all walls of the painted grid.
pub(super) fn build_walls<'p>(plan: &'p Plan<'p>, grid: &Grid, bodies: Bodies, palette: &[Material]) -> WallPlan<'p> {
    let Bodies { material, region, .. } = bodies;
    let mut out = WallPlan { surfaces: Vec::new(), walls: Vec::new(), used: Vec::new(), notes: Vec::new() };
    let mut builder = Builder { grid, palette, material };
    for side in Side::ALL.into_iter().filter(|s| s.axis < grid.dimensions() && !grid.periodic[s.axis]) {
        out.surfaces.push(Surface::Outer(side));
        builder.outer(plan, side, &mut out);
    }
    for beam in plan.beams.iter().filter(|b| grid.periodic[b.side.axis]) {
        beam.item.error("hits a periodic face, which is no surface", "choose a face that is not periodic");
    }
    if material.contains(&VOID) {
        builder.void_surfaces(plan, region, &mut out);
    }
    let given = |condition: u16| matches!(out.used[usize::from(condition)].plan, Some(ConditionPlan::Temperature(_)));
    match spread_walls(grid, palette, bodies, std::mem::take(&mut out.walls), &given) {
        Ok(walls) => out.walls = walls,
        Err(unreachable) => {
            let material = plan.materials.iter().find(|m| m.name == unreachable.material);
            if let Some(ConductivityPlan::Tensor(_, item)) = material.map(|m| &m.conductivity) {
                item.error(unreachable.to_string(), "make the cells there nearer to cubes");
            }
        }
    }
    out.walls.sort_by_key(|w| (w.cell, w.side));
    out
}

struct Builder<'g> {
    grid: &'g Grid,
    palette: &'g [Material],
    material: &'g [u8],
}

impl Builder<'_> {
    fn outer<'p>(&mut self, plan: &'p Plan<'p>, side: Side, out: &mut WallPlan<'p>) {
        let patches: &'p [Patch<'p>] = match plan.faces.get(side) {
            Some(FacePlan::Patches(patches)) => patches,
            Some(FacePlan::Periodic(_)) | None => &[],
        };
        let beams: Vec<&'p BeamPlan<'p>> = plan.beams.iter().filter(|b| b.side == side).collect();
        let rest = patches.iter().position(|p| p.area.is_none());
        let along: Vec<usize> = (0..self.grid.dimensions()).filter(|&a| a != side.axis).collect();
        let mut faces_of = vec![0usize; patches.len()];
        let mut covered = vec![0usize; patches.len()];
        let mut over: Vec<Option<usize>> = vec![None; patches.len()];
        let mut used_of: HashMap<Option<usize>, u16> = HashMap::new();
        let mut shaded: Vec<bool> = vec![false; beams.len()];
        let surface = (out.surfaces.len() - 1) as u16;
        let cells = self.grid.cells();
        let mut last = cells;
        last[side.axis] = 1;
        for k in 0..last[2] {
            for j in 0..last[1] {
                for i in 0..last[0] {
                    let mut cell = [i, j, k];
                    cell[side.axis] = if side.high { cells[side.axis] - 1 } else { 0 };
                    let centre = self.face_centre(cell, side);
                    let within = |patch: &Patch<'_>| {
                        patch.area.as_ref().is_some_and(|[low, high]| {
                            along.iter().enumerate().all(|(n, &a)| (low[n]..high[n]).contains(&centre[a]))
                        })
                    };
                    let patch = patches.iter().rposition(within).or(rest);
                    for (n, _) in patches.iter().enumerate().filter(|(_, p)| within(p)) {
                        covered[n] += 1;
                        over[n] = over[n].or(patch.filter(|p| *p != n));
                    }
                    if self.material[self.grid.index(cell)] == VOID {
                        continue;
                    }
                    if let Some(n) = patch {
                        faces_of[n] += 1;
                    }
                    let condition = patch.map(|n| &patches[n].condition);
                    let heat = condition.map(ConditionPlan::heat);
                    if let Some(ConditionPlan::Temperature(_)) = heat {
                        for (beam, shaded) in beams.iter().zip(&mut shaded) {
                            *shaded |= beam.distance(self.grid, centre.to_array()) < beam.reach();
                        }
                    }
                    let lit = !beams.is_empty() && !matches!(heat, Some(ConditionPlan::Temperature(_)));
                    if !lit && condition.is_none_or(ConditionPlan::is_insulated) {
                        continue;
                    }
                    let used = *used_of.entry(patch).or_insert_with(|| {
                        let beams = if lit { beams.clone() } else { Vec::new() };
                        let matter = condition.and_then(ConditionPlan::matter);
                        out.used.push(UsedCondition { plan: heat, matter, beams, patch });
                        (out.used.len() - 1) as u16
                    });
                    out.walls.push(self.wall(cell, side, used, surface));
                }
            }
        }
        for (beam, _) in beams.iter().zip(&shaded).filter(|(_, shaded)| **shaded) {
            beam.item.error(
                format!("falls on a part of {} whose temperature is given", side.name()),
                "a given temperature swallows the beam: use convection or radiation there, or move the path",
            );
        }
        for (n, later) in over.iter().enumerate().filter_map(|(n, later)| later.map(|later| (n, later))) {
            if faces_of[n] > 0 {
                let (own, later) = (&patches[n].item, &patches[later].item);
                own.document
                    .warn(format!("{}: {} takes a part of its box: the later one holds there", own.path, later.path));
            }
        }
        self.judge_patches(patches, &faces_of, &covered, &along);
    }

    fn judge_patches(&self, patches: &[Patch<'_>], faces_of: &[usize], covered: &[usize], along: &[usize]) {
        for (n, patch) in patches.iter().enumerate() {
            let Some(area) = &patch.area else {
                if faces_of[n] == 0 {
                    patch.item.error(
                        "holds on no face of a solid cell",
                        "the patches or void cover the whole face: remove it",
                    );
                }
                continue;
            };
            if faces_of[n] == 0 {
                let (message, remedy) = if covered[n] == 0 {
                    (
                        "its box holds no face centre",
                        "the box lies outside the face or is smaller than a cell: move or enlarge it, or use more cells",
                    )
                } else {
                    ("holds on no face of a solid cell", "void or later patches cover it: remove it, or move it down")
                };
                patch.item.error(message, remedy);
            }
            let cuts: Vec<String> = along
                .iter()
                .enumerate()
                .flat_map(|(i, &a)| area.iter().map(move |corner| (a, corner[i])))
                .filter_map(|(a, at)| nearest_edge(self.grid, a, at).map(|edge| (a, at, edge)))
                .map(|(a, at, edge)| {
                    format!("{} = {} (the nearest cell edge is at {})", ["x", "y", "z"][a], metres(at), metres(edge))
                })
                .collect();
            if !cuts.is_empty() {
                patch.item.document.warn(format!(
                    "{}: edges of the patch cut cells: {}",
                    patch.item.path,
                    cuts.join(", ")
                ));
            }
        }
    }

    fn void_surfaces<'p>(&mut self, plan: &'p Plan<'p>, region: &[u16], out: &mut WallPlan<'p>) {
        let grid = self.grid;
        let mut faces: Vec<(usize, Side, u16)> = Vec::new();
        let sides = || Side::ALL.into_iter().filter(|s| s.axis < grid.dimensions());
        for index in (0..grid.len()).filter(|&i| self.material[i] != VOID) {
            let cell = grid.cell(index);
            for side in sides() {
                let Some(beyond) = grid.neighbour(cell, side.outward()) else { continue };
                let beyond = grid.index(beyond);
                if self.material[beyond] == VOID && region[beyond] != NO_REGION {
                    faces.push((index, side, region[beyond]));
                }
            }
        }
        for (number, painted) in plan.regions.iter().enumerate() {
            let number = number as u16;
            let mut own = faces.iter().filter(|f| f.2 == number).peekable();
            if own.peek().is_none() {
                if let Some(boundary) = &painted.boundary
                    && !boundary.is_insulated()
                {
                    painted.item.error(
                        format!(
                            "no face lies between void \"{}\" and solid, so its boundary holds nowhere",
                            painted.name
                        ),
                        "remove boundary, or let the void touch solid",
                    );
                }
                continue;
            }
            let surface = out.surfaces.len() as u16;
            out.surfaces.push(Surface::Void(number));
            let condition = painted.boundary.as_ref().filter(|b| !b.is_insulated());
            let kinetic = plan.model.is_kinetic();
            if condition.is_none() && !kinetic {
                continue;
            }
            let used = out.used.len() as u16;
            let own: Vec<(usize, Side)> = own.map(|f| (f.0, f.1)).collect();
            let mut walls: Vec<Wall> =
                own.iter().map(|&(index, side)| self.wall(grid.cell(index), side, used, surface)).collect();
            let stairs: f64 = walls.iter().map(|w| w.area).sum();
            let shapes = Stairs { grid, palette: self.palette, material: self.material, region, plan };
            if kinetic {
                let mut smooth = walls.clone();
                if shapes.weigh(number, &mut smooth) {
                    let area = smooth.iter().map(|w| w.area).sum();
                    note_of_flights(&painted.name, stairs, area)
                        .into_iter()
                        .for_each(|note| painted.item.document.warn(note));
                }
            }
            let Some(condition) = condition else { continue };
            let (heat, matter) = (condition.heat(), condition.matter());
            out.used.push(UsedCondition { plan: Some(heat), matter, beams: Vec::new(), patch: None });
            let unknown = match heat {
                ConditionPlan::Environment(_) => !shapes.weigh(number, &mut walls),
                ConditionPlan::Temperature(_) => {
                    shapes.reach(&mut walls);
                    false
                }
                _ => false,
            };
            let area: f64 = walls.iter().map(|w| w.area).sum();
            out.walls.extend(walls);
            out.notes.extend(note_of_area(&painted.name, stairs, area, unknown));
        }
    }

    fn face_centre(&self, cell: [usize; 3], side: Side) -> DVec3 {
        let mut centre = self.grid.centre(cell);
        centre[side.axis] = self.grid.axis(side.axis).edges()[cell[side.axis] + usize::from(side.high)];
        centre
    }

    fn wall(&self, cell: [usize; 3], side: Side, condition: u16, surface: u16) -> Wall {
        let index = self.grid.index(cell);
        let half = 0.5 * self.grid.axis(side.axis).widths()[cell[side.axis]];
        let position = self.face_centre(cell, side);
        let area = self.grid.area(cell, side.axis);
        Wall { cell: index as u32, side, condition, surface, area, half, position }
    }
}

impl WallPlan<'_> {
    /// Positions of the walls under a condition.
    pub fn positions_of(&self, index: usize) -> Vec<DVec3> {
        self.walls.iter().filter(|w| usize::from(w.condition) == index).map(|w| w.position).collect()
    }

    /// For each condition, which entry of its face's list it is.
    pub fn patches(&self) -> Vec<Option<usize>> {
        self.used.iter().map(|used| used.patch).collect()
    }

    /// The compiled conditions of a run to `end` (s; 0 in a steady one), temperatures less `reference`.
    pub fn conditions(
        &self,
        grid: &Grid,
        end: f64,
        reference: f64,
        zero: ValueId,
        values: &mut Values,
    ) -> Vec<Condition> {
        let less = |t: &Varying<'_>| t.expression.clone().sub(Expression::constant(reference));
        let mut out = Vec::with_capacity(self.used.len());
        for used in &self.used {
            let mut push = |value: Option<&Varying<'_>>| value.map_or(zero, |v| values.push(v.expression.clone()));
            let (given, convection, emissivity, ambient) = match used.plan {
                Some(ConditionPlan::Temperature(t)) => {
                    out.push(Condition::Temperature(values.push(less(t))));
                    continue;
                }
                Some(ConditionPlan::Environment(e)) => {
                    (e.flux.as_ref(), push(e.convection.as_ref()), push(e.emissivity.as_ref()), e.ambient.as_ref())
                }
                Some(ConditionPlan::Adiabatic(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..)) | None => {
                    (None, zero, zero, None)
                }
            };
            let ambient = ambient.map_or(zero, |a| values.push(less(a)));
            let mut flux = given.map_or(Expression::constant(0.0), |f| f.expression.clone());
            for beam in &used.beams {
                flux = flux.add(beam.flux(grid, end));
            }
            let flux = if flux.as_constant() == Some(0.0) { zero } else { values.push(flux) };
            out.push(Condition::Environment { flux, convection, ambient, emissivity });
        }
        out
    }
}
