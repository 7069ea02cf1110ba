// Moments of what the velocities of a slab carry less what collisions tend to, added to those before.
@compute @workgroup_size(line)
fn gather(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    if is_void(cells[cell]) {
        return;
    }
    var sum: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        sum[k] = sums[k * COUNT + cell];
    }
    for (var row = slab.start; row < slab.end; row++) {
        let d = row % DIRECTIONS;
        let v = direction(d);
        let energy = energy_of(d);
        var g = vec3<Real>();
        for (var p = 0u; p < HELD; p++) {
            g[p] = state[((row - slab.first) * HELD + p) * COUNT + cell];
        }
        sum[0] += v.w * g.x;
        sum[1] += v.w * (energy * g.x + dot(HALVES, g)) / FREEDOM;
        for (var i = 0u; i < AXES; i++) {
            let along = v.w * v[i];
            sum[2u + i] += along * g.x;
            sum[2u + AXES + i] += along * ((energy - 1.0) * g.x + select(0.0, 0.5 * g.y, PLANAR));
            if INTERNAL {
                sum[MOMENTS - AXES + i] += along * g[HELD - 1u];
            }
        }
    }
    for (var k = 0u; k < MOMENTS; k++) {
        sums[k * COUNT + cell] = sum[k];
    }
}
