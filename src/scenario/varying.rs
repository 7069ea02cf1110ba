//! Values that may vary: a number, a quantity with a unit, a formula, a table, or an array in a file.

use super::images;
use super::item::{Bound, Item, example, number};
use crate::expression::{Expression, Place, Variable};
use crate::grid::Grid;
use crate::quantity::{self, Dimension};

/// Variables of a boundary, a source or another value of space and time.
pub(super) const SPACE_AND_TIME: &[Variable] = &[Variable::X, Variable::Y, Variable::Z, Variable::Time];
/// Variables of an initial value.
pub(super) const SPACE: &[Variable] = &[Variable::X, Variable::Y, Variable::Z];
/// Variables of a total power or another value of time alone.
pub(super) const TIME: &[Variable] = &[Variable::Time];
/// Variables of a conductivity.
pub(super) const ALL: &[Variable] = &[Variable::X, Variable::Y, Variable::Z, Variable::Time, Variable::Temperature];
/// Variables of a heat capacity.
pub(super) const SPACE_AND_TEMPERATURE: &[Variable] = &[Variable::X, Variable::Y, Variable::Z, Variable::Temperature];

/// A value that may vary, with its place in the file and what is allowed.
#[derive(Debug, Clone)]
pub(super) struct Varying<'d> {
    pub expression: Expression,
    pub item: Item<'d>,
    pub bound: Bound,
}

impl Varying<'_> {
    /// Checks the value at places; notes an error at the first that breaks the bound and gives `false`.
    pub fn check<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> bool {
        if let Some(value) = self.expression.as_constant() {
            return self.judge(value, &Place::default());
        }
        places.into_iter().all(|place| self.judge(self.expression.eval(place), place))
    }

    fn judge(&self, value: f64, place: &Place) -> bool {
        if self.bound.holds(value) {
            return true;
        }
        let at: Vec<String> = [
            (Variable::X, "x", place.x, "m"),
            (Variable::Y, "y", place.y, "m"),
            (Variable::Z, "z", place.z, "m"),
            (Variable::Time, "t", place.t, "s"),
            (Variable::Temperature, "T", place.temperature, "K"),
        ]
        .into_iter()
        .filter(|(variable, ..)| self.expression.depends_on(*variable))
        .map(|(_, name, value, unit)| format!("{name} = {} {unit}", number(value)))
        .collect();
        let at = if at.is_empty() { String::new() } else { format!(" at {}", at.join(", ")) };
        self.item.error(format!("{}{at}", self.bound.message(value)), self.bound.remedy(value));
        false
    }
}

