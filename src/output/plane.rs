//! Planes of cells: what a picture can show of a grid.

use super::colormap::Colormap;
use super::field::Field;
use super::heatmap::Map;
use super::label::{self, TemperatureScale};
use super::scale::{Colouring, spans_decades, towers};
use crate::grid::Grid;
use crate::scenario::Slice;
use image::RgbImage;

/// A plane of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Horizontal and vertical axis of the picture.
    pub axes: [usize; 2],
    /// Its cells, the horizontal axis fastest.
    pub cells: Vec<usize>,
    /// Where it lies: "z = 7.9 mm"; empty in 2D.
    pub place: String,
}

/// How pictures are drawn.
#[derive(Debug, Clone, Default)]
pub struct Style<'a> {
    /// First line of the picture.
    pub title: &'a str,
    /// What temperatures are shown in.
    pub scale: TemperatureScale,
    /// Instead of the field's own.
    pub colormap: Option<Colormap>,
    /// Ends of the colour bar: of temperatures in K, else in the unit of the field.
    pub range: Option<(f64, f64)>,
    /// Names of the kinds of a field of kinds.
    pub kinds: &'a [String],
    /// Whether lines of equal value are drawn.
    pub isotherms: bool,
    /// Whether the axes count cells, their lengths being unknown.
    pub counts_cells: bool,
}

impl Plane {
    /// The whole of a 2D grid.
    pub fn whole(grid: &Grid) -> Plane {
        let [nx, ny, _] = grid.cells();
        Plane { axes: [0, 1], cells: (0..nx * ny).collect(), place: String::new() }
    }

    /// The layer of cells of a 3D grid that holds a slice.
    pub fn slice(grid: &Grid, slice: Slice) -> Plane {
        let axes = [[1, 2], [0, 2], [0, 1]][slice.axis];
        let layer = grid.axis(slice.axis).cell_at(slice.at);
        let [columns, rows] = axes.map(|a| grid.axis(a).cells());
        let mut cells = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let mut cell = [layer; 3];
                cell[axes[0]] = column;
                cell[axes[1]] = row;
                cells.push(grid.index(cell));
            }
        }
        Plane { axes, cells, place: format!("{} = {}", AXIS_NAMES[slice.axis], label::length(slice.at)) }
    }

    /// The whole of a 2D grid; of a 3D grid the slices, or the middles of z and y where there are none.
    pub fn chosen(grid: &Grid, slices: &[Slice]) -> Vec<Plane> {
        if grid.dimensions() == 2 {
            return vec![Plane::whole(grid)];
        }
        let middle = |axis: usize| Slice { axis, at: 0.5 * (grid.axis(axis).low() + grid.axis(axis).high()) };
        let own = [middle(2), middle(1)];
        let slices = if slices.is_empty() { &own } else { slices };
        slices.iter().map(|slice| Plane::slice(grid, *slice)).collect()
    }

    /// Its part of a file's name: `_z=7.9mm`; empty in 2D.
    pub fn file_part(&self) -> String {
        if self.place.is_empty() {
            return String::new();
        }
        format!("_{}", self.place.replace(' ', "").replace('µ', "u").replace('−', "-"))
    }

    /// What stands below the title: place and moment.
    pub fn subtitle(&self, moment: &str) -> String {
        [self.place.as_str(), moment].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Draws a field on the plane.
    pub fn draw(&self, grid: &Grid, field: &Field, moment: &str, style: &Style) -> RgbImage {
        let all = field.magnitude();
        let warm = field.is_temperature();
        let show = |value: f64| if warm { style.scale.show(value) } else { value };
        let values: Vec<f64> = self.cells.iter().map(|i| show(all[*i])).collect();
        let colormap = style.colormap.unwrap_or(field.colormap());
        let range = style.range.map(|(low, high)| (show(low), show(high)));
        let colouring = match () {
            () if field.is_kinds() => Colouring::Kinds(style.kinds),
            () if field.name == "entropy_production" && spans_decades(&values) => Colouring::Logarithmic(colormap),
            () if field.name == "flux" && towers(&values) => Colouring::Logarithmic(colormap),
            () if colormap == Colormap::Vik && range.is_none() && values.iter().any(|v| *v < 0.0) => {
                Colouring::Signed(colormap)
            }
            () => Colouring::Linear(colormap),
        };
        Map {
            title: style.title,
            subtitle: &self.subtitle(moment),
            quantity: &field.title(),
            unit: if warm { style.scale.unit() } else { &field.unit },
            axes: self.axes.map(|a| grid.axis(a)),
            axis_names: self.axes.map(|a| AXIS_NAMES[a]),
            metres: !style.counts_cells,
            values: &values,
            colouring,
            range,
            isotherms: style.isotherms,
        }
        .draw()
    }
}

/// "t = 32 s", or "steady state".
pub fn moment(time: Option<f64>) -> String {
    time.map_or_else(|| "steady state".to_owned(), |t| format!("t = {}", label::time(t)))
}

const AXIS_NAMES: [&str; 3] = ["x", "y", "z"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    #[test]
    fn a_slice_takes_the_layer_that_holds_it() {
        let z = Axis::from_edges(vec![0.0, 1e-3, 4e-3]);
        let grid = Grid::three_dimensional(Axis::uniform(0.0, 3.0, 3), Axis::uniform(0.0, 2.0, 2), z);
        let plane = Plane::slice(&grid, Slice { axis: 2, at: 3.9e-3 });
        assert_eq!((plane.axes, plane.cells.clone()), ([0, 1], (6..12).collect()));
        assert_eq!((plane.place.as_str(), plane.file_part().as_str()), ("z = 3.9 mm", "_z=3.9mm"));
        let across = Plane::slice(&grid, Slice { axis: 0, at: 1.5 });
        assert_eq!((across.axes, across.cells), ([1, 2], vec![1, 4, 7, 10]));
        assert_eq!(Plane::chosen(&grid, &[]).len(), 2);
    }
}
