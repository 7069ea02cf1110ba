//! Which pictures a state gives: one per field in 2D, one per field and slice in 3D.

use super::colormap::Colormap;
use super::field::Field;
use super::label::TemperatureScale;
use super::plane::{self, Plane, Style};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::exergy::Reference;
use crate::diagnostics::maps::{self, Maps};
use crate::problem::VOID;
use crate::scenario::{FieldName, Scenario, TemperatureUnit};
use image::RgbImage;

/// Makes a field of a state, from the maps that are at hand or else in f64; void is NaN.
pub fn field(scenario: &Scenario, snapshot: &Snapshot, maps: &Maps, name: FieldName) -> Field {
    let flux = || maps.flux.clone().unwrap_or_else(|| maps::flux(snapshot));
    let production = || maps.production.clone().unwrap_or_else(|| maps::entropy_production_density(snapshot));
    match name {
        FieldName::Temperature => Field::scalar("temperature", "K", maps::temperature(snapshot)),
        FieldName::Flux => Field::vector("flux", "W/m^2", flux()),
        FieldName::EntropyProduction => Field::scalar("entropy_production", "W/(m^3 K)", production()),
        FieldName::ExergyDestruction => {
            let reference = Reference::new(snapshot, scenario.output.reference_temperature);
            let density = production().into_iter().map(|s| reference.temperature * s);
            Field::scalar("exergy_destruction", "W/m^3", density.collect())
        }
        FieldName::CurrentDensity
        | FieldName::Potential
        | FieldName::JouleHeat
        | FieldName::PeltierHeat
        | FieldName::ThomsonHeat => unreachable!("a scenario of this model has no such field"),
        FieldName::Material => {
            let value = |&m: &u8| if m == VOID { f64::NAN } else { f64::from(m) };
            Field::scalar("material", "1", snapshot.conduction.problem.material.iter().map(value).collect())
        }
    }
}

/// Makes several fields of a state.
pub fn fields(scenario: &Scenario, snapshot: &Snapshot, maps: &Maps, names: &[FieldName]) -> Vec<Field> {
    names.iter().map(|&name| field(scenario, snapshot, maps, name)).collect()
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

/// What a scenario wants temperatures shown in.
pub fn scale(scenario: &Scenario) -> TemperatureScale {
    match scenario.output.temperature_unit {
        TemperatureUnit::Kelvin => TemperatureScale::Kelvin,
        TemperatureUnit::Celsius => TemperatureScale::Celsius,
        TemperatureUnit::Fahrenheit => TemperatureScale::Fahrenheit,
    }
}

/// Draws the fields of a state. `index` numbers the states of a transient run, `time` is none for a steady state.
pub fn draw(scenario: &Scenario, fields: &[Field], index: usize, time: Option<f64>) -> Vec<Picture> {
    let problem = &scenario.problem;
    let output = &scenario.output;
    let kinds: Vec<String> = problem.materials.iter().map(|m| m.name.clone()).collect();
    let moment = plane::moment(time);
    let number = if time.is_some() { format!("_{index:04}") } else { String::new() };
    let mut pictures = Vec::new();
    for plane in Plane::chosen(&problem.grid, &output.slices) {
        for field in fields {
            let style = Style {
                title: &scenario.title,
                scale: scale(scenario),
                colormap: output.colormap.as_deref().and_then(Colormap::named),
                range: output.range.filter(|_| field.is_temperature()).map(|[low, high]| (low, high)),
                kinds: &kinds,
                ..Style::default()
            };
            pictures.push(Picture {
                name: format!("{}{}{number}", field.name, plane.file_part()),
                caption: format!("{}, {}", field.title(), plane.subtitle(&moment)),
                image: plane.draw(&problem.grid, field, &moment, &style),
            });
        }
    }
    pictures
}
