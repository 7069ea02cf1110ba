//! `report.json` of a run of phonons in flight.

use super::decay;
use super::state::{State, knudsen};
use crate::backend::BackendInfo;
use crate::conduction::Conduction;
use crate::diagnostics::balance::{Snapshot, closure};
use crate::diagnostics::equilibrium;
use crate::diagnostics::precision;
use crate::diagnostics::relaxation::{self, Drive, Relaxation};
use crate::diagnostics::verdict;
use crate::execution::{UNMEASURED, budgets, substances};
use crate::grid::Side;
use crate::output::label::significant;
use crate::problem::{Surface, VOID};
use crate::report::{self, Named, Report, Verdict};
use crate::scenario::far;
use crate::simulation::Sample;
use crate::spectrum::Spectral;
use crate::sum::Sum;
use std::sync::Arc;

/// Scaled rates and imbalances below this count as nothing.
const STILL: f64 = 1e-6;

/// How a state was reached.
pub(in crate::execution) struct History {
    pub info: BackendInfo,
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
    /// What entered on the way there; none for a steady state.
    pub ledger: Option<Entered>,
    /// The second law in every row; none for a steady state.
    pub law: Option<report::SecondLaw>,
}

/// What entered since the start.
pub(in crate::execution) struct Entered {
    /// Energy through every surface, joined ends last, J.
    pub surfaces: Vec<f64>,
    /// Energy from sources, J.
    pub sources: f64,
    /// Entropy, J/K, where walls keep their temperatures and nothing else brings any; else the rows have to tell.
    pub entropy: Option<f64>,
}

/// What is said of the arithmetic, after what a temperature is.
pub(in crate::execution) fn notes(temperature: &str, info: &BackendInfo) -> Vec<String> {
    let open = "what the time step, the grid and the directions contribute is not foretold of carriers in flight";
    [temperature.to_owned(), format!("{open}: {UNMEASURED}")].into_iter().chain(info.notes.iter().cloned()).collect()
}

/// "7 passes".
pub(in crate::execution) fn passes(count: u64) -> String {
    format!("{count} {}", if count == 1 { "pass" } else { "passes" })
}

/// What collisions produce in every cell and what is produced at every wall, all in W/K, held against the second law at a
/// time (s; none for a steady state). Each is a sum of squares: below 0, beyond the rounding of the largest and that of what flies
/// (of a cell and of a wall, W/K), something is wrong.
fn second_law(produced: [&[f64]; 2], rounding: [f64; 2], time: Option<f64>) -> report::SecondLaw {
    const WHAT: [&str; 2] =
        ["no collision destroys entropy: what a cell produces is not negative", "no wall destroys entropy"];
    let largest = produced.iter().flat_map(|p| p.iter()).fold(0.0_f64, |m, p| m.max(p.abs()));
    let wrong = |n: usize, p: &f64| p.is_nan() || *p < -(1e-12 * largest).max(rounding[n]);
    let test = |n: usize| report::Test {
        what: WHAT[n],
        checked: produced[n].len() as u64,
        violations: produced[n].iter().filter(|p| wrong(n, p)).count() as u64,
    };
    let tests = vec![test(0), test(1)];
    let worst = |n: usize| produced[n].iter().filter(|p| wrong(n, p)).fold(0.0_f64, |m, p| m.min(*p));
    let worst = worst(0).min(worst(1));
    let list = (0..2).filter(|&n| tests[n].violations > 0).map(|n| report::Violation {
        what: WHAT[n],
        place: if n == 0 { "in cells" } else { "at walls" }.into(),
        at_m: None,
        time_s: time,
        amount: -worst,
        unit: "W/K",
    });
    let list = list.collect();
    let sum = |of: fn(&report::Test) -> u64| tests.iter().map(of).sum();
    report::SecondLaw { violations: sum(|t| t.violations), worst, checked: sum(|t| t.checked), tests, list }
}

