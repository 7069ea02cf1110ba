//! The direction of a flux on a map: arrows or streamlines.

use super::axes::Area;
use super::sheet::Sheet;
use crate::grid::Axis;

/// How a flux is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowStyle {
    /// Arrows on a regular raster; their length is in proportion to the flux.
    Arrows,
    /// Lines along the flux, evenly spaced (after Jobard and Lefer, 1997).
    Streamlines,
}

/// A flux on a plane of cells.
#[derive(Debug, Clone)]
pub struct Flow<'a> {
    /// How it is drawn.
    pub style: FlowStyle,
    /// Its components along the two axes of the picture, per cell, the horizontal axis fastest; NaN in void.
    pub vectors: &'a [[f64; 2]],
    /// Its unit, as in files.
    pub unit: &'a str,
}

type Point = (f64, f64);

/// A flux laid on a picture.
struct Field<'a> {
    flow: &'a Flow<'a>,
    axes: [&'a Axis; 2],
    area: Area,
}

impl Field<'_> {
    /// The flux in the direction of the picture (down is positive) at a pixel; none in void and where nothing flows.
    fn at(&self, (x, y): Point) -> Option<[f64; 2]> {
        let across = (x - self.area.left as f64) / self.area.width as f64;
        let up = (self.area.bottom() as f64 - y) / self.area.height as f64;
        if !(0.0..=1.0).contains(&across) || !(0.0..=1.0).contains(&up) {
            return None;
        }
        let place = [across, up];
        let at = [0, 1].map(|a| self.axes[a].low() + place[a] * self.axes[a].length());
        let here = [0, 1].map(|a| self.axes[a].cell_at(at[a]));
        let own = self.cell(here)?;
        // linear between cell centres, so that lines are smooth: the neighbour on the side where the point lies, and how near it is
        let sides = [0, 1].map(|a| if at[a] < self.axes[a].centres()[here[a]] { -1 } else { 1 });
        let next = [0, 1].map(|a| self.neighbour(here, a, sides[a]).filter(|n| self.cell(*n).is_some()));
        let beside =
            [0, 1].map(|a| next[a].and_then(|n| self.cell(n)).unwrap_or_else(|| self.beyond(here, a, sides[a])));
        let part = [0, 1].map(|a| {
            let (axis, i) = (self.axes[a], here[a]);
            let far = next[a].map_or(axis.widths()[i], |n| (axis.centres()[n[a]] - axis.centres()[i]).abs());
            (at[a] - axis.centres()[i]).abs() / far
        });
        let corner = match next {
            [Some(x), Some(_)] => {
                let mean = [0, 1].map(|c| 0.5 * (beside[0][c] + beside[1][c]));
                self.neighbour(x, 1, sides[1]).and_then(|n| self.cell(n)).unwrap_or(mean)
            }
            [Some(x), None] => self.beyond(x, 1, sides[1]),
            [None, Some(y)] => self.beyond(y, 0, sides[0]),
            [None, None] => [beside[0][0], beside[1][1]],
        };
        let mix = |c: usize| {
            let low = own[c] * (1.0 - part[0]) + beside[0][c] * part[0];
            let high = beside[1][c] * (1.0 - part[0]) + corner[c] * part[0];
            low * (1.0 - part[1]) + high * part[1]
        };
        // a stretched axis stretches directions with it
        let scale = [self.area.width as f64 / self.axes[0].length(), self.area.height as f64 / self.axes[1].length()];
        let v = [mix(0) * scale[0], -mix(1) * scale[1]];
        (v[0].hypot(v[1]) > 0.0).then_some(v)
    }

    /// The flux of a cell; none in void.
    fn cell(&self, [i, j]: [usize; 2]) -> Option<[f64; 2]> {
        let v = self.flow.vectors[j * self.axes[0].cells() + i];
        (!v[0].is_nan()).then_some(v)
    }

    /// The next cell along an axis, on the side -1 or 1; none beyond the map.
    fn neighbour(&self, cell: [usize; 2], axis: usize, side: isize) -> Option<[usize; 2]> {
        let mut next = cell;
        next[axis] = cell[axis].checked_add_signed(side).filter(|n| *n < self.axes[axis].cells())?;
        Some(next)
    }

    /// What a cell's width beyond its face would continue the flux, where the solid ends. Across the face it goes on as it came, but does not turn back
    /// on the face: so lines run along an insulated wall, and through one that takes heat.
    fn beyond(&self, cell: [usize; 2], axis: usize, side: isize) -> [f64; 2] {
        let mut flux = self.cell(cell).unwrap_or([0.0; 2]);
        let along = self.axes[axis];
        let before = self.neighbour(cell, axis, -side).and_then(|n| Some((n, self.cell(n)?)));
        if let Some((n, before)) = before {
            let far = (along.centres()[cell[axis]] - along.centres()[n[axis]]).abs();
            let own = flux[axis];
            let next = own + (own - before[axis]) * along.widths()[cell[axis]] / far;
            flux[axis] = if own > 0.0 { next.max(-own) } else { next.min(-own) };
        }
        flux
    }

    fn direction(&self, p: Point) -> Option<Point> {
        let v = self.at(p)?;
        let size = v[0].hypot(v[1]);
        Some((v[0] / size, v[1] / size))
    }
}

