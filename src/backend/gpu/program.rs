//! The shaders of one problem.

mod flows;
mod leap;
mod looks;

use super::device::Device;
use super::error::GpuError;
use super::generate::{self, Stack};
use super::kernel::{self, Binding, Kernel, Part, Slot, parts};
use super::maps::{COMPONENTS, MapDraft};
use super::shader::{Pipeline, Prelude, Source};
use super::slab::Cut;
use super::tables::Tables;
use super::values::Values;
use crate::backend::Precision;
use crate::conduction::Conduction;
pub(super) use flows::FlowDrafts;
pub(super) use leap::LeapDrafts;

/// A shader, not yet compiled.
pub(super) struct Draft {
    pub(super) kernel: Kernel,
    pub(super) bindings: Vec<Binding>,
    pub(super) source: Source,
}

impl Draft {
    pub(super) fn compile(&self, device: &Device) -> Result<Pipeline, GpuError> {
        let storage = self.bindings.iter().filter(|b| b.slot != Slot::Slab).count();
        let most = device.device.limits().max_storage_buffers_per_shader_stage as usize;
        if storage > most {
            return Err(GpuError::Unsupported(format!(
                "kernel {} reads and writes {storage} buffers, {} allows {most}; use `--backend cpu`",
                self.kernel.entry, device.info.name
            )));
        }
        self.source.compile(device, &self.kernel, &self.bindings)
    }
}

/// The shaders of a problem, and the values that they read.
pub(super) struct Drafts {
    /// Those of a step, in the order in which they run.
    pub(super) step: Vec<Draft>,
    /// How many of them bring temperatures and conductances up to date before anything else is computed.
    pub(super) preparing: usize,
    pub(super) settle: Option<Draft>,
    pub(super) audit: Draft,
    /// Totals of cells, and walls, where the device can compute entropies.
    pub(super) survey: Vec<Draft>,
    /// Those of the second law, likewise.
    pub(super) second_law: Vec<Draft>,
    /// Those of heats that are state.
    pub(super) flows: Option<FlowDrafts>,
    /// Those of maps, where the device can compute them.
    pub(super) maps: Option<Box<[MapDraft; COMPONENTS]>>,
    /// Those of a super step.
    pub(super) leap: LeapDrafts,
    pub(super) values: Values,
    pub(super) tables: Tables,
    pub(super) stack: Stack,
    /// Whether temperatures differ from enthalpies.
    pub(super) has_curves: bool,
}

impl Drafts {
    /// All of them.
    #[cfg(test)]
    pub(super) fn all(self) -> impl Iterator<Item = Draft> {
        let leap = self.leap;
        let leap = leap.prepare.into_iter().chain(leap.wall).chain([
            leap.begin,
            leap.stage,
            leap.state,
            leap.landing,
            leap.keep,
        ]);
        let flows = self.flows.into_iter().flat_map(|flows| flows.relax.into_iter().flatten().chain([flows.decay]));
        let maps =
            self.maps.into_iter().flat_map(|maps| *maps).flat_map(|map| [map.cells].into_iter().chain(map.walls));
        let state =
            self.step.into_iter().chain(self.settle).chain([self.audit]).chain(self.survey).chain(self.second_law);
        state.chain(maps).chain(leap).chain(flows)
    }
}

