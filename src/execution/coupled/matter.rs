//! Heat with matter, at rest and through time.

use super::super::{ExecutionError, Options, Outcome, Watch};
use super::ledger::{History, Ledger};
use super::march::{GAMMA, March, TOLERANCE, march};
use super::midway::{Midway, found_before, keep_search};
use super::mixed::Mixed;
use super::state::Look;
use super::{finish, show};
use crate::coupled::device::State;
use crate::coupled::junction;
use crate::coupled::linear::Linear;
use crate::coupled::matter::law::{self, Half, Paths};
use crate::coupled::matter::network::{Blend, Mixture, Network};
use crate::coupled::matter::newton::{self, Solved, Storage};
use crate::coupled::matter::survey::survey;
use crate::coupled::matter::{Composition, MOST_SPECIES};
use crate::coupled::newton::{self as charge, CoupledError, enthalpies};
use crate::coupled::passages::Passages;
use crate::coupled::settle::{self, LONGER};
use crate::scenario::{End, Scenario, SteadyTolerance};
use std::sync::Arc;
use std::time::Instant;

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    mixture: &Mixture,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    let network = Network::new(Arc::new(scenario.problem.clone()), mixture.clone())
        .map_err(|e| ExecutionError::Unsupported(e.to_string()))?;
    match &scenario.run.end {
        End::Steady(tolerance) => at_rest(scenario, &network, tolerance, options, watch, linear),
        End::Time(until) => through_time(scenario, &network, *until, options, watch, linear),
    }
}

/// A state with what passes in it, also as heat alone, which the parts of the report that all models share read.
struct Place {
    blend: Blend,
    solved: Solved,
    state: State,
    heat: charge::Solved,
}

impl Place {
    fn new(blend: Blend, solved: Solved) -> Place {
        let state = State { temperature: blend.temperature.clone(), potential: Vec::new() };
        let alone = |p: &law::Passage| junction::Passage {
            heat: [p.heat; 2],
            temperature: p.temperature,
            gain: [-p.heat, p.heat],
            ..junction::Passage::default()
        };
        let passages = Passages {
            faces: solved.flows.faces.iter().map(alone).collect(),
            ends: solved.flows.ends.iter().map(alone).collect(),
        };
        let gains = solved.gains.iter().map(|g| g[0]).collect();
        Place { blend, solved, state, heat: charge::Solved { passages, gains, steps: Vec::new(), noise: 0.0 } }
    }

    fn look<'a>(
        &'a self,
        scenario: &'a Scenario,
        network: &'a Network,
        flow: Option<&'a [Composition]>,
        time: f64,
    ) -> Look<'a> {
        let (survey, matter) = survey(network, &self.blend, &self.solved, time);
        let mixed = Mixed { network, blend: &self.blend, solved: &self.solved, matter, entered: flow };
        let (device, state, solved) = (&network.device, &self.state, &self.heat);
        Look { scenario, device, state, solved, survey, mixed: Some(mixed), time }
    }
}

