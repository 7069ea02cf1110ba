//! The way of the carriers through time: discrete unified gas kinetic scheme (Guo and Xu, Int. J. Heat Mass Transfer 102,
//! 944 (2016)).
//!
//! The flux over a face is taken at half the step, from the solution along the ray through the face with its collisions,
//! the collisions of a step by the trapezoidal rule. Both are implicit in closed form, so the step is bound by the flight over
//! a cell alone, however short the time between collisions, and in thick cells the scheme turns into Fourier's law.
//!
//! With `W = (T - g) v / L + s` (s: the band's source over its heat capacity) and a step dt, what is stored is `h = g - dt/2 W`.
//! Then, with `tau = L / v`,
//!
//! ```text
//! T = sum C/(2 tau + dt) (<h> + dt/2 s) / sum C/(2 tau + dt)     conserves energy
//! g = (2 tau h + dt T + dt tau s) / (2 tau + dt)
//! ```
//!
//! and the same on faces with dt/2 in place of dt. For large differences f(T) and tau(T) (see [`super::occupation`]) stand for T
//! and tau in each band, and T is found with them.

mod flight;
mod goal;
mod kept;
mod meeting;
mod rays;

use super::domain::{Domain, Law, OPEN};
use super::medium::Medium;
use super::quadrature::Ordinates;
use super::survey::Survey;
use super::sweep::WallState;
use super::tally::Tally;
use flight::Scratch;
use goal::Goal;
use meeting::Sums;
use rayon::prelude::*;

/// Directions are advanced in this many groups side by side, whatever the number of threads.
const GROUPS: usize = 8;

/// Carriers on their way.
#[derive(Debug, Clone)]
pub struct Transient {
    domain: Domain,
    ordinates: Ordinates,
    /// Directions that are followed: images along idle axes are left out.
    followed: Vec<usize>,
    /// Weights of these.
    weight: Vec<f64>,
    /// Place of an ordinate in `followed`.
    place: Vec<usize>,
    /// h per band, followed direction and cell, K.
    state: Vec<f64>,
    /// Pseudo-temperature per cell, K.
    temperature: Vec<f64>,
    /// Per band: of the cells at that temperature.
    goal: Vec<Goal>,
    /// Per band and cell: what sources bring, K/s.
    heating: Vec<Vec<f64>>,
    /// Step the state is stored for, s.
    step: f64,
    /// What walls send back, per band.
    walls: Vec<WallState>,
    /// The same half a step before.
    before: Vec<WallState>,
    /// Per wall: place among mirrors.
    slot: Vec<u32>,
    slots: usize,
    /// Means of the state per band and cell.
    mean: Vec<Vec<f64>>,
    /// Energy that entered through each wall, J.
    entered: Vec<f64>,
    /// Energy from sources, J.
    heated: f64,
    last: Vec<Tally>,
}

impl Transient {
    /// Carriers in equilibrium at a temperature per cell (deviation, K).
    pub fn new(domain: Domain, ordinates: Ordinates, initial: &[f64]) -> Transient {
        let idle = |image: usize| (0..3).any(|a| !domain.active[a] && image >> a & 1 == 1);
        let copies = (0..3).filter(|&a| !domain.active[a] && 1 << a < ordinates.images).map(|_| 2.0).product::<f64>();
        let followed: Vec<usize> = (0..ordinates.len()).filter(|i| !idle(i % ordinates.images)).collect();
        let weight = followed.iter().map(|&i| ordinates.weight[i] * copies).collect();
        let mut place = vec![usize::MAX; ordinates.len()];
        followed.iter().enumerate().for_each(|(p, &i)| place[i] = p);
        let mut slots = 0;
        let slot: Vec<u32> = domain
            .walls
            .iter()
            .map(|w| match w.law {
                Law::Adiabatic { specularity } if specularity > 0.0 => {
                    slots += 1;
                    slots - 1
                }
                _ => OPEN,
            })
            .collect();
        let bands = domain.bands();
        let goal: Vec<Goal> = (0..bands).map(|band| Goal::new(&domain, band, initial, |c| c)).collect();
        let at_walls = |goal: &Goal, band: usize| {
            let own = |w: &super::domain::Wall| goal.held[w.cell as usize];
            let mut inflow = vec![0.0; followed.len() * slots as usize];
            for (w, s) in slot.iter().enumerate().filter(|(_, s)| **s != OPEN) {
                let g = own(&domain.walls[w]);
                inflow.iter_mut().skip(*s as usize).step_by(slots as usize).for_each(|x| *x = g);
            }
            WallState { emission: domain.walls.iter().map(|w| domain.emission(w, band, own(w))).collect(), inflow }
        };
        let walls: Vec<WallState> = goal.iter().enumerate().map(|(band, goal)| at_walls(goal, band)).collect();
        let each = |goal: &Goal| std::iter::repeat_n(goal.held.clone(), followed.len()).flatten().collect::<Vec<f64>>();
        Transient {
            state: goal.iter().flat_map(each).collect(),
            temperature: initial.to_vec(),
            step: 0.0,
            before: walls.clone(),
            walls,
            slot,
            slots: slots as usize,
            mean: goal.iter().map(|goal| goal.held.clone()).collect(),
            goal,
            heating: heating(&domain),
            entered: vec![0.0; domain.walls.len()],
            heated: 0.0,
            last: (0..bands).map(|_| Tally::new(&domain, true)).collect(),
            followed,
            weight,
            place,
            domain,
            ordinates,
        }
        .seen()
    }

