//! What a picture can show of a grid: a slice, a projection, or a solid cut open.

use super::cutaway;
use super::field::{Field, Values};
use super::plane::{Plane, Statistic, Style, Through};
use super::sheet::Sheet;
use crate::grid::Grid;
use crate::scenario::Slice;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum View {
    /// A 2D grid.
    Whole,
    /// A plane through a 3D grid.
    Slice(Slice),
    /// A 3D grid seen through along an axis.
    Projection(Through),
    /// A 3D grid from above and the side, shaded, with the near upper corner cut out.
    Cutaway,
}

impl View {
    /// Reads `cutaway`, `max z`, `mean y`, `min x`, or a slice such as `z=5mm`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<View, String> {
        if text.trim() == "cutaway" {
            return Ok(View::Cutaway);
        }
        if text.contains('=') {
            return Slice::parse(text).map(View::Slice);
        }
        let form = || {
            format!("`{text}` is no view; write cutaway, \"max z\", \"mean y\", \"min x\" or a slice such as \"z=5mm\"")
        };
        let (word, axis) = text.trim().split_once([' ', ':']).ok_or_else(form)?;
        let statistic = [Statistic::Max, Statistic::Min, Statistic::Mean].into_iter().find(|s| s.name() == word);
        let statistic = statistic.ok_or_else(form)?;
        let axis = ["x", "y", "z"].iter().position(|a| *a == axis.trim()).ok_or_else(form)?;
        Ok(View::Projection(Through { axis, statistic }))
    }

    /// The whole of a 2D grid; of a 3D grid the slices and the other views, or the middles of z and y where there are neither.
    pub fn chosen(grid: &Grid, slices: &[Slice], views: &[View]) -> Vec<View> {
        if grid.dimensions() == 2 {
            return vec![View::Whole];
        }
        let middle = |axis: usize| Slice { axis, at: 0.5 * (grid.axis(axis).low() + grid.axis(axis).high()) };
        let own = [middle(2), middle(1)];
        let slices = if slices.is_empty() && views.is_empty() { &own } else { slices };
        slices.iter().map(|slice| View::Slice(*slice)).chain(views.iter().copied()).collect()
    }

    /// The cells that it shows as a plane; none for a cut-away solid.
    pub fn plane(&self, grid: &Grid) -> Option<Plane> {
        match self {
            View::Whole => Some(Plane::whole(grid)),
            View::Slice(slice) => Some(Plane::slice(grid, *slice)),
            View::Projection(through) => Some(Plane::projection(grid, *through)),
            View::Cutaway => None,
        }
    }

    /// Its part of a file's name: `_z=7.9mm`; empty in 2D.
    pub fn file_part(&self, grid: &Grid) -> String {
        self.plane(grid).map_or_else(|| "_cutaway".to_owned(), |plane| plane.file_part())
    }

    /// What stands below the title: place and moment.
    pub fn subtitle(&self, grid: &Grid, moment: &str) -> String {
        self.plane(grid).map_or_else(|| moment.to_owned(), |plane| plane.subtitle(moment))
    }

    /// What it shows of a field, with the directions of a flux.
    pub fn look(&self, grid: &Grid, field: &Field, flux: Option<&Field>) -> Look {
        let all = field.magnitude();
        let plane = self.plane(grid);
        let seen = |plane: &Plane| if field.is_kinds() { plane.kinds(grid, &all) } else { plane.values(grid, &all) };
        let values = plane.as_ref().map_or_else(|| all.to_vec(), seen);
        let directions = plane.zip(flux).and_then(|(plane, flux)| match &flux.values {
            Values::Vector(vectors) => Some((plane.directions(vectors)?, flux.unit.clone())),
            Values::Scalar(_) => None,
        });
        Look { field: Field::scalar(&field.name, &field.unit, values), directions }
    }

    /// Draws what [`View::look`] gave.
    pub fn show(&self, grid: &Grid, look: &Look, moment: &str, style: &Style) -> Sheet {
        match self.plane(grid) {
            Some(plane) => plane.draw(grid, look, moment, style),
            None => cutaway::draw(grid, &look.field, moment, style),
        }
    }
}

/// What a view shows of a state: all that a picture of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Values on the view, those of a plane with the horizontal axis fastest.
    pub field: Field,
    /// Components of a flux along the axes of the picture, and its unit.
    pub directions: Option<(Vec<[f64; 2]>, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_read_or_refused() {
        assert_eq!(View::parse("cutaway"), Ok(View::Cutaway));
        let mean = View::Projection(Through { axis: 1, statistic: Statistic::Mean });
        assert_eq!((View::parse("mean y"), View::parse("mean:y")), (Ok(mean), Ok(mean)));
        assert_eq!(View::parse("z=5mm"), Ok(View::Slice(Slice { axis: 2, at: 0.005 })));
        for bad in ["above", "max w", "median z", "z=5 s"] {
            assert!(View::parse(bad).is_err(), "{bad}");
        }
    }
}
