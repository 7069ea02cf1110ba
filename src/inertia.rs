//! Heat with inertia: conduction at finite speed (Cattaneo 1948; Vernotte 1958).
//!
//! A link whose material takes its time carries its heat Q as state: `m dQ/dt + Q/g = T_i - T_j`, with the conductance g
//! and the inertia `m = tau/g` (K s/W). Half cells in series add their inertias as they add their resistances; a contact has
//! resistance and no inertia. Where m = 0 the link is Fourier's.
//!
//! The state stands at whole steps. A step is half a relaxation of the heats, the energy of the cells moved by these heats, and
//! another half relaxation; two halves with the same temperatures are one whole, which makes the steps within a run
//! a leapfrog of second order. A relaxation over h is exact for temperatures that stand still,
//! `Q' = a Q + (1 - a) g (T_i - T_j)` with `a = exp(-h/tau)`, so that tau << h gives Fourier's explicit step and nothing
//! special happens where materials with and without inertia meet.
//!
//! Stability. With `M = (h/2g) coth(h/2tau)` the relaxation is the trapezoidal rule `M (Q' - Q)/h + (Q' + Q)/(2g) = T_i - T_j`,
//! and the staggered energy `T(n+1) C T(n)/2 + Q(n+1/2) M Q(n+1/2)/2` changes by `-h (Q' + Q)^2/(4g)` per link: it never
//! grows. It is a norm of the state if `h^2 D' (1/M) D <= 4 C` (D: differences over links), for which by Gershgorin's circles it
//! suffices that in every cell
//!
//! `h sum of g tanh(h/2tau) <= C`, where a wall counts half.
//!
//! tau = 0 is the bound of the explicit Euler step, and one material alone has the wave's: h <= dx sqrt(tau/alpha) in 1D.

use crate::conduction::{Conduction, RADIATION_STEPS, WallState};
use crate::grid::Grid;
use crate::links::{CellConductivity, End, Family, Links};
use crate::problem::{Condition, Problem, Wall};
use glam::IVec3;
use rayon::prelude::*;

/// Inertias, K s/W: how many kelvins drive a change of 1 W in 1 s.
#[derive(Debug, Clone, PartialEq)]
pub struct Inertia {
    /// Per family of links and cell, as conductances are stored; 0 where heat follows at once.
    pub links: Vec<Vec<f64>>,
    /// Per wall: of its half cell; 0 where the flux is given.
    pub walls: Vec<f64>,
}

/// The heats that flow, W.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heats {
    /// Per family of links and cell: from this cell to the other end.
    pub links: Vec<Vec<f64>>,
    /// Per wall: into the solid.
    pub walls: Vec<f64>,
}

impl Heats {
    /// Of a body in which nothing flows.
    pub fn still(conduction: &Conduction) -> Heats {
        let links = &conduction.links.families;
        Heats {
            links: links.iter().map(|f| vec![0.0; f.conductance.len()]).collect(),
            walls: vec![0.0; conduction.problem.walls.len()],
        }
    }
}

impl Inertia {
    /// Of a problem whose conductances, those of `walls` too (W/K), are known; none if no material has a relaxation time.
    pub fn new(problem: &Problem, links: &Links, walls: &[f64], conductivity: &CellConductivity) -> Option<Inertia> {
        if problem.materials.iter().all(|m| m.relaxation_time.is_none()) {
            return None;
        }
        let time = |cell: usize| problem.relaxation_time(cell);
        let grid = &problem.grid;
        let of_family = |family: &Family| {
            let axis = (0..3).find(|&a| family.offset == IVec3::AXES[a]);
            let link = |i: usize, g: f64| {
                if g == 0.0 {
                    return 0.0;
                }
                let cell = grid.cell(i);
                let other = grid.neighbour(cell, family.offset).expect("a link has two ends");
                let j = grid.index(other);
                let alike = || problem.material[i] == problem.material[j] && problem.bodies().contact(i, j).is_none();
                match axis {
                    Some(axis) if !alike() => {
                        let half = |cell: [usize; 3], i: usize| {
                            0.5 * time(i) * grid.widths(cell)[axis] / (grid.area(cell, axis) * conductivity.at(i, axis))
                        };
                        half(cell, i) + half(other, j)
                    }
                    _ => time(i) / g,
                }
            };
            family.conductance.par_iter().enumerate().with_min_len(4096).map(|(i, &g)| link(i, g)).collect()
        };
        // A flux that is given whole flows at once.
        let is_given = |wall: &Wall| match problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(_) => false,
            Condition::Environment { convection, emissivity, .. } => {
                [convection, emissivity].iter().all(|id| problem.values.get(*id).as_constant() == Some(0.0))
            }
        };
        let of_wall = |(wall, g): (&Wall, &f64)| if is_given(wall) { 0.0 } else { time(wall.cell as usize) / g };
        Some(Inertia {
            links: links.families.iter().map(of_family).collect(),
            walls: problem.walls.iter().zip(walls).map(of_wall).collect(),
        })
    }
}