/// What two audits found; the first violations of each test are told.
pub(in crate::execution) fn joined(mut one: report::SecondLaw, other: report::SecondLaw) -> report::SecondLaw {
    one.violations += other.violations;
    one.checked += other.checked;
    one.worst = one.worst.min(other.worst);
    for (test, other) in one.tests.iter_mut().zip(&other.tests) {
        test.checked += other.checked;
        test.violations += other.violations;
    }
    one.list.extend(other.list);
    let mut seen = Vec::new();
    one.list.retain(|violation| {
        let new = !seen.contains(&violation.what);
        seen.push(violation.what);
        new
    });
    one
}

impl State<'_> {
    /// The report; `samples` are all rows so far, the last of this state.
    pub fn report(&self, history: &History, samples: &[Sample], warnings: &[String]) -> Report {
        let problem = self.problem();
        let sample = samples.last().expect("a state has a row");
        let [low, high, mean] = sample.survey.temperature;
        let heat = self.surface_heat();
        let [walls, sources] = self.entropy_inflow();
        let budget = self.budget();
        let worthless = self.exergy_reference();
        let state = self.state(history, &heat, samples);
        let at_rest = state.verdict != Verdict::Transient;
        let domain = &self.domain;
        let conductivity = if at_rest { self.conductivity(&self.survey.heat) } else { f64::NAN };
        let phonon = report::Phonon {
            iterations: if history.end.is_none() { history.steps as usize } else { 0 },
            residual: history.residual,
            knudsen: knudsen(domain, self.jump),
            effective_conductivity: conductivity,
            decay_rate: if history.end.is_some() { decay::rate(samples) } else { f64::NAN },
            bulk_conductivity: if let [medium] = &domain.media[..] { medium.conductivity() } else { f64::NAN },
            ordinates: history.directions,
            bands: domain.bands(),
            temperature: "energy temperature",
            entropy: self.entropy(),
            fourier: self.comparison(),
            spectra: Named(self.spectra.iter().map(|(name, s)| (name.clone(), report::Spectrum::new(s))).collect()),
            flux_of_bands: self.survey.flux_of_bands.iter().map(|q| q.to_array()).collect(),
            spectral: self.spectral(conductivity),
            points: Named(self.points()),
            distributions: self.distributions(),
        };
        let unnoticed = self.energy_of_rounding(history, samples) / problem.reference;
        // what heat itself leaves open
        let joined = Side::ALL.map(|side| self.joined_heat(side));
        let net = heat.iter().chain(&joined).sum::<f64>() + sample.survey.source_heat;
        let gross = self.gross_heat() + sample.survey.source_heat.abs();
        let missed = if history.end.is_none() { 2.0 * net.abs() / problem.reference } else { 0.0 };
        let terms = [sample.survey.production, walls, sources];
        let (entropy, open) = entropy(history, terms, samples, [unnoticed, missed]);
        let produced = entropy.produced;
        let size = (low - problem.reference).abs().max((high - problem.reference).abs());
        let known = warnings.iter().cloned();
        // The scenario itself may have told.
        let begins = |text: &str| text.split(", ").next().unwrap_or_default().to_owned();
        let told = |text: &String| warnings.iter().any(|warning| begins(warning) == begins(text));
        let far = self.far(samples).into_iter().filter(|text| !told(text));
        let warnings = known.chain(far).chain(open.map(|o| loose(&entropy, o, history, samples))).collect();
        Report {
            title: self.scenario.title.clone(),
            model: self.scenario.model.name().into(),
            scenario: self.scenario.path.display().to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            backend: report::Backend::new(&history.info, history.method),
            grid: report::Grid::new(&problem.grid),
            time: report::Time::new(history.end, history.steps, history.updates, history.wall_s, 0.0),
            state,
            temperature: report::Temperature { min: low, max: high, mean },
            boundaries: self.boundaries(&heat),
            sources: report::Sources { heat: sample.survey.source_heat },
            energy: energy(history, [net, gross], samples, self.energy_of_rounding(history, samples)),
            entropy,
            second_law: history.law.clone().unwrap_or_else(|| self.audit(history.end)),
            local_equilibrium: self.local_equilibrium(history.end),
            precision: report::Precision {
                storage: history.info.precision.into(),
                rounding: Some(precision::rounding(size, history.info.epsilon(), history.info.resolution, 0.0)),
                notes: notes("temperatures are energy temperatures of the carriers; at walls they jump", &history.info),
                ..report::Precision::default()
            },
            probes: Named::of_probes(self.scenario, sample.probes.iter().copied()),
            materials: self.materials(),
            regions: Named(
                (0..problem.regions.len())
                    .map(|r| (problem.regions[r].name.clone(), self.region(r, &heat, &budget.cells)))
                    .collect(),
            ),
            interfaces: budgets::interfaces(problem, &budget),
            contacts: self.contacts(&budget),
            exergy: report::Exergy {
                reference_temperature: worthless.temperature,
                destruction: worthless.temperature * sample.survey.production,
                destroyed: worthless.temperature * produced,
                ranking: budgets::losses(problem, sample.survey.production, &budget, worthless.temperature),
                reference: worthless.origin,
            },
            minimum_production: None,
            phonon: Some(phonon),
            gas: None,
            thermoelectric: None,
            mixture: None,
            warnings,
        }
    }

    /// The second law in this state, at a time (s; none for a steady state).
    pub fn audit(&self, time: Option<f64>) -> report::SecondLaw {
        let square = self.problem().reference.powi(2);
        let per_kelvin = |of: &Vec<f64>| of.iter().map(|s| s / square).collect::<Vec<f64>>();
        let produced = [&self.survey.bulk, &self.survey.wall].map(per_kelvin);
        second_law(produced.each_ref().map(Vec::as_slice), self.production_of_rounding(), time)
    }

    /// How far Fourier's law could be trusted with these temperatures.
    fn local_equilibrium(&self, time: Option<f64>) -> Option<report::LocalEquilibrium> {
        let problem = self.problem();
        let per_length = equilibrium::per_length(problem)?;
        let mut conduction = Conduction::new(Arc::new(problem.clone())).ok()?;
        let enthalpy = conduction.enthalpy(&self.survey.temperature);
        let snapshot = Snapshot::new(&mut conduction, &enthalpy, time.unwrap_or(0.0));
        let found = equilibrium::judge(&snapshot, &per_length, time.is_some())?;
        Some(report::LocalEquilibrium::new(&found, problem.grid.dimensions()))
    }

    /// That the run came far from where its phonons are linearised.
    fn far(&self, samples: &[Sample]) -> Vec<String> {
        if !self.domain.is_linear() {
            return Vec::new();
        }
        let ranges = samples.iter().map(|row| row.survey.temperature);
        let [low, high] =
            ranges.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], [low, high, _]| [l.min(low), h.max(high)]);
        let range = (format!("the run went from {low:.4} to {high:.4} K"), [low, high]);
        let told = |(name, spectral): &(String, Spectral)| far(name, spectral, self.problem().reference, &range);
        self.spectra.iter().filter_map(told).collect()
    }

    /// Outer faces, and joined ends that are not equally warm; `heat`: by surface, W.
    fn boundaries(&self, heat: &[f64]) -> Named<report::Boundary> {
        let outer = |(s, surface): (usize, &Surface)| match surface {
            Surface::Outer(side) => Some((
                side.name().to_string(),
                report::Boundary { heat_in: heat[s], surface: self.surface(s), patches: Vec::new() },
            )),
            Surface::Void(_) => None,
        };
        let ends = (0..3).filter(|&axis| self.jump[axis] != 0.0);
        let joined = ends.flat_map(|axis| [false, true].map(|high| Side { axis, high })).map(|side| {
            let boundary = report::Boundary { heat_in: self.joined_heat(side), surface: None, patches: Vec::new() };
            (side.name().to_string(), boundary)
        });
        Named(self.problem().surfaces.iter().enumerate().filter_map(outer).chain(joined).collect())
    }

    /// What conducts and stores, as the carriers in it do at the reference temperature.
    fn materials(&self) -> Named<report::Material> {
        let mut materials = substances::materials(self.problem(), None);
        for ((_, material), medium) in materials.0.iter_mut().zip(&self.domain.media) {
            material.conductivity = vec![medium.conductivity()];
            material.heat_capacity = medium.heat_capacity();
        }
        materials
    }

    fn state(&self, history: &History, heat: &[f64], samples: &[Sample]) -> report::State {
        let problem = self.problem();
        let sample = samples.last().expect("a state has a row");
        let net = heat.iter().sum::<f64>() + sample.survey.source_heat;
        let gross = self.gross_heat() + sample.survey.source_heat.abs();
        let [kelvin, unnoticed] = self.rounding_after(samples);
        let imbalance = if gross > unnoticed { net.abs() / gross } else { 0.0 };
        let length = self.domain.axes().iter().map(|&a| problem.grid.axis(a).length()).fold(0.0, f64::max);
        let diffusivity = self.domain.media.iter().map(|m| m.conductivity() / m.heat_capacity());
        let diffusive_time_s = length * length / diffusivity.fold(f64::INFINITY, f64::min);
        let [low, high, _] = sample.survey.temperature;
        let scaled_rate = match history.end {
            None => history.residual,
            Some(_) if history.fastest <= self.fastest_of_rounding(history) => 0.0,
            Some(_) => history.fastest * diffusive_time_s / (high - low).max(f64::EPSILON * problem.reference),
        };
        let flows = self.survey.heat.iter().map(|q| q.abs()).sum::<f64>() + sample.survey.source_heat.abs() > unnoticed;
        let mut course = report::Course::default();
        let (verdict, reason) = match history.end {
            _ if !flows && scaled_rate <= 1e-9 => (Verdict::Equilibrium, "no heat flows".to_owned()),
            None => (Verdict::Steady, format!("the carriers came to rest in {}", passes(history.steps))),
            Some(_) if scaled_rate < STILL && imbalance < STILL => {
                (Verdict::Steady, format!("temperatures change by less than {:.1e} K/s", history.fastest))
            }
            Some(_) => {
                let excess = |found: Relaxation| match found.to_equilibrium {
                    true => (high - low) / kelvin,
                    false => scaled_rate.max(imbalance) / STILL,
                };
                let how = format!("temperatures change by up to {:.3e} K/s", history.fastest);
                let (going, rests) = relaxation::course(samples, Drive::of(problem), history.info.epsilon(), excess);
                let (verdict, reason, going) = verdict::moving(going, how, rests);
                course = going;
                (verdict, reason)
            }
        };
        report::State {
            verdict,
            reason,
            imbalance,
            scaled_rate,
            diffusive_time_s,
            largest_rate: history.fastest,
            course,
        }
    }

    /// Where nothing comes or goes, the rounding of what flies about: heat of a steady state, W, or energy, J.
    fn energy_of_rounding(&self, history: &History, samples: &[Sample]) -> f64 {
        let [kelvin, heat] = self.rounding();
        if history.end.is_none() {
            return heat;
        }
        let range = samples.iter().map(|s| s.survey.temperature[1] - s.survey.temperature[0]).fold(0.0, f64::max);
        let flown = 8.0 * history.info.epsilon() * range;
        self.capacity() * if self.domain.is_linear() { flown } else { flown.max(kelvin) }
    }

    /// Rate that rounding of every step makes of temperatures, K/s.
    fn fastest_of_rounding(&self, history: &History) -> f64 {
        history.end.map_or(0.0, |end| self.rounding()[0] * history.steps as f64 / end)
    }

    fn region(&self, index: usize, heat: &[f64], produced: &[f64]) -> report::Region {
        let problem = self.problem();
        let region = &problem.regions[index];
        if region.material == Some(VOID) {
            let is = |s: &Surface| matches!(s, Surface::Void(v) if usize::from(*v) == index);
            let surface = problem.surfaces.iter().position(is);
            return report::Region::Void {
                heat_in: surface.map_or(0.0, |s| heat[s]),
                surface: surface.and_then(|s| self.surface(s)),
                volume_fraction: region.volume_fraction(),
            };
        }
        let cells = self.scenario.region_cells(index);
        let sum = |f: &dyn Fn(usize) -> f64| cells.iter().map(|&c| f(c)).collect::<Sum>().value();
        report::Region::Solid {
            material: region.material.map(|m| problem.materials[usize::from(m)].name.clone()),
            volume_m3: sum(&|c| self.volume(c)),
            volume_fraction: region.volume_fraction(),
            temperature: self.spread(&self.survey.temperature, cells.iter().copied()),
            heat_in: sum(&|c| self.gain(c)),
            power: sum(&|c| self.domain.source[c] * self.volume(c)),
            entropy_production: sum(&|c| produced[c]),
        }
    }
}

