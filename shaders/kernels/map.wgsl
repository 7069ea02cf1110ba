// One component of a map: what every cell gathers from its links.
@compute @workgroup_size(tile_x, tile_y)
fn map(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let at = id + slab.first;
    let i = index_of(at);
    if material_of(i) == VOID {
        next[i] = 0.0;
    } else {
        next[i] = gathered(at, i);
    }
}
