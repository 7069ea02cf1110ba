// Moments on the faces between cells at half the step, less those of the cell below.
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
    for (var i = 0u; i < AXES; i++) {
        let link = link_of(cell, info, 2u * i + 1u);
        if is_closed(link) {
            continue;
        }
        let other = cell_beyond(link);
        let step = moments_beyond(cell, 2u * i + 1u, link);
        for (var k = 0u; k < MOMENTS; k++) {
            var m = Real(0.0);
            for (var part = 0u; part < PARTS; part++) {
                m += sums[((part * SIDES + 2u * i + 1u) * MOMENTS + k) * COUNT + cell];
                m += sums[((part * SIDES + 2u * i) * MOMENTS + k) * COUNT + other];
            }
            // what comes from beyond is less what collisions tend to there
            for (var l = 0u; l < MOMENTS; l++) {
                m += numbers[HALF + (i * MOMENTS + k) * MOMENTS + l] * step[l];
            }
            if k >= FLUXES {
                let q = ambient[k * COUNT + cell].x + ambient[k * COUNT + cell].y;
                m = step_number(FACE_FLUX) * (KEPT * q + m) - q;
            }
            faces[(i * MOMENTS + k) * COUNT + cell] = m;
        }
    }
}
