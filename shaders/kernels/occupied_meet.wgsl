// What collisions drive bands to on the faces at half the step, less the goals of the cells below them.
@compute @workgroup_size(line)
fn meet(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let heated = 0.25 * numbers[STEP] * ambient[cell].w;
    for (var i = 0u; i < AXES; i++) {
        let side = 2u * i + 1u;
        var beyond = cell + STRIDE[i];
        var jump = Real(0.0);
        if has_wall(info, side) {
            let w = wall_at(info, side);
            if walls[w].kind != PERIODIC {
                continue;
            }
            beyond = walls[w].beyond;
            jump = walls[w].given.x + walls[w].given.y;
        }
        for (var band = 0u; band < BANDS; band++) {
            var value = 0.5 * (apart(goal(cell, band), goal(beyond, band)) + jump) + heated * uneven(info, band);
            for (var part = 0u; part < PARTS; part++) {
                let sides = summed(part, band) * SIDES;
                value += sums[(sides + side) * COUNT + cell] + sums[(sides + 2u * i) * COUNT + beyond];
            }
            left[band] = value;
        }
        let place = settled(info, cell, ambient[cell].xy, 0.5 * numbers[STEP]);
        for (var band = 0u; band < BANDS; band++) {
            let at = 2u * (i * BANDS + band) * COUNT + cell;
            faces[at] = above(info, band, goal(cell, band), place);
            faces[at + COUNT] = time_at(info, band, place);
        }
    }
}
