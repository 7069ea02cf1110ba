// Takes a super step over: adds the change to the state.
@compute @workgroup_size(tile_x, tile_y)
fn keep(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let i = index_of(id + slab.first);
    accumulate(i, enthalpy[i], change[i]);
}