/// Matter in a closed cell keeps its content: the steady state is where ever longer steps lead, heat being at rest in each.
fn at_rest(
    scenario: &Scenario,
    network: &Network,
    tolerance: &SteadyTolerance,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    const LONGEST: f64 = 1e5;
    const STILL: f64 = 1e-13;
    const SHORTEST: f64 = 1e-12;
    /// Newton steps, where the scenario allows no fewer.
    const MOST_STEPS: u64 = 200;
    let most_steps = (tolerance.iterations as u64).min(MOST_STEPS);
    let begun = Instant::now();
    let mut blend = found_before(options).map_or_else(|| network.initial(), Blend::of);
    let slow = slowest(network, &blend);
    let (mut steps, mut made) = (0u64, 0);
    // Where heat is not found at rest at once it takes its time, too, in shorter steps.
    let (mut length, mut rests) = (10.0 * slow, true);
    let solved = loop {
        let start = blend.clone();
        let enthalpy = enthalpies(&network.device, &start.temperature);
        let heat_rate = if rests { 0.0 } else { 1.0 / length };
        let storage = Storage { rate: 1.0 / length, heat_rate, enthalpy: &enthalpy, fraction: &start.fraction };
        let most = (most_steps - steps).min(newton::MOST_STEPS as u64) as usize;
        let solved = newton::solve(network, &mut blend, 0.0, storage, most, linear, &mut |step| {
            let (imbalance, rate, linear_iterations) = (step.heat, step.matter, step.linear);
            watch.converging(&crate::steady::Step { imbalance, rate, linear_iterations })
        });
        if matches!(solved, Err(CoupledError::Interrupted)) {
            // Only what whole steps have led to has the content of the start.
            let fractions = start.fraction.into_iter().flatten().collect();
            keep_search(&network.device, &blend.temperature, fractions, options, watch)?;
            return Err(CoupledError::Interrupted.into());
        }
        let solved = match solved {
            Err(CoupledError::Unmixed { steps: tried, heat, matter }) => {
                steps += tried as u64;
                if steps >= most_steps || length <= SHORTEST * slow {
                    return Err(CoupledError::Unsettled { steps: steps as usize, heat, matter }.into());
                }
                length = if rests { first_length(network, &start) } else { length / LONGER };
                (blend, rests) = (start, false);
                continue;
            }
            found => found?,
        };
        steps += solved.steps.len() as u64 - 1;
        made += solved.steps.iter().map(|s| s.linear).sum::<usize>();
        let last = solved.steps.last().expect("a solution took steps");
        if last.heat > tolerance.imbalance || last.matter > tolerance.imbalance {
            return Err(CoupledError::Unsettled { steps: steps as usize, heat: last.heat, matter: last.matter }.into());
        }
        if !rests {
            rests = LONGER * length > slow;
            length = if rests { 10.0 * slow } else { LONGER * length };
            continue;
        }
        let moved =
            blend.fraction.iter().zip(&start.fraction).flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| (a - b).abs());
        if moved.fold(0.0, f64::max) <= STILL {
            break solved;
        }
        if steps >= most_steps {
            return Err(CoupledError::Unsettled { steps: steps as usize, heat: last.heat, matter: last.matter }.into());
        }
        length = (10.0 * length).min(LONGEST * slow);
    };
    let place = Place::new(blend, solved);
    let look = place.look(scenario, network, None, 0.0);
    show(&look, watch)?;
    let history = History {
        info: linear.info(),
        fallback: linear.fallback().map(str::to_owned),
        method: "newton-krylov-multigrid",
        end: None,
        steps,
        sweeps: made as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        ledger: None,
    };
    let samples = vec![look.sample(0.0)];
    Ok(finish(&look, &history, samples, watch))
}

/// Length of the first of the steps in which heat takes its time, s.
fn first_length(network: &Network, blend: &Blend) -> f64 {
    let (solved, capacity) = (newton::look(network, blend, 0.0), &network.device.conduction.capacity);
    let cells = blend.temperature.iter().zip(&solved.gains).zip(capacity);
    settle::first_length(cells.map(|((&t, gains), &capacity)| (t, gains[0], capacity)))
}

/// Time that matter takes along the longest side, s.
fn slowest(network: &Network, blend: &Blend) -> f64 {
    let problem = network.device.problem();
    let longest =
        (0..3).map(|a| problem.grid.axis(a)).filter(|a| a.cells() > 1).map(|a| a.length()).fold(0.0, f64::max);
    longest * longest / least_diffusivity(network, blend)
}

fn least_diffusivity(network: &Network, blend: &Blend) -> f64 {
    let coefficients = network.coefficients(&blend.temperature, 0.0);
    let least = |half: &Half| {
        let pairs = network.mixture.species.len() * network.independent() / 2;
        half.matter.map(|m: Paths| m.pairs[..pairs].iter().copied().fold(f64::INFINITY, f64::min))
    };
    let sides = network.device.faces.iter().flat_map(|face| network.sides(&coefficients, blend, face));
    sides.filter_map(|side| least(&side.half)).fold(f64::INFINITY, f64::min)
}