impl<'d> Item<'d> {
    /// A value that may vary with `allowed`.
    pub fn varying(&self, dimension: Dimension, bound: Bound, allowed: &[Variable]) -> Option<Varying<'d>> {
        if self.names_array() {
            return self.array(dimension, bound, allowed);
        }
        if self.is_table() {
            return self.table(dimension, bound, allowed);
        }
        let expression = match self.as_text() {
            Some(text) => self.formula(text, dimension, allowed)?,
            None => Expression::constant(self.quantity(dimension, bound)?),
        };
        if let Some(value) = expression.as_constant()
            && !bound.holds(value)
        {
            self.error(bound.message(value), bound.remedy(value));
            return None;
        }
        if expression.depends_on(Variable::Z) && self.document.grid.get().is_some_and(|g| g.dimensions() == 2) {
            self.document.warn(format!("{}: nothing varies along z in 2D; z is the middle of the depth", self.path));
        }
        Some(Varying { expression, item: self.clone(), bound })
    }

    /// A quantity with a unit, or else a formula in SI units.
    fn formula(&self, text: &str, dimension: Dimension, allowed: &[Variable]) -> Option<Expression> {
        let wrong_quantity = match quantity::parse(text, dimension) {
            Ok(value) => return Some(Expression::constant(value)),
            Err(error) => error,
        };
        let wrong_formula = match Expression::parse(text, allowed) {
            Ok(expression) => return Some(expression),
            Err(error) => error,
        };
        if quantity::looks_like_quantity(text) {
            self.wrong_quantity(wrong_quantity, dimension);
        } else {
            let names: Vec<&str> = allowed.iter().map(|v| v.symbol()).collect();
            let help = wrong_formula
                .help
                .unwrap_or_else(|| format!("{}, or a formula of {}", example(dimension), names.join(", ")));
            self.error_within(wrong_formula.span, wrong_formula.message, help);
        }
        None
    }

    /// Whether it is `"field.npy"` or `{ file = ... }`.
    fn names_array(&self) -> bool {
        self.as_text().is_some_and(|text| text.trim().to_lowercase().ends_with(".npy"))
            || (self.is_table() && self.section().is_some_and(|section| section.has("file")))
    }

    /// `"field.npy"`: a value for each cell; or `{ file = "field.npy", box = [...], unit = "W/mm^3" }`: an array of any size in that box.
    fn array(&self, dimension: Dimension, bound: Bound, allowed: &[Variable]) -> Option<Varying<'d>> {
        if !allowed.contains(&Variable::X) {
            self.error("does not vary in space", "write a number, or a table over time");
            return None;
        }
        let (file, place, unit) = match self.as_text() {
            Some(_) => (Some(self.clone()), None, None),
            None => {
                let section = self.section()?;
                let read = (section.get("file"), section.get("box"), section.get("unit"));
                section.finish();
                read
            }
        };
        let unit = match &unit {
            Some(item) => {
                let text = item.text()?;
                let at = |number: &str| quantity::parse(&format!("{number} {text}"), dimension);
                match (at("0"), at("1")) {
                    (Ok(zero), Ok(one)) => [zero, one - zero],
                    (Err(error), _) | (_, Err(error)) => {
                        item.error(error.message, example(dimension));
                        return None;
                    }
                }
            }
            None => [0.0, 1.0],
        };
        let (file, grid) = (file?, self.document.grid.get());
        let dimensions = grid.map_or(3, Grid::dimensions);
        let (lattice, values) = images::read_numbers(&file, place.as_ref(), dimensions)?;
        let size = lattice.size();
        if let (Some(grid), None) = (grid, &place)
            && (size[..2] != grid.cells()[..2] || (size[2] != 1 && size[2] != grid.cells()[2]))
        {
            let shape = |size: [usize; 3]| {
                let mut shape = size[..dimensions].to_vec();
                shape.reverse();
                shape
            };
            file.error(
                format!("the array has shape {:?}, the grid has {:?}", shape(size), shape(grid.cells())),
                "the axes of the array are z, y, x (in 2D y, x), with as many entries as the grid has cells; one of any size is laid into a box by { file = ..., box = [...] }",
            );
            return None;
        }
        let values = values.into_iter().map(|v| unit[0] + unit[1] * v).collect();
        Some(Varying { expression: Expression::raster(lattice, values), item: self.clone(), bound })
    }

    /// `{ t = [...], value = [...] }`.
    fn table(&self, dimension: Dimension, bound: Bound, allowed: &[Variable]) -> Option<Varying<'d>> {
        let section = self.section()?;
        let axes = allowed.iter().map(|v| v.symbol()).collect::<Vec<_>>();
        let form = format!("write {{ {} = [...], value = [...] }}", axes.join(" or "));
        let keys: Vec<&'static str> = allowed.iter().map(|v| v.symbol()).collect();
        let axis = section.one_of(&keys);
        let value = section.require("value", &form);
        section.finish();
        let Some((key, axis)) = axis else {
            if value.is_some() {
                self.error(format!("the table has no list of {}", axes.join(" or ")), form);
            }
            return None;
        };
        let variable = *allowed.iter().find(|v| v.symbol() == key)?;
        let abscissas = axis.list()?;
        let of = match variable {
            Variable::Time => (quantity::TIME, Bound::Any),
            Variable::Temperature => (quantity::TEMPERATURE, Bound::Temperature),
            _ => (quantity::LENGTH, Bound::Any),
        };
        let abscissas: Vec<Option<f64>> = abscissas.iter().map(|i| i.quantity(of.0, of.1)).collect();
        let ordinates: Vec<Option<f64>> = value?.list()?.iter().map(|i| i.quantity(dimension, bound)).collect();
        let abscissas: Vec<f64> = abscissas.into_iter().collect::<Option<_>>()?;
        let ordinates: Vec<f64> = ordinates.into_iter().collect::<Option<_>>()?;
        if abscissas.len() != ordinates.len() {
            self.error(
                format!("{} values of {key} and {} values", abscissas.len(), ordinates.len()),
                "give both lists the same number of entries",
            );
            return None;
        }
        let points = abscissas.iter().copied().zip(ordinates).collect();
        match Expression::table(variable, points) {
            Ok(expression) => Some(Varying { expression, item: self.clone(), bound }),
            Err(error) => {
                self.error(
                    error.to_string(),
                    format!("write rising values of {key}, at least one, each with its value"),
                );
                None
            }
        }
    }
}
