//! The last state to look around in: values under the pointer, and in 3D a slider through the slices. The page carries the numbers in 16 bits, of
//! large grids every second, third, ... cell.

use super::{Page, section};
use crate::output::base64;
use crate::output::field::Field;
use crate::output::label::printed_unit;
use crate::output::plane::Style;
use crate::output::scale::{self, ColourScale, Colouring};
use serde_json::{Value, json};

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
        // the first cell of each block, with the edges of the block
        let kept =
            [0, 1, 2].map(|a| (0..cells[a]).step_by(if a < dimensions { stride } else { 1 }).collect::<Vec<_>>());
        let edges = |a: usize| {
            let own = grid.axis(a).edges();
            kept[a].iter().map(|n| own[*n]).chain([own[cells[a]]]).collect::<Vec<f64>>()
        };
        let middle = |a: usize, n: usize| (n + stride / 2).min(cells[a] - 1);
        let mut chosen = Vec::with_capacity(MOST);
        for &z in &kept[2] {
            for &y in &kept[1] {
                chosen.extend(kept[0].iter().map(|&x| {
                    grid.index([middle(0, x), middle(1, y), if dimensions == 2 { 0 } else { middle(2, z) }])
                }));
            }
        }
        let fields: Vec<Value> = state.frame.fields[..state.shown].iter().map(|f| self.packed(f, &chosen)).collect();
        let axes: Vec<Vec<f64>> = (0..dimensions).map(edges).collect();
        // no text of the user's may end the script
        let data = json!({ "axes": axes, "fields": fields }).to_string().replace('<', "\\u003c");
        let note = match stride {
            1 => String::new(),
            n => format!(
                "<p class=\"note\">One cell in {n} along each axis is shown here; the files have all of them.</p>\n"
            ),
        };
        let content = format!(
            "<div id=\"explorer\"></div>\n{note}<script type=\"application/json\" id=\"explorer-data\">{data}</script>\n<script>\n{}</script>\n",
            include_str!("explorer.js")
        );
        section("Look around", &content)
    }

    fn packed(&self, field: &Field, chosen: &[usize]) -> Value {
        let warm = field.is_temperature();
        let show = |v: f64| if warm { self.scale.show(v) } else { v };
        let values: Vec<f64> = field.magnitude().iter().map(|v| show(*v)).collect();
        let unit = if warm { self.scale.unit() } else { &field.unit };
        let style = Style { kinds: self.kinds, ..Style::default() };
        let colouring = style.colouring(field, &values);
        let scale = ColourScale::new(&values, unit, colouring, None);
        let kinds = matches!(colouring, Colouring::Kinds(_));
        let place = |i: &usize| match values[*i] {
            v if v.is_nan() => VOID,
            v if kinds => v as u16,
            v => (scale.place(v * scale.factor).clamp(0.0, 1.0) * f64::from(VOID - 1)).round() as u16,
        };
        let bytes: Vec<u8> = chosen.iter().flat_map(|i| place(i).to_le_bytes()).collect();
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