/// The budget of energy. `net` and `gross`: heat that comes in now, and the magnitudes of all of it, wall by wall: what a face takes and gives may
/// be the same. `unnoticed`: no more than rounding.
fn energy(history: &History, [net, gross]: [f64; 2], samples: &[Sample], unnoticed: f64) -> report::Energy {
    let Some(Entered { surfaces, sources, .. }) = &history.ledger else {
        let closure = if gross <= unnoticed { 0.0 } else { closure(&[0.5 * (gross + net), 0.5 * (net - gross)]) };
        return report::Energy { stored_change: f64::NAN, boundary_in: f64::NAN, source: f64::NAN, closure };
    };
    let stored = change(samples, |s| s.survey.energy);
    let mut terms = surfaces.clone();
    terms.extend([*sources, -stored]);
    let passed = 0.5 * gross * history.end.unwrap_or(0.0);
    let idle = terms.iter().all(|t| t.abs() <= unnoticed);
    let left = terms.iter().copied().collect::<Sum>().value().abs();
    let largest = terms.iter().fold(passed, |m, t| m.max(t.abs()));
    report::Energy {
        stored_change: stored,
        boundary_in: surfaces.iter().copied().collect::<Sum>().value(),
        source: *sources,
        closure: if idle { 0.0 } else { left / largest },
    }
}

