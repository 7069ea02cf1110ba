//! Line plots: curves of one number against another, with linear or logarithmic axes.

use super::canvas::{Anchor, Colour, FAINT, INK};
use super::file::{OutputError, write_whole};
use super::label::{Ticks, decade_ticks, linear_ticks, step_ticks};
use super::sheet::Sheet;
use super::text;
use std::io::Write as _;
use std::path::Path;

/// One curve.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// In the legend.
    pub name: String,
    /// Points; one that is not finite is a gap.
    pub points: Vec<(f64, f64)>,
    /// Whether points are marked; a curve without marks is dashed where others have them.
    pub marked: bool,
}

/// How an axis runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Run {
    /// Logarithmic where positive numbers span nearly a decade or more.
    #[default]
    Fitting,
    /// Linear.
    Linear,
    /// Logarithmic; what is not positive is left out.
    Logarithmic,
}

/// Several curves in one frame.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Heading.
    pub title: String,
    /// Second line; may be empty.
    pub subtitle: String,
    /// What stands at the axes, with units.
    pub labels: [String; 2],
    /// How the axes run.
    pub runs: [Run; 2],
    /// The curves.
    pub curves: Vec<Curve>,
}

const WIDTH: i64 = 1200;
const HEIGHT: i64 = 640;
const MARGIN: i64 = 22;
const TITLE: f32 = 30.0;
const SUBTITLE: f32 = 23.0;
const NUMBER: f32 = 22.0;
const NAME: f32 = 24.0;
const TICK: i64 = 8;
const GRID: Colour = [226, 226, 226];
/// Colours that all eyes tell apart on white (Okabe and Ito 2008; the yellow darkened).
pub(super) const COLOURS: [Colour; 8] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [184, 134, 11],
    [86, 180, 233],
    [0, 0, 0],
    [230, 159, 0],
];

/// From numbers to a place on an axis, 0 to 1.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    fn new(values: impl Iterator<Item = f64> + Clone, run: Run, padded: bool) -> Scale {
        let positive = values.clone().filter(|v| run != Run::Logarithmic || *v > 0.0);
        let low = positive.clone().fold(f64::INFINITY, f64::min);
        let high = positive.fold(f64::NEG_INFINITY, f64::max);
        let logarithmic = low > 0.0
            && match run {
                Run::Fitting => high / low >= 8.0,
                Run::Linear => false,
                Run::Logarithmic => true,
            };
        let (low, high) = if logarithmic { (low.log10(), high.log10()) } else { (low, high) };
        let magnitude = high.abs().max(low.abs());
        let pad = match high - low {
            range if range > 1e-9 * magnitude && range > 1e-200 => {
                if padded {
                    0.05 * range
                } else {
                    0.0
                }
            }
            _ if magnitude > 1e-200 => 0.01 * magnitude,
            _ => 1.0,
        };
        Scale { low: low - pad, high: high + pad, logarithmic }
    }

    fn place(&self, value: f64) -> f64 {
        let x = if self.logarithmic { value.log10() } else { value };
        (x - self.low) / (self.high - self.low)
    }

    fn ticks(&self, most: usize) -> Ticks {
        if !self.logarithmic {
            return linear_ticks(self.low, self.high, most);
        }
        let (low, high) = (10f64.powf(self.low), 10f64.powf(self.high));
        if self.high - self.low >= 2.5 {
            return decade_ticks(low, high, most);
        }
        let steps = step_ticks(low, high);
        // So narrow an axis is nearly linear.
        if steps.values.len() < 3 { linear_ticks(low, high, most) } else { steps }
    }
}

