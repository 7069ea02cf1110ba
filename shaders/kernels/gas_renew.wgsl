// Moments after a step, and sums made ready for the next one.
@compute @workgroup_size(line)
fn renew(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    for (var k = 0u; k < MOMENTS; k++) {
        var change = Real(0.0);
        for (var part = 0u; part < PARTS; part++) {
            let at = MOMENT_SUMS + (part * MOMENTS + k) * COUNT + cell;
            change += sums[at];
            sums[at] = 0.0;
            for (var side = 0u; side < SIDES; side++) {
                sums[((part * SIDES + side) * MOMENTS + k) * COUNT + cell] = 0.0;
            }
        }
        let here = ambient[k * COUNT + cell];
        if k >= FLUXES {
            let q = here.x + here.y;
            change = step_number(CELL_FLUX) * (KEPT * q + change) - q;
        }
        ambient[k * COUNT + cell] = vec4<Real>(increased(here.xy, change), change, 0.0);
    }
}
