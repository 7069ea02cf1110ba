//! Line plots as SVG, for the report.

use super::label::{self, linear_ticks, scaled_unit};
use super::markup::escaped;
use super::scale::extent;
use super::text;
use std::fmt::Write;

/// A curve; NaN leaves a gap.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// In the legend.
    pub name: &'a str,
    /// Values at the times of the plot.
    pub values: &'a [f64],
}

/// Curves over time.
#[derive(Debug, Clone)]
pub struct Plot<'a> {
    /// Heading.
    pub title: &'a str,
    /// s.
    pub times: &'a [f64],
    /// As files write it.
    pub unit: &'a str,
    /// The curves.
    pub lines: Vec<Line<'a>>,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 330.0;
const FONT: f32 = 13.0;
/// Points of a curve that are drawn at most.
const POINTS: usize = 600;

/// Colours that all eyes tell apart on white (Okabe and Ito, 2008; the yellow darkened).
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#000000", "#e69f00"];
/// Dashes when the colours have been used up.
const DASHES: [&str; 3] = ["", "6 3", "2 2"];

struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    times: (f64, f64),
    values: (f64, f64),
}

impl Frame {
    fn x(&self, time: f64) -> f64 {
        self.left + (time - self.times.0) / (self.times.1 - self.times.0) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.values.0) / (self.values.1 - self.values.0) * (self.bottom - self.top)
    }
}

impl Plot<'_> {
    /// The plot with its legend as an HTML figure; `None` unless there are at least two times and a value.
    pub fn figure(&self) -> Option<String> {
        let times = extent(self.times.iter().copied()).filter(|(a, b)| a < b)?;
        let (low, high) = extent(self.lines.iter().flat_map(|l| l.values.iter().copied()))?;
        let (factor, unit) = scaled_unit(self.unit, low.abs().max(high.abs()));
        let (time_factor, time_unit) = label::time_unit(times.1.abs().max(times.0.abs()));
        let magnitude = high.abs().max(low.abs());
        let pad = match high - low {
            range if range > 1e-9 * magnitude && range > 1e-200 => 0.05 * range,
            _ if magnitude > 1e-200 => 0.01 * magnitude,
            _ => 1.0,
        };
        let values = ((low - pad) * factor, (high + pad) * factor);
        let ticks = linear_ticks(values.0, values.1, 6);
        let widest = ticks.labels.iter().map(|l| text::width(l, FONT)).fold(0.0, f32::max);
        let frame = Frame {
            left: f64::from(widest) + 34.0,
            right: WIDTH - 16.0,
            top: 12.0,
            bottom: HEIGHT - 44.0,
            times: (times.0 * time_factor, times.1 * time_factor),
            values,
        };
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" font-size=\"{FONT}\">",
            escaped(self.title)
        );
        frame.draw_axes(&mut svg, &ticks, time_unit, &unit);
        for (i, line) in self.lines.iter().enumerate() {
            let scaled: Vec<(f64, f64)> =
                self.times.iter().zip(line.values).map(|(t, v)| (t * time_factor, v * factor)).collect();
            let _ = write!(
                svg,
                "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"{}>\
                 <title>{}</title></path>",
                path(&frame, &thinned(&scaled)),
                COLOURS[i % COLOURS.len()],
                dash(i),
                escaped(line.name)
            );
        }
        svg += "</svg>";
        Some(format!("<figure class=\"plot\"><h3>{}</h3>{svg}{}</figure>", escaped(self.title), self.legend()))
    }

    fn legend(&self) -> String {
        let entries = self.lines.iter().enumerate().map(|(i, line)| {
            format!(
                "<span><svg class=\"key\" viewBox=\"0 0 26 8\"><path d=\"M0 4H26\" stroke=\"{}\" stroke-width=\"3\"{}/></svg>{}</span>",
                COLOURS[i % COLOURS.len()],
                dash(i),
                escaped(line.name)
            )
        });
        format!("<figcaption class=\"legend\">{}</figcaption>", entries.collect::<String>())
    }
}

