//! What passes and is produced in a state: entropy, Joule's, Peltier's and Thomson's heat, and the fields of fluxes.

use super::device::{Device, State};
use super::junction::Passage;
use super::newton::Solved;
use crate::problem::VOID;
use crate::sum::Sum;
use glam::DVec3;

/// Everything that is told of a state. Heats count positive where they are released.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// Per cell: released by resistance, W.
    pub joule: Vec<f64>,
    /// Per cell: released where the current meets another material or a lead, W; of a face, half on either side.
    pub peltier: Vec<f64>,
    /// Per cell: released in the bulk where the Seebeck coefficient changes along the current, W.
    pub thomson: Vec<f64>,
    /// Per cell: entropy produced, W/K, of faces and contacts half on either side.
    pub produced: Vec<f64>,
    /// Per end: entropy produced between the cell and its surface, and entropy that enters there, W/K.
    pub ends: Vec<[f64; 2]>,
    /// Produced in half cells and contacts, the sum of `I X_e + Q X_q`, W/K.
    pub production: f64,
    /// The most negative part of it, W/K; 0 if there is none.
    pub worst: f64,
    /// Parts below zero by more than rounding.
    pub violations: u64,
    /// Parts looked at.
    pub checked: u64,
    /// Per surface: heat into the solid, W.
    pub surface_heat: Vec<f64>,
    /// Per surface: entropy that enters with it at the temperature of the surface, W/K.
    pub surface_entropy: Vec<f64>,
    /// Heat from sources, and the entropy that enters with it, W and W/K.
    pub sources: [f64; 2],
    /// Rate at which the entropy of the solid changes, W/K.
    pub entropy_rate: f64,
    /// The same sum of magnitudes, W/K.
    pub gross_entropy: f64,
    /// What the cells gain, W.
    pub net_heat: f64,
    /// Per terminal: potential, V, and current into the device, A.
    pub terminals: Vec<[f64; 2]>,
    /// Power that the terminals bring, W.
    pub electrical: f64,
    /// Largest net current into a node that nothing is wired to, A.
    pub charge_error: f64,
}

/// Rounding of a production, in parts of the terms that make it up.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

impl Survey {
    /// What the current releases in a cell, W.
    pub fn electrical_heat(&self, cell: usize) -> f64 {
        [&self.joule, &self.peltier, &self.thomson].map(|heat| heat.get(cell).copied().unwrap_or(0.0)).iter().sum()
    }

    /// Looks at a solved state at a time (s).
    pub fn new(device: &Device, state: &State, solved: &Solved, time: f64) -> Survey {
        let problem = device.problem();
        let cells = device.node.len();
        let zeros = || vec![0.0; cells];
        let surfaces = vec![0.0; problem.surfaces.len()];
        let mut survey = Survey {
            joule: zeros(),
            peltier: zeros(),
            thomson: zeros(),
            produced: zeros(),
            surface_heat: surfaces.clone(),
            surface_entropy: surfaces,
            ..Survey::default()
        };
        let mut production = Sum::default();
        for (face, passage) in device.faces.iter().zip(&solved.passages.faces) {
            let [a, b] = face.cells.map(|c| c as usize);
            survey.face(device, state, [a, b], passage, &mut production);
        }
        let mut surface_heat = vec![Sum::default(); survey.surface_heat.len()];
        let mut surface_entropy = surface_heat.clone();
        for (end, passage) in device.ends.iter().zip(&solved.passages.ends) {
            let c = end.cell as usize;
            let part = survey.half(state, device, c, passage, 0, &mut production);
            survey.ends.push([part, -passage.heat[0] / passage.temperature[0]]);
            survey.joule[c] += passage.joule[0];
            // a lead has no Seebeck coefficient: all the heat that the current carries is released there
            survey.peltier[c] += passage.carried[0];
            survey.thomson[c] += passage.bulk;
            let Some(wall) = end.wall else { continue };
            let surface = usize::from(problem.walls[wall as usize].surface);
            surface_heat[surface].add(-passage.heat[0]);
            surface_entropy[surface].add(-passage.heat[0] / passage.temperature[0]);
        }
        let values = |sums: Vec<Sum>| sums.into_iter().map(|s| s.value()).collect();
        (survey.surface_heat, survey.surface_entropy) = (values(surface_heat), values(surface_entropy));
        survey.production = production.value();
        survey.whole(device, state, solved, time);
        survey
    }

