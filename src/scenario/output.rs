//! `[output]`: what is written, and when.

use super::Model;
use super::item::{Bound, Item, metres, number};
use super::materials::MaterialPlan;
use super::run::End;
use super::section::Section;
use crate::grid::Grid;
use crate::output::colormap::Colormap;
use crate::output::film::FilmFormat;
use crate::output::flow::FlowStyle;
use crate::output::view::View;
use crate::quantity;

/// What is written, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputPlan {
    /// Times of full output, s: rising, never 0, the last is the end of the run; empty for a steady run,
    /// which has one state.
    pub times: Vec<f64>,
    /// Whether the state at time 0 is written too.
    pub initial: bool,
    /// Fields that are written.
    pub fields: Vec<FieldName>,
    /// Formats they are written in.
    pub formats: Vec<Format>,
    /// Cuts through a 3D grid; empty means the writer's choice.
    pub slices: Vec<Slice>,
    /// Other views of a 3D grid: projections, the solid cut open.
    pub views: Vec<View>,
    /// Whether pictures have lines of equal value.
    pub isotherms: bool,
    /// How the heat flux is drawn over pictures, if it is.
    pub flow: Option<FlowStyle>,
    /// Fields whose colours follow the logarithm.
    pub logarithmic: Vec<FieldName>,
    /// Simulated time between rows of the time series, s.
    pub series_every: Option<f64>,
    /// Colormap of temperature maps, a name of [`Colormap::ALL`].
    pub colormap: Option<String>,
    /// Colour range of temperature maps, K.
    pub range: Option<[f64; 2]>,
    /// The temperature at which heat is worth nothing, K, for the exergy that is destroyed; none: the coldest of the
    /// surroundings.
    pub reference_temperature: Option<f64>,
    /// Unit that pictures show temperatures in.
    pub temperature_unit: TemperatureUnit,
}

/// A field that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldName {
    /// K.
    Temperature,
    /// Heat flux, W/m2.
    Flux,
    /// Entropy production, W/(m3 K).
    EntropyProduction,
    /// Exergy destruction, W/m3: the reference temperature times the entropy production.
    ExergyDestruction,
    /// Index of the material.
    Material,
    /// A/m2.
    CurrentDensity,
    /// V.
    Potential,
    /// Released by resistance, W/m3.
    JouleHeat,
    /// Released where materials or leads meet, W/m3.
    PeltierHeat,
    /// Released in the bulk along the current, W/m3.
    ThomsonHeat,
    /// How far what flies is from its local equilibrium, K: root mean square over bands, by heat capacity, and directions.
    Unrest,
    /// Of a gas, kg/m3.
    Density,
    /// Of a gas as a whole, m/s.
    Velocity,
    /// Of every independent species of a mixture.
    MassFraction,
    /// The same, kg/(m2 s).
    MassFlux,
    /// Knudsen number of the place ([`crate::diagnostics::equilibrium`]).
    Knudsen,
    /// Part of a cell that is molten; 0 where nothing melts.
    LiquidFraction,
}

impl FieldName {
    /// Its name in scenarios and files.
    pub fn name(self) -> &'static str {
        FieldName::ALL.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| *name)
    }

    /// Whether a model has it.
    pub fn belongs_to(self, model: Model) -> bool {
        let electrical = matches!(
            self,
            FieldName::CurrentDensity
                | FieldName::Potential
                | FieldName::JouleHeat
                | FieldName::PeltierHeat
                | FieldName::ThomsonHeat
        );
        match self {
            FieldName::Unrest => matches!(model, Model::Phonon | Model::Gas),
            FieldName::Density | FieldName::Velocity => model == Model::Gas,
            FieldName::MassFraction | FieldName::MassFlux => model == Model::Mixture,
            FieldName::Knudsen | FieldName::LiquidFraction => model == Model::Heat,
            _ => !electrical || model == Model::Thermoelectric,
        }
    }

    /// All, with the names they have in scenarios and files.
    pub const ALL: [(&'static str, FieldName); 17] = [
        ("temperature", FieldName::Temperature),
        ("flux", FieldName::Flux),
        ("entropy_production", FieldName::EntropyProduction),
        ("exergy_destruction", FieldName::ExergyDestruction),
        ("material", FieldName::Material),
        ("current_density", FieldName::CurrentDensity),
        ("potential", FieldName::Potential),
        ("joule_heat", FieldName::JouleHeat),
        ("peltier_heat", FieldName::PeltierHeat),
        ("thomson_heat", FieldName::ThomsonHeat),
        ("unrest", FieldName::Unrest),
        ("density", FieldName::Density),
        ("velocity", FieldName::Velocity),
        ("mass_fraction", FieldName::MassFraction),
        ("mass_flux", FieldName::MassFlux),
        ("knudsen", FieldName::Knudsen),
        ("liquid_fraction", FieldName::LiquidFraction),
    ];
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Maps as pictures.
    Png,
    /// Maps as drawings that are sharp at any size.
    Svg,
    /// Maps as one moving picture.
    Film(FilmFormat),
    /// VTK image data, or rectilinear data where the grid is graded.
    Vti,
    /// NumPy arrays.
    Npy,
    /// NumPy arrays of all fields of a state in one archive.
    Npz,
    /// All states in one Zarr group (version 3), chunked and compressed.
    Zarr,
}

