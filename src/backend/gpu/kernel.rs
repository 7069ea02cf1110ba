//! The kernels: which texts each is made of, and which buffers it sees. Bindings are declared once, here; their
//! WGSL text is printed from this table.

/// A buffer that kernels see. Its number is its binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Shape of the slab, uniform.
    Slab,
    /// Time step and values of this step; the only one bound at an offset that changes.
    Row,
    /// Temperature deviations, K. The enthalpies themselves where the two are the same.
    Temperature,
    /// Enthalpies before the step, K.
    Enthalpy,
    /// Enthalpies after the step, K.
    Next,
    /// What rounding took from the enthalpies, K; behind it, in two parts, heat from sources, J.
    Carry,
    /// Conductances per family, W/K; inverse heat capacities, K/J; where needed sources, W/m3, and contact
    /// resistances, m2 K/W. One value per cell each.
    Coefficients,
    /// Material and source per cell.
    Palette,
    /// Geometry and curves.
    Tables,
    /// Wall faces.
    Faces,
    /// Heat through each wall face, J, in two parts.
    Heats,
    /// Partial results of an audit.
    Parts,
    /// Partial results of a survey.
    Totals,
    /// What each wall face does now.
    WallsNow,
    /// Summands of the self-test, then their sums.
    Pairs,
    /// Change of the enthalpies since the start of a super step one stage ago, K.
    Change,
    /// The same two stages ago, then now; or a rate of change, K/s.
    Earlier,
    /// Rate of change at the start of a super step, K/s.
    Rate,
    /// Rate of change at its end, K/s.
    Ahead,
    /// Partial results of a landing.
    Landings,
    /// Heat of each link, from the cell that it is stored with, where it is state, W, in two parts.
    Flows,
    /// Of each link: part of the way to Fourier's heat that it goes in half a step; inertia, K s/W.
    Inertia,
    /// Of each wall face: heat into the solid where it is state, W, in two parts; inertia, K s/W.
    WallFlows,
}

impl Slot {
    /// Name and type in WGSL.
    fn declaration(self) -> (&'static str, &'static str) {
        match self {
            Slot::Slab => ("slab", "Slab"),
            Slot::Row => ("row", "array<Real>"),
            Slot::Temperature => ("temperature", "array<Real>"),
            Slot::Enthalpy => ("enthalpy", "array<Real>"),
            Slot::Next => ("next", "array<Real>"),
            Slot::Carry => ("carry", "array<Real>"),
            Slot::Coefficients => ("coefficients", "array<Real>"),
            Slot::Palette => ("palette", "array<u32>"),
            Slot::Tables => ("tables", "array<Real>"),
            Slot::Faces => ("faces", "array<Face>"),
            Slot::Heats => ("heats", "array<vec2<Real>>"),
            Slot::Parts => ("parts", "array<Part>"),
            Slot::Totals => ("totals_of_groups", "array<Totals>"),
            Slot::WallsNow => ("walls_now", "array<vec4<Real>>"),
            Slot::Pairs => ("pairs", "array<vec2<Real>>"),
            Slot::Change => ("change", "array<Real>"),
            Slot::Earlier => ("earlier", "array<Real>"),
            Slot::Rate => ("rate", "array<Real>"),
            Slot::Ahead => ("ahead", "array<Real>"),
            Slot::Landings => ("landings", "array<Landing>"),
            Slot::Flows => ("flows", "array<vec2<Real>>"),
            Slot::Inertia => ("inertia", "array<vec2<Real>>"),
            Slot::WallFlows => ("wall_flows", "array<vec4<Real>>"),
        }
    }
}

/// A binding of a kernel: which buffer, and whether it writes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) slot: Slot,
    pub(super) writes: bool,
}

