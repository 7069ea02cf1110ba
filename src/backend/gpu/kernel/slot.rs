//! The buffers that kernels see. Bindings are declared once, here; their WGSL text is printed from this.

/// A buffer that kernels see. Its number is its binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend::gpu) enum Slot {
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
    /// What the second law says, by workgroup.
    Found,
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
    /// Of each wall face: heat into the solid where it is state, W, in two parts; relaxation time, s.
    WallFlows,
    /// Enthalpies before several steps, as they are read, K.
    Old,
    /// The same after them.
    New,
    /// What rounding took from the enthalpies before several steps, K.
    Lost,
    /// The same after them.
    LostNext,
    /// Kind of each cell, a byte.
    Kinds,
    /// What kinds are, and the conductances between them.
    Bodies,
    /// The same as uniform, one number in each four.
    Few,
    /// Length of each of several steps, and what walls and sources do in it; bound at an offset that changes.
    Beyond,
    /// Which tiles a dispatch computes.
    Tiles,
    /// Where the cells with walls are.
    Rim,
    /// What walls are warmer than these cells, summed over steps, K, in two parts.
    Sums,
    /// Where the entries of a matrix row begin, then their columns.
    Pattern,
    /// Conductance of each entry of a matrix, scaled.
    Weights,
    /// What a matrix row has beside its links, and the inverse of its diagonal.
    Diagonal,
    /// Aggregate of each row.
    Aggregate,
    /// Rows of each aggregate.
    Members,
    /// Inverse of the coarsest matrix.
    Inverse,
    /// Right-hand side, or what is left of it.
    Rhs,
    /// A vector that is read.
    Known,
    /// Another.
    Other,
    /// A vector that is written.
    Result,
    /// Sums of a workgroup.
    Partials,
    /// Numbers that steer the iterations of a level.
    Scalars,
    /// What directions carry, less what an equilibrium a step ago held of the band, K.
    Carried,
    /// The same after the step.
    NextCarried,
    /// Temperature of each cell in two parts, its last change, K (or, far from the reference, its place on the curves), and source
    /// over heat capacity, K/s.
    Ambient,
    /// Per band and cell, far from the reference: what an equilibrium holds in two parts, its last change, K, and time between
    /// collisions, s.
    Goals,
    /// Medium and walls of each cell.
    CellInfos,
    /// Walls of carriers.
    Walls,
    /// Which walls mirror.
    Mirrors,
    /// Time step, directions, widths, numbers of bands.
    Numbers,
    /// What enters at walls, half a step before.
    Before,
    /// The same now.
    After,
    /// Sums over directions per side of a cell; behind them, means.
    Gathered,
    /// What hits walls, and mirrors in every direction.
    Hits,
    /// Temperatures on faces and walls, less those of cells, K.
    Meeting,
    /// Energy that entered through walls, J, in two parts; behind it, in this step.
    Tally,
    /// What one band tells of itself.
    Looks,
    /// Which value heats a cell.
    SourceOf,
    /// Rise that sources alone would have made of a cell, K, in two parts.
    Heated,
    /// Face values on their way downstream, per line of cells, K.
    Lines,
    /// What leaves at each wall in every direction, K.
    Outs,
    /// Energies in quanta.
    Energies,
    /// Temperatures in units before a step.
    Units,
    /// The same after it.
    NextUnits,
    /// What divides energies, per cell.
    Divisors,
    /// Quanta per unit, per family and cell.
    Factors,
    /// What sources give in a step, quanta.
    Given,
    /// Cells with walls, and which.
    WalledCells,
    /// What walls do in each of several steps.
    WallHeats,
    /// What has passed each wall, quanta.
    Passed,
    /// How many of several steps are made.
    Tick,
}

