//! Which pictures a state gives: one per field in 2D, one per field and slice in 3D.

use super::colormap::Colormap;
use super::heatmap::Map;
use super::label::{self, TemperatureScale};
use super::scale::Colouring;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::maps;
use crate::grid::Grid;
use crate::problem::VOID;
use crate::scenario::{FieldName, Scenario, Slice, TemperatureUnit};
use image::RgbImage;

/// A field of a state, per cell.
pub struct Field {
    /// As in scenarios and files.
    pub name: &'static str,
    /// Unit in files.
    pub unit: &'static str,
    /// 1 or 3.
    pub components: usize,
    /// Cell by cell; NaN in void.
    pub values: Vec<f64>,
}

/// Computes a field.
pub fn field(snapshot: &Snapshot, name: FieldName) -> Field {
    match name {
        FieldName::Temperature => Field { name: "temperature", unit: "K", components: 1, values: maps::temperature(snapshot) },
        FieldName::Flux => {
            let values = maps::flux(snapshot).iter().flat_map(|q| q.to_array()).collect();
            Field { name: "flux", unit: "W/m^2", components: 3, values }
        }
        FieldName::EntropyProduction => {
            let values = maps::entropy_production_density(snapshot);
            Field { name: "entropy_production", unit: "W/(m^3 K)", components: 1, values }
        }
        FieldName::Material => {
            let value = |&m: &u8| if m == VOID { f64::NAN } else { f64::from(m) };
            let values = snapshot.conduction.problem.material.iter().map(value).collect();
            Field { name: "material", unit: "", components: 1, values }
        }
    }
}

/// A picture with the name of its file, less the ending.
pub struct Picture {
    /// Such as `temperature_z=5mm_0003`.
    pub name: String,
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

/// Draws the fields of a state. `index` numbers the states of a transient run, `time` is none for a steady state.
pub fn draw(scenario: &Scenario, snapshot: &Snapshot, fields: &[Field], index: usize, time: Option<f64>) -> Vec<Picture> {
    let problem = &snapshot.conduction.problem;
    let output = &scenario.output;
    let map = output.colormap.as_deref().and_then(Colormap::named).unwrap_or(Colormap::named("inferno").expect("inferno is shipped"));
    let scale = match output.temperature_unit {
        TemperatureUnit::Kelvin => TemperatureScale::Kelvin,
        TemperatureUnit::Celsius => TemperatureScale::Celsius,
        TemperatureUnit::Fahrenheit => TemperatureScale::Fahrenheit,
    };
    let names: Vec<String> = problem.materials.iter().map(|m| m.name.clone()).collect();
    let mut pictures = Vec::new();
    for plane in planes(&problem.grid, &output.slices) {
        for field in fields {
            let value = |&i: &usize| match (field.components, field.name) {
                (3, _) => (0..3).map(|c| field.values[3 * i + c].powi(2)).sum::<f64>().sqrt(),
                (_, "temperature") => scale.show(field.values[i]),
                _ => field.values[i],
            };
            let values: Vec<f64> = plane.cells.iter().map(value).collect();
            let (quantity, unit, colouring, range) = match field.name {
                "temperature" => {
                    let range = output.range.map(|[low, high]| (scale.show(low), scale.show(high)));
                    ("Temperature", scale.unit(), Colouring::Linear(map), range)
                }
                "flux" => ("Heat flux", field.unit, Colouring::Linear(Colormap::named("viridis").unwrap_or(map)), None),
                "material" => ("Material", "", Colouring::Kinds(&names), None),
                _ => ("Entropy production", field.unit, decades(&values), None),
            };
            let moment = time.map_or("steady state".to_string(), |t| format!("t = {}", label::time(t)));
            let subtitle = if plane.place.is_empty() { moment } else { format!("{}, {moment}", plane.place) };
            let image = Map {
                title: &scenario.title,
                subtitle: &subtitle,
                quantity,
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
            pictures.push(Picture { name, image });
        }
    }
    pictures
}

/// Values that span more than three decades are shown by their logarithm.
fn decades(values: &[f64]) -> Colouring<'static> {
    let map = Colormap::named("viridis").expect("viridis is shipped");
    let positive = || values.iter().copied().filter(|v| *v > 0.0);
    let (low, high) = positive().fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
    if high > 1e3 * low { Colouring::Logarithmic(map) } else { Colouring::Linear(map) }
}