    /// The longest step: no carrier flies further than a cell.
    pub fn longest_step(&self) -> f64 {
        longest_step(&self.domain)
    }

    /// Where the carriers fly; walls and sources may be changed between steps.
    pub fn domain_mut(&mut self) -> &mut Domain {
        // what is stored belongs to a source: a new one must find the carriers themselves
        self.restate(0.0);
        &mut self.domain
    }

    /// Energy temperature per cell (deviation, K).
    pub fn energy_temperature(&self) -> Vec<f64> {
        let of = |c: usize| {
            if !self.domain.is_solid(c) {
                return 0.0;
            }
            let medium = self.domain.medium_of(c);
            let parts = medium.bands.iter().zip(&self.mean);
            // what is stored lacks the source of half a step
            let energy = parts.map(|(b, m)| b.heat_capacity * m[c]).sum::<f64>();
            medium.temperature(energy + 0.5 * self.step * self.domain.source[c])
        };
        (0..self.domain.grid.len()).map(of).collect()
    }

    /// Where the carriers fly.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Energy that entered through each wall since the start, J, and from sources.
    pub fn ledger(&self) -> (&[f64], f64) {
        (&self.entered, self.heated)
    }

    /// Directions times bands times cells in a step.
    pub fn updates(&self) -> usize {
        self.state.len()
    }

