//! `report.json` of a run of heat and charge.

use super::Stage;
use super::state::Look;
use crate::backend;
use crate::coupled::device::{Device, Drive};
use crate::coupled::newton::enthalpies;
use crate::coupled::survey::Survey;
use crate::diagnostics::balance::{Snapshot, closure};
use crate::diagnostics::equilibrium;
use crate::problem::{Party, Surface, VOID};
use crate::report::{self, Named, Report, Verdict};
use crate::simulation::Sample;
use crate::sum::Sum;

/// How a state was reached.
pub(super) struct History {
    pub method: &'static str,
    /// s; none for a steady state.
    pub end: Option<f64>,
    /// Newton steps or time steps.
    pub steps: u64,
    /// Iterations of GMRES in all.
    pub sweeps: f64,
    pub wall_s: f64,
    pub ledger: Option<Ledger>,
}

/// What passed since the start, summed with the weights of the stages.
pub(super) struct Ledger {
    /// Per surface, J.
    surfaces: Vec<Sum>,
    /// From sources, J.
    sources: Sum,
    /// Through terminals, J.
    work: Sum,
    /// Entered with heat, J/K.
    entered: Sum,
    /// J/K.
    produced: Sum,
    /// Parts that ran against the second law, and parts looked at.
    violations: u64,
    checked: u64,
    worst: f64,
}

impl Ledger {
    pub fn new(device: &Device) -> Ledger {
        Ledger {
            surfaces: vec![Sum::default(); device.problem().surfaces.len()],
            sources: Sum::default(),
            work: Sum::default(),
            entered: Sum::default(),
            produced: Sum::default(),
            violations: 0,
            checked: 0,
            worst: 0.0,
        }
    }

    pub fn add(&mut self, device: &Device, stages: &[Stage; 2], time: f64, dt: f64, gamma: f64) {
        for (stage, (weight, at)) in stages.iter().zip([(1.0 - gamma, gamma), (gamma, 1.0)]) {
            let survey = Survey::new(device, &stage.state, &stage.solved, time + at * dt);
            let by = weight * dt;
            for (sum, heat) in self.surfaces.iter_mut().zip(&survey.surface_heat) {
                sum.add(by * heat);
            }
            self.sources.add(by * survey.sources[0]);
            self.work.add(by * survey.electrical);
            self.entered.add(by * (survey.surface_entropy.iter().sum::<f64>() + survey.sources[1]));
            self.produced.add(by * survey.production);
            self.violations += survey.violations;
            self.checked += survey.checked;
            self.worst = self.worst.min(survey.worst);
        }
    }
}

