//! A picture to draw on: filled boxes, smooth lines and text.

use super::text::{self, Stamp};
use glam::DVec2;
use image::{Rgb, RgbImage};

/// An 8-bit sRGB colour.
pub type Colour = [u8; 3];

/// Ink of axes and text.
pub const INK: Colour = [26, 26, 26];
/// Void on maps.
pub const VOID: Colour = [205, 205, 205];
/// Ink of notes.
pub const FAINT: Colour = [96, 96, 96];

/// Which point of a text is put at the given place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The start of the line.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A picture, white at first. Places are pixels from the top left corner.
#[derive(Debug, Clone)]
pub struct Canvas {
    image: RgbImage,
}

impl Canvas {
    /// A white picture.
    pub fn new(width: u32, height: u32) -> Canvas {
        Canvas { image: RgbImage::from_pixel(width, height, Rgb([255; 3])) }
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.image.width()
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.image.height()
    }

    /// The finished picture.
    pub fn into_image(self) -> RgbImage {
        self.image
    }

    /// Sets a pixel; outside the picture nothing happens.
    pub fn set(&mut self, x: i64, y: i64, colour: Colour) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.image.get_pixel_mut_checked(x, y) {
            pixel.0 = colour;
        }
    }

    /// Mixes a colour into a pixel.
    pub fn blend(&mut self, x: i64, y: i64, colour: Colour, share: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.image.get_pixel_mut_checked(x, y) {
            for (p, c) in pixel.0.iter_mut().zip(colour) {
                *p = (f32::from(*p) + (f32::from(c) - f32::from(*p)) * share.clamp(0.0, 1.0) + 0.5) as u8;
            }
        }
    }

    /// Fills a box.
    pub fn fill(&mut self, x: i64, y: i64, width: i64, height: i64, colour: Colour) {
        for py in y..y + height {
            for px in x..x + width {
                self.set(px, py, colour);
            }
        }
    }

    /// Smooth straight lines, their points at pixel corners, `thickness` pixels wide; where they meet or cross
    /// the ink is not doubled.
    pub fn lines(&mut self, lines: &[[(f64, f64); 2]], thickness: f64, colour: Colour, share: f32) {
        let reach = 0.5 * thickness + 1.0;
        let span = |ends: [f64; 2], most: u32| {
            let [low, high] = [(ends[0] - reach).floor() as i64, (ends[1] + reach).ceil() as i64];
            low.max(0)..high.min(i64::from(most)).max(0)
        };
        let (width, height) = (self.width(), self.height());
        let place = |from: f64, to: f64| [from.min(to), from.max(to)];
        let lines = || lines.iter().filter(|l| l.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
        // no more of the picture than the lines reach
        let empty = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        let [xs, ys] = lines()
            .flatten()
            .fold(empty, |[xs, ys], (x, y)| [[xs[0].min(*x), xs[1].max(*x)], [ys[0].min(*y), ys[1].max(*y)]]);
        let (columns, rows) = (span(xs, width), span(ys, height));
        let across = (columns.end - columns.start).max(0);
        let mut cover = vec![0.0_f32; (across * (rows.end - rows.start).max(0)) as usize];
        for [from, to] in lines() {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let square = dx * dx + dy * dy;
            for y in span(place(from.1, to.1), height) {
                for x in span(place(from.0, to.0), width) {
                    let (px, py) = (x as f64 + 0.5 - from.0, y as f64 + 0.5 - from.1);
                    let along = if square > 0.0 { ((px * dx + py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
                    let distance = DVec2::new(px - along * dx, py - along * dy).length();
                    let pixel = &mut cover[((y - rows.start) * across + x - columns.start) as usize];
                    *pixel = pixel.max((0.5 * thickness + 0.5 - distance).clamp(0.0, 1.0) as f32);
                }
            }
        }
        for (i, &c) in cover.iter().enumerate().filter(|(_, c)| **c > 0.0) {
            self.blend(columns.start + i as i64 % across, rows.start + i as i64 / across, colour, c * share);
        }
    }

    /// Fills a polygon (even-odd), its edges smooth.
    pub fn area(&mut self, points: &[(f64, f64)], colour: Colour) {
        const PARTS: i64 = 4;
        if points.iter().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
            return;
        }
        let span = |pick: fn(&(f64, f64)) -> f64, most: u32| {
            let low = points.iter().map(pick).fold(f64::INFINITY, f64::min);
            let high = points.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
            (low.floor() as i64).max(0)..(high.ceil() as i64).min(i64::from(most))
        };
        for y in span(|p| p.1, self.height()) {
            for x in span(|p| p.0, self.width()) {
                let part = |n: i64, at: i64| at as f64 + (n as f64 + 0.5) / PARTS as f64;
                let inside =
                    (0..PARTS * PARTS).filter(|n| within(points, part(n % PARTS, x), part(n / PARTS, y))).count();
                if inside > 0 {
                    self.blend(x, y, colour, inside as f32 / (PARTS * PARTS) as f32);
                }
            }
        }
    }

    /// Copies pixels, their top left corner at the place.
    pub fn raster(&mut self, left: i64, top: i64, image: &RgbImage) {
        for (x, y, pixel) in image.enumerate_pixels() {
            self.set(left + i64::from(x), top + i64::from(y), pixel.0);
        }
    }

    /// A line of text, the anchor's point at the place, `y` at the middle of its height; upright text runs upwards with its middle
    /// at the place. A halo is a rim of its colour.
    pub fn write(
        &mut self,
        text: &str,
        size: f32,
        (x, y): (f64, f64),
        anchor: Anchor,
        upright: bool,
        colour: Colour,
        halo: Option<Colour>,
    ) {
        let stamp = if upright { text::stamp(text, size).upright() } else { text::stamp(text, size) };
        let left = match anchor {
            _ if upright => x - 0.5 * stamp.width as f64,
            Anchor::Start => x,
            Anchor::Middle => x - 0.5 * stamp.width as f64,
            Anchor::End => x - stamp.width as f64,
        };
        let top = y - 0.5 * stamp.height as f64;
        if let Some(halo) = halo {
            for (dx, dy) in
                (-2..=2).flat_map(|dx| (-2..=2).map(move |dy| (dx, dy))).filter(|(dx, dy)| dx * dx + dy * dy <= 5)
            {
                self.ink(&stamp, left + f64::from(dx), top + f64::from(dy), halo);
            }
        }
        self.ink(&stamp, left, top, colour);
    }

    fn ink(&mut self, stamp: &Stamp, left: f64, top: f64, colour: Colour) {
        let (left, top) = (left.round() as i64, top.round() as i64);
        for (i, &c) in stamp.coverage.iter().enumerate().filter(|(_, c)| **c > 0.0) {
            let (x, y) = ((i % stamp.width) as i64, (i / stamp.width) as i64);
            self.blend(left + x, top + y, colour, c);
        }
    }
}

fn within(points: &[(f64, f64)], x: f64, y: f64) -> bool {
    let mut inside = false;
    for (i, a) in points.iter().enumerate() {
        let b = points[(i + 1) % points.len()];
        if (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) {
            inside = !inside;
        }
    }
    inside
}
