// A stage of a super step: the change since its start, from the changes one and two stages ago, the rate of change at the
// start and the rate now. Their weights stand in the row behind its values: mu, nu, and two lengths of time, s.
@compute @workgroup_size(tile_x, tile_y)
fn stage(@builtin(global_invocation_id) id: vec3<u32>) {
    if any(id >= slab.counts) {
        return;
    }
    let at = id + slab.first;
    let i = index_of(at);
    let gain = link_heat(at, i, temperature[i]) + source_heat(at, i);
    var result = row[ROW + 3u] * gain * coefficients[PER_CAPACITY * slab.cells + i];
    // Without weights it is the rate alone; what was there before may be no number.
    if row[ROW] != 0.0 {
        result += row[ROW] * change[i] + row[ROW + 1u] * earlier[i] + row[ROW + 2u] * rate[i];
    }
    earlier[i] = result;
}
