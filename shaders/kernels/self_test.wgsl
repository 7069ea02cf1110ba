// Sums of pairs by the very function that stepping uses; the host knows the exact answers.
@compute @workgroup_size(line)
fn self_test(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < arrayLength(&pairs) {
        let rounded = two_sum(pairs[id.x].x, pairs[id.x].y);
        pairs[id.x] = vec2<Real>(rounded.sum, rounded.lost);
    }
}
