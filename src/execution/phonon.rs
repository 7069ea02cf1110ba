//! Runs a scenario of phonons in flight and makes its report.

use super::{ExecutionError, Moment, Options, Outcome, Watch};
use crate::backend;
use crate::diagnostics::balance::closure;
use crate::diagnostics::survey::Survey as Totals;
use crate::kinetic::diffusion::{Diffusion, Reach};
use crate::kinetic::domain::{Domain, Law};
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::{self, Tolerance};
use crate::kinetic::survey::Survey;
use crate::output::field::Field;
use crate::problem::{Problem, Surface, VOID};
use crate::report::{self, Comparison, Named, PhononEntropy, Report, Verdict};
use crate::scenario::{End, FieldName, Phonon, Scenario};
use crate::simulation::Sample;
use crate::sum::Sum;
use glam::DVec3;
use std::time::Instant;

/// A state of the carriers with what belongs to it.
struct State<'a> {
    scenario: &'a Scenario,
    domain: &'a Domain,
    surface: &'a [Option<u16>],
    jump: [f64; 3],
    survey: Survey,
    /// By Fourier's law, deviation, K.
    fourier: Option<(Vec<f64>, f64)>,
}

/// Runs to the end.
pub(super) fn run(
    scenario: &Scenario,
    carriers: &Phonon,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Outcome, ExecutionError> {
    let begun = Instant::now();
    if options.resume.is_some() || scenario.run.checkpoint_every.is_some() {
        let why = "runs with model = \"phonon\" write no checkpoints; leave out --resume and run.checkpoint_every";
        return Err(ExecutionError::Unsupported(why.into()));
    }
    let mut warnings = scenario.warnings.clone();
    if options.selection.kind == backend::Kind::Gpu {
        let note = "phonons are computed on the CPU in f64, whatever the backend";
        watch.note(note);
        warnings.push(note.into());
    }
    let End::Steady(tolerance) = &scenario.run.end else {
        let why = "transient runs with model = \"phonon\" are not in this version; write until = \"steady\"";
        return Err(ExecutionError::Unsupported(why.into()));
    };
    let problem = &scenario.problem;
    let domain = &carriers.domain;
    let ordinates = Ordinates::new(problem.grid.dimensions(), carriers.ordinates[0], carriers.ordinates[1]);
    let tolerance = Tolerance { residual: tolerance.rate, iterations: tolerance.iterations };
    let solved = steady::solve(domain, &ordinates, tolerance, &mut |step| {
        watch.converging(&crate::steady::Step { imbalance: step.imbalance, rate: step.residual, linear_iterations: 0 })
    })?;
    let state = State {
        scenario,
        domain,
        surface: &carriers.surface,
        jump: carriers.jump,
        survey: Survey::new(domain, &solved.bands, &solved.walls),
        fourier: carriers.compare_fourier.then(|| fourier(domain, problem, carriers)),
    };
    watch.frame(&Moment { index: 1, time: None, fields: &|names| state.fields(names) })?;
    let sample = state.sample(0.0);
    let last = solved.steps.last().copied();
    let passes = solved.steps.len();
    let directions = ordinates.len() * domain.bands();
    let temperature = state.kelvin();
    let summary = report::Phonon {
        iterations: passes,
        residual: last.map_or(f64::NAN, |s| s.residual),
        knudsen: knudsen(domain, carriers.jump),
        effective_conductivity: state.conductivity(&state.survey.heat),
        bulk_conductivity: if domain.media.len() == 1 { domain.media[0].conductivity() } else { f64::NAN },
        ordinates: ordinates.len(),
        bands: domain.bands(),
        temperature: "energy temperature",
        entropy: state.entropy(),
        fourier: state.comparison(),
    };
    let cell_updates = (passes + 1) as f64 * directions as f64 * problem.grid.len() as f64;
    let mut report = state.report(summary, &sample, &warnings);
    let wall_s = begun.elapsed().as_secs_f64();
    report.time = report::Time {
        end_s: f64::NAN,
        steps: passes as u64,
        wall_s,
        cell_updates: cell_updates as u64,
        cell_updates_per_s: cell_updates / wall_s.max(1e-9),
    };
    report.state = report::State {
        verdict: if report.state.imbalance == 0.0 { Verdict::Equilibrium } else { Verdict::Steady },
        reason: format!("the carriers reached their steady state in {passes} passes"),
        imbalance: last.map_or(f64::NAN, |s| s.imbalance),
        scaled_rate: last.map_or(f64::NAN, |s| s.residual),
        largest_rate: 0.0,
        diffusive_time_s: report.state.diffusive_time_s,
    };
    Ok(Outcome { report, samples: vec![sample], temperature })
}

/// Temperature by Fourier's law, and the heat it sends through the walls for an effective conductivity.
fn fourier(domain: &Domain, problem: &Problem, carriers: &Phonon) -> (Vec<f64>, f64) {
    let diffusion = Diffusion::new(domain, Reach::Fourier);
    let heat: Vec<f64> = (0..problem.grid.len())
        .map(|c| if domain.is_solid(c) { domain.source[c] * problem.grid.volume(problem.grid.cell(c)) } else { 0.0 })
        .collect();
    let mut temperature = problem.initial.clone();
    diffusion.solve(&heat, true, &mut temperature, 1e-12);
    let walls: Vec<f64> = (0..domain.walls.len()).map(|w| diffusion.wall_heat(domain, w, &temperature)).collect();
    let conductivity = conductivity(domain, carriers.jump, &walls);
    (temperature, conductivity)
}

/// Gray mean free path over the shortest extent between walls, or else over the shortest period.
fn knudsen(domain: &Domain, jump: [f64; 3]) -> f64 {
    let axes = domain.axes();
    let joined = |axis: usize| {
        jump[axis] != 0.0 || domain.walls.iter().any(|w| w.side.axis == axis && matches!(w.law, Law::Periodic { .. }))
    };
    let length = |axes: &mut dyn Iterator<Item = usize>| {
        axes.map(|a| domain.grid.axis(a).length()).fold(f64::INFINITY, f64::min)
    };
    let between = length(&mut axes.iter().copied().filter(|&a| !joined(a)));
    let extent = if between.is_finite() { between } else { length(&mut axes.iter().copied()) };
    domain.media.iter().map(|m| m.mean_free_path()).fold(0.0, f64::max) / extent
}

/// Between two faces of given temperatures, each its own all over, or two joined ones with a jump; NaN if there are none.
fn conductivity(domain: &Domain, jump: [f64; 3], heat: &[f64]) -> f64 {
    let grid = &domain.grid;
    for axis in domain.axes() {
        let area: f64 = (0..3).filter(|&a| a != axis).map(|a| grid.axis(a).length()).product();
        let end = |high: bool| {
            let last = if high { grid.cells()[axis] - 1 } else { 0 };
            domain.walls.iter().enumerate().filter(move |(_, w)| {
                w.side.axis == axis && w.side.high == high && grid.cell(w.cell as usize)[axis] == last
            })
        };
        let enters = |high: bool| end(high).map(|(w, _)| heat[w]).sum::<f64>();
        let flow = 0.5 * (enters(false) - enters(true));
        if jump[axis] != 0.0 {
            return flow * grid.axis(axis).length() / (area * jump[axis]);
        }
        let temperature = |high: bool| {
            let mut all = end(high).map(|(_, w)| if let Law::Thermal(t) = w.law { t } else { f64::NAN });
            let first = all.next()?;
            all.all(|t| t == first).then_some(first).filter(|t| !t.is_nan())
        };
        if let (Some(low), Some(high)) = (temperature(false), temperature(true))
            && low != high
        {
            return flow * grid.axis(axis).length() / (area * (low - high));
        }
    }
    f64::NAN
}

impl State<'_> {
    fn problem(&self) -> &Problem {
        &self.scenario.problem
    }

    fn conductivity(&self, heat: &[f64]) -> f64 {
        conductivity(self.domain, self.jump, heat)
    }

    fn volume(&self, cell: usize) -> f64 {
        let grid = &self.domain.grid;
        grid.volume(grid.cell(cell))
    }

    /// Energy temperature per cell, K; NaN in void.
    fn kelvin(&self) -> Vec<f64> {
        let t = &self.survey.temperature;
        let of = |c: usize| if self.domain.is_solid(c) { t[c] + self.problem().reference } else { f64::NAN };
        (0..t.len()).map(of).collect()
    }

    fn entropy(&self) -> PhononEntropy {
        let [bulk, wall] = self.survey.entropy(self.problem().reference);
        PhononEntropy { bulk, wall }
    }

    /// Entropy produced per cell, what a wall produces falls to its cell, W/K.
    fn produced(&self) -> Vec<f64> {
        let square = self.problem().reference.powi(2);
        let mut produced: Vec<f64> = self.survey.bulk.iter().map(|s| s / square).collect();
        for (wall, s) in self.domain.walls.iter().zip(&self.survey.wall) {
            produced[wall.cell as usize] += s / square;
        }
        produced
    }

    fn fields(&self, names: &[FieldName]) -> Vec<Field> {
        let in_void = |values: Vec<f64>| -> Vec<f64> {
            values.iter().enumerate().map(|(c, v)| if self.domain.is_solid(c) { *v } else { f64::NAN }).collect()
        };
        let mut fields: Vec<Field> = names
            .iter()
            .map(|name| match name {
                FieldName::Temperature => Field::scalar("temperature", "K", self.kelvin()),
                FieldName::Flux => {
                    let of = |c: usize| if self.domain.is_solid(c) { self.survey.flux[c] } else { DVec3::NAN };
                    Field::vector("flux", "W/m^2", (0..self.survey.flux.len()).map(of).collect())
                }
                FieldName::EntropyProduction => {
                    let density = self.produced().iter().enumerate().map(|(c, s)| s / self.volume(c)).collect();
                    Field::scalar("entropy_production", "W/(m^3 K)", in_void(density))
                }
                FieldName::Material => {
                    let kind = |m: &u8| if *m == VOID { f64::NAN } else { f64::from(*m) };
                    Field::scalar("material", "1", self.problem().material.iter().map(kind).collect())
                }
            })
            .collect();
        if let Some((fourier, _)) = &self.fourier {
            let kelvin = fourier.iter().map(|t| t + self.problem().reference).collect();
            let difference = self.survey.temperature.iter().zip(fourier).map(|(a, b)| a - b).collect();
            fields.push(Field::scalar("temperature_by_fourier", "K", in_void(kelvin)));
            fields.push(Field::scalar("temperature_less_fourier", "K", in_void(difference)));
        }
        fields
    }

    /// Extremes and mean over cells, K.
    fn spread(&self, temperature: &[f64], cells: impl Iterator<Item = usize>) -> Option<report::Temperature> {
        mean(
            cells.filter(|&c| self.domain.is_solid(c)).map(|c| (temperature[c], self.volume(c))),
            self.problem().reference,
        )
    }

    fn comparison(&self) -> Option<Comparison> {
        let (fourier, effective_conductivity) = self.fourier.as_ref()?;
        let (mut largest, mut squares, mut volume) = (0.0f64, Sum::default(), Sum::default());
        for c in (0..fourier.len()).filter(|&c| self.domain.is_solid(c)) {
            let difference = self.survey.temperature[c] - fourier[c];
            largest = largest.max(difference.abs());
            squares.add(difference * difference * self.volume(c));
            volume.add(self.volume(c));
        }
        Some(Comparison {
            effective_conductivity: *effective_conductivity,
            temperature: self.spread(fourier, 0..fourier.len())?,
            largest_difference: largest,
            rms_difference: (squares.value() / volume.value()).sqrt(),
        })
    }

    /// Heat into the solid through each surface of the problem, W.
    fn surface_heat(&self) -> Vec<f64> {
        let mut heat = vec![Sum::default(); self.problem().surfaces.len()];
        for (q, surface) in self.survey.heat.iter().zip(self.surface) {
            if let Some(s) = surface {
                heat[usize::from(*s)].add(*q);
            }
        }
        heat.into_iter().map(|s| s.value()).collect()
    }

    /// Temperature on a surface: the energy temperature of the carriers there.
    fn surface(&self, surface: usize) -> Option<report::Temperature> {
        let on = |w: &usize| self.surface[*w].map(usize::from) == Some(surface);
        let walls = (0..self.domain.walls.len()).filter(on);
        let reference = self.problem().reference;
        let found = mean(walls.map(|w| (self.survey.surface[w], self.domain.walls[w].area)), reference);
        match self.problem().surfaces[surface] {
            // mirrors along which nothing changes are no walls
            Surface::Outer(side) if found.is_none() => {
                let grid = &self.domain.grid;
                let last = if side.high { grid.cells()[side.axis] - 1 } else { 0 };
                let at = (0..grid.len()).filter(|&c| self.domain.is_solid(c) && grid.cell(c)[side.axis] == last);
                mean(at.map(|c| (self.survey.temperature[c], grid.area(grid.cell(c), side.axis))), reference)
            }
            _ => found,
        }
    }

    /// Entropy that enters through walls and joined ends, and with sources, to second order in the deviations, W/K.
    fn entropy_inflow(&self) -> [f64; 2] {
        let reference = self.problem().reference;
        let carried = |heat: f64, t: f64| heat / reference - heat * t / (reference * reference);
        let mut walls = Sum::default();
        for (wall, &heat) in self.domain.walls.iter().zip(&self.survey.heat) {
            match wall.law {
                Law::Thermal(t) => walls.add(carried(heat, t)),
                // what enters the warm end took the jump along
                Law::Periodic { jump, .. } => walls.add(carried(heat, -0.5 * jump)),
                Law::Adiabatic { .. } | Law::Interface { .. } => {}
            }
        }
        let mut sources = Sum::default();
        for c in (0..self.domain.source.len()).filter(|&c| self.domain.is_solid(c)) {
            sources.add(carried(self.domain.source[c] * self.volume(c), self.survey.temperature[c]));
        }
        [walls.value(), sources.value()]
    }

    fn source_heat(&self) -> f64 {
        let solid = (0..self.domain.source.len()).filter(|&c| self.domain.is_solid(c));
        solid.map(|c| self.domain.source[c] * self.volume(c)).collect::<Sum>().value()
    }

    /// A row of the time series.
    fn sample(&self, time: f64) -> Sample {
        let reference = self.problem().reference;
        let n = self.survey.temperature.len();
        let solid = || (0..n).filter(|&c| self.domain.is_solid(c));
        let energy = |c: usize| self.domain.medium_of(c).heat_capacity() * self.volume(c) * self.survey.temperature[c];
        let spread = self.spread(&self.survey.temperature, 0..n).expect("some cell is solid");
        let entropy = self.entropy();
        Sample {
            time,
            survey: Totals {
                temperature: [spread.min, spread.max, spread.mean],
                energy: solid().map(energy).collect::<Sum>().value(),
                entropy: solid().map(|c| energy(c) / reference).collect::<Sum>().value(),
                surface_heat: self.surface_heat(),
                source_heat: self.source_heat(),
                production: entropy.bulk + entropy.wall,
                entropy_inflow: self.entropy_inflow().iter().sum(),
            },
            probes: self.scenario.probes.iter().map(|p| self.probe(p.at)).collect(),
        }
    }

    /// Energy temperature at a point, linear between cell centres and walls, K; none in void.
    fn probe(&self, at: DVec3) -> Option<f64> {
        let grid = &self.domain.grid;
        let cell = [0, 1, 2].map(|a| grid.axis(a).cell_at(at[a]));
        self.domain.is_solid(grid.index(cell)).then(|| self.along(2, cell, at) + self.problem().reference)
    }

    /// Along `axis` and all lower axes, in the line of cells of `cell`.
    fn along(&self, axis: usize, cell: [usize; 3], at: DVec3) -> f64 {
        let grid = &self.domain.grid;
        let below = |c: [usize; 3]| {
            if axis == 0 { self.survey.temperature[grid.index(c)] } else { self.along(axis - 1, c, at) }
        };
        let own = below(cell);
        let offset = at[axis] - grid.axis(axis).centres()[cell[axis]];
        if offset == 0.0 || !self.domain.active[axis] {
            return own;
        }
        let high = offset > 0.0;
        let half = 0.5 * grid.axis(axis).widths()[cell[axis]];
        match self.domain.wall[axis][usize::from(high)][grid.index(cell)] {
            crate::kinetic::domain::OPEN => {
                let mut other = cell;
                other[axis] = if high { cell[axis] + 1 } else { cell[axis] - 1 };
                let distance = half + 0.5 * grid.axis(axis).widths()[other[axis]];
                own + (below(other) - own) * offset.abs() / distance
            }
            wall => own + (self.survey.surface[wall as usize] - own) * (offset.abs() / half).min(1.0),
        }
    }

    fn report(&self, phonon: report::Phonon, sample: &Sample, warnings: &[String]) -> Report {
        let problem = self.problem();
        let dimensions = problem.grid.dimensions();
        let [low, high, mean] = sample.survey.temperature;
        let heat = self.surface_heat();
        let [walls, sources] = self.entropy_inflow();
        let produced = self.produced();
        let length = self.domain.axes().iter().map(|&a| problem.grid.axis(a).length()).fold(0.0, f64::max);
        let slowest =
            self.domain.media.iter().map(|m| m.conductivity() / m.heat_capacity()).fold(f64::INFINITY, f64::min);
        let gross: f64 =
            heat.iter().map(|q| q.abs()).sum::<f64>() + self.survey.heat.iter().map(|q| q.abs()).sum::<f64>();
        let info = backend::cpu::info();
        let mut terms = heat.clone();
        terms.push(sample.survey.source_heat);
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
                method: "ordinates-synthetic".into(),
            },
            grid: report::Grid {
                cells: problem.grid.cells()[..dimensions].to_vec(),
                size_m: (0..dimensions).map(|a| problem.grid.axis(a).length()).collect(),
                cells_total: problem.grid.len(),
            },
            time: report::Time { end_s: f64::NAN, steps: 0, wall_s: 0.0, cell_updates: 0, cell_updates_per_s: 0.0 },
            state: report::State {
                verdict: Verdict::Steady,
                reason: String::new(),
                imbalance: gross,
                scaled_rate: f64::NAN,
                diffusive_time_s: length * length / slowest,
                largest_rate: f64::NAN,
            },
            temperature: report::Temperature { min: low, max: high, mean },
            boundaries: Named(
                problem
                    .surfaces
                    .iter()
                    .enumerate()
                    .filter_map(|(s, surface)| match surface {
                        Surface::Outer(side) => Some((
                            side.name().to_string(),
                            report::Boundary { heat_in: heat[s], surface: self.surface(s) },
                        )),
                        Surface::Void(_) => None,
                    })
                    .collect(),
            ),
            sources: report::Sources { heat: sample.survey.source_heat },
            energy: report::Energy {
                stored_change: f64::NAN,
                boundary_in: f64::NAN,
                source: f64::NAN,
                closure: closure(&terms),
            },
            entropy: report::Entropy {
                production: sample.survey.production,
                boundary_flow: walls,
                source_flow: sources,
                change: f64::NAN,
                produced: f64::NAN,
                closure: closure(&[sample.survey.production, walls, sources]),
            },
            // every term of the production is a square
            second_law: report::SecondLaw {
                violations: 0,
                worst: 0.0,
                checked: (produced.len() + self.domain.walls.len()) as u64,
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
            phonon: Some(phonon),
            warnings: warnings.to_vec(),
        }
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
            power: sum(&|c| self.domain.source[c] * self.volume(c)),
            entropy_production: sum(&|c| produced[c]),
        }
    }
}

/// Extremes and weighted mean of deviations, K.
fn mean(values: impl Iterator<Item = (f64, f64)>, reference: f64) -> Option<report::Temperature> {
    let (mut low, mut high, mut sum, mut weight) = (f64::INFINITY, f64::NEG_INFINITY, Sum::default(), Sum::default());
    for (t, w) in values {
        (low, high) = (low.min(t), high.max(t));
        sum.add(t * w);
        weight.add(w);
    }
    (weight.value() > 0.0).then(|| report::Temperature {
        min: low + reference,
        max: high + reference,
        mean: sum.value() / weight.value() + reference,
    })
}