impl Chart {
    /// The picture; `None` if there is no point.
    pub fn draw(&self) -> Option<Sheet> {
        let finite = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
        let points = || self.curves.iter().flat_map(|c| &c.points).filter(finite);
        points().next()?;
        let across = Scale::new(points().map(|p| p.0), self.runs[0], false);
        let up = Scale::new(points().map(|p| p.1), self.runs[1], true);
        let upright = up.ticks(9);
        let numbers = upright.labels.iter().map(|l| text::width(l, NUMBER)).fold(0.0, f32::max).ceil() as i64;
        let left = MARGIN + text::height(NAME) as i64 + 8 + numbers + TICK + 8;
        let right = WIDTH - 2 * MARGIN;
        let entries = self.entries(right - left);
        let line = text::height(NUMBER) as i64 + 6;
        let legend_rows = entries.iter().map(|e| e.1 + 1).max().unwrap_or(0);
        let top = MARGIN
            + [(&self.title, TITLE), (&self.subtitle, SUBTITLE)]
                .iter()
                .filter(|(t, _)| !t.is_empty())
                .map(|(_, s)| text::height(*s) as i64 + 4)
                .sum::<i64>()
            + 14;
        let bottom = top + HEIGHT - 180;
        let below = TICK + 8 + text::height(NUMBER) as i64 + text::height(NAME) as i64 + 10;
        let height = bottom + below + legend_rows * line + MARGIN;
        let mut sheet = Sheet::new(WIDTH as u32, height as u32);
        let mut y = MARGIN - 4;
        for (words, size, ink) in [(&self.title, TITLE, INK), (&self.subtitle, SUBTITLE, FAINT)] {
            if !words.is_empty() {
                let tall = text::height(size) as i64;
                let room = (WIDTH - 2 * MARGIN) as f32;
                let size = (size * room / text::width(words, size)).clamp(0.72 * size, size);
                let shown = text::fitted(words, size, room);
                let x = (left as f64)
                    .min(f64::from(WIDTH as f32 - MARGIN as f32 - text::width(&shown, size)))
                    .max(MARGIN as f64);
                sheet.text(&shown, size, x, (y + tall / 2) as f64, Anchor::Start, ink);
                y += tall + 4;
            }
        }
        let px = |x: f64| left as f64 + across.place(x) * (right - left) as f64;
        let py = |y: f64| bottom as f64 - up.place(y) * (bottom - top) as f64;
        let ticks = fitting_ticks(&across, right - left);
        for (value, label) in ticks.values.iter().zip(&ticks.labels) {
            let x = px(*value).round() as i64;
            sheet.fill(x, top, 1, bottom - top, GRID);
            sheet.fill(x - 1, bottom, 2, TICK, INK);
            let y = bottom + TICK + 6 + text::height(NUMBER) as i64 / 2;
            sheet.text(label, NUMBER, x as f64, y as f64, Anchor::Middle, INK);
        }
        for (value, label) in upright.values.iter().zip(&upright.labels) {
            let y = py(*value).round() as i64;
            sheet.fill(left, y, right - left, 1, GRID);
            sheet.fill(left - TICK, y - 1, TICK, 2, INK);
            sheet.text(label, NUMBER, (left - TICK - 7) as f64, y as f64, Anchor::End, INK);
        }
        sheet.frame(left, top, right - left, bottom - top, 2, INK);
        let name = bottom + TICK + 8 + text::height(NUMBER) as i64 + text::height(NAME) as i64 / 2;
        sheet.text(&self.labels[0], NAME, 0.5 * (left + right) as f64, name as f64, Anchor::Middle, INK);
        let beside = MARGIN + text::height(NAME) as i64 / 2;
        sheet.upright_text(&self.labels[1], NAME, beside as f64, 0.5 * (top + bottom) as f64, INK);
        let some_marked = self.curves.iter().any(|c| c.marked);
        for (n, curve) in self.curves.iter().enumerate() {
            let dash = dash(n, some_marked && !curve.marked);
            let shown: Vec<Option<(f64, f64)>> = curve
                .points
                .iter()
                .map(|p| {
                    let at = (px(p.0), py(p.1));
                    (at.0.is_finite() && at.1.is_finite()).then_some(at)
                })
                .collect();
            let pieces = shown.windows(2).filter_map(|w| Some([w[0]?, w[1]?])).collect();
            sheet.lines(dashed(pieces, dash), 3.0, COLOURS[n % COLOURS.len()], 1.0);
            for (x, y) in shown.iter().flatten().filter(|_| curve.marked) {
                sheet.area(disc(*x, *y, 6.0), COLOURS[n % COLOURS.len()]);
            }
        }
        for (n, (offset, row)) in entries.iter().enumerate() {
            let (x, y) = (left + offset, bottom + below + row * line + line / 2);
            let piece = vec![[(x as f64, y as f64), ((x + 38) as f64, y as f64)]];
            let colour = COLOURS[n % COLOURS.len()];
            sheet.lines(dashed(piece, dash(n, some_marked && !self.curves[n].marked)), 3.0, colour, 1.0);
            if self.curves[n].marked {
                sheet.area(disc((x + 19) as f64, y as f64, 6.0), colour);
            }
            sheet.text(&self.curves[n].name, NUMBER, (x + 48) as f64, y as f64, Anchor::Start, INK);
        }
        Some(sheet)
    }

    /// Where the entries of the legend stand: offset and row.
    fn entries(&self, room: i64) -> Vec<(i64, i64)> {
        let (mut x, mut row) = (0, 0);
        let place = |curve: &Curve| {
            let width = 48 + text::width(&curve.name, NUMBER).ceil() as i64 + 34;
            if x > 0 && x + width > room {
                (x, row) = (0, row + 1);
            }
            let at = (x, row);
            x += width;
            at
        };
        self.curves.iter().map(place).collect()
    }

    /// Writes the picture, if there is one: SVG or PNG by the ending of the name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<bool, OutputError> {
        let Some(sheet) = self.draw() else { return Ok(false) };
        let is_png = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
        let bytes = if is_png { sheet.png() } else { sheet.svg().into_bytes() };
        write_whole(path, |w| w.write_all(&bytes)).map(|()| true)
    }
}