impl Flow<'_> {
    /// The flux that the longest arrow stands for: above it lie the last two hundredths, or a corner would shrink all others to dots.
    fn longest(&self) -> Option<f64> {
        let mut sizes: Vec<f64> = self.vectors.iter().map(size).filter(|s| s.is_finite() && *s > 0.0).collect();
        let place = (0.98 * sizes.len().checked_sub(1)? as f64) as usize;
        Some(*sizes.select_nth_unstable_by(place, f64::total_cmp).1)
    }

    /// What the length of an arrow means; empty where it means nothing.
    pub fn told(&self) -> String {
        match (self.style, self.longest()) {
            (FlowStyle::Arrows, Some(longest)) => {
                let (factor, unit) = super::label::scaled_unit(self.unit, longest);
                format!("longest arrow {} {unit}", super::label::significant(longest * factor, 2))
            }
            _ => String::new(),
        }
    }
}

fn size(v: &[f64; 2]) -> f64 {
    v[0].hypot(v[1])
}

/// Draws a flux on the map of a picture.
pub fn draw(sheet: &mut Sheet, area: Area, axes: [&Axis; 2], flow: &Flow) {
    let field = Field { flow, axes, area };
    match flow.style {
        FlowStyle::Arrows => arrows(sheet, &field),
        FlowStyle::Streamlines => streamlines(sheet, &field),
    }
}

const DARK: [u8; 3] = [20, 20, 20];
const LIGHT: [u8; 3] = [255, 255, 255];

/// A shaft with a head, dark with a light rim: seen on any ground.
fn arrow(sheet: &mut Sheet, from: Point, to: Point) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let long = dx.hypot(dy);
    let (ux, uy) = (dx / long, dy / long);
    let head = (0.45 * long).clamp(4.0, 11.0).min(long);
    let neck = (to.0 - head * ux, to.1 - head * uy);
    let shape = |rim: f64| {
        let wide = 0.42 * head + rim;
        vec![
            (to.0 + 1.6 * rim * ux, to.1 + 1.6 * rim * uy),
            (neck.0 - wide * uy - rim * ux, neck.1 + wide * ux - rim * uy),
            (neck.0 + wide * uy - rim * ux, neck.1 - wide * ux - rim * uy),
        ]
    };
    for (rim, ink) in [(1.3, LIGHT), (0.0, DARK)] {
        sheet.lines(vec![[from, neck]], 2.0 + 2.0 * rim, ink, 1.0);
        sheet.area(shape(rim), ink);
    }
}

fn arrows(sheet: &mut Sheet, field: &Field) {
    const PITCH: f64 = 46.0;
    let (area, flow) = (field.area, field.flow);
    let count = [area.width, area.height].map(|n| ((n as f64 / PITCH).round() as usize).max(1));
    let pitch = [area.width as f64 / count[0] as f64, area.height as f64 / count[1] as f64];
    let Some(full) = flow.longest() else { return };
    let columns = field.axes[0].cells();
    for j in 0..count[1] {
        for i in 0..count[0] {
            let middle =
                (area.left as f64 + (i as f64 + 0.5) * pitch[0], area.top as f64 + (j as f64 + 0.5) * pitch[1]);
            let Some((ux, uy)) = field.direction(middle) else { continue };
            let across = (middle.0 - area.left as f64) / area.width as f64;
            let up = (area.bottom() as f64 - middle.1) / area.height as f64;
            let cell = [across, up];
            let [x, y] = [0, 1].map(|a| field.axes[a].cell_at(field.axes[a].low() + cell[a] * field.axes[a].length()));
            let part = (size(&flow.vectors[y * columns + x]) / full).min(1.0);
            let long = 0.88 * pitch[0].min(pitch[1]).min(PITCH) * part;
            if long >= 5.0 {
                let half = (0.5 * long * ux, 0.5 * long * uy);
                arrow(sheet, (middle.0 - half.0, middle.1 - half.1), (middle.0 + half.0, middle.1 + half.1));
            }
        }
    }
}

