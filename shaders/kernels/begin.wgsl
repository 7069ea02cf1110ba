// The first stage of a super step: its rate is that at the start, in `row[ROW + 2]` steps, s.
@compute @workgroup_size(tile_x, tile_y)
fn begin(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let i = index_of(id + slab.first);
    earlier[i] = row[ROW + 2u] * rate[i];
}
