// Mean of what one band carries less the temperature, and mean square.
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
    var sum = vec2<Real>(looks[cell], looks[COUNT + cell]);
    for (var row = slab.start; row < slab.end; row++) {
        let y = part * (state[(row - slab.first) * COUNT + cell] - here.z);
        let weight = direction(row % DIRECTIONS).w;
        sum += vec2<Real>(weight * y, weight * y * y);
    }
    looks[cell] = sum.x;
    looks[COUNT + cell] = sum.y;
}
