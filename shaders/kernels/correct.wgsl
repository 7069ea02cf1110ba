// Adds what the next level found to the rows of its aggregates.
@compute @workgroup_size(line)
fn correct(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        if aggregate[i] != NO_AGGREGATE {
            result[i] += known[aggregate[i]];
        }
    }
}
