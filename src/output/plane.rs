//! Planes of cells: what a picture can show of a grid.

use super::colormap::Colormap;
use super::field::Field;
use super::flow::{Flow, FlowStyle};
use super::heatmap::Map;
use super::label::{self, TemperatureScale};
use super::scale::{Colouring, about_zero, extent, spans_decades, towers};
use super::sheet::Sheet;
use super::view::Look;
use crate::grid::Grid;
use crate::scenario::Slice;
use glam::DVec3;

/// A plane of cells, or all planes along an axis seen as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Horizontal and vertical axis of the picture.
    pub axes: [usize; 2],
    /// Its cells, the horizontal axis fastest.
    pub cells: Vec<usize>,
    /// Where it lies: "z = 7.9 mm"; empty in 2D.
    pub place: String,
    /// What is taken along the third axis; none for a single plane.
    pub through: Option<Through>,
}

/// What a projection shows of the cells behind each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// The mean, by length; void does not count.
    Mean,
}

impl Statistic {
    /// As scenarios and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Statistic::Max => "max",
            Statistic::Min => "min",
            Statistic::Mean => "mean",
        }
    }
}

/// A projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through {
    /// 0 = x, 1 = y, 2 = z.
    pub axis: usize,
    /// What is taken.
    pub statistic: Statistic,
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
    /// Whether colours follow the logarithm.
    pub logarithmic: bool,
    /// Whether colours are in proportion even of a field that has logarithmic ones of its own.
    pub linear: bool,
    /// Whether the axes count cells, their lengths being unknown.
    pub counts_cells: bool,
    /// How a flux is drawn over the map, where there is one.
    pub flow: Option<FlowStyle>,
}

impl Plane {
    /// The whole of a 2D grid.
    pub fn whole(grid: &Grid) -> Plane {
        let [nx, ny, _] = grid.cells();
        Plane { axes: [0, 1], cells: (0..nx * ny).collect(), place: String::new(), through: None }
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
        let place = format!("{} = {}", AXIS_NAMES[slice.axis], label::length(slice.at));
        Plane { axes, cells, place, through: None }
    }

    /// All cells along an axis of a 3D grid as one plane.
    pub fn projection(grid: &Grid, through: Through) -> Plane {
        let low = Slice { axis: through.axis, at: grid.axis(through.axis).low() };
        let what = match through.statistic {
            Statistic::Max => "greatest",
            Statistic::Min => "least",
            Statistic::Mean => "mean",
        };
        let place = format!("{what} along {}", AXIS_NAMES[through.axis]);
        Plane { place, through: Some(through), ..Plane::slice(grid, low) }
    }

    /// The kind that fills the most of each line of a projection (kinds have neither mean nor order), or that lies in a slice.
    pub fn kinds(&self, grid: &Grid, all: &[f64]) -> Vec<f64> {
        let Some(Through { axis, .. }) = self.through else { return self.values(grid, all) };
        let [nx, ny, _] = grid.cells();
        let stride = [1, nx, nx * ny][axis];
        let most = |first: &usize| {
            let mut lengths: Vec<(f64, f64)> = Vec::new();
            for (n, width) in grid.axis(axis).widths().iter().enumerate() {
                let kind = all[first + n * stride];
                match lengths.iter_mut().find(|(k, _)| *k == kind) {
                    Some((_, length)) => *length += width,
                    None if kind.is_nan() => {}
                    None => lengths.push((kind, *width)),
                }
            }
            lengths.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(f64::NAN, |(kind, _)| kind)
        };
        self.cells.iter().map(most).collect()
    }

    /// Values on the plane of a field's values (`all`), the horizontal axis fastest; NaN where there is only void.
    pub fn values(&self, grid: &Grid, all: &[f64]) -> Vec<f64> {
        let Some(Through { axis, statistic }) = self.through else {
            return self.cells.iter().map(|i| all[*i]).collect();
        };
        let [nx, ny, _] = grid.cells();
        let stride = [1, nx, nx * ny][axis];
        let widths = grid.axis(axis).widths();
        let column = |first: &usize| {
            let solid =
                widths.iter().enumerate().map(|(n, w)| (all[first + n * stride], *w)).filter(|(v, _)| !v.is_nan());
            match statistic {
                Statistic::Max => solid.map(|(v, _)| v).reduce(f64::max).unwrap_or(f64::NAN),
                Statistic::Min => solid.map(|(v, _)| v).reduce(f64::min).unwrap_or(f64::NAN),
                Statistic::Mean => {
                    let (sum, length) = solid.fold((0.0, 0.0), |(s, l), (v, w)| (s + v * w, l + w));
                    sum / length
                }
            }
        };
        self.cells.iter().map(column).collect()
    }

    /// Its part of a file's name: `_z=7.9mm`, or `_max_z` where the view is called `max z`; empty in 2D.
    pub fn file_part(&self) -> String {
        if let Some(Through { axis, statistic }) = self.through {
            return format!("_{}_{}", statistic.name(), AXIS_NAMES[axis]);
        }
        if self.place.is_empty() {
            return String::new();
        }
        format!("_{}", file_part(&self.place))
    }

