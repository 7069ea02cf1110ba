// A step in whole numbers: what the cells at walls gain through them.

@compute @workgroup_size(line)
fn count_walls(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let place = id.x + id.y * groups.x * line;
    if place >= WALLED {
        return;
    }
    let walled = walled_cells[place];
    let cell = walled.x;
    let own = units[cell];
    let step = select(0u, tick[0] - 1u, WALLS_VARY);
    var now = energies[cell];
    for (var w = walled.y; w < walled.z; w++) {
        let wall = wall_heats[2u * (step * WALLS + w)];
        let fixed = wall_heats[2u * (step * WALLS + w) + 1u];
        let heat = plus(heat_of(wall.xy, bitcast<i32>(wall.z) - own), fixed.xy);
        passed[w] = plus(passed[w], heat);
        now = plus(now, heat);
    }
    energies[cell] = now;
    next_units[cell] = temperature_of(now, divisors[cell]);
}
