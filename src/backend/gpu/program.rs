//! The shaders of one problem.

use super::device::Device;
use super::error::GpuError;
use super::generate::{self, Stack};
use super::kernel::{self, Binding, Kernel, Part, Slot, parts};
use super::shader::{Pipeline, Prelude, Source};
use super::slab::Cut;
use super::tables::Tables;
use super::values::Values;
use crate::backend::Precision;
use crate::conduction::Conduction;

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

/// The shaders of a step in the order in which they run, and the values that they read.
pub(super) struct Drafts {
    pub(super) step: Vec<Draft>,
    pub(super) settle: Option<Draft>,
    pub(super) audit: Draft,
    pub(super) values: Values,
    pub(super) tables: Tables,
    pub(super) stack: Stack,
    /// Whether temperatures differ from enthalpies.
    pub(super) has_curves: bool,
}

/// Writes the shaders of a problem.
pub(super) fn drafts(conduction: &Conduction, cut: &Cut, precision: Precision) -> Result<Drafts, GpuError> {
    let problem = &conduction.problem;
    let families = &conduction.links.families;
    let stack = Stack::new(problem, families);
    let tables = Tables::new(&conduction.curves, precision);
    let has_curves = tables.curves.iter().any(Option::is_some);
    let mut values = Values::new(problem.clone(), precision);
    let links = generate::links(families, problem.grid.cells(), cut.axis);
    let sources = generate::sources(problem, &stack, &mut values)?;
    let walls = generate::walls(problem, &mut values)?;
    let conductivities =
        if conduction.varies { generate::conductivities(problem, &tables, &mut values)? } else { String::new() };
    let functions = values.functions();

    let writer = Writer { prelude: prelude(problem.reference, &stack, precision), precision };
    let has_sources = problem.sources.len() > 1;
    let keeps_source_heat = generate::has_mixed_sources(problem);
    let accumulates = writer.accumulates();
    let evaluates = writer.evaluates();
    let mut step = Vec::new();
    if has_curves {
        let parts = [parts::SLAB, parts::GEOMETRY, parts::PALETTE, parts::CURVE];
        step.push(writer.draft(&kernel::TEMPERATURE, |_| true, &parts, &generate::temperatures(&tables)));
    }
    if conduction.varies {
        let parts = [
            &[parts::SLAB, parts::GEOMETRY, parts::PALETTE, parts::CURVE, parts::CELL_PLACE, parts::CONDUCTION][..],
            &evaluates,
        ]
        .concat();
        let generated = [functions.as_str(), &conductivities, &generate::faces(problem, families, &stack)].concat();
        step.push(writer.draft(&kernel::CONDUCTANCE, |_| true, &parts, &generated));
    }
    let parts = [
        &[parts::SLAB, parts::CONDUCTION, parts::LINKS, parts::GEOMETRY, parts::PALETTE][..],
        &accumulates,
        &evaluates,
    ]
    .concat();
    let parts =
        if has_sources { parts } else { [&[parts::SLAB, parts::CONDUCTION, parts::LINKS][..], &accumulates].concat() };
    let generated =
        if has_sources { [links.as_str(), &functions, &sources].concat() } else { [links, sources].concat() };
    let needs = |slot| match slot {
        Slot::Palette | Slot::Tables => has_sources,
        Slot::Carry => precision == Precision::F32 || keeps_source_heat,
        _ => true,
    };
    step.push(writer.draft(&kernel::DIFFUSE, needs, &parts, &generated));
    if !problem.walls.is_empty() {
        let mut parts =
            [&[parts::SLAB, parts::CONDUCTION, parts::BOUNDARY, parts::FACE][..], &accumulates, &evaluates].concat();
        let mut generated = [functions.as_str(), &walls].concat();
        if conduction.varies {
            parts.extend([parts::GEOMETRY, parts::PALETTE, parts::CURVE, parts::CELL_PLACE]);
            generated.push_str(&conductivities);
        }
        let needs = |slot| match slot {
            Slot::Palette | Slot::Tables | Slot::Enthalpy => conduction.varies,
            Slot::Carry => precision == Precision::F32,
            _ => true,
        };
        step.push(writer.draft(&kernel::WALL, needs, &parts, &generated));
    }
    let settle = (precision == Precision::F32)
        .then(|| writer.draft(&kernel::SETTLE, |_| true, &[parts::SLAB, parts::TWO_SUM], ""));
    let audit = writer.audit();
    Ok(Drafts { step, settle, audit, values, tables, stack, has_curves })
}

fn prelude(reference: f64, stack: &Stack, precision: Precision) -> Prelude {
    Prelude { precision, reference, per_capacity: stack.families }
}

/// The shader that checks sums.
pub(super) fn self_test() -> Draft {
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0 };
    Writer { prelude, precision: Precision::F32 }.draft(
        &kernel::SELF_TEST,
        |_| true,
        &[parts::SLAB, parts::TWO_SUM],
        "",
    )
}

struct Writer {
    prelude: Prelude,
    precision: Precision,
}

impl Writer {
    fn draft(&self, kernel: &Kernel, needs: impl Fn(Slot) -> bool, parts: &[Part], generated: &str) -> Draft {
        let bindings: Vec<Binding> = kernel.bindings().filter(|b| needs(b.slot)).collect();
        let source = Source::new(self.prelude, kernel, &bindings, parts, generated);
        Draft { kernel: *kernel, bindings, source }
    }

    /// Range and energy. Its sums are those of stepping, but it has no state to add to.
    fn audit(&self) -> Draft {
        let sums = match self.precision {
            Precision::F32 => vec![parts::TWO_SUM, parts::INCREASED_COMPENSATED],
            Precision::F64 => vec![parts::INCREASED_PLAIN],
        };
        self.draft(&kernel::AUDIT, |_| true, &[&[parts::SLAB, parts::PALETTE][..], &sums].concat(), "")
    }

    /// Sums of the state.
    fn accumulates(&self) -> Vec<Part> {
        match self.precision {
            Precision::F32 => vec![parts::TWO_SUM, parts::INCREASED_COMPENSATED, parts::ACCUMULATE_COMPENSATED],
            Precision::F64 => vec![parts::INCREASED_PLAIN, parts::ACCUMULATE_PLAIN],
        }
    }

    /// What generated values need.
    fn evaluates(&self) -> Vec<Part> {
        match self.precision {
            Precision::F32 => vec![parts::PLACE, parts::FUNCTIONS],
            Precision::F64 => vec![parts::PLACE],
        }
    }
}
