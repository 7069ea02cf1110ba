//! `[grid]`: size, cells, graded axes, origin and the material of what no region paints.

use super::item::{Bound, Item, metres};
use super::regions::{Filling, RegionPlan, read_name};
use super::section::Section;
use crate::grid::{Axis, Grid};
use crate::quantity;
use crate::region::Shape;
use glam::DVec3;

/// Cells are counted in 32 bits, and one bit is kept free.
pub(super) const MOST_CELLS: u64 = (1 << 31) - 1;

/// How the section is written.
pub(super) const FORM: &str = "add a table: [grid] with size = [\"60 mm\", \"40 mm\"] and cells = [60, 40]";

const AXES: [&str; 3] = ["x", "y", "z"];

/// One layer of a graded axis.
#[derive(Debug, Clone, Copy)]
struct Layer {
    thickness: f64,
    cells: u64,
    /// Last width over first width.
    ratio: f64,
}

#[derive(Debug, Clone)]
enum AxisPlan {
    Uniform { size: f64, cells: u64 },
    Layers(Vec<Layer>),
    Edges(Vec<f64>),
}

impl AxisPlan {
    fn coarser(&mut self, by: u64) {
        let fewer = |cells: u64| (cells / by).max(1);
        match self {
            AxisPlan::Uniform { cells, .. } => *cells = fewer(*cells),
            AxisPlan::Layers(layers) => {
                for layer in layers {
                    layer.cells = fewer(layer.cells);
                    layer.ratio = if layer.cells > 1 { layer.ratio } else { 1.0 };
                }
            }
            AxisPlan::Edges(edges) => {
                let last = edges.len() - 1;
                let kept = edges.iter().enumerate().filter(|(n, _)| *n == last || (*n as u64).is_multiple_of(by));
                *edges = kept.map(|(_, edge)| *edge).collect();
            }
        }
    }

    fn cells(&self) -> u64 {
        match self {
            AxisPlan::Uniform { cells, .. } => *cells,
            AxisPlan::Layers(layers) => layers.iter().map(|l| l.cells).sum(),
            AxisPlan::Edges(edges) => edges.len() as u64 - 1,
        }
    }

    fn size(&self) -> f64 {
        match self {
            AxisPlan::Uniform { size, .. } => *size,
            AxisPlan::Layers(layers) => layers.iter().map(|l| l.thickness).sum(),
            AxisPlan::Edges(edges) => edges[edges.len() - 1] - edges[0],
        }
    }
}

/// Sizes of a grid along an axis, m.
const LENGTHS: std::ops::RangeInclusive<f64> = 1e-15..=1e15;

/// A checked `[grid]`, before anything of its size is allocated.
#[derive(Debug, Clone)]
pub(super) struct GridPlan<'d> {
    pub item: Item<'d>,
    cells_item: Option<Item<'d>>,
    axes: Vec<AxisPlan>,
    origin: Vec<f64>,
    depth: f64,
    /// Material of cells that no region paints.
    pub material: Option<Item<'d>>,
    /// Layers of the axes that name their material: the first regions to be painted.
    pub layers: Vec<RegionPlan<'d>>,
}

impl<'d> GridPlan<'d> {
    /// Reads the section.
    pub fn read(root: &Section<'d>) -> Option<GridPlan<'d>> {
        let section = root.require("grid", FORM)?.section()?;
        let axes = read_axes(&section);
        let origin = section.get("origin");
        let depth = section.get("depth");
        let material = section.get("material");
        section.finish();
        let axes = axes?;
        let dimensions = axes.len();
        if dimensions == 3
            && let Some(depth) = &depth
        {
            depth.error("belongs to 2D; this grid has three axes", "remove depth");
        }
        let origin = match origin {
            Some(item) => item.quantities(dimensions, "coordinates", quantity::LENGTH, Bound::Any)?,
            None => vec![0.0; dimensions],
        };
        let depth = match depth {
            Some(item) => item.quantity(quantity::LENGTH, Bound::Positive)?,
            None => 1.0,
        };
        let layers = layer_regions(&section, &axes, &origin)?;
        let cells_item = section.get("cells");
        let plan = GridPlan { item: section.item.clone(), cells_item, axes, origin, depth, material, layers };
        plan.check()?;
        Some(plan)
    }

    /// The same with so many times fewer cells along each axis.
    pub fn coarser(mut self, by: u64) -> GridPlan<'d> {
        self.axes.iter_mut().for_each(|axis| axis.coarser(by));
        self
    }