/// Pixels between streamlines.
const APART: f64 = 26.0;
/// Pixels of a step.
const STEP: f64 = 2.0;

fn streamlines(sheet: &mut Sheet, field: &Field) {
    let area = field.area;
    let columns = (area.width as f64 / APART).ceil() as usize + 1;
    let rows = (area.height as f64 / APART).ceil() as usize + 1;
    let mut bins: Vec<Vec<Point>> = vec![Vec::new(); columns * rows];
    let bin = |p: Point| {
        let (i, j) = ((p.0 - area.left as f64) / APART, (p.1 - area.top as f64) / APART);
        ((i.max(0.0) as usize).min(columns - 1), (j.max(0.0) as usize).min(rows - 1))
    };
    let free = |bins: &[Vec<Point>], p: Point, apart: f64| {
        let (i, j) = bin(p);
        (j.saturating_sub(1)..(j + 2).min(rows)).all(|y| {
            (i.saturating_sub(1)..(i + 2).min(columns))
                .all(|x| bins[y * columns + x].iter().all(|q| (q.0 - p.0).hypot(q.1 - p.1) >= apart))
        })
    };
    for seed in seeds(area) {
        if !free(&bins, seed, APART) || field.direction(seed).is_none() {
            continue;
        }
        let mut back = follow(field, seed, -1.0, &|p| free(&bins, p, 0.55 * APART));
        back.reverse();
        back.pop();
        back.extend(follow(field, seed, 1.0, &|p| free(&bins, p, 0.55 * APART)));
        if (back.len() as f64) * STEP < 1.5 * APART {
            continue;
        }
        for p in back.iter().step_by(3) {
            let (i, j) = bin(*p);
            bins[j * columns + i].push(*p);
        }
        let pieces: Vec<[Point; 2]> = back.windows(2).map(|w| [w[0], w[1]]).collect();
        sheet.lines(pieces.clone(), 3.6, LIGHT, 0.55);
        sheet.lines(pieces, 1.6, DARK, 0.9);
        let middle = back.len() / 2;
        if let (Some(a), Some(b)) = (back.get(middle.saturating_sub(6)), back.get(middle + 6)) {
            arrow(sheet, *a, *b);
        }
    }
}

