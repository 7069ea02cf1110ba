//! The discrete maximum principle: without a source nothing grows hotter than the hottest of what surrounds it, nor
//! colder than the coldest.

use super::{Principle, SecondLaw, Violation};
use crate::backend::cpu::solid_range;
use crate::conduction::Conduction;
use crate::diagnostics::balance::Snapshot;
use crate::links::{Family, runs};
use crate::problem::{Condition, VOID};

/// Lowest and highest temperature (deviations, K) around each cell of a row; the lowest above the highest where nothing is.
struct Ranges {
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Ranges {
    fn of_row(cells: usize) -> Ranges {
        Ranges { low: vec![f64::INFINITY; cells], high: vec![f64::NEG_INFINITY; cells] }
    }

    fn clear(&mut self, x: usize) {
        (self.low[x], self.high[x]) = (f64::INFINITY, f64::NEG_INFINITY);
    }

    fn include(&mut self, x: usize, t: f64) {
        (self.low[x], self.high[x]) = (self.low[x].min(t), self.high[x].max(t));
    }
}

/// Takes in the neighbours of a row over all links.
struct Neighbours<'a> {
    conduction: &'a Conduction,
    row: usize,
    temperature: &'a [f64],
    ranges: &'a mut Ranges,
}

impl pulp::WithSimd for Neighbours<'_> {
    type Output = ();

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Neighbours { conduction, row, temperature, ranges } = self;
        let (grid, first) = (&conduction.problem.grid, row * ranges.low.len());
        for Family { offset, conductance } in &conduction.links.families {
            for forward in [true, false] {
                let runs = runs(grid, if forward { *offset } else { -*offset }, row);
                for [own, there, n] in runs.into_iter().filter(|[.., n]| *n > 0) {
                    // A link is stored with its lower end.
                    let g = &conductance[if forward { own } else { there }..][..n];
                    let other = &temperature[there..][..n];
                    let (low, high) = (&mut ranges.low[own - first..][..n], &mut ranges.high[own - first..][..n]);
                    for x in 0..n {
                        low[x] = if g[x] > 0.0 && other[x] < low[x] { other[x] } else { low[x] };
                        high[x] = if g[x] > 0.0 && other[x] > high[x] { other[x] } else { high[x] };
                    }
                }
            }
        }
    }
}

/// How many cells of a row have surroundings, if all of them stay within these and what they were before.
struct Within<'a> {
    ranges: &'a Ranges,
    before: Option<&'a [f64]>,
    temperature: &'a [f64],
    tolerance: f64,
}

impl pulp::WithSimd for Within<'_> {
    type Output = Option<u32>;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<u32> {
        let n = self.temperature.len();
        let (t, low, high) = (self.temperature, &self.ranges.low[..n], &self.ranges.high[..n]);
        let own = self.before.unwrap_or(low);
        let own = &own[..n];
        let (mut looked_at, mut within) = (0, true);
        for x in 0..n {
            let surrounded = low[x] <= high[x];
            let lowest = if own[x] < low[x] { own[x] } else { low[x] };
            let highest = if own[x] > high[x] { own[x] } else { high[x] };
            looked_at += u32::from(surrounded);
            within &= !surrounded | ((lowest - t[x] <= self.tolerance) & (t[x] - highest <= self.tolerance));
        }
        within.then_some(looked_at)
    }
}

/// What a wall has its cell beside.
#[derive(Clone, Copy)]
struct Outside {
    /// What it exchanges heat with (deviation, K), if anything.
    temperature: Option<f64>,
    /// Whether a flux is given.
    heated: bool,
}

impl Outside {
    /// Given what is said at the wall.
    fn of(said: Condition<f64>) -> Outside {
        match said {
            Condition::Temperature(temperature) => Outside { temperature: Some(temperature), heated: false },
            Condition::Environment { flux, convection, ambient, emissivity } => {
                Outside { temperature: (convection > 0.0 || emissivity > 0.0).then_some(ambient), heated: flux != 0.0 }
            }
        }
    }
}

