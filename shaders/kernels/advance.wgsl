// A step along the direction `known`, whose product is `other`: the solution `result`, whose sums keep in `carry` what rounding
// takes, and the residual `rhs` with its square.
@compute @workgroup_size(line)
fn advance(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let length = scalars[LENGTH];
    var sums = vec4<Real>();
    for (var i = group.x * line + thread; i < slab.cells; i += groups.x * line) {
        let sum = two_sum(result[i], length * known[i] + carry[i]);
        result[i] = sum.sum;
        carry[i] = sum.lost;
        let left = rhs[i] - length * other[i];
        rhs[i] = left;
        sums.x += left * left;
    }
    sums = summed(thread, sums);
    if thread == 0u {
        partials[group.x] = sums;
    }
}
