//! The kernels of carriers in flight, and what each is made of.

use super::layout::Layout;
use crate::backend::Precision;
use crate::backend::gpu::kernel::Slot::{
    After, Ambient, Before, Carried, CellInfos, Gathered, Goals, Heated, Hits, Known, Lines, Looks, Meeting, Mirrors,
    NextCarried, Numbers, Outs, Row, Slab, SourceOf, Tally, Walls,
};
use crate::backend::gpu::kernel::{Kernel, Part, Slot, Span, parts};
use crate::backend::gpu::program::{self, Draft};
use crate::backend::gpu::shader::Prelude;
use crate::expression::DeviceCode;
use crate::kinetic::domain::Domain;

pub(super) const fn kernel(entry: &'static str, part: Part, reads: &'static [Slot], writes: &'static [Slot]) -> Kernel {
    Kernel { entry, span: Span::Groups, part, reads, writes }
}

// Of these, only kernels far from the reference see goals.
const ARRIVE: Kernel = kernel(
    "arrive",
    parts::ARRIVE,
    &[Slab, Carried, Ambient, Goals, CellInfos, Walls, Numbers, Before],
    &[Gathered, Hits],
);
const MEET: Kernel = kernel("meet", parts::MEET, &[Ambient, CellInfos, Walls, Numbers, Gathered], &[Meeting]);
const OCCUPIED_MEET: Kernel =
    kernel("meet", parts::OCCUPIED_MEET, &[Ambient, Goals, CellInfos, Walls, Numbers, Gathered], &[Meeting]);
const MEET_WALLS: Kernel = kernel(
    "meet_walls",
    parts::MEET_WALLS,
    &[Ambient, Goals, CellInfos, Walls, Numbers, Before, Hits],
    &[Meeting, After],
);
const BOUNCE: Kernel =
    kernel("bounce", parts::BOUNCE, &[Ambient, Goals, CellInfos, Walls, Mirrors, Numbers, Hits, Meeting], &[After]);
const CROSS: Kernel = kernel(
    "cross_faces",
    parts::CROSS,
    &[Slab, Carried, Ambient, Goals, CellInfos, Walls, Numbers, Before, After, Meeting],
    &[NextCarried, Gathered, Tally],
);
const RENEW: Kernel = kernel("renew", parts::RENEW, &[Slab], &[Ambient, Gathered]);
const OCCUPIED_RENEW: Kernel =
    kernel("renew", parts::OCCUPIED_RENEW, &[CellInfos, Numbers], &[Ambient, Goals, Gathered]);
const RENEW_WALLS: Kernel = kernel("renew_walls", parts::RENEW_WALLS, &[Slab, Walls, Numbers], &[Tally, Hits]);
const LOOK: Kernel = kernel(
    "look",
    parts::LOOK,
    &[Slab, Carried, Ambient, Goals, CellInfos, Walls, Numbers, Before, After, Meeting],
    &[Looks],
);
const UNREST: Kernel = kernel("unrest", parts::UNREST, &[Slab, Carried, Ambient, CellInfos, Numbers], &[Looks]);
const OCCUPIED_UNREST: Kernel =
    kernel("unrest", parts::OCCUPIED_UNREST, &[Slab, Carried, Ambient, Goals, CellInfos, Numbers], &[Looks]);
const RESTATE: Kernel = kernel("restate", parts::RESTATE, &[Slab, Ambient, Goals, CellInfos, Numbers], &[NextCarried]);
const DRIVE: Kernel =
    kernel("drive", parts::DRIVE, &[Slab, Row, CellInfos, Numbers, SourceOf], &[Ambient, Walls, Heated]);
const SWEEP: Kernel =
    kernel("sweep", parts::SWEEP, &[Slab, CellInfos, Walls, Numbers, Known, Before], &[Carried, Lines, Outs]);
const GATHER: Kernel = kernel("gather", parts::GATHER, &[Slab, Carried, CellInfos, Numbers], &[Gathered]);

const GATHER_MOMENTS: Kernel =
    kernel("gather", parts::GATHER_MOMENTS, &[Slab, Carried, CellInfos, Numbers], &[Gathered]);