/// Places on a raster in an order that spreads over the map.
fn seeds(area: Area) -> impl Iterator<Item = Point> {
    let count = [area.width, area.height].map(|n| ((n as f64 / (0.5 * APART)) as u64).max(1));
    let total = count[0] * count[1];
    // a stride without a common divisor visits every place once
    let stride = (total as f64 * 0.618) as u64 | 1;
    let stride = (stride..).find(|s| common_divisor(*s, total) == 1).unwrap_or(1);
    (0..total).map(move |n| {
        let at = (n * stride) % total;
        let (i, j) = (at % count[0], at / count[0]);
        let part = |i: u64, a: usize| (i as f64 + 0.5) / count[a] as f64;
        (area.left as f64 + part(i, 0) * area.width as f64, area.top as f64 + part(j, 1) * area.height as f64)
    })
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// The line through a point, forward (1) or back (-1), by the midpoint rule, until it leaves the solid, runs into another or into itself.
fn follow(field: &Field, start: Point, sign: f64, free: &dyn Fn(Point) -> bool) -> Vec<Point> {
    const MOST: usize = 4000;
    let mut line = vec![start];
    let mut here = start;
    for n in 0..MOST {
        let Some((ux, uy)) = field.direction(here) else { break };
        let half = (here.0 + 0.5 * STEP * sign * ux, here.1 + 0.5 * STEP * sign * uy);
        let Some((vx, vy)) = field.direction(half) else { break };
        let next = (here.0 + STEP * sign * vx, here.1 + STEP * sign * vy);
        // where heat runs together a step turns back on itself
        if ux * vx + uy * vy < 0.0 || field.direction(next).is_none() || !free(next) {
            break;
        }
        if n > 20 && (next.0 - start.0).hypot(next.1 - start.1) < 0.5 * STEP {
            break;
        }
        line.push(next);
        here = next;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_arrows_follow_the_flux() {
        let axis = Axis::uniform(0.0, 1.0, 20);
        // round a centre, against the clock
        let vectors: Vec<[f64; 2]> = (0..400)
            .map(|i| {
                let (x, y) = (axis.centres()[i % 20] - 0.5, axis.centres()[i / 20] - 0.5);
                [-y, x]
            })
            .collect();
        let flow = Flow { style: FlowStyle::Streamlines, vectors: &vectors, unit: "W/m^2" };
        let area = Area { left: 10, top: 10, width: 400, height: 400 };
        let field = Field { flow: &flow, axes: [&axis, &axis], area };
        let line = follow(&field, (310.0, 210.0), 1.0, &|_| true);
        assert!(line.len() > 280, "once round is {} steps", line.len());
        assert!(line.iter().all(|p| ((p.0 - 210.0).hypot(p.1 - 210.0) - 100.0).abs() < 1.5));
        assert!(line[20].1 < 210.0, "against the clock is up at the right");
        let mut sheet = Sheet::new(420, 420);
        let arrows = Flow { style: FlowStyle::Arrows, ..flow.clone() };
        draw(&mut sheet, area, [&axis, &axis], &arrows);
        draw(&mut sheet, area, [&axis, &axis], &flow);
        assert_eq!((arrows.told().as_str(), flow.told().as_str()), ("longest arrow 0.64 W/m²", ""));
        let still = Flow { vectors: &[[0.0, f64::NAN]; 4], ..arrows };
        assert_eq!(still.told(), "");
    }

    /// Round a corner between insulated walls: q = (x, -y), in the means over cells that maps have.
    #[test]
    fn lines_turn_along_insulated_walls_and_pass_through_others() {
        let n = 24;
        let axis = Axis::uniform(0.0, 1.0, n);
        let centre = |i: usize| (i as f64 + 0.5) / n as f64;
        let vectors: Vec<[f64; 2]> = (0..n * n).map(|c| [centre(c % n), -centre(c / n)]).collect();
        let flow = Flow { style: FlowStyle::Streamlines, vectors: &vectors, unit: "W/m^2" };
        let area = Area { left: 0, top: 0, width: 480, height: 480 };
        let field = Field { flow: &flow, axes: [&axis, &axis], area };
        // x y is the same all along a line; it comes in from above and leaves to the right
        for start in [(12.0, 8.0), (4.0, 40.0), (60.0, 6.0)] {
            let line = follow(&field, start, 1.0, &|_| true);
            let end = *line.last().expect("it has a start");
            let product = |p: Point| p.0 * (480.0 - p.1);
            assert!(end.0 > 476.0, "it ends at {end:?} where heat leaves");
            assert!((product(end) / product(start) - 1.0).abs() < 0.1, "{start:?} to {end:?}");
        }
        // on the wall itself nothing passes, whether the map ends there or void begins
        let on_wall = field.at((200.0, 480.0)).expect("it flows along");
        assert!(on_wall[1].abs() < 1e-9 * on_wall[0].abs(), "{on_wall:?}");
        let mut holed = vectors.clone();
        (0..n).for_each(|i| holed[n * (n / 2) + i] = [f64::NAN; 2]);
        let half = centre(n / 2 - 1) + 0.5 / n as f64;
        for (c, v) in holed.iter_mut().enumerate().filter(|(c, _)| c / n < n / 2) {
            v[1] = half - centre(c / n);
        }
        let holed = Flow { vectors: &holed, ..flow };
        let field = Field { flow: &holed, axes: [&axis, &axis], area };
        let below = field.at((300.0, 480.0 * (1.0 - half) + 1e-6)).expect("it flows along");
        assert!(below[1].abs() < 1e-6 * below[0].abs(), "{below:?}");
        assert!(field.at((300.0, 480.0 * (1.0 - half) - 1.0)).is_none(), "void");
    }

    #[test]
    fn seeds_visit_every_place() {
        let area = Area { left: 0, top: 0, width: 260, height: 130 };
        let mut all: Vec<(i64, i64)> = seeds(area).map(|p| (p.0 as i64, p.1 as i64)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), count), (200, 200));
    }
}