impl Look<'_> {
    /// The report; `samples` are all rows so far, the last of this state.
    pub fn report(&self, history: &History, samples: &[Sample], warnings: &[String]) -> Report {
        let problem = self.device.problem();
        let dimensions = problem.grid.dimensions();
        let sample = samples.last().expect("a state has a row");
        let [low, high, mean] = sample.survey.temperature;
        let info = backend::cpu::info();
        let (reference_temperature, reference) = self.exergy_reference();
        let entropy = self.entropy(history, samples);
        let updates = history.sweeps * problem.grid.len() as f64;
        let engine = self.engine();
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
                cell_updates: updates as u64,
                cell_updates_per_s: updates / history.wall_s.max(1e-9),
            },
            state: self.state_of(history, sample),
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
            interfaces: Vec::new(),
            contacts: self.contacts(),
            exergy: report::Exergy {
                reference_temperature,
                reference,
                destruction: reference_temperature * self.survey.production,
                destroyed: reference_temperature * entropy.produced,
                ranking: self.losses(reference_temperature),
            },
            entropy,
            minimum_production: None,
            second_law: self.second_law(history, engine.as_ref()),
            local_equilibrium: self.local_equilibrium(),
            precision: report::Precision {
                storage: "f64".into(),
                rounding: Some(f64::EPSILON * high),
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
                (0..problem.regions.len()).map(|r| (problem.regions[r].name.clone(), self.region(r))).collect(),
            ),
            phonon: None,
            thermoelectric: Some(self.thermoelectric(history, engine)),
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
        let [current, _] = Survey::fluxes(self.device, &self.solved);
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

    /// Heat and entropy in, lowest and highest temperature, of every surface and condition that exchanges heat.
    fn exchanges(&self) -> Vec<[f64; 4]> {
        let problem = self.device.problem();
        let mut groups: Vec<((u16, u16), [f64; 4])> = Vec::new();
        for (end, p) in self.device.ends.iter().zip(&self.solved.passages.ends) {
            let Some(wall) = end.wall.map(|w| &problem.walls[w as usize]) else { continue };
            let key = (wall.surface, wall.condition);
            let at = groups.iter().position(|g| g.0 == key).unwrap_or_else(|| {
                groups.push((key, [0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY]));
                groups.len() - 1
            });
            let (sums, t) = (&mut groups[at].1, p.temperature[0]);
            sums[0] -= p.heat[0];
            sums[1] -= p.heat[0] / t;
            (sums[2], sums[3]) = (sums[2].min(t), sums[3].max(t));
        }
        let largest = groups.iter().fold(0.0, |m: f64, g| m.max(g.1[0].abs()));
        groups.into_iter().map(|g| g.1).filter(|g| g[0].abs() > 1e-9 * largest).collect()
    }

    fn engine(&self) -> Option<report::Engine> {
        let exchanges = self.exchanges();
        let [a, b] = exchanges[..] else { return None };
        let (cold, hot) = if a[2] <= b[2] { (a, b) } else { (b, a) };
        let power = self.survey.electrical;
        // the bounds take the extremes of the surfaces, so that no unevenness of theirs breaks them
        let (low, high) = (cold[2], hot[3]);
        let pumps = power > 0.0 && cold[0] > 0.0 && high > low;
        let drives = power < 0.0 && hot[0] > 0.0 && high > low;
        Some(report::Engine {
            cold: low,
            hot: high,
            cold_heat: cold[0],
            hot_heat: hot[0],
            cop: pumps.then(|| cold[0] / power),
            carnot_cop: pumps.then(|| cold[3] / (hot[2] - cold[3]).max(0.0)),
            efficiency: drives.then(|| -power / hot[0]),
            carnot_efficiency: drives.then(|| 1.0 - low / high),
        })
    }

    fn second_law(&self, history: &History, engine: Option<&report::Engine>) -> report::SecondLaw {
        let survey = &self.survey;
        let (violations, checked, worst) = match &history.ledger {
            Some(l) => (l.violations, l.checked, l.worst),
            None => (survey.violations, survey.checked, survey.worst),
        };
        let mut tests = vec![report::Test {
            what: "no half cell and no contact destroys entropy: I X_e + Q X_q is not negative",
            checked,
            violations,
        }];
        // by how much, and how often
        let (mut excess, mut beyond) = (0.0, 0);
        // Carnot binds a state that does not change: what is stored may help out otherwise
        if let (Some(engine), None) = (engine, history.end) {
            let pairs = [(engine.cop, engine.carnot_cop), (engine.efficiency, engine.carnot_efficiency)];
            let pairs: Vec<(f64, f64)> = pairs.into_iter().filter_map(|(got, bound)| got.zip(bound)).collect();
            let counted = pairs.len() as u64;
            for (got, bound) in pairs {
                if got.is_nan() || got > bound * (1.0 + 1e-9) {
                    beyond += 1;
                    excess = f64::max(excess, got - bound);
                }
            }
            tests.push(report::Test {
                what: "neither coefficient of performance nor efficiency exceeds Carnot's",
                checked: counted,
                violations: beyond,
            });
        }
        let place = "the device as a whole".to_owned();
        let mut list = Vec::new();
        if violations > 0 {
            let (what, amount) = (tests[0].what, worst.abs());
            list.push(report::Violation {
                what,
                place: place.clone(),
                at_m: None,
                time_s: history.end,
                amount,
                unit: "W/K",
            });
        }
        if beyond > 0 {
            let what = tests[1].what;
            list.push(report::Violation { what, place, at_m: None, time_s: None, amount: excess, unit: "1" });
        }
        let checked = tests.iter().map(|t| t.checked).sum();
        report::SecondLaw { violations: violations + beyond, worst, checked, tests, list }
    }

    fn local_equilibrium(&self) -> Option<report::LocalEquilibrium> {
        let mut conduction = self.device.conduction.clone();
        let enthalpy = enthalpies(self.device, &self.state.temperature);
        let found = equilibrium::judge(&Snapshot::new(&mut conduction, &enthalpy, self.time))?;
        Some(report::LocalEquilibrium { max_knudsen: found.max_knudsen, valid_fraction: found.valid_fraction })
    }

    fn state_of(&self, history: &History, sample: &Sample) -> report::State {
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
        let (verdict, reason) = if high - low <= noise && !currents && self.survey.sources[0] == 0.0 {
            (Verdict::Equilibrium, "all temperatures agree and no current flows".to_owned())
        } else if history.end.is_none() || (scaled_rate < 1e-6 && imbalance < 1e-6) {
            let produced = self.survey.production;
            let how = format!(
                "nothing changes (imbalance {imbalance:.1e}), yet {produced:.4e} W/K of entropy are produced: steady, not equilibrium"
            );
            (Verdict::Steady, how)
        } else {
            (
                Verdict::Transient,
                format!("temperatures change by up to {largest_rate:.3e} K/s (scaled rate {scaled_rate:.1e})"),
            )
        };
        report::State { verdict, reason, imbalance, scaled_rate, diffusive_time_s, largest_rate }
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
        report::Energy { stored_change: stored, boundary_in, source: ledger.sources.value(), closure: closure(&terms) }
    }

    fn entropy(&self, history: &History, samples: &[Sample]) -> report::Entropy {
        let survey = &self.survey;
        let mut entropy = report::Entropy {
            production: survey.production,
            boundary_flow: survey.surface_entropy.iter().copied().collect::<Sum>().value(),
            source_flow: survey.sources[1],
            change_rate: survey.entropy_rate,
            change: f64::NAN,
            entered: f64::NAN,
            produced: f64::NAN,
            integrator_defect: f64::NAN,
            quadrature: f64::NAN,
            extended: None,
            closure: survey.entropy_closure(),
        };
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
            self.device.ends.iter().zip(&self.solved.passages.ends).filter_map(|(e, p)| {
                let wall = &problem.walls[e.wall? as usize];
                (usize::from(wall.surface) == surface).then_some((e, p, usize::from(wall.condition)))
            })
        };
        let mut conditions: Vec<usize> = ends().map(|(_, _, c)| c).collect();
        conditions.sort_unstable();
        conditions.dedup();
        let patches = conditions
            .into_iter()
            .map(|condition| {
                let own = || ends().filter(|(_, _, c)| *c == condition);
                let sum = |of: &dyn Fn(f64, f64) -> f64| {
                    own().map(|(_, p, _)| of(-p.heat[0], p.temperature[0])).collect::<Sum>().value()
                };
                report::Patch {
                    index: self.scenario.patches[condition],
                    area_m2: own().map(|(e, _, _)| e.area).collect::<Sum>().value(),
                    heat_in: sum(&|q, _| q),
                    entropy_in: sum(&|q, t| q / t),
                    entropy_production: own()
                        .map(|(e, p, _)| {
                            let t = self.state.temperature[e.cell as usize];
                            p.joule[0] / t
                                - (p.heat[0] - p.carried[0]) * (p.temperature[0] - t) / (t * p.temperature[0])
                        })
                        .collect::<Sum>()
                        .value(),
                    surface: Look::spread(own().map(|(e, p, _)| (p.temperature[0], e.area))),
                }
            })
            .collect();
        report::Boundary { heat_in: self.survey.surface_heat[surface], surface: self.surface(surface), patches }
    }

    fn region(&self, index: usize) -> report::Region {
        let problem = self.device.problem();
        let region = &problem.regions[index];
        if region.material == Some(VOID) {
            let is = |s: &Surface| matches!(s, Surface::Void(v) if usize::from(*v) == index);
            return match problem.surfaces.iter().position(is) {
                Some(s) => report::Region::Void { heat_in: self.survey.surface_heat[s], surface: self.surface(s) },
                None => report::Region::Void { heat_in: 0.0, surface: None },
            };
        }
        let cells = self.scenario.region_cells(index);
        let sources = self.device.conduction.sources(self.time);
        let sum = |f: &dyn Fn(usize) -> f64| cells.iter().map(|&c| f(c)).collect::<Sum>().value();
        let power = sum(&|c| sources.as_ref().map_or(0.0, |s| s[c]));
        report::Region::Solid {
            material: region.material.map(|m| problem.materials[usize::from(m)].name.clone()),
            volume_m3: sum(&|c| self.volume(c)),
            temperature: self.over(cells.iter().copied()),
            heat_in: sum(&|c| self.solved.gains[c]) - power,
            power,
            entropy_production: sum(&|c| self.survey.produced[c]),
        }
    }

    fn contacts(&self) -> Vec<report::Contact> {
        let problem = self.device.problem();
        let name = |party: Party| match party {
            Party::Material(m) => problem.materials[usize::from(m)].name.clone(),
            Party::Region(r) => problem.regions[usize::from(r)].name.clone(),
        };
        let is = |party: Party, cell: u32| match party {
            Party::Material(m) => problem.material[cell as usize] == m,
            Party::Region(r) => problem.region[cell as usize] == r,
        };
        let of = |(c, contact): (usize, &crate::problem::Contact)| {
            let (mut area, mut heat, mut drop, mut produced) = (0.0, 0.0, 0.0, 0.0);
            for (face, p) in self.device.faces.iter().zip(&self.solved.passages.faces) {
                if face.contact != Some(c) {
                    continue;
                }
                let sign = if is(contact.between[0], face.cells[0]) { 1.0 } else { -1.0 };
                let [t1, t2] = p.temperature;
                let middle = p.heat[0] + 0.5 * p.contact;
                area += face.area;
                heat += sign * middle;
                drop += sign * face.area * (t1 - t2);
                produced += middle * (t1 - t2) / (t1 * t2) + 0.5 * p.contact * (1.0 / t1 + 1.0 / t2);
            }
            report::Contact {
                between: contact.between.map(name),
                resistance: contact.resistance,
                area_m2: area,
                heat,
                temperature_step: drop / area,
                entropy_production: produced,
            }
        };
        problem.contacts.iter().enumerate().map(of).collect()
    }

    /// By material; what a contact loses falls to its two sides.
    fn losses(&self, reference: f64) -> Vec<report::Loss> {
        let problem = self.device.problem();
        let mut by_material = vec![Sum::default(); problem.materials.len()];
        for (c, &m) in problem.material.iter().enumerate().filter(|(_, m)| **m != VOID) {
            by_material[usize::from(m)].add(self.survey.produced[c]);
        }
        let mut losses: Vec<report::Loss> = by_material
            .iter()
            .zip(&problem.materials)
            .map(|(sum, material)| report::Loss {
                kind: "material",
                name: Some(material.name.clone()),
                entropy_production: sum.value(),
                exergy_destruction: reference * sum.value(),
                percent: 100.0 * sum.value() / self.survey.production,
            })
            .collect();
        losses.sort_by(|a, b| b.entropy_production.total_cmp(&a.entropy_production));
        losses
    }
}

fn change(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => value(last) - value(first),
        _ => 0.0,
    }
}
