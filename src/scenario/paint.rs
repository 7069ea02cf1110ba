//! Painting: which cell is of what material and belongs to which region.

use super::item::metres;
use super::plan::Plan;
use super::regions::{Filling, RegionPlan};
use crate::grid::Grid;
use crate::problem::{Material, NO_REGION, Region, VOID};
use crate::region::{Shape, Share, domain};

/// The painted grid.
#[derive(Debug)]
pub(super) struct Painted {
    pub material: Vec<u8>,
    pub region: Vec<u16>,
    pub regions: Vec<Region>,
}

/// Paints the regions in order and judges how well the grid shows them.
pub(super) fn paint(plan: &Plan<'_>, grid: &Grid, palette: &[Material]) -> Painted {
    let index_of = |name: &str| palette.iter().position(|m| m.name == name).map_or(VOID, |i| i as u8);
    let ground = plan.grid.material.as_ref().and_then(|item| item.as_text()).map(index_of);
    let mut material = vec![ground.unwrap_or(VOID); grid.len()];
    let mut region = vec![NO_REGION; grid.len()];
    let mut regions = Vec::with_capacity(plan.regions.len());
    for (number, painted) in plan.regions.iter().enumerate() {
        let filling = match &painted.filling {
            Filling::Material(item) => item.as_text().map(index_of),
            Filling::Void => Some(VOID),
            Filling::Unchanged => None,
        };
        let (mut cells, mut volume) = (0, 0.0);
        painted.shape.for_each_cell(grid, |cell| {
            cells += 1;
            volume += grid.volume(grid.cell(cell));
            if let Some(filling) = filling {
                material[cell] = filling;
                region[cell] = number as u16;
            }
        });
        if painted.shares_cells() {
            (cells, volume) = shared(&painted.shape.shares(grid), grid);
        }
        let shape_volume = painted.shape.volume_within(grid);
        let drawn = Region {
            name: painted.name.clone(),
            material: filling,
            volume,
            shape_volume,
            cells,
            power: None,
            density: None,
        };
        if cells == 0 {
            refuse_empty(painted, grid);
        } else {
            warn_of_volume(painted, &drawn);
            if !painted.shares_cells() {
                warn_of_cut_cells(painted, grid);
            }
        }
        regions.push(drawn);
    }
    count_cells(plan, &region, &mut regions);
    if ground.is_none()
        && let Some(cell) = region.iter().position(|r| *r == NO_REGION)
    {
        let count = region.iter().filter(|r| **r == NO_REGION).count();
        let c = grid.centre(grid.cell(cell));
        plan.grid.item.error(
            format!(
                "{count} cells lie in no region with a material, the first at {}, {}, {}",
                metres(c.x),
                metres(c.y),
                metres(c.z)
            ),
            "add `material` to [grid]: it fills what no region paints (\"void\" for empty space)",
        );
    } else if material.iter().all(|m| *m == VOID) {
        plan.grid
            .item
            .error("every cell is void", "paint at least one region with a material, or set `material` in [grid]");
    }
    Painted { material, region, regions }
}

/// Number of the cells that are shared, and the volume of the shares, m3.
fn shared(shares: &[Share], grid: &Grid) -> (usize, f64) {
    (shares.len(), shares.iter().map(|&(cell, part)| part * grid.volume(grid.cell(cell))).sum())
}

fn refuse_empty(painted: &RegionPlan<'_>, grid: &Grid) {
    let (low, high) = domain(grid);
    let (from, to) = painted.shape.bounds();
    let outside = (0..grid.dimensions()).any(|a| to[a] <= low[a] || from[a] >= high[a]);
    if outside {
        let ends: Vec<String> =
            (0..grid.dimensions()).map(|a| format!("{} to {}", metres(low[a]), metres(high[a]))).collect();
        painted.shape_item.error(
            format!("region \"{}\" lies outside the grid", painted.name),
            format!("the grid reaches from {}; move the shape or the grid's origin", ends.join(", ")),
        );
    } else {
        painted.shape_item.error(
            format!("region \"{}\" holds no cell centre", painted.name),
            "the shape is smaller than a cell: use more cells there, or a larger shape",
        );
    }
}

fn warn_of_volume(painted: &RegionPlan<'_>, region: &Region) {
    if let (Some(fraction), Some(exact)) = (region.volume_fraction(), region.shape_volume)
        && (fraction - 1.0).abs() > 0.05
    {
        painted.item.document.warn(format!(
            "region \"{}\": its cells have {:.4e} m3, {:+.1} % off the shape's {exact:.4e} m3; finer cells would fit better",
            region.name,
            region.volume,
            100.0 * (fraction - 1.0)
        ));
    }
}

fn warn_of_cut_cells(painted: &RegionPlan<'_>, grid: &Grid) {
    let Shape::Box { low, high } = &painted.shape else { return };
    let mut cuts = Vec::new();
    for a in 0..grid.dimensions() {
        for at in [low[a], high[a]] {
            if let Some(edge) = nearest_edge(grid, a, at) {
                cuts.push(format!(
                    "{} = {} (the nearest cell edge is at {})",
                    ["x", "y", "z"][a],
                    metres(at),
                    metres(edge)
                ));
            }
        }
    }
    if !cuts.is_empty() {
        let name = &painted.name;
        painted.item.document.warn(format!("region \"{name}\": edges of the box cut cells: {}", cuts.join(", ")));
    }
}

/// The cell edge nearest to a coordinate within the grid that lies on none.
pub(super) fn nearest_edge(grid: &Grid, axis: usize, at: f64) -> Option<f64> {
    let axis = grid.axis(axis);
    if at <= axis.low() || at >= axis.high() {
        return None;
    }
    let cell = axis.cell_at(at);
    let (low, high) = (axis.edges()[cell], axis.edges()[cell + 1]);
    let edge = if at - low < high - at { low } else { high };
    ((at - edge).abs() > 1e-6 * axis.widths()[cell]).then_some(edge)
}

/// Counts what is left of each region after all were painted.
fn count_cells(plan: &Plan<'_>, region: &[u16], regions: &mut [Region]) {
    let mut left = vec![0; regions.len()];
    for &r in region.iter().filter(|r| **r != NO_REGION) {
        left[usize::from(r)] += 1;
    }
    for ((region, left), painted) in regions.iter_mut().zip(left).zip(&plan.regions) {
        if region.material.is_some() {
            if left == 0 && region.cells > 0 {
                painted.shape_item.error(
                    format!("later regions cover all of region \"{}\"", region.name),
                    "regions are painted in order and later ones win: move this one down, or remove it",
                );
            }
            region.cells = left;
        }
    }
}
