//! Text on pictures, drawn from the shipped font.

use ab_glyph::{Font, FontRef, OutlineCurve, ScaleFont, point};
use std::sync::LazyLock;

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../assets/fonts/DejaVuSans.ttf")).expect("the shipped font is whole")
});

/// A line of text as coverage, 0 to 1, row by row from the top.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// Pixels.
    pub width: usize,
    /// Pixels: ascent and descent of the font, the same for every text of one size.
    pub height: usize,
    /// Coverage.
    pub coverage: Vec<f32>,
}

/// Width of a line of text at `size` pixels, pixels.
pub fn width(text: &str, size: f32) -> f32 {
    place(text, size).1
}

/// Height of any line of text at `size` pixels, pixels.
pub fn height(size: f32) -> usize {
    let font = FONT.as_scaled(size);
    (font.ascent() - font.descent()).ceil() as usize
}

/// Draws a line of text at `size` pixels.
pub fn stamp(text: &str, size: f32) -> Stamp {
    let (glyphs, advance) = place(text, size);
    let (width, height) = (advance.ceil() as usize + 2, height(size));
    let mut coverage = vec![0.0_f32; width * height];
    for outline in glyphs.into_iter().filter_map(|g| FONT.outline_glyph(g)) {
        let bounds = outline.px_bounds();
        outline.draw(|x, y, c| {
            let (x, y) = (bounds.min.x as i64 + i64::from(x), bounds.min.y as i64 + i64::from(y));
            if (0..width as i64).contains(&x) && (0..height as i64).contains(&y) {
                let pixel = &mut coverage[y as usize * width + x as usize];
                *pixel = (*pixel + c).min(1.0);
            }
        });
    }
    Stamp { width, height, coverage }
}

/// The text, shortened with an ellipsis until it fits in `room` pixels.
pub fn fitted(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while let Some(_dropped) = kept.pop() {
        let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&shorter, size) <= room {
            return shorter;
        }
    }
    String::new()
}

/// A letter of a line: its number in the font, and where its origin lies, pixels from the top left corner of the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// Number in the font.
    pub id: u16,
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// The letters of a line of text at `size` pixels, and its width.
pub fn outline(text: &str, size: f32) -> (Vec<Letter>, f32) {
    let (glyphs, advance) = place(text, size);
    (glyphs.iter().map(|g| Letter { id: g.id.0, x: g.position.x, y: g.position.y }).collect(), advance)
}

/// Pixels of one unit of the font at `size` pixels.
pub fn unit(size: f32) -> f64 {
    f64::from(FONT.as_scaled(size).v_scale_factor())
}

/// Outline of a letter as SVG path data, in units of the font, y up.
pub fn glyph_path(id: u16) -> String {
    let mut path = String::new();
    let mut last = None;
    for curve in FONT.outline(ab_glyph::GlyphId(id)).map_or(Vec::new(), |o| o.curves) {
        let (from, rest) = match curve {
            OutlineCurve::Line(a, b) => (a, format!("L{} {}", b.x, b.y)),
            OutlineCurve::Quad(a, b, c) => (a, format!("Q{} {} {} {}", b.x, b.y, c.x, c.y)),
            OutlineCurve::Cubic(a, b, c, d) => (a, format!("C{} {} {} {} {} {}", b.x, b.y, c.x, c.y, d.x, d.y)),
        };
        if last != Some(from) {
            path += &format!("M{} {}", from.x, from.y);
        }
        path += &rest;
        last = Some(match curve {
            OutlineCurve::Line(_, b) => b,
            OutlineCurve::Quad(_, _, c) => c,
            OutlineCurve::Cubic(_, _, _, d) => d,
        });
    }
    path
}

impl Stamp {
    /// The same, turned a quarter to the left: to be read from the right side of the page.
    pub fn upright(&self) -> Stamp {
        let (width, height) = (self.height, self.width);
        let mut coverage = vec![0.0; width * height];
        for y in 0..self.height {
            for x in 0..self.width {
                coverage[(height - 1 - x) * width + y] = self.coverage[y * self.width + x];
            }
        }
        Stamp { width, height, coverage }
    }
}

fn place(text: &str, size: f32) -> (Vec<ab_glyph::Glyph>, f32) {
    let font = FONT.as_scaled(size);
    let mut x = 1.0; // room for the overhang of the first glyph
    let mut previous = None;
    let mut glyphs = Vec::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let id = font.glyph_id(c);
        if let Some(before) = previous {
            x += font.kern(before, id);
        }
        glyphs.push(id.with_scale_and_position(size, point(x, font.ascent())));
        x += font.h_advance(id);
        previous = Some(id);
    }
    (glyphs, x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_our_labels_is_in_the_font() {
        for c in "°µ·²³⁰¹⁴⁵⁶⁷⁸⁹⁻−×…λ→≤≥∂∇αρσ".chars() {
            assert_ne!(FONT.glyph_id(c).0, 0, "{c}");
        }
    }

    #[test]
    fn a_long_title_is_shortened_to_fit() {
        let short = fitted("a title that goes on and on and on", 30.0, 200.0);
        assert!(short.ends_with('…') && width(&short, 30.0) <= 200.0, "{short}");
        assert_eq!(fitted("short", 30.0, 200.0), "short");
    }

    #[test]
    fn turning_keeps_the_ink() {
        let flat = stamp("Wx", 20.0);
        let ink: f32 = flat.coverage.iter().sum();
        assert!(ink > 50.0);
        let turned = flat.upright();
        assert_eq!((turned.width, turned.height), (flat.height, flat.width));
        assert!((turned.coverage.iter().sum::<f32>() - ink).abs() < 1e-2);
    }
}