/// Part of the production that a budget may leave open without a word.
const TOLERATED: f64 = 0.02;

/// The budget of entropy, and how much of what is produced it leaves open where that is more than tolerated.
fn entropy(
    history: &History,
    [production, walls, sources]: [f64; 3],
    samples: &[Sample],
    [unnoticed, missed]: [f64; 2],
) -> (report::Entropy, Option<f64>) {
    let mut entropy = report::Entropy {
        production,
        boundary_flow: walls,
        source_flow: sources,
        change_rate: latest_rate(samples),
        change: f64::NAN,
        entered: f64::NAN,
        produced: f64::NAN,
        integrator_defect: f64::NAN,
        quadrature: f64::NAN,
        extended: None,
        closure: f64::NAN,
    };
    let mut terms = vec![production, walls, sources];
    if history.end.is_some() {
        // trapezoidal rule over the rows
        let integral = |value: &dyn Fn(&Sample) -> f64| -> f64 {
            samples.windows(2).map(|s| 0.5 * (s[1].time - s[0].time) * (value(&s[0]) + value(&s[1]))).sum()
        };
        entropy.change = change(samples, |s| s.survey.entropy);
        entropy.produced = integral(&|s| s.survey.production);
        let told = history.ledger.as_ref().and_then(|entered| entered.entropy);
        entropy.entered = told.unwrap_or_else(|| integral(&|s| s.survey.entropy_inflow));
        terms = vec![-entropy.produced, -entropy.entered, entropy.change];
    }
    // the first is what is produced
    let idle = terms.iter().all(|t| t.abs() <= unnoticed);
    entropy.closure = if idle { 0.0 } else { closure(&terms) };
    let defect = terms.iter().copied().collect::<Sum>().value().abs();
    let open = defect / terms[0].abs();
    let open = (!idle && defect > missed && entropy.closure.max(open) > TOLERATED).then_some(open);
    (entropy, open)
}

