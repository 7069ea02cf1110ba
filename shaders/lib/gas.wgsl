// A gas on its way through time. What velocities store is held less what collisions tend to in the cell a step ago, and what
// leaves cells less what they tend to there now: in equilibrium all that is held is 0. Moments of cells have two parts and their last change.

const A_WALL: u32 = 0x80000000u;

// Moments there less those here.
fn moments_apart(here: u32, there: u32) -> Moments {
    var m: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        m[k] = apart(ambient[k * COUNT + here], ambient[k * COUNT + there]);
    }
    return m;
}

// The same over a side where something joins on.
fn moments_beyond(cell: u32, side: u32, link: u32) -> Moments {
    if link < A_WALL {
        return moments_apart(cell, link);
    }
    let w = link ^ A_WALL;
    var m = moments_apart(cell, walls[w].beyond);
    // warmer under one pressure
    let jump = walls[w].given.x + walls[w].given.y;
    m[0] -= jump;
    m[1] += jump;
    return m;
}

// The cell beyond a side, or the wall there.
fn link_of(cell: u32, info: vec2<u32>, side: u32) -> u32 {
    if has_wall(info, side) {
        return A_WALL | wall_at(info, side);
    }
    return select(cell - STRIDE[side / 2u], cell + STRIDE[side / 2u], (side & 1u) == 1u);
}

fn is_closed(link: u32) -> bool {
    return link >= A_WALL && walls[link ^ A_WALL].kind != PERIODIC;
}

fn cell_beyond(link: u32) -> u32 {
    if link >= A_WALL {
        return walls[link ^ A_WALL].beyond;
    }
    return link;
}

fn last_change(cell: u32) -> Moments {
    var m: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        m[k] = ambient[k * COUNT + cell].z;
    }
    return m;
}

// Velocity and heat fluxes of a cell, without its density and temperature.
fn directed(cell: u32) -> Moments {
    var m: Moments;
    for (var k = 2u; k < MOMENTS; k++) {
        m[k] = ambient[k * COUNT + cell].x + ambient[k * COUNT + cell].y;
    }
    return m;
}

fn step_number(which: u32) -> Real {
    return numbers[STEPS + which];
}

fn surface_of(w: u32) -> u32 {
    return u32(numbers[OF_WALLS + 2u * w]);
}

fn accommodation(w: u32) -> Real {
    return numbers[OF_WALLS + 2u * w + 1u];
}

// The rows of a dispatch that a part of a cell's threads takes.
fn rows_of(part: u32) -> vec2<u32> {
    return vec2<u32>(max(slab.start, part * IN_PART), min(slab.end, (part + 1u) * IN_PART));
}

// Where a velocity's numbers begin: what it stores, and what leaves the cells along an axis.
fn stored_at(d: u32) -> u32 {
    return (d - slab.first) * HELD * COUNT;
}

fn leaving_at(d: u32, i: u32) -> u32 {
    return ((slab.end - slab.first) + (d - slab.first) * AXES + i) * HELD * COUNT;
}

fn at_cell(begin: u32, cell: u32) -> vec3<Real> {
    var x = vec3<Real>();
    for (var p = 0u; p < HELD; p++) {
        x[p] = next_state[begin + p * COUNT + cell];
    }
    return x;
}

// What enters at a wall, less what collisions tend to in its cell: `emission` and what is mirrored are less that already, `directed` is of
// the cell, the wall is `warmer` than it.
fn entering(w: u32, emission: Real, mirrored: vec3<Real>, warmer: Real, own: Moments, v: vec4<Real>, energy: Real) -> vec3<Real> {
    let a = accommodation(w);
    var x = (1.0 - a) * mirrored;
    if a > 0.0 {
        let emitted = vec3<Real>(emission + warmer * (energy - 0.5), warmer, warmer);
        x += a * (emitted - tends(own, v, energy));
    }
    return x;
}

fn warmer_than(w: u32, cell: u32) -> Real {
    if walls[w].kind != THERMAL {
        return 0.0;
    }
    let here = ambient[COUNT + cell];
    return (walls[w].given.x - here.x) + (walls[w].given.y - here.y);
}
