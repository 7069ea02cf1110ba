// The two steps of the smoother on what is known.
@compute @workgroup_size(line)
fn smooth_first(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        result[i] = known[i] + GAIN_1 * diagonal[i].y * (rhs[i] - product_at(i));
    }
}

// `result` holds what was known before the first step.
@compute @workgroup_size(line)
fn smooth_second(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        result[i] = known[i] + MOMENTUM_2 * (known[i] - result[i]) + GAIN_2 * diagonal[i].y * (rhs[i] - product_at(i));
    }
}
