//! A number for every direction in a plane: a curve around the circle of its mean.

use super::canvas::{Anchor, Colour, FAINT, INK};
use super::chart::{COLOURS, disc};
use super::label::{Ticks, linear_ticks};
use super::sheet::Sheet;
use super::text;

/// Numbers against the angle.
#[derive(Debug, Clone, Default)]
pub struct Polar {
    /// Heading.
    pub title: String,
    /// Second line; may be empty.
    pub subtitle: String,
    /// What the two axes of the plane are called.
    pub axes: [String; 2],
    /// What the curve and the circle are, with the unit of the numbers.
    pub names: [String; 2],
    /// Such as "K".
    pub unit: String,
    /// Angle from the first axis towards the second, rad, and the number, which is 0 on the circle.
    pub points: Vec<(f64, f64)>,
}

const SIZE: i64 = 860;
const MARGIN: i64 = 22;
const TITLE: f32 = 30.0;
const SUBTITLE: f32 = 22.0;
const NUMBER: f32 = 20.0;
const NAME: f32 = 24.0;
/// Radius of the circle that means 0, and how far the largest number lies from it, pixels.
const CIRCLE: f64 = 190.0;
const REACH: f64 = 135.0;
const GRID: Colour = [222, 222, 222];

impl Polar {
    /// The picture; `None` if there is no number.
    pub fn draw(&self) -> Option<Sheet> {
        let mut points: Vec<(f64, f64)> = self.points.iter().copied().filter(|p| p.1.is_finite()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let largest = points.iter().map(|p| p.1.abs()).reduce(f64::max)?;
        // a step has its numbers at one value: rings beyond it show that it ends there
        let scale = if largest > 0.0 { REACH / largest } else { 0.0 };
        let heads = [(&self.title, TITLE), (&self.subtitle, SUBTITLE)];
        let shown = heads.iter().filter(|(words, _)| !words.is_empty());
        let top = MARGIN + shown.clone().map(|(_, size)| text::height(*size) as i64 + 4).sum::<i64>();
        let line = text::height(NUMBER) as i64 + 8;
        let mut sheet = Sheet::new(SIZE as u32, (top + SIZE - 80 + 2 * line) as u32);
        let mut y = MARGIN - 4;
        for (words, size) in shown {
            let tall = text::height(*size) as i64;
            let fitting = text::fitted(words, *size, (SIZE - 2 * MARGIN) as f32);
            let ink = if *size == TITLE { INK } else { FAINT };
            sheet.text(&fitting, *size, MARGIN as f64, (y + tall / 2) as f64, Anchor::Start, ink);
            y += tall + 4;
        }
        let (cx, cy) = (0.5 * SIZE as f64, top as f64 + 0.5 * (SIZE - 80) as f64);
        let at = |angle: f64, value: f64| {
            let radius = CIRCLE + scale * value;
            (cx + radius * angle.cos(), cy - radius * angle.sin())
        };
        let ticks = if largest > 0.0 {
            linear_ticks(-1.1 * largest, 1.1 * largest, 5)
        } else {
            Ticks { values: vec![0.0], labels: vec!["0".to_owned()] }
        };
        for value in ticks.values.iter().filter(|v| **v != 0.0) {
            sheet.lines(ring(|angle| at(angle, *value)), 1.5, GRID, 1.0);
        }
        let edge = CIRCLE + REACH + 28.0;
        for eighth in 0..8 {
            let angle = f64::from(eighth) * std::f64::consts::FRAC_PI_4;
            let end = (cx + edge * angle.cos(), cy - edge * angle.sin());
            sheet.lines(vec![[(cx, cy), end]], 1.5, GRID, 1.0);
            let out = edge + 26.0;
            let name = match eighth {
                0 => self.axes[0].clone(),
                2 => self.axes[1].clone(),
                _ => format!("{}°", 45 * eighth),
            };
            let size = if eighth % 2 == 0 && eighth < 4 { NAME } else { NUMBER };
            sheet.text(&name, size, cx + out * angle.cos(), cy - out * angle.sin(), Anchor::Middle, INK);
        }
        let circle = ring(|angle| at(angle, 0.0));
        sheet.lines(circle.into_iter().step_by(2).collect(), 2.5, INK, 1.0);
        let around: Vec<(f64, f64)> = points.iter().map(|p| at(p.0, p.1)).collect();
        let closed = (0..around.len()).map(|n| [around[n], around[(n + 1) % around.len()]]).collect();
        sheet.lines(closed, 3.0, COLOURS[0], 1.0);
        around.iter().for_each(|(x, y)| sheet.area(disc(*x, *y, 5.0), COLOURS[0]));
        for (value, label) in ticks.values.iter().zip(&ticks.labels) {
            let (x, y) = at(1.5 * std::f64::consts::FRAC_PI_4, *value);
            sheet.label(label, NUMBER, x, y, INK, [255, 255, 255]);
        }
        let mut y = (top + SIZE - 80) as f64 + 0.5 * line as f64;
        for (n, name) in self.names.iter().enumerate() {
            let x = MARGIN as f64;
            let colour = if n == 0 { COLOURS[0] } else { INK };
            if n == 0 {
                sheet.lines(vec![[(x, y), (x + 38.0, y)]], 3.0, colour, 1.0);
                sheet.area(disc(x + 19.0, y, 5.0), colour);
            } else {
                let dashes = (0..3).map(|d| f64::from(d) * 14.0).map(|d| [(x + d, y), (x + d + 9.0, y)]).collect();
                sheet.lines(dashes, 2.5, colour, 1.0);
            }
            let words = if n == 0 { format!("{name} ({})", self.unit) } else { name.clone() };
            sheet.text(&words, NUMBER, x + 48.0, y, Anchor::Start, INK);
            y += line as f64;
        }
        Some(sheet)
    }
}

/// A closed curve in short pieces.
fn ring(at: impl Fn(f64) -> (f64, f64)) -> Vec<[(f64, f64); 2]> {
    const PIECES: u32 = 120;
    let angle = |n: u32| std::f64::consts::TAU * f64::from(n) / f64::from(PIECES);
    (0..PIECES).map(|n| [at(angle(n)), at(angle(n + 1))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_drawn_or_there_is_none() {
        assert!(Polar::default().draw().is_none());
        let even = Polar { points: vec![(0.0, 0.0), (2.0, 0.0)], ..Polar::default() };
        assert!(!even.draw().unwrap().svg().contains("NaN"));
        let points = (0..32).map(|n| f64::from(n) * 0.19).map(|a| (a, 1e-3 * a.cos())).collect();
        let svg = Polar { points, unit: "K".into(), names: ["a".into(), "b".into()], ..Polar::default() };
        let svg = svg.draw().unwrap().svg();
        assert!(!svg.contains("NaN") && svg.contains("a (K)"));
    }
}
