// What the sweeps written by `backend/gpu/blocked/text.rs` call. `bodies` holds, for each kind of cell, what a step of 1 s and a heat
// of 1 W change in it (K), the conductance of its walls together (W/K), and the conductances between kinds (W/K), by axis, lower and
// upper kind. `row` holds for each step its length (s) and 1, then for each kind the temperature beyond its walls (K, deviation) and the
// heat that does not depend on its temperature (W). Kinds without walls and sources come first, PLAIN of them; the last one is void.

// Kind of a cell, 128 added unless it and all its neighbours are alike and without walls or sources.
fn kind_byte(i: u32) -> u32 {
    return (kinds[i >> 2u] >> ((i & 3u) * 8u)) & 255u;
}

// Kinds of up to four cells that are read together.
fn kinds_from(i: u32) -> u32 {
    return kinds[i >> 2u] >> ((i & 3u) * 8u);
}

// Links of a cell to others of its kind along x, y, z, W/K; what a heat of 1 W changes in it in a step, K.
fn alike_of(kind: u32, step: Real) -> vec4<Real> {
    return vec4<Real>(link(0u, kind, kind), link(1u, kind, kind), link(STREAM, kind, kind), per_capacity(kind, step));
}

// What a cell gains from its walls and sources, W, and what its walls are warmer than it, K.
fn wall_of(kind: u32, level: u32, here: Real) -> vec2<Real> {
    let beyond = row[level * ROW_STRIDE + 1u + kind];
    let warmer = beyond.x - here;
    return vec2<Real>(fma(slope_of(kind), warmer, beyond.y), warmer);
}
