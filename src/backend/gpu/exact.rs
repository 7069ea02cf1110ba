//! Explicit steps in whole numbers on a GPU, which has none of 64 bits: two of 32 stand for one (`shaders/lib/whole.wgsl`). The bits are those of the CPU.

use super::device::Device;
use super::error::GpuError;
use super::kernel::{self, Kernel, Part, Slot, parts};
use super::pace::Pace;
use super::program::{self, Draft};
use super::shader::{LINE, Pipeline, Prelude};
use super::state::MOST_GROUPS;
use crate::backend::cpu::{Entered, solid_range, told};
use crate::backend::{Backend, BackendError, BackendInfo, Clock, Ledger, Precision, Proof, Resolution, Selection};
use crate::conduction::Conduction;
use crate::exact::{Body, Coefficients, DIGITS, Factor, MOST_UNITS, WallHeat};
use std::time::Instant;
use wgpu::{BindGroup, Buffer};

/// Bytes of what walls do in the steps of one submission, where that changes.
const WALL_BYTES: u64 = 4 << 20;

/// Explicit stepping in whole numbers on a GPU.
pub struct Exact {
    device: Device,
    body: Body,
    /// Numbers of the walls, those of a cell together; per cell with walls: cell, first of them, last and one.
    order: Vec<usize>,
    walled: Vec<[u32; 3]>,
    energies: Buffer,
    factors: Buffer,
    given: Buffer,
    wall_heats: Buffer,
    passed: Buffer,
    tick: Buffer,
    units: [Buffer; 2],
    steps: Pipeline,
    walls: Pipeline,
    /// By which of the two fields of temperatures is the present one.
    bound: [[BindGroup; 2]; 2],
    present: usize,
    pace: Pace,
    /// Steps whose walls fit the buffer.
    room: u64,
    coefficients: Option<Coefficients>,
    entered: Entered,
    loaded: i128,
}

/// The shaders of a grid.
pub(super) fn drafts(body: &Body, walled: usize) -> [Draft; 2] {
    let conduction = &body.conduction;
    let grid = &conduction.problem.grid;
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };
    let [nx, ny, nz] = grid.cells();
    let offsets = conduction.links.families.iter().map(|f| {
        let [x, y, z] = f.offset.to_array();
        format!("vec3<i32>({x}, {y}, {z})")
    });
    // A single cell has no links, and WGSL no empty arrays.
    let listed: Vec<String> = offsets.chain(["vec3<i32>()".to_owned()]).collect();
    let [x, y, z] = grid.periodic;
    let constants = format!(
        "const CELLS: u32 = {}u;\nconst NX: u32 = {nx}u;\nconst NY: u32 = {ny}u;\nconst NZ: u32 = {nz}u;\nconst FAMILIES: u32 = {}u;\nconst WALLS: u32 = {}u;\n\
         const WALLED: u32 = {walled}u;\nconst MOST_UNITS: i32 = {MOST_UNITS};\nconst DIGITS: u32 = {DIGITS}u;\nconst HAS_SOURCES: bool = {};\nconst WALLS_VARY: bool = {};\n\
         const JOINED: vec3<bool> = vec3<bool>({x}, {y}, {z});\n\
         fn offset_of(family: u32) -> vec3<i32> {{\n    var offsets = array<vec3<i32>, {}>({});\n    return offsets[family];\n}}\n",
        grid.len(),
        conduction.links.families.len(),
        conduction.problem.walls.len(),
        conduction.problem.sources.len() > 1,
        body.walls_vary(),
        listed.len(),
        listed.join(", ")
    );
    let draft = |kernel: &Kernel, parts: &[Part]| program::draft(prelude, kernel, |_| true, parts, &constants);
    [draft(&kernel::COUNT, &[parts::WHOLE, parts::BESIDE]), draft(&kernel::COUNT_WALLS, &[parts::WHOLE])]
}

fn bytes_of_whole(numbers: impl Iterator<Item = i64>) -> Vec<u8> {
    numbers.flat_map(i64::to_le_bytes).collect()
}

fn bytes_of_pairs(pairs: impl Iterator<Item = [u32; 2]>) -> Vec<u8> {
    pairs.flatten().flat_map(u32::to_le_bytes).collect()
}

