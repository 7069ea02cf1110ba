// Temperatures after a step, and sums made ready for the next one.
@compute @workgroup_size(line)
fn renew(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    var change = Real(0.0);
    for (var part = 0u; part < PARTS; part++) {
        let at = MEANS + part * COUNT + cell;
        change += sums[at];
        sums[at] = 0.0;
        for (var side = 0u; side < SIDES; side++) {
            sums[(part * SIDES + side) * COUNT + cell] = 0.0;
        }
    }
    let here = ambient[cell];
    let now = increased(here.xy, change);
    ambient[cell] = vec4<Real>(now, change, here.w);
}