struct Mixing<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    place: Place,
    tried: Option<[Place; 2]>,
    ledger: Ledger,
    /// Per surface, kg of every independent species.
    entered: Vec<Composition>,
    linear: &'a mut Linear,
    made: usize,
    /// Widest range of temperatures so far, K, and of mass fractions.
    range: [f64; 2],
}

fn through_time(
    scenario: &Scenario,
    network: &Network,
    until: f64,
    options: &Options,
    watch: &mut dyn Watch,
    linear: &mut Linear,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    let blend = network.initial();
    let solved = newton::look(network, &blend, 0.0);
    let place = Place::new(blend, solved);
    let surfaces = network.device.problem().surfaces.len();
    let (ledger, entered) = (Ledger::new(&network.device), vec![Composition::default(); surfaces]);
    let range = [0.0; 2];
    let mut mixing = Mixing { scenario, network, place, tried: None, ledger, entered, linear, made: 0, range };
    mixing.range = mixing.ranges();
    let marched = march(&mut mixing, scenario, until, options, watch)?;
    let look = mixing.look(marched.time);
    let history = History {
        info: mixing.linear.info(),
        fallback: mixing.linear.fallback().map(str::to_owned),
        method: "sdirk2-newton-krylov-multigrid",
        end: Some(marched.time),
        steps: marched.steps,
        sweeps: mixing.made as f64,
        wall_s: begun.elapsed().as_secs_f64(),
        ledger: Some(mixing.ledger.clone()),
    };
    Ok(finish(&look, &history, marched.samples, watch))
}

impl Mixing<'_> {
    /// Ranges of temperatures (K) and mass fractions that count; what Soret's effect would separate counts from the start.
    fn ranges(&self) -> [f64; 2] {
        let network = self.network;
        let problem = network.device.problem();
        let blend = &self.place.blend;
        let walls = self.place.solved.flows.ends.iter().map(|p| p.temperature[0]);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let solid = blend.temperature.iter().zip(&problem.material).filter(|(_, m)| **m != crate::problem::VOID);
        for t in solid.map(|(t, _)| *t).chain(walls) {
            (low, high) = (low.min(t), high.max(t));
        }
        let coefficients = network.coefficients(&blend.temperature, 0.0);
        let mut widest = 0.0f64;
        for i in 0..network.independent() {
            let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
            for (c, _) in network.mass.iter().enumerate().filter(|(_, m)| **m > 0.0) {
                (least, most) = (least.min(blend.fraction[c][i]), most.max(blend.fraction[c][i]));
            }
            widest = widest.max(most - least);
        }
        let separated = |side: &law::Side| {
            let soret = side.half.matter.map_or([0.0; MOST_SPECIES - 1], |m| m.soret);
            let each = soret.iter().zip(&side.fraction).map(|(s, c)| (s * c * (1.0 - c)).abs());
            each.fold(0.0, f64::max) * (high - low)
        };
        let first = network.device.faces.iter().flat_map(|face| network.sides(&coefficients, blend, face));
        let separated = first.map(|side| separated(&side)).fold(0.0, f64::max);
        [self.range[0].max(high - low).max(1e-6), self.range[1].max(widest).max(separated).max(1e-9)]
    }
}