    /// Makes a step of `dt` (s), at most [`Transient::longest_step`]. `look` counts what a survey needs.
    pub fn advance(&mut self, dt: f64, look: bool) {
        self.heating = heating(&self.domain);
        if dt != self.step {
            self.restate(dt);
        }
        let n = self.domain.grid.len();
        let bands = self.domain.bands();
        let directions = self.followed.len();
        let beyond = self.neighbours();
        let chunk = directions.div_ceil(GROUPS);
        for (band, state) in self.walls.iter_mut().enumerate() {
            for (emission, wall) in state.emission.iter_mut().zip(&self.domain.walls) {
                *emission = self.domain.emission(wall, band, *emission);
            }
        }
        self.before.clone_from(&self.walls);
        // what arrives at the faces at half the step
        let mut sums: Vec<Sums> = Vec::new();
        let mut hits: Vec<Vec<f64>> = Vec::new();
        for band in 0..bands {
            let parts: Vec<(Sums, Vec<f64>)> = self.state[band * directions * n..][..directions * n]
                .par_chunks(chunk * n)
                .enumerate()
                .map(|(group, states)| {
                    let mut sums = Sums::new(&self.domain);
                    let mut hits = vec![0.0; states.len() / n * self.slots];
                    let mut scratch = Scratch::new(&self.domain);
                    for (k, state) in states.chunks(n).enumerate() {
                        let d = group * chunk + k;
                        self.arrive(band, d, dt, state, &beyond, &mut scratch);
                        let s = self.ordinates.direction[self.followed[d]];
                        for axis in self.domain.axes() {
                            for (sum, x) in sums.face[axis].iter_mut().zip(&scratch.face[axis]) {
                                *sum += self.weight[d] * x;
                            }
                        }
                        for (w, wall) in self.domain.walls.iter().enumerate() {
                            let along = s[wall.side.axis];
                            if (along > 0.0) == wall.side.high {
                                sums.hit[w][0] += self.weight[d] * scratch.hit[w];
                                sums.hit[w][1] += self.weight[d] * along.abs() * scratch.hit[w];
                                if self.slot[w] != OPEN {
                                    hits[k * self.slots + self.slot[w] as usize] = scratch.hit[w];
                                }
                            }
                        }
                    }
                    (sums, hits)
                })
                .collect();
            let mut total = Sums::new(&self.domain);
            let mut all = Vec::new();
            for (part, hit) in parts {
                total.add(&part);
                all.extend(hit);
            }
            sums.push(total);
            hits.push(all);
        }
        let goals = self.goals(&sums, dt);
        self.bounce(&sums, &hits, &goals, dt);
        // over the faces, and on to the end of the step
        let mut tallies = Vec::new();
        let mut state = std::mem::take(&mut self.state);
        for band in 0..bands {
            let parts: Vec<Tally> = state[band * directions * n..][..directions * n]
                .par_chunks_mut(chunk * n)
                .enumerate()
                .map(|(group, states)| {
                    let mut tally = Tally::new(&self.domain, look);
                    let mut scratch = Scratch::new(&self.domain);
                    for (k, state) in states.chunks_mut(n).enumerate() {
                        let d = group * chunk + k;
                        self.arrive(band, d, dt, state, &beyond, &mut scratch);
                        self.cross(band, d, dt, state, &beyond, &mut scratch, &goals[band], &mut tally);
                    }
                    tally
                })
                .collect();
            let mut total = Tally::new(&self.domain, look);
            parts.into_iter().for_each(|p| total.add(p));
            for (w, wall) in self.domain.walls.iter().enumerate() {
                let carrier = self.domain.medium_of(wall.cell as usize).bands[band];
                let flight = carrier.heat_capacity * carrier.velocity * wall.area * dt;
                self.entered[w] += flight * (total.returns[w] - total.hits[w]);
            }
            tallies.push(total);
        }
        self.state = state;
        let grid = &self.domain.grid;
        let solid = (0..n).filter(|&c| self.domain.is_solid(c));
        self.heated += dt * solid.map(|c| self.domain.source[c] * grid.volume(grid.cell(c))).sum::<f64>();
        for (mean, tally) in self.mean.iter_mut().zip(&tallies) {
            mean.copy_from_slice(&tally.mean);
        }
        let settled = self.cell_temperatures(dt);
        self.temperature = settled;
        let before = self.drive();
        if look {
            // faces were looked at in the middle of the step
            for (band, full) in tallies.iter_mut().enumerate().filter_map(|(band, t)| Some((band, t.full.as_mut()?))) {
                for (surface, wall) in full.surface.iter_mut().zip(&self.domain.walls) {
                    let c = wall.cell as usize;
                    *surface += 0.5 * (self.goal[band].held[c] - before[band].held[c]);
                }
            }
            self.last = tallies;
        }
    }

    /// What the carriers mean; heat and walls as they were in the middle of the last step that looked.
    pub fn survey(&self) -> Survey {
        let n = self.domain.grid.len();
        let directions = self.followed.len();
        let mut bands = self.last.clone();
        bands.par_iter_mut().enumerate().for_each(|(band, tally)| {
            let full = tally.full.as_mut().expect("made in full");
            for sum in [&mut tally.mean, &mut full.unrest, &mut full.squares, &mut full.urges] {
                sum.fill(0.0);
            }
            for (d, weight) in self.weight.iter().enumerate() {
                let state = &self.state[(band * directions + d) * n..][..n];
                for c in (0..n).filter(|&c| self.domain.is_solid(c)) {
                    let g = self.carried(band, c, state[c], self.step);
                    let medium = self.domain.medium_of(c);
                    let [urge, square] = medium.told(band, g);
                    tally.mean[c] += weight * g;
                    full.unrest[c] += weight * medium.unrest(band, [g, urge], self.temperature[c]);
                    if !full.squares.is_empty() {
                        full.squares[c] += weight * square;
                        full.urges[c] += weight * urge;
                    }
                }
            }
        });
        Survey::new(&self.domain, &bands, &self.walls, &self.temperature)
    }