    /// 2 or 3.
    pub fn dimensions(&self) -> usize {
        self.axes.len()
    }

    /// Cells along each axis.
    pub fn cells(&self) -> [u64; 3] {
        [0, 1, 2].map(|a| self.axes.get(a).map_or(1, AxisPlan::cells))
    }

    fn check(&self) -> Option<()> {
        let total = self.cells().iter().try_fold(1u64, |n, &c| n.checked_mul(c)).filter(|&n| n <= MOST_CELLS);
        if total.is_none() {
            let cells = self.cells().map(|n| n.to_string()).join(" x ");
            self.cells_item.as_ref().unwrap_or(&self.item).error(
                format!("{cells} cells are too many: at most {MOST_CELLS} can be numbered"),
                "reduce `cells`, or grade the axes so that only what needs it is fine",
            );
            return None;
        }
        for (a, axis) in self.axes.iter().enumerate() {
            if !LENGTHS.contains(&axis.size()) {
                self.item.error(
                    format!(
                        "the grid is {} long along {}: no body that conducts heat is",
                        metres(axis.size()),
                        AXES[a]
                    ),
                    format!("write lengths from {} to {}", metres(*LENGTHS.start()), metres(*LENGTHS.end())),
                );
                return None;
            }
            let far = self.origin[a].abs().max((self.origin[a] + axis.size()).abs());
            let finest = match axis {
                AxisPlan::Uniform { size, cells } => size / *cells as f64,
                AxisPlan::Layers(layers) => {
                    let widths = layers.iter().map(|l| l.thickness / l.cells as f64 / l.ratio.max(1.0 / l.ratio));
                    widths.fold(f64::INFINITY, f64::min)
                }
                AxisPlan::Edges(edges) => edges.windows(2).map(|e| e[1] - e[0]).fold(f64::INFINITY, f64::min),
            };
            if !(far.is_finite() && finest > 1e-11 * far) {
                self.item.error(
                    format!("cells along {} are too fine for coordinates near {}", AXES[a], metres(far)),
                    "use fewer cells, or an origin nearer to 0",
                );
                return None;
            }
        }
        Some(())
    }

    /// The grid itself.
    pub fn build(&self) -> Grid {
        let axis = |a: usize| {
            let origin = self.origin[a];
            match &self.axes[a] {
                AxisPlan::Uniform { size, cells } => Axis::uniform(origin, *size, *cells as usize),
                AxisPlan::Layers(layers) => match layers[..] {
                    [Layer { thickness, cells, ratio: 1.0 }] => Axis::uniform(origin, thickness, cells as usize),
                    _ => Axis::from_edges(layer_edges(origin, layers)),
                },
                AxisPlan::Edges(edges) => Axis::from_edges(edges.iter().map(|e| e + origin).collect()),
            }
        };
        if self.dimensions() == 2 {
            Grid::two_dimensional(axis(0), axis(1), self.depth)
        } else {
            Grid::three_dimensional(axis(0), axis(1), axis(2))
        }
    }
}

/// Layers with a material as regions: slabs through the whole grid.
fn layer_regions<'d>(section: &Section<'d>, axes: &[AxisPlan], origin: &[f64]) -> Option<Vec<RegionPlan<'d>>> {
    let mut regions: Vec<RegionPlan<'d>> = Vec::new();
    for (a, plan) in axes.iter().enumerate() {
        let AxisPlan::Layers(layers) = plan else { continue };
        let mut low = origin[a];
        for (number, (item, layer)) in section.get(AXES[a])?.list()?.into_iter().zip(layers).enumerate() {
            let high = low + layer.thickness;
            let keys = item.section()?;
            let (material, name) = (keys.get("material"), keys.get("name"));
            if let (None, Some(name)) = (&material, &name) {
                name.error("names a layer without a material", "add material = \"silicon\", or remove name");
                return None;
            }
            if let Some(material) = material {
                let word = material.text()?;
                let name = match &name {
                    Some(name) => read_name(name)?,
                    None => format!("{}_layer_{}", AXES[a], number + 1),
                };
                let (mut from, mut to) = (DVec3::NEG_INFINITY, DVec3::INFINITY);
                (from[a], to[a]) = (low, high);
                regions.push(RegionPlan {
                    name,
                    item: item.clone(),
                    shape_item: item.clone(),
                    shape: Shape::Box { low: from, high: to },
                    filling: if word == "void" { Filling::Void } else { Filling::Material(material) },
                    source: None,
                    boundary: None,
                    bands: None,
                    initial: None,
                    trace: None,
                });
            }
            low = high;
        }
    }
    Some(regions)
}