impl Format {
    /// All, with their names in scenarios.
    pub const ALL: [(&'static str, Format); 10] = [
        ("png", Format::Png),
        ("svg", Format::Svg),
        ("gif", Format::Film(FilmFormat::Gif)),
        ("apng", Format::Film(FilmFormat::Apng)),
        ("mp4", Format::Film(FilmFormat::Mp4)),
        ("vti", Format::Vti),
        ("vtr", Format::Vti),
        ("npy", Format::Npy),
        ("npz", Format::Npz),
        ("zarr", Format::Zarr),
    ];

    /// Whether it is made of pictures.
    pub fn is_picture(self) -> bool {
        matches!(self, Format::Png | Format::Svg | Format::Film(_))
    }
}

/// A plane through a 3D grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// 0 = x, 1 = y, 2 = z.
    pub axis: usize,
    /// Coordinate along that axis, m.
    pub at: f64,
}

/// Unit of temperatures in pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemperatureUnit {
    /// K.
    Kelvin,
    /// Degrees Celsius.
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
}

impl Slice {
    /// Reads `z=5mm`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Slice, String> {
        let (axis, at) = text.split_once('=').ok_or("write an axis and a place: z=5mm")?;
        let axis = ["x", "y", "z"]
            .iter()
            .position(|a| *a == axis.trim())
            .ok_or_else(|| format!("`{}` is no axis; write x, y or z", axis.trim()))?;
        let at = quantity::parse(at.trim(), quantity::LENGTH).map_err(|e| e.to_string())?;
        Ok(Slice { axis, at })
    }
}

const MOST_TIMES: f64 = 1e5;

/// `[output]` before the run's end and the grid are known.
#[derive(Debug)]
pub(super) struct OutputRequest<'d> {
    every: Option<Item<'d>>,
    at: Option<Item<'d>>,
    series_every: Option<Item<'d>>,
    fields: Option<Item<'d>>,
    slices: Option<Item<'d>>,
    views: Option<Item<'d>>,
    plan: OutputPlan,
}

