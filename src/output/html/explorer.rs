//! The last state to look around in: values under the pointer, and in 3D a slider through the slices. The page carries the numbers in 16 bits, of
//! large grids the means over blocks of two, three, ... cells along each axis.

use super::{Page, section};
use crate::grid::Grid;
use crate::output::base64;
use crate::output::field::Field;
use crate::output::label::printed_unit;
use crate::output::plane::Style;
use crate::output::scale::{self, ColourScale, Colouring};
use serde_json::{Value, json};
use std::ops::Range;

/// Most cells of a field on the page.
const MOST: usize = 100_000;
/// Stands for void.
const VOID: u16 = u16::MAX;

impl Page<'_> {
    /// The section; empty where there is no state.
    pub(super) fn explorer(&self) -> String {
        let Some(state) = self.last.filter(|s| !s.frame.fields.is_empty()) else { return String::new() };
        let grid = &state.frame.grid;
        let dimensions = grid.dimensions();
        let cells = grid.cells();
        let mut stride = 1;
        while (0..dimensions).map(|a| cells[a].div_ceil(stride)).product::<usize>() > MOST {
            stride += 1;
        }
        let blocks = Blocks::new(grid, stride);
        let fields: Vec<Value> = state.frame.fields[..state.shown].iter().map(|f| self.packed(f, &blocks)).collect();
        let axes: Vec<Vec<f64>> = (0..dimensions).map(|a| blocks.edges(a)).collect();
        // no text of the user's may end the script
        let data = json!({ "axes": axes, "fields": fields }).to_string().replace('<', "\\u003c");
        let note = match stride {
            1 => String::new(),
            n => format!(
                "<p class=\"note\">Blocks of {n} cells along each axis are shown as one here, with their mean; the files have every cell.</p>\n"
            ),
        };
        let content = format!(
            "<div id=\"explorer\"></div>\n{note}<script type=\"application/json\" id=\"explorer-data\">{data}</script>\n<script>\n{}</script>\n",
            include_str!("explorer.js")
        );
        section("Look around", &content)
    }

    fn packed(&self, field: &Field, blocks: &Blocks) -> Value {
        let warm = field.is_temperature();
        let show = |v: f64| if warm { self.scale.show(v) } else { v };
        let values: Vec<f64> = field.magnitude().iter().map(|v| show(*v)).collect();
        let unit = if warm { self.scale.unit() } else { &field.unit };
        let style = Style { kinds: self.kinds, ..Style::default() };
        let colouring = style.colouring(field, &values);
        let scale = ColourScale::new(&values, unit, colouring, None);
        let kinds = matches!(colouring, Colouring::Kinds(_));
        let place = |value: f64| match value {
            v if v.is_nan() => VOID,
            v if kinds => v as u16,
            v => (scale.place(v * scale.factor).clamp(0.0, 1.0) * f64::from(VOID - 1)).round() as u16,
        };
        let seen = if kinds { blocks.most(&values) } else { blocks.means(&values) };
        let bytes: Vec<u8> = seen.into_iter().flat_map(|value| place(value).to_le_bytes()).collect();
        let hex = |[r, g, b]: [u8; 3]| format!("#{r:02x}{g:02x}{b:02x}");
        let colours: Vec<String> = match kinds {
            true => (0..self.kinds.len()).map(|n| hex(scale::kind(n as f64))).collect(),
            false => (0..64).map(|n| hex(scale.at(f64::from(n) / 63.0))).collect(),
        };
        let unit = if scale.unit == "1" { String::new() } else { printed_unit(&scale.unit) };
        json!({
            "title": field.title(),
            "unit": unit,
            "low": scale.ends.0,
            "high": scale.ends.1,
            "log": scale.logarithmic,
            "kinds": if kinds { json!(self.kinds) } else { Value::Null },
            "colours": colours,
            "data": base64::encode(&bytes),
        })
    }
}

/// A grid in blocks of cells.
struct Blocks<'a> {
    grid: &'a Grid,
    /// The cells of each block along each axis.
    ranges: [Vec<Range<usize>>; 3],
}

