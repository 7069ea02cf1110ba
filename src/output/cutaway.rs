//! A 3D grid as a shaded solid with a corner cut out, seen from above and the side (parallel projection: lengths along an axis keep
//! their proportions).

use super::axes::Area;
use super::bar::{Bar, THICKNESS};
use super::canvas::{Anchor, FAINT, INK};
use super::field::Field;
use super::label;
use super::plane::{AXIS_NAMES, Style};
use super::scale::{self, ColourScale, Colouring};
use super::sheet::Sheet;
use super::text;
use crate::grid::{Axis, Grid};
use glam::{DVec2, DVec3};
use image::RgbImage;
use rayon::prelude::*;

const WIDTH: i64 = 1200;
const MARGIN: i64 = 22;
const TALLEST: f64 = 860.0;
const NUMBER: f32 = 22.0;

/// Where the eye stands: x to the lower left, y to the lower right, z up.
struct Eye {
    right: DVec3,
    up: DVec3,
    towards: DVec3,
}

impl Eye {
    fn new() -> Eye {
        let towards = DVec3::new(0.62, -0.78, 0.62).normalize();
        let right = DVec3::Z.cross(towards).normalize();
        Eye { right, up: towards.cross(right), towards }
    }

    fn place(&self, p: DVec3) -> DVec2 {
        DVec2::new(p.dot(self.right), p.dot(self.up))
    }
}

/// Lengths of the box as it is drawn: an axis much shorter than the longest one is stretched, or nothing of it would be seen.
fn shown_size(grid: &Grid) -> (DVec3, Vec<String>) {
    let size = DVec3::from_array([0, 1, 2].map(|a| grid.axis(a).length()));
    let least = 0.12 * size.max_element();
    let notes = (0..3).filter(|&a| size[a] < least);
    let note = |a: usize| format!("{} axis stretched {} times", AXIS_NAMES[a], label::significant(least / size[a], 2));
    (size.max(DVec3::splat(least)), notes.map(note).collect())
}

/// Draws a field.
pub fn draw(grid: &Grid, field: &Field, moment: &str, style: &Style) -> Sheet {
    let eye = Eye::new();
    let (size, notes) = shown_size(grid);
    let warm = field.is_temperature();
    let show = |value: f64| if warm { style.scale.show(value) } else { value };
    let values: Vec<f64> = field.magnitude().iter().map(|v| show(*v)).collect();
    let unit = if warm { style.scale.unit() } else { &field.unit };
    let colouring = style.colouring(field, &values);
    let range = style.range.map(|(low, high)| (show(low), show(high)));
    let scale = ColourScale::new(&values, unit, colouring, range);
    let kinds = matches!(colouring, Colouring::Kinds(_));

    let corners = (0..8).map(|n| eye.place(size * DVec3::new((n & 1) as f64, (n >> 1 & 1) as f64, (n >> 2) as f64)));
    let (low, high) = corners.fold((DVec2::INFINITY, DVec2::NEG_INFINITY), |(l, h), p| (l.min(p), h.max(p)));
    let title = field.title();
    let bar = Bar::new(&scale, &title, 600, true);
    let legend = super::bar::Legend::new(&values, &title, style.kinds, 600);
    let beside = 34 + if kinds { legend.width() } else { bar.width() };
    let (left, right_room) = (MARGIN + 110, beside + 2 * MARGIN);
    let zoom = ((WIDTH - left - right_room) as f64 / (high.x - low.x)).min(TALLEST / (high.y - low.y));
    let area_size = ((high - low) * zoom).ceil();
    let head = [
        (style.title, 32.0_f32, INK),
        (
            &[moment, &notes.join("; ")].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("; "),
            25.0,
            FAINT,
        ),
    ];
    let top = MARGIN
        + head.iter().filter(|(t, ..)| !t.is_empty()).map(|(_, s, _)| text::height(*s) as i64 + 4).sum::<i64>()
        + 14;
    let area = Area { left, top, width: area_size.x as i64, height: area_size.y as i64 };
    let height = area.bottom() + 84 + MARGIN;
    let mut sheet = Sheet::new((area.right() + right_room).max(700) as u32, height.max(top + 560) as u32);
    let mut y = MARGIN - 6;
    for (words, size, ink) in &head {
        if !words.is_empty() {
            let tall = text::height(*size) as i64;
            let words = text::fitted(words, *size, sheet.width() as f32 - 2.0 * MARGIN as f32);
            sheet.text(&words, *size, MARGIN as f64, (y + tall / 2) as f64, Anchor::Start, *ink);
            y += tall + 4;
        }
    }
    let colour = |value: f64| if kinds { scale::kind(value) } else { scale.colour(value) };
    let solid = Solid::new(grid, &values, size, &eye);
    let pixel_at = |px: u32, py: u32| {
        // four looks per pixel keep edges smooth
        let mut sum = [0.0_f64; 3];
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let at = low + DVec2::new(f64::from(px) + dx, area_size.y - f64::from(py) - dy) / zoom;
            let seen = solid.seen(at).map_or([255.0; 3], |(value, light)| colour(value).map(|c| f64::from(c) * light));
            sum.iter_mut().zip(seen).for_each(|(s, c)| *s += 0.25 * c);
        }
        sum.map(|s| s.round() as u8)
    };
    let mut image = RgbImage::new(area.width as u32, area.height as u32);
    image.par_chunks_exact_mut(3 * area.width as usize).enumerate().for_each(|(py, row)| {
        row.chunks_exact_mut(3).zip(0..).for_each(|(pixel, px)| pixel.copy_from_slice(&pixel_at(px, py as u32)));
    });
    sheet.raster(area.left, area.top, image);
    let pixel = |p: DVec3| {
        let at = (eye.place(p * size) - low) * zoom;
        (area.left as f64 + at.x, area.bottom() as f64 - at.y)
    };
    edges(&mut sheet, &pixel);
    rulers(&mut sheet, grid, style.counts_cells, &pixel);
    let place =
        Area { left: area.right() + MARGIN + 34, top: area.top, width: THICKNESS, height: area.height.clamp(300, 600) };
    if kinds {
        legend.draw(&mut sheet, place.left, place.top);
    } else {
        Bar::new(&scale, &title, place.height, true).draw_upright(&mut sheet, place);
    }
    sheet
}

