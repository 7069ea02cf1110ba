//! `report.json` of a run of phonons in flight.

use super::balance::{Entered, energy, entropy, loose};
use super::decay;
use super::state::{State, knudsen};
use crate::backend::BackendInfo;
use crate::conduction::Conduction;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::equilibrium;
use crate::diagnostics::precision;
use crate::diagnostics::relaxation::{self, Drive, Relaxation};
use crate::diagnostics::verdict;
use crate::execution::{UNMEASURED, budgets, substances};
use crate::grid::Side;
use crate::problem::{Surface, VOID};
use crate::quantity::{HEATING_RATE, format_quantity};
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

/// What is said of the arithmetic, after what a temperature is.
pub(in crate::execution) fn notes(temperature: &str, info: &BackendInfo) -> Vec<String> {
    let open = "what the time step, the grid and the directions contribute is not foretold of carriers in flight";
    [temperature.to_owned(), format!("{open}: {UNMEASURED}")].into_iter().chain(info.notes.iter().cloned()).collect()
}

/// "7 passes".
pub(in crate::execution) fn passes(count: u64) -> String {
    format!("{count} {}", if count == 1 { "pass" } else { "passes" })
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
        let joined = Side::ALL.map(|side| self.joined_heat(side));
        let net = heat.iter().chain(&joined).sum::<f64>() + sample.survey.source_heat;
        let gross = self.gross_heat() + sample.survey.source_heat.abs();
        let state = self.state(history, [net, gross], samples);
        let domain = &self.domain;
        // What passes at one moment of a change, or of a cycle, tells of no conductivity.
        let rests = matches!(state.verdict, Verdict::Steady | Verdict::Equilibrium);
        let conductivity = if rests { self.conductivity(&self.survey.heat) } else { f64::NAN };
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

    /// How far Fourier's law could be trusted with these temperatures.
    fn local_equilibrium(&self, time: Option<f64>) -> Option<report::LocalEquilibrium> {
        let problem = self.problem();
        let mut per_length = equilibrium::per_length(problem)?;
        // Walls that only scatter are none of the problem's: one cell may lie between them.
        let grid = &problem.grid;
        for axis in self.domain.axes().into_iter().filter(|&axis| grid.axis(axis).cells() == 1) {
            let across = 1.0 / grid.axis(axis).length();
            if self.domain.walls.iter().any(|w| w.side.axis == axis && self.domain.ends(w)) {
                per_length.iter_mut().for_each(|per_length| *per_length = per_length.max(across));
            }
        }
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
                report::Boundary { heat_in: heat[s], surface: self.surface(s), patches: self.patches(s) },
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

    /// Patches of a surface that are walls, in the order of its list.
    fn patches(&self, surface: usize) -> Vec<report::Patch> {
        let patch = |w: usize| self.owner[w].and_then(|owner| owner.patch);
        let mut listed: Vec<usize> = self.walls_of(surface).filter_map(patch).collect();
        listed.sort_unstable();
        listed.dedup();
        let square = self.problem().reference.powi(2);
        let of = |index: usize| {
            let walls = || self.walls_of(surface).filter(|&w| patch(w) == Some(index));
            let sum = |each: &dyn Fn(usize) -> f64| walls().map(each).collect::<Sum>().value();
            report::Patch {
                index: Some(index),
                area_m2: sum(&|w| self.domain.walls[w].area),
                heat_in: sum(&|w| self.survey.heat[w]),
                entropy_in: sum(&|w| self.entropy_through(w, self.survey.heat[w])),
                entropy_production: sum(&|w| self.survey.wall[w] / square),
                surface: self.on_walls(walls()),
            }
        };
        listed.into_iter().map(of).collect()
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

    /// `net` and `gross`: heat that comes in now, and the magnitudes of all of it, W.
    fn state(&self, history: &History, [net, gross]: [f64; 2], samples: &[Sample]) -> report::State {
        let problem = self.problem();
        let sample = samples.last().expect("a state has a row");
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
            Some(_) if scaled_rate < STILL && imbalance < STILL => (
                Verdict::Steady,
                format!("temperatures change by less than {}", format_quantity(history.fastest, HEATING_RATE)),
            ),
            Some(_) => {
                let excess = |found: Relaxation| match found.to_equilibrium {
                    true => (high - low) / kelvin,
                    false => scaled_rate.max(imbalance) / STILL,
                };
                let how = format!("temperatures change by up to {}", format_quantity(history.fastest, HEATING_RATE));
                let (going, rests) = relaxation::course(
                    samples,
                    Drive::of(problem, sample.time),
                    [history.info.epsilon(), diffusive_time_s],
                    0,
                    excess,
                );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_is_one() {
        assert_eq!((passes(1), passes(12)), ("1 pass".to_owned(), "12 passes".to_owned()));
    }
}
