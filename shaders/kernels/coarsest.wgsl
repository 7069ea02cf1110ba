// The last level, whose inverse (symmetric) is stored in full.
@compute @workgroup_size(line)
fn coarsest(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    if i < slab.cells {
        var sum = Real(0.0);
        for (var j = 0u; j < slab.cells; j++) {
            sum += inverse[j * slab.cells + i] * rhs[j];
        }
        result[i] = sum;
    }
}
