//! What the device tells of a state: single cells, the range, totals.

use super::audit::{self, Audit};
use super::error::GpuError;
use super::faces::{WALL_STATE, wall_state_bytes};
use super::pack::{Packed, unpack};
use super::state::SlabState;
use super::stepper::{Pass, Stepper};
use crate::backend::{Clock, Precision};
use crate::diagnostics::survey::Survey;
use crate::sum::Sum;

impl Stepper {
    /// Enthalpies of some cells of the grid, K.
    pub(super) fn cells(&mut self, cells: &[u32]) -> Result<Vec<f64>, GpuError> {
        let number = self.precision.bytes();
        let mut places = Vec::new();
        for &cell in cells {
            let s = self.cut.owner(cell as usize / self.cut.plane);
            let at = (self.cut.own(s).start + cell as usize - self.cut.cells(s).start) as u64 * number;
            places.push((&self.slabs[s].enthalpy[self.now], at, number));
            if let (Some(carry), Precision::F32) = (&self.slabs[s].carry, self.precision) {
                places.push((carry, at, number));
            }
        }
        let parts = unpack(self.precision, &self.device.collect(&places)?);
        let per_cell = if self.precision == Precision::F32 { 2 } else { 1 };
        Ok(parts.chunks_exact(per_cell).map(|parts| parts.iter().sum()).collect())
    }

    /// Brings temperatures, and with a row of values conductances too, up to date, and runs kernels on them.
    pub(super) fn inspect(&self, row: Option<Packed>, kernels: &[&Pass]) {
        let mut encoder = self.device.encoder();
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("inspect"), timestamp_writes: None });
        let preparing = self.step[..self.preparing].iter();
        preparing.filter(|p| row.is_some() || !p.reads_row()).for_each(|p| p.encode(&mut pass, self.now, 0));
        kernels.iter().for_each(|kernel| kernel.encode(&mut pass, self.now, 0));
        drop(pass);
        if let Some(row) = row {
            self.device.queue.write_buffer(&self.rows, 0, &row.bytes);
        }
        self.device.submit(encoder);
    }

    /// Range of the temperatures.
    pub(super) fn audit(&mut self) -> Result<Audit, GpuError> {
        self.inspect(None, &[&self.audit]);
        let places: Vec<_> = self.slabs.iter().map(|slab| (&slab.parts, 0, self.parts_bytes(slab))).collect();
        Ok(audit::joined(self.precision, &self.device.collect(&places)?))
    }

    /// Totals of the state at a time (s) with a step (s) to come; none where the device cannot compute entropies.
    pub(super) fn survey(&mut self, time: f64, step: f64) -> Result<Option<Survey>, GpuError> {
        if self.survey.is_empty() {
            return Ok(None);
        }
        let mut row = Packed::new(self.precision);
        self.values.row(Clock { start: time, step }, 0, &mut row);
        let kernels: Vec<&Pass> = [&self.audit].into_iter().chain(&self.survey).collect();
        self.inspect(Some(row), &kernels);

        // One transfer brings all: the parts of every slab, its totals, its walls.
        let totals_bytes =
            |slab: &SlabState| u64::from(audit::groups(slab.shape.cells)) * audit::totals_bytes(self.precision) as u64;
        let parts = self.slabs.iter().map(|slab| (&slab.parts, 0, self.parts_bytes(slab)));
        let totals = self.slabs.iter().map(|slab| (&slab.totals, 0, totals_bytes(slab)));
        let walls = self.slabs.iter().filter_map(|slab| {
            slab.walls_now.as_ref().map(|walls| (walls, 0, slab.walls.len() as u64 * wall_state_bytes(self.precision)))
        });
        let bytes = self.device.collect(&parts.chain(totals).chain(walls).collect::<Vec<_>>())?;
        let (parts, rest) = bytes.split_at(self.slabs.iter().map(|slab| self.parts_bytes(slab) as usize).sum());
        let (totals, walls) = rest.split_at(self.slabs.iter().map(|slab| totals_bytes(slab) as usize).sum());
        let audit = audit::joined(self.precision, parts);
        let totals = audit::summed(self.precision, totals);

        let reference = self.problem.reference;
        let mut surface_heat = vec![Sum::default(); self.problem.surfaces.len()];
        let mut defect = Sum::from(totals.step_defect);
        let (mut held, mut extended) = (Sum::from(totals.held), Sum::from(totals.extended));
        let (mut inflow, mut production) = (Sum::from(totals.source_entropy), Sum::from(totals.production));
        // Slabs hold the walls in the order of the problem.
        for (wall, now) in self.problem.walls.iter().zip(unpack(self.precision, walls).chunks_exact(WALL_STATE)) {
            let (heat, surface, cell) = (now[0], now[1] + reference, now[2] + reference);
            surface_heat[wall.surface as usize].add(heat);
            inflow.add(heat / surface);
            defect.add(now[3]);
            production.add(heat * (now[1] - now[2]) / (cell * surface));
            held.add(now[4]);
            extended.add(now[5]);
        }
        Ok(Some(Survey {
            temperature: [audit.low, audit.high, totals.warmth / self.volume].map(|t| t + reference),
            energy: totals.energy,
            entropy: totals.entropy,
            surface_heat: surface_heat.iter().map(Sum::value).collect(),
            source_heat: totals.source_heat,
            production: production.value(),
            entropy_inflow: inflow.value(),
            held_entropy: held.value(),
            extended_production: extended.value(),
            // Heats with inertia are stepped to second order.
            step_defect: if step > 0.0 && self.flows.is_none() { defect.value() / (step * step) } else { 0.0 },
        }))
    }

    fn parts_bytes(&self, slab: &SlabState) -> u64 {
        u64::from(audit::groups(slab.shape.cells)) * audit::part_bytes(self.precision) as u64
    }
}
