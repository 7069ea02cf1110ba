// Temperatures and goals after a step, and sums made ready for the next one.
@compute @workgroup_size(line)
fn renew(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    for (var band = 0u; band < BANDS; band++) {
        left[band] = 0.0;
        for (var part = 0u; part < PARTS; part++) {
            let of_band = summed(part, band);
            let at = MEANS + of_band * COUNT + cell;
            left[band] += sums[at];
            sums[at] = 0.0;
            for (var side = 0u; side < SIDES; side++) {
                sums[(of_band * SIDES + side) * COUNT + cell] = 0.0;
            }
        }
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let place = settled(info, cell, ambient[cell].xy, numbers[STEP]);
    ambient[cell] = vec4<Real>(place, 0.0, ambient[cell].w);
    for (var band = 0u; band < BANDS; band++) {
        let now = held(info, band, place);
        let change = above(info, band, goal(cell, band), place);
        goals[band * COUNT + cell] = vec4<Real>(now, change, time_at(info, band, place));
    }
}
