//! The reference: f64, threads, one explicit Euler step at a time.

mod exact;
mod leap;
#[cfg(test)]
pub(crate) mod medley;
mod range;
mod rows;
mod single;
mod sweeps;
mod wavefront;

use super::{Backend, BackendError, BackendInfo, Clock, Landing, Leap, Ledger, Resolution};
use crate::conduction::{Conduction, WallState};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::survey::Survey;
use crate::inertia::{Heats, Remains};
use crate::sum::Sum;
pub use exact::{Entered, Exact, told};
use leap::Leaper;
pub use range::solid_range;
use rows::Rows;
pub use single::Single;
use std::sync::Arc;
use sweeps::{Input, Passes, Sweep};

/// Explicit stepping in f64.
pub struct Cpu {
    conduction: Conduction,
    enthalpy: Vec<f64>,
    /// Kept apart only where it differs from the enthalpy.
    temperature: Option<Vec<f64>>,
    next: Vec<f64>,
    walls: Vec<WallState>,
    /// Where materials have relaxation times.
    heats: Option<Heats>,
    remains: Option<Remains>,
    per_capacity: Vec<f64>,
    surfaces: Vec<Sum>,
    sources: Sum,
    /// Where all links run along axes and nothing but walls and sources varies: many sweeps in one pass.
    fused: Option<Passes>,
    /// What super steps need; made at the first.
    leaper: Option<Leaper>,
}

impl Cpu {
    /// Starts in the problem's initial state.
    pub fn new(conduction: Conduction) -> Cpu {
        let problem = conduction.problem.clone();
        let enthalpy = conduction.enthalpy(&problem.initial);
        let temperature = conduction.curves.iter().any(Option::is_some).then(|| problem.initial.clone());
        let per_capacity: Vec<f64> = conduction.capacity.iter().map(|&c| if c > 0.0 { 1.0 / c } else { 0.0 }).collect();
        let fused = if conduction.varies || temperature.is_some() || conduction.inertia.is_some() {
            None
        } else {
            Rows::new(&conduction, &per_capacity)
        };
        let fused = fused.map(Passes::new);
        Cpu {
            next: vec![0.0; enthalpy.len()],
            walls: vec![WallState::default(); problem.walls.len()],
            surfaces: vec![Sum::default(); problem.surfaces.len()],
            sources: Sum::default(),
            leaper: None,
            fused,
            heats: conduction.inertia.as_ref().map(|_| Heats::still(&conduction)),
            remains: None,
            per_capacity,
            enthalpy,
            temperature,
            conduction,
        }
    }

    /// Makes steps in one pass; returns how many.
    fn pass(&mut self, clock: Clock, first: u64, count: u64, sources: Option<&(Arc<[f64]>, f64)>) -> u64 {
        let Some(passes) = &mut self.fused else {
            self.step(clock.time(first), clock.step, sources);
            return 1;
        };
        let together = count.min(passes.plan.sweeps as u64);
        let made: Vec<Sweep> = (first..first + together)
            .map(|n| {
                let time = clock.time(n);
                Sweep { now: 1.0, gain: clock.step, time, values: self.conduction.row(time), ..Sweep::default() }
            })
            .collect();
        let input = Input { state: &self.enthalpy, sources: sources.map(|s| &*s.0), leap: None };
        let heats = sweeps::pass(passes, &self.conduction, input, &made, &mut self.next, None);
        for n in 0..made.len() {
            let walls = heats.iter().flat_map(|band| &band[n]);
            for (wall, heat) in self.conduction.problem.walls.iter().zip(walls) {
                self.surfaces[wall.surface as usize].add(clock.step * heat);
            }
            if let Some((_, total)) = sources {
                self.sources.add(clock.step * total);
            }
        }
        std::mem::swap(&mut self.enthalpy, &mut self.next);
        together
    }

    fn step(&mut self, time: f64, step: f64, sources: Option<&(Arc<[f64]>, f64)>) {
        let temperature = self.temperature.as_deref().unwrap_or(&self.enthalpy);
        if self.heats.is_none() {
            self.conduction.update(temperature, &self.enthalpy, time);
            self.conduction.walls(temperature, time, &mut self.walls);
        }
        for (w, wall) in self.conduction.problem.walls.iter().enumerate() {
            let heat = self.heats.as_ref().map_or(self.walls[w].heat, |heats| heats.walls[w]);
            self.surfaces[wall.surface as usize].add(step * heat);
        }
        if let Some((_, total)) = sources {
            self.sources.add(step * total);
        }
        let (enthalpy, per_capacity) = (&self.enthalpy, &self.per_capacity);
        let store = |first: usize, gain: &[f64], next: &mut [f64]| {
            let old = &enthalpy[first..][..next.len()];
            let per_capacity = &per_capacity[first..][..next.len()];
            if let Some((sources, _)) = sources {
                let sources = &sources[first..][..next.len()];
                for ((((next, old), gain), c), s) in next.iter_mut().zip(old).zip(gain).zip(per_capacity).zip(sources) {
                    *next = old + step * c * (gain + s);
                }
            } else {
                for (((next, old), gain), c) in next.iter_mut().zip(old).zip(gain).zip(per_capacity) {
                    *next = old + step * c * gain;
                }
            }
        };
        match &self.heats {
            Some(heats) => self.conduction.for_each_row_of_heats(heats, &mut self.next, store),
            None => self.conduction.for_each_row(temperature, &self.walls, &mut self.next, store),
        }
        std::mem::swap(&mut self.enthalpy, &mut self.next);
        if let Some(temperature) = &mut self.temperature {
            self.conduction.temperature(&self.enthalpy, temperature);
        }
    }

