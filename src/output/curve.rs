//! A curve of one number against another as SVG, on logarithmic axes where the numbers span decades.

use super::file::{OutputError, write_whole};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// One curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// In the legend.
    pub name: String,
    /// Points; those that are not finite are left out.
    pub points: Vec<(f64, f64)>,
    /// Whether points are marked.
    pub marked: bool,
}

/// Several curves in one frame.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Heading.
    pub title: String,
    /// What stands at the axes, with units.
    pub labels: [String; 2],
    /// The curves.
    pub curves: Vec<Curve>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 60.0;
const COLOURS: [&str; 4] = ["#0b6e99", "#c2410c", "#4d7c0f", "#6d28d9"];

/// From numbers to a place on an axis.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    fn new(values: impl Iterator<Item = f64> + Clone) -> Scale {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let logarithmic = low > 0.0 && high / low >= 8.0;
        let (low, high) = if logarithmic { (low.log10(), high.log10()) } else { (low, high) };
        let pad = if high > low { 0.05 * (high - low) } else { 0.5 * high.abs().max(1e-300) };
        Scale { low: low - pad, high: high + pad, logarithmic }
    }

    fn place(&self, value: f64) -> f64 {
        let x = if self.logarithmic { value.log10() } else { value };
        (x - self.low) / (self.high - self.low)
    }

    fn ticks(&self) -> Vec<f64> {
        if self.logarithmic {
            let decades = self.high.floor() as i32 - self.low.ceil() as i32;
            let steps: &[f64] = if decades >= 2 { &[1.0] } else { &[1.0, 2.0, 5.0] };
            let all = (self.low.floor() as i32..=self.high.ceil() as i32)
                .flat_map(|e| steps.iter().map(move |s| s * 10f64.powi(e)));
            return all.filter(|t| (0.0..=1.0).contains(&self.place(*t))).collect();
        }
        let raw = (self.high - self.low) / 6.0;
        let unit = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * unit).find(|s| *s >= raw).unwrap_or(unit);
        let first = (self.low / step).ceil() as i64;
        (first..).map(|n| n as f64 * step).take_while(|t| *t <= self.high).collect()
    }
}

fn number(value: f64) -> String {
    let short = format!("{value:.3e}").parse::<f64>().unwrap_or(value);
    if short == 0.0 || (1e-3..1e5).contains(&short.abs()) { format!("{short}") } else { format!("{short:e}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Chart {
    /// The picture; `None` if there is no point.
    pub fn svg(&self) -> Option<String> {
        let points = || self.curves.iter().flat_map(|c| &c.points).filter(|(x, y)| x.is_finite() && y.is_finite());
        points().next()?;
        let scales = [Scale::new(points().map(|p| p.0)), Scale::new(points().map(|p| p.1))];
        let (wide, tall) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        let across = |x: f64| LEFT + wide * scales[0].place(x);
        let up = |y: f64| TOP + tall * (1.0 - scales[1].place(y));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        let mut put = |text: String| writeln!(out, "{text}").expect("strings take all");
        put(format!(
            "<text x=\"{LEFT}\" y=\"24\" font-size=\"15\" font-weight=\"600\">{}</text>",
            escaped(&self.title)
        ));
        for t in scales[0].ticks() {
            let x = across(t);
            put(format!("<path d=\"M{x:.1} {TOP}V{:.1}\" stroke=\"#ddd\"/>", TOP + tall));
            put(format!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                TOP + tall + 18.0,
                number(t)
            ));
        }
        for t in scales[1].ticks() {
            let y = up(t);
            put(format!("<path d=\"M{LEFT} {y:.1}H{:.1}\" stroke=\"#ddd\"/>", LEFT + wide));
            put(format!("<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 8.0, y + 4.0, number(t)));
        }
        put(format!(
            "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{wide}\" height=\"{tall}\" fill=\"none\" stroke=\"#333\"/>"
        ));
        let (middle, below) = (LEFT + 0.5 * wide, HEIGHT - 16.0);
        put(format!("<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">{}</text>", escaped(&self.labels[0])));
        let y = TOP + 0.5 * tall;
        put(format!(
            "<text x=\"20\" y=\"{y}\" text-anchor=\"middle\" transform=\"rotate(-90 20 {y})\">{}</text>",
            escaped(&self.labels[1])
        ));
        for (n, curve) in self.curves.iter().enumerate() {
            let colour = COLOURS[n % COLOURS.len()];
            let finite: Vec<_> = curve.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
            let path: Vec<String> = finite.iter().map(|(x, y)| format!("{:.2},{:.2}", across(*x), up(*y))).collect();
            let dash = if curve.marked { "" } else { " stroke-dasharray=\"6 4\"" };
            put(format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\"{dash}/>",
                path.join(" ")
            ));
            for (x, y) in finite.iter().filter(|_| curve.marked) {
                put(format!("<circle cx=\"{:.2}\" cy=\"{:.2}\" r=\"3.5\" fill=\"{colour}\"/>", across(*x), up(*y)));
            }
            let (x, y) = (LEFT + 14.0, TOP + 20.0 + 18.0 * n as f64);
            put(format!("<path d=\"M{x} {:.1}h24\" stroke=\"{colour}\" stroke-width=\"1.8\"{dash}/>", y - 4.0));
            put(format!("<text x=\"{}\" y=\"{y}\">{}</text>", x + 30.0, escaped(&curve.name)));
        }
        put("</svg>".to_owned());
        Some(out)
    }

    /// Writes the picture, if there is one.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<bool, OutputError> {
        match self.svg() {
            Some(text) => write_whole(path, |w| w.write_all(text.as_bytes())).map(|()| true),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_get_a_logarithmic_axis() {
        let curve = |points| Curve { name: "k < bulk".into(), points, marked: true };
        let chart = |points| Chart { title: "T".into(), labels: ["m".into(), "k".into()], curves: vec![curve(points)] };
        let svg = chart(vec![(1e-8, 1.0), (1e-7, 2.0), (1e-6, f64::NAN), (1e-5, 4.0)]).svg().unwrap();
        assert!(svg.contains("k &lt; bulk") && svg.contains(">1e-7<") && svg.matches("<circle").count() == 3);
        assert!(chart(vec![(f64::NAN, 1.0)]).svg().is_none());
        let scale = Scale::new([1.0, 10.0, 100.0].into_iter());
        assert!((scale.place(10.0) - 0.5).abs() < 1e-12);
        assert!(chart(vec![(2.0, 3.0)]).svg().is_some());
    }
}