/// Says that the budget of entropy leaves more open than a few per cent of what is produced, and what to do about it.
fn loose(entropy: &report::Entropy, open: f64, history: &History, samples: &[Sample]) -> String {
    let remedy = match history.end.map(|end| rows(end, history.steps, samples.len(), open)) {
        Some(Some(every)) => format!(
            "through time it is a sum over the {} rows of the series: set output.series_every to {every:.1e} s or less; what then stays open is that of cells and directions",
            samples.len()
        ),
        _ => "what is produced on these cells, by these directions and rows, is known no better".to_owned(),
    };
    format!(
        "the entropy budget closes to {} % of its largest term, {} % of what is produced: {remedy}; heat and temperatures do not follow from it",
        significant(100.0 * entropy.closure, 2),
        significant(100.0 * open, 3)
    )
}

/// Time from row to row (s) that closes a sum by the trapezoidal rule, whose error falls with its square; none where rows are hardly further apart than
/// steps.
fn rows(end: f64, steps: u64, count: usize, open: f64) -> Option<f64> {
    let (step, every) = (end / steps as f64, end / (count.max(2) - 1) as f64);
    (every >= 2.0 * step).then(|| (every * (0.25 * TOLERATED / open).sqrt()).clamp(step, 0.5 * every))
}

/// Rate at which the entropy changed between the last two rows, W/K; none of a single state, which is at rest.
fn latest_rate(samples: &[Sample]) -> f64 {
    match samples {
        [.., before, last] => (last.survey.entropy - before.survey.entropy) / (last.time - before.time),
        _ => 0.0,
    }
}

