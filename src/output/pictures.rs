//! Which pictures a state gives: one per field in 2D, one per field and view in 3D; and animations of them.

use super::colormap::Colormap;
use super::field::Field;
use super::label::TemperatureScale;
use super::plane::{self, Style};
use super::scale::extent;
use super::sheet::Sheet;
use super::view::{Look, View};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::equilibrium;
use crate::diagnostics::exergy::Reference;
use crate::diagnostics::maps::{self, Maps};
use crate::grid::Grid;
use crate::problem::VOID;
use crate::scenario::{FieldName, OutputPlan, Scenario, TemperatureUnit};
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
            let reference = Reference::of(snapshot, scenario.output.reference_temperature);
            let density = production().into_iter().map(|s| reference.temperature * s);
            Field::scalar("exergy_destruction", "W/m^3", density.collect())
        }
        FieldName::CurrentDensity
        | FieldName::Potential
        | FieldName::JouleHeat
        | FieldName::PeltierHeat
        | FieldName::ThomsonHeat
        | FieldName::Unrest
        | FieldName::Density
        | FieldName::Velocity
        | FieldName::MassFraction
        | FieldName::MassFlux => unreachable!("a scenario of this model has no such field"),
        FieldName::Knudsen => {
            let per_length = equilibrium::per_length(&snapshot.conduction.problem);
            let per_length = per_length.expect("the scenario has a material with a mean free path");
            let numbers = equilibrium::numbers(snapshot, &per_length, false);
            Field::scalar("knudsen", "1", numbers.into_iter().map(|n| n.knudsen()).collect())
        }
        FieldName::LiquidFraction => Field::scalar("liquid_fraction", "1", maps::liquid_fraction(snapshot)),
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
    /// What is drawn.
    pub sheet: Sheet,
}

/// What a scenario wants temperatures shown in.
pub fn scale(scenario: &Scenario) -> TemperatureScale {
    scenario.output.temperature_unit.into()
}

impl From<TemperatureUnit> for TemperatureScale {
    fn from(unit: TemperatureUnit) -> TemperatureScale {
        match unit {
            TemperatureUnit::Kelvin => TemperatureScale::Kelvin,
            TemperatureUnit::Celsius => TemperatureScale::Celsius,
            TemperatureUnit::Fahrenheit => TemperatureScale::Fahrenheit,
        }
    }
}

/// Draws the states of a run.
#[derive(Debug, Clone)]
pub struct Painter {
    title: String,
    grid: Grid,
    kinds: Vec<String>,
    output: OutputPlan,
    scale: TemperatureScale,
}

/// What was seen of one field in one view, state after state.
#[derive(Debug, Clone)]
pub struct Reel {
    /// Such as `temperature_z=5mm`.
    pub name: String,
    view: View,
    stills: Vec<(Option<f64>, Look)>,
}

impl Painter {
    /// With the titles, the grid and the wishes of a scenario.
    pub fn new(scenario: &Scenario) -> Painter {
        Painter {
            title: scenario.title.clone(),
            grid: scenario.problem.grid.clone(),
            kinds: scenario.problem.materials.iter().map(|m| m.name.clone()).collect(),
            output: scenario.output.clone(),
            scale: scale(scenario),
        }
    }

    /// The fields that pictures need beside those that are asked for.
    pub fn needs(output: &OutputPlan) -> Option<FieldName> {
        (output.flow.is_some() && !output.fields.contains(&FieldName::Flux)).then_some(FieldName::Flux)
    }

    fn style(&self, field: &Field) -> Style<'_> {
        let output = &self.output;
        Style {
            title: &self.title,
            scale: self.scale,
            colormap: output.colormap.as_deref().and_then(Colormap::named),
            range: output.range.filter(|_| field.is_temperature()).map(|[low, high]| (low, high)),
            kinds: &self.kinds,
            isotherms: output.isotherms,
            logarithmic: output.logarithmic.iter().any(|name| name.name() == field.name),
            flow: output.flow,
            ..Style::default()
        }
    }

    /// What the pictures of a state show: each field in each view. A flux that only the arrows need comes last in `fields`, after the
    /// first `shown`.
    pub fn look(&self, fields: &[Field], shown: usize) -> Vec<(View, Look)> {
        let flux = fields.iter().find(|f| f.name == "flux").filter(|_| self.output.flow.is_some());
        let views = View::chosen(&self.grid, &self.output.slices, &self.output.views);
        let each = |view: View| fields[..shown].iter().map(move |field| (view, field));
        views.into_iter().flat_map(each).map(|(view, field)| (view, view.look(&self.grid, field, flux))).collect()
    }

    /// Draws what was seen of a state. `index` numbers the states of a transient run, `time` is none for a steady state.
    pub fn draw(&self, looks: &[(View, Look)], index: usize, time: Option<f64>) -> Vec<Picture> {
        let moment = plane::moment(time);
        let number = if time.is_some() { format!("_{index:04}") } else { String::new() };
        let picture = |(view, look): &(View, Look)| Picture {
            name: format!("{}{}{number}", look.field.name, view.file_part(&self.grid)),
            caption: format!("{}, {}", look.field.title(), view.subtitle(&self.grid, &moment)),
            sheet: view.show(&self.grid, look, &moment, &self.style(&look.field)),
        };
        looks.iter().map(picture).collect()
    }

    /// Adds what was seen of a state to the reels.
    pub fn film(&self, reels: &mut Vec<Reel>, looks: Vec<(View, Look)>, time: Option<f64>) {
        for (view, look) in looks {
            let name = format!("{}{}", look.field.name, view.file_part(&self.grid));
            match reels.iter_mut().find(|r| r.name == name) {
                Some(reel) => reel.stills.push((time, look)),
                None => reels.push(Reel { name, view, stills: vec![(time, look)] }),
            }
        }
    }

    /// The frames of a reel, all with one range of colours.
    pub fn frames<'a>(&'a self, reel: &'a Reel) -> impl Iterator<Item = RgbImage> + 'a {
        let values = reel.stills.iter().flat_map(|(_, look)| look.field.numbers());
        let common = extent(values).map(|range| plane::common_ends(&reel.stills[0].1.field, range));
        reel.stills.iter().map(move |(time, look)| {
            let mut style = self.style(&look.field);
            style.range = style.range.or(common);
            reel.view.show(&self.grid, look, &plane::moment(*time), &style).image()
        })
    }
}
