//! The reference: f64, threads, one explicit Euler step at a time.

use super::{Backend, BackendError, BackendInfo, Clock, Ledger};
use crate::conduction::{Conduction, WallState};
use crate::inertia::{Heats, Remains};
use crate::problem::VOID;
use crate::sum::Sum;
use rayon::prelude::*;

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
}

impl Cpu {
    /// Starts in the problem's initial state.
    pub fn new(conduction: Conduction) -> Cpu {
        let problem = conduction.problem.clone();
        let enthalpy = conduction.enthalpy(&problem.initial);
        let temperature = conduction.curves.iter().any(Option::is_some).then(|| problem.initial.clone());
        let per_capacity = conduction.capacity.iter().map(|&c| if c > 0.0 { 1.0 / c } else { 0.0 }).collect();
        Cpu {
            next: vec![0.0; enthalpy.len()],
            walls: vec![WallState::default(); problem.walls.len()],
            surfaces: vec![Sum::default(); problem.surfaces.len()],
            sources: Sum::default(),
            heats: conduction.inertia.as_ref().map(|_| Heats::still(&conduction)),
            remains: None,
            per_capacity,
            enthalpy,
            temperature,
            conduction,
        }
    }

    fn step(&mut self, time: f64, step: f64, sources: Option<&(Vec<f64>, f64)>) {
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
            for n in first..first + count {
                let time = clock.time(n);
                if vary && n > first {
                    sources = taken(&self.conduction, time);
                }
                self.step(time, clock.step, sources.as_ref());
                let halves = if n + 1 < first + count { 2 } else { 1 };
                self.relax(clock.time(n + 1), clock.step, halves);
            }
        });
        Ok(())
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.enthalpy.clone())
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(Ledger { surfaces: self.surfaces.iter().map(Sum::value).collect(), sources: self.sources.value() })
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        Ok(solid_range(self.temperature.as_deref().unwrap_or(&self.enthalpy), &self.conduction.problem.material))
    }
}

/// Lowest and highest value over the cells that are not void; not-a-number counts as infinitely far out.
pub fn solid_range(values: &[f64], material: &[u8]) -> [f64; 2] {
    values
        .par_iter()
        .zip(material)
        .with_min_len(4096)
        .filter(|(_, m)| **m != VOID)
        .map(|(&v, _)| if v.is_nan() { [f64::NEG_INFINITY, f64::INFINITY] } else { [v, v] })
        .reduce(|| [f64::INFINITY, f64::NEG_INFINITY], |a, b| [a[0].min(b[0]), a[1].max(b[1])])
}

/// What this machine's CPU is called.
pub fn info() -> BackendInfo {
    BackendInfo {
        kind: "cpu",
        adapter: processor_name(),
        api: "threads".into(),
        driver: format!("{} threads", rayon::current_num_threads()),
        precision: "f64",
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
