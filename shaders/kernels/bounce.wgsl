// What mirrors send back, direction by direction.
@compute @workgroup_size(line)
fn bounce(@builtin(global_invocation_id) id: vec3<u32>) {
    let slot = id.x;
    let d = id.y;
    if slot >= SLOTS {
        return;
    }
    let w = mirrors[slot];
    let wall = walls[w];
    let i = wall.side / 2u;
    let forward = direction(d)[i] > 0.0;
    if forward != ((wall.side & 1u) == 1u) {
        return;
    }
    let image = d / FAMILIES ^ (1u << i);
    let to = image * FAMILIES + d % FAMILIES;
    let info = cells[wall.cell];
    for (var band = 0u; band < BANDS; band++) {
        let x = hits[MIRRORS + (band * DIRECTIONS + d) * SLOTS + slot];
        let out = collided(info, band, x, wall_goal(w, band), ambient[wall.cell].w * uneven(info, band));
        let even = after[band * WALLS + w];
        after[BANDS * WALLS + (band * DIRECTIONS + to) * SLOTS + slot] = even + wall.part * (out - even);
    }
}
