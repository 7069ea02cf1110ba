//! The colour bar of a map, or the legend of its kinds.

use super::axes::{Area, GAP, NAME, NUMBER, TICK};
use super::canvas::{Anchor, Colour, FAINT, INK, VOID};
use super::label::{self, Ticks};
use super::scale::{self, ColourScale};
use super::sheet::Sheet;
use super::text;
use image::{Rgb, RgbImage};

/// Pixels across the bar.
pub const THICKNESS: i64 = 30;
/// Size of the notes under the bar, pixels.
const NOTE: f32 = 21.0;
/// Pixels of a legend's line.
const LINE: i64 = 38;

/// A colour bar with its texts.
#[derive(Debug, Clone)]
pub struct Bar<'a> {
    scale: &'a ColourScale,
    ticks: Ticks,
    name: String,
    notes: Vec<String>,
}

impl<'a> Bar<'a> {
    /// A bar of that length in pixels for a quantity.
    pub fn new(scale: &'a ColourScale, quantity: &str, length: i64, upright: bool) -> Bar<'a> {
        let room = if upright { 62 } else { 130 };
        let ticks = scale.ticks((length / room).clamp(2, 9) as usize);
        let unit = if scale.unit == "1" { String::new() } else { format!(" ({})", scale.unit) };
        let logarithmic = if scale.logarithmic && !scale.constant { ", log scale" } else { "" };
        let notes = match scale.found {
            None => vec!["no values".to_owned()],
            Some(_) if scale.constant => vec!["constant".to_owned()],
            Some((low, high)) if scale.logarithmic => {
                vec![format!("max {}", label::significant(high, 3)), format!("min {}", label::significant(low, 3))]
            }
            Some((low, high)) => {
                let range = scale.ends.1 - scale.ends.0;
                vec![
                    format!("max {}", label::within_range(high, range)),
                    format!("min {}", label::within_range(low, range)),
                ]
            }
        };
        Bar { scale, ticks, name: format!("{quantity}{unit}{logarithmic}"), notes }
    }

    /// Pixels that an upright bar takes beside the map.
    pub fn width(&self) -> i64 {
        let beside = THICKNESS + TICK + GAP + self.widest_number() + GAP + text::height(NAME) as i64;
        let notes = self.notes.iter().map(|n| text::width(n, NOTE)).fold(0.0, f32::max).ceil() as i64;
        beside.max(notes)
    }

    /// Pixels that the notes take below an upright bar.
    pub fn below(&self) -> i64 {
        2 * GAP + (self.notes.len() * text::height(NOTE)) as i64
    }

    /// Pixels that a lying bar takes in height.
    pub fn height(&self) -> i64 {
        THICKNESS + TICK + GAP + text::height(NUMBER) as i64 + text::height(NAME) as i64 + 4
    }

    fn widest_number(&self) -> i64 {
        self.ticks.labels.iter().map(|l| text::width(l, NUMBER)).fold(0.0, f32::max).ceil() as i64
    }

    /// Draws it upright in the box; numbers and name to its right, notes below.
    pub fn draw_upright(&self, sheet: &mut Sheet, area: Area) {
        let place = |y: u32| f64::from(area.height as u32 - 1 - y) / (area.height - 1).max(1) as f64;
        let size = (area.width as u32, area.height as u32);
        sheet.raster(area.left, area.top, RgbImage::from_fn(size.0, size.1, |_, y| Rgb(self.scale.at(place(y)))));
        sheet.frame(area.left, area.top, area.width, area.height, 2, INK);
        for (value, label) in self.ticks.values.iter().zip(&self.ticks.labels) {
            let y = area.bottom() as f64 - self.scale.place(*value) * area.height as f64;
            let long = if label.is_empty() { TICK / 2 } else { TICK };
            sheet.fill(area.right(), y.round() as i64 - 1, long + 2, 2, INK);
            sheet.text(label, NUMBER, (area.right() + TICK + GAP) as f64, y, Anchor::Start, INK);
        }
        let name_x = area.right() + TICK + 2 * GAP + self.widest_number() + text::height(NAME) as i64 / 2;
        sheet.upright_text(&self.name, NAME, name_x as f64, (area.top + area.height / 2) as f64, INK);
        let line = text::height(NOTE) as i64;
        for (i, note) in self.notes.iter().enumerate() {
            let y = area.bottom() + 2 * GAP + line * i as i64 + line / 2;
            sheet.text(note, NOTE, area.left as f64, y as f64, Anchor::Start, FAINT);
        }
    }

    /// Draws it lying in the box; numbers, name and notes below.
    pub fn draw_lying(&self, sheet: &mut Sheet, area: Area) {
        let place = |x: u32| f64::from(x) / (area.width - 1).max(1) as f64;
        let size = (area.width as u32, area.height as u32);
        sheet.raster(area.left, area.top, RgbImage::from_fn(size.0, size.1, |x, _| Rgb(self.scale.at(place(x)))));
        sheet.frame(area.left, area.top, area.width, area.height, 2, INK);
        let numbers = area.bottom() + TICK + GAP + text::height(NUMBER) as i64 / 2;
        for (value, label) in self.ticks.values.iter().zip(&self.ticks.labels) {
            let x = area.left as f64 + self.scale.place(*value) * area.width as f64;
            let long = if label.is_empty() { TICK / 2 } else { TICK };
            sheet.fill(x.round() as i64 - 1, area.bottom(), 2, long + 2, INK);
            sheet.text(label, NUMBER, x, numbers as f64, Anchor::Middle, INK);
        }
        let names = numbers + (text::height(NUMBER) as i64 + text::height(NAME) as i64) / 2 + 4;
        sheet.text(&self.name, NAME, (area.left + area.width / 2) as f64, names as f64, Anchor::Middle, INK);
        let ends = [(area.right(), Anchor::End), (area.left, Anchor::Start)];
        for (note, (x, anchor)) in self.notes.iter().zip(ends) {
            sheet.text(note, NOTE, x as f64, names as f64, anchor, FAINT);
        }
    }
}

/// The legend of the kinds that a map holds.
#[derive(Debug, Clone)]
pub struct Legend {
    quantity: String,
    entries: Vec<(Option<Colour>, String)>,
}

impl Legend {
    /// A legend for the kinds among the values, `room` pixels high.
    pub fn new(values: &[f64], quantity: &str, names: &[String], room: i64) -> Legend {
        let mut kinds: Vec<usize> =
            values.iter().filter(|v| v.is_finite() && **v >= 0.0).map(|v| *v as usize).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let most = (room / LINE - 1).max(1) as usize;
        let name = |k: &usize| names.get(*k).cloned().unwrap_or_else(|| k.to_string());
        let mut entries: Vec<_> = kinds.iter().map(|k| (Some(scale::kind(*k as f64)), name(k))).collect();
        if values.iter().any(|v| v.is_nan()) {
            entries.push((Some(VOID), "void".to_owned()));
        }
        if entries.len() > most {
            let hidden = entries.len() - most + 1;
            entries.truncate(most - 1);
            entries.push((None, format!("and {hidden} more")));
        }
        for (_, name) in &mut entries {
            *name = text::fitted(name, NUMBER, 260.0);
        }
        Legend { quantity: quantity.to_owned(), entries }
    }

