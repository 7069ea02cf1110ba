// result = A known, and the sums of result known, result other and known rhs.
@compute @workgroup_size(line)
fn product(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var sums = vec4<Real>();
    for (var i = group.x * line + thread; i < slab.cells; i += groups.x * line) {
        let own = product_at(i);
        result[i] = own;
        sums += vec4<Real>(own * known[i], own * other[i], known[i] * rhs[i], Real(0.0));
    }
    sums = summed(thread, sums);
    if thread == 0u {
        partials[group.x] = sums;
    }
}
