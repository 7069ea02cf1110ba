// The scalar product of two vectors.
@compute @workgroup_size(line)
fn dot_of_vectors(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var sums = vec4<Real>();
    for (var i = group.x * line + thread; i < slab.cells; i += groups.x * line) {
        sums.x += known[i] * other[i];
    }
    sums = summed(thread, sums);
    if thread == 0u {
        partials[group.x] = sums;
    }
}
