// Carriers in flight. A row of the state is what one direction of one band carries in every cell, less the temperature
// that the cell had a step ago, K.

// The rows of a dispatch.
struct Slab {
    // Row that the state begins with.
    first: u32,
    // Rows from here ...
    start: u32,
    // ... to here.
    end: u32,
    // Always 0, which no compiler can know.
    zero: u32,
}

struct Wall {
    cell: u32,
    // Twice the place of the axis among the active ones, and 1 on the high side.
    side: u32,
    kind: u32,
    // The wall that it leads to, and that wall's cell.
    partner: u32,
    beyond: u32,
    // Among walls that mirror, or NONE.
    slot: u32,
    // Which value gives its temperature, or NONE.
    value: u32,
    // W per K of what flies against it at speed v with heat capacity C, over C v: the area, m2.
    area: Real,
    // Temperature given, or jump to the cell beyond, K, in two parts.
    given: vec2<Real>,
    // Specularity.
    part: Real,
    // Sum of w |s_n| over half of all directions.
    flux: Real,
    // Its centre, m.
    x: Real,
    y: Real,
    z: Real,
    // Of an interface: row of the table of what it lets pass.
    crossing: u32,
}

const NONE: u32 = 0xffffffffu;
const THERMAL: u32 = 0u;
const ADIABATIC: u32 = 1u;
const PERIODIC: u32 = 2u;
const INTERFACE: u32 = 3u;

// A cell is told by its kind (medium, and how a source shares among its bands), and a bit for every side with a wall; and by the first of its walls.
fn is_void(info: vec2<u32>) -> bool {
    return info.x >> 8u == 255u;
}

fn has_wall(info: vec2<u32>, side: u32) -> bool {
    return (info.x >> side & 1u) == 1u;
}

fn wall_at(info: vec2<u32>, side: u32) -> u32 {
    return info.y + countOneBits(info.x & ((1u << side) - 1u));
}

// Temperature in two parts, its last change, and source over heat capacity, K/s. Difference of two, K.
fn apart(here: vec4<Real>, there: vec4<Real>) -> Real {
    return (there.x - here.x) + (there.y - here.y);
}

// Which cell or wall a thread works on.
fn in_line(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.x + id.y * groups.x * line;
}
