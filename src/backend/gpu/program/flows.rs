//! The shaders of heats that are state.

use super::super::generate;
use super::super::kernel::{self, Part, parts};
use super::{CONDUCTIVITY, Draft, WHERE_CONDUCTIVITY_VARIES, Writer};

/// The shaders of heats that are state.
pub(in crate::backend::gpu) struct FlowDrafts {
    pub(in crate::backend::gpu) decay: Draft,
    /// Of links and of walls, over half a step and over a whole one.
    pub(in crate::backend::gpu) relax: [Vec<Draft>; 2],
}

impl Writer<'_> {
    pub(super) fn flows(&self) -> FlowDrafts {
        let problem = &self.conduction.problem;
        let families = &self.conduction.links.families;
        let relax = |halves: u32| {
            let halves = format!("const HALVES: u32 = {halves}u;\n");
            let mut sums = self.sums();
            sums.extend([parts::SLAB, parts::CONDUCTION, parts::RELAXED]);
            let links = [&*sums, &[parts::RELAX_LINK]].concat();
            let generated = halves.clone() + &generate::relaxations(families, problem.grid.cells(), self.cut.axis);
            let mut drafts = vec![self.draft(&kernel::RELAX, |_| true, &links, &generated)];
            if !problem.walls.is_empty() {
                let extra = [parts::BOUNDARY, parts::FACE, parts::WALL_NOW, parts::WALL_EXCHANGE, parts::DECAYED];
                let varying: &[Part] = if self.conduction.varies { &CONDUCTIVITY } else { &[] };
                let walls = [&*sums, &extra, &*self.evaluates(), varying].concat();
                let generated = [&*halves, &*self.functions, &*self.walls].concat();
                let needs = |slot| self.conduction.varies || !WHERE_CONDUCTIVITY_VARIES.contains(&slot);
                drafts.push(self.draft(&kernel::RELAX_WALL, needs, &walls, &generated));
            }
            drafts
        };
        let families = format!("const FAMILIES: u32 = {}u;\n", families.len());
        FlowDrafts {
            decay: self.draft(&kernel::DECAY, |_| true, &[parts::SLAB, parts::DECAYED], &families),
            relax: [relax(1), relax(2)],
        }
    }
}
