//! The shaders of a super step.

use super::super::generate::Stack;
use super::super::kernel::{self, Part, Slot, parts};
use super::super::tables::Tables;
use super::{Draft, Writer};

/// The shaders of a super step.
pub(in crate::backend::gpu) struct LeapDrafts {
    /// Temperatures and conductances of a stage.
    pub(in crate::backend::gpu) prepare: Vec<Draft>,
    pub(in crate::backend::gpu) begin: Draft,
    pub(in crate::backend::gpu) stage: Draft,
    pub(in crate::backend::gpu) wall: Option<Draft>,
    pub(in crate::backend::gpu) state: Draft,
    pub(in crate::backend::gpu) landing: Draft,
    pub(in crate::backend::gpu) keep: Draft,
}

impl Writer<'_> {
    pub(super) fn leap(&self, sources: &str, stack: &Stack, tables: &Tables) -> LeapDrafts {
        let mut prepare = Vec::new();
        if tables.curves.iter().any(Option::is_some) {
            prepare.push(self.temperature(tables));
        }
        if self.conduction.varies {
            prepare.push(self.conductance(stack));
        }
        // The very sum that `keep` will make.
        let (placed, sums): (_, &[Part]) = if self.is_compensated() {
            ("two_sum(enthalpy[i], change[i] + carry[i]).sum", &[parts::SLAB, parts::TWO_SUM])
        } else {
            ("enthalpy[i] + change[i]", &[parts::SLAB])
        };
        let placed = format!("fn placed(i: u32) -> Real {{\n    return {placed};\n}}\n");
        let carries = |slot| slot != Slot::Carry || self.is_compensated();
        let mut kept = vec![parts::SLAB];
        kept.extend(self.sums());
        kept.push(self.accumulate());
        let has_walls = !self.conduction.problem.walls.is_empty();
        LeapDrafts {
            prepare,
            begin: self.draft(&kernel::BEGIN, |_| true, &[parts::SLAB], ""),
            stage: self.of_cells(&kernel::STAGE, sources, false),
            wall: has_walls.then(|| self.at_walls(&kernel::STAGE_WALL, self.sums())),
            state: self.draft(&kernel::STAGE_STATE, carries, sums, &placed),
            landing: self.draft(&kernel::LANDING, |_| true, &[parts::SLAB, parts::PALETTE], ""),
            keep: self.draft(&kernel::KEEP, carries, &kept, ""),
        }
    }
}