impl Exact {
    /// Opens the selected adapter, or else the best GPU, and puts the problem there in its initial state.
    ///
    /// # Errors
    /// What whole numbers do not cover; if no adapter is meant, or the problem does not fit it.
    pub fn new(conduction: &Conduction, selection: &Selection) -> Result<Exact, BackendError> {
        let body = Body::new(conduction.clone())?;
        let device = Device::open(selection, Precision::F32)?;
        let problem = body.conduction.problem.clone();
        let cells = problem.grid.len() as u64;
        let mut order: Vec<usize> = (0..problem.walls.len()).collect();
        order.sort_by_key(|&w| problem.walls[w].cell);
        let mut walled: Vec<[u32; 3]> = Vec::new();
        for (place, &w) in order.iter().enumerate() {
            let (cell, place) = (problem.walls[w].cell, place as u32);
            match walled.last_mut() {
                Some([last, _, end]) if *last == cell => *end = place + 1,
                _ => walled.push([cell, place, place + 1]),
            }
        }
        let families = body.conduction.links.families.len() as u64;
        let walls = order.len() as u64;
        let room = if body.walls_vary() { (WALL_BYTES / (32 * walls.max(1))).max(1) } else { 1 };
        device.admit(cells * (8 * (3 + families) + 8))?;
        let divisors = bytes_of_pairs(body.divisors.iter().map(|d| [d.mantissa, d.shift]));
        let divisors = device.filled("divisors", &divisors)?;
        let walled_bytes = walled.iter().flat_map(|[c, a, b]| [*c, *a, *b, 0]).flat_map(u32::to_le_bytes);
        let walled_cells = device.filled("cells with walls", &walled_bytes.collect::<Vec<u8>>())?;
        let sources = if problem.sources.len() > 1 { 8 * cells } else { 8 };
        let energies = device.storage("energies", 8 * cells)?;
        let factors = device.storage("factors", 8 * cells * families)?;
        let given = device.storage("sources", sources)?;
        let wall_heats = device.storage("walls", (32 * walls * room).max(32))?;
        let passed = device.storage("heat of walls", (8 * walls).max(8))?;
        let tick = device.storage("count of steps", 4)?;
        let units = [device.storage("temperatures", 4 * cells)?, device.storage("next temperatures", 4 * cells)?];
        let [steps, walls] = drafts(&body, walled.len());
        let [steps, walls] = [steps.compile(&device)?, walls.compile(&device)?];
        let bound = [0, 1].map(|present| {
            let buffer = |slot| match slot {
                Slot::Energies => &energies,
                Slot::Divisors => &divisors,
                Slot::Factors => &factors,
                Slot::Given => &given,
                Slot::WallHeats => &wall_heats,
                Slot::WalledCells => &walled_cells,
                Slot::Passed => &passed,
                Slot::Tick => &tick,
                Slot::Units => &units[present],
                _ => &units[1 - present],
            };
            [steps.bind(&device, 0, buffer), walls.bind(&device, 0, buffer)]
        });
        let entered = Entered::since(Ledger { surfaces: vec![0.0; problem.surfaces.len()], sources: 0.0 });
        let mut exact = Exact {
            pace: Pace::new(2, u64::MAX),
            device,
            order,
            walled,
            energies,
            factors,
            given,
            wall_heats,
            passed,
            tick,
            units,
            steps,
            walls,
            bound,
            present: 0,
            room,
            coefficients: None,
            entered,
            loaded: 0,
            body,
        };
        let enthalpy = exact.body.conduction.enthalpy(&problem.initial);
        let ledger = exact.entered.ledger(1.0);
        exact.load(&enthalpy, &ledger)?;
        Ok(exact)
    }

    fn energies(&self) -> Result<Vec<i64>, GpuError> {
        let bytes = self.device.read(&self.energies, 0, 8 * self.body.divisors.len() as u64)?;
        Ok(bytes.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect())
    }

    fn put_factors(&mut self, step: f64) -> Result<(), BackendError> {
        if self.coefficients.as_ref().is_none_or(|c| c.step != step) {
            let coefficients = self.body.coefficients(step)?;
            let pair = |f: &Factor| [f.mantissa, f.shift];
            self.device.write(&self.factors, &bytes_of_pairs(coefficients.links.iter().flatten().map(pair)))?;
            self.coefficients = Some(coefficients);
        }
        Ok(())
    }

    /// Walls for some steps, in the order of the device.
    fn put_walls(&self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        let mut bytes = Vec::new();
        for n in first..first + count {
            let walls = self.body.walls(clock.time(n), clock.step)?;
            for &w in &self.order {
                let WallHeat { factor, beyond, given } = walls[w];
                let [low, high] = [given as u32, (given >> 32) as u32];
                for word in [factor.mantissa, factor.shift, beyond as u32, 0, low, high, 0, 0] {
                    bytes.extend_from_slice(&word.to_le_bytes());
                }
            }
        }
        Ok(self.device.write(&self.wall_heats, &bytes)?)
    }

