//! `[[beam]]`: a Gaussian beam that moves along a path on an outer face.

use super::item::{Bound, Item, metres};
use super::regions::read_name;
use super::section::Section;
use super::varying::{TIME, Varying};
use crate::expression::{Expression, Variable};
use crate::grid::{Grid, Side};
use crate::problem::VOID;
use crate::quantity;

/// A beam as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct BeamPlan<'d> {
    pub item: Item<'d>,
    pub name: String,
    pub side: Side,
    power: Varying<'d>,
    absorptivity: f64,
    /// Where the intensity has fallen to 1/e2 of its peak, m.
    radius: f64,
    /// Times, s, and the place on the face at each, m.
    path: Vec<(f64, Vec<f64>)>,
}

/// Reads all beams; those with errors are left out.
pub(super) fn read_beams<'d>(root: &Section<'d>, dimensions: usize) -> Vec<BeamPlan<'d>> {
    let Some(list) = root.get("beam").and_then(|item| item.list()) else { return Vec::new() };
    list.iter().enumerate().filter_map(|(number, item)| read_beam(item, number, dimensions)).collect()
}

fn read_beam<'d>(item: &Item<'d>, number: usize, dimensions: usize) -> Option<BeamPlan<'d>> {
    let section = item.section()?;
    let name = section.get("name");
    let face = section.require("face", "add face = \"z_max\": the outer face that the beam hits");
    let power = section.require("power", "add power = \"200 W\"");
    let absorptivity = section.get("absorptivity");
    let radius = section.require("radius", "add radius = \"50 um\": where the intensity is 1/e^2 of its peak");
    let path = section.require("path", "add path = [{ t = 0, at = [x, y] }, { t = \"1 s\", at = [x, y] }]");
    section.finish();

    let name = match &name {
        Some(item) => read_name(item),
        None => Some(format!("beam_{}", number + 1)),
    };
    let sides: Vec<(&str, Side)> = Side::ALL.iter().filter(|s| s.axis < dimensions).map(|s| (s.name(), *s)).collect();
    let side = face.and_then(|item| item.choice(&sides, &[]));
    let power = power.and_then(|item| item.varying(quantity::POWER, Bound::NonNegative, TIME));
    let absorptivity = match absorptivity {
        Some(item) => item.quantity(quantity::DIMENSIONLESS, Bound::Fraction),
        None => Some(1.0),
    };
    let radius = radius.and_then(|item| item.quantity(quantity::LENGTH, Bound::Positive));
    let path = path.and_then(|item| read_path(&item, dimensions - 1));
    Some(BeamPlan {
        item: item.clone(),
        name: name?,
        side: side?,
        power: power?,
        absorptivity: absorptivity?,
        radius: radius?,
        path: path?,
    })
}

fn read_path(item: &Item<'_>, along: usize) -> Option<Vec<(f64, Vec<f64>)>> {
    let list = item.list()?;
    let points: Vec<Option<(f64, Vec<f64>)>> = list
        .iter()
        .map(|item| {
            let section = item.section()?;
            let time = section.require("t", "write { t = \"1 s\", at = [x, y] }");
            let at = section.require("at", "write { t = \"1 s\", at = [x, y] }");
            section.finish();
            let time = time.and_then(|item| item.quantity(quantity::TIME, Bound::NonNegative));
            let at = at?.quantities(along, "coordinates along the face", quantity::LENGTH, Bound::Any);
            Some((time?, at?))
        })
        .collect();
    let points: Vec<(f64, Vec<f64>)> = points.into_iter().collect::<Option<_>>()?;
    if points.len() < 2 {
        item.error("needs at least two points", "give where the beam starts and where it ends, each with its time");
        return None;
    }
    if let Some(i) = points.windows(2).position(|p| p[0].0 >= p[1].0) {
        list[i + 1].error("is not later than the point before", "times along the path must rise");
        return None;
    }
    Some(points)
}