impl Binding {
    /// Its declaration in WGSL.
    pub(super) fn text(self) -> String {
        let (name, kind) = self.slot.declaration();
        let space = match (self.slot, self.writes) {
            (Slot::Slab, _) => "uniform",
            (_, false) => "storage, read",
            (_, true) => "storage, read_write",
        };
        format!("@group(0) @binding({}) var<{space}> {name}: {kind};\n", self.slot as u32)
    }

    /// What the pipeline's layout says of it.
    pub(super) fn layout(self) -> wgpu::BindGroupLayoutEntry {
        let ty = match self.slot {
            Slot::Slab => wgpu::BufferBindingType::Uniform,
            _ => wgpu::BufferBindingType::Storage { read_only: !self.writes },
        };
        wgpu::BindGroupLayoutEntry {
            binding: self.slot as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: self.slot == Slot::Row, min_binding_size: None },
            count: None,
        }
    }
}

/// A file of WGSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) file: &'static str,
    pub(super) text: &'static str,
}

macro_rules! part {
    ($file:literal) => {
        Part { file: concat!("shaders/", $file), text: include_str!(concat!("../../../shaders/", $file)) }
    };
}

/// Every file, by name.
pub(super) mod parts {
    use super::Part;
    pub(crate) const CONDUCTION: Part = part!("laws/conduction.wgsl");
    pub(crate) const BOUNDARY: Part = part!("laws/boundary.wgsl");
    pub(crate) const SLAB: Part = part!("lib/slab.wgsl");
    pub(crate) const LINKS: Part = part!("lib/links.wgsl");
    pub(crate) const TWO_SUM: Part = part!("lib/two_sum.wgsl");
    pub(crate) const INCREASED_COMPENSATED: Part = part!("lib/increased_compensated.wgsl");
    pub(crate) const INCREASED_PLAIN: Part = part!("lib/increased_plain.wgsl");
    pub(crate) const ACCUMULATE_COMPENSATED: Part = part!("lib/accumulate_compensated.wgsl");
    pub(crate) const ACCUMULATE_PLAIN: Part = part!("lib/accumulate_plain.wgsl");
    pub(crate) const GEOMETRY: Part = part!("lib/geometry.wgsl");
    pub(crate) const PALETTE: Part = part!("lib/palette.wgsl");
    pub(crate) const PLACE: Part = part!("lib/place.wgsl");
    pub(crate) const CELL_PLACE: Part = part!("lib/cell_place.wgsl");
    pub(crate) const FUNCTIONS: Part = Part { file: "shaders/lib/functions.wgsl", text: crate::expression::LIBRARY };
    pub(crate) const CURVE: Part = part!("lib/curve.wgsl");
    pub(crate) const FACE: Part = part!("lib/face.wgsl");
    pub(crate) const ENTROPY_LAW: Part = part!("laws/entropy.wgsl");
    pub(crate) const ENTROPY: Part = part!("lib/entropy.wgsl");
    pub(crate) const PRODUCTION: Part = part!("lib/production.wgsl");
    pub(crate) const WALL_NOW: Part = part!("lib/wall_now.wgsl");
    pub(crate) const FLOWS: Part = part!("lib/flows.wgsl");
    pub(crate) const FLOW_PRODUCTION: Part = part!("lib/flow_production.wgsl");
    pub(crate) const DECAYED: Part = part!("lib/decayed.wgsl");
    pub(crate) const RELAXED: Part = part!("lib/relaxed.wgsl");
    pub(crate) const RELAX_LINK: Part = part!("lib/relax_link.wgsl");
    pub(crate) const WALL_FOURIER: Part = part!("lib/wall_fourier.wgsl");
    pub(crate) const WALL_FLOWS: Part = part!("lib/wall_flows.wgsl");
    pub(crate) const WALL_EXCHANGE: Part = part!("lib/wall_exchange.wgsl");
    pub(crate) const DECAY: Part = part!("kernels/decay.wgsl");
    pub(crate) const RELAX: Part = part!("kernels/relax.wgsl");
    pub(crate) const RELAX_WALL: Part = part!("kernels/relax_wall.wgsl");
    pub(crate) const SURVEY: Part = part!("kernels/survey.wgsl");
    pub(crate) const WALL_SURVEY: Part = part!("kernels/wall_survey.wgsl");
    pub(crate) const DIFFUSE: Part = part!("kernels/diffuse.wgsl");
    pub(crate) const WALL: Part = part!("kernels/wall.wgsl");
    pub(crate) const TEMPERATURE: Part = part!("kernels/temperature.wgsl");
    pub(crate) const CONDUCTANCE: Part = part!("kernels/conductance.wgsl");
    pub(crate) const SETTLE: Part = part!("kernels/settle.wgsl");
    pub(crate) const AUDIT: Part = part!("kernels/audit.wgsl");
    pub(crate) const BEGIN: Part = part!("kernels/begin.wgsl");
    pub(crate) const STAGE: Part = part!("kernels/stage.wgsl");
    pub(crate) const STAGE_WALL: Part = part!("kernels/stage_wall.wgsl");
    pub(crate) const STAGE_STATE: Part = part!("kernels/stage_state.wgsl");
    pub(crate) const KEEP: Part = part!("kernels/keep.wgsl");
    pub(crate) const LANDING: Part = part!("kernels/landing.wgsl");
    pub(crate) const SELF_TEST: Part = part!("kernels/self_test.wgsl");
}