/// Edges of stacked layers; widths within a layer form a geometric series.
fn layer_edges(origin: f64, layers: &[Layer]) -> Vec<f64> {
    let mut edges = vec![origin];
    let mut low = 0.0;
    for layer in layers {
        let growth = if layer.cells > 1 { layer.ratio.powf(1.0 / (layer.cells - 1) as f64) } else { 1.0 };
        let widths: Vec<f64> = (0..layer.cells).map(|i| growth.powf(i as f64)).collect();
        let total: f64 = widths.iter().sum();
        let mut sum = 0.0;
        for (i, width) in widths.iter().enumerate() {
            sum += width;
            let within = if layer.ratio == 1.0 { (i + 1) as f64 / layer.cells as f64 } else { sum / total };
            let last = i + 1 == widths.len();
            edges.push(origin + low + if last { layer.thickness } else { layer.thickness * within });
        }
        low += layer.thickness;
    }
    edges
}

/// `size` and `cells` for the plain axes, `x`, `y`, `z` for the graded ones.
fn read_axes(section: &Section<'_>) -> Option<Vec<AxisPlan>> {
    let graded_items = [section.get("x"), section.get("y"), section.get("z")];
    let is_graded = [0, 1, 2].map(|a| graded_items[a].is_some());
    let graded_count = is_graded.iter().filter(|g| **g).count();
    let plain_wanted = !(is_graded[0] && is_graded[1]);
    let remedy = |key: &str, value: &str| format!("add {key} = {value}: two entries for 2D, three for 3D");
    let plain_key = |key: &'static str, value: &str| match section.get(key) {
        Some(item) => Some(Some(item)),
        None if plain_wanted => section.require(key, &remedy(key, value)).map(Some),
        None => Some(None),
    };
    let size = plain_key("size", "[\"60 mm\", \"40 mm\"]");
    let cells = plain_key("cells", "[60, 40]");
    let graded: [Option<Option<AxisPlan>>; 3] = graded_items.each_ref().map(|i| i.as_ref().map(read_graded));
    let (size, cells) = (size?, cells?);
    let sizes = match &size {
        Some(item) => entries(item, |i| i.quantity(quantity::LENGTH, Bound::Positive))?,
        None => Vec::new(),
    };
    let counts = match &cells {
        Some(item) => entries(item, |i| i.count(MOST_CELLS))?,
        None => Vec::new(),
    };
    if graded.iter().any(|g| matches!(g, Some(None))) {
        return None;
    }
    if let Some(cells) = &cells
        && counts.len() != sizes.len()
    {
        cells.error(
            format!("has {} entries, but `size` has {}", counts.len(), sizes.len()),
            "give `size` and `cells` one entry each for every axis",
        );
        return None;
    }
    let is_3d = is_graded[2] || sizes.len() == 3 || (is_graded[0] && is_graded[1] && sizes.len() == 1);
    let dimensions = if is_3d { 3 } else { 2 };
    // Entries for every axis, or for the axes that are not graded.
    let with_graded = sizes.len() == dimensions;
    if !with_graded && sizes.len() + graded_count != dimensions {
        let item = size.as_ref().or(cells.as_ref()).unwrap_or(&section.item);
        item.error(
            format!("has {} entries; with {graded_count} graded axes that makes no 2D or 3D grid", sizes.len()),
            "write two entries for 2D, three for 3D; an axis given as x, y or z needs none",
        );
        return None;
    }
    let mut plain = sizes.iter().zip(&counts);
    let mut axes = Vec::new();
    for (a, graded) in graded.into_iter().take(dimensions).enumerate() {
        let own = if with_graded || graded.is_none() { plain.next() } else { None };
        match (graded.flatten(), own) {
            (Some(axis), None) => axes.push(axis),
            (Some(axis), Some((&size, &cells))) => {
                if (axis.size() - size).abs() > 1e-9 * size || axis.cells() != cells {
                    graded_items[a].as_ref()?.error(
                        format!(
                            "makes {} in {} cells, but `size` and `cells` say {} in {cells}",
                            metres(axis.size()),
                            axis.cells(),
                            metres(size)
                        ),
                        format!("leave the entry for {} out of `size` and `cells`, or make them agree", AXES[a]),
                    );
                    return None;
                }
                axes.push(axis);
            }
            (None, Some((&size, &cells))) => axes.push(AxisPlan::Uniform { size, cells }),
            (None, None) => return None,
        }
    }
    Some(axes)
}

