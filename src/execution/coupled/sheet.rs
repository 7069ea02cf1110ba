//! `report.json` of a run of heat with charge or matter.

use super::ledger::History;
use super::state::Look;
use crate::coupled::device::Drive;
use crate::coupled::newton::enthalpies;
use crate::coupled::survey::Survey;
use crate::diagnostics::balance::{Snapshot, closure};
use crate::diagnostics::equilibrium;
use crate::diagnostics::relaxation::{self, Relaxation};
use crate::diagnostics::verdict;
use crate::execution::{UNMEASURED, budgets};
use crate::problem::{Surface, VOID};
use crate::quantity::{ENTROPY_PRODUCTION, HEATING_RATE, format_quantity};
use crate::report::{self, Named, Report, Verdict};
use crate::simulation::Sample;
use crate::sum::Sum;

/// Scaled rates and imbalances below this count as nothing.
const STILL: f64 = 1e-6;

/// Mass fractions that differ by less are the same: what the iteration leaves.
const SAME_FRACTION: f64 = 1e-9;

impl Look<'_> {
    /// The report; `samples` are all rows so far, the last of this state.
    pub fn report(&self, history: &History, samples: &[Sample], warnings: &[String]) -> Report {
        let problem = self.device.problem();
        let sample = samples.last().expect("a state has a row");
        let [low, high, mean] = sample.survey.temperature;
        let worthless = self.exergy_reference();
        let budget = self.budget();
        let entropy = self.entropy(history, samples);
        let updates = history.sweeps * problem.grid.len() as f64;
        let state = self.state_of(history, samples);
        // What is stored helps out otherwise.
        let engine = if state.verdict == Verdict::Steady { self.engine() } else { None };
        Report {
            title: self.scenario.title.clone(),
            model: self.scenario.model.name().into(),
            scenario: self.scenario.path.display().to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            backend: report::Backend::new(&history.info, history.method),
            grid: report::Grid::new(&problem.grid),
            time: report::Time::new(history.end, history.steps, updates, history.wall_s, 0.0),
            state,
            temperature: report::Temperature { min: low, max: high, mean },
            boundaries: Named(
                (0..problem.surfaces.len())
                    .filter_map(|s| match &problem.surfaces[s] {
                        Surface::Outer(side) => Some((side.name().to_string(), self.boundary(s))),
                        Surface::Void(_) => None,
                    })
                    .collect(),
            ),
            sources: report::Sources { heat: self.survey.sources[0] },
            energy: self.energy(history, samples),
            interfaces: budgets::interfaces(problem, &budget),
            contacts: budgets::contacts(problem, &budget),
            exergy: report::Exergy {
                reference_temperature: worthless.temperature,
                destruction: worthless.temperature * self.survey.production,
                destroyed: worthless.temperature * entropy.produced,
                ranking: budgets::losses(problem, self.survey.production, &budget, worthless.temperature),
                reference: worthless.origin,
            },
            entropy,
            minimum_production: None,
            second_law: self.second_law(history, engine.as_ref().filter(|_| history.end.is_none())),
            local_equilibrium: self.local_equilibrium(),
            precision: report::Precision {
                storage: "f64".into(),
                rounding: Some(f64::EPSILON * high),
                notes: [format!(
                    "what the time step and the grid contribute is not foretold of coupled transport: {UNMEASURED}"
                )]
                .into_iter()
                .chain(history.info.notes.iter().cloned())
                .collect(),
                ..report::Precision::default()
            },
            probes: self.probes(sample),
            materials: crate::execution::substances::materials(problem, Some(mean)),
            regions: Named(
                (0..problem.regions.len())
                    .map(|r| (problem.regions[r].name.clone(), self.region(r, &budget.cells)))
                    .collect(),
            ),
            phonon: None,
            gas: None,
            thermoelectric: self.mixed.is_none().then(|| self.thermoelectric(history, engine)),
            mixture: self.mixed.as_ref().map(|mixed| mixed.report(self, samples)),
            warnings: warnings.to_vec(),
        }
    }

    fn thermoelectric(&self, history: &History, engine: Option<report::Engine>) -> report::Thermoelectric {
        let sum = |of: &[f64]| of.iter().copied().collect::<Sum>().value();
        let survey = &self.survey;
        let (joule, peltier, thomson) = (sum(&survey.joule), sum(&survey.peltier), sum(&survey.thomson));
        let terminal = |(t, [potential, current]): (usize, &[f64; 2])| {
            let terminal = &self.device.spec.terminals[t];
            let load = match terminal.drive {
                Drive::Load(resistance, to) => Some((potential - survey.terminals[to][0]).powi(2) / resistance),
                Drive::Potential(_) | Drive::Current(_) => None,
            };
            let row = report::Terminal { potential: *potential, current: *current, power: potential * current, load };
            (terminal.name.clone(), row)
        };
        let [current, _] = Survey::fluxes(self.device, self.solved);
        report::Thermoelectric {
            terminals: Named(survey.terminals.iter().enumerate().map(terminal).collect()),
            joule,
            peltier,
            thomson,
            electrical_in: survey.electrical,
            electrical_work: history.ledger.as_ref().map_or(f64::NAN, |l| l.work.value()),
            work_closure: closure(&[survey.electrical, -joule, -peltier, -thomson]),
            charge_error: survey.charge_error,
            max_current_density: current.iter().map(|j| j.length()).filter(|j| !j.is_nan()).fold(0.0, f64::max),
            engine,
        }
    }

    fn probes(&self, sample: &Sample) -> Named<report::Probe> {
        let mut probes = Named::of_probes(self.scenario, sample.probes.iter().copied());
        if let Some(mixed) = &self.mixed {
            for ((_, row), probe) in probes.0.iter_mut().zip(&self.scenario.probes) {
                let independent = mixed.network.independent();
                row.mass_fraction = mixed.probe(self, probe.at).map(|c| match independent {
                    1 => report::MassFraction::One(c[0]),
                    _ => report::MassFraction::Each(c[..independent].to_vec()),
                });
            }
        }
        probes
    }

    fn local_equilibrium(&self) -> Option<report::LocalEquilibrium> {
        let mut conduction = self.device.conduction.clone();
        let enthalpy = enthalpies(self.device, &self.state.temperature);
        let snapshot = Snapshot::new(&mut conduction, &enthalpy, self.time);
        let per_length = equilibrium::per_length(&snapshot.conduction.problem)?;
        let found = equilibrium::judge(&snapshot, &per_length, false)?;
        Some(report::LocalEquilibrium::new(&found, snapshot.conduction.problem.grid.dimensions()))
    }

    fn state_of(&self, history: &History, samples: &[Sample]) -> report::State {
        let sample = samples.last().expect("a state has a row");
        let problem = self.device.problem();
        let capacity = &self.device.conduction.capacity;
        let heat = &self.survey.surface_heat;
        let gross =
            heat.iter().map(|q| q.abs()).sum::<f64>() + self.survey.sources[0].abs() + self.survey.electrical.abs();
        let net = heat.iter().sum::<f64>() + self.survey.sources[0] + self.survey.electrical;
        let [low, high, _] = sample.survey.temperature;
        let noise = 64.0 * f64::EPSILON * high;
        let imbalance = if gross > 0.0 { net.abs() / gross } else { 0.0 };
        let largest_rate = (0..capacity.len())
            .filter(|&c| capacity[c] > 0.0)
            .map(|c| (self.solved.gains[c] / capacity[c]).abs())
            .fold(0.0, f64::max);
        let length =
            (0..3).map(|a| problem.grid.axis(a)).filter(|a| a.cells() > 1).map(|a| a.length()).fold(0.0, f64::max);
        let diffusive_time_s = length * length / self.diffusivity();
        let scaled_rate = largest_rate * diffusive_time_s / (high - low).max(noise);
        let currents = self.survey.terminals.iter().any(|[_, i]| i.abs() > 4.0 * self.solved.noise);
        let stirred = self.mixed.as_ref().map(|mixed| mixed.restlessness(self));
        let [mixing_rate, contrast] = stirred.unwrap_or_default();
        let mixing_rate = if contrast <= SAME_FRACTION { 0.0 } else { mixing_rate };
        let mut course = report::Course::default();
        let (verdict, reason) = if high - low <= noise
            && !currents
            && self.survey.sources[0] == 0.0
            && contrast <= SAME_FRACTION
        {
            let what = if stirred.is_some() {
                "all temperatures and compositions agree"
            } else {
                "all temperatures agree and no current flows"
            };
            (Verdict::Equilibrium, what.to_owned())
        } else if history.end.is_none() || (scaled_rate < STILL && imbalance < STILL && mixing_rate < STILL) {
            let produced = format_quantity(self.survey.production, ENTROPY_PRODUCTION);
            let how = format!(
                "nothing changes (imbalance {imbalance:.1e}), yet {produced} of entropy are produced: steady, not equilibrium"
            );
            (Verdict::Steady, how)
        } else {
            let changes = format_quantity(largest_rate, HEATING_RATE);
            let mut how = format!("temperatures change by up to {changes} (scaled rate {scaled_rate:.1e})");
            if mixing_rate > 0.0 {
                how += &format!("; the composition changes, too (scaled rate {mixing_rate:.1e})");
            }
            let excess = |found: Relaxation| match found.to_equilibrium {
                true => (high - low) / noise,
                false => scaled_rate.max(imbalance).max(mixing_rate) / STILL,
            };
            let (going, rests) = relaxation::course(
                samples,
                relaxation::Drive::of(problem, self.time),
                [f64::EPSILON, diffusive_time_s],
                super::columns::fields(self.scenario),
                excess,
            );
            let (verdict, reason, going) = verdict::moving(going, how, rests);
            course = going;
            (verdict, reason)
        };
        report::State { verdict, reason, imbalance, scaled_rate, diffusive_time_s, largest_rate, course }
    }

    /// Of the whole, m2/s.
    fn diffusivity(&self) -> f64 {
        let properties = self.device.properties(&self.state.temperature, self.time);
        let (mut conductance, mut capacity) = (Sum::default(), Sum::default());
        for face in &self.device.faces {
            let [a, b] = self.device.sides(&properties, self.state, face);
            let g = 1.0 / (1.0 / a.half.thermal + 1.0 / b.half.thermal);
            conductance.add(g * (face.half[0] + face.half[1]).powi(2));
        }
        self.device.conduction.capacity.iter().for_each(|c| capacity.add(*c));
        let axes = (0..3).filter(|&a| self.device.problem().grid.axis(a).cells() > 1).count();
        conductance.value() / (axes as f64 * capacity.value())
    }

    fn energy(&self, history: &History, samples: &[Sample]) -> report::Energy {
        let Some(ledger) = &history.ledger else {
            let mut terms = self.survey.surface_heat.clone();
            terms.extend([self.survey.sources[0], self.survey.electrical]);
            let closure = closure(&terms);
            return report::Energy { stored_change: f64::NAN, boundary_in: f64::NAN, source: f64::NAN, closure };
        };
        let stored = change(samples, |s| s.survey.energy);
        let mut terms: Vec<f64> = ledger.surfaces.iter().map(Sum::value).collect();
        let boundary_in = terms.iter().copied().collect::<Sum>().value();
        terms.extend([ledger.sources.value(), ledger.work.value(), -stored]);
        // Where nothing comes or goes, the rounding of what is there is no term.
        let capacity = &self.device.conduction.capacity;
        let content: f64 = capacity.iter().zip(&self.state.temperature).map(|(c, t)| c * t).sum();
        let idle = terms.iter().all(|t| t.abs() <= 64.0 * f64::EPSILON * content);
        let closure = if idle { 0.0 } else { closure(&terms) };
        report::Energy { stored_change: stored, boundary_in, source: ledger.sources.value(), closure }
    }

    fn entropy(&self, history: &History, samples: &[Sample]) -> report::Entropy {
        let survey = &self.survey;
        let entering = survey.surface_entropy.iter().copied().collect::<Sum>().value();
        let now = [survey.production, entering, survey.sources[1], survey.entropy_rate];
        let mut entropy = report::Entropy::now(now, survey.entropy_closure());
        if let Some(ledger) = &history.ledger {
            entropy.change = change(samples, |s| s.survey.entropy);
            entropy.entered = ledger.entered.value();
            // an implicit step adds entropy of its own: what the budget of the rates leaves
            entropy.integrator_defect = entropy.change - entropy.entered - ledger.produced.value();
            entropy.produced = ledger.produced.value() + entropy.integrator_defect;
            entropy.quadrature = 0.0;
        }
        entropy
    }

    fn boundary(&self, surface: usize) -> report::Boundary {
        let problem = self.device.problem();
        let ends = || {
            let ends = self.device.ends.iter().zip(&self.solved.passages.ends).zip(&self.survey.ends);
            ends.filter_map(|((e, p), entropy)| {
                let wall = &problem.walls[e.wall? as usize];
                (usize::from(wall.surface) == surface).then_some((e, p, entropy, usize::from(wall.condition)))
            })
        };
        let mut conditions: Vec<usize> = ends().map(|(.., c)| c).collect();
        conditions.sort_unstable();
        conditions.dedup();
        let patches = conditions
            .into_iter()
            .map(|condition| {
                let own = || ends().filter(|(.., c)| *c == condition);
                report::Patch {
                    index: self.scenario.patches[condition],
                    area_m2: own().map(|(e, ..)| e.area).collect::<Sum>().value(),
                    heat_in: own().map(|(_, p, ..)| -p.heat[0]).collect::<Sum>().value(),
                    entropy_in: own().map(|(_, _, entropy, _)| entropy[1]).collect::<Sum>().value(),
                    entropy_production: own().map(|(_, _, entropy, _)| entropy[0]).collect::<Sum>().value(),
                    surface: Look::spread(own().map(|(e, p, ..)| (p.temperature[0], e.area))),
                }
            })
            .collect();
        report::Boundary { heat_in: self.survey.surface_heat[surface], surface: self.surface(surface), patches }
    }

    fn region(&self, index: usize, produced: &[f64]) -> report::Region {
        let problem = self.device.problem();
        let region = &problem.regions[index];
        if region.material == Some(VOID) {
            let is = |s: &Surface| matches!(s, Surface::Void(v) if usize::from(*v) == index);
            let surface = problem.surfaces.iter().position(is);
            return report::Region::Void {
                heat_in: surface.map_or(0.0, |s| self.survey.surface_heat[s]),
                surface: surface.and_then(|s| self.surface(s)),
                volume_fraction: region.volume_fraction(),
            };
        }
        let cells = self.scenario.region_cells(index);
        let sources = self.device.conduction.sources(self.time);
        let sum = |f: &dyn Fn(usize) -> f64| cells.iter().map(|&c| f(c)).collect::<Sum>().value();
        let power = sum(&|c| sources.as_ref().map_or(0.0, |s| s[c]));
        report::Region::Solid {
            material: region.material.map(|m| problem.materials[usize::from(m)].name.clone()),
            volume_m3: sum(&|c| self.volume(c)),
            volume_fraction: region.volume_fraction(),
            temperature: self.over(cells.iter().copied()),
            heat_in: sum(&|c| self.solved.gains[c] - self.survey.electrical_heat(c)) - power,
            power: self.scenario.own_power(index, self.time).unwrap_or(power),
            entropy_production: sum(&|c| produced[c]),
        }
    }
}

fn change(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => value(last) - value(first),
        _ => 0.0,
    }
}