impl March for Mixing<'_> {
    /// Both stages; the error is the largest difference to the step of first order that the first stage alone gives.
    fn attempt(&mut self, time: f64, dt: f64, going: &mut dyn FnMut() -> bool) -> Result<f64, CoupledError> {
        let network = self.network;
        let capacity = &network.device.conduction.capacity;
        let (cells, independent) = (network.mass.len(), network.independent());
        let rate = 1.0 / (GAMMA * dt);
        let enthalpy = enthalpies(&network.device, &self.place.blend.temperature);
        let fraction = &self.place.blend.fraction;
        let mut first = self.place.blend.clone();
        let most = newton::MOST_STEPS;
        let storage = Storage { rate, heat_rate: rate, enthalpy: &enthalpy, fraction };
        let one = newton::solve(network, &mut first, time + GAMMA * dt, storage, most, self.linear, &mut |_| going())?;
        // what a gain over a part of the step brings
        let grown = |part: f64, gains: &[[f64; MOST_SPECIES]], from: &[f64], of: &[Composition]| {
            let heat = |c: usize| if capacity[c] > 0.0 { from[c] + part * dt * gains[c][0] / capacity[c] } else { 0.0 };
            let matter = |c: usize| {
                let mut fraction = of[c];
                if network.mass[c] > 0.0 {
                    (0..independent).for_each(|i| fraction[i] += part * dt * gains[c][i + 1] / network.mass[c]);
                }
                fraction
            };
            ((0..cells).map(heat).collect::<Vec<f64>>(), (0..cells).map(matter).collect::<Vec<Composition>>())
        };
        let (enthalpy, fraction) = grown(1.0 - GAMMA, &one.gains, &enthalpy, fraction);
        let mut second = first.clone();
        let storage = Storage { rate, heat_rate: rate, enthalpy: &enthalpy, fraction: &fraction };
        let two = newton::solve(network, &mut second, time + dt, storage, most, self.linear, &mut |_| going())?;
        // the content of the cells follows from what passed, so that it is kept to rounding
        (_, second.fraction) = grown(GAMMA, &two.gains, &enthalpy, &fraction);
        let mut error = 0.0f64;
        for ((a, b), (capacity, mass)) in one.gains.iter().zip(&two.gains).zip(capacity.iter().zip(&network.mass)) {
            let change = |i: usize| GAMMA * dt * (b[i] - a[i]).abs();
            if *capacity > 0.0 {
                error = error.max(change(0) / capacity / self.range[0]);
            }
            if *mass > 0.0 {
                (1..=independent).for_each(|i| error = error.max(change(i) / mass / self.range[1]));
            }
        }
        self.tried = Some([Place::new(first, one), Place::new(second, two)]);
        Ok(error / TOLERANCE)
    }

    fn accept(&mut self, time: f64, dt: f64) {
        let Some(stages) = self.tried.take() else { return };
        for (stage, (weight, at)) in stages.iter().zip([(1.0 - GAMMA, GAMMA), (GAMMA, 1.0)]) {
            self.made += stage.solved.steps.iter().map(|s| s.linear).sum::<usize>();
            let (survey, matter) = survey(self.network, &stage.blend, &stage.solved, time + at * dt);
            self.ledger.add(&survey, weight * dt);
            self.ledger.outside(matter.outside, matter.cells, matter.excess);
            for (sum, flow) in self.entered.iter_mut().zip(&matter.surface) {
                sum.iter_mut().zip(flow).for_each(|(sum, flow)| *sum += weight * dt * flow);
            }
        }
        let [_, second] = stages;
        self.place = second;
        self.range = self.ranges();
    }

    fn look(&self, time: f64) -> Look<'_> {
        self.place.look(self.scenario, self.network, Some(&self.entered), time)
    }

    fn midway(&mut self) -> (Vec<f64>, Midway) {
        self.linear.forget();
        let blend = &self.place.blend;
        let midway = Midway {
            ledger: self.ledger.clone(),
            entered: self.entered.clone(),
            made: self.made,
            range: self.range,
            wanted_step: 0.0,
            last_row: 0.0,
            outputs: 0,
            beside: blend.fraction.iter().flatten().copied().collect(),
        };
        (blend.temperature.clone(), midway)
    }

    fn restore(&mut self, temperature: &[f64], midway: &Midway, time: f64) {
        let blend = Blend::of((temperature, &midway.beside));
        let solved = newton::look(self.network, &blend, time);
        self.place = Place::new(blend, solved);
        self.ledger = midway.ledger.clone();
        self.entered = midway.entered.clone();
        self.made = midway.made;
        self.range = midway.range;
        self.linear.forget();
    }
}