    /// Pixels that it takes beside the map.
    pub fn width(&self) -> i64 {
        let names = self.entries.iter().map(|(_, n)| text::width(n, NUMBER)).fold(0.0, f32::max);
        (names.ceil() as i64 + THICKNESS + 2 * GAP).max(text::width(&self.quantity, NAME) as i64)
    }

    /// Pixels that it takes in height.
    pub fn height(&self) -> i64 {
        LINE * (self.entries.len() as i64 + 1)
    }

    /// Draws it with its top left corner at the place.
    pub fn draw(&self, sheet: &mut Sheet, left: i64, top: i64) {
        sheet.text(&self.quantity, NAME, left as f64, (top + LINE / 2) as f64, Anchor::Start, INK);
        for (i, (colour, name)) in self.entries.iter().enumerate() {
            let y = top + LINE * (i as i64 + 1);
            if let Some(colour) = colour {
                sheet.fill(left + 2, y + 6, THICKNESS - 4, LINE - 12, *colour);
                sheet.frame(left + 2, y + 6, THICKNESS - 4, LINE - 12, 1, INK);
            }
            sheet.text(name, NUMBER, (left + THICKNESS + 2 * GAP) as f64, (y + LINE / 2) as f64, Anchor::Start, INK);
        }
    }
}
