//! What is produced in a state.

use super::Composition;
use super::law::Passage;
use super::network::{Blend, Network};
use super::newton::Solved;
use crate::coupled::survey::Survey;
use crate::problem::VOID;
use crate::sum::Sum;
use glam::DVec3;

/// Rounding of a production, in parts of the terms that make it up.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// Rounding of a mass fraction.
const FRACTION: f64 = 1e-12;

/// What is told of matter beside the survey of heat and entropy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matter {
    /// Per surface: what enters of every independent species, kg/s.
    pub surface: Vec<Composition>,
    /// Content of every independent species, kg.
    pub content: Composition,
    /// Cells with a mass fraction below 0, or all fractions together above 1.
    pub outside: u64,
    /// Cells looked at.
    pub cells: u64,
    /// How far the worst of them is out.
    pub excess: f64,
}

/// Looks at a solved state at a time (s).
pub fn survey(network: &Network, state: &Blend, solved: &Solved, time: f64) -> (Survey, Matter) {
    let problem = network.device.problem();
    let independent = network.independent();
    let mixing = &network.mixture.mixing;
    let cells = network.mass.len();
    let surfaces = problem.surfaces.len();
    let mut survey = Survey {
        joule: vec![0.0; cells],
        peltier: vec![0.0; cells],
        thomson: vec![0.0; cells],
        produced: vec![0.0; cells],
        ..Survey::default()
    };
    let mut matter = Matter { surface: vec![Composition::default(); surfaces], ..Matter::default() };
    let partial: Vec<Composition> = state.fraction.iter().map(|c| mixing.partial(c)).collect();
    let mut production = Sum::default();
    // q D(1/T) + sum J D(s), from one place to another
    let mut judge = |survey: &mut Survey, p: &Passage, t: [f64; 2], s: [&Composition; 2]| {
        let heat = p.heat * (t[0] - t[1]) / (t[0] * t[1]);
        let mut part = heat;
        let mut scale = heat.abs() + f64::EPSILON * (p.heat / t[0]).abs();
        for ((flow, here), there) in p.matter.iter().zip(s[0]).zip(s[1]) {
            let term = flow * (there - here);
            part += term;
            scale += term.abs() + f64::EPSILON * (flow * here).abs();
        }
        survey.checked += 1;
        if part < -ROUNDING * scale - p.noise || part.is_nan() {
            survey.violations += 1;
            survey.worst = survey.worst.min(part);
        }
        production.add(part);
        part
    };
    for (face, p) in network.device.faces.iter().zip(&solved.flows.faces) {
        let [a, b] = face.cells.map(|c| c as usize);
        let t = [state.temperature[a], state.temperature[b]];
        judge(&mut survey, p, t, [&partial[a], &partial[b]]);
        // Each half falls to its cell, and half of what a contact between them produces.
        let (face, [t1, t2]) = (mixing.partial(&p.fraction), p.temperature);
        let fall = |hot: f64, cold: f64| p.heat * (hot - cold) / (hot * cold);
        let mixed = |from: &Composition, to: &Composition| -> f64 {
            let flows = p.matter.iter().zip(from).zip(to).filter(|((flow, _), _)| **flow != 0.0);
            flows.map(|((flow, here), there)| flow * (there - here)).sum()
        };
        let contact = 0.5 * fall(t1, t2);
        survey.produced[a] += fall(t[0], t1) + mixed(&partial[a], &face) + contact;
        survey.produced[b] += fall(t2, t[1]) + mixed(&face, &partial[b]) + contact;
    }
    let mut heat = vec![Sum::default(); surfaces];
    let mut entropy = heat.clone();
    for (end, p) in network.device.ends.iter().zip(&solved.flows.ends) {
        let c = end.cell as usize;
        let there = mixing.partial(&p.fraction);
        let t = [state.temperature[c], p.temperature[0]];
        let part = judge(&mut survey, p, t, [&partial[c], &there]);
        survey.produced[c] += part;
        let Some(wall) = end.wall else { continue };
        let surface = usize::from(problem.walls[wall as usize].surface);
        let carried: f64 = (0..independent).map(|i| p.matter[i] * there[i]).sum();
        let entered = -p.heat / p.temperature[0] - carried;
        survey.ends.push([part, entered]);
        heat[surface].add(-p.heat);
        entropy[surface].add(entered);
        (0..independent).for_each(|i| matter.surface[surface][i] -= p.matter[i]);
    }
    let values = |sums: Vec<Sum>| sums.into_iter().map(|s| s.value()).collect();
    (survey.surface_heat, survey.surface_entropy) = (values(heat), values(entropy));
    survey.production = production.value();
    let (mut rate, mut gross, mut net) = (Sum::default(), Sum::default(), Sum::default());
    let mut content = [Sum::default(); super::MOST_SPECIES - 1];
    for c in (0..cells).filter(|&c| problem.material[c] != VOID) {
        let heat = solved.gains[c][0] / state.temperature[c];
        rate.add(heat);
        gross.add(heat.abs());
        net.add(solved.gains[c][0]);
        if network.mass[c] == 0.0 {
            continue;
        }
        for i in 0..independent {
            let change = solved.gains[c][i + 1] * partial[c][i];
            rate.add(change);
            gross.add(change.abs());
            content[i].add(network.mass[c] * state.fraction[c][i]);
        }
        let own = &state.fraction[c][..independent];
        let rest = 1.0 - own.iter().sum::<f64>();
        let lowest = own.iter().fold(rest, |m, v| m.min(*v));
        matter.cells += 1;
        if lowest < -FRACTION || lowest.is_nan() {
            matter.outside += 1;
            matter.excess = matter.excess.max(-lowest);
        }
    }
    (survey.entropy_rate, survey.gross_entropy, survey.net_heat) = (rate.value(), gross.value(), net.value());
    (0..independent).for_each(|i| matter.content[i] = content[i].value());
    if let Some(sources) = network.device.conduction.sources(time) {
        let solid = || (0..cells).filter(|&c| problem.material[c] != VOID);
        let heat = solid().map(|c| sources[c]).collect::<Sum>().value();
        let entropy = solid().map(|c| sources[c] / state.temperature[c]).collect::<Sum>().value();
        survey.sources = [heat, entropy];
    }
    (survey, matter)
}

/// Flux of every independent species, kg/(m2 s): means of the faces of a cell; NaN where no matter enters.
pub fn fluxes(network: &Network, solved: &Solved) -> Vec<Vec<DVec3>> {
    let cells = network.mass.len();
    let mut fields = vec![vec![DVec3::ZERO; cells]; network.independent()];
    for (i, field) in fields.iter_mut().enumerate() {
        let mut add = |c: u32, axis: usize, flow: f64| field[c as usize][axis] += 0.5 * flow;
        for (face, p) in network.device.faces.iter().zip(&solved.flows.faces) {
            add(face.cells[0], face.axis, p.matter[i] / face.area);
            add(face.cells[1], face.axis, p.matter[i] / face.area);
        }
        for (end, p) in network.device.ends.iter().zip(&solved.flows.ends) {
            let sign = if end.side.high { 1.0 } else { -1.0 };
            add(end.cell, end.side.axis, sign * p.matter[i] / end.area);
        }
        field.iter_mut().zip(&network.mass).filter(|(_, m)| **m == 0.0).for_each(|(f, _)| *f = DVec3::NAN);
    }
    fields
}
