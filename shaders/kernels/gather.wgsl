// Means over the directions of a slab, added to those before.
@compute @workgroup_size(line)
fn gather(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    var mean = sums[cell];
    for (var row = slab.start; row < slab.end; row++) {
        mean += direction(row % DIRECTIONS).w * state[(row - slab.first) * COUNT + cell];
    }
    sums[cell] = mean;
}
