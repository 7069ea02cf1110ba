// result = a known + b result
@compute @workgroup_size(line)
fn blend(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        result[i] = scalars[OF_KNOWN] * known[i] + scalars[OF_RESULT] * result[i];
    }
}
