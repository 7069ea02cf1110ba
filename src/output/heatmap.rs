//! Maps of a field on a plane, drawn to scale with axes, colour bar, title and time.

use super::axes::{Area, Labels};
use super::bar::{Bar, Legend, THICKNESS};
use super::canvas::{Anchor, FAINT, INK, VOID};
use super::contour;
use super::flow::{self, Flow};
use super::isotherms::{self, labelled};
use super::resample;
use super::scale::{self, ColourScale, Colouring};
use super::sheet::Sheet;
use super::text;
use crate::grid::Axis;
use image::{Rgb, RgbImage};

const WIDTH: i64 = 1200;
const MARGIN: i64 = 22;
const TITLE: f32 = 32.0;
const SUBTITLE: f32 = 25.0;
const BAR_SPACE: i64 = 34;
const TALLEST: i64 = 1000;
const LOWEST: i64 = 100;
/// A map lower than this has its bar below.
const LYING: i64 = 400;

/// A field on a plane and how it is to be shown.
#[derive(Debug, Clone)]
pub struct Map<'a> {
    /// First line, as the scenario calls itself; may be empty.
    pub title: &'a str,
    /// Second line: place and time.
    pub subtitle: &'a str,
    /// Name on the colour bar: "Temperature".
    pub quantity: &'a str,
    /// Unit of the values, as in files: "W/m^2".
    pub unit: &'a str,
    /// Horizontal and vertical axis.
    pub axes: [&'a Axis; 2],
    /// Their names: "x", "y".
    pub axis_names: [&'a str; 2],
    /// Whether the axes are lengths in m; else they count cells.
    pub metres: bool,
    /// Values per cell, the horizontal axis fastest; NaN is void.
    pub values: &'a [f64],
    /// How values become colours.
    pub colouring: Colouring<'a>,
    /// Fixes the ends of the colour bar, in `unit`.
    pub range: Option<(f64, f64)>,
    /// Whether lines of equal value are drawn at the ticks of the colour bar.
    pub isotherms: bool,
    /// Directions drawn over the map.
    pub flow: Option<Flow<'a>>,
}

impl Map<'_> {
    /// Draws the map.
    pub fn draw(&self) -> Sheet {
        let scale = ColourScale::new(self.values, self.unit, self.colouring, self.range);
        match self.colouring {
            Colouring::Kinds(names) => {
                let legend = Legend::new(self.values, self.quantity, names, TALLEST / 2);
                let beside = BAR_SPACE + legend.width();
                let (area, labels) = self.fit(beside);
                let below = labels.below().max(legend.height() - area.height);
                let (mut sheet, area) = self.start(area, &labels, beside, below);
                self.paint(&mut sheet, area, &scale);
                legend.draw(&mut sheet, area.right() + BAR_SPACE, area.top);
                labels.draw(&mut sheet, area, self.axes);
                sheet
            }
            _ => self.draw_scaled(&scale),
        }
    }

    fn draw_scaled(&self, scale: &ColourScale) -> Sheet {
        let bar = Bar::new(scale, self.quantity, TALLEST, true);
        let beside = BAR_SPACE + bar.width();
        let (area, labels) = self.fit(beside);
        if area.height >= LYING {
            let bar = Bar::new(scale, self.quantity, area.height, true);
            let below = bar.below().max(labels.below());
            let (mut sheet, area) = self.start(area, &labels, beside, below);
            self.paint(&mut sheet, area, scale);
            labels.draw(&mut sheet, area, self.axes);
            let place = Area { left: area.right() + BAR_SPACE, width: THICKNESS, ..area };
            bar.draw_upright(&mut sheet, place);
            return sheet;
        }
        let (area, labels) = self.fit(0);
        let bar = Bar::new(scale, self.quantity, area.width, false);
        // room for half a number at the right end
        let (mut sheet, area) = self.start(area, &labels, 0, labels.below() + MARGIN + bar.height());
        self.paint(&mut sheet, area, scale);
        labels.draw(&mut sheet, area, self.axes);
        let place = Area { top: area.bottom() + labels.below() + MARGIN, height: THICKNESS, ..area };
        bar.draw_lying(&mut sheet, place);
        sheet
    }

    /// Size of the map in pixels beside something `beside` pixels wide, and its labels. True to scale unless that
    /// would make it a thread.
    fn fit(&self, beside: i64) -> (Area, Labels) {
        let [lx, ly] = self.axes.map(Axis::length);
        let mut left = 120;
        loop {
            let room = WIDTH - 2 * MARGIN - left - beside - MARGIN;
            let (mut width, mut height) = (room, (room as f64 * (ly / lx).min(1e6)).round() as i64);
            if height > TALLEST {
                width = ((TALLEST as f64 * lx / ly).round() as i64).max(LOWEST);
                height = TALLEST;
            }
            height = height.max(LOWEST);
            let labels = Labels::new(self.axes, self.axis_names, [width, height], self.metres);
            let area = Area { left: 0, top: 0, width, height };
            if labels.left() <= left {
                return (area, labels);
            }
            left = labels.left();
        }
    }

    /// An empty picture with its titles, and the place of the map on it.
    fn start(&self, area: Area, labels: &Labels, beside: i64, below: i64) -> (Sheet, Area) {
        let content = labels.left() + area.width + beside;
        let width = (content + 3 * MARGIN).clamp(640, WIDTH.max(content + 3 * MARGIN));
        let left = (width - content - MARGIN) / 2 + labels.left();
        let mut subtitle = vec![self.subtitle.to_owned(), labels.stretch.clone()];
        subtitle.extend(self.flow.as_ref().map(Flow::told));
        subtitle.retain(|part| !part.is_empty());
        let subtitle = subtitle.join("; ");
        let lines = [(self.title, TITLE, INK), (subtitle.as_str(), SUBTITLE, FAINT)];
        let shown = lines.iter().filter(|(t, ..)| !t.is_empty());
        let top = MARGIN + shown.clone().map(|(_, size, _)| text::height(*size) as i64 + 4).sum::<i64>() + 10;
        let mut sheet = Sheet::new(width as u32, (top + area.height + below + MARGIN) as u32);
        let mut y = MARGIN - 6;
        for (line, size, colour) in shown {
            let height = text::height(*size) as i64;
            let room = (width - 2 * MARGIN) as f32;
            // a long title is set smaller before it is cut
            let size = (size * room / text::width(line, *size)).clamp(0.72 * size, *size);
            let line = text::fitted(line, size, room);
            let x = (left as f64)
                .min(f64::from(width as f32 - MARGIN as f32 - text::width(&line, size)))
                .max(MARGIN as f64);
            sheet.text(&line, size, x, (y + height / 2) as f64, Anchor::Start, *colour);
            y += height + 4;
        }
        (sheet, Area { left, top, ..area })
    }

    fn paint(&self, sheet: &mut Sheet, area: Area, scale: &ColourScale) {
        let columns = self.axes[0].cells();
        let across = resample::cover(self.axes[0], area.width as usize);
        let up = resample::cover(self.axes[1], area.height as usize);
        let kinds = matches!(self.colouring, Colouring::Kinds(_));
        let colour = |x, y| {
            let colour = if kinds {
                resample::dominant(self.values, columns, x, y).map(scale::kind)
            } else {
                resample::mean(self.values, columns, x, y).map(|v| scale.colour(v))
            };
            Rgb(colour.unwrap_or(VOID))
        };
        // Pixels of one cell are coloured once.
        let (first, rows) = (resample::distinct(&across), resample::distinct(&up));
        let mut image = RgbImage::new(area.width as u32, area.height as u32);
        for (n, &row) in rows.iter().enumerate() {
            let [y, below] = [n, row].map(|n| (up.len() - 1 - n) as u32);
            for x in 0..area.width as u32 {
                let column = first[x as usize];
                let pixel = if row < n {
                    *image.get_pixel(x, below)
                } else if column < x as usize {
                    *image.get_pixel(column as u32, y)
                } else {
                    colour(&across[x as usize], &up[n])
                };
                image.put_pixel(x, y, pixel);
            }
        }
        sheet.raster(area.left, area.top, image);
        if let Some(flow) = &self.flow {
            flow::draw(sheet, area, self.axes, flow);
        }
        if self.isotherms && !kinds && !scale.constant {
            self.draw_isotherms(sheet, area, scale);
        }
    }

    fn draw_isotherms(&self, sheet: &mut Sheet, area: Area, scale: &ColourScale) {
        let [x, y] = self.axes;
        let place = |(px, py): (f64, f64)| {
            let across = (px - x.low()) / x.length() * area.width as f64;
            let up = (py - y.low()) / y.length() * area.height as f64;
            (area.left as f64 + across, area.bottom() as f64 - up)
        };
        let mut taken = Vec::new();
        let edge = [area.left as f64, area.top as f64, area.right() as f64, area.bottom() as f64];
        let ticks = scale.ticks((area.height / 62).clamp(2, 9) as usize);
        for (level, label) in ticks.values.iter().zip(&ticks.labels) {
            let ground = scale.at(scale.place(*level));
            let light = ground.iter().map(|c| u32::from(*c)).sum::<u32>() > 300;
            let ink = if light { [0; 3] } else { [255; 3] };
            let pieces = contour::pieces(self.axes, self.values, level / scale.factor);
            let pieces: Vec<_> = pieces.into_iter().map(|ends| ends.map(place)).collect();
            let line = labelled(&pieces, label, edge, &mut taken);
            sheet.lines(line.pieces, 1.7, ink, 0.8);
            for (x, y) in line.labels {
                sheet.label(label, isotherms::LABEL, x, y, ink, ground);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::colormap::Colormap;

    fn map<'a>(x: &'a Axis, y: &'a Axis, values: &'a [f64]) -> Map<'a> {
        Map {
            title: "A title",
            subtitle: "t = 1 s",
            quantity: "Temperature",
            unit: "K",
            axes: [x, y],
            axis_names: ["x", "y"],
            metres: true,
            values,
            colouring: Colouring::Linear(Colormap::Viridis),
            range: None,
            isotherms: true,
            flow: None,
        }
    }

    /// Mean place of the pixels of a colour within the map, which lies left of the bar.
    fn place(image: &RgbImage, colour: [u8; 3]) -> (f64, f64) {
        let limit = image.width() * 3 / 4;
        let hits: Vec<_> = image.enumerate_pixels().filter(|(x, _, p)| p.0 == colour && *x < limit).collect();
        assert!(hits.len() > 1000, "{} pixels of {colour:?}", hits.len());
        let count = hits.len() as f64;
        let (x, y) = hits.iter().fold((0.0, 0.0), |(x, y), h| (x + f64::from(h.0), y + f64::from(h.1)));
        (x / count, y / count)
    }

    #[test]
    fn x_runs_to_the_right_and_y_up() {
        let axis = Axis::uniform(0.0, 0.06, 2);
        let values = [1.0, f64::NAN, 2.0, 3.0]; // low left, low right (void), high left, high right
        let image = Map { isotherms: false, ..map(&axis, &axis, &values) }.draw().image();
        let (low, high, void) =
            (place(&image, Colormap::Viridis.at(0.0)), place(&image, Colormap::Viridis.at(1.0)), place(&image, VOID));
        assert!(low.0 + 200.0 < high.0 && low.1 > high.1 + 200.0, "{low:?} {high:?}");
        assert!(void.0 > low.0 + 200.0 && (void.1 - low.1).abs() < 2.0, "{void:?}");
    }

    #[test]
    fn equal_lengths_have_equal_pixels() {
        let (x, y) = (Axis::from_edges(vec![0.0, 0.01, 0.05]), Axis::uniform(0.0, 0.03, 3));
        let (area, labels) = map(&x, &y, &[0.0; 6]).fit(100);
        assert!((area.width as f64 / area.height as f64 - 5.0 / 3.0).abs() < 0.01, "{area:?}");
        assert_eq!(labels.stretch, "");
        let thin = Axis::uniform(0.0, 0.001, 1);
        let (area, labels) = map(&y, &thin, &[0.0; 3]).fit(100);
        assert_eq!(area.height, LOWEST);
        assert!(labels.stretch.starts_with("y axis stretched "), "{}", labels.stretch);
    }

    #[test]
    fn any_field_makes_a_picture_of_sensible_size() {
        let sides = [1e-9, 1e-2, 1e5];
        let fields =
            [[0.0; 4], [f64::NAN; 4], [1e300, -1e300, 0.0, 1.0], [300.0, 300.000_001, f64::NAN, 300.0], [1e-300; 4]];
        let title = "many words ".repeat(40);
        for (lx, ly) in sides.iter().flat_map(|a| sides.map(|b| (*a, b))) {
            let (x, y) = (Axis::uniform(-lx, 2.0 * lx, 2), Axis::uniform(0.0, ly, 2));
            for (values, colormap) in fields.iter().zip([Colormap::Inferno, Colormap::Vik].into_iter().cycle()) {
                for colouring in [
                    Colouring::Linear(colormap),
                    Colouring::Signed(colormap),
                    Colouring::Logarithmic(colormap),
                    Colouring::Kinds(&[]),
                ] {
                    let image = Map { title: &title, colouring, ..map(&x, &y, values) }.draw();
                    let size = (image.width(), image.height());
                    assert!(
                        (600..=1300).contains(&size.0) && (150..=1300).contains(&size.1),
                        "{size:?} {lx} {ly} {values:?} {colouring:?}"
                    );
                }
            }
        }
    }
}