    /// Totals over cells and terminals.
    fn whole(&mut self, device: &Device, state: &State, solved: &Solved, time: f64) {
        let problem = device.problem();
        let solid = || (0..device.node.len()).filter(|&c| problem.material[c] != VOID);
        let (mut rate, mut gross, mut net) = (Sum::default(), Sum::default(), Sum::default());
        for c in solid() {
            let change = solved.gains[c] / state.temperature[c];
            rate.add(change);
            gross.add(change.abs());
            net.add(solved.gains[c]);
        }
        (self.entropy_rate, self.gross_entropy, self.net_heat) = (rate.value(), gross.value(), net.value());
        if let Some(sources) = device.conduction.sources(time) {
            let heat = solid().map(|c| sources[c]).collect::<Sum>().value();
            let entropy = solid().map(|c| sources[c] / state.temperature[c]).collect::<Sum>().value();
            self.sources = [heat, entropy];
        }
        let currents = device.terminal_currents(&solved.passages);
        let potential = |t: usize| state.potential[device.terminal_node[t] as usize];
        self.terminals = currents.iter().enumerate().map(|(t, &i)| [potential(t), i]).collect();
        self.electrical = self.terminals.iter().map(|[v, i]| v * i).collect::<Sum>().value();
        let charge = device.device_charges(&solved.passages);
        let wired = device.terminal_node.len();
        self.charge_error = charge[wired..].iter().fold(0.0, |m: f64, c| m.max(c.abs()));
    }

    fn face(&mut self, device: &Device, state: &State, [a, b]: [usize; 2], p: &Passage, production: &mut Sum) {
        self.half(state, device, a, p, 0, production);
        self.half(state, device, b, p, 1, production);
        let released = p.carried[0] - p.carried[1];
        let material = &device.problem().material;
        let of = if material[a] == material[b] { &mut self.thomson } else { &mut self.peltier };
        of[a] += 0.5 * released;
        of[b] += 0.5 * released;
        self.joule[a] += p.joule[0] + 0.5 * p.contact;
        self.joule[b] += p.joule[1] + 0.5 * p.contact;
        let [t1, t2] = p.temperature;
        if t1 != t2 || p.contact != 0.0 {
            // the contact: heat falls from one side to the other, and Joule's heat to both
            let (fall, work) = ((p.heat[0] + 0.5 * p.contact) * (t1 - t2) / (t1 * t2), 0.5 * p.contact);
            let part = fall + work * (1.0 / t1 + 1.0 / t2);
            self.judge(part, fall.abs() + work / t1);
            production.add(part);
            self.produced[a] += 0.5 * part;
            self.produced[b] += 0.5 * part;
        }
    }

    /// `Q X_q + I X_e` of a half cell; `end` is the side of the face that it lies on.
    fn half(
        &mut self,
        state: &State,
        device: &Device,
        cell: usize,
        p: &Passage,
        end: usize,
        production: &mut Sum,
    ) -> f64 {
        let (t, face) = (state.temperature[cell], p.temperature[end]);
        let sign = if end == 0 { 1.0 } else { -1.0 };
        let heat = sign * p.heat[end] * (t - face) / (t * face);
        let work = if p.current == 0.0 {
            0.0
        } else {
            sign * p.current * (device.potential(state, cell) - p.potential[end]) / t
        };
        let part = heat + work;
        self.judge(part, heat.abs() + work.abs() + f64::EPSILON * (p.heat[end] / face).abs());
        production.add(part);
        self.produced[cell] += part;
        part
    }

    fn judge(&mut self, part: f64, scale: f64) {
        self.checked += 1;
        if part < -ROUNDING * scale || part.is_nan() {
            self.violations += 1;
        }
        self.worst = self.worst.min(if part < -ROUNDING * scale { part } else { 0.0 });
    }

    /// How well the entropy budget closes: |change - boundary - sources - production| over what cells and boundary exchange.
    pub fn entropy_closure(&self) -> f64 {
        let entered: f64 = self.surface_entropy.iter().copied().collect::<Sum>().value();
        let terms = [self.entropy_rate, -entered, -self.sources[1], -self.production];
        let scale = terms.iter().fold(self.gross_entropy, |m, t| m.max(t.abs()));
        let left = terms.into_iter().collect::<Sum>().value().abs();
        if scale == 0.0 { 0.0 } else { left / scale }
    }

    /// Current density, A/m2, and heat flux, W/m2: means of the faces of a cell; NaN in void.
    pub fn fluxes(device: &Device, solved: &Solved) -> [Vec<DVec3>; 2] {
        let grid = &device.problem().grid;
        let mut fields = [vec![DVec3::ZERO; grid.len()], vec![DVec3::ZERO; grid.len()]];
        let mut add = |c: usize, axis: usize, current: f64, heat: f64, area: f64| {
            fields[0][c][axis] += 0.5 * current / area;
            fields[1][c][axis] += 0.5 * heat / area;
        };
        for (face, p) in device.faces.iter().zip(&solved.passages.faces) {
            add(face.cells[0] as usize, face.axis, p.current, p.heat[0], face.area);
            add(face.cells[1] as usize, face.axis, p.current, p.heat[1], face.area);
        }
        for (end, p) in device.ends.iter().zip(&solved.passages.ends) {
            let sign = if end.side.high { 1.0 } else { -1.0 };
            add(end.cell as usize, end.side.axis, sign * p.current, sign * p.heat[0], end.area);
        }
        for (c, m) in device.problem().material.iter().enumerate() {
            if *m == VOID {
                fields[0][c] = DVec3::NAN;
                fields[1][c] = DVec3::NAN;
            }
        }
        fields
    }
}
