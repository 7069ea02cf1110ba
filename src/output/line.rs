//! Straight lines along an axis through a grid, for plots.

use super::label;
use super::plane::AXIS_NAMES;
use crate::grid::Grid;
use crate::quantity;

/// A line along an axis: where it lies on the others, m.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Axes with their coordinates.
    pub at: Vec<(usize, f64)>,
}

impl Line {
    /// Reads `y=5mm` (2D) or `y=5mm, z=1mm` (3D).
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Line, String> {
        let part = |part: &str| {
            let (axis, at) = part.split_once('=').ok_or_else(|| format!("`{part}` names no place; write y=5mm"))?;
            let known = AXIS_NAMES.iter().position(|a| *a == axis.trim());
            let axis = known.ok_or_else(|| format!("`{}` is no axis; write x, y or z", axis.trim()))?;
            Ok((axis, quantity::parse(at.trim(), quantity::LENGTH).map_err(|e| e.to_string())?))
        };
        let at: Vec<(usize, f64)> = text.split(',').map(part).collect::<Result<_, String>>()?;
        let mut axes: Vec<usize> = at.iter().map(|a| a.0).collect();
        axes.sort_unstable();
        axes.dedup();
        if axes.len() < at.len() { Err("an axis is named twice".into()) } else { Ok(Line { at }) }
    }

    /// "y = 5 mm, z = 1 mm".
    pub fn told(&self) -> String {
        let part = |(axis, at): &(usize, f64)| format!("{} = {}", AXIS_NAMES[*axis], label::length(*at));
        self.at.iter().map(part).collect::<Vec<_>>().join(", ")
    }
}

/// The cells on a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The axis along it.
    pub axis: usize,
    /// Coordinate (m) and index of each cell.
    pub cells: Vec<(f64, usize)>,
}

/// Finds the cells on a line.
///
/// # Errors
/// If it lies outside the grid or leaves more than one axis open.
pub fn cut(grid: &Grid, line: &Line) -> Result<Cut, String> {
    let dimensions = grid.dimensions();
    let open: Vec<usize> = (0..dimensions).filter(|a| line.at.iter().all(|(b, _)| a != b)).collect();
    let &[axis] = open.as_slice() else {
        let example = if dimensions == 2 { "y=5mm" } else { "y=5mm,z=1mm" };
        return Err(format!("a line runs along one axis and has a place on the others: write {example}"));
    };
    let mut cell = [0; 3];
    for &(a, at) in &line.at {
        if a >= dimensions {
            return Err("it is 2D and has no z".into());
        }
        let other = grid.axis(a);
        if !(other.low()..=other.high()).contains(&at) {
            let name = AXIS_NAMES[a];
            return Err(format!("the line lies outside: {name} goes from {} m to {} m", other.low(), other.high()));
        }
        cell[a] = other.cell_at(at);
    }
    let at = |n: usize| {
        let mut here = cell;
        here[axis] = n;
        (grid.axis(axis).centres()[n], grid.index(here))
    };
    Ok(Cut { axis, cells: (0..grid.axis(axis).cells()).map(at).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    #[test]
    fn a_line_holds_the_cells_along_one_axis() {
        let axis = |n| Axis::uniform(0.0, n as f64, n);
        let grid = Grid::three_dimensional(axis(4), axis(3), axis(2));
        let line = Line::parse("y=2.5m, z=0.1m").unwrap();
        assert_eq!(line.told(), "y = 2.5 m, z = 100 mm");
        let found = cut(&grid, &line).unwrap();
        assert_eq!((found.axis, found.cells[1]), (0, (1.5, 9)));
        assert!(cut(&grid, &Line::parse("y=1m").unwrap()).unwrap_err().contains("one axis"));
        assert!(cut(&grid, &Line::parse("y=9m,z=1m").unwrap()).unwrap_err().contains("outside"));
        for bad in ["y", "w=1m", "y=1m,y=2m", "y=1s"] {
            assert!(Line::parse(bad).is_err(), "{bad}");
        }
    }
}