    /// Lets the heats relax, where they are state, for one half of a step or two.
    fn relax(&mut self, time: f64, step: f64, halves: i32) {
        let Some(heats) = &mut self.heats else { return };
        let temperature = self.temperature.as_deref().unwrap_or(&self.enthalpy);
        self.conduction.update(temperature, &self.enthalpy, time);
        let Some(inertia) = &self.conduction.inertia else { return };
        if self.conduction.varies || self.remains.as_ref().is_none_or(|r| !r.are_of(step)) {
            self.remains = Some(Remains::new(&self.conduction, inertia, step));
        }
        if let Some(remains) = &self.remains {
            self.conduction.relax(temperature, remains, halves, heats);
            let over = 0.5 * step * f64::from(halves);
            self.conduction.relax_walls(inertia, temperature, time, over, &mut heats.walls);
        }
    }
}

impl Backend for Cpu {
    fn info(&self) -> BackendInfo {
        info()
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        self.enthalpy.copy_from_slice(enthalpy);
        self.leaper = None;
        if let Some(temperature) = &mut self.temperature {
            self.conduction.temperature(enthalpy, temperature);
        }
        self.surfaces = ledger.surfaces.iter().map(|&j| Sum::from(j)).collect();
        self.sources = Sum::from(ledger.sources);
        Ok(())
    }

    fn load_heats(&mut self, heats: &Heats) -> Result<(), BackendError> {
        if let Some(own) = &mut self.heats {
            own.clone_from(heats);
        }
        Ok(())
    }

    fn heats(&mut self) -> Result<Option<Heats>, BackendError> {
        Ok(self.heats.clone())
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        if let Some(leaper) = &mut self.leaper {
            leaper.forget();
        }
        let vary = self.conduction.sources_vary();
        let taken = |conduction: &Conduction, t: f64| {
            conduction.sources(t).map(|s| {
                let total = s.iter().copied().collect::<Sum>().value();
                (s, total)
            })
        };
        // One entry into the pool of threads for all steps: small grids would spend their time at its door.
        rayon::scope(|_| {
            let mut sources = taken(&self.conduction, clock.time(first));
            self.relax(clock.time(first), clock.step, 1);
            let mut done = 0;
            while done < count {
                let n = first + done;
                if vary && done > 0 {
                    sources = taken(&self.conduction, clock.time(n));
                }
                // Sources that vary are taken for one step.
                done += self.pass(clock, n, if vary { 1 } else { count - done }, sources.as_ref());
                self.relax(clock.time(first + done), clock.step, if done < count { 2 } else { 1 });
            }
        });
        Ok(())
    }

    fn leaps(&mut self) -> bool {
        true
    }

    fn leap(&mut self, leap: &Leap) -> Result<Landing, BackendError> {
        let leaper = self.leaper.get_or_insert_with(|| Leaper::new(&self.conduction, self.fused.is_some()));
        // One entry into the pool of threads for all stages.
        let conduction = &mut self.conduction;
        let (enthalpy, next, per_capacity) = (&self.enthalpy, &mut self.next, &self.per_capacity);
        let fused = self.fused.as_mut();
        Ok(rayon::scope(|_| leaper.leap(leap, conduction, fused, enthalpy, per_capacity, next)))
    }

    fn keep(&mut self) -> Result<(), BackendError> {
        let Some(leaper) = &mut self.leaper else { return Ok(()) };
        std::mem::swap(&mut self.enthalpy, &mut self.next);
        leaper.keep(&mut self.surfaces, &mut self.sources);
        if let Some(temperature) = &mut self.temperature {
            self.conduction.temperature(&self.enthalpy, temperature);
        }
        Ok(())
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.enthalpy.clone())
    }

    fn cells(&mut self, cells: &[u32]) -> Result<Vec<f64>, BackendError> {
        Ok(cells.iter().map(|&cell| self.enthalpy[cell as usize]).collect())
    }

    fn surveys_in_f64(&self) -> bool {
        true
    }

    fn survey(&mut self, time: f64, step: f64) -> Result<Option<Survey>, BackendError> {
        let heats = self.heats.take();
        let snapshot = Snapshot::with_heats(&mut self.conduction, &self.enthalpy, heats, time);
        let survey = Survey::of(&snapshot, step);
        self.heats = snapshot.heats;
        Ok(Some(survey))
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(Ledger { surfaces: self.surfaces.iter().map(Sum::value).collect(), sources: self.sources.value() })
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        Ok(solid_range(self.temperature.as_deref().unwrap_or(&self.enthalpy), &self.conduction.problem.material))
    }
}

/// What this machine's CPU is called.
pub fn info() -> BackendInfo {
    BackendInfo {
        kind: "cpu",
        adapter: processor_name(),
        api: "threads".into(),
        driver: format!("{} threads", rayon::current_num_threads()),
        precision: "f64",
        resolution: Resolution::DOUBLE,
        kernel: String::new(),
        notes: Vec::new(),
    }
}

fn processor_name() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            text.lines().find_map(|line| {
                line.strip_prefix("model name").map(|l| l.trim_start_matches(['\t', ' ', ':']).to_string())
            })
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_string())
}