/// Writes the shaders of a problem.
pub(super) fn drafts(conduction: &Conduction, cut: &Cut, precision: Precision) -> Result<Drafts, GpuError> {
    let problem = &conduction.problem;
    let families = &conduction.links.families;
    let stack = Stack::new(problem, families);
    let tables = Tables::new(conduction, precision);
    let mut values = Values::new(problem.clone(), precision);
    let sources = [true, false].map(|keeps| generate::sources(problem, &stack, &mut values, keeps));
    let [sources, sources_now] = sources;
    let walls = generate::walls(problem, &mut values)?;
    let conductivities = if conduction.varies {
        generate::conductivities(problem, &stack, &tables, &mut values)?
    } else {
        String::new()
    };
    // Where a contact parts one tensor material, shares of its links are known to the host alone.
    let known = match precision {
        Precision::F32 if conduction.links.parts_tensors(problem) => None,
        Precision::F32 if conduction.varies => Some(conductivities.clone()),
        Precision::F32 => Some(generate::conductivities(problem, &stack, &tables, &mut values)?),
        Precision::F64 => None,
    };
    let writer = Writer {
        conduction,
        cut,
        prelude: prelude(problem.reference, &stack, precision, values.row_length()),
        functions: values.functions(),
        walls: walls + &conductivities,
        conductivities,
        has_sources: problem.sources.len() > 1,
    };
    let has_curves = tables.curves.iter().any(Option::is_some);
    let mut step = Vec::new();
    if has_curves {
        step.push(writer.temperature(&tables));
    }
    if conduction.varies {
        step.push(writer.conductance(&stack));
    }
    let preparing = step.len();
    let sources = sources?;
    let leap = writer.leap(&sources, &stack, &tables);
    step.push(writer.diffuse(&sources));
    if !problem.walls.is_empty() {
        step.push(writer.wall());
    }
    let (mut survey, mut second_law) = (Vec::new(), Vec::new());
    let mut settle = None;
    // f64 shaders have no logarithm, and nothing to settle.
    if precision == Precision::F32 {
        settle = Some(writer.draft(&kernel::SETTLE, |_| true, &[parts::SLAB, parts::TWO_SUM], ""));
        let sources_now = sources_now?;
        survey.push(writer.survey(&sources_now, &tables));
        second_law.push(writer.second_law(&kernel::SECOND_LAW, &sources_now, &tables));
        if !problem.walls.is_empty() {
            survey.push(writer.wall_survey(&sources_now, &tables));
            second_law.push(writer.second_law(&kernel::SECOND_LAW_WALLS, &sources_now, &tables));
        }
    }
    let flows = writer.has_flows().then(|| writer.flows());
    let audit = writer.draft(&kernel::AUDIT, |_| true, &[parts::SLAB, parts::PALETTE], "");
    let maps =
        known.map(|known| Box::new([0, 1, 2, 3].map(|component| writer.map(component, &known, &stack, &tables))));
    Ok(Drafts {
        step,
        preparing,
        settle,
        audit,
        survey,
        second_law,
        maps,
        flows,
        leap,
        values,
        tables,
        stack,
        has_curves,
    })
}

fn prelude(reference: f64, stack: &Stack, precision: Precision, row: usize) -> Prelude {
    Prelude { precision, reference, per_capacity: stack.families, row }
}

/// Puts a shader together; `needs` tells which of the kernel's buffers it sees.
pub(super) fn draft(
    prelude: Prelude,
    kernel: &Kernel,
    needs: impl Fn(Slot) -> bool,
    parts: &[Part],
    generated: &str,
) -> Draft {
    let bindings: Vec<Binding> = kernel.bindings().filter(|b| needs(b.slot)).collect();
    let source = Source::new(prelude, kernel, &bindings, parts, generated);
    Draft { kernel: *kernel, bindings, source }
}

/// The shader that checks sums.
pub(super) fn self_test() -> Draft {
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };
    draft(prelude, &kernel::SELF_TEST, |_| true, &[parts::SLAB, parts::TWO_SUM], "")
}

/// The shader that copies.
pub(super) fn copy() -> Draft {
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };
    draft(prelude, &kernel::COPY, |_| true, &[], "alias Pack = vec4<Real>;\n")
}

struct Writer<'a> {
    conduction: &'a Conduction,
    cut: &'a Cut,
    prelude: Prelude,
    /// What generated values call.
    functions: String,
    walls: String,
    conductivities: String,
    has_sources: bool,
}

