// What the sweeps written by `backend/gpu/blocked/text.rs` call. `bodies` holds, for each kind of cell, what a step of 1 s and a heat
// of 1 W change in it (K), the conductance of its walls together (W/K), and the conductances between kinds (W/K), by axis, lower and
// upper kind. `row` holds for each step its length (s) and 1, then for each kind the temperature beyond its walls (K, deviation) and the
// heat that does not depend on its temperature (W). The last kind is void.

// Kind of a cell, 128 added unless it and all its neighbours are alike and without walls or sources.
fn kind_byte(i: u32) -> u32 {
    return (kinds[i >> 2u] >> ((i & 3u) * 8u)) & 255u;
}

// Kind of the cell at a place; beyond the slab there is void.
fn kind_at(at: vec3<i32>) -> u32 {
    let n = vec3<i32>(padded());
    if any(at < vec3<i32>(0)) || any(at >= n) {
        return KINDS - 1u;
    }
    return kind_byte(u32(at.x + n.x * (at.y + n.y * at.z))) & 127u;
}

// Conductance between two kinds along an axis, the lower one first, W/K.
fn link(axis: u32, lower: u32, upper: u32) -> Real {
    return bodies[2u * KINDS + (axis * KINDS + lower) * KINDS + upper];
}

// Links of a cell to others of its kind along x, y, z; what a heat of 1 W changes in it in a step, K.
fn alike_of(kind: u32, step: Real) -> vec4<Real> {
    return vec4<Real>(link(0u, kind, kind), link(1u, kind, kind), link(2u, kind, kind), step * bodies[kind]);
}

// What a cell gains, W, and what its walls are warmer than it, K; the differences are those of its neighbours to it.
fn gain_of(at: vec3<i32>, kind: u32, level: u32, here: Real, west: Real, east: Real, south: Real, north: Real, below: Real, above: Real) -> vec2<Real> {
    var gain = link(0u, kind_at(at - vec3<i32>(1, 0, 0)), kind) * west;
    gain = fma(link(0u, kind, kind_at(at + vec3<i32>(1, 0, 0))), east, gain);
    if STREAM == 2u {
        gain = fma(link(1u, kind_at(at - vec3<i32>(0, 1, 0)), kind), south, gain);
        gain = fma(link(1u, kind, kind_at(at + vec3<i32>(0, 1, 0))), north, gain);
    }
    let ahead = select(vec3<i32>(0, 1, 0), vec3<i32>(0, 0, 1), STREAM == 2u);
    gain = fma(link(STREAM, kind_at(at - ahead), kind), below, gain);
    gain = fma(link(STREAM, kind, kind_at(at + ahead)), above, gain);
    let slope = bodies[KINDS + kind];
    let beyond = row[level * ROW_STRIDE + 1u + kind];
    let warmer = beyond.x - here;
    gain = fma(slope, warmer, gain) + beyond.y;
    return vec2<Real>(gain, warmer);
}
