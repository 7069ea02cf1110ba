//! Fields over the cells of a grid, as they are written and read.

use super::colormap::Colormap;
use crate::grid::Grid;
use glam::DVec3;
use std::borrow::Cow;

/// A production negative by no more than this part of the greatest is rounding.
const ROUNDING: f64 = 1e-6;

/// Values per cell, x fastest; NaN is void.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// One number.
    Scalar(Vec<f64>),
    /// Three components.
    Vector(Vec<DVec3>),
}

/// A named field in SI units.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As files call it: `entropy_production`.
    pub name: String,
    /// As files write it: `W/(m^3 K)`; "1" for a pure number.
    pub unit: String,
    /// The values.
    pub values: Values,
}

/// The fields at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What they lie on.
    pub grid: Grid,
    /// s; `None` where the file does not say.
    pub time: Option<f64>,
    /// All of one length: the cells of the grid.
    pub fields: Vec<Field>,
}

impl Field {
    /// A field of one number per cell.
    pub fn scalar(name: &str, unit: &str, values: Vec<f64>) -> Field {
        Field { name: name.to_owned(), unit: unit.to_owned(), values: Values::Scalar(values) }
    }

    /// A field of vectors.
    pub fn vector(name: &str, unit: &str, values: Vec<DVec3>) -> Field {
        Field { name: name.to_owned(), unit: unit.to_owned(), values: Values::Vector(values) }
    }

    /// Cells.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Scalar(v) => v.len(),
            Values::Vector(v) => v.len(),
        }
    }

    /// Whether it has no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers per cell.
    pub fn components(&self) -> usize {
        match &self.values {
            Values::Scalar(_) => 1,
            Values::Vector(_) => 3,
        }
    }

    /// The numbers, or the magnitudes of the vectors.
    pub fn magnitude(&self) -> Cow<'_, [f64]> {
        match &self.values {
            Values::Scalar(v) => Cow::Borrowed(v),
            Values::Vector(v) => Cow::Owned(v.iter().map(|v| v.length()).collect()),
        }
    }

    /// All numbers in the order of files: the components of a cell together.
    pub fn numbers(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match &self.values {
            Values::Scalar(v) => Box::new(v.iter().copied()),
            Values::Vector(v) => Box::new(v.iter().flat_map(|v| v.to_array())),
        }
    }

    /// A field from all its numbers in the order of files; `None` unless there are 1 or 3 to a cell.
    pub fn from_numbers(name: &str, unit: &str, components: usize, numbers: Vec<f64>) -> Option<Field> {
        match components {
            1 => Some(Field::scalar(name, unit, numbers)),
            3 => {
                let vectors = numbers.chunks_exact(3).map(|c| DVec3::new(c[0], c[1], c[2])).collect();
                Some(Field::vector(name, unit, vectors))
            }
            _ => None,
        }
    }

    /// Name on a picture.
    pub fn title(&self) -> String {
        match self.name.as_str() {
            "flux" => "Heat flux magnitude".to_owned(),
            "flux_difference" => "Magnitude of the flux difference".to_owned(),
            "current_density" => "Current density magnitude".to_owned(),
            "temperature_less_fourier" => "Temperature less that by Fourier's law".to_owned(),
            "temperature_by_fourier" => "Temperature by Fourier's law".to_owned(),
            name => {
                let spaced = name.replace('_', " ");
                let mut letters = spaced.chars();
                let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                first + letters.as_str()
            }
        }
    }

    /// The colormap it is shown in unless another is asked for.
    pub fn colormap(&self) -> Colormap {
        match self.name.as_str() {
            "flux" | "current_density" | "potential" => Colormap::Viridis,
            "entropy_production" | "exergy_destruction" => Colormap::Batlow,
            _ if self.is_signed() => Colormap::Vik,
            _ => Colormap::Inferno,
        }
    }

    /// Whether its values mean something by their sign: a difference of numbers, a heat that is released or absorbed.
    pub fn is_signed(&self) -> bool {
        let of_numbers = |name| !Field::known_vector(name) && self.components() == 1;
        self.name.strip_suffix("_difference").is_some_and(of_numbers)
            || ["temperature_less_fourier", "peltier_heat", "thomson_heat"].contains(&self.name.as_str())
    }

    /// Whether zero is the middle of its colours, by its least and greatest value: a production can be negative where heat has inertia.
    pub fn is_about_zero(&self, (low, high): (f64, f64)) -> bool {
        let production = ["entropy_production", "exergy_destruction"].contains(&self.name.as_str());
        self.is_signed() || production && low < -ROUNDING * high.max(0.0)
    }

    /// Whether its values are kinds without an order.
    pub fn is_kinds(&self) -> bool {
        self.name == "material"
    }

    /// Whether its values are absolute temperatures in K.
    pub fn is_temperature(&self) -> bool {
        self.name == "temperature" && self.unit == "K"
    }

    /// Whether a field of this name is one of vectors in our files.
    pub fn known_vector(name: &str) -> bool {
        ["flux", "current_density", "velocity"].contains(&name) || name.starts_with("mass_flux")
    }

    /// The unit that a field of this name has in our files; "1" where it is not known.
    pub fn known_unit(name: &str) -> &'static str {
        // of a mixture's fields several end with their species
        if name.starts_with("mass_flux") {
            return "kg/(m^2 s)";
        }
        match name {
            "temperature" | "temperature_by_fourier" | "temperature_less_fourier" | "unrest" => "K",
            "flux" => "W/m^2",
            "entropy_production" => "W/(m^3 K)",
            "exergy_destruction" | "joule_heat" | "peltier_heat" | "thomson_heat" => "W/m^3",
            "current_density" => "A/m^2",
            "potential" => "V",
            "density" => "kg/m^3",
            "velocity" => "m/s",
            _ => "1",
        }
    }
}

/// How a field is stored in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// 8 bytes.
    #[default]
    Double,
    /// 4 bytes.
    Single,
}

impl Storage {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Storage::Double => 8,
            Storage::Single => 4,
        }
    }

    /// Writes a number, little-endian.
    ///
    /// # Errors
    /// Of the writer.
    pub fn put(self, to: &mut impl std::io::Write, number: f64) -> std::io::Result<()> {
        match self {
            Storage::Double => to.write_all(&number.to_le_bytes()),
            Storage::Single => to.write_all(&(number as f32).to_le_bytes()),
        }
    }
}
