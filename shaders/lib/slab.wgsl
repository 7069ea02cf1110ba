// A part of the grid with ghost planes on both sides of the axis that it is cut across.

struct Slab {
    // Own cells along x, y, z.
    counts: vec3<u32>,
    // All cells, ghosts included.
    cells: u32,
    // Where the first own cell is, counted from the first ghost.
    first: vec3<u32>,
    // Wall faces of the slab.
    faces: u32,
    // Cells after which an axis repeats. Out of reach across the cut: the ghosts are there.
    period: vec3<i32>,
    // Always 0, which no compiler can know.
    zero: u32,
}

// Cells along each axis, ghosts included.
fn padded() -> vec3<u32> {
    return slab.counts + 2u * slab.first;
}

fn index_of(at: vec3<u32>) -> u32 {
    let n = padded();
    return at.x + n.x * (at.y + n.y * at.z);
}

fn position_of(i: u32) -> vec3<u32> {
    let n = padded();
    return vec3<u32>(i % n.x, i / n.x % n.y, i / (n.x * n.y));
}

// The cell `offset` away. Axes that are not joined wrap as well: no conductance leads there.
fn stepped(at: vec3<u32>, offset: vec3<i32>) -> vec3<u32> {
    var to = vec3<i32>(at) + offset;
    to = select(to, to - slab.period, to >= slab.period);
    to = select(to, to + slab.period, to < vec3<i32>(0));
    return vec3<u32>(to);
}
