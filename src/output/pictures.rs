//! Which pictures a state gives: one per field in 2D, one per field and slice in 3D.

use super::colormap::Colormap;
use super::field::Field;
use super::heatmap::Map;
use super::label::{self, TemperatureScale};
use super::scale::Colouring;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::maps;
use crate::grid::Grid;
use crate::problem::VOID;
use crate::scenario::{FieldName, Scenario, Slice, TemperatureUnit};
use image::RgbImage;

/// Computes a field of a state; void is NaN.
pub fn field(snapshot: &Snapshot, name: FieldName) -> Field {
    match name {
        FieldName::Temperature => Field::scalar("temperature", "K", maps::temperature(snapshot)),
        FieldName::Flux => Field::vector("flux", "W/m^2", maps::flux(snapshot)),
        FieldName::EntropyProduction => {
            Field::scalar("entropy_production", "W/(m^3 K)", maps::entropy_production_density(snapshot))
        }
        FieldName::Material => {
            let value = |&m: &u8| if m == VOID { f64::NAN } else { f64::from(m) };
            Field::scalar("material", "1", snapshot.conduction.problem.material.iter().map(value).collect())
        }
    }
}

/// A picture with the name of its file, less the ending.
pub struct Picture {
    /// Such as `temperature_z=5mm_0003`.
    pub name: String,
    /// What it shows.
    pub caption: String,
    /// The pixels.
    pub image: RgbImage,
}

/// A plane of cells: its axes, its cells in picture order, and what tells it from others.
struct Plane {
    axes: [usize; 2],
    cells: Vec<usize>,
    place: String,
}

fn planes(grid: &Grid, slices: &[Slice]) -> Vec<Plane> {
    let [nx, ny, _] = grid.cells();
    if grid.dimensions() == 2 {
        return vec![Plane { axes: [0, 1], cells: (0..nx * ny).collect(), place: String::new() }];
    }
    let middle = |axis: usize| Slice { axis, at: 0.5 * (grid.axis(axis).low() + grid.axis(axis).high()) };
    let chosen = if slices.is_empty() { vec![middle(2), middle(1)] } else { slices.to_vec() };
    chosen
        .iter()
        .map(|slice| {
            let axes = [[1, 2], [0, 2], [0, 1]][slice.axis];
            let layer = grid.axis(slice.axis).cell_at(slice.at);
            let mut cells = Vec::new();
            for v in 0..grid.axis(axes[1]).cells() {
                for u in 0..grid.axis(axes[0]).cells() {
                    let mut cell = [layer; 3];
                    cell[axes[0]] = u;
                    cell[axes[1]] = v;
                    cells.push(grid.index(cell));
                }
            }
            Plane { axes, cells, place: format!("{} = {}", ["x", "y", "z"][slice.axis], label::length(slice.at)) }
        })
        .collect()
}

/// What a scenario wants temperatures shown in.
pub fn scale(scenario: &Scenario) -> TemperatureScale {
    match scenario.output.temperature_unit {
        TemperatureUnit::Kelvin => TemperatureScale::Kelvin,
        TemperatureUnit::Celsius => TemperatureScale::Celsius,
        TemperatureUnit::Fahrenheit => TemperatureScale::Fahrenheit,
    }
}

/// Draws the fields of a state. `index` numbers the states of a transient run, `time` is none for a steady state.
pub fn draw(scenario: &Scenario, snapshot: &Snapshot, fields: &[Field], index: usize, time: Option<f64>) -> Vec<Picture> {
    let problem = &snapshot.conduction.problem;
    let output = &scenario.output;
    let chosen = output.colormap.as_deref().and_then(Colormap::named);
    let scale = scale(scenario);
    let names: Vec<String> = problem.materials.iter().map(|m| m.name.clone()).collect();
    let mut pictures = Vec::new();
    for plane in planes(&problem.grid, &output.slices) {
        for field in fields {
            let all = field.magnitude();
            let shown = |&i: &usize| if field.is_temperature() { scale.show(all[i]) } else { all[i] };
            let values: Vec<f64> = plane.cells.iter().map(shown).collect();
            let map = chosen.unwrap_or(field.colormap());
            let colouring = match field.name.as_str() {
                "entropy_production" if spans_decades(&values) => Colouring::Logarithmic(map),
                _ if field.is_kinds() => Colouring::Kinds(&names),
                _ => Colouring::Linear(map),
            };
            let (unit, range) = if field.is_temperature() {
                (scale.unit(), output.range.map(|[low, high]| (scale.show(low), scale.show(high))))
            } else {
                (field.unit.as_str(), None)
            };
            let quantity = field.title();
            let moment = time.map_or("steady state".to_string(), |t| format!("t = {}", label::time(t)));
            let subtitle = if plane.place.is_empty() { moment } else { format!("{}, {moment}", plane.place) };
            let image = Map {
                title: &scenario.title,
                subtitle: &subtitle,
                quantity: &quantity,
                unit,
                axes: plane.axes.map(|a| problem.grid.axis(a)),
                axis_names: plane.axes.map(|a| ["x", "y", "z"][a]),
                metres: true,
                values: &values,
                colouring,
                range,
                isotherms: false,
            }
            .draw();
            let mut name = field.name.to_string();
            if !plane.place.is_empty() {
                name += &format!("_{}", plane.place.replace(' ', "").replace('µ', "u"));
            }
            if time.is_some() {
                name += &format!("_{index:04}");
            }
            pictures.push(Picture { name, caption: format!("{quantity}, {subtitle}"), image });
        }
    }
    pictures
}

/// More than three decades are shown by their logarithm.
fn spans_decades(values: &[f64]) -> bool {
    let positive = values.iter().copied().filter(|v| *v > 0.0);
    let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
    high > 1e3 * low
}