fn entries<T>(item: &Item<'_>, read: impl Fn(&Item<'_>) -> Option<T>) -> Option<Vec<T>> {
    let list = item.list()?;
    if list.is_empty() || list.len() > 3 {
        item.error(format!("has {} entries", list.len()), "write two entries for 2D, three for 3D");
        return None;
    }
    let values: Vec<Option<T>> = list.iter().map(read).collect();
    values.into_iter().collect()
}

/// A graded axis: a list of layers, or `{ edges = [...] }`.
fn read_graded(item: &Item<'_>) -> Option<AxisPlan> {
    if item.is_table() {
        let section = item.section()?;
        let edges = section
            .require("edges", "write { edges = [0, 1, 3] }, or a list of layers [{ thickness = ..., cells = ... }]");
        section.finish();
        return read_edges(&edges?);
    }
    let list = item.list()?;
    if list.is_empty() {
        item.error("has no layer", "write layers: [{ thickness = \"1 mm\", cells = 4 }, ...]");
        return None;
    }
    let layers: Vec<Option<Layer>> = list.iter().map(read_layer).collect();
    let layers: Vec<Layer> = layers.into_iter().collect::<Option<_>>()?;
    if layers.iter().try_fold(0u64, |n, l| n.checked_add(l.cells)).is_none_or(|n| n > MOST_CELLS) {
        item.error("has too many cells", format!("an axis has at most {MOST_CELLS} cells"));
        return None;
    }
    Some(AxisPlan::Layers(layers))
}

fn read_edges(item: &Item<'_>) -> Option<AxisPlan> {
    let list = item.list()?;
    let edges: Vec<Option<f64>> = list.iter().map(|i| i.quantity(quantity::LENGTH, Bound::Any)).collect();
    let edges: Vec<f64> = edges.into_iter().collect::<Option<_>>()?;
    if edges.len() < 2 {
        item.error("needs at least two edges", "write rising coordinates: { edges = [0, \"1 mm\", \"3 mm\"] }");
        return None;
    }
    if let Some(i) = edges.windows(2).position(|e| e[0] >= e[1]) {
        list[i + 1].error(
            format!("edges must rise: {} follows {}", metres(edges[i + 1]), metres(edges[i])),
            "sort the edges, each once",
        );
        return None;
    }
    Some(AxisPlan::Edges(edges))
}

fn read_layer(item: &Item<'_>) -> Option<Layer> {
    let section = item.section()?;
    let thickness = section.require("thickness", "write { thickness = \"1 mm\", cells = 4 }");
    let cells = section.require("cells", "write { thickness = \"1 mm\", cells = 4 }");
    let ratio = section.get("ratio");
    // read by `layer_regions`
    section.get("material");
    section.get("name");
    section.finish();
    let thickness = thickness.and_then(|i| i.quantity(quantity::LENGTH, Bound::Positive));
    let cells = cells.and_then(|i| i.count(MOST_CELLS));
    let ratio_value = match &ratio {
        Some(item) => item.quantity(quantity::DIMENSIONLESS, Bound::Positive)?,
        None => 1.0,
    };
    let (thickness, cells) = (thickness?, cells?);
    if let Some(ratio) = &ratio {
        if !(1e-6..=1e6).contains(&ratio_value) {
            ratio.error("is out of range", "the last cell may be 1e-6 to 1e6 times as wide as the first");
            return None;
        }
        if cells == 1 && ratio_value != 1.0 {
            ratio.error("needs at least two cells", "remove ratio, or divide the layer into more cells");
            return None;
        }
    }
    Some(Layer { thickness, cells, ratio: ratio_value })
}
