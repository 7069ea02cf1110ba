//! Lines of equal value on a map, through the values at cell centres.

use crate::grid::Axis;

/// A straight piece of a line of equal value, m.
pub type Piece = [(f64, f64); 2];

/// Pieces of the line where the field has `level`. From the outermost centres to the edges the field goes on
/// with the same slope; squares with a corner in void are left out, and so is the rim of a plateau that has exactly this level.
pub fn pieces(axes: [&Axis; 2], values: &[f64], level: f64) -> Vec<Piece> {
    let [x, y] = axes.map(nodes);
    let field = extended(axes, values);
    let flat = plateaus(&field, x.len(), level);
    let mut out = Vec::new();
    for j in 0..y.len() - 1 {
        for i in 0..x.len() - 1 {
            // corners in turn: low left, low right, high right, high left
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let value = corners.map(|(i, j)| field[j * x.len() + i] - level);
            if value.iter().any(|v| v.is_nan()) {
                continue;
            }
            let places = corners.map(|(i, j)| (x[i], y[j]));
            let crossed: Vec<usize> = (0..4).filter(|&a| crosses(value, a)).collect();
            let on_rim = |a: &usize| [*a, (a + 1) % 4].iter().any(|&c| flat[corners[c].1 * x.len() + corners[c].0]);
            if crossed.iter().all(on_rim) {
                continue;
            }
            let crossings: Vec<(f64, f64)> = crossed.into_iter().map(|a| crossing(places, value, a)).collect();
            match crossings.as_slice() {
                [a, b] => out.push([*a, *b]),
                [a, b, c, d] => {
                    // a saddle: the middle says which corners hang together
                    let middle: f64 = value.iter().sum::<f64>();
                    let turned = (middle > 0.0) != (value[0] > 0.0);
                    out.extend(if turned { [[*d, *a], [*b, *c]] } else { [[*a, *b], [*c, *d]] });
                }
                _ => {}
            }
        }
    }
    out
}

/// Nodes of squares that lie flat at the level.
fn plateaus(field: &[f64], columns: usize, level: f64) -> Vec<bool> {
    let mut flat = vec![false; field.len()];
    for low in (0..field.len() - columns).filter(|n| (n + 1) % columns != 0) {
        let corners = [low, low + 1, low + columns, low + columns + 1];
        if corners.iter().all(|&n| field[n] == level) {
            corners.iter().for_each(|&n| flat[n] = true);
        }
    }
    flat
}

/// Whether the side from corner `a` to the next one crosses zero.
fn crosses(value: [f64; 4], a: usize) -> bool {
    (value[a] > 0.0) != (value[(a + 1) % 4] > 0.0)
}

/// Where it does.
fn crossing(corners: [(f64, f64); 4], value: [f64; 4], a: usize) -> (f64, f64) {
    let b = (a + 1) % 4;
    let share = value[a] / (value[a] - value[b]);
    let ((xa, ya), (xb, yb)) = (corners[a], corners[b]);
    (xa + share * (xb - xa), ya + share * (yb - ya))
}

/// Both ends of an axis and all centres between.
fn nodes(axis: &Axis) -> Vec<f64> {
    [axis.low()].into_iter().chain(axis.centres().iter().copied()).chain([axis.high()]).collect()
}

/// The field at all nodes.
fn extended(axes: [&Axis; 2], values: &[f64]) -> Vec<f64> {
    let [nx, ny] = axes.map(Axis::cells);
    let rows: Vec<Vec<f64>> = (0..ny).map(|j| to_edges(axes[0], &values[j * nx..(j + 1) * nx])).collect();
    let mut out = vec![0.0; (nx + 2) * (ny + 2)];
    for i in 0..nx + 2 {
        let column: Vec<f64> = rows.iter().map(|r| r[i]).collect();
        for (j, value) in to_edges(axes[1], &column).into_iter().enumerate() {
            out[j * (nx + 2) + i] = value;
        }
    }
    out
}

/// A line of values at centres, with values at both ends.
fn to_edges(axis: &Axis, line: &[f64]) -> Vec<f64> {
    let last = line.len() - 1;
    let (centres, widths) = (axis.centres(), axis.widths());
    let end = |near: usize, next: usize| {
        let slope = (line[near] - line[next]) / (centres[near] - centres[next]).abs();
        let beyond = if next == near || slope.is_nan() { 0.0 } else { 0.5 * widths[near] * slope };
        line[near] + beyond
    };
    let low = end(0, 1.min(last));
    let high = end(last, last.saturating_sub(1));
    [low].into_iter().chain(line.iter().copied()).chain([high]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_has_straight_lines_from_edge_to_edge() {
        let (x, y) = (Axis::uniform(0.0, 1.0, 10), Axis::from_edges(vec![0.0, 0.1, 0.3, 1.0]));
        let values: Vec<f64> = (0..30).map(|i| x.centres()[i % 10]).collect();
        let pieces = pieces([&x, &y], &values, 0.42);
        assert!(pieces.iter().flatten().all(|p| (p.0 - 0.42).abs() < 1e-12));
        let length: f64 = pieces.iter().map(|[a, b]| (a.1 - b.1).abs()).sum();
        assert!((length - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_plateau_has_no_rim_but_a_line_of_the_level_stays() {
        let (x, y) = (Axis::uniform(0.0, 1.0, 20), Axis::uniform(0.0, 1.0, 20));
        let field = |f: &dyn Fn(usize, usize) -> f64| (0..400).map(|i| f(i % 20, i / 20)).collect::<Vec<f64>>();
        let over = |n: usize| n.saturating_sub(8) as f64;
        let valley = field(&|i, j| over(i).max(over(j)));
        assert!(pieces([&x, &y], &valley, 0.0).is_empty(), "flat at zero up to a corner, then it rises");
        assert!(!pieces([&x, &y], &valley, 0.5).is_empty());
        let slope = field(&|i, _| i as f64 - 8.0);
        let line: f64 = pieces([&x, &y], &slope, 0.0).iter().map(|[a, b]| (a.1 - b.1).abs()).sum();
        assert!((line - 1.0).abs() < 1e-12, "cells that are exactly zero in a field that crosses it: {line}");
    }

    #[test]
    fn saddles_and_void_do_not_cross_or_panic() {
        let axis = Axis::uniform(0.0, 2.0, 2);
        let saddle = pieces([&axis, &axis], &[1.0, -1.0, -1.0, 1.0], 0.1);
        assert!(!saddle.is_empty());
        assert!(pieces([&axis, &axis], &[f64::NAN; 4], 0.0).is_empty());
    }
}
