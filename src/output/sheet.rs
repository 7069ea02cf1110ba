//! A picture as a list of marks: drawn once, then made into pixels or into SVG.

use super::base64;
use super::canvas::{Anchor, Canvas, Colour};
use super::text;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What is drawn; places are pixels from the top left corner.
#[derive(Debug, Clone)]
enum Mark {
    Fill {
        place: [i64; 4],
        colour: Colour,
    },
    Lines {
        lines: Vec<[(f64, f64); 2]>,
        thickness: f64,
        colour: Colour,
        share: f32,
    },
    Area {
        points: Vec<(f64, f64)>,
        colour: Colour,
    },
    Text {
        text: String,
        size: f32,
        x: f64,
        y: f64,
        anchor: Anchor,
        colour: Colour,
        upright: bool,
        halo: Option<Colour>,
    },
    Raster {
        x: i64,
        y: i64,
        image: RgbImage,
    },
}

/// A picture, white at first.
#[derive(Debug, Clone)]
pub struct Sheet {
    width: u32,
    height: u32,
    marks: Vec<Mark>,
}

impl Sheet {
    /// An empty picture of so many pixels.
    pub fn new(width: u32, height: u32) -> Sheet {
        Sheet { width, height, marks: Vec::new() }
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Fills a box.
    pub fn fill(&mut self, x: i64, y: i64, width: i64, height: i64, colour: Colour) {
        self.marks.push(Mark::Fill { place: [x, y, width, height], colour });
    }

    /// A frame of `thickness` pixels just outside a box.
    pub fn frame(&mut self, x: i64, y: i64, width: i64, height: i64, thickness: i64, colour: Colour) {
        let t = thickness;
        self.fill(x - t, y - t, width + 2 * t, t, colour);
        self.fill(x - t, y + height, width + 2 * t, t, colour);
        self.fill(x - t, y, t, height, colour);
        self.fill(x + width, y, t, height, colour);
    }

    /// Smooth straight lines; where they meet or cross the ink is not doubled.
    pub fn lines(&mut self, lines: Vec<[(f64, f64); 2]>, thickness: f64, colour: Colour, share: f32) {
        self.marks.push(Mark::Lines { lines, thickness, colour, share });
    }

    /// A filled polygon.
    pub fn area(&mut self, points: Vec<(f64, f64)>, colour: Colour) {
        self.marks.push(Mark::Area { points, colour });
    }

    /// A line of text; `y` is the middle of its height.
    pub fn text(&mut self, text: &str, size: f32, x: f64, y: f64, anchor: Anchor, colour: Colour) {
        let text = text.to_owned();
        self.marks.push(Mark::Text { text, size, x, y, anchor, colour, upright: false, halo: None });
    }

    /// A line of text on a map, its middle at the place, with a rim that sets it off.
    pub fn label(&mut self, text: &str, size: f32, x: f64, y: f64, colour: Colour, halo: Colour) {
        let (text, anchor) = (text.to_owned(), Anchor::Middle);
        self.marks.push(Mark::Text { text, size, x, y, anchor, colour, upright: false, halo: Some(halo) });
    }

    /// A line of text that runs upwards, its middle at the place.
    pub fn upright_text(&mut self, text: &str, size: f32, x: f64, y: f64, colour: Colour) {
        let (text, anchor) = (text.to_owned(), Anchor::Middle);
        self.marks.push(Mark::Text { text, size, x, y, anchor, colour, upright: true, halo: None });
    }

    /// Pixels, their top left corner at the place.
    pub fn raster(&mut self, x: i64, y: i64, image: RgbImage) {
        self.marks.push(Mark::Raster { x, y, image });
    }

    /// The picture in pixels.
    pub fn image(&self) -> RgbImage {
        let mut canvas = Canvas::new(self.width, self.height);
        for mark in &self.marks {
            match mark {
                Mark::Fill { place: [x, y, width, height], colour } => canvas.fill(*x, *y, *width, *height, *colour),
                Mark::Lines { lines, thickness, colour, share } => canvas.lines(lines, *thickness, *colour, *share),
                Mark::Area { points, colour } => canvas.area(points, *colour),
                Mark::Text { text, size, x, y, anchor, colour, upright, halo } => {
                    canvas.write(text, *size, (*x, *y), *anchor, *upright, *colour, *halo);
                }
                Mark::Raster { x, y, image } => canvas.raster(*x, *y, image),
            }
        }
        canvas.into_image()
    }

    /// The picture as PNG.
    pub fn png(&self) -> Vec<u8> {
        png(&self.image())
    }

    /// The picture as SVG. Letters are outlines of the shipped font, so it looks the same everywhere; maps are pixels within it.
    pub fn svg(&self) -> String {
        let (width, height) = (self.width, self.height);
        let mut letters = BTreeSet::new();
        let mut body = String::new();
        for mark in &self.marks {
            mark.svg(&mut body, &mut letters);
        }
        let glyphs: String =
            letters.iter().map(|id| format!("<path id=\"g{id}\" d=\"{}\"/>\n", text::glyph_path(*id))).collect();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
             <defs>\n{glyphs}</defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }
}

/// Pixels as PNG. Each row is held against the one above, which on maps of cells is mostly the same: quick, and small.
fn png(image: &RgbImage) -> Vec<u8> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Up)
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .expect("memory takes a picture");
    png
}

