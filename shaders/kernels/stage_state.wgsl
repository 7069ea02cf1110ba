// The state at a stage of a super step, for the links and walls of the next stage to see.
@compute @workgroup_size(tile_x, tile_y)
fn stage_state(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let i = index_of(id + slab.first);
    next[i] = placed(i);
}
