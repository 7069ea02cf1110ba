//! `report.json` of a run of phonons in flight.

use super::state::{State, knudsen};
use crate::backend;
use crate::diagnostics::balance::closure;
use crate::problem::{Surface, VOID};
use crate::report::{self, Named, Report, Verdict};
use crate::simulation::Sample;
use crate::sum::Sum;

/// How a state was reached.
pub(super) struct History {
    pub method: &'static str,
    /// s; none for a steady state.
    pub end: Option<f64>,
    /// Passes or time steps.
    pub steps: u64,
    /// Directions times bands times cells, over all steps.
    pub updates: f64,
    pub wall_s: f64,
    pub directions: usize,
    /// Of the steady solver.
    pub residual: f64,
    /// Largest |dT/dt| at the end, K/s.
    pub fastest: f64,
    /// Energy that entered through every surface (joined ends last) and from sources, J.
    pub ledger: Option<(Vec<f64>, f64)>,
}

impl State<'_> {
    /// The report; `samples` are all rows so far, the last of this state.
    pub fn report(&self, history: &History, samples: &[Sample], warnings: &[String]) -> Report {
        let problem = self.problem();
        let dimensions = problem.grid.dimensions();
        let sample = samples.last().expect("a state has a row");
        let [low, high, mean] = sample.survey.temperature;
        let heat = self.surface_heat();
        let [walls, sources] = self.entropy_inflow();
        let produced = self.produced();
        let info = backend::cpu::info();
        let state = self.state(history, &heat, sample);
        let at_rest = state.verdict != Verdict::Transient;
        let domain = self.domain;
        let phonon = report::Phonon {
            iterations: if history.end.is_none() { history.steps as usize } else { 0 },
            residual: history.residual,
            knudsen: knudsen(domain, self.jump),
            effective_conductivity: if at_rest { self.conductivity(&self.survey.heat) } else { f64::NAN },
            bulk_conductivity: if let [medium] = &domain.media[..] { medium.conductivity() } else { f64::NAN },
            ordinates: history.directions,
            bands: domain.bands(),
            temperature: "energy temperature",
            entropy: self.entropy(),
            fourier: self.comparison(),
        };
        Report {
            title: self.scenario.title.clone(),
            model: self.scenario.model.name().into(),
            scenario: self.scenario.path.display().to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            backend: report::Backend {
                kind: info.kind.into(),
                adapter: info.adapter.clone(),
                api: info.api.clone(),
                driver: info.driver.clone(),
                precision: info.precision.into(),
                method: history.method.into(),
            },
            grid: report::Grid {
                cells: problem.grid.cells()[..dimensions].to_vec(),
                size_m: (0..dimensions).map(|a| problem.grid.axis(a).length()).collect(),
                cells_total: problem.grid.len(),
            },
            time: report::Time {
                end_s: history.end.unwrap_or(f64::NAN),
                steps: history.steps,
                wall_s: history.wall_s,
                diagnostics_s: 0.0,
                cell_updates: history.updates as u64,
                cell_updates_per_s: history.updates / history.wall_s.max(1e-9),
            },
            state,
            temperature: report::Temperature { min: low, max: high, mean },
            boundaries: Named(
                problem
                    .surfaces
                    .iter()
                    .enumerate()
                    .filter_map(|(s, surface)| match surface {
                        Surface::Outer(side) => Some((
                            side.name().to_string(),
                            report::Boundary { heat_in: heat[s], surface: self.surface(s), patches: Vec::new() },
                        )),
                        Surface::Void(_) => None,
                    })
                    .collect(),
            ),
            sources: report::Sources { heat: sample.survey.source_heat },
            energy: energy(history, &heat, self.joined_heat(), samples),
            entropy: entropy(history, [sample.survey.production, walls, sources], samples),
            // every term of the production is a square
            second_law: report::SecondLaw {
                violations: 0,
                worst: 0.0,
                checked: (produced.len() + self.domain.walls.len()) as u64,
                tests: Vec::new(),
                list: Vec::new(),
            },
            local_equilibrium: None,
            precision: report::Precision {
                storage: "f64".into(),
                rounding: Some(f64::EPSILON * (low - problem.reference).abs().max((high - problem.reference).abs())),
                notes: vec!["temperatures are energy temperatures of the carriers; at walls they jump".into()],
                ..report::Precision::default()
            },
            probes: Named(
                self.scenario
                    .probes
                    .iter()
                    .zip(&sample.probes)
                    .map(|(p, t)| {
                        let at_m = p.at.to_array()[..dimensions].to_vec();
                        (p.name.clone(), report::Probe { at_m, temperature: *t })
                    })
                    .collect(),
            ),
            regions: Named(
                (0..problem.regions.len())
                    .map(|r| (problem.regions[r].name.clone(), self.region(r, &heat, &produced)))
                    .collect(),
            ),
            interfaces: Vec::new(),
            contacts: Vec::new(),
            exergy: report::Exergy {
                reference_temperature: problem.reference,
                reference: "the reference temperature of the carriers".into(),
                destruction: problem.reference * sample.survey.production,
                destroyed: f64::NAN,
                ranking: Vec::new(),
            },
            minimum_production: None,
            phonon: Some(phonon),
            warnings: warnings.to_vec(),
        }
    }

    fn state(&self, history: &History, heat: &[f64], sample: &Sample) -> report::State {
        let problem = self.problem();
        let net = heat.iter().sum::<f64>() + sample.survey.source_heat;
        let gross = heat.iter().map(|q| q.abs()).sum::<f64>() + sample.survey.source_heat.abs();
        let imbalance = if gross > 0.0 { net.abs() / gross } else { 0.0 };
        let length = self.domain.axes().iter().map(|&a| problem.grid.axis(a).length()).fold(0.0, f64::max);
        let diffusivity = self.domain.media.iter().map(|m| m.conductivity() / m.heat_capacity());
        let diffusive_time_s = length * length / diffusivity.fold(f64::INFINITY, f64::min);
        let [low, high, _] = sample.survey.temperature;
        let scaled_rate = match history.end {
            None => history.residual,
            Some(_) if history.fastest == 0.0 => 0.0,
            Some(_) => history.fastest * diffusive_time_s / (high - low).max(f64::EPSILON * problem.reference),
        };
        let flows = self.survey.heat.iter().any(|q| *q != 0.0) || gross > 0.0;
        let (verdict, reason) = match history.end {
            _ if !flows && scaled_rate <= 1e-9 => (Verdict::Equilibrium, "no heat flows".to_owned()),
            None => (Verdict::Steady, format!("the carriers came to rest in {} passes", history.steps)),
            Some(_) if scaled_rate < 1e-6 && imbalance < 1e-6 => {
                (Verdict::Steady, format!("temperatures change by less than {:.1e} K/s", history.fastest))
            }
            Some(_) => (Verdict::Transient, format!("temperatures change by up to {:.3e} K/s", history.fastest)),
        };
        report::State { verdict, reason, imbalance, scaled_rate, diffusive_time_s, largest_rate: history.fastest }
    }

    fn region(&self, index: usize, heat: &[f64], produced: &[f64]) -> report::Region {
        let problem = self.problem();
        let region = &problem.regions[index];
        if region.material == Some(VOID) {
            let is = |s: &Surface| matches!(s, Surface::Void(v) if usize::from(*v) == index);
            return match problem.surfaces.iter().position(is) {
                Some(s) => report::Region::Void { heat_in: heat[s], surface: self.surface(s) },
                None => report::Region::Void { heat_in: 0.0, surface: None },
            };
        }
        let cells = self.scenario.region_cells(index);
        let sum = |f: &dyn Fn(usize) -> f64| cells.iter().map(|&c| f(c)).collect::<Sum>().value();
        report::Region::Solid {
            material: region.material.map(|m| problem.materials[usize::from(m)].name.clone()),
            volume_m3: sum(&|c| self.volume(c)),
            temperature: self.spread(&self.survey.temperature, cells.iter().copied()),
            heat_in: f64::NAN,
            power: sum(&|c| self.domain.source[c] * self.volume(c)),
            entropy_production: sum(&|c| produced[c]),
        }
    }
}

