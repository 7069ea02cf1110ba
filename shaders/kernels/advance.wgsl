// The upper twelve bits of a number.
fn upper(a: Real) -> Real {
    let c = opaque(4097.0 * a);
    return opaque(c - opaque(c - a));
}

// A product and what rounding takes from it (Dekker 1971): a rough error of the solution weighs by the strongest link, what is
// smooth of it by the weakest way out.
fn product_in_two(a: Real, b: Real) -> vec2<Real> {
    let product = opaque(a * b);
    let a_up = upper(a);
    let b_up = upper(b);
    let a_low = opaque(a - a_up);
    let b_low = opaque(b - b_up);
    let rest = opaque(opaque(opaque(a_up * b_up) - product) + opaque(a_up * b_low)) + opaque(a_low * b_up);
    return vec2<Real>(product, opaque(rest) + opaque(a_low * b_low));
}

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
        let step = product_in_two(length, known[i]);
        let sum = two_sum(result[i], step.x);
        result[i] = sum.sum;
        carry[i] += sum.lost + step.y;
        let left = rhs[i] - length * other[i];
        rhs[i] = left;
        sums.x += left * left;
    }
    sums = summed(thread, sums);
    if thread == 0u {
        partials[group.x] = sums;
    }
}