    /// Makes steps in one submission.
    fn submit(&mut self, count: u64) -> Result<(), GpuError> {
        let groups = |threads: usize| {
            let groups = (threads as u32).div_ceil(LINE).max(1);
            let rows = groups.div_ceil(MOST_GROUPS);
            (groups.div_ceil(rows), rows)
        };
        let (cells, walled) = (groups(self.body.divisors.len()), groups(self.walled.len()));
        self.device.write(&self.tick, &0_u32.to_le_bytes())?;
        let mut encoder = self.device.encoder();
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..count {
                let [steps, walls] = &self.bound[self.present];
                pass.set_pipeline(&self.steps.pipeline);
                pass.set_bind_group(0, steps, &[]);
                pass.dispatch_workgroups(cells.0, cells.1, 1);
                if !self.walled.is_empty() {
                    pass.set_pipeline(&self.walls.pipeline);
                    pass.set_bind_group(0, walls, &[]);
                    pass.dispatch_workgroups(walled.0, walled.1, 1);
                }
                self.present = 1 - self.present;
            }
        }
        let index = self.device.submit(encoder);
        self.device.wait(index)
    }

    /// Books what has passed the walls since the last look.
    fn book(&mut self) -> Result<(), GpuError> {
        let bytes = self.device.read(&self.passed, 0, 8 * self.order.len() as u64)?;
        for (&w, heat) in self.order.iter().zip(bytes.as_chunks().0) {
            let surface = usize::from(self.body.conduction.problem.walls[w].surface);
            self.entered.surfaces[surface] += i128::from(i64::from_le_bytes(*heat));
        }
        self.device.write(&self.passed, &vec![0; 8 * self.order.len()])
    }
}

impl Backend for Exact {
    fn info(&self) -> BackendInfo {
        let info = &self.device.info;
        let info = BackendInfo {
            kind: "gpu",
            adapter: info.name.clone(),
            api: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
            precision: "",
            resolution: Resolution::SINGLE,
            kernel: String::new(),
            notes: Vec::new(),
        };
        told(&self.body, info)
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        let energy = self.body.energies(enthalpy);
        self.loaded = energy.iter().map(|e| i128::from(*e)).sum();
        self.entered = Entered::since(ledger.clone());
        let units: Vec<u8> = self.body.units(&energy).into_iter().flat_map(i32::to_le_bytes).collect();
        self.device.write(&self.energies, &bytes_of_whole(energy.into_iter()))?;
        self.device.write(&self.units[self.present], &units)?;
        Ok(self.device.write(&self.passed, &vec![0; 8 * self.order.len()])?)
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        self.put_factors(clock.step)?;
        let (walls_vary, sources_vary) = (self.body.walls_vary(), self.body.conduction.sources_vary());
        let mut done = 0;
        while done < count {
            let now = first + done;
            let most = match () {
                () if sources_vary => 1,
                () if walls_vary => self.room,
                () => u64::MAX,
            };
            let steps = self.pace.steps().min(most).min(count - done);
            if done == 0 || walls_vary {
                self.put_walls(clock, now, if walls_vary { steps } else { 1 })?;
            }
            if (done == 0 || sources_vary)
                && let Some(sources) = self.body.sources(clock.time(now), clock.step)
            {
                let total: i128 = sources.iter().map(|s| i128::from(*s)).sum();
                self.entered.sources += total * if sources_vary { 1 } else { i128::from(count) };
                self.device.write(&self.given, &bytes_of_whole(sources.into_iter()))?;
            }
            let begun = Instant::now();
            self.submit(steps)?;
            self.pace.record(steps, begun.elapsed());
            done += steps;
        }
        self.book()?;
        Ok(self.body.within_range(self.body.units(&self.energies()?).into_iter())?)
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        Ok(self.body.enthalpies(&self.energies()?))
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        Ok(self.entered.ledger(self.body.scale.joule))
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        Ok(solid_range(&self.enthalpy()?, &self.body.conduction.problem.material))
    }

    fn is_apart(&self) -> bool {
        true
    }

    fn proof(&mut self) -> Result<Option<Proof>, BackendError> {
        Ok(Some(Proof::of(&self.body, &self.energies()?, self.loaded + self.entered.total())))
    }
}