/// As many ticks as have room for their numbers.
fn fitting_ticks(scale: &Scale, room: i64) -> Ticks {
    let fits = |ticks: &Ticks| {
        let places: Vec<(f64, f64)> = ticks
            .values
            .iter()
            .zip(&ticks.labels)
            .map(|(v, l)| (scale.place(*v) * room as f64, f64::from(text::width(l, NUMBER))))
            .collect();
        places.windows(2).all(|w| w[1].0 - w[0].0 > 0.5 * (w[0].1 + w[1].1) + 14.0)
    };
    (2..=10).rev().map(|most| scale.ticks(most)).find(fits).unwrap_or_else(|| {
        let all = scale.ticks(2);
        Ticks { values: all.values.iter().take(1).copied().collect(), labels: all.labels.into_iter().take(1).collect() }
    })
}

/// Lengths of dash and gap; none for a whole line.
fn dash(curve: usize, beside_marks: bool) -> Option<[f64; 2]> {
    match curve / COLOURS.len() % 3 {
        _ if beside_marks => Some([12.0, 8.0]),
        0 => None,
        1 => Some([14.0, 7.0]),
        _ => Some([4.0, 6.0]),
    }
}

fn dashed(pieces: Vec<[(f64, f64); 2]>, dash: Option<[f64; 2]>) -> Vec<[(f64, f64); 2]> {
    let Some([on, off]) = dash else { return pieces };
    let mut out = Vec::new();
    let mut way = 0.0;
    for [a, b] in pieces {
        let long = (b.0 - a.0).hypot(b.1 - a.1);
        let at = |s: f64| (a.0 + s / long * (b.0 - a.0), a.1 + s / long * (b.1 - a.1));
        let mut here = 0.0;
        while here < long {
            let phase = (way + here) % (on + off);
            let next = (here + if phase < on { on - phase } else { on + off - phase }).max(here + 1e-6).min(long);
            if phase < on {
                out.push([at(here), at(next)]);
            }
            here = next;
        }
        way += long;
    }
    out
}

pub(super) fn disc(x: f64, y: f64, radius: f64) -> Vec<(f64, f64)> {
    (0..16)
        .map(|n| {
            let angle = std::f64::consts::TAU * f64::from(n) / 16.0;
            (x + radius * angle.cos(), y + radius * angle.sin())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, f64)>) -> Chart {
        let labels = ["x".to_owned(), "y < z".to_owned()];
        Chart {
            title: "a & b".into(),
            labels,
            curves: vec![Curve { name: "c".into(), points, marked: true }],
            ..Chart::default()
        }
    }

    #[test]
    fn decades_get_a_logarithmic_axis() {
        let scale = Scale::new([1.0, 1e4].into_iter(), Run::Fitting, false);
        assert!(scale.logarithmic && (scale.place(100.0) - 0.5).abs() < 1e-12);
        for ends in [[298.15, 298.9], [300.0, 550.0], [3.0, 4.0]] {
            let narrow = Scale::new(ends.into_iter(), Run::Logarithmic, true);
            let ticks = narrow.ticks(9);
            assert!((3..=10).contains(&ticks.values.len()), "{ends:?}: {:?}", ticks.labels);
            assert!(ticks.values.iter().all(|v| (0.0..=1.0).contains(&narrow.place(*v))), "{ends:?}");
        }
        assert_eq!(scale.ticks(9).labels, ["10⁰", "10¹", "10²", "10³", "10⁴"]);
        assert!(!Scale::new([1.0, 1e4].into_iter(), Run::Linear, false).logarithmic);
        assert!(!Scale::new([-1.0, 1e4].into_iter(), Run::Fitting, false).logarithmic);
        let short = Scale::new([100.0, 1000.0].into_iter(), Run::Fitting, false);
        assert_eq!(short.ticks(9).labels, ["100", "200", "500", "1000"]);
    }

    #[test]
    fn a_chart_is_drawn_or_there_is_none() {
        assert!(chart(vec![(f64::NAN, 1.0)]).draw().is_none());
        let svg = chart(vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0)]).draw().unwrap().svg();
        assert!(svg.contains("a &amp; b") && svg.contains("y &lt; z") && !svg.contains("NaN"));
        assert!(chart(vec![(1.0, 1.0)]).draw().is_some());
    }

    #[test]
    fn dashes_keep_their_rhythm_over_pieces() {
        let pieces: Vec<_> = (0..10).map(|n| [(f64::from(n), 0.0), (f64::from(n + 1), 0.0)]).collect();
        let long: f64 = dashed(pieces, Some([1.5, 0.5])).iter().map(|[a, b]| b.0 - a.0).sum();
        assert!((long - 7.5).abs() < 1e-6, "{long}");
    }
}