/// The hidden-line frame of the box: its nine edges that can be seen.
fn edges(sheet: &mut Sheet, pixel: &dyn Fn(DVec3) -> (f64, f64)) {
    // the corner away from the eye is (0, 1, 0)
    let mut lines = Vec::new();
    for axis in 0..3 {
        for n in 0..4 {
            let mut from = DVec3::ZERO;
            from[(axis + 1) % 3] = f64::from(n & 1);
            from[(axis + 2) % 3] = f64::from(n >> 1);
            let mut to = from;
            to[axis] = 1.0;
            let hidden = |p: DVec3| p == DVec3::new(0.0, 1.0, 0.0);
            if !hidden(from) && !hidden(to) {
                lines.push([pixel(from), pixel(to)]);
            }
        }
    }
    sheet.lines(lines, 1.4, [110, 110, 110], 0.8);
}

/// Numbers along one edge of each axis, outside the solid.
fn rulers(sheet: &mut Sheet, grid: &Grid, counts_cells: bool, pixel: &dyn Fn(DVec3) -> (f64, f64)) {
    let longest = (0..3).map(|a| grid.axis(a).length()).fold(0.0, f64::max);
    // edges of the box that form its outline below and at the left
    let starts = [DVec3::ZERO, DVec3::X, DVec3::ZERO];
    for axis in 0..3 {
        let own = grid.axis(axis);
        let length = label::common_length(own.length(), longest);
        let (factor, unit) = if counts_cells { (1.0, "cells") } else { label::length_unit(length) };
        let mut to = starts[axis];
        to[axis] = 1.0;
        let (a, b) = (pixel(starts[axis]), pixel(to));
        let long = (b.0 - a.0).hypot(b.1 - a.1);
        let middle = pixel(DVec3::splat(0.5));
        let half = (0.5 * (a.0 + b.0), 0.5 * (a.1 + b.1));
        let mut out = (-(b.1 - a.1) / long, (b.0 - a.0) / long);
        if (half.0 - middle.0) * out.0 + (half.1 - middle.1) * out.1 < 0.0 {
            out = (-out.0, -out.1);
        }
        let most = ((long / 75.0) as usize).clamp(2, 7);
        let ticks = label::linear_ticks(own.low() * factor, own.high() * factor, most);
        let anchor = match out.0 {
            x if x < -0.8 => Anchor::End,
            x if x > 0.3 => Anchor::Start,
            _ => Anchor::Middle,
        };
        let widest = ticks.labels.iter().map(|l| text::width(l, NUMBER)).fold(0.0, f32::max);
        for (value, label) in ticks.values.iter().zip(&ticks.labels) {
            let part = (value / factor - own.low()) / own.length();
            let at = (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
            sheet.lines(vec![[at, (at.0 + 8.0 * out.0, at.1 + 8.0 * out.1)]], 1.8, INK, 1.0);
            let away = if anchor == Anchor::Middle { 26.0 } else { 14.0 };
            // where two edges meet the number of the first one stands
            if axis == 1 && part < 0.04 {
                continue;
            }
            sheet.text(label, NUMBER, at.0 + away * out.0, at.1 + away * out.1, anchor, INK);
        }
        let name = format!("{} ({unit})", AXIS_NAMES[axis]);
        let away = match anchor {
            Anchor::Middle => 56.0,
            _ => f64::from(widest) + 26.0 + 0.5 * f64::from(text::width(&name, 24.0)) * out.0.abs(),
        };
        let at = (half.0 + away * out.0, half.1 + away * out.1);
        if anchor == Anchor::End {
            sheet.upright_text(&name, 24.0, at.0 + 0.5 * f64::from(text::width(&name, 24.0)) - 12.0, at.1, INK);
        } else {
            sheet.text(&name, 24.0, at.0, at.1, Anchor::Middle, INK);
        }
    }
}

/// What can be seen of a grid.
struct Solid<'a> {
    grid: &'a Grid,
    values: &'a [f64],
    size: DVec3,
    eye: &'a Eye,
    /// Edges of the cells along each axis, in parts of the box.
    edges: [Vec<f64>; 3],
    /// First edge beyond the cut, along each axis.
    middle: [usize; 3],
}