    /// Fills what is known before the first step.
    fn seen(mut self) -> Transient {
        for (band, tally) in self.last.iter_mut().enumerate() {
            let full = tally.full.as_mut().expect("made in full");
            for (w, wall) in self.domain.walls.iter().enumerate() {
                let t = self.goal[band].held[wall.cell as usize];
                let out = self.walls[band].emission[w];
                let half = self.ordinates.half_flux(wall.side.axis);
                tally.hits[w] = half * t;
                tally.returns[w] = half * out;
                full.surface[w] = 0.5 * (t + out);
                full.mismatch[w] = half * self.domain.mismatch(w, band, t, out);
            }
        }
        self
    }

    /// Finds what collisions drive the bands to at the temperatures of the cells; tells what they were driven to before.
    fn drive(&mut self) -> Vec<Goal> {
        let of = |band: usize| Goal::new(&self.domain, band, &self.temperature, |c| c);
        let goal = (0..self.domain.bands()).into_par_iter().map(of).collect();
        std::mem::replace(&mut self.goal, goal)
    }

    /// g from what is stored for a step.
    fn carried(&self, band: usize, cell: usize, h: f64, dt: f64) -> f64 {
        self.goal[band].reached(cell, h, self.heating[band][cell], dt)
    }

    /// Change of g by collisions and sources, K/s.
    fn change(&self, band: usize, cell: usize, g: f64) -> f64 {
        self.goal[band].change(cell, g, self.heating[band][cell])
    }

    /// Pseudo-temperature from the means of what is stored for a step.
    fn cell_temperatures(&self, dt: f64) -> Vec<f64> {
        (0..self.domain.grid.len())
            .into_par_iter()
            .map(|c| {
                if !self.domain.is_solid(c) {
                    return 0.0;
                }
                let left = |band: usize| self.mean[band][c] + 0.5 * dt * self.heating[band][c];
                self.domain.medium_of(c).settled(left, dt, self.temperature[c])
            })
            .collect()
    }

    /// Stores the same carriers for another step.
    fn restate(&mut self, dt: f64) {
        let n = self.domain.grid.len();
        let directions = self.followed.len();
        let mut state = std::mem::take(&mut self.state);
        let old = self.step;
        for band in 0..self.domain.bands() {
            let mut mean = vec![0.0; n];
            for d in 0..directions {
                let h = &mut state[(band * directions + d) * n..][..n];
                for c in (0..n).filter(|&c| self.domain.is_solid(c)) {
                    let g = self.carried(band, c, h[c], old);
                    h[c] = g - 0.5 * dt * self.change(band, c, g);
                    mean[c] += self.weight[d] * h[c];
                }
            }
            self.mean[band] = mean;
        }
        self.state = state;
        self.step = dt;
    }
}

/// Per band and cell: what sources bring over the heat capacity of the band, K/s.
fn heating(domain: &Domain) -> Vec<Vec<f64>> {
    let whole: Vec<f64> = domain.media.iter().map(Medium::heat_capacity).collect();
    let of = |band: usize, c: usize| match domain.is_solid(c) {
        true => domain.rise(c, band) * (domain.source[c] / whole[usize::from(domain.medium[c])]),
        false => 0.0,
    };
    let band = |band: usize| (0..domain.grid.len()).map(|c| of(band, c)).collect();
    (0..domain.bands()).map(band).collect()
}

/// The longest step of a domain: no carrier flies further than a cell.
pub fn longest_step(domain: &Domain) -> f64 {
    let grid = &domain.grid;
    let fastest = |c: usize| {
        let at = grid.cell(c);
        let thin: f64 = domain.axes().iter().map(|&a| grid.axis(a).widths()[at[a]].powi(-2)).sum();
        let velocity = domain.medium_of(c).bands.iter().map(|b| b.velocity).fold(0.0, f64::max);
        velocity * thin.sqrt()
    };
    let rate = (0..grid.len()).filter(|&c| domain.is_solid(c)).map(fastest).fold(0.0, f64::max);
    1.0 / rate
}
