//! Painting: which cell is of what material and belongs to which region.

use super::item::metres;
use super::plan::Plan;
use super::regions::{Filling, RegionPlan, SourcePlan};
use crate::grid::Grid;
use crate::problem::{Material, NO_REGION, Region, VOID};
use crate::quantity::{VOLUME, format_quantity};
use crate::region::{Shape, Share, domain};
use glam::DVec3;

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
            reach: painted.shape.solid().is_some().then(|| painted.shape.bounds().into()),
            cells,
            power: None,
            density: None,
        };
        if cells == 0 {
            refuse_empty(painted, grid);
        } else {
            warn_of_volume(painted, &drawn);
            warn_of_reach(painted, grid, &drawn);
            warn_of_power(painted, grid);
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
                "{count} cells lie in no region with a material, the first at {}",
                c.to_array()[..grid.dimensions()].iter().map(|x| metres(*x)).collect::<Vec<_>>().join(", ")
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
    let axes = 0..grid.dimensions();
    let outside = axes.clone().any(|a| to[a] <= low[a] || from[a] >= high[a]);
    let larger = painted.shape.solid().is_some() && axes.clone().any(|a| to[a] - from[a] > 2.0 * (high[a] - low[a]));
    let name = &painted.name;
    let (own, whole) = (ends(from, to, grid.dimensions()), ends(low, high, grid.dimensions()));
    if outside || larger {
        let unit = if painted.shape.solid().is_some() {
            ", or say the unit of the file (unit = \"mm\"), where its low corner lies (corner = [x, y, z]) or how it is turned (rotate)"
        } else {
            ""
        };
        painted.shape_item.error(
            format!("region \"{name}\" lies outside the grid: it reaches from {own}"),
            format!("the grid reaches from {whole}; move the shape or the grid's origin{unit}"),
        );
    } else {
        painted.shape_item.error(
            format!("region \"{name}\" holds no cell centre"),
            format!("it reaches from {own} and is smaller than a cell: use more cells there, or a larger shape"),
        );
    }
}

/// `0 mm to 5 mm (x), ...`.
fn ends(low: DVec3, high: DVec3, dimensions: usize) -> String {
    let axis = |a: usize| format!("{} to {} ({})", metres(low[a]), metres(high[a]), ["x", "y", "z"][a]);
    (0..dimensions).map(axis).collect::<Vec<_>>().join(", ")
}

/// A part from a file that does not fit into the grid is mostly one whose unit or place is another than meant.
fn warn_of_reach(painted: &RegionPlan<'_>, grid: &Grid, region: &Region) {
    let Some([from, to]) = region.reach else { return };
    let (low, high) = domain(grid);
    let hair = 1e-6 * (high - low).max_element();
    if (0..3).any(|a| from[a] < low[a] - hair || to[a] > high[a] + hair) {
        let outside = painted
            .shape
            .solid()
            .map(|(solid, copies)| 1.0 - region.volume / (solid.filling().volume * f64::from(copies)));
        let part = outside.map_or(String::new(), |part| format!(", with {:.3} of its volume", part.max(0.0)));
        painted.item.document.warn(format!(
            "region \"{}\" reaches out of the grid{part}: the part of it runs from {}, the grid from {}; if all of it is meant, check unit, scale and at, or make the grid larger",
            region.name,
            ends(from, to, 3),
            ends(low, high, 3)
        ));
    }
}

/// Power is that of the cells: of a shape that ends outside it goes whole into what lies within, as a half that stands for a whole by symmetry seldom
/// means.
fn warn_of_power(painted: &RegionPlan<'_>, grid: &Grid) {
    if !matches!(painted.source, Some(SourcePlan::Power(_))) || painted.shape.solid().is_some() {
        return;
    }
    let ((low, high), (from, to)) = (domain(grid), painted.shape.bounds());
    let hair = 1e-6 * (high - low).max_element();
    if (0..grid.dimensions()).any(|a| from[a] < low[a] - hair || to[a] > high[a] + hair) {
        painted.item.document.warn(format!(
            "region \"{}\" reaches out of the grid (from {}; the grid from {}): all of its power goes into the part within; give the power of \
             that part, or power_density",
            painted.name,
            ends(from, to, grid.dimensions()),
            ends(low, high, grid.dimensions())
        ));
    }
}

fn warn_of_volume(painted: &RegionPlan<'_>, region: &Region) {
    if let (Some(fraction), Some(exact)) = (region.volume_fraction(), region.shape_volume)
        && (fraction - 1.0).abs() > 0.05
    {
        painted.item.document.warn(format!(
            "region \"{}\": its cells have {}, {:+.1} % off the shape's {}; finer cells would fit better",
            region.name,
            format_quantity(region.volume, VOLUME),
            100.0 * (fraction - 1.0),
            format_quantity(exact, VOLUME)
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