/// What is swept.
pub(super) struct Swept {
    /// How it flies, and what else the kernels are made of.
    flight: &'static [Part],
    gather: (Kernel, &'static [Part]),
    constants: String,
}

impl Swept {
    /// Carriers of heat, which tend to a temperature.
    pub const PHONONS: Swept = Swept { flight: &[parts::PHONONS], gather: (GATHER, &[]), constants: String::new() };

    /// Molecules, which tend to what all moments say; with constants of the gas.
    pub fn molecules(constants: String) -> Swept {
        let flight = &[parts::MOMENTS, parts::MOLECULES];
        Swept { flight, gather: (GATHER_MOMENTS, &[parts::MOMENTS]), constants }
    }
}

/// Threads of a workgroup that sweeps: as many as a front has cells, within bounds.
const FRONT: [usize; 2] = [32, 256];

/// The shaders of carriers in a domain.
pub(super) struct Drafts {
    pub drive: Option<Draft>,
    pub arrive: Draft,
    pub meet: Draft,
    /// None without walls.
    pub meet_walls: Option<Draft>,
    /// None without mirrors.
    pub bounce: Option<Draft>,
    pub cross: Draft,
    pub renew: Draft,
    pub renew_walls: Option<Draft>,
    pub look: Draft,
    pub unrest: Draft,
    pub restate: Draft,
    /// What depends on time alone.
    pub code: DeviceCode,
}

/// What equilibria hold: of small deviations, or of any.
struct Equilibria {
    /// In every kernel but the last.
    all: &'static [Part],
    /// Where walls are seen.
    given: Part,
    /// Where faces are read.
    faces: Part,
    meet: (Kernel, &'static [Part]),
    meet_walls: &'static [Part],
    renew: (Kernel, &'static [Part]),
    mixing: Part,
    unrest: (Kernel, &'static [Part]),
    drive: Part,
}

const TANGENT: Equilibria = Equilibria {
    all: &[parts::TANGENT],
    given: parts::TANGENT_GIVEN,
    faces: parts::TANGENT_FACES,
    meet: (MEET, &[]),
    meet_walls: &[parts::TANGENT_MEETING],
    renew: (RENEW, &[parts::TWO_SUM, parts::INCREASED_COMPENSATED]),
    mixing: parts::TANGENT_MIXING,
    unrest: (UNREST, &[]),
    drive: parts::TANGENT_AS_GIVEN,
};

const OCCUPIED: Equilibria = Equilibria {
    all: &[parts::OCCUPIED],
    given: parts::OCCUPIED_GIVEN,
    faces: parts::OCCUPIED_FACES,
    meet: (OCCUPIED_MEET, &[parts::OCCUPIED_TOGETHER]),
    meet_walls: &[parts::OCCUPIED_TOGETHER, parts::OCCUPIED_MEETING],
    renew: (OCCUPIED_RENEW, &[parts::OCCUPIED, parts::OCCUPIED_TOGETHER]),
    mixing: parts::OCCUPIED_MIXING,
    unrest: (OCCUPIED_UNREST, &[parts::OCCUPIED_MIXING]),
    drive: parts::OCCUPIED_AS_GIVEN,
};

/// Writes the shaders.
pub(super) fn drafts(domain: &Domain, layout: &Layout) -> Drafts {
    let constants = layout.constants(domain);
    let mut code = DeviceCode::default();
    let driven = values(layout, &mut code);
    let has_walls = !layout.walls.is_empty();
    let hold = if layout.far.is_some() { OCCUPIED } else { TANGENT };
    let prelude = Prelude { reference: layout.reference(), ..PRELUDE };
    let write = |kernel: &Kernel, more: &[Part], generated: &str| {
        let seen = |slot| slot != Goals || layout.far.is_some();
        written(prelude, kernel, seen, more, &[&*constants, generated].concat())
    };
    let flown = |kernel: &Kernel, given: &[Part], more: &[Part]| write(kernel, &[hold.all, given, more].concat(), "");
    let walled = [hold.given];
    let at_faces = [hold.given, hold.faces, parts::COLLISION];
    let crossing = [parts::ARRIVAL, parts::CROSSING];
    let kept = [parts::TWO_SUM, parts::INCREASED_COMPENSATED];
    Drafts {
        drive: layout
            .is_driven()
            .then(|| write(&DRIVE, &[&kept[..], &[hold.drive, parts::PLACE, parts::FUNCTIONS]].concat(), &driven)),
        arrive: flown(&ARRIVE, &walled, &[parts::ARRIVAL]),
        meet: flown(&hold.meet.0, &[], hold.meet.1),
        meet_walls: has_walls.then(|| flown(&MEET_WALLS, &[hold.given, parts::COLLISION], hold.meet_walls)),
        bounce: (layout.slots > 0).then(|| flown(&BOUNCE, &at_faces, &[])),
        cross: flown(&CROSS, &at_faces, &crossing),
        renew: write(&hold.renew.0, hold.renew.1, ""),
        renew_walls: has_walls.then(|| write(&RENEW_WALLS, &kept, "")),
        look: flown(&LOOK, &at_faces, &[&crossing[..], &[hold.mixing]].concat()),
        unrest: flown(&hold.unrest.0, &[], hold.unrest.1),
        restate: flown(&RESTATE, &[], &[]),
        code,
    }
}

/// The shaders that sweep a domain with so many lines of cells, and that sum up what was swept.
pub(super) fn sweeps(domain: &Domain, layout: &Layout, lines: usize, swept: &Swept) -> [Draft; 2] {
    let [nx, ny, nz] = domain.grid.cells();
    let list = |values: Vec<usize>| {
        let words: Vec<String> = values.iter().map(|v| format!("{v}u")).collect();
        format!("array<u32, {}>({})", words.len(), words.join(", "))
    };
    let rings = layout.axes.iter().map(|&a| usize::from(domain.is_ring(a))).collect();
    let front = (ny * nz).min(nx * ny.max(nz)).next_power_of_two().clamp(FRONT[0], FRONT[1]);
    let text = format!(
        "{}const LINES: u32 = {lines}u;\nconst FRONT: u32 = {front}u;\nconst AXIS = {};\nconst RING = {};\n{}",
        layout.constants(domain),
        list(layout.axes.clone()),
        list(rings),
        swept.constants
    );
    let (gather, more) = &swept.gather;
    [draft(&SWEEP, swept.flight, &text), draft(gather, more, &text)]
}

const PRELUDE: Prelude = Prelude { precision: Precision::F32, reference: 0.0, per_capacity: 0, row: 0 };

pub(super) fn draft(kernel: &Kernel, more: &[Part], generated: &str) -> Draft {
    written(PRELUDE, kernel, |_| true, more, generated)
}

fn written(prelude: Prelude, kernel: &Kernel, seen: impl Fn(Slot) -> bool, more: &[Part], generated: &str) -> Draft {
    let mut parts = vec![parts::CARRIERS];
    let sees = |slot| kernel.bindings().any(|b| b.slot == slot);
    parts.extend(sees(Numbers).then_some(parts::NUMBERS));
    parts.extend((sees(Walls) && kernel.entry != "sweep").then_some(parts::ENTRANCE));
    parts.extend(more);
    program::draft(prelude, kernel, seen, &parts, generated)
}

impl Drafts {
    /// All of them.
    #[cfg(test)]
    pub(super) fn all(self) -> impl Iterator<Item = Draft> {
        let always = [self.arrive, self.meet, self.cross, self.renew, self.look, self.unrest, self.restate];
        always.into_iter().chain(self.drive).chain(self.meet_walls).chain(self.bounce).chain(self.renew_walls)
    }
}

/// `driven`: values that vary in time.
pub(super) fn values(layout: &Layout, code: &mut DeviceCode) -> String {
    let bodies: Vec<String> = layout.values.iter().map(|v| v.wgsl(code)).collect();
    let mut cases = String::new();
    let mut functions = String::new();
    for (n, body) in bodies.iter().enumerate() {
        functions += &format!(
            "fn value_{n}(place: Place) -> Real {{\n    let x = place.x;\n    let y = place.y;\n    let z = place.z;\n    let temperature = place.temperature;\n    return {body};\n}}\n"
        );
        cases += &format!("        case {n}u: {{ return value_{n}(place); }}\n");
    }
    format!(
        "fn signal(index: u32) -> Real {{\n    return row[index];\n}}\n{}{functions}fn driven(which: u32, place: Place) -> Real {{\n    switch which {{\n{cases}        default: {{ return 0.0; }}\n    }}\n}}\n",
        code.functions.text()
    )
}
