//! The second law judged where the state lives: heat runs from hot to cold over every link and wall, and the step that comes leaves
//! every cell without a source within the range of its surroundings, both to the rounding of f32.

use super::audit;
use super::error::GpuError;
use super::pack::Packed;
use super::stepper::{Pass, Stepper};
use crate::backend::Clock;
use crate::diagnostics::second_law::{Principle, SecondLaw, Violation};

/// Bytes of what one workgroup found.
pub(super) const FOUND_BYTES: u64 = 32;

/// What one workgroup found, as `shaders/lib/judged.wgsl` has it.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Judged {
    flows: u32,
    cells: u32,
    flows_against: u32,
    cells_against: u32,
    production: f32,
    flow_at: u32,
    distance: f32,
    cell_at: u32,
}

impl Stepper {
    /// What the second law says of the state at a time (s) and of its next step (s; 0: none); nothing where this device cannot
    /// judge.
    pub(super) fn second_law(&mut self, time: f64, step: f64) -> Result<Option<SecondLaw>, GpuError> {
        if self.second_law.is_none() {
            match self.prepare_second_law() {
                Ok(passes) => self.second_law = Some(passes),
                Err(GpuError::Unsupported(_)) => self.second_law = Some(Vec::new()),
                Err(error) => return Err(error),
            }
        }
        let Some(passes) = self.second_law.as_ref().filter(|passes| !passes.is_empty()) else { return Ok(None) };
        let mut row = Packed::new(self.precision);
        self.values.row(Clock { start: time, step }, 0, &mut row);
        self.inspect(Some(row), &passes.iter().collect::<Vec<_>>());
        let bytes = |groups: u32| 2 * u64::from(groups) * FOUND_BYTES;
        let places: Vec<_> =
            self.slabs.iter().map(|slab| (&slab.found, 0, bytes(audit::groups(slab.shape.cells)))).collect();
        let found = self.device.collect(&places)?;
        let mut rest = found.as_slice();
        let mut law = SecondLaw::default();
        for (s, slab) in self.slabs.iter().enumerate() {
            let (own, others) = rest.split_at(bytes(audit::groups(slab.shape.cells)) as usize);
            rest = others;
            for judged in own.chunks_exact(FOUND_BYTES as usize) {
                law = law.join(self.told(bytemuck::pod_read_unaligned(judged), s, time));
            }
        }
        Ok(Some(law))
    }

    fn prepare_second_law(&mut self) -> Result<Vec<Pass>, GpuError> {
        let drafts = std::mem::take(&mut self.second_law_drafts);
        drafts.iter().map(|draft| self.pass(draft)).collect()
    }

    fn told(&self, judged: Judged, slab: usize, time: f64) -> SecondLaw {
        let mut law = SecondLaw::default();
        law.count_many(Principle::HotToCold, judged.flows, judged.flows_against);
        law.count_many(Principle::Surroundings, judged.cells, judged.cells_against);
        let grid = &self.problem.grid;
        let violation = |principle, at: u32, amount: f64, what: &str| {
            let cell = grid.cell(at as usize - self.cut.own(slab).start + self.cut.cells(slab).start);
            let place = format!("{what} cell {cell:?}, the worst that one group of threads of the GPU found");
            Violation { principle, time: Some(time), at: Some(grid.centre(cell).to_array()), place, amount }
        };
        if judged.flows_against > 0 {
            law.worst = f64::from(judged.production);
            let amount = -f64::from(judged.production);
            law.list.push(violation(Principle::HotToCold, judged.flow_at, amount, "at a link or wall of"));
        }
        if judged.cells_against > 0 {
            let amount = f64::from(judged.distance);
            law.list.push(violation(Principle::Surroundings, judged.cell_at, amount, "in the next step of"));
        }
        law
    }
}
