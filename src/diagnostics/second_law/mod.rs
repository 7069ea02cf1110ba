//! The second-law audit. For conduction it has these tests, each of which catches what the others let pass:
//!
//! - heat runs from hot to cold over every link and at every wall;
//! - the heat of every cell of a full tensor, taken together, runs down its temperatures (q . grad(1/T) >= 0): its face
//!   heats alone may run uphill;
//! - a step leaves every cell without a source within the range of its surroundings; in a steady state such a cell is
//!   no hotter and no colder than all of them (discrete maximum principle);
//! - temperatures never leave the range that the state and the boundary spanned before;
//! - the entropy of an isolated body never falls; where heat has inertia the extended entropy ([`crate::diagnostics::inertia`]) falls by no more
//!   than leaves with the heat, of any body: such heat may run from cold to hot for a while, and waves may leave every range.
//!
//! A scheme with centred cross terms passes the second and the last while it undershoots by kelvins: the third and
//! the fourth are there to see it.

mod history;
mod maximum;

pub use history::{Boundary, look_back};
pub use maximum::{look_at_state, look_at_step};

use super::balance::{Rates, Snapshot};
use crate::face_heat;
use crate::links::{End, Run};
use crate::problem::{Conductivity, Material};
use glam::DVec3;
use serde::{Deserialize, Serialize};

/// One test of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principle {
    /// Over every link and at every wall.
    HotToCold,
    /// Over all faces of a cell of a full tensor together.
    TensorCell,
    /// The discrete maximum principle of a step or of a steady state.
    Surroundings,
    /// The maximum principle over the run.
    Range,
    /// Of an isolated body, over the run.
    Entropy,
    /// Of any body in which heat has inertia, over the run.
    ExtendedEntropy,
}

impl Principle {
    /// All, in the order of the report.
    pub const ALL: [Principle; 6] = [
        Principle::HotToCold,
        Principle::TensorCell,
        Principle::Surroundings,
        Principle::Range,
        Principle::Entropy,
        Principle::ExtendedEntropy,
    ];

    /// What must hold.
    pub fn statement(self) -> &'static str {
        match self {
            Principle::HotToCold => "heat runs from hot to cold over every link and at every wall",
            Principle::TensorCell => "the heat in every cell of a full tensor runs down its temperatures",
            Principle::Surroundings => "no cell without a source leaves the range of its surroundings",
            Principle::Range => "temperatures stay within the range that was spanned before",
            Principle::Entropy => "the entropy of an isolated body never falls",
            Principle::ExtendedEntropy => {
                "the extended entropy never falls by more than leaves with the heat, while heat has inertia"
            }
        }
    }

    /// Unit of what violates it.
    pub fn unit(self) -> &'static str {
        match self {
            Principle::HotToCold | Principle::TensorCell => "W/K",
            Principle::Surroundings | Principle::Range => "K",
            Principle::Entropy | Principle::ExtendedEntropy => "J/K",
        }
    }
}

/// Where something ran against the second law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// What was violated.
    pub principle: Principle,
    /// s; none in a steady state.
    pub time: Option<f64>,
    /// m; none where the test looks at the whole body.
    pub at: Option<[f64; 3]>,
    /// The place in words.
    pub place: String,
    /// By how much, in [`Principle::unit`]; positive.
    pub amount: f64,
}

/// How one test came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// Links, cells or rows looked at.
    pub checked: u64,
    /// Those that violate it by more than rounding.
    pub violations: u64,
}

/// What the audit found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SecondLaw {
    /// By test, in the order of [`Principle::ALL`].
    pub counts: [Count; 6],
    /// Most negative entropy production of a link, wall or cell, W/K; 0 where none is negative.
    pub worst: f64,
    /// The first violations of each test, at most [`LISTED`].
    pub list: Vec<Violation>,
    /// Largest error of the entropy budget of a state that was looked at; see [`Rates::entropy_closure`].
    pub closure: f64,
}

/// Violations of one test that are listed.
pub const LISTED: usize = 10;

/// Less than this part of the flow is rounding.
const ROUNDING: f64 = 1e-12;