/// Reads the section.
pub(super) fn read_output<'d>(root: &Section<'d>, model: Model) -> Option<OutputRequest<'d>> {
    let mut plan = OutputPlan {
        times: Vec::new(),
        initial: false,
        fields: vec![FieldName::Temperature],
        formats: vec![Format::Png],
        slices: Vec::new(),
        views: Vec::new(),
        isotherms: false,
        flow: None,
        logarithmic: Vec::new(),
        series_every: None,
        colormap: None,
        range: None,
        reference_temperature: None,
        temperature_unit: TemperatureUnit::Kelvin,
    };
    let Some(item) = root.get("output") else {
        return Some(OutputRequest {
            every: None,
            at: None,
            series_every: None,
            fields: None,
            slices: None,
            views: None,
            plan,
        });
    };
    let section = item.section()?;
    let every = section.get("every");
    let at = section.get("at");
    section.one_of(&["every", "at"]);
    let fields = section.get("fields");
    let formats = section.get("formats");
    let slices = section.get("slices");
    let views = section.get("views");
    let isotherms = section.get("isotherms");
    let flow = section.get("flow");
    let logarithmic = section.get("logarithmic");
    let series_every = section.get("series_every");
    let colormap = section.get("colormap");
    let range = section.get("range");
    let unit = section.get("temperature_unit");
    let reference = section.get("reference_temperature");
    section.finish();

    if let Some(item) = &fields {
        plan.fields = fields_of(item, model)?;
    }
    if let Some(item) = formats {
        plan.formats = choices(&item, &Format::ALL, &["hdf5"])?;
    }
    if let Some(item) = isotherms {
        plan.isotherms = item.boolean()?;
    }
    if let Some(item) = flow {
        plan.flow = Some(item.choice(&[("arrows", FlowStyle::Arrows), ("streamlines", FlowStyle::Streamlines)], &[])?);
        if model.is_coupled() {
            item.error(
                "draws the heat flux, which these pictures have as a field",
                "remove it; list \"flux\" in fields",
            );
        }
    }
    if let Some(item) = logarithmic {
        plan.logarithmic = fields_of(&item, model)?;
        if let Some(name) = plan.logarithmic.iter().find(|name| !plan.fields.contains(name)) {
            item.error(format!("names \"{}\", which is not written", name.name()), "list it in fields too");
        }
    }
    if let Some(item) = &series_every {
        plan.series_every = Some(item.quantity(quantity::TIME, Bound::Positive)?);
    }
    if let Some(item) = colormap {
        let known = Colormap::ALL.map(|(name, _)| (name, name));
        plan.colormap = Some(item.choice(&known, &[])?.to_owned());
    }
    if let Some(item) = range {
        let ends = item.quantities(2, "temperatures", quantity::TEMPERATURE, Bound::Any)?;
        if ends[0] >= ends[1] {
            item.error("is empty", "write the low temperature first: [\"20 degC\", \"80 degC\"]");
        }
        plan.range = Some([ends[0], ends[1]]);
    }
    if let Some(item) = reference {
        plan.reference_temperature = Some(item.quantity(quantity::TEMPERATURE, Bound::Temperature)?);
    }
    if let Some(item) = unit {
        let known =
            [("K", TemperatureUnit::Kelvin), ("degC", TemperatureUnit::Celsius), ("degF", TemperatureUnit::Fahrenheit)];
        plan.temperature_unit = item.choice(&known, &[])?;
    }
    let of_pictures = [
        ("isotherms", plan.isotherms),
        ("flow", plan.flow.is_some()),
        ("slices", slices.is_some()),
        ("views", views.is_some()),
    ];
    let draws = plan.formats.is_empty() || plan.formats.iter().any(|format| format.is_picture());
    for (key, _) in of_pictures.into_iter().filter(|(_, given)| *given && !draws) {
        let warning =
            format!("output.{key} is for pictures, and output.formats lists none: add \"png\", or leave it out");
        item.document.warn(warning);
    }
    if plan.range.is_some() && !plan.fields.contains(&FieldName::Temperature) {
        item.document.warn("output.range is for maps of temperature, which output.fields does not list".to_owned());
    }
    Some(OutputRequest { every, at, series_every, fields, slices, views, plan })
}

/// Fields of a model; those of others are told as such.
fn fields_of(item: &Item<'_>, model: Model) -> Option<Vec<FieldName>> {
    let (own, others): (Vec<_>, Vec<_>) = FieldName::ALL.into_iter().partition(|(_, f)| f.belongs_to(model));
    let mut foreign = false;
    for (n, entry) in item.list()?.iter().enumerate() {
        let Some(name) = entry.as_text().filter(|name| others.iter().any(|(other, _)| other == name)) else { continue };
        let known: Vec<&str> = own.iter().map(|(name, _)| *name).collect();
        let message = format!("entry {}, \"{name}\", is no field of model = \"{}\"", n + 1, model.name());
        item.error(message, format!("allowed: {}", known.join(", ")));
        foreign = true;
    }
    if foreign { None } else { choices(item, &own, &[]) }
}

fn choices<T: Clone + PartialEq>(item: &Item<'_>, known: &[(&str, T)], later: &[&str]) -> Option<Vec<T>> {
    let list = item.list()?;
    let mut out: Vec<T> = Vec::new();
    for item in &list {
        let choice = item.choice(known, later)?;
        if out.contains(&choice) {
            let names = known.iter().filter(|(_, same)| *same == choice).map(|(name, _)| format!("\"{name}\""));
            let names: Vec<String> = names.collect();
            let remedy = match &names[..] {
                [_, _, ..] => format!("list one of {}, which are the same", names.join(" and ")),
                _ => "list each once".to_owned(),
            };
            item.error("is listed twice", remedy);
        }
        out.push(choice);
    }
    Some(out)
}