impl Solid<'_> {
    fn new<'a>(grid: &'a Grid, values: &'a [f64], size: DVec3, eye: &'a Eye) -> Solid<'a> {
        let axes = [0, 1, 2].map(|a| grid.axis(a));
        let part = |axis: &Axis, edge: &f64| (edge - axis.low()) / axis.length();
        let edges = axes.map(|axis| axis.edges().iter().map(|edge| part(axis, edge)).collect());
        Solid { grid, values, size, eye, edges, middle: axes.map(|axis| nearest_edge(axis, 0.5)) }
    }

    /// The value of the first solid cell behind a place of the picture, and how light its face is.
    fn seen(&self, at: DVec2) -> Option<(f64, f64)> {
        // in parts of the box: towards it against `towards`
        let start =
            (at.x * self.eye.right + at.y * self.eye.up + 10.0 * self.size.length() * self.eye.towards) / self.size;
        let way = -self.eye.towards / self.size;
        let (mut enter, mut leave, mut face) = (f64::NEG_INFINITY, f64::INFINITY, 0);
        for a in 0..3 {
            let (t0, t1) = (-start[a] / way[a], (1.0 - start[a]) / way[a]);
            if t0.min(t1) > enter {
                (enter, face) = (t0.min(t1), a);
            }
            leave = leave.min(t0.max(t1));
        }
        if enter >= leave {
            return None;
        }
        let place = |t: f64| start + t * way;
        let axes = [0, 1, 2].map(|a| self.grid.axis(a));
        let p = place(enter + 1e-12 * leave.abs());
        let mut cell = [0, 1, 2].map(|a| axes[a].cell_at(axes[a].low() + p[a].clamp(0.0, 1.0) * axes[a].length()));
        let mut t = enter;
        // the corner of the box next to the eye is cut out
        let [mx, my, mz] = self.middle;
        let cut = |cell: [usize; 3]| cell[0] >= mx && cell[1] < my && cell[2] >= mz;
        // where the ray leaves the cell along each axis
        let leaves = |a: usize, cell: usize| {
            let edge = self.edges[a][if way[a] > 0.0 { cell + 1 } else { cell }];
            (edge - start[a]) / way[a]
        };
        let mut next = [leaves(0, cell[0]), leaves(1, cell[1]), leaves(2, cell[2])];
        loop {
            let value = self.values[self.grid.index(cell)];
            if !value.is_nan() && !cut(cell) {
                return Some((value, [0.82, 0.68, 1.0][face]));
            }
            face = (0..3).fold(0, |best, a| if next[a] < next[best] { a } else { best });
            t = next[face].max(t);
            let limit = if way[face] > 0.0 { axes[face].cells() - 1 } else { 0 };
            if cell[face] == limit || t > leave {
                return None;
            }
            if way[face] > 0.0 {
                cell[face] += 1;
            } else {
                cell[face] -= 1;
            }
            next[face] = leaves(face, cell[face]);
        }
    }
}

/// Number of the cell edge next to a part of an axis.
fn nearest_edge(axis: &Axis, part: f64) -> usize {
    let at = axis.low() + part * axis.length();
    let far = |n: &usize| (axis.edges()[*n] - at).abs();
    (0..axis.edges().len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_near_upper_corner_is_open_and_void_is_looked_through() {
        let axis = || Axis::uniform(0.0, 1.0, 8);
        let grid = Grid::three_dimensional(axis(), axis(), axis());
        let eye = Eye::new();
        // the value tells the cell
        let mut values: Vec<f64> = (0..512).map(f64::from).collect();
        let look = |values: &[f64], p: DVec3| {
            let solid = Solid::new(&grid, values, DVec3::ONE, &eye);
            solid.seen(eye.place(p)).map(|(v, light)| (grid.cell(v as usize), light))
        };
        let (cell, light) = look(&values, DVec3::new(0.2, 0.7, 1.0)).expect("the lid");
        assert_eq!((cell, light), ([1, 5, 7], 1.0));
        // into the cut: its floor is at half the height
        let (cell, light) = look(&values, DVec3::new(0.95, 0.05, 0.5)).expect("the floor");
        assert_eq!((cell, light), ([7, 0, 3], 1.0));
        values[grid.index([1, 5, 7])] = f64::NAN;
        let (behind, _) = look(&values, DVec3::new(0.2, 0.7, 1.0)).expect("what lies behind");
        assert_ne!(behind, [1, 5, 7]);
        assert!(look(&values, DVec3::new(3.0, 0.0, 0.0)).is_none());
        let field = Field::scalar("temperature", "K", values);
        let sheet = draw(&grid, &field, "", &Style::default());
        assert_eq!(sheet.image().get_pixel(2, 2).0, [255; 3]);
    }
}
