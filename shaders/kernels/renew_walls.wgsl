// What entered at walls in a step, added to what entered before, and sums made ready for the next one.
@compute @workgroup_size(line)
fn renew_walls(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = in_line(id, groups);
    if w >= WALLS {
        return;
    }
    var heat = Real(0.0);
    for (var part = 0u; part < PARTS; part++) {
        let at = 2u * WALLS + part * WALLS + w;
        heat += tally[at];
        tally[at] = 0.0;
        for (var band = 0u; band < BANDS; band++) {
            let hit = 2u * ((part * BANDS + band) * WALLS + w);
            hits[hit] = 0.0;
            hits[hit + 1u] = 0.0;
        }
    }
    let sum = increased(vec2<Real>(tally[2u * w], tally[2u * w + 1u]), heat * walls[w].area * numbers[STEP]);
    tally[2u * w] = sum.x;
    tally[2u * w + 1u] = sum.y;
}