/// What one dispatch runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// Own cells, as a block.
    Own,
    /// All cells of the slab, ghosts included, in a line.
    Padded,
    /// Wall faces, in a line.
    Faces,
    /// As many workgroups as the caller says.
    Groups,
}

/// A kernel of the heat equation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kernel {
    /// Its entry point.
    pub(super) entry: &'static str,
    pub(super) span: Span,
    pub(super) part: Part,
    pub(super) reads: &'static [Slot],
    pub(super) writes: &'static [Slot],
}

/// Temperatures from enthalpies; where heat capacities vary or something melts.
pub(super) const TEMPERATURE: Kernel = Kernel {
    entry: "temperature_of_cells",
    span: Span::Padded,
    part: parts::TEMPERATURE,
    reads: &[Slot::Slab, Slot::Enthalpy, Slot::Palette, Slot::Tables],
    writes: &[Slot::Temperature],
};

/// Conductances from conductivities; where those change.
pub(super) const CONDUCTANCE: Kernel = Kernel {
    entry: "conductance",
    span: Span::Padded,
    part: parts::CONDUCTANCE,
    reads: &[Slot::Slab, Slot::Row, Slot::Temperature, Slot::Enthalpy, Slot::Palette, Slot::Tables],
    writes: &[Slot::Coefficients],
};

/// The step of every cell.
pub(super) const DIFFUSE: Kernel = Kernel {
    entry: "diffuse",
    span: Span::Own,
    part: parts::DIFFUSE,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Flows,
    ],
    writes: &[Slot::Next, Slot::Carry],
};

/// What half a relaxation leaves of the heats of links, for a time step.
pub(super) const DECAY: Kernel = Kernel {
    entry: "decay",
    span: Span::Padded,
    part: parts::DECAY,
    reads: &[Slot::Slab, Slot::Row, Slot::Coefficients],
    writes: &[Slot::Inertia],
};

/// Relaxation of the heats of links.
pub(super) const RELAX: Kernel = Kernel {
    entry: "relax",
    span: Span::Padded,
    part: parts::RELAX,
    reads: &[Slot::Slab, Slot::Temperature, Slot::Coefficients, Slot::Inertia],
    writes: &[Slot::Flows],
};

/// Relaxation of the heats of walls.
pub(super) const RELAX_WALL: Kernel = Kernel {
    entry: "relax_wall",
    span: Span::Faces,
    part: parts::RELAX_WALL,
    reads: &[Slot::Slab, Slot::Row, Slot::Temperature, Slot::Tables, Slot::Faces],
    writes: &[Slot::WallFlows],
};

