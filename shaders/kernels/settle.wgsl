// Brings both parts of every enthalpy to a form that survives the way through f64 to the host and back bit
// for bit: the first part is the value rounded to f32, the second has no digit below 2^-46 of it.
@compute @workgroup_size(tile_x, tile_y)
fn settle(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let i = index_of(id + slab.first);
    let rounded = two_sum(next[i], carry[i]);
    // 1.5 times the unit in the last place: adding it shifts lower digits out
    let exponent = bitcast<u32>(rounded.sum) & 0x7f800000u;
    var lost = 0.0;
    if exponent > (24u << 23u) {
        let large = 1.5 * bitcast<f32>(exponent - (23u << 23u));
        lost = opaque(opaque(rounded.lost + large) - large);
    }
    next[i] = rounded.sum;
    carry[i] = lost;
}