impl Writer<'_> {
    fn draft(&self, kernel: &Kernel, needs: impl Fn(Slot) -> bool, parts: &[Part], generated: &str) -> Draft {
        let needs = |slot| needs(slot) && (self.has_flows() || !FLOWS.contains(&slot));
        draft(self.prelude, kernel, needs, parts, generated)
    }

    /// Whether heats are state.
    fn has_flows(&self) -> bool {
        self.conduction.inertia.is_some()
    }

    fn temperature(&self, tables: &Tables) -> Draft {
        let parts = [parts::SLAB, parts::GEOMETRY, parts::PALETTE, parts::CURVE];
        self.draft(&kernel::TEMPERATURE, |_| true, &parts, &generate::temperatures(tables))
    }

    fn conductance(&self, stack: &Stack) -> Draft {
        let mut parts = vec![parts::SLAB, parts::CONDUCTION];
        parts.extend(self.evaluates());
        parts.extend(CONDUCTIVITY);
        let problem = &self.conduction.problem;
        let faces = generate::faces(problem, &self.conduction.links.families, stack);
        let inertias = generate::inertias(problem, self.has_flows());
        let generated = [&*self.functions, &*self.conductivities, &*faces, &*inertias].concat();
        self.draft(&kernel::CONDUCTANCE, |_| true, &parts, &generated)
    }

    fn diffuse(&self, sources: &str) -> Draft {
        self.of_cells(&kernel::DIFFUSE, sources, true)
    }

    /// A kernel that sums up what a cell gains; `steps`: and adds it to the enthalpy.
    fn of_cells(&self, kernel: &Kernel, sources: &str, steps: bool) -> Draft {
        let flows = steps && self.has_flows();
        let mut parts = vec![parts::SLAB, parts::CONDUCTION, if flows { parts::FLOWS } else { parts::LINKS }];
        parts.extend(self.sums());
        if steps {
            parts.push(self.accumulate());
        }
        let mut generated = self.links() + sources;
        if self.has_sources {
            parts.extend(self.evaluates());
            parts.extend([parts::GEOMETRY, parts::PALETTE]);
            generated.push_str(&self.functions);
        }
        let keeps = generate::has_mixed_sources(&self.conduction.problem);
        let needs = |slot| match slot {
            Slot::Palette | Slot::Tables => self.has_sources,
            Slot::Carry => (steps && self.is_compensated()) || keeps,
            _ => true,
        };
        self.draft(kernel, needs, &parts, &generated)
    }

    fn accumulate(&self) -> Part {
        if self.is_compensated() { parts::ACCUMULATE_COMPENSATED } else { parts::ACCUMULATE_PLAIN }
    }

    fn wall(&self) -> Draft {
        let mut parts = self.sums();
        parts.push(self.accumulate());
        self.at_walls(&kernel::WALL, parts)
    }

    fn links(&self) -> String {
        let grid = &self.conduction.problem.grid;
        generate::links(&self.conduction.links.families, grid.cells(), self.cut.axis)
    }

    fn at_walls(&self, kernel: &Kernel, mut parts: Vec<Part>) -> Draft {
        let heats = if kernel == &kernel::WALL { self.wall_heats() } else { vec![parts::WALL_FOURIER] };
        parts.extend([
            parts::SLAB,
            parts::CONDUCTION,
            parts::BOUNDARY,
            parts::FACE,
            parts::FIRST_FACE,
            parts::WALL_NOW,
        ]);
        parts.extend(heats);
        parts.extend(self.evaluates());
        let varies = self.conduction.varies;
        if varies {
            parts.extend(CONDUCTIVITY);
        }
        let needs = |slot| match slot {
            slot if WHERE_CONDUCTIVITY_VARIES.contains(&slot) => varies,
            Slot::Carry => self.is_compensated(),
            _ => true,
        };
        self.draft(kernel, needs, &parts, &[&*self.functions, &*self.walls].concat())
    }

    /// What walls do.
    fn wall_heats(&self) -> Vec<Part> {
        if self.has_flows() { vec![parts::WALL_EXCHANGE, parts::WALL_FLOWS] } else { vec![parts::WALL_FOURIER] }
    }

    fn is_compensated(&self) -> bool {
        self.prelude.precision == Precision::F32
    }

    /// Sums that are kept.
    fn sums(&self) -> Vec<Part> {
        if self.is_compensated() {
            vec![parts::TWO_SUM, parts::INCREASED_COMPENSATED]
        } else {
            vec![parts::INCREASED_PLAIN]
        }
    }

    /// What generated values need.
    fn evaluates(&self) -> Vec<Part> {
        if self.is_compensated() { vec![parts::PLACE, parts::FUNCTIONS] } else { vec![parts::PLACE] }
    }
}

/// What only heats that are state need.
const FLOWS: [Slot; 3] = [Slot::Flows, Slot::Inertia, Slot::WallFlows];

/// What walls read only where conductivities vary.
const WHERE_CONDUCTIVITY_VARIES: [Slot; 3] = [Slot::Palette, Slot::Tables, Slot::Enthalpy];

/// What the conductivities of cells need.
const CONDUCTIVITY: [Part; 5] = [parts::GEOMETRY, parts::PALETTE, parts::CURVE, parts::CELL_PLACE, parts::INTEGRAL];
