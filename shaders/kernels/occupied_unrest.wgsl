// What one band carries less its goal, summed up over directions: itself, what collisions produce of entropy of it, its u less that of
// the cell, and what mixing it into the goal would produce.
@compute @workgroup_size(line)
fn unrest(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let band = slab.start / DIRECTIONS;
    let here = goal(cell, band);
    let part = free(info, band, here);
    let place = ambient[cell].xy;
    var sum = vec4<Real>(looks[cell], looks[COUNT + cell], looks[2u * COUNT + cell], looks[3u * COUNT + cell]);
    for (var row = slab.start; row < slab.end; row++) {
        let y = part * (state[(row - slab.first) * COUNT + cell] - here.z);
        let there = found(info, band, cell, y);
        let u = urge(there, place);
        // u rises with what is held: below 0 is rounding
        sum += direction(row % DIRECTIONS).w * vec4<Real>(y, max(y * u, 0.0), u, mixed_between(info, band, place, there));
    }
    for (var k = 0u; k < 4u; k++) {
        looks[k * COUNT + cell] = sum[k];
    }
}
