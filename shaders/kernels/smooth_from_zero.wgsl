// Both steps of the smoother from zero in one: the first is rhs over the diagonal and known where it is needed.
@compute @workgroup_size(line)
fn smooth_from_zero(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        let own = first_step(i);
        var product = diagonal[i].x * own;
        let end = first_entry(i + 1u);
        for (var e = first_entry(i); e < end; e++) {
            product += weights[e] * (own - first_step(column(e)));
        }
        result[i] = own + MOMENTUM_2 * own + GAIN_2 * diagonal[i].y * (rhs[i] - product);
    }
}

fn first_step(i: u32) -> Real {
    return GAIN_1 * diagonal[i].y * rhs[i];
}
