//! The kernels of the linear solver, and what each is made of. All go through the rows of a level in strides of the whole
//! dispatch, so any number of workgroups will do.

use super::super::device::Device;
use super::super::error::GpuError;
use super::super::kernel::Slot::{
    Aggregate, Carry, Diagonal, Inverse, Known, Members, Other, Partials, Pattern, Result as Out, Rhs, Scalars, Slab,
    Weights,
};
use super::super::kernel::{Kernel, Part, Slot, Span, parts};
use super::super::program::{self, Draft};
use super::super::shader::{LINE, Pipeline, Prelude};
use crate::backend::Precision;
use crate::multigrid::cycle::coefficients;
use crate::multigrid::members::NONE;

/// Rows that a workgroup sums up before more workgroups are worth their while.
const ROWS_PER_GROUP: u32 = 16 * LINE;

/// Most partial results of a sum.
pub(super) const MOST_PARTIALS: u32 = 1024;

/// Workgroups of a kernel that sums; the same in `shaders/lib/reduce.wgsl`.
pub(super) fn summing_groups(rows: u32) -> u32 {
    rows.div_ceil(ROWS_PER_GROUP).clamp(1, MOST_PARTIALS)
}

/// Where a level's numbers stand in its `scalars`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar {
    /// Factors of a blend.
    OfKnown,
    OfResult,
    /// Of the last direction.
    Energy,
    /// Of the step along it.
    Length,
    /// Of the residual.
    Square,
    /// What the square is to fall to.
    Target,
    /// Made so far.
    Iterations,
}

/// Numbers of a level.
pub(super) const SCALARS: usize = Scalar::Iterations as usize + 1;

const fn kernel(entry: &'static str, part: Part, reads: &'static [Slot], writes: &'static [Slot]) -> Kernel {
    Kernel { entry, span: Span::Groups, part, reads, writes }
}

pub(super) const SMOOTH_FROM_ZERO: Kernel =
    kernel("smooth_from_zero", parts::SMOOTH_FROM_ZERO, &[Slab, Pattern, Weights, Diagonal, Rhs], &[Out]);
pub(super) const SMOOTH_FIRST: Kernel =
    kernel("smooth_first", parts::SMOOTH, &[Slab, Pattern, Weights, Diagonal, Rhs, Known], &[Out]);
pub(super) const SMOOTH_SECOND: Kernel =
    kernel("smooth_second", parts::SMOOTH, &[Slab, Pattern, Weights, Diagonal, Rhs, Known], &[Out]);
pub(super) const RESTRICT: Kernel =
    kernel("restrict_residual", parts::RESTRICT, &[Slab, Pattern, Weights, Diagonal, Members, Rhs, Known], &[Out]);
pub(super) const CORRECT: Kernel = kernel("correct", parts::CORRECT, &[Slab, Aggregate, Known], &[Out]);
pub(super) const COARSEST: Kernel = kernel("coarsest", parts::COARSEST, &[Slab, Inverse, Rhs], &[Out]);
pub(super) const PRODUCT: Kernel =
    kernel("product", parts::PRODUCT, &[Slab, Pattern, Weights, Diagonal, Rhs, Known, Other], &[Out, Partials]);
pub(super) const DOT: Kernel = kernel("dot_of_vectors", parts::DOT, &[Slab, Known, Other], &[Partials]);
pub(super) const BLEND: Kernel = kernel("blend", parts::BLEND, &[Slab, Known, Scalars], &[Out]);
pub(super) const ADVANCE: Kernel =
    kernel("advance", parts::ADVANCE, &[Slab, Known, Other, Scalars], &[Out, Carry, Rhs, Partials]);
pub(super) const INNER_FIRST: Kernel = kernel("inner_first", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const INNER_SECOND: Kernel = kernel("inner_second", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const TURN: Kernel = kernel("turn", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const STEP_LENGTH: Kernel = kernel("step_length", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const COUPLE: Kernel = kernel("couple", parts::COUPLE, &[Slab, Pattern, Weights, Known], &[Out]);
pub(super) const PROJECT: Kernel = kernel("project", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const NORMALISE: Kernel = kernel("normalise", parts::SCALARS, &[Slab, Partials], &[Scalars]);
pub(super) const SQUARE: Kernel = kernel("square", parts::SCALARS, &[Slab, Partials], &[Scalars]);

const ALL: [Kernel; 18] = [
    SMOOTH_FROM_ZERO,
    SMOOTH_FIRST,
    SMOOTH_SECOND,
    RESTRICT,
    CORRECT,
    COARSEST,
    PRODUCT,
    DOT,
    BLEND,
    ADVANCE,
    INNER_FIRST,
    INNER_SECOND,
    TURN,
    STEP_LENGTH,
    SQUARE,
    COUPLE,
    PROJECT,
    NORMALISE,
];

/// Every shader of the solver.
pub(in super::super) fn drafts() -> impl Iterator<Item = Draft> {
    let prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };
    let constants = constants();
    ALL.into_iter().map(move |kernel| {
        let mut parts = vec![parts::SLAB];
        if kernel.reads.contains(&Slot::Diagonal) {
            parts.push(parts::PATTERN);
            if kernel.reads.contains(&Slot::Known) {
                parts.push(parts::MATRIX);
            }
        }
        if [kernel.reads, kernel.writes].concat().contains(&Slot::Partials) {
            parts.push(parts::REDUCE);
        }
        if kernel.writes.contains(&Slot::Carry) {
            parts.push(parts::TWO_SUM);
        }
        program::draft(prelude, &kernel, |_| true, &parts, &constants)
    })
}

/// What host and device must agree on.
fn constants() -> String {
    let ([_, gain_1], [momentum_2, gain_2]) = (coefficients(1), coefficients(2));
    let scalars = [
        ("OF_KNOWN", Scalar::OfKnown),
        ("OF_RESULT", Scalar::OfResult),
        ("ENERGY", Scalar::Energy),
        ("LENGTH", Scalar::Length),
        ("SQUARE", Scalar::Square),
        ("TARGET", Scalar::Target),
        ("ITERATIONS", Scalar::Iterations),
    ];
    let mut text = format!(
        "const GAIN_1: Real = {gain_1:?};\nconst GAIN_2: Real = {gain_2:?};\nconst MOMENTUM_2: Real = {momentum_2:?};\nconst NO_AGGREGATE: u32 = {NONE}u;\nconst ROWS_PER_GROUP: u32 = {ROWS_PER_GROUP}u;\nconst MOST_PARTIALS: u32 = {MOST_PARTIALS}u;\n"
    );
    for (name, scalar) in scalars {
        text += &format!("const {name}: u32 = {}u;\n", scalar as u32);
    }
    text
}

/// The kernels, ready to run.
pub(super) struct Kernels(Vec<Pipeline>);

impl Kernels {
    /// Compiles them.
    pub(super) fn new(device: &Device) -> Result<Kernels, GpuError> {
        Ok(Kernels(drafts().map(|draft| draft.compile(device)).collect::<Result<_, _>>()?))
    }

    /// The place of a kernel, and what it was made to.
    pub(super) fn find(&self, kernel: &Kernel) -> (usize, &Pipeline) {
        let found = self.0.iter().enumerate().find(|(_, pipeline)| pipeline.kernel.entry == kernel.entry);
        found.expect("every kernel of the table is compiled")
    }

    /// A kernel by its place.
    pub(super) fn at(&self, place: usize) -> &Pipeline {
        &self.0[place]
    }
}
