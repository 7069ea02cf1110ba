// result = A known for a matrix that couples quantities, of which there are slab.counts.y. For every row and quantity `pattern` tells
// where its entries begin, one more than there are; behind that what differences are taken from, and behind that the columns.
// `weights` holds those of the entries, and behind them what every row and quantity has besides.
@compute @workgroup_size(line)
fn couple(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let parts = slab.cells * slab.counts.y;
    let entries = pattern[parts];
    for (var i = id.x; i < slab.cells; i += groups.x * line) {
        var sum = Real(0.0);
        for (var part = i * slab.counts.y; part < (i + 1u) * slab.counts.y; part++) {
            let own = known[pattern[parts + 1u + part]];
            sum += weights[entries + part] * own;
            let end = pattern[part + 1u];
            for (var e = pattern[part]; e < end; e++) {
                sum += weights[e] * (own - known[pattern[2u * parts + 1u + e]]);
            }
        }
        result[i] = sum;
    }
}