    /// What stands below the title: place and moment.
    pub fn subtitle(&self, moment: &str) -> String {
        [self.place.as_str(), moment].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Directions on the plane of a field of vectors; none for a projection.
    pub fn directions(&self, vectors: &[DVec3]) -> Option<Vec<[f64; 2]>> {
        let along = |i: &usize| self.axes.map(|a| vectors[*i][a]);
        self.through.is_none().then(|| self.cells.iter().map(along).collect())
    }

    /// Draws what is seen on the plane.
    pub fn draw(&self, grid: &Grid, look: &Look, moment: &str, style: &Style) -> Sheet {
        let field = &look.field;
        let warm = field.is_temperature();
        let show = |value: f64| if warm { style.scale.show(value) } else { value };
        let values: Vec<f64> = field.magnitude().iter().map(|v| show(*v)).collect();
        let flow = style.flow.zip(look.directions.as_ref());
        Map {
            title: style.title,
            subtitle: &self.subtitle(moment),
            quantity: &field.title(),
            unit: if warm { style.scale.unit() } else { &field.unit },
            axes: self.axes.map(|a| grid.axis(a)),
            axis_names: self.axes.map(|a| AXIS_NAMES[a]),
            metres: !style.counts_cells,
            values: &values,
            colouring: style.colouring(field, &values),
            range: style.range.map(|(low, high)| (show(low), show(high))),
            isotherms: style.isotherms,
            flow: flow.map(|(style, (vectors, unit))| Flow { style, vectors, unit }),
        }
        .draw()
    }
}

impl<'a> Style<'a> {
    /// How the values of a field become colours.
    pub fn colouring(&self, field: &Field, values: &[f64]) -> Colouring<'a> {
        let colormap = self.colormap.unwrap_or(field.colormap());
        let ends = self.range.into_iter().flat_map(|(low, high)| [low, high]);
        let reach = extent(values.iter().copied().chain(ends)).unwrap_or_default();
        let diverging = self.colormap.is_none_or(|map| map == Colormap::Vik);
        match () {
            () if field.is_kinds() => Colouring::Kinds(self.kinds),
            () if self.logarithmic => Colouring::Logarithmic(colormap),
            () if diverging && field.is_about_zero(reach) => Colouring::Signed(Colormap::Vik),
            () if self.linear => Colouring::Linear(colormap),
            () if field.name == "entropy_production" && spans_decades(values) => Colouring::Logarithmic(colormap),
            () if field.name == "flux" && towers(values) => Colouring::Logarithmic(colormap),
            () if colormap == Colormap::Vik && self.range.is_none() && values.iter().any(|v| *v < 0.0) => {
                Colouring::Signed(colormap)
            }
            () => Colouring::Linear(colormap),
        }
    }
}

/// Ends of the colour bar that several pictures of a field share, whose values go from the one to the other.
pub fn common_ends(field: &Field, range: (f64, f64)) -> (f64, f64) {
    if field.is_about_zero(range) { about_zero(range) } else { range }
}

/// A place as part of a file's name: `z = 7.9 mm` becomes `z=7.9mm`.
pub fn file_part(place: &str) -> String {
    place.replace(" = ", "=").replace(' ', "").replace('µ', "u").replace('−', "-")
}

/// "t = 32 s", or "steady state".
pub fn moment(time: Option<f64>) -> String {
    time.map_or_else(|| "steady state".to_owned(), |t| format!("t = {}", label::time(t)))
}

pub(super) const AXIS_NAMES: [&str; 3] = ["x", "y", "z"];

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
    }

    #[test]
    fn zero_is_the_middle_of_what_has_a_sign() {
        let field = |name: &str| Field::scalar(name, "1", Vec::new());
        let style = Style::default();
        let signed = Colouring::Signed(Colormap::Vik);
        let decades = [1e-3, 1e-2, 1.0, 10.0];
        let production = field("entropy_production");
        assert_eq!(style.colouring(&production, &decades), Colouring::Logarithmic(Colormap::Batlow));
        assert_eq!(style.colouring(&production, &[-147_267.0, 1.0, 116_634.0]), signed);
        assert_eq!(style.colouring(&production, &[-1e-9, 1e-4, 1.0]), Colouring::Logarithmic(Colormap::Batlow));
        // a film: what is negative in another of its states
        let film = Style { range: Some((-2.0, 10.0)), ..Style::default() };
        assert_eq!(film.colouring(&production, &decades), signed);
        for (name, range) in [("temperature_less_fourier", None), ("temperature_difference", Some((0.2, 12.0)))] {
            let style = Style { range, linear: range.is_some(), ..Style::default() };
            assert_eq!(style.colouring(&field(name), &[0.2, 12.0]), signed, "{name}");
        }
        let grey = Style { colormap: Some(Colormap::Grey), ..Style::default() };
        assert_eq!(grey.colouring(&production, &[-1.0, 1.0]), Colouring::Linear(Colormap::Grey));
    }

    #[test]
    fn a_projection_looks_through_void() {
        let z = Axis::from_edges(vec![0.0, 1.0, 4.0]);
        let grid = Grid::three_dimensional(Axis::uniform(0.0, 2.0, 2), Axis::uniform(0.0, 1.0, 1), z);
        let all = [1.0, f64::NAN, 5.0, f64::NAN];
        let of = |statistic| Plane::projection(&grid, Through { axis: 2, statistic }).values(&grid, &all);
        assert_eq!((of(Statistic::Max)[0], of(Statistic::Min)[0], of(Statistic::Mean)[0]), (5.0, 1.0, 4.0));
        assert!(of(Statistic::Mean)[1].is_nan() && of(Statistic::Max)[1].is_nan());
        // as the option that asks for it
        for (statistic, part) in [(Statistic::Mean, "_mean_z"), (Statistic::Max, "_max_z"), (Statistic::Min, "_min_z")]
        {
            assert_eq!(Plane::projection(&grid, Through { axis: 2, statistic }).file_part(), part);
        }
    }
}