fn change(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => value(last) - value(first),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_is_one() {
        assert_eq!((passes(1), passes(12)), ("1 pass".to_owned(), "12 passes".to_owned()));
    }

    /// 29 rows in 600 steps and 290 in 580: closer ones help; 300 rows in 580 steps are all but one for each.
    #[test]
    fn closer_rows_are_asked_for_where_there_is_room_for_them() {
        assert_eq!(rows(600.0, 600, 29, 1e4 * TOLERATED), Some(1.0));
        assert_eq!(rows(600.0, 600, 31, 0.25 * TOLERATED), Some(10.0));
        assert_eq!(rows(580.0, 580, 291, 100.0 * TOLERATED), Some(1.0));
        assert_eq!(rows(580.0, 580, 301, 100.0 * TOLERATED), None);
    }

    #[test]
    fn entropy_that_is_destroyed_is_counted() {
        let good = second_law([&[1.0, 0.0, -1e-14], &[2.0]], [0.0; 2], None);
        assert_eq!((good.violations, good.checked, good.list.len()), (0, 4, 0));
        let bad = second_law([&[1.0, -1e-3, f64::NAN], &[2.0]], [0.0; 2], Some(1.0));
        assert_eq!((bad.violations, bad.tests[0].violations, bad.tests[1].violations), (2, 2, 0));
        assert_eq!((bad.worst, bad.list.len(), bad.list[0].amount), (-1e-3, 1, 1e-3));
        // near equilibrium all there is may be rounding
        let quiet = |rounding| second_law([&[-1e-30, 1e-31], &[-1e-40]], rounding, None).violations;
        assert_eq!((quiet([0.0; 2]), quiet([2e-30, 1e-41]), quiet([2e-30, 1e-39])), (2, 1, 0));
    }
}
