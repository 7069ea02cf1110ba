//! A small map in a terminal: two pixels to a letter, in true colours.

use super::field::Frame;
use super::label::TemperatureScale;
use super::pictures;
use super::plane;
use super::resample;
use super::scale::{ColourScale, Colouring};
use super::view::View;
use crate::output::colormap::Colormap;
use crate::scenario::Scenario;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

/// Letters across, at most and at least.
const WIDTH: [usize; 2] = [8, 72];
/// Lines at most; each is two pixels high.
const TALLEST: usize = 24;
/// Lines of a terminal that are left to the caption, the progress bar and the cursor.
const LEFT: usize = 3;

/// A terminal that shows the temperature.
#[derive(Debug)]
pub struct Screen {
    view: View,
    scale: TemperatureScale,
    range: Option<(f64, f64)>,
    /// Lines of the map that stands there already.
    standing: usize,
}

impl Screen {
    /// Shows the first view of a scenario; none where stderr is no terminal or shall have no colours (no-color.org).
    pub fn new(scenario: &Scenario) -> Option<Screen> {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        (std::io::stderr().is_terminal() && !plain).then(|| Screen::of(scenario))
    }

    fn of(scenario: &Scenario) -> Screen {
        let view = View::chosen(&scenario.problem.grid, &scenario.output.slices, &[])[0];
        let range = scenario.output.range.map(|[low, high]| (low, high));
        Screen { view, scale: pictures::scale(scenario), range, standing: 0 }
    }

    /// Draws a state over the one before, in a terminal of so many columns and lines; nothing where it is too small.
    pub fn show(&mut self, frame: &Frame, room: [usize; 2]) {
        let Some(map) = self.map(frame, room) else { return };
        // what stood there may have been larger
        let up = if self.standing > 0 { format!("\x1b[{}A\x1b[J", self.standing) } else { String::new() };
        self.standing = map.lines().count();
        // a terminal that is gone is no reason to stop
        let _ = write!(std::io::stderr(), "{up}{map}");
    }

