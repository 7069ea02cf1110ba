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
        let share = share_of(g, v, energy);
        for (var k = 0u; k < MOMENTS; k++) {
            sum[k] += share[k];
        }
    }
    for (var k = 0u; k < MOMENTS; k++) {
        sums[k * COUNT + cell] = sum[k];
    }
}
