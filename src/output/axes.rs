//! Frame, ticks and names of the two axes of a map.

use super::canvas::{Anchor, INK};
use super::label::{self, Ticks};
use super::sheet::Sheet;
use super::text;
use crate::grid::Axis;

/// Pixels of a tick.
pub const TICK: i64 = 9;
/// Pixels between a tick and its number.
pub const GAP: i64 = 7;
/// Size of numbers, pixels.
pub const NUMBER: f32 = 23.0;
/// Size of names, pixels.
pub const NAME: f32 = 25.0;

/// A box on the picture, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub left: i64,
    /// Top edge.
    pub top: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

impl Area {
    /// Right edge.
    pub fn right(self) -> i64 {
        self.left + self.width
    }

    /// Bottom edge.
    pub fn bottom(self) -> i64 {
        self.top + self.height
    }
}

/// How the two axes are labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// Factor from metres to the unit shown, per axis.
    pub factors: [f64; 2],
    /// Ticks per axis, in the unit shown.
    pub ticks: [Ticks; 2],
    /// Name with unit per axis.
    pub names: [String; 2],
    /// Says which axis is not to scale; empty where both are.
    pub stretch: String,
}

impl Labels {
    /// Chooses units and ticks for a map of that size on the picture. An axis without a length (a plain count of
    /// cells) has `unit` false.
    pub fn new(axes: [&Axis; 2], names: [&str; 2], pixels: [i64; 2], metres: bool) -> Labels {
        let longest = |axis: &Axis| axis.length().max(0.01 * axis.low().abs().max(axis.high().abs()));
        let lengths = axes.map(longest);
        let both = lengths[0].max(lengths[1]);
        let units = lengths.map(|own| match metres {
            false => (1.0, "cells"),
            true => label::length_unit(label::common_length(own, both)),
        });
        let ticks = [0, 1].map(|a| {
            let most = if a == 0 { columns(axes[0], units[0].0, pixels[0]) } else { (pixels[1] / 48).max(2) as usize };
            label::linear_ticks(axes[a].low() * units[a].0, axes[a].high() * units[a].0, most.min(11))
        });
        let shown = [0, 1].map(|a| format!("{} ({})", names[a], units[a].1));
        let scale = [0, 1].map(|a| pixels[a] as f64 / axes[a].length());
        // What two digits round to 1.1 at least.
        let stretched = |a: usize, b: usize| (scale[a] > 1.055 * scale[b]).then(|| (names[a], scale[a] / scale[b]));
        let stretch = stretched(0, 1).or(stretched(1, 0)).filter(|_| metres);
        let stretch = stretch.map_or_else(String::new, |(name, factor)| {
            format!("{name} axis stretched {} times", label::significant(factor, 2))
        });
        Labels { factors: units.map(|u| u.0), ticks, names: shown, stretch }
    }

    /// Pixels that the numbers and the name take to the left of the map.
    pub fn left(&self) -> i64 {
        let widest = self.ticks[1].labels.iter().map(|l| text::width(l, NUMBER)).fold(0.0, f32::max);
        TICK + GAP + widest.ceil() as i64 + GAP + text::height(NAME) as i64
    }

    /// Pixels that they take below it.
    pub fn below(&self) -> i64 {
        TICK + GAP + text::height(NUMBER) as i64 + GAP + text::height(NAME) as i64
    }

    /// Draws frame, ticks, numbers and names round a map.
    pub fn draw(&self, sheet: &mut Sheet, area: Area, axes: [&Axis; 2]) {
        sheet.frame(area.left, area.top, area.width, area.height, 2, INK);
        let place = |a: usize, shown: f64| (shown / self.factors[a] - axes[a].low()) / axes[a].length();
        for (value, label) in self.ticks[0].values.iter().zip(&self.ticks[0].labels) {
            let x = area.left as f64 + place(0, *value) * area.width as f64;
            sheet.fill(x.round() as i64 - 1, area.bottom(), 2, TICK + 2, INK);
            let middle = area.bottom() + TICK + GAP + text::height(NUMBER) as i64 / 2;
            sheet.text(label, NUMBER, x, middle as f64, Anchor::Middle, INK);
        }
        for (value, label) in self.ticks[1].values.iter().zip(&self.ticks[1].labels) {
            let y = area.bottom() as f64 - place(1, *value) * area.height as f64;
            sheet.fill(area.left - TICK - 2, y.round() as i64 - 1, TICK + 2, 2, INK);
            sheet.text(label, NUMBER, (area.left - TICK - GAP) as f64, y, Anchor::End, INK);
        }
        let (middle_x, middle_y) = (area.left + area.width / 2, area.top + area.height / 2);
        let name_y = area.bottom() + self.below() - text::height(NAME) as i64 / 2;
        sheet.text(&self.names[0], NAME, middle_x as f64, name_y as f64, Anchor::Middle, INK);
        let name_x = area.left - self.left() + text::height(NAME) as i64 / 2;
        sheet.upright_text(&self.names[1], NAME, name_x as f64, middle_y as f64, INK);
    }
}

/// Most ticks whose numbers stand side by side in that width.
fn columns(axis: &Axis, factor: f64, pixels: i64) -> usize {
    let fits = |most: usize| {
        let ticks = label::linear_ticks(axis.low() * factor, axis.high() * factor, most);
        let widest = ticks.labels.iter().map(|l| text::width(l, NUMBER)).fold(0.0, f32::max);
        let step = match ticks.values.as_slice() {
            [a, b, ..] => (b - a) / (axis.length() * factor) * pixels as f64,
            _ => pixels as f64,
        };
        step > f64::from(widest) + 24.0
    };
    (2..=11).rev().find(|most| fits(*most)).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thin_axis_has_a_unit_of_its_own() {
        let names = |long: f64, thin: f64| {
            let axes = [Axis::uniform(0.0, long, 10), Axis::uniform(0.0, thin, 10)];
            Labels::new([&axes[0], &axes[1]], ["x", "y"], [800, 100], true).names
        };
        assert_eq!(names(1.0, 3e-3), ["x (m)", "y (mm)"]);
        assert_eq!(names(1.0, 0.05), ["x (m)", "y (m)"]);
        assert_eq!(names(0.06, 0.008), ["x (mm)", "y (mm)"]);
    }
}