impl Blocks<'_> {
    /// Blocks of `stride` cells along each axis of the grid; the last ones may have fewer.
    fn new(grid: &Grid, stride: usize) -> Blocks<'_> {
        let along = |a: usize| {
            let cells = grid.cells()[a];
            (0..cells).step_by(stride).map(|n| n..(n + stride).min(cells)).collect()
        };
        Blocks { grid, ranges: [0, 1, 2].map(along) }
    }

    fn edges(&self, axis: usize) -> Vec<f64> {
        let own = self.grid.axis(axis).edges();
        [own[0]].into_iter().chain(self.ranges[axis].iter().map(|block| own[block.end])).collect()
    }

    /// What is made of the values of each block with their volumes.
    fn each(&self, values: &[f64], made: impl Fn(&[(f64, f64)]) -> f64) -> Vec<f64> {
        let [xs, ys, zs] = &self.ranges;
        let mut all = Vec::with_capacity(xs.len() * ys.len() * zs.len());
        let mut block = Vec::new();
        for z in zs {
            for y in ys {
                for x in xs {
                    block.clear();
                    for (z, y) in z.clone().flat_map(|z| y.clone().map(move |y| (z, y))) {
                        let cell = |x: usize| (values[self.grid.index([x, y, z])], self.grid.widths([x, y, z]));
                        block.extend(x.clone().map(cell).map(|(value, widths)| (value, widths.element_product())));
                    }
                    all.push(made(&block));
                }
            }
        }
        all
    }

    /// The mean of each block by volume, no number where most of it is void.
    fn means(&self, values: &[f64]) -> Vec<f64> {
        self.each(values, |block| match block {
            [(value, _)] => *value,
            _ => {
                let solid = block.iter().filter(|(value, _)| !value.is_nan());
                let (sum, filled) = solid.fold((0.0, 0.0), |(s, f), (value, volume)| (s + value * volume, f + volume));
                let whole: f64 = block.iter().map(|(_, volume)| volume).sum();
                if 2.0 * filled >= whole { sum / filled } else { f64::NAN }
            }
        })
    }

    /// The kind, or void, that fills the most of each block.
    fn most(&self, kinds: &[f64]) -> Vec<f64> {
        self.each(kinds, |block| {
            let mut filled: Vec<(f64, f64)> = Vec::new();
            for &(kind, volume) in block {
                match filled.iter_mut().find(|(k, _)| *k == kind || k.is_nan() && kind.is_nan()) {
                    Some((_, sum)) => *sum += volume,
                    None => filled.push((kind, volume)),
                }
            }
            filled.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(f64::NAN, |(kind, _)| kind)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;

    #[test]
    fn a_block_of_cells_has_their_mean() {
        let z = Axis::from_edges(vec![0.0, 1.0, 2.0, 5.0]);
        let grid = Grid::three_dimensional(Axis::uniform(0.0, 2.0, 2), Axis::uniform(0.0, 2.0, 2), z);
        let blocks = Blocks::new(&grid, 2);
        assert_eq!((blocks.edges(0), blocks.edges(2)), (vec![0.0, 2.0], vec![0.0, 2.0, 5.0]));
        // a field that rises along z has the value at the centre that a block names
        let mut rising: Vec<f64> = (0..12).map(|i| grid.axis(2).centres()[i / 4]).collect();
        assert_eq!(blocks.means(&rising), [1.0, 3.5]);
        rising[..5].fill(f64::NAN);
        assert!(blocks.means(&rising)[0].is_nan(), "five cells of eight are void");
        let mut kinds = vec![2.0; 12];
        kinds[..3].fill(1.0);
        assert_eq!(blocks.most(&kinds), [2.0, 2.0]);
        kinds[..5].fill(f64::NAN);
        assert!(blocks.most(&kinds)[0].is_nan());
        let single = Blocks::new(&grid, 1);
        assert_eq!(single.means(&rising)[5..], rising[5..]);
    }
}