/// What is left of a heat after half a step, for every link.
pub struct Remains {
    step: f64,
    links: Vec<Vec<f64>>,
}

/// Part of a heat that is left after a time (s), given conductance (W/K) and inertia (K s/W).
fn remains(time: f64, conductance: f64, inertia: f64) -> f64 {
    if inertia == 0.0 { 0.0 } else { (-time / (conductance * inertia)).exp() }
}

impl Remains {
    /// For a step, s.
    pub fn new(conduction: &Conduction, inertia: &Inertia, step: f64) -> Remains {
        let of_family = |(family, inertia): (&Family, &Vec<f64>)| {
            let pairs = family.conductance.par_iter().zip(inertia).with_min_len(4096);
            pairs.map(|(&g, &m)| remains(0.5 * step, g, m)).collect()
        };
        Remains { step, links: conduction.links.families.iter().zip(&inertia.links).map(of_family).collect() }
    }

    /// Whether they are of that step.
    pub fn are_of(&self, step: f64) -> bool {
        self.step.to_bits() == step.to_bits()
    }
}

impl Conduction {
    /// Lets the heats relax towards Fourier's for one half step, or two of them.
    pub fn relax(&self, temperature: &[f64], remains: &Remains, halves: i32, heats: &mut Heats) {
        let grid = &self.problem.grid;
        let row = grid.cells()[0];
        let families = self.links.families.iter().zip(&remains.links);
        for ((family, left), heats) in families.zip(&mut heats.links) {
            heats.par_chunks_mut(row).enumerate().for_each(|(r, heats)| {
                let Some(there) = other_row(grid, family.offset, r) else { return };
                let own = r * row..(r + 1) * row;
                let terms = family.conductance[own.clone()].iter().zip(&left[own.clone()]).zip(&temperature[own]);
                for (x, (q, ((&g, &left), &t))) in heats.iter_mut().zip(terms).enumerate() {
                    if g > 0.0 {
                        let left = left.powi(halves);
                        let other = (x as i64 + i64::from(family.offset.x)).rem_euclid(row as i64) as usize;
                        *q = left * *q + (1.0 - left) * g * (t - temperature[there + other]);
                    }
                }
            });
        }
    }

    /// Lets the heats of the walls relax for a time, s. The environment has no inertia: it only adds its resistance.
    pub fn relax_walls(&self, inertia: &Inertia, temperature: &[f64], time: f64, over: f64, heats: &mut [f64]) {
        let row = self.row(time);
        let problem = &self.problem;
        heats.par_iter_mut().enumerate().with_min_len(1024).for_each(|(w, q)| {
            let wall = &problem.walls[w];
            let g = self.wall_conductance[w];
            let state = self.wall(wall, g, temperature[wall.cell as usize], time, &row);
            let outside = self.wall_exchange(wall, state.surface, time, &row);
            let left = remains(over, in_series(g, outside), inertia.walls[w]);
            *q = left * *q + (1.0 - left) * state.heat;
        });
    }

