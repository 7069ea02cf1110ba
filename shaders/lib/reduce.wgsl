// Sums over a level in two stages and a fixed order: one partial result per workgroup, then one workgroup for all of them.

var<workgroup> shared_sums: array<vec4<Real>, line>;

// Workgroups whose threads go through the rows together.
fn groups_of(rows: u32) -> u32 {
    return clamp((rows + ROWS_PER_GROUP - 1u) / ROWS_PER_GROUP, 1u, MOST_PARTIALS);
}

// The sum over the threads of a workgroup, known to the first of them.
fn summed(thread: u32, own: vec4<Real>) -> vec4<Real> {
    shared_sums[thread] = own;
    for (var half = line / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            shared_sums[thread] += shared_sums[thread + half];
        }
    }
    return shared_sums[0];
}