impl OutputRequest<'_> {
    /// Whether the materials tell what the fields need.
    pub fn check_materials(&self, materials: &[MaterialPlan<'_>]) {
        let wants = |field| self.plan.fields.contains(&field);
        let Some(fields) = &self.fields else { return };
        if wants(FieldName::Knudsen) && materials.iter().all(|m| m.mean_free_path.is_none()) {
            fields.error(
                "names \"knudsen\", but no material tells how far its carriers of heat fly",
                "give one a mean_free_path such as \"40 nm\", or remove \"knudsen\"",
            );
        }
        if wants(FieldName::LiquidFraction) && materials.iter().all(|m| m.melting.is_none()) {
            fields.error(
                "names \"liquid_fraction\", but no material melts",
                "give one melting = { temperature = \"0 degC\", latent_heat = \"334 kJ/kg\" }, or remove \"liquid_fraction\"",
            );
        }
    }

    /// The plan for a run to `end` on `grid`.
    pub fn plan(self, end: &End, grid: &Grid) -> Option<OutputPlan> {
        let mut plan = self.plan;
        match end {
            End::Time(until) => {
                (plan.initial, plan.times) = output_times(self.every.as_ref(), self.at.as_ref(), *until)?;
            }
            End::Steady(_) => {
                if let Some(item) = self.every.as_ref().or(self.at.as_ref()).or(self.series_every.as_ref()) {
                    item.error("has no meaning with `until = \"steady\"`", "remove it: a steady run has one state");
                    return None;
                }
            }
        }
        if let Some(item) = &self.slices {
            if grid.dimensions() == 2 {
                item.error("belong to 3D", "remove slices: a 2D grid is shown whole");
                return None;
            }
            for item in item.list()? {
                match Slice::parse(item.text()?) {
                    Ok(slice) if (grid.axis(slice.axis).low()..=grid.axis(slice.axis).high()).contains(&slice.at) => {
                        plan.slices.push(slice);
                    }
                    Ok(slice) => {
                        let axis = grid.axis(slice.axis);
                        item.error(
                            "lies outside the grid",
                            format!("choose a place from {} to {}", metres(axis.low()), metres(axis.high())),
                        );
                    }
                    Err(message) => item.error(message, "write a slice as \"z=5mm\""),
                }
            }
        }
        if let Some(item) = &self.views {
            if grid.dimensions() == 2 {
                item.error("belong to 3D", "remove views: a 2D grid is shown whole");
                return None;
            }
            for item in item.list()? {
                match View::parse(item.text()?) {
                    Ok(View::Slice(_)) => item.error("is a slice", "list it in slices"),
                    Ok(view) => plan.views.push(view),
                    Err(message) => item.error(message, "write \"cutaway\", \"max z\", \"mean y\" or \"min x\""),
                }
            }
        }
        Some(plan)
    }
}

/// Whether to write the initial state, and the times to write at, s. The n-th multiple is n times the interval, so that no rounding adds up.
fn output_times(every: Option<&Item<'_>>, at: Option<&Item<'_>>, until: f64) -> Option<(bool, Vec<f64>)> {
    let mut times = Vec::new();
    let mut initial = every.is_some();
    if let Some(item) = every {
        let every = item.quantity(quantity::TIME, Bound::Positive)?;
        let count = until / every;
        if count > MOST_TIMES {
            item.error(
                format!("makes {count:.0} outputs"),
                format!("choose an interval of at least {} s", number(until / MOST_TIMES)),
            );
            return None;
        }
        times = (1..=count as usize).map(|n| n as f64 * every).collect();
    } else if let Some(item) = at {
        for item in item.list()? {
            let time = item.quantity(quantity::TIME, Bound::NonNegative)?;
            if time == 0.0 {
                initial = true;
                continue;
            }
            if time > until * (1.0 + 1e-12) {
                item.error(format!("is after the end of the run at {until} s"), "choose a time up to run.until");
                return None;
            }
            times.push(time);
        }
        times.sort_by(f64::total_cmp);
        times.dedup();
    }
    times.retain(|t| *t < until * (1.0 - 1e-9));
    times.push(until);
    Some((initial, times))
}