/// The step of the cells at walls.
pub(super) const WALL: Kernel = Kernel {
    entry: "wall",
    span: Span::Faces,
    part: parts::WALL,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Faces,
        Slot::WallFlows,
    ],
    writes: &[Slot::Next, Slot::Carry, Slot::Heats],
};

/// Both parts of the enthalpies in their final form, after the last step of a call.
pub(super) const SETTLE: Kernel = Kernel {
    entry: "settle",
    span: Span::Own,
    part: parts::SETTLE,
    reads: &[Slot::Slab],
    writes: &[Slot::Next, Slot::Carry],
};

/// Range and broken cells.
pub(super) const AUDIT: Kernel = Kernel {
    entry: "audit",
    span: Span::Groups,
    part: parts::AUDIT,
    reads: &[Slot::Slab, Slot::Temperature, Slot::Palette],
    writes: &[Slot::Parts],
};

/// Totals of a state.
pub(super) const SURVEY: Kernel = Kernel {
    entry: "survey",
    span: Span::Groups,
    part: parts::SURVEY,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Carry,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Flows,
        Slot::Inertia,
    ],
    writes: &[Slot::Totals],
};

/// What every wall face does now.
pub(super) const WALL_SURVEY: Kernel = Kernel {
    entry: "wall_survey",
    span: Span::Faces,
    part: parts::WALL_SURVEY,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Faces,
        Slot::Flows,
        Slot::WallFlows,
    ],
    writes: &[Slot::WallsNow],
};

/// The first stage of a super step.
pub(super) const BEGIN: Kernel = Kernel {
    entry: "begin",
    span: Span::Own,
    part: parts::BEGIN,
    reads: &[Slot::Slab, Slot::Row, Slot::Rate],
    writes: &[Slot::Earlier],
};

/// A stage of every cell, or the rate of change alone.
pub(super) const STAGE: Kernel = Kernel {
    entry: "stage",
    span: Span::Own,
    part: parts::STAGE,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Change,
        Slot::Rate,
    ],
    writes: &[Slot::Carry, Slot::Earlier],
};

/// The same of the cells at walls.
pub(super) const STAGE_WALL: Kernel = Kernel {
    entry: "stage_wall",
    span: Span::Faces,
    part: parts::STAGE_WALL,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Faces,
    ],
    writes: &[Slot::Heats, Slot::Earlier],
};

/// The state at a stage.
pub(super) const STAGE_STATE: Kernel = Kernel {
    entry: "stage_state",
    span: Span::Own,
    part: parts::STAGE_STATE,
    reads: &[Slot::Slab, Slot::Enthalpy, Slot::Carry, Slot::Change],
    writes: &[Slot::Next],
};

/// The state after a super step.
pub(super) const KEEP: Kernel = Kernel {
    entry: "keep",
    span: Span::Own,
    part: parts::KEEP,
    reads: &[Slot::Slab, Slot::Enthalpy, Slot::Change],
    writes: &[Slot::Next, Slot::Carry],
};

/// Range and error of a super step.
pub(super) const LANDING: Kernel = Kernel {
    entry: "landing",
    span: Span::Groups,
    part: parts::LANDING,
    reads: &[Slot::Slab, Slot::Row, Slot::Temperature, Slot::Palette, Slot::Change, Slot::Rate, Slot::Ahead],
    writes: &[Slot::Landings],
};

/// Whether sums are compensated as they are written.
pub(super) const SELF_TEST: Kernel = Kernel {
    entry: "self_test",
    span: Span::Groups,
    part: parts::SELF_TEST,
    reads: &[Slot::Slab],
    writes: &[Slot::Pairs],
};

impl Kernel {
    /// All bindings.
    pub(super) fn bindings(&self) -> impl Iterator<Item = Binding> {
        let reads = self.reads.iter().map(|&slot| Binding { slot, writes: false });
        reads.chain(self.writes.iter().map(|&slot| Binding { slot, writes: true }))
    }
}