/// What surrounds each cell of a row: the temperatures of its neighbours and of what its walls exchange heat with, given the row of
/// values at that time and what holds at all walls of a condition, if one thing does. Nothing for cells that a source or a given flux heats, and for
/// void.
fn surroundings(snapshot: &Snapshot, row: usize, values: &[f64], everywhere: &[Option<Outside>], ranges: &mut Ranges) {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let (n, first) = (ranges.low.len(), row * ranges.low.len());
    ranges.low.fill(f64::INFINITY);
    ranges.high.fill(f64::NEG_INFINITY);
    pulp::Arch::new().dispatch(Neighbours { conduction, row, temperature: &snapshot.temperature, ranges });
    let mut heated: Vec<usize> = Vec::new();
    for w in conduction.walls_of_rows(row..row + 1) {
        let place = conduction.wall_places[w];
        let outside = everywhere[usize::from(place.condition)]
            .unwrap_or_else(|| Outside::of(conduction.said(&problem.walls[w], snapshot.time, values)));
        let x = place.cell as usize - first;
        if let Some(temperature) = outside.temperature {
            ranges.include(x, temperature);
        }
        if outside.heated {
            heated.push(x);
        }
    }
    heated.into_iter().for_each(|x| ranges.clear(x));
    if let Some(sources) = snapshot.sources_of_row(row) {
        (0..n).filter(|&x| sources[x] != 0.0).for_each(|x| ranges.clear(x));
    }
    let material = &problem.material[first..][..n];
    if material.contains(&VOID) {
        (0..n).filter(|&x| material[x] == VOID).for_each(|x| ranges.clear(x));
    }
}

/// Looks at a step: the temperatures (deviations, K) that it makes of a state, which `after` writes for a row of cells along x.
pub fn look_at_step(law: &mut SecondLaw, before: &Snapshot, after: impl Fn(usize, &mut [f64]) + Sync) {
    let tolerance = 1e-12 * extent(before);
    judge(law, before, true, after, tolerance);
}

/// Looks at a steady state, to the accuracy of its solution.
pub fn look_at_state(law: &mut SecondLaw, snapshot: &Snapshot) {
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    let tolerance = 1e-12 * extent(snapshot) + 1e-6 * (high - low);
    let own = |row: usize, now: &mut [f64]| now.copy_from_slice(&snapshot.temperature[row * now.len()..][..now.len()]);
    judge(law, snapshot, false, own, tolerance);
}

/// The size of the numbers that temperatures are made of, K.
fn extent(snapshot: &Snapshot) -> f64 {
    let [low, high] = solid_range(&snapshot.temperature, &snapshot.conduction.problem.material);
    low.abs().max(high.abs()) + snapshot.conduction.problem.reference
}

/// Judges temperatures, row by row, by a state's surroundings; those of a step by what the cells themselves were, too.
fn judge(
    law: &mut SecondLaw,
    snapshot: &Snapshot,
    step: bool,
    temperatures: impl Fn(usize, &mut [f64]) + Sync,
    tolerance: f64,
) {
    let conduction = snapshot.conduction;
    let values = conduction.row(snapshot.time);
    let conditions = conduction.problem.conditions.iter();
    let everywhere: Vec<Option<Outside>> =
        conditions.map(|&condition| conduction.everywhere(condition, &values).map(Outside::of)).collect();
    let n = conduction.problem.grid.cells()[0];
    let look = |rows: std::ops::Range<usize>| {
        let mut law = SecondLaw::default();
        let (mut ranges, mut temperature) = (Ranges::of_row(n), vec![0.0; n]);
        for row in rows {
            temperatures(row, &mut temperature);
            surroundings(snapshot, row, &values, &everywhere, &mut ranges);
            let before = step.then(|| &snapshot.temperature[row * n..][..n]);
            let within = Within { ranges: &ranges, before, temperature: &temperature, tolerance };
            if let Some(looked_at) = pulp::Arch::new().dispatch(within) {
                law.count_many(Principle::Surroundings, looked_at, 0);
                continue;
            }
            for ((i, &t), (&low, &high)) in (row * n..).zip(&temperature).zip(ranges.low.iter().zip(&ranges.high)) {
                if low > high {
                    continue;
                }
                let own = if step { snapshot.temperature[i] } else { low };
                let (low, high) = (low.min(own), high.max(own));
                law.counts[Principle::Surroundings as usize].checked += 1;
                let amount = (low - t).max(t - high);
                if amount.is_nan() || amount > tolerance {
                    law.add(violation(snapshot, i, [low, high, t], amount, step));
                }
            }
        }
        law
    };
    let found = conduction.fold_rows(look, SecondLaw::default(), SecondLaw::join);
    *law = std::mem::take(law).join(found);
}

fn violation(snapshot: &Snapshot, i: usize, deviations: [f64; 3], amount: f64, step: bool) -> Violation {
    let problem = &snapshot.conduction.problem;
    let [low, high, t] = deviations.map(|t| t + problem.reference);
    let cell = problem.grid.cell(i);
    Violation {
        principle: Principle::Surroundings,
        time: step.then_some(snapshot.time),
        at: Some(problem.grid.centre(cell).to_array()),
        place: format!("cell {cell:?} comes to {t:.6} K between surroundings of {low:.6} to {high:.6} K"),
        amount,
    }
}