impl SecondLaw {
    /// All violations.
    pub fn violations(&self) -> u64 {
        self.counts.iter().map(|c| c.violations).sum()
    }

    /// All that was looked at.
    pub fn checked(&self) -> u64 {
        self.counts.iter().map(|c| c.checked).sum()
    }

    /// What became of a test.
    pub fn count(&self, principle: Principle) -> Count {
        self.counts[principle as usize]
    }

    /// Looks at a state from which steps of length `step` (s) lead on; none in a steady state.
    pub fn look(&mut self, snapshot: &Snapshot, rates: &Rates, step: Option<f64>) {
        self.closure = self.closure.max(rates.entropy_closure());
        let time = step.map(|_| snapshot.time);
        let links = look_at_links(snapshot, rates, time);
        *self = std::mem::take(self).join(links);
        look_at_tensor_cells(self, snapshot, rates, time);
        match step {
            None => look_at_state(self, snapshot),
            Some(step) if step > 0.0 && snapshot.heats.is_none() => {
                look_at_step(self, snapshot, |row, next| {
                    snapshot.row_after(row, step, next);
                    snapshot.conduction.row_temperature(row, next);
                });
            }
            Some(_) => {}
        }
    }

    fn add(&mut self, violation: Violation) {
        let principle = violation.principle;
        self.counts[principle as usize].violations += 1;
        if self.list.iter().filter(|v| v.principle == principle).count() < LISTED {
            self.list.push(violation);
        }
    }

    /// Counts a production (W/K); says whether it is negative by more than rounding of a flow of `scale`.
    fn negative(&mut self, principle: Principle, production: f64, scale: f64) -> bool {
        self.counts[principle as usize].checked += 1;
        if production >= 0.0 {
            return false;
        }
        self.worst = self.worst.min(production);
        production.is_nan() || production < -ROUNDING * scale
    }

    /// Books so many that were looked at, and those of them that violate a principle.
    pub fn count_many(&mut self, principle: Principle, checked: u32, violations: u32) {
        let count = &mut self.counts[principle as usize];
        count.checked += u64::from(checked);
        count.violations += u64::from(violations);
    }

    /// Both together.
    pub fn join(mut self, other: SecondLaw) -> SecondLaw {
        for (a, b) in self.counts.iter_mut().zip(&other.counts) {
            a.checked += b.checked;
            a.violations += b.violations;
        }
        self.worst = self.worst.min(other.worst);
        self.closure = self.closure.max(other.closure);
        for violation in other.list {
            if self.list.iter().filter(|v| v.principle == violation.principle).count() < LISTED {
                self.list.push(violation);
            }
        }
        self
    }
}

/// Entropy per time below which a negative production is rounding of the flows of a state, W/K.
fn scale(snapshot: &Snapshot, rates: &Rates) -> f64 {
    rates.gross_heat / snapshot.conduction.problem.reference + rates.gross_entropy
}

