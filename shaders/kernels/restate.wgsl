// The same carriers, stored for another time step.
@compute @workgroup_size(line)
fn restate(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    let info = cells[min(cell, COUNT - 1u)];
    if cell >= COUNT || is_void(info) {
        return;
    }
    for (var row = slab.start; row < slab.end; row++) {
        let at = (row - slab.first) * COUNT + cell;
        let here = goal(cell, row / DIRECTIONS);
        next_state[at] = here.z + restated(info, row / DIRECTIONS, here) * (next_state[at] - here.z);
    }
}
