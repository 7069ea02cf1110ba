// One explicit step of every cell: what it gains from its links and its source.
// `row[0]` is the time step, s.
@compute @workgroup_size(tile_x, tile_y)
fn diffuse(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let at = id + slab.first;
    let i = index_of(at);
    let gain = link_heat(at, i, temperature[i]) + source_heat(at, i);
    accumulate(i, enthalpy[i], row[0] * gain * coefficients[PER_CAPACITY * slab.cells + i]);
}
