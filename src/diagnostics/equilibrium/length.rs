//! Lengths that the geometry alone gives: ways through a material, and sizes of heaters.

use crate::grid::Grid;
use crate::problem::{Condition, Problem};

/// The shortest length that counts at each cell, m: the way through its own material between the nearest boundaries along an axis, and,
/// in a heater or below one, the extent of that; infinite where nothing bounds.
pub fn shortest(problem: &Problem) -> Vec<f64> {
    let grid = &problem.grid;
    let bodies = problem.bodies();
    let mut shortest = vec![f64::INFINITY; grid.len()];
    let alike = |a: usize, b: usize| problem.material[a] == problem.material[b] && bodies.contact(a, b).is_none();
    let whole = problem.contacts.is_empty() && problem.material.iter().all(|m| *m == problem.material[0]);
    let axes = axes(problem);
    for &axis in &axes {
        if !whole {
            shorten(grid, axis, &mut shortest, alike, |_| true);
        } else if !grid.periodic[axis] {
            let length = grid.axis(axis).length();
            shortest.iter_mut().for_each(|shortest| *shortest = shortest.min(length));
        }
        if problem.sources.len() > 1 {
            let heated = |i: usize| problem.source[i] != 0;
            shorten(grid, axis, &mut shortest, |a, b| problem.source[a] == problem.source[b], heated);
        }
    }
    // Patches with a given flux heat the cells behind them.
    let given = |condition: u16| match problem.conditions[usize::from(condition)] {
        Condition::Environment { flux, .. } => problem.values.get(flux).as_constant() != Some(0.0),
        Condition::Temperature(_) => false,
    };
    let mut sides: Vec<_> =
        problem.walls.iter().filter(|w| given(w.condition)).map(|w| (w.side.axis, w.side.high)).collect();
    sides.sort_unstable();
    sides.dedup();
    for (normal, high) in sides {
        let mut patch = vec![u16::MAX; grid.len()];
        let those = problem.walls.iter().filter(|w| (w.side.axis, w.side.high) == (normal, high) && given(w.condition));
        those.for_each(|w| patch[w.cell as usize] = w.condition);
        for &axis in axes.iter().filter(|axis| **axis != normal) {
            shorten(grid, axis, &mut shortest, |a, b| patch[a] == patch[b], |i| patch[i] != u16::MAX);
        }
    }
    shortest
}

/// Axes along which things can differ, and those that one cell spans from wall to wall, as that of a thin film may.
fn axes(problem: &Problem) -> Vec<usize> {
    let grid = &problem.grid;
    let ends = |axis: usize, high: bool| problem.walls.iter().any(|w| (w.side.axis, w.side.high) == (axis, high));
    (0..grid.dimensions())
        .filter(|&axis| grid.axis(axis).cells() > 1 || ends(axis, false) && ends(axis, true))
        .collect()
}

/// Along each line of cells of an axis: no cell's length is more than that of the run of `alike` cells it lies in, where the run `counts`.
fn shorten(
    grid: &Grid,
    axis: usize,
    shortest: &mut [f64],
    alike: impl Fn(usize, usize) -> bool,
    counts: impl Fn(usize) -> bool,
) {
    let (n, edges) = (grid.axis(axis).cells(), grid.axis(axis).edges());
    let stride = grid.index([0, 1, 2].map(|a| usize::from(a == axis)));
    let mut runs: Vec<(usize, usize, f64)> = Vec::new();
    for start in grid.starts(axis) {
        let at = |x: usize| start + x * stride;
        runs.clear();
        let mut first = 0;
        for x in 1..=n {
            if x == n || !alike(at(x - 1), at(x)) {
                runs.push((first, x, edges[x] - edges[first]));
                first = x;
            }
        }
        // Where the ends are joined a run may go on beyond them, or nowhere end.
        if grid.periodic[axis] && alike(at(n - 1), at(0)) {
            let last = runs.len() - 1;
            let joined = if last == 0 { f64::INFINITY } else { runs[0].2 + runs[last].2 };
            (runs[0].2, runs[last].2) = (joined, joined);
        }
        for &(first, end, length) in runs.iter().filter(|run| counts(at(run.0))) {
            for x in first..end {
                shortest[at(x)] = shortest[at(x)].min(length);
            }
        }
    }
}