impl Slot {
    /// Whether it is bound at an offset that changes.
    pub(in crate::backend::gpu) fn moves(self) -> bool {
        matches!(self, Slot::Row | Slot::Beyond)
    }

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
            Slot::WallsNow => ("walls_now", "array<WallState>"),
            Slot::Found => ("found", "array<Judged>"),
            Slot::Pairs => ("pairs", "array<vec2<Real>>"),
            Slot::Change => ("change", "array<Real>"),
            Slot::Earlier => ("earlier", "array<Real>"),
            Slot::Rate => ("rate", "array<Real>"),
            Slot::Ahead => ("ahead", "array<Real>"),
            Slot::Landings => ("landings", "array<Landing>"),
            Slot::Flows => ("flows", "array<vec2<Real>>"),
            Slot::Inertia => ("inertia", "array<vec2<Real>>"),
            Slot::WallFlows => ("wall_flows", "array<vec4<Real>>"),
            Slot::Old => ("enthalpy", "array<Pack>"),
            Slot::New => ("next", "array<Pack>"),
            Slot::Lost => ("carry", "array<Pack>"),
            Slot::LostNext => ("carry_next", "array<Pack>"),
            Slot::Kinds => ("kinds", "array<u32>"),
            Slot::Bodies => ("bodies", "array<Real>"),
            Slot::Few => ("few", "array<vec4<Real>, FEW>"),
            Slot::Beyond => ("row", "array<vec2<Real>>"),
            Slot::Tiles => ("tiles", "array<vec2<u32>>"),
            Slot::Rim => ("rim", "array<u32>"),
            Slot::Sums => ("sums", "array<vec2<Real>>"),
            Slot::Pattern => ("pattern", "array<u32>"),
            Slot::Weights => ("weights", "array<Real>"),
            Slot::Diagonal => ("diagonal", "array<vec2<Real>>"),
            Slot::Aggregate => ("aggregate", "array<u32>"),
            Slot::Members => ("members", "array<u32>"),
            Slot::Inverse => ("inverse", "array<Real>"),
            Slot::Rhs => ("rhs", "array<Real>"),
            Slot::Known => ("known", "array<Real>"),
            Slot::Other => ("other", "array<Real>"),
            Slot::Result => ("result", "array<Real>"),
            Slot::Partials => ("partials", "array<vec4<Real>>"),
            Slot::Scalars => ("scalars", "array<Real>"),
            Slot::Carried => ("state", "array<Real>"),
            Slot::NextCarried => ("next_state", "array<Real>"),
            Slot::Ambient => ("ambient", "array<vec4<Real>>"),
            Slot::Goals => ("goals", "array<vec4<Real>>"),
            Slot::CellInfos => ("cells", "array<vec2<u32>>"),
            Slot::Walls => ("walls", "array<Wall>"),
            Slot::Mirrors => ("mirrors", "array<u32>"),
            Slot::Numbers => ("numbers", "array<Real>"),
            Slot::Before => ("before", "array<Real>"),
            Slot::After => ("after", "array<Real>"),
            Slot::Gathered => ("sums", "array<Real>"),
            Slot::Hits => ("hits", "array<Real>"),
            Slot::Meeting => ("faces", "array<Real>"),
            Slot::Tally => ("tally", "array<Real>"),
            Slot::Looks => ("looks", "array<Real>"),
            Slot::SourceOf => ("source_of", "array<u32>"),
            Slot::Heated => ("heated", "array<vec2<Real>>"),
            Slot::Lines => ("lines", "array<Real>"),
            Slot::Outs => ("outs", "array<Real>"),
            Slot::Energies => ("energies", "array<vec2<u32>>"),
            Slot::Units => ("units", "array<i32>"),
            Slot::NextUnits => ("next_units", "array<i32>"),
            Slot::Divisors => ("divisors", "array<vec2<u32>>"),
            Slot::Factors => ("factors", "array<vec2<u32>>"),
            Slot::Given => ("given", "array<vec2<u32>>"),
            Slot::WalledCells => ("walled_cells", "array<vec4<u32>>"),
            Slot::WallHeats => ("wall_heats", "array<vec4<u32>>"),
            Slot::Passed => ("passed", "array<vec2<u32>>"),
            Slot::Tick => ("tick", "array<u32>"),
        }
    }
}

/// A binding of a kernel: which buffer, and whether it writes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend::gpu) struct Binding {
    pub(in crate::backend::gpu) slot: Slot,
    pub(in crate::backend::gpu) writes: bool,
}

impl Binding {
    /// Its declaration in WGSL.
    pub(in crate::backend::gpu) fn text(self) -> String {
        let (name, kind) = self.slot.declaration();
        let space = match (self.slot, self.writes) {
            (Slot::Slab | Slot::Few, _) => "uniform",
            (_, false) => "storage, read",
            (_, true) => "storage, read_write",
        };
        format!("@group(0) @binding({}) var<{space}> {name}: {kind};\n", self.slot as u32)
    }

    /// What the pipeline's layout says of it.
    pub(in crate::backend::gpu) fn layout(self) -> wgpu::BindGroupLayoutEntry {
        let ty = match self.slot {
            Slot::Slab | Slot::Few => wgpu::BufferBindingType::Uniform,
            _ => wgpu::BufferBindingType::Storage { read_only: !self.writes },
        };
        wgpu::BindGroupLayoutEntry {
            binding: self.slot as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: self.slot.moves(), min_binding_size: None },
            count: None,
        }
    }
}