/// `#rrggbb`.
fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

impl Mark {
    fn svg(&self, out: &mut String, letters: &mut BTreeSet<u16>) {
        let _ = match self {
            Mark::Fill { place: [x, y, width, height], colour } => {
                writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
                    hex(*colour)
                )
            }
            Mark::Lines { lines, thickness, colour, share } => writeln!(
                out,
                "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{thickness}\" stroke-opacity=\"{share}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
                strokes(lines),
                hex(*colour)
            ),
            Mark::Area { points, colour } => {
                let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
                writeln!(out, "<polygon points=\"{}\" fill=\"{}\"/>", points.join(" "), hex(*colour))
            }
            Mark::Text { text, size, x, y, anchor, colour, upright, halo } => {
                let (glyphs, advance) = text::outline(text, *size);
                letters.extend(glyphs.iter().map(|g| g.id));
                let left = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => -0.5 * f64::from(advance),
                    Anchor::End => -f64::from(advance),
                };
                let turn = if *upright { " rotate(-90)" } else { "" };
                let rim = halo.map_or(String::new(), |h| {
                    format!(
                        " stroke=\"{}\" stroke-width=\"{:.0}\" paint-order=\"stroke\" stroke-linejoin=\"round\"",
                        hex(h),
                        4.0 / text::unit(*size)
                    )
                });
                let top = -0.5 * text::height(*size) as f64;
                let uses: String = glyphs
                    .iter()
                    .map(|g| {
                        let unit = text::unit(*size);
                        format!(
                            "<use href=\"#g{}\" transform=\"translate({:.2} {:.2}) scale({unit:.5} {:.5})\"/>",
                            g.id,
                            left + f64::from(g.x),
                            top + f64::from(g.y),
                            -unit
                        )
                    })
                    .collect();
                let said = super::markup::escaped(text);
                writeln!(
                    out,
                    "<g fill=\"{}\"{rim} transform=\"translate({x:.2} {y:.2}){turn}\" aria-label=\"{said}\">{uses}</g>",
                    hex(*colour)
                )
            }
            Mark::Raster { x, y, image } => {
                let (width, height, data) = (image.width(), image.height(), base64::encode(&png(image)));
                writeln!(
                    out,
                    "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>"
                )
            }
        };
    }
}

/// Path data; pieces that follow each other are one stroke.
fn strokes(lines: &[[(f64, f64); 2]]) -> String {
    let mut path = String::new();
    let mut last = None;
    for [from, to] in lines.iter().filter(|l| l.iter().all(|(x, y)| x.is_finite() && y.is_finite())) {
        if last != Some(*from) {
            let _ = write!(path, "M{:.2} {:.2}", from.0, from.1);
        }
        let _ = write!(path, "L{:.2} {:.2}", to.0, to.1);
        last = Some(*to);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_out_as_pixels_and_as_svg() {
        let mut sheet = Sheet::new(60, 40);
        sheet.fill(5, 5, 10, 10, [255, 0, 0]);
        sheet.area(vec![(20.0, 5.0), (40.0, 5.0), (40.0, 25.0), (20.0, 25.0)], [0, 0, 255]);
        sheet.text("T < 5", 10.0, 30.0, 33.0, Anchor::Middle, [0; 3]);
        let image = sheet.image();
        assert_eq!(
            (image.get_pixel(7, 7).0, image.get_pixel(30, 15).0, image.get_pixel(50, 15).0),
            ([255, 0, 0], [0, 0, 255], [255; 3])
        );
        let svg = sheet.svg();
        assert!(svg.contains("aria-label=\"T &lt; 5\"") && svg.contains("#ff0000") && svg.matches("<use").count() == 5);
        assert_eq!(svg.matches("<path id=").count(), 4, "four letters, one of them a space twice");
    }
}