impl Frame {
    fn draw_axes(&self, svg: &mut String, ticks: &label::Ticks, time_unit: &str, unit: &str) {
        let (left, right, top, bottom) = (self.left, self.right, self.top, self.bottom);
        let mut grid = String::new();
        let mut texts = String::new();
        for (value, text) in ticks.values.iter().zip(&ticks.labels) {
            let y = self.y(*value);
            let _ = write!(grid, "M{left:.1} {y:.1}H{right:.1}");
            let _ =
                write!(texts, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", left - 6.0, y + 4.5);
        }
        let times = linear_ticks(self.times.0, self.times.1, 6);
        for (value, text) in times.values.iter().zip(&times.labels) {
            let x = self.x(*value);
            let _ = write!(grid, "M{x:.1} {bottom:.1}V{top:.1}");
            let _ = write!(texts, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>", bottom + 18.0);
        }
        let middle = (0.5 * (left + right), 0.5 * (top + bottom));
        let _ = write!(
            texts,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">t ({time_unit})</text>\
             <text transform=\"translate(14 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            middle.0,
            HEIGHT - 8.0,
            middle.1,
            escaped(unit)
        );
        let _ = write!(
            svg,
            "<path d=\"{grid}\" stroke=\"#e3e3e3\" fill=\"none\"/><path d=\"M{left:.1} {top:.1}V{bottom:.1}H{right:.1}\" \
             stroke=\"#333\" fill=\"none\"/><g fill=\"#333\">{texts}</g>"
        );
    }
}

fn dash(line: usize) -> String {
    match DASHES[line / COLOURS.len() % DASHES.len()] {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    }
}

fn path(frame: &Frame, points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for &(t, v) in points {
        if v.is_finite() && t.is_finite() {
            let _ = write!(path, "{}{:.1} {:.1}", if drawing { 'L' } else { 'M' }, frame.x(t), frame.y(v));
        }
        drawing = v.is_finite() && t.is_finite();
    }
    path
}

/// Of each run of many points only the lowest and the highest, in their order: no peak is lost.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let run = points.len().div_ceil(POINTS / 2);
    let extremes = points.chunks(run).flat_map(|chunk| {
        let place = |better: fn(f64, f64) -> bool| {
            (0..chunk.len()).fold(0, |best, i| if better(chunk[i].1, chunk[best].1) { i } else { best })
        };
        let (low, high) = (place(|a, b| a < b), place(|a, b| a > b));
        [chunk[low.min(high)], chunk[low.max(high)]]
    });
    extremes.chain(points.last().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_keeps_peaks_and_gaps_and_escapes_names() {
        let times: Vec<f64> = (0..10_000).map(f64::from).collect();
        let mut values = vec![1.0; 10_000];
        values[5_001] = 7.0;
        values[6_000] = f64::NAN;
        let points: Vec<_> = times.iter().copied().zip(values.iter().copied()).collect();
        let thin = thinned(&points);
        assert!(thin.len() <= POINTS + 2 && thin.iter().any(|p| p.1 == 7.0));
        assert!(thin.windows(2).all(|p| p[0].0 <= p[1].0));
        let lines = vec![Line { name: "<A>", values: &values }];
        let figure = Plot { title: "T & t", times: &times, unit: "K", lines }.figure().unwrap();
        assert!(figure.contains("&lt;A&gt;") && figure.contains("T &amp; t") && !figure.contains("NaN"));
    }

    #[test]
    fn nothing_to_plot_is_no_plot() {
        let one = |times: &[f64], values: &[f64]| {
            Plot { title: "", times, unit: "K", lines: vec![Line { name: "a", values }] }.figure()
        };
        assert!(one(&[0.0], &[1.0]).is_none());
        assert!(one(&[0.0, 1.0], &[f64::NAN; 2]).is_none());
        assert!(one(&[0.0, 1.0], &[0.0; 2]).is_some());
    }
}
