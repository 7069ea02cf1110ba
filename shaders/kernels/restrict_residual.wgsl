// The residual summed over each aggregate. `members` holds the number of aggregates, where the rows of each begin, one more
// than there are aggregates, and behind that the rows.
@compute @workgroup_size(line)
fn restrict_residual(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let aggregates = members[0];
    for (var a = id.x; a < aggregates; a += groups.x * line) {
        var sum = Real(0.0);
        let end = members[a + 2u];
        for (var m = members[a + 1u]; m < end; m++) {
            let i = members[aggregates + 2u + m];
            sum += rhs[i] - product_at(i);
        }
        result[a] = sum;
    }
}