/// The production of a link is computed from the heat it carries and the two temperatures, `q (1/T_b - 1/T_a)`, so that
/// a heat of the wrong sign shows.
fn look_at_links(snapshot: &Snapshot, rates: &Rates, time: Option<f64>) -> SecondLaw {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let scale = scale(snapshot, rates);
    let violation = |production: f64, at: DVec3, place: String| Violation {
        principle: Principle::HotToCold,
        time,
        at: Some(at.to_array()),
        place,
        amount: -production,
    };
    let look = |law: &mut SecondLaw, end: End| {
        if snapshot.link_inertia(end) > 0.0 {
            return;
        }
        let [i, j] = end.stored();
        let downhill = snapshot.link_heat(end) * (snapshot.temperature[i] - snapshot.temperature[j]);
        if downhill >= 0.0 {
            law.counts[Principle::HotToCold as usize].checked += 1;
            return;
        }
        let (a, b) = (snapshot.kelvin(i), snapshot.kelvin(j));
        let production = downhill / (a * b);
        if law.negative(Principle::HotToCold, production, scale) {
            let offset = snapshot.conduction.links.families[end.family].offset;
            let (from, half) = (grid.cell(i), 0.5 * offset.as_dvec3());
            let at = grid.centre(from) + half * grid.widths(from);
            let place = format!("between cell {from:?} ({a:.6} K) and cell {:?} ({b:.6} K)", grid.cell(j));
            law.add(violation(production, at, place));
        }
    };
    let simd = pulp::Arch::new();
    let mut law = snapshot.conduction.links.fold_runs(
        grid,
        SecondLaw::default,
        |law, run| {
            let follows = snapshot.inertial(run.family).is_none();
            let all_downhill = || simd.dispatch(Downhill { run, temperature: &snapshot.temperature });
            match follows.then(all_downhill).flatten() {
                Some(links) => law.count_many(Principle::HotToCold, links, 0),
                None => run.links().for_each(|end| look(law, end)),
            }
        },
        SecondLaw::join,
    );
    for (w, place) in snapshot.conduction.wall_places.iter().enumerate() {
        if snapshot.wall_inertia(w) > 0.0 {
            continue;
        }
        let state = snapshot.walls[w];
        let downhill = state.heat * (state.surface - snapshot.temperature[place.cell as usize]) >= 0.0;
        // A flux may ask for more than conduction has: then the surface falls below absolute zero.
        if downhill && state.surface > -problem.reference {
            law.counts[Principle::HotToCold as usize].checked += 1;
            continue;
        }
        let wall = &problem.walls[w];
        let production = snapshot.wall_production(w);
        if law.negative(Principle::HotToCold, production, scale) {
            let surface = problem.surface_name(&problem.surfaces[usize::from(wall.surface)]);
            let kelvin = state.surface + problem.reference;
            let cell = grid.cell(wall.cell as usize);
            let place = format!("at the wall of cell {cell:?} on {surface}, whose surface is at {kelvin:.6} K");
            law.add(violation(production, wall.position, place));
        }
    }
    law
}

/// Links in which heat follows at once.
struct Downhill<'a> {
    run: Run<'a>,
    temperature: &'a [f64],
}

impl pulp::WithSimd for Downhill<'_> {
    /// How many, if heat runs from hot to cold over all of them.
    type Output = Option<u32>;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<u32> {
        let (g, [a, b]) = (self.run.conductance, self.run.ends(self.temperature));
        let (mut links, mut downhill) = (0, true);
        for x in 0..g.len() {
            links += u32::from(g[x] != 0.0);
            downhill &= (g[x] == 0.0) | (face_heat(g[x], b[x], a[x]) * (a[x] - b[x]) >= 0.0);
        }
        downhill.then_some(links)
    }
}

/// Of all links of a cell half is its own: together they are the heat through it times the gradient of 1/T.
fn look_at_tensor_cells(law: &mut SecondLaw, snapshot: &Snapshot, rates: &Rates, time: Option<f64>) {
    let problem = &snapshot.conduction.problem;
    let follows = |m: &Material| snapshot.heats.is_none() || m.relaxation_time.is_none();
    let is_tensor: Vec<bool> =
        problem.materials.iter().map(|m| matches!(m.conductivity, Conductivity::Tensor(_)) && follows(m)).collect();
    if !is_tensor.contains(&true) {
        return;
    }
    let grid = &problem.grid;
    let produced = snapshot.conduction.links.gather(grid, 0.0, |end| {
        let [a, b] = end.stored().map(|cell| snapshot.kelvin(cell));
        0.5 * snapshot.link_heat(end) * (a - b) / (a * b)
    });
    let scale = scale(snapshot, rates);
    for (i, &production) in produced.iter().enumerate() {
        let tensor = is_tensor.get(usize::from(problem.material[i])) == Some(&true);
        if tensor && law.negative(Principle::TensorCell, production, scale) {
            law.add(Violation {
                principle: Principle::TensorCell,
                time,
                at: Some(grid.centre(grid.cell(i)).to_array()),
                place: format!("in cell {:?}", grid.cell(i)),
                amount: -production,
            });
        }
    }
}

#[cfg(test)]
mod tests;