fn energy(history: &History, heat: &[f64], joined: [f64; 2], samples: &[Sample]) -> report::Energy {
    let Some((surfaces, heated)) = &history.ledger else {
        let mut terms = heat.to_vec();
        terms.extend(joined);
        terms.extend(samples.last().map(|s| s.survey.source_heat));
        let closure = closure(&terms);
        return report::Energy { stored_change: f64::NAN, boundary_in: f64::NAN, source: f64::NAN, closure };
    };
    let stored = change(samples, |s| s.survey.energy);
    let mut terms = surfaces.clone();
    terms.extend([*heated, -stored]);
    report::Energy {
        stored_change: stored,
        boundary_in: surfaces.iter().copied().collect::<Sum>().value(),
        source: *heated,
        closure: closure(&terms),
    }
}

fn entropy(history: &History, [production, walls, sources]: [f64; 3], samples: &[Sample]) -> report::Entropy {
    let mut entropy = report::Entropy {
        production,
        boundary_flow: walls,
        source_flow: sources,
        change_rate: f64::NAN,
        change: f64::NAN,
        entered: f64::NAN,
        produced: f64::NAN,
        integrator_defect: f64::NAN,
        quadrature: f64::NAN,
        extended: None,
        closure: closure(&[production, walls, sources]),
    };
    if history.end.is_some() {
        // trapezoidal rule over the rows
        let integral = |value: &dyn Fn(&Sample) -> f64| -> f64 {
            samples.windows(2).map(|s| 0.5 * (s[1].time - s[0].time) * (value(&s[0]) + value(&s[1]))).sum()
        };
        entropy.change = change(samples, |s| s.survey.entropy);
        entropy.produced = integral(&|s| s.survey.production);
        entropy.closure = closure(&[entropy.change, -entropy.produced, -integral(&|s| s.survey.entropy_inflow)]);
        entropy.entered = integral(&|s| s.survey.entropy_inflow);
    }
    entropy
}

fn change(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => value(last) - value(first),
        _ => 0.0,
    }
}