    /// The map as text with colours; none where there is no field to show, or no room.
    fn map(&self, frame: &Frame, [columns, lines]: [usize; 2]) -> Option<String> {
        let (widest, tallest) = (columns.min(WIDTH[1]), lines.saturating_sub(LEFT).min(TALLEST));
        if widest < WIDTH[0] || tallest == 0 {
            return None;
        }
        let field = frame.fields.iter().find(|f| f.is_temperature()).or(frame.fields.first())?;
        let grid = &frame.grid;
        let plane = self.view.plane(grid)?;
        let warm = field.is_temperature();
        let show = |v: f64| if warm { self.scale.show(v) } else { v };
        let values: Vec<f64> = plane.values(grid, &field.magnitude()).into_iter().map(show).collect();
        let axes = plane.axes.map(|a| grid.axis(a));
        let unit = if warm { self.scale.unit() } else { &field.unit };
        let range = self.range.filter(|_| warm).map(|(low, high)| (show(low), show(high)));
        let scale = ColourScale::new(&values, unit, Colouring::Linear(Colormap::Inferno), range);
        let (low, high) = scale.found?;
        let ratio = axes[1].length() / axes[0].length();
        let width = ((2 * tallest) as f64 / ratio).clamp(WIDTH[0] as f64, widest as f64) as usize;
        let height = ((width as f64 * ratio) as usize).clamp(2, 2 * tallest).next_multiple_of(2);
        let (across, up) = (resample::cover(axes[0], width), resample::cover(axes[1], height));
        let pixel = |i: usize, row: usize| {
            resample::mean(&values, axes[0].cells(), &across[i], &up[height - 1 - row]).map(|v| scale.colour(v))
        };
        let mut text = String::new();
        for row in (0..height).step_by(2) {
            for i in 0..width {
                let paint = |colour: Option<[u8; 3]>, layer: u8| match colour {
                    Some([r, g, b]) => format!("\x1b[{layer}8;2;{r};{g};{b}m"),
                    None => format!("\x1b[{layer}9m"),
                };
                match (pixel(i, row), pixel(i, row + 1)) {
                    (None, None) => text += "\x1b[0m ",
                    (None, low) => text += &format!("\x1b[0m{}▄", paint(low, 3)),
                    (high, low) => text += &format!("{}{}▀", paint(high, 3), paint(low, 4)),
                }
            }
            text += "\x1b[0m\x1b[K\n";
        }
        let moment = plane::moment(frame.time);
        let digits = |v: f64| super::label::within_range(v, high - low);
        let range = format!("{} to {} {}", digits(low), digits(high), scale.unit);
        let place = plane.subtitle(&moment);
        // a line that wraps would not be found again: what matters least gives way
        let captions = [format!("{}, {place}: {range}", field.title()), format!("{place}: {range}"), range];
        let fits = captions.iter().find(|caption| caption.chars().count() <= columns);
        let caption: String = fits.unwrap_or(&captions[2]).chars().take(columns).collect();
        let _ = writeln!(text, "{caption}\x1b[K");
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::output::field::Field;

    #[test]
    fn a_map_is_two_pixels_to_a_letter_and_void_is_empty() {
        let grid = Grid::two_dimensional(Axis::uniform(0.0, 2.0, 2), Axis::uniform(0.0, 1.0, 2), 1.0);
        let values = vec![300.0, 310.0, f64::NAN, 320.0];
        let frame = Frame { grid, time: Some(2.0), fields: vec![Field::scalar("temperature", "K", values)] };
        let screen = Screen { view: View::Whole, scale: TemperatureScale::Celsius, range: None, standing: 0 };
        let map = screen.map(&frame, [80, 40]).expect("a map");
        let lines: Vec<&str> = map.lines().collect();
        assert_eq!(lines.len(), 72 / 2 / 2 + 1);
        assert!(lines[0].starts_with("\x1b[0m "), "void at the upper left: {:?}", lines[0]);
        assert!(
            lines.last().is_some_and(|l| l.starts_with("Temperature, t = 2 s: 26.9 to 46.9 °C")),
            "{:?}",
            lines.last()
        );
        let narrow = screen.map(&frame, [32, 40]).expect("a map");
        assert!(narrow.lines().last().is_some_and(|l| l.starts_with("t = 2 s: 26.9 to 46.9 °C")), "{narrow:?}");
        let [r, g, b] = Colormap::Inferno.at(1.0);
        assert!(map.contains(&format!("38;2;{r};{g};{b}m")));
    }

    #[test]
    fn it_fits_the_terminal() {
        /// Letters that are seen of a line.
        fn seen(line: &str) -> usize {
            let (mut count, mut hidden) = (0, false);
            for letter in line.chars() {
                match letter {
                    '\x1b' => hidden = true,
                    _ if hidden => hidden = !letter.is_ascii_alphabetic(),
                    _ => count += 1,
                }
            }
            count
        }
        for (x, y) in [(2.0, 1.0), (1.0, 5.0), (60.0, 1.0)] {
            let grid = Grid::two_dimensional(Axis::uniform(0.0, x, 40), Axis::uniform(0.0, y, 30), 1.0);
            let values = (0..1200).map(f64::from).collect();
            let frame = Frame { grid, time: Some(2.0), fields: vec![Field::scalar("temperature", "K", values)] };
            let screen = Screen { view: View::Whole, scale: TemperatureScale::Kelvin, range: None, standing: 0 };
            for room in [[200, 60], [80, 24], [40, 10], [20, 6], [8, 4]] {
                let map = screen.map(&frame, room).unwrap_or_else(|| panic!("{room:?}"));
                assert!(map.lines().count() < room[1], "{room:?}: {} lines", map.lines().count());
                let widest = map.lines().map(seen).max().expect("lines");
                assert!(widest <= room[0], "{room:?}: {widest} letters");
            }
            assert!(screen.map(&frame, [7, 24]).is_none() && screen.map(&frame, [80, 3]).is_none());
        }
    }
}