impl BeamPlan<'_> {
    /// Axes along the face.
    fn along(&self, grid: &Grid) -> Vec<usize> {
        (0..grid.dimensions()).filter(|&a| a != self.side.axis).collect()
    }

    /// Heat flux into the face, W/m2, of x, y, z and t: 2 a P / (pi r^2) exp(-2 rho^2 / r^2), and nothing
    /// before and after the path: a step that begins when it ends gets none of it. With the end of the run (s) no step begins, and what is
    /// looked at then is still lit. In 2D the beam is a line along the depth.
    pub fn flux(&self, grid: &Grid, until: f64) -> Expression {
        let along = self.along(grid);
        let mut distance = Expression::constant(0.0);
        for (i, &axis) in along.iter().enumerate() {
            let points = self.path.iter().map(|(t, at)| (*t, at[i])).collect();
            let place = Expression::table(Variable::Time, points).expect("times of the path rise and all is finite");
            let away = Expression::variable([Variable::X, Variable::Y, Variable::Z][axis]).sub(place);
            distance = distance.add(away.clone().mul(away));
        }
        let r2 = self.radius * self.radius;
        let shape = distance.mul(Expression::constant(-2.0 / r2)).exp();
        let norm = match along.len() {
            1 => (2.0 / std::f64::consts::PI).sqrt() / self.radius / grid.axis(2).length(),
            _ => 2.0 / (std::f64::consts::PI * r2),
        };
        let (start, end) = (self.path[0].0, self.path[self.path.len() - 1].0);
        let before = if end == until { "<=" } else { "<" };
        let on = Expression::parse(&format!("t >= {start:?} && t {before} {end:?}"), TIME).expect("a formula of t");
        let peak = self.power.expression.clone().mul(Expression::constant(self.absorptivity * norm));
        peak.mul(on).mul(shape)
    }

    /// Distance from a point of the face to the path, m.
    pub fn distance(&self, grid: &Grid, position: [f64; 3]) -> f64 {
        let along = self.along(grid);
        let p: Vec<f64> = along.iter().map(|&a| position[a]).collect();
        let segment = |a: &[f64], b: &[f64]| {
            let d: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
            let length2: f64 = d.iter().map(|d| d * d).sum();
            let dot: f64 = p.iter().zip(a).zip(&d).map(|((p, a), d)| (p - a) * d).sum();
            let s = if length2 > 0.0 { (dot / length2).clamp(0.0, 1.0) } else { 0.0 };
            let gap2: f64 = p.iter().zip(a).zip(&d).map(|((p, a), d)| (p - a - s * d).powi(2)).sum();
            gap2.sqrt()
        };
        self.path.windows(2).map(|w| segment(&w[0].1, &w[1].1)).fold(f64::INFINITY, f64::min)
    }

    /// Reach of the beam beside its path, m: beyond it lies less than 1 part in 3000 of the peak.
    pub fn reach(&self) -> f64 {
        2.0 * self.radius
    }

    /// Warns where the cells are too coarse to carry the beam's power, refuses a beam that slips between them, and a path that misses.
    pub fn check(&self, grid: &Grid, material: &[u8], end: Option<f64>) {
        let along = self.along(grid);
        let inside =
            |at: &[f64]| at.iter().zip(&along).all(|(p, &a)| (grid.axis(a).low()..=grid.axis(a).high()).contains(p));
        if !self.path.iter().any(|(_, at)| inside(at)) {
            let ends = |a: usize| format!("{} to {}", metres(grid.axis(a).low()), metres(grid.axis(a).high()));
            let range = along.iter().map(|&a| ends(a)).collect::<Vec<_>>().join(" and ");
            self.item.error("the whole path lies outside the face", format!("choose places within {range}"));
            return;
        }
        self.check_reach(grid, material, end);
        let Some((axis, widest)) = self.widest_cell(grid) else { return };
        let name = ["x", "y", "z"][axis];
        let (radius, width) = (metres(self.radius), metres(widest));
        // Sampled at the middle of cells of width h the power of a Gaussian is off by up to 2 exp(-(pi r / h)^2 / 2): a half
        // at h = 2 r, a seventieth at h = r, less than a millionth at h = r / 2.
        if 2.0 * self.radius < widest * (1.0 - 1e-9) {
            self.item.error(
                format!("is narrower than the cells where it passes: its radius is {radius}, cells there measure {width} along {name}"),
                format!("use cells of at most {} along {name} under the path, or a wider beam", metres(0.5 * self.radius)),
            );
        } else if self.radius < 2.0 * widest * (1.0 - 1e-9) {
            self.item.document.warn(format!(
                "beam \"{}\": its radius of {radius} is less than two cells of {width} along {name} where it passes on face {}; \
                 its power is carried inaccurately: use cells of at most {} there",
                self.name,
                self.side.name(),
                metres(0.5 * self.radius)
            ));
        }
    }

    /// Refuses a beam of which nothing is ever absorbed, and warns where a part of it goes past the face or on void.
    fn check_reach(&self, grid: &Grid, material: &[u8], end: Option<f64>) {
        let (start, stop) = (self.path[0].0, self.path[self.path.len() - 1].0);
        if let Some(end) = end.filter(|end| start >= *end) {
            self.item.error(
                format!("begins at t = {start} s, when the run is over (run.until = {end} s)"),
                "let the path begin earlier, or run longer",
            );
            return;
        }
        let axis = self.side.axis;
        let layer = if self.side.high { grid.cells()[axis] - 1 } else { 0 };
        let along = self.along(grid);
        let face: Vec<usize> = (0..grid.len())
            .filter(|&cell| grid.cell(cell)[axis] == layer && material[cell] != VOID)
            .filter(|&cell| self.distance(grid, grid.centre(grid.cell(cell)).to_array()) < self.reach())
            .collect();
        // Parts of the power at so many times along the path.
        const TIMES: usize = 64;
        let last = end.map_or(stop, |end| stop.min(end));
        let carried = |n: usize| {
            let t = start + (n as f64 + 0.5) / TIMES as f64 * (last - start);
            let at = self.place(t);
            let part = |&cell: &usize| {
                let (centre, widths) = (grid.centre(grid.cell(cell)), grid.widths(grid.cell(cell)));
                let over = |(n, &a): (usize, &usize)| {
                    let reduced = |x: f64| libm::erf(std::f64::consts::SQRT_2 * (x - at[n]) / self.radius);
                    0.5 * (reduced(centre[a] + 0.5 * widths[a]) - reduced(centre[a] - 0.5 * widths[a]))
                };
                along.iter().enumerate().map(over).product::<f64>()
            };
            face.iter().map(part).sum::<f64>()
        };
        let carried = (0..TIMES).map(carried).sum::<f64>() / TIMES as f64;
        let side = self.side.name();
        if carried < 1e-6 {
            self.item.error(
                format!("never meets a solid on face {side}"),
                "move the path to where the face is of a material",
            );
        } else if carried < 0.99 {
            self.item.document.warn(format!(
                "beam \"{}\": {:.1} % of its power, in the mean over its path, meets solid on face {side}; the rest passes it by",
                self.name,
                100.0 * carried
            ));
        }
    }

    /// Place on the face at a time, m.
    fn place(&self, t: f64) -> Vec<f64> {
        let after = self.path.partition_point(|p| p.0 <= t).clamp(1, self.path.len() - 1);
        let [(t0, from), (t1, to)] = [&self.path[after - 1], &self.path[after]];
        let part = ((t - t0) / (t1 - t0)).clamp(0.0, 1.0);
        from.iter().zip(to).map(|(a, b)| a + part * (b - a)).collect()
    }

    /// The widest cell that the beam touches along either axis of the face: axis and width, m.
    fn widest_cell(&self, grid: &Grid) -> Option<(usize, f64)> {
        let touched = |(n, &axis): (usize, &usize)| {
            let places = || self.path.iter().map(|(_, at)| at[n]);
            let low = places().fold(f64::INFINITY, f64::min) - self.radius;
            let high = places().fold(f64::NEG_INFINITY, f64::max) + self.radius;
            let axis_of_face = grid.axis(axis);
            let edges = axis_of_face.edges().windows(2);
            let widest = edges.filter(|e| e[0] < high && e[1] > low).map(|e| e[1] - e[0]).reduce(f64::max);
            widest.map(|w| (axis, w))
        };
        self.along(grid).iter().enumerate().filter_map(touched).max_by(|a, b| a.1.total_cmp(&b.1))
    }
}
