// Temperatures on the faces at half the step, less those of the cells below them.
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
    let here = ambient[cell];
    var heated = 0.25 * numbers[STEP] * here.w;
    if UNEVEN {
        var mean = Real(0.0);
        for (var band = 0u; band < BANDS; band++) {
            mean += matter(info, band, FACE_SHARE) * uneven(info, band);
        }
        heated *= mean;
    }
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
        var value = 0.5 * (apart(here, ambient[beyond]) + jump) + heated;
        for (var part = 0u; part < PARTS; part++) {
            value += sums[(part * SIDES + side) * COUNT + cell] + sums[(part * SIDES + 2u * i) * COUNT + beyond];
        }
        faces[i * COUNT + cell] = value;
    }
}
