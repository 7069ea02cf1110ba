//! The kernels: which texts each is made of, and which buffers it sees.

pub(super) mod parts;
mod slot;

pub(super) use slot::{Binding, Slot};

/// A file of WGSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) file: &'static str,
    pub(super) text: &'static str,
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
    writes: &[Slot::Coefficients, Slot::Inertia],
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
    reads: &[Slot::Slab, Slot::Row, Slot::Temperature, Slot::Enthalpy, Slot::Palette, Slot::Tables, Slot::Faces],
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

/// The second law in every cell.
pub(super) const SECOND_LAW: Kernel = Kernel {
    entry: "second_law",
    span: Span::Groups,
    part: parts::SECOND_LAW,
    reads: &[
        Slot::Slab,
        Slot::Row,
        Slot::Temperature,
        Slot::Enthalpy,
        Slot::Coefficients,
        Slot::Palette,
        Slot::Tables,
        Slot::Flows,
        Slot::Inertia,
    ],
    writes: &[Slot::Found],
};

/// The second law at every wall face.
pub(super) const SECOND_LAW_WALLS: Kernel = Kernel {
    entry: "second_law_walls",
    span: Span::Groups,
    part: parts::SECOND_LAW_WALLS,
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
    writes: &[Slot::Found],
};

/// A component of a map: what cells gather from their links.
pub(super) const MAP: Kernel = Kernel {
    entry: "map",
    span: Span::Own,
    part: parts::MAP,
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
    ],
    writes: &[Slot::Next],
};

/// The same of the cells at walls, after [`WALL_SURVEY`].
pub(super) const MAP_WALL: Kernel = Kernel {
    entry: "map_wall",
    span: Span::Faces,
    part: parts::MAP_WALL,
    reads: &[Slot::Slab, Slot::Tables, Slot::Faces, Slot::WallsNow],
    writes: &[Slot::Next],
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

/// Several steps of every cell, walls and sources included, in one pass through memory.
pub(super) const SWEEPS: Kernel = Kernel {
    entry: "sweeps",
    span: Span::Groups,
    part: parts::KINDS,
    reads: &[
        Slot::Slab,
        Slot::Old,
        Slot::Lost,
        Slot::Kinds,
        Slot::Bodies,
        Slot::Few,
        Slot::Beyond,
        Slot::Tiles,
        Slot::Rim,
    ],
    writes: &[Slot::New, Slot::LostNext, Slot::Sums],
};

/// A step of every cell in whole numbers.
pub(super) const COUNT: Kernel = Kernel {
    entry: "count",
    span: Span::Groups,
    part: parts::COUNT,
    reads: &[Slot::Units, Slot::Factors, Slot::Divisors, Slot::Given],
    writes: &[Slot::Energies, Slot::NextUnits, Slot::Tick],
};

/// The same of the cells at walls.
pub(super) const COUNT_WALLS: Kernel = Kernel {
    entry: "count_walls",
    span: Span::Groups,
    part: parts::COUNT_WALLS,
    reads: &[Slot::Units, Slot::Divisors, Slot::WalledCells, Slot::WallHeats, Slot::Tick],
    writes: &[Slot::Energies, Slot::NextUnits, Slot::Passed],
};

/// What memory gives.
pub(super) const COPY: Kernel =
    Kernel { entry: "copy", span: Span::Groups, part: parts::COPY, reads: &[Slot::Old], writes: &[Slot::New] };

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