    /// Corrects what Fourier's walls do to the heats that really flow where there is inertia; the surface is then as warm as the
    /// environment that gives this heat demands.
    pub fn carry(&self, heats: &[f64], time: f64, walls: &mut [WallState]) {
        let Some(inertia) = &self.inertia else { return };
        let row = self.row(time);
        for (w, (state, &heat)) in walls.iter_mut().zip(heats).enumerate().filter(|(w, _)| inertia.walls[*w] > 0.0) {
            let wall = &self.problem.walls[w];
            // One step where the exchange is linear; what radiates is followed by Newton's method.
            let steps = if self.radiates() { RADIATION_STEPS } else { 1 };
            let exchange = self.wall_exchange(wall, state.surface, time, &row);
            // A flux that is given whole is what flows.
            if exchange < 1e-9 * self.wall_conductance[w] {
                continue;
            }
            if exchange < f64::INFINITY {
                for _ in 0..steps {
                    let exchange = self.wall_exchange(wall, state.surface, time, &row);
                    state.surface += (self.wall_supply(wall, state.surface, time, &row) - heat) / exchange;
                }
            }
            state.heat = heat;
        }
    }

    /// What every cell gains from given heats, W; calls `each` as [`Conduction::for_each_row`] does.
    pub fn for_each_row_of_heats<T: Send>(
        &self,
        heats: &Heats,
        out: &mut [T],
        each: impl Fn(usize, &[f64], &mut [T]) + Sync,
    ) {
        let grid = &self.problem.grid;
        let row = grid.cells()[0];
        let block = (4096 / row).max(1);
        out.par_chunks_mut(block * row).enumerate().for_each_init(
            || vec![0.0; row],
            |gain, (b, out)| {
                for (k, out) in out.chunks_mut(row).enumerate() {
                    let r = b * block + k;
                    gain.fill(0.0);
                    for (family, heats) in self.links.families.iter().zip(&heats.links) {
                        let own = &heats[r * row..][..row];
                        gain.iter_mut().zip(own).for_each(|(gain, q)| *gain -= q);
                        let Some(below) = other_row(grid, -family.offset, r) else { continue };
                        for (x, gain) in gain.iter_mut().enumerate() {
                            let other = (x as i64 - i64::from(family.offset.x)).rem_euclid(row as i64) as usize;
                            *gain += heats[below + other];
                        }
                    }
                    for w in self.walls_of_row(r) {
                        gain[self.problem.walls[w].cell as usize - r * row] += heats.walls[w];
                    }
                    each(r * row, gain, out);
                }
            },
        );
    }
}

/// First cell of the row that an offset leads to from row `r`. Along x it stays in the row: no link leads over an end that is
/// not joined, so that the heat found there is 0.
fn other_row(grid: &Grid, offset: IVec3, r: usize) -> Option<usize> {
    let here = grid.cell(r * grid.cells()[0]);
    grid.neighbour(here, IVec3::new(0, offset.y, offset.z)).map(|c| grid.index(c))
}

/// Two conductances one behind the other; either may be infinite.
pub(crate) fn in_series(a: f64, b: f64) -> f64 {
    if b == f64::INFINITY {
        a
    } else if a + b > 0.0 {
        a * b / (a + b)
    } else {
        0.0
    }
}

/// Sum over the links and walls that meet in each cell of `weigh(conductance, inertia)`.
pub(crate) fn weighed(
    problem: &Problem,
    links: &Links,
    walls: &[f64],
    inertia: Option<&Inertia>,
    weigh: &(dyn Fn(f64, f64) -> f64 + Sync),
) -> Vec<f64> {
    let inertia_of = |end: End| inertia.map_or(0.0, |m| m.links[end.family][end.stored()[0]]);
    let mut total = links.gather(&problem.grid, 0.0, |end| weigh(end.conductance, inertia_of(end)));
    for (w, (wall, &g)) in problem.walls.iter().zip(walls).enumerate() {
        // A wall stands in the diagonal of its cell's circle alone and so counts half; Fourier's counts whole, for the sake of the
        // maximum principle.
        let m = inertia.map_or(0.0, |m| m.walls[w]);
        total[wall.cell as usize] += if m > 0.0 { 0.5 } else { 1.0 } * weigh(g, m);
    }
    total
}
